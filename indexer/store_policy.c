/*
 * indexer/store_policy.c - a new policy meets what is stored
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/error.h"
#include "base/seal.h"
#include "base/text.h"
#include "indexer/store_private.h"
#include <string.h>

struct applying {
    struct ruf_store *store;
    const struct ruf_policy *policy;
    struct ruf_arena *arena;  /* of one record */
    struct ruf_mac *mac;      /* under the key of hashes and markers */
    struct ruf_writer doomed; /* ids of records that go, after the walk */
    struct ruf_writer payload;
    struct store_records records;
    sqlite3_stmt *mark;
};

/* --- sources
 * ----------------------------------------------------------------------- */

/* The next round is a full one. What it hides, it marks. */
static enum ruf_status read_anew(const struct ruf_store *store,
                                 const char *source, struct ruf_error *err)
{
    static const char *const sql[] = {
        "DELETE FROM markers WHERE " STORE_OF_SOURCE,
        "DELETE FROM staged WHERE " STORE_OF_SOURCE,
        "UPDATE collections SET link_kind = 0, delta_round = 0, link = NULL"
        " WHERE source = ?1",
    };
    enum ruf_status status = RUF_OK;

    for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]) && status == RUF_OK;
         i++)
        status = ruf_store_run_for(store, source, sql[i], err);
    return status;
}

/* A source of the store that the policy does not read; its id into 'out', ""
 * if there is none. */
static enum ruf_status find_unread(const struct ruf_store *store,
                                   const struct ruf_policy *policy,
                                   char out[32], struct ruf_error *err)
{
    sqlite3_stmt *rows;
    bool row = true;
    enum ruf_status status = ruf_store_prepare(
        store, "SELECT DISTINCT source FROM collections", &rows, err);

    out[0] = '\0';
    while (status == RUF_OK && out[0] == '\0') {
        struct ruf_text id;

        status = ruf_store_step(store, rows, &row, err);
        if (status != RUF_OK || !row)
            break;
        id = ruf_text_slice(ruf_store_column_text(rows, 0), 0, 31);
        if (ruf_policy_keeps(policy, ruf_policy_source(policy, id)))
            continue;
        memcpy(out, id.data, id.size);
        out[id.size] = '\0';
    }
    (void)sqlite3_finalize(rows);
    return status;
}

static enum ruf_status apply_to_sources(const struct ruf_store *store,
                                        const struct ruf_policy *policy,
                                        const enum ruf_source_fate *fates,
                                        struct ruf_error *err)
{
    char unread[32];
    uint64_t removed;
    enum ruf_status status = RUF_OK;

    for (size_t i = 0; i < policy->source_count && status == RUF_OK; i++) {
        const char *id = policy->sources[i].id;

        if (fates[i] == RUF_SOURCE_FORGOTTEN)
            status = ruf_store_source_erase(store, id, &removed, err);
        else if (fates[i] == RUF_SOURCE_READ_ANEW)
            status = read_anew(store, id, err);
    }
    /* Tokens are of no use where nothing may be read into the store. */
    if (status == RUF_OK && policy->store.mode != RUF_STORE_ON_DISK)
        status = ruf_store_run(store, "DELETE FROM secrets", err);
    while (status == RUF_OK &&
           (status = find_unread(store, policy, unread, err)) == RUF_OK &&
           unread[0] != '\0')
        status = ruf_store_source_erase(store, unread, &removed, err);
    return status;
}

/* --- records
 * ------------------------------------------------------------------------ */

static enum ruf_status hash_of(struct applying *applying, const void *bytes,
                               size_t size, uint8_t out[STORE_HASH_SIZE],
                               struct ruf_error *err)
{
    uint8_t digest[RUF_DIGEST_SIZE];
    enum ruf_status status =
        ruf_mac_digest(applying->mac, bytes, size, digest, err);

    memcpy(out, digest, STORE_HASH_SIZE);
    return status;
}

/* Marks the record and notes that it goes. Columns: source, payload, id,
 * collection. */
static enum ruf_status doom(struct applying *applying, sqlite3_stmt *rows,
                            const struct ruf_record *record,
                            const struct ruf_filter_verdict *verdict,
                            struct ruf_error *err)
{
    uint8_t marker[STORE_HASH_SIZE];
    enum ruf_status status = hash_of(applying, record->native_id.data,
                                     record->native_id.size, marker, err);

    if (status != RUF_OK)
        return status;
    ruf_write_u64(&applying->doomed, (uint64_t)sqlite3_column_int64(rows, 2));
    if (applying->doomed.failed)
        return ruf_fail_memory(err);
    (void)sqlite3_bind_int64(applying->mark, 1, sqlite3_column_int64(rows, 3));
    (void)sqlite3_bind_blob(applying->mark, 2, marker, STORE_HASH_SIZE,
                            SQLITE_STATIC);
    ruf_store_bind_text(applying->mark, 3,
                        ruf_text(verdict->rule == NULL ? "" : verdict->rule));
    return ruf_store_change(applying->store, applying->mark, err);
}

/* The record without what rules drop by now. */
static enum ruf_status rewrite(struct applying *applying, int64_t id,
                               const struct ruf_record *left,
                               const struct ruf_source_contact *contact,
                               struct ruf_error *err)
{
    struct ruf_writer *payload = &applying->payload;
    uint8_t hash[STORE_HASH_SIZE];
    struct store_content content = { hash, payload, contact };
    enum ruf_status status;

    payload->size = 0;
    ruf_record_write(left, payload);
    if (payload->failed)
        return ruf_fail_memory(err);
    status = hash_of(applying, payload->bytes, payload->size, hash, err);
    return status == RUF_OK
               ? ruf_store_record_update(&applying->records, id, &content, err)
               : status;
}

static bool is_less(const struct ruf_record *left,
                    const struct ruf_record *record)
{
    bool less = left->number_count < record->number_count;

    for (size_t i = 0; i < RUF_RECORD_FIELD_COUNT; i++)
        less = less || left->fields[i].size < record->fields[i].size;
    return less;
}

static enum ruf_status apply_to_record(struct applying *applying,
                                       sqlite3_stmt *rows,
                                       struct ruf_error *err)
{
    const struct ruf_policy *policy = applying->policy;
    const struct ruf_policy_source *source =
        ruf_policy_source(policy, ruf_store_column_text(rows, 0));
    int64_t id = sqlite3_column_int64(rows, 2);
    size_t size = (size_t)sqlite3_column_bytes(rows, 1);
    char *copy =
        ruf_arena_copy(applying->arena, sqlite3_column_blob(rows, 1), size);
    struct ruf_filter_verdict verdict;
    struct ruf_source_contact contact;
    struct ruf_record record;
    struct ruf_record left;
    enum ruf_status status;

    if (copy == NULL)
        return ruf_fail_memory(err);
    status = ruf_record_read(copy, size, applying->arena, &record, err);
    if (status == RUF_OK)
        status = ruf_filter_record(&record, policy, source, applying->arena,
                                   &left, &verdict, err);
    if (status != RUF_OK)
        return status;
    if (verdict.exclude)
        return doom(applying, rows, &record, &verdict, err);
    status = ruf_standardise_kept(&left, policy, source, &verdict,
                                  applying->arena, &contact, err);
    if (status != RUF_OK)
        return status;
    return is_less(&left, &record) ? rewrite(applying, id, &left, &contact, err)
                                   : ruf_store_record_renumber(
                                         &applying->records, id, &contact, err);
}

static enum ruf_status walk_records(struct applying *applying,
                                    struct ruf_error *err)
{
    sqlite3_stmt *rows;
    bool row = true;
    enum ruf_status status =
        ruf_store_prepare(applying->store,
                          "SELECT c.source, r.payload, r.id, r.collection"
                          " FROM records r CROSS JOIN collections c"
                          " ON c.id = r.collection ORDER BY r.id",
                          &rows, err);

    while (status == RUF_OK) {
        status = ruf_store_step(applying->store, rows, &row, err);
        if (status != RUF_OK || !row)
            break;
        ruf_arena_reset(applying->arena);
        status = apply_to_record(applying, rows, err);
    }
    (void)sqlite3_finalize(rows);
    return status;
}

static enum ruf_status erase_doomed(struct applying *applying,
                                    struct ruf_error *err)
{
    struct ruf_reader ids =
        ruf_reader(applying->doomed.bytes, applying->doomed.size);
    enum ruf_status status = RUF_OK;

    while (status == RUF_OK && ruf_reader_left(&ids) > 0)
        status = ruf_store_record_erase(&applying->records,
                                        (int64_t)ruf_read_u64(&ids), err);
    return status;
}

static enum ruf_status apply_to_records(struct applying *applying,
                                        struct ruf_error *err)
{
    struct ruf_store *store = applying->store;
    enum ruf_status status = ruf_arena_create(&applying->arena, err);

    if (status == RUF_OK)
        status = ruf_mac_create(store->hash_key.bytes, &applying->mac, err);
    if (status == RUF_OK)
        status = ruf_store_records_open(store, &applying->records, err);
    if (status == RUF_OK)
        status = ruf_store_prepare(
            store,
            "INSERT OR REPLACE INTO markers (collection, marker, rule)"
            " VALUES (?1, ?2, ?3)",
            &applying->mark, err);
    if (status == RUF_OK)
        status = walk_records(applying, err);
    if (status == RUF_OK)
        status = erase_doomed(applying, err);
    if (status == RUF_OK)
        status = ruf_store_records_flush(&applying->records, err);
    (void)sqlite3_finalize(applying->mark);
    ruf_store_records_close(&applying->records);
    ruf_writer_free(&applying->doomed);
    ruf_writer_wipe(&applying->payload);
    ruf_mac_destroy(applying->mac);
    ruf_arena_destroy(applying->arena);
    return status;
}

/* --- all
 * ----------------------------------------------------------------------------
 */

#define COUNT_RECORDS "SELECT count(*) FROM records"

enum ruf_status ruf_store_apply_policy(struct ruf_store *store,
                                       const struct ruf_policy *policy,
                                       const enum ruf_source_fate *fates,
                                       ruf_store_within *within, void *context,
                                       uint64_t *removed, struct ruf_error *err)
{
    struct applying applying = { .store = store, .policy = policy };
    int64_t before = 0;
    int64_t after = 0;
    enum ruf_status status = ruf_store_begin(store, err);

    *removed = 0;
    if (status != RUF_OK)
        return status;
    status = ruf_store_number(store, COUNT_RECORDS, 0, &before, err);
    if (status == RUF_OK)
        status = apply_to_sources(store, policy, fates, err);
    if (status == RUF_OK)
        status = apply_to_records(&applying, err);
    if (status == RUF_OK)
        status = ruf_store_fact_save(store, STORE_FACT_PLAN,
                                     ruf_store_plan_number(), err);
    if (status == RUF_OK)
        status = ruf_store_number(store, COUNT_RECORDS, 0, &after, err);
    if (status == RUF_OK)
        status = within(context, err);
    status = ruf_store_end(store, status, err);
    if (status == RUF_OK)
        *removed = (uint64_t)(before - after);
    return status;
}

enum ruf_status ruf_store_count_hidden(struct ruf_store *store,
                                       ruf_store_hidden *hidden, void *context,
                                       struct ruf_error *err)
{
    sqlite3_stmt *rows;
    bool row = true;
    enum ruf_status status = ruf_store_prepare(
        store,
        "SELECT c.source, m.rule, count(*) FROM markers m"
        " JOIN collections c ON c.id = m.collection"
        " GROUP BY c.source, m.rule ORDER BY c.source, m.rule",
        &rows, err);

    while (status == RUF_OK) {
        status = ruf_store_step(store, rows, &row, err);
        if (status != RUF_OK || !row)
            break;
        hidden(context, ruf_store_column_text(rows, 0),
               ruf_store_column_text(rows, 1),
               (uint64_t)sqlite3_column_int64(rows, 2));
    }
    (void)sqlite3_finalize(rows);
    return status;
}
