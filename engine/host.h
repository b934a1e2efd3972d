/*
 * engine/host.h - the host's callbacks, with those of Linux where it has none
 *
 * Threads: pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_HOST_H
#define ENGINE_HOST_H

#include <rufname/host.h>

/** Copy as much as the caller's version of the struct has, fill the rest.
 *  @param[in] given  may be NULL. */
void ruf_host_fill(const struct ruf_host *given, struct ruf_host *out);

/**
 * Ask the host for an access token.
 * @param[out] token       malloc()ed; wipe it.
 * @param[out] lifetime_s  from now on.
 * @return what the host said; RUF_E_AUTH (S502: a person has to sign in);
 *         RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_host_access_token(const struct ruf_host *host, const char *scope,
                      const char *claims, char **token, int64_t *lifetime_s,
                      struct ruf_error *err);

/** Have every file of a home protected. */
void ruf_host_protect_files(const struct ruf_host *host, const char *home);

#endif
