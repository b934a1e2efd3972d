/*
 * indexer/label.h - claims of people to the lines of the call directory
 *
 *   ruf_label_person() for every person in rank order, ruf_claims_sort(),
 *   ruf_label_claims()
 *
 * ruf_label() (indexer/contacts.h) is all of it for a list in memory.
 *
 * Threads: one thread at a time per struct ruf_claims.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_LABEL_H
#define INDEXER_LABEL_H

#include "indexer/claims.h"
#include "indexer/contacts.h"

/**
 * The label of one person, as if nobody shared its number.
 * @param[in]  kind   enum ruf_number_kind, for a template that names it.
 * @param[out] out    room for RUF_LABEL_SIZE_MAX bytes, UTF-8.
 * @param[out] steps  what was done, enum ruf_label_step; or NULL.
 * @return bytes written, at least 1.
 */
size_t ruf_label_of(const struct ruf_person *person, unsigned kind,
                    const struct ruf_policy *policy, char *out,
                    unsigned *steps);

/** A person claims the numbers it may be shown for. A failure is told by
 *  ruf_claims_sort(). @param[in] owner  its position in rank order. */
void ruf_label_person(struct ruf_claims *claims,
                      const struct ruf_person *person, uint32_t owner,
                      const struct ruf_policy *policy);

/** Takes the next line, which is borrowed for the call. A status other than
 *  RUF_OK ends the walk with it. */
typedef enum ruf_status ruf_label_taker(void *context,
                                        const struct ruf_labelled_entry *entry,
                                        struct ruf_error *err);

/**
 * Every claimed number once, ascending, with the label of its owner or, for a
 * shared number, the label its owners share; but for those over
 * caller_id.max_entries.
 * @param[out] dropped  how many those were.
 * @return RUF_OK, RUF_E_NOMEM, what the claims' file failed with, what the
 *         taker gave.
 */
RUF_MUST_USE enum ruf_status ruf_label_claims(const struct ruf_claims *claims,
                                              const struct ruf_policy *policy,
                                              ruf_label_taker *take,
                                              void *context, uint64_t *dropped,
                                              struct ruf_error *err);

#endif
