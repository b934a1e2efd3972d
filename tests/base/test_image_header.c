/*
 * test_image_header.c - headers that were made with the key, and are wrong
 *
 * One malformed sample per rule of docs/index-format.md, "Header". Each is
 * given its digest and MAC again, so it is the rule that refuses it and not the
 * seal; the sizes in it are told before anything is allocated or decrypted.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/file.h"
#include "base/image.h"
#include "base/seal.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIXED 80u
#define ENTRY 40u
#define SECTIONS 3u
#define BODY (FIXED + ENTRY * SECTIONS)
#define FIRST FIXED            /* entry of the first section */
#define SECOND (FIXED + ENTRY) /* of the second */
#define LAST (FIXED + 2 * ENTRY)

static const uint8_t key[32] = { 3, 1, 4, 1, 5 };
static char path[] = "image-header-XXXXXX";
static char *good;
static size_t size;

static void set_up(void)
{
    static const uint8_t bytes[3000] = { 1 };
    const struct ruf_image_part parts[SECTIONS] = {
        { 1, 0, bytes, 100, 1024, NULL },
        { 2, RUF_SECTION_OPTIONAL, bytes, 3000, 1024, NULL },
        { 9, 0, bytes, 600, 512, NULL },
    };
    const struct ruf_image_seed seed = { .generation = 5 };
    int fd = mkstemp(path);

    cr_assert(fd >= 0 && close(fd) == 0);
    cr_assert(ruf_image_write(path, key, &seed, parts, SECTIONS, NULL) ==
              RUF_OK);
    cr_assert(ruf_file_read(path, RUF_FILE_ANY, 1 << 20, &good, &size, NULL) ==
              RUF_OK);
}

static void tear_down(void)
{
    free(good);
    (void)unlink(path);
}

TestSuite(image_header, .init = set_up, .fini = tear_down);

/* Digest and MAC as the document says. */
static void seal_again(uint8_t *header)
{
    uint8_t mac_key[RUF_SEAL_KEY_SIZE];

    cr_assert(ruf_sha256(header, BODY, header + BODY, NULL) == RUF_OK);
    cr_assert(ruf_derive_key(key, header + 40, 32, "rufname/1 idx/hdr", NULL, 0,
                             mac_key, NULL) == RUF_OK);
    cr_assert(ruf_hmac_sha256(mac_key, header, BODY + RUF_DIGEST_SIZE,
                              header + BODY + RUF_DIGEST_SIZE, NULL) == RUF_OK);
}

/* Open the image with some bytes of its header changed. */
static enum ruf_status open_with(size_t offset, const void *bytes, size_t count,
                                 struct ruf_error *err)
{
    uint8_t *changed = malloc(size);
    struct ruf_image *image = NULL;
    enum ruf_status status;

    cr_assert(changed != NULL);
    memcpy(changed, good, size);
    memcpy(changed + offset, bytes, count);
    seal_again(changed);
    cr_assert(ruf_file_replace(path, changed, size, NULL) == RUF_OK);
    free(changed);
    status = ruf_image_open(path, key, &image, err);
    cr_assert((status == RUF_OK) == (image != NULL));
    ruf_image_close(image);
    return status;
}

static const struct {
    const char *rule;
    size_t offset;
    uint8_t bytes[8];
    size_t count;
    const char *id;
} rules[] = {
    { "another magic", 0, { 'S' }, 1, "D701" },
    { "an older version", 8, { RUF_IMAGE_VERSION - 1 }, 4, "D702" },
    { "a newer version", 8, { RUF_IMAGE_VERSION + 1 }, 4, "D702" },
    { "a header that is too short", 12, { 184 }, 4, "D704" },
    { "a header that is too long", 12, { [3] = 0x7F }, 4, "D704" },
    { "unknown flags", 16, { 1 }, 4, "D702" },
    { "no section", 20, { 0 }, 4, "D704" },
    { "49 sections", 20, { 49 }, 4, "D704" },
    { "four billion sections", 20, { 255, 255, 255, 255 }, 4, "D704" },
    { "a file one byte longer", 24, { 0 }, 1, "D703" },
    { "a file without end",
      24,
      { 255, 255, 255, 255, 255, 255, 255, 255 },
      8,
      "D703" },
    { "another key derivation", 72, { 2 }, 2, "D702" },
    { "another sealing", 74, { 0 }, 2, "D702" },
    { "something behind the algorithms", 76, { 1 }, 4, "D702" },
    { "a kind twice", SECOND, { 1 }, 4, "D704" },
    { "kinds that descend", SECOND, { 0 }, 4, "D704" },
    { "an unknown flag of a section", FIRST + 4, { 2 }, 4, "D702" },
    { "no block size", FIRST + 8, { 0 }, 4, "D704" },
    { "blocks of 65,537 bytes", FIRST + 8, { 1, 0, 1 }, 4, "D704" },
    { "something behind the block size", FIRST + 12, { 1 }, 4, "D702" },
    { "a block more", FIRST + 16, { 2 }, 8, "D704" },
    { "blocks beyond the file", SECOND + 16, { 99 }, 8, "D703" },
    { "more blocks than can be counted",
      SECOND + 16,
      { 255, 255, 255, 255, 255, 255, 255, 255 },
      8,
      "D703" },
    { "blocks whose bytes wrap around",
      SECOND + 16,
      { 0, 0, 0, 0, 0, 0, 0, 0x40 },
      8,
      "D703" },
    { "a section within the header", FIRST + 24, { 0 }, 8, "D704" },
    { "a section within another", SECOND + 24, { 9, 1 }, 8, "D704" },
    { "a gap", SECOND + 24, { 0xFF, 0x0F }, 8, "D704" },
    { "blocks counted from elsewhere", SECOND + 32, { 9 }, 8, "D704" },
    { "a section that ends before the next", SECOND + 16, { 2 }, 8, "D704" },
    { "bytes behind the last section", LAST + 16, { 1 }, 8, "D704" },
};

Test(image_header, breaks_no_rule_unnoticed)
{
    struct ruf_error err;

    /* Sealed again as it was, it opens: the seal is not what refuses. */
    cr_assert(open_with(0, good, 1, &err) == RUF_OK, "%s", err.detail);
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        cr_expect(open_with(rules[i].offset, rules[i].bytes, rules[i].count,
                            &err) == RUF_E_CORRUPT,
                  "%s", rules[i].rule);
        cr_expect_str_eq(err.id, rules[i].id, "%s: %s", rules[i].rule, err.id);
    }
}

/* A header of the same key, but of another file: intact, and none of its
 * blocks is. */
Test(image_header, of_another_generation_opens_no_block)
{
    static uint8_t plain[1024];
    static const uint8_t six[] = { 6 };
    struct ruf_image_reader *reader;
    struct ruf_image *image;
    struct ruf_error err;

    cr_assert(open_with(32, six, 1, &err) == RUF_OK, "the header is whole");
    cr_assert(ruf_image_open(path, key, &image, NULL) == RUF_OK);
    cr_assert_eq(ruf_image_generation(image), 6);
    cr_assert(ruf_image_reader_create(image, &reader, NULL) == RUF_OK);
    memset(plain, 0xAA, sizeof(plain));
    cr_assert(ruf_image_read_blocks(reader, ruf_image_section(image, 1), 0, 1,
                                    plain, &err) == RUF_E_CORRUPT);
    cr_assert_str_eq(err.id, "D705");
    for (size_t i = 0; i < sizeof(plain); i++)
        cr_assert_eq(plain[i], 0, "nothing unverified is handed out");
    ruf_image_reader_destroy(reader);
    ruf_image_close(image);
}

Test(image_header, tells_a_wrong_key_from_a_changed_header)
{
    static const uint8_t other[32] = { 2 };
    struct ruf_image *image;
    struct ruf_error err;

    cr_assert(ruf_image_open(path, other, &image, &err) == RUF_E_KEY);
    cr_assert_str_eq(err.id, "K202");
    good[32] ^= 1;
    cr_assert(ruf_file_replace(path, good, size, NULL) == RUF_OK);
    cr_assert(ruf_image_open(path, key, &image, &err) == RUF_E_CORRUPT);
    cr_assert_str_eq(err.id, "D704");
    cr_assert(ruf_image_open(path, other, &image, &err) == RUF_E_CORRUPT);
    cr_assert_str_eq(err.id, "D704", "damage is told before the key");
}
