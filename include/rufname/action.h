/*
 * rufname/action.h - what may be done with a contact: the finished URL
 *
 * Only actions that the policy lists (actions.allow, actions.custom) are built;
 * every value is encoded. The host opens the URL as it is.
 *
 * Threads: as rufname/home.h and rufname/index.h: one thread at a time per home
 * and per query.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_ACTION_H
#define RUFNAME_ACTION_H

#include <rufname/home.h>
#include <rufname/index.h>
#include <rufname/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Room for any URL, with its NUL. */
#define RUF_URL_SIZE 2001

struct ruf_action_request {
    size_t struct_size; /**< sizeof(struct ruf_action_request) */
    uint32_t contact;   /**< contact number in the query's index */
    const char *action; /**< "tel", "teams_chat", an id of actions.custom */
    ruf_e164 number;    /**< which of the contact's numbers; 0: its best */
};

/**
 * Build the URL of an action.
 * @param[in]  query  over the index of this home.
 * @param[out] url    NUL-terminated; empty on failure.
 * @return RUF_OK; RUF_E_POLICY (P160: not allowed, P161: a value cannot stand
 *         in a URL); RUF_E_USAGE (U042: no such action, U044: the number is not
 *         the contact's); RUF_E_NOT_FOUND (U043: the contact lacks what the
 *         action needs; no such contact); as ruf_home_enter(); store and
 *         index errors.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_action(const struct ruf_home *home, struct ruf_query *query,
                const struct ruf_action_request *request,
                char url[RUF_URL_SIZE], struct ruf_error *err);

typedef void ruf_action_callback(void *context, const char *action);

/** Hand out the ids of all actions the policy allows, built-in ones first. */
RUF_API void ruf_home_actions(const struct ruf_home *home,
                              ruf_action_callback *callback, void *context);

#ifdef __cplusplus
}
#endif
#endif
