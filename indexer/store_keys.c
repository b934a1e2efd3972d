/*
 * indexer/store_keys.c - the tables that lead from a key to its records
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/secret.h"
#include "indexer/store_private.h"
#include <stdlib.h>

/* Keys that wait, at most. They are sorted in runs, which takes room for one,
 * and merged while they are entered. */
#define RUN_KEYS ((size_t)1 << 16)
#define RUNS_MAX 8
#define WAITING_MAX (RUNS_MAX * RUN_KEYS)

enum ruf_status ruf_store_keys_open(struct ruf_store *store,
                                    const struct store_keys_sql *sql,
                                    struct store_keys *out,
                                    struct ruf_error *err)
{
    enum ruf_status status;

    *out = (struct store_keys){ .store = store };
    status = ruf_store_prepare(store, sql->add, &out->add, err);
    if (status == RUF_OK)
        status = ruf_store_prepare(store, sql->add_many, &out->add_many, err);
    return status == RUF_OK
               ? ruf_store_prepare(store, sql->drop, &out->drop, err)
               : status;
}

void ruf_store_keys_close(struct store_keys *keys)
{
    (void)sqlite3_finalize(keys->add);
    (void)sqlite3_finalize(keys->add_many);
    (void)sqlite3_finalize(keys->drop);
    ruf_writer_wipe(&keys->waiting);
}

static void bind(sqlite3_stmt *statement, int row, uint64_t key, int64_t record)
{
    (void)sqlite3_bind_int64(statement, 2 + 2 * row, (int64_t)key);
    (void)sqlite3_bind_int64(statement, 3 + 2 * row, record);
}

struct run {
    const struct ruf_keyed *next;
    const struct ruf_keyed *end;
};

/* @return runs; 0: no memory. */
static size_t sort_runs(struct ruf_keyed *list, size_t count,
                        struct run runs[RUNS_MAX])
{
    size_t most = count < RUN_KEYS ? count : RUN_KEYS;
    struct ruf_keyed *room = malloc(most * sizeof(*room));
    size_t done = 0;

    if (room == NULL)
        return 0;
    for (size_t at = 0; at < count; at += RUN_KEYS) {
        size_t size = count - at < RUN_KEYS ? count - at : RUN_KEYS;

        ruf_keyed_sort(list + at, room, size);
        runs[done++] = (struct run){ list + at, list + at + size };
    }
    ruf_wipe(room, most * sizeof(*room));
    free(room);
    return done;
}

static bool is_before(const struct run *run, const struct run *other)
{
    if (run->next == run->end || other->next == other->end)
        return run->next < run->end;
    return run->next->key < other->next->key;
}

/* The next of all runs, one of which has any. */
static const struct ruf_keyed *least(struct run *runs, size_t count)
{
    struct run *from = &runs[0];

    for (size_t i = 1; i < count; i++)
        if (is_before(&runs[i], from))
            from = &runs[i];
    return from->next++;
}

static enum ruf_status enter(const struct store_keys *keys, struct run *runs,
                             size_t run_count, size_t count,
                             struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;

    while (status == RUF_OK && count > 0) {
        bool many = count >= STORE_KEYS_MANY;
        sqlite3_stmt *add = many ? keys->add_many : keys->add;
        int rows = many ? STORE_KEYS_MANY : 1;

        for (int row = 0; row < rows; row++) {
            const struct ruf_keyed *one = least(runs, run_count);

            bind(add, row, one->key, keys->first + one->item);
        }
        status = ruf_store_change(keys->store, add, err);
        count -= (size_t)rows;
    }
    return status;
}

enum ruf_status ruf_store_keys_flush(struct store_keys *keys,
                                     struct ruf_error *err)
{
    struct ruf_keyed *list = (void *)keys->waiting.bytes;
    size_t count = keys->waiting.size / sizeof(*list);
    struct run runs[RUNS_MAX];
    size_t run_count;
    enum ruf_status status;

    if (count == 0)
        return RUF_OK;
    run_count = sort_runs(list, count, runs);
    if (run_count == 0)
        return ruf_fail_memory(err);
    status = enter(keys, runs, run_count, count, err);
    ruf_writer_wipe(&keys->waiting);
    return status;
}

enum ruf_status ruf_store_keys_turn(struct store_keys *keys, int64_t collection,
                                    struct ruf_error *err)
{
    enum ruf_status status;

    if (keys->collection == collection)
        return RUF_OK;
    status = ruf_store_keys_flush(keys, err);
    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_int64(keys->add, 1, collection);
    (void)sqlite3_bind_int64(keys->add_many, 1, collection);
    (void)sqlite3_bind_int64(keys->drop, 1, collection);
    keys->collection = collection;
    return RUF_OK;
}

/* What waits is told by its distance from the first record. */
static bool can_wait(const struct store_keys *keys, int64_t record)
{
    return keys->waiting.size / sizeof(struct ruf_keyed) < WAITING_MAX &&
           record >= keys->first && record - keys->first <= UINT32_MAX;
}

enum ruf_status ruf_store_keys_add(struct store_keys *keys, uint64_t key,
                                   int64_t record, struct ruf_error *err)
{
    struct ruf_keyed one = { .key = key };
    enum ruf_status status = RUF_OK;

    if (!can_wait(keys, record))
        status = ruf_store_keys_flush(keys, err);
    if (status != RUF_OK)
        return status;
    if (keys->waiting.size == 0)
        keys->first = record;
    one.item = (uint32_t)(record - keys->first);
    ruf_write_bytes(&keys->waiting, &one, sizeof(one));
    return keys->waiting.failed ? ruf_fail_memory(err) : RUF_OK;
}

enum ruf_status ruf_store_keys_drop(struct store_keys *keys, uint64_t key,
                                    int64_t record, struct ruf_error *err)
{
    enum ruf_status status = ruf_store_keys_flush(keys, err);

    if (status != RUF_OK)
        return status;
    bind(keys->drop, 0, key, record);
    return ruf_store_change(keys->store, keys->drop, err);
}
