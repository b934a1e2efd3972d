/*
 * base/number_program.c - digits, and what the plan tables do with them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/number_program.h"
#include "base/number_plan.h"
#include "base/number_scan.h"
#include <stdint.h>

struct ruf_digits ruf_digits_from(struct ruf_digits digits, size_t count)
{
    return (struct ruf_digits){ digits.at + count, digits.count - count };
}

unsigned ruf_plan_leading_code(struct ruf_digits digits, size_t *width)
{
    unsigned three = 0;
    unsigned entry;
    unsigned code;

    for (size_t i = 0; i < 3; i++)
        three = 10 * three +
                (i < digits.count ? (unsigned)(digits.at[i] - '0') : 0);
    entry = ruf_plan_code_by_digits[three];
    if (entry == 0)
        return RUF_PLAN_NO_CODE;
    code = ruf_plan_codes[entry - 1].code;
    *width = code >= 100 ? 3 : code >= 10 ? 2 : 1;
    return *width <= digits.count ? entry - 1 : RUF_PLAN_NO_CODE;
}

unsigned ruf_plan_walk(unsigned root, struct ruf_digits digits)
{
    unsigned state = root;

    if (digits.count > RUF_NATIONAL_DIGITS_MAX)
        return 0;
    for (size_t i = 0; i < digits.count && state != 0; i++)
        state = ruf_plan_next[10 * state + (unsigned)(digits.at[i] - '0')];
    return ruf_plan_label[state]; /* 0 for the dead end */
}

/* Backtracking as libphonenumber's regex engines do it: of two ways the first
 * one that leads to a match. Programs have no loops, so both the depth and the
 * number of ways are small constants. */
static bool run(unsigned at, struct ruf_digits digits, size_t position,
                struct ruf_match *match)
{
    for (;; at++) {
        const struct ruf_plan_step *step = &ruf_plan_program[at];

        switch ((enum ruf_plan_op)step->op) {
        case RUF_PLAN_SET:
            if (position >= digits.count || position >= RUF_SCAN_DIGITS_MAX ||
                (step->argument >> (digits.at[position] - '0') & 1) == 0)
                return false;
            position++;
            break;
        case RUF_PLAN_SPLIT: {
            struct ruf_match saved = *match;

            if (run(at + 1, digits, position, match))
                return true;
            *match = saved;
            at += step->argument - 1u;
            break;
        }
        case RUF_PLAN_JUMP:
            at += step->argument - 1u;
            break;
        case RUF_PLAN_SAVE:
            match->slots[step->argument] = position;
            break;
        case RUF_PLAN_END:
            if (position != digits.count)
                return false;
            break;
        case RUF_PLAN_MATCH:
            match->end = position;
            return true;
        }
    }
}

bool ruf_program_run(unsigned program, struct ruf_digits digits,
                     struct ruf_match *match)
{
    if (program == 0)
        return false;
    for (size_t i = 0; i < 2 * RUF_PROGRAM_GROUPS_MAX; i++)
        match->slots[i] = SIZE_MAX;
    return run(program, digits, 0, match);
}

bool ruf_program_has_group(unsigned program, size_t group)
{
    for (unsigned at = program; ruf_plan_program[at].op != RUF_PLAN_MATCH; at++)
        if (ruf_plan_program[at].op == RUF_PLAN_SAVE &&
            ruf_plan_program[at].argument == 2 * group)
            return true;
    return false;
}
