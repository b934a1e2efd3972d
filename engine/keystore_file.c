/*
 * engine/keystore_file.c - key stores "file" and "fd:N"
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/file.h"
#include "engine/keystore_private.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum ruf_status file_load(struct ruf_keystore *keystore, uint8_t *bytes,
                                 size_t *size, struct ruf_error *err)
{
    uint64_t file_size = 0;
    int fd;
    enum ruf_status status =
        ruf_file_open(keystore->path, RUF_FILE_PRIVATE, &fd, &file_size, err);

    if (status != RUF_OK)
        return status;
    if (file_size > *size) {
        status = ruf_fail(err, RUF_E_KEY, "K203", keystore->path,
                          "the file is too large for a key");
    } else {
        *size = (size_t)file_size;
        status = ruf_file_pread(fd, keystore->path, bytes, *size, 0, err);
    }
    (void)close(fd);
    return status;
}

static enum ruf_status file_store(struct ruf_keystore *keystore,
                                  const void *bytes, size_t size,
                                  struct ruf_error *err)
{
    return ruf_file_replace(keystore->path, bytes, size, err);
}

/* Zeros over the key first: on many file systems that is where it lay. */
static enum ruf_status file_erase(struct ruf_keystore *keystore,
                                  struct ruf_error *err)
{
    static const uint8_t zeros[RUF_KEY_ITEM_MAX];
    int fd =
        open(keystore->path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (fd >= 0) {
        if (write(fd, zeros, sizeof(zeros)) > 0)
            (void)fsync(fd);
        (void)close(fd);
    }
    return ruf_file_remove(keystore->path, err);
}

const struct ruf_keystore_driver ruf_keystore_file = {
    RUF_KEYSTORE_KEEPS | RUF_KEYSTORE_LASTS, file_load, file_store, file_erase
};

/* --- fd:N -------------------------------------------------------------------
 */

static enum ruf_status descriptor_load(struct ruf_keystore *keystore,
                                       uint8_t *bytes, size_t *size,
                                       struct ruf_error *err)
{
    size_t used = 0;
    char place[16];

    (void)snprintf(place, sizeof(place), "fd:%d", keystore->fd);
    while (used < *size) {
        ssize_t got = read(keystore->fd, bytes + used, *size - used);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return ruf_fail_os(err, RUF_E_KEY, "K204", place, errno,
                               "cannot read the key from this descriptor");
        if (got == 0)
            break;
        used += (size_t)got;
    }
    *size = used;
    return RUF_OK;
}

static enum ruf_status descriptor_store(struct ruf_keystore *keystore,
                                        const void *bytes, size_t size,
                                        struct ruf_error *err)
{
    (void)keystore;
    (void)bytes;
    (void)size;
    return ruf_fail(err, RUF_E_KEY, "K206", "fd",
                    "a descriptor only hands a key in");
}

static enum ruf_status descriptor_erase(struct ruf_keystore *keystore,
                                        struct ruf_error *err)
{
    (void)keystore;
    (void)err;
    return RUF_OK;
}

const struct ruf_keystore_driver ruf_keystore_descriptor = {
    RUF_KEYSTORE_APART | RUF_KEYSTORE_LASTS, descriptor_load, descriptor_store,
    descriptor_erase
};

/* --- host -------------------------------------------------------------------
 */

static enum ruf_status host_load(struct ruf_keystore *keystore, uint8_t *bytes,
                                 size_t *size, struct ruf_error *err)
{
    size_t room = *size;
    enum ruf_status status = keystore->host->key_load(
        keystore->host->context, keystore->home_id, bytes, room, size, err);

    if (status == RUF_OK && *size > room)
        return ruf_fail(err, RUF_E_KEY, "K203", "host",
                        "the host's key item is too large");
    return status;
}

static enum ruf_status host_store(struct ruf_keystore *keystore,
                                  const void *bytes, size_t size,
                                  struct ruf_error *err)
{
    return keystore->host->key_store(keystore->host->context, keystore->home_id,
                                     bytes, size, err);
}

static enum ruf_status host_erase(struct ruf_keystore *keystore,
                                  struct ruf_error *err)
{
    return keystore->host->key_erase(keystore->host->context, keystore->home_id,
                                     err);
}

const struct ruf_keystore_driver ruf_keystore_host = {
    RUF_KEYSTORE_KEEPS | RUF_KEYSTORE_LASTS | RUF_KEYSTORE_APART, host_load,
    host_store, host_erase
};
