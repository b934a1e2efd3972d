/*
 * bench/bench_sync.c - a company over loopback TLS into a published index
 *
 * Whole processes: the sample tenant and the rufname command that stand beside
 * this program. Wall time, CPU and peak memory of the command.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/child.h"
#include "bench/people.h"
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void wait_for_file(const char *path)
{
    struct timespec pause = { 0, 20000000 };

    for (int i = 0; i < 3000 && access(path, F_OK) != 0; i++)
        (void)nanosleep(&pause, NULL);
}

static void report_one(struct bench *bench, const char *variant,
                       const char *unit, double value)
{
    struct bench_samples samples = { 0 };

    samples_add(&samples, value);
    bench_group(bench);
    bench_report(bench, "sync", variant, bench->contacts, unit, &samples, 0);
}

static void sync_once(struct bench *bench, const char *state)
{
    char program[512];
    char home[320];
    char policy[320];
    char ca[320];
    char secret[320];
    const char *init[] = { program, "--home", home, "init", "--policy",
                           policy,  "--ca",   ca,   NULL };
    const char *login[] = { program, "--home",        home,   "login", "--flow",
                            "app",   "--secret-file", secret, NULL };
    const char *sync[] = { program, "--home", home, "sync", NULL };
    struct child_use full;
    struct child_use delta;

    child_program("rufname", program);
    (void)snprintf(home, sizeof(home), "%s/home", bench->directory);
    (void)snprintf(policy, sizeof(policy), "%s/policy.json", state);
    (void)snprintf(ca, sizeof(ca), "%s/ca.pem", state);
    (void)snprintf(secret, sizeof(secret), "%s/client-secret", state);
    if (child_run(init).code != 0 || child_run(login).code != 0) {
        bench_wrong(bench, "sync", "cannot sign in to the sample tenant");
        return;
    }
    full = child_run(sync);
    delta = child_run(sync);
    if (full.code != 0 || delta.code != 0)
        bench_wrong(bench, "sync", "rufname sync failed");
    report_one(bench, "rufname full, wall", "s", full.wall_s);
    report_one(bench, "rufname full, CPU", "s", full.cpu_s);
    report_one(bench, "rufname full, peak RSS", "MiB", full.rss_mib);
    report_one(bench, "rufname delta of 100, wall", "s", delta.wall_s);
    report_one(bench, "rufname delta of 100, CPU", "s", delta.cpu_s);
}

void suite_sync(struct bench *bench, const struct bench_data *data)
{
    char program[512];
    char state[300];
    char ready[320];
    char contacts[16];
    const char *tenant[] = { program, "--contacts", contacts, "--state",
                             state,   "--churn",    "100",    NULL };
    pid_t child;

    (void)data;
    child_program("rufname-tenant", program);
    if (access(program, X_OK) != 0) {
        (void)fputs("rufname-bench: without sync; rufname-tenant is not "
                    "built\n",
                    stderr);
        return;
    }
    (void)snprintf(state, sizeof(state), "%s/tenant", bench->directory);
    (void)snprintf(ready, sizeof(ready), "%s/policy.json", state);
    (void)snprintf(contacts, sizeof(contacts), "%u", bench->contacts);
    child = child_start(tenant);
    wait_for_file(ready);
    sync_once(bench, state);
    (void)kill(child, SIGTERM);
    (void)waitpid(child, NULL, 0);
}
