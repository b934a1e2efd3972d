/*
 * sync/token.c - access tokens for Graph: kept, renewed, wiped
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/token.h"
#include "base/error.h"
#include "base/secret.h"
#include "base/text.h"
#include "sync/form.h"
#include "sync/token_answer.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names of secrets in the sink. */
#define SECRET_SIGN_IN "sign_in"
#define SECRET_CLIENT "client_secret"
#define SECRET_REFRESH "refresh_token"
#define SECRET_ACCESS "access_token"

#define RENEW_BEFORE_S 300
/* A failed request is not made again for each collection that asks. */
#define FAILURE_KEPT_MS (60 * 1000)
#define URL_SIZE 2048

struct ruf_tokens {
    const struct ruf_policy *policy;
    const struct ruf_sync_sink *sink;
    struct ruf_http *http;
    const struct ruf_cancel *cancel;
    struct ruf_call call;
    struct ruf_secret bearer;
    int64_t renew_ms;   /* ask for a new one from then on */
    int64_t expires_ms; /* not to be used from then on */
    uint64_t serial;
    struct ruf_error failure; /* of the last renewal */
    int64_t failure_until_ms;
    bool flow_known;
    enum ruf_login_flow flow;
    char sign_in[2][URL_SIZE]; /* by flow: what the secrets belong to */
    char token_url[URL_SIZE];
    char device_url[URL_SIZE];
};

static const char *login_place(const struct ruf_tokens *tokens)
{
    return ruf_http_place(tokens->http, RUF_HTTP_LOGIN);
}

static void wipe_text(char *text)
{
    if (text != NULL)
        ruf_wipe(text, strlen(text));
    free(text);
}

/* --- life
 * ---------------------------------------------------------------------- */

static size_t without_slash(const char *endpoint)
{
    size_t size = strlen(endpoint);

    while (size > 0 && endpoint[size - 1] == '/')
        size--;
    return size;
}

static bool fits(int written, size_t capacity)
{
    return written > 0 && (size_t)written < capacity;
}

static bool make_texts(struct ruf_tokens *tokens)
{
    static const char *const flows[] = { "device", "app" };
    const struct ruf_policy_auth *auth = &tokens->policy->auth;
    int login_size = (int)without_slash(auth->login_endpoint);
    char tenant[512];
    bool good;

    if (ruf_percent_encode(auth->tenant, tenant, sizeof(tenant)) ==
        sizeof(tenant))
        return false;
    good =
        fits(snprintf(tokens->token_url, URL_SIZE, "%.*s/%s/oauth2/v2.0/token",
                      login_size, auth->login_endpoint, tenant),
             URL_SIZE) &&
        fits(snprintf(tokens->device_url, URL_SIZE,
                      "%.*s/%s/oauth2/v2.0/devicecode", login_size,
                      auth->login_endpoint, tenant),
             URL_SIZE);
    for (size_t i = 0; good && i < 2; i++)
        good = fits(snprintf(tokens->sign_in[i], URL_SIZE, "%s %s %s %s %s",
                             flows[i], auth->login_endpoint, tenant,
                             auth->client_id, auth->graph_endpoint),
                    URL_SIZE);
    return good;
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
    if (policy->auth.tenant == NULL || policy->auth.client_id == NULL ||
        !make_texts(tokens)) {
        free(tokens);
        return ruf_fail(err, RUF_E_POLICY, "S532", "auth",
                        "the policy does not say where to sign in");
    }
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
    ruf_secret_destroy(&tokens->bearer);
    free(tokens);
}

uint64_t ruf_tokens_serial(const struct ruf_tokens *tokens)
{
    return tokens->serial;
}

/* --- secrets of the sink
 * ---------------------------------------------------------- */

static enum ruf_status load(const struct ruf_tokens *tokens, const char *name,
                            char **value, struct ruf_error *err)
{
    *value = NULL;
    return tokens->sink->secret_load(tokens->sink->context, name, value, err);
}

static enum ruf_status save(const struct ruf_tokens *tokens, const char *name,
                            const char *value, struct ruf_error *err)
{
    return tokens->sink->secret_save(tokens->sink->context, name, value, err);
}

/* "obtained expires token", in Unix seconds: a clock set back before the token
 * was obtained makes it stale, not everlasting. */
static enum ruf_status save_access(const struct ruf_tokens *tokens,
                                   const struct ruf_token_answer *answer,
                                   struct ruf_error *err)
{
    struct ruf_secret line;
    int64_t now_s = ruf_clock_s();
    enum ruf_status status =
        ruf_secret_create(answer->access.size + 64, &line, err);

    if (status != RUF_OK)
        return status;
    (void)snprintf((char *)line.bytes, line.size, "%" PRId64 " %" PRId64 " %s",
                   now_s, now_s + answer->expires_in,
                   (const char *)answer->access.bytes);
    status = save(tokens, SECRET_ACCESS, (const char *)line.bytes, err);
    ruf_secret_destroy(&line);
    return status;
}

static enum ruf_status hold(struct ruf_tokens *tokens, const char *token,
                            int64_t lifetime_s, struct ruf_error *err)
{
    int64_t margin_s = RENEW_BEFORE_S;
    int64_t now_ms = ruf_clock_ms();
    enum ruf_status status;
    size_t size;

    if (token == NULL)
        return ruf_fail(err, RUF_E_SERVER, "S524", login_place(tokens),
                        "access_token is missing");
    size = strlen(token) + 1;

    /* A token that lives shorter than the margin would never be used. */
    if (lifetime_s < 2 * RENEW_BEFORE_S)
        margin_s = lifetime_s / 2;
    ruf_secret_destroy(&tokens->bearer);
    status = ruf_secret_create(size, &tokens->bearer, err);
    if (status != RUF_OK)
        return status;
    memcpy(tokens->bearer.bytes, token, size);
    tokens->renew_ms = now_ms + (lifetime_s - margin_s) * 1000;
    tokens->expires_ms = now_ms + lifetime_s * 1000;
    tokens->serial++;
    return RUF_OK;
}

static enum ruf_status use_stored(struct ruf_tokens *tokens,
                                  struct ruf_error *err)
{
    int64_t now_s = ruf_clock_s();
    int64_t obtained_s = 0;
    int64_t expires_s = 0;
    char *line;
    int start = 0;
    enum ruf_status status = load(tokens, SECRET_ACCESS, &line, err);

    if (status != RUF_OK || line == NULL)
        return status;
    if (sscanf(line, "%" SCNd64 " %" SCNd64 " %n", &obtained_s, &expires_s,
               &start) == 2 &&
        start > 0 && line[start] != '\0' && obtained_s <= now_s &&
        expires_s > now_s + RENEW_BEFORE_S && expires_s - now_s <= 48 * 3600)
        status = hold(tokens, line + start, expires_s - now_s, err);
    wipe_text(line);
    return status;
}

enum ruf_status ruf_tokens_flow(struct ruf_tokens *tokens,
                                enum ruf_login_flow *flow,
                                struct ruf_error *err)
{
    char *kept = NULL;
    enum ruf_status status;

    if (!tokens->flow_known) {
        status = load(tokens, SECRET_SIGN_IN, &kept, err);
        if (status != RUF_OK)
            return status;
        for (size_t i = 0; kept != NULL && i < 2; i++) {
            if (strcmp(kept, tokens->sign_in[i]) != 0)
                continue;
            tokens->flow = (enum ruf_login_flow)i;
            tokens->flow_known = true;
        }
        free(kept);
    }
    if (!tokens->flow_known)
        return ruf_fail(err, RUF_E_AUTH, "S503", login_place(tokens),
                        "nobody is signed in to this tenant with this app");
    *flow = tokens->flow;
    return RUF_OK;
}

/* --- asking the server
 * ------------------------------------------------------------- */

static enum ruf_status refused(const struct ruf_tokens *tokens,
                               const struct ruf_token_answer *answer,
                               int http_status, struct ruf_error *err)
{
    const char *place = login_place(tokens);
    const char *word = answer->error_word;

    switch (answer->error) {
    case RUF_TOKEN_INTERACTION:
        (void)ruf_fail(err, RUF_E_AUTH, "S502", place, "%s", word);
        break;
    case RUF_TOKEN_ENDED:
        (void)ruf_fail(err, RUF_E_AUTH, "S504", place, "%s", word);
        break;
    case RUF_TOKEN_DECLINED:
        (void)ruf_fail(err, RUF_E_AUTH, "S505", place, "%s", word);
        break;
    case RUF_TOKEN_EXPIRED_CODE:
        (void)ruf_fail(err, RUF_E_AUTH, "S506", place, "%s", word);
        break;
    case RUF_TOKEN_BAD_CLIENT:
        (void)ruf_fail(err, RUF_E_AUTH, "S507", place, "%s", word);
        break;
    case RUF_TOKEN_BAD_SETUP:
    case RUF_TOKEN_OTHER:
    case RUF_TOKEN_PENDING:
    case RUF_TOKEN_SLOW_DOWN:
    case RUF_TOKEN_OK:
    default:
        (void)ruf_fail(err, RUF_E_AUTH, "S508", place, "%s", word);
        break;
    }
    if (err != NULL)
        err->http_status = http_status;
    return RUF_E_AUTH;
}

static enum ruf_status ask(struct ruf_tokens *tokens,
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
        return ruf_fail(err, RUF_E_AUTH, "S508", login_place(tokens),
                        "the request is too long");
    status = ruf_call_finish(&tokens->call, &request, cancel, err);
    *out = ruf_call_answer(&tokens->call);
    return status;
}

static enum ruf_status ask_for_tokens(struct ruf_tokens *tokens,
                                      const struct ruf_form *form,
                                      const struct ruf_cancel *cancel,
                                      struct ruf_token_answer *answer,
                                      int *http_status, struct ruf_error *err)
{
    const struct ruf_http_answer *http = NULL;
    enum ruf_status status =
        ask(tokens, form, tokens->token_url, cancel, &http, err);

    memset(answer, 0, sizeof(*answer));
    if (status != RUF_OK || http == NULL)
        return status;
    *http_status = http->status;
    return ruf_token_answer_read(http, login_place(tokens), answer, err);
}

/* The refresh token first: a new one that was used but not saved is lost, and
 * strict servers end the sign-in when the old one comes back. */
static enum ruf_status keep(struct ruf_tokens *tokens,
                            const struct ruf_token_answer *answer,
                            struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;

    if (answer->refresh.bytes != NULL)
        status = save(tokens, SECRET_REFRESH,
                      (const char *)answer->refresh.bytes, err);
    if (status == RUF_OK)
        status = save_access(tokens, answer, err);
    if (status == RUF_OK)
        status = hold(tokens, (const char *)answer->access.bytes,
                      answer->expires_in, err);
    return status;
}

static void add_app_grant(const struct ruf_tokens *tokens,
                          struct ruf_form *form, const char *secret)
{
    const struct ruf_policy_auth *auth = &tokens->policy->auth;
    char scope[URL_SIZE];

    (void)snprintf(scope, sizeof(scope), "%.*s/.default",
                   (int)without_slash(auth->graph_endpoint),
                   auth->graph_endpoint);
    ruf_form_add(form, "grant_type", "client_credentials");
    ruf_form_add(form, "client_id", auth->client_id);
    ruf_form_add(form, "client_secret", secret);
    ruf_form_add(form, "scope", scope);
}

/* --- scopes of a person's sign-in
 * --------------------------------------------------- */

static const char *scope_of(enum ruf_source_kind kind)
{
    switch (kind) {
    case RUF_SOURCE_ENTRA_USERS:
        return "User.Read.All";
    case RUF_SOURCE_ENTRA_CONTACTS:
        return "OrgContact.Read.All";
    case RUF_SOURCE_OUTLOOK_PERSONAL:
        return "Contacts.Read";
    case RUF_SOURCE_OUTLOOK_SHARED:
    case RUF_SOURCE_DYNAMICS365:
    case RUF_SOURCE_DATAVERSE:
    case RUF_SOURCE_BLOB:
    case RUF_SOURCE_FILE:
    case RUF_SOURCE_KIND_COUNT:
    default:
        return NULL;
    }
}

/* Full scope names start with the resource; "openid" and its like do not. */
static void append_scope(char *out, size_t capacity, const char *resource,
                         int resource_size, const char *scope)
{
    size_t size = strlen(out);
    bool whole = strstr(scope, "://") != NULL || strcmp(scope, "openid") == 0 ||
                 strcmp(scope, "profile") == 0 ||
                 strcmp(scope, "offline_access") == 0;

    (void)snprintf(out + size, capacity - size, "%s%.*s%s%s",
                   size == 0 ? "" : " ", whole ? 0 : resource_size, resource,
                   whole ? "" : "/", scope);
}

static void device_scope(const struct ruf_tokens *tokens, char *out,
                         size_t capacity)
{
    const struct ruf_policy_auth *auth = &tokens->policy->auth;
    int resource_size = (int)without_slash(auth->graph_endpoint);

    out[0] = '\0';
    for (size_t i = 0; i < auth->scope_count; i++)
        append_scope(out, capacity, auth->graph_endpoint, resource_size,
                     auth->scopes[i]);
    for (size_t i = 0;
         auth->scope_count == 0 && i < tokens->policy->source_count; i++) {
        const struct ruf_policy_source *source = &tokens->policy->sources[i];
        const char *scope = scope_of(source->kind);

        if (source->enabled && scope != NULL && strstr(out, scope) == NULL)
            append_scope(out, capacity, auth->graph_endpoint, resource_size,
                         scope);
    }
    if (strstr(out, "offline_access") == NULL)
        append_scope(out, capacity, auth->graph_endpoint, resource_size,
                     "offline_access");
}

static void add_refresh_grant(const struct ruf_tokens *tokens,
                              struct ruf_form *form, const char *refresh)
{
    char scope[4 * URL_SIZE];

    device_scope(tokens, scope, sizeof(scope));
    ruf_form_add(form, "grant_type", "refresh_token");
    ruf_form_add(form, "client_id", tokens->policy->auth.client_id);
    ruf_form_add(form, "refresh_token", refresh);
    ruf_form_add(form, "scope", scope);
}

/* --- renewal
 * -------------------------------------------------------------------------- */

static enum ruf_status exchange_grant(struct ruf_tokens *tokens,
                                      const struct ruf_form *form,
                                      struct ruf_error *err)
{
    struct ruf_token_answer answer;
    int http_status = 0;
    enum ruf_status status = ask_for_tokens(tokens, form, tokens->cancel,
                                            &answer, &http_status, err);

    if (status != RUF_OK)
        return status;
    if (answer.error == RUF_TOKEN_OK) {
        status = keep(tokens, &answer, err);
    } else {
        if (answer.error == RUF_TOKEN_ENDED)
            status = save(tokens, SECRET_REFRESH, NULL, err);
        if (status == RUF_OK)
            status = refused(tokens, &answer, http_status, err);
    }
    ruf_token_answer_wipe(&answer);
    return status;
}

static enum ruf_status renew(struct ruf_tokens *tokens, struct ruf_error *err)
{
    bool app = tokens->flow == RUF_LOGIN_APP;
    struct ruf_form form = { 0 };
    char *grant = NULL;
    enum ruf_status status =
        load(tokens, app ? SECRET_CLIENT : SECRET_REFRESH, &grant, err);

    if (status == RUF_OK && grant == NULL)
        status = ruf_fail(err, RUF_E_AUTH, "S504", login_place(tokens),
                          "the sign-in has ended");
    if (status == RUF_OK)
        status = ruf_form_create(&form, err);
    if (status == RUF_OK) {
        if (app)
            add_app_grant(tokens, &form, grant);
        else
            add_refresh_grant(tokens, &form, grant);
        status = exchange_grant(tokens, &form, err);
    }
    ruf_form_destroy(&form);
    wipe_text(grant);
    return status;
}

/* Renew, or repeat what the last try came to. */
static enum ruf_status renew_once(struct ruf_tokens *tokens,
                                  struct ruf_error *err)
{
    enum ruf_status status;

    if (ruf_clock_ms() < tokens->failure_until_ms) {
        if (err != NULL)
            *err = tokens->failure;
        return tokens->failure.status;
    }
    status = renew(tokens, &tokens->failure);
    tokens->failure_until_ms = 0;
    if (status == RUF_OK)
        return status;
    if (status != RUF_E_CANCELLED)
        tokens->failure_until_ms = ruf_clock_ms() + FAILURE_KEPT_MS;
    tokens->failure.status = status;
    if (err != NULL)
        *err = tokens->failure;
    return status;
}

enum ruf_status ruf_tokens_get(struct ruf_tokens *tokens, const char **bearer,
                               struct ruf_error *err)
{
    enum ruf_login_flow flow;
    enum ruf_status status = ruf_tokens_flow(tokens, &flow, err);

    if (status == RUF_OK && tokens->bearer.bytes == NULL)
        status = use_stored(tokens, err);
    if (status != RUF_OK)
        return status;
    if (tokens->bearer.bytes == NULL || ruf_clock_ms() >= tokens->renew_ms) {
        status = renew_once(tokens, err);
        /* Trouble on the way to a new one does not spoil the old one. */
        if ((status == RUF_E_NETWORK || status == RUF_E_SERVER) &&
            tokens->bearer.bytes != NULL && ruf_clock_ms() < tokens->expires_ms)
            status = RUF_OK;
    }
    if (status == RUF_OK)
        *bearer = (const char *)tokens->bearer.bytes;
    return status;
}

enum ruf_status ruf_tokens_reject(struct ruf_tokens *tokens, uint64_t serial,
                                  struct ruf_error *err)
{
    if (serial != tokens->serial || tokens->bearer.bytes == NULL)
        return RUF_OK;
    ruf_secret_destroy(&tokens->bearer);
    return save(tokens, SECRET_ACCESS, NULL, err);
}

/* --- signing in
 * ------------------------------------------------------------------------- */

/* Take over a new sign-in. Without SECRET_SIGN_IN the rest counts for nothing,
 * so it goes first and comes back last. */
static enum ruf_status adopt(struct ruf_tokens *tokens,
                             enum ruf_login_flow flow,
                             const char *client_secret,
                             const struct ruf_token_answer *answer,
                             struct ruf_error *err)
{
    enum ruf_status status = save(tokens, SECRET_SIGN_IN, NULL, err);

    if (status == RUF_OK)
        status = save(tokens, SECRET_CLIENT, client_secret, err);
    if (status == RUF_OK && answer->refresh.bytes == NULL)
        status = save(tokens, SECRET_REFRESH, NULL, err);
    if (status == RUF_OK)
        status = keep(tokens, answer, err);
    if (status == RUF_OK)
        status = save(tokens, SECRET_SIGN_IN, tokens->sign_in[flow], err);
    if (status == RUF_OK) {
        tokens->flow = flow;
        tokens->flow_known = true;
    }
    return status;
}

static enum ruf_status sign_in_app(struct ruf_tokens *tokens,
                                   const struct ruf_login_options *options,
                                   const struct ruf_cancel *cancel,
                                   struct ruf_error *err)
{
    struct ruf_token_answer answer;
    struct ruf_form form;
    int http_status = 0;
    enum ruf_status status;

    if (options->client_secret == NULL || options->client_secret[0] == '\0')
        return ruf_fail(err, RUF_E_AUTH, "S507", login_place(tokens),
                        "no client secret was given");
    status = ruf_form_create(&form, err);
    if (status != RUF_OK)
        return status;
    add_app_grant(tokens, &form, options->client_secret);
    status = ask_for_tokens(tokens, &form, cancel, &answer, &http_status, err);
    ruf_form_destroy(&form);
    if (status != RUF_OK)
        return status;
    if (answer.error != RUF_TOKEN_OK)
        status = refused(tokens, &answer, http_status, err);
    else
        status =
            adopt(tokens, RUF_LOGIN_APP, options->client_secret, &answer, err);
    ruf_token_answer_wipe(&answer);
    return status;
}

static enum ruf_status device_begin(struct ruf_tokens *tokens,
                                    const struct ruf_cancel *cancel,
                                    struct ruf_device_answer *device,
                                    struct ruf_error *err)
{
    const struct ruf_http_answer *http = NULL;
    struct ruf_token_answer error;
    struct ruf_form form;
    char scope[4 * URL_SIZE];
    enum ruf_status status = ruf_form_create(&form, err);

    if (status != RUF_OK)
        return status;
    device_scope(tokens, scope, sizeof(scope));
    ruf_form_add(&form, "client_id", tokens->policy->auth.client_id);
    ruf_form_add(&form, "scope", scope);
    status = ask(tokens, &form, tokens->device_url, cancel, &http, err);
    ruf_form_destroy(&form);
    if (status == RUF_OK)
        status = ruf_device_answer_read(http, login_place(tokens), device,
                                        &error, err);
    if (status == RUF_OK && http != NULL && error.error != RUF_TOKEN_OK)
        status = refused(tokens, &error, http->status, err);
    return status;
}

/* One poll; *again: the user has not finished, or the network is bad, which
 * ends nothing before the code expires. */
static enum ruf_status device_poll(struct ruf_tokens *tokens,
                                   const struct ruf_form *form,
                                   const struct ruf_cancel *cancel,
                                   int64_t *interval_s, bool *again,
                                   struct ruf_error *err)
{
    struct ruf_token_answer answer;
    int http_status = 0;
    enum ruf_status status =
        ask_for_tokens(tokens, form, cancel, &answer, &http_status, err);

    *again = false;
    if (status == RUF_E_NETWORK || status == RUF_E_SERVER) {
        *again = true;
        return RUF_OK;
    }
    if (status != RUF_OK)
        return status;
    if (answer.error == RUF_TOKEN_OK)
        status = adopt(tokens, RUF_LOGIN_DEVICE, NULL, &answer, err);
    else if (answer.error == RUF_TOKEN_SLOW_DOWN)
        *interval_s += 5; /* RFC 8628, 3.5: for all later polls */
    else if (answer.error != RUF_TOKEN_PENDING)
        status = refused(tokens, &answer, http_status, err);
    *again = answer.error == RUF_TOKEN_PENDING ||
             answer.error == RUF_TOKEN_SLOW_DOWN;
    ruf_token_answer_wipe(&answer);
    return status;
}

static enum ruf_status device_wait(struct ruf_tokens *tokens,
                                   const struct ruf_device_answer *device,
                                   const struct ruf_cancel *cancel,
                                   struct ruf_error *err)
{
    int64_t end_ms = ruf_clock_ms() + device->expires_in * 1000;
    int64_t interval_s = device->interval;
    struct ruf_form form;
    bool again = true;
    enum ruf_status status = ruf_form_create(&form, err);

    if (status != RUF_OK)
        return status;
    ruf_form_add(&form, "grant_type",
                 "urn:ietf:params:oauth:grant-type:device_code");
    ruf_form_add(&form, "client_id", tokens->policy->auth.client_id);
    ruf_form_add(&form, "device_code", (const char *)device->device_code.bytes);
    while (status == RUF_OK && again) {
        if (ruf_clock_ms() >= end_ms) {
            status = ruf_fail(err, RUF_E_AUTH, "S506", login_place(tokens),
                              "the code has expired");
            break;
        }
        status = ruf_call_sleep(tokens->http, interval_s * 1000, cancel, err);
        if (status == RUF_OK)
            status =
                device_poll(tokens, &form, cancel, &interval_s, &again, err);
    }
    ruf_form_destroy(&form);
    return status;
}

static enum ruf_status sign_in_device(struct ruf_tokens *tokens,
                                      const struct ruf_login_options *options,
                                      const struct ruf_cancel *cancel,
                                      struct ruf_error *err)
{
    struct ruf_device_answer device = { 0 };
    enum ruf_status status = device_begin(tokens, cancel, &device, err);

    if (status == RUF_OK && options->prompt != NULL)
        options->prompt(options->prompt_context, device.uri, device.user_code);
    if (status == RUF_OK)
        status = device_wait(tokens, &device, cancel, err);
    ruf_device_answer_wipe(&device);
    return status;
}

enum ruf_status ruf_tokens_sign_in(struct ruf_tokens *tokens,
                                   const struct ruf_login_options *options,
                                   struct ruf_error *err)
{
    struct ruf_cancel cancel = { options->cancelled, options->cancel_context };

    return options->flow == RUF_LOGIN_APP
               ? sign_in_app(tokens, options, &cancel, err)
               : sign_in_device(tokens, options, &cancel, err);
}

enum ruf_status ruf_sync_logout(const struct ruf_sync_sink *sink,
                                struct ruf_error *err)
{
    static const char *const names[] = { SECRET_SIGN_IN, SECRET_ACCESS,
                                         SECRET_REFRESH, SECRET_CLIENT };
    enum ruf_status result = RUF_OK;

    /* All of them, even if erasing one fails. */
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        enum ruf_status status = sink->secret_save(
            sink->context, names[i], NULL, result == RUF_OK ? err : NULL);

        if (result == RUF_OK)
            result = status;
    }
    return result;
}
