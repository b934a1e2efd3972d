/*
 * indexer/store_schema.c - tables and their version
 *
 * docs/store-schema.md describes every table and column.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "indexer/store_private.h"

#define SCHEMA_VERSION 1
#define TEXT_OF(number) #number
#define VERSION_TEXT(number) TEXT_OF(number)

static const char schema[] =
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE throttles (source TEXT PRIMARY KEY,"
    " not_before INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE collections (id INTEGER PRIMARY KEY, source TEXT NOT NULL,"
    " name TEXT NOT NULL, link_kind INTEGER NOT NULL DEFAULT 0,"
    " delta_round INTEGER NOT NULL DEFAULT 0, link TEXT, selection TEXT,"
    " finished INTEGER NOT NULL DEFAULT 0,"
    " shrunk_to INTEGER NOT NULL DEFAULT -1, UNIQUE (source, name));"
    "CREATE TABLE staged (seq INTEGER PRIMARY KEY,"
    " collection INTEGER NOT NULL, payload BLOB NOT NULL);"
    "CREATE TABLE records (id INTEGER PRIMARY KEY,"
    " collection INTEGER NOT NULL, native_id TEXT NOT NULL,"
    " hash BLOB NOT NULL, payload BLOB NOT NULL,"
    " UNIQUE (collection, native_id));"
    "CREATE INDEX records_hash ON records (hash);"
    "CREATE TABLE numbers (record INTEGER NOT NULL,"
    " position INTEGER NOT NULL, e164 INTEGER NOT NULL,"
    " status INTEGER NOT NULL, rule INTEGER NOT NULL,"
    " PRIMARY KEY (record, position)) WITHOUT ROWID;"
    "CREATE INDEX numbers_e164 ON numbers (e164) WHERE e164 > 0;"
    "CREATE TABLE markers (collection INTEGER NOT NULL,"
    " marker BLOB NOT NULL, PRIMARY KEY (collection, marker)) WITHOUT ROWID;"
    "PRAGMA user_version = " VERSION_TEXT(SCHEMA_VERSION);

enum ruf_status ruf_store_schema_create(const struct ruf_store *store,
                                        struct ruf_error *err)
{
    enum ruf_status status = ruf_store_begin(store, err);

    if (status != RUF_OK)
        return status;
    return ruf_store_end(store, ruf_store_run(store, schema, err), err);
}

enum ruf_status ruf_store_schema_check(const struct ruf_store *store,
                                       struct ruf_error *err)
{
    sqlite3_stmt *statement;
    bool row;
    int version = 0;
    enum ruf_status status =
        ruf_store_prepare(store, "PRAGMA user_version", &statement, err);

    if (status != RUF_OK)
        return status;
    status = ruf_store_step(store, statement, &row, err);
    if (status == RUF_OK && row)
        version = sqlite3_column_int(statement, 0);
    (void)sqlite3_finalize(statement);
    if (status == RUF_OK && version != SCHEMA_VERSION)
        return ruf_fail(err, RUF_E_CORRUPT, "D712", store->path,
                        "schema version %d, this build knows %d", version,
                        SCHEMA_VERSION);
    return status;
}
