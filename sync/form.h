/*
 * sync/form.h - bodies of token requests, in wiped memory
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_FORM_H
#define SYNC_FORM_H

#include "base/secret.h"
#include <rufname/status.h>
#include <stdbool.h>
#include <stddef.h>

struct ruf_form {
    struct ruf_secret memory;
    size_t size;
    bool full; /**< something did not fit */
};

RUF_MUST_USE enum ruf_status ruf_form_create(struct ruf_form *out,
                                             struct ruf_error *err);
void ruf_form_destroy(struct ruf_form *form);

/** Append name=value, the value percent-encoded (RFC 3986 unreserved stay). */
void ruf_form_add(struct ruf_form *form, const char *name, const char *value);

/** The body; NULL if something did not fit. */
const char *ruf_form_text(const struct ruf_form *form);

/**
 * Percent-encode into out. @return bytes written without the NUL, or capacity
 * if it does not fit.
 */
size_t ruf_percent_encode(const char *text, char *out, size_t capacity);

#endif
