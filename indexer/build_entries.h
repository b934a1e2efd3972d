/*
 * indexer/build_entries.h - entries to ENTRIES, NUMBERS, OWNERS, TAILS, LABELS
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_BUILD_ENTRIES_H
#define INDEXER_BUILD_ENTRIES_H

#include "base/bytes.h"
#include "indexer/shared_texts.h"
#include <rufname/number.h>

struct ruf_entry_sections {
    const uint8_t *secret; /**< of the image's hash; borrowed */
    struct ruf_writer entries;
    size_t block;           /**< start of the open block in entries */
    uint32_t block_count;   /**< entries in it */
    struct ruf_writer rows; /**< what goes into the pages of NUMBERS: number,
                                 then the row with its upper bits of 4 bytes */
    struct ruf_writer owners;
    struct ruf_writer labels;
    struct ruf_shared_texts tails;
    struct ruf_writer pages; /**< NUMBERS, made last */
    uint32_t page_count;
    uint64_t contact_count;
    uint64_t count;
    uint32_t owner_width;
    uint32_t upper_width;
    uint32_t limit_owners;
    ruf_e164 last;
    bool failed;
};

/**
 * @param[in] contact_count  contacts that owners may name.
 * @param[in] owner_count    owners of all entries together, at most.
 * @param[in] entry_count    entries that will come, about; to make room.
 */
void ruf_entry_sections_start(struct ruf_entry_sections *sections,
                              const uint8_t *secret, uint64_t contact_count,
                              uint64_t owner_count, uint64_t entry_count);

/** Append an entry; numbers ascend strictly. */
void ruf_entry_sections_add(struct ruf_entry_sections *sections,
                            ruf_e164 number, struct ruf_text label,
                            const uint32_t *owners, size_t owner_count);

/** Complete blocks and pages. @return false if memory was out at any time. */
bool ruf_entry_sections_finish(struct ruf_entry_sections *sections);
void ruf_entry_sections_free(struct ruf_entry_sections *sections);

#endif
