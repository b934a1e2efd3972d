/*
 * lookup/load.c - resident sections: verified and decrypted once, then kept
 *
 * What answers callers and shows contacts is decrypted block by block as it is
 * touched, the tables of search as a whole. That work is cut into pieces that
 * a few threads take in turn; each has its own cipher context and they share
 * nothing but the number of the next piece. They end before a flag is set.
 * Where no thread can be made, the caller's does it alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "lookup/index_private.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

/* Bytes of one piece, about; below so much in all, threads are not worth it. */
#define PIECE_SIZE ((size_t)256 * 1024)
#define WORTH_THREADS ((size_t)2 << 20)
#define THREADS_MAX 4

/* Blocks of one section, and where they go. */
struct piece {
    const struct ruf_image_section *place;
    uint64_t first;
    uint64_t count;
    uint8_t *out;
};

struct loading {
    const struct ruf_index *index;
    struct piece *pieces;
    size_t piece_count;
    atomic_size_t next;
    atomic_bool failed;
};

struct loader {
    struct loading *loading;
    pthread_t thread;
    enum ruf_status status;
    struct ruf_error err;
};

static enum ruf_status read_pieces(struct loading *loading,
                                   struct ruf_error *err)
{
    struct ruf_image_reader *reader = NULL;
    enum ruf_status status =
        ruf_image_reader_create(loading->index->image, &reader, err);

    while (status == RUF_OK && !atomic_load(&loading->failed)) {
        size_t next = atomic_fetch_add(&loading->next, 1);
        const struct piece *piece;

        if (next >= loading->piece_count)
            break;
        piece = &loading->pieces[next];
        status = ruf_image_read_blocks(reader, piece->place, piece->first,
                                       piece->count, piece->out, err);
    }
    if (status != RUF_OK)
        atomic_store(&loading->failed, true);
    ruf_image_reader_destroy(reader);
    return status;
}

static void *run(void *context)
{
    struct loader *loader = context;

    loader->status = read_pieces(loader->loading, &loader->err);
    return NULL;
}

static size_t threads_for(size_t size)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    if (size < WORTH_THREADS || cores < 2)
        return 1;
    return cores < THREADS_MAX ? (size_t)cores : THREADS_MAX;
}

/* The first failure counts. */
static enum ruf_status read_together(struct loading *loading, size_t threads,
                                     struct ruf_error *err)
{
    struct loader loaders[THREADS_MAX] = { 0 };
    size_t started = 0;
    enum ruf_status status;

    while (started + 1 < threads) {
        loaders[started].loading = loading;
        if (pthread_create(&loaders[started].thread, NULL, run,
                           &loaders[started]) != 0)
            break;
        started++;
    }
    status = read_pieces(loading, err);
    for (size_t i = 0; i < started; i++) {
        (void)pthread_join(loaders[i].thread, NULL);
        if (status == RUF_OK && loaders[i].status != RUF_OK) {
            status = loaders[i].status;
            if (err != NULL)
                *err = loaders[i].err;
        }
    }
    return status;
}

/* Where the plain bytes of a block of a resident section belong. */
static uint8_t *room_of(const struct ruf_index *index,
                        const struct index_section *section, uint64_t block)
{
    return index->plain.bytes + (section->bytes - index->plain.bytes) +
           block * section->place->block_size;
}

static size_t pieces_of(const struct ruf_image_section *place, uint64_t *blocks)
{
    *blocks = PIECE_SIZE / place->block_size;
    return (size_t)((place->block_count + *blocks - 1) / *blocks);
}

/* Cut sections into pieces. */
static void cut(const struct ruf_index *index, const uint32_t *kinds,
                size_t count, struct loading *loading)
{
    for (size_t i = 0; i < count; i++) {
        const struct index_section *section = &index->sections[kinds[i]];
        const struct ruf_image_section *place = section->place;
        uint64_t blocks;
        size_t pieces = pieces_of(place, &blocks);

        for (size_t k = 0; k < pieces; k++) {
            uint64_t first = k * blocks;
            uint64_t left = place->block_count - first;

            loading->pieces[loading->piece_count++] =
                (struct piece){ place, first, left < blocks ? left : blocks,
                                room_of(index, section, first) };
        }
    }
}

static void set_flags(const struct ruf_index *index,
                      const struct index_section *section, uint64_t first,
                      uint64_t count)
{
    for (uint64_t i = first; i < first + count; i++)
        atomic_store_explicit(&index->resident->flags[section->first_flag + i],
                              1, memory_order_release);
}

static enum ruf_status load_whole(const struct ruf_index *index,
                                  const uint32_t *kinds, size_t count,
                                  struct ruf_error *err)
{
    struct loading loading = { .index = index };
    size_t total = 0;
    size_t pieces = 0;
    enum ruf_status status;

    for (size_t i = 0; i < count; i++) {
        uint64_t blocks;

        total += (size_t)index->sections[kinds[i]].size;
        pieces += pieces_of(index->sections[kinds[i]].place, &blocks);
    }
    loading.pieces = calloc(pieces + 1, sizeof(*loading.pieces));
    if (loading.pieces == NULL)
        return ruf_fail_memory(err);
    cut(index, kinds, count, &loading);
    status = read_together(&loading, threads_for(total), err);
    for (size_t i = 0; i < count && status == RUF_OK; i++)
        set_flags(index, &index->sections[kinds[i]], 0,
                  index->sections[kinds[i]].place->block_count);
    free(loading.pieces);
    return status;
}

enum ruf_status ruf_index_load(const struct ruf_index *index,
                               const uint32_t *kinds, size_t count,
                               struct ruf_error *err)
{
    uint32_t missing[INDEX_SECTIONS];
    size_t missing_count = 0;
    enum ruf_status status = RUF_OK;

    (void)pthread_mutex_lock(&index->resident->loading);
    for (size_t i = 0; i < count; i++) {
        const struct index_section *section = &index->sections[kinds[i]];

        if (section->size > 0 && !ruf_index_is_ready(index, section, 0))
            missing[missing_count++] = kinds[i];
    }
    if (missing_count > 0)
        status = load_whole(index, missing, missing_count, err);
    (void)pthread_mutex_unlock(&index->resident->loading);
    return status;
}

enum ruf_status ruf_index_load_block(struct ruf_query *query,
                                     const struct index_section *section,
                                     uint64_t block, struct ruf_error *err)
{
    const struct ruf_index *index = query->index;
    enum ruf_status status = RUF_OK;

    if (query->reader == NULL)
        status = ruf_image_reader_create(index->image, &query->reader, err);
    if (status != RUF_OK)
        return status;
    (void)pthread_mutex_lock(&index->resident->loading);
    if (!ruf_index_is_ready(index, section, block)) {
        status = ruf_image_read_blocks(query->reader, section->place, block, 1,
                                       room_of(index, section, block), err);
        if (status == RUF_OK)
            set_flags(index, section, block, 1);
    }
    (void)pthread_mutex_unlock(&index->resident->loading);
    return status;
}

/* --- room
 * ----------------------------------------------------------------------- */

enum ruf_status ruf_index_make_room(struct ruf_index *index,
                                    const uint32_t *kinds, size_t count,
                                    struct ruf_error *err)
{
    size_t size = 0;
    size_t flags = 0;
    enum ruf_status status;

    for (size_t i = 0; i < count; i++) {
        index->sections[kinds[i]].first_flag = flags;
        flags += (size_t)index->sections[kinds[i]].place->block_count;
        size += (size_t)index->sections[kinds[i]].size;
    }
    index->resident = calloc(1, sizeof(*index->resident) + flags);
    if (index->resident == NULL)
        return ruf_fail_memory(err);
    (void)pthread_mutex_init(&index->resident->loading, NULL);
    status = ruf_secret_create_large(size + INDEX_SLACK, &index->plain, err);
    if (status != RUF_OK)
        return status;
    size = 0;
    for (size_t i = 0; i < count; i++) {
        index->sections[kinds[i]].bytes = index->plain.bytes + size;
        size += (size_t)index->sections[kinds[i]].size;
    }
    return RUF_OK;
}

/* Pages that hold nothing are not touched. */
static void wipe_section(const struct ruf_index *index,
                         const struct index_section *section)
{
    for (uint64_t i = 0; i < section->place->block_count; i++)
        if (ruf_index_is_ready(index, section, i))
            ruf_wipe(room_of(index, section, i), section->place->block_size);
}

void ruf_index_free_room(struct ruf_index *index)
{
    if (index->resident == NULL)
        return;
    for (size_t i = 0; i < INDEX_SECTIONS; i++)
        if (index->sections[i].bytes != NULL)
            wipe_section(index, &index->sections[i]);
    ruf_secret_destroy_wiped(&index->plain);
    (void)pthread_mutex_destroy(&index->resident->loading);
    free(index->resident);
}
