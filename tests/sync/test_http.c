/*
 * test_http.c - the gate against a server that may say anything
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "listener.h"
#include "sync/call.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* A gate whose Graph is the listener. */
struct scene {
    struct listener listener;
    struct ruf_policy policy;
    struct ruf_http *http;
    struct ruf_call call;
    struct ruf_error err;
};

static void scene_open(struct scene *scene, enum listener_tls tls,
                       const char *answer, size_t size, bool trusted)
{
    memset(scene, 0, sizeof(*scene));
    cr_assert_eq(curl_global_init(CURL_GLOBAL_DEFAULT), CURLE_OK);
    listener_start(&scene->listener, tls, answer, size);
    scene->policy.auth.login_endpoint = "https://login.example";
    scene->policy.auth.graph_endpoint = scene->listener.origin;
    scene->policy.network.ca_pem = trusted ? scene->listener.ca_pem : NULL;
    cr_assert_eq(ruf_http_create(&scene->policy, &scene->http, &scene->err),
                 RUF_OK, "%s", scene->err.detail);
    cr_assert_eq(ruf_call_create(scene->http, &scene->call, &scene->err),
                 RUF_OK);
}

static void scene_close(struct scene *scene)
{
    ruf_call_destroy(&scene->call);
    ruf_http_destroy(scene->http);
    listener_stop(&scene->listener);
}

static enum ruf_status fetch(struct scene *scene, const char *path,
                             size_t body_max)
{
    struct ruf_http_request request = {
        .peer = RUF_HTTP_GRAPH,
        .bearer = "secret-token",
        .prefer = "return=minimal",
        .body_max = body_max,
    };
    char url[256];

    (void)snprintf(url, sizeof(url), "%s%s", scene->listener.origin, path);
    request.url = url;
    return ruf_call_finish(&scene->call, &request, NULL, &scene->err);
}

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
static const char hello[] =
    OK_HEAD "Content-Length: 2\r\nConnection: close\r\n\r\n{}";

/* --- what is sent
 * -------------------------------------------------------------- */

Test(http, sends_the_link_byte_for_byte_with_its_headers)
{
    struct scene scene;
    const char *request;

    scene_open(&scene, LISTENER_GOOD, hello, sizeof(hello) - 1, true);
    cr_assert_eq(fetch(&scene, "/v1.0/users?$skiptoken=%41 x", 100),
                 RUF_E_SERVER, "a space is not for URLs");
    cr_assert_eq(
        fetch(&scene, "/v1.0/../a/./b%2f?$skiptoken=%7e%41''&a=b+c", 100),
        RUF_OK, "%s", scene.err.detail);
    request = scene.listener.last_request;
    cr_expect(
        ruf_text_starts_with(ruf_text(request),
                             "GET /v1.0/../a/./b%2f?$skiptoken=%7e%41''&a=b+c "
                             "HTTP/1.1\r\n"),
        "%s", request);
    cr_expect_not_null(strstr(request, "\r\nAuthorization: Bearer "
                                       "secret-token\r\n"));
    cr_expect_not_null(strstr(request, "\r\nAccept: application/json\r\n"));
    cr_expect_not_null(strstr(request, "\r\nAccept-Encoding: gzip\r\n"));
    cr_expect_not_null(strstr(request, "\r\nPrefer: return=minimal\r\n"));
    cr_expect_not_null(strstr(request, "\r\nclient-request-id: "));
    cr_expect_str_eq(ruf_call_answer(&scene.call)->body, "{}");
    cr_expect_eq(scene.call.requests, 1u);
    cr_expect_eq(scene.call.bytes, 2u);
    scene_close(&scene);
}

/* The buffer of one token serves the next, which may be longer, shorter, or
 * not there. */
Test(http, sends_the_token_of_each_request_and_no_other)
{
    static const size_t sizes[] = { 20, 2000, 5, 0, 2500, 5000 };
    struct scene scene;
    char token[5001];
    char line[5100];
    char url[256];

    scene_open(&scene, LISTENER_GOOD, hello, sizeof(hello) - 1, true);
    (void)snprintf(url, sizeof(url), "%s/v1.0/users", scene.listener.origin);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct ruf_http_request request = { .peer = RUF_HTTP_GRAPH,
                                            .url = url,
                                            .bearer =
                                                sizes[i] == 0 ? NULL : token,
                                            .body_max = 100 };

        memset(token, 'a' + (int)i, sizes[i]);
        token[sizes[i]] = '\0';
        cr_assert_eq(ruf_call_finish(&scene.call, &request, NULL, &scene.err),
                     RUF_OK, "%s", scene.err.detail);
        (void)snprintf(line, sizeof(line), "\r\nAuthorization: Bearer %s\r\n",
                       sizes[i] == 0 ? "" : token);
        if (sizes[i] == 0)
            cr_expect_null(
                strstr(scene.listener.last_request, "Authorization"));
        else
            cr_expect_not_null(strstr(scene.listener.last_request, line),
                               "%zu bytes", sizes[i]);
    }
    scene_close(&scene);
}

Test(http, sends_nothing_to_another_place)
{
    static const char *const urls[] = { "https://127.0.0.1:%u@evil.example/",
                                        "https://localhost:%u/",
                                        "http://127.0.0.1:%u/",
                                        "https://127.0.0.1:%u0/" };
    struct scene scene;

    scene_open(&scene, LISTENER_GOOD, hello, sizeof(hello) - 1, true);
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        struct ruf_http_request request = { .peer = RUF_HTTP_GRAPH,
                                            .bearer = "secret-token",
                                            .body_max = 100 };
        char host[80];
        char url[128];

        (void)snprintf(host, sizeof(host), "%.*s",
                       (int)(strstr(urls[i], "%u") - urls[i]), urls[i]);
        (void)snprintf(url, sizeof(url), "%s%u%s", host, scene.listener.port,
                       strstr(urls[i], "%u") + 2);
        request.url = url;
        cr_expect_eq(ruf_call_finish(&scene.call, &request, NULL, &scene.err),
                     RUF_E_SERVER, "%s", url);
        cr_expect_str_eq(scene.err.id, "S525");
        cr_expect_null(strstr(scene.err.detail, "evil"));
    }
    cr_expect_eq(atomic_load(&scene.listener.connections), 0u);
    scene_close(&scene);
}

Test(http, does_not_follow_a_redirect)
{
    static const char answer[] =
        "HTTP/1.1 302 Found\r\nLocation: https://evil.example/\r\n"
        "Content-Length: 0\r\nConnection: close\r\n\r\n";
    struct scene scene;

    scene_open(&scene, LISTENER_GOOD, answer, sizeof(answer) - 1, true);
    cr_assert_eq(fetch(&scene, "/", 100), RUF_OK);
    cr_expect_eq(ruf_call_answer(&scene.call)->status, 302);
    cr_expect_eq(atomic_load(&scene.listener.requests), 1u);
    scene_close(&scene);
}

Test(http, ignores_the_environment)
{
    char log[] = "/tmp/ruf-keylog-XXXXXX";
    struct scene scene;
    struct stat file;
    int fd = mkstemp(log);

    cr_assert_geq(fd, 0);
    (void)setenv("https_proxy", "http://127.0.0.1:9", 1);
    (void)setenv("HTTPS_PROXY", "http://127.0.0.1:9", 1);
    (void)setenv("ALL_PROXY", "http://127.0.0.1:9", 1);
    (void)setenv("SSLKEYLOGFILE", log, 1);
    scene_open(&scene, LISTENER_GOOD, hello, sizeof(hello) - 1, true);
    cr_expect_eq(fetch(&scene, "/", 100), RUF_OK, "%s", scene.err.detail);
    scene_close(&scene);
    cr_assert_eq(fstat(fd, &file), 0);
    cr_expect_eq(file.st_size, 0, "TLS secrets were written");
    (void)unlink(log);
}

Test(http, goes_through_the_proxy_of_the_policy)
{
    static const char answer[] = "HTTP/1.1 403 Forbidden\r\n\r\n";
    struct listener proxy;
    struct ruf_policy policy;
    struct scene scene;
    char url[64];

    (void)setenv("NO_PROXY", "*", 1);
    scene_open(&scene, LISTENER_GOOD, hello, sizeof(hello) - 1, true);
    ruf_call_destroy(&scene.call);
    ruf_http_destroy(scene.http);
    listener_start(&proxy, LISTENER_PLAIN, answer, sizeof(answer) - 1);
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u", proxy.port);
    policy = scene.policy;
    policy.network.proxy = url;
    cr_assert_eq(ruf_http_create(&policy, &scene.http, &scene.err), RUF_OK);
    cr_assert_eq(ruf_call_create(scene.http, &scene.call, &scene.err), RUF_OK);
    cr_expect_eq(fetch(&scene, "/", 100), RUF_E_NETWORK);
    cr_expect_gt(atomic_load(&proxy.connections), 0u);
    cr_expect_eq(atomic_load(&scene.listener.connections), 0u);
    listener_stop(&proxy);
    scene_close(&scene);
}

/* --- TLS
 * ------------------------------------------------------------------------ */

struct refusal {
    enum listener_tls tls;
    bool trusted;
    char id[8];
};

ParameterizedTestParameters(tls, is_refused_before_a_byte_of_the_request)
{
    static struct refusal refusals[] = {
        { LISTENER_GOOD, false, "S512" },
        { LISTENER_EXPIRED, true, "S512" },
        { LISTENER_WRONG_HOST, true, "S512" },
        { LISTENER_SHORT_KEY, true, "S512" },
        { LISTENER_SHA1, true, "S512" },
        { LISTENER_CLIENT, true, "S512" },
        { LISTENER_TLS11, true, "S515" },
        { LISTENER_CBC, true, "S515" },
        { LISTENER_PLAIN, true, "S515" },
    };

    return cr_make_param_array(struct refusal, refusals,
                               sizeof(refusals) / sizeof(refusals[0]));
}

ParameterizedTest(struct refusal *refusal, tls,
                  is_refused_before_a_byte_of_the_request)
{
    struct scene scene;

    scene_open(&scene, refusal->tls, hello, sizeof(hello) - 1,
               refusal->trusted);
    cr_expect_eq(fetch(&scene, "/", 100), RUF_E_NETWORK);
    cr_expect_str_eq(scene.err.id, refusal->id, "%s %s", scene.err.id,
                     scene.err.detail);
    cr_expect_eq(atomic_load(&scene.listener.requests), 0u);
    cr_expect_not(atomic_load(&scene.listener.bearer_seen));
    cr_expect_gt(atomic_load(&scene.listener.connections), 0u);
    scene_close(&scene);
}

Test(tls, takes_the_certificate_of_an_authority)
{
    struct scene scene;

    scene_open(&scene, LISTENER_ISSUED, hello, sizeof(hello) - 1, true);
    cr_expect_eq(fetch(&scene, "/", 100), RUF_OK, "%s", scene.err.detail);
    scene_close(&scene);
}

Test(tls, does_not_ask_again_after_a_bad_certificate)
{
    struct scene scene;

    scene_open(&scene, LISTENER_GOOD, hello, sizeof(hello) - 1, false);
    cr_expect_eq(fetch(&scene, "/", 100), RUF_E_NETWORK);
    cr_expect_eq(scene.call.requests, 1u);
    scene_close(&scene);
}

Test(http_create, refuses_anchors_it_cannot_read)
{
    static const char *const pems[] = {
        "", "no certificate",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    };
    struct ruf_policy policy = { 0 };

    policy.auth.login_endpoint = "https://login.example";
    policy.auth.graph_endpoint = "https://graph.example";
    for (size_t i = 0; i < sizeof(pems) / sizeof(pems[0]); i++) {
        struct ruf_http *http = NULL;
        struct ruf_error err = { 0 };

        policy.network.ca_pem = pems[i];
        cr_expect_eq(ruf_http_create(&policy, &http, &err), RUF_E_POLICY);
        cr_expect_str_eq(err.id, "S533");
        cr_expect_null(http);
    }
}

Test(http_create, refuses_endpoints_without_https)
{
    struct ruf_policy policy = { 0 };
    struct ruf_http *http = NULL;
    struct ruf_error err = { 0 };

    policy.auth.login_endpoint = "http://login.example";
    policy.auth.graph_endpoint = "https://graph.example";
    cr_expect_eq(ruf_http_create(&policy, &http, &err), RUF_E_POLICY);
    cr_expect_str_eq(err.id, "S532");
    policy.auth.login_endpoint = NULL;
    cr_expect_eq(ruf_http_create(&policy, &http, &err), RUF_E_POLICY);
}

/* --- bodies
 * ------------------------------------------------------------------------ */

static char *gzip_zeros(size_t plain_size, size_t *size)
{
    static const char head[] =
        OK_HEAD "Content-Encoding: gzip\r\nConnection: close\r\n\r\n";
    static char zeros[65536];
    char *out = malloc(plain_size / 500 + 4096);
    z_stream stream = { 0 };

    memcpy(out, head, sizeof(head) - 1);
    cr_assert_eq(deflateInit2(&stream, 9, Z_DEFLATED, 31, 8, 0), Z_OK);
    stream.next_out = (unsigned char *)out + sizeof(head) - 1;
    stream.avail_out = (unsigned)(plain_size / 500 + 2048);
    for (size_t done = 0; done < plain_size; done += sizeof(zeros)) {
        stream.next_in = (unsigned char *)zeros;
        stream.avail_in = sizeof(zeros);
        cr_assert_eq(deflate(&stream, Z_NO_FLUSH), Z_OK);
    }
    cr_assert_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    *size = sizeof(head) - 1 + stream.total_out;
    (void)deflateEnd(&stream);
    return out;
}

Test(http, stops_at_the_cap_counted_after_decompression)
{
    struct scene scene;
    size_t size;
    char *bomb = gzip_zeros(64 * 1024 * 1024, &size);

    cr_assert_lt(size, 200000u, "small on the wire");
    scene_open(&scene, LISTENER_GOOD, bomb, size, true);
    cr_expect_eq(fetch(&scene, "/", RUF_HTTP_PAGE_MAX), RUF_E_SERVER);
    cr_expect_str_eq(scene.err.id, "S523");
    cr_expect_eq(scene.call.requests, 1u);
    scene_close(&scene);
    free(bomb);
}

Test(http, takes_a_body_of_exactly_the_cap)
{
    static const char answer[] =
        OK_HEAD "Content-Length: 5\r\nConnection: close\r\n\r\n12345";
    struct scene scene;

    scene_open(&scene, LISTENER_GOOD, answer, sizeof(answer) - 1, true);
    cr_expect_eq(fetch(&scene, "/", 5), RUF_OK);
    cr_expect_eq(fetch(&scene, "/", 4), RUF_E_SERVER);
    cr_expect_str_eq(scene.err.id, "S523");
    scene_close(&scene);
}

/* One try: what the gate makes of an answer before anybody asks again. */
static const struct ruf_http_answer *
try_once(struct scene *scene, struct ruf_http_transfer *transfer)
{
    struct ruf_http_request request = { .peer = RUF_HTTP_GRAPH,
                                        .url = scene->listener.origin,
                                        .body_max = 100 };
    char url[128];

    (void)snprintf(url, sizeof(url), "%s/", scene->listener.origin);
    request.url = url;
    cr_assert_eq(ruf_http_start(transfer, &request, &scene->err), RUF_OK);
    while (ruf_http_answer(transfer) == NULL)
        cr_assert_eq(ruf_http_wait(scene->http, 1000, &scene->err), RUF_OK);
    return ruf_http_answer(transfer);
}

#define LENGTH(text) OK_HEAD "Content-Length: " text "\r\n"
#define END "Connection: close\r\n\r\n"

Test(http, never_takes_a_body_whose_length_is_wrong)
{
    static const char *const answers[] = {
        LENGTH("50") END "{}",
        LENGTH("-2") END "{}",
        LENGTH("two") END "{}",
        OK_HEAD "Transfer-Encoding: chunked\r\n" END "2\r\n{}\r\n",
        OK_HEAD "Transfer-Encoding: chunked\r\n" END "9\r\n{}",
        OK_HEAD "Transfer-Encoding: chunked\r\n" END "zz\r\n{}\r\n0\r\n\r\n",
    };

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct ruf_http_transfer *transfer = NULL;
        const struct ruf_http_answer *answer;
        struct scene scene;

        scene_open(&scene, LISTENER_GOOD, answers[i], strlen(answers[i]), true);
        cr_assert_eq(
            ruf_http_transfer_create(scene.http, &transfer, &scene.err),
            RUF_OK);
        answer = try_once(&scene, transfer);
        cr_expect_neq(answer->failure, RUF_HTTP_ANSWERED, "%s", answers[i]);
        cr_expect_neq(answer->error.status, RUF_OK);
        cr_expect_null(answer->body, "%s", answers[i]);
        ruf_http_transfer_destroy(transfer);
        scene_close(&scene);
    }
}

/* libcurl calls these a success, and a length beyond all numbers none at all:
 * the reader of the body has to notice. */
Test(http, hands_on_no_more_of_a_body_than_its_length_says)
{
    static const char *const answers[] = {
        LENGTH("1") END "{}",
        LENGTH("1") "Content-Length: 2\r\n" END "{}",
        LENGTH("99999999999999999999999") END "{}",
    };

    for (size_t i = 0; i < 3; i++) {
        struct ruf_http_transfer *transfer = NULL;
        const struct ruf_http_answer *answer;
        struct scene scene;

        scene_open(&scene, LISTENER_GOOD, answers[i], strlen(answers[i]), true);
        cr_assert_eq(
            ruf_http_transfer_create(scene.http, &transfer, &scene.err),
            RUF_OK);
        answer = try_once(&scene, transfer);
        if (answer->failure == RUF_HTTP_ANSWERED)
            cr_expect_leq(answer->size, 2u);
        if (i == 0)
            cr_expect_str_eq(answer->body, "{");
        ruf_http_transfer_destroy(transfer);
        scene_close(&scene);
    }
}

Test(http, stops_at_headers_without_end)
{
    size_t size = 2 * 1024 * 1024;
    char *answer = malloc(size);
    struct scene scene;

    memset(answer, 'a', size);
    memcpy(answer, "HTTP/1.1 200 OK\r\n", 17);
    for (size_t i = 17; i + 1000 < size; i += 1000)
        memcpy(answer + i, "\r\nX: ", 5);
    scene_open(&scene, LISTENER_GOOD, answer, size, true);
    cr_expect_eq(fetch(&scene, "/", 100), RUF_E_SERVER, "%s %s", scene.err.id,
                 scene.err.detail);
    cr_expect_str_eq(scene.err.id, "S523");
    scene_close(&scene);
    free(answer);
}

/* An answer of these bytes, told to be packed so, and what is made of it. */
static enum ruf_status fetch_packed(struct scene *scene, const char *coding,
                                    const void *bytes, size_t size, size_t max)
{
    static char answer[1000]; /* the scene borrows it */
    size_t head = (size_t)snprintf(
        answer, 200,
        OK_HEAD "Content-Encoding: %s\r\nContent-Length: %zu\r\n"
                "Connection: close\r\n\r\n",
        coding, size);

    memcpy(answer + head, bytes, size);
    scene_open(scene, LISTENER_GOOD, answer, head + size, true);
    return fetch(scene, "/", max);
}

Test(http, refuses_damaged_compression)
{
    struct scene scene;

    cr_expect_eq(fetch_packed(&scene, "gzip", "not gzip!", 9, 100),
                 RUF_E_SERVER);
    cr_expect_str_eq(scene.err.id, "S522");
    scene_close(&scene);
}

static enum ruf_status fetch_as(struct scene *scene, bool secret, bool raw)
{
    struct ruf_http_request request = {
        .peer = RUF_HTTP_GRAPH, .body_max = 100, .secret = secret, .raw = raw
    };
    char url[256];

    (void)snprintf(url, sizeof(url), "%s/", scene->listener.origin);
    request.url = url;
    return ruf_call_finish(&scene->call, &request, NULL, &scene->err);
}

/* The text packed by zlib, as one member. */
static size_t pack(const char *text, unsigned char *out, size_t room)
{
    z_stream stream = { 0 };

    cr_assert_eq(deflateInit2(&stream, 9, Z_DEFLATED, 31, 8, 0), Z_OK);
    stream.next_in = (unsigned char *)(uintptr_t)text;
    stream.avail_in = (unsigned)strlen(text);
    stream.next_out = out;
    stream.avail_out = (unsigned)room;
    cr_assert_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    (void)deflateEnd(&stream);
    return stream.total_out;
}

Test(http, unpacks_all_members_and_an_empty_body)
{
    unsigned char packed[400];
    size_t size = pack("{\"a\":1,", packed, 200);
    struct scene scene;

    size += pack("\"b\":2}", packed + size, 200);
    cr_expect_eq(fetch_packed(&scene, "GZIP ", packed, size, 100), RUF_OK);
    cr_expect_str_eq(ruf_call_answer(&scene.call)->body, "{\"a\":1,\"b\":2}");
    cr_expect_eq(ruf_call_answer(&scene.call)->size, 13u);
    cr_expect_eq(scene.call.bytes, size, "bytes on the wire are counted");
    scene_close(&scene);
    cr_expect_eq(fetch_packed(&scene, "gzip", "", 0, 100), RUF_OK);
    cr_expect_str_eq(ruf_call_answer(&scene.call)->body, "");
    scene_close(&scene);
    cr_expect_eq(fetch_packed(&scene, "identity", "{}", 2, 100), RUF_OK);
    cr_expect_str_eq(ruf_call_answer(&scene.call)->body, "{}");
    scene_close(&scene);
}

Test(http, believes_no_size_that_packed_bytes_tell)
{
    static const uint32_t told[] = { 0, 1, 12, 14, 200, 0xFFFFFFFF };
    unsigned char packed[200];
    size_t size = pack("{\"long\":true}", packed, sizeof(packed));

    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
        struct scene scene;

        for (size_t byte = 0; byte < 4; byte++)
            packed[size - 4 + byte] = (unsigned char)(told[i] >> (8 * byte));
        cr_expect_eq(fetch_packed(&scene, "gzip", packed, size, 100),
                     RUF_E_SERVER);
        cr_expect_str_eq(scene.err.id, "S522", "told %u", told[i]);
        scene_close(&scene);
    }
}

Test(http, refuses_every_cut_of_packed_bytes)
{
    unsigned char packed[200];
    size_t size = pack("{\"long\":true}", packed, sizeof(packed));

    for (size_t cut = 1; cut < size; cut++) {
        struct scene scene;

        cr_expect_eq(fetch_packed(&scene, "gzip", packed, cut, 100),
                     RUF_E_SERVER, "%zu bytes", cut);
        cr_expect_str_eq(scene.err.id, "S522");
        scene_close(&scene);
    }
}

Test(http, takes_a_packed_body_of_exactly_the_cap)
{
    static const char text[] = "[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]";
    unsigned char packed[200];
    size_t size = pack(text, packed, sizeof(packed));
    struct scene scene;

    cr_assert_lt(size, sizeof(text) - 2);
    cr_expect_eq(fetch_packed(&scene, "gzip", packed, size, sizeof(text) - 2),
                 RUF_E_SERVER);
    cr_expect_str_eq(scene.err.id, "S523");
    scene_close(&scene);
    cr_expect_eq(fetch_packed(&scene, "gzip", packed, size, sizeof(text) - 1),
                 RUF_OK);
    cr_expect_str_eq(ruf_call_answer(&scene.call)->body, text);
    scene_close(&scene);
}

/* Tokens must not pass through memory that nobody wipes. */
Test(http, asks_for_secrets_and_files_unpacked)
{
    unsigned char packed[200];
    size_t size = pack("{}", packed, sizeof(packed));
    struct scene scene;

    cr_expect_eq(fetch_packed(&scene, "gzip", packed, size, 100), RUF_OK);
    cr_expect_not_null(
        strstr(scene.listener.last_request, "\r\nAccept-Encoding: gzip\r\n"));
    cr_expect_eq(fetch_as(&scene, true, false), RUF_E_SERVER);
    cr_expect_str_eq(scene.err.id, "S522");
    cr_expect_null(strstr(scene.listener.last_request, "Accept-Encoding"));
    cr_expect_eq(fetch_as(&scene, false, true), RUF_OK);
    cr_expect_null(strstr(scene.listener.last_request, "Accept-Encoding"));
    cr_expect_eq(ruf_call_answer(&scene.call)->size, size, "as it came");
    cr_expect_arr_eq(ruf_call_answer(&scene.call)->body, packed, size);
    scene_close(&scene);
}

Test(http, takes_no_coding_that_was_not_asked_for)
{
    static const char *const codings[] = { "deflate", "br", "gzip, gzip", "x" };
    unsigned char packed[200];
    size_t size = pack("{}", packed, sizeof(packed));

    for (size_t i = 0; i < sizeof(codings) / sizeof(codings[0]); i++) {
        struct scene scene;

        cr_expect_eq(fetch_packed(&scene, codings[i], packed, size, 100),
                     RUF_E_SERVER);
        cr_expect_str_eq(scene.err.id, "S522", "%s", codings[i]);
        scene_close(&scene);
    }
}

/* --- tries
 * ----------------------------------------------------------------------------
 */

Test(http, asks_for_a_later_run_if_the_pause_is_too_long)
{
    static const char answer[] =
        "HTTP/1.1 429 Too Many\r\nRetry-After: 7200\r\nContent-Length: 0\r\n"
        "Connection: close\r\n\r\n";
    struct scene scene;
    int64_t now_s = ruf_clock_s();

    scene_open(&scene, LISTENER_GOOD, answer, sizeof(answer) - 1, true);
    cr_expect_eq(fetch(&scene, "/", 100), RUF_E_SERVER);
    cr_expect_str_eq(scene.err.id, "S520");
    cr_expect_eq(scene.err.http_status, 429);
    cr_expect(scene.call.throttled_until >= now_s + 7200 &&
              scene.call.throttled_until <= ruf_clock_s() + 7200);
    cr_expect_eq(scene.call.requests, 1u);
    scene_close(&scene);
}

Test(http, holds_back_all_requests_to_a_host_that_asked_for_a_pause)
{
    struct ruf_http_request request = { .peer = RUF_HTTP_GRAPH,
                                        .body_max = 100 };
    struct scene scene;
    int64_t start_ms;

    scene_open(&scene, LISTENER_GOOD, hello, sizeof(hello) - 1, true);
    start_ms = ruf_clock_ms();
    ruf_http_pause(scene.http, RUF_HTTP_GRAPH, start_ms + 700);
    request.url = scene.listener.origin;
    cr_expect_eq(ruf_call_finish(&scene.call, &request, NULL, &scene.err),
                 RUF_OK);
    cr_expect_geq(ruf_clock_ms() - start_ms, 700);
    scene_close(&scene);
}

Test(http, finds_a_claims_challenge_among_several_headers)
{
    static const char answer[] =
        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n"
        "WWW-Authenticate: Bearer realm=\"\", claims=\"e30=\", "
        "error=\"insufficient_claims\"\r\nContent-Length: 0\r\n"
        "Connection: close\r\n\r\n";
    struct scene scene;

    scene_open(&scene, LISTENER_GOOD, answer, sizeof(answer) - 1, true);
    cr_assert_eq(fetch(&scene, "/", 100), RUF_OK);
    cr_expect_not_null(ruf_call_answer(&scene.call)->claims);
    scene_close(&scene);
}

static bool always(void *context)
{
    (void)context;
    return true;
}

Test(http, stops_when_told_to)
{
    struct ruf_cancel cancel = { always, NULL };
    struct ruf_http_request request = { .peer = RUF_HTTP_GRAPH,
                                        .body_max = 100 };
    struct scene scene;

    scene_open(&scene, LISTENER_GOOD, hello, sizeof(hello) - 1, true);
    request.url = scene.listener.origin;
    cr_expect_eq(ruf_call_finish(&scene.call, &request, &cancel, &scene.err),
                 RUF_E_CANCELLED);
    cr_expect_str_eq(scene.err.id, "S540");
    scene_close(&scene);
}
