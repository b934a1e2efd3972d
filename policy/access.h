/*
 * policy/access.h - deciding who may use a home now
 *
 * Threads: pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef POLICY_ACCESS_H
#define POLICY_ACCESS_H

#include "policy/policy.h"
#include <rufname/access.h>

/** Of all rules the strictest; of equals the first in the order jailbreak,
 *  account, suspicious, version, attempts, offline, PIN. */
void ruf_access_decide(const struct ruf_policy *policy,
                       enum ruf_access_purpose purpose,
                       const struct ruf_access_state *state,
                       struct ruf_access_decision *out);

/** What is wrong with a new PIN. */
enum ruf_pin_fault {
    RUF_PIN_FITS = 0,
    RUF_PIN_LENGTH, /**< characters below pin.min_length, or over 64 bytes */
    RUF_PIN_KIND,   /**< numeric: digits only; passcode: not digits only */
    RUF_PIN_SIMPLE  /**< three equal or consecutive ones in a row */
};

#define RUF_PIN_BYTES_MAX 64

enum ruf_pin_fault ruf_pin_judge(const struct ruf_policy_protection *protection,
                                 const char *pin);

#endif
