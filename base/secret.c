/*
 * base/secret.c - memory for keys, tokens and decrypted contacts
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/secret.h"
#include "base/error.h"
#include "base/seal.h"
#include <openssl/rand.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define HUGE_PAGE ((size_t)2 << 20)

static size_t page_size(void)
{
    long size = sysconf(_SC_PAGESIZE);

    return size > 0 ? (size_t)size : 4096;
}

static size_t rounded_up(size_t size, size_t step)
{
    if (size == 0)
        size = 1;
    return (size + step - 1) / step * step;
}

/* Map size bytes, from and to a multiple of 'alignment' (a page or more), with
 * a guard page on either side. */
static enum ruf_status map_region(size_t size, size_t alignment,
                                  struct ruf_secret *out, struct ruf_error *err)
{
    size_t page = page_size();
    size_t inner;
    uint8_t *start;

    *out = (struct ruf_secret){ 0 };
    if (size > SIZE_MAX - 2 * alignment - page)
        return ruf_fail_memory(err);
    inner = rounded_up(size, alignment);
    out->region_size = inner + alignment + page;
    out->region = mmap(NULL, out->region_size, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (out->region == MAP_FAILED) {
        *out = (struct ruf_secret){ 0 };
        return ruf_fail_memory(err);
    }
    start = out->region + alignment - (uintptr_t)out->region % alignment;
    if (mprotect(start, inner, PROT_READ | PROT_WRITE) != 0) {
        (void)munmap(out->region, out->region_size);
        *out = (struct ruf_secret){ 0 };
        return ruf_fail_memory(err);
    }
#ifdef MADV_DONTDUMP
    (void)madvise(start, inner, MADV_DONTDUMP);
#endif
    out->bytes = start;
    out->size = size;
    return RUF_OK;
}

enum ruf_status ruf_secret_create(size_t size, struct ruf_secret *out,
                                  struct ruf_error *err)
{
    enum ruf_status status = map_region(size, page_size(), out, err);

    if (status == RUF_OK)
        (void)mlock(out->bytes, rounded_up(size, page_size()));
    return status;
}

/* RLIMIT_MEMLOCK is often 8 MiB: an index may not fit; go on unlocked. */
static void lock_on_touch(const struct ruf_secret *secret)
{
#ifdef MLOCK_ONFAULT
    (void)mlock2(secret->bytes, rounded_up(secret->size, page_size()),
                 MLOCK_ONFAULT);
#else
    (void)secret;
#endif
}

enum ruf_status ruf_secret_create_sparse(size_t size, struct ruf_secret *out,
                                         struct ruf_error *err)
{
    enum ruf_status status = map_region(size, page_size(), out, err);

    if (status == RUF_OK)
        lock_on_touch(out);
    return status;
}

enum ruf_status ruf_secret_create_large(size_t size, struct ruf_secret *out,
                                        struct ruf_error *err)
{
    size_t alignment = size < HUGE_PAGE ? page_size() : HUGE_PAGE;
    enum ruf_status status = map_region(size, alignment, out, err);

#ifdef MADV_HUGEPAGE
    if (status == RUF_OK && size >= HUGE_PAGE)
        (void)madvise(out->bytes, rounded_up(size, page_size()), MADV_HUGEPAGE);
#endif
    if (status == RUF_OK)
        lock_on_touch(out);
    return status;
}

void ruf_secret_destroy_wiped(struct ruf_secret *secret)
{
    if (secret->region != NULL)
        (void)munmap(secret->region, secret->region_size); /* unlocks, too */
    *secret = (struct ruf_secret){ 0 };
}

/* Pages asked about at once. */
#define PAGES 64

/* Pages that nobody has touched are all zero: to wipe them would only have the
 * kernel make them. One that was swapped out, where locking failed, is not
 * brought back either: wiping would not reach its copy. */
static void wipe_touched(const struct ruf_secret *secret)
{
    size_t page = page_size();
    size_t pages = rounded_up(secret->size, page) / page;

    for (size_t first = 0; first < pages; first += PAGES) {
        size_t count = pages - first < PAGES ? pages - first : PAGES;
        uint8_t *bytes = secret->bytes + first * page;
        unsigned char there[PAGES];

        if (mincore(bytes, count * page, (void *)there) != 0)
            memset(there, 1, sizeof(there)); /* not known: all of them */
        for (size_t i = 0; i < count; i++)
            if ((there[i] & 1) != 0)
                ruf_wipe(bytes + i * page, page);
    }
}

void ruf_secret_destroy(struct ruf_secret *secret)
{
    if (secret->bytes != NULL)
        wipe_touched(secret);
    ruf_secret_destroy_wiped(secret);
}

/* OPENSSL_cleanse() goes by eight bytes, memset() by the widest there are; the
 * compiler must believe that somebody reads them. */
void ruf_wipe(void *bytes, size_t size)
{
    if (size > 0)
        memset(bytes, 0, size);
    __asm__ __volatile__("" : : "r"(bytes) : "memory");
}

enum ruf_status ruf_random(void *bytes, size_t size, struct ruf_error *err)
{
    unsigned char *next = bytes;

    while (size > 0) {
        int step = size > 1024 ? 1024 : (int)size;

        if (RAND_priv_bytes(next, step) != 1)
            return ruf_crypto_failed(err, "E912", "random numbers");
        next += step;
        size -= (size_t)step;
    }
    return RUF_OK;
}
