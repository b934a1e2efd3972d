/*
 * sync/challenge.c - claims challenges: read, merged, sent back
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/challenge.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "sync/base64.h"
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 16

/* --- the header -------------------------------------------------------------
 */

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* A token or quoted string at *at; what does not fit is cut. */
static void take_value(const char **at, char *out, size_t size)
{
    bool quoted = **at == '"';
    size_t used = 0;

    if (quoted)
        (*at)++;
    for (; **at != '\0'; (*at)++) {
        if (quoted ? **at == '"' : (**at == ',' || is_space(**at)))
            break;
        if (quoted && **at == '\\' && (*at)[1] != '\0')
            (*at)++;
        if (used + 1 < size)
            out[used++] = **at;
        else
            used = size; /* too long: nothing rather than a part */
    }
    if (quoted && **at == '"')
        (*at)++;
    out[used < size ? used : 0] = '\0';
}

/* Parameters are unordered, and a quoted string may hold commas, equals signs
 * and the name of another parameter: so they are read one by one. */
bool ruf_challenge_read(const char *value, char *out, size_t size)
{
    bool bearer = false;
    bool wanted = false;

    out[0] = '\0';
    while (*value != '\0') {
        const char *name;
        size_t width;
        char text[64];

        while (is_space(*value) || *value == ',')
            value++;
        name = value;
        width = strcspn(value, "=, \t");
        value += width;
        while (is_space(*value))
            value++;
        if (*value != '=') { /* a scheme begins a challenge of its own */
            if (width > 0)
                bearer = ruf_text_equal_nocase((struct ruf_text){ name, width },
                                               ruf_text("Bearer"));
            continue;
        }
        value++;
        while (is_space(*value))
            value++;
        if (bearer && ruf_text_equal_nocase((struct ruf_text){ name, width },
                                            ruf_text("claims"))) {
            take_value(&value, out, size);
        } else {
            take_value(&value, text, sizeof(text));
            if (bearer &&
                ruf_text_equal_nocase((struct ruf_text){ name, width },
                                      ruf_text("error")))
                wanted = strcmp(text, "insufficient_claims") == 0;
        }
    }
    return wanted;
}

/* --- claims
 * ------------------------------------------------------------------- */

/* Put "xms_cc" where the challenge has left room for it. */
static bool add_capability(cJSON *claims)
{
    cJSON *token = cJSON_GetObjectItemCaseSensitive(claims, "access_token");
    cJSON *capability;
    cJSON *values;
    cJSON *word;

    if (token == NULL)
        token = cJSON_AddObjectToObject(claims, "access_token");
    if (cJSON_GetObjectItemCaseSensitive(token, "xms_cc") != NULL)
        return true;
    capability = cJSON_AddObjectToObject(token, "xms_cc");
    values = cJSON_AddArrayToObject(capability, "values");
    word = cJSON_CreateString("cp1");
    if (cJSON_AddItemToArray(values, word))
        return true;
    cJSON_Delete(word);
    return false;
}

static bool is_claims(const cJSON *tree)
{
    const cJSON *token = ruf_json_member(tree, "access_token");

    return cJSON_IsObject(tree) && (token == NULL || cJSON_IsObject(token));
}

enum ruf_status ruf_challenge_merge(const char *base64, char **json,
                                    struct ruf_error *err)
{
    char *text = malloc(strlen(base64) + 1);
    cJSON *tree = NULL;
    size_t size = 0;
    enum ruf_status status;

    *json = NULL;
    if (text == NULL)
        return ruf_fail_memory(err);
    if (!ruf_base64_decode(base64, text, &size))
        size = 0;
    text[size] = '\0';
    status = ruf_json_parse(text, size, "", DEPTH_MAX, &tree, NULL);
    free(text);
    if (status == RUF_OK && is_claims(tree)) {
        if (add_capability(tree))
            *json = cJSON_PrintUnformatted(tree);
        if (*json == NULL)
            status = ruf_fail_memory(err);
    } else if (status == RUF_E_CORRUPT) {
        status = RUF_OK; /* not claims: the caller asks the user */
    } else if (status != RUF_OK) {
        (void)ruf_fail_memory(err);
    }
    cJSON_Delete(tree);
    return status;
}
