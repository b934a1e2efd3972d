/*
 * base/words.c - words of folded text
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/words.h"

/* ASCII letters and digits and all that is not ASCII belong to words. */
static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

bool ruf_next_word(const char *folded, size_t size, size_t *at,
                   struct ruf_word *out)
{
    size_t i = *at;

    while (i < size && !is_word_byte(folded[i]))
        i++;
    out->start = i;
    out->size = 0;
    while (i < size && (is_word_byte(folded[i]) || folded[i] == '\'')) {
        if (folded[i] != '\'' && out->size < sizeof(out->bytes))
            out->bytes[out->size++] = folded[i];
        i++;
    }
    out->end = i;
    *at = i;
    return out->size > 0;
}
