/*
 * test_doctor.c - rights that are needed, missing, or too many
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "memory_sink.h"
#include "sync/doctor.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct memory_sink sink;
static struct ruf_policy policy;
static char told[1024];

static struct ruf_policy_source sources[] = {
    { .id = "AAD", .kind = RUF_SOURCE_ENTRA_USERS, .enabled = true },
    { .id = "APC", .kind = RUF_SOURCE_OUTLOOK_PERSONAL, .enabled = true },
    { .id = "GAL", .kind = RUF_SOURCE_ENTRA_CONTACTS },
    { .id = "CRM",
      .kind = RUF_SOURCE_DYNAMICS365,
      .enabled = true,
      .url = "https://a.crm4.dynamics.com" },
    { .id = "ABS",
      .kind = RUF_SOURCE_BLOB,
      .enabled = true,
      .url = "https://a.blob.core.windows.net" },
    { .id = "FILE", .kind = RUF_SOURCE_FILE, .enabled = true },
};

static void set_up(void)
{
    memory_sink_init(&sink);
    policy.sources = sources;
    policy.source_count = sizeof(sources) / sizeof(sources[0]);
    policy.auth.graph_endpoint = "https://graph.microsoft.com";
    policy.auth.storage = "https://storage.azure.com";
}

static void tear_down(void)
{
    memory_sink_free(&sink);
}

TestSuite(doctor, .init = set_up, .fini = tear_down);

static void note(void *context, const struct ruf_doctor_finding *finding)
{
    static const char *const words[] = { "?", "ok", "missing", "basic",
                                         "surplus" };
    size_t used = strlen(told);

    (void)context;
    (void)snprintf(told + used, sizeof(told) - used, "%s %s %s\n",
                   finding->source, words[finding->right], finding->permission);
}

static const char *consult(const char *sign_in, const char *granted)
{
    told[0] = '\0';
    cr_assert_eq(sink.sink.secret_save(&sink, "sign_in", sign_in, NULL),
                 RUF_OK);
    cr_assert_eq(sink.sink.secret_save(&sink, "granted", granted, NULL),
                 RUF_OK);
    cr_assert_eq(ruf_sync_doctor(&policy, &sink.sink, note, NULL, NULL),
                 RUF_OK);
    return told;
}

#define CRM_LINE "CRM ? https://a.crm4.dynamics.com/user_impersonation\n"
#define ABS_LINE "ABS ? https://storage.azure.com/user_impersonation\n"

Test(doctor, knows_what_is_needed_before_anybody_signs_in)
{
    cr_expect_str_eq(consult(NULL, NULL),
                     "AAD ? User.Read.All\n"
                     "APC ? Contacts.Read\n" CRM_LINE ABS_LINE);
}

Test(doctor, finds_what_is_missing_and_what_is_too_much)
{
    cr_expect_str_eq(
        consult("code x", "openid https://graph.microsoft.com/user.read.all "
                          "Mail.Read  offline_access"),
        "AAD ok User.Read.All\nAPC missing Contacts.Read\n" CRM_LINE ABS_LINE
        " surplus Mail.Read\n");
    cr_expect_str_eq(
        consult("code x", "Contacts.Read OrgContact.Read.All"),
        "AAD missing User.Read.All\nAPC ok Contacts.Read\n" CRM_LINE ABS_LINE
        " surplus OrgContact.Read.All\n",
        "a source that is off needs nothing");
}

Test(doctor, knows_the_trap_of_the_basic_right)
{
    cr_expect_not_null(strstr(consult("device x", "User.ReadBasic.All"),
                              "AAD basic User.Read.All\n"));
    cr_expect_not_null(strstr(told, " surplus User.ReadBasic.All\n"));
}

Test(doctor, does_not_guess_what_an_app_was_granted)
{
    cr_expect_not_null(
        strstr(consult("app x", "Mail.Read"), "AAD ? User.Read.All\n"));
    cr_expect_null(strstr(told, "surplus"));
}

Test(doctor, counts_a_secret_of_the_source)
{
    cr_assert_eq(sink.sink.secret_save(&sink, "blob ABS", "sig=x", NULL),
                 RUF_OK);
    cr_expect_not_null(
        strstr(consult(NULL, NULL), "ABS ok secret of its own\n"));
}
