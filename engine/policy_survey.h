/*
 * engine/policy_survey.h - what a new policy does to what is stored
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_POLICY_SURVEY_H
#define ENGINE_POLICY_SURVEY_H

#include "engine/home_private.h"
#include <rufname/policy.h>

/**
 * Judge all stored records by a new policy and make the view of them.
 * @param[in]  before  the policy in force, or NULL.
 * @param[out] out     sources, records and rules are filled in.
 * @param[out] view    in the arena.
 * @param[out] fates   one per source of 'after'.
 */
RUF_MUST_USE enum ruf_status
ruf_policy_survey(struct ruf_store *store, const struct ruf_policy *before,
                  const struct ruf_policy *after, struct ruf_arena *arena,
                  const struct ruf_policy_watch *watch,
                  struct ruf_policy_effect *out, struct ruf_view *view,
                  enum ruf_source_fate fates[RUF_POLICY_SOURCES_MAX],
                  struct ruf_error *err);

/** Compare the entries of a view with those of an index. */
RUF_MUST_USE enum ruf_status
ruf_policy_compare_labels(const struct ruf_index *index,
                          const struct ruf_view *view,
                          const struct ruf_policy_watch *watch,
                          struct ruf_policy_effect *out, struct ruf_error *err);

#endif
