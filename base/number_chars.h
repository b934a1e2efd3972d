/*
 * base/number_chars.h - characters of phone numbers, as libphonenumber sees
 * them
 *
 * Threads: pure functions.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_NUMBER_CHARS_H
#define BASE_NUMBER_CHARS_H

#include <rufname/contact.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Text in two pieces that are read as one: a phone-context and the subscriber
 * number. One of them may be empty.
 */
struct ruf_rope {
    struct ruf_text part[2];
};

size_t ruf_rope_size(const struct ruf_rope *rope);

/** Shorten to this many bytes. */
void ruf_rope_cut(struct ruf_rope *rope, size_t size);

/** What the two functions below do beyond ASCII. */
size_t ruf_rope_decode(const struct ruf_rope *rope, size_t at, uint32_t *c);
size_t ruf_rope_decode_back(const struct ruf_rope *rope, size_t end,
                            uint32_t *c);

/** The byte at a position below the size. */
static inline char ruf_rope_byte(const struct ruf_rope *rope, size_t at)
{
    size_t first = rope->part[0].size;

    return at < first ? rope->part[0].data[at] : rope->part[1].data[at - first];
}

/** The code point at a position below the size; malformed: U+FFFD.
 * @return its bytes. */
static inline size_t ruf_rope_next(const struct ruf_rope *rope, size_t at,
                                   uint32_t *c)
{
    *c = (unsigned char)ruf_rope_byte(rope, at);
    return *c < 0x80 ? 1 : ruf_rope_decode(rope, at, c);
}

/** The code point that ends at a position above 0. @return its bytes. */
static inline size_t ruf_rope_before(const struct ruf_rope *rope, size_t end,
                                     uint32_t *c)
{
    *c = (unsigned char)ruf_rope_byte(rope, end - 1);
    return *c < 0x80 ? 1 : ruf_rope_decode_back(rope, end, c);
}

/** Value of a decimal digit of any script, or -1. */
int ruf_char_digit(uint32_t c);

/** '+' and its full-width form. */
bool ruf_char_is_plus(uint32_t c);

/** Letter or number of any script (Unicode L and N). */
bool ruf_char_is_word(uint32_t c);

/** a-z in either case, and what folds to them: long s, the Kelvin sign. */
bool ruf_char_is_latin(uint32_t c);

/** Punctuation within numbers: hyphens, spaces, brackets, x, ... */
bool ruf_char_is_punctuation(uint32_t c);

/** Does a plus stand before the first digit? Then the text names its calling
 * code. (A prefix such as 00 depends on the region it is dialled from.) */
bool ruf_number_has_plus(struct ruf_text text);

/** Ends a line: LF VT FF CR NEL LS PS. */
bool ruf_char_is_line_end(uint32_t c);

/** May stand in text that is exchanged: no control but TAB LF FF CR, no
 * noncharacter. */
bool ruf_char_is_interchange(uint32_t c);

#endif
