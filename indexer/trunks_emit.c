/*
 * indexer/trunks_emit.c - unknown extensions for the call directory
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/decimal.h"
#include "base/error.h"
#include "indexer/trunks.h"
#include <stdlib.h>
#include <string.h>

struct emission {
    const struct ruf_trunks *trunks;
    const struct ruf_labelled_entries *known;
    struct ruf_labelled_entry *added;
    size_t count;
    size_t room;
};

static int by_number(const void *left, const void *right)
{
    const struct ruf_labelled_entry *a = left;
    const struct ruf_labelled_entry *b = right;

    return (a->number > b->number) - (a->number < b->number);
}

static int by_e164(const void *left, const void *right)
{
    const ruf_e164 *a = left;
    const ruf_e164 *b = right;

    return (*a > *b) - (*a < *b);
}

static bool is_taken(const struct emission *emission, ruf_e164 number)
{
    const struct ruf_labelled_entries *known = emission->known;
    const struct ruf_trunks *trunks = emission->trunks;
    const struct ruf_labelled_entry wanted = { .number = number };

    return (known->count > 0 && bsearch(&wanted, known->entries, known->count,
                                        sizeof(wanted), by_number) != NULL) ||
           (trunks->held_count > 0 &&
            bsearch(&number, trunks->held, trunks->held_count, sizeof(number),
                    by_e164) != NULL);
}

static void emit_trunk(struct emission *emission, const struct ruf_trunk *trunk,
                       size_t most)
{
    uint64_t span = ruf_powers_of_ten[trunk->usual];
    ruf_e164 first = trunk->prefix * span;
    ruf_e164 next = span <= most ? first : trunk->lowest;

    for (; next < first + span && most > 0 && emission->count < emission->room;
         next++) {
        if (is_taken(emission, next))
            continue;
        emission->added[emission->count++] =
            (struct ruf_labelled_entry){ .number = next,
                                         .label = trunk->label };
        most--;
    }
}

/* What the limit leaves; the entries are those of people first. */
static size_t room_for(const struct ruf_trunks *trunks,
                       const struct ruf_policy *policy,
                       const struct ruf_labelled_entries *entries)
{
    size_t left = policy->max_entries > entries->count
                      ? policy->max_entries - entries->count
                      : 0;
    size_t most = trunks->count * policy->trunk.emit;

    return most < left ? most : left;
}

enum ruf_status ruf_trunks_emit(const struct ruf_trunks *trunks,
                                const struct ruf_policy *policy,
                                struct ruf_arena *arena,
                                struct ruf_labelled_entries *entries,
                                struct ruf_error *err)
{
    struct emission emission = { .trunks = trunks, .known = entries };
    struct ruf_labelled_entry *all;

    emission.room = room_for(trunks, policy, entries);
    if (emission.room == 0)
        return RUF_OK;
    all = ruf_arena_alloc(arena, entries->count + emission.room, sizeof(*all));
    if (all == NULL)
        return ruf_fail_memory(err);
    emission.added = all + entries->count;
    for (size_t i = 0; i < trunks->count; i++)
        emit_trunk(&emission, &trunks->trunks[i], policy->trunk.emit);
    if (entries->count > 0)
        memcpy(all, entries->entries, entries->count * sizeof(*all));
    entries->entries = all;
    entries->count += emission.count;
    qsort(all, entries->count, sizeof(*all), by_number);
    return RUF_OK;
}
