/*
 * indexer/build_extras.c - TRUNKS, BLOCKED
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/build_extras.h"
#include "base/image_sections.h"
#include <string.h>

/* --- TRUNKS
 * -----------------------------------------------------------------------------
 */

/* The prefix as if it had 18 digits. */
static uint64_t align_prefix(const struct ruf_trunk *trunk)
{
    uint64_t aligned = trunk->prefix;

    for (uint32_t i = trunk->digits; i < RUF_TRUNK_DIGITS; i++)
        aligned *= 10;
    return aligned;
}

static bool write_trunks(const struct ruf_trunks *trunks,
                         struct ruf_extra_sections *out)
{
    struct ruf_writer *writer = &out->trunks;
    uint64_t labels = 0;

    for (size_t i = 0; i < trunks->count; i++) {
        const struct ruf_trunk *trunk = &trunks->trunks[i];

        if (trunk->label.size == 0 || trunk->label.size > RUF_LABEL_SIZE_MAX)
            return false;
        ruf_write_u64(writer, align_prefix(trunk));
        ruf_write_u8(writer, (uint8_t)trunk->digits);
        ruf_write_u8(writer, (uint8_t)trunk->extension_max);
        ruf_write_u16(writer, (uint16_t)trunk->label.size);
        ruf_write_u32(writer, (uint32_t)labels);
        labels += trunk->label.size;
    }
    for (size_t i = 0; i < trunks->held_count; i++)
        ruf_write_u64(writer, trunks->held[i]);
    for (size_t i = 0; i < trunks->count; i++)
        ruf_write_bytes(writer, trunks->trunks[i].label.data,
                        trunks->trunks[i].label.size);
    out->trunk_count = (uint32_t)trunks->count;
    out->held_count = (uint32_t)trunks->held_count;
    out->trunk_labels = (uint32_t)labels;
    return !writer->failed && writer->size <= UINT32_MAX;
}

/* --- BLOCKED
 * ----------------------------------------------------------------------------
 */

static bool write_blocked(const ruf_e164 *numbers, size_t count,
                          struct ruf_extra_sections *out)
{
    if (count > RUF_BLOCKED_MAX)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (numbers[i] < RUF_BLOCKED_NUMBER_MIN || numbers[i] > RUF_E164_MAX ||
            (i > 0 && numbers[i] <= numbers[i - 1]))
            return false;
        ruf_write_u64(&out->blocked, numbers[i]);
    }
    out->blocked_count = (uint32_t)count;
    return !out->blocked.failed;
}

/* --- all
 * --------------------------------------------------------------------------------
 */

bool ruf_extra_sections_write(const struct ruf_image_extras *extras,
                              struct ruf_extra_sections *out)
{
    memset(out, 0, sizeof(*out));
    if (extras == NULL)
        return true;
    return (extras->trunks == NULL || write_trunks(extras->trunks, out)) &&
           write_blocked(extras->blocked, extras->blocked_count, out);
}

void ruf_extra_sections_free(struct ruf_extra_sections *sections)
{
    ruf_writer_wipe(&sections->trunks);
    ruf_writer_wipe(&sections->blocked);
}
