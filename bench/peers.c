/*
 * bench/peers.c - the same entries in SQLite and SQLCipher
 *
 * One library is both: SQLCipher without a key is plain SQLite of the same
 * version and compiler flags. SQLCipher gets a raw key, never a passphrase.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/people.h"
#define SQLITE_HAS_CODEC 1
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void must_sql(sqlite3 *db, int code)
{
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW)
        return;
    (void)fprintf(stderr, "rufname-bench: SQLite: %s\n", sqlite3_errmsg(db));
    exit(9);
}

void peer_path(const struct bench *bench, enum peer peer, char out[300])
{
    (void)snprintf(out, 300, "%s/%s.db", bench->directory,
                   peer == PEER_SQLITE ? "sqlite" : "sqlcipher");
}

sqlite3 *peer_open(const struct bench *bench, enum peer peer, bool tuned)
{
    static const char key[] = "x'070707070707070707070707070707070707070707070"
                              "7070707070707070707'";
    char path[300];
    sqlite3 *db = NULL;

    peer_path(bench, peer, path);
    must_sql(db, sqlite3_open_v2(path, &db,
                                 SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                                     SQLITE_OPEN_NOMUTEX,
                                 NULL));
    if (peer == PEER_SQLCIPHER)
        must_sql(db, sqlite3_key_v2(db, "main", key, (int)sizeof(key) - 1));
    if (tuned)
        must_sql(db, sqlite3_exec(db, "PRAGMA cache_size = -262144", NULL, NULL,
                                  NULL));
    return db;
}

void peer_fill(struct bench *bench, const struct bench_data *data,
               enum peer peer)
{
    char path[300];
    sqlite3_stmt *insert;
    sqlite3 *db;

    peer_path(bench, peer, path);
    (void)unlink(path);
    db = peer_open(bench, peer, true);
    must_sql(db, sqlite3_exec(db,
                              "PRAGMA synchronous = OFF; BEGIN;"
                              "CREATE TABLE entry (number INTEGER PRIMARY KEY,"
                              " label TEXT NOT NULL)",
                              NULL, NULL, NULL));
    must_sql(db, sqlite3_prepare_v2(db, "INSERT INTO entry VALUES (?1, ?2)", -1,
                                    &insert, NULL));
    for (size_t i = 0; i < data->entries.count; i++) {
        const struct ruf_labelled_entry *entry = &data->entries.entries[i];

        (void)sqlite3_bind_int64(insert, 1, (sqlite3_int64)entry->number);
        (void)sqlite3_bind_text(insert, 2, entry->label.data,
                                (int)entry->label.size, SQLITE_STATIC);
        must_sql(db, sqlite3_step(insert));
        (void)sqlite3_reset(insert);
    }
    (void)sqlite3_finalize(insert);
    must_sql(db, sqlite3_exec(db, "COMMIT", NULL, NULL, NULL));
    (void)sqlite3_close(db);
}

void peers_ready(struct bench *bench, const struct bench_data *data)
{
    for (int peer = PEER_SQLITE; peer <= PEER_SQLCIPHER; peer++) {
        char path[300];

        peer_path(bench, (enum peer)peer, path);
        if (access(path, F_OK) != 0)
            peer_fill(bench, data, (enum peer)peer);
    }
}
