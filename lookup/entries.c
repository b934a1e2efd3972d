/*
 * lookup/entries.c - blocks of entries, and walking all of them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/error.h"
#include "lookup/index_private.h"
#include <stdlib.h>
#include <string.h>

/* Blocks decrypted at a time by a cursor. */
#define CURSOR_BLOCKS 32u

bool ruf_entry_block_open(const uint8_t *bytes, struct entry_block *out)
{
    size_t used = ruf_load16(bytes + 2);

    out->left = ruf_load16(bytes);
    out->number = ruf_load64(bytes + 8);
    out->ordinal = ruf_load64(bytes + 16);
    if (out->left == 0 || used <= RUF_ENTRY_HEADER_SIZE ||
        used > RUF_IMAGE_BLOCK_SIZE || ruf_load32(bytes + 4) != 0)
        return false;
    out->next = bytes + RUF_ENTRY_HEADER_SIZE;
    out->end = bytes + used;
    return true;
}

/* A varint of one or two bytes is nearly all there is: read those here. */
static bool short_varint(struct entry_block *block, uint64_t *value)
{
    struct ruf_reader reader;

    if (block->next < block->end && block->next[0] < 0x80) {
        *value = *block->next++;
        return true;
    }
    reader = ruf_reader(block->next, (size_t)(block->end - block->next));
    *value = ruf_read_varint(&reader);
    block->next = reader.next;
    return !reader.failed;
}

bool ruf_entry_block_next(struct entry_block *block, struct ruf_text *label)
{
    uint64_t step;
    uint64_t size;

    if (!short_varint(block, &step) || !short_varint(block, &size) ||
        size == 0 || size > (uint64_t)(block->end - block->next))
        return false;
    block->number += step;
    label->data = (const char *)block->next;
    label->size = (size_t)size;
    block->next += size;
    block->left--;
    block->ordinal++;
    return true;
}

/* --- cursor
 * ----------------------------------------------------------------------- */

struct ruf_cursor {
    const struct ruf_index *index;
    struct ruf_image_reader *reader; /* on demand only */
    struct ruf_secret plain;
    uint64_t batch_first; /* first block in plain */
    uint64_t batch_count;
    uint64_t block; /* next block to open */
    struct entry_block entries;
    ruf_e164 last;
};

enum ruf_status ruf_cursor_create(const struct ruf_index *index,
                                  struct ruf_cursor **out,
                                  struct ruf_error *err)
{
    struct ruf_cursor *cursor = calloc(1, sizeof(*cursor));
    enum ruf_status status = RUF_OK;

    *out = NULL;
    if (cursor == NULL)
        return ruf_fail_memory(err);
    cursor->index = index;
    if (index->plain.bytes == NULL) {
        status = ruf_image_reader_create(index->image, &cursor->reader, err);
        if (status == RUF_OK)
            status = ruf_secret_create(CURSOR_BLOCKS * RUF_IMAGE_BLOCK_SIZE,
                                       &cursor->plain, err);
    }
    if (status != RUF_OK) {
        ruf_cursor_destroy(cursor);
        return status;
    }
    *out = cursor;
    return RUF_OK;
}

void ruf_cursor_destroy(struct ruf_cursor *cursor)
{
    if (cursor == NULL)
        return;
    ruf_image_reader_destroy(cursor->reader);
    ruf_secret_destroy(&cursor->plain);
    free(cursor);
}

static enum ruf_status fetch_batch(struct ruf_cursor *cursor,
                                   struct ruf_error *err)
{
    const struct ruf_index *index = cursor->index;

    cursor->batch_first = cursor->block;
    cursor->batch_count = index->entry_blocks - cursor->block;
    if (cursor->batch_count > CURSOR_BLOCKS)
        cursor->batch_count = CURSOR_BLOCKS;
    return ruf_image_read_blocks(
        cursor->reader, index->sections[RUF_SECTION_ENTRIES].place,
        cursor->batch_first, cursor->batch_count, cursor->plain.bytes, err);
}

static enum ruf_status open_next_block(struct ruf_cursor *cursor,
                                       struct ruf_error *err)
{
    const struct index_section *section =
        &cursor->index->sections[RUF_SECTION_ENTRIES];
    const uint8_t *bytes = section->bytes;
    enum ruf_status status = RUF_OK;

    if (bytes != NULL) {
        bytes += cursor->block * RUF_IMAGE_BLOCK_SIZE;
    } else {
        if (cursor->block >= cursor->batch_first + cursor->batch_count)
            status = fetch_batch(cursor, err);
        if (status != RUF_OK)
            return status;
        bytes = cursor->plain.bytes +
                (cursor->block - cursor->batch_first) * RUF_IMAGE_BLOCK_SIZE;
    }
    cursor->block++;
    if (!ruf_entry_block_open(bytes, &cursor->entries))
        return ruf_index_damaged(cursor->index, RUF_SECTION_ENTRIES, err);
    return RUF_OK;
}

enum ruf_status ruf_cursor_next(struct ruf_cursor *cursor,
                                struct ruf_entry *out, struct ruf_error *err)
{
    if (cursor->entries.left == 0) {
        enum ruf_status status;

        if (cursor->block == cursor->index->entry_blocks) {
            memset(out, 0, sizeof(*out));
            return RUF_OK;
        }
        status = open_next_block(cursor, err);
        if (status != RUF_OK)
            return status;
    }
    if (!ruf_entry_block_next(&cursor->entries, &out->label) ||
        cursor->entries.number <= cursor->last ||
        cursor->entries.number > RUF_E164_MAX)
        return ruf_index_damaged(cursor->index, RUF_SECTION_ENTRIES, err);
    cursor->last = cursor->entries.number;
    out->number = cursor->entries.number;
    return RUF_OK;
}
