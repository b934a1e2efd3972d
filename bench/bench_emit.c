/*
 * bench/bench_emit.c - all entries in ascending order, with labels
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/people.h"
#include <rufname/directory.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#define RUNS 9

struct counter {
    uint64_t sum;
};

static enum ruf_status count_entry(void *context, ruf_e164 number,
                                   struct ruf_text label, struct ruf_error *err)
{
    struct counter *counter = context;

    (void)err;
    counter->sum =
        counter->sum * 31 + number + label.size + (unsigned char)label.data[0];
    return RUF_OK;
}

static enum ruf_status complete(void *context, struct ruf_error *err)
{
    (void)context;
    (void)err;
    return RUF_OK;
}

static double emit_ours(const struct bench_data *data, uint64_t *sum)
{
    struct counter counter = { 0 };
    struct ruf_directory_host host = { &counter, count_entry, complete, NULL };
    struct ruf_index *index;
    struct ruf_error err;
    uint64_t start;
    uint64_t ns;

    bench_must(ruf_index_open(data->image, data->key, RUF_INDEX_ON_DEMAND,
                              &index, &err),
               &err);
    start = bench_cpu_ns();
    bench_must(ruf_directory_emit_full(index, &host, &err), &err);
    ns = bench_cpu_ns() - start;
    ruf_index_close(index);
    *sum = counter.sum;
    return (double)ns / (double)data->entries.count;
}

static double emit_peer(const struct bench *bench,
                        const struct bench_data *data, enum peer peer,
                        uint64_t *sum)
{
    struct counter counter = { 0 };
    sqlite3 *db = peer_open(bench, peer, true);
    sqlite3_stmt *rows = NULL;
    uint64_t start = bench_cpu_ns();
    uint64_t ns;

    if (sqlite3_prepare_v2(db,
                           "SELECT number, label FROM entry ORDER BY number",
                           -1, &rows, NULL) != SQLITE_OK)
        exit(9);
    while (sqlite3_step(rows) == SQLITE_ROW) {
        struct ruf_text label = { (const char *)sqlite3_column_text(rows, 1),
                                  (size_t)sqlite3_column_bytes(rows, 1) };

        (void)count_entry(&counter, (ruf_e164)sqlite3_column_int64(rows, 0),
                          label, NULL);
    }
    ns = bench_cpu_ns() - start;
    (void)sqlite3_finalize(rows);
    (void)sqlite3_close(db);
    *sum = counter.sum;
    return (double)ns / (double)data->entries.count;
}

void suite_emit(struct bench *bench, const struct bench_data *data)
{
    struct bench_samples samples[3];
    uint64_t sums[3];
    uint64_t n = data->entries.count;

    peers_ready(bench, data);
    memset(samples, 0, sizeof(samples));
    for (int run = 0; run < RUNS; run++) {
        samples_add(&samples[0], emit_peer(bench, data, PEER_SQLITE, &sums[0]));
        samples_add(&samples[1],
                    emit_peer(bench, data, PEER_SQLCIPHER, &sums[1]));
        samples_add(&samples[2], emit_ours(data, &sums[2]));
    }
    bench_group(bench);
    bench_report(bench, "emit", "sqlite ORDER BY", n, "ns", &samples[0],
                 sums[0]);
    bench_report(bench, "emit", "sqlcipher ORDER BY", n, "ns", &samples[1],
                 sums[1]);
    bench_report(bench, "emit", "rufname sealed", n, "ns", &samples[2],
                 sums[2]);
}
