/*
 * base/arena.c - memory that lives and dies together
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/arena.h"
#include "base/error.h"
#include "base/pages.h"
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_FIRST_CHUNK (64u * 1024u)
#define ARENA_LARGEST_STEP (8u * 1024u * 1024u)
#define ARENA_ALIGNMENT alignof(max_align_t)

struct arena_chunk {
    struct arena_chunk *older;
    size_t capacity;
    size_t used;
    alignas(max_align_t) unsigned char bytes[];
};

struct ruf_arena {
    struct arena_chunk *newest;
    size_t next_capacity;
    size_t used;
};

enum ruf_status ruf_arena_create(struct ruf_arena **out, struct ruf_error *err)
{
    struct ruf_arena *arena = calloc(1, sizeof(*arena));

    *out = arena;
    if (arena == NULL)
        return ruf_fail_memory(err);
    arena->next_capacity = ARENA_FIRST_CHUNK;
    return RUF_OK;
}

static void arena_free_chunks(struct arena_chunk *chunk)
{
    while (chunk != NULL) {
        struct arena_chunk *older = chunk->older;

        free(chunk);
        chunk = older;
    }
}

void ruf_arena_destroy(struct ruf_arena *arena)
{
    if (arena == NULL)
        return;
    arena_free_chunks(arena->newest);
    free(arena);
}

void ruf_arena_reset(struct ruf_arena *arena)
{
    arena->used = 0;
    if (arena->newest == NULL)
        return;
    /* Chunks grow, so the newest one is the largest or was made to measure. */
    arena_free_chunks(arena->newest->older);
    arena->newest->older = NULL;
    arena->newest->used = 0;
}

static struct arena_chunk *arena_grow(struct ruf_arena *arena, size_t size)
{
    struct arena_chunk *chunk;
    size_t total = arena->next_capacity;

    if (size > SIZE_MAX - sizeof(*chunk))
        return NULL;
    if (total < size + sizeof(*chunk))
        total = size + sizeof(*chunk);
    chunk = ruf_pages_alloc(total);
    if (chunk == NULL)
        return NULL;
    chunk->older = arena->newest;
    chunk->capacity = total - sizeof(*chunk);
    chunk->used = 0;
    arena->newest = chunk;
    if (arena->next_capacity < ARENA_LARGEST_STEP)
        arena->next_capacity *= 2;
    return chunk;
}

/* Room for size bytes, not zeroed; NULL on overflow or out of memory. */
static void *arena_take(struct ruf_arena *arena, size_t size)
{
    struct arena_chunk *chunk = arena->newest;
    size_t rounded;
    void *bytes;

    if (size > SIZE_MAX - ARENA_ALIGNMENT)
        return NULL;
    rounded = (size + ARENA_ALIGNMENT - 1) & ~(size_t)(ARENA_ALIGNMENT - 1);
    if (chunk == NULL || chunk->capacity - chunk->used < rounded) {
        chunk = arena_grow(arena, rounded);
        if (chunk == NULL)
            return NULL;
    }
    bytes = chunk->bytes + chunk->used;
    chunk->used += rounded;
    arena->used += rounded;
    return bytes;
}

void *ruf_arena_alloc(struct ruf_arena *arena, size_t count, size_t size)
{
    void *bytes;
    size_t total;

    if (__builtin_mul_overflow(count, size, &total))
        return NULL;
    if (total == 0)
        total = 1; /* a valid pointer, and the chunk list is never empty */
    bytes = arena_take(arena, total);
    if (bytes != NULL)
        memset(bytes, 0, total);
    return bytes;
}

size_t ruf_arena_used(const struct ruf_arena *arena)
{
    return arena->used;
}

char *ruf_arena_copy(struct ruf_arena *arena, const void *bytes, size_t size)
{
    char *copy;

    if (size == SIZE_MAX)
        return NULL;
    copy = arena_take(arena, size + 1);
    if (copy == NULL)
        return NULL;
    if (size > 0)
        memcpy(copy, bytes, size);
    copy[size] = '\0';
    return copy;
}

enum ruf_status ruf_arena_text(struct ruf_arena *arena, struct ruf_text text,
                               struct ruf_text *out)
{
    out->data = NULL;
    out->size = 0;
    if (text.data == NULL)
        return RUF_OK;
    out->data = ruf_arena_copy(arena, text.data, text.size);
    if (out->data == NULL)
        return RUF_E_NOMEM;
    out->size = text.size;
    return RUF_OK;
}
