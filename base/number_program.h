/*
 * base/number_program.h - digits, and what the plan tables do with them
 *
 * Threads: pure functions.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_NUMBER_PROGRAM_H
#define BASE_NUMBER_PROGRAM_H

#include "base/number_plan.h"
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
static inline struct ruf_digits ruf_digits_from(struct ruf_digits digits,
                                                size_t count)
{
    return (struct ruf_digits){ digits.at + count, digits.count - count };
}

/** The calling code that begins the digits, or NULL. */
static inline const struct ruf_plan_code *
ruf_plan_leading_code(struct ruf_digits digits)
{
    const struct ruf_plan_code *code;
    unsigned three = 0;
    unsigned entry;

    for (size_t i = 0; i < 3; i++)
        three = 10 * three +
                (i < digits.count ? (unsigned)(digits.at[i] - '0') : 0);
    entry = ruf_plan_code_by_digits[three];
    if (entry == 0)
        return NULL;
    code = &ruf_plan_codes[entry - 1];
    return code->width <= digits.count ? code : NULL;
}

/** Label of the state these digits lead to from a root; 0 = none. */
static inline unsigned ruf_plan_walk(unsigned root, struct ruf_digits digits)
{
    const char *at = digits.at;
    const char *end = at + digits.count;
    unsigned state = root;

    if (digits.count > RUF_NATIONAL_DIGITS_MAX)
        return 0;
    while ((state & RUF_PLAN_TAIL) == 0) {
        if (at == end)
            return ruf_plan_row_labels[state];
        state = ruf_plan_next[10 * state + (unsigned)(*at++ - '0')];
    }
    return ruf_plan_tails[(state & ~RUF_PLAN_TAIL) + (size_t)(end - at)];
}

#define RUF_PROGRAM_GROUPS_MAX 8

#define RUF_MATCH_UNSET 0xFF

/** Where a program ended, and its groups: start and end. Small, as a program
 * copies it at each fork. */
struct ruf_match {
    uint8_t end;
    uint8_t slots[2 * RUF_PROGRAM_GROUPS_MAX];
};

/** The same for a program whose first step was found to fit. */
bool ruf_program_run_on(unsigned program, struct ruf_digits digits,
                        struct ruf_match *match);

/** Run a program on the beginning of the digits, one at least; 0 never
 * matches. Most numbers have no prefix, which most often their first digit
 * says. */
static inline bool ruf_program_run(unsigned program, struct ruf_digits digits,
                                   struct ruf_match *match)
{
    const struct ruf_plan_step *first = &ruf_plan_program[program];

    return program != 0 &&
           (first->op != RUF_PLAN_SET ||
            (first->argument >> (digits.at[0] - '0') & 1) != 0) &&
           ruf_program_run_on(program, digits, match);
}

/** Does the program have a group of this number (from 0)? */
bool ruf_program_has_group(unsigned program, size_t group);

#endif
