/*
 * test_photos.c - thumbnails after a round, against the sample tenant
 *
 * The tenant's dump says who has which photo.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "sync/photos.h"
#include "tenant_process.h"
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#define BATCH "POST /v1.0/$batch"

/* What the sink keeps of one user. */
struct kept {
    char id[64];
    char etag[64];
    size_t size;
    bool asked;
    unsigned puts;
};

struct scene {
    struct memory_sink sink; /* first: it is the context of its functions */
    struct tenant_process tenant;
    struct run_outcome outcome;
    const char *source;
    struct kept kept[3000];
    size_t count;
    struct kept before[3000]; /* when an answer began */
    bool open;                /* within an answer */
    unsigned answers;
    int64_t checked;
    struct ruf_error err;
};

static struct kept *kept_of(struct scene *scene, struct ruf_text id)
{
    struct kept *kept = scene->kept;

    for (; kept < scene->kept + scene->count; kept++)
        if (ruf_text_is(id, kept->id))
            return kept;
    cr_assert_lt(scene->count++, 3000);
    (void)snprintf(kept->id, sizeof(kept->id), "%.*s", (int)id.size, id.data);
    return kept;
}

static enum ruf_status
list_photos(void *context, const char *source,
            void (*record)(void *receiver, struct ruf_text collection,
                           struct ruf_text id, const struct ruf_text *etag),
            void *receiver, struct ruf_error *err)
{
    struct scene *scene = context;

    (void)err;
    for (size_t c = 0; c < scene->sink.collection_count; c++) {
        const struct memory_collection *collection =
            &scene->sink.collections[c];

        if (strcmp(collection->source, source) != 0)
            continue;
        for (size_t i = 0; i < collection->visible.count; i++) {
            struct ruf_text id = ruf_text(collection->visible.items[i].id);
            const struct kept *kept = kept_of(scene, id);
            struct ruf_text etag = ruf_text(kept->etag);

            record(receiver, ruf_text(collection->name), id,
                   kept->asked ? &etag : NULL);
        }
    }
    return RUF_OK;
}

static enum ruf_status put_photo(void *context, const char *source,
                                 struct ruf_text id, struct ruf_text etag,
                                 const void *bytes, size_t size,
                                 struct ruf_error *err)
{
    struct scene *scene = context;
    struct kept *kept = kept_of(scene, id);

    (void)err;
    cr_expect(scene->open, "a commit of its own");
    cr_expect_str_eq(source, scene->source);
    cr_expect_leq(size, RUF_PHOTO_MAX);
    (void)snprintf(kept->etag, sizeof(kept->etag), "%.*s", (int)etag.size,
                   etag.size == 0 ? "" : etag.data);
    kept->size = size;
    kept->asked = true;
    kept->puts++;
    if (size > 0) {
        cr_expect_eq(memcmp(bytes, "\xFF\xD8\xFF\xE0", 4), 0);
        for (size_t i = 4; i < size; i++)
            if (((const char *)bytes)[i] != kept->etag[i % etag.size])
                cr_assert_fail("byte %zu of %s", i, kept->id);
    }
    return RUF_OK;
}

static enum ruf_status begin_answer(void *context, struct ruf_error *err)
{
    struct scene *scene = context;

    (void)err;
    cr_assert_not(scene->open);
    scene->open = true;
    scene->answers++;
    memcpy(scene->before, scene->kept, sizeof(scene->kept));
    return RUF_OK;
}

static enum ruf_status end_answer(void *context, enum ruf_status status,
                                  struct ruf_error *err)
{
    struct scene *scene = context;

    (void)err;
    cr_assert(scene->open);
    scene->open = false;
    if (status != RUF_OK)
        memcpy(scene->kept, scene->before, sizeof(scene->kept));
    return status;
}

static enum ruf_status load_checked(void *context, const char *source,
                                    int64_t *day, struct ruf_error *err)
{
    (void)source;
    (void)err;
    *day = ((struct scene *)context)->checked;
    return RUF_OK;
}

static enum ruf_status save_checked(void *context, const char *source,
                                    int64_t day, struct ruf_error *err)
{
    (void)source;
    (void)err;
    ((struct scene *)context)->checked = day;
    return RUF_OK;
}

static struct scene *scene_open(const char *faults, unsigned churn)
{
    static struct scene scene;
    struct tenant_options options = { .contacts = 500,
                                      .faults = faults,
                                      .churn = churn };

    cr_assert_eq(curl_global_init(CURL_GLOBAL_DEFAULT), CURLE_OK);
    tenant_start(&scene.tenant, &options);
    memory_sink_init(&scene.sink);
    scene.source = "AAD";
    scene.sink.sink.photos = list_photos;
    scene.sink.sink.photo = put_photo;
    scene.sink.sink.photos_begin = begin_answer;
    scene.sink.sink.photos_end = end_answer;
    scene.sink.sink.photos_checked_load = load_checked;
    scene.sink.sink.photos_checked_save = save_checked;
    scene.tenant.policy.store.photos = RUF_PHOTOS_THUMB;
    cr_assert_eq(tenant_login(&scene.tenant, &scene.sink, &scene.err), RUF_OK);
    return &scene;
}

static void scene_close(struct scene *scene)
{
    tenant_stop(&scene->tenant);
    memory_sink_free(&scene->sink);
}

static const struct ruf_source_result *run(struct scene *scene)
{
    struct ruf_sync_options options = { .only_source = scene->source };

    tenant_sync(&scene->tenant, &scene->sink, &options, &scene->outcome);
    return outcome_of(&scene->outcome, scene->source);
}

static const struct ruf_source_result *run_well(struct scene *scene)
{
    const struct ruf_source_result *result = run(scene);

    cr_assert_eq(result->status, RUF_OK, "%s %s", result->error.id,
                 result->error.detail);
    return result;
}

/* Everyone in the dump has what the dump says. @return photos. */
static unsigned expect_dump(struct scene *scene)
{
    char *dump = tenant_file(&scene->tenant, "dump.jsonl");
    unsigned photos = 0;

    for (char *line = dump; *line != '\0';) {
        size_t width = strcspn(line, "\n");
        struct cJSON *tree = cJSON_ParseWithLength(line, width);
        struct ruf_text etag = ruf_json_text(ruf_json_member(tree, "photo"));
        const struct cJSON *bytes = ruf_json_member(tree, "photo_bytes");

        if (ruf_text_is(ruf_json_text(ruf_json_member(tree, "source")),
                        scene->source)) {
            const struct kept *kept =
                kept_of(scene, ruf_json_text(ruf_json_member(tree, "id")));

            cr_expect(kept->asked);
            cr_expect(ruf_text_is(etag, kept->etag), "%s", kept->etag);
            cr_expect_eq(kept->size,
                         bytes == NULL ? 0 : (size_t)bytes->valueint);
            photos += kept->size > 0 ? 1 : 0;
        }
        cJSON_Delete(tree);
        line += width;
        line += *line == '\n' ? 1 : 0;
    }
    free(dump);
    return photos;
}

static unsigned count_users(struct scene *scene)
{
    return (unsigned)memory_collection(&scene->sink, "AAD", "users")
        ->visible.count;
}

/* --- good days
 * ------------------------------------------------------------------- */

Test(photos, everybodys_thumbnail_twenty_at_a_time_and_never_again)
{
    struct scene *scene = scene_open(NULL, 0);
    const struct ruf_source_result *result = run_well(scene);
    unsigned users = count_users(scene);
    unsigned photos = expect_dump(scene);

    cr_expect_gt(photos, users / 2);
    cr_expect_lt(photos, users * 2 / 3, "large and broken ones are left out");
    cr_expect_eq(result->photos, photos);
    cr_expect_eq(result->photos_left, 0);
    cr_expect_eq(tenant_requests(&scene->tenant, BATCH), (users + 19) / 20);
    cr_expect_eq(scene->answers, (users + 19) / 20, "a commit for each");
    result = run_well(scene);
    cr_expect_eq(result->photos, 0);
    cr_expect_eq(tenant_requests(&scene->tenant, BATCH), (users + 19) / 20,
                 "nothing to ask for");
    scene_close(scene);
}

Test(photos, none_is_asked_for_where_the_policy_says_none)
{
    struct scene *scene = scene_open(NULL, 0);

    scene->tenant.policy.store.photos = RUF_PHOTOS_NONE;
    (void)run_well(scene);
    cr_expect_eq(tenant_requests(&scene->tenant, BATCH), 0);
    scene->tenant.policy.store.photos = RUF_PHOTOS_THUMB;
    scene->sink.sink.photos = NULL;
    (void)run_well(scene);
    cr_expect_eq(tenant_requests(&scene->tenant, BATCH), 0, "nobody keeps any");
    scene_close(scene);
}

Test(photos, a_week_looks_at_every_etag_and_fetches_only_what_changed)
{
    struct scene *scene = scene_open(NULL, 120);
    unsigned users;
    unsigned before;
    unsigned batches;
    int64_t today;

    (void)run_well(scene);
    users = count_users(scene);
    today = scene->checked;
    cr_assert_gt(today, 20000);
    (void)run_well(scene); /* the company changes, newcomers get a photo */
    (void)run_well(scene);
    before = tenant_requests(&scene->tenant, BATCH);
    for (size_t i = 0; i < scene->count; i++)
        scene->kept[i].puts = 0;
    scene->checked = today - 1; /* as if the last look was yesterday */
    (void)run_well(scene);
    batches = tenant_requests(&scene->tenant, BATCH) - before;
    cr_expect_eq(scene->checked, today);
    cr_expect_geq(batches, users / 20 / 7 / 2);
    cr_expect_leq(batches, users / 20 / 7 * 3);
    before = tenant_requests(&scene->tenant, BATCH);
    (void)run_well(scene);
    cr_expect_leq(tenant_requests(&scene->tenant, BATCH) - before, 2,
                  "once a day, but for newcomers");
    scene_close(scene);
}

/* The index still has it, so it counts as news. */
Test(photos, those_that_were_taken_away_count)
{
    struct scene *scene = scene_open(NULL, 0);
    const struct ruf_source_result *result;
    unsigned gone = 0;

    (void)run_well(scene);
    for (size_t i = 0; i < scene->count; i++) {
        struct kept *kept = &scene->kept[i];

        kept->puts = 0;
        if (kept->etag[0] == '\0') /* as if there had been one */
            (void)snprintf(kept->etag, sizeof(kept->etag), "before");
    }
    scene->checked--; /* as if the last look was yesterday */
    result = run_well(scene);
    for (size_t i = 0; i < scene->count; i++)
        gone += scene->kept[i].puts;
    cr_assert_gt(gone, 5);
    cr_expect_eq(result->photos, gone);
    scene->checked--;
    result = run_well(scene);
    cr_expect_eq(result->photos, 0, "only once");
    scene_close(scene);
}

/* --- of contacts in mailboxes
 * ---------------------------------------------------- */

/* Ids of contacts hold what a URL must not, and a mailbox its folders. */
static void expect_photos_of_contacts(struct scene *scene)
{
    const struct ruf_source_result *result;
    unsigned photos;
    unsigned contacts;

    scene->source = "APC";
    result = run_well(scene);
    contacts = (unsigned)scene->count;
    photos = expect_dump(scene);
    cr_expect_gt(photos, 5);
    cr_expect_lt(photos, contacts);
    cr_expect_eq(result->photos, photos);
    cr_expect_eq(result->photos_left, 0);
    cr_expect_eq(tenant_requests(&scene->tenant, BATCH), (contacts + 3) / 4,
                 "four at a time");
    scene->checked--; /* as if the last look was yesterday */
    result = run_well(scene);
    cr_expect_eq(result->photos, 0);
    cr_expect_gt(tenant_requests(&scene->tenant, BATCH), (contacts + 3) / 4,
                 "their etags are looked at");
    scene_close(scene);
}

Test(photos, of_contacts_in_the_mailboxes_the_policy_names)
{
    expect_photos_of_contacts(scene_open(NULL, 0));
}

Test(photos, of_a_persons_own_contacts)
{
    struct scene *scene = scene_open(NULL, 0);
    unsigned prompts = 0;

    cr_assert_eq(tenant_login_by_device(&scene->tenant, &scene->sink, &prompts,
                                        &scene->err),
                 RUF_OK, "%s", scene->err.detail);
    expect_photos_of_contacts(scene);
}

/* --- bad days
 * ------------------------------------------------------------------- */

Test(photos, items_that_are_throttled_fail_or_are_left_out_come_again)
{
    struct scene *scene = scene_open(
        "[{\"path\":\"$value\",\"nth\":3,\"status\":429,\"retry_after\":\"1\"},"
        "{\"path\":\"$value\",\"nth\":5,\"status\":503},"
        "{\"path\":\"$value\",\"nth\":7,\"body\":\"missing\"},"
        "{\"path\":\"$value\",\"nth\":8,\"status\":401}]",
        0);

    (void)run_well(scene);
    cr_expect_gt(expect_dump(scene), 200);
    cr_expect_eq(tenant_requests(&scene->tenant, BATCH),
                 (count_users(scene) + 4 + 19) / 20);
    scene_close(scene);
}

Test(photos, a_long_pause_ends_the_photos_but_not_the_source)
{
    struct scene *scene =
        scene_open("[{\"path\":\"$value\",\"nth\":3,\"status\":429,"
                   "\"retry_after\":\"3000\"}]",
                   0);
    const struct ruf_source_result *result = run_well(scene);

    cr_expect_eq(tenant_requests(&scene->tenant, BATCH), 1);
    cr_expect_eq(result->photos_left, count_users(scene) - 19);
    cr_expect_eq(scene->checked, 0, "not all were looked at");
    result = run_well(scene);
    cr_expect_eq(result->photos_left, 0);
    cr_expect_gt(expect_dump(scene), 200);
    scene_close(scene);
}

Test(photos, what_is_refused_for_good_is_no_photo)
{
    struct scene *scene =
        scene_open("[{\"path\":\"$value\",\"nth\":0,\"status\":400}]", 0);
    const struct ruf_source_result *result = run_well(scene);
    unsigned batches = tenant_requests(&scene->tenant, BATCH);

    cr_expect_eq(result->photos, 0);
    cr_expect_eq(result->photos_left, 0);
    (void)run_well(scene);
    cr_expect_eq(tenant_requests(&scene->tenant, BATCH), batches);
    scene_close(scene);
}

Test(photos, what_never_comes_is_left_for_the_next_run)
{
    struct scene *scene =
        scene_open("[{\"path\":\"$value\",\"nth\":0,\"body\":\"missing\"}]", 0);
    const struct ruf_source_result *result;

    scene->tenant.policy.store.photos = RUF_PHOTOS_NONE;
    (void)run_well(scene);
    memory_keep(&memory_collection(&scene->sink, "AAD", "users")->visible, 3);
    scene->tenant.policy.store.photos = RUF_PHOTOS_THUMB;
    result = run_well(scene);
    cr_expect_eq(tenant_requests(&scene->tenant, BATCH), 4, "four tries");
    cr_expect_eq(result->photos_left, 3);
    cr_expect_not(scene->kept[0].asked);
    scene_close(scene);
}

Test(photos, a_missing_right_is_told_and_the_records_stay)
{
    struct scene *scene =
        scene_open("[{\"path\":\"$value\",\"nth\":5,\"status\":403}]", 0);
    const struct ruf_source_result *result = run(scene);

    cr_expect_eq(result->status, RUF_E_AUTH);
    cr_expect_str_eq(result->error.id, "S501");
    cr_expect(result->up_to_date);
    cr_expect_gt(result->added, 100);
    cr_expect_eq(result->photos, 0, "of half an answer");
    for (size_t i = 0; i < scene->count; i++)
        cr_expect_not(scene->kept[i].asked);
    scene_close(scene);
}

Test(photos, tokens_are_renewed_and_challenges_met_for_batches)
{
    struct scene *scene =
        scene_open("[{\"path\":\"$batch\",\"nth\":2,\"status\":401},"
                   "{\"path\":\"$batch\",\"nth\":4,\"challenge\":\"silent\"},"
                   "{\"path\":\"$batch\",\"nth\":6,\"status\":429,"
                   "\"retry_after\":\"1\"}]",
                   0);

    (void)run_well(scene);
    cr_expect_gt(expect_dump(scene), 200);
    scene_close(scene);
}

Test(photos, nonsense_instead_of_a_batch_is_an_error)
{
    static const char *const ids[] = { "S522", "S522", "S526", "S524" };
    struct scene *scene =
        scene_open("[{\"path\":\"$batch\",\"nth\":1,\"body\":\"html\"},"
                   "{\"path\":\"$batch\",\"nth\":2,\"body\":\"truncated\"},"
                   "{\"path\":\"$batch\",\"nth\":3,\"status\":400},"
                   "{\"path\":\"$batch\",\"nth\":4,\"status\":424}]",
                   0);

    for (size_t i = 0; i < 4; i++) {
        const struct ruf_source_result *result = run(scene);

        cr_expect_str_eq(result->error.id, ids[i]);
    }
    (void)run_well(scene);
    cr_expect_gt(expect_dump(scene), 200);
    scene_close(scene);
}
