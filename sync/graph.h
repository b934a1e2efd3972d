/*
 * sync/graph.h - reading one collection of Microsoft Graph or Dataverse
 *
 * A collection is asked through its delta function from the first round on, so
 * that a full round ends with the link that later asks for changes only. It
 * moves on when stepped and keeps one request in flight; the request for the
 * next page is under way while the sink takes this one.
 *
 * Threads: as the gate, one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_GRAPH_H
#define SYNC_GRAPH_H

#include "base/arena.h"
#include "sync/call.h"
#include "sync/dataverse.h"
#include "sync/graph_records.h"
#include "sync/sync.h"
#include "sync/token.h"
#include "sync/total.h"

/** What all collections of a run share. Borrowed. */
struct ruf_graph_context {
    const struct ruf_policy *policy;
    const struct ruf_sync_sink *sink;
    const struct ruf_sync_options *options;
    struct ruf_http *http;
    struct ruf_tokens *tokens;
    const struct ruf_cancel *cancel;
    /** Lets the other sources move on while one waits. */
    void (*yield)(void *context);
    void *yield_context;
};

struct ruf_graph_link_hash {
    unsigned char bytes[16];
};

struct ruf_graph_collection {
    const struct ruf_graph_context *context;
    const struct ruf_policy_source *source;
    char *name; /**< "users", "contacts", "me/contacts", "MAILBOX/contacts",
                     "me/FOLDER", "MAILBOX/FOLDER", name of a table */
    struct ruf_table *table; /**< Dataverse; NULL: Graph */
    bool untracked;          /**< changes are not tracked: the table does not,
                                  or the policy has the server filter */
    enum ruf_http_peer peer;
    char *start;  /**< URL of a full round */
    char *select; /**< what stored links must belong to */
    bool plain;   /**< asked without $select: see "phones" in graph.c */
    uint64_t round_records; /**< of this full round */
    uint64_t round_numbers;
    enum ruf_resource resource;
    struct ruf_call call;
    struct ruf_arena *arena;

    bool opened;   /**< the state was loaded */
    bool finished; /**< see status */
    enum ruf_status status;
    struct ruf_error error;

    char *url;        /**< being asked */
    bool stored_link; /**< url came from the sink, not from this run */
    bool starts_round;
    bool delta_round;
    bool was_throttled; /**< the sink holds an old time of return */
    bool resynced;      /**< one full restart a run */
    bool token_renewed;
    bool claims_sent; /**< a challenge of this request was met */
    uint64_t token_serial;
    struct ruf_graph_link_hash *seen; /**< links of this round */
    size_t seen_count;
    size_t seen_capacity;
    size_t empty_pages; /**< in a row */

    struct ruf_total total;   /**< of a full round, if somebody watches */
    uint64_t expected;        /**< 0: not known */
    uint64_t *source_records; /**< seen by all collections of the source */
    struct ruf_graph_counts counts;
    struct ruf_round_result result;
};

/** Which collection of a source. All NULL and 0: the only one. */
struct ruf_graph_part {
    const char *mailbox; /**< Outlook: whose; NULL: the signed-in user's */
    const char *folder;  /**< Outlook: id; NULL: the default folder */
    size_t table;        /**< Dynamics 365: which of its tables */
};

/**
 * @param[in] source_records  counts what all collections of a source saw.
 * @return RUF_OK; RUF_E_POLICY (S532); RUF_E_NOMEM; as ruf_call_create().
 */
RUF_MUST_USE enum ruf_status ruf_graph_collection_create(
    const struct ruf_graph_context *context,
    const struct ruf_policy_source *source, const struct ruf_graph_part *part,
    uint64_t *source_records, struct ruf_graph_collection *out,
    struct ruf_error *err);

/** A zeroed struct is fine. */
void ruf_graph_collection_destroy(struct ruf_graph_collection *collection);

/** May the source be asked again? @return RUF_OK; RUF_E_SERVER (S520). */
RUF_MUST_USE enum ruf_status
ruf_graph_check_throttle(const struct ruf_sync_state *state, const char *source,
                         struct ruf_error *err);

/** Move on. Failures end up in collection->status and error. */
void ruf_graph_collection_step(struct ruf_graph_collection *collection);

#endif
