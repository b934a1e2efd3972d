/*
 * engine/home_key.h - profile, key store and key item of a home
 *
 * Threads: as rufname/home.h; editing the item is safe between processes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_HOME_KEY_H
#define ENGINE_HOME_KEY_H

#include "base/key_item.h"
#include "engine/home_private.h"
#include "engine/keystore.h"

/** profile.json: which key store, and the home's name in it. */
struct ruf_profile {
    char keystore[64];
    char id[RUF_HOME_ID_SIZE]; /**< hex digits; "" in homes made before there
                                  were any */
};

/**
 * @return RUF_OK; RUF_E_USAGE (U012: no profile); RUF_E_CORRUPT (D721);
 *         RUF_E_IO; RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_profile_read(const char *path,
                                              struct ruf_profile *out,
                                              struct ruf_error *err);
RUF_MUST_USE enum ruf_status ruf_profile_write(const char *path,
                                               const struct ruf_profile *in,
                                               struct ruf_error *err);
/** A new one with a random id. @return RUF_OK; RUF_E_USAGE (U011: name too
 *  long); RUF_E_INTERNAL. */
RUF_MUST_USE enum ruf_status ruf_profile_make(const char *keystore,
                                              struct ruf_profile *out,
                                              struct ruf_error *err);

/**
 * Make the key of a new home, or take the one a descriptor hands in.
 * @param[out] out  the key, owned by the caller.
 */
RUF_MUST_USE enum ruf_status ruf_key_create(struct ruf_keystore *keystore,
                                            int64_t now, struct ruf_secret *out,
                                            struct ruf_error *err);

/** Steps of 20 ms: 5 s, which covers the half second that a PIN takes. */
#define RUF_ITEM_LOCK_STEPS 250u

/**
 * Keep others from changing the item of a home.
 * @return RUF_OK; RUF_E_BUSY (after so many steps); RUF_E_IO; RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_item_lock(const char *home, unsigned steps,
                                           struct ruf_lock **out,
                                           struct ruf_error *err);

/** A key item under change: read anew, under a lock of its own. */
struct ruf_item_edit {
    struct ruf_lock *lock;
    struct ruf_secret memory;
    struct ruf_key_item *item;
};

/**
 * Begin; end it in any case.
 * @return RUF_OK; RUF_E_BUSY (another process has held it for 5 s); RUF_E_KEY;
 *         RUF_E_WIPED (W602: since the home was opened); RUF_E_IO; RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_item_edit_begin(const struct ruf_home *home,
                                                 struct ruf_item_edit *edit,
                                                 struct ruf_error *err);
/** Store what is in the item now. */
RUF_MUST_USE enum ruf_status ruf_item_edit_store(const struct ruf_home *home,
                                                 struct ruf_item_edit *edit,
                                                 struct ruf_error *err);
/** Wipe the memory, give the lock back. */
void ruf_item_edit_end(struct ruf_item_edit *edit);

/** Read the item into locked memory. */
RUF_MUST_USE enum ruf_status ruf_item_load(struct ruf_keystore *keystore,
                                           struct ruf_secret *out,
                                           struct ruf_error *err);
/** The item in such memory. */
struct ruf_key_item *ruf_item_in(const struct ruf_secret *memory);

#endif
