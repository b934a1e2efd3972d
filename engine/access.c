/*
 * engine/access.c - enforcing who may use a home
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/access.h"
#include "base/error.h"
#include "engine/access_notes.h"
#include "engine/home_memory.h"
#include "engine/session.h"
#include "engine/wipe.h"
#include "policy/access.h"
#include <rufname/version.h>
#include <stdlib.h>
#include <string.h>

/* The latest time seen is written down when it is this much later: often
 * enough to notice a day, seldom enough to cost nothing. */
#define CLOCK_STEP INT64_C(3600)
/* A remembered use is renewed when it is this old. */
#define SESSION_STEP INT64_C(30)

static int64_t now_of(const struct ruf_home *home)
{
    return home->host.clock(home->host.context);
}

/* --- state ------------------------------------------------------------------
 */

/* Files are carried by hand; only the other kinds check in. */
static bool has_check_in(const struct ruf_policy *policy)
{
    for (size_t i = 0; i < policy->source_count; i++)
        if (policy->sources[i].enabled &&
            policy->sources[i].kind != RUF_SOURCE_FILE)
            return true;
    return false;
}

static struct ruf_access_state state_of(const struct ruf_home *home)
{
    const struct ruf_access_memory *memory = home->access;

    return (struct ruf_access_state){
        .struct_size = sizeof(struct ruf_access_state),
        .now = now_of(home),
        .clock_seen = memory->clock_seen,
        .checked_in = has_check_in(home->policy) ? memory->checked_in : 0,
        .pin_set_at = memory->pin_set_at,
        .pin_entered_at = memory->pin_entered_at,
        .used_at = home->key.bytes == NULL ? 0 : memory->used_at,
        .attempts = memory->attempts,
        .jailbroken = memory->jailbroken,
        .account_disabled = memory->account_disabled,
        .tampered = memory->tampered,
        .other_device = memory->other_device,
        .os_version = memory->os_version,
        .app_version =
            memory->app_version == NULL ? RUFNAME_VERSION : memory->app_version,
    };
}

static enum ruf_status take_key(struct ruf_home *home,
                                const struct ruf_key_item *item,
                                struct ruf_error *err)
{
    struct ruf_session session = { 0 };
    enum ruf_status status;

    if (!item->has_pin) {
        status = ruf_secret_create(RUF_KEY_SIZE, &home->key, err);
        if (status == RUF_OK)
            memcpy(home->key.bytes, item->secret, RUF_KEY_SIZE);
        if (status == RUF_OK && item->renewing)
            status = ruf_secret_create(RUF_KEY_SIZE, &home->next, err);
        if (status == RUF_OK && item->renewing)
            memcpy(home->next.bytes, item->next, RUF_KEY_SIZE);
        return status;
    }
    if (item->renewing)
        return RUF_OK; /* one of two keys, and only the PIN gives both */
    status = ruf_session_load(home->id, &session, &home->key, err);
    if (status == RUF_E_NOT_FOUND || status == RUF_E_KEY)
        return RUF_OK; /* nobody has unlocked it */
    home->access->remembered = status == RUF_OK;
    home->access->used_at = session.used_at;
    home->access->renewed_at = session.used_at;
    home->access->pin_entered_at = session.pin_entered_at;
    return status;
}

enum ruf_status ruf_access_load(struct ruf_home *home,
                                const struct ruf_key_item *item,
                                struct ruf_error *err)
{
    struct ruf_access_memory *memory = calloc(1, sizeof(*memory));

    if (memory == NULL)
        return ruf_fail_memory(err);
    home->access = memory;
    memory->pin_set_at = item->has_pin ? item->pin.set_at : 0;
    memory->attempts = item->attempts;
    memory->checked_in = item->checked_in;
    memory->clock_seen = item->clock_seen;
    memory->clock_kept = item->clock_seen;
    memory->judged = item->judged;
    memory->has_notes = item->notes[0].made != 0 || item->wrong_pins != 0;
    memory->generation = item->generation;
    memcpy(memory->image, item->image, sizeof(memory->image));
    return take_key(home, item, err);
}

void ruf_access_unlocked(struct ruf_home *home, int64_t now)
{
    home->access->used_at = now;
}

void ruf_access_forget_key(struct ruf_home *home)
{
    ruf_home_memory_forget(home);
    ruf_secret_destroy(&home->key);
    home->access->used_at = 0;
    home->access->remembered = false;
}

enum ruf_status ruf_home_set_device(struct ruf_home *home,
                                    const struct ruf_device *device,
                                    struct ruf_error *err)
{
    struct ruf_access_memory *memory = home->access;
    char *os = device->os_version == NULL ? NULL : strdup(device->os_version);
    char *app =
        device->app_version == NULL ? NULL : strdup(device->app_version);

    if ((device->os_version != NULL && os == NULL) ||
        (device->app_version != NULL && app == NULL)) {
        free(os);
        free(app);
        return ruf_fail_memory(err);
    }
    free(memory->os_version);
    free(memory->app_version);
    memory->os_version = os;
    memory->app_version = app;
    memory->jailbroken = device->jailbroken;
    memory->account_disabled = device->account_disabled;
    memory->tampered = device->tampered;
    memory->other_device = device->other_device;
    return RUF_OK;
}

/* --- decision ---------------------------------------------------------------
 */

void ruf_access_check(const struct ruf_home *home,
                      enum ruf_access_purpose purpose,
                      const struct ruf_access_state *state,
                      struct ruf_access_decision *out)
{
    ruf_access_decide(home->policy, purpose, state, out);
}

void ruf_home_access(const struct ruf_home *home,
                     enum ruf_access_purpose purpose,
                     struct ruf_access_decision *out)
{
    struct ruf_access_state state = state_of(home);

    ruf_access_decide(home->policy, purpose, &state, out);
}

/* The last attempt is counted before it is checked, maybe by another process
 * just now: what comes of it counts. */
static enum ruf_status reread_attempts(const struct ruf_home *home,
                                       struct ruf_error *err)
{
    struct ruf_item_edit edit;
    enum ruf_status status = ruf_item_edit_begin(home, &edit, err);

    if (status == RUF_OK)
        home->access->attempts = edit.item->attempts;
    ruf_item_edit_end(&edit);
    return status;
}

enum ruf_status ruf_access_judge(const struct ruf_home *home,
                                 enum ruf_access_purpose purpose,
                                 struct ruf_access_decision *out,
                                 struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;

    ruf_home_access(home, purpose, out);
    if (out->reason != RUF_ACCESS_ATTEMPTS)
        return RUF_OK;
    status = reread_attempts(home, err);
    if (status == RUF_OK)
        ruf_home_access(home, purpose, out);
    return status;
}

static enum ruf_status refuse(const struct ruf_home *home,
                              enum ruf_access_reason reason,
                              struct ruf_error *err)
{
    static const struct {
        const char *id;
        const char *detail;
    } words[] = {
        [RUF_ACCESS_FINE] = { "K210", "locked" },
        [RUF_ACCESS_NO_PIN] = { "K211", "no PIN is set" },
        [RUF_ACCESS_LOCKED] = { "K210", "locked" },
        [RUF_ACCESS_PIN_OLD] = { "K214", "the PIN is too old" },
        [RUF_ACCESS_ATTEMPTS] = { "K213", "too many wrong PINs" },
        [RUF_ACCESS_OFFLINE] = { "K215", "no check-in for too long" },
        [RUF_ACCESS_VERSION] = { "K218", "version out of bounds" },
        [RUF_ACCESS_SUSPICIOUS] = { "K219", "suspicious behaviour" },
        [RUF_ACCESS_ACCOUNT] = { "K217", "the account is disabled" },
        [RUF_ACCESS_JAILBREAK] = { "K216", "the device is jailbroken" },
    };

    return ruf_fail(err, RUF_E_LOCKED, words[reason].id, home->path, "%s",
                    words[reason].detail);
}

enum ruf_status ruf_access_wipe(const struct ruf_home *home,
                                enum ruf_access_reason reason,
                                struct ruf_error *err)
{
    static const enum ruf_wipe_reason reasons[] = {
        [RUF_ACCESS_ATTEMPTS] = RUF_WIPE_ATTEMPTS,
        [RUF_ACCESS_OFFLINE] = RUF_WIPE_OFFLINE,
        [RUF_ACCESS_VERSION] = RUF_WIPE_VERSION,
        [RUF_ACCESS_SUSPICIOUS] = RUF_WIPE_SUSPICIOUS,
        [RUF_ACCESS_ACCOUNT] = RUF_WIPE_ACCOUNT,
        [RUF_ACCESS_JAILBREAK] = RUF_WIPE_JAILBREAK,
    };
    struct ruf_wipe_receipt receipt;
    struct ruf_error failure;

    if (ruf_home_wipe(home->path, &home->host, reasons[reason], &receipt,
                      &failure) == RUF_OK)
        return ruf_fail(err, RUF_E_WIPED, "W602", home->path,
                        "the policy has it wiped");
    return ruf_fail(err, RUF_E_WIPED, "W603", failure.place, "%s %s",
                    failure.id, failure.detail);
}

/* --- use --------------------------------------------------------------------
 */

/* A hint for later runs: what cannot be written down is no reason to fail. */
static void keep_clock(const struct ruf_home *home)
{
    struct ruf_item_edit edit;
    bool keeps =
        (ruf_keystore_abilities(home->keystore) & RUF_KEYSTORE_KEEPS) != 0;

    if (!keeps || home->access->checked_in == 0 ||
        home->access->clock_seen - home->access->clock_kept < CLOCK_STEP)
        return;
    home->access->clock_kept = home->access->clock_seen;
    if (ruf_item_edit_begin(home, &edit, NULL) == RUF_OK &&
        edit.item->clock_seen < home->access->clock_seen) {
        edit.item->clock_seen = home->access->clock_seen;
        if (ruf_item_edit_store(home, &edit, NULL) != RUF_OK)
            home->access->clock_kept = 0;
    }
    ruf_item_edit_end(&edit);
}

/* @return false if it was locked or wiped elsewhere: then it is here, too. */
static bool keep_session(const struct ruf_home *home, int64_t now)
{
    struct ruf_access_memory *memory = home->access;
    struct ruf_session session = { now, memory->pin_entered_at };
    enum ruf_status status;

    if (!memory->remembered || now - memory->renewed_at < SESSION_STEP)
        return true;
    status = ruf_session_renew(home->id, &session, &home->key,
                               home->policy->protection.recheck_min * 60, NULL);
    memory->renewed_at = now;
    memory->remembered = status == RUF_OK;
    if (status == RUF_E_NOT_FOUND)
        memory->used_at = 0;
    return status != RUF_E_NOT_FOUND;
}

/* @return false: somebody locked it meanwhile. */
static bool note_use(const struct ruf_home *home,
                     enum ruf_access_purpose purpose, int64_t now)
{
    struct ruf_access_memory *memory = home->access;

    if (now > memory->clock_seen)
        memory->clock_seen = now;
    keep_clock(home);
    if (purpose == RUF_ACCESS_UNLOCK || memory->pin_set_at == 0)
        return true;
    if (!keep_session(home, now))
        return false;
    memory->used_at = now;
    return true;
}

/* What is refused is noted, and that it no longer is. */
static enum ruf_status answer(const struct ruf_home *home,
                              enum ruf_access_purpose purpose,
                              const struct ruf_access_decision *decision,
                              struct ruf_error *err)
{
    if (decision->verdict != RUF_ACCESS_ALLOW || purpose == RUF_ACCESS_USE)
        ruf_access_note(home, decision->verdict, decision->reason);
    return decision->verdict == RUF_ACCESS_ALLOW
               ? RUF_OK
               : refuse(home, decision->reason, err);
}

enum ruf_status ruf_access_enter(const struct ruf_home *home,
                                 enum ruf_access_purpose purpose,
                                 struct ruf_error *err)
{
    static const struct ruf_access_decision locked = {
        .verdict = RUF_ACCESS_ASK, .reason = RUF_ACCESS_LOCKED
    };
    struct ruf_access_decision decision;
    enum ruf_status status;

    /* Without a policy nothing is used: one is being taken over. */
    if (home->policy == NULL)
        return home->key.bytes == NULL ? refuse(home, RUF_ACCESS_LOCKED, err)
                                       : RUF_OK;
    status = ruf_access_judge(home, purpose, &decision, err);
    if (status != RUF_OK)
        return status;
    if (decision.verdict == RUF_ACCESS_WIPE)
        return ruf_access_wipe(home, decision.reason, err);
    if (decision.verdict == RUF_ACCESS_ALLOW && purpose != RUF_ACCESS_UNLOCK &&
        home->key.bytes == NULL)
        decision = locked;
    if (decision.verdict == RUF_ACCESS_ALLOW &&
        !note_use(home, purpose, now_of(home)))
        decision = locked;
    return answer(home, purpose, &decision, err);
}

enum ruf_status ruf_home_enter(struct ruf_home *home,
                               enum ruf_access_purpose purpose,
                               struct ruf_error *err)
{
    return ruf_access_enter(home, purpose, err);
}

enum ruf_status ruf_access_checked_in(struct ruf_home *home,
                                      struct ruf_error *err)
{
    struct ruf_access_memory *memory = home->access;
    struct ruf_item_edit edit;
    enum ruf_status status;

    if ((ruf_keystore_abilities(home->keystore) & RUF_KEYSTORE_KEEPS) == 0)
        return RUF_OK;
    memory->checked_in = now_of(home);
    memory->clock_seen = memory->checked_in;
    memory->clock_kept = memory->checked_in;
    status = ruf_item_edit_begin(home, &edit, err);
    if (status == RUF_OK) {
        edit.item->checked_in = memory->checked_in;
        edit.item->clock_seen = memory->checked_in;
        status = ruf_item_edit_store(home, &edit, err);
    }
    ruf_item_edit_end(&edit);
    return status;
}
