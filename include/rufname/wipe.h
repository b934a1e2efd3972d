/*
 * rufname/wipe.h - remove an organisation's data from this device
 *
 * A home holds one account, so wiping a home is selective: a host with several
 * accounts has a home for each and wipes one. The order is durable marker, key,
 * files, tombstone for the phone, receipt. A wipe that was cut short is
 * finished by the next call that touches the home, before anything else; until
 * then, and afterwards, the home gives out nothing (RUF_E_WIPED, exit code 8).
 *
 * Out of reach, and the receipt says so: labels in the phone's own call list,
 * and the entries of its call directory until it has loaded the empty one
 * (ruf_wiped_emit(), or the extension).
 *
 * Threads: any thread, one at a time per home. Other processes that write are
 * waited for; they stop by themselves.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_WIPE_H
#define RUFNAME_WIPE_H

#include <rufname/host.h>
#include <rufname/phone.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Why; kept in the receipt. */
enum ruf_wipe_reason {
    RUF_WIPE_REQUESTED = 0, /**< a person, or the host's management */
    RUF_WIPE_ATTEMPTS,      /**< too many wrong PINs */
    RUF_WIPE_OFFLINE,       /**< too long without a check-in */
    RUF_WIPE_JAILBREAK,
    RUF_WIPE_ACCOUNT,   /**< the account was disabled */
    RUF_WIPE_VERSION,   /**< system or app outside of the policy's bounds */
    RUF_WIPE_SUSPICIOUS /**< clock set back, data tampered with or copied */
};

/** What was done; nothing personal. */
struct ruf_wipe_receipt {
    enum ruf_wipe_reason reason;
    int64_t at;     /**< Unix seconds; 0: there was nothing to wipe */
    uint64_t files; /**< removed */
    uint64_t ms;
};

/**
 * Wipe a home. Returns when everything is gone. Repeating it is fine, quick
 * and changes nothing; a directory without a home is left alone. Files that
 * are not Rufname's stay.
 *
 * Close the handles of this home first: an open one keeps its key in memory
 * until ruf_home_close().
 *
 * @param[in] host  as for ruf_home_open_with().
 * @return RUF_OK; RUF_E_BUSY (another process writes and does not stop);
 *         RUF_E_KEY (the key store refuses); RUF_E_IO (a file resists). After
 *         a failure the home is marked: it gives out nothing, and the next
 *         call on it tries again.
 */
RUF_API RUF_MUST_USE enum ruf_status ruf_home_wipe(const char *path,
                                                   const struct ruf_host *host,
                                                   enum ruf_wipe_reason reason,
                                                   struct ruf_wipe_receipt *out,
                                                   struct ruf_error *err);

/**
 * The receipt of the last wipe, until a new home is made in its place.
 * @return RUF_OK; RUF_E_NOT_FOUND; RUF_E_CORRUPT (D742); RUF_E_IO;
 *         RUF_E_NOMEM.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_wipe_receipt_read(const char *path, struct ruf_wipe_receipt *out,
                      struct ruf_error *err);

/**
 * ruf_home_emit() for a wiped home, which cannot be opened: the phone is told
 * to forget everything.
 * @return as ruf_home_emit().
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_wiped_emit(const char *path, const struct ruf_directory_host *host,
               enum ruf_emit_record record, struct ruf_directory_report *report,
               struct ruf_error *err);

#ifdef __cplusplus
}
#endif
#endif
