/*
 * test_number.c - the parser against libphonenumber's published answers
 *
 * Expected values are what libphonenumber 8.13.51 and 9.0.40 answer. Example
 * numbers are Google's or from ranges kept unassigned.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <criterion/criterion.h>
#include <rufname/number.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct ruf_number parse(const char *region, const char *text)
{
    struct ruf_number number;

    ruf_number_parse(text, strlen(text), region, &number);
    return number;
}

Test(number, agrees_with_worked_examples)
{
    static const struct {
        const char *region;
        const char *text;
        const char *e164;
        bool valid;
        const char *of_region;
        enum ruf_number_type type;
        const char *extension;
    } cases[] = {
        { "DE", "+49 (0)89 / 1234-567", "+49891234567", true, "DE", 0, "" },
        { "DE", "0049 (0) 151 12345678", "+4915112345678", true, "DE", 1, "" },
        { "DE", "00800 1234 5678", "+80012345678", true, "001", 3, "" },
        { "DE", "+49 89 1234567, 12", "+49891234567", true, "DE", 0, "12" },
        { "AT", "0676/1234567-12", "+43676123456712", true, "AT", 1, "" },
        { "US", "1-800-FLOWERS", "+18003569377", true, "US", 3, "" },
        { "US", "(530) 583-6985 x302/x2303", "+15305836985", true, "US", 2,
          "302" },
        { "CA", "1 416 555 0198", "+14165550198", true, "CA", 2, "" },
        { "IT", "02 12345678", "+390212345678", true, "IT", 0, "" },
        { "HU", "06 1 234 5678", "+3612345678", true, "HU", 0, "" },
        { "AU", "0011 49 89 1234567", "+49891234567", true, "DE", 0, "" },
        { "AG", "4641234", "+12684641234", true, "AG", 1, "" },
        { "BY", "80 29 491 19 11", "+375294911911", true, "BY", 1, "" },
        { "KZ", "8 7710 00 9998", "+77710009998", true, "KZ", 1, "" },
        { "DE", "tel:030-23125-042;phone-context=+49", "+493023125042", true,
          "DE", 0, "" },
        { "DE", "+49 89 1234567;ext=99", "+49891234567", true, "DE", 0, "99" },
        { "DE", "\xEF\xBC\x8B\xEF\xBC\x94\xEF\xBC\x99 89 1234567",
          "+49891234567", true, "DE", 0, "" },
        { "DE", "\xD9\xA0\xD9\xA8\xD9\xA9 1234567", "+49891234567", true, "DE",
          0, "" },
        { "DE", "2024-11-05", "+4920241105", true, "DE", 0, "" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ruf_number number = parse(cases[i].region, cases[i].text);

        cr_expect(number.status == RUF_NUMBER_OK, "%s", cases[i].text);
        cr_expect_str_eq(number.e164, cases[i].e164, "%s: %s", cases[i].text,
                         number.e164);
        cr_expect(number.valid == cases[i].valid, "%s", cases[i].text);
        cr_expect_str_eq(number.region, cases[i].of_region, "%s: %s",
                         cases[i].text, number.region);
        cr_expect(number.type == cases[i].type, "%s: type %d", cases[i].text,
                  (int)number.type);
        cr_expect_str_eq(number.extension, cases[i].extension, "%s",
                         cases[i].text);
    }
}

Test(number, names_why_a_text_is_none)
{
    static const struct {
        const char *region;
        const char *text;
        const char *status;
    } cases[] = {
        { "DE", "089 123456 / 0171 1234567", "TOO_LONG_NSN" },
        { "DE", "+49", "NOT_A_NUMBER" },
        { "DE", "00", "TOO_SHORT_AFTER_IDD" },
        { "DE", "+49 1", "TOO_SHORT_NSN" },
        { "DE", "+999 123456", "INVALID_COUNTRY_CODE" },
        { NULL, "089 1234567", "INVALID_COUNTRY_CODE" },
        { "de", "089 1234567", "INVALID_COUNTRY_CODE" },
        { "DE", "", "NOT_A_NUMBER" },
        { "DE", "siehe Notiz", "NOT_A_NUMBER" },
        { "DE", "089\t1234567", "NOT_A_NUMBER" },
        { "DE",
          "089 123\xFF"
          "4567",
          "NOT_A_NUMBER" },
        { "DE", "089,1234567:8", "NOT_A_NUMBER" },
        { "DE", "+49891234+567", "NOT_A_NUMBER" },
        { "DE", "+49 89 12+34567", "NOT_A_NUMBER" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ruf_number number = parse(cases[i].region, cases[i].text);

        cr_expect_str_eq(ruf_number_status_name(number.status), cases[i].status,
                         "%s: %s", cases[i].text,
                         ruf_number_status_name(number.status));
        cr_expect_eq(number.key, 0, "%s", cases[i].text);
    }
}

Test(number, keeps_emergency_and_short_numbers_out)
{
    static const char *const texts[] = { "110", "112", "116117", "115",
                                         "4711" };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct ruf_number number = parse("DE", texts[i]);

        cr_expect(!number.valid && number.key == 0, "%s", texts[i]);
    }
}

Test(number, gives_the_same_answer_for_its_own_e164_form)
{
    uint64_t state = 5;
    static const char *const regions[] = { "DE", "AT", "CH", "US", "IT",
                                           "GB", "FR", "AR", "BR", "JP" };
    size_t valid = 0;

    for (int i = 0; i < 20000; i++) {
        char digits[16];
        size_t size = 6 + (size_t)(state >> 40) % 8;
        struct ruf_number first;
        struct ruf_number second;

        for (size_t k = 0; k < size; k++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            digits[k] = (char)('0' + (state >> 33) % 10);
        }
        ruf_number_parse(digits, size, regions[i % 10], &first);
        if (!first.valid)
            continue;
        valid++;
        second = parse(NULL, first.e164);
        cr_assert_str_eq(first.e164, second.e164);
        cr_assert(first.key == second.key);
        cr_assert(second.valid && first.type == second.type);
        cr_assert_str_eq(first.region, second.region);
    }
    cr_assert_gt(valid, 1000, "the loop must have met valid numbers");
}

/* Every beginning of each text, between two pages that must not be touched. */
Test(number, never_reads_past_its_input)
{
    static const char *const texts[] = {
        "+49 89 1234567 ext. 12#",
        "+498999998000123456789",
        "(089) 99998-000 / 99998-001",
        "089/99998-000 App. 21 /x9;isub=1",
        "tel:99998-000;phone-context=+49-89",
        "\xEF\xBC\x8B\xEF\xBC\x94\xEF\xBC\x99 89\xC2\xA0 99998\xE2\x80\x93 0",
        "089 99998000 \xD0\xB4\xD0\xBE\xD0\xB1 1\xF0\x9D\x9F\x8E",
    };
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    cr_assert(pages != MAP_FAILED);
    cr_assert(mprotect(pages, page, PROT_NONE) == 0);
    cr_assert(mprotect(pages + 2 * page, page, PROT_NONE) == 0);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        for (size_t size = 0; size <= strlen(texts[i]); size++) {
            char *first = pages + page;
            char *last = pages + 2 * page - size;
            struct ruf_number front;
            struct ruf_number back;

            memcpy(first, texts[i], size);
            ruf_number_parse(first, size, "DE", &front);
            memcpy(last, texts[i], size);
            ruf_number_parse(last, size, "DE", &back);
            cr_expect_eq(front.status, back.status, "%s", texts[i]);
            cr_expect_str_eq(front.e164, back.e164, "%s", texts[i]);
        }
    (void)munmap(pages, 3 * page);
}

Test(number, takes_input_of_any_length)
{
    size_t size = 1000000;
    char *text = malloc(size);
    struct ruf_number number;

    cr_assert(text != NULL);
    memset(text, '1', size);
    ruf_number_parse(text, size, "DE", &number);
    cr_assert(number.status == RUF_NUMBER_TOO_LONG_NSN);
    memset(text, '(', size);
    ruf_number_parse(text, size, "DE", &number);
    cr_assert(number.status == RUF_NUMBER_NOT_A_NUMBER);
    free(text);
}

Test(e164, is_written_with_a_plus)
{
    char text[RUF_E164_TEXT_SIZE];

    cr_assert_eq(ruf_e164_format(49891234567, text), 12);
    cr_assert_str_eq(text, "+49891234567");
    cr_assert_eq(ruf_e164_format(RUF_E164_MAX, text), 19);
    cr_assert_str_eq(text, "+999999999999999999");
}

/* Published by libphonenumber's own unit tests (formatNumber, isEmergency). */
Test(number, is_shown_as_people_write_it)
{
    static const struct {
        const char *text;
        const char *international;
        const char *national;
        const char *rfc3966;
    } cases[] = {
        { "+1 650 253 0000", "+1 650-253-0000", "(650) 253-0000",
          "tel:+1-650-253-0000" },
        { "+44 20 7031 3000", "+44 20 7031 3000", "020 7031 3000",
          "tel:+44-20-7031-3000" },
        { "+49 30 123456", "+49 30 123456", "030 123456", "tel:+49-30-123456" },
        { "+39 02 3661 8300", "+39 02 3661 8300", "02 3661 8300",
          "tel:+39-02-3661-8300" },
        { "+54 9 11 8765 4321", "+54 9 11 8765-4321", "011 15-8765-4321",
          "tel:+54-9-11-8765-4321" },
        { "+800 1234 5678", "+800 1234 5678", "1234 5678",
          "tel:+800-1234-5678" },
        { "+1 650 253 0000 ext 12", "+1 650-253-0000 ext. 12",
          "(650) 253-0000 ext. 12", "tel:+1-650-253-0000;ext=12" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ruf_number number = parse(NULL, cases[i].text);
        char shown[RUF_NUMBER_TEXT_SIZE];
        size_t size =
            ruf_number_format(&number, RUF_STYLE_INTERNATIONAL, shown);

        cr_assert_str_eq(shown, cases[i].international);
        cr_assert_eq(size, strlen(shown));
        (void)ruf_number_format(&number, RUF_STYLE_NATIONAL, shown);
        cr_assert_str_eq(shown, cases[i].national);
        (void)ruf_number_format(&number, RUF_STYLE_RFC3966, shown);
        cr_assert_str_eq(shown, cases[i].rfc3966);
    }
}

Test(number, that_does_not_parse_is_shown_as_nothing)
{
    struct ruf_number number = parse("DE", "not a number");
    char shown[RUF_NUMBER_TEXT_SIZE] = "x";

    cr_assert_eq(ruf_number_format(&number, RUF_STYLE_NATIONAL, shown), 0);
    cr_assert_str_eq(shown, "");
}

Test(e164, is_shown_like_the_number_it_came_from)
{
    char shown[RUF_NUMBER_TEXT_SIZE];

    (void)ruf_e164_format_as(4930123456, RUF_STYLE_INTERNATIONAL, shown);
    cr_assert_str_eq(shown, "+49 30 123456");
    (void)ruf_e164_format_as(4930123456, RUF_STYLE_NATIONAL, shown);
    cr_assert_str_eq(shown, "030 123456");
    (void)ruf_e164_format_as(999, RUF_STYLE_INTERNATIONAL, shown);
    cr_assert_str_eq(shown, "+999"); /* no such calling code */
}

Test(number, knows_short_numbers_of_a_region)
{
    static const struct {
        const char *region;
        const char *text;
        enum ruf_number_short expected;
    } cases[] = {
        { "DE", "112", RUF_SHORT_EMERGENCY },
        { "DE", "1 1 0", RUF_SHORT_EMERGENCY },
        { "US", "911", RUF_SHORT_EMERGENCY },
        { "GB", "999", RUF_SHORT_EMERGENCY },
        { "DE", "116117", RUF_SHORT_OTHER },
        { "DE", "11833", RUF_SHORT_OTHER },
        { "DE", "1121", RUF_SHORT_NONE },
        { "DE", "+112", RUF_SHORT_NONE },
        { "DE", "911", RUF_SHORT_NONE },
        { "DE", "030 123456", RUF_SHORT_NONE },
        { "ZZ", "112", RUF_SHORT_NONE },
        { NULL, "112", RUF_SHORT_NONE },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        cr_assert_eq(ruf_number_short(cases[i].text, strlen(cases[i].text),
                                      cases[i].region),
                     cases[i].expected, "%s", cases[i].text);
}
