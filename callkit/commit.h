/*
 * callkit/commit.h - what the phone is known to hold, kept across processes
 *
 * The record is written before the first call and after the phone's answer,
 * never in place. It holds counts and keyed hashes only.
 *
 *   0  8  "RUFCOMIT"        40  4  entries_max
 *   8  4  version, 1        44  4  bit 0: name_blocked, bit 1: all fit
 *  12  4  1 pending, 2 committed   48 32  hash of the set
 *  16  8  generation        80 32  HMAC-SHA-256 of everything before
 *  24  8  names
 *  32  8  blocked numbers
 *
 * Little-endian. Both keys are derived from the home's.
 *
 * Threads: pure but for the files; one request per folder.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CALLKIT_COMMIT_H
#define CALLKIT_COMMIT_H

#include "base/seal.h"
#include "callkit/side.h"
#include <rufname/directory.h>

#define RUF_FOLDER_INDEX "directory.ruf"
#define RUF_FOLDER_NEXT "directory.next.ruf"
#define RUF_FOLDER_COMMITTED "directory.committed.ruf"
#define RUF_FOLDER_RECORD "directory.commit"
#define RUF_FOLDER_HELD "directory.commit.held"
#define RUF_FOLDER_REPORT "directory.report"
#define RUF_FOLDER_WIPED "directory.wiped"

/** A record, taken apart. */
struct ruf_commit {
    enum ruf_directory_state state;
    uint64_t generation;
    uint64_t names;
    uint64_t blocked;
    uint32_t entries_max;
    bool name_blocked;
    bool all_fit; /* no entry of the image was skipped */
    uint8_t hash[RUF_DIGEST_SIZE];
};

/**
 * Read the record. Without a key only the state is looked at, and believed.
 * @return RUF_OK (UNKNOWN: none, damaged, or of another key); RUF_E_IO;
 *         RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_commit_read(const char *folder,
                                             const uint8_t *key,
                                             struct ruf_commit *out,
                                             struct ruf_error *err);

/** Replace the record; on disk when this returns. */
RUF_MUST_USE enum ruf_status ruf_commit_write(const char *folder,
                                              const uint8_t *key,
                                              const struct ruf_commit *commit,
                                              struct ruf_error *err);

/**
 * A request begins: whatever ends it early, even before its first call, leaves
 * the phone without entries, so from here on the record is pending. A committed
 * record is held aside, for a request that changes nothing.
 * @param[in] key  NULL: the pending record is one that nobody believes.
 */
RUF_MUST_USE enum ruf_status ruf_commit_begin(const char *folder,
                                              const uint8_t *key,
                                              const struct ruf_commit *found,
                                              struct ruf_error *err);

/** The record is again what it was when the request began. */
RUF_MUST_USE enum ruf_status ruf_commit_restore(const char *folder,
                                                struct ruf_error *err);

/** No record any more; on disk when this returns. */
RUF_MUST_USE enum ruf_status ruf_commit_reset(const char *folder,
                                              struct ruf_error *err);

/**
 * Name the set of a side by a keyed hash: of the first bytes of its image,
 * which hold a random salt and a MAC and so name its whole content, of its
 * blocking list and of its limits. Costs nothing per entry.
 * @param[in] image  name of the image in the folder.
 */
RUF_MUST_USE enum ruf_status
ruf_commit_hash(const char *folder, const char *image, const uint8_t *key,
                const struct ruf_side *side, uint8_t out[RUF_DIGEST_SIZE],
                struct ruf_error *err);

/* --- other files of the folder ----------------------------------------------
 */

bool ruf_folder_has(const char *folder, const char *name);
/** Missing is fine. */
RUF_MUST_USE enum ruf_status
ruf_folder_remove(const char *folder, const char *name, struct ruf_error *err);
/** Remove as far as possible, where nothing depends on it. */
void ruf_folder_discard(const char *folder, const char *name);
RUF_MUST_USE enum ruf_status ruf_folder_rename(const char *folder,
                                               const char *from, const char *to,
                                               struct ruf_error *err);
/**
 * Give a file a second name, so that it stays when the first is replaced; a
 * copy where the file system has no links. @return also RUF_E_NOT_FOUND.
 */
RUF_MUST_USE enum ruf_status ruf_folder_link(const char *folder,
                                             const char *from, const char *to,
                                             struct ruf_error *err);

RUF_MUST_USE enum ruf_status
ruf_folder_write_report(const char *folder,
                        const struct ruf_directory_report *report,
                        struct ruf_error *err);

#endif
