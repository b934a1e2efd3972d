/*
 * engine/rollback.c - the newest index, remembered beside the key
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/rollback.h"
#include "base/error.h"
#include "engine/home_key.h"
#include <string.h>
#include <unistd.h>

/* Of the header: salt, generation and a MAC lie in it. */
#define HEAD_SIZE 256

static enum ruf_status hash_head(const char *image_path,
                                 uint8_t out[RUF_DIGEST_SIZE],
                                 struct ruf_error *err)
{
    uint8_t head[HEAD_SIZE] = { 0 };
    uint64_t size = 0;
    int fd;
    enum ruf_status status =
        ruf_file_open(image_path, RUF_FILE_ANY, &fd, &size, err);

    if (status != RUF_OK)
        return status;
    status =
        ruf_file_pread(fd, image_path, head,
                       size < HEAD_SIZE ? (size_t)size : HEAD_SIZE, 0, err);
    (void)close(fd);
    return status == RUF_OK ? ruf_sha256(head, sizeof(head), out, err) : status;
}

uint64_t ruf_rollback_floor(const struct ruf_home *home)
{
    return home->access->generation;
}

enum ruf_status ruf_rollback_remember(const struct ruf_home *home,
                                      const char *image_path,
                                      uint64_t generation,
                                      struct ruf_error *err)
{
    struct ruf_access_memory *memory = home->access;
    struct ruf_item_edit edit;
    enum ruf_status status;

    if ((ruf_keystore_abilities(home->keystore) & RUF_KEYSTORE_KEEPS) == 0)
        return RUF_OK;
    status = ruf_item_edit_begin(home, &edit, err);
    if (status == RUF_OK)
        status = hash_head(image_path, edit.item->image, err);
    if (status == RUF_OK) {
        edit.item->generation = generation;
        status = ruf_item_edit_store(home, &edit, err);
    }
    if (status == RUF_OK) {
        memory->generation = generation;
        memcpy(memory->image, edit.item->image, sizeof(memory->image));
    }
    ruf_item_edit_end(&edit);
    return status;
}

enum ruf_status ruf_rollback_check(const struct ruf_home *home,
                                   const char *image_path, uint64_t generation,
                                   struct ruf_error *err)
{
    const struct ruf_access_memory *memory = home->access;
    uint8_t hash[RUF_DIGEST_SIZE];
    enum ruf_status status;

    if (memory->generation == 0 || generation != memory->generation)
        return RUF_OK;
    status = hash_head(image_path, hash, err);
    if (status == RUF_OK &&
        !ruf_constant_time_equal(hash, memory->image, sizeof(hash)))
        status = ruf_fail(err, RUF_E_CORRUPT, "D707", image_path,
                          "not the index that was published");
    return status;
}
