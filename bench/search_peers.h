/*
 * bench/search_peers.h - what our search is compared with
 *
 * They answer by other rules than our tiers, so only times are compared, and
 * whether anything is found.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BENCH_SEARCH_PEERS_H
#define BENCH_SEARCH_PEERS_H

#include "bench/search_queries.h"

#define SEARCH_TOP 20

/* --- FTS5 in an SQLCipher file, all pages cached ---------------------------
 */

enum fts_way {
    FTS_PREFIX_RANKED = 0,
    FTS_PREFIX,
    FTS_TRIGRAM_RANKED,
    FTS_TRIGRAM,
    FTS_WAYS
};

/** Name with configuration. */
extern const char *const fts_names[FTS_WAYS];

struct fts;

struct fts *fts_create(const struct bench *bench,
                       const struct ruf_people *people);
void fts_destroy(struct fts *fts);

/**
 * Ask for the first SEARCH_TOP rows.
 * @param digits   search numbers, not names: trigrams only.
 * @param[out] us  CPU time; 0 if this way cannot take the words (trigrams
 *                 need three letters).
 * @return rows.
 */
size_t fts_ask(struct fts *fts, enum fts_way way, bool digits,
               search_words words, double *us);

/* --- minisearch and flexsearch on Node.js, a process of its own ------------
 */

/** Queries for the process, written as they come. */
struct js_search;

/** NULL, with a word on stderr, if the packages are not there. */
struct js_search *js_search_create(const struct bench *bench,
                                   const struct ruf_people *people);
void js_search_add(struct js_search *search, int query_class,
                   search_words words);

/** Run it: indexes are built, then all queries asked. */
void js_search_run(struct js_search *search, struct bench *bench);

/** Engines, with version and configuration. */
size_t js_search_engines(const struct js_search *search);
const char *js_search_name(const struct js_search *search, size_t engine);

/** Milliseconds to build the engine's index. */
double js_search_build_ms(const struct js_search *search, size_t engine);

/** Times in microseconds of a class; empty if not measured. */
struct bench_samples *js_search_samples(struct js_search *search, size_t engine,
                                        int query_class);
void js_search_destroy(struct js_search *search);

#endif
