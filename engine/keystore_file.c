/*
 * engine/keystore_file.c - key stores "file" and "fd:N"
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/file.h"
#include "engine/keystore_private.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How often a file may be replaced while it is read. */
#define READS_MAX 100

/* *stale: it has no name any more, so it may have been overwritten. */
static enum ruf_status read_file(struct ruf_keystore *keystore, uint8_t *bytes,
                                 size_t *size, bool *stale,
                                 struct ruf_error *err)
{
    uint64_t file_size = 0;
    struct stat info;
    int fd;
    enum ruf_status status =
        ruf_file_open(keystore->path, RUF_FILE_PRIVATE, &fd, &file_size, err);

    *stale = false;
    if (status != RUF_OK)
        return status;
    if (file_size > *size) {
        status = ruf_fail(err, RUF_E_KEY, "K203", keystore->path,
                          "the file is too large for a key");
    } else {
        *size = (size_t)file_size;
        status = ruf_file_pread(fd, keystore->path, bytes, *size, 0, err);
    }
    *stale = fstat(fd, &info) == 0 && info.st_nlink == 0;
    (void)close(fd);
    return status;
}

static enum ruf_status file_load(struct ruf_keystore *keystore, uint8_t *bytes,
                                 size_t *size, struct ruf_error *err)
{
    size_t room = *size;
    enum ruf_status status = RUF_OK;
    bool stale = true;

    for (int i = 0; stale && i < READS_MAX; i++) {
        *size = room;
        status = read_file(keystore, bytes, size, &stale, err);
    }
    return status;
}

static enum ruf_status file_store(struct ruf_keystore *keystore,
                                  const void *bytes, size_t size,
                                  struct ruf_error *err)
{
    return ruf_file_replace_secret(keystore->path, bytes, size, err);
}

static enum ruf_status file_erase(struct ruf_keystore *keystore,
                                  struct ruf_error *err)
{
    ruf_file_overwrite(keystore->path);
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
