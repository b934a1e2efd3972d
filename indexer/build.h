/*
 * indexer/build.h - people to a published image
 *
 * Threads: one thread at a time per path.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_BUILD_H
#define INDEXER_BUILD_H

#include "base/image.h"
#include "indexer/contacts.h"
#include "indexer/trunks.h"

/** Persons in rank order, made or loaded as they are asked for. */
struct ruf_people_source {
    void *context;
    /**
     * The next persons, valid until the next call; count 0 behind the last.
     * Some dozens at a time cost least. A failure ends the build with it.
     */
    enum ruf_status (*next)(void *context, const struct ruf_person **persons,
                            size_t *count, struct ruf_error *err);
};

/** A list as a source; the list is borrowed. */
struct ruf_people_cursor {
    const struct ruf_people *people;
    size_t next;
};
struct ruf_people_source ruf_people_source(struct ruf_people_cursor *cursor);

/** Where photos of source contacts come from; all zero: there are none. */
struct ruf_photo_source {
    void *context;
    /**
     * Fill in the photo of a source contact whose 'photo' is not 0.
     * @param[out] bytes  room for RUF_PHOTO_SIZE_MAX.
     * @param[out] size   0: it has none.
     */
    enum ruf_status (*load)(void *context,
                            const struct ruf_source_contact *contact,
                            uint8_t *bytes, size_t *size,
                            struct ruf_error *err);
};

/** What an image is to hold. */
enum ruf_build_content {
    RUF_BUILD_ALL = 0,
    RUF_BUILD_NUMBERS /**< numbers and labels; nobody's contact, no search, no
                           trunks */
};

struct ruf_build_options {
    enum ruf_build_content content;
    /** Bytes that numbers and labels may take; beyond them they go through
     *  sealed temporary files beside the image. Contacts, trunks and search
     *  tables are made in memory, about 1 KiB a contact. 0: no limit. */
    uint64_t memory;
    struct ruf_photo_source photos;
};

/**
 * Label people, find their trunks, and build and publish their image with all
 * the policy wants in it; the same bytes whatever the memory.
 * @param[out] over_limit  entries left out for caller_id.max_entries.
 * @return as ruf_image_write(), or what the source or its photos failed with.
 */
RUF_MUST_USE enum ruf_status ruf_build_people(
    const char *path, const uint8_t key[32], const struct ruf_image_seed *seed,
    const struct ruf_people_source *source, const struct ruf_policy *policy,
    const struct ruf_build_options *options, uint64_t *over_limit,
    struct ruf_error *err);

/** What goes into an image beside people and entries. All zero: nothing. */
struct ruf_image_extras {
    const struct ruf_trunks *trunks; /**< or NULL */
    const ruf_e164 *blocked;         /**< strictly ascending */
    size_t blocked_count;            /**< 0..RUF_BLOCKED_MAX */
    struct ruf_photo_source photos;
};

/**
 * The image of parts that were made elsewhere: for tests and benches.
 * @param[in] extras  NULL: none.
 * @return as ruf_image_write(); RUF_E_INTERNAL (E919: extras over a limit or
 *         out of order).
 */
RUF_MUST_USE enum ruf_status ruf_build_with(
    const char *path, const uint8_t key[32], const struct ruf_image_seed *seed,
    const struct ruf_people *people, const struct ruf_labelled_entries *entries,
    const struct ruf_image_extras *extras, struct ruf_error *err);

/** The same without extras. */
RUF_MUST_USE enum ruf_status
ruf_build(const char *path, const uint8_t key[32],
          const struct ruf_image_seed *seed, const struct ruf_people *people,
          const struct ruf_labelled_entries *entries, struct ruf_error *err);

#endif
