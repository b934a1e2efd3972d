/*
 * indexer/claims.h - who claims which number, sorted by number
 *
 * A claim is a number of a person with what its label may need. Claims are put
 * in by person, in rank order, and come out by number, those of one number in
 * the order they came. Up to a limit they are sorted in memory (radix sort);
 * beyond it sorted runs go into a sealed temporary file and are merged.
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_CLAIMS_H
#define INDEXER_CLAIMS_H

#include "base/spool.h"
#include "indexer/keyed.h"
#include <rufname/contact.h>
#include <rufname/number.h>

/** A claimant as labels see it. */
struct ruf_claim {
    uint32_t owner; /**< position in rank order */
    uint8_t priority;
    struct ruf_text label; /**< what it would be, were it the only one */
    struct ruf_text given;
    struct ruf_text family;
    struct ruf_text company;
};

struct ruf_claims {
    struct ruf_spill *spill; /**< borrowed */
    size_t limit;
    struct ruf_writer texts; /**< claims without their numbers */
    struct ruf_keyed *list;  /**< number; place in texts, in steps */
    size_t count;
    size_t room;
    uint64_t total;
    struct ruf_spool *runs;
    size_t run_count;
    size_t run_room;
    bool failed; /**< memory was out */
};

/** limit: bytes to sort in memory, about; at least RUF_SPOOL_BLOCK are. */
void ruf_claims_start(struct ruf_claims *claims, struct ruf_spill *spill,
                      size_t limit);

/**
 * A person claims these numbers, not 0. Texts are copied.
 * @param[in] claim  texts of at most RUF_RECORD_TEXT_MAX bytes each.
 */
void ruf_claims_add(struct ruf_claims *claims, const struct ruf_claim *claim,
                    const ruf_e164 *numbers, size_t count);

/** All are there. @return RUF_OK, RUF_E_NOMEM, or what the file failed with. */
RUF_MUST_USE enum ruf_status ruf_claims_sort(struct ruf_claims *claims,
                                             struct ruf_error *err);

/** Wipe and free; a zeroed struct is fine. */
void ruf_claims_free(struct ruf_claims *claims);

/** Walks sorted claims by number; any number of walks. */
struct ruf_claim_walk;

/** @return RUF_OK, RUF_E_NOMEM. */
RUF_MUST_USE enum ruf_status
ruf_claim_walk_create(const struct ruf_claims *claims,
                      struct ruf_claim_walk **out, struct ruf_error *err);
void ruf_claim_walk_destroy(struct ruf_claim_walk *walk);

/** All claims of one number. */
struct ruf_claim_group {
    ruf_e164 number;
    const struct ruf_claim *claims;
    size_t count; /**< at least 1 */
};

/**
 * The next number and its claims, until the next call.
 * @return RUF_OK; RUF_E_NOT_FOUND behind the last; RUF_E_NOMEM; or what the
 *         file failed with.
 */
RUF_MUST_USE enum ruf_status ruf_claim_walk_next(struct ruf_claim_walk *walk,
                                                 struct ruf_claim_group *out,
                                                 struct ruf_error *err);

#endif
