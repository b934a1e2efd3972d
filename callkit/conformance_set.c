/*
 * callkit/conformance_set.c - what the host stored, and what it is to store
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "callkit/conformance_private.h"
#include <stdlib.h>
#include <string.h>

static bool grow(void **memory, size_t *room, size_t needed, size_t size)
{
    size_t wanted = *room == 0 ? 64 : *room;
    void *larger;

    if (needed <= *room)
        return true;
    while (wanted < needed)
        wanted *= 2;
    larger = realloc(*memory, wanted * size);
    if (larger == NULL)
        return false;
    *memory = larger;
    *room = wanted;
    return true;
}

bool ruf_conformance_append(struct ruf_conformance_list *list, ruf_e164 number,
                            struct ruf_text label)
{
    void *entries = list->entries;
    void *text = list->text;
    bool grown;

    if (list->count > 0 && list->entries[list->count - 1].number >= number)
        return false;
    grown =
        grow(&entries, &list->room, list->count + 1, sizeof(*list->entries));
    list->entries = entries;
    grown = grown &&
            grow(&text, &list->text_room, list->text_size + label.size + 1, 1);
    list->text = text;
    if (!grown)
        return false;
    list->entries[list->count++] =
        (struct ruf_conformance_entry){ number, list->text_size, label.size,
                                        false };
    if (label.data != NULL && label.size > 0)
        memcpy(list->text + list->text_size, label.data, label.size);
    list->text_size += label.size;
    return true;
}

struct ruf_conformance_entry *
ruf_conformance_find(struct ruf_conformance_list *list, ruf_e164 number)
{
    size_t low = 0;
    size_t high = list->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (list->entries[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < list->count && list->entries[low].number == number
               ? &list->entries[low]
               : NULL;
}

struct ruf_text ruf_conformance_label(const struct ruf_conformance_list *list,
                                      const struct ruf_conformance_entry *entry)
{
    return (struct ruf_text){ list->text + entry->label, entry->size };
}

void ruf_conformance_empty(struct ruf_conformance_set *set)
{
    for (int kind = 0; kind < RUF_CALL_KINDS; kind++) {
        free(set->lists[kind].entries);
        free(set->lists[kind].text);
    }
    memset(set, 0, sizeof(*set));
}

static bool tell(struct ruf_conformance_set *set, ruf_e164 number,
                 struct ruf_text label)
{
    set->given = true;
    /* The end of an empty list. */
    if (number == 0)
        return true;
    return ruf_conformance_append(
        &set->lists[label.data == NULL ? RUF_CALL_BLOCK : RUF_CALL_NAME],
        number, label);
}

bool ruf_conformance_before(struct ruf_conformance *check, ruf_e164 number,
                            struct ruf_text label)
{
    return tell(&check->before, number, label);
}

bool ruf_conformance_after(struct ruf_conformance *check, ruf_e164 number,
                           struct ruf_text label)
{
    return tell(&check->after, number, label);
}

void ruf_conformance_free(struct ruf_conformance *check)
{
    ruf_conformance_empty(&check->before);
    ruf_conformance_empty(&check->after);
    ruf_conformance_empty(&check->added);
}
