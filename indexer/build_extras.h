/*
 * indexer/build_extras.h - the sections an image may do without
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_BUILD_EXTRAS_H
#define INDEXER_BUILD_EXTRAS_H

#include "base/bytes.h"
#include "indexer/trunks.h"

/** What goes into an image beside people and entries. All zero: nothing. */
struct ruf_image_extras {
    const struct ruf_trunks *trunks; /**< or NULL */
    const ruf_e164 *blocked;         /**< strictly ascending */
    size_t blocked_count;            /**< 0..RUF_BLOCKED_MAX */
};

/** These sections; empty ones are left out of the image. */
struct ruf_extra_sections {
    struct ruf_writer trunks;
    uint32_t trunk_count;
    uint32_t held_count;
    uint32_t trunk_labels; /**< bytes */
    struct ruf_writer blocked;
    uint32_t blocked_count;
};

/** @return false if memory was out, or something is over a limit. */
RUF_MUST_USE bool
ruf_extra_sections_write(const struct ruf_image_extras *extras,
                         struct ruf_extra_sections *out);
void ruf_extra_sections_free(struct ruf_extra_sections *sections);

/** ruf_build() with extras; NULL: none. */
RUF_MUST_USE enum ruf_status ruf_build_with(
    const char *path, const uint8_t key[32], const struct ruf_image_seed *seed,
    const struct ruf_people *people, const struct ruf_labelled_entries *entries,
    const struct ruf_image_extras *extras, struct ruf_error *err);

#endif
