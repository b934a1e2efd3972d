/*
 * signin.c - authorize and token endpoints: browser, device, app, refresh
 *
 * Answers and errors as Entra ID sends them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tenant.h"
#include <string.h>

#define STORAGE "https://storage.azure.com"
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

/* The resource a scope names: what stands before its last '/'. */
static void audience_of(const struct tenant *tenant, const char *body,
                        char out[96])
{
    char scope[2048] = "";
    size_t size;

    (void)tenant_parameter(body, "scope", scope, sizeof(scope));
    scope[strcspn(scope, " ")] = '\0';
    size = strlen(scope);
    while (size > 0 && scope[size - 1] != '/')
        size--;
    /* Scopes without a resource are Graph's. */
    (void)snprintf(out, 96, "%.*s", size > 8 ? (int)size - 1 : 95,
                   size > 8 ? scope : tenant->links);
}

/* Do the claims of this request meet the challenge? */
static bool has_claims(const char *text)
{
    char claims[4096] = "";

    return tenant_parameter(text, "claims", claims, sizeof(claims)) &&
           strstr(claims, "\"nbf\"") != NULL;
}

static bool declares_capability(const char *text)
{
    char claims[4096] = "";

    return tenant_parameter(text, "claims", claims, sizeof(claims)) &&
           strstr(claims, "\"cp1\"") != NULL;
}

static struct token *issue(struct tenant *tenant, bool delegated, bool refresh)
{
    struct token *token = &tenant->tokens[tenant->next_token++ % TOKENS_MAX];

    memset(token, 0, sizeof(*token));
    tenant_random_hex(token->text, 48);
    token->delegated = delegated;
    token->refresh = refresh;
    token->expires =
        tenant_now_s() + (refresh ? 90LL * 24 * 3600 : tenant->token_seconds);
    return token;
}

static void token_answer(struct tenant *tenant, struct exchange *exchange,
                         bool delegated, bool claims)
{
    char scope[2048] = "";
    struct token *token = issue(tenant, delegated, false);

    token->claims = claims;
    audience_of(tenant, exchange->body, token->audience);
    if (strcmp(token->audience, STORAGE) == 0)
        tenant_storage_token(tenant->token_seconds, token->text,
                             sizeof(token->text));
    (void)tenant_parameter(exchange->body, "scope", scope, sizeof(scope));
    text_format(&exchange->out,
                "{\"token_type\":\"Bearer\",\"expires_in\":%u,"
                "\"ext_expires_in\":%u,\"access_token\":\"%s\"",
                tenant->token_seconds, tenant->token_seconds, token->text);
    if (delegated) {
        text_put(&exchange->out, ",\"scope\":");
        text_json(&exchange->out, scope);
        text_format(&exchange->out, ",\"refresh_token\":\"%s\"",
                    issue(tenant, true, true)->text);
    }
    text_put(&exchange->out, "}");
}

/* A challenge that only the user can meet. */
static bool wants_user(const struct tenant *tenant, struct exchange *exchange)
{
    if (tenant->challenge != CHALLENGE_INTERACTIVE ||
        !has_claims(exchange->body))
        return false;
    exchange->status = 400;
    text_put(&exchange->out,
             "{\"error\":\"interaction_required\",\"error_description\":"
             "\"AADSTS50076: More is needed.\",\"suberror\":\"basic_action\","
             "\"error_codes\":[50076]}");
    return true;
}

static void client_credentials(struct tenant *tenant, struct exchange *exchange)
{
    char assertion[8192] = "";
    char secret[128] = "";
    char scope[256] = "";
    bool proven;

    (void)tenant_parameter(exchange->body, "client_secret", secret,
                           sizeof(secret));
    (void)tenant_parameter(exchange->body, "client_assertion", assertion,
                           sizeof(assertion));
    (void)tenant_parameter(exchange->body, "scope", scope, sizeof(scope));
    proven = assertion[0] != '\0' ? tenant_assertion_good(tenant, assertion)
                                  : strcmp(secret, tenant->client_secret) == 0;
    if (!proven)
        oauth_error(exchange, 401, "invalid_client", 7000215,
                    "Invalid client secret or assertion provided.");
    else if (strstr(scope, "/.default") == NULL)
        oauth_error(exchange, 400, "invalid_scope", 1002012,
                    "The scope must end in /.default.");
    else if (!wants_user(tenant, exchange))
        token_answer(tenant, exchange, false, has_claims(exchange->body));
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
        token_answer(tenant, exchange, true, device->claims);
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
            if (wants_user(tenant, exchange))
                return;
            token->text[0] = '\0'; /* rotation: each is good once */
            token_answer(tenant, exchange, true, has_claims(exchange->body));
            return;
        }
    }
    oauth_error(exchange, 400, "invalid_grant", 70000,
                "The refresh token is revoked.");
}

/* --- in a browser
 * ------------------------------------------------------------- */

/* The person behind this browser is signed in and agrees at once. */
static void authorize(struct tenant *tenant, struct exchange *exchange)
{
    struct sign_in_code *sign_in = &tenant->sign_in;
    const char *query = exchange->query;
    char client[64] = "";
    char type[16] = "";
    char method[16] = "";
    char state[128] = "";

    memset(sign_in, 0, sizeof(*sign_in));
    (void)tenant_parameter(query, "client_id", client, sizeof(client));
    (void)tenant_parameter(query, "response_type", type, sizeof(type));
    (void)tenant_parameter(query, "state", state, sizeof(state));
    (void)tenant_parameter(query, "code_challenge_method", method,
                           sizeof(method));
    (void)tenant_parameter(query, "code_challenge", sign_in->challenge,
                           sizeof(sign_in->challenge));
    (void)tenant_parameter(query, "redirect_uri", sign_in->redirect,
                           sizeof(sign_in->redirect));
    if (strcmp(client, CLIENT_ID) != 0 || strcmp(type, "code") != 0 ||
        strcmp(method, "S256") != 0 || strlen(sign_in->challenge) != 43 ||
        state[0] == '\0' || !declares_capability(query) ||
        strncmp(sign_in->redirect, "http://localhost:", 17) != 0) {
        sign_in->code[0] = '\0';
        oauth_error(exchange, 400, "invalid_request", 900144,
                    "The request is not complete.");
        return;
    }
    sign_in->claims = has_claims(query);
    sign_in->expires = tenant_now_s() + 600;
    tenant_random_hex(sign_in->code, 48);
    exchange->status = 302;
    exchange->content_type = "text/html";
    (void)snprintf(exchange->location, sizeof(exchange->location),
                   "%s/?code=%s&state=%s&session_state=0", sign_in->redirect,
                   sign_in->code, state);
}

static void authorization_code(struct tenant *tenant, struct exchange *exchange)
{
    struct sign_in_code *sign_in = &tenant->sign_in;
    char code[128] = "";
    char verifier[160] = "";
    char redirect[128] = "";
    char secret[16] = "";
    char challenge[64];

    (void)tenant_parameter(exchange->body, "code", code, sizeof(code));
    (void)tenant_parameter(exchange->body, "code_verifier", verifier,
                           sizeof(verifier));
    (void)tenant_parameter(exchange->body, "redirect_uri", redirect,
                           sizeof(redirect));
    tenant_pkce(verifier, challenge);
    if (tenant_parameter(exchange->body, "client_secret", secret,
                         sizeof(secret)))
        oauth_error(exchange, 401, "invalid_client", 700025,
                    "Client is public so no secret should be presented.");
    else if (sign_in->code[0] == '\0' || strcmp(code, sign_in->code) != 0 ||
             sign_in->expires < tenant_now_s() ||
             strcmp(redirect, sign_in->redirect) != 0 ||
             strcmp(challenge, sign_in->challenge) != 0)
        oauth_error(exchange, 400, "invalid_grant", 70008,
                    "The code is unknown, used or expired.");
    else
        token_answer(tenant, exchange, true, sign_in->claims);
    sign_in->code[0] = '\0'; /* good once, and one guess only */
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
    else if (strcmp(grant, "authorization_code") == 0)
        authorization_code(tenant, exchange);
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
    device->claims = has_claims(exchange->body);
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
        else if (strcmp(name, "authorize") == 0)
            authorize(tenant, exchange);
        else
            oauth_error(exchange, 404, "invalid_request", 90002,
                        "No such endpoint.");
    }
    (void)pthread_mutex_unlock(&tenant->state_lock);
}

static bool token_good(const struct tenant *tenant, const char *text,
                       const char *audience, bool *delegated)
{
    for (size_t i = 0; i < TOKENS_MAX; i++) {
        const struct token *token = &tenant->tokens[i];

        if (token->text[0] == '\0' || token->refresh ||
            strcmp(token->text, text) != 0)
            continue;
        *delegated = token->delegated;
        return token->expires > tenant_now_s() &&
               strcmp(token->audience, audience) == 0 &&
               (tenant->challenge == CHALLENGE_NONE || token->claims);
    }
    return false;
}

/* {"access_token":{"nbf":{"essential":true,"value":"1795420000"}}} */
#define CHALLENGE_CLAIMS                                                       \
    "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNzk1" \
    "NDIwMDAwIn19fQ=="

bool tenant_authorized(struct tenant *tenant, struct exchange *exchange,
                       const char *audience, bool *delegated)
{
    const char *text = exchange->authorization;
    bool challenged;
    bool good = false;

    (void)pthread_mutex_lock(&tenant->state_lock);
    challenged = tenant->challenge != CHALLENGE_NONE;
    if (text != NULL && strncmp(text, "Bearer ", 7) == 0)
        good = token_good(tenant, text + 7, audience, delegated);
    (void)pthread_mutex_unlock(&tenant->state_lock);
    if (good)
        return true;
    tenant_graph_error(exchange, 401, "InvalidAuthenticationToken",
                       "Access token is missing, unknown or expired.");
    (void)snprintf(exchange->authenticate, sizeof(exchange->authenticate),
                   "Bearer realm=\"\", authorization_uri=\"%s/common/oauth2/"
                   "authorize\", error=\"%s\"%s",
                   tenant->origin,
                   challenged ? "insufficient_claims" : "invalid_token",
                   challenged ? ", claims=\"" CHALLENGE_CLAIMS "\"" : "");
    return false;
}
