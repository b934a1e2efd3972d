/*
 * engine/access_notes.c - decisions about access, on their way to the audit
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/access_notes.h"
#include "engine/audit.h"
#include <string.h>

_Static_assert(RUF_AUDIT_EVENT_COUNT ==
                   RUF_AUDIT_ACCESS_ALLOWED + RUF_ACCESS_JAILBREAK + 1,
               "an event for each reason");

/* A decision as the key item keeps it. */
static uint16_t pack(enum ruf_access_verdict verdict,
                     enum ruf_access_reason reason)
{
    return (uint16_t)((unsigned)verdict << 8 | (unsigned)reason);
}

/* The oldest stay, since they tell how it began, and the newest. */
static void add_note(struct ruf_key_item *item, uint16_t what, int64_t now)
{
    size_t at = 0;

    while (at + 1 < RUF_KEY_NOTES && item->notes[at].made != 0)
        at++;
    item->notes[at] = (struct ruf_key_note){ now, what };
    item->judged = what;
}

void ruf_access_note_in(struct ruf_home *home, struct ruf_key_item *item,
                        enum ruf_access_verdict verdict,
                        enum ruf_access_reason reason)
{
    uint16_t what = pack(verdict, reason);

    if (item->judged != what)
        add_note(item, what, home->host.clock(home->host.context));
    home->access->judged = what;
    home->access->has_notes = true;
}

void ruf_access_note(const struct ruf_home *home,
                     enum ruf_access_verdict verdict,
                     enum ruf_access_reason reason)
{
    struct ruf_access_memory *memory = home->access;
    uint16_t what = pack(verdict, reason);
    struct ruf_item_edit edit;
    enum ruf_status status;

    if (memory->judged == what ||
        (ruf_keystore_abilities(home->keystore) & RUF_KEYSTORE_KEEPS) == 0)
        return;
    status = ruf_item_edit_begin(home, &edit, NULL);
    if (status == RUF_OK && edit.item->judged != what) {
        add_note(edit.item, what, home->host.clock(home->host.context));
        status = ruf_item_edit_store(home, &edit, NULL);
    }
    ruf_item_edit_end(&edit);
    if (status == RUF_OK) {
        memory->judged = what;
        memory->has_notes = true;
    }
}

/* --- into the audit
 * ------------------------------------------------------------------- */

static enum ruf_status append_wrong_pins(const struct ruf_home *home,
                                         struct ruf_store *store,
                                         struct ruf_key_item *item,
                                         struct ruf_error *err)
{
    uint32_t count = item->wrong_pins;

    item->wrong_pins = 0;
    return count == 0 ? RUF_OK
                      : ruf_audit_append_at(home, store, item->wrong_pin_at,
                                            RUF_AUDIT_PIN_WRONG, RUF_E_LOCKED,
                                            count, err);
}

/* Foreign bytes, as far as this goes: a reason nobody knows is left out. */
static enum ruf_status append_note(const struct ruf_home *home,
                                   struct ruf_store *store,
                                   const struct ruf_key_note *note,
                                   struct ruf_error *err)
{
    unsigned reason = note->what & 0xFFu;

    if (reason > RUF_ACCESS_JAILBREAK)
        return RUF_OK;
    return ruf_audit_append_at(
        home, store, note->made,
        (enum ruf_audit_event)(RUF_AUDIT_ACCESS_ALLOWED + reason),
        note->what >> 8 == RUF_ACCESS_ALLOW ? RUF_OK : RUF_E_LOCKED, 0, err);
}

/* In the order of their times. */
static enum ruf_status append_all(const struct ruf_home *home,
                                  struct ruf_store *store,
                                  struct ruf_key_item *item,
                                  struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;

    for (size_t i = 0; i < RUF_KEY_NOTES && status == RUF_OK; i++) {
        const struct ruf_key_note *note = &item->notes[i];

        if (note->made == 0)
            break;
        if (note->made >= item->wrong_pin_at)
            status = append_wrong_pins(home, store, item, err);
        if (status == RUF_OK)
            status = append_note(home, store, note, err);
    }
    return status == RUF_OK ? append_wrong_pins(home, store, item, err)
                            : status;
}

enum ruf_status ruf_access_notes_settle(const struct ruf_home *home,
                                        struct ruf_store *store,
                                        struct ruf_error *err)
{
    struct ruf_item_edit edit;
    enum ruf_status status;

    if (!home->access->has_notes || home->policy == NULL)
        return RUF_OK;
    if (ruf_item_edit_begin(home, &edit, NULL) != RUF_OK)
        return RUF_OK; /* they stay where they are */
    status = append_all(home, store, edit.item, err);
    if (status == RUF_OK) {
        memset(edit.item->notes, 0, sizeof(edit.item->notes));
        status = ruf_item_edit_store(home, &edit, err);
    }
    home->access->has_notes = status != RUF_OK;
    ruf_item_edit_end(&edit);
    return status;
}
