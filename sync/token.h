/*
 * sync/token.h - access tokens: kept, renewed, wiped
 *
 * Three sign-ins: a person in a browser (authorization code with PKCE), a
 * person by device code (both with refresh tokens that rotate), an app by
 * secret or certificate. What later runs need is in the sink's secrets, bound
 * to login host, tenant, client id and Graph host: after a change of any of
 * them one has to sign in again.
 *
 * Threads: as the gate, one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_TOKEN_H
#define SYNC_TOKEN_H

#include "sync/call.h"
#include "sync/scopes.h"
#include "sync/sync.h"

struct ruf_tokens;

/** All are borrowed and must outlive the object. */
RUF_MUST_USE enum ruf_status ruf_tokens_create(const struct ruf_policy *policy,
                                               const struct ruf_sync_sink *sink,
                                               struct ruf_http *http,
                                               const struct ruf_cancel *cancel,
                                               struct ruf_tokens **out,
                                               struct ruf_error *err);

/** Wipes; NULL is fine. */
void ruf_tokens_destroy(struct ruf_tokens *tokens);

/**
 * A token that is good for a while yet: the one at hand, else the stored one,
 * else a new one from the server (blocks, the gate moves on meanwhile).
 * @param[out] bearer  borrowed until the next call on tokens.
 * @return RUF_OK; RUF_E_AUTH (S502: the organisation asks for more, S503: not
 *         signed in, S504: the sign-in has ended, S507: wrong client secret,
 *         S508: the app is not set up for this, S509: the certificate);
 *         RUF_E_POLICY (S532); RUF_E_NETWORK; RUF_E_SERVER; RUF_E_CANCELLED;
 *         RUF_E_NOMEM; errors of the sink.
 */
RUF_MUST_USE enum ruf_status ruf_tokens_get(struct ruf_tokens *tokens,
                                            enum ruf_resource resource,
                                            const char **bearer,
                                            struct ruf_error *err);

/** The server refused this token: forget it unless it was replaced already. */
RUF_MUST_USE enum ruf_status ruf_tokens_reject(struct ruf_tokens *tokens,
                                               enum ruf_resource resource,
                                               uint64_t serial,
                                               struct ruf_error *err);

/**
 * The server wants a token with more in it: forget this one and ask for the
 * claims until a token request succeeds; the next sign-in asks for them too.
 * @param[in] claims  of the challenge, base64.
 * @return RUF_OK; RUF_E_AUTH (S502: not claims that could be asked for).
 */
RUF_MUST_USE enum ruf_status ruf_tokens_challenge(struct ruf_tokens *tokens,
                                                  enum ruf_resource resource,
                                                  uint64_t serial,
                                                  const char *claims,
                                                  struct ruf_error *err);

/** Counts the tokens handed out; names the current one for reject. */
uint64_t ruf_tokens_serial(const struct ruf_tokens *tokens,
                           enum ruf_resource resource);

/** How the signed-in party is addressed. @return RUF_OK; as for get. */
RUF_MUST_USE enum ruf_status ruf_tokens_flow(struct ruf_tokens *tokens,
                                             enum ruf_login_flow *flow,
                                             struct ruf_error *err);

/** Sign in anew; the old sign-in stays if this fails. */
RUF_MUST_USE enum ruf_status
ruf_tokens_sign_in(struct ruf_tokens *tokens,
                   const struct ruf_login_options *options,
                   struct ruf_error *err);

#endif
