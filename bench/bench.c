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
#include <time.h>

static uint64_t group_checksum;

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

uint64_t bench_random(uint64_t *state)
{
    uint64_t x = *state += UINT64_C(0x9E3779B97F4A7C15);

    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

void samples_add(struct bench_samples *samples, double value)
{
    if (samples->count == samples->room) {
        samples->room = samples->room == 0 ? 1024 : 2 * samples->room;
        samples->values =
            realloc(samples->values, samples->room * sizeof(*samples->values));
        if (samples->values == NULL) {
            (void)fputs("rufname-bench: out of memory\n", stderr);
            exit(11);
        }
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

void bench_group(struct bench *bench)
{
    bench->ref_name[0] = '\0';
    bench->ref_median = 0;
    group_checksum = 0;
}

void bench_wrong(struct bench *bench, const char *name, const char *what)
{
    (void)fprintf(stderr, "rufname-bench: %s: %s\n", name, what);
    bench->failed = true;
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

static double variation(const struct bench_samples *samples)
{
    double count = (double)samples->count;
    double mean = 0;
    double sum = 0;

    for (size_t i = 0; i < samples->count; i++)
        mean += samples->values[i] / count;
    for (size_t i = 0; i < samples->count; i++)
        sum += (samples->values[i] - mean) * (samples->values[i] - mean);
    return mean > 0 ? sqrt(sum / count) / mean : 0;
}

static void print_row(const struct bench *bench, const char *name,
                      const char *variant, uint64_t n, const char *unit,
                      const struct bench_samples *samples, double ratio,
                      uint64_t checksum)
{
    double median = percentile(samples, 0.5);

    if (bench->json)
        (void)printf("{\"bench\":\"%s\",\"variant\":\"%s\",\"n\":%llu,"
                     "\"unit\":\"%s\",\"median\":%.3f,\"min\":%.3f,"
                     "\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,"
                     "\"p999\":%.3f,\"samples\":%zu,\"cv\":%.3f,"
                     "\"ref\":\"%s\",\"ratio\":%.4f,"
                     "\"checksum\":\"%016llx\"}\n",
                     name, variant, (unsigned long long)n, unit, median,
                     samples->values[0], median, percentile(samples, 0.9),
                     percentile(samples, 0.99), percentile(samples, 0.999),
                     samples->count, variation(samples), bench->ref_name, ratio,
                     (unsigned long long)checksum);
    else
        (void)printf("%-28s %-34s %9llu %11.1f %11.1f %11.1f %-8s %8.3f\n",
                     name, variant, (unsigned long long)n, median,
                     samples->values[0], percentile(samples, 0.99), unit,
                     ratio);
    (void)fflush(stdout);
}

void bench_report(struct bench *bench, const char *name, const char *variant,
                  uint64_t n, const char *unit, struct bench_samples *samples,
                  uint64_t checksum)
{
    char full[128];
    double median;

    (void)snprintf(full, sizeof(full), "%s/%s", name, variant);
    if (samples->count == 0 ||
        (bench->filter != NULL && strstr(full, bench->filter) == NULL)) {
        samples_free(samples);
        return;
    }
    qsort(samples->values, samples->count, sizeof(double), by_value);
    median = percentile(samples, 0.5);
    if (bench->ref_name[0] == '\0') {
        (void)snprintf(bench->ref_name, sizeof(bench->ref_name), "%s", variant);
        bench->ref_median = median;
    }
    if (checksum != 0 && group_checksum == 0)
        group_checksum = checksum;
    if (checksum != 0 && checksum != group_checksum)
        bench_wrong(bench, full, "answers differ from the other variants");
    print_row(bench, name, variant, n, unit, samples,
              bench->ref_median > 0 ? median / bench->ref_median : 0, checksum);
    samples_free(samples);
}
