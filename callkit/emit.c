/*
 * callkit/emit.c - the calls of a request
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "callkit/request.h"

#define STOP_POLL_INTERVAL 1000u

/* An emission under way. */
struct emission {
    struct ruf_directory_request *request;
    const struct ruf_directory_host *host;
    struct ruf_directory_report report; /* its own: the request's is shared */
    uint64_t names;                     /* in the phone afterwards */
    bool emptied;                       /* it forgot, and got nothing */
    unsigned until_poll;                /* removals and additions */
};

static bool is_stopped(const struct emission *emission)
{
    const struct ruf_directory_host *host = emission->host;

    return atomic_load_explicit(&emission->request->failed,
                                memory_order_relaxed) ||
           (host->should_stop != NULL && host->should_stop(host->context));
}

static enum ruf_status stopped(struct ruf_error *err)
{
    return ruf_fail(err, RUF_E_CANCELLED, "C410", "", "stopped by the host");
}

/* Before each call. The phone tells a failure on another thread, and calls
 * made after it are lost time at best. */
static enum ruf_status count_call(struct emission *emission,
                                  struct ruf_error *err)
{
    if (emission->until_poll-- > 0)
        return RUF_OK;
    emission->until_poll = STOP_POLL_INTERVAL - 1;
    return is_stopped(emission) ? stopped(err) : RUF_OK;
}

/* --- calls ------------------------------------------------------------------
 */

static enum ruf_status add_name(void *context, ruf_e164 number,
                                struct ruf_text label, struct ruf_error *err)
{
    struct emission *emission = context;
    enum ruf_status status = count_call(emission, err);

    if (status != RUF_OK)
        return status;
    return emission->host->add_identification(emission->host->context, number,
                                              label, err);
}

static enum ruf_status add_blocked(void *context, ruf_e164 number,
                                   struct ruf_text label, struct ruf_error *err)
{
    struct emission *emission = context;
    enum ruf_status status = count_call(emission, err);

    (void)label;
    if (status != RUF_OK)
        return status;
    emission->report.additions++;
    return emission->host->add_blocking(emission->host->context, number, err);
}

static enum ruf_status remove_name(void *context, ruf_e164 number,
                                   struct ruf_text label, struct ruf_error *err)
{
    struct emission *emission = context;
    enum ruf_status status = count_call(emission, err);

    (void)label;
    if (status != RUF_OK)
        return status;
    return emission->host->remove_identification(emission->host->context,
                                                 number, err);
}

static enum ruf_status remove_blocked(void *context, ruf_e164 number,
                                      struct ruf_text label,
                                      struct ruf_error *err)
{
    struct emission *emission = context;
    enum ruf_status status = count_call(emission, err);

    (void)label;
    if (status != RUF_OK)
        return status;
    emission->report.removals++;
    return emission->host->remove_blocking(emission->host->context, number,
                                           err);
}

/* --- streams ----------------------------------------------------------------
 */

static enum ruf_status send_names(struct emission *emission,
                                  struct ruf_error *err)
{
    struct ruf_side_walk *walk = &emission->request->walk;
    enum ruf_status status;

    for (;;) {
        status = ruf_side_walk_next(walk, err);
        if (status != RUF_OK || walk->entry.number == 0)
            return status;
        status = add_name(emission, walk->entry.number, walk->entry.label, err);
        if (status != RUF_OK)
            return status;
    }
}

static enum ruf_status send_all(struct emission *emission,
                                struct ruf_error *err)
{
    struct ruf_directory_request *request = emission->request;
    enum ruf_status status = send_names(emission, err);

    emission->report.mode = RUF_DIRECTORY_FULL;
    emission->report.base = 0;
    emission->report.removals = 0;
    emission->report.additions = request->walk.count;
    emission->report.skipped = request->walk.skipped;
    emission->report.dropped = request->walk.dropped;
    emission->names = request->walk.count;
    if (status == RUF_OK)
        status =
            ruf_delta_numbers(request->to.blocking, request->to.blocking_count,
                              NULL, 0, add_blocked, emission, err);
    return status;
}

/* All removals before all additions: the phone ships its batches early when
 * one turns into the other. */
static enum ruf_status send_delta(struct emission *emission,
                                  struct ruf_error *err)
{
    struct ruf_directory_request *request = emission->request;
    const struct ruf_side *from = &request->from;
    const struct ruf_side *to = &request->to;
    enum ruf_status status;

    emission->names = request->delta.to_count;
    status = ruf_delta_removals(&request->delta, remove_name, emission, err);
    if (status == RUF_OK)
        status = ruf_delta_numbers(from->blocking, from->blocking_count,
                                   to->blocking, to->blocking_count,
                                   remove_blocked, emission, err);
    if (status == RUF_OK)
        status = ruf_delta_additions(&request->delta, add_name, emission, err);
    if (status == RUF_OK)
        status =
            ruf_delta_numbers(to->blocking, to->blocking_count, from->blocking,
                              from->blocking_count, add_blocked, emission, err);
    return status;
}

static enum ruf_status send(struct emission *emission, struct ruf_error *err)
{
    const struct ruf_directory_host *host = emission->host;

    switch (emission->report.mode) {
    case RUF_DIRECTORY_FULL:
        return send_all(emission, err);
    case RUF_DIRECTORY_DELTA:
        return host->ask(host->context) ? send_delta(emission, err)
                                        : send_all(emission, err);
    case RUF_DIRECTORY_KEEP:
        if (host->ask(host->context))
            return RUF_OK;
        if (!emission->request->blind)
            return send_all(emission, err);
        /* The phone holds nothing now, and there is nothing to give it. */
        emission->emptied = true;
        break;
    case RUF_DIRECTORY_CLEAR:
        break;
    }
    return RUF_OK;
}

enum ruf_status
ruf_directory_request_emit(struct ruf_directory_request *request,
                           const struct ruf_directory_host *host,
                           struct ruf_error *err)
{
    struct emission emission = { .request = request, .host = host };
    enum ruf_status status;

    ruf_directory_request_describe(request, &emission.report);
    status = send(&emission, err);
    ruf_request_update(request, &emission.report, emission.names,
                       emission.emptied);
    if (status == RUF_OK && is_stopped(&emission))
        status = stopped(err);
    if (status == RUF_OK)
        status = host->complete(host->context, err);
    if (status != RUF_OK)
        ruf_request_abort(request, atomic_load(&request->failed)
                                       ? RUF_DIRECTORY_REFUSED
                                       : RUF_DIRECTORY_ABORTED);
    return status;
}
