/*
 * base/pages.c - malloc() for megabytes that are about to be filled
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/pages.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20)

void *ruf_pages_alloc(size_t size)
{
    void *bytes = NULL;

    if (size < HUGE_PAGE)
        return malloc(size);
    if (posix_memalign(&bytes, HUGE_PAGE, size) != 0)
        return NULL;
#ifdef MADV_HUGEPAGE
    (void)madvise(bytes, size & ~(HUGE_PAGE - 1), MADV_HUGEPAGE);
#endif
    return bytes;
}

void *ruf_pages_grow(void *old, size_t used, size_t size)
{
    void *bytes = ruf_pages_alloc(size);

    if (bytes == NULL)
        return NULL;
    if (used > 0)
        memcpy(bytes, old, used);
    free(old);
    return bytes;
}

/* Whole huge pages; 0: too many. */
static size_t whole(size_t size)
{
    return size > SIZE_MAX - 2 * HUGE_PAGE
               ? 0
               : (size + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
}

/* At a border of huge pages: these are moved as such. */
static uint8_t *map_aligned(size_t size)
{
    uint8_t *bytes;
    size_t before;

    if (size == 0)
        return NULL;
    bytes = mmap(NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (bytes == MAP_FAILED)
        return NULL;
    before = -(uintptr_t)bytes % HUGE_PAGE;
    if (before > 0)
        (void)munmap(bytes, before);
    (void)munmap(bytes + before + size, HUGE_PAGE - before);
    return bytes + before;
}

static void *huge(void *bytes, size_t size)
{
#ifdef MADV_HUGEPAGE
    if (bytes != NULL)
        (void)madvise(bytes, size, MADV_HUGEPAGE);
#else
    (void)size;
#endif
    return bytes;
}

void *ruf_pages_map(size_t size)
{
    size = whole(size);
    return huge(map_aligned(size), size);
}

void *ruf_pages_remap(void *old, size_t old_size, size_t size)
{
    uint8_t *bytes;

    size = whole(size);
    bytes = map_aligned(size);
    if (bytes == NULL)
        return NULL;
#ifdef MREMAP_FIXED
    if (mremap(old, whole(old_size), size, MREMAP_MAYMOVE | MREMAP_FIXED,
               bytes) == MAP_FAILED) {
        (void)munmap(bytes, size);
        return NULL;
    }
#else
    memcpy(bytes, old, old_size);
    ruf_pages_unmap(old, old_size);
#endif
    return huge(bytes, size);
}

void ruf_pages_unmap(void *bytes, size_t size)
{
    (void)munmap(bytes, whole(size));
}
