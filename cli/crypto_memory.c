/*
 * cli/crypto_memory.c - allocations of libcrypto that failed
 *
 * Where libcrypto had no memory, SQLCipher says that a page of the store is
 * damaged and libcurl that no certificate is trusted, and nothing they hand out
 * tells it apart. A program may stand between libcrypto and malloc(), so this
 * one takes note.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cli.h"
#include <openssl/crypto.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_bool lacked;

static void *noted(void *block, size_t size)
{
    if (block == NULL && size > 0)
        atomic_store(&lacked, true);
    return block;
}

static void *allocate(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return noted(malloc(size), size);
}

static void *resize(void *block, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return noted(realloc(block, size), size);
}

static void release(void *block, const char *file, int line)
{
    (void)file;
    (void)line;
    free(block);
}

bool cli_watch_memory(void)
{
    return CRYPTO_set_mem_functions(allocate, resize, release) == 1;
}

bool cli_lacked_memory(void)
{
    return atomic_exchange(&lacked, false);
}
