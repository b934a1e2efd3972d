/*
 * rufname/presence.h - are the people on the screen free to talk?
 *
 * An app says whose rows it shows; every now and then one request asks for
 * exactly those. States live in memory only, age within minutes and are gone
 * at once when the app leaves the foreground.
 *
 *     ruf_home_presence_open(home, &presence, &err);
 *     ruf_presence_show(presence, RUF_PRESENCE_LIST, ids, count, &err);
 *     while (on_screen) {
 *         wait_ms(ruf_presence_due_ms(presence));
 *         ruf_presence_poll(presence, NULL, NULL, &err);
 *         draw(ruf_presence_of(presence, ids[0]));
 *     }
 *
 * Threads: ruf_presence_poll() blocks and belongs to one thread at a time; all
 * other calls on an open object return at once and may come from any thread,
 * also while it blocks. The home must stay open and unchanged.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_PRESENCE_H
#define RUFNAME_PRESENCE_H

#include <rufname/home.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ruf_availability {
    RUF_PRESENCE_UNKNOWN = 0, /**< not asked yet, too old, or not told */
    RUF_PRESENCE_AVAILABLE,
    RUF_PRESENCE_BUSY,
    RUF_PRESENCE_DO_NOT_DISTURB,
    RUF_PRESENCE_BE_RIGHT_BACK,
    RUF_PRESENCE_AWAY,
    RUF_PRESENCE_OFFLINE,
    RUF_PRESENCE_COUNT
};

/** What is on the screen decides how often the service is asked. */
enum ruf_presence_view {
    RUF_PRESENCE_LIST = 0, /**< every presence.list_seconds */
    RUF_PRESENCE_CONTACT   /**< every presence.contact_seconds */
};

/** Most people one request may ask for, and thus one view may show. */
#define RUF_PRESENCE_MAX 650

struct ruf_presence; /**< Opaque; made by ruf_home_presence_open(). */

/**
 * Make ready to ask; asks nobody yet. Starts in the foreground.
 * @return RUF_OK; RUF_E_POLICY (P180: the policy has presence off, P181: the
 *         cloud knows none); RUF_E_POLICY (S532, S533); RUF_E_NOMEM.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_presence_open(const struct ruf_home *home, struct ruf_presence **out,
                       struct ruf_error *err);

/** Wipes all states; NULL is fine. No other call may be under way. */
RUF_API void ruf_presence_close(struct ruf_presence *presence);

/**
 * Say whose rows are visible now. States of those who are no longer among them
 * are dropped. Twice the same id counts once.
 * @param[in] ids  ruf_identity.presence_id of contacts; copied.
 * @return RUF_OK; RUF_E_USAGE (U060: more than RUF_PRESENCE_MAX, U061: not the
 *         object id of an Entra user; nothing is changed).
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_presence_show(struct ruf_presence *presence, enum ruf_presence_view view,
                  const struct ruf_text *ids, size_t count,
                  struct ruf_error *err);

/**
 * Milliseconds until ruf_presence_poll() has something to do; INT64_MAX if
 * nobody is shown, in the background, and once the right was refused.
 */
RUF_API int64_t ruf_presence_due_ms(struct ruf_presence *presence);

/**
 * Ask for those shown, if it is time; else do nothing. One request, no
 * repetition before the next interval; after a refusal for too many requests
 * the interval is at least 60 seconds for five minutes.
 * @param[in] cancelled  polled at least every 200 ms; may be NULL.
 * @return RUF_OK; RUF_E_CANCELLED (S540: by the caller or by going into the
 *         background); RUF_E_AUTH (S501: the permission Presence.Read.All is
 *         missing, asked no more; S502 to S504, S507 to S509); RUF_E_SERVER
 *         (S520: too many requests, S522 to S524, S526); RUF_E_NETWORK;
 *         RUF_E_BUSY (a new token is needed and a sync holds the store);
 *         RUF_E_NOMEM; store errors.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_presence_poll(struct ruf_presence *presence,
                  bool (*cancelled)(void *context), void *context,
                  struct ruf_error *err);

/** State of one who is shown; unknown once it is older than two intervals. */
RUF_API enum ruf_availability ruf_presence_of(struct ruf_presence *presence,
                                              struct ruf_text id);

/** The app is no longer seen: states are wiped before this returns, a request
 *  under way ends within a second, none follows. */
RUF_API void ruf_presence_background(struct ruf_presence *presence);

/** The app is seen again: those shown last are asked for at once. */
RUF_API void ruf_presence_foreground(struct ruf_presence *presence);

/** "unknown", "available", "busy", "do_not_disturb", "be_right_back", "away",
 *  "offline". */
RUF_API const char *ruf_availability_name(enum ruf_availability availability);

#ifdef __cplusplus
}
#endif
#endif
