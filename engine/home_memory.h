/*
 * engine/home_memory.h - a home whose policy allows no local storage
 *
 * Store and index live in the memory of this process, for as long as the handle
 * holds its key: the store in SQLite's "memdb", encrypted like one on disk, its
 * pages in use locked; the index sealed, in a file without a name (memfd).
 * Profile, policy and key item stay on disk; no contact and no token does.
 *
 * Threads: as rufname/home.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_HOME_MEMORY_H
#define ENGINE_HOME_MEMORY_H

#include "engine/home_private.h"

/** Have this handle hold everything in memory from now on if its policy says
 *  so, on disk if not. */
RUF_MUST_USE enum ruf_status ruf_home_memory_follow(struct ruf_home *home,
                                                    struct ruf_error *err);

/** Drop what the memory holds: the key is about to go. On disk: nothing. */
void ruf_home_memory_forget(const struct ruf_home *home);

/** On disk a wipe takes store and index away from every handle; here the handle
 *  does it. @return RUF_OK, also on disk; RUF_E_WIPED (W602). */
RUF_MUST_USE enum ruf_status ruf_home_memory_check(const struct ruf_home *home,
                                                   struct ruf_error *err);

/** Drop it and stop. */
void ruf_home_memory_end(struct ruf_home *home);

/** Path for ruf_store_open(), the caller frees. The first call with a key makes
 *  the store in memory. @return RUF_OK; as ruf_store_open(). */
RUF_MUST_USE enum ruf_status ruf_home_store_path(const struct ruf_home *home,
                                                 char **path,
                                                 struct ruf_error *err);

/** Path of the index, the caller frees; in memory one that does not exist
 *  before the first is published. */
char *ruf_home_image_path(const struct ruf_home *home);

/** An index on its way; path is what it is to be written to. */
struct ruf_image_place {
    char *path;
    int fd; /**< in memory; -1 on disk */
};

RUF_MUST_USE enum ruf_status ruf_image_place_begin(const struct ruf_home *home,
                                                   struct ruf_image_place *out,
                                                   struct ruf_error *err);
/** The index was written, or not: in memory it takes the place of the one
 *  before, which readers that have it open keep. */
void ruf_image_place_end(const struct ruf_home *home,
                         struct ruf_image_place *place, bool written);

#endif
