/*
 * bench/crowd.h - where contact number N sits: company, desk, country
 *
 * Shared by numbers.c and people.c.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BENCH_CROWD_H
#define BENCH_CROWD_H

#include "bench/people.h"

struct crowd_seat {
    uint64_t company;
    uint64_t serial; /**< among companies of its size and country */
    uint32_t staff;  /**< people of the company */
    uint32_t desk;   /**< 0..staff-1 */
    uint32_t place;  /**< of the company; see crowd_region() */
};

void crowd_seat(uint64_t at, struct crowd_seat *out);

/** "DE" and the like. */
const char *crowd_region(const struct crowd_seat *seat);

#endif
