/*
 * engine/rollback.h - the newest index, remembered beside the key
 *
 * Whoever puts back an older store together with the index that belongs to it
 * passes every check of the two. The key store remembers the newest generation
 * and what its header was; who puts its item back as well is not noticed, since
 * plain Linux has no counter that only goes up.
 *
 * Threads: as rufname/home.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_ROLLBACK_H
#define ENGINE_ROLLBACK_H

#include "engine/home_private.h"

/** The newest generation the key store knew when the home was opened; 0: none,
 *  or it keeps nothing. */
uint64_t ruf_rollback_floor(const struct ruf_home *home);

/** An index was published. @return RUF_OK; RUF_E_BUSY; RUF_E_KEY; RUF_E_IO;
 *  RUF_E_NOMEM. */
RUF_MUST_USE enum ruf_status ruf_rollback_remember(const struct ruf_home *home,
                                                   const char *image_path,
                                                   uint64_t generation,
                                                   struct ruf_error *err);

/** Is this index, of the floor's generation, the one that was published?
 *  @return RUF_OK, also for any other generation; RUF_E_CORRUPT (D707);
 *  RUF_E_IO. */
RUF_MUST_USE enum ruf_status ruf_rollback_check(const struct ruf_home *home,
                                                const char *image_path,
                                                uint64_t generation,
                                                struct ruf_error *err);

#endif
