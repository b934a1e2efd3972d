/*
 * rufname/prove.h - statements about data protection, checked on this home
 *
 * Each statement is a check that can fail on what lies in the home at present.
 * What needs servers or a crash to prove (a planted redirect, a kill in the
 * middle of a wipe) is proved by the tests of Rufname itself.
 *
 * A report holds counts, hosts, hashes and versions, never personal data, so
 * that it can go into the file of a data protection impact assessment as it
 * is.
 *
 * Threads: as rufname/home.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_PROVE_H
#define RUFNAME_PROVE_H

#include <rufname/home.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ruf_statement {
    RUF_PROVE_HOSTS = 0,   /**< only listed hosts are contacted */
    RUF_PROVE_SEALED,      /**< no plain text on disk */
    RUF_PROVE_WIPE,        /**< a wipe leaves nothing */
    RUF_PROVE_FIELDS,      /**< only needed fields are kept */
    RUF_PROVE_STRICT,      /**< strict by default */
    RUF_PROVE_DELETED,     /**< corrections and deletions arrive */
    RUF_PROVE_LOGS,        /**< no personal data in the audit */
    RUF_PROVE_REPRODUCIBLE /**< same input, same index */
};

#define RUF_STATEMENT_COUNT 8

/** One statement. */
struct ruf_proof {
    bool holds;
    uint64_t checked; /**< how many things were looked at */
    uint64_t against; /**< how many of them speak against it */
    char detail[160]; /**< what was looked at, or what speaks against it;
                           English, one line */
};

struct ruf_proof_report {
    struct ruf_proof proofs[RUF_STATEMENT_COUNT]; /**< by enum ruf_statement */
    bool holds;                                   /**< all of them */
    int64_t made;                                 /**< Unix seconds */
    uint32_t policy_version;
    uint64_t contacts;
    uint64_t records;
    char index_sha256[65]; /**< of the index that was built twice */
    char hosts[RUF_SOURCES_MAX + 3][264]; /**< "host:port", a proxy last */
    size_t host_count;
};

/** "hosts", "sealed", "wipe", "fields", "strict", "deleted", "logs",
 *  "reproducible". */
RUF_API const char *ruf_statement_name(enum ruf_statement statement);

/** Start from { .struct_size = sizeof(struct ruf_prove_options) }. */
struct ruf_prove_options {
    size_t struct_size; /**< sizeof(struct ruf_prove_options) */
    /** Folders that core files and temporary files of this user may lie in,
     * such as the one for temporary files and the current one. Of their files
     * those are looked at whose names begin with "core", "rufname" or "etilqs_"
     * (the database's). One that cannot be opened is left out. */
    const char *const *folders;
    size_t folder_count;
};

/**
 * Check all statements. Asks no server; writes an entry of the audit, and two
 * indexes that are removed again.
 * @param[in] options  NULL: only the home is looked at.
 * @return RUF_OK: all checked, see report->holds; else why they could not be:
 *         RUF_E_BUSY; RUF_E_CORRUPT; RUF_E_IO; RUF_E_NOMEM.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_prove(struct ruf_home *home, const struct ruf_prove_options *options,
               struct ruf_proof_report *report, struct ruf_error *err);

/** The report as one JSON object (rufname.prove/1). @return malloc()ed, NULL
 *  without memory. */
RUF_API char *ruf_proof_json(const struct ruf_proof_report *report);

/** The report as a page for people, in German. @return malloc()ed, NULL
 *  without memory. */
RUF_API char *ruf_proof_summary(const struct ruf_proof_report *report);

/**
 * Write prove.json and nachweis.txt into a directory, which is made if it is
 * missing.
 * @return RUF_OK; RUF_E_IO; RUF_E_NOMEM.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_proof_save(const struct ruf_proof_report *report, const char *directory,
               struct ruf_error *err);

#ifdef __cplusplus
}
#endif
#endif
