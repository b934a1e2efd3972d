/*
 * tests/support/image_fixture.h - invented companies as persons, entries, image
 *
 * The same seed gives the same company. Names come from a short list with
 * umlauts, hyphens and apostrophes; numbers from the ranges reserved for drama
 * or, when more are needed, counted up behind an unassigned prefix.
 *
 * Threads: one fixture belongs to one thread.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TESTS_SUPPORT_IMAGE_FIXTURE_H
#define TESTS_SUPPORT_IMAGE_FIXTURE_H

#include "base/arena.h"
#include "base/image.h"
#include "indexer/build.h"

/** A company and, after fixture_write(), its image. */
struct image_fixture {
    struct ruf_arena *arena;
    struct ruf_people people;
    struct ruf_labelled_entries entries;
    struct ruf_trunks trunks; /**< none of them holds an entry */
    ruf_e164 blocked[4];      /**< the first is an entry, if there is one */
    struct ruf_image_extras extras;
    uint8_t
        photo[RUF_PHOTO_SIZE_MAX]; /**< bytes of all photos, to their size */
    struct ruf_image_seed seed;
    uint8_t key[RUF_KEY_SIZE];
    char path[64]; /**< "" until written; removed by fixture_destroy() */
    uint64_t random;
};

/**
 * A company of 'persons' contacts with 'entries' distinct emitted numbers; a
 * few numbers belong to two contacts. entries may be 0, not less than 0, and
 * exceed persons. Aborts when memory is out: tests need no error path here.
 */
struct image_fixture *fixture_create(uint64_t seed, size_t persons,
                                     size_t entries);
void fixture_destroy(struct image_fixture *fixture);

/** Bytes of a person's photo: 0 for every third one and up. Also which of the
 *  sources has it. */
size_t fixture_photo_size(const struct ruf_person *person, uint32_t *source);

/** Seal into PATH as fixture_write() does. */
enum ruf_status fixture_build(const struct image_fixture *fixture,
                              const char *path, struct ruf_error *err);

/** Seal into a fresh temporary file; aborts on failure. */
void fixture_write(struct image_fixture *fixture);

/** Open the written image; aborts on failure. */
struct ruf_index *fixture_open(const struct image_fixture *fixture,
                               enum ruf_index_mode mode);

/** Pseudo-random number below bound (splitmix64). */
uint64_t fixture_random(struct image_fixture *fixture, uint64_t bound);

/** Flip bits of one byte of a file. */
void fixture_poke(const char *path, size_t offset, uint8_t flip);

/** Whole file as malloc()ed bytes. */
uint8_t *fixture_read_file(const char *path, size_t *size);

/** Replace a file's content. */
void fixture_write_file(const char *path, const uint8_t *bytes, size_t size);

#endif
