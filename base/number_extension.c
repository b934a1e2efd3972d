/*
 * base/number_extension.c - "ext. 12", "x12", ";ext=12" at the end of a number
 *
 * Follows CreateExtnPattern() of libphonenumber (C++): six forms, matched
 * without regard to case. Read from the end, all six are: digits, a gap, a
 * label or dial sign, separators. No digit stands between the starts of two
 * readings, so the leftmost one also decides whether the whole text is a
 * viable number.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/number_extension.h"
#include "base/text.h"
#include <string.h>

/* Digits that each kind of label may introduce. */
#define AFTER_LABEL_MAX 20
#define AFTER_DIAL_SIGN_MAX 15
#define AFTER_SHORT_LABEL_MAX 9
#define BEFORE_HASH_MAX 6

#define NONE ((size_t)-1)

/* Case folding for the letters that labels are made of. */
static uint32_t fold(uint32_t c)
{
    if ((c >= 'A' && c <= 'Z') || (c >= 0x410 && c <= 0x42F) ||
        (c >= 0xFF21 && c <= 0xFF3A))
        return c + 0x20;
    switch (c) {
    case 0x17F: /* long s */
        return 's';
    case 0x212A: /* Kelvin sign */
        return 'k';
    case 0xD3: /* O with acute */
        return 0xF3;
    case 0x1C81: /* long-legged de */
        return 0x434;
    case 0x1C82: /* narrow o */
        return 0x43E;
    default:
        return c;
    }
}

/* --- characters around labels --- */

static bool is_blank(uint32_t c)
{
    return c == ' ' || c == 0xA0 || c == '\t';
}

static bool is_comma(uint32_t c)
{
    return c == ',';
}

static bool is_separator(uint32_t c)
{
    return is_blank(c) || is_comma(c);
}

static bool is_gap(uint32_t c)
{
    return is_separator(c) || c == '-';
}

static bool is_space_or_hyphen(uint32_t c)
{
    return c == ' ' || c == '-';
}

static bool is_colon(uint32_t c)
{
    return c == ':' || c == '.' || c == 0xFF0E;
}

static size_t skip_back(const struct ruf_rope *text, size_t end,
                        bool (*test)(uint32_t))
{
    while (end > 0) {
        uint32_t c;
        size_t step = ruf_rope_before(text, end, &c);

        if (!test(c))
            break;
        end -= step;
    }
    return end;
}

/* --- labels --- */

/* Folded; of two that may end at the same place the longer comes first. */
static const char *const labels[] = {
    "extensio\xCC\x81n",
    "xtensio\xCC\x81n",
    "extensi\xC3\xB3n",
    "xtensi\xC3\xB3n",
    "extension",
    "xtension",
    "extensio\xCC\x81",
    "xtensio\xCC\x81",
    "extensi\xC3\xB3",
    "xtensi\xC3\xB3",
    "extensio",
    "xtensio",
    "extn",
    "xtn",
    "ext",
    "xt",
    "anexo",
    "\xEF\xBD\x85\xEF\xBD\x98\xEF\xBD\x94\xEF\xBD\x8E",
    "\xEF\xBD\x98\xEF\xBD\x94\xEF\xBD\x8E", /* full-width extn, xtn, ext, xt */
    "\xEF\xBD\x85\xEF\xBD\x98\xEF\xBD\x94",
    "\xEF\xBD\x98\xEF\xBD\x94",
    "\xD0\xB4\xD0\xBE\xD0\xB1", /* Cyrillic dob */
    NULL
};
static const char *const short_labels[] = {
    "int", "\xEF\xBD\x89\xEF\xBD\x8E\xEF\xBD\x94", /* full-width int */
    "x",   "\xEF\xBD\x98",                         /* full-width x # ~ */
    "#",   "\xEF\xBC\x83",
    "~",   "\xEF\xBD\x9E",
    NULL
};

/* Where a word that ends here begins, or NONE. */
static size_t word_before(const struct ruf_rope *text, size_t end,
                          const char *word)
{
    size_t left = strlen(word);
    struct ruf_rope expected = { { { word, left }, { word, 0 } } };

    while (left > 0) {
        uint32_t is;
        uint32_t want;

        if (end == 0)
            return NONE;
        end -= ruf_rope_before(text, end, &is);
        left -= ruf_rope_before(&expected, left, &want);
        if (fold(is) != want)
            return NONE;
    }
    return end;
}

/* Can a label end in this character? Most numbers are spared the list. */
static bool ends_label(uint32_t c)
{
    switch (fold(c)) {
    case 'n':
    case 't':
    case 'o':
    case 'x':
    case '#':
    case '~':
    case 0xF3:   /* o with acute */
    case 0x301:  /* acute */
    case 0x431:  /* Cyrillic be */
    case 0xFF03: /* full-width # n t x ~ */
    case 0xFF4E:
    case 0xFF54:
    case 0xFF58:
    case 0xFF5E:
        return true;
    default:
        return false;
    }
}

static size_t any_word_before(const struct ruf_rope *text, size_t end,
                              const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        size_t start = word_before(text, end, words[i]);

        if (start != NONE)
            return start;
    }
    return NONE;
}

/* --- the six forms --- */

struct search {
    const struct ruf_rope *text;
    size_t count; /* digits of the extension */
    size_t start; /* leftmost so far, or NONE */
};

static void keep_leftmost(struct search *search, size_t start)
{
    if (start < search->start) /* NONE is the largest */
        search->start = start;
}

static void try_labels(struct search *search, size_t end,
                       const char *const *words, size_t max)
{
    size_t label = NONE;

    if (search->count <= max)
        label = any_word_before(search->text, end, words);
    if (label != NONE)
        keep_leftmost(search, skip_back(search->text, label, is_separator));
}

/* ";" or ",," or any number of commas that end here. */
static void try_dial_sign(struct search *search, size_t end)
{
    const struct ruf_rope *text = search->text;
    size_t commas = end - skip_back(text, end, is_comma);

    if (search->count <= AFTER_DIAL_SIGN_MAX && end > 0 &&
        ruf_rope_byte(text, end - 1) == ';')
        keep_leftmost(search, skip_back(text, end - 1, is_blank));
    if (search->count <= AFTER_DIAL_SIGN_MAX && commas >= 2)
        keep_leftmost(search, skip_back(text, end - 2, is_blank));
    if (search->count <= AFTER_SHORT_LABEL_MAX && commas >= 1)
        keep_leftmost(search, skip_back(text, end - commas, is_blank));
}

/* A comma within the gap may be the dial sign, the rest still the gap. */
static void try_commas_in_gap(struct search *search, size_t gap, size_t end)
{
    for (size_t i = gap; i < end; i++) {
        bool comma = ruf_rope_byte(search->text, i) == ',';
        bool two =
            comma && i + 1 < end && ruf_rope_byte(search->text, i + 1) == ',';

        if ((comma && search->count <= AFTER_SHORT_LABEL_MAX) ||
            (two && search->count <= AFTER_DIAL_SIGN_MAX)) {
            keep_leftmost(search, skip_back(search->text, i, is_blank));
            return; /* later ones start further right */
        }
    }
}

/* Everything that may introduce the digits through a gap. */
static void try_before_gap(struct search *search, size_t digits)
{
    const struct ruf_rope *text = search->text;
    size_t gap = skip_back(text, digits, is_gap);
    size_t label_end = gap;
    uint32_t c;

    try_commas_in_gap(search, gap, digits);
    if (gap == 0)
        return;
    label_end -= ruf_rope_before(text, gap, &c);
    if (!is_colon(c))
        label_end = gap;
    if (label_end > 0)
        (void)ruf_rope_before(text, label_end, &c);
    if (label_end > 0 && ends_label(c)) {
        try_labels(search, label_end, labels, AFTER_LABEL_MAX);
        try_labels(search, label_end, short_labels, AFTER_SHORT_LABEL_MAX);
    }
    try_dial_sign(search, label_end);
}

struct ruf_extension ruf_extension_find(const struct ruf_rope *text)
{
    size_t size = ruf_rope_size(text);
    bool hash = size > 0 && ruf_rope_byte(text, size - 1) == '#';
    struct search search = { text, 0, NONE };
    struct ruf_extension found = { false, 0, 0, size - hash };

    found.digits = found.end;
    while (found.digits > 0 && search.count <= AFTER_LABEL_MAX) {
        uint32_t c;
        size_t step = ruf_rope_before(text, found.digits, &c);

        if (ruf_char_digit(c) < 0)
            break;
        found.digits -= step;
        search.count++;
    }
    if (search.count == 0 || search.count > AFTER_LABEL_MAX)
        return found;
    if (!hash)
        keep_leftmost(&search, word_before(text, found.digits, ";ext="));
    if (hash && search.count <= BEFORE_HASH_MAX) {
        size_t start = skip_back(text, found.digits, is_space_or_hyphen);

        if (start < found.digits)
            keep_leftmost(&search, start);
    }
    try_before_gap(&search, found.digits);
    found.found = search.start != NONE;
    found.start = search.start;
    return found;
}
