/*
 * sync/http.c - the gate: every socket of this library is opened here
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/http.h"
#include "base/error.h"
#include "base/secret.h"
#include "base/text.h"
#include "sync/body.h"
#include "sync/challenge.h"
#include "sync/origin.h"
#include "sync/retry.h"
#include "sync/trust.h"
#include <curl/curl.h>
#include <libdeflate.h>
#include <rufname/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_TIMEOUT_MS 10000L
#define STALL_SECONDS 60L
#define HEADERS_MAX (256u * 1024u) /* bytes of one answer */
#define BEARER_MAX (32u * 1024u)
#define PREFER_MAX 256
#define WAIT_MAX_MS 200 /* so that the caller can poll for cancellation */

/* TR-02102-2 without CBC and finite-field key exchange. */
static const char suites12[] =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
static const char suites13[] = "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256";
static const char curves[] = "P-256:P-384:P-521";

struct peer {
    struct ruf_origin origin;
    char place[sizeof(((struct ruf_origin *)0)->host) +
               sizeof(((struct ruf_origin *)0)->port)];
    int64_t paused_until_ms;
};

struct ruf_http {
    CURLM *multi;
    struct peer peers[RUF_HTTP_PEER_COUNT];
    struct ruf_trust trust;
    char *proxy; /* "" = none */
};

struct ruf_http_transfer {
    struct ruf_http *http;
    CURL *easy;
    CURLcode setting; /* what became of the last */
    bool running;
    bool answered;
    bool raw;     /* a file: left as it comes */
    bool unpacks; /* asked for packed bytes */
    enum ruf_http_peer peer;
    struct ruf_body body;
    struct ruf_body plain; /* unpacked */
    struct libdeflate_decompressor *unpacker;
    size_t header_bytes;
    struct ruf_http_answer answer;
    struct ruf_secret bearer; /* the whole Authorization line */
    char prefer[PREFER_MAX];
    char request_id[64];
    char claims[RUF_CLAIMS_MAX]; /* of the last answer, base64 */
    struct curl_slist lines[7 + RUF_HTTP_LINES_MAX];
};

/* Runs for each new connection. */
static CURLcode use_trust(CURL *easy, void *ssl_context, void *context)
{
    const struct ruf_http *http = context;

    (void)easy;
    /* libcurl obeys SSLKEYLOGFILE: a variable must not open our traffic. */
    SSL_CTX_set_keylog_callback(ssl_context, NULL);
    ruf_trust_use(&http->trust, ssl_context);
    return CURLE_OK;
}

/* --- the gate ----------------------------------------------------------------
 */

static enum ruf_status peer_set(struct ruf_http *http, enum ruf_http_peer which,
                                const char *endpoint, const char *what,
                                struct ruf_error *err)
{
    struct peer *peer = &http->peers[which];
    struct ruf_origin origin;

    switch (ruf_origin_parse(endpoint == NULL ? "" : endpoint, &origin)) {
    case RUF_ORIGIN_NOMEM:
        return ruf_fail_memory(err);
    case RUF_ORIGIN_BAD:
        return ruf_fail(err, RUF_E_POLICY, "S532", what,
                        "the endpoint is not a plain https URL");
    case RUF_ORIGIN_OK:
        break;
    }
    peer->origin = origin;
    (void)snprintf(peer->place, sizeof(peer->place), "%s:%s", origin.host,
                   origin.port);
    return RUF_OK;
}

static enum ruf_status multi_create(struct ruf_http *http,
                                    struct ruf_error *err)
{
    http->multi = curl_multi_init();
    if (http->multi == NULL)
        return ruf_fail_memory(err);
    if (curl_multi_setopt(http->multi, CURLMOPT_MAX_HOST_CONNECTIONS, 8L) !=
        CURLM_OK)
        return ruf_fail(err, RUF_E_INTERNAL, "S541", "",
                        "libcurl refused a setting");
    return RUF_OK;
}

enum ruf_status ruf_http_create(const struct ruf_policy *policy,
                                struct ruf_http **out, struct ruf_error *err)
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
    const struct ruf_policy_network *network = &policy->network;
    struct ruf_http *http = calloc(1, sizeof(*http));
    enum ruf_status status;

    *out = NULL;
    if (http == NULL)
        return ruf_fail_memory(err);
    status = peer_set(http, RUF_HTTP_LOGIN, policy->auth.login_endpoint,
                      "login", err);
    if (status == RUF_OK)
        status = peer_set(http, RUF_HTTP_GRAPH, policy->auth.graph_endpoint,
                          "graph", err);
    for (size_t i = 0; status == RUF_OK && i < policy->source_count; i++)
        if (policy->sources[i].url != NULL)
            status =
                peer_set(http, ruf_http_peer_of_source(i),
                         policy->sources[i].url, policy->sources[i].id, err);
    if (status == RUF_OK)
        status = ruf_trust_create(network->ca_pem, info->capath, info->cainfo,
                                  &http->trust, err);
    if (status == RUF_OK) {
        http->proxy = strdup(network->proxy == NULL ? "" : network->proxy);
        if (http->proxy == NULL)
            status = ruf_fail_memory(err);
    }
    if (status == RUF_OK)
        status = multi_create(http, err);
    if (status != RUF_OK) {
        ruf_http_destroy(http);
        return status;
    }
    *out = http;
    return RUF_OK;
}

void ruf_http_destroy(struct ruf_http *http)
{
    if (http == NULL)
        return;
    if (http->multi != NULL)
        (void)curl_multi_cleanup(http->multi);
    ruf_trust_free(&http->trust);
    if (http->proxy != NULL) /* may hold a password */
        ruf_wipe(http->proxy, strlen(http->proxy));
    free(http->proxy);
    free(http);
}

const char *ruf_http_place(const struct ruf_http *http, enum ruf_http_peer peer)
{
    return http->peers[peer].place;
}

enum ruf_status ruf_http_check_url(const struct ruf_http *http,
                                   enum ruf_http_peer peer, const char *url,
                                   struct ruf_error *err)
{
    const struct peer *wanted = &http->peers[peer];
    struct ruf_origin origin;

    switch (ruf_origin_parse(url, &origin)) {
    case RUF_ORIGIN_NOMEM:
        return ruf_fail_memory(err);
    case RUF_ORIGIN_BAD:
        return ruf_fail(err, RUF_E_SERVER, "S525", wanted->place,
                        "a link that is not a plain https URL was refused");
    case RUF_ORIGIN_OK:
        break;
    }
    if (!ruf_origin_equal(&origin, &wanted->origin))
        return ruf_fail(err, RUF_E_SERVER, "S525", wanted->place,
                        "a link to another host or port was refused");
    return RUF_OK;
}

void ruf_http_pause(struct ruf_http *http, enum ruf_http_peer peer,
                    int64_t until_ms)
{
    const struct ruf_origin *origin = &http->peers[peer].origin;

    /* Two sources of one host share its patience; signing in does not. */
    for (unsigned i = 0; i < RUF_HTTP_PEER_COUNT; i++) {
        struct peer *other = &http->peers[i];
        bool same = i == (unsigned)peer ||
                    (peer != RUF_HTTP_LOGIN && i != RUF_HTTP_LOGIN &&
                     ruf_origin_equal(&other->origin, origin));

        if (same && until_ms > other->paused_until_ms)
            other->paused_until_ms = until_ms;
    }
}

int64_t ruf_http_paused_until(const struct ruf_http *http,
                              enum ruf_http_peer peer)
{
    return http->peers[peer].paused_until_ms;
}

/* --- what arrives
 * ------------------------------------------------------------------- */

static size_t on_body(char *bytes, size_t one, size_t size, void *context)
{
    (void)one; /* always 1 */
    return ruf_body_append(context, bytes, size) ? size : 0;
}

static size_t on_header(char *bytes, size_t one, size_t size, void *context)
{
    struct ruf_http_transfer *transfer = context;

    (void)bytes;
    (void)one;
    if (size > HEADERS_MAX - transfer->header_bytes)
        return 0;
    transfer->header_bytes += size;
    return size;
}

/* --- settings that never change
 * ------------------------------------------------- */

static bool took(struct ruf_http_transfer *transfer, CURLcode code)
{
    transfer->setting = code;
    return code == CURLE_OK;
}

/* Of the last that was not taken. */
static enum ruf_status setting_failed(const struct ruf_http_transfer *transfer,
                                      struct ruf_error *err)
{
    if (transfer->setting == CURLE_OUT_OF_MEMORY)
        return ruf_fail_memory(err);
    return ruf_fail(err, RUF_E_INTERNAL, "S541", "",
                    "libcurl refused a setting");
}

static bool set_tls(struct ruf_http_transfer *transfer)
{
    CURL *easy = transfer->easy;

    return took(transfer, curl_easy_setopt(easy, CURLOPT_SSLVERSION,
                                           (long)CURL_SSLVERSION_TLSv1_2)) &&
           took(transfer,
                curl_easy_setopt(easy, CURLOPT_SSL_CIPHER_LIST, suites12)) &&
           took(transfer,
                curl_easy_setopt(easy, CURLOPT_TLS13_CIPHERS, suites13)) &&
           took(transfer,
                curl_easy_setopt(easy, CURLOPT_SSL_EC_CURVES, curves)) &&
           took(transfer, curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L)) &&
           took(transfer, curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L)) &&
           took(transfer, curl_easy_setopt(easy, CURLOPT_CAINFO, NULL)) &&
           took(transfer, curl_easy_setopt(easy, CURLOPT_CAPATH, NULL)) &&
           took(transfer,
                curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, use_trust)) &&
           took(transfer,
                curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, transfer->http));
}

static bool set_route(struct ruf_http_transfer *transfer)
{
    CURL *easy = transfer->easy;

    return took(transfer,
                curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https")) &&
           took(transfer,
                curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https")) &&
           took(transfer, curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L)) &&
           took(transfer,
                curl_easy_setopt(easy, CURLOPT_PROXY, transfer->http->proxy)) &&
           /* "" = no exceptions, and no look at the environment's no_proxy */
           took(transfer, curl_easy_setopt(easy, CURLOPT_NOPROXY, "")) &&
           took(transfer,
                curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L)) &&
           took(transfer, curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L)) &&
           took(transfer,
                curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L)) &&
           took(transfer, curl_easy_setopt(easy, CURLOPT_NETRC,
                                           (long)CURL_NETRC_IGNORED));
}

static bool set_flow(struct ruf_http_transfer *transfer)
{
    CURL *easy = transfer->easy;

    return took(transfer, curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L)) &&
           took(transfer, curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                                           CONNECT_TIMEOUT_MS)) &&
           took(transfer,
                curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L)) &&
           took(transfer, curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME,
                                           STALL_SECONDS)) &&
           took(transfer, curl_easy_setopt(easy, CURLOPT_USERAGENT,
                                           "rufname/" RUFNAME_VERSION)) &&
           took(transfer,
                curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body)) &&
           took(transfer,
                curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer->body)) &&
           took(transfer,
                curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header)) &&
           took(transfer,
                curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer)) &&
           took(transfer, curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer));
}

enum ruf_status ruf_http_transfer_create(struct ruf_http *http,
                                         struct ruf_http_transfer **out,
                                         struct ruf_error *err)
{
    struct ruf_http_transfer *transfer = calloc(1, sizeof(*transfer));

    *out = NULL;
    if (transfer == NULL)
        return ruf_fail_memory(err);
    transfer->http = http;
    transfer->easy = curl_easy_init();
    transfer->unpacker = libdeflate_alloc_decompressor();
    if (transfer->easy == NULL || transfer->unpacker == NULL) {
        ruf_http_transfer_destroy(transfer);
        return ruf_fail_memory(err);
    }
    if (!set_tls(transfer) || !set_route(transfer) || !set_flow(transfer)) {
        enum ruf_status status = setting_failed(transfer, err);

        ruf_http_transfer_destroy(transfer);
        return status;
    }
    *out = transfer;
    return RUF_OK;
}

static void transfer_stop(struct ruf_http_transfer *transfer)
{
    if (transfer->running)
        (void)curl_multi_remove_handle(transfer->http->multi, transfer->easy);
    transfer->running = false;
}

void ruf_http_transfer_destroy(struct ruf_http_transfer *transfer)
{
    if (transfer == NULL)
        return;
    transfer_stop(transfer);
    curl_easy_cleanup(transfer->easy);
    ruf_body_drop(&transfer->body);
    ruf_body_drop(&transfer->plain);
    libdeflate_free_decompressor(transfer->unpacker);
    ruf_secret_destroy(&transfer->bearer);
    free(transfer);
}

/* --- one request
 * ---------------------------------------------------------------- */

/* RFC 9562 version 4. */
static enum ruf_status request_id(char out[64], struct ruf_error *err)
{
    uint8_t r[16];
    enum ruf_status status = ruf_random(r, sizeof(r), err);

    if (status != RUF_OK)
        return status;
    r[6] = (uint8_t)((r[6] & 0x0f) | 0x40);
    r[8] = (uint8_t)((r[8] & 0x3f) | 0x80);
    (void)snprintf(out, 64,
                   "client-request-id: %02x%02x%02x%02x-%02x%02x-%02x%02x-"
                   "%02x%02x-%02x%02x%02x%02x%02x%02x",
                   r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9],
                   r[10], r[11], r[12], r[13], r[14], r[15]);
    return RUF_OK;
}

/* The buffer of the request before serves again where it is large enough:
 * locking memory costs more than a whole request otherwise. */
static enum ruf_status bearer_line(struct ruf_http_transfer *transfer,
                                   const char *token, struct ruf_error *err)
{
    static const char start[] = "Authorization: Bearer ";
    struct ruf_secret *line = &transfer->bearer;
    size_t size = strlen(token);
    enum ruf_status status = RUF_OK;

    if (size > BEARER_MAX)
        return ruf_fail(err, RUF_E_SERVER, "S524", "", "token too long");
    if (line->size < sizeof(start) + size) {
        ruf_secret_destroy(line);
        status = ruf_secret_create(sizeof(start) + size, line, err);
    }
    if (status != RUF_OK)
        return status;
    ruf_wipe(line->bytes, line->size);
    memcpy(line->bytes, start, sizeof(start) - 1);
    memcpy(line->bytes + sizeof(start) - 1, token, size + 1);
    return RUF_OK;
}

static void add_line(struct ruf_http_transfer *transfer, size_t *count,
                     char *line)
{
    struct curl_slist *node = &transfer->lines[*count];

    node->data = line;
    node->next = NULL;
    if (*count > 0)
        transfer->lines[*count - 1].next = node;
    (*count)++;
}

/* The list is ours, not curl_slist_append()'s, which would copy the token into
 * memory that nobody wipes. */
static enum ruf_status set_lines(struct ruf_http_transfer *transfer,
                                 const struct ruf_http_request *request,
                                 struct ruf_error *err)
{
    static char accept[] = "Accept: application/json";
    static char accept_packed[] = "Accept-Encoding: gzip";
    static char expect[] = "Expect:"; /* no 100-continue pause */
    enum ruf_status status;
    size_t count = 0;

    if (request->bearer == NULL)
        ruf_secret_destroy(&transfer->bearer);
    status = request_id(transfer->request_id, err);
    if (status == RUF_OK && request->bearer != NULL)
        status = bearer_line(transfer, request->bearer, err);
    if (status != RUF_OK)
        return status;
    if (!request->raw)
        add_line(transfer, &count, accept);
    if (transfer->unpacks)
        add_line(transfer, &count, accept_packed);
    add_line(transfer, &count, expect);
    add_line(transfer, &count, transfer->request_id);
    if (transfer->bearer.bytes != NULL)
        add_line(transfer, &count, (char *)transfer->bearer.bytes);
    if (request->prefer != NULL) {
        (void)snprintf(transfer->prefer, sizeof(transfer->prefer), "Prefer: %s",
                       request->prefer);
        add_line(transfer, &count, transfer->prefer);
    }
    for (size_t i = 0; i < request->line_count && i < RUF_HTTP_LINES_MAX; i++)
        add_line(transfer, &count, request->lines[i]);
    return RUF_OK;
}

static bool set_request(struct ruf_http_transfer *transfer,
                        const struct ruf_http_request *request)
{
    CURL *easy = transfer->easy;
    bool good =
        curl_easy_setopt(easy, CURLOPT_URL, request->url) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->lines) == CURLE_OK;

    if (!good)
        return false;
    if (request->form == NULL)
        return curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
    return curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                            (curl_off_t)strlen(request->form)) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->form) ==
               CURLE_OK;
}

enum ruf_status ruf_http_start(struct ruf_http_transfer *transfer,
                               const struct ruf_http_request *request,
                               struct ruf_error *err)
{
    enum ruf_status status;

    transfer_stop(transfer);
    transfer->answered = false;
    transfer->peer = request->peer;
    /* What is secret is not unpacked to memory that nobody wipes. */
    transfer->raw = request->raw;
    transfer->unpacks = !request->raw && !request->secret;
    /* First, before anything secret is attached. */
    status =
        ruf_http_check_url(transfer->http, request->peer, request->url, err);
    if (status == RUF_OK)
        status = ruf_body_prepare(&transfer->body, request->body_max,
                                  request->secret, err);
    if (status == RUF_OK)
        status =
            ruf_body_prepare(&transfer->plain, request->body_max, false, err);
    if (status == RUF_OK)
        status = set_lines(transfer, request, err);
    if (status != RUF_OK)
        return status;
    if (!set_request(transfer, request))
        return ruf_fail_memory(err); /* setopt copies; it fails no other way */
    return ruf_http_again(transfer, false, RUF_RETRY_BUDGET_MS, err);
}

enum ruf_status ruf_http_again(struct ruf_http_transfer *transfer, bool fresh,
                               int64_t timeout_ms, struct ruf_error *err)
{
    CURL *easy = transfer->easy;

    transfer_stop(transfer);
    transfer->answered = false;
    transfer->header_bytes = 0;
    ruf_body_restart(&transfer->body);
    ruf_body_restart(&transfer->plain);
    if (timeout_ms < 1000)
        timeout_ms = 1000;
    if (timeout_ms > RUF_RETRY_BUDGET_MS)
        timeout_ms = RUF_RETRY_BUDGET_MS;
    if (curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L) !=
            CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms) !=
            CURLE_OK ||
        curl_multi_add_handle(transfer->http->multi, easy) != CURLM_OK)
        return ruf_fail(err, RUF_E_INTERNAL, "S541",
                        ruf_http_place(transfer->http, transfer->peer),
                        "libcurl did not take the request");
    transfer->running = true;
    return RUF_OK;
}

void ruf_http_hold(struct ruf_http_transfer *transfer)
{
    transfer_stop(transfer);
}

const struct ruf_http_answer *
ruf_http_answer(const struct ruf_http_transfer *transfer)
{
    return transfer->answered ? &transfer->answer : NULL;
}

/* --- what came of it
 * -------------------------------------------------------------- */

struct outcome {
    CURLcode code;
    enum ruf_http_failure failure;
    const char *id;
    const char *detail;
};

static const struct outcome outcomes[] = {
    { CURLE_COULDNT_RESOLVE_HOST, RUF_HTTP_UNREACHABLE, "S510",
      "the name cannot be resolved" },
    { CURLE_COULDNT_RESOLVE_PROXY, RUF_HTTP_UNREACHABLE, "S510",
      "the name of the proxy cannot be resolved" },
    { CURLE_COULDNT_CONNECT, RUF_HTTP_UNREACHABLE, "S511", "cannot connect" },
    { CURLE_PEER_FAILED_VERIFICATION, RUF_HTTP_REFUSED, "S512",
      "the certificate is not trusted or not for this host" },
    { CURLE_SSL_CONNECT_ERROR, RUF_HTTP_UNREACHABLE, "S515",
      "no TLS connection: broken off, or no common version and cipher" },
    { CURLE_SSL_CIPHER, RUF_HTTP_REFUSED, "S515", "cipher list refused" },
    { CURLE_OPERATION_TIMEDOUT, RUF_HTTP_LOST, "S513", "timed out" },
    { CURLE_BAD_CONTENT_ENCODING, RUF_HTTP_REFUSED, "S522",
      "the compressed body is damaged" },
    { CURLE_OUT_OF_MEMORY, RUF_HTTP_REFUSED, "E911", "out of memory" },
};

static struct outcome outcome_of(CURLcode code,
                                 const struct ruf_http_transfer *transfer)
{
    struct outcome lost = { code, RUF_HTTP_LOST, "S514",
                            "the connection was lost" };

    if (transfer->body.no_memory || transfer->plain.no_memory)
        return (struct outcome){ code, RUF_HTTP_REFUSED, "E911",
                                 "out of memory" };
    if (transfer->body.too_large || transfer->plain.too_large)
        return (struct outcome){ code, RUF_HTTP_REFUSED, "S523",
                                 "the body is larger than allowed" };
    /* 7.88 also calls an oversized header "out of memory". */
    if (transfer->header_bytes > 0 &&
        (code == CURLE_WRITE_ERROR || code == CURLE_OUT_OF_MEMORY))
        return (struct outcome){ code, RUF_HTTP_REFUSED, "S523",
                                 "the headers are larger than allowed" };
    for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
        if (outcomes[i].code == code)
            return outcomes[i];
    return lost;
}

static enum ruf_status status_of(const struct outcome *outcome)
{
    if (strcmp(outcome->id, "E911") == 0)
        return RUF_E_NOMEM;
    if (strcmp(outcome->id, "S522") == 0 || strcmp(outcome->id, "S523") == 0)
        return RUF_E_SERVER;
    return RUF_E_NETWORK;
}

/* A silent host is as unreachable as one that refuses. */
static bool never_connected(CURL *easy)
{
    curl_off_t connected_us = 0;

    return curl_easy_getinfo(easy, CURLINFO_APPCONNECT_TIME_T, &connected_us) ==
               CURLE_OK &&
           connected_us == 0;
}

static void note_failure(struct ruf_http_transfer *transfer, CURLcode code)
{
    struct ruf_http_answer *answer = &transfer->answer;
    struct outcome outcome = outcome_of(code, transfer);

    answer->failure = outcome.failure;
    if (outcome.failure == RUF_HTTP_LOST && never_connected(transfer->easy))
        answer->failure = RUF_HTTP_UNREACHABLE;
    (void)ruf_fail(&answer->error, status_of(&outcome), outcome.id,
                   ruf_http_place(transfer->http, transfer->peer), "%s",
                   outcome.detail);
}

static void note_headers(struct ruf_http_transfer *transfer)
{
    struct ruf_http_answer *answer = &transfer->answer;
    struct curl_header *header = NULL;

    if (curl_easy_header(transfer->easy, "Retry-After", 0, CURLH_HEADER, -1,
                         &header) == CURLHE_OK)
        answer->retry_after_ms =
            ruf_retry_after_parse(header->value, ruf_clock_s());
    for (size_t i = 0; curl_easy_header(transfer->easy, "WWW-Authenticate", i,
                                        CURLH_HEADER, -1, &header) == CURLHE_OK;
         i++)
        if (ruf_challenge_read(header->value, transfer->claims,
                               sizeof(transfer->claims)))
            answer->claims = transfer->claims;
}

bool ruf_http_header(const struct ruf_http_transfer *transfer, const char *name,
                     char *out, size_t size)
{
    struct curl_header *header = NULL;
    size_t width;

    out[0] = '\0';
    if (!transfer->answered ||
        curl_easy_header(transfer->easy, name, 0, CURLH_HEADER, -1, &header) !=
            CURLHE_OK)
        return false;
    width = strlen(header->value);
    if (width >= size)
        return false;
    memcpy(out, header->value, width + 1);
    return true;
}

/* The body unpacked, if it is packed; only gzip was asked for. A file stays as
 * it is. */
static CURLcode unpack(struct ruf_http_transfer *transfer,
                       struct ruf_body **body)
{
    struct curl_header *header = NULL;
    struct ruf_text coding;

    *body = &transfer->body;
    if (curl_easy_header(transfer->easy, "Content-Encoding", 0, CURLH_HEADER,
                         -1, &header) != CURLHE_OK ||
        transfer->raw)
        return CURLE_OK;
    coding = ruf_text_trim(ruf_text(header->value));
    if (ruf_text_equal_nocase(coding, ruf_text("identity")))
        return CURLE_OK;
    *body = &transfer->plain;
    return transfer->unpacks &&
                   ruf_text_equal_nocase(coding, ruf_text("gzip")) &&
                   ruf_body_unpack(transfer->unpacker, &transfer->body,
                                   &transfer->plain)
               ? CURLE_OK
               : CURLE_BAD_CONTENT_ENCODING;
}

static void note_answer(struct ruf_http_transfer *transfer,
                        struct ruf_body *body)
{
    struct ruf_http_answer *answer = &transfer->answer;
    long status = 0;

    if (curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status) ==
        CURLE_OK)
        answer->status = (int)status;
    note_headers(transfer);
    answer->size = body->size;
    answer->body = ruf_body_text(body);
}

static void transfer_finish(struct ruf_http_transfer *transfer, CURLcode code)
{
    struct ruf_http_answer *answer = &transfer->answer;
    struct ruf_body *body = NULL;
    curl_off_t bytes = 0;

    memset(answer, 0, sizeof(*answer));
    answer->retry_after_ms = -1;
    if (curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes) ==
            CURLE_OK &&
        bytes > 0)
        answer->bytes = (uint64_t)bytes;
    if (code == CURLE_OK)
        code = unpack(transfer, &body);
    if (code == CURLE_OK)
        note_answer(transfer, body);
    else
        note_failure(transfer, code);
    transfer_stop(transfer);
    transfer->answered = true;
}

enum ruf_status ruf_http_wait(struct ruf_http *http, int64_t max_ms,
                              struct ruf_error *err)
{
    int wait_ms =
        max_ms > WAIT_MAX_MS ? WAIT_MAX_MS : (max_ms < 0 ? 0 : (int)max_ms);
    bool finished = false;
    CURLMsg *message;
    CURLMcode code;
    int left;

    code = curl_multi_perform(http->multi, &left);
    while (code == CURLM_OK &&
           (message = curl_multi_info_read(http->multi, &left)) != NULL) {
        struct ruf_http_transfer *transfer = NULL;
        CURLcode result = message->data.result;

        if (message->msg != CURLMSG_DONE ||
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
                              &transfer) != CURLE_OK)
            continue;
        transfer_finish(transfer, result); /* message is gone after this */
        finished = true;
    }
    if (code == CURLM_OK && !finished && wait_ms > 0)
        code = curl_multi_poll(http->multi, NULL, 0, wait_ms, NULL);
    if (code == CURLM_OUT_OF_MEMORY)
        return ruf_fail_memory(err);
    if (code != CURLM_OK)
        return ruf_fail(err, RUF_E_INTERNAL, "S541", "",
                        "libcurl gave up, code %d", (int)code);
    return RUF_OK;
}
