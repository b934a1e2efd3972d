/*
 * test_graph_records.c - objects of Graph become records
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/json_doc.h"
#include "base/text.h"
#include "sync/graph_records.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct ruf_arena *arena;
static struct ruf_json_doc *doc;
static struct ruf_graph_counts counts;
static const struct ruf_record *records;
static size_t record_count;

static uint32_t wanted; /* fields */

static void set_up(void)
{
    wanted = UINT32_MAX;
    memset(&counts, 0, sizeof(counts));
    cr_assert_eq(ruf_arena_create(&arena, NULL), RUF_OK);
}

static void tear_down(void)
{
    ruf_json_doc_free(doc);
    doc = NULL;
    ruf_arena_destroy(arena);
}

static void read_list(enum ruf_source_kind kind, bool delta, const char *json)
{
    struct ruf_error err = { 0 };

    ruf_json_doc_free(doc);
    cr_assert_eq(ruf_json_doc_read(json, strlen(json), "test", 16, &doc, &err),
                 RUF_OK, "%s", err.detail);
    cr_assert_eq(ruf_graph_records(kind, wanted, ruf_json_doc_root(doc), delta,
                                   arena, &records, &record_count, &counts,
                                   &err),
                 RUF_OK);
}

static void read_user(bool delta, const char *json)
{
    read_list(RUF_SOURCE_ENTRA_USERS, delta, json);
}

#define EXPECT_TEXT(text, expected)                                            \
    cr_expect(ruf_text_is(text, expected), "'%.*s'", (int)(text).size,         \
              (text).data == NULL ? "" : (text).data)

static uint32_t bit(unsigned position)
{
    return 1u << position;
}

TestSuite(graph_user, .init = set_up, .fini = tear_down);
TestSuite(graph_org_contact, .init = set_up, .fini = tear_down);
TestSuite(graph_outlook, .init = set_up, .fini = tear_down);

Test(graph_user, has_every_field_in_its_place)
{
    const struct ruf_record *r;

    read_user(false, "[{\"id\":\"0f0e-01\",\"displayName\":\"Änne Größing\","
                     "\"givenName\":\"Änne\",\"surname\":\"Größing\","
                     "\"companyName\":\"Rufname Test GmbH\","
                     "\"department\":\"Beschaffung\",\"jobTitle\":\"Einkauf\","
                     "\"mail\":\"ag@example.com\","
                     "\"userPrincipalName\":\"ag@firm.example\","
                     "\"otherMails\":[\"privat@example.org\"],"
                     "\"proxyAddresses\":[\"SMTP:ag@example.com\","
                     "\"smtp:a.g@example.com\",\"X500:/o=Ex/cn=1\"],"
                     "\"businessPhones\":[\"+49 89 99998-012\"],"
                     "\"mobilePhone\":\"0152 28817386\",\"faxNumber\":null,"
                     "\"userType\":\"Member\",\"accountEnabled\":true,"
                     "\"usageLocation\":\"de\"}]");
    cr_assert_eq(record_count, 1);
    r = &records[0];
    EXPECT_TEXT(r->native_id, "0f0e-01");
    EXPECT_TEXT(r->fields[RUF_RECORD_DISPLAY], "Änne Größing");
    EXPECT_TEXT(r->fields[RUF_RECORD_GIVEN], "Änne");
    EXPECT_TEXT(r->fields[RUF_RECORD_FAMILY], "Größing");
    EXPECT_TEXT(r->fields[RUF_RECORD_COMPANY], "Rufname Test GmbH");
    EXPECT_TEXT(r->fields[RUF_RECORD_DEPARTMENT], "Beschaffung");
    EXPECT_TEXT(r->fields[RUF_RECORD_TITLE], "Einkauf");
    EXPECT_TEXT(r->fields[RUF_RECORD_UPN], "ag@firm.example");
    EXPECT_TEXT(r->fields[RUF_RECORD_USER_TYPE], "Member");
    EXPECT_TEXT(r->fields[RUF_RECORD_ENABLED], "true");
    EXPECT_TEXT(r->fields[RUF_RECORD_COUNTRY], "DE");
    cr_assert_eq(r->number_count, 2);
    EXPECT_TEXT(r->numbers[0].text, "+49 89 99998-012");
    cr_expect_eq(r->numbers[0].kind, RUF_KIND_BUSINESS);
    EXPECT_TEXT(r->numbers[1].text, "0152 28817386");
    cr_expect_eq(r->numbers[1].kind, RUF_KIND_MOBILE);
    cr_assert_eq(r->email_count, 4);
    EXPECT_TEXT(r->emails[0].address, "ag@example.com");
    cr_expect_eq(r->emails[0].slot, RUF_EMAIL_PRIMARY);
    cr_expect_eq(r->emails[1].slot, RUF_EMAIL_PROXY);
    EXPECT_TEXT(r->emails[2].address, "a.g@example.com");
    EXPECT_TEXT(r->emails[3].address, "privat@example.org");
    cr_expect_eq(r->emails[3].slot, RUF_EMAIL_OTHER);
    cr_expect_eq(r->keep_fields | r->keep_numbers | r->keep_emails, 0u);
    cr_expect_eq(counts.dropped + counts.ignored, 0u);
}

Test(graph_user, keeps_what_a_delta_leaves_out_and_clears_what_is_null)
{
    const struct ruf_record *r;

    read_user(true, "[{\"id\":\"1\",\"surname\":null,\"givenName\":\"\","
                    "\"department\":\"Vertrieb\",\"mobilePhone\":null,"
                    "\"businessPhones\":[],\"mail\":null}]");
    r = &records[0];
    cr_expect_eq(r->keep_fields & bit(RUF_RECORD_FAMILY), 0u);
    cr_expect_null(r->fields[RUF_RECORD_FAMILY].data);
    cr_expect_eq(r->keep_fields & bit(RUF_RECORD_GIVEN), 0u);
    cr_expect_null(r->fields[RUF_RECORD_GIVEN].data);
    cr_expect_eq(r->keep_fields & bit(RUF_RECORD_DEPARTMENT), 0u);
    cr_expect_neq(r->keep_fields & bit(RUF_RECORD_COMPANY), 0u);
    cr_expect_neq(r->keep_fields & bit(RUF_RECORD_ENABLED), 0u);
    cr_expect_neq(r->keep_fields & bit(RUF_RECORD_COUNTRY), 0u);
    cr_expect_eq(r->keep_numbers, bit(RUF_KIND_FAX));
    cr_expect_eq(r->keep_emails, bit(RUF_EMAIL_PROXY) | bit(RUF_EMAIL_OTHER));
}

Test(graph_user, keeps_nothing_in_a_full_round)
{
    read_user(false, "[{\"id\":\"1\"}]");
    cr_expect_eq(records[0].keep_fields, 0u);
    cr_expect_eq(records[0].keep_numbers, 0u);
    cr_expect_eq(records[0].keep_emails, 0u);
}

Test(graph_user, treats_a_wrong_type_as_absent_and_counts_it)
{
    const struct ruf_record *r;

    read_user(true, "[{\"id\":\"1\",\"surname\":7,\"accountEnabled\":\"yes\","
                    "\"mobilePhone\":[\"030 23125-001\"],"
                    "\"businessPhones\":\"030 23125-002\","
                    "\"otherMails\":[1,{},\"a@example.org\"],"
                    "\"mail\":{\"a\":1},\"country\":5}]");
    r = &records[0];
    cr_assert_eq(record_count, 1);
    cr_expect_neq(r->keep_fields & bit(RUF_RECORD_FAMILY), 0u);
    cr_expect_neq(r->keep_fields & bit(RUF_RECORD_ENABLED), 0u);
    cr_expect_neq(r->keep_fields & bit(RUF_RECORD_COUNTRY), 0u);
    cr_expect_eq(r->number_count, 0);
    cr_expect_eq(r->keep_numbers, bit(RUF_KIND_BUSINESS) |
                                      bit(RUF_KIND_MOBILE) | bit(RUF_KIND_FAX));
    cr_expect_eq(r->email_count, 1);
    cr_expect_eq(counts.ignored, 8u, "%lu", (unsigned long)counts.ignored);
}

Test(graph_user, drops_objects_that_cannot_be_trusted)
{
    read_user(false, "[{\"id\":\"1\",\"surname\":\"A\",\"surname\":\"B\"},"
                     "{\"id\":\"1\",\"id\":\"2\"},"
                     "{\"id\":\"1\",\"x\":1,\"x\":2},"
                     "{\"surname\":\"no id\"},{\"id\":\"\"},{\"id\":7},"
                     "{\"id\":null},5,null,\"text\",[1],"
                     "{\"id\":\"ok\",\"x\":1,\"y\":2}]");
    cr_assert_eq(record_count, 1);
    EXPECT_TEXT(records[0].native_id, "ok");
    cr_expect_eq(counts.dropped, 11u, "%lu", (unsigned long)counts.dropped);
}

Test(graph_user, is_gone_whatever_the_reason)
{
    read_user(true, "[{\"id\":\"1\",\"@removed\":{\"reason\":\"changed\"}},"
                    "{\"id\":\"2\",\"@removed\":{\"reason\":\"deleted\"}},"
                    "{\"id\":\"3\",\"@removed\":{}},"
                    "{\"id\":\"4\",\"@removed\":null,\"surname\":\"Bleibt\"}]");
    cr_assert_eq(record_count, 4);
    cr_expect(records[0].removed);
    cr_expect(records[1].removed);
    cr_expect(records[2].removed);
    cr_expect_not(records[3].removed);
}

Test(graph_user, is_cleaned_of_what_would_fool_a_reader)
{
    read_user(false,
              "[{\"id\":\"1\",\"displayName\":\"  Anna\\n\\tB \\u202ecba  \","
              "\"surname\":\" \\u0007 \",\"givenName\":\"Mu\\u0308ller\","
              "\"mobilePhone\":\" 030\\u202c 23125-001 \"}]");
    EXPECT_TEXT(records[0].fields[RUF_RECORD_DISPLAY], "Anna B cba");
    cr_expect_null(records[0].fields[RUF_RECORD_FAMILY].data);
    EXPECT_TEXT(records[0].fields[RUF_RECORD_GIVEN], "Müller");
    EXPECT_TEXT(records[0].numbers[0].text, "030 23125-001");
}

Test(graph_user, takes_at_most_64_numbers_of_250_characters)
{
    char *json = calloc(1, 8192);
    size_t size =
        (size_t)snprintf(json, 8192, "[{\"id\":\"1\",\"businessPhones\":[");
    char number[252];

    for (int i = 0; i < 70; i++)
        size += (size_t)snprintf(json + size, 8192 - size,
                                 "\"030 23125-%03d\",", i);
    (void)snprintf(json + size, 8192 - size, "\"\"]}]");
    read_user(false, json);
    cr_expect_eq(records[0].number_count, 64);
    cr_expect_eq(counts.ignored, 6u);

    memset(number, '5', 251);
    number[251] = '\0';
    (void)snprintf(json, 8192, "[{\"id\":\"1\",\"mobilePhone\":\"%s\"}]",
                   number);
    read_user(false, json);
    cr_expect_eq(records[0].number_count, 0, "251 characters are too many");
    number[250] = '\0';
    (void)snprintf(json, 8192, "[{\"id\":\"1\",\"mobilePhone\":\"%s\"}]",
                   number);
    read_user(false, json);
    cr_expect_eq(records[0].number_count, 1);
    free(json);
}

Test(graph_user, has_a_country_only_as_a_code_of_two_letters)
{
    read_user(false, "[{\"id\":\"1\",\"country\":\"Deutschland\","
                     "\"usageLocation\":\"at\"},"
                     "{\"id\":\"2\",\"country\":\"CH\","
                     "\"usageLocation\":\"DE\"},"
                     "{\"id\":\"3\",\"country\":\"D1\"},"
                     "{\"id\":\"4\",\"country\":\"\xc3\xa4\"}]");
    EXPECT_TEXT(records[0].fields[RUF_RECORD_COUNTRY], "AT");
    EXPECT_TEXT(records[1].fields[RUF_RECORD_COUNTRY], "CH");
    cr_expect_null(records[2].fields[RUF_RECORD_COUNTRY].data);
    cr_expect_null(records[3].fields[RUF_RECORD_COUNTRY].data);
}

Test(graph_user, lists_an_address_once_per_slot)
{
    read_user(false, "[{\"id\":\"1\",\"mail\":\"A@example.com\","
                     "\"proxyAddresses\":[\"SMTP:a@example.com\","
                     "\"smtp:A@EXAMPLE.com\",\"SIP:a@example.com\","
                     "\"smtp:\",\"smt\",\"EUM:1;phone-context=x\"]}]");
    cr_expect_eq(records[0].email_count, 2);
}

Test(graph_user, is_asked_for_without_a_needless_column)
{
    char *select = ruf_graph_select(RUF_SOURCE_ENTRA_USERS, UINT32_MAX);

    cr_assert_not_null(select);
    cr_expect_null(strstr(select, "photo"));
    cr_expect_null(strstr(select, "birthday"));
    cr_expect_null(strstr(select, "employeeId"));
    cr_expect_not_null(strstr(select, "usageLocation"));
    free(select);
    cr_expect_null(ruf_graph_select(RUF_SOURCE_BLOB, UINT32_MAX));
}

/* Names of a $select as a set: ",a,b,c,". */
static void expect_names(enum ruf_source_kind kind, uint32_t fields,
                         const char *with, const char *without)
{
    char *select = ruf_graph_select(kind, fields);
    char set[600];

    cr_assert_not_null(select);
    (void)snprintf(set, sizeof(set), ",%s,", select);
    cr_expect_not_null(strstr(set, with), "%s", set);
    cr_expect_null(strstr(set, without), "%s", set);
    cr_expect_null(strstr(set, ",,"), "%s", set);
    free(select);
}

Test(graph_user, is_asked_for_what_the_policy_wants)
{
    const uint32_t department = bit(RUF_RECORD_DEPARTMENT);
    const uint32_t upn = bit(RUF_RECORD_UPN);

    expect_names(RUF_SOURCE_ENTRA_USERS, ~department, ",companyName,jobTitle,",
                 ",department,");
    expect_names(RUF_SOURCE_ENTRA_USERS, ~department, ",userPrincipalName,",
                 ",department,");
    expect_names(RUF_SOURCE_ENTRA_USERS, ~upn, ",department,",
                 ",userPrincipalName,");
    expect_names(RUF_SOURCE_ENTRA_CONTACTS, ~department, ",phones,",
                 ",department,");
    expect_names(RUF_SOURCE_OUTLOOK_PERSONAL, ~department, ",homePhones,",
                 ",department,");
    expect_names(RUF_SOURCE_OUTLOOK_SHARED, UINT32_MAX, ",department,",
                 ",upn,");
}

/* A server may send more than it was asked for, and what nobody asked for is no
 * reason to take a change for a partial one. */
Test(graph_user, has_no_field_that_the_policy_does_not_want)
{
    wanted = ~bit(RUF_RECORD_DEPARTMENT);
    read_user(true, "[{\"id\":\"1\",\"department\":\"Beschaffung\","
                    "\"jobTitle\":\"Einkauf\"}, {\"id\":\"2\"}]");
    cr_assert_eq(record_count, 2);
    EXPECT_TEXT(records[0].fields[RUF_RECORD_DEPARTMENT], "");
    EXPECT_TEXT(records[0].fields[RUF_RECORD_TITLE], "Einkauf");
    for (size_t i = 0; i < 2; i++)
        cr_expect_eq(records[i].keep_fields & bit(RUF_RECORD_DEPARTMENT), 0u);
    cr_expect_neq(records[1].keep_fields & bit(RUF_RECORD_TITLE), 0u);
}

Test(graph_org_contact, has_phones_by_their_type)
{
    const struct ruf_record *r;

    read_list(RUF_SOURCE_ENTRA_CONTACTS, false,
              "[{\"id\":\"a1\",\"displayName\":\"Bodo Lieferant\","
              "\"mail\":\"bodo@example.net\",\"phones\":["
              "{\"type\":\"business\",\"number\":\"+49 30 23125-042\"},"
              "{\"type\":\"mobile\",\"number\":null},"
              "{\"type\":\"businessFax\",\"number\":\"030 23125-043\"},"
              "{\"type\":\"pager\",\"number\":\"030 23125-044\"},"
              "{\"type\":\"radio\",\"number\":\"030 23125-045\"},"
              "{\"type\":\"somethingNew\",\"number\":\"030 23125-046\"},"
              "{\"number\":\"030 23125-047\"},\"030 23125-048\"],"
              "\"addresses\":[{\"countryOrRegion\":\"Germany\"},"
              "{\"countryOrRegion\":\"DE\"}]}]");
    r = &records[0];
    cr_assert_eq(r->number_count, 6);
    cr_expect_eq(r->numbers[0].kind, RUF_KIND_BUSINESS);
    cr_expect_eq(r->numbers[1].kind, RUF_KIND_FAX);
    cr_expect_eq(r->numbers[2].kind, RUF_KIND_PAGER);
    cr_expect_eq(r->numbers[3].kind, RUF_KIND_OTHER);
    cr_expect_eq(r->numbers[4].kind, RUF_KIND_OTHER);
    cr_expect_eq(r->numbers[5].kind, RUF_KIND_OTHER);
    EXPECT_TEXT(r->fields[RUF_RECORD_COUNTRY], "DE");
    cr_expect_eq(counts.ignored, 1u);
}

Test(graph_org_contact, keeps_all_phones_if_a_delta_has_none)
{
    read_list(RUF_SOURCE_ENTRA_CONTACTS, true,
              "[{\"id\":\"a1\",\"displayName\":\"Neu\"}]");
    cr_expect_eq(records[0].keep_numbers, bit(RUF_KIND_COUNT) - 1);
    read_list(RUF_SOURCE_ENTRA_CONTACTS, true,
              "[{\"id\":\"a1\",\"phones\":[]}]");
    cr_expect_eq(records[0].keep_numbers, 0u);
}

Test(graph_outlook, reads_an_empty_string_as_no_value)
{
    const struct ruf_record *r;

    read_list(RUF_SOURCE_OUTLOOK_PERSONAL, true,
              "[{\"@odata.etag\":\"W/1\",\"id\":\"AAkA/+=\","
              "\"displayName\":\"Cem Özdemir-Test\",\"department\":\"\","
              "\"jobTitle\":\"\",\"mobilePhone\":\"\","
              "\"emailAddresses\":[{\"name\":\"Cem\","
              "\"address\":\"cem@example.org\"},{\"name\":\"x\"},"
              "{\"address\":\"\"},5],"
              "\"businessPhones\":[\"069/90009-101\",\"069 90009102\"],"
              "\"homePhones\":[\"0221 4710123\"],"
              "\"businessAddress\":{\"countryOrRegion\":\"\"},"
              "\"homeAddress\":{\"countryOrRegion\":\"AT\"}}]");
    r = &records[0];
    EXPECT_TEXT(r->native_id, "AAkA/+=");
    cr_expect_null(r->fields[RUF_RECORD_DEPARTMENT].data);
    cr_expect_eq(r->keep_fields & bit(RUF_RECORD_DEPARTMENT), 0u);
    cr_assert_eq(r->number_count, 3);
    cr_expect_eq(r->numbers[2].kind, RUF_KIND_HOME);
    cr_expect_eq(r->keep_numbers, 0u);
    cr_assert_eq(r->email_count, 1);
    EXPECT_TEXT(r->emails[0].address, "cem@example.org");
    EXPECT_TEXT(r->fields[RUF_RECORD_COUNTRY], "AT");
    cr_expect_eq(counts.ignored, 1u);
}
