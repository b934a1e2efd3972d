/*
 * indexer/search_private.h - what the files of the search builder share
 *
 * Equal things get equal numbers as they come in: words, texts of a field,
 * numbers. Sorting and writing is left to the end, when each is there once.
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_SEARCH_PRIVATE_H
#define INDEXER_SEARCH_PRIVATE_H

#include "base/bytes.h"
#include "base/search_sections.h"
#include "indexer/search_tables.h"
#include <stdbool.h>

/** A growing list of integers. */
struct search_list {
    uint32_t *items;
    size_t count;
    size_t room;
};

/** The rare case of ruf_search_list_add(). */
bool ruf_search_list_grow(struct search_list *list);

/** @return false when memory is out. */
static inline bool ruf_search_list_add(struct search_list *list, uint32_t item)
{
    if (list->count == list->room && !ruf_search_list_grow(list))
        return false;
    list->items[list->count++] = item;
    return true;
}

/** Wipe and free. */
void ruf_search_list_free(struct search_list *list);

/** Equal bytes, equal number: 0, 1, 2 ... in the order of arrival. */
struct search_pool {
    uint64_t seed;
    struct ruf_writer bytes;   /* per item u32 number, u32 size, the bytes */
    struct search_list starts; /* of each item in bytes */
    uint64_t *slots; /* upper half of the hash, then start + 1; 0 = free */
    size_t mask;
};

#define SEARCH_POOL_FULL UINT32_MAX

/** @return the number of these bytes, or SEARCH_POOL_FULL. */
uint32_t ruf_search_pool_add(struct search_pool *pool, const void *bytes,
                             size_t size);
/** The same with the hash of the bytes at hand. What is known some steps before
 *  may be fetched into the cache: first the slot, steps later the item. */
uint32_t ruf_search_pool_add_hashed(struct search_pool *pool, const void *bytes,
                                    size_t size, uint32_t hash);
uint32_t ruf_search_pool_hash(const struct search_pool *pool, const void *bytes,
                              size_t size);
void ruf_search_pool_fetch_slot(const struct search_pool *pool, uint32_t hash);
void ruf_search_pool_fetch_item(const struct search_pool *pool, uint32_t hash);
/** Item by number, borrowed until the next one is added. */
struct ruf_text ruf_search_pool_text(const struct search_pool *pool,
                                     uint32_t number);
void ruf_search_pool_free(struct search_pool *pool);

/** A field: its distinct texts, the words of each, and who has which. */
struct search_field {
    struct search_pool texts;
    struct search_list word_ends; /* per text, in words */
    struct search_list words;     /* numbers in the pool of words */
    struct search_list column;    /* per contact text + 1, or 0 */
};

/** A number as SEARCH_NUMBERS writes it, and a contact that has it. */
struct search_number {
    uint64_t value;
    uint32_t contact;
};

/** Numbers of at most 15 digits and their owners. As many as arrive are kept;
 *  each is there once, with its best owner, when they are written. */
struct search_numbers {
    struct search_number *arrivals; /* in rank order */
    size_t count;
    size_t room;
    uint32_t *order;           /* by value; made last */
    struct search_list shared; /* pairs: number, further owner */
    struct search_pool longer; /* size of the calling code, then the digits */
    struct search_list longer_owners; /* pairs: number, owner */
    bool codes[1000];
};

struct ruf_search_builder {
    bool failed;
    uint32_t contacts;
    struct search_pool words;
    struct search_field fields[RUF_COLUMN_COUNT];
    struct search_pool initials;   /* "h" of "Hans", "hp" of "Hans-Peter" */
    struct search_list letters[2]; /* of each family, given text */
    struct search_numbers numbers;
    /* Room that would be cleared at each call on the stack. */
    char base[4 * RUF_RECORD_TEXT_MAX];
    char german[4 * RUF_RECORD_TEXT_MAX];
    char domains[RUF_RECORD_TEXT_MAX];
    char local[4 * RUF_RECORD_TEXT_MAX];
    struct search_field email; /* words of the contact's addresses */
    struct search_list email_words;
};

/** Note the numbers of the next contact. @return false: memory is out. */
bool ruf_search_numbers_add(struct search_numbers *numbers, uint32_t contact,
                            const struct ruf_person *person);
void ruf_search_numbers_free(struct search_numbers *numbers);

/** Write sections, which are empty so far; false when memory is out. */
bool ruf_search_write_words(struct ruf_search_builder *builder, uint32_t *order,
                            uint32_t *rank, struct ruf_writer *out);
bool ruf_search_write_fields(struct ruf_search_builder *builder,
                             const uint32_t *rank, struct ruf_writer *out);
bool ruf_search_write_numbers(struct search_numbers *numbers, uint32_t contacts,
                              struct ruf_writer *out, struct ruf_writer *grams);

/** Append 'count' integers of 'width' bytes. */
void ruf_search_write_array(struct ruf_writer *out, const uint32_t *items,
                            size_t count, unsigned width);
/** The zero bytes every section ends with. */
void ruf_search_write_pad(struct ruf_writer *out);

/** Varint without a call per byte, for postings. @return behind it. */
static inline uint8_t *ruf_search_put_varint(uint8_t *at, uint32_t value)
{
    while (value >= 0x80) {
        *at++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *at++ = (uint8_t)value;
    return at;
}

/** Mixes 64 bits; the seed keeps chosen input from colliding. */
static inline uint64_t ruf_search_mix(uint64_t value, uint64_t seed)
{
    value = (value ^ seed) * UINT64_C(0x9E3779B97F4A7C15);
    value = (value ^ value >> 32) * (seed | 1);
    return value ^ value >> 29;
}

#endif
