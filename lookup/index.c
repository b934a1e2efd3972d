/*
 * lookup/index.c - opening an image in either mode
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/error.h"
#include "lookup/index_private.h"
#include <stdlib.h>
#include <string.h>

enum ruf_status ruf_index_damaged(const struct ruf_index *index,
                                  enum ruf_section_kind kind,
                                  struct ruf_error *err)
{
    return ruf_fail(err, RUF_E_CORRUPT, "D706", ruf_image_path(index->image),
                    "section %u contradicts itself", (unsigned)kind);
}

/* --- sections
 * ---------------------------------------------------------------------- */

static enum ruf_status find_sections(struct ruf_index *index,
                                     struct ruf_error *err)
{
    for (unsigned kind = RUF_SECTION_META; kind < INDEX_SECTIONS; kind++) {
        struct index_section *section = &index->sections[kind];

        if (!ruf_index_has(kind))
            continue;
        section->place = ruf_image_section(index->image, kind);
        if (section->place == NULL ||
            section->place->block_size != RUF_IMAGE_BLOCK_SIZE)
            return ruf_index_damaged(index, (enum ruf_section_kind)kind, err);
        section->size =
            section->place->block_count * section->place->block_size;
    }
    return RUF_OK;
}

static enum ruf_status decrypt_all(struct ruf_index *index,
                                   struct ruf_image_reader *reader,
                                   struct ruf_error *err)
{
    uint64_t total = 0;
    uint64_t at = 0;
    enum ruf_status status;

    for (unsigned kind = RUF_SECTION_META; kind < INDEX_SECTIONS; kind++)
        total += index->sections[kind].size;
    status = ruf_secret_create((size_t)total, &index->plain, err);
    for (unsigned kind = RUF_SECTION_META;
         kind < INDEX_SECTIONS && status == RUF_OK; kind++) {
        struct index_section *section = &index->sections[kind];

        if (!ruf_index_has(kind))
            continue;
        status = ruf_image_read_blocks(reader, section->place, 0,
                                       section->place->block_count,
                                       index->plain.bytes + at, err);
        section->bytes = index->plain.bytes + at;
        at += section->size;
    }
    return status;
}

/* --- counts
 * -------------------------------------------------------------------------- */

/* Do the counts fit the sections? After this, offsets computed from them stay
 * inside. Counts are bounded first, so that no product can overflow. */
static bool counts_fit(const struct ruf_index *index)
{
    const struct index_section *s = index->sections;
    const uint64_t limit = UINT64_C(1) << 40;

    return index->entry_count < limit && index->contact_count < UINT32_MAX &&
           index->owner_count < UINT32_MAX &&
           index->entry_blocks <= s[RUF_SECTION_ENTRIES].place->block_count &&
           index->entry_blocks * 8 <= s[RUF_SECTION_FENCES].size &&
           (index->entry_count + 1 + index->owner_count) * 4 <=
               s[RUF_SECTION_OWNERS].size &&
           index->contacts_size <= s[RUF_SECTION_CONTACTS].size &&
           (index->contact_count + 1) * 8 <=
               s[RUF_SECTION_CONTACT_OFFSETS].size;
}

static enum ruf_status read_meta(struct ruf_index *index, const uint8_t *bytes,
                                 uint64_t size, struct ruf_error *err)
{
    struct ruf_reader reader = ruf_reader(bytes, (size_t)size);
    uint64_t codes;

    index->entry_count = ruf_read_u64(&reader);
    index->contact_count = ruf_read_u64(&reader);
    index->entry_blocks = ruf_read_u64(&reader);
    index->owner_count = ruf_read_u64(&reader);
    index->contacts_size = ruf_read_u64(&reader);
    codes = ruf_read_u64(&reader);
    if (codes > INDEX_CODES_MAX)
        return ruf_index_damaged(index, RUF_SECTION_META, err);
    index->code_count = (size_t)codes;
    for (size_t i = 0; i < index->code_count; i++)
        index->codes[i] = ruf_read_u16(&reader);
    if (reader.failed || !counts_fit(index))
        return ruf_index_damaged(index, RUF_SECTION_META, err);
    return RUF_OK;
}

static enum ruf_status read_meta_blocks(struct ruf_index *index,
                                        struct ruf_image_reader *reader,
                                        struct ruf_error *err)
{
    const struct index_section *meta = &index->sections[RUF_SECTION_META];
    uint8_t bytes[2 * RUF_IMAGE_BLOCK_SIZE];
    uint64_t blocks = meta->place->block_count;
    enum ruf_status status;

    if (blocks == 0 || blocks > 2)
        return ruf_index_damaged(index, RUF_SECTION_META, err);
    status = ruf_image_read_blocks(reader, meta->place, 0, blocks, bytes, err);
    if (status == RUF_OK)
        status = read_meta(index, bytes, meta->size, err);
    ruf_wipe(bytes, sizeof(bytes));
    return status;
}

/* --- open
 * ------------------------------------------------------------------------------
 */

static enum ruf_status load(struct ruf_index *index, enum ruf_index_mode mode,
                            struct ruf_error *err)
{
    struct ruf_image_reader *reader = NULL;
    enum ruf_status status = find_sections(index, err);

    if (status == RUF_OK)
        status = ruf_image_reader_create(index->image, &reader, err);
    if (status == RUF_OK)
        status = read_meta_blocks(index, reader, err);
    if (status == RUF_OK && mode == RUF_INDEX_RESIDENT) {
        status = decrypt_all(index, reader, err);
        if (status == RUF_OK)
            status = ruf_index_check(index, err);
    }
    ruf_image_reader_destroy(reader);
    return status;
}

enum ruf_status ruf_index_open(const char *path,
                               const uint8_t key[RUF_KEY_SIZE],
                               enum ruf_index_mode mode, struct ruf_index **out,
                               struct ruf_error *err)
{
    struct ruf_index *index = calloc(1, sizeof(*index));
    enum ruf_status status;

    *out = NULL;
    if (index == NULL)
        return ruf_fail_memory(err);
    status = ruf_image_open(path, key, &index->image, err);
    if (status == RUF_OK)
        status = load(index, mode, err);
    if (status != RUF_OK) {
        ruf_index_close(index);
        return status;
    }
    *out = index;
    return RUF_OK;
}

void ruf_index_close(struct ruf_index *index)
{
    if (index == NULL)
        return;
    ruf_secret_destroy(&index->plain);
    ruf_image_close(index->image);
    free(index);
}

void ruf_index_describe(const struct ruf_index *index,
                        struct ruf_index_info *out)
{
    out->generation = ruf_image_generation(index->image);
    out->entry_count = index->entry_count;
    out->contact_count = index->contact_count;
    out->image_size = ruf_image_size(index->image);
}
