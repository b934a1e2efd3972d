/*
 * test_merge.c - merging and labels, scenario by scenario
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "indexer/contacts.h"
#include "indexer/label_template.h"
#include <criterion/criterion.h>
#include <rufname/merges.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORDS_MAX 700

static struct ruf_policy *policy;
static struct ruf_arena *arena;
static struct ruf_source_contact contacts[RECORDS_MAX];
static size_t count;
static struct ruf_people people;
static struct ruf_labelled_entries entries;
static struct ruf_override decided[16];
static struct ruf_overrides overrides = { decided, 0 };
static struct ruf_suggestions suggested;
static struct ruf_suggestions *wanted; /* NULL: no suggestions */

static void use_policy(const char *more)
{
    char text[1024];
    struct ruf_error err;

    (void)snprintf(
        text, sizeof(text),
        "{\"schema\":\"rufname.policy/1\",\"version\":1,"
        "\"region\":{\"default\":\"DE\",\"per_source\":{\"CRM\":\"AT\"}},"
        "\"auth\":{\"tenant\":\"t\",\"client_id\":\"c\"},\"sources\":["
        "{\"id\":\"AAD\",\"kind\":\"entra_users\",\"priority\":90},"
        "{\"id\":\"APC\",\"kind\":\"outlook_personal\",\"priority\":80},"
        "{\"id\":\"CRM\",\"kind\":\"dynamics365\",\"url\":"
        "\"https://a.crm4.dynamics.com\",\"priority\":60}]%s}",
        more);
    ruf_policy_destroy(policy);
    policy = NULL;
    cr_assert(ruf_policy_parse(text, strlen(text), &policy, NULL, &err) ==
                  RUF_OK,
              "%s", err.detail);
}

static void set_up(void)
{
    cr_assert(ruf_arena_create(&arena, NULL) == RUF_OK);
    use_policy("");
}

static void tear_down(void)
{
    ruf_arena_destroy(arena);
    ruf_policy_destroy(policy);
}

/* A record: numbers and mail may be NULL. */
static void add(const char *source, const char *id, const char *given,
                const char *family, const char *company, const char *mail,
                const char *number, const char *second)
{
    struct ruf_raw_number *numbers =
        ruf_arena_alloc(arena, 2, sizeof(*numbers));
    struct ruf_raw_email *email = ruf_arena_alloc(arena, 1, sizeof(*email));
    struct ruf_record record;

    memset(&record, 0, sizeof(record));
    record.native_id.size = strlen(id);
    record.native_id.data = ruf_arena_copy(arena, id, strlen(id));
    record.fields[RUF_RECORD_GIVEN] = ruf_text(given);
    record.fields[RUF_RECORD_FAMILY] = ruf_text(family);
    record.fields[RUF_RECORD_COMPANY] = ruf_text(company);
    if (number != NULL)
        numbers[record.number_count++] =
            (struct ruf_raw_number){ ruf_text(number), RUF_KIND_BUSINESS };
    if (second != NULL)
        numbers[record.number_count++] =
            (struct ruf_raw_number){ ruf_text(second), RUF_KIND_MOBILE };
    if (mail != NULL) {
        email->address = ruf_text(mail);
        record.email_count = 1;
    }
    record.numbers = numbers;
    record.emails = email;
    cr_assert(ruf_standardise(&record, policy,
                              ruf_policy_source(policy, ruf_text(source)),
                              arena, &contacts[count++], NULL) == RUF_OK);
}

static size_t merge(void)
{
    cr_assert(ruf_merge(contacts, count, &overrides, policy, arena, &people,
                        wanted, NULL) == RUF_OK);
    cr_assert(ruf_label(&people, policy, arena, &entries, NULL) == RUF_OK);
    return people.count;
}

static void expect_label(ruf_e164 number, const char *label)
{
    for (size_t i = 0; i < entries.count; i++)
        if (entries.entries[i].number == number) {
            cr_expect(ruf_text_is(entries.entries[i].label, label),
                      "%.*s, not %s", (int)entries.entries[i].label.size,
                      entries.entries[i].label.data, label);
            return;
        }
    cr_expect(false, "%llu is not emitted", (unsigned long long)number);
}

TestSuite(merge, .init = set_up, .fini = tear_down);
TestSuite(label, .init = set_up, .fini = tear_down);

/* --- merging: the product's scenarios M1 to M14
 * ------------------------------------ */

Test(merge, m1_joins_two_sources_by_number_and_name)
{
    add("AAD", "1", "Thomas", "Müller", NULL, NULL, "+49 89 99998-012", NULL);
    add("APC", "x", "THOMAS", "Mueller", NULL, NULL, "089/99998012", NULL);
    cr_assert_eq(merge(), 1);
    cr_assert_eq(people.persons[0].source_count, 2);
    cr_assert_eq(people.persons[0].number_count, 1);
}

Test(merge, credits_every_value_to_its_sources)
{
    const struct ruf_person *person;

    add("AAD", "1", "Thomas", "Müller", "Muster AG", "t@muster.example",
        "+49 89 99998-012", NULL);
    add("APC", "x", "Thomas", "Müller", NULL, "T@muster.example",
        "089/99998012", "0152 28817386");
    add("CRM", "7", "Thomas", "Müller", "Muster", "t@muster.example",
        "+49 89 99998-012", NULL);
    cr_assert_eq(merge(), 1);
    person = &people.persons[0];
    cr_assert_eq(person->source_count, 3);
    cr_assert(ruf_text_is(person->sources[0], "AAD"));
    cr_assert(ruf_text_is(person->sources[2], "CRM"));
    cr_assert_eq(person->field_sources[RUF_CONTACT_GIVEN], 7);
    cr_assert_eq(person->field_sources[RUF_CONTACT_COMPANY], 1,
                 "CRM writes it otherwise");
    cr_assert_eq(person->field_sources[RUF_CONTACT_TITLE], 0);
    cr_assert_eq(person->field_sources[RUF_CONTACT_DISPLAY_NAME], 7,
                 "put together from the names");
    cr_assert_eq(person->number_count, 2);
    cr_assert_eq(person->numbers[0].sources, 7);
    cr_assert_eq(person->numbers[1].sources, 2);
    cr_assert_eq(person->email_count, 1);
    cr_assert_eq(person->email_sources[0], 7);
}

Test(merge, gives_a_hash_id_that_no_order_changes)
{
    uint8_t first[16];

    add("AAD", "1", "Thomas", "Müller", NULL, NULL, "+49 89 99998-012", NULL);
    memset(contacts[0].hash_id, 1, sizeof(first));
    contacts[0].has_hash_id = true;
    cr_assert_eq(merge(), 1);
    cr_assert(people.persons[0].has_hash_id);
    cr_assert_arr_eq(people.persons[0].hash_id, contacts[0].hash_id, 16);

    add("APC", "x", "Thomas", "Müller", NULL, NULL, "089/99998012", NULL);
    cr_assert_eq(merge(), 1);
    cr_assert(!people.persons[0].has_hash_id, "one record has none");
    memset(contacts[1].hash_id, 2, sizeof(first));
    contacts[1].has_hash_id = true;
    cr_assert_eq(merge(), 1);
    cr_assert(people.persons[0].has_hash_id);
    memcpy(first, people.persons[0].hash_id, sizeof(first));
    memset(contacts[0].hash_id, 2, sizeof(first));
    memset(contacts[1].hash_id, 1, sizeof(first));
    cr_assert_eq(merge(), 1);
    cr_assert_arr_eq(people.persons[0].hash_id, first, 16);
    contacts[1].hash_id[15] = 9;
    cr_assert_eq(merge(), 1);
    cr_assert(memcmp(people.persons[0].hash_id, first, 16) != 0);
}

Test(merge, m2_keeps_five_hundred_behind_one_switchboard_apart)
{
    char id[16];
    char given[32];

    for (int i = 0; i < 500; i++) {
        (void)snprintf(id, sizeof(id), "%d", i);
        (void)snprintf(given, sizeof(given), "Anna%d", i);
        add("APC", id, ruf_arena_copy(arena, given, strlen(given)), "Graf",
            "Muster AG", NULL, "+49 89 99998-0", NULL);
    }
    add("CRM", "a", "Anna7", "Graf", "Muster AG", NULL, "+49 89 99998-0", NULL);
    cr_assert_eq(merge(), 501, "not even namesakes by a shared number");
    expect_label(4989999980, "Muster AG (Zentrale)");
}

Test(merge, m4_never_joins_two_users_of_the_directory)
{
    add("AAD", "1", "Thomas", "Müller", "Muster AG", "tm@muster.example",
        "+49 89 99998-012", NULL);
    add("AAD", "2", "Thomas", "Müller", "Muster AG", "tm@muster.example",
        "+49 89 99998-012", NULL);
    cr_assert_eq(merge(), 2);
}

Test(merge, m5_takes_no_role_for_a_name)
{
    add("CRM", "1", "", "IT-Support", "A GmbH", NULL, "030 23125-001", NULL);
    add("APC", "2", "", "IT-Support", "B GmbH", NULL, "030 23125-001", NULL);
    cr_assert_eq(merge(), 2);
}

Test(merge, m6_takes_no_role_mailbox_for_evidence)
{
    add("CRM", "1", "Anna", "Graf", NULL, "info@muster.example", NULL, NULL);
    add("APC", "2", "Anna", "Graf", NULL, "info@muster.example", NULL, NULL);
    cr_assert_eq(merge(), 2);
}

Test(merge, m7_keeps_boss_and_assistant_apart)
{
    add("AAD", "1", "Bernd", "Boss", "Muster AG", NULL, NULL, "0152 28817386");
    add("AAD", "2", "Anna", "Assistent", "Muster AG", NULL, NULL,
        "0152 28817386");
    cr_assert_eq(merge(), 2);
    expect_label(4915228817386, "Assistent / Boss (Muster AG)");
}

Test(merge, m8_lets_a_full_name_survive_an_initial)
{
    add("AAD", "1", "T.", "Müller", NULL, "tm@muster.example", NULL, NULL);
    add("CRM", "1", "Thomas", "Müller", NULL, "TM@muster.example", NULL, NULL);
    cr_assert_eq(merge(), 1);
    cr_assert(ruf_text_is(people.persons[0].given, "Thomas"));
    cr_assert_eq(people.persons[0].priority, 90);
}

Test(merge, m8_knows_an_initial_with_an_umlaut)
{
    add("AAD", "1", "Änne", "Größing", NULL, "a@muster.example", NULL, NULL);
    add("CRM", "1", "Ä.", "Groessing", NULL, "a@muster.example", NULL, NULL);
    cr_assert_eq(merge(), 1);
}

Test(merge, m9_stops_a_chain_at_a_conflict)
{
    add("AAD", "1", "Anna", "Graf", NULL, "a@muster.example", NULL, NULL);
    add("APC", "2", "A.", "Graf", NULL, "a@muster.example", NULL,
        "0152 28817386");
    add("CRM", "3", "Arno", "Graf", NULL, NULL, NULL, "+49 152 28817386");
    cr_assert_eq(merge(), 2);
}

/* Two of a family on one line: an initial that fits both joins neither. */
Test(merge, joins_no_initial_that_fits_two_people)
{
    add("AAD", "1", "Sabine", "Graf", NULL, NULL, "030 23125-001", NULL);
    add("APC", "2", "Stefan", "Graf", NULL, NULL, "030 23125-001", NULL);
    add("CRM", "3", "S.", "Graf", NULL, NULL, "+49 30 23125-001", NULL);
    cr_assert_eq(merge(), 3);
    add("CRM", "4", "Sabine", "Graf", NULL, NULL, "+49 30 23125-001", NULL);
    cr_assert_eq(merge(), 3, "a full name does");
}

Test(merge, completes_an_initial_by_the_record_s_own_address)
{
    add("APC", "1", "Stefan", "Mayr", NULL, NULL, "030 23125-001", NULL);
    add("CRM", "2", "S.", "Mayr", NULL, "silke.mayr@muster.example",
        "030 23125-001", NULL);
    cr_assert_eq(merge(), 2);
    add("CRM", "3", "S.", "Mayr", NULL, "stefan.mayr7@muster.example",
        "+4930 23125-001", NULL);
    cr_assert_eq(merge(), 2, "this one is Stefan");
}

Test(merge, m10_keeps_ids_when_priorities_change)
{
    struct ruf_contact_id id;

    add("AAD", "1", "Thomas", "Müller", "Alt AG", "t@muster.example", NULL,
        NULL);
    add("CRM", "9", "Thomas", "Müller", "Neu AG", "t@muster.example", NULL,
        NULL);
    cr_assert_eq(merge(), 1);
    id = people.persons[0].id;
    cr_assert(ruf_text_is(people.persons[0].company, "Alt AG"));
    ((struct ruf_policy_source *)(uintptr_t)ruf_policy_source(policy,
                                                              ruf_text("CRM")))
        ->priority = 99;
    cr_assert_eq(merge(), 1);
    cr_assert(ruf_text_is(people.persons[0].company, "Neu AG"));
    cr_assert_arr_eq(id.bytes, people.persons[0].id.bytes, sizeof(id.bytes));
}

Test(merge, m3_keeps_a_couple_and_their_joint_entry_apart)
{
    add("AAD", "1", "Anna", "Graf", NULL, NULL, "030 23125-001",
        "0152 28817386");
    add("APC", "2", "Bernd", "Graf", NULL, NULL, "030 23125-001",
        "0152 28817387");
    add("CRM", "3", "Anna & Bernd", "Graf", NULL, NULL, "+49 30 23125-001",
        NULL);
    cr_assert_eq(merge(), 3);
    expect_label(493023125001, "Anna Graf u. a.");
}

Test(merge, m11_a_deleted_record_takes_only_itself)
{
    struct ruf_contact_id id;

    add("AAD", "1", "Thomas", "Müller", NULL, "t@muster.example", NULL, NULL);
    add("CRM", "9", "Thomas", "Müller", NULL, "t@muster.example",
        "+493023125001", NULL);
    cr_assert_eq(merge(), 1);
    id = people.persons[0].id;
    count = 1;
    cr_assert_eq(merge(), 1);
    cr_assert_arr_eq(id.bytes, people.persons[0].id.bytes, sizeof(id.bytes));
    cr_assert_eq(people.persons[0].number_count, 0);
}

/* The store gives a changed record another Hash-ID. */
Test(merge, m13_a_married_name_keeps_the_contact)
{
    struct ruf_contact_id id;

    add("AAD", "1", "Gudrun", "Klein", NULL, NULL, NULL, NULL);
    contacts[0].has_hash_id = true;
    cr_assert_eq(merge(), 1);
    id = people.persons[0].id;
    count = 0;
    add("AAD", "1", "Gudrun", "Graf", NULL, NULL, NULL, NULL);
    contacts[0].has_hash_id = true;
    contacts[0].hash_id[0] = 1;
    cr_assert_eq(merge(), 1);
    cr_assert_arr_eq(id.bytes, people.persons[0].id.bytes, sizeof(id.bytes));
    cr_assert_eq(people.persons[0].hash_id[0], 1);
}

Test(merge, joins_a_record_without_a_name_by_its_address)
{
    add("AAD", "1", "Anna", "Graf", NULL, "a@muster.example", NULL, NULL);
    add("CRM", "2", "", "", "Muster AG", "a@muster.example", NULL, NULL);
    cr_assert_eq(merge(), 1);
    cr_assert(ruf_text_is(people.persons[0].family, "Graf"));
    add("APC", "3", "Bernd", "Klein", NULL, "a@muster.example", NULL, NULL);
    cr_assert_eq(merge(), 3, "whose address is it?");
}

/* The two addresses have one hash by which they are sorted. */
Test(merge, joins_nobody_by_two_addresses_with_one_hash)
{
    add("AAD", "1", "Anna", "Graf", NULL, "anna.59206@example.com", NULL, NULL);
    add("APC", "x", "Anna", "Graf", NULL, "anna.82495@example.com", NULL, NULL);
    cr_expect_eq(merge(), 2);
    count = 0;
    add("AAD", "1", "Anna", "Graf", NULL, "anna.59206@example.com", NULL, NULL);
    add("APC", "x", "Anna", "Graf", NULL, "anna.59206@example.com", NULL, NULL);
    cr_expect_eq(merge(), 1);
}

Test(merge, joins_no_role_by_its_address)
{
    add("AAD", "1", "Anna", "Graf", NULL, "a@muster.example", NULL, NULL);
    add("CRM", "2", "", "Empfang", "Muster AG", "a@muster.example", NULL, NULL);
    cr_assert_eq(merge(), 2);
}

Test(merge, joins_no_record_without_a_name_by_a_number)
{
    add("AAD", "1", "Anna", "Graf", NULL, NULL, "030 23125-001", NULL);
    add("CRM", "2", "", "", "Muster AG", NULL, "+493023125001", NULL);
    cr_assert_eq(merge(), 2);
}

/* --- what users decided
 * --------------------------------------------------------------- */

static void decide(uint32_t a, uint32_t b, bool together)
{
    decided[overrides.count++] = (struct ruf_override){ a, b, together };
}

Test(merge, keeps_together_what_a_user_said)
{
    add("AAD", "1", "Anna", "Graf", NULL, NULL, NULL, NULL);
    add("AAD", "2", "Bernd", "Klein", NULL, NULL, NULL, NULL);
    add("CRM", "3", "Cem", "Test", NULL, NULL, NULL, NULL);
    cr_assert_eq(merge(), 3);
    decide(1, 0, true);
    cr_assert_eq(merge(), 2, "two users of the directory, two names");
    use_policy(",\"merge\":{\"mode\":\"off\"}");
    for (size_t i = 0; i < count; i++)
        contacts[i].source = ruf_policy_source(policy, ruf_text("AAD"));
    cr_assert_eq(merge(), 2, "users may where rules may not");
}

Test(merge, m12_keeps_apart_what_a_user_separated)
{
    add("AAD", "1", "Anna", "Graf", NULL, "a@muster.example", "030 23125-001",
        NULL);
    add("APC", "2", "Anna", "Graf", NULL, "a@muster.example", "030 23125-001",
        NULL);
    add("CRM", "3", "Anna", "Graf", NULL, "a@muster.example", NULL, NULL);
    cr_assert_eq(merge(), 1);
    decide(1, 0, false);
    cr_assert_eq(merge(), 2, "the third goes with one of them");
    decide(1, 2, false);
    cr_assert_eq(merge(), 2);
    for (size_t i = 0; i < people.count; i++)
        cr_assert_eq(people.persons[i].member_count,
                     people.persons[i].members[0] == &contacts[1] ? 1 : 2);
    decide(0, 1, true);
    cr_assert_eq(merge(), 2, "apart outranks together");
}

/* 1 and 2, 2 and 3, but never 1 and 3: only one of the two can be. */
Test(merge, takes_contrary_wishes_in_one_order_whatever_came_first)
{
    static const char *const modes[] = { "balanced", "off" };

    add("AAD", "1", "Anna", "Graf", NULL, NULL, NULL, NULL);
    add("AAD", "2", "Bernd", "Klein", NULL, NULL, NULL, NULL);
    add("AAD", "3", "Cem", "Test", NULL, NULL, NULL, NULL);
    for (size_t mode = 0; mode < 2; mode++)
        for (uint32_t first = 0; first < 2; first++) {
            char merging[64];

            (void)snprintf(merging, sizeof(merging),
                           ",\"merge\":{\"mode\":\"%s\"}", modes[mode]);
            use_policy(merging);
            for (size_t i = 0; i < count; i++)
                contacts[i].source = ruf_policy_source(policy, ruf_text("AAD"));
            overrides.count = 0;
            decide(first, first + 1, true);
            decide(1 - first, 2 - first, true);
            decide(0, 2, false);
            cr_assert_eq(merge(), 2);
            for (size_t i = 0; i < people.count; i++)
                cr_expect_eq(people.persons[i].member_count,
                             people.persons[i].members[0] == &contacts[2] ? 1
                                                                          : 2,
                             "%s %u", modes[mode], first);
        }
}

Test(merge, keeps_a_large_group_that_a_user_made)
{
    char id[8];

    for (uint32_t i = 0; i < 15; i++) {
        (void)snprintf(id, sizeof(id), "%u", i);
        add("AAD", id, "Anna", "Graf", NULL, NULL, NULL, NULL);
        if (i > 0)
            decide(0, i, true);
    }
    cr_assert_eq(merge(), 1);
}

/* --- suggestions
 * ---------------------------------------------------------------------- */

static void expect_suggestions(const char *expected)
{
    char text[256] = "";

    wanted = &suggested;
    (void)merge();
    for (size_t i = 0; i < suggested.count; i++) {
        const struct ruf_suggestion *one = &suggested.list[i];
        size_t used = strlen(text);

        (void)snprintf(text + used, sizeof(text) - used, "%.*s %s %.*s;",
                       (int)one->a->native_id.size, one->a->native_id.data,
                       ruf_suggestion_reason_name(one->reason),
                       (int)one->b->native_id.size, one->b->native_id.data);
    }
    cr_assert_str_eq(text, expected);
}

Test(merge, suggests_namesakes_of_a_company)
{
    add("APC", "1", "Thomas", "Müller", "Muster AG", NULL, NULL, NULL);
    add("CRM", "2", "Thomas", "Mueller", "MUSTER AG", NULL, NULL, NULL);
    add("CRM", "3", "Thomas", "Müller", "Andere AG", NULL, NULL, NULL);
    add("CRM", "4", "Theo", "Müller", "Muster AG", NULL, NULL, NULL);
    expect_suggestions("1 name 2;");
    decide(0, 1, false);
    expect_suggestions("");
    decided[0].together = true;
    expect_suggestions("");
}

Test(merge, m4_suggests_no_two_users_of_the_directory)
{
    add("AAD", "1", "Thomas", "Müller", "Muster AG", "a@muster.example", NULL,
        NULL);
    add("AAD", "2", "Thomas", "Müller", "Muster AG", "b@muster.example", NULL,
        NULL);
    expect_suggestions("");
    add("APC", "3", "Thomas", "Müller", "Muster AG", "b@muster.example", NULL,
        NULL);
    expect_suggestions("");
    cr_assert_eq(people.count, 2, "3 is 2, and 2 is not 1");
}

Test(merge, suggests_short_forms_and_hyphenated_names)
{
    add("APC", "1", "Hans", "Müller", "Muster AG", NULL, NULL, NULL);
    add("CRM", "2", "Johannes", "Müller", "Muster AG", NULL, NULL, NULL);
    add("APC", "3", "Anna", "Klein", "Muster AG", NULL, NULL, NULL);
    add("CRM", "4", "Anna", "Klein-Graf", "Muster AG", NULL, NULL, NULL);
    add("CRM", "5", "Anna", "Kleinert", "Muster AG", NULL, NULL, NULL);
    expect_suggestions("1 short-form 2;3 hyphen 4;");
}

Test(merge, suggests_one_address_under_two_names)
{
    add("AAD", "1", "Anna", "Graf", NULL, "a@muster.example", NULL, NULL);
    add("CRM", "2", "Bernd", "Klein", NULL, "a@muster.example", NULL, NULL);
    add("AAD", "3", "Cem", "Test", NULL, "info@muster.example", NULL, NULL);
    add("CRM", "4", "Dora", "Lang", NULL, "info@muster.example", NULL, NULL);
    add("AAD", "5", "Eva", "Graf", NULL, NULL, "030 23125-001", NULL);
    add("APC", "6", "Eva", "Graf-Klein", NULL, NULL, "030 23125-001", NULL);
    add("AAD", "7", "Fritz", "Lang", NULL, NULL, "030 23125-002", NULL);
    add("APC", "8", "Gero", "Kurz", NULL, NULL, "030 23125-002", NULL);
    expect_suggestions("1 email 2;5 hyphen 6;");
}

Test(merge, m9_reports_what_a_conflict_kept_apart)
{
    add("AAD", "1", "Anna", "Graf", NULL, "a@muster.example", NULL, NULL);
    add("APC", "2", "A.", "Graf", NULL, "a@muster.example", NULL,
        "0152 28817386");
    add("CRM", "3", "Arno", "Graf", NULL, NULL, NULL, "+49 152 28817386");
    expect_suggestions("1 conflict 3;");
    cr_assert_eq(people.count, 2);
}

Test(merge, reports_what_would_be_too_large)
{
    char id[8];

    for (int i = 0; i < 13; i++) {
        (void)snprintf(id, sizeof(id), "%d", i + 10);
        add("APC", id, "Anna", "Graf", NULL, "a@muster.example", NULL, NULL);
    }
    expect_suggestions("10 conflict 22;");
    cr_assert_eq(people.count, 2);
}

Test(merge, suggests_by_one_number_where_the_policy_is_strict)
{
    use_policy(",\"merge\":{\"mode\":\"strict\"}");
    add("AAD", "1", "Anna", "Graf", NULL, NULL, "030 23125-001", NULL);
    add("APC", "2", "Anna", "Graf", NULL, NULL, "030 23125-001", NULL);
    expect_suggestions("1 conflict 2;");
    cr_assert_eq(people.count, 2);
}

Test(merge, m14_reads_three_spellings_as_one_name)
{
    add("AAD", "1", "Jörg", "Weiß", NULL, "j@muster.example", NULL, NULL);
    add("APC", "2", "Joerg", "Weiss", NULL, "j@muster.example", NULL, NULL);
    add("CRM", "3", "Jorg", "Weiss", NULL, "j@muster.example", NULL, NULL);
    cr_assert_eq(merge(), 1);
    cr_assert(ruf_text_is(people.persons[0].given, "Jörg"));
}

Test(merge, does_not_depend_on_the_order_of_the_input)
{
    uint64_t state = 1;
    size_t first;
    struct ruf_contact_id ids[RECORDS_MAX];

    for (int i = 0; i < 200; i++) {
        char id[16];
        char mail[64];
        char number[32];
        static const char *const sources[] = { "AAD", "APC", "CRM" };

        (void)snprintf(id, sizeof(id), "%d", i);
        (void)snprintf(mail, sizeof(mail), "p%d@muster.example", i / 3);
        (void)snprintf(number, sizeof(number), "030 23125-%03d", i / 5);
        add(sources[i % 3], id, i % 7 == 0 ? "A." : "Anna",
            i % 11 == 0 ? "Graf" : "Klein", NULL,
            ruf_arena_copy(arena, mail, strlen(mail)),
            ruf_arena_copy(arena, number, strlen(number)), NULL);
    }
    first = merge();
    for (size_t i = 0; i < first; i++)
        ids[i] = people.persons[i].id;
    for (int round = 0; round < 10; round++) {
        for (size_t i = count - 1; i > 0; i--) {
            struct ruf_source_contact swap = contacts[i];
            size_t other;

            state = state * 6364136223846793005u + 1442695040888963407u;
            other = (size_t)(state >> 33) % (i + 1);
            contacts[i] = contacts[other];
            contacts[other] = swap;
        }
        cr_assert_eq(merge(), first);
        for (size_t i = 0; i < first; i++)
            cr_assert_arr_eq(people.persons[i].id.bytes, ids[i].bytes, 16);
    }
}

/* How many names an address or a number serves depends on which of them is
 * counted first: "S. Graf" goes with Sabine and with Stefan. */
static size_t merge_grafs(const char *mail, const char *number, bool backwards)
{
    static const char *const names[][2] = {
        { "S.", "Graf" },     { "Sabine", "Graf" },  { "Stefan", "Graf" },
        { "Sabine", "Graf" }, { "Peter", "Sommer" },
    };
    const size_t used = number == NULL ? 4 : 5; /* two names share a number */

    count = 0;
    for (size_t i = 0; i < used; i++) {
        size_t at = backwards ? used - 1 - i : i;
        char id[2] = { (char)('a' + at), '\0' };

        add(at == 3 ? "CRM" : "APC", id, names[at][0], names[at][1], NULL, mail,
            number, NULL);
    }
    return merge();
}

Test(merge, counts_names_in_one_order_whatever_came_first)
{
    cr_expect_eq(merge_grafs("graf@example.com", NULL, false), 3);
    cr_expect_eq(merge_grafs("graf@example.com", NULL, true), 3);
    cr_expect_eq(merge_grafs(NULL, "+49 89 99998-012", false), 4);
    cr_expect_eq(merge_grafs(NULL, "+49 89 99998-012", true), 4);
}

Test(merge, ranks_people_by_priority_and_name)
{
    static const char *const ranked[][3] = {
        { "AAD", "Zeta", "Bruno" },        { "APC", "Bo", "Zora" },
        { "APC", "Bo Amin", "Anna" },      { "APC", "Bo3", "Anna" },
        { "APC", "Boa", "Anna" },          { "APC", "Boz", "Anna" },
        { "APC", "Bo\u03a9", "Anna" },     { "APC", "Maximilianus", "Anna" },
        { "APC", "Maximilianux", "Anna" },
    };
    const size_t all = sizeof(ranked) / sizeof(ranked[0]);

    for (size_t i = 0; i < all; i++) {
        size_t at = (i * 4 + 5) % all;
        char id[2] = { (char)('a' + i), '\0' };

        add(ranked[at][0], id, ranked[at][2], ranked[at][1], NULL, NULL, NULL,
            NULL);
    }
    cr_assert_eq(merge(), all);
    for (size_t i = 0; i < all; i++)
        cr_expect(ruf_text_is(people.persons[i].family, ranked[i][1]),
                  "%.*s, not %s", (int)people.persons[i].family.size,
                  people.persons[i].family.data, ranked[i][1]);
}

Test(merge, joins_nothing_when_the_policy_says_off)
{
    use_policy(",\"merge\":{\"mode\":\"off\"}");
    add("AAD", "1", "Anna", "Graf", NULL, "a@muster.example", NULL, NULL);
    add("CRM", "1", "Anna", "Graf", NULL, "a@muster.example", NULL, NULL);
    cr_assert_eq(merge(), 2);
}

/* --- labels
 * -----------------------------------------------------------------------------
 */

Test(label, follows_the_template_and_its_table)
{
    add("AAD", "1", "Thomas", "Müller", "Muster AG", NULL, "030 23125-001",
        NULL);
    add("AAD", "2", "", "Schmidt", "Muster AG", NULL, "030 23125-002", NULL);
    add("AAD", "3", "Anna", "Graf", "", NULL, "030 23125-003", NULL);
    add("AAD", "4", "", "", "Muster AG", NULL, "030 23125-004", NULL);
    add("AAD", "5", "", "Empfang Muster AG", "Muster AG", NULL, "030 23125-005",
        NULL);
    add("AAD", "6", "", "", "", NULL, "030 23125-006", NULL);
    add("AAD", "7", "Anna", "Graf", "Muster AG", NULL, "030 23125-007", NULL);
    add("CRM", "8", "Bernd", "Graf", "Muster AG", NULL, "+493023125007", NULL);
    add("AAD", "9", "Cem", "Test", "A GmbH", NULL, "030 23125-008", NULL);
    add("CRM", "9", "Dora", "Test", "B GmbH", NULL, "+493023125008", NULL);
    (void)merge();
    expect_label(493023125001, "Thomas Müller (Muster AG)");
    expect_label(493023125002, "Schmidt (Muster AG)");
    expect_label(493023125003, "Anna Graf");
    expect_label(493023125004, "Muster AG");
    expect_label(493023125005, "Empfang Muster AG");
    expect_label(493023125006, "Geschäftskontakt");
    expect_label(493023125007, "Anna / Bernd Graf");
    expect_label(493023125008, "Cem Test (A GmbH) u. a.");
}

Test(label, speaks_english_if_the_policy_does)
{
    use_policy(",\"locale\":\"en\"");
    add("AAD", "1", "", "", "", NULL, "030 23125-006", NULL);
    (void)merge();
    expect_label(493023125006, "Business contact");
}

/* So many people of each company on 030 23125-001, best source first. */
static void share(const char *source, const char *company, int people_of)
{
    static const char *const names[] = { "Adler", "Berger", "Conrad",
                                         "Dietz", "Ebert",  "Fuchs" };

    for (int i = 0; i < people_of; i++) {
        char id[64];

        (void)snprintf(id, sizeof(id), "%s%d", company, i);
        add(source, id, "Kim", names[count % 6], company, NULL, "+493023125001",
            NULL);
    }
}

/* The table of the product, row by row, in both languages. */
Test(label, of_two_people_of_one_company_names_both)
{
    share("AAD", "Muster AG", 2);
    (void)merge();
    expect_label(493023125001, "Adler / Berger (Muster AG)");
    count = 0;
    share("AAD", "", 2);
    (void)merge();
    expect_label(493023125001, "Adler / Berger");
    count = 0;
    use_policy(",\"merge\":{\"shared_after\":2}");
    share("AAD", "Muster AG", 2);
    (void)merge();
    expect_label(493023125001, "Muster AG (Zentrale)");
}

Test(label, of_a_shared_number_is_the_company_of_four_fifths)
{
    share("AAD", "Muster AG", 4);
    share("CRM", "Beispiel GmbH", 1);
    (void)merge();
    expect_label(493023125001, "Muster AG (Zentrale)");
    count = 0;
    share("AAD", "Muster AG", 3);
    share("CRM", "Beispiel GmbH", 1);
    (void)merge();
    expect_label(493023125001, "Kim Adler (Muster AG) u. a.");
    count = 0;
    share("AAD", "Beispiel GmbH", 1);
    share("CRM", "Muster AG", 4);
    (void)merge();
    expect_label(493023125001, "Muster AG (Zentrale)");
}

Test(label, of_a_shared_number_without_companies_is_the_best_owner_s)
{
    share("CRM", "", 2);
    share("AAD", "", 1);
    (void)merge();
    expect_label(493023125001, "Kim Conrad u. a.");
}

Test(label, of_shared_numbers_speaks_english_if_the_policy_does)
{
    use_policy(",\"locale\":\"en\"");
    share("AAD", "Muster AG", 3);
    (void)merge();
    expect_label(493023125001, "Muster AG (switchboard)");
    share("CRM", "Beispiel GmbH", 1);
    (void)merge();
    expect_label(493023125001, "Kim Adler (Muster AG) and others");
}

/* What says that a number is shared is never cut off. */
Test(label, of_shared_numbers_fits_the_limit)
{
    use_policy(",\"caller_id\":{\"max_chars\":16}");
    share("AAD", "Vereinigte Musterwerke AG", 1);
    share("CRM", "Beispiel GmbH", 1);
    (void)merge();
    expect_label(493023125001, "K. Adler u. a.");
    count = 0;
    add("AAD", "1", "", "Müller-Lüdenscheidt", "A GmbH", NULL, "+493023125001",
        NULL);
    add("CRM", "2", "Kim", "Graf", "B GmbH", NULL, "+493023125001", NULL);
    (void)merge();
    expect_label(493023125001, "Müller-Lü… u. a.");
}

static void expect_render(const struct ruf_label_values *values, size_t max,
                          const char *expected, unsigned expected_steps)
{
    unsigned steps = 0;
    char out[RUF_LABEL_SIZE_MAX];
    size_t size = ruf_label_render("{given} {family}[ ({company})]", values,
                                   max, out, &steps);

    cr_expect(size == strlen(expected) && memcmp(out, expected, size) == 0,
              "%zu: %.*s", max, (int)size, out);
    cr_expect_eq(steps, expected_steps, "%zu: %x", max, steps);
}

Test(label, is_shortened_step_by_step)
{
    const struct ruf_label_values values = {
        .given = ruf_text("Thomas"),
        .family = ruf_text("Müller-Lüdenscheidt"),
        .company = ruf_text("Muster GmbH & Co. KG"),
    };

    struct ruf_label_values deceiving = values;
    unsigned steps = 0;

    expect_render(&values, 60,
                  "Thomas Müller-Lüdenscheidt (Muster GmbH & Co. KG)", steps);
    steps |= RUF_LABEL_COMPANY_SHORT;
    expect_render(&values, 40, "Thomas Müller-Lüdenscheidt (Muster)", steps);
    steps |= RUF_LABEL_INITIAL;
    expect_render(&values, 32, "T. Müller-Lüdenscheidt (Muster)", steps);
    steps |= RUF_LABEL_GROUPS;
    expect_render(&values, 25, "T. Müller-Lüdenscheidt", steps);
    steps |= RUF_LABEL_CUT;
    expect_render(&values, 16, "T. Müller-Lüden…", steps);
    deceiving.given = ruf_text("\xE2\x80\xAEThomas ");
    expect_render(&deceiving, 60,
                  "Thomas Müller-Lüdenscheidt (Muster GmbH & Co. KG)",
                  RUF_LABEL_CLEANED);
    deceiving.given = (struct ruf_text){ NULL, 0 };
    expect_render(&deceiving, 60, "Müller-Lüdenscheidt (Muster GmbH & Co. KG)",
                  0); /* blanks alone are no step */
}

Test(label, limits_entries_by_priority_and_then_number)
{
    use_policy(",\"caller_id\":{\"max_entries\":2}");
    add("CRM", "1", "A", "Low", NULL, NULL, "+493023125001", NULL);
    add("AAD", "2", "B", "High", NULL, NULL, "030 23125-002", NULL);
    add("AAD", "3", "C", "High", NULL, NULL, "030 23125-003", NULL);
    add("AAD", "4", "D", "High", NULL, NULL, "030 23125-004", NULL);
    (void)merge();
    cr_assert_eq(entries.count, 2);
    cr_assert_eq(entries.dropped, 2);
    cr_assert_eq(entries.entries[0].number, 493023125002);
    cr_assert_eq(entries.entries[1].number, 493023125003);
}

Test(label, leaves_out_kinds_the_policy_does_not_name)
{
    use_policy(",\"caller_id\":{\"kinds\":[\"mobile\"]}");
    add("AAD", "1", "Anna", "Graf", NULL, NULL, "030 23125-001",
        "0152 28817386");
    (void)merge();
    cr_assert_eq(entries.count, 1);
    cr_assert_eq(entries.entries[0].number, 4915228817386);
}
