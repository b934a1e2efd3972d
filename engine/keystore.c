/*
 * engine/keystore.c - where the master key of a home is kept
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/keystore.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <rufname/index.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEY_HEX_SIZE (2 * RUF_KEY_SIZE)
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

bool ruf_keystore_known(const char *name)
{
    return strcmp(name, "file") == 0 || descriptor_of(name) >= 0;
}

/* 32 raw bytes, or 64 hex digits with at most a line feed after them. */
static bool decode_key(const char *text, size_t size, uint8_t *key)
{
    if (size == RUF_KEY_SIZE) {
        memcpy(key, text, RUF_KEY_SIZE);
        return true;
    }
    if (size == KEY_HEX_SIZE + 1 && text[KEY_HEX_SIZE] == '\n')
        size--;
    if (size != KEY_HEX_SIZE)
        return false;
    for (size_t i = 0; i < RUF_KEY_SIZE; i++) {
        int high = ruf_hex_value(text[2 * i]);
        int low = ruf_hex_value(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        key[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static enum ruf_status key_from_text(const char *text, size_t size,
                                     const char *place, struct ruf_secret *out,
                                     struct ruf_error *err)
{
    enum ruf_status status = ruf_secret_create(RUF_KEY_SIZE, out, err);

    if (status != RUF_OK)
        return status;
    if (decode_key(text, size, out->bytes))
        return RUF_OK;
    ruf_secret_destroy(out);
    return ruf_fail(err, RUF_E_KEY, "K203", place,
                    "a key is 32 bytes or 64 hex digits");
}

static enum ruf_status load_from_descriptor(const char *name,
                                            struct ruf_secret *out,
                                            struct ruf_error *err)
{
    char text[KEY_HEX_SIZE + 2];
    size_t size = 0;
    int fd = descriptor_of(name);
    enum ruf_status status;

    while (size < sizeof(text)) {
        ssize_t got = read(fd, text + size, sizeof(text) - size);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            ruf_wipe(text, sizeof(text));
            return ruf_fail_os(err, RUF_E_KEY, "K204", name, errno,
                               "cannot read the key from this descriptor");
        }
        if (got == 0)
            break;
        size += (size_t)got;
    }
    status = key_from_text(text, size, name, out, err);
    ruf_wipe(text, sizeof(text));
    return status;
}

static enum ruf_status load_from_file(const char *path, struct ruf_secret *out,
                                      struct ruf_error *err)
{
    char *text;
    size_t size;
    enum ruf_status status = ruf_file_read(path, RUF_FILE_PRIVATE,
                                           KEY_HEX_SIZE + 1, &text, &size, err);

    if (status == RUF_E_NOT_FOUND)
        return ruf_fail(err, RUF_E_KEY, "K201", path, "key file is missing");
    if (status != RUF_OK)
        return status;
    status = key_from_text(text, size, path, out, err);
    ruf_wipe(text, size);
    free(text);
    return status;
}

enum ruf_status ruf_keystore_load(const char *name, const char *key_path,
                                  struct ruf_secret *out, struct ruf_error *err)
{
    if (strcmp(name, "file") == 0)
        return load_from_file(key_path, out, err);
    return load_from_descriptor(name, out, err);
}

enum ruf_status ruf_keystore_create(const char *name, const char *key_path,
                                    struct ruf_secret *out,
                                    struct ruf_error *err)
{
    enum ruf_status status;

    if (strcmp(name, "file") != 0)
        return load_from_descriptor(name, out, err);
    status = ruf_secret_create(RUF_KEY_SIZE, out, err);
    if (status != RUF_OK)
        return status;
    status = ruf_random(out->bytes, RUF_KEY_SIZE, err);
    if (status == RUF_OK)
        status = ruf_file_replace(key_path, out->bytes, RUF_KEY_SIZE, err);
    if (status != RUF_OK)
        ruf_secret_destroy(out);
    return status;
}

/* Zeros over the key first: on many file systems that is where it lay. */
static void overwrite(const char *path)
{
    static const uint8_t zeros[KEY_HEX_SIZE + 1];
    int fd = open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        return;
    if (write(fd, zeros, sizeof(zeros)) > 0)
        (void)fsync(fd);
    (void)close(fd);
}

enum ruf_status ruf_keystore_erase(const char *name, const char *key_path,
                                   struct ruf_error *err)
{
    if (strcmp(name, "file") != 0)
        return RUF_OK;
    overwrite(key_path);
    return ruf_file_remove(key_path, err);
}
