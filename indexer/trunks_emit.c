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
    const ruf_e164 *known;
    size_t known_count;
    struct ruf_extensions *out;
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

static bool is_in(const ruf_e164 *numbers, size_t count, ruf_e164 number)
{
    return count > 0 &&
           bsearch(&number, numbers, count, sizeof(number), by_e164) != NULL;
}

static bool is_taken(const struct emission *emission, ruf_e164 number)
{
    return is_in(emission->known, emission->known_count, number) ||
           is_in(emission->trunks->held, emission->trunks->held_count, number);
}

static void emit_trunk(struct emission *emission, const struct ruf_trunk *trunk,
                       size_t most)
{
    struct ruf_extensions *out = emission->out;
    uint64_t span = ruf_powers_of_ten[trunk->usual];
    ruf_e164 first = trunk->prefix * span;
    ruf_e164 next = span <= most ? first : trunk->lowest;

    for (; next < first + span && most > 0 && out->count < emission->room;
         next++) {
        if (is_taken(emission, next))
            continue;
        out->entries[out->count++] =
            (struct ruf_labelled_entry){ .number = next,
                                         .label = trunk->label };
        most--;
    }
}

/* What the limit leaves; the entries are those of people first. */
static size_t room_for(const struct ruf_trunks *trunks,
                       const struct ruf_policy *policy, size_t known_count)
{
    size_t left = policy->max_entries > known_count
                      ? policy->max_entries - known_count
                      : 0;
    size_t most = trunks->count * policy->trunk.emit;

    return most < left ? most : left;
}

enum ruf_status ruf_trunks_extend(const struct ruf_trunks *trunks,
                                  const struct ruf_policy *policy,
                                  const ruf_e164 *known, size_t known_count,
                                  struct ruf_arena *arena,
                                  struct ruf_extensions *out,
                                  struct ruf_error *err)
{
    struct emission emission = { trunks, known, known_count, out,
                                 room_for(trunks, policy, known_count) };

    *out = (struct ruf_extensions){ NULL, 0 };
    if (emission.room == 0)
        return RUF_OK;
    out->entries = ruf_arena_alloc(arena, emission.room, sizeof(*out->entries));
    if (out->entries == NULL)
        return ruf_fail_memory(err);
    for (size_t i = 0; i < trunks->count; i++)
        emit_trunk(&emission, &trunks->trunks[i], policy->trunk.emit);
    if (out->count > 1)
        qsort(out->entries, out->count, sizeof(*out->entries), by_number);
    return RUF_OK;
}

enum ruf_status ruf_trunks_emit(const struct ruf_trunks *trunks,
                                const struct ruf_policy *policy,
                                struct ruf_arena *arena,
                                struct ruf_labelled_entries *entries,
                                struct ruf_error *err)
{
    ruf_e164 *known = ruf_arena_alloc(arena, entries->count, sizeof(*known));
    struct ruf_extensions more = { NULL, 0 };
    struct ruf_labelled_entry *all;
    enum ruf_status status;

    if (known == NULL)
        return ruf_fail_memory(err);
    for (size_t i = 0; i < entries->count; i++)
        known[i] = entries->entries[i].number;
    status = ruf_trunks_extend(trunks, policy, known, entries->count, arena,
                               &more, err);
    if (status != RUF_OK || more.count == 0)
        return status;
    all = ruf_arena_alloc(arena, entries->count + more.count, sizeof(*all));
    if (all == NULL)
        return ruf_fail_memory(err);
    if (entries->count > 0)
        memcpy(all, entries->entries, entries->count * sizeof(*all));
    memcpy(all + entries->count, more.entries, more.count * sizeof(*all));
    entries->entries = all;
    entries->count += more.count;
    qsort(all, entries->count, sizeof(*all), by_number);
    return RUF_OK;
}
