/*
 * test_sync.c - whole runs against the sample tenant, good days and bad ones
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/json.h"
#include "base/text.h"
#include "listener.h"
#include "sync/retry.h"
#include "tenant_process.h"
#include <arpa/inet.h>
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONTACTS 1200
#define MAILBOX "lena.feld@firm0.example/contacts"

/* A tenant, an empty sink, signed in as an app. */
struct scene {
    struct tenant_process tenant;
    struct memory_sink sink;
    struct run_outcome outcome;
    struct ruf_error err;
};

static void scene_open_with(struct scene *scene,
                            const struct tenant_options *options)
{
    memset(scene, 0, sizeof(*scene));
    cr_assert_eq(curl_global_init(CURL_GLOBAL_DEFAULT), CURLE_OK);
    tenant_start(&scene->tenant, options);
    memory_sink_init(&scene->sink);
    cr_assert_eq(tenant_login(&scene->tenant, &scene->sink, &scene->err),
                 RUF_OK, "%s %s", scene->err.id, scene->err.detail);
}

static void scene_open(struct scene *scene, const char *faults)
{
    struct tenant_options options = { .contacts = CONTACTS, .faults = faults };

    scene_open_with(scene, &options);
}

static void scene_close(struct scene *scene)
{
    tenant_stop(&scene->tenant);
    memory_sink_free(&scene->sink);
}

static void run(struct scene *scene)
{
    tenant_sync(&scene->tenant, &scene->sink, NULL, &scene->outcome);
}

static void run_well(struct scene *scene)
{
    run(scene);
    cr_assert_eq(scene->outcome.status, RUF_OK, "%s %s: %s",
                 scene->outcome.error.id, scene->outcome.error.place,
                 scene->outcome.error.detail);
}

static const struct ruf_source_result *users(const struct scene *scene)
{
    return outcome_of(&scene->outcome, "AAD");
}

static struct memory_collection *user_collection(struct scene *scene)
{
    return memory_collection(&scene->sink, "AAD", "users");
}

/* --- the tenant's own list as the oracle
 * ------------------------------------------- */

/* Lines of the dump of one source, each as a tree. */
static size_t read_dump(const struct scene *scene, const char *source,
                        struct cJSON **out, size_t max)
{
    char *dump = tenant_file(&scene->tenant, "dump.jsonl");
    size_t count = 0;

    for (char *line = dump; *line != '\0';) {
        size_t width = strcspn(line, "\n");
        struct cJSON *tree = cJSON_ParseWithLength(line, width);

        cr_assert_not_null(tree);
        if (ruf_text_is(ruf_json_text(ruf_json_member(tree, "source")),
                        source) &&
            count < max)
            out[count++] = tree;
        else
            cJSON_Delete(tree);
        line += width;
        line += *line == '\n' ? 1 : 0;
    }
    free(dump);
    return count;
}

static void expect_record(const struct memory_records *visible,
                          const struct cJSON *line, struct ruf_arena *arena)
{
    const char *id = cJSON_GetStringValue(ruf_json_member(line, "id"));
    const struct memory_record *kept = memory_find(visible, id);
    const struct cJSON *numbers = ruf_json_member(line, "numbers");
    struct ruf_record record;

    cr_assert_not_null(kept, "%s is missing", id);
    cr_assert_eq(ruf_record_read(kept->bytes.bytes, kept->bytes.size, arena,
                                 &record, NULL),
                 RUF_OK);
    cr_expect(ruf_text_equal(
        record.fields[RUF_RECORD_FAMILY],
        ruf_text_trim(ruf_json_text(ruf_json_member(line, "family")))));
    cr_expect_eq((int)record.number_count, cJSON_GetArraySize(numbers),
                 "%s: %zu numbers", id, record.number_count);
}

static void expect_same_as_dump(struct scene *scene, const char *dump_source,
                                const char *source, const char *collection)
{
    struct memory_collection *read =
        memory_collection(&scene->sink, source, collection);
    struct cJSON **lines = calloc(CONTACTS * 2, sizeof(struct cJSON *));
    size_t count = read_dump(scene, dump_source, lines, CONTACTS * 2);
    struct ruf_arena *arena = NULL;

    cr_assert_eq(ruf_arena_create(&arena, NULL), RUF_OK);
    cr_assert_gt(count, 0u, "nothing in the dump for %s", dump_source);
    cr_expect_eq(read->visible.count, count, "%s: read %zu of %zu", source,
                 read->visible.count, count);
    for (size_t i = 0; i < count; i++) {
        expect_record(&read->visible, lines[i], arena);
        cJSON_Delete(lines[i]);
    }
    ruf_arena_destroy(arena);
    free(lines);
}

static char dump_names[3][16]; /* the tenant's words for its sources */

static void learn_dump_names(const struct scene *scene)
{
    char *dump = tenant_file(&scene->tenant, "dump.jsonl");
    size_t known = 0;

    memset(dump_names, 0, sizeof(dump_names));
    for (char *at = dump; (at = strstr(at, "\"source\":\"")) != NULL;) {
        char word[16] = "";
        bool seen = false;

        at += 10;
        (void)snprintf(word, sizeof(word), "%.*s", (int)strcspn(at, "\""), at);
        for (size_t i = 0; i < known; i++)
            seen = seen || strcmp(dump_names[i], word) == 0;
        if (!seen && known < 3)
            memcpy(dump_names[known++], word, sizeof(word));
    }
    free(dump);
}

Test(sync, brings_every_record_of_the_tenant)
{
    struct scene scene;

    scene_open(&scene, NULL);
    run_well(&scene);
    learn_dump_names(&scene);
    cr_assert_eq(scene.outcome.count, 3u);
    for (size_t i = 0; i < 3 && dump_names[i][0] != '\0'; i++) {
        const char *name = dump_names[i];

        expect_same_as_dump(&scene, name, name,
                            strcmp(name, "AAD") == 0   ? "users"
                            : strcmp(name, "GAL") == 0 ? "contacts"
                                                       : MAILBOX);
    }
    cr_expect_eq(users(&scene)->added, user_collection(&scene)->visible.count);
    cr_expect_gt(users(&scene)->requests, 3u);
    cr_expect_gt(users(&scene)->bytes, 10000u);
    cr_expect_eq(users(&scene)->dropped + users(&scene)->ignored, 0u);
    scene_close(&scene);
}

Test(sync, sends_the_headers_of_outlook_on_every_page)
{
    struct scene scene;
    struct memory_collection *mailbox;

    scene_open(&scene, NULL);
    run_well(&scene);
    mailbox = memory_collection(&scene.sink, "APC", MAILBOX);
    cr_assert_gt(mailbox->visible.count, 10u);
    for (size_t i = 0; i < mailbox->visible.count; i++)
        cr_expect_null(strstr(mailbox->visible.items[i].id, "mutable-"));
    cr_expect_eq(mailbox->pages, (mailbox->visible.count + 199) / 200);
    cr_expect_eq(tenant_requests(&scene.tenant, "/me/"), 0u);
    scene_close(&scene);
}

/* --- changes
 * ---------------------------------------------------------------------------
 */

static void expect_same_records(const struct memory_records *a,
                                const struct memory_records *b)
{
    cr_expect_eq(a->count, b->count, "%zu and %zu", a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        const struct memory_record *other = memory_find(b, a->items[i].id);

        cr_assert_not_null(other, "%s", a->items[i].id);
        cr_expect(other->bytes.size == a->items[i].bytes.size &&
                  memcmp(other->bytes.bytes, a->items[i].bytes.bytes,
                         other->bytes.size) == 0);
    }
}

Test(sync, by_changes_ends_where_a_full_read_ends)
{
    struct tenant_options options = { .contacts = CONTACTS, .churn = 100 };
    struct memory_sink fresh;
    struct scene scene;

    scene_open_with(&scene, &options);
    run_well(&scene);
    for (int i = 0; i < 3; i++) {
        run_well(&scene);
        cr_expect_gt(users(&scene)->added + users(&scene)->changed +
                         users(&scene)->removed,
                     0u);
        cr_expect_eq(users(&scene)->requests, 1u, "changes only");
    }
    memory_sink_init(&fresh);
    cr_assert_eq(tenant_login(&scene.tenant, &fresh, NULL), RUF_OK);
    tenant_sync(&scene.tenant, &fresh, NULL, &scene.outcome);
    cr_assert_eq(scene.outcome.status, RUF_OK);
    expect_same_records(&user_collection(&scene)->visible,
                        &memory_collection(&fresh, "AAD", "users")->visible);
    expect_same_records(
        &memory_collection(&scene.sink, "APC", MAILBOX)->visible,
        &memory_collection(&fresh, "APC", MAILBOX)->visible);
    memory_sink_free(&fresh);
    scene_close(&scene);
}

Test(sync, asks_for_everything_if_told_to_or_if_the_query_changed)
{
    struct ruf_sync_options full = { .full = true };
    struct memory_collection *collection;
    struct scene scene;

    scene_open(&scene, NULL);
    run_well(&scene);
    collection = user_collection(&scene);
    cr_assert_eq(collection->starts, 1u);
    tenant_sync(&scene.tenant, &scene.sink, &full, &scene.outcome);
    cr_assert_eq(scene.outcome.status, RUF_OK);
    cr_expect_gt(users(&scene)->requests, 3u);
    cr_expect_eq(users(&scene)->added + users(&scene)->changed +
                     users(&scene)->removed,
                 0u);
    collection->select[strlen(collection->select) - 1] = '#';
    run_well(&scene);
    cr_expect_gt(users(&scene)->requests, 3u);
    run_well(&scene);
    cr_expect_eq(users(&scene)->requests, 1u);
    scene_close(&scene);
}

/* --- interruption
 * ------------------------------------------------------------------------- */

Test(sync, goes_on_where_it_was_cut)
{
    struct ruf_sync_options only = { .only_source = "AAD" };
    struct memory_collection *collection;
    struct scene scene;
    unsigned asked;

    scene_open(&scene, NULL);
    scene.sink.fail_at_page = 4;
    tenant_sync(&scene.tenant, &scene.sink, &only, &scene.outcome);
    cr_expect_eq(scene.outcome.status, RUF_E_IO, "the sink's own error");
    cr_expect_str_eq(scene.outcome.error.id, "I801");
    collection = user_collection(&scene);
    cr_expect_eq(collection->pages, 3u);
    cr_expect_eq(collection->visible.count, 0u, "half a round is not seen");
    cr_expect_eq(collection->link_kind, RUF_LINK_NEXT);
    asked = tenant_requests(&scene.tenant, "/users/delta");

    tenant_sync(&scene.tenant, &scene.sink, &only, &scene.outcome);
    cr_assert_eq(scene.outcome.status, RUF_OK, "%s",
                 scene.outcome.error.detail);
    cr_expect_eq(collection->starts, 1u, "the round was not begun anew");
    cr_expect_eq(collection->rounds, 1u);
    cr_expect_lt(users(&scene)->requests, (uint64_t)asked);
    learn_dump_names(&scene);
    expect_same_as_dump(&scene, "AAD", "AAD", "users");
    scene_close(&scene);
}

static bool second_page(void *context)
{
    const struct memory_sink *sink = context;

    return sink->pages >= 2;
}

Test(sync, stops_when_told_to_and_keeps_its_place)
{
    struct ruf_sync_options options = { .only_source = "AAD",
                                        .cancelled = second_page };
    struct scene scene;

    scene_open(&scene, NULL);
    options.cancel_context = &scene.sink;
    tenant_sync(&scene.tenant, &scene.sink, &options, &scene.outcome);
    cr_expect_eq(scene.outcome.status, RUF_E_CANCELLED);
    cr_expect_eq(users(&scene)->status, RUF_E_CANCELLED);
    cr_expect_eq(user_collection(&scene)->link_kind, RUF_LINK_NEXT);
    cr_expect_eq(user_collection(&scene)->visible.count, 0u);
    run_well(&scene);
    cr_expect_eq(user_collection(&scene)->starts, 1u);
    scene_close(&scene);
}

static void spoil_link(struct memory_collection *collection)
{
    char *at = strstr(collection->link, "token=");

    cr_assert_not_null(at);
    at[6] = 'x';
}

Test(sync, begins_anew_if_its_state_is_gone)
{
    struct memory_collection *collection;
    struct scene scene;

    scene_open(&scene, NULL);
    run_well(&scene);
    collection = user_collection(&scene);
    spoil_link(collection);
    run_well(&scene);
    cr_expect_eq(tenant_requests(&scene.tenant, " 410 "), 1u);
    cr_expect_eq(collection->resets, 1u);
    cr_expect_eq(collection->starts, 2u);
    cr_expect_eq(users(&scene)->added + users(&scene)->removed, 0u,
                 "nothing vanished on the way");
    scene_close(&scene);
}

Test(sync, begins_anew_if_the_page_it_stood_at_is_refused)
{
    struct ruf_sync_options only = { .only_source = "AAD" };
    struct memory_collection *collection;
    struct scene scene;
    char *stale;

    scene_open(&scene, "[{\"path\":\"&stale=1\",\"status\":400}]");
    scene.sink.fail_at_page = 4;
    tenant_sync(&scene.tenant, &scene.sink, &only, &scene.outcome);
    collection = user_collection(&scene);
    cr_assert_eq(collection->link_kind, RUF_LINK_NEXT);
    stale = malloc(strlen(collection->link) + 9);
    (void)snprintf(stale, strlen(collection->link) + 9, "%s&stale=1",
                   collection->link);
    free(collection->link);
    collection->link = stale;
    tenant_sync(&scene.tenant, &scene.sink, &only, &scene.outcome);
    cr_expect_eq(scene.outcome.status, RUF_OK, "%s",
                 scene.outcome.error.detail);
    cr_expect_eq(collection->starts, 2u);
    cr_expect_eq(collection->rounds, 1u);
    scene_close(&scene);
}

/* --- throttling
 * ------------------------------------------------------------------------------
 */

Test(sync, waits_as_long_as_the_server_asks)
{
    struct scene scene;
    int64_t start_ms;

    scene_open(&scene, "[{\"path\":\"GET /v1.0/users/delta\",\"nth\":2,"
                       "\"status\":429,\"retry_after\":\"1.250\"}]");
    start_ms = ruf_clock_ms();
    run_well(&scene);
    cr_expect_geq(ruf_clock_ms() - start_ms, 1250);
    cr_expect_eq(tenant_requests(&scene.tenant, " 429 "), 1u);
    cr_expect_eq(user_collection(&scene)->rounds, 1u);
    scene_close(&scene);
}

Test(sync, comes_back_another_day_if_asked_to)
{
    struct scene scene;
    int64_t now_s = ruf_clock_s();
    unsigned asked;

    scene_open(&scene, "[{\"path\":\"GET /v1.0/users/delta\",\"nth\":2,"
                       "\"status\":429,\"retry_after\":\"7200\"}]");
    run(&scene);
    cr_expect_eq(scene.outcome.status, RUF_E_PARTIAL);
    cr_expect_str_eq(users(&scene)->error.id, "S520");
    cr_expect_geq(scene.sink.not_before, now_s + 7200);
    asked = tenant_requests(&scene.tenant, "/users/delta");
    run(&scene);
    cr_expect_str_eq(users(&scene)->error.id, "S520");
    cr_expect_eq(tenant_requests(&scene.tenant, "/users/delta"), asked);
    scene.sink.not_before = 1;
    run_well(&scene);
    cr_expect_eq(scene.sink.not_before, 0, "over is over");
    scene_close(&scene);
}

Test(sync, does_not_believe_a_time_of_return_years_ahead)
{
    struct scene scene;

    scene_open(&scene, NULL);
    scene.sink.not_before = ruf_clock_s() + 10LL * 365 * 86400;
    run_well(&scene);
    scene_close(&scene);
}

/* --- answers that are none
 * --------------------------------------------------------------------- */

struct bad_answer {
    char fault[64];
    char id[8];
    int status; /* enum ruf_status */
};

ParameterizedTestParameters(sync, keeps_what_it_has_when_an_answer_is_bad)
{
    static struct bad_answer answers[] = {
        { "\"body\":\"html\"", "S522", RUF_E_SERVER },
        { "\"body\":\"truncated\"", "S522", RUF_E_SERVER },
        { "\"body\":\"empty\"", "S522", RUF_E_SERVER },
        { "\"status\":400", "S526", RUF_E_SERVER },
        { "\"status\":404", "S526", RUF_E_SERVER },
        { "\"status\":403", "S501", RUF_E_AUTH },
        { "\"status\":401", "S504", RUF_E_AUTH },
        { "\"status\":302", "S525", RUF_E_SERVER },
        { "\"status\":204", "S526", RUF_E_SERVER },
    };

    return cr_make_param_array(struct bad_answer, answers,
                               sizeof(answers) / sizeof(answers[0]));
}

ParameterizedTest(struct bad_answer *answer, sync,
                  keeps_what_it_has_when_an_answer_is_bad)
{
    struct memory_collection *collection;
    char faults[256];
    struct scene scene;
    size_t before;

    /* Strikes at every delta link, not at the first round. */
    (void)snprintf(faults, sizeof(faults),
                   "[{\"path\":\"/users/delta?$deltatoken\",%s}]",
                   answer->fault);
    scene_open(&scene, faults);
    run_well(&scene);
    collection = user_collection(&scene);
    before = collection->visible.count;
    run(&scene);
    cr_expect_eq(scene.outcome.status, RUF_E_PARTIAL);
    cr_expect_eq((int)users(&scene)->status, answer->status);
    cr_expect_str_eq(users(&scene)->error.id, answer->id, "%s: %s, %s",
                     answer->fault, users(&scene)->error.id,
                     users(&scene)->error.detail);
    cr_expect_str_eq(users(&scene)->error.place, "AAD");
    cr_expect_eq(collection->visible.count, before);
    cr_expect_eq(collection->link_kind, RUF_LINK_DELTA);
    cr_expect_eq(collection->resets, 0u);
    cr_expect_eq(outcome_of(&scene.outcome, "GAL")->status, RUF_OK);
    cr_expect_null(strstr(users(&scene)->error.detail, "token="));
    scene_close(&scene);
}

Test(sync, names_the_permission_that_is_missing)
{
    struct scene scene;

    scene_open(&scene, "[{\"path\":\"GET /v1.0/contacts/delta\","
                       "\"status\":403}]");
    run(&scene);
    cr_expect_not_null(strstr(outcome_of(&scene.outcome, "GAL")->error.detail,
                              "OrgContact.Read.All"));
    cr_expect_eq(outcome_of(&scene.outcome, "GAL")->error.http_status, 403);
    scene_close(&scene);
}

Test(sync, renews_its_token_once)
{
    struct scene scene;

    scene_open(&scene, "[{\"path\":\"GET /v1.0/users/delta\",\"nth\":3,"
                       "\"status\":401}]");
    run_well(&scene);
    cr_expect_eq(tenant_requests(&scene.tenant, "oauth2/v2.0/token"), 2u);
    scene_close(&scene);
}

Test(sync, asks_again_after_a_broken_connection)
{
    struct scene scene;

    scene_open(&scene, "[{\"path\":\"GET /v1.0/users/delta\",\"nth\":2,"
                       "\"body\":\"reset\"},"
                       "{\"path\":\"GET /v1.0/users/delta\",\"nth\":4,"
                       "\"status\":503}]");
    run_well(&scene);
    cr_expect_eq(user_collection(&scene)->starts, 1u);
    learn_dump_names(&scene);
    expect_same_as_dump(&scene, "AAD", "AAD", "users");
    scene_close(&scene);
}

/* --- links to elsewhere
 * ----------------------------------------------------------------------------
 */

Test(sync, does_not_carry_its_token_to_another_server)
{
    static const char hello[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
                                "Connection: close\r\n\r\n{}";
    struct listener elsewhere;
    struct tenant_options options = { .contacts = CONTACTS };
    char *anchors;
    size_t room;
    char faults[256];
    struct scene scene;

    listener_start(&elsewhere, LISTENER_GOOD, hello, sizeof(hello) - 1);
    (void)snprintf(faults, sizeof(faults),
                   "[{\"path\":\"GET /v1.0/users/delta\",\"nth\":2,"
                   "\"next_link\":\"%s/v1.0/users/delta?$skiptoken=1\"}]",
                   elsewhere.origin);
    options.faults = faults;
    scene_open_with(&scene, &options);
    /* Trusted by certificate, so that only the comparison can stop it. */
    room = strlen(scene.tenant.ca_pem) + strlen(elsewhere.ca_pem) + 2;
    anchors = malloc(room);
    (void)snprintf(anchors, room, "%s\n%s", scene.tenant.ca_pem,
                   elsewhere.ca_pem);
    scene.tenant.policy.network.ca_pem = anchors;
    run(&scene);
    cr_expect_eq(scene.outcome.status, RUF_E_PARTIAL);
    cr_expect_eq(users(&scene)->status, RUF_E_SERVER);
    cr_expect_str_eq(users(&scene)->error.id, "S525");
    cr_expect_eq(user_collection(&scene)->pages, 1u,
                 "the page with the link is not taken either");
    cr_expect_eq(atomic_load(&elsewhere.connections), 0u);
    free(anchors);
    listener_stop(&elsewhere);
    scene_close(&scene);
}

Test(sync, does_not_follow_a_stored_link_to_elsewhere)
{
    struct memory_collection *collection;
    struct scene scene;

    scene_open(&scene, NULL);
    run_well(&scene);
    collection = user_collection(&scene);
    free(collection->link);
    collection->link = strdup("https://evil.example/v1.0/users/delta?x=1");
    run(&scene);
    cr_expect_eq(users(&scene)->status, RUF_E_SERVER);
    cr_expect_str_eq(users(&scene)->error.id, "S525");
    cr_expect_eq(users(&scene)->requests, 0u);
    scene_close(&scene);
}

static unsigned free_port(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    cr_assert_eq(bind(fd, (struct sockaddr *)&address, size), 0);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    (void)close(fd);
    return ntohs(address.sin_port);
}

Test(sync, does_not_run_in_circles)
{
    struct tenant_options options = { .contacts = CONTACTS };
    unsigned number = free_port();
    char faults[256];
    char port[8];
    struct scene scene;

    (void)snprintf(port, sizeof(port), "%u", number);
    (void)snprintf(faults, sizeof(faults),
                   "[{\"path\":\"GET /v1.0/users/delta\",\"next_link\":"
                   "\"https://127.0.0.1:%u/v1.0/users/delta?a=1\"}]",
                   number);
    options.faults = faults;
    options.port = port;
    scene_open_with(&scene, &options);
    run(&scene);
    cr_expect_eq(users(&scene)->status, RUF_E_SERVER);
    cr_expect_str_eq(users(&scene)->error.id, "S524");
    cr_expect_eq(users(&scene)->requests, 2u);
    cr_expect_eq(user_collection(&scene)->visible.count, 0u);
    scene_close(&scene);
}

/* --- nobody there
 * -------------------------------------------------------------------------------------
 */

Test(sync, says_so_if_nobody_is_there)
{
    struct scene scene;

    scene_open(&scene, NULL);
    tenant_kill(&scene.tenant);
    run(&scene);
    cr_expect_eq(scene.outcome.status, RUF_E_NETWORK);
    cr_expect_str_eq(scene.outcome.error.id, "S511");
    cr_expect(
        ruf_text_starts_with(ruf_text(scene.outcome.error.place), "127.0.0.1:"),
        "%s", scene.outcome.error.place);
    cr_expect_eq(users(&scene)->requests, 3u);
    scene_close(&scene);
}

Test(sync, refuses_a_server_it_does_not_trust)
{
    struct scene scene;

    scene_open(&scene, NULL);
    scene.tenant.policy.network.ca_pem = NULL;
    run(&scene);
    cr_expect_eq(scene.outcome.status, RUF_E_NETWORK);
    cr_expect_str_eq(scene.outcome.error.id, "S512");
    cr_expect_eq(tenant_requests(&scene.tenant, "/v1.0/"), 0u);
    scene_close(&scene);
}

Test(sync, gives_up_on_a_name_that_does_not_exist)
{
    struct scene scene;

    scene_open(&scene, NULL);
    scene.tenant.policy.auth.graph_endpoint = "https://nobody.invalid";
    scene.tenant.policy.auth.login_endpoint = "https://nobody.invalid";
    cr_expect_eq(tenant_login(&scene.tenant, &scene.sink, &scene.err),
                 RUF_E_NETWORK);
    cr_expect_str_eq(scene.err.id, "S510");
    cr_expect_str_eq(scene.err.place, "nobody.invalid:443");
    scene_close(&scene);
}

/* --- the policy's part
 * ---------------------------------------------------------------------------------
 */

Test(sync, names_sources_it_cannot_read)
{
    struct ruf_policy_source sources[4];
    struct scene scene;

    scene_open(&scene, NULL);
    memcpy(sources, scene.tenant.policy.sources, sizeof(sources));
    for (size_t i = 0; i < 4; i++) {
        if (sources[i].kind == RUF_SOURCE_ENTRA_USERS)
            sources[i].kind = RUF_SOURCE_KIND_COUNT;
        else if (sources[i].kind == RUF_SOURCE_OUTLOOK_PERSONAL)
            sources[i].mailbox_count = 0;
    }
    scene.tenant.policy.sources = sources;
    run(&scene);
    cr_expect_eq(scene.outcome.status, RUF_E_PARTIAL);
    cr_expect_eq(users(&scene)->status, RUF_E_POLICY);
    cr_expect_str_eq(users(&scene)->error.id, "S530");
    cr_expect_str_eq(outcome_of(&scene.outcome, "APC")->error.id, "S531");
    cr_expect_eq(outcome_of(&scene.outcome, "GAL")->status, RUF_OK);
    for (size_t i = 0; i < 4; i++)
        if (sources[i].kind == RUF_SOURCE_KIND_COUNT)
            sources[i].enabled = false;
    run(&scene);
    cr_expect_eq(scene.outcome.count, 2u, "switched off: not mentioned");
    scene_close(&scene);
}

Test(sync, refuses_a_source_it_does_not_know)
{
    struct ruf_sync_options only = { .only_source = "NONE" };
    struct scene scene;

    scene_open(&scene, NULL);
    tenant_sync(&scene.tenant, &scene.sink, &only, &scene.outcome);
    cr_expect_eq(scene.outcome.status, RUF_E_USAGE);
    cr_expect_eq(scene.outcome.count, 0u);
    scene_close(&scene);
}

struct told {
    uint64_t most;
    uint64_t total; /* the last one */
};

static void remember_progress(void *context,
                              const struct ruf_sync_progress *progress)
{
    struct told *told = context;

    if (strcmp(progress->source, "AAD") != 0)
        return;
    if (progress->records > told->most)
        told->most = progress->records;
    told->total = progress->total;
}

Test(sync, tells_how_far_it_is_and_of_how_much)
{
    struct told told = { 0 };
    struct ruf_sync_options options = { .progress = remember_progress,
                                        .progress_context = &told };
    struct scene scene;
    unsigned pages;

    scene_open(&scene, NULL);
    tenant_sync(&scene.tenant, &scene.sink, &options, &scene.outcome);
    cr_assert_eq(scene.outcome.status, RUF_OK);
    cr_expect_eq(told.most, user_collection(&scene)->visible.count);
    cr_expect_eq(told.total, told.most);
    pages = tenant_requests(&scene.tenant, "/users/delta");
    cr_expect_eq(users(&scene)->requests, pages + 1);
    told = (struct told){ 0 };
    tenant_sync(&scene.tenant, &scene.sink, &options, &scene.outcome);
    cr_expect_eq(told.total, 0u, "changes have no total");
    cr_expect_eq(users(&scene)->requests, 1u, "one request if nothing changed");
    cr_expect_eq(tenant_requests(&scene.tenant, "/users/$count"), 1u);
    scene_close(&scene);
}

Test(sync, asks_for_no_total_if_nobody_watches)
{
    struct scene scene;

    scene_open(&scene, NULL);
    run_well(&scene);
    cr_expect_eq(tenant_requests(&scene.tenant, "$count"), 0u);
    scene_close(&scene);
}

Test(sync, goes_on_without_a_total_that_does_not_come)
{
    static const char *const faults[] = {
        "[{\"path\":\"$count\",\"nth\":0,\"status\":403}]",
        "[{\"path\":\"$count\",\"nth\":0,\"body\":\"html\"}]",
        "[{\"path\":\"$count\",\"nth\":0,\"body\":\"empty\"}]",
        "[{\"path\":\"$count\",\"nth\":0,\"hold_ms\":8000}]",
    };

    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        struct told told = { 0 };
        struct ruf_sync_options options = { .progress = remember_progress,
                                            .progress_context = &told };
        struct scene scene;

        scene_open(&scene, faults[i]);
        tenant_sync(&scene.tenant, &scene.sink, &options, &scene.outcome);
        cr_expect_eq(scene.outcome.status, RUF_OK, "%s", faults[i]);
        cr_expect_gt(told.most, 0u);
        cr_expect_eq(told.total, 0u, "%s", faults[i]);
        scene_close(&scene);
    }
}
