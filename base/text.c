/*
 * base/text.c - length-carrying UTF-8 text
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "base/bytes.h"
#include <string.h>

#define REPLACEMENT_CHARACTER 0xFFFDu

struct ruf_text ruf_text(const char *string)
{
    struct ruf_text text = { string, string == NULL ? 0 : strlen(string) };

    return text;
}

struct ruf_text ruf_text_slice(struct ruf_text text, size_t start, size_t size)
{
    if (text.data == NULL)
        return text;
    if (start > text.size)
        start = text.size;
    if (size > text.size - start)
        size = text.size - start;
    return (struct ruf_text){ text.data + start, size };
}

bool ruf_text_is_empty(struct ruf_text text)
{
    return text.size == 0;
}

bool ruf_text_equal(struct ruf_text a, struct ruf_text b)
{
    return a.size == b.size &&
           (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

bool ruf_text_is(struct ruf_text a, const char *string)
{
    return ruf_text_equal(a, ruf_text(string));
}

bool ruf_text_equal_nocase(struct ruf_text a, struct ruf_text b)
{
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++)
        if (ruf_ascii_lower(a.data[i]) != ruf_ascii_lower(b.data[i]))
            return false;
    return true;
}

int ruf_text_compare(struct ruf_text a, struct ruf_text b)
{
    size_t shared = a.size < b.size ? a.size : b.size;
    int order = shared == 0 ? 0 : memcmp(a.data, b.data, shared);

    if (order != 0)
        return order;
    return (a.size > b.size) - (a.size < b.size);
}

bool ruf_text_starts_with(struct ruf_text text, const char *prefix)
{
    size_t size = strlen(prefix);

    return text.size >= size &&
           (size == 0 || memcmp(text.data, prefix, size) == 0);
}

static bool is_ascii_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct ruf_text ruf_text_trim(struct ruf_text text)
{
    while (text.size > 0 && is_ascii_space(text.data[0])) {
        text.data++;
        text.size--;
    }
    while (text.size > 0 && is_ascii_space(text.data[text.size - 1]))
        text.size--;
    return text;
}

/* Eight bytes at a time: no byte of this word below 0x20, above 0x7E. The high
 * bits that are set for the subtraction keep it from borrowing. */
static bool all_printable(uint64_t word)
{
    uint64_t low = ~((word | RUF_EACH_BYTE(0x80)) - RUF_EACH_BYTE(0x20));
    uint64_t high = word | (word + RUF_EACH_BYTE(0x01));

    return ((low | high) & RUF_EACH_BYTE(0x80)) == 0;
}

/* Blanks among bytes below 0x80, in the high bit of each. */
static uint64_t blanks_of(uint64_t word)
{
    uint64_t other = word ^ RUF_EACH_BYTE(' ');

    return ~(other + RUF_EACH_BYTE(0x7F)) & RUF_EACH_BYTE(0x80);
}

bool ruf_text_is_plain(struct ruf_text text)
{
    const uint8_t *bytes = (const uint8_t *)text.data;
    uint64_t before = 0x80; /* as if a blank stood before the text */
    size_t at = 0;

    for (; at + 8 <= text.size; at += 8) {
        uint64_t word = ruf_load64(bytes + at);
        uint64_t blanks = blanks_of(word);

        if (!all_printable(word) || (blanks & (blanks << 8 | before)) != 0)
            return false;
        before = blanks >> 56;
    }
    for (; at < text.size; at++) {
        uint64_t blank = bytes[at] == ' ' ? 0x80 : 0;

        if (bytes[at] < ' ' || bytes[at] > 0x7E || (blank & before) != 0)
            return false;
        before = blank;
    }
    return text.size == 0 || before == 0;
}

char ruf_ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

int ruf_hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = ruf_ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Length and first bits of a sequence by its first byte; 0 if it starts none.
 * Unicode 15, table 3-7. */
static size_t sequence_size(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        return 2;
    if (first >= 0xE0 && first <= 0xEF)
        return 3;
    if (first >= 0xF0 && first <= 0xF4)
        return 4;
    return 0;
}

size_t ruf_utf8_decode(const char *text, size_t size, uint32_t *code_point)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t need = sequence_size(s[0]);
    uint32_t value;

    *code_point = REPLACEMENT_CHARACTER;
    if (need == 1) {
        *code_point = s[0];
        return 1;
    }
    if (need == 0 || need > size)
        return 1;
    value = s[0] & (0x7Fu >> need);
    for (size_t i = 1; i < need; i++) {
        if ((s[i] & 0xC0u) != 0x80u)
            return 1;
        value = value << 6 | (s[i] & 0x3Fu);
    }
    if ((need == 3 && value < 0x800) || (need == 4 && value < 0x10000) ||
        value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 1;
    *code_point = value;
    return need;
}

bool ruf_utf8_valid(struct ruf_text text)
{
    size_t i = 0;

    while (i < text.size) {
        uint32_t code_point;
        size_t step;

        if ((unsigned char)text.data[i] < 0x80) {
            i++;
            continue;
        }
        step = ruf_utf8_decode(text.data + i, text.size - i, &code_point);
        if (step == 1)
            return false;
        i += step;
    }
    return true;
}

size_t ruf_utf8_encode(uint32_t code_point, char out[4])
{
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        out[0] = (char)(0xC0u | code_point >> 6);
        out[1] = (char)(0x80u | (code_point & 0x3Fu));
        return 2;
    }
    if (code_point < 0x10000) {
        out[0] = (char)(0xE0u | code_point >> 12);
        out[1] = (char)(0x80u | (code_point >> 6 & 0x3Fu));
        out[2] = (char)(0x80u | (code_point & 0x3Fu));
        return 3;
    }
    out[0] = (char)(0xF0u | code_point >> 18);
    out[1] = (char)(0x80u | (code_point >> 12 & 0x3Fu));
    out[2] = (char)(0x80u | (code_point >> 6 & 0x3Fu));
    out[3] = (char)(0x80u | (code_point & 0x3Fu));
    return 4;
}
