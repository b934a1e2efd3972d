/*
 * policy/policy_sources.c - auth, network and sources of the document
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/json.h"
#include "base/text.h"
#include "policy/clouds.h"
#include "policy/policy_private.h"
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_words[] = {
    "entra_users",    "entra_contacts", "outlook_personal",
    "outlook_shared", "dynamics365",    "dataverse",
    "blob",           "file",           NULL,
};

static const struct {
    const char *name;
    uint8_t priority;
} kind_defaults[RUF_SOURCE_KIND_COUNT] = {
    [RUF_SOURCE_ENTRA_USERS] = { "Firmenadressbuch", 90 },
    [RUF_SOURCE_ENTRA_CONTACTS] = { "Organisationskontakte", 70 },
    [RUF_SOURCE_OUTLOOK_PERSONAL] = { "Persönliche Outlook-Kontakte", 80 },
    [RUF_SOURCE_OUTLOOK_SHARED] = { "Freigegebene Outlook-Kontakte", 30 },
    [RUF_SOURCE_DYNAMICS365] = { "Dynamics 365", 60 },
    [RUF_SOURCE_DATAVERSE] = { "Dataverse", 50 },
    [RUF_SOURCE_BLOB] = { "Azure Blob Storage", 40 },
    [RUF_SOURCE_FILE] = { "Datei", 20 },
};

const char *ruf_source_kind_name(enum ruf_source_kind kind)
{
    return (unsigned)kind < RUF_SOURCE_KIND_COUNT ? kind_words[kind] : "";
}

/* --- hosts
 * --------------------------------------------------------------------- */

/* "https://host[:port]": no user, path or query, so that an origin can be
 * compared as a whole. */
static bool is_https_origin(struct ruf_text text)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:";

    if (!ruf_text_starts_with(text, "https://") || text.size < 9)
        return false;
    for (size_t i = 8; i < text.size; i++)
        if (strchr(allowed, text.data[i]) == NULL)
            return false;
    return true;
}

static const char *read_endpoint(const struct policy_at *endpoints,
                                 const char *key, const char *otherwise)
{
    struct policy_at here;
    struct ruf_text text;

    if (ruf_policy_member(endpoints, key, &here) == NULL ||
        !ruf_policy_text(&here, 200, &text))
        return otherwise;
    if (!is_https_origin(text)) {
        ruf_policy_error(here.parser, "P107", here.pointer,
                         "must be https://host or https://host:port");
        return otherwise;
    }
    return ruf_policy_string(&here, 200);
}

/* GUIDs and domain names: nothing that could change a URL's path. */
static const char *read_plain_id(const struct policy_at *auth, const char *key)
{
    struct policy_at here;
    struct ruf_text text;

    if (ruf_policy_member(auth, key, &here) == NULL ||
        !ruf_policy_text(&here, 128, &text))
        return NULL;
    for (size_t i = 0; i < text.size; i++) {
        char c = ruf_ascii_lower(text.data[i]);

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
              c == '.')) {
            ruf_policy_error(here.parser, "P107", here.pointer,
                             "only letters, digits, hyphens and dots");
            return NULL;
        }
    }
    return ruf_policy_string(&here, 128);
}

/* A list of texts into the arena. */
static const char *const *read_texts(const struct policy_at *at,
                                     size_t max_items, size_t max_size,
                                     size_t *count)
{
    const char **list;
    const cJSON *child;
    size_t i = 0;

    *count = 0;
    if (!cJSON_IsArray(at->item) ||
        (size_t)cJSON_GetArraySize(at->item) > max_items) {
        ruf_policy_error(at->parser, "P103", at->pointer,
                         "must be a list of at most %zu texts", max_items);
        return NULL;
    }
    list = ruf_arena_alloc(at->parser->arena, max_items, sizeof(*list));
    if (list == NULL) {
        at->parser->out_of_memory = true;
        return NULL;
    }
    cJSON_ArrayForEach(child, at->item)
    {
        struct policy_at here = *at;

        here.item = child;
        list[i] = ruf_policy_string(&here, max_size);
        i += list[i] != NULL ? 1 : 0;
    }
    *count = i;
    return list;
}

/* Hosts beyond the cloud's own that a source's url may name. */
static void read_source_hosts(const struct policy_at *endpoints,
                              struct ruf_policy *policy)
{
    struct policy_at here;

    if (ruf_policy_member(endpoints, "sources", &here) == NULL)
        return;
    policy->auth.source_hosts = read_texts(&here, RUF_POLICY_SOURCES_MAX, 200,
                                           &policy->auth.source_host_count);
    for (size_t i = 0; i < policy->auth.source_host_count; i++)
        if (!is_https_origin(ruf_text(policy->auth.source_hosts[i])))
            ruf_policy_error(here.parser, "P107", here.pointer,
                             "must be https://host or https://host:port");
}

static void use_cloud(struct ruf_policy *policy, const struct ruf_cloud *cloud)
{
    policy->auth.cloud = cloud;
    policy->auth.login_endpoint = cloud->login;
    policy->auth.graph_endpoint = cloud->graph;
    policy->auth.storage = cloud->storage;
    policy->auth.presence = cloud->presence;
}

void ruf_policy_read_auth(const struct policy_at *root,
                          struct ruf_policy *policy)
{
    static const char *const known[] = { "cloud",  "tenant",    "client_id",
                                         "scopes", "endpoints", NULL };
    static const char *const known_endpoints[] = { "login", "graph", "sources",
                                                   NULL };
    const struct ruf_cloud *cloud = ruf_cloud_find(ruf_text("global"));
    struct policy_at auth;
    struct policy_at here;
    struct ruf_text name;

    use_cloud(policy, cloud);
    if (ruf_policy_member(root, "auth", &auth) == NULL)
        return;
    if (!cJSON_IsObject(auth.item)) {
        ruf_policy_error(root->parser, "P103", auth.pointer,
                         "must be an object");
        return;
    }
    ruf_policy_warn_unknown(&auth, known);
    if (ruf_policy_member(&auth, "cloud", &here) != NULL &&
        ruf_policy_text(&here, 32, &name)) {
        cloud = ruf_cloud_find(name);
        if (cloud == NULL)
            ruf_policy_error(root->parser, "P105", here.pointer,
                             "not one of the known clouds");
        else
            use_cloud(policy, cloud);
    }
    policy->auth.tenant = read_plain_id(&auth, "tenant");
    policy->auth.client_id = read_plain_id(&auth, "client_id");
    if (ruf_policy_member(&auth, "scopes", &here) != NULL)
        policy->auth.scopes =
            read_texts(&here, 16, 256, &policy->auth.scope_count);
    if (ruf_policy_member(&auth, "endpoints", &here) != NULL) {
        ruf_policy_warn_unknown(&here, known_endpoints);
        policy->auth.login_endpoint =
            read_endpoint(&here, "login", policy->auth.login_endpoint);
        policy->auth.graph_endpoint =
            read_endpoint(&here, "graph", policy->auth.graph_endpoint);
        read_source_hosts(&here, policy);
    }
}

void ruf_policy_read_network(const struct policy_at *root,
                             struct ruf_policy *policy)
{
    static const char *const known[] = { "proxy", "ca_pem", NULL };
    struct policy_at network;
    struct policy_at here;
    const char *proxy;

    if (ruf_policy_member(root, "network", &network) == NULL)
        return;
    ruf_policy_warn_unknown(&network, known);
    if (ruf_policy_member(&network, "proxy", &here) != NULL) {
        proxy = ruf_policy_string(&here, 200);
        if (proxy != NULL && strncmp(proxy, "http://", 7) != 0 &&
            strncmp(proxy, "https://", 8) != 0)
            ruf_policy_error(root->parser, "P107", here.pointer,
                             "must be http://host:port or https://host:port");
        policy->network.proxy = proxy;
    }
    if (ruf_policy_member(&network, "ca_pem", &here) != NULL) {
        policy->network.ca_pem = ruf_policy_string(&here, 128 * 1024);
        if (policy->network.ca_pem != NULL &&
            strstr(policy->network.ca_pem, "BEGIN CERTIFICATE") == NULL)
            ruf_policy_error(root->parser, "P107", here.pointer,
                             "must be a PEM certificate");
    }
}

/* --- sources
 * ------------------------------------------------------------------------ */

static bool is_source_id(struct ruf_text id)
{
    if (id.size < 2 || id.size > 16 || id.data[0] < 'A' || id.data[0] > 'Z')
        return false;
    for (size_t i = 1; i < id.size; i++)
        if (!((id.data[i] >= 'A' && id.data[i] <= 'Z') ||
              (id.data[i] >= '0' && id.data[i] <= '9')))
            return false;
    return true;
}

static const char *read_source_id(const struct policy_at *source)
{
    struct policy_at here;
    struct ruf_text id;

    if (ruf_policy_member(source, "id", &here) == NULL) {
        ruf_policy_error(source->parser, "P102", here.pointer, "is required");
        return NULL;
    }
    if (!ruf_policy_text(&here, 16, &id))
        return NULL;
    if (!is_source_id(id)) {
        ruf_policy_error(source->parser, "P107", here.pointer,
                         "an id is a capital letter and 1 to 15 capitals or "
                         "digits");
        return NULL;
    }
    return ruf_policy_string(&here, 16);
}

static void read_priority(const struct policy_at *source,
                          struct ruf_policy_source *out)
{
    struct policy_at here;
    const cJSON *item = ruf_policy_member(source, "priority", &here);

    if (item == NULL)
        return;
    if (!cJSON_IsNumber(item) || item->valuedouble < 0 ||
        item->valuedouble > 100 ||
        (double)(int)item->valuedouble != item->valuedouble)
        ruf_policy_error(source->parser, "P104", here.pointer,
                         "must be 0 to 100");
    else
        out->priority = (uint8_t)item->valuedouble;
}

/* What decides how the source is read, so that two policies can be compared:
 * all but how it is shown, ranked and switched. */
static const char *read_reading(const struct policy_at *source)
{
    static const char *const shown[] = { "name",         "enabled",
                                         "initially_on", "user_may_toggle",
                                         "priority",     "caller_id" };
    cJSON *rest = cJSON_Duplicate(source->item, true);
    const char *copy = NULL;
    char *text;

    for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
        cJSON_DeleteItemFromObjectCaseSensitive(rest, shown[i]);
    text = cJSON_PrintUnformatted(rest);
    if (text != NULL)
        copy = ruf_arena_copy(source->parser->arena, text, strlen(text));
    source->parser->out_of_memory =
        source->parser->out_of_memory || copy == NULL;
    free(text);
    cJSON_Delete(rest);
    return copy;
}

static void read_server_filter(const struct policy_at *here,
                               struct ruf_policy_source *out)
{
    const char *filter = ruf_policy_string(here, 1024);

    if (filter == NULL || filter[0] == '\0')
        return;
    if (out->kind == RUF_SOURCE_BLOB || out->kind == RUF_SOURCE_FILE)
        ruf_policy_warning(here->parser, "P151", here->pointer,
                           "files have no server that filters");
    else
        out->server_filter = filter;
}

static void read_source(const struct policy_at *root,
                        const struct policy_at *source,
                        const struct ruf_policy *policy,
                        struct ruf_policy_source *out)
{
    static const char *const known[] = { "id",           "kind",
                                         "name",         "enabled",
                                         "initially_on", "user_may_toggle",
                                         "priority",     "caller_id",
                                         "url",          "server_filter",
                                         "columns",      "mailboxes",
                                         "container",    "table",
                                         "charset",      NULL };
    struct policy_at here;
    int kind;

    ruf_policy_warn_unknown(source, known);
    out->id = read_source_id(source);
    if (ruf_policy_member(source, "kind", &here) == NULL)
        ruf_policy_error(source->parser, "P102", here.pointer, "is required");
    kind = ruf_policy_word(source, "kind", kind_words, RUF_SOURCE_FILE);
    out->kind = (enum ruf_source_kind)kind;
    out->name = kind_defaults[kind].name;
    out->priority = kind_defaults[kind].priority;
    out->enabled = true;
    out->initially_on = true;
    out->user_may_toggle = true;
    out->caller_id = true;
    if (ruf_policy_member(source, "name", &here) != NULL)
        out->name = ruf_policy_string(&here, 160);
    ruf_policy_bool(source, "enabled", &out->enabled);
    ruf_policy_bool(source, "initially_on", &out->initially_on);
    ruf_policy_bool(source, "user_may_toggle", &out->user_may_toggle);
    ruf_policy_bool(source, "caller_id", &out->caller_id);
    read_priority(source, out);
    if (ruf_policy_member(source, "mailboxes", &here) != NULL)
        out->mailboxes = read_texts(&here, 32, 256, &out->mailbox_count);
    if (ruf_policy_member(source, "server_filter", &here) != NULL)
        read_server_filter(&here, out);
    if (out->id != NULL)
        out->region = ruf_policy_region_of_source(root, out->id);
    ruf_policy_read_reach(source, policy, out);
    out->reading = read_reading(source);
}

static void check_unique_ids(const struct policy_at *list,
                             const struct ruf_policy_source *sources,
                             size_t count)
{
    for (size_t a = 0; a < count; a++)
        for (size_t b = a + 1; b < count; b++)
            if (sources[a].id != NULL && sources[b].id != NULL &&
                strcmp(sources[a].id, sources[b].id) == 0)
                ruf_policy_error(list->parser, "P108", list->pointer,
                                 "two sources have the id %s", sources[a].id);
}

void ruf_policy_read_sources(const struct policy_at *root,
                             struct ruf_policy *policy)
{
    struct ruf_policy_source *sources;
    struct policy_at list;
    const cJSON *child;
    size_t count = 0;

    if (ruf_policy_member(root, "sources", &list) == NULL ||
        !cJSON_IsArray(list.item) || list.item->child == NULL ||
        cJSON_GetArraySize(list.item) > RUF_POLICY_SOURCES_MAX) {
        ruf_policy_error(root->parser, "P102", "/sources",
                         "must be a list of 1 to %d sources",
                         RUF_POLICY_SOURCES_MAX);
        return;
    }
    sources = ruf_arena_alloc(root->parser->arena, RUF_POLICY_SOURCES_MAX,
                              sizeof(*sources));
    if (sources == NULL) {
        root->parser->out_of_memory = true;
        return;
    }
    cJSON_ArrayForEach(child, list.item)
    {
        struct policy_at source = { root->parser, "", child };

        (void)snprintf(source.pointer, sizeof(source.pointer), "/sources/%zu",
                       count);
        if (cJSON_IsObject(child))
            read_source(root, &source, policy, &sources[count]);
        else
            ruf_policy_error(root->parser, "P103", source.pointer,
                             "must be an object");
        count++;
    }
    check_unique_ids(&list, sources, count);
    policy->sources = sources;
    policy->source_count = count;
}

static bool needs_sign_in(enum ruf_source_kind kind)
{
    return kind != RUF_SOURCE_FILE && kind != RUF_SOURCE_BLOB;
}

void ruf_policy_check_auth_needed(const struct policy_at *root,
                                  const struct ruf_policy *policy)
{
    for (size_t i = 0; i < policy->source_count; i++) {
        const struct ruf_policy_source *source = &policy->sources[i];

        if (!source->enabled || !needs_sign_in(source->kind))
            continue;
        if (policy->auth.tenant == NULL || policy->auth.client_id == NULL)
            ruf_policy_error(root->parser, "P102", "/auth",
                             "tenant and client_id are required by a source");
        return;
    }
}
