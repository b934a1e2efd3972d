/*
 * sync/body.h - the bytes of an answer, as they arrive and unpacked
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_BODY_H
#define SYNC_BODY_H

#include "base/secret.h"
#include <stdbool.h>
#include <stddef.h>

/** Growing memory, or one block that is wiped. Zeroed to begin with. */
struct ruf_body {
    char *bytes; /**< NULL: nothing was ever there */
    size_t size;
    size_t capacity; /**< without the NUL */
    size_t max;
    bool too_large;
    bool no_memory;
    struct ruf_secret secret; /**< backs bytes if the answer is secret */
};

/**
 * Empty it for an answer of at most max bytes. Its memory is kept, unless it is
 * secret or was.
 * @return RUF_OK; RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_body_prepare(struct ruf_body *body, size_t max,
                                              bool secret,
                                              struct ruf_error *err);

/** Empty it for the same answer again. */
void ruf_body_restart(struct ruf_body *body);

/** @return false: too_large or no_memory says why. */
bool ruf_body_append(struct ruf_body *body, const void *bytes, size_t size);

/** Its bytes with a NUL behind them. */
char *ruf_body_text(struct ruf_body *body);

/** Free or wipe it. */
void ruf_body_drop(struct ruf_body *body);

struct libdeflate_decompressor; /* by a thread at a time */

/**
 * Unpack gzip (RFC 1952, any number of members).
 * @param[out] plain  prepared; a small bomb is counted as what it unfolds to.
 * @return false: too_large or no_memory of plain says why, or else the packed
 *         bytes are damaged.
 */
bool ruf_body_unpack(struct libdeflate_decompressor *unpacker,
                     const struct ruf_body *packed, struct ruf_body *plain);

#endif
