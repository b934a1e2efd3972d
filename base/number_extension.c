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

#define LABEL_SIZE_MAX 10

/* Folded, from their last character to the first. */
static const struct label {
    uint8_t max; /* digits it may introduce */
    uint8_t size;
    uint16_t back[LABEL_SIZE_MAX];
} labels[] = {
    /* extension, with o, o acute or o and a combining acute; so without n */
    { AFTER_LABEL_MAX, 9, { 'n', 'o', 'i', 's', 'n', 'e', 't', 'x', 'e' } },
    { AFTER_LABEL_MAX, 8, { 'n', 'o', 'i', 's', 'n', 'e', 't', 'x' } },
    { AFTER_LABEL_MAX, 9, { 'n', 0xF3, 'i', 's', 'n', 'e', 't', 'x', 'e' } },
    { AFTER_LABEL_MAX, 8, { 'n', 0xF3, 'i', 's', 'n', 'e', 't', 'x' } },
    { AFTER_LABEL_MAX,
      10,
      { 'n', 0x301, 'o', 'i', 's', 'n', 'e', 't', 'x', 'e' } },
    { AFTER_LABEL_MAX, 9, { 'n', 0x301, 'o', 'i', 's', 'n', 'e', 't', 'x' } },
    { AFTER_LABEL_MAX, 8, { 'o', 'i', 's', 'n', 'e', 't', 'x', 'e' } },
    { AFTER_LABEL_MAX, 7, { 'o', 'i', 's', 'n', 'e', 't', 'x' } },
    { AFTER_LABEL_MAX, 8, { 0xF3, 'i', 's', 'n', 'e', 't', 'x', 'e' } },
    { AFTER_LABEL_MAX, 7, { 0xF3, 'i', 's', 'n', 'e', 't', 'x' } },
    { AFTER_LABEL_MAX, 9, { 0x301, 'o', 'i', 's', 'n', 'e', 't', 'x', 'e' } },
    { AFTER_LABEL_MAX, 8, { 0x301, 'o', 'i', 's', 'n', 'e', 't', 'x' } },
    /* extn, xtn, ext, xt, in full width too; anexo; Cyrillic dob */
    { AFTER_LABEL_MAX, 4, { 'n', 't', 'x', 'e' } },
    { AFTER_LABEL_MAX, 3, { 'n', 't', 'x' } },
    { AFTER_LABEL_MAX, 3, { 't', 'x', 'e' } },
    { AFTER_LABEL_MAX, 2, { 't', 'x' } },
    { AFTER_LABEL_MAX, 4, { 0xFF4E, 0xFF54, 0xFF58, 0xFF45 } },
    { AFTER_LABEL_MAX, 3, { 0xFF4E, 0xFF54, 0xFF58 } },
    { AFTER_LABEL_MAX, 3, { 0xFF54, 0xFF58, 0xFF45 } },
    { AFTER_LABEL_MAX, 2, { 0xFF54, 0xFF58 } },
    { AFTER_LABEL_MAX, 5, { 'o', 'x', 'e', 'n', 'a' } },
    { AFTER_LABEL_MAX, 3, { 0x431, 0x43E, 0x434 } },
    /* int, x, # and tilde, in full width too */
    { AFTER_SHORT_LABEL_MAX, 3, { 't', 'n', 'i' } },
    { AFTER_SHORT_LABEL_MAX, 1, { 'x' } },
    { AFTER_SHORT_LABEL_MAX, 1, { '#' } },
    { AFTER_SHORT_LABEL_MAX, 1, { '~' } },
    { AFTER_SHORT_LABEL_MAX, 3, { 0xFF54, 0xFF4E, 0xFF49 } },
    { AFTER_SHORT_LABEL_MAX, 1, { 0xFF58 } },
    { AFTER_SHORT_LABEL_MAX, 1, { 0xFF03 } },
    { AFTER_SHORT_LABEL_MAX, 1, { 0xFF5E } },
};
#define LABEL_COUNT (sizeof(labels) / sizeof(labels[0]))

static const struct label parameter = { AFTER_LABEL_MAX,
                                        5,
                                        { '=', 't', 'x', 'e', ';' } };

/* Where a label that ends here begins, or NONE. */
static size_t label_before(const struct ruf_rope *text, size_t end,
                           const struct label *label)
{
    for (size_t i = 0; i < label->size; i++) {
        uint32_t c;

        if (end == 0)
            return NONE;
        end -= ruf_rope_before(text, end, &c);
        if (fold(c) != label->back[i])
            return NONE;
    }
    return end;
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

static void try_labels(struct search *search, size_t end)
{
    uint32_t last;

    (void)ruf_rope_before(search->text, end, &last);
    last = fold(last);
    for (size_t i = 0; i < LABEL_COUNT; i++) {
        const struct label *label = &labels[i];
        size_t start = NONE;

        if (label->back[0] == last && label->max >= search->count)
            start = label_before(search->text, end, label);
        if (start != NONE)
            keep_leftmost(search, skip_back(search->text, start, is_separator));
    }
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
        try_labels(search, label_end);
    try_dial_sign(search, label_end);
}

struct ruf_extension ruf_extension_find(const struct ruf_rope *text)
{
    size_t size = ruf_rope_size(text);
    bool hash = size > 0 && ruf_rope_byte(text, size - 1) == '#';
    struct search search = { text, 0, NONE };
    struct ruf_extension found = { false, 0, 0, 0, size - hash };

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
        keep_leftmost(&search, label_before(text, found.digits, &parameter));
    if (hash && search.count <= BEFORE_HASH_MAX) {
        size_t start = skip_back(text, found.digits, is_space_or_hyphen);

        if (start < found.digits)
            keep_leftmost(&search, start);
    }
    try_before_gap(&search, found.digits);
    found.found = search.start != NONE;
    found.count = found.found ? search.count : 0;
    found.start = search.start;
    return found;
}
