/*
 * tenant_process.h - the sample tenant as a child process, over real TLS
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TESTS_SYNC_TENANT_PROCESS_H
#define TESTS_SYNC_TENANT_PROCESS_H

#include "memory_sink.h"
#include "policy/policy.h"
#include <stdio.h>
#include <sys/types.h>

struct tenant_process {
    pid_t pid;
    char state[64];
    char *ca_pem;
    char *client_secret;
    struct ruf_policy *parsed;
    struct ruf_policy policy; /* parsed, with the tenant's CA trusted */
};

struct tenant_options {
    unsigned contacts;
    const char *faults; /* JSON text, or NULL */
    unsigned churn;     /* changes with each round, whenever it is noticed */
    unsigned turnover;  /* changes with each tenant_advance() */
    const char *port;   /* NULL: any */
    unsigned crm;       /* rows */
    unsigned blobs;     /* files */
    unsigned folders;   /* of the mailbox */
};

/* Aborts the test if the tenant does not come up. */
void tenant_start(struct tenant_process *tenant,
                  const struct tenant_options *options);
/* Ends the process and removes its directory. */
void tenant_stop(struct tenant_process *tenant);
/* Ends the process only: who comes now finds nobody. */
void tenant_kill(struct tenant_process *tenant);

/* The company moves on by its turnover; it has when this returns. */
void tenant_advance(const struct tenant_process *tenant);

/* Whole text of a file of the state directory; malloc()ed. */
char *tenant_file(const struct tenant_process *tenant, const char *name);
/* Lines of requests.log that hold this. */
unsigned tenant_requests(const struct tenant_process *tenant, const char *part);

/* Sign in as a person, who types the code that is shown. Counts prompts. */
enum ruf_status tenant_login_by_device(struct tenant_process *tenant,
                                       struct memory_sink *sink,
                                       unsigned *prompts,
                                       struct ruf_error *err);

/* Sign in as an app; RUF_OK expected. */
enum ruf_status tenant_login(struct tenant_process *tenant,
                             struct memory_sink *sink, struct ruf_error *err);

/* One run over all sources with default options. */
struct run_outcome {
    enum ruf_status status;
    struct ruf_error error;
    struct ruf_source_result results[RUF_POLICY_SOURCES_MAX];
    size_t count;
};
void tenant_sync(struct tenant_process *tenant, struct memory_sink *sink,
                 const struct ruf_sync_options *options,
                 struct run_outcome *out);
/* Result of a source; aborts the test if it is not there. */
const struct ruf_source_result *outcome_of(const struct run_outcome *outcome,
                                           const char *source);

#endif
