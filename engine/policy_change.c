/*
 * engine/policy_change.c - trying out and taking over a new policy
 *
 * Taking over writes policy.next, then changes store and index, then replaces
 * policy.json. While policy.next exists, the next one who opens the home
 * finishes the job, so that no crash leaves a policy half applied.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/policy_change.h"
#include "base/error.h"
#include "engine/audit.h"
#include "engine/policy_survey.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool has_file(const char *home, const char *name)
{
    char *path = ruf_path_join(home, name);
    bool has = path != NULL && access(path, F_OK) == 0;

    free(path);
    return has;
}

/* --- the document
 * ------------------------------------------------------------------- */

static enum ruf_status check_version(const struct ruf_policy *before,
                                     const struct ruf_policy *after,
                                     struct ruf_error *err)
{
    if (before == NULL || after->version >= before->version)
        return RUF_OK;
    return ruf_fail(err, RUF_E_POLICY, "P120", "/version",
                    "version %u is lower than %u, which is in force",
                    after->version, before->version);
}

/* Parse a new policy for a home; *out is the caller's. */
static enum ruf_status read_new(const struct ruf_home *home, const char *text,
                                size_t size,
                                const struct ruf_policy_watch *watch,
                                struct ruf_policy **out, struct ruf_error *err)
{
    enum ruf_status status =
        ruf_home_parse_policy(text, size, watch == NULL ? NULL : watch->finding,
                              watch == NULL ? NULL : watch->context, out, err);

    if (status == RUF_OK)
        status = check_version(home->policy, *out, err);
    if (status != RUF_OK) {
        ruf_policy_destroy(*out);
        *out = NULL;
    }
    return status;
}

/* --- simulation
 * --------------------------------------------------------------------- */

static enum ruf_status simulate(const struct ruf_home *home,
                                const struct ruf_policy *after,
                                const struct ruf_policy_watch *watch,
                                struct ruf_policy_effect *out,
                                struct ruf_error *err)
{
    enum ruf_source_fate fates[RUF_POLICY_SOURCES_MAX];
    struct ruf_index *index = NULL;
    struct ruf_store *store = NULL;
    struct ruf_arena *arena = NULL;
    struct ruf_view view = { 0 };
    enum ruf_status status = ruf_home_store_open(home, &store, err);

    if (status == RUF_OK)
        status = ruf_arena_create(&arena, err);
    if (status == RUF_OK)
        status = ruf_policy_survey(store, home->policy, after, arena, watch,
                                   out, &view, fates, err);
    /* Names that are locked for their age are not told. */
    if (status == RUF_OK && home->policy != NULL &&
        ruf_home_check_age(home, NULL) == RUF_E_LOCKED)
        watch = NULL;
    if (status == RUF_OK && has_file(home->path, HOME_IMAGE)) {
        status = ruf_home_index_any_age(home, RUF_INDEX_ON_DEMAND, &index, err);
        if (status == RUF_OK)
            status = ruf_policy_compare_labels(index, &view, watch, out, err);
        ruf_index_close(index);
    }
    ruf_arena_destroy(arena);
    ruf_store_close(store);
    return status;
}

enum ruf_status ruf_policy_simulate(const char *path,
                                    const struct ruf_host *host,
                                    const char *policy, size_t size,
                                    const struct ruf_policy_watch *watch,
                                    struct ruf_policy_effect *out,
                                    struct ruf_error *err)
{
    struct ruf_policy *after = NULL;
    struct ruf_home *home = NULL;
    enum ruf_status status = ruf_home_open_any_policy(path, host, &home, err);

    memset(out, 0, sizeof(*out));
    if (status == RUF_OK)
        status = read_new(home, policy, size, watch, &after, err);
    if (status == RUF_OK)
        status = simulate(home, after, watch, out, err);
    ruf_policy_destroy(after);
    ruf_home_close(home);
    return status;
}

/* --- taking over
 * ------------------------------------------------------------------------ */

struct taking_over {
    const struct ruf_home *home; /* under the new policy */
    struct ruf_store *store;
    uint64_t generation;
    bool published;
};

static enum ruf_status publish_within(void *context, struct ruf_error *err)
{
    struct taking_over *taking = context;
    enum ruf_status status;

    if (!has_file(taking->home->path, HOME_IMAGE))
        return RUF_OK; /* nothing was ever synced */
    status = ruf_publish(taking->home, taking->store, &taking->generation, err);
    taking->published = status == RUF_OK;
    return status;
}

/* Store and index, then the file. */
static enum ruf_status apply(const struct ruf_home *home,
                             struct ruf_store *store, struct ruf_policy *after,
                             const enum ruf_source_fate *fates,
                             const char *text, size_t size,
                             struct ruf_policy_effect *out,
                             struct ruf_error *err)
{
    struct ruf_home next = *home;
    struct taking_over taking = { &next, store, 0, false };
    enum ruf_status status;

    next.policy = after;
    status = ruf_store_apply_policy(store, after, fates, publish_within,
                                    &taking, &out->removed, err);
    if (status != RUF_OK && !taking.published) /* nothing was changed */
        (void)!ruf_home_file_remove(home->path, HOME_POLICY_NEXT, NULL);
    if (status == RUF_OK)
        status = ruf_home_file_write(home->path, HOME_POLICY, text, size, err);
    if (status == RUF_OK)
        status = ruf_home_file_remove(home->path, HOME_POLICY_NEXT, err);
    out->generation = taking.generation;
    /* That auditing was switched off is the last entry. */
    if (!after->audit.enabled && home->policy != NULL)
        next.policy = home->policy;
    return ruf_audit_append(&next, store, RUF_AUDIT_POLICY, NULL, status,
                            out->removed, err);
}

static enum ruf_status
survey(const struct ruf_home *home, struct ruf_store *store,
       const struct ruf_policy *after, const struct ruf_policy_watch *watch,
       struct ruf_policy_effect *out, enum ruf_source_fate *fates,
       struct ruf_error *err)
{
    struct ruf_view view = { 0 };
    struct ruf_arena *arena = NULL;
    enum ruf_status status = ruf_arena_create(&arena, err);

    if (status == RUF_OK)
        status = ruf_policy_survey(store, home->policy, after, arena, watch,
                                   out, &view, fates, err);
    ruf_arena_destroy(arena);
    return status;
}

/* A rule that hides most of a source is more often a slip than a wish. */
static enum ruf_status check_consent(const struct ruf_policy_effect *effect,
                                     bool consent, struct ruf_error *err)
{
    if (consent || !effect->needs_consent)
        return RUF_OK;
    return ruf_fail(err, RUF_E_POLICY, "P121", "/filters",
                    "a rule removes more than half of a source");
}

static enum ruf_status
take_over(const struct ruf_home *home, struct ruf_store *store,
          struct ruf_policy *after, const char *text, size_t size, bool consent,
          const struct ruf_policy_watch *watch, struct ruf_policy_effect *out,
          struct ruf_error *err)
{
    enum ruf_source_fate fates[RUF_POLICY_SOURCES_MAX];
    enum ruf_status status = survey(home, store, after, watch, out, fates, err);

    if (status == RUF_OK)
        status = check_consent(out, consent, err);
    if (status == RUF_OK)
        status =
            ruf_home_file_write(home->path, HOME_POLICY_NEXT, text, size, err);
    return status == RUF_OK
               ? apply(home, store, after, fates, text, size, out, err)
               : status;
}

/* --- finishing
 * ------------------------------------------------------------------------- */

enum ruf_status ruf_policy_finish(const struct ruf_home *home,
                                  struct ruf_store *store,
                                  struct ruf_error *err)
{
    enum ruf_source_fate fates[RUF_POLICY_SOURCES_MAX];
    struct ruf_policy_effect *effect = calloc(1, sizeof(*effect));
    struct ruf_policy *after = NULL;
    char *text = NULL;
    size_t size = 0;
    enum ruf_status status;

    if (effect == NULL)
        return ruf_fail_memory(err);
    status = ruf_home_file_read(home->path, HOME_POLICY_NEXT,
                                RUF_POLICY_SIZE_MAX, &text, &size, err);
    if (status == RUF_OK)
        status = ruf_policy_parse(text, size, &after, NULL, err);
    if (status == RUF_OK)
        status = survey(home, store, after, NULL, effect, fates, err);
    if (status == RUF_OK)
        status = apply(home, store, after, fates, text, size, effect, err);
    else if (status == RUF_E_NOT_FOUND) /* somebody else was quicker */
        status = RUF_OK;
    else if (status == RUF_E_POLICY) /* not written by us: it never was valid */
        status = ruf_home_file_remove(home->path, HOME_POLICY_NEXT, err);
    ruf_policy_destroy(after);
    free(text);
    free(effect);
    return status;
}

/* --- importing
 * ------------------------------------------------------------------------- */

enum ruf_status ruf_policy_import(const char *path, const struct ruf_host *host,
                                  const char *policy, size_t size, bool consent,
                                  const struct ruf_policy_watch *watch,
                                  struct ruf_policy_effect *out,
                                  struct ruf_error *err)
{
    struct ruf_home_writer writer = { 0 };
    struct ruf_policy *after = NULL;
    struct ruf_home *home = NULL;
    enum ruf_status status = ruf_home_open_any_policy(path, host, &home, err);

    memset(out, 0, sizeof(*out));
    if (status == RUF_OK)
        status = read_new(home, policy, size, watch, &after, err);
    if (status == RUF_OK)
        status = ruf_home_writer_open(home, &writer, err);
    if (status == RUF_OK)
        status = check_version(home->policy, after, err);
    if (status == RUF_OK)
        status = take_over(home, writer.store, after, policy, size, consent,
                           watch, out, err);
    ruf_home_writer_close(&writer);
    ruf_policy_destroy(after);
    ruf_home_close(home);
    return status;
}
