/*
 * bench/measure.h - lookups timed in four ways
 *
 * Throughput: independent queries back to back. Dependent: the next key waits
 * for the last answer. Each: every query timed on its own, for percentiles.
 * Cold: one query after caches and TLB were swept. All touch the label.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "bench/peers.h"

/** Random keys: hits, or near misses of the same blocks. */
struct queries {
    uint64_t *keys;
    size_t count;
};

void queries_create(const struct bench_entries *entries, bool hit, size_t count,
                    struct queries *out);
void queries_free(struct queries *queries);

/** Checksum of one answer, label and contact. */
uint64_t answer_checksum(const struct peer *peer, void *self, uint64_t key);

/** A peer being measured. */
struct contestant {
    const struct peer *peer;
    void *self;
    size_t batch; /**< queries of one sample */
};

/** Open; warm what can be warmed; settle how many queries make a sample. */
void contestant_open(const struct peer *peer, const struct bench_place *place,
                     const struct queries *queries, struct contestant *out);
void contestant_close(struct contestant *contestant);

/** Of all answers to the first 'count' queries, labels byte by byte. */
uint64_t answers_checksum(const struct contestant *contestant,
                          const struct queries *queries, size_t count);

/** The same of find_batch(), where a peer has it. */
uint64_t batches_checksum(const struct contestant *contestant,
                          const struct queries *queries, size_t count);

/** Answers among them that know the number. */
size_t answers_known(const struct contestant *contestant,
                     const struct queries *queries, size_t count);

/** Does a query wait for the answer before? May PEER_BATCH come at once? */
enum query_chain {
    QUERIES_INDEPENDENT = 0,
    QUERIES_BATCHED,
    QUERIES_DEPENDENT
};

#define MEASURE_BATCHES 8

/** CPU ns per query of MEASURE_BATCHES batches, after a longer warm-up. */
void measure_batches(const struct contestant *contestant,
                     const struct queries *queries, size_t start,
                     enum query_chain chain, struct bench_samples *out);

/**
 * Wall ns of single queries for about max_ns. What was timed
 * while the scheduler gave the CPU to another is dropped.
 */
void measure_each(const struct contestant *contestant,
                  const struct queries *queries, uint64_t max_ns,
                  struct bench_samples *out);

/** Wall ns of one query after a sweep; the key is loaded before. */
struct sweep;
struct sweep *sweep_create(void);
void sweep_destroy(struct sweep *sweep);
double measure_cold(const struct contestant *contestant, struct sweep *sweep,
                    uint64_t key);

#endif
