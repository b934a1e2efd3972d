/*
 * sync/call.h - one request with all its tries
 *
 * A call moves on when it is stepped and never blocks, so that one thread can
 * keep many of them under way; ruf_call_finish() is for callers with one.
 *
 * Threads: as the gate, one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_CALL_H
#define SYNC_CALL_H

#include "sync/http.h"
#include "sync/retry.h"

struct ruf_call {
    struct ruf_http *http;
    struct ruf_http_transfer *transfer;
    struct ruf_retry retry;
    enum ruf_http_peer peer;
    bool active;             /**< started and not done */
    bool waiting;            /**< between two tries */
    bool fresh;              /**< next try on a new connection */
    int64_t due_ms;          /**< of the next try */
    int64_t tried_ms;        /**< start of the current try */
    int64_t throttled_until; /**< Unix seconds, if S520 ended the call */
    uint64_t requests;       /**< sent over the life of the struct */
    uint64_t bytes;          /**< body bytes received, likewise */
};

/** Polled while waiting; true ends the wait. */
struct ruf_cancel {
    bool (*cancelled)(void *context); /**< may be NULL */
    void *context;
};

bool ruf_cancelled(const struct ruf_cancel *cancel);

RUF_MUST_USE enum ruf_status ruf_call_create(struct ruf_http *http,
                                             struct ruf_call *out,
                                             struct ruf_error *err);

/** A zeroed struct is fine. */
void ruf_call_destroy(struct ruf_call *call);

/** @return as ruf_http_start(). */
RUF_MUST_USE enum ruf_status
ruf_call_start(struct ruf_call *call, const struct ruf_http_request *request,
               struct ruf_error *err);

/**
 * Move on. Sets *done when there is a final answer, of any HTTP status that is
 * not worth another try.
 * @return RUF_OK; RUF_E_NETWORK (S510 to S515); RUF_E_SERVER (S520: throttled
 *         until throttled_until, S521: the server kept failing, S522, S523);
 *         RUF_E_NOMEM; RUF_E_INTERNAL.
 */
RUF_MUST_USE enum ruf_status ruf_call_step(struct ruf_call *call, bool *done,
                                           struct ruf_error *err);

/** When stepping has a point again (ruf_clock_ms()); INT64_MAX: on events. */
int64_t ruf_call_due_ms(const struct ruf_call *call);

/** Is there an answer that was not looked at yet? */
bool ruf_call_is_ready(const struct ruf_call *call);

/** The answer of a call that is done, until the next start. */
const struct ruf_http_answer *ruf_call_answer(const struct ruf_call *call);

/** Start and wait. @return also RUF_E_CANCELLED (S540). */
RUF_MUST_USE enum ruf_status
ruf_call_finish(struct ruf_call *call, const struct ruf_http_request *request,
                const struct ruf_cancel *cancel, struct ruf_error *err);

/** Sleep while the gate moves on. @return RUF_OK; RUF_E_CANCELLED (S540). */
RUF_MUST_USE enum ruf_status ruf_call_sleep(struct ruf_http *http, int64_t ms,
                                            const struct ruf_cancel *cancel,
                                            struct ruf_error *err);

#endif
