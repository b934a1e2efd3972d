/*
 * bench/records.h - raw records, as the sources hand them over
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BENCH_RECORDS_H
#define BENCH_RECORDS_H

#include "bench/people.h"

/** Records of the sample company: 'contacts' people in up to three sources. */
struct bench_records {
    struct ruf_record *records;
    const struct ruf_policy_source **sources; /**< of each record */
    size_t count;
    struct ruf_arena *arena;
};

void bench_records_create(uint32_t contacts, const struct ruf_policy *policy,
                          struct bench_records *out);
void bench_records_destroy(struct bench_records *records);

#endif
