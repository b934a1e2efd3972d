/*
 * engine/pin.c - set, change, clear and enter a PIN; lock
 *
 * An attempt is written down before it is checked: whoever pulls the plug
 * while it is being checked has used it up.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/pin.h"
#include "base/bytes.h"
#include "base/error.h"
#include "engine/access.h"
#include "engine/access_notes.h"
#include "engine/key_wrap.h"
#include "engine/rekey.h"
#include "engine/reset.h"
#include "engine/session.h"
#include "policy/access.h"
#include <string.h>

/* What a wrapped key is good for: this home, this cost, this many attempts. */
#define BOUND_SIZE (RUF_HOME_ID_SIZE + 16)

static void bound_of(const struct ruf_home *home,
                     const struct ruf_pin_wrap *wrap, uint8_t out[BOUND_SIZE])
{
    memset(out, 0, BOUND_SIZE);
    memcpy(out, home->id, strlen(home->id));
    ruf_store32(out + RUF_HOME_ID_SIZE, wrap->log_n);
    ruf_store32(out + RUF_HOME_ID_SIZE + 4, wrap->r);
    ruf_store32(out + RUF_HOME_ID_SIZE + 8, wrap->p);
    ruf_store32(out + RUF_HOME_ID_SIZE + 12, wrap->attempts_max);
}

/* --- entering ---------------------------------------------------------------
 */

static uint32_t attempts_allowed(const struct ruf_home *home,
                                 const struct ruf_key_item *item)
{
    uint32_t of_policy = home->policy->protection.pin_max_attempts;
    uint32_t of_item = item->pin.attempts_max;

    return of_item < of_policy ? of_item : of_policy;
}

/* Too many wrong ones: what the policy says about that. */
static enum ruf_status give_up(struct ruf_home *home, struct ruf_error *err)
{
    enum ruf_status status;

    if (home->policy->protection.pin_action == RUF_ATTEMPTS_WIPE) {
        ruf_access_forget_key(home);
        return ruf_access_wipe(home, RUF_ACCESS_ATTEMPTS, err);
    }
    status = ruf_home_reset(home, err);
    if (status != RUF_OK)
        return status;
    return ruf_fail(err, RUF_E_LOCKED, "K213", home->path,
                    "too many wrong PINs");
}

/* A key out of its wrapping. RUF_E_CORRUPT: not this PIN. */
static enum ruf_status unwrap(const struct ruf_home *home,
                              const struct ruf_pin_wrap *wrap,
                              const struct ruf_secret *stretched,
                              const uint8_t wrapped[RUF_WRAPPED_SIZE],
                              struct ruf_secret *out, struct ruf_error *err)
{
    uint8_t bound[BOUND_SIZE];
    enum ruf_status status = ruf_secret_create(RUF_KEY_SIZE, out, err);

    if (status != RUF_OK)
        return status;
    bound_of(home, wrap, bound);
    return ruf_key_unwrap(stretched->bytes, bound, sizeof(bound), wrapped,
                          out->bytes, err);
}

/* What a PIN gives: the home's key, and the next one of a renewal that was cut
 * short. */
struct keys {
    struct ruf_secret key;
    struct ruf_secret next;
};

static void keys_destroy(struct keys *keys)
{
    ruf_secret_destroy(&keys->key);
    ruf_secret_destroy(&keys->next);
}

static enum ruf_status open_item(const struct ruf_home *home,
                                 const struct ruf_key_item *item,
                                 const char *pin, struct keys *out,
                                 struct ruf_error *err)
{
    struct ruf_secret stretched = { 0 };
    enum ruf_status status =
        ruf_pin_stretch(&item->pin, pin, item->secret, &stretched, err);

    if (status == RUF_OK)
        status = unwrap(home, &item->pin, &stretched, item->pin.wrapped,
                        &out->key, err);
    if (status == RUF_OK && item->renewing)
        status =
            unwrap(home, &item->pin, &stretched, item->next, &out->next, err);
    ruf_secret_destroy(&stretched);
    return status;
}

/* The item stays locked from the counting to what comes of it: whoever sees the
 * last attempt counted waits, and sees whether it was the right one. */
static enum ruf_status try_pin(struct ruf_home *home,
                               struct ruf_item_edit *edit, const char *pin,
                               struct keys *out, bool *spent,
                               struct ruf_error *err)
{
    struct ruf_key_item *item = edit->item;
    uint32_t allowed = attempts_allowed(home, item);
    int64_t wrong_before = item->wrong_pin_at;
    enum ruf_status status;

    if (!item->has_pin)
        return ruf_fail(err, RUF_E_USAGE, "K223", home->path, "no PIN is set");
    if (item->attempts < UINT32_MAX)
        item->attempts++;
    item->wrong_pins++;
    item->wrong_pin_at = home->host.clock(home->host.context);
    status = ruf_item_edit_store(home, edit, err);
    if (status != RUF_OK)
        return status;
    home->access->attempts = item->attempts;
    home->access->has_notes = true;
    *spent = item->attempts > allowed;
    if (!*spent)
        status = open_item(home, item, pin, out, err);
    if (status == RUF_E_CORRUPT) {
        *spent = item->attempts >= allowed;
        return ruf_fail(err, RUF_E_LOCKED, "K212", home->path, "%u",
                        (unsigned)(allowed - item->attempts));
    }
    if (status != RUF_OK || *spent)
        return status;
    item->attempts = 0;
    item->wrong_pins--;
    item->wrong_pin_at = wrong_before;
    status = ruf_item_edit_store(home, edit, err);
    if (status == RUF_OK)
        home->access->attempts = 0;
    return status;
}

static void take_keys(struct ruf_home *home, const struct keys *keys)
{
    ruf_secret_destroy(&home->key);
    ruf_secret_destroy(&home->next);
    home->key = keys->key;
    home->next = keys->next;
    home->access->pin_entered_at = home->host.clock(home->host.context);
    ruf_access_unlocked(home, home->access->pin_entered_at);
}

enum ruf_status ruf_pin_enter(struct ruf_home *home, const char *pin,
                              struct ruf_error *err)
{
    struct ruf_item_edit edit = { 0 };
    struct keys keys = { 0 };
    bool spent = false;
    enum ruf_status status = ruf_access_enter(home, RUF_ACCESS_UNLOCK, err);

    if (status == RUF_OK)
        status = ruf_item_edit_begin(home, &edit, err);
    if (status == RUF_OK)
        status = try_pin(home, &edit, pin, &keys, &spent, err);
    ruf_item_edit_end(&edit);
    if (spent)
        status = give_up(home, err);
    if (status != RUF_OK) {
        keys_destroy(&keys);
        return status;
    }
    take_keys(home, &keys);
    return ruf_rekey_finish(home, err);
}

enum ruf_status ruf_home_unlock(struct ruf_home *home, const char *pin,
                                bool remember, struct ruf_error *err)
{
    struct ruf_session session;
    enum ruf_status status = ruf_pin_enter(home, pin, err);

    if (status != RUF_OK || !remember)
        return status;
    session.used_at = home->access->used_at;
    session.pin_entered_at = home->access->pin_entered_at;
    status = ruf_session_save(home->id, &session, &home->key,
                              home->policy->protection.recheck_min * 60, err);
    home->access->remembered = status == RUF_OK;
    home->access->renewed_at = session.used_at;
    return status;
}

enum ruf_status ruf_home_unlock_biometric(struct ruf_home *home,
                                          struct ruf_error *err)
{
    struct ruf_access_decision decision;

    ruf_home_access(home, RUF_ACCESS_USE, &decision);
    if (decision.reason != RUF_ACCESS_LOCKED)
        return ruf_access_enter(home, RUF_ACCESS_USE, err);
    if (!decision.biometric_will_do)
        return ruf_fail(err, RUF_E_LOCKED, "K225", home->path,
                        "only the PIN will do now");
    ruf_access_unlocked(home, home->host.clock(home->host.context));
    return RUF_OK;
}

enum ruf_status ruf_home_lock(struct ruf_home *home, struct ruf_error *err)
{
    (void)err;
    if (home->access->pin_set_at == 0)
        return RUF_OK;
    ruf_session_forget(home->id);
    ruf_access_forget_key(home);
    ruf_access_note(home, RUF_ACCESS_ASK, RUF_ACCESS_LOCKED);
    return RUF_OK;
}

/* --- setting ----------------------------------------------------------------
 */

static enum ruf_status judge(const struct ruf_home *home, const char *pin,
                             struct ruf_error *err)
{
    const struct ruf_policy_protection *rules = &home->policy->protection;

    switch (ruf_pin_judge(rules, pin)) {
    case RUF_PIN_LENGTH:
        return ruf_fail(err, RUF_E_USAGE, "K220", home->path, "%u",
                        (unsigned)rules->pin_min_length);
    case RUF_PIN_KIND:
        return ruf_fail(err, RUF_E_USAGE, "K221", home->path, "%s",
                        rules->pin_type == RUF_PIN_NUMERIC ? "numeric"
                                                           : "passcode");
    case RUF_PIN_SIMPLE:
        return ruf_fail(err, RUF_E_USAGE, "K222", home->path, "too simple");
    case RUF_PIN_FITS:
        break;
    }
    return RUF_OK;
}

enum ruf_status ruf_pin_wrap(const struct ruf_home *home, const char *pin,
                             const struct ruf_key_item *item,
                             const uint8_t key[RUF_KEY_SIZE],
                             uint8_t out[RUF_WRAPPED_SIZE],
                             struct ruf_error *err)
{
    uint8_t bound[BOUND_SIZE];
    struct ruf_secret stretched = { 0 };
    enum ruf_status status =
        ruf_pin_stretch(&item->pin, pin, item->secret, &stretched, err);

    bound_of(home, &item->pin, bound);
    if (status == RUF_OK)
        status =
            ruf_key_wrap(stretched.bytes, bound, sizeof(bound), key, out, err);
    ruf_secret_destroy(&stretched);
    return status;
}

/* Put the home's key behind a PIN and a new device secret. */
static enum ruf_status seal_item(const struct ruf_home *home, const char *pin,
                                 struct ruf_key_item *item,
                                 struct ruf_error *err)
{
    enum ruf_status status =
        ruf_random(item->secret, sizeof(item->secret), err);

    if (status == RUF_OK)
        status = ruf_pin_wrap_make(&item->pin, err);
    if (status != RUF_OK)
        return status;
    item->has_pin = true;
    item->attempts = 0;
    item->pin.attempts_max = home->policy->protection.pin_max_attempts;
    item->pin.set_at = home->host.clock(home->host.context);
    return ruf_pin_wrap(home, pin, item, home->key.bytes, item->pin.wrapped,
                        err);
}

/* With the home's key in hand; pin NULL: no PIN any more. */
static enum ruf_status replace_pin(struct ruf_home *home, const char *pin,
                                   struct ruf_error *err)
{
    struct ruf_access_memory *memory = home->access;
    struct ruf_item_edit edit;
    enum ruf_status status = ruf_item_edit_begin(home, &edit, err);

    /* Its secret belongs to a store that is still to be made, or soon does. */
    if (status == RUF_OK && (edit.item->resetting || edit.item->renewing))
        status = ruf_fail(err, RUF_E_BUSY, "I810", home->path,
                          "a reset of the PIN, or a new key, has not ended");
    /* Another process may have renewed it since. */
    if (status == RUF_OK && !edit.item->has_pin)
        memcpy(home->key.bytes, edit.item->secret, RUF_KEY_SIZE);
    if (status == RUF_OK && pin != NULL) {
        status = seal_item(home, pin, edit.item, err);
    } else if (status == RUF_OK) {
        edit.item->has_pin = false;
        edit.item->attempts = 0;
        memcpy(edit.item->secret, home->key.bytes, RUF_KEY_SIZE);
        ruf_wipe(&edit.item->pin, sizeof(edit.item->pin));
    }
    if (status == RUF_OK)
        status = ruf_item_edit_store(home, &edit, err);
    if (status == RUF_OK) {
        memory->pin_set_at = pin == NULL ? 0 : edit.item->pin.set_at;
        memory->pin_entered_at = memory->pin_set_at;
        ruf_access_unlocked(home, memory->pin_set_at);
    }
    ruf_item_edit_end(&edit);
    return status;
}

enum ruf_status ruf_home_pin_set(struct ruf_home *home, const char *pin,
                                 struct ruf_error *err)
{
    enum ruf_status status = ruf_access_enter(home, RUF_ACCESS_UNLOCK, err);

    if (status != RUF_OK)
        return status;
    if (home->access->pin_set_at != 0)
        return ruf_fail(err, RUF_E_USAGE, "K223", home->path,
                        "there is a PIN already");
    status = judge(home, pin, err);
    return status == RUF_OK ? replace_pin(home, pin, err) : status;
}

enum ruf_status ruf_home_pin_change(struct ruf_home *home, const char *pin,
                                    const char *new_pin, struct ruf_error *err)
{
    enum ruf_status status = judge(home, new_pin, err);

    if (status == RUF_OK && strcmp(pin, new_pin) == 0)
        status = ruf_fail(err, RUF_E_USAGE, "K226", home->path,
                          "old and new PIN are the same");
    if (status == RUF_OK)
        status = ruf_pin_enter(home, pin, err);
    return status == RUF_OK ? replace_pin(home, new_pin, err) : status;
}

enum ruf_status ruf_home_pin_clear(struct ruf_home *home, const char *pin,
                                   struct ruf_error *err)
{
    enum ruf_status status;

    if (home->policy->protection.pin_required)
        return ruf_fail(err, RUF_E_POLICY, "K224", home->path,
                        "the policy requires a PIN");
    status = ruf_pin_enter(home, pin, err);
    if (status == RUF_OK)
        status = replace_pin(home, NULL, err);
    if (status == RUF_OK)
        ruf_session_forget(home->id);
    return status;
}
