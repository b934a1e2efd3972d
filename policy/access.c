/*
 * policy/access.c - deciding who may use a home now
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "policy/access.h"
#include <stdlib.h>
#include <string.h>

#define MINUTE INT64_C(60)
#define DAY INT64_C(86400)
/* Clocks are put right by seconds all the time. */
#define CLOCK_TOLERANCE (5 * MINUTE)

struct deciding {
    const struct ruf_policy_protection *protection;
    const struct ruf_access_state *state;
    enum ruf_access_purpose purpose;
    struct ruf_access_decision *out;
};

/* The strictest counts, the first of equals stays. */
static void consider(const struct deciding *d, enum ruf_access_verdict verdict,
                     enum ruf_access_reason reason)
{
    if (verdict <= d->out->verdict)
        return;
    d->out->verdict = verdict;
    d->out->reason = reason;
}

static enum ruf_access_verdict verdict_of(uint32_t condition)
{
    return condition == RUF_CONDITION_WIPE ? RUF_ACCESS_WIPE : RUF_ACCESS_BLOCK;
}

/* --- device and account ----------------------------------------------------
 */

static bool clock_went_back(const struct deciding *d, int64_t by)
{
    return d->state->checked_in != 0 &&
           d->state->clock_seen - d->state->now > by;
}

/* For what is suspicious the policy has no word of its own: as a jailbreak. */
static void decide_device(const struct deciding *d)
{
    const struct ruf_access_state *state = d->state;

    if (state->jailbroken)
        consider(d, verdict_of(d->protection->jailbreak), RUF_ACCESS_JAILBREAK);
    if (state->account_disabled)
        consider(d, verdict_of(d->protection->disabled_account),
                 RUF_ACCESS_ACCOUNT);
    if (state->tampered || state->other_device)
        consider(d, verdict_of(d->protection->jailbreak),
                 RUF_ACCESS_SUSPICIOUS);
    /* A check-in puts a clock right that was once ahead. */
    if (d->purpose == RUF_ACCESS_USE && clock_went_back(d, DAY))
        consider(d, verdict_of(d->protection->jailbreak),
                 RUF_ACCESS_SUSPICIOUS);
}

/* --- versions ---------------------------------------------------------------
 */

/* Up to three numbers; what is missing is 0. <0, 0, >0 */
static int compare_versions(const char *a, const char *b)
{
    for (int i = 0; i < 3; i++) {
        char *a_end;
        char *b_end;
        unsigned long x = strtoul(a, &a_end, 10);
        unsigned long y = strtoul(b, &b_end, 10);

        if (x != y)
            return x < y ? -1 : 1;
        a = *a_end == '.' ? a_end + 1 : "";
        b = *b_end == '.' ? b_end + 1 : "";
    }
    return 0;
}

/* side -1: the version must not be below the bound, 1: not above it */
static void decide_version(const struct deciding *d, const char *version,
                           const struct ruf_policy_version *bound, int side)
{
    if (version == NULL || bound->text == NULL ||
        compare_versions(version, bound->text) * side <= 0)
        return;
    if (bound->action == RUF_VERSION_WARN)
        d->out->version_warning = true;
    else
        consider(d,
                 bound->action == RUF_VERSION_WIPE ? RUF_ACCESS_WIPE
                                                   : RUF_ACCESS_BLOCK,
                 RUF_ACCESS_VERSION);
}

static void decide_versions(const struct deciding *d)
{
    decide_version(d, d->state->os_version, &d->protection->min_os, -1);
    decide_version(d, d->state->os_version, &d->protection->max_os, 1);
    decide_version(d, d->state->app_version, &d->protection->min_app, -1);
}

/* --- time since the last check-in -------------------------------------------
 */

/* A clock that goes backwards counts as expired, not as fresh. */
static void decide_offline(const struct deciding *d)
{
    int64_t offline = d->state->now - d->state->checked_in;

    if (d->state->checked_in == 0)
        return;
    if (offline > d->protection->offline_wipe_days * DAY)
        consider(d, RUF_ACCESS_WIPE, RUF_ACCESS_OFFLINE);
    if (d->purpose != RUF_ACCESS_USE)
        return;
    if (offline > d->protection->offline_block_min * MINUTE ||
        offline < -CLOCK_TOLERANCE || clock_went_back(d, CLOCK_TOLERANCE))
        consider(d, RUF_ACCESS_BLOCK, RUF_ACCESS_OFFLINE);
}

/* --- PIN --------------------------------------------------------------------
 */

static int64_t age(int64_t now, int64_t since)
{
    return now < since ? INT64_MAX : now - since;
}

static void decide_pin(const struct deciding *d)
{
    const struct ruf_policy_protection *protection = d->protection;
    const struct ruf_access_state *state = d->state;

    if (d->purpose == RUF_ACCESS_UNLOCK)
        return;
    if (state->pin_set_at == 0) {
        if (protection->pin_required)
            consider(d, RUF_ACCESS_ASK, RUF_ACCESS_NO_PIN);
        return;
    }
    if (state->used_at == 0 ||
        age(state->now, state->used_at) > protection->recheck_min * MINUTE)
        consider(d, RUF_ACCESS_ASK, RUF_ACCESS_LOCKED);
    if (protection->pin_max_age_days != 0 &&
        age(state->now, state->pin_set_at) > protection->pin_max_age_days * DAY)
        consider(d, RUF_ACCESS_ASK, RUF_ACCESS_PIN_OLD);
    d->out->biometric_will_do =
        d->out->reason == RUF_ACCESS_LOCKED && state->used_at != 0 &&
        protection->biometric == RUF_ALLOW && state->pin_entered_at != 0 &&
        age(state->now, state->pin_entered_at) <=
            protection->biometric_timeout_min * MINUTE;
}

static void decide_attempts(const struct deciding *d)
{
    if (d->state->attempts >= d->protection->pin_max_attempts)
        consider(d,
                 d->protection->pin_action == RUF_ATTEMPTS_WIPE
                     ? RUF_ACCESS_WIPE
                     : RUF_ACCESS_ASK,
                 RUF_ACCESS_ATTEMPTS);
}

void ruf_access_decide(const struct ruf_policy *policy,
                       enum ruf_access_purpose purpose,
                       const struct ruf_access_state *state,
                       struct ruf_access_decision *out)
{
    const struct deciding d = { &policy->protection, state, purpose, out };

    memset(out, 0, sizeof(*out));
    decide_device(&d);
    decide_versions(&d);
    decide_attempts(&d);
    decide_offline(&d);
    decide_pin(&d);
}

/* --- a new PIN --------------------------------------------------------------
 */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* UTF-8: bytes that do not go on with a character. */
static size_t count_characters(const char *pin)
{
    size_t count = 0;

    for (; *pin != '\0'; pin++)
        count += ((unsigned char)*pin & 0xC0) != 0x80;
    return count;
}

static bool is_simple(const char *pin)
{
    for (size_t i = 2; pin[0] != '\0' && pin[1] != '\0' && pin[i] != '\0';
         i++) {
        int first = pin[i - 1] - pin[i - 2];

        if (first >= -1 && first <= 1 && pin[i] - pin[i - 1] == first)
            return true;
    }
    return false;
}

enum ruf_pin_fault ruf_pin_judge(const struct ruf_policy_protection *protection,
                                 const char *pin)
{
    size_t digits = 0;

    if (count_characters(pin) < protection->pin_min_length ||
        strlen(pin) > RUF_PIN_BYTES_MAX)
        return RUF_PIN_LENGTH;
    while (is_digit(pin[digits]))
        digits++;
    if ((pin[digits] == '\0') != (protection->pin_type == RUF_PIN_NUMERIC))
        return RUF_PIN_KIND;
    return !protection->pin_simple && is_simple(pin) ? RUF_PIN_SIMPLE
                                                     : RUF_PIN_FITS;
}
