/*
 * bench/bench_lookup.c - number to label and contact
 *
 * Queries in random order over all entries; a miss is a number close to one
 * that is there. All peers take turns. Before anything is timed every peer's
 * answers are compared byte by byte.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/measure.h"
#include "bench/people.h"
#include <stdio.h>

#define QUERIES 200000
#define CHECKED 20000
#define TURNS 4
#define COLD_ROUNDS 41
#define EACH_NS 400000000u
#define PEERS_MAX 16
_Static_assert(PEER_BATCH == 64, "the rows are called batches of 64");

struct contest {
    struct bench *bench;
    const char *share; /* "hit" or "miss" */
    struct queries queries;
    struct contestant contestants[PEERS_MAX];
    uint64_t checksums[PEERS_MAX];
    struct bench_samples samples[PEERS_MAX];
    uint64_t entries;
};

static void report(struct contest *contest, const char *how)
{
    char name[64];

    (void)snprintf(name, sizeof(name), "lookup %s, %s", contest->share, how);
    bench_group(contest->bench);
    for (size_t i = 0; i < peer_count; i++) {
        const struct contestant *contestant = &contest->contestants[i];
        struct bench_summary summary = samples_summarise(&contest->samples[i]);
        struct bench_row row = { name,
                                 contestant->peer->name,
                                 contest->entries,
                                 "ns",
                                 (double)contestant->peer->bytes(
                                     contestant->self) /
                                     (double)contest->entries,
                                 contest->checksums[i] };

        bench_print(contest->bench, &row, &summary);
        samples_free(&contest->samples[i]);
    }
}

static void in_turns(struct contest *contest, const char *how,
                     enum query_chain chain)
{
    for (size_t turn = 0; turn < (contest->bench->quick ? 1 : TURNS); turn++)
        for (size_t i = 0; i < peer_count; i++)
            measure_batches(&contest->contestants[i], &contest->queries,
                            turn * 7919, chain, &contest->samples[i]);
    report(contest, how);
}

static void one_by_one(struct contest *contest)
{
    for (size_t i = 0; i < peer_count; i++)
        measure_each(&contest->contestants[i], &contest->queries,
                     contest->bench->quick ? 0 : EACH_NS, &contest->samples[i]);
    report(contest, "each timed");
}

static void from_cold(struct contest *contest)
{
    struct sweep *sweep = sweep_create();
    size_t rounds = contest->bench->quick ? 3 : COLD_ROUNDS;

    for (size_t round = 0; round < rounds; round++)
        for (size_t i = 0; i < peer_count; i++)
            samples_add(&contest->samples[i],
                        measure_cold(&contest->contestants[i], sweep,
                                     contest->queries.keys[round]));
    sweep_destroy(sweep);
    report(contest, "cold");
}

/* The part of "each timed" that is the clock's. */
static void clock_alone(struct bench *bench)
{
    struct bench_samples samples = { 0 };

    for (size_t i = 0; i < QUERIES; i++) {
        uint64_t start = bench_wall_ns();

        samples_add(&samples, (double)(bench_wall_ns() - start));
    }
    bench_group(bench);
    bench_report(bench, "clock", "clock_gettime, monotonic", 1, "ns", &samples,
                 0);
}

/* Labels and contacts byte by byte; of a set, whether it knows the number. */
static void check(struct contest *contest, size_t i, bool hit)
{
    const struct contestant *contestant = &contest->contestants[i];

    if (answers_known(contestant, &contest->queries, CHECKED) !=
        (hit ? CHECKED : 0))
        bench_wrong(contest->bench, contestant->peer->name,
                    hit ? "a number is not found" : "finds what is not there");
    if (batches_checksum(contestant, &contest->queries, CHECKED) !=
        answers_checksum(contestant, &contest->queries, CHECKED))
        bench_wrong(contest->bench, contestant->peer->name,
                    "a batch has other answers");
    if (!contestant->peer->numbers_only)
        contest->checksums[i] =
            answers_checksum(contestant, &contest->queries, CHECKED);
}

static void compare(struct bench *bench, const struct bench_place *place,
                    bool hit)
{
    struct contest contest = { .bench = bench,
                               .share = hit ? "hit" : "miss",
                               .entries = place->entries->count };

    queries_create(place->entries, hit, QUERIES, &contest.queries);
    for (size_t i = 0; i < peer_count; i++) {
        contestant_open(peers[i], place, &contest.queries,
                        &contest.contestants[i]);
        check(&contest, i, hit);
    }
    in_turns(&contest, "throughput", QUERIES_INDEPENDENT);
    in_turns(&contest, "batches of 64", QUERIES_BATCHED);
    /* Of a miss nothing is read that a next key could wait for: the branch is
     * predicted and the chain is none. */
    if (hit)
        in_turns(&contest, "dependent", QUERIES_DEPENDENT);
    one_by_one(&contest);
    from_cold(&contest);
    for (size_t i = 0; i < peer_count; i++)
        contestant_close(&contest.contestants[i]);
    queries_free(&contest.queries);
}

void suite_lookup(struct bench *bench, const struct bench_data *data)
{
    struct bench_place place = bench_place(bench, data);

    if (place.entries->count == 0) {
        bench_wrong(bench, "lookup", "nothing to look up");
        return;
    }
    peers_ready(&place);
    compare(bench, &place, true);
    compare(bench, &place, false);
    clock_alone(bench);
}
