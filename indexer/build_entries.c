/*
 * indexer/build_entries.c - entries to ENTRIES, NUMBERS, OWNERS, TAILS, LABELS
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/build_entries.h"
#include "base/hash.h"
#include "base/image_sections.h"
#include "base/number_page.h"
#include "base/secret.h"
#include <stdlib.h>
#include <string.h>

void ruf_entry_sections_start(struct ruf_entry_sections *sections,
                              const uint8_t *secret, uint64_t contact_count,
                              uint64_t owner_count, uint64_t entry_count)
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
    ruf_write_expect(&sections->entries, (size_t)entry_count * 20);
    ruf_write_expect(&sections->rows, (size_t)entry_count * 32);
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
    uint64_t place = sections->owners.size / 4;

    if (count == 1)
        return owners[0];
    if (count == 0)
        return (uint32_t)sections->contact_count;
    if (count > sections->limit_owners)
        sections->limit_owners = (uint32_t)count;
    ruf_write_u32(&sections->owners, (uint32_t)count);
    for (size_t i = 0; i < count; i++)
        ruf_write_u32(&sections->owners, owners[i]);
    return (uint32_t)(sections->contact_count + place);
}

/* --- ENTRIES
 * ----------------------------------------------------------------------------
 */

static void finish_block(struct ruf_entry_sections *sections)
{
    size_t used = sections->entries.size - sections->block;
    uint8_t *block;

    if (sections->block_count == 0)
        return;
    (void)ruf_write_space(&sections->entries, RUF_ENTRY_BLOCK_SIZE - used);
    if (sections->entries.failed)
        return;
    block = sections->entries.bytes + sections->block;
    ruf_store16(block + 8, (uint16_t)sections->block_count);
    ruf_store32(block + 12, (uint32_t)used);
    sections->block_count = 0;
}

/* Make sure that an entry of so many bytes fits. */
static void open_block(struct ruf_entry_sections *sections, size_t size)
{
    if (sections->block_count > 0 &&
        sections->entries.size - sections->block + size > RUF_ENTRY_BLOCK_SIZE)
        finish_block(sections);
    if (sections->block_count > 0)
        return;
    sections->block = sections->entries.size;
    ruf_write_u64(&sections->entries, sections->last);
    ruf_write_u64(&sections->entries, 0);
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
    out = ruf_write_room(&sections->entries, size + 8);
    if (out == NULL)
        return;
    out[0] = (uint8_t)((is_long ? RUF_ENTRY_LONG : head.size) << 2 | code);
    ruf_store16(out + 1, (uint16_t)tail);
    ruf_store64(out + 3, difference);
    if (is_long)
        ruf_store16(out + 3 + width, (uint16_t)head.size);
    memcpy(out + size - head.size, head.data, head.size);
    sections->entries.size += size;
    sections->block_count++;
}

/* --- NUMBERS
 * ----------------------------------------------------------------------------
 */

/* Number, size, and the row behind its upper half. */
#define KEPT_HEADER 9

/* A row waits until it is known how many there are. */
static void keep_row(struct ruf_entry_sections *sections, ruf_e164 number,
                     struct ruf_text head, uint32_t tail, uint32_t owner)
{
    const uint32_t width = sections->owner_width;
    bool is_long = head.size > RUF_PAGE_HEAD_MAX;
    size_t size = width + 3 + (is_long ? 4 : head.size);
    uint8_t *out = ruf_write_room(&sections->rows, KEPT_HEADER + size + 4);

    if (out == NULL)
        return;
    ruf_store64(out, number);
    out[8] = (uint8_t)size;
    ruf_store32(out + KEPT_HEADER, owner);
    sections->rows.size += KEPT_HEADER + size;
    out += KEPT_HEADER + width;
    ruf_store16(out, (uint16_t)tail);
    out[2] = is_long ? RUF_PAGE_LONG : (uint8_t)head.size;
    if (!is_long) {
        memcpy(out + 3, head.data, head.size);
        return;
    }
    ruf_store32(out + 3, (uint32_t)sections->labels.size);
    ruf_write_u16(&sections->labels, (uint16_t)head.size);
    ruf_write_bytes(&sections->labels, head.data, head.size);
}

struct filling {
    uint8_t *pages;
    uint8_t *used; /* bytes of each page */
    uint32_t count;
    uint32_t upper_width;
};

static bool put_row(struct filling *filling, uint64_t hash, ruf_e164 number,
                    const uint8_t *row, size_t size)
{
    for (uint32_t n = 0; n < RUF_PAGE_PROBES; n++) {
        uint32_t at = ruf_page_at(hash, n, filling->count);
        uint8_t *page = filling->pages + (size_t)at * RUF_PAGE_SIZE;
        size_t used = RUF_PAGE_ROWS + filling->used[at];
        unsigned slot = page[0];
        uint8_t upper[4];

        if (slot < RUF_PAGE_SLOTS &&
            used + filling->upper_width + size <= RUF_PAGE_SIZE) {
            page[0]++;
            page[2 + slot] = (uint8_t)used;
            ruf_store32(page + 2 + RUF_PAGE_SLOTS + 4 * (size_t)slot,
                        (uint32_t)number);
            ruf_store32(upper, (uint32_t)(number >> 32));
            memcpy(page + used, upper, filling->upper_width);
            memcpy(page + used + filling->upper_width, row, size);
            filling->used[at] =
                (uint8_t)(filling->used[at] + filling->upper_width + size);
            return true;
        }
        page[1] |= 1;
    }
    return false;
}

/* Home pages of the numbers ahead are fetched while one is put. */
#define PUT_AHEAD 8

static bool put_rows(const struct ruf_entry_sections *sections,
                     struct filling *filling)
{
    const uint64_t secret = ruf_hash_number_secret(sections->secret);
    const uint8_t *rows = sections->rows.bytes;
    const uint8_t *ahead = rows;
    uint64_t hashes[PUT_AHEAD];

    for (uint64_t i = 0; i < sections->count + PUT_AHEAD; i++) {
        uint64_t *hash = &hashes[i % PUT_AHEAD];

        if (i >= PUT_AHEAD) {
            if (!put_row(filling, *hash, ruf_load64(rows), rows + KEPT_HEADER,
                         rows[8]))
                return false;
            rows += KEPT_HEADER + rows[8];
        }
        if (i < sections->count) {
            const uint8_t *page;

            *hash = ruf_hash_number(secret, ruf_load64(ahead));
            page =
                filling->pages +
                (size_t)ruf_table_home(*hash, filling->count) * RUF_PAGE_SIZE;
            __builtin_prefetch(page, 1);
            __builtin_prefetch(page + 64, 1);
            __builtin_prefetch(page + 128, 1);
            __builtin_prefetch(page + 192, 1);
            ahead += KEPT_HEADER + ahead[8];
        }
    }
    return true;
}

/* Five sixths of the pages' bytes and slots are used: some run over, hardly
 * any block of four does. */
static uint64_t pages_for(const struct ruf_entry_sections *sections)
{
    uint64_t bytes = sections->rows.size - KEPT_HEADER * sections->count +
                     sections->upper_width * sections->count;
    uint64_t by_bytes = bytes * 6 / 5 / (RUF_PAGE_SIZE - RUF_PAGE_ROWS);
    uint64_t by_slots = sections->count * 6 / 5 / RUF_PAGE_SLOTS;

    return (by_bytes > by_slots ? by_bytes : by_slots) + 1;
}

static bool write_pages(struct ruf_entry_sections *sections)
{
    struct filling filling = { .upper_width = sections->upper_width };
    uint64_t count = pages_for(sections);
    bool done = false;

    for (int tries = 0; tries < 16 && !done && count < UINT32_MAX; tries++) {
        ruf_writer_wipe(&sections->pages);
        free(filling.used);
        count += (RUF_PAGES_PER_BLOCK - count % RUF_PAGES_PER_BLOCK) %
                 RUF_PAGES_PER_BLOCK;
        filling.count = (uint32_t)count;
        filling.used = calloc(count, 1);
        filling.pages =
            ruf_write_space(&sections->pages, (size_t)count * RUF_PAGE_SIZE);
        if (filling.used == NULL || filling.pages == NULL)
            break;
        done = put_rows(sections, &filling);
        count += count / 8 + 1;
    }
    free(filling.used);
    sections->page_count = filling.count;
    return done;
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
    keep_row(sections, number, label, tail,
             owner_value(sections, owners, owner_count));
    sections->last = number;
    sections->count++;
}

bool ruf_entry_sections_finish(struct ruf_entry_sections *sections)
{
    finish_block(sections);
    sections->upper_width = sections->last >> 48 == 0 ? 2 : 4;
    return !sections->failed && !sections->entries.failed &&
           !sections->rows.failed && !sections->owners.failed &&
           !sections->labels.failed && !sections->tails.failed &&
           sections->labels.size <= UINT32_MAX && write_pages(sections);
}

void ruf_entry_sections_free(struct ruf_entry_sections *sections)
{
    ruf_writer_wipe(&sections->entries);
    ruf_writer_wipe(&sections->rows);
    ruf_writer_wipe(&sections->owners);
    ruf_writer_wipe(&sections->labels);
    ruf_shared_texts_free(&sections->tails);
    ruf_writer_wipe(&sections->pages);
}
