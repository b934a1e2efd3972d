/*
 * engine/home_files.c - every file that Rufname may leave in a home
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/home_files.h"
#include "base/error.h"
#include "base/file.h"
#include "callkit/commit.h"
#include "engine/home_private.h"
#include "engine/wipe.h"
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LOCK_STEP_NS 20000000L /* 20 ms */

static const char *const names[] = {
    HOME_KEY,          HOME_KEY_LOCK,    HOME_STORE,
    HOME_STORE_WAL,    HOME_STORE_SHM,   HOME_STORE_JOURNAL,
    HOME_STORE_CHECK,  HOME_STORE_PAGES, HOME_STORE_KEYS,
    HOME_PROFILE,      HOME_POLICY,      HOME_CA,
    RUF_FOLDER_INDEX,  RUF_FOLDER_NEXT,  RUF_FOLDER_COMMITTED,
    RUF_FOLDER_RECORD, RUF_FOLDER_HELD,  RUF_FOLDER_REPORT,
    HOME_POLICY_NEXT,  HOME_PROVE_FIRST, HOME_PROVE_SECOND,
};

#define COUNT (sizeof(names) / sizeof(names[0]))

/* Name number i of 2 * COUNT: all as they are, then as they are written. No
 * memory is taken: that it was out may be why a home goes. */
static bool path_of(const char *home, size_t i, char path[PATH_MAX])
{
    int size = snprintf(path, PATH_MAX, "%s/%s%s", home, names[i % COUNT],
                        i < COUNT ? "" : ".new");

    return size > 0 && size < PATH_MAX;
}

uint64_t ruf_home_files_count(const char *home)
{
    char path[PATH_MAX];
    uint64_t count = 0;

    for (size_t i = 0; i < 2 * COUNT; i++)
        count += path_of(home, i, path) &&
                 faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
    return count;
}

/* What a wipe leaves, or may be working with. */
static const char *const staying[] = { HOME_LOCK, HOME_WIPE_MARKER,
                                       HOME_WIPE_RECEIPT, RUF_FOLDER_WIPED };

/* The folder that an extension reads; the other files are the app's alone. */
static enum ruf_file_kind kind_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return strncmp(slash + 1, "directory.", 10) == 0 ? RUF_FILE_OF_EXTENSION
                                                     : RUF_FILE_OF_APP;
}

static void hand_out(const char *path, ruf_file_callback *callback,
                     void *context)
{
    if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        callback(context, path, kind_of(path));
}

void ruf_home_files(const char *home, ruf_file_callback *callback,
                    void *context)
{
    char path[PATH_MAX];

    for (size_t i = 0; i < 2 * COUNT; i++)
        if (path_of(home, i, path))
            hand_out(path, callback, context);
    for (size_t i = 0; i < sizeof(staying) / sizeof(staying[0]); i++) {
        int size = snprintf(path, sizeof(path), "%s/%s", home, staying[i]);

        if (size > 0 && size < PATH_MAX)
            hand_out(path, callback, context);
    }
}

bool ruf_home_file_known(const char *name)
{
    size_t size = strlen(name);

    for (size_t i = 0; i < sizeof(staying) / sizeof(staying[0]); i++)
        if (strcmp(name, staying[i]) == 0)
            return true;
    if (size > 4 && strcmp(name + size - 4, ".new") == 0)
        size -= 4;
    for (size_t i = 0; i < COUNT; i++)
        if (strlen(names[i]) == size && memcmp(name, names[i], size) == 0)
            return true;
    return false;
}

enum ruf_status ruf_home_wait_for_lock(const char *home, const char *name,
                                       unsigned steps, struct ruf_lock **out,
                                       struct ruf_error *err)
{
    const struct timespec step = { 0, LOCK_STEP_NS };
    char *path = ruf_path_join(home, name);
    enum ruf_status status;

    *out = NULL;
    if (path == NULL)
        return ruf_fail_memory(err);
    while ((status = ruf_lock_acquire(path, out, err)) == RUF_E_BUSY &&
           steps-- > 0)
        (void)nanosleep(&step, NULL);
    free(path);
    return status;
}

enum ruf_status ruf_home_files_remove(const char *home, struct ruf_error *err)
{
    char path[PATH_MAX];
    enum ruf_status status = RUF_OK;

    for (size_t i = 0; i < 2 * COUNT; i++) {
        struct ruf_error *first = status == RUF_OK ? err : NULL;
        enum ruf_status removed;

        if (path_of(home, i, path))
            removed = ruf_file_remove(path, first);
        else
            removed =
                ruf_fail(first, RUF_E_IO, "I809", home, "path is too long");
        if (status == RUF_OK)
            status = removed;
    }
    return status;
}
