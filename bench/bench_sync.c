/*
 * bench/bench_sync.c - a company over loopback TLS into a published index
 *
 * Whole processes: the sample tenant and the rufname command that stand beside
 * this program. Wall time, CPU and peak memory of the command. Then what of it
 * is reading, beside the Graph JavaScript SDK that reads the same pages and
 * keeps nothing, at a tenth of the size and at all of it: CPU and peak memory
 * of processes that take turns.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/child.h"
#include "bench/people.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
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

/* --- reading beside the SDK
 * ------------------------------------------------------------------ */

#define READ_RUNS 3

enum { READ_SDK, READ_DROP, READ_KEEP, READ_COUNT };

static const char *const read_names[READ_COUNT] = {
    "Graph JavaScript SDK 3.0.7: reads",
    "rufname: reads, maps",
    "rufname: reads, maps, stores",
};

struct reading {
    struct bench_samples cpu[READ_COUNT];
    struct bench_samples rss[READ_COUNT];
    char sdk[512]; /* its program; "" if it was not fetched */
    uint64_t objects;
};

static void find_sdk(const char *state, struct reading *reading)
{
    char packages[512];
    char ca[400];

    child_program("graph-sdk/read.mjs", reading->sdk);
    child_program("graph-sdk/node_modules", packages);
    if (access(reading->sdk, R_OK) != 0 || access(packages, R_OK) != 0) {
        (void)fputs("rufname-bench: without the Graph JavaScript SDK; the "
                    "target bench-graph-sdk fetches it\n",
                    stderr);
        reading->sdk[0] = '\0';
    }
    (void)snprintf(ca, sizeof(ca), "%s/ca.pem", state);
    (void)setenv("NODE_EXTRA_CA_CERTS", ca, 1);
}

/* Ours comes first: it tells the SDK's run how many objects there are. */
static bool read_ours(struct bench *bench, const char *state, int which,
                      struct reading *reading)
{
    char store[400];
    const char *arguments[] = { "sync", state, store,
                                which == READ_KEEP ? "keep" : "drop", NULL };
    struct child_use use;
    bool good;

    (void)snprintf(store, sizeof(store), "%s/read.db", bench->directory);
    good =
        child_ask(arguments, &reading->objects, sizeof(reading->objects), &use);
    (void)unlink(store);
    (void)snprintf(store, sizeof(store), "%s/store.check", bench->directory);
    (void)unlink(store);
    samples_add(&reading->cpu[which], use.cpu_s);
    samples_add(&reading->rss[which], use.rss_mib);
    return good;
}

static bool read_sdk(const char *state, struct reading *reading)
{
    char objects[24];
    const char *arguments[] = { "/usr/bin/env", "node",  reading->sdk,
                                state,          objects, NULL };
    struct child_use use;

    if (reading->sdk[0] == '\0')
        return true;
    (void)snprintf(objects, sizeof(objects), "%llu",
                   (unsigned long long)reading->objects);
    use = child_run(arguments);
    samples_add(&reading->cpu[READ_SDK], use.cpu_s);
    samples_add(&reading->rss[READ_SDK], use.rss_mib);
    return use.code == 0;
}

static void report_reading(struct bench *bench, uint32_t contacts,
                           const char *what, const char *unit,
                           struct bench_samples *samples)
{
    char name[64];

    (void)snprintf(name, sizeof(name), "sync of %u, %s", contacts, what);
    bench_group(bench);
    for (int which = 0; which < READ_COUNT; which++)
        if (samples[which].count > 0)
            bench_report(bench, name, read_names[which], contacts, unit,
                         &samples[which], 0);
}

static void read_beside(struct bench *bench, const char *state,
                        uint32_t contacts)
{
    struct reading reading = { .objects = 0 };

    find_sdk(state, &reading);
    for (int run = 0; run < (bench->quick ? 1 : READ_RUNS); run++)
        if (!read_ours(bench, state, READ_DROP, &reading) ||
            !read_ours(bench, state, READ_KEEP, &reading) ||
            !read_sdk(state, &reading)) {
            bench_wrong(bench, "sync", "a reader failed");
            return;
        }
    report_reading(bench, contacts, "CPU", "s", reading.cpu);
    report_reading(bench, contacts, "peak RSS", "MiB", reading.rss);
}

/* --- the whole command
 * ----------------------------------------------------------------------- */

static void sync_once(struct bench *bench, const char *state, uint32_t contacts)
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

    (void)contacts;
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

static void with_tenant(struct bench *bench, uint32_t size, const char *churn,
                        void (*run)(struct bench *bench, const char *state,
                                    uint32_t size))
{
    char program[512];
    char state[300];
    char ready[320];
    char contacts[16];
    const char *tenant[] = { program, "--contacts", contacts, "--state",
                             state,   "--churn",    churn,    NULL };
    pid_t child;

    child_program("rufname-tenant", program);
    (void)snprintf(state, sizeof(state), "%s/tenant-%u-%s", bench->directory,
                   size, churn);
    (void)snprintf(ready, sizeof(ready), "%s/policy.json", state);
    (void)snprintf(contacts, sizeof(contacts), "%u", size);
    child = child_start(tenant);
    wait_for_file(ready);
    run(bench, state, size);
    (void)kill(child, SIGTERM);
    (void)waitpid(child, NULL, 0);
}

void suite_sync(struct bench *bench, const struct bench_data *data)
{
    char program[512];

    (void)data;
    child_program("rufname-tenant", program);
    if (access(program, X_OK) != 0) {
        (void)fputs("rufname-bench: without sync; rufname-tenant is not "
                    "built\n",
                    stderr);
        return;
    }
    with_tenant(bench, bench->contacts, "100", sync_once);
    if (bench->contacts >= 10)
        with_tenant(bench, bench->contacts / 10, "0", read_beside);
    with_tenant(bench, bench->contacts, "0", read_beside);
}
