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
 * Fill an error. Callers use the forms below, which also give the status.
 *
 * @param[out] err    may be NULL; every field is overwritten.
 * @param[in]  id     stable id such as "K201", at most 7 characters.
 * @param[in]  place  file, source id, host or JSON pointer; "" if none.
 * @param[in]  os_errno  errno of a failed system call, else 0.
 * @param[in]  format printf-like technical reason: English, lower case, no
 *                    personal data.
 */
RUF_PRINTF(6, 7)
void ruf_error_fill(struct ruf_error *err, enum ruf_status status,
                    const char *id, const char *place, int os_errno,
                    const char *format, ...);

/*
 * Record a failure and give its status: `return ruf_fail(err, RUF_E_IO, ...)`.
 * Macros, so that a reader and an analyser see at the call which status comes
 * back. The status is evaluated twice.
 */
#define ruf_fail(err, status, id, place, ...)                                  \
    (ruf_error_fill(err, status, id, place, 0, __VA_ARGS__), (status))
#define ruf_fail_os(err, status, id, place, os_errno, ...)                     \
    (ruf_error_fill(err, status, id, place, os_errno, __VA_ARGS__), (status))

/** Out of memory: RUF_E_NOMEM, id "E911". */
static inline enum ruf_status ruf_fail_memory(struct ruf_error *err)
{
    return ruf_fail(err, RUF_E_NOMEM, "E911", "", "out of memory");
}

#endif
