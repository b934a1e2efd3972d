/*
 * base/number_chars.c - characters of phone numbers, as libphonenumber sees
 * them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/number_chars.h"
#include "base/number_plan.h"
#include "base/text.h"

/* --- ropes --- */

size_t ruf_rope_size(const struct ruf_rope *rope)
{
    return rope->part[0].size + rope->part[1].size;
}

void ruf_rope_cut(struct ruf_rope *rope, size_t size)
{
    if (size < rope->part[0].size) {
        rope->part[0].size = size;
        rope->part[1].size = 0;
    } else if (size < ruf_rope_size(rope)) {
        rope->part[1].size = size - rope->part[0].size;
    }
}

/* Characters do not span the pieces: a context that is kept ends in one. */
size_t ruf_rope_decode(const struct ruf_rope *rope, size_t at, uint32_t *c)
{
    size_t first = rope->part[0].size;
    struct ruf_text part = rope->part[at >= first];

    if (at >= first)
        at -= first;
    return ruf_utf8_decode(part.data + at, part.size - at, c);
}

size_t ruf_rope_decode_back(const struct ruf_rope *rope, size_t end,
                            uint32_t *c)
{
    size_t first = rope->part[0].size;
    struct ruf_text part = rope->part[end > first];
    size_t size = 1;

    if (end > first)
        end -= first;
    while (size < 4 && size < end &&
           ((unsigned char)part.data[end - size] & 0xC0u) == 0x80)
        size++;
    if (ruf_utf8_decode(part.data + end - size, size, c) == size)
        return size;
    *c = 0xFFFD;
    return 1;
}

/* --- classes --- */

int ruf_char_digit(uint32_t c)
{
    size_t low = 0;

    if (c < ruf_plan_digit_zeros[0])
        return c >= '0' && c <= '9' ? (int)(c - '0') : -1;
    if (c >= 0xFF10 && c <= 0xFF19) /* full-width ones are typed most */
        return (int)(c - 0xFF10);
    for (size_t left = ruf_plan_digit_zero_count; left > 1; left -= left / 2)
        if (ruf_plan_digit_zeros[low + left / 2] <= c)
            low += left / 2;
    c -= ruf_plan_digit_zeros[low];
    return c < 10 ? (int)c : -1;
}

bool ruf_char_is_plus(uint32_t c)
{
    return c == '+' || c == 0xFF0B;
}

bool ruf_char_is_word(uint32_t c)
{
    size_t low = 0;

    for (size_t left = ruf_plan_word_range_count; left > 1; left -= left / 2)
        if (ruf_plan_word_ranges[low + left / 2][0] <= c)
            low += left / 2;
    return c >= ruf_plan_word_ranges[low][0] &&
           c <= ruf_plan_word_ranges[low][1];
}

bool ruf_char_is_latin(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == 0x17F ||
           c == 0x212A;
}

bool ruf_char_is_punctuation(uint32_t c)
{
    switch (c) {
    case ' ':
    case '(':
    case ')':
    case '-':
    case '.':
    case '/':
    case 'X':
    case '[':
    case ']':
    case 'x':
    case '~':
    case 0xA0:
    case 0xAD:
    case 0x200B:
    case 0x2053:
    case 0x2060:
    case 0x2212:
    case 0x223C:
    case 0x3000:
    case 0x30FC:
    case 0xFF08:
    case 0xFF09:
    case 0xFF3B:
    case 0xFF3D:
        return true;
    default:
        return (c >= 0x2010 && c <= 0x2015) || (c >= 0xFF0D && c <= 0xFF0F);
    }
}

bool ruf_char_is_line_end(uint32_t c)
{
    return (c >= '\n' && c <= '\r') || c == 0x85 || c == 0x2028 || c == 0x2029;
}

bool ruf_char_is_interchange(uint32_t c)
{
    if (c < 0x20)
        return c == '\t' || c == '\n' || c == '\f' || c == '\r';
    return !(c >= 0x7F && c <= 0x9F) && !(c >= 0xFDD0 && c <= 0xFDEF) &&
           (c & 0xFFFE) != 0xFFFE;
}

bool ruf_number_has_plus(struct ruf_text text)
{
    for (size_t i = 0; i < text.size;) {
        uint32_t c;

        i += ruf_utf8_decode(text.data + i, text.size - i, &c);
        if (ruf_char_is_plus(c) || ruf_char_digit(c) >= 0)
            return ruf_char_is_plus(c);
    }
    return false;
}
