/*
 * test_request.c - the decision table, the record, and what goes wrong
 *
 * Random lives are in histories.c; here each line of the table stands alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "callkit/commit.h"
#include "callkit/delta.h"
#include "tests/callkit/folder.h"
#include <criterion/criterion.h>
#include <inttypes.h>
#include <rufname/pir.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Every call as a line of text. */
struct tape {
    char text[8192];
    size_t size;
    bool yes;
    bool stop;
    uint64_t calls;
    struct ruf_directory_request *request;
    bool refuse_at_end; /* the failure comes inside complete */
    bool fail_add;
};

static void put(struct tape *tape, const char *call, ruf_e164 number,
                struct ruf_text label)
{
    tape->calls++;
    if (tape->size + label.size + 64 > sizeof(tape->text))
        return;
    tape->size += (size_t)snprintf(
        tape->text + tape->size, sizeof(tape->text) - tape->size,
        "%s%s%.0" PRIu64 "%s%.*s\n", call, number == 0 ? "" : " ", number,
        label.size == 0 ? "" : "\t", (int)label.size,
        label.size == 0 ? "" : label.data);
}

static const struct ruf_text none = { NULL, 0 };

static bool ask(void *context)
{
    struct tape *tape = context;

    put(tape, "ASK", 0, none);
    return tape->yes;
}

static enum ruf_status add_name(void *context, ruf_e164 number,
                                struct ruf_text label, struct ruf_error *err)
{
    struct tape *tape = context;

    (void)err;
    put(tape, "ADD_ID", number, label);
    return tape->fail_add ? RUF_E_INTERNAL : RUF_OK;
}

static enum ruf_status add_blocked(void *context, ruf_e164 number,
                                   struct ruf_error *err)
{
    (void)err;
    put(context, "ADD_BL", number, none);
    return RUF_OK;
}

static enum ruf_status remove_name(void *context, ruf_e164 number,
                                   struct ruf_error *err)
{
    (void)err;
    put(context, "DEL_ID", number, none);
    return RUF_OK;
}

static enum ruf_status remove_blocked(void *context, ruf_e164 number,
                                      struct ruf_error *err)
{
    (void)err;
    put(context, "DEL_BL", number, none);
    return RUF_OK;
}

static enum ruf_status complete(void *context, struct ruf_error *err)
{
    struct tape *tape = context;

    (void)err;
    put(tape, "COMPLETE", 0, none);
    if (tape->refuse_at_end)
        ruf_directory_request_fail(tape->request);
    return RUF_OK;
}

static bool should_stop(void *context)
{
    const struct tape *tape = context;

    return tape->stop;
}

static char folder[64];
static struct tape tape;
static struct ruf_directory_report report;

static void set_up(void)
{
    (void)umask(077);
    folder_make(folder);
    memset(&tape, 0, sizeof(tape));
    tape.yes = true;
}

static void tear_down(void)
{
    folder_remove(folder);
}

TestSuite(request, .init = set_up, .fini = tear_down);

static struct ruf_directory_options options(void)
{
    struct ruf_directory_options out = { .struct_size = sizeof(out),
                                         .key = folder_key };

    return out;
}

/* One request, stored by the phone unless an answer says else. */
static enum ruf_status run_with(const struct ruf_directory_options *given,
                                enum ruf_directory_answer answer)
{
    struct ruf_directory_host host = {
        &tape,          ask,      add_name,    add_blocked, remove_name,
        remove_blocked, complete, should_stop,
    };
    struct ruf_error err = { 0 };
    enum ruf_status status;

    tape.size = 0;
    tape.text[0] = '\0';
    tape.calls = 0;
    status = ruf_directory_request_open(folder, given, &tape.request, &err);
    if (status != RUF_OK)
        return status;
    status = ruf_directory_request_emit(tape.request, &host, &err);
    if (status == RUF_OK)
        cr_assert_eq(ruf_directory_request_finish(tape.request, answer, &err),
                     RUF_OK, "%s", err.detail);
    ruf_directory_request_describe(tape.request, &report);
    ruf_directory_request_close(tape.request);
    return status;
}

static const char *run(void)
{
    struct ruf_directory_options given = options();

    cr_assert_eq(run_with(&given, RUF_DIRECTORY_STORED), RUF_OK);
    return tape.text;
}

static enum ruf_directory_state state(uint64_t *generation)
{
    struct ruf_directory_commit commit;
    struct ruf_error err;

    cr_assert_eq(ruf_directory_read_commit(folder, folder_key, &commit, &err),
                 RUF_OK);
    *generation = commit.generation;
    return commit.state;
}

static void expect_holds(uint64_t generation)
{
    uint64_t got = 0;

    cr_assert_eq(state(&got), RUF_DIRECTORY_HOLDS);
    cr_assert_eq(got, generation);
}

static void expect_unknown(void)
{
    uint64_t got = 0;

    cr_assert_eq(state(&got), RUF_DIRECTORY_UNKNOWN);
}

static const struct folder_entry old_list[] = {
    { 493023125001, "Anna Graf" },  { 493023125002, "Bernd Graf" },
    { 493023125003, "Carl Cohn" },  { 493023125004, "Dora Müller" },
    { 493023125005, "Emil Ebert" },
};
static const struct folder_entry new_list[] = {
    { 493023125001, "Anna Graf" },   { 493023125002, "Berta Graf" },
    { 493023125004, "Dora Müller" }, { 493023125005, "Emil Ebert" },
    { 493023125006, "Fatma Fuchs" },
};
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void publish_old(void)
{
    folder_write_image(folder, "directory.ruf", 1, old_list, COUNT(old_list));
}

static void publish_new(void)
{
    folder_write_image(folder, "directory.ruf", 2, new_list, COUNT(new_list));
}

#define FULL_OLD                                                               \
    "ADD_ID 493023125001\tAnna Graf\nADD_ID 493023125002\tBernd Graf\n"        \
    "ADD_ID 493023125003\tCarl Cohn\nADD_ID 493023125004\tDora Müller\n"      \
    "ADD_ID 493023125005\tEmil Ebert\n"
#define FULL_NEW                                                               \
    "ADD_ID 493023125001\tAnna Graf\nADD_ID 493023125002\tBerta Graf\n"        \
    "ADD_ID 493023125004\tDora Müller\nADD_ID 493023125005\tEmil Ebert\n"     \
    "ADD_ID 493023125006\tFatma Fuchs\n"
#define DELTA                                                                  \
    "DEL_ID 493023125002\nDEL_ID 493023125003\n"                               \
    "ADD_ID 493023125002\tBerta Graf\nADD_ID 493023125006\tFatma Fuchs\n"

/* --- the table --------------------------------------------------------------
 */

Test(request, sends_all_then_changes_then_nothing)
{
    publish_old();
    cr_assert_str_eq(run(), FULL_OLD "COMPLETE\n");
    expect_holds(1);
    cr_assert_str_eq(run(), "ASK\nCOMPLETE\n");
    publish_new();
    cr_assert_str_eq(run(), "ASK\n" DELTA "COMPLETE\n");
    expect_holds(2);
    cr_assert_eq(report.removals, 2);
    cr_assert_eq(report.additions, 2);
    cr_assert_eq(report.base, 1);
}

Test(request, sends_all_when_the_phone_says_no)
{
    publish_old();
    (void)run();
    tape.yes = false;
    cr_assert_str_eq(run(), "ASK\n" FULL_OLD "COMPLETE\n");
    expect_holds(1);
    publish_new();
    cr_assert_str_eq(run(), "ASK\n" FULL_NEW "COMPLETE\n");
    expect_holds(2);
}

Test(request, clears_where_nothing_was_ever_sent)
{
    cr_assert_str_eq(run(), "COMPLETE\n");
    cr_assert_eq(report.mode, RUF_DIRECTORY_CLEAR);
    expect_unknown();
}

Test(request, clears_when_the_policy_says_so)
{
    struct ruf_directory_options given = options();

    publish_old();
    (void)run();
    given.disabled = true;
    cr_assert_eq(run_with(&given, RUF_DIRECTORY_STORED), RUF_OK);
    cr_assert_str_eq(tape.text, "COMPLETE\n");
    expect_unknown();
    cr_assert_str_eq(run(), FULL_OLD "COMPLETE\n");
}

Test(request, clears_after_a_wipe_until_the_phone_took_it)
{
    struct ruf_directory_options given = options();
    struct ruf_error err;

    publish_old();
    (void)run();
    cr_assert_eq(ruf_directory_wipe(folder, &err), RUF_OK);
    cr_assert_eq(ruf_directory_wipe(folder, &err), RUF_OK, "again");
    cr_assert_eq(run_with(&given, RUF_DIRECTORY_NOT_IN_TIME), RUF_OK);
    cr_assert_str_eq(tape.text, "COMPLETE\n");
    cr_assert(ruf_folder_has(folder, RUF_FOLDER_WIPED));
    given.key = NULL; /* it went with the wipe */
    cr_assert_eq(run_with(&given, RUF_DIRECTORY_STORED), RUF_OK);
    cr_assert_str_eq(tape.text, "COMPLETE\n");
    cr_assert_not(ruf_folder_has(folder, RUF_FOLDER_WIPED));
    cr_assert_not(ruf_folder_has(folder, RUF_FOLDER_COMMITTED));
    publish_new();
    cr_assert_str_eq(run(), FULL_NEW "COMPLETE\n");
}

Test(request, keeps_what_the_phone_has_when_the_index_cannot_be_read)
{
    struct ruf_directory_options locked = options();
    static const struct {
        const char *name;
        long offset;
    } damages[] = { { "header", 90 }, { "magic", 0 }, { "last byte", -1 } };

    publish_old();
    (void)run();
    for (size_t i = 0; i < COUNT(damages); i++) {
        publish_new();
        if (damages[i].offset < 0)
            cr_assert_eq(truncate(folder_path(folder, "directory.ruf"), 300),
                         0);
        else
            folder_damage(folder, "directory.ruf", damages[i].offset);
        cr_assert_str_eq(run(), "ASK\nCOMPLETE\n", "%s", damages[i].name);
        cr_assert_neq(report.reason[0], '\0');
        expect_holds(1);
    }
    cr_assert_eq(unlink(folder_path(folder, "directory.ruf")), 0);
    cr_assert_str_eq(run(), "ASK\nCOMPLETE\n", "missing");
    publish_new();
    locked.key = NULL;
    cr_assert_eq(run_with(&locked, RUF_DIRECTORY_STORED), RUF_OK);
    cr_assert_str_eq(tape.text, "ASK\nCOMPLETE\n", "locked");
    cr_assert_str_eq(report.reason, "K201");
    cr_assert_str_eq(run(), "ASK\n" DELTA "COMPLETE\n", "still known");
}

Test(request, forgets_a_phone_that_has_nothing_to_keep)
{
    publish_old();
    (void)run();
    folder_damage(folder, "directory.ruf", 90);
    tape.yes = false;
    cr_assert_str_eq(run(), "ASK\nCOMPLETE\n");
    expect_unknown();
}

Test(request, finds_damage_before_the_first_call)
{
    struct folder_entry many[4000];

    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = (struct folder_entry){ 493023125000 + i, "Anna Graf" };
    publish_old();
    (void)run();
    folder_write_image(folder, "directory.ruf", 2, many, COUNT(many));
    folder_damage_entries(folder, "directory.ruf");
    cr_assert_str_eq(run(), "ASK\nCOMPLETE\n");
    expect_holds(1);
}

/* --- what goes wrong
 * ----------------------------------------------------------
 */

Test(request, forgets_after_each_failure)
{
    struct ruf_directory_options given = options();

    publish_old();
    cr_assert_eq(run_with(&given, RUF_DIRECTORY_NOT_IN_TIME), RUF_OK);
    cr_assert_eq(report.outcome, RUF_DIRECTORY_EXPIRED);
    expect_unknown();
    tape.refuse_at_end = true;
    (void)run();
    cr_assert_eq(report.outcome, RUF_DIRECTORY_REFUSED);
    expect_unknown();
    tape.refuse_at_end = false;
    tape.fail_add = true;
    cr_assert_eq(run_with(&given, RUF_DIRECTORY_STORED), RUF_E_INTERNAL);
    cr_assert_str_eq(tape.text, "ADD_ID 493023125001\tAnna Graf\n");
    cr_assert_eq(report.outcome, RUF_DIRECTORY_ABORTED);
    expect_unknown();
    tape.fail_add = false;
    tape.stop = true;
    cr_assert_eq(run_with(&given, RUF_DIRECTORY_STORED), RUF_E_CANCELLED);
    cr_assert_str_eq(tape.text, "");
    expect_unknown();
    tape.stop = false;
    cr_assert_str_eq(run(), FULL_OLD "COMPLETE\n");
}

Test(request, is_pending_while_it_runs)
{
    struct ruf_directory_options given = options();
    struct ruf_directory_request *request;
    struct ruf_error err;
    uint64_t generation;

    publish_old();
    (void)run();
    /* Even one that will change nothing: the phone forgets all it has when a
     * request dies. */
    cr_assert_eq(ruf_directory_request_open(folder, &given, &request, &err),
                 RUF_OK);
    cr_assert_eq(state(&generation), RUF_DIRECTORY_PENDING);
    ruf_directory_request_close(request);
    cr_assert_str_eq(run(), FULL_OLD "COMPLETE\n");
}

Test(request, believes_no_foreign_or_damaged_record)
{
    publish_old();
    (void)run();
    publish_new();
    for (long offset = 0; offset < 112; offset++) {
        folder_damage(folder, RUF_FOLDER_RECORD, offset);
        expect_unknown();
        folder_damage(folder, RUF_FOLDER_RECORD, offset);
    }
    folder_damage(folder, RUF_FOLDER_RECORD, 20);
    cr_assert_str_eq(run(), FULL_NEW "COMPLETE\n");
    publish_old();
    cr_assert_eq(chmod(folder_path(folder, RUF_FOLDER_RECORD), 0644), 0);
    cr_assert_str_eq(run(), FULL_OLD "COMPLETE\n");
    publish_new();
    folder_damage(folder, RUF_FOLDER_COMMITTED, 90);
    cr_assert_str_eq(run(), FULL_NEW "COMPLETE\n");
    expect_holds(2);
}

Test(request, leaves_no_trace_of_a_dry_run)
{
    struct ruf_directory_options given = options();

    publish_old();
    given.dry_run = true;
    cr_assert_eq(run_with(&given, RUF_DIRECTORY_STORED), RUF_OK);
    cr_assert_str_eq(tape.text, FULL_OLD "COMPLETE\n");
    cr_assert_not(ruf_folder_has(folder, RUF_FOLDER_RECORD));
    cr_assert_not(ruf_folder_has(folder, RUF_FOLDER_COMMITTED));
    cr_assert_not(ruf_folder_has(folder, RUF_FOLDER_REPORT));
}

/* --- blocked numbers, limits, labels
 * -------------------------------------------
 */

static void publish_blocking(uint64_t generation, const ruf_e164 *blocked,
                             size_t count)
{
    folder_write_blocking(folder, "directory.ruf", generation, old_list,
                          COUNT(old_list), blocked, count);
}

Test(request, blocks_and_takes_the_name_away)
{
    static const ruf_e164 before[] = { 493023125003, 493023125900 };
    static const ruf_e164 after[] = { 493023125001, 493023125900 };
    struct ruf_directory_commit commit;

    publish_blocking(1, before, 2);
    cr_assert_str_eq(
        run(),
        "ADD_ID 493023125001\tAnna Graf\nADD_ID 493023125002\tBernd Graf\n"
        "ADD_ID 493023125004\tDora Müller\nADD_ID 493023125005\tEmil Ebert\n"
        "ADD_BL 493023125003\nADD_BL 493023125900\nCOMPLETE\n");
    cr_assert_eq(ruf_directory_read_commit(folder, folder_key, &commit, NULL),
                 RUF_OK);
    cr_assert_eq(commit.identification_count, 4);
    cr_assert_eq(commit.blocking_count, 2);
    cr_assert_str_eq(run(), "ASK\nCOMPLETE\n", "nothing changed");
    publish_blocking(2, after, 2);
    cr_assert_str_eq(run(), "ASK\nDEL_ID 493023125001\nDEL_BL 493023125003\n"
                            "ADD_ID 493023125003\tCarl Cohn\n"
                            "ADD_BL 493023125001\nCOMPLETE\n");
    cr_assert_eq(report.removals, 2);
    cr_assert_eq(report.additions, 2);
    publish_old();
    cr_assert_str_eq(run(),
                     "ASK\nDEL_BL 493023125001\nDEL_BL 493023125900\n"
                     "ADD_ID 493023125001\tAnna Graf\nCOMPLETE\n",
                     "nothing is blocked any more");
}

Test(request, may_keep_the_name_of_a_blocked_number)
{
    static const ruf_e164 blocked[] = { 493023125003 };
    struct ruf_directory_options given = options();

    publish_blocking(1, blocked, 1);
    given.name_blocked = true;
    cr_assert_eq(run_with(&given, RUF_DIRECTORY_STORED), RUF_OK);
    cr_assert(strstr(tape.text, "ADD_ID 493023125003\tCarl Cohn\n") != NULL);
    cr_assert(strstr(tape.text, "ADD_BL 493023125003\n") != NULL);
}

/* A list that cannot be read costs the phone nothing. */
Test(request, keeps_what_it_has_if_the_blocked_numbers_are_damaged)
{
    static ruf_e164 blocked[RUF_BLOCKED_MAX];
    struct stat info;

    for (size_t i = 0; i < RUF_BLOCKED_MAX; i++)
        blocked[i] = 493023200000 + i;
    publish_old();
    (void)run();
    publish_blocking(2, blocked, RUF_BLOCKED_MAX);
    cr_assert_eq(stat(folder_path(folder, "directory.ruf"), &info), 0);
    /* Nearly all of the file is that list; behind it, the empty search. */
    folder_damage(folder, "directory.ruf", (long)info.st_size / 2);
    cr_assert_eq(run_with(
                     &(struct ruf_directory_options){
                         .struct_size = sizeof(struct ruf_directory_options),
                         .key = folder_key },
                     RUF_DIRECTORY_STORED),
                 RUF_OK);
    cr_assert_str_eq(tape.text, "ASK\nCOMPLETE\n");
    cr_assert_str_eq(report.reason, "D705");
    publish_blocking(3, blocked, RUF_BLOCKED_MAX);
    (void)run();
    cr_assert_eq(report.mode, RUF_DIRECTORY_DELTA);
    cr_assert_eq(report.additions, RUF_BLOCKED_MAX, "all of them fit");
}

Test(request, drops_what_is_over_the_limit)
{
    static const ruf_e164 blocked[] = { 493023125900 };
    struct ruf_directory_options given = options();

    publish_blocking(1, blocked, 1);
    given.entries_max = 3;
    cr_assert_eq(run_with(&given, RUF_DIRECTORY_STORED), RUF_OK);
    cr_assert_str_eq(
        tape.text,
        "ADD_ID 493023125001\tAnna Graf\nADD_ID 493023125002\tBernd Graf\n"
        "ADD_BL 493023125900\nCOMPLETE\n");
    cr_assert_eq(report.dropped, 3);
    given.entries_max = 4;
    cr_assert_eq(run_with(&given, RUF_DIRECTORY_STORED), RUF_OK);
    cr_assert_str_eq(tape.text,
                     "ASK\nADD_ID 493023125003\tCarl Cohn\nCOMPLETE\n");
}

static enum ruf_status emit_full(struct ruf_error *err)
{
    const struct ruf_directory_host host = { .context = &tape,
                                             .add_identification = add_name,
                                             .add_blocking = add_blocked,
                                             .complete = complete };
    struct ruf_index *index = NULL;
    enum ruf_status status =
        ruf_index_open(folder_path(folder, "directory.ruf"), folder_key,
                       RUF_INDEX_ON_DEMAND, &index, err);

    tape.calls = 0;
    if (status == RUF_OK)
        status = ruf_directory_emit_full(index, &host, err);
    ruf_index_close(index);
    return status;
}

/* A number that is blocked and has a name is one entry of the phone, not two.
 */
Test(request, full_emission_counts_what_is_sent)
{
    static struct folder_entry names[RUF_DIRECTORY_ENTRIES_MAX];
    static const ruf_e164 named[] = { 493023125007 };
    static const ruf_e164 unnamed[] = { 493033333333 };
    struct ruf_error err;

    for (size_t i = 0; i < COUNT(names); i++)
        names[i] = (struct folder_entry){ 493023125000 + i, "Anna Graf" };
    folder_write_blocking(folder, "directory.ruf", 1, names, COUNT(names),
                          named, 1);
    cr_assert_eq(emit_full(&err), RUF_OK);
    cr_assert_eq(tape.calls, RUF_DIRECTORY_ENTRIES_MAX + 1, "and COMPLETE");

    folder_write_blocking(folder, "directory.ruf", 2, names, COUNT(names),
                          unnamed, 1);
    cr_assert_eq(emit_full(&err), RUF_E_POLICY);
    cr_assert_str_eq(err.id, "C411");
    cr_assert_not_null(strstr(err.detail, "2000000 entries"), "%s", err.detail);
    cr_assert_eq(tape.calls, 0, "nothing is sent that the phone would refuse");
}

Test(request, blocks_no_more_than_the_limit)
{
    static const ruf_e164 blocked[] = { 493023125800, 493023125900 };
    struct ruf_directory_options given = options();

    publish_blocking(1, blocked, 2);
    given.entries_max = 1;
    cr_assert_eq(run_with(&given, RUF_DIRECTORY_STORED), RUF_OK);
    cr_assert_str_eq(tape.text, "ADD_BL 493023125800\nCOMPLETE\n");
}

/* An index of the same home, but not the one that was sent. */
Test(request, believes_no_committed_image_but_the_one_it_recorded)
{
    publish_old();
    (void)run();
    folder_write_image(folder, "directory.committed.ruf", 1, new_list,
                       COUNT(new_list));
    publish_new();
    (void)run();
    cr_assert_eq(report.mode, RUF_DIRECTORY_FULL);
    cr_assert_eq(report.additions, COUNT(new_list));
}

Test(request, skips_what_a_phone_would_drop)
{
    static const struct folder_entry bad[] = {
        { 4930, "Anna Graf" },
        { 493023125001, "Anna Graf" },
        { 493023125002, "Bernd\x01" },
        { 493023125003, "Carl Cohn" },
    };

    folder_write_image(folder, "directory.ruf", 1, bad, COUNT(bad));
    cr_assert_str_eq(run(), "ADD_ID 493023125001\tAnna Graf\n"
                            "ADD_ID 493023125003\tCarl Cohn\nCOMPLETE\n");
    cr_assert_eq(report.skipped, 2);
    /* What was skipped once may hide a difference: all again. */
    publish_new();
    cr_assert_str_eq(run(), FULL_NEW "COMPLETE\n");
    folder_write_image(folder, "directory.ruf", 3, bad, COUNT(bad));
    cr_assert_str_eq(run(), "ADD_ID 493023125001\tAnna Graf\n"
                            "ADD_ID 493023125003\tCarl Cohn\nCOMPLETE\n");
    cr_assert_str_eq(run(), "ASK\nCOMPLETE\n");
}

Test(request, prefers_all_to_a_larger_delta)
{
    static const struct folder_entry other[] = {
        { 493023125007, "Götz" },
        { 493023125008, "Hans" },
    };

    publish_old();
    (void)run();
    folder_write_image(folder, "directory.ruf", 2, other, COUNT(other));
    cr_assert_str_eq(run(), "ADD_ID 493023125007\tGötz\n"
                            "ADD_ID 493023125008\tHans\nCOMPLETE\n");
}

Test(labels, are_what_a_phone_shows)
{
    static const struct {
        const char *label;
        bool fits;
    } cases[] = {
        { "A", true },
        { "Anna Graf (Muster AG)", true },
        { "Dora M\xC3\xBCller-L\xC3\xBC"
          "denscheidt",
          true },
        { "\xE2\x80\x8E"
          "Anna",
          true },
        { " Anna", true },
        { "", false },
        { " ", false },
        { "        ", false },
        { "\xC2\xA0\xE3\x80\x80", false },
        { "Anna\tGraf", false },
        { "Anna Graf\n", false },
        { "Anna Graf AG\x7F", false },
        { "Anna \xC2\x85 Graf", false },
        { "Anna Gr\xFF"
          "af AG",
          false },
        { "Anna \xC3", false },
        { "12345678\x1F", false },
        { "1234567\x1F", false },
        { "123456789012345\x80", false },
        { "\xED\xA0\x80", false },
    };
    char *large = malloc(65535);

    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect_eq(ruf_directory_label_fits(ruf_text(cases[i].label)),
                     cases[i].fits, "case %zu", i);
    cr_assert_not_null(large);
    memset(large, 'x', 65535);
    cr_expect(ruf_directory_label_fits((struct ruf_text){ large, 65534 }));
    cr_expect_not(ruf_directory_label_fits((struct ruf_text){ large, 65535 }));
    free(large);
    /* Each byte in each place of a short label: as a slow check says. */
    for (unsigned byte = 1; byte < 256; byte++)
        for (size_t at = 0; at < 17; at++) {
            char label[18] = "Anna Graf Muster ";
            bool plain = byte >= 0x20 && byte < 0x7F;

            label[at] = (char)byte;
            cr_expect_eq(
                ruf_directory_label_fits((struct ruf_text){ label, 17 }), plain,
                "byte %x at %zu", byte, at);
        }
}

/* --- the app's side
 * ------------------------------------------------------------
 */

Test(request, reports_how_it_went)
{
    struct ruf_directory_report read;
    struct ruf_error err;
    FILE *file;

    cr_assert_eq(ruf_directory_read_report(folder, &read, &err),
                 RUF_E_NOT_FOUND);
    publish_old();
    (void)run();
    publish_new();
    (void)run();
    cr_assert_eq(ruf_directory_read_report(folder, &read, &err), RUF_OK);
    cr_assert_eq(memcmp(&read, &report, sizeof(read)), 0);
    cr_assert_eq(read.outcome, RUF_DIRECTORY_COMMITTED);
    file = fopen(folder_path(folder, RUF_FOLDER_REPORT), "w");
    cr_assert_not_null(file);
    (void)fputs("mode=gone outcome=committed\n", file);
    (void)fclose(file);
    cr_assert_eq(ruf_directory_read_report(folder, &read, &err), RUF_E_CORRUPT);
}

Test(request, keeps_the_image_that_was_sent)
{
    struct ruf_index_info info;
    struct ruf_index *index = NULL;
    struct ruf_error err;

    publish_old();
    cr_assert_eq(ruf_directory_open_committed(folder, folder_key, &index, &err),
                 RUF_E_NOT_FOUND);
    (void)run();
    publish_new();
    cr_assert_eq(ruf_directory_open_committed(folder, folder_key, &index, &err),
                 RUF_OK);
    ruf_index_describe(index, &info);
    cr_assert_eq(info.generation, 1);
    ruf_index_close(index);
    cr_assert_eq(ruf_directory_forget(folder, &err), RUF_OK);
    expect_unknown();
    cr_assert_str_eq(run(), FULL_NEW "COMPLETE\n");
}

Test(request, knows_which_errors_put_the_phone_in_doubt)
{
    static const long doubtful[] = { 0, 1, 2, 3, 4, 5, 8, 11, 19, 102, -1 };

    for (size_t i = 0; i < COUNT(doubtful); i++)
        cr_expect(ruf_directory_error_forgets(doubtful[i]));
    cr_expect_not(ruf_directory_error_forgets(6));
    cr_expect_not(ruf_directory_error_forgets(7));
}

Test(pir, counts_no_more_shards_than_it_has_room_for)
{
    struct ruf_pir_options options = { .shards = UINT32_MAX };
    struct ruf_pir_result result;
    struct ruf_error err;

    cr_assert_eq(ruf_pir_export(folder_path(folder, "rows.binpb"), NULL,
                                &options, &result, &err),
                 RUF_E_USAGE);
    cr_assert_str_eq(err.id, "U041");
    cr_assert(!ruf_folder_has(folder, "rows.binpb"));
}
