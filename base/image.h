/*
 * base/image.h - the sealed image file: container of sections
 *
 * The only place that knows the byte offsets of a header. docs/index-format.md
 * is the specification; what stands inside a section is defined in
 * base/image_sections.h.
 *
 * A section is a run of plaintext blocks of one size, the last one padded with
 * zeros. Each block is sealed on its own, bound to the header, its section and
 * its position, so no block can be moved, dropped or taken from another file.
 *
 * Threads: struct ruf_image is immutable after open, share freely. A
 * struct ruf_image_reader is for one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_IMAGE_H
#define BASE_IMAGE_H

#include "base/spool.h"
#include <rufname/index.h>
#include <rufname/status.h>
#include <stddef.h>
#include <stdint.h>

#define RUF_IMAGE_VERSION 8
#define RUF_IMAGE_BLOCK_SIZE 1024       /**< of sections read on demand */
#define RUF_IMAGE_BLOCK_SIZE_MAX 65536u /**< of sections read as a whole */
#define RUF_IMAGE_SECTIONS_MAX 48

/** One section to be written: plain bytes, borrowed. */
struct ruf_image_part {
    uint32_t kind;     /**< enum ruf_section_kind; ascending, no doubles */
    uint32_t flags;    /**< RUF_SECTION_OPTIONAL or 0 */
    const void *bytes; /**< the last block is padded with zeros */
    uint64_t size;
    uint32_t block_size; /**< 1..RUF_IMAGE_BLOCK_SIZE_MAX */
    /** What follows the bytes, or NULL. Then bytes are whole blocks, and a
     *  block is at most RUF_SPOOL_READ_MAX. */
    const struct ruf_spool *spool;
};

/** Readers that do not know an optional section skip it. */
#define RUF_SECTION_OPTIONAL 1u

/** Where the salt of an image's keys comes from. */
enum ruf_image_salt {
    RUF_SALT_GIVEN = 0,   /**< random; the same one never twice under a key */
    RUF_SALT_OF_CONTENTS, /**< a MAC of all the image says: the same contents
                               give the same bytes, others other keys */
};

/** What makes a new image unlike all others. Random, but for the generation;
 *  where the same bytes are wanted again, see ruf_image_seed_repeatable(). */
struct ruf_image_seed {
    uint64_t generation;
    uint8_t salt[32];         /**< of its keys, if it is given */
    uint8_t hash_secret[192]; /**< of its tables, RUF_HASH_SECRET_SIZE */
    enum ruf_image_salt source;
};

/** A random seed. @return RUF_OK, RUF_E_INTERNAL. */
RUF_MUST_USE enum ruf_status ruf_image_seed_random(uint64_t generation,
                                                   struct ruf_image_seed *out,
                                                   struct ruf_error *err);

/**
 * A seed that gives the same bytes for the same key, generation and contents:
 * the tables' secret comes from the key, the salt from the contents. Whoever
 * has two such files sees whether they are equal, and nothing else.
 * @return RUF_OK, RUF_E_NOMEM, RUF_E_INTERNAL.
 */
RUF_MUST_USE enum ruf_status
ruf_image_seed_repeatable(const uint8_t key[RUF_KEY_SIZE], uint64_t generation,
                          struct ruf_image_seed *out, struct ruf_error *err);

/**
 * Seal parts into PATH, replacing it atomically.
 * @return RUF_OK; RUF_E_IO; RUF_E_NOMEM; RUF_E_INTERNAL. On failure PATH is
 *         what it was.
 */
RUF_MUST_USE enum ruf_status ruf_image_write(const char *path,
                                             const uint8_t key[RUF_KEY_SIZE],
                                             const struct ruf_image_seed *seed,
                                             const struct ruf_image_part *parts,
                                             size_t part_count,
                                             struct ruf_error *err);

/** Where a section lies. */
struct ruf_image_section {
    uint32_t kind;
    uint32_t flags;
    uint32_t block_size;  /**< plaintext bytes per block */
    uint64_t block_count; /**< plaintext size = block_size * block_count */
    uint64_t offset;      /**< of the first sealed block in the file */
    uint64_t first_block; /**< number of its first block in the whole file */
};

struct ruf_image;

/**
 * Open and check everything the header says; no block is decrypted.
 * @return RUF_OK; RUF_E_NOT_FOUND or RUF_E_IO; RUF_E_CORRUPT: D701 no Rufname
 *         image, D702 newer format, D703 truncated or extended, D704 header
 *         damaged; RUF_E_KEY: K202 sealed with another key; RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_image_open(const char *path,
                                            const uint8_t key[RUF_KEY_SIZE],
                                            struct ruf_image **out,
                                            struct ruf_error *err);

/** Wipes its keys; NULL is fine. */
void ruf_image_close(struct ruf_image *image);

uint64_t ruf_image_generation(const struct ruf_image *image);
uint64_t ruf_image_size(const struct ruf_image *image);
const char *ruf_image_path(const struct ruf_image *image);

/** The section of that kind, or NULL. */
const struct ruf_image_section *ruf_image_section(const struct ruf_image *image,
                                                  uint32_t kind);

/** The n-th section of the table, or NULL behind the last. */
const struct ruf_image_section *
ruf_image_section_at(const struct ruf_image *image, size_t n);

/** Cipher context and scratch to read blocks with. */
struct ruf_image_reader;

RUF_MUST_USE enum ruf_status
ruf_image_reader_create(const struct ruf_image *image,
                        struct ruf_image_reader **out, struct ruf_error *err);
void ruf_image_reader_destroy(struct ruf_image_reader *reader);

/**
 * Read, verify and decrypt blocks [first, first + count) of a section.
 * @param[out] out  count * block_size bytes; zeroed if a block fails.
 * @return RUF_OK; RUF_E_CORRUPT (D705: damaged block, err->offset = file
 *         offset); RUF_E_IO.
 */
RUF_MUST_USE enum ruf_status
ruf_image_read_blocks(struct ruf_image_reader *reader,
                      const struct ruf_image_section *section, uint64_t first,
                      uint64_t count, uint8_t *out, struct ruf_error *err);

#endif
