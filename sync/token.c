/*
 * sync/token.c - access tokens: kept, renewed, wiped
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/text.h"
#include "sync/assertion.h"
#include "sync/challenge.h"
#include "sync/token_private.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RENEW_BEFORE_S 300
/* A failed request is not made again for each collection that asks. */
#define FAILURE_KEPT_MS (60 * 1000)

const char *ruf_token_place(const struct ruf_tokens *tokens)
{
    return ruf_http_place(tokens->http, RUF_HTTP_LOGIN);
}

void ruf_token_wipe_text(char *text)
{
    if (text != NULL)
        ruf_wipe(text, strlen(text));
    free(text);
}

/* --- life
 * ---------------------------------------------------------------------- */

static bool make_url(const struct ruf_policy_auth *auth, const char *tenant,
                     const char *endpoint, char out[TOKEN_URL_SIZE])
{
    size_t size = strlen(auth->login_endpoint);
    int written;

    while (size > 0 && auth->login_endpoint[size - 1] == '/')
        size--;
    written = snprintf(out, TOKEN_URL_SIZE, "%.*s/%s/oauth2/v2.0/%s", (int)size,
                       auth->login_endpoint, tenant, endpoint);
    return written > 0 && written < TOKEN_URL_SIZE;
}

static bool make_texts(struct ruf_tokens *tokens)
{
    static const char *const flows[RUF_LOGIN_FLOW_COUNT] = {
        [RUF_LOGIN_DEVICE] = "device",
        [RUF_LOGIN_APP] = "app",
        [RUF_LOGIN_CODE] = "code",
    };
    const struct ruf_policy_auth *auth = &tokens->policy->auth;
    char tenant[512];

    if (auth->tenant == NULL || auth->client_id == NULL ||
        ruf_percent_encode(auth->tenant, tenant, sizeof(tenant)) ==
            sizeof(tenant) ||
        !make_url(auth, tenant, "token", tokens->token_url) ||
        !make_url(auth, tenant, "devicecode", tokens->device_url) ||
        !make_url(auth, tenant, "authorize", tokens->authorize_url))
        return false;
    for (size_t i = 0; i < RUF_LOGIN_FLOW_COUNT; i++) {
        int written = snprintf(tokens->sign_in[i], TOKEN_URL_SIZE,
                               "%s %s %s %s %s", flows[i], auth->login_endpoint,
                               tenant, auth->client_id, auth->graph_endpoint);

        if (written < 0 || written >= TOKEN_URL_SIZE)
            return false;
    }
    return true;
}

enum ruf_status ruf_tokens_create(const struct ruf_policy *policy,
                                  const struct ruf_sync_sink *sink,
                                  struct ruf_http *http,
                                  const struct ruf_cancel *cancel,
                                  struct ruf_tokens **out,
                                  struct ruf_error *err)
{
    struct ruf_tokens *tokens = calloc(1, sizeof(*tokens));
    enum ruf_status status;

    *out = NULL;
    if (tokens == NULL)
        return ruf_fail_memory(err);
    tokens->policy = policy;
    tokens->sink = sink;
    tokens->http = http;
    tokens->cancel = cancel;
    tokens->configured = make_texts(tokens);
    status = ruf_call_create(http, &tokens->call, err);
    if (status != RUF_OK) {
        free(tokens);
        return status;
    }
    *out = tokens;
    return RUF_OK;
}

void ruf_tokens_destroy(struct ruf_tokens *tokens)
{
    if (tokens == NULL)
        return;
    ruf_call_destroy(&tokens->call);
    for (size_t i = 0; i < RUF_RESOURCE_COUNT; i++) {
        ruf_secret_destroy(&tokens->slots[i].bearer);
        free(tokens->slots[i].claims);
    }
    free(tokens);
}

uint64_t ruf_tokens_serial(const struct ruf_tokens *tokens,
                           enum ruf_resource resource)
{
    return tokens->slots[resource].serial;
}

/* --- secrets of the sink
 * ---------------------------------------------------------- */

static bool is_handed_in(const struct ruf_tokens *tokens)
{
    return tokens->sink->access_token != NULL;
}

enum ruf_status ruf_token_load(const struct ruf_tokens *tokens,
                               const char *name, char **value,
                               struct ruf_error *err)
{
    *value = NULL;
    if (is_handed_in(tokens))
        return RUF_OK;
    return tokens->sink->secret_load(tokens->sink->context, name, value, err);
}

enum ruf_status ruf_token_save(const struct ruf_tokens *tokens,
                               const char *name, const char *value,
                               struct ruf_error *err)
{
    if (is_handed_in(tokens))
        return RUF_OK;
    return tokens->sink->secret_save(tokens->sink->context, name, value, err);
}

static void access_name(const struct ruf_tokens *tokens,
                        enum ruf_resource resource, char out[300])
{
    if (resource == RUF_RESOURCE_GRAPH)
        (void)snprintf(out, 300, "%s", SECRET_ACCESS);
    else
        (void)snprintf(out, 300, "%s %s", SECRET_ACCESS,
                       ruf_resource_url(tokens->policy, resource));
}

static enum ruf_status forget_access(const struct ruf_tokens *tokens,
                                     enum ruf_resource resource,
                                     struct ruf_error *err)
{
    char name[300];

    access_name(tokens, resource, name);
    return ruf_token_save(tokens, name, NULL, err);
}

/* "obtained expires token", in Unix seconds: a clock set back before the token
 * was obtained makes it stale, not everlasting. */
static enum ruf_status save_access(const struct ruf_tokens *tokens,
                                   enum ruf_resource resource,
                                   const struct ruf_token_answer *answer,
                                   struct ruf_error *err)
{
    struct ruf_secret line;
    char name[300];
    int64_t now_s = ruf_clock_s();
    enum ruf_status status =
        ruf_secret_create(answer->access.size + 64, &line, err);

    if (status != RUF_OK)
        return status;
    (void)snprintf((char *)line.bytes, line.size, "%" PRId64 " %" PRId64 " %s",
                   now_s, now_s + answer->expires_in,
                   (const char *)answer->access.bytes);
    access_name(tokens, resource, name);
    status = ruf_token_save(tokens, name, (const char *)line.bytes, err);
    ruf_secret_destroy(&line);
    return status;
}

static enum ruf_status hold(struct ruf_tokens *tokens,
                            enum ruf_resource resource, const char *token,
                            int64_t lifetime_s, int64_t refresh_s,
                            struct ruf_error *err)
{
    struct token_slot *slot = &tokens->slots[resource];
    int64_t renew_s = lifetime_s - RENEW_BEFORE_S;
    int64_t now_ms = ruf_clock_ms();
    enum ruf_status status;
    size_t size;

    if (token == NULL)
        return ruf_fail(err, RUF_E_SERVER, "S524", ruf_token_place(tokens),
                        "access_token is missing");
    size = strlen(token) + 1;
    /* A token that lives shorter than the margin would never be used. */
    if (lifetime_s < 2 * RENEW_BEFORE_S)
        renew_s = lifetime_s - lifetime_s / 2;
    if (refresh_s > 0 && refresh_s < renew_s)
        renew_s = refresh_s;
    ruf_secret_destroy(&slot->bearer);
    status = ruf_secret_create(size, &slot->bearer, err);
    if (status != RUF_OK)
        return status;
    memcpy(slot->bearer.bytes, token, size);
    slot->renew_ms = now_ms + renew_s * 1000;
    slot->expires_ms = now_ms + lifetime_s * 1000;
    slot->serial++;
    return RUF_OK;
}

static enum ruf_status use_stored(struct ruf_tokens *tokens,
                                  enum ruf_resource resource,
                                  struct ruf_error *err)
{
    int64_t now_s = ruf_clock_s();
    int64_t obtained_s = 0;
    int64_t expires_s = 0;
    char name[300];
    char *line;
    int start = 0;
    enum ruf_status status;

    access_name(tokens, resource, name);
    status = ruf_token_load(tokens, name, &line, err);
    if (status != RUF_OK || line == NULL)
        return status;
    if (sscanf(line, "%" SCNd64 " %" SCNd64 " %n", &obtained_s, &expires_s,
               &start) == 2 &&
        start > 0 && line[start] != '\0' && obtained_s <= now_s &&
        expires_s > now_s + RENEW_BEFORE_S && expires_s - now_s <= 48 * 3600)
        status =
            hold(tokens, resource, line + start, expires_s - now_s, 0, err);
    ruf_token_wipe_text(line);
    return status;
}

enum ruf_status ruf_tokens_flow(struct ruf_tokens *tokens,
                                enum ruf_login_flow *flow,
                                struct ruf_error *err)
{
    char *kept = NULL;
    enum ruf_status status;

    if (is_handed_in(tokens)) {
        *flow = RUF_LOGIN_CODE; /* a person's, as those of an app on a phone */
        return RUF_OK;
    }
    if (!tokens->configured)
        return ruf_fail(err, RUF_E_POLICY, "S532", "auth",
                        "the policy does not say where to sign in");
    if (!tokens->flow_known) {
        status = ruf_token_load(tokens, SECRET_SIGN_IN, &kept, err);
        if (status != RUF_OK)
            return status;
        for (size_t i = 0; kept != NULL && i < RUF_LOGIN_FLOW_COUNT; i++) {
            if (strcmp(kept, tokens->sign_in[i]) != 0)
                continue;
            tokens->flow = (enum ruf_login_flow)i;
            tokens->flow_known = true;
        }
        free(kept);
    }
    if (!tokens->flow_known)
        return ruf_fail(err, RUF_E_AUTH, "S503", ruf_token_place(tokens),
                        "nobody is signed in to this tenant with this app");
    *flow = tokens->flow;
    return RUF_OK;
}

/* --- asking the server
 * ------------------------------------------------------------- */

enum ruf_status ruf_token_refused(const struct ruf_tokens *tokens,
                                  const struct ruf_token_answer *answer,
                                  int http_status, struct ruf_error *err)
{
    static const char *const ids[] = {
        [RUF_TOKEN_INTERACTION] = "S502", [RUF_TOKEN_ENDED] = "S504",
        [RUF_TOKEN_DECLINED] = "S505",    [RUF_TOKEN_EXPIRED_CODE] = "S506",
        [RUF_TOKEN_BAD_CLIENT] = "S507",  [RUF_TOKEN_OTHER] = NULL,
    };
    const char *id = ids[answer->error];

    (void)ruf_fail(err, RUF_E_AUTH, id == NULL ? "S508" : id,
                   ruf_token_place(tokens), "%s", answer->error_word);
    if (err != NULL)
        err->http_status = http_status;
    return RUF_E_AUTH;
}

enum ruf_status ruf_token_ask(struct ruf_tokens *tokens,
                              const struct ruf_form *form, const char *url,
                              const struct ruf_cancel *cancel,
                              const struct ruf_http_answer **out,
                              struct ruf_error *err)
{
    struct ruf_http_request request = {
        .peer = RUF_HTTP_LOGIN,
        .url = url,
        .form = ruf_form_text(form),
        .body_max = RUF_HTTP_TOKEN_MAX,
        .secret = true,
    };
    enum ruf_status status;

    if (request.form == NULL)
        return ruf_fail(err, RUF_E_AUTH, "S508", ruf_token_place(tokens),
                        "the request is too long");
    status = ruf_call_finish(&tokens->call, &request, cancel, err);
    *out = ruf_call_answer(&tokens->call);
    return status;
}

enum ruf_status ruf_token_exchange(struct ruf_tokens *tokens,
                                   const struct ruf_form *form,
                                   const struct ruf_cancel *cancel,
                                   struct ruf_token_answer *answer,
                                   int *http_status, struct ruf_error *err)
{
    const struct ruf_http_answer *http = NULL;
    enum ruf_status status =
        ruf_token_ask(tokens, form, tokens->token_url, cancel, &http, err);

    memset(answer, 0, sizeof(*answer));
    if (status != RUF_OK || http == NULL)
        return status;
    *http_status = http->status;
    return ruf_token_answer_read(http, ruf_token_place(tokens), answer, err);
}

/* The refresh token first: a new one that was used but not saved is lost, and
 * strict servers end the sign-in when the old one comes back. */
enum ruf_status ruf_token_keep(struct ruf_tokens *tokens,
                               enum ruf_resource resource,
                               const struct ruf_token_answer *answer,
                               struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;

    if (answer->refresh.bytes != NULL)
        status = ruf_token_save(tokens, SECRET_REFRESH,
                                (const char *)answer->refresh.bytes, err);
    if (status == RUF_OK)
        status = save_access(tokens, resource, answer, err);
    if (status == RUF_OK && resource == RUF_RESOURCE_GRAPH &&
        answer->scope[0] != '\0')
        status = ruf_token_save(tokens, SECRET_GRANTED, answer->scope, err);
    if (status == RUF_OK)
        status = hold(tokens, resource, (const char *)answer->access.bytes,
                      answer->expires_in, answer->refresh_in, err);
    return status;
}

enum ruf_status
ruf_token_add_app_grant(const struct ruf_tokens *tokens, struct ruf_form *form,
                        enum ruf_resource resource, const char *secret,
                        const char *certificate, const char *claims,
                        struct ruf_error *err)
{
    const struct ruf_policy_auth *auth = &tokens->policy->auth;
    struct ruf_secret assertion = { 0 };
    char scope[RUF_SCOPE_MAX];
    enum ruf_status status = RUF_OK;

    ruf_scopes_app(tokens->policy, resource, scope);
    ruf_form_add(form, "grant_type", "client_credentials");
    ruf_form_add(form, "client_id", auth->client_id);
    ruf_form_add(form, "scope", scope);
    ruf_form_add(form, "claims", claims == NULL ? RUF_CLAIMS_BASE : claims);
    if (secret != NULL) {
        ruf_form_add(form, "client_secret", secret);
        return RUF_OK;
    }
    status =
        ruf_assertion_create(certificate, tokens->token_url, auth->client_id,
                             ruf_clock_s(), &assertion, err);
    if (status != RUF_OK)
        return status;
    ruf_form_add(form, "client_assertion_type",
                 "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    ruf_form_add(form, "client_assertion", (const char *)assertion.bytes);
    ruf_secret_destroy(&assertion);
    return RUF_OK;
}

static void add_refresh_grant(const struct ruf_tokens *tokens,
                              struct ruf_form *form, enum ruf_resource resource,
                              const char *refresh, const char *claims)
{
    char scope[RUF_SCOPE_MAX];

    ruf_scopes_delegated(tokens->policy, resource, scope);
    ruf_form_add(form, "grant_type", "refresh_token");
    ruf_form_add(form, "client_id", tokens->policy->auth.client_id);
    ruf_form_add(form, "refresh_token", refresh);
    ruf_form_add(form, "scope", scope);
    ruf_form_add(form, "claims", claims == NULL ? RUF_CLAIMS_BASE : claims);
}

/* --- renewal
 * -------------------------------------------------------------------------- */

static enum ruf_status exchange_grant(struct ruf_tokens *tokens,
                                      enum ruf_resource resource,
                                      const struct ruf_form *form,
                                      struct ruf_error *err)
{
    struct token_slot *slot = &tokens->slots[resource];
    struct ruf_token_answer answer;
    int http_status = 0;
    enum ruf_status status = ruf_token_exchange(tokens, form, tokens->cancel,
                                                &answer, &http_status, err);

    if (status != RUF_OK)
        return status;
    if (answer.error == RUF_TOKEN_OK) {
        status = ruf_token_keep(tokens, resource, &answer, err);
        if (status == RUF_OK && slot->claims != NULL)
            status = ruf_token_save(tokens, SECRET_CLAIMS, NULL, err);
        free(slot->claims);
        slot->claims = NULL;
    } else {
        /* With claims to meet, the grant itself may still be good. */
        if (answer.error == RUF_TOKEN_ENDED && slot->claims != NULL)
            answer.error = RUF_TOKEN_INTERACTION;
        if (answer.error == RUF_TOKEN_ENDED)
            status = ruf_token_save(tokens, SECRET_REFRESH, NULL, err);
        if (status == RUF_OK && answer.claims[0] != '\0')
            status = ruf_token_save(tokens, SECRET_CLAIMS, answer.claims, err);
        if (status == RUF_OK)
            status = ruf_token_refused(tokens, &answer, http_status, err);
    }
    ruf_token_answer_wipe(&answer);
    return status;
}

/* What the grant is made of: a refresh token, or an app's secret or
 * certificate. */
static enum ruf_status load_grant(struct ruf_tokens *tokens, char **grant,
                                  char **certificate, struct ruf_error *err)
{
    bool app = tokens->flow == RUF_LOGIN_APP;
    enum ruf_status status = ruf_token_load(
        tokens, app ? SECRET_CLIENT : SECRET_REFRESH, grant, err);

    if (status == RUF_OK && app && *grant == NULL)
        status = ruf_token_load(tokens, SECRET_CERTIFICATE, certificate, err);
    if (status == RUF_OK && *grant == NULL && *certificate == NULL)
        status = ruf_fail(err, RUF_E_AUTH, "S504", ruf_token_place(tokens),
                          "the sign-in has ended");
    return status;
}

static enum ruf_status ask_for_token(struct ruf_tokens *tokens,
                                     enum ruf_resource resource,
                                     struct ruf_error *err)
{
    const struct ruf_sync_sink *sink = tokens->sink;
    struct token_slot *slot = &tokens->slots[resource];
    char scope[RUF_SCOPE_MAX];
    char *token = NULL;
    int64_t lifetime_s = 0;
    enum ruf_status status;

    ruf_scopes_app(tokens->policy, resource, scope);
    status = sink->access_token(sink->context, scope, slot->claims, &token,
                                &lifetime_s, err);
    if (status == RUF_OK)
        status = hold(tokens, resource, token, lifetime_s, 0, err);
    if (status == RUF_OK) {
        free(slot->claims);
        slot->claims = NULL;
    }
    ruf_token_wipe_text(token);
    return status;
}

static enum ruf_status renew(struct ruf_tokens *tokens,
                             enum ruf_resource resource, struct ruf_error *err)
{
    const char *claims = tokens->slots[resource].claims;
    struct ruf_form form = { 0 };
    char *certificate = NULL;
    char *grant = NULL;
    enum ruf_status status;

    if (is_handed_in(tokens))
        return ask_for_token(tokens, resource, err);
    status = load_grant(tokens, &grant, &certificate, err);
    if (status == RUF_OK)
        status = ruf_form_create(&form, err);
    if (status == RUF_OK) {
        if (tokens->flow == RUF_LOGIN_APP)
            status = ruf_token_add_app_grant(tokens, &form, resource, grant,
                                             certificate, claims, err);
        else
            add_refresh_grant(tokens, &form, resource, grant, claims);
        if (status == RUF_OK)
            status = exchange_grant(tokens, resource, &form, err);
    }
    ruf_form_destroy(&form);
    ruf_token_wipe_text(certificate);
    ruf_token_wipe_text(grant);
    return status;
}

/* Renew, or repeat what the last try came to. */
static enum ruf_status renew_once(struct ruf_tokens *tokens,
                                  enum ruf_resource resource,
                                  struct ruf_error *err)
{
    struct token_slot *slot = &tokens->slots[resource];
    enum ruf_status status;

    if (ruf_clock_ms() < slot->failure_until_ms) {
        if (err != NULL)
            *err = slot->failure;
        return slot->failure.status;
    }
    status = renew(tokens, resource, &slot->failure);
    slot->failure_until_ms = 0;
    if (status == RUF_OK)
        return status;
    if (status != RUF_E_CANCELLED)
        slot->failure_until_ms = ruf_clock_ms() + FAILURE_KEPT_MS;
    slot->failure.status = status;
    if (err != NULL)
        *err = slot->failure;
    return status;
}

static bool is_fresh(const struct token_slot *slot)
{
    return slot->bearer.bytes != NULL && ruf_clock_ms() < slot->renew_ms;
}

/* A refresh token is good once: who renews must be alone, and look whether
 * another has done so meanwhile. */
static enum ruf_status renew_alone(struct ruf_tokens *tokens,
                                   enum ruf_resource resource,
                                   struct ruf_error *err)
{
    const struct ruf_sync_sink *sink = tokens->sink;
    struct token_slot *slot = &tokens->slots[resource];
    enum ruf_status status;

    if (sink->secrets_lock == NULL)
        return renew_once(tokens, resource, err);
    status = sink->secrets_lock(sink->context, err);
    if (status != RUF_OK)
        return status;
    if (slot->claims == NULL)
        status = use_stored(tokens, resource, err);
    if (status == RUF_OK && !is_fresh(slot))
        status = renew_once(tokens, resource, err);
    sink->secrets_unlock(sink->context);
    return status;
}

enum ruf_status ruf_tokens_get(struct ruf_tokens *tokens,
                               enum ruf_resource resource, const char **bearer,
                               struct ruf_error *err)
{
    struct token_slot *slot = &tokens->slots[resource];
    enum ruf_login_flow flow;
    enum ruf_status status = ruf_tokens_flow(tokens, &flow, err);

    if (status == RUF_OK && slot->bearer.bytes == NULL && slot->claims == NULL)
        status = use_stored(tokens, resource, err);
    if (status != RUF_OK)
        return status;
    if (!is_fresh(slot)) {
        status = renew_alone(tokens, resource, err);
        /* Trouble on the way to a new one does not spoil the old one. */
        if ((status == RUF_E_NETWORK || status == RUF_E_SERVER ||
             status == RUF_E_BUSY) &&
            slot->bearer.bytes != NULL && ruf_clock_ms() < slot->expires_ms)
            status = RUF_OK;
    }
    if (status == RUF_OK)
        *bearer = (const char *)slot->bearer.bytes;
    return status;
}

enum ruf_status ruf_tokens_reject(struct ruf_tokens *tokens,
                                  enum ruf_resource resource, uint64_t serial,
                                  struct ruf_error *err)
{
    struct token_slot *slot = &tokens->slots[resource];

    if (serial != slot->serial || slot->bearer.bytes == NULL)
        return RUF_OK;
    ruf_secret_destroy(&slot->bearer);
    return forget_access(tokens, resource, err);
}

enum ruf_status ruf_tokens_challenge(struct ruf_tokens *tokens,
                                     enum ruf_resource resource,
                                     uint64_t serial, const char *claims,
                                     struct ruf_error *err)
{
    struct token_slot *slot = &tokens->slots[resource];
    char *merged = NULL;
    enum ruf_status status;

    if (serial != slot->serial || slot->bearer.bytes == NULL)
        return RUF_OK;
    status = ruf_challenge_merge(claims, &merged, err);
    if (status == RUF_OK && merged == NULL)
        status = ruf_fail(err, RUF_E_AUTH, "S502", ruf_token_place(tokens),
                          "the organisation asks for a new sign-in");
    /* Kept, so that a sign-in after this run asks for it as well. */
    if (status == RUF_OK)
        status = ruf_token_save(tokens, SECRET_CLAIMS, merged, err);
    if (status != RUF_OK) {
        free(merged);
        return status;
    }
    free(slot->claims);
    slot->claims = merged;
    return ruf_tokens_reject(tokens, resource, serial, err);
}
