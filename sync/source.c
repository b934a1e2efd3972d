/*
 * sync/source.c - one source of a run, whatever it is made of
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/source.h"
#include "base/error.h"
#include <stdlib.h>
#include <string.h>

/* Outlook answers four requests of an app at a time; others gain nothing. */
#define COLLECTIONS_AT_ONCE 4

static void fail(struct ruf_source *source, enum ruf_status status,
                 const struct ruf_error *err)
{
    if (source->result->status == RUF_OK) {
        source->result->status = status;
        source->result->error = *err;
    }
}

static void finish(struct ruf_source *source)
{
    source->finished = true;
    source->result->ms = (uint64_t)(ruf_clock_ms() - source->started_ms);
}

/* --- opening
 * --------------------------------------------------------------------- */

static enum ruf_status reserve(struct ruf_source *source, size_t count,
                               struct ruf_error *err)
{
    source->collections = calloc(count, sizeof(*source->collections));
    return source->collections == NULL ? ruf_fail_memory(err) : RUF_OK;
}

static enum ruf_status add_collection(struct ruf_source *source,
                                      const struct ruf_graph_part *part,
                                      struct ruf_error *err)
{
    enum ruf_status status = ruf_graph_collection_create(
        source->context, source->source, part, &source->records,
        &source->collections[source->count], err);

    source->count += status == RUF_OK ? 1 : 0;
    return status;
}

static enum ruf_status add_mailbox(struct ruf_source *source,
                                   const char *mailbox, struct ruf_error *err)
{
    enum ruf_status status =
        ruf_outlook_create(source->context, source->source, mailbox,
                           &source->mailboxes[source->mailbox_count], err);

    source->mailbox_count += status == RUF_OK ? 1 : 0;
    return status;
}

/* Which mailboxes a source means: those the policy names, or a person's own;
 * an app's token has no "me". */
static enum ruf_status open_mailboxes(struct ruf_source *source,
                                      struct ruf_error *err)
{
    const struct ruf_policy_source *policy = source->source;
    bool own = false;
    enum ruf_status status = RUF_OK;

    if (policy->kind == RUF_SOURCE_OUTLOOK_PERSONAL) {
        enum ruf_login_flow flow;

        status = ruf_tokens_flow(source->context->tokens, &flow, err);
        own = status == RUF_OK && flow != RUF_LOGIN_APP;
    }
    if (status != RUF_OK)
        return status;
    if (own)
        return add_mailbox(source, NULL, err);
    if (policy->mailbox_count == 0)
        return ruf_fail(err, RUF_E_POLICY, "S531", policy->id,
                        policy->kind == RUF_SOURCE_OUTLOOK_SHARED
                            ? "shared mailboxes must be named in the policy"
                            : "an app's sign-in needs mailboxes in the policy");
    for (size_t i = 0;
         i < policy->mailbox_count && i < RUF_MAILBOXES_MAX && status == RUF_OK;
         i++)
        status = add_mailbox(source, policy->mailboxes[i], err);
    return status;
}

static enum ruf_status open_tables(struct ruf_source *source, size_t count,
                                   struct ruf_error *err)
{
    enum ruf_status status = reserve(source, count, err);

    for (size_t i = 0; i < count && status == RUF_OK; i++) {
        struct ruf_graph_part part = { .table = i };

        status = add_collection(source, &part, err);
    }
    return status;
}

static enum ruf_status open_any(struct ruf_source *source,
                                struct ruf_error *err)
{
    switch (source->source->kind) {
    case RUF_SOURCE_ENTRA_USERS:
    case RUF_SOURCE_ENTRA_CONTACTS:
    case RUF_SOURCE_DATAVERSE:
        return open_tables(source, 1, err);
    case RUF_SOURCE_DYNAMICS365:
        return open_tables(source, RUF_DYNAMICS_TABLES, err);
    case RUF_SOURCE_OUTLOOK_PERSONAL:
    case RUF_SOURCE_OUTLOOK_SHARED:
        return open_mailboxes(source, err);
    case RUF_SOURCE_BLOB:
        return ruf_blobs_create(source->context, source->source, &source->blobs,
                                err);
    case RUF_SOURCE_FILE:
    case RUF_SOURCE_KIND_COUNT:
    default:
        return ruf_fail(err, RUF_E_POLICY, "S530", source->source->id,
                        "sources of kind %s are not readable by this version",
                        ruf_source_kind_name(source->source->kind));
    }
}

void ruf_source_open(struct ruf_source *source)
{
    struct ruf_error err = { 0 };
    enum ruf_status status = open_any(source, &err);

    if (status == RUF_OK)
        return;
    fail(source, status, &err);
    finish(source);
}

void ruf_source_close(struct ruf_source *source)
{
    for (size_t i = 0; i < source->count; i++)
        ruf_graph_collection_destroy(&source->collections[i]);
    free(source->collections);
    for (size_t i = 0; i < source->mailbox_count; i++)
        ruf_outlook_destroy(source->mailboxes[i]);
    ruf_blobs_destroy(source->blobs);
}

/* --- folders
 * --------------------------------------------------------------------- */

static bool mailboxes_step(struct ruf_source *source)
{
    bool left = false;

    for (size_t i = 0; i < source->mailbox_count; i++) {
        ruf_outlook_step(source->mailboxes[i]);
        left = left || !source->mailboxes[i]->finished;
    }
    return left;
}

/* Of a mailbox whose folders cannot be listed nothing else is asked: its
 * contacts stay as they are. */
static enum ruf_status folders_to_collections(struct ruf_source *source,
                                              struct ruf_error *err)
{
    size_t count = 1;
    enum ruf_status status;

    for (size_t i = 0; i < source->mailbox_count; i++)
        count += source->mailboxes[i]->count + 1;
    status = reserve(source, count, err);
    for (size_t i = 0; i < source->mailbox_count && status == RUF_OK; i++) {
        const struct ruf_outlook *from = source->mailboxes[i];
        struct ruf_graph_part part = { .mailbox = from->mailbox };

        if (from->status != RUF_OK) {
            fail(source, from->status, &from->error);
            continue;
        }
        status = add_collection(source, &part, err);
        for (size_t k = 0; k < from->count && status == RUF_OK; k++) {
            part.folder = from->folders[k].id;
            status = add_collection(source, &part, err);
        }
    }
    source->listed = true;
    return status;
}

/* --- folders that are gone
 * -------------------------------------------------------- */

struct sweep {
    struct ruf_source *source;
    enum ruf_status status;
    struct ruf_error error;
};

static bool is_read(const struct ruf_source *source, const char *name)
{
    for (size_t i = 0; i < source->count; i++)
        if (strcmp(source->collections[i].name, name) == 0)
            return true;
    return false;
}

/* As an empty full round, so that the guard against sudden losses holds. */
static void sweep_one(void *context, const char *name)
{
    struct sweep *sweep = context;
    const struct ruf_sync_sink *sink = sweep->source->context->sink;
    struct ruf_round_result result = { 0 };
    struct ruf_error err = { 0 };
    struct ruf_sync_page page = {
        .source = sweep->source->source->id,
        .collection = name,
        .select = "gone",
        .starts_round = true,
        .link_kind = RUF_LINK_DELTA,
        .link = "",
    };
    enum ruf_status status;

    if (is_read(sweep->source, name))
        return;
    status = sink->page(sink->context, &page, &result, &err);
    sweep->source->result->removed += result.removed;
    if (status != RUF_OK)
        fail(sweep->source, status, &err);
}

static void sweep_folders(struct ruf_source *source)
{
    const struct ruf_sync_sink *sink = source->context->sink;
    struct sweep sweep = { .source = source };
    struct ruf_error err = { 0 };
    enum ruf_status status;

    for (size_t i = 0; i < source->mailbox_count; i++)
        if (source->mailboxes[i]->status != RUF_OK)
            return; /* what is not known is not gone */
    status = sink->collections(sink->context, source->source->id, sweep_one,
                               &sweep, &err);
    if (status != RUF_OK)
        fail(source, status, &err);
}

/* --- moving on
 * ------------------------------------------------------------------- */

/* Step what is under way, begin more while there is room. */
static bool collections_step(struct ruf_source *source)
{
    size_t at_work = 0;
    bool left = false;

    for (size_t i = 0; i < source->count; i++) {
        struct ruf_graph_collection *collection = &source->collections[i];

        if (!collection->finished && at_work < COLLECTIONS_AT_ONCE) {
            ruf_graph_collection_step(collection);
            at_work += collection->finished ? 0 : 1;
        }
        left = left || !collection->finished;
    }
    return left;
}

void ruf_source_step(struct ruf_source *source)
{
    struct ruf_error err = { 0 };
    enum ruf_status status;

    if (source->blobs != NULL) {
        ruf_blobs_step(source->blobs);
        if (source->blobs->finished)
            finish(source);
        return;
    }
    if (source->mailbox_count > 0 && !source->listed) {
        if (mailboxes_step(source))
            return;
        status = folders_to_collections(source, &err);
        if (status != RUF_OK)
            fail(source, status, &err);
    }
    if (collections_step(source))
        return;
    if (source->mailbox_count > 0)
        sweep_folders(source);
    finish(source);
}

/* 0 if an answer is waiting: a token request may have collected it by the
 * way. */
static int64_t call_idle_ms(const struct ruf_call *call, int64_t idle_ms)
{
    int64_t due_ms = ruf_call_due_ms(call);
    int64_t left_ms = due_ms - ruf_clock_ms();

    if (ruf_call_is_ready(call))
        return 0;
    if (due_ms == INT64_MAX || left_ms >= idle_ms)
        return idle_ms;
    return left_ms < 0 ? 0 : left_ms;
}

int64_t ruf_source_idle_ms(const struct ruf_source *source, int64_t idle_ms)
{
    if (source->finished)
        return idle_ms;
    if (source->blobs != NULL)
        return 0; /* waits by itself */
    for (size_t i = 0; i < source->mailbox_count; i++)
        idle_ms = call_idle_ms(&source->mailboxes[i]->call, idle_ms);
    for (size_t i = 0; i < source->count; i++)
        idle_ms = call_idle_ms(&source->collections[i].call, idle_ms);
    return idle_ms;
}

/* --- what came of it
 * -------------------------------------------------------------- */

static void sum_collection(struct ruf_source *source,
                           const struct ruf_graph_collection *from)
{
    struct ruf_source_result *result = source->result;

    result->added += from->result.added;
    result->changed += from->result.changed;
    result->removed += from->result.removed;
    result->requests += from->call.requests;
    result->bytes += from->call.bytes;
    result->requests += from->total.call.requests;
    result->bytes += from->total.call.bytes;
    result->dropped += from->counts.dropped;
    result->ignored += from->counts.ignored;
    if (from->finished && from->status != RUF_OK)
        fail(source, from->status, &from->error);
}

static void sum_blobs(struct ruf_source *source, const struct ruf_blobs *from)
{
    struct ruf_source_result *result = source->result;

    result->added = from->result.added;
    result->changed = from->result.changed;
    result->removed = from->result.removed;
    result->requests = from->call.requests;
    result->bytes = from->call.bytes;
    result->dropped = from->counts.dropped;
    if (from->status != RUF_OK)
        fail(source, from->status, &from->error);
}

void ruf_source_sum(struct ruf_source *source, enum ruf_status ended,
                    const struct ruf_error *why)
{
    if (source->blobs != NULL)
        sum_blobs(source, source->blobs);
    for (size_t i = 0; i < source->mailbox_count; i++) {
        source->result->requests += source->mailboxes[i]->call.requests;
        source->result->bytes += source->mailboxes[i]->call.bytes;
    }
    for (size_t i = 0; i < source->count; i++)
        sum_collection(source, &source->collections[i]);
    if (source->finished)
        return;
    finish(source);
    if (ended != RUF_OK) {
        source->result->status = ended;
        source->result->error = *why;
    }
}
