/*
 * test_dataverse.c - rows of Dataverse to records, good ones and odd ones
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/json_doc.h"
#include "base/text.h"
#include "sync/dataverse.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct ruf_arena *arena;
static struct ruf_json_doc *doc;
static struct ruf_table table;
static struct ruf_graph_counts counts;
static const struct ruf_record *records;
static size_t count;

static void set_up(void)
{
    static const struct ruf_policy_source dynamics = {
        .kind = RUF_SOURCE_DYNAMICS365
    };

    cr_assert_eq(ruf_arena_create(&arena, NULL), RUF_OK);
    ruf_table_of(&dynamics, 0, UINT32_MAX, &table);
}

static void tear_down(void)
{
    ruf_json_doc_free(doc);
    ruf_arena_destroy(arena);
}

TestSuite(dataverse, .init = set_up, .fini = tear_down);

static void read_rows(const char *json, bool delta)
{
    struct ruf_error err = { 0 };

    ruf_json_doc_free(doc);
    doc = NULL;
    memset(&counts, 0, sizeof(counts));
    cr_assert_eq(ruf_json_doc_read(json, strlen(json), "", 8, &doc, &err),
                 RUF_OK, "%s", err.detail);
    cr_assert_eq(ruf_table_records(&table, ruf_json_doc_root(doc), delta, arena,
                                   &records, &count, &counts, &err),
                 RUF_OK);
}

#define FORMATTED                                                              \
    "_parentcustomerid_value@OData.Community.Display.V1."                      \
    "FormattedValue"
#define LOOKUP                                                                 \
    "_parentcustomerid_value@Microsoft.Dynamics.CRM."                          \
    "lookuplogicalname"

Test(dataverse, maps_a_contact)
{
    read_rows("[{\"@odata.etag\":\"W/\\\"1\\\"\",\"contactid\":\"c1\","
              "\"fullname\":\"Dörte Kundin\",\"firstname\":\"Dörte\","
              "\"lastname\":\"Kundin\",\"jobtitle\":null,\"telephone1\":"
              "\"030 23125-123\",\"telephone2\":null,\"mobilephone\":"
              "\"(0152) 28817386\",\"fax\":\"030 23125-124\",\"emailaddress1\":"
              "\"d@example.net\",\"emailaddress2\":\"D@example.net\","
              "\"statecode\":0,\"" FORMATTED "\":\"Kunde KG\",\"" LOOKUP
              "\":\"account\"}]",
              false);
    cr_assert_eq(count, 1u);
    cr_expect(ruf_text_is(records[0].native_id, "c1"));
    cr_expect(ruf_text_is(records[0].fields[RUF_RECORD_GIVEN], "Dörte"));
    cr_expect(ruf_text_is(records[0].fields[RUF_RECORD_COMPANY], "Kunde KG"));
    cr_assert_eq(records[0].number_count, 3u);
    cr_expect_eq(records[0].numbers[0].kind, RUF_KIND_BUSINESS);
    cr_expect_eq(records[0].numbers[1].kind, RUF_KIND_MOBILE);
    cr_expect_eq(records[0].numbers[2].kind, RUF_KIND_FAX);
    cr_expect_eq(records[0].email_count, 1u, "the same but for case");
}

Test(dataverse, takes_no_person_for_a_company)
{
    read_rows("[{\"contactid\":\"c1\",\"" FORMATTED "\":\"Bodo\",\"" LOOKUP
              "\":\"contact\",\"company\":\"030 23125-1\"}]",
              false);
    cr_assert_eq(count, 1u);
    cr_expect(ruf_text_is_empty(records[0].fields[RUF_RECORD_COMPANY]));
}

Test(dataverse, knows_removals_of_three_kinds)
{
    read_rows("[{\"@odata.context\":\"https://x/$metadata#contacts/"
              "$deletedEntity\",\"id\":\"c1\",\"reason\":\"deleted\"},"
              "{\"contactid\":\"c2\",\"statecode\":1},"
              "{\"@odata.context\":\"https://x/$metadata#contacts/$entity\","
              "\"contactid\":\"c3\",\"statecode\":0}]",
              true);
    cr_assert_eq(count, 3u);
    cr_expect(records[0].removed && ruf_text_is(records[0].native_id, "c1"));
    cr_expect(records[1].removed);
    cr_expect_not(records[2].removed);
}

Test(dataverse, drops_rows_it_cannot_use)
{
    read_rows("[null,7,{},{\"contactid\":\"\"},{\"contactid\":7},"
              "{\"contactid\":\"a\",\"contactid\":\"b\"},"
              "{\"id\":\"not ours\"},{\"contactid\":\"good\"}]",
              false);
    cr_assert_eq(count, 1u);
    cr_expect_eq(counts.dropped, 7u);
}

Test(dataverse, keeps_what_a_change_does_not_name)
{
    read_rows("[{\"contactid\":\"c1\",\"telephone1\":null,\"lastname\":null,"
              "\"emailaddress2\":null,\"mobilephone\":7}]",
              true);
    cr_assert_eq(count, 1u);
    cr_expect(records[0].keep_fields & 1u << RUF_RECORD_GIVEN);
    cr_expect_not(records[0].keep_fields & 1u << RUF_RECORD_FAMILY);
    cr_expect_not(records[0].keep_numbers & 1u << RUF_KIND_BUSINESS);
    cr_expect(records[0].keep_numbers & 1u << RUF_KIND_HOME);
    cr_expect_eq(records[0].keep_emails, 0u);
    cr_expect_eq(counts.ignored, 1u, "a number that is no text");
}

Test(dataverse, reads_a_table_by_the_policys_columns)
{
    static const struct ruf_policy_column columns[] = {
        { "id", "new_id" },         { "displayName", "new_name" },
        { "phoneMobile", "new_a" }, { "phoneMobile2", "new_b" },
        { "country", "new_land" },
    };
    struct ruf_policy_source source = { .kind = RUF_SOURCE_DATAVERSE,
                                        .table = "new_partners",
                                        .columns = columns,
                                        .column_count = 5 };
    char *select;

    ruf_table_of(&source, 0, UINT32_MAX, &table);
    select = ruf_table_select(&table);
    cr_expect_str_eq(select, "new_id,new_name,new_a,new_b,new_land");
    free(select);
    read_rows("[{\"new_id\":\"1\",\"new_name\":\"Emil\",\"new_a\":\"030 23125-1"
              "\",\"new_b\":\"030 23125-2\",\"new_land\":\"at\","
              "\"statecode\":1}]",
              false);
    cr_assert_eq(count, 1u);
    cr_expect_not(records[0].removed, "its columns are its own");
    cr_expect_eq(records[0].number_count, 2u);
    cr_expect(ruf_text_is(records[0].fields[RUF_RECORD_COUNTRY], "AT"));
}

Test(dataverse, asks_for_each_column_once)
{
    static const struct ruf_policy_source dynamics = {
        .kind = RUF_SOURCE_DYNAMICS365
    };
    char *select;

    ruf_table_of(&dynamics, 1, UINT32_MAX, &table);
    select = ruf_table_select(&table);
    cr_expect_str_eq(select, "accountid,name,telephone1,telephone2,telephone3,"
                             "fax,emailaddress1,emailaddress2,emailaddress3,"
                             "statecode");
    free(select);
}

Test(dataverse, leaves_out_columns_of_fields_that_nobody_wants)
{
    static const struct ruf_policy_column own = { "department", "new_team" };
    struct ruf_policy_source dynamics = { .kind = RUF_SOURCE_DYNAMICS365,
                                          .columns = &own,
                                          .column_count = 1 };
    char *select;

    ruf_table_of(&dynamics, 0, ~(UINT32_C(1) << RUF_RECORD_DEPARTMENT), &table);
    select = ruf_table_select(&table);
    cr_expect_null(strstr(select, "department"), "%s", select);
    cr_expect_null(strstr(select, "new_team"), "%s", select);
    cr_expect_not_null(strstr(select, ",jobtitle,telephone1,"), "%s", select);
    free(select);
    read_rows("[{\"contactid\":\"1\",\"department\":\"Einkauf\","
              "\"new_team\":\"Rot\",\"statecode\":0}]",
              true);
    cr_assert_eq(count, 1u);
    cr_expect_eq(records[0].fields[RUF_RECORD_DEPARTMENT].size, 0u);
    cr_expect_eq(records[0].keep_fields >> RUF_RECORD_DEPARTMENT & 1, 0u);
}
