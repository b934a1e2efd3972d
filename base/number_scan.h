/*
 * base/number_scan.h - from human text to the digits of a number
 *
 * The part of libphonenumber's Parse() that looks at characters: RFC 3966
 * parameters, extraction, viability, extension, normalisation to digits.
 *
 * Threads: pure functions.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_NUMBER_SCAN_H
#define BASE_NUMBER_SCAN_H

#include <rufname/contact.h>
#include <stdbool.h>
#include <stddef.h>

/** More digits than any prefix plus any national number can use. */
#define RUF_SCAN_DIGITS_MAX 96

/** What the text says, as digits. */
struct ruf_scan {
    bool viable;        /**< false: not a number, all else is unset */
    bool has_plus;      /**< began with a plus sign */
    size_t digit_count; /**< true count; digits beyond the room are cut */
    char digits[RUF_SCAN_DIGITS_MAX + 1]; /**< '0'..'9'; the last is scrap */
    char extension[84];                   /**< as typed, NUL-terminated */
};

/** Scan a text of any length in linear time. */
void ruf_number_scan(struct ruf_text text, struct ruf_scan *out);

#endif
