/*
 * test_page_file.c - pages come back as they were written, or not at all
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/file.h"
#include "indexer/page_file.h"
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/rufname-test-pages.XXXXXX";
static struct ruf_page_file file;
static struct ruf_error err;

static void set_up(void)
{
    char path[128];

    cr_assert(mkdtemp(folder) != NULL);
    (void)snprintf(path, sizeof(path), "%s/store.pages", folder);
    file.path = strdup(path);
    file.fd = -1;
    cr_assert(file.path != NULL);
}

static void tear_down(void)
{
    ruf_page_file_remove(&file);
    ruf_page_file_close(&file);
    if (rmdir(folder) != 0)
        cr_log_warn("%s is left", folder);
}

TestSuite(page_file, .init = set_up, .fini = tear_down);

static const char first[] = "Anna Graf, 030 23125-042";
static const char second[] = "Ben Klein, 030 23125-043, and some more";

static void put(uint64_t place, const char *text,
                uint8_t seal[RUF_PAGE_SEAL_SIZE])
{
    struct ruf_writer page = { 0 };

    ruf_write_bytes(&page, text, strlen(text));
    cr_assert(ruf_page_file_put(&file, place, &page, seal, &err) == RUF_OK,
              "%s", err.detail);
    cr_assert_eq(page.size, strlen(text));
    ruf_writer_free(&page);
}

static enum ruf_status get(uint64_t place, size_t size, const uint8_t *seal,
                           const char *expected)
{
    struct ruf_writer page = { 0 };
    enum ruf_status status =
        ruf_page_file_get(&file, place, size, seal, &page, &err);

    if (status == RUF_OK) {
        cr_assert_eq(page.size, strlen(expected));
        cr_assert_arr_eq(page.bytes, expected, page.size);
    } else {
        for (size_t i = 0; i < page.size; i++)
            cr_assert_eq(page.bytes[i], 0, "unverified bytes do not stay");
    }
    ruf_writer_free(&page);
    return status;
}

static void expect_damaged(uint64_t place, size_t size, const uint8_t *seal)
{
    cr_expect(get(place, size, seal, "") == RUF_E_CORRUPT);
    cr_expect_str_eq(err.id, "D714");
}

#define FIRST_SIZE (sizeof(first) - 1)
#define SECOND_SIZE (sizeof(second) - 1)

Test(page_file, gives_pages_back_also_when_opened_again)
{
    uint8_t seals[2][RUF_PAGE_SEAL_SIZE];
    struct stat info;

    put(0, first, seals[0]);
    put(FIRST_SIZE, second, seals[1]);
    for (int i = 0; i < 2; i++) {
        cr_expect(get(FIRST_SIZE, SECOND_SIZE, seals[1], second) == RUF_OK);
        cr_expect(get(0, FIRST_SIZE, seals[0], first) == RUF_OK);
        (void)close(file.fd);
        file.fd = -1;
    }
    cr_assert(stat(file.path, &info) == 0);
    cr_expect_eq(info.st_mode & 0777, 0600);
    cr_expect_eq((size_t)info.st_size, FIRST_SIZE + SECOND_SIZE);
}

Test(page_file, holds_nothing_in_the_clear_and_no_key_twice)
{
    uint8_t seals[2][RUF_PAGE_SEAL_SIZE];
    char *bytes;
    size_t size;

    put(0, first, seals[0]);
    put(FIRST_SIZE, first, seals[1]);
    cr_expect(memcmp(seals[0], seals[1], RUF_SEAL_KEY_SIZE) != 0);
    cr_assert(ruf_file_read(file.path, RUF_FILE_PRIVATE, 4096, &bytes, &size,
                            &err) == RUF_OK);
    for (size_t i = 0; i + 4 <= size; i++)
        cr_expect(memcmp(bytes + i, "Anna", 4) != 0 &&
                  memcmp(bytes + i, "2312", 4) != 0);
    cr_expect(memcmp(bytes, bytes + FIRST_SIZE, FIRST_SIZE) != 0);
    free(bytes);
}

static void flip(uint64_t place)
{
    uint8_t byte;
    int fd = open(file.path, O_RDWR | O_CLOEXEC);

    cr_assert(fd >= 0 && pread(fd, &byte, 1, (off_t)place) == 1);
    byte ^= 1;
    cr_assert(pwrite(fd, &byte, 1, (off_t)place) == 1 && close(fd) == 0);
}

Test(page_file, refuses_every_other_byte_place_size_and_seal)
{
    uint8_t seals[2][RUF_PAGE_SEAL_SIZE];

    put(0, first, seals[0]);
    put(FIRST_SIZE, second, seals[1]);
    for (size_t i = 0; i < FIRST_SIZE; i++) {
        flip(i);
        expect_damaged(0, FIRST_SIZE, seals[0]);
        flip(i);
    }
    for (size_t i = 0; i < RUF_PAGE_SEAL_SIZE; i++) {
        seals[0][i] ^= 0x80;
        expect_damaged(0, FIRST_SIZE, seals[0]);
        seals[0][i] ^= 0x80;
    }
    expect_damaged(0, FIRST_SIZE, seals[1]);
    expect_damaged(1, FIRST_SIZE, seals[0]);
    expect_damaged(0, FIRST_SIZE - 1, seals[0]);
    expect_damaged(FIRST_SIZE, SECOND_SIZE + 1, seals[1]);
    cr_expect(get(0, FIRST_SIZE, seals[0], first) == RUF_OK);
}

Test(page_file, says_of_a_file_that_is_gone_that_its_pages_are)
{
    uint8_t seal[RUF_PAGE_SEAL_SIZE];

    put(0, first, seal);
    ruf_page_file_remove(&file);
    cr_expect(access(file.path, F_OK) != 0);
    expect_damaged(0, FIRST_SIZE, seal);
    ruf_page_file_remove(&file); /* which is fine */
}

Test(page_file, begins_anew_at_place_0)
{
    uint8_t seals[2][RUF_PAGE_SEAL_SIZE];
    struct stat info;

    put(0, second, seals[0]);
    put(0, first, seals[1]);
    cr_assert(stat(file.path, &info) == 0);
    cr_expect_eq((size_t)info.st_size, FIRST_SIZE, "nothing of before");
    cr_expect(get(0, FIRST_SIZE, seals[1], first) == RUF_OK);
}

/* Whoever may write to the folder must not choose what is written to. */
Test(page_file, follows_no_link)
{
    char victim[128];
    uint8_t seal[RUF_PAGE_SEAL_SIZE] = { 0 };
    struct stat info;

    (void)snprintf(victim, sizeof(victim), "%s/victim", folder);
    cr_assert(ruf_file_replace(victim, "keep", 4, &err) == RUF_OK);
    cr_assert(symlink(victim, file.path) == 0);
    cr_expect(get(0, 4, seal, "") == RUF_E_IO);
    cr_expect_str_eq(err.id, "I802");
    put(0, first, seal);
    cr_expect(lstat(file.path, &info) == 0 && S_ISREG(info.st_mode));
    cr_expect(stat(victim, &info) == 0 && info.st_size == 4);
    cr_expect(unlink(victim) == 0);
}

Test(page_file, says_why_it_cannot_write)
{
    struct ruf_writer page = { 0 };
    uint8_t seal[RUF_PAGE_SEAL_SIZE];

    ruf_write_bytes(&page, first, FIRST_SIZE);
    cr_assert(mkdir(file.path, 0700) == 0);
    cr_expect(ruf_page_file_put(&file, 0, &page, seal, &err) == RUF_E_IO);
    cr_expect_str_eq(err.id, "I806");
    cr_expect_str_eq(err.place, file.path);
    cr_expect(rmdir(file.path) == 0);
    ruf_writer_free(&page);
}
