/*
 * sync/graph_records.h - objects of Graph become records
 *
 * Absent is not null: in a delta an absent property keeps what is stored, null
 * and "" clear it. A property of a wrong type counts as absent. Text is cleaned
 * and either borrowed from the JSON tree or copied to the arena.
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_GRAPH_RECORDS_H
#define SYNC_GRAPH_RECORDS_H

#include "base/arena.h"
#include "base/record.h"
#include "policy/policy.h"
#include <rufname/status.h>

struct ruf_json;

/** What was left out; shown in the sync report. */
struct ruf_graph_counts {
    uint64_t dropped; /**< objects: no id, the same key twice, no object */
    uint64_t ignored; /**< values: wrong type, too long, one too many */
};

/**
 * Value of $select for a kind: only what becomes part of a record.
 * @param[in] fields  bit per enum ruf_record_field that is wanted, as the
 *                    policy's asked_fields.
 * @return malloc()ed; NULL when memory is out, and for kinds that are not read
 *         from Graph.
 */
char *ruf_graph_select(enum ruf_source_kind kind, uint32_t fields);

/**
 * Turn the objects of one page into records.
 * @param[in]  fields   as for ruf_graph_select(); the others are not read.
 * @param[in]  value    JSON array; the records borrow from it.
 * @param[in]  delta    in a delta round absent properties are kept.
 * @param[out] records  in the arena, in the page's order.
 * @return RUF_OK; RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_graph_records(
    enum ruf_source_kind kind, uint32_t fields, const struct ruf_json *value,
    bool delta, struct ruf_arena *arena, const struct ruf_record **records,
    size_t *count, struct ruf_graph_counts *counts, struct ruf_error *err);

#endif
