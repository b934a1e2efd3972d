/*
 * test_presence.c - who is asked for, how often, and what is shown of it
 *
 * The tenant's dump says what it answers; the clock is the test's own.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "sync/presence.h"
#include "tenant_process.h"
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ENDPOINT "getPresencesByUserId"
#define NOBODY "0f0e0d0c-0000-4000-8000-000000000001"

static int64_t now_ms;

static int64_t test_clock(void)
{
    return now_ms;
}

struct user {
    char id[RUF_PRESENCE_ID_SIZE];
    char word[20]; /* of the service; "" for none */
};

struct scene {
    struct tenant_process tenant;
    struct memory_sink sink;
    struct ruf_presence *presence;
    struct user users[2000];
    struct ruf_text ids[2000];
    size_t count;
    struct ruf_error err;
};

static void read_users(struct scene *scene)
{
    char *dump = tenant_file(&scene->tenant, "dump.jsonl");

    for (char *line = dump; *line != '\0';) {
        size_t width = strcspn(line, "\n");
        struct cJSON *tree = cJSON_ParseWithLength(line, width);
        struct user *user = &scene->users[scene->count];

        if (ruf_text_is(ruf_json_text(ruf_json_member(tree, "source")),
                        "AAD")) {
            struct ruf_text word =
                ruf_json_text(ruf_json_member(tree, "presence"));

            cr_assert(ruf_presence_read_id(
                ruf_json_text(ruf_json_member(tree, "id")), user->id));
            (void)snprintf(user->word, sizeof(user->word), "%.*s",
                           (int)word.size, word.size == 0 ? "" : word.data);
            scene->ids[scene->count++] = ruf_text(user->id);
        }
        cJSON_Delete(tree);
        line += width;
        line += *line == '\n' ? 1 : 0;
    }
    free(dump);
}

static void scene_open(struct scene *scene, const char *faults)
{
    struct tenant_options options = { .contacts = 1200, .faults = faults };
    struct ruf_presence_setup setup;

    now_ms = 1000000;
    memset(scene, 0, sizeof(*scene));
    cr_assert_eq(curl_global_init(CURL_GLOBAL_DEFAULT), CURLE_OK);
    tenant_start(&scene->tenant, &options);
    memory_sink_init(&scene->sink);
    cr_assert_eq(tenant_login(&scene->tenant, &scene->sink, &scene->err),
                 RUF_OK, "%s %s", scene->err.id, scene->err.detail);
    read_users(scene);
    cr_assert_gt(scene->count, 700);
    setup = (struct ruf_presence_setup){ .policy = &scene->tenant.policy,
                                         .sink = scene->sink.sink,
                                         .clock_ms = test_clock };
    cr_assert_eq(ruf_presence_create(&setup, &scene->presence, &scene->err),
                 RUF_OK, "%s", scene->err.id);
}

static void scene_close(struct scene *scene)
{
    ruf_presence_close(scene->presence);
    tenant_stop(&scene->tenant);
    memory_sink_free(&scene->sink);
}

static void show(struct scene *scene, enum ruf_presence_view view, size_t from,
                 size_t count)
{
    cr_assert_eq(ruf_presence_show(scene->presence, view, scene->ids + from,
                                   count, &scene->err),
                 RUF_OK, "%s", scene->err.id);
}

static enum ruf_status poll_now(struct scene *scene)
{
    return ruf_presence_poll(scene->presence, NULL, NULL, &scene->err);
}

static void poll_well(struct scene *scene)
{
    cr_assert_eq(poll_now(scene), RUF_OK, "%s %s", scene->err.id,
                 scene->err.detail);
}

static unsigned asked(const struct scene *scene)
{
    return tenant_requests(&scene->tenant, ENDPOINT);
}

static enum ruf_availability state_of(struct scene *scene, size_t user)
{
    return ruf_presence_of(scene->presence, scene->ids[user]);
}

/* The service's word, in our words. */
static enum ruf_availability wanted(const struct user *user)
{
    static const struct {
        const char *word;
        enum ruf_availability state;
    } words[] = { { "Available", RUF_PRESENCE_AVAILABLE },
                  { "AvailableIdle", RUF_PRESENCE_AVAILABLE },
                  { "Away", RUF_PRESENCE_AWAY },
                  { "BeRightBack", RUF_PRESENCE_BE_RIGHT_BACK },
                  { "Busy", RUF_PRESENCE_BUSY },
                  { "BusyIdle", RUF_PRESENCE_BUSY },
                  { "DoNotDisturb", RUF_PRESENCE_DO_NOT_DISTURB },
                  { "Offline", RUF_PRESENCE_OFFLINE } };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(user->word, words[i].word) == 0)
            return words[i].state;
    return RUF_PRESENCE_UNKNOWN;
}

/* A user the service says something of. */
static size_t somebody(const struct scene *scene, size_t from)
{
    while (wanted(&scene->users[from]) == RUF_PRESENCE_UNKNOWN)
        from++;
    return from;
}

/* --- whom
 * ------------------------------------------------------------------------ */

Test(presence, asks_for_650_in_one_request_and_reads_every_word)
{
    struct scene scene;
    bool seen[RUF_PRESENCE_COUNT] = { false };

    scene_open(&scene, NULL);
    show(&scene, RUF_PRESENCE_LIST, 0, RUF_PRESENCE_MAX);
    cr_expect_eq(state_of(&scene, 1), RUF_PRESENCE_UNKNOWN, "not asked yet");
    poll_well(&scene);
    cr_expect_eq(asked(&scene), 1);
    for (size_t i = 0; i < RUF_PRESENCE_MAX; i++) {
        cr_expect_eq(state_of(&scene, i), wanted(&scene.users[i]), "%s",
                     scene.users[i].word);
        seen[state_of(&scene, i)] = true;
    }
    for (size_t i = 0; i < RUF_PRESENCE_COUNT; i++)
        cr_expect(seen[i], "%s",
                  ruf_availability_name((enum ruf_availability)i));
    cr_expect_eq(state_of(&scene, RUF_PRESENCE_MAX), RUF_PRESENCE_UNKNOWN,
                 "not shown, not known");
    scene_close(&scene);
}

Test(presence, refuses_too_many_and_foreign_ids_before_it_asks)
{
    static const char *const foreign[] = {
        "",
        "AAkALg0F/00+A=",
        "0f0e0d0c-0000-4000-8000-00000000000",
        "0f0e0d0c-0000-4000-8000-0000000000012",
        "0f0e0d0c_0000-4000-8000-000000000001",
        "0f0e0d0c-0000-4000-8000-00000000000g",
        "0f0e0d0c-0000-4000-8000-0000000\"},{}"
    };
    struct scene scene;
    size_t user;

    scene_open(&scene, NULL);
    user = somebody(&scene, 0);
    show(&scene, RUF_PRESENCE_LIST, user, 1);
    cr_expect_eq(ruf_presence_show(scene.presence, RUF_PRESENCE_LIST, scene.ids,
                                   RUF_PRESENCE_MAX + 1, &scene.err),
                 RUF_E_USAGE);
    cr_expect_str_eq(scene.err.id, "U060");
    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
        struct ruf_text id = ruf_text(foreign[i]);

        cr_expect_eq(ruf_presence_show(scene.presence, RUF_PRESENCE_LIST, &id,
                                       1, &scene.err),
                     RUF_E_USAGE, "%s", foreign[i]);
        cr_expect_str_eq(scene.err.id, "U061");
        cr_expect_eq(ruf_presence_of(scene.presence, id), RUF_PRESENCE_UNKNOWN);
    }
    cr_expect_eq(asked(&scene), 0);
    poll_well(&scene);
    cr_expect_eq(state_of(&scene, user), wanted(&scene.users[user]),
                 "a refused view leaves the old one");
    scene_close(&scene);
}

Test(presence, a_stranger_is_unknown_and_case_and_doubles_do_not_matter)
{
    struct scene scene;
    char upper[RUF_PRESENCE_ID_SIZE];
    struct ruf_text ids[3];
    size_t user;

    scene_open(&scene, NULL);
    user = somebody(&scene, 0);
    for (size_t i = 0; i < sizeof(upper); i++) {
        char c = scene.users[user].id[i];

        upper[i] = c >= 'a' && c <= 'f' ? (char)(c - 32) : c;
    }
    ids[0] = ruf_text(NOBODY);
    ids[1] = ruf_text(upper);
    ids[2] = scene.ids[user];
    cr_assert_eq(ruf_presence_show(scene.presence, RUF_PRESENCE_CONTACT, ids, 3,
                                   &scene.err),
                 RUF_OK);
    poll_well(&scene);
    cr_expect_eq(ruf_presence_of(scene.presence, ids[0]), RUF_PRESENCE_UNKNOWN);
    cr_expect_eq(ruf_presence_of(scene.presence, ids[1]),
                 wanted(&scene.users[user]));
    cr_expect_eq(state_of(&scene, user), wanted(&scene.users[user]));
    scene_close(&scene);
}

Test(presence, forgets_who_leaves_the_screen)
{
    struct scene scene;
    size_t one;
    size_t other;

    scene_open(&scene, NULL);
    one = somebody(&scene, 0);
    other = somebody(&scene, one + 1);
    show(&scene, RUF_PRESENCE_LIST, one, other - one + 1);
    poll_well(&scene);
    show(&scene, RUF_PRESENCE_LIST, other, 1);
    cr_expect_eq(state_of(&scene, one), RUF_PRESENCE_UNKNOWN);
    cr_expect_eq(state_of(&scene, other), wanted(&scene.users[other]),
                 "who stays is still known");
    show(&scene, RUF_PRESENCE_LIST, one, 1);
    cr_expect_eq(state_of(&scene, one), RUF_PRESENCE_UNKNOWN,
                 "forgotten, not hidden");
    scene_close(&scene);
}

/* --- when
 * ---------------------------------------------------------------------- */

Test(presence, keeps_the_intervals_of_the_policy)
{
    static const struct {
        enum ruf_presence_view view;
        int64_t ms;
    } views[] = { { RUF_PRESENCE_LIST, 60000 },
                  { RUF_PRESENCE_CONTACT, 20000 } };
    struct scene scene;
    int64_t least = INT64_MAX;
    int64_t most = 0;

    scene_open(&scene, NULL);
    cr_expect_eq(ruf_presence_due_ms(scene.presence), INT64_MAX, "nobody");
    for (size_t v = 0; v < 2; v++) {
        unsigned before = asked(&scene);

        show(&scene, views[v].view, 0, 1);
        for (unsigned round = 1; round <= 12; round++) {
            int64_t due;

            now_ms += ruf_presence_due_ms(scene.presence);
            poll_well(&scene);
            cr_expect_eq(asked(&scene), before + round);
            due = ruf_presence_due_ms(scene.presence);
            cr_expect(due >= views[v].ms * 4 / 5 && due <= views[v].ms * 6 / 5,
                      "%lld", (long long)due);
            least = v == 0 && due < least ? due : least;
            most = v == 0 && due > most ? due : most;
            poll_well(&scene); /* too early: nothing happens */
            cr_expect_eq(asked(&scene), before + round);
        }
    }
    cr_expect_gt(most - least, 1000, "not in step with other devices");
    scene_close(&scene);
}

Test(presence, a_new_row_is_asked_for_sooner_but_not_at_every_scroll)
{
    struct scene scene;

    scene_open(&scene, NULL);
    show(&scene, RUF_PRESENCE_LIST, 0, 10);
    poll_well(&scene);
    for (size_t i = 1; i < 50; i++) {
        show(&scene, RUF_PRESENCE_LIST, i, 10);
        poll_well(&scene);
    }
    cr_expect_eq(asked(&scene), 1);
    cr_expect_eq(ruf_presence_due_ms(scene.presence), 20000);
    show(&scene, RUF_PRESENCE_LIST, 0, 1);
    show(&scene, RUF_PRESENCE_LIST, 0, 0);
    cr_expect_eq(ruf_presence_due_ms(scene.presence), INT64_MAX);
    scene_close(&scene);
}

Test(presence, a_state_older_than_two_intervals_is_unknown)
{
    struct scene scene;
    size_t user;

    scene_open(&scene, NULL);
    user = somebody(&scene, 0);
    show(&scene, RUF_PRESENCE_CONTACT, user, 1);
    poll_well(&scene);
    now_ms += 40000;
    cr_expect_eq(state_of(&scene, user), wanted(&scene.users[user]));
    now_ms += 1;
    cr_expect_eq(state_of(&scene, user), RUF_PRESENCE_UNKNOWN);
    poll_well(&scene);
    cr_expect_eq(state_of(&scene, user), wanted(&scene.users[user]));
    scene_close(&scene);
}

/* --- bad days
 * -------------------------------------------------------------------- */

Test(presence, too_many_requests_make_it_ask_less)
{
    struct scene scene;
    int64_t due;

    scene_open(&scene, "[{\"path\":\"" ENDPOINT "\",\"nth\":1,\"status\":429,"
                       "\"retry_after\":\"90\"},"
                       "{\"path\":\"" ENDPOINT "\",\"nth\":2,\"status\":429}]");
    show(&scene, RUF_PRESENCE_CONTACT, 0, 1);
    cr_expect_eq(poll_now(&scene), RUF_E_SERVER);
    cr_expect_str_eq(scene.err.id, "S520");
    cr_expect_eq(scene.err.http_status, 429);
    cr_expect_eq(asked(&scene), 1, "not asked again at once");
    due = ruf_presence_due_ms(scene.presence);
    cr_expect(due == 90000, "%lld", (long long)due);
    now_ms += due;
    cr_expect_eq(poll_now(&scene), RUF_E_SERVER);
    due = ruf_presence_due_ms(scene.presence);
    cr_expect(due >= 48000 && due <= 72000, "no pause named: %lld",
              (long long)due);
    show(&scene, RUF_PRESENCE_CONTACT, 1, 1);
    cr_expect_eq(ruf_presence_due_ms(scene.presence), due,
                 "nor sooner for a new row");
    now_ms += due;
    poll_well(&scene);
    due = ruf_presence_due_ms(scene.presence);
    cr_expect(due >= 48000, "still wary: %lld", (long long)due);
    now_ms += 300000;
    poll_well(&scene);
    cr_expect_leq(ruf_presence_due_ms(scene.presence), 24000);
    scene_close(&scene);
}

Test(presence, a_missing_right_is_said_once)
{
    struct scene scene;

    scene_open(&scene,
               "[{\"path\":\"" ENDPOINT "\",\"nth\":0,\"status\":403}]");
    show(&scene, RUF_PRESENCE_LIST, 0, 1);
    cr_expect_eq(poll_now(&scene), RUF_E_AUTH);
    cr_expect_str_eq(scene.err.id, "S501");
    cr_expect_not_null(strstr(scene.err.detail, "Presence.Read.All"));
    cr_expect_eq(ruf_presence_due_ms(scene.presence), INT64_MAX);
    now_ms += 3600000;
    poll_well(&scene);
    cr_expect_eq(asked(&scene), 1);
    scene_close(&scene);
}

Test(presence, a_refused_token_is_replaced_once)
{
    struct scene scene;
    size_t user;

    scene_open(&scene, "[{\"path\":\"" ENDPOINT "\",\"nth\":1,\"status\":401},"
                       "{\"path\":\"" ENDPOINT "\",\"nth\":3,\"status\":401},"
                       "{\"path\":\"" ENDPOINT "\",\"nth\":4,\"status\":401}]");
    user = somebody(&scene, 0);
    show(&scene, RUF_PRESENCE_CONTACT, user, 1);
    poll_well(&scene);
    cr_expect_eq(asked(&scene), 2);
    cr_expect_eq(state_of(&scene, user), wanted(&scene.users[user]));
    now_ms += 30000;
    cr_expect_eq(poll_now(&scene), RUF_E_AUTH);
    cr_expect_str_eq(scene.err.id, "S504");
    cr_expect_eq(asked(&scene), 4);
    scene_close(&scene);
}

Test(presence, meets_a_challenge)
{
    struct scene scene;

    scene_open(&scene, "[{\"path\":\"" ENDPOINT
                       "\",\"nth\":1,\"challenge\":\"silent\"}]");
    show(&scene, RUF_PRESENCE_CONTACT, 0, 1);
    poll_well(&scene);
    cr_expect_eq(asked(&scene), 2);
    scene_close(&scene);
}

Test(presence, nonsense_leaves_states_unknown)
{
    static const char *const ids[] = { "S514", "S522", "S522", "S526" };
    struct scene scene;
    size_t user;

    /* libcurl itself repeats what a connection in use swallows. */
    scene_open(&scene,
               "[{\"path\":\"" ENDPOINT "\",\"nth\":1,\"body\":\"reset\"},"
               "{\"path\":\"" ENDPOINT "\",\"nth\":2,\"body\":\"html\"},"
               "{\"path\":\"" ENDPOINT "\",\"nth\":3,\"body\":\"truncated\"},"
               "{\"path\":\"" ENDPOINT "\",\"nth\":4,\"status\":400}]");
    user = somebody(&scene, 0);
    show(&scene, RUF_PRESENCE_CONTACT, user, 1);
    for (unsigned i = 0; i < 4; i++) {
        cr_expect_neq(poll_now(&scene), RUF_OK);
        cr_expect_str_eq(scene.err.id, ids[i]);
        cr_expect_eq(state_of(&scene, user), RUF_PRESENCE_UNKNOWN);
        now_ms += 30000;
    }
    poll_well(&scene);
    cr_expect_eq(state_of(&scene, user), wanted(&scene.users[user]));
    scene_close(&scene);
}

/* --- background
 * ----------------------------------------------------------------- */

static void *poll_in_thread(void *context)
{
    struct scene *scene = context;

    cr_expect_eq(poll_now(scene), RUF_E_CANCELLED);
    return NULL;
}

Test(presence, the_background_ends_a_request_and_drops_the_states)
{
    struct timespec pause = { 0, 20000000 };
    struct scene scene;
    pthread_t thread;
    size_t user;

    scene_open(&scene,
               "[{\"path\":\"" ENDPOINT "\",\"nth\":2,\"hold_ms\":30000}]");
    user = somebody(&scene, 0);
    show(&scene, RUF_PRESENCE_CONTACT, user, 1);
    poll_well(&scene);
    now_ms += 30000;
    cr_assert_eq(pthread_create(&thread, NULL, poll_in_thread, &scene), 0);
    while (tenant_requests(&scene.tenant, "HOLD") == 0)
        (void)nanosleep(&pause, NULL);
    cr_expect_eq(state_of(&scene, user), wanted(&scene.users[user]));
    ruf_presence_background(scene.presence);
    cr_expect_eq(state_of(&scene, user), RUF_PRESENCE_UNKNOWN, "at once");
    cr_expect_eq(ruf_presence_due_ms(scene.presence), INT64_MAX);
    (void)pthread_join(thread, NULL);
    cr_expect_eq(tenant_requests(&scene.tenant, ENDPOINT " 200"), 1u,
                 "it did not wait for the answer");
    poll_well(&scene); /* nothing */
    cr_expect_eq(ruf_presence_due_ms(scene.presence), INT64_MAX);
    ruf_presence_foreground(scene.presence);
    cr_expect_eq(state_of(&scene, user), RUF_PRESENCE_UNKNOWN, "was dropped");
    cr_expect_eq(ruf_presence_due_ms(scene.presence), 0);
    poll_well(&scene);
    cr_expect_eq(state_of(&scene, user), wanted(&scene.users[user]));
    scene_close(&scene);
}

static bool yes(void *context)
{
    (void)context;
    return true;
}

Test(presence, the_caller_can_stop_it)
{
    struct scene scene;

    scene_open(&scene, NULL);
    show(&scene, RUF_PRESENCE_CONTACT, 0, 1);
    cr_expect_eq(ruf_presence_poll(scene.presence, yes, NULL, &scene.err),
                 RUF_E_CANCELLED);
    poll_well(&scene);
    scene_close(&scene);
}

/* --- policy, cloud, sign-in
 * ------------------------------------------------------ */

static unsigned released;

static void note_release(void *context)
{
    (void)context;
    released++;
}

Test(presence, exists_only_where_policy_and_cloud_have_it)
{
    struct ruf_policy policy = { .auth = { .presence = true } };
    struct ruf_presence_setup setup = { .policy = &policy,
                                        .release = note_release };
    struct ruf_presence *presence = NULL;
    struct ruf_error err;

    cr_expect_eq(ruf_presence_create(&setup, &presence, &err), RUF_E_POLICY);
    cr_expect_str_eq(err.id, "P180");
    policy.presence.enabled = true;
    policy.auth.presence = false;
    cr_expect_eq(ruf_presence_create(&setup, &presence, &err), RUF_E_POLICY);
    cr_expect_str_eq(err.id, "P181");
    cr_expect_null(presence);
    cr_expect_eq(released, 2);
}

static unsigned locks;
static bool busy;

static enum ruf_status lock(void *context, struct ruf_error *err)
{
    (void)context;
    if (busy)
        return ruf_fail(err, RUF_E_BUSY, "I810", "", "the test says so");
    locks++;
    return RUF_OK;
}

static void unlock(void *context)
{
    (void)context;
    locks += 100;
}

Test(presence, renews_tokens_alone)
{
    struct ruf_presence_setup setup;
    struct scene scene;

    scene_open(&scene, NULL);
    ruf_presence_close(scene.presence);
    setup = (struct ruf_presence_setup){ .policy = &scene.tenant.policy,
                                         .sink = scene.sink.sink,
                                         .clock_ms = test_clock };
    setup.sink.secrets_lock = lock;
    setup.sink.secrets_unlock = unlock;
    locks = 0;
    cr_assert_eq(ruf_presence_create(&setup, &scene.presence, NULL), RUF_OK);
    show(&scene, RUF_PRESENCE_CONTACT, 0, 1);
    poll_well(&scene);
    cr_expect_eq(locks, 0, "the stored token serves without a lock");
    ruf_presence_close(scene.presence);
    cr_assert_eq(
        scene.sink.sink.secret_save(&scene.sink, "access_token", NULL, NULL),
        RUF_OK);
    busy = true;
    cr_assert_eq(ruf_presence_create(&setup, &scene.presence, NULL), RUF_OK);
    show(&scene, RUF_PRESENCE_CONTACT, 0, 1);
    cr_expect_eq(poll_now(&scene), RUF_E_BUSY);
    busy = false;
    now_ms += 30000;
    poll_well(&scene);
    cr_expect_eq(locks, 101, "locked once, unlocked once");
    scene_close(&scene);
}
