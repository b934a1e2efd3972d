/*
 * base/error.h - filling struct ruf_error
 *
 * Threads: pure, works on the caller's object only.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <rufname/status.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * Record a failure and return its status, so that a caller can write
 * `return ruf_fail(...)`.
 *
 * @param[out] err    may be NULL; every field is overwritten.
 * @param[in]  id     stable id such as "K201", at most 7 characters.
 * @param[in]  place  file, source id, host or JSON pointer; "" if none.
 * @param[in]  format printf-like technical reason: English, lower case, no
 *                    personal data.
 */
RUF_PRINTF(5, 6)
enum ruf_status ruf_fail(struct ruf_error *err, enum ruf_status status,
                         const char *id, const char *place, const char *format,
                         ...);

/** As ruf_fail(), with the errno of a failed system call. */
RUF_PRINTF(6, 7)
enum ruf_status ruf_fail_os(struct ruf_error *err, enum ruf_status status,
                            const char *id, const char *place, int os_errno,
                            const char *format, ...);

/** Out of memory: RUF_E_NOMEM, id "E911". */
enum ruf_status ruf_fail_memory(struct ruf_error *err);

#endif
