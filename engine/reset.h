/*
 * engine/reset.h - a home whose PIN nobody remembers begins anew
 *
 * Threads: as rufname/home.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_RESET_H
#define ENGINE_RESET_H

#include "engine/home_key.h"

/**
 * A new key without a PIN replaces the old one, which is gone with that; then
 * store and index go, since nobody can read them, and an empty store is made.
 * Policy, profile and key store stay. The phone is given an empty list.
 * @return RUF_OK; RUF_E_BUSY (another process writes); RUF_E_KEY; RUF_E_IO;
 *         RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_home_reset(struct ruf_home *home,
                                            struct ruf_error *err);

/** The second half, where the first was done and a crash came between. */
RUF_MUST_USE enum ruf_status ruf_home_reset_resume(const struct ruf_home *home,
                                                   struct ruf_error *err);

#endif
