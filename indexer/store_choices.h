/*
 * indexer/store_choices.h - what people decided about contacts
 *
 * Overrides: pairs of records to keep together or apart, by keyed hashes of
 * their names, so that they survive a record that comes back and tell nothing
 * about one that does not. Marks: favourites and recents, by the names of
 * records, swept when the record is gone.
 *
 * Threads and processes: as indexer/store.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_STORE_CHOICES_H
#define INDEXER_STORE_CHOICES_H

#include "indexer/store.h"

enum ruf_choice { RUF_CHOICE_APART = 0, RUF_CHOICE_TOGETHER, RUF_CHOICE_NONE };

/** What is to become of a pair of records. */
struct ruf_store_choice {
    const struct ruf_source_contact *a;
    const struct ruf_source_contact *b;
    enum ruf_choice choice; /**< replaces what was said of the pair before */
};

/** Note all of these or none. Durable on return. @return RUF_OK; store errors.
 */
RUF_MUST_USE enum ruf_status
ruf_store_choose(struct ruf_store *store,
                 const struct ruf_store_choice *choices, size_t count,
                 int64_t made, struct ruf_error *err);

/** One stored pair; positions are UINT32_MAX for a record that is not there. */
struct ruf_store_override {
    struct ruf_override pair;
    int64_t made; /**< Unix seconds */
};

/**
 * All pairs, by positions in these contacts, oldest first; the list lives in
 * the arena.
 * @return RUF_OK; store errors.
 */
RUF_MUST_USE enum ruf_status
ruf_store_overrides(struct ruf_store *store,
                    const struct ruf_source_contact *contacts, size_t count,
                    struct ruf_arena *arena, struct ruf_store_override **out,
                    size_t *out_count, struct ruf_error *err);

/** Stored: never renumber. */
enum ruf_mark { RUF_MARK_FAVOURITE = 0, RUF_MARK_RECENT };

/** Recents that are kept; older ones go. */
#define RUF_STORE_RECENTS_MAX 100

/** Mark a record's contact; again: with a new time. */
RUF_MUST_USE enum ruf_status
ruf_store_mark(struct ruf_store *store, enum ruf_mark mark,
               struct ruf_text source, struct ruf_text native_id, int64_t made,
               struct ruf_error *err);

RUF_MUST_USE enum ruf_status ruf_store_unmark(struct ruf_store *store,
                                              enum ruf_mark mark,
                                              struct ruf_text source,
                                              struct ruf_text native_id,
                                              struct ruf_error *err);

/** Receives one mark, borrowed for the call. */
typedef void ruf_store_marked(void *context, struct ruf_text source,
                              struct ruf_text native_id, int64_t made);

/** Hand out marks of a kind, newest first. */
RUF_MUST_USE enum ruf_status ruf_store_marks(struct ruf_store *store,
                                             enum ruf_mark mark,
                                             ruf_store_marked *callback,
                                             void *context,
                                             struct ruf_error *err);

/** Forget marks whose records are gone, and, where the policy has no recents,
 *  all of them. */
RUF_MUST_USE enum ruf_status
ruf_store_sweep_marks(struct ruf_store *store, const struct ruf_policy *policy,
                      struct ruf_error *err);

#endif
