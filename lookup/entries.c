/*
 * lookup/entries.c - walking all entries in ascending order
 *
 * A cursor decrypts its own blocks, some at a time, also in resident mode's
 * absence; its memory does not depend on the size of the image.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/error.h"
#include "lookup/index_private.h"
#include <stdlib.h>
#include <string.h>

/* Blocks decrypted at a time. */
#define CURSOR_BLOCKS 32u

struct ruf_cursor {
    const struct ruf_index *index;
    struct ruf_image_reader *reader; /* on demand only */
    struct ruf_secret plain;         /* blocks, TAILS, one label */
    const uint8_t *tails;            /* all of TAILS */
    char *label;
    uint64_t batch_first; /* first block in plain */
    uint64_t batch_count;
    uint64_t block; /* next block to open */
    struct entry_block entries;
    ruf_e164 last;
};

/* On demand the tails are kept whole: at most 256 KiB, used by every label. */
static enum ruf_status read_tails(struct ruf_cursor *cursor,
                                  struct ruf_error *err)
{
    const struct index_section *tails =
        &cursor->index->sections[RUF_SECTION_TAILS];
    size_t blocks = CURSOR_BLOCKS * RUF_IMAGE_BLOCK_SIZE + INDEX_SLACK;
    size_t size = (size_t)tails->size + INDEX_SLACK;
    enum ruf_status status =
        ruf_secret_create(blocks + size + LABEL_ROOM, &cursor->plain, err);

    if (status != RUF_OK)
        return status;
    cursor->tails = cursor->plain.bytes + blocks;
    cursor->label = (char *)cursor->plain.bytes + blocks + size;
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
    cursor->tails = index->sections[RUF_SECTION_TAILS].bytes;
    if (cursor->tails == NULL) {
        status = ruf_image_reader_create(index->image, &cursor->reader, err);
        if (status == RUF_OK)
            status = read_tails(cursor, err);
    } else {
        status = ruf_secret_create(LABEL_ROOM, &cursor->plain, err);
        cursor->label = (char *)cursor->plain.bytes;
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
    if (!ruf_entry_block_open(cursor->index, bytes, &cursor->entries)) {
        cursor->entries.left = 0;
        return ruf_index_damaged(cursor->index, RUF_SECTION_ENTRIES, err);
    }
    return RUF_OK;
}

enum ruf_status ruf_cursor_next(struct ruf_cursor *cursor,
                                struct ruf_entry *out, struct ruf_error *err)
{
    struct entry_row row;

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
    if (!ruf_entry_block_next(&cursor->entries, &row) ||
        row.number <= cursor->last || row.number > RUF_E164_MAX ||
        !ruf_label_of(cursor->index, &row, cursor->tails, cursor->label,
                      &out->label))
        return ruf_index_damaged(cursor->index, RUF_SECTION_ENTRIES, err);
    cursor->last = row.number;
    out->number = row.number;
    return RUF_OK;
}
