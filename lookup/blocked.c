/*
 * lookup/blocked.c - numbers the phone is to block
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "lookup/index_private.h"

enum ruf_status ruf_query_is_blocked(struct ruf_query *query, ruf_e164 number,
                                     bool *blocked, struct ruf_error *err)
{
    return ruf_index_has_number(query, RUF_SECTION_BLOCKED, 0,
                                query->index->blocked_count, number, blocked,
                                err);
}

static enum ruf_status read_blocks(const struct ruf_index *index,
                                   uint8_t *block, ruf_e164 *numbers,
                                   struct ruf_image_reader *reader,
                                   struct ruf_error *err)
{
    const struct ruf_image_section *place =
        index->sections[RUF_SECTION_BLOCKED].place;
    const uint32_t per_block = RUF_IMAGE_BLOCK_SIZE / sizeof(*numbers);
    ruf_e164 last = 0;

    for (uint32_t i = 0; i < index->blocked_count; i++) {
        ruf_e164 number;

        if (i % per_block == 0) {
            enum ruf_status status = ruf_image_read_blocks(
                reader, place, i / per_block, 1, block, err);

            if (status != RUF_OK)
                return status;
        }
        number = ruf_load64(block + i % per_block * sizeof(*numbers));
        if (number <= last || number < RUF_BLOCKED_NUMBER_MIN ||
            number > RUF_E164_MAX)
            return ruf_index_damaged(index, RUF_SECTION_BLOCKED, err);
        numbers[i] = last = number;
    }
    return RUF_OK;
}

enum ruf_status ruf_index_blocked(const struct ruf_index *index,
                                  ruf_e164 *numbers, size_t *count,
                                  struct ruf_error *err)
{
    uint8_t block[RUF_IMAGE_BLOCK_SIZE];
    struct ruf_image_reader *reader = NULL;
    enum ruf_status status;

    *count = 0;
    if (index->blocked_count == 0)
        return RUF_OK;
    status = ruf_image_reader_create(index->image, &reader, err);
    if (status == RUF_OK)
        status = read_blocks(index, block, numbers, reader, err);
    if (status == RUF_OK)
        *count = index->blocked_count;
    ruf_image_reader_destroy(reader);
    ruf_wipe(block, sizeof(block));
    return status;
}
