/*
 * indexer/store_audit.c - what was done, as a chain that shows a missing link
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/store_audit.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/seal.h"
#include "base/text.h"
#include "indexer/store_private.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LINK_SIZE RUF_DIGEST_SIZE
#define SEAL_TEXT_SIZE (2 * RUF_DIGEST_SIZE + 1)

/* Number of the newest entry: without it nobody would miss the last ones. */
#define FACT_NEWEST "audit"

/* A row: an entry, or, with an empty event, the anchor, whose object is its
 * seal. */
struct row {
    struct ruf_store_audit entry;
    uint8_t link[LINK_SIZE];
    bool has_link;
};

/* --- links
 * ------------------------------------------------------------------------ */

static enum ruf_status keyed_digest(const struct ruf_store *store,
                                    const char *purpose, const void *bytes,
                                    size_t size, uint8_t out[RUF_DIGEST_SIZE],
                                    struct ruf_error *err)
{
    uint8_t key[RUF_SEAL_KEY_SIZE];
    enum ruf_status status = ruf_derive_key(store->hash_key.bytes, NULL, 0,
                                            purpose, NULL, 0, key, err);

    if (status == RUF_OK)
        status = ruf_hmac_sha256(key, bytes, size, out, err);
    ruf_wipe(key, sizeof(key));
    return status;
}

static enum ruf_status link_of(const struct ruf_store *store,
                               const struct ruf_store_audit *entry,
                               const uint8_t before[LINK_SIZE],
                               uint8_t out[LINK_SIZE], struct ruf_error *err)
{
    struct ruf_writer bytes = { 0 };
    enum ruf_status status;

    ruf_write_bytes(&bytes, before, LINK_SIZE);
    ruf_write_u64(&bytes, (uint64_t)entry->number);
    ruf_write_u64(&bytes, (uint64_t)entry->made);
    ruf_write_text(&bytes, entry->event);
    ruf_write_text(&bytes, entry->object);
    ruf_write_u32(&bytes, (uint32_t)entry->status);
    ruf_write_u64(&bytes, entry->count);
    status = bytes.failed ? ruf_fail_memory(err)
                          : keyed_digest(store, "rufname/1 audit", bytes.bytes,
                                         bytes.size, out, err);
    ruf_writer_free(&bytes);
    return status;
}

/* Says that the entries up to this one expired: whoever cuts the chain at
 * another one has no such words for it. */
static enum ruf_status seal_anchor(const struct ruf_store *store,
                                   const struct row *anchor,
                                   char out[SEAL_TEXT_SIZE],
                                   struct ruf_error *err)
{
    uint8_t bytes[8 + LINK_SIZE];
    uint8_t digest[RUF_DIGEST_SIZE];
    enum ruf_status status;

    ruf_store64(bytes, (uint64_t)anchor->entry.number);
    memcpy(bytes + 8, anchor->link, LINK_SIZE);
    status = keyed_digest(store, "rufname/1 audit/start", bytes, sizeof(bytes),
                          digest, err);
    for (size_t i = 0; status == RUF_OK && i < sizeof(digest); i++)
        (void)snprintf(out + 2 * i, 3, "%02x", digest[i]);
    return status;
}

enum ruf_status ruf_store_masked_id(const struct ruf_store *store,
                                    const void *id, size_t size, char out[9],
                                    struct ruf_error *err)
{
    uint8_t digest[RUF_DIGEST_SIZE];
    enum ruf_status status =
        keyed_digest(store, "rufname/1 audit/id", id, size, digest, err);

    out[0] = '\0';
    if (status == RUF_OK)
        (void)snprintf(out, 9, "%02x%02x%02x%02x", digest[0], digest[1],
                       digest[2], digest[3]);
    return status;
}

/* --- rows
 * ------------------------------------------------------------------------- */

#define COLUMNS "number, made, event, object, status, count, chain"

/* Texts are borrowed until the statement moves on. */
static void read_row(sqlite3_stmt *rows, struct row *out)
{
    const void *link = sqlite3_column_blob(rows, 6);

    memset(out, 0, sizeof(*out));
    out->entry.number = sqlite3_column_int64(rows, 0);
    out->entry.made = sqlite3_column_int64(rows, 1);
    out->entry.event = ruf_store_column_text(rows, 2);
    out->entry.object = ruf_store_column_text(rows, 3);
    out->entry.status = sqlite3_column_int(rows, 4);
    out->entry.count = (uint64_t)sqlite3_column_int64(rows, 5);
    out->has_link = link != NULL && sqlite3_column_bytes(rows, 6) == LINK_SIZE;
    if (out->has_link)
        memcpy(out->link, link, LINK_SIZE);
}

/* The first row of a query with one parameter, without its texts, which the
 * statement takes with it; number 0: there is none. */
static enum ruf_status read_one(const struct ruf_store *store, const char *sql,
                                int64_t parameter, struct row *out,
                                struct ruf_error *err)
{
    sqlite3_stmt *rows;
    bool row;
    enum ruf_status status = ruf_store_prepare(store, sql, &rows, err);

    memset(out, 0, sizeof(*out));
    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_int64(rows, 1, parameter);
    status = ruf_store_step(store, rows, &row, err);
    if (status == RUF_OK && row)
        read_row(rows, out);
    (void)sqlite3_finalize(rows);
    out->entry.event = (struct ruf_text){ NULL, 0 };
    out->entry.object = (struct ruf_text){ NULL, 0 };
    return status;
}

static enum ruf_status read_newest(const struct ruf_store *store,
                                   struct row *out, struct ruf_error *err)
{
    return read_one(store,
                    "SELECT " COLUMNS " FROM audit WHERE number >= ?1"
                    " ORDER BY number DESC LIMIT 1",
                    0, out, err);
}

static enum ruf_status insert_row(const struct ruf_store *store,
                                  const struct ruf_store_audit *entry,
                                  const uint8_t link[LINK_SIZE],
                                  struct ruf_error *err)
{
    sqlite3_stmt *insert;
    enum ruf_status status = ruf_store_prepare(
        store,
        "INSERT INTO audit (" COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        &insert, err);

    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_int64(insert, 1, entry->number);
    (void)sqlite3_bind_int64(insert, 2, entry->made);
    ruf_store_bind_text(insert, 3, entry->event);
    ruf_store_bind_text(insert, 4, entry->object);
    (void)sqlite3_bind_int(insert, 5, entry->status);
    (void)sqlite3_bind_int64(insert, 6, (int64_t)entry->count);
    (void)sqlite3_bind_blob(insert, 7, link, LINK_SIZE, SQLITE_STATIC);
    status = ruf_store_change(store, insert, err);
    (void)sqlite3_finalize(insert);
    return status;
}

/* --- appending
 * -------------------------------------------------------------------- */

/* The newest entry before all that are young enough; number 0: there is none.
 */
static enum ruf_status read_last_old(const struct ruf_store *store,
                                     int64_t keep_since, struct row *out,
                                     struct ruf_error *err)
{
    return read_one(store,
                    "SELECT " COLUMNS " FROM audit WHERE number ="
                    " (SELECT min(number) - 1 FROM audit WHERE made >= ?1)",
                    keep_since, out, err);
}

static enum ruf_status run_on_row(const struct ruf_store *store,
                                  const char *sql, int64_t number,
                                  struct ruf_text object, struct ruf_error *err)
{
    sqlite3_stmt *statement;
    enum ruf_status status = ruf_store_prepare(store, sql, &statement, err);

    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_int64(statement, 1, number);
    if (object.size > 0)
        ruf_store_bind_text(statement, 2, object);
    status = ruf_store_change(store, statement, err);
    (void)sqlite3_finalize(statement);
    return status;
}

static enum ruf_status make_anchor(const struct ruf_store *store,
                                   const struct row *row, struct ruf_error *err)
{
    char seal[SEAL_TEXT_SIZE];
    enum ruf_status status = seal_anchor(store, row, seal, err);

    if (status != RUF_OK)
        return status;
    return run_on_row(store,
                      "UPDATE audit SET event = '', object = ?2,"
                      " status = 0, count = 0 WHERE number = ?1",
                      row->entry.number, ruf_text(seal), err);
}

/* Only from the front: an entry younger than the limit keeps all that follow,
 * whatever the clock said when they were made. */
static enum ruf_status expire(const struct ruf_store *store, int64_t keep_since,
                              struct ruf_error *err)
{
    struct row anchor;
    enum ruf_status status = read_last_old(store, keep_since, &anchor, err);

    if (status != RUF_OK || anchor.entry.number == 0)
        return status;
    status = make_anchor(store, &anchor, err);
    if (status == RUF_OK)
        status =
            run_on_row(store, "DELETE FROM audit WHERE number < ?1",
                       anchor.entry.number, (struct ruf_text){ NULL, 0 }, err);
    return status;
}

static enum ruf_status append(struct ruf_store *store,
                              const struct ruf_store_audit *entry,
                              int64_t keep_since, struct ruf_error *err)
{
    struct ruf_store_audit next = *entry;
    uint8_t link[LINK_SIZE];
    struct row newest;
    enum ruf_status status = read_newest(store, &newest, err);

    if (status != RUF_OK)
        return status;
    next.number = newest.entry.number + 1;
    status = link_of(store, &next, newest.link, link, err);
    if (status == RUF_OK)
        status = insert_row(store, &next, link, err);
    if (status == RUF_OK)
        status = expire(store, keep_since, err);
    if (status == RUF_OK)
        status = ruf_store_fact_save(store, FACT_NEWEST, next.number, err);
    return status;
}

enum ruf_status ruf_store_audit_seal_start(struct ruf_store *store,
                                           struct ruf_error *err)
{
    struct ruf_store_audit entry = { .made = (int64_t)time(NULL),
                                     .event = ruf_text("anchor") };
    struct row anchor;
    enum ruf_status status =
        read_one(store,
                 "SELECT " COLUMNS " FROM audit WHERE event = '' AND object ="
                 " '' AND number = (SELECT min(number) FROM audit"
                 " WHERE number >= ?1)",
                 0, &anchor, err);

    if (status != RUF_OK || anchor.entry.number == 0)
        return status;
    status = make_anchor(store, &anchor, err);
    return status == RUF_OK ? append(store, &entry, INT64_MIN, err) : status;
}

enum ruf_status ruf_store_audit_append(struct ruf_store *store,
                                       const struct ruf_store_audit *entry,
                                       int64_t keep_since,
                                       struct ruf_error *err)
{
    enum ruf_status status = ruf_store_begin(store, err);

    if (status != RUF_OK)
        return status;
    return ruf_store_end(store, append(store, entry, keep_since, err), err);
}

/* --- reading
 * ---------------------------------------------------------------------- */

static enum ruf_status broken(const struct ruf_store *store, int64_t number,
                              struct ruf_error *err)
{
    enum ruf_status status =
        ruf_fail(err, RUF_E_CORRUPT, "D750", store->path,
                 "entry %lld was changed or is missing", (long long)number);

    if (err != NULL)
        err->offset = (uint64_t)number;
    return status;
}

static enum ruf_status check_anchor(const struct ruf_store *store,
                                    const struct row *anchor,
                                    struct ruf_error *err)
{
    char seal[SEAL_TEXT_SIZE];
    enum ruf_status status = seal_anchor(store, anchor, seal, err);

    if (status != RUF_OK)
        return status;
    return anchor->entry.object.size == SEAL_TEXT_SIZE - 1 &&
                   ruf_constant_time_equal(anchor->entry.object.data, seal,
                                           SEAL_TEXT_SIZE - 1)
               ? RUF_OK
               : broken(store, anchor->entry.number, err);
}

/* Does this row hang on the one before? Only the first may be an anchor. */
static enum ruf_status check_row(const struct ruf_store *store,
                                 const struct row *row,
                                 const struct row *before,
                                 struct ruf_error *err)
{
    uint8_t expected[LINK_SIZE];
    enum ruf_status status;

    if (before->entry.number == 0 && row->entry.event.size == 0 &&
        row->has_link)
        return check_anchor(store, row, err);
    if (row->entry.number != before->entry.number + 1)
        return broken(store, before->entry.number + 1, err);
    status = link_of(store, &row->entry, before->link, expected, err);
    if (status != RUF_OK)
        return status;
    return row->has_link &&
                   ruf_constant_time_equal(row->link, expected, LINK_SIZE)
               ? RUF_OK
               : broken(store, row->entry.number, err);
}

static enum ruf_status read_rows(const struct ruf_store *store,
                                 sqlite3_stmt *rows, int64_t *last,
                                 ruf_store_audit_entry *callback, void *context,
                                 struct ruf_error *err)
{
    struct row before = { 0 };
    bool found = true;
    enum ruf_status status = RUF_OK;

    while (status == RUF_OK) {
        struct row row;

        status = ruf_store_step(store, rows, &found, err);
        if (status != RUF_OK || !found)
            break;
        read_row(rows, &row);
        status = check_row(store, &row, &before, err);
        if (status == RUF_OK && row.entry.event.size > 0)
            callback(context, &row.entry);
        before = row;
    }
    *last = before.entry.number;
    return status;
}

enum ruf_status ruf_store_audit_read(struct ruf_store *store,
                                     ruf_store_audit_entry *callback,
                                     void *context, struct ruf_error *err)
{
    sqlite3_stmt *rows;
    int64_t newest = 0;
    int64_t last = 0;
    enum ruf_status status =
        ruf_store_fact_load(store, FACT_NEWEST, &newest, err);

    if (status == RUF_OK)
        status = ruf_store_prepare(
            store, "SELECT " COLUMNS " FROM audit ORDER BY number", &rows, err);
    if (status != RUF_OK)
        return status;
    status = read_rows(store, rows, &last, callback, context, err);
    (void)sqlite3_finalize(rows);
    if (status == RUF_OK && last != newest)
        status = broken(store, last + 1, err);
    return status;
}
