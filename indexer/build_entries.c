/*
 * indexer/build_entries.c - entries to ENTRIES, FENCES, OWNERS, TAILS, NUMBERS
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/build_entries.h"
#include "base/hash.h"
#include "base/secret.h"
#include <string.h>

void ruf_entry_sections_start(struct ruf_entry_sections *sections,
                              const uint8_t *secret, uint64_t contact_count,
                              uint64_t owner_count)
{
    /* A list of n owners takes n + 1 words. */
    uint64_t largest = contact_count + 2 * owner_count + 1;

    memset(sections, 0, sizeof(*sections));
    sections->secret = secret;
    sections->contact_count = contact_count;
    while (sections->owner_width < 4 &&
           largest >> 8 * sections->owner_width != 0)
        sections->owner_width++;
    sections->failed = largest > UINT32_MAX;
    ruf_shared_texts_start(&sections->tails, secret, RUF_TAILS_SIZE_MAX);
    ruf_write_u32(&sections->owners, 0); /* place 0: no owners */
}

/* --- blocks
 * ----------------------------------------------------------------------------
 */

static uint32_t width_of(uint64_t difference)
{
    uint32_t width = 1;

    while (width < 8 && difference >> 8 * width != 0)
        width++;
    return width;
}

static void write_header(const struct ruf_entry_block *block, uint8_t *out)
{
    size_t used =
        RUF_ENTRY_HEADER_SIZE + block->count * block->width + block->used;

    ruf_store64(out, block->base);
    ruf_store16(out + 8, (uint16_t)block->count);
    ruf_store16(out + 10, (uint16_t)used);
    out[12] = (uint8_t)block->width;
}

/* Where each entry ends up is the reference its number is found by. */
static void finish_block(struct ruf_entry_sections *sections)
{
    struct ruf_entry_block *block = &sections->block;
    size_t start = sections->entries.size;
    uint8_t *out;
    uint8_t *next;
    size_t from = 0;

    if (block->count == 0)
        return;
    out = ruf_write_space(&sections->entries, RUF_IMAGE_BLOCK_SIZE);
    sections->failed =
        sections->failed || out == NULL || sections->entries.size > UINT32_MAX;
    if (out == NULL)
        return;
    write_header(block, out);
    next = out + RUF_ENTRY_HEADER_SIZE;
    for (uint32_t i = 0; i < block->count; i++) {
        uint8_t difference[8];
        size_t size = block->ends[i] - from;
        ruf_e164 number = block->base + block->differences[i];

        ruf_table_keys_add(&sections->numbers,
                           ruf_hash_number(sections->secret, number),
                           (uint32_t)(start + (size_t)(next - out)));
        ruf_store64(difference, block->differences[i]);
        memcpy(next, difference, block->width);
        memcpy(next + block->width, block->rest + from, size);
        next += block->width + size;
        from = block->ends[i];
    }
    ruf_write_u64(&sections->fences, block->base);
    block->count = 0;
    block->used = 0;
    block->width = 0;
}

/* Make sure that an entry of so many bytes behind its number fits. */
static void open_block(struct ruf_entry_sections *sections, ruf_e164 number,
                       size_t size)
{
    struct ruf_entry_block *block = &sections->block;
    uint32_t width = width_of(number - block->base);

    width = width > block->width ? width : block->width;
    if (block->count > 0 && RUF_ENTRY_HEADER_SIZE + (block->count + 1) * width +
                                    block->used + size >
                                RUF_IMAGE_BLOCK_SIZE)
        finish_block(sections);
    if (block->count == 0) {
        block->base = number;
        width = 1;
    }
    block->width = width;
}

/* --- labels and owners
 * -----------------------------------------------------------------------------
 */

/* Labels end in what many share, the company: "Anna Graf (Muster AG)" in
 * " (Muster AG)". @return size of the end, 0 if there is none worth a try. */
static size_t tail_size(struct ruf_text label)
{
    const char *bracket;

    if (label.size < 4 || label.data[label.size - 1] != ')')
        return 0;
    bracket = memrchr(label.data, '(', label.size);
    if (bracket == NULL || bracket == label.data)
        return 0;
    bracket -= bracket[-1] == ' ' ? 1 : 0;
    return label.size - (size_t)(bracket - label.data);
}

static uint32_t find_tail(struct ruf_entry_sections *sections,
                          struct ruf_text *label)
{
    size_t size = tail_size(*label);
    uint32_t step;

    if (size == 0 || size > RUF_TAIL_LENGTH_MAX)
        return 0;
    step = ruf_shared_texts_find(
        &sections->tails,
        (struct ruf_text){ label->data + label->size - size, size });
    if (step != 0)
        label->size -= size;
    return step;
}

/* One owner is named by its number, several by their list's place. */
static uint32_t owner_value(struct ruf_entry_sections *sections,
                            const uint32_t *owners, size_t count)
{
    uint64_t place = sections->owners.size / 4;

    if (count == 1)
        return owners[0];
    if (count == 0)
        return (uint32_t)sections->contact_count;
    if (count > sections->limit_owners)
        sections->limit_owners =
            count > RUF_OWNERS_MAX ? RUF_OWNERS_MAX : (uint32_t)count;
    ruf_write_u32(&sections->owners, (uint32_t)count);
    for (size_t i = 0; i < count; i++)
        ruf_write_u32(&sections->owners, owners[i]);
    return (uint32_t)(sections->contact_count + place);
}

void ruf_entry_sections_add(struct ruf_entry_sections *sections,
                            ruf_e164 number, struct ruf_text label,
                            const uint32_t *owners, size_t owner_count)
{
    struct ruf_entry_block *block = &sections->block;
    uint32_t tail = find_tail(sections, &label);
    bool is_long = label.size >= RUF_ENTRY_LONG;
    size_t size = sections->owner_width + 3 + (is_long ? 2 : 0) + label.size;
    uint8_t *out;

    if (number <= sections->last || number > RUF_E164_MAX ||
        label.size > RUF_LABEL_SIZE_MAX || owner_count > RUF_OWNERS_MAX) {
        sections->failed = true;
        return;
    }
    open_block(sections, number, size);
    out = block->rest + block->used;
    {
        uint8_t owner[4];

        ruf_store32(owner, owner_value(sections, owners, owner_count));
        memcpy(out, owner, sections->owner_width);
    }
    out += sections->owner_width;
    ruf_store16(out, (uint16_t)tail);
    out[2] = is_long ? RUF_ENTRY_LONG : (uint8_t)label.size;
    out += 3;
    if (is_long) {
        ruf_store16(out, (uint16_t)label.size);
        out += 2;
    }
    memcpy(out, label.data, label.size);
    block->used += size;
    block->ends[block->count] = (uint16_t)block->used;
    block->differences[block->count++] = number - block->base;
    sections->last = number;
    sections->count++;
}

/* --- fences
 * ------------------------------------------------------------------------ */

/* Levels above the blocks' fences, each with one fence per block of the level
 * below, until one block holds all; then root first. */
static bool write_fence_tree(struct ruf_writer *fences)
{
    static const uint8_t none[8] = { 0xFF, 0xFF, 0xFF, 0xFF,
                                     0xFF, 0xFF, 0xFF, 0xFF };
    struct ruf_writer levels[RUF_FENCE_LEVELS_MAX];
    size_t count = 1;
    bool ok = true;

    memset(levels, 0, sizeof(levels));
    levels[0] = *fences;
    memset(fences, 0, sizeof(*fences));
    for (; levels[count - 1].size > RUF_IMAGE_BLOCK_SIZE &&
           count < RUF_FENCE_LEVELS_MAX;
         count++)
        for (size_t at = 0; at < levels[count - 1].size;
             at += RUF_IMAGE_BLOCK_SIZE)
            ruf_write_bytes(&levels[count], levels[count - 1].bytes + at, 8);
    for (size_t i = count; i > 0; i--) {
        ok = ok && !levels[i - 1].failed;
        if (levels[i - 1].size > 0)
            ruf_write_bytes(fences, levels[i - 1].bytes, levels[i - 1].size);
        while (!fences->failed && fences->size % RUF_IMAGE_BLOCK_SIZE != 0)
            ruf_write_bytes(fences, none, sizeof(none));
        ruf_writer_wipe(&levels[i - 1]);
    }
    return ok && !fences->failed;
}

bool ruf_entry_sections_finish(struct ruf_entry_sections *sections)
{
    finish_block(sections);
    return write_fence_tree(&sections->fences) && !sections->failed &&
           !sections->entries.failed && !sections->owners.failed &&
           !sections->tails.failed && !sections->numbers.failed;
}

void ruf_entry_sections_free(struct ruf_entry_sections *sections)
{
    ruf_writer_wipe(&sections->entries);
    ruf_writer_wipe(&sections->fences);
    ruf_writer_wipe(&sections->owners);
    ruf_shared_texts_free(&sections->tails);
    ruf_table_keys_free(&sections->numbers);
    ruf_wipe(&sections->block, sizeof(sections->block));
}
