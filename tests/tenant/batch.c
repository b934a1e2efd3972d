/*
 * batch.c - $batch, and the photos that are asked for in it
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tenant.h"
#include <cjson/cJSON.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define ITEMS_MAX 20
#define PHOTO_MAX 20480

bool tenant_is_batch(const char *path)
{
    return strcmp(path, "/v1.0/$batch") == 0;
}

/* --- photos
 * -------------------------------------------------------------------------- */

/* Two of three users have one and a third of the contacts in a mailbox, another
 * one; a change of the person changes every other. A few are too large, or no
 * picture at all. */
bool tenant_photo_of(const struct person *person, enum tenant_source source,
                     struct tenant_photo *out)
{
    bool user = source == TENANT_USERS;

    out->large = person->key % 40 == 1;
    out->broken = person->key % 40 == 2;
    (void)snprintf(out->etag, sizeof(out->etag), "\"%c%X-%X\"",
                   user ? 'P' : 'C', person->key, person->variant / 2);
    out->size = out->large ? PHOTO_MAX : 600 + person->key * 37 % 4000;
    return (user || source == TENANT_MAILBOX) && (person->key % 3 != 0) == user;
}

/* JPEG's first bytes, then the etag over and over. */
static void put_photo(const struct tenant_photo *photo, struct text_out *out)
{
    static const unsigned char jpeg[] = { 0xFF, 0xD8, 0xFF, 0xE0 };
    unsigned char bytes[PHOTO_MAX];
    char text[4 * ((PHOTO_MAX + 2) / 3) + 1];
    size_t width = strlen(photo->etag);

    for (size_t i = 0; i < photo->size; i++)
        bytes[i] = i < sizeof(jpeg) && !photo->broken
                       ? jpeg[i]
                       : (unsigned char)photo->etag[i % width];
    (void)EVP_EncodeBlock((unsigned char *)text, bytes, (int)photo->size);
    text_put(out, "\"");
    text_put(out, text);
    text_put(out, "\"");
}

static const struct person *person_with_id(const struct company *company,
                                           enum tenant_source source,
                                           const char *wanted)
{
    char id[64];

    for (size_t i = 0; i < company->count; i++) {
        const struct person *person = &company->people[i];

        company_record_id(company, person, source, id);
        if (strcmp(id, wanted) == 0)
            return person->removed == 0 &&
                           company_has_record(company, person, source)
                       ? person
                       : NULL;
    }
    return NULL;
}

/* --- items
 * --------------------------------------------------------------------- */

struct item {
    const char *id;
    struct exchange exchange;
    char path[512];
};

static void item_error(struct text_out *out, unsigned status,
                       const char *retry_after, const char *code)
{
    text_format(out,
                "\"status\":%u,\"headers\":{\"Content-Type\":"
                "\"application/json\"",
                status);
    if (retry_after[0] != '\0')
        text_format(out, ",\"retry-after\":\"%s\"", retry_after);
    text_format(out,
                "},\"body\":{\"error\":{\"code\":\"%s\",\"message\":"
                "\"Scripted or missing.\"}}",
                code);
}

/* What is asked for: of which source, and its id as it stands in the path.
 * @return what follows the photo; NULL if this names none. */
static const char *read_path(const char *path, bool delegated,
                             enum tenant_source *source, char id[TEXT_MAX])
{
    char owner[TEXT_MAX] = "";
    int end = 0;

    *source = TENANT_USERS;
    (void)sscanf(path, "/v1.0/users/%127[^/]/photos/96x96%n", id, &end);
    if (end > 0)
        return path + end;
    *source = TENANT_MAILBOX;
    (void)sscanf(path, "/v1.0/me/contacts/%127[^/]/photo%n", id, &end);
    if (end > 0)
        return delegated ? path + end : NULL;
    (void)sscanf(path, "/v1.0/users/%127[^/]/contacts/%127[^/]/photo%n", owner,
                 id, &end);
    tenant_decode(owner, strlen(owner), owner, sizeof(owner));
    return end > 0 && strcmp(owner, MAILBOX) == 0 ? path + end : NULL;
}

static void put_answer(const struct tenant *tenant, const char *path,
                       bool delegated, struct text_out *out)
{
    char id[TEXT_MAX] = "";
    enum tenant_source source;
    const char *rest = read_path(path, delegated, &source, id);
    struct tenant_photo photo;
    const struct person *person = NULL;

    tenant_decode(id, strlen(id), id, sizeof(id));
    if (rest != NULL)
        person = person_with_id(&tenant->company, source, id);
    if (person == NULL || !tenant_photo_of(person, source, &photo)) {
        item_error(out, 404, "", "ImageNotFound");
    } else if (strcmp(rest, "/$value") == 0) {
        text_format(out, "\"status\":200,\"headers\":{\"content-type\":"
                         "\"image/jpeg\",\"etag\":");
        text_json(out, photo.etag);
        text_put(out, "},\"body\":");
        put_photo(&photo, out);
    } else {
        text_put(out, "\"status\":200,\"headers\":{\"Content-Type\":"
                      "\"application/json\"},\"body\":{"
                      "\"@odata.mediaContentType\":\"image/jpeg\","
                      "\"@odata.mediaEtag\":");
        text_json(out, photo.etag);
        text_put(out, ",\"id\":\"96x96\",\"width\":96,\"height\":96}");
    }
}

/* Faults strike items as they strike requests. */
static void put_item(struct tenant *tenant, struct item *item, bool delegated,
                     bool *first, struct text_out *out)
{
    const struct fault *fault = tenant_fault(tenant, &item->exchange);

    if (fault != NULL && strcmp(fault->body, "missing") == 0)
        return;
    text_format(out, "%s{\"id\":\"%s\",", *first ? "" : ",", item->id);
    *first = false;
    if (fault != NULL && fault->status != 0)
        item_error(out, fault->status, fault->retry_after, "ScriptedFault");
    else
        put_answer(tenant, item->path, delegated, out);
    text_put(out, "}");
}

static int read_items(const cJSON *body, struct item items[ITEMS_MAX])
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(body, "requests");
    const cJSON *entry;
    int count = 0;

    if (!cJSON_IsArray(list) || list->child == NULL)
        return -1;
    cJSON_ArrayForEach(entry, list)
    {
        const char *url = cJSON_GetStringValue(
            cJSON_GetObjectItemCaseSensitive(entry, "url"));
        struct item *item = &items[count];

        if (count == ITEMS_MAX || url == NULL)
            return -1;
        memset(item, 0, sizeof(*item));
        item->id =
            cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(entry, "id"));
        item->exchange.method = cJSON_GetStringValue(
            cJSON_GetObjectItemCaseSensitive(entry, "method"));
        (void)snprintf(item->path, sizeof(item->path), "/v1.0%s", url);
        item->exchange.path = item->path;
        item->exchange.query = "";
        if (item->id == NULL || item->exchange.method == NULL)
            return -1;
        count++;
    }
    return count;
}

void tenant_batch(struct tenant *tenant, struct exchange *exchange)
{
    struct item items[ITEMS_MAX];
    bool delegated = false;
    bool first = true;
    cJSON *body;
    int count;

    if (!tenant_authorized(tenant, exchange, tenant->links, &delegated))
        return;
    body = cJSON_Parse(exchange->body);
    count = strcmp(exchange->method, "POST") == 0 && body != NULL
                ? read_items(body, items)
                : -1;
    if (count < 0) {
        tenant_graph_error(exchange, 400, "BadRequest",
                           "Between 1 and 20 requests are needed.");
        cJSON_Delete(body);
        return;
    }
    (void)pthread_rwlock_rdlock(&tenant->lock);
    text_put(&exchange->out, "{\"responses\":[");
    while (count > 0) /* any order is allowed: the last first */
        put_item(tenant, &items[--count], delegated, &first, &exchange->out);
    text_put(&exchange->out, "]}");
    (void)pthread_rwlock_unlock(&tenant->lock);
    cJSON_Delete(body);
}
