/*
 * sync/import.h - contact files: CSV, JSON lines, vCard; each also .gz
 *
 * A file is one set: it replaces the set of the same source and file name, and
 * only if it parsed to its end without a structural error. Rows with an error
 * are counted and skipped. Memory does not grow with the file.
 *
 * Threads: works on the calling thread.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_IMPORT_H
#define SYNC_IMPORT_H

#include "sync/import_input.h"
#include "sync/sync.h"

struct ruf_import_result {
    uint64_t records;               /**< rows taken over */
    uint64_t skipped;               /**< rows with an error */
    struct ruf_error first_skipped; /**< line and column of the first one */
    uint64_t unknown_columns;
    struct ruf_round_result round;
};

/**
 * Read one file into the sink, collection = file name without directories.
 * The format follows the name: .csv .jsonl .vcf, optionally .gz.
 * @return RUF_OK; RUF_E_CORRUPT (D730.. with line and column: unterminated
 *         quote, no header, not a known format, all rows bad);
 *         RUF_E_NOT_FOUND, RUF_E_IO; RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_import_file(const char *path, const struct ruf_policy_source *source,
                const struct ruf_sync_sink *sink,
                struct ruf_import_result *result, struct ruf_error *err);

/** One set of records from whoever has its bytes. Borrowed. */
struct ruf_import_set {
    const char *name; /**< for messages; its ending names the format */
    const char *collection;
    const char *select;      /**< stored with the set, as is */
    const char *const *link; /**< this; read when the set is complete */
    const struct ruf_policy_source *source;
    const struct ruf_sync_sink *sink;
};

/** Does the name end like that of a contact file? */
bool ruf_import_knows(const char *name);

/** As ruf_import_file(); also what the reader returns. */
RUF_MUST_USE enum ruf_status
ruf_import_stream(const struct ruf_import_set *set,
                  const struct ruf_input_reader *reader,
                  struct ruf_import_result *result, struct ruf_error *err);

#endif
