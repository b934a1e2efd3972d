/*
 * lookup/blocks.c - bytes of sections: resident, or decrypted as touched
 *
 * On demand, a query keeps the blocks it read last, a fixed number for each
 * section, so that its memory does not grow with the image: all tails of
 * labels, two of the numbers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "lookup/index_private.h"
#include <stdlib.h>

/* Blocks kept of each section; none of those that are only read as a whole. */
static const uint16_t slots_of[INDEX_SECTIONS] = {
    [RUF_SECTION_NUMBERS] = 2,          [RUF_SECTION_OWNERS] = 4,
    [RUF_SECTION_CONTACTS] = 2,         [RUF_SECTION_CONTACT_OFFSETS] = 8,
    [RUF_SECTION_TAILS] = 256,          [RUF_SECTION_LABELS] = 1,
    [RUF_SECTION_TEXTS] = 128,          [RUF_SECTION_IDENTITIES] = 2,
    [RUF_SECTION_IDENTITY_OFFSETS] = 2, [RUF_SECTION_SOURCE_IDS] = 2,
    [RUF_SECTION_HASH_IDS] = 2,         [RUF_SECTION_TRUNKS] = 64,
    [RUF_SECTION_BLOCKED] = 4,          [RUF_SECTION_PHOTOS] = 4,
    [RUF_SECTION_PHOTO_ROWS] = 8,
};

static uint32_t slots_for(const struct ruf_index *index, size_t kind)
{
    const struct index_section *section = &index->sections[kind];

    if (section->place == NULL || section->bytes != NULL)
        return 0;
    return section->place->block_count < slots_of[kind]
               ? (uint32_t)section->place->block_count
               : slots_of[kind];
}

/* Slots of all sections, and their bytes. */
static size_t count_slots(const struct ruf_index *index, size_t *bytes)
{
    size_t slots = 0;

    *bytes = INDEX_SLACK;
    for (size_t kind = 0; kind < INDEX_SECTIONS; kind++) {
        size_t here = slots_for(index, kind);

        slots += here;
        if (here > 0)
            *bytes += here * index->sections[kind].place->block_size;
    }
    return slots;
}

size_t ruf_blocks_size(const struct ruf_index *index)
{
    size_t bytes;

    (void)count_slots(index, &bytes);
    return bytes;
}

enum ruf_status ruf_blocks_create(struct ruf_query *query, uint8_t *bytes,
                                  struct ruf_error *err)
{
    const struct ruf_index *index = query->index;
    size_t size;
    uint64_t *held;

    query->held = calloc(count_slots(index, &size) + 1, sizeof(*query->held));
    if (query->held == NULL)
        return ruf_fail_memory(err);
    held = query->held;
    for (size_t kind = 0; kind < INDEX_SECTIONS; kind++) {
        uint32_t slots = slots_for(index, kind);

        query->caches[kind] = (struct block_cache){ bytes, held, slots };
        held += slots;
        if (slots > 0)
            bytes += (size_t)slots * index->sections[kind].place->block_size;
    }
    return RUF_OK;
}

void ruf_blocks_destroy(struct ruf_query *query)
{
    free(query->held);
    ruf_image_reader_destroy(query->reader);
}

/* Not in the cache: read it. Until it is verified the slot holds nothing. */
static enum ruf_status fetch(struct ruf_query *query,
                             enum ruf_section_kind kind, uint64_t block,
                             uint32_t slot, struct ruf_error *err)
{
    const struct index_section *section = &query->index->sections[kind];
    struct block_cache *cache = &query->caches[kind];
    enum ruf_status status = RUF_OK;

    if (query->reader == NULL)
        status =
            ruf_image_reader_create(query->index->image, &query->reader, err);
    cache->held[slot] = 0;
    if (status == RUF_OK)
        status = ruf_image_read_blocks(
            query->reader, section->place, block, 1,
            cache->bytes + (size_t)slot * section->place->block_size, err);
    if (status == RUF_OK)
        cache->held[slot] = block + 1;
    return status;
}

enum ruf_status ruf_index_block(struct ruf_query *query,
                                enum ruf_section_kind kind, uint64_t block,
                                const uint8_t **out, struct ruf_error *err)
{
    const struct index_section *section = &query->index->sections[kind];
    struct block_cache *cache = &query->caches[kind];
    enum ruf_status status = RUF_OK;
    uint32_t slot;

    if (section->place == NULL || block >= section->place->block_count)
        return ruf_index_damaged(query->index, kind, err);
    if (section->bytes != NULL) {
        *out = section->bytes + block * section->place->block_size;
        return ruf_index_is_ready(query->index, section, block)
                   ? RUF_OK
                   : ruf_index_load_block(query, section, block, err);
    }
    if (cache->slots == 0 || cache->bytes == NULL)
        return ruf_index_damaged(query->index, kind, err);
    slot = (uint32_t)(block % cache->slots);
    if (cache->held[slot] != block + 1)
        status = fetch(query, kind, block, slot, err);
    *out = cache->bytes + (size_t)slot * section->place->block_size;
    return status;
}

enum ruf_status ruf_index_copy(struct ruf_query *query,
                               enum ruf_section_kind kind, uint64_t offset,
                               size_t size, void *out, struct ruf_error *err)
{
    const struct index_section *section = &query->index->sections[kind];
    uint8_t *next = out;

    if (section->place == NULL || offset > section->size ||
        size > section->size - offset)
        return ruf_index_damaged(query->index, kind, err);
    while (size > 0) {
        size_t at = (size_t)(offset % section->place->block_size);
        size_t step = section->place->block_size - at;
        const uint8_t *bytes = NULL;
        enum ruf_status status = ruf_index_block(
            query, kind, offset / section->place->block_size, &bytes, err);

        if (status != RUF_OK || bytes == NULL)
            return status;
        step = step < size ? step : size;
        memcpy(next, bytes + at, step);
        next += step;
        offset += step;
        size -= step;
    }
    return RUF_OK;
}

/* Blocks of a resident section that hold these bytes. */
static enum ruf_status make_ready(struct ruf_query *query,
                                  const struct index_section *section,
                                  uint64_t offset, size_t size,
                                  struct ruf_error *err)
{
    uint64_t block = offset / section->place->block_size;
    enum ruf_status status = RUF_OK;

    for (;
         status == RUF_OK && block * section->place->block_size < offset + size;
         block++)
        if (!ruf_index_is_ready(query->index, section, block))
            status = ruf_index_load_block(query, section, block, err);
    return status;
}

enum ruf_status ruf_index_bytes(struct ruf_query *query,
                                enum ruf_section_kind kind, uint64_t offset,
                                size_t size, const uint8_t **out,
                                struct ruf_error *err)
{
    const struct index_section *section = &query->index->sections[kind];
    const uint8_t *block = NULL;
    size_t at;
    enum ruf_status status;

    if (section->place == NULL || offset > section->size ||
        size > section->size - offset)
        return ruf_index_damaged(query->index, kind, err);
    if (section->bytes != NULL) {
        *out = section->bytes + offset;
        return make_ready(query, section, offset, size, err);
    }
    at = (size_t)(offset % section->place->block_size);
    if (at + size > section->place->block_size) {
        if (size > query->index->limits.record)
            return ruf_index_damaged(query->index, kind, err);
        *out = query->copy;
        return ruf_index_copy(query, kind, offset, size, query->copy, err);
    }
    status = ruf_index_block(query, kind, offset / section->place->block_size,
                             &block, err);
    if (status == RUF_OK)
        *out = block + at;
    return status;
}

enum ruf_status ruf_index_has_number(struct ruf_query *query,
                                     enum ruf_section_kind kind,
                                     uint64_t offset, uint32_t count,
                                     ruf_e164 number, bool *has,
                                     struct ruf_error *err)
{
    uint32_t low = 0;
    uint32_t high = count;

    *has = false;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint8_t bytes[sizeof(ruf_e164)];
        enum ruf_status status =
            ruf_index_copy(query, kind, offset + middle * sizeof(bytes),
                           sizeof(bytes), bytes, err);

        if (status != RUF_OK)
            return status;
        if (ruf_load64(bytes) == number) {
            *has = true;
            return RUF_OK;
        }
        if (ruf_load64(bytes) < number)
            low = middle + 1;
        else
            high = middle;
    }
    return RUF_OK;
}

/* Where the record at a place of a block of offsets starts, and, by the place
 * behind it, ends. */
static uint64_t record_start(const uint8_t *block, size_t place)
{
    return ruf_load64(block) + ruf_load32(block + 8 + 4 * place);
}

enum ruf_status ruf_index_record(struct ruf_query *query,
                                 enum ruf_section_kind records,
                                 enum ruf_section_kind offsets, uint64_t used,
                                 uint32_t number, const uint8_t **out,
                                 size_t *size, struct ruf_error *err)
{
    size_t place = number % RUF_OFFSETS_PER_BLOCK;
    const uint8_t *block = NULL;
    uint64_t start;
    uint64_t end;
    enum ruf_status status = ruf_index_block(
        query, offsets, number / RUF_OFFSETS_PER_BLOCK, &block, err);

    if (status != RUF_OK || block == NULL)
        return status;
    start = record_start(block, place);
    end = record_start(block, place + 1);
    if (ruf_load64(block) > used || end < start || end > used)
        return ruf_index_damaged(query->index, offsets, err);
    *size = (size_t)(end - start);
    return ruf_index_bytes(query, records, start, *size, out, err);
}

/* A record is most often read in its first two lines of cache. */
#define CACHE_LINE 64

void ruf_index_prefetch_record(const struct ruf_index *index,
                               enum ruf_section_kind records,
                               enum ruf_section_kind offsets, uint32_t number)
{
    const struct index_section *section = &index->sections[offsets];
    uint64_t block = number / RUF_OFFSETS_PER_BLOCK;
    const uint8_t *bytes = index->sections[records].bytes;
    uint64_t at;

    if (section->bytes == NULL || bytes == NULL ||
        block >= section->place->block_count ||
        !ruf_index_is_ready(index, section, block))
        return;
    at = record_start(section->bytes + block * section->place->block_size,
                      number % RUF_OFFSETS_PER_BLOCK);
    if (at >= index->sections[records].size)
        return;
    __builtin_prefetch(bytes + at);
    __builtin_prefetch(bytes + at + CACHE_LINE);
}
