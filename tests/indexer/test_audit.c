/*
 * test_audit.c - a chain of entries that shows a changed or missing one
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "indexer/store_audit.h"
#include "indexer/store_private.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char folder[] = "/tmp/rufname-test-audit.XXXXXX";
static char path[128];
static const uint8_t key[32] = { 4, 5, 6 };
static struct ruf_store *store;
static struct ruf_error err;

static void open_store(enum ruf_store_mode mode)
{
    cr_assert(ruf_store_open(path, key, mode, &store, &err) == RUF_OK, "%s",
              err.detail);
}

static void set_up(void)
{
    cr_assert(mkdtemp(folder) != NULL);
    (void)snprintf(path, sizeof(path), "%s/store.db", folder);
    open_store(RUF_STORE_CREATE);
}

static void tear_down(void)
{
    char command[256];

    ruf_store_close(store);
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    if (system(command) != 0)
        cr_log_warn("%s is left", folder);
}

TestSuite(audit, .init = set_up, .fini = tear_down);

static void append(const char *event, int64_t made, int64_t keep_since)
{
    struct ruf_store_audit entry = { .made = made,
                                     .event = ruf_text(event),
                                     .object = ruf_text("+49\xE2\x80\xA6"
                                                        "678"),
                                     .status = RUF_E_POLICY,
                                     .count = 7 };

    cr_assert(ruf_store_audit_append(store, &entry, keep_since, &err) == RUF_OK,
              "%s", err.detail);
}

static void add_word(void *context, const struct ruf_store_audit *entry)
{
    char *text = context;
    size_t used = strlen(text);

    (void)snprintf(text + used, 512 - used, "%lld:%.*s ",
                   (long long)entry->number, (int)entry->event.size,
                   entry->event.data);
    cr_assert(ruf_text_is(entry->object, "+49\xE2\x80\xA6"
                                         "678"));
    cr_assert_eq(entry->status, RUF_E_POLICY);
    cr_assert_eq(entry->count, 7);
}

static enum ruf_status read_all(char text[512])
{
    text[0] = '\0';
    return ruf_store_audit_read(store, add_word, text, &err);
}

static void expect_words(const char *words)
{
    char text[512];

    cr_assert(read_all(text) == RUF_OK, "%s", err.detail);
    cr_assert_str_eq(text, words);
}

static void expect_broken(uint64_t number, const char *words)
{
    char text[512];

    cr_assert(read_all(text) == RUF_E_CORRUPT);
    cr_assert_str_eq(err.id, "D750");
    cr_assert_eq(err.offset, number);
    cr_assert_str_eq(text, words, "what stands before the break is told");
}

static void run(const char *sql)
{
    cr_assert(ruf_store_run(store, sql, &err) == RUF_OK);
}

static void append_five(void)
{
    append("one", 100, 0);
    append("two", 200, 0);
    append("three", 300, 0);
    append("four", 400, 0);
    append("five", 500, 0);
}

Test(audit, hands_out_what_was_noted_in_order)
{
    expect_words("");
    append_five();
    expect_words("1:one 2:two 3:three 4:four 5:five ");
    ruf_store_close(store);
    open_store(RUF_STORE_READ);
    expect_words("1:one 2:two 3:three 4:four 5:five ");
}

#define DELETE_3 "DELETE FROM audit WHERE number = 3;"
#define MOVE(from, to)                                                         \
    "UPDATE audit SET number = " #to " WHERE number = " #from ";"

Test(audit, shows_a_change_in_any_column)
{
    static const char *const changes[] = {
        "UPDATE audit SET made = made + 1 WHERE number = 3",
        "UPDATE audit SET event = 'sync' WHERE number = 3",
        "UPDATE audit SET object = '' WHERE number = 3",
        "UPDATE audit SET status = 0 WHERE number = 3",
        "UPDATE audit SET count = 8 WHERE number = 3",
        "UPDATE audit SET chain = zeroblob(32) WHERE number = 3",
        "UPDATE audit SET chain = x'00' WHERE number = 3",
        "UPDATE audit SET event = '' WHERE number = 3",
        DELETE_3,
        /* number 3 goes and the others move up; 3 and 4 change places */
        DELETE_3 "UPDATE audit SET number = number - 1 WHERE number > 3",
        MOVE(3, 99) MOVE(4, 3) MOVE(99, 4),
    };

    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        run("DELETE FROM audit; DELETE FROM facts");
        append_five();
        run(changes[i]);
        expect_broken(3, "1:one 2:two ");
    }
}

Test(audit, shows_what_was_cut_off_at_either_end)
{
    append_five();
    run("DELETE FROM audit WHERE number >= 4");
    expect_broken(4, "1:one 2:two 3:three ");
    run("DELETE FROM audit");
    expect_broken(1, "");
    run("DELETE FROM facts");
    append_five();
    run("DELETE FROM audit WHERE number = 1");
    expect_broken(1, "");
}

/* Entries that expired leave an anchor; one that somebody made is none. */
Test(audit, tells_what_was_cut_off_from_what_expired)
{
    static const char *const cuts[] = {
        "UPDATE audit SET event = '', object = '', status = 0, count = 0"
        " WHERE number = 3; DELETE FROM audit WHERE number < 3",
        /* with the seal of the true anchor */
        "UPDATE audit SET event = '', status = 0, count = 0, object ="
        " (SELECT object FROM audit WHERE number = 2) WHERE number = 3;"
        " DELETE FROM audit WHERE number < 3",
    };

    append_five();
    run(cuts[0]);
    expect_broken(3, "");
    run("DELETE FROM audit; DELETE FROM facts");
    append_five();
    append("six", 600, 300);
    expect_words("3:three 4:four 5:five 6:six ");
    run(cuts[1]);
    expect_broken(3, "");
}

/* An entry of another store has the right shape and the wrong key. */
Test(audit, takes_no_entry_of_another_store)
{
    append_five();
    ruf_secret_destroy(&store->hash_key);
    cr_assert(ruf_secret_create(32, &store->hash_key, NULL) == RUF_OK);
    expect_broken(1, "");
}

Test(audit, lets_old_entries_go_and_keeps_the_chain)
{
    append_five();
    append("six", 600, 300);
    expect_words("3:three 4:four 5:five 6:six ");
    append("seven", 700, 300);
    append("eight", 800, 800);
    expect_words("8:eight ");
    append("nine", 900, 2000);
    expect_words("8:eight 9:nine ");
    run("UPDATE audit SET count = 1 WHERE number = 9");
    expect_broken(9, "8:eight ");
}

/* A clock that was set back makes no young entry old. */
Test(audit, expires_from_the_front_only)
{
    append("one", 500, 0);
    append("two", 100, 300);
    append("three", 600, 300);
    expect_words("1:one 2:two 3:three ");
}

Test(audit, masks_ids_by_the_key_of_the_store)
{
    char one[9];
    char other[9];

    cr_assert(ruf_store_masked_id(store, "abc", 3, one, &err) == RUF_OK);
    cr_assert_eq(strspn(one, "0123456789abcdef"), 8);
    cr_assert(ruf_store_masked_id(store, "abc", 3, other, &err) == RUF_OK);
    cr_assert_str_eq(one, other);
    cr_assert(ruf_store_masked_id(store, "abd", 3, other, &err) == RUF_OK);
    cr_assert(strcmp(one, other) != 0);
    store->hash_key.bytes[0] ^= 1;
    cr_assert(ruf_store_masked_id(store, "abc", 3, other, &err) == RUF_OK);
    cr_assert(strcmp(one, other) != 0, "another install, another name");
}
