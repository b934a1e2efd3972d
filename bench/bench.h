/*
 * bench/bench.h - measuring side by side, checked and reported
 *
 * A suite measures Rufname and its peers on the same data in one run, compares
 * their answers, and reports medians, percentiles and ratios. A wrong answer
 * fails the run: speed of wrong answers is not reported.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bench {
    bool json;
    const char *filter; /**< substring of "bench/variant", or NULL */
    uint32_t contacts;
    uint32_t numbers;    /**< texts of each mix in the suite normalize */
    const char *oracle;  /**< folder of its peers; NULL: set up as needed */
    char directory[256]; /**< scratch, removed at the end */
    bool failed;
    char ref_name[64]; /**< reference of the group being reported */
    double ref_median;
};

/** Samples of one variant. */
struct bench_samples {
    double *values;
    size_t count;
    size_t room;
};

void samples_add(struct bench_samples *samples, double value);
void samples_free(struct bench_samples *samples);

/** Nanoseconds of a monotonic clock, and of this thread's CPU time. */
uint64_t bench_wall_ns(void);
uint64_t bench_cpu_ns(void);

/** Start a group: ratios are against the first variant reported in it. */
void bench_group(struct bench *bench);

/**
 * Report one variant.
 * @param[in] checksum  of the answers; all variants of a group must agree
 *                      (0: not comparable).
 */
void bench_report(struct bench *bench, const char *name, const char *variant,
                  uint64_t n, const char *unit, struct bench_samples *samples,
                  uint64_t checksum);

/** Say that a variant was not measured and why; never silently. */
void bench_absent(struct bench *bench, const char *name, const char *variant,
                  const char *why);

/** Stop the run: a peer or we answered wrongly. */
void bench_wrong(struct bench *bench, const char *name, const char *what);

/** Numbers for picking queries: same seed, same sequence. */
uint64_t bench_random(uint64_t *state);

#endif
