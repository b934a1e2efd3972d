/*
 * sync/photo_batch.c - photos in a $batch
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/photo_batch.h"
#include "base/error.h"
#include "base/json_doc.h"
#include "base/text.h"
#include "sync/base64.h"
#include "sync/form.h"
#include "sync/photos.h"
#include "sync/retry.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_ASKED_FOR "96x96"
#define DEPTH_MAX 16
#define ITEM_PATH 1400 /* bytes of an item's URL */

_Static_assert(RUF_PHOTO_BATCH_MAILBOX *(ITEM_PATH + 100) <
                       RUF_PHOTO_REQUEST_SIZE &&
                   RUF_PHOTO_BATCH * 200 < RUF_PHOTO_REQUEST_SIZE,
               "a request holds a batch of either kind");

#define ITEM_MAX (1024u * 1024u) /* decoded bytes of one photo */

/* --- request
 * -------------------------------------------------------------------- */

static bool is_guid(const char *id)
{
    for (size_t i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? id[i] != '-' : ruf_hex_value(id[i]) < 0)
            return false;
    }
    return id[36] == '\0';
}

/* Of a user the service makes it small; of a contact there is one size. */
static bool write_path(const struct ruf_photo *photo, char out[ITEM_PATH])
{
    char mailbox[ITEM_PATH];
    char id[ITEM_PATH];
    int width;

    if (photo->mailbox == NULL)
        width = snprintf(out, ITEM_PATH, "/users/%s/photos/" SIZE_ASKED_FOR,
                         photo->id);
    else if (ruf_percent_encode(photo->mailbox, mailbox, sizeof(mailbox)) ==
                 sizeof(mailbox) ||
             ruf_percent_encode(photo->id, id, sizeof(id)) == sizeof(id))
        return false;
    else
        width = snprintf(out, ITEM_PATH, "/%s%s/contacts/%s/photo",
                         mailbox[0] == '\0' ? "me" : "users/", mailbox, id);
    return width < ITEM_PATH;
}

bool ruf_photo_id_good(const struct ruf_photo *photo)
{
    char path[ITEM_PATH];

    return (photo->mailbox == NULL
                ? is_guid(photo->id)
                : photo->id[strspn(photo->id, ".")] != '\0') &&
           write_path(photo, path);
}

void ruf_photo_batch_url(const char *endpoint, char *out, size_t size)
{
    size_t width = strlen(endpoint);

    while (width > 0 && endpoint[width - 1] == '/')
        width--;
    (void)snprintf(out, size, "%.*s/v1.0/$batch", (int)width, endpoint);
}

void ruf_photo_batch_request(const struct ruf_photo *photos, size_t count,
                             char out[RUF_PHOTO_REQUEST_SIZE])
{
    size_t used =
        (size_t)snprintf(out, RUF_PHOTO_REQUEST_SIZE, "{\"requests\":[");

    for (size_t i = 0; i < count && i < RUF_PHOTO_BATCH; i++) {
        char path[ITEM_PATH];

        if (write_path(&photos[i], path)) /* as of every good one */
            used += (size_t)snprintf(
                out + used, RUF_PHOTO_REQUEST_SIZE - used,
                "%s{\"id\":\"%zu\",\"method\":\"GET\",\"url\":\"%s%s\"}",
                i == 0 ? "" : ",", i + 1, path,
                photos[i].value ? "/$value" : "");
    }
    (void)snprintf(out + used, RUF_PHOTO_REQUEST_SIZE - used, "]}");
}

/* --- answer
 * --------------------------------------------------------------------- */

/* Names of headers within items vary in case. */
static struct ruf_text header_of(const struct ruf_json *item, const char *name)
{
    struct ruf_json_walk headers = ruf_json_walk(ruf_json_get(item, "headers"));

    while (ruf_json_next(&headers))
        if (ruf_text_equal_nocase(headers.key, ruf_text(name)))
            return ruf_json_string(headers.value);
    return (struct ruf_text){ NULL, 0 };
}

static bool is_image(const uint8_t *bytes, size_t size)
{
    static const uint8_t jpeg[] = { 0xFF, 0xD8, 0xFF };
    static const uint8_t png[] = {
        0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'
    };

    return (size > sizeof(jpeg) && memcmp(bytes, jpeg, sizeof(jpeg)) == 0) ||
           (size > sizeof(png) && memcmp(bytes, png, sizeof(png)) == 0);
}

/* The bytes of a photo; *buffer is the caller's to free. Anything but a small
 * JPEG or PNG counts as no photo. */
static enum ruf_status read_value(const struct ruf_json *item,
                                  struct ruf_photo_answer *out, void **buffer,
                                  struct ruf_error *err)
{
    struct ruf_text text = ruf_json_string(ruf_json_get(item, "body"));
    size_t size = 0;

    out->etag = header_of(item, "ETag");
    if (text.size == 0 || text.size > RUF_BASE64_SIZE(ITEM_MAX))
        return RUF_OK;
    *buffer = malloc(text.size + 1);
    if (*buffer == NULL)
        return ruf_fail_memory(err);
    if (!ruf_base64_decode(text.data, *buffer, &size) || size > RUF_PHOTO_MAX ||
        !is_image(*buffer, size))
        return RUF_OK;
    out->bytes = *buffer;
    out->size = size;
    return RUF_OK;
}

/* "" stands for the picture of nobody, one pixel wide. */
static void read_etag(const struct ruf_json *item,
                      const struct ruf_photo *photo,
                      struct ruf_photo_answer *out)
{
    out->etag = ruf_json_string(
        ruf_json_get(ruf_json_get(item, "body"), "@odata.mediaEtag"));
    if (ruf_text_is(out->etag, photo->etag))
        out->verdict = RUF_PHOTO_SAME;
    else if (out->etag.size > 0)
        out->verdict = RUF_PHOTO_CHANGED;
}

static enum ruf_status read_item(const struct ruf_json *item,
                                 const struct ruf_photo *photo,
                                 struct ruf_photo_answer *out, void **buffer,
                                 struct ruf_error *err)
{
    double code = ruf_json_number(ruf_json_get(item, "status"));

    out->verdict = RUF_PHOTO_KEEP;
    if (code == 200 && photo->value)
        return read_value(item, out, buffer, err);
    if (code == 200) {
        read_etag(item, photo, out);
    } else if (code == 403) {
        out->verdict = RUF_PHOTO_FORBIDDEN;
    } else if (code == 401 || code == 424 || code == 429 || code >= 500 ||
               code < 200) {
        char pause[64];
        struct ruf_text value = header_of(item, "Retry-After");

        (void)snprintf(pause, sizeof(pause), "%.*s",
                       value.size < sizeof(pause) ? (int)value.size : 0,
                       value.size == 0 ? "" : value.data);
        out->verdict = RUF_PHOTO_LATER;
        out->pause_ms = ruf_retry_after_parse(pause, ruf_clock_s());
    }
    return RUF_OK; /* any other refusal: no photo */
}

/* Which of the requests this answers; count if none, or one that was answered
 * before. */
static size_t number_of(const struct ruf_json *item, size_t count,
                        const bool *seen)
{
    struct ruf_text id = ruf_json_string(ruf_json_get(item, "id"));
    size_t number = 0;

    if (id.size == 0 || id.size > 2)
        return count;
    for (size_t i = 0; i < id.size; i++) {
        if (id.data[i] < '0' || id.data[i] > '9')
            return count;
        number = number * 10 + (size_t)(id.data[i] - '0');
    }
    return number == 0 || number > count || seen[number - 1] ? count
                                                             : number - 1;
}

struct reading {
    const struct ruf_photo *photos; /* copies of those asked for */
    size_t head;
    size_t count;
    bool seen[RUF_PHOTO_BATCH];
    ruf_photo_take *take;
    void *context;
};

static enum ruf_status take_item(struct reading *reading,
                                 const struct ruf_json *item,
                                 struct ruf_error *err)
{
    size_t number =
        ruf_json_is(item, RUF_JSON_OBJECT) && !ruf_json_repeats(item)
            ? number_of(item, reading->count, reading->seen)
            : reading->count;
    struct ruf_photo_answer answer = { .index = reading->head + number };
    void *buffer = NULL;
    enum ruf_status status;

    if (number == reading->count)
        return RUF_OK;
    reading->seen[number] = true;
    status = read_item(item, &reading->photos[number], &answer, &buffer, err);
    if (status == RUF_OK)
        status = reading->take(reading->context, &answer);
    free(buffer);
    return status;
}

static enum ruf_status take_missing(struct reading *reading)
{
    enum ruf_status status = RUF_OK;

    for (size_t i = 0; status == RUF_OK && i < reading->count; i++) {
        struct ruf_photo_answer answer = { .index = reading->head + i,
                                           .verdict = RUF_PHOTO_LATER };

        if (!reading->seen[i])
            status = reading->take(reading->context, &answer);
    }
    return status;
}

enum ruf_status ruf_photo_batch_read(const struct ruf_http_answer *answer,
                                     const char *place,
                                     const struct ruf_photo *queue, size_t head,
                                     size_t count, ruf_photo_take *take,
                                     void *context, struct ruf_error *err)
{
    struct ruf_photo photos[RUF_PHOTO_BATCH];
    struct reading reading = { photos, head, count, { false }, take, context };
    const struct ruf_json *list;
    struct ruf_json_walk items;
    struct ruf_json_doc *doc = NULL;
    enum ruf_status status = ruf_json_doc_read(answer->body, answer->size,
                                               place, DEPTH_MAX, &doc, err);

    if (status == RUF_E_CORRUPT)
        return ruf_fail(err, RUF_E_SERVER, "S522", place,
                        "the batch is not JSON");
    if (status != RUF_OK)
        return status;
    memcpy(photos, queue + head, count * sizeof(photos[0]));
    list = ruf_json_get(ruf_json_doc_root(doc), "responses");
    if (!ruf_json_is(list, RUF_JSON_ARRAY))
        status = ruf_fail(err, RUF_E_SERVER, "S524", place,
                          "the batch has no list of responses");
    items = ruf_json_walk(list);
    while (status == RUF_OK && ruf_json_next(&items))
        status = take_item(&reading, items.value, err);
    if (status == RUF_OK)
        status = take_missing(&reading);
    ruf_json_doc_free(doc);
    return status;
}
