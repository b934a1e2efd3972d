/*
 * engine/presence.c - presence for a home: its policy, its sign-in
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/presence.h"
#include "base/error.h"
#include "engine/home_private.h"
#include "engine/host.h"
#include <stdlib.h>
#include <string.h>

/* The store is opened for moments only, so that a sync beside can have it. */
struct sign_in {
    const struct ruf_home *home;
    struct ruf_home_writer writer; /* while locked */
};

static enum ruf_status load_secret(void *context, const char *name,
                                   char **value, struct ruf_error *err)
{
    const struct sign_in *sign_in = context;
    struct ruf_store *store = NULL;
    enum ruf_status status;

    *value = NULL;
    if (sign_in->writer.store != NULL)
        return ruf_store_secret_load(sign_in->writer.store, name, value, err);
    status = ruf_home_store_open(sign_in->home, &store, err);
    if (status == RUF_OK)
        status = ruf_store_secret_load(store, name, value, err);
    ruf_store_close(store);
    return status;
}

static enum ruf_status save_secret(void *context, const char *name,
                                   const char *value, struct ruf_error *err)
{
    const struct sign_in *sign_in = context;
    struct ruf_home_writer writer;
    enum ruf_status status;

    if (sign_in->writer.store != NULL)
        return ruf_store_secret_save(sign_in->writer.store, name, value, err);
    status = ruf_home_writer_open_as_is(sign_in->home, &writer, err);
    if (status == RUF_OK)
        status = ruf_store_secret_save(writer.store, name, value, err);
    ruf_home_writer_close(&writer);
    return status;
}

static enum ruf_status lock_secrets(void *context, struct ruf_error *err)
{
    struct sign_in *sign_in = context;

    return ruf_home_writer_open_as_is(sign_in->home, &sign_in->writer, err);
}

static void unlock_secrets(void *context)
{
    struct sign_in *sign_in = context;

    ruf_home_writer_close(&sign_in->writer);
}

static enum ruf_status access_token(void *context, const char *scope,
                                    const char *claims, char **token,
                                    int64_t *lifetime_s, struct ruf_error *err)
{
    const struct sign_in *sign_in = context;

    return ruf_host_access_token(&sign_in->home->host, scope, claims, token,
                                 lifetime_s, err);
}

enum ruf_status ruf_home_presence_open(const struct ruf_home *home,
                                       struct ruf_presence **out,
                                       struct ruf_error *err)
{
    struct sign_in *sign_in = calloc(1, sizeof(*sign_in));
    struct ruf_presence_setup setup = {
        .policy = &home->effective,
        .sink = { .context = sign_in,
                  .secret_load = load_secret,
                  .secret_save = save_secret,
                  .secrets_lock = lock_secrets,
                  .secrets_unlock = unlock_secrets },
        .release = free,
    };

    *out = NULL;
    if (sign_in == NULL)
        return ruf_fail_memory(err);
    sign_in->home = home;
    if (home->host.access_token != NULL)
        setup.sink.access_token = access_token;
    return ruf_presence_create(&setup, out, err);
}
