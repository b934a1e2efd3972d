/*
 * sync/outlook.h - which contact folders a mailbox has
 *
 * Every folder is a collection of its own, the default folder too, which the
 * list of folders leaves out. Folders have folders; the walk is bounded and
 * never enters one twice.
 *
 * Threads: as the gate, one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_OUTLOOK_H
#define SYNC_OUTLOOK_H

#include "sync/graph.h"

#define RUF_FOLDERS_MAX 500

struct ruf_folder {
    char *id;     /**< immutable */
    bool entered; /**< its own folders were listed, or it has none */
};

struct ruf_outlook {
    const struct ruf_graph_context *context;
    const struct ruf_policy_source *source;
    const char *mailbox; /**< NULL: the signed-in user's */
    struct ruf_call call;
    bool opened;
    bool finished;
    enum ruf_status status;
    struct ruf_error error;
    struct ruf_folder folders[RUF_FOLDERS_MAX];
    size_t count;
    char *url; /**< being asked */
    size_t pages;
    bool token_renewed;
    bool claims_sent;
    uint64_t token_serial;
};

RUF_MUST_USE enum ruf_status
ruf_outlook_create(const struct ruf_graph_context *context,
                   const struct ruf_policy_source *source, const char *mailbox,
                   struct ruf_outlook **out, struct ruf_error *err);
/** NULL is fine. */
void ruf_outlook_destroy(struct ruf_outlook *outlook);

/** Move on; at the end see status. */
void ruf_outlook_step(struct ruf_outlook *outlook);

#endif
