/*
 * indexer/trunks.h - prefixes that belong to one company as a whole
 *
 * People of one company whose numbers differ in the last digits only share a
 * trunk: 1234 of 1234-10, 1234-25, 1234-300. Whoever calls from an extension
 * nobody is known at is still from that company. A wrong name is worse than
 * none: a prefix that others share as well is no trunk.
 *
 * Threads: plain values, borrowed from the arena of one build.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_TRUNKS_H
#define INDEXER_TRUNKS_H

#include "indexer/contacts.h"

/** A prefix and who is behind it. No prefix begins another one. */
struct ruf_trunk {
    ruf_e164 prefix;        /**< calling code first */
    uint32_t digits;        /**< of the prefix */
    uint32_t extension_max; /**< digits that may follow, at least 1 */
    struct ruf_text label;  /**< "~ Muster AG" */
    uint32_t usual;         /**< digits of most extensions of its people */
    ruf_e164 lowest;        /**< smallest known number with so many */
};

struct ruf_trunks {
    struct ruf_trunk *trunks; /**< by prefix, digit by digit */
    size_t count;
    /** Numbers below a trunk that people have and the phone may not show:
     *  they stay unknown. Ascending. */
    ruf_e164 *held;
    size_t held_count;
};

/** Collects the fixed-line numbers of people: 32 bytes each. */
struct ruf_trunk_finder;

/** @param[in] policy  borrowed. @return RUF_OK, RUF_E_NOMEM. */
RUF_MUST_USE enum ruf_status
ruf_trunk_finder_create(const struct ruf_policy *policy,
                        struct ruf_trunk_finder **out, struct ruf_error *err);
/** NULL is fine. */
void ruf_trunk_finder_destroy(struct ruf_trunk_finder *finder);

/** The next person in rank order; texts are copied. A failure is told by
 *  ruf_trunk_finder_finish(). @param[in] number  its position. */
void ruf_trunk_finder_add(struct ruf_trunk_finder *finder,
                          const struct ruf_person *person, uint32_t number);

/**
 * All people are in: find their trunks; none if the policy does not want them.
 * To be called once.
 * @param[out] out  lists and texts in the arena.
 * @return RUF_OK, RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_trunk_finder_finish(struct ruf_trunk_finder *finder,
                        struct ruf_arena *arena, struct ruf_trunks *out,
                        struct ruf_error *err);

/** All of it for a list in memory. @return RUF_OK, RUF_E_NOMEM. */
RUF_MUST_USE enum ruf_status ruf_trunks_find(const struct ruf_people *people,
                                             const struct ruf_policy *policy,
                                             struct ruf_arena *arena,
                                             struct ruf_trunks *out,
                                             struct ruf_error *err);

/** Entries without owners, ascending. */
struct ruf_extensions {
    struct ruf_labelled_entry *entries;
    size_t count;
};

/**
 * Unknown extensions for the call directory: of each trunk up to
 * policy->trunk.emit, as far as caller_id.max_entries leaves room. They have
 * the usual number of digits: from the first on where all of them fit, else
 * from the lowest known one on.
 * @param[in]  known  numbers of all entries, ascending.
 * @param[out] out    in the arena, labels borrowed from the trunks.
 * @return RUF_OK, RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_trunks_extend(const struct ruf_trunks *trunks,
                  const struct ruf_policy *policy, const ruf_e164 *known,
                  size_t known_count, struct ruf_arena *arena,
                  struct ruf_extensions *out, struct ruf_error *err);

/** Add these to the entries. @return RUF_OK, RUF_E_NOMEM. */
RUF_MUST_USE enum ruf_status
ruf_trunks_emit(const struct ruf_trunks *trunks,
                const struct ruf_policy *policy, struct ruf_arena *arena,
                struct ruf_labelled_entries *entries, struct ruf_error *err);

#endif
