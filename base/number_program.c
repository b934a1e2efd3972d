/*
 * base/number_program.c - prefix and format programs of the plan tables
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/number_program.h"
#include "base/number_scan.h"
#include <string.h>

static bool accepts(const struct ruf_plan_step *step, struct ruf_digits digits,
                    size_t position)
{
    return position < digits.count && position < RUF_SCAN_DIGITS_MAX &&
           (step->argument >> (digits.at[position] - '0') & 1) != 0;
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
            if (!accepts(step, digits, position))
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
            match->slots[step->argument] = (uint8_t)position;
            break;
        case RUF_PLAN_END:
            if (position != digits.count)
                return false;
            break;
        case RUF_PLAN_MATCH:
            match->end = (uint8_t)position;
            return true;
        }
    }
}

bool ruf_program_run_on(unsigned program, struct ruf_digits digits,
                        struct ruf_match *match)
{
    const struct ruf_plan_step *step = &ruf_plan_program[program];
    size_t position = 0;

    memset(match->slots, RUF_MATCH_UNSET, sizeof(match->slots));
    /* Most programs are a digit or two and no more. */
    for (; step->op == RUF_PLAN_SET; step++, position++)
        if (!accepts(step, digits, position))
            return false;
    return run((unsigned)(step - ruf_plan_program), digits, position, match);
}

bool ruf_program_has_group(unsigned program, size_t group)
{
    for (unsigned at = program; ruf_plan_program[at].op != RUF_PLAN_MATCH; at++)
        if (ruf_plan_program[at].op == RUF_PLAN_SAVE &&
            ruf_plan_program[at].argument == 2 * group)
            return true;
    return false;
}
