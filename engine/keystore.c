/*
 * engine/keystore.c - where the key item of a home is kept: choosing one
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/file.h"
#include "engine/home_private.h"
#include "engine/keystore_private.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DESCRIPTOR_PREFIX "fd:"

/* Descriptor number of "fd:N", or -1. */
static int descriptor_of(const char *name)
{
    const char *digits = name + strlen(DESCRIPTOR_PREFIX);
    char *end;
    long number;

    if (strncmp(name, DESCRIPTOR_PREFIX, strlen(DESCRIPTOR_PREFIX)) != 0 ||
        *digits < '0' || *digits > '9')
        return -1;
    errno = 0;
    number = strtol(digits, &end, 10);
    if (errno != 0 || *end != '\0' || number < 0 || number > 65535)
        return -1;
    return (int)number;
}

static const struct ruf_keystore_driver *driver_of(const char *name,
                                                   const struct ruf_host *host)
{
    if (strcmp(name, "file") == 0)
        return &ruf_keystore_file;
    if (strcmp(name, "keyring") == 0)
        return &ruf_keystore_keyring;
    if (strcmp(name, "secret-service") == 0)
        return ruf_keystore_secret_service;
    if (strcmp(name, "host") == 0)
        return host != NULL && host->key_load != NULL ? &ruf_keystore_host
                                                      : NULL;
    return descriptor_of(name) >= 0 ? &ruf_keystore_descriptor : NULL;
}

bool ruf_keystore_known(const char *name, const struct ruf_host *host)
{
    return driver_of(name, host) != NULL;
}

enum ruf_status ruf_keystore_open(const char *name, const char *home,
                                  const char *home_id,
                                  const struct ruf_host *host,
                                  struct ruf_keystore **out,
                                  struct ruf_error *err)
{
    const struct ruf_keystore_driver *driver = driver_of(name, host);
    struct ruf_keystore *keystore;

    *out = NULL;
    if (driver == NULL)
        return ruf_fail(err, RUF_E_USAGE, "U011", name,
                        "this build has no such key store");
    keystore = calloc(1, sizeof(*keystore));
    if (keystore == NULL)
        return ruf_fail_memory(err);
    keystore->driver = driver;
    keystore->host = host;
    keystore->fd = descriptor_of(name);
    keystore->path = ruf_path_join(home, HOME_KEY);
    keystore->home_id = strdup(home_id);
    if (keystore->path == NULL || keystore->home_id == NULL) {
        ruf_keystore_close(keystore);
        return ruf_fail_memory(err);
    }
    *out = keystore;
    return RUF_OK;
}

void ruf_keystore_close(struct ruf_keystore *keystore)
{
    if (keystore == NULL)
        return;
    free(keystore->path);
    free(keystore->home_id);
    free(keystore);
}

unsigned ruf_keystore_abilities(const struct ruf_keystore *keystore)
{
    return keystore->driver->abilities;
}

enum ruf_status ruf_keystore_load(struct ruf_keystore *keystore,
                                  struct ruf_secret *out, struct ruf_error *err)
{
    enum ruf_status status = ruf_secret_create(RUF_KEY_ITEM_MAX, out, err);
    size_t size = RUF_KEY_ITEM_MAX;

    if (status != RUF_OK)
        return status;
    status = keystore->driver->load(keystore, out->bytes, &size, err);
    if (status == RUF_E_NOT_FOUND)
        status = ruf_fail(err, RUF_E_KEY, "K201", keystore->path,
                          "the key store has no key for this home");
    if (status == RUF_OK)
        out->size = size;
    else
        ruf_secret_destroy(out);
    return status;
}

enum ruf_status ruf_keystore_store(struct ruf_keystore *keystore,
                                   const void *bytes, size_t size,
                                   struct ruf_error *err)
{
    return keystore->driver->store(keystore, bytes, size, err);
}

enum ruf_status ruf_keystore_erase(struct ruf_keystore *keystore,
                                   struct ruf_error *err)
{
    return keystore->driver->erase(keystore, err);
}
