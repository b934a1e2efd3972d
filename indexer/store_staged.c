/*
 * indexer/store_staged.c - pages of rounds under way
 *
 * A row for each; the page itself is in the page file. If the store is in
 * memory, or will forget the row as a trial does, it is in the row.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/error.h"
#include "indexer/store_private.h"
#include <fcntl.h>
#include <unistd.h>

enum ruf_status ruf_store_staged_forget(const struct ruf_store *store,
                                        int64_t collection,
                                        struct ruf_error *err)
{
    sqlite3_stmt *statement;
    enum ruf_status status = ruf_store_prepare(
        store, "DELETE FROM staged WHERE collection = ?1", &statement, err);

    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_int64(statement, 1, collection);
    status = ruf_store_change(store, statement, err);
    (void)sqlite3_finalize(statement);
    return status;
}

/* --- writing
 * -------------------------------------------------------------------- */

static bool write_page(const struct ruf_store_page *page,
                       struct ruf_writer *out)
{
    struct ruf_writer one = { 0 };

    for (size_t i = 0; i < page->record_count; i++) {
        one.size = 0;
        ruf_record_write(&page->records[i], &one);
        ruf_write_text(out,
                       (struct ruf_text){ (const char *)one.bytes, one.size });
    }
    out->failed = out->failed || one.failed;
    ruf_writer_wipe(&one);
    return !out->failed;
}

static enum ruf_status insert_page(struct ruf_store *store,
                                   sqlite3_stmt *statement,
                                   struct ruf_writer *payload,
                                   struct ruf_error *err)
{
    uint8_t seal[RUF_PAGE_SEAL_SIZE];
    int64_t place;
    enum ruf_status status;

    (void)sqlite3_bind_int64(statement, 4, (int64_t)payload->size);
    if (store->pages.path == NULL || store->trial) {
        (void)sqlite3_bind_blob64(statement, 5, payload->bytes, payload->size,
                                  SQLITE_STATIC);
        return ruf_store_change(store, statement, err);
    }
    /* Behind the last page: places grow with the numbers of the rows. */
    status = ruf_store_number(
        store, "SELECT place + size FROM staged ORDER BY seq DESC LIMIT 1", 0,
        &place, err);
    if (status == RUF_OK)
        status = ruf_page_file_put(&store->pages, (uint64_t)place, payload,
                                   seal, err);
    if (status == RUF_OK) {
        (void)sqlite3_bind_int64(statement, 3, place);
        (void)sqlite3_bind_blob(statement, 5, seal, sizeof(seal),
                                SQLITE_STATIC);
        status = ruf_store_change(store, statement, err);
    }
    ruf_wipe(seal, sizeof(seal));
    return status;
}

enum ruf_status ruf_store_stage(struct ruf_store *store, int64_t collection,
                                const struct ruf_store_page *page,
                                struct ruf_error *err)
{
    struct ruf_writer payload = { 0 };
    sqlite3_stmt *statement;
    enum ruf_status status = ruf_store_take(
        store,
        "INSERT INTO staged (collection, records, place, size, payload)"
        " VALUES (?1, ?2, ?3, ?4, ?5)",
        &statement, err);

    if (status == RUF_OK && !write_page(page, &payload))
        status = ruf_fail_memory(err);
    if (status == RUF_OK) {
        (void)sqlite3_bind_int64(statement, 1, collection);
        (void)sqlite3_bind_int64(statement, 2, (int64_t)page->record_count);
        status = insert_page(store, statement, &payload, err);
    }
    ruf_store_put_back(store, statement);
    ruf_writer_wipe(&payload);
    return status;
}

/* --- reading
 * -------------------------------------------------------------------- */

/* The page of a row of place, size, payload. */
static enum ruf_status read_page(struct ruf_store *store, sqlite3_stmt *row,
                                 struct ruf_writer *page, struct ruf_error *err)
{
    const uint8_t *payload = sqlite3_column_blob(row, 2);
    size_t size = (size_t)sqlite3_column_bytes(row, 2);

    if (sqlite3_column_type(row, 0) == SQLITE_NULL) {
        page->size = 0;
        ruf_write_bytes(page, payload, size);
        return page->failed ? ruf_fail_memory(err) : RUF_OK;
    }
    if (store->pages.path == NULL || size != RUF_PAGE_SEAL_SIZE)
        return ruf_fail(err, RUF_E_CORRUPT, "D714", store->path,
                        "a page of a round under way has no seal");
    return ruf_page_file_get(
        &store->pages, (uint64_t)sqlite3_column_int64(row, 0),
        (size_t)sqlite3_column_int64(row, 1), payload, page, err);
}

/* sql gives the rows of a collection; those it takes away, one at a time. */
static enum ruf_status each_page(struct ruf_store *store, const char *sql,
                                 bool taken, int64_t collection,
                                 ruf_store_staged_page *receive, void *context,
                                 struct ruf_error *err)
{
    struct ruf_writer page = { 0 };
    sqlite3_stmt *rows;
    bool row = true;
    enum ruf_status status = ruf_store_prepare(store, sql, &rows, err);

    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_int64(rows, 1, collection);
    while (status == RUF_OK) {
        status = ruf_store_step(store, rows, &row, err);
        if (status != RUF_OK || !row)
            break;
        status = read_page(store, rows, &page, err);
        if (status == RUF_OK && receive != NULL)
            status = receive(context, page.bytes, page.size, err);
        if (taken)
            (void)sqlite3_reset(rows);
    }
    (void)sqlite3_finalize(rows);
    ruf_writer_wipe(&page);
    return status;
}

enum ruf_status ruf_store_staged_check(struct ruf_store *store,
                                       int64_t collection,
                                       struct ruf_error *err)
{
    return each_page(store,
                     "SELECT place, size, payload FROM staged"
                     " WHERE collection = ?1 ORDER BY seq",
                     false, collection, NULL, NULL, err);
}

enum ruf_status ruf_store_staged_take(struct ruf_store *store,
                                      int64_t collection,
                                      ruf_store_staged_page *receive,
                                      void *context, struct ruf_error *err)
{
    return each_page(store,
                     "DELETE FROM staged WHERE seq ="
                     " (SELECT seq FROM staged WHERE collection = ?1"
                     " ORDER BY seq LIMIT 1) RETURNING place, size, payload",
                     true, collection, receive, context, err);
}

/* --- the file
 * -------------------------------------------------------------------- */

enum ruf_status ruf_store_staged_tidy(struct ruf_store *store,
                                      struct ruf_error *err)
{
    int64_t staged = 0;
    enum ruf_status status;

    if (store->pages.path == NULL || store->trial ||
        faccessat(AT_FDCWD, store->pages.path, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
        return RUF_OK;
    status = ruf_store_number(store, "SELECT 1 FROM staged LIMIT 1", 0, &staged,
                              err);
    if (status == RUF_OK && staged == 0)
        ruf_page_file_remove(&store->pages);
    return status;
}
