/*
 * base/record.c - byte form of records, and partial updates
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/record.h"
#include "base/error.h"
#include "base/text.h"
#include <string.h>

#define RECORD_VERSION 1

/* --- byte form --------------------------------------------------------------
 * u8 version, u8 removed, text id; then, unless removed: varint keep_fields,
 * keep_numbers, keep_emails; texts of all fields (empty = absent); varint
 * count, per number u8 kind and text; varint count, per mail u8 slot, text. */

void ruf_record_write(const struct ruf_record *record,
                      struct ruf_writer *writer)
{
    ruf_write_u8(writer, RECORD_VERSION);
    ruf_write_u8(writer, record->removed ? 1 : 0);
    ruf_write_text(writer, record->native_id);
    if (record->removed)
        return;
    ruf_write_varint(writer, record->keep_fields);
    ruf_write_varint(writer, record->keep_numbers);
    ruf_write_varint(writer, record->keep_emails);
    for (size_t i = 0; i < RUF_RECORD_FIELD_COUNT; i++)
        ruf_write_text(writer, record->fields[i]);
    ruf_write_varint(writer, record->number_count);
    for (size_t i = 0; i < record->number_count; i++) {
        ruf_write_u8(writer, (uint8_t)record->numbers[i].kind);
        ruf_write_text(writer, record->numbers[i].text);
    }
    ruf_write_varint(writer, record->email_count);
    for (size_t i = 0; i < record->email_count; i++) {
        ruf_write_u8(writer, (uint8_t)record->emails[i].slot);
        ruf_write_text(writer, record->emails[i].address);
    }
}

struct ruf_text ruf_record_id(const void *bytes, size_t size)
{
    struct ruf_reader reader = ruf_reader(bytes, size);

    (void)ruf_read_bytes(&reader, 2); /* version, removed */
    return ruf_read_text(&reader);
}

static struct ruf_text read_optional_text(struct ruf_reader *reader)
{
    struct ruf_text text = ruf_read_text(reader);

    if (text.size == 0)
        text.data = NULL;
    return text;
}

static enum ruf_status read_numbers(struct ruf_reader *reader,
                                    struct ruf_arena *arena,
                                    struct ruf_record *out)
{
    uint64_t count = ruf_read_varint(reader);
    struct ruf_raw_number *numbers;

    if (count > RUF_RECORD_NUMBERS_MAX) {
        reader->failed = true;
        return RUF_OK;
    }
    numbers = ruf_arena_alloc(arena, (size_t)count, sizeof(*numbers));
    if (numbers == NULL)
        return RUF_E_NOMEM;
    for (size_t i = 0; i < count; i++) {
        uint8_t kind = ruf_read_u8(reader);

        if (kind >= RUF_KIND_COUNT)
            reader->failed = true;
        numbers[i].kind = (enum ruf_number_kind)kind;
        numbers[i].text = ruf_read_text(reader);
    }
    out->numbers = numbers;
    out->number_count = (size_t)count;
    return RUF_OK;
}

static enum ruf_status read_emails(struct ruf_reader *reader,
                                   struct ruf_arena *arena,
                                   struct ruf_record *out)
{
    uint64_t count = ruf_read_varint(reader);
    struct ruf_raw_email *emails;

    if (count > RUF_RECORD_EMAILS_MAX) {
        reader->failed = true;
        return RUF_OK;
    }
    emails = ruf_arena_alloc(arena, (size_t)count, sizeof(*emails));
    if (emails == NULL)
        return RUF_E_NOMEM;
    for (size_t i = 0; i < count; i++) {
        uint8_t slot = ruf_read_u8(reader);

        if (slot >= RUF_EMAIL_SLOT_COUNT)
            reader->failed = true;
        emails[i].slot = (enum ruf_email_slot)slot;
        emails[i].address = ruf_read_text(reader);
    }
    out->emails = emails;
    out->email_count = (size_t)count;
    return RUF_OK;
}

enum ruf_status ruf_record_read(const void *bytes, size_t size,
                                struct ruf_arena *arena, struct ruf_record *out,
                                struct ruf_error *err)
{
    struct ruf_reader reader = ruf_reader(bytes, size);
    enum ruf_status status = RUF_OK;

    memset(out, 0, sizeof(*out));
    if (ruf_read_u8(&reader) != RECORD_VERSION)
        reader.failed = true;
    out->removed = ruf_read_u8(&reader) != 0;
    out->native_id = ruf_read_text(&reader);
    if (!out->removed) {
        out->keep_fields = (uint32_t)ruf_read_varint(&reader);
        out->keep_numbers = (uint32_t)ruf_read_varint(&reader);
        out->keep_emails = (uint32_t)ruf_read_varint(&reader);
        for (size_t i = 0; i < RUF_RECORD_FIELD_COUNT; i++)
            out->fields[i] = read_optional_text(&reader);
        status = read_numbers(&reader, arena, out);
        if (status == RUF_OK)
            status = read_emails(&reader, arena, out);
    }
    if (status != RUF_OK)
        return ruf_fail_memory(err);
    if (reader.failed || ruf_reader_left(&reader) != 0)
        return ruf_fail(err, RUF_E_CORRUPT, "D720", "",
                        "stored record is damaged");
    return RUF_OK;
}

/* --- partial updates
 * ----------------------------------------------------------- */

static bool keeps(uint32_t mask, unsigned bit)
{
    return (mask >> bit & 1) != 0;
}

static enum ruf_status merge_numbers(const struct ruf_record *older,
                                     const struct ruf_record *newer,
                                     struct ruf_arena *arena,
                                     struct ruf_record *out)
{
    struct ruf_raw_number *numbers = ruf_arena_alloc(
        arena, older->number_count + newer->number_count, sizeof(*numbers));
    size_t count = 0;

    if (numbers == NULL)
        return RUF_E_NOMEM;
    for (size_t i = 0; i < newer->number_count; i++)
        numbers[count++] = newer->numbers[i];
    for (size_t i = 0; i < older->number_count; i++)
        if (keeps(newer->keep_numbers, older->numbers[i].kind))
            numbers[count++] = older->numbers[i];
    out->numbers = numbers;
    out->number_count =
        count < RUF_RECORD_NUMBERS_MAX ? count : RUF_RECORD_NUMBERS_MAX;
    return RUF_OK;
}

static enum ruf_status merge_emails(const struct ruf_record *older,
                                    const struct ruf_record *newer,
                                    struct ruf_arena *arena,
                                    struct ruf_record *out)
{
    struct ruf_raw_email *emails = ruf_arena_alloc(
        arena, older->email_count + newer->email_count, sizeof(*emails));
    size_t count = 0;

    if (emails == NULL)
        return RUF_E_NOMEM;
    for (size_t i = 0; i < newer->email_count; i++)
        emails[count++] = newer->emails[i];
    for (size_t i = 0; i < older->email_count; i++)
        if (keeps(newer->keep_emails, older->emails[i].slot))
            emails[count++] = older->emails[i];
    out->emails = emails;
    out->email_count =
        count < RUF_RECORD_EMAILS_MAX ? count : RUF_RECORD_EMAILS_MAX;
    return RUF_OK;
}

enum ruf_status ruf_record_merge(const struct ruf_record *older,
                                 const struct ruf_record *newer,
                                 struct ruf_arena *arena,
                                 struct ruf_record *out, struct ruf_error *err)
{
    *out = *newer;
    for (unsigned i = 0; i < RUF_RECORD_FIELD_COUNT; i++)
        if (keeps(newer->keep_fields, i))
            out->fields[i] = older->fields[i];
    out->keep_fields = 0;
    out->keep_numbers = 0;
    out->keep_emails = 0;
    if (merge_numbers(older, newer, arena, out) != RUF_OK ||
        merge_emails(older, newer, arena, out) != RUF_OK)
        return ruf_fail_memory(err);
    return RUF_OK;
}
