/*
 * sync/blob.h - reading the contact files of a blob container
 *
 * One blob is one set, as a file is (sync/import.h). The list tells the etags,
 * so a blob that did not change costs no request; one that is named whole by
 * the policy is asked for with If-None-Match instead. Content comes in ranges
 * that must all be of one etag, so that a broken connection costs one range and
 * memory does not grow with the blob. What the list no longer shows vanishes.
 *
 * The parsers pull, so a step runs until its blob is read; while it waits for
 * the network it lets the other sources move on.
 *
 * Threads: as the gate, one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_BLOB_H
#define SYNC_BLOB_H

#include "sync/blob_auth.h"
#include "sync/blob_list.h"
#include "sync/graph.h"

/** Bytes asked for at a time. */
#define RUF_BLOB_RANGE (4u * 1024u * 1024u)

struct ruf_blobs {
    const struct ruf_graph_context *context;
    const struct ruf_policy_source *source;
    enum ruf_http_peer peer;
    struct ruf_call call;
    struct ruf_blob_auth auth;
    bool single; /**< the policy names one blob */
    bool opened; /**< it may be asked again */
    bool listed;
    bool busy; /**< a step is under way further up */
    bool finished;
    enum ruf_status status; /**< of the first failure; others went on */
    struct ruf_error error;
    struct ruf_blob_list list;
    size_t next; /**< blob of the list to look at */
    size_t list_pages;
    uint64_t token_serial;
    bool token_renewed;
    bool claims_sent;
    uint64_t records; /**< seen, for progress */
    struct ruf_graph_counts counts;
    struct ruf_round_result result;
    /* one request: what its headers are made of */
    char *url;
    char lines[6][640];
    char *line_list[6];
    struct ruf_secret authorization;
};

/** @return RUF_OK; RUF_E_AUTH (S507); RUF_E_NOMEM; errors of the sink. */
RUF_MUST_USE enum ruf_status
ruf_blobs_create(const struct ruf_graph_context *context,
                 const struct ruf_policy_source *source, struct ruf_blobs **out,
                 struct ruf_error *err);
/** NULL is fine. */
void ruf_blobs_destroy(struct ruf_blobs *blobs);

/** Move on by one page of the list or one blob. */
void ruf_blobs_step(struct ruf_blobs *blobs);

/** Secret of a source in the sink: a SAS or an account key. */
void ruf_blob_secret_name(const char *source, char out[40]);

#endif
