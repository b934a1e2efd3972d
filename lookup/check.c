/*
 * lookup/check.c - is an index consistent in itself?
 *
 * The seal proves who wrote the bytes, not that the writer was right. A reader
 * bounds every step by itself; this says whether all answers can be right.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/error.h"
#include "lookup/index_private.h"
#include <stdlib.h>
#include <string.h>

struct check {
    const struct ruf_index *index;
    struct ruf_query *query;
    uint8_t *block; /* RUF_IMAGE_BLOCK_SIZE_MAX bytes */
};

/* --- seals
 * ------------------------------------------------------------------------------
 */

/* Blocks that the reader itself never decrypts are read, too. */
static enum ruf_status check_seals(struct check *check, struct ruf_error *err)
{
    const struct ruf_image *image = check->index->image;
    const struct ruf_image_section *section;
    struct ruf_image_reader *reader = NULL;
    enum ruf_status status = ruf_image_reader_create(image, &reader, err);

    for (size_t i = 0;
         status == RUF_OK && (section = ruf_image_section_at(image, i)) != NULL;
         i++)
        for (uint64_t k = 0; k < section->block_count && status == RUF_OK; k++)
            status =
                ruf_image_read_blocks(reader, section, k, 1, check->block, err);
    ruf_image_reader_destroy(reader);
    return status;
}

/* --- entries
 * ---------------------------------------------------------------------- */

/* Does the table find this very entry? */
static enum ruf_status check_entry(const struct check *check,
                                   const struct ruf_entry *entry,
                                   struct ruf_error *err)
{
    struct ruf_caller caller;
    enum ruf_status status =
        ruf_query_lookup(check->query, entry->number, &caller, err);

    if (status != RUF_OK)
        return status;
    if (!caller.known || caller.label.size != entry->label.size ||
        memcmp(caller.label.data, entry->label.data, entry->label.size) != 0)
        return ruf_index_damaged(check->index, RUF_SECTION_NUMBERS, err);
    return RUF_OK;
}

static enum ruf_status check_entries(struct check *check, struct ruf_error *err)
{
    const struct ruf_index *index = check->index;
    struct ruf_cursor *cursor = NULL;
    struct ruf_entry entry = { 1, { NULL, 0 } };
    uint64_t count = 0;
    enum ruf_status status = ruf_cursor_create(index, &cursor, err);

    while (status == RUF_OK && entry.number != 0) {
        status = ruf_cursor_next(cursor, &entry, err);
        if (status != RUF_OK || entry.number == 0)
            continue;
        count++;
        status = check_entry(check, &entry, err);
    }
    if (status == RUF_OK && count != index->entry_count)
        status = ruf_index_damaged(index, RUF_SECTION_ENTRIES, err);
    ruf_cursor_destroy(cursor);
    return status;
}

/* --- contacts
 * ----------------------------------------------------------------------------
 */

static enum ruf_status check_identity(struct check *check, uint32_t contact,
                                      struct ruf_error *err)
{
    struct ruf_identity identity;
    uint8_t hash_id[RUF_HASH_ID_SIZE];
    uint32_t found;
    size_t count;
    enum ruf_status status =
        ruf_query_identity(check->query, contact, &identity, err);

    if (status != RUF_OK)
        return status;
    count = identity.id_count;
    if (identity.has_hash_id) {
        memcpy(hash_id, identity.hash_id, sizeof(hash_id));
        status = ruf_query_find_hash_id(check->query, hash_id, &found, err);
        if (status == RUF_OK && found == UINT32_MAX)
            status = ruf_index_damaged(check->index, RUF_SECTION_HASH_IDS, err);
    }
    for (size_t i = 0; i < count && status == RUF_OK; i++) {
        char id[1024];
        struct ruf_text text;

        /* A search overwrites the answer it is checked against. */
        status = ruf_query_identity(check->query, contact, &identity, err);
        if (status != RUF_OK || identity.ids[i].id.size > sizeof(id))
            continue;
        text = (struct ruf_text){ id, identity.ids[i].id.size };
        if (text.size > 0)
            memcpy(id, identity.ids[i].id.data, text.size);
        status = ruf_query_find_id(check->query, (struct ruf_text){ NULL, 0 },
                                   text, &found, err);
        if (status == RUF_OK && found == UINT32_MAX)
            status =
                ruf_index_damaged(check->index, RUF_SECTION_SOURCE_IDS, err);
    }
    return status;
}

static enum ruf_status check_contacts(struct check *check,
                                      struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;

    for (uint32_t i = 0; i < check->index->contact_count && status == RUF_OK;
         i++) {
        struct ruf_contact contact;

        status = ruf_query_contact(check->query, i, &contact, err);
        if (status == RUF_OK)
            status = check_identity(check, i, err);
    }
    return status;
}

/* --- blocked numbers
 * -------------------------------------------------------------------------- */

static enum ruf_status check_blocked(const struct check *check,
                                     struct ruf_error *err)
{
    ruf_e164 *numbers = calloc(RUF_BLOCKED_MAX, sizeof(*numbers));
    size_t count = 0;
    enum ruf_status status =
        numbers == NULL ? ruf_fail_memory(err)
                        : ruf_index_blocked(check->index, numbers, &count, err);

    free(numbers);
    return status;
}

/* --- all
 * ------------------------------------------------------------------------------
 */

enum ruf_status ruf_index_check(const struct ruf_index *index,
                                struct ruf_error *err)
{
    struct check check = { .index = index };
    enum ruf_status status = ruf_query_create(index, &check.query, err);

    if (status != RUF_OK)
        return status;
    check.block = malloc(RUF_IMAGE_BLOCK_SIZE_MAX);
    status =
        check.block == NULL ? ruf_fail_memory(err) : check_seals(&check, err);
    if (status == RUF_OK)
        status = check_entries(&check, err);
    if (status == RUF_OK)
        status = check_contacts(&check, err);
    if (status == RUF_OK)
        status = ruf_trunks_check(check.query, err);
    if (status == RUF_OK)
        status = check_blocked(&check, err);
    if (status == RUF_OK)
        status = ruf_photos_check(check.query, err);
    if (check.block != NULL)
        ruf_wipe(check.block, RUF_IMAGE_BLOCK_SIZE_MAX);
    free(check.block);
    ruf_query_destroy(check.query);
    return status;
}

enum ruf_status ruf_index_verify(const char *path,
                                 const uint8_t key[RUF_KEY_SIZE],
                                 uint64_t oldest, struct ruf_error *err)
{
    struct ruf_index *index = NULL;
    enum ruf_status status = ruf_index_open_since(path, key, RUF_INDEX_RESIDENT,
                                                  oldest, &index, err);

    if (status == RUF_OK)
        status = ruf_index_check(index, err);
    ruf_index_close(index);
    return status;
}
