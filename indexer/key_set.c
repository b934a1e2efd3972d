/*
 * indexer/key_set.c - which keys were there
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/key_set.h"
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM ((size_t)256)

/* Of this value, or the free one where it belongs. */
static uint64_t *slot_of(uint64_t *slots, size_t mask, uint64_t value)
{
    size_t at = (size_t)(value >> 1) & mask;

    while (slots[at] != 0 && slots[at] != value)
        at = (at + 1) & mask;
    return &slots[at];
}

/* Two thirds full at most. */
static bool make_room(struct ruf_key_set *set)
{
    size_t room = set->slots == NULL ? FIRST_ROOM : 2 * (set->mask + 1);
    uint64_t *slots;

    if (set->slots != NULL && set->count < set->mask / 3 * 2)
        return true;
    slots = calloc(room, sizeof(*slots));
    if (slots == NULL)
        return false;
    for (size_t i = 0; set->slots != NULL && i <= set->mask; i++)
        if (set->slots[i] != 0)
            *slot_of(slots, room - 1, set->slots[i]) = set->slots[i];
    free(set->slots);
    set->slots = slots;
    set->mask = room - 1;
    return true;
}

bool ruf_key_set_add(struct ruf_key_set *set, uint64_t key)
{
    uint64_t *slot;

    if (!make_room(set))
        return false;
    slot = slot_of(set->slots, set->mask, key << 1 | 1);
    if (*slot == 0) {
        *slot = key << 1 | 1;
        set->count++;
    }
    return true;
}

bool ruf_key_set_has(const struct ruf_key_set *set, uint64_t key)
{
    return set->slots != NULL &&
           *slot_of(set->slots, set->mask, key << 1 | 1) != 0;
}

void ruf_key_set_free(struct ruf_key_set *set)
{
    free(set->slots);
    memset(set, 0, sizeof(*set));
}
