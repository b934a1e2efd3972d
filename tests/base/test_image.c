/*
 * test_image.c - sealing, private files and the image container
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/file.h"
#include "base/image.h"
#include "base/seal.h"
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/rufname-test-image.XXXXXX";
static char path[128];
static const uint8_t key[32] = { 1, 2, 3 };

static void make_folder(void)
{
    cr_assert(mkdtemp(folder) != NULL);
    (void)snprintf(path, sizeof(path), "%s/file", folder);
}

static void remove_folder(void)
{
    (void)unlink(path);
    (void)rmdir(folder);
}

/* --- sealing: published vectors --------------------------------------------
 */

/* McGrew & Viega, "The Galois/Counter Mode of Operation", test case 14. */
Test(seal, agrees_with_the_published_gcm_vector)
{
    static const uint8_t zero_key[32];
    static const uint8_t plain[16];
    static const uint8_t cipher[16] = { 0xce, 0xa7, 0x40, 0x3d, 0x4d, 0x60,
                                        0x6b, 0x6e, 0x07, 0x4e, 0xc5, 0xd3,
                                        0xba, 0xf3, 0x9d, 0x18 };
    static const uint8_t tag[16] = { 0xd0, 0xd1, 0xc8, 0xa7, 0x99, 0x99,
                                     0x6b, 0xf0, 0x26, 0x5b, 0x98, 0xb5,
                                     0xd4, 0x8a, 0xb9, 0x19 };
    struct ruf_sealer *sealer;
    uint8_t out[16];
    uint8_t out_tag[16];

    cr_assert(ruf_sealer_create(zero_key, RUF_SEAL, &sealer, NULL) == RUF_OK);
    cr_assert(ruf_seal_block(sealer, 0, NULL, 0, plain, 16, out, out_tag,
                             NULL) == RUF_OK);
    cr_assert_arr_eq(out, cipher, 16);
    cr_assert_arr_eq(out_tag, tag, 16);
    ruf_sealer_destroy(sealer);
}

Test(seal, gives_nothing_away_when_the_tag_is_wrong)
{
    struct ruf_sealer *seal;
    struct ruf_sealer *unseal;
    uint8_t sealed[32];
    uint8_t tag[16];
    uint8_t out[32];
    static const uint8_t plain[32] = "thirty-one bytes of plain text.";
    static const uint8_t zeros[32];

    cr_assert(ruf_sealer_create(key, RUF_SEAL, &seal, NULL) == RUF_OK);
    cr_assert(ruf_sealer_create(key, RUF_UNSEAL, &unseal, NULL) == RUF_OK);
    cr_assert(ruf_seal_block(seal, 7, "aad", 3, plain, 32, sealed, tag, NULL) ==
              RUF_OK);
    cr_assert(ruf_unseal_block(unseal, 7, "aad", 3, sealed, 32, tag, out,
                               NULL) == RUF_OK);
    cr_assert_arr_eq(out, plain, 32);
    cr_assert(ruf_unseal_block(unseal, 8, "aad", 3, sealed, 32, tag, out,
                               NULL) == RUF_E_CORRUPT,
              "another position");
    cr_assert_arr_eq(out, zeros, 32);
    cr_assert(ruf_unseal_block(unseal, 7, "aaX", 3, sealed, 32, tag, out,
                               NULL) == RUF_E_CORRUPT,
              "another binding");
    tag[0] ^= 1;
    cr_assert(ruf_unseal_block(unseal, 7, "aad", 3, sealed, 32, tag, out,
                               NULL) == RUF_E_CORRUPT);
    ruf_sealer_destroy(seal);
    ruf_sealer_destroy(unseal);
}

/* FIPS 180-2, appendix B.1. */
Test(seal, hashes_abc_as_published)
{
    static const uint8_t expected[4] = { 0xba, 0x78, 0x16, 0xbf };
    uint8_t digest[RUF_DIGEST_SIZE];

    cr_assert(ruf_sha256("abc", 3, digest, NULL) == RUF_OK);
    cr_assert_arr_eq(digest, expected, 4);
}

Test(seal, derives_another_key_for_each_label_salt_and_context)
{
    uint8_t keys[4][32];

    cr_assert(ruf_derive_key(key, "s", 1, "a", NULL, 0, keys[0], NULL) ==
              RUF_OK);
    cr_assert(ruf_derive_key(key, "s", 1, "b", NULL, 0, keys[1], NULL) ==
              RUF_OK);
    cr_assert(ruf_derive_key(key, "t", 1, "a", NULL, 0, keys[2], NULL) ==
              RUF_OK);
    cr_assert(ruf_derive_key(key, "s", 1, "a", "c", 1, keys[3], NULL) ==
              RUF_OK);
    for (int a = 0; a < 4; a++)
        for (int b = a + 1; b < 4; b++)
            cr_expect(memcmp(keys[a], keys[b], 32) != 0, "%d %d", a, b);
}

/* --- files
 * -------------------------------------------------------------------- */

Test(file, is_private_whatever_the_umask, .init = make_folder,
     .fini = remove_folder)
{
    struct stat info;

    (void)umask(0);
    cr_assert(ruf_file_replace(path, "x", 1, NULL) == RUF_OK);
    cr_assert(stat(path, &info) == 0);
    cr_assert_eq(info.st_mode & 0777, 0600);
}

Test(file, replaces_a_link_and_not_what_it_points_to, .init = make_folder,
     .fini = remove_folder)
{
    char victim[160];
    char *bytes;
    size_t size;

    (void)snprintf(victim, sizeof(victim), "%s.victim", path);
    cr_assert(ruf_file_replace(victim, "old", 3, NULL) == RUF_OK);
    cr_assert(symlink(victim, path) == 0);
    cr_assert(ruf_file_replace(path, "new", 3, NULL) == RUF_OK);
    cr_assert(ruf_file_read(victim, RUF_FILE_ANY, 100, &bytes, &size, NULL) ==
              RUF_OK);
    cr_assert_str_eq(bytes, "old");
    free(bytes);
    (void)unlink(victim);
}

Test(file, of_the_key_must_not_be_readable_by_others, .init = make_folder,
     .fini = remove_folder)
{
    char *bytes;
    size_t size;

    cr_assert(ruf_file_replace(path, "x", 1, NULL) == RUF_OK);
    cr_assert(ruf_file_read(path, RUF_FILE_PRIVATE, 9, &bytes, &size, NULL) ==
              RUF_OK);
    free(bytes);
    cr_assert(chmod(path, 0644) == 0);
    cr_assert(ruf_file_read(path, RUF_FILE_PRIVATE, 9, &bytes, &size, NULL) ==
              RUF_E_IO);
}

Test(file, that_is_missing_too_large_or_no_file_is_refused, .init = make_folder,
     .fini = remove_folder)
{
    struct ruf_error err;
    char *bytes;
    size_t size;

    cr_assert(ruf_file_read(path, RUF_FILE_ANY, 9, &bytes, &size, &err) ==
              RUF_E_NOT_FOUND);
    cr_assert(ruf_file_read(folder, RUF_FILE_ANY, 9, &bytes, &size, &err) ==
              RUF_E_IO);
    cr_assert_str_eq(err.id, "I803");
    cr_assert(ruf_file_replace(path, "0123456789", 10, NULL) == RUF_OK);
    cr_assert(ruf_file_read(path, RUF_FILE_ANY, 9, &bytes, &size, &err) ==
              RUF_E_IO);
    cr_assert_str_eq(err.id, "I804");
    cr_assert(bytes == NULL);
}

Test(lock, excludes_a_second_writer, .init = make_folder, .fini = remove_folder)
{
    struct ruf_lock *first;
    struct ruf_lock *second;

    cr_assert(ruf_lock_acquire(path, &first, NULL) == RUF_OK);
    cr_assert(ruf_lock_acquire(path, &second, NULL) == RUF_E_BUSY);
    ruf_lock_release(first);
    cr_assert(ruf_lock_acquire(path, &second, NULL) == RUF_OK);
    ruf_lock_release(second);
}

/* --- image
 * ---------------------------------------------------------------------- */

#define BIG (3 * RUF_IMAGE_BLOCK_SIZE + 100)

static uint8_t big[BIG];

static void write_image(void)
{
    const struct ruf_image_part parts[] = {
        { 1, 0, "small", 5, RUF_IMAGE_BLOCK_SIZE, NULL },
        { 2, RUF_SECTION_OPTIONAL, big, BIG, RUF_IMAGE_BLOCK_SIZE, NULL },
        { 9, 0, NULL, 0, 4096, NULL },
    };
    struct ruf_image_seed seed = { .generation = 5 };

    make_folder();
    for (size_t i = 0; i < BIG; i++)
        big[i] = (uint8_t)(i * 7);
    cr_assert(ruf_image_write(path, key, &seed, parts, 3, NULL) == RUF_OK);
}

/* Open and read everything: RUF_OK only if every byte is as it was written. */
static enum ruf_status read_all(const uint8_t *with_key, struct ruf_error *err)
{
    static uint8_t plain[4 * RUF_IMAGE_BLOCK_SIZE];
    struct ruf_image_reader *reader = NULL;
    struct ruf_image *image = NULL;
    enum ruf_status status = ruf_image_open(path, with_key, &image, err);

    if (status == RUF_OK)
        status = ruf_image_reader_create(image, &reader, err);
    for (uint32_t kind = 1; kind <= 9 && status == RUF_OK; kind++) {
        const struct ruf_image_section *section =
            ruf_image_section(image, kind);

        if (section != NULL)
            status = ruf_image_read_blocks(reader, section, 0,
                                           section->block_count, plain, err);
        if (status == RUF_OK && kind == 2)
            cr_assert_arr_eq(plain, big, BIG);
    }
    ruf_image_reader_destroy(reader);
    ruf_image_close(image);
    return status;
}

Test(image, reads_back_what_was_written, .init = write_image,
     .fini = remove_folder)
{
    struct ruf_error err;
    struct ruf_image *image;

    cr_assert(read_all(key, &err) == RUF_OK, "%s", err.detail);
    cr_assert(ruf_image_open(path, key, &image, NULL) == RUF_OK);
    cr_assert_eq(ruf_image_generation(image), 5);
    cr_assert_eq(ruf_image_section(image, 2)->block_count, 4);
    cr_assert_eq(ruf_image_section(image, 9)->block_count, 0);
    cr_assert(ruf_image_section(image, 3) == NULL);
    ruf_image_close(image);
}

Test(image, tells_a_wrong_key_from_damage, .init = write_image,
     .fini = remove_folder)
{
    static const uint8_t other[32] = { 9 };
    struct ruf_error err;

    cr_assert(read_all(other, &err) == RUF_E_KEY);
    cr_assert_str_eq(err.id, "K202");
}

Test(image, detects_every_flipped_byte, .init = write_image,
     .fini = remove_folder)
{
    struct ruf_error err;
    struct stat info;
    int fd = open(path, O_RDWR | O_CLOEXEC);

    cr_assert(fd >= 0 && fstat(fd, &info) == 0);
    for (off_t i = 0; i < info.st_size; i++) {
        unsigned char byte;

        cr_assert(pread(fd, &byte, 1, i) == 1);
        byte ^= 0x40;
        cr_assert(pwrite(fd, &byte, 1, i) == 1);
        cr_assert(read_all(key, &err) == RUF_E_CORRUPT ||
                      err.status == RUF_E_KEY,
                  "byte %lld", (long long)i);
        byte ^= 0x40;
        cr_assert(pwrite(fd, &byte, 1, i) == 1);
    }
    cr_assert(read_all(key, &err) == RUF_OK);
    (void)close(fd);
}

Test(image, refuses_every_truncation_and_any_extension, .init = write_image,
     .fini = remove_folder)
{
    struct ruf_error err;
    char *bytes;
    size_t size;

    cr_assert(ruf_file_read(path, RUF_FILE_ANY, 1 << 20, &bytes, &size, NULL) ==
              RUF_OK);
    for (size_t cut = 0; cut < size; cut += cut < 600 ? 1 : 97) {
        cr_assert(ruf_file_replace(path, bytes, cut, NULL) == RUF_OK);
        cr_assert(read_all(key, &err) == RUF_E_CORRUPT, "cut to %zu", cut);
    }
    cr_assert(ruf_file_replace(path, bytes, size + 1, NULL) == RUF_OK);
    cr_assert(read_all(key, &err) == RUF_E_CORRUPT);
    cr_assert_str_eq(err.id, "D703");
    free(bytes);
}

/* Both blocks are intact and sealed with the right key; only their places are
 * wrong. */
Test(image, notices_two_blocks_that_changed_places, .init = write_image,
     .fini = remove_folder)
{
    const size_t stored = RUF_IMAGE_BLOCK_SIZE + RUF_SEAL_TAG_SIZE;
    struct ruf_image *image;
    struct ruf_error err;
    char *bytes;
    size_t size;
    char *first;
    char swap[RUF_IMAGE_BLOCK_SIZE + RUF_SEAL_TAG_SIZE];

    cr_assert(ruf_image_open(path, key, &image, NULL) == RUF_OK);
    cr_assert(ruf_file_read(path, RUF_FILE_ANY, 1 << 20, &bytes, &size, NULL) ==
              RUF_OK);
    first = bytes + ruf_image_section(image, 2)->offset;
    memcpy(swap, first, stored);
    memcpy(first, first + stored, stored);
    memcpy(first + stored, swap, stored);
    ruf_image_close(image);
    cr_assert(ruf_file_replace(path, bytes, size, NULL) == RUF_OK);
    cr_assert(read_all(key, &err) == RUF_E_CORRUPT);
    cr_assert_str_eq(err.id, "D705");
    free(bytes);
}

Test(image, is_the_same_bytes_for_the_same_input, .init = write_image,
     .fini = remove_folder)
{
    const struct ruf_image_part part = { 1, 0, "same", 4, 512, NULL };
    struct ruf_image_seed seed = { .generation = 1 };
    char *first;
    char *second;
    size_t first_size;
    size_t second_size;

    cr_assert(ruf_image_write(path, key, &seed, &part, 1, NULL) == RUF_OK);
    cr_assert(ruf_file_read(path, RUF_FILE_ANY, 1 << 20, &first, &first_size,
                            NULL) == RUF_OK);
    cr_assert(ruf_image_write(path, key, &seed, &part, 1, NULL) == RUF_OK);
    cr_assert(ruf_file_read(path, RUF_FILE_ANY, 1 << 20, &second, &second_size,
                            NULL) == RUF_OK);
    cr_assert_eq(first_size, second_size);
    cr_assert_arr_eq(first, second, first_size);
    seed.salt[0] = 1;
    cr_assert(ruf_image_write(path, key, &seed, &part, 1, NULL) == RUF_OK);
    free(second);
    cr_assert(ruf_file_read(path, RUF_FILE_ANY, 1 << 20, &second, &second_size,
                            NULL) == RUF_OK);
    cr_assert(memcmp(first, second, first_size) != 0, "another salt");
    free(first);
    free(second);
}

/* --- repeatable images
 * ------------------------------------------------------------------------- */

struct written {
    char *bytes;
    size_t size;
};

/* Two sections of these texts, repeatable. */
static struct written write_repeatable(const uint8_t *with, uint64_t generation,
                                       const char *first, const char *second)
{
    const struct ruf_image_part parts[] = {
        { .kind = 1, .bytes = first, .size = strlen(first), .block_size = 16 },
        { .kind = 2, .bytes = second, .size = strlen(second), .block_size = 16 }
    };
    struct ruf_image_seed seed;
    struct written out;

    cr_assert(ruf_image_seed_repeatable(with, generation, &seed, NULL) ==
              RUF_OK);
    cr_assert(ruf_image_write(path, with, &seed, parts, 2, NULL) == RUF_OK);
    cr_assert(ruf_file_read(path, RUF_FILE_PRIVATE, 4096, &out.bytes, &out.size,
                            NULL) == RUF_OK);
    return out;
}

#define SALT 40

/* Blocks under one key and nonce would show the difference of what they say. */
Test(image, that_is_repeatable_has_other_keys_for_other_contents,
     .init = make_folder, .fini = remove_folder)
{
    static const uint8_t other_key[32] = { 1, 2, 4 };
    struct written first = write_repeatable(key, 1, "contact", "label");
    struct written again = write_repeatable(key, 1, "contact", "label");
    struct written others[] = {
        write_repeatable(key, 1, "contacu", "label"),
        write_repeatable(key, 1, "contactl", "abel"), /* the same in all */
        write_repeatable(key, 1, "contact\n", "label"),
        write_repeatable(key, 2, "contact", "label"),
        write_repeatable(other_key, 1, "contact", "label"),
    };

    cr_assert_eq(first.size, again.size);
    cr_assert_eq(memcmp(first.bytes, again.bytes, first.size), 0);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        cr_assert_eq(others[i].size, first.size, "case %zu", i);
        cr_assert_neq(memcmp(others[i].bytes + SALT, first.bytes + SALT, 32), 0,
                      "case %zu", i);
        free(others[i].bytes);
    }
    free(first.bytes);
    free(again.bytes);
}

Test(image, that_is_repeatable_opens_like_any_other, .init = make_folder,
     .fini = remove_folder)
{
    struct written file = write_repeatable(key, 9, "contact", "label");
    struct ruf_image_reader *reader;
    struct ruf_image *image;
    uint8_t block[16];

    free(file.bytes);
    cr_assert(ruf_image_open(path, key, &image, NULL) == RUF_OK);
    cr_assert_eq(ruf_image_generation(image), 9);
    cr_assert(ruf_image_reader_create(image, &reader, NULL) == RUF_OK);
    cr_assert(ruf_image_read_blocks(reader, ruf_image_section(image, 2), 0, 1,
                                    block, NULL) == RUF_OK);
    cr_assert_eq(memcmp(block, "label", 6), 0);
    ruf_image_reader_destroy(reader);
    ruf_image_close(image);
}
