/*
 * indexer/build_entries.h - entries to ENTRIES, NUMBERS, OWNERS, TAILS, LABELS
 *
 * What outgrows its share of the memory lies in spools (base/spool.h). The
 * bytes that come out do not depend on it.
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_BUILD_ENTRIES_H
#define INDEXER_BUILD_ENTRIES_H

#include "base/bytes.h"
#include "base/spool.h"
#include "indexer/build_pages.h"
#include "indexer/shared_texts.h"
#include <rufname/number.h>

struct ruf_entry_sections {
    struct ruf_spill *spill; /**< borrowed */
    struct ruf_spool entries;
    size_t block;         /**< start of the open block in the spool's tail */
    uint32_t block_count; /**< entries in it; 0: none is open */
    struct ruf_spool owners;
    struct ruf_spool labels;
    struct ruf_shared_texts tails;
    struct ruf_page_builder numbers;
    uint64_t contact_count;
    uint64_t count;
    uint32_t owner_width;
    uint32_t limit_owners;
    ruf_e164 last;
    bool failed;
};

/** What is known before the first entry. */
struct ruf_entry_plan {
    uint64_t contacts; /**< that owners may name */
    uint64_t owners;   /**< of all entries together, at most */
    uint64_t entries;  /**< at most; decides how rows are grouped */
    uint64_t memory;   /**< bytes to keep in memory, about */
};

/**
 * @param[in] secret    of the image's hash; borrowed.
 * @param[in] spill     must live as long as the sections.
 * @param[in] row_path  for the file of rows (ruf_spill_create()).
 * @return RUF_OK, RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_entry_sections_start(
    struct ruf_entry_sections *sections, const uint8_t *secret,
    struct ruf_spill *spill, const char *row_path,
    const struct ruf_entry_plan *plan, struct ruf_error *err);

/** Append an entry; numbers ascend strictly. A failure is told at the end. */
void ruf_entry_sections_add(struct ruf_entry_sections *sections,
                            ruf_e164 number, struct ruf_text label,
                            const uint32_t *owners, size_t owner_count);

/**
 * Complete blocks and pages.
 * @return RUF_OK, RUF_E_NOMEM (out of memory at any time, or entries that the
 *         format has no room for), RUF_E_IO, RUF_E_CORRUPT, RUF_E_INTERNAL.
 */
RUF_MUST_USE enum ruf_status
ruf_entry_sections_finish(struct ruf_entry_sections *sections,
                          struct ruf_error *err);
/** Bytes of a number's upper bits in its row. */
uint32_t ruf_entry_upper_width(const struct ruf_entry_sections *sections);
/** Wipe and free; a zeroed struct is fine. */
void ruf_entry_sections_free(struct ruf_entry_sections *sections);

#endif
