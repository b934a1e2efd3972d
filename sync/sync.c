/*
 * sync/sync.c - a run over all sources, and signing in
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/sync.h"
#include "base/error.h"
#include "base/text.h"
#include "sync/blob.h"
#include "sync/graph.h"
#include <stdlib.h>
#include <string.h>

/* Outlook answers four requests of an app at a time; others gain nothing. */
#define COLLECTIONS_AT_ONCE 4
#define WAIT_MS 200

struct run_source {
    const struct ruf_policy_source *source;
    struct ruf_source_result *result;
    struct ruf_graph_collection *collections;
    size_t count;
    struct ruf_blobs *blobs; /* instead of collections */
    uint64_t records;
    bool finished;
};

struct run {
    struct ruf_graph_context graph;
    struct ruf_cancel cancel;
    struct run_source sources[RUF_POLICY_SOURCES_MAX];
    size_t source_count;
    int64_t started_ms;
};

/* --- setting up
 * ------------------------------------------------------------------ */

static void source_failed(struct run_source *source, enum ruf_status status,
                          const struct ruf_error *err)
{
    source->finished = true;
    source->result->status = status;
    source->result->error = *err;
}

/* Which mailboxes a source of personal contacts means: the user's own, or with
 * an app's token, which has no "me", those the policy names. */
static enum ruf_status mailbox_count(struct run *run,
                                     const struct ruf_policy_source *source,
                                     size_t *count, bool *named,
                                     struct ruf_error *err)
{
    enum ruf_login_flow flow;
    enum ruf_status status;

    *count = 1;
    *named = false;
    if (source->kind != RUF_SOURCE_OUTLOOK_PERSONAL)
        return RUF_OK;
    status = ruf_tokens_flow(run->graph.tokens, &flow, err);
    if (status != RUF_OK || flow != RUF_LOGIN_APP)
        return status;
    *named = true;
    *count = source->mailbox_count;
    if (source->mailbox_count == 0)
        return ruf_fail(err, RUF_E_POLICY, "S531", source->id,
                        "an app's sign-in needs mailboxes in the policy");
    return RUF_OK;
}

static enum ruf_status source_open(struct run *run, struct run_source *source,
                                   struct ruf_error *err)
{
    size_t count;
    bool named;
    enum ruf_status status;

    if (source->source->kind == RUF_SOURCE_BLOB)
        return ruf_blobs_create(&run->graph, source->source, &source->blobs,
                                err);
    if (ruf_graph_select(source->source->kind) == NULL)
        return ruf_fail(err, RUF_E_POLICY, "S530", source->source->id,
                        "sources of kind %s are not readable by this version",
                        ruf_source_kind_name(source->source->kind));
    status = mailbox_count(run, source->source, &count, &named, err);
    if (status != RUF_OK)
        return status;
    source->collections = calloc(count, sizeof(*source->collections));
    if (source->collections == NULL)
        return ruf_fail_memory(err);
    for (size_t i = 0; i < count && status == RUF_OK; i++) {
        status = ruf_graph_collection_create(
            &run->graph, source->source,
            named ? source->source->mailboxes[i] : NULL, &source->records,
            &source->collections[i], err);
        source->count += status == RUF_OK ? 1 : 0;
    }
    return status;
}

static void sources_close(struct run *run)
{
    for (size_t s = 0; s < run->source_count; s++) {
        struct run_source *source = &run->sources[s];

        for (size_t i = 0; i < source->count; i++)
            ruf_graph_collection_destroy(&source->collections[i]);
        free(source->collections);
        ruf_blobs_destroy(source->blobs);
    }
}

static enum ruf_status select_sources(struct run *run,
                                      struct ruf_source_result *results,
                                      struct ruf_error *err)
{
    const struct ruf_policy *policy = run->graph.policy;
    const char *only = run->graph.options->only_source;

    for (size_t i = 0;
         i < policy->source_count && run->source_count < RUF_POLICY_SOURCES_MAX;
         i++) {
        const struct ruf_policy_source *source = &policy->sources[i];
        struct run_source *added = &run->sources[run->source_count];

        if (!source->enabled || source->kind == RUF_SOURCE_FILE ||
            (only != NULL && strcmp(only, source->id) != 0))
            continue;
        added->source = source;
        added->result = &results[run->source_count];
        memset(added->result, 0, sizeof(*added->result));
        added->result->source = source->id;
        run->source_count++;
    }
    if (only != NULL && run->source_count == 0)
        return ruf_fail(err, RUF_E_USAGE, "U030", only,
                        "no enabled network source has this id");
    return RUF_OK;
}

/* --- going round
 * ------------------------------------------------------------------- */

static void source_finish(struct run *run, struct run_source *source)
{
    struct ruf_source_result *result = source->result;

    source->finished = true;
    result->ms = (uint64_t)(ruf_clock_ms() - run->started_ms);
}

/* Step what is under way, begin more while there is room. */
static void source_step(struct run *run, struct run_source *source)
{
    size_t at_work = 0;
    size_t left = 0;

    if (source->blobs != NULL) {
        ruf_blobs_step(source->blobs);
        if (source->blobs->finished)
            source_finish(run, source);
        return;
    }
    for (size_t i = 0; i < source->count; i++) {
        struct ruf_graph_collection *collection = &source->collections[i];

        if (!collection->finished && at_work < COLLECTIONS_AT_ONCE) {
            ruf_graph_collection_step(collection);
            at_work += collection->finished ? 0 : 1;
        }
        left += collection->finished ? 0 : 1;
    }
    if (left == 0)
        source_finish(run, source);
}

/* How long nothing will happen but for the network: 0 if an answer is waiting,
 * because a token request may have collected it by the way. */
static int64_t idle_ms(const struct run *run)
{
    int64_t now_ms = ruf_clock_ms();
    int64_t idle = WAIT_MS;

    for (size_t s = 0; s < run->source_count; s++) {
        const struct run_source *source = &run->sources[s];

        if (source->blobs != NULL && !source->finished)
            return 0; /* waits by itself */
        for (size_t i = 0; i < source->count && !source->finished; i++) {
            const struct ruf_call *call = &source->collections[i].call;
            int64_t due_ms = ruf_call_due_ms(call);

            if (ruf_call_is_ready(call))
                return 0;
            if (due_ms != INT64_MAX && due_ms - now_ms < idle)
                idle = due_ms - now_ms < 0 ? 0 : due_ms - now_ms;
        }
    }
    return idle;
}

static bool step_all(struct run *run)
{
    bool left = false;

    for (size_t s = 0; s < run->source_count; s++) {
        if (run->sources[s].finished)
            continue;
        source_step(run, &run->sources[s]);
        left = left || !run->sources[s].finished;
    }
    return left;
}

/* A source of blobs waits for the network inside its step: meanwhile the
 * others go on. */
static void step_others(void *context)
{
    struct run *run = context;

    for (size_t s = 0; s < run->source_count; s++)
        if (!run->sources[s].finished && run->sources[s].blobs == NULL)
            source_step(run, &run->sources[s]);
}

static enum ruf_status go_round(struct run *run, struct ruf_error *err)
{
    while (step_all(run)) {
        enum ruf_status status;

        if (ruf_cancelled(&run->cancel))
            return ruf_fail(err, RUF_E_CANCELLED, "S540", "",
                            "stopped by the caller");
        status = ruf_http_wait(run->graph.http, idle_ms(run), err);
        if (status != RUF_OK)
            return status;
    }
    return RUF_OK;
}

/* --- what came of it
 * ------------------------------------------------------------------ */

static void sum_blobs(const struct ruf_blobs *from,
                      struct ruf_source_result *result)
{
    result->added = from->result.added;
    result->changed = from->result.changed;
    result->removed = from->result.removed;
    result->requests = from->call.requests;
    result->bytes = from->call.bytes;
    result->dropped = from->counts.dropped;
    if (from->status != RUF_OK) {
        result->status = from->status;
        result->error = from->error;
    }
}

static void source_sum(struct run *run, struct run_source *source,
                       enum ruf_status ended, const struct ruf_error *why)
{
    struct ruf_source_result *result = source->result;

    if (source->blobs != NULL)
        sum_blobs(source->blobs, result);
    for (size_t i = 0; i < source->count; i++) {
        const struct ruf_graph_collection *from = &source->collections[i];

        result->added += from->result.added;
        result->changed += from->result.changed;
        result->removed += from->result.removed;
        result->requests += from->call.requests;
        result->bytes += from->call.bytes;
        result->dropped += from->counts.dropped;
        result->ignored += from->counts.ignored;
        if (from->finished && from->status != RUF_OK &&
            result->status == RUF_OK) {
            result->status = from->status;
            result->error = from->error;
        }
    }
    if (source->finished)
        return;
    source_finish(run, source);
    if (ended != RUF_OK) {
        result->status = ended;
        result->error = *why;
    }
}

/* The word over all: fine, partly, or what the first one says. */
static enum ruf_status verdict(const struct run *run, struct ruf_error *err)
{
    const struct ruf_source_result *first = NULL;
    size_t failed = 0;

    for (size_t s = 0; s < run->source_count; s++) {
        const struct ruf_source_result *result = run->sources[s].result;

        if (result->status == RUF_OK)
            continue;
        if (result->status == RUF_E_CANCELLED)
            failed = run->source_count; /* outranks "partly" */
        if (first == NULL || result->status == RUF_E_CANCELLED)
            first = result;
        failed++;
    }
    if (first == NULL)
        return RUF_OK;
    if (failed < run->source_count)
        return ruf_fail(err, RUF_E_PARTIAL, first->error.id, first->source,
                        "%zu of %zu sources failed", failed, run->source_count);
    if (err != NULL)
        *err = first->error;
    return first->status;
}

static enum ruf_status run_all(struct run *run, struct ruf_error *why)
{
    enum ruf_status status =
        ruf_http_create(run->graph.policy, &run->graph.http, why);

    if (status == RUF_OK)
        status = ruf_tokens_create(run->graph.policy, run->graph.sink,
                                   run->graph.http, &run->cancel,
                                   &run->graph.tokens, why);
    if (status != RUF_OK)
        return status;
    for (size_t s = 0; s < run->source_count; s++) {
        struct ruf_error failure = { 0 };
        enum ruf_status opened = source_open(run, &run->sources[s], &failure);

        if (opened != RUF_OK)
            source_failed(&run->sources[s], opened, &failure);
    }
    return go_round(run, why);
}

enum ruf_status ruf_sync_run(const struct ruf_policy *policy,
                             const struct ruf_sync_sink *sink,
                             const struct ruf_sync_options *options,
                             struct ruf_source_result *results,
                             size_t *result_count, struct ruf_error *err)
{
    struct run *run = calloc(1, sizeof(*run));
    struct ruf_error why = { 0 };
    enum ruf_status ended;
    enum ruf_status status;

    *result_count = 0;
    if (run == NULL)
        return ruf_fail_memory(err);
    run->graph.policy = policy;
    run->graph.sink = sink;
    run->graph.options = options;
    run->cancel.cancelled = options->cancelled;
    run->cancel.context = options->cancel_context;
    run->graph.cancel = &run->cancel;
    run->graph.yield = step_others;
    run->graph.yield_context = run;
    run->started_ms = ruf_clock_ms();
    status = select_sources(run, results, err);
    if (status == RUF_OK && run->source_count > 0) {
        ended = run_all(run, &why);
        for (size_t s = 0; s < run->source_count; s++)
            source_sum(run, &run->sources[s], ended, &why);
        *result_count = run->source_count;
        status = verdict(run, err);
    }
    sources_close(run);
    ruf_tokens_destroy(run->graph.tokens);
    ruf_http_destroy(run->graph.http);
    free(run);
    return status;
}

/* --- signing in
 * ------------------------------------------------------------------------- */

/* "me" may be someone else now: their contacts must not be laid over those of
 * the last user as a difference. */
static enum ruf_status forget_me(const struct ruf_policy *policy,
                                 const struct ruf_sync_sink *sink,
                                 struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;

    for (size_t i = 0; i < policy->source_count && status == RUF_OK; i++)
        if (policy->sources[i].kind == RUF_SOURCE_OUTLOOK_PERSONAL)
            status = sink->reset(sink->context, policy->sources[i].id,
                                 "me/contacts", err);
    return status;
}

enum ruf_status ruf_sync_login(const struct ruf_policy *policy,
                               const struct ruf_sync_sink *sink,
                               const struct ruf_login_options *options,
                               struct ruf_error *err)
{
    struct ruf_tokens *tokens = NULL;
    struct ruf_http *http = NULL;
    enum ruf_status status = ruf_http_create(policy, &http, err);

    if (status == RUF_OK)
        status = ruf_tokens_create(policy, sink, http, NULL, &tokens, err);
    if (status == RUF_OK)
        status = ruf_tokens_sign_in(tokens, options, err);
    if (status == RUF_OK && options->flow != RUF_LOGIN_APP)
        status = forget_me(policy, sink, err);
    ruf_tokens_destroy(tokens);
    ruf_http_destroy(http);
    return status;
}

enum ruf_status ruf_sync_source_secret(const struct ruf_policy *policy,
                                       const struct ruf_sync_sink *sink,
                                       const char *source, const char *secret,
                                       struct ruf_error *err)
{
    const struct ruf_policy_source *found =
        ruf_policy_source(policy, ruf_text(source));
    struct ruf_blob_auth auth = { 0 };
    char name[40];
    enum ruf_status status = RUF_OK;

    if (found == NULL || found->kind != RUF_SOURCE_BLOB)
        return ruf_fail(err, RUF_E_USAGE, "U031", source,
                        "the policy has no source of blobs with this id");
    if (secret != NULL)
        status = ruf_blob_auth_create(secret, found->url, source, &auth, err);
    ruf_blob_auth_destroy(&auth);
    ruf_blob_secret_name(source, name);
    return status == RUF_OK
               ? sink->secret_save(sink->context, name, secret, err)
               : status;
}
