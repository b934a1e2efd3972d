/*
 * engine/keystore_keyring.c - key store "keyring": the kernel's user keyring
 *
 * keyrings(7), add_key(2), keyctl(2). Only this user's processes can read the
 * key; it is gone when the machine restarts, and the home has then to be synced
 * again. Containers may forbid the calls.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "engine/kernel_keyring.h"
#include "engine/keystore_private.h"
#include <stdio.h>

#define DESCRIPTION_SIZE 96

static void describe(const struct ruf_keystore *keystore,
                     char out[DESCRIPTION_SIZE])
{
    (void)snprintf(out, DESCRIPTION_SIZE, "rufname:key:%s", keystore->home_id);
}

static enum ruf_status keyring_load(struct ruf_keystore *keystore,
                                    uint8_t *bytes, size_t *size,
                                    struct ruf_error *err)
{
    char name[DESCRIPTION_SIZE];

    describe(keystore, name);
    return ruf_keyring_read(name, bytes, size, err);
}

static enum ruf_status keyring_store(struct ruf_keystore *keystore,
                                     const void *bytes, size_t size,
                                     struct ruf_error *err)
{
    char name[DESCRIPTION_SIZE];

    describe(keystore, name);
    return ruf_keyring_write(name, bytes, size, 0, err);
}

static enum ruf_status keyring_erase(struct ruf_keystore *keystore,
                                     struct ruf_error *err)
{
    char name[DESCRIPTION_SIZE];

    describe(keystore, name);
    return ruf_keyring_remove(name, err);
}

const struct ruf_keystore_driver ruf_keystore_keyring = {
    RUF_KEYSTORE_KEEPS | RUF_KEYSTORE_APART, keyring_load, keyring_store,
    keyring_erase
};
