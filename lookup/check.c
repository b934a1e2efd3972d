/*
 * lookup/check.c - is a resident index consistent in itself?
 *
 * The seal proves who wrote the bytes, not that the writer was right. Whatever
 * passes here can be queried without a further bounds check going wrong.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "lookup/index_private.h"
#include <string.h>

static bool check_entries(const struct ruf_index *index)
{
    const uint8_t *blocks = index->sections[RUF_SECTION_ENTRIES].bytes;
    const uint8_t *fences = index->sections[RUF_SECTION_FENCES].bytes;
    uint64_t ordinal = 0;
    ruf_e164 last = 0;

    for (uint64_t i = 0; i < index->entry_blocks; i++) {
        struct entry_block block;
        struct ruf_text label;

        if (!ruf_entry_block_open(blocks + i * RUF_IMAGE_BLOCK_SIZE, &block) ||
            block.ordinal != ordinal ||
            block.number != ruf_load64(fences + 8 * i))
            return false;
        while (block.left > 0) {
            if (!ruf_entry_block_next(&block, &label) || block.number <= last ||
                block.number > RUF_E164_MAX)
                return false;
            last = block.number;
            ordinal++;
        }
    }
    return ordinal == index->entry_count;
}

static bool check_owners(const struct ruf_index *index)
{
    const uint8_t *first = index->sections[RUF_SECTION_OWNERS].bytes;
    const uint8_t *list = first + 4 * (index->entry_count + 1);
    uint64_t before = 0;

    for (uint64_t i = 0; i <= index->entry_count; i++) {
        uint64_t at = ruf_load32(first + 4 * i);

        if (at < before || at > index->owner_count)
            return false;
        before = at;
    }
    if (before != index->owner_count)
        return false;
    for (uint64_t i = 0; i < index->owner_count; i++)
        if (ruf_load32(list + 4 * i) >= index->contact_count)
            return false;
    return true;
}

static bool skip_texts(struct ruf_reader *reader, size_t count)
{
    for (size_t i = 0; i < count; i++)
        (void)ruf_read_text(reader);
    return !reader->failed;
}

static bool check_contact(const uint8_t *bytes, size_t size)
{
    struct ruf_reader reader = ruf_reader(bytes, size);
    uint64_t count;

    (void)ruf_read_bytes(&reader, 17);
    if (!skip_texts(&reader, 6))
        return false;
    count = ruf_read_varint(&reader);
    for (uint64_t i = 0; i < count && !reader.failed; i++) {
        if (ruf_read_u8(&reader) >= RUF_KIND_COUNT ||
            ruf_read_varint(&reader) > RUF_E164_MAX)
            return false;
        (void)ruf_read_text(&reader);
    }
    for (int list = 0; list < 2; list++) {
        count = ruf_read_varint(&reader);
        if (count > size || !skip_texts(&reader, (size_t)count))
            return false;
    }
    return !reader.failed && ruf_reader_left(&reader) == 0;
}

static bool check_contacts(const struct ruf_index *index)
{
    const uint8_t *offsets = index->sections[RUF_SECTION_CONTACT_OFFSETS].bytes;
    const uint8_t *records = index->sections[RUF_SECTION_CONTACTS].bytes;

    if (ruf_load64(offsets) != 0 ||
        ruf_load64(offsets + 8 * index->contact_count) != index->contacts_size)
        return false;
    for (uint64_t i = 0; i < index->contact_count; i++) {
        uint64_t start = ruf_load64(offsets + 8 * i);
        uint64_t end = ruf_load64(offsets + 8 * (i + 1));

        if (end < start || end > index->contacts_size ||
            !check_contact(records + start, (size_t)(end - start)))
            return false;
    }
    return true;
}

enum ruf_status ruf_index_check(const struct ruf_index *index,
                                struct ruf_error *err)
{
    if (!check_entries(index))
        return ruf_index_damaged(index, RUF_SECTION_ENTRIES, err);
    if (!check_owners(index))
        return ruf_index_damaged(index, RUF_SECTION_OWNERS, err);
    if (!check_contacts(index))
        return ruf_index_damaged(index, RUF_SECTION_CONTACTS, err);
    return RUF_OK;
}
