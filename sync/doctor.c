/*
 * sync/doctor.c - which right each source needs, and which ones are too many
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/doctor.h"
#include "base/text.h"
#include "sync/blob.h"
#include "sync/token_private.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASIC "User.ReadBasic.All"

struct doctor {
    const struct ruf_policy *policy;
    const struct ruf_sync_sink *sink;
    ruf_doctor_callback *callback;
    void *context;
    char *granted; /* scopes of a person's Graph token; NULL: not known */
    bool app;
};

static void tell(const struct doctor *doctor, const char *source,
                 enum ruf_right right, const char *permission)
{
    struct ruf_doctor_finding finding = { source, right, permission };

    doctor->callback(doctor->context, &finding);
}

/* "https://graph.microsoft.com/User.Read.All" or without the resource: the
 * service leaves it off for Graph. */
static struct ruf_text short_name(struct ruf_text scope)
{
    for (size_t i = scope.size; i > 0; i--)
        if (scope.data[i - 1] == '/')
            return ruf_text_slice(scope, i, scope.size);
    return scope;
}

static struct ruf_text next_scope(const char **at)
{
    struct ruf_text scope;

    while (**at == ' ')
        (*at)++;
    scope = (struct ruf_text){ *at, strcspn(*at, " ") };
    *at += scope.size;
    return short_name(scope);
}

static bool is_granted(const struct doctor *doctor, const char *wanted)
{
    const char *at = doctor->granted;

    while (*at != '\0')
        if (ruf_text_equal_nocase(next_scope(&at), ruf_text(wanted)))
            return true;
    return false;
}

static enum ruf_right judge(const struct doctor *doctor,
                            const struct ruf_policy_source *source,
                            const char *permission)
{
    if (doctor->granted == NULL || doctor->app ||
        ruf_resource_of(doctor->policy, source) != RUF_RESOURCE_GRAPH)
        return RUF_RIGHT_UNKNOWN;
    if (is_granted(doctor, permission))
        return RUF_RIGHT_GRANTED;
    /* Users come, with HTTP 200, and without a single number. */
    if (source->kind == RUF_SOURCE_ENTRA_USERS && is_granted(doctor, BASIC))
        return RUF_RIGHT_BASIC;
    return RUF_RIGHT_MISSING;
}

static bool has_own_secret(const struct doctor *doctor,
                           const struct ruf_policy_source *source)
{
    char name[40];
    char *secret = NULL;
    bool has;

    if (source->kind != RUF_SOURCE_BLOB)
        return false;
    ruf_blob_secret_name(source->id, name);
    has = doctor->sink->secret_load(doctor->sink->context, name, &secret,
                                    NULL) == RUF_OK &&
          secret != NULL;
    ruf_token_wipe_text(secret);
    return has;
}

static void look_at_sources(const struct doctor *doctor)
{
    for (size_t i = 0; i < doctor->policy->source_count; i++) {
        const struct ruf_policy_source *source = &doctor->policy->sources[i];
        const char *scope = ruf_scope_of(source->kind, doctor->app);
        const char *resource;
        char permission[300];

        if (!source->enabled || scope == NULL)
            continue;
        if (has_own_secret(doctor, source)) {
            tell(doctor, source->id, RUF_RIGHT_GRANTED, "secret of its own");
            continue;
        }
        resource = ruf_resource_url(doctor->policy,
                                    ruf_resource_of(doctor->policy, source));
        (void)snprintf(permission, sizeof(permission), "%.150s%s%s",
                       source->url == NULL ? "" : resource,
                       source->url == NULL ? "" : "/", scope);
        tell(doctor, source->id, judge(doctor, source, scope), permission);
    }
}

static void look_at_presence(const struct doctor *doctor)
{
    const char *scope = ruf_scope_of_presence(doctor->policy);
    enum ruf_right right = RUF_RIGHT_UNKNOWN;

    if (scope == NULL)
        return;
    if (doctor->granted != NULL && !doctor->app)
        right =
            is_granted(doctor, scope) ? RUF_RIGHT_GRANTED : RUF_RIGHT_MISSING;
    tell(doctor, "", right, scope);
}

/* What every sign-in has, and what says nothing about data. */
static bool is_general(struct ruf_text scope)
{
    static const char *const words[] = { "openid",   "profile",
                                         "email",    "offline_access",
                                         ".default", "User.Read",
                                         "" };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (ruf_text_equal_nocase(scope, ruf_text(words[i])))
            return true;
    return false;
}

static bool is_needed(const struct doctor *doctor, struct ruf_text scope)
{
    const char *presence = ruf_scope_of_presence(doctor->policy);

    if (presence != NULL && ruf_text_equal_nocase(scope, ruf_text(presence)))
        return true;
    for (size_t i = 0; i < doctor->policy->source_count; i++) {
        const struct ruf_policy_source *source = &doctor->policy->sources[i];
        const char *wanted = ruf_scope_of(source->kind, doctor->app);

        if (source->enabled && wanted != NULL &&
            ruf_text_equal_nocase(scope, ruf_text(wanted)))
            return true;
    }
    return false;
}

static void look_at_grants(const struct doctor *doctor)
{
    const char *at = doctor->granted;

    while (at != NULL && !doctor->app && *at != '\0') {
        struct ruf_text scope = next_scope(&at);
        char name[200];

        if (is_general(scope) || is_needed(doctor, scope))
            continue;
        (void)snprintf(name, sizeof(name), "%.*s", (int)scope.size, scope.data);
        tell(doctor, "", RUF_RIGHT_SURPLUS, name);
    }
}

enum ruf_status ruf_sync_doctor(const struct ruf_policy *policy,
                                const struct ruf_sync_sink *sink,
                                ruf_doctor_callback *callback, void *context,
                                struct ruf_error *err)
{
    struct doctor doctor = {
        .policy = policy, .sink = sink, .callback = callback, .context = context
    };
    char *sign_in = NULL;
    enum ruf_status status =
        sink->secret_load(sink->context, SECRET_SIGN_IN, &sign_in, err);

    if (status == RUF_OK)
        status = sink->secret_load(sink->context, SECRET_GRANTED,
                                   &doctor.granted, err);
    if (status == RUF_OK) {
        doctor.app = sign_in != NULL && strncmp(sign_in, "app ", 4) == 0;
        look_at_sources(&doctor);
        look_at_presence(&doctor);
        look_at_grants(&doctor);
    }
    free(sign_in);
    free(doctor.granted);
    return status;
}
