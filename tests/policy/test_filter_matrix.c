/*
 * test_filter_matrix.c - every field x every operator x match or not x every
 * result of a rule
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "policy/policy.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* A field, its value in the record, and values that fit or do not. */
static const struct field {
    const char *name;
    const char *equal; /* up to folding */
    const char *start;
    const char *end;
    const char *part;
    const char *other; /* none of these */
} fields[] = {
    { "source.id", "crm", "CR", "rm", "R", "AAD" },
    { "source.kind", "dynamics365", "dyna", "365", "namics", "blob" },
    { "given", "ÄNNE", "Än", "ne", "nn", "Bernd" },
    { "family", "groessing-Mayer", "Grö", "mayer", "SSING", "Graf" },
    { "display", "Anne Größing", "anne", "Größing", "e g", "Bernd" },
    { "company", "muster ag", "Muster", "AG", "ster", "Beispiel" },
    { "department", "vertrieb süd", "Vertrieb", "Süd", "rieb s", "Einkauf" },
    { "title", "dr.", "D", ".", "r", "Prof." },
    { "email", "anne@MUSTER.example", "anne@", ".example", "@muster",
      "bernd@muster.example" },
    { "email.domain", "muster.EXAMPLE", "muster", "example", "er.ex",
      "other.example" },
    { "upn", "svc-anne@muster.example", "SVC-", "example", "anne",
      "anne@other.example" },
    { "user_type", "member", "M", "er", "emb", "Guest" },
    { "enabled", "true", "t", "e", "ru", "false" },
    { "country", "de", "D", "e", "DE", "AT" },
    { "number.kind", "home", "ho", "me", "om", "pager" },
    { "number.e164", "+49 30 23125-001", "+4930", "001", "23125",
      "+49 30 23125-999" },
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static const char *const operators[] = { "equals",    "any_of",   "starts_with",
                                         "ends_with", "contains", "exists",
                                         "missing" };
static const char *const results[] = { "include", "exclude", "no_caller_id",
                                       "drop_numbers" };

static const struct ruf_raw_number raw_numbers[] = {
    { { "030 23125-001", 13 }, RUF_KIND_HOME },
    { { "0152 28817386", 13 }, RUF_KIND_MOBILE },
};
static const struct ruf_filter_number numbers[] = {
    { RUF_KIND_HOME, 493023125001 },
    { RUF_KIND_MOBILE, 4915228817386 },
};

static struct ruf_raw_email email;

static struct ruf_record whole_record(void)
{
    struct ruf_record record = { 0 };

    email.address = ruf_text("Anne@muster.example");
    record.fields[RUF_RECORD_GIVEN] = ruf_text("Änne");
    record.fields[RUF_RECORD_FAMILY] = ruf_text("Groessing-Mayer");
    record.fields[RUF_RECORD_DISPLAY] = ruf_text("Anne Größing");
    record.fields[RUF_RECORD_COMPANY] = ruf_text("Muster AG");
    record.fields[RUF_RECORD_DEPARTMENT] = ruf_text("Vertrieb Süd");
    record.fields[RUF_RECORD_TITLE] = ruf_text("Dr.");
    record.fields[RUF_RECORD_UPN] = ruf_text("svc-anne@muster.example");
    record.fields[RUF_RECORD_USER_TYPE] = ruf_text("Member");
    record.fields[RUF_RECORD_ENABLED] = ruf_text("true");
    record.fields[RUF_RECORD_COUNTRY] = ruf_text("DE");
    record.emails = &email;
    record.email_count = 1;
    record.numbers = raw_numbers;
    record.number_count = 2;
    return record;
}

/* The same without what a field looks at. */
static struct ruf_record record_without(size_t field)
{
    static const int of_record[FIELDS] = {
        -1,
        -1,
        RUF_RECORD_GIVEN,
        RUF_RECORD_FAMILY,
        RUF_RECORD_DISPLAY,
        RUF_RECORD_COMPANY,
        RUF_RECORD_DEPARTMENT,
        RUF_RECORD_TITLE,
        -1,
        -1,
        RUF_RECORD_UPN,
        RUF_RECORD_USER_TYPE,
        RUF_RECORD_ENABLED,
        RUF_RECORD_COUNTRY,
        -1,
        -1,
    };
    struct ruf_record record = whole_record();

    if (of_record[field] >= 0)
        record.fields[of_record[field]] = ruf_text(NULL);
    if (strncmp(fields[field].name, "email", 5) == 0)
        record.email_count = 0;
    if (strncmp(fields[field].name, "number", 6) == 0)
        record.number_count = 0;
    return record;
}

static bool is_number_field(size_t field)
{
    return strncmp(fields[field].name, "number.", 7) == 0;
}

/* A condition with a value that fits, or with one that does not. */
static void write_condition(size_t field, size_t op, bool fitting, char *out,
                            size_t size)
{
    const struct field *f = &fields[field];
    const char *const fits[] = { f->equal, f->equal, f->start, f->end,
                                 f->part };
    /* A start is no whole and no end, an end is no start. */
    bool kind = strstr(f->name, "kind") != NULL; /* only known words */
    const char *const fails[] = { kind ? f->other : f->start,
                                  kind ? f->other : f->start, f->end, f->start,
                                  f->other };
    int used = snprintf(out, size, "{\"field\":\"%s\",\"op\":\"%s\"", f->name,
                        operators[op]);

    if (op == 1)
        (void)snprintf(out + used, size - (size_t)used,
                       ",\"value\":[\"%s\",\"%s\"]}", f->other,
                       fitting ? f->equal : fails[op]);
    else if (op < 5)
        (void)snprintf(out + used, size - (size_t)used, ",\"value\":\"%s\"}",
                       fitting ? fits[op] : fails[op]);
    else
        (void)snprintf(out + used, size - (size_t)used, "}");
}

/* One rule; what it lets through, the next one excludes. */
static struct ruf_policy *policy_of(const char *condition, const char *then)
{
    struct ruf_policy *policy = NULL;
    struct ruf_error err = { 0 };
    char json[1024];

    (void)snprintf(
        json, sizeof(json),
        "{\"schema\":\"rufname.policy/1\",\"version\":1,\"sources\":["
        "{\"id\":\"CRM\",\"kind\":\"dynamics365\",\"enabled\":false,"
        "\"url\":\"https://muster.crm4.dynamics.com\"}],\"filters\":["
        "{\"id\":\"tried\",\"when\":%s,\"then\":\"%s\"},"
        "{\"id\":\"rest\",\"when\":{\"field\":\"source.id\",\"op\":\"exists\"},"
        "\"then\":\"exclude\"}]}",
        condition, then);
    if (ruf_policy_parse(json, strlen(json), &policy, NULL, &err) != RUF_OK)
        cr_assert_str_eq(err.id, "P109", "%s: %s %s", json, err.place,
                         err.detail);
    return policy;
}

static void expect_result(const struct ruf_policy *policy, size_t result,
                          const struct ruf_record *record, bool matching,
                          const char *what)
{
    struct ruf_filter_verdict verdict;
    bool dropped[2];

    ruf_policy_judge(policy, &policy->sources[0], record,
                     record->number_count == 0 ? numbers + 2 : numbers,
                     record->number_count, &verdict);
    cr_expect((verdict.matched[0] & 1) == (matching ? 1u : 0u), "%s: hit",
              what);
    cr_expect(verdict.exclude == !(matching && result == 0), "%s: exclude",
              what);
    cr_expect_str_eq(verdict.rule, matching && result < 2 ? "tried" : "rest",
                     "%s", what);
    cr_expect(verdict.no_caller_id == (matching && result == 2),
              "%s: no_caller_id", what);
    for (size_t i = 0; i < 2; i++)
        dropped[i] = ruf_policy_drops(policy, &policy->sources[0], record,
                                      &numbers[i], &verdict);
    if (result != 3)
        cr_expect(!dropped[0] && !dropped[1], "%s: drops", what);
}

/* The rule on the record that has the field, and on one that lacks it. */
static void try_rule(size_t field, size_t op, bool fitting, size_t result)
{
    struct ruf_record whole = whole_record();
    struct ruf_record without = record_without(field);
    bool always = field < 2; /* a source has an id and a kind */
    char condition[256];
    char what[300];
    struct ruf_policy *policy;

    write_condition(field, op, fitting, condition, sizeof(condition));
    (void)snprintf(what, sizeof(what), "%s then %s", condition,
                   results[result]);
    policy = policy_of(condition, results[result]);
    if (result == 3 && !is_number_field(field)) {
        cr_expect(policy == NULL, "accepted: %s", what);
        return;
    }
    cr_assert(policy != NULL, "%s", what);
    /* With two numbers, "missing" would have to hold for one of them. */
    expect_result(policy, result, &whole, op == 6 ? false : fitting || op == 5,
                  what);
    expect_result(policy, result, &without,
                  always ? (op != 6 && (fitting || op == 5)) : op == 6, what);
    ruf_policy_destroy(policy);
}

Test(filter_matrix, every_field_operator_and_result)
{
    for (size_t field = 0; field < FIELDS; field++)
        for (size_t op = 0; op < 7; op++)
            for (size_t result = 0; result < 4; result++) {
                try_rule(field, op, true, result);
                try_rule(field, op, false, result);
            }
}

Test(filter_matrix, exact_compares_bytes)
{
    for (size_t field = 0; field < FIELDS; field++) {
        struct ruf_record record = whole_record();
        struct ruf_filter_verdict verdict;
        struct ruf_policy *policy;
        char condition[256];
        /* Written as the record has them, these match exactly as well. */
        bool same = strcmp(fields[field].name, "source.kind") == 0 ||
                    strcmp(fields[field].name, "upn") == 0 ||
                    strcmp(fields[field].name, "enabled") == 0 ||
                    strcmp(fields[field].name, "display") == 0 ||
                    is_number_field(field);

        (void)snprintf(condition, sizeof(condition),
                       "{\"field\":\"%s\",\"op\":\"equals\",\"value\":\"%s\","
                       "\"exact\":true}",
                       fields[field].name, fields[field].equal);
        policy = policy_of(condition, "include");
        cr_assert(policy != NULL, "%s", condition);
        ruf_policy_judge(policy, &policy->sources[0], &record, numbers, 2,
                         &verdict);
        cr_expect(verdict.exclude == !same, "%s", condition);
        ruf_policy_destroy(policy);
    }
}

/* --- numbers
 * ----------------------------------------------------------------------------
 */

static void expect_dropped(const char *condition, bool first, bool second)
{
    struct ruf_policy *policy = policy_of(condition, "drop_numbers");
    struct ruf_record record = whole_record();
    struct ruf_filter_verdict verdict;

    cr_assert(policy != NULL, "%s", condition);
    ruf_policy_judge(policy, &policy->sources[0], &record, numbers, 2,
                     &verdict);
    cr_expect(ruf_policy_drops(policy, &policy->sources[0], &record,
                               &numbers[0], &verdict) == first,
              "%s", condition);
    cr_expect(ruf_policy_drops(policy, &policy->sources[0], &record,
                               &numbers[1], &verdict) == second,
              "%s", condition);
    ruf_policy_destroy(policy);
}

#define KIND(kind)                                                             \
    "{\"field\":\"number.kind\",\"op\":\"equals\",\"value\":\"" kind "\"}"
#define FAMILY(name)                                                           \
    "{\"field\":\"family\",\"op\":\"starts_with\",\"value\":\"" name "\"}"

Test(filter_matrix, only_the_numbers_that_match_are_dropped)
{
    expect_dropped(KIND("home"), true, false);
    expect_dropped(KIND("mobile"), false, true);
    expect_dropped(KIND("fax"), false, false);
    expect_dropped("{\"not\":" KIND("home") "}", false, true);
    expect_dropped("{\"any\":[" KIND("home") "," KIND("mobile") "]}", true,
                   true);
    expect_dropped("{\"all\":[" KIND("home") "," FAMILY("Groe") "]}", true,
                   false);
    expect_dropped("{\"all\":[" KIND("home") "," FAMILY("Graf") "]}", false,
                   false);
    expect_dropped("{\"all\":[" KIND("home") "," KIND("mobile") "]}", false,
                   false);
    expect_dropped("{\"any\":[" KIND("fax") "," FAMILY("Groe") "]}", true,
                   true);
    expect_dropped("{\"field\":\"number.e164\",\"op\":\"starts_with\","
                   "\"value\":\"+49 152\"}",
                   false, true);
}

Test(filter_matrix, a_rule_behind_the_deciding_one_drops_nothing)
{
    static const char json[] =
        "{\"schema\":\"rufname.policy/1\",\"version\":1,\"sources\":["
        "{\"id\":\"FILE\",\"kind\":\"file\"}],\"filters\":["
        "{\"id\":\"a\",\"when\":" FAMILY(
            "Groe") ",\"then\":\"include\"},"
                    "{\"id\":\"b\",\"when\":" KIND(
                        "home") ",\"then\":\"drop_numbers\"}]}";
    struct ruf_record record = whole_record();
    struct ruf_filter_verdict verdict;
    struct ruf_policy *policy;

    cr_assert(ruf_policy_parse(json, strlen(json), &policy, NULL, NULL) ==
              RUF_OK);
    ruf_policy_judge(policy, &policy->sources[0], &record, numbers, 2,
                     &verdict);
    cr_expect_not(ruf_policy_drops(policy, &policy->sources[0], &record,
                                   &numbers[0], &verdict));
    record.fields[RUF_RECORD_FAMILY] = ruf_text("Graf");
    ruf_policy_judge(policy, &policy->sources[0], &record, numbers, 2,
                     &verdict);
    cr_expect(ruf_policy_drops(policy, &policy->sources[0], &record,
                               &numbers[0], &verdict));
    cr_expect_not(verdict.exclude, "no decision is include");
    ruf_policy_destroy(policy);
}

/* A rule that could never match is a mistake, not a rule. */
Test(filter_matrix, values_that_no_number_can_have_are_refused)
{
    static const char *const conditions[] = {
        KIND("homme"),
        "{\"field\":\"source.kind\",\"op\":\"equals\",\"value\":\"crm\"}",
        "{\"field\":\"number.e164\",\"op\":\"equals\",\"value\":\"Zentrale\"}",
        "{\"field\":\"number.e164\",\"op\":\"equals\",\"value\":\"\"}",
        "{\"field\":\"number.e164\",\"op\":\"equals\",\"value\":\"49+30\"}",
    };

    for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
        struct ruf_policy *policy = NULL;
        struct ruf_error err = { 0 };
        char json[512];

        (void)snprintf(json, sizeof(json),
                       "{\"schema\":\"rufname.policy/1\",\"version\":1,"
                       "\"sources\":[{\"id\":\"FILE\",\"kind\":\"file\"}],"
                       "\"filters\":[{\"id\":\"a\",\"when\":%s,\"then\":"
                       "\"exclude\"}]}",
                       conditions[i]);
        cr_expect(ruf_policy_parse(json, strlen(json), &policy, NULL, &err) ==
                      RUF_E_POLICY,
                  "%s", conditions[i]);
        cr_expect_str_eq(err.id, i < 2 ? "P105" : "P109");
        cr_expect_str_eq(err.place, "/filters/0/when/value");
    }
}
