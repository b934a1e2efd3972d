/*
 * tests/callkit/folder.c - folders with images of known entries
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/callkit/folder.h"
#include "base/image.h"
#include "base/text.h"
#include "indexer/build.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const uint8_t folder_key[RUF_KEY_SIZE] = { 7, 1, 4, 1, 5, 9, 2, 6 };

static void must(bool good, const char *what)
{
    if (good)
        return;
    perror(what);
    abort();
}

uint64_t folder_random(uint64_t *state, uint64_t bound)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (z ^ (z >> 31)) % bound;
}

void folder_make(char path[64])
{
    const char *parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

    (void)snprintf(path, 64, "%s/rufname-callkit.XXXXXX", parent);
    must(mkdtemp(path) != NULL, path);
}

const char *folder_path(const char *folder, const char *name)
{
    static char buffers[4][256];
    static unsigned turn;
    char *out = buffers[turn++ % 4];

    (void)snprintf(out, sizeof(buffers[0]), "%.120s/%.120s", folder, name);
    return out;
}

void folder_remove(const char *path)
{
    DIR *directory = opendir(path);
    struct dirent *entry;

    while (directory != NULL && (entry = readdir(directory)) != NULL)
        if (entry->d_name[0] != '.')
            (void)unlink(folder_path(path, entry->d_name));
    if (directory != NULL)
        (void)closedir(directory);
    (void)rmdir(path);
}

void folder_write_image(const char *folder, const char *name,
                        uint64_t generation, const struct folder_entry *entries,
                        size_t count)
{
    folder_write_blocking(folder, name, generation, entries, count, NULL, 0);
}

void folder_write_blocking(const char *folder, const char *name,
                           uint64_t generation,
                           const struct folder_entry *entries, size_t count,
                           const ruf_e164 *blocked, size_t blocked_count)
{
    const struct ruf_image_extras extras = { .blocked = blocked,
                                             .blocked_count = blocked_count };
    struct ruf_image_seed seed = { .generation = generation };
    struct ruf_labelled_entries labelled = { .count = count };
    const struct ruf_people nobody = { NULL, 0 };
    struct ruf_error err;
    uint64_t state = generation;

    for (size_t i = 0; i < sizeof(seed.salt); i++)
        seed.salt[i] = (uint8_t)folder_random(&state, 256);
    labelled.entries = calloc(count + 1, sizeof(*labelled.entries));
    must(labelled.entries != NULL, "calloc");
    for (size_t i = 0; i < count; i++) {
        labelled.entries[i].number = entries[i].number;
        labelled.entries[i].label = ruf_text(entries[i].label);
    }
    must(ruf_build_with(folder_path(folder, name), folder_key, &seed, &nobody,
                        &labelled, &extras, &err) == RUF_OK,
         "ruf_build");
    free(labelled.entries);
}

void folder_damage(const char *folder, const char *name, long offset)
{
    FILE *file = fopen(folder_path(folder, name), "r+b");
    int byte;

    must(file != NULL, name);
    must(fseek(file, offset, offset < 0 ? SEEK_END : SEEK_SET) == 0, name);
    byte = fgetc(file);
    must(byte != EOF && fseek(file, -1, SEEK_CUR) == 0, name);
    (void)fputc(byte ^ 0x40, file);
    must(fclose(file) == 0, name);
}

static bool opens(const char *path, bool *walks)
{
    struct ruf_index *index = NULL;
    struct ruf_cursor *cursor = NULL;
    struct ruf_entry entry = { 1, { NULL, 0 } };
    struct ruf_error err;
    enum ruf_status status =
        ruf_index_open(path, folder_key, RUF_INDEX_ON_DEMAND, &index, &err);

    if (status != RUF_OK)
        return false;
    status = ruf_cursor_create(index, &cursor, &err);
    while (status == RUF_OK && entry.number != 0)
        status = ruf_cursor_next(cursor, &entry, &err);
    ruf_cursor_destroy(cursor);
    ruf_index_close(index);
    *walks = status == RUF_OK;
    return true;
}

void folder_damage_entries(const char *folder, const char *name)
{
    const char *path = folder_path(folder, name);
    FILE *file = fopen(path, "rb");
    bool walks = true;
    long size;

    must(file != NULL && fseek(file, 0, SEEK_END) == 0, name);
    size = ftell(file);
    must(fclose(file) == 0, name);
    /* From the end: the last entries, so that many are read before. */
    for (long at = size - 1; at > 400; at -= 200 + size / 64) {
        folder_damage(folder, name, at);
        if (opens(folder_path(folder, name), &walks) && !walks)
            return;
        folder_damage(folder, name, at); /* as it was */
    }
    folder_damage(folder, name, 100);
}
