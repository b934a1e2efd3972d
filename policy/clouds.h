/*
 * policy/clouds.h - hosts of the national clouds, as data
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef POLICY_CLOUDS_H
#define POLICY_CLOUDS_H

#include <rufname/contact.h>
#include <stdbool.h>

/** One cloud: where to sign in, where Graph is, what a source's host ends in
 *  (NULL: not known, so the policy has to list such hosts), what it lacks. */
struct ruf_cloud {
    const char *name;
    const char *login;
    const char *graph;
    const char *dataverse_suffixes[3]; /**< ".dynamics.com" */
    const char *blob_suffix;           /**< ".blob.core.windows.net" */
    const char *storage;               /**< resource of tokens for blobs */
    bool presence;
};

/** The cloud of that name, or NULL. Constant data. */
const struct ruf_cloud *ruf_cloud_find(struct ruf_text name);

#endif
