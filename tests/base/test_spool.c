/*
 * test_spool.c - bytes in order, beyond a limit in a sealed temporary file
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/spool.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Tests run side by side. */
static const char *spool_path(void)
{
    static char path[64];

    (void)snprintf(path, sizeof(path), "test-spool-%ld.parts", (long)getpid());
    return path;
}

static uint8_t byte_at(uint64_t i)
{
    return (uint8_t)(i * 2654435761u >> 13);
}

/* Pieces of 1 to 200 bytes until so many are there. */
static void fill(struct ruf_spool *spool, uint64_t size)
{
    uint8_t piece[200];

    for (uint64_t at = 0, n = 1; at < size; n = n % 199 + 1) {
        size_t count = size - at < n ? (size_t)(size - at) : (size_t)n;

        for (size_t i = 0; i < count; i++)
            piece[i] = byte_at(at + i);
        ruf_write_bytes(&spool->tail, piece, count);
        ruf_spool_trim(spool);
        at += count;
    }
}

static bool reads_back(const struct ruf_spool *spool, uint64_t size,
                       size_t step)
{
    struct ruf_spool_reader reader;
    bool same = true;
    uint64_t at = 0;

    ruf_spool_reader_open(&reader, spool);
    while (same && at < size) {
        size_t count = size - at < step ? (size_t)(size - at) : step;
        const uint8_t *bytes = ruf_spool_read(&reader, count);

        same = bytes != NULL;
        for (size_t i = 0; same && i < count; i++)
            same = bytes[i] == byte_at(at + i);
        at += count;
    }
    same = same && ruf_spool_read(&reader, 1) == NULL;
    ruf_spool_reader_close(&reader);
    return same;
}

static uint64_t sizes[] = { 0,
                            1,
                            RUF_SPOOL_BLOCK - 1,
                            RUF_SPOOL_BLOCK,
                            RUF_SPOOL_BLOCK + 1,
                            10 * RUF_SPOOL_BLOCK,
                            10 * RUF_SPOOL_BLOCK + 77 };

ParameterizedTestParameters(spool, gives_back_what_was_written)
{
    return cr_make_param_array(uint64_t, sizes,
                               sizeof(sizes) / sizeof(sizes[0]));
}

ParameterizedTest(uint64_t *size, spool, gives_back_what_was_written)
{
    static const size_t limits[] = { 0, 3 * RUF_SPOOL_BLOCK, SIZE_MAX };
    static const size_t steps[] = { 1, 24, 1000, RUF_SPOOL_READ_MAX };

    for (size_t i = 0; i < 3; i++) {
        struct ruf_spill *spill;
        struct ruf_spool spool;

        cr_assert(ruf_spill_create(spool_path(), &spill, NULL) == RUF_OK);
        ruf_spool_start(&spool, spill, limits[i]);
        fill(&spool, *size);
        cr_assert_eq(ruf_spool_size(&spool), *size);
        cr_assert_leq(spool.tail.size, *size);
        if (limits[i] != SIZE_MAX && *size > limits[i] + 2 * RUF_SPOOL_BLOCK)
            cr_assert_gt(ruf_spill_size(spill), 0);
        if (limits[i] == SIZE_MAX)
            cr_assert_eq(ruf_spill_size(spill), 0);
        for (size_t k = 0; k < 4; k++)
            cr_assert(reads_back(&spool, *size, steps[k]),
                      "%llu bytes, limit %zu, steps of %zu",
                      (unsigned long long)*size, limits[i], steps[k]);
        cr_assert(ruf_spill_status(spill, NULL) == RUF_OK);
        ruf_spool_free(&spool);
        ruf_spill_destroy(spill);
    }
}

/* --- the file
 * -------------------------------------------------------------------------- */

/* The open file whose name was spool_path(), or -1. */
static int find_file(void)
{
    for (int fd = 3; fd < 256; fd++) {
        char name[64];
        char target[512];
        ssize_t size;

        (void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
        size = readlink(name, target, sizeof(target) - 1);
        if (size <= 0)
            continue;
        target[size] = '\0';
        if (strstr(target, spool_path()) != NULL)
            return fd;
    }
    return -1;
}

static struct ruf_spill *spill;
static struct ruf_spool spool;

static void spill_much(void)
{
    cr_assert(ruf_spill_create(spool_path(), &spill, NULL) == RUF_OK);
    ruf_spool_start(&spool, spill, 0);
    fill(&spool, 5 * RUF_SPOOL_BLOCK);
    cr_assert_gt(ruf_spill_size(spill), 0);
}

static void end(void)
{
    ruf_spool_free(&spool);
    ruf_spill_destroy(spill);
}

Test(spill, has_no_name_and_goes_with_its_owner)
{
    spill_much();
    cr_assert_eq(access(spool_path(), F_OK), -1);
    cr_assert_geq(find_file(), 0);
    end();
    cr_assert_eq(find_file(), -1);
}

Test(spill, removes_what_a_crash_left)
{
    int fd = open(spool_path(), O_WRONLY | O_CREAT, 0600);

    cr_assert_geq(fd, 0);
    (void)close(fd);
    cr_assert(ruf_spill_create(spool_path(), &spill, NULL) == RUF_OK);
    cr_assert_eq(access(spool_path(), F_OK), -1);
    ruf_spill_destroy(spill);
}

Test(spill, holds_no_plain_bytes)
{
    uint8_t plain[64];
    uint8_t *stored = malloc(5 * (RUF_SPOOL_BLOCK + 16));
    ssize_t size;

    spill_much();
    size = pread(find_file(), stored, 5 * (RUF_SPOOL_BLOCK + 16), 0);
    cr_assert_gt(size, (ssize_t)RUF_SPOOL_BLOCK);
    for (size_t i = 0; i < sizeof(plain); i++)
        plain[i] = byte_at(i);
    cr_assert_null(memmem(stored, (size_t)size, plain, sizeof(plain)));
    free(stored);
    end();
}

Test(spill, notices_a_changed_byte)
{
    struct ruf_error err;
    uint8_t byte;
    int fd;

    spill_much();
    fd = find_file();
    cr_assert_eq(pread(fd, &byte, 1, RUF_SPOOL_BLOCK + 16 + 100), 1);
    byte ^= 1;
    cr_assert_eq(pwrite(fd, &byte, 1, RUF_SPOOL_BLOCK + 16 + 100), 1);
    cr_assert_not(reads_back(&spool, 5 * RUF_SPOOL_BLOCK, 100));
    cr_assert(ruf_spill_status(spill, &err) == RUF_E_CORRUPT);
    cr_assert_str_eq(err.id, "D710");
    end();
}

Test(spill, notices_swapped_blocks)
{
    size_t stored = RUF_SPOOL_BLOCK + 16;
    uint8_t *blocks = malloc(2 * stored);
    int fd;

    spill_much();
    fd = find_file();
    cr_assert_eq(pread(fd, blocks, 2 * stored, 0), (ssize_t)(2 * stored));
    cr_assert_eq(pwrite(fd, blocks + stored, stored, 0), (ssize_t)stored);
    cr_assert_not(reads_back(&spool, 5 * RUF_SPOOL_BLOCK, 100));
    cr_assert(ruf_spill_status(spill, NULL) == RUF_E_CORRUPT);
    free(blocks);
    end();
}

Test(spill, tells_that_it_cannot_be_made)
{
    struct ruf_error err;

    cr_assert(ruf_spill_create("no-such-folder/x", &spill, NULL) == RUF_OK);
    ruf_spool_start(&spool, spill, 0);
    fill(&spool, 5 * RUF_SPOOL_BLOCK);
    cr_assert(ruf_spill_status(spill, &err) == RUF_E_IO);
    cr_assert_str_eq(err.id, "I806");
    cr_assert_lt(spool.tail.size, 2 * RUF_SPOOL_BLOCK, "it goes on to grow");
    end();
}
