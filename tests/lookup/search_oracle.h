/*
 * tests/lookup/search_oracle.h - search as a linear scan
 *
 * Says what a search has to find, by reading every contact for every query. It
 * shares no code with base/ and lookup/: folding, words, sounds, edit distance
 * and calling codes are its own, for the letters and codes the tests use.
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TESTS_LOOKUP_SEARCH_ORACLE_H
#define TESTS_LOOKUP_SEARCH_ORACLE_H

#include "indexer/contacts.h"
#include <rufname/search.h>

struct oracle;

/** Split all texts of these people once; they are borrowed. */
struct oracle *oracle_create(const struct ruf_people *people);
void oracle_destroy(struct oracle *oracle);

/** All hits of a query, ranked, at most capacity, with their highlights.
 *  @return hits written. */
size_t oracle_search(struct oracle *oracle, const char *text, size_t size,
                     const struct ruf_search_options *options,
                     struct ruf_hit *hits, size_t capacity);

#endif
