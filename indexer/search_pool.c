/*
 * indexer/search_pool.c - equal bytes get equal numbers
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/secret.h"
#include "indexer/search_private.h"
#include <stdlib.h>
#include <string.h>

bool ruf_search_list_add(struct search_list *list, uint32_t item)
{
    if (list->count == list->room) {
        size_t room = list->room == 0 ? 256 : 2 * list->room;
        uint32_t *items = realloc(list->items, room * sizeof(*items));

        if (items == NULL)
            return false;
        list->items = items;
        list->room = room;
    }
    list->items[list->count++] = item;
    return true;
}

void ruf_search_list_free(struct search_list *list)
{
    free(list->items);
    memset(list, 0, sizeof(*list));
}

static uint64_t hash_bytes(const uint8_t *bytes, size_t size, uint64_t seed)
{
    uint64_t hash = ruf_search_mix(size, seed);

    for (; size >= 8; bytes += 8, size -= 8) {
        uint64_t piece;

        memcpy(&piece, bytes, 8);
        hash = ruf_search_mix(hash ^ piece, seed);
    }
    if (size > 0) {
        uint64_t piece = 0;

        memcpy(&piece, bytes, size);
        hash = ruf_search_mix(hash ^ piece, seed);
    }
    return hash;
}

/* Half full at most; every slot carries enough of the hash to move it. */
static bool make_room(struct search_pool *pool)
{
    size_t room = pool->mask == 0 ? 1024 : 2 * (pool->mask + 1);
    uint64_t *slots;

    if (pool->mask != 0 && pool->ends.count < pool->mask / 2)
        return true;
    slots = calloc(room, sizeof(*slots));
    if (slots == NULL)
        return false;
    for (size_t i = 0; pool->mask != 0 && i <= pool->mask; i++) {
        size_t at = (size_t)(pool->slots[i] >> 32) & (room - 1);

        if (pool->slots[i] == 0)
            continue;
        while (slots[at] != 0)
            at = (at + 1) & (room - 1);
        slots[at] = pool->slots[i];
    }
    free(pool->slots);
    pool->slots = slots;
    pool->mask = room - 1;
    return true;
}

struct ruf_text ruf_search_pool_text(const struct search_pool *pool,
                                     uint32_t number)
{
    uint32_t start = number == 0 ? 0 : pool->ends.items[number - 1];

    return (struct ruf_text){ (const char *)pool->bytes.bytes + start,
                              pool->ends.items[number] - start };
}

uint32_t ruf_search_pool_add(struct search_pool *pool, const void *bytes,
                             size_t size)
{
    uint32_t hash = (uint32_t)(hash_bytes(bytes, size, pool->seed) >> 16);
    size_t at;

    if (!make_room(pool))
        return SEARCH_POOL_FULL;
    for (at = hash & pool->mask; pool->slots[at] != 0;
         at = (at + 1) & pool->mask)
        if (pool->slots[at] >> 32 == hash) {
            uint32_t number = (uint32_t)pool->slots[at] - 1;
            struct ruf_text text = ruf_search_pool_text(pool, number);

            if (text.size == size &&
                (size == 0 || memcmp(text.data, bytes, size) == 0))
                return number;
        }
    ruf_write_bytes(&pool->bytes, bytes, size);
    if (pool->bytes.failed || pool->bytes.size > UINT32_MAX ||
        pool->ends.count >= SEARCH_POOL_FULL - 1 ||
        !ruf_search_list_add(&pool->ends, (uint32_t)pool->bytes.size))
        return SEARCH_POOL_FULL;
    pool->slots[at] = (uint64_t)hash << 32 | pool->ends.count;
    return (uint32_t)pool->ends.count - 1;
}

void ruf_search_pool_free(struct search_pool *pool)
{
    ruf_writer_wipe(&pool->bytes);
    ruf_search_list_free(&pool->ends);
    free(pool->slots);
    memset(pool, 0, sizeof(*pool));
}

void ruf_search_write_array(struct ruf_writer *out, const uint32_t *items,
                            size_t count, unsigned width)
{
    uint8_t *at = ruf_write_space(out, count * width);

    if (at == NULL)
        return;
    for (size_t i = 0; i < count; i++, at += width)
        for (unsigned k = 0; k < width; k++)
            at[k] = (uint8_t)(items[i] >> (8 * k));
}

void ruf_search_write_pad(struct ruf_writer *out)
{
    (void)ruf_write_space(out, RUF_SEARCH_PAD);
}
