/*
 * sync/photos.c - thumbnails of directory users and of contacts in mailboxes
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/photos.h"
#include "base/error.h"
#include "base/text.h"
#include "sync/photo_batch.h"
#include <stdlib.h>
#include <string.h>

#define BATCHES_MAX 1000 /* of a run */
#define TRIES_MAX 4      /* of one photo in a run */
#define SLICES 7         /* every etag is looked at once a week */
#define DAY_S (24 * 3600)
/* A longer pause is not waited for: photos are no reason to hold up a run. */
#define PAUSE_MAX_MS (60 * 1000)

struct photos {
    const struct ruf_graph_context *context;
    const struct ruf_policy_source *source;
    struct ruf_source_result *result;
    size_t batch; /* most items of a request */
    struct ruf_call call;
    struct ruf_photo *queue; /* from head on to be asked for */
    size_t head;
    size_t count;
    size_t capacity;
    int64_t day; /* of this run */
    bool checks; /* this day's slice was not looked at yet */
    bool renewed;
    bool claimed;
    int64_t pause_ms; /* before the next batch */
    bool paused_long;
    struct ruf_error *err;
    enum ruf_status status;
};

static bool is_mailbox(const struct ruf_policy_source *source)
{
    return source->kind == RUF_SOURCE_OUTLOOK_PERSONAL ||
           source->kind == RUF_SOURCE_OUTLOOK_SHARED;
}

bool ruf_photos_wanted(const struct ruf_graph_context *context,
                       const struct ruf_policy_source *source)
{
    return (source->kind == RUF_SOURCE_ENTRA_USERS || is_mailbox(source)) &&
           context->policy->store.photos == RUF_PHOTOS_THUMB &&
           context->sink->photos != NULL;
}

/* --- which
 * ----------------------------------------------------------------------- */

static bool enqueue(struct photos *photos, const struct ruf_photo *photo)
{
    if (photos->count == photos->capacity) {
        size_t capacity = photos->capacity == 0 ? 256 : 2 * photos->capacity;
        struct ruf_photo *grown =
            capacity > SIZE_MAX / sizeof(*grown)
                ? NULL
                : realloc(photos->queue, capacity * sizeof(*grown));

        if (grown == NULL) {
            photos->status = ruf_fail_memory(photos->err);
            return false;
        }
        photos->queue = grown;
        photos->capacity = capacity;
    }
    photos->queue[photos->count++] = *photo;
    return true;
}

/* Whose etag is looked at today: FNV-1a spreads ids over the week. */
static bool is_of_today(const struct photos *photos, struct ruf_text id)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < id.size; i++)
        hash = (hash ^ (uint8_t)id.data[i]) * 16777619u;
    return hash % SLICES == (uint64_t)photos->day % SLICES;
}

/* Collections of a mailbox are called "NAME/FOLDER"; a name the policy does not
 * know is "me". */
static const char *mailbox_of(const struct ruf_policy_source *source,
                              struct ruf_text collection)
{
    if (!is_mailbox(source))
        return NULL;
    for (size_t i = 0; i < source->mailbox_count; i++) {
        size_t size = strlen(source->mailboxes[i]);

        if (collection.size > size && collection.data[size] == '/' &&
            memcmp(collection.data, source->mailboxes[i], size) == 0)
            return source->mailboxes[i];
    }
    return "";
}

static void consider(void *receiver, struct ruf_text collection,
                     struct ruf_text id, const struct ruf_text *etag)
{
    struct photos *photos = receiver;
    struct ruf_photo photo = { .value = etag == NULL,
                               .mailbox =
                                   mailbox_of(photos->source, collection) };

    if (photos->status != RUF_OK || id.size >= sizeof(photo.id) ||
        (etag != NULL && (!photos->checks || !is_of_today(photos, id))))
        return;
    memcpy(photo.id, id.data, id.size);
    if (!ruf_photo_id_good(&photo))
        return;
    if (photos->count == BATCHES_MAX * photos->batch) {
        photos->result->photos_left++;
        return;
    }
    if (etag != NULL && etag->size < sizeof(photo.etag))
        memcpy(photo.etag, etag->data == NULL ? "" : etag->data, etag->size);
    (void)enqueue(photos, &photo);
}

static enum ruf_status choose(struct photos *photos)
{
    const struct ruf_sync_sink *sink = photos->context->sink;
    int64_t checked = 0;
    enum ruf_status status = sink->photos_checked_load(
        sink->context, photos->source->id, &checked, photos->err);

    photos->day = ruf_clock_s() / DAY_S;
    photos->checks = checked != photos->day;
    if (status == RUF_OK)
        status = sink->photos(sink->context, photos->source->id, consider,
                              photos, photos->err);
    return status == RUF_OK ? photos->status : status;
}

/* --- asking
 * ---------------------------------------------------------------------- */

static enum ruf_status send_batch(struct photos *photos, size_t count,
                                  uint64_t *serial)
{
    /* libcurl wants it writable and leaves it alone. */
    static char type[] = "Content-Type: application/json";
    static char *const lines[] = { type };
    const struct ruf_graph_context *context = photos->context;
    char body[RUF_PHOTO_REQUEST_SIZE];
    char url[1024];
    struct ruf_http_request request = {
        .peer = RUF_HTTP_GRAPH,
        .url = url,
        .form = body,
        .body_max = RUF_HTTP_PAGE_MAX,
        .lines = lines,
        .line_count = 1,
    };
    enum ruf_status status = ruf_tokens_get(context->tokens, RUF_RESOURCE_GRAPH,
                                            &request.bearer, photos->err);

    *serial = ruf_tokens_serial(context->tokens, RUF_RESOURCE_GRAPH);
    ruf_photo_batch_url(context->policy->auth.graph_endpoint, url, sizeof(url));
    ruf_photo_batch_request(photos->queue + photos->head, count, body);
    return status == RUF_OK ? ruf_call_finish(&photos->call, &request,
                                              context->cancel, photos->err)
                            : status;
}

/* --- answers
 * --------------------------------------------------------------------- */

static enum ruf_status keep(struct photos *photos,
                            const struct ruf_photo_answer *answer)
{
    const struct ruf_sync_sink *sink = photos->context->sink;
    const struct ruf_photo *photo = &photos->queue[answer->index];
    enum ruf_status status =
        sink->photo(sink->context, photos->source->id, ruf_text(photo->id),
                    answer->etag, answer->bytes, answer->size, photos->err);

    if (status == RUF_E_NOT_FOUND) /* gone since it was chosen */
        return RUF_OK;
    /* One that was taken away is to leave the index, too. */
    if (status == RUF_OK && (answer->size > 0 || photo->etag[0] != '\0'))
        photos->result->photos++;
    return status;
}

static enum ruf_status ask_again(struct photos *photos,
                                 const struct ruf_photo *photo)
{
    struct ruf_photo again = *photo; /* the queue may move */

    again.tries++;
    if (again.tries >= TRIES_MAX) {
        photos->result->photos_left++;
        return RUF_OK;
    }
    return enqueue(photos, &again) ? RUF_OK : photos->status;
}

static void note_pause(struct photos *photos, int64_t pause_ms)
{
    if (pause_ms <= 0)
        pause_ms = 1000;
    if (pause_ms > PAUSE_MAX_MS)
        photos->paused_long = true;
    if (pause_ms > photos->pause_ms)
        photos->pause_ms = pause_ms;
}

static enum ruf_status take_answer(void *context,
                                   const struct ruf_photo_answer *answer)
{
    struct photos *photos = context;
    struct ruf_photo photo = photos->queue[answer->index];

    switch (answer->verdict) {
    case RUF_PHOTO_KEEP:
        return keep(photos, answer);
    case RUF_PHOTO_SAME:
        return RUF_OK;
    case RUF_PHOTO_CHANGED:
        photo.value = true;
        photo.tries = 0;
        return enqueue(photos, &photo) ? RUF_OK : photos->status;
    case RUF_PHOTO_LATER:
        note_pause(photos, answer->pause_ms);
        return ask_again(photos, &photo);
    case RUF_PHOTO_FORBIDDEN:
    default:
        return ruf_fail(photos->err, RUF_E_AUTH, "S501", photos->source->id,
                        "the app or the user lacks the permission for photos");
    }
}

/* All photos of an answer are kept together: a commit costs far more than what
 * is in it. */
static enum ruf_status take_photos(struct photos *photos,
                                   const struct ruf_http_answer *answer,
                                   size_t count)
{
    const struct ruf_sync_sink *sink = photos->context->sink;
    uint64_t before = photos->result->photos;
    enum ruf_status status = sink->photos_begin(sink->context, photos->err);

    if (status != RUF_OK)
        return status;
    status = ruf_photo_batch_read(answer, photos->source->id, photos->queue,
                                  photos->head, count, take_answer, photos,
                                  photos->err);
    status = sink->photos_end(sink->context, status, photos->err);
    if (status != RUF_OK)
        photos->result->photos = before;
    return status;
}

/* 200, or 424 as older pages say where an item was throttled. */
static enum ruf_status take_batch(struct photos *photos, size_t count,
                                  uint64_t serial, bool *repeat)
{
    const struct ruf_http_answer *answer = ruf_call_answer(&photos->call);
    struct ruf_tokens *tokens = photos->context->tokens;
    const char *id = photos->source->id;

    *repeat = false;
    if (answer->status == 200 || answer->status == 424)
        return take_photos(photos, answer, count);
    if ((answer->status == 401 || answer->status == 403) &&
        answer->claims != NULL && !photos->claimed) {
        photos->claimed = *repeat = true;
        return ruf_tokens_challenge(tokens, RUF_RESOURCE_GRAPH, serial,
                                    answer->claims, photos->err);
    }
    if (answer->claims != NULL)
        return ruf_fail(photos->err, RUF_E_AUTH, "S502", id,
                        "the organisation asks for a new sign-in");
    if (answer->status == 401 && !photos->renewed) {
        photos->renewed = *repeat = true;
        return ruf_tokens_reject(tokens, RUF_RESOURCE_GRAPH, serial,
                                 photos->err);
    }
    if (answer->status == 401)
        return ruf_fail(photos->err, RUF_E_AUTH, "S504", id,
                        "a new token was refused as well");
    if (answer->status == 403)
        return ruf_fail(photos->err, RUF_E_AUTH, "S501", id,
                        "the app or the user lacks the permission for photos");
    return ruf_fail(photos->err, RUF_E_SERVER, "S526", id,
                    "the server answered HTTP %d for photos", answer->status);
}

static enum ruf_status next_batch(struct photos *photos)
{
    size_t count = photos->count - photos->head;
    uint64_t serial = 0;
    bool repeat = false;
    enum ruf_status status;

    if (count > photos->batch)
        count = photos->batch;
    status = ruf_call_sleep(photos->context->http, photos->pause_ms,
                            photos->context->cancel, photos->err);
    photos->pause_ms = 0;
    if (status == RUF_OK)
        status = send_batch(photos, count, &serial);
    if (status == RUF_OK)
        status = take_batch(photos, count, serial, &repeat);
    if (status == RUF_OK && !repeat) {
        photos->head += count;
        photos->renewed = photos->claimed = false;
    }
    return status;
}

static enum ruf_status fetch(struct photos *photos)
{
    const struct ruf_sync_sink *sink = photos->context->sink;
    enum ruf_status status = choose(photos);

    for (unsigned i = 0; status == RUF_OK && i < BATCHES_MAX &&
                         photos->head < photos->count && !photos->paused_long;
         i++)
        status = next_batch(photos);
    photos->result->photos_left += photos->count - photos->head;
    if (status == RUF_OK && photos->checks && photos->result->photos_left == 0)
        status = sink->photos_checked_save(sink->context, photos->source->id,
                                           photos->day, photos->err);
    return status;
}

enum ruf_status ruf_photos_fetch(const struct ruf_graph_context *context,
                                 const struct ruf_policy_source *source,
                                 struct ruf_source_result *result,
                                 struct ruf_error *err)
{
    struct photos photos = {
        .context = context,
        .source = source,
        .result = result,
        .batch = is_mailbox(source) ? RUF_PHOTO_BATCH_MAILBOX : RUF_PHOTO_BATCH,
        .err = err,
    };
    enum ruf_status status = ruf_call_create(context->http, &photos.call, err);

    if (status == RUF_OK)
        status = fetch(&photos);
    result->requests += photos.call.requests;
    result->bytes += photos.call.bytes;
    /* A long pause is the service's wish, not a failure of this run. */
    if (photos.call.throttled_until != 0)
        status = RUF_OK;
    ruf_call_destroy(&photos.call);
    free(photos.queue);
    return status;
}
