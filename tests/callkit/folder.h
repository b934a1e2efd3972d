/*
 * tests/callkit/folder.h - folders with images of known entries
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TESTS_CALLKIT_FOLDER_H
#define TESTS_CALLKIT_FOLDER_H

#include <rufname/index.h>
#include <stdbool.h>
#include <stddef.h>

/** One row of a phone. Absent label: a blocked number. */
struct folder_entry {
    ruf_e164 number;
    const char *label;
};

/** The key of all images. */
extern const uint8_t folder_key[RUF_KEY_SIZE];

/** A new directory in memory where there is such a thing; aborts on failure. */
void folder_make(char path[64]);

/** Remove a directory and the files in it. */
void folder_remove(const char *path);

/** Seal entries, ascending, into FOLDER/NAME; aborts on failure. */
void folder_write_image(const char *folder, const char *name,
                        uint64_t generation, const struct folder_entry *entries,
                        size_t count);

/** The same with numbers to block, ascending. */
void folder_write_blocking(const char *folder, const char *name,
                           uint64_t generation,
                           const struct folder_entry *entries, size_t count,
                           const ruf_e164 *blocked, size_t blocked_count);

/** splitmix64 below bound. */
uint64_t folder_random(uint64_t *state, uint64_t bound);

/** FOLDER/NAME in one of a few static buffers. */
const char *folder_path(const char *folder, const char *name);

/** Overwrite size bytes at an offset; negative: from the end. */
void folder_damage(const char *folder, const char *name, long offset);

/** Damage an image so that it opens, but not all entries can be read. Small
 *  ones may not have such a place: then it does not open. */
void folder_damage_entries(const char *folder, const char *name);

#endif
