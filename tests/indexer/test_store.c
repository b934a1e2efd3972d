/*
 * test_store.c - rounds, keys and damage, on a real SQLCipher file
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/file.h"
#include "base/text.h"
#include "indexer/store_audit.h"
#include "indexer/store_private.h"
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/rufname-test-store.XXXXXX";
static char path[128];
static const uint8_t key[32] = { 1, 2, 3 };
static struct ruf_policy *policy;
static struct ruf_store *store;
static struct ruf_error err;
static struct ruf_store_round round_;

static void open_store(enum ruf_store_mode mode)
{
    cr_assert(ruf_store_open(path, key, mode, &store, &err) == RUF_OK, "%s",
              err.detail);
}

static void set_up(void)
{
    static const char json[] =
        "{\"schema\":\"rufname.policy/1\",\"version\":1,"
        "\"region\":{\"default\":\"DE\"},\"sources\":["
        "{\"id\":\"FILE\",\"kind\":\"file\"},{\"id\":\"BLOB\",\"kind\":"
        "\"file\"}]}";

    cr_assert(mkdtemp(folder) != NULL);
    (void)snprintf(path, sizeof(path), "%s/store.db", folder);
    cr_assert(ruf_policy_parse(json, strlen(json), &policy, NULL, NULL) ==
              RUF_OK);
    open_store(RUF_STORE_CREATE);
}

static void tear_down(void)
{
    char command[256];

    ruf_store_close(store);
    ruf_policy_destroy(policy);
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    if (system(command) != 0)
        cr_log_warn("%s is left", folder);
}

TestSuite(store, .init = set_up, .fini = tear_down);

static const struct ruf_raw_number some_number = { { "030 23125-042", 13 },
                                                   RUF_KIND_BUSINESS };

static struct ruf_record person(const char *id, const char *family)
{
    struct ruf_record record;

    memset(&record, 0, sizeof(record));
    record.native_id = ruf_text(id);
    record.fields[RUF_RECORD_FAMILY] = ruf_text(family);
    record.numbers = &some_number;
    record.number_count = 1;
    return record;
}

static struct ruf_record gone(const char *id)
{
    struct ruf_record record;

    memset(&record, 0, sizeof(record));
    record.native_id = ruf_text(id);
    record.removed = true;
    return record;
}

enum { FIRST = 1, LAST = 2, DELTA = 4, SHRINK = 8 };

static enum ruf_status page(const char *source,
                            const struct ruf_record *records, size_t count,
                            unsigned how)
{
    struct ruf_store_page out = {
        .source = source,
        .collection = "list",
        .select = "all",
        .starts_round = (how & FIRST) != 0,
        .completes_round = (how & LAST) != 0,
        .delta_round = (how & DELTA) != 0,
        .allow_shrink = (how & SHRINK) != 0,
        .records = records,
        .record_count = count,
        .link = (how & LAST) != 0 ? "delta" : "next",
    };

    return ruf_store_page(store, policy, &out, &round_, &err);
}

/* All visible family names, in the order they were stored. */
static const char *names(void)
{
    static char text[4096];
    struct ruf_source_contact *contacts;
    struct ruf_arena *arena;
    size_t count;

    text[0] = '\0';
    cr_assert(ruf_arena_create(&arena, NULL) == RUF_OK);
    cr_assert(ruf_store_contacts(store, policy, arena, &contacts, &count,
                                 &err) == RUF_OK);
    for (size_t i = 0; i < count; i++) {
        struct ruf_text family = contacts[i].fields[RUF_RECORD_FAMILY];
        size_t used = strlen(text);

        (void)snprintf(text + used, sizeof(text) - used, "%.*s ",
                       (int)family.size, family.size == 0 ? "" : family.data);
    }
    ruf_arena_destroy(arena);
    return text;
}

static int64_t rows_of(const char *table)
{
    sqlite3_stmt *statement;
    char sql[64];
    bool row;
    int64_t count;

    (void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", table);
    cr_assert(ruf_store_prepare(store, sql, &statement, &err) == RUF_OK);
    cr_assert(ruf_store_step(store, statement, &row, &err) == RUF_OK && row);
    count = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    return count;
}

Test(store, shows_a_round_only_when_it_is_complete)
{
    struct ruf_record a = person("a", "Graf");
    struct ruf_record b = person("b", "Klein");

    cr_assert(page("FILE", &a, 1, FIRST) == RUF_OK);
    cr_assert_str_eq(names(), "");
    cr_assert(page("FILE", &b, 1, LAST) == RUF_OK);
    cr_assert_str_eq(names(), "Graf Klein ");
    cr_assert_eq(round_.added, 2);
}

Test(store, sweeps_what_a_full_round_did_not_show)
{
    struct ruf_record both[] = { person("a", "Graf"), person("b", "Klein") };

    cr_assert(page("FILE", both, 2, FIRST | LAST) == RUF_OK);
    cr_assert(page("BLOB", both, 1, FIRST | LAST) == RUF_OK);
    cr_assert(page("FILE", both + 1, 1, FIRST | LAST) == RUF_OK);
    cr_assert_eq(round_.removed, 1);
    cr_assert_eq(round_.changed, 0, "unchanged records are not written");
    cr_assert_str_eq(names(), "Klein Graf ", "the other source is untouched");
}

Test(store, takes_the_last_of_two_in_a_first_round)
{
    struct ruf_record seen[] = { person("a", "Graf"), person("b", "Klein"),
                                 person("a", "Neu"),  gone("b"),
                                 gone("c"),           person("a", "Neu") };

    cr_assert(page("FILE", seen, 2, FIRST) == RUF_OK);
    cr_assert(page("FILE", seen + 2, 4, LAST) == RUF_OK);
    cr_assert_str_eq(names(), "Neu ");
    cr_assert_eq(round_.added, 2);
    cr_assert_eq(round_.changed, 1);
    cr_assert_eq(round_.removed, 1);
}

Test(store, shows_nothing_of_a_round_with_a_damaged_page)
{
    struct ruf_record both[] = { person("a", "Graf"), person("b", "Klein") };

    cr_assert(page("FILE", both, 1, FIRST) == RUF_OK);
    cr_assert(ruf_store_run(store, "UPDATE staged SET payload = x'7f01'",
                            &err) == RUF_OK);
    cr_assert(page("FILE", both + 1, 1, LAST) == RUF_E_CORRUPT);
    cr_assert_str_eq(err.id, "D714");
    cr_assert_str_eq(names(), "");
    cr_assert(page("FILE", both, 2, FIRST | LAST) == RUF_OK);
    cr_assert_str_eq(names(), "Graf Klein ");
}

static const char *ask(const char *sql)
{
    static char text[512];
    sqlite3_stmt *rows;

    cr_assert(ruf_store_prepare(store, sql, &rows, &err) == RUF_OK);
    cr_assert(sqlite3_step(rows) == SQLITE_ROW);
    (void)snprintf(text, sizeof(text), "%s",
                   (const char *)sqlite3_column_text(rows, 0));
    (void)sqlite3_finalize(rows);
    return text;
}

static const char *pages_path(void)
{
    static char name[128];

    (void)snprintf(name, sizeof(name), "%s/store.pages", folder);
    return name;
}

static void reopen(void)
{
    ruf_store_close(store);
    open_store(RUF_STORE_WRITE);
}

/* The next sync reads on at the next page if 1, the whole list if 0. */
static int link_kind(void)
{
    struct ruf_collection_state state;
    int kind;

    cr_assert(ruf_store_collection_load(store, "FILE", "list", &state, &err) ==
                  RUF_OK,
              "%s", err.detail);
    kind = state.link_kind;
    ruf_collection_state_free(&state);
    return kind;
}

Test(store, reads_on_with_a_round_that_was_cut_off)
{
    struct ruf_record both[] = { person("a", "Graf"), person("b", "Klein") };

    cr_assert(page("FILE", both, 1, FIRST) == RUF_OK);
    cr_assert(access(pages_path(), F_OK) == 0);
    reopen();
    cr_assert_eq(link_kind(), 1);
    cr_assert(page("FILE", both + 1, 1, LAST) == RUF_OK);
    cr_assert_str_eq(names(), "Graf Klein ");
    cr_assert(access(pages_path(), F_OK) != 0, "nobody needs it any more");
}

Test(store, keeps_the_pages_of_another_round)
{
    struct ruf_record both[] = { person("a", "Graf"), person("b", "Klein") };

    cr_assert(page("BLOB", both, 1, FIRST) == RUF_OK);
    cr_assert(page("FILE", both + 1, 1, FIRST) == RUF_OK);
    cr_assert(page("FILE", both, 1, LAST) == RUF_OK);
    cr_assert_str_eq(names(), "Klein Graf ");
    cr_assert(access(pages_path(), F_OK) == 0);
    cr_assert(page("FILE", both, 1, FIRST) == RUF_OK);
    cr_assert(page("BLOB", both + 1, 1, LAST) == RUF_OK);
    cr_assert(page("FILE", both + 1, 1, LAST) == RUF_OK);
    cr_assert_str_eq(names(), "Klein Graf Graf Klein ");
}

/* 2 is FULL: what is reported as done survives a power cut. */
Test(store, flushes_every_commit_but_those_of_pages)
{
    struct ruf_record both[] = { person("a", "Graf"), person("b", "Klein") };

    cr_expect_str_eq(ask("PRAGMA synchronous"), "2");
    cr_assert(page("FILE", both, 1, FIRST) == RUF_OK);
    cr_expect_str_eq(ask("PRAGMA synchronous"), "2");
    cr_assert(page("nobody", both, 1, LAST) == RUF_E_USAGE);
    cr_expect_str_eq(ask("PRAGMA synchronous"), "2");
    cr_assert(page("FILE", both, 1, LAST) == RUF_OK);
    cr_expect_str_eq(ask("PRAGMA synchronous"), "2");
}

/* What a trial reads, and folds, must not cost a round under way its pages. */
Test(store, leaves_the_pages_of_a_round_to_it_in_a_trial)
{
    struct ruf_record both[] = { person("a", "Graf"), person("b", "Klein") };

    cr_assert(page("FILE", both, 1, FIRST) == RUF_OK);
    for (int how = 0; how < 2; how++) {
        cr_assert(ruf_store_trial_begin(store, &err) == RUF_OK);
        cr_assert_eq(link_kind(), 1);
        if (how == 0) /* anew, else read on */
            cr_assert(page("FILE", both, 2, FIRST) == RUF_OK, "%s", err.detail);
        cr_assert(page("FILE", both + 1, 1, 0) == RUF_OK, "%s", err.detail);
        cr_assert(page("FILE", NULL, 0, LAST) == RUF_OK);
        cr_assert_str_eq(names(), "Graf Klein ");
        cr_assert(ruf_store_trial_end(store, &err) == RUF_OK);
        cr_assert_str_eq(names(), "");
    }
    reopen();
    cr_assert_eq(link_kind(), 1);
    cr_assert(page("FILE", both + 1, 1, LAST) == RUF_OK);
    cr_assert_str_eq(names(), "Graf Klein ");
}

/* As a power cut leaves it: the store was flushed, the pages were not. */
Test(store, starts_a_round_over_whose_pages_are_lost)
{
    struct ruf_record both[] = { person("a", "Graf"), person("b", "Klein") };

    for (int how = 0; how < 3; how++) {
        cr_assert(page("FILE", both, 2, FIRST) == RUF_OK);
        cr_assert(page("FILE", both, 2, 0) == RUF_OK);
        cr_assert_eq(link_kind(), 1);
        ruf_store_close(store);
        if (how == 0)
            cr_assert(unlink(pages_path()) == 0);
        else if (how == 1)
            cr_assert(truncate(pages_path(), 100) == 0);
        else /* zeros, as a file system leaves blocks it did not write */
            cr_assert(truncate(pages_path(), 0) == 0 &&
                      truncate(pages_path(), 4096) == 0);
        open_store(RUF_STORE_WRITE);
        cr_expect_eq(link_kind(), 0, "case %d", how);
        cr_expect_eq(rows_of("staged"), 0);
        cr_expect_str_eq(names(), how == 0 ? "" : "Graf Klein ");
        cr_assert(page("FILE", both, 2, FIRST | LAST) == RUF_OK);
        cr_expect_str_eq(names(), "Graf Klein ");
    }
}

Test(store, removes_pages_that_no_row_has_a_key_for)
{
    struct ruf_record record = person("a", "Graf");

    cr_assert(page("FILE", &record, 1, FIRST) == RUF_OK);
    cr_assert(ruf_store_collection_reset(store, "FILE", "list", &err) ==
              RUF_OK);
    reopen();
    cr_assert(access(pages_path(), F_OK) != 0);
}

Test(store, keeps_pages_in_the_store_if_that_is_in_memory)
{
    struct ruf_record both[] = { person("a", "Graf"), person("b", "Klein") };
    char memory[RUF_STORE_MEMORY_PATH_SIZE];
    struct ruf_store *second;

    ruf_store_close(store);
    cr_assert(ruf_store_memory_path(memory, &err) == RUF_OK);
    cr_assert(ruf_store_open(memory, key, RUF_STORE_CREATE, &store, &err) ==
              RUF_OK);
    cr_assert(page("FILE", both, 1, FIRST) == RUF_OK);
    cr_assert(ruf_store_open(memory, key, RUF_STORE_WRITE, &second, &err) ==
              RUF_OK);
    ruf_store_close(store);
    store = second;
    cr_assert_eq(link_kind(), 1);
    cr_assert(page("FILE", both + 1, 1, LAST) == RUF_OK);
    cr_assert_str_eq(names(), "Graf Klein ");
    cr_assert(access(pages_path(), F_OK) != 0);
    cr_assert(access("store.pages", F_OK) != 0);
}

Test(store, believes_a_shrink_that_is_allowed)
{
    char ids[40][4];
    struct ruf_record all[40];

    for (size_t i = 0; i < 40; i++) {
        (void)snprintf(ids[i], sizeof(ids[i]), "%zu", i);
        all[i] = person(ids[i], "Graf");
    }
    cr_assert(page("FILE", all, 40, FIRST | LAST) == RUF_OK);
    cr_assert(page("FILE", all, 1, FIRST | LAST) == RUF_E_SERVER);
    cr_assert(page("FILE", all, 2, FIRST | LAST) == RUF_E_SERVER);
    cr_assert(page("FILE", all, 3, FIRST | LAST | SHRINK) == RUF_OK);
    cr_assert_eq(round_.removed, 37);
}

Test(store, lays_a_partial_update_over_what_it_has)
{
    struct ruf_record record = person("a", "Graf");
    struct ruf_store_stats stats;

    cr_assert(page("FILE", &record, 1, FIRST | LAST) == RUF_OK);
    memset(&record, 0, sizeof(record));
    record.native_id = ruf_text("a");
    record.fields[RUF_RECORD_TITLE] = ruf_text("Ingenieur");
    record.keep_fields = UINT32_MAX & ~(1u << RUF_RECORD_TITLE);
    record.keep_numbers = UINT32_MAX;
    cr_assert(page("FILE", &record, 1, FIRST | LAST | DELTA) == RUF_OK);
    cr_assert_eq(round_.changed, 1);
    cr_assert_str_eq(names(), "Graf ", "absent keeps");
    cr_assert(ruf_store_stats(store, &stats, &err) == RUF_OK);
    cr_assert_eq(stats.numbers_total, 1);
    cr_assert_eq(stats.numbers_valid, 1);
    record.keep_fields &= ~(1u << RUF_RECORD_FAMILY);
    record.keep_numbers = 0;
    cr_assert(page("FILE", &record, 1, FIRST | LAST | DELTA) == RUF_OK);
    cr_assert(ruf_store_stats(store, &stats, &err) == RUF_OK);
    cr_assert_eq(stats.numbers_total, 0, "null clears");
}

/* Sources take turns, and a round may start over. */
Test(store, folds_the_pages_of_one_round_only)
{
    struct ruf_record seen[] = { person("a", "Graf"), person("b", "Klein"),
                                 person("c", "Neu") };

    cr_assert(page("FILE", seen + 2, 1, FIRST) == RUF_OK);
    cr_assert(page("BLOB", seen + 1, 1, FIRST) == RUF_OK);
    cr_assert(page("FILE", seen, 1, FIRST) == RUF_OK);
    cr_assert(page("BLOB", seen + 2, 1, 0) == RUF_OK);
    cr_assert(page("FILE", NULL, 0, LAST) == RUF_OK);
    cr_assert_str_eq(names(), "Graf ");
    cr_assert_eq(rows_of("staged"), 2, "the other round is under way");
    cr_assert(page("BLOB", seen, 1, LAST) == RUF_OK);
    cr_assert_str_eq(names(), "Graf Klein Neu Graf ");
    cr_assert_eq(rows_of("staged"), 0);
}

Test(store, clears_all_of_one_source_and_nothing_else)
{
    static const uint8_t jpeg[] = { 0xFF, 0xD8, 0xFF, 0xE0, 1 };
    static const char *const tables[] = { "records", "numbers", "photos",
                                          "collections", "staged" };
    struct ruf_record both[] = { person("a", "Graf"), person("b", "Klein") };
    struct ruf_collection_state state;
    uint64_t removed = 99;

    for (int i = 0; i < 2; i++) {
        const char *source = i == 0 ? "FILE" : "BLOB";

        cr_assert(page(source, both, 2, FIRST | LAST) == RUF_OK);
        cr_assert(page(source, both, 1, FIRST) == RUF_OK); /* staged */
        cr_assert(ruf_store_photo_put(store, source, ruf_text("a"),
                                      ruf_text("e"), jpeg, sizeof(jpeg),
                                      &err) == RUF_OK);
    }
    cr_assert(ruf_store_throttle(store, "FILE", 77, &err) == RUF_OK);
    for (size_t i = 0; i < 5; i++)
        cr_assert(rows_of(tables[i]) % 2 == 0 && rows_of(tables[i]) > 0, "%s",
                  tables[i]);
    cr_assert(ruf_store_source_clear(store, "FILE", &removed, &err) == RUF_OK);
    cr_expect_eq(removed, 2);
    for (size_t i = 0; i < 5; i++)
        cr_expect_eq(rows_of(tables[i]), i < 2 ? 2 : 1, "%s", tables[i]);
    cr_assert(ruf_store_collection_load(store, "FILE", "list", &state, &err) ==
              RUF_OK);
    cr_expect_eq(state.link_kind, 0, "read in full again");
    cr_expect_eq(state.not_before, 77, "the server's pause stays");
    cr_assert(ruf_store_source_clear(store, "FILE", &removed, &err) == RUF_OK);
    cr_expect_eq(removed, 0);
    cr_assert_str_eq(names(), "Graf Klein ");
}

Test(store, removes_what_a_delta_says_is_gone)
{
    struct ruf_record both[] = { person("a", "Graf"), person("b", "Klein") };
    struct ruf_record change[] = { gone("a"), gone("never there") };

    cr_assert(page("FILE", both, 2, FIRST | LAST) == RUF_OK);
    cr_assert(page("FILE", change, 2, FIRST | LAST | DELTA) == RUF_OK);
    cr_assert_eq(round_.removed, 1);
    cr_assert_str_eq(names(), "Klein ");
}

Test(store, keeps_no_record_that_a_rule_excludes)
{
    struct ruf_record record = person("a", "Graf");

    cr_assert(page("FILE", &record, 1, FIRST | LAST) == RUF_OK);
    record.fields[RUF_RECORD_ENABLED] = ruf_text("false");
    cr_assert(page("FILE", &record, 1, FIRST | LAST | DELTA) == RUF_OK);
    cr_assert_eq(round_.removed, 1);
    cr_assert_str_eq(names(), "");
}

/* A guest's changed job title comes without what makes him a guest. */
Test(store, does_not_show_a_filtered_record_after_a_partial_update)
{
    struct ruf_record record = person("a", "Gast");

    record.fields[RUF_RECORD_ENABLED] = ruf_text("false");
    cr_assert(page("FILE", &record, 1, FIRST | LAST) == RUF_OK);
    record.fields[RUF_RECORD_ENABLED] = ruf_text(NULL);
    record.keep_fields = 1u << RUF_RECORD_ENABLED;
    cr_assert(page("FILE", &record, 1, FIRST | LAST | DELTA) == RUF_OK);
    cr_assert_str_eq(names(), "", "still hidden");
    record.keep_fields = 0;
    record.fields[RUF_RECORD_ENABLED] = ruf_text("true");
    cr_assert(page("FILE", &record, 1, FIRST | LAST | DELTA) == RUF_OK);
    cr_assert_str_eq(names(), "Gast ", "sent whole, and enabled now");
}

Test(store, holds_back_a_suspicious_shrink_until_it_is_confirmed)
{
    struct ruf_record many[50];
    char ids[50][8];

    for (int i = 0; i < 50; i++) {
        (void)snprintf(ids[i], sizeof(ids[i]), "%d", i);
        many[i] = person(ids[i], "Graf");
    }
    cr_assert(page("FILE", many, 50, FIRST | LAST) == RUF_OK);
    cr_assert(page("FILE", many, 10, FIRST | LAST) == RUF_E_SERVER);
    cr_assert_str_eq(err.id, "S550");
    cr_assert_eq(strlen(names()), 250, "all fifty are still there");
    cr_assert(page("FILE", many, 10, FIRST | LAST) == RUF_OK);
    cr_assert_eq(strlen(names()), 50);
}

Test(store, goes_on_where_a_killed_process_stopped)
{
    struct ruf_record a = person("a", "Graf");
    struct ruf_record b = person("b", "Klein");
    struct ruf_collection_state state;
    int status;
    pid_t child;

    ruf_store_close(store);
    store = NULL;
    child = fork();
    if (child == 0) {
        open_store(RUF_STORE_WRITE);
        if (page("FILE", &a, 1, FIRST) == RUF_OK)
            (void)raise(SIGKILL);
        _exit(1);
    }
    cr_assert(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
    open_store(RUF_STORE_WRITE);
    cr_assert(ruf_store_collection_load(store, "FILE", "list", &state, &err) ==
              RUF_OK);
    cr_assert_eq(state.link_kind, 1);
    cr_assert_str_eq(state.link, "next");
    free(state.link);
    free(state.select);
    cr_assert(page("FILE", &b, 1, LAST) == RUF_OK);
    cr_assert_str_eq(names(), "Graf Klein ");
}

Test(store, tells_a_wrong_key_from_damage)
{
    static const uint8_t other[32] = { 9 };
    struct ruf_record record = person("a", "Graf");
    char *bytes;
    size_t size;

    cr_assert(page("FILE", &record, 1, FIRST | LAST) == RUF_OK);
    ruf_store_close(store);
    store = NULL;
    cr_assert(ruf_store_open(path, other, RUF_STORE_WRITE, &store, &err) ==
              RUF_E_KEY);
    cr_assert_str_eq(err.id, "K202");
    cr_assert(ruf_file_read(path, RUF_FILE_ANY, 1 << 24, &bytes, &size, NULL) ==
              RUF_OK);
    bytes[100] ^= 1;
    cr_assert(ruf_file_replace(path, bytes, size, NULL) == RUF_OK);
    cr_assert(ruf_store_open(path, key, RUF_STORE_WRITE, &store, &err) ==
              RUF_E_CORRUPT);
    cr_assert_str_eq(err.id, "D711");
    cr_assert(ruf_file_replace(path, bytes, size - 1, NULL) == RUF_OK);
    cr_assert(ruf_store_open(path, key, RUF_STORE_WRITE, &store, &err) ==
              RUF_E_CORRUPT);
    free(bytes);
}

static bool file_holds(const char *name, const char *text)
{
    char file[160];
    char *bytes = NULL;
    size_t size = 0;
    bool found;

    (void)snprintf(file, sizeof(file), "%s%s", path, name);
    if (ruf_file_read(file, RUF_FILE_ANY, 1 << 24, &bytes, &size, NULL) !=
        RUF_OK)
        return false;
    found = memmem(bytes, size, text, strlen(text)) != NULL;
    free(bytes);
    return found;
}

Test(store, leaves_no_plain_text_in_any_of_its_files)
{
    struct ruf_record record = person("a", "Kanarienvogel");

    cr_assert(page("FILE", &record, 1, FIRST) == RUF_OK);
    cr_assert(page("FILE", &record, 1, LAST) == RUF_OK);
    cr_assert(!file_holds("-wal", "Kanarienvogel"));
    cr_assert(!file_holds("-shm", "Kanarienvogel"));
    ruf_store_close(store); /* moves the log into the database */
    store = NULL;
    cr_assert(!file_holds("", "Kanarienvogel"));
    /* The search itself must be able to find something. */
    cr_assert(ruf_file_replace(path, "..Kanarienvogel..", 17, NULL) == RUF_OK);
    cr_assert(file_holds("", "Kanarienvogel"));
}

Test(store, keeps_secrets_and_facts)
{
    char *value;
    int64_t number;
    struct stat info;

    cr_assert(ruf_store_secret_save(store, "token", "geheim", &err) == RUF_OK);
    cr_assert(ruf_store_secret_load(store, "token", &value, &err) == RUF_OK);
    cr_assert_str_eq(value, "geheim");
    free(value);
    cr_assert(ruf_store_secret_save(store, "token", NULL, &err) == RUF_OK);
    cr_assert(ruf_store_secret_load(store, "token", &value, &err) == RUF_OK);
    cr_assert(value == NULL);
    cr_assert(ruf_store_fact_save(store, "generation", 7, &err) == RUF_OK);
    cr_assert(ruf_store_fact_load(store, "generation", &number, &err) ==
              RUF_OK);
    cr_assert_eq(number, 7);
    cr_assert(stat(path, &info) == 0 && (info.st_mode & 0777) == 0600);
}

/* SQLite ends a transaction that found the disk full; a sync goes on with the
 * next source. */
Test(store, keeps_nothing_of_a_trial_that_was_rolled_back_halfway)
{
    struct ruf_record someone = person("a", "Graf");
    int64_t number;

    cr_assert(ruf_store_trial_begin(store, &err) == RUF_OK);
    cr_assert_eq(sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL),
                 SQLITE_OK);
    cr_assert(page("FILE", &someone, 1, FIRST | LAST) != RUF_OK);
    cr_assert(ruf_store_fact_save(store, "generation", 7, &err) != RUF_OK);
    cr_assert(ruf_store_trial_end(store, &err) == RUF_OK, "%s", err.id);
    cr_assert_str_eq(names(), "");
    cr_assert(ruf_store_fact_load(store, "generation", &number, &err) ==
              RUF_OK);
    cr_assert_eq(number, 0);
    cr_assert(page("FILE", &someone, 1, FIRST | LAST) == RUF_OK, "%s", err.id);
    cr_assert_str_eq(names(), "Graf ", "after the trial all is as ever");
}

/* --- numbers
 * --------------------------------------------------------------------- */

static void count_carrier(void *context,
                          const struct ruf_source_contact *contact)
{
    size_t *carriers = context;

    (void)contact;
    (*carriers)++;
}

static size_t carriers_of(ruf_e164 number)
{
    size_t carriers = 0;

    cr_assert(ruf_store_carriers(store, policy, number, count_carrier,
                                 &carriers, &err) == RUF_OK);
    return carriers;
}

Test(store, finds_the_records_that_carry_a_number)
{
    static const struct ruf_raw_number note = { { "siehe Notiz", 11 },
                                                RUF_KIND_OTHER };
    struct ruf_record records[] = { person("a", "Graf"), person("b", "Klein"),
                                    person("c", "Lang") };
    struct ruf_report *report = calloc(1, sizeof(*report));

    records[2].numbers = &note;
    cr_assert(page("FILE", records, 3, FIRST | LAST) == RUF_OK);
    cr_assert_eq(carriers_of(493023125042), 2);
    cr_assert_eq(carriers_of(493023125043), 0);
    cr_assert_eq(carriers_of(0), 1);
    cr_assert(ruf_store_health(store, report, &err) == RUF_OK);
    cr_assert_eq(report->source_count, 1);
    cr_assert_str_eq(report->sources[0].source, "FILE");
    cr_assert_eq(report->sources[0].numbers, 3);
    cr_assert_eq(report->sources[0].reasons[RUF_REASON_IDENTIFIED], 2);
    cr_assert_eq(report->sources[0].reasons[RUF_REASON_NOT_A_NUMBER], 1);
    cr_assert(page("BLOB", records, 1, FIRST | LAST) == RUF_OK);
    cr_assert(ruf_store_health(store, report, &err) == RUF_OK);
    cr_assert_eq(report->source_count, 2);
    cr_assert_str_eq(report->sources[0].source, "BLOB", "in order of the ids");
    cr_assert_eq(report->sources[0].numbers, 1);
    cr_assert_eq(report->sources[1].numbers, 3);
    free(report);
}

/* Turn the open store into one of an earlier schema version, as it was. */
static void make_version(int version)
{
    static const char *const back[] = {
        NULL,
        "DROP TABLE numbers;"
        "CREATE TABLE numbers (record INTEGER NOT NULL,"
        " position INTEGER NOT NULL, e164 INTEGER NOT NULL,"
        " status INTEGER NOT NULL, rule INTEGER NOT NULL,"
        " PRIMARY KEY (record, position)) WITHOUT ROWID;"
        "CREATE INDEX numbers_e164 ON numbers (e164)"
        " WHERE e164 > 0;"
        "DELETE FROM facts WHERE name = 'plan';"
        "PRAGMA user_version = 1",
        "DROP TABLE photos; DROP TRIGGER records_photos;"
        "PRAGMA user_version = 2",
        "DROP TABLE overrides; DROP TABLE marks; DROP TABLE audit;"
        "PRAGMA user_version = 3",
        "ALTER TABLE markers DROP COLUMN rule; PRAGMA user_version = 4",
        "DROP TABLE staged;"
        "CREATE TABLE staged (seq INTEGER PRIMARY KEY,"
        " collection INTEGER NOT NULL, payload BLOB NOT NULL);"
        "INSERT INTO staged (collection, payload) VALUES (1, x'0100');"
        "PRAGMA user_version = 5",
        "UPDATE audit SET object = '' WHERE event = '';"
        "PRAGMA user_version = 6",
        "DROP TABLE staged;"
        "CREATE TABLE staged (seq INTEGER PRIMARY KEY,"
        " collection INTEGER NOT NULL, records INTEGER NOT NULL,"
        " payload BLOB NOT NULL);"
        "INSERT INTO staged (collection, records, payload)"
        " VALUES (1, 1, x'0100');"
        "PRAGMA user_version = 7",
        "DROP TABLE ids; DROP TABLE hashes; DROP TABLE numbers;"
        "DROP TRIGGER records_photos;"
        "ALTER TABLE records RENAME TO records_9;"
        "CREATE TABLE records (id INTEGER PRIMARY KEY,"
        " collection INTEGER NOT NULL, native_id TEXT NOT NULL,"
        " hash BLOB NOT NULL, payload BLOB NOT NULL,"
        " UNIQUE (collection, native_id));"
        "INSERT INTO records SELECT id, collection, record_id(payload), hash,"
        " payload FROM records_9; DROP TABLE records_9;"
        "CREATE TRIGGER records_photos AFTER DELETE ON records BEGIN"
        " DELETE FROM photos WHERE record = OLD.id; END;"
        "CREATE INDEX records_hash ON records (hash);"
        "CREATE TABLE numbers (record INTEGER NOT NULL,"
        " position INTEGER NOT NULL, e164 INTEGER NOT NULL,"
        " reason INTEGER NOT NULL, rule INTEGER NOT NULL,"
        " type INTEGER NOT NULL, corrections INTEGER NOT NULL,"
        " PRIMARY KEY (record, position)) WITHOUT ROWID;"
        "CREATE INDEX numbers_e164 ON numbers (e164) WHERE e164 > 0;"
        "INSERT INTO numbers VALUES (1, 0, 493023125042, 0, 1, 1, 0);"
        "PRAGMA user_version = 8",
        "DROP TABLE ids; DROP TABLE hashes; DROP TABLE numbers;"
        "CREATE TABLE ids (collection INTEGER NOT NULL, id INTEGER NOT NULL,"
        " record INTEGER NOT NULL,"
        " PRIMARY KEY (collection, id, record)) WITHOUT ROWID;"
        "CREATE TABLE hashes (hash INTEGER NOT NULL, record INTEGER NOT NULL,"
        " PRIMARY KEY (hash, record)) WITHOUT ROWID;"
        "CREATE TABLE numbers (e164 INTEGER NOT NULL, record INTEGER NOT NULL,"
        " PRIMARY KEY (e164, record)) WITHOUT ROWID;"
        "PRAGMA user_version = 9",
    };

    for (int at = 9; at >= version; at--)
        cr_assert(ruf_store_run(store, back[at], &err) == RUF_OK);
    ruf_store_close(store);
    store = NULL;
}

/* Tables and indexes with their definitions: the same by any way. */
static const char *layout(void)
{
    static char text[8192];
    sqlite3_stmt *rows;
    size_t used = 0;

    cr_assert(ruf_store_prepare(store,
                                "SELECT sql FROM sqlite_schema"
                                " WHERE sql IS NOT NULL ORDER BY name",
                                &rows, &err) == RUF_OK);
    while (sqlite3_step(rows) == SQLITE_ROW)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s\n",
                                 (const char *)sqlite3_column_text(rows, 0));
    (void)sqlite3_finalize(rows);
    cr_assert(used > 0 && used < sizeof(text));
    return text;
}

Test(store, brings_every_earlier_version_to_one_layout)
{
    char *fresh = strdup(layout());
    struct ruf_record record = person("a", "Graf");

    cr_assert(page("FILE", &record, 1, FIRST | LAST) == RUF_OK);
    cr_assert(page("BLOB", &record, 1, FIRST | LAST) == RUF_OK);
    for (int version = 1; version < 10; version++) {
        make_version(version);
        cr_assert(ruf_store_open(path, key, RUF_STORE_READ, &store, &err) ==
                  RUF_E_CORRUPT);
        cr_assert_str_eq(err.id, "D713", "a reader changes nothing");
        open_store(RUF_STORE_WRITE);
        cr_assert_str_eq(layout(), fresh, "version %d", version);
        cr_assert_str_eq(names(), "Graf Graf ");
        cr_assert_eq(rows_of("hashes"), 2);
        cr_assert_str_eq(ask("SELECT count(*) FROM ids i JOIN records r"
                             " ON r.id = i.record"
                             " AND r.collection = i.collection"
                             " AND i.id = id_key('a')"),
                         "2");
        cr_assert(ruf_store_standardise(store, policy, false, &err) == RUF_OK);
        cr_assert_eq(carriers_of(493023125042), 2);
    }
    free(fresh);
}

Test(store, brings_a_store_of_version_1_up_to_date)
{
    struct ruf_record record = person("a", "Graf");

    cr_assert(page("FILE", &record, 1, FIRST | LAST) == RUF_OK);
    make_version(1);
    cr_assert(ruf_store_open(path, key, RUF_STORE_READ, &store, &err) ==
              RUF_E_CORRUPT);
    cr_assert_str_eq(err.id, "D713", "a reader changes nothing");
    open_store(RUF_STORE_WRITE);
    cr_assert_str_eq(names(), "Graf ");
    cr_assert_eq(carriers_of(493023125042), 0);
    cr_assert(ruf_store_standardise(store, policy, false, &err) == RUF_OK);
    cr_assert_eq(carriers_of(493023125042), 1);
    ruf_store_close(store);
    open_store(RUF_STORE_READ);
}

/* Staged records had other forms; what is visible stays. */
static void expect_a_round_to_start_over(int version)
{
    struct ruf_record both[] = { person("a", "Graf"), person("b", "Klein") };
    struct ruf_collection_state state;

    cr_assert(page("FILE", both, 1, FIRST | LAST) == RUF_OK);
    cr_assert(page("FILE", both, 2, FIRST) == RUF_OK);
    make_version(version);
    open_store(RUF_STORE_WRITE);
    cr_assert(ruf_store_collection_load(store, "FILE", "list", &state, &err) ==
              RUF_OK);
    cr_expect_eq(state.link_kind, 0);
    cr_expect_null(state.link);
    free(state.select);
    cr_assert_str_eq(names(), "Graf ");
    cr_assert(page("FILE", both, 2, FIRST | LAST) == RUF_OK);
    cr_assert_str_eq(names(), "Graf Klein ");
}

Test(store, starts_a_round_over_that_version_5_began)
{
    expect_a_round_to_start_over(5);
}

Test(store, starts_a_round_over_that_version_7_began)
{
    expect_a_round_to_start_over(7);
}

static void append_audit(int64_t made, int64_t keep_since)
{
    struct ruf_store_audit entry = { .made = made, .event = ruf_text("sync") };

    cr_assert(ruf_store_audit_append(store, &entry, keep_since, &err) ==
              RUF_OK);
}

static void add_audit(void *context, const struct ruf_store_audit *entry)
{
    char *text = context;
    size_t used = strlen(text);

    (void)snprintf(text + used, 256 - used, "%lld:%.*s ",
                   (long long)entry->number, (int)entry->event.size,
                   entry->event.data);
}

static enum ruf_status read_audit(char text[256])
{
    text[0] = '\0';
    return ruf_store_audit_read(store, add_audit, text, &err);
}

/* Nobody can tell any more what was cut off there; that is noted. */
Test(store, seals_where_the_audit_of_version_6_begins)
{
    char text[256];

    for (int64_t at = 1; at <= 5; at++)
        append_audit(100 * at, 300);
    make_version(6);
    open_store(RUF_STORE_WRITE);
    cr_assert(read_audit(text) == RUF_OK, "%s", err.detail);
    cr_assert_str_eq(text, "3:sync 4:sync 5:sync 6:anchor ");
    ruf_store_close(store);
    open_store(RUF_STORE_WRITE);
    cr_assert(read_audit(text) == RUF_OK, "%s", err.detail);
    cr_assert_str_eq(text, "3:sync 4:sync 5:sync 6:anchor ", "once");
}

/* Neither where nothing expired nor where an entry is missing. */
Test(store, seals_nothing_but_an_anchor_of_version_6)
{
    char text[256];

    append_audit(100, 0);
    append_audit(200, 0);
    make_version(6);
    open_store(RUF_STORE_WRITE);
    cr_assert(read_audit(text) == RUF_OK, "%s", err.detail);
    cr_assert_str_eq(text, "1:sync 2:sync ");
    cr_assert(ruf_store_run(store, "DELETE FROM audit WHERE number = 1",
                            &err) == RUF_OK);
    make_version(6);
    open_store(RUF_STORE_WRITE);
    cr_assert(read_audit(text) == RUF_E_CORRUPT);
    cr_assert_str_eq(err.id, "D750");
}

Test(store, gives_a_store_of_version_2_room_for_photos)
{
    struct ruf_record record = person("a", "Graf");

    cr_assert(page("FILE", &record, 1, FIRST | LAST) == RUF_OK);
    make_version(2);
    cr_assert(ruf_store_open(path, key, RUF_STORE_READ, &store, &err) ==
              RUF_E_CORRUPT);
    cr_assert_str_eq(err.id, "D713");
    open_store(RUF_STORE_WRITE);
    cr_assert(ruf_store_photo_put(store, "FILE", ruf_text("a"), ruf_text(""),
                                  "", 0, &err) == RUF_OK);
}

/* A policy over the sources of set_up() with these filter rules. */
static void use_filters(const char *filters)
{
    char json[2048];

    ruf_policy_destroy(policy);
    (void)snprintf(json, sizeof(json),
                   "{\"schema\":\"rufname.policy/1\",\"version\":2,"
                   "\"region\":{\"default\":\"DE\"},\"sources\":["
                   "{\"id\":\"FILE\",\"kind\":\"file\"},{\"id\":\"BLOB\","
                   "\"kind\":\"file\"}],\"filters\":[%s]}",
                   filters);
    cr_assert(ruf_policy_parse(json, strlen(json), &policy, NULL, &err) ==
                  RUF_OK,
              "%s %s", err.place, err.detail);
}

/* One value out of the store. */
/* What a rule drops is not stored, and a text with two numbers keeps one. */
Test(store, stores_no_number_that_a_rule_drops)
{
    static const struct ruf_raw_number numbers[] = {
        { { "030 23125-042", 13 }, RUF_KIND_BUSINESS },
        { { "030 23125-043", 13 }, RUF_KIND_HOME },
        { { "030 23125-044\n030 23125-045", 27 }, RUF_KIND_BUSINESS },
        { { "030 23125-044", 13 }, RUF_KIND_OTHER },
    };
    struct ruf_record record = person("a", "Graf");

    use_filters("{\"id\":\"home\",\"when\":{\"field\":\"number.kind\","
                "\"op\":\"equals\",\"value\":\"home\"},\"then\":"
                "\"drop_numbers\"},{\"id\":\"old\",\"when\":{\"field\":"
                "\"number.e164\",\"op\":\"equals\",\"value\":"
                "\"+49 30 23125-044\"},\"then\":\"drop_numbers\"}");
    record.numbers = numbers;
    record.number_count = 4;
    cr_assert(page("FILE", &record, 1, FIRST | LAST) == RUF_OK);
    cr_expect_eq(carriers_of(493023125042), 1);
    cr_expect_eq(carriers_of(493023125043), 0);
    cr_expect_eq(carriers_of(493023125044), 0);
    cr_expect_eq(carriers_of(493023125045), 1);
    cr_expect_str_eq(ask("SELECT count(*) FROM numbers"), "2");
    cr_expect_str_eq(ask("SELECT instr(payload, '23125-043') FROM records"),
                     "0");
    cr_expect_str_eq(ask("SELECT instr(payload, '23125-042') > 0 FROM records"),
                     "1");
}

Test(store, remembers_which_rule_hides_a_record)
{
    struct ruf_record records[] = { person("a", "Graf"), person("b", "Klein"),
                                    person("c", "Lang") };

    use_filters("{\"id\":\"no-graf\",\"when\":{\"field\":\"family\","
                "\"op\":\"equals\",\"value\":\"graf\"},\"then\":"
                "\"exclude\"},{\"id\":\"no-43\",\"when\":{\"field\":"
                "\"number.e164\",\"op\":\"starts_with\",\"value\":"
                "\"+4930 23125 043\"},\"then\":\"exclude\"}");
    cr_assert(page("FILE", records, 3, FIRST | LAST) == RUF_OK);
    cr_expect_str_eq(names(), "Klein Lang ");
    cr_expect_str_eq(ask("SELECT group_concat(rule) FROM markers"), "no-graf");
    cr_expect_str_eq(ask("SELECT sum(instr(marker, 'a')) FROM markers"), "0");
}

Test(store, refuses_a_newer_schema)
{
    cr_assert(ruf_store_run(store, "PRAGMA user_version = 99", &err) == RUF_OK);
    ruf_store_close(store);
    store = NULL;
    cr_assert(ruf_store_open(path, key, RUF_STORE_WRITE, &store, &err) ==
              RUF_E_CORRUPT);
    cr_assert_str_eq(err.id, "D712");
}
