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
#include <rufname/search.h>
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

static void import_people_by(struct ruf_home *home)
{
    static const char people[] = "id,givenName,surname,phonebusiness\n"
                                 "1,Anna,Graf,030 23125-001\n"
                                 "2,Inge,Lang,030 23125-002\n";
    struct ruf_import_report report;
    char name[96];
    FILE *file;

    (void)snprintf(name, sizeof(name), "%s.csv", path);
    file = fopen(name, "wb");
    cr_assert(file != NULL && fputs(people, file) >= 0 && fclose(file) == 0);
    cr_assert(ruf_home_import(home, name, NULL, &report, &err) == RUF_OK,
              "%s %s", err.id, err.detail);
    cr_assert(remove(name) == 0);
}

static struct ruf_home *open_home(void)
{
    struct ruf_home *home;

    cr_assert(ruf_home_open(path, &home, &err) == RUF_OK, "%s", err.detail);
    return home;
}

static void import_people(void)
{
    struct ruf_home *home = open_home();

    import_people_by(home);
    ruf_home_close(home);
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

/* --- a home that was open before
 * ------------------------------------------------------------------- */

#define NO_GRAF                                                                \
    ", \"filters\": [{\"id\": \"x\", \"then\": \"exclude\", \"when\":"         \
    " {\"field\": \"family\", \"op\": \"equals\", \"value\": \"Graf\"}}]"

Test(policy_change, a_home_open_before_imports_under_the_new_one)
{
    struct ruf_home *held = open_home();

    cr_assert(import(policy(2, NO_GRAF), NULL) == RUF_OK);
    import_people_by(held);
    cr_expect_eq(records(), 1u);
    cr_expect_eq(held->policy->version, 2u);
    ruf_home_close(held);
}

static const char *label_of(ruf_e164 number)
{
    static char text[64];
    struct ruf_home *home = open_home();
    struct ruf_index *index = NULL;
    struct ruf_query *query = NULL;
    struct ruf_caller caller = { 0 };

    cr_assert(ruf_home_index(home, RUF_INDEX_ON_DEMAND, &index, &err) ==
              RUF_OK);
    cr_assert(ruf_query_create(index, &query, &err) == RUF_OK);
    cr_assert(ruf_query_lookup(query, number, &caller, &err) == RUF_OK);
    (void)snprintf(text, sizeof(text), "%.*s", (int)caller.label.size,
                   caller.label.data);
    ruf_query_destroy(query);
    ruf_index_close(index);
    ruf_home_close(home);
    return text;
}

Test(policy_change, a_home_open_before_publishes_under_the_new_one)
{
    struct ruf_home *held;
    uint64_t generation;

    import_people();
    held = open_home();
    cr_assert(ruf_home_publish(held, &generation, &err) == RUF_OK);
    cr_assert_str_eq(label_of(493023125001), "Anna Graf");
    cr_assert(import(policy(2, ", \"caller_id\": {\"label\": \"{family}\"}"),
                     NULL) == RUF_OK);
    cr_assert(ruf_home_publish(held, &generation, &err) == RUF_OK);
    cr_expect_str_eq(label_of(493023125001), "Graf");
    ruf_home_close(held);
}

/* What it may no longer switch, and a source that is no longer there. */
Test(policy_change, a_home_open_before_asks_the_new_one)
{
    struct ruf_sync_request request = { .struct_size = sizeof(request),
                                        .source = "CSV" };
    struct ruf_sync_report report;
    struct ruf_home *held = open_home();
    char text[512];
    char *id;

    cr_assert(ruf_home_source_switch(held, "CSV", true, &err) == RUF_OK);
    (void)snprintf(text, sizeof(text), "%s", policy(2, ""));
    id = strstr(text, "\"CSV\"");
    cr_assert(id != NULL);
    memcpy(id, "\"VCF\"", 5);
    cr_assert(import(text, NULL) == RUF_OK);
    cr_expect_eq(ruf_home_source_switch(held, "CSV", false, &err), RUF_E_USAGE);
    cr_expect_str_eq(err.id, "U014");
    cr_expect_eq(ruf_home_sync(held, &request, &report, &err), RUF_E_USAGE);
    cr_expect_str_eq(err.id, "U014");
    ruf_home_close(held);
}

/* From then on it keeps nothing on disk, and under a third one it does again.
 */
Test(policy_change, a_home_open_before_moves_into_memory_and_out)
{
    struct ruf_home *held = open_home();

    import_people_by(held);
    cr_expect_eq(records(), 2u);
    cr_assert(import(policy(2, ", \"store\": {\"mode\": \"memory\"}"), NULL) ==
              RUF_OK);
    import_people_by(held);
    cr_expect_not_null(held->memory);
    cr_expect_eq(records(), 0u);
    cr_assert(import(policy(3, ""), NULL) == RUF_OK);
    cr_expect_eq(records(), 0u, "nothing was on disk");
    import_people_by(held);
    cr_expect_null(held->memory);
    cr_expect_eq(records(), 2u);
    ruf_home_close(held);
}

static void put_file(const char *name, const char *text)
{
    cr_assert(ruf_home_file_write(path, name, text, strlen(text), &err) ==
              RUF_OK);
}

/* The process that began to take it over died. */
Test(policy_change, a_home_open_before_finishes_what_was_begun)
{
    struct ruf_home *held;
    uint64_t generation;

    import_people();
    held = open_home();
    put_file("policy.next", policy(2, NO_GRAF));
    cr_assert(ruf_home_publish(held, &generation, &err) == RUF_OK);
    cr_expect_not(test_home_has(path, "policy.next"));
    cr_expect_eq(held->policy->version, 2u);
    cr_expect_eq(records(), 1u);
    ruf_home_close(held);
}

/* It keeps the one it has, and writes nothing. */
Test(policy_change, a_home_open_before_refuses_what_is_no_policy)
{
    struct ruf_home *held = open_home();
    uint64_t generation;

    put_file("policy.json", "{");
    cr_expect_eq(ruf_home_publish(held, &generation, &err), RUF_E_POLICY);
    cr_expect_str_eq(err.id, "P100");
    cr_expect_eq(held->policy->version, 1u);
    put_file("policy.json", policy(1, ""));
    cr_expect_eq(ruf_home_publish(held, &generation, &err), RUF_OK);
    ruf_home_close(held);
}
