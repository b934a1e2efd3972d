/*
 * base/bytes.c - bounds-checked reading and writing of little-endian bytes
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/pages.h"
#include "base/secret.h"
#include <stdlib.h>
#include <string.h>

size_t ruf_varint_encode(uint64_t value, uint8_t out[RUF_VARINT_MAX])
{
    size_t size = 0;

    while (value >= 0x80) {
        out[size++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    out[size++] = (uint8_t)value;
    return size;
}

size_t ruf_varint_size(uint64_t value)
{
    size_t size = 1;

    while (value >= 0x80) {
        value >>= 7;
        size++;
    }
    return size;
}

uint16_t ruf_read_u16(struct ruf_reader *reader)
{
    const uint8_t *bytes = ruf_read_bytes(reader, 2);

    return bytes == NULL ? 0 : ruf_load16(bytes);
}

uint32_t ruf_read_u32(struct ruf_reader *reader)
{
    const uint8_t *bytes = ruf_read_bytes(reader, 4);

    return bytes == NULL ? 0 : ruf_load32(bytes);
}

uint64_t ruf_read_u64(struct ruf_reader *reader)
{
    const uint8_t *bytes = ruf_read_bytes(reader, 8);

    return bytes == NULL ? 0 : ruf_load64(bytes);
}

/* The lower seven bits of each byte, side by side. */
static uint64_t join_sevens(uint64_t bytes)
{
    bytes &= RUF_EACH_BYTE(0x7F);
    bytes = (bytes & UINT64_C(0x007F007F007F007F)) |
            (bytes & UINT64_C(0x7F007F007F007F00)) >> 1;
    bytes = (bytes & UINT64_C(0x00003FFF00003FFF)) |
            (bytes & UINT64_C(0x3FFF00003FFF0000)) >> 2;
    return (bytes & UINT64_C(0x0FFFFFFF)) |
           (bytes & UINT64_C(0x0FFFFFFF00000000)) >> 4;
}

uint64_t ruf_read_long_varint(struct ruf_reader *reader)
{
    uint64_t value = 0;

    /* Up to eight bytes at once, if so many are there. */
    if (ruf_reader_left(reader) >= sizeof(value)) {
        uint64_t bytes = ruf_load64(reader->next);
        uint64_t ends = ~bytes & RUF_EACH_BYTE(0x80);

        if (ends != 0) {
            reader->next += __builtin_ctzll(ends) / 8 + 1;
            return join_sevens(bytes & (ends ^ (ends - 1)));
        }
    }
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = ruf_read_u8(reader);

        if (reader->failed)
            return 0;
        if (shift == 63 && byte > 1)
            break; /* more than 64 bits */
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return value;
    }
    reader->failed = true;
    return 0;
}

struct ruf_text ruf_read_text(struct ruf_reader *reader)
{
    uint64_t size = ruf_read_varint(reader);
    struct ruf_text text = { NULL, 0 };
    const uint8_t *bytes;

    if (size > ruf_reader_left(reader)) {
        reader->failed = true;
        return text;
    }
    bytes = ruf_read_bytes(reader, (size_t)size);
    if (bytes != NULL) {
        text.data = (const char *)bytes;
        text.size = (size_t)size;
    }
    return text;
}

/* So large a writer has pages of its own. */
#define MAPPED_MIN ((size_t)2 << 20)

static bool is_mapped(const struct ruf_writer *writer)
{
    return writer->capacity >= MAPPED_MIN;
}

void ruf_writer_free(struct ruf_writer *writer)
{
    if (is_mapped(writer))
        ruf_pages_unmap(writer->bytes, writer->capacity);
    else
        free(writer->bytes);
    memset(writer, 0, sizeof(*writer));
}

void ruf_writer_wipe(struct ruf_writer *writer)
{
    if (writer->bytes != NULL && !is_mapped(writer))
        ruf_wipe(writer->bytes, writer->capacity);
    ruf_writer_free(writer);
}

/* realloc() would leave the old copy of a secret behind, so move by hand. */
static uint8_t *copied(const struct ruf_writer *writer, size_t capacity)
{
    uint8_t *bytes =
        capacity < MAPPED_MIN ? malloc(capacity) : ruf_pages_map(capacity);

    if (bytes == NULL)
        return NULL;
    if (writer->bytes != NULL) {
        memcpy(bytes, writer->bytes, writer->size);
        ruf_wipe(writer->bytes, writer->capacity);
    }
    free(writer->bytes);
    return bytes;
}

static bool writer_move(struct ruf_writer *writer, size_t capacity)
{
    uint8_t *bytes =
        is_mapped(writer)
            ? ruf_pages_remap(writer->bytes, writer->capacity, capacity)
            : copied(writer, capacity);

    if (bytes == NULL)
        return false;
    writer->bytes = bytes;
    writer->capacity = capacity;
    return true;
}

static bool writer_grow(struct ruf_writer *writer, size_t more)
{
    size_t capacity = writer->capacity == 0 ? 256 : writer->capacity;

    while (capacity - writer->size < more) {
        if (capacity > SIZE_MAX / 2)
            return false;
        capacity *= 2;
    }
    return writer_move(writer, capacity);
}

void ruf_write_expect(struct ruf_writer *writer, size_t size)
{
    if (!writer->failed && writer->capacity - writer->size < size &&
        (size > SIZE_MAX - writer->size ||
         !writer_move(writer, writer->size + size)))
        writer->failed = true;
}

uint8_t *ruf_write_room(struct ruf_writer *writer, size_t size)
{
    if (writer->failed)
        return NULL;
    /* Not even 0 may be added to a null pointer. */
    if ((writer->bytes == NULL || writer->capacity - writer->size < size) &&
        !writer_grow(writer, size)) {
        writer->failed = true;
        return NULL;
    }
    return writer->bytes + writer->size;
}

/* Room for size more bytes, not zeroed. */
static uint8_t *writer_reserve(struct ruf_writer *writer, size_t size)
{
    uint8_t *bytes = ruf_write_room(writer, size);

    if (bytes != NULL)
        writer->size += size;
    return bytes;
}

uint8_t *ruf_write_space(struct ruf_writer *writer, size_t size)
{
    uint8_t *bytes = writer_reserve(writer, size);

    if (bytes != NULL && size > 0)
        memset(bytes, 0, size);
    return bytes;
}

void ruf_write_slowly(struct ruf_writer *writer, const void *bytes, size_t size)
{
    uint8_t *space = writer_reserve(writer, size);

    if (space != NULL && size > 0)
        memcpy(space, bytes, size);
}

void ruf_write_u16(struct ruf_writer *writer, uint16_t value)
{
    uint8_t bytes[2];

    ruf_store16(bytes, value);
    ruf_write_bytes(writer, bytes, sizeof(bytes));
}

void ruf_write_u32(struct ruf_writer *writer, uint32_t value)
{
    uint8_t bytes[4];

    ruf_store32(bytes, value);
    ruf_write_bytes(writer, bytes, sizeof(bytes));
}

void ruf_write_u64(struct ruf_writer *writer, uint64_t value)
{
    uint8_t bytes[8];

    ruf_store64(bytes, value);
    ruf_write_bytes(writer, bytes, sizeof(bytes));
}

void ruf_write_long_varint(struct ruf_writer *writer, uint64_t value)
{
    uint8_t bytes[RUF_VARINT_MAX];

    ruf_write_bytes(writer, bytes, ruf_varint_encode(value, bytes));
}
