/*
 * tests/support/image_edit.h - images whose seals hold and whose content lies
 *
 * Takes an image apart and writes it again with one section changed.
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TESTS_SUPPORT_IMAGE_EDIT_H
#define TESTS_SUPPORT_IMAGE_EDIT_H

#include "base/image.h"

struct image_edit {
    const char *path;
    const uint8_t *key;
    struct ruf_image_part parts[RUF_IMAGE_SECTIONS_MAX];
    size_t count;
};

/** Read all sections; path and key are borrowed. Aborts on failure. */
void image_edit_open(struct image_edit *edit, const char *path,
                     const uint8_t key[RUF_KEY_SIZE]);
void image_edit_close(struct image_edit *edit);

/** Write the image with these bytes of a section put in; the section itself
 *  stays as it was read. */
void image_edit_write(const struct image_edit *edit,
                      const struct ruf_image_seed *seed, uint32_t kind,
                      size_t offset, const void *bytes, size_t size);

/** Write the image without a section. */
void image_edit_remove(const struct image_edit *edit,
                       const struct ruf_image_seed *seed, uint32_t kind);

#endif
