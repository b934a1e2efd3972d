/*
 * engine/audit.h - writing down what was done, without personal data
 *
 * Every call of the engine that changes, hands out or removes data notes it
 * here. An entry is a word of a fixed list, a masked object, a status and a
 * count: there is no room for a name.
 *
 * Threads: as rufname/home.h; the caller holds the home's lock.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_AUDIT_H
#define ENGINE_AUDIT_H

#include "engine/home_private.h"

/** What was done; include/rufname/audit.h has the words. A new one goes to
 *  the end of the list and of the words in engine/audit.c. */
enum ruf_audit_event {
    RUF_AUDIT_LOGIN = 0,
    RUF_AUDIT_LOGOUT,
    RUF_AUDIT_SYNC,      /**< count: records added, changed and removed */
    RUF_AUDIT_IMPORT,    /**< count: the same */
    RUF_AUDIT_POLICY,    /**< taken over; count: records that went */
    RUF_AUDIT_MERGE,     /**< object: a contact's id; count: pairs of records */
    RUF_AUDIT_SEPARATE,  /**< the same */
    RUF_AUDIT_EXPORT,    /**< count: contacts, or rows of Live Caller ID */
    RUF_AUDIT_PROVE,     /**< count: statements that do not hold */
    RUF_AUDIT_REKEY,     /**< a new key */
    RUF_AUDIT_PIN_WRONG, /**< count: how many since the entry before */
    /** Decisions about access, in the order of enum ruf_access_reason. */
    RUF_AUDIT_ACCESS_ALLOWED,
    RUF_AUDIT_ACCESS_NO_PIN,
    RUF_AUDIT_ACCESS_LOCKED,
    RUF_AUDIT_ACCESS_PIN_OLD,
    RUF_AUDIT_ACCESS_ATTEMPTS, /**< spent: the home begins anew */
    RUF_AUDIT_ACCESS_OFFLINE,
    RUF_AUDIT_ACCESS_VERSION,
    RUF_AUDIT_ACCESS_SUSPICIOUS,
    RUF_AUDIT_ACCESS_ACCOUNT,
    RUF_AUDIT_ACCESS_JAILBREAK,
    RUF_AUDIT_EVENT_COUNT
};

/** What an entry is about, masked: see ruf_audit_number(), ruf_audit_id(). */
struct ruf_audit_object {
    char text[24];
};

/** "+49…678": calling code and last three digits. */
struct ruf_audit_object ruf_audit_number(ruf_e164 number);

/** Eight hex digits of an HMAC under a key that a wipe destroys. */
RUF_MUST_USE enum ruf_status ruf_audit_id(const struct ruf_store *store,
                                          const void *id, size_t size,
                                          struct ruf_audit_object *out,
                                          struct ruf_error *err);

/**
 * Note what was done, durable on return; nothing where the policy switches
 * auditing off. Entries older than audit.days of the policy go.
 * @param[in] store   open for writing, not within a transaction.
 * @param[in] object  NULL: none.
 * @param[in] result  how it went; err is already filled if it went wrong.
 * @return result; of a success that could not be noted, why.
 */
RUF_MUST_USE enum ruf_status
ruf_audit_append(const struct ruf_home *home, struct ruf_store *store,
                 enum ruf_audit_event event,
                 const struct ruf_audit_object *object, enum ruf_status result,
                 uint64_t count, struct ruf_error *err);

/** The same of what happened earlier, to nobody in particular. 'result' only
 *  goes into the entry. @return RUF_OK; why it could not be noted. */
RUF_MUST_USE enum ruf_status
ruf_audit_append_at(const struct ruf_home *home, struct ruf_store *store,
                    int64_t made, enum ruf_audit_event event,
                    enum ruf_status result, uint64_t count,
                    struct ruf_error *err);

#endif
