/*
 * engine/dry_run.c - a sync that leaves the store as it was
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/dry_run.h"
#include "base/error.h"
#include "base/secret.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void drop(char *text)
{
    if (text != NULL)
        ruf_wipe(text, strlen(text));
    free(text);
}

/* The last word on a name counts. */
static enum ruf_status keep_secret(struct ruf_dry_run *dry, const char *name,
                                   const char *value, struct ruf_error *err)
{
    size_t i = 0;

    while (i < dry->secret_count && strcmp(dry->secrets[i].name, name) != 0)
        i++;
    if (i == RUF_DRY_RUN_SECRETS)
        return ruf_fail_memory(err);
    if (i == dry->secret_count) {
        dry->secrets[i].name = strdup(name);
        dry->secret_count += dry->secrets[i].name != NULL ? 1 : 0;
    }
    drop(dry->secrets[i].value);
    dry->secrets[i].value = value == NULL ? NULL : strdup(value);
    return dry->secrets[i].name == NULL ||
                   (value != NULL && dry->secrets[i].value == NULL)
               ? ruf_fail_memory(err)
               : RUF_OK;
}

static enum ruf_status save_secret(void *context, const char *name,
                                   const char *value, struct ruf_error *err)
{
    struct ruf_dry_run *dry = context;
    enum ruf_status status =
        ruf_store_secret_save(dry->base.store, name, value, err);

    return status == RUF_OK ? keep_secret(dry, name, value, err) : status;
}

static enum ruf_status note_pause(void *context, const char *source,
                                  int64_t not_before, struct ruf_error *err)
{
    struct ruf_dry_run *dry = context;
    size_t i = 0;

    while (i < dry->pause_count && strcmp(dry->pauses[i].source, source) != 0)
        i++;
    if (i == dry->pause_count && i < RUF_POLICY_SOURCES_MAX) {
        (void)snprintf(dry->pauses[i].source, sizeof(dry->pauses[i].source),
                       "%s", source);
        dry->pause_count++;
    }
    if (i < RUF_POLICY_SOURCES_MAX)
        dry->pauses[i].not_before = not_before;
    return ruf_store_throttle(dry->base.store, source, not_before, err);
}

enum ruf_status
ruf_dry_run_begin(struct ruf_dry_run *dry, struct ruf_store *store,
                  const struct ruf_policy *policy, bool allow_shrink,
                  const struct ruf_host *host, struct ruf_sync_sink *sink,
                  struct ruf_error *err)
{
    enum ruf_status status;

    memset(dry, 0, sizeof(*dry));
    dry->base = (struct ruf_store_sink){ store, policy, allow_shrink, host };
    *sink = ruf_store_sink_over(&dry->base);
    status = ruf_sync_renew_tokens(policy, sink, err);
    if (status == RUF_OK)
        status = ruf_store_trial_begin(store, err);
    sink->context = dry;
    sink->throttle = note_pause;
    sink->secret_save = save_secret;
    sink->photos = NULL;
    return status;
}

enum ruf_status ruf_dry_run_end(struct ruf_dry_run *dry, struct ruf_error *err)
{
    enum ruf_status status = ruf_store_trial_end(dry->base.store, err);

    for (size_t i = 0; i < dry->secret_count; i++) {
        if (status == RUF_OK)
            status =
                ruf_store_secret_save(dry->base.store, dry->secrets[i].name,
                                      dry->secrets[i].value, err);
        free(dry->secrets[i].name);
        drop(dry->secrets[i].value);
    }
    for (size_t i = 0; i < dry->pause_count && status == RUF_OK; i++)
        status = ruf_store_throttle(dry->base.store, dry->pauses[i].source,
                                    dry->pauses[i].not_before, err);
    return status;
}
