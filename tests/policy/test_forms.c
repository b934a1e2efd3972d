/*
 * test_forms.c - the document as JSON, flat keys, lines and property list:
 * one meaning, places in what was given, conflicts and traps
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "policy/policy.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct ruf_policy_findings findings;

static struct ruf_policy *parse(const char *text, struct ruf_error *err)
{
    struct ruf_policy *policy = NULL;

    memset(err, 0, sizeof(*err));
    memset(&findings, 0, sizeof(findings));
    (void)!ruf_policy_parse(text, strlen(text), &policy, &findings, err);
    return policy;
}

static struct ruf_policy *must_parse(const char *text)
{
    struct ruf_error err;
    struct ruf_policy *policy = parse(text, &err);

    cr_assert(policy != NULL, "%s %s %u:%u %s\n%s", err.id, err.place, err.line,
              err.column, err.detail, text);
    return policy;
}

/* The policy as a document with all defaults. */
static char *shown(const char *text)
{
    struct ruf_policy *policy = must_parse(text);
    char *document = ruf_policy_show(policy);

    ruf_policy_destroy(policy);
    cr_assert(document != NULL);
    return document;
}

/* --- one meaning
 * ------------------------------------------------------------------------ */

static const char as_json[] =
    "{\"schema\":\"rufname.policy/1\",\"version\":7,\"level\":\"high\","
    "\"region\":{\"default\":\"DE\",\"per_source\":{\"FILE\":\"AT\"}},"
    "\"sources\":[{\"id\":\"FILE\",\"kind\":\"file\",\"priority\":12,"
    "\"caller_id\":false}],"
    "\"caller_id\":{\"label\":\"{family}[, {given}]\",\"max_chars\":40,"
    "\"kinds\":[\"mobile\",\"business\"]},"
    "\"actions\":{\"allow\":[\"tel\",\"sms\"]},"
    "\"presence\":{\"enabled\":true},"
    "\"protection\":{\"pin\":{\"min_length\":8}}}";

static const char as_flat_json[] =
    "{\"IntuneMAMUPN\":\"a@b.example\",\"Rufname.version\":7,"
    "\"Rufname.schema\":\"rufname.policy/1\",\"Rufname.level\":\"high\","
    "\"Rufname.region.default\":\"DE\","
    "\"Rufname.region.per_source.FILE\":\"AT\","
    "\"Rufname.sources.0.priority\":\"12\","
    "\"Rufname.sources.0.id\":\"FILE\",\"Rufname.sources.0.kind\":\"file\","
    "\"Rufname.sources.0.caller_id\":false,"
    "\"Rufname.caller_id.label\":\"{family}[, {given}]\","
    "\"Rufname.caller_id.max_chars\":\"40\","
    "\"Rufname.caller_id.kinds\":\"mobile, business\","
    "\"Rufname.actions.allow\":[\"tel\",\"sms\"],"
    "\"Rufname.presence.enabled\":\"true\","
    "\"Rufname.protection.pin.min_length\":8}";

static const char as_lines[] = "# what the Vertrieb gets\n"
                               "Rufname.schema = rufname.policy/1\r\n"
                               "Rufname.version = 7\n"
                               "Rufname.level = high\n"
                               "\n"
                               "Rufname.region.default = DE\n"
                               "Rufname.region.per_source.FILE = AT\n"
                               "Rufname.sources.0.id = FILE\n"
                               "Rufname.sources.0.kind = file\n"
                               "Rufname.sources.0.priority = 12\n"
                               "Rufname.sources.0.caller_id = false\n"
                               "Rufname.caller_id.label = {family}[, {given}]\n"
                               "Rufname.caller_id.max_chars = 40\n"
                               "Rufname.caller_id.kinds = mobile, business\n"
                               "Rufname.actions.allow = tel,sms\n"
                               "Rufname.presence.enabled = true\n"
                               "Rufname.protection.pin.min_length=8";

static const char as_plist_of_keys[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
    "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
    "<plist version=\"1.0\"><dict>\n"
    "<key>Rufname.Policy</key><string>{\"schema\":\"rufname.policy/1\","
    "\"version\":3,\"level\":\"high\",\"region\":{\"default\":\"CH\","
    "\"per_source\":{\"FILE\":\"AT\"}},\"sources\":[{\"id\":\"FILE\",\"kind\":"
    "\"file\",\"priority\":12,\"caller_id\":false}],"
    "\"presence\":{\"enabled\":true}}</string>\n"
    "<key>Rufname.version</key><integer>7</integer>\n"
    "<key>Rufname.region.default</key><string>DE</string>\n"
    "<key>Rufname.caller_id</key><dict><key>label</key>"
    "<string>{family}[, {given}]</string><key>max_chars</key><real>40.0</real>"
    "<key>kinds</key><array><string>mobile</string><string>business</string>"
    "</array></dict>\n"
    "<key>Rufname.actions.allow</key><array><string>tel</string>"
    "<string>sms</string></array>\n"
    "<key>Rufname.protection.pin.min_length</key><integer>8</integer>\n"
    "</dict></plist>\n";

static const char as_nested_plist[] =
    "<dict><key>schema</key><string>rufname.policy/1</string>"
    "<key>version</key><integer>7</integer>"
    "<key>level</key><string>high</string>"
    "<key>region</key><dict><key>default</key><string>DE</string>"
    "<key>per_source</key><dict><key>FILE</key><string>AT</string></dict>"
    "</dict><key>sources</key><array><dict><key>id</key>"
    "<string>FI<![CDATA[LE]]></string><key>kind</key><string>file</string>"
    "<key>priority</key><integer>12</integer><key>caller_id</key><false/>"
    "</dict></array><key>caller_id</key><dict><key>label</key>"
    "<string>{family}[, {given}]</string><key>max_chars</key>"
    "<integer>40</integer><key>kinds</key><array><string>mobile</string>"
    "<string>business</string></array></dict><key>actions</key><dict>"
    "<key>allow</key><array><string>tel</string><string>sms</string></array>"
    "</dict><key>presence</key><dict><key>enabled</key><true/></dict>"
    "<key>protection</key><dict><key>pin</key><dict><key>min_length</key>"
    "<integer>8</integer></dict></dict></dict>";

Test(forms, all_mean_the_same)
{
    static const char *const forms[] = { as_flat_json, as_lines,
                                         as_plist_of_keys, as_nested_plist };
    char *wanted = shown(as_json);

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        char *got = shown(forms[i]);

        cr_expect_str_eq(got, wanted, "form %zu", i);
        cr_expect_eq(findings.count, 0, "form %zu: %s %s", i,
                     findings.items[0].id, findings.items[0].pointer);
        free(got);
    }
    free(wanted);
}

/* --- places
 * -----------------------------------------------------------------------------
 */

#define KEYS                                                                   \
    "Rufname.schema = rufname.policy/1\nRufname.version = 1\n"                 \
    "Rufname.sources.0.id = FILE\nRufname.sources.0.kind = file\n"
#define P(keys) "<plist><dict>\n" keys "\n</dict></plist>"
#define JSON                                                                   \
    "{\"schema\":\"rufname.policy/1\",\"version\":1,\"sources\":[{\"id\":"     \
    "\"FILE\",\"kind\":\"file\"}]}"
#define PKEYS "<key>Rufname.Policy</key><string>" JSON "</string>\n"

Test(forms, errors_name_the_place_in_what_was_given)
{
    static const struct {
        const char *text;
        const char *id;
        const char *pointer;
        uint32_t line;
        uint32_t column;
    } cases[] = {
        /* values */
        { KEYS "Rufname.level =  highest", "P105", "/level", 5, 18 },
        { KEYS "Rufname.audit.days = 401", "P104", "/audit/days", 5, 22 },
        { KEYS "Rufname.audit.days = many", "P103", "/audit/days", 5, 22 },
        { KEYS "Rufname.audit.enabled = yes", "P103", "/audit/enabled", 5, 25 },
        { KEYS "Rufname.sources.0.priority = 101", "P104",
          "/sources/0/priority", 5, 30 },
        { KEYS "Rufname.caller_id.kinds = mobile, fax", "P105",
          "/caller_id/kinds/1", 5, 27 },
        { KEYS "Rufname.region = DE", "P103", "/region", 5, 18 },
        { "Rufname.schema = rufname.policy/1\nRufname.sources.0.id = FILE\n"
          "Rufname.sources.0.kind = file\n",
          "P102", "/version", 1, 1 },
        { "{\"Rufname.Policy\":" JSON ",\n \"Rufname.level\": \"x\"}", "P105",
          "/level", 2, 19 },
        { "[{\"Rufname.Policy\":" JSON "},\n{\"Rufname.level\":\"x\"}]", "P105",
          "/level", 2, 18 },
        { P(PKEYS "<key>Rufname.level</key>\n  <string>x</string>"), "P105",
          "/level", 4, 3 },
        { P(PKEYS "<key>Rufname.protection</key><dict><key>pin</key>\n<dict>"
                  "<key>min_length</key><integer>3</integer></dict></dict>"),
          "P104", "/protection/pin/min_length", 4, 28 },
        { P("<key>Rufname.Policy</key>\n<string>{}</string>"), "P102",
          "/schema", 3, 1 },
        { "<dict>\n<key>schema</key><string>rufname.policy/1</string>"
          "<key>version</key><integer>1</integer><key>sources</key><array>\n"
          "<dict><key>id</key><string>a</string><key>kind</key>"
          "<string>file</string></dict></array></dict>",
          "P107", "/sources/0/id", 3, 20 },
        /* tokens */
        { KEYS "Rufname.branding.name = {{userprincipalname}}", "P112",
          "/branding/name", 5, 25 },
        { KEYS "Rufname.caller_id.label = {given} {{mail}}", "P112",
          "/caller_id/label", 5, 27 },
        { P("<key>Rufname.Policy</key>\n<string>{{policy}}</string>"), "P106",
          "policy", 3, 1 },
        { "{\"schema\":\"rufname.policy/1\",\"version\":1,\"sources\":[{\"id\":"
          "\"FILE\",\"kind\":\"file\",\n\"name\":\"{{username}}\"}]}",
          "P112", "/sources/0/name", 2, 8 },
        /* keys */
        { KEYS "Rufname.level", "P111", "policy", 5, 1 },
        { KEYS " = high", "P111", "policy", 5, 1 },
        { KEYS "Rufname. = high", "P111", "policy", 5, 12 },
        { KEYS "Rufname.a..b = high", "P111", "policy", 5, 16 },
        { KEYS "Rufname.sources.x.id = A", "P111", "policy", 5, 24 },
        { KEYS "Rufname.sources.256.id = A", "P111", "policy", 5, 26 },
        { KEYS "Rufname.a.a.a.a.a.a.a.a.a.a.a.a.a = A", "P111", "policy", 5,
          37 },
        { "{\"Rufname.Policy\":7}", "P111", "policy", 1, 19 },
        { "{\"Rufname.Policy\":\n\"{\"}", "P106", "policy", 2, 1 },
        { "{\"Rufname.level\":\"high\",\"Rufname.level\":\"high\"}", "P106",
          "policy", 1, 1 },
        /* XML */
        { "<plist><dict>", "P111", "policy", 1, 14 },
        { "<plist>\n</plist>", "P111", "policy", 2, 9 },
        { P("<key>Rufname.level</key>"), "P111", "policy", 3, 1 },
        { P("<string>a</string>"), "P111", "policy", 2, 1 },
        { P("<key>a</key><key>b</key>"), "P111", "policy", 2, 13 },
        { P("<key>a</key><date>2026-11-26T00:00:00Z</date>"), "P111", "policy",
          2, 13 },
        { P("<key>a</key><integer>0x7</integer>"), "P111", "policy", 2, 25 },
        { P("<key>a</key><real>1e3</real>"), "P111", "policy", 2, 22 },
        { P("<key>a</key><string>x<b/></string>"), "P111", "policy", 2, 22 },
        { P("<key>a</key><true/><key>a</key><true/>"), "P111", "policy", 2,
          26 },
        { P("high <key>a</key><true/>"), "P111", "policy", 2, 6 },
        { "<dict/><dict/>", "P111", "policy", 1, 8 },
        { P("<key>a</key><string>&x;</string>"), "P111", "policy", 2, 21 },
        { "<!DOCTYPE plist [<!ENTITY a \"b\">]>\n<dict/>", "P111", "policy", 1,
          17 },
        { "<!DOCTYPE plist SYSTEM \"x.dtd\">\n<dict><key>a</key>"
          "<string>&x;</string></dict>",
          "P111", "policy", 2, 27 },
        { "<array><array><array><array><array><array><array><array><array>"
          "<array><array><array><array><array><array><array><array>",
          "P111", "policy", 1, 106 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ruf_error err;
        struct ruf_policy *policy = parse(cases[i].text, &err);

        cr_expect(policy == NULL, "accepted: %s", cases[i].text);
        cr_expect(err.status == RUF_E_POLICY, "%s", cases[i].text);
        cr_expect_str_eq(err.id, cases[i].id, "%s: %s, %s", cases[i].text,
                         err.id, err.detail);
        cr_expect_str_eq(err.place, cases[i].pointer, "%s", cases[i].text);
        cr_expect(err.line == cases[i].line && err.column == cases[i].column,
                  "%s: %u:%u, not %u:%u (%s)", cases[i].text, err.line,
                  err.column, cases[i].line, cases[i].column, err.detail);
        ruf_policy_destroy(policy);
    }
}

Test(forms, braces_of_a_label_are_no_tokens)
{
    struct ruf_policy *policy =
        must_parse(KEYS "Rufname.caller_id.label = {{x}} {given}");

    cr_assert_str_eq(policy->label_template, "{{x}} {given}");
    ruf_policy_destroy(policy);
}

/* A billion laughs must not even be read. */
Test(forms, entities_do_not_grow)
{
    struct ruf_error err;

    cr_assert(parse("<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">"
                    "<!ENTITY c \"&b;&b;&b;\">]><plist><dict><key>x</key>"
                    "<string>&c;</string></dict></plist>",
                    &err) == NULL);
    cr_assert_str_eq(err.id, "P111");
    cr_assert(strstr(err.detail, "document type") != NULL, "%s", err.detail);
}

Test(forms, a_long_list_of_keys_is_refused)
{
    static char text[RUF_POLICY_SIZE_MAX];
    size_t used = 0;
    struct ruf_error err;

    for (int i = 0; i < 1100; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used,
                                 "Rufname.x%d = 1\n", i);
    cr_assert(parse(text, &err) == NULL);
    cr_assert_str_eq(err.id, "P111");
    cr_assert_str_eq(err.detail, "too many keys");
    cr_assert_eq(err.line, 1025);
}

/* --- several values
 * ------------------------------------------------------------------------ */

/* The shown policy says this for the field at a path such as audit.days. */
static void expect_shown(const char *extra, const char *path, const char *value)
{
    char text[2048];
    char *document;
    const char *at;

    (void)snprintf(text, sizeof(text), KEYS "%s", extra);
    document = shown(text);
    at = document;
    for (const char *name = path; *name != '\0';) {
        size_t size = strcspn(name, ".");
        char key[64];

        (void)snprintf(key, sizeof(key), "\"%.*s\":", (int)size, name);
        at = strstr(at, key);
        cr_assert(at != NULL, "%s is not shown", key);
        at += strlen(key);
        name += name[size] == '.' ? size + 1 : size;
    }
    at += strspn(at, " \t\"");
    cr_expect(strncmp(at, value, strlen(value)) == 0 &&
                  strchr("\",\n", at[strlen(value)]) != NULL,
              "%s: %.40s, not %s", extra, at, value);
    free(document);
}

#define TWICE(key, a, b) "Rufname." key " = " a "\nRufname." key " = " b "\n"

Test(forms, the_stricter_of_two_values_holds_in_either_order)
{
    static const struct {
        const char *key;
        const char *loose;
        const char *strict;
    } cases[] = {
        { "version", "3", "9" },
        { "level", "basic", "enhanced" },
        { "level", "enhanced", "high" },
        { "merge.mode", "balanced", "strict" },
        { "merge.mode", "strict", "off" },
        { "merge.shared_after", "5", "2" },
        { "caller_id.enabled", "true", "false" },
        { "caller_id.max_chars", "60", "20" },
        { "caller_id.max_entries", "100", "0" },
        { "caller_id.trunk.enabled", "true", "false" },
        { "caller_id.trunk.emit", "100", "0" },
        { "caller_id.trunk.min_members", "4", "9" },
        { "caller_id.trunk.max_extension_digits", "4", "2" },
        { "actions.dialer", "any", "none" },
        { "presence.enabled", "true", "false" },
        { "presence.list_seconds", "30", "300" },
        { "presence.contact_seconds", "30", "300" },
        { "store.mode", "disk", "memory" },
        { "store.photos", "thumb", "none" },
        { "store.max_age_days", "30", "3" },
        { "sync.stale_hours", "30", "3" },
        { "sync.forbidden_grace_hours", "24", "0" },
        { "recents.enabled", "true", "false" },
        { "audit.enabled", "false", "true" },
        { "audit.days", "30", "300" },
        { "protection.backup", "allow", "block" },
        { "protection.native_contacts", "allow", "block" },
        { "protection.send_to", "all", "managed_share" },
        { "protection.send_to", "managed", "none" },
        { "protection.receive_from", "all", "managed" },
        { "protection.save_copies", "allow", "block" },
        { "protection.copy_paste", "managed", "block" },
        { "protection.copy_limit", "10", "5" },
        { "protection.print", "allow", "block" },
        { "protection.links", "any", "edge" },
        { "protection.links", "edge", "scheme:muster" },
        { "protection.links", "scheme:muster", "block" },
        { "protection.keyboards", "any", "system" },
        { "protection.notifications", "no_org_data", "block" },
        { "protection.pin.required", "false", "true" },
        { "protection.pin.type", "numeric", "passcode" },
        { "protection.pin.min_length", "4", "8" },
        { "protection.pin.simple", "true", "false" },
        { "protection.pin.max_attempts", "9", "3" },
        { "protection.pin.action", "reset_pin", "wipe" },
        { "protection.pin.max_age_days", "0", "365" },
        { "protection.pin.max_age_days", "365", "30" },
        { "protection.biometric", "allow", "deny" },
        { "protection.biometric_timeout_min", "720", "10" },
        { "protection.recheck_min", "30", "5" },
        { "protection.offline.block_min", "720", "30" },
        { "protection.offline.wipe_days", "90", "10" },
        { "protection.jailbreak", "block", "wipe" },
        { "protection.disabled_account", "block", "wipe" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *values[] = { cases[i].loose, cases[i].strict,
                                 cases[i].loose };

        for (int order = 0; order < 2; order++) {
            char text[512];

            (void)snprintf(text, sizeof(text),
                           "Rufname.%s = %s\nRufname.%s = %s\n", cases[i].key,
                           values[order], cases[i].key, values[order + 1]);
            expect_shown(text, cases[i].key, cases[i].strict);
        }
    }
}

Test(forms, versions_are_compared_part_by_part)
{
    struct ruf_policy *policy =
        must_parse(KEYS TWICE("protection.min_os.version", "17.10", "17.9.9")
                       TWICE("protection.max_os.version", "18", "19.1")
                           TWICE("protection.min_app.version", "2", "1.9"));

    cr_expect_str_eq(policy->protection.min_os.text, "17.10");
    cr_expect_str_eq(policy->protection.max_os.text, "18");
    cr_expect_str_eq(policy->protection.min_app.text, "2");
    ruf_policy_destroy(policy);
}

Test(forms, lists_meet_or_join)
{
    struct ruf_policy *policy =
        must_parse(KEYS TWICE("actions.allow", "tel, sms", "sms, mailto")
                       TWICE("caller_id.kinds", "mobile, home", "business")
                           TWICE("index.exclude_types", "pager", "voip, pager")
                               TWICE("blocking.numbers", "+493023125001",
                                     "+493023125002, +493023125001"));

    cr_expect_eq(policy->actions, 1u << RUF_POLICY_ACTION_SMS);
    cr_expect_eq(policy->caller_id_kinds, 0u);
    cr_expect_eq(policy->excluded_types,
                 1u << RUF_TYPE_PAGER | 1u << RUF_TYPE_VOIP);
    cr_expect_eq(policy->blocked_count, 2u);
    ruf_policy_destroy(policy);
    policy =
        must_parse("{\"Rufname.Policy\":" JSON ",\"Rufname.actions.allow\":"
                   "[[\"tel\",\"sms\"],[\"tel\"]],"
                   "\"Rufname.audit.days\":[3,9]}");
    cr_expect_eq(policy->actions, 1u << RUF_POLICY_ACTION_TEL);
    cr_expect_eq(policy->audit.days, 9u);
    ruf_policy_destroy(policy);
}

Test(forms, without_a_stricter_value_the_default_holds_and_is_told)
{
    static const struct {
        const char *key;
        const char *one;
        const char *other;
        const char *shown; /* as if neither were there; NULL: not shown then */
    } cases[] = {
        { "locale", "de", "en", "auto" },
        { "region.default", "DE", "AT", NULL },
        { "region.per_source.FILE", "DE", "AT", NULL },
        { "region.from_record", "true", "false", "true" },
        { "auth.tenant", "one", "other", NULL },
        { "auth.endpoints.graph", "https://a.example", "https://b.example",
          NULL },
        { "network.proxy", "http://a.example:1", "http://b.example:1", NULL },
        { "cleaning.label", "true", "false", "true" },
        { "cleaning.area_codes.DE", "30", "89", NULL },
        { "sources.0.name", "Eins", "Zwei", "Datei" },
        { "sources.0.enabled", "true", "false", "true" },
        { "sources.0.initially_on", "false", "true", NULL },
        { "sources.0.user_may_toggle", "false", "true", NULL },
        { "sources.0.caller_id", "true", "false", "true" },
        { "sources.0.priority", "1", "2", "20" },
        { "sources.0.mailboxes", "[]", "x, y", NULL },
        { "caller_id.label", "{given}", "{family}",
          "{given} {family}[ ({company})]" },
        { "actions.dialer_scheme", "one", "other", NULL },
        { "branding.name", "Eins", "Zwei", "Rufname" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[512];
        char pointer[64] = "/";

        for (size_t k = 0; cases[i].key[k] != '\0'; k++)
            pointer[k + 1] = cases[i].key[k] == '.' ? '/' : cases[i].key[k];
        (void)snprintf(text, sizeof(text), "%sRufname.%s = %s\nRufname.%s = %s",
                       KEYS, cases[i].key, cases[i].one, cases[i].key,
                       cases[i].other);
        ruf_policy_destroy(must_parse(text));
        cr_assert_eq(findings.count, 1, "%s", text);
        cr_expect_not(findings.items[0].is_error);
        cr_expect_str_eq(findings.items[0].id, "P130", "%s", text);
        cr_expect_str_eq(findings.items[0].pointer, pointer);
        cr_expect_eq(findings.items[0].line, 5);
        (void)snprintf(strrchr(text, '=') + 2, 200, "%s", cases[i].one);
        ruf_policy_destroy(must_parse(text));
        cr_expect_eq(findings.count, 0, "equal values agree: %s", text);
    }
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[512];

        if (cases[i].shown == NULL)
            continue;
        (void)snprintf(text, sizeof(text), "Rufname.%s = %s\nRufname.%s = %s",
                       cases[i].key, cases[i].one, cases[i].key,
                       cases[i].other);
        expect_shown(text,
                     strstr(cases[i].key, ".0.") == NULL
                         ? cases[i].key
                         : strstr(cases[i].key, ".0.") + 3,
                     cases[i].shown);
    }
}

#define RULE(id, then)                                                         \
    "{\"id\":\"" id "\",\"when\":{\"field\":\"family\",\"op\":\"equals\","     \
    "\"value\":\"" id "\"},\"then\":\"" then "\"}"
#define WITH(filters)                                                          \
    "{\"schema\":\"rufname.policy/1\",\"version\":1,\"sources\":[{\"id\":"     \
    "\"FILE\",\"kind\":\"file\"}],\"filters\":[" filters "]}"

/* Two whole documents: what one excludes, the other may not include. */
Test(forms, filters_of_two_documents_exclude_what_either_does)
{
    struct ruf_policy *policy =
        must_parse("[{\"Rufname.Policy\":" WITH(RULE("a", "include") "," RULE(
            "b",
            "exclud"
            "e")) "},{\"Rufname.Policy\":" WITH(RULE("c",
                                                     "exclude") "," RULE("b",
                                                                         "exclu"
                                                                         "de")) "}]");
    struct ruf_record record = { 0 };
    static const char *const names[] = { "a", "b", "c" };
    static const bool excluded[] = { false, true, true };

    cr_assert_eq(policy->filter_count, 3u, "b, c and the built-in one");
    for (size_t i = 0; i < 3; i++) {
        struct ruf_filter_verdict verdict;

        record.fields[RUF_RECORD_FAMILY] = ruf_text(names[i]);
        ruf_policy_judge(policy, &policy->sources[0], &record, NULL, 0,
                         &verdict);
        cr_expect(verdict.exclude == excluded[i], "%s", names[i]);
    }
    ruf_policy_destroy(policy);
}

Test(forms, documents_that_disagree_on_sources_are_refused)
{
    struct ruf_error err;

    cr_assert(parse("[{\"Rufname.Policy\":" JSON "},{\"Rufname.Policy\":"
                    "{\"schema\":\"rufname.policy/1\",\"version\":1,"
                    "\"sources\":[{\"id\":\"OTHER\",\"kind\":\"file\"}]}}]",
                    &err) == NULL);
    cr_assert_str_eq(err.id, "P102");
    cr_assert_str_eq(err.place, "/sources");
}
