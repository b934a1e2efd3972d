/*
 * indexer/person.h - what survives of the records of one person
 *
 * Threads: pure; output lives in the arena.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_PERSON_H
#define INDEXER_PERSON_H

#include "base/seal.h"
#include "indexer/contacts.h"

/**
 * Lay the members of one person over each other: single-valued fields from the
 * highest priority that has them, names as a pair from one record, numbers and
 * e-mails as the union.
 * @param[in,out] members  reordered: best source first.
 * @return RUF_OK, RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_person_make(const struct ruf_source_contact **members, size_t count,
                const struct ruf_policy *policy, struct ruf_arena *arena,
                struct ruf_hasher *hasher, struct ruf_person *out);

/** The id of a contact that this record founded. @return RUF_OK, RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_record_contact_id(const struct ruf_source_contact *record,
                      struct ruf_hasher *hasher, struct ruf_contact_id *out);

/**
 * Sort into rank order: priority descending, phone-book order (DIN 5007-2: ä
 * as ae) of family, given and company name, then id.
 * @return RUF_OK, RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_people_rank(struct ruf_people *people,
                                             struct ruf_arena *arena);

#endif
