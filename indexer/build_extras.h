/*
 * indexer/build_extras.h - the sections an image may do without
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_BUILD_EXTRAS_H
#define INDEXER_BUILD_EXTRAS_H

#include "base/spool.h"
#include "indexer/trunks.h"

/**
 * Fill in the photo of a source contact whose 'photo' is not 0.
 * @param[out] bytes  room for RUF_PHOTO_SIZE_MAX.
 * @param[out] size   0: it has none.
 */
typedef enum ruf_status ruf_photo_load(void *context,
                                       const struct ruf_source_contact *contact,
                                       uint8_t *bytes, size_t *size,
                                       struct ruf_error *err);

/** What goes into an image beside people and entries. All zero: nothing. */
struct ruf_image_extras {
    const struct ruf_trunks *trunks; /**< or NULL */
    const ruf_e164 *blocked;         /**< strictly ascending */
    size_t blocked_count;            /**< 0..RUF_BLOCKED_MAX */
    ruf_photo_load *photo;           /**< or NULL: no photos */
    void *photo_context;
};

/** These sections; empty ones are left out of the image. */
struct ruf_extra_sections {
    struct ruf_writer trunks;
    uint32_t trunk_count;
    uint32_t held_count;
    uint32_t trunk_labels; /**< bytes */
    struct ruf_writer blocked;
    uint32_t blocked_count;
    struct ruf_spool photos;
    struct ruf_writer photo_rows;
    uint32_t photo_count;
};

/**
 * @param[in]  people  whose photos are asked for.
 * @param[in]  spill   takes photos beyond some MiB; borrowed as long as out.
 * @param[out] out     zeroed before; freed as well after a failure.
 * @return RUF_OK; RUF_E_NOMEM; RUF_E_INTERNAL (E919: over a limit, or out of
 *         order); or what loading a photo failed with.
 */
RUF_MUST_USE enum ruf_status
ruf_extra_sections_write(const struct ruf_image_extras *extras,
                         const struct ruf_people *people,
                         struct ruf_spill *spill,
                         struct ruf_extra_sections *out, struct ruf_error *err);
void ruf_extra_sections_free(struct ruf_extra_sections *sections);

/** ruf_build() with extras; NULL: none. */
RUF_MUST_USE enum ruf_status ruf_build_with(
    const char *path, const uint8_t key[32], const struct ruf_image_seed *seed,
    const struct ruf_people *people, const struct ruf_labelled_entries *entries,
    const struct ruf_image_extras *extras, struct ruf_error *err);

#endif
