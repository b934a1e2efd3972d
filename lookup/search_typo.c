/*
 * lookup/search_typo.c - is a word another one with a slip of the finger?
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/scratch.h"
#include "base/text.h"
#include "lookup/search_private.h"
#include <string.h>

/* --- how a word may begin
 * ------------------------------------------------------------------ */

enum slip { OTHER = 0, LEFT_OUT, TOO_MUCH, SWAPPED, SLIP_KINDS };

/* The letter typed for place 'at' of a word when the slip came at 'place';
 * SIZE_MAX: any may stand there. */
static size_t letter_for(size_t at, enum slip kind, size_t place)
{
    if (at < place)
        return at;
    if (kind == TOO_MUCH)
        return at + 1;
    if (kind == SWAPPED) /* with the next one */
        return at == place ? at + 1 : at == place + 1 ? place : at;
    if (at == place)
        return SIZE_MAX;
    return kind == LEFT_OUT ? at - 1 : at;
}

static void add_slip(struct search_form *form, enum slip kind, size_t place)
{
    struct search_slip *slip = &form->slips[form->slip_count++];

    *slip = (struct search_slip){ 0, 0 };
    for (size_t at = 0; at < RUF_SEARCH_BEGINNING; at++) {
        size_t letter = letter_for(at, kind, place);
        unsigned shift = ruf_search_symbol_shift(at);

        if (letter >= form->letter_count)
            continue;
        slip->symbols |= ruf_search_symbol(form->letters[letter]) << shift;
        slip->known |= UINT32_C(31) << shift;
    }
}

void ruf_search_make_slips(struct search_form *form)
{
    form->slip_count = 0;
    add_slip(form, OTHER, RUF_SEARCH_BEGINNING); /* further behind, or none */
    for (size_t place = 0; place < RUF_SEARCH_BEGINNING; place++)
        for (int kind = 0; kind < SLIP_KINDS; kind++)
            if (place < form->letter_count)
                add_slip(form, (enum slip)kind, place);
}

/* --- is it one
 * ------------------------------------------------------------------ */

static bool rest_begins(const uint32_t *asked, size_t asked_count,
                        const uint32_t *word, size_t word_count)
{
    size_t i = 0;

    if (asked_count > word_count)
        return false;
    while (i < asked_count && asked[i] == word[i]) /* few: no call */
        i++;
    return i == asked_count;
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
    RUF_SCRATCH uint32_t letters[RUF_WORD_SIZE_MAX];
    size_t count = 0;
    size_t i = 0;

    if (!may_be_typo(form, word, size))
        return false;
    for (; i < size && (word[i] & 0x80) == 0; i++) /* most often all of it */
        letters[count++] = (unsigned char)word[i];
    while (i < size)
        i += ruf_utf8_decode(word + i, size - i, &letters[count++]);
    return one_edit(form->letters, form->letter_count, letters, count);
}
