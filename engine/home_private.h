/*
 * engine/home_private.h - what the files of the engine share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_HOME_PRIVATE_H
#define ENGINE_HOME_PRIVATE_H

#include "base/file.h"
#include "base/secret.h"
#include "indexer/store.h"
#include "policy/policy.h"
#include <rufname/home.h>

/* Files of a home. */
#define HOME_PROFILE "profile.json"
#define HOME_POLICY "policy.json"
#define HOME_CA "ca.pem"
#define HOME_KEY "key"
#define HOME_STORE "store.db"
#define HOME_IMAGE "directory.ruf"
#define HOME_LOCK "lock"

struct ruf_home {
    char *path;
    char *ca_pem;                /* of the policy and of init, together */
    struct ruf_policy *policy;   /* as parsed */
    struct ruf_policy effective; /* the same with ca_pem laid over */
    struct ruf_secret key;
};

/* A store opened for writing, under the home's lock. */
struct ruf_home_writer {
    struct ruf_lock *lock;
    struct ruf_store *store;
};

RUF_MUST_USE enum ruf_status ruf_home_writer_open(const struct ruf_home *home,
                                                  struct ruf_home_writer *out,
                                                  struct ruf_error *err);
void ruf_home_writer_close(struct ruf_home_writer *writer);

/* Open the store for reading. */
RUF_MUST_USE enum ruf_status ruf_home_store_open(const struct ruf_home *home,
                                                 struct ruf_store **out,
                                                 struct ruf_error *err);

/* Fact of the store: generation of the index published last. */
#define FACT_GENERATION "generation"

/* That generation; 0 where the store does not say. An index older than this
 * was put back by somebody. */
uint64_t ruf_home_published(const struct ruf_home *home);

/* Store to image: load, merge, label, build, replace. */
RUF_MUST_USE enum ruf_status ruf_publish(const struct ruf_home *home,
                                         struct ruf_store *store,
                                         uint64_t *generation,
                                         struct ruf_error *err);

#endif
