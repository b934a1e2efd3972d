/*
 * sync/call.c - one request with all its tries
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/call.h"
#include "base/error.h"
#include "base/secret.h"
#include <string.h>

bool ruf_cancelled(const struct ruf_cancel *cancel)
{
    return cancel != NULL && cancel->cancelled != NULL &&
           cancel->cancelled(cancel->context);
}

enum ruf_status ruf_call_create(struct ruf_http *http, struct ruf_call *out,
                                struct ruf_error *err)
{
    memset(out, 0, sizeof(*out));
    out->http = http;
    return ruf_http_transfer_create(http, &out->transfer, err);
}

void ruf_call_destroy(struct ruf_call *call)
{
    ruf_http_transfer_destroy(call->transfer);
    memset(call, 0, sizeof(*call));
}

static void count_try(struct ruf_call *call)
{
    call->requests++;
    call->tried_ms = ruf_clock_ms();
    call->waiting = false;
}

enum ruf_status ruf_call_start(struct ruf_call *call,
                               const struct ruf_http_request *request,
                               struct ruf_error *err)
{
    int64_t paused_ms = ruf_http_paused_until(call->http, request->peer);
    enum ruf_status status = ruf_http_start(call->transfer, request, err);

    call->active = false;
    if (status != RUF_OK)
        return status;
    memset(&call->retry, 0, sizeof(call->retry));
    call->peer = request->peer;
    call->throttled_until = 0;
    call->active = true;
    call->fresh = false;
    if (paused_ms > ruf_clock_ms()) {
        /* Another request of this host was told to wait: so do we. */
        ruf_http_hold(call->transfer);
        call->waiting = true;
        call->due_ms = paused_ms;
        return RUF_OK;
    }
    count_try(call);
    return RUF_OK;
}

/* Does this status ask for another try? */
static bool is_transient(int status, enum ruf_retry_cause *cause)
{
    switch (status) {
    case 429:
    case 503:
    case 509:
        *cause = RUF_RETRY_THROTTLED;
        return true;
    case 500:
    case 502:
    case 504:
        *cause = RUF_RETRY_LOST;
        return true;
    default:
        return false;
    }
}

static enum ruf_status give_up(struct ruf_call *call,
                               const struct ruf_http_answer *answer,
                               struct ruf_error *err)
{
    if (answer->failure != RUF_HTTP_ANSWERED) {
        if (err != NULL)
            *err = answer->error;
        return answer->error.status;
    }
    (void)ruf_fail(err, RUF_E_SERVER, "S521",
                   ruf_http_place(call->http, call->peer),
                   "the server failed %u times, last with HTTP %d",
                   call->retry.tries, answer->status);
    if (err != NULL)
        err->http_status = answer->status;
    return RUF_E_SERVER;
}

static enum ruf_status put_off(struct ruf_call *call,
                               const struct ruf_http_answer *answer,
                               int64_t wait_ms, struct ruf_error *err)
{
    call->throttled_until = ruf_clock_s() + (wait_ms + 999) / 1000;
    (void)ruf_fail(err, RUF_E_SERVER, "S520",
                   ruf_http_place(call->http, call->peer),
                   "the server asks to come back in %lld seconds",
                   (long long)((wait_ms + 999) / 1000));
    if (err != NULL)
        err->http_status = answer->status;
    return RUF_E_SERVER;
}

/* A try failed in a way that may pass. */
static enum ruf_status try_later(struct ruf_call *call,
                                 const struct ruf_http_answer *answer,
                                 enum ruf_retry_cause cause,
                                 struct ruf_error *err)
{
    int64_t now_ms = ruf_clock_ms();
    uint32_t random = 0;
    int64_t wait_ms;
    enum ruf_status status = ruf_random(&random, sizeof(random), err);

    if (status != RUF_OK)
        return status;
    switch (ruf_retry_next(&call->retry, cause, now_ms - call->tried_ms,
                           answer->retry_after_ms, random, &wait_ms)) {
    case RUF_RETRY_GIVE_UP:
        return give_up(call, answer, err);
    case RUF_RETRY_LATER:
        return put_off(call, answer, wait_ms, err);
    case RUF_RETRY_AGAIN:
        break;
    }
    if (answer->failure == RUF_HTTP_ANSWERED && cause == RUF_RETRY_THROTTLED)
        ruf_http_pause(call->http, call->peer, now_ms + wait_ms);
    call->fresh = answer->status == 503 || answer->failure != RUF_HTTP_ANSWERED;
    call->waiting = true;
    call->due_ms = now_ms + wait_ms;
    return RUF_OK;
}

static enum ruf_status judge(struct ruf_call *call,
                             const struct ruf_http_answer *answer, bool *done,
                             struct ruf_error *err)
{
    enum ruf_retry_cause cause;

    call->bytes += answer->bytes;
    switch (answer->failure) {
    case RUF_HTTP_ANSWERED:
        if (is_transient(answer->status, &cause))
            return try_later(call, answer, cause, err);
        *done = true;
        return RUF_OK;
    case RUF_HTTP_UNREACHABLE:
        return try_later(call, answer, RUF_RETRY_UNREACHABLE, err);
    case RUF_HTTP_LOST:
        return try_later(call, answer, RUF_RETRY_LOST, err);
    case RUF_HTTP_REFUSED:
        break;
    }
    return give_up(call, answer, err);
}

enum ruf_status ruf_call_step(struct ruf_call *call, bool *done,
                              struct ruf_error *err)
{
    const struct ruf_http_answer *answer;
    enum ruf_status status = RUF_OK;

    *done = false;
    if (!call->active)
        return RUF_OK;
    if (call->waiting) {
        if (ruf_clock_ms() < ruf_call_due_ms(call))
            return RUF_OK;
        status = ruf_http_again(call->transfer, call->fresh,
                                ruf_retry_left_ms(&call->retry), err);
        if (status == RUF_OK)
            count_try(call);
    } else {
        answer = ruf_http_answer(call->transfer);
        if (answer != NULL)
            status = judge(call, answer, done, err);
    }
    if (status != RUF_OK || *done)
        call->active = false;
    return status;
}

int64_t ruf_call_due_ms(const struct ruf_call *call)
{
    int64_t paused_ms;

    if (!call->active || !call->waiting)
        return INT64_MAX;
    paused_ms = ruf_http_paused_until(call->http, call->peer);
    return paused_ms > call->due_ms ? paused_ms : call->due_ms;
}

bool ruf_call_is_ready(const struct ruf_call *call)
{
    return call->active && !call->waiting &&
           ruf_http_answer(call->transfer) != NULL;
}

const struct ruf_http_answer *ruf_call_answer(const struct ruf_call *call)
{
    return ruf_http_answer(call->transfer);
}

static enum ruf_status cancelled_here(struct ruf_error *err)
{
    return ruf_fail(err, RUF_E_CANCELLED, "S540", "", "stopped by the caller");
}

enum ruf_status ruf_call_finish(struct ruf_call *call,
                                const struct ruf_http_request *request,
                                const struct ruf_cancel *cancel,
                                struct ruf_error *err)
{
    enum ruf_status status = ruf_call_start(call, request, err);
    bool done = false;

    while (status == RUF_OK) {
        int64_t due_ms;

        status = ruf_call_step(call, &done, err);
        if (status != RUF_OK || done)
            return status;
        if (ruf_cancelled(cancel)) {
            ruf_http_hold(call->transfer);
            call->active = false;
            return cancelled_here(err);
        }
        due_ms = ruf_call_due_ms(call);
        status = ruf_http_wait(
            call->http,
            due_ms == INT64_MAX ? INT64_MAX : due_ms - ruf_clock_ms(), err);
    }
    return status;
}

enum ruf_status ruf_call_sleep(struct ruf_http *http, int64_t ms,
                               const struct ruf_cancel *cancel,
                               struct ruf_error *err)
{
    int64_t end_ms = ruf_clock_ms() + ms;
    int64_t now_ms;

    while ((now_ms = ruf_clock_ms()) < end_ms) {
        enum ruf_status status;

        if (ruf_cancelled(cancel))
            return cancelled_here(err);
        status = ruf_http_wait(http, end_ms - now_ms, err);
        if (status != RUF_OK)
            return status;
    }
    return RUF_OK;
}
