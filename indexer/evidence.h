/*
 * indexer/evidence.h - what speaks for two records being one person
 *
 * K: the same object id. S: the same e-mail. M: the same number; S and M only
 * between names that go together and by values that few carry. Hints join
 * nobody: they are for people to decide.
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_EVIDENCE_H
#define INDEXER_EVIDENCE_H

#include "indexer/contacts.h"
#include "indexer/names.h"

/** In falling strength. */
enum ruf_edge_kind {
    RUF_EDGE_TOGETHER = 0, /**< a user said so */
    RUF_EDGE_ID,
    RUF_EDGE_EMAIL,
    RUF_EDGE_NUMBER,
    RUF_HINT_EMAIL,      /**< one address, names that do not go together */
    RUF_HINT_NAME,       /**< same name, same company */
    RUF_HINT_SHORT_FORM, /**< the same but for a short form: Hans, Johannes */
    RUF_HINT_HYPHEN      /**< Müller and Müller-Lüdenscheidt */
};

struct ruf_edge {
    enum ruf_edge_kind kind;
    uint32_t a; /**< positions in contacts, a < b */
    uint32_t b;
};

/** Records and what connects them. */
struct ruf_evidence {
    const struct ruf_policy *policy;
    struct ruf_arena *arena;
    const struct ruf_source_contact *input;     /**< in the order of memory */
    uint32_t *positions;                        /**< of each in contacts */
    const struct ruf_source_contact **contacts; /**< in canonical order */
    struct ruf_name *names;                     /**< of each of contacts */
    size_t count;
    bool hints;             /**< look for them, too */
    struct ruf_edge *edges; /**< malloc()ed */
    size_t edge_count;
    size_t edge_room;
};

/** Add all edges, in no order, to those that are there. @return RUF_OK,
 *  RUF_E_NOMEM. */
RUF_MUST_USE enum ruf_status ruf_evidence_find(struct ruf_evidence *evidence);

/** Order of edges: falling strength, then a, then b. */
int ruf_edge_order(const void *left, const void *right);

/** A user of the directory, of whom each has one record only. */
bool ruf_is_directory_user(const struct ruf_source_contact *contact);

#endif
