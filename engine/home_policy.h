/*
 * engine/home_policy.h - the policy a home is under
 *
 * Another process may take over a policy while a home is open. Who writes
 * follows it under the home's lock; who only reads stays with the one that the
 * handle knows. Former ones stay as long as the handle, since what was made
 * under them may borrow from them.
 *
 * Threads: as rufname/home.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_HOME_POLICY_H
#define ENGINE_HOME_POLICY_H

#include "engine/home_private.h"

/** Read policy.json, into home->policy and home->effective if it says anything
 *  new. @return RUF_OK; RUF_E_POLICY (P100), RUF_E_IO, RUF_E_NOMEM: the home
 *  stays under the one before, or without any. */
RUF_MUST_USE enum ruf_status ruf_home_policy_load(struct ruf_home *home,
                                                  struct ruf_error *err);

/** The same, and store and index move into memory, or out of it, as the policy
 *  says. A home without a policy may stay without one. */
RUF_MUST_USE enum ruf_status ruf_home_policy_follow(struct ruf_home *home,
                                                    struct ruf_error *err);

/** Free them all. */
void ruf_home_policy_forget(struct ruf_home *home);

#endif
