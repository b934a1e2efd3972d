/*
 * sync/token_answer.c - what a token endpoint says, read once and wiped
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/token_answer.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 8
#define LIFETIME_DEFAULT_S 600
#define LIFETIME_MAX_S (48 * 3600)
#define INTERVAL_DEFAULT_S 5 /* RFC 8628, 3.2 */
#define INTERVAL_MAX_S 120
#define CODE_LIFETIME_MAX_S 3600

/* The tree holds copies of the tokens. */
static void tree_wipe(struct cJSON *tree)
{
    for (struct cJSON *item = tree == NULL ? NULL : tree->child; item != NULL;
         item = item->next) {
        if (item->valuestring != NULL)
            ruf_wipe(item->valuestring, strlen(item->valuestring));
        tree_wipe(item); /* depth is bounded by the parser */
    }
}

static void tree_free(struct cJSON *tree)
{
    tree_wipe(tree);
    cJSON_Delete(tree);
}

/* Visible ASCII only: a line break would become a header of its own. */
static bool is_plain(struct ruf_text text, size_t max)
{
    if (text.data == NULL || text.size == 0 || text.size > max)
        return false;
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < 0x21 || text.data[i] > 0x7e)
            return false;
    return true;
}

static enum ruf_status take_secret(const struct cJSON *tree, const char *name,
                                   bool required, const char *place,
                                   struct ruf_secret *out,
                                   struct ruf_error *err)
{
    struct ruf_text text = ruf_json_text(ruf_json_member(tree, name));
    enum ruf_status status;

    if (text.data == NULL && !required)
        return RUF_OK;
    if (!is_plain(text, RUF_TOKEN_SIZE_MAX))
        return ruf_fail(err, RUF_E_SERVER, "S524", place,
                        "%s is missing or malformed", name);
    status = ruf_secret_create(text.size + 1, out, err);
    if (status == RUF_OK && text.data != NULL)
        memcpy(out->bytes, text.data, text.size);
    return status;
}

static bool take_plain(const struct cJSON *tree, const char *name, char *out,
                       size_t capacity)
{
    struct ruf_text text = ruf_json_text(ruf_json_member(tree, name));

    if (!is_plain(text, capacity - 1))
        return false;
    memcpy(out, text.data, text.size);
    out[text.size] = '\0';
    return true;
}

/* A number, or (older endpoints) a string of digits, within 1..max. */
static int64_t take_seconds(const struct cJSON *tree, const char *name,
                            int64_t missing, int64_t max)
{
    const struct cJSON *item = ruf_json_member(tree, name);
    double value = -1;

    if (cJSON_IsNumber(item))
        value = item->valuedouble;
    else if (cJSON_IsString(item))
        value = (double)strtoll(item->valuestring, NULL, 10);
    if (!(value >= 1))
        return missing;
    return value > (double)max ? max : (int64_t)value;
}

/* sync to the error table of the token endpoint (MSAL, RFC 6749 and 8628). */
static const struct {
    const char *word;
    enum ruf_token_error error;
} error_words[] = {
    { "authorization_pending", RUF_TOKEN_PENDING },
    { "slow_down", RUF_TOKEN_SLOW_DOWN },
    { "authorization_declined", RUF_TOKEN_DECLINED },
    { "access_denied", RUF_TOKEN_DECLINED },
    { "expired_token", RUF_TOKEN_EXPIRED_CODE },
    { "invalid_grant", RUF_TOKEN_ENDED },
    { "interaction_required", RUF_TOKEN_INTERACTION },
    { "consent_required", RUF_TOKEN_INTERACTION },
    { "login_required", RUF_TOKEN_INTERACTION },
    { "invalid_client", RUF_TOKEN_BAD_CLIENT },
    { "unauthorized_client", RUF_TOKEN_BAD_SETUP },
    { "invalid_scope", RUF_TOKEN_BAD_SETUP },
    { "invalid_resource", RUF_TOKEN_BAD_SETUP },
    { "unsupported_grant_type", RUF_TOKEN_BAD_SETUP },
    { "invalid_request", RUF_TOKEN_BAD_SETUP },
    { "bad_verification_code", RUF_TOKEN_BAD_SETUP },
};

/* Sub-errors by which a refused grant asks for the user, not for a new start
 * (MSAL's list); basic_action covers device compliance and second factors. */
static bool asks_for_user(const struct cJSON *tree)
{
    static const char *const words[] = {
        "message_only",          "additional_action", "basic_action",
        "user_password_expired", "consent_required",  "ui_not_allowed"
    };
    struct ruf_text text = ruf_json_text(ruf_json_member(tree, "suberror"));

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (ruf_text_is(text, words[i]))
            return true;
    return false;
}

static void take_word(struct ruf_text text, struct ruf_token_answer *out)
{
    out->error = RUF_TOKEN_OTHER;
    memcpy(out->error_word, "unknown", sizeof("unknown"));
    for (size_t i = 0; i < sizeof(error_words) / sizeof(error_words[0]); i++) {
        if (!ruf_text_is(text, error_words[i].word))
            continue;
        out->error = error_words[i].error;
        memcpy(out->error_word, error_words[i].word,
               strlen(error_words[i].word) + 1);
    }
}

void ruf_token_error_read(const char *word, struct ruf_token_answer *out)
{
    take_word(ruf_text(word), out);
}

/* Texts without control characters, blanks allowed. */
static void take_text(const struct cJSON *tree, const char *name, char *out,
                      size_t capacity)
{
    struct ruf_text text = ruf_json_text(ruf_json_member(tree, name));

    out[0] = '\0';
    if (text.data == NULL || text.size >= capacity)
        return;
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < 0x20 || text.data[i] > 0x7e)
            return;
    memcpy(out, text.data, text.size);
    out[text.size] = '\0';
}

/* Acts on "error" only; descriptions and numbers are for people. */
static void take_error(const struct cJSON *tree, struct ruf_token_answer *out)
{
    take_word(ruf_json_text(ruf_json_member(tree, "error")), out);
    take_text(tree, "claims", out->claims, sizeof(out->claims));
    if (out->error == RUF_TOKEN_ENDED && asks_for_user(tree))
        out->error = RUF_TOKEN_INTERACTION;
}

static enum ruf_status parse(const struct ruf_http_answer *http,
                             const char *place, struct cJSON **out,
                             struct ruf_error *err)
{
    enum ruf_status status =
        ruf_json_parse(http->body, http->size, place, DEPTH_MAX, out, err);

    if (status == RUF_OK && !cJSON_IsObject(*out)) {
        tree_free(*out);
        *out = NULL;
        status = RUF_E_CORRUPT;
    }
    if (status != RUF_E_CORRUPT)
        return status;
    (void)ruf_fail(err, RUF_E_SERVER, "S522", place,
                   "the sign-in service did not answer in JSON");
    if (err != NULL)
        err->http_status = http->status;
    return RUF_E_SERVER;
}

static enum ruf_status read_tokens(const struct cJSON *tree, const char *place,
                                   struct ruf_token_answer *out,
                                   struct ruf_error *err)
{
    struct ruf_text type = ruf_json_text(ruf_json_member(tree, "token_type"));
    enum ruf_status status;

    if (!ruf_text_equal_nocase(type, ruf_text("Bearer")))
        return ruf_fail(err, RUF_E_SERVER, "S524", place,
                        "token_type is not Bearer");
    out->expires_in =
        take_seconds(tree, "expires_in", LIFETIME_DEFAULT_S, LIFETIME_MAX_S);
    out->refresh_in = take_seconds(tree, "refresh_in", 0, LIFETIME_MAX_S);
    take_text(tree, "scope", out->scope, sizeof(out->scope));
    status = take_secret(tree, "access_token", true, place, &out->access, err);
    if (status == RUF_OK)
        status = take_secret(tree, "refresh_token", false, place, &out->refresh,
                             err);
    return status;
}

enum ruf_status ruf_token_answer_read(const struct ruf_http_answer *http,
                                      const char *place,
                                      struct ruf_token_answer *out,
                                      struct ruf_error *err)
{
    struct cJSON *tree = NULL;
    enum ruf_status status;

    memset(out, 0, sizeof(*out));
    status = parse(http, place, &tree, err);
    if (status != RUF_OK)
        return status;
    if (http->status == 200)
        status = read_tokens(tree, place, out, err);
    else
        take_error(tree, out);
    tree_free(tree);
    if (status != RUF_OK)
        ruf_token_answer_wipe(out);
    return status;
}

void ruf_token_answer_wipe(struct ruf_token_answer *answer)
{
    ruf_secret_destroy(&answer->access);
    ruf_secret_destroy(&answer->refresh);
}

static enum ruf_status read_device(const struct cJSON *tree, const char *place,
                                   struct ruf_device_answer *out,
                                   struct ruf_error *err)
{
    /* A person is sent there: nothing but a web page will do. */
    if (!take_plain(tree, "verification_uri", out->uri, sizeof(out->uri)) ||
        !ruf_text_starts_with(ruf_text(out->uri), "https://"))
        return ruf_fail(err, RUF_E_SERVER, "S524", place,
                        "verification_uri is missing or malformed");
    if (!take_plain(tree, "user_code", out->user_code, sizeof(out->user_code)))
        return ruf_fail(err, RUF_E_SERVER, "S524", place,
                        "user_code is missing or malformed");
    out->expires_in = take_seconds(tree, "expires_in", LIFETIME_DEFAULT_S,
                                   CODE_LIFETIME_MAX_S);
    out->interval =
        take_seconds(tree, "interval", INTERVAL_DEFAULT_S, INTERVAL_MAX_S);
    return take_secret(tree, "device_code", true, place, &out->device_code,
                       err);
}

enum ruf_status ruf_device_answer_read(const struct ruf_http_answer *http,
                                       const char *place,
                                       struct ruf_device_answer *out,
                                       struct ruf_token_answer *error,
                                       struct ruf_error *err)
{
    struct cJSON *tree = NULL;
    enum ruf_status status;

    memset(out, 0, sizeof(*out));
    memset(error, 0, sizeof(*error));
    status = parse(http, place, &tree, err);
    if (status != RUF_OK)
        return status;
    if (http->status == 200)
        status = read_device(tree, place, out, err);
    else
        take_error(tree, error);
    tree_free(tree);
    if (status != RUF_OK)
        ruf_device_answer_wipe(out);
    return status;
}

void ruf_device_answer_wipe(struct ruf_device_answer *answer)
{
    ruf_secret_destroy(&answer->device_code);
}
