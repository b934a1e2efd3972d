/*
 * presence.c - who is free to talk
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tenant.h"
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define IDS_MAX 650

bool tenant_is_presence(const char *path)
{
    return strcmp(path, "/v1.0/communications/getPresencesByUserId") == 0;
}

const char *tenant_presence_of(const struct company *company, uint32_t key)
{
    /* "Hovering": the service's words are an open list. */
    static const char *const words[] = {
        "Available",     "Away",     "BeRightBack", "Busy",
        "DoNotDisturb",  "Offline",  "Available",   "Busy",
        "AvailableIdle", "BusyIdle", "Available",   "Hovering"
    };

    if (key % 16 == 0)
        return NULL;
    return words[(key + company->version) % (sizeof(words) / sizeof(words[0]))];
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The ids of a request, sorted; -1 if it is not a good one. */
static int read_ids(const cJSON *body, const char *ids[IDS_MAX])
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(body, "ids");
    const cJSON *item;
    int count = 0;

    if (!cJSON_IsArray(list) || list->child == NULL)
        return -1;
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsString(item) || count == IDS_MAX)
            return -1;
        ids[count++] = item->valuestring;
    }
    qsort(ids, (size_t)count, sizeof(ids[0]), compare_ids);
    return count;
}

static void put_people(struct tenant *tenant, struct exchange *exchange,
                       const char *const *ids, int count)
{
    const struct company *company = &tenant->company;
    bool first = true;

    text_format(&exchange->out,
                "{\"@odata.context\":\"%s/v1.0/$metadata#Collection("
                "microsoft.graph.presence)\",\"value\":[",
                tenant->origin);
    for (size_t i = 0; i < company->count; i++) {
        const struct person *person = &company->people[i];
        const char *word = tenant_presence_of(company, person->key);
        char id[64];
        const char *key = id;

        company_record_id(company, person, TENANT_USERS, id);
        if (person->removed != 0 || word == NULL ||
            !company_has_record(company, person, TENANT_USERS) ||
            bsearch(&key, ids, (size_t)count, sizeof(ids[0]), compare_ids) ==
                NULL)
            continue;
        text_format(&exchange->out,
                    "%s{\"id\":\"%s\",\"availability\":\"%s\","
                    "\"activity\":\"%s\",\"statusMessage\":null,"
                    "\"sequenceNumber\":\"A%u\"}",
                    first ? "" : ",", id, word, word, company->version);
        first = false;
    }
    text_put(&exchange->out, "]}");
}

void tenant_presence(struct tenant *tenant, struct exchange *exchange)
{
    const char *ids[IDS_MAX];
    bool delegated = false;
    cJSON *body;
    int count;

    if (!tenant_authorized(tenant, exchange, tenant->links, &delegated))
        return;
    body = cJSON_Parse(exchange->body);
    count = strcmp(exchange->method, "POST") == 0 && body != NULL
                ? read_ids(body, ids)
                : -1;
    if (count < 0) {
        tenant_graph_error(exchange, 400, "BadRequest",
                           "Between 1 and 650 ids are needed.");
    } else {
        (void)pthread_rwlock_rdlock(&tenant->lock);
        put_people(tenant, exchange, ids, count);
        (void)pthread_rwlock_unlock(&tenant->lock);
    }
    cJSON_Delete(body);
}
