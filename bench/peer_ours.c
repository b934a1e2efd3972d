/*
 * bench/peer_ours.c - Rufname as one of the peers
 *
 * resident: all blocks verified and decrypted at open. on demand: blocks
 * verified and decrypted as touched. The image holds contacts and search
 * tables as well.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/people.h"
#include <rufname/directory.h>
#include <rufname/index.h>
#include <stdlib.h>

struct ours {
    struct ruf_index *index;
    struct ruf_query *query;
};

static void *open_ours(const struct bench_place *place,
                       enum ruf_index_mode mode)
{
    struct ours *self = bench_alloc(1, sizeof(*self));
    struct ruf_error err;

    bench_must(
        ruf_index_open(place->image, place->key, mode, &self->index, &err),
        &err);
    bench_must(ruf_query_create(self->index, &self->query, &err), &err);
    return self;
}

static void *open_resident(const struct bench_place *place)
{
    return open_ours(place, RUF_INDEX_RESIDENT);
}

static void *open_on_demand(const struct bench_place *place)
{
    return open_ours(place, RUF_INDEX_ON_DEMAND);
}

static void close_ours(void *self)
{
    struct ours *ours = self;

    ruf_query_destroy(ours->query);
    ruf_index_close(ours->index);
    free(ours);
}

/* An unknown number has a label of no bytes. */
static void fill(const struct ruf_caller *caller, struct peer_answer *out)
{
    out->label = caller->label.data;
    out->size = caller->label.size;
    out->contact = caller->contact_count > 0 ? caller->contacts[0] : UINT32_MAX;
}

static bool find(void *self, uint64_t number, struct peer_answer *out)
{
    struct ours *ours = self;
    struct ruf_caller caller;
    struct ruf_error err;

    bench_must(ruf_query_lookup(ours->query, number, &caller, &err), &err);
    if (!caller.known)
        return false;
    fill(&caller, out);
    return true;
}

_Static_assert(PEER_BATCH == RUF_LOOKUP_BATCH, "one call takes a batch");

static size_t find_batch(void *self, const uint64_t *numbers, size_t count,
                         struct peer_answer *out)
{
    struct ours *ours = self;
    struct ruf_caller callers[PEER_BATCH];
    struct ruf_error err;
    size_t done;

    bench_must(ruf_query_lookup_many(ours->query, numbers, count, callers,
                                     &done, &err),
               &err);
    for (size_t i = 0; i < done; i++)
        fill(&callers[i], &out[i]);
    return done;
}

struct host {
    peer_sink sink;
    void *context;
};

static enum ruf_status add(void *context, ruf_e164 number,
                           struct ruf_text label, struct ruf_error *err)
{
    struct host *host = context;

    (void)err;
    host->sink(host->context, number, label.data, label.size);
    return RUF_OK;
}

static enum ruf_status complete(void *context, struct ruf_error *err)
{
    (void)context;
    (void)err;
    return RUF_OK;
}

/* More than a phone takes: the same walk without the phone's limit. */
static void walk(struct ours *ours, struct host *host)
{
    struct ruf_cursor *cursor;
    struct ruf_entry entry;
    struct ruf_error err;

    bench_must(ruf_cursor_create(ours->index, &cursor, &err), &err);
    for (;;) {
        bench_must(ruf_cursor_next(cursor, &entry, &err), &err);
        if (entry.number == 0)
            break;
        (void)add(host, entry.number, entry.label, &err);
    }
    ruf_cursor_destroy(cursor);
}

static void each(void *self, peer_sink sink, void *context)
{
    struct ours *ours = self;
    struct host host = { sink, context };
    struct ruf_directory_host calls = { .context = &host,
                                        .add_identification = add,
                                        .complete = complete };
    struct ruf_index_info info;
    struct ruf_error err;

    ruf_index_describe(ours->index, &info);
    if (info.entry_count > RUF_DIRECTORY_ENTRIES_MAX)
        walk(ours, &host);
    else
        bench_must(ruf_directory_emit_full(ours->index, &calls, &err), &err);
}

static uint64_t bytes(void *self)
{
    struct ours *ours = self;
    struct ruf_index_info info;

    ruf_index_describe(ours->index, &info);
    return info.image_size;
}

const struct peer peer_resident = {
    .name = "rufname, sealed file, resident",
    .start_counts = true,
    .open = open_resident,
    .close = close_ours,
    .find = find,
    .find_batch = find_batch,
    .each = each,
    .bytes = bytes,
};
const struct peer peer_on_demand = {
    .name = "rufname, sealed file, on demand",
    .start_counts = true,
    .open = open_on_demand,
    .close = close_ours,
    .find = find,
    .each = each,
    .bytes = bytes,
};
