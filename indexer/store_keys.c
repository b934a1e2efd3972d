/*
 * indexer/store_keys.c - the tables that lead from a key to its records
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/secret.h"
#include "indexer/store_private.h"
#include <stdlib.h>
#include <string.h>

/* Keys wait in runs, which are sorted when they are full and merged while they
 * are entered. All but the one under way go to a sealed temporary file. */
#define RUN_KEYS ((size_t)1 << 15)
#define AT_ONCE (RUF_SPOOL_BLOCK / sizeof(struct ruf_keyed))

/* --- runs
 * -------------------------------------------------------------------------- */

/* A store in memory has nothing on the disk. */
static enum ruf_status need_spill(struct store_keys *keys,
                                  struct ruf_error *err)
{
    const char *path = keys->store->keys_path;

    return keys->spill == NULL
               ? ruf_spill_create(path == NULL ? "" : path, &keys->spill, err)
               : RUF_OK;
}

static void forget_runs(struct store_keys *keys)
{
    for (size_t i = 0; i < keys->run_count; i++)
        ruf_spool_free(&keys->runs[i]);
    keys->run_count = 0;
    ruf_spill_destroy(keys->spill);
    keys->spill = NULL;
}

static void write_run(struct store_keys *keys, const struct ruf_keyed *list,
                      size_t count)
{
    struct ruf_spool *run = &keys->runs[keys->run_count++];

    ruf_spool_start(run, keys->spill,
                    keys->store->keys_path == NULL ? SIZE_MAX : 0);
    for (size_t i = 0; i < count; i += AT_ONCE) {
        size_t some = count - i < AT_ONCE ? count - i : AT_ONCE;

        ruf_write_bytes(&run->tail, list + i, some * sizeof(*list));
        ruf_spool_trim(run);
    }
}

/* What waits becomes a run. */
static enum ruf_status end_run(struct store_keys *keys, struct ruf_error *err)
{
    struct ruf_keyed *list = (void *)keys->waiting.bytes;
    size_t count = keys->waiting.size / sizeof(*list);
    struct ruf_keyed *room;
    enum ruf_status status = need_spill(keys, err);

    if (status != RUF_OK)
        return status;
    room = malloc(count * sizeof(*room));
    if (room == NULL)
        return ruf_fail_memory(err);
    ruf_keyed_sort(list, room, count);
    ruf_wipe(room, count * sizeof(*room));
    free(room);
    write_run(keys, list, count);
    keys->waiting.size = 0;
    return ruf_spill_status(keys->spill, err);
}

/* --- open, close
 * ------------------------------------------------------------------------ */

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
    forget_runs(keys);
}

static void bind(sqlite3_stmt *statement, int row, uint64_t key, int64_t record)
{
    (void)sqlite3_bind_int64(statement, 2 + 2 * row, (int64_t)key);
    (void)sqlite3_bind_int64(statement, 3 + 2 * row, record);
}

/* --- into the table
 * ---------------------------------------------------------------------- */

/* A run being read, and the key it is at. */
struct cursor {
    struct ruf_spool_reader reader;
    struct ruf_keyed key;
    bool has_key;
};

static void advance(struct cursor *cursor)
{
    const uint8_t *bytes = ruf_spool_read(&cursor->reader, sizeof(cursor->key));

    cursor->has_key = bytes != NULL;
    if (bytes != NULL)
        memcpy(&cursor->key, bytes, sizeof(cursor->key));
}

/* The run with the least key; NULL behind the last one. */
static struct cursor *least(struct cursor *cursors, size_t count)
{
    struct cursor *from = NULL;

    for (size_t i = 0; i < count; i++)
        if (cursors[i].has_key &&
            (from == NULL || cursors[i].key.key < from->key.key))
            from = &cursors[i];
    return from;
}

static enum ruf_status enter(const struct store_keys *keys,
                             struct cursor *cursors, uint64_t count,
                             struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;

    while (status == RUF_OK && count > 0) {
        bool many = count >= STORE_KEYS_MANY;
        sqlite3_stmt *add = many ? keys->add_many : keys->add;
        int rows = many ? STORE_KEYS_MANY : 1;

        for (int row = 0; row < rows; row++) {
            struct cursor *from = least(cursors, keys->run_count);

            if (from == NULL) /* a run could not be read */
                return ruf_spill_status(keys->spill, err);
            bind(add, row, from->key.key, keys->first + from->key.item);
            advance(from);
        }
        status = ruf_store_change(keys->store, add, err);
        count -= (uint64_t)rows;
    }
    return status;
}

static enum ruf_status merge_runs(const struct store_keys *keys,
                                  struct ruf_error *err)
{
    struct cursor cursors[STORE_KEYS_RUNS];
    uint64_t size = 0;
    enum ruf_status status;

    for (size_t i = 0; i < keys->run_count; i++) {
        size += ruf_spool_size(&keys->runs[i]);
        ruf_spool_reader_open(&cursors[i].reader, &keys->runs[i]);
        advance(&cursors[i]);
    }
    status = ruf_spill_status(keys->spill, err);
    if (status == RUF_OK)
        status = enter(keys, cursors, size / sizeof(struct ruf_keyed), err);
    for (size_t i = 0; i < keys->run_count; i++)
        ruf_spool_reader_close(&cursors[i].reader);
    return status;
}

enum ruf_status ruf_store_keys_flush(struct store_keys *keys,
                                     struct ruf_error *err)
{
    enum ruf_status status;

    if (keys->waiting.size == 0 && keys->run_count == 0)
        return RUF_OK;
    status = keys->waiting.size > 0 ? end_run(keys, err) : RUF_OK;
    ruf_writer_wipe(&keys->waiting);
    if (status == RUF_OK)
        status = merge_runs(keys, err);
    forget_runs(keys);
    return status;
}

/* --- keys
 * -------------------------------------------------------------------------- */

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
    return (keys->waiting.size == 0 && keys->run_count == 0) ||
           (record >= keys->first && record - keys->first <= UINT32_MAX);
}

static enum ruf_status make_room(struct store_keys *keys, int64_t record,
                                 struct ruf_error *err)
{
    if (!can_wait(keys, record))
        return ruf_store_keys_flush(keys, err);
    if (keys->waiting.size < RUN_KEYS * sizeof(struct ruf_keyed))
        return RUF_OK;
    return keys->run_count + 1 < STORE_KEYS_RUNS
               ? end_run(keys, err)
               : ruf_store_keys_flush(keys, err);
}

enum ruf_status ruf_store_keys_add(struct store_keys *keys, uint64_t key,
                                   int64_t record, struct ruf_error *err)
{
    struct ruf_keyed one = { .key = key };
    enum ruf_status status = make_room(keys, record, err);

    if (status != RUF_OK)
        return status;
    if (keys->waiting.size == 0 && keys->run_count == 0)
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
