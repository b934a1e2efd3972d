/*
 * base/search_sections.c - how words are keyed in the search sections
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/search_sections.h"
#include "base/text.h"
#include "base/words.h"

#define KEYED 8 /* digits kept of keypad and sound */

uint32_t ruf_search_letters(const char *word, size_t size)
{
    uint32_t letters = 0;
    size_t i = 0;

    while (i < size) {
        uint32_t c;

        i += ruf_utf8_decode(word + i, size - i, &c);
        letters |= c >= 'a' && c <= 'z' ? UINT32_C(1) << (c - 'a')
                                        : UINT32_C(1) << (26 + c % 6);
    }
    return letters;
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
