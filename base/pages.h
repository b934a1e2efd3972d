/*
 * base/pages.h - malloc() for megabytes that are about to be filled
 *
 * Fresh memory costs a page fault per 4 KiB, about as much as filling it. On
 * huge pages, where the system gives them, it is one per 2 MiB.
 *
 * Threads: any thread.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_PAGES_H
#define BASE_PAGES_H

#include <stddef.h>

/** Not zeroed; free() it. @return NULL when memory is out. */
void *ruf_pages_alloc(size_t size);

/** Move the first 'used' bytes of old, which may be NULL, to new pages, and
 *  free it. @return NULL when memory is out; old is as it was. */
void *ruf_pages_grow(void *old, size_t used, size_t size);

/** Memory of its own, zeroed, for what may grow. @return NULL when memory is
 *  out. */
void *ruf_pages_map(size_t size);
/** Let it grow where it is, or take its pages elsewhere: nothing is copied and
 *  nothing stays behind. @return NULL when memory is out; old is as it was. */
void *ruf_pages_remap(void *old, size_t old_size, size_t size);
/** Back to the system, which clears pages before it gives them away. */
void ruf_pages_unmap(void *bytes, size_t size);

#endif
