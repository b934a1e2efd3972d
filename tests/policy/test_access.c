/*
 * tests/policy/test_access.c - who may use a home now, and which PINs are good
 *
 * The matrix goes through every combination of what can be wrong, under each
 * level and for each purpose, and compares with rules written another way: a
 * list of verdicts of which the strictest has to come out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "policy/access.h"
#include <criterion/criterion.h>
#include <string.h>

#define NOW INT64_C(1800000000)
#define MINUTE INT64_C(60)
#define HOUR INT64_C(3600)
#define DAY INT64_C(86400)

static struct ruf_policy policy_of(enum ruf_policy_level level)
{
    struct ruf_policy policy;

    memset(&policy, 0, sizeof(policy));
    ruf_protection_defaults(level, &policy.protection);
    return policy;
}

/* Unlocked a minute ago, checked in an hour ago: nothing is wrong. */
static struct ruf_access_state good(void)
{
    return (struct ruf_access_state){ .struct_size =
                                          sizeof(struct ruf_access_state),
                                      .now = NOW,
                                      .clock_seen = NOW - MINUTE,
                                      .checked_in = NOW - HOUR,
                                      .pin_set_at = NOW - DAY,
                                      .pin_entered_at = NOW - HOUR,
                                      .used_at = NOW - MINUTE };
}

static struct ruf_access_decision decide(const struct ruf_policy *policy,
                                         enum ruf_access_purpose purpose,
                                         const struct ruf_access_state *state)
{
    struct ruf_access_decision decision;

    ruf_access_decide(policy, purpose, state, &decision);
    return decision;
}

static void expect(const struct ruf_policy *policy,
                   const struct ruf_access_state *state,
                   enum ruf_access_verdict verdict,
                   enum ruf_access_reason reason, const char *what)
{
    struct ruf_access_decision got = decide(policy, RUF_ACCESS_USE, state);

    cr_expect(got.verdict == verdict && got.reason == reason,
              "%s: verdict %d reason %d, not %d %d", what, (int)got.verdict,
              (int)got.reason, (int)verdict, (int)reason);
}

/* --- the matrix -------------------------------------------------------------
 */

enum {
    JAILBREAK = 1,
    ACCOUNT = 2,
    TAMPERED = 4,
    OTHER = 8,
    BACK_A_DAY = 16,
    ATTEMPTS = 32,
    OFFLINE_BLOCK = 64,
    OFFLINE_WIPE = 128,
    LOCKED = 256,
    NO_PIN = 512,
    ALL = 1024
};

static struct ruf_access_state state_of(unsigned wrong)
{
    struct ruf_access_state state = good();

    state.jailbroken = (wrong & JAILBREAK) != 0;
    state.account_disabled = (wrong & ACCOUNT) != 0;
    state.tampered = (wrong & TAMPERED) != 0;
    state.other_device = (wrong & OTHER) != 0;
    if ((wrong & BACK_A_DAY) != 0)
        state.clock_seen = NOW + DAY + 1;
    if ((wrong & ATTEMPTS) != 0)
        state.attempts = 5;
    if ((wrong & OFFLINE_BLOCK) != 0)
        state.checked_in = NOW - 720 * MINUTE - 1;
    if ((wrong & OFFLINE_WIPE) != 0)
        state.checked_in = NOW - 90 * DAY - 1;
    if ((wrong & LOCKED) != 0)
        state.used_at = 0;
    if ((wrong & NO_PIN) != 0)
        state.pin_set_at = 0;
    return state;
}

static enum ruf_access_verdict wanted(unsigned wrong, bool high,
                                      enum ruf_access_purpose purpose)
{
    bool use = purpose == RUF_ACCESS_USE;
    bool wipe = (wrong & OFFLINE_WIPE) != 0;
    bool block = use && (wrong & (OFFLINE_BLOCK | BACK_A_DAY)) != 0;
    bool ask = (wrong & ATTEMPTS) != 0;
    unsigned severe = wrong & (JAILBREAK | ACCOUNT | TAMPERED | OTHER);

    if (use)
        severe |= wrong & BACK_A_DAY;
    if (high)
        wipe = wipe || severe != 0 || (wrong & ATTEMPTS) != 0;
    block = block || severe != 0;
    if (purpose != RUF_ACCESS_UNLOCK)
        ask = ask || (wrong & (LOCKED | NO_PIN)) != 0;
    return wipe    ? RUF_ACCESS_WIPE
           : block ? RUF_ACCESS_BLOCK
           : ask   ? RUF_ACCESS_ASK
                   : RUF_ACCESS_ALLOW;
}

Test(access, decides_by_the_strictest_of_all_rules)
{
    static const enum ruf_policy_level levels[] = { RUF_LEVEL_BASIC,
                                                    RUF_LEVEL_ENHANCED,
                                                    RUF_LEVEL_HIGH };
    size_t seen[4] = { 0 };

    for (size_t l = 0; l < 3; l++) {
        struct ruf_policy policy = policy_of(levels[l]);

        for (unsigned wrong = 0; wrong < ALL; wrong++)
            for (int p = RUF_ACCESS_USE; p <= RUF_ACCESS_UNLOCK; p++) {
                enum ruf_access_purpose purpose = (enum ruf_access_purpose)p;
                struct ruf_access_state state = state_of(wrong);
                enum ruf_access_verdict verdict =
                    decide(&policy, purpose, &state).verdict;

                seen[verdict]++;
                cr_assert_eq(
                    verdict,
                    wanted(wrong, levels[l] == RUF_LEVEL_HIGH, purpose),
                    "level %zu wrong %03x purpose %d: %d", l, wrong, p,
                    (int)verdict);
            }
    }
    for (size_t i = 0; i < 4; i++)
        cr_expect_gt(seen[i], 0, "verdict %zu never came", i);
}

/* --- bounds -----------------------------------------------------------------
 */

Test(access, lets_time_run_to_its_bound_and_not_over_it)
{
    struct ruf_policy policy = policy_of(RUF_LEVEL_ENHANCED);
    struct ruf_access_state state = good();

    expect(&policy, &state, RUF_ACCESS_ALLOW, RUF_ACCESS_FINE, "good");
    state.used_at = NOW - 30 * MINUTE;
    expect(&policy, &state, RUF_ACCESS_ALLOW, RUF_ACCESS_FINE, "idle 30 min");
    state.used_at--;
    expect(&policy, &state, RUF_ACCESS_ASK, RUF_ACCESS_LOCKED, "idle longer");
    state = good();
    state.checked_in = NOW - 720 * MINUTE;
    expect(&policy, &state, RUF_ACCESS_ALLOW, RUF_ACCESS_FINE, "offline 12 h");
    state.checked_in--;
    expect(&policy, &state, RUF_ACCESS_BLOCK, RUF_ACCESS_OFFLINE, "longer");
    state.checked_in = NOW - 90 * DAY;
    expect(&policy, &state, RUF_ACCESS_BLOCK, RUF_ACCESS_OFFLINE, "90 days");
    state.checked_in--;
    expect(&policy, &state, RUF_ACCESS_WIPE, RUF_ACCESS_OFFLINE, "longer");
    policy.protection.offline_block_min = 43200;
    policy.protection.offline_wipe_days = 365;
    state.checked_in = NOW - 30 * DAY;
    expect(&policy, &state, RUF_ACCESS_ALLOW, RUF_ACCESS_FINE, "30 days");
    policy.protection.pin_max_age_days = 365;
    state = good();
    state.pin_set_at = NOW - 365 * DAY;
    expect(&policy, &state, RUF_ACCESS_ALLOW, RUF_ACCESS_FINE, "PIN 365 days");
    state.pin_set_at--;
    expect(&policy, &state, RUF_ACCESS_ASK, RUF_ACCESS_PIN_OLD, "PIN older");
    state = good();
    state.attempts = 4;
    expect(&policy, &state, RUF_ACCESS_ALLOW, RUF_ACCESS_FINE, "4 attempts");
    state.attempts = 5;
    expect(&policy, &state, RUF_ACCESS_ASK, RUF_ACCESS_ATTEMPTS, "5 attempts");
}

Test(access, takes_a_clock_set_back_for_expired)
{
    struct ruf_policy policy = policy_of(RUF_LEVEL_ENHANCED);
    struct ruf_access_state state = good();

    state.clock_seen = NOW + 5 * MINUTE; /* put right by a little */
    expect(&policy, &state, RUF_ACCESS_ALLOW, RUF_ACCESS_FINE, "5 min");
    state.clock_seen++;
    expect(&policy, &state, RUF_ACCESS_BLOCK, RUF_ACCESS_OFFLINE, "more");
    state.clock_seen = NOW + DAY;
    expect(&policy, &state, RUF_ACCESS_BLOCK, RUF_ACCESS_OFFLINE, "a day");
    state.clock_seen++;
    expect(&policy, &state, RUF_ACCESS_BLOCK, RUF_ACCESS_SUSPICIOUS, "over");
    cr_expect_eq(decide(&policy, RUF_ACCESS_REFRESH, &state).verdict,
                 RUF_ACCESS_ALLOW, "a check-in must be able to end it");
    policy = policy_of(RUF_LEVEL_HIGH);
    expect(&policy, &state, RUF_ACCESS_WIPE, RUF_ACCESS_SUSPICIOUS, "high");
    policy = policy_of(RUF_LEVEL_ENHANCED);
    state = good();
    state.checked_in = NOW + 6 * MINUTE;
    expect(&policy, &state, RUF_ACCESS_BLOCK, RUF_ACCESS_OFFLINE,
           "checked in tomorrow");
    state = good();
    state.used_at = NOW + 1;
    expect(&policy, &state, RUF_ACCESS_ASK, RUF_ACCESS_LOCKED, "used tomorrow");
    state = good();
    state.pin_set_at = NOW + 1;
    policy.protection.pin_max_age_days = 365;
    expect(&policy, &state, RUF_ACCESS_ASK, RUF_ACCESS_PIN_OLD,
           "PIN of tomorrow");
    /* Nothing to check in with: no time runs. */
    state = good();
    state.checked_in = 0;
    state.clock_seen = NOW + 900 * DAY;
    expect(&policy, &state, RUF_ACCESS_ALLOW, RUF_ACCESS_FINE, "files only");
}

Test(access, asks_for_no_pin_where_none_is_wanted)
{
    struct ruf_policy policy = policy_of(RUF_LEVEL_ENHANCED);
    struct ruf_access_state state = good();

    policy.protection.pin_required = false;
    state.pin_set_at = 0;
    state.used_at = 0;
    expect(&policy, &state, RUF_ACCESS_ALLOW, RUF_ACCESS_FINE, "none");
    state.pin_set_at = NOW - DAY; /* one is set all the same */
    expect(&policy, &state, RUF_ACCESS_ASK, RUF_ACCESS_LOCKED, "locked");
}

Test(access, lets_biometric_do_only_for_a_while_after_the_pin)
{
    struct ruf_policy policy = policy_of(RUF_LEVEL_ENHANCED);
    struct ruf_access_state state = good();

    cr_expect_not(decide(&policy, RUF_ACCESS_USE, &state).biometric_will_do,
                  "nothing is asked");
    state.used_at = NOW - HOUR;
    state.pin_entered_at = NOW - 720 * MINUTE;
    cr_expect(decide(&policy, RUF_ACCESS_USE, &state).biometric_will_do);
    state.pin_entered_at--;
    cr_expect_not(decide(&policy, RUF_ACCESS_USE, &state).biometric_will_do,
                  "the PIN was entered too long ago");
    state.pin_entered_at = NOW - HOUR;
    state.used_at = 0;
    cr_expect_not(decide(&policy, RUF_ACCESS_USE, &state).biometric_will_do,
                  "there is no key in memory");
    state.used_at = NOW - HOUR;
    policy.protection.biometric = RUF_BLOCK;
    cr_expect_not(decide(&policy, RUF_ACCESS_USE, &state).biometric_will_do,
                  "the policy denies it");
    policy.protection.biometric = RUF_ALLOW;
    state.jailbroken = true;
    cr_expect_not(decide(&policy, RUF_ACCESS_USE, &state).biometric_will_do,
                  "blocked for another reason");
}

/* --- versions ---------------------------------------------------------------
 */

Test(access, compares_versions_by_their_numbers)
{
    static const struct {
        const char *version;
        const char *bound;
        int order; /* of version to bound */
    } cases[] = {
        { "17.5.1", "17.5.1", 0 }, { "17.5", "17.5.0", 0 },
        { "17", "17.0.1", -1 },    { "9.9.9", "10", -1 },
        { "17.10", "17.9", 1 },    { "17.5.1", "17.5.0", 1 },
        { "18", "17.99999", 1 },   { "17.5.1.4", "17.5.1", 0 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ruf_policy policy = policy_of(RUF_LEVEL_ENHANCED);
        struct ruf_access_state state = good();

        state.os_version = cases[i].version;
        policy.protection.min_os.text = cases[i].bound;
        policy.protection.min_os.action = RUF_VERSION_BLOCK;
        expect(&policy, &state,
               cases[i].order < 0 ? RUF_ACCESS_BLOCK : RUF_ACCESS_ALLOW,
               cases[i].order < 0 ? RUF_ACCESS_VERSION : RUF_ACCESS_FINE,
               cases[i].version);
        policy.protection.min_os.text = NULL;
        policy.protection.max_os.text = cases[i].bound;
        policy.protection.max_os.action = RUF_VERSION_WIPE;
        expect(&policy, &state,
               cases[i].order > 0 ? RUF_ACCESS_WIPE : RUF_ACCESS_ALLOW,
               cases[i].order > 0 ? RUF_ACCESS_VERSION : RUF_ACCESS_FINE,
               cases[i].version);
    }
}

Test(access, warns_about_a_version_or_does_not_judge_it)
{
    struct ruf_policy policy = policy_of(RUF_LEVEL_ENHANCED);
    struct ruf_access_state state = good();

    policy.protection.min_app.text = "2.0";
    policy.protection.min_app.action = RUF_VERSION_WARN;
    state.app_version = "1.9";
    expect(&policy, &state, RUF_ACCESS_ALLOW, RUF_ACCESS_FINE, "warn");
    cr_expect(decide(&policy, RUF_ACCESS_USE, &state).version_warning);
    state.app_version = "2";
    cr_expect_not(decide(&policy, RUF_ACCESS_USE, &state).version_warning);
    policy.protection.min_app.action = RUF_VERSION_BLOCK;
    state.app_version = NULL;
    expect(&policy, &state, RUF_ACCESS_ALLOW, RUF_ACCESS_FINE, "unknown");
}

/* --- new PINs ---------------------------------------------------------------
 */

Test(pin, is_judged_by_length_kind_and_pattern)
{
    static const struct {
        const char *pin;
        uint32_t type;
        bool simple;
        uint32_t length;
        enum ruf_pin_fault fault;
    } cases[] = {
        { "2580", RUF_PIN_NUMERIC, false, 4, RUF_PIN_FITS },
        { "258", RUF_PIN_NUMERIC, false, 4, RUF_PIN_LENGTH },
        { "", RUF_PIN_NUMERIC, true, 4, RUF_PIN_LENGTH },
        { "25a0", RUF_PIN_NUMERIC, true, 4, RUF_PIN_KIND },
        { "1111", RUF_PIN_NUMERIC, true, 4, RUF_PIN_FITS },
        { "1111", RUF_PIN_NUMERIC, false, 4, RUF_PIN_SIMPLE },
        { "123974", RUF_PIN_NUMERIC, false, 6, RUF_PIN_SIMPLE },
        { "974321", RUF_PIN_NUMERIC, false, 6, RUF_PIN_SIMPLE },
        { "902444", RUF_PIN_NUMERIC, false, 6, RUF_PIN_SIMPLE },
        { "112233", RUF_PIN_NUMERIC, false, 6, RUF_PIN_FITS },
        { "135791", RUF_PIN_NUMERIC, false, 6, RUF_PIN_FITS },
        { "121212", RUF_PIN_NUMERIC, false, 6, RUF_PIN_FITS },
        { "890123", RUF_PIN_NUMERIC, false, 6, RUF_PIN_SIMPLE },
        { "2580", RUF_PIN_PASSCODE, false, 4, RUF_PIN_KIND },
        { "rufname", RUF_PIN_PASSCODE, false, 4, RUF_PIN_FITS },
        { "xabcy", RUF_PIN_PASSCODE, false, 4, RUF_PIN_SIMPLE },
        { "öäü", RUF_PIN_PASSCODE, true, 4, RUF_PIN_LENGTH },
        { "öäüß", RUF_PIN_PASSCODE, true, 4, RUF_PIN_FITS },
        { "0123456789012345678901234567890123456789012345678901234567890123",
          RUF_PIN_NUMERIC, true, 4, RUF_PIN_FITS },
        { "01234567890123456789012345678901234567890123456789012345678901234",
          RUF_PIN_NUMERIC, true, 4, RUF_PIN_LENGTH },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ruf_policy_protection rules = { .pin_type = cases[i].type,
                                               .pin_simple = cases[i].simple,
                                               .pin_min_length =
                                                   cases[i].length };

        cr_expect_eq(ruf_pin_judge(&rules, cases[i].pin), cases[i].fault,
                     "case %zu", i);
    }
}
