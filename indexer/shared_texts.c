/*
 * indexer/shared_texts.c - texts that many contacts have, stored once
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/shared_texts.h"
#include "base/hash.h"
#include "base/image_sections.h"
#include "base/secret.h"
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 1024u
#define CAPACITY_MAX (1u << 21)
#define POOL_MAX ((size_t)64 << 20)

/* A text seen; its copy lies in the pool. size 0: free slot. */
struct shared_text_slot {
    uint32_t hash;
    uint32_t step; /* 0: seen once */
    uint32_t offset;
    uint32_t size;
};

void ruf_shared_texts_start(struct ruf_shared_texts *texts,
                            const uint8_t *secret, size_t size_max)
{
    memset(texts, 0, sizeof(*texts));
    texts->secret = secret;
    texts->size_max = size_max;
    ruf_write_u32(&texts->section, 0);
}

static bool grow(struct ruf_shared_texts *texts)
{
    uint32_t capacity =
        texts->capacity == 0 ? FIRST_CAPACITY : 2 * texts->capacity;
    struct shared_text_slot *slots = calloc(capacity, sizeof(*slots));

    if (slots == NULL) {
        texts->failed = true;
        return false;
    }
    for (uint32_t i = 0; i < texts->capacity; i++) {
        uint32_t at = texts->slots[i].hash & (capacity - 1);

        if (texts->slots[i].size == 0)
            continue;
        while (slots[at].size != 0)
            at = (at + 1) & (capacity - 1);
        slots[at] = texts->slots[i];
    }
    free(texts->slots);
    texts->slots = slots;
    texts->capacity = capacity;
    texts->last = 0;
    return true;
}

static bool holds(const struct ruf_shared_texts *texts, uint32_t at,
                  struct ruf_text text)
{
    const struct shared_text_slot *slot = &texts->slots[at];

    return slot->size == text.size &&
           memcmp(texts->pool.bytes + slot->offset, text.data, text.size) == 0;
}

/* The slot of a text, or the free one where it belongs. */
static uint32_t slot_of(const struct ruf_shared_texts *texts,
                        struct ruf_text text, uint32_t hash)
{
    uint32_t at = hash & (texts->capacity - 1);

    while (texts->slots[at].size != 0 &&
           (texts->slots[at].hash != hash || !holds(texts, at, text)))
        at = (at + 1) & (texts->capacity - 1);
    return at;
}

static void remember(struct ruf_shared_texts *texts, uint32_t at,
                     struct ruf_text text, uint32_t hash)
{
    struct shared_text_slot *slot = &texts->slots[at];

    if (texts->pool.size > POOL_MAX || texts->count > CAPACITY_MAX / 4 * 3)
        return;
    slot->offset = (uint32_t)texts->pool.size;
    ruf_write_bytes(&texts->pool, text.data, text.size);
    if (texts->pool.failed) {
        texts->failed = true;
        return;
    }
    slot->hash = hash;
    slot->size = (uint32_t)text.size;
    texts->count++;
}

/* Write a text at the next step, if there is room. */
static uint32_t take(struct ruf_shared_texts *texts, struct ruf_text text)
{
    static const uint8_t zeros[RUF_TEXT_STEP];
    size_t at = texts->section.size;

    if (at + RUF_VARINT_MAX + text.size + RUF_TEXT_STEP > texts->size_max)
        return 0;
    ruf_write_text(&texts->section, text);
    ruf_write_bytes(&texts->section, zeros,
                    (RUF_TEXT_STEP - texts->section.size % RUF_TEXT_STEP) %
                        RUF_TEXT_STEP);
    texts->failed = texts->failed || texts->section.failed;
    return (uint32_t)(at / RUF_TEXT_STEP);
}

uint32_t ruf_shared_texts_find(struct ruf_shared_texts *texts,
                               struct ruf_text text)
{
    struct shared_text_slot *slot;
    uint32_t hash;
    uint32_t at;

    if (texts->count > 0 && holds(texts, texts->last, text) &&
        texts->slots[texts->last].step != 0)
        return texts->slots[texts->last].step;
    if (texts->count >= texts->capacity / 4 * 3 &&
        texts->capacity < CAPACITY_MAX && !grow(texts))
        return 0;
    hash = (uint32_t)ruf_hash(texts->secret, text.data, text.size);
    at = slot_of(texts, text, hash);
    slot = &texts->slots[at];
    texts->last = at;
    if (slot->size == 0)
        remember(texts, at, text, hash);
    else if (slot->step == 0)
        slot->step = take(texts, text);
    return slot->step;
}

void ruf_shared_texts_free(struct ruf_shared_texts *texts)
{
    ruf_writer_wipe(&texts->section);
    ruf_writer_wipe(&texts->pool);
    free(texts->slots);
    memset(texts, 0, sizeof(*texts));
}
