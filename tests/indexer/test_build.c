/*
 * test_build.c - the same people give the same image, whatever the memory
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/file.h"
#include "base/image.h"
#include "base/text.h"
#include "indexer/build.h"
#include "indexer/label.h"
#include "tests/support/search_people.h"
#include <criterion/criterion.h>
#include <fcntl.h>
#include <rufname/index.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[64]; /* tests run side by side */

static struct ruf_arena *arena;
static struct ruf_policy *policy;
static uint8_t key[RUF_KEY_SIZE];
static struct ruf_image_seed seed = { .generation = 3 };

static const char policy_text[] =
    "{\"schema\":\"rufname.policy/1\",\"version\":1,"
    "\"region\":{\"default\":\"DE\"},"
    "\"auth\":{\"tenant\":\"t\",\"client_id\":\"c\"},\"sources\":["
    "{\"id\":\"AAD\",\"kind\":\"entra_users\",\"priority\":90},"
    "{\"id\":\"APC\",\"kind\":\"outlook_personal\",\"priority\":60}]}";

static void set_up(void)
{
    cr_assert(ruf_arena_create(&arena, NULL) == RUF_OK);
    cr_assert(ruf_policy_parse(policy_text, strlen(policy_text), &policy, NULL,
                               NULL) == RUF_OK);
    (void)snprintf(path, sizeof(path), "test-build-%ld.ruf", (long)getpid());
    memset(key, 5, sizeof(key));
    for (size_t i = 0; i < sizeof(seed.hash_secret); i++)
        seed.hash_secret[i] = (uint8_t)(i * 89 + 3);
}

static void tear_down(void)
{
    (void)unlink(path);
    ruf_policy_destroy(policy);
    ruf_arena_destroy(arena);
}

TestSuite(build, .init = set_up, .fini = tear_down);

static const char *leftover(size_t i)
{
    static const char *const suffixes[] = { "new", "runs", "rows", "parts" };
    static char name[80];

    (void)snprintf(name, sizeof(name), "%s.%s", path, suffixes[i]);
    return name;
}

/* --- images as bytes
 * ------------------------------------------------------------------- */

struct image {
    char *bytes;
    size_t size;
};

static struct image read_image(void)
{
    struct image image;

    cr_assert(ruf_file_read(path, RUF_FILE_PRIVATE, (size_t)1 << 30,
                            &image.bytes, &image.size, NULL) == RUF_OK);
    return image;
}

static enum ruf_status load_photo(void *context,
                                  const struct ruf_source_contact *contact,
                                  uint8_t *bytes, size_t *size,
                                  struct ruf_error *err)
{
    (void)context;
    (void)err;
    *size = (size_t)contact->photo * 700;
    memset(bytes, (int)contact->photo, *size);
    return RUF_OK;
}

static const struct ruf_photo_source photos = { NULL, load_photo };

static struct image build(const struct ruf_people *people,
                          enum ruf_build_content content, uint64_t memory)
{
    struct ruf_build_options options = { .content = content,
                                         .memory = memory,
                                         .photos = photos };
    uint64_t over_limit;
    struct ruf_people_cursor cursor = { people, 0 };
    struct ruf_people_source source = ruf_people_source(&cursor);
    struct ruf_error err;
    enum ruf_status status = ruf_build_people(path, key, &seed, &source, policy,
                                              &options, &over_limit, &err);

    cr_assert(status == RUF_OK, "%s %s", err.id, err.detail);
    return read_image();
}

static bool is_same(struct image a, struct image b)
{
    return a.size == b.size && memcmp(a.bytes, b.bytes, a.size) == 0;
}

/* --- people
 * ------------------------------------------------------------------------- */

/* Records of two sources; every third person is in both, some share a number.
 * All numbers are of the ranges kept for films and books. */
#define RECORDS 900

static struct ruf_source_contact records[RECORDS];

static void make_record(size_t i, struct ruf_source_contact *out)
{
    static const char *const given[] = { "Anna",  "Jörg", "Zoë",
                                         "Émile", "Ida",  "Kai" };
    static const char *const company[] = { "Muster AG", "Beispiel GmbH", "" };
    struct ruf_raw_number *numbers =
        ruf_arena_alloc(arena, 2, sizeof(*numbers));
    size_t person = i % 600;
    struct ruf_record record;
    char text[40];

    memset(&record, 0, sizeof(record));
    (void)snprintf(text, sizeof(text), "id-%zu", i);
    record.native_id.size = strlen(text);
    record.native_id.data = ruf_arena_copy(arena, text, strlen(text));
    record.fields[RUF_RECORD_GIVEN] = ruf_text(given[person % 6]);
    (void)snprintf(text, sizeof(text), "Probe%c%c",
                   (int)('a' + person / 26 % 26), (int)('a' + person % 26));
    record.fields[RUF_RECORD_FAMILY].size = strlen(text);
    record.fields[RUF_RECORD_FAMILY].data =
        ruf_arena_copy(arena, text, strlen(text));
    record.fields[RUF_RECORD_COMPANY] = ruf_text(company[person % 3]);
    for (size_t k = 0; k < 2; k++) {
        (void)snprintf(text, sizeof(text), "%s%03zu",
                       k == 0 ? "+49 30 23125-" : "+49 89 99998-",
                       k == 0 ? person : person * 7 % 400);
        numbers[k].text.size = strlen(text);
        numbers[k].text.data = ruf_arena_copy(arena, text, strlen(text));
        numbers[k].kind = RUF_KIND_BUSINESS;
    }
    record.numbers = numbers;
    record.number_count = 2;
    cr_assert(ruf_standardise(
                  &record, policy,
                  ruf_policy_source(policy, ruf_text(i < 600 ? "AAD" : "APC")),
                  arena, out, NULL) == RUF_OK);
}

static void merge_records(struct ruf_people *out)
{
    cr_assert(ruf_merge(records, RECORDS, NULL, policy, arena, out, NULL,
                        NULL) == RUF_OK);
}

static void shuffle_records(uint64_t state)
{
    for (size_t i = RECORDS - 1; i > 0; i--) {
        size_t other = (size_t)search_random(&state, i + 1);
        struct ruf_source_contact swap = records[i];

        records[i] = records[other];
        records[other] = swap;
    }
}

/* Many people with three numbers each, every fiftieth of them shared, counted
 * up behind a prefix nobody has. */
static void many_people(size_t count, struct ruf_people *out)
{
    out->count = count;
    out->persons = ruf_arena_alloc(arena, count, sizeof(*out->persons));
    for (size_t i = 0; i < count; i++) {
        struct ruf_person *person = &out->persons[i];
        struct ruf_person_number *numbers =
            ruf_arena_alloc(arena, 3, sizeof(*numbers));
        char text[40];

        (void)snprintf(text, sizeof(text), "Probe%zu", i * 7919 % count);
        cr_assert(ruf_arena_text(arena, ruf_text(text), &person->family) ==
                  RUF_OK);
        person->given = ruf_text(i % 2 == 0 ? "Ida" : "Kai");
        person->company = ruf_text(i % 5 == 0 ? "Muster AG" : "Beispiel GmbH");
        person->priority = (uint8_t)(i % 3 * 20 + 40);
        memcpy(person->id.bytes, &i, sizeof(i));
        for (size_t k = 0; k < 3; k++) {
            numbers[k].e164 =
                UINT64_C(4919900000000) + (i * 3 + k) * 104729 % 1000000007;
            numbers[k].emit = k != 2 || i % 4 != 0;
        }
        if (i % 50 == 0)
            numbers[1].e164 = UINT64_C(4919800000000) + i / 500;
        person->numbers = numbers;
        person->number_count = 3;
    }
}

/* --- the same bytes
 * ------------------------------------------------------------------- */

Test(build, gives_the_same_bytes_again_and_in_any_order)
{
    struct ruf_people people;
    struct image first;

    for (size_t i = 0; i < RECORDS; i++)
        make_record(i, &records[i]);
    merge_records(&people);
    cr_assert_eq(people.count, 600, "some are in both sources");
    first = build(&people, RUF_BUILD_ALL, 0);
    for (uint64_t round = 1; round < 6; round++) {
        struct image again;

        shuffle_records(round);
        merge_records(&people);
        again = build(&people, RUF_BUILD_ALL, 0);
        cr_assert(is_same(first, again), "shuffle %llu",
                  (unsigned long long)round);
        free(again.bytes);
    }
    free(first.bytes);
}

Test(build, gives_other_bytes_for_another_salt_or_contact)
{
    struct ruf_people people;
    struct image images[3];

    many_people(50, &people);
    images[0] = build(&people, RUF_BUILD_ALL, 0);
    seed.salt[0] ^= 1;
    images[1] = build(&people, RUF_BUILD_ALL, 0);
    seed.salt[0] ^= 1;
    people.persons[7].given = ruf_text("Eva");
    images[2] = build(&people, RUF_BUILD_ALL, 0);
    cr_assert_not(is_same(images[0], images[1]));
    cr_assert_not(is_same(images[0], images[2]));
    for (size_t i = 0; i < 3; i++)
        free(images[i].bytes);
}

/* The first persons of a company get a trunk: known extensions, one hidden, and
 * a photo for some. */
static void add_trunk(struct ruf_people *people)
{
    for (size_t i = 0; i < 40; i++) {
        struct ruf_person *person = &people->persons[i];
        struct ruf_person_number *numbers =
            ruf_arena_alloc(arena, 3, sizeof(*numbers));
        struct ruf_source_contact *member =
            ruf_arena_alloc(arena, 1, sizeof(*member));
        const struct ruf_source_contact **members =
            ruf_arena_alloc(arena, 1, sizeof(*members));

        memcpy(numbers, person->numbers, 3 * sizeof(*numbers));
        numbers[0].e164 = UINT64_C(4930231251000) + 7 * i;
        numbers[0].fixed_line = true;
        numbers[0].emit = i != 5;
        member->source = ruf_policy_source(policy, ruf_text("AAD"));
        member->native_id = ruf_text("id");
        member->photo = (int64_t)(i % 3);
        members[0] = member;
        person->company = ruf_text("Muster AG");
        person->numbers = numbers;
        person->members = members;
        person->member_count = 1;
    }
}

static void set_trunk_policy(uint32_t emit)
{
    static const ruf_e164 blocked[] = { 493023125950, 498999998001 };

    policy->trunk.enabled = true;
    policy->trunk.emit = emit;
    policy->blocked = blocked;
    policy->blocked_count = 2;
}

/* Each step on its own, over lists. */
static struct image build_from_parts(const struct ruf_people *people)
{
    struct ruf_labelled_entries entries;
    struct ruf_trunks trunks;
    struct ruf_image_extras extras = { .trunks = &trunks,
                                       .blocked = policy->blocked,
                                       .blocked_count = policy->blocked_count,
                                       .photos = photos };

    cr_assert(ruf_label(people, policy, arena, &entries, NULL) == RUF_OK);
    cr_assert(ruf_trunks_find(people, policy, arena, &trunks, NULL) == RUF_OK);
    cr_assert_eq(trunks.count, 1);
    cr_assert_eq(trunks.held_count, 1);
    cr_assert(ruf_trunks_emit(&trunks, policy, arena, &entries, NULL) ==
              RUF_OK);
    cr_assert(ruf_build_with(path, key, &seed, people, &entries, &extras,
                             NULL) == RUF_OK);
    return read_image();
}

Test(build, gives_the_same_bytes_from_parts)
{
    static const uint32_t emits[] = { 0, 30, 1000 };
    struct ruf_people people;

    many_people(3000, &people);
    add_trunk(&people);
    for (size_t i = 0; i < 3; i++) {
        struct image parts;
        struct image whole;
        struct image little;

        set_trunk_policy(emits[i]);
        parts = build_from_parts(&people);
        whole = build(&people, RUF_BUILD_ALL, 0);
        little = build(&people, RUF_BUILD_ALL, 1);
        cr_assert(is_same(parts, whole), "%u extensions", emits[i]);
        cr_assert(is_same(parts, little), "%u extensions", emits[i]);
        free(parts.bytes);
        free(whole.bytes);
        free(little.bytes);
    }
}

static void expect_same_in_little_memory(const struct ruf_people *people,
                                         enum ruf_build_content content)
{
    static const uint64_t memories[] = { 1, 8u << 20 };
    struct image whole = build(people, content, 0);

    cr_assert(ruf_index_verify(path, key, 0, NULL) == RUF_OK);
    for (size_t i = 0; i < 2; i++) {
        struct image little = build(people, content, memories[i]);

        cr_assert(is_same(whole, little), "with %llu bytes",
                  (unsigned long long)memories[i]);
        free(little.bytes);
    }
    free(whole.bytes);
}

/* Enough for several groups of pages and a window that moves over them. */
Test(build, gives_the_same_bytes_in_little_memory, .timeout = 600)
{
    struct ruf_people people;

    many_people(120000, &people);
    expect_same_in_little_memory(&people, RUF_BUILD_NUMBERS);
}

Test(build, gives_the_same_bytes_of_contacts_in_little_memory)
{
    struct ruf_people people;

    many_people(8000, &people);
    expect_same_in_little_memory(&people, RUF_BUILD_ALL);
}

Test(build, keeps_the_same_numbers_under_a_limit)
{
    struct ruf_people people;
    struct image whole;
    struct image little;

    many_people(20000, &people);
    policy->max_entries = 17001;
    whole = build(&people, RUF_BUILD_ALL, 0);
    little = build(&people, RUF_BUILD_ALL, 1);
    cr_assert(is_same(whole, little));
    free(whole.bytes);
    free(little.bytes);
}

/* --- claims
 * ------------------------------------------------------------------------ */

static int by_number(const void *left, const void *right)
{
    const struct ruf_labelled_entry *a = left;
    const struct ruf_labelled_entry *b = right;

    return (a->number > b->number) - (a->number < b->number);
}

/* qsort() as the oracle: every claimed number once, owners in rank order. */
Test(build, walks_claims_of_many_runs_in_order)
{
    struct ruf_spill *spill;
    struct ruf_claims claims;
    struct ruf_claim_walk *walk;
    struct ruf_claim_group group;
    struct ruf_people people;
    struct ruf_labelled_entry *all;
    size_t count = 0;
    size_t at = 0;

    many_people(5000, &people);
    all = ruf_arena_alloc(arena, 15000, sizeof(*all));
    cr_assert(ruf_spill_create(leftover(1), &spill, NULL) == RUF_OK);
    ruf_claims_start(&claims, spill, 100000);
    for (size_t i = 0; i < people.count; i++) {
        ruf_label_person(&claims, &people.persons[i], (uint32_t)i, policy);
        for (size_t k = 0; k < 3; k++)
            if (people.persons[i].numbers[k].emit) {
                all[count].number = people.persons[i].numbers[k].e164;
                all[count++].owner_count = i; /* stands for the owner */
            }
    }
    /* Stable by hand: the owner breaks ties. */
    qsort(all, count, sizeof(*all), by_number);
    cr_assert(ruf_claims_sort(&claims, NULL) == RUF_OK);
    cr_assert_gt(claims.run_count, 5);
    cr_assert_gt(ruf_spill_size(spill), 0);
    cr_assert(ruf_claim_walk_create(&claims, &walk, NULL) == RUF_OK);
    while (ruf_claim_walk_next(walk, &group, NULL) == RUF_OK)
        for (size_t i = 0; i < group.count; i++, at++) {
            cr_assert_lt(at, count);
            cr_assert_eq(group.number, all[at].number);
            cr_assert(i == 0 ||
                      group.claims[i].owner > group.claims[i - 1].owner);
            cr_assert(
                ruf_text_equal(group.claims[i].family,
                               people.persons[group.claims[i].owner].family));
        }
    cr_assert_eq(at, count);
    ruf_claim_walk_destroy(walk);
    ruf_claims_free(&claims);
    ruf_spill_destroy(spill);
}

/* --- failures
 * ----------------------------------------------------------------------- */

static enum ruf_status fail_next(void *context,
                                 const struct ruf_person **persons,
                                 size_t *count, struct ruf_error *err)
{
    struct ruf_people_cursor *cursor = context;

    if (cursor->next > 0) {
        (void)err;
        return RUF_E_NETWORK;
    }
    cursor->next = 1;
    *persons = cursor->people->persons;
    *count = cursor->people->count;
    return RUF_OK;
}

static void expect_nothing_left(void)
{
    for (size_t i = 0; i < 4; i++)
        cr_assert_eq(access(leftover(i), F_OK), -1, "%s is there", leftover(i));
}

Test(build, leaves_the_old_image_when_its_source_fails)
{
    struct ruf_build_options options = { .memory = 1 };
    uint64_t over_limit;
    struct ruf_people people;
    struct ruf_people_cursor cursor = { &people, 0 };
    struct ruf_people_source source = { &cursor, fail_next };
    struct image before;
    struct image after;

    many_people(20000, &people);
    before = build(&people, RUF_BUILD_NUMBERS, 0);
    cr_assert(ruf_build_people(path, key, &seed, &source, policy, &options,
                               &over_limit, NULL) == RUF_E_NETWORK);
    after = read_image();
    cr_assert(is_same(before, after));
    expect_nothing_left();
    free(before.bytes);
    free(after.bytes);
}

Test(build, removes_what_a_crash_left)
{
    struct ruf_people people;
    struct image image;

    many_people(20, &people);
    for (size_t i = 0; i < 4; i++) {
        int fd = open(leftover(i), O_WRONLY | O_CREAT, 0600);

        cr_assert_geq(fd, 0);
        (void)close(fd);
    }
    image = build(&people, RUF_BUILD_ALL, 0);
    expect_nothing_left();
    free(image.bytes);
}

Test(build, makes_an_image_of_nobody)
{
    struct ruf_people people = { NULL, 0 };
    struct image image = build(&people, RUF_BUILD_ALL, 1);

    cr_assert(ruf_index_verify(path, key, 0, NULL) == RUF_OK);
    free(image.bytes);
}
