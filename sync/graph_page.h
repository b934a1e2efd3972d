/*
 * sync/graph_page.h - the frame of a Graph page, and Graph's error bodies
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_GRAPH_PAGE_H
#define SYNC_GRAPH_PAGE_H

#include "sync/http.h"
#include "sync/sync.h"

struct ruf_json;
struct ruf_json_doc;

/** How a round may end. */
enum ruf_page_end {
    RUF_PAGE_DELTA = 0, /**< with a delta link */
    RUF_PAGE_ANY,       /**< also without: a table that is not tracked */
    RUF_PAGE_LIST       /**< without: a plain list */
};

/** A page; links are borrowed from the document. */
struct ruf_graph_page {
    struct ruf_json_doc *doc;
    const struct ruf_json *value;
    uint64_t total;               /**< of all pages, if told here; else 0 */
    bool empty;                   /**< no objects: legal between pages */
    enum ruf_link_kind link_kind; /**< NEXT or DELTA */
    const char *link;             /**< "" at the end of what is not tracked */
};

/**
 * Parse the body of an answer with status 200.
 * @return RUF_OK; RUF_E_SERVER (S522: not JSON, S524: no "value", both links
 *         or none); RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_graph_page_read(const struct ruf_http_answer *answer, const char *place,
                    enum ruf_page_end end, struct ruf_graph_page *out,
                    struct ruf_error *err);

/** A zeroed struct is fine. */
void ruf_graph_page_free(struct ruf_graph_page *page);

/**
 * Does an error answer say that the state behind a link is gone (410, or any
 * 4xx with syncStateNotFound or resyncRequired at any depth)?
 */
bool ruf_graph_wants_resync(const struct ruf_http_answer *answer);

#endif
