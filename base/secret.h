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
    uint8_t *region; /**< the whole mapping, guards included */
    size_t region_size;
};

/** @return RUF_OK, RUF_E_NOMEM. A failing mlock() is not an error. */
RUF_MUST_USE enum ruf_status
ruf_secret_create(size_t size, struct ruf_secret *out, struct ruf_error *err);

/**
 * The same for a buffer of which little may ever be used: a page takes memory,
 * and is locked, when it is first touched.
 */
RUF_MUST_USE enum ruf_status ruf_secret_create_sparse(size_t size,
                                                      struct ruf_secret *out,
                                                      struct ruf_error *err);

/** The same for megabytes that may all be used: in huge pages where the system
 *  has them. */
RUF_MUST_USE enum ruf_status ruf_secret_create_large(size_t size,
                                                     struct ruf_secret *out,
                                                     struct ruf_error *err);

/** Wipe, unmap, zero the struct. A zeroed struct is fine. */
void ruf_secret_destroy(struct ruf_secret *secret);

/** The same for a sparse buffer whose owner has wiped what it wrote. */
void ruf_secret_destroy_wiped(struct ruf_secret *secret);

/** Overwrite bytes in a way the compiler keeps. */
void ruf_wipe(void *bytes, size_t size);

/** Random bytes of the system. @return RUF_OK, RUF_E_INTERNAL (E912). */
RUF_MUST_USE enum ruf_status ruf_random(void *bytes, size_t size,
                                        struct ruf_error *err);

#endif
