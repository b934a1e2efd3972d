/*
 * engine/access.h - enforcing who may use a home
 *
 * Threads: as rufname/home.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_ACCESS_H
#define ENGINE_ACCESS_H

#include "engine/home_key.h"
#include <rufname/access.h>

/** Take over what the item says, and the key: from the item, or, behind a PIN,
 *  from another process that unlocked the home. None of them: locked. */
RUF_MUST_USE enum ruf_status ruf_access_load(struct ruf_home *home,
                                             const struct ruf_key_item *item,
                                             struct ruf_error *err);

/** The organisation was reached: times that run since then start anew. */
RUF_MUST_USE enum ruf_status ruf_access_checked_in(struct ruf_home *home,
                                                   struct ruf_error *err);

/** ruf_home_access(), certain of the attempts: where they seem spent, whoever
 *  is checking one is waited for. @return RUF_OK; RUF_E_BUSY; RUF_E_WIPED;
 *  RUF_E_KEY; RUF_E_IO; RUF_E_NOMEM. */
RUF_MUST_USE enum ruf_status ruf_access_judge(const struct ruf_home *home,
                                              enum ruf_access_purpose purpose,
                                              struct ruf_access_decision *out,
                                              struct ruf_error *err);

/** ruf_home_enter() for calls that only have a const home. */
RUF_MUST_USE enum ruf_status ruf_access_enter(const struct ruf_home *home,
                                              enum ruf_access_purpose purpose,
                                              struct ruf_error *err);

/** The key is here: from now on the home is in use. */
void ruf_access_unlocked(struct ruf_home *home, int64_t now);

/** Wipe the key of this handle. */
void ruf_access_forget_key(struct ruf_home *home);

/** Wipe the home because of a rule. @return RUF_E_WIPED (W602, W603). */
RUF_MUST_USE enum ruf_status ruf_access_wipe(const struct ruf_home *home,
                                             enum ruf_access_reason reason,
                                             struct ruf_error *err);

#endif
