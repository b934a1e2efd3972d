/*
 * bench/bench_open.c - from a closed file to the first answer
 *
 * Page cache warm. In this process libcrypto is initialised and the code is in
 * memory; a fresh process pays for both, and for being started, which the
 * control shows alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/child.h"
#include "bench/measure.h"
#include "bench/people.h"
#include <rufname/search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUNS 41
#define SLOW_US 5000.0
#define SLOW_RUNS 9
#define PEERS_MAX 16

static uint64_t first_answer(const struct peer *peer,
                             const struct bench_place *place, uint64_t number)
{
    void *self = peer->open(place);
    uint64_t sum = answer_checksum(peer, self, number);

    peer->close(self);
    return sum;
}

static double open_here(const struct peer *peer,
                        const struct bench_place *place, uint64_t number,
                        uint64_t *checksum)
{
    uint64_t begin = bench_wall_ns();

    *checksum = first_answer(peer, place, number);
    return (double)(bench_wall_ns() - begin) / 1e3;
}

/* rufname-bench --child open PEER DIRECTORY IMAGE NUMBER */
int child_open(int argc, char **argv)
{
    uint8_t key[RUF_KEY_SIZE];
    struct bench_place place = { NULL, NULL, key, NULL };
    uint64_t sum = 0;

    memset(key, 7, sizeof(key));
    if (argc == 4) {
        size_t which = strtoul(argv[0], NULL, 10);

        place.directory = argv[1];
        place.image = argv[2];
        if (which >= peer_count)
            return 2;
        sum = first_answer(peers[which], &place, strtoull(argv[3], NULL, 10));
    }
    return child_answer(&sum, sizeof(sum));
}

/* which = peer_count: the control, a process that opens nothing. */
static double open_there(struct bench *bench, size_t which,
                         const struct bench_place *place, uint64_t number,
                         uint64_t *checksum, struct bench_samples *cpu)
{
    char peer[16];
    char digits[24];
    const char *arguments[] = { "open",       peer,   place->directory,
                                place->image, digits, NULL };
    struct child_use use;

    (void)snprintf(peer, sizeof(peer), "%zu", which);
    (void)snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);
    if (which == peer_count)
        arguments[1] = NULL;
    if (!child_ask(arguments, checksum, sizeof(*checksum), &use))
        bench_wrong(bench, "open, fresh process", "a child failed");
    samples_add(cpu, use.cpu_s * 1e6);
    return use.answer_us;
}

static const char *name_of(size_t which)
{
    return which == peer_count ? "control: the same program, opens nothing"
                               : peers[which]->name;
}

static void report_all(struct bench *bench, const char *name,
                       const struct bench_place *place,
                       struct bench_samples *samples, const uint64_t *checksums)
{
    bench_group(bench);
    for (size_t k = 0; k <= peer_count; k++) {
        size_t i = peers_from(&peer_on_demand, k);

        bench_report(bench, name, name_of(i), place->entries->count, "us",
                     &samples[i], checksums[i]);
    }
}

static void in_process(struct bench *bench, const struct bench_place *place)
{
    struct bench_samples samples[PEERS_MAX];
    uint64_t checksums[PEERS_MAX] = { 0 };
    uint64_t number = place->entries->items[0].number;

    memset(samples, 0, sizeof(samples));
    for (int run = 0; run < (bench->quick ? 3 : RUNS); run++)
        for (size_t i = 0; i < peer_count; i++)
            if (peers[i]->start_counts &&
                (run < SLOW_RUNS || samples[i].values[0] < SLOW_US))
                samples_add(&samples[i],
                            open_here(peers[i], place, number, &checksums[i]));
    report_all(bench, "open, same process", place, samples, checksums);
}

static void in_fresh_process(struct bench *bench,
                             const struct bench_place *place)
{
    struct bench_samples wall[PEERS_MAX];
    struct bench_samples cpu[PEERS_MAX];
    uint64_t checksums[PEERS_MAX] = { 0 };
    uint64_t number = place->entries->items[0].number;

    memset(wall, 0, sizeof(wall));
    memset(cpu, 0, sizeof(cpu));
    for (int run = 0; run < (bench->quick ? 3 : RUNS); run++)
        for (size_t i = 0; i <= peer_count; i++)
            if (i == peer_count ||
                (peers[i]->start_counts &&
                 (run < SLOW_RUNS || wall[i].values[0] < 4 * SLOW_US)))
                samples_add(&wall[i], open_there(bench, i, place, number,
                                                 &checksums[i], &cpu[i]));
    report_all(bench, "open, fresh process", place, wall, checksums);
    memset(checksums, 0, sizeof(checksums));
    report_all(bench, "open, fresh process, CPU", place, cpu, checksums);
}

/* The tables of search are decrypted by the first search, not at open. */
static void first_search(struct bench *bench, const struct bench_place *place)
{
    struct bench_samples samples = { 0 };

    for (int run = 0; run < (bench->quick ? 3 : RUNS); run++) {
        uint64_t begin = bench_wall_ns();
        struct ruf_hit hits[20];
        struct ruf_index *index;
        struct ruf_query *query;
        struct ruf_error err;
        size_t count;

        bench_must(ruf_index_open(place->image, place->key, RUF_INDEX_RESIDENT,
                                  &index, &err),
                   &err);
        bench_must(ruf_query_create(index, &query, &err), &err);
        bench_must(ruf_query_search(query, "m", 1, hits, 20, &count, &err),
                   &err);
        samples_add(&samples, (double)(bench_wall_ns() - begin) / 1e3);
        ruf_query_destroy(query);
        ruf_index_close(index);
    }
    bench_group(bench);
    bench_report(bench, "open and first search", peer_resident.name,
                 place->entries->count, "us", &samples, 0);
}

void suite_open(struct bench *bench, const struct bench_data *data)
{
    struct bench_place place = bench_place(bench, data);

    if (place.entries->count == 0) {
        bench_wrong(bench, "open", "nothing to look up");
        return;
    }
    peers_ready(&place);
    in_process(bench, &place);
    in_fresh_process(bench, &place);
    first_search(bench, &place);
}
