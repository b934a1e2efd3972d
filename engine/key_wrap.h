/*
 * engine/key_wrap.h - a key under a PIN, and a key under another key
 *
 * Threads: pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_KEY_WRAP_H
#define ENGINE_KEY_WRAP_H

#include "base/key_item.h"
#include "base/secret.h"

/**
 * Seal a key; every call gives other bytes.
 * @param[in]  under  RUF_SEAL_KEY_SIZE bytes.
 * @param[in]  bound  bytes the wrapped key is good for only.
 */
RUF_MUST_USE enum ruf_status ruf_key_wrap(const uint8_t *under,
                                          const void *bound, size_t bound_size,
                                          const uint8_t key[RUF_SEAL_KEY_SIZE],
                                          uint8_t out[RUF_WRAPPED_SIZE],
                                          struct ruf_error *err);

/** @return RUF_OK; RUF_E_CORRUPT (D710: sealed under another key, or altered).
 */
RUF_MUST_USE enum ruf_status
ruf_key_unwrap(const uint8_t *under, const void *bound, size_t bound_size,
               const uint8_t wrapped[RUF_WRAPPED_SIZE],
               uint8_t key[RUF_SEAL_KEY_SIZE], struct ruf_error *err);

/** Cost and salt of a new PIN. */
RUF_MUST_USE enum ruf_status ruf_pin_wrap_make(struct ruf_pin_wrap *out,
                                               struct ruf_error *err);

/**
 * The key a PIN stands for: scrypt, then HKDF with the device secret.
 * @param[out] out  RUF_SEAL_KEY_SIZE bytes, owned by the caller.
 * @return RUF_OK; RUF_E_KEY (K203: the item asks for more than 256 MiB or other
 *         nonsense); RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_pin_stretch(const struct ruf_pin_wrap *wrap, const char *pin,
                const uint8_t device_secret[RUF_SEAL_KEY_SIZE],
                struct ruf_secret *out, struct ruf_error *err);

#endif
