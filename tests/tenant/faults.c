/*
 * faults.c - scripted bad days
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tenant.h"
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

static unsigned number_of(const cJSON *item, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(item, name);

    return cJSON_IsNumber(value) && value->valuedouble >= 0
               ? (unsigned)value->valuedouble
               : 0;
}

static void text_of(const cJSON *item, const char *name, char *out, size_t size)
{
    const char *value =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, name));

    (void)snprintf(out, size, "%s", value == NULL ? "" : value);
}

static enum challenge challenge_of(const cJSON *item)
{
    char word[16];

    text_of(item, "challenge", word, sizeof(word));
    if (strcmp(word, "silent") == 0)
        return CHALLENGE_SILENT;
    return strcmp(word, "interactive") == 0 ? CHALLENGE_INTERACTIVE
                                            : CHALLENGE_NONE;
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = calloc(1, 65537);

    if (file == NULL || text == NULL) {
        free(text);
        text = NULL;
    } else {
        text[fread(text, 1, 65536, file)] = '\0';
    }
    if (file != NULL)
        (void)fclose(file);
    return text;
}

int tenant_faults_load(struct tenant *tenant, const char *path)
{
    char *text = read_file(path);
    cJSON *list = text == NULL ? NULL : cJSON_Parse(text);
    const cJSON *item;

    free(text);
    if (!cJSON_IsArray(list)) {
        (void)fprintf(stderr, "rufname-tenant: %s: not a JSON array\n", path);
        cJSON_Delete(list);
        return -1;
    }
    cJSON_ArrayForEach(item, list)
    {
        struct fault *fault = &tenant->faults[tenant->fault_count];

        if (tenant->fault_count == FAULTS_MAX)
            break;
        text_of(item, "path", fault->path, sizeof(fault->path));
        text_of(item, "retry_after", fault->retry_after,
                sizeof(fault->retry_after));
        text_of(item, "body", fault->body, sizeof(fault->body));
        text_of(item, "next_link", fault->next_link, sizeof(fault->next_link));
        text_of(item, "location", fault->location, sizeof(fault->location));
        fault->nth = number_of(item, "nth");
        fault->status = number_of(item, "status");
        fault->hold_ms = number_of(item, "hold_ms");
        fault->challenge = challenge_of(item);
        tenant->fault_count++;
    }
    cJSON_Delete(list);
    return 0;
}

const struct fault *tenant_fault(struct tenant *tenant,
                                 const struct exchange *exchange)
{
    const struct fault *found = NULL;
    char request[2048];

    (void)snprintf(request, sizeof(request), "%s %s?%s", exchange->method,
                   exchange->path, exchange->query);
    (void)pthread_mutex_lock(&tenant->state_lock);
    for (size_t i = 0; i < tenant->fault_count; i++) {
        struct fault *fault = &tenant->faults[i];

        if (strstr(request, fault->path) == NULL)
            continue;
        fault->matches++;
        if (found == NULL && (fault->nth == 0 || fault->nth == fault->matches))
            found = fault;
    }
    if (found != NULL && found->challenge != CHALLENGE_NONE)
        tenant->challenge = found->challenge;
    (void)pthread_mutex_unlock(&tenant->state_lock);
    return found;
}
