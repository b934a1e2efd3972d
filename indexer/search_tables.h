/*
 * indexer/search_tables.h - people in rank order to the search sections
 *
 *   create, add all persons in rank order, finish
 *
 * docs/index-format.md, "Search", says what comes out. Memory grows with the
 * distinct words, texts and numbers, and a few bytes per contact; persons are
 * not kept.
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_SEARCH_TABLES_H
#define INDEXER_SEARCH_TABLES_H

#include "base/bytes.h"
#include "base/search_sections.h"
#include "indexer/contacts.h"

/** Plain bytes of each search section, RUF_SECTION_SEARCH_WORDS first. */
struct ruf_search_tables {
    struct ruf_writer sections[RUF_SEARCH_SECTIONS];
};

struct ruf_search_builder; /**< Opaque. */

/** @return RUF_OK, RUF_E_NOMEM, RUF_E_INTERNAL (no randomness). */
RUF_MUST_USE enum ruf_status
ruf_search_builder_create(struct ruf_search_builder **out,
                          struct ruf_error *err);

/** The next persons in rank order, borrowed for the call; some dozens at a time
 *  cost least. A failure is told by ruf_search_builder_finish(). */
void ruf_search_builder_add(struct ruf_search_builder *builder,
                            const struct ruf_person *persons, size_t count);

/** Write the sections. @return RUF_OK, RUF_E_NOMEM. */
RUF_MUST_USE enum ruf_status
ruf_search_builder_finish(struct ruf_search_builder *builder,
                          struct ruf_search_tables *out, struct ruf_error *err);

/** Wipe and free; NULL is fine. */
void ruf_search_builder_destroy(struct ruf_search_builder *builder);

/** Wipe and free; a zeroed struct is fine. */
void ruf_search_tables_free(struct ruf_search_tables *tables);

#endif
