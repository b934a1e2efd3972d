/*
 * engine/home_files.h - every file that Rufname may leave in a home
 *
 * A wipe removes exactly these, and their ".new" forms: a home may be a
 * directory in which somebody keeps other things. Whoever adds a file adds it
 * here.
 *
 * Threads: constants.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENGINE_HOME_FILES_H
#define ENGINE_HOME_FILES_H

#include "base/file.h"
#include <rufname/status.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * Take a lock of the home, by the name of its file, asking again every 20 ms.
 * @return RUF_OK; RUF_E_BUSY (after so many steps); RUF_E_IO; RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_home_wait_for_lock(const char *home, const char *name, unsigned steps,
                       struct ruf_lock **out, struct ruf_error *err);

/** How many of them are there? */
uint64_t ruf_home_files_count(const char *home);

/** Is this the name of one of them, or of what a wipe leaves on purpose: locks,
 *  marker, receipt? */
bool ruf_home_file_known(const char *name);

/**
 * Remove them all, but for the lock; going on where one resists.
 * @return RUF_OK; RUF_E_IO (I809: the first that resists); RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_home_files_remove(const char *home,
                                                   struct ruf_error *err);

#endif
