/*
 * base/image_private.h - what image.c and image_reader.c share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_IMAGE_PRIVATE_H
#define BASE_IMAGE_PRIVATE_H

#include "base/image.h"
#include "base/seal.h"
#include "base/secret.h"

struct ruf_image {
    char *path;
    int fd;
    uint64_t size;
    uint64_t generation;
    uint8_t digest[RUF_DIGEST_SIZE]; /* of the header; bound into blocks */
    struct ruf_secret block_key;
    struct ruf_image_section sections[RUF_IMAGE_SECTIONS_MAX];
    size_t section_count;
};

#define RUF_IMAGE_AAD_SIZE 48

/* Associated data of a block: header digest, u32 section kind, u32 plaintext
 * size, u64 position in its section. */
void ruf_image_bind_block(const uint8_t digest[RUF_DIGEST_SIZE],
                          const struct ruf_image_section *section,
                          uint64_t block, uint8_t aad[RUF_IMAGE_AAD_SIZE]);

#endif
