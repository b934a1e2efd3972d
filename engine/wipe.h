/*
 * engine/wipe.h - what opening and making a home ask about a wipe
 *
 * Threads: any; the lock of the home keeps two wipes apart.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_WIPE_H
#define ENGINE_WIPE_H

#include <rufname/host.h>
#include <rufname/wipe.h>

#define HOME_WIPE_MARKER "wipe.pending"
#define HOME_WIPE_RECEIPT "wipe.receipt"

/** Has a wipe begun that is not finished? */
bool ruf_wipe_is_pending(const char *home);

/** Does a receipt lie here? */
bool ruf_wipe_is_done(const char *home);

/**
 * Finish a pending wipe, waiting for nobody.
 * @param[in] host  filled in.
 * @return RUF_OK: finished; RUF_E_WIPED (W603: not yet, and why).
 */
RUF_MUST_USE enum ruf_status ruf_wipe_resume(const char *home,
                                             const struct ruf_host *host,
                                             struct ruf_error *err);

#endif
