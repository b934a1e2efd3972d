/*
 * indexer/store_rekey.c - the store under another key
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/seal.h"
#include "indexer/store_private.h"
#include <string.h>

#define FACT_HASH_KEY "hash_key"

/* --- the key of ids ---------------------------------------------------------
 */

/* *found: the store has one of its own. */
static enum ruf_status read_hash_key(struct ruf_store *store, bool *found,
                                     struct ruf_error *err)
{
    sqlite3_stmt *statement;
    enum ruf_status status = ruf_store_prepare(
        store, "SELECT value FROM facts WHERE name = '" FACT_HASH_KEY "'",
        &statement, err);

    *found = false;
    if (status == RUF_OK)
        status = ruf_store_step(store, statement, found, err);
    if (status == RUF_OK && *found) {
        const void *bytes = sqlite3_column_blob(statement, 0);

        if (bytes != NULL &&
            sqlite3_column_bytes(statement, 0) == RUF_SEAL_KEY_SIZE)
            memcpy(store->hash_key.bytes, bytes, RUF_SEAL_KEY_SIZE);
        else
            status = ruf_fail(err, RUF_E_CORRUPT, "D711", store->path,
                              "the key of its ids is damaged");
    }
    (void)sqlite3_finalize(statement);
    return status;
}

enum ruf_status ruf_store_load_hash_key(struct ruf_store *store,
                                        const uint8_t *key,
                                        struct ruf_error *err)
{
    bool found = false;
    enum ruf_status status =
        ruf_secret_create(RUF_SEAL_KEY_SIZE, &store->hash_key, err);

    if (status == RUF_OK)
        status = read_hash_key(store, &found, err);
    if (status != RUF_OK || found)
        return status;
    return ruf_derive_key(key, NULL, 0, "rufname/1 hashid", NULL, 0,
                          store->hash_key.bytes, err);
}

static enum ruf_status keep_hash_key(struct ruf_store *store,
                                     struct ruf_error *err)
{
    sqlite3_stmt *statement;
    enum ruf_status status =
        ruf_store_prepare(store,
                          "INSERT OR REPLACE INTO facts (name, value) VALUES "
                          "('" FACT_HASH_KEY "', ?1)",
                          &statement, err);

    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_blob(statement, 1, store->hash_key.bytes,
                            RUF_SEAL_KEY_SIZE, SQLITE_STATIC);
    status = ruf_store_change(store, statement, err);
    (void)sqlite3_finalize(statement);
    return status;
}

/* --- the key of the database ------------------------------------------------
 */

/* Every page goes through the log, whose commit is the moment of change; what
 * a reader still needs of the log is moved by the next checkpoint. */
static enum ruf_status encrypt_anew(struct ruf_store *store, const uint8_t *key,
                                    struct ruf_error *err)
{
    struct ruf_secret text = { 0 };
    enum ruf_status status = ruf_store_key_text(key, &text, err);

    if (status == RUF_OK && sqlite3_rekey_v2(store->db, "main", text.bytes,
                                             (int)text.size) != SQLITE_OK)
        status = ruf_store_failed(store, err);
    ruf_secret_destroy(&text);
    return status == RUF_OK
               ? ruf_store_run(store, "PRAGMA wal_checkpoint(TRUNCATE)", err)
               : status;
}

enum ruf_status ruf_store_rekey(struct ruf_store *store,
                                const uint8_t key[RUF_KEY_SIZE],
                                struct ruf_error *err)
{
    enum ruf_status status = keep_hash_key(store, err);

    /* It would speak for the old key after the new one holds. */
    if (status == RUF_OK)
        status = ruf_store_remove_key_check(store->path, err);
    if (status == RUF_OK)
        status = encrypt_anew(store, key, err);
    if (status == RUF_OK)
        status = ruf_store_write_key_check(store->path, key, err);
    return status;
}
