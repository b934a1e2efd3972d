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

#ifdef __cplusplus
extern "C" {
#endif

struct bench {
    bool json;
    const char *filter; /**< substring of "bench/variant", or NULL */
    bool quick; /**< few repetitions: to see that it runs, not how fast */
    uint32_t contacts;
    uint64_t scale_max;  /**< largest size of the suite "scale" */
    uint32_t numbers;    /**< texts of each mix in the suite "normalize" */
    const char *oracle;  /**< folder of its peers; NULL: set up as needed */
    char directory[256]; /**< scratch, removed at the end */
    bool failed;
    struct {
        char name[64]; /**< the variant ratios refer to; "" before the first */
        double median;
        uint64_t checksum;
    } ref; /**< of the group being reported */
};

/** Everything random follows from it. */
#define BENCH_SEED 1u

/** Samples of one variant. */
struct bench_samples {
    double *values;
    size_t count;
    size_t room;
};

void samples_add(struct bench_samples *samples, double value);
void samples_free(struct bench_samples *samples);

/** What is printed of samples; also what a child process hands over. */
struct bench_summary {
    double median;
    double min;
    double p90;
    double p99;
    double p999;
    double cv; /**< standard deviation / mean */
    uint64_t samples;
};

/** Sorts the samples. No samples: all zero. */
struct bench_summary samples_summarise(struct bench_samples *samples);

/** A single value as if it were the only sample. */
struct bench_summary bench_single(double value);

/** Nanoseconds of a monotonic clock, and of this thread's CPU time. */
uint64_t bench_wall_ns(void);
uint64_t bench_cpu_ns(void);

/** Start a group: ratios are against the first variant reported in it. */
void bench_group(struct bench *bench);

/** One line of the output. */
struct bench_row {
    const char *name;
    const char *variant; /**< with its configuration */
    uint64_t n;          /**< entries, or contacts where said so */
    const char *unit;
    double bytes_per_key; /**< 0: not known */
    /** Of the answers; all variants of a group must agree (0: not comparable).
     */
    uint64_t checksum;
};

void bench_print(struct bench *bench, const struct bench_row *row,
                 const struct bench_summary *summary);

/** Summarise, print and free samples; bytes per key unknown. */
void bench_report(struct bench *bench, const char *name, const char *variant,
                  uint64_t n, const char *unit, struct bench_samples *samples,
                  uint64_t checksum);

/** Say that a variant was not measured and why; never silently. */
void bench_absent(struct bench *bench, const char *name, const char *variant,
                  const char *why);

/** Fail the run: a peer or we answered wrongly. */
void bench_wrong(struct bench *bench, const char *name, const char *what);

/** Numbers for picking queries: same seed, same sequence. */
uint64_t bench_random(uint64_t *state);

/** The same mixing of one value, stateless. */
uint64_t bench_mix(uint64_t value);

/** Memory or the end of the program. */
void *bench_alloc(size_t count, size_t size);

/** Zeroed memory on huge pages where the kernel gives them; free() it. */
void *bench_alloc_huge(size_t size);

/** Print what was measured on: machine, versions, commit, load. */
void bench_context(const struct bench *bench);

#ifdef __cplusplus
}
#endif
#endif
