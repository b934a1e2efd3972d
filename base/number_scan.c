/*
 * base/number_scan.c - from human text to the digits of a number
 *
 * Follows PhoneNumberUtil::ParseHelper() of libphonenumber (C++) step by step;
 * its regular expressions are written out as scans, so time is linear.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/number_scan.h"
#include "base/number_chars.h"
#include "base/number_extension.h"
#include "base/text.h"
#include <string.h>

#define NOT_FOUND ((size_t)-1)
#define VIABLE_DIGITS_MIN 3

static void add_digit(struct ruf_scan *out, int value)
{
    if (out->digit_count < RUF_SCAN_DIGITS_MAX)
        out->digits[out->digit_count] = (char)('0' + value);
    out->digit_count++;
}

/* --- the plain case: ASCII digits, plus, spaces, ( ) [ ] . / - * --- */

/* Bit c - 32: digits, and what may stand between them. Nothing in such a text
 * can be a label, a second number or a parameter. */
#define BIT(c) (UINT64_C(1) << ((c) - ' '))
#define PLAIN                                                                  \
    (BIT(' ') | BIT('(') | BIT(')') | BIT('*') | BIT('-') | BIT('.') |         \
     BIT('/') | BIT('[') | BIT(']') | UINT64_C(0x3FF) << ('0' - ' '))

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_plain(char c)
{
    unsigned place = (unsigned char)c - (unsigned)' ';

    return place < 64 && (PLAIN >> place & 1) != 0;
}

/* False: not plain, or a rare shape; out is then to be reset. Every character
 * is stored and only a digit moves on: where digits and separators alternate,
 * a branch would be guessed wrong. */
static bool scan_plain(struct ruf_text text, struct ruf_scan *out)
{
    const char *at = text.data;
    const char *end = at + text.size;
    size_t count = 0;

    while (at < end && !is_digit(*at) && is_plain(*at))
        at++; /* what comes before the number is dropped */
    for (; at < end && *at == '+'; at++)
        out->has_plus = true;
    for (; at < end; at++) {
        if (!is_plain(*at))
            return false;
        out->digits[count < RUF_SCAN_DIGITS_MAX ? count : RUF_SCAN_DIGITS_MAX] =
            *at;
        count += is_digit(*at);
    }
    out->digit_count = count;
    out->viable = true;
    return count >= VIABLE_DIGITS_MIN;
}

/* --- RFC 3966 --- */

static size_t find(struct ruf_text text, const char *word, size_t from)
{
    size_t size = strlen(word);

    for (size_t i = from; i + size <= text.size; i++) {
        const char *at =
            memchr(text.data + i, word[0], text.size - size - i + 1);

        if (at == NULL)
            return NOT_FOUND;
        i = (size_t)(at - text.data);
        if (memcmp(at, word, size) == 0)
            return i;
    }
    return NOT_FOUND;
}

/* "+", digits of any script and visual separators, at least one digit. */
static bool is_global_context(struct ruf_text value)
{
    bool digit = false;

    if (value.size == 0 || value.data[0] != '+')
        return false;
    for (size_t i = 1; i < value.size;) {
        uint32_t c;

        i += ruf_utf8_decode(value.data + i, value.size - i, &c);
        if (ruf_char_digit(c) >= 0)
            digit = true;
        else if (c != '-' && c != '.' && c != '(' && c != ')')
            return false;
    }
    return digit;
}

static bool is_ascii_letter(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Labels of letters, digits of any script and inner hyphens; the last one
 * starts with a letter; an optional final dot. */
static bool is_domain_name(struct ruf_text value)
{
    bool starts_with_letter = false;
    uint32_t last = '.'; /* of the label; '.' before its first character */

    if (value.size > 0 && value.data[value.size - 1] == '.')
        value.size--;
    for (size_t i = 0; i < value.size;) {
        uint32_t c;

        i += ruf_utf8_decode(value.data + i, value.size - i, &c);
        if (c == '.' || c == '-') {
            if (last == '.' || (c == '.' && last == '-'))
                return false;
        } else if (!is_ascii_letter(c) && ruf_char_digit(c) < 0) {
            return false;
        } else if (last == '.') {
            starts_with_letter = is_ascii_letter(c);
        }
        last = c;
    }
    return starts_with_letter && last != '.' && last != '-';
}

/* A text with ";phone-context=" at this place: the context, if it is the
 * beginning of a number, and the subscriber number. */
static bool split_context(struct ruf_text text, size_t at,
                          struct ruf_rope *number)
{
    size_t value_at = at + strlen(";phone-context=");
    size_t semicolon = find(text, ";", value_at);
    size_t tel = find(text, "tel:", 0);
    size_t start = tel == NOT_FOUND ? 0 : tel + strlen("tel:");
    struct ruf_text value = ruf_text_slice(
        text, value_at,
        (semicolon == NOT_FOUND ? text.size : semicolon) - value_at);

    if (is_global_context(value))
        number->part[0] = value;
    else if (!is_domain_name(value))
        return false;
    /* A "tel:" behind the context takes the rest, as libphonenumber does. */
    number->part[1] = ruf_text_slice(
        text, start, start <= at ? at - start : text.size - start);
    return true;
}

/* --- extraction --- */

/* A second number ("x302/x2303") and what follows it: cut at the last slash
 * before an x, on the first line that has one. What precedes that line goes
 * too. */
static struct ruf_text cut_second_number(struct ruf_text text)
{
    size_t line = 0;
    size_t cut = NOT_FOUND;

    if (memchr(text.data, '/', text.size) == NULL &&
        memchr(text.data, '\\', text.size) == NULL)
        return text;
    for (size_t i = 0; i < text.size;) {
        uint32_t c;
        size_t step = ruf_utf8_decode(text.data + i, text.size - i, &c);

        if (ruf_char_is_line_end(c)) {
            if (cut != NOT_FOUND)
                break;
            line = i + step;
        } else if (c == '/' || c == '\\') {
            while (i + step < text.size && text.data[i + step] == ' ')
                step++;
            if (i + step < text.size && text.data[i + step] == 'x')
                cut = i;
        }
        i += step;
    }
    return cut == NOT_FOUND ? text : ruf_text_slice(text, line, cut - line);
}

static bool all_interchange(struct ruf_text text)
{
    for (size_t i = 0; i < text.size;) {
        uint32_t c = (unsigned char)text.data[i];
        size_t step;

        if (c >= ' ' && c < 0x7F) {
            i++;
            continue;
        }
        step = ruf_utf8_decode(text.data + i, text.size - i, &c);
        if ((step == 1 && (unsigned char)text.data[i] >= 0x80) ||
            !ruf_char_is_interchange(c))
            return false;
        i += step;
    }
    return true;
}

/* From the first plus or digit to the last letter, number or '#'. */
static struct ruf_text extract(struct ruf_text text)
{
    struct ruf_rope rope = { { text, { text.data, 0 } } };
    size_t start = 0;
    size_t end = text.size;
    uint32_t c;

    while (start < end) {
        size_t step = ruf_rope_next(&rope, start, &c);

        if (ruf_char_is_plus(c) || ruf_char_digit(c) >= 0)
            break;
        start += step;
    }
    while (end > start) {
        size_t step = ruf_rope_before(&rope, end, &c);

        if (c == '#' || ruf_char_is_word(c))
            break;
        end -= step;
    }
    return cut_second_number(ruf_text_slice(text, start, end - start));
}

/* --- viability --- */

/* Are the first 'size' bytes a number without extension? Plus signs, three
 * digits among punctuation, then letters too; or two digits and no more. */
static bool is_viable(const struct ruf_rope *text, size_t size)
{
    size_t digits = 0;
    size_t others = 0;
    bool pluses = true;

    for (size_t i = 0; i < size;) {
        uint32_t c;

        i += ruf_rope_next(text, i, &c);
        if (ruf_char_digit(c) >= 0) {
            digits++;
        } else {
            bool fits = (pluses && ruf_char_is_plus(c)) ||
                        ruf_char_is_punctuation(c) || c == '*' ||
                        (digits >= VIABLE_DIGITS_MIN && ruf_char_is_latin(c));

            if (!fits)
                return false;
            others++;
        }
        pluses = pluses && ruf_char_is_plus(c);
    }
    return digits >= VIABLE_DIGITS_MIN || (digits == 2 && others == 0);
}

/* With an extension even two digits need to be three. */
static bool is_viable_with(const struct ruf_rope *text,
                           const struct ruf_extension *extension)
{
    size_t digits = 0;

    if (!extension->found || !is_viable(text, extension->start))
        return false;
    for (size_t i = 0; i < extension->start;) {
        uint32_t c;

        i += ruf_rope_next(text, i, &c);
        digits += ruf_char_digit(c) >= 0;
    }
    return digits >= VIABLE_DIGITS_MIN;
}

/* --- digits --- */

static int keypad_digit(uint32_t c)
{
    static const char keypad[] = "22233344455566677778889999";

    if (c >= 'a' && c <= 'z')
        return keypad[c - 'a'] - '0';
    if (c >= 'A' && c <= 'Z')
        return keypad[c - 'A'] - '0';
    return c >= '0' && c <= '9' ? (int)(c - '0') : -1;
}

/* Three letters make it a vanity number: then letters are digits and only
 * ASCII counts. */
static bool has_three_letters(const struct ruf_rope *text)
{
    size_t size = ruf_rope_size(text);
    size_t letters = 0;

    for (size_t i = 0; i < size && letters < 3;) {
        uint32_t c;

        i += ruf_rope_next(text, i, &c);
        letters += ruf_char_is_latin(c);
    }
    return letters == 3;
}

static void collect_digits(const struct ruf_rope *text, struct ruf_scan *out)
{
    size_t size = ruf_rope_size(text);
    bool vanity = has_three_letters(text);
    uint32_t c = '+';

    for (size_t i = 0; i < size;) {
        int value;

        i += ruf_rope_next(text, i, &c);
        value = vanity ? keypad_digit(c) : ruf_char_digit(c);
        if (value >= 0)
            add_digit(out, value);
        else if (out->digit_count == 0 && ruf_char_is_plus(c))
            out->has_plus = true;
    }
}

/* At most twenty digits of at most four bytes, as they were typed. */
static void copy_extension(const struct ruf_rope *text,
                           const struct ruf_extension *extension,
                           struct ruf_scan *out)
{
    size_t size = 0;

    for (size_t i = extension->digits; i < extension->end; i++)
        out->extension[size++] = ruf_rope_byte(text, i);
    out->extension[size] = '\0';
}

static void scan_number(struct ruf_rope *text, struct ruf_scan *out)
{
    struct ruf_extension extension = ruf_extension_find(text);

    out->viable = is_viable(text, ruf_rope_size(text)) ||
                  is_viable_with(text, &extension);
    if (!out->viable)
        return;
    if (extension.found && is_viable(text, extension.start)) {
        copy_extension(text, &extension, out);
        ruf_rope_cut(text, extension.start);
    }
    collect_digits(text, out);
}

/* ";isub=" and everything behind it goes. */
static void cut_subaddress(struct ruf_text *text)
{
    size_t at = find(*text, ";isub=", 0);

    if (at != NOT_FOUND)
        text->size = at;
}

static void reset(struct ruf_scan *out)
{
    out->viable = false;
    out->has_plus = false;
    out->digit_count = 0;
    out->extension[0] = '\0';
}

void ruf_number_scan(struct ruf_text text, struct ruf_scan *out)
{
    struct ruf_rope number = { { { text.data, 0 }, { text.data, 0 } } };
    size_t context;

    reset(out);
    if (scan_plain(text, out))
        return;
    reset(out);
    context = find(text, ";phone-context=", 0);
    if (context == NOT_FOUND) {
        if (!all_interchange(text))
            return;
        number.part[1] = extract(text);
    } else if (!split_context(text, context, &number)) {
        return;
    }
    cut_subaddress(&number.part[1]);
    scan_number(&number, out);
}
