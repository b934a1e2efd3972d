/*
 * test_trunks.c - which prefixes are a company's, and which are not
 *
 * Numbers are from ranges reserved for fiction, in Germany (030 23125-000 to
 * -999, 089 99998-000 to -999) and by Ofcom (0808 157 0000 to 0999), or counted
 * up at run time where a small place is needed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "indexer/trunks.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define BERLIN UINT64_C(493023125000)
#define PEOPLE_MAX 40

static struct ruf_arena *arena;
static struct ruf_policy *policy;
static struct ruf_person persons[PEOPLE_MAX];
static struct ruf_person_number numbers[PEOPLE_MAX];
static struct ruf_people people;
static struct ruf_trunks trunks;
static struct ruf_labelled_entries entries;

static void set_policy(const char *caller_id)
{
    char json[512];
    struct ruf_error err;

    ruf_policy_destroy(policy);
    (void)snprintf(json, sizeof(json),
                   "{\"schema\":\"rufname.policy/1\",\"version\":1,"
                   "\"sources\":[{\"id\":\"FILE\",\"kind\":\"file\"}],"
                   "\"caller_id\":{%s}}",
                   caller_id);
    cr_assert(ruf_policy_parse(json, strlen(json), &policy, NULL, &err) ==
                  RUF_OK,
              "%s %s", err.place, err.detail);
}

static void set_up(void)
{
    cr_assert(ruf_arena_create(&arena, NULL) == RUF_OK);
    set_policy("\"trunk\":{\"enabled\":true}");
    people.persons = persons;
}

static void tear_down(void)
{
    ruf_policy_destroy(policy);
    ruf_arena_destroy(arena);
}

TestSuite(trunks, .init = set_up, .fini = tear_down);

static bool is_fixed_line(ruf_e164 number)
{
    char text[RUF_E164_TEXT_SIZE];
    struct ruf_number parsed;
    size_t size = ruf_e164_format(number, text);

    ruf_number_parse(text, size, NULL, &parsed);
    return parsed.type == RUF_TYPE_FIXED_LINE;
}

static struct ruf_person_number *add(const char *company, ruf_e164 number)
{
    struct ruf_person *person = &persons[people.count];
    struct ruf_person_number *own = &numbers[people.count++];

    cr_assert(people.count <= PEOPLE_MAX);
    person->company = ruf_text(company);
    person->numbers = own;
    person->number_count = 1;
    own->e164 = number;
    own->fixed_line = is_fixed_line(number);
    own->emit = true;
    return own;
}

static void add_all(const char *company, ruf_e164 base, const int *extensions,
                    size_t count)
{
    for (size_t i = 0; i < count; i++)
        (void)add(company, base + (ruf_e164)extensions[i]);
}

#define ADD(company, base, ...)                                                \
    add_all(company, base, (const int[]){ __VA_ARGS__ },                       \
            sizeof((const int[]){ __VA_ARGS__ }) / sizeof(int))

/* "493023125+4=~ Muster AG " for each trunk. */
static const char *found(void)
{
    static char text[512];
    size_t used = 0;

    text[0] = '\0';
    cr_assert(ruf_trunks_find(&people, policy, arena, &trunks, NULL) == RUF_OK);
    for (size_t i = 0; i < trunks.count; i++) {
        const struct ruf_trunk *trunk = &trunks.trunks[i];
        int size =
            snprintf(text + used, sizeof(text) - used, "%llu+%u=%.*s ",
                     (unsigned long long)trunk->prefix, trunk->extension_max,
                     (int)trunk->label.size, trunk->label.data);

        cr_assert_eq(
            snprintf(NULL, 0, "%llu", (unsigned long long)trunk->prefix),
            (int)trunk->digits);
        used += (size_t)size;
    }
    return text;
}

/* --- what is one
 * -------------------------------------------------------------------------- */

Test(trunks, are_what_enough_people_of_a_company_share)
{
    ADD("Muster AG", BERLIN, 101, 202, 303, 404);
    cr_assert_str_eq(found(), "493023125+4=~ Muster AG ");
    people.count = 3;
    cr_assert_str_eq(found(), "", "three are too few");
    set_policy("\"trunk\":{\"enabled\":true,\"min_members\":3,"
               "\"max_extension_digits\":3}");
    cr_assert_str_eq(found(), "493023125+3=~ Muster AG ");
}

Test(trunks, are_not_looked_for_unless_the_policy_says_so)
{
    ADD("Muster AG", BERLIN, 101, 202, 303, 404);
    set_policy("\"trunk\":{\"enabled\":false}");
    cr_assert_str_eq(found(), "");
    set_policy("");
    cr_assert_str_eq(found(), "");
}

Test(trunks, of_two_companies_are_kept_apart)
{
    ADD("Muster AG", BERLIN, 101, 112, 123, 134);
    ADD("Beispiel GmbH", BERLIN, 901, 912, 923, 934);
    cr_assert_str_eq(found(), "4930231251+4=~ Muster AG "
                              "4930231259+4=~ Beispiel GmbH ");
}

Test(trunks, may_hold_one_other_of_six_but_not_two_of_seven)
{
    ADD("Muster AG", BERLIN, 101, 202, 303, 404, 505);
    (void)add("Beispiel GmbH", BERLIN + 606);
    cr_assert_str_eq(found(), "493023125+4=~ Muster AG ");
    (void)add("Beispiel GmbH", BERLIN + 707);
    cr_assert_str_eq(found(), "");
}

Test(trunks, count_people_without_a_company_as_others)
{
    ADD("Muster AG", BERLIN, 101, 202, 303, 404);
    ADD("", BERLIN, 505, 606);
    cr_assert_str_eq(found(), "");
}

Test(trunks, do_not_mind_how_a_company_is_spelt)
{
    (void)add("Müller Söhne GmbH & Co. KG", BERLIN + 101);
    (void)add("MÜLLER SÖHNE", BERLIN + 202);
    (void)add("Muller Sohne GmbH", BERLIN + 303);
    (void)add("Müller Söhne", BERLIN + 404);
    cr_assert_str_eq(found(), "493023125+4=~ Müller Söhne GmbH & Co. KG ",
                     "spelt as the first of the ranking spells it");
}

Test(trunks, are_labelled_within_the_limit)
{
    set_policy("\"max_chars\":16,\"trunk\":{\"enabled\":true}");
    ADD("Vereinigte Musterwerke GmbH", BERLIN, 101, 202, 303, 404);
    (void)found();
    cr_assert_eq(trunks.count, 1);
    cr_assert(ruf_text_starts_with(trunks.trunks[0].label, "~ Vereinigte"));
    cr_assert(trunks.trunks[0].label.size < 22);
}

/* --- how long it is
 * ----------------------------------------------------------------------- */

Test(trunks, end_where_known_extensions_differ)
{
    ADD("Muster AG", BERLIN, 110, 111, 112, 115);
    cr_assert_str_eq(found(), "49302312511+4=~ Muster AG ");
}

Test(trunks, end_where_people_write_the_hyphen)
{
    ADD("Muster AG", BERLIN, 110, 111, 112, 115);
    numbers[0].raw = ruf_text("030 23125-110");
    numbers[1].raw = ruf_text("+49 30 23125 - 111");
    numbers[2].raw = ruf_text("030/23125112");
    cr_assert_str_eq(found(), "493023125+4=~ Muster AG ");
    numbers[1].raw = ruf_text("030 2312511-1");
    cr_assert_str_eq(found(), "49302312511+4=~ Muster AG ",
                     "they do not agree");
    numbers[1].raw = ruf_text("030 23125-110");
    cr_assert_str_eq(found(), "493023125+4=~ Muster AG ",
                     "a hyphen of another number says nothing");
}

/* -0 is the switchboard: the trunk is all before it. */
Test(trunks, end_before_the_zero_of_the_switchboard)
{
    ADD("Muster AG", BERLIN, 0, 11, 12, 23, 34);
    numbers[0].raw = ruf_text("030 23125-000");
    cr_assert_str_eq(found(), "493023125+4=~ Muster AG ");
}

Test(trunks, reach_no_further_than_the_policy_allows)
{
    set_policy("\"trunk\":{\"enabled\":true,\"max_extension_digits\":2}");
    ADD("Muster AG", BERLIN, 101, 202, 303, 404);
    cr_assert_str_eq(found(), "", "they differ in three digits");
    ADD("Muster AG", BERLIN, 111, 122, 133);
    cr_assert_str_eq(found(), "4930231251+2=~ Muster AG ");
}

/* German numbers reach 17 digits. A reader takes a trunk whose extensions would
 * lead beyond 18 for damage. */
Test(trunks, of_long_numbers_end_where_numbers_do)
{
    ADD("Muster AG", BERLIN * 100000, 12311, 12322, 12333, 12344);
    cr_assert_str_eq(found(), "493023125000123+3=~ Muster AG ");
}

/* --- what is none
 * ------------------------------------------------------------------------- */

Test(trunks, are_never_mobile_or_free_of_charge)
{
    ADD("Muster AG", UINT64_C(491522881730), 1, 2, 4, 6, 8);
    ADD("Muster AG", UINT64_C(448081570000), 101, 202, 303, 404);
    cr_assert_str_eq(found(), "");
}

/* A number as people of a place with four-digit numbers have them. */
Test(trunks, are_never_shorter_than_area_code_and_three_digits)
{
    ruf_e164 village = UINT64_C(4933201) * 10000;

    ADD("Muster AG", village, 1001, 1102, 1203, 1304);
    cr_assert_str_eq(found(), "", "one digit behind the area code");
    people.count = 0;
    village = UINT64_C(4933201) * 1000000;
    ADD("Muster AG", village, 222101, 222202, 222303, 222404);
    cr_assert_str_eq(found(), "4933201222+4=~ Muster AG ", "three");
}

Test(trunks, are_not_made_of_one_number_or_one_person)
{
    ADD("Muster AG", BERLIN, 0, 0, 0, 0, 0, 101);
    cr_assert_str_eq(found(), "", "two numbers");
    people.count = 1;
    ADD("Muster AG", BERLIN, 101, 202, 303);
    persons[0].number_count = 4; /* the numbers of all four */
    people.count = 1;
    cr_assert_str_eq(found(), "", "one person");
}

Test(trunks, are_not_made_of_numbers_that_stay_off_the_phone)
{
    ADD("Muster AG", BERLIN, 101, 202, 303, 404);
    numbers[3].emit = false;
    cr_assert_str_eq(found(), "");
}

/* --- numbers that stay unknown
 * ---------------------------------------------------------------- */

Test(trunks, keep_numbers_unknown_that_people_hide)
{
    ADD("Muster AG", BERLIN, 101, 202, 303, 404);
    add("Muster AG", BERLIN + 505)->emit = false;
    add("Muster AG", BERLIN + 150)->emit = false;
    add("Muster AG", BERLIN + 101)->emit = false; /* others show it */
    add("Muster AG", UINT64_C(498999998001))->emit = false;
    cr_assert_str_eq(found(), "493023125+4=~ Muster AG ");
    cr_assert_eq(trunks.held_count, 2);
    cr_assert_eq(trunks.held[0], BERLIN + 150);
    cr_assert_eq(trunks.held[1], BERLIN + 505);
}

/* --- emission
 * -----------------------------------------------------------------------------
 */

static struct ruf_labelled_entry known[PEOPLE_MAX];

/* Entries as labelling would make them, then what the trunks add. */
static void emit(const char *caller_id)
{
    static const uint32_t owner = 0;

    set_policy(caller_id);
    (void)found();
    entries = (struct ruf_labelled_entries){ .entries = known };
    for (size_t i = 0; i < people.count; i++)
        if (numbers[i].emit)
            known[entries.count++] =
                (struct ruf_labelled_entry){ numbers[i].e164,
                                             ruf_text("Anna Graf"), &owner, 1 };
    cr_assert(ruf_trunks_emit(&trunks, policy, arena, &entries, NULL) ==
              RUF_OK);
    for (size_t i = 1; i < entries.count; i++)
        cr_assert(entries.entries[i - 1].number < entries.entries[i].number);
}

static size_t count_added(void)
{
    size_t added = 0;

    for (size_t i = 0; i < entries.count; i++) {
        added += entries.entries[i].owner_count == 0;
        if (entries.entries[i].owner_count == 0)
            cr_assert(ruf_text_is(entries.entries[i].label, "~ Muster AG"));
    }
    return added;
}

Test(trunks, emit_nothing_unless_asked)
{
    ADD("Muster AG", BERLIN, 101, 202, 303, 404);
    emit("\"trunk\":{\"enabled\":true}");
    cr_assert_eq(entries.count, 4);
}

Test(trunks, emit_all_extensions_where_all_fit)
{
    ADD("Muster AG", BERLIN, 101, 202, 303, 404);
    add("Muster AG", BERLIN + 505)->emit = false;
    emit("\"trunk\":{\"enabled\":true,\"emit\":1000}");
    cr_assert_eq(count_added(), 1000 - 4 - 1);
    cr_assert_eq(entries.count, 999);
    cr_assert_eq(entries.entries[0].number, BERLIN);
    cr_assert_eq(entries.entries[998].number, BERLIN + 999);
    for (size_t i = 0; i < entries.count; i++)
        cr_assert_neq(entries.entries[i].number, BERLIN + 505, "it is held");
}

Test(trunks, emit_from_the_lowest_known_extension_on_where_not_all_fit)
{
    ADD("Muster AG", BERLIN, 101, 202, 303, 404);
    emit("\"trunk\":{\"enabled\":true,\"emit\":150}");
    cr_assert_eq(count_added(), 150);
    cr_assert_eq(entries.entries[0].number, BERLIN + 101);
    cr_assert_eq(entries.entries[152].number, BERLIN + 303,
                 "102 to 252, without 202");
    people.count = 0;
    ADD("Muster AG", BERLIN, 940, 950, 960, 990);
    emit("\"trunk\":{\"enabled\":true,\"emit\":90}");
    cr_assert_eq(entries.entries[entries.count - 1].number, BERLIN + 999,
                 "no further than the trunk");
}

Test(trunks, emit_no_more_than_the_phone_is_to_hold)
{
    ADD("Muster AG", BERLIN, 101, 202, 303, 404);
    emit("\"max_entries\":10,\"trunk\":{\"enabled\":true,\"emit\":1000}");
    cr_assert_eq(entries.count, 10);
    emit("\"max_entries\":3,\"trunk\":{\"enabled\":true,\"emit\":1000}");
    cr_assert_eq(entries.count, 4, "those of people are not its business");
}
