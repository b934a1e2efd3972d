/*
 * engine/rekey.c - a new key in the place of a home's key
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/rekey.h"
#include "base/error.h"
#include "callkit/commit.h"
#include "engine/access.h"
#include "engine/audit.h"
#include "engine/home_files.h"
#include "engine/pin.h"
#include "engine/session.h"
#include <stdlib.h>
#include <string.h>

#define WAIT_STEPS 500u /* of 20 ms: 10 s for another process to end */

/* --- the item ---------------------------------------------------------------
 */

static enum ruf_status refuse_busy(const struct ruf_home *home,
                                   struct ruf_error *err)
{
    return ruf_fail(err, RUF_E_BUSY, "I810", home->path,
                    "another process changes the key");
}

/* Make the next key and have the item name it, lasting. */
static enum ruf_status announce(struct ruf_home *home, const char *pin,
                                struct ruf_error *err)
{
    struct ruf_item_edit edit;
    enum ruf_status status = ruf_item_edit_begin(home, &edit, err);

    if (status == RUF_OK && (edit.item->renewing || edit.item->resetting ||
                             edit.item->has_pin != (pin != NULL)))
        status = refuse_busy(home, err);
    if (status == RUF_OK)
        status = ruf_secret_create(RUF_KEY_SIZE, &home->next, err);
    if (status == RUF_OK)
        status = ruf_random(home->next.bytes, home->next.size, err);
    if (status == RUF_OK && pin != NULL)
        status = ruf_pin_wrap(home, pin, edit.item, home->next.bytes,
                              edit.item->next, err);
    else if (status == RUF_OK)
        memcpy(edit.item->next, home->next.bytes, RUF_KEY_SIZE);
    if (status == RUF_OK) {
        edit.item->renewing = true;
        status = ruf_item_edit_store(home, &edit, err);
    }
    ruf_item_edit_end(&edit);
    return status;
}

enum outcome { OLD_KEY, NEXT_KEY };

/* One key again, lasting; nothing to do where somebody else was quicker. */
static enum ruf_status settle_item(const struct ruf_home *home,
                                   enum outcome outcome, struct ruf_error *err)
{
    struct ruf_item_edit edit;
    enum ruf_status status = ruf_item_edit_begin(home, &edit, err);

    if (status == RUF_OK && edit.item->renewing) {
        struct ruf_key_item *item = edit.item;

        if (outcome == NEXT_KEY && item->has_pin)
            memcpy(item->pin.wrapped, item->next, sizeof(item->next));
        else if (outcome == NEXT_KEY)
            memcpy(item->secret, item->next, sizeof(item->secret));
        item->renewing = false;
        ruf_wipe(item->next, sizeof(item->next));
        status = ruf_item_edit_store(home, &edit, err);
    }
    ruf_item_edit_end(&edit);
    return status;
}

/* --- store and index --------------------------------------------------------
 */

/* What the old key sealed and no step replaces. The phone is asked to take
 * everything again. */
static enum ruf_status forget_committed(const struct ruf_home *home,
                                        struct ruf_error *err)
{
    static const char *const names[] = { RUF_FOLDER_NEXT, RUF_FOLDER_HELD,
                                         RUF_FOLDER_COMMITTED };
    enum ruf_status status = ruf_commit_reset(home->path, err);

    for (size_t i = 0; status == RUF_OK && i < sizeof(names) / sizeof(names[0]);
         i++)
        status = ruf_folder_remove(home->path, names[i], err);
    return status;
}

static void take_next(struct ruf_home *home)
{
    ruf_secret_destroy(&home->key);
    home->key = home->next;
    memset(&home->next, 0, sizeof(home->next));
}

/* The store is under the next key: the rest follows. */
static enum ruf_status complete(struct ruf_home *home, struct ruf_store *store,
                                struct ruf_error *err)
{
    uint64_t generation = 0;
    enum ruf_status status = forget_committed(home, err);

    take_next(home);
    if (status == RUF_OK && ruf_folder_has(home->path, HOME_IMAGE))
        status = ruf_publish(home, store, &generation, err);
    if (status == RUF_OK)
        status = ruf_audit_append(home, store, RUF_AUDIT_REKEY, NULL, RUF_OK, 0,
                                  err);
    if (status == RUF_OK)
        status = settle_item(home, NEXT_KEY, err);
    /* Other processes remember the old one. */
    ruf_session_forget(home->id);
    home->access->remembered = false;
    return status;
}

/* The store did not change hands. */
static enum ruf_status withdraw(struct ruf_home *home, struct ruf_error *err)
{
    ruf_secret_destroy(&home->next);
    return settle_item(home, OLD_KEY, err);
}

/* --- what was cut short -----------------------------------------------------
 */

/* Which of the two keys opens the store? */
static enum ruf_status open_by_either(const struct ruf_home *home,
                                      struct ruf_store **out,
                                      enum outcome *outcome,
                                      struct ruf_error *err)
{
    char *path = ruf_path_join(home->path, HOME_STORE);
    enum ruf_status status;

    *out = NULL;
    *outcome = NEXT_KEY;
    if (path == NULL)
        return ruf_fail_memory(err);
    status = ruf_store_open(path, home->next.bytes, RUF_STORE_WRITE, out, err);
    if (status == RUF_E_KEY || status == RUF_E_CORRUPT) {
        *outcome = OLD_KEY;
        status =
            ruf_store_open(path, home->key.bytes, RUF_STORE_WRITE, out, err);
    }
    free(path);
    return status;
}

/* Has nobody been quicker? */
static enum ruf_status is_renewing(const struct ruf_home *home, bool *renewing,
                                   struct ruf_error *err)
{
    struct ruf_secret memory = { 0 };
    enum ruf_status status = ruf_item_load(home->keystore, &memory, err);

    *renewing = status == RUF_OK && ruf_item_in(&memory)->renewing;
    ruf_secret_destroy(&memory);
    return status;
}

/* Under the lock of the home. */
static enum ruf_status finish(struct ruf_home *home, struct ruf_error *err)
{
    enum outcome outcome = OLD_KEY;
    struct ruf_store *store = NULL;
    bool renewing = false;
    enum ruf_status status = is_renewing(home, &renewing, err);

    if (status == RUF_OK)
        status = open_by_either(home, &store, &outcome, err);
    if (status == RUF_OK && outcome == OLD_KEY)
        status = withdraw(home, err);
    else if (status == RUF_OK && renewing)
        status = complete(home, store, err);
    else if (status == RUF_OK)
        take_next(home);
    ruf_store_close(store);
    return status;
}

enum ruf_status ruf_rekey_finish(struct ruf_home *home, struct ruf_error *err)
{
    struct ruf_lock *lock = NULL;
    enum ruf_status status;

    /* To build an index takes a policy. */
    if (home->next.bytes == NULL || home->policy == NULL)
        return RUF_OK;
    status =
        ruf_home_wait_for_lock(home->path, HOME_LOCK, WAIT_STEPS, &lock, err);
    if (status == RUF_OK)
        status = ruf_home_still_ours(home, err);
    if (status == RUF_OK)
        status = finish(home, err);
    ruf_lock_release(lock);
    return status;
}

/* --- renewing ---------------------------------------------------------------
 */

/* Whoever holds the key by now: with a PIN, whoever knows that. */
static enum ruf_status admit(struct ruf_home *home, const char *pin,
                             struct ruf_error *err)
{
    enum ruf_status status = pin == NULL
                                 ? ruf_access_enter(home, RUF_ACCESS_USE, err)
                                 : ruf_pin_enter(home, pin, err);

    if (status == RUF_OK && pin == NULL && home->access->pin_set_at != 0)
        status = ruf_fail(err, RUF_E_LOCKED, "K225", home->path,
                          "the new key is wrapped under the PIN");
    return status;
}

/* What a failed change of the store left is seen by opening it. */
static enum ruf_status renew(struct ruf_home *home,
                             struct ruf_home_writer *writer,
                             struct ruf_error *err)
{
    enum ruf_status status =
        ruf_store_rekey(writer->store, home->next.bytes, err);

    if (status == RUF_OK)
        return complete(home, writer->store, err);
    ruf_store_close(writer->store);
    writer->store = NULL;
    (void)!finish(home, NULL);
    return status;
}

enum ruf_status ruf_home_rekey(struct ruf_home *home, const char *pin,
                               struct ruf_error *err)
{
    struct ruf_home_writer writer = { 0 };
    enum ruf_status status = admit(home, pin, err);

    if (status == RUF_OK)
        status = ruf_home_writer_open(home, &writer, err);
    if (status == RUF_OK)
        status = ruf_home_check_storage(home, err);
    if (status == RUF_OK) {
        ruf_session_forget(home->id);
        status = announce(home, pin, err);
    }
    if (status == RUF_OK)
        status = renew(home, &writer, err);
    ruf_secret_destroy(&home->next);
    ruf_home_writer_close(&writer);
    return status;
}
