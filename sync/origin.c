/*
 * sync/origin.c - scheme, host and port of a URL, read by libcurl's own parser
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/origin.h"
#include "base/text.h"
#include <curl/curl.h>
#include <string.h>

/* Spaces, control characters, CR and LF, and letters beyond ASCII (hosts that
 * look like ours) have no place in a URL that was properly written. */
static bool is_visible_ascii(const char *url)
{
    size_t size = 0;

    for (; url[size] != '\0'; size++)
        if (url[size] < 0x21 || url[size] > 0x7e || size >= RUF_URL_MAX)
            return false;
    return size > 0;
}

/* libcurl also takes "https:/host" and "https:///host". */
static bool starts_well(const char *url)
{
    struct ruf_text start = ruf_text_slice(ruf_text(url), 0, 8);

    return ruf_text_equal_nocase(start, ruf_text("https://")) && url[8] != '/';
}

/* Copy one part of the URL in lower case; false if absent or too long. */
static bool take_part(CURLU *parsed, CURLUPart part, unsigned flags, char *out,
                      size_t capacity)
{
    char *text = NULL;
    size_t size;

    if (curl_url_get(parsed, part, &text, flags) != CURLUE_OK)
        return false;
    size = strlen(text);
    if (size > 0 && size < capacity)
        for (size_t i = 0; i <= size; i++)
            out[i] = ruf_ascii_lower(text[i]);
    curl_free(text);
    return size > 0 && size < capacity;
}

static bool has_part(CURLU *parsed, CURLUPart part)
{
    char *text = NULL;
    bool has = curl_url_get(parsed, part, &text, 0) == CURLUE_OK;

    curl_free(text);
    return has;
}

static bool take_origin(CURLU *parsed, struct ruf_origin *out)
{
    char scheme[16];

    if (!take_part(parsed, CURLUPART_SCHEME, 0, scheme, sizeof(scheme)) ||
        strcmp(scheme, "https") != 0)
        return false;
    if (has_part(parsed, CURLUPART_USER) ||
        has_part(parsed, CURLUPART_PASSWORD) ||
        has_part(parsed, CURLUPART_ZONEID))
        return false;
    return take_part(parsed, CURLUPART_HOST, 0, out->host, sizeof(out->host)) &&
           take_part(parsed, CURLUPART_PORT, CURLU_DEFAULT_PORT, out->port,
                     sizeof(out->port));
}

enum ruf_origin_result ruf_origin_parse(const char *url, struct ruf_origin *out)
{
    enum ruf_origin_result result = RUF_ORIGIN_BAD;
    CURLUcode code;
    CURLU *parsed;

    memset(out, 0, sizeof(*out));
    if (!is_visible_ascii(url) || !starts_well(url))
        return RUF_ORIGIN_BAD;
    parsed = curl_url();
    if (parsed == NULL)
        return RUF_ORIGIN_NOMEM;
    code = curl_url_set(parsed, CURLUPART_URL, url,
                        CURLU_DISALLOW_USER | CURLU_PATH_AS_IS);
    if (code == CURLUE_OUT_OF_MEMORY)
        result = RUF_ORIGIN_NOMEM;
    else if (code == CURLUE_OK && take_origin(parsed, out))
        result = RUF_ORIGIN_OK;
    curl_url_cleanup(parsed);
    return result;
}

bool ruf_origin_equal(const struct ruf_origin *a, const struct ruf_origin *b)
{
    return strcmp(a->host, b->host) == 0 && strcmp(a->port, b->port) == 0;
}
