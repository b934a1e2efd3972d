/*
 * rufname/audit.h - what was done with a home, and when
 *
 * The engine notes what changes, hands out or removes data. Entries hold no
 * personal data: numbers as +49…678, ids as eight hex digits of an HMAC whose
 * key dies in a wipe. Each hangs on the one before it by an HMAC of its own, so
 * one that was changed, left out or cut off at the end shows. They live in the
 * encrypted store for audit.days of the policy; older ones go.
 *
 * Whoever holds the home's key could write another chain; the audit shows
 * damage and careless hands, not the work of the key's owner.
 *
 * Threads: as rufname/home.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_AUDIT_H
#define RUFNAME_AUDIT_H

#include <rufname/home.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One entry. Texts are borrowed for the call. */
struct ruf_audit_entry {
    uint64_t number;        /**< 1 and up, without gaps */
    int64_t time;           /**< Unix seconds */
    struct ruf_text event;  /**< "login", "sync", "export" ... */
    struct ruf_text object; /**< masked number or keyed id; may be empty */
    enum ruf_status status; /**< how it went */
    uint64_t count;         /**< records concerned; 0: none, or unknown */
};

typedef void ruf_audit_callback(void *context,
                                const struct ruf_audit_entry *entry);

/**
 * Hand out all entries, oldest first, and check that none is missing.
 * @return RUF_OK; RUF_E_CORRUPT (D750: the chain is broken; err->offset = the
 *         first entry that is not as it was, those before it were handed
 *         out); RUF_E_BUSY; RUF_E_IO; RUF_E_NOMEM.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_audit(struct ruf_home *home, ruf_audit_callback *callback,
               void *context, struct ruf_error *err);

#ifdef __cplusplus
}
#endif
#endif
