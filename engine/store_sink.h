/*
 * engine/store_sink.h - the store as a sink
 *
 * sync/ knows a sink, indexer/ knows a store; they meet here.
 *
 * Threads: as struct ruf_store.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_STORE_SINK_H
#define ENGINE_STORE_SINK_H

#include "indexer/store.h"
#include "sync/sync.h"
#include <rufname/host.h>

/** What the functions of the sink work on. Borrowed. */
struct ruf_store_sink {
    struct ruf_store *store;
    const struct ruf_policy *policy;
    bool allow_shrink;           /**< believe a round that lost most records */
    const struct ruf_host *host; /**< all of it filled in */
};

struct ruf_sync_sink ruf_store_sink_over(struct ruf_store_sink *context);

#endif
