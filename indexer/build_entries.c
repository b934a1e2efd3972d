/*
 * indexer/build_entries.c - entries to ENTRIES, NUMBERS, OWNERS, TAILS, LABELS
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/build_entries.h"
#include "base/error.h"
#include "base/image_sections.h"
#include "base/number_page.h"
#include <string.h>

/* A list of n owners takes n + 1 words. */
static bool choose_owner_width(struct ruf_entry_sections *sections,
                               const struct ruf_entry_plan *plan)
{
    uint64_t largest = plan->contacts + 2 * plan->owners + 1;

    while (sections->owner_width < 4 &&
           largest >> 8 * sections->owner_width != 0)
        sections->owner_width++;
    return largest <= UINT32_MAX;
}

/* Room for all of it is made at once; growing to it would fill it twice. */
static void expect(struct ruf_spool *spool, uint64_t size)
{
    ruf_write_expect(&spool->tail,
                     (size_t)(size < spool->limit ? size : spool->limit));
}

enum ruf_status ruf_entry_sections_start(struct ruf_entry_sections *sections,
                                         const uint8_t *secret,
                                         struct ruf_spill *spill,
                                         const char *row_path,
                                         const struct ruf_entry_plan *plan,
                                         struct ruf_error *err)
{
    memset(sections, 0, sizeof(*sections));
    sections->spill = spill;
    sections->contact_count = plan->contacts;
    sections->failed = !choose_owner_width(sections, plan);
    ruf_shared_texts_start(&sections->tails, secret, RUF_TAILS_SIZE_MAX);
    ruf_spool_start(&sections->entries, spill, (size_t)(plan->memory / 8));
    ruf_spool_start(&sections->owners, spill, (size_t)(plan->memory / 16));
    ruf_spool_start(&sections->labels, spill, (size_t)(plan->memory / 16));
    ruf_write_u32(&sections->owners.tail, 0); /* place 0: no owners */
    expect(&sections->entries, plan->entries * 20);
    return ruf_page_builder_start(&sections->numbers, secret, spill, row_path,
                                  plan->entries, plan->memory, err);
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

/* The label without its tail, and the tail's step. */
static uint32_t split_label(struct ruf_entry_sections *sections,
                            struct ruf_text *label)
{
    size_t size = tail_size(*label);
    uint32_t step;

    if (size == 0 || size > RUF_TAIL_LENGTH_MAX ||
        label->size - size > RUF_PAGE_HEAD_MAX)
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
    struct ruf_writer *out = &sections->owners.tail;
    uint64_t place = ruf_spool_size(&sections->owners) / 4;

    if (count == 1)
        return owners[0];
    if (count == 0)
        return (uint32_t)sections->contact_count;
    if (count > sections->limit_owners)
        sections->limit_owners = (uint32_t)count;
    ruf_write_u32(out, (uint32_t)count);
    for (size_t i = 0; i < count; i++)
        ruf_write_u32(out, owners[i]);
    ruf_spool_trim(&sections->owners);
    return (uint32_t)(sections->contact_count + place);
}

/* --- ENTRIES
 * ----------------------------------------------------------------------------
 */

static void finish_block(struct ruf_entry_sections *sections)
{
    struct ruf_writer *out = &sections->entries.tail;
    size_t used = out->size - sections->block;
    uint8_t *block;

    if (sections->block_count == 0)
        return;
    (void)ruf_write_space(out, RUF_ENTRY_BLOCK_SIZE - used);
    if (out->failed)
        return;
    block = out->bytes + sections->block;
    ruf_store16(block + 8, (uint16_t)sections->block_count);
    ruf_store32(block + 12, (uint32_t)used);
    sections->block_count = 0;
    ruf_spool_trim(&sections->entries);
}

/* Make sure that an entry of so many bytes fits. */
static void open_block(struct ruf_entry_sections *sections, size_t size)
{
    struct ruf_writer *out = &sections->entries.tail;

    if (sections->block_count > 0 &&
        out->size - sections->block + size > RUF_ENTRY_BLOCK_SIZE)
        finish_block(sections);
    if (sections->block_count > 0)
        return;
    sections->block = out->size;
    ruf_write_u64(out, sections->last);
    ruf_write_u64(out, 0);
}

/* Code of the bytes a difference takes: 1, 2, 3 or 8. */
static uint8_t width_code(uint64_t difference)
{
    if (difference < 1u << 8)
        return 0;
    if (difference < 1u << 16)
        return 1;
    return difference < 1u << 24 ? 2 : 3;
}

static void write_entry(struct ruf_entry_sections *sections, ruf_e164 number,
                        struct ruf_text head, uint32_t tail)
{
    uint64_t difference = number - sections->last;
    uint8_t code = width_code(difference);
    size_t width = code == 3 ? 8 : code + 1u;
    bool is_long = head.size >= RUF_ENTRY_LONG;
    size_t size = 3 + width + (is_long ? 2 : 0) + head.size;
    uint8_t *out;

    open_block(sections, size);
    out = ruf_write_room(&sections->entries.tail, size + 8);
    if (out == NULL)
        return;
    out[0] = (uint8_t)((is_long ? RUF_ENTRY_LONG : head.size) << 2 | code);
    ruf_store16(out + 1, (uint16_t)tail);
    ruf_store64(out + 3, difference);
    if (is_long)
        ruf_store16(out + 3 + width, (uint16_t)head.size);
    memcpy(out + size - head.size, head.data, head.size);
    sections->entries.tail.size += size;
    sections->block_count++;
}

/* --- NUMBERS
 * ----------------------------------------------------------------------------
 */

/* A label too long for a page. @return its place in LABELS. */
static uint32_t keep_label(struct ruf_entry_sections *sections,
                           struct ruf_text label)
{
    uint64_t place = ruf_spool_size(&sections->labels);

    ruf_write_u16(&sections->labels.tail, (uint16_t)label.size);
    ruf_write_bytes(&sections->labels.tail, label.data, label.size);
    ruf_spool_trim(&sections->labels);
    sections->failed = sections->failed || place > UINT32_MAX;
    return (uint32_t)place;
}

static void add_row(struct ruf_entry_sections *sections, ruf_e164 number,
                    struct ruf_text head, uint32_t tail, uint32_t owner)
{
    const uint32_t width = sections->owner_width;
    uint8_t *row = ruf_page_builder_room(&sections->numbers, number);
    size_t size = width + 3;

    if (row == NULL)
        return;
    ruf_store32(row, owner);
    ruf_store16(row + width, (uint16_t)tail);
    if (head.size > RUF_PAGE_HEAD_MAX) {
        row[width + 2] = RUF_PAGE_LONG;
        ruf_store32(row + size, keep_label(sections, head));
        size += 4;
    } else {
        row[width + 2] = (uint8_t)head.size;
        memcpy(row + size, head.data, head.size);
        size += head.size;
    }
    ruf_page_builder_add(&sections->numbers, size);
}

/* --- all
 * ----------------------------------------------------------------------------
 */

void ruf_entry_sections_add(struct ruf_entry_sections *sections,
                            ruf_e164 number, struct ruf_text label,
                            const uint32_t *owners, size_t owner_count)
{
    uint32_t tail;

    if (number <= sections->last || number > RUF_E164_MAX || label.size == 0 ||
        label.size > RUF_LABEL_SIZE_MAX || owner_count > RUF_OWNERS_MAX) {
        sections->failed = true;
        return;
    }
    tail = split_label(sections, &label);
    write_entry(sections, number, label, tail);
    add_row(sections, number, label, tail,
            owner_value(sections, owners, owner_count));
    sections->last = number;
    sections->count++;
}

uint32_t ruf_entry_upper_width(const struct ruf_entry_sections *sections)
{
    return sections->last >> 48 == 0 ? 2 : 4;
}

static bool memory_was_out(const struct ruf_entry_sections *sections)
{
    return sections->failed || sections->entries.tail.failed ||
           sections->owners.tail.failed || sections->labels.tail.failed ||
           sections->tails.failed ||
           ruf_spool_size(&sections->labels) > UINT32_MAX;
}

enum ruf_status ruf_entry_sections_finish(struct ruf_entry_sections *sections,
                                          struct ruf_error *err)
{
    enum ruf_status status;

    finish_block(sections);
    if (memory_was_out(sections))
        return ruf_fail_memory(err);
    status = ruf_page_builder_finish(&sections->numbers,
                                     ruf_entry_upper_width(sections), err);
    return status == RUF_OK ? ruf_spill_status(sections->spill, err) : status;
}

void ruf_entry_sections_free(struct ruf_entry_sections *sections)
{
    ruf_spool_free(&sections->entries);
    ruf_spool_free(&sections->owners);
    ruf_spool_free(&sections->labels);
    ruf_shared_texts_free(&sections->tails);
    ruf_page_builder_free(&sections->numbers);
}
