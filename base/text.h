/*
 * base/text.h - length-carrying UTF-8 text, ASCII only where case matters
 *
 * Locale-free: a Turkish locale must not change a header name.
 * Threads: pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <rufname/contact.h>
#include <stdbool.h>
#include <stddef.h>

/** Text of a NUL-terminated string; NULL gives absent text. */
struct ruf_text ruf_text(const char *string);

/** A piece of text: bytes [start, start + size), clipped to the text. */
struct ruf_text ruf_text_slice(struct ruf_text text, size_t start, size_t size);

/** Absent or empty? */
bool ruf_text_is_empty(struct ruf_text text);

/** Same bytes? Absent equals absent and empty. */
bool ruf_text_equal(struct ruf_text a, struct ruf_text b);

/** Same bytes as this string? */
bool ruf_text_is(struct ruf_text a, const char *string);

/** Same up to ASCII case? */
bool ruf_text_equal_nocase(struct ruf_text a, struct ruf_text b);

/** Bytewise order, shorter first: <0, 0, >0. */
int ruf_text_compare(struct ruf_text a, struct ruf_text b);

bool ruf_text_starts_with(struct ruf_text text, const char *prefix);

/** Without leading and trailing ASCII white space. */
struct ruf_text ruf_text_trim(struct ruf_text text);

/** Printable ASCII (0x20..0x7E) without a blank at either end or two in a row?
 *  Empty text is plain. */
bool ruf_text_is_plain(struct ruf_text text);

/** ASCII lower case of one byte; others unchanged. */
char ruf_ascii_lower(char c);

/** Value of a hexadecimal digit of either case, 0..15; -1 for another byte. */
int ruf_hex_value(char c);

/** Is this whole text well-formed UTF-8 (no surrogates, no overlongs)? */
bool ruf_utf8_valid(struct ruf_text text);

/**
 * Decode the code point at text[0]. Malformed bytes give U+FFFD, one at a
 * time. @param[in] size at least 1. @return bytes read, 1..4.
 */
size_t ruf_utf8_decode(const char *text, size_t size, uint32_t *code_point);

/** Encode one code point (<= U+10FFFF, no surrogate). @return bytes, 1..4. */
size_t ruf_utf8_encode(uint32_t code_point, char out[4]);

#endif
