/*
 * test_secret.c - secret memory is wiped before it is given back
 *
 * munmap() is wrapped: what it is handed can still be read there.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/secret.h"
#include <criterion/criterion.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define MIB ((size_t)1 << 20)

int __real_munmap(void *start, size_t size);
int __wrap_munmap(void *start, size_t size);

static struct {
    const uint8_t *bytes; /* of the secret looked out for */
    size_t size;
    size_t left; /* bytes that are not zero when it is unmapped */
    bool unmapped;
} watched;

int __wrap_munmap(void *start, size_t size)
{
    const uint8_t *first = start;

    if (watched.bytes > first && watched.bytes < first + size) {
        for (size_t i = 0; i < watched.size; i++)
            watched.left += watched.bytes[i] != 0;
        watched.unmapped = true;
    }
    return __real_munmap(start, size);
}

typedef enum ruf_status (*create)(size_t size, struct ruf_secret *out,
                                  struct ruf_error *err);

static const create creates[] = { ruf_secret_create, ruf_secret_create_sparse,
                                  ruf_secret_create_large };

static const size_t sizes[] = { 1, 4096, 4097, 300000, 5 * MIB };

static void destroy_watched(struct ruf_secret *secret)
{
    memset(&watched, 0, sizeof(watched));
    watched.bytes = secret->bytes;
    watched.size = secret->size;
    ruf_secret_destroy(secret);
    cr_assert(watched.unmapped);
    cr_assert_eq(watched.left, 0, "%zu of %zu bytes", watched.left,
                 watched.size);
    cr_assert_null(secret->bytes);
}

Test(secret, wiped_where_all_of_it_was_used)
{
    for (size_t i = 0; i < sizeof(creates) / sizeof(creates[0]); i++)
        for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
            struct ruf_secret secret;

            cr_assert_eq(creates[i](sizes[k], &secret, NULL), RUF_OK);
            memset(secret.bytes, 0xA5, sizes[k]);
            destroy_watched(&secret);
        }
}

Test(secret, wiped_where_little_of_it_was_used)
{
    for (size_t i = 0; i < sizeof(creates) / sizeof(creates[0]); i++)
        for (size_t at = 0; at < 5 * MIB; at += 77777) {
            struct ruf_secret secret;

            cr_assert_eq(creates[i](5 * MIB, &secret, NULL), RUF_OK);
            secret.bytes[at] = 0xA5;
            secret.bytes[5 * MIB - 1] = 0xA5;
            destroy_watched(&secret);
        }
}

static long faults(void)
{
    struct rusage use;

    cr_assert_eq(getrusage(RUSAGE_SELF, &use), 0);
    return use.ru_minflt;
}

/* To wipe what nobody touched would have the kernel make it first. */
Test(secret, untouched_pages_stay_so)
{
    struct ruf_secret secret;
    long before = faults();

    cr_assert_eq(ruf_secret_create_sparse(4 * MIB, &secret, NULL), RUF_OK);
    secret.bytes[MIB] = 1;
    ruf_secret_destroy(&secret);
    cr_assert_lt(faults() - before, 512, "%ld pages", faults() - before);
}

Test(secret, a_zeroed_one_may_be_destroyed)
{
    struct ruf_secret secret = { 0 };

    ruf_secret_destroy(&secret);
    cr_assert_null(secret.bytes);
}
