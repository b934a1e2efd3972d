/*
 * callkit/request.c - one request: its decision and its record
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "callkit/request.h"
#include "base/error.h"
#include "base/file.h"
#include <stdlib.h>
#include <string.h>

/* --- what the decision rests on ---------------------------------------------
 */

static enum ruf_status open_image(struct ruf_directory_request *request,
                                  const char *name, struct ruf_index **out,
                                  struct ruf_error *err)
{
    char *path = ruf_path_join(request->folder, name);
    enum ruf_status status =
        path == NULL
            ? ruf_fail_memory(err)
            : ruf_index_open(path, request->key, RUF_INDEX_ON_DEMAND, out, err);

    free(path);
    return status;
}

/* The file that is sent gets a second name first: the app may replace it at
 * any time, and what is committed has to be what was sent. */
static enum ruf_status open_next(struct ruf_directory_request *request,
                                 struct ruf_error *err)
{
    const char *name = RUF_FOLDER_INDEX;
    struct ruf_index_info info;
    enum ruf_status status = RUF_OK;

    if (!request->dry_run) {
        name = RUF_FOLDER_NEXT;
        status = ruf_folder_link(request->folder, RUF_FOLDER_INDEX, name, err);
    } else if (!ruf_folder_has(request->folder, name)) {
        status = ruf_fail(err, RUF_E_NOT_FOUND, "I801", name, "no such file");
    }
    if (status == RUF_OK && !request->has_key)
        status = ruf_fail(err, RUF_E_KEY, "K201", "", "no key at hand");
    if (status == RUF_OK)
        status = open_image(request, name, &request->next, err);
    if (status == RUF_OK)
        status = ruf_side_open(&request->to, request->next, err);
    if (status == RUF_OK)
        status = ruf_commit_hash(request->folder, name, request->key,
                                 &request->to, request->hash, err);
    if (status != RUF_OK)
        return status;
    ruf_index_describe(request->next, &info);
    request->report.generation = info.generation;
    return RUF_OK;
}

/* Is this what the record was written for? */
static bool is_proved(struct ruf_directory_request *request)
{
    uint8_t hash[RUF_DIGEST_SIZE];

    request->from.entries_max = request->record.entries_max;
    request->from.name_blocked = request->record.name_blocked;
    return ruf_commit_hash(request->folder, RUF_FOLDER_COMMITTED, request->key,
                           &request->from, hash, NULL) == RUF_OK &&
           ruf_constant_time_equal(hash, request->record.hash, sizeof(hash));
}

static bool open_committed(struct ruf_directory_request *request)
{
    return request->record.state == RUF_DIRECTORY_HOLDS &&
           request->record.all_fit && is_proved(request) &&
           open_image(request, RUF_FOLDER_COMMITTED, &request->committed,
                      NULL) == RUF_OK &&
           ruf_side_open(&request->from, request->committed, NULL) == RUF_OK;
}

/* --- decision ---------------------------------------------------------------
 */

/* Read every block once before the phone is told anything: a damaged one found
 * half-way would cost it all it has. */
static enum ruf_status plan_full(struct ruf_directory_request *request,
                                 struct ruf_error *err)
{
    struct ruf_side_walk walk;
    enum ruf_status status = ruf_side_walk_open(&walk, &request->to, err);

    if (status != RUF_OK)
        return status;
    status = ruf_side_walk_to_end(&walk, err);
    request->report.additions = walk.count + request->to.blocking_count;
    request->report.skipped = walk.skipped;
    request->report.dropped = walk.dropped;
    ruf_side_walk_close(&walk);
    request->report.mode = RUF_DIRECTORY_FULL;
    return status;
}

static enum ruf_status count_number(void *context, ruf_e164 number,
                                    struct ruf_text label,
                                    struct ruf_error *err)
{
    uint64_t *count = context;

    (void)number;
    (void)label;
    (void)err;
    ++*count;
    return RUF_OK;
}

/* Calls of a delta, blocked numbers included. */
static enum ruf_status count_delta(const struct ruf_directory_request *request,
                                   uint64_t *count, struct ruf_error *err)
{
    const struct ruf_side *from = &request->from;
    const struct ruf_side *to = &request->to;
    enum ruf_status status;

    *count = request->delta.removals + request->delta.additions;
    status =
        ruf_delta_numbers(from->blocking, from->blocking_count, to->blocking,
                          to->blocking_count, count_number, count, err);
    return status != RUF_OK
               ? status
               : ruf_delta_numbers(to->blocking, to->blocking_count,
                                   from->blocking, from->blocking_count,
                                   count_number, count, err);
}

/* From the committed side if that is known and worth it. */
static enum ruf_status plan_change(struct ruf_directory_request *request,
                                   struct ruf_error *err)
{
    struct ruf_delta *delta = &request->delta;
    enum ruf_status status;
    uint64_t calls = 0;

    if (!open_committed(request))
        return plan_full(request, err);
    status = ruf_delta_plan(delta, &request->from, &request->to, err);
    if (status != RUF_OK && delta->from_failed)
        return plan_full(request, err);
    if (status != RUF_OK)
        return status;
    status = count_delta(request, &calls, err);
    /* After a yes there is no way back to full: decide now. */
    if (status != RUF_OK || delta->unfit ||
        calls > delta->to_count + request->to.blocking_count)
        return plan_full(request, err);
    request->report.mode = RUF_DIRECTORY_DELTA;
    request->report.base = request->record.generation;
    request->report.removals = delta->removals;
    request->report.additions = delta->additions;
    request->report.dropped = delta->dropped;
    return RUF_OK;
}

static bool is_unchanged(const struct ruf_directory_request *request)
{
    return request->record.state == RUF_DIRECTORY_HOLDS &&
           ruf_constant_time_equal(request->hash, request->record.hash,
                                   sizeof(request->hash));
}

/* The walk of a full emission is made here as well: also a delta needs it when
 * the phone says no. */
static enum ruf_status plan(struct ruf_directory_request *request,
                            struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;

    if (is_unchanged(request))
        request->report.mode = RUF_DIRECTORY_KEEP;
    else
        status = plan_change(request, err);
    if (status == RUF_OK)
        status = ruf_side_walk_open(&request->walk, &request->to, err);
    /* The planning pass has looked at every label. */
    if (status == RUF_OK && request->report.mode == RUF_DIRECTORY_FULL &&
        request->report.skipped == 0)
        ruf_side_walk_trust(&request->walk);
    return status;
}

/* Without a readable index there is nothing to send. What the phone has stays,
 * unless nothing was ever sent. */
static void decide_blind(struct ruf_directory_request *request)
{
    const struct ruf_error *reason = &request->reason;
    bool missing = reason->status == RUF_E_NOT_FOUND;

    request->blind = true;
    memcpy(request->report.reason, reason->id, sizeof(request->report.reason));
    request->report.generation = 0;
    request->report.base = 0;
    request->report.removals = 0;
    request->report.additions = 0;
    request->report.mode =
        missing && request->record.state != RUF_DIRECTORY_HOLDS
            ? RUF_DIRECTORY_CLEAR
            : RUF_DIRECTORY_KEEP;
}

/* A record that cannot be read is none. */
static enum ruf_status begin(struct ruf_directory_request *request,
                             struct ruf_error *err)
{
    const uint8_t *key = request->has_key ? request->key : NULL;
    enum ruf_status status =
        ruf_commit_read(request->folder, key, &request->record, err);

    if (status == RUF_E_NOMEM || request->dry_run)
        return status == RUF_E_NOMEM ? status : RUF_OK;
    return ruf_commit_begin(request->folder, key, &request->record, err);
}

static void decide(struct ruf_directory_request *request)
{
    enum ruf_status status = begin(request, &request->reason);

    request->wiped = ruf_folder_has(request->folder, RUF_FOLDER_WIPED);
    if (request->wiped || request->options.disabled) {
        request->report.mode = RUF_DIRECTORY_CLEAR;
        return;
    }
    if (status == RUF_OK)
        status = open_next(request, &request->reason);
    if (status == RUF_OK)
        status = plan(request, &request->reason);
    if (status != RUF_OK)
        decide_blind(request);
}

/* --- life -------------------------------------------------------------------
 */

enum ruf_status ruf_directory_request_open(
    const char *folder, const struct ruf_directory_options *options,
    struct ruf_directory_request **out, struct ruf_error *err)
{
    struct ruf_directory_request *request = calloc(1, sizeof(*request));
    uint32_t entries_max = options->entries_max;

    *out = NULL;
    if (request == NULL)
        return ruf_fail_memory(err);
    if (entries_max == 0 || entries_max > RUF_DIRECTORY_ENTRIES_MAX)
        entries_max = RUF_DIRECTORY_ENTRIES_MAX;
    atomic_init(&request->failed, false);
    request->options = *options;
    request->options.key = NULL;
    request->dry_run = options->dry_run;
    request->to.entries_max = entries_max;
    request->to.name_blocked = options->name_blocked;
    request->folder = strdup(folder);
    if (request->folder == NULL ||
        pthread_mutex_init(&request->lock, NULL) != 0) {
        free(request->folder);
        free(request);
        return ruf_fail_memory(err);
    }
    if (options->key != NULL) {
        request->has_key = true;
        memcpy(request->key, options->key, sizeof(request->key));
    }
    decide(request);
    *out = request;
    return RUF_OK;
}

void ruf_directory_request_close(struct ruf_directory_request *request)
{
    if (request == NULL)
        return;
    ruf_delta_free(&request->delta);
    ruf_side_walk_close(&request->walk);
    ruf_side_close(&request->from);
    ruf_side_close(&request->to);
    ruf_index_close(request->committed);
    ruf_index_close(request->next);
    /* Another name of the published file, or left by a request that died. */
    if (!request->dry_run)
        ruf_folder_discard(request->folder, RUF_FOLDER_NEXT);
    (void)pthread_mutex_destroy(&request->lock);
    ruf_wipe(request->key, sizeof(request->key));
    free(request->folder);
    free(request);
}

void ruf_directory_request_describe(struct ruf_directory_request *request,
                                    struct ruf_directory_report *out)
{
    (void)pthread_mutex_lock(&request->lock);
    *out = request->report;
    (void)pthread_mutex_unlock(&request->lock);
}

enum ruf_status
ruf_directory_request_reason(const struct ruf_directory_request *request,
                             struct ruf_error *err)
{
    if (!request->blind || request->reason.status == RUF_E_NOT_FOUND)
        return RUF_OK;
    if (err != NULL)
        *err = request->reason;
    return request->reason.status;
}

/* --- record -----------------------------------------------------------------
 */

static enum ruf_status forget(struct ruf_directory_request *request,
                              struct ruf_error *err)
{
    return request->dry_run ? RUF_OK : ruf_commit_reset(request->folder, err);
}

static void write_report(struct ruf_directory_request *request)
{
    /* Only a hint for the app: no reason to fail. */
    if (!request->dry_run &&
        ruf_folder_write_report(request->folder, &request->report, NULL) !=
            RUF_OK)
        ruf_folder_discard(request->folder, RUF_FOLDER_REPORT);
}

void ruf_request_update(struct ruf_directory_request *request,
                        const struct ruf_directory_report *sent, uint64_t names,
                        bool emptied)
{
    enum ruf_directory_outcome outcome;

    (void)pthread_mutex_lock(&request->lock);
    outcome = request->report.outcome;
    request->report = *sent;
    request->report.outcome = outcome;
    request->names = names;
    request->emptied = emptied;
    (void)pthread_mutex_unlock(&request->lock);
}

void ruf_request_abort(struct ruf_directory_request *request,
                       enum ruf_directory_outcome outcome)
{
    (void)pthread_mutex_lock(&request->lock);
    (void)forget(request, NULL);
    request->report.outcome = outcome;
    write_report(request);
    (void)pthread_mutex_unlock(&request->lock);
}

void ruf_directory_request_fail(struct ruf_directory_request *request)
{
    atomic_store(&request->failed, true);
    ruf_request_abort(request, RUF_DIRECTORY_REFUSED);
}

/* A phone that has been cleared holds no generation: nothing to start from. */
static enum ruf_status commit_clear(struct ruf_directory_request *request,
                                    struct ruf_error *err)
{
    enum ruf_status status = ruf_commit_reset(request->folder, err);

    if (status == RUF_OK)
        status = ruf_folder_remove(request->folder, RUF_FOLDER_COMMITTED, err);
    if (status == RUF_OK && request->wiped)
        status = ruf_folder_remove(request->folder, RUF_FOLDER_WIPED, err);
    return status;
}

/* The image first: if only that gets done, the record does not fit it, and the
 * next request is full. */
static enum ruf_status commit_set(struct ruf_directory_request *request,
                                  struct ruf_error *err)
{
    struct ruf_commit commit = {
        .state = RUF_DIRECTORY_HOLDS,
        .generation = request->report.generation,
        .names = request->names,
        .blocked = request->to.blocking_count,
        .entries_max = request->to.entries_max,
        .name_blocked = request->to.name_blocked,
        .all_fit = request->report.skipped == 0,
    };
    enum ruf_status status = ruf_folder_rename(request->folder, RUF_FOLDER_NEXT,
                                               RUF_FOLDER_COMMITTED, err);

    memcpy(commit.hash, request->hash, sizeof(commit.hash));
    if (status == RUF_OK)
        status = ruf_commit_write(request->folder, request->key, &commit, err);
    if (status == RUF_OK)
        ruf_folder_discard(request->folder, RUF_FOLDER_HELD);
    return status;
}

static enum ruf_status commit(struct ruf_directory_request *request,
                              struct ruf_error *err)
{
    if (request->dry_run)
        return RUF_OK;
    if (request->report.mode == RUF_DIRECTORY_CLEAR)
        return commit_clear(request, err);
    if (request->report.mode == RUF_DIRECTORY_KEEP)
        return request->emptied ? forget(request, err)
                                : ruf_commit_restore(request->folder, err);
    return commit_set(request, err);
}

static enum ruf_status finish(struct ruf_directory_request *request,
                              enum ruf_directory_answer answer,
                              struct ruf_error *err)
{
    enum ruf_status status;

    if (atomic_load(&request->failed)) {
        request->report.outcome = RUF_DIRECTORY_REFUSED;
        return forget(request, err);
    }
    if (answer != RUF_DIRECTORY_STORED) {
        request->report.outcome = RUF_DIRECTORY_EXPIRED;
        return forget(request, err);
    }
    status = commit(request, err);
    request->report.outcome =
        status == RUF_OK ? RUF_DIRECTORY_COMMITTED : RUF_DIRECTORY_UNFINISHED;
    return status;
}

enum ruf_status
ruf_directory_request_finish(struct ruf_directory_request *request,
                             enum ruf_directory_answer answer,
                             struct ruf_error *err)
{
    enum ruf_status status;

    (void)pthread_mutex_lock(&request->lock);
    status = finish(request, answer, err);
    write_report(request);
    (void)pthread_mutex_unlock(&request->lock);
    return status;
}
