/*
 * test_sources.c - Dynamics 365, custom tables, mailbox folders and blobs of
 *                  the sample tenant
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/json.h"
#include "base/text.h"
#include "tenant_process.h"
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#define MAILBOX "lena.feld@firm0.example/"

struct scene {
    struct tenant_process tenant;
    struct memory_sink sink;
    struct run_outcome outcome;
    struct ruf_error err;
    struct ruf_policy_source sources[RUF_POLICY_SOURCES_MAX];
};

static void scene_start(struct scene *scene, struct tenant_options options)
{
    options.crm = 300;
    options.blobs = 6;
    options.folders = 4;
    memset(scene, 0, sizeof(*scene));
    cr_assert_eq(curl_global_init(CURL_GLOBAL_DEFAULT), CURLE_OK);
    tenant_start(&scene->tenant, &options);
    memcpy(scene->sources, scene->tenant.policy.sources,
           scene->tenant.policy.source_count * sizeof(scene->sources[0]));
    scene->tenant.policy.sources = scene->sources;
    memory_sink_init(&scene->sink);
    cr_assert_eq(tenant_login(&scene->tenant, &scene->sink, &scene->err),
                 RUF_OK, "%s %s", scene->err.id, scene->err.detail);
}

static void scene_open(struct scene *scene, const char *faults, unsigned churn)
{
    scene_start(scene, (struct tenant_options){
                           .contacts = 600, .faults = faults, .churn = churn });
}

static void scene_close(struct scene *scene)
{
    tenant_stop(&scene->tenant);
    memory_sink_free(&scene->sink);
}

static struct ruf_policy_source *source_of(struct scene *scene, const char *id)
{
    for (size_t i = 0; i < scene->tenant.policy.source_count; i++)
        if (strcmp(scene->sources[i].id, id) == 0)
            return &scene->sources[i];
    cr_assert_fail("no source %s", id);
    return NULL;
}

static void run(struct scene *scene, const char *only)
{
    struct ruf_sync_options options = { .only_source = only };

    tenant_sync(&scene->tenant, &scene->sink, &options, &scene->outcome);
}

static void run_well(struct scene *scene, const char *only)
{
    run(scene, only);
    cr_assert_eq(scene->outcome.status, RUF_OK, "%s %s: %s",
                 scene->outcome.error.id, scene->outcome.error.place,
                 scene->outcome.error.detail);
}

/* Records of the dump: of a source, visible, in a part (UINT_MAX: any). Each
 * must be in the collection with its family name and a number of numbers. */
static size_t expect_dump(struct scene *scene, const char *source,
                          unsigned part, const char *sink_source,
                          const char *collection)
{
    struct memory_collection *read =
        memory_collection(&scene->sink, sink_source, collection);
    char *dump = tenant_file(&scene->tenant, "dump.jsonl");
    struct ruf_arena *arena = NULL;
    size_t count = 0;

    cr_assert_eq(ruf_arena_create(&arena, NULL), RUF_OK);
    for (const char *line = dump; *line != '\0';
         line += strcspn(line, "\n") + 1) {
        struct cJSON *tree = cJSON_ParseWithLength(line, strcspn(line, "\n"));
        const char *id = cJSON_GetStringValue(ruf_json_member(tree, "id"));
        const struct memory_record *kept = memory_find(&read->visible, id);
        struct ruf_record record;

        if (ruf_text_is(ruf_json_text(ruf_json_member(tree, "source")),
                        source) &&
            cJSON_IsTrue(ruf_json_member(tree, "visible")) &&
            (unsigned)ruf_json_member(tree, "part")->valueint == part) {
            count++;
            cr_assert_not_null(kept, "%s is missing", id);
            cr_assert_eq(ruf_record_read(kept->bytes.bytes, kept->bytes.size,
                                         arena, &record, NULL),
                         RUF_OK);
            cr_expect(
                ruf_text_equal(record.fields[RUF_RECORD_FAMILY],
                               ruf_json_text(ruf_json_member(tree, "family"))));
            cr_expect_gt(record.email_count, 0u);
        }
        cJSON_Delete(tree);
    }
    cr_expect_eq(read->visible.count, count, "%s: %zu of %zu", collection,
                 read->visible.count, count);
    ruf_arena_destroy(arena);
    free(dump);
    return count;
}

/* --- Dynamics 365 -----------------------------------------------------------
 */

Test(dynamics, reads_contacts_and_accounts_and_then_changes)
{
    struct scene scene;

    scene_open(&scene, NULL, 60);
    run_well(&scene, "D365");
    cr_expect_gt(expect_dump(&scene, "D365", 0, "D365", "contacts"), 100u);
    cr_expect_gt(
        memory_collection(&scene.sink, "D365", "accounts")->visible.count, 3u);
    cr_expect_eq(outcome_of(&scene.outcome, "D365")->requests, 3u);
    run_well(&scene, "D365");
    cr_expect_eq(outcome_of(&scene.outcome, "D365")->requests, 3u);
    cr_expect_gt(outcome_of(&scene.outcome, "D365")->removed, 0u);
    (void)expect_dump(&scene, "D365", 0, "D365", "contacts");
    scene_close(&scene);
}

Test(dynamics, starts_over_when_the_version_stamp_has_expired)
{
    struct scene scene;

    scene_open(&scene,
               "[{\"path\":\"contacts?$select=contactid\",\"nth\":2,"
               "\"status\":400}]",
               0);
    run_well(&scene, "D365");
    run_well(&scene, "D365");
    cr_expect_eq(memory_collection(&scene.sink, "D365", "contacts")->resets,
                 1u);
    (void)expect_dump(&scene, "D365", 0, "D365", "contacts");
    scene_close(&scene);
}

Test(dynamics, reads_a_table_that_does_not_track_in_full_each_time)
{
    struct memory_collection *read;
    struct scene scene;
    size_t count;

    /* The first answer refuses to track, the second comes without a link. */
    scene_open(&scene, "[{\"path\":\"new_partners\",\"nth\":1,\"status\":400}]",
               0);
    source_of(&scene, "DVRS")->enabled = true;
    run_well(&scene, "DVRS");
    read = memory_collection(&scene.sink, "DVRS", "new_partners");
    count = read->visible.count;
    cr_expect_gt(count, 100u);
    cr_expect_str_eq(read->link, "", "nothing to ask for changes with");
    run_well(&scene, "DVRS");
    cr_expect_eq(read->starts, 2u);
    cr_expect_eq(tenant_requests(&scene.tenant, "deltatoken"), 0u);
    run_well(&scene, "DVRS");
    cr_expect_eq(tenant_requests(&scene.tenant, "deltatoken"), 1u,
                 "it was asked again to track, and does");
    cr_expect_eq(read->visible.count, count);
    scene_close(&scene);
}

Test(dynamics, asks_only_for_columns_that_are_used)
{
    struct scene scene;

    scene_open(&scene, NULL, 0);
    source_of(&scene, "DVRS")->enabled = true;
    run_well(&scene, "DVRS");
    cr_expect_eq(tenant_requests(&scene.tenant,
                                 "$select=new_partnerid,new_first,new_last,"
                                 "new_mobile,new_phone,new_mail 200"),
                 1u);
    scene_close(&scene);
}

Test(dynamics, has_a_token_of_its_own)
{
    struct scene scene;

    scene_open(&scene, NULL, 0);
    run_well(&scene, NULL);
    cr_expect_eq(tenant_requests(&scene.tenant, "/token 200"), 3u,
                 "Graph, Dataverse, Storage");
    run_well(&scene, NULL);
    cr_expect_eq(tenant_requests(&scene.tenant, "/token 200"), 3u);
    scene_close(&scene);
}

/* --- folders
 * --------------------------------------------------------------------- */

Test(folders, are_found_at_every_level)
{
    char name[64];
    size_t count = 0;
    struct scene scene;

    scene_open(&scene, NULL, 0);
    run_well(&scene, "APC");
    count += expect_dump(&scene, "APC", 0, "APC", MAILBOX "contacts");
    for (unsigned i = 1; i <= 4; i++) {
        (void)snprintf(name, sizeof(name), MAILBOX "AQMkAD=/F%u", i);
        count += expect_dump(&scene, "APC", i, "APC", name);
    }
    cr_expect_gt(count, 20u);
    /* Two lists of folders, five of contacts. */
    cr_expect_eq(outcome_of(&scene.outcome, "APC")->requests, 7u);
    scene_close(&scene);
}

Test(folders, that_are_gone_take_their_contacts_along)
{
    struct memory_collection *gone;
    struct scene scene;
    struct ruf_sync_page page = { .source = "APC",
                                  .collection = MAILBOX "AQMkAD=/OLD",
                                  .select = "",
                                  .starts_round = true,
                                  .link_kind = RUF_LINK_DELTA,
                                  .link = "" };
    struct ruf_record record = { .native_id = { "X", 1 } };
    struct ruf_round_result result;

    scene_open(&scene, NULL, 0);
    page.records = &record;
    page.record_count = 1;
    cr_assert_eq(scene.sink.sink.page(&scene.sink, &page, &result, NULL),
                 RUF_OK);
    run_well(&scene, "APC");
    gone = memory_collection(&scene.sink, "APC", MAILBOX "AQMkAD=/OLD");
    cr_expect_eq(gone->visible.count, 0u);
    cr_expect_eq(outcome_of(&scene.outcome, "APC")->removed, 1u);
    scene_close(&scene);
}

Test(folders, that_cannot_be_listed_leave_everything_as_it_is)
{
    struct scene scene;

    scene_open(&scene,
               "[{\"path\":\"contactFolders?\",\"nth\":2,"
               "\"status\":403}]",
               0);
    run_well(&scene, "APC");
    run(&scene, "APC");
    cr_expect_eq(scene.outcome.status, RUF_E_AUTH);
    cr_expect_str_eq(scene.outcome.error.id, "S501");
    (void)expect_dump(&scene, "APC", 0, "APC", MAILBOX "contacts");
    (void)expect_dump(&scene, "APC", 1, "APC", MAILBOX "AQMkAD=/F1");
    scene_close(&scene);
}

Test(folders, of_shared_mailboxes_are_those_the_policy_names)
{
    struct scene scene;

    scene_open(&scene, NULL, 0);
    source_of(&scene, "APC")->kind = RUF_SOURCE_OUTLOOK_SHARED;
    run_well(&scene, "APC");
    (void)expect_dump(&scene, "APC", 0, "APC", MAILBOX "contacts");
    source_of(&scene, "APC")->mailbox_count = 0;
    run(&scene, "APC");
    cr_expect_eq(scene.outcome.status, RUF_E_POLICY);
    cr_expect_str_eq(scene.outcome.error.id, "S531");
    scene_close(&scene);
}

/* --- blobs
 * ----------------------------------------------------------------------- */

static void expect_files(struct scene *scene)
{
    static const char *const names[] = { "file-0.csv",   "file-1.jsonl.gz",
                                         "file-2.vcf",   "file-3.csv.gz",
                                         "file-4.jsonl", "file-5.vcf.gz" };

    for (unsigned i = 0; i < 6; i++)
        (void)expect_dump(scene, "ABS", i, "ABS", names[i]);
}

Test(blobs, are_read_while_the_other_sources_go_on)
{
    struct scene scene;

    scene_start(&scene,
                (struct tenant_options){ .contacts = 600, .turnover = 40 });
    run_well(&scene, NULL);
    expect_files(&scene);
    cr_expect_eq(outcome_of(&scene.outcome, "ABS")->requests, 7u);
    tenant_advance(&scene.tenant);
    run_well(&scene, NULL);
    cr_expect_gt(outcome_of(&scene.outcome, "ABS")->requests, 1u);
    expect_files(&scene);
    (void)expect_dump(&scene, "D365", 0, "D365", "contacts");
    scene_close(&scene);
}

Test(blobs, survive_lost_connections_and_busy_servers)
{
    struct scene scene;

    scene_open(&scene,
               "[{\"path\":\"file-0.csv\",\"nth\":1,\"body\":\"reset\"},"
               "{\"path\":\"file-1\",\"nth\":1,\"status\":503,"
               "\"retry_after\":\"1\"},"
               "{\"path\":\"comp=list\",\"nth\":1,\"status\":500}]",
               0);
    run_well(&scene, "ABS");
    expect_files(&scene);
    cr_expect_geq(outcome_of(&scene.outcome, "ABS")->requests, 9u);
    scene_close(&scene);
}

Test(blobs, that_change_while_they_are_listed_cost_no_other_source)
{
    struct scene scene;

    scene_open(&scene, "[{\"path\":\"file-2.vcf\",\"nth\":1,\"status\":404}]",
               0);
    run(&scene, NULL);
    cr_expect_eq(scene.outcome.status, RUF_E_PARTIAL);
    cr_expect_str_eq(outcome_of(&scene.outcome, "ABS")->error.id, "S526");
    (void)expect_dump(&scene, "ABS", 5, "ABS", "file-5.vcf.gz");
    run_well(&scene, NULL);
    expect_files(&scene);
    scene_close(&scene);
}

/* --- phones that do not come when they are asked for by name
 * ------------------------- */

Test(contacts, are_asked_for_plainly_where_their_phones_stay_away)
{
    struct memory_collection *read;
    struct scene scene;

    scene_open(&scene,
               "[{\"path\":\"/v1.0/contacts/delta?$select\",\"nth\":0,"
               "\"body\":\"no-phones\"}]",
               20);
    run_well(&scene, "GAL");
    (void)expect_dump(&scene, "GAL", 0, "GAL", "contacts");
    read = memory_collection(&scene.sink, "GAL", "contacts");
    cr_expect_null(strstr(read->select, "$select"), "%s", read->select);
    cr_expect_eq(outcome_of(&scene.outcome, "GAL")->requests, 2u);
    run_well(&scene, "GAL");
    cr_expect_eq(outcome_of(&scene.outcome, "GAL")->requests, 1u,
                 "remembered: only what changed");
    (void)expect_dump(&scene, "GAL", 0, "GAL", "contacts");
    scene_close(&scene);
}

/* --- a quiet day
 * -------------------------------------------------------------------- */

Test(sources, without_changes_cost_one_request_a_collection)
{
    static const struct {
        const char *source;
        uint64_t requests;
    } wanted[] = {
        { "AAD", 1 },  { "GAL", 1 },  { "APC", 2 + 5 }, /* lists, folders */
        { "D365", 3 }, { "DVRS", 1 }, { "ABS", 1 },     /* the list of files */
    };
    struct scene scene;

    scene_open(&scene, NULL, 0);
    source_of(&scene, "DVRS")->enabled = true;
    run_well(&scene, NULL);
    run_well(&scene, NULL);
    cr_expect_eq(scene.outcome.count, sizeof(wanted) / sizeof(wanted[0]));
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        const struct ruf_source_result *result =
            outcome_of(&scene.outcome, wanted[i].source);

        cr_expect_eq(result->requests, wanted[i].requests, "%s: %llu",
                     wanted[i].source, (unsigned long long)result->requests);
        cr_expect_eq(result->added + result->changed + result->removed, 0u,
                     "%s", wanted[i].source);
    }
    scene_close(&scene);
}

/* --- cut at every page
 * ------------------------------------------------------------- */

static void expect_everything(struct scene *scene)
{
    char name[64];

    (void)expect_dump(scene, "APC", 0, "APC", MAILBOX "contacts");
    for (unsigned i = 1; i <= 4; i++) {
        (void)snprintf(name, sizeof(name), MAILBOX "AQMkAD=/F%u", i);
        (void)expect_dump(scene, "APC", i, "APC", name);
    }
    (void)expect_dump(scene, "D365", 0, "D365", "contacts");
    expect_files(scene);
}

/* A sink that fails at a page stands for a process that dies between data and
 * link: they go in together or not at all. */
Test(sources, go_on_wherever_they_were_cut)
{
    struct scene scene;
    unsigned cuts = 0;
    bool cut = true;

    scene_start(&scene, (struct tenant_options){ .contacts = 250 });
    for (unsigned page = 1; cut; page++) {
        memory_sink_free(&scene.sink);
        memory_sink_init(&scene.sink);
        cr_assert_eq(tenant_login(&scene.tenant, &scene.sink, &scene.err),
                     RUF_OK);
        scene.sink.fail_at_page = page;
        run(&scene, NULL);
        cut = scene.outcome.status != RUF_OK;
        cuts += cut ? 1 : 0;
        if (cut)
            cr_expect_eq(scene.outcome.status, RUF_E_PARTIAL,
                         "page %u: one source at most", page);
        scene.sink.fail_at_page = 0;
        run_well(&scene, NULL);
        expect_everything(&scene);
    }
    cr_expect_gt(cuts, 15u);
    scene_close(&scene);
}

/* --- server_filter
 * ------------------------------------------------------------------------ */

/* Visible members of a collection are those of the dump whose text this is. */
static size_t expect_filtered(struct scene *scene, const char *source,
                              const char *collection, const char *member,
                              const char *text)
{
    struct memory_collection *read =
        memory_collection(&scene->sink, source, collection);
    char *dump = tenant_file(&scene->tenant, "dump.jsonl");
    bool users = strcmp(source, "AAD") == 0; /* come hidden ones included */
    size_t count = 0;

    for (const char *line = dump; *line != '\0';
         line += strcspn(line, "\n") + 1) {
        struct cJSON *tree = cJSON_ParseWithLength(line, strcspn(line, "\n"));

        if (ruf_text_is(ruf_json_text(ruf_json_member(tree, "source")),
                        source) &&
            (users || cJSON_IsTrue(ruf_json_member(tree, "visible"))) &&
            ruf_json_member(tree, "part")->valueint == 0 &&
            ruf_text_is(ruf_json_text(ruf_json_member(tree, member)), text)) {
            const char *id = cJSON_GetStringValue(ruf_json_member(tree, "id"));

            cr_expect_not_null(memory_find(&read->visible, id), "%s", id);
            count++;
        }
        cJSON_Delete(tree);
    }
    cr_expect_eq(read->visible.count, count, "%s: %zu of %zu", source,
                 read->visible.count, count);
    free(dump);
    return count;
}

/* Such a text of the first line of a source that has one. */
static void some_text(struct scene *scene, const char *source,
                      const char *member, char out[128])
{
    char *dump = tenant_file(&scene->tenant, "dump.jsonl");

    out[0] = '\0';
    for (const char *line = dump; *line != '\0' && out[0] == '\0';
         line += strcspn(line, "\n") + 1) {
        struct cJSON *tree = cJSON_ParseWithLength(line, strcspn(line, "\n"));
        struct ruf_text text = ruf_json_text(ruf_json_member(tree, member));

        if (ruf_text_is(ruf_json_text(ruf_json_member(tree, "source")),
                        source) &&
            cJSON_IsTrue(ruf_json_member(tree, "visible")) &&
            ruf_json_member(tree, "part")->valueint == 0 && text.size > 0 &&
            memchr(text.data, '\'', text.size) == NULL)
            (void)snprintf(out, 128, "%.*s", (int)text.size, text.data);
        cJSON_Delete(tree);
    }
    free(dump);
    cr_assert_neq(out[0], '\0');
}

struct filter_case {
    const char *source;
    const char *collection;
    const char *property; /* of the service */
    const char *member;   /* of the dump */
};

static const struct filter_case filter_cases[] = {
    { "AAD", "users", "companyName", "company" },
    { "GAL", "contacts", "companyName", "company" },
    { "APC", MAILBOX "contacts", "companyName", "company" },
    { "D365", "contacts", "jobtitle", "title" },
};

Test(filter, is_passed_on_and_read_whole_each_time)
{
    for (size_t i = 0; i < sizeof(filter_cases) / sizeof(filter_cases[0]);
         i++) {
        const struct filter_case *one = &filter_cases[i];
        struct scene scene;
        char text[128];
        char filter[200];
        size_t count;

        scene_open(&scene, NULL, 60);
        some_text(&scene, one->source, one->member, text);
        (void)snprintf(filter, sizeof(filter), "%s eq '%s'", one->property,
                       text);
        source_of(&scene, one->source)->server_filter = filter;
        run_well(&scene, one->source);
        count = expect_filtered(&scene, one->source, one->collection,
                                one->member, text);
        cr_expect_gt(count, 0u, "%s", one->source);
        run_well(&scene, one->source);
        cr_expect_eq(
            memory_collection(&scene.sink, one->source, one->collection)
                ->starts,
            2u);
        (void)expect_filtered(&scene, one->source, one->collection, one->member,
                              text);
        cr_expect_eq(tenant_requests(&scene.tenant, "deltatoken"), 0u, "%s",
                     one->source);
        /* Without the filter all of it comes, and changes are tracked. */
        source_of(&scene, one->source)->server_filter = NULL;
        run_well(&scene, one->source);
        cr_expect_gt(
            memory_collection(&scene.sink, one->source, one->collection)
                ->visible.count,
            count);
        run_well(&scene, one->source);
        cr_expect_gt(tenant_requests(&scene.tenant, "deltatoken"), 0u, "%s",
                     one->source);
        scene_close(&scene);
    }
}

struct told {
    const char *source;
    uint64_t most;
    uint64_t total;
};

static void remember_progress(void *context,
                              const struct ruf_sync_progress *progress)
{
    struct told *told = context;

    if (strcmp(progress->source, told->source) != 0)
        return;
    told->most = progress->records;
    told->total = progress->total;
}

/* A filter of the directory has to be counted anyhow; nobody else counts, and
 * a wrong total is worse than none. */
Test(filter, of_the_directory_tells_its_total_at_no_further_request)
{
    for (size_t i = 0; i < sizeof(filter_cases) / sizeof(filter_cases[0]);
         i++) {
        const struct filter_case *one = &filter_cases[i];
        struct told told = { .source = one->source };
        struct ruf_sync_options options = { .only_source = one->source,
                                            .progress = remember_progress,
                                            .progress_context = &told };
        struct scene scene;
        char text[128];
        char filter[200];

        scene_open(&scene, NULL, 0);
        some_text(&scene, one->source, one->member, text);
        (void)snprintf(filter, sizeof(filter), "%s eq '%s'", one->property,
                       text);
        source_of(&scene, one->source)->server_filter = filter;
        tenant_sync(&scene.tenant, &scene.sink, &options, &scene.outcome);
        cr_assert_eq(scene.outcome.status, RUF_OK);
        cr_assert_gt(told.most, 0u, "%s", one->source);
        cr_expect_eq(told.total, i < 2 ? told.most : 0u, "%s: %llu",
                     one->source, (unsigned long long)told.total);
        cr_expect_eq(tenant_requests(&scene.tenant, "/$count"), 0u);
        scene_close(&scene);
    }
}

Test(filter, that_the_server_does_not_know_leaves_the_records)
{
    struct memory_collection *read;
    struct scene scene;
    size_t count;

    scene_open(&scene, NULL, 0);
    run_well(&scene, "AAD");
    read = memory_collection(&scene.sink, "AAD", "users");
    count = read->visible.count;
    source_of(&scene, "AAD")->server_filter = "shoeSize gt 44&$top=1#?";
    run(&scene, "AAD");
    cr_expect_eq(scene.outcome.status, RUF_E_SERVER);
    cr_expect_str_eq(outcome_of(&scene.outcome, "AAD")->error.id, "S526");
    cr_expect_eq(read->visible.count, count);
    cr_expect_eq(tenant_requests(&scene.tenant, "44&$top=1"), 0u,
                 "nothing of a filter becomes a parameter");
    scene_close(&scene);
}
