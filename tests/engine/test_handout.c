/*
 * tests/engine/test_handout.c - what leaves through the host, and its files
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/engine/test_host.h"
#include <criterion/criterion.h>
#include <dirent.h>
#include <rufname/access.h>
#include <rufname/home.h>
#include <rufname/wipe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct test_host host;
static struct ruf_home *home;
static struct ruf_error err;
static char path[64];

static void begin(const char *protection)
{
    struct ruf_home_setup setup = { .struct_size = sizeof(setup),
                                    .keystore = "host",
                                    .host = &host.host };
    char policy[512];

    test_host_init(&host);
    test_home_path(path);
    setup.policy_size = (size_t)snprintf(
        policy, sizeof(policy),
        "{\"schema\": \"rufname.policy/1\", \"version\": 1,"
        " \"protection\": {\"pin\": {\"required\": false}, %s},"
        " \"sources\": [{\"id\": \"CSV\", \"kind\": \"file\"}]}",
        protection);
    setup.policy = policy;
    setup.host = &host.host;
    if (ruf_home_init(path, &setup, NULL, NULL, &err) != RUF_OK ||
        ruf_home_open_with(path, &host.host, &home, &err) != RUF_OK)
        cr_assert_fail("%s", err.id);
}

static void end(void)
{
    ruf_home_close(home);
    home = NULL;
    test_home_remove(path);
}

Test(handout, is_what_the_policy_allows)
{
    begin("\"links\": \"any\", \"copy_paste\": \"any\", \"print\": \"allow\"");
    cr_expect_eq(ruf_home_open_url(home, "https://example.com", &err), RUF_OK);
    cr_expect_str_eq(host.scheme, "");
    cr_expect_eq(ruf_home_copy(home, "Graf", 4, &err), RUF_OK);
    cr_expect_not(host.managed);
    cr_expect_eq(ruf_home_print(home, "Graf", 4, &err), RUF_OK);
    cr_expect(host.opened == 1 && host.copied == 1 && host.printed == 1);
    end();
}

Test(handout, that_is_forbidden_never_reaches_the_host)
{
    begin("\"links\": \"block\", \"copy_paste\": \"block\","
          " \"copy_limit\": 4, \"print\": \"block\"");
    cr_expect_eq(ruf_home_open_url(home, "HTTPS://example.com", &err),
                 RUF_E_POLICY);
    cr_expect_str_eq(err.id, "P170");
    cr_expect_eq(ruf_home_copy(home, "Grafi", 5, &err), RUF_E_POLICY);
    cr_expect_eq(ruf_home_print(home, "Graf", 4, &err), RUF_E_POLICY);
    cr_expect(host.opened == 0 && host.copied == 0 && host.printed == 0);
    /* Four characters are allowed anyway, and calls are no web pages. */
    cr_expect_eq(ruf_home_copy(home, "Gräf", 5, &err), RUF_OK);
    cr_expect_not(host.managed);
    cr_expect_eq(ruf_home_open_url(home, "tel:+493023125001", &err), RUF_OK);
    end();
}

Test(handout, names_the_apps_it_is_for)
{
    begin("\"links\": \"edge\", \"copy_paste\": \"managed\"");
    cr_expect_eq(ruf_home_open_url(home, "http://example.com", &err), RUF_OK);
    cr_expect_str_eq(host.scheme, "microsoft-edge");
    cr_expect_eq(ruf_home_copy(home, "Graf", 4, &err), RUF_OK);
    cr_expect(host.managed);
    end();
    begin("\"links\": \"scheme:muster\"");
    cr_expect_eq(ruf_home_open_url(home, "http://example.com", &err), RUF_OK);
    cr_expect_str_eq(host.scheme, "muster");
    end();
}

Test(handout, of_a_locked_home_is_nothing)
{
    begin("\"copy_paste\": \"any\", \"links\": \"any\"");
    cr_assert_eq(ruf_home_pin_set(home, "2580", &err), RUF_OK);
    cr_assert_eq(ruf_home_lock(home, &err), RUF_OK);
    cr_expect_eq(ruf_home_copy(home, "Graf", 4, &err), RUF_E_LOCKED);
    cr_expect_eq(ruf_home_print(home, "Graf", 4, &err), RUF_E_LOCKED);
    cr_expect_eq(ruf_home_open_url(home, "tel:1", &err), RUF_E_LOCKED);
    cr_expect(host.opened == 0 && host.copied == 0 && host.printed == 0);
    end();
}

Test(handout, of_plain_linux_knows_no_managed_apps)
{
    begin("\"links\": \"edge\", \"copy_paste\": \"managed\"");
    ruf_home_close(home);
    host.host.open_url = NULL;
    host.host.copy = NULL;
    cr_assert_eq(ruf_home_open_with(path, &host.host, &home, &err), RUF_OK);
    cr_expect_eq(ruf_home_open_url(home, "http://example.com", &err),
                 RUF_E_POLICY);
    cr_expect_eq(ruf_home_copy(home, "Graf", 4, &err), RUF_E_POLICY);
    cr_expect_str_eq(err.id, "P170");
    end();
}

/* A program that keeps what it is given, or fails. */
static void install(const char *name, const char *script)
{
    char file[128];
    FILE *out;

    (void)snprintf(file, sizeof(file), "%s/%s", path, name);
    out = fopen(file, "w");
    cr_assert(out != NULL);
    (void)fprintf(out, "#!/bin/sh\n%s\n", script);
    (void)fclose(out);
    cr_assert(chmod(file, 0700) == 0 && setenv("PATH", path, 1) == 0);
}

static void expect_given(const char *name, const char *wanted)
{
    char file[128];
    char got[128] = "";
    FILE *in;

    (void)snprintf(file, sizeof(file), "%s/%s", path, name);
    in = fopen(file, "r");
    cr_assert(in != NULL, "%s got nothing", name);
    cr_expect(fgets(got, sizeof(got), in) != NULL);
    (void)fclose(in);
    cr_expect_str_eq(got, wanted);
}

Test(handout, of_plain_linux_goes_to_the_programs_of_the_desktop)
{
    begin("\"links\": \"any\", \"copy_paste\": \"any\", \"print\": "
          "\"allow\"");
    ruf_home_close(home);
    host.host.open_url = NULL;
    host.host.copy = NULL;
    host.host.print = NULL;
    cr_assert_eq(ruf_home_open_with(path, &host.host, &home, &err), RUF_OK);
    install("wl-copy", "exit 1"); /* no Wayland here */
    cr_expect_eq(ruf_home_copy(home, "Graf", 4, &err), RUF_E_IO);
    cr_expect_str_eq(err.id, "I812");
    install("xclip", "/bin/cat >\"$0.got\"");
    cr_expect_eq(ruf_home_copy(home, "Graf", 4, &err), RUF_OK);
    expect_given("xclip.got", "Graf");
    install("lp", "/bin/cat >\"$0.got\"");
    cr_expect_eq(ruf_home_print(home, "Klein", 5, &err), RUF_OK);
    expect_given("lp.got", "Klein");
    install("xdg-open", "echo \"$1\" >\"$0.got\"");
    cr_expect_eq(ruf_home_open_url(home, "tel:+49;$(x)", &err), RUF_OK);
    expect_given("xdg-open.got", "tel:+49;$(x)\n");
    end();
}

Test(reload, follows_a_publication_and_a_wipe)
{
    struct ruf_wipe_receipt receipt;
    uint64_t generation;

    begin("\"links\": \"any\"");
    cr_expect_eq(host.reloads, 0);
    cr_assert_eq(ruf_home_publish(home, &generation, &err), RUF_OK);
    cr_expect_eq(host.reloads, 1);
    cr_assert_eq(
        ruf_home_wipe(path, &host.host, RUF_WIPE_REQUESTED, &receipt, &err),
        RUF_OK);
    cr_expect_eq(host.reloads, 2);
    end();
}

/* --- files ------------------------------------------------------------------
 */

static char listed[64][128];
static size_t listed_count;

static void list(void *context, const char *file, enum ruf_file_kind kind)
{
    const char *name = strrchr(file, '/') + 1;
    bool shared = strncmp(name, "directory.", 10) == 0;

    (void)context;
    cr_assert(listed_count < 64);
    cr_expect_eq(kind, shared ? RUF_FILE_OF_EXTENSION : RUF_FILE_OF_APP, "%s",
                 name);
    (void)snprintf(listed[listed_count++], 128, "%s", name);
}

static bool is_listed(const char *name)
{
    for (size_t i = 0; i < listed_count; i++)
        if (strcmp(listed[i], name) == 0)
            return true;
    return false;
}

/* Every file that lies there, and no other one. */
static void expect_all_listed(void)
{
    DIR *directory = opendir(path);
    const struct dirent *entry;
    size_t files = 0;

    listed_count = 0;
    ruf_home_files(path, list, NULL);
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        files++;
        cr_expect(is_listed(entry->d_name), "%s is not listed", entry->d_name);
    }
    if (directory != NULL)
        (void)closedir(directory);
    cr_expect_eq(files, listed_count);
    cr_expect_gt(files, 0);
}

Test(files, are_all_listed_before_and_after_a_wipe)
{
    struct ruf_wipe_receipt receipt;
    uint64_t generation;

    begin("\"links\": \"any\"");
    cr_assert_eq(ruf_home_publish(home, &generation, &err), RUF_OK);
    cr_assert_eq(ruf_home_pin_set(home, "2580", &err), RUF_OK);
    expect_all_listed();
    cr_assert_eq(
        ruf_home_wipe(path, &host.host, RUF_WIPE_REQUESTED, &receipt, &err),
        RUF_OK);
    expect_all_listed();
    end();
}
