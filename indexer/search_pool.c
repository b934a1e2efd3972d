/*
 * indexer/search_pool.c - equal bytes get equal numbers
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/pages.h"
#include "base/secret.h"
#include "indexer/search_private.h"
#include <stdlib.h>
#include <string.h>

bool ruf_search_list_grow(struct search_list *list)
{
    size_t room = list->room == 0 ? 256 : 2 * list->room;
    uint32_t *items = ruf_pages_grow(list->items, list->count * sizeof(*items),
                                     room * sizeof(*items));

    if (items == NULL)
        return false;
    list->items = items;
    list->room = room;
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

    if (pool->mask != 0 && pool->starts.count < pool->mask / 2)
        return true;
    slots = ruf_pages_alloc(room * sizeof(*slots));
    if (slots == NULL)
        return false;
    memset(slots, 0, room * sizeof(*slots));
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

/* An item lies behind its number and its size: the slot leads to all three at
 * once. */
#define ITEM_HEADER 8

static const uint8_t *item_at(const struct search_pool *pool, uint32_t start)
{
    return pool->bytes.bytes + start;
}

struct ruf_text ruf_search_pool_text(const struct search_pool *pool,
                                     uint32_t number)
{
    const uint8_t *item = item_at(pool, pool->starts.items[number]);

    return (struct ruf_text){ (const char *)item + ITEM_HEADER,
                              ruf_load32(item + 4) };
}

static bool is_item(const uint8_t *item, const void *bytes, size_t size)
{
    return ruf_load32(item + 4) == size &&
           (size == 0 || memcmp(item + ITEM_HEADER, bytes, size) == 0);
}

uint32_t ruf_search_pool_hash(const struct search_pool *pool, const void *bytes,
                              size_t size)
{
    return (uint32_t)(hash_bytes(bytes, size, pool->seed) >> 16);
}

void ruf_search_pool_fetch_slot(const struct search_pool *pool, uint32_t hash)
{
    if (pool->slots != NULL)
        __builtin_prefetch(&pool->slots[hash & pool->mask]);
}

void ruf_search_pool_fetch_item(const struct search_pool *pool, uint32_t hash)
{
    uint64_t slot = pool->slots == NULL ? 0 : pool->slots[hash & pool->mask];

    if (slot != 0)
        __builtin_prefetch(item_at(pool, (uint32_t)slot - 1));
}

uint32_t ruf_search_pool_add(struct search_pool *pool, const void *bytes,
                             size_t size)
{
    return ruf_search_pool_add_hashed(pool, bytes, size,
                                      ruf_search_pool_hash(pool, bytes, size));
}

uint32_t ruf_search_pool_add_hashed(struct search_pool *pool, const void *bytes,
                                    size_t size, uint32_t hash)
{
    size_t start = pool->bytes.size;
    size_t at;

    if (!make_room(pool))
        return SEARCH_POOL_FULL;
    for (at = hash & pool->mask; pool->slots[at] != 0;
         at = (at + 1) & pool->mask)
        if (pool->slots[at] >> 32 == hash) {
            const uint8_t *item = item_at(pool, (uint32_t)pool->slots[at] - 1);

            if (is_item(item, bytes, size))
                return ruf_load32(item);
        }
    ruf_write_u32(&pool->bytes, (uint32_t)pool->starts.count);
    ruf_write_u32(&pool->bytes, (uint32_t)size);
    ruf_write_bytes(&pool->bytes, bytes, size);
    if (pool->bytes.failed || pool->bytes.size > UINT32_MAX ||
        pool->starts.count >= SEARCH_POOL_FULL - 1 ||
        !ruf_search_list_add(&pool->starts, (uint32_t)start))
        return SEARCH_POOL_FULL;
    pool->slots[at] = (uint64_t)hash << 32 | (start + 1);
    return (uint32_t)pool->starts.count - 1;
}

void ruf_search_pool_free(struct search_pool *pool)
{
    ruf_writer_wipe(&pool->bytes);
    ruf_search_list_free(&pool->starts);
    free(pool->slots);
    memset(pool, 0, sizeof(*pool));
}

void ruf_search_write_array(struct ruf_writer *out, const uint32_t *items,
                            size_t count, unsigned width)
{
    /* Each item is written in full; the next one, or nobody, wants the rest. */
    uint8_t *at = ruf_write_room(out, count * width + sizeof(*items));

    if (at == NULL)
        return;
    for (size_t i = 0; i < count; i++, at += width)
        ruf_store32(at, items[i]);
    out->size += count * width;
}

void ruf_search_write_pad(struct ruf_writer *out)
{
    (void)ruf_write_space(out, RUF_SEARCH_PAD);
}
