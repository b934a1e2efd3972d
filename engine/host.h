/*
 * engine/host.h - the host's callbacks, with those of Linux where it has none
 *
 * Threads: pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_HOST_H
#define ENGINE_HOST_H

#include <rufname/host.h>

/** Copy as much as the caller's version of the struct has, fill the rest.
 *  @param[in] given  may be NULL. */
void ruf_host_fill(const struct ruf_host *given, struct ruf_host *out);

#endif
