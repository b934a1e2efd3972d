/*
 * base/decimal.h - counting and placing decimal digits
 *
 * Threads: pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_DECIMAL_H
#define BASE_DECIMAL_H

#include <stdint.h>

/** Digits of the largest power of ten in 64 bits, less its one. */
#define RUF_POWER_MAX 19u

/** 10^0 .. 10^RUF_POWER_MAX. */
extern const uint64_t ruf_powers_of_ten[RUF_POWER_MAX + 1];

/** Digits of a value: 1 for 0..9, .. 20. */
static inline unsigned ruf_count_digits(uint64_t value)
{
    /* From the bits, right or one too many. */
    unsigned bits = 64 - (unsigned)__builtin_clzll(value | 1);
    unsigned digits = (bits * 1233 >> 12) + 1;

    return digits > 1 && value < ruf_powers_of_ten[digits - 1] ? digits - 1
                                                               : digits;
}

#endif
