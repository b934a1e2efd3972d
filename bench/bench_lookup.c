/*
 * bench/bench_lookup.c - open, and number to label
 *
 * open: from a closed file to the first answer, page cache warm, libcrypto
 * initialised. lookup: hot, random order, every query timed on its own (the
 * clock's own cost, reported as a variant, is included). Half of the queries
 * in "miss" are one digit off.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/people.h"
#include <rufname/index.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_RUNS 41
#define QUERIES 100000

static uint64_t add_answer(uint64_t sum, const char *label, size_t size)
{
    uint64_t value = size;

    for (size_t i = 0; i < size; i++)
        value = value * 31 + (unsigned char)label[i];
    return sum + value;
}

/* --- open
 * ------------------------------------------------------------------------ */

static double open_ours(const struct bench_data *data, enum ruf_index_mode mode,
                        uint64_t *sum)
{
    uint64_t start = bench_wall_ns();
    struct ruf_index *index;
    struct ruf_query *query;
    struct ruf_caller caller;
    struct ruf_error err;
    double us;

    bench_must(ruf_index_open(data->image, data->key, mode, &index, &err),
               &err);
    bench_must(ruf_query_create(index, &query, &err), &err);
    bench_must(
        ruf_query_lookup(query, data->entries.entries[0].number, &caller, &err),
        &err);
    *sum = add_answer(0, caller.label.data, caller.label.size);
    us = (double)(bench_wall_ns() - start) / 1e3;
    ruf_query_destroy(query);
    ruf_index_close(index);
    return us;
}

static sqlite3_stmt *prepare_select(sqlite3 *db)
{
    sqlite3_stmt *select = NULL;

    if (sqlite3_prepare_v2(db, "SELECT label FROM entry WHERE number = ?1", -1,
                           &select, NULL) != SQLITE_OK)
        exit(9);
    return select;
}

static uint64_t select_one(sqlite3_stmt *select, ruf_e164 number, uint64_t sum)
{
    (void)sqlite3_bind_int64(select, 1, (sqlite3_int64)number);
    if (sqlite3_step(select) == SQLITE_ROW)
        sum = add_answer(sum, (const char *)sqlite3_column_text(select, 0),
                         (size_t)sqlite3_column_bytes(select, 0));
    (void)sqlite3_reset(select);
    return sum;
}

static double open_peer(const struct bench *bench,
                        const struct bench_data *data, enum peer peer,
                        uint64_t *sum)
{
    uint64_t start = bench_wall_ns();
    sqlite3 *db = peer_open(bench, peer, true);
    sqlite3_stmt *select = prepare_select(db);
    double us;

    *sum = select_one(select, data->entries.entries[0].number, 0);
    us = (double)(bench_wall_ns() - start) / 1e3;
    (void)sqlite3_finalize(select);
    (void)sqlite3_close(db);
    return us;
}

void suite_open(struct bench *bench, const struct bench_data *data)
{
    struct bench_samples samples[4];
    uint64_t sums[4] = { 0 };

    peers_ready(bench, data);
    memset(samples, 0, sizeof(samples));
    for (int run = 0; run < OPEN_RUNS; run++) {
        samples_add(&samples[0], open_peer(bench, data, PEER_SQLITE, &sums[0]));
        samples_add(&samples[1],
                    open_peer(bench, data, PEER_SQLCIPHER, &sums[1]));
        samples_add(&samples[2],
                    open_ours(data, RUF_INDEX_ON_DEMAND, &sums[2]));
        if (run % 8 == 0)
            samples_add(&samples[3],
                        open_ours(data, RUF_INDEX_RESIDENT, &sums[3]));
    }
    bench_group(bench);
    bench_report(bench, "open + first lookup", "sqlite", data->entries.count,
                 "us", &samples[0], sums[0]);
    bench_report(bench, "open + first lookup", "sqlcipher, raw key",
                 data->entries.count, "us", &samples[1], sums[1]);
    bench_report(bench, "open + first lookup", "rufname on demand",
                 data->entries.count, "us", &samples[2], sums[2]);
    bench_report(bench, "open + first lookup", "rufname resident",
                 data->entries.count, "us", &samples[3], sums[3]);
}

/* --- lookup
 * ------------------------------------------------------------------------- */

static uint64_t measure_ours(const struct bench_data *data,
                             enum ruf_index_mode mode, const ruf_e164 *queries,
                             size_t count, struct bench_samples *samples)
{
    struct ruf_index *index;
    struct ruf_query *query;
    struct ruf_error err;
    uint64_t sum = 1;

    bench_must(ruf_index_open(data->image, data->key, mode, &index, &err),
               &err);
    bench_must(ruf_query_create(index, &query, &err), &err);
    for (size_t i = 0; i < count; i++) {
        struct ruf_caller caller;
        uint64_t start = bench_wall_ns();

        bench_must(ruf_query_lookup(query, queries[i], &caller, &err), &err);
        samples_add(samples, (double)(bench_wall_ns() - start));
        if (caller.known)
            sum = add_answer(sum, caller.label.data, caller.label.size);
    }
    ruf_query_destroy(query);
    ruf_index_close(index);
    return sum;
}

static uint64_t measure_peer(const struct bench *bench, enum peer peer,
                             bool tuned, const ruf_e164 *queries, size_t count,
                             struct bench_samples *samples)
{
    sqlite3 *db = peer_open(bench, peer, tuned);
    sqlite3_stmt *select = prepare_select(db);
    uint64_t sum = 1;

    if (tuned) {
        (void)sqlite3_exec(db, "BEGIN; SELECT sum(length(label)) FROM entry",
                           NULL, NULL, NULL); /* all pages cached */
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t start = bench_wall_ns();

        sum = select_one(select, queries[i], sum);
        samples_add(samples, (double)(bench_wall_ns() - start));
    }
    (void)sqlite3_finalize(select);
    (void)sqlite3_close(db);
    return sum;
}

static void compare(struct bench *bench, const struct bench_data *data,
                    const char *name, const ruf_e164 *queries, size_t count)
{
    struct bench_samples samples[6];
    uint64_t sums[6];
    uint64_t n = data->entries.count;

    memset(samples, 0, sizeof(samples));
    sums[0] =
        measure_peer(bench, PEER_SQLITE, true, queries, count, &samples[0]);
    sums[1] =
        measure_peer(bench, PEER_SQLCIPHER, true, queries, count, &samples[1]);
    sums[2] = measure_peer(bench, PEER_SQLCIPHER, false, queries, count / 10,
                           &samples[2]);
    sums[3] =
        measure_ours(data, RUF_INDEX_RESIDENT, queries, count, &samples[3]);
    sums[4] =
        measure_ours(data, RUF_INDEX_ON_DEMAND, queries, count, &samples[4]);
    for (size_t i = 0; i < count; i++) {
        uint64_t start = bench_wall_ns();

        samples_add(&samples[5], (double)(bench_wall_ns() - start));
    }
    bench_group(bench);
    bench_report(bench, name, "sqlite, transaction, cached", n, "ns",
                 &samples[0], sums[0]);
    bench_report(bench, name, "sqlcipher, transaction, cached", n, "ns",
                 &samples[1], sums[1]);
    bench_report(bench, name, "sqlcipher, autocommit, default", n, "ns",
                 &samples[2], 0);
    bench_report(bench, name, "rufname resident", n, "ns", &samples[3],
                 sums[3]);
    bench_report(bench, name, "rufname on demand", n, "ns", &samples[4],
                 sums[4]);
    bench_report(bench, name, "clock alone", n, "ns", &samples[5], 0);
}

void suite_lookup(struct bench *bench, const struct bench_data *data)
{
    ruf_e164 *queries = calloc(QUERIES, sizeof(*queries));
    uint64_t state = 42;

    peers_ready(bench, data);
    if (queries == NULL || data->entries.count == 0) {
        bench_wrong(bench, "lookup", "nothing to look up");
        free(queries);
        return;
    }
    for (size_t i = 0; i < QUERIES; i++)
        queries[i] =
            data->entries.entries[bench_random(&state) % data->entries.count]
                .number;
    compare(bench, data, "lookup hit", queries, QUERIES);
    for (size_t i = 0; i < QUERIES; i++)
        queries[i] += 1 + bench_random(&state) % 9;
    compare(bench, data, "lookup miss", queries, QUERIES);
    free(queries);
}
