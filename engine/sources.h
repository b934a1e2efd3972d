/*
 * engine/sources.h - which sources are read, and whose records have to go
 *
 * Threads: as struct ruf_home.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_SOURCES_H
#define ENGINE_SOURCES_H

#include "engine/home_private.h"
#include "sync/sync.h"

/** The effective policy with what the user switched off. */
struct ruf_chosen_policy {
    struct ruf_policy policy; /**< borrows from home and from sources */
    struct ruf_policy_source sources[RUF_POLICY_SOURCES_MAX];
};

RUF_MUST_USE enum ruf_status ruf_choose_sources(const struct ruf_home *home,
                                                struct ruf_store *store,
                                                struct ruf_chosen_policy *out,
                                                struct ruf_error *err);

/** @return RUF_OK; RUF_E_USAGE (U062: the source is off); store errors. */
RUF_MUST_USE enum ruf_status
ruf_source_check_on(struct ruf_store *store,
                    const struct ruf_policy_source *source,
                    struct ruf_error *err);

/**
 * Note which sources are read and older than the policy allows.
 * @return RUF_OK; store errors.
 */
RUF_MUST_USE enum ruf_status ruf_note_stale(const struct ruf_home *home,
                                            struct ruf_store *store,
                                            struct ruf_source_stats *stats,
                                            size_t count,
                                            struct ruf_error *err);

/**
 * After a run: note since when a source answers 403, and remove its records
 * once the policy's grace is over; a source that answers again is forgiven.
 * Adds what went to the result.
 * @param[out] expires  Unix seconds at which the records go or went; 0: never.
 */
RUF_MUST_USE enum ruf_status
ruf_judge_forbidden(const struct ruf_home *home, struct ruf_store *store,
                    struct ruf_source_result *result, int64_t *expires,
                    struct ruf_error *err);

/** Seconds of the host's clock. */
int64_t ruf_home_now(const struct ruf_home *home);

#endif
