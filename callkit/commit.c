/*
 * callkit/commit.c - what the phone is known to hold, kept across processes
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "callkit/commit.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/file.h"
#include "base/secret.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECORD_MAGIC "RUFCOMIT"
#define RECORD_VERSION 1u
#define RECORD_BODY 80u
#define RECORD_SIZE (RECORD_BODY + RUF_DIGEST_SIZE)
#define STATE_PENDING 1u
#define STATE_COMMITTED 2u
#define FLAG_NAME_BLOCKED 1u
#define FLAG_ALL_FIT 2u

/* Any image has its salt and MAC in here. */
#define IMAGE_HEAD 4096u
#define COPY_CHUNK 65536u

/* --- record ----------------------------------------------------------------
 */

static enum ruf_status record_mac(const uint8_t *key,
                                  const uint8_t record[RECORD_SIZE],
                                  uint8_t out[RUF_DIGEST_SIZE],
                                  struct ruf_error *err)
{
    uint8_t subkey[RUF_SEAL_KEY_SIZE];
    enum ruf_status status = ruf_derive_key(
        key, NULL, 0, "rufname/1 dir/commit", NULL, 0, subkey, err);

    if (status == RUF_OK)
        status = ruf_hmac_sha256(subkey, record, RECORD_BODY, out, err);
    ruf_wipe(subkey, sizeof(subkey));
    return status;
}

static void parse_record(const uint8_t record[RECORD_SIZE],
                         struct ruf_commit *out)
{
    out->state = ruf_load32(record + 12) == STATE_COMMITTED
                     ? RUF_DIRECTORY_HOLDS
                     : RUF_DIRECTORY_PENDING;
    out->generation = ruf_load64(record + 16);
    out->names = ruf_load64(record + 24);
    out->blocked = ruf_load64(record + 32);
    out->entries_max = ruf_load32(record + 40);
    out->name_blocked = (ruf_load32(record + 44) & FLAG_NAME_BLOCKED) != 0;
    out->all_fit = (ruf_load32(record + 44) & FLAG_ALL_FIT) != 0;
    memcpy(out->hash, record + 48, sizeof(out->hash));
}

static enum ruf_status check_record(const uint8_t *key, const uint8_t *record,
                                    struct ruf_commit *out,
                                    struct ruf_error *err)
{
    uint8_t mac[RUF_DIGEST_SIZE];
    enum ruf_status status = RUF_OK;

    if (memcmp(record, RECORD_MAGIC, 8) != 0 ||
        ruf_load32(record + 8) != RECORD_VERSION)
        return RUF_OK;
    if (key != NULL) {
        status = record_mac(key, record, mac, err);
        if (status != RUF_OK ||
            !ruf_constant_time_equal(mac, record + RECORD_BODY, sizeof(mac)))
            return status;
    }
    parse_record(record, out);
    return RUF_OK;
}

enum ruf_status ruf_commit_read(const char *folder, const uint8_t *key,
                                struct ruf_commit *out, struct ruf_error *err)
{
    char *path = ruf_path_join(folder, RUF_FOLDER_RECORD);
    char *bytes = NULL;
    size_t size = 0;
    enum ruf_status status;

    memset(out, 0, sizeof(*out));
    if (path == NULL)
        return ruf_fail_memory(err);
    status =
        ruf_file_read(path, RUF_FILE_PRIVATE, RECORD_SIZE, &bytes, &size, err);
    free(path);
    if (status == RUF_OK && size == RECORD_SIZE)
        status = check_record(key, (const uint8_t *)bytes, out, err);
    free(bytes);
    return status == RUF_E_NOT_FOUND ? RUF_OK : status;
}

enum ruf_status ruf_commit_write(const char *folder, const uint8_t *key,
                                 const struct ruf_commit *commit,
                                 struct ruf_error *err)
{
    uint8_t record[RECORD_SIZE] = { 0 };
    char *path = ruf_path_join(folder, RUF_FOLDER_RECORD);
    enum ruf_status status;

    if (path == NULL)
        return ruf_fail_memory(err);
    memcpy(record, RECORD_MAGIC, 8);
    ruf_store32(record + 8, RECORD_VERSION);
    ruf_store32(record + 12, commit->state == RUF_DIRECTORY_HOLDS
                                 ? STATE_COMMITTED
                                 : STATE_PENDING);
    ruf_store64(record + 16, commit->generation);
    ruf_store64(record + 24, commit->names);
    ruf_store64(record + 32, commit->blocked);
    ruf_store32(record + 40, commit->entries_max);
    ruf_store32(record + 44, (commit->name_blocked ? FLAG_NAME_BLOCKED : 0) |
                                 (commit->all_fit ? FLAG_ALL_FIT : 0));
    memcpy(record + 48, commit->hash, sizeof(commit->hash));
    status = key == NULL ? RUF_OK
                         : record_mac(key, record, record + RECORD_BODY, err);
    if (status == RUF_OK)
        status = ruf_file_replace(path, record, sizeof(record), err);
    free(path);
    return status;
}

enum ruf_status ruf_commit_begin(const char *folder, const uint8_t *key,
                                 const struct ruf_commit *found,
                                 struct ruf_error *err)
{
    const struct ruf_commit pending = { .state = RUF_DIRECTORY_PENDING };
    struct ruf_error reason;
    enum ruf_status status;

    if (found->state == RUF_DIRECTORY_HOLDS)
        status =
            ruf_folder_rename(folder, RUF_FOLDER_RECORD, RUF_FOLDER_HELD, err);
    else
        status = ruf_folder_remove(folder, RUF_FOLDER_HELD, err);
    /* On a full disk: no record says as much. */
    if (status == RUF_OK &&
        ruf_commit_write(folder, key, &pending, &reason) != RUF_OK)
        status = ruf_commit_reset(folder, err);
    return status;
}

enum ruf_status ruf_commit_restore(const char *folder, struct ruf_error *err)
{
    if (!ruf_folder_has(folder, RUF_FOLDER_HELD))
        return RUF_OK;
    return ruf_folder_rename(folder, RUF_FOLDER_HELD, RUF_FOLDER_RECORD, err);
}

enum ruf_status ruf_commit_reset(const char *folder, struct ruf_error *err)
{
    char *path = ruf_path_join(folder, RUF_FOLDER_RECORD);
    struct ruf_error reason;
    enum ruf_status status;

    if (path == NULL)
        return ruf_fail_memory(err);
    /* First made invalid in a way that survives a power cut, which a plain
     * unlink() would not: a record that comes back would be believed. On a
     * full disk the unlink() has to do. */
    if (ruf_folder_has(folder, RUF_FOLDER_RECORD) &&
        ruf_file_replace(path, "", 0, &reason) == RUF_E_NOMEM)
        status = ruf_fail_memory(err);
    else
        status = ruf_file_remove(path, err);
    if (status == RUF_OK)
        status = ruf_folder_remove(folder, RUF_FOLDER_HELD, err);
    free(path);
    return status;
}

/* --- the name of a set ------------------------------------------------------
 */

static enum ruf_status read_head(const char *folder, const char *image,
                                 uint8_t head[IMAGE_HEAD],
                                 struct ruf_error *err)
{
    char *path = ruf_path_join(folder, image);
    uint64_t size = 0;
    int fd = -1;
    enum ruf_status status;

    if (path == NULL)
        return ruf_fail_memory(err);
    memset(head, 0, IMAGE_HEAD);
    status = ruf_file_open(path, RUF_FILE_ANY, &fd, &size, err);
    if (status == RUF_OK) {
        status = ruf_file_pread(fd, path, head,
                                size < IMAGE_HEAD ? (size_t)size : IMAGE_HEAD,
                                0, err);
        (void)close(fd);
    }
    free(path);
    return status;
}

enum ruf_status ruf_commit_hash(const char *folder, const char *image,
                                const uint8_t *key, const struct ruf_side *side,
                                uint8_t out[RUF_DIGEST_SIZE],
                                struct ruf_error *err)
{
    uint8_t subkey[RUF_SEAL_KEY_SIZE];
    uint8_t text[IMAGE_HEAD + RUF_DIGEST_SIZE] = { 0 };
    uint8_t *tail = text + IMAGE_HEAD;
    enum ruf_status status = read_head(folder, image, text, err);

    if (status == RUF_OK)
        status = ruf_derive_key(key, NULL, 0, "rufname/1 dir/set", NULL, 0,
                                subkey, err);
    if (status != RUF_OK)
        return status;
    ruf_store32(tail, side->entries_max);
    ruf_store32(tail + 4, side->name_blocked ? FLAG_NAME_BLOCKED : 0);
    status = ruf_hmac_sha256(subkey, text, sizeof(text), out, err);
    ruf_wipe(subkey, sizeof(subkey));
    return status;
}

/* --- other files of the folder ----------------------------------------------
 */

bool ruf_folder_has(const char *folder, const char *name)
{
    /* No memory and no descriptor: out of either, "not there" would be
     * believed, and a phone told to forget everything. */
    char path[PATH_MAX];
    int size = snprintf(path, sizeof(path), "%s/%s", folder, name);

    return size > 0 && (size_t)size < sizeof(path) && access(path, F_OK) == 0;
}

enum ruf_status ruf_folder_remove(const char *folder, const char *name,
                                  struct ruf_error *err)
{
    char *path = ruf_path_join(folder, name);
    enum ruf_status status;

    if (path == NULL)
        return ruf_fail_memory(err);
    status = ruf_file_remove(path, err);
    free(path);
    return status;
}

void ruf_folder_discard(const char *folder, const char *name)
{
    char *path = ruf_path_join(folder, name);

    if (path != NULL)
        ruf_file_discard(path);
    free(path);
}

static enum ruf_status copy_file(const char *from, const char *to,
                                 struct ruf_error *err)
{
    struct ruf_file_writer *writer = NULL;
    uint8_t *chunk = malloc(COPY_CHUNK);
    uint64_t left = 0;
    uint64_t at = 0;
    int fd = -1;
    enum ruf_status status;

    if (chunk == NULL)
        return ruf_fail_memory(err);
    status = ruf_file_open(from, RUF_FILE_ANY, &fd, &left, err);
    if (status == RUF_OK)
        status = ruf_file_writer_create(to, &writer, err);
    while (status == RUF_OK && left > 0) {
        size_t size = left < COPY_CHUNK ? (size_t)left : COPY_CHUNK;

        status = ruf_file_pread(fd, from, chunk, size, at, err);
        if (status == RUF_OK)
            status = ruf_file_writer_append(writer, chunk, size, err);
        at += size;
        left -= size;
    }
    if (status == RUF_OK)
        status = ruf_file_writer_publish(writer, err);
    else
        ruf_file_writer_abandon(writer);
    if (fd >= 0)
        (void)close(fd);
    free(chunk);
    return status;
}

static enum ruf_status link_file(const char *from, const char *to,
                                 struct ruf_error *err)
{
    (void)unlink(to); /* left by a request that died */
    if (link(from, to) == 0)
        return RUF_OK;
    if (errno == ENOENT)
        return ruf_fail_os(err, RUF_E_NOT_FOUND, "I801", from, errno,
                           "no such file");
    return copy_file(from, to, err);
}

enum ruf_status ruf_folder_link(const char *folder, const char *from,
                                const char *to, struct ruf_error *err)
{
    char *old_path = ruf_path_join(folder, from);
    char *new_path = ruf_path_join(folder, to);
    enum ruf_status status = old_path == NULL || new_path == NULL
                                 ? ruf_fail_memory(err)
                                 : link_file(old_path, new_path, err);

    free(new_path);
    free(old_path);
    return status;
}

enum ruf_status ruf_folder_rename(const char *folder, const char *from,
                                  const char *to, struct ruf_error *err)
{
    char *old_path = ruf_path_join(folder, from);
    char *new_path = ruf_path_join(folder, to);
    enum ruf_status status = RUF_OK;

    if (old_path == NULL || new_path == NULL)
        status = ruf_fail_memory(err);
    else if (rename(old_path, new_path) != 0)
        status = ruf_fail_os(err, RUF_E_IO, "I807", new_path, errno,
                             "cannot rename the new file over it");
    free(new_path);
    free(old_path);
    return status;
}
