/*
 * indexer/page_file.h - sealed pages of rounds under way, beside the store
 *
 * A page is written once and read once, soon after; as a row of the database
 * it would be encrypted, logged and copied there three times. So it goes to a
 * file of its own, sealed by AES-256-GCM under a random key of its own. The key
 * stands in the store: a page whose row is gone cannot be read by anybody.
 *
 * The file is not flushed. After a power cut it may lack pages that the store
 * knows of; their tags tell, and the round starts over.
 *
 * Threads and processes: the store's writer.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_PAGE_FILE_H
#define INDEXER_PAGE_FILE_H

#include "base/bytes.h"
#include "base/seal.h"
#include <rufname/status.h>

struct ruf_page_file {
    char *path; /* NULL: there is none, the store is in memory */
    int fd;     /* -1: not open */
};

/* Key and tag of a page. */
#define RUF_PAGE_SEAL_SIZE (RUF_SEAL_KEY_SIZE + RUF_SEAL_TAG_SIZE)

/**
 * Seal a page, in its own bytes, and write it to its place; place 0 begins the
 * file anew.
 * @return RUF_OK; RUF_E_IO (I806, I807); RUF_E_NOMEM; RUF_E_INTERNAL.
 */
RUF_MUST_USE enum ruf_status ruf_page_file_put(struct ruf_page_file *file,
                                               uint64_t place,
                                               struct ruf_writer *page,
                                               uint8_t seal[RUF_PAGE_SEAL_SIZE],
                                               struct ruf_error *err);

/**
 * Read a page of size bytes back and open it.
 * @param[out] page  emptied first.
 * @return RUF_OK; RUF_E_CORRUPT (D714: it is not the page that was written);
 *         RUF_E_IO (I802, I805); RUF_E_NOMEM; RUF_E_INTERNAL.
 */
RUF_MUST_USE enum ruf_status
ruf_page_file_get(struct ruf_page_file *file, uint64_t place, size_t size,
                  const uint8_t seal[RUF_PAGE_SEAL_SIZE],
                  struct ruf_writer *page, struct ruf_error *err);

/* No page in it is needed any more. */
void ruf_page_file_remove(struct ruf_page_file *file);

/* Close and free; the file stays. */
void ruf_page_file_close(struct ruf_page_file *file);

#endif
