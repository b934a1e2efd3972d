/*
 * sync/dataverse.h - tables of Dataverse: which columns, and rows to records
 *
 * Dynamics 365 is three tables of Dataverse that are known (contacts, accounts,
 * leads); any other is as the policy describes it. Only the columns that become
 * part of a record are asked for.
 *
 * Threads: tables are immutable; reading rows, one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_DATAVERSE_H
#define SYNC_DATAVERSE_H

#include "policy/columns.h"
#include "sync/graph_records.h"

#define RUF_TABLE_COLUMNS_MAX 32

struct ruf_table_column {
    const char *name;
    struct ruf_column meaning;
};

struct ruf_table {
    const char *set; /**< name in the URL: "contacts" */
    struct ruf_table_column columns[RUF_TABLE_COLUMNS_MAX];
    size_t column_count;
    bool parent; /**< the company is the account a row belongs to */
    bool state;  /**< statecode tells the inactive ones */
};

/** The tables of Dynamics 365, by number; NULL beyond the last. The policy's
 *  columns are added to those of contacts. */
#define RUF_DYNAMICS_TABLES 3

/**
 * Describe a table. Texts are borrowed from the policy.
 * @param[in] which   0 for a source of kind dataverse.
 * @param[in] fields  bit per enum ruf_record_field that is wanted; columns of
 *                    others are left out.
 */
void ruf_table_of(const struct ruf_policy_source *source, size_t which,
                  uint32_t fields, struct ruf_table *out);

/** Value of $select, malloc()ed; NULL when memory is out. */
char *ruf_table_select(const struct ruf_table *table);

/** As ruf_graph_records(); inactive rows are removals. */
RUF_MUST_USE enum ruf_status
ruf_table_records(const struct ruf_table *table, const struct ruf_json *value,
                  bool delta, struct ruf_arena *arena,
                  const struct ruf_record **records, size_t *count,
                  struct ruf_graph_counts *counts, struct ruf_error *err);

#endif
