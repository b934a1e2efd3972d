/*
 * lookup/photo.c - thumbnails of contacts
 *
 * Read on demand in both modes: a screen shows a few of them at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/error.h"
#include "lookup/index_private.h"
#include <string.h>

/* A row of PHOTO_ROWS. */
struct row {
    uint32_t contact;
    uint16_t size;
    uint8_t source;
    uint64_t place;
};

static enum ruf_status damaged(const struct ruf_query *query,
                               enum ruf_section_kind kind,
                               struct ruf_error *err)
{
    return ruf_index_damaged(query->index, kind, err);
}

static enum ruf_status read_row(struct ruf_query *query, uint32_t at,
                                struct row *out, struct ruf_error *err)
{
    const uint8_t *bytes = NULL;
    enum ruf_status status = ruf_index_bytes(query, RUF_SECTION_PHOTO_ROWS,
                                             (uint64_t)at * RUF_PHOTO_ROW_SIZE,
                                             RUF_PHOTO_ROW_SIZE, &bytes, err);

    if (status != RUF_OK)
        return status;
    out->contact = ruf_load32(bytes);
    out->size = ruf_load16(bytes + 4);
    out->source = bytes[6];
    out->place = ruf_load64(bytes + 8);
    return RUF_OK;
}

static enum ruf_status find_row(struct ruf_query *query, uint32_t contact,
                                struct row *out, bool *found,
                                struct ruf_error *err)
{
    uint32_t low = 0;
    uint32_t high = query->index->photo_count;

    *found = false;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        enum ruf_status status = read_row(query, middle, out, err);

        if (status != RUF_OK)
            return status;
        if (out->contact == contact) {
            *found = true;
            return RUF_OK;
        }
        if (out->contact < contact)
            low = middle + 1;
        else
            high = middle;
    }
    return RUF_OK;
}

/* JPEG begins with FF D8 FF, PNG with its eight bytes. */
static bool find_type(const uint8_t *bytes, size_t size,
                      enum ruf_photo_type *out)
{
    static const uint8_t jpeg[] = { 0xFF, 0xD8, 0xFF };
    static const uint8_t png[] = {
        0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A
    };

    *out = RUF_PHOTO_JPEG;
    if (size > sizeof(jpeg) && memcmp(bytes, jpeg, sizeof(jpeg)) == 0)
        return true;
    *out = RUF_PHOTO_PNG;
    return size > sizeof(png) && memcmp(bytes, png, sizeof(png)) == 0;
}

static enum ruf_status read_photo(struct ruf_query *query,
                                  const struct row *row,
                                  struct ruf_contact_photo *out,
                                  struct ruf_error *err)
{
    const struct ruf_index *index = query->index;
    enum ruf_status status;

    if (row->size == 0 || row->size > RUF_PHOTO_SIZE_MAX ||
        row->place > index->photos_size ||
        row->size > index->photos_size - row->place)
        return damaged(query, RUF_SECTION_PHOTO_ROWS, err);
    status = ruf_index_copy(query, RUF_SECTION_PHOTOS, row->place, row->size,
                            query->photo, err);
    if (status != RUF_OK)
        return status;
    if (!find_type(query->photo, row->size, &out->type))
        return damaged(query, RUF_SECTION_PHOTOS, err);
    out->bytes = query->photo;
    out->size = row->size;
    out->source = row->source;
    return RUF_OK;
}

enum ruf_status ruf_query_photo(struct ruf_query *query, uint32_t contact,
                                struct ruf_contact_photo *out,
                                struct ruf_error *err)
{
    const struct ruf_index *index = query->index;
    struct row row = { 0 };
    bool found = false;
    enum ruf_status status;

    memset(out, 0, sizeof(*out));
    if (contact >= index->contact_count)
        return ruf_fail(err, RUF_E_NOT_FOUND, "D723",
                        ruf_image_path(index->image),
                        "no contact has this number");
    status = find_row(query, contact, &row, &found, err);
    return status == RUF_OK && found ? read_photo(query, &row, out, err)
                                     : status;
}

enum ruf_status ruf_photos_check(struct ruf_query *query, struct ruf_error *err)
{
    const struct ruf_index *index = query->index;
    enum ruf_status status = RUF_OK;
    uint32_t next = 0;

    for (uint32_t i = 0; i < index->photo_count && status == RUF_OK; i++) {
        struct ruf_contact_photo photo;
        struct row row = { 0 };

        status = read_row(query, i, &row, err);
        if (status == RUF_OK &&
            (row.contact < next || row.contact >= index->contact_count))
            status = damaged(query, RUF_SECTION_PHOTO_ROWS, err);
        if (status == RUF_OK)
            status = read_photo(query, &row, &photo, err);
        next = row.contact + 1;
    }
    return status;
}
