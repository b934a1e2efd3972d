/*
 * indexer/store_schema.c - tables and their version
 *
 * docs/store-schema.md describes every table and column.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "indexer/store_audit.h"
#include "indexer/store_private.h"

#define SCHEMA_VERSION 10
#define KEYS_SINCE 10 /* tables from keys to records, as they are now */
#define TEXT_OF(number) #number
#define VERSION_TEXT(number) TEXT_OF(number)

/* Ids, hashes and numbers lead to records by tables of their own, for every
 * change of a record to be made in step: see struct store_records. Up to
 * version 8 they were indexes, and numbers had a row for each number of a
 * record; in version 9 keys of all collections were mixed. */
#define RECORDS                                                                \
    "CREATE TABLE records (id INTEGER PRIMARY KEY,"                            \
    " collection INTEGER NOT NULL, hash BLOB NOT NULL,"                        \
    " numbers BLOB NOT NULL, payload BLOB NOT NULL);" KEYS("ids", "id")        \
        KEYS("hashes", "hash") KEYS("numbers", "e164")
#define KEYS(table, key)                                                       \
    "CREATE TABLE " table " (collection INTEGER NOT NULL,"                     \
    " " key " INTEGER NOT NULL, record INTEGER NOT NULL,"                      \
    " PRIMARY KEY (collection, " key ", record)) WITHOUT ROWID;"

/* A photo, or with no bytes the knowledge that there is none. A record takes
 * its photo with it, whoever erases the record. Version 2 had no photos. */
#define PHOTOS                                                                 \
    "CREATE TABLE photos (record INTEGER PRIMARY KEY, etag TEXT NOT NULL,"     \
    " bytes BLOB NOT NULL);" PHOTOS_GO
#define PHOTOS_GO                                                              \
    "CREATE TRIGGER records_photos AFTER DELETE ON records BEGIN"              \
    " DELETE FROM photos WHERE record = OLD.id; END;"

/* What people decide about contacts, and what was done; since version 4. */
#define DECISIONS                                                              \
    "CREATE TABLE overrides (a BLOB NOT NULL, b BLOB NOT NULL,"                \
    " together INTEGER NOT NULL, made INTEGER NOT NULL,"                       \
    " PRIMARY KEY (a, b)) WITHOUT ROWID;"                                      \
    "CREATE TABLE marks (kind INTEGER NOT NULL, source TEXT NOT NULL,"         \
    " native_id TEXT NOT NULL, made INTEGER NOT NULL,"                         \
    " PRIMARY KEY (kind, source, native_id)) WITHOUT ROWID;"                   \
    "CREATE TABLE audit (number INTEGER PRIMARY KEY, made INTEGER NOT NULL,"   \
    " event TEXT NOT NULL, object TEXT NOT NULL, status INTEGER NOT NULL,"     \
    " count INTEGER NOT NULL, chain BLOB NOT NULL);"

/* A row per page of a round under way; up to version 5, a row per record, up to
 * version 7 with the page in it. */
#define STAGED                                                                 \
    "CREATE TABLE staged (seq INTEGER PRIMARY KEY,"                            \
    " collection INTEGER NOT NULL, records INTEGER NOT NULL,"                  \
    " place INTEGER, size INTEGER NOT NULL, payload BLOB NOT NULL);"
#define STAGED_ANEW                                                            \
    "DROP TABLE staged;" STAGED                                                \
    "UPDATE collections SET link_kind = 0, delta_round = 0, link = NULL"       \
    " WHERE link_kind = 1" /* a round under way starts over */

/* The rule that hides a record, since version 5; of markers before: ''. */
#define RULE " rule TEXT NOT NULL DEFAULT ''"

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
    " shrunk_to INTEGER NOT NULL DEFAULT -1, UNIQUE (source, name));" STAGED
        RECORDS "CREATE TABLE markers (collection INTEGER NOT NULL,"
    " marker BLOB NOT NULL," RULE ","
    " PRIMARY KEY (collection, marker)) WITHOUT ROWID;" PHOTOS DECISIONS
    "PRAGMA user_version = " VERSION_TEXT(SCHEMA_VERSION);

enum ruf_status ruf_store_schema_create(struct ruf_store *store,
                                        struct ruf_error *err)
{
    enum ruf_status status = ruf_store_begin(store, err);

    if (status != RUF_OK)
        return status;
    status = ruf_store_run(store, schema, err);
    if (status == RUF_OK)
        status = ruf_store_fact_save(store, STORE_FACT_PLAN,
                                     ruf_store_plan_number(), err);
    return ruf_store_end(store, status, err);
}

/* From each version to the next. What is derived is made anew by
 * ruf_store_standardise(); all else stays. Up to version 6 the audit may have
 * an anchor without a seal, which migrate() gives it. */
static const char *const steps[SCHEMA_VERSION] = {
    NULL,
    "", /* numbers had fewer columns: version 9 makes them anew */
    PHOTOS,
    DECISIONS,
    "ALTER TABLE markers ADD COLUMN" RULE,
    STAGED_ANEW,
    "",
    STAGED_ANEW,
    "DROP INDEX records_hash; DROP TABLE numbers; DROP TRIGGER records_photos;"
    "ALTER TABLE records RENAME TO records_8;" RECORDS
    "INSERT INTO records SELECT id, collection, hash, x'', payload"
    " FROM records_8; DROP TABLE records_8;" PHOTOS_GO
    "DELETE FROM facts WHERE name = '" STORE_FACT_PLAN "'",
    "DROP TABLE ids; DROP TABLE hashes; DROP TABLE numbers;" KEYS("ids", "id")
        KEYS("hashes", "hash") KEYS("numbers", "e164"),
};

static enum ruf_status migrate(struct ruf_store *store, int version,
                               struct ruf_error *err)
{
    bool has_keys = version >= KEYS_SINCE;
    enum ruf_status status = ruf_store_begin(store, err);

    if (status != RUF_OK)
        return status;
    for (; version < SCHEMA_VERSION && status == RUF_OK; version++)
        status = ruf_store_run(store, steps[version], err);
    if (status == RUF_OK && !has_keys)
        status = ruf_store_keys_enter(store, err);
    if (status == RUF_OK)
        status = ruf_store_audit_seal_start(store, err);
    if (status == RUF_OK)
        status = ruf_store_run(
            store, "PRAGMA user_version = " VERSION_TEXT(SCHEMA_VERSION), err);
    return ruf_store_end(store, status, err);
}

enum ruf_status ruf_store_schema_check(struct ruf_store *store,
                                       enum ruf_store_mode mode,
                                       struct ruf_error *err)
{
    int64_t told = 0;
    int version;
    enum ruf_status status =
        ruf_store_number(store, "PRAGMA user_version", 0, &told, err);

    version = (int)told;
    if (status != RUF_OK || version == SCHEMA_VERSION)
        return status;
    if (version < 1 || version > SCHEMA_VERSION)
        return ruf_fail(err, RUF_E_CORRUPT, "D712", store->path,
                        "schema version %d, this build knows %d", version,
                        SCHEMA_VERSION);
    if (mode == RUF_STORE_WRITE)
        return migrate(store, version, err);
    return ruf_fail(err, RUF_E_CORRUPT, "D713", store->path,
                    "schema version %d, this build writes %d", version,
                    SCHEMA_VERSION);
}
