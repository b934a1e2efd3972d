/*
 * bench/peer_sorted.c - the entries in a sorted array
 *
 * Numbers in one array, searched by a binary search without branches; beside
 * it where the label lies and the contact. Labels in number order in one run.
 * On huge pages. Emission from it is the floor: what is to be read, read once.
 * Not sealed, in memory only.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/peers.h"
#include <stdlib.h>
#include <string.h>

struct detail {
    uint32_t offset;
    uint32_t contact;
};

struct sorted {
    uint64_t *numbers;
    struct detail *details; /* one more than numbers */
    char *labels;
    size_t count;
};

static void *open_sorted(const struct bench_place *place)
{
    struct sorted *self = bench_alloc(1, sizeof(*self));
    size_t count = place->entries->count;
    size_t size = 0;

    for (size_t i = 0; i < count; i++)
        size += place->entries->items[i].label_size;
    self->count = count;
    self->numbers = bench_alloc_huge(count * sizeof(*self->numbers));
    self->details = bench_alloc_huge((count + 1) * sizeof(*self->details));
    self->labels = bench_alloc_huge(size);
    size = 0;
    for (size_t i = 0; i < count; i++) {
        const struct bench_entry *entry = &place->entries->items[i];

        self->numbers[i] = entry->number;
        self->details[i].offset = (uint32_t)size;
        self->details[i].contact = entry->contact;
        memcpy(self->labels + size, entry->label, entry->label_size);
        size += entry->label_size;
    }
    self->details[count].offset = (uint32_t)size;
    return self;
}

static void close_sorted(void *self)
{
    struct sorted *sorted = self;

    free(sorted->numbers);
    free(sorted->details);
    free(sorted->labels);
    free(sorted);
}

static bool find(void *self, uint64_t number, struct peer_answer *out)
{
    const struct sorted *sorted = self;
    const uint64_t *base = sorted->numbers;
    size_t left = sorted->count;
    size_t at;

    while (left > 1) {
        size_t half = left / 2;

        base += (size_t)(base[half] <= number) * half;
        left -= half;
    }
    if (left == 0 || *base != number)
        return false;
    at = (size_t)(base - sorted->numbers);
    out->label = sorted->labels + sorted->details[at].offset;
    out->size = sorted->details[at + 1].offset - sorted->details[at].offset;
    out->contact = sorted->details[at].contact;
    return true;
}

static void each(void *self, peer_sink sink, void *context)
{
    const struct sorted *sorted = self;

    for (size_t i = 0; i < sorted->count; i++)
        sink(context, sorted->numbers[i],
             sorted->labels + sorted->details[i].offset,
             sorted->details[i + 1].offset - sorted->details[i].offset);
}

static uint64_t bytes(void *self)
{
    const struct sorted *sorted = self;

    return (sizeof(uint64_t) + sizeof(struct detail)) * sorted->count +
           sorted->details[sorted->count].offset;
}

const struct peer peer_sorted = {
    .name = "sorted array, binary search, huge pages",
    .open = open_sorted,
    .close = close_sorted,
    .find = find,
    .each = each,
    .bytes = bytes,
};
