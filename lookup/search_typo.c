/*
 * lookup/search_typo.c - is a word another one with a slip of the finger?
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "lookup/search_private.h"
#include <string.h>

static bool rest_begins(const uint32_t *asked, size_t asked_count,
                        const uint32_t *word, size_t word_count)
{
    return asked_count <= word_count &&
           memcmp(asked, word, asked_count * sizeof(*asked)) == 0;
}

/* Where they first differ one edit has to mend it: any earlier edit that would
 * do can be moved there. */
static bool one_edit(const uint32_t *asked, size_t asked_count,
                     const uint32_t *word, size_t word_count)
{
    size_t i = 0;

    while (i < asked_count && i < word_count && asked[i] == word[i])
        i++;
    if (i == asked_count)
        return true;
    asked += i;
    asked_count -= i;
    word += i;
    word_count -= i;
    if (rest_begins(asked + 1, asked_count - 1, word, word_count))
        return true; /* a letter too much */
    if (word_count == 0)
        return false;
    if (rest_begins(asked + 1, asked_count - 1, word + 1, word_count - 1) ||
        rest_begins(asked, asked_count, word + 1, word_count - 1))
        return true; /* another letter, or one left out */
    return asked_count >= 2 && word_count >= 2 && asked[0] == word[1] &&
           asked[1] == word[0] &&
           rest_begins(asked + 2, asked_count - 2, word + 2, word_count - 2);
}

/* A first look at ASCII: behind the place where the word differs one of three
 * pairs has to agree, or no edit there mends it. */
static bool may_be_typo(const struct search_form *form, const char *word,
                        size_t size)
{
    size_t i = 0;

    while (i < size && i < form->size && form->bytes[i] == word[i])
        i++;
    if (form->size != form->letter_count || i + 1 >= form->size ||
        i + 1 >= size || ((word[i] | word[i + 1]) & 0x80) != 0)
        return true;
    return form->bytes[i + 1] == word[i] || form->bytes[i + 1] == word[i + 1] ||
           form->bytes[i] == word[i + 1];
}

bool ruf_search_is_typo(const struct search_form *form, const char *word,
                        size_t size)
{
    uint32_t letters[RUF_WORD_SIZE_MAX];
    size_t count = 0;
    size_t i = 0;

    if (!may_be_typo(form, word, size))
        return false;
    while (i < size)
        i += ruf_utf8_decode(word + i, size - i, &letters[count++]);
    return one_edit(form->letters, form->letter_count, letters, count);
}
