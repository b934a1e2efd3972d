/*
 * policy/action.h - the URL of an action, or why there is none
 *
 * The host opens what is built here, so every value that comes out of a
 * directory is encoded, and only what the policy lists is built at all.
 *
 * Threads: pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef POLICY_ACTION_H
#define POLICY_ACTION_H

#include "policy/policy.h"

/** Longest URL, with its NUL. */
#define RUF_ACTION_URL_SIZE 2001

/** What a contact has to offer; absent and 0: nothing. */
struct ruf_action_values {
    ruf_e164 number; /**< the one to be called */
    ruf_e164 mobile; /**< the one to be written to */
    struct ruf_text upn;
    struct ruf_text email;
};

/**
 * Build the URL of an action.
 * @param[in]  action  id: built-in or of the policy's own.
 * @param[out] url     NUL-terminated; empty on failure.
 * @return RUF_OK; RUF_E_POLICY (P160: the policy does not allow it, P161: a
 *         value has control characters or the URL gets too long); RUF_E_USAGE
 *         (U042: no such action); RUF_E_NOT_FOUND (U043: the contact lacks what
 *         it needs).
 */
RUF_MUST_USE enum ruf_status
ruf_policy_action_url(const struct ruf_policy *policy, const char *action,
                      const struct ruf_action_values *values,
                      char url[RUF_ACTION_URL_SIZE], struct ruf_error *err);

enum ruf_action_value {
    RUF_ACTION_E164 = 0, /**< "+4930..." */
    RUF_ACTION_DIGITS,   /**< "4930..." */
    RUF_ACTION_UPN,
    RUF_ACTION_EMAIL,
    RUF_ACTION_MOBILE, /**< "+49152...", of built-in actions only */
    RUF_ACTION_ADDRESS /**< the UPN, its '@' not encoded; the same */
};

/** Size of the placeholder at the start of a text, "{e164}"; 0: there is none.
 *  value NULL: only those of the admin count. */
size_t ruf_action_placeholder(struct ruf_text text,
                              enum ruf_action_value *value);

#endif
