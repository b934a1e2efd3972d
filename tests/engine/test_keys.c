/*
 * tests/engine/test_keys.c - key items, a host's key store, and its wipe
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/key_item.h"
#include "engine/home_private.h"
#include "tests/engine/test_host.h"
#include <criterion/criterion.h>
#include <fcntl.h>
#include <pthread.h>
#include <rufname/access.h>
#include <rufname/home.h>
#include <rufname/key.h>
#include <rufname/wipe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char policy[] =
    "{\"schema\": \"rufname.policy/1\", \"version\": 1,"
    " \"protection\": {\"pin\": {\"required\": false}},"
    " \"auth\": {\"tenant\": \"t\", \"client_id\": \"c\"},"
    " \"sources\": [{\"id\": \"CSV\", \"kind\": \"file\"}]}";

/* --- items ------------------------------------------------------------------
 */

Test(key_item, comes_back_as_it_was_written)
{
    struct ruf_key_item in = { .attempts = 3,
                               .generation = UINT64_C(0x1122334455667788),
                               .checked_in = 1800000001,
                               .clock_seen = -5,
                               .has_pin = true };
    struct ruf_key_item out;
    uint8_t bytes[RUF_KEY_ITEM_ROOM];

    in.pin = (struct ruf_pin_wrap){ .log_n = 17, .r = 8, .p = 1, .set_at = 77 };
    in.pin.attempts_max = 5;
    in.judged = 0x0207;
    in.wrong_pins = 2;
    in.wrong_pin_at = 1800000000;
    in.notes[0] = (struct ruf_key_note){ 1800000001, 0x0102 };
    in.notes[3] = (struct ruf_key_note){ INT64_C(0xFFFFFFFFFFFF), 0xFFFF };
    memset(in.secret, 1, sizeof(in.secret));
    memset(in.image, 2, sizeof(in.image));
    memset(in.pin.salt, 5, sizeof(in.pin.salt));
    memset(in.pin.wrapped, 6, sizeof(in.pin.wrapped));
    cr_assert_eq(ruf_key_item_write(&in, bytes), RUF_KEY_ITEM_SIZE);
    cr_assert_eq(ruf_key_item_read(bytes, RUF_KEY_ITEM_SIZE, &out, NULL),
                 RUF_OK);
    cr_expect_eq(out.attempts, 3);
    cr_expect_eq(out.generation, in.generation);
    cr_expect_eq(out.checked_in, in.checked_in);
    cr_expect_eq(out.clock_seen, -5);
    cr_expect(out.has_pin && !out.resetting);
    cr_expect_arr_eq(out.secret, in.secret, sizeof(in.secret));
    cr_expect_arr_eq(out.image, in.image, sizeof(in.image));
    cr_expect_arr_eq(out.pin.salt, in.pin.salt, sizeof(in.pin.salt));
    cr_expect_arr_eq(out.pin.wrapped, in.pin.wrapped, sizeof(in.pin.wrapped));
    cr_expect(out.pin.log_n == 17 && out.pin.r == 8 && out.pin.p == 1 &&
              out.pin.attempts_max == 5 && out.pin.set_at == 77);
    cr_expect(out.judged == 0x0207 && out.wrong_pins == 2 &&
              out.wrong_pin_at == in.wrong_pin_at);
    for (size_t i = 0; i < RUF_KEY_NOTES; i++)
        cr_expect(out.notes[i].made == in.notes[i].made &&
                      out.notes[i].what == in.notes[i].what,
                  "note %zu", i);
    cr_expect_not(out.renewing);
    in.renewing = true;
    memset(in.next, 7, sizeof(in.next));
    cr_assert_eq(ruf_key_item_write(&in, bytes), RUF_KEY_ITEM_ROOM);
    cr_assert_eq(ruf_key_item_read(bytes, RUF_KEY_ITEM_ROOM, &out, NULL),
                 RUF_OK);
    cr_expect(out.renewing && out.has_pin);
    cr_expect_arr_eq(out.next, in.next, sizeof(in.next));
}

Test(key_item, refuses_what_it_does_not_know)
{
    struct ruf_key_item item = { .attempts = 1 };
    uint8_t bytes[RUF_KEY_ITEM_ROOM + 1] = { 0 };

    (void)ruf_key_item_write(&item, bytes);
    bytes[8] |= 0x80; /* a flag of the future */
    cr_expect_eq(ruf_key_item_read(bytes, RUF_KEY_ITEM_SIZE, &item, NULL),
                 RUF_E_KEY);
    bytes[8] = 0;
    bytes[7]++; /* a version of the future */
    cr_expect_eq(ruf_key_item_read(bytes, RUF_KEY_ITEM_SIZE, &item, NULL),
                 RUF_E_KEY);
    bytes[7]--;
    cr_expect_eq(ruf_key_item_read(bytes, RUF_KEY_ITEM_SIZE, &item, NULL),
                 RUF_OK);
    for (size_t size = 0; size <= sizeof(bytes); size++)
        if (size != 32 && size != RUF_KEY_ITEM_SIZE)
            cr_expect_eq(ruf_key_item_read(bytes, size, &item, NULL), RUF_E_KEY,
                         "%zu bytes", size);
}

Test(key_item, gives_its_key_unless_a_pin_protects_it)
{
    static const char hex[] = "000102030405060708090a0b0c0d0e0f"
                              "101112131415161718191A1B1C1D1E1F\n";
    struct ruf_key_item item = { .has_pin = false };
    struct ruf_error err = { 0 };
    uint8_t bytes[RUF_KEY_ITEM_ROOM];
    uint8_t key[RUF_KEY_SIZE];
    uint8_t wanted[RUF_KEY_SIZE];
    size_t size;

    for (size_t i = 0; i < sizeof(wanted); i++)
        wanted[i] = (uint8_t)i;
    memcpy(item.secret, wanted, sizeof(wanted));
    cr_expect_eq(ruf_key_from_item(hex, 65, key, NULL), RUF_OK);
    cr_expect_arr_eq(key, wanted, sizeof(key));
    cr_expect_eq(ruf_key_from_item(hex, 63, key, NULL), RUF_E_KEY);
    size = ruf_key_item_write(&item, bytes);
    cr_expect_eq(ruf_key_from_item(bytes, size, key, NULL), RUF_OK);
    cr_expect_arr_eq(key, wanted, sizeof(key));
    item.has_pin = true;
    size = ruf_key_item_write(&item, bytes);
    cr_expect_eq(ruf_key_from_item(bytes, size, key, &err), RUF_E_LOCKED);
    cr_expect_str_eq(err.id, "K210");
    cr_expect_eq(key[1], 0, "the device secret was given out");
}

/* --- a host's key store -----------------------------------------------------
 */

struct fixture {
    struct test_host host;
    char path[64];
};

static enum ruf_status init(struct fixture *f, struct ruf_error *err)
{
    struct ruf_home_setup setup = { .struct_size = sizeof(setup),
                                    .policy = policy,
                                    .policy_size = sizeof(policy) - 1,
                                    .keystore = "host",
                                    .host = &f->host.host };

    return ruf_home_init(f->path, &setup, NULL, NULL, err);
}

static void begin(struct fixture *f)
{
    struct ruf_error err;

    test_host_init(&f->host);
    test_home_path(f->path);
    cr_assert(init(f, &err) == RUF_OK);
}

static enum ruf_status open_home(struct fixture *f, struct ruf_error *err)
{
    struct ruf_home *home = NULL;
    struct ruf_home_stats *stats = calloc(1, sizeof(*stats));
    enum ruf_status status =
        ruf_home_open_with(f->path, &f->host.host, &home, err);

    if (status == RUF_OK)
        status = ruf_home_describe(home, stats, err);
    ruf_home_close(home);
    free(stats);
    return status;
}

Test(host_keystore, keeps_the_key_of_a_home)
{
    struct fixture f;
    struct ruf_error err;
    struct ruf_home *home = NULL;

    begin(&f);
    cr_expect_eq(f.host.stores, 1);
    cr_expect_eq(strlen(f.host.home_id), 32, "%s", f.host.home_id);
    cr_expect_not(test_home_has(f.path, "key"));
    cr_expect_eq(open_home(&f, &err), RUF_OK, "%s", err.detail);
    /* Without the host nobody knows the key. */
    cr_expect_eq(ruf_home_open(f.path, &home, &err), RUF_E_USAGE);
    cr_expect_str_eq(err.id, "U011");
    f.host.refuses = true;
    cr_expect_eq(open_home(&f, &err), RUF_E_KEY);
    cr_expect_str_eq(err.id, "K205");
    f.host.refuses = false;
    f.host.item[20] ^= 1; /* another key */
    cr_expect_eq(open_home(&f, &err), RUF_E_KEY);
    cr_expect_str_eq(err.id, "K202");
    f.host.item_size = 0;
    cr_expect_eq(open_home(&f, &err), RUF_E_KEY);
    cr_expect_str_eq(err.id, "K201");
    f.host.item_size = RUF_KEY_ITEM_MAX + 1; /* a host that lies */
    cr_expect_eq(open_home(&f, &err), RUF_E_KEY);
    cr_expect_str_eq(err.id, "K203");
    test_home_remove(f.path);
}

Test(host_keystore, that_refuses_leaves_no_home)
{
    struct fixture f;
    struct ruf_error err;

    test_host_init(&f.host);
    test_home_path(f.path);
    f.host.refuses = true;
    cr_expect_eq(init(&f, &err), RUF_E_KEY);
    cr_expect_not(test_home_has(f.path, "."));
    f.host.refuses = false;
    f.host.host.key_erase = NULL; /* all three or none */
    cr_expect_eq(init(&f, &err), RUF_E_USAGE);
    cr_expect_not(test_home_has(f.path, "."));
}

/* --- a key file
 * ---------------------------------------------------------------
 */

/* A home whose key is a file, and the path of a name in it. */
static void begin_with_file(struct fixture *f)
{
    struct ruf_home_setup setup = { .struct_size = sizeof(setup),
                                    .policy = policy,
                                    .policy_size = sizeof(policy) - 1 };
    struct ruf_error err;

    test_host_init(&f->host);
    test_home_path(f->path);
    if (ruf_home_init(f->path, &setup, NULL, NULL, &err) != RUF_OK)
        cr_assert_fail("%s: %s", err.id, err.detail);
}

/* Does anything but zeros lie behind this descriptor? */
static bool is_overwritten(int fd)
{
    uint8_t bytes[RUF_KEY_ITEM_MAX];
    ssize_t got = pread(fd, bytes, sizeof(bytes), 0);

    cr_expect_geq(got, RUF_KEY_SIZE, "it became shorter: other blocks");
    for (ssize_t i = 0; i < got; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

static int open_in(const char *home, const char *name, int flags)
{
    char path[160];
    int fd;

    (void)snprintf(path, sizeof(path), "%s/%s", home, name);
    fd = open(path, flags | O_CLOEXEC, 0600);
    cr_assert_geq(fd, 0, "%s", path);
    return fd;
}

/* What a crash leaves in place of a key file that was being written. */
static int leave_new_key(const char *home)
{
    static const char key[] = "0123456789abcdef0123456789abcdef";
    int fd = open_in(home, "key.new", O_RDWR | O_CREAT | O_EXCL);

    cr_assert_eq(write(fd, key, 32), 32);
    return fd;
}

Test(key_file, leaves_nothing_of_the_one_before)
{
    struct fixture f;
    struct ruf_error err;
    struct ruf_home *home = NULL;
    uint64_t generation = 0;
    int old;
    int left;

    begin_with_file(&f);
    old = open_in(f.path, "key", O_RDONLY);
    left = leave_new_key(f.path);
    cr_assert_eq(ruf_home_open(f.path, &home, &err), RUF_OK);
    cr_assert_not(is_overwritten(old));
    cr_expect_eq(ruf_home_publish(home, &generation, &err), RUF_OK);
    cr_expect(is_overwritten(old), "the key's old block");
    cr_expect(is_overwritten(left), "what a crash left");
    ruf_home_close(home);
    cr_expect_eq(ruf_home_open(f.path, &home, &err), RUF_OK);
    ruf_home_close(home);
    (void)close(old);
    (void)close(left);
    test_home_remove(f.path);
}

Test(key_file, is_overwritten_before_a_wipe_removes_it)
{
    struct fixture f;
    struct ruf_error err;
    struct ruf_wipe_receipt receipt;
    int old;
    int left;

    begin_with_file(&f);
    old = open_in(f.path, "key", O_RDONLY);
    left = leave_new_key(f.path);
    cr_expect_eq(
        ruf_home_wipe(f.path, NULL, RUF_WIPE_REQUESTED, &receipt, &err),
        RUF_OK);
    cr_expect(is_overwritten(old), "the key");
    cr_expect(is_overwritten(left), "what a crash left");
    (void)close(old);
    (void)close(left);
    test_home_remove(f.path);
}

/* --- rollback ---------------------------------------------------------------
 */

static void copy_file(const char *from_home, const char *to_home,
                      const char *name)
{
    char from[160];
    char to[160];
    char bytes[4096];
    size_t got;
    FILE *in;
    FILE *out;

    (void)snprintf(from, sizeof(from), "%s/%s", from_home, name);
    (void)snprintf(to, sizeof(to), "%s/%s", to_home, name);
    in = fopen(from, "rb");
    out = fopen(to, "wb");
    while (in != NULL && out != NULL &&
           (got = fread(bytes, 1, sizeof(bytes), in)) > 0)
        (void)fwrite(bytes, 1, got, out);
    if (in != NULL)
        (void)fclose(in);
    if (out != NULL)
        (void)fclose(out);
}

static enum ruf_status publish(struct fixture *f, uint64_t *generation,
                               struct ruf_error *err)
{
    struct ruf_home *home = NULL;
    enum ruf_status status =
        ruf_home_open_with(f->path, &f->host.host, &home, err);

    if (status == RUF_OK)
        status = ruf_home_publish(home, generation, err);
    ruf_home_close(home);
    return status;
}

static enum ruf_status open_index(struct fixture *f, struct ruf_error *err)
{
    struct ruf_index *index = NULL;
    struct ruf_home *home = NULL;
    enum ruf_status status =
        ruf_home_open_with(f->path, &f->host.host, &home, err);

    if (status == RUF_OK)
        status = ruf_home_index(home, RUF_INDEX_ON_DEMAND, &index, err);
    ruf_index_close(index);
    ruf_home_close(home);
    return status;
}

Test(files, are_protected_when_made_and_after_each_publishing)
{
    struct fixture f;
    struct ruf_error err;
    uint64_t generation = 0;

    begin(&f);
    cr_expect_geq(f.host.protected_of_app, 4);
    cr_expect_eq(f.host.protected_of_extension, 0);
    f.host.protected_of_app = 0;
    cr_assert_eq(publish(&f, &generation, &err), RUF_OK);
    cr_expect_geq(f.host.protected_of_app, 4);
    cr_expect_eq(f.host.protected_of_extension, 1);
    test_home_remove(f.path);
}

Test(rollback, of_store_and_index_together_is_noticed_by_the_key_store)
{
    static const char *const files[] = { "store.db", "directory.ruf" };
    struct fixture f;
    struct ruf_error err;
    char old[64];
    uint8_t item[RUF_KEY_ITEM_MAX];
    uint64_t generation = 0;

    begin(&f);
    test_home_path(old);
    cr_assert_eq(mkdir(old, 0700), 0);
    cr_assert_eq(publish(&f, &generation, &err), RUF_OK);
    cr_assert_eq(generation, 1);
    for (size_t i = 0; i < 2; i++)
        copy_file(f.path, old, files[i]);
    memcpy(item, f.host.item, sizeof(item));
    cr_assert_eq(publish(&f, &generation, &err), RUF_OK);
    cr_expect_eq(open_index(&f, &err), RUF_OK);
    for (size_t i = 0; i < 2; i++)
        copy_file(old, f.path, files[i]);
    cr_expect_eq(open_index(&f, &err), RUF_E_CORRUPT);
    cr_expect_str_eq(err.id, "D707");
    /* With the item of that time nobody can tell. */
    memcpy(f.host.item, item, sizeof(item));
    cr_expect_eq(open_index(&f, &err), RUF_OK);
    test_home_remove(old);
    test_home_remove(f.path);
}

Test(rollback, ends_with_a_generation_newer_than_any)
{
    struct fixture f;
    struct ruf_error err;
    struct ruf_key_item item;
    uint64_t generation = 0;

    begin(&f);
    cr_assert_eq(publish(&f, &generation, &err), RUF_OK);
    cr_assert_eq(ruf_key_item_read(f.host.item, f.host.item_size, &item, NULL),
                 RUF_OK);
    cr_expect_eq(item.generation, 1);
    item.image[0] ^= 1; /* another index of the same generation */
    (void)ruf_key_item_write(&item, f.host.item);
    cr_expect_eq(open_index(&f, &err), RUF_E_CORRUPT);
    cr_expect_str_eq(err.id, "D707");
    item.generation = 7;
    (void)ruf_key_item_write(&item, f.host.item);
    cr_expect_eq(open_index(&f, &err), RUF_E_CORRUPT);
    cr_assert_eq(publish(&f, &generation, &err), RUF_OK);
    cr_expect_eq(generation, 8);
    cr_expect_eq(open_index(&f, &err), RUF_OK);
    f.host.refuses = true; /* what cannot be remembered is told */
    cr_expect_eq(publish(&f, &generation, &err), RUF_E_KEY);
    f.host.refuses = false;
    test_home_remove(f.path);
}

/* --- a new key --------------------------------------------------------------
 */

static struct ruf_home *opened(struct fixture *f)
{
    struct ruf_home *home = NULL;
    struct ruf_error err;

    if (ruf_home_open_with(f->path, &f->host.host, &home, &err) != RUF_OK)
        cr_assert_fail("%s: %s", err.id, err.detail);
    return home;
}

static enum ruf_status describe(struct ruf_home *home, struct ruf_error *err)
{
    struct ruf_home_stats *stats = calloc(1, sizeof(*stats));
    enum ruf_status status = ruf_home_describe(home, stats, err);

    free(stats);
    return status;
}

Test(rekey, tells_other_handles_and_lets_none_bring_the_old_key_back)
{
    struct fixture f;
    struct ruf_error err;
    struct ruf_home *first;
    struct ruf_home *second;

    begin(&f);
    first = opened(&f);
    second = opened(&f);
    cr_assert_eq(ruf_home_rekey(first, NULL, &err), RUF_OK, "%s %s", err.id,
                 err.detail);
    cr_expect_eq(describe(first, &err), RUF_OK);
    cr_expect_eq(describe(second, &err), RUF_E_KEY);
    cr_expect_str_eq(err.id, "K202");
    /* It knows the old key only, and puts the new one behind the PIN. */
    cr_expect_eq(ruf_home_pin_set(second, "2580", &err), RUF_OK);
    ruf_home_close(first);
    ruf_home_close(second);
    first = opened(&f);
    cr_expect_eq(ruf_home_rekey(first, NULL, &err), RUF_E_LOCKED);
    cr_expect_eq(ruf_home_unlock(first, "2580", false, &err), RUF_OK);
    cr_expect_eq(describe(first, &err), RUF_OK, "%s", err.id);
    cr_expect_eq(ruf_home_rekey(first, NULL, &err), RUF_E_LOCKED);
    cr_expect_str_eq(err.id, "K225");
    ruf_home_close(first);
    test_home_remove(f.path);
}

/* The key store stops storing after some items; later it does again. */
Test(rekey, ends_or_is_undone_when_the_home_is_next_opened)
{
    bool ended = false;

    for (unsigned allowed = 1; !ended; allowed++) {
        struct fixture f;
        struct ruf_error err;
        struct ruf_home *home;
        struct ruf_key_item item;
        uint64_t generation = 0;

        begin(&f);
        home = opened(&f);
        cr_assert_eq(ruf_home_publish(home, &generation, &err), RUF_OK);
        f.host.stores = 0;
        f.host.stores_max = allowed;
        ended = ruf_home_rekey(home, NULL, &err) == RUF_OK;
        cr_assert_leq(allowed, 4);
        ruf_home_close(home);
        f.host.stores_max = 0;
        cr_expect_eq(open_index(&f, &err), RUF_OK, "%u: %s %s", allowed, err.id,
                     err.detail);
        cr_expect_eq(open_home(&f, &err), RUF_OK, "%u: %s", allowed, err.id);
        cr_assert_eq(
            ruf_key_item_read(f.host.item, f.host.item_size, &item, NULL),
            RUF_OK);
        cr_expect_not(item.renewing, "%u", allowed);
        test_home_remove(f.path);
    }
}

Test(rekey, of_a_home_that_a_reset_began_is_refused)
{
    struct fixture f;
    struct ruf_error err;
    struct ruf_home *home;
    struct ruf_key_item item;

    begin(&f);
    home = opened(&f);
    cr_assert_eq(ruf_key_item_read(f.host.item, f.host.item_size, &item, NULL),
                 RUF_OK);
    item.resetting = true;
    f.host.item_size = ruf_key_item_write(&item, f.host.item);
    cr_expect_eq(ruf_home_rekey(home, NULL, &err), RUF_E_BUSY);
    cr_expect_str_eq(err.id, "I810");
    ruf_home_close(home);
    test_home_remove(f.path);
}

/* --- wipe -------------------------------------------------------------------
 */

Test(wipe, erases_the_hosts_item_and_says_what_it_did)
{
    struct fixture f;
    struct ruf_error err;
    struct ruf_wipe_receipt receipt;
    struct ruf_wipe_receipt kept;

    begin(&f);
    cr_assert_eq(
        ruf_home_wipe(f.path, &f.host.host, RUF_WIPE_ACCOUNT, &receipt, &err),
        RUF_OK, "%s", err.detail);
    cr_expect_eq(f.host.erases, 1);
    cr_expect_eq(f.host.item_size, 0);
    cr_expect_eq(receipt.at, f.host.now);
    cr_expect_geq(receipt.files, 4);
    cr_assert_eq(ruf_wipe_receipt_read(f.path, &kept, &err), RUF_OK);
    cr_expect_eq(kept.reason, RUF_WIPE_ACCOUNT);
    cr_expect_eq(kept.at, receipt.at);
    cr_expect_eq(kept.files, receipt.files);
    cr_expect_eq(open_home(&f, &err), RUF_E_WIPED);
    /* Again: nothing to do, and the receipt stays. */
    cr_expect_eq(
        ruf_home_wipe(f.path, &f.host.host, RUF_WIPE_OFFLINE, &receipt, &err),
        RUF_OK);
    cr_expect_eq(receipt.at, 0);
    cr_expect_eq(f.host.erases, 1);
    cr_assert_eq(ruf_wipe_receipt_read(f.path, &kept, &err), RUF_OK);
    cr_expect_eq(kept.reason, RUF_WIPE_ACCOUNT);
    test_home_remove(f.path);
    cr_expect_eq(ruf_wipe_receipt_read(f.path, &kept, &err), RUF_E_NOT_FOUND);
}

Test(wipe, of_a_key_that_resists_goes_on_later)
{
    struct fixture f;
    struct ruf_error err;
    struct ruf_wipe_receipt receipt;

    begin(&f);
    f.host.refuses = true;
    cr_expect_eq(
        ruf_home_wipe(f.path, &f.host.host, RUF_WIPE_REQUESTED, &receipt, &err),
        RUF_E_KEY);
    cr_expect_not(test_home_has(f.path, "store.db"), "data waits for the key");
    cr_expect_eq(ruf_wipe_receipt_read(f.path, &receipt, &err),
                 RUF_E_NOT_FOUND);
    cr_expect_eq(open_home(&f, &err), RUF_E_WIPED);
    cr_expect_str_eq(err.id, "W603");
    f.host.refuses = false;
    cr_expect_eq(open_home(&f, &err), RUF_E_WIPED);
    cr_expect_str_eq(err.id, "W602");
    cr_expect_eq(f.host.erases, 1);
    test_home_remove(f.path);
}

Test(wipe, with_a_marker_nobody_can_read_is_finished)
{
    struct fixture f;
    struct ruf_error err;
    char file[128];
    FILE *marker;

    begin(&f);
    (void)snprintf(file, sizeof(file), "%s/wipe.pending", f.path);
    marker = fopen(file, "w");
    cr_assert_not_null(marker);
    (void)fputs("{ \"keystore\": ", marker);
    (void)fclose(marker);
    cr_expect_eq(open_home(&f, &err), RUF_E_WIPED);
    cr_expect_str_eq(err.id, "W602");
    cr_expect_not(test_home_has(f.path, "store.db"));
    cr_expect_eq(f.host.item_size, 0, "the profile says where the key is");
    test_home_remove(f.path);
}

/* A host whose key is read just as somebody wipes the home. */
static struct {
    struct fixture *f;
    enum ruf_status (*load)(void *, const char *, void *, size_t, size_t *,
                            struct ruf_error *);
    pthread_t thread;
    enum ruf_status status;
    bool runs;
} wiping;

static void *wipe_beside(void *context)
{
    struct ruf_wipe_receipt receipt;

    (void)context;
    wiping.status = ruf_home_wipe(wiping.f->path, &wiping.f->host.host,
                                  RUF_WIPE_REQUESTED, &receipt, NULL);
    return NULL;
}

static enum ruf_status load_while_wiped(void *context, const char *home_id,
                                        void *bytes, size_t room, size_t *size,
                                        struct ruf_error *err)
{
    const struct timespec step = { 0, 10000000 };
    enum ruf_status status =
        wiping.load(context, home_id, bytes, room, size, err);

    if (wiping.runs)
        return status;
    wiping.runs = pthread_create(&wiping.thread, NULL, wipe_beside, NULL) == 0;
    for (int i = 0; i < 200 && wiping.f->host.reloads == 0 &&
                    !test_home_has(wiping.f->path, "wipe.pending");
         i++)
        (void)nanosleep(&step, NULL);
    return status;
}

Test(wipe, erases_what_others_are_storing)
{
    struct fixture f;
    struct ruf_error err;
    struct ruf_home *home = NULL;

    begin(&f);
    wiping.f = &f;
    wiping.load = f.host.host.key_load;
    cr_assert_eq(ruf_home_open_with(f.path, &f.host.host, &home, &err), RUF_OK);
    home->host.key_load = load_while_wiped;
    cr_expect_eq(ruf_home_pin_set(home, "2580", &err), RUF_OK);
    cr_assert(wiping.runs);
    cr_assert_eq(pthread_join(wiping.thread, NULL), 0);
    cr_expect_eq(wiping.status, RUF_OK);
    cr_expect_eq(f.host.item_size, 0, "the key was stored after the wipe");
    /* Nor does an open handle begin anew. */
    cr_expect_eq(ruf_home_unlock(home, "2580", false, &err), RUF_E_WIPED);
    cr_expect_eq(f.host.item_size, 0);
    cr_expect_not(test_home_has(f.path, "key.lock"));
    ruf_home_close(home);
    test_home_remove(f.path);
}

Test(wipe, receipt_that_is_damaged_is_told)
{
    struct fixture f;
    struct ruf_error err;
    struct ruf_wipe_receipt receipt;
    char file[128];
    FILE *written;

    begin(&f);
    cr_assert_eq(
        ruf_home_wipe(f.path, &f.host.host, RUF_WIPE_REQUESTED, &receipt, &err),
        RUF_OK);
    (void)snprintf(file, sizeof(file), "%s/wipe.receipt", f.path);
    written = fopen(file, "w");
    cr_assert_not_null(written);
    (void)fputs("{ \"schema\": \"other/1\" }", written);
    (void)fclose(written);
    cr_expect_eq(ruf_wipe_receipt_read(f.path, &receipt, &err), RUF_E_CORRUPT);
    cr_expect_str_eq(err.id, "D742");
    cr_expect_eq(open_home(&f, &err), RUF_E_WIPED, "damaged is wiped as well");
    test_home_remove(f.path);
}

Test(wipe, removes_links_and_not_what_they_point_to)
{
    struct fixture f;
    struct ruf_error err;
    struct ruf_wipe_receipt receipt;
    char link_path[128];
    char target[80];

    begin(&f);
    (void)snprintf(target, sizeof(target), "%s.target", f.path);
    (void)snprintf(link_path, sizeof(link_path), "%s/ca.pem", f.path);
    FILE *file = fopen(target, "w");
    cr_assert_not_null(file);
    (void)fclose(file);
    cr_assert_eq(symlink(target, link_path), 0);
    cr_assert_eq(
        ruf_home_wipe(f.path, &f.host.host, RUF_WIPE_REQUESTED, &receipt, &err),
        RUF_OK);
    cr_expect_not(test_home_has(f.path, "ca.pem"));
    cr_expect_eq(access(target, F_OK), 0);
    (void)unlink(target);
    test_home_remove(f.path);
}
