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
#include <stdint.h>
#include <string.h>
#include <xxhash.h>

#define RUF_HASH_SECRET_SIZE 192

/** Hash of any bytes. */
static inline uint64_t ruf_hash(const uint8_t secret[RUF_HASH_SECRET_SIZE],
                                const void *bytes, size_t size)
{
    return XXH3_64bits_withSecret(bytes, size, secret, RUF_HASH_SECRET_SIZE);
}

/** Hash of a number, as its eight little-endian bytes. */
static inline uint64_t
ruf_hash_number(const uint8_t secret[RUF_HASH_SECRET_SIZE], uint64_t number)
{
    uint8_t bytes[8];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(number >> 8 * i);
    return ruf_hash(secret, bytes, sizeof(bytes));
}

#endif
