/*
 * bench/search_queries.h - what is typed, made from the contacts
 *
 * Threads: one at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BENCH_SEARCH_QUERIES_H
#define BENCH_SEARCH_QUERIES_H

#include "bench/people.h"

#define SEARCH_WORD_SIZE 64

/** One or two words as typed so far; the second may be empty. */
typedef char search_words[2][SEARCH_WORD_SIZE];

enum query_class {
    QUERY_PREFIX1 = 0,
    QUERY_PREFIX2,
    QUERY_PREFIX3,
    QUERY_PREFIX4,
    QUERY_PREFIX6,
    QUERY_TWO_WORDS,
    QUERY_NAME_COMPANY,
    QUERY_INSIDE,    /**< four digits of a number */
    QUERY_FRAGMENT,  /**< six digits of a number */
    QUERY_EXTENSION, /**< its last three behind a hyphen */
    QUERY_KEYPAD,
    QUERY_TYPO,
    QUERY_NO_HIT,
    QUERY_CLASSES
};

extern const char *const query_class_names[QUERY_CLASSES];

/** Queries of one class from seeded contacts. @return how many, at most
 *  'wanted'. */
size_t search_queries_make(const struct ruf_people *people,
                           enum query_class kind, search_words *out,
                           size_t wanted);

/** The words with a blank between. */
void search_words_join(search_words words, char out[2 * SEARCH_WORD_SIZE + 2]);

#endif
