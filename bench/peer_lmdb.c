/*
 * bench/peer_lmdb.c - the entries in LMDB
 *
 * At its best: integer keys, filled with MDB_APPEND in one transaction, read
 * in one open read transaction, labels handed out from the map. Not sealed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/peers.h"
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct map {
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    char path[300];
};

static void must(int code)
{
    if (code == MDB_SUCCESS)
        return;
    (void)fprintf(stderr, "rufname-bench: LMDB: %s\n", mdb_strerror(code));
    exit(9);
}

static void path_of(const char *directory, char out[300])
{
    (void)snprintf(out, 300, "%s/lmdb.db", directory);
}

static MDB_env *open_env(const char *path, unsigned flags)
{
    MDB_env *env;

    must(mdb_env_create(&env));
    must(mdb_env_set_mapsize(env, (size_t)16 << 30));
    must(mdb_env_open(env, path, MDB_NOSUBDIR | MDB_NOLOCK | flags, 0600));
    return env;
}

void peer_lmdb_fill(const struct bench_place *place)
{
    char path[300];
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;

    path_of(place->directory, path);
    (void)unlink(path);
    env = open_env(path, MDB_NOSYNC | MDB_WRITEMAP);
    must(mdb_txn_begin(env, NULL, 0, &txn));
    must(mdb_dbi_open(txn, NULL, MDB_INTEGERKEY | MDB_CREATE, &dbi));
    for (size_t i = 0; i < place->entries->count; i++) {
        const struct bench_entry *entry = &place->entries->items[i];
        uint64_t number = entry->number;
        MDB_val key = { sizeof(number), &number };
        MDB_val value = { sizeof(uint32_t) + entry->label_size, NULL };

        must(mdb_put(txn, dbi, &key, &value, MDB_APPEND | MDB_RESERVE));
        memcpy(value.mv_data, &entry->contact, sizeof(uint32_t));
        memcpy((char *)value.mv_data + sizeof(uint32_t), entry->label,
               entry->label_size);
    }
    must(mdb_txn_commit(txn));
    mdb_env_close(env);
}

static void *open_map(const struct bench_place *place)
{
    struct map *map = bench_alloc(1, sizeof(*map));

    path_of(place->directory, map->path);
    map->env = open_env(map->path, MDB_RDONLY);
    must(mdb_txn_begin(map->env, NULL, MDB_RDONLY, &map->txn));
    must(mdb_dbi_open(map->txn, NULL, MDB_INTEGERKEY, &map->dbi));
    return map;
}

static void close_map(void *self)
{
    struct map *map = self;

    mdb_txn_abort(map->txn);
    mdb_env_close(map->env);
    free(map);
}

static void take_apart(const MDB_val *value, struct peer_answer *out)
{
    memcpy(&out->contact, value->mv_data, sizeof(uint32_t));
    out->label = (const char *)value->mv_data + sizeof(uint32_t);
    out->size = value->mv_size - sizeof(uint32_t);
}

static bool find(void *self, uint64_t number, struct peer_answer *out)
{
    struct map *map = self;
    MDB_val key = { sizeof(number), &number };
    MDB_val value;

    if (mdb_get(map->txn, map->dbi, &key, &value) != MDB_SUCCESS)
        return false;
    take_apart(&value, out);
    return true;
}

static void each(void *self, peer_sink sink, void *context)
{
    struct map *map = self;
    MDB_cursor *cursor;
    MDB_val key;
    MDB_val value;

    must(mdb_cursor_open(map->txn, map->dbi, &cursor));
    while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == MDB_SUCCESS) {
        struct peer_answer answer;
        uint64_t number;

        memcpy(&number, key.mv_data, sizeof(number));
        take_apart(&value, &answer);
        sink(context, number, answer.label, answer.size);
    }
    mdb_cursor_close(cursor);
}

static uint64_t bytes(void *self)
{
    const struct map *map = self;
    MDB_stat state;

    must(mdb_stat(map->txn, map->dbi, &state));
    return (uint64_t)state.ms_psize *
           (state.ms_branch_pages + state.ms_leaf_pages +
            state.ms_overflow_pages);
}

const struct peer peer_lmdb = {
    .name = "lmdb, read transaction open",
    .start_counts = true,
    .open = open_map,
    .close = close_map,
    .find = find,
    .each = each,
    .bytes = bytes,
};

const char *peer_lmdb_version(void)
{
    return mdb_version(NULL, NULL, NULL);
}
