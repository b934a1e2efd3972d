/*
 * callkit/host_emitter.c - the extension in C, on the modelled phone
 *
 * Does what the Objective-C provider does on a real one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "callkit/host_model.h"

static enum ruf_status alive(const struct ruf_phone_bridge *bridge,
                             struct ruf_error *err)
{
    if (ruf_phone_is_dead(bridge->phone))
        return ruf_fail(err, RUF_E_CANCELLED, "C410", "",
                        "the process is gone");
    return RUF_OK;
}

static bool ask(void *context)
{
    struct ruf_phone_bridge *bridge = context;

    return ruf_phone_ask(bridge->phone);
}

static enum ruf_status add_identification(void *context, ruf_e164 number,
                                          struct ruf_text label,
                                          struct ruf_error *err)
{
    struct ruf_phone_bridge *bridge = context;

    ruf_phone_add_name(bridge->phone, (int64_t)number, label);
    return alive(bridge, err);
}

static enum ruf_status add_blocking(void *context, ruf_e164 number,
                                    struct ruf_error *err)
{
    struct ruf_phone_bridge *bridge = context;

    ruf_phone_add_blocked(bridge->phone, (int64_t)number);
    return alive(bridge, err);
}

static enum ruf_status remove_identification(void *context, ruf_e164 number,
                                             struct ruf_error *err)
{
    struct ruf_phone_bridge *bridge = context;

    ruf_phone_remove_name(bridge->phone, (int64_t)number);
    return alive(bridge, err);
}

static enum ruf_status remove_blocking(void *context, ruf_e164 number,
                                       struct ruf_error *err)
{
    struct ruf_phone_bridge *bridge = context;

    ruf_phone_remove_blocked(bridge->phone, (int64_t)number);
    return alive(bridge, err);
}

static void completed(void *context, bool expired)
{
    struct ruf_phone_bridge *bridge = context;
    struct ruf_error err;

    /* A record that cannot be written makes the next request full. */
    if (bridge->request != NULL &&
        ruf_directory_request_finish(bridge->request,
                                     expired ? RUF_DIRECTORY_NOT_IN_TIME
                                             : RUF_DIRECTORY_STORED,
                                     &err) != RUF_OK)
        return;
}

static enum ruf_status complete(void *context, struct ruf_error *err)
{
    struct ruf_phone_bridge *bridge = context;

    ruf_phone_complete(bridge->phone, completed, bridge);
    return alive(bridge, err);
}

struct ruf_directory_host ruf_phone_bridge(struct ruf_phone_bridge *bridge)
{
    struct ruf_directory_host host = {
        .context = bridge,
        .ask = ask,
        .add_identification = add_identification,
        .add_blocking = add_blocking,
        .remove_identification = remove_identification,
        .remove_blocking = remove_blocking,
        .complete = complete,
    };

    return host;
}

static void refused(void *context)
{
    struct ruf_phone_bridge *bridge = context;

    ruf_directory_request_fail(bridge->request);
}

void ruf_phone_run_emitter(void *context, struct ruf_phone_request *request)
{
    struct ruf_phone_emitter *emitter = context;
    struct ruf_phone_bridge bridge = { request, NULL };
    struct ruf_directory_host host = ruf_phone_bridge(&bridge);
    struct ruf_error err;

    if (ruf_directory_request_open(emitter->folder, &emitter->options,
                                   &bridge.request, &err) != RUF_OK) {
        (void)ruf_phone_ask(request);
        ruf_phone_complete(request, NULL, NULL);
        return;
    }
    ruf_phone_on_failure(request, refused, &bridge);
    if (ruf_directory_request_emit(bridge.request, &host, &err) != RUF_OK)
        ruf_phone_cancel(request, 1);
    ruf_directory_request_describe(bridge.request, &emitter->report);
    ruf_directory_request_close(bridge.request);
}
