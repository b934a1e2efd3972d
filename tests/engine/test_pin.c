/*
 * tests/engine/test_pin.c - PIN, lock and the rules of access, on real homes
 *
 * A host of the tests keeps the key item and sets the clock.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/key_item.h"
#include "engine/access.h"
#include "engine/home_key.h"
#include "engine/reset.h"
#include "tests/engine/test_host.h"
#include <criterion/criterion.h>
#include <rufname/access.h>
#include <rufname/action.h>
#include <rufname/audit.h>
#include <rufname/home.h>
#include <rufname/phone.h>
#include <rufname/wipe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PIN "2580"
#define HOUR INT64_C(3600)

struct fixture {
    struct test_host host;
    char path[64];
    struct ruf_home *home;
    struct ruf_error err;
};

/* A home over a file or a server, with these members of "protection". */
static void begin(struct fixture *f, const char *source, const char *protection)
{
    struct ruf_home_setup setup = { .struct_size = sizeof(setup),
                                    .keystore = "host",
                                    .host = &f->host.host };
    char policy[1024];

    memset(f, 0, sizeof(*f));
    test_host_init(&f->host);
    test_home_path(f->path);
    setup.policy_size =
        (size_t)snprintf(policy, sizeof(policy),
                         "{\"schema\": \"rufname.policy/1\", \"version\": 1,"
                         " \"protection\": {%s},"
                         " \"auth\": {\"tenant\": \"t\", \"client_id\": \"c\"},"
                         " \"sources\": [{\"id\": \"SRC\", \"kind\": \"%s\"}]}",
                         protection, source);
    setup.policy = policy;
    setup.host = &f->host.host;
    if (ruf_home_init(f->path, &setup, NULL, NULL, &f->err) != RUF_OK ||
        ruf_home_open_with(f->path, &f->host.host, &f->home, &f->err) != RUF_OK)
        cr_assert_fail("%s: %s", f->err.id, f->err.detail);
}

static void reopen(struct fixture *f)
{
    ruf_home_close(f->home);
    if (ruf_home_open_with(f->path, &f->host.host, &f->home, &f->err) != RUF_OK)
        cr_assert_fail("%s: %s", f->err.id, f->err.detail);
}

static void end(struct fixture *f)
{
    if (f->home != NULL)
        cr_expect_eq(ruf_home_lock(f->home, NULL), RUF_OK);
    ruf_home_close(f->home);
    test_home_remove(f->path);
}

static struct ruf_key_item item_of(const struct fixture *f)
{
    struct ruf_key_item item;

    if (ruf_key_item_read(f->host.item, f->host.item_size, &item, NULL) !=
        RUF_OK)
        cr_assert_fail("no key item");
    return item;
}

/* A call on the home that reads data: its status, and the error's id. */
static enum ruf_status use(struct fixture *f)
{
    struct ruf_home_stats *stats = calloc(1, sizeof(*stats));
    enum ruf_status status = ruf_home_describe(f->home, stats, &f->err);

    if (status == RUF_OK)
        f->err.id[0] = '\0';
    free(stats);
    return status;
}

#define expect_use(f, status, text)                                            \
    do {                                                                       \
        cr_expect_eq(use(f), status, "line %d: %s", __LINE__, (f)->err.id);    \
        cr_expect_str_eq((f)->err.id, text, "line %d: %s", __LINE__,           \
                         (f)->err.id);                                         \
    } while (0)

#define expect_call(f, call, status, text)                                     \
    do {                                                                       \
        cr_expect_eq(call, status, "line %d: %s", __LINE__, (f)->err.id);      \
        cr_expect_str_eq((f)->err.id, text, "line %d: %s", __LINE__,           \
                         (f)->err.id);                                         \
    } while (0)

#define expect_ok(f, call)                                                     \
    cr_expect_eq(call, RUF_OK, "line %d: %s %s", __LINE__, (f)->err.id,        \
                 (f)->err.detail)

/* --- a PIN's life -----------------------------------------------------------
 */

Test(pin, is_set_entered_changed_and_cleared)
{
    struct fixture f;
    uint8_t key[RUF_KEY_SIZE];
    struct ruf_key_item item;

    begin(&f, "file", "\"pin\": {\"required\": false}");
    expect_use(&f, RUF_OK, "");
    item = item_of(&f);
    memcpy(key, item.secret, sizeof(key));
    expect_call(&f, ruf_home_unlock(f.home, PIN, false, &f.err), RUF_E_USAGE,
                "K223");
    expect_call(&f, ruf_home_pin_set(f.home, "25", &f.err), RUF_E_USAGE,
                "K220");
    expect_call(&f, ruf_home_pin_set(f.home, "25x0", &f.err), RUF_E_USAGE,
                "K221");
    expect_ok(&f, ruf_home_pin_set(f.home, PIN, &f.err));
    expect_use(&f, RUF_OK, "");
    expect_call(&f, ruf_home_pin_set(f.home, "1470", &f.err), RUF_E_USAGE,
                "K223");
    /* The key itself is nowhere in the item any more. */
    for (size_t i = 0; i + sizeof(key) <= f.host.item_size; i++)
        cr_assert_neq(memcmp(f.host.item + i, key, sizeof(key)), 0,
                      "the key lies at %zu", i);
    reopen(&f);
    expect_use(&f, RUF_E_LOCKED, "K210");
    expect_ok(&f, ruf_home_unlock(f.home, PIN, false, &f.err));
    expect_use(&f, RUF_OK, "");
    expect_ok(&f, ruf_home_lock(f.home, &f.err));
    expect_use(&f, RUF_E_LOCKED, "K210");
    expect_call(&f, ruf_home_pin_change(f.home, PIN, PIN, &f.err), RUF_E_USAGE,
                "K226");
    expect_ok(&f, ruf_home_pin_change(f.home, PIN, "1470", &f.err));
    reopen(&f);
    expect_call(&f, ruf_home_unlock(f.home, PIN, false, &f.err), RUF_E_LOCKED,
                "K212");
    expect_ok(&f, ruf_home_pin_clear(f.home, "1470", &f.err));
    reopen(&f);
    expect_use(&f, RUF_OK, "");
    item = item_of(&f);
    cr_expect_arr_eq(item.secret, key, sizeof(key));
    cr_expect_not(item.has_pin);
    end(&f);
}

Test(pin, is_asked_for_where_the_policy_requires_one)
{
    struct fixture f;

    begin(&f, "file", "");
    expect_use(&f, RUF_E_LOCKED, "K211");
    expect_ok(&f, ruf_home_pin_set(f.home, PIN, &f.err));
    expect_use(&f, RUF_OK, "");
    expect_call(&f, ruf_home_pin_clear(f.home, PIN, &f.err), RUF_E_POLICY,
                "K224");
    end(&f);
}

/* --- the last attempt, in another process -----------------------------------
 */

/* A home whose key is a file, so that processes share it. */
static void begin_with_file(struct fixture *f, const char *protection)
{
    struct ruf_home_setup setup = { .struct_size = sizeof(setup) };
    char policy[512];

    memset(f, 0, sizeof(*f));
    test_home_path(f->path);
    setup.policy_size =
        (size_t)snprintf(policy, sizeof(policy),
                         "{\"schema\": \"rufname.policy/1\", \"version\": 1,"
                         " \"protection\": {%s}, \"sources\":"
                         " [{\"id\": \"SRC\", \"kind\": \"file\"}]}",
                         protection);
    setup.policy = policy;
    if (ruf_home_init(f->path, &setup, NULL, NULL, &f->err) != RUF_OK ||
        ruf_home_open(f->path, &f->home, &f->err) != RUF_OK ||
        ruf_home_pin_set(f->home, PIN, &f->err) != RUF_OK)
        cr_assert_fail("%s: %s", f->err.id, f->err.detail);
}

/* Has counted the last attempt and finds, while others look, that it was the
 * right one. */
static void check_last_attempt(struct ruf_home *home, int counted)
{
    const struct timespec moment = { 0, 200000000 };
    struct ruf_item_edit edit;

    if (ruf_item_edit_begin(home, &edit, NULL) != RUF_OK)
        _exit(1);
    edit.item->attempts = 5;
    if (ruf_item_edit_store(home, &edit, NULL) != RUF_OK ||
        write(counted, "", 1) != 1)
        _exit(2);
    (void)nanosleep(&moment, NULL);
    edit.item->attempts = 0;
    if (ruf_item_edit_store(home, &edit, NULL) != RUF_OK)
        _exit(3);
    ruf_item_edit_end(&edit);
    _exit(0);
}

static void look_during_the_last_attempt(const char *protection, bool reopened)
{
    struct fixture f;
    char byte;
    int ends[2];
    int result = -1;
    pid_t child;

    begin_with_file(&f, protection);
    cr_assert_eq(pipe(ends), 0);
    child = fork();
    if (child == 0)
        check_last_attempt(f.home, ends[1]);
    cr_assert_eq(read(ends[0], &byte, 1), 1);
    if (reopened) {
        ruf_home_close(f.home);
        expect_ok(&f, ruf_home_open(f.path, &f.home, &f.err));
    } else {
        f.home->access->attempts = 5; /* as it was when this one was opened */
    }
    if (f.home != NULL)
        expect_ok(&f, ruf_home_unlock(f.home, PIN, false, &f.err));
    cr_assert_eq(waitpid(child, &result, 0), child);
    cr_expect_eq(result, 0);
    (void)close(ends[0]);
    (void)close(ends[1]);
    end(&f);
}

Test(attempts, the_last_one_is_waited_for_when_a_home_is_opened)
{
    look_during_the_last_attempt("\"pin\": {\"max_attempts\": 5}", true);
}

Test(attempts, the_last_one_is_waited_for_before_a_wipe)
{
    look_during_the_last_attempt(
        "\"pin\": {\"max_attempts\": 5, \"action\": \"wipe\"}", false);
}

/* --- attempts ---------------------------------------------------------------
 */

Test(attempts, are_counted_before_they_are_checked)
{
    struct fixture f;

    begin(&f, "file", "");
    expect_ok(&f, ruf_home_pin_set(f.home, PIN, &f.err));
    reopen(&f);
    /* Cannot be counted: not even the right PIN is tried. */
    f.host.refuses = true;
    expect_call(&f, ruf_home_unlock(f.home, PIN, false, &f.err), RUF_E_KEY,
                "K205");
    f.host.refuses = false;
    expect_use(&f, RUF_E_LOCKED, "K210");
    expect_call(&f, ruf_home_unlock(f.home, "1470", false, &f.err),
                RUF_E_LOCKED, "K212");
    cr_expect_str_eq(f.err.detail, "4", "%s left", f.err.detail);
    cr_expect_eq(item_of(&f).attempts, 1);
    expect_ok(&f, ruf_home_unlock(f.home, PIN, false, &f.err));
    cr_expect_eq(item_of(&f).attempts, 0, "a right one clears the counter");
    end(&f);
}

/* As a process that died while it was checking: counted, no answer. */
static void count_without_answer(struct fixture *f, uint32_t attempts)
{
    struct ruf_key_item item = item_of(f);

    item.attempts = attempts;
    (void)ruf_key_item_write(&item, f->host.item);
}

Test(attempts, that_run_out_empty_the_home)
{
    struct fixture f;
    struct ruf_key_item before;
    struct ruf_key_item after;

    begin(&f, "file", "");
    expect_ok(&f, ruf_home_pin_set(f.home, PIN, &f.err));
    before = item_of(&f);
    count_without_answer(&f, 4);
    reopen(&f);
    expect_call(&f, ruf_home_unlock(f.home, "1470", false, &f.err),
                RUF_E_LOCKED, "K213");
    after = item_of(&f);
    cr_expect_not(after.has_pin);
    cr_expect_not(after.resetting);
    cr_expect_neq(memcmp(after.secret, before.secret, 32), 0);
    reopen(&f);
    expect_use(&f, RUF_E_LOCKED, "K211");
    expect_ok(&f, ruf_home_pin_set(f.home, "1470", &f.err));
    expect_use(&f, RUF_OK, "");
    cr_expect(test_home_has(f.path, "directory.wiped"),
              "the phone keeps what it has");
    end(&f);
}

Test(attempts, that_have_run_out_do_not_try_the_right_pin)
{
    struct fixture f;

    begin(&f, "file", "");
    expect_ok(&f, ruf_home_pin_set(f.home, PIN, &f.err));
    expect_ok(&f, ruf_home_lock(f.home, &f.err));
    count_without_answer(&f, 5);
    /* This handle does not know yet, and counts a sixth. */
    expect_call(&f, ruf_home_unlock(f.home, PIN, false, &f.err), RUF_E_LOCKED,
                "K213");
    cr_expect_not(item_of(&f).has_pin);
    expect_ok(&f, ruf_home_pin_set(f.home, PIN, &f.err));
    end(&f);
}

Test(attempts, that_ran_out_in_a_process_that_died_empty_the_home_at_once)
{
    struct fixture f;

    begin(&f, "file", "");
    expect_ok(&f, ruf_home_pin_set(f.home, PIN, &f.err));
    count_without_answer(&f, 5);
    reopen(&f);
    cr_expect_not(item_of(&f).has_pin);
    expect_use(&f, RUF_E_LOCKED, "K211");
    end(&f);
}

Test(attempts, that_run_out_wipe_where_the_policy_says_so)
{
    struct fixture f;
    struct ruf_wipe_receipt receipt;

    begin(&f, "file", "\"pin\": {\"action\": \"wipe\"}");
    expect_ok(&f, ruf_home_pin_set(f.home, PIN, &f.err));
    count_without_answer(&f, 4);
    reopen(&f);
    expect_call(&f, ruf_home_unlock(f.home, "1470", false, &f.err), RUF_E_WIPED,
                "W602");
    cr_expect_eq(f.host.item_size, 0, "the key is still there");
    cr_expect_not(test_home_has(f.path, "store.db"));
    cr_assert_eq(ruf_wipe_receipt_read(f.path, &receipt, &f.err), RUF_OK);
    cr_expect_eq(receipt.reason, RUF_WIPE_ATTEMPTS);
    end(&f);
}

Test(reset, that_was_cut_short_is_finished_when_opened)
{
    struct fixture f;
    struct ruf_key_item item;

    begin(&f, "file", "\"pin\": {\"required\": false}");
    item = item_of(&f);
    memset(item.secret, 7, sizeof(item.secret));
    item.resetting = true;
    (void)ruf_key_item_write(&item, f.host.item);
    reopen(&f);
    expect_use(&f, RUF_OK, "");
    cr_expect_not(item_of(&f).resetting);
    end(&f);
}

Test(reset, that_has_not_ended_takes_no_pin)
{
    struct fixture f;
    struct ruf_key_item item;

    begin(&f, "file", "\"pin\": {\"required\": false}");
    item = item_of(&f);
    item.resetting = true;
    (void)ruf_key_item_write(&item, f.host.item);
    expect_call(&f, ruf_home_pin_set(f.home, PIN, &f.err), RUF_E_BUSY, "I810");
    cr_expect_not(item_of(&f).has_pin);
    end(&f);
}

Test(reset, that_another_process_has_finished_is_not_done_again)
{
    struct fixture f;
    struct stat before;
    struct stat after;
    char store[80];

    begin(&f, "file", "\"pin\": {\"required\": false}");
    (void)snprintf(store, sizeof(store), "%s/store.db", f.path);
    cr_assert_eq(stat(store, &before), 0);
    expect_ok(&f, ruf_home_reset_resume(f.home, &f.err));
    cr_assert_eq(stat(store, &after), 0);
    cr_expect(before.st_ino == after.st_ino &&
                  before.st_mtim.tv_nsec == after.st_mtim.tv_nsec,
              "the store was made anew");
    end(&f);
}

/* --- items from outside -----------------------------------------------------
 */

Test(pin, refuses_an_item_that_asks_for_too_much)
{
    struct fixture f;
    struct ruf_key_item item;

    begin(&f, "file", "");
    expect_ok(&f, ruf_home_pin_set(f.home, PIN, &f.err));
    item = item_of(&f);
    item.pin.log_n = 19; /* 512 MiB */
    (void)ruf_key_item_write(&item, f.host.item);
    reopen(&f);
    expect_call(&f, ruf_home_unlock(f.home, PIN, false, &f.err), RUF_E_KEY,
                "K203");
    item.pin.log_n = 17;
    item.pin.attempts_max = 20; /* more tries than it was sealed for */
    (void)ruf_key_item_write(&item, f.host.item);
    reopen(&f);
    expect_call(&f, ruf_home_unlock(f.home, PIN, false, &f.err), RUF_E_LOCKED,
                "K212");
    end(&f);
}

/* --- time -------------------------------------------------------------------
 */

Test(idle, locks_and_biometric_opens_for_a_while)
{
    struct fixture f;
    struct ruf_access_decision decision;

    begin(&f, "file", "\"recheck_min\": 30, \"biometric_timeout_min\": 120");
    expect_ok(&f, ruf_home_pin_set(f.home, PIN, &f.err));
    f.host.now += 30 * 60;
    expect_use(&f, RUF_OK, ""); /* counts as use */
    f.host.now += 30 * 60;
    expect_use(&f, RUF_OK, "");
    f.host.now += 30 * 60 + 1;
    expect_use(&f, RUF_E_LOCKED, "K210");
    ruf_home_access(f.home, RUF_ACCESS_USE, &decision);
    cr_expect(decision.biometric_will_do);
    expect_ok(&f, ruf_home_unlock_biometric(f.home, &f.err));
    expect_use(&f, RUF_OK, "");
    f.host.now += 2 * HOUR;
    expect_use(&f, RUF_E_LOCKED, "K210");
    expect_call(&f, ruf_home_unlock_biometric(f.home, &f.err), RUF_E_LOCKED,
                "K225");
    expect_ok(&f, ruf_home_unlock(f.home, PIN, false, &f.err));
    f.host.now -= 1; /* backwards is expired */
    expect_use(&f, RUF_E_LOCKED, "K210");
    end(&f);
}

/* A second handle stands for another process. */
Test(lock, builds_no_url_of_an_action)
{
    const struct ruf_action_request request = {
        .struct_size = sizeof(request),
        .action = "tel",
    };
    char url[RUF_URL_SIZE];
    struct fixture f;

    begin(&f, "file", "");
    expect_ok(&f, ruf_home_pin_set(f.home, PIN, &f.err));
    expect_ok(&f, ruf_home_lock(f.home, &f.err));
    /* An app may keep a query open; it is not even looked at. */
    expect_call(&f, ruf_home_action(f.home, NULL, &request, url, &f.err),
                RUF_E_LOCKED, "K210");
    cr_expect_str_empty(url);
    end(&f);
}

Test(lock, of_one_process_is_not_undone_by_another)
{
    struct fixture f;
    struct ruf_home *other = NULL;

    begin(&f, "file", "\"recheck_min\": 30");
    expect_ok(&f, ruf_home_pin_set(f.home, PIN, &f.err));
    if (ruf_home_unlock(f.home, PIN, true, &f.err) != RUF_OK) {
        end(&f);
        cr_skip("no keyring here");
    }
    expect_ok(&f, ruf_home_open_with(f.path, &f.host.host, &other, &f.err));
    expect_ok(&f, ruf_home_enter(other, RUF_ACCESS_USE, &f.err));
    /* In use all the time, and the others know. */
    for (int i = 0; i < 100; i++) {
        f.host.now += 20;
        expect_ok(&f, ruf_home_enter(other, RUF_ACCESS_USE, &f.err));
    }
    reopen(&f);
    expect_use(&f, RUF_OK, "");
    expect_ok(&f, ruf_home_lock(f.home, &f.err));
    f.host.now += 31;
    expect_call(&f, ruf_home_enter(other, RUF_ACCESS_USE, &f.err), RUF_E_LOCKED,
                "K210");
    expect_call(&f, ruf_home_enter(other, RUF_ACCESS_USE, &f.err), RUF_E_LOCKED,
                "K210");
    reopen(&f);
    expect_use(&f, RUF_E_LOCKED, "K210");
    ruf_home_close(other);
    end(&f);
}

Test(pin, that_is_too_old_has_to_be_changed)
{
    struct fixture f;

    begin(&f, "file", "\"pin\": {\"max_age_days\": 30}");
    expect_ok(&f, ruf_home_pin_set(f.home, PIN, &f.err));
    f.host.now += 30 * 24 * HOUR + 1;
    expect_ok(&f, ruf_home_unlock(f.home, PIN, false, &f.err));
    expect_use(&f, RUF_E_LOCKED, "K214");
    expect_ok(&f, ruf_home_pin_change(f.home, PIN, "1470", &f.err));
    expect_use(&f, RUF_OK, "");
    end(&f);
}

Test(offline, blocks_use_and_not_a_refresh_and_then_wipes)
{
    struct fixture f;

    begin(&f, "entra_users", "\"pin\": {\"required\": false}");
    expect_use(&f, RUF_OK, "");
    f.host.now += 12 * HOUR;
    expect_use(&f, RUF_OK, "");
    f.host.now += 1;
    expect_use(&f, RUF_E_LOCKED, "K215");
    expect_ok(&f, ruf_home_enter(f.home, RUF_ACCESS_REFRESH, &f.err));
    f.host.now += 90 * 24 * HOUR;
    expect_call(&f, ruf_home_enter(f.home, RUF_ACCESS_REFRESH, &f.err),
                RUF_E_WIPED, "W602");
    cr_expect_eq(f.host.item_size, 0);
    ruf_home_close(f.home);
    f.home = NULL;
    expect_call(&f, ruf_home_open_with(f.path, &f.host.host, &f.home, &f.err),
                RUF_E_WIPED, "W602");
    end(&f);
}

Test(offline, is_not_for_homes_over_files)
{
    struct fixture f;

    begin(&f, "file", "\"pin\": {\"required\": false}");
    f.host.now += 900 * 24 * HOUR;
    expect_use(&f, RUF_OK, "");
    f.host.now -= 900 * 24 * HOUR;
    expect_use(&f, RUF_OK, "");
    end(&f);
}

Test(clock, set_back_is_noticed_by_a_later_process)
{
    struct fixture f;

    begin(&f, "entra_users", "\"pin\": {\"required\": false}");
    f.host.now += 11 * HOUR;
    expect_use(&f, RUF_OK, "");
    reopen(&f);
    f.host.now -= 6 * 60;
    expect_use(&f, RUF_E_LOCKED, "K215");
    f.host.now -= 25 * HOUR;
    expect_use(&f, RUF_E_LOCKED, "K219");
    f.host.now += 25 * HOUR + 6 * 60;
    expect_use(&f, RUF_OK, "");
    end(&f);
}

/* --- device and account -----------------------------------------------------
 */

Test(device, that_the_policy_refuses_gets_nothing)
{
    struct fixture f;
    struct ruf_device device = { .struct_size = sizeof(device) };

    begin(&f, "file",
          "\"pin\": {\"required\": false}, \"disabled_account\": \"wipe\","
          " \"min_os\": {\"version\": \"17.5\", \"action\": \"block\"}");
    expect_use(&f, RUF_OK, "");
    device.jailbroken = true;
    expect_ok(&f, ruf_home_set_device(f.home, &device, &f.err));
    expect_use(&f, RUF_E_LOCKED, "K216");
    device = (struct ruf_device){ .os_version = "17.4.9" };
    expect_ok(&f, ruf_home_set_device(f.home, &device, &f.err));
    expect_use(&f, RUF_E_LOCKED, "K218");
    device = (struct ruf_device){ .other_device = true };
    expect_ok(&f, ruf_home_set_device(f.home, &device, &f.err));
    expect_use(&f, RUF_E_LOCKED, "K219");
    device = (struct ruf_device){ .os_version = "17.5" };
    expect_ok(&f, ruf_home_set_device(f.home, &device, &f.err));
    expect_use(&f, RUF_OK, "");
    device.account_disabled = true;
    expect_ok(&f, ruf_home_set_device(f.home, &device, &f.err));
    expect_use(&f, RUF_E_WIPED, "W602");
    cr_expect_eq(f.host.item_size, 0);
    end(&f);
}

/* --- in the audit -----------------------------------------------------------
 */

struct words {
    char text[512];
    int64_t began; /* times are told since then */
};

static void add_entry(void *context, const struct ruf_audit_entry *entry)
{
    struct words *words = context;
    size_t used = strlen(words->text);

    cr_expect_eq(entry->object.size, 0);
    (void)snprintf(words->text + used, sizeof(words->text) - used,
                   "%.*s:%d:%llu@%lld ", (int)entry->event.size,
                   entry->event.data, entry->status,
                   (unsigned long long)entry->count,
                   (long long)(entry->time - words->began));
}

#define expect_audit(f, from, wanted)                                          \
    do {                                                                       \
        struct words words = { .began = from };                                \
        expect_ok(f, ruf_home_audit((f)->home, add_entry, &words, &(f)->err)); \
        cr_expect_str_eq(words.text, wanted, "line %d: %s", __LINE__,          \
                         words.text);                                          \
    } while (0)

Test(access_audit, tells_wrong_pins_between_lock_and_use)
{
    struct fixture f;
    int64_t began;

    begin(&f, "file", "");
    began = f.host.now;
    expect_ok(&f, ruf_home_pin_set(f.home, PIN, &f.err));
    expect_use(&f, RUF_OK, "");
    expect_audit(&f, began, "");
    f.host.now += 10;
    expect_ok(&f, ruf_home_lock(f.home, &f.err));
    reopen(&f);
    for (int i = 0; i < 20; i++) {
        f.host.now += 1;
        expect_use(&f, RUF_E_LOCKED, "K210");
    }
    for (int i = 0; i < 2; i++) {
        f.host.now += 10;
        expect_call(&f, ruf_home_unlock(f.home, "1470", false, &f.err),
                    RUF_E_LOCKED, "K212");
    }
    reopen(&f);
    f.host.now += 5;
    expect_ok(&f, ruf_home_unlock(f.home, PIN, false, &f.err));
    expect_audit(&f, began,
                 "access-locked:4:0@10 pin-wrong:4:2@50 "
                 "access-allowed:0:0@55 ");
    expect_audit(&f, began,
                 "access-locked:4:0@10 pin-wrong:4:2@50 "
                 "access-allowed:0:0@55 ");
    cr_expect_eq(item_of(&f).wrong_pins, 0);
    cr_expect_eq(item_of(&f).notes[0].made, 0);
    end(&f);
}

Test(access_audit, begins_anew_with_the_attempts_that_ran_out)
{
    struct fixture f;
    int64_t began;

    begin(&f, "file", "\"pin\": {\"max_attempts\": 3}");
    began = f.host.now;
    expect_ok(&f, ruf_home_pin_set(f.home, PIN, &f.err));
    reopen(&f);
    for (int i = 0; i < 3; i++)
        cr_expect_eq(ruf_home_unlock(f.home, "1470", false, &f.err),
                     RUF_E_LOCKED);
    cr_expect_str_eq(f.err.id, "K213");
    expect_use(&f, RUF_E_LOCKED, "K211");
    expect_ok(&f, ruf_home_pin_set(f.home, PIN, &f.err));
    expect_audit(&f, began,
                 "pin-wrong:4:3@0 access-attempts:4:0@0 "
                 "access-no-pin:4:0@0 access-allowed:0:0@0 ");
    end(&f);
}

/* Refused a hundred times, noted once; and that it ended. */
Test(access_audit, tells_when_a_check_in_was_missing)
{
    struct fixture f;
    int64_t began;

    begin(&f, "entra_users", "\"pin\": {\"required\": false}");
    began = f.host.now;
    expect_use(&f, RUF_OK, "");
    f.host.now += 12 * HOUR + 1;
    for (int i = 0; i < 100; i++)
        expect_use(&f, RUF_E_LOCKED, "K215");
    expect_ok(&f, ruf_home_enter(f.home, RUF_ACCESS_REFRESH, &f.err));
    expect_ok(&f, ruf_access_checked_in(f.home, &f.err));
    expect_audit(&f, began,
                 "access-offline:4:0@43201 access-allowed:0:0@43201 ");
    end(&f);
}

Test(access_audit, tells_of_a_clock_that_was_set_back)
{
    struct fixture f;
    int64_t began;

    begin(&f, "entra_users", "\"pin\": {\"required\": false}");
    began = f.host.now;
    f.host.now += 11 * HOUR;
    expect_use(&f, RUF_OK, "");
    reopen(&f);
    f.host.now = began - 14 * HOUR;
    expect_use(&f, RUF_E_LOCKED, "K219");
    f.host.now = began + 11 * HOUR;
    expect_audit(&f, began,
                 "access-suspicious:4:0@-50400 access-allowed:0:0@39600 ");
    end(&f);
}

Test(access_audit, tells_why_a_device_was_refused)
{
    struct fixture f;
    int64_t began;
    struct ruf_device devices[] = {
        { .jailbroken = true },
        { .os_version = "17.4.9" },
        { .account_disabled = true },
        { .os_version = "17.5" },
    };

    begin(&f, "file",
          "\"pin\": {\"required\": false},"
          " \"min_os\": {\"version\": \"17.5\", \"action\": \"block\"}");
    began = f.host.now;
    for (size_t i = 0; i < 4; i++) {
        expect_ok(&f, ruf_home_set_device(f.home, &devices[i], &f.err));
        cr_expect_eq(use(&f), i < 3 ? RUF_E_LOCKED : RUF_OK);
    }
    expect_audit(&f, began,
                 "access-jailbreak:4:0@0 access-version:4:0@0 "
                 "access-account:4:0@0 access-allowed:0:0@0 ");
    end(&f);
}

/* What another process noted is no change either. */
Test(access_audit, is_told_once_by_all_who_were_refused)
{
    struct fixture f;
    struct ruf_home *other;
    struct ruf_device broken = { .jailbroken = true };
    int64_t began;

    begin(&f, "file", "\"pin\": {\"required\": false}");
    began = f.host.now;
    expect_ok(&f, ruf_home_open_with(f.path, &f.host.host, &other, &f.err));
    expect_ok(&f, ruf_home_set_device(other, &broken, &f.err));
    expect_ok(&f, ruf_home_set_device(f.home, &broken, &f.err));
    cr_expect_eq(use(&f), RUF_E_LOCKED);
    cr_expect_eq(ruf_home_enter(other, RUF_ACCESS_USE, &f.err), RUF_E_LOCKED);
    ruf_home_close(other);
    reopen(&f);
    expect_audit(&f, began, "access-jailbreak:4:0@0 access-allowed:0:0@0 ");
    end(&f);
}

/* Nobody takes them in, and they stay four: how it began, and the last. */
Test(access_audit, keeps_a_few_while_nobody_can_write_it)
{
    struct fixture f;
    int64_t began;
    struct ruf_device devices[] = {
        { .jailbroken = true },
        { .account_disabled = true },
    };

    begin(&f, "file", "\"pin\": {\"required\": false}");
    began = f.host.now;
    for (size_t i = 0; i < 100; i++) {
        f.host.now += 1;
        expect_ok(&f, ruf_home_set_device(f.home, &devices[i % 2], &f.err));
        cr_expect_eq(use(&f), RUF_E_LOCKED);
    }
    reopen(&f);
    f.host.now += 1;
    expect_audit(&f, began,
                 "access-jailbreak:4:0@1 access-account:4:0@2 "
                 "access-jailbreak:4:0@3 access-allowed:0:0@101 ");
    end(&f);
}

Test(access_audit, is_kept_out_of_what_a_key_store_may_say)
{
    struct fixture f;
    struct ruf_key_item item;

    begin(&f, "file", "\"pin\": {\"required\": false}");
    item = item_of(&f);
    item.notes[0] = (struct ruf_key_note){ 1, 0xFFFF };
    item.notes[1] = (struct ruf_key_note){ 2, 0x02FF };
    (void)ruf_key_item_write(&item, f.host.item);
    reopen(&f);
    expect_audit(&f, 0, "");
    cr_expect_eq(item_of(&f).notes[0].made, 0);
    end(&f);
}

/* --- every call -------------------------------------------------------------
 */

static bool never(void *context)
{
    (void)context;
    return false;
}

static enum ruf_status complete(void *context, struct ruf_error *err)
{
    (void)err;
    *(int *)context += 1;
    return RUF_OK;
}

Test(locked, home_answers_no_call_of_the_api)
{
    struct fixture f;
    struct ruf_index *index = NULL;
    struct ruf_import_report import;
    struct ruf_verify_report verify;
    struct ruf_directory_report report;
    struct ruf_ring ring;
    struct ruf_sync_request request = { .struct_size = sizeof(request) };
    struct ruf_sync_report *sync = calloc(1, sizeof(*sync));
    uint64_t generation;
    int calls = 0;
    struct ruf_directory_host phone = { .context = &calls,
                                        .ask = never,
                                        .complete = complete };

    begin(&f, "file", "");
    for (int i = 0; i < 2; i++) {
        const char *id = i == 0 ? "K211" : "K210"; /* no PIN; locked */

        expect_call(&f,
                    ruf_home_index(f.home, RUF_INDEX_ON_DEMAND, &index, &f.err),
                    RUF_E_LOCKED, id);
        expect_call(&f, ruf_home_publish(f.home, &generation, &f.err),
                    RUF_E_LOCKED, id);
        expect_call(&f,
                    ruf_home_import(f.home, "/dev/null", NULL, &import, &f.err),
                    RUF_E_LOCKED, id);
        expect_call(&f, ruf_home_sync(f.home, &request, sync, &f.err),
                    RUF_E_LOCKED, id);
        expect_call(&f, ruf_home_logout(f.home, &f.err), RUF_E_LOCKED, id);
        expect_call(&f, ruf_home_verify(f.home, &verify, &f.err), RUF_E_LOCKED,
                    id);
        expect_call(
            &f, ruf_home_emit(f.home, &phone, RUF_EMIT_COMMIT, &report, &f.err),
            RUF_E_LOCKED, id);
        expect_call(&f,
                    ruf_home_ring(f.home, "+493023125001", NULL, &ring, &f.err),
                    RUF_E_LOCKED, id);
        expect_use(&f, RUF_E_LOCKED, id);
        if (i == 0) {
            expect_ok(&f, ruf_home_pin_set(f.home, PIN, &f.err));
            expect_ok(&f, ruf_home_lock(f.home, &f.err));
        }
    }
    cr_expect_eq(calls, 0, "the phone was told something");
    free(sync);
    end(&f);
}
