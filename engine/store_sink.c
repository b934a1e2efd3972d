/*
 * engine/store_sink.c - the store as a sink
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/store_sink.h"
#include "engine/host.h"
#include <stdio.h>

static enum ruf_status sink_load(void *context, const char *source,
                                 const char *collection,
                                 struct ruf_sync_state *out,
                                 struct ruf_error *err)
{
    struct ruf_store_sink *sink = context;
    struct ruf_collection_state state;
    enum ruf_status status =
        ruf_store_collection_load(sink->store, source, collection, &state, err);

    if (status != RUF_OK)
        return status;
    out->link_kind = (enum ruf_link_kind)state.link_kind;
    out->delta_round = state.delta_round;
    out->link = state.link;
    out->select = state.select;
    out->not_before = state.not_before;
    return RUF_OK;
}

static enum ruf_status sink_page(void *context,
                                 const struct ruf_sync_page *page,
                                 struct ruf_round_result *result,
                                 struct ruf_error *err)
{
    struct ruf_store_sink *sink = context;
    struct ruf_store_round round = { 0 };
    struct ruf_store_page copy = {
        .source = page->source,
        .collection = page->collection,
        .select = page->select,
        .starts_round = page->starts_round,
        .delta_round = page->delta_round,
        .records = page->records,
        .record_count = page->record_count,
        .completes_round = page->link_kind == RUF_LINK_DELTA,
        .allow_shrink = sink->allow_shrink,
        .link = page->link,
    };
    enum ruf_status status =
        ruf_store_page(sink->store, sink->policy, &copy, &round, err);

    result->added = round.added;
    result->changed = round.changed;
    result->removed = round.removed;
    return status;
}

static enum ruf_status sink_reset(void *context, const char *source,
                                  const char *collection, struct ruf_error *err)
{
    struct ruf_store_sink *sink = context;

    return ruf_store_collection_reset(sink->store, source, collection, err);
}

static enum ruf_status sink_collections(void *context, const char *source,
                                        void (*name)(void *receiver,
                                                     const char *collection),
                                        void *receiver, struct ruf_error *err)
{
    struct ruf_store_sink *sink = context;

    return ruf_store_collections(sink->store, source, name, receiver, err);
}

static enum ruf_status sink_throttle(void *context, const char *source,
                                     int64_t not_before, struct ruf_error *err)
{
    struct ruf_store_sink *sink = context;

    return ruf_store_throttle(sink->store, source, not_before, err);
}

static enum ruf_status sink_secret_load(void *context, const char *name,
                                        char **value, struct ruf_error *err)
{
    struct ruf_store_sink *sink = context;

    return ruf_store_secret_load(sink->store, name, value, err);
}

static enum ruf_status sink_secret_save(void *context, const char *name,
                                        const char *value,
                                        struct ruf_error *err)
{
    struct ruf_store_sink *sink = context;

    return ruf_store_secret_save(sink->store, name, value, err);
}

static enum ruf_status sink_secret_clear(void *context, const char *prefix,
                                         struct ruf_error *err)
{
    struct ruf_store_sink *sink = context;

    return ruf_store_secret_clear(sink->store, prefix, err);
}

struct photo_listing {
    void (*record)(void *receiver, struct ruf_text collection,
                   struct ruf_text id, const struct ruf_text *etag);
    void *receiver;
};

static void list_photo(void *context, const struct ruf_store_photo *photo)
{
    const struct photo_listing *listing = context;

    listing->record(listing->receiver, photo->collection, photo->native_id,
                    photo->etag.data == NULL ? NULL : &photo->etag);
}

static enum ruf_status
sink_photos(void *context, const char *source,
            void (*record)(void *receiver, struct ruf_text collection,
                           struct ruf_text id, const struct ruf_text *etag),
            void *receiver, struct ruf_error *err)
{
    struct ruf_store_sink *sink = context;
    struct photo_listing listing = { record, receiver };

    return ruf_store_photos(sink->store, source, list_photo, &listing, err);
}

static enum ruf_status sink_photo(void *context, const char *source,
                                  struct ruf_text id, struct ruf_text etag,
                                  const void *bytes, size_t size,
                                  struct ruf_error *err)
{
    struct ruf_store_sink *sink = context;

    return ruf_store_photo_put(sink->store, source, id, etag, bytes, size, err);
}

static enum ruf_status sink_photos_begin(void *context, struct ruf_error *err)
{
    const struct ruf_store_sink *sink = context;

    return ruf_store_begin(sink->store, err);
}

static enum ruf_status sink_photos_end(void *context, enum ruf_status status,
                                       struct ruf_error *err)
{
    const struct ruf_store_sink *sink = context;

    return ruf_store_end(sink->store, status, err);
}

static void photos_fact(const char *source, char out[40])
{
    (void)snprintf(out, 40, "photos checked %s", source);
}

static enum ruf_status sink_photos_checked_load(void *context,
                                                const char *source,
                                                int64_t *day,
                                                struct ruf_error *err)
{
    struct ruf_store_sink *sink = context;
    char name[40];

    photos_fact(source, name);
    return ruf_store_fact_load(sink->store, name, day, err);
}

static enum ruf_status sink_photos_checked_save(void *context,
                                                const char *source, int64_t day,
                                                struct ruf_error *err)
{
    struct ruf_store_sink *sink = context;
    char name[40];

    photos_fact(source, name);
    return ruf_store_fact_save(sink->store, name, day, err);
}

static enum ruf_status sink_access_token(void *context, const char *scope,
                                         const char *claims, char **token,
                                         int64_t *lifetime_s,
                                         struct ruf_error *err)
{
    const struct ruf_store_sink *sink = context;

    return ruf_host_access_token(sink->host, scope, claims, token, lifetime_s,
                                 err);
}

struct ruf_sync_sink ruf_store_sink_over(struct ruf_store_sink *context)
{
    struct ruf_sync_sink sink = {
        .context = context,
        .load = sink_load,
        .page = sink_page,
        .reset = sink_reset,
        .collections = sink_collections,
        .throttle = sink_throttle,
        .secret_load = sink_secret_load,
        .secret_save = sink_secret_save,
        .secret_clear = sink_secret_clear,
        .photos = sink_photos,
        .photo = sink_photo,
        .photos_begin = sink_photos_begin,
        .photos_end = sink_photos_end,
        .photos_checked_load = sink_photos_checked_load,
        .photos_checked_save = sink_photos_checked_save,
    };

    if (context->host->access_token != NULL)
        sink.access_token = sink_access_token;
    return sink;
}
