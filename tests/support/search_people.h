/*
 * tests/support/search_people.h - invented people that are hard to search
 *
 * Names with umlauts in all spellings, hyphens, apostrophes, particles and
 * letters beyond Latin; companies, departments and positions that share words
 * with names; shared, unidentified and overlong numbers. Numbers are counted up
 * behind prefixes of many plans. Same seed, same people.
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TESTS_SUPPORT_SEARCH_PEOPLE_H
#define TESTS_SUPPORT_SEARCH_PEOPLE_H

#include "base/arena.h"
#include "indexer/contacts.h"

/** Numbers for the tests: same state, same sequence. */
uint64_t search_random(uint64_t *state, uint64_t bound);

/** People in rank order, living in the arena. Aborts when memory is out. */
void search_people(struct ruf_arena *arena, uint64_t seed, size_t count,
                   struct ruf_people *out);

#endif
