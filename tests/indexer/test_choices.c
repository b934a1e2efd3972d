/*
 * test_choices.c - what people decided, kept without a trace of who is gone
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "indexer/store_choices.h"
#include "indexer/store_private.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char folder[] = "/tmp/rufname-test-choices.XXXXXX";
static char path[128];
static const uint8_t key[32] = { 7, 8, 9 };
static struct ruf_store *store;
static struct ruf_policy *policy;
static struct ruf_arena *arena;
static struct ruf_source_contact contacts[4];
static struct ruf_store_override *decided;
static size_t decided_count;
static struct ruf_error err;

static void use_policy(const char *more)
{
    char json[512];

    (void)snprintf(json, sizeof(json),
                   "{\"schema\":\"rufname.policy/1\",\"version\":1,"
                   "\"sources\":[{\"id\":\"FILE\",\"kind\":\"file\"}]%s}",
                   more);
    ruf_policy_destroy(policy);
    cr_assert(ruf_policy_parse(json, strlen(json), &policy, NULL, NULL) ==
              RUF_OK);
}

static void set_up(void)
{
    static const char *const ids[] = { "a", "b", "c", "d" };

    cr_assert(mkdtemp(folder) != NULL);
    (void)snprintf(path, sizeof(path), "%s/store.db", folder);
    cr_assert(ruf_store_open(path, key, RUF_STORE_CREATE, &store, &err) ==
              RUF_OK);
    cr_assert(ruf_arena_create(&arena, NULL) == RUF_OK);
    use_policy("");
    for (size_t i = 0; i < 4; i++) {
        contacts[i].source = ruf_policy_source(policy, ruf_text("FILE"));
        contacts[i].native_id = ruf_text(ids[i]);
    }
}

static void tear_down(void)
{
    char command[256];

    ruf_store_close(store);
    ruf_arena_destroy(arena);
    ruf_policy_destroy(policy);
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    if (system(command) != 0)
        cr_log_warn("%s is left", folder);
}

TestSuite(choices, .init = set_up, .fini = tear_down);

static void choose(size_t a, size_t b, enum ruf_choice choice, int64_t made)
{
    struct ruf_store_choice one = { &contacts[a], &contacts[b], choice };

    cr_assert(ruf_store_choose(store, &one, 1, made, &err) == RUF_OK);
}

static void read_overrides(size_t count)
{
    cr_assert(ruf_store_overrides(store, contacts, count, arena, &decided,
                                  &decided_count, &err) == RUF_OK,
              "%s", err.detail);
}

static bool is_pair(size_t at, uint32_t a, uint32_t b)
{
    const struct ruf_override *pair = &decided[at].pair;

    return (pair->a == a && pair->b == b) || (pair->a == b && pair->b == a);
}

Test(choices, finds_the_records_of_a_pair_wherever_they_stand)
{
    struct ruf_source_contact swap = contacts[0];

    read_overrides(4);
    cr_assert_eq(decided_count, 0);
    choose(0, 1, RUF_CHOICE_APART, 20);
    choose(2, 1, RUF_CHOICE_TOGETHER, 10);
    read_overrides(4);
    cr_assert_eq(decided_count, 2);
    cr_assert(is_pair(0, 1, 2) && decided[0].pair.together, "oldest first");
    cr_assert(is_pair(1, 0, 1) && !decided[1].pair.together);
    cr_assert_eq(decided[1].made, 20);
    contacts[0] = contacts[3];
    contacts[3] = swap;
    read_overrides(4);
    cr_assert(is_pair(1, 3, 1));
    read_overrides(3);
    cr_assert(is_pair(1, UINT32_MAX, 1), "a record that is not there");
}

Test(choices, keeps_one_decision_about_a_pair)
{
    choose(0, 1, RUF_CHOICE_APART, 1);
    choose(1, 0, RUF_CHOICE_TOGETHER, 2);
    read_overrides(4);
    cr_assert_eq(decided_count, 1);
    cr_assert(decided[0].pair.together);
    choose(0, 1, RUF_CHOICE_NONE, 3);
    read_overrides(4);
    cr_assert_eq(decided_count, 0);
}

static size_t count_rows(const char *sql)
{
    sqlite3_stmt *rows;
    size_t count;

    cr_assert(ruf_store_prepare(store, sql, &rows, &err) == RUF_OK);
    cr_assert(sqlite3_step(rows) == SQLITE_ROW);
    count = (size_t)sqlite3_column_int64(rows, 0);
    (void)sqlite3_finalize(rows);
    return count;
}

Test(choices, name_no_record)
{
    contacts[0].native_id = ruf_text("kanarienvogel@muster.example");
    choose(0, 1, RUF_CHOICE_APART, 1);
    cr_assert_eq(count_rows("SELECT count(*) FROM overrides"
                            " WHERE length(a) = 16 AND length(b) = 16"),
                 1);
    cr_assert_eq(count_rows("SELECT count(*) FROM overrides WHERE"
                            " instr(a || b, CAST('kanarien' AS BLOB)) > 0"),
                 0);
}

/* --- marks
 * ------------------------------------------------------------------------ */

static void add_text(void *context, struct ruf_text source,
                     struct ruf_text native_id, int64_t made)
{
    char *text = context;
    size_t used = strlen(text);

    (void)made;
    cr_assert(ruf_text_is(source, "FILE"));
    (void)snprintf(text + used, 2048 - used, "%.*s ", (int)native_id.size,
                   native_id.data);
}

static const char *marks(enum ruf_mark mark)
{
    static char text[2048];

    text[0] = '\0';
    cr_assert(ruf_store_marks(store, mark, add_text, text, &err) == RUF_OK);
    return text;
}

static void mark(enum ruf_mark kind, const char *id, int64_t made)
{
    cr_assert(ruf_store_mark(store, kind, ruf_text("FILE"), ruf_text(id), made,
                             &err) == RUF_OK);
}

static void store_record(const char *id)
{
    struct ruf_record record;
    struct ruf_store_round round;
    struct ruf_store_page page = { .source = "FILE",
                                   .collection = "list",
                                   .select = "",
                                   .starts_round = true,
                                   .records = &record,
                                   .record_count = 1,
                                   .completes_round = true,
                                   .link = "" };

    memset(&record, 0, sizeof(record));
    record.native_id = ruf_text(id);
    record.fields[RUF_RECORD_FAMILY] = ruf_text("Graf");
    cr_assert(ruf_store_page(store, policy, &page, &round, &err) == RUF_OK,
              "%s", err.detail);
}

Test(choices, keep_favourites_and_recents_apart_newest_first)
{
    mark(RUF_MARK_FAVOURITE, "a", 1);
    mark(RUF_MARK_FAVOURITE, "b", 2);
    mark(RUF_MARK_RECENT, "c", 3);
    mark(RUF_MARK_FAVOURITE, "a", 4);
    cr_assert_str_eq(marks(RUF_MARK_FAVOURITE), "a b ");
    cr_assert_str_eq(marks(RUF_MARK_RECENT), "c ");
    cr_assert(ruf_store_unmark(store, RUF_MARK_FAVOURITE, ruf_text("FILE"),
                               ruf_text("a"), &err) == RUF_OK);
    cr_assert_str_eq(marks(RUF_MARK_FAVOURITE), "b ");
}

Test(choices, keep_the_newest_recents_and_every_favourite)
{
    char id[16];

    for (int i = 0; i < RUF_STORE_RECENTS_MAX + 20; i++) {
        (void)snprintf(id, sizeof(id), "%d", i);
        mark(RUF_MARK_RECENT, id, i);
        mark(RUF_MARK_FAVOURITE, id, i);
    }
    cr_assert_eq(count_rows("SELECT count(*) FROM marks WHERE kind = 1"),
                 RUF_STORE_RECENTS_MAX);
    cr_assert_eq(count_rows("SELECT min(made) FROM marks WHERE kind = 1"), 20);
    cr_assert_eq(count_rows("SELECT count(*) FROM marks WHERE kind = 0"),
                 RUF_STORE_RECENTS_MAX + 20);
}

Test(choices, forget_a_mark_with_its_record)
{
    store_record("a");
    mark(RUF_MARK_FAVOURITE, "a", 1);
    mark(RUF_MARK_FAVOURITE, "gone", 1);
    mark(RUF_MARK_RECENT, "a", 1);
    cr_assert(ruf_store_sweep_marks(store, policy, &err) == RUF_OK);
    cr_assert_str_eq(marks(RUF_MARK_FAVOURITE), "a ");
    cr_assert_str_eq(marks(RUF_MARK_RECENT), "a ");
    use_policy(",\"recents\":{\"enabled\":false}");
    cr_assert(ruf_store_sweep_marks(store, policy, &err) == RUF_OK);
    cr_assert_str_eq(marks(RUF_MARK_FAVOURITE), "a ");
    cr_assert_str_eq(marks(RUF_MARK_RECENT), "", "the policy allows none");
}
