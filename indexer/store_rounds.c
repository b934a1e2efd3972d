/*
 * indexer/store_rounds.c - collections, staging and the end of a round
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/error.h"
#include "indexer/store_private.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum link_kind { LINK_NONE = 0, LINK_NEXT, LINK_DELTA };

/* *id stays as it was if the statement gives no row. */
static enum ruf_status read_id(const struct ruf_store *store, const char *sql,
                               const char *source, const char *collection,
                               int64_t *id, struct ruf_error *err)
{
    sqlite3_stmt *statement;
    bool row = false;
    enum ruf_status status = ruf_store_take(store, sql, &statement, err);

    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_text(statement, 1, source, -1, SQLITE_STATIC);
    (void)sqlite3_bind_text(statement, 2, collection, -1, SQLITE_STATIC);
    status = ruf_store_step(store, statement, &row, err);
    if (status == RUF_OK && row)
        *id = sqlite3_column_int64(statement, 0);
    ruf_store_put_back(store, statement);
    return status;
}

enum ruf_status ruf_store_collection_id(const struct ruf_store *store,
                                        const char *source,
                                        const char *collection, int64_t *id,
                                        struct ruf_error *err)
{
    enum ruf_status status;

    *id = 0;
    status = read_id(store,
                     "SELECT id FROM collections"
                     " WHERE source = ?1 AND name = ?2",
                     source, collection, id, err);
    if (status != RUF_OK || *id != 0)
        return status;
    return read_id(store,
                   "INSERT INTO collections (source, name) VALUES (?1, ?2)"
                   " RETURNING id",
                   source, collection, id, err);
}

enum ruf_status ruf_store_collection_move_last(const struct ruf_store *store,
                                               int64_t *id,
                                               struct ruf_error *err)
{
    static const char *const sql[] = {
        "UPDATE staged SET collection = ?2 WHERE collection = ?1",
        "UPDATE markers SET collection = ?2 WHERE collection = ?1",
        "UPDATE collections SET id = ?2 WHERE id = ?1",
    };
    int64_t last = 0;
    enum ruf_status status = ruf_store_number(
        store, "SELECT max(id) FROM collections", 0, &last, err);

    if (status != RUF_OK || last == *id)
        return status;
    for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]) && status == RUF_OK;
         i++) {
        sqlite3_stmt *statement;

        status = ruf_store_prepare(store, sql[i], &statement, err);
        if (status != RUF_OK)
            return status;
        (void)sqlite3_bind_int64(statement, 1, *id);
        (void)sqlite3_bind_int64(statement, 2, last + 1);
        status = ruf_store_change(store, statement, err);
        (void)sqlite3_finalize(statement);
    }
    *id = last + 1;
    return status;
}

static char *copy_column(sqlite3_stmt *statement, int column, bool *failed)
{
    struct ruf_text text = ruf_store_column_text(statement, column);
    char *copy;

    if (text.data == NULL)
        return NULL;
    copy = strndup(text.data, text.size);
    *failed = *failed || copy == NULL;
    return copy;
}

static enum ruf_status load_state(const struct ruf_store *store,
                                  const char *source, const char *collection,
                                  struct ruf_collection_state *out, int64_t *id,
                                  struct ruf_error *err)
{
    sqlite3_stmt *statement;
    bool failed = false;
    bool row;
    enum ruf_status status = ruf_store_prepare(
        store,
        "SELECT c.link_kind, c.delta_round, c.link, c.selection,"
        " (SELECT not_before FROM throttles WHERE source = ?1), c.id"
        " FROM (SELECT 1) LEFT JOIN collections c"
        " ON c.source = ?1 AND c.name = ?2",
        &statement, err);

    memset(out, 0, sizeof(*out));
    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_text(statement, 1, source, -1, SQLITE_STATIC);
    (void)sqlite3_bind_text(statement, 2, collection, -1, SQLITE_STATIC);
    status = ruf_store_step(store, statement, &row, err);
    if (status == RUF_OK && row) {
        out->link_kind = sqlite3_column_int(statement, 0);
        out->delta_round = sqlite3_column_int(statement, 1) != 0;
        out->link = copy_column(statement, 2, &failed);
        out->select = copy_column(statement, 3, &failed);
        out->not_before = sqlite3_column_int64(statement, 4);
        *id = sqlite3_column_int64(statement, 5);
    }
    (void)sqlite3_finalize(statement);
    if (!failed)
        return status;
    ruf_collection_state_free(out);
    return ruf_fail_memory(err);
}

void ruf_collection_state_free(struct ruf_collection_state *state)
{
    free(state->link);
    free(state->select);
    memset(state, 0, sizeof(*state));
}

enum ruf_status ruf_store_collection_load(struct ruf_store *store,
                                          const char *source,
                                          const char *collection,
                                          struct ruf_collection_state *out,
                                          struct ruf_error *err)
{
    int64_t id = 0;
    enum ruf_status status =
        load_state(store, source, collection, out, &id, err);

    if (status != RUF_OK || out->link_kind != LINK_NEXT)
        return status;
    status = ruf_store_staged_check(store, id, err);
    if (status == RUF_OK)
        return RUF_OK;
    ruf_collection_state_free(out);
    /* Lost in a power cut: the round starts over. */
    if (status == RUF_E_CORRUPT)
        status = ruf_store_collection_reset(store, source, collection, err);
    if (status == RUF_OK)
        status = load_state(store, source, collection, out, &id, err);
    return status;
}

/* --- pages
 * -------------------------------------------------------------------- */

static enum ruf_status save_link(const struct ruf_store *store,
                                 int64_t collection,
                                 const struct ruf_store_page *page,
                                 struct ruf_error *err)
{
    sqlite3_stmt *statement;
    enum ruf_status status = ruf_store_take(
        store,
        "UPDATE collections SET link_kind = ?2, delta_round = ?3, link = ?4,"
        " selection = ?5, finished = CASE WHEN ?2 = 2 THEN ?6 ELSE finished"
        " END WHERE id = ?1",
        &statement, err);

    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_int64(statement, 1, collection);
    (void)sqlite3_bind_int(statement, 2,
                           page->completes_round ? LINK_DELTA : LINK_NEXT);
    (void)sqlite3_bind_int(statement, 3, page->delta_round ? 1 : 0);
    (void)sqlite3_bind_text(statement, 4, page->link, -1, SQLITE_STATIC);
    (void)sqlite3_bind_text(statement, 5, page->select, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int64(statement, 6, (int64_t)time(NULL));
    status = ruf_store_change(store, statement, err);
    ruf_store_put_back(store, statement);
    return status;
}

static enum ruf_status take_page(struct ruf_store *store,
                                 const struct ruf_policy *policy,
                                 const struct ruf_store_page *page,
                                 struct ruf_store_round *out,
                                 struct ruf_error *err)
{
    int64_t collection = 0;
    enum ruf_status status = ruf_store_collection_id(
        store, page->source, page->collection, &collection, err);

    if (status == RUF_OK && page->starts_round)
        status = ruf_store_staged_forget(store, collection, err);
    if (status == RUF_OK)
        status = save_link(store, collection, page, err);
    if (status != RUF_OK)
        return status;
    if (page->completes_round)
        return ruf_store_fold(store, policy, page, collection, out, err);
    return page->record_count == 0
               ? RUF_OK
               : ruf_store_stage(store, collection, page, err);
}

/* A full round that lost most of a collection: kept back until the next full
 * round says the same. The link goes, so that the next round is a full one. */
static enum ruf_status remember_shrink(struct ruf_store *store,
                                       const struct ruf_store_page *page,
                                       struct ruf_error *err)
{
    struct ruf_error ignored;
    sqlite3_stmt *statement;
    int64_t collection = 0;
    enum ruf_status status = ruf_store_begin(store, &ignored);

    if (status != RUF_OK)
        return RUF_E_SERVER;
    status = ruf_store_collection_id(store, page->source, page->collection,
                                     &collection, &ignored);
    if (status == RUF_OK)
        status = ruf_store_staged_forget(store, collection, &ignored);
    if (status == RUF_OK)
        status = ruf_store_prepare(store,
                                   "UPDATE collections SET link_kind = 0,"
                                   " link = NULL, shrunk_to = ?2 WHERE id = ?1",
                                   &statement, &ignored);
    if (status == RUF_OK) {
        (void)sqlite3_bind_int64(statement, 1, collection);
        (void)sqlite3_bind_int64(statement, 2, (int64_t)err->offset);
        status = ruf_store_change(store, statement, &ignored);
        (void)sqlite3_finalize(statement);
    }
    status = ruf_store_end(store, status, &ignored);
    if (status == RUF_OK)
        return RUF_E_SERVER;
    *err = ignored;
    return status;
}

/* A power cut may cost the last pages of a round, which is then read on before
 * them, so that they are not flushed one by one; what completes a round is, and
 * all before it. Nothing that was reported as done is lost. */
static enum ruf_status flush_commits(const struct ruf_store *store, bool flush,
                                     struct ruf_error *err)
{
    return ruf_store_run(store,
                         flush ? "PRAGMA synchronous = FULL"
                               : "PRAGMA synchronous = NORMAL",
                         err);
}

static enum ruf_status commit_page(struct ruf_store *store,
                                   const struct ruf_policy *policy,
                                   const struct ruf_store_page *page,
                                   struct ruf_store_round *out,
                                   struct ruf_error *err)
{
    enum ruf_status status = ruf_store_begin(store, err);

    if (status != RUF_OK)
        return status;
    return ruf_store_end(store, take_page(store, policy, page, out, err), err);
}

static enum ruf_status stage_unflushed(struct ruf_store *store,
                                       const struct ruf_policy *policy,
                                       const struct ruf_store_page *page,
                                       struct ruf_store_round *out,
                                       struct ruf_error *err)
{
    enum ruf_status status = flush_commits(store, false, err);
    enum ruf_status restored;

    if (status != RUF_OK)
        return status;
    status = commit_page(store, policy, page, out, err);
    restored = flush_commits(store, true, status == RUF_OK ? err : NULL);
    return status == RUF_OK ? restored : status;
}

enum ruf_status ruf_store_page(struct ruf_store *store,
                               const struct ruf_policy *policy,
                               const struct ruf_store_page *page,
                               struct ruf_store_round *out,
                               struct ruf_error *err)
{
    struct ruf_error local;
    enum ruf_status status;

    memset(out, 0, sizeof(*out));
    if (err == NULL)
        err = &local;
    /* Nor is a trial flushed, and no setting changes within a transaction. */
    if (page->completes_round || store->trial) {
        status = commit_page(store, policy, page, out, err);
        if (status == RUF_OK)
            status = ruf_store_staged_tidy(store, err);
    } else {
        status = stage_unflushed(store, policy, page, out, err);
    }
    if (status == RUF_E_SERVER)
        return remember_shrink(store, page, err);
    return status;
}

enum ruf_status ruf_store_collection_reset(struct ruf_store *store,
                                           const char *source,
                                           const char *collection,
                                           struct ruf_error *err)
{
    sqlite3_stmt *statement;
    int64_t id = 0;
    enum ruf_status status = ruf_store_begin(store, err);

    if (status != RUF_OK)
        return status;
    status = ruf_store_collection_id(store, source, collection, &id, err);
    if (status == RUF_OK)
        status = ruf_store_staged_forget(store, id, err);
    if (status == RUF_OK)
        status =
            ruf_store_prepare(store,
                              "UPDATE collections SET link_kind = 0,"
                              " delta_round = 0, link = NULL WHERE id = ?1",
                              &statement, err);
    if (status == RUF_OK) {
        (void)sqlite3_bind_int64(statement, 1, id);
        status = ruf_store_change(store, statement, err);
        (void)sqlite3_finalize(statement);
    }
    return ruf_store_end(store, status, err);
}

enum ruf_status ruf_store_run_for(const struct ruf_store *store,
                                  const char *source, const char *sql,
                                  struct ruf_error *err)
{
    sqlite3_stmt *statement;
    enum ruf_status status = ruf_store_prepare(store, sql, &statement, err);

    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_text(statement, 1, source, -1, SQLITE_STATIC);
    status = ruf_store_change(store, statement, err);
    (void)sqlite3_finalize(statement);
    return status;
}

enum ruf_status ruf_store_source_erase(const struct ruf_store *store,
                                       const char *source, uint64_t *removed,
                                       struct ruf_error *err)
{
    /* Records take their photos along. */
    static const char records[] =
        "DELETE FROM records WHERE id IN (SELECT record FROM ids"
        " WHERE " STORE_OF_SOURCE ")";
    static const char *const rest[] = {
        "DELETE FROM ids WHERE " STORE_OF_SOURCE,
        "DELETE FROM hashes WHERE " STORE_OF_SOURCE,
        "DELETE FROM numbers WHERE " STORE_OF_SOURCE,
        "DELETE FROM markers WHERE " STORE_OF_SOURCE,
        "DELETE FROM staged WHERE " STORE_OF_SOURCE,
        "DELETE FROM collections WHERE source = ?1",
    };
    enum ruf_status status = ruf_store_run_for(store, source, records, err);

    *removed = (uint64_t)sqlite3_changes64(store->db);
    for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]) && status == RUF_OK;
         i++)
        status = ruf_store_run_for(store, source, rest[i], err);
    return status;
}

enum ruf_status ruf_store_source_clear(struct ruf_store *store,
                                       const char *source, uint64_t *removed,
                                       struct ruf_error *err)
{
    enum ruf_status status = ruf_store_begin(store, err);

    *removed = 0;
    if (status != RUF_OK)
        return status;
    status = ruf_store_source_erase(store, source, removed, err);
    return ruf_store_end(store, status, err);
}

/* The names first: the receiver may change the table. */
enum ruf_status
ruf_store_collections(struct ruf_store *store, const char *source,
                      void (*name)(void *receiver, const char *collection),
                      void *receiver, struct ruf_error *err)
{
    struct ruf_writer names = { 0 };
    sqlite3_stmt *statement;
    bool row = true;
    enum ruf_status status = ruf_store_prepare(
        store, "SELECT name FROM collections WHERE source = ?1 ORDER BY id",
        &statement, err);

    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_text(statement, 1, source, -1, SQLITE_STATIC);
    while (status == RUF_OK &&
           (status = ruf_store_step(store, statement, &row, err)) == RUF_OK &&
           row) {
        struct ruf_text text = ruf_store_column_text(statement, 0);

        ruf_write_bytes(&names, text.data, text.size);
        ruf_write_u8(&names, 0);
    }
    (void)sqlite3_finalize(statement);
    if (status == RUF_OK && names.failed)
        status = ruf_fail_memory(err);
    for (size_t at = 0; status == RUF_OK && at < names.size;
         at += strlen((const char *)names.bytes + at) + 1)
        name(receiver, (const char *)names.bytes + at);
    ruf_writer_free(&names);
    return status;
}

enum ruf_status ruf_store_throttle(struct ruf_store *store, const char *source,
                                   int64_t not_before, struct ruf_error *err)
{
    sqlite3_stmt *statement;
    enum ruf_status status = ruf_store_prepare(
        store,
        "INSERT OR REPLACE INTO throttles (source, not_before)"
        " VALUES (?1, ?2)",
        &statement, err);

    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_text(statement, 1, source, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int64(statement, 2, not_before);
    status = ruf_store_change(store, statement, err);
    (void)sqlite3_finalize(statement);
    return status;
}
