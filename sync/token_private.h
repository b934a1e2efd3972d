/*
 * sync/token_private.h - what renewing and signing in share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_TOKEN_PRIVATE_H
#define SYNC_TOKEN_PRIVATE_H

#include "base/secret.h"
#include "sync/form.h"
#include "sync/token.h"
#include "sync/token_answer.h"

/* Names of secrets in the sink. */
#define SECRET_SIGN_IN "sign_in"
#define SECRET_CLIENT "client_secret"
#define SECRET_CERTIFICATE "client_certificate"
#define SECRET_REFRESH "refresh_token"
#define SECRET_ACCESS "access_token" /* of Graph; others: and their URL */
#define SECRET_CLAIMS "claims"       /* of a challenge nobody has met yet */
#define SECRET_GRANTED "granted"     /* scopes of a person's Graph token */

#define TOKEN_URL_SIZE 2048

/* The token of one resource. */
struct token_slot {
    struct ruf_secret bearer;
    int64_t renew_ms;   /* ask for a new one from then on */
    int64_t expires_ms; /* not to be used from then on */
    uint64_t serial;
    char *claims;             /* of an open challenge; NULL: none */
    struct ruf_error failure; /* of the last renewal */
    int64_t failure_until_ms;
};

struct ruf_tokens {
    const struct ruf_policy *policy;
    const struct ruf_sync_sink *sink;
    struct ruf_http *http;
    const struct ruf_cancel *cancel;
    struct ruf_call call;
    struct token_slot slots[RUF_RESOURCE_COUNT];
    bool configured; /* the policy says where to sign in */
    bool flow_known;
    enum ruf_login_flow flow;
    char sign_in[RUF_LOGIN_FLOW_COUNT][TOKEN_URL_SIZE];
    char token_url[TOKEN_URL_SIZE];
    char device_url[TOKEN_URL_SIZE];
    char authorize_url[TOKEN_URL_SIZE];
};

/* "host:port" of the sign-in service, for messages. */
const char *ruf_token_place(const struct ruf_tokens *tokens);

/* *value is malloc()ed, NULL if there is none. */
RUF_MUST_USE enum ruf_status ruf_token_load(const struct ruf_tokens *tokens,
                                            const char *name, char **value,
                                            struct ruf_error *err);
RUF_MUST_USE enum ruf_status ruf_token_save(const struct ruf_tokens *tokens,
                                            const char *name, const char *value,
                                            struct ruf_error *err);
void ruf_token_wipe_text(char *text); /* and free it */

/* One form to one endpoint; wiped memory on both ways. */
RUF_MUST_USE enum ruf_status
ruf_token_ask(struct ruf_tokens *tokens, const struct ruf_form *form,
              const char *url, const struct ruf_cancel *cancel,
              const struct ruf_http_answer **out, struct ruf_error *err);
RUF_MUST_USE enum ruf_status ruf_token_exchange(struct ruf_tokens *tokens,
                                                const struct ruf_form *form,
                                                const struct ruf_cancel *cancel,
                                                struct ruf_token_answer *answer,
                                                int *http_status,
                                                struct ruf_error *err);

/* The error of an answer as ours. */
enum ruf_status ruf_token_refused(const struct ruf_tokens *tokens,
                                  const struct ruf_token_answer *answer,
                                  int http_status, struct ruf_error *err);

/* Store what an answer brought, the refresh token first, then hold it. */
RUF_MUST_USE enum ruf_status
ruf_token_keep(struct ruf_tokens *tokens, enum ruf_resource resource,
               const struct ruf_token_answer *answer, struct ruf_error *err);

/* An app proves itself: by secret, else by certificate. */
RUF_MUST_USE enum ruf_status
ruf_token_add_app_grant(const struct ruf_tokens *tokens, struct ruf_form *form,
                        enum ruf_resource resource, const char *secret,
                        const char *certificate, const char *claims,
                        struct ruf_error *err);

#endif
