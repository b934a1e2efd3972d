/*
 * bench/bench_emit.c - all entries in ascending order, with labels
 *
 * Every peer hands each number and its label to the same callback. The sorted
 * array is the floor: memory read once in order.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/people.h"
#include "indexer/build.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define PEERS_MAX 16
#define MANY 2000000u

struct sums {
    uint64_t all;
    uint64_t numbers;
};

static void take(void *context, uint64_t number, const char *label, size_t size)
{
    struct sums *sums = context;

    sums->all = sums->all * 31 + number + size + (unsigned char)label[0];
    sums->numbers += number;
}

static double emit_once(const struct peer *peer, void *self, uint64_t entries,
                        struct sums *sums)
{
    uint64_t begin;

    memset(sums, 0, sizeof(*sums));
    begin = bench_cpu_ns();
    peer->each(self, take, sums);
    return (double)(bench_cpu_ns() - begin) / (double)entries;
}

static void report(struct bench *bench, const char *name,
                   const struct bench_place *place, size_t which,
                   struct bench_samples *samples, const struct sums *sums,
                   uint64_t bytes)
{
    const struct peer *peer = peers[which];
    uint64_t n = place->entries->count;
    uint64_t numbers = 0;
    struct bench_row row = { name,
                             peer->name,
                             n,
                             "ns",
                             (double)bytes / (double)n,
                             peer->numbers_only ? 0 : bench_mix(sums->all) };
    struct bench_summary summary = samples_summarise(samples);

    for (size_t i = 0; i < n; i++)
        numbers += place->entries->items[i].number;
    if (numbers != sums->numbers)
        bench_wrong(bench, peer->name, "emits other numbers");
    bench_print(bench, &row, &summary);
    samples_free(samples);
}

static void compare(struct bench *bench, const char *name,
                    const struct bench_place *place, int runs)
{
    struct bench_samples samples[PEERS_MAX];
    struct sums sums[PEERS_MAX];
    void *selves[PEERS_MAX];

    memset(samples, 0, sizeof(samples));
    for (size_t i = 0; i < peer_count; i++)
        selves[i] = peers[i]->each == NULL ? NULL : peers[i]->open(place);
    for (int run = 0; run < runs; run++)
        for (size_t i = 0; i < peer_count; i++)
            if (selves[i] != NULL)
                samples_add(&samples[i],
                            emit_once(peers[i], selves[i],
                                      place->entries->count, &sums[i]));
    bench_group(bench);
    /* On demand is the product's way; it leads. */
    for (size_t k = 0; k < peer_count; k++) {
        size_t i = peers_from(&peer_on_demand, k);

        if (selves[i] == NULL)
            continue;
        report(bench, name, place, i, &samples[i], &sums[i],
               peers[i]->bytes(selves[i]));
        peers[i]->close(selves[i]);
    }
}

/* Two million entries without people, in a folder of their own. */
static void many(struct bench *bench, const struct bench_data *data)
{
    struct ruf_image_seed seed = { .generation = 1 };
    const struct ruf_people nobody = { NULL, 0 };
    struct ruf_labelled_entries entries;
    struct bench_entries items;
    struct ruf_arena *arena;
    struct ruf_error err;
    char directory[300];
    char image[340];
    struct bench_place place = { directory, image, data->key, &items };

    (void)snprintf(directory, sizeof(directory), "%s/many", bench->directory);
    (void)snprintf(image, sizeof(image), "%s/directory.ruf", directory);
    (void)mkdir(directory, 0700);
    bench_must(ruf_arena_create(&arena, &err), &err);
    bench_entries_make(MANY, arena, &entries);
    bench_items(&entries, &items);
    bench_must(ruf_build(image, data->key, &seed, &nobody, &entries, &err),
               &err);
    peers_ready(&place);
    compare(bench, "emit, 2 million", &place, 5);
    bench_items_free(&items);
    ruf_arena_destroy(arena);
}

void suite_emit(struct bench *bench, const struct bench_data *data)
{
    struct bench_place place = bench_place(bench, data);

    if (place.entries->count == 0) {
        bench_wrong(bench, "emit", "nothing to emit");
        return;
    }
    peers_ready(&place);
    compare(bench, "emit", &place, 9);
    if (bench->contacts >= 100000)
        many(bench, data);
}
