/*
 * signin.c - token endpoints: client credentials, device code, refresh
 *
 * Answers and errors as Entra ID sends them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tenant.h"
#include <string.h>

#define TOKEN_SECONDS 3599
#define DEVICE_SECONDS 900
#define POLL_INTERVAL_MS 1000
#define PATH_PREFIX "/" TENANT_ID "/oauth2/v2.0/"

bool tenant_is_signin(const char *path)
{
    return strncmp(path, PATH_PREFIX, strlen(PATH_PREFIX)) == 0 ||
           strcmp(path, "/device") == 0;
}

static void oauth_error(struct exchange *exchange, unsigned status,
                        const char *error, int number, const char *text)
{
    exchange->status = status;
    text_format(&exchange->out,
                "{\"error\":\"%s\",\"error_description\":\"AADSTS%d: %s\","
                "\"error_codes\":[%d]}",
                error, number, text, number);
}

static const char *issue(struct tenant *tenant, bool delegated, bool refresh)
{
    struct token *token = &tenant->tokens[tenant->next_token++ % TOKENS_MAX];

    tenant_random_hex(token->text, 48);
    token->delegated = delegated;
    token->refresh = refresh;
    token->expires =
        tenant_now_s() + (refresh ? 90LL * 24 * 3600 : TOKEN_SECONDS);
    return token->text;
}

static void token_answer(struct tenant *tenant, struct exchange *exchange,
                         bool delegated)
{
    text_format(&exchange->out,
                "{\"token_type\":\"Bearer\",\"expires_in\":%d,"
                "\"ext_expires_in\":%d,\"access_token\":\"%s\"",
                TOKEN_SECONDS, TOKEN_SECONDS, issue(tenant, delegated, false));
    if (delegated)
        text_format(&exchange->out, ",\"refresh_token\":\"%s\"",
                    issue(tenant, true, true));
    text_put(&exchange->out, "}");
}

static void client_credentials(struct tenant *tenant, struct exchange *exchange)
{
    char secret[128] = "";
    char scope[256] = "";

    (void)tenant_parameter(exchange->body, "client_secret", secret,
                           sizeof(secret));
    (void)tenant_parameter(exchange->body, "scope", scope, sizeof(scope));
    if (strcmp(secret, tenant->client_secret) != 0)
        oauth_error(exchange, 401, "invalid_client", 7000215,
                    "Invalid client secret provided.");
    else if (strstr(scope, "/.default") == NULL)
        oauth_error(exchange, 400, "invalid_scope", 1002012,
                    "The scope must end in /.default.");
    else
        token_answer(tenant, exchange, false);
}

static void device_code_poll(struct tenant *tenant, struct exchange *exchange)
{
    struct device_code *device = &tenant->device;
    long long now = tenant_now_ms();
    char code[128] = "";

    (void)tenant_parameter(exchange->body, "device_code", code, sizeof(code));
    if (device->code[0] == '\0' || strcmp(code, device->code) != 0 ||
        device->used) {
        oauth_error(exchange, 400, "bad_verification_code", 70019,
                    "The code is unknown.");
    } else if (tenant_now_s() > device->expires) {
        oauth_error(exchange, 400, "expired_token", 70020,
                    "The code has expired.");
    } else if (now - device->last_poll_ms < POLL_INTERVAL_MS * 8 / 10) {
        device->last_poll_ms = now;
        oauth_error(exchange, 400, "slow_down", 70016, "Too many polls.");
    } else if (!device->approved) {
        device->last_poll_ms = now;
        oauth_error(exchange, 400, "authorization_pending", 70016,
                    "The user has not signed in yet.");
    } else {
        device->used = true;
        token_answer(tenant, exchange, true);
    }
}

static void refresh(struct tenant *tenant, struct exchange *exchange)
{
    char text[128] = "";

    (void)tenant_parameter(exchange->body, "refresh_token", text, sizeof(text));
    for (size_t i = 0; text[0] != '\0' && i < TOKENS_MAX; i++) {
        struct token *token = &tenant->tokens[i];

        if (token->refresh && strcmp(token->text, text) == 0 &&
            token->expires > tenant_now_s()) {
            token->text[0] = '\0'; /* rotation: each is good once */
            token_answer(tenant, exchange, true);
            return;
        }
    }
    oauth_error(exchange, 400, "invalid_grant", 70000,
                "The refresh token is revoked.");
}

static void token_endpoint(struct tenant *tenant, struct exchange *exchange)
{
    char grant[128] = "";
    char client[64] = "";

    (void)tenant_parameter(exchange->body, "grant_type", grant, sizeof(grant));
    (void)tenant_parameter(exchange->body, "client_id", client, sizeof(client));
    if (strcmp(client, CLIENT_ID) != 0)
        oauth_error(exchange, 400, "unauthorized_client", 700016,
                    "Application not found.");
    else if (strcmp(grant, "client_credentials") == 0)
        client_credentials(tenant, exchange);
    else if (strcmp(grant, "urn:ietf:params:oauth:grant-type:device_code") == 0)
        device_code_poll(tenant, exchange);
    else if (strcmp(grant, "refresh_token") == 0)
        refresh(tenant, exchange);
    else
        oauth_error(exchange, 400, "unsupported_grant_type", 70003,
                    "The grant type is not supported.");
}

static void device_code_start(struct tenant *tenant, struct exchange *exchange)
{
    struct device_code *device = &tenant->device;

    memset(device, 0, sizeof(*device));
    tenant_random_hex(device->code, 40);
    tenant_random_hex(device->user_code, 8);
    device->expires = tenant_now_s() + DEVICE_SECONDS;
    text_format(&exchange->out,
                "{\"device_code\":\"%s\",\"user_code\":\"%s\","
                "\"verification_uri\":\"%s/device\",\"expires_in\":%d,"
                "\"interval\":1,\"message\":\"Open %s/device and enter %s\"}",
                device->code, device->user_code, tenant->origin, DEVICE_SECONDS,
                tenant->origin, device->user_code);
}

/* The page a user would open: GET shows a form, ?code=... approves. */
static void device_page(struct tenant *tenant, struct exchange *exchange)
{
    char code[32] = "";
    const char *result = "";

    exchange->content_type = "text/html; charset=utf-8";
    if (tenant_parameter(exchange->query, "code", code, sizeof(code)) ||
        tenant_parameter(exchange->body, "code", code, sizeof(code))) {
        bool right =
            code[0] != '\0' && strcmp(code, tenant->device.user_code) == 0;

        tenant->device.approved = tenant->device.approved || right;
        result = right ? "<p>Signed in.</p>" : "<p>Unknown code.</p>";
    }
    text_format(&exchange->out,
                "<!doctype html><title>Sample tenant</title>%s<form "
                "method=post><label>Code <input name=code></label>"
                "<button>Sign in</button></form>",
                result);
}

void tenant_signin(struct tenant *tenant, struct exchange *exchange)
{
    const char *name = exchange->path;

    (void)pthread_mutex_lock(&tenant->state_lock);
    if (strcmp(exchange->path, "/device") == 0) {
        device_page(tenant, exchange);
    } else {
        name += strlen(PATH_PREFIX);
        if (strcmp(name, "token") == 0)
            token_endpoint(tenant, exchange);
        else if (strcmp(name, "devicecode") == 0)
            device_code_start(tenant, exchange);
        else
            oauth_error(exchange, 404, "invalid_request", 90002,
                        "No such endpoint.");
    }
    (void)pthread_mutex_unlock(&tenant->state_lock);
}

bool tenant_authorized(struct tenant *tenant, struct exchange *exchange,
                       bool *delegated)
{
    const char *text = exchange->authorization;
    bool found = false;

    if (text != NULL && strncmp(text, "Bearer ", 7) == 0) {
        (void)pthread_mutex_lock(&tenant->state_lock);
        for (size_t i = 0; i < TOKENS_MAX && !found; i++) {
            const struct token *token = &tenant->tokens[i];

            found = token->text[0] != '\0' && !token->refresh &&
                    strcmp(token->text, text + 7) == 0 &&
                    token->expires > tenant_now_s();
            if (found)
                *delegated = token->delegated;
        }
        (void)pthread_mutex_unlock(&tenant->state_lock);
    }
    if (found)
        return true;
    tenant_graph_error(exchange, 401, "InvalidAuthenticationToken",
                       "Access token is missing, unknown or expired.");
    (void)snprintf(exchange->authenticate, sizeof(exchange->authenticate),
                   "Bearer realm=\"\", authorization_uri=\"%s/common/oauth2/"
                   "authorize\", error=\"invalid_token\"",
                   tenant->origin);
    return false;
}
