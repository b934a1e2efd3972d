/*
 * base/secret.h - memory for keys, tokens and decrypted contacts
 *
 * Pages of their own: locked into RAM where the limit allows, left out of core
 * dumps, guarded on both sides, wiped before they are given back.
 *
 * Threads: any thread; one buffer belongs to one owner.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <rufname/status.h>
#include <stddef.h>
#include <stdint.h>

/** A secret buffer. bytes is page-aligned and starts zeroed. */
struct ruf_secret {
    uint8_t *bytes;
    size_t size;
};

/** @return RUF_OK, RUF_E_NOMEM. A failing mlock() is not an error. */
RUF_MUST_USE enum ruf_status
ruf_secret_create(size_t size, struct ruf_secret *out, struct ruf_error *err);

/** Wipe, unmap, zero the struct. A zeroed struct is fine. */
void ruf_secret_destroy(struct ruf_secret *secret);

/** Overwrite bytes in a way the compiler keeps. */
void ruf_wipe(void *bytes, size_t size);

/** Random bytes of the system. @return RUF_OK, RUF_E_INTERNAL (E912). */
RUF_MUST_USE enum ruf_status ruf_random(void *bytes, size_t size,
                                        struct ruf_error *err);

#endif
