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
#include "indexer/build.h"

/** These sections; empty ones are left out of the image. */
struct ruf_extra_sections {
    struct ruf_writer trunks;
    uint32_t trunk_count;
    uint32_t held_count;
    uint32_t trunk_labels; /**< bytes */
    struct ruf_writer blocked;
    uint32_t blocked_count;
    struct ruf_photo_source source;
    struct ruf_spool photos;
    struct ruf_writer photo_rows;
    uint32_t photo_count;
    uint8_t *photo; /**< room for one */
};

/** @param[in] spill  takes photos beyond some MiB; borrowed. */
void ruf_extra_sections_start(struct ruf_extra_sections *sections,
                              const struct ruf_photo_source *source,
                              struct ruf_spill *spill);

/**
 * The photo of the next person in rank order, if it has one.
 * @param[in] contact  its position.
 * @return RUF_OK; RUF_E_NOMEM; or what loading it failed with.
 */
RUF_MUST_USE enum ruf_status
ruf_extra_sections_add(struct ruf_extra_sections *sections,
                       const struct ruf_person *person, uint32_t contact,
                       struct ruf_error *err);

/** Once. @return RUF_OK; RUF_E_NOMEM; RUF_E_INTERNAL (E919: over a limit, or
 *          out of order). */
RUF_MUST_USE enum ruf_status ruf_extra_sections_finish(
    struct ruf_extra_sections *sections, const struct ruf_trunks *trunks,
    const ruf_e164 *blocked, size_t blocked_count, struct ruf_error *err);

/** Wipe and free; a zeroed struct is fine. */
void ruf_extra_sections_free(struct ruf_extra_sections *sections);

#endif
