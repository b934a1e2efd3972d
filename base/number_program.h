/*
 * base/number_program.h - digits, and what the plan tables do with them
 *
 * Threads: pure functions.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_NUMBER_PROGRAM_H
#define BASE_NUMBER_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

/** Longest national number that is parsed (libphonenumber's kMaxLengthForNsn).
 */
#define RUF_NATIONAL_DIGITS_MAX 17

/** Borrowed '0'..'9'; count may exceed RUF_SCAN_DIGITS_MAX, the bytes do not.
 */
struct ruf_digits {
    const char *at;
    size_t count;
};

/** What is left of the digits without the first 'count' of them. */
struct ruf_digits ruf_digits_from(struct ruf_digits digits, size_t count);

#define RUF_PLAN_NO_CODE 0xFFFFu

/** Position in ruf_plan_codes of the calling code that begins the digits, or
 * RUF_PLAN_NO_CODE. @param[out] width  its digits, 1..3. */
unsigned ruf_plan_leading_code(struct ruf_digits digits, size_t *width);

/** Label of the state these digits lead to from a root; 0 = none. */
unsigned ruf_plan_walk(unsigned root, struct ruf_digits digits);

#define RUF_PROGRAM_GROUPS_MAX 8

/** Where a program ended, and its groups: start and end, SIZE_MAX unset. */
struct ruf_match {
    size_t end;
    size_t slots[2 * RUF_PROGRAM_GROUPS_MAX];
};

/** Run a program on the beginning of the digits; 0 never matches. */
bool ruf_program_run(unsigned program, struct ruf_digits digits,
                     struct ruf_match *match);

/** Does the program have a group of this number (from 0)? */
bool ruf_program_has_group(unsigned program, size_t group);

#endif
