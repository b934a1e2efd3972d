/*
 * engine/sources.c - the sources of a home: on, off, how old, forbidden
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/sources.h"
#include "base/error.h"
#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_S 3600

/* What the user said of a source; kept as a fact. */
enum wish { WISH_NONE = 0, WISH_OFF, WISH_ON };

int64_t ruf_home_now(const struct ruf_home *home)
{
    return home->host.clock(home->host.context);
}

static void fact_name(const char *what, const char *source, char out[40])
{
    (void)snprintf(out, 40, "%s %s", what, source);
}

static enum ruf_status load_fact(struct ruf_store *store, const char *what,
                                 const char *source, int64_t *value,
                                 struct ruf_error *err)
{
    char name[40];

    fact_name(what, source, name);
    return ruf_store_fact_load(store, name, value, err);
}

static enum ruf_status save_fact(struct ruf_store *store, const char *what,
                                 const char *source, int64_t value,
                                 struct ruf_error *err)
{
    char name[40];

    fact_name(what, source, name);
    return ruf_store_fact_save(store, name, value, err);
}

/* --- on and off
 * ------------------------------------------------------------------ */

/* A wish counts only as long as the policy lets people have one. */
static bool is_on(const struct ruf_policy_source *source, int64_t wish)
{
    if (source->user_may_toggle && wish != WISH_NONE)
        return source->enabled && wish == WISH_ON;
    return source->enabled && source->initially_on;
}

enum ruf_status ruf_choose_sources(const struct ruf_home *home,
                                   struct ruf_store *store,
                                   struct ruf_chosen_policy *out,
                                   struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;

    out->policy = home->effective;
    out->policy.sources = out->sources;
    for (size_t i = 0; i < out->policy.source_count && status == RUF_OK; i++) {
        struct ruf_policy_source *source = &out->sources[i];
        int64_t wish = WISH_NONE;

        *source = home->effective.sources[i];
        status = load_fact(store, "switch", source->id, &wish, err);
        source->enabled = is_on(source, wish);
    }
    return status;
}

enum ruf_status ruf_source_check_on(struct ruf_store *store,
                                    const struct ruf_policy_source *source,
                                    struct ruf_error *err)
{
    int64_t wish = WISH_NONE;
    enum ruf_status status = load_fact(store, "switch", source->id, &wish, err);

    if (status == RUF_OK && !is_on(source, wish))
        return ruf_fail(err, RUF_E_USAGE, "U062", source->id,
                        "the source is switched off");
    return status;
}

static enum ruf_status switch_off(const struct ruf_home *home,
                                  struct ruf_store *store, const char *id,
                                  struct ruf_error *err)
{
    uint64_t generation = 0;
    uint64_t removed = 0;
    int64_t unpublished = 0;
    enum ruf_status status =
        ruf_store_fact_load(store, FACT_UNPUBLISHED, &unpublished, err);

    /* If the index cannot be written, the next try or sync has to. */
    if (status == RUF_OK)
        status = ruf_store_fact_save(store, FACT_UNPUBLISHED, 1, err);
    if (status == RUF_OK)
        status = ruf_store_source_clear(store, id, &removed, err);
    if (status != RUF_OK)
        return status;
    return removed > 0 || unpublished != 0
               ? ruf_publish(home, store, &generation, err)
               : ruf_store_fact_save(store, FACT_UNPUBLISHED, 0, err);
}

/* May people switch it? */
static enum ruf_status check_switch(const struct ruf_home *home, const char *id,
                                    struct ruf_error *err)
{
    const struct ruf_policy_source *source =
        ruf_policy_source(home->policy, ruf_text(id));

    if (source == NULL)
        return ruf_fail(err, RUF_E_USAGE, "U014", id,
                        "the policy names no such source");
    if (!source->enabled || !source->user_may_toggle)
        return ruf_fail(err, RUF_E_POLICY, "P182", id,
                        source->enabled ? "user_may_toggle is false"
                                        : "the policy has the source off");
    return RUF_OK;
}

enum ruf_status ruf_home_source_switch(struct ruf_home *home, const char *id,
                                       bool on, struct ruf_error *err)
{
    struct ruf_home_writer writer;
    enum ruf_status status = ruf_home_writer_open(home, &writer, err);

    if (status == RUF_OK)
        status = check_switch(home, id, err);
    if (status == RUF_OK)
        status =
            save_fact(writer.store, "switch", id, on ? WISH_ON : WISH_OFF, err);
    if (status == RUF_OK && !on)
        status = switch_off(home, writer.store, id, err);
    ruf_home_writer_close(&writer);
    return status;
}

/* --- lost rights
 * ----------------------------------------------------------------- */

static int64_t grace_s(const struct ruf_home *home)
{
    return (int64_t)home->policy->sync.forbidden_grace_hours * HOUR_S;
}

static bool was_forbidden(const struct ruf_source_result *result)
{
    return result->status == RUF_E_AUTH && result->error.http_status == 403;
}

enum ruf_status ruf_judge_forbidden(const struct ruf_home *home,
                                    struct ruf_store *store,
                                    struct ruf_source_result *result,
                                    int64_t *expires, struct ruf_error *err)
{
    /* A right to photos that is missing says nothing about the records. */
    bool answered = result->status == RUF_OK || result->up_to_date;
    int64_t now = ruf_home_now(home);
    int64_t since = 0;
    uint64_t removed = 0;
    enum ruf_status status =
        load_fact(store, "forbidden", result->source, &since, err);

    *expires = 0;
    if (status != RUF_OK || (answered && since == 0))
        return status;
    if (answered)
        return save_fact(store, "forbidden", result->source, 0, err);
    if (was_forbidden(result) && (since == 0 || since > now)) {
        since = now;
        status = save_fact(store, "forbidden", result->source, since, err);
    }
    if (status != RUF_OK || since == 0)
        return status;
    *expires = since + grace_s(home);
    if (!was_forbidden(result) || now < *expires)
        return RUF_OK; /* other trouble removes nothing */
    status = ruf_store_source_clear(store, result->source, &removed, err);
    result->removed += removed;
    return status;
}

/* --- telling
 * ------------------------------------------------------------------- */

static void note_counts(const struct ruf_store_stats *stats,
                        struct ruf_source_info *out)
{
    for (size_t i = 0; i < stats->source_count; i++)
        if (strcmp(stats->sources[i].id, out->id) == 0) {
            out->records = stats->sources[i].records;
            out->updated = stats->sources[i].updated;
        }
}

/* Files are as old as they are: nobody reads them anew. */
static bool is_old(const struct ruf_home *home,
                   const struct ruf_policy_source *source, int64_t updated)
{
    int64_t stale_s = (int64_t)home->policy->sync.stale_hours * HOUR_S;

    return updated > 0 && source->kind != RUF_SOURCE_FILE &&
           ruf_home_now(home) - updated > stale_s;
}

enum ruf_status ruf_note_stale(const struct ruf_home *home,
                               struct ruf_store *store,
                               struct ruf_source_stats *stats, size_t count,
                               struct ruf_error *err)
{
    const struct ruf_policy *policy = home->policy;
    enum ruf_status status = RUF_OK;

    for (size_t i = 0; i < count; i++)
        for (size_t p = 0; p < policy->source_count && status == RUF_OK; p++) {
            const struct ruf_policy_source *source = &policy->sources[p];
            int64_t wish = WISH_NONE;

            if (strcmp(stats[i].id, source->id) != 0)
                continue;
            status = load_fact(store, "switch", source->id, &wish, err);
            stats[i].stale =
                is_on(source, wish) && is_old(home, source, stats[i].updated);
        }
    return status;
}

static enum ruf_status describe(const struct ruf_home *home,
                                struct ruf_store *store,
                                const struct ruf_store_stats *stats,
                                const struct ruf_policy_source *source,
                                struct ruf_source_info *out,
                                struct ruf_error *err)
{
    int64_t since = 0;
    int64_t wish = WISH_NONE;
    enum ruf_status status = load_fact(store, "switch", source->id, &wish, err);

    if (status == RUF_OK)
        status = load_fact(store, "forbidden", source->id, &since, err);
    memset(out, 0, sizeof(*out));
    (void)snprintf(out->id, sizeof(out->id), "%s", source->id);
    out->name = source->name;
    out->kind = ruf_source_kind_name(source->kind);
    out->on = is_on(source, wish);
    out->may_switch = source->enabled && source->user_may_toggle;
    note_counts(stats, out);
    out->stale = out->on && is_old(home, source, out->updated);
    out->expires = since == 0 ? 0 : since + grace_s(home);
    return status;
}

enum ruf_status ruf_home_sources(struct ruf_home *home,
                                 ruf_source_callback *callback, void *context,
                                 struct ruf_error *err)
{
    struct ruf_store_stats *stats = calloc(1, sizeof(*stats));
    struct ruf_store *store = NULL;
    enum ruf_status status = stats == NULL
                                 ? ruf_fail_memory(err)
                                 : ruf_home_store_open(home, &store, err);

    if (status == RUF_OK)
        status = ruf_store_stats(store, stats, err);
    for (size_t i = 0; i < home->policy->source_count && status == RUF_OK;
         i++) {
        struct ruf_source_info info;

        status =
            describe(home, store, stats, &home->policy->sources[i], &info, err);
        if (status == RUF_OK)
            callback(context, &info);
    }
    ruf_store_close(store);
    free(stats);
    return status;
}
