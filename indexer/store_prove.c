/*
 * indexer/store_prove.c - what a store says about itself, for proofs
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/store_prove.h"
#include "base/error.h"
#include "base/text.h"
#include "indexer/store_private.h"

enum ruf_status ruf_store_links(struct ruf_store *store,
                                ruf_store_link *callback, void *context,
                                struct ruf_error *err)
{
    sqlite3_stmt *rows;
    bool row = true;
    enum ruf_status status = ruf_store_prepare(
        store,
        "SELECT source, link FROM collections WHERE link LIKE '%://%'"
        " ORDER BY id",
        &rows, err);

    while (status == RUF_OK) {
        status = ruf_store_step(store, rows, &row, err);
        if (status != RUF_OK || !row)
            break;
        callback(context, ruf_store_column_text(rows, 0),
                 ruf_store_column_text(rows, 1));
    }
    (void)sqlite3_finalize(rows);
    return status;
}

/* --- layout
 * ----------------------------------------------------------------------- */

/* A database of its own in memory with the tables of a fresh store. */
static enum ruf_status open_fresh(struct ruf_store *out, struct ruf_error *err)
{
    if (sqlite3_open_v2(":memory:", &out->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                            SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK)
        return ruf_fail_memory(err);
    return ruf_store_schema_create(out, err);
}

static enum ruf_status is_in_fresh(const struct ruf_store *fresh,
                                   sqlite3_stmt *find, struct ruf_text name,
                                   struct ruf_text sql, bool *known,
                                   struct ruf_error *err)
{
    enum ruf_status status;

    ruf_store_bind_text(find, 1, name);
    ruf_store_bind_text(find, 2, sql);
    status = ruf_store_step(fresh, find, known, err);
    (void)sqlite3_reset(find);
    return status;
}

static enum ruf_status compare(const struct ruf_store *store,
                               const struct ruf_store *fresh, uint64_t *count,
                               uint64_t *foreign, struct ruf_error *err)
{
    sqlite3_stmt *rows = NULL;
    sqlite3_stmt *find = NULL;
    bool row = true;
    enum ruf_status status = ruf_store_prepare(
        store, "SELECT name, coalesce(sql, '') FROM sqlite_schema", &rows, err);

    if (status == RUF_OK)
        status =
            ruf_store_prepare(fresh,
                              "SELECT 1 FROM sqlite_schema"
                              " WHERE name = ?1 AND coalesce(sql, '') = ?2",
                              &find, err);
    while (status == RUF_OK) {
        bool known = false;

        status = ruf_store_step(store, rows, &row, err);
        if (status != RUF_OK || !row)
            break;
        status = is_in_fresh(fresh, find, ruf_store_column_text(rows, 0),
                             ruf_store_column_text(rows, 1), &known, err);
        (*count)++;
        *foreign += known ? 0 : 1;
    }
    (void)sqlite3_finalize(rows);
    (void)sqlite3_finalize(find);
    return status;
}

enum ruf_status ruf_store_layout_check(struct ruf_store *store, uint64_t *count,
                                       uint64_t *foreign, struct ruf_error *err)
{
    char path[] = ":memory:";
    sqlite3_stmt *idle[STORE_IDLE] = { NULL };
    struct ruf_store fresh = { .path = path, .idle = idle };
    enum ruf_status status = open_fresh(&fresh, err);

    *count = 0;
    *foreign = 0;
    if (status == RUF_OK)
        status = compare(store, &fresh, count, foreign, err);
    ruf_store_drop_idle(&fresh);
    (void)sqlite3_close_v2(fresh.db);
    return status;
}

enum ruf_status ruf_store_deletes_securely(struct ruf_store *store,
                                           bool *secure, struct ruf_error *err)
{
    sqlite3_stmt *statement;
    bool row = false;
    enum ruf_status status =
        ruf_store_prepare(store, "PRAGMA secure_delete", &statement, err);

    *secure = false;
    if (status != RUF_OK)
        return status;
    status = ruf_store_step(store, statement, &row, err);
    *secure = status == RUF_OK && row && sqlite3_column_int(statement, 0) == 1;
    (void)sqlite3_finalize(statement);
    return status;
}
