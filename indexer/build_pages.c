/*
 * indexer/build_pages.c - rows of numbers to the pages of NUMBERS
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/build_pages.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/number_page.h"
#include "base/secret.h"
#include <stdlib.h>
#include <string.h>

/* Rows of a group go into about 200 KiB of pages, which a core's own cache
 * holds; of very many entries there are no more groups than their spools may
 * take memory. */
#define ROWS_PER_GROUP 4096u
#define GROUP_BITS_MAX 10u

/* Number, size of the row. */
#define KEPT_HEADER 9u

/* A row goes at most so many pages beyond its home (ruf_page_at()). */
#define REACH                                                                  \
    ((RUF_PAGE_PROBES / RUF_PAGES_PER_BLOCK * 255u + 1) * RUF_PAGES_PER_BLOCK)

/* --- rows
 * ------------------------------------------------------------------------- */

enum ruf_status ruf_page_builder_start(struct ruf_page_builder *builder,
                                       const uint8_t *secret,
                                       struct ruf_spill *spill,
                                       const char *row_path, uint64_t rows,
                                       uint64_t memory, struct ruf_error *err)
{
    size_t groups;
    enum ruf_status status;

    memset(builder, 0, sizeof(*builder));
    builder->number_secret = ruf_hash_number_secret(secret);
    builder->memory = memory;
    while (builder->group_bits < GROUP_BITS_MAX &&
           rows >> builder->group_bits > ROWS_PER_GROUP)
        builder->group_bits++;
    groups = (size_t)1 << builder->group_bits;
    status = ruf_spill_create(row_path, &builder->row_spill, err);
    if (status != RUF_OK)
        return status;
    builder->groups = calloc(groups, sizeof(*builder->groups));
    if (builder->groups == NULL)
        return ruf_fail_memory(err);
    for (size_t i = 0; i < groups; i++)
        ruf_spool_start(&builder->groups[i], builder->row_spill,
                        (size_t)(memory / 2 / groups));
    ruf_spool_start(&builder->later, spill, (size_t)(memory / 8));
    return RUF_OK;
}

uint8_t *ruf_page_builder_room(struct ruf_page_builder *builder,
                               ruf_e164 number)
{
    uint64_t hash = ruf_hash_number(builder->number_secret, number);
    struct ruf_spool *group =
        &builder->groups[(hash >> 32) >> (32 - builder->group_bits)];
    uint8_t *out = ruf_write_room(&group->tail, KEPT_HEADER + RUF_ROW_SIZE_MAX);

    if (out == NULL)
        return NULL;
    builder->open = group;
    ruf_store64(out, number);
    return out + KEPT_HEADER;
}

void ruf_page_builder_add(struct ruf_page_builder *builder, size_t size)
{
    struct ruf_writer *tail = &builder->open->tail;

    tail->bytes[tail->size + 8] = (uint8_t)size;
    tail->size += KEPT_HEADER + size;
    builder->row_bytes += size;
    builder->count++;
    ruf_spool_trim(builder->open);
}

/* --- pages
 * ------------------------------------------------------------------------ */

/* Pages being filled. The first ones stay until the end, since rows of the last
 * group may be sent on to them; of the others a window that moves on with the
 * groups. */
struct filling {
    struct ruf_page_builder *builder;
    uint32_t upper_width;
    uint32_t count;
    uint32_t head_count;
    uint8_t *head;
    uint32_t window_start; /* page */
    uint32_t window_count;
    uint8_t *window;
    uint8_t *used; /* bytes of each page */
};

static uint8_t *page_at(const struct filling *filling, uint32_t page)
{
    return page < filling->head_count
               ? filling->head + (size_t)page * RUF_PAGE_SIZE
               : filling->window +
                     (size_t)(page - filling->window_start) * RUF_PAGE_SIZE;
}

static bool put_row(const struct filling *filling, ruf_e164 number,
                    const uint8_t *row, size_t size)
{
    uint64_t hash = ruf_hash_number(filling->builder->number_secret, number);

    for (uint32_t n = 0; n < RUF_PAGE_PROBES; n++) {
        uint32_t at = ruf_page_at(hash, n, filling->count);
        uint8_t *page = page_at(filling, at);
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
        page[1] |= ruf_page_class(hash);
    }
    return false;
}

/* First page that is home of a row of this group or of a later one. */
static uint32_t group_start(const struct filling *filling, uint64_t group)
{
    uint64_t upper = group << (32 - filling->builder->group_bits);
    uint64_t page = upper * filling->count >> 32;

    return (uint32_t)(page - page % RUF_PAGES_PER_BLOCK);
}

/* No row comes to the pages before 'start' any more. */
static void move_window(struct filling *filling, uint32_t start)
{
    struct ruf_spool *later = &filling->builder->later;
    uint32_t last = filling->count - filling->window_count;
    size_t all = (size_t)filling->window_count * RUF_PAGE_SIZE;
    size_t done;

    start = start < last ? start : last;
    if (start <= filling->window_start)
        return;
    done = (size_t)(start - filling->window_start) * RUF_PAGE_SIZE;
    ruf_write_bytes(&later->tail, filling->window, done);
    ruf_spool_trim(later);
    memmove(filling->window, filling->window + done, all - done);
    memset(filling->window + all - done, 0, done);
    filling->window_start = start;
}

/* In order, which memory likes better than the order of the rows. */
static void fetch_pages(const struct filling *filling, uint32_t from,
                        uint32_t to)
{
    for (; from < to && from < filling->head_count; from++)
        for (size_t line = 0; line < RUF_PAGE_SIZE; line += 64)
            __builtin_prefetch(page_at(filling, from) + line, 1);
}

static bool put_group(struct filling *filling, size_t number_of_group)
{
    const struct ruf_spool *group = &filling->builder->groups[number_of_group];
    struct ruf_spool_reader reader;
    bool room = true;
    const uint8_t *kept;

    fetch_pages(filling, group_start(filling, number_of_group),
                group_start(filling, number_of_group + 1));
    ruf_spool_reader_open(&reader, group);
    while (room && (kept = ruf_spool_read(&reader, KEPT_HEADER)) != NULL) {
        ruf_e164 number = ruf_load64(kept);
        size_t size = kept[8];
        const uint8_t *row = ruf_spool_read(&reader, size);

        room = row != NULL && put_row(filling, number, row, size);
    }
    ruf_spool_reader_close(&reader);
    return room;
}

/* @return false if some row found all its pages full. */
static bool put_groups(struct filling *filling)
{
    const struct ruf_page_builder *builder = filling->builder;

    for (size_t i = 0; i < (size_t)1 << builder->group_bits; i++) {
        if (filling->window_count > 0)
            move_window(filling, group_start(filling, i));
        if (!put_group(filling, i))
            return false;
    }
    if (filling->window_count > 0)
        ruf_write_bytes(&filling->builder->later.tail, filling->window,
                        (size_t)filling->window_count * RUF_PAGE_SIZE);
    return true;
}

/* Seven tenths of the pages' bytes and slots are used: a number in fifteen
 * moves on to another page, hardly any to another block. At five sixths one in
 * seven did, each of which a reader waits for twice. */
static uint64_t pages_for(const struct ruf_page_builder *builder,
                          uint32_t upper_width)
{
    uint64_t bytes = builder->row_bytes + upper_width * builder->count;
    uint64_t by_bytes = bytes * 10 / 7 / (RUF_PAGE_SIZE - RUF_PAGE_ROWS);
    uint64_t by_slots = builder->count * 10 / 7 / RUF_PAGE_SLOTS;

    return (by_bytes > by_slots ? by_bytes : by_slots) + 1;
}

/* All pages at once where they fit, else a head and a window: a group and what
 * its rows may reach. */
static void choose_window(struct filling *filling)
{
    uint64_t group =
        ((uint64_t)filling->count >> filling->builder->group_bits) + 1;
    uint64_t window = group + REACH + 2 * RUF_PAGES_PER_BLOCK;

    window += RUF_PAGES_PER_BLOCK - window % RUF_PAGES_PER_BLOCK;
    filling->head_count = filling->count;
    filling->window_start = filling->count;
    if ((uint64_t)filling->count * RUF_PAGE_SIZE <=
            filling->builder->memory / 4 ||
        REACH + window > filling->count)
        return;
    filling->head_count = REACH;
    filling->window_start = REACH;
    filling->window_count = (uint32_t)window;
}

static bool make_room(struct filling *filling)
{
    struct ruf_page_builder *builder = filling->builder;

    ruf_writer_wipe(&builder->pages);
    filling->head = ruf_write_space(
        &builder->pages, (size_t)filling->head_count * RUF_PAGE_SIZE);
    filling->used = calloc(filling->count, 1);
    filling->window = filling->window_count == 0
                          ? NULL
                          : calloc(filling->window_count, RUF_PAGE_SIZE);
    return filling->head != NULL && filling->used != NULL &&
           (filling->window_count == 0 || filling->window != NULL);
}

static void free_room(struct filling *filling)
{
    if (filling->window != NULL)
        ruf_wipe(filling->window,
                 (size_t)filling->window_count * RUF_PAGE_SIZE);
    free(filling->window);
    free(filling->used);
}

/* One try with so many pages. @return RUF_E_NOT_FOUND: too few. */
static enum ruf_status fill_pages(struct ruf_page_builder *builder,
                                  uint32_t upper_width, uint64_t count,
                                  struct ruf_error *err)
{
    struct filling filling = { .builder = builder, .upper_width = upper_width };
    struct ruf_spill *spill = builder->later.spill;
    size_t limit = builder->later.limit;
    enum ruf_status status;
    bool done;

    count += (RUF_PAGES_PER_BLOCK - count % RUF_PAGES_PER_BLOCK) %
             RUF_PAGES_PER_BLOCK;
    if (count > UINT32_MAX)
        return ruf_fail_memory(err);
    filling.count = (uint32_t)count;
    choose_window(&filling);
    ruf_spool_free(&builder->later);
    ruf_spool_start(&builder->later, spill, limit);
    if (!make_room(&filling)) {
        free_room(&filling);
        return ruf_fail_memory(err);
    }
    done = put_groups(&filling);
    free_room(&filling);
    builder->page_count = filling.count;
    status = ruf_spill_status(builder->row_spill, err);
    if (status == RUF_OK && builder->later.tail.failed)
        status = ruf_fail_memory(err);
    return status == RUF_OK && !done ? RUF_E_NOT_FOUND : status;
}

static bool rows_failed(const struct ruf_page_builder *builder)
{
    for (size_t i = 0; i < (size_t)1 << builder->group_bits; i++)
        if (builder->groups[i].tail.failed)
            return true;
    return false;
}

static void free_rows(struct ruf_page_builder *builder)
{
    for (size_t i = 0;
         builder->groups != NULL && i < (size_t)1 << builder->group_bits; i++)
        ruf_spool_free(&builder->groups[i]);
    free(builder->groups);
    builder->groups = NULL;
    ruf_spill_destroy(builder->row_spill);
    builder->row_spill = NULL;
}

enum ruf_status ruf_page_builder_finish(struct ruf_page_builder *builder,
                                        uint32_t upper_width,
                                        struct ruf_error *err)
{
    uint64_t count = pages_for(builder, upper_width);
    enum ruf_status status = RUF_E_NOT_FOUND;

    if (rows_failed(builder))
        return ruf_fail_memory(err);
    for (int tries = 0; tries < 16 && status == RUF_E_NOT_FOUND; tries++) {
        status = fill_pages(builder, upper_width, count, err);
        count += count / 8 + 1;
    }
    free_rows(builder);
    if (status == RUF_E_NOT_FOUND)
        return ruf_fail(err, RUF_E_INTERNAL, "E914", "",
                        "no room for a number in its pages");
    return status;
}

void ruf_page_builder_free(struct ruf_page_builder *builder)
{
    free_rows(builder);
    ruf_writer_wipe(&builder->pages);
    ruf_spool_free(&builder->later);
}
