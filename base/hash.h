/*
 * base/hash.h - the keyed hash of lookup tables
 *
 * XXH3 with a random secret of 192 bytes, drawn for each image. Keys of the
 * tables are foreign (a directory's users choose their numbers), and a seed
 * would not keep them from choosing keys that collide; a secret does, as long
 * as it stays sealed. Not a MAC: what a table finds is compared in full.
 *
 * Threads: pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#define XXH_INLINE_ALL
#include "base/bytes.h"
#include <xxhash.h>

#define RUF_HASH_SECRET_SIZE 192

/** Hash of any bytes. */
static inline uint64_t ruf_hash(const uint8_t secret[RUF_HASH_SECRET_SIZE],
                                const void *bytes, size_t size)
{
    return XXH3_64bits_withSecret(bytes, size, secret, RUF_HASH_SECRET_SIZE);
}

/** What ruf_hash_number() needs of the secret. */
static inline uint64_t
ruf_hash_number_secret(const uint8_t secret[RUF_HASH_SECRET_SIZE])
{
    return ruf_load64(secret + 8) ^ ruf_load64(secret + 16);
}

/**
 * ruf_hash() of the number's eight little-endian bytes, in registers: XXH3 of
 * 8 bytes is this one mixing step of the library.
 */
static inline uint64_t ruf_hash_number(uint64_t number_secret, uint64_t number)
{
    return XXH3_rrmxmx((number << 32 | number >> 32) ^ number_secret, 8);
}

#endif
