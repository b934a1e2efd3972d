/*
 * check_number.c - what holds for any number that the parser gives
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/fuzz/fuzz.h"
#include <rufname/number.h>
#include <stdlib.h>
#include <string.h>

#define CODE_POINTS_MAX 20 /* of an extension */

bool fuzz_numbers_equal(const struct ruf_number *a, const struct ruf_number *b)
{
    return a->status == b->status && a->possibility == b->possibility &&
           a->type == b->type && a->valid == b->valid && a->key == b->key &&
           a->calling_code == b->calling_code &&
           strcmp(a->region, b->region) == 0 && strcmp(a->e164, b->e164) == 0 &&
           strcmp(a->extension, b->extension) == 0;
}

static size_t code_points(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += (*text & 0xC0) != 0x80;
    return count;
}

static void check_error(const struct ruf_number *number)
{
    struct ruf_number nothing = { .status = number->status };

    fuzz_require(number->status <= RUF_NUMBER_TOO_LONG_NSN, "status is known");
    fuzz_require(fuzz_numbers_equal(number, &nothing),
                 "all but the status is 0 on an error");
}

static void check_fields(const struct ruf_number *number)
{
    size_t size = strnlen(number->e164, sizeof(number->e164));
    char code[RUF_E164_TEXT_SIZE];
    size_t width = ruf_e164_format(number->calling_code, code);

    fuzz_require(size >= 4 && size <= 21, "E.164 has 3 to 20 digits");
    fuzz_require(number->e164[0] == '+' &&
                     strspn(number->e164 + 1, "0123456789") == size - 1,
                 "E.164 is a plus and digits");
    fuzz_require(number->calling_code >= 1 && number->calling_code <= 999 &&
                     strncmp(number->e164, code, width) == 0,
                 "E.164 begins with the calling code");
    fuzz_require(number->possibility <= RUF_POSSIBLE_TOO_LONG &&
                     number->possibility != RUF_POSSIBLE_INVALID_COUNTRY_CODE,
                 "possibility is known");
    fuzz_require(number->type <= RUF_TYPE_UNKNOWN &&
                     number->valid == (number->type != RUF_TYPE_UNKNOWN),
                 "a valid number has a type");
    fuzz_require(ruf_number_region_known(number->region) ||
                     strcmp(number->region, "001") == 0 ||
                     (strcmp(number->region, "ZZ") == 0 && !number->valid),
                 "region is known");
    fuzz_require(memchr(number->extension, '\0', sizeof(number->extension)) !=
                         NULL &&
                     code_points(number->extension) <= CODE_POINTS_MAX,
                 "an extension has at most 20 digits");
}

static void check_key(const struct ruf_number *number)
{
    char text[RUF_E164_TEXT_SIZE];

    fuzz_require((number->key != 0) ==
                     (number->valid && strlen(number->e164) <= 19),
                 "valid numbers of up to 18 digits have a key");
    if (number->key == 0)
        return;
    fuzz_require(number->key <= RUF_E164_MAX, "the key has 18 digits");
    fuzz_require(ruf_e164_format(number->key, text) == strlen(number->e164) &&
                     strcmp(text, number->e164) == 0,
                 "the key gives the E.164 form back");
}

/* In a block of exactly the room that is promised to suffice. */
static char *format(const struct ruf_number *number,
                    enum ruf_number_style style)
{
    char *text = malloc(RUF_NUMBER_TEXT_SIZE);
    size_t size;

    fuzz_require(text != NULL, "there is memory");
    memset(text, '?', RUF_NUMBER_TEXT_SIZE);
    size = ruf_number_format(number, style, text);
    fuzz_require(size < RUF_NUMBER_TEXT_SIZE && strlen(text) == size,
                 "format tells the size of its text");
    return text;
}

/* What the forms say is read back as the same number. That of an invalid number
 * may lose another national prefix. */
static void check_reading_back(const struct ruf_number *number,
                               const char *text, bool with_extension)
{
    struct ruf_number again;

    if (!number->valid)
        return;
    ruf_number_parse(text, strlen(text), NULL, &again);
    if (!with_extension)
        memcpy(again.extension, number->extension, sizeof(again.extension));
    fuzz_require(fuzz_numbers_equal(number, &again),
                 "a form of a valid number is read as that number");
}

static void check_forms(const struct ruf_number *number)
{
    char *e164 = format(number, RUF_STYLE_E164);
    char *abroad = format(number, RUF_STYLE_INTERNATIONAL);
    char *national = format(number, RUF_STYLE_NATIONAL);
    char *link = format(number, RUF_STYLE_RFC3966);

    fuzz_require(strcmp(e164, number->e164) == 0, "E.164 form is the field");
    fuzz_require(abroad[0] == '+' && national[0] != '\0' &&
                     strncmp(link, "tel:+", 5) == 0,
                 "each form begins as it should");
    check_reading_back(number, e164, false);
    if (number->extension[0] ==
        '\0') /* " int. " is read before 9 digits only */
        check_reading_back(number, abroad, true);
    check_reading_back(number, link, true);
    free(e164);
    free(abroad);
    free(national);
    free(link);
}

/* A number that was kept as an integer is shown like the one it came from. */
static void check_forms_of_key(const struct ruf_number *number)
{
    struct ruf_number plain = *number;

    plain.extension[0] = '\0';
    for (int style = RUF_STYLE_E164; style <= RUF_STYLE_RFC3966; style++) {
        char *expected = format(&plain, (enum ruf_number_style)style);
        char shown[RUF_NUMBER_TEXT_SIZE];

        (void)ruf_e164_format_as(number->key, (enum ruf_number_style)style,
                                 shown);
        fuzz_require(strcmp(shown, expected) == 0, "a key is shown the same");
        free(expected);
    }
}

void fuzz_check_number(const struct ruf_number *number)
{
    if (number->status != RUF_NUMBER_OK) {
        char *nothing = format(number, RUF_STYLE_NATIONAL);

        check_error(number);
        fuzz_require(nothing[0] == '\0', "an error is shown as nothing");
        free(nothing);
        return;
    }
    check_fields(number);
    check_key(number);
    check_forms(number);
    if (number->key != 0)
        check_forms_of_key(number);
}
