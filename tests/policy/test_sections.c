/*
 * test_sections.c - protection and the other sections: presets, bounds, and a
 * shown policy that is one again
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "policy/policy.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "\"schema\":\"rufname.policy/1\",\"version\":1"
#define FILE_SOURCE "\"sources\":[{\"id\":\"FILE\",\"kind\":\"file\"}]"

static struct ruf_policy_findings findings;

static struct ruf_policy *parse(const char *sections, struct ruf_error *err)
{
    struct ruf_policy *policy = NULL;
    char json[2048];

    (void)snprintf(json, sizeof(json), "{" HEAD "," FILE_SOURCE "%s%s}",
                   sections[0] == '\0' ? "" : ",", sections);
    if (ruf_policy_parse(json, strlen(json), &policy, &findings, err) != RUF_OK)
        return NULL;
    return policy;
}

static struct ruf_policy *must_parse(const char *sections)
{
    struct ruf_error err;
    struct ruf_policy *policy = parse(sections, &err);

    cr_assert(policy != NULL, "%s: %s %s", sections, err.place, err.detail);
    return policy;
}

/* --- presets: the product's table, field by level
 * ---------------------------------------- */

static const struct {
    const char *field;
    const char *values[3]; /* basic, enhanced, high, as shown */
} presets[] = {
    { "backup", { "block", "block", "block" } },
    { "send_to", { "all", "managed", "managed" } },
    { "receive_from", { "all", "all", "managed" } },
    { "save_copies", { "allow", "block", "block" } },
    { "copy_paste", { "any", "managed_paste_in", "managed" } },
    { "copy_limit", { "0", "0", "0" } },
    { "print", { "allow", "allow", "block" } },
    { "links", { "any", "edge", "edge" } },
    { "keyboards", { "any", "any", "system" } },
    { "native_contacts", { "block", "block", "block" } },
    { "notifications", { "full", "no_org_data", "no_org_data" } },
    { "required", { "true", "true", "true" } },
    { "type", { "numeric", "numeric", "numeric" } },
    { "min_length", { "4", "4", "6" } },
    { "simple", { "true", "true", "false" } },
    { "max_attempts", { "5", "5", "5" } },
    { "action", { "reset_pin", "reset_pin", "wipe" } },
    { "max_age_days", { "0", "0", "365" } },
    { "biometric", { "allow", "allow", "allow" } },
    { "biometric_timeout_min", { "720", "720", "720" } },
    { "recheck_min", { "30", "30", "30" } },
    { "block_min", { "720", "720", "720" } },
    { "wipe_days", { "90", "90", "90" } },
    { "jailbreak", { "block", "block", "wipe" } },
    { "disabled_account", { "block", "block", "wipe" } },
};

/* Does the protection section of the shown policy say NAME: VALUE? */
static bool shows(const char *text, const char *name, const char *value)
{
    const char *at = strstr(text, "\"protection\"");
    char key[64];

    cr_assert(at != NULL);
    (void)snprintf(key, sizeof(key), "\"%s\":", name);
    at = strstr(at, key);
    cr_assert(at != NULL, "%s is not shown", name);
    at += strlen(key);
    at += strspn(at, " \t\"");
    return strncmp(at, value, strlen(value)) == 0 &&
           strchr("\",\n", at[strlen(value)]) != NULL;
}

Test(sections, presets_follow_the_level)
{
    static const char *const levels[] = { "basic", "enhanced", "high" };

    for (size_t level = 0; level < 3; level++) {
        char section[32];
        struct ruf_policy *policy;
        char *shown;

        (void)snprintf(section, sizeof(section), "\"level\":\"%s\"",
                       levels[level]);
        policy = must_parse(section);
        shown = ruf_policy_show(policy);
        cr_assert(shown != NULL);
        for (size_t i = 0; i < sizeof(presets) / sizeof(presets[0]); i++)
            cr_expect(shows(shown, presets[i].field, presets[i].values[level]),
                      "%s at %s is not %s", presets[i].field, levels[level],
                      presets[i].values[level]);
        free(shown);
        ruf_policy_destroy(policy);
    }
}

Test(sections, a_field_overrides_its_preset)
{
    struct ruf_policy *policy = must_parse(
        "\"level\":\"high\",\"protection\":{\"print\":\"allow\",\"links\":"
        "\"scheme:muster\",\"pin\":{\"min_length\":8},\"min_os\":{\"version\":"
        "\"17.5.1\",\"action\":\"wipe\"}}");

    cr_assert_eq(policy->protection.print, RUF_ALLOW);
    cr_assert_str_eq(policy->protection.links_scheme, "muster");
    cr_assert_eq(policy->protection.pin_min_length, 8);
    cr_assert_not(policy->protection.pin_simple, "the rest stays");
    cr_assert_str_eq(policy->protection.min_os.text, "17.5.1");
    cr_assert_eq(policy->protection.min_os.action, RUF_VERSION_WIPE);
    cr_assert(policy->protection.max_os.text == NULL);
    ruf_policy_destroy(policy);
}

/* --- fields that are stored
 * ------------------------------------------------------------------ */

Test(sections, department_and_upn_are_stored_only_where_something_needs_them)
{
#define ABOUT(field)                                                           \
    ",\"filters\":[{\"id\":\"x\",\"then\":\"exclude\",\"when\":{\"not\":{"     \
    "\"all\":[{\"field\":\"" field "\",\"op\":\"exists\"}]}}}]"
#define ALLOW(list) ",\"actions\":{\"allow\":[" list "]}"
    static const struct {
        const char *sections;
        bool department;
        bool upn;
    } cases[] = {
        { "\"level\":\"basic\"", true, true },
        { "\"level\":\"enhanced\"", true, true },
        { "\"level\":\"high\"", false, false },
        { "\"level\":\"high\"" ALLOW("\"teams_chat\""), false, false },
        { "\"level\":\"high\"" ABOUT("department"), true, false },
        { "\"level\":\"high\"" ABOUT("upn"), false, true },
        { "\"level\":\"high\"" ABOUT("family"), false, false },
        { "\"level\":\"basic\"" ALLOW("\"tel\",\"mailto\""), true, false },
        { "\"level\":\"basic\"" ALLOW("\"tel\",\"sip\""), true, true },
        { "\"level\":\"basic\"" ALLOW("") ABOUT("upn"), true, true },
        { "\"actions\":{\"allow\":[],\"custom\":[{\"id\":\"own\","
          "\"template\":\"muster:{upn}\"}]}",
          true, true },
        { "\"actions\":{\"allow\":[],\"custom\":[{\"id\":\"own\","
          "\"template\":\"muster:{e164}\"}]}",
          true, false },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ruf_policy *policy = must_parse(cases[i].sections);

        for (unsigned field = 0; field < RUF_RECORD_FIELD_COUNT; field++)
            cr_expect_eq(policy->kept_fields >> field & 1,
                         field == RUF_RECORD_DEPARTMENT ? cases[i].department
                         : field == RUF_RECORD_UPN      ? cases[i].upn
                                                        : true,
                         "%s: field %u", cases[i].sections, field);
        cr_expect_eq(policy->asked_fields,
                     policy->kept_fields | UINT32_C(1) << RUF_RECORD_UPN,
                     "%s: the built-in rule looks for guests",
                     cases[i].sections);
        ruf_policy_destroy(policy);
    }
#undef ABOUT
#undef ALLOW
}

Test(policy_level, asks_for_no_upn_that_nothing_looks_at)
{
    struct ruf_policy *policy =
        must_parse("\"level\":\"high\",\"filters\":[{\"id\":\"B1\","
                   "\"then\":\"include\"}]");

    cr_expect_eq(policy->asked_fields, policy->kept_fields);
    cr_expect_eq(policy->asked_fields >> RUF_RECORD_UPN & 1, 0u);
    ruf_policy_destroy(policy);
}

/* --- warnings
 * -------------------------------------------------------------------------- */

static void expect_warning(const char *section, const char *id,
                           const char *pointer)
{
    ruf_policy_destroy(must_parse(section));
    cr_expect_eq(findings.count, 1, "%s: %zu findings", section,
                 findings.count);
    cr_expect_str_eq(findings.items[0].id, id, "%s", section);
    cr_expect_str_eq(findings.items[0].pointer, pointer, "%s", section);
}

Test(sections, takes_a_server_filter_where_a_server_can_filter)
{
    static const char text[] =
        "{\"schema\":\"rufname.policy/1\",\"version\":1,\"auth\":{\"tenant\":"
        "\"t\",\"client_id\":\"c\"},\"sources\":[{\"id\":\"AAD\",\"kind\":"
        "\"entra_users\",\"server_filter\":\"department eq 'Einkauf'\"},"
        "{\"id\":\"GAL\",\"kind\":\"entra_contacts\",\"server_filter\":\"\"},"
        "{\"id\":\"CSV\",\"kind\":\"file\",\"server_filter\":\"x\"}]}";
    struct ruf_policy *policy = NULL;

    memset(&findings, 0, sizeof(findings));
    cr_assert_eq(
        ruf_policy_parse(text, sizeof(text) - 1, &policy, &findings, NULL),
        RUF_OK);
    cr_expect_str_eq(policy->sources[0].server_filter,
                     "department eq 'Einkauf'");
    cr_expect_null(policy->sources[1].server_filter);
    cr_expect_null(policy->sources[2].server_filter);
    cr_expect_eq(findings.count, 1);
    cr_expect_str_eq(findings.items[0].id, "P151");
    cr_expect_str_eq(findings.items[0].pointer, "/sources/2/server_filter");
    ruf_policy_destroy(policy);
}

Test(sections, warn_of_what_is_ignored_or_risky)
{
    expect_warning("\"protection\":{\"colour\":1}", "P101",
                   "/protection/colour");
    expect_warning("\"presence\":{\"seconds\":1}", "P101", "/presence/seconds");
    expect_warning("\"actions\":{\"allow\":[\"tel\",\"whatsapp\"]}", "P150",
                   "/actions/allow/1");
    expect_warning("\"branding\":{\"accent\":\"#ffff00\"}", "P140",
                   "/branding/accent");
    expect_warning("\"caller_id\":{\"trunk\":{\"digits\":3}}", "P101",
                   "/caller_id/trunk/digits");
    expect_warning("\"blocking\":{\"names\":[]}", "P101", "/blocking/names");
    expect_warning("\"blocking\":{\"numbers\":[\"+493023125001\","
                   "\"+99012345\"]}",
                   "P152", "/blocking/numbers/1");
}

/* #767676 is the lightest grey that may be read on white (WCAG 2.2, 1.4.3). */
Test(sections, measure_contrast_as_wcag_does)
{
    struct ruf_policy *policy =
        must_parse("\"branding\":{\"accent\":\"#767676\"}");

    cr_assert_str_eq(policy->branding.accent, "#767676");
    ruf_policy_destroy(policy);
    policy = must_parse("\"branding\":{\"accent\":\"#777777\"}");
    cr_assert_str_eq(policy->branding.accent, "#0b5cad");
    ruf_policy_destroy(policy);
}

Test(sections, are_reported_in_the_order_of_the_document)
{
    struct ruf_error err;

    cr_assert(parse("\"store\":{\"mode\":1},\n\"audit\":{\"days\":0},\n"
                    "\"actions\":{\"dialer\":2}",
                    &err) == NULL);
    cr_assert_eq(findings.count, 3);
    for (uint32_t i = 0; i < 3; i++)
        cr_assert_eq(findings.items[i].line, i + 1);
}

Test(sections, calls_have_defaults_and_an_order)
{
    struct ruf_policy *policy = must_parse("");

    cr_assert_not(policy->trunk.enabled);
    cr_assert_eq(policy->trunk.min_members, 4);
    cr_assert_eq(policy->trunk.max_extension_digits, 4);
    cr_assert_eq(policy->trunk.emit, 0);
    cr_assert_eq(policy->blocked_count, 0);
    ruf_policy_destroy(policy);
    policy = must_parse(
        "\"caller_id\":{\"trunk\":{\"enabled\":true,\"min_members\":3,"
        "\"max_extension_digits\":5,\"emit\":1000}},\"blocking\":{\"numbers\":"
        "[\"+493023125009\",\"+498999998000\",\"+493023125001\"]}");
    cr_assert(policy->trunk.enabled);
    cr_assert_eq(policy->trunk.min_members, 3);
    cr_assert_eq(policy->trunk.max_extension_digits, 5);
    cr_assert_eq(policy->trunk.emit, 1000);
    cr_assert_eq(policy->blocked_count, 3);
    cr_assert_eq(policy->blocked[0], 493023125001);
    cr_assert_eq(policy->blocked[1], 493023125009);
    cr_assert_eq(policy->blocked[2], 498999998000);
    ruf_policy_destroy(policy);
}

/* A policy that blocks so many numbers; malloc()ed. */
static char *block_many(size_t count)
{
    size_t room = count * 20 + 256;
    char *json = malloc(room);
    size_t at;

    cr_assert(json != NULL);
    at = (size_t)snprintf(
        json, room, "{" HEAD "," FILE_SOURCE ",\"blocking\":{\"numbers\":[");
    for (size_t i = 0; i < count; i++)
        at += (size_t)snprintf(json + at, room - at, "%s\"+4930%06zu\"",
                               i == 0 ? "" : ",", count - i);
    (void)snprintf(json + at, room - at, "]}}");
    return json;
}

Test(sections, block_so_many_numbers_and_no_more)
{
    char *json = block_many(RUF_BLOCKED_MAX);
    char wanted[40];
    struct ruf_policy *policy = NULL;
    struct ruf_error err;

    cr_assert(ruf_policy_parse(json, strlen(json), &policy, NULL, &err) ==
              RUF_OK);
    cr_assert_eq(policy->blocked_count, RUF_BLOCKED_MAX);
    ruf_policy_destroy(policy);
    free(json);
    json = block_many(RUF_BLOCKED_MAX + 1);
    cr_assert(ruf_policy_parse(json, strlen(json), &policy, NULL, &err) ==
              RUF_E_POLICY);
    cr_assert_str_eq(err.place, "/blocking/numbers");
    (void)snprintf(wanted, sizeof(wanted), "at most %d numbers",
                   RUF_BLOCKED_MAX);
    cr_assert_str_eq(err.detail, wanted);
    free(json);
}

/* A PNG of 512 by 512, its first 24 bytes, then zeros up to 'size'. */
static enum ruf_status parse_logo(size_t size, struct ruf_policy **out,
                                  struct ruf_error *err)
{
    static const char head[] = "iVBORw0KGgoAAAANSUhEUgAAAgAAAAIA";
    static char logo[100000];
    static char json[100200];
    size_t room = (size + 2) / 3 * 4;

    memset(logo, 'A', room);
    memcpy(logo, head, sizeof(head) - 1);
    memset(logo + room - (3 - size % 3) % 3, '=', (3 - size % 3) % 3);
    logo[room] = '\0';
    (void)snprintf(
        json, sizeof(json),
        "{" HEAD "," FILE_SOURCE ",\"branding\":{\"logo_png\":\"%s\"}}", logo);
    return ruf_policy_parse(json, strlen(json), out, &findings, err);
}

Test(sections, take_a_logo_up_to_its_bounds)
{
    static const size_t sizes[] = { 24, 25, 26, 1000, 65535, 65536 };
    struct ruf_policy *policy;
    struct ruf_error err = { 0 };

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        char *shown;

        cr_assert(parse_logo(sizes[i], &policy, &err) == RUF_OK, "%zu: %s",
                  sizes[i], err.detail);
        cr_expect_eq(findings.count, 0);
        shown = ruf_policy_show(policy);
        cr_assert(shown != NULL);
        cr_expect(strstr(shown, policy->branding.logo_png) != NULL,
                  "%zu: hosts find it in the policy", sizes[i]);
        free(shown);
        ruf_policy_destroy(policy);
    }
    for (size_t size = 65537; size < 65540; size++) {
        cr_assert(parse_logo(size, &policy, &err) == RUF_E_POLICY);
        cr_expect_str_eq(err.place, "/branding/logo_png");
    }
}

/* What is shown says everything: read again it is shown the same. */
Test(sections, a_shown_policy_is_a_policy)
{
    struct ruf_policy *policy = must_parse(
        "\"level\":\"high\",\"region\":{\"default\":\"AT\"},"
        "\"actions\":{\"allow\":[\"sip\"],\"dialer\":\"specific\","
        "\"dialer_scheme\":\"muster\"},\"store\":{\"mode\":\"memory\"},"
        "\"cleaning\":{\"split\":false,\"area_codes\":{\"AT\":\"1\"}},"
        "\"caller_id\":{\"trunk\":{\"enabled\":true,\"emit\":100}},"
        "\"blocking\":{\"numbers\":[\"+493023125001\"]},"
        "\"protection\":{\"links\":\"scheme:muster\",\"max_os\":{\"version\":"
        "\"18\"}}");
    char *first = ruf_policy_show(policy);
    struct ruf_error err;
    char *second;

    ruf_policy_destroy(policy);
    cr_assert(first != NULL);
    cr_assert(ruf_policy_parse(first, strlen(first), &policy, &findings,
                               &err) == RUF_OK,
              "%s %s", err.place, err.detail);
    cr_assert_eq(findings.count, 0);
    second = ruf_policy_show(policy);
    cr_assert_str_eq(first, second);
    free(first);
    free(second);
    ruf_policy_destroy(policy);
}
