/*
 * engine/keystore.h - where the key item of a home is kept
 *
 *   file            in the home, 0600
 *   secret-service  the desktop's keyring, through libsecret
 *   keyring         the kernel's user keyring: gone at the next start
 *   fd:N            an inherited descriptor: read only, nothing is kept
 *   host            the app's callbacks (rufname/host.h), such as a Keychain
 *
 * One item of at most RUF_KEY_ITEM_MAX bytes; engine/key_item.h says what is
 * in it. Storing replaces it as a whole and lasts on return.
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_KEYSTORE_H
#define ENGINE_KEYSTORE_H

#include "base/secret.h"
#include <rufname/host.h>
#include <stdbool.h>

/** What a key store can do. */
enum ruf_keystore_ability {
    RUF_KEYSTORE_KEEPS = 1, /**< what is stored can be loaded again */
    RUF_KEYSTORE_LASTS = 2, /**< over a restart of the machine */
    RUF_KEYSTORE_APART = 4  /**< not among the files of the home */
};

struct ruf_keystore; /**< Opaque. */

/**
 * Is this the name of a key store of this build?
 * @param[in] host  may be NULL.
 */
bool ruf_keystore_known(const char *name, const struct ruf_host *host);

/**
 * @param[in]  home     directory, for "file".
 * @param[in]  home_id  names the item where several homes share a store.
 * @param[in]  host     borrowed until the close; may be NULL.
 * @return RUF_OK; RUF_E_USAGE (U011); RUF_E_KEY (K205: libsecret is not
 *         installed); RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_keystore_open(const char *name, const char *home, const char *home_id,
                  const struct ruf_host *host, struct ruf_keystore **out,
                  struct ruf_error *err);
void ruf_keystore_close(struct ruf_keystore *keystore);

/** A set of enum ruf_keystore_ability. */
unsigned ruf_keystore_abilities(const struct ruf_keystore *keystore);

/**
 * Read the item.
 * @param[out] out  owned by the caller; its size is the item's.
 * @return RUF_OK; RUF_E_KEY (K201: there is none, K204: the descriptor gives
 *         none, K205: the key store refuses); RUF_E_IO; RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_keystore_load(struct ruf_keystore *keystore,
                                               struct ruf_secret *out,
                                               struct ruf_error *err);

/** @return RUF_OK; RUF_E_KEY (K205; K206: it keeps nothing); RUF_E_IO. */
RUF_MUST_USE enum ruf_status ruf_keystore_store(struct ruf_keystore *keystore,
                                                const void *bytes, size_t size,
                                                struct ruf_error *err);

/**
 * Destroy the item. One that is not there is fine; what a descriptor hands in
 * is kept, and destroyed, by others.
 * @return RUF_OK; RUF_E_KEY (K205); RUF_E_IO.
 */
RUF_MUST_USE enum ruf_status ruf_keystore_erase(struct ruf_keystore *keystore,
                                                struct ruf_error *err);

#endif
