/*
 * lookup/entries.c - walking all entries in ascending order
 *
 * A cursor decrypts its own blocks, in both modes; its memory does not depend
 * on the size of the image.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/error.h"
#include "lookup/index_private.h"
#include <stdlib.h>
#include <string.h>

/* Blocks decrypted at a time. */
#define CURSOR_BLOCKS 4u

struct ruf_cursor {
    const struct ruf_index *index;
    struct ruf_image_reader *reader;
    struct ruf_secret plain; /* blocks, TAILS, one label */
    const uint8_t *tails;    /* all of TAILS */
    char *label;
    uint64_t batch_first; /* first block in plain */
    uint64_t batch_count;
    uint64_t block;      /* next block to open */
    const uint8_t *next; /* next entry of the open block */
    const uint8_t *end;
    uint32_t left;
    ruf_e164 last;
};

/* Tails are kept whole: at most 256 KiB, used by nearly every label. */
static enum ruf_status make_room(struct ruf_cursor *cursor,
                                 struct ruf_error *err)
{
    const struct index_section *tails =
        &cursor->index->sections[RUF_SECTION_TAILS];
    size_t blocks = CURSOR_BLOCKS * RUF_ENTRY_BLOCK_SIZE + INDEX_SLACK;
    size_t size = (size_t)tails->size + INDEX_SLACK;
    enum ruf_status status = ruf_secret_create(
        blocks + size + LABEL_FRONT + LABEL_ROOM, &cursor->plain, err);

    if (status != RUF_OK)
        return status;
    cursor->tails = cursor->plain.bytes + blocks;
    cursor->label = (char *)cursor->plain.bytes + blocks + size + LABEL_FRONT;
    return ruf_image_read_blocks(cursor->reader, tails->place, 0,
                                 tails->place->block_count,
                                 cursor->plain.bytes + blocks, err);
}

enum ruf_status ruf_cursor_create(const struct ruf_index *index,
                                  struct ruf_cursor **out,
                                  struct ruf_error *err)
{
    struct ruf_cursor *cursor = calloc(1, sizeof(*cursor));
    enum ruf_status status;

    *out = NULL;
    if (cursor == NULL)
        return ruf_fail_memory(err);
    cursor->index = index;
    status = ruf_image_reader_create(index->image, &cursor->reader, err);
    if (status == RUF_OK)
        status = make_room(cursor, err);
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

static enum ruf_status damaged(const struct ruf_cursor *cursor,
                               struct ruf_error *err)
{
    return ruf_index_damaged(cursor->index, RUF_SECTION_ENTRIES, err);
}

static enum ruf_status fetch_batch(struct ruf_cursor *cursor,
                                   struct ruf_error *err)
{
    const struct ruf_image_section *entries =
        cursor->index->sections[RUF_SECTION_ENTRIES].place;
    uint64_t count = entries->block_count - cursor->block;

    cursor->batch_first = cursor->block;
    cursor->batch_count = count < CURSOR_BLOCKS ? count : CURSOR_BLOCKS;
    return ruf_image_read_blocks(cursor->reader, entries, cursor->batch_first,
                                 cursor->batch_count, cursor->plain.bytes, err);
}

static enum ruf_status open_next_block(struct ruf_cursor *cursor,
                                       struct ruf_error *err)
{
    const uint8_t *bytes;
    uint32_t used;
    enum ruf_status status = RUF_OK;

    if (cursor->block >= cursor->batch_first + cursor->batch_count)
        status = fetch_batch(cursor, err);
    if (status != RUF_OK)
        return status;
    bytes = cursor->plain.bytes +
            (cursor->block - cursor->batch_first) * RUF_ENTRY_BLOCK_SIZE;
    used = ruf_load32(bytes + 12);
    if (ruf_load64(bytes) != cursor->last || ruf_load16(bytes + 8) == 0 ||
        used <= RUF_ENTRY_HEADER_SIZE || used > RUF_ENTRY_BLOCK_SIZE)
        return damaged(cursor, err);
    cursor->left = ruf_load16(bytes + 8);
    cursor->next = bytes + RUF_ENTRY_HEADER_SIZE;
    cursor->end = bytes + used;
    cursor->block++;
    return RUF_OK;
}

/* Read the entry at cursor->next. Its bytes may go on for INDEX_SLACK, so only
 * its end is checked. @return false if it is damaged. */
static inline bool read_entry(struct ruf_cursor *cursor, struct ruf_entry *out)
{
    const uint8_t *at = cursor->next;
    uint32_t code = at[0] & 3u;
    uint32_t width = code + 1 + (code & code >> 1) * 4;
    size_t head_size = at[0] >> 2;
    uint64_t step = ruf_load64(at + 3) & (UINT64_MAX >> (64 - 8 * width));
    const uint8_t *head = at + 3 + width;

    if (head_size == RUF_ENTRY_LONG) {
        head_size = ruf_load16(head);
        head += 2;
    }
    if (head + head_size > cursor->end || step == 0 ||
        step > RUF_E164_MAX - cursor->last)
        return false;
    out->label.size =
        ruf_label_join(cursor->index, head, head_size, head + LABEL_STEP,
                       ruf_load16(at + 1), cursor->tails, cursor->label);
    out->label.data = cursor->label;
    cursor->last += step;
    out->number = cursor->last;
    cursor->next = head + head_size;
    return out->label.size > 0;
}

enum ruf_status ruf_cursor_next(struct ruf_cursor *cursor,
                                struct ruf_entry *out, struct ruf_error *err)
{
    if (cursor->left == 0) {
        enum ruf_status status;

        if (cursor->block ==
            cursor->index->sections[RUF_SECTION_ENTRIES].place->block_count) {
            memset(out, 0, sizeof(*out));
            return RUF_OK;
        }
        status = open_next_block(cursor, err);
        if (status != RUF_OK)
            return status;
    }
    if (!read_entry(cursor, out))
        return damaged(cursor, err);
    cursor->left--;
    return RUF_OK;
}
