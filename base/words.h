/*
 * base/words.h - words of folded text
 *
 * The builder and the query split text the same way: at blanks and
 * punctuation; apostrophes and dots inside a word are dropped (oconnor), so
 * are hyphens at the caller's choice, by asking for both forms.
 *
 * Threads: pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include <rufname/contact.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A word and where it stood. */
struct ruf_word {
    char bytes[64]; /**< without apostrophes */
    size_t size;    /**< 0: no more words */
    size_t start;   /**< in the folded text */
    size_t end;
};

/**
 * Next word of folded text from *at on; longer words are cut to 64 bytes.
 * @return false when there is none left.
 */
bool ruf_next_word(const char *folded, size_t size, size_t *at,
                   struct ruf_word *out);

#endif
