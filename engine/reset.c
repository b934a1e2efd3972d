/*
 * engine/reset.c - a home whose PIN nobody remembers begins anew
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/reset.h"
#include "base/error.h"
#include "engine/access.h"
#include "engine/access_notes.h"
#include "engine/session.h"
#include <rufname/directory.h>
#include <stdlib.h>
#include <string.h>

/* One durable step: the old key is nowhere any more. */
static enum ruf_status replace_key(struct ruf_home *home, struct ruf_error *err)
{
    struct ruf_item_edit edit;
    enum ruf_status status = ruf_item_edit_begin(home, &edit, err);

    if (status == RUF_OK) {
        struct ruf_key_item *item = edit.item;

        item->has_pin = false;
        item->resetting = true;
        item->renewing = false;
        item->attempts = 0;
        item->generation = 0;
        memset(item->image, 0, sizeof(item->image));
        ruf_wipe(&item->pin, sizeof(item->pin));
        ruf_wipe(item->next, sizeof(item->next));
        ruf_access_note_in(home, item, RUF_ACCESS_ASK, RUF_ACCESS_ATTEMPTS);
        status = ruf_random(item->secret, sizeof(item->secret), err);
    }
    if (status == RUF_OK)
        status = ruf_item_edit_store(home, &edit, err);
    if (status == RUF_OK) {
        ruf_access_forget_key(home);
        status = ruf_secret_create(RUF_KEY_SIZE, &home->key, err);
    }
    if (status == RUF_OK)
        memcpy(home->key.bytes, edit.item->secret, RUF_KEY_SIZE);
    ruf_item_edit_end(&edit);
    return status;
}

static enum ruf_status make_store(const char *path, const uint8_t *key,
                                  struct ruf_error *err)
{
    struct ruf_store *store = NULL;
    enum ruf_status status =
        ruf_store_open(path, key, RUF_STORE_CREATE, &store, err);

    ruf_store_close(store);
    return status;
}

static enum ruf_status replace_store(const struct ruf_home *home,
                                     const uint8_t *key, struct ruf_error *err)
{
    static const char *const names[] = { HOME_STORE, HOME_STORE_WAL,
                                         HOME_STORE_SHM, HOME_STORE_JOURNAL,
                                         HOME_STORE_CHECK };
    char *path = ruf_path_join(home->path, HOME_STORE);
    enum ruf_status status = path == NULL ? ruf_fail_memory(err) : RUF_OK;

    for (size_t i = 0; status == RUF_OK && i < sizeof(names) / sizeof(names[0]);
         i++)
        status = ruf_home_file_remove(home->path, names[i], err);
    if (status == RUF_OK)
        status = make_store(path, key, err);
    free(path);
    return status;
}

static enum ruf_status renew(const struct ruf_home *home, struct ruf_error *err)
{
    struct ruf_item_edit edit;
    enum ruf_status status = ruf_item_edit_begin(home, &edit, err);

    if (status == RUF_OK && !edit.item->resetting) {
        ruf_item_edit_end(&edit); /* somebody else was quicker */
        return RUF_OK;
    }
    if (status == RUF_OK)
        status = ruf_directory_wipe(home->path, err);
    if (status == RUF_OK)
        status = replace_store(home, edit.item->secret, err);
    if (status == RUF_OK) {
        edit.item->resetting = false;
        status = ruf_item_edit_store(home, &edit, err);
    }
    ruf_item_edit_end(&edit);
    return status;
}

static enum ruf_status lock_home(const struct ruf_home *home,
                                 struct ruf_lock **out, struct ruf_error *err)
{
    char *path = ruf_path_join(home->path, HOME_LOCK);
    enum ruf_status status =
        path == NULL ? ruf_fail_memory(err) : ruf_lock_acquire(path, out, err);

    free(path);
    return status;
}

enum ruf_status ruf_home_reset_resume(const struct ruf_home *home,
                                      struct ruf_error *err)
{
    struct ruf_lock *lock = NULL;
    enum ruf_status status = lock_home(home, &lock, err);

    if (status == RUF_OK)
        status = renew(home, err);
    ruf_lock_release(lock);
    return status;
}

enum ruf_status ruf_home_reset(struct ruf_home *home, struct ruf_error *err)
{
    struct ruf_lock *lock = NULL;
    enum ruf_status status = replace_key(home, err);

    if (status != RUF_OK)
        return status;
    ruf_session_forget(home->id);
    home->access->pin_set_at = 0;
    home->access->attempts = 0;
    home->access->generation = 0;
    status = lock_home(home, &lock, err);
    if (status == RUF_OK)
        status = renew(home, err);
    ruf_lock_release(lock);
    return status;
}
