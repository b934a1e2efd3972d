/*
 * base/number_scan.c - from human text to the digits of a number
 *
 * Follows PhoneNumberUtil::ParseHelper() of libphonenumber (C++) step by step;
 * its regular expressions are written out as scans, so time is linear.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/number_scan.h"
#include "base/number_plan.h"
#include "base/text.h"
#include <string.h>

/* --- characters ------------------------------------------------------------
 */

/* Value of a decimal digit of any script, or -1. */
static int digit_value(uint32_t c)
{
    size_t low = 0;
    size_t high = ruf_plan_digit_block_count;

    if (c < 0x80)
        return c >= '0' && c <= '9' ? (int)(c - '0') : -1;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;

        if (ruf_plan_digit_zeros[middle] <= c)
            low = middle;
        else
            high = middle;
    }
    c -= ruf_plan_digit_zeros[low];
    return c < 10 ? (int)c : -1;
}

static bool is_plus(uint32_t c)
{
    return c == '+' || c == 0xFF0B;
}

static bool is_ascii_letter(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Long s and the Kelvin sign fold to ASCII letters in a case-blind match. */
static bool is_latin_letter(uint32_t c)
{
    return is_ascii_letter(c) || c == 0x17F || c == 0x212A;
}

static bool is_letter_or_number(uint32_t c)
{
    size_t low = 0;
    size_t high = ruf_plan_word_range_count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (c < ruf_plan_word_ranges[middle][0])
            high = middle;
        else if (c > ruf_plan_word_ranges[middle][1])
            low = middle + 1;
        else
            return true;
    }
    return false;
}

static bool is_punctuation(uint32_t c)
{
    switch (c) {
    case '-':
    case 'x':
    case 'X':
    case ' ':
    case '(':
    case ')':
    case '.':
    case '[':
    case ']':
    case '/':
    case '~':
    case 0x2212:
    case 0x30FC:
    case 0xA0:
    case 0xAD:
    case 0x200B:
    case 0x2060:
    case 0x3000:
    case 0xFF08:
    case 0xFF09:
    case 0xFF3B:
    case 0xFF3D:
    case 0x2053:
    case 0x223C:
        return true;
    default:
        return (c >= 0x2010 && c <= 0x2015) || (c >= 0xFF0D && c <= 0xFF0F);
    }
}

/* Space, no-break space, tab. */
static bool is_blank(uint32_t c)
{
    return c == ' ' || c == 0xA0 || c == '\t';
}

static bool is_separator(uint32_t c)
{
    return is_blank(c) || c == ',';
}

static bool is_line_end(uint32_t c)
{
    return (c >= '\n' && c <= '\r') || c == 0x85 || c == 0x2028 || c == 0x2029;
}

/* Valid for interchange, as libphonenumber's UnicodeText demands. */
static bool is_interchange(uint32_t c)
{
    if (c < 0x20)
        return c == '\t' || c == '\n' || c == '\f' || c == '\r';
    return !(c >= 0x7F && c <= 0x9F) && !(c >= 0xFDD0 && c <= 0xFDEF) &&
           (c & 0xFFFE) != 0xFFFE;
}

/* The code point that ends before text[end], and its size. */
static size_t decode_before(struct ruf_text text, size_t end, uint32_t *c)
{
    size_t size = 1;

    while (size < 4 && size < end &&
           ((unsigned char)text.data[end - size] & 0xC0) == 0x80)
        size++;
    if (ruf_utf8_decode(text.data + end - size, size, c) != size) {
        *c = 0xFFFD;
        return 1;
    }
    return size;
}

static bool all_interchange(struct ruf_text text)
{
    for (size_t i = 0; i < text.size;) {
        uint32_t c;
        size_t step = ruf_utf8_decode(text.data + i, text.size - i, &c);

        if ((step == 1 && (unsigned char)text.data[i] >= 0x80) ||
            !is_interchange(c))
            return false;
        i += step;
    }
    return true;
}

/* --- RFC 3966
 * ------------------------------------------------------------------ */

#define NOT_FOUND ((size_t)-1)

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

static bool is_ascii_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "+" digits and visual separators, at least one digit. */
static bool is_global_context(struct ruf_text value)
{
    bool digit = false;

    if (value.size == 0 || value.data[0] != '+')
        return false;
    for (size_t i = 1; i < value.size; i++) {
        char c = value.data[i];

        if (is_ascii_digit(c))
            digit = true;
        else if (c != '-' && c != '.' && c != '(' && c != ')')
            return false;
    }
    return digit;
}

/* Labels of letters, digits and inner hyphens; the last one starts with a
 * letter; an optional final dot. */
static bool is_domain_name(struct ruf_text value)
{
    size_t start = 0;

    if (value.size > 0 && value.data[value.size - 1] == '.')
        value.size--;
    if (value.size == 0)
        return false;
    for (size_t i = 0; i <= value.size; i++) {
        char c = i < value.size ? value.data[i] : '.';

        if (c != '.') {
            if (!is_ascii_digit(c) && !is_ascii_letter((unsigned char)c) &&
                c != '-')
                return false;
            continue;
        }
        if (i == start || value.data[start] == '-' ||
            value.data[i - 1] == '-' ||
            (i == value.size &&
             !is_ascii_letter((unsigned char)value.data[start])))
            return false;
        start = i + 1;
    }
    return true;
}

/* --- extraction
 * -------------------------------------------------------------------- */

/* A second number ("x302/x2303") and what follows it: cut at the last slash
 * before an x, on the first line that has one. */
static struct ruf_text cut_second_number(struct ruf_text text)
{
    size_t line = 0;
    size_t cut = NOT_FOUND;

    for (size_t i = 0; i < text.size;) {
        uint32_t c;
        size_t step = ruf_utf8_decode(text.data + i, text.size - i, &c);

        if (is_line_end(c)) {
            if (cut != NOT_FOUND)
                break;
            line = i + step;
        } else if (c == '/' || c == '\\') {
            size_t next = i + 1;

            while (next < text.size && text.data[next] == ' ')
                next++;
            if (next < text.size && text.data[next] == 'x')
                cut = i;
            step = next - i > 1 ? next - i : 1; /* skip blanks only once */
        }
        i += step;
    }
    if (cut == NOT_FOUND)
        return text;
    return ruf_text_slice(text, line, cut - line);
}

/* From the first plus or digit to the last letter, number or '#'. */
static struct ruf_text extract(struct ruf_text text)
{
    size_t start = 0;
    uint32_t c;

    while (start < text.size) {
        size_t step = ruf_utf8_decode(text.data + start, text.size - start, &c);

        if (is_plus(c) || digit_value(c) >= 0)
            break;
        start += step;
    }
    text = ruf_text_slice(text, start, text.size);
    while (text.size > 0) {
        size_t step = decode_before(text, text.size, &c);

        if (c == '#' || is_letter_or_number(c))
            break;
        text.size -= step;
    }
    return cut_second_number(text);
}

/* --- extension
 * ------------------------------------------------------------------------ */

struct extension {
    size_t start;  /* of the whole extension, NOT_FOUND if none */
    size_t digits; /* where its digits begin */
    size_t count;
    size_t end; /* after the digits */
};

static size_t skip_back(struct ruf_text text, size_t end,
                        bool (*test)(uint32_t))
{
    while (end > 0) {
        uint32_t c;
        size_t step = decode_before(text, end, &c);

        if (!test(c))
            break;
        end -= step;
    }
    return end;
}

static bool is_gap(uint32_t c)
{
    return is_separator(c) || c == '-';
}

static bool is_comma(uint32_t c)
{
    return c == ',';
}

static bool is_space_or_hyphen(uint32_t c)
{
    return c == ' ' || c == '-';
}

/* Does text end, at 'end', with this word? ASCII case does not matter; other
 * bytes must be equal. @return its start, or NOT_FOUND. */
static size_t word_before(struct ruf_text text, size_t end, const char *word)
{
    size_t size = strlen(word);

    if (end < size)
        return NOT_FOUND;
    for (size_t i = 0; i < size; i++)
        if (ruf_ascii_lower(text.data[end - size + i]) != word[i])
            return NOT_FOUND;
    return end - size;
}

static size_t any_word_before(struct ruf_text text, size_t end,
                              const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        size_t start = word_before(text, end, words[i]);

        if (start != NOT_FOUND)
            return start;
    }
    return NOT_FOUND;
}

/* Longer forms first, so that the start is the leftmost one. */
static const char *const long_labels[] = {
    "extensio\xCC\x81n",
    "xtensio\xCC\x81n",
    "extensi\xC3\xB3n",
    "xtensi\xC3\xB3n",
    "extensi\xC3\x93n",
    "xtensi\xC3\x93n",
    "extension",
    "xtension",
    "extensio\xCC\x81",
    "xtensio\xCC\x81",
    "extensi\xC3\xB3",
    "xtensi\xC3\xB3",
    "extensi\xC3\x93",
    "xtensi\xC3\x93",
    "extensio",
    "xtensio",
    "extn",
    "xtn",
    "ext",
    "xt",
    "anexo",
    "\xEF\xBD\x85\xEF\xBD\x98\xEF\xBD\x94\xEF\xBD\x8E", /* full-width extn */
    "\xEF\xBD\x98\xEF\xBD\x94\xEF\xBD\x8E",
    "\xEF\xBD\x85\xEF\xBD\x98\xEF\xBD\x94",
    "\xEF\xBD\x98\xEF\xBD\x94",
    "\xD0\xB4\xD0\xBE\xD0\xB1", /* Cyrillic dob */
    "\xD0\x94\xD0\x9E\xD0\x91",
    "\xD0\x94\xD0\xBE\xD0\xB1",
    NULL
};
static const char *const short_labels[] = {
    "int",
    "\xEF\xBD\x89\xEF\xBD\x8E\xEF\xBD\x94", /* full-width int */
    "x",
    "\xEF\xBD\x98",
    "\xEF\xBC\xB8",
    "#",
    "\xEF\xBC\x83",
    "~",
    "\xEF\xBD\x9E",
    NULL
};

static void keep_leftmost(struct extension *best, size_t start)
{
    if (start != NOT_FOUND && (best->start == NOT_FOUND || start < best->start))
        best->start = start;
}

/* Labels and dial signs that may stand before the gap in front of the digits;
 * 'at' is where that gap (and its optional colon or dot) begins. */
static void match_before_gap(struct ruf_text text, size_t at,
                             struct extension *best)
{
    size_t label;

    label = any_word_before(text, at, long_labels);
    if (best->count <= 20 && label != NOT_FOUND)
        keep_leftmost(best, skip_back(text, label, is_separator));
    label = any_word_before(text, at, short_labels);
    if (best->count <= 9 && label != NOT_FOUND)
        keep_leftmost(best, skip_back(text, label, is_separator));
    if (best->count <= 15 && at >= 1 && text.data[at - 1] == ';')
        keep_leftmost(best, skip_back(text, at - 1, is_blank));
    if (best->count <= 15 && at >= 2 && text.data[at - 1] == ',' &&
        text.data[at - 2] == ',')
        keep_leftmost(best, skip_back(text, at - 2, is_blank));
    if (best->count <= 9 && at >= 1 && text.data[at - 1] == ',')
        keep_leftmost(best,
                      skip_back(text, skip_back(text, at, is_comma), is_blank));
}

/* Commas inside the gap itself may be the dial sign: the first one with what
 * follows it, if the rest is gap. */
static void match_in_gap(struct ruf_text text, size_t gap, size_t end,
                         struct extension *best)
{
    for (size_t i = gap; i < end; i++) {
        if (text.data[i] != ',')
            continue;
        if (best->count <= 9 ||
            (best->count <= 15 && i + 1 < end && text.data[i + 1] == ','))
            keep_leftmost(best, skip_back(text, i, is_blank));
        if (best->start != NOT_FOUND && best->start <= i)
            return;
    }
}

static struct extension find_extension(struct ruf_text text)
{
    struct extension best = { NOT_FOUND, 0, 0, text.size };
    bool hash = text.size > 0 && text.data[text.size - 1] == '#';
    size_t gap;
    size_t at;

    if (hash)
        best.end--;
    best.digits = best.end;
    while (best.digits > 0 && best.count <= 20) {
        uint32_t c;
        size_t step = decode_before(text, best.digits, &c);

        if (digit_value(c) < 0)
            break;
        best.digits -= step;
        best.count++;
    }
    if (best.count == 0 || best.count > 20)
        return best;
    if (!hash)
        keep_leftmost(&best, word_before(text, best.digits, ";ext="));
    at = skip_back(text, best.digits, is_space_or_hyphen);
    if (hash && best.count <= 6 && at < best.digits)
        keep_leftmost(&best, at);
    gap = skip_back(text, best.digits, is_gap);
    match_in_gap(text, gap, best.digits, &best);
    match_before_gap(text, gap, &best);
    if (gap >= 1 && (text.data[gap - 1] == ':' || text.data[gap - 1] == '.'))
        match_before_gap(text, gap - 1, &best);
    else if (word_before(text, gap, "\xEF\xBC\x8E") != NOT_FOUND)
        match_before_gap(text, gap - 3, &best);
    return best;
}

/* --- viability
 * ---------------------------------------------------------------------------
 */

/* Plus signs, three digits among punctuation, then letters too, then at most
 * an extension; or exactly two digits. */
static bool is_viable(struct ruf_text text, const struct extension *extension)
{
    size_t digits = 0;
    size_t i = 0;
    bool pluses = true;
    uint32_t c;

    while (i < text.size) {
        size_t step = ruf_utf8_decode(text.data + i, text.size - i, &c);

        if (pluses && is_plus(c)) {
            i += step;
            continue;
        }
        pluses = false;
        if (extension != NULL && i >= extension->start && digits >= 3)
            return true;
        if (digit_value(c) >= 0)
            digits++;
        else if (!is_punctuation(c) && c != '*' &&
                 !(digits >= 3 && is_latin_letter(c)))
            return false;
        i += step;
    }
    if (digits >= 3)
        return true;
    /* Two digits and nothing else. */
    i = 0;
    while (i < text.size) {
        size_t step = ruf_utf8_decode(text.data + i, text.size - i, &c);

        if (digit_value(c) < 0)
            return false;
        i += step;
    }
    return digits == 2;
}

/* --- digits
 * --------------------------------------------------------------------------------
 */

static void add_digit(struct ruf_scan *out, int value)
{
    if (out->digit_count < RUF_SCAN_DIGITS_MAX)
        out->digits[out->digit_count] = (char)('0' + value);
    out->digit_count++;
}

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
static bool has_three_letters(struct ruf_text text)
{
    size_t letters = 0;

    for (size_t i = 0; i < text.size && letters < 3; i++)
        letters += is_ascii_letter((unsigned char)text.data[i]) ? 1 : 0;
    return letters == 3;
}

static void collect_digits(struct ruf_text text, struct ruf_scan *out)
{
    bool vanity = has_three_letters(text);

    for (size_t i = 0; i < text.size;) {
        uint32_t c;
        size_t step = ruf_utf8_decode(text.data + i, text.size - i, &c);
        int value = vanity ? keypad_digit(c) : digit_value(c);

        if (value >= 0)
            add_digit(out, value);
        i += step;
    }
}

static void copy_extension(struct ruf_text text,
                           const struct extension *extension,
                           struct ruf_scan *out)
{
    /* At most twenty digits of at most four bytes, as they were typed. */
    size_t size = extension->end - extension->digits;

    if (size >= sizeof(out->extension))
        size = sizeof(out->extension) - 1;
    memcpy(out->extension, text.data + extension->digits, size);
    out->extension[size] = '\0';
}

/* --- all together
 * ------------------------------------------------------------------------- */

static void scan_rest(struct ruf_text text, struct ruf_scan *out)
{
    struct extension extension;
    struct ruf_text number = text;
    size_t start = 0;

    extension = find_extension(text);
    out->viable =
        is_viable(text, extension.start == NOT_FOUND ? NULL : &extension);
    if (!out->viable)
        return;
    if (extension.start != NOT_FOUND) {
        struct ruf_text before = ruf_text_slice(text, 0, extension.start);

        if (is_viable(before, NULL)) {
            copy_extension(text, &extension, out);
            number = before;
        }
    }
    while (start < number.size) {
        uint32_t c;
        size_t step =
            ruf_utf8_decode(number.data + start, number.size - start, &c);

        if (!is_plus(c))
            break;
        out->has_plus = true;
        start += step;
    }
    collect_digits(ruf_text_slice(number, start, number.size), out);
}

/* A text with ";phone-context=": the context, if global, and the subscriber
 * number are read as one text. Put together in a buffer that holds any number
 * worth reading; longer ones cannot be numbers. */
#define CONTEXT_TEXT_MAX 512

static void scan_with_context(struct ruf_text text, size_t at,
                              struct ruf_scan *out)
{
    char joined[CONTEXT_TEXT_MAX];
    struct ruf_text work = { joined, 0 };
    size_t value_at = at + strlen(";phone-context=");
    size_t semicolon = find(text, ";", value_at);
    size_t tel = find(text, "tel:", 0);
    size_t start = tel == NOT_FOUND ? 0 : tel + 4;
    size_t isub;
    struct ruf_text value = ruf_text_slice(
        text, value_at,
        (semicolon == NOT_FOUND ? text.size : semicolon) - value_at);

    if (!is_global_context(value) && !is_domain_name(value))
        return;
    if (value.data[0] == '+') {
        if (value.size > sizeof(joined))
            return;
        memcpy(joined, value.data, value.size);
        work.size = value.size;
    }
    if (start < at) {
        size_t size = at - start;

        if (size > sizeof(joined) - work.size)
            return;
        memcpy(joined + work.size, text.data + start, size);
        work.size += size;
    }
    isub = find(work, ";isub=", 0);
    if (isub != NOT_FOUND)
        work.size = isub;
    scan_rest(work, out);
}

void ruf_number_scan(struct ruf_text text, struct ruf_scan *out)
{
    size_t context = find(text, ";phone-context=", 0);
    size_t isub;

    out->viable = false;
    out->has_plus = false;
    out->digit_count = 0;
    out->extension[0] = '\0';
    if (context != NOT_FOUND) {
        scan_with_context(text, context, out);
        return;
    }
    if (!all_interchange(text))
        return;
    text = extract(text);
    isub = find(text, ";isub=", 0);
    if (isub != NOT_FOUND)
        text.size = isub;
    scan_rest(text, out);
}
