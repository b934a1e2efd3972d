/*
 * bench/scale.h - what a child of the suite "scale" hands over
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BENCH_SCALE_H
#define BENCH_SCALE_H

#include "bench/bench.h"

/** Sizes above it are built from a stream of people, not from a list. */
#define SCALE_LIST_MAX 1000000u

/** Memory for numbers and labels of a stream; beyond it they go to disk. */
#define SCALE_MEMORY (UINT64_C(1) << 30)

/** Sizes above it are entries without people: N entries, nothing to search. */
#define SCALE_PEOPLE_MAX 10000000u

enum scale_search {
    SCALE_LETTER1 = 0,
    SCALE_LETTERS3,
    SCALE_LETTERS6,
    SCALE_TWO_WORDS,
    SCALE_SEARCHES
};

struct scale_built {
    uint64_t entries;
    uint64_t bytes;   /**< of the image */
    double build_ns;  /**< CPU per entry: people to a published image */
    double input_mib; /**< peak memory before the build: its input */
    double peak_mib;  /**< peak memory after it */
};

struct scale_readings {
    uint64_t checksum; /**< of labels and contacts */
    uint64_t bytes;
    struct bench_summary open_us;
    struct bench_summary emit_ns;
    struct bench_summary throughput_ns;
    struct bench_summary dependent_ns;
    struct bench_summary each_ns;
    struct bench_summary search_us[SCALE_SEARCHES];
    double emit_mib; /**< peak memory after open, lookups and emission */
};

struct scale_merged {
    uint64_t records;
    uint64_t people;
    struct bench_summary ms;   /**< CPU of one merge of all records */
    struct bench_summary sort; /**< CPU of qsort() by name over the same */
};

/** Whether a size may be measured: what outgrows the machine would take others
 * down with it. Says so if not.
 * @param[in] wanted  its peak memory in bytes. */
bool scale_fits(uint64_t size, uint64_t wanted);

/** Merge at growing sizes, up to a million contacts, and its exponent. */
void scale_merge(struct bench *bench);

#endif
