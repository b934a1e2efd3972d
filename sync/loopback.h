/*
 * sync/loopback.h - the one answer a browser brings back from signing in
 *
 * Listens on 127.0.0.1 at a free port (RFC 8252, 7.3). Browsers open more
 * connections than they use and ask for icons: anything but GET / with the
 * right state is turned away and the wait goes on. The first good answer ends
 * it.
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_LOOPBACK_H
#define SYNC_LOOPBACK_H

#include "base/secret.h"
#include "sync/call.h"

struct ruf_loopback;

struct ruf_callback {
    struct ruf_secret code; /**< NUL-terminated; bytes NULL if refused */
    char error[40];         /**< "access_denied"; "" if there is a code */
};

/** @return RUF_OK; RUF_E_NETWORK (S516: cannot listen); RUF_E_NOMEM. */
RUF_MUST_USE enum ruf_status ruf_loopback_create(const char *state,
                                                 struct ruf_loopback **out,
                                                 struct ruf_error *err);

/** Closes the socket; NULL is fine. */
void ruf_loopback_destroy(struct ruf_loopback *loopback);

unsigned ruf_loopback_port(const struct ruf_loopback *loopback);

/**
 * Wait for the browser.
 * @return RUF_OK; RUF_E_AUTH (S506: nobody came); RUF_E_CANCELLED (S540);
 *         RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_loopback_wait(struct ruf_loopback *loopback,
                                               int64_t timeout_ms,
                                               const struct ruf_cancel *cancel,
                                               struct ruf_callback *out,
                                               struct ruf_error *err);

#endif
