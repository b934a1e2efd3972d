/*
 * rufname/access.h - who may use a home now: PIN, idle time, device, account
 *
 * The policy's section "protection" says what has to hold; the engine decides
 * and enforces it in every call on a home, so that a screen, a command and an
 * app refuse alike. A home that is locked opens, and answers RUF_E_LOCKED until
 * ruf_home_unlock(). A home that has to be wiped is wiped by the call that
 * finds out, which answers RUF_E_WIPED.
 *
 * With a PIN the key is wrapped under the PIN (scrypt) together with a secret
 * of the key store. A PIN nobody remembers is not recoverable: after too many
 * wrong ones the home is emptied, and signs in and syncs again, or is wiped.
 *
 * Threads: as rufname/home.h; ruf_access_check() is pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_ACCESS_H
#define RUFNAME_ACCESS_H

#include <rufname/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ruf_home;

/** What is about to happen. */
enum ruf_access_purpose {
    RUF_ACCESS_USE = 0, /**< read, write, hand out */
    RUF_ACCESS_REFRESH, /**< sign in or sync: what ends an offline block */
    RUF_ACCESS_UNLOCK   /**< a PIN is being entered */
};

/** From loose to strict: of two the greater one counts. */
enum ruf_access_verdict {
    RUF_ACCESS_ALLOW = 0,
    RUF_ACCESS_ASK,   /**< a person has to enter something */
    RUF_ACCESS_BLOCK, /**< not now */
    RUF_ACCESS_WIPE   /**< the data has to go */
};

/** Why. */
enum ruf_access_reason {
    RUF_ACCESS_FINE = 0,
    RUF_ACCESS_NO_PIN,     /**< ask: the policy wants a PIN, none is set */
    RUF_ACCESS_LOCKED,     /**< ask: the PIN, or biometric where that will do */
    RUF_ACCESS_PIN_OLD,    /**< ask: a new PIN */
    RUF_ACCESS_ATTEMPTS,   /**< ask: the PIN is reset; or wipe */
    RUF_ACCESS_OFFLINE,    /**< no check-in for too long, or nobody can tell */
    RUF_ACCESS_VERSION,    /**< system or app outside of the bounds */
    RUF_ACCESS_SUSPICIOUS, /**< clock set back, tampered with, copied */
    RUF_ACCESS_ACCOUNT,    /**< disabled */
    RUF_ACCESS_JAILBREAK
};

/** What the decision rests on. Zero it, set struct_size, fill in. Times are
 *  Unix seconds of one clock. */
struct ruf_access_state {
    size_t struct_size;
    int64_t now;
    int64_t clock_seen;     /**< latest time ever seen; 0: none */
    int64_t checked_in;     /**< last contact; 0: there is nothing to contact */
    int64_t pin_set_at;     /**< 0: no PIN is set */
    int64_t pin_entered_at; /**< 0: not since the start */
    int64_t used_at;        /**< last use since it was unlocked; 0: locked */
    uint32_t attempts;      /**< wrong PINs in a row */
    bool jailbroken;        /**< or rooted */
    bool account_disabled;
    bool tampered;           /**< data failed its integrity check */
    bool other_device;       /**< the key is here, its device is another */
    const char *os_version;  /**< "17.5.1"; NULL: not judged */
    const char *app_version; /**< the same */
};

struct ruf_access_decision {
    enum ruf_access_verdict verdict;
    enum ruf_access_reason reason;
    bool biometric_will_do; /**< instead of the PIN, if the host can */
    bool version_warning;   /**< allowed, but tell the person to update */
};

/**
 * Decide by a home's policy; asks nobody and changes nothing.
 */
RUF_API void ruf_access_check(const struct ruf_home *home,
                              enum ruf_access_purpose purpose,
                              const struct ruf_access_state *state,
                              struct ruf_access_decision *out);

/** What the host knows about device and account; kept while the home is open.
 *  Texts are copied. Unless told: nothing is wrong. */
struct ruf_device {
    size_t struct_size;
    bool jailbroken;
    bool account_disabled;
    bool tampered; /**< the host found files of the home altered */
    bool other_device;
    const char *os_version;
    const char *app_version; /**< NULL: that of this library */
};

/** @return RUF_OK; RUF_E_NOMEM. */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_set_device(struct ruf_home *home, const struct ruf_device *device,
                    struct ruf_error *err);

/** The decision of now, as the next call will find it. */
RUF_API void ruf_home_access(const struct ruf_home *home,
                             enum ruf_access_purpose purpose,
                             struct ruf_access_decision *out);

/**
 * Enforce it, as every other call on the home does; a success counts as use.
 * @return RUF_OK; RUF_E_LOCKED (K210: unlock; K211: set a PIN; K214: the PIN is
 *         too old; K215: offline for too long; K216: jailbreak; K217: account;
 *         K218: version; K219: suspicious); RUF_E_WIPED (W602, W603).
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_enter(struct ruf_home *home, enum ruf_access_purpose purpose,
               struct ruf_error *err);

/**
 * Unlock with the PIN. The attempt is counted, lasting, before it is checked.
 * @param[in] pin       UTF-8.
 * @param[in] remember  also for other processes of this user until it has been
 *                      idle for too long: the kernel's keyring holds the key.
 * @return RUF_OK; RUF_E_LOCKED (K212: wrong; K213: too many, the home was
 *         emptied and has no PIN now; and as ruf_home_enter()); RUF_E_WIPED
 * (too many, and the policy says wipe); RUF_E_USAGE (K223: no PIN is set);
 *         RUF_E_KEY (K205: remember is not possible here); RUF_E_BUSY;
 * RUF_E_IO; RUF_E_NOMEM.
 */
RUF_API RUF_MUST_USE enum ruf_status ruf_home_unlock(struct ruf_home *home,
                                                     const char *pin,
                                                     bool remember,
                                                     struct ruf_error *err);

/**
 * The host has recognised the person: end an idle lock.
 * @return RUF_OK; RUF_E_LOCKED (K225: only the PIN will do, since the policy
 *         says so or it was entered too long ago; and as ruf_home_enter()).
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_unlock_biometric(struct ruf_home *home, struct ruf_error *err);

/** Lock, for other processes too; without a PIN this does nothing. The key
 *  leaves the memory. A handle of another process that the remembered unlock
 *  had opened answers RUF_E_LOCKED within 30 s. */
RUF_API RUF_MUST_USE enum ruf_status ruf_home_lock(struct ruf_home *home,
                                                   struct ruf_error *err);

/**
 * Set the first PIN.
 * @return RUF_OK; RUF_E_USAGE (K220: too short or longer than 64 bytes; K221:
 *         not of the policy's type; K222: too simple; K223: there is one
 *         already); RUF_E_KEY (K206: the key store keeps nothing); RUF_E_BUSY
 *         (I810: a reset has not ended); and as ruf_home_unlock().
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_pin_set(struct ruf_home *home, const char *pin, struct ruf_error *err);

/** Replace it. Counts as an attempt with the old one.
 *  @return as the two above; RUF_E_USAGE (K226: old and new are the same). */
RUF_API RUF_MUST_USE enum ruf_status ruf_home_pin_change(struct ruf_home *home,
                                                         const char *pin,
                                                         const char *new_pin,
                                                         struct ruf_error *err);

/** Do without. @return as ruf_home_unlock(); RUF_E_POLICY (K224: the policy
 *  requires a PIN). */
RUF_API RUF_MUST_USE enum ruf_status ruf_home_pin_clear(struct ruf_home *home,
                                                        const char *pin,
                                                        struct ruf_error *err);

/**
 * Put a new key in the place of the home's: the store is encrypted anew, the
 * index built anew, and the old key destroyed; what was sealed with it, such as
 * a copy of the home, can then be opened by nobody. Contacts, their ids, what
 * users decided, the sign-in and the PIN stay; the phone is given the whole
 * list at its next request. Killed at any moment, the home opens with one of
 * the two keys as a whole, and the next call to open it ends what was begun;
 * with a PIN, the next unlock.
 *
 * Other handles on the home have the old key: they answer RUF_E_KEY (K202) and
 * are to be opened again. A remembered unlock is forgotten.
 * @param[in] pin  counts as an attempt; NULL where none is set.
 * @return RUF_OK; RUF_E_LOCKED (K225: there is a PIN); RUF_E_KEY (K206: the key
 *         store keeps nothing, whoever hands the key in has to renew it);
 *         RUF_E_BUSY; as ruf_home_unlock(); store and disk errors: nothing was
 *         changed, or it is ended when the home is next opened.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_rekey(struct ruf_home *home, const char *pin, struct ruf_error *err);

#ifdef __cplusplus
}
#endif
#endif
