/*
 * indexer/key_set.h - which keys were there
 *
 * Keys have 63 bits and are spread already, as hashes are.
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_KEY_SET_H
#define INDEXER_KEY_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Starts zeroed. */
struct ruf_key_set {
    uint64_t *slots; /**< key << 1 | 1; 0: free */
    size_t mask;
    size_t count;
};

/** @return false: no memory. */
bool ruf_key_set_add(struct ruf_key_set *set, uint64_t key);
bool ruf_key_set_has(const struct ruf_key_set *set, uint64_t key);
void ruf_key_set_free(struct ruf_key_set *set);

#endif
