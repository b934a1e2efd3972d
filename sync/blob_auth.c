/*
 * sync/blob_auth.c - how a request to Blob Storage proves itself
 *
 * Source of the string to sign: Microsoft, "Authorize with Shared Key".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/blob_auth.h"
#include "base/error.h"
#include "base/text.h"
#include "sync/base64.h"
#include <openssl/hmac.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARAMETERS_MAX 16
#define STRING_MAX 8192

/* --- what the user gave -----------------------------------------------------
 */

/* The host's first label; emulators have the account in the path. */
static void account_of(const char *url, char out[64])
{
    const char *host = url + strlen("https://");
    const char *path = host + strcspn(host, "/");
    size_t size;

    if (path[0] == '/' && path[1] != '\0') {
        (void)snprintf(out, 64, "%.*s", (int)strcspn(path + 1, "/"), path + 1);
        return;
    }
    size = strcspn(host, ".:/");
    (void)snprintf(out, 64, "%.*s", (int)size, host);
}

static bool is_query(struct ruf_text text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < 0x21 || text.data[i] > 0x7e || text.data[i] == '#')
            return false;
    return true;
}

/* A signature is one of several parameters, so there is an '&' before "sig="
 * or it comes first. */
static bool is_signature(struct ruf_text text)
{
    for (size_t i = 0; i + 4 <= text.size; i++)
        if (memcmp(text.data + i, "sig=", 4) == 0 &&
            (i == 0 || text.data[i - 1] == '&'))
            return is_query(text);
    return false;
}

static enum ruf_status take_secret(struct ruf_blob_auth *auth,
                                   struct ruf_text text, const char *place,
                                   struct ruf_error *err)
{
    char *bytes;
    enum ruf_status status =
        ruf_secret_create(text.size + 1, &auth->secret, err);

    if (status != RUF_OK)
        return status;
    bytes = (char *)auth->secret.bytes;
    memcpy(bytes, text.data, text.size);
    auth->secret_size = text.size;
    if (is_signature(text)) {
        auth->proof = RUF_BLOB_SIGNATURE;
        return RUF_OK;
    }
    auth->proof = RUF_BLOB_KEY;
    /* In place: a decoded byte never overtakes its characters. */
    if (ruf_base64_decode(bytes, bytes, &auth->secret_size) &&
        auth->secret_size >= 32)
        return RUF_OK;
    ruf_blob_auth_destroy(auth);
    return ruf_fail(err, RUF_E_AUTH, "S507", place,
                    "neither a shared access signature nor an account key");
}

enum ruf_status ruf_blob_auth_create(const char *secret, const char *url,
                                     const char *place,
                                     struct ruf_blob_auth *out,
                                     struct ruf_error *err)
{
    struct ruf_text text;

    memset(out, 0, sizeof(*out));
    account_of(url, out->account);
    if (secret == NULL)
        return RUF_OK;
    text = ruf_text_trim(ruf_text(secret));
    if (ruf_text_starts_with(text, "?"))
        text = ruf_text_slice(text, 1, text.size);
    if (text.size == 0)
        return ruf_fail(err, RUF_E_AUTH, "S507", place, "the secret is empty");
    return take_secret(out, text, place, err);
}

void ruf_blob_auth_destroy(struct ruf_blob_auth *auth)
{
    ruf_secret_destroy(&auth->secret);
    memset(auth, 0, sizeof(*auth));
}

/* --- signing
 * ------------------------------------------------------------------- */

struct parameter {
    const char *text; /* "name=value", still encoded */
    size_t size;
};

static int compare_parameters(const void *left, const void *right)
{
    const struct parameter *a = left;
    const struct parameter *b = right;

    return ruf_text_compare((struct ruf_text){ a->text, a->size },
                            (struct ruf_text){ b->text, b->size });
}

struct writing {
    char *out;
    size_t used;
    size_t size;
    bool full;
};

static void put(struct writing *writing, const char *text, size_t size)
{
    if (writing->full || size >= writing->size - writing->used) {
        writing->full = true;
        return;
    }
    if (size > 0)
        memcpy(writing->out + writing->used, text, size);
    writing->used += size;
    writing->out[writing->used] = '\0';
}

static void put_text(struct writing *writing, const char *text)
{
    put(writing, text, strlen(text));
}

/* "\nname:value", the value decoded. Our names are lower-case already. */
static void put_parameter(struct writing *writing,
                          const struct parameter *parameter)
{
    bool value = false;

    put_text(writing, "\n");
    for (size_t i = 0; i < parameter->size; i++) {
        char c = parameter->text[i];
        bool escaped = c == '%' && i + 2 < parameter->size;
        int high = escaped ? ruf_hex_value(parameter->text[i + 1]) : -1;
        int low = high >= 0 ? ruf_hex_value(parameter->text[i + 2]) : -1;

        if (c == '=' && !value) {
            value = true;
            c = ':';
        } else if (high >= 0 && low >= 0) {
            c = (char)(high * 16 + low);
            i += 2;
        }
        put(writing, &c, 1);
    }
}

/* "/account/path", then the parameters in order of their names. */
static void put_resource(struct writing *writing, const char *account,
                         const char *url)
{
    const char *host = url + strlen("https://");
    const char *path = host + strcspn(host, "/?");
    size_t path_size = strcspn(path, "?");
    const char *query = path + path_size;
    struct parameter parameters[PARAMETERS_MAX] = { { NULL, 0 } };
    size_t count = 0;

    put_text(writing, "/");
    put_text(writing, account);
    put(writing, path, path_size);
    while (*query != '\0' && count < PARAMETERS_MAX) {
        query++; /* '?' or '&' */
        parameters[count].text = query;
        parameters[count].size = strcspn(query, "&");
        query += parameters[count++].size;
    }
    qsort(parameters, count, sizeof(parameters[0]), compare_parameters);
    for (size_t i = 0; i < count; i++)
        put_parameter(writing, &parameters[i]);
    writing->full = writing->full || *query != '\0';
}

static void put_string(struct writing *writing, const char *account,
                       const struct ruf_blob_request *request)
{
    /* verb, then Content-Encoding, -Language, -Length, -MD5, -Type, Date and
     * If-Modified-Since, none of which a GET of ours has */
    put_text(writing, "GET\n\n\n\n\n\n\n\n");
    put_text(writing, request->match);
    put_text(writing, "\n");
    put_text(writing, request->no_match);
    put_text(writing, "\n\n");
    put_text(writing, request->range);
    put_text(writing, "\nx-ms-date:");
    put_text(writing, request->date);
    put_text(writing, "\nx-ms-version:" RUF_BLOB_VERSION "\n");
    put_resource(writing, account, request->url);
}

enum ruf_status ruf_blob_auth_sign(const struct ruf_blob_auth *auth,
                                   const struct ruf_blob_request *request,
                                   char *out, size_t size,
                                   struct ruf_error *err)
{
    char string[STRING_MAX] = "";
    struct writing writing = { string, 0, sizeof(string), false };
    unsigned char mac[EVP_MAX_MD_SIZE];
    char text[RUF_BASE64_SIZE(EVP_MAX_MD_SIZE)];
    unsigned mac_size = 0;
    int written;

    put_string(&writing, auth->account, request);
    if (writing.full ||
        HMAC(EVP_sha256(), auth->secret.bytes, (int)auth->secret_size,
             (const unsigned char *)string, writing.used, mac,
             &mac_size) == NULL)
        return ruf_fail(err, RUF_E_INTERNAL, "S541", "", "cannot sign");
    ruf_base64(mac, mac_size, text);
    written = snprintf(out, size, "Authorization: SharedKey %s:%s",
                       auth->account, text);
    return written > 0 && (size_t)written < size
               ? RUF_OK
               : ruf_fail(err, RUF_E_INTERNAL, "S541", "", "cannot sign");
}
