/*
 * base/number_scan.c - from human text to the digits of a number
 *
 * Follows PhoneNumberUtil::ParseHelper() of libphonenumber (C++) step by step;
 * its regular expressions are written out as scans, so time is linear. One pass
 * notes all that the rules ask about the characters.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/number_scan.h"
#include "base/number_chars.h"
#include "base/number_eight.h"
#include "base/number_extension.h"
#include "base/text.h"
#include <string.h>

#define NOT_FOUND ((size_t)-1)
#define VIABLE_DIGITS_MIN 3

/* --- characters --- */

/* What a character can be. MARKED: not digit, plus or separator, so the plain
 * case ends; LEAD: may stand right before the digits of an extension or their
 * gap. Plus is marked too: it stands in front only. */
enum {
    DIGIT = 1,
    PUNCT = 2, /* may stand between digits */
    LETTER = 4,
    PLUS = 8,
    LEAD = 16,
    STRAY = 32, /* not for interchange, or not UTF-8 */
    SEMICOLON = 64,
    SLASH = 128,
    MARKED = 256
};

#define D_ DIGIT
#define P_ PUNCT
#define L_ (LETTER | MARKED)
#define E_ (LETTER | LEAD | MARKED) /* n o t end labels */
#define X_ (LETTER | PUNCT | LEAD | MARKED)
#define T_ (PUNCT | LEAD | MARKED) /* tilde */
#define H_ (LEAD | MARKED)         /* # and comma */
#define S_ (SEMICOLON | LEAD | MARKED)
#define F_ (PUNCT | SLASH)
#define B_ (SLASH | MARKED)
#define A_ (PLUS | MARKED)
#define C_ (STRAY | MARKED)
#define M_ MARKED
#define M8 M_, M_, M_, M_, M_, M_, M_, M_
#define M64 M8, M8, M8, M8, M8, M8, M8, M8

/* clang-format off */
static const uint16_t kinds[256] = {
    C_, C_, C_, C_, C_, C_, C_, C_, C_, M_, M_, C_, M_, M_, C_, C_,
    C_, C_, C_, C_, C_, C_, C_, C_, C_, C_, C_, C_, C_, C_, C_, C_,
/*      !   "   #   $   %   &   '   (   )   *   +   ,   -   .   /   */
    P_, M_, M_, H_, M_, M_, M_, M_, P_, P_, P_, A_, H_, P_, P_, F_,
/*  0-9                                     :   ;   <   =   >   ?   */
    D_, D_, D_, D_, D_, D_, D_, D_, D_, D_, M_, S_, M_, M_, M_, M_,
/*  @   A-O                                                         */
    M_, L_, L_, L_, L_, L_, L_, L_, L_, L_, L_, L_, L_, L_, E_, E_,
/*  P   Q   R   S   T   U   V   W   X   Y   Z   [   \   ]   ^   _   */
    L_, L_, L_, L_, E_, L_, L_, L_, X_, L_, L_, P_, B_, P_, M_, M_,
/*  `   a-o                                                         */
    M_, L_, L_, L_, L_, L_, L_, L_, L_, L_, L_, L_, L_, L_, E_, E_,
/*  p   q   r   s   t   u   v   w   x   y   z   {   |   }   ~   DEL */
    L_, L_, L_, L_, E_, L_, L_, L_, X_, L_, L_, M_, M_, M_, T_, C_,
    M64, M64 /* beyond ASCII: see kind_of_character() */
};
/* clang-format on */

static unsigned kind_of_byte(char c)
{
    return kinds[(unsigned char)c];
}

/* Of a character beyond ASCII. Labels in other scripts are rare: what is no
 * number's own is taken for the end of one. A digit is given in ASCII, too. */
static unsigned kind_of_character(uint32_t c, char *digit)
{
    int value;

    if (ruf_char_is_punctuation(c))
        return PUNCT | MARKED;
    value = ruf_char_digit(c);
    if (value >= 0) {
        *digit = (char)('0' + value);
        return DIGIT | MARKED;
    }
    if (ruf_char_is_plus(c))
        return PLUS | MARKED;
    if (ruf_char_is_latin(c))
        return LETTER | MARKED;
    return (ruf_char_is_interchange(c) ? LEAD : STRAY) | MARKED;
}

struct character {
    unsigned kind;
    char digit; /* ASCII form of a digit, else anything */
    uint8_t step;
};

static struct character wide_character(struct ruf_text text, size_t at)
{
    struct character wide = { STRAY | MARKED, '\0', 1 };
    uint32_t c;

    wide.step = (uint8_t)ruf_utf8_decode(text.data + at, text.size - at, &c);
    if (wide.step > 1)
        wide.kind = kind_of_character(c, &wide.digit);
    return wide;
}

/* --- what is seen in one pass --- */

/* Of the characters of a number. */
struct view {
    size_t size;    /* bytes read */
    size_t bad;     /* place of the first that cannot stand in a number */
    size_t letters; /* how many */
    unsigned seen;  /* kinds */
};

/* --- the plain case: ASCII digits, plus, spaces, ( ) [ ] . / - * --- */

/* Reads from the first plus or digit as far as the text is plain, no label and
 * no rare shape; gives the place where the number starts. Every character is
 * stored and only a digit moves on: where digits and separators alternate, a
 * branch would be guessed wrong. */
static size_t scan_plain(struct ruf_text text, struct view *view,
                         struct ruf_scan *out)
{
    const char *at = text.data;
    const char *end = at + text.size;
    const char *start;
    char *digits = out->digits; /* what is stored there might be out */
    size_t count = 0;
    unsigned seen = 0;

    while (at < end && (kind_of_byte(*at) & (PUNCT | MARKED)) == PUNCT)
        at++; /* what comes before the number is dropped */
    start = at;
    for (; at < end && *at == '+'; at++)
        seen |= PLUS;
    out->has_plus = seen != 0;
    if (end - at > RUF_SCAN_DIGITS_MAX)
        end = at + RUF_SCAN_DIGITS_MAX;
    if (end - at >= 8 && ruf_is_eight_digits(ruf_load_eight(at))) {
        memcpy(digits, at, 8);
        count = 8;
        at += 8;
        seen |= DIGIT;
    }
    for (; at < end; at++) {
        unsigned kind = kind_of_byte(*at);

        if ((kind & MARKED) != 0)
            break;
        digits[count] = *at;
        count += kind & DIGIT;
        seen |= kind;
    }
    view->size = (size_t)(at - start);
    view->seen = seen;
    out->digit_count = count;
    return (size_t)(start - text.data);
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

    if (memchr(text.data, 'x', text.size) == NULL)
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

/* Without what stands behind the last letter, number or '#'. */
static struct ruf_text trim_end(struct ruf_text text, unsigned *seen)
{
    struct ruf_rope rope = { { text, { text.data, 0 } } };
    size_t step;

    for (; text.size > 0; text.size -= step) {
        char last = text.data[text.size - 1];
        uint32_t c;

        step = 1;
        if ((unsigned char)last < 0x80) {
            if ((kind_of_byte(last) & (DIGIT | LETTER)) != 0 || last == '#')
                break;
            *seen |= kind_of_byte(last);
            continue;
        }
        step = ruf_rope_before(&rope, text.size, &c);
        if (ruf_char_is_word(c))
            break;
        *seen |= step == 1 ? (unsigned)STRAY : kind_of_character(c, &last);
    }
    return text;
}

/* Place of the first plus or digit. */
static size_t find_start(struct ruf_text text, unsigned *seen)
{
    size_t start = 0;

    while (start < text.size) {
        struct character c = { kind_of_byte(text.data[start]), '\0', 1 };

        if ((unsigned char)text.data[start] >= 0x80)
            c = wide_character(text, start);
        if ((c.kind & (DIGIT | PLUS)) != 0)
            break;
        *seen |= c.kind;
        start += c.step;
    }
    return start;
}

/* --- one pass --- */

/* The kinds that may follow: a plus where all else is still to come, a letter
 * behind three digits. */
static unsigned fitting(unsigned seen, size_t digits)
{
    bool in_front = (seen & ~(unsigned)(PLUS | MARKED)) == 0;

    return DIGIT | PUNCT | (digits >= VIABLE_DIGITS_MIN ? LETTER : 0u) |
           (in_front ? PLUS : 0u);
}

/* Words and separators alternate here, too: few branches. */
static void read_piece(struct ruf_text text, size_t from, struct view *view,
                       struct ruf_scan *out)
{
    size_t before = view->size - from;
    char *digits = out->digits;
    size_t count = out->digit_count;
    size_t letters = view->letters;
    size_t bad = view->bad;
    unsigned seen = view->seen;

    for (size_t i = from; i < text.size;) {
        struct character c = { kind_of_byte(text.data[i]), text.data[i], 1 };

        if ((c.kind & MARKED) != 0) {
            size_t place;

            if ((unsigned char)text.data[i] >= 0x80)
                c = wide_character(text, i);
            place =
                (c.kind & fitting(seen, count)) != 0 ? NOT_FOUND : before + i;
            bad = place < bad ? place : bad;
            letters += (c.kind & LETTER) / LETTER;
        }
        digits[count < RUF_SCAN_DIGITS_MAX ? count : RUF_SCAN_DIGITS_MAX] =
            c.digit;
        count += c.kind & DIGIT;
        seen |= c.kind;
        i += c.step;
    }
    view->size = before + text.size;
    view->bad = bad;
    view->letters = letters;
    view->seen = seen;
    out->digit_count = count;
}

/* Anew, both pieces. */
static struct view read_all(const struct ruf_rope *text, struct ruf_scan *out)
{
    struct view view = { 0, NOT_FOUND, 0, 0 };

    out->digit_count = 0;
    read_piece(text->part[0], 0, &view, out);
    read_piece(text->part[1], 0, &view, out);
    return view;
}

/* --- viability --- */

static bool is_two_characters(const struct ruf_rope *text, size_t size)
{
    size_t end = 0;
    uint32_t c;

    for (size_t i = 0; i < 2 && end < size; i++)
        end += ruf_rope_next(text, end, &c);
    return end == size;
}

/* Are the first 'size' bytes with so many digits a number without extension?
 * Three digits in their place, or two and nothing else. */
static bool is_viable(const struct ruf_rope *text, const struct view *view,
                      size_t size, size_t digits)
{
    return view->bad >= size &&
           (digits >= VIABLE_DIGITS_MIN ||
            (digits == 2 && is_two_characters(text, size)));
}

/* --- vanity numbers --- */

/* Digits for digits and letters; 0 for all else. */
static const char keypad[256] = {
    ['0'] = '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ['A'] = '2', '2',
    '2',         '3', '3', '3', '4', '4', '4', '5', '5', '5', '6',         '6',
    '6',         '7', '7', '7', '7', '8', '8', '8', '9', '9', '9',         '9',
    ['a'] = '2', '2', '2', '3', '3', '3', '4', '4', '4', '5', '5',         '5',
    '6',         '6', '6', '7', '7', '7', '7', '8', '8', '8', '9',         '9',
    '9',         '9',
};

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

static void collect_vanity(const struct ruf_rope *text, struct ruf_scan *out)
{
    size_t size = ruf_rope_size(text);
    char *digits = out->digits;
    size_t count = 0;

    for (size_t i = 0; i < size; i++) {
        char digit = keypad[(unsigned char)ruf_rope_byte(text, i)];

        digits[count < RUF_SCAN_DIGITS_MAX ? count : RUF_SCAN_DIGITS_MAX] =
            digit;
        count += digit != '\0';
    }
    out->digit_count = count;
}

/* --- extension --- */

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

static void finish(struct ruf_rope *text, const struct view *view,
                   struct ruf_scan *out)
{
    struct ruf_extension extension = { .found = false };
    bool vanity = view->letters >= 3;
    size_t before;

    if ((view->seen & LEAD) != 0)
        extension = ruf_extension_find(text);
    before = out->digit_count - extension.count;
    out->viable = is_viable(text, view, view->size, out->digit_count) ||
                  (extension.found && before >= VIABLE_DIGITS_MIN &&
                   is_viable(text, view, extension.start, before));
    if (!out->viable)
        return;
    if (extension.found && is_viable(text, view, extension.start, before)) {
        copy_extension(text, &extension, out);
        ruf_rope_cut(text, extension.start);
        out->digit_count = before; /* its digits are the last ones */
        vanity = vanity && has_three_letters(text);
    }
    if (vanity)
        collect_vanity(text, out);
}

/* ";isub=" and everything behind it goes. */
static void cut_subaddress(struct ruf_text *text)
{
    size_t at = find(*text, ";isub=", 0);

    if (at != NOT_FOUND)
        text->size = at;
}

/* Not plain, or a rare shape: 'view' holds what was read from 'start' on. */
static void scan_any(struct ruf_text text, size_t start, struct view *view,
                     struct ruf_scan *out)
{
    struct ruf_rope number = { { { text.data, 0 }, { text.data, 0 } } };
    struct ruf_text rest = ruf_text_slice(text, start, text.size);
    size_t context = NOT_FOUND;
    unsigned seen = 0;
    size_t size;

    if (view->size == 0)
        rest = ruf_text_slice(rest, find_start(rest, &seen), rest.size);
    number.part[1] = trim_end(rest, &seen);
    size = number.part[1].size;
    read_piece(number.part[1], view->size, view, out);
    seen |= view->seen;
    if ((seen & SEMICOLON) != 0)
        context = find(text, ";phone-context=", 0);
    if (context == NOT_FOUND && (seen & STRAY) != 0)
        return;
    if (context != NOT_FOUND && !split_context(text, context, &number))
        return;
    if (context == NOT_FOUND && (seen & SLASH) != 0)
        number.part[1] = cut_second_number(number.part[1]);
    if ((seen & SEMICOLON) != 0)
        cut_subaddress(&number.part[1]);
    if (context != NOT_FOUND || number.part[1].size != size)
        *view = read_all(&number, out);
    out->has_plus = (view->seen & PLUS) != 0;
    finish(&number, view, out);
}

void ruf_number_scan(struct ruf_text text, struct ruf_scan *out)
{
    struct view view = { 0, NOT_FOUND, 0, 0 };
    size_t start = scan_plain(text, &view, out);

    out->extension[0] = '\0';
    out->viable =
        start + view.size == text.size && out->digit_count >= VIABLE_DIGITS_MIN;
    if (!out->viable)
        scan_any(text, start, &view, out);
    ruf_scan_end_digits(out->digits, out->digit_count);
}
