/*
 * indexer/shared_texts.h - texts that many contacts have, stored once
 *
 * A text is taken into the section when it is seen the second time; what was
 * written before stays where it is. So one pass is enough, nothing has to be
 * counted before, and a text that occurs once costs nothing. The memory for
 * texts seen once is bounded: beyond it, new ones are not remembered.
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_SHARED_TEXTS_H
#define INDEXER_SHARED_TEXTS_H

#include "base/bytes.h"
#include <stdbool.h>

struct shared_text_slot;

struct ruf_shared_texts {
    struct ruf_writer section; /**< steps of 4 bytes; step 0 is empty */
    size_t size_max;           /**< of the section */
    const uint8_t *secret;     /**< of the image's hash; borrowed */
    struct ruf_writer pool;    /**< copies of texts seen */
    struct shared_text_slot *slots;
    uint32_t capacity; /**< of slots, a power of two */
    uint32_t count;
    uint32_t last; /**< slot found last: neighbours are often alike */
    bool failed;   /**< memory was out */
};

/** secret: RUF_HASH_SECRET_SIZE bytes, borrowed. */
void ruf_shared_texts_start(struct ruf_shared_texts *texts,
                            const uint8_t *secret, size_t size_max);

/**
 * Step of a text in the section, or 0: write it where it is used.
 * @param[in] text  not empty.
 */
uint32_t ruf_shared_texts_find(struct ruf_shared_texts *texts,
                               struct ruf_text text);

/** Wipe and free; a zeroed struct is fine. */
void ruf_shared_texts_free(struct ruf_shared_texts *texts);

#endif
