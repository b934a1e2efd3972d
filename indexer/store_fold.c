/*
 * indexer/store_fold.c - a finished round becomes the visible state
 *
 * Runs inside the transaction of the round's last page: filter, merge partial
 * updates, standardise, write what changed, remove what a full round did not
 * show.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/error.h"
#include "base/seal.h"
#include "base/text.h"
#include "indexer/key_set.h"
#include "indexer/store_private.h"
#include <string.h>

#define ARENA_LIMIT ((size_t)256 << 10)

struct fold {
    struct ruf_store *store;
    const struct ruf_policy *policy;
    const struct ruf_policy_source *source;
    int64_t collection;
    struct ruf_arena *arena;
    struct ruf_writer payload;
    struct ruf_mac *mac;      /* under the key of hashes and markers */
    bool first;               /* a full round into an empty collection */
    struct ruf_key_set shown; /* ids it has shown, if it is the first */
    bool allow_shrink;
    struct ruf_filter_verdict verdict; /* on the record under way */
    struct store_records records;
    sqlite3_stmt *find;
    sqlite3_stmt *mark;
    sqlite3_stmt *find_mark;
    sqlite3_stmt *unmark;
    sqlite3_stmt *see;
    struct ruf_store_round *round;
};

/* --- one record
 * -------------------------------------------------------------------- */

static enum ruf_status keyed_hash(struct fold *fold, const void *bytes,
                                  size_t size, uint8_t out[STORE_HASH_SIZE],
                                  struct ruf_error *err)
{
    uint8_t digest[RUF_DIGEST_SIZE];
    enum ruf_status status =
        ruf_mac_digest(fold->mac, bytes, size, digest, err);

    memcpy(out, digest, STORE_HASH_SIZE);
    return status;
}

static enum ruf_status erase_record(struct fold *fold, int64_t id,
                                    struct ruf_error *err)
{
    fold->round->removed++;
    return ruf_store_record_erase(&fold->records, id, err);
}

/* Bind a statement over markers to the marker of this record: a keyed hash of
 * its id, all that stays of a filtered record. 'marker' outlives the step. */
static enum ruf_status bind_marker(struct fold *fold, sqlite3_stmt *statement,
                                   const struct ruf_record *record,
                                   uint8_t marker[STORE_HASH_SIZE],
                                   struct ruf_error *err)
{
    enum ruf_status status = keyed_hash(fold, record->native_id.data,
                                        record->native_id.size, marker, err);

    (void)sqlite3_bind_int64(statement, 1, fold->collection);
    (void)sqlite3_bind_blob(statement, 2, marker, STORE_HASH_SIZE,
                            SQLITE_STATIC);
    return status;
}

static enum ruf_status change_marker(struct fold *fold, sqlite3_stmt *statement,
                                     const struct ruf_record *record,
                                     struct ruf_error *err)
{
    uint8_t marker[STORE_HASH_SIZE];
    enum ruf_status status = bind_marker(fold, statement, record, marker, err);

    return status == RUF_OK ? ruf_store_change(fold->store, statement, err)
                            : status;
}

/* A partial update of a filtered record says too little to judge it anew: it
 * stays hidden until the source sends it whole. */
static enum ruf_status is_hidden_update(struct fold *fold,
                                        const struct ruf_record *update,
                                        int64_t id, bool *hidden,
                                        struct ruf_error *err)
{
    uint8_t marker[STORE_HASH_SIZE];
    enum ruf_status status;

    *hidden = false;
    if (id != 0 || update->keep_fields == 0)
        return RUF_OK;
    status = bind_marker(fold, fold->find_mark, update, marker, err);
    if (status == RUF_OK)
        status = ruf_store_step(fold->store, fold->find_mark, hidden, err);
    (void)sqlite3_reset(fold->find_mark);
    return status;
}

static enum ruf_status insert_record(struct fold *fold,
                                     const struct store_content *content,
                                     int64_t *id, struct ruf_error *err)
{
    uint64_t key = ruf_store_id_key(fold->store, content->contact->native_id);

    fold->round->added++;
    if (fold->first && !ruf_key_set_add(&fold->shown, key))
        return ruf_fail_memory(err);
    return ruf_store_record_insert(&fold->records, fold->collection, content,
                                   id, err);
}

/* *id 0: insert it, and tell the id it got. */
static enum ruf_status write_record(struct fold *fold,
                                    const struct ruf_record *record,
                                    int64_t *id, const uint8_t *hash,
                                    struct ruf_error *err)
{
    struct ruf_source_contact contact;
    struct store_content content = { hash, &fold->payload, &contact };
    enum ruf_status status =
        ruf_standardise_kept(record, fold->policy, fold->source, &fold->verdict,
                             fold->arena, &contact, err);

    if (status != RUF_OK)
        return status;
    if (*id == 0)
        return insert_record(fold, &content, id, err);
    fold->round->changed++;
    return ruf_store_record_update(&fold->records, *id, &content, err);
}

static enum ruf_status see(struct fold *fold, int64_t id, struct ruf_error *err)
{
    (void)sqlite3_bind_int64(fold->see, 1, id);
    return ruf_store_change(fold->store, fold->see, err);
}

/* Compare with what is stored; write only if something changed. */
static enum ruf_status keep_record(struct fold *fold,
                                   const struct ruf_record *record, int64_t id,
                                   const uint8_t *stored_hash,
                                   struct ruf_error *err)
{
    uint8_t hash[STORE_HASH_SIZE];
    enum ruf_status status;

    fold->payload.size = 0;
    ruf_record_write(record, &fold->payload);
    if (fold->payload.failed)
        return ruf_fail_memory(err);
    status =
        keyed_hash(fold, fold->payload.bytes, fold->payload.size, hash, err);
    if (status == RUF_OK &&
        (id == 0 || memcmp(hash, stored_hash, STORE_HASH_SIZE) != 0))
        status = write_record(fold, record, &id, hash, err);
    if (status == RUF_OK && fold->see != NULL)
        status = see(fold, id, err);
    return status;
}

static enum ruf_status merge_with_stored(struct fold *fold,
                                         const struct ruf_record *update,
                                         struct ruf_record *out,
                                         struct ruf_error *err)
{
    struct ruf_record stored;
    const void *bytes = sqlite3_column_blob(fold->find, 2);
    size_t size = (size_t)sqlite3_column_bytes(fold->find, 2);
    char *copy = ruf_arena_copy(fold->arena, bytes, size);
    enum ruf_status status;

    if (copy == NULL)
        return ruf_fail_memory(err);
    status = ruf_record_read(copy, size, fold->arena, &stored, err);
    if (status == RUF_OK)
        status = ruf_record_merge(&stored, update, fold->arena, out, err);
    return status;
}

static enum ruf_status filter(struct fold *fold,
                              const struct ruf_record *record,
                              struct ruf_record *left, struct ruf_error *err)
{
    return ruf_filter_record(record, fold->policy, fold->source, fold->arena,
                             left, &fold->verdict, err);
}

/* The row of a record, on which find then stands. In a first round most ids are
 * new; the others have to be in the table to be found. */
static enum ruf_status find_record(struct fold *fold, struct ruf_text native_id,
                                   bool *row, struct ruf_error *err)
{
    uint64_t key = ruf_store_id_key(fold->store, native_id);
    enum ruf_status status;

    *row = false;
    if (fold->first && !ruf_key_set_has(&fold->shown, key))
        return RUF_OK;
    status = ruf_store_keys_flush(&fold->records.ids, err);
    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_int64(fold->find, 1, fold->collection);
    (void)sqlite3_bind_int64(fold->find, 2, (int64_t)key);
    ruf_store_bind_text(fold->find, 3, native_id);
    return ruf_store_step(fold->store, fold->find, row, err);
}

static enum ruf_status fold_record(struct fold *fold,
                                   const struct ruf_record *update,
                                   struct ruf_error *err)
{
    struct ruf_record record = *update;
    struct ruf_record left;
    uint8_t stored_hash[STORE_HASH_SIZE] = { 0 };
    int64_t id = 0;
    bool hidden = false;
    bool row;
    enum ruf_status status = find_record(fold, update->native_id, &row, err);

    if (status == RUF_OK && row) {
        id = sqlite3_column_int64(fold->find, 0);
        ruf_store_column_hash(fold->find, 1, stored_hash);
        if (!update->removed)
            status = merge_with_stored(fold, update, &record, err);
    }
    (void)sqlite3_reset(fold->find);
    if (status != RUF_OK)
        return status;
    if (update->removed)
        return id == 0 ? change_marker(fold, fold->unmark, update, err)
                       : erase_record(fold, id, err);
    status = is_hidden_update(fold, update, id, &hidden, err);
    if (status != RUF_OK || hidden)
        return status;
    record.keep_fields = 0;
    record.keep_numbers = 0;
    record.keep_emails = 0;
    status = filter(fold, &record, &left, err);
    if (status != RUF_OK)
        return status;
    if (!fold->verdict.exclude)
        return keep_record(fold, &left, id, stored_hash, err);
    if (id != 0)
        status = erase_record(fold, id, err);
    if (status != RUF_OK)
        return status;
    ruf_store_bind_text(
        fold->mark, 3,
        ruf_text(fold->verdict.rule == NULL ? "" : fold->verdict.rule));
    return change_marker(fold, fold->mark, &record, err);
}

/* --- the round
 * ---------------------------------------------------------------------- */

/* Records of a staged page: see write_page() in store_staged.c. */
static enum ruf_status fold_page(void *context, const void *bytes, size_t size,
                                 struct ruf_error *err)
{
    struct fold *fold = context;
    struct ruf_reader page = ruf_reader(bytes, size);
    enum ruf_status status = RUF_OK;

    while (status == RUF_OK && ruf_reader_left(&page) > 0) {
        struct ruf_text one = ruf_read_text(&page); /* absent if damaged */
        struct ruf_record record;

        if (ruf_arena_used(fold->arena) > ARENA_LIMIT)
            ruf_arena_reset(fold->arena);
        status = ruf_record_read(one.data, one.size, fold->arena, &record, err);
        if (status == RUF_OK)
            status = fold_record(fold, &record, err);
    }
    return status;
}

/* The last page need not be staged. */
static enum ruf_status fold_last(struct fold *fold,
                                 const struct ruf_store_page *page,
                                 struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;

    for (size_t i = 0; status == RUF_OK && i < page->record_count; i++) {
        if (ruf_arena_used(fold->arena) > ARENA_LIMIT)
            ruf_arena_reset(fold->arena);
        status = fold_record(fold, &page->records[i], err);
    }
    return status;
}

#define UNSEEN "collection = ?1 AND record NOT IN (SELECT id FROM temp.seen)"

/* Is the loss of so many records believable? See the design, "a full round
 * that shrinks a non-empty collection". */
static enum ruf_status check_shrink(const struct fold *fold, int64_t before,
                                    int64_t missing, struct ruf_error *err)
{
    int64_t shrunk_to = -1;
    int64_t left = before - missing;
    enum ruf_status status;

    if (fold->allow_shrink || missing <= 20 || missing <= before / 2)
        return RUF_OK;
    status = ruf_store_number(fold->store,
                              "SELECT shrunk_to FROM collections WHERE id = ?1",
                              fold->collection, &shrunk_to, err);
    if (status != RUF_OK || shrunk_to == left)
        return status;
    status = ruf_fail(err, RUF_E_SERVER, "S550", fold->source->id,
                      "the source shows %lld of %lld records; the old ones "
                      "are kept until a second full round says the same",
                      (long long)left, (long long)before);
    if (err != NULL)
        err->offset = (uint64_t)left;
    return status;
}

static enum ruf_status erase_unseen(const struct fold *fold, const char *sql,
                                    struct ruf_error *err)
{
    sqlite3_stmt *statement;
    enum ruf_status status =
        ruf_store_prepare(fold->store, sql, &statement, err);

    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_int64(statement, 1, fold->collection);
    status = ruf_store_change(fold->store, statement, err);
    (void)sqlite3_finalize(statement);
    return status;
}

static enum ruf_status remove_unseen(struct fold *fold, int64_t before,
                                     struct ruf_error *err)
{
    static const char *const sql[] = {
        "DELETE FROM records WHERE id IN (SELECT record FROM ids WHERE " UNSEEN
        ")",
        "DELETE FROM ids WHERE " UNSEEN,
        "DELETE FROM hashes WHERE " UNSEEN,
        "DELETE FROM numbers WHERE " UNSEEN,
    };
    int64_t missing = 0;
    enum ruf_status status =
        ruf_store_number(fold->store, "SELECT count(*) FROM ids WHERE " UNSEEN,
                         fold->collection, &missing, err);

    if (status == RUF_OK)
        status = check_shrink(fold, before, missing, err);
    if (status != RUF_OK || missing == 0)
        return status;
    fold->round->removed += (uint64_t)missing;
    for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]) && status == RUF_OK;
         i++)
        status = erase_unseen(fold, sql[i], err);
    return status;
}

static const char find_sql[] =
    "SELECT r.id, r.hash, r.payload FROM ids i"
    " CROSS JOIN records r ON r.id = i.record"
    " WHERE i.collection = ?1 AND i.id = ?2 AND record_id(r.payload) = ?3";

static enum ruf_status open_statements(struct fold *fold, bool see,
                                       struct ruf_error *err)
{
    static const char *const sql[] = {
        find_sql,
        "INSERT OR REPLACE INTO markers VALUES (?1, ?2, ?3)",
        "SELECT 1 FROM markers WHERE collection = ?1 AND marker = ?2",
        "DELETE FROM markers WHERE collection = ?1 AND marker = ?2",
        "INSERT OR IGNORE INTO temp.seen (id) VALUES (?1)",
    };
    sqlite3_stmt **const statements[] = { &fold->find, &fold->mark,
                                          &fold->find_mark, &fold->unmark,
                                          &fold->see };
    enum ruf_status status = RUF_OK;

    if (see)
        status =
            ruf_store_run(fold->store,
                          "CREATE TEMP TABLE IF NOT EXISTS seen"
                          " (id INTEGER PRIMARY KEY); DELETE FROM temp.seen",
                          err);
    for (size_t i = 0; i < (see ? 5u : 4u) && status == RUF_OK; i++)
        status = ruf_store_prepare(fold->store, sql[i], statements[i], err);
    if (status == RUF_OK)
        status = ruf_store_records_open(fold->store, &fold->records, err);
    return status;
}

static void close_statements(struct fold *fold)
{
    (void)sqlite3_finalize(fold->find);
    (void)sqlite3_finalize(fold->mark);
    (void)sqlite3_finalize(fold->find_mark);
    (void)sqlite3_finalize(fold->unmark);
    (void)sqlite3_finalize(fold->see);
    ruf_store_records_close(&fold->records);
}

static enum ruf_status fold_round(struct fold *fold,
                                  const struct ruf_store_page *page,
                                  int64_t before, struct ruf_error *err)
{
    /* A first round has nothing to sweep, so it need not remember ids. */
    enum ruf_status status =
        open_statements(fold, !page->delta_round && before > 0, err);

    if (status == RUF_OK)
        status = ruf_store_staged_take(fold->store, fold->collection, fold_page,
                                       fold, err);
    if (status == RUF_OK)
        status = fold_last(fold, page, err);
    if (status == RUF_OK && fold->see != NULL)
        status = remove_unseen(fold, before, err);
    ruf_key_set_free(&fold->shown);
    if (status == RUF_OK)
        status = ruf_store_records_flush(&fold->records, err);
    close_statements(fold);
    return status;
}

enum ruf_status ruf_store_fold(struct ruf_store *store,
                               const struct ruf_policy *policy,
                               const struct ruf_store_page *page,
                               int64_t collection, struct ruf_store_round *out,
                               struct ruf_error *err)
{
    struct fold fold = { 0 };
    int64_t before = 0;
    enum ruf_status status;

    fold.store = store;
    fold.policy = policy;
    fold.source = ruf_policy_source(policy, ruf_text(page->source));
    fold.collection = collection;
    fold.round = out;
    fold.allow_shrink = page->allow_shrink;
    if (fold.source == NULL)
        return ruf_fail(err, RUF_E_USAGE, "U014", page->source,
                        "the policy names no such source");
    status = ruf_arena_create(&fold.arena, err);
    if (status == RUF_OK)
        status = ruf_mac_create(store->hash_key.bytes, &fold.mac, err);
    if (status == RUF_OK)
        status = ruf_store_number(store,
                                  "SELECT count(*) FROM ids"
                                  " WHERE collection = ?1",
                                  collection, &before, err);
    fold.first = !page->delta_round && before == 0;
    if (status == RUF_OK && fold.first)
        status = ruf_store_collection_move_last(store, &fold.collection, err);
    if (status == RUF_OK)
        status = fold_round(&fold, page, before, err);
    ruf_mac_destroy(fold.mac);
    ruf_writer_wipe(&fold.payload);
    ruf_arena_destroy(fold.arena);
    return status;
}
