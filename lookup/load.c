/*
 * lookup/load.c - all resident sections, verified and decrypted at open
 *
 * The work is cut into pieces that a few threads take in turn; each thread has
 * its own cipher context and they share nothing but the number of the next
 * piece. They end before the index is handed out, so it is immutable from its
 * first use on. Where no thread can be made, the caller's does it alone.
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

static size_t pieces_of(const struct ruf_image_section *place, uint64_t *blocks)
{
    *blocks = PIECE_SIZE / place->block_size;
    return (size_t)((place->block_count + *blocks - 1) / *blocks);
}

/* Lay the sections out one behind the other and cut them into pieces. */
static void cut(struct ruf_index *index, const uint32_t *kinds, size_t count,
                struct loading *loading)
{
    uint8_t *out = index->plain.bytes;

    for (size_t i = 0; i < count; i++) {
        struct index_section *section = &index->sections[kinds[i]];
        const struct ruf_image_section *place = section->place;
        uint64_t blocks;
        size_t pieces = pieces_of(place, &blocks);

        for (size_t k = 0; k < pieces; k++) {
            uint64_t first = k * blocks;
            uint64_t left = place->block_count - first;

            loading->pieces[loading->piece_count++] =
                (struct piece){ place, first, left < blocks ? left : blocks,
                                out + first * place->block_size };
        }
        section->bytes = out;
        out += section->size;
    }
}

enum ruf_status ruf_index_load(struct ruf_index *index, const uint32_t *kinds,
                               size_t count, struct ruf_error *err)
{
    struct loading loading = { .index = index };
    size_t total = INDEX_SLACK;
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
    status = ruf_secret_create_large(total, &index->plain, err);
    if (status == RUF_OK) {
        cut(index, kinds, count, &loading);
        status = read_together(&loading, threads_for(total), err);
        ruf_secret_lock(&index->plain);
    }
    free(loading.pieces);
    return status;
}
