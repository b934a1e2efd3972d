/*
 * sync/scopes.c - resources a token can be for, and what to ask of each
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/scopes.h"
#include <stdio.h>
#include <string.h>

static bool is_dataverse(enum ruf_source_kind kind)
{
    return kind == RUF_SOURCE_DYNAMICS365 || kind == RUF_SOURCE_DATAVERSE;
}

static size_t without_slash(const char *url)
{
    size_t size = strlen(url);

    while (size > 0 && url[size - 1] == '/')
        size--;
    return size;
}

static bool same_url(const char *a, const char *b)
{
    size_t size = without_slash(a);

    return size == without_slash(b) && memcmp(a, b, size) == 0;
}

enum ruf_resource ruf_resource_of(const struct ruf_policy *policy,
                                  const struct ruf_policy_source *source)
{
    if (source->kind == RUF_SOURCE_BLOB)
        return RUF_RESOURCE_STORAGE;
    if (!is_dataverse(source->kind))
        return RUF_RESOURCE_GRAPH;
    for (size_t i = 0; i < policy->source_count; i++)
        if (is_dataverse(policy->sources[i].kind) &&
            policy->sources[i].url != NULL && source->url != NULL &&
            same_url(policy->sources[i].url, source->url))
            return (enum ruf_resource)(RUF_RESOURCE_SOURCE + i);
    return RUF_RESOURCE_GRAPH;
}

const char *ruf_resource_url(const struct ruf_policy *policy,
                             enum ruf_resource resource)
{
    if (resource == RUF_RESOURCE_GRAPH)
        return policy->auth.graph_endpoint;
    if (resource == RUF_RESOURCE_STORAGE)
        return policy->auth.storage;
    return policy->sources[resource - RUF_RESOURCE_SOURCE].url;
}

const char *ruf_scope_of(enum ruf_source_kind kind, bool app)
{
    switch (kind) {
    case RUF_SOURCE_ENTRA_USERS:
        return "User.Read.All";
    case RUF_SOURCE_ENTRA_CONTACTS:
        return "OrgContact.Read.All";
    case RUF_SOURCE_OUTLOOK_PERSONAL:
        return "Contacts.Read";
    case RUF_SOURCE_OUTLOOK_SHARED:
        return app ? "Contacts.Read" : "Contacts.Read.Shared";
    case RUF_SOURCE_DYNAMICS365:
    case RUF_SOURCE_DATAVERSE:
    case RUF_SOURCE_BLOB:
        return "user_impersonation";
    case RUF_SOURCE_FILE:
    case RUF_SOURCE_KIND_COUNT:
    default:
        return NULL;
    }
}

const char *ruf_scope_of_presence(const struct ruf_policy *policy)
{
    return policy->presence.enabled && policy->auth.presence
               ? "Presence.Read.All"
               : NULL;
}

enum ruf_resource ruf_resource_first(const struct ruf_policy *policy)
{
    enum ruf_resource first = RUF_RESOURCE_GRAPH;

    for (size_t i = policy->source_count; i > 0; i--) {
        const struct ruf_policy_source *source = &policy->sources[i - 1];

        if (!source->enabled || ruf_scope_of(source->kind, false) == NULL)
            continue;
        first = ruf_resource_of(policy, source);
        if (first == RUF_RESOURCE_GRAPH)
            return first;
    }
    return first;
}

/* --- texts ------------------------------------------------------------------
 */

static bool has_word(const char *list, const char *word, size_t size)
{
    for (const char *at = list; (at = strstr(at, word)) != NULL; at += size)
        if ((at == list || at[-1] == ' ' || at[-1] == '/') &&
            (at[size] == ' ' || at[size] == '\0'))
            return true;
    return false;
}

/* Full scope names start with the resource; "openid" and its like do not. */
static void append_scope(char *out, const char *resource, const char *scope)
{
    static const char *const general[] = { "openid", "profile",
                                           "offline_access" };
    size_t size = strlen(out);
    bool whole = strstr(scope, "://") != NULL;

    if (has_word(out, scope, strlen(scope)))
        return;
    for (size_t i = 0; i < sizeof(general) / sizeof(general[0]); i++)
        whole = whole || strcmp(scope, general[i]) == 0;
    (void)snprintf(out + size, RUF_SCOPE_MAX - size, "%s%.*s%s%s",
                   size == 0 ? "" : " ",
                   whole ? 0 : (int)without_slash(resource), resource,
                   whole ? "" : "/", scope);
}

void ruf_scopes_delegated(const struct ruf_policy *policy,
                          enum ruf_resource resource, char out[RUF_SCOPE_MAX])
{
    const char *url = ruf_resource_url(policy, resource);
    bool named = resource == RUF_RESOURCE_GRAPH && policy->auth.scope_count > 0;

    out[0] = '\0';
    for (size_t i = 0; named && i < policy->auth.scope_count; i++)
        append_scope(out, url, policy->auth.scopes[i]);
    for (size_t i = 0; !named && i < policy->source_count; i++) {
        const struct ruf_policy_source *source = &policy->sources[i];
        const char *scope = ruf_scope_of(source->kind, false);

        if (source->enabled && scope != NULL &&
            ruf_resource_of(policy, source) == resource)
            append_scope(out, url, scope);
    }
    if (!named && resource == RUF_RESOURCE_GRAPH &&
        ruf_scope_of_presence(policy) != NULL)
        append_scope(out, url, ruf_scope_of_presence(policy));
    append_scope(out, url, "openid");
    append_scope(out, url, "profile");
    append_scope(out, url, "offline_access");
}

void ruf_scopes_app(const struct ruf_policy *policy, enum ruf_resource resource,
                    char out[RUF_SCOPE_MAX])
{
    const char *url = ruf_resource_url(policy, resource);

    (void)snprintf(out, RUF_SCOPE_MAX, "%.*s/.default", (int)without_slash(url),
                   url);
}
