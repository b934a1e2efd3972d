/*
 * indexer/store_audit.h - what was done, as a chain that shows a missing link
 *
 * Each entry carries an HMAC over itself and the one before, under a key of
 * this store: an entry that was changed, left out or cut off at the end shows
 * when the chain is read. Old entries expire from the front; the last of them
 * stays, empty, as the anchor the next one hangs on, with an HMAC that says so:
 * a chain that was cut elsewhere shows, too.
 *
 * Threads and processes: as indexer/store.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_STORE_AUDIT_H
#define INDEXER_STORE_AUDIT_H

#include "indexer/store.h"

/** One entry. Texts hold no personal data; the writer sees to that. */
struct ruf_store_audit {
    int64_t number;         /**< 1 and up, without gaps; given at append */
    int64_t made;           /**< Unix seconds */
    struct ruf_text event;  /**< a word, not empty */
    struct ruf_text object; /**< masked number or keyed id, or empty */
    int status;             /**< enum ruf_status of what was done */
    uint64_t count;         /**< of records, numbers, files; 0: none */
};

/**
 * Append, and let entries made before 'keep_since' expire. Durable on return;
 * not within a transaction.
 * @return RUF_OK; store errors.
 */
RUF_MUST_USE enum ruf_status
ruf_store_audit_append(struct ruf_store *store,
                       const struct ruf_store_audit *entry, int64_t keep_since,
                       struct ruf_error *err);

/**
 * For a store of a version whose anchors had no seal: seal the one at the front
 * of the chain, if there is one, and note that ("anchor"), since what was cut
 * off there before nobody can tell. Within a transaction.
 * @return RUF_OK; store errors.
 */
RUF_MUST_USE enum ruf_status ruf_store_audit_seal_start(struct ruf_store *store,
                                                        struct ruf_error *err);

/** Receives one entry, borrowed for the call. */
typedef void ruf_store_audit_entry(void *context,
                                   const struct ruf_store_audit *entry);

/**
 * Hand out all entries, oldest first, and check the chain.
 * @return RUF_OK; RUF_E_CORRUPT (D750, err->offset = number of the first bad
 *         entry; those before it were handed out); store errors.
 */
RUF_MUST_USE enum ruf_status
ruf_store_audit_read(struct ruf_store *store, ruf_store_audit_entry *callback,
                     void *context, struct ruf_error *err);

/**
 * A name for an id that says nothing outside of this store: eight hex digits
 * of an HMAC under its key, and NUL.
 * @return RUF_OK, RUF_E_INTERNAL, RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_store_masked_id(const struct ruf_store *store,
                                                 const void *id, size_t size,
                                                 char out[9],
                                                 struct ruf_error *err);

#endif
