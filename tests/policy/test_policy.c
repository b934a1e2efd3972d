/*
 * test_policy.c - the admin's document: what passes, what is refused and where
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "policy/filter.h"
#include "policy/policy.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define HEAD "\"schema\":\"rufname.policy/1\",\"version\":1"
#define FILE_SOURCE "\"sources\":[{\"id\":\"FILE\",\"kind\":\"file\"}]"

static struct ruf_policy_findings findings;

static struct ruf_policy *parse(const char *json, struct ruf_error *err)
{
    struct ruf_policy *policy = NULL;
    enum ruf_status status =
        ruf_policy_parse(json, strlen(json), &policy, &findings, err);

    cr_assert((status == RUF_OK) == (policy != NULL));
    return policy;
}

static struct ruf_policy *must_parse(const char *json)
{
    struct ruf_error err;
    struct ruf_policy *policy = parse(json, &err);

    cr_assert(policy != NULL, "%s %s", err.place, err.detail);
    return policy;
}

Test(policy, fills_in_the_defaults)
{
    struct ruf_policy *policy = must_parse("{" HEAD "," FILE_SOURCE "}");

    cr_assert_eq(policy->source_count, 1);
    cr_assert_str_eq(policy->sources[0].name, "Datei");
    cr_assert_eq(policy->sources[0].priority, 20);
    cr_assert(policy->sources[0].enabled && policy->sources[0].caller_id);
    cr_assert(policy->region_default == NULL);
    cr_assert(policy->region_from_record);
    cr_assert_eq(policy->merge_shared_after, 3);
    cr_assert_eq(policy->label_max_chars, 48);
    cr_assert_str_eq(policy->label_template, "{given} {family}[ ({company})]");
    cr_assert_eq(policy->caller_id_kinds >> RUF_KIND_HOME & 1, 0);
    cr_assert_eq(policy->caller_id_kinds >> RUF_KIND_MOBILE & 1, 1);
    cr_assert_eq(policy->max_entries, 500000);
    ruf_policy_destroy(policy);
}

Test(policy, reads_corrections_area_codes_and_excluded_types)
{
    struct ruf_policy *policy = must_parse("{" HEAD "," FILE_SOURCE "}");

    cr_assert_eq(policy->corrections, RUF_CORRECT_ALL);
    cr_assert_eq(policy->excluded_types, 1u << RUF_TYPE_PREMIUM_RATE);
    cr_assert(ruf_policy_cleaning(policy, "DE").area_code == NULL);
    ruf_policy_destroy(policy);
    policy =
        must_parse("{" HEAD "," FILE_SOURCE ",\"cleaning\":{\"split\":false,"
                   "\"area_codes\":{\"DE\":\"30\",\"AT\":\"1\"}},"
                   "\"index\":{\"exclude_types\":[\"pager\",\"voip\"]}}");
    cr_assert_eq(policy->corrections, RUF_CORRECT_ALL & ~RUF_CORRECT_SPLIT);
    cr_assert_str_eq(ruf_policy_cleaning(policy, "AT").area_code, "1");
    cr_assert(ruf_policy_cleaning(policy, "CH").area_code == NULL);
    cr_assert(ruf_policy_cleaning(policy, NULL).area_code == NULL);
    cr_assert_eq(policy->excluded_types,
                 1u << RUF_TYPE_PAGER | 1u << RUF_TYPE_VOIP);
    ruf_policy_destroy(policy);
}

Test(policy, takes_hosts_of_the_cloud_or_its_own)
{
    struct ruf_policy *policy =
        must_parse("{" HEAD ",\"auth\":{\"tenant\":\"t\",\"client_id\":\"c\"},"
                   "\"sources\":[{\"id\":\"AAD\",\"kind\":\"entra_users\"}]}");

    cr_assert_str_eq(policy->auth.graph_endpoint,
                     "https://graph.microsoft.com");
    ruf_policy_destroy(policy);
    policy =
        must_parse("{" HEAD ",\"auth\":{\"tenant\":\"t\",\"client_id\":\"c\","
                   "\"cloud\":\"china\",\"endpoints\":{\"login\":"
                   "\"https://127.0.0.1:8443\"}}," FILE_SOURCE "}");
    cr_assert_str_eq(policy->auth.login_endpoint, "https://127.0.0.1:8443");
    cr_assert_str_eq(policy->auth.graph_endpoint,
                     "https://microsoftgraph.chinacloudapi.cn");
    ruf_policy_destroy(policy);
}

#define AUTH "\"auth\":{\"tenant\":\"t\",\"client_id\":\"c\"}"

Test(policy, says_where_a_source_lies)
{
    struct ruf_policy *policy = must_parse(
        "{" HEAD "," AUTH ",\"sources\":["
        "{\"id\":\"CRM\",\"kind\":\"dynamics365\","
        "\"url\":\"https://muster.crm4.dynamics.com\"},"
        "{\"id\":\"ABS\",\"kind\":\"blob\",\"charset\":\"windows-1252\","
        "\"url\":\"https://muster.blob.core.windows.net\","
        "\"container\":\"contacts/2026\"},"
        "{\"id\":\"DV\",\"kind\":\"dataverse\",\"table\":\"new_partners\","
        "\"url\":\"https://muster.crm4.dynamics.com\",\"columns\":"
        "{\"id\":\"new_partnerid\",\"phoneMobile2\":\"new_mobile\"}}]}");

    cr_expect_str_eq(policy->sources[0].url,
                     "https://muster.crm4.dynamics.com");
    cr_expect_str_eq(policy->sources[1].container, "contacts/2026");
    cr_expect_eq(policy->sources[1].charset, RUF_CHARSET_WINDOWS_1252);
    cr_expect_str_eq(policy->sources[2].table, "new_partners");
    cr_assert_eq(policy->sources[2].column_count, 2u);
    cr_expect_str_eq(policy->sources[2].columns[1].field, "phoneMobile2");
    cr_expect_str_eq(policy->sources[2].columns[1].column, "new_mobile");
    cr_expect(policy->auth.presence);
    ruf_policy_destroy(policy);
}

Test(policy, takes_a_sources_host_from_the_cloud_or_the_list)
{
    struct ruf_policy *policy = must_parse(
        "{" HEAD ",\"auth\":{\"cloud\":\"china\",\"endpoints\":{\"sources\":["
        "\"https://127.0.0.1:10000\"]}},\"sources\":["
        "{\"id\":\"ABS\",\"kind\":\"blob\",\"container\":\"contacts\","
        "\"url\":\"https://127.0.0.1:10000/devstoreaccount1\"},"
        "{\"id\":\"ABT\",\"kind\":\"blob\",\"container\":\"contacts\","
        "\"url\":\"https://muster.blob.core.chinacloudapi.cn\"}]}");

    cr_expect_not(policy->auth.presence, "not known in this cloud");
    ruf_policy_destroy(policy);
}

static void expect_no_document(const char *text, size_t size, const char *id,
                               const char *detail)
{
    struct ruf_policy *policy = NULL;
    struct ruf_error err = { 0 };

    cr_assert(ruf_policy_parse(text, size, &policy, NULL, &err) ==
              RUF_E_POLICY);
    cr_expect_str_eq(err.id, id);
    cr_expect_str_eq(err.detail, detail);
}

Test(policy, takes_utf8_of_a_bounded_size)
{
    static char text[RUF_POLICY_SIZE_MAX + 1] = "{" HEAD "," FILE_SOURCE "}";
    const size_t size = strlen(text);
    struct ruf_policy *policy = NULL;

    memset(text + size, ' ', sizeof(text) - size);
    cr_assert(ruf_policy_parse(text, RUF_POLICY_SIZE_MAX, &policy, NULL,
                               NULL) == RUF_OK);
    ruf_policy_destroy(policy);
    expect_no_document(text, RUF_POLICY_SIZE_MAX + 1, "P104",
                       "document is larger than 256 KiB");
    memcpy(text + size - 1, ",\"x\":\"\xFF\"}", 9);
    expect_no_document(text, size + 8, "P106", "document is not valid UTF-8");
    memcpy(text + size - 1, ",\"x\":\"\xC3\"}", 9);
    expect_no_document(text, size + 8, "P106", "document is not valid UTF-8");
}

Test(policy, reports_all_mistakes_in_one_run_with_line_and_column)
{
    struct ruf_error err;

    cr_assert(parse("{ \"schema\": \"rufname.policy/1\",\n"
                    "  \"version\": 0,\n"
                    "  \"locale\": \"fr\",\n"
                    "  \"sources\": [ { \"id\": \"x\", \"kind\": \"file\" } ]\n"
                    "}",
                    &err) == NULL);
    cr_assert_eq(findings.count, 3);
    cr_assert_str_eq(findings.items[0].pointer, "/version");
    cr_assert_eq(findings.items[0].line, 2);
    cr_assert_eq(findings.items[0].column, 14);
    cr_assert_str_eq(findings.items[1].pointer, "/locale");
    cr_assert_eq(findings.items[1].line, 3);
    cr_assert_str_eq(findings.items[2].pointer, "/sources/0/id");
    cr_assert_eq(findings.items[2].line, 4);
}

Test(policy, warns_of_unknown_fields_and_goes_on)
{
    struct ruf_policy *policy =
        must_parse("{" HEAD "," FILE_SOURCE ",\"colour\":\"blue\"}");

    cr_assert_eq(findings.count, 1);
    cr_assert(!findings.items[0].is_error);
    cr_assert_str_eq(findings.items[0].id, "P101");
    cr_assert_str_eq(findings.items[0].pointer, "/colour");
    ruf_policy_destroy(policy);
}

Test(policy, names_the_error_behind_any_number_of_warnings)
{
    char json[4096] = "{" HEAD "," FILE_SOURCE;
    struct ruf_error err;

    for (int i = 0; i < RUF_POLICY_FINDINGS_MAX + 5; i++) {
        size_t used = strlen(json);

        (void)snprintf(json + used, sizeof(json) - used, ",\"x%d\":1", i);
    }
    (void)strncat(json, ",\"locale\":\"fr\"}", sizeof(json) - strlen(json) - 1);
    cr_assert(parse(json, &err) == NULL);
    cr_assert_str_eq(err.place, "/locale");
    cr_assert_eq(findings.count, RUF_POLICY_FINDINGS_MAX);
    cr_assert(findings.items[RUF_POLICY_FINDINGS_MAX - 1].is_error);
}

/* --- filter rules
 * --------------------------------------------------------------- */

static struct ruf_filter_verdict judge(const struct ruf_policy *policy,
                                       const struct ruf_record *record)
{
    struct ruf_filter_verdict verdict;

    ruf_policy_judge(policy, &policy->sources[0], record, NULL, 0, &verdict);
    return verdict;
}

static struct ruf_record person(void)
{
    struct ruf_record record;

    memset(&record, 0, sizeof(record));
    record.fields[RUF_RECORD_GIVEN] = ruf_text("Änne");
    record.fields[RUF_RECORD_FAMILY] = ruf_text("Größing");
    record.fields[RUF_RECORD_DEPARTMENT] = ruf_text("Vertrieb Süd");
    return record;
}

Test(filter, hides_guests_and_disabled_accounts_by_itself)
{
    struct ruf_policy *policy = must_parse("{" HEAD "," FILE_SOURCE "}");
    struct ruf_record record = person();

    cr_assert(!judge(policy, &record).exclude);
    record.fields[RUF_RECORD_UPN] =
        ruf_text("a.b_example.org#EXT#@tenant.example");
    cr_assert(judge(policy, &record).exclude);
    cr_assert_str_eq(judge(policy, &record).rule, "B1");
    record.fields[RUF_RECORD_UPN] = ruf_text(NULL);
    record.fields[RUF_RECORD_ENABLED] = ruf_text("false");
    cr_assert(judge(policy, &record).exclude);
    ruf_policy_destroy(policy);
}

Test(filter, lets_an_include_rule_switch_the_built_in_one_off)
{
    struct ruf_policy *policy =
        must_parse("{" HEAD "," FILE_SOURCE
                   ",\"filters\":[{\"id\":\"B1\",\"then\":\"include\"}]}");
    struct ruf_record record = person();

    record.fields[RUF_RECORD_ENABLED] = ruf_text("false");
    cr_assert(!judge(policy, &record).exclude);
    ruf_policy_destroy(policy);
}

Test(filter, drops_a_record_that_says_nothing)
{
    struct ruf_policy *policy = must_parse("{" HEAD "," FILE_SOURCE "}");
    struct ruf_record record;

    memset(&record, 0, sizeof(record));
    cr_assert(judge(policy, &record).exclude);
    ruf_policy_destroy(policy);
}

Test(filter, runs_rules_from_top_to_bottom_after_folding)
{
    struct ruf_policy *policy = must_parse(
        "{" HEAD "," FILE_SOURCE ",\"filters\":["
        "{\"id\":\"quiet\",\"when\":{\"field\":\"family\",\"op\":\"equals\","
        "\"value\":\"GRÖSSING\"},\"then\":\"no_caller_id\"},"
        "{\"id\":\"keep\",\"when\":{\"all\":[{\"field\":\"given\",\"op\":"
        "\"starts_with\",\"value\":\"än\"},{\"not\":{\"field\":\"upn\","
        "\"op\":\"exists\"}}]},\"then\":\"include\"},"
        "{\"id\":\"none\",\"when\":{\"field\":\"department\",\"op\":"
        "\"contains\",\"value\":\"vertrieb\"},\"then\":\"exclude\"}]}");
    struct ruf_record record = person();
    struct ruf_filter_verdict verdict = judge(policy, &record);

    cr_assert(verdict.no_caller_id, "takes effect, and the run goes on");
    cr_assert(!verdict.exclude);
    cr_assert_str_eq(verdict.rule, "keep");
    record.fields[RUF_RECORD_UPN] = ruf_text("x@example.org");
    verdict = judge(policy, &record);
    cr_assert(verdict.exclude);
    cr_assert_str_eq(verdict.rule, "none");
    ruf_policy_destroy(policy);
}

Test(filter, compares_bytes_where_the_rule_says_exact)
{
    struct ruf_policy *policy = must_parse(
        "{" HEAD "," FILE_SOURCE ",\"filters\":[{\"id\":\"x\",\"when\":{"
        "\"field\":\"family\",\"op\":\"equals\",\"value\":\"größing\","
        "\"exact\":true},\"then\":\"exclude\"}]}");
    struct ruf_record record = person();

    cr_assert(!judge(policy, &record).exclude);
    record.fields[RUF_RECORD_FAMILY] = ruf_text("größing");
    cr_assert(judge(policy, &record).exclude);
    ruf_policy_destroy(policy);
}

Test(filter, looks_at_every_address_and_its_domain)
{
    struct ruf_policy *policy = must_parse(
        "{" HEAD "," FILE_SOURCE ",\"filters\":[{\"id\":\"x\",\"when\":{"
        "\"field\":\"email.domain\",\"op\":\"any_of\",\"value\":["
        "\"partner.example\",\"other.example\"]},\"then\":\"exclude\"}]}");
    const struct ruf_raw_email emails[] = {
        { ruf_text("a@firm.example"), RUF_EMAIL_PRIMARY },
        { ruf_text("A@Partner.Example"), RUF_EMAIL_OTHER },
    };
    struct ruf_record record = person();

    record.emails = emails;
    record.email_count = 1;
    cr_assert(!judge(policy, &record).exclude);
    record.email_count = 2;
    cr_assert(judge(policy, &record).exclude);
    ruf_policy_destroy(policy);
}
