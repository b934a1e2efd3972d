/*
 * sync/source.h - one source of a run, whatever it is made of
 *
 * Collections of Graph or Dataverse, mailboxes whose folders become
 * collections, or blobs: a source opens, is stepped until it is finished, and
 * sums up what came of it.
 *
 * Threads: as the gate, one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_SOURCE_H
#define SYNC_SOURCE_H

#include "sync/blob.h"
#include "sync/outlook.h"

#define RUF_MAILBOXES_MAX 32

struct ruf_source {
    const struct ruf_graph_context *context;
    const struct ruf_policy_source *source;
    struct ruf_source_result *result;
    struct ruf_graph_collection *collections;
    size_t count;
    struct ruf_outlook *mailboxes[RUF_MAILBOXES_MAX];
    size_t mailbox_count;
    bool listed; /**< folders became collections */
    struct ruf_blobs *blobs;
    uint64_t records; /**< seen so far */
    int64_t started_ms;
    bool finished;
};

/** A failure ends the source at once and is in its result. */
void ruf_source_open(struct ruf_source *source);

/** Move on. */
void ruf_source_step(struct ruf_source *source);

/** How long nothing will happen but for the network, at most idle_ms. */
int64_t ruf_source_idle_ms(const struct ruf_source *source, int64_t idle_ms);

/**
 * Sum up.
 * @param[in] ended  why the run ended early, for sources not finished; with
 *                   its error.
 */
void ruf_source_sum(struct ruf_source *source, enum ruf_status ended,
                    const struct ruf_error *why);

/** A zeroed struct is fine. */
void ruf_source_close(struct ruf_source *source);

#endif
