/*
 * bench/people.h - the sample company as the indexer sees it
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BENCH_PEOPLE_H
#define BENCH_PEOPLE_H

#include "base/arena.h"
#include "base/image.h"
#include "bench/bench.h"
#include "indexer/contacts.h"
#include "policy/policy.h"

/** Everything a suite needs, made once. */
struct bench_data {
    struct ruf_policy *policy;
    struct ruf_arena *records_arena;
    struct ruf_record *records;
    const struct ruf_policy_source **sources; /**< of each record */
    size_t record_count;
    struct ruf_arena *arena;
    struct ruf_people people;
    struct ruf_labelled_entries entries;
    char image[300];
    uint8_t key[32];
};

void bench_data_create(struct bench *bench, struct bench_data *out);
void bench_data_destroy(struct bench_data *data);

/** Records to people and entries, timed per step. */
void bench_pipeline(const struct bench_data *data, struct ruf_arena *arena,
                    struct ruf_people *people,
                    struct ruf_labelled_entries *entries, uint64_t ns[3]);

/** Stop with a message if a call of ours failed. */
void bench_must(enum ruf_status status, const struct ruf_error *err);

/* Suites. */
void suite_normalize(struct bench *bench, const struct bench_data *data);
void suite_build(struct bench *bench, const struct bench_data *data);
void suite_open(struct bench *bench, const struct bench_data *data);
void suite_lookup(struct bench *bench, const struct bench_data *data);
void suite_search(struct bench *bench, const struct bench_data *data);
void suite_emit(struct bench *bench, const struct bench_data *data);
void suite_sync(struct bench *bench, const struct bench_data *data);

/* --- peers: the same entries in SQLite and SQLCipher, one library -----------
 */

struct sqlite3;

enum peer { PEER_SQLITE = 0, PEER_SQLCIPHER };

/** Path of the peer's database, made by the first suite that needs it. */
void peer_path(const struct bench *bench, enum peer peer, char out[300]);

/** Bulk-insert all entries in ascending order in one transaction. */
void peer_fill(struct bench *bench, const struct bench_data *data,
               enum peer peer);

/** Make the peers' files unless they are there. */
void peers_ready(struct bench *bench, const struct bench_data *data);

/** Open with raw key (SQLCipher) and, tuned, a cache larger than the file. */
struct sqlite3 *peer_open(const struct bench *bench, enum peer peer,
                          bool tuned);

#endif
