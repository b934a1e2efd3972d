/*
 * engine/publish.c - from the store to a published image
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/arena.h"
#include "base/error.h"
#include "base/image.h"
#include "engine/home_memory.h"
#include "engine/host.h"
#include "engine/rollback.h"
#include <stdlib.h>

/* Greater than what store and key store remember and the file says, so that a
 * reader never sees the number go back, whichever of the two was lost. */
static enum ruf_status next_generation(const struct ruf_home *home,
                                       struct ruf_store *store,
                                       const char *image_path,
                                       uint64_t *generation,
                                       struct ruf_error *err)
{
    struct ruf_image *image = NULL;
    int64_t last = 0;
    enum ruf_status status =
        ruf_store_fact_load(store, FACT_GENERATION, &last, err);

    if (status != RUF_OK)
        return status;
    *generation = last < 0 ? 1 : (uint64_t)last + 1;
    if (ruf_image_open(image_path, home->key.bytes, &image, NULL) == RUF_OK &&
        ruf_image_generation(image) >= *generation)
        *generation = ruf_image_generation(image) + 1;
    ruf_image_close(image);
    if (ruf_rollback_floor(home) >= *generation)
        *generation = ruf_rollback_floor(home) + 1;
    return RUF_OK;
}

enum ruf_status ruf_view_make(struct ruf_store *store,
                              const struct ruf_policy *policy,
                              struct ruf_arena *arena, ruf_store_judged *judged,
                              void *context, struct ruf_view *out,
                              struct ruf_error *err)
{
    struct ruf_gathered all = { 0 };
    enum ruf_status status =
        ruf_gather(store, policy, arena, false, judged, context, &all, err);

    out->people = all.people;
    if (status == RUF_OK)
        status = ruf_label(&out->people, policy, arena, &out->entries, err);
    if (status == RUF_OK)
        status =
            ruf_trunks_find(&out->people, policy, arena, &out->trunks, err);
    if (status == RUF_OK)
        status =
            ruf_trunks_emit(&out->trunks, policy, arena, &out->entries, err);
    return status;
}

static enum ruf_status load_photo(void *context,
                                  const struct ruf_source_contact *contact,
                                  uint8_t *bytes, size_t *size,
                                  struct ruf_error *err)
{
    return ruf_store_photo_read(context, contact->photo, bytes, size, err);
}

enum ruf_status
ruf_build_home_image(const struct ruf_home *home, struct ruf_store *store,
                     const char *image_path, const struct ruf_image_seed *seed,
                     uint64_t *over_limit, struct ruf_error *err)
{
    struct ruf_store_photo_reader *photos = NULL;
    struct ruf_build_options options = { .photos = { NULL, load_photo } };
    struct ruf_gathered all = { 0 };
    struct ruf_people_cursor cursor = { &all.people, 0 };
    struct ruf_people_source source = ruf_people_source(&cursor);
    struct ruf_arena *arena = NULL;
    enum ruf_status status = ruf_arena_create(&arena, err);

    if (status == RUF_OK)
        status = ruf_gather(store, home->policy, arena, false, NULL, NULL, &all,
                            err);
    if (status == RUF_OK)
        status = ruf_store_photo_reader_open(store, &photos, err);
    options.photos.context = photos;
    if (status == RUF_OK)
        status = ruf_build_people(image_path, home->key.bytes, seed, &source,
                                  home->policy, &options, over_limit, err);
    ruf_store_photo_reader_close(photos);
    ruf_arena_destroy(arena);
    return status;
}

static enum ruf_status make_seed(const struct ruf_home *home,
                                 enum ruf_publish_form form,
                                 uint64_t generation,
                                 struct ruf_image_seed *out,
                                 struct ruf_error *err)
{
    return form == RUF_PUBLISH_REPEATABLE
               ? ruf_image_seed_repeatable(home->key.bytes, generation, out,
                                           err)
               : ruf_image_seed_random(generation, out, err);
}

static enum ruf_status publish(const struct ruf_home *home,
                               struct ruf_store *store,
                               enum ruf_publish_form form, uint64_t *generation,
                               struct ruf_error *err)
{
    struct ruf_image_seed seed = { 0 };
    struct ruf_image_place place;
    uint64_t over_limit = 0;
    uint64_t next = 0;
    enum ruf_status status = ruf_image_place_begin(home, &place, err);

    if (status == RUF_OK)
        status = ruf_home_still_ours(home, err);
    if (status == RUF_OK)
        status = ruf_store_standardise(store, home->policy, false, err);
    if (status == RUF_OK)
        status = ruf_store_sweep_marks(store, home->policy, err);
    if (status == RUF_OK)
        status = next_generation(home, store, place.path, &next, err);
    if (status == RUF_OK)
        status = make_seed(home, form, next, &seed, err);
    if (status == RUF_OK)
        status = ruf_build_home_image(home, store, place.path, &seed,
                                      &over_limit, err);
    /* After the file: a reader refuses what is older than this number. */
    if (status == RUF_OK)
        status = ruf_store_fact_save(store, FACT_GENERATION,
                                     (int64_t)seed.generation, err);
    if (status == RUF_OK)
        status = ruf_store_fact_save(store, FACT_UNPUBLISHED, 0, err);
    if (status == RUF_OK)
        status = ruf_store_fact_save(store, FACT_OVER_LIMIT,
                                     (int64_t)over_limit, err);
    if (status == RUF_OK)
        status = ruf_rollback_remember(home, place.path, seed.generation, err);
    if (status == RUF_OK) {
        *generation = seed.generation;
        ruf_host_protect_files(&home->host, home->path);
        home->host.reload_directory(home->host.context);
    }
    ruf_image_place_end(home, &place, status == RUF_OK);
    return status;
}

enum ruf_status ruf_publish(const struct ruf_home *home,
                            struct ruf_store *store, uint64_t *generation,
                            struct ruf_error *err)
{
    return publish(home, store, RUF_PUBLISH_NORMAL, generation, err);
}

enum ruf_status ruf_home_publish(struct ruf_home *home, uint64_t *generation,
                                 struct ruf_error *err)
{
    return ruf_home_publish_as(home, RUF_PUBLISH_NORMAL, generation, err);
}

enum ruf_status ruf_home_publish_as(struct ruf_home *home,
                                    enum ruf_publish_form form,
                                    uint64_t *generation, struct ruf_error *err)
{
    struct ruf_home_writer writer;
    enum ruf_status status = ruf_home_writer_open(home, &writer, err);

    if (status != RUF_OK)
        return status;
    status = ruf_store_standardise(writer.store, home->policy, true, err);
    if (status == RUF_OK)
        status = publish(home, writer.store, form, generation, err);
    ruf_home_writer_close(&writer);
    return status;
}
