/*
 * bench/people.h - the contacts of the benches, and the suites
 *
 * Contacts are made one at a time from their number in the crowd, so that any
 * amount can be streamed and any one of them made again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BENCH_PEOPLE_H
#define BENCH_PEOPLE_H

#include "base/arena.h"
#include "base/image.h"
#include "base/image_sections.h"
#include "bench/bench.h"
#include "bench/peers.h"
#include "indexer/contacts.h"
#include "policy/policy.h"

/* --- people.c: the crowd ---------------------------------------------------
 */

#define PEOPLE_NUMBERS_MAX 6

/**
 * The numbers of contact 'at': valid under the national plans, distinct but for
 * switchboards, three a contact on average. raw is left empty.
 * @return how many.
 */
size_t people_numbers(uint64_t at,
                      struct ruf_person_number out[PEOPLE_NUMBERS_MAX]);

/** Contact 'at' of the crowd; texts and lists live in the arena. */
void people_make(uint64_t at, struct ruf_arena *arena, struct ruf_person *out);

/** "Given Family (Company)" of contact 'at'. @return bytes. */
size_t people_label(uint64_t at, char out[RUF_LABEL_SIZE_MAX]);

/** Entries without people, as many as wanted; texts live in the arena. */
void bench_entries_make(size_t wanted, struct ruf_arena *arena,
                        struct ruf_labelled_entries *out);

/* --- data.c: what the suites share -----------------------------------------
 */

/** Made once: people in rank order, their entries, and the image of both. */
struct bench_data {
    struct ruf_policy *policy;
    struct ruf_arena *arena;
    struct ruf_people people;
    struct ruf_labelled_entries entries;
    struct bench_entries items; /**< the entries as the peers hold them */
    char image[300];
    uint8_t key[32];
};

void bench_data_create(struct bench *bench, struct bench_data *out);
void bench_data_destroy(struct bench_data *data);

/** What peers are opened on; borrows the data. */
struct bench_place bench_place(const struct bench *bench,
                               const struct bench_data *data);

/** Policy of the benches: no limit of entries. */
struct ruf_policy *bench_policy(void);

/** The first 'count' people of the crowd, in rank order. */
void bench_people(uint64_t count, struct ruf_arena *arena,
                  struct ruf_people *out);

/** Labelled entries as the peers hold them; borrows the labels. */
void bench_items(const struct ruf_labelled_entries *entries,
                 struct bench_entries *out);
void bench_items_free(struct bench_entries *items);

/** Arena memory or the end of the program. */
void *bench_arena(struct ruf_arena *arena, size_t count, size_t size);

/** Stop with a message if a call of ours failed. */
void bench_must(enum ruf_status status, const struct ruf_error *err);

/* --- suites ----------------------------------------------------------------
 */

void suite_normalize(struct bench *bench, const struct bench_data *data);
void suite_build(struct bench *bench, const struct bench_data *data);
void suite_open(struct bench *bench, const struct bench_data *data);
void suite_lookup(struct bench *bench, const struct bench_data *data);
void suite_search(struct bench *bench, const struct bench_data *data);
void suite_emit(struct bench *bench, const struct bench_data *data);
void suite_request(struct bench *bench, const struct bench_data *data);
void suite_sync(struct bench *bench, const struct bench_data *data);
void suite_scale(struct bench *bench, const struct bench_data *data);
void suite_store(struct bench *bench, const struct bench_data *data);
void suite_policy(struct bench *bench, const struct bench_data *data);

#endif
