/*
 * base/spool.c - bytes in order, beyond a limit in a sealed temporary file
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/spool.h"
#include "base/error.h"
#include "base/file.h"
#include "base/seal.h"
#include "base/secret.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STORED_BLOCK (RUF_SPOOL_BLOCK + RUF_SEAL_TAG_SIZE)

struct ruf_spill {
    char *path;
    int fd; /* -1: nothing was put into it */
    uint32_t count;
    struct ruf_sealer *sealer;
    struct ruf_sealer *opener;
    uint8_t *stored; /* room for a sealed block */
    enum ruf_status status;
    struct ruf_error error;
};

/* --- the file
 * ----------------------------------------------------------------------- */

enum ruf_status ruf_spill_create(const char *path, struct ruf_spill **out,
                                 struct ruf_error *err)
{
    struct ruf_spill *spill = calloc(1, sizeof(*spill));

    *out = NULL;
    if (spill == NULL)
        return ruf_fail_memory(err);
    spill->fd = -1;
    spill->path = strdup(path);
    if (spill->path == NULL) {
        ruf_spill_destroy(spill);
        return ruf_fail_memory(err);
    }
    ruf_file_discard(path);
    *out = spill;
    return RUF_OK;
}

void ruf_spill_destroy(struct ruf_spill *spill)
{
    if (spill == NULL)
        return;
    if (spill->fd >= 0)
        (void)close(spill->fd);
    ruf_sealer_destroy(spill->sealer);
    ruf_sealer_destroy(spill->opener);
    free(spill->stored);
    free(spill->path);
    free(spill);
}

enum ruf_status ruf_spill_status(const struct ruf_spill *spill,
                                 struct ruf_error *err)
{
    if (spill->status != RUF_OK && err != NULL)
        *err = spill->error;
    return spill->status;
}

uint64_t ruf_spill_size(const struct ruf_spill *spill)
{
    return (uint64_t)spill->count * RUF_SPOOL_BLOCK;
}

static void fail_memory(struct ruf_spill *spill)
{
    if (spill->status == RUF_OK)
        spill->status = ruf_fail_memory(&spill->error);
}

/* The key is forgotten at once: the two contexts hold what they need of it. */
static enum ruf_status make_sealers(struct ruf_spill *spill)
{
    uint8_t key[RUF_SEAL_KEY_SIZE];
    enum ruf_status status = ruf_random(key, sizeof(key), &spill->error);

    if (status == RUF_OK)
        status =
            ruf_sealer_create(key, RUF_SEAL, &spill->sealer, &spill->error);
    if (status == RUF_OK)
        status =
            ruf_sealer_create(key, RUF_UNSEAL, &spill->opener, &spill->error);
    ruf_wipe(key, sizeof(key));
    return status;
}

static void open_spill(struct ruf_spill *spill)
{
    spill->stored = malloc(STORED_BLOCK);
    if (spill->stored == NULL) {
        fail_memory(spill);
        return;
    }
    spill->status = make_sealers(spill);
    if (spill->status == RUF_OK)
        spill->status =
            ruf_file_open_unnamed(spill->path, &spill->fd, &spill->error);
}

/* @return the block's number in the file. */
static uint32_t put_block(struct ruf_spill *spill, const uint8_t *plain)
{
    uint32_t number = spill->count;

    if (spill->status == RUF_OK && spill->fd < 0)
        open_spill(spill);
    if (spill->status == RUF_OK && number == UINT32_MAX)
        spill->status = ruf_fail(&spill->error, RUF_E_IO, "I807", spill->path,
                                 "more blocks than can be counted");
    if (spill->status == RUF_OK)
        spill->status = ruf_seal_block(
            spill->sealer, number, NULL, 0, plain, RUF_SPOOL_BLOCK,
            spill->stored, spill->stored + RUF_SPOOL_BLOCK, &spill->error);
    if (spill->status == RUF_OK)
        spill->status =
            ruf_file_pwrite(spill->fd, spill->path, spill->stored, STORED_BLOCK,
                            (uint64_t)number * STORED_BLOCK, &spill->error);
    if (spill->status == RUF_OK)
        spill->count++;
    return number;
}

static bool get_block(struct ruf_spill *spill, uint32_t number, uint8_t *plain)
{
    if (spill->status == RUF_OK)
        spill->status =
            ruf_file_pread(spill->fd, spill->path, spill->stored, STORED_BLOCK,
                           (uint64_t)number * STORED_BLOCK, &spill->error);
    if (spill->status == RUF_OK)
        spill->status = ruf_unseal_block(
            spill->opener, number, NULL, 0, spill->stored, RUF_SPOOL_BLOCK,
            spill->stored + RUF_SPOOL_BLOCK, plain, &spill->error);
    return spill->status == RUF_OK;
}

/* --- spools
 * ------------------------------------------------------------------------- */

void ruf_spool_start(struct ruf_spool *spool, struct ruf_spill *spill,
                     size_t limit)
{
    memset(spool, 0, sizeof(*spool));
    spool->spill = spill;
    spool->limit = limit < RUF_SPOOL_BLOCK ? RUF_SPOOL_BLOCK : limit;
}

static bool note_block(struct ruf_spool *spool, uint32_t block)
{
    if (spool->block_count == spool->block_room) {
        size_t room = spool->block_room == 0 ? 64 : 2 * spool->block_room;
        uint32_t *blocks = realloc(spool->blocks, room * sizeof(*blocks));

        if (blocks == NULL) {
            fail_memory(spool->spill);
            return false;
        }
        spool->blocks = blocks;
        spool->block_room = room;
    }
    spool->blocks[spool->block_count++] = block;
    return true;
}

void ruf_spool_flush(struct ruf_spool *spool)
{
    size_t done = 0;

    if (spool->tail.failed)
        fail_memory(spool->spill);
    while (spool->tail.size - done >= RUF_SPOOL_BLOCK &&
           spool->spill->status == RUF_OK) {
        uint32_t block = put_block(spool->spill, spool->tail.bytes + done);

        if (spool->spill->status != RUF_OK || !note_block(spool, block))
            break;
        done += RUF_SPOOL_BLOCK;
    }
    if (done > 0)
        memmove(spool->tail.bytes, spool->tail.bytes + done,
                spool->tail.size - done);
    spool->tail.size -= done;
    if (spool->spill->status != RUF_OK)
        spool->tail.size = 0; /* it must not grow for nothing */
}

void ruf_spool_free(struct ruf_spool *spool)
{
    ruf_writer_wipe(&spool->tail);
    free(spool->blocks);
    memset(spool, 0, sizeof(*spool));
}

/* --- reading
 * ----------------------------------------------------------------------- */

#define BUFFER_SIZE (RUF_SPOOL_READ_MAX + RUF_SPOOL_BLOCK)

void ruf_spool_reader_open(struct ruf_spool_reader *reader,
                           const struct ruf_spool *spool)
{
    memset(reader, 0, sizeof(*reader));
    reader->spool = spool;
    if (spool->tail.failed)
        fail_memory(spool->spill);
    if (spool->block_count == 0) {
        reader->at = spool->tail.bytes;
        reader->end = reader->at == NULL ? NULL : reader->at + spool->tail.size;
        return;
    }
    reader->buffer = malloc(BUFFER_SIZE);
    if (reader->buffer == NULL)
        fail_memory(spool->spill);
    reader->at = reader->buffer;
    reader->end = reader->buffer;
}

void ruf_spool_reader_close(struct ruf_spool_reader *reader)
{
    if (reader->buffer != NULL)
        ruf_wipe(reader->buffer, BUFFER_SIZE);
    free(reader->buffer);
    memset(reader, 0, sizeof(*reader));
}

/* Bytes of the next block, or of the tail's next part, behind those left. */
static bool fill(struct ruf_spool_reader *reader)
{
    const struct ruf_spool *spool = reader->spool;
    size_t left = (size_t)(reader->end - reader->at);
    size_t done = (reader->next - spool->block_count) * RUF_SPOOL_BLOCK;
    size_t more = RUF_SPOOL_BLOCK;

    if (left > 0)
        memmove(reader->buffer, reader->at, left);
    reader->at = reader->buffer;
    reader->end = reader->buffer + left;
    if (reader->next < spool->block_count) {
        if (!get_block(spool->spill, spool->blocks[reader->next],
                       reader->buffer + left))
            return false;
    } else if (done < spool->tail.size) {
        more = spool->tail.size - done < more ? spool->tail.size - done : more;
        memcpy(reader->buffer + left, spool->tail.bytes + done, more);
    } else {
        return false;
    }
    reader->next++;
    reader->end += more;
    return true;
}

const uint8_t *ruf_spool_read_on(struct ruf_spool_reader *reader, size_t size)
{
    const uint8_t *at;

    if (reader->buffer == NULL || size > RUF_SPOOL_READ_MAX)
        return NULL;
    while ((size_t)(reader->end - reader->at) < size)
        if (!fill(reader))
            return NULL;
    at = reader->at;
    reader->at += size;
    return at;
}
