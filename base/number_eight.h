/*
 * base/number_eight.h - eight digits at once
 *
 * In one integer, the first digit in the lowest byte whatever the machine's
 * byte order. Compilers make one load of ruf_load_eight() where they can.
 *
 * Threads: pure functions.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_NUMBER_EIGHT_H
#define BASE_NUMBER_EIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Eight bytes, the first one in the lowest byte. */
static inline uint64_t ruf_load_eight(const char *at)
{
    const unsigned char *byte = (const unsigned char *)at;

    return (uint64_t)byte[0] | (uint64_t)byte[1] << 8 |
           (uint64_t)byte[2] << 16 | (uint64_t)byte[3] << 24 |
           (uint64_t)byte[4] << 32 | (uint64_t)byte[5] << 40 |
           (uint64_t)byte[6] << 48 | (uint64_t)byte[7] << 56;
}

/** Are all eight '0' to '9'? Their upper halves are 3, even with 6 added. */
static inline bool ruf_is_eight_digits(uint64_t bytes)
{
    const uint64_t upper = UINT64_C(0xF0F0F0F0F0F0F0F0);
    const uint64_t threes = UINT64_C(0x3030303030303030);

    return ((bytes & upper) ^ threes) == 0 &&
           (((bytes + UINT64_C(0x0606060606060606)) & upper) ^ threes) == 0;
}

/** Value of the first 'count' digits, 1 to 8: zeros are put before them, then
 * neighbours joined to pairs, pairs to fours, fours to eight. */
static inline uint32_t ruf_eight_value(uint64_t bytes, size_t count)
{
    uint64_t value = (bytes & UINT64_C(0x0F0F0F0F0F0F0F0F)) << (64 - 8 * count);

    value = (value * 10 + (value >> 8)) & UINT64_C(0x00FF00FF00FF00FF);
    value = (value * 100 + (value >> 16)) & UINT64_C(0x0000FFFF0000FFFF);
    return (uint32_t)(value * 10000 + (value >> 32));
}

#endif
