/*
 * bench/bench_build.c - what does it cost to make an image?
 *
 * CPU time of each step from raw records to a published file; and of the
 * entries alone beside a bulk insert of the same rows into SQLite/SQLCipher.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/people.h"
#include <string.h>

#define RUNS 5

static uint64_t build_once(const struct bench_data *data,
                           const struct ruf_people *people,
                           const struct ruf_labelled_entries *entries)
{
    struct ruf_image_seed seed = { .generation = 2 };
    struct ruf_error err;
    uint64_t start = bench_cpu_ns();

    bench_must(ruf_build(data->image, data->key, &seed, people, entries, &err),
               &err);
    return bench_cpu_ns() - start;
}

static void steps(struct bench *bench, const struct bench_data *data)
{
    static const char *const names[] = { "standardise", "merge", "label",
                                         "build and publish" };
    struct bench_samples samples[4];

    memset(samples, 0, sizeof(samples));
    for (int run = 0; run < RUNS; run++) {
        struct ruf_labelled_entries entries;
        struct ruf_people people;
        struct ruf_arena *arena;
        uint64_t ns[3];

        bench_must(ruf_arena_create(&arena, NULL), NULL);
        bench_pipeline(data, arena, &people, &entries, ns);
        for (int i = 0; i < 3; i++)
            samples_add(&samples[i], (double)ns[i] / 1e6);
        samples_add(&samples[3],
                    (double)build_once(data, &people, &entries) / 1e6);
        ruf_arena_destroy(arena);
    }
    for (int i = 0; i < 4; i++) {
        bench_group(bench);
        bench_report(bench, "build", names[i], bench->contacts, "ms CPU",
                     &samples[i], 0);
    }
}

static void beside_bulk_insert(struct bench *bench,
                               const struct bench_data *data)
{
    struct bench_samples ours = { 0 };
    struct bench_samples peers[2];
    const struct ruf_people nobody = { NULL, 0 };
    double count = (double)data->entries.count;

    memset(peers, 0, sizeof(peers));
    for (int run = 0; run < RUNS; run++) {
        struct ruf_labelled_entries entries = data->entries;
        struct ruf_arena *arena;

        /* Owners refer to people, so they are left out on both sides. */
        bench_must(ruf_arena_create(&arena, NULL), NULL);
        entries.entries =
            ruf_arena_alloc(arena, entries.count, sizeof(*entries.entries));
        if (entries.entries != NULL)
            memcpy(entries.entries, data->entries.entries,
                   entries.count * sizeof(*entries.entries));
        for (size_t i = 0; entries.entries != NULL && i < entries.count; i++)
            entries.entries[i].owner_count = 0;
        samples_add(&ours, (double)build_once(data, &nobody, &entries) / count);
        ruf_arena_destroy(arena);
        for (int peer = 0; peer < 2; peer++) {
            uint64_t start = bench_cpu_ns();

            peer_fill(bench, data, (enum peer)peer);
            samples_add(&peers[peer], (double)(bench_cpu_ns() - start) / count);
        }
    }
    bench_group(bench);
    bench_report(bench, "build entries", "sqlite bulk insert",
                 data->entries.count, "ns", &peers[0], 0);
    bench_report(bench, "build entries", "sqlcipher bulk insert",
                 data->entries.count, "ns", &peers[1], 0);
    bench_report(bench, "build entries", "rufname sealed image",
                 data->entries.count, "ns", &ours, 0);
    (void)build_once(data, &data->people, &data->entries);
}

void suite_build(struct bench *bench, const struct bench_data *data)
{
    steps(bench, data);
    beside_bulk_insert(bench, data);
}
