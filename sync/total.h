/*
 * sync/total.h - how many records a full round of a directory will bring
 *
 * Asked beside the round, for people who watch it only; whatever goes wrong
 * with it, the round goes on without a total.
 *
 * Threads: as the gate, one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_TOTAL_H
#define SYNC_TOTAL_H

#include "sync/call.h"
#include "sync/token.h"

struct ruf_total {
    struct ruf_call call;
    bool under_way;
};

/** Ask for "users" or "contacts". A zeroed struct is fine to begin with. */
void ruf_total_begin(struct ruf_total *total, struct ruf_http *http,
                     struct ruf_tokens *tokens, const char *graph_endpoint,
                     const char *collection);

/** Move on. @param[in,out] count  set once the answer is there. */
void ruf_total_step(struct ruf_total *total, uint64_t *count);

/** A zeroed struct is fine. */
void ruf_total_destroy(struct ruf_total *total);

#endif
