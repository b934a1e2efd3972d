/*
 * failing_memory.c - an allocator that fails when told to
 *
 * Each function asks failed() and hands on to the next definition in the link
 * order: the C library's, or that of a sanitizer.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "failing_memory.h"
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static atomic_bool armed;
static atomic_uint_fast64_t seen;
static atomic_int_fast64_t live;
static uint64_t first_to_fail;
static bool all_after;

void failing_memory_arm(uint64_t nth, bool forever)
{
    first_to_fail = nth;
    all_after = forever;
    atomic_store(&seen, 0);
    atomic_store(&armed, true);
}

uint64_t failing_memory_disarm(void)
{
    atomic_store(&armed, false);
    return atomic_load(&seen);
}

int64_t failing_memory_live(void)
{
    return atomic_load(&live);
}

static bool failed(void)
{
    uint64_t number;

    if (!atomic_load(&armed))
        return false;
    number = atomic_fetch_add(&seen, 1) + 1;
    if (first_to_fail == 0 || number < first_to_fail ||
        (number > first_to_fail && !all_after))
        return false;
    errno = ENOMEM;
    return true;
}

static void *counted(void *block)
{
    if (block != NULL)
        (void)atomic_fetch_add(&live, 1);
    return block;
}

/* --- the next allocator ------------------------------------------------------
 */

static struct {
    void *(*malloc)(size_t);
    void *(*calloc)(size_t, size_t);
    void *(*realloc)(void *, size_t);
    void (*free)(void *);
    int (*posix_memalign)(void **, size_t, size_t);
    void *(*aligned_alloc)(size_t, size_t);
    void *(*mmap)(void *, size_t, int, int, int, off_t);
} next;

/* ISO C has no cast from a pointer to data to one to a function. */
static void find(const char *name, void *function)
{
    void *address = dlsym(RTLD_NEXT, name);

    if (address == NULL)
        abort();
    memcpy(function, &address, sizeof(address));
}

/* At the first call, which is long before any thread. */
static void find_next(void)
{
    if (next.malloc != NULL)
        return;
    find("free", &next.free);
    find("calloc", &next.calloc);
    find("realloc", &next.realloc);
    find("posix_memalign", &next.posix_memalign);
    find("aligned_alloc", &next.aligned_alloc);
    find("mmap", &next.mmap);
    find("malloc", &next.malloc);
}

/* System libraries are to find these as well; but a sanitizer's allocator is
 * not up when the first of them allocates. */
#ifdef __SANITIZE_ADDRESS__
#pragma GCC visibility push(hidden)
#else
#pragma GCC visibility push(default)
#endif

void *malloc(size_t size)
{
    find_next();
    return failed() ? NULL : counted(next.malloc(size));
}

void *calloc(size_t count, size_t size)
{
    find_next();
    return failed() ? NULL : counted(next.calloc(count, size));
}

void *realloc(void *block, size_t size)
{
    void *moved;

    find_next();
    if (failed())
        return NULL;
    moved = next.realloc(block, size);
    if (block == NULL)
        return counted(moved);
    if (size == 0 && moved == NULL)
        (void)atomic_fetch_sub(&live, 1);
    return moved;
}

void free(void *block)
{
    find_next();
    if (block != NULL)
        (void)atomic_fetch_sub(&live, 1);
    next.free(block);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    int code;

    find_next();
    if (failed())
        return ENOMEM;
    code = next.posix_memalign(out, alignment, size);
    if (code == 0)
        (void)counted(*out);
    return code;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    find_next();
    return failed() ? NULL : counted(next.aligned_alloc(alignment, size));
}

/* Written out, since a sanitizer's own ones would not come by here. */
char *strndup(const char *text, size_t limit)
{
    size_t size = strnlen(text, limit);
    char *copy = malloc(size + 1);

    if (copy != NULL) {
        memcpy(copy, text, size);
        copy[size] = '\0';
    }
    return copy;
}

char *strdup(const char *text)
{
    return strndup(text, strlen(text));
}

void *mmap(void *address, size_t size, int protection, int flags, int fd,
           off_t offset)
{
    find_next();
    if (failed())
        return MAP_FAILED;
    return next.mmap(address, size, protection, flags, fd, offset);
}

#pragma GCC visibility pop
