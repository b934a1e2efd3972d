/*
 * tests/support/image_edit.c - images whose seals hold and whose content lies
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/support/image_edit.h"
#include <stdlib.h>
#include <string.h>

static void must(bool good)
{
    if (!good)
        abort();
}

static void *own_copy(const void *bytes, size_t size)
{
    void *copy = malloc(size + 1);

    must(copy != NULL);
    memcpy(copy, bytes, size);
    return copy;
}

void image_edit_open(struct image_edit *edit, const char *path,
                     const uint8_t key[RUF_KEY_SIZE])
{
    const struct ruf_image_section *section;
    struct ruf_image_reader *reader;
    struct ruf_image *image;

    memset(edit, 0, sizeof(*edit));
    edit->path = path;
    edit->key = key;
    must(ruf_image_open(path, key, &image, NULL) == RUF_OK);
    must(ruf_image_reader_create(image, &reader, NULL) == RUF_OK);
    while ((section = ruf_image_section_at(image, edit->count)) != NULL) {
        size_t size = (size_t)section->block_count * section->block_size;
        uint8_t *bytes = malloc(size + 1);

        must(bytes != NULL);
        must(ruf_image_read_blocks(reader, section, 0, section->block_count,
                                   bytes, NULL) == RUF_OK);
        edit->parts[edit->count++] =
            (struct ruf_image_part){ section->kind, section->flags,      bytes,
                                     size,          section->block_size, NULL };
    }
    ruf_image_reader_destroy(reader);
    ruf_image_close(image);
}

void image_edit_close(struct image_edit *edit)
{
    for (size_t i = 0; i < edit->count; i++)
        free((void *)(uintptr_t)edit->parts[i].bytes);
    memset(edit, 0, sizeof(*edit));
}

static size_t find(const struct image_edit *edit, uint32_t kind)
{
    size_t i = 0;

    while (i < edit->count && edit->parts[i].kind != kind)
        i++;
    must(i < edit->count);
    return i;
}

void image_edit_write(const struct image_edit *edit,
                      const struct ruf_image_seed *seed, uint32_t kind,
                      size_t offset, const void *bytes, size_t size)
{
    struct ruf_image_part parts[RUF_IMAGE_SECTIONS_MAX];
    size_t at = find(edit, kind);
    uint8_t *copy = own_copy(edit->parts[at].bytes, edit->parts[at].size);

    must(offset + size <= edit->parts[at].size);
    memcpy(copy + offset, bytes, size);
    memcpy(parts, edit->parts, sizeof(parts));
    parts[at].bytes = copy;
    must(ruf_image_write(edit->path, edit->key, seed, parts, edit->count,
                         NULL) == RUF_OK);
    free(copy);
}

void image_edit_remove(const struct image_edit *edit,
                       const struct ruf_image_seed *seed, uint32_t kind)
{
    struct ruf_image_part parts[RUF_IMAGE_SECTIONS_MAX];
    size_t at = find(edit, kind);

    memcpy(parts, edit->parts, sizeof(parts));
    memmove(parts + at, parts + at + 1,
            (edit->count - at - 1) * sizeof(parts[0]));
    must(ruf_image_write(edit->path, edit->key, seed, parts, edit->count - 1,
                         NULL) == RUF_OK);
}
