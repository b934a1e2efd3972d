/*
 * sync/photos.h - thumbnails of directory users and of contacts in mailboxes
 *
 * Photos are not part of a round: records nobody asked for yet are asked for
 * after it, the others are compared by the etag of their photo, a seventh of
 * them each day. Twenty users to a $batch, four contacts of a mailbox; a run
 * that has fetched enough leaves the rest to the next one.
 *
 * Threads: as the gate, one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_PHOTOS_H
#define SYNC_PHOTOS_H

#include "sync/graph.h"

/** Largest photo that is handed to the sink. */
#define RUF_PHOTO_MAX 16384u

/** Does the policy want photos of this source, and does the sink keep any? */
bool ruf_photos_wanted(const struct ruf_graph_context *context,
                       const struct ruf_policy_source *source);

/**
 * Fetch what is missing and what changed. Blocks; requests, bytes, photos and
 * photos_left of the result are counted.
 * @return RUF_OK (also where the service asked for a long pause); RUF_E_AUTH
 *         (S501, S502, S504); RUF_E_SERVER (S521 to S526); RUF_E_NETWORK;
 *         RUF_E_CANCELLED; RUF_E_NOMEM; errors of the sink.
 */
RUF_MUST_USE enum ruf_status
ruf_photos_fetch(const struct ruf_graph_context *context,
                 const struct ruf_policy_source *source,
                 struct ruf_source_result *result, struct ruf_error *err);

#endif
