/*
 * sync/import_record.h - building records from the fields of a file
 *
 * CSV, JSON lines and vCard all name their fields with the same keys here;
 * records are handed to the sink page by page.
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_IMPORT_RECORD_H
#define SYNC_IMPORT_RECORD_H

#include "policy/columns.h"
#include "sync/import.h"
#include "sync/import_input.h"

/** One import under way. */
struct ruf_import {
    const struct ruf_import_set *set;
    const char *path; /**< of set, for messages */
    struct ruf_import_result *result;
    struct ruf_arena *arena; /**< of the page being filled */
    struct ruf_record *records;
    size_t record_count;
    bool started; /**< a page was handed over */
    /* the record being filled */
    struct ruf_record current;
    struct ruf_raw_number numbers[RUF_RECORD_NUMBERS_MAX];
    struct ruf_raw_email emails[RUF_RECORD_EMAILS_MAX];
    bool bad; /**< the row has an error: skip it */
};

/** Start a new record. */
void ruf_import_begin(struct ruf_import *import);

/**
 * Put a value into the record; empty values are skipped. Bad values mark the
 * record and, if it is the first bad one, say where: line and column number.
 */
RUF_MUST_USE enum ruf_status ruf_import_value(struct ruf_import *import,
                                              struct ruf_column column,
                                              struct ruf_text value,
                                              uint32_t line, uint32_t position,
                                              struct ruf_error *err);

/** Mark the record as bad. */
void ruf_import_reject(struct ruf_import *import, uint32_t line,
                       uint32_t position, const char *reason);

/** Finish the record: count it, or hand a full page to the sink. */
RUF_MUST_USE enum ruf_status ruf_import_end(struct ruf_import *import,
                                            struct ruf_error *err);

/** A structural error: the file is refused. RUF_E_CORRUPT, D733. */
enum ruf_status ruf_import_refuse(const struct ruf_import *import,
                                  uint32_t line, uint32_t column,
                                  const char *reason, struct ruf_error *err);

/* The formats, each in a file of its own. */
RUF_MUST_USE enum ruf_status ruf_import_csv(struct ruf_import *import,
                                            struct ruf_input *input,
                                            struct ruf_error *err);
RUF_MUST_USE enum ruf_status ruf_import_jsonl(struct ruf_import *import,
                                              struct ruf_input *input,
                                              struct ruf_error *err);
RUF_MUST_USE enum ruf_status ruf_import_vcard(struct ruf_import *import,
                                              struct ruf_input *input,
                                              struct ruf_error *err);

#define RUF_IMPORT_ROW_MAX (1024u * 1024u)

#endif
