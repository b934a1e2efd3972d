/*
 * engine/keystore.h - where the master key of a home is kept
 *
 * "file": 32 random bytes in the home, 0600. "fd:N": 32 raw bytes or 64 hex
 * digits read from an inherited descriptor; nothing is kept.
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_KEYSTORE_H
#define ENGINE_KEYSTORE_H

#include "base/secret.h"
#include <rufname/status.h>
#include <stdbool.h>

/** Is this the name of a key store? */
bool ruf_keystore_known(const char *name);

/**
 * Make the key of a new home ("file") or take the one handed in ("fd:N").
 * @param[in]  key_path  file for "file"; must not exist.
 * @param[out] out       RUF_KEY_SIZE bytes, owned by the caller.
 * @return RUF_OK; RUF_E_KEY (K204: no key on the descriptor); RUF_E_IO.
 */
RUF_MUST_USE enum ruf_status ruf_keystore_create(const char *name,
                                                 const char *key_path,
                                                 struct ruf_secret *out,
                                                 struct ruf_error *err);

/**
 * Read the key.
 * @return RUF_OK; RUF_E_KEY (K201: missing; K203: not a key; K204: no key on
 *         the descriptor); RUF_E_IO (readable by others); RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_keystore_load(const char *name,
                                               const char *key_path,
                                               struct ruf_secret *out,
                                               struct ruf_error *err);

/**
 * Destroy the key. One that is not there is fine; what a descriptor hands in is
 * kept, and destroyed, by others.
 * @return RUF_OK; RUF_E_IO; RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_keystore_erase(const char *name,
                                                const char *key_path,
                                                struct ruf_error *err);

#endif
