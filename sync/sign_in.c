/*
 * sync/sign_in.c - signing in: in a browser, by device code, as an app
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/text.h"
#include "sync/base64.h"
#include "sync/challenge.h"
#include "sync/loopback.h"
#include "sync/token_private.h"
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A code of the browser's lives for ten minutes; people take their time. */
#define BROWSER_WAIT_MS (10 * 60 * 1000)

/* Take over a new sign-in. Without SECRET_SIGN_IN the rest counts for nothing,
 * so it goes first and comes back last. */
static enum ruf_status adopt(struct ruf_tokens *tokens,
                             enum ruf_login_flow flow,
                             const struct ruf_login_options *options,
                             const struct ruf_token_answer *answer,
                             struct ruf_error *err)
{
    static const char *const old[] = { SECRET_CLAIMS, SECRET_GRANTED };
    const struct ruf_sync_sink *sink = tokens->sink;
    bool app = flow == RUF_LOGIN_APP;
    enum ruf_status status = ruf_token_save(tokens, SECRET_SIGN_IN, NULL, err);

    /* Those of all resources: they were another's. */
    if (status == RUF_OK)
        status = sink->secret_clear(sink->context, SECRET_ACCESS, err);
    if (status == RUF_OK)
        status = ruf_token_save(tokens, SECRET_CLIENT,
                                app ? options->client_secret : NULL, err);
    if (status == RUF_OK)
        status = ruf_token_save(tokens, SECRET_CERTIFICATE,
                                app && options->client_secret == NULL
                                    ? options->client_certificate
                                    : NULL,
                                err);
    for (size_t i = 0; status == RUF_OK && i < 2; i++)
        status = ruf_token_save(tokens, old[i], NULL, err);
    if (status == RUF_OK && answer->refresh.bytes == NULL)
        status = ruf_token_save(tokens, SECRET_REFRESH, NULL, err);
    if (status == RUF_OK)
        status = ruf_token_keep(tokens, ruf_resource_first(tokens->policy),
                                answer, err);
    if (status == RUF_OK)
        status =
            ruf_token_save(tokens, SECRET_SIGN_IN, tokens->sign_in[flow], err);
    if (status == RUF_OK) {
        tokens->flow = flow;
        tokens->flow_known = true;
    }
    return status;
}

/* The claims an API or the sign-in service asked for, or what we can do. */
static enum ruf_status open_claims(struct ruf_tokens *tokens, char **claims,
                                   struct ruf_error *err)
{
    enum ruf_status status = ruf_token_load(tokens, SECRET_CLAIMS, claims, err);

    if (status == RUF_OK && *claims == NULL) {
        *claims = strdup(RUF_CLAIMS_BASE);
        if (*claims == NULL)
            return ruf_fail_memory(err);
    }
    return status;
}

/* --- as an app --------------------------------------------------------------
 */

static bool is_given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static enum ruf_status sign_in_app(struct ruf_tokens *tokens,
                                   const struct ruf_login_options *options,
                                   const char *claims,
                                   const struct ruf_cancel *cancel,
                                   struct ruf_error *err)
{
    struct ruf_token_answer answer;
    struct ruf_form form;
    int http_status = 0;
    enum ruf_status status;

    if (!is_given(options->client_secret) &&
        !is_given(options->client_certificate))
        return ruf_fail(err, RUF_E_AUTH, "S507", ruf_token_place(tokens),
                        "no client secret was given");
    status = ruf_form_create(&form, err);
    if (status != RUF_OK)
        return status;
    status = ruf_token_add_app_grant(
        tokens, &form, ruf_resource_first(tokens->policy),
        options->client_secret, options->client_certificate, claims, err);
    if (status == RUF_OK)
        status = ruf_token_exchange(tokens, &form, cancel, &answer,
                                    &http_status, err);
    ruf_form_destroy(&form);
    if (status != RUF_OK)
        return status;
    if (answer.error != RUF_TOKEN_OK)
        status = ruf_token_refused(tokens, &answer, http_status, err);
    else
        status = adopt(tokens, RUF_LOGIN_APP, options, &answer, err);
    ruf_token_answer_wipe(&answer);
    return status;
}

/* --- in a browser
 * ------------------------------------------------------------- */

/* What one sign-in makes up and must hear again. */
struct browser {
    struct ruf_loopback *loopback;
    char verifier[RUF_BASE64_SIZE(32)];  /* RFC 7636 */
    char challenge[RUF_BASE64_SIZE(32)]; /* of it */
    char state[RUF_BASE64_SIZE(32)];
    char redirect[64];
};

static enum ruf_status random_text(char out[RUF_BASE64_SIZE(32)],
                                   struct ruf_error *err)
{
    uint8_t random[32];
    enum ruf_status status = ruf_random(random, sizeof(random), err);

    if (status == RUF_OK)
        ruf_base64url(random, sizeof(random), out);
    ruf_wipe(random, sizeof(random));
    return status;
}

static enum ruf_status browser_prepare(struct browser *browser,
                                       struct ruf_error *err)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    enum ruf_status status = random_text(browser->verifier, err);

    if (status == RUF_OK)
        status = random_text(browser->state, err);
    if (status == RUF_OK)
        status = ruf_loopback_create(browser->state, &browser->loopback, err);
    if (status != RUF_OK)
        return status;
    (void)SHA256((const unsigned char *)browser->verifier,
                 strlen(browser->verifier), digest);
    ruf_base64url(digest, sizeof(digest), browser->challenge);
    (void)snprintf(browser->redirect, sizeof(browser->redirect),
                   "http://localhost:%u", ruf_loopback_port(browser->loopback));
    return RUF_OK;
}

/* The page to open. It holds nothing that is of use without the verifier. */
static enum ruf_status authorize_url(const struct ruf_tokens *tokens,
                                     const struct browser *browser,
                                     const char *claims, char **out,
                                     struct ruf_error *err)
{
    char scope[RUF_SCOPE_MAX];
    struct ruf_form form;
    enum ruf_status status = ruf_form_create(&form, err);
    size_t size;

    *out = NULL;
    if (status != RUF_OK)
        return status;
    ruf_scopes_delegated(tokens->policy, ruf_resource_first(tokens->policy),
                         scope);
    ruf_form_add(&form, "client_id", tokens->policy->auth.client_id);
    ruf_form_add(&form, "response_type", "code");
    ruf_form_add(&form, "redirect_uri", browser->redirect);
    ruf_form_add(&form, "response_mode", "query");
    ruf_form_add(&form, "scope", scope);
    ruf_form_add(&form, "state", browser->state);
    ruf_form_add(&form, "code_challenge", browser->challenge);
    ruf_form_add(&form, "code_challenge_method", "S256");
    ruf_form_add(&form, "claims", claims);
    if (ruf_form_text(&form) == NULL) {
        status = ruf_fail(err, RUF_E_AUTH, "S508", ruf_token_place(tokens),
                          "the request is too long");
    } else {
        size = strlen(tokens->authorize_url) + strlen(ruf_form_text(&form)) + 2;
        *out = malloc(size);
        if (*out == NULL)
            status = ruf_fail_memory(err);
        else
            (void)snprintf(*out, size, "%s?%s", tokens->authorize_url,
                           ruf_form_text(&form));
    }
    ruf_form_destroy(&form);
    return status;
}

static enum ruf_status callback_refused(const struct ruf_tokens *tokens,
                                        const char *word, struct ruf_error *err)
{
    struct ruf_token_answer answer = { 0 };
    enum ruf_status status;

    ruf_token_error_read(word, &answer);
    status = ruf_token_refused(tokens, &answer, 0, err);
    return status;
}

static enum ruf_status redeem_code(struct ruf_tokens *tokens,
                                   const struct browser *browser,
                                   const char *code,
                                   const struct ruf_login_options *options,
                                   const struct ruf_cancel *cancel,
                                   const char *claims, struct ruf_error *err)
{
    struct ruf_token_answer answer;
    char scope[RUF_SCOPE_MAX];
    struct ruf_form form;
    int http_status = 0;
    enum ruf_status status = ruf_form_create(&form, err);

    if (status != RUF_OK)
        return status;
    ruf_scopes_delegated(tokens->policy, ruf_resource_first(tokens->policy),
                         scope);
    ruf_form_add(&form, "grant_type", "authorization_code");
    ruf_form_add(&form, "client_id", tokens->policy->auth.client_id);
    ruf_form_add(&form, "code", code);
    ruf_form_add(&form, "redirect_uri", browser->redirect);
    ruf_form_add(&form, "code_verifier", browser->verifier);
    ruf_form_add(&form, "scope", scope);
    ruf_form_add(&form, "claims", claims);
    status =
        ruf_token_exchange(tokens, &form, cancel, &answer, &http_status, err);
    ruf_form_destroy(&form);
    if (status != RUF_OK)
        return status;
    if (answer.error != RUF_TOKEN_OK)
        status = ruf_token_refused(tokens, &answer, http_status, err);
    else
        status = adopt(tokens, RUF_LOGIN_CODE, options, &answer, err);
    ruf_token_answer_wipe(&answer);
    return status;
}

static enum ruf_status sign_in_code(struct ruf_tokens *tokens,
                                    const struct ruf_login_options *options,
                                    const char *claims,
                                    const struct ruf_cancel *cancel,
                                    struct ruf_error *err)
{
    struct browser browser = { 0 };
    struct ruf_callback callback = { 0 };
    char *url = NULL;
    enum ruf_status status = browser_prepare(&browser, err);

    if (status == RUF_OK)
        status = authorize_url(tokens, &browser, claims, &url, err);
    if (status == RUF_OK && options->prompt != NULL)
        options->prompt(options->prompt_context, url, NULL);
    if (status == RUF_OK)
        status = ruf_loopback_wait(browser.loopback, BROWSER_WAIT_MS, cancel,
                                   &callback, err);
    /* One answer, then nobody listens any more. */
    ruf_loopback_destroy(browser.loopback);
    if (status == RUF_OK && callback.error[0] != '\0')
        status = callback_refused(tokens, callback.error, err);
    else if (status == RUF_OK)
        status =
            redeem_code(tokens, &browser, (const char *)callback.code.bytes,
                        options, cancel, claims, err);
    ruf_secret_destroy(&callback.code);
    ruf_wipe(&browser, sizeof(browser));
    free(url);
    return status;
}

/* --- by device code
 * ----------------------------------------------------------- */

static enum ruf_status device_begin(struct ruf_tokens *tokens,
                                    const char *claims,
                                    const struct ruf_cancel *cancel,
                                    struct ruf_device_answer *device,
                                    struct ruf_error *err)
{
    const struct ruf_http_answer *http = NULL;
    struct ruf_token_answer error;
    struct ruf_form form;
    char scope[RUF_SCOPE_MAX];
    enum ruf_status status = ruf_form_create(&form, err);

    if (status != RUF_OK)
        return status;
    ruf_scopes_delegated(tokens->policy, ruf_resource_first(tokens->policy),
                         scope);
    ruf_form_add(&form, "client_id", tokens->policy->auth.client_id);
    ruf_form_add(&form, "scope", scope);
    ruf_form_add(&form, "claims", claims);
    status =
        ruf_token_ask(tokens, &form, tokens->device_url, cancel, &http, err);
    ruf_form_destroy(&form);
    if (status == RUF_OK)
        status = ruf_device_answer_read(http, ruf_token_place(tokens), device,
                                        &error, err);
    if (status == RUF_OK && http != NULL && error.error != RUF_TOKEN_OK)
        status = ruf_token_refused(tokens, &error, http->status, err);
    return status;
}

/* One poll; *again: the user has not finished, or the network is bad, which
 * ends nothing before the code expires. */
static enum ruf_status device_poll(struct ruf_tokens *tokens,
                                   const struct ruf_form *form,
                                   const struct ruf_login_options *options,
                                   const struct ruf_cancel *cancel,
                                   int64_t *interval_s, bool *again,
                                   struct ruf_error *err)
{
    struct ruf_token_answer answer;
    int http_status = 0;
    enum ruf_status status =
        ruf_token_exchange(tokens, form, cancel, &answer, &http_status, err);

    *again = false;
    if (status == RUF_E_NETWORK || status == RUF_E_SERVER) {
        *again = true;
        return RUF_OK;
    }
    if (status != RUF_OK)
        return status;
    if (answer.error == RUF_TOKEN_OK)
        status = adopt(tokens, RUF_LOGIN_DEVICE, options, &answer, err);
    else if (answer.error == RUF_TOKEN_SLOW_DOWN)
        *interval_s += 5; /* RFC 8628, 3.5: for all later polls */
    else if (answer.error != RUF_TOKEN_PENDING)
        status = ruf_token_refused(tokens, &answer, http_status, err);
    *again = answer.error == RUF_TOKEN_PENDING ||
             answer.error == RUF_TOKEN_SLOW_DOWN;
    ruf_token_answer_wipe(&answer);
    return status;
}

static enum ruf_status device_wait(struct ruf_tokens *tokens,
                                   const struct ruf_device_answer *device,
                                   const struct ruf_login_options *options,
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
            status = ruf_fail(err, RUF_E_AUTH, "S506", ruf_token_place(tokens),
                              "the code has expired");
            break;
        }
        status = ruf_call_sleep(tokens->http, interval_s * 1000, cancel, err);
        if (status == RUF_OK)
            status = device_poll(tokens, &form, options, cancel, &interval_s,
                                 &again, err);
    }
    ruf_form_destroy(&form);
    return status;
}

static enum ruf_status sign_in_device(struct ruf_tokens *tokens,
                                      const struct ruf_login_options *options,
                                      const char *claims,
                                      const struct ruf_cancel *cancel,
                                      struct ruf_error *err)
{
    struct ruf_device_answer device = { 0 };
    enum ruf_status status = device_begin(tokens, claims, cancel, &device, err);

    if (status == RUF_OK && options->prompt != NULL)
        options->prompt(options->prompt_context, device.uri, device.user_code);
    if (status == RUF_OK)
        status = device_wait(tokens, &device, options, cancel, err);
    ruf_device_answer_wipe(&device);
    return status;
}

/* --- any of them
 * -------------------------------------------------------------- */

enum ruf_status ruf_tokens_sign_in(struct ruf_tokens *tokens,
                                   const struct ruf_login_options *options,
                                   struct ruf_error *err)
{
    struct ruf_cancel cancel = { options->cancelled, options->cancel_context };
    char *claims = NULL;
    enum ruf_status status;

    if (!tokens->configured)
        return ruf_fail(err, RUF_E_POLICY, "S532", "auth",
                        "the policy does not say where to sign in");
    status = open_claims(tokens, &claims, err);
    if (status != RUF_OK)
        return status;
    switch (options->flow) {
    case RUF_LOGIN_APP:
        status = sign_in_app(tokens, options, claims, &cancel, err);
        break;
    case RUF_LOGIN_CODE:
        status = sign_in_code(tokens, options, claims, &cancel, err);
        break;
    case RUF_LOGIN_DEVICE:
    case RUF_LOGIN_FLOW_COUNT:
    default:
        status = sign_in_device(tokens, options, claims, &cancel, err);
        break;
    }
    free(claims);
    return status;
}

enum ruf_status ruf_sync_logout(const struct ruf_sync_sink *sink,
                                struct ruf_error *err)
{
    return sink->secret_clear(sink->context, "", err);
}
