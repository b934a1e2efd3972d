/*
 * base/words.h - words of folded text
 *
 * The builder, the query and the highlights split text the same way. Letters
 * and digits make words. Apostrophes, hyphens and dots between them join:
 * "o'connor" has the parts "o" and "connor" and, joined, the word "oconnor".
 * Everything else separates.
 *
 * Threads: pure. Uses utf8proc; not part of the reader library.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Longer words are cut there, at a character boundary. */
#define RUF_WORD_SIZE_MAX 64

enum ruf_word_kind {
    RUF_WORD_ALONE = 0, /**< nothing is joined to it */
    RUF_WORD_PART,      /**< one of several joined parts */
    RUF_WORD_JOINED     /**< all parts of a run, after the parts themselves */
};

/** A word and where it stood. */
struct ruf_word {
    char bytes[RUF_WORD_SIZE_MAX]; /**< without apostrophes, hyphens, dots */
    size_t size;
    enum ruf_word_kind kind;
    size_t start; /**< in the folded text */
    size_t end;
};

/** Walks the words of a text. Start with ruf_words(). */
struct ruf_words {
    const char *text; /**< folded, borrowed */
    size_t size;
    size_t at;        /**< where to look on */
    size_t run_start; /**< of what is joined */
    size_t run_end;   /**< 0: between runs */
    size_t run_parts;
};

struct ruf_words ruf_words(const char *folded, size_t size);

/** @return false when there is no further word. */
bool ruf_words_next(struct ruf_words *words, struct ruf_word *out);

/** Offset in the folded text behind the first 'size' bytes of a word. */
size_t ruf_word_prefix_end(const char *folded, const struct ruf_word *word,
                           size_t size);

/**
 * The word as digits of a telephone keypad: a-c 2, d-f 3 ... w-z 9, digits
 * stand for themselves.
 * @param[out] out  '2'..'9', room for size bytes.
 * @return digits written: up to the first character without a key, or 0 or 1.
 */
size_t ruf_word_keypad(const char *word, size_t size, char *out);

/**
 * How a folded word sounds: Kölner Phonetik (Postel 1969). "h" and all but a-z
 * are passed over.
 * @param[out] out  digits '0'..'8', room for 2 * size bytes.
 * @return digits written.
 */
size_t ruf_word_sound(const char *word, size_t size, char *out);

#endif
