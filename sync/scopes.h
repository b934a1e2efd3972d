/*
 * sync/scopes.h - resources a token can be for, and what to ask of each
 *
 * One access token serves one resource: Graph, Blob Storage, or the Dataverse
 * of one source. A person's one refresh token serves them all.
 *
 * Threads: pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_SCOPES_H
#define SYNC_SCOPES_H

#include "policy/policy.h"
#include <stddef.h>

enum ruf_resource {
    RUF_RESOURCE_GRAPH = 0,
    RUF_RESOURCE_STORAGE,
    RUF_RESOURCE_SOURCE, /**< first of the policy's sources */
    RUF_RESOURCE_COUNT = RUF_RESOURCE_SOURCE + RUF_POLICY_SOURCES_MAX
};

#define RUF_SCOPE_MAX 8192

/** The resource a source is read with; sources of one host share one. */
enum ruf_resource ruf_resource_of(const struct ruf_policy *policy,
                                  const struct ruf_policy_source *source);

/** "https://graph.microsoft.com", borrowed. */
const char *ruf_resource_url(const struct ruf_policy *policy,
                             enum ruf_resource resource);

/** The resource a sign-in begins with: Graph, if any source needs it. */
enum ruf_resource ruf_resource_first(const struct ruf_policy *policy);

/** The permission a source needs, without its resource: "User.Read.All";
 *  NULL for files. App tokens know no shared mailboxes. */
const char *ruf_scope_of(enum ruf_source_kind kind, bool app);

/** The permission presence needs; NULL if the policy wants none of it or its
 *  cloud has none. */
const char *ruf_scope_of_presence(const struct ruf_policy *policy);

/** Scopes of a person's token, offline_access included. */
void ruf_scopes_delegated(const struct ruf_policy *policy,
                          enum ruf_resource resource, char out[RUF_SCOPE_MAX]);

/** "RESOURCE/.default". */
void ruf_scopes_app(const struct ruf_policy *policy, enum ruf_resource resource,
                    char out[RUF_SCOPE_MAX]);

#endif
