/*
 * indexer/claims.c - who claims which number, sorted by number
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/claims.h"
#include "base/error.h"
#include "base/pages.h"
#include "base/record.h"
#include "base/secret.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

/* A claim in texts, and behind its number in a run: u32 owner, u8 priority,
 * three zero bytes, u16 size of label, given, family and company, those. */
#define HEADER 16u
#define TEXTS 4u
#define CLAIM_SIZE_MAX (HEADER + TEXTS * RUF_RECORD_TEXT_MAX)

/* Claims stand at multiples of it, so that 32 bits lead to 32 GiB. */
#define STEP 8u

/* --- a claim as bytes
 * ---------------------------------------------------------------- */

static size_t claim_size(const uint8_t *bytes)
{
    size_t size = HEADER;

    for (size_t i = 0; i < TEXTS; i++)
        size += ruf_load16(bytes + 8 + 2 * i);
    return size;
}

static void read_claim(const uint8_t *bytes, struct ruf_claim *out)
{
    struct ruf_text *const texts[TEXTS] = { &out->label, &out->given,
                                            &out->family, &out->company };
    const char *next = (const char *)bytes + HEADER;

    out->owner = ruf_load32(bytes);
    out->priority = bytes[4];
    for (size_t i = 0; i < TEXTS; i++) {
        *texts[i] = (struct ruf_text){ next, ruf_load16(bytes + 8 + 2 * i) };
        next += texts[i]->size;
    }
}

/* @return false if memory is out. */
static bool write_claim(struct ruf_writer *out, const struct ruf_claim *claim)
{
    const struct ruf_text texts[TEXTS] = {
        ruf_text_slice(claim->label, 0, RUF_RECORD_TEXT_MAX),
        ruf_text_slice(claim->given, 0, RUF_RECORD_TEXT_MAX),
        ruf_text_slice(claim->family, 0, RUF_RECORD_TEXT_MAX),
        ruf_text_slice(claim->company, 0, RUF_RECORD_TEXT_MAX)
    };
    uint8_t *at = ruf_write_room(out, CLAIM_SIZE_MAX + STEP);
    size_t size = HEADER;

    if (at == NULL)
        return false;
    ruf_store32(at, claim->owner);
    ruf_store32(at + 4, claim->priority);
    for (size_t i = 0; i < TEXTS; i++) {
        ruf_store16(at + 8 + 2 * i, (uint16_t)texts[i].size);
        if (texts[i].size > 0)
            memcpy(at + size, texts[i].data, texts[i].size);
        size += texts[i].size;
    }
    memset(at + size, 0, STEP);
    out->size += (size + STEP - 1) / STEP * STEP;
    return true;
}

/* --- taking claims in
 * ---------------------------------------------------------------- */

void ruf_claims_start(struct ruf_claims *claims, struct ruf_spill *spill,
                      size_t limit)
{
    memset(claims, 0, sizeof(*claims));
    claims->spill = spill;
    /* A run of less than a block would cost more than it takes away. */
    claims->limit = limit < RUF_SPOOL_BLOCK ? RUF_SPOOL_BLOCK : limit;
}

/* The list is followed by as much room, which the sort needs. */
static bool grow_list(struct ruf_claims *claims)
{
    size_t room = claims->room == 0 ? 1024 : 2 * claims->room;
    struct ruf_keyed *list = ruf_pages_alloc(2 * room * sizeof(*list));

    if (list == NULL)
        return false;
    if (claims->count > 0)
        memcpy(list, claims->list, claims->count * sizeof(*list));
    free(claims->list);
    claims->list = list;
    claims->room = room;
    return true;
}

static void sort_list(struct ruf_claims *claims)
{
    ruf_keyed_sort(claims->list, claims->list + claims->count, claims->count);
}

static struct ruf_spool *add_run(struct ruf_claims *claims)
{
    if (claims->run_count == claims->run_room) {
        size_t room = claims->run_room == 0 ? 16 : 2 * claims->run_room;
        struct ruf_spool *runs = realloc(claims->runs, room * sizeof(*runs));

        if (runs == NULL)
            return NULL;
        claims->runs = runs;
        claims->run_room = room;
    }
    return &claims->runs[claims->run_count++];
}

static void write_run(struct ruf_claims *claims)
{
    struct ruf_spool *run = add_run(claims);

    if (run == NULL) {
        claims->failed = true;
        return;
    }
    ruf_spool_start(run, claims->spill, 0);
    sort_list(claims);
    for (size_t i = 0; i < claims->count; i++) {
        const uint8_t *claim =
            claims->texts.bytes + (size_t)claims->list[i].item * STEP;

        ruf_write_u64(&run->tail, claims->list[i].key);
        ruf_write_bytes(&run->tail, claim, claim_size(claim));
        ruf_spool_trim(run);
    }
    claims->failed = claims->failed || run->tail.failed;
    claims->count = 0;
    claims->texts.size = 0;
}

void ruf_claims_add(struct ruf_claims *claims, const struct ruf_claim *claim,
                    const ruf_e164 *numbers, size_t count)
{
    size_t place;

    if (claims->failed || count == 0)
        return;
    if (claims->texts.size + 2 * sizeof(*claims->list) * claims->count >
            claims->limit &&
        claims->count > 0)
        write_run(claims);
    place = claims->texts.size / STEP;
    claims->failed = claims->failed || place > UINT32_MAX ||
                     !write_claim(&claims->texts, claim);
    for (size_t i = 0; i < count && !claims->failed; i++) {
        if (claims->count == claims->room && !grow_list(claims)) {
            claims->failed = true;
            return;
        }
        claims->list[claims->count++] =
            (struct ruf_keyed){ numbers[i], (uint32_t)place };
        claims->total++;
    }
}

enum ruf_status ruf_claims_sort(struct ruf_claims *claims,
                                struct ruf_error *err)
{
    if (claims->run_count > 0 && claims->count > 0)
        write_run(claims);
    else
        sort_list(claims);
    if (claims->run_count > 0) { /* the merge needs neither */
        ruf_writer_wipe(&claims->texts);
        free(claims->list);
        claims->list = NULL;
        claims->room = 0;
    }
    if (claims->failed)
        return ruf_fail_memory(err);
    return ruf_spill_status(claims->spill, err);
}

void ruf_claims_free(struct ruf_claims *claims)
{
    for (size_t i = 0; i < claims->run_count; i++)
        ruf_spool_free(&claims->runs[i]);
    free(claims->runs);
    ruf_writer_wipe(&claims->texts);
    free(claims->list);
    memset(claims, 0, sizeof(*claims));
}

/* --- the order of numbers
 * ------------------------------------------------------------ */

/* The next claim of a run. */
struct run_head {
    struct ruf_spool_reader reader;
    size_t run;
    ruf_e164 number;
    uint8_t claim[CLAIM_SIZE_MAX];
};

struct ruf_claim_walk {
    const struct ruf_claims *claims;
    size_t next;            /* of the list, if there are no runs */
    struct run_head *heads; /* one per run */
    struct run_head **heap; /* smallest first; runs that have ended left */
    size_t heap_count;
    struct ruf_writer group; /* claims of the number, if from runs */
    struct ruf_claim *items;
    size_t item_room;
};

static bool is_before(const struct run_head *a, const struct run_head *b)
{
    return a->number != b->number ? a->number < b->number : a->run < b->run;
}

static void sift_down(struct ruf_claim_walk *walk, size_t at)
{
    struct run_head *moved = walk->heap[at];

    for (;;) {
        size_t child = 2 * at + 1;

        if (child + 1 < walk->heap_count &&
            is_before(walk->heap[child + 1], walk->heap[child]))
            child++;
        if (child >= walk->heap_count || !is_before(walk->heap[child], moved))
            break;
        walk->heap[at] = walk->heap[child];
        at = child;
    }
    walk->heap[at] = moved;
}

/* @return false at the end of the run. */
static bool read_head(struct run_head *head)
{
    const uint8_t *bytes = ruf_spool_read(&head->reader, 8 + HEADER);
    size_t size;

    if (bytes == NULL)
        return false;
    head->number = ruf_load64(bytes);
    memcpy(head->claim, bytes + 8, HEADER);
    size = claim_size(head->claim) - HEADER;
    if (size == 0)
        return true;
    bytes = size > CLAIM_SIZE_MAX - HEADER
                ? NULL
                : ruf_spool_read(&head->reader, size);
    if (bytes != NULL)
        memcpy(head->claim + HEADER, bytes, size);
    return bytes != NULL;
}

enum ruf_status ruf_claim_walk_create(const struct ruf_claims *claims,
                                      struct ruf_claim_walk **out,
                                      struct ruf_error *err)
{
    struct ruf_claim_walk *walk = calloc(1, sizeof(*walk));

    *out = NULL;
    if (walk == NULL)
        return ruf_fail_memory(err);
    walk->claims = claims;
    walk->heads = calloc(claims->run_count + 1, sizeof(*walk->heads));
    walk->heap = calloc(claims->run_count + 1, sizeof(struct run_head *));
    if (walk->heads == NULL || walk->heap == NULL) {
        ruf_claim_walk_destroy(walk);
        return ruf_fail_memory(err);
    }
    for (size_t i = 0; i < claims->run_count; i++) {
        walk->heads[i].run = i;
        ruf_spool_reader_open(&walk->heads[i].reader, &claims->runs[i]);
        if (read_head(&walk->heads[i]))
            walk->heap[walk->heap_count++] = &walk->heads[i];
    }
    for (size_t i = walk->heap_count / 2; i-- > 0;)
        sift_down(walk, i);
    *out = walk;
    return RUF_OK;
}

void ruf_claim_walk_destroy(struct ruf_claim_walk *walk)
{
    if (walk == NULL)
        return;
    for (size_t i = 0; walk->heads != NULL && i < walk->claims->run_count; i++)
        ruf_spool_reader_close(&walk->heads[i].reader);
    if (walk->heads != NULL)
        ruf_wipe(walk->heads, walk->claims->run_count * sizeof(*walk->heads));
    free(walk->heads);
    free(walk->heap);
    free(walk->items);
    ruf_writer_wipe(&walk->group);
    free(walk);
}

static bool make_items(struct ruf_claim_walk *walk, size_t count)
{
    size_t room = walk->item_room == 0 ? 16 : walk->item_room;
    struct ruf_claim *items;

    if (count <= walk->item_room)
        return true;
    while (room < count)
        room *= 2;
    items = realloc(walk->items, room * sizeof(*items));
    if (items == NULL)
        return false;
    walk->items = items;
    walk->item_room = room;
    return true;
}

/* --- groups
 * ---------------------------------------------------------------------------
 */

/* Claims ahead are fetched: numbers lead all over the texts. */
#define FETCH_AHEAD 12

static enum ruf_status next_in_memory(struct ruf_claim_walk *walk,
                                      struct ruf_claim_group *out,
                                      struct ruf_error *err)
{
    const struct ruf_claims *claims = walk->claims;
    const struct ruf_keyed *list = claims->list;
    size_t start = walk->next;
    size_t end = start + 1;

    if (start == claims->count)
        return RUF_E_NOT_FOUND;
    while (end < claims->count && list[end].key == list[start].key)
        end++;
    if (!make_items(walk, end - start))
        return ruf_fail_memory(err);
    if (end + FETCH_AHEAD < claims->count) {
        const uint8_t *ahead =
            claims->texts.bytes + (size_t)list[end + FETCH_AHEAD].item * STEP;

        __builtin_prefetch(ahead);
        __builtin_prefetch(ahead + 64);
    }
    for (size_t i = start; i < end; i++)
        read_claim(claims->texts.bytes + (size_t)list[i].item * STEP,
                   &walk->items[i - start]);
    *out =
        (struct ruf_claim_group){ list[start].key, walk->items, end - start };
    walk->next = end;
    return RUF_OK;
}

/* Take the smallest claim over and let its run go on. */
static void take_top(struct ruf_claim_walk *walk)
{
    struct run_head *top = walk->heap[0];

    ruf_write_bytes(&walk->group, top->claim, claim_size(top->claim));
    if (!read_head(top))
        walk->heap[0] = walk->heap[--walk->heap_count];
    if (walk->heap_count > 0)
        sift_down(walk, 0);
}

static enum ruf_status next_of_runs(struct ruf_claim_walk *walk,
                                    struct ruf_claim_group *out,
                                    struct ruf_error *err)
{
    enum ruf_status status = ruf_spill_status(walk->claims->spill, err);
    const uint8_t *next;
    size_t count = 0;

    if (status != RUF_OK)
        return status;
    if (walk->heap_count == 0)
        return RUF_E_NOT_FOUND;
    walk->group.size = 0;
    out->number = walk->heap[0]->number;
    for (; walk->heap_count > 0 && walk->heap[0]->number == out->number;
         count++)
        take_top(walk);
    if (walk->group.failed || !make_items(walk, count))
        return ruf_fail_memory(err);
    next = walk->group.bytes;
    for (size_t i = 0; i < count; i++) {
        read_claim(next, &walk->items[i]);
        next += claim_size(next);
    }
    out->claims = walk->items;
    out->count = count;
    return ruf_spill_status(walk->claims->spill, err);
}

enum ruf_status ruf_claim_walk_next(struct ruf_claim_walk *walk,
                                    struct ruf_claim_group *out,
                                    struct ruf_error *err)
{
    return walk->claims->run_count > 0 ? next_of_runs(walk, out, err)
                                       : next_in_memory(walk, out, err);
}
