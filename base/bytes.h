/*
 * base/bytes.h - bounds-checked reading and writing of little-endian bytes
 *
 * A reader past its end and a writer out of memory go into a failed state in
 * which every further call is harmless; the caller checks once at the end.
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <rufname/contact.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Little-endian loads and stores, any alignment. Values are put together byte
 * by byte: no byte order, no cast of foreign bytes. Compilers see one load in
 * each of these expressions. */
static inline uint16_t ruf_load16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static inline uint32_t ruf_load32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 |
           (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static inline uint64_t ruf_load64(const uint8_t *bytes)
{
    return (uint64_t)bytes[0] | (uint64_t)bytes[1] << 8 |
           (uint64_t)bytes[2] << 16 | (uint64_t)bytes[3] << 24 |
           (uint64_t)bytes[4] << 32 | (uint64_t)bytes[5] << 40 |
           (uint64_t)bytes[6] << 48 | (uint64_t)bytes[7] << 56;
}

static inline void ruf_store16(uint8_t *bytes, uint16_t value)
{
    bytes[0] = (uint8_t)value;
    bytes[1] = (uint8_t)(value >> 8);
}

static inline void ruf_store32(uint8_t *bytes, uint32_t value)
{
    bytes[0] = (uint8_t)value;
    bytes[1] = (uint8_t)(value >> 8);
    bytes[2] = (uint8_t)(value >> 16);
    bytes[3] = (uint8_t)(value >> 24);
}

static inline void ruf_store64(uint8_t *bytes, uint64_t value)
{
    ruf_store32(bytes, (uint32_t)value);
    ruf_store32(bytes + 4, (uint32_t)(value >> 32));
}

/** Eight bytes of this value, for work on eight bytes at once. */
#define RUF_EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

/** Longest LEB128 form of a uint64_t. */
#define RUF_VARINT_MAX 10

/** Write value as LEB128. @return bytes written, 1..RUF_VARINT_MAX. */
size_t ruf_varint_encode(uint64_t value, uint8_t out[RUF_VARINT_MAX]);

/** Bytes value takes as LEB128. */
size_t ruf_varint_size(uint64_t value);

/** Reads a borrowed range of bytes front to back. */
struct ruf_reader {
    const uint8_t *next;
    const uint8_t *end;
    bool failed; /**< a read went past the end or met a bad varint */
};

static inline struct ruf_reader ruf_reader(const void *bytes, size_t size)
{
    const uint8_t *next = (const uint8_t *)bytes;
    struct ruf_reader reader = { next, next == NULL ? NULL : next + size,
                                 false };

    return reader;
}

static inline size_t ruf_reader_left(const struct ruf_reader *reader)
{
    return reader->failed ? 0 : (size_t)(reader->end - reader->next);
}

/** Next size bytes, borrowed; NULL on failure. */
static inline const uint8_t *ruf_read_bytes(struct ruf_reader *reader,
                                            size_t size)
{
    const uint8_t *bytes = reader->next;

    if (reader->failed || (size_t)(reader->end - reader->next) < size) {
        reader->failed = true;
        return NULL;
    }
    reader->next += size;
    return bytes;
}

/** These give 0 or absent text once the reader has failed. */
static inline uint8_t ruf_read_u8(struct ruf_reader *reader)
{
    const uint8_t *bytes = ruf_read_bytes(reader, 1);

    return bytes == NULL ? 0 : bytes[0];
}

uint16_t ruf_read_u16(struct ruf_reader *reader);
uint32_t ruf_read_u32(struct ruf_reader *reader);
uint64_t ruf_read_u64(struct ruf_reader *reader);
/** The general case of ruf_read_varint(). */
uint64_t ruf_read_long_varint(struct ruf_reader *reader);

static inline uint64_t ruf_read_varint(struct ruf_reader *reader)
{
    if (!reader->failed && reader->next < reader->end && *reader->next < 0x80)
        return *reader->next++;
    return ruf_read_long_varint(reader);
}

/** A varint length, then that many bytes; never absent unless failed. */
struct ruf_text ruf_read_text(struct ruf_reader *reader);

/** Growing buffer. Start with a zeroed struct; free with ruf_writer_free(). */
struct ruf_writer {
    uint8_t *bytes;
    size_t size;
    size_t capacity;
    bool failed; /**< memory was out; bytes so far are kept */
};

void ruf_writer_free(struct ruf_writer *writer);
/** For content that is secret: the bytes are overwritten, or given back to the
 *  system as whole pages, which clears them. */
void ruf_writer_wipe(struct ruf_writer *writer);
void ruf_write_u16(struct ruf_writer *writer, uint16_t value);
void ruf_write_u32(struct ruf_writer *writer, uint32_t value);
void ruf_write_u64(struct ruf_writer *writer, uint64_t value);
/** The general case of the inline functions below. */
void ruf_write_slowly(struct ruf_writer *writer, const void *bytes,
                      size_t size);
void ruf_write_long_varint(struct ruf_writer *writer, uint64_t value);

static inline void ruf_write_bytes(struct ruf_writer *writer, const void *bytes,
                                   size_t size)
{
    if (writer->capacity - writer->size < size) {
        ruf_write_slowly(writer, bytes, size);
    } else if (size > 0) {
        memcpy(writer->bytes + writer->size, bytes, size);
        writer->size += size;
    }
}

static inline void ruf_write_u8(struct ruf_writer *writer, uint8_t value)
{
    if (writer->size < writer->capacity)
        writer->bytes[writer->size++] = value;
    else
        ruf_write_slowly(writer, &value, 1);
}

static inline void ruf_write_varint(struct ruf_writer *writer, uint64_t value)
{
    if (value < 0x80)
        ruf_write_u8(writer, (uint8_t)value);
    else
        ruf_write_long_varint(writer, value);
}

/** A varint length, then the bytes. Absent text is written as empty. */
static inline void ruf_write_text(struct ruf_writer *writer,
                                  struct ruf_text text)
{
    ruf_write_varint(writer, text.size);
    ruf_write_bytes(writer, text.data, text.size);
}

/** Zeroed space for the caller to fill; NULL when memory is out. */
uint8_t *ruf_write_space(struct ruf_writer *writer, size_t size);
/** Make room for size more bytes, and not much more: it is known how many
 *  will come. */
void ruf_write_expect(struct ruf_writer *writer, size_t size);
/** Room for up to size bytes at the end, which the caller fills and counts
 *  himself: writer->size += used. NULL when memory is out. */
uint8_t *ruf_write_room(struct ruf_writer *writer, size_t size);

#endif
