/*
 * base/secret.c - memory for keys, tokens and decrypted contacts
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/secret.h"
#include "base/error.h"
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t page_size(void)
{
    long size = sysconf(_SC_PAGESIZE);

    return size > 0 ? (size_t)size : 4096;
}

/* Whole pages for size bytes; 0 on overflow. */
static size_t rounded_to_pages(size_t size, size_t page)
{
    if (size == 0)
        size = 1;
    if (size > SIZE_MAX - 4 * page)
        return 0;
    return (size + page - 1) / page * page;
}

enum ruf_status ruf_secret_create(size_t size, struct ruf_secret *out,
                                  struct ruf_error *err)
{
    size_t page = page_size();
    size_t inner = rounded_to_pages(size, page);
    uint8_t *region;

    out->bytes = NULL;
    out->size = 0;
    if (inner == 0)
        return ruf_fail_memory(err);
    region = mmap(NULL, inner + 2 * page, PROT_NONE,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (region == MAP_FAILED)
        return ruf_fail_memory(err);
    if (mprotect(region + page, inner, PROT_READ | PROT_WRITE) != 0) {
        (void)munmap(region, inner + 2 * page);
        return ruf_fail_memory(err);
    }
    /* RLIMIT_MEMLOCK is often 8 MiB: an index may not fit; go on unlocked. */
    (void)mlock(region + page, inner);
#ifdef MADV_DONTDUMP
    (void)madvise(region + page, inner, MADV_DONTDUMP);
#endif
    out->bytes = region + page;
    out->size = size;
    return RUF_OK;
}

void ruf_secret_destroy(struct ruf_secret *secret)
{
    size_t page = page_size();
    size_t inner;

    if (secret->bytes == NULL)
        return;
    inner = rounded_to_pages(secret->size, page);
    ruf_wipe(secret->bytes, secret->size);
    (void)munlock(secret->bytes, inner);
    (void)munmap(secret->bytes - page, inner + 2 * page);
    secret->bytes = NULL;
    secret->size = 0;
}

void ruf_wipe(void *bytes, size_t size)
{
    OPENSSL_cleanse(bytes, size);
}

enum ruf_status ruf_random(void *bytes, size_t size, struct ruf_error *err)
{
    unsigned char *next = bytes;

    while (size > 0) {
        int step = size > 1024 ? 1024 : (int)size;

        if (RAND_priv_bytes(next, step) != 1)
            return ruf_fail(err, RUF_E_INTERNAL, "E912", "",
                            "no random bytes from the system");
        next += step;
        size -= (size_t)step;
    }
    return RUF_OK;
}
