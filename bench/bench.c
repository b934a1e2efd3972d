/*
 * bench/bench.c - measuring side by side, checked and reported
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/bench.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

static uint64_t read_clock(clockid_t clock)
{
    struct timespec now;

    (void)clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t bench_wall_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

uint64_t bench_cpu_ns(void)
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

uint64_t bench_mix(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

uint64_t bench_random(uint64_t *state)
{
    return bench_mix(*state += UINT64_C(0x9E3779B97F4A7C15));
}

static void *must(void *bytes)
{
    if (bytes == NULL) {
        (void)fputs("rufname-bench: out of memory\n", stderr);
        exit(11);
    }
    return bytes;
}

void *bench_alloc(size_t count, size_t size)
{
    return must(calloc(count == 0 ? 1 : count, size));
}

void *bench_alloc_huge(size_t size)
{
    size_t page = (size_t)2 << 20;
    size_t room = (size / page + 1) * page;
    void *bytes = must(aligned_alloc(page, room));

    (void)madvise(bytes, room, MADV_HUGEPAGE);
    memset(bytes, 0, room);
    return bytes;
}

/* --- samples
 * -------------------------------------------------------------------- */

void samples_add(struct bench_samples *samples, double value)
{
    if (samples->count == samples->room) {
        samples->room = samples->room == 0 ? 1024 : 2 * samples->room;
        samples->values = must(
            realloc(samples->values, samples->room * sizeof(*samples->values)));
    }
    samples->values[samples->count++] = value;
}

void samples_free(struct bench_samples *samples)
{
    free(samples->values);
    memset(samples, 0, sizeof(*samples));
}

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;

    return (a > b) - (a < b);
}

static double percentile(const struct bench_samples *samples, double share)
{
    size_t at = (size_t)(share * (double)(samples->count - 1) + 0.5);

    return samples->values[at];
}

static double variation(const struct bench_samples *samples)
{
    double mean = 0;
    double squares = 0;

    for (size_t i = 0; i < samples->count; i++)
        mean += samples->values[i] / (double)samples->count;
    for (size_t i = 0; i < samples->count; i++)
        squares += (samples->values[i] - mean) * (samples->values[i] - mean) /
                   (double)samples->count;
    return mean > 0 ? sqrt(squares) / mean : 0;
}

struct bench_summary samples_summarise(struct bench_samples *samples)
{
    struct bench_summary summary = { 0 };

    if (samples->count == 0)
        return summary;
    qsort(samples->values, samples->count, sizeof(double), by_value);
    summary.median = percentile(samples, 0.5);
    summary.min = samples->values[0];
    summary.p90 = percentile(samples, 0.9);
    summary.p99 = percentile(samples, 0.99);
    summary.p999 = percentile(samples, 0.999);
    summary.cv = variation(samples);
    summary.samples = samples->count;
    return summary;
}

struct bench_summary bench_single(double value)
{
    struct bench_summary summary = { value, value, value, value, value, 0, 1 };

    return summary;
}

/* --- report
 * --------------------------------------------------------------------- */

void bench_group(struct bench *bench)
{
    memset(&bench->ref, 0, sizeof(bench->ref));
}

void bench_absent(struct bench *bench, const char *name, const char *variant,
                  const char *why)
{
    if (bench->json)
        (void)printf("{\"bench\":\"%s\",\"variant\":\"%s\","
                     "\"absent\":\"%s\"}\n",
                     name, variant, why);
    else
        (void)printf("%-28s %-34s absent: %s\n", name, variant, why);
    (void)fflush(stdout);
}

void bench_wrong(struct bench *bench, const char *name, const char *what)
{
    (void)fprintf(stderr, "rufname-bench: %s: %s\n", name, what);
    bench->failed = true;
}

static void print_json(const struct bench *bench, const struct bench_row *row,
                       const struct bench_summary *s, double ratio)
{
    char bytes[32] = "null";
    char checksum[32] = "null";

    if (row->bytes_per_key > 0)
        (void)snprintf(bytes, sizeof(bytes), "%.2f", row->bytes_per_key);
    if (row->checksum != 0)
        (void)snprintf(checksum, sizeof(checksum), "\"%016llx\"",
                       (unsigned long long)row->checksum);
    (void)printf("{\"bench\":\"%s\",\"variant\":\"%s\",\"n\":%llu,"
                 "\"unit\":\"%s\",\"median\":%.3f,\"min\":%.3f,\"p50\":%.3f,"
                 "\"p90\":%.3f,\"p99\":%.3f,\"p999\":%.3f,\"samples\":%llu,"
                 "\"cv\":%.4f,\"ref\":\"%s\",\"ratio\":%.4f,"
                 "\"bytes_per_key\":%s,\"checksum\":%s}\n",
                 row->name, row->variant, (unsigned long long)row->n, row->unit,
                 s->median, s->min, s->median, s->p90, s->p99, s->p999,
                 (unsigned long long)s->samples, s->cv, bench->ref.name, ratio,
                 bytes, checksum);
}

static void print_line(const struct bench_row *row,
                       const struct bench_summary *s, double ratio)
{
    char bytes[32] = "";
    int places = s->median < 10 ? 3 : 1;

    if (row->bytes_per_key > 0)
        (void)snprintf(bytes, sizeof(bytes), "%.1f", row->bytes_per_key);
    (void)printf("%-24s %-42s %9llu %-7s %10.*f %10.*f %10.*f %10.*f %10.*f "
                 "%7llu %9.2f %7s\n",
                 row->name, row->variant, (unsigned long long)row->n, row->unit,
                 places, s->median, places, s->min, places, s->p90, places,
                 s->p99, places, s->p999, (unsigned long long)s->samples, ratio,
                 bytes);
}

static bool is_wanted(const struct bench *bench, const char *full)
{
    return bench->filter == NULL || strstr(full, bench->filter) != NULL;
}

void bench_print(struct bench *bench, const struct bench_row *row,
                 const struct bench_summary *summary)
{
    char full[160];
    double ratio;

    (void)snprintf(full, sizeof(full), "%s/%s", row->name, row->variant);
    if (row->checksum != 0 && bench->ref.checksum == 0)
        bench->ref.checksum = row->checksum;
    if (row->checksum != 0 && row->checksum != bench->ref.checksum)
        bench_wrong(bench, full, "answers differ from the other variants");
    if (summary->samples == 0 || !is_wanted(bench, full))
        return;
    if (bench->ref.name[0] == '\0') {
        (void)snprintf(bench->ref.name, sizeof(bench->ref.name), "%s",
                       row->variant);
        bench->ref.median = summary->median;
    }
    ratio = bench->ref.median > 0 ? summary->median / bench->ref.median : 0;
    if (bench->json)
        print_json(bench, row, summary, ratio);
    else
        print_line(row, summary, ratio);
    (void)fflush(stdout);
}

void bench_report(struct bench *bench, const char *name, const char *variant,
                  uint64_t n, const char *unit, struct bench_samples *samples,
                  uint64_t checksum)
{
    struct bench_row row = { name, variant, n, unit, 0, checksum };
    struct bench_summary summary = samples_summarise(samples);

    bench_print(bench, &row, &summary);
    samples_free(samples);
}
