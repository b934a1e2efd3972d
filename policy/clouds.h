/*
 * policy/clouds.h - hosts of the national clouds, as data
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef POLICY_CLOUDS_H
#define POLICY_CLOUDS_H

#include <rufname/contact.h>

/** One cloud: where to sign in and where Graph is. */
struct ruf_cloud {
    const char *name;
    const char *login;
    const char *graph;
};

/** The cloud of that name, or NULL. Constant data. */
const struct ruf_cloud *ruf_cloud_find(struct ruf_text name);

#endif
