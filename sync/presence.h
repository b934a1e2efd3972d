/*
 * sync/presence.h - making what rufname/presence.h describes
 *
 * The calls of the public header are in presence.c; presence_answer.c reads
 * what the service says.
 *
 * Threads: as rufname/presence.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_PRESENCE_H
#define SYNC_PRESENCE_H

#include "sync/http.h"
#include "sync/sync.h"
#include <rufname/presence.h>

/** What an object is made of. */
struct ruf_presence_setup {
    const struct ruf_policy *policy; /**< borrowed */
    struct ruf_sync_sink sink;       /**< its secrets; copied */
    void (*release)(void *context);  /**< frees the sink's context; or NULL */
    int64_t (*clock_ms)(void);       /**< NULL: ruf_clock_ms() */
};

/** @return as ruf_home_presence_open(); on failure the context is released. */
RUF_MUST_USE enum ruf_status
ruf_presence_create(const struct ruf_presence_setup *setup,
                    struct ruf_presence **out, struct ruf_error *err);

#define RUF_PRESENCE_ID_SIZE 37 /**< a GUID in lower case and NUL */

/** One who is shown. */
struct ruf_presence_row {
    char id[RUF_PRESENCE_ID_SIZE];
    enum ruf_availability availability;
    int64_t known_ms; /**< when the service said so; 0: never */
    bool asked;       /**< in a request since it is shown */
};

/** A GUID in any case to lower case; false if it is none. */
bool ruf_presence_read_id(struct ruf_text text, char out[RUF_PRESENCE_ID_SIZE]);

/** {"ids":[...]}, and mark them as asked; malloc()ed, NULL without memory. */
char *ruf_presence_request(struct ruf_presence_row *rows, size_t count);

/**
 * Lay an answer with status 200 over the rows that were asked for. Those it
 * leaves out, and words nobody knows, are unknown; others are ignored.
 * @return RUF_OK; RUF_E_SERVER (S522: not JSON, S524: no list); RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_presence_answer(const struct ruf_http_answer *answer, const char *place,
                    struct ruf_presence_row *rows, size_t count, int64_t now_ms,
                    struct ruf_error *err);

#endif
