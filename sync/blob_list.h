/*
 * sync/blob_list.h - a page of a blob container's list (XML)
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_BLOB_LIST_H
#define SYNC_BLOB_LIST_H

#include <rufname/status.h>
#include <stddef.h>
#include <stdint.h>

#define RUF_BLOB_NAME_MAX 1024u
#define RUF_BLOBS_MAX 100000u
#define RUF_BLOB_ETAG_MAX 128u

struct ruf_blob_entry {
    char *name;                   /**< decoded */
    char etag[RUF_BLOB_ETAG_MAX]; /**< without quotes; "" if not told */
    uint64_t size;                /**< bytes; UINT64_MAX: not told */
};

/** Grows by page. Start zeroed; free with ruf_blob_list_free(). */
struct ruf_blob_list {
    struct ruf_blob_entry *entries;
    size_t count;
    size_t capacity;
    char marker[2048]; /**< of the next page; "" at the end */
};

/**
 * Append the blobs of a page, of which only contact files by name; *others
 * counts the rest.
 * @return RUF_OK; RUF_E_SERVER (S522: not XML, S524: not a list, too many);
 *         RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_blob_list_read(struct ruf_blob_list *list, const char *body, size_t size,
                   const char *place, uint64_t *others, struct ruf_error *err);

/** Append one by hand. @return RUF_OK; RUF_E_NOMEM. */
RUF_MUST_USE enum ruf_status ruf_blob_list_add(struct ruf_blob_list *list,
                                               const char *name,
                                               struct ruf_error *err);

/** Copy an etag without W/ and quotes; "" if it is too long. */
void ruf_blob_etag(const char *text, char out[RUF_BLOB_ETAG_MAX]);

void ruf_blob_list_free(struct ruf_blob_list *list);

#endif
