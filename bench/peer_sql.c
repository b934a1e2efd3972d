/*
 * bench/peer_sql.c - the entries in SQLite and SQLCipher
 *
 * One library is both: SQLCipher without a key is plain SQLite of the same
 * version and compiler flags. SQLCipher gets a raw key, never a passphrase.
 * At its best: prepared statement, one open read transaction, a page cache
 * larger than the file, filled before anything is timed. As people run it:
 * prepared statement, autocommit, the default cache of 2 MB.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/peers.h"
#define SQLITE_HAS_CODEC 1
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum flavour { PLAIN = 0, CIPHER };

struct base {
    sqlite3 *db;
    sqlite3_stmt *select;
    char path[300];
};

static void must(sqlite3 *db, int code)
{
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW)
        return;
    (void)fprintf(stderr, "rufname-bench: SQLite: %s\n", sqlite3_errmsg(db));
    exit(9);
}

static void run(sqlite3 *db, const char *sql)
{
    must(db, sqlite3_exec(db, sql, NULL, NULL, NULL));
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *out = NULL;

    must(db, sqlite3_prepare_v2(db, sql, -1, &out, NULL));
    return out;
}

static void path_of(const char *directory, enum flavour flavour, char out[300])
{
    (void)snprintf(out, 300, "%s/%s.db", directory,
                   flavour == PLAIN ? "sqlite" : "sqlcipher");
}

static sqlite3 *connect_to(const char *directory, enum flavour flavour,
                           bool tuned)
{
    static const char key[] = "x'070707070707070707070707070707070707070707070"
                              "7070707070707070707'";
    char path[300];
    sqlite3 *db = NULL;

    path_of(directory, flavour, path);
    must(db, sqlite3_open_v2(path, &db,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                                 SQLITE_OPEN_NOMUTEX,
                             NULL));
    if (flavour == CIPHER)
        must(db, sqlite3_key_v2(db, "main", key, (int)sizeof(key) - 1));
    if (tuned)
        run(db, "PRAGMA cache_size = -4194304");
    return db;
}

struct sqlite3 *peer_sqlcipher_open(const char *directory)
{
    return connect_to(directory, CIPHER, true);
}

/* --- fill
 * ----------------------------------------------------------------------- */

static void fill(const struct bench_place *place, enum flavour flavour)
{
    char path[300];
    sqlite3_stmt *insert;
    sqlite3 *db;

    path_of(place->directory, flavour, path);
    (void)unlink(path);
    db = connect_to(place->directory, flavour, true);
    run(db, "PRAGMA synchronous = OFF; BEGIN;"
            "CREATE TABLE entry (number INTEGER PRIMARY KEY,"
            " contact INTEGER NOT NULL, label TEXT NOT NULL)");
    insert = prepare(db, "INSERT INTO entry VALUES (?1, ?2, ?3)");
    for (size_t i = 0; i < place->entries->count; i++) {
        const struct bench_entry *entry = &place->entries->items[i];

        (void)sqlite3_bind_int64(insert, 1, (sqlite3_int64)entry->number);
        (void)sqlite3_bind_int64(insert, 2, entry->contact);
        (void)sqlite3_bind_text(insert, 3, entry->label, (int)entry->label_size,
                                SQLITE_STATIC);
        must(db, sqlite3_step(insert));
        (void)sqlite3_reset(insert);
    }
    (void)sqlite3_finalize(insert);
    run(db, "COMMIT");
    (void)sqlite3_close(db);
}

void peer_sqlite_fill(const struct bench_place *place)
{
    fill(place, PLAIN);
}

void peer_sqlcipher_fill(const struct bench_place *place)
{
    fill(place, CIPHER);
}

/* --- read
 * ----------------------------------------------------------------------- */

static void *open_base(const struct bench_place *place, enum flavour flavour,
                       bool tuned)
{
    struct base *base = bench_alloc(1, sizeof(*base));

    base->db = connect_to(place->directory, flavour, tuned);
    path_of(place->directory, flavour, base->path);
    base->select =
        prepare(base->db, "SELECT contact, label FROM entry WHERE number = ?1");
    if (tuned)
        run(base->db, "BEGIN");
    return base;
}

static void *open_plain(const struct bench_place *place)
{
    return open_base(place, PLAIN, true);
}

static void *open_plain_default(const struct bench_place *place)
{
    return open_base(place, PLAIN, false);
}

static void *open_cipher(const struct bench_place *place)
{
    return open_base(place, CIPHER, true);
}

static void *open_cipher_default(const struct bench_place *place)
{
    return open_base(place, CIPHER, false);
}

static void close_base(void *self)
{
    struct base *base = self;

    (void)sqlite3_finalize(base->select);
    (void)sqlite3_close(base->db);
    free(base);
}

static bool find(void *self, uint64_t number, struct peer_answer *out)
{
    struct base *base = self;

    /* The row stays valid until the next call resets the statement. In
     * autocommit the reset belongs right behind the step, as people do it. */
    (void)sqlite3_reset(base->select);
    (void)sqlite3_bind_int64(base->select, 1, (sqlite3_int64)number);
    if (sqlite3_step(base->select) != SQLITE_ROW)
        return false;
    out->contact = (uint32_t)sqlite3_column_int64(base->select, 0);
    out->label = (const char *)sqlite3_column_text(base->select, 1);
    out->size = (size_t)sqlite3_column_bytes(base->select, 1);
    return true;
}

static void each(void *self, peer_sink sink, void *context)
{
    struct base *base = self;
    sqlite3_stmt *rows =
        prepare(base->db, "SELECT number, label FROM entry ORDER BY number");

    while (sqlite3_step(rows) == SQLITE_ROW) {
        const char *label = (const char *)sqlite3_column_text(rows, 1);

        sink(context, (uint64_t)sqlite3_column_int64(rows, 0), label,
             (size_t)sqlite3_column_bytes(rows, 1));
    }
    (void)sqlite3_finalize(rows);
}

static uint64_t bytes(void *self)
{
    const struct base *base = self;
    struct stat info;

    return stat(base->path, &info) == 0 ? (uint64_t)info.st_size : 0;
}

const struct peer peer_sqlite = {
    .name = "sqlite, open transaction, cached",
    .start_counts = true,
    .open = open_plain,
    .close = close_base,
    .find = find,
    .each = each,
    .bytes = bytes,
};
const struct peer peer_sqlite_autocommit = {
    .name = "sqlite, autocommit, 2 MB cache",
    .open = open_plain_default,
    .close = close_base,
    .find = find,
    .each = each,
    .bytes = bytes,
};
const struct peer peer_sqlcipher = {
    .name = "sqlcipher, open transaction, cached",
    .start_counts = true,
    .open = open_cipher,
    .close = close_base,
    .find = find,
    .each = each,
    .bytes = bytes,
};
const struct peer peer_sqlcipher_autocommit = {
    .name = "sqlcipher, autocommit, 2 MB cache",
    .open = open_cipher_default,
    .close = close_base,
    .find = find,
    .each = each,
    .bytes = bytes,
};

void peer_sql_versions(char sqlite[160], char sqlcipher[160])
{
    sqlite3 *db = NULL;
    sqlite3_stmt *row;

    (void)snprintf(sqlite, 160, "%s", sqlite3_libversion());
    must(db, sqlite3_open(":memory:", &db));
    row = prepare(db, "PRAGMA cipher_version");
    (void)snprintf(sqlcipher, 160, "%s",
                   sqlite3_step(row) == SQLITE_ROW
                       ? (const char *)sqlite3_column_text(row, 0)
                       : "none");
    (void)sqlite3_finalize(row);
    (void)sqlite3_close(db);
}
