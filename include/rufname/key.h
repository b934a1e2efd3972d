/*
 * rufname/key.h - the key of a home, taken out of its key item
 *
 * A key store keeps one item for each home: 32 bytes, 64 hex digits, or what
 * the engine makes of them, where a PIN, the newest generation and the last
 * check-in stand beside the key (docs/key-item.md).
 *
 * Threads: pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_KEY_H
#define RUFNAME_KEY_H

#include <rufname/index.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Largest key item, bytes. */
#define RUF_KEY_ITEM_MAX 512

/**
 * Take the key out of an item, for a program that reads an index without a
 * home: an extension, a directory provider.
 * @param[out] key  wipe it when done.
 * @return RUF_OK; RUF_E_KEY (K203: no key item); RUF_E_LOCKED (K210: a PIN
 *         protects it).
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_key_from_item(const void *item, size_t size, uint8_t key[RUF_KEY_SIZE],
                  struct ruf_error *err);

#ifdef __cplusplus
}
#endif
#endif
