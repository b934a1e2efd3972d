/*
 * test_age.c - data older than the policy allows is locked, and only that
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/home_private.h"
#include "tests/engine/test_host.h"
#include <criterion/criterion.h>
#include <rufname/merges.h>
#include <rufname/policy.h>
#include <rufname/report.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY 86400

static const char policy[] =
    "{\"schema\":\"rufname.policy/1\",\"version\":1,"
    "\"protection\":{\"pin\":{\"required\":false}},"
    "\"store\":{\"max_age_days\":10},"
    "\"sources\":[{\"id\":\"FILE\",\"kind\":\"file\"}]}";

static struct test_host host;
static struct ruf_home *home;
static char path[64];
static struct ruf_error err;

static void set_up(void)
{
    struct ruf_home_setup setup = { .struct_size = sizeof(setup),
                                    .policy = policy,
                                    .policy_size = sizeof(policy) - 1,
                                    .keystore = "host",
                                    .host = &host.host };

    test_host_init(&host);
    host.now = (int64_t)time(NULL);
    test_home_path(path);
    cr_assert(ruf_home_init(path, &setup, NULL, NULL, &err) == RUF_OK, "%s %s",
              err.id, err.detail);
    cr_assert(ruf_home_open_with(path, &host.host, &home, &err) == RUF_OK);
}

static void tear_down(void)
{
    ruf_home_close(home);
    test_home_remove(path);
}

TestSuite(age, .init = set_up, .fini = tear_down);

static void import(void)
{
    struct ruf_import_report report;
    uint64_t generation;
    char file[96];
    FILE *out;

    (void)snprintf(file, sizeof(file), "%s/c.csv", path);
    out = fopen(file, "w");
    cr_assert(out != NULL);
    (void)fputs("id,surname,phonebusiness\n1,Graf,+49 30 23125-001\n", out);
    (void)fclose(out);
    cr_assert(ruf_home_import(home, file, NULL, &report, &err) == RUF_OK);
    cr_assert(ruf_home_publish(home, &generation, &err) == RUF_OK);
}

static enum ruf_status open_index(void)
{
    struct ruf_index *index = NULL;
    enum ruf_status status =
        ruf_home_index(home, RUF_INDEX_ON_DEMAND, &index, &err);

    cr_assert((status == RUF_OK) == (index != NULL));
    ruf_index_close(index);
    return status;
}

static enum ruf_status explain(void)
{
    struct ruf_explained_number read;

    return ruf_home_explain(home, (struct ruf_text){ "+493023125001", 13 },
                            &read, NULL, NULL, &err);
}

Test(age, without_any_sync_there_is_nothing_to_lock)
{
    host.now += 1000 * DAY;
    cr_assert(open_index() == RUF_E_NOT_FOUND);
}

Test(age, locks_after_the_days_of_the_policy)
{
    struct ruf_home_stats stats;

    import();
    cr_assert(open_index() == RUF_OK);
    host.now += 10 * DAY;
    cr_assert(open_index() == RUF_OK, "the last day is allowed");
    host.now += 100;
    cr_assert(open_index() == RUF_E_LOCKED);
    cr_assert_str_eq(err.id, "P162");
    cr_assert(explain() == RUF_E_LOCKED);
    cr_assert(ruf_home_emit(home, NULL, RUF_EMIT_LOOK, NULL, &err) ==
              RUF_E_LOCKED);
    cr_assert(ruf_home_describe(home, &stats, &err) == RUF_OK,
              "counts stay readable");
}

static void fail_if_told(void *context, const struct ruf_merged *merged)
{
    (void)merged;
    cr_assert(false, "%s tells a name", (const char *)context);
}

static void fail_if_paired(void *context, const struct ruf_merge_pair *pair)
{
    (void)pair;
    cr_assert(false, "%s tells names", (const char *)context);
}

static void fail_if_labelled(void *context,
                             const struct ruf_policy_label_effect *effect)
{
    (void)context;
    cr_assert(false, "simulate tells %.*s", (int)effect->before.size,
              effect->before.data);
}

Test(age, locks_what_is_told_about_merging)
{
    static char merges[] = "merges";
    static char suggestions[] = "suggestions";
    static char overrides[] = "overrides";
    static char contact[] = "explain";
    static char trying[] = "try";
    struct ruf_contact_id id = { { 0 } };
    uint64_t hidden;

    import();
    host.now += 11 * DAY;
    cr_expect_eq(ruf_home_merges(home, fail_if_told, merges, &err),
                 RUF_E_LOCKED);
    cr_expect_eq(ruf_home_suggestions(home, fail_if_paired, suggestions, &err),
                 RUF_E_LOCKED);
    cr_expect_eq(
        ruf_home_overrides(home, fail_if_paired, overrides, &hidden, &err),
        RUF_E_LOCKED);
    cr_expect_eq(
        ruf_home_explain_contact(home, &id, fail_if_told, NULL, contact, &err),
        RUF_E_LOCKED);
    cr_expect_eq(
        ruf_home_try_keep(home, &id, &id, true, fail_if_told, trying, &err),
        RUF_E_LOCKED);
    cr_expect_str_eq(err.id, "P162");
}

Test(age, a_simulation_counts_and_tells_no_label)
{
    struct ruf_policy_watch watch = { .struct_size = sizeof(watch),
                                      .label = fail_if_labelled };
    static struct ruf_policy_effect effect;
    char *next;

    import();
    host.now += 11 * DAY;
    next = ruf_home_policy(home);
    cr_assert(next != NULL);
    /* Every label would become another one. */
    memcpy(strstr(next, "{family}"), "{source}", 8);
    cr_assert(ruf_policy_simulate(path, &host.host, next, strlen(next), &watch,
                                  &effect, &err) == RUF_OK,
              "%s %s", err.id, err.detail);
    cr_expect_eq(effect.records, 1u);
    free(next);
}

Test(age, a_new_round_unlocks)
{
    import();
    host.now += 11 * DAY;
    cr_assert(open_index() == RUF_E_LOCKED);
    host.now = (int64_t)time(NULL);
    import();
    cr_assert(open_index() == RUF_OK);
}
