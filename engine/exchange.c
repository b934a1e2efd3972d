/*
 * engine/exchange.c - sign-in, sync and import, wired to the store
 *
 * sync/ knows a sink, indexer/ knows a store; they meet here.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/text.h"
#include "engine/access.h"
#include "engine/audit.h"
#include "engine/dry_run.h"
#include "engine/sources.h"
#include "engine/store_sink.h"
#include "engine/wipe.h"
#include "sync/import.h"
#include "sync/sync.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- sign-in
 * ------------------------------------------------------------------ */

enum ruf_status ruf_home_login(struct ruf_home *home,
                               const struct ruf_login *login,
                               struct ruf_error *err)
{
    struct ruf_home_writer writer;
    struct ruf_store_sink context;
    struct ruf_sync_sink sink;
    static const enum ruf_login_flow flows[] = {
        [RUF_SIGN_IN_DEVICE] = RUF_LOGIN_DEVICE,
        [RUF_SIGN_IN_APP] = RUF_LOGIN_APP,
        [RUF_SIGN_IN_CODE] = RUF_LOGIN_CODE,
    };
    struct ruf_login_options options = {
        .flow = flows[login->flow],
        .client_secret = login->client_secret,
        .client_certificate = login->client_certificate,
        .prompt = login->prompt,
        .prompt_context = login->context,
        .cancelled = login->cancelled,
        .cancel_context = login->context,
    };
    enum ruf_status status = ruf_home_refresher_open(home, &writer, err);

    if (status != RUF_OK)
        return status;
    if (home->host.access_token != NULL) { /* the host signs in */
        ruf_home_writer_close(&writer);
        return RUF_OK;
    }
    context = (struct ruf_store_sink){ writer.store, &home->effective, false,
                                       &home->host };
    sink = ruf_store_sink_over(&context);
    status = ruf_sync_login(&home->effective, &sink, &options, err);
    if (status == RUF_OK)
        status = ruf_access_checked_in(home, err);
    status = ruf_audit_append(home, writer.store, RUF_AUDIT_LOGIN, NULL, status,
                              0, err);
    ruf_home_writer_close(&writer);
    return status;
}

enum ruf_status ruf_home_source_secret(struct ruf_home *home,
                                       const char *source, const char *secret,
                                       struct ruf_error *err)
{
    struct ruf_home_writer writer;
    struct ruf_store_sink context;
    struct ruf_sync_sink sink;
    enum ruf_status status = ruf_home_refresher_open(home, &writer, err);

    if (status != RUF_OK)
        return status;
    context = (struct ruf_store_sink){ writer.store, &home->effective, false,
                                       &home->host };
    sink = ruf_store_sink_over(&context);
    status =
        ruf_sync_source_secret(&home->effective, &sink, source, secret, err);
    ruf_home_writer_close(&writer);
    return status;
}

enum ruf_status ruf_home_logout(struct ruf_home *home, struct ruf_error *err)
{
    struct ruf_home_writer writer;
    struct ruf_store_sink context;
    struct ruf_sync_sink sink;
    enum ruf_status status = ruf_home_writer_open(home, &writer, err);

    if (status != RUF_OK)
        return status;
    context = (struct ruf_store_sink){ writer.store, &home->effective, false,
                                       &home->host };
    sink = ruf_store_sink_over(&context);
    status = ruf_sync_logout(&sink, err);
    status = ruf_audit_append(home, writer.store, RUF_AUDIT_LOGOUT, NULL,
                              status, 0, err);
    ruf_home_writer_close(&writer);
    return status;
}

/* --- sync
 * ---------------------------------------------------------------------- */

struct progress_bridge {
    const struct ruf_home *home;
    const struct ruf_sync_request *request;
};

static void bridge_progress(void *context,
                            const struct ruf_sync_progress *progress)
{
    struct progress_bridge *bridge = context;

    bridge->request->progress(bridge->request->context, progress->source,
                              progress->records, progress->total);
}

static bool bridge_cancelled(void *context)
{
    struct progress_bridge *bridge = context;

    return ruf_wipe_is_pending(bridge->home->path) ||
           (bridge->request->cancelled != NULL &&
            bridge->request->cancelled(bridge->request->context));
}

static void report_sources(const struct ruf_source_result *results,
                           size_t count, struct ruf_sync_report *report)
{
    report->source_count = count;
    for (size_t i = 0; i < count; i++) {
        const struct ruf_source_result *from = &results[i];
        struct ruf_source_report *to = &report->sources[i];
        struct ruf_text id = ruf_text(from->source);

        memset(to, 0, sizeof(*to));
        memcpy(to->id, id.data,
               id.size < sizeof(to->id) ? id.size : sizeof(to->id) - 1);
        to->status = from->status;
        to->error = from->error;
        to->added = from->added;
        to->changed = from->changed;
        to->removed = from->removed;
        to->requests = from->requests;
        to->bytes = from->bytes;
        to->ms = from->ms;
        to->photos = from->photos;
        to->photos_left = from->photos_left;
    }
}

/* Did a server of the organisation answer as it should? */
static bool reached_anybody(const struct ruf_policy *policy,
                            const struct ruf_source_result *results,
                            size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct ruf_policy_source *source =
            ruf_policy_source(policy, ruf_text(results[i].source));

        if (results[i].status == RUF_OK && source != NULL &&
            source->kind != RUF_SOURCE_FILE)
            return true;
    }
    return false;
}

static bool image_is_readable(const struct ruf_home *home)
{
    struct ruf_index *index = NULL;
    bool readable = ruf_home_index_any_age(home, RUF_INDEX_ON_DEMAND, &index,
                                           NULL) == RUF_OK;

    ruf_index_close(index);
    return readable;
}

static enum ruf_status publish_if_needed(const struct ruf_home *home,
                                         struct ruf_store *store, bool needed,
                                         struct ruf_sync_report *report,
                                         struct ruf_error *err)
{
    int64_t generation = 0;
    enum ruf_status status;

    if (needed || !image_is_readable(home)) {
        status = ruf_publish(home, store, &report->generation, err);
        report->published = status == RUF_OK;
    } else {
        status = ruf_store_fact_load(store, FACT_GENERATION, &generation, err);
        report->generation = (uint64_t)generation;
    }
    if (status == RUF_OK)
        status = ruf_store_fact_save(store, FACT_UNPUBLISHED, 0, err);
    return status;
}

/* How old the records of failed sources are. */
static enum ruf_status note_ages(struct ruf_store *store,
                                 struct ruf_sync_report *report,
                                 struct ruf_error *err)
{
    struct ruf_store_stats *stats = calloc(1, sizeof(*stats));
    enum ruf_status status = stats == NULL ? ruf_fail_memory(err)
                                           : ruf_store_stats(store, stats, err);

    for (size_t i = 0; i < report->source_count && status == RUF_OK; i++) {
        struct ruf_source_report *to = &report->sources[i];

        for (size_t s = 0; s < stats->source_count; s++)
            if (to->status != RUF_OK &&
                strcmp(stats->sources[s].id, to->id) == 0)
                to->updated = stats->sources[s].updated;
    }
    free(stats);
    return status;
}

static enum ruf_status
judge_sources(const struct ruf_home *home, struct ruf_store *store,
              struct ruf_source_result *results, size_t count,
              struct ruf_sync_report *report, struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;
    bool failed = false;

    for (size_t i = 0; i < count; i++)
        failed = failed || results[i].status != RUF_OK;
    if (failed)
        status = note_ages(store, report, err);
    for (size_t i = 0; i < count && status == RUF_OK; i++) {
        status = ruf_judge_forbidden(home, store, &results[i],
                                     &report->sources[i].expires, err);
        report->sources[i].removed = results[i].removed;
    }
    return status;
}

static bool anything_changed(const struct ruf_sync_report *report)
{
    for (size_t i = 0; i < report->source_count; i++) {
        const struct ruf_source_report *source = &report->sources[i];

        if (source->added + source->changed + source->removed + source->photos >
            0)
            return true;
    }
    return false;
}

static enum ruf_status begin_sync(const struct ruf_home *home,
                                  struct ruf_store *store,
                                  struct ruf_chosen_policy *chosen,
                                  bool *unpublished, struct ruf_error *err)
{
    int64_t left = 0;
    enum ruf_status status =
        ruf_store_fact_load(store, FACT_UNPUBLISHED, &left, err);

    *unpublished = left != 0;
    if (status == RUF_OK)
        status = ruf_store_fact_save(store, FACT_UNPUBLISHED, 1, err);
    if (status == RUF_OK && home->effective.store.photos == RUF_PHOTOS_NONE)
        status = ruf_store_photos_clear(store, err);
    if (status == RUF_OK)
        status = ruf_choose_sources(home, store, chosen, err);
    return status;
}

static enum ruf_status run_sources(const struct ruf_home *home,
                                   const struct ruf_policy *policy,
                                   const struct ruf_sync_sink *sink,
                                   const struct ruf_sync_request *request,
                                   struct ruf_source_result *results,
                                   size_t *count, struct ruf_error *err)
{
    struct progress_bridge bridge = { home, request };
    struct ruf_sync_options options = {
        .full = request->full,
        .only_source = request->source,
        .progress = request->progress == NULL ? NULL : bridge_progress,
        .progress_context = &bridge,
        .cancelled = bridge_cancelled,
        .cancel_context = &bridge,
    };

    return ruf_sync_run(policy, sink, &options, results, count, err);
}

/* As a sync, and then undone. */
static enum ruf_status try_sync(const struct ruf_home *home,
                                struct ruf_store *store,
                                const struct ruf_sync_request *request,
                                struct ruf_source_result *results,
                                struct ruf_sync_report *report,
                                struct ruf_error *err)
{
    struct ruf_chosen_policy chosen;
    struct ruf_error end_error;
    struct ruf_sync_sink sink;
    struct ruf_dry_run dry;
    enum ruf_status ended;
    size_t count = 0;
    enum ruf_status status = ruf_choose_sources(home, store, &chosen, err);

    if (status == RUF_OK)
        status =
            ruf_dry_run_begin(&dry, store, &chosen.policy,
                              request->allow_shrink, &home->host, &sink, err);
    if (status != RUF_OK)
        return status;
    status =
        run_sources(home, &chosen.policy, &sink, request, results, &count, err);
    report_sources(results, count, report);
    ended = ruf_dry_run_end(&dry, &end_error);
    report->generation = ruf_home_published(home);
    if (ended == RUF_OK)
        return status;
    if (err != NULL)
        *err = end_error;
    return ended;
}

static enum ruf_status sync_into(struct ruf_home *home, struct ruf_store *store,
                                 const struct ruf_sync_request *request,
                                 struct ruf_source_result *results,
                                 struct ruf_sync_report *report,
                                 struct ruf_error *err)
{
    struct ruf_store_sink context = { store, NULL, request->allow_shrink,
                                      &home->host };
    struct ruf_sync_sink sink = ruf_store_sink_over(&context);
    struct ruf_chosen_policy chosen;
    struct ruf_error after_error;
    enum ruf_status status;
    enum ruf_status after;
    bool unpublished;
    size_t count = 0;

    status = begin_sync(home, store, &chosen, &unpublished, err);
    if (status != RUF_OK)
        return status;
    context.policy = &chosen.policy;
    status =
        run_sources(home, &chosen.policy, &sink, request, results, &count, err);
    report_sources(results, count, report);
    if (reached_anybody(home->policy, results, count)) {
        enum ruf_status noted =
            ruf_access_checked_in(home, status == RUF_OK ? err : NULL);

        status = status == RUF_OK ? noted : status;
    }
    after = judge_sources(home, store, results, count, report, &after_error);
    /* What other sources brought is shown even if one failed or the user
     * stopped the run; every finished round is whole. */
    if (after == RUF_OK)
        after = publish_if_needed(home, store,
                                  anything_changed(report) || unpublished,
                                  report, &after_error);
    if (after != RUF_OK && (status == RUF_OK || status == RUF_E_PARTIAL)) {
        if (err != NULL)
            *err = after_error;
        return after;
    }
    return status;
}

static uint64_t changes_of(const struct ruf_sync_report *report)
{
    uint64_t changes = 0;

    for (size_t i = 0; i < report->source_count; i++)
        changes += report->sources[i].added + report->sources[i].changed +
                   report->sources[i].removed;
    return changes;
}

/* NULL: all of them. */
static enum ruf_status check_source(const struct ruf_home *home, const char *id,
                                    struct ruf_error *err)
{
    if (id == NULL || ruf_policy_source(home->policy, ruf_text(id)) != NULL)
        return RUF_OK;
    return ruf_fail(err, RUF_E_USAGE, "U014", id,
                    "the policy names no such source");
}

enum ruf_status ruf_home_sync(struct ruf_home *home,
                              const struct ruf_sync_request *request,
                              struct ruf_sync_report *report,
                              struct ruf_error *err)
{
    struct ruf_source_result *results;
    struct ruf_home_writer writer;
    enum ruf_status status;

    memset(report, 0, sizeof(*report));
    results = calloc(RUF_POLICY_SOURCES_MAX, sizeof(*results));
    if (results == NULL)
        return ruf_fail_memory(err);
    status = ruf_home_refresher_open(home, &writer, err);
    if (status == RUF_OK)
        status = check_source(home, request->source, err);
    if (status == RUF_OK && request->dry_run) {
        status = try_sync(home, writer.store, request, results, report, err);
    } else if (status == RUF_OK) {
        status = sync_into(home, writer.store, request, results, report, err);
        status = ruf_audit_append(home, writer.store, RUF_AUDIT_SYNC, NULL,
                                  status, changes_of(report), err);
        if (ruf_wipe_is_pending(home->path)) /* what stopped the run */
            status = ruf_home_still_ours(home, err);
    }
    ruf_home_writer_close(&writer);
    free(results);
    return status;
}

/* --- import
 * ---------------------------------------------------------------------- */

static const struct ruf_policy_source *
import_source(const struct ruf_policy *policy, const char *id,
              struct ruf_error *err)
{
    const struct ruf_policy_source *found = NULL;

    for (size_t i = 0; i < policy->source_count; i++) {
        const struct ruf_policy_source *source = &policy->sources[i];

        if (id != NULL ? strcmp(source->id, id) == 0
                       : source->kind == RUF_SOURCE_FILE)
            found = source;
    }
    if (found == NULL)
        (void)ruf_fail(err, RUF_E_USAGE, "U013", id == NULL ? "" : id,
                       "the policy has no source for files");
    return found;
}

static enum ruf_status import_into(const struct ruf_home *home,
                                   struct ruf_store *store, const char *path,
                                   const struct ruf_policy_source *source,
                                   struct ruf_import_report *report,
                                   struct ruf_error *err)
{
    struct ruf_store_sink context = { store, &home->effective, false,
                                      &home->host };
    struct ruf_sync_sink sink = ruf_store_sink_over(&context);
    struct ruf_import_result result = { 0 };
    enum ruf_status status = ruf_source_check_on(store, source, err);

    if (status == RUF_OK)
        status = ruf_store_fact_save(store, FACT_UNPUBLISHED, 1, err);
    if (status == RUF_OK)
        status = ruf_import_file(path, source, &sink, &result, err);
    report->records = result.records;
    report->skipped = result.skipped;
    report->first_skipped = result.first_skipped;
    report->unknown_columns = result.unknown_columns;
    report->added = result.round.added;
    report->changed = result.round.changed;
    report->removed = result.round.removed;
    return ruf_audit_append(home, store, RUF_AUDIT_IMPORT, NULL, status,
                            report->added + report->changed + report->removed,
                            err);
}

enum ruf_status ruf_home_import(struct ruf_home *home, const char *path,
                                const char *source_id,
                                struct ruf_import_report *report,
                                struct ruf_error *err)
{
    const struct ruf_policy_source *source;
    struct ruf_home_writer writer;
    enum ruf_status status = ruf_home_writer_open(home, &writer, err);

    memset(report, 0, sizeof(*report));
    if (status != RUF_OK)
        return status;
    source = import_source(&home->effective, source_id, err);
    status = source == NULL
                 ? RUF_E_USAGE
                 : import_into(home, writer.store, path, source, report, err);
    ruf_home_writer_close(&writer);
    return status;
}
