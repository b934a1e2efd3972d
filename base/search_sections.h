/*
 * base/search_sections.h - what stands inside the search sections of an image
 *
 * Shared by the builder (indexer) and search (lookup); the bytes are specified
 * in docs/index-format.md, "Search". Each section begins with its own counts,
 * from which the places of its arrays follow, and ends with eight zero bytes,
 * so that a wide load of the last element stays inside.
 *
 * Threads: pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_SEARCH_SECTIONS_H
#define BASE_SEARCH_SECTIONS_H

#include <stddef.h>
#include <stdint.h>

/** Kinds of the search sections. Stored: never renumber. */
enum ruf_search_section {
    RUF_SECTION_SEARCH_WORDS = 32,
    RUF_SECTION_SEARCH_FIELDS = 33,
    RUF_SECTION_SEARCH_NUMBERS = 34,
    RUF_SECTION_SEARCH_GRAMS = 35
};
#define RUF_SEARCH_SECTIONS 4
#define RUF_SEARCH_PAD 8

/** Searchable fields, in the order they are stored. */
enum ruf_search_column {
    RUF_COLUMN_FAMILY = 0, /**< display name where both names are missing */
    RUF_COLUMN_GIVEN,
    RUF_COLUMN_INITIALS,
    RUF_COLUMN_COMPANY,
    RUF_COLUMN_DEPARTMENT,
    RUF_COLUMN_TITLE,
    RUF_COLUMN_LOCAL,  /**< local parts, without words of the names */
    RUF_COLUMN_DOMAIN, /**< domains of the e-mail addresses */
    RUF_COLUMN_COUNT
};

#define RUF_SEARCH_WORDS_HEADER 16
#define RUF_SEARCH_WORDS_PER_BLOCK 16
#define RUF_SEARCH_FIELD_COUNTS(column) (8 + 16 * (size_t)(column))
#define RUF_SEARCH_FIELDS_HEADER RUF_SEARCH_FIELD_COUNTS(RUF_COLUMN_COUNT)
#define RUF_SEARCH_NUMBERS_HEADER 24
#define RUF_SEARCH_NUMBERS_PER_SAMPLE 64
#define RUF_SEARCH_GRAMS_HEADER 8

/*
 * A number of at most 15 digits as an integer whose order is that of its
 * digits: from the top a nibble "digit + 1" each, zero behind the last; the
 * lowest nibble holds flags.
 */
#define RUF_NUMBER_DIGITS_MAX 15
#define RUF_NUMBER_FLAGS UINT64_C(0xF)
#define RUF_NUMBER_CODE_SIZE                                                   \
    UINT64_C(3)                       /**< digits of the calling code, or 0 */
#define RUF_NUMBER_SHARED UINT64_C(8) /**< more owners in the shared list */

/** Four neighbouring nibbles of a number, at an even place: a gram. Those at
 *  place 0 are not listed: beginnings are found in the order of digits. The
 *  first three nibbles are a group of lists, the fourth tells which. */
#define RUF_GRAM_FIRST 2
#define RUF_GRAM_SYMBOLS 11
#define RUF_GRAM_GROUPS (RUF_GRAM_SYMBOLS * RUF_GRAM_SYMBOLS * RUF_GRAM_SYMBOLS)

/** Pack digits '0'..'9'; at most RUF_NUMBER_DIGITS_MAX. No flags. */
static inline uint64_t ruf_number_pack(const char *digits, size_t size)
{
    uint64_t packed = 0;

    for (size_t i = 0; i < size; i++)
        packed |= (uint64_t)(digits[i] - '0' + 1) << (60 - 4 * i);
    return packed;
}

/** The nibble at place i, 0 behind the last digit. */
static inline unsigned ruf_number_nibble(uint64_t packed, size_t i)
{
    return i < RUF_NUMBER_DIGITS_MAX ? (unsigned)(packed >> (60 - 4 * i)) & 15
                                     : 0;
}

/** Digits of a packed number. */
static inline size_t ruf_number_size(uint64_t packed)
{
    packed &= ~RUF_NUMBER_FLAGS;
    return packed == 0 ? 0 : 16 - (size_t)__builtin_ctzll(packed) / 4;
}

/** The group of the gram at place i. */
static inline unsigned ruf_number_gram_group(uint64_t packed, size_t i)
{
    return (ruf_number_nibble(packed, i) * RUF_GRAM_SYMBOLS +
            ruf_number_nibble(packed, i + 1)) *
               RUF_GRAM_SYMBOLS +
           ruf_number_nibble(packed, i + 2);
}

/** Bytes that hold every value up to max: 1..4. */
static inline unsigned ruf_search_width(uint32_t max)
{
    return max < 1u << 8 ? 1 : max < 1u << 16 ? 2 : max < 1u << 24 ? 3 : 4;
}

/** A character of a word in five bits: a digit 1, a-z 2-27, of any other the
 *  lowest two bits above 28. 0 is behind the end. Against a letter a-z they
 *  compare as the characters do. */
static inline uint32_t ruf_search_symbol(uint32_t c)
{
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 2;
    return c >= '0' && c <= '9' ? 1 : 28 + (c & 3);
}

/** Of a symbol of a-z, which letter; RUF_SEARCH_LETTERS for any other. */
#define RUF_SEARCH_LETTERS 26u
static inline unsigned ruf_search_symbol_letter(uint32_t symbol)
{
    return symbol >= 2 && symbol < 2 + RUF_SEARCH_LETTERS ? symbol - 2
                                                          : RUF_SEARCH_LETTERS;
}

/** The first characters of a word as symbols, the first one at the top: one
 *  typo leaves most of them as they are, or moves them by one place. */
#define RUF_SEARCH_BEGINNING 6
uint32_t ruf_search_beginning(const char *word, size_t size);

/** Where the i-th symbol stands. */
static inline unsigned ruf_search_symbol_shift(size_t i)
{
    return (unsigned)(27 - 5 * i);
}

/** Words that begin with a letter fall into classes by their first two
 *  characters, in the order of the dictionary. First: a-z, 26 for any other;
 *  second: 0 for none, 1 a digit, 2-27 for a-z, 28 any other. */
#define RUF_SEARCH_FIRSTS 27u
#define RUF_SEARCH_SECONDS 29u
#define RUF_SEARCH_CLASSES (RUF_SEARCH_FIRSTS * RUF_SEARCH_SECONDS)

static inline unsigned ruf_search_first_class(uint32_t c)
{
    return c >= 'a' && c <= 'z' ? c - 'a' : RUF_SEARCH_FIRSTS - 1;
}

static inline unsigned ruf_search_second_class(uint32_t c)
{
    if (c >= '0' && c <= '9')
        return 1;
    return c >= 'a' && c <= 'z' ? 2 + c - 'a' : RUF_SEARCH_SECONDS - 1;
}

/** First eight keypad digits as nibbles from the top, zero behind them. */
uint32_t ruf_search_keypad(const char *word, size_t size);

/** First eight sound codes, each plus one, as nibbles from the top. */
uint32_t ruf_search_sound(const char *word, size_t size);

#endif
