/*
 * indexer/keyed.c - items sorted by a number
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/keyed.h"
#include <stdlib.h>
#include <string.h>

#define BYTES 8

uint64_t ruf_keyed_text(struct ruf_text text)
{
    uint64_t key = 0;

    for (size_t i = 0; i < BYTES; i++)
        key = key << 8 | (i < text.size ? (unsigned char)text.data[i] : 0);
    return key;
}

/* How often each value of each byte occurs. */
static void count_bytes(const struct ruf_keyed *list, size_t count,
                        size_t counts[BYTES][256])
{
    for (size_t i = 0; i < count; i++)
        for (size_t byte = 0; byte < BYTES; byte++)
            counts[byte][list[i].key >> 8 * byte & 255]++;
}

static void spread(const struct ruf_keyed *from, struct ruf_keyed *to,
                   size_t count, size_t byte, const size_t counts[256])
{
    size_t starts[256];
    size_t sum = 0;

    for (size_t value = 0; value < 256; value++) {
        starts[value] = sum;
        sum += counts[value];
    }
    for (size_t i = 0; i < count; i++)
        to[starts[from[i].key >> 8 * byte & 255]++] = from[i];
}

void ruf_keyed_sort(struct ruf_keyed *list, struct ruf_keyed *room,
                    size_t count)
{
    size_t counts[BYTES][256] = { { 0 } };
    struct ruf_keyed *from = list;
    struct ruf_keyed *to = room;

    if (count < 2)
        return;
    count_bytes(list, count, counts);
    for (size_t byte = 0; byte < BYTES; byte++) {
        struct ruf_keyed *swap = from;

        if (counts[byte][list[0].key >> 8 * byte & 255] == count)
            continue; /* all agree in it */
        spread(from, to, count, byte, counts[byte]);
        from = to;
        to = swap;
    }
    if (from != list)
        memcpy(list, from, count * sizeof(*list));
}

void ruf_keyed_settle(struct ruf_keyed *list, size_t count,
                      ruf_keyed_order *order, void *context)
{
    size_t end;

    for (size_t i = 0; i < count; i = end) {
        for (end = i + 1; end < count && list[end].key == list[i].key;)
            end++;
        if (end - i > 1)
            qsort_r(list + i, end - i, sizeof(*list), order, context);
    }
}
