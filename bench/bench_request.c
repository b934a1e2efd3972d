/*
 * bench/bench_request.c - what does one request to a phone cost?
 *
 * Full: decided, verified and sent. Delta: 100 numbers changed between two
 * images, opened, merged and sent. Both with the folder's files, in memory
 * where there is such a file system; CPU time of the thread. Controls: sending
 * alone, and walking both images alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/people.h"
#include "indexer/build.h"
#include <rufname/directory.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RUNS 9
#define CHANGES 100u
#define DELTA_ENTRIES 100000u
#define MOST_ENTRIES RUF_DIRECTORY_ENTRIES_MAX

struct request_bench {
    char folder[300];
    char image[320];
    char other[320];
    const uint8_t *key;
    uint64_t calls;
    uint64_t removals;
    uint64_t additions;
    uint64_t switches;
    bool adding;
};

static bool ask(void *context)
{
    (void)context;
    return true;
}

static enum ruf_status add(void *context, ruf_e164 number,
                           struct ruf_text label, struct ruf_error *err)
{
    struct request_bench *bench = context;

    (void)err;
    bench->calls = bench->calls * 31 + number + label.size;
    bench->additions++;
    bench->switches += !bench->adding && bench->removals > 0;
    bench->adding = true;
    return RUF_OK;
}

static enum ruf_status take_away(void *context, ruf_e164 number,
                                 struct ruf_error *err)
{
    struct request_bench *bench = context;

    (void)err;
    bench->calls = bench->calls * 31 + number;
    bench->removals++;
    bench->switches += bench->adding;
    bench->adding = false;
    return RUF_OK;
}

static enum ruf_status complete(void *context, struct ruf_error *err)
{
    (void)context;
    (void)err;
    return RUF_OK;
}

static double request(struct request_bench *bench, double *sending)
{
    struct ruf_directory_host host = {
        .context = bench,
        .ask = ask,
        .add_identification = add,
        .remove_identification = take_away,
        .complete = complete,
    };
    struct ruf_directory_options options = { .struct_size = sizeof(options),
                                             .key = bench->key };
    struct ruf_directory_request *open = NULL;
    struct ruf_error err;
    uint64_t start = bench_cpu_ns();
    uint64_t middle;
    uint64_t end;

    bench->removals = bench->additions = bench->switches = 0;
    bench->adding = false;
    bench_must(ruf_directory_request_open(bench->folder, &options, &open, &err),
               &err);
    middle = bench_cpu_ns();
    bench_must(ruf_directory_request_emit(open, &host, &err), &err);
    end = bench_cpu_ns();
    bench_must(ruf_directory_request_finish(open, RUF_DIRECTORY_STORED, &err),
               &err);
    ruf_directory_request_close(open);
    *sending = (double)(end - middle);
    return (double)(bench_cpu_ns() - start);
}

static void publish(const struct request_bench *bench, const char *image)
{
    (void)unlink(bench->image);
    if (link(image, bench->image) != 0)
        exit(10);
}

static void build(const struct request_bench *bench, const char *path,
                  const struct ruf_labelled_entries *entries,
                  uint64_t generation)
{
    struct ruf_image_seed seed = { .generation = generation };
    const struct ruf_people nobody = { NULL, 0 };
    struct ruf_error err;

    seed.salt[0] = (uint8_t)generation;
    bench_must(ruf_build(path, bench->key, &seed, &nobody, entries, &err),
               &err);
}

static void full(struct bench *bench, struct request_bench *request_bench,
                 uint64_t n)
{
    struct bench_samples samples[2];
    struct ruf_error err;

    memset(samples, 0, sizeof(samples));
    for (int run = 0; run < RUNS; run++) {
        double sending = 0;
        double all;

        bench_must(ruf_directory_forget(request_bench->folder, &err), &err);
        all = request(request_bench, &sending);
        if (request_bench->additions != n)
            bench_wrong(bench, "request", "not all entries were sent");
        samples_add(&samples[0], sending / (double)n);
        samples_add(&samples[1], all / (double)n);
    }
    bench_group(bench);
    bench_report(bench, "request full", "sending", n, "ns", &samples[0], 0);
    bench_report(bench, "request full", "decided, verified, sent", n, "ns",
                 &samples[1], 0);
}

static double walk(const struct request_bench *bench, const char *path)
{
    struct ruf_index *index = NULL;
    struct ruf_cursor *cursor = NULL;
    struct ruf_entry entry = { 1, { NULL, 0 } };
    struct ruf_error err;
    uint64_t start = bench_cpu_ns();

    bench_must(
        ruf_index_open(path, bench->key, RUF_INDEX_ON_DEMAND, &index, &err),
        &err);
    bench_must(ruf_cursor_create(index, &cursor, &err), &err);
    while (entry.number != 0)
        bench_must(ruf_cursor_next(cursor, &entry, &err), &err);
    ruf_cursor_destroy(cursor);
    ruf_index_close(index);
    return (double)(bench_cpu_ns() - start);
}

static void delta(struct bench *bench, struct request_bench *request_bench)
{
    struct bench_samples samples[2];
    double sending = 0;

    memset(samples, 0, sizeof(samples));
    (void)request(request_bench, &sending); /* commits the first image */
    for (int run = 0; run < RUNS; run++) {
        char path[340];

        (void)snprintf(path, sizeof(path), "%s.%d", request_bench->other,
                       run % 2);
        publish(request_bench, path);
        samples_add(&samples[0], 2 * walk(request_bench, path) / 1e6);
        samples_add(&samples[1], request(request_bench, &sending) / 1e6);
        if (request_bench->removals != CHANGES ||
            request_bench->additions != CHANGES || request_bench->switches != 1)
            bench_wrong(bench, "request", "the delta is not the changes");
    }
    bench_group(bench);
    bench_report(bench, "request delta", "walking both images", DELTA_ENTRIES,
                 "ms", &samples[0], 0);
    bench_report(bench, "request delta", "100 changes, all of it",
                 DELTA_ENTRIES, "ms", &samples[1], 0);
}

/* As many as a phone takes: the labels of the company, over and over. */
static void most(struct bench *bench, struct request_bench *request_bench,
                 const struct ruf_labelled_entries *company)
{
    struct ruf_labelled_entries entries = { .count = MOST_ENTRIES };

    entries.entries = calloc(entries.count, sizeof(*entries.entries));
    if (entries.entries == NULL || company->count == 0)
        exit(11);
    for (size_t i = 0; i < entries.count; i++) {
        entries.entries[i].number = UINT64_C(999000000000) + 7 * i;
        entries.entries[i].label = company->entries[i % company->count].label;
    }
    build(request_bench, request_bench->image, &entries, 1);
    full(bench, request_bench, entries.count);
    free(entries.entries);
}

/* The same entries, a hundred of them with another name. */
static void build_pair(struct request_bench *bench,
                       struct ruf_labelled_entries entries)
{
    char path[340];

    for (int i = 1; i >= 0; i--) {
        if (i == 0)
            for (size_t k = 0; k < CHANGES; k++)
                entries.entries[k * (entries.count / CHANGES)].label =
                    (struct ruf_text){ "Another Name", 12 };
        (void)snprintf(path, sizeof(path), "%s.%d", bench->other, i);
        build(bench, path, &entries, (uint64_t)(3 - i));
    }
    (void)snprintf(path, sizeof(path), "%s.1", bench->other);
    publish(bench, path);
}

static void make_folder(struct request_bench *out, const struct bench *bench)
{
    const char *parent =
        access("/dev/shm", W_OK) == 0 ? "/dev/shm" : bench->directory;

    (void)snprintf(out->folder, sizeof(out->folder),
                   "%s/rufname-request.XXXXXX", parent);
    if (mkdtemp(out->folder) == NULL)
        exit(10);
    (void)snprintf(out->image, sizeof(out->image), "%s/directory.ruf",
                   out->folder);
    (void)snprintf(out->other, sizeof(out->other), "%s/image", out->folder);
}

static void remove_folder(const struct request_bench *bench)
{
    static const char *const names[] = {
        "directory.ruf",    "directory.committed.ruf",
        "directory.commit", "directory.report",
        "image.0",          "image.1",
    };
    char path[340];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", bench->folder, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(bench->folder);
}

void suite_request(struct bench *bench, const struct bench_data *data)
{
    struct request_bench request_bench = { .key = data->key };
    struct ruf_labelled_entries entries = data->entries;
    struct ruf_arena *arena;

    make_folder(&request_bench, bench);
    bench_must(ruf_arena_create(&arena, NULL), NULL);
    entries.entries =
        ruf_arena_alloc(arena, entries.count, sizeof(*entries.entries));
    if (entries.entries == NULL)
        exit(11);
    memcpy(entries.entries, data->entries.entries,
           entries.count * sizeof(*entries.entries));
    for (size_t i = 0; i < entries.count; i++)
        entries.entries[i].owner_count = 0;
    build(&request_bench, request_bench.image, &entries, 1);
    full(bench, &request_bench, entries.count);
    most(bench, &request_bench, &entries);
    if (entries.count > DELTA_ENTRIES)
        entries.count = DELTA_ENTRIES;
    build_pair(&request_bench, entries);
    delta(bench, &request_bench);
    ruf_arena_destroy(arena);
    remove_folder(&request_bench);
}
