/*
 * engine/dry_run.h - a sync that leaves the store as it was
 *
 * Pages and links go into a transaction that is rolled back. What must not be
 * lost with it is kept aside and saved afterwards: secrets, since a refresh
 * token is good once, and pauses a server asked for. Photos are not asked for.
 *
 * Threads: as struct ruf_store.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_DRY_RUN_H
#define ENGINE_DRY_RUN_H

#include "engine/store_sink.h"

#define RUF_DRY_RUN_SECRETS 64

struct ruf_dry_run {
    struct ruf_store_sink base; /**< first: the context of all functions */
    struct {
        char *name;
        char *value; /**< NULL: erased */
    } secrets[RUF_DRY_RUN_SECRETS];
    size_t secret_count;
    struct {
        char source[17];
        int64_t not_before;
    } pauses[RUF_POLICY_SOURCES_MAX];
    size_t pause_count;
};

/**
 * Renew what tokens the run will need, then begin.
 * @param[out] dry  fills *sink, which works on it until the end.
 */
RUF_MUST_USE enum ruf_status
ruf_dry_run_begin(struct ruf_dry_run *dry, struct ruf_store *store,
                  const struct ruf_policy *policy, bool allow_shrink,
                  const struct ruf_host *host, struct ruf_sync_sink *sink,
                  struct ruf_error *err);

/** Roll back, save what was kept aside. To be called once begun. */
RUF_MUST_USE enum ruf_status ruf_dry_run_end(struct ruf_dry_run *dry,
                                             struct ruf_error *err);

#endif
