/*
 * lookup/query.c - number to caller, contact by number
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/error.h"
#include "lookup/index_private.h"
#include <stdlib.h>
#include <string.h>

enum ruf_status ruf_query_create(const struct ruf_index *index,
                                 struct ruf_query **out, struct ruf_error *err)
{
    struct ruf_query *query = calloc(1, sizeof(*query));
    enum ruf_status status = RUF_OK;

    *out = NULL;
    if (query == NULL)
        return ruf_fail_memory(err);
    query->index = index;
    if (index->plain.bytes == NULL)
        status = ruf_image_reader_create(index->image, &query->reader, err);
    if (status != RUF_OK) {
        ruf_query_destroy(query);
        return status;
    }
    *out = query;
    return RUF_OK;
}

void ruf_query_destroy(struct ruf_query *query)
{
    if (query == NULL)
        return;
    for (size_t i = 0; i < INDEX_SECTIONS; i++)
        ruf_secret_destroy(&query->cache[i].plain);
    ruf_image_reader_destroy(query->reader);
    if (query->copy != NULL)
        ruf_wipe(query->copy, query->copy_room);
    free(query->copy);
    free(query->owners);
    free(query->numbers);
    free(query->texts);
    if (query->search != NULL)
        query->search_free(query->search);
    free(query);
}

/* --- bytes
 * ------------------------------------------------------------------------ */

static enum ruf_status cached_block(struct ruf_query *query,
                                    enum ruf_section_kind kind, uint64_t block,
                                    const uint8_t **out, struct ruf_error *err)
{
    struct block_cache *cache = &query->cache[kind];
    enum ruf_status status = RUF_OK;

    if (cache->plain.bytes == NULL)
        status = ruf_secret_create(RUF_IMAGE_BLOCK_SIZE, &cache->plain, err);
    if (status == RUF_OK && (!cache->filled || cache->block != block)) {
        cache->filled = false;
        status = ruf_image_read_blocks(query->reader,
                                       query->index->sections[kind].place,
                                       block, 1, cache->plain.bytes, err);
        cache->filled = status == RUF_OK;
        cache->block = block;
    }
    *out = cache->plain.bytes;
    return status;
}

static bool grow_copy(struct ruf_query *query, size_t size)
{
    uint8_t *copy;

    if (query->copy_room >= size)
        return true;
    copy = malloc(size);
    if (copy == NULL)
        return false;
    if (query->copy != NULL)
        ruf_wipe(query->copy, query->copy_room);
    free(query->copy);
    query->copy = copy;
    query->copy_room = size;
    return true;
}

enum ruf_status ruf_index_bytes(struct ruf_query *query,
                                enum ruf_section_kind kind, uint64_t offset,
                                size_t size, const uint8_t **out,
                                struct ruf_error *err)
{
    const struct index_section *section = &query->index->sections[kind];
    uint64_t at = offset % RUF_IMAGE_BLOCK_SIZE;
    size_t done = 0;

    if (offset > section->size || size > section->size - offset)
        return ruf_index_damaged(query->index, kind, err);
    if (section->bytes != NULL) {
        *out = section->bytes + offset;
        return RUF_OK;
    }
    if (at + size > RUF_IMAGE_BLOCK_SIZE && !grow_copy(query, size))
        return ruf_fail_memory(err);
    do {
        const uint8_t *block;
        size_t step = RUF_IMAGE_BLOCK_SIZE - (size_t)at;
        enum ruf_status status = cached_block(
            query, kind, (offset + done) / RUF_IMAGE_BLOCK_SIZE, &block, err);

        if (status != RUF_OK)
            return status;
        if (done == 0 && size <= step) {
            *out = block + at;
            return RUF_OK;
        }
        step = step < size - done ? step : size - done;
        memcpy(query->copy + done, block + at, step);
        done += step;
        at = 0;
    } while (done < size);
    *out = query->copy;
    return RUF_OK;
}

/* --- lookup
 * ------------------------------------------------------------------------- */

/* The last block whose first number is not above this one; entry_blocks if
 * the number lies before all of them. */
static enum ruf_status find_block(struct ruf_query *query, ruf_e164 number,
                                  uint64_t *out, struct ruf_error *err)
{
    uint64_t low = 0;
    uint64_t high = query->index->entry_blocks;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        const uint8_t *fence;
        enum ruf_status status = ruf_index_bytes(query, RUF_SECTION_FENCES,
                                                 8 * middle, 8, &fence, err);

        if (status != RUF_OK)
            return status;
        if (ruf_load64(fence) <= number)
            low = middle + 1;
        else
            high = middle;
    }
    *out = low == 0 ? query->index->entry_blocks : low - 1;
    return RUF_OK;
}

static enum ruf_status read_owners(struct ruf_query *query, uint64_t ordinal,
                                   struct ruf_caller *out,
                                   struct ruf_error *err)
{
    const struct ruf_index *index = query->index;
    const uint8_t *bytes;
    uint64_t first;
    uint64_t end;
    enum ruf_status status =
        ruf_index_bytes(query, RUF_SECTION_OWNERS, 4 * ordinal, 8, &bytes, err);

    if (status != RUF_OK)
        return status;
    first = ruf_load32(bytes);
    end = ruf_load32(bytes + 4);
    if (end < first || end > index->owner_count)
        return ruf_index_damaged(index, RUF_SECTION_OWNERS, err);
    out->contact_count = (size_t)(end - first);
    if (query->owner_room < out->contact_count) {
        free(query->owners);
        query->owners = calloc(out->contact_count, sizeof(*query->owners));
        query->owner_room = query->owners == NULL ? 0 : out->contact_count;
        if (query->owners == NULL)
            return ruf_fail_memory(err);
    }
    status = ruf_index_bytes(query, RUF_SECTION_OWNERS,
                             4 * (index->entry_count + 1 + first),
                             4 * out->contact_count, &bytes, err);
    for (size_t i = 0; i < out->contact_count && status == RUF_OK; i++)
        query->owners[i] = ruf_load32(bytes + 4 * i);
    out->contacts = query->owners;
    return status;
}

enum ruf_status ruf_query_lookup(struct ruf_query *query, ruf_e164 number,
                                 struct ruf_caller *out, struct ruf_error *err)
{
    struct entry_block entries;
    const uint8_t *bytes;
    uint64_t block;
    enum ruf_status status = find_block(query, number, &block, err);

    memset(out, 0, sizeof(*out));
    if (status != RUF_OK || block == query->index->entry_blocks)
        return status;
    status = ruf_index_bytes(query, RUF_SECTION_ENTRIES,
                             block * RUF_IMAGE_BLOCK_SIZE, RUF_IMAGE_BLOCK_SIZE,
                             &bytes, err);
    if (status != RUF_OK)
        return status;
    if (!ruf_entry_block_open(bytes, &entries))
        return ruf_index_damaged(query->index, RUF_SECTION_ENTRIES, err);
    while (entries.left > 0) {
        struct ruf_text label;

        if (!ruf_entry_block_next(&entries, &label) ||
            entries.ordinal > query->index->entry_count)
            return ruf_index_damaged(query->index, RUF_SECTION_ENTRIES, err);
        if (entries.number > number)
            break;
        if (entries.number == number) {
            out->known = true;
            out->label = label;
            return read_owners(query, entries.ordinal - 1, out, err);
        }
    }
    return RUF_OK;
}

/* --- contacts
 * ------------------------------------------------------------------------ */

static bool grow_lists(struct ruf_query *query, size_t numbers, size_t texts)
{
    if (query->number_room < numbers) {
        free(query->numbers);
        query->numbers = calloc(numbers, sizeof(*query->numbers));
        query->number_room = query->numbers == NULL ? 0 : numbers;
    }
    if (query->text_room < texts) {
        struct ruf_text *grown =
            realloc(query->texts, texts * sizeof(*query->texts));

        if (grown == NULL)
            return false;
        query->texts = grown;
        query->text_room = texts;
    }
    return query->number_room >= numbers;
}

static bool parse_numbers(struct ruf_query *query, struct ruf_reader *reader,
                          struct ruf_contact *out)
{
    for (size_t i = 0; i < out->number_count; i++) {
        uint8_t kind = ruf_read_u8(reader);

        if (kind >= RUF_KIND_COUNT)
            reader->failed = true;
        query->numbers[i].kind = (enum ruf_number_kind)kind;
        query->numbers[i].e164 = ruf_read_varint(reader);
        query->numbers[i].raw = ruf_read_text(reader);
    }
    out->numbers = query->numbers;
    return !reader->failed;
}

enum ruf_status ruf_contact_parse(struct ruf_query *query, const uint8_t *bytes,
                                  size_t size, struct ruf_contact *out,
                                  struct ruf_error *err)
{
    struct ruf_reader reader = ruf_reader(bytes, size);
    const uint8_t *id = ruf_read_bytes(&reader, sizeof(out->id.bytes));
    uint64_t count;

    memset(out, 0, sizeof(*out));
    if (id != NULL)
        memcpy(out->id.bytes, id, sizeof(out->id.bytes));
    (void)ruf_read_u8(&reader); /* priority: only the order needs it */
    out->given = ruf_read_text(&reader);
    out->family = ruf_read_text(&reader);
    out->display = ruf_read_text(&reader);
    out->company = ruf_read_text(&reader);
    out->title = ruf_read_text(&reader);
    out->department = ruf_read_text(&reader);
    count = ruf_read_varint(&reader);
    out->number_count = count <= size ? (size_t)count : 0;
    if (!grow_lists(query, out->number_count + 1, 1))
        return ruf_fail_memory(err);
    reader.failed = reader.failed || count > size;
    (void)parse_numbers(query, &reader, out);
    count = ruf_read_varint(&reader);
    out->email_count = count <= size ? (size_t)count : 0;
    if (!grow_lists(query, 1, out->email_count + 1))
        return ruf_fail_memory(err);
    for (size_t i = 0; i < out->email_count; i++)
        query->texts[i] = ruf_read_text(&reader);
    count = ruf_read_varint(&reader);
    out->source_count = count <= size ? (size_t)count : 0;
    if (!grow_lists(query, 1, out->email_count + out->source_count + 1))
        return ruf_fail_memory(err);
    for (size_t i = 0; i < out->source_count; i++)
        query->texts[out->email_count + i] = ruf_read_text(&reader);
    out->emails = query->texts;
    out->sources = query->texts + out->email_count;
    if (reader.failed || ruf_reader_left(&reader) != 0)
        return ruf_index_damaged(query->index, RUF_SECTION_CONTACTS, err);
    return RUF_OK;
}

enum ruf_status ruf_query_contact(struct ruf_query *query, uint32_t contact,
                                  struct ruf_contact *out,
                                  struct ruf_error *err)
{
    const struct ruf_index *index = query->index;
    const uint8_t *bytes = NULL;
    uint64_t start;
    uint64_t end;
    enum ruf_status status;

    memset(out, 0, sizeof(*out));
    if (contact >= index->contact_count)
        return ruf_fail(err, RUF_E_NOT_FOUND, "D723",
                        ruf_image_path(index->image),
                        "no contact has this number");
    status = ruf_index_bytes(query, RUF_SECTION_CONTACT_OFFSETS,
                             8 * (uint64_t)contact, 16, &bytes, err);
    if (status != RUF_OK)
        return status;
    start = ruf_load64(bytes);
    end = ruf_load64(bytes + 8);
    if (end < start || end > index->contacts_size)
        return ruf_index_damaged(index, RUF_SECTION_CONTACT_OFFSETS, err);
    status = ruf_index_bytes(query, RUF_SECTION_CONTACTS, start,
                             (size_t)(end - start), &bytes, err);
    if (status != RUF_OK)
        return status;
    return ruf_contact_parse(query, bytes, (size_t)(end - start), out, err);
}
