/*
 * test_search_crowd.c - several words, where many contacts have one of them
 *
 * Lists of several hundred contacts take ways that a handful does not.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "indexer/build.h"
#include <criterion/criterion.h>
#include <rufname/search.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NAME_SIZE 16

/* So many contacts of one kind, one behind the other; %03zu stands for the
 * place among them. */
static const struct {
    size_t count;
    const char *given;
    const char *family;
} crowds[] = {
    { 256, "Anna", "Berg%03zu" },    /* from 0 */
    { 44, "Otto", "Bergen%03zu" },   /* from 256 */
    { 350, "Otto", "Zander%03zu" },  /* from 300 */
    { 1, "Hans Quast", "Weil" },     /* 650 */
    { 300, "Maria Q%03zu", "Weil" }, /* from 651 */
    { 10, "Maria", "Kranz" },        /* from 951 */
    { 10, "Udo", "Kranz" },          /* from 961 */
    { 10, "Ida", "Kranz" },          /* from 971 */
    { 1, "Udo", "Muller" },          /* 981 */
    { 1, "Udo", "Mueller" },         /* 982 */
    { 1, "Ida", "Mueller" },         /* 983 */
    { 1, "Ida", "Muller" },          /* 984 */
    { 2, "Ute", "Vogt" },            /* from 985 */
    { 2100, "Emil", "Vogt%03zu" },   /* from 987 */
    { 2, "Ute", "Wolf" },            /* from 3087 */
    { 1, "Ute", "Vogt zum Berg" },   /* 3089 */
};
#define KINDS (sizeof(crowds) / sizeof(crowds[0]))
#define COUNT 3090

/* One block of numbers, and two that are numbers only to those who wrote them:
 * what is typed for a code must not find them. */
#define NUMBERED 300
#define NUMBERED_COUNT 350
#define BLOCK UINT64_C(493023125000)
static const struct {
    size_t contact;
    const char *raw;
} codeless[] = { { 200, "30 23" }, { 201, "49 30" } };

static struct ruf_person persons[COUNT];
static struct ruf_person_number numbers[COUNT];
static char names[COUNT][2][NAME_SIZE];
static struct ruf_index *crowd_index;
static struct ruf_query *query;
static struct ruf_hit hits[50];
static struct ruf_search_result result;

static struct ruf_text write_name(char out[NAME_SIZE], const char *pattern,
                                  size_t place)
{
    const char *at = strchr(pattern, '%');

    (void)snprintf(out, NAME_SIZE, "%.*s",
                   at == NULL ? (int)strlen(pattern) : (int)(at - pattern),
                   pattern);
    if (at != NULL)
        (void)snprintf(out + strlen(out), NAME_SIZE - strlen(out), "%03zu",
                       place);
    return ruf_text(out);
}

static void give_number(size_t contact, ruf_e164 e164, const char *raw)
{
    numbers[contact] =
        (struct ruf_person_number){ .e164 = e164, .raw = ruf_text(raw) };
    persons[contact].numbers = &numbers[contact];
    persons[contact].number_count = 1;
}

static void open_crowd(void)
{
    static const struct ruf_text source = { "AAD", 3 };
    static const uint8_t key[RUF_KEY_SIZE] = { 9 };
    const struct ruf_labelled_entries none = { NULL, 0, 0 };
    struct ruf_image_seed seed = { .generation = 1 };
    struct ruf_people all = { persons, COUNT };
    struct ruf_error err;
    size_t n = 0;
    char path[64];

    for (size_t k = 0; k < KINDS; k++)
        for (size_t i = 0; i < crowds[k].count; i++, n++)
            persons[n] = (struct ruf_person){
                .id = { { (uint8_t)(n >> 8), (uint8_t)n } },
                .given = write_name(names[n][0], crowds[k].given, i),
                .family = write_name(names[n][1], crowds[k].family, i),
                .sources = &source,
                .source_count = 1
            };
    cr_assert_eq(n, COUNT);
    for (size_t i = 0; i < NUMBERED_COUNT; i++)
        give_number(NUMBERED + i, BLOCK + i, "");
    for (size_t i = 0; i < sizeof(codeless) / sizeof(codeless[0]); i++)
        give_number(codeless[i].contact, 0, codeless[i].raw);
    (void)snprintf(path, sizeof(path), "crowd-test-%ld.ruf", (long)getpid());
    cr_assert_eq(ruf_build(path, key, &seed, &all, &none, &err), RUF_OK);
    cr_assert_eq(
        ruf_index_open(path, key, RUF_INDEX_RESIDENT, &crowd_index, &err),
        RUF_OK, "%s", err.detail);
    cr_assert_eq(ruf_query_create(crowd_index, &query, &err), RUF_OK);
    (void)unlink(path);
}

static void close_crowd(void)
{
    ruf_query_destroy(query);
    ruf_index_close(crowd_index);
}

TestSuite(search_crowd, .init = open_crowd, .fini = close_crowd);

static void ask(const char *text, size_t limit)
{
    cr_assert_eq(ruf_query_search_with(query, text, strlen(text), NULL, hits,
                                       limit, &result, NULL),
                 RUF_OK);
    cr_assert(!result.partial);
}

/* The first that has both words is the 257th of a list. */
Test(search_crowd, goes_through_a_long_list_to_its_end)
{
    ask("berg otto", 20);
    cr_assert_eq(result.count, 20);
    for (uint32_t i = 0; i < 20; i++)
        cr_expect_eq(hits[i].contact, 256 + i, "%u", hits[i].contact);
    ask("berg otto", 50);
    cr_assert_eq(result.count, 44);
    cr_expect_eq(hits[43].contact, 299, "%u", hits[43].contact);
    ask("bergen043 otto", 20);
    cr_assert_eq(result.count, 1);
    cr_expect_eq(hits[0].contact, 299);
}

/* Two thousand family names begin so, more than are told apart at a first look
 * at the four contacts named Ute. */
Test(search_crowd, looks_at_names_that_are_too_many_to_tell_apart)
{
    static const uint32_t wanted[] = { 985, 986, 3089 };

    ask("ute vog", 20);
    cr_assert_eq(result.count, 3);
    for (size_t i = 0; i < 3; i++) {
        cr_expect_eq(hits[i].contact, wanted[i], "%u", hits[i].contact);
        cr_expect_eq(hits[i].tier, RUF_TIER_TWO_WORDS);
    }
}

/* Three hundred texts of two words hold "Maria": a first look lets any text of
 * two words through. */
Test(search_crowd, looks_at_the_third_word_itself)
{
    ask("weil maria q", 1);
    cr_assert_eq(result.count, 1);
    cr_expect_eq(hits[0].contact, 651);
}

/* "müller" has two forms, whose contacts come one after the other. */
Test(search_crowd, ranks_full_names_across_both_spellings)
{
    ask("udo müller", 1);
    cr_assert_eq(result.count, 1);
    cr_expect_eq(hits[0].contact, 981);
    cr_expect_eq(hits[0].tier, RUF_TIER_FULL_NAME);
    ask("ida müller", 1);
    cr_expect_eq(hits[0].contact, 983);
    cr_expect_eq(hits[0].tier, RUF_TIER_FULL_NAME);
}

/* So many numbers begin so that they are looked at by rank; a trunk prefix or
 * 00 stands before a calling code or for one. */
Test(search_crowd, takes_what_stands_for_a_code_for_one)
{
    static const char *const of_block[] = { "03023", "004930" };
    static const struct {
        const char *digits;
        uint32_t codeless;
    } of_both[] = { { "4930", 201 }, { "+4930", 201 }, { "302", 200 } };

    for (size_t q = 0; q < 2; q++) {
        ask(of_block[q], 20);
        cr_assert_eq(result.count, 20, "%s", of_block[q]);
        for (uint32_t i = 0; i < 20; i++)
            cr_expect_eq(hits[i].contact, NUMBERED + i, "%s: %u", of_block[q],
                         hits[i].contact);
    }
    for (size_t q = 0; q < 3; q++) {
        ask(of_both[q].digits, 20);
        cr_assert_eq(result.count, 20, "%s", of_both[q].digits);
        cr_expect_eq(hits[0].contact, of_both[q].codeless, "%s: %u",
                     of_both[q].digits, hits[0].contact);
        cr_expect_eq(hits[1].contact, NUMBERED, "%s: %u", of_both[q].digits,
                     hits[1].contact);
    }
    ask("0030 23", 20);
    cr_expect_eq(result.count, 0);
}
