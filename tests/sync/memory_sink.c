/*
 * memory_sink.c - a sink that keeps everything in memory, as the store would
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "memory_sink.h"
#include "base/error.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- records
 * -------------------------------------------------------------------- */

static void records_clear(struct memory_records *records)
{
    for (size_t i = 0; i < records->count; i++) {
        free(records->items[i].id);
        ruf_writer_free(&records->items[i].bytes);
    }
    records->count = 0;
}

const struct memory_record *memory_find(const struct memory_records *records,
                                        const char *id)
{
    for (size_t i = 0; i < records->count; i++)
        if (strcmp(records->items[i].id, id) == 0)
            return &records->items[i];
    return NULL;
}

static struct memory_record *records_put(struct memory_records *records,
                                         const char *id)
{
    const struct memory_record *old = memory_find(records, id);
    struct memory_record *item;

    if (old != NULL) {
        item = &records->items[old - records->items];
        ruf_writer_free(&item->bytes);
        memset(&item->bytes, 0, sizeof(item->bytes));
        return item;
    }
    if (records->count == records->capacity) {
        records->capacity = records->capacity == 0 ? 64 : 2 * records->capacity;
        records->items = realloc(records->items,
                                 records->capacity * sizeof(*records->items));
    }
    item = &records->items[records->count++];
    memset(item, 0, sizeof(*item));
    item->id = strdup(id);
    return item;
}

static void records_drop(struct memory_records *records, const char *id)
{
    const struct memory_record *old = memory_find(records, id);
    size_t at;

    if (old == NULL)
        return;
    at = (size_t)(old - records->items);
    free(records->items[at].id);
    ruf_writer_free(&records->items[at].bytes);
    records->items[at] = records->items[--records->count];
}

void memory_keep(struct memory_records *records, size_t count)
{
    while (records->count > count)
        records_drop(records, records->items[records->count - 1].id);
}

/* --- collections
 * -------------------------------------------------------------------- */

struct memory_collection *memory_collection(struct memory_sink *sink,
                                            const char *source,
                                            const char *name)
{
    struct memory_collection *made;

    for (size_t i = 0; i < sink->collection_count; i++)
        if (strcmp(sink->collections[i].source, source) == 0 &&
            strcmp(sink->collections[i].name, name) == 0)
            return &sink->collections[i];
    if (sink->collection_count == 64)
        abort();
    made = &sink->collections[sink->collection_count++];
    (void)snprintf(made->source, sizeof(made->source), "%s", source);
    (void)snprintf(made->name, sizeof(made->name), "%s", name);
    return made;
}

static char *copy_or_null(const char *text)
{
    return text == NULL ? NULL : strdup(text);
}

static enum ruf_status on_load(void *context, const char *source,
                               const char *name, struct ruf_sync_state *out,
                               struct ruf_error *err)
{
    struct memory_sink *sink = context;
    struct memory_collection *from = memory_collection(sink, source, name);

    (void)err;
    out->link_kind = from->link_kind;
    out->delta_round = from->delta_round;
    out->link = copy_or_null(from->link);
    out->select = copy_or_null(from->select);
    out->not_before = sink->not_before;
    return RUF_OK;
}

static void stage(struct memory_records *staged,
                  const struct ruf_record *record)
{
    char *id = strndup(record->native_id.data, record->native_id.size);
    struct memory_record *item = records_put(staged, id);

    if (!record->removed)
        ruf_record_write(record, &item->bytes);
    free(id);
}

/* Lay an update over the old record, as the store does. */
static void merge(const struct memory_record *old,
                  const struct memory_record *from, struct ruf_writer *out)
{
    struct ruf_record older = { 0 };
    struct ruf_record newer;
    struct ruf_record merged;
    struct ruf_arena *arena = NULL;

    if (ruf_arena_create(&arena, NULL) != RUF_OK ||
        (old != NULL && ruf_record_read(old->bytes.bytes, old->bytes.size,
                                        arena, &older, NULL) != RUF_OK) ||
        ruf_record_read(from->bytes.bytes, from->bytes.size, arena, &newer,
                        NULL) != RUF_OK ||
        ruf_record_merge(&older, &newer, arena, &merged, NULL) != RUF_OK)
        abort();
    ruf_record_write(&merged, out);
    ruf_arena_destroy(arena);
}

static void fold_one(struct memory_collection *into,
                     const struct memory_record *from,
                     struct ruf_round_result *result)
{
    const struct memory_record *old = memory_find(&into->visible, from->id);
    struct ruf_writer merged = { 0 };
    struct memory_record *item;

    if (from->bytes.size == 0) {
        result->removed += old != NULL;
        records_drop(&into->visible, from->id);
        return;
    }
    merge(old, from, &merged);
    if (old == NULL)
        result->added++;
    else if (old->bytes.size != merged.size ||
             memcmp(old->bytes.bytes, merged.bytes, merged.size) != 0)
        result->changed++;
    item = records_put(&into->visible, from->id);
    item->bytes = merged;
}

static void fold(struct memory_collection *into, bool delta,
                 struct ruf_round_result *result)
{
    for (size_t i = 0; i < into->staged.count; i++)
        fold_one(into, &into->staged.items[i], result);
    for (size_t i = 0; !delta && i < into->visible.count;) {
        const char *id = into->visible.items[i].id;

        if (memory_find(&into->staged, id) != NULL) {
            i++;
            continue;
        }
        result->removed++;
        records_drop(&into->visible, id);
    }
    records_clear(&into->staged);
}

static enum ruf_status on_page(void *context, const struct ruf_sync_page *page,
                               struct ruf_round_result *result,
                               struct ruf_error *err)
{
    struct memory_sink *sink = context;
    struct memory_collection *into =
        memory_collection(sink, page->source, page->collection);

    if (++sink->pages == sink->fail_at_page)
        return ruf_fail(err, RUF_E_IO, "I801", "", "the test says so");
    into->pages++;
    if (page->starts_round) {
        records_clear(&into->staged);
        into->starts++;
    }
    for (size_t i = 0; i < page->record_count; i++)
        stage(&into->staged, &page->records[i]);
    free(into->link);
    free(into->select);
    into->link = strdup(page->link);
    into->select = strdup(page->select);
    into->link_kind = page->link_kind;
    into->delta_round = page->delta_round;
    memset(result, 0, sizeof(*result));
    if (page->link_kind == RUF_LINK_DELTA) {
        fold(into, page->delta_round, result);
        into->rounds++;
    }
    return RUF_OK;
}

static enum ruf_status on_reset(void *context, const char *source,
                                const char *name, struct ruf_error *err)
{
    struct memory_collection *at = memory_collection(context, source, name);

    (void)err;
    free(at->link);
    free(at->select);
    at->link = NULL;
    at->select = NULL;
    at->link_kind = RUF_LINK_NONE;
    at->resets++;
    records_clear(&at->staged);
    return RUF_OK;
}

static enum ruf_status on_collections(void *context, const char *source,
                                      void (*name)(void *receiver,
                                                   const char *collection),
                                      void *receiver, struct ruf_error *err)
{
    struct memory_sink *sink = context;

    (void)err;
    for (size_t i = 0; i < sink->collection_count; i++)
        if (strcmp(sink->collections[i].source, source) == 0 &&
            sink->collections[i].pages > 0)
            name(receiver, sink->collections[i].name);
    return RUF_OK;
}

static enum ruf_status on_throttle(void *context, const char *source,
                                   int64_t not_before, struct ruf_error *err)
{
    struct memory_sink *sink = context;

    (void)source;
    (void)err;
    sink->not_before = not_before;
    sink->throttles++;
    return RUF_OK;
}

/* --- secrets
 * -------------------------------------------------------------------------- */

const char *memory_secret(const struct memory_sink *sink, const char *name)
{
    for (size_t i = 0; i < sink->secret_count; i++)
        if (strcmp(sink->secrets[i].name, name) == 0)
            return sink->secrets[i].value;
    return NULL;
}

static enum ruf_status on_secret_load(void *context, const char *name,
                                      char **value, struct ruf_error *err)
{
    (void)err;
    *value = copy_or_null(memory_secret(context, name));
    return RUF_OK;
}

static enum ruf_status on_secret_save(void *context, const char *name,
                                      const char *value, struct ruf_error *err)
{
    struct memory_sink *sink = context;
    size_t used = strlen(sink->order);
    size_t at = 0;

    (void)err;
    (void)snprintf(sink->order + used, sizeof(sink->order) - used, "%s%s ",
                   value == NULL ? "-" : "", name);
    while (at < sink->secret_count && strcmp(sink->secrets[at].name, name) != 0)
        at++;
    if (at == 24)
        abort();
    if (at == sink->secret_count) {
        sink->secret_count++;
        (void)snprintf(sink->secrets[at].name, sizeof(sink->secrets[at].name),
                       "%s", name);
    }
    free(sink->secrets[at].value);
    sink->secrets[at].value = copy_or_null(value);
    return RUF_OK;
}

static enum ruf_status on_secret_clear(void *context, const char *prefix,
                                       struct ruf_error *err)
{
    struct memory_sink *sink = context;

    (void)err;
    for (size_t i = 0; i < sink->secret_count; i++) {
        if (strncmp(sink->secrets[i].name, prefix, strlen(prefix)) != 0)
            continue;
        free(sink->secrets[i].value);
        sink->secrets[i].value = NULL;
    }
    return RUF_OK;
}

void memory_sink_init(struct memory_sink *sink)
{
    memset(sink, 0, sizeof(*sink));
    sink->sink = (struct ruf_sync_sink){
        .context = sink,
        .load = on_load,
        .page = on_page,
        .reset = on_reset,
        .collections = on_collections,
        .throttle = on_throttle,
        .secret_load = on_secret_load,
        .secret_save = on_secret_save,
        .secret_clear = on_secret_clear,
    };
}

void memory_sink_free(struct memory_sink *sink)
{
    for (size_t i = 0; i < sink->collection_count; i++) {
        struct memory_collection *at = &sink->collections[i];

        free(at->link);
        free(at->select);
        records_clear(&at->staged);
        records_clear(&at->visible);
        free(at->staged.items);
        free(at->visible.items);
    }
    for (size_t i = 0; i < sink->secret_count; i++)
        free(sink->secrets[i].value);
}
