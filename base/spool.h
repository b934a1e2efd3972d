/*
 * base/spool.h - bytes in order, beyond a limit in a sealed temporary file
 *
 * What is built from more contacts than fit into memory passes through spools:
 * sorted runs, rows, sections. A spool is written from front to back, then read
 * from front to back, any number of times. Its end stays in memory; what
 * outgrows its limit goes, in blocks sealed by AES-256-GCM under a random key
 * that never leaves memory, to a file of all spools of a build. The file has no
 * name any more when its first byte is written, so none is left by a crash.
 *
 * A failure sticks to the file: calls after it do nothing, the caller asks once
 * at the end (ruf_spill_status()).
 *
 * Threads: one thread at a time for a file and all its spools.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_SPOOL_H
#define BASE_SPOOL_H

#include "base/bytes.h"
#include <rufname/status.h>

#define RUF_SPOOL_BLOCK ((size_t)64 << 10)
/** Most bytes ruf_spool_read() gives at once. */
#define RUF_SPOOL_READ_MAX ((size_t)16 << 10)

/** The temporary file; made when the first spool outgrows its limit. */
struct ruf_spill;

/**
 * @param[in] path  where the file may stand for a moment; one that a crash left
 *                  there is removed.
 * @return RUF_OK, RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_spill_create(const char *path,
                                              struct ruf_spill **out,
                                              struct ruf_error *err);

/** Wipes its key and gives the disk space back; its spools must not be read
 *  any more. NULL is fine. */
void ruf_spill_destroy(struct ruf_spill *spill);

/** @return RUF_OK or the first failure: RUF_E_NOMEM, RUF_E_IO (I805 to I807),
 *          RUF_E_CORRUPT (D710: the file was changed), RUF_E_INTERNAL. */
RUF_MUST_USE enum ruf_status ruf_spill_status(const struct ruf_spill *spill,
                                              struct ruf_error *err);

/** Bytes that were sealed into the file so far. */
uint64_t ruf_spill_size(const struct ruf_spill *spill);

struct ruf_spool {
    struct ruf_spill *spill; /**< borrowed */
    size_t limit;
    struct ruf_writer tail; /**< to be appended to; see ruf_spool_trim() */
    uint32_t *blocks;       /**< in the file, before the tail */
    size_t block_count;
    size_t block_room;
};

/** limit: bytes to keep in memory; at least a block is. */
void ruf_spool_start(struct ruf_spool *spool, struct ruf_spill *spill,
                     size_t limit);
/** Put all whole blocks of the tail into the file. */
void ruf_spool_flush(struct ruf_spool *spool);
/** Wipe and free; a zeroed struct is fine. */
void ruf_spool_free(struct ruf_spool *spool);

/** To be called from time to time while the tail is appended to. */
static inline void ruf_spool_trim(struct ruf_spool *spool)
{
    if (spool->tail.size > spool->limit)
        ruf_spool_flush(spool);
}

static inline uint64_t ruf_spool_size(const struct ruf_spool *spool)
{
    return (uint64_t)spool->block_count * RUF_SPOOL_BLOCK + spool->tail.size;
}

/** Reads a spool that is not written to meanwhile. */
struct ruf_spool_reader {
    const struct ruf_spool *spool;
    size_t next; /* block of the file */
    uint8_t *buffer;
    const uint8_t *at;
    const uint8_t *end;
};

/** Start at the front. Memory: two blocks, if any are in the file. */
void ruf_spool_reader_open(struct ruf_spool_reader *reader,
                           const struct ruf_spool *spool);
/** Wipe and free; a zeroed struct is fine. */
void ruf_spool_reader_close(struct ruf_spool_reader *reader);

/** The general case of ruf_spool_read(). */
const uint8_t *ruf_spool_read_on(struct ruf_spool_reader *reader, size_t size);

/**
 * The next size bytes, 1..RUF_SPOOL_READ_MAX, until the next call.
 * @return NULL behind the last ones, or after a failure.
 */
static inline const uint8_t *ruf_spool_read(struct ruf_spool_reader *reader,
                                            size_t size)
{
    const uint8_t *at = reader->at;

    if ((size_t)(reader->end - at) < size)
        return ruf_spool_read_on(reader, size);
    reader->at = at + size;
    return at;
}

#endif
