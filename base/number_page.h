/*
 * base/number_page.h - pages of the table of numbers
 *
 * A page is 256 bytes, four cache lines. The first holds the lower halves of up
 * to eight numbers and where their rows stand; the rows behind have upper half,
 * owner and label. A reader fetches all four at once, so an answer costs about
 * one access to memory; on demand a page lies in one sealed block.
 *
 *    0   1  rows, 0..8
 *    1   1  classes of numbers that moved on from here to another page
 *    2   8  offset of each row in the page
 *   10  32  lower 32 bits of each number
 *   42 214  rows: upper bits (2 or 4 bytes), owner (1..4), tail (2), length of
 *           the head (1), head. Length 255: the head is the text at the u32
 *           offset that follows, in LABELS.
 *
 * The class of a number is one of eight, by its hash: a search for a number
 * that is not there nearly always ends in its home page, even if that is full.
 *
 * Threads: pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_NUMBER_PAGE_H
#define BASE_NUMBER_PAGE_H

#include "base/table.h"

#define RUF_PAGE_SIZE 256u
#define RUF_PAGE_SLOTS 8u
#define RUF_PAGE_ROWS 42u /**< where rows begin */

/** Longest head in a page; length byte of a longer one, in LABELS. */
#define RUF_PAGE_HEAD_MAX 120u
#define RUF_PAGE_LONG 255u

/** Pages in a sealed block. A key whose home page is full goes to another page
 *  of the same block first, so that on demand it is found there, too. */
#define RUF_PAGES_PER_BLOCK 4u

/** Pages a key may lie in: those of sixteen blocks. */
#define RUF_PAGE_PROBES 64u

/** The n-th page on the way of a hash, 0 = its home; pages is a multiple of
 *  RUF_PAGES_PER_BLOCK and not 0. */
static inline uint32_t ruf_page_at(uint64_t hash, uint32_t n, uint32_t pages)
{
    uint32_t home = ruf_table_home(hash, pages);
    uint64_t step = (hash >> 8 & 0xFF) | 1;
    uint64_t block =
        home / RUF_PAGES_PER_BLOCK + n / RUF_PAGES_PER_BLOCK * step;

    return (uint32_t)(block % (pages / RUF_PAGES_PER_BLOCK) *
                      RUF_PAGES_PER_BLOCK) +
           (home + n) % RUF_PAGES_PER_BLOCK;
}

/** Bit per slot that holds the lower half of this number. */
static inline unsigned ruf_page_match(const uint8_t *page, uint64_t number)
{
    unsigned match =
        ruf_match_words(page + 2 + RUF_PAGE_SLOTS, ~0u, (uint32_t)number);

    return match & ((1u << (page[0] & 15)) - 1);
}

/** The bit of a hash's class. */
static inline uint8_t ruf_page_class(uint64_t hash)
{
    return (uint8_t)(1u << (hash & 7));
}

/** Did numbers of this hash's class move on to another page? */
static inline bool ruf_page_ran_over(const uint8_t *page, uint64_t hash)
{
    return (page[1] & ruf_page_class(hash)) != 0;
}

/** Row of a slot. */
static inline const uint8_t *ruf_page_row(const uint8_t *page, unsigned slot)
{
    return page + page[2 + slot];
}

#endif
