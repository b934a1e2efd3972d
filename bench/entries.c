/*
 * bench/entries.c - entries alone, without people: any number of them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/people.h"
#include <stdlib.h>
#include <string.h>

struct claim {
    uint64_t number;
    uint64_t at;
};

static int by_number(const void *left, const void *right)
{
    const struct claim *a = left;
    const struct claim *b = right;

    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    return (a->at > b->at) - (a->at < b->at);
}

/* More claims than numbers wanted, since switchboards are shared. */
static struct claim *collect(size_t wanted, size_t *count)
{
    size_t room = wanted + wanted / 5 + 2 * PEOPLE_NUMBERS_MAX;
    struct claim *claims = bench_alloc(room, sizeof(*claims));
    size_t done = 0;

    for (uint64_t at = 0; done + PEOPLE_NUMBERS_MAX <= room; at++) {
        struct ruf_person_number numbers[PEOPLE_NUMBERS_MAX];
        size_t got = people_numbers(at, numbers);

        for (size_t i = 0; i < got; i++)
            claims[done++] = (struct claim){ numbers[i].e164, at };
    }
    qsort(claims, done, sizeof(*claims), by_number);
    *count = done;
    return claims;
}

static size_t make_distinct(struct claim *claims, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++)
        if (i == 0 || claims[i].number != claims[i - 1].number)
            claims[kept++] = claims[i];
    return kept;
}

void bench_entries_make(size_t wanted, struct ruf_arena *arena,
                        struct ruf_labelled_entries *out)
{
    size_t count;
    struct claim *claims = collect(wanted, &count);

    count = make_distinct(claims, count);
    /* Leaving out every so many keeps the spread of the numbers. */
    out->count = count < wanted ? count : wanted;
    out->dropped = 0;
    out->entries = bench_arena(arena, out->count, sizeof(*out->entries));
    for (size_t i = 0; i < out->count; i++) {
        const struct claim *claim =
            &claims[(size_t)((double)i * (double)count / (double)out->count)];
        char label[RUF_LABEL_SIZE_MAX];
        size_t size = people_label(claim->at, label);

        out->entries[i].number = claim->number;
        out->entries[i].label.data = ruf_arena_copy(arena, label, size);
        out->entries[i].label.size = size;
        if (out->entries[i].label.data == NULL)
            bench_must(RUF_E_NOMEM, NULL);
    }
    free(claims);
}
