/*
 * base/pages.c - malloc() for megabytes that are about to be filled
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/pages.h"
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
