/*
 * indexer/store_prove.h - what a store says about itself, for proofs
 *
 * Threads and processes: as indexer/store.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_STORE_PROVE_H
#define INDEXER_STORE_PROVE_H

#include "indexer/store.h"

/** Receives one link of a source, as it will be asked for; borrowed. */
typedef void ruf_store_link(void *context, struct ruf_text source,
                            struct ruf_text link);

/** Hand out every stored link that is a URL. @return RUF_OK; store errors. */
RUF_MUST_USE enum ruf_status ruf_store_links(struct ruf_store *store,
                                             ruf_store_link *callback,
                                             void *context,
                                             struct ruf_error *err);

/**
 * Compare tables, indexes and triggers with those of a fresh store.
 * @param[out] count    how many there are.
 * @param[out] foreign  how many a fresh one has not, or has otherwise.
 */
RUF_MUST_USE enum ruf_status ruf_store_layout_check(struct ruf_store *store,
                                                    uint64_t *count,
                                                    uint64_t *foreign,
                                                    struct ruf_error *err);

/** Is a deleted row overwritten on its page? */
RUF_MUST_USE enum ruf_status ruf_store_deletes_securely(struct ruf_store *store,
                                                        bool *secure,
                                                        struct ruf_error *err);

#endif
