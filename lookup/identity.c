/*
 * lookup/identity.c - ids and Hash-IDs of contacts
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/table.h"
#include "base/text.h"
#include "lookup/index_private.h"
#include <string.h>

#define GUID_TEXT_SIZE 36

static enum ruf_status damaged(const struct ruf_query *query,
                               struct ruf_error *err)
{
    return ruf_index_damaged(query->index, RUF_SECTION_IDENTITIES, err);
}

/* --- the record
 * ------------------------------------------------------------------------- */

/* "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", the bytes in the order of the text.
 */
static void format_guid(const uint8_t bytes[16], char *out)
{
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *out++ = '-';
        *out++ = hex[bytes[i] >> 4];
        *out++ = hex[bytes[i] & 15];
    }
}

static bool read_source_id(struct ruf_query *query, struct ruf_reader *reader,
                           struct ruf_text *out)
{
    uint8_t form = ruf_read_u8(reader);
    const uint8_t *bytes;

    if (form == RUF_SOURCE_ID_TEXT) {
        *out = ruf_read_text(reader);
        return !reader->failed;
    }
    bytes = ruf_read_bytes(reader, 16);
    if (form != RUF_SOURCE_ID_GUID || bytes == NULL ||
        query->texts_end - query->texts_next < GUID_TEXT_SIZE)
        return false;
    *out = (struct ruf_text){ query->texts_next, GUID_TEXT_SIZE };
    format_guid(bytes, query->texts_next);
    query->texts_next += GUID_TEXT_SIZE;
    return true;
}

static enum ruf_status parse(struct ruf_query *query, struct ruf_reader *reader,
                             struct ruf_identity *out, struct ruf_error *err)
{
    const uint8_t *hash_id = ruf_read_bytes(reader, RUF_HASH_ID_SIZE);
    uint8_t presence = ruf_read_u8(reader);
    uint64_t count = ruf_read_varint(reader);
    static const uint8_t none[RUF_HASH_ID_SIZE];

    query->texts_next = query->texts;
    if (reader->failed || count > query->index->limits.sources ||
        presence > count)
        return damaged(query, err);
    memcpy(out->hash_id, hash_id, sizeof(out->hash_id));
    out->has_hash_id = memcmp(hash_id, none, sizeof(none)) != 0;
    for (uint64_t i = 0; i < count; i++) {
        struct ruf_source_id *id = &query->source_ids[i];
        enum ruf_status status =
            ruf_text_reference(query, reader, &id->source, err);

        if (status != RUF_OK)
            return status;
        if (!read_source_id(query, reader, &id->id))
            return damaged(query, err);
    }
    out->ids = query->source_ids;
    out->id_count = (size_t)count;
    if (presence > 0)
        out->presence_id = query->source_ids[presence - 1].id;
    return ruf_reader_left(reader) == 0 ? RUF_OK : damaged(query, err);
}

enum ruf_status ruf_query_identity(struct ruf_query *query, uint32_t contact,
                                   struct ruf_identity *out,
                                   struct ruf_error *err)
{
    const struct ruf_index *index = query->index;
    const uint8_t *bytes = NULL;
    size_t size = 0;
    struct ruf_reader reader;
    enum ruf_status status;

    memset(out, 0, sizeof(*out));
    if (contact >= index->contact_count)
        return ruf_fail(err, RUF_E_NOT_FOUND, "D723",
                        ruf_image_path(index->image),
                        "no contact has this number");
    status = ruf_index_record(
        query, RUF_SECTION_IDENTITIES, RUF_SECTION_IDENTITY_OFFSETS,
        index->identities_size, contact, &bytes, &size, err);
    if (status != RUF_OK)
        return status;
    reader = ruf_reader(bytes, size);
    return parse(query, &reader, out, err);
}

/* --- finding one
 * ------------------------------------------------------------------------ */

struct wanted {
    struct ruf_text source; /* absent: any */
    struct ruf_text id;
    const uint8_t *hash_id; /* or NULL */
};

static bool is_wanted(const struct ruf_identity *identity,
                      const struct wanted *wanted)
{
    if (wanted->hash_id != NULL)
        return identity->has_hash_id &&
               memcmp(identity->hash_id, wanted->hash_id, RUF_HASH_ID_SIZE) ==
                   0;
    for (size_t i = 0; i < identity->id_count; i++)
        if (ruf_text_equal(identity->ids[i].id, wanted->id) &&
            (wanted->source.size == 0 ||
             ruf_text_equal(identity->ids[i].source, wanted->source)))
            return true;
    return false;
}

/* The contacts that one bucket names under this fingerprint, compared. */
static enum ruf_status search_bucket(struct ruf_query *query,
                                     const uint8_t bucket[RUF_BUCKET_SIZE],
                                     uint32_t fingerprint,
                                     const struct wanted *wanted,
                                     uint32_t *contact, struct ruf_error *err)
{
    unsigned match = ruf_bucket_match(bucket, fingerprint);

    for (; match != 0; match &= match - 1) {
        uint32_t reference =
            ruf_bucket_reference(bucket, ruf_bucket_first(match));
        struct ruf_identity identity;
        enum ruf_status status;

        if (reference == 0 || reference > query->index->contact_count)
            continue;
        status = ruf_query_identity(query, reference - 1, &identity, err);
        if (status != RUF_OK)
            return status;
        if (is_wanted(&identity, wanted)) {
            *contact = reference - 1;
            return RUF_OK;
        }
    }
    return RUF_OK;
}

static enum ruf_status search_table(struct ruf_query *query,
                                    enum ruf_section_kind kind,
                                    uint32_t buckets, uint64_t hash,
                                    const struct wanted *wanted,
                                    uint32_t *contact, struct ruf_error *err)
{
    uint32_t at = ruf_table_home(hash, buckets);

    for (unsigned probe = 0; probe < RUF_TABLE_PROBES; probe++) {
        uint8_t bucket[RUF_BUCKET_SIZE];
        enum ruf_status status =
            ruf_index_copy(query, kind, (uint64_t)at * RUF_BUCKET_SIZE,
                           sizeof(bucket), bucket, err);

        if (status == RUF_OK)
            status = search_bucket(query, bucket, ruf_table_fingerprint(hash),
                                   wanted, contact, err);
        if (status != RUF_OK || *contact != UINT32_MAX ||
            !ruf_bucket_ran_over(bucket))
            return status;
        at = ruf_table_next(hash, at, buckets);
    }
    return RUF_OK;
}

enum ruf_status ruf_query_find_id(struct ruf_query *query,
                                  struct ruf_text source, struct ruf_text id,
                                  uint32_t *contact, struct ruf_error *err)
{
    const struct ruf_index *index = query->index;
    const struct wanted wanted = { source, id, NULL };

    *contact = UINT32_MAX;
    return search_table(query, RUF_SECTION_SOURCE_IDS, index->source_id_buckets,
                        ruf_hash(index->hash_secret, id.data, id.size), &wanted,
                        contact, err);
}

enum ruf_status ruf_query_find_hash_id(struct ruf_query *query,
                                       const uint8_t hash_id[RUF_HASH_ID_SIZE],
                                       uint32_t *contact, struct ruf_error *err)
{
    const struct ruf_index *index = query->index;
    const struct wanted wanted = { { NULL, 0 }, { NULL, 0 }, hash_id };

    *contact = UINT32_MAX;
    return search_table(query, RUF_SECTION_HASH_IDS, index->hash_id_buckets,
                        ruf_hash(index->hash_secret, hash_id, RUF_HASH_ID_SIZE),
                        &wanted, contact, err);
}

enum ruf_status ruf_query_find_contact(struct ruf_query *query,
                                       const struct ruf_contact_id *id,
                                       uint32_t *contact, struct ruf_error *err)
{
    *contact = UINT32_MAX;
    for (uint32_t i = 0; i < query->index->contact_count; i++) {
        struct ruf_contact found;
        enum ruf_status status = ruf_query_contact(query, i, &found, err);

        if (status != RUF_OK)
            return status;
        if (memcmp(found.id.bytes, id->bytes, sizeof(found.id.bytes)) != 0)
            continue;
        *contact = i;
        break;
    }
    return RUF_OK;
}
