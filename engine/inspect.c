/*
 * engine/inspect.c - counts, sizes and the integrity check
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "engine/access.h"
#include "engine/home_memory.h"
#include "engine/sources.h"
#include <rufname/directory.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static uint64_t file_size(const char *home, const char *name)
{
    char *path = ruf_path_join(home, name);
    struct stat info;
    uint64_t size = 0;

    if (path != NULL && stat(path, &info) == 0)
        size = (uint64_t)info.st_size;
    free(path);
    return size;
}

static void copy_store_stats(const struct ruf_store_stats *from,
                             struct ruf_home_stats *to)
{
    to->records = from->records;
    to->numbers_total = from->numbers_total;
    to->numbers_valid = from->numbers_valid;
    to->numbers_unresolved = from->numbers_unresolved;
    to->source_count = from->source_count;
    for (size_t i = 0; i < from->source_count; i++) {
        memcpy(to->sources[i].id, from->sources[i].id,
               sizeof(to->sources[i].id));
        to->sources[i].records = from->sources[i].records;
        to->sources[i].updated = from->sources[i].updated;
    }
}

static enum ruf_status count_name(void *context, ruf_e164 number,
                                  struct ruf_text label, struct ruf_error *err)
{
    uint64_t *names = context;

    (void)number;
    (void)label;
    (void)err;
    ++*names;
    return RUF_OK;
}

static enum ruf_status skip_blocked(void *context, ruf_e164 number,
                                    struct ruf_error *err)
{
    (void)context;
    (void)number;
    (void)err;
    return RUF_OK;
}

static enum ruf_status complete(void *context, struct ruf_error *err)
{
    (void)context;
    (void)err;
    return RUF_OK;
}

/* A blocked number loses its name: then the names are counted. */
static enum ruf_status count_names(const struct ruf_index *index,
                                   const struct ruf_index_info *info,
                                   uint64_t *names, struct ruf_error *err)
{
    const struct ruf_directory_host host = { .context = names,
                                             .add_identification = count_name,
                                             .add_blocking = skip_blocked,
                                             .complete = complete };

    *names = info->entry_count;
    if (info->blocked_count == 0)
        return RUF_OK;
    *names = 0;
    return ruf_directory_emit_full(index, &host, err);
}

static enum ruf_status describe_index(const struct ruf_home *home,
                                      struct ruf_home_stats *out,
                                      struct ruf_error *err)
{
    struct ruf_index_info info;
    struct ruf_index *index = NULL;
    enum ruf_status status =
        ruf_home_index_any_age(home, RUF_INDEX_ON_DEMAND, &index, err);

    if (status == RUF_E_NOT_FOUND)
        return RUF_OK; /* before the first sync: all counts are 0 */
    if (status != RUF_OK)
        return status;
    ruf_index_describe(index, &info);
    out->contacts = info.contact_count;
    status = count_names(index, &info, &out->entries, err);
    out->numbers_indexed = info.entry_count;
    out->generation = info.generation;
    out->image_bytes = info.image_size;
    out->blocked = info.blocked_count;
    out->trunks = info.trunk_count;
    out->photos = info.photo_count;
    ruf_index_close(index);
    return status;
}

enum ruf_status ruf_home_describe(struct ruf_home *home,
                                  struct ruf_home_stats *out,
                                  struct ruf_error *err)
{
    struct ruf_store_stats *stats = calloc(1, sizeof(*stats));
    struct ruf_store *store = NULL;
    int64_t over_limit = 0;
    enum ruf_status status;

    memset(out, 0, sizeof(*out));
    if (stats == NULL)
        return ruf_fail_memory(err);
    status = ruf_home_store_open(home, &store, err);
    if (status == RUF_OK)
        status = ruf_store_stats(store, stats, err);
    if (status == RUF_OK)
        status = ruf_store_fact_load(store, FACT_OVER_LIMIT, &over_limit, err);
    out->entries_over_limit = over_limit < 0 ? 0 : (uint64_t)over_limit;
    if (status == RUF_OK) {
        copy_store_stats(stats, out);
        status =
            ruf_note_stale(home, store, out->sources, out->source_count, err);
    }
    ruf_store_close(store);
    if (status == RUF_OK) {
        out->store_bytes = file_size(home->path, HOME_STORE) +
                           file_size(home->path, HOME_STORE_WAL);
        status = describe_index(home, out, err);
    }
    free(stats);
    return status;
}

/* --- verify
 * -------------------------------------------------------------------- */

static void verify_image(const struct ruf_home *home,
                         struct ruf_verify_report *out)
{
    char *path = ruf_home_image_path(home);
    enum ruf_status status;

    if (path == NULL)
        status = ruf_fail_memory(&out->image_error);
    else
        status = ruf_index_verify(path, home->key.bytes,
                                  ruf_home_published(home), &out->image_error);
    if (status == RUF_E_NOT_FOUND)
        status = ruf_fail(&out->image_error, RUF_E_NOT_FOUND, "D722",
                          home->path, "nothing has been synced yet");
    free(path);
    out->image_ok = status == RUF_OK;
}

static void first_store_finding(void *context, const char *text)
{
    struct ruf_error *err = context;

    if (err->status == RUF_OK)
        (void)ruf_fail(err, RUF_E_CORRUPT, "D711", HOME_STORE, "%s", text);
}

static void verify_store(struct ruf_home *home, struct ruf_verify_report *out)
{
    struct ruf_home_writer writer;
    struct ruf_error found = { 0 };
    size_t findings = 0;
    enum ruf_status status;

    /* The check needs a checkpoint first, and that is a write. */
    status = ruf_home_writer_open(home, &writer, &out->store_error);
    if (status == RUF_OK) {
        status = ruf_store_verify(writer.store, first_store_finding, &found,
                                  &findings, &out->store_error);
        ruf_home_writer_close(&writer);
    }
    if (status == RUF_OK && findings > 0)
        out->store_error = found;
    out->store_ok = status == RUF_OK && findings == 0;
}

enum ruf_status ruf_home_verify(struct ruf_home *home,
                                struct ruf_verify_report *out,
                                struct ruf_error *err)
{
    enum ruf_status status = ruf_access_enter(home, RUF_ACCESS_USE, err);

    memset(out, 0, sizeof(*out));
    if (status != RUF_OK)
        return status;
    verify_image(home, out);
    verify_store(home, out);
    /* Says nothing about the files. */
    if (out->image_error.status == RUF_E_NOMEM ||
        out->store_error.status == RUF_E_NOMEM)
        return ruf_fail_memory(err);
    return RUF_OK;
}
