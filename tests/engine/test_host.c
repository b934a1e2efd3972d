/*
 * tests/engine/test_host.c - a host of the tests: its key store and its clock
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/engine/test_host.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum ruf_status refuse(struct test_host *host, struct ruf_error *err)
{
    if (!host->refuses)
        return RUF_OK;
    if (err != NULL) {
        memset(err, 0, sizeof(*err));
        err->status = RUF_E_KEY;
        memcpy(err->id, "K205", 5);
    }
    return RUF_E_KEY;
}

static enum ruf_status load(void *context, const char *home_id, void *bytes,
                            size_t room, size_t *size, struct ruf_error *err)
{
    struct test_host *host = context;
    enum ruf_status status = refuse(host, err);

    (void)snprintf(host->home_id, sizeof(host->home_id), "%s", home_id);
    if (status != RUF_OK)
        return status;
    if (host->item_size == 0)
        return RUF_E_NOT_FOUND;
    *size = host->item_size;
    if (*size <= room)
        memcpy(bytes, host->item, *size);
    return RUF_OK;
}

static enum ruf_status store(void *context, const char *home_id,
                             const void *bytes, size_t size,
                             struct ruf_error *err)
{
    struct test_host *host = context;
    enum ruf_status status = refuse(host, err);

    (void)snprintf(host->home_id, sizeof(host->home_id), "%s", home_id);
    if (status == RUF_OK && host->stores_max != 0 &&
        host->stores >= host->stores_max)
        status = RUF_E_KEY;
    if (status != RUF_OK)
        return status;
    memcpy(host->item, bytes, size);
    host->item_size = size;
    host->stores++;
    return RUF_OK;
}

static enum ruf_status erase(void *context, const char *home_id,
                             struct ruf_error *err)
{
    struct test_host *host = context;
    enum ruf_status status = refuse(host, err);

    (void)snprintf(host->home_id, sizeof(host->home_id), "%s", home_id);
    if (status != RUF_OK)
        return status;
    memset(host->item, 0, sizeof(host->item));
    host->item_size = 0;
    host->erases++;
    return RUF_OK;
}

static int64_t now(void *context)
{
    return ((const struct test_host *)context)->now;
}

static void reload(void *context)
{
    ((struct test_host *)context)->reloads++;
}

static enum ruf_status open_url(void *context, const char *url,
                                const char *scheme, struct ruf_error *err)
{
    struct test_host *host = context;

    (void)url;
    (void)err;
    host->opened++;
    (void)snprintf(host->scheme, sizeof(host->scheme), "%s",
                   scheme == NULL ? "" : scheme);
    return RUF_OK;
}

static enum ruf_status copy(void *context, const char *text, size_t size,
                            bool managed, struct ruf_error *err)
{
    struct test_host *host = context;

    (void)text;
    (void)size;
    (void)err;
    host->copied++;
    host->managed = managed;
    return RUF_OK;
}

static enum ruf_status print(void *context, const char *text, size_t size,
                             struct ruf_error *err)
{
    (void)text;
    (void)size;
    (void)err;
    ((struct test_host *)context)->printed++;
    return RUF_OK;
}

static enum ruf_status access_token(void *context, const char *scope,
                                    const char *claims, char *token,
                                    size_t room, int64_t *expires,
                                    struct ruf_error *err)
{
    struct test_host *host = context;

    (void)claims;
    (void)err;
    host->tokens_asked++;
    (void)snprintf(host->scope, sizeof(host->scope), "%s", scope);
    if (host->token == NULL)
        return RUF_E_AUTH;
    (void)snprintf(token, room, "%s", host->token);
    *expires = host->now + 3600;
    return RUF_OK;
}

void test_host_signs_in(struct test_host *host)
{
    host->host.access_token = access_token;
}

static void protect_file(void *context, const char *path,
                         enum ruf_file_kind kind)
{
    struct test_host *host = context;

    (void)path;
    if (kind == RUF_FILE_OF_EXTENSION)
        host->protected_of_extension++;
    else
        host->protected_of_app++;
}

void test_host_init(struct test_host *host)
{
    memset(host, 0, sizeof(*host));
    host->now = 1800000000;
    host->host.struct_size = sizeof(host->host);
    host->host.context = host;
    host->host.key_load = load;
    host->host.key_store = store;
    host->host.key_erase = erase;
    host->host.clock = now;
    host->host.reload_directory = reload;
    host->host.open_url = open_url;
    host->host.copy = copy;
    host->host.print = print;
    host->host.protect_file = protect_file;
}

void test_home_path(char path[64])
{
    (void)snprintf(path, 64, "home.XXXXXX");
    if (mkdtemp(path) == NULL || rmdir(path) != 0)
        abort();
}

void test_home_remove(const char *path)
{
    DIR *directory = opendir(path);
    const struct dirent *entry;
    char file[512];

    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        (void)snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
        (void)unlink(file);
    }
    if (directory != NULL)
        (void)closedir(directory);
    (void)rmdir(path);
}

bool test_home_has(const char *path, const char *name)
{
    char file[512];

    (void)snprintf(file, sizeof(file), "%s/%s", path, name);
    return access(file, F_OK) == 0;
}
