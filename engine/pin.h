/*
 * engine/pin.h - what a renewal of the key asks of the PIN
 *
 * Threads: as rufname/home.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_PIN_H
#define ENGINE_PIN_H

#include "engine/home_key.h"

/** One attempt, as ruf_home_unlock(); on success the handle has its key, and
 *  the next one if there are two. */
RUF_MUST_USE enum ruf_status
ruf_pin_enter(struct ruf_home *home, const char *pin, struct ruf_error *err);

/** Wrap a key of the home under the PIN and the device secret of this item. */
RUF_MUST_USE enum ruf_status
ruf_pin_wrap(const struct ruf_home *home, const char *pin,
             const struct ruf_key_item *item, const uint8_t key[RUF_KEY_SIZE],
             uint8_t out[RUF_WRAPPED_SIZE], struct ruf_error *err);

#endif
