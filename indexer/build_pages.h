/*
 * indexer/build_pages.h - rows of numbers to the pages of NUMBERS
 *
 * Where a row goes follows from the hash of its number, and how many pages
 * there are is known when all rows are there. So rows wait in groups, by the
 * upper bits of the hash: a group's pages are neighbours, and putting a group
 * into them touches no others but the few a full page sends rows on to.
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_BUILD_PAGES_H
#define INDEXER_BUILD_PAGES_H

#include "base/spool.h"
#include <rufname/number.h>

/** Longest row without its upper bits. */
#define RUF_ROW_SIZE_MAX 160u

struct ruf_page_builder {
    uint64_t number_secret;
    uint64_t memory;
    struct ruf_spill *row_spill; /**< of the groups */
    struct ruf_spool *groups;    /**< number, size, row */
    struct ruf_spool *open;      /**< the group of the row being written */
    unsigned group_bits;         /**< 2^group_bits groups */
    uint64_t count;
    uint64_t row_bytes;      /**< of all rows, without numbers */
    struct ruf_writer pages; /**< NUMBERS, made last: its first pages */
    struct ruf_spool later;  /**< and what follows them */
    uint32_t page_count;
};

/**
 * @param[in] secret    of the image's hash.
 * @param[in] spill     for pages; outlives the builder.
 * @param[in] row_path  for the file of rows (ruf_spill_create()).
 * @param[in] rows      that will come, at most; the pages depend on it.
 * @param[in] memory    bytes to keep in memory, about; the pages do not.
 * @return RUF_OK, RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_page_builder_start(struct ruf_page_builder *builder, const uint8_t *secret,
                       struct ruf_spill *spill, const char *row_path,
                       uint64_t rows, uint64_t memory, struct ruf_error *err);

/**
 * Room for the number's row, RUF_ROW_SIZE_MAX bytes, to be written and then
 * counted by ruf_page_builder_add(). A failure is told at the end.
 * @return NULL when memory is out.
 */
uint8_t *ruf_page_builder_room(struct ruf_page_builder *builder,
                               ruf_e164 number);

/** The row is written. @param[in] size  1..RUF_ROW_SIZE_MAX bytes of it. */
void ruf_page_builder_add(struct ruf_page_builder *builder, size_t size);

/**
 * Make the pages: builder->pages, then builder->later.
 * @param[in] upper_width  bytes of a number's upper bits, 2 or 4.
 * @return RUF_OK, RUF_E_NOMEM, RUF_E_IO, RUF_E_CORRUPT, RUF_E_INTERNAL.
 */
RUF_MUST_USE enum ruf_status
ruf_page_builder_finish(struct ruf_page_builder *builder, uint32_t upper_width,
                        struct ruf_error *err);

/** Wipe and free; a zeroed struct is fine. */
void ruf_page_builder_free(struct ruf_page_builder *builder);

#endif
