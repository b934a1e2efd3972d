/*
 * indexer/keyed.h - items sorted by a number
 *
 * Sorting by eight bytes at a time costs a fraction of comparing: people,
 * numbers and words are sorted by a key, and only what agrees in it is
 * compared.
 *
 * Threads: pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_KEYED_H
#define INDEXER_KEYED_H

#include <rufname/contact.h>
#include <stddef.h>
#include <stdint.h>

/** An item's position somewhere else, and what it is sorted by. */
struct ruf_keyed {
    uint64_t key;
    uint32_t item;
};

/** The first eight bytes of a text, as a number that orders like it. */
uint64_t ruf_keyed_text(struct ruf_text text);

/**
 * Sort by key, ascending and stable: least significant byte first, in a pass
 * over the data per byte in which keys differ.
 * @param[in] room  as many items again, overwritten.
 */
void ruf_keyed_sort(struct ruf_keyed *list, struct ruf_keyed *room,
                    size_t count);

/** Order of two items whose keys are equal: <0, 0, >0. */
typedef int ruf_keyed_order(const void *left, const void *right, void *context);

/** Put runs of equal keys into this order; left and right are struct ruf_keyed.
 */
void ruf_keyed_settle(struct ruf_keyed *list, size_t count,
                      ruf_keyed_order *order, void *context);

#endif
