/*
 * tests/engine/test_prove.c - each statement fails when it is violated
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "engine/home_private.h"
#include "engine/scan.h"
#include "indexer/store_audit.h"
#include "indexer/store_private.h"
#include "tests/engine/test_host.h"
#include <criterion/criterion.h>
#include <curl/curl.h>
#include <rufname/prove.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[64];
static struct ruf_home *home;
static struct ruf_proof_report report;
static struct ruf_error err;

static const char policy[] =
    "{\"schema\": \"rufname.policy/1\", \"version\": 1,"
    " \"protection\": {\"pin\": {\"required\": false}},"
    " \"region\": {\"default\": \"DE\"},"
    " \"auth\": {\"tenant\": \"t\", \"client_id\": \"c\"},"
    " \"sources\": [{\"id\": \"CSV\", \"kind\": \"file\"}]}";

static const char people[] = "id,givenName,surname,phonebusiness\n"
                             "1,Xaveria,Zwirbelhuber,030 23125-001\n"
                             "2,Ottokar,Pfefferminzel,030 23125-002\n";

static void import(const char *text)
{
    struct ruf_import_report imported;
    uint64_t generation;
    char name[96];
    FILE *file;

    (void)snprintf(name, sizeof(name), "%s.csv", path);
    file = fopen(name, "wb");
    cr_assert(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
    cr_assert(ruf_home_import(home, name, NULL, &imported, &err) == RUF_OK,
              "%s", err.detail);
    cr_assert(remove(name) == 0);
    cr_assert(ruf_home_publish(home, &generation, &err) == RUF_OK);
}

static void set_up(void)
{
    struct ruf_home_setup setup = { .struct_size = sizeof(setup),
                                    .policy = policy,
                                    .policy_size = strlen(policy) };

    cr_assert(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
    test_home_path(path);
    cr_assert(ruf_home_init(path, &setup, NULL, NULL, &err) == RUF_OK, "%s",
              err.detail);
    cr_assert(ruf_home_open(path, &home, &err) == RUF_OK, "%s", err.detail);
    import(people);
}

static void tear_down(void)
{
    ruf_home_close(home);
    test_home_remove(path);
    curl_global_cleanup();
}

TestSuite(prove, .init = set_up, .fini = tear_down);

static void prove_with(const struct ruf_prove_options *options)
{
    cr_assert(ruf_home_prove(home, options, &report, &err) == RUF_OK, "%s: %s",
              err.id, err.detail);
}

static void prove(void)
{
    prove_with(NULL);
}

static void plant(const char *sql)
{
    struct ruf_home_writer writer;

    cr_assert(ruf_home_writer_open(home, &writer, &err) == RUF_OK);
    cr_assert(ruf_store_run(writer.store, sql, &err) == RUF_OK, "%s",
              err.detail);
    ruf_home_writer_close(&writer);
}

/* Just these statements do not hold. */
static void expect_failures(enum ruf_statement one, enum ruf_statement other)
{
    cr_expect(!report.holds);
    for (int i = 0; i < RUF_STATEMENT_COUNT; i++)
        cr_expect_eq(report.proofs[i].holds, i != (int)one && i != (int)other,
                     "%s: %s", ruf_statement_name((enum ruf_statement)i),
                     report.proofs[i].detail);
}

static void expect_failure(enum ruf_statement statement)
{
    prove();
    expect_failures(statement, statement);
}

Test(prove, all_statements_hold_at_first)
{
    prove();
    for (int i = 0; i < RUF_STATEMENT_COUNT; i++)
        cr_expect(report.proofs[i].holds && report.proofs[i].checked > 0, "%s",
                  ruf_statement_name((enum ruf_statement)i));
    cr_expect(report.holds);
    cr_expect_eq(report.contacts, 2);
    cr_expect_eq(report.records, 2);
    cr_expect_eq(report.host_count, 2);
    cr_expect_eq(strlen(report.index_sha256), 64);
}

Test(prove, finds_a_link_that_leads_elsewhere)
{
    plant("UPDATE collections SET link_kind = 2,"
          " link = 'https://prove.invalid/v1.0/users?$skiptoken=x'");
    expect_failure(RUF_PROVE_HOSTS);
    plant("UPDATE collections SET"
          " link = 'https://graph.microsoft.com/v1.0/users?$skiptoken=x'");
    prove();
    cr_expect(report.holds, "a listed host is fine");
}

Test(prove, finds_a_table_that_no_layout_has)
{
    plant("CREATE TABLE birthdays (record INTEGER, day TEXT)");
    expect_failure(RUF_PROVE_FIELDS);
}

Test(prove, finds_a_column_that_no_layout_has)
{
    plant("ALTER TABLE records ADD COLUMN birthday TEXT");
    expect_failure(RUF_PROVE_FIELDS);
}

Test(prove, finds_a_record_the_index_still_shows)
{
    /* The one whose id is "2": one byte, after version and removed. */
    plant("DELETE FROM records WHERE substr(payload, 3, 2) = x'0132'");
    expect_failure(RUF_PROVE_DELETED);
}

Test(prove, finds_what_was_read_and_not_published)
{
    plant("INSERT OR REPLACE INTO facts (name, value)"
          " VALUES ('unpublished', 1)");
    expect_failure(RUF_PROVE_DELETED);
}

static void append(const char *event, const char *object)
{
    struct ruf_home_writer writer;
    struct ruf_store_audit entry = { .made = 1800000000,
                                     .event = ruf_text(event),
                                     .object = ruf_text(object) };

    cr_assert(ruf_home_writer_open(home, &writer, &err) == RUF_OK);
    cr_assert(ruf_store_audit_append(writer.store, &entry, 0, &err) == RUF_OK);
    ruf_home_writer_close(&writer);
}

Test(prove, finds_a_name_in_the_audit)
{
    append("sync", "+49\xE2\x80\xA6"
                   "001");
    append("sync", "0123abcd");
    prove();
    cr_expect(report.holds, "masks are fine");
    append("sync", "Zwirbelhuber");
    expect_failure(RUF_PROVE_LOGS);
}

Test(prove, finds_a_whole_number_in_the_audit)
{
    append("sync", "+493023125001");
    expect_failure(RUF_PROVE_LOGS);
}

Test(prove, finds_an_audit_with_a_gap)
{
    append("sync", "");
    append("sync", "");
    plant("DELETE FROM audit WHERE number = 2");
    expect_failure(RUF_PROVE_LOGS);
}

/* A file of this text in a folder. */
static void put(const char *folder, const char *name, const char *text)
{
    char file[128];
    FILE *out;

    (void)snprintf(file, sizeof(file), "%s/%s", folder, name);
    out = fopen(file, "wb");
    cr_assert(out != NULL && fputs(text, out) >= 0 && fclose(out) == 0);
}

static void take(const char *folder, const char *name)
{
    char file[128];

    (void)snprintf(file, sizeof(file), "%s/%s", folder, name);
    cr_assert(remove(file) == 0);
}

Test(prove, finds_plain_text_beside_the_store)
{
    put(path, "directory.report", "call of Zwirbelhuber");
    expect_failure(RUF_PROVE_SEALED);
}

Test(prove, finds_what_a_wipe_would_leave)
{
    char folder[96];

    (void)snprintf(folder, sizeof(folder), "%s/cache", path);
    put(path, "contacts.txt", "");
    expect_failure(RUF_PROVE_WIPE);
    take(path, "contacts.txt");
    put(path, ".hidden", "");
    expect_failure(RUF_PROVE_WIPE);
    take(path, ".hidden");
    cr_assert(mkdir(folder, 0700) == 0);
    expect_failure(RUF_PROVE_WIPE);
    cr_assert(rmdir(folder) == 0);
    cr_assert(symlink("/etc/passwd", folder) == 0);
    expect_failure(RUF_PROVE_WIPE);
    cr_assert(unlink(folder) == 0);
    prove();
    cr_expect(report.holds);
}

Test(prove, finds_plain_text_that_a_crash_left)
{
    static const char *const left[] = { "core", "core.4711", "etilqs_x",
                                        "rufname-e2e" };
    char folder[96];
    const char *folders[] = { "/nowhere", folder };
    struct ruf_prove_options options = { .struct_size = sizeof(options),
                                         .folders = folders,
                                         .folder_count = 2 };

    (void)snprintf(folder, sizeof(folder), "%s.tmp", path);
    cr_assert(mkdir(folder, 0700) == 0);
    put(folder, "my-own-notes", "Zwirbelhuber");
    for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
        put(folder, left[i], "nobody");
        prove_with(&options);
        cr_expect(report.holds, "%s", left[i]);
        put(folder, left[i], "of Zwirbelhuber");
        prove_with(&options);
        expect_failures(RUF_PROVE_SEALED, RUF_PROVE_SEALED);
        take(folder, left[i]);
    }
    put(path, "core", "of Zwirbelhuber");
    prove();
    expect_failures(RUF_PROVE_SEALED, RUF_PROVE_WIPE);
    take(folder, "my-own-notes");
    cr_assert(rmdir(folder) == 0);
}

/* Who holds the handle is less strict than the document. */
Test(prove, finds_a_policy_that_is_not_the_one_in_the_home)
{
    uint32_t strict = home->policy->protection.pin_max_attempts;

    home->policy->protection.pin_max_attempts = strict + 1;
    expect_failure(RUF_PROVE_STRICT);
    home->policy->protection.pin_max_attempts = strict;
    prove();
    cr_expect(report.holds);
}

/* Every record has somebody's contents, each time somebody else's. */
Test(prove, finds_an_index_that_comes_out_different)
{
    char many[2048] = "id,givenName,surname,phonebusiness\n";

    for (int i = 10; i < 40; i++) {
        size_t used = strlen(many);

        (void)snprintf(many + used, sizeof(many) - used,
                       "%d,Anna%d,Graf%d,030 23125-0%d\n", i, i, i, i);
    }
    import(many);
    plant("ALTER TABLE records RENAME TO true_records");
    plant(
        "CREATE VIEW records AS SELECT id, collection, hash, numbers,"
        " (SELECT payload FROM true_records AS other WHERE other.id <> -one.id"
        " ORDER BY random() LIMIT 1) AS payload FROM true_records AS one");
    prove();
    cr_expect_not(report.holds);
    cr_expect_not(report.proofs[RUF_PROVE_REPRODUCIBLE].holds);
}

Test(prove, lists_the_proxy_among_the_hosts)
{
    static const char proxied[] =
        "{\"schema\": \"rufname.policy/1\", \"version\": 1,"
        " \"protection\": {\"pin\": {\"required\": false}},"
        " \"network\": {\"proxy\": \"http://me:secret@proxy.example:3128\"},"
        " \"auth\": {\"tenant\": \"t\", \"client_id\": \"c\"},"
        " \"sources\": [{\"id\": \"CSV\", \"kind\": \"file\"}]}";
    char file[96];

    ruf_home_close(home);
    (void)snprintf(file, sizeof(file), "%s/policy.json", path);
    cr_assert(ruf_file_replace(file, proxied, strlen(proxied), &err) == RUF_OK);
    cr_assert(ruf_home_open(path, &home, &err) == RUF_OK, "%s", err.detail);
    prove();
    cr_assert_eq(report.host_count, 3);
    cr_expect_str_eq(report.hosts[2], "proxy.example:3128");
}

Test(prove, tells_nobody_s_name)
{
    char *json;
    char *page;

    append("sync", "Zwirbelhuber");
    prove();
    json = ruf_proof_json(&report);
    page = ruf_proof_summary(&report);
    cr_assert(json != NULL && page != NULL);
    cr_expect(strstr(json, "Zwirbelhuber") == NULL);
    cr_expect(strstr(page, "Zwirbelhuber") == NULL);
    cr_expect(strstr(page, "NICHT BELEGT") != NULL);
    cr_expect(strstr(json, "\"holds\":false") != NULL);
    free(json);
    free(page);
}

/* --- the scan
 * ---------------------------------------------------------------------- */

Test(scan, finds_texts_over_the_edge_of_a_piece)
{
    static const char name[] = "Zwirbelhuber";
    const size_t size = ((size_t)2 << 20) + 100;
    const size_t places[] = { 0, ((size_t)1 << 20) - 5, size - 12 };
    char file[64];
    struct ruf_scan *scan;

    test_home_path(file);
    cr_assert(ruf_scan_create(&scan, NULL) == RUF_OK);
    ruf_scan_add_text(scan, ruf_text(name));
    ruf_scan_add_text(scan, ruf_text("kurz"));
    cr_assert(ruf_scan_ready(scan, NULL) == RUF_OK);
    for (size_t i = 0; i < 4; i++) {
        char *bytes = calloc(1, size);
        bool found;

        cr_assert(bytes != NULL);
        memcpy(bytes + 300, "kurz", 4);
        if (i < 3)
            memcpy(bytes + places[i], name, 12);
        cr_assert(ruf_file_replace(file, bytes, size, &err) == RUF_OK);
        cr_assert(ruf_scan_file(scan, file, &found, &err) == RUF_OK);
        cr_expect_eq(found, i < 3, "%zu", i);
        free(bytes);
    }
    (void)remove(file);
    ruf_scan_destroy(scan);
}
