/*
 * base/key_item.h - what a key store keeps for a home
 *
 * Little-endian, RUF_KEY_ITEM_SIZE bytes, or RUF_KEY_ITEM_ROOM while the key is
 * being renewed; docs/key-item.md has the table. Two short forms are read as
 * well: 32 raw bytes, 64 hex digits.
 *
 * Threads: pure. A struct ruf_key_item holds keys: keep it in a struct
 * ruf_secret, or wipe it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_KEY_ITEM_H
#define BASE_KEY_ITEM_H

#include "base/seal.h"
#include <stdbool.h>

#define RUF_KEY_ITEM_SIZE 256
/** Bytes of the longest item that is written. */
#define RUF_KEY_ITEM_ROOM 320
#define RUF_WRAP_SALT_SIZE 16
/** A key under another one: salt, sealed key, tag. */
#define RUF_WRAPPED_SIZE                                                       \
    (RUF_WRAP_SALT_SIZE + RUF_SEAL_KEY_SIZE + RUF_SEAL_TAG_SIZE)
#define RUF_PIN_SALT_SIZE 16

/** How a PIN protects the key. */
struct ruf_pin_wrap {
    uint8_t salt[RUF_PIN_SALT_SIZE]; /**< of scrypt */
    uint32_t log_n;
    uint32_t r;
    uint32_t p;
    uint32_t attempts_max; /**< wrong PINs in a row */
    int64_t set_at;        /**< Unix seconds */
    uint8_t wrapped[RUF_WRAPPED_SIZE];
};

/** A decision about access that the audit does not have yet. */
struct ruf_key_note {
    int64_t made; /**< Unix seconds, below 2^48; 0: none */
    uint16_t what;
};

#define RUF_KEY_NOTES 4

struct ruf_key_item {
    /** The home's key; with a PIN the device secret it is wrapped with. */
    uint8_t secret[RUF_SEAL_KEY_SIZE];
    bool has_pin;
    bool resetting;    /**< the key is new: what the old one sealed has to go */
    bool renewing;     /**< store and index may be sealed by the next key */
    uint32_t attempts; /**< wrong PINs since the last right one */
    struct ruf_pin_wrap pin;
    uint64_t generation;            /**< newest index published, 0: none */
    uint8_t image[RUF_DIGEST_SIZE]; /**< hash of its header */
    int64_t checked_in; /**< last contact with the organisation, Unix seconds */
    int64_t clock_seen; /**< latest time seen */
    uint16_t judged;    /**< the last decision about access that was noted */
    uint32_t wrong_pins;  /**< that the audit does not have yet */
    int64_t wrong_pin_at; /**< the last of them, Unix seconds */
    struct ruf_key_note notes[RUF_KEY_NOTES]; /**< from the front */
    /** While renewing: the next key, RUF_SEAL_KEY_SIZE bytes, or wrapped as
     * that of the PIN. */
    uint8_t next[RUF_WRAPPED_SIZE];
};

/**
 * @return RUF_OK; RUF_E_KEY (K203: neither form, or bounds exceeded).
 */
RUF_MUST_USE enum ruf_status ruf_key_item_read(const uint8_t *bytes,
                                               size_t size,
                                               struct ruf_key_item *out,
                                               struct ruf_error *err);

/** @return bytes written. */
size_t ruf_key_item_write(const struct ruf_key_item *item,
                          uint8_t out[RUF_KEY_ITEM_ROOM]);

#endif
