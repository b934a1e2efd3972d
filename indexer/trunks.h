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

/**
 * Find the trunks of all people; none if the policy does not want them.
 * @return RUF_OK, RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_trunks_find(const struct ruf_people *people,
                                             const struct ruf_policy *policy,
                                             struct ruf_arena *arena,
                                             struct ruf_trunks *out,
                                             struct ruf_error *err);

/**
 * Add unknown extensions to the entries, as entries without owners: of each
 * trunk up to policy->trunk.emit, as far as caller_id.max_entries leaves room.
 * They have the usual number of digits: from the first on where all of them
 * fit, else from the lowest known one on.
 * @return RUF_OK, RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_trunks_emit(const struct ruf_trunks *trunks,
                const struct ruf_policy *policy, struct ruf_arena *arena,
                struct ruf_labelled_entries *entries, struct ruf_error *err);

#endif
