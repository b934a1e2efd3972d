/*
 * engine/keystore_private.h - what the key stores have in common
 *
 * Threads: as engine/keystore.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_KEYSTORE_PRIVATE_H
#define ENGINE_KEYSTORE_PRIVATE_H

#include "engine/keystore.h"

struct ruf_keystore_driver {
    unsigned abilities;
    /* *size: room in, size of the item out. RUF_E_NOT_FOUND: no item. */
    enum ruf_status (*load)(struct ruf_keystore *keystore, uint8_t *bytes,
                            size_t *size, struct ruf_error *err);
    enum ruf_status (*store)(struct ruf_keystore *keystore, const void *bytes,
                             size_t size, struct ruf_error *err);
    enum ruf_status (*erase)(struct ruf_keystore *keystore,
                             struct ruf_error *err);
};

struct ruf_keystore {
    const struct ruf_keystore_driver *driver;
    const struct ruf_host *host;
    char *path;    /* of the file */
    char *home_id; /* names the item in a shared store */
    int fd;
};

extern const struct ruf_keystore_driver ruf_keystore_file;
extern const struct ruf_keystore_driver ruf_keystore_descriptor;
extern const struct ruf_keystore_driver ruf_keystore_keyring;
extern const struct ruf_keystore_driver ruf_keystore_host;
/* NULL in a build without libsecret's headers. */
extern const struct ruf_keystore_driver *const ruf_keystore_secret_service;

#endif
