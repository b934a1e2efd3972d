/*
 * engine/policy_change.h - finishing what was begun
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_POLICY_CHANGE_H
#define ENGINE_POLICY_CHANGE_H

#include "engine/home_private.h"
#include <rufname/policy.h>

/**
 * Finish taking over the policy in policy.next; the home holds the old one, or
 * none, and its lock. Nothing to do is RUF_OK.
 */
RUF_MUST_USE enum ruf_status ruf_policy_finish(const struct ruf_home *home,
                                               struct ruf_store *store,
                                               struct ruf_error *err);

#endif
