/*
 * sync/draft.h - a record in the making, from JSON
 *
 * What the readers of Graph and Dataverse share: values are cleaned, of a
 * wrong type they count as absent, what is too much is left out and counted.
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_DRAFT_H
#define SYNC_DRAFT_H

#include "sync/graph_records.h"
#include <stdbool.h>

struct ruf_json;

struct ruf_draft {
    const struct ruf_json **found; /**< values, as the reader numbers them */
    uint32_t fields; /**< bit per enum ruf_record_field to take; Graph */
    bool delta;
    bool no_memory;
    struct ruf_arena *arena;
    struct ruf_graph_counts *counts;
    struct ruf_record *record;
    struct ruf_raw_number numbers[RUF_RECORD_NUMBERS_MAX];
    size_t number_count;
    struct ruf_raw_email emails[RUF_RECORD_EMAILS_MAX];
    size_t email_count;
};

/** What a value says about its property. */
enum ruf_word {
    RUF_WORD_KEEP = 0, /**< absent, or of a wrong type: says nothing */
    RUF_WORD_CLEAR,    /**< null */
    RUF_WORD_VALUE
};

/** @param[in] types  bits of enum ruf_json_type that are right. */
enum ruf_word ruf_draft_word(struct ruf_draft *draft,
                             const struct ruf_json *item, unsigned types);

static inline uint32_t ruf_draft_bit(unsigned position)
{
    return (uint32_t)1 << position;
}

/** Cleaned text; empty becomes absent. */
struct ruf_text ruf_draft_clean(struct ruf_draft *draft, struct ruf_text text);

void ruf_draft_number(struct ruf_draft *draft, const struct ruf_json *item,
                      enum ruf_number_kind kind);
void ruf_draft_email(struct ruf_draft *draft, struct ruf_text address,
                     enum ruf_email_slot slot);

/** Takes ISO 3166-1 alpha-2 only; false for anything else. */
bool ruf_draft_country(struct ruf_draft *draft, const struct ruf_json *item);

/** Move the lists into the record. */
void ruf_draft_close(struct ruf_draft *draft);

#endif
