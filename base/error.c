/*
 * base/error.c - filling struct ruf_error
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void ruf_error_fill(struct ruf_error *err, enum ruf_status status,
                    const char *id, const char *place, int os_errno,
                    const char *format, ...)
{
    va_list arguments;

    if (err == NULL)
        return;
    memset(err, 0, sizeof(*err));
    err->status = status;
    err->os_errno = os_errno;
    (void)snprintf(err->id, sizeof(err->id), "%s", id);
    (void)snprintf(err->place, sizeof(err->place), "%s", place);
    va_start(arguments, format);
    (void)vsnprintf(err->detail, sizeof(err->detail), format, arguments);
    va_end(arguments);
}
