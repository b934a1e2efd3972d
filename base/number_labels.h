/*
 * base/number_labels.h - words beside a number that say what it is for
 *
 * Threads: pure functions.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_NUMBER_LABELS_H
#define BASE_NUMBER_LABELS_H

#include <rufname/contact.h>
#include <stddef.h>

/** Bytes of the letter at a position, 0 if there is none: ASCII and the Latin-1
 * letters of two bytes, which is all that labels are made of. */
size_t ruf_letter_size(struct ruf_text text, size_t at);

/** Bytes of the word that begins at a position. */
size_t ruf_word_size(struct ruf_text text, size_t at);

/** The enum ruf_correction that drops this word, 0 if none does. */
unsigned ruf_label_word(struct ruf_text word);

/** Bytes of "(privat)" at a position: brackets, letters, no digit. 0 = none. */
size_t ruf_label_bracket(struct ruf_text text, size_t at);

#endif
