/*
 * base/fold.c - making text comparable, clean and countable
 *
 * utf8proc decomposes and drops marks; letters without a decomposition come
 * from a short table.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/fold.h"
#include "base/record.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* Letters that Unicode does not decompose. Source: CLDR's Latin-ASCII. */
static const struct {
    uint32_t letter;
    char text[3];
} special_letters[] = {
    { 0xDF, "ss" }, { 0xE6, "ae" }, { 0xF0, "d" },    { 0xF8, "o" },
    { 0xFE, "th" }, { 0x111, "d" }, { 0x127, "h" },   { 0x131, "i" },
    { 0x138, "q" }, { 0x142, "l" }, { 0x14B, "n" },   { 0x153, "oe" },
    { 0x167, "t" }, { 0x17F, "s" }, { 0x1E9E, "ss" },
};

/* What U+00C0 to U+017F fold to, two bytes each: nearly all letters of European
 * names. Blank where the long way has to be gone. */
#define LATIN_FIRST 0xC0u
#define LATIN_END 0x180u
static const char latin[] = "a a a a a a aec e e e e i i i i "
                            "d n o o o o o   o u u u u y thss"
                            "a a a a a a aec e e e e i i i i "
                            "d n o o o o o   o u u u u y thy "
                            "a a a a a a c c c c c c c c d d "
                            "d d e e e e e e e e e e g g g g "
                            "g g g g h h h h i i i i i i i i "
                            "i i ijijj j k k q l l l l l l   "
                            "  l l n n n n n n   n n o o o o "
                            "o o oeoer r r r r r s s s s s s "
                            "s s t t t t t t u u u u u u u u "
                            "u u u u w w y y y z z z z z z s ";

/* A character folds to at most this many times its own bytes; the few
 * ligatures that stand for whole phrases are cut there. */
#define FOLD_GROWTH 4

size_t ruf_fold_bound(size_t size)
{
    return FOLD_GROWTH * size;
}

/* The German reading of an umlaut, or NULL. */
static const char *german_umlaut(uint32_t c)
{
    switch (c) {
    case 0xE4:
    case 0xC4:
        return "ae";
    case 0xF6:
    case 0xD6:
        return "oe";
    case 0xFC:
    case 0xDC:
        return "ue";
    default:
        return NULL;
    }
}

static const char *special_letter(uint32_t c)
{
    for (size_t i = 0; i < sizeof(special_letters) / sizeof(special_letters[0]);
         i++)
        if (special_letters[i].letter == c)
            return special_letters[i].text;
    return NULL;
}

static bool is_mark(uint32_t c)
{
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);

    return category == UTF8PROC_CATEGORY_MN ||
           category == UTF8PROC_CATEGORY_ME || category == UTF8PROC_CATEGORY_CF;
}

static size_t put_string(const char *text, char *out)
{
    size_t size = strlen(text);

    memcpy(out, text, size);
    return size;
}

/* One code point of 'width' bytes, folded. @return bytes written, 0 for a
 * mark. */
static size_t fold_code_point(uint32_t c, size_t width,
                              enum ruf_folding folding, char *out)
{
    utf8proc_int32_t parts[16];
    utf8proc_ssize_t count;
    const char *text = folding == RUF_FOLD_GERMAN ? german_umlaut(c) : NULL;
    size_t size = 0;
    int boundary = 0;

    if (text != NULL)
        return put_string(text, out);
    if (c >= LATIN_FIRST && c < LATIN_END) {
        const char *folded = latin + 2 * (size_t)(c - LATIN_FIRST);

        if (folded[0] != ' ') {
            out[0] = folded[0];
            out[1] = folded[1];
            return folded[1] == ' ' ? 1 : 2;
        }
    }
    count = utf8proc_decompose_char(
        (utf8proc_int32_t)c, parts, 16,
        UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD, &boundary);
    for (utf8proc_ssize_t i = 0; i < count && i < 16; i++) {
        uint32_t part = (uint32_t)parts[i];

        if (is_mark(part))
            continue;
        if (size + 4 > FOLD_GROWTH * width)
            break;
        text = special_letter(part);
        size += text != NULL ? put_string(text, out + size)
                             : ruf_utf8_encode(part, out + size);
    }
    return size;
}

/* Bytes of a text that stand for themselves, from 'at' on: ASCII that no
 * combining character follows. */
static size_t plain_run(struct ruf_text text, size_t at)
{
    size_t end = at;

    while (end < text.size && (unsigned char)text.data[end] < 0x80)
        end++;
    return end < text.size && end > at ? end - at - 1 : end - at;
}

/* An umlaut written as a letter and a combining diaeresis. */
static const char *combined_umlaut(struct ruf_text text, size_t at,
                                   enum ruf_folding folding)
{
    char letter = ruf_ascii_lower(text.data[at]);

    if (folding != RUF_FOLD_GERMAN || at + 2 >= text.size ||
        memcmp(text.data + at + 1, "\xCC\x88", 2) != 0)
        return NULL;
    return letter == 'a'   ? "ae"
           : letter == 'o' ? "oe"
           : letter == 'u' ? "ue"
                           : NULL;
}

/* One character and the combining diaeresis it may have: bytes read. */
static size_t fold_character(struct ruf_text text, size_t at,
                             enum ruf_folding folding, char *out, size_t *wrote)
{
    unsigned char first = (unsigned char)text.data[at];
    const char *umlaut;
    uint32_t c;
    size_t step;

    if (first >= 0x80) {
        step = ruf_utf8_decode(text.data + at, text.size - at, &c);
        *wrote = fold_code_point(c, step, folding, out);
        return step;
    }
    umlaut = combined_umlaut(text, at, folding);
    if (umlaut == NULL) {
        out[0] = ruf_ascii_lower(text.data[at]);
        *wrote = 1;
    } else {
        *wrote = put_string(umlaut, out);
    }
    return 1;
}

size_t ruf_fold_map(struct ruf_text text, enum ruf_folding folding, char *out,
                    uint32_t *offsets)
{
    size_t size = 0;
    size_t i = 0;

    while (i < text.size) {
        size_t plain_end = i + plain_run(text, i);
        size_t wrote = 0;
        size_t step;

        for (; i < plain_end; i++, size++) {
            char c = text.data[i];

            out[size] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
            if (offsets != NULL)
                offsets[size] = (uint32_t)i;
        }
        if (i == text.size)
            break;
        step = fold_character(text, i, folding, out + size, &wrote);
        for (size_t k = 0; offsets != NULL && k < wrote; k++)
            offsets[size + k] = (uint32_t)i;
        size += wrote;
        i += step;
    }
    if (offsets != NULL)
        offsets[size] = (uint32_t)text.size;
    return size;
}

size_t ruf_fold(struct ruf_text text, enum ruf_folding folding, char *out)
{
    return ruf_fold_map(text, folding, out, NULL);
}

/* --- cleaning ---------------------------------------------------------------
 */

static bool is_dropped(uint32_t c)
{
    /* Soft hyphen, zero-width and bidi controls, tags, byte order mark. */
    return c == 0xAD || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) ||
           c == 0xFEFF || (c >= 0xE0000 && c <= 0xE0FFF);
}

static bool is_space(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 ||
           c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
           c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}

/* Bytes of a character that certainly stays as it is, as most do: a visible one
 * of ASCII, or a letter of Latin-1. 0: look closer. */
static size_t visible_size(const char *bytes, size_t left)
{
    unsigned char first = (unsigned char)bytes[0];

    if (first > ' ' && first < 0x7F)
        return 1;
    return first == 0xC3 && left > 1 && ((unsigned char)bytes[1] & 0xC0) == 0x80
               ? 2
               : 0;
}

/* Removes and collapses; composition comes after. White space becomes a blank,
 * or 'line' where a line ends in it. */
static size_t strip(struct ruf_text text, const char *line, char *out,
                    size_t capacity)
{
    size_t size = 0;
    const char *gap = "";

    for (size_t i = 0; i < text.size;) {
        uint32_t c;
        char encoded[4];
        size_t gap_size;
        size_t width = visible_size(text.data + i, text.size - i);

        if (width > 0 && gap[0] == '\0' && width <= capacity - size) {
            while (width-- > 0)
                out[size++] = text.data[i++];
            continue;
        }
        i += ruf_utf8_decode(text.data + i, text.size - i, &c);
        if (is_space(c)) {
            if (size > 0 && (c == '\n' || c == '\r'))
                gap = line;
            else if (size > 0 && gap[0] == '\0')
                gap = " ";
            continue;
        }
        if (is_control(c) || is_dropped(c))
            continue;
        width = ruf_utf8_encode(c, encoded);
        gap_size = strlen(gap);
        if (size + gap_size + width > capacity)
            break;
        memcpy(out + size, gap, gap_size);
        memcpy(out + size + gap_size, encoded, width);
        size += gap_size + width;
        gap = "";
    }
    return size;
}

static bool has_combining_bytes(const char *text, size_t size)
{
    /* Latin letters below U+0300 are composed already. */
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)text[i] >= 0xCC)
            return true;
    return false;
}

/* Canonical composition in place, if it fits. */
static size_t compose(char *text, size_t size, size_t capacity)
{
    utf8proc_uint8_t *composed = NULL;
    utf8proc_ssize_t count =
        utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)size,
                     &composed, UTF8PROC_STABLE | UTF8PROC_COMPOSE);

    if (count >= 0 && (size_t)count <= capacity) {
        memcpy(text, composed, (size_t)count);
        size = (size_t)count;
    }
    free(composed);
    return size;
}

static size_t clean(struct ruf_text text, const char *line, char *out,
                    size_t capacity)
{
    size_t size;

    if (capacity > RUF_RECORD_TEXT_MAX)
        capacity = RUF_RECORD_TEXT_MAX;
    if (text.size <= capacity && ruf_text_is_plain(text)) {
        if (text.size > 0)
            memcpy(out, text.data, text.size);
        return text.size;
    }
    size = strip(text, line, out, capacity);
    if (has_combining_bytes(out, size))
        size = compose(out, size, capacity);
    return size;
}

size_t ruf_clean_text(struct ruf_text text, char *out, size_t capacity)
{
    return clean(text, " ", out, capacity);
}

size_t ruf_clean_numbers(struct ruf_text text, char *out, size_t capacity)
{
    return clean(text, " / ", out, capacity);
}

/* --- graphemes
 * ------------------------------------------------------------------ */

size_t ruf_grapheme_prefix(struct ruf_text text, size_t max)
{
    utf8proc_int32_t state = 0;
    uint32_t before = 0;
    size_t clusters = 0;
    size_t i = 0;

    while (i < text.size) {
        uint32_t c;
        size_t step = ruf_utf8_decode(text.data + i, text.size - i, &c);

        if (i == 0 ||
            utf8proc_grapheme_break_stateful((utf8proc_int32_t)before,
                                             (utf8proc_int32_t)c, &state)) {
            if (clusters == max)
                return i;
            clusters++;
        }
        before = c;
        i += step;
    }
    return text.size;
}

size_t ruf_grapheme_count(struct ruf_text text)
{
    size_t count = 0;

    while (text.size > 0) {
        text = ruf_text_slice(text, ruf_grapheme_prefix(text, 1), text.size);
        count++;
    }
    return count;
}
