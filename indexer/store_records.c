/*
 * indexer/store_records.c - rows of records, written with the keys that lead
 * to them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "indexer/store_private.h"
#include <string.h>

/* --- numbers of a record ----------------------------------------------------
 * Per number: varint e164, u8 reason, varint corrections. */

static void pack(const struct ruf_source_contact *contact,
                 struct ruf_writer *out)
{
    out->size = 0;
    for (size_t i = 0; i < contact->number_count; i++) {
        ruf_write_varint(out, contact->numbers[i].e164);
        ruf_write_u8(out, (uint8_t)contact->numbers[i].reason);
        ruf_write_varint(out, contact->numbers[i].corrections);
    }
}

bool ruf_store_number_next(struct ruf_reader *numbers, struct store_number *out)
{
    if (ruf_reader_left(numbers) == 0)
        return false;
    out->e164 = ruf_read_varint(numbers);
    out->reason = ruf_read_u8(numbers);
    out->corrections = (unsigned)ruf_read_varint(numbers);
    return !numbers->failed;
}

/* --- keys
 * ----------------------------------------------------------------------- */

/* In order of the hashes, and never negative. */
static uint64_t hash_key(const uint8_t hash[STORE_HASH_SIZE])
{
    uint64_t key = 0;

    for (size_t i = 0; i < sizeof(key); i++)
        key = key << 8 | hash[i];
    return key >> 1;
}

typedef enum ruf_status change_key(struct store_keys *keys, uint64_t key,
                                   int64_t record, struct ruf_error *err);

static enum ruf_status change_numbers(struct store_records *records,
                                      change_key *change, int64_t id,
                                      struct ruf_reader numbers,
                                      struct ruf_error *err)
{
    struct store_number number;
    enum ruf_status status = RUF_OK;

    while (status == RUF_OK && ruf_store_number_next(&numbers, &number))
        status = change(&records->numbers, number.e164, id, err);
    return status;
}

/* --- open, close
 * ------------------------------------------------------------------------ */

static enum ruf_status prepare_rows(struct store_records *records,
                                    struct ruf_error *err)
{
    static const char *const sql[] = {
        "INSERT INTO records (hash, payload, numbers, collection)"
        " VALUES (?1, ?2, ?3, ?4)",
        "UPDATE records SET hash = ?1, payload = ?2, numbers = ?3"
        " WHERE id = ?4",
        "UPDATE records SET numbers = ?1 WHERE id = ?2",
        "DELETE FROM records WHERE id = ?1",
        "SELECT hash, numbers, collection, payload FROM records"
        " WHERE id = ?1",
    };
    sqlite3_stmt **const statements[] = { &records->insert, &records->update,
                                          &records->renumber, &records->erase,
                                          &records->find };
    enum ruf_status status = RUF_OK;

    for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]) && status == RUF_OK;
         i++)
        status = ruf_store_prepare(records->store, sql[i], statements[i], err);
    return status;
}

/* OR FAIL, like OR IGNORE, needs no way back to before a statement with many
 * rows: if one fails, so does the transaction. */
#define KEYS_SQL(table, key, conflict)                                         \
    {                                                                          \
        .add = ADD_TO(table, key, conflict) ROW,                               \
        .add_many = ADD_TO(table, key, conflict) STORE_KEYS_ROWS(ROW),         \
        .drop = "DELETE FROM " table " WHERE collection = ?1 AND " key         \
                " = ?2 AND record = ?3",                                       \
    }
#define ADD_TO(table, key, conflict)                                           \
    "INSERT OR " conflict " INTO " table " (collection, " key ", record)"      \
    " VALUES "
#define ROW "(?1, ?, ?)"

static const struct store_keys_sql ids_sql = KEYS_SQL("ids", "id", "FAIL");
static const struct store_keys_sql hashes_sql =
    KEYS_SQL("hashes", "hash", "FAIL");
/* A record may have a number twice. */
static const struct store_keys_sql numbers_sql =
    KEYS_SQL("numbers", "e164", "IGNORE");

enum ruf_status ruf_store_records_open(struct ruf_store *store,
                                       struct store_records *out,
                                       struct ruf_error *err)
{
    enum ruf_status status;

    *out = (struct store_records){ .store = store };
    status = prepare_rows(out, err);
    if (status == RUF_OK)
        status = ruf_store_keys_open(store, &ids_sql, &out->ids, err);
    if (status == RUF_OK)
        status = ruf_store_keys_open(store, &hashes_sql, &out->hashes, err);
    if (status == RUF_OK)
        status = ruf_store_keys_open(store, &numbers_sql, &out->numbers, err);
    return status;
}

void ruf_store_records_close(struct store_records *records)
{
    (void)sqlite3_finalize(records->insert);
    (void)sqlite3_finalize(records->update);
    (void)sqlite3_finalize(records->renumber);
    (void)sqlite3_finalize(records->erase);
    (void)sqlite3_finalize(records->find);
    ruf_store_keys_close(&records->ids);
    ruf_store_keys_close(&records->hashes);
    ruf_store_keys_close(&records->numbers);
    ruf_writer_wipe(&records->packed);
}

enum ruf_status ruf_store_records_flush(struct store_records *records,
                                        struct ruf_error *err)
{
    enum ruf_status status = ruf_store_keys_flush(&records->ids, err);

    if (status == RUF_OK)
        status = ruf_store_keys_flush(&records->hashes, err);
    return status == RUF_OK ? ruf_store_keys_flush(&records->numbers, err)
                            : status;
}

/* Keys that wait are of one collection. */
static enum ruf_status turn_to(struct store_records *records,
                               int64_t collection, struct ruf_error *err)
{
    enum ruf_status status =
        ruf_store_keys_turn(&records->ids, collection, err);

    if (status == RUF_OK)
        status = ruf_store_keys_turn(&records->hashes, collection, err);
    return status == RUF_OK
               ? ruf_store_keys_turn(&records->numbers, collection, err)
               : status;
}

/* --- rows
 * ----------------------------------------------------------------------- */

/* No bytes are not NULL. */
static void bind_bytes(sqlite3_stmt *statement, int position,
                       const struct ruf_writer *bytes)
{
    (void)sqlite3_bind_blob64(
        statement, position, bytes->size == 0 ? "" : (const char *)bytes->bytes,
        bytes->size, SQLITE_STATIC);
}

static enum ruf_status pack_numbers(struct store_records *records,
                                    const struct ruf_source_contact *contact,
                                    struct ruf_error *err)
{
    pack(contact, &records->packed);
    return records->packed.failed ? ruf_fail_memory(err) : RUF_OK;
}

static struct ruf_reader packed(const struct store_records *records)
{
    return ruf_reader(records->packed.bytes, records->packed.size);
}

static enum ruf_status enter_keys(struct store_records *records, int64_t record,
                                  int64_t collection, struct ruf_text native_id,
                                  const uint8_t hash[STORE_HASH_SIZE],
                                  struct ruf_reader numbers,
                                  struct ruf_error *err)
{
    enum ruf_status status = turn_to(records, collection, err);

    if (status == RUF_OK)
        status = ruf_store_keys_add(&records->ids,
                                    ruf_store_id_key(records->store, native_id),
                                    record, err);
    if (status == RUF_OK)
        status =
            ruf_store_keys_add(&records->hashes, hash_key(hash), record, err);
    return status == RUF_OK ? change_numbers(records, ruf_store_keys_add,
                                             record, numbers, err)
                            : status;
}

enum ruf_status ruf_store_record_insert(struct store_records *records,
                                        int64_t collection,
                                        const struct store_content *content,
                                        int64_t *id, struct ruf_error *err)
{
    struct ruf_text native_id = content->contact->native_id;
    sqlite3_stmt *insert = records->insert;
    enum ruf_status status = pack_numbers(records, content->contact, err);

    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_blob(insert, 1, content->hash, STORE_HASH_SIZE,
                            SQLITE_STATIC);
    bind_bytes(insert, 2, content->payload);
    bind_bytes(insert, 3, &records->packed);
    (void)sqlite3_bind_int64(insert, 4, collection);
    status = ruf_store_change(records->store, insert, err);
    if (status != RUF_OK)
        return status;
    *id = sqlite3_last_insert_rowid(records->store->db);
    return enter_keys(records, *id, collection, native_id, content->hash,
                      packed(records), err);
}

void ruf_store_column_hash(sqlite3_stmt *row, int column,
                           uint8_t out[STORE_HASH_SIZE])
{
    memset(out, 0, STORE_HASH_SIZE);
    if (sqlite3_column_bytes(row, column) == STORE_HASH_SIZE)
        memcpy(out, sqlite3_column_blob(row, column), STORE_HASH_SIZE);
}

/* The id in a payload. */
static struct ruf_text column_id(sqlite3_stmt *row, int column)
{
    const void *payload = sqlite3_column_blob(row, column);

    return ruf_record_id(payload, (size_t)sqlite3_column_bytes(row, column));
}

static struct ruf_reader column_numbers(sqlite3_stmt *row, int column)
{
    const void *numbers = sqlite3_column_blob(row, column);

    return ruf_reader(numbers, (size_t)sqlite3_column_bytes(row, column));
}

/* What the row has; numbers and id last until find is reset. */
struct old_row {
    uint8_t hash[STORE_HASH_SIZE];
    struct ruf_reader numbers;
    struct ruf_text native_id;
};

/* To the row and the keys of its collection. */
static enum ruf_status turn_to_row(struct store_records *records, int64_t id,
                                   struct old_row *out, struct ruf_error *err)
{
    sqlite3_stmt *find = records->find;
    bool row = false;
    enum ruf_status status;

    (void)sqlite3_bind_int64(find, 1, id);
    status = ruf_store_step(records->store, find, &row, err);
    if (status != RUF_OK)
        return status;
    ruf_store_column_hash(find, 0, out->hash);
    out->numbers = column_numbers(find, 1);
    out->native_id = column_id(find, 3);
    return turn_to(records, sqlite3_column_int64(find, 2), err);
}

static bool has_packed(const struct store_records *records,
                       const struct old_row *old)
{
    return ruf_reader_left(&old->numbers) == records->packed.size &&
           (records->packed.size == 0 ||
            memcmp(old->numbers.next, records->packed.bytes,
                   records->packed.size) == 0);
}

enum ruf_status ruf_store_record_update(struct store_records *records,
                                        int64_t id,
                                        const struct store_content *content,
                                        struct ruf_error *err)
{
    sqlite3_stmt *update = records->update;
    struct old_row old;
    bool same = false;
    enum ruf_status status = pack_numbers(records, content->contact, err);

    if (status == RUF_OK)
        status = turn_to_row(records, id, &old, err);
    if (status == RUF_OK) {
        same = has_packed(records, &old);
        status =
            ruf_store_keys_drop(&records->hashes, hash_key(old.hash), id, err);
    }
    if (status == RUF_OK && !same)
        status =
            change_numbers(records, ruf_store_keys_drop, id, old.numbers, err);
    (void)sqlite3_reset(records->find);
    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_blob(update, 1, content->hash, STORE_HASH_SIZE,
                            SQLITE_STATIC);
    bind_bytes(update, 2, content->payload);
    bind_bytes(update, 3, &records->packed);
    (void)sqlite3_bind_int64(update, 4, id);
    status = ruf_store_change(records->store, update, err);
    if (status == RUF_OK)
        status = ruf_store_keys_add(&records->hashes, hash_key(content->hash),
                                    id, err);
    return status == RUF_OK && !same
               ? change_numbers(records, ruf_store_keys_add, id,
                                packed(records), err)
               : status;
}

enum ruf_status
ruf_store_record_renumber(struct store_records *records, int64_t id,
                          const struct ruf_source_contact *contact,
                          struct ruf_error *err)
{
    sqlite3_stmt *renumber = records->renumber;
    struct old_row old;
    bool same = false;
    enum ruf_status status = pack_numbers(records, contact, err);

    if (status == RUF_OK)
        status = turn_to_row(records, id, &old, err);
    if (status == RUF_OK) {
        same = has_packed(records, &old);
        if (!same)
            status = change_numbers(records, ruf_store_keys_drop, id,
                                    old.numbers, err);
    }
    (void)sqlite3_reset(records->find);
    if (status != RUF_OK || same)
        return status;
    bind_bytes(renumber, 1, &records->packed);
    (void)sqlite3_bind_int64(renumber, 2, id);
    status = ruf_store_change(records->store, renumber, err);
    return status == RUF_OK ? change_numbers(records, ruf_store_keys_add, id,
                                             packed(records), err)
                            : status;
}

enum ruf_status ruf_store_record_erase(struct store_records *records,
                                       int64_t id, struct ruf_error *err)
{
    struct old_row old;
    enum ruf_status status = turn_to_row(records, id, &old, err);

    if (status == RUF_OK)
        status = ruf_store_keys_drop(
            &records->ids, ruf_store_id_key(records->store, old.native_id), id,
            err);
    if (status == RUF_OK)
        status =
            ruf_store_keys_drop(&records->hashes, hash_key(old.hash), id, err);
    if (status == RUF_OK)
        status =
            change_numbers(records, ruf_store_keys_drop, id, old.numbers, err);
    (void)sqlite3_reset(records->find);
    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_int64(records->erase, 1, id);
    return ruf_store_change(records->store, records->erase, err);
}

/* --- of a store that had none
 * ------------------------------------------------------------------------ */

enum ruf_status ruf_store_keys_enter(struct ruf_store *store,
                                     struct ruf_error *err)
{
    struct store_records records;
    sqlite3_stmt *rows = NULL;
    bool row = true;
    enum ruf_status status = ruf_store_records_open(store, &records, err);

    if (status == RUF_OK)
        status = ruf_store_prepare(
            store,
            "SELECT id, collection, payload, hash, numbers FROM records"
            " ORDER BY id",
            &rows, err);
    while (status == RUF_OK) {
        uint8_t hash[STORE_HASH_SIZE];

        status = ruf_store_step(store, rows, &row, err);
        if (status != RUF_OK || !row)
            break;
        ruf_store_column_hash(rows, 3, hash);
        status = enter_keys(&records, sqlite3_column_int64(rows, 0),
                            sqlite3_column_int64(rows, 1), column_id(rows, 2),
                            hash, column_numbers(rows, 4), err);
    }
    (void)sqlite3_finalize(rows);
    if (status == RUF_OK)
        status = ruf_store_records_flush(&records, err);
    ruf_store_records_close(&records);
    return status;
}
