/*
 * tests/engine/test_sources.c - sources on and off, old, and forbidden
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/text.h"
#include "engine/dry_run.h"
#include "engine/sources.h"
#include "tests/engine/test_host.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HOUR 3600

static const char policy[] =
    "{\"schema\": \"rufname.policy/1\", \"version\": 1,"
    " \"protection\": {\"pin\": {\"required\": false},"
    "  \"offline\": {\"block_min\": 43200}},"
    " \"sync\": {\"stale_hours\": 2, \"forbidden_grace_hours\": 24},"
    " \"auth\": {\"tenant\": \"t\", \"client_id\": \"c\"}, \"sources\": ["
    " {\"id\": \"AAD\", \"kind\": \"entra_users\"},"
    " {\"id\": \"GAL\", \"kind\": \"entra_contacts\","
    "  \"user_may_toggle\": false},"
    " {\"id\": \"APC\", \"kind\": \"outlook_personal\","
    "  \"initially_on\": false},"
    " {\"id\": \"OFF\", \"kind\": \"entra_contacts\", \"enabled\": false}]}";

static struct test_host host;
static char path[64];
static struct ruf_home *home;
static struct ruf_home_writer writer;
static struct ruf_error err;

static void set_up(void)
{
    struct ruf_home_setup setup = { .struct_size = sizeof(setup),
                                    .policy = policy,
                                    .policy_size = sizeof(policy) - 1,
                                    .keystore = "host",
                                    .host = &host.host };

    test_host_init(&host);
    host.now = (int64_t)time(NULL); /* as the store has it */
    test_home_path(path);
    cr_assert_eq(ruf_home_init(path, &setup, NULL, NULL, &err), RUF_OK, "%s %s",
                 err.id, err.detail);
    cr_assert_eq(ruf_home_open_with(path, &host.host, &home, &err), RUF_OK);
}

static void tear_down(void)
{
    ruf_home_writer_close(&writer);
    ruf_home_close(home);
    test_home_remove(path);
}

TestSuite(sources, .init = set_up, .fini = tear_down);

static void open_writer(void)
{
    cr_assert_eq(ruf_home_writer_open(home, &writer, &err), RUF_OK, "%s",
                 err.id);
}

/* One record in a finished round. */
static void put_record(const char *source)
{
    struct ruf_record record = { .native_id = ruf_text("a") };
    struct ruf_store_page page = { .source = source,
                                   .collection = "c",
                                   .select = "s",
                                   .link = "l",
                                   .starts_round = true,
                                   .completes_round = true,
                                   .records = &record,
                                   .record_count = 1 };
    struct ruf_store_round round;

    record.fields[RUF_RECORD_FAMILY] = ruf_text("Graf");
    cr_assert_eq(
        ruf_store_page(writer.store, home->policy, &page, &round, &err),
        RUF_OK);
    cr_assert_eq(round.added, 1);
}

/* --- on and off
 * ------------------------------------------------------------------ */

static const struct ruf_source_info *info_of(const char *id);
static struct ruf_source_info told[4];
static size_t told_count;

static void note(void *context, const struct ruf_source_info *info)
{
    (void)context;
    told[told_count++] = *info;
}

static const struct ruf_source_info *info_of(const char *id)
{
    told_count = 0;
    cr_assert_eq(ruf_home_sources(home, note, NULL, &err), RUF_OK, "%s",
                 err.id);
    cr_assert_eq(told_count, 4);
    for (size_t i = 0; i < 4; i++)
        if (strcmp(told[i].id, id) == 0)
            return &told[i];
    cr_assert_fail("no %s", id);
    return NULL;
}

/* Which sources a sync would read, by first letter. */
static const char *chosen(void)
{
    static struct ruf_chosen_policy out;
    static char ids[32];

    open_writer();
    cr_assert_eq(ruf_choose_sources(home, writer.store, &out, &err), RUF_OK);
    ruf_home_writer_close(&writer);
    ids[0] = '\0';
    for (size_t i = 0; i < out.policy.source_count; i++)
        if (out.policy.sources[i].enabled)
            (void)snprintf(ids + strlen(ids), sizeof(ids) - strlen(ids), "%s ",
                           out.policy.sources[i].id);
    return ids;
}

Test(sources, the_policy_decides_what_is_on_and_what_may_be_switched)
{
    cr_expect_str_eq(chosen(), "AAD GAL ");
    cr_expect(info_of("AAD")->on && info_of("AAD")->may_switch);
    cr_expect(info_of("GAL")->on && !info_of("GAL")->may_switch);
    cr_expect(!info_of("APC")->on && info_of("APC")->may_switch);
    cr_expect(!info_of("OFF")->on && !info_of("OFF")->may_switch);
    cr_assert_eq(ruf_home_source_switch(home, "AAD", false, &err), RUF_OK);
    cr_assert_eq(ruf_home_source_switch(home, "APC", true, &err), RUF_OK);
    cr_expect_str_eq(chosen(), "GAL APC ");
    cr_assert_eq(ruf_home_source_switch(home, "AAD", true, &err), RUF_OK);
    cr_assert_eq(ruf_home_source_switch(home, "APC", false, &err), RUF_OK);
    cr_expect_str_eq(chosen(), "AAD GAL ");
}

Test(sources, what_the_policy_forbids_is_not_switched)
{
    cr_expect_eq(ruf_home_source_switch(home, "GAL", false, &err),
                 RUF_E_POLICY);
    cr_expect_str_eq(err.id, "P182");
    cr_expect_eq(ruf_home_source_switch(home, "OFF", true, &err), RUF_E_POLICY);
    cr_expect_eq(ruf_home_source_switch(home, "XYZ", true, &err), RUF_E_USAGE);
    cr_expect_str_eq(err.id, "U014");
    cr_expect_str_eq(chosen(), "AAD GAL ");
}

Test(sources, a_wish_ends_when_the_policy_takes_it_back)
{
    struct ruf_policy_source *source;

    cr_assert_eq(ruf_home_source_switch(home, "AAD", false, &err), RUF_OK);
    source = (struct ruf_policy_source *)(uintptr_t)&home->policy->sources[0];
    source->user_may_toggle = false;
    cr_expect_str_eq(chosen(), "AAD GAL ");
}

Test(sources, switching_off_removes_records_and_publishes_without_them)
{
    uint64_t generation = 0;

    open_writer();
    put_record("AAD");
    put_record("GAL");
    cr_assert_eq(ruf_publish(home, writer.store, &generation, &err), RUF_OK,
                 "%s %s", err.id, err.detail);
    ruf_home_writer_close(&writer);
    cr_assert_eq(ruf_home_source_switch(home, "AAD", false, &err), RUF_OK);
    cr_expect_eq(info_of("AAD")->records, 0);
    cr_expect_eq(info_of("GAL")->records, 1);
    cr_expect_eq(ruf_home_published(home), generation + 1);
    cr_assert_eq(ruf_home_source_switch(home, "AAD", false, &err), RUF_OK);
    cr_expect_eq(ruf_home_published(home), generation + 1, "nothing changed");
}

Test(sources, what_was_switched_off_leaves_an_index_that_could_not_be_written)
{
    char image[128];

    open_writer();
    put_record("AAD");
    ruf_home_writer_close(&writer);
    (void)snprintf(image, sizeof(image), "%s/directory.ruf", path);
    cr_assert_eq(mkdir(image, 0700), 0); /* nothing replaces it */
    cr_assert_neq(ruf_home_source_switch(home, "AAD", false, &err), RUF_OK);
    cr_assert_eq(rmdir(image), 0);
    cr_expect_eq(ruf_home_published(home), 0);
    cr_assert_eq(ruf_home_source_switch(home, "AAD", false, &err), RUF_OK);
    cr_expect_eq(ruf_home_published(home), 1);
}

/* --- age and rights
 * -------------------------------------------------------------- */

Test(sources, are_stale_after_the_policys_hours)
{
    open_writer();
    put_record("AAD");
    ruf_home_writer_close(&writer);
    host.now = info_of("AAD")->updated + 2 * HOUR;
    cr_expect_not(info_of("AAD")->stale);
    host.now++;
    cr_expect(info_of("AAD")->stale);
    cr_expect_not(info_of("GAL")->stale, "never read is not old");
    cr_assert_eq(ruf_home_source_switch(home, "AAD", false, &err), RUF_OK);
    cr_expect_not(info_of("AAD")->stale);
}

/* Only AAD has records, and only sources with a round are counted. */
static const struct ruf_source_stats *only_stats(void)
{
    static struct ruf_home_stats stats;

    cr_assert_eq(ruf_home_describe(home, &stats, &err), RUF_OK, "%s", err.id);
    cr_assert_eq(stats.source_count, 1u);
    cr_assert_str_eq(stats.sources[0].id, "AAD");
    return &stats.sources[0];
}

Test(sources, are_stale_in_the_counts_as_in_the_list)
{
    open_writer();
    put_record("AAD");
    ruf_home_writer_close(&writer);
    host.now = only_stats()->updated + 2 * HOUR;
    cr_expect_not(only_stats()->stale);
    host.now++;
    cr_expect(only_stats()->stale);
    cr_expect_eq(only_stats()->stale, info_of("AAD")->stale);
}

static int64_t judge(const char *source, enum ruf_status status,
                     int http_status, uint64_t *removed)
{
    struct ruf_source_result result = { .source = source, .status = status };
    int64_t expires = -1;

    result.error.http_status = http_status;
    cr_assert_eq(
        ruf_judge_forbidden(home, writer.store, &result, &expires, &err),
        RUF_OK, "%s", err.id);
    *removed = result.removed;
    return expires;
}

Test(sources, a_lost_right_removes_the_records_after_the_grace)
{
    int64_t lost;
    uint64_t removed;

    open_writer();
    put_record("AAD");
    put_record("GAL");
    cr_expect_eq(judge("AAD", RUF_OK, 0, &removed), 0);
    lost = host.now;
    cr_expect_eq(judge("AAD", RUF_E_AUTH, 403, &removed), lost + 24 * HOUR);
    host.now += 23 * HOUR;
    cr_expect_eq(judge("AAD", RUF_E_AUTH, 403, &removed), lost + 24 * HOUR,
                 "since the first refusal");
    cr_expect_eq(removed, 0);
    host.now += HOUR;
    cr_expect_eq(judge("AAD", RUF_E_NETWORK, 0, &removed), lost + 24 * HOUR);
    cr_expect_eq(removed, 0, "other trouble removes nothing");
    cr_expect_eq(judge("AAD", RUF_E_AUTH, 401, &removed), lost + 24 * HOUR);
    cr_expect_eq(removed, 0);
    (void)judge("AAD", RUF_E_AUTH, 403, &removed);
    cr_expect_eq(removed, 1);
    ruf_home_writer_close(&writer);
    cr_expect_eq(info_of("AAD")->records, 0);
    cr_expect_eq(info_of("GAL")->records, 1);
}

Test(sources, a_right_that_comes_back_starts_the_grace_anew)
{
    uint64_t removed;

    open_writer();
    put_record("AAD");
    (void)judge("AAD", RUF_E_AUTH, 403, &removed);
    host.now += 23 * HOUR;
    cr_expect_eq(judge("AAD", RUF_OK, 0, &removed), 0);
    host.now += 23 * HOUR;
    cr_expect_eq(judge("AAD", RUF_E_AUTH, 403, &removed), host.now + 24 * HOUR);
    cr_expect_eq(removed, 0);
    ruf_home_writer_close(&writer);
    cr_expect_eq(info_of("AAD")->expires, host.now + 24 * HOUR);
}

Test(sources, a_right_to_photos_is_not_one_to_records)
{
    struct ruf_source_result result = { .source = "AAD",
                                        .status = RUF_E_AUTH,
                                        .up_to_date = true };
    uint64_t removed;
    int64_t expires;

    open_writer();
    put_record("AAD");
    (void)judge("AAD", RUF_E_AUTH, 403, &removed);
    host.now += 48 * HOUR;
    cr_assert_eq(
        ruf_judge_forbidden(home, writer.store, &result, &expires, &err),
        RUF_OK);
    cr_expect_eq(expires, 0, "the records came");
    (void)judge("AAD", RUF_E_AUTH, 403, &removed);
    cr_expect_eq(removed, 0, "the grace starts anew");
}

Test(sources, a_clock_set_back_does_not_keep_records_for_ever)
{
    uint64_t removed;

    open_writer();
    put_record("AAD");
    (void)judge("AAD", RUF_E_AUTH, 403, &removed);
    host.now -= 1000 * HOUR;
    cr_expect_eq(judge("AAD", RUF_E_AUTH, 403, &removed), host.now + 24 * HOUR);
}

/* --- a dry run
 * ---------------------------------------------------------------------- */

Test(sources, a_dry_run_leaves_no_record_but_loses_no_secret)
{
    struct ruf_record record = { .native_id = ruf_text("a") };
    struct ruf_sync_page page = { .source = "AAD",
                                  .collection = "c",
                                  .select = "s",
                                  .link = "l",
                                  .link_kind = RUF_LINK_DELTA,
                                  .starts_round = true,
                                  .records = &record,
                                  .record_count = 1 };
    struct ruf_round_result result = { 0 };
    struct ruf_collection_state state;
    struct ruf_sync_sink sink;
    struct ruf_dry_run dry;
    char *value = NULL;

    record.fields[RUF_RECORD_FAMILY] = ruf_text("Graf");
    open_writer();
    cr_assert_eq(ruf_store_secret_save(writer.store, "old", "x", &err), RUF_OK);
    cr_assert_eq(ruf_dry_run_begin(&dry, writer.store, home->policy, false,
                                   &home->host, &sink, &err),
                 RUF_OK, "%s %s", err.id, err.detail);
    cr_expect_null(sink.photos);
    cr_assert_eq(sink.page(sink.context, &page, &result, &err), RUF_OK);
    cr_expect_eq(result.added, 1);
    cr_assert_eq(sink.page(sink.context, &page, &result, &err), RUF_OK);
    cr_expect_eq(result.added, 0, "within, the first page is seen");
    cr_assert_eq(sink.secret_save(sink.context, "refresh_token", "1", &err),
                 RUF_OK);
    cr_assert_eq(sink.secret_save(sink.context, "refresh_token", "2", &err),
                 RUF_OK);
    cr_assert_eq(sink.secret_save(sink.context, "old", NULL, &err), RUF_OK);
    cr_assert_eq(sink.throttle(sink.context, "AAD", 77, &err), RUF_OK);
    cr_assert_eq(ruf_dry_run_end(&dry, &err), RUF_OK, "%s", err.id);

    cr_assert_eq(
        ruf_store_collection_load(writer.store, "AAD", "c", &state, &err),
        RUF_OK);
    cr_expect_eq(state.link_kind, 0);
    cr_expect_eq(state.not_before, 77);
    cr_assert_eq(
        ruf_store_secret_load(writer.store, "refresh_token", &value, &err),
        RUF_OK);
    cr_expect_str_eq(value, "2");
    free(value);
    cr_assert_eq(ruf_store_secret_load(writer.store, "old", &value, &err),
                 RUF_OK);
    cr_expect_null(value);
    put_record("AAD"); /* is new, and the store takes transactions again */
    ruf_home_writer_close(&writer);
    cr_expect_eq(info_of("AAD")->records, 1);
}

/* --- a host that signs in ---------------------------------------------------
 */

/* It is asked before anybody is called; that it has no token is its matter. */
Test(sources, ask_the_host_for_tokens_where_it_signs_in)
{
    struct ruf_sync_request request = { .struct_size = sizeof(request),
                                        .source = "AAD" };
    struct ruf_login login = { .struct_size = sizeof(login),
                               .flow = RUF_SIGN_IN_APP };
    struct ruf_sync_report *report = calloc(1, sizeof(*report));
    char *value = NULL;

    ruf_home_close(home);
    test_host_signs_in(&host);
    cr_assert_eq(ruf_home_open_with(path, &host.host, &home, &err), RUF_OK);
    cr_expect_eq(ruf_home_login(home, &login, &err), RUF_OK);
    cr_expect_eq(ruf_home_sync(home, &request, report, &err), RUF_E_AUTH);
    cr_expect_eq(report->source_count, 1);
    cr_expect_str_eq(report->sources[0].error.id, "S502");
    cr_expect_eq(host.tokens_asked, 1);
    cr_expect_str_eq(host.scope, "https://graph.microsoft.com/.default");
    cr_expect_eq(report->sources[0].requests, 0);
    open_writer();
    cr_assert_eq(
        ruf_store_secret_load(writer.store, "refresh_token", &value, &err),
        RUF_OK);
    cr_expect_null(value);
    free(report);
}
