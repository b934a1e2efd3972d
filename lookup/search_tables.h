/*
 * lookup/search_tables.h - the search sections of a resident index
 *
 * Places are computed from counts and checked against the sections when the
 * tables are opened; what stands in them is checked where it is used, so that
 * no content makes a query read outside.
 *
 * Threads: immutable after ruf_search_rank_words(), share freely.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef LOOKUP_SEARCH_TABLES_H
#define LOOKUP_SEARCH_TABLES_H

#include "base/search_sections.h"
#include "base/words.h"
#include "lookup/index_private.h"
#include <rufname/contact.h>
#include <stdbool.h>

/** Unsigned integers, one behind the other or a column of rows. */
struct search_array {
    const uint8_t *bytes;
    uint32_t count;
    uint32_t mask;  /**< of what is loaded */
    unsigned width; /**< bytes from one to the next */
};

/** The dictionary. */
struct search_words {
    uint32_t count;
    uint32_t first_letter; /**< words before it begin with a digit */
    uint32_t text_size;
    struct search_array blocks;
    struct search_array beginnings; /**< from first_letter on */
    struct search_array starts;     /**< first word of each class */
    struct search_array keypad;     /**< keys of words of names, ascending */
    struct search_array keypad_words;
    struct search_array sound;
    struct search_array sound_words; /**< ascending where keys are equal */
    const uint8_t *text;
};

/** One field. */
struct search_field {
    uint32_t text_count;
    uint32_t single_count;      /**< texts before it have one word, ascending */
    struct search_array column; /**< per contact text + 1, or 0 */
    struct search_array starts; /**< per text, where its contacts start */
    struct search_array listed; /**< contacts, text by text, ascending */
    struct search_array singles; /**< per text of one word, the word */
    struct search_array first;   /**< per other text, place in 'words' */
    struct search_array words;
    struct search_array pair_words; /**< ascending */
    struct search_array pair_texts;
    const uint32_t *single_ranks; /**< see ruf_search_bound_word() */
    const uint32_t *pair_ranks;
};

/** Numbers of at most 15 digits in rank order; longer ones as text. */
struct search_numbers {
    uint32_t count;
    const uint8_t *values;
    const uint8_t *owner_bits;
    uint64_t owner_words;
    struct search_array order; /**< numbers by their digits */
    struct search_array samples;
    struct search_array shared; /**< numbers with further owners, ascending */
    struct search_array shared_first;
    struct search_array shared_owners;
    const uint8_t *codes;
    uint32_t code_count;
    const uint8_t *longer;
    uint32_t longer_size;
    struct search_array grams;
    const uint8_t *gram_stream;
    uint32_t gram_size;
};

struct search_tables {
    uint32_t contacts;
    struct search_words words;
    struct search_field fields[RUF_COLUMN_COUNT];
    struct search_numbers numbers;
    uint32_t *ranks; /**< of all fields; ruf_search_rank_words() */
};

/** @return false if counts and sections contradict each other. */
bool ruf_search_tables_open(const struct ruf_index *index,
                            struct search_tables *out);

/* Put together byte by byte; compilers make one load of it. */
static inline uint32_t ruf_search_load32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 |
           (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static inline uint64_t ruf_search_load64(const uint8_t *bytes)
{
    return (uint64_t)ruf_search_load32(bytes) |
           (uint64_t)ruf_search_load32(bytes + 4) << 32;
}

/** Item i, which must be below count. */
static inline uint32_t ruf_search_item(const struct search_array *array,
                                       uint32_t i)
{
    return ruf_search_load32(array->bytes + (size_t)i * array->width) &
           array->mask;
}

/** Bounded varint of 32 bits; stops at the end. @return behind it. */
static inline const uint8_t *
ruf_search_varint(const uint8_t *at, const uint8_t *end, uint32_t *out)
{
    uint32_t value = 0;
    unsigned shift = 0;

    if (at < end && *at < 0x80) { /* nearly always */
        *out = *at;
        return at + 1;
    }
    while (at < end) {
        uint8_t byte = *at++;

        value |= shift < 32 ? (uint32_t)(byte & 0x7F) << shift : 0;
        shift += 7;
        if (byte < 0x80)
            break;
    }
    *out = value;
    return at;
}

/** First place in [low, high) of an ascending array with an item >= value. */
uint32_t ruf_search_bound(const struct search_array *array, uint32_t low,
                          uint32_t high, uint32_t value);

/** Every so many words a row of ranks says where they begin in the arrays of
 *  all fields. A row is a line of cache, as a word is looked up in all. */
#define SEARCH_WORDS_PER_RANK 128u
#define SEARCH_RANKS (2 * (size_t)RUF_COLUMN_COUNT)

/** First place in an ascending array of words with none below this one, which
 *  must not be beyond words.count. */
static inline uint32_t ruf_search_bound_word(const struct search_array *array,
                                             const uint32_t *ranks,
                                             uint32_t word)
{
    const uint32_t *rank = ranks + word / SEARCH_WORDS_PER_RANK * SEARCH_RANKS;

    return ruf_search_bound(array, rank[0], rank[SEARCH_RANKS], word);
}

/** Make the ranks, to be freed. @return false when memory is out. */
bool ruf_search_rank_words(struct search_tables *tables);

/** Is the value in [low, high) of an ascending array? */
bool ruf_search_holds(const struct search_array *array, uint32_t low,
                      uint32_t high, uint32_t value);

/** Bytes copied at once where that many are there: a copy of the exact size is
 * a call, and most pieces of words are shorter. */
#define SEARCH_PIECE 16

/** Reads words; those of a block one behind the other. */
struct search_speller {
    const uint8_t *at;
    const uint8_t *end;
    uint32_t next; /**< number of the word at 'at' */
    char word[RUF_WORD_SIZE_MAX + SEARCH_PIECE];
    size_t size;
};

static inline void ruf_search_speller_init(struct search_speller *speller)
{
    speller->next = UINT32_MAX;
}

/** Read the i-th word: quickly if the last one read stands shortly before. */
void ruf_search_spell(const struct search_words *words, uint32_t i,
                      struct search_speller *speller);

/** The same with a new speller, for one word. */
static inline void ruf_search_word(const struct search_words *words, uint32_t i,
                                   struct search_speller *speller)
{
    ruf_search_speller_init(speller);
    ruf_search_spell(words, i, speller);
}

/** Words [first, end) that start with these bytes; exact: the first of them is
 *  these bytes. */
struct search_span {
    uint32_t first;
    uint32_t end;
    bool exact;
};

struct search_span ruf_search_span(const struct search_words *words,
                                   const char *bytes, size_t size);

/** How a word from first_letter on begins: base/search_sections.h. */
static inline uint32_t ruf_search_beginning_of(const struct search_words *words,
                                               uint32_t word)
{
    return ruf_search_item(&words->beginnings, word - words->first_letter);
}

/** Of these words those that begin with the first so many symbols, all of them
 *  letters a-z: in the order of words, what follows such letters ascends. */
struct search_span ruf_search_narrow(const struct search_words *words,
                                     struct search_span span, uint32_t symbols,
                                     size_t letters);

/** Where the contacts of some texts stand in field->listed. */
struct search_places {
    uint32_t next;
    uint32_t end;
};

/** Those of texts [first, end), which must not be beyond text_count. */
static inline struct search_places
ruf_search_places(const struct search_field *field, uint32_t first,
                  uint32_t end)
{
    struct search_places places = { ruf_search_item(&field->starts, first),
                                    ruf_search_item(&field->starts, end) };

    if (places.end > field->listed.count)
        places.end = field->listed.count;
    if (places.next > places.end)
        places.next = places.end;
    return places;
}

/** The next contact; if the table is damaged, none there is. */
static inline uint32_t ruf_search_next(const struct search_field *field,
                                       struct search_places *places)
{
    return ruf_search_item(&field->listed, places->next++);
}

/** How many contacts texts [first, end) have. */
static inline uint32_t ruf_search_listed(const struct search_field *field,
                                         uint32_t first, uint32_t end)
{
    struct search_places places;

    if (first >= end)
        return 0;
    places = ruf_search_places(field, first, end);
    return places.end - places.next;
}

/** Where the words of a text stand in field->words; for text >= single_count.
 *  @return false if the table is damaged. */
static inline bool ruf_search_text_words(const struct search_field *field,
                                         uint32_t text, uint32_t *first,
                                         uint32_t *end)
{
    uint32_t i = text - field->single_count;

    *first = ruf_search_item(&field->first, i);
    *end = ruf_search_item(&field->first, i + 1);
    return *first <= *end && *end <= field->words.count;
}

/** The text of a contact, plus one; 0 for none. */
static inline uint32_t ruf_search_text_of(const struct search_field *field,
                                          uint32_t contact)
{
    uint32_t text = ruf_search_item(&field->column, contact);

    return text <= field->text_count ? text : 0;
}

#endif
