/*
 * base/table.h - hash tables inside an image: a key leads to its row
 *
 * A table is a run of 64-byte buckets, one cache line each: eight fingerprints
 * (u32), then eight references (u32, 0 = free slot). A key's hash gives its
 * home bucket (upper half) and its fingerprint (lower half without bit 0). A
 * bucket that is full sends further keys on and says so in bit 0 of its first
 * fingerprint, so a search for a missing key nearly always ends in its home
 * bucket. How far on depends on the key, so full buckets do not cluster. The
 * table holds no keys: the reader compares the key at the place the reference
 * names.
 *
 * Threads: reading is pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include "base/bytes.h"
#include <stdbool.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define RUF_BUCKET_SIZE 64u
#define RUF_BUCKET_SLOTS 8u

/** A key lies in the home bucket of its hash or one of 15 further ones. */
#define RUF_TABLE_PROBES 16u

/** Home bucket of a hash. */
static inline uint32_t ruf_table_home(uint64_t hash, uint32_t buckets)
{
    return (uint32_t)((hash >> 32) * buckets >> 32);
}

/** The bucket behind 'at' on the way of this hash: a step of 1..255 on. */
static inline uint32_t ruf_table_next(uint64_t hash, uint32_t at,
                                      uint32_t buckets)
{
    return (uint32_t)((at + ((hash >> 8 & 0xFF) | 1)) % buckets);
}

/** What a slot keeps of a hash. */
static inline uint32_t ruf_table_fingerprint(uint64_t hash)
{
    return (uint32_t)hash & ~1u;
}

/** Did keys of this bucket, or keys that passed it, move on to the next? */
static inline bool ruf_bucket_ran_over(const uint8_t *bucket)
{
    return (bucket[0] & 1) != 0;
}

/** Reference in a slot; 0 = free. */
static inline uint32_t ruf_bucket_reference(const uint8_t *bucket,
                                            unsigned slot)
{
    return ruf_load32(bucket + 4 * (RUF_BUCKET_SLOTS + slot));
}

#if defined(__SSE2__)

/* Bit per u32 of the first eight that is 'want' in the bits of 'mask'. */
static inline unsigned ruf_match_words(const uint8_t *bytes, uint32_t mask,
                                       uint32_t want)
{
    const __m128i wanted = _mm_set1_epi32((int)want);
    const __m128i masks = _mm_set1_epi32((int)mask);
    __m128i low = _mm_loadu_si128((const __m128i *)(const void *)bytes);
    __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(bytes + 16));

    low = _mm_cmpeq_epi32(_mm_and_si128(low, masks), wanted);
    high = _mm_cmpeq_epi32(_mm_and_si128(high, masks), wanted);
    low = _mm_packs_epi32(low, high);
    return (unsigned)_mm_movemask_epi8(_mm_packs_epi16(low, low)) & 0xFF;
}

#else

/* Bit per u32 of the first eight that is 'want' in the bits of 'mask'. */
static inline unsigned ruf_match_words(const uint8_t *bytes, uint32_t mask,
                                       uint32_t want)
{
    unsigned match = 0;

    for (unsigned i = 0; i < 8; i++)
        match |= (unsigned)((ruf_load32(bytes + 4 * i) & mask) == want) << i;
    return match;
}

#endif

/** Bit per slot whose fingerprint is this one. */
static inline unsigned ruf_bucket_match(const uint8_t *bucket,
                                        uint32_t fingerprint)
{
    return ruf_match_words(bucket, ~1u, fingerprint);
}

/** Position of the lowest bit set; mask is not 0. */
static inline unsigned ruf_bucket_first(unsigned mask)
{
    return (unsigned)__builtin_ctz(mask);
}

/** A table being built. */
struct ruf_table {
    uint8_t *bytes; /**< buckets * RUF_BUCKET_SIZE, the caller's, zeroed */
    uint32_t buckets;
};

/** Buckets for that many keys: four fifths full. At least 1. */
uint32_t ruf_table_buckets(uint64_t keys);

/**
 * Put a reference (not 0) under a hash. Equal keys may be put more than once.
 * @return false if its 16 buckets are full: build a larger table.
 */
bool ruf_table_put(struct ruf_table *table, uint64_t hash, uint32_t reference);

#endif
