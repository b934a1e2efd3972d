/*
 * indexer/search_tables.h - words of all contacts, sorted, with postings
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_SEARCH_TABLES_H
#define INDEXER_SEARCH_TABLES_H

#include "base/bytes.h"
#include "indexer/contacts.h"

/** Sections TOKENS and POSTINGS. */
struct ruf_search_tables {
    struct ruf_writer tokens;
    struct ruf_writer postings;
};

/** @return RUF_OK, RUF_E_NOMEM. */
RUF_MUST_USE enum ruf_status
ruf_search_tables_build(const struct ruf_people *people,
                        struct ruf_search_tables *out, struct ruf_error *err);

/** Wipe and free; a zeroed struct is fine. */
void ruf_search_tables_free(struct ruf_search_tables *tables);

#endif
