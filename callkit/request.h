/*
 * callkit/request.h - what request.c and emit.c share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CALLKIT_REQUEST_H
#define CALLKIT_REQUEST_H

#include "callkit/commit.h"
#include "callkit/delta.h"
#include <pthread.h>
#include <stdatomic.h>

struct ruf_directory_request {
    char *folder;
    struct ruf_directory_options options;
    bool dry_run;
    bool has_key;
    bool wiped;   /* the tombstone lies there */
    bool blind;   /* there is no index to send */
    bool emptied; /* the phone was asked to forget, and nothing was sent */
    uint8_t key[RUF_KEY_SIZE];
    atomic_bool failed;   /* the phone said so */
    pthread_mutex_t lock; /* report and record */
    struct ruf_directory_report report;
    struct ruf_error reason;       /* of being blind */
    struct ruf_commit record;      /* as found */
    uint8_t hash[RUF_DIGEST_SIZE]; /* of the set `to` */
    struct ruf_index *next;
    struct ruf_index *committed;
    struct ruf_side to;
    struct ruf_side from;
    struct ruf_delta delta;
    struct ruf_side_walk walk; /* of a full emission, ready to go */
    uint64_t names;            /* in the phone if this is committed */
};

/* What was sent, and how many names the phone has if it accepts it. */
void ruf_request_update(struct ruf_directory_request *request,
                        const struct ruf_directory_report *sent, uint64_t names,
                        bool emptied);

/* The record is none, the report says why. */
void ruf_request_abort(struct ruf_directory_request *request,
                       enum ruf_directory_outcome outcome);

#endif
