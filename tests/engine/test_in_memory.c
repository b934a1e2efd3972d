/*
 * tests/engine/test_in_memory.c - a policy that allows no local storage
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/engine/test_host.h"
#include <criterion/criterion.h>
#include <fcntl.h>
#include <rufname/access.h>
#include <rufname/home.h>
#include <rufname/marks.h>
#include <rufname/phone.h>
#include <rufname/search.h>
#include <rufname/wipe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NUMBER UINT64_C(493023125001)

struct fixture {
    struct test_host host;
    char path[64];
    char file[80];
    struct ruf_home *home;
    struct ruf_error err;
};

#define expect_ok(f, call)                                                     \
    cr_expect_eq(call, RUF_OK, "line %d: %s %s", __LINE__, (f)->err.id,        \
                 (f)->err.detail)

static void open_home(struct fixture *f)
{
    if (ruf_home_open_with(f->path, &f->host.host, &f->home, &f->err) != RUF_OK)
        cr_assert_fail("%s: %s", f->err.id, f->err.detail);
}

static void begin(struct fixture *f, const char *mode)
{
    struct ruf_home_setup setup = { .struct_size = sizeof(setup),
                                    .keystore = "host",
                                    .host = &f->host.host };
    char policy[512];
    FILE *file;

    memset(f, 0, sizeof(*f));
    test_host_init(&f->host);
    f->host.now = (int64_t)time(NULL); /* as the store notes its rounds */
    test_home_path(f->path);
    (void)snprintf(f->file, sizeof(f->file), "%s.csv", f->path);
    file = fopen(f->file, "w");
    cr_assert(file != NULL);
    (void)fputs("id,givenName,surname,phonebusiness\n"
                "1,Xaveria,Zwirbelhuber,030 23125-001\n",
                file);
    (void)fclose(file);
    setup.policy_size = (size_t)snprintf(
        policy, sizeof(policy),
        "{\"schema\": \"rufname.policy/1\", \"version\": 1,"
        " \"region\": {\"default\": \"DE\"},"
        " \"protection\": {\"pin\": {\"required\": false}},"
        " \"store\": {\"mode\": \"%s\"},"
        " \"sources\": [{\"id\": \"CSV\", \"kind\": \"file\"}]}",
        mode);
    setup.policy = policy;
    if (ruf_home_init(f->path, &setup, NULL, NULL, &f->err) != RUF_OK)
        cr_assert_fail("%s: %s", f->err.id, f->err.detail);
    open_home(f);
}

static void end(struct fixture *f)
{
    ruf_home_close(f->home);
    (void)unlink(f->file);
    test_home_remove(f->path);
}

static void fill(struct fixture *f)
{
    struct ruf_import_report report;
    uint64_t generation = 0;

    expect_ok(f, ruf_home_import(f->home, f->file, NULL, &report, &f->err));
    cr_expect_eq(report.added, 1);
    expect_ok(f, ruf_home_publish(f->home, &generation, &f->err));
}

/* Who is this, by a number and by a search; and marked as a favourite. */
static void expect_known(struct fixture *f, struct ruf_index *index)
{
    struct ruf_caller caller = { 0 };
    struct ruf_query *query = NULL;
    struct ruf_marks marks;

    expect_ok(f, ruf_query_create(index, &query, &f->err));
    expect_ok(f, ruf_query_lookup(query, NUMBER, &caller, &f->err));
    cr_expect_eq(caller.label.size, strlen("Xaveria Zwirbelhuber"));
    expect_ok(f, ruf_home_mark(f->home, query, 0, RUF_FAVOURITE, &f->err));
    expect_ok(f, ruf_home_marks(f->home, query, &marks, &f->err));
    cr_expect_eq(marks.favourite_count, 1);
    ruf_query_destroy(query);
}

static uint64_t records_of(struct fixture *f)
{
    struct ruf_home_stats *stats = calloc(1, sizeof(*stats));
    uint64_t records;

    expect_ok(f, ruf_home_describe(f->home, stats, &f->err));
    records = stats->records;
    free(stats);
    return records;
}

/* Does the file hold this text? */
static bool is_in(const char *path, const char *text)
{
    size_t size = strlen(text);
    struct stat info;
    bool found = false;
    char *bytes;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    cr_assert(fd >= 0 && fstat(fd, &info) == 0, "%s", path);
    bytes = malloc((size_t)info.st_size + 1);
    cr_assert(bytes != NULL &&
              read(fd, bytes, (size_t)info.st_size) == info.st_size);
    for (off_t i = 0; i + (off_t)size <= info.st_size && !found; i++)
        found = memcmp(bytes + i, text, size) == 0;
    free(bytes);
    (void)close(fd);
    return found;
}

static void look_into(void *context, const char *path, enum ruf_file_kind kind)
{
    struct stat info;

    (void)kind;
    (void)context;
    cr_expect_not(is_in(path, "Zwirbelhuber"), "%s", path);
    cr_expect_not(is_in(path, "23125"), "%s", path);
    /* What init made: an empty store; and no index. */
    if (strstr(path, "directory") != NULL)
        cr_expect(stat(path, &info) == 0 && info.st_size < 1024, "%s", path);
}

Test(in_memory, holds_contacts_for_as_long_as_the_home_is_open)
{
    struct fixture f;
    struct ruf_index *index = NULL;
    struct ruf_index *later = NULL;
    uint64_t generation = 0;
    struct stat before;
    struct stat after;
    char store[80];

    begin(&f, "memory");
    (void)snprintf(store, sizeof(store), "%s/store.db", f.path);
    cr_assert_eq(stat(store, &before), 0);
    cr_expect_not(ruf_home_may_store(f.home));
    cr_expect_eq(ruf_home_index(f.home, RUF_INDEX_ON_DEMAND, &index, &f.err),
                 RUF_E_NOT_FOUND);
    fill(&f);
    expect_ok(&f, ruf_home_index(f.home, RUF_INDEX_ON_DEMAND, &index, &f.err));
    cr_expect_eq(records_of(&f), 1);
    expect_known(&f, index);
    /* The one before stays as it is while a reader has it. */
    expect_ok(&f, ruf_home_publish(f.home, &generation, &f.err));
    expect_known(&f, index);
    expect_ok(&f, ruf_home_index(f.home, RUF_INDEX_RESIDENT, &later, &f.err));
    expect_known(&f, later);
    ruf_index_close(index);
    ruf_index_close(later);
    ruf_home_files(f.path, look_into, NULL);
    cr_expect_not(test_home_has(f.path, "directory.ruf"));
    cr_expect(stat(store, &after) == 0 && before.st_size == after.st_size &&
                  before.st_mtim.tv_sec == after.st_mtim.tv_sec &&
                  before.st_mtim.tv_nsec == after.st_mtim.tv_nsec,
              "the store on disk was written");
    ruf_home_close(f.home);
    open_home(&f);
    cr_expect_eq(records_of(&f), 0);
    end(&f);
}

/* The same steps leave files where the policy allows them. */
Test(in_memory, is_only_what_the_policy_asks_for)
{
    struct fixture f;

    begin(&f, "disk");
    cr_expect(ruf_home_may_store(f.home));
    fill(&f);
    cr_expect(test_home_has(f.path, "directory.ruf"));
    ruf_home_close(f.home);
    open_home(&f);
    cr_expect_eq(records_of(&f), 1);
    end(&f);
}

/* --- the phone --------------------------------------------------------------
 */

static bool take_whole(void *context)
{
    (void)context;
    return false;
}

static enum ruf_status count_name(void *context, ruf_e164 number,
                                  struct ruf_text label, struct ruf_error *err)
{
    (void)number;
    (void)label;
    (void)err;
    ++*(unsigned *)context;
    return RUF_OK;
}

static enum ruf_status end_request(void *context, struct ruf_error *err)
{
    (void)context;
    (void)err;
    return RUF_OK;
}

static unsigned names_sent(struct fixture *f)
{
    unsigned names = 0;
    struct ruf_directory_host phone = { .context = &names,
                                        .ask = take_whole,
                                        .add_identification = count_name,
                                        .complete = end_request };
    struct ruf_directory_report report;

    expect_ok(
        f, ruf_home_emit(f->home, &phone, RUF_EMIT_COMMIT, &report, &f->err));
    return names;
}

Test(in_memory, gives_the_phone_nothing)
{
    struct fixture f;

    begin(&f, "memory");
    fill(&f);
    cr_expect_eq(names_sent(&f), 0);
    end(&f);
    begin(&f, "disk");
    fill(&f);
    cr_expect_eq(names_sent(&f), 1);
    end(&f);
}

/* --- the end ----------------------------------------------------------------
 */

Test(in_memory, is_gone_after_a_lock_and_after_a_wipe)
{
    struct fixture f;
    struct ruf_index *index = NULL;
    struct ruf_wipe_receipt receipt;

    begin(&f, "memory");
    fill(&f);
    expect_ok(&f, ruf_home_pin_set(f.home, "2580", &f.err));
    cr_expect_eq(records_of(&f), 1);
    expect_ok(&f, ruf_home_lock(f.home, &f.err));
    expect_ok(&f, ruf_home_unlock(f.home, "2580", false, &f.err));
    cr_expect_eq(records_of(&f), 0);
    fill(&f);
    cr_expect_eq(records_of(&f), 1);
    expect_ok(&f, ruf_home_wipe(f.path, &f.host.host, RUF_WIPE_REQUESTED,
                                &receipt, &f.err));
    cr_expect_eq(ruf_home_index(f.home, RUF_INDEX_ON_DEMAND, &index, &f.err),
                 RUF_E_WIPED);
    cr_expect_str_eq(f.err.id, "W602");
    end(&f);
}
