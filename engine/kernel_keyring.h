/*
 * engine/kernel_keyring.h - secrets in the kernel's user keyring
 *
 * Threads: any.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_KERNEL_KEYRING_H
#define ENGINE_KERNEL_KEYRING_H

#include <rufname/status.h>
#include <stddef.h>
#include <stdint.h>

/**
 * @param[in,out] size  room, then the size of the payload.
 * @return RUF_OK; RUF_E_NOT_FOUND (none, or its time is over); RUF_E_KEY
 *         (K205: the kernel refuses; K203: the payload is larger).
 */
RUF_MUST_USE enum ruf_status ruf_keyring_read(const char *name, void *bytes,
                                              size_t *size,
                                              struct ruf_error *err);

/**
 * Make or replace.
 * @param[in] seconds  until the kernel forgets it; 0: never.
 * @return RUF_OK; RUF_E_KEY (K205).
 */
RUF_MUST_USE enum ruf_status ruf_keyring_write(const char *name,
                                               const void *bytes, size_t size,
                                               unsigned seconds,
                                               struct ruf_error *err);

/**
 * Replace one that is there, and never make one: what somebody removed stays
 * removed.
 * @return RUF_OK; RUF_E_NOT_FOUND (none, or its time is over); RUF_E_KEY
 *         (K205).
 */
RUF_MUST_USE enum ruf_status ruf_keyring_renew(const char *name,
                                               const void *bytes, size_t size,
                                               unsigned seconds,
                                               struct ruf_error *err);

/** One that is not there is fine. @return RUF_OK; RUF_E_KEY (K205). */
RUF_MUST_USE enum ruf_status ruf_keyring_remove(const char *name,
                                                struct ruf_error *err);

#endif
