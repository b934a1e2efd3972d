/*
 * base/table.c - filling a hash table of an image
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/table.h"

/* Slots of a bucket are filled in order: the first free one is the count. */
static unsigned used_slots(const uint8_t *bucket)
{
    unsigned used = 0;

    while (used < RUF_BUCKET_SLOTS && ruf_bucket_reference(bucket, used) != 0)
        used++;
    return used;
}

uint32_t ruf_table_buckets(uint64_t keys)
{
    uint64_t buckets = keys * 5 / 4 / RUF_BUCKET_SLOTS + 1;

    return buckets > UINT32_MAX ? UINT32_MAX : (uint32_t)buckets;
}

bool ruf_table_put(struct ruf_table *table, uint64_t hash, uint32_t reference)
{
    uint32_t at = ruf_table_home(hash, table->buckets);

    for (unsigned probe = 0; probe < RUF_TABLE_PROBES; probe++) {
        uint8_t *bucket = table->bytes + (size_t)at * RUF_BUCKET_SIZE;
        unsigned slot = used_slots(bucket);

        if (slot < RUF_BUCKET_SLOTS) {
            ruf_store32(bucket + 4 * (size_t)slot, ruf_table_fingerprint(hash));
            ruf_store32(bucket + 4 * (size_t)(RUF_BUCKET_SLOTS + slot),
                        reference);
            return true;
        }
        bucket[0] |= 1;
        at = ruf_table_next(hash, at, table->buckets);
    }
    return false;
}
