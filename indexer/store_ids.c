/*
 * indexer/store_ids.c - ids of records as keys
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/hash.h"
#include "base/seal.h"
#include "base/text.h"
#include "indexer/store_private.h"

uint64_t ruf_store_id_key(const struct ruf_store *store, struct ruf_text id)
{
    return ruf_hash(store->id_secret.bytes, id.data, id.size) >> 1;
}

/* id_key(native_id) in SQL. */
static void id_key(sqlite3_context *context, int count, sqlite3_value **values)
{
    const struct ruf_store *store = sqlite3_user_data(context);
    struct ruf_text id = { (const char *)sqlite3_value_text(values[0]), 0 };

    (void)count;
    id.size = (size_t)sqlite3_value_bytes(values[0]);
    if (id.data != NULL)
        sqlite3_result_int64(context, (int64_t)ruf_store_id_key(store, id));
    else if (sqlite3_value_type(values[0]) != SQLITE_NULL)
        sqlite3_result_error_nomem(context);
}

/* record_id(payload) in SQL. */
static void record_id(sqlite3_context *context, int count,
                      sqlite3_value **values)
{
    const void *payload = sqlite3_value_blob(values[0]);
    struct ruf_text id = ruf_record_id(
        payload, payload == NULL ? 0 : (size_t)sqlite3_value_bytes(values[0]));

    (void)count;
    sqlite3_result_text64(context, id.data, id.size, SQLITE_TRANSIENT,
                          SQLITE_UTF8);
}

static enum ruf_status add_function(struct ruf_store *store, const char *name,
                                    void (*function)(sqlite3_context *, int,
                                                     sqlite3_value **),
                                    struct ruf_error *err)
{
    return sqlite3_create_function_v2(store->db, name, 1,
                                      SQLITE_UTF8 | SQLITE_DETERMINISTIC, store,
                                      function, NULL, NULL, NULL) == SQLITE_OK
               ? RUF_OK
               : ruf_store_failed(store, err);
}

enum ruf_status ruf_store_ids_start(struct ruf_store *store,
                                    struct ruf_error *err)
{
    enum ruf_status status =
        ruf_secret_create(RUF_HASH_SECRET_SIZE, &store->id_secret, err);

    for (uint8_t part = 0;
         part < RUF_HASH_SECRET_SIZE / RUF_DIGEST_SIZE && status == RUF_OK;
         part++)
        status = ruf_derive_key(
            store->hash_key.bytes, NULL, 0, "rufname/1 ids", &part, 1,
            store->id_secret.bytes + (size_t)part * RUF_DIGEST_SIZE, err);
    if (status == RUF_OK)
        status = add_function(store, "id_key", id_key, err);
    return status == RUF_OK ? add_function(store, "record_id", record_id, err)
                            : status;
}
