/*
 * test_slow.c - the gate against a server that takes its time
 *
 * The limits are minutes, so the monotonic clock of this program runs faster:
 * libcurl, which measures by it, is linked against the function below. What is
 * waited for on a socket is waited for in real time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "listener.h"
#include "sync/http.h"
#include "sync/retry.h"
#include <criterion/criterion.h>
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define FASTER 20

/* Visible: the dynamic linker prefers it to the C library's. */
__attribute__((visibility("default"))) int clock_gettime(clockid_t clock,
                                                         struct timespec *now)
{
    long result = syscall(SYS_clock_gettime, clock, now);
    long long ns;

    if (result != 0 || clock != CLOCK_MONOTONIC)
        return (int)result;
    ns = ((long long)now->tv_sec * 1000000000 + now->tv_nsec) * FASTER;
    now->tv_sec = (time_t)(ns / 1000000000);
    now->tv_nsec = (long)(ns % 1000000000);
    return 0;
}

#define HEAD                                                                   \
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"                    \
    "Content-Length: 20\r\nConnection: close\r\n\r\n"

#define WHOLE "{\"value\": \"a drop\" }"

static struct listener listener;
static struct ruf_http *http;
static struct ruf_http_transfer *transfer;
static struct ruf_policy policy;
static struct ruf_error err;

static void open_with(enum listener_tls tls, const char *answer,
                      unsigned pause_ms, bool stays)
{
    cr_assert_eq(curl_global_init(CURL_GLOBAL_DEFAULT), CURLE_OK);
    listener_start(&listener, tls, answer, strlen(answer));
    atomic_store(&listener.pause_us, pause_ms * 1000 / FASTER);
    atomic_store(&listener.stays, stays);
    policy.auth.login_endpoint = "https://login.example";
    policy.auth.graph_endpoint = listener.origin;
    policy.network.ca_pem = listener.ca_pem;
    cr_assert_eq(ruf_http_create(&policy, &http, &err), RUF_OK, "%s",
                 err.detail);
    cr_assert_eq(ruf_http_transfer_create(http, &transfer, &err), RUF_OK);
}

static void shut(void)
{
    ruf_http_transfer_destroy(transfer);
    ruf_http_destroy(http);
    listener_stop(&listener);
}

static const struct ruf_http_answer *wait_for_answer(void)
{
    while (ruf_http_answer(transfer) == NULL)
        cr_assert_eq(ruf_http_wait(http, 100, &err), RUF_OK);
    return ruf_http_answer(transfer);
}

static void start(void)
{
    struct ruf_http_request request = { .peer = RUF_HTTP_GRAPH,
                                        .url = listener.origin,
                                        .body_max = 2000 };

    cr_assert_eq(ruf_http_start(transfer, &request, &err), RUF_OK);
}

static void expect_lost(const struct ruf_http_answer *answer, unsigned requests)
{
    /* Worth more tries if somebody was there. */
    cr_expect_eq(answer->failure,
                 requests == 0 ? RUF_HTTP_UNREACHABLE : RUF_HTTP_LOST);
    cr_expect_str_eq(answer->error.id, "S513", "%s", answer->error.detail);
    cr_expect_null(answer->body, "a part is no body");
    cr_expect_eq(atomic_load(&listener.requests), requests);
}

/* Long before the quarter of an hour that a request may take. */
static void expect_silence_to_end_it(enum listener_tls tls, const char *answer,
                                     unsigned requests)
{
    int64_t begin_ms;

    open_with(tls, answer, 0, true);
    begin_ms = ruf_clock_ms();
    start();
    expect_lost(wait_for_answer(), requests);
    cr_expect_lt(ruf_clock_ms() - begin_ms, 10 * 60 * 1000);
    shut();
}

Test(slow, silence_within_a_handshake_ends_the_try)
{
    expect_silence_to_end_it(LISTENER_PLAIN, "", 0);
}

Test(slow, silence_within_a_body_ends_the_try)
{
    expect_silence_to_end_it(LISTENER_GOOD, HEAD "{\"half\": ", 1);
}

Test(slow, silence_instead_of_an_answer_ends_the_try)
{
    expect_silence_to_end_it(LISTENER_GOOD, "", 1);
}

/* Never silent for long, and still not for ever: five minutes of drops, two for
 * the try, which is enough for a handshake on a busy machine. */
Test(slow, drops_of_a_body_end_with_the_time_of_the_try)
{
    char answer[1200];
    int64_t begin_ms;

    (void)snprintf(answer, sizeof(answer),
                   "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                   "Content-Length: 1000\r\n\r\n%01000d",
                   0);
    open_with(LISTENER_GOOD, answer, 300, false);
    begin_ms = ruf_clock_ms();
    start();
    cr_assert_eq(ruf_http_again(transfer, true, 120000, &err), RUF_OK);
    expect_lost(wait_for_answer(), 1);
    cr_expect_lt(ruf_clock_ms() - begin_ms, 4 * 60 * 1000);
    shut();
}

Test(slow, a_slow_body_is_taken)
{
    const struct ruf_http_answer *answer;

    open_with(LISTENER_GOOD, HEAD WHOLE, 300, false);
    start();
    answer = wait_for_answer();
    cr_assert_eq(answer->failure, RUF_HTTP_ANSWERED, "%s",
                 answer->error.detail);
    cr_expect_str_eq(answer->body, WHOLE);
    shut();
}
