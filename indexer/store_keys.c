/*
 * indexer/store_keys.c - the tables that lead from a key to its records
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/secret.h"
#include "indexer/store_private.h"
#include <stdlib.h>

/* Bytes of keys that wait, at most; sorting them takes as much again. */
#define WAITING_MAX ((size_t)8 << 20)

enum ruf_status ruf_store_keys_open(struct ruf_store *store, const char *add,
                                    const char *drop, struct store_keys *out,
                                    struct ruf_error *err)
{
    enum ruf_status status;

    *out = (struct store_keys){ .store = store };
    status = ruf_store_prepare(store, add, &out->add, err);
    return status == RUF_OK ? ruf_store_prepare(store, drop, &out->drop, err)
                            : status;
}

void ruf_store_keys_close(struct store_keys *keys)
{
    (void)sqlite3_finalize(keys->add);
    (void)sqlite3_finalize(keys->drop);
    ruf_writer_wipe(&keys->waiting);
}

static enum ruf_status change(const struct store_keys *keys,
                              sqlite3_stmt *statement, uint64_t key,
                              int64_t record, struct ruf_error *err)
{
    (void)sqlite3_bind_int64(statement, 1, (int64_t)key);
    (void)sqlite3_bind_int64(statement, 2, record);
    return ruf_store_change(keys->store, statement, err);
}

enum ruf_status ruf_store_keys_flush(struct store_keys *keys,
                                     struct ruf_error *err)
{
    struct ruf_keyed *list = (void *)keys->waiting.bytes;
    size_t size = keys->waiting.size;
    struct ruf_keyed *room;
    enum ruf_status status = RUF_OK;

    if (size == 0)
        return RUF_OK;
    room = malloc(size);
    if (room == NULL)
        return ruf_fail_memory(err);
    ruf_keyed_sort(list, room, size / sizeof(*list));
    ruf_wipe(room, size);
    free(room);
    for (size_t i = 0; i < size / sizeof(*list) && status == RUF_OK; i++)
        status = change(keys, keys->add, list[i].key,
                        keys->first + list[i].item, err);
    keys->waiting.size = 0;
    return status;
}

/* What waits is told by its distance from the first record. */
static bool can_wait(const struct store_keys *keys, int64_t record)
{
    return keys->waiting.size < WAITING_MAX && record >= keys->first &&
           record - keys->first <= UINT32_MAX;
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

    return status == RUF_OK ? change(keys, keys->drop, key, record, err)
                            : status;
}
