/*
 * bench/bench_build.c - what does it cost to make an image?
 *
 * CPU time of each step from raw records to a published file, and its size; of
 * the entries alone beside the same rows put into the peers; and the peak
 * memory of a process that builds.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/image_sections.h"
#include "bench/child.h"
#include "bench/records.h"
#include "bench/scale.h"
#include "indexer/build.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define RUNS 5
#define STEPS 3

static double build_once(const char *path, const struct bench_data *data,
                         const struct ruf_people *people,
                         const struct ruf_labelled_entries *entries)
{
    struct ruf_image_seed seed = { .generation = 2 };
    struct ruf_error err;
    uint64_t begin = bench_cpu_ns();

    bench_must(ruf_build(path, data->key, &seed, people, entries, &err), &err);
    return (double)(bench_cpu_ns() - begin);
}

static double file_size(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 ? (double)info.st_size : 0;
}

/* --- the floor
 * ---------------------------------------------------------------------- */

/* What no builder can save: as many bytes in fresh memory, sealed in large
 * blocks and published. @return ns of CPU time. */
static double seal_alone(const struct bench *bench,
                         const struct bench_data *data, double size)
{
    struct ruf_image_seed seed = { .generation = 2 };
    struct ruf_image_part part = { .kind = RUF_SECTION_META,
                                   .size = (uint64_t)size,
                                   .block_size = RUF_ENTRY_BLOCK_SIZE };
    struct ruf_error err;
    char path[300];
    uint64_t begin = bench_cpu_ns();
    uint8_t *bytes = bench_alloc((size_t)size, 1);

    (void)snprintf(path, sizeof(path), "%s/floor.ruf", bench->directory);
    memset(bytes, 1, (size_t)size);
    part.bytes = bytes;
    bench_must(ruf_image_write(path, data->key, &seed, &part, 1, &err), &err);
    free(bytes);
    return (double)(bench_cpu_ns() - begin);
}

static const char floor_name[] = "floor: as many bytes, sealed and published";

/* --- steps
 * ---------------------------------------------------------------------- */

static void run_steps(const struct bench_records *records,
                      const struct ruf_policy *policy,
                      struct bench_samples samples[STEPS])
{
    struct ruf_labelled_entries entries;
    struct ruf_source_contact *contacts;
    struct ruf_people people;
    struct ruf_arena *arena;
    struct ruf_error err;
    uint64_t times[STEPS + 1];

    bench_must(ruf_arena_create(&arena, &err), &err);
    contacts = bench_arena(arena, records->count, sizeof(*contacts));
    times[0] = bench_cpu_ns();
    for (size_t i = 0; i < records->count; i++)
        bench_must(ruf_standardise(&records->records[i], policy,
                                   records->sources[i], arena, &contacts[i],
                                   &err),
                   &err);
    times[1] = bench_cpu_ns();
    bench_must(ruf_merge(contacts, records->count, NULL, policy, arena, &people,
                         NULL, &err),
               &err);
    times[2] = bench_cpu_ns();
    bench_must(ruf_label(&people, policy, arena, &entries, &err), &err);
    times[3] = bench_cpu_ns();
    for (int i = 0; i < STEPS; i++)
        samples_add(&samples[i], (double)(times[i + 1] - times[i]) / 1e6);
    ruf_arena_destroy(arena);
}

static void steps(struct bench *bench, const struct bench_data *data)
{
    static const char *const names[STEPS] = {
        "standardise numbers of the sample company",
        "merge records of the sample company",
        "label the sample company's numbers"
    };
    struct bench_samples samples[STEPS];
    struct bench_records records;

    memset(samples, 0, sizeof(samples));
    bench_records_create(bench->contacts, data->policy, &records);
    for (int run = 0; run < RUNS; run++)
        run_steps(&records, data->policy, samples);
    for (int i = 0; i < STEPS; i++) {
        bench_group(bench);
        bench_report(bench, "build, step", names[i], bench->contacts, "ms",
                     &samples[i], 0);
    }
    bench_records_destroy(&records);
}

/* --- the image
 * ------------------------------------------------------------------ */

/* From people to the file, as the engine does it. */
static double build_people(const char *path, const struct bench_data *data)
{
    struct ruf_image_seed seed = { .generation = 2 };
    struct ruf_build_options options = { .content = RUF_BUILD_ALL };
    struct ruf_people_cursor cursor = { &data->people, 0 };
    struct ruf_people_source source = ruf_people_source(&cursor);
    struct ruf_error err;
    uint64_t over_limit;
    uint64_t begin = bench_cpu_ns();

    bench_must(ruf_build_people(path, data->key, &seed, &source, data->policy,
                                &options, &over_limit, &err),
               &err);
    return (double)(bench_cpu_ns() - begin);
}

/* Labels, search tables, contacts and entries; bytes per contact. */
static void whole_image(struct bench *bench, const struct bench_data *data)
{
    struct bench_samples samples = { 0 };
    struct bench_samples floor = { 0 };
    struct bench_summary summary;
    struct bench_row row = { "build, step",
                             "label, build, seal and publish all",
                             bench->contacts,
                             "ms",
                             0,
                             0 };

    for (int run = 0; run < RUNS; run++) {
        samples_add(&samples, build_people(data->image, data) / 1e6);
        samples_add(&floor,
                    seal_alone(bench, data, file_size(data->image)) / 1e6);
    }
    row.bytes_per_key = file_size(data->image) / bench->contacts;
    summary = samples_summarise(&samples);
    bench_group(bench);
    bench_print(bench, &row, &summary);
    row.variant = floor_name;
    summary = samples_summarise(&floor);
    bench_print(bench, &row, &summary);
    samples_free(&samples);
    samples_free(&floor);
}

/* --- entries alone
 * -------------------------------------------------------------- */

enum { OURS = 0, FLOOR, SQLITE, SQLCIPHER, LMDB, FLAT, SORTED, ROARING, WAYS };

/* Owners refer to people, so they are left out. */
static double build_ours(const char *path, const struct bench_data *data)
{
    const struct ruf_people nobody = { NULL, 0 };
    struct ruf_labelled_entries entries = data->entries;
    struct ruf_arena *arena;
    double ns;

    bench_must(ruf_arena_create(&arena, NULL), NULL);
    entries.entries =
        bench_arena(arena, entries.count, sizeof(*entries.entries));
    memcpy(entries.entries, data->entries.entries,
           entries.count * sizeof(*entries.entries));
    for (size_t i = 0; i < entries.count; i++)
        entries.entries[i].owner_count = 0;
    ns = build_once(path, data, &nobody, &entries);
    ruf_arena_destroy(arena);
    return ns;
}

static double fill_peer(void (*fill)(const struct bench_place *),
                        const struct bench_place *place)
{
    uint64_t begin = bench_cpu_ns();

    fill(place);
    return (double)(bench_cpu_ns() - begin);
}

static double open_peer(const struct peer *peer,
                        const struct bench_place *place)
{
    uint64_t begin = bench_cpu_ns();
    void *self = peer->open(place);
    double ns = (double)(bench_cpu_ns() - begin);

    peer->close(self);
    return ns;
}

static double peer_bytes(const struct peer *peer,
                         const struct bench_place *place)
{
    void *self = peer->open(place);
    double bytes = (double)peer->bytes(self);

    peer->close(self);
    return bytes;
}

static void entries_alone(struct bench *bench, const struct bench_data *data)
{
    static const char *const names[WAYS] = {
        "rufname, sealed image of entries",
        floor_name,
        "sqlite, ascending, one transaction, no sync",
        "sqlcipher, ascending, one transaction",
        "lmdb, MDB_APPEND, one transaction, no sync",
        "boost::unordered_flat_map, reserved",
        "sorted array",
        "croaring 64-bit set, numbers only"
    };
    static const struct peer *const sizes[WAYS] = {
        NULL,       NULL,       &peer_sqlite, &peer_sqlcipher,
        &peer_lmdb, &peer_flat, &peer_sorted, &peer_roaring
    };
    struct bench_place place = bench_place(bench, data);
    struct bench_samples samples[WAYS];
    double n = (double)data->items.count;
    char path[300];

    (void)snprintf(path, sizeof(path), "%s/entries.ruf", bench->directory);
    memset(samples, 0, sizeof(samples));
    for (int run = 0; run < RUNS; run++) {
        samples_add(&samples[OURS], build_ours(path, data) / n);
        samples_add(&samples[FLOOR],
                    seal_alone(bench, data, file_size(path)) / n);
        samples_add(&samples[SQLITE], fill_peer(peer_sqlite_fill, &place) / n);
        samples_add(&samples[SQLCIPHER],
                    fill_peer(peer_sqlcipher_fill, &place) / n);
        samples_add(&samples[LMDB], fill_peer(peer_lmdb_fill, &place) / n);
        for (int i = FLAT; i < WAYS; i++)
            samples_add(&samples[i], open_peer(sizes[i], &place) / n);
    }
    bench_group(bench);
    for (int i = 0; i < WAYS; i++) {
        struct bench_summary summary = samples_summarise(&samples[i]);
        struct bench_row row = { "build, entries",
                                 names[i],
                                 data->items.count,
                                 "ns",
                                 (sizes[i] == NULL
                                      ? file_size(path)
                                      : peer_bytes(sizes[i], &place)) /
                                     n,
                                 0 };

        bench_print(bench, &row, &summary);
        samples_free(&samples[i]);
    }
}

/* --- memory
 * --------------------------------------------------------------------- */

/* In a process of its own. */
static void memory(struct bench *bench)
{
    char contacts[16];
    char path[300];
    const char *arguments[] = { "scale-build", contacts, path, NULL };
    struct bench_row row = { "build, memory", "peak RSS", bench->contacts,
                             "MiB",           0,          0 };
    struct scale_built built;
    struct bench_summary summary;
    struct child_use use;

    (void)snprintf(contacts, sizeof(contacts), "%u", bench->contacts);
    (void)snprintf(path, sizeof(path), "%s/memory.ruf", bench->directory);
    if (!child_ask(arguments, &built, sizeof(built), &use)) {
        bench_wrong(bench, "build", "a child failed");
        return;
    }
    bench_group(bench);
    summary = bench_single(built.peak_mib);
    bench_print(bench, &row, &summary);
    row.variant = "of it the input: people";
    summary = bench_single(built.input_mib);
    bench_print(bench, &row, &summary);
}

void suite_build(struct bench *bench, const struct bench_data *data)
{
    steps(bench, data);
    whole_image(bench, data);
    entries_alone(bench, data);
    memory(bench);
}
