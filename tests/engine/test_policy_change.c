/*
 * tests/engine/test_policy_change.c - a policy comes whole, and never an older
 * one
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/home_private.h"
#include "indexer/store_private.h"
#include "tests/engine/test_host.h"
#include <criterion/criterion.h>
#include <rufname/policy.h>
#include <rufname/report.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[64];
static struct ruf_policy_effect effect;
static struct ruf_error err;

/* One source of files, and more. */
static const char *policy(unsigned version, const char *more)
{
    static char text[512];

    (void)snprintf(text, sizeof(text),
                   "{\"schema\": \"rufname.policy/1\", \"version\": %u,"
                   " \"protection\": {\"pin\": {\"required\": false}},"
                   " \"region\": {\"default\": \"DE\"},"
                   " \"sources\": [{\"id\": \"CSV\", \"kind\": \"file\"}]%s}",
                   version, more);
    return text;
}

static void set_up(void)
{
    struct ruf_home_setup setup = { .struct_size = sizeof(setup),
                                    .policy = policy(1, "") };

    setup.policy_size = strlen(setup.policy);
    test_home_path(path);
    cr_assert(ruf_home_init(path, &setup, NULL, NULL, &err) == RUF_OK, "%s",
              err.detail);
}

static void tear_down(void)
{
    test_home_remove(path);
}

TestSuite(policy_change, .init = set_up, .fini = tear_down);

static enum ruf_status import(const char *text,
                              const struct ruf_policy_watch *watch)
{
    return ruf_policy_import(path, NULL, text, strlen(text), true, watch,
                             &effect, &err);
}

static uint32_t version_in_force(void)
{
    struct ruf_home *home;
    uint32_t version;

    cr_assert(ruf_home_open(path, &home, &err) == RUF_OK, "%s", err.detail);
    version = home->policy->version;
    ruf_home_close(home);
    return version;
}

/* A newer one comes in while the older one is looked at. */
static void overtake(void *context, const struct ruf_finding *finding)
{
    unsigned *times = context;

    (void)finding;
    if ((*times)++ == 0)
        cr_assert(import(policy(9, ""), NULL) == RUF_OK, "%s", err.detail);
}

Test(policy_change, an_older_one_does_not_follow_a_newer_one)
{
    unsigned times = 0;
    struct ruf_policy_watch watch = { .struct_size = sizeof(watch),
                                      .finding = overtake,
                                      .context = &times };
    char text[512];

    (void)snprintf(text, sizeof(text), "%s", policy(5, ", \"colour\": 1"));
    cr_expect_eq(import(text, &watch), RUF_E_POLICY);
    cr_expect_eq(times, 1u);
    cr_expect_str_eq(err.id, "P120");
    cr_expect_eq(version_in_force(), 9u);
}

static void import_people(void)
{
    static const char people[] = "id,givenName,surname,phonebusiness\n"
                                 "1,Anna,Graf,030 23125-001\n"
                                 "2,Inge,Lang,030 23125-002\n";
    struct ruf_import_report report;
    struct ruf_home *home;
    char name[96];
    FILE *file;

    (void)snprintf(name, sizeof(name), "%s.csv", path);
    file = fopen(name, "wb");
    cr_assert(file != NULL && fputs(people, file) >= 0 && fclose(file) == 0);
    cr_assert(ruf_home_open(path, &home, &err) == RUF_OK);
    cr_assert(ruf_home_import(home, name, NULL, &report, &err) == RUF_OK);
    ruf_home_close(home);
    cr_assert(remove(name) == 0);
}

static uint64_t records(void)
{
    static struct ruf_home_stats stats;
    struct ruf_home *home;

    cr_assert(ruf_home_open(path, &home, &err) == RUF_OK, "%s", err.detail);
    cr_assert(ruf_home_describe(home, &stats, &err) == RUF_OK);
    ruf_home_close(home);
    return stats.records;
}

/* Nothing was published, so only the store tells the two policies apart. */
Test(policy_change, one_whose_file_cannot_be_written_comes_later)
{
    char blocked[96];

    import_people();
    (void)snprintf(blocked, sizeof(blocked), "%s/policy.json.new", path);
    cr_assert(mkdir(blocked, 0700) == 0);
    cr_expect_neq(
        import(policy(2, ", \"filters\": [{\"id\": \"x\", \"then\": "
                         "\"exclude\", \"when\": {\"field\": \"family\", "
                         "\"op\": \"equals\", \"value\": \"Graf\"}}]"),
               NULL),
        RUF_OK);
    cr_expect(test_home_has(path, "policy.next"));
    cr_assert(rmdir(blocked) == 0);
    cr_expect_eq(version_in_force(), 2u, "it was begun, so it is finished");
    cr_expect_eq(records(), 1u);
    cr_expect_not(test_home_has(path, "policy.next"));
}

/* Where the store did not change either, nothing is left of it. */
Test(policy_change, one_that_the_store_refuses_leaves_nothing)
{
    struct ruf_home_writer writer;
    struct ruf_home *home;

    import_people();
    cr_assert(ruf_home_open(path, &home, &err) == RUF_OK);
    cr_assert(ruf_home_writer_open(home, &writer, &err) == RUF_OK);
    cr_assert(ruf_store_run(writer.store,
                            "CREATE TRIGGER no BEFORE DELETE ON records BEGIN"
                            " SELECT raise(ABORT, 'no'); END",
                            &err) == RUF_OK);
    ruf_home_writer_close(&writer);
    ruf_home_close(home);
    cr_expect_neq(
        import(policy(2, ", \"filters\": [{\"id\": \"x\", \"then\": "
                         "\"exclude\", \"when\": {\"field\": \"family\", "
                         "\"op\": \"equals\", \"value\": \"Graf\"}}]"),
               NULL),
        RUF_OK);
    cr_expect_not(test_home_has(path, "policy.next"));
    cr_expect_eq(version_in_force(), 1u);
    cr_expect_eq(records(), 2u);
}
