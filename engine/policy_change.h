/*
 * engine/policy_change.h - what opening a home asks about its policy
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
 * Finish taking over a policy that was cut short; the home holds the old one,
 * or none. Nothing to do is RUF_OK, and so is another process at it.
 */
RUF_MUST_USE enum ruf_status ruf_policy_finish(const struct ruf_home *home,
                                               struct ruf_error *err);

#endif
