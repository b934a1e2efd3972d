/*
 * indexer/store_photos.c - thumbnails, one a record
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "indexer/store_private.h"
#include <stdlib.h>
#include <string.h>

/* A statement with the source and the record's id bound. */
static enum ruf_status prepare(const struct ruf_store *store, const char *sql,
                               const char *source, struct ruf_text native_id,
                               sqlite3_stmt **out, struct ruf_error *err)
{
    enum ruf_status status = ruf_store_prepare(store, sql, out, err);

    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_text(*out, 1, source, -1, SQLITE_STATIC);
    ruf_store_bind_text(*out, 2, native_id);
    return RUF_OK;
}

static bool is_image(const uint8_t *bytes, size_t size)
{
    static const uint8_t jpeg[] = { 0xFF, 0xD8, 0xFF };
    static const uint8_t png[] = {
        0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'
    };

    return (size > sizeof(jpeg) && memcmp(bytes, jpeg, sizeof(jpeg)) == 0) ||
           (size > sizeof(png) && memcmp(bytes, png, sizeof(png)) == 0);
}

enum ruf_status ruf_store_photo_put(struct ruf_store *store, const char *source,
                                    struct ruf_text native_id,
                                    struct ruf_text etag, const void *bytes,
                                    size_t size, struct ruf_error *err)
{
    sqlite3_stmt *statement;
    enum ruf_status status;

    if (size > RUF_STORE_PHOTO_MAX || (size > 0 && !is_image(bytes, size)))
        return ruf_fail(err, RUF_E_USAGE, "U035", source,
                        "a photo is a JPEG or PNG of at most %d bytes",
                        RUF_STORE_PHOTO_MAX);
    status = prepare(store,
                     "INSERT OR REPLACE INTO photos (record, etag, bytes)"
                     " SELECT r.id, ?3, ?4" STORE_RECORD_OF,
                     source, native_id, &statement, err);
    if (status != RUF_OK)
        return status;
    ruf_store_bind_text(statement, 3, etag);
    (void)sqlite3_bind_blob64(statement, 4, size == 0 ? "" : bytes, size,
                              SQLITE_STATIC);
    status = ruf_store_change(store, statement, err);
    (void)sqlite3_finalize(statement);
    if (status == RUF_OK && sqlite3_changes(store->db) == 0)
        return ruf_fail(err, RUF_E_NOT_FOUND, "U036", source,
                        "no such record: its photo is not kept");
    return status;
}

/* The photo of a row into the caller's room. */
static enum ruf_status copy_photo(const struct ruf_store *store,
                                  sqlite3_stmt *statement, uint8_t *bytes,
                                  size_t *size, struct ruf_error *err)
{
    const void *stored = sqlite3_column_blob(statement, 0);
    size_t stored_size = (size_t)sqlite3_column_bytes(statement, 0);

    if (stored_size > RUF_STORE_PHOTO_MAX)
        return ruf_fail(err, RUF_E_CORRUPT, "D711", store->path,
                        "a photo is too large");
    if (stored == NULL && sqlite3_errcode(store->db) == SQLITE_NOMEM)
        return ruf_fail_memory(err);
    if (stored != NULL)
        memcpy(bytes, stored, *size = stored_size);
    return RUF_OK;
}

enum ruf_status ruf_store_photo_get(struct ruf_store *store, const char *source,
                                    struct ruf_text native_id, uint8_t *bytes,
                                    size_t *size, struct ruf_error *err)
{
    sqlite3_stmt *statement;
    bool row = false;
    enum ruf_status status =
        prepare(store,
                "SELECT bytes FROM photos WHERE record IN"
                " (SELECT r.id" STORE_RECORD_OF ") AND length(bytes) > 0",
                source, native_id, &statement, err);

    *size = 0;
    if (status != RUF_OK)
        return status;
    status = ruf_store_step(store, statement, &row, err);
    if (status == RUF_OK && row)
        status = copy_photo(store, statement, bytes, size, err);
    (void)sqlite3_finalize(statement);
    return status;
}

/* --- one after the other
 * -------------------------------------------------------------------- */

struct ruf_store_photo_reader {
    const struct ruf_store *store;
    sqlite3_stmt *statement;
};

enum ruf_status ruf_store_photo_reader_open(struct ruf_store *store,
                                            struct ruf_store_photo_reader **out,
                                            struct ruf_error *err)
{
    struct ruf_store_photo_reader *reader = calloc(1, sizeof(*reader));
    enum ruf_status status;

    *out = NULL;
    if (reader == NULL)
        return ruf_fail_memory(err);
    reader->store = store;
    status =
        ruf_store_prepare(store, "SELECT bytes FROM photos WHERE record = ?1",
                          &reader->statement, err);
    if (status != RUF_OK) {
        free(reader);
        return status;
    }
    *out = reader;
    return RUF_OK;
}

void ruf_store_photo_reader_close(struct ruf_store_photo_reader *reader)
{
    if (reader == NULL)
        return;
    (void)sqlite3_finalize(reader->statement);
    free(reader);
}

enum ruf_status ruf_store_photo_read(struct ruf_store_photo_reader *reader,
                                     int64_t photo, uint8_t *bytes,
                                     size_t *size, struct ruf_error *err)
{
    bool row = false;
    enum ruf_status status;

    *size = 0;
    (void)sqlite3_bind_int64(reader->statement, 1, photo);
    status = ruf_store_step(reader->store, reader->statement, &row, err);
    if (status == RUF_OK && row)
        status = copy_photo(reader->store, reader->statement, bytes, size, err);
    (void)sqlite3_reset(reader->statement);
    return status;
}

/* --- forgetting
 * ----------------------------------------------------------------------------
 */

enum ruf_status ruf_store_photo_remove(struct ruf_store *store,
                                       const char *source,
                                       struct ruf_text native_id,
                                       struct ruf_error *err)
{
    sqlite3_stmt *statement;
    enum ruf_status status = prepare(store,
                                     "DELETE FROM photos WHERE record IN"
                                     " (SELECT r.id" STORE_RECORD_OF ")",
                                     source, native_id, &statement, err);

    if (status != RUF_OK)
        return status;
    status = ruf_store_change(store, statement, err);
    (void)sqlite3_finalize(statement);
    return status;
}

enum ruf_status ruf_store_photos_clear(struct ruf_store *store,
                                       struct ruf_error *err)
{
    return ruf_store_run(store, "DELETE FROM photos", err);
}

enum ruf_status ruf_store_photos(struct ruf_store *store, const char *source,
                                 ruf_store_photo_record *record, void *context,
                                 struct ruf_error *err)
{
    sqlite3_stmt *rows;
    bool row = true;
    enum ruf_status status =
        ruf_store_prepare(store,
                          "SELECT record_id(r.payload), p.etag, "
                          "length(p.bytes), c.name FROM records r"
                          " CROSS JOIN collections c ON c.id = r.collection"
                          " LEFT JOIN photos p ON p.record = r.id"
                          " WHERE c.source = ?1 ORDER BY r.id",
                          &rows, err);

    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_text(rows, 1, source, -1, SQLITE_STATIC);
    while (status == RUF_OK &&
           (status = ruf_store_step(store, rows, &row, err)) == RUF_OK && row) {
        struct ruf_store_photo photo = {
            .collection = ruf_store_column_text(rows, 3),
            .native_id = ruf_store_column_text(rows, 0),
            .etag = ruf_store_column_text(rows, 1),
            .size = (size_t)sqlite3_column_int64(rows, 2),
        };

        if (photo.native_id.data == NULL || photo.collection.data == NULL)
            status = ruf_fail_memory(err);
        else
            record(context, &photo);
    }
    (void)sqlite3_finalize(rows);
    return status;
}
