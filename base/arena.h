/*
 * base/arena.h - memory that lives and dies together
 *
 * An arena hands out zeroed memory from growing chunks and frees all of it at
 * once. Used for everything that belongs to one page or one round.
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <rufname/contact.h>
#include <rufname/status.h>
#include <stddef.h>

struct ruf_arena;

/** @return RUF_OK, RUF_E_NOMEM. */
RUF_MUST_USE enum ruf_status ruf_arena_create(struct ruf_arena **out,
                                              struct ruf_error *err);

/** Free the arena and all it handed out; NULL is fine. */
void ruf_arena_destroy(struct ruf_arena *arena);

/** Take everything back, keep the largest chunk for reuse. */
void ruf_arena_reset(struct ruf_arena *arena);

/**
 * count * size zeroed bytes, aligned for any type. A count of 0 gives a valid
 * pointer. @return NULL on overflow or when memory is out.
 */
void *ruf_arena_alloc(struct ruf_arena *arena, size_t count, size_t size);

/** Bytes handed out since the last reset. */
size_t ruf_arena_used(const struct ruf_arena *arena);

/**
 * Copy bytes plus a NUL; the result is non-NULL even for size 0.
 * @return NULL when memory is out.
 */
char *ruf_arena_copy(struct ruf_arena *arena, const void *bytes, size_t size);

/**
 * Copy text into the arena. Absent text stays absent; empty stays empty.
 * @return RUF_OK, RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_arena_text(struct ruf_arena *arena,
                                            struct ruf_text text,
                                            struct ruf_text *out);

#endif
