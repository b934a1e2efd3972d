/*
 * engine/home_memory.c - a home whose policy allows no local storage
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/home_memory.h"
#include "base/error.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct ruf_home_memory {
    struct ruf_store *keeper; /* the store goes with its last handle */
    char store_path[RUF_STORE_MEMORY_PATH_SIZE];
    char image_path[RUF_FILE_MEMORY_PATH_SIZE]; /* "": none yet */
    int image;
};

void ruf_home_memory_forget(const struct ruf_home *home)
{
    struct ruf_home_memory *memory = home->memory;

    if (memory == NULL)
        return;
    ruf_store_close(memory->keeper);
    memory->keeper = NULL;
    if (memory->image >= 0)
        (void)close(memory->image);
    memory->image = -1;
    memory->image_path[0] = '\0';
}

enum ruf_status ruf_home_memory_check(const struct ruf_home *home,
                                      struct ruf_error *err)
{
    enum ruf_status status =
        home->memory == NULL ? RUF_OK : ruf_home_still_ours(home, err);

    if (status == RUF_E_WIPED)
        ruf_home_memory_forget(home);
    return status;
}

void ruf_home_memory_end(struct ruf_home *home)
{
    ruf_home_memory_forget(home);
    free(home->memory);
    home->memory = NULL;
}

static enum ruf_status begin(struct ruf_home *home, struct ruf_error *err)
{
    enum ruf_status status;

    home->memory = calloc(1, sizeof(*home->memory));
    if (home->memory == NULL)
        return ruf_fail_memory(err);
    home->memory->image = -1;
    status = ruf_store_memory_path(home->memory->store_path, err);
    if (status != RUF_OK)
        ruf_home_memory_end(home);
    return status;
}

enum ruf_status ruf_home_memory_follow(struct ruf_home *home,
                                       struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;

    if (home->policy == NULL || home->on_disk || ruf_home_may_store(home)) {
        ruf_home_memory_end(home);
        return RUF_OK;
    }
    if (home->memory == NULL)
        status = begin(home, err);
    home->policy->store.is_in_memory = status == RUF_OK;
    home->effective.store.is_in_memory = status == RUF_OK;
    return status;
}

static enum ruf_status copy_path(const char *path, char **out,
                                 struct ruf_error *err)
{
    *out = strdup(path);
    return *out == NULL ? ruf_fail_memory(err) : RUF_OK;
}

enum ruf_status ruf_home_store_path(const struct ruf_home *home, char **path,
                                    struct ruf_error *err)
{
    struct ruf_home_memory *memory = home->memory;
    enum ruf_status status = RUF_OK;

    *path = NULL;
    if (memory == NULL) {
        *path = ruf_path_join(home->path, HOME_STORE);
        return *path == NULL ? ruf_fail_memory(err) : RUF_OK;
    }
    if (memory->keeper == NULL)
        status = ruf_store_open(memory->store_path, home->key.bytes,
                                RUF_STORE_CREATE, &memory->keeper, err);
    return status == RUF_OK ? copy_path(memory->store_path, path, err) : status;
}

char *ruf_home_image_path(const struct ruf_home *home)
{
    if (home->memory == NULL)
        return ruf_path_join(home->path, HOME_IMAGE);
    /* Nothing lies below a file. */
    return home->memory->image >= 0
               ? strdup(home->memory->image_path)
               : ruf_path_join(home->path, HOME_PROFILE "/" HOME_IMAGE);
}

enum ruf_status ruf_image_place_begin(const struct ruf_home *home,
                                      struct ruf_image_place *out,
                                      struct ruf_error *err)
{
    char path[RUF_FILE_MEMORY_PATH_SIZE];
    enum ruf_status status;

    out->fd = -1;
    if (home->memory == NULL) {
        out->path = ruf_path_join(home->path, HOME_IMAGE);
        return out->path == NULL ? ruf_fail_memory(err) : RUF_OK;
    }
    out->path = NULL;
    status = ruf_file_memory_create(&out->fd, path, err);
    if (status == RUF_OK)
        status = copy_path(path, &out->path, err);
    return status;
}

void ruf_image_place_end(const struct ruf_home *home,
                         struct ruf_image_place *place, bool written)
{
    struct ruf_home_memory *memory = home->memory;

    if (memory != NULL && place->fd >= 0 && written) {
        int before = memory->image;

        memory->image = place->fd;
        memcpy(memory->image_path, place->path, strlen(place->path) + 1);
        place->fd = before;
    }
    if (place->fd >= 0)
        (void)close(place->fd);
    place->fd = -1;
    free(place->path);
    place->path = NULL;
}
