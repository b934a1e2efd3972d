/*
 * test_difference.c - which new policies may show what an older one hid
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "policy/difference.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct ruf_policy *policy_of(const char *rest)
{
    struct ruf_policy *policy = NULL;
    struct ruf_error err = { 0 };
    char json[2048];

    (void)snprintf(json, sizeof(json),
                   "{\"schema\":\"rufname.policy/1\",\"version\":1,"
                   "\"auth\":{\"tenant\":\"t\",\"client_id\":\"c\"},%s}",
                   rest);
    cr_assert(ruf_policy_parse(json, strlen(json), &policy, NULL, &err) ==
                  RUF_OK,
              "%s: %s %s", json, err.place, err.detail);
    return policy;
}

/* --- rules
 * -------------------------------------------------------------------------- */

/* A letter per rule: its family name and, by case and digit, what it does. */
static void write_rules(const char *letters, char *out, size_t size)
{
    size_t used = (size_t)snprintf(
        out, size,
        "\"sources\":[{\"id\":\"FILE\",\"kind\":\"file\"}],\"filters\":[");

    for (size_t i = 0; letters[i] != '\0'; i++) {
        const char *comma = i == 0 ? "" : ",";
        char c = letters[i];

        if (c == '0')
            used += (size_t)snprintf(out + used, size - used,
                                     "%s{\"id\":\"B1\",\"then\":\"include\"}",
                                     comma);
        else if (c >= '1' && c <= '9')
            used += (size_t)snprintf(
                out + used, size - used,
                "%s{\"id\":\"%c\",\"when\":{\"field\":\"number.e164\",\"op\":"
                "\"starts_with\",\"value\":\"%c\"},\"then\":"
                "\"drop_numbers\"}",
                comma, c, c);
        else
            used += (size_t)snprintf(
                out + used, size - used,
                "%s{\"id\":\"%c\",\"when\":{\"field\":\"family\",\"op\":"
                "\"equals\",\"value\":\"%c\"},\"then\":\"%s\"}",
                comma, c, c,
                c == 'n'   ? "no_caller_id"
                : c >= 'a' ? "exclude"
                           : "include");
    }
    (void)snprintf(out + used, size - used, "]");
}

/* Small letters exclude, 'n' is no_caller_id, capitals include, digits drop
 * numbers, 0 switches the built-in rule off. */
Test(difference, says_whether_hidden_records_or_numbers_may_show)
{
    static const struct {
        const char *before;
        const char *after;
        bool records;
        bool numbers;
    } cases[] = {
        { "", "", false, false },        { "ab", "ab", false, false },
        { "ab", "axb", false, false }, /* more is hidden */
        { "ab", "xab", false, false },   { "ab", "abx", false, false },
        { "ab", "a", true, false },      { "ab", "b", true, false },
        { "ab", "ba", true, false }, /* in doubt */
        { "a", "Xa", true, false },  /* an include shadows */
        { "a", "aX", true, false },  /* the built-in rule, too */
        { "a0", "aX0", false, false },   { "Xa", "a", false, false },
        { "Xa", "Xa", false, false },    { "XaYb", "aYb", false, false },
        { "XaYb", "Xab", false, false }, { "XaYb", "XYb", true, false },
        { "", "0", true, false },        { "0", "", false, false },
        { "0", "0", false, false },      { "n", "", false, false },
        { "", "n", false, false },       { "1", "1", false, false },
        { "1", "", false, true },        { "", "1", false, false },
        { "1a", "X1a", true, true },     { "12", "1", false, true },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ruf_policy_loosening loosened;
        struct ruf_policy *before;
        struct ruf_policy *after;
        char rest[1500];

        write_rules(cases[i].before, rest, sizeof(rest));
        before = policy_of(rest);
        write_rules(cases[i].after, rest, sizeof(rest));
        after = policy_of(rest);
        loosened = ruf_policy_loosened(before, after);
        cr_expect(loosened.records == cases[i].records &&
                      loosened.numbers == cases[i].numbers,
                  "\"%s\" to \"%s\": %d %d", cases[i].before, cases[i].after,
                  loosened.records, loosened.numbers);
        ruf_policy_destroy(before);
        ruf_policy_destroy(after);
    }
}

#define WITH_E164                                                              \
    "\"sources\":[{\"id\":\"FILE\",\"kind\":\"file\"}],\"filters\":[{\"id\":"  \
    "\"x\",\"when\":{\"field\":\"number.e164\",\"op\":\"exists\"},\"then\":"   \
    "\"exclude\"}]"

Test(difference, rules_on_numbers_depend_on_how_numbers_are_read)
{
    static const char *const others[] = {
        ",\"region\":{\"default\":\"AT\"}",
        ",\"region\":{\"from_record\":false}",
        ",\"region\":{\"per_source\":{\"FILE\":\"AT\"}}",
        ",\"cleaning\":{\"split\":false}",
        ",\"cleaning\":{\"area_codes\":{\"DE\":\"30\"}}",
    };
    struct ruf_policy *before = policy_of(WITH_E164);

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        struct ruf_policy *after;
        char rest[1500];

        (void)snprintf(rest, sizeof(rest), WITH_E164 "%s", others[i]);
        after = policy_of(rest);
        cr_expect(ruf_policy_loosened(before, after).records, "%s", others[i]);
        ruf_policy_destroy(after);
    }
    ruf_policy_destroy(before);
}

/* --- sources
 * ------------------------------------------------------------------------- */

#define CRM(more)                                                              \
    "\"sources\":[{\"id\":\"CRM\",\"kind\":\"dynamics365\",\"url\":"           \
    "\"https://muster.crm4.dynamics.com\"" more "}]"

Test(difference, says_what_becomes_of_a_source)
{
    static const struct {
        const char *before;
        const char *after;
        enum ruf_source_fate fate;
    } cases[] = {
        { CRM(""), CRM(""), RUF_SOURCE_KEPT },
        { CRM(""), CRM(",\"name\":\"x\""), RUF_SOURCE_KEPT },
        { CRM(""), CRM(",\"priority\":3"), RUF_SOURCE_KEPT },
        { CRM(""), CRM(",\"caller_id\":false"), RUF_SOURCE_KEPT },
        { CRM(",\"enabled\":false"), CRM(""), RUF_SOURCE_KEPT },
        { CRM("") ",\"level\":\"high\"", CRM("") ",\"level\":\"basic\"",
          RUF_SOURCE_READ_ANEW },
        { CRM("") ",\"level\":\"basic\"", CRM("") ",\"level\":\"high\"",
          RUF_SOURCE_KEPT },
        { CRM(""), CRM(",\"columns\":{\"email\":\"new_mail\"}"),
          RUF_SOURCE_READ_ANEW },
        { "\"sources\":[{\"id\":\"OLD\",\"kind\":\"file\"}]", CRM(""),
          RUF_SOURCE_READ_ANEW },
        { CRM(""),
          "\"sources\":[{\"id\":\"CRM\",\"kind\":\"dynamics365\",\"url\":"
          "\"https://other.crm4.dynamics.com\"}]",
          RUF_SOURCE_FORGOTTEN },
        { CRM(""), "\"sources\":[{\"id\":\"CRM\",\"kind\":\"file\"}]",
          RUF_SOURCE_FORGOTTEN },
        { "\"sources\":[{\"id\":\"SHR\",\"kind\":\"outlook_shared\","
          "\"mailboxes\":[\"a@muster.example\",\"b@muster.example\"]}]",
          "\"sources\":[{\"id\":\"SHR\",\"kind\":\"outlook_shared\","
          "\"mailboxes\":[\"a@muster.example\"]}]",
          RUF_SOURCE_FORGOTTEN },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ruf_policy *before = policy_of(cases[i].before);
        struct ruf_policy *after = policy_of(cases[i].after);

        cr_expect_eq(ruf_policy_source_fate(before, after, &after->sources[0]),
                     cases[i].fate, "%s to %s", cases[i].before,
                     cases[i].after);
        ruf_policy_destroy(before);
        ruf_policy_destroy(after);
    }
}

Test(difference, another_tenant_is_another_source)
{
    struct ruf_policy *before = policy_of(CRM(""));
    struct ruf_policy *after = policy_of(CRM(""));

    after->auth.tenant = "other";
    cr_expect_eq(ruf_policy_source_fate(before, after, &after->sources[0]),
                 RUF_SOURCE_FORGOTTEN);
    ruf_policy_destroy(before);
    ruf_policy_destroy(after);
}
