/*
 * bench/bench_scale.c - how does it grow?
 *
 * Ten times more contacts at each step up to --max; ratios are to the smallest
 * size. Every size is built in one process and read by another per mode and
 * peer, so that peak memory is that of one thing. Above ten million contacts:
 * entries alone. How merging grows: scale_merge.c.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/child.h"
#include "bench/people.h"
#include "bench/scale.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SMALLEST 10000u
#define SIZES_MAX 6
#define READERS 5
/* Peak memory of a size, in bytes a contact or entry: of a build from a list,
 * measured at a million contacts, from a stream, at two million, and of
 * whoever reads a hundred million entries into memory. */
#define LISTED_BYTES 2300u
#define STREAMED_BYTES 1000u
#define ENTRY_BYTES 120u

static const struct peer *const readers[READERS] = {
    &peer_on_demand, &peer_resident, &peer_flat, &peer_lmdb, &peer_sqlcipher
};

struct point {
    uint64_t n;
    struct scale_built built;
    struct scale_readings readings[READERS];
    bool read[READERS];
};

static size_t position_of(const struct peer *peer)
{
    size_t i = 0;

    while (i < peer_count && peers[i] != peer)
        i++;
    return i;
}

static void read_one(struct bench *bench, struct point *point, size_t which,
                     const char *image, const char *directory)
{
    char n[24];
    char peer[16];
    char entries[24];
    const char *arguments[] = { "scale-read", n,       image, directory,
                                peer,         entries, NULL };
    struct child_use use;

    /* Peers are the control of the sizes they are made for. */
    if (which >= 2 && point->n > SCALE_PEOPLE_MAX)
        return;
    (void)snprintf(n, sizeof(n), "%llu", (unsigned long long)point->n);
    (void)snprintf(peer, sizeof(peer), "%zu", position_of(readers[which]));
    (void)snprintf(entries, sizeof(entries), "%llu",
                   (unsigned long long)point->built.entries);
    point->read[which] = child_ask(arguments, &point->readings[which],
                                   sizeof(point->readings[which]), &use);
    if (!point->read[which])
        bench_wrong(bench, "scale", readers[which]->name);
    else if (point->readings[which].checksum != point->readings[0].checksum)
        bench_wrong(bench, readers[which]->name, "answers differ from ours");
}

/* What the kernel could give without swapping, in bytes; 0: not known. */
static uint64_t available_memory(void)
{
    FILE *file = fopen("/proc/meminfo", "r");
    unsigned long long kib = 0;
    char line[128];

    while (file != NULL && fgets(line, sizeof(line), file) != NULL)
        if (sscanf(line, "MemAvailable: %llu", &kib) == 1)
            break;
    if (file != NULL)
        (void)fclose(file);
    return (uint64_t)kib * 1024;
}

bool scale_fits(uint64_t size, uint64_t wanted)
{
    uint64_t there = available_memory();

    if (there == 0 || wanted <= there)
        return true;
    (void)fprintf(stderr,
                  "rufname-bench: scale ends before %llu: it wants about "
                  "%llu MiB, %llu are there\n",
                  (unsigned long long)size, (unsigned long long)(wanted >> 20),
                  (unsigned long long)(there >> 20));
    return false;
}

static uint64_t memory_of(uint64_t size)
{
    return size * (size > SCALE_PEOPLE_MAX ? ENTRY_BYTES
                   : size > SCALE_LIST_MAX ? STREAMED_BYTES
                                           : LISTED_BYTES);
}

static bool measure(struct bench *bench, uint64_t size, struct point *point)
{
    char n[24];
    char directory[300];
    char image[340];
    const char *arguments[] = { "scale-build", n, image, NULL };
    struct child_use use;

    memset(point, 0, sizeof(*point));
    point->n = size;
    (void)snprintf(n, sizeof(n), "%llu", (unsigned long long)size);
    (void)snprintf(directory, sizeof(directory), "%s/scale-%s",
                   bench->directory, n);
    (void)snprintf(image, sizeof(image), "%s/directory.ruf", directory);
    (void)mkdir(directory, 0700);
    (void)fprintf(stderr, "rufname-bench: scale %s\n", n);
    if (!child_ask(arguments, &point->built, sizeof(point->built), &use)) {
        bench_wrong(bench, "scale", "cannot build this size");
        return false;
    }
    for (size_t i = 0; i < READERS; i++)
        read_one(bench, point, i, image, directory);
    (void)unlink(image);
    return true;
}

/* --- report
 * --------------------------------------------------------------------- */

static void print_value(struct bench *bench, const struct point *point,
                        const char *name, const char *variant, const char *unit,
                        const struct bench_summary *summary, uint64_t bytes)
{
    struct bench_row row = { name,
                             variant,
                             point->n,
                             unit,
                             (double)bytes / (double)point->built.entries,
                             0 };

    bench_print(bench, &row, summary);
}

static void print_single(struct bench *bench, const struct point *point,
                         const char *name, const char *variant,
                         const char *unit, double value)
{
    struct bench_summary summary = bench_single(value);

    if (value > 0)
        print_value(bench, point, name, variant, unit, &summary, 0);
}

static void report_build(struct bench *bench, const struct point *points,
                         size_t count)
{
    static const char *const ways[] = { "label, build, seal, publish",
                                        "peak RSS of the build",
                                        "of it the input: people" };

    for (int way = 0; way < 3; way++) {
        bench_group(bench);
        for (size_t i = 0; i < count; i++) {
            const struct point *point = &points[i];
            const double values[] = { point->built.build_ns,
                                      point->built.peak_mib,
                                      point->built.input_mib };

            print_single(bench, point,
                         way < 1 ? "scale, build" : "scale, memory", ways[way],
                         way < 1 ? "ns" : "MiB", values[way]);
        }
    }
    bench_group(bench);
    for (size_t i = 0; i < count; i++) {
        struct bench_summary size =
            bench_single((double)points[i].built.bytes / 1048576.0);

        print_value(bench, &points[i], "scale, size", "image", "MiB", &size,
                    points[i].built.bytes);
    }
}

static const struct bench_summary *
reading(const struct scale_readings *readings, int what)
{
    const struct bench_summary *const all[] = {
        &readings->open_us, &readings->throughput_ns, &readings->dependent_ns,
        &readings->each_ns, &readings->emit_ns
    };

    return all[what];
}

static void report_readers(struct bench *bench, const struct point *points,
                           size_t count)
{
    static const char *const names[] = { "scale, open",
                                         "scale, lookup throughput",
                                         "scale, lookup dependent",
                                         "scale, lookup each", "scale, emit" };

    for (int what = 0; what < 5; what++)
        for (size_t k = 0; k < READERS; k++) {
            bench_group(bench);
            for (size_t i = 0; i < count; i++)
                if (points[i].read[k])
                    print_value(bench, &points[i], names[what],
                                readers[k]->name, what == 0 ? "us" : "ns",
                                reading(&points[i].readings[k], what),
                                points[i].readings[k].bytes);
        }
    for (size_t k = 0; k < 2; k++) {
        bench_group(bench);
        for (size_t i = 0; i < count; i++)
            print_single(bench, &points[i], "scale, memory", readers[k]->name,
                         "MiB", points[i].readings[k].emit_mib);
    }
}

static void report_search(struct bench *bench, const struct point *points,
                          size_t count)
{
    static const char *const kinds[SCALE_SEARCHES] = { "rufname, 1 letter",
                                                       "rufname, 3 letters",
                                                       "rufname, 6 letters",
                                                       "rufname, two words" };

    for (int kind = 0; kind < SCALE_SEARCHES; kind++) {
        bench_group(bench);
        for (size_t i = 0; i < count; i++)
            print_value(bench, &points[i], "scale, search", kinds[kind], "us",
                        &points[i].readings[1].search_us[kind], 0);
    }
}

void suite_scale(struct bench *bench, const struct bench_data *data)
{
    struct point points[SIZES_MAX];
    size_t count = 0;

    (void)data;
    for (uint64_t size = SMALLEST; count < SIZES_MAX; size *= 10) {
        if (size > bench->scale_max)
            size = bench->scale_max;
        if (!scale_fits(size, memory_of(size)) ||
            !measure(bench, size, &points[count]))
            break;
        count++;
        if (size == bench->scale_max)
            break;
    }
    report_build(bench, points, count);
    report_readers(bench, points, count);
    report_search(bench, points, count);
    scale_merge(bench);
}
