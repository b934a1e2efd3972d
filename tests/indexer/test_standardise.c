/*
 * test_standardise.c - region chain, corrections and reasons of a record's
 * numbers
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "indexer/contacts.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define NUMBERS_MAX 8

static struct ruf_policy *policy;
static struct ruf_arena *arena;
static struct ruf_source_contact contact;

static void use_policy(const char *more)
{
    char text[1024];
    struct ruf_error err;

    (void)snprintf(
        text, sizeof(text),
        "{\"schema\":\"rufname.policy/1\",\"version\":1,"
        "\"sources\":[{\"id\":\"OWN\",\"kind\":\"file\"},"
        "{\"id\":\"SILENT\",\"kind\":\"file\",\"caller_id\":false}]%s}",
        more);
    ruf_policy_destroy(policy);
    policy = NULL;
    cr_assert(ruf_policy_parse(text, strlen(text), &policy, NULL, &err) ==
                  RUF_OK,
              "%s %s", err.place, err.detail);
}

#define GERMAN ",\"region\":{\"default\":\"DE\"}"

static void set_up(void)
{
    cr_assert(ruf_arena_create(&arena, NULL) == RUF_OK);
    use_policy(GERMAN);
}

static void tear_down(void)
{
    ruf_arena_destroy(arena);
    ruf_policy_destroy(policy);
}

TestSuite(standardise, .init = set_up, .fini = tear_down);

/* Standardise a record of one source with these numbers, NULL-ended. */
static void record(const char *source, const char *country,
                   const char *const *texts)
{
    struct ruf_raw_number numbers[NUMBERS_MAX];
    struct ruf_record record;

    memset(&record, 0, sizeof(record));
    record.fields[RUF_RECORD_COUNTRY] = ruf_text(country);
    while (texts[record.number_count] != NULL) {
        numbers[record.number_count] =
            (struct ruf_raw_number){ ruf_text(texts[record.number_count]),
                                     RUF_KIND_BUSINESS };
        record.number_count++;
    }
    record.numbers = numbers;
    cr_assert(ruf_standardise(&record, policy,
                              ruf_policy_source(policy, ruf_text(source)),
                              arena, &contact, NULL) == RUF_OK);
}

static struct ruf_standard_number only(const char *text)
{
    const char *const texts[] = { text, NULL };

    record("OWN", NULL, texts);
    cr_assert_eq(contact.number_count, 1, "%s: %zu numbers", text,
                 contact.number_count);
    return contact.numbers[0];
}

/* --- region chain
 * --------------------------------------------------------------------- */

Test(standardise, takes_the_source_s_region_before_the_default)
{
    use_policy(",\"region\":{\"default\":\"DE\","
               "\"per_source\":{\"SILENT\":\"AT\"}}");
    cr_assert_eq(only("030 23125-042").e164, 493023125042);
    cr_assert_eq(only("030 23125-042").rule, RUF_REGION_DEFAULT);
    record("SILENT", NULL, (const char *const[]){ "030 23125-042", NULL });
    cr_assert_eq(contact.numbers[0].rule, RUF_REGION_SOURCE);
    cr_assert_neq(contact.numbers[0].e164, 493023125042);
}

Test(standardise, prefers_the_region_of_international_siblings)
{
    use_policy(",\"region\":{\"default\":\"AT\"}");
    record("OWN", NULL,
           (const char *const[]){ "030 23125-042", "mobil: +49 152 28817386",
                                  NULL });
    cr_assert_eq(contact.numbers[0].e164, 493023125042);
    cr_assert_eq(contact.numbers[0].rule, RUF_REGION_SIBLINGS);
    cr_assert_eq(contact.numbers[1].rule, RUF_REGION_INTERNATIONAL);
    /* Siblings that disagree say nothing. */
    record("OWN", NULL,
           (const char *const[]){ "030 23125-042", "+49 152 28817386",
                                  "+1 530 583 6985", NULL });
    cr_assert_eq(contact.numbers[0].rule, RUF_REGION_DEFAULT);
}

Test(standardise, prefers_the_record_s_own_country_to_all)
{
    static const char *const texts[] = { "030 23125-042", "+1 530 583 6985",
                                         NULL };

    use_policy(",\"region\":{\"default\":\"AT\"}");
    record("OWN", "DE", texts);
    cr_assert_eq(contact.numbers[0].e164, 493023125042);
    cr_assert_eq(contact.numbers[0].rule, RUF_REGION_RECORD);
    use_policy(",\"region\":{\"default\":\"AT\",\"from_record\":false}");
    record("OWN", "DE", texts);
    cr_assert_eq(contact.numbers[0].rule, RUF_REGION_SIBLINGS);
}

Test(standardise, guesses_no_region)
{
    use_policy("");
    cr_assert_eq(only("030 23125-042").e164, 0);
    cr_assert_eq(only("030 23125-042").rule, RUF_REGION_UNRESOLVED);
    cr_assert_eq(only("030 23125-042").reason, RUF_REASON_NO_REGION);
    cr_assert_eq(only("+49 30 23125-042").e164, 493023125042);
}

/* --- reasons
 * ------------------------------------------------------------------------- */

Test(standardise, says_why_a_number_has_no_e164_form)
{
    static const struct {
        const char *text;
        enum ruf_number_reason reason;
    } cases[] = {
        { "030 23125-042", RUF_REASON_IDENTIFIED },
        { "", RUF_REASON_NOT_A_NUMBER },
        { "siehe Notiz", RUF_REASON_NOT_A_NUMBER },
        { "+49", RUF_REASON_NOT_A_NUMBER },
        { "+999 123456", RUF_REASON_CALLING_CODE },
        { "+49 1", RUF_REASON_TOO_SHORT },
        { "+1 530 583", RUF_REASON_TOO_SHORT },
        { "+1 530 583 6985 123", RUF_REASON_TOO_LONG },
        { "030 23125 000 23125 000", RUF_REASON_TOO_LONG },
        { "+1 583 6985", RUF_REASON_LOCAL },
        { "+1 555 123 4567 ", RUF_REASON_UNASSIGNED },
        { "112", RUF_REASON_EMERGENCY },
        { "110", RUF_REASON_EMERGENCY },
        { "116117", RUF_REASON_SHORT },
        { "2024-11-05", RUF_REASON_REFUSED },
        { "192.168.10.20", RUF_REASON_REFUSED },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ruf_standard_number number = only(cases[i].text);

        cr_expect_eq(number.reason, cases[i].reason, "%s: reason %d, not %d",
                     cases[i].text, (int)number.reason, (int)cases[i].reason);
        cr_expect_eq(number.e164 != 0, number.reason == RUF_REASON_IDENTIFIED,
                     "%s", cases[i].text);
    }
}

/* No valid number may be one that calls an ambulance where it is dialled. */
Test(standardise, gives_no_emergency_number_of_any_region_an_e164_form)
{
    size_t emergencies = 0;

    for (int place = 0; place < 26 * 26; place++) {
        char region[3] = { (char)('A' + place / 26), (char)('A' + place % 26),
                           '\0' };

        if (!ruf_number_region_known(region))
            continue;
        for (int digits = 10; digits < 10000; digits++) {
            struct ruf_number number;
            char text[8];
            int size = snprintf(text, sizeof(text), "%d", digits);

            if (ruf_number_short(text, (size_t)size, region) !=
                RUF_SHORT_EMERGENCY)
                continue;
            emergencies++;
            ruf_number_parse(text, (size_t)size, region, &number);
            cr_expect_eq(number.key, 0, "%s in %s", text, region);
        }
    }
    cr_assert_gt(emergencies, 500, "only %zu emergency numbers", emergencies);
}

/* --- corrections
 * ----------------------------------------------------------------------- */

Test(standardise, keeps_the_text_and_names_the_corrections)
{
    struct ruf_standard_number number = only("Tel.: 030 23125-042 (privat)");

    cr_assert_eq(number.e164, 493023125042);
    cr_assert_eq(number.corrections, RUF_CORRECT_LABEL);
    cr_assert(ruf_text_is(number.raw, "Tel.: 030 23125-042 (privat)"));
    number = only("4915228817386");
    cr_assert_eq(number.e164, 4915228817386);
    cr_assert_eq(number.corrections, RUF_CORRECT_CALLING_CODE);
    cr_assert_eq(only("030 23125-042").corrections, 0);
}

Test(standardise, makes_two_numbers_of_one_text)
{
    record("OWN", NULL,
           (const char *const[]){ "030 23125-001",
                                  "030 23125-002 / 0152 28817386",
                                  "030 23125-003", NULL });
    cr_assert_eq(contact.number_count, 4);
    cr_assert_eq(contact.numbers[1].e164, 493023125002);
    cr_assert_eq(contact.numbers[2].e164, 4915228817386);
    cr_assert_eq(contact.numbers[3].e164, 493023125003);
    cr_assert_eq(contact.numbers[2].corrections, RUF_CORRECT_SPLIT);
    cr_assert(
        ruf_text_is(contact.numbers[2].raw, "030 23125-002 / 0152 28817386"));
    cr_assert_eq(contact.numbers[2].type, RUF_TYPE_MOBILE);
}

Test(standardise, keeps_the_rule_of_each_number_of_a_text)
{
    record("OWN", NULL,
           (const char *const[]){ "+49 30 23125001 / 0152 28817386",
                                  "030 23125002; +49 152 28817386", NULL });
    cr_assert_eq(contact.number_count, 4);
    cr_assert_eq(contact.numbers[0].rule, RUF_REGION_INTERNATIONAL);
    cr_assert_eq(contact.numbers[1].rule, RUF_REGION_DEFAULT);
    cr_assert_eq(contact.numbers[2].rule, RUF_REGION_DEFAULT);
    cr_assert_eq(contact.numbers[3].rule, RUF_REGION_INTERNATIONAL);
}

Test(standardise, takes_no_part_of_a_long_text_for_a_number)
{
    char text[RUF_RAW_NUMBER_MAX + 10];

    memset(text, '-', sizeof(text));
    memcpy(text + RUF_RAW_NUMBER_MAX - 10, "030 23125001", 13);
    cr_assert_eq(only(text).e164, 0);
    cr_assert_eq(only(text).reason, RUF_REASON_NOT_A_NUMBER);
}

Test(standardise, corrects_only_what_the_policy_allows)
{
    static const struct {
        const char *field;
        const char *text;
        enum ruf_correction correction;
    } cases[] = {
        { "label", "030 23125042 (privat)", RUF_CORRECT_LABEL },
        { "direct_dial", "030 23125-0 DW 42", RUF_CORRECT_DIRECT_DIAL },
        { "split", "030 23125002 / 0152 28817386", RUF_CORRECT_SPLIT },
        { "refuse", "2024-11-05", RUF_CORRECT_REFUSE },
        { "calling_code", "4915228817386", RUF_CORRECT_CALLING_CODE },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *const texts[] = { cases[i].text, NULL };
        char more[128];

        use_policy(GERMAN);
        record("OWN", NULL, texts);
        cr_expect_eq(contact.numbers[0].corrections, cases[i].correction, "%s",
                     cases[i].field);
        (void)snprintf(more, sizeof(more),
                       GERMAN ",\"cleaning\":{\"%s\":false}", cases[i].field);
        use_policy(more);
        record("OWN", NULL, texts);
        cr_expect_eq(contact.numbers[0].corrections, 0, "%s", cases[i].field);
    }
}

Test(standardise, puts_an_area_code_only_before_numbers_of_its_region)
{
    cr_assert_eq(only("23125 042").corrections, 0);
    use_policy(GERMAN ",\"cleaning\":{\"area_codes\":{\"DE\":\"30\"}}");
    cr_assert_eq(only("23125 042").e164, 493023125042);
    cr_assert_eq(only("23125 042").corrections, RUF_CORRECT_AREA_CODE);
    cr_assert_eq(only("030 23125042").corrections, 0);
    cr_assert_eq(only("15228817386").corrections, 0, "a mobile without its 0");
    cr_assert_eq(only("112").reason, RUF_REASON_EMERGENCY);
    record("OWN", "AT", (const char *const[]){ "23125 042", NULL });
    cr_assert_eq(contact.numbers[0].corrections, 0);
}

/* --- the call directory
 * ------------------------------------------------------------------ */

static enum ruf_number_held held(const char *source, const char *text)
{
    record(source, NULL, (const char *const[]){ text, NULL });
    return ruf_number_held(&contact, &contact.numbers[0], policy);
}

/* The premium number is the plan's own example. */
Test(standardise, says_what_holds_a_number_back)
{
    static const char premium[] = "0900 1234567";

    cr_assert_eq(held("OWN", "030 23125-042"), RUF_HELD_NOT);
    cr_assert_eq(held("OWN", "siehe Notiz"), RUF_HELD_UNIDENTIFIED);
    cr_assert_eq(held("SILENT", "030 23125-042"), RUF_HELD_SOURCE);
    cr_assert_eq(held("OWN", premium), RUF_HELD_TYPE);
    contact.held_by = "quiet";
    cr_assert_eq(ruf_number_held(&contact, &contact.numbers[0], policy),
                 RUF_HELD_FILTER);
    use_policy(GERMAN ",\"caller_id\":{\"enabled\":false}");
    cr_assert_eq(held("OWN", "030 23125-042"), RUF_HELD_POLICY);
    use_policy(GERMAN ",\"caller_id\":{\"kinds\":[\"mobile\"]}");
    cr_assert_eq(held("OWN", "030 23125-042"), RUF_HELD_KIND);
    use_policy(GERMAN ",\"index\":{\"exclude_types\":[]}");
    cr_assert_eq(held("OWN", premium), RUF_HELD_NOT);
    use_policy(GERMAN ",\"index\":{\"exclude_types\":[\"fixed_line\"]}");
    cr_assert_eq(held("OWN", "030 23125-042"), RUF_HELD_TYPE);
    cr_assert_eq(held("OWN", "0152 28817386"), RUF_HELD_NOT);
}
