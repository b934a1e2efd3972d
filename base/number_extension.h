/*
 * base/number_extension.h - "ext. 12", "x12", ";ext=12" at the end of a number
 *
 * Threads: pure functions.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_NUMBER_EXTENSION_H
#define BASE_NUMBER_EXTENSION_H

#include "base/number_chars.h"

/** An extension, as positions in the text. */
struct ruf_extension {
    bool found;
    size_t start;  /**< of its label or separator */
    size_t digits; /**< of its digits */
    size_t count;  /**< how many they are, 1..20 */
    size_t end;    /**< after its digits */
};

/**
 * The extension that ends the text, if there is one: of all readings the one
 * that starts leftmost, as libphonenumber's expression finds it. Looks at the
 * end of the text only, as far as label and separators go.
 */
struct ruf_extension ruf_extension_find(const struct ruf_rope *text);

#endif
