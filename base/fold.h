/*
 * base/fold.h - making text comparable
 *
 * Two foldings of the same text: base (Müller -> muller, Straße -> strasse)
 * and German (Müller -> mueller). A query matches if either form matches. Both
 * drop case and diacritics; letters without canonical decomposition (ł, ø, đ,
 * ı, ß, æ ...) are folded by table.
 *
 * Threads: pure. Uses utf8proc; not part of the reader library.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_FOLD_H
#define BASE_FOLD_H

#include <rufname/contact.h>
#include <stdbool.h>
#include <stddef.h>

enum ruf_folding {
    RUF_FOLD_BASE = 0, /**< ä -> a */
    RUF_FOLD_GERMAN    /**< ä -> ae, ö -> oe, ü -> ue; else as base */
};

/** Bytes that folding a text of this size can need at most. */
size_t ruf_fold_bound(size_t size);

/**
 * Fold text: NFC-insensitive, lower case, no diacritics. Apostrophes, hyphens
 * and dots stay, so that callers can split or drop them.
 * @param[out] out  room for ruf_fold_bound(text.size) bytes.
 * @return bytes written. Malformed UTF-8 folds to U+FFFD.
 */
size_t ruf_fold(struct ruf_text text, enum ruf_folding folding, char *out);

/**
 * As ruf_fold(), and for each byte written the offset of the character in the
 * original text it came from (for highlights). offsets has room for the bound
 * plus one; its last element is text.size.
 */
size_t ruf_fold_map(struct ruf_text text, enum ruf_folding folding, char *out,
                    uint32_t *offsets);

/**
 * Clean text for storing and showing: NFC, control characters, bidi overrides
 * and zero-width characters removed, runs of white space collapsed, trimmed,
 * malformed bytes replaced by U+FFFD, cut at a character boundary within
 * RUF_RECORD_TEXT_MAX bytes.
 * @param[out] out       room for capacity bytes.
 * @return bytes written.
 */
size_t ruf_clean_text(struct ruf_text text, char *out, size_t capacity);

/**
 * As ruf_clean_text(), for a field of phone numbers: a line end becomes " / ",
 * which separates numbers and may also stand within one.
 */
size_t ruf_clean_numbers(struct ruf_text text, char *out, size_t capacity);

/** Bytes of text that hold at most max grapheme clusters (UAX #29). */
size_t ruf_grapheme_prefix(struct ruf_text text, size_t max);

/** Number of grapheme clusters. */
size_t ruf_grapheme_count(struct ruf_text text);

#endif
