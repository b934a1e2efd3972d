/*
 * sync/sync.c - a run over all sources, and signing in
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/sync.h"
#include "base/error.h"
#include "base/secret.h"
#include "base/text.h"
#include "sync/photos.h"
#include "sync/source.h"
#include <stdlib.h>
#include <string.h>

#define WAIT_MS 200

struct run {
    struct ruf_graph_context graph;
    struct ruf_cancel cancel;
    struct ruf_source sources[RUF_POLICY_SOURCES_MAX];
    size_t source_count;
};

/* --- setting up
 * ------------------------------------------------------------------ */

static void select_source(struct run *run,
                          const struct ruf_policy_source *source,
                          struct ruf_source_result *result)
{
    struct ruf_source *added = &run->sources[run->source_count++];

    memset(result, 0, sizeof(*result));
    result->source = source->id;
    added->context = &run->graph;
    added->source = source;
    added->result = result;
    added->started_ms = ruf_clock_ms();
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

        if (source->enabled && source->kind != RUF_SOURCE_FILE &&
            (only == NULL || strcmp(only, source->id) == 0))
            select_source(run, source, &results[run->source_count]);
    }
    if (only != NULL && run->source_count == 0)
        return ruf_fail(err, RUF_E_USAGE, "U030", only,
                        "no enabled network source has this id");
    return RUF_OK;
}

/* --- going round
 * ------------------------------------------------------------------- */

static bool step_all(struct run *run)
{
    bool left = false;

    for (size_t s = 0; s < run->source_count; s++) {
        if (!run->sources[s].finished)
            ruf_source_step(&run->sources[s]);
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
            ruf_source_step(&run->sources[s]);
}

static enum ruf_status go_round(struct run *run, struct ruf_error *err)
{
    while (step_all(run)) {
        int64_t idle_ms = WAIT_MS;
        enum ruf_status status;

        if (ruf_cancelled(&run->cancel))
            return ruf_fail(err, RUF_E_CANCELLED, "S540", "",
                            "stopped by the caller");
        for (size_t s = 0; s < run->source_count; s++)
            idle_ms = ruf_source_idle_ms(&run->sources[s], idle_ms);
        status = ruf_http_wait(run->graph.http, idle_ms, err);
        if (status != RUF_OK)
            return status;
    }
    return RUF_OK;
}

/* --- what came of it
 * ------------------------------------------------------------------ */

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
    for (size_t s = 0; s < run->source_count; s++)
        ruf_source_open(&run->sources[s]);
    return go_round(run, why);
}

/* Of a source whose records are up to date. */
static void fetch_photos(const struct run *run)
{
    for (size_t s = 0; s < run->source_count; s++) {
        struct ruf_source_result *result = run->sources[s].result;

        result->up_to_date = result->status == RUF_OK;
        if (result->up_to_date &&
            ruf_photos_wanted(&run->graph, run->sources[s].source))
            result->status = ruf_photos_fetch(
                &run->graph, run->sources[s].source, result, &result->error);
    }
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
    status = select_sources(run, results, err);
    if (status == RUF_OK && run->source_count > 0) {
        ended = run_all(run, &why);
        for (size_t s = 0; s < run->source_count; s++)
            ruf_source_sum(&run->sources[s], ended, &why);
        fetch_photos(run);
        *result_count = run->source_count;
        status = verdict(run, err);
    }
    for (size_t s = 0; s < run->source_count; s++)
        ruf_source_close(&run->sources[s]);
    ruf_tokens_destroy(run->graph.tokens);
    ruf_http_destroy(run->graph.http);
    free(run);
    return status;
}

/* --- signing in
 * ------------------------------------------------------------------------- */

struct forgetting {
    const struct ruf_sync_sink *sink;
    const char *source;
    enum ruf_status status;
    struct ruf_error *err;
};

static void forget_one(void *context, const char *collection)
{
    struct forgetting *forgetting = context;

    if (forgetting->status == RUF_OK && strncmp(collection, "me/", 3) == 0)
        forgetting->status = forgetting->sink->reset(
            forgetting->sink->context, forgetting->source, collection,
            forgetting->err);
}

/* "me" may be someone else now: their contacts must not be laid over those of
 * the last user as a difference. */
static enum ruf_status forget_me(const struct ruf_policy *policy,
                                 const struct ruf_sync_sink *sink,
                                 struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;

    for (size_t i = 0; i < policy->source_count && status == RUF_OK; i++) {
        struct forgetting forgetting = { sink, policy->sources[i].id, RUF_OK,
                                         err };

        if (policy->sources[i].kind != RUF_SOURCE_OUTLOOK_PERSONAL)
            continue;
        status = sink->collections(sink->context, policy->sources[i].id,
                                   forget_one, &forgetting, err);
        if (status == RUF_OK)
            status = forgetting.status;
    }
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

static bool needs_token(const struct ruf_policy_source *source,
                        const struct ruf_sync_sink *sink)
{
    char name[40];
    char *secret = NULL;

    if (!source->enabled || source->kind == RUF_SOURCE_FILE)
        return false;
    if (source->kind != RUF_SOURCE_BLOB)
        return true;
    ruf_blob_secret_name(source->id, name);
    (void)sink->secret_load(sink->context, name, &secret, NULL);
    if (secret == NULL)
        return true;
    ruf_wipe(secret, strlen(secret));
    free(secret);
    return false;
}

enum ruf_status ruf_sync_renew_tokens(const struct ruf_policy *policy,
                                      const struct ruf_sync_sink *sink,
                                      struct ruf_error *err)
{
    struct ruf_tokens *tokens = NULL;
    struct ruf_http *http = NULL;
    enum ruf_status status = ruf_http_create(policy, &http, err);

    if (status == RUF_OK)
        status = ruf_tokens_create(policy, sink, http, NULL, &tokens, err);
    for (size_t i = 0; i < policy->source_count && status == RUF_OK; i++) {
        const char *bearer;

        if (needs_token(&policy->sources[i], sink))
            (void)(ruf_tokens_get(tokens,
                                  ruf_resource_of(policy, &policy->sources[i]),
                                  &bearer, NULL) == RUF_OK);
    }
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
