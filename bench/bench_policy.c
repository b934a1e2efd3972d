/*
 * bench/bench_policy.c - what does it cost to run and to try out a policy?
 *
 * Rules over raw records; and, on a home with the sample company, a simulation
 * of a new policy beside one build of the index, which makes the same view.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/records.h"
#include "engine/home_private.h"
#include <rufname/policy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUNS 5

#define HEAD(version)                                                          \
    "{\"schema\":\"rufname.policy/1\",\"version\":" version ","                \
    "\"protection\":{\"pin\":{\"required\":false}},"                           \
    "\"region\":{\"default\":\"DE\"},\"sources\":["                            \
    "{\"id\":\"AAD\",\"kind\":\"file\",\"priority\":90},"                      \
    "{\"id\":\"GAL\",\"kind\":\"file\",\"priority\":70},"                      \
    "{\"id\":\"APC\",\"kind\":\"file\",\"priority\":80},"                      \
    "{\"id\":\"D365\",\"kind\":\"file\",\"priority\":60},"                     \
    "{\"id\":\"ABS\",\"kind\":\"file\",\"priority\":40}]"
#define RULE(id, field, op, value, then)                                       \
    "{\"id\":\"" id "\",\"when\":{\"field\":\"" field "\",\"op\":\"" op        \
    "\",\"value\":\"" value "\"},\"then\":\"" then "\"}"

/* What a company would write: nine rules and the built-in one. */
#define RULES                                                                                                                            \
    RULE("service", "upn", "starts_with", "svc-", "exclude")                                                                             \
    "," RULE("rooms", "display", "starts_with", "Raum ", "exclude") "," RULE("test", "display", "contains", "test", "exclude") "," RULE( \
        "partner",                                                                                                                       \
        "email."                                                                                                                         \
        "domain",                                                                                                                        \
        "ends_"                                                                                                                          \
        "with",                                                                                                                          \
        "partner."                                                                                                                       \
        "example",                                                                                                                       \
        "exclude") "," RULE("board", "department", "equals", "Vorstand",                                                                 \
                            "no_caller_id") "," RULE("interns", "title",                                                                 \
                                                     "contains", "Praktik",                                                              \
                                                     "exclude") "," RULE("fa"                                                            \
                                                                         "x",                                                            \
                                                                         "num"                                                           \
                                                                         "ber"                                                           \
                                                                         ".ki"                                                           \
                                                                         "nd",                                                           \
                                                                         "equ"                                                           \
                                                                         "al"                                                            \
                                                                         "s",                                                            \
                                                                         "fa"                                                            \
                                                                         "x",                                                            \
                                                                         "dro"                                                           \
                                                                         "p_"                                                            \
                                                                         "num"                                                           \
                                                                         "ber"                                                           \
                                                                         "s") "," RULE("home",                                           \
                                                                                       "number.kind",                                    \
                                                                                       "equals",                                         \
                                                                                       "home",                                           \
                                                                                       "drop_numbers")

static const char plain_rules[] = HEAD("1") ",\"filters\":[" RULES "]}";
static const char number_rules[] = HEAD("1") ",\"filters\":[" RULES "," RULE(
    "range", "number.e164", "starts_with", "+4930", "drop_numbers") "]}";
static const char in_force[] = HEAD("1") "}";
static const char tried[] =
    HEAD("2") ",\"filters\":[" RULES "],\"caller_id\":{\"label\":"
              "\"{family}, {given}[ ({company_short})]\"}}";

static struct ruf_policy *parse(const char *text)
{
    struct ruf_policy *policy;
    struct ruf_error err;

    bench_must(ruf_policy_parse(text, strlen(text), &policy, NULL, &err), &err);
    return policy;
}

/* --- rules
 * -------------------------------------------------------------------------- */

static double judge_all(const struct bench_records *records,
                        const struct ruf_policy *policy, uint64_t *left)
{
    struct ruf_arena *arena;
    uint64_t begin;

    bench_must(ruf_arena_create(&arena, NULL), NULL);
    *left = 0;
    begin = bench_cpu_ns();
    for (size_t i = 0; i < records->count; i++) {
        struct ruf_filter_verdict verdict;
        struct ruf_record kept;

        ruf_arena_reset(arena);
        bench_must(ruf_filter_record(&records->records[i], policy,
                                     records->sources[i], arena, &kept,
                                     &verdict, NULL),
                   NULL);
        *left += verdict.exclude ? 0 : kept.number_count;
    }
    begin = bench_cpu_ns() - begin;
    ruf_arena_destroy(arena);
    return (double)begin / (double)records->count;
}

static void rules(struct bench *bench)
{
    static const struct {
        const char *name;
        const char *policy;
    } variants[] = { { "the built-in rule", in_force },
                     { "9 rules", plain_rules },
                     { "10 rules, one of them on E.164 forms", number_rules } };

    bench_group(bench);
    for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
        struct bench_samples samples = { 0 };
        struct ruf_policy *policy = parse(variants[i].policy);
        struct bench_records records;
        uint64_t left = 0;

        bench_records_create(bench->contacts, policy, &records);
        for (int run = 0; run < RUNS; run++)
            samples_add(&samples, judge_all(&records, policy, &left));
        bench_report(bench, "policy, rules per record", variants[i].name,
                     records.count, "ns", &samples, 0);
        bench_records_destroy(&records);
        ruf_policy_destroy(policy);
    }
}

/* --- a home
 * ------------------------------------------------------------------------- */

/* All records of one source as one round. */
static void fill_source(struct ruf_store *store,
                        const struct ruf_policy *policy,
                        const struct ruf_policy_source *source,
                        const struct bench_records *records)
{
    struct ruf_record *list = bench_alloc(records->count, sizeof(*list));
    struct ruf_store_page page = { .source = source->id,
                                   .collection = "list",
                                   .select = "",
                                   .starts_round = true,
                                   .records = list,
                                   .completes_round = true,
                                   .link = "link" };
    struct ruf_store_round round;
    struct ruf_error err;

    for (size_t i = 0; i < records->count; i++)
        if (records->sources[i] == source)
            list[page.record_count++] = records->records[i];
    bench_must(ruf_store_page(store, policy, &page, &round, &err), &err);
    free(list);
}

static struct ruf_home *make_home(const struct bench *bench, const char *path)
{
    const struct ruf_home_setup setup = { .struct_size = sizeof(setup),
                                          .policy = in_force,
                                          .policy_size = strlen(in_force) };
    struct ruf_home_writer writer;
    struct bench_records records;
    struct ruf_home *home;
    struct ruf_error err;

    bench_must(ruf_home_init(path, &setup, NULL, NULL, &err), &err);
    bench_must(ruf_home_open(path, &home, &err), &err);
    bench_must(ruf_home_writer_open(home, &writer, &err), &err);
    bench_records_create(bench->contacts, home->policy, &records);
    for (size_t i = 0; i < home->policy->source_count; i++)
        fill_source(writer.store, home->policy, &home->policy->sources[i],
                    &records);
    bench_records_destroy(&records);
    ruf_home_writer_close(&writer);
    return home;
}

static double publish_once(struct ruf_home *home)
{
    struct ruf_home_writer writer;
    struct ruf_error err;
    uint64_t generation;
    uint64_t begin;

    bench_must(ruf_home_writer_open(home, &writer, &err), &err);
    begin = bench_cpu_ns();
    bench_must(ruf_publish(home, writer.store, &generation, &err), &err);
    begin = bench_cpu_ns() - begin;
    ruf_home_writer_close(&writer);
    return (double)begin / 1e6;
}

static double simulate_once(const char *path, struct ruf_policy_effect *effect)
{
    struct ruf_error err;
    uint64_t begin = bench_cpu_ns();

    bench_must(ruf_policy_simulate(path, NULL, tried, strlen(tried), NULL,
                                   effect, &err),
               &err);
    return (double)(bench_cpu_ns() - begin) / 1e6;
}

static void simulation(struct bench *bench)
{
    struct ruf_policy_effect *effect = bench_alloc(1, sizeof(*effect));
    struct bench_samples builds = { 0 };
    struct bench_samples trials = { 0 };
    struct ruf_home *home;
    char path[300];

    (void)snprintf(path, sizeof(path), "%s/policy-home", bench->directory);
    home = make_home(bench, path);
    for (int run = 0; run < RUNS; run++) {
        samples_add(&builds, publish_once(home));
        samples_add(&trials, simulate_once(path, effect));
    }
    if (effect->entries_before == 0 || effect->changing == 0)
        bench_wrong(bench, "policy", "the simulation sees no change");
    bench_group(bench);
    bench_report(bench, "policy, simulation", "build and publish the index",
                 bench->contacts, "ms", &builds, 0);
    bench_report(bench, "policy, simulation", "simulate another policy",
                 bench->contacts, "ms", &trials, 0);
    ruf_home_close(home);
    free(effect);
}

void suite_policy(struct bench *bench, const struct bench_data *data)
{
    (void)data;
    rules(bench);
    simulation(bench);
}
