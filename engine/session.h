/*
 * engine/session.h - an unlocked home, remembered for other processes
 *
 * The kernel's user keyring holds the key of a home that was unlocked, for as
 * long as the policy lets it be idle; it never reaches a disk.
 *
 * Threads: any.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_SESSION_H
#define ENGINE_SESSION_H

#include "base/secret.h"
#include <rufname/status.h>

struct ruf_session {
    int64_t used_at;        /* Unix seconds */
    int64_t pin_entered_at; /* the same */
};

/** @param[in] seconds  until the kernel forgets it.
 *  @return RUF_OK; RUF_E_KEY (K205). */
RUF_MUST_USE enum ruf_status ruf_session_save(const char *home_id,
                                              const struct ruf_session *session,
                                              const struct ruf_secret *key,
                                              unsigned seconds,
                                              struct ruf_error *err);

/** The same for one that is still there: one that was forgotten since stays so.
 *  @return RUF_OK; RUF_E_NOT_FOUND; RUF_E_KEY (K205); RUF_E_NOMEM. */
RUF_MUST_USE enum ruf_status
ruf_session_renew(const char *home_id, const struct ruf_session *session,
                  const struct ruf_secret *key, unsigned seconds,
                  struct ruf_error *err);

/** @param[out] key  owned by the caller.
 *  @return RUF_OK; RUF_E_NOT_FOUND; RUF_E_KEY; RUF_E_NOMEM. */
RUF_MUST_USE enum ruf_status ruf_session_load(const char *home_id,
                                              struct ruf_session *session,
                                              struct ruf_secret *key,
                                              struct ruf_error *err);

/** Where there is no keyring there is nothing to forget. */
void ruf_session_forget(const char *home_id);

#endif
