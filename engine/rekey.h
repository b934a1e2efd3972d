/*
 * engine/rekey.h - a new key in the place of a home's key
 *
 * The item names both keys while store and index change hands:
 *
 *   1  item: the next key beside the old one
 *   2  store: re-encrypted, in one transaction
 *   3  index: built anew; what the phone was known to hold is forgotten
 *   4  item: the next key alone
 *
 * Cut short, the next one to open the home finds out which key fits the store
 * and goes on from there: before the end of step 2 back, after it onwards.
 *
 * Threads: as rufname/home.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_REKEY_H
#define ENGINE_REKEY_H

#include "engine/home_key.h"

/**
 * Where the handle holds the next key, too: end what was cut short. Afterwards
 * it holds the one that fits.
 * @return RUF_OK; RUF_E_BUSY (another process is at it); as opening the store
 *         and publishing.
 */
RUF_MUST_USE enum ruf_status ruf_rekey_finish(struct ruf_home *home,
                                              struct ruf_error *err);

#endif
