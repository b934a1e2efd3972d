/*
 * base/search_sections.c - how words are keyed in the search sections
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/search_sections.h"
#include "base/text.h"
#include "base/words.h"

#define KEYED 8 /* digits kept of keypad and sound */

uint32_t ruf_search_beginning(const char *word, size_t size)
{
    uint32_t symbols = 0;
    size_t at = 0;

    for (size_t i = 0; i < RUF_SEARCH_BEGINNING && at < size; i++) {
        uint32_t c;

        at += ruf_utf8_decode(word + at, size - at, &c);
        symbols |= ruf_search_symbol(c) << ruf_search_symbol_shift(i);
    }
    return symbols;
}

/* The first eight digits as nibbles from the top. */
static uint32_t pack_digits(const char *digits, size_t size, unsigned add)
{
    uint32_t packed = 0;

    for (size_t i = 0; i < KEYED; i++)
        packed =
            packed << 4 | (i < size ? (uint32_t)(digits[i] - '0') + add : 0);
    return packed;
}

uint32_t ruf_search_keypad(const char *word, size_t size)
{
    char digits[KEYED] = { 0 };

    return pack_digits(
        digits, ruf_word_keypad(word, size < KEYED ? size : KEYED, digits), 0);
}

uint32_t ruf_search_sound(const char *word, size_t size)
{
    char digits[2 * RUF_WORD_SIZE_MAX] = { 0 };

    return pack_digits(digits, ruf_word_sound(word, size, digits), 1);
}
