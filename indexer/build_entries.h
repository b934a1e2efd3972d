/*
 * indexer/build_entries.h - entries to ENTRIES, FENCES, OWNERS, TAILS, NUMBERS
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_BUILD_ENTRIES_H
#define INDEXER_BUILD_ENTRIES_H

#include "base/image.h"
#include "base/image_sections.h"
#include "indexer/build_contacts.h"

/** The block being filled. Entries wait without their numbers, since the
 *  widest difference decides how wide all of them are. */
struct ruf_entry_block {
    uint8_t rest[RUF_IMAGE_BLOCK_SIZE];  /**< owner, tail, length, head */
    uint16_t ends[RUF_IMAGE_BLOCK_SIZE]; /**< of each entry in rest */
    uint64_t differences[RUF_IMAGE_BLOCK_SIZE];
    size_t used; /**< of rest */
    uint32_t count;
    uint32_t width;
    ruf_e164 base;
};

struct ruf_entry_sections {
    const uint8_t *secret; /**< of the image's hash; borrowed */
    struct ruf_entry_block block;
    struct ruf_writer entries;
    struct ruf_writer fences; /**< of the blocks; the tree is made last */
    struct ruf_writer owners;
    struct ruf_shared_texts tails;
    struct ruf_table_keys numbers;
    uint64_t contact_count;
    uint64_t count;
    uint32_t owner_width;
    uint32_t limit_owners;
    ruf_e164 last;
    bool failed;
};

/**
 * @param[in] contact_count  contacts that owners may name.
 * @param[in] owner_count    owners of all entries together, at most.
 */
void ruf_entry_sections_start(struct ruf_entry_sections *sections,
                              const uint8_t *secret, uint64_t contact_count,
                              uint64_t owner_count);

/** Append an entry; numbers ascend strictly. */
void ruf_entry_sections_add(struct ruf_entry_sections *sections,
                            ruf_e164 number, struct ruf_text label,
                            const uint32_t *owners, size_t owner_count);

/** Complete blocks and fences. @return false if memory was out at any time. */
bool ruf_entry_sections_finish(struct ruf_entry_sections *sections);
void ruf_entry_sections_free(struct ruf_entry_sections *sections);

#endif
