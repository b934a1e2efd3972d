/*
 * callkit/pir.c - the input of Apple's Live Caller ID Lookup
 *
 * Proto3 wire format by hand: three field tags, no library. Memory is one
 * chunk of output and one row.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/error.h"
#include "base/file.h"
#include "base/seal.h"
#include "base/text.h"
#include "callkit/side.h"
#include <rufname/pir.h>
#include <stdlib.h>
#include <string.h>

#define TAG_ROW 0x0Au     /* KeywordDatabase.rows */
#define TAG_KEYWORD 0x0Au /* KeywordDatabaseRow.keyword */
#define TAG_VALUE 0x12u   /* KeywordDatabaseRow.value */
#define TAG_NAME 0x0Au    /* CallIdentity.name */
#define TAG_CACHE 0x18u   /* CallIdentity.cache_expiry_minutes */
#define TAG_CATEGORY 0x20u

#define CHUNK_SIZE 65536u

#define TEST_NUMBER UINT64_C(14085551212)
#define TEST_NAME "Johnny Appleseed"

struct pir_file {
    struct ruf_file_writer *writer;
    struct ruf_writer chunk;
    struct ruf_writer value; /* of the row being written */
    const struct ruf_pir_options *options;
    struct ruf_pir_result *result;
};

enum ruf_status ruf_pir_shard(const void *keyword, size_t size, uint32_t shards,
                              uint32_t *out, struct ruf_error *err)
{
    uint8_t digest[RUF_DIGEST_SIZE];
    enum ruf_status status = ruf_sha256(keyword, size, digest, err);

    if (status == RUF_OK)
        *out = (uint32_t)(ruf_load64(digest) % shards);
    return status;
}

/* --- rows -------------------------------------------------------------------
 */

static enum ruf_status flush(struct pir_file *file, struct ruf_error *err)
{
    enum ruf_status status;

    if (file->chunk.failed || file->value.failed)
        return ruf_fail_memory(err);
    status = ruf_file_writer_append(file->writer, file->chunk.bytes,
                                    file->chunk.size, err);
    file->result->bytes += file->chunk.size;
    file->chunk.size = 0;
    return status;
}

static void write_bytes_field(struct ruf_writer *writer, uint8_t tag,
                              const void *bytes, size_t size)
{
    ruf_write_u8(writer, tag);
    ruf_write_varint(writer, size);
    ruf_write_bytes(writer, bytes, size);
}

static enum ruf_status count_row(struct pir_file *file, const char *keyword,
                                 size_t size, struct ruf_error *err)
{
    uint32_t shard = 0;
    enum ruf_status status;

    file->result->rows++;
    if (file->value.size > file->result->largest_value)
        file->result->largest_value = file->value.size;
    if (file->options->shards == 0)
        return RUF_OK;
    status = ruf_pir_shard(keyword, size, file->options->shards, &shard, err);
    file->result->shard_rows[shard]++;
    return status;
}

/* The row of a number with file->value. */
static enum ruf_status write_row(struct pir_file *file, ruf_e164 number,
                                 struct ruf_error *err)
{
    char keyword[RUF_E164_TEXT_SIZE];
    size_t width = ruf_e164_format(number, keyword);
    size_t value = file->value.size;
    enum ruf_status status = count_row(file, keyword, width, err);

    if (status != RUF_OK)
        return status;
    ruf_write_u8(&file->chunk, TAG_ROW);
    ruf_write_varint(&file->chunk,
                     2 + width + 1 + ruf_varint_size(value) + value);
    write_bytes_field(&file->chunk, TAG_KEYWORD, keyword, width);
    write_bytes_field(&file->chunk, TAG_VALUE, file->value.bytes, value);
    return file->chunk.size < CHUNK_SIZE ? RUF_OK : flush(file, err);
}

/* A field with its default value is left out, as proto3 does. */
static enum ruf_status write_identity(struct pir_file *file, ruf_e164 number,
                                      struct ruf_text name,
                                      enum ruf_pir_category category,
                                      struct ruf_error *err)
{
    file->value.size = 0;
    write_bytes_field(&file->value, TAG_NAME, name.data, name.size);
    if (file->options->cache_minutes > 0) {
        ruf_write_u8(&file->value, TAG_CACHE);
        ruf_write_varint(&file->value, file->options->cache_minutes);
    }
    if (category != RUF_PIR_UNSPECIFIED) {
        ruf_write_u8(&file->value, TAG_CATEGORY);
        ruf_write_varint(&file->value, (uint64_t)category);
    }
    return write_row(file, number, err);
}

static enum ruf_status write_identities(struct pir_file *file,
                                        struct ruf_side_walk *walk,
                                        struct ruf_error *err)
{
    enum ruf_status status;
    bool tested = !file->options->test_identity;

    do {
        status = ruf_side_walk_next(walk, err);
        /* A keyword may stand there once: ours gives way to Apple's. */
        if (status == RUF_OK && !tested &&
            (walk->entry.number >= TEST_NUMBER || walk->entry.number == 0)) {
            tested = true;
            status = write_identity(file, TEST_NUMBER, ruf_text(TEST_NAME),
                                    RUF_PIR_PERSON, err);
            if (status == RUF_OK && walk->entry.number == TEST_NUMBER)
                continue;
        }
        if (status == RUF_OK && walk->entry.number != 0)
            status = write_identity(file, walk->entry.number, walk->entry.label,
                                    file->options->category, err);
    } while (status == RUF_OK && walk->entry.number != 0);
    return status;
}

/* --- files ------------------------------------------------------------------
 */

static enum ruf_status open_file(struct pir_file *file, const char *path,
                                 const struct ruf_pir_options *options,
                                 struct ruf_pir_result *result,
                                 struct ruf_error *err)
{
    memset(file, 0, sizeof(*file));
    memset(result, 0, sizeof(*result));
    file->options = options;
    file->result = result;
    if (options->shards > RUF_PIR_SHARDS_MAX)
        return ruf_fail(err, RUF_E_USAGE, "U041", "",
                        "at most %u shards can be counted", RUF_PIR_SHARDS_MAX);
    return ruf_file_writer_create(path, &file->writer, err);
}

static void find_extremes(const struct pir_file *file)
{
    struct ruf_pir_result *result = file->result;

    if (file->options->shards > 0)
        result->shard_min = result->shard_rows[0];
    for (uint32_t i = 0; i < file->options->shards; i++) {
        if (result->shard_rows[i] < result->shard_min)
            result->shard_min = result->shard_rows[i];
        if (result->shard_rows[i] > result->shard_max)
            result->shard_max = result->shard_rows[i];
    }
}

/* Publish, or leave the old file if anything failed. */
static enum ruf_status close_file(struct pir_file *file, enum ruf_status status,
                                  struct ruf_error *err)
{
    if (status == RUF_OK)
        status = flush(file, err);
    if (status == RUF_OK)
        status = ruf_file_writer_publish(file->writer, err);
    else
        ruf_file_writer_abandon(file->writer);
    find_extremes(file);
    ruf_writer_wipe(&file->chunk);
    ruf_writer_wipe(&file->value);
    ruf_writer_free(&file->chunk);
    ruf_writer_free(&file->value);
    return status;
}

static enum ruf_status write_names(struct pir_file *file,
                                   const struct ruf_side *side,
                                   struct ruf_error *err)
{
    struct ruf_side_walk walk = { 0 };
    enum ruf_status status = ruf_side_walk_open(&walk, side, err);

    if (status == RUF_OK)
        status = write_identities(file, &walk, err);
    ruf_side_walk_close(&walk);
    return status;
}

static enum ruf_status write_blocked(struct pir_file *file,
                                     const struct ruf_side *side,
                                     struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;

    file->value.size = 0;
    ruf_write_u8(&file->value, 1);
    for (size_t i = 0; i < side->blocking_count && status == RUF_OK; i++)
        status = write_row(file, side->blocking[i], err);
    return status;
}

enum ruf_status ruf_pir_export(const char *path, const struct ruf_index *index,
                               const struct ruf_pir_options *options,
                               struct ruf_pir_result *result,
                               struct ruf_error *err)
{
    /* A server has no limit of a phone's. */
    struct ruf_side side = { .entries_max = UINT32_MAX };
    struct pir_file file;
    enum ruf_status status = open_file(&file, path, options, result, err);

    if (status != RUF_OK)
        return status;
    status = ruf_side_open(&side, index, err);
    if (status == RUF_OK)
        status = options->content == RUF_PIR_BLOCKED
                     ? write_blocked(&file, &side, err)
                     : write_names(&file, &side, err);
    ruf_side_close(&side);
    return close_file(&file, status, err);
}
