/*
 * engine/home.c - making, opening and closing a home
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "callkit/commit.h"
#include "engine/access.h"
#include "engine/access_notes.h"
#include "engine/home_files.h"
#include "engine/home_memory.h"
#include "engine/home_policy.h"
#include "engine/host.h"
#include "engine/policy_change.h"
#include "engine/rekey.h"
#include "engine/reset.h"
#include "engine/rollback.h"
#include "engine/wipe.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- small file helpers --------------------------------------------------- */

enum ruf_status ruf_home_file_read(const char *home, const char *name,
                                   size_t limit, char **bytes, size_t *size,
                                   struct ruf_error *err)
{
    char *path = ruf_path_join(home, name);
    enum ruf_status status;

    *bytes = NULL;
    if (path == NULL)
        return ruf_fail_memory(err);
    status = ruf_file_read(path, RUF_FILE_ANY, limit, bytes, size, err);
    free(path);
    return status;
}

enum ruf_status ruf_home_file_write(const char *home, const char *name,
                                    const void *bytes, size_t size,
                                    struct ruf_error *err)
{
    char *path = ruf_path_join(home, name);
    enum ruf_status status;

    if (path == NULL)
        return ruf_fail_memory(err);
    status = ruf_file_replace(path, bytes, size, err);
    free(path);
    return status;
}

enum ruf_status ruf_home_file_remove(const char *home, const char *name,
                                     struct ruf_error *err)
{
    char *path = ruf_path_join(home, name);
    enum ruf_status status;

    if (path == NULL)
        return ruf_fail_memory(err);
    status = ruf_file_remove(path, err);
    free(path);
    return status;
}

/* --- init ------------------------------------------------------------------
 */

static void report_findings(const struct ruf_policy_findings *findings,
                            ruf_finding_callback *report, void *context)
{
    for (size_t i = 0; report != NULL && i < findings->count; i++) {
        const struct ruf_policy_finding *item = &findings->items[i];
        struct ruf_finding finding = { item->is_error, item->id,
                                       item->pointer,  item->line,
                                       item->column,   item->detail };

        report(context, &finding);
    }
}

enum ruf_status ruf_home_parse_policy(const char *text, size_t size,
                                      ruf_finding_callback *report,
                                      void *context, struct ruf_policy **out,
                                      struct ruf_error *err)
{
    struct ruf_policy_findings *findings = calloc(1, sizeof(*findings));
    enum ruf_status status;

    *out = NULL;
    if (findings == NULL)
        return ruf_fail_memory(err);
    status = ruf_policy_parse(text, size, out, findings, err);
    report_findings(findings, report, context);
    free(findings);
    return status;
}

enum ruf_status ruf_home_check_policy(const char *policy, size_t size,
                                      ruf_finding_callback *report,
                                      void *context, struct ruf_error *err)
{
    struct ruf_policy *parsed = NULL;
    enum ruf_status status =
        ruf_home_parse_policy(policy, size, report, context, &parsed, err);

    ruf_policy_destroy(parsed);
    return status;
}

/* The store is made before the profile names it. */
static enum ruf_status create_store(const char *path,
                                    const struct ruf_profile *profile,
                                    const struct ruf_host *host,
                                    struct ruf_error *err)
{
    char *store_path = ruf_path_join(path, HOME_STORE);
    struct ruf_keystore *keystore = NULL;
    struct ruf_secret key = { 0 };
    struct ruf_store *store = NULL;
    enum ruf_status status = store_path == NULL ? ruf_fail_memory(err) : RUF_OK;

    if (status == RUF_OK)
        status = ruf_keystore_open(profile->keystore, path, profile->id, host,
                                   &keystore, err);
    if (status == RUF_OK)
        status =
            ruf_key_create(keystore, host->clock(host->context), &key, err);
    if (status == RUF_OK)
        status = ruf_store_open(store_path, key.bytes, RUF_STORE_CREATE, &store,
                                err);
    ruf_store_close(store);
    ruf_keystore_close(keystore);
    ruf_secret_destroy(&key);
    free(store_path);
    return status;
}

/* The profile comes last: a directory without it is no home. */
static enum ruf_status fill_home(const char *path,
                                 const struct ruf_home_setup *setup,
                                 const struct ruf_profile *profile,
                                 const struct ruf_host *host,
                                 struct ruf_error *err)
{
    enum ruf_status status = ruf_home_file_write(
        path, HOME_POLICY, setup->policy, setup->policy_size, err);

    if (status == RUF_OK && setup->ca_pem != NULL)
        status = ruf_home_file_write(path, HOME_CA, setup->ca_pem,
                                     setup->ca_pem_size, err);
    if (status == RUF_OK)
        status = create_store(path, profile, host, err);
    if (status == RUF_OK)
        status = ruf_profile_write(path, profile, err);
    return status;
}

/* A receipt of an earlier wipe stays true, and keeps the directory. */
static void remove_home(const char *path, const struct ruf_profile *profile,
                        const struct ruf_host *host)
{
    struct ruf_keystore *keystore = NULL;
    enum ruf_status status = ruf_keystore_open(
        profile->keystore, path, profile->id, host, &keystore, NULL);

    if (status == RUF_OK)
        status = ruf_keystore_erase(keystore, NULL);
    ruf_keystore_close(keystore);
    /* An item that could not be erased has no data any more. */
    if (ruf_home_files_remove(path, NULL) == RUF_OK || status != RUF_OK)
        (void)rmdir(path);
}

enum ruf_status ruf_home_init(const char *path,
                              const struct ruf_home_setup *setup,
                              ruf_finding_callback *report,
                              void *report_context, struct ruf_error *err)
{
    const char *keystore = setup->keystore == NULL ? "file" : setup->keystore;
    struct ruf_profile profile;
    struct ruf_host host;
    enum ruf_status status;

    ruf_host_fill(setup->struct_size >= sizeof(*setup) ? setup->host : NULL,
                  &host);
    if (!ruf_keystore_known(keystore, &host))
        return ruf_fail(err, RUF_E_USAGE, "U011", keystore,
                        "this build has no such key store");
    if (ruf_wipe_is_pending(path)) {
        status = ruf_wipe_resume(path, &host, err);
        if (status != RUF_OK)
            return status;
    }
    /* Never a second key over existing data, even a half-made home. */
    if (ruf_folder_has(path, HOME_PROFILE) ||
        ruf_folder_has(path, HOME_STORE) || ruf_folder_has(path, HOME_KEY))
        return ruf_fail(err, RUF_E_USAGE, "U010", path,
                        "there is a home already");
    status = ruf_home_check_policy(setup->policy, setup->policy_size, report,
                                   report_context, err);
    if (status != RUF_OK)
        return status;
    status = ruf_profile_make(keystore, &profile, err);
    if (status == RUF_OK)
        status = ruf_directory_create(path, err);
    if (status != RUF_OK)
        return status;
    status = fill_home(path, setup, &profile, &host, err);
    if (status == RUF_OK)
        status = ruf_home_file_remove(path, HOME_WIPE_RECEIPT, err);
    if (status != RUF_OK)
        remove_home(path, &profile, &host);
    else
        ruf_host_protect_files(&host, path);
    return status;
}

/* --- open --------------------------------------------------------------------
 */

static enum ruf_status load_key(struct ruf_home *home, struct ruf_error *err)
{
    struct ruf_secret memory = { 0 };
    struct ruf_profile profile;
    enum ruf_status status = ruf_profile_read(home->path, &profile, err);

    if (status == RUF_OK) {
        memcpy(home->id, profile.id, sizeof(home->id));
        status = ruf_keystore_open(profile.keystore, home->path, profile.id,
                                   &home->host, &home->keystore, err);
    }
    if (status == RUF_OK)
        status = ruf_item_load(home->keystore, &memory, err);
    if (status == RUF_OK && ruf_item_in(&memory)->resetting)
        status = ruf_home_reset_resume(home, err);
    if (status == RUF_OK)
        status = ruf_access_load(home, ruf_item_in(&memory), err);
    ruf_secret_destroy(&memory);
    return status;
}

/* Nothing of a home that was wiped, or is being wiped, is given out. */
static enum ruf_status refuse_wiped(const char *path,
                                    const struct ruf_host *host,
                                    struct ruf_error *err)
{
    if (ruf_wipe_is_pending(path)) {
        enum ruf_status status = ruf_wipe_resume(path, host, err);

        if (status != RUF_OK)
            return status;
    } else if (ruf_folder_has(path, HOME_PROFILE) || !ruf_wipe_is_done(path)) {
        return RUF_OK;
    }
    return ruf_fail(err, RUF_E_WIPED, "W602", path,
                    "the organisation's data was removed");
}

/* The process that checked the last attempt may have died over it. */
static enum ruf_status finish_attempts(struct ruf_home *home,
                                       struct ruf_error *err)
{
    struct ruf_access_decision decision;
    enum ruf_status status =
        ruf_access_judge(home, RUF_ACCESS_UNLOCK, &decision, err);

    if (status != RUF_OK || decision.verdict != RUF_ACCESS_ASK ||
        decision.reason != RUF_ACCESS_ATTEMPTS)
        return status;
    return ruf_home_reset(home, err);
}

/* Whoever opens the store to write takes over what is pending. */
static enum ruf_status finish_policy(struct ruf_home *home,
                                     struct ruf_error *err)
{
    struct ruf_home_writer writer;
    enum ruf_status status = ruf_home_writer_open(home, &writer, err);

    ruf_home_writer_close(&writer);
    /* It is being taken over right now, or nobody may in before a PIN. */
    return status == RUF_E_BUSY || status == RUF_E_LOCKED ? RUF_OK : status;
}

/* The policy in force; one that was being taken over is taken over first. */
static enum ruf_status load_policy_in_force(struct ruf_home *home,
                                            struct ruf_error *err)
{
    bool pending = ruf_folder_has(home->path, HOME_POLICY_NEXT);
    enum ruf_status status = ruf_home_policy_load(home, err);
    struct ruf_error reason;
    enum ruf_status finished;

    if (status != RUF_OK && status != RUF_E_POLICY)
        return status;
    finished = ruf_rekey_finish(home, &reason);
    if (finished != RUF_OK && err != NULL)
        *err = reason;
    if (finished != RUF_OK)
        return finished;
    if (!pending)
        return status;
    finished = finish_policy(home, &reason);
    if (finished != RUF_OK && err != NULL)
        *err = reason;
    if (finished != RUF_OK)
        return finished;
    return ruf_home_policy_load(home, err);
}

static enum ruf_status open_home(const char *path, const struct ruf_host *host,
                                 bool any_policy, struct ruf_home **out,
                                 struct ruf_error *err)
{
    struct ruf_home *home = calloc(1, sizeof(*home));
    enum ruf_status status;

    *out = NULL;
    if (home == NULL)
        return ruf_fail_memory(err);
    home->on_disk = true;
    ruf_host_fill(host, &home->host);
    status = refuse_wiped(path, &home->host, err);
    if (status != RUF_OK) {
        free(home);
        return status;
    }
    home->path = strdup(path);
    if (home->path == NULL)
        status = ruf_fail_memory(err);
    else
        status = load_key(home, err);
    if (status == RUF_OK)
        status = load_policy_in_force(home, err);
    if (status == RUF_E_POLICY && any_policy)
        status = RUF_OK;
    else if (status == RUF_OK)
        status = finish_attempts(home, err);
    /* A new policy is taken over on disk. */
    home->on_disk = any_policy;
    if (status == RUF_OK)
        status = ruf_home_memory_follow(home, err);
    if (status != RUF_OK) {
        ruf_home_close(home);
        return status;
    }
    *out = home;
    return RUF_OK;
}

enum ruf_status ruf_home_open(const char *path, struct ruf_home **out,
                              struct ruf_error *err)
{
    return open_home(path, NULL, false, out, err);
}

enum ruf_status ruf_home_open_with(const char *path,
                                   const struct ruf_host *host,
                                   struct ruf_home **out, struct ruf_error *err)
{
    return open_home(path, host, false, out, err);
}

enum ruf_status ruf_home_open_any_policy(const char *path,
                                         const struct ruf_host *host,
                                         struct ruf_home **out,
                                         struct ruf_error *err)
{
    return open_home(path, host, true, out, err);
}

void ruf_home_close(struct ruf_home *home)
{
    if (home == NULL)
        return;
    ruf_home_memory_end(home);
    ruf_home_policy_forget(home);
    if (home->access != NULL) {
        free(home->access->os_version);
        free(home->access->app_version);
    }
    free(home->access);
    ruf_keystore_close(home->keystore);
    ruf_secret_destroy(&home->key);
    ruf_secret_destroy(&home->next);
    free(home->path);
    free(home);
}

char *ruf_home_policy(const struct ruf_home *home)
{
    return ruf_policy_show(home->policy);
}

void ruf_home_read_number(const struct ruf_home *home, const char *text,
                          size_t size, struct ruf_number *out)
{
    const char *region = home->policy->region_default;
    struct ruf_clean_options options =
        ruf_policy_cleaning(home->policy, region);
    struct ruf_cleaned cleaned;

    ruf_number_clean(text, size, region, &options, &cleaned);
    *out = cleaned.numbers[0];
}

const char *ruf_home_language(const struct ruf_home *home)
{
    switch (home->policy->locale) {
    case RUF_LOCALE_DE:
        return "de";
    case RUF_LOCALE_EN:
        return "en";
    case RUF_LOCALE_AUTO:
        break;
    }
    return NULL;
}

/* --- store -------------------------------------------------------------------
 */

/* Every way to the store leads through here. */
static enum ruf_status open_store(const struct ruf_home *home,
                                  enum ruf_access_purpose purpose,
                                  enum ruf_store_mode mode,
                                  struct ruf_store **out, struct ruf_error *err)
{
    enum ruf_status status = ruf_access_enter(home, purpose, err);
    char *path;

    *out = NULL;
    if (status != RUF_OK)
        return status;
    status = ruf_home_memory_check(home, err);
    if (status != RUF_OK)
        return status;
    status = ruf_home_store_path(home, &path, err);
    if (status == RUF_OK)
        status = ruf_store_open(path, home->key.bytes, mode, out, err);
    free(path);
    return status;
}

enum ruf_status ruf_home_store_open(const struct ruf_home *home,
                                    struct ruf_store **out,
                                    struct ruf_error *err)
{
    return open_store(home, RUF_ACCESS_USE, RUF_STORE_READ, out, err);
}

/* A wipe that began after this home was opened ends all writing. */
enum ruf_status ruf_home_still_ours(const struct ruf_home *home,
                                    struct ruf_error *err)
{
    if (!ruf_wipe_is_pending(home->path) &&
        ruf_folder_has(home->path, HOME_PROFILE))
        return RUF_OK;
    return ruf_fail(err, RUF_E_WIPED, "W602", home->path,
                    "the organisation's data was removed");
}

static enum ruf_status lock_home(const struct ruf_home *home,
                                 struct ruf_home_writer *out,
                                 struct ruf_error *err)
{
    char *path = ruf_path_join(home->path, HOME_LOCK);
    enum ruf_status status;

    memset(out, 0, sizeof(*out));
    if (path == NULL)
        return ruf_fail_memory(err);
    status = ruf_lock_acquire(path, &out->lock, err);
    free(path);
    return status == RUF_OK ? ruf_home_still_ours(home, err) : status;
}

/* Whoever began to take over a policy may have died over it. */
static enum ruf_status finish_pending(struct ruf_home *home,
                                      enum ruf_access_purpose purpose,
                                      struct ruf_home_writer *writer,
                                      struct ruf_error *err)
{
    enum ruf_status status = ruf_policy_finish(home, writer->store, err);

    ruf_store_close(writer->store);
    writer->store = NULL;
    if (status == RUF_OK)
        status = ruf_home_policy_follow(home, err);
    return status == RUF_OK
               ? open_store(home, purpose, RUF_STORE_WRITE, &writer->store, err)
               : status;
}

static enum ruf_status open_writer(struct ruf_home *home,
                                   enum ruf_access_purpose purpose,
                                   struct ruf_home_writer *out,
                                   struct ruf_error *err)
{
    enum ruf_status status = lock_home(home, out, err);

    if (status == RUF_OK)
        status = ruf_home_policy_follow(home, err);
    if (status == RUF_OK)
        status = open_store(home, purpose, RUF_STORE_WRITE, &out->store, err);
    if (status == RUF_OK && ruf_folder_has(home->path, HOME_POLICY_NEXT))
        status = finish_pending(home, purpose, out, err);
    if (status == RUF_OK)
        status = ruf_access_notes_settle(home, out->store, err);
    if (status != RUF_OK)
        ruf_home_writer_close(out);
    return status;
}

enum ruf_status ruf_home_writer_open(struct ruf_home *home,
                                     struct ruf_home_writer *out,
                                     struct ruf_error *err)
{
    return open_writer(home, RUF_ACCESS_USE, out, err);
}

enum ruf_status ruf_home_refresher_open(struct ruf_home *home,
                                        struct ruf_home_writer *out,
                                        struct ruf_error *err)
{
    return open_writer(home, RUF_ACCESS_REFRESH, out, err);
}

enum ruf_status ruf_home_writer_open_as_is(const struct ruf_home *home,
                                           struct ruf_home_writer *out,
                                           struct ruf_error *err)
{
    enum ruf_status status = lock_home(home, out, err);

    if (status == RUF_OK)
        status =
            open_store(home, RUF_ACCESS_USE, RUF_STORE_WRITE, &out->store, err);
    if (status != RUF_OK)
        ruf_home_writer_close(out);
    return status;
}

void ruf_home_writer_close(struct ruf_home_writer *writer)
{
    ruf_store_close(writer->store);
    ruf_lock_release(writer->lock);
    memset(writer, 0, sizeof(*writer));
}

/* --- index -------------------------------------------------------------------
 */

/* A store that does not open keeps nobody from an index that does. */
uint64_t ruf_home_published(const struct ruf_home *home)
{
    uint64_t floor = ruf_rollback_floor(home);
    struct ruf_store *store = NULL;
    int64_t generation = 0;

    if (ruf_home_store_open(home, &store, NULL) != RUF_OK ||
        ruf_store_fact_load(store, FACT_GENERATION, &generation, NULL) !=
            RUF_OK)
        generation = 0;
    ruf_store_close(store);
    return generation > 0 && (uint64_t)generation > floor ? (uint64_t)generation
                                                          : floor;
}

enum ruf_status ruf_home_index(const struct ruf_home *home,
                               enum ruf_index_mode mode, struct ruf_index **out,
                               struct ruf_error *err)
{
    enum ruf_status status = ruf_home_check_age(home, err);

    *out = NULL;
    return status == RUF_OK ? ruf_home_index_any_age(home, mode, out, err)
                            : status;
}

enum ruf_status ruf_home_index_any_age(const struct ruf_home *home,
                                       enum ruf_index_mode mode,
                                       struct ruf_index **out,
                                       struct ruf_error *err)
{
    enum ruf_status status = ruf_access_enter(home, RUF_ACCESS_USE, err);
    struct ruf_index_info info;
    char *path;

    *out = NULL;
    if (status == RUF_OK)
        status = ruf_home_memory_check(home, err);
    if (status != RUF_OK)
        return status;
    path = ruf_home_image_path(home);
    if (path == NULL)
        return ruf_fail_memory(err);
    status = ruf_index_open_since(path, home->key.bytes, mode,
                                  ruf_home_published(home), out, err);
    if (status == RUF_OK) {
        ruf_index_describe(*out, &info);
        status = ruf_rollback_check(home, path, info.generation, err);
    }
    if (status != RUF_OK) {
        ruf_index_close(*out);
        *out = NULL;
    }
    if (status == RUF_E_NOT_FOUND)
        status = ruf_fail(err, RUF_E_NOT_FOUND, "D722", home->path,
                          "nothing has been synced yet");
    free(path);
    return status;
}
