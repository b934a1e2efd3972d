/*
 * indexer/store_read.c - records for a build, counts, integrity
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/text.h"
#include "indexer/store_private.h"
#include <stdio.h>
#include <string.h>

/* --- contacts
 * -------------------------------------------------------------------- */

/* *verdict stays as it was if the policy does not read the source. */
static enum ruf_status
read_judged(sqlite3_stmt *rows, const struct ruf_policy *policy,
            struct ruf_arena *arena, struct ruf_source_contact *out,
            const struct ruf_policy_source **source,
            struct ruf_filter_verdict *verdict, struct ruf_error *err)
{
    size_t size = (size_t)sqlite3_column_bytes(rows, 1);
    struct ruf_record record;
    struct ruf_record left;
    enum ruf_status status;
    char *payload;

    *source = ruf_policy_source(policy, ruf_store_column_text(rows, 0));
    if (!ruf_policy_keeps(policy, *source)) {
        *source = NULL;
        return RUF_OK;
    }
    payload = ruf_arena_copy(arena, sqlite3_column_blob(rows, 1), size);
    if (payload == NULL)
        return ruf_fail_memory(err);
    status = ruf_record_read(payload, size, arena, &record, err);
    if (status == RUF_OK)
        status = ruf_filter_record(&record, policy, *source, arena, &left,
                                   verdict, err);
    if (status != RUF_OK || verdict->exclude)
        return status;
    status =
        ruf_standardise_kept(&left, policy, *source, verdict, arena, out, err);
    out->held_by = verdict->held_by;
    return status;
}

enum ruf_status ruf_store_read_contact(sqlite3_stmt *rows,
                                       const struct ruf_policy *policy,
                                       struct ruf_arena *arena,
                                       struct ruf_source_contact *out,
                                       bool *kept, struct ruf_error *err)
{
    const struct ruf_policy_source *source;
    struct ruf_filter_verdict verdict;
    enum ruf_status status =
        read_judged(rows, policy, arena, out, &source, &verdict, err);

    *kept = status == RUF_OK && source != NULL && !verdict.exclude;
    return status;
}

/* Hash-ID of a record, in the third column. */
static void read_hash_id(sqlite3_stmt *rows, struct ruf_source_contact *out)
{
    const void *bytes = sqlite3_column_blob(rows, 2);

    out->has_hash_id = bytes != NULL && sqlite3_column_bytes(rows, 2) ==
                                            (int)sizeof(out->hash_id);
    if (out->has_hash_id)
        memcpy(out->hash_id, bytes, sizeof(out->hash_id));
}

/* Read the row; a contact that is kept is number *done of the list. */
static enum ruf_status
read_row(sqlite3_stmt *rows, const struct ruf_policy *policy,
         struct ruf_arena *arena, ruf_store_judged *judged, void *context,
         struct ruf_source_contact *list, size_t *done, struct ruf_error *err)
{
    const struct ruf_policy_source *source;
    struct ruf_filter_verdict verdict;
    enum ruf_status status =
        read_judged(rows, policy, arena, &list[*done], &source, &verdict, err);

    if (status != RUF_OK)
        return status;
    if (judged != NULL)
        judged(context, ruf_store_column_text(rows, 0),
               source == NULL ? NULL : &verdict);
    if (source == NULL || verdict.exclude)
        return RUF_OK;
    list[*done].photo = sqlite3_column_int64(rows, 3);
    read_hash_id(rows, &list[(*done)++]);
    return RUF_OK;
}

enum ruf_status ruf_store_contacts_judged(
    struct ruf_store *store, const struct ruf_policy *policy,
    struct ruf_arena *arena, ruf_store_judged *judged, void *context,
    struct ruf_source_contact **out, size_t *count, struct ruf_error *err)
{
    sqlite3_stmt *rows = NULL;
    int64_t room = 0;
    size_t done = 0;
    bool row = true;
    enum ruf_status status =
        ruf_store_number(store, "SELECT count(*) FROM records", 0, &room, err);

    *out = NULL;
    *count = 0;
    if (status != RUF_OK)
        return status;
    *out = ruf_arena_alloc(arena, (size_t)room + 1, sizeof(**out));
    if (*out == NULL)
        return ruf_fail_memory(err);
    status = ruf_store_prepare(
        store,
        policy->store.photos == RUF_PHOTOS_NONE
            ? "SELECT c.source, r.payload, r.hash, 0 FROM records r"
              " CROSS JOIN collections c ON c.id = r.collection ORDER BY r.id"
            : "SELECT c.source, r.payload, r.hash, p.record FROM records r"
              " CROSS JOIN collections c ON c.id = r.collection LEFT JOIN"
              " photos p ON p.record = r.id AND length(p.bytes) > 0"
              " ORDER BY r.id",
        &rows, err);
    while (status == RUF_OK && done <= (size_t)room) {
        status = ruf_store_step(store, rows, &row, err);
        if (status != RUF_OK || !row)
            break;
        status =
            read_row(rows, policy, arena, judged, context, *out, &done, err);
    }
    (void)sqlite3_finalize(rows);
    *count = done;
    return status;
}

enum ruf_status ruf_store_contacts(struct ruf_store *store,
                                   const struct ruf_policy *policy,
                                   struct ruf_arena *arena,
                                   struct ruf_source_contact **out,
                                   size_t *count, struct ruf_error *err)
{
    return ruf_store_contacts_judged(store, policy, arena, NULL, NULL, out,
                                     count, err);
}

/* --- one field
 * ------------------------------------------------------------------ */

/* The field of the record in the first column of the row. */
static enum ruf_status copy_field(sqlite3_stmt *row,
                                  enum ruf_record_field field, char *text,
                                  size_t room, size_t *size,
                                  struct ruf_error *err)
{
    struct ruf_arena *arena = NULL;
    struct ruf_record record;
    enum ruf_status status = ruf_arena_create(&arena, err);

    if (status == RUF_OK)
        status = ruf_record_read(sqlite3_column_blob(row, 0),
                                 (size_t)sqlite3_column_bytes(row, 0), arena,
                                 &record, err);
    if (status == RUF_OK && record.fields[field].size > 0 &&
        record.fields[field].size <= room) {
        *size = record.fields[field].size;
        memcpy(text, record.fields[field].data, *size);
    }
    ruf_arena_destroy(arena);
    return status;
}

enum ruf_status ruf_store_record_field(struct ruf_store *store,
                                       struct ruf_text source,
                                       struct ruf_text native_id,
                                       enum ruf_record_field field, char *text,
                                       size_t room, size_t *size,
                                       struct ruf_error *err)
{
    sqlite3_stmt *rows;
    bool row = false;
    enum ruf_status status = ruf_store_prepare(
        store, "SELECT r.payload" STORE_RECORD_OF, &rows, err);

    *size = 0;
    if (status != RUF_OK)
        return status;
    ruf_store_bind_text(rows, 1, source);
    ruf_store_bind_text(rows, 2, native_id);
    status = ruf_store_step(store, rows, &row, err);
    if (status == RUF_OK && row)
        status = copy_field(rows, field, text, room, size, err);
    (void)sqlite3_finalize(rows);
    return status;
}

/* --- counts
 * ---------------------------------------------------------------------------
 */

static enum ruf_status count_sources(const struct ruf_store *store,
                                     struct ruf_store_stats *out,
                                     struct ruf_error *err)
{
    sqlite3_stmt *rows;
    bool row = true;
    enum ruf_status status = ruf_store_prepare(
        store,
        "SELECT c.source, count(i.record), max(c.finished) FROM collections c"
        " LEFT JOIN ids i ON i.collection = c.id"
        " GROUP BY c.source ORDER BY c.source",
        &rows, err);

    while (status == RUF_OK && out->source_count < RUF_POLICY_SOURCES_MAX) {
        struct ruf_store_source_stats *source =
            &out->sources[out->source_count];
        struct ruf_text id;

        status = ruf_store_step(store, rows, &row, err);
        if (status != RUF_OK || !row)
            break;
        id = ruf_store_column_text(rows, 0);
        (void)snprintf(source->id, sizeof(source->id), "%.*s", (int)id.size,
                       id.data);
        source->records = (uint64_t)sqlite3_column_int64(rows, 1);
        source->updated = sqlite3_column_int64(rows, 2);
        out->records += source->records;
        out->source_count++;
    }
    (void)sqlite3_finalize(rows);
    return status;
}

enum ruf_status ruf_store_last_round(struct ruf_store *store, int64_t *finished,
                                     struct ruf_error *err)
{
    return ruf_store_number(store, "SELECT max(finished) FROM collections", 0,
                            finished, err);
}

enum ruf_status ruf_store_stats(struct ruf_store *store,
                                struct ruf_store_stats *out,
                                struct ruf_error *err)
{
    enum ruf_status status;

    memset(out, 0, sizeof(*out));
    status = count_sources(store, out, err);
    return status == RUF_OK ? ruf_store_count_numbers(store, out, err) : status;
}

/* --- integrity
 * ------------------------------------------------------------------------ */

static enum ruf_status report_rows(const struct ruf_store *store,
                                   const char *sql, ruf_store_finding *report,
                                   void *context, size_t *findings,
                                   struct ruf_error *err)
{
    sqlite3_stmt *rows;
    bool row = true;
    enum ruf_status status = ruf_store_prepare(store, sql, &rows, err);

    while (status == RUF_OK) {
        char text[256];
        struct ruf_text finding;

        status = ruf_store_step(store, rows, &row, err);
        if (status != RUF_OK || !row)
            break;
        finding = ruf_store_column_text(rows, 0);
        if (ruf_text_is(finding, "ok"))
            continue;
        (void)snprintf(text, sizeof(text), "%.*s",
                       finding.size > 200 ? 200 : (int)finding.size,
                       finding.data == NULL ? "" : finding.data);
        report(context, text);
        (*findings)++;
    }
    (void)sqlite3_finalize(rows);
    return status;
}

enum ruf_status ruf_store_verify(struct ruf_store *store,
                                 ruf_store_finding *report, void *context,
                                 size_t *findings, struct ruf_error *err)
{
    enum ruf_status status;

    *findings = 0;
    /* The cipher check reads the file beside the log, so the log goes first. */
    status = ruf_store_run(store, "PRAGMA wal_checkpoint(TRUNCATE)", err);
    if (status == RUF_OK)
        status = report_rows(store, "PRAGMA cipher_integrity_check", report,
                             context, findings, err);
    if (status == RUF_OK && *findings == 0)
        status = report_rows(store, "PRAGMA integrity_check(20)", report,
                             context, findings, err);
    return status;
}
