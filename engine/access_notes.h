/*
 * engine/access_notes.h - decisions about access, on their way to the audit
 *
 * Who is refused has no key, and without it nobody writes the audit. So changes
 * of the decision and wrong PINs wait in the key item, a few of them, until
 * somebody opens the store to write. Being refused again the same way is no
 * change: what is noted grows with what happens, not with how often it is
 * tried. A key store that keeps nothing (fd:N) keeps no notes.
 *
 * Threads: as rufname/home.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_ACCESS_NOTES_H
#define ENGINE_ACCESS_NOTES_H

#include "engine/home_key.h"
#include <rufname/access.h>

/** Note a decision if it is another one than the last; a hint, so what cannot
 *  be written down is no reason to fail. */
void ruf_access_note(const struct ruf_home *home,
                     enum ruf_access_verdict verdict,
                     enum ruf_access_reason reason);

/** The same in an item that is being changed; the caller stores it. */
void ruf_access_note_in(struct ruf_home *home, struct ruf_key_item *item,
                        enum ruf_access_verdict verdict,
                        enum ruf_access_reason reason);

/**
 * Move them into the audit, under the lock of the home. Cut short they are
 * there twice rather than not at all.
 * @return RUF_OK, also if the item cannot be had now; errors of store and key
 *         store.
 */
RUF_MUST_USE enum ruf_status
ruf_access_notes_settle(const struct ruf_home *home, struct ruf_store *store,
                        struct ruf_error *err);

#endif
