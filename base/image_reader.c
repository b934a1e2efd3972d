/*
 * base/image_reader.c - verified, decrypted blocks of an image
 *
 * Reads by pread() instead of mapping: a file that a foreign process truncates
 * must give an error, not SIGBUS.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/file.h"
#include "base/image_private.h"
#include <stdlib.h>
#include <string.h>

/* Sealed blocks fetched by one pread(). */
#define READ_BATCH_SIZE (RUF_IMAGE_BLOCK_SIZE_MAX + RUF_SEAL_TAG_SIZE)

struct ruf_image_reader {
    const struct ruf_image *image;
    struct ruf_sealer *sealer;
    uint8_t *sealed;
};

enum ruf_status ruf_image_reader_create(const struct ruf_image *image,
                                        struct ruf_image_reader **out,
                                        struct ruf_error *err)
{
    struct ruf_image_reader *reader = calloc(1, sizeof(*reader));
    enum ruf_status status;

    *out = NULL;
    if (reader == NULL)
        return ruf_fail_memory(err);
    reader->image = image;
    reader->sealed = malloc(READ_BATCH_SIZE);
    if (reader->sealed == NULL) {
        ruf_image_reader_destroy(reader);
        return ruf_fail_memory(err);
    }
    status = ruf_sealer_create(image->block_key.bytes, RUF_UNSEAL,
                               &reader->sealer, err);
    if (status != RUF_OK) {
        ruf_image_reader_destroy(reader);
        return status;
    }
    *out = reader;
    return RUF_OK;
}

void ruf_image_reader_destroy(struct ruf_image_reader *reader)
{
    if (reader == NULL)
        return;
    ruf_sealer_destroy(reader->sealer);
    free(reader->sealed);
    free(reader);
}

static enum ruf_status open_block(struct ruf_image_reader *reader,
                                  const struct ruf_image_section *section,
                                  uint64_t block, const uint8_t *sealed,
                                  uint8_t *out, struct ruf_error *err)
{
    const struct ruf_image *image = reader->image;
    uint8_t aad[RUF_IMAGE_AAD_SIZE];
    enum ruf_status status;

    ruf_image_bind_block(image->digest, section, block, aad);
    status = ruf_unseal_block(reader->sealer, section->first_block + block, aad,
                              sizeof(aad), sealed, section->block_size,
                              sealed + section->block_size, out, err);
    if (status != RUF_E_CORRUPT)
        return status;
    status = ruf_fail(err, RUF_E_CORRUPT, "D705", image->path,
                      "block %llu of section %u is damaged",
                      (unsigned long long)block, section->kind);
    if (err != NULL)
        err->offset =
            section->offset + block * (section->block_size + RUF_SEAL_TAG_SIZE);
    return status;
}

enum ruf_status ruf_image_read_blocks(struct ruf_image_reader *reader,
                                      const struct ruf_image_section *section,
                                      uint64_t first, uint64_t count,
                                      uint8_t *out, struct ruf_error *err)
{
    const uint64_t stored = section->block_size + RUF_SEAL_TAG_SIZE;
    const uint64_t per_batch = READ_BATCH_SIZE / stored;
    enum ruf_status status = RUF_OK;
    uint64_t done = 0;

    if (first > section->block_count || count > section->block_count - first)
        return ruf_fail(err, RUF_E_CORRUPT, "D705", reader->image->path,
                        "block beyond the end of section %u", section->kind);
    while (done < count && status == RUF_OK) {
        uint64_t batch = count - done < per_batch ? count - done : per_batch;

        status = ruf_file_pread(reader->image->fd, reader->image->path,
                                reader->sealed, (size_t)(batch * stored),
                                section->offset + (first + done) * stored, err);
        for (uint64_t i = 0; i < batch && status == RUF_OK; i++)
            status = open_block(reader, section, first + done + i,
                                reader->sealed + i * stored,
                                out + (done + i) * section->block_size, err);
        done += batch;
    }
    if (status != RUF_OK)
        ruf_wipe(out, (size_t)(count * section->block_size));
    return status;
}
