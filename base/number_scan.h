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
#include <string.h>

/** More digits than a number needs before it is too long: two national
 * prefixes and a calling code in front of it. */
#define RUF_SCAN_DIGITS_MAX 60

/** So many bytes may be read wherever a national number begins: digits, then
 * zeros. */
#define RUF_SCAN_NATIONAL 20

/** Eighty bytes: a hardened build clears local variables, and gcc clears larger
 * ones with a string instruction that takes as long as half of the parsing. */
#define RUF_SCAN_ROOM (RUF_SCAN_DIGITS_MAX + RUF_SCAN_NATIONAL)

#define RUF_SCAN_EXTENSION 84

/** What the text says, as digits. The caller provides the room. */
struct ruf_scan {
    bool viable;        /**< false: not a number, all else is unset */
    bool has_plus;      /**< began with a plus sign */
    size_t digit_count; /**< true count; digits beyond the room are cut */
    char *digits;       /**< RUF_SCAN_ROOM bytes; '0'..'9', then zero bytes */
    char *extension;    /**< RUF_SCAN_EXTENSION bytes; as typed, ends in NUL */
};

/** Put the zero bytes behind the digits. */
static inline void ruf_scan_end_digits(char digits[RUF_SCAN_ROOM], size_t count)
{
    if (count > RUF_SCAN_DIGITS_MAX)
        count = RUF_SCAN_DIGITS_MAX;
    memset(digits + count, 0, RUF_SCAN_NATIONAL);
}

/** Scan a text of any length in linear time. Of the scan, only the two rooms
 * are read. */
void ruf_number_scan(struct ruf_text text, struct ruf_scan *out);

#endif
