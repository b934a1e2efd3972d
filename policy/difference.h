/*
 * policy/difference.h - what a new policy means for what was read under an old
 *
 * Filtered records are not stored, so a policy that hides less can show more
 * only after the sources were read again.
 *
 * Threads: pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef POLICY_DIFFERENCE_H
#define POLICY_DIFFERENCE_H

#include "policy/policy.h"

/** What rules let through that an older policy kept back. */
struct ruf_policy_loosening {
    bool records; /**< records that were excluded may be shown */
    bool numbers; /**< numbers that were dropped may be */
};

struct ruf_policy_loosening ruf_policy_loosened(const struct ruf_policy *before,
                                                const struct ruf_policy *after);

/** What becomes of what is stored of a source. */
enum ruf_source_fate {
    RUF_SOURCE_KEPT = 0,
    RUF_SOURCE_READ_ANEW, /**< its links go: the next round is a full one */
    RUF_SOURCE_FORGOTTEN  /**< it lies elsewhere now: its records go as well */
};

/** Does a policy find the source elsewhere, or read it otherwise? */
enum ruf_source_fate
ruf_policy_source_fate(const struct ruf_policy *before,
                       const struct ruf_policy *after,
                       const struct ruf_policy_source *source);

#endif
