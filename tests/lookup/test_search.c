/*
 * test_search.c - what people type, and whom they mean
 *
 * A handful of contacts and the sentences of the quick search's rules, one by
 * one; test_search_oracle.c compares thousands of queries with a linear scan.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/arena.h"
#include "base/image.h"
#include "base/search_sections.h"
#include "base/text.h"
#include "indexer/build.h"
#include "lookup/index_private.h"
#include <criterion/criterion.h>
#include <rufname/search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REPEATED_8 " Ya Ya Ya Ya Ya Ya Ya Ya"
#define REPEATED_24 REPEATED_8 REPEATED_8 REPEATED_8
#define REPEATED REPEATED_24 REPEATED_24 REPEATED_24

/* Contacts by their place in this list, which is their rank. */
static const struct {
    const char *given;
    const char *family;
    const char *company;
    const char *title;
    const char *email;
    ruf_e164 number;
    const char *raw;
} people[] = {
    { "Thomas", "Müller", "Nordwind GmbH", "Einkauf", "t.mueller@nordwind.test",
      UINT64_C(493023125001), "030 23125-001" },
    { "Jörg", "Straße", "Nordwind GmbH", "Vertrieb", NULL,
      UINT64_C(493023125022), "+49 (30) 23125-022" },
    { "Siobhán", "O'Connor", "Hansa AG", "Einkauf", NULL, 0, "Durchwahl 4711" },
    { "Hans-Peter", "Maier", "Blaumeer & Söhne", "Müllerei", NULL,
      UINT64_C(4915228817386), "0152 28817386" },
    { "Anna", "Meier", "Müller Werke", "Technik", "info@hansa.test",
      UINT64_C(498999998123), "089 99998123" },
    { "Anna", "Müller-Lüdenscheidt", "Hansa AG", "Technik", NULL,
      UINT64_C(493023125001), "+493023125001" },
    { "Ida", "Falk", "Ostsee KG", "Lager", NULL, UINT64_C(494066969696),
      "040 66969696" },
    { "Udo", "Falk", "Ostsee KG", "Lager", NULL, UINT64_C(494066969612),
      "040 66969612" },
    { "Uwe", "Quade", "A1phatec B\xCE\xBBuewerk \xCF\x89megatron Zwieback",
      "Kolb1n Kolb2n Kolb3n Kolbern", NULL, 0, NULL },
    { "Lea", "Ohm", "Wy-Xa-Vu Xavu", "Za" REPEATED, NULL, 0, NULL },
};
#define COUNT (sizeof(people) / sizeof(people[0]))

struct scene {
    struct ruf_arena *arena;
    struct ruf_index *index;
    struct ruf_query *query;
    struct ruf_hit hits[20];
    size_t count;
};

static struct scene scene;

static struct ruf_text text(const char *string)
{
    return string == NULL ? (struct ruf_text){ NULL, 0 } : ruf_text(string);
}

static void fill(struct ruf_person *out, size_t i)
{
    static const struct ruf_text source = { "AAD", 3 };
    struct ruf_person_number *number =
        ruf_arena_alloc(scene.arena, 1, sizeof(*number));
    struct ruf_text *email = ruf_arena_alloc(scene.arena, 1, sizeof(*email));

    *number = (struct ruf_person_number){ .e164 = people[i].number,
                                          .raw = text(people[i].raw) };
    *email = text(people[i].email);
    *out = (struct ruf_person){ .id = { { (uint8_t)(i + 1) } },
                                .given = text(people[i].given),
                                .family = text(people[i].family),
                                .company = text(people[i].company),
                                .title = text(people[i].title),
                                .numbers = number,
                                .number_count = 1,
                                .emails = email,
                                .email_count = people[i].email != NULL,
                                .sources = &source,
                                .source_count = 1 };
}

static void open_scene(void)
{
    const struct ruf_labelled_entries none = { NULL, 0, 0 };
    struct ruf_image_seed seed = { .generation = 1 };
    static const uint8_t key[RUF_KEY_SIZE] = { 9 };
    struct ruf_person persons[COUNT];
    struct ruf_people all = { persons, COUNT };
    struct ruf_error err;
    char path[64];

    (void)snprintf(path, sizeof(path), "search-test-%ld.ruf", (long)getpid());
    cr_assert_eq(ruf_arena_create(&scene.arena, &err), RUF_OK);
    for (size_t i = 0; i < COUNT; i++)
        fill(&persons[i], i);
    cr_assert_eq(ruf_build(path, key, &seed, &all, &none, &err), RUF_OK);
    cr_assert_eq(
        ruf_index_open(path, key, RUF_INDEX_RESIDENT, &scene.index, &err),
        RUF_OK, "%s", err.detail);
    cr_assert_eq(ruf_query_create(scene.index, &scene.query, &err), RUF_OK);
    (void)unlink(path);
}

static void close_scene(void)
{
    ruf_query_destroy(scene.query);
    ruf_index_close(scene.index);
    ruf_arena_destroy(scene.arena);
}

TestSuite(search, .init = open_scene, .fini = close_scene);

static void ask(const char *query)
{
    struct ruf_error err;

    cr_assert_eq(ruf_query_search(scene.query, query, strlen(query), scene.hits,
                                  20, &scene.count, &err),
                 RUF_OK);
}

/* Contacts as digits: "03" is contact 0, then contact 3. */
static void expect(const char *query, const char *contacts)
{
    char got[COUNT + 1] = "";

    ask(query);
    for (size_t i = 0; i < scene.count; i++)
        got[i] = (char)('0' + scene.hits[i].contact);
    cr_expect_str_eq(got, contacts, "\"%s\": %s, not %s", query, got, contacts);
}

static void expect_tier(const char *query, enum ruf_search_tier tier)
{
    ask(query);
    cr_assert_gt(scene.count, 0, "\"%s\" finds nothing", query);
    cr_expect_eq(scene.hits[0].tier, tier, "\"%s\": %s", query,
                 ruf_search_tier_name(scene.hits[0].tier));
}

/* The marked pieces of the first hit, with a bar between. */
static void expect_marks(const char *query, const char *marks)
{
    struct ruf_contact contact;
    char got[400] = "";

    ask(query);
    cr_assert_gt(scene.count, 0, "\"%s\" finds nothing", query);
    cr_assert_eq(
        ruf_query_contact(scene.query, scene.hits[0].contact, &contact, NULL),
        RUF_OK);
    for (size_t i = 0; i < scene.hits[0].highlight_count; i++) {
        const struct ruf_highlight *mark = &scene.hits[0].highlights[i];
        const struct ruf_text fields[] = {
            contact.given,
            contact.family,
            contact.display,
            contact.company,
            contact.department,
            contact.title,
            contact.email_count > 0 ? contact.emails[0] : contact.given,
            contact.numbers[0].raw,
        };

        (void)snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%.*s",
                       i > 0 ? "|" : "", (int)mark->length,
                       fields[mark->field].data + mark->start);
    }
    cr_expect_str_eq(got, marks, "\"%s\": %s, not %s", query, got, marks);
}

/* --- words
 * ------------------------------------------------------------------------- */

Test(search, finds_umlauts_in_every_spelling)
{
    static const char *const spellings[] = { "muller", "mueller", "müller",
                                             "MÜLLER", "mu\xCC\x88ller" };

    for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++)
        expect(spellings[i], "0543"); /* family, family, company, title */
    expect("strasse", "1");
    expect("straße", "1");
    expect("joerg", "1");
    expect("siobhan", "2");
}

Test(search, takes_joints_as_optional)
{
    expect("oconnor", "2");
    expect("o'connor", "2");
    expect("o’connor", "2");
    expect("connor", "2");
    expect("hanspeter", "3");
    expect("hans-peter", "3");
    expect("hans peter", "3");
    expect("müller-lüd", "5");
    expect("mullerlud", "5");
    expect("müllerxyz", "");
}

Test(search, wants_every_word_somewhere_in_any_order)
{
    expect("anna hansa", "54"); /* company before e-mail */
    expect("hansa anna", "54");
    expect("anna vertrieb", "");
    expect("test nordwind thomas", "0");
    expect("t.mueller@nordwind.test", "0");
}

Test(search, ranks_by_tier)
{
    expect_tier("thomas müller", RUF_TIER_FULL_NAME);
    expect_tier("mül", RUF_TIER_FAMILY);
    expect_tier("tho", RUF_TIER_GIVEN);
    expect_tier("tho mül", RUF_TIER_TWO_WORDS);
    expect_tier("tm", RUF_TIER_INITIALS);
    expect_tier("hpm", RUF_TIER_INITIALS);
    expect_tier("t m", RUF_TIER_TWO_WORDS);
    expect_tier("nord", RUF_TIER_COMPANY);
    expect_tier("vertr", RUF_TIER_POSITION);
    expect_tier("info", RUF_TIER_EMAIL);
    expect_tier("thoams", RUF_TIER_TYPO);
    expect_tier("mayr", RUF_TIER_SOUND);
    expect("meier", "4"); /* Maier only if nothing better exists */
}

Test(search, forgives_one_typo_from_five_letters_on)
{
    expect("thomsa", "0");
    expect("tohmas", "0");
    expect("tomas", "0");
    expect("thommas", "0");
    expect("thxmas", "0");
    expect("thxmxs", "");
    expect("hxns", "");
    expect("nordwindd", "01");
    expect("nordwind thxmas", "0");
}

/* --- numbers and keypad
 * -------------------------------------------------------------- */

/* Words are looked for by their first letters: those may be what is wrong. */
Test(search, forgives_a_typo_in_the_first_letters)
{
    static const char *const typos[] = {
        "xhomas", "homas",   "xthomas", "htomas",        "txomas",
        "tomas",  "txhomas", "tohmas",  "\xD1\x82homas", "t\xD0\xBEomas",
    };

    for (size_t i = 0; i < sizeof(typos) / sizeof(typos[0]); i++) {
        expect(typos[i], "0");
        expect_tier(typos[i], RUF_TIER_TYPO);
    }
}

/* What should stand where the typo is may be the last letter, no letter of
 * a-z, or a digit; and words with digits stand before those with letters. */
Test(search, forgives_a_typo_for_any_character)
{
    static const char *const typos[] = { "axphatec", "bxuewerk", "xmegatron",
                                         "megatron", "xwieback", "wieback",
                                         "kolbexn",  "kolbxrn" };

    for (size_t i = 0; i < sizeof(typos) / sizeof(typos[0]); i++) {
        expect(typos[i], "8");
        expect_tier(typos[i], RUF_TIER_TYPO);
    }
}

/* One letter replaced, left out, put in, swapped with the next one. */
static void mistype(const char *word, size_t place, int kind, char out[32])
{
    size_t size = strlen(word);
    size_t rest = place + (kind == 2 ? 0 : 1);

    memcpy(out, word, place);
    if (kind == 0 || kind == 2)
        out[place++] = 'q';
    memcpy(out + place, word + rest, size - rest + 1);
    if (kind == 3) {
        memcpy(out, word, size + 1);
        out[place] = word[place + 1];
        out[place + 1] = word[place];
    }
}

Test(search, forgives_a_typo_at_any_place)
{
    static const char *const words[] = { "ludenscheidt", "ludens" };
    char typo[32];

    for (size_t w = 0; w < 2; w++)
        for (size_t place = 0; place + 1 < strlen(words[w]); place++)
            for (int kind = 0; kind < 4; kind++) {
                mistype(words[w], place, kind, typo);
                expect(typo, "5");
                expect_tier(typo, RUF_TIER_TYPO);
            }
}

Test(search, finds_numbers_by_start_part_and_end)
{
    expect("+493023125001", "05");
    expect("00493023125001", "05");
    expect("030 23125001", "05");
    expect("3023125001", "05");
    expect_tier("03023125022", RUF_TIER_FULL_NUMBER);
    expect_tier("030 231", RUF_TIER_NUMBER_PART);
    expect("030", "015");
    expect("8999", "4");
    expect("5022", "1");
    expect("502", "");
    expect("696961", "7"); /* behind a number that has 9696 twice */
    expect("-386", "3");
    expect("-22", "1");
    expect("4711", "2");
    expect("+8999", "");
}

Test(search, reads_digits_as_letters_of_a_keypad)
{
    expect("685537", "05"); /* MULLER */
    expect("84", "0");
    expect_tier("685537", RUF_TIER_KEYPAD);
    expect("685530", "");
}

/* --- marks
 * ------------------------------------------------------------------------- */

Test(search, marks_bytes_of_the_original_text)
{
    expect_marks("mueller tho", "Tho|Müller|mueller");
    expect_marks("stras", "Straß");
    expect_marks("oconn", "O'Conn");
    expect_marks("xavu", "Xavu");
    expect_marks("wyxavu", "Wy-Xa-Vu");
    expect_marks("ya za", "Za|Ya|Ya|Ya|Ya|Ya|Ya|Ya"); /* the first ones */
    expect_marks("hpm", "H|P|M");
    expect_marks("03023125022", "30) 23125-022");
    expect_marks("5022", "5-022");
    expect_marks("-386", "386");
    expect_marks("84", "Th");
    expect_marks("thoams", "Thomas");
}

/* --- favourites and limits
 * ------------------------------------------------------------ */

Test(search, puts_favourites_then_recents_first_inside_a_tier)
{
    struct ruf_search_options options = RUF_SEARCH_OPTIONS;
    const uint32_t favourites[] = { 5, 90 };
    const uint32_t recents[] = { 4 };
    struct ruf_search_result result;

    options.favourites = favourites;
    options.favourite_count = 2;
    options.recents = recents;
    options.recent_count = 1;
    cr_assert_eq(ruf_query_search_with(scene.query, "m", 1, &options,
                                       scene.hits, 20, &result, NULL),
                 RUF_OK);
    cr_assert_eq(result.count, 4);
    cr_expect_eq(scene.hits[0].contact, 5);
    cr_expect_eq(scene.hits[1].contact, 4);
    cr_expect_eq(scene.hits[2].contact, 0);
    cr_expect_eq(scene.hits[3].contact, 3);
    cr_assert_eq(ruf_query_search_with(scene.query, "m", 1, &options,
                                       scene.hits, 1, &result, NULL),
                 RUF_OK);
    cr_expect_eq(scene.hits[0].contact, 5);
}

Test(search, stops_at_the_work_limit_and_says_so)
{
    struct ruf_search_options options = RUF_SEARCH_OPTIONS;
    struct ruf_search_result all;
    struct ruf_search_result some;
    size_t partial = 0;

    cr_assert_eq(ruf_query_search_with(scene.query, "anna h", 6, &options,
                                       scene.hits, 20, &all, NULL),
                 RUF_OK);
    cr_assert(!all.partial);
    cr_assert_gt(all.count, 0);
    for (uint64_t limit = 1; limit <= all.work; limit++) {
        options.work_limit = limit;
        cr_assert_eq(ruf_query_search_with(scene.query, "anna h", 6, &options,
                                           scene.hits, 20, &some, NULL),
                     RUF_OK);
        partial += some.partial ? 1 : 0;
        cr_expect(some.partial ? some.count <= all.count
                               : some.count == all.count);
    }
    cr_expect_gt(partial, 0);
}

Test(search, of_nothing_finds_nothing)
{
    static const char *const blanks[] = { "", " ", "\t", "-", "+", "&", "'" };

    for (size_t i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++)
        expect(blanks[i], "");
}

/* Of a long query the first eight words in the first 256 bytes count. */
Test(search, takes_the_beginning_of_a_long_query)
{
    char query[4096];

    (void)snprintf(query, sizeof(query), "%3000sAnna Meier", "");
    expect(query, "4");
    (void)snprintf(query, sizeof(query), "%s %s %s", "anna anna anna anna",
                   "anna anna anna meier", "xyz");
    expect(query, "4");
    (void)snprintf(query, sizeof(query), "anna meier %3000s", "xyz");
    expect(query, "4");
    (void)snprintf(query, sizeof(query), "anna meier %240s", "xyz");
    expect(query, ""); /* still inside */
}

Test(search, takes_any_bytes)
{
    char query[300];

    for (unsigned seed = 0; seed < 2000; seed++) {
        uint32_t state = seed * 2654435761u + 1;
        size_t size = state % sizeof(query);

        for (size_t i = 0; i < size; i++) {
            state = state * 1664525u + 1013904223u;
            query[i] = (char)(state >> 24);
        }
        cr_assert_eq(ruf_query_search(scene.query, query, size, scene.hits, 20,
                                      &scene.count, NULL),
                     RUF_OK);
    }
}

/* The seal keeps strangers out, not a builder's mistake: whatever stands in the
 * tables, nothing outside of them is read (guard pages, sanitizers) and nothing
 * runs forever. */
Test(search, survives_any_content_of_its_tables, .timeout = 120)
{
    static const char *const queries[] = { "m",       "anna h", "thomsa",
                                           "+493023", "5022",   "-22",
                                           "685537",  "mayr",   "o'connor a" };
    uint32_t state = 1;
    size_t opened = 0;

    expect("muller", "0543"); /* the tables come with the first search */
    for (unsigned round = 0; round < 4000; round++) {
        struct ruf_query *query;
        uint8_t *at[3];
        uint8_t before[3];

        for (size_t i = 0; i < 3; i++) {
            const struct index_section *section;

            state = state * 1664525u + 1013904223u;
            section =
                &scene.index
                     ->sections[RUF_SECTION_SEARCH_WORDS + (state >> 8) % 4];
            state = state * 1664525u + 1013904223u;
            at[i] = scene.index->plain.bytes +
                    (section->bytes - scene.index->plain.bytes) +
                    (state >> 8) % section->size % 900;
            before[i] = *at[i];
            *at[i] = (uint8_t)(state >> 24);
        }
        cr_assert_eq(ruf_query_create(scene.index, &query, NULL), RUF_OK);
        for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
            enum ruf_status status =
                ruf_query_search(query, queries[i], strlen(queries[i]),
                                 scene.hits, 20, &scene.count, NULL);

            cr_assert(status == RUF_OK || status == RUF_E_CORRUPT);
            opened += status == RUF_OK ? 1 : 0;
        }
        ruf_query_destroy(query);
        for (size_t i = 3; i-- > 0;)
            *at[i] = before[i];
    }
    cr_expect_gt(opened, 1000);
    expect("muller", "0543");
}

Test(search, refuses_a_wrong_limit)
{
    struct ruf_error err;
    size_t count;

    cr_expect_eq(
        ruf_query_search(scene.query, "a", 1, scene.hits, 0, &count, &err),
        RUF_E_USAGE);
    cr_expect_eq(ruf_query_search(scene.query, "a", 1, scene.hits,
                                  RUF_SEARCH_LIMIT_MAX + 1, &count, &err),
                 RUF_E_USAGE);
}
