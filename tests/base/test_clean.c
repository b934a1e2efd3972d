/*
 * test_clean.c - the cleaning layer above the number parser
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <criterion/criterion.h>
#include <rufname/clean.h>
#include <string.h>

static struct ruf_cleaned clean(unsigned corrections, const char *area_code,
                                const char *region, const char *text)
{
    struct ruf_clean_options options = { corrections, area_code };
    struct ruf_cleaned cleaned;

    ruf_number_clean(text, strlen(text), region, &options, &cleaned);
    return cleaned;
}

struct expected {
    const char *region;
    const char *text;
    unsigned corrections;
    const char *first;  /* "" = not a valid number */
    const char *second; /* NULL = one number */
};

static void check(const struct expected *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct ruf_cleaned cleaned =
            clean(RUF_CORRECT_ALL, "30", cases[i].region, cases[i].text);
        const struct ruf_number *first = &cleaned.numbers[0];

        cr_assert_eq(cleaned.corrections, cases[i].corrections, "%s: %x",
                     cases[i].text, cleaned.corrections);
        cr_assert_str_eq(first->valid ? first->e164 : "", cases[i].first, "%s",
                         cases[i].text);
        cr_assert_eq(cleaned.count, cases[i].second == NULL ? 1 : 2);
        if (cases[i].second != NULL)
            cr_assert_str_eq(cleaned.numbers[1].e164, cases[i].second);
    }
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof((cases)[0]))

Test(clean, drops_labels)
{
    static const struct expected cases[] = {
        { "DE", "+49 30 23125 000 (privat)", RUF_CORRECT_LABEL, "+493023125000",
          NULL },
        { "DE", "030 23125000 privat", RUF_CORRECT_LABEL, "+493023125000",
          NULL },
        { "DE", "Tel.: 030 23125000", RUF_CORRECT_LABEL, "+493023125000",
          NULL },
        { "DE", "030 23125000 B\xC3\x9CRO", RUF_CORRECT_LABEL, "+493023125000",
          NULL },
        { "DE", "+49 30 23125000 [Empfang]", RUF_CORRECT_LABEL, "+493023125000",
          NULL },
        /* Any words behind a number that is valid without them. */
        { "DE", "030 23125000 abends", RUF_CORRECT_LABEL, "+493023125000",
          NULL },
        { "DE", "030 23125000 Frau Meier", RUF_CORRECT_LABEL, "+493023125000",
          NULL },
        { "DE",
          "030 23125000 K\xC3\xBC"
          "che",
          RUF_CORRECT_LABEL, "+493023125000", NULL },
        { "DE", "+49 30 23125000 gesch.", RUF_CORRECT_LABEL, "+493023125000",
          NULL },
        { "DE", "030 23125000, Lager", RUF_CORRECT_LABEL, "+493023125000",
          NULL },
        { "DE", "030 23125000 p", 0, "+493023125000", NULL },
        { "DE", "0800 RUFNAME", 0, "+498007836263", NULL },
        { "DE", "030 23125 RUF", 0, "+493023125783", NULL },
        { "DE", "030 23125000 ab 18 Uhr", 0, "", NULL },
        { "DE", "+49 30 23125000 ab 18 Uhr", 0, "", NULL },
        /* What is no label stays. */
        { "DE", "+49 (0)30 23125000", 0, "+493023125000", NULL },
        { "US", "1-800-FLOWERS", 0, "+18003569377", NULL },
        { "DE", "030 23125000 ext. 12", 0, "+493023125000", NULL },
    };

    CHECK(cases);
}

Test(clean, joins_a_direct_dial_number)
{
    static const struct expected cases[] = {
        { "DE", "030 23125-0 DW 12", RUF_CORRECT_DIRECT_DIAL, "+49302312512",
          NULL },
        { "DE", "030 23125 Durchwahl 12", RUF_CORRECT_DIRECT_DIAL,
          "+49302312512", NULL },
        { "DE", "030 23125-0 (DW 12)", RUF_CORRECT_DIRECT_DIAL, "+49302312512",
          NULL },
        { "DE", "030 23125-0, DW 12", RUF_CORRECT_DIRECT_DIAL, "+49302312512",
          NULL },
        { "AT", "01 23125-0 Kl. 21", RUF_CORRECT_DIRECT_DIAL, "+4312312521",
          NULL },
        { "AT", "01 23125-0 App. 21", RUF_CORRECT_DIRECT_DIAL, "+4312312521",
          NULL },
    };

    CHECK(cases);
}

Test(clean, splits_two_numbers)
{
    static const struct expected cases[] = {
        { "DE", "030 23125000 / 0152 28817386", RUF_CORRECT_SPLIT,
          "+493023125000", "+4915228817386" },
        { "DE", "+49 30 23125000; +49 152 28817386", RUF_CORRECT_SPLIT,
          "+493023125000", "+4915228817386" },
        { "DE", "030 23125000 oder 0152 28817386", RUF_CORRECT_SPLIT,
          "+493023125000", "+4915228817386" },
        { "DE", "030 23125000 (privat) / 0152 28817386 (mobil)",
          RUF_CORRECT_SPLIT | RUF_CORRECT_LABEL, "+493023125000",
          "+4915228817386" },
        { "DE", "030 23125000 bzw. (0152) 28817386", RUF_CORRECT_SPLIT,
          "+493023125000", "+4915228817386" },
        { "DE", "T +49 30 23125000, M: +49 152 28817386", RUF_CORRECT_SPLIT,
          "+493023125000", "+4915228817386" },
        { "DE", "030 23125-0/-12", RUF_CORRECT_SPLIT | RUF_CORRECT_DIRECT_DIAL,
          "+4930231250", "+49302312512" },
        { "DE", "+49 30 23125-10 / -12 (privat)",
          RUF_CORRECT_SPLIT | RUF_CORRECT_DIRECT_DIAL | RUF_CORRECT_LABEL,
          "+49302312510", "+49302312512" },
        /* No number without what stands behind the hyphen. */
        { "DE", "030-23125000/-001", 0, "+493023125000001", NULL },
        /* What stands there is no second number. */
        { "DE", "030 23125000; Kd-Nr. 0815123", 0, "", NULL },
        { "DE", "030 23125000 / 05.11.2024", 0, "", NULL },
        /* One number with a slash. */
        { "DE", "030 / 23125000", 0, "+493023125000", NULL },
        { "DE", "+49 (0)30 / 23125-000", 0, "+493023125000", NULL },
        { "DE", "+49 30 23125000, 12", 0, "+493023125000", NULL },
    };

    CHECK(cases);
}

Test(clean, refuses_dates_and_addresses)
{
    static const struct expected cases[] = {
        { "DE", "2024-11-05", RUF_CORRECT_REFUSE, "", NULL },
        { "DE", "05.11.2024", RUF_CORRECT_REFUSE, "", NULL },
        { "DE", " 5/11/2024 ", RUF_CORRECT_REFUSE, "", NULL },
        { "DE", "192.168.10.20", RUF_CORRECT_REFUSE, "", NULL },
        /* Words, brackets and a time around it. */
        { "DE", "Urlaub bis 05.11.2024", RUF_CORRECT_REFUSE, "", NULL },
        { "DE", "(05.11.2024)", RUF_CORRECT_REFUSE, "", NULL },
        { "DE", "05. 11. 2024", RUF_CORRECT_REFUSE, "", NULL },
        { "DE", "05.11.2024 10.30", RUF_CORRECT_REFUSE, "", NULL },
        { "DE", "05.11.2024 - 07.11.2024", RUF_CORRECT_REFUSE, "", NULL },
        { "DE", "IP 192.168.10.20", RUF_CORRECT_REFUSE, "", NULL },
        { "DE", "10.10.10.20", RUF_CORRECT_REFUSE, "", NULL },
        { "DE", "+49.30.231.25", 0, "+493023125", NULL },
        /* Numbers in pairs, where none begins with 0. */
        { "DK", "32.12.34.56", 0, "+4532123456", NULL },
        { "NO", "22.12.34.56", 0, "+4722123456", NULL },
        { "LU", "26.12.34.56", 0, "+35226123456", NULL },
        /* No such day, no such address. */
        { "DE", "030.23.12.50", 0, "+4930231250", NULL },
        { "FR", "01.99.00.12.34", 0, "+33199001234", NULL },
    };

    CHECK(cases);
}

Test(clean, reads_a_calling_code_without_plus)
{
    static const struct expected cases[] = {
        { "DE", "4915228817386", RUF_CORRECT_CALLING_CODE, "+4915228817386",
          NULL },
        /* libphonenumber sees this one itself. */
        { "DE", "49 30 23125000", 0, "+493023125000", NULL },
        /* With a trunk prefix it is an area code. */
        { "DE", "04915 228817", 0, "+494915228817", NULL },
        /* Italian numbers have no trunk prefix: 39 may begin one. */
        { "IT", "3912345678", 0, "+393912345678", NULL },
    };

    CHECK(cases);
}

Test(clean, puts_the_area_code_before_a_local_number)
{
    struct ruf_cleaned cleaned =
        clean(RUF_CORRECT_ALL, "212", "US", "555-0123");

    cr_assert_eq(cleaned.corrections, RUF_CORRECT_AREA_CODE);
    cr_assert_str_eq(cleaned.numbers[0].e164, "+12125550123");
    /* Elsewhere this would be a town's number, but without its 0. */
    cleaned = clean(RUF_CORRECT_ALL, "30", "DE", "23125 042");
    cr_assert_eq(cleaned.corrections, RUF_CORRECT_AREA_CODE);
    cr_assert_str_eq(cleaned.numbers[0].e164, "+493023125042");
    cleaned = clean(RUF_CORRECT_ALL, "30", "DE", "15228817386");
    cr_assert_eq(cleaned.corrections, 0);
    /* None given, an emergency number, a number of its own. */
    cleaned = clean(RUF_CORRECT_ALL, NULL, "US", "555-0123");
    cr_assert_eq(cleaned.corrections, 0);
    cleaned = clean(RUF_CORRECT_ALL, "30", "DE", "112");
    cr_assert_eq(cleaned.corrections, 0);
    cr_assert_not(cleaned.numbers[0].valid);
    /* With its own 0 it must not become 00385, which is Croatia. */
    cleaned = clean(RUF_CORRECT_ALL, "0385", "DE", "23125 000");
    cr_assert_str_eq(cleaned.numbers[0].e164, "+4938523125000");
    cleaned = clean(RUF_CORRECT_ALL, "40", "DE", "030 23125000");
    cr_assert_str_eq(cleaned.numbers[0].e164, "+493023125000");
}

Test(clean, leaves_links_alone)
{
    static const struct expected cases[] = {
        { "DE", "tel:030-23125000;phone-context=+49", 0, "+493023125000",
          NULL },
        { "DE", "tel:23125000;phone-context=+4930", 0, "+493023125000", NULL },
        { "DE", "tel:+49-30-23125000;isub=03023125001", 0, "+493023125000",
          NULL },
        { "DE", "tel:030-23125000;phone-context=example.com", 0,
          "+493023125000", NULL },
    };

    CHECK(cases);
}

Test(clean, does_nothing_that_is_switched_off)
{
    static const char *const texts[] = {
        "030 23125000 privat",
        "030 23125-0 DW 12",
        "030 23125000 / 0152 28817386",
        "2024-11-05",
        "4915228817386",
        "1234",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct ruf_cleaned cleaned = clean(0, "30", "DE", texts[i]);
        struct ruf_number number;

        ruf_number_parse(texts[i], strlen(texts[i]), "DE", &number);
        cr_assert_eq(cleaned.corrections, 0);
        cr_assert_eq(cleaned.count, 1);
        cr_assert_eq(cleaned.numbers[0].status, number.status);
        cr_assert_eq(cleaned.numbers[0].valid, number.valid);
        cr_assert_str_eq(cleaned.numbers[0].e164, number.e164, "%s", texts[i]);
    }
}

Test(clean, takes_input_of_any_length)
{
    static char text[4096];

    memset(text, '(', sizeof(text) - 1);
    for (size_t size = 0; size < sizeof(text); size += 13) {
        struct ruf_clean_options options = { RUF_CORRECT_ALL, "30" };
        struct ruf_cleaned cleaned;

        ruf_number_clean(text, size, "DE", &options, &cleaned);
        cr_assert_not(cleaned.numbers[0].valid);
    }
}
