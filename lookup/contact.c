/*
 * lookup/contact.c - contact records
 *
 * Texts that contacts share stand in TEXTS, composed ones (display name, raw
 * numbers, addresses) are put together in the query's room. Every step is
 * bounded: a record that lies gives D706, never a byte from elsewhere.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/error.h"
#include "base/mail_name.h"
#include "lookup/index_private.h"
#include <string.h>

#define SOURCE_SEPARATOR '\x1F'

/* --- texts
 * ---------------------------------------------------------------------------
 */

/* Append to the texts of this answer. @return false if there is no room. */
static bool put(struct ruf_query *query, const void *bytes, size_t size)
{
    if (size > (size_t)(query->texts_end - query->texts_next))
        return false;
    if (bytes != NULL && size > 0)
        memcpy(query->texts_next, bytes, size);
    query->texts_next += size;
    return true;
}

/* Most stored texts are copied in one step, as a branch on their size would be
 * guessed wrong: so many bytes may be read behind each, and written behind the
 * room for texts. */
#define COPY_STEP 32u
_Static_assert(COPY_STEP >= RUF_E164_TEXT_SIZE && COPY_STEP <= INDEX_SLACK,
               "a number is copied in one step, into the slack at most");

static bool put_stored(struct ruf_query *query, const char *bytes, size_t size)
{
    char step[COPY_STEP];

    if (size > (size_t)(query->texts_end - query->texts_next))
        return false;
    memcpy(step, bytes, COPY_STEP); /* its end may lie where it is written */
    memcpy(query->texts_next, step, COPY_STEP);
    if (size > COPY_STEP)
        memcpy(query->texts_next + COPY_STEP, bytes + COPY_STEP,
               size - COPY_STEP);
    query->texts_next += size;
    return true;
}

static enum ruf_status damaged(const struct ruf_query *query,
                               struct ruf_error *err)
{
    return ruf_index_damaged(query->index, RUF_SECTION_CONTACTS, err);
}

static enum ruf_status bad_text(const struct ruf_query *query,
                                struct ruf_error *err)
{
    return ruf_index_damaged(query->index, RUF_SECTION_TEXTS, err);
}

/* Most texts, with their length, are no longer. */
#define TEXT_HEAD 32u

/* It stays where it is. */
static enum ruf_status resident_text(struct ruf_query *query, uint64_t at,
                                     struct ruf_text *out,
                                     struct ruf_error *err)
{
    uint64_t left = query->index->texts_size - at;
    size_t head = left < TEXT_HEAD ? (size_t)left : TEXT_HEAD;
    size_t start;
    const uint8_t *bytes = NULL;
    struct ruf_reader reader;
    uint64_t size;
    enum ruf_status status =
        ruf_index_bytes(query, RUF_SECTION_TEXTS, at, head, &bytes, err);

    *out = (struct ruf_text){ NULL, 0 };
    if (status != RUF_OK || bytes == NULL)
        return status;
    reader = ruf_reader(bytes, head);
    size = ruf_read_varint(&reader);
    start = (size_t)(reader.next - bytes);
    if (reader.failed || size > left - start)
        return bad_text(query, err);
    *out = (struct ruf_text){ (const char *)bytes + start, (size_t)size };
    if (size <= head - start)
        return RUF_OK;
    return ruf_index_bytes(query, RUF_SECTION_TEXTS, at + start, (size_t)size,
                           &bytes, err);
}

/* Text at a step of TEXTS: a varint length, then the bytes. On demand its block
 * may be replaced any time, so it is copied. */
static enum ruf_status shared_text(struct ruf_query *query, uint64_t step,
                                   struct ruf_text *out, struct ruf_error *err)
{
    const struct ruf_index *index = query->index;
    uint64_t at = step * RUF_TEXT_STEP;
    uint8_t head[RUF_TEXT_STEP] = { 0 };
    size_t head_size = sizeof(head);
    struct ruf_reader reader;
    uint64_t size;
    enum ruf_status status;

    if (step >= index->texts_size || at >= index->texts_size)
        return bad_text(query, err);
    if (index->resident != NULL)
        return resident_text(query, at, out, err);
    if (index->texts_size - at < head_size)
        head_size = (size_t)(index->texts_size - at);
    status = ruf_index_copy(query, RUF_SECTION_TEXTS, at, head_size, head, err);
    if (status != RUF_OK)
        return status;
    reader = ruf_reader(head, head_size);
    size = ruf_read_varint(&reader);
    at += (uint64_t)(reader.next - head);
    if (reader.failed || size > index->texts_size - at ||
        size > (uint64_t)(query->texts_end - query->texts_next))
        return bad_text(query, err);
    out->size = (size_t)size;
    out->data = query->texts_next;
    query->texts_next += size;
    return ruf_index_copy(query, RUF_SECTION_TEXTS, at, out->size,
                          query->texts_next - size, err);
}

enum ruf_status ruf_text_reference(struct ruf_query *query,
                                   struct ruf_reader *reader,
                                   struct ruf_text *out, struct ruf_error *err)
{
    uint64_t reference = ruf_read_varint(reader);

    *out = (struct ruf_text){ NULL, 0 };
    if (reader->failed)
        return damaged(query, err);
    if (reference == RUF_TEXT_ABSENT)
        return RUF_OK;
    if (reference >= RUF_TEXT_SHARED)
        return shared_text(query, reference - RUF_TEXT_SHARED, out, err);
    *out = ruf_read_text(reader);
    return reader->failed ? damaged(query, err) : RUF_OK;
}

/* --- what is not wanted
 * ------------------------------------------------------------------------ */

static bool skip_reference(struct ruf_reader *reader)
{
    if (ruf_read_varint(reader) == RUF_TEXT_INLINE)
        (void)ruf_read_text(reader);
    return !reader->failed;
}

static enum ruf_status read_or_skip(struct ruf_query *query,
                                    struct ruf_reader *reader, bool wanted,
                                    struct ruf_text *out, struct ruf_error *err)
{
    if (wanted)
        return ruf_text_reference(query, reader, out, err);
    return skip_reference(reader) ? RUF_OK : damaged(query, err);
}

static enum ruf_status skip_numbers(struct ruf_query *query,
                                    struct ruf_reader *reader,
                                    struct ruf_error *err)
{
    uint64_t count = ruf_read_varint(reader);

    if (reader->failed || count > query->index->limits.numbers)
        return damaged(query, err);
    for (; count > 0; count--) {
        uint8_t head = ruf_read_u8(reader);

        if ((head & RUF_NUMBER_UNKNOWN) == 0)
            (void)ruf_read_bytes(reader, head & RUF_NUMBER_WIDE ? 8 : 6);
        (void)skip_reference(reader);
    }
    return reader->failed ? damaged(query, err) : RUF_OK;
}

/* --- names
 * ------------------------------------------------------------------------ */

static bool join(struct ruf_query *query, struct ruf_text first,
                 const char *between, struct ruf_text second,
                 struct ruf_text *out)
{
    out->data = query->texts_next;
    if (!put(query, first.data, first.size) ||
        !put(query, between, strlen(between)) ||
        !put(query, second.data, second.size))
        return false;
    out->size = (size_t)(query->texts_next - out->data);
    return true;
}

/* A display name that is the two joined is put together if wanted. */
static enum ruf_status read_names(struct ruf_query *query,
                                  struct ruf_reader *reader, uint8_t head,
                                  bool joined, struct ruf_contact *out,
                                  struct ruf_error *err)
{
    enum ruf_status status =
        ruf_text_reference(query, reader, &out->given, err);
    bool ok = true;

    if (status == RUF_OK)
        status = ruf_text_reference(query, reader, &out->family, err);
    if (status != RUF_OK)
        return status;
    switch (head & RUF_CONTACT_DISPLAY_MASK) {
    case RUF_DISPLAY_STORED:
        return ruf_text_reference(query, reader, &out->display, err);
    case RUF_DISPLAY_GIVEN_FAMILY:
        ok =
            !joined || join(query, out->given, " ", out->family, &out->display);
        break;
    case RUF_DISPLAY_FAMILY_GIVEN:
        ok = !joined ||
             join(query, out->family, ", ", out->given, &out->display);
        break;
    default:
        ok = false;
    }
    return ok ? RUF_OK : damaged(query, err);
}

/* Source ids, joined by a separator in one text. */
static enum ruf_status read_sources(struct ruf_query *query,
                                    struct ruf_reader *reader,
                                    struct ruf_contact *out,
                                    struct ruf_error *err)
{
    struct ruf_text list;
    size_t start = 0;
    enum ruf_status status = ruf_text_reference(query, reader, &list, err);

    if (status != RUF_OK || list.data == NULL || list.size == 0)
        return status;
    for (size_t i = 0; i <= list.size; i++) {
        if (i < list.size && list.data[i] != SOURCE_SEPARATOR)
            continue;
        if (out->source_count == query->index->limits.sources)
            return damaged(query, err);
        query->sources[out->source_count++] =
            (struct ruf_text){ list.data + start, i - start };
        start = i + 1;
    }
    out->sources = query->sources;
    return RUF_OK;
}

/* --- numbers
 * -----------------------------------------------------------------------------
 */

static bool put_char(struct ruf_query *query, char c)
{
    if (query->texts_next == query->texts_end)
        return false;
    *query->texts_next++ = c;
    return true;
}

/* A raw number from the digits of its E.164 and its shape. */
static bool expand_shape(struct ruf_query *query, ruf_e164 e164,
                         struct ruf_text shape, struct ruf_text *out)
{
    char text[RUF_E164_TEXT_SIZE + COPY_STEP] = { 0 };
    const char *digits = text + 1; /* behind the plus */
    size_t left = ruf_e164_format(e164, text) - 1;
    bool ok = true;

    out->data = query->texts_next;
    for (size_t i = 0; i < shape.size && ok; i++) {
        uint8_t step = (uint8_t)shape.data[i];
        size_t size = step - RUF_SHAPE_COPY;

        if (step >= 0x20) {
            ok = put_char(query, shape.data[i]);
            continue;
        }
        if (step == RUF_SHAPE_REST)
            size = left;
        else if (step < RUF_SHAPE_COPY)
            size = step - RUF_SHAPE_SKIP + 1u;
        ok = step >= RUF_SHAPE_REST && size > 0 && size <= left;
        if (ok && (step == RUF_SHAPE_REST || step > RUF_SHAPE_COPY))
            ok = put_stored(query, digits, size);
        digits += size;
        left -= ok ? size : 0;
    }
    out->size = (size_t)(query->texts_next - out->data);
    return ok;
}

static ruf_e164 read_e164(struct ruf_reader *reader, uint8_t head)
{
    size_t size = head & RUF_NUMBER_WIDE ? 8 : 6;
    const uint8_t *bytes;
    ruf_e164 number = 0;

    if (head & RUF_NUMBER_UNKNOWN)
        return 0;
    bytes = ruf_read_bytes(reader, size);
    for (size_t i = 0; bytes != NULL && i < size; i++)
        number |= (ruf_e164)bytes[i] << 8 * i;
    if (number == 0 || number > RUF_E164_MAX)
        reader->failed = true;
    return number;
}

/* The i-th number; of a raw text that is to be put together only the shape. */
static enum ruf_status read_number(struct ruf_query *query,
                                   struct ruf_reader *reader, size_t i,
                                   struct ruf_error *err)
{
    struct ruf_contact_number *out = &query->numbers[i];
    uint8_t head = ruf_read_u8(reader);
    uint64_t reference;

    if ((head & RUF_NUMBER_KIND_MASK) >= RUF_KIND_COUNT)
        return damaged(query, err);
    out->kind = (enum ruf_number_kind)(head & RUF_NUMBER_KIND_MASK);
    out->emitted = (head & RUF_NUMBER_NOT_EMITTED) == 0;
    out->sources = 1;
    out->e164 = read_e164(reader, head);
    reference = ruf_read_varint(reader);
    out->raw = (struct ruf_text){ NULL, 0 };
    if (!reader->failed && reference == RUF_TEXT_INLINE)
        out->raw = ruf_read_text(reader);
    query->shapes[i] =
        reference >= RUF_TEXT_SHARED ? reference - RUF_TEXT_SHARED + 1 : 0;
    if (reader->failed || (query->shapes[i] != 0 && out->e164 == 0))
        return damaged(query, err);
    return RUF_OK;
}

enum ruf_status ruf_contact_raw(struct ruf_query *query, size_t i,
                                struct ruf_error *err)
{
    struct ruf_contact_number *number = &query->numbers[i];
    struct ruf_text shape = { NULL, 0 };
    enum ruf_status status;

    if (query->shapes[i] == 0)
        return RUF_OK;
    status = shared_text(query, query->shapes[i] - 1, &shape, err);
    if (status != RUF_OK)
        return status;
    return expand_shape(query, number->e164, shape, &number->raw)
               ? RUF_OK
               : damaged(query, err);
}

static enum ruf_status read_numbers(struct ruf_query *query,
                                    struct ruf_reader *reader, bool raw,
                                    struct ruf_contact *out,
                                    struct ruf_error *err)
{
    uint64_t count = ruf_read_varint(reader);
    enum ruf_status status = RUF_OK;

    if (reader->failed || count > query->index->limits.numbers)
        return damaged(query, err);
    for (size_t i = 0; i < count && status == RUF_OK; i++) {
        status = read_number(query, reader, i, err);
        if (status == RUF_OK && raw)
            status = ruf_contact_raw(query, i, err);
    }
    out->numbers = query->numbers;
    out->number_count = status == RUF_OK ? (size_t)count : 0;
    return status;
}

/* --- e-mails
 * -----------------------------------------------------------------------------
 */

/* A name as addresses spell it; at most so many letters of it. */
static bool put_name(struct ruf_query *query, struct ruf_text name,
                     enum ruf_mail_spelling spelling, size_t most)
{
    size_t size;

    if (name.size > (size_t)(query->texts_end - query->texts_next))
        return false;
    size = ruf_mail_spell_roomy(name, spelling, query->texts_next);
    query->texts_next += size < most ? size : most;
    return true;
}

static bool put_step(struct ruf_query *query, struct ruf_reader *reader,
                     const struct ruf_contact *contact, char step)
{
    struct ruf_text text;

    switch (step) {
    case RUF_MAIL_GIVEN:
        return put_name(query, contact->given, RUF_MAIL_GERMAN, SIZE_MAX);
    case RUF_MAIL_FAMILY:
        return put_name(query, contact->family, RUF_MAIL_GERMAN, SIZE_MAX);
    case RUF_MAIL_INITIAL:
        return put_name(query, contact->given, RUF_MAIL_GERMAN, 1);
    case RUF_MAIL_GIVEN_PLAIN:
        return put_name(query, contact->given, RUF_MAIL_PLAIN, SIZE_MAX);
    case RUF_MAIL_FAMILY_PLAIN:
        return put_name(query, contact->family, RUF_MAIL_PLAIN, SIZE_MAX);
    case RUF_MAIL_TEXT:
        text = ruf_read_text(reader);
        return !reader->failed && put_stored(query, text.data, text.size);
    default:
        return false;
    }
}

/* Where the next step of a shape stands, or its end: eight bytes at a time. */
static size_t next_step(struct ruf_text shape, size_t at)
{
    for (; at < shape.size; at += 8) {
        uint64_t bytes = ruf_load64((const uint8_t *)shape.data + at);
        uint64_t steps = (bytes - RUF_EACH_BYTE(RUF_MAIL_STEP_MAX + 1)) &
                         ~bytes & RUF_EACH_BYTE(0x80);

        if (steps != 0) {
            at += (size_t)__builtin_ctzll(steps) / 8;
            break;
        }
    }
    return at < shape.size ? at : shape.size;
}

/* An address from its shape, the names and what the record adds. */
static bool expand_mail(struct ruf_query *query, struct ruf_reader *reader,
                        const struct ruf_contact *contact,
                        struct ruf_text shape, struct ruf_text *out)
{
    size_t at = 0;

    out->data = query->texts_next;
    while (at < shape.size) {
        size_t step = next_step(shape, at);

        if (!put_stored(query, shape.data + at, step - at) ||
            (step < shape.size &&
             !put_step(query, reader, contact, shape.data[step])))
            return false;
        at = step + 1;
    }
    out->size = (size_t)(query->texts_next - out->data);
    return true;
}

static enum ruf_status read_email(struct ruf_query *query,
                                  struct ruf_reader *reader,
                                  const struct ruf_contact *contact,
                                  struct ruf_text *out, struct ruf_error *err)
{
    uint64_t reference = ruf_read_varint(reader);
    struct ruf_text shape = { NULL, 0 };
    enum ruf_status status;

    if (!reader->failed && reference == RUF_TEXT_INLINE)
        *out = ruf_read_text(reader);
    if (reader->failed || reference == RUF_TEXT_ABSENT)
        return damaged(query, err);
    if (reference == RUF_TEXT_INLINE)
        return RUF_OK;
    status = shared_text(query, reference - RUF_TEXT_SHARED, &shape, err);
    if (status != RUF_OK)
        return status;
    return expand_mail(query, reader, contact, shape, out)
               ? RUF_OK
               : damaged(query, err);
}

static enum ruf_status read_emails(struct ruf_query *query,
                                   struct ruf_reader *reader,
                                   struct ruf_contact *out,
                                   struct ruf_error *err)
{
    uint64_t count = ruf_read_varint(reader);
    enum ruf_status status = RUF_OK;

    if (reader->failed || count > query->index->limits.emails)
        return damaged(query, err);
    for (uint64_t i = 0; i < count && status == RUF_OK; i++) {
        status = read_email(query, reader, out, &query->emails[i], err);
        query->email_sources[i] = 1;
    }
    out->emails = query->emails;
    out->email_sources = query->email_sources;
    out->email_count = status == RUF_OK ? (size_t)count : 0;
    return status;
}

/* --- provenance
 * -----------------------------------------------------------------------------
 */

/* Unless the record says otherwise, its first source gave all it has. */
static void assume_first_source(struct ruf_contact *contact)
{
    const struct ruf_text fields[RUF_CONTACT_FIELD_COUNT] = {
        [RUF_CONTACT_GIVEN] = contact->given,
        [RUF_CONTACT_FAMILY] = contact->family,
        [RUF_CONTACT_DISPLAY_NAME] = contact->display,
        [RUF_CONTACT_COMPANY] = contact->company,
        [RUF_CONTACT_TITLE] = contact->title,
        [RUF_CONTACT_DEPARTMENT] = contact->department,
    };

    for (size_t i = 0; i < RUF_CONTACT_FIELD_COUNT; i++)
        contact->field_sources[i] = fields[i].size > 0 ? 1 : 0;
}

static void read_provenance(struct ruf_query *query, struct ruf_reader *reader,
                            struct ruf_contact *out)
{
    for (size_t i = 0; i < RUF_CONTACT_FIELD_COUNT; i++)
        out->field_sources[i] = (uint32_t)ruf_read_varint(reader);
    for (size_t i = 0; i < out->number_count; i++)
        query->numbers[i].sources = (uint32_t)ruf_read_varint(reader);
    for (size_t i = 0; i < out->email_count; i++)
        query->email_sources[i] = (uint32_t)ruf_read_varint(reader);
}

/* --- the record
 * -----------------------------------------------------------------------------
 */

/* Names, company, title and department, as far as they are wanted. */
static enum ruf_status read_texts(struct ruf_query *query,
                                  struct ruf_reader *reader, uint8_t head,
                                  unsigned wanted, struct ruf_contact *out,
                                  struct ruf_error *err)
{
    unsigned names =
        (head & RUF_CONTACT_DISPLAY_MASK) == RUF_DISPLAY_STORED ? 3 : 2;
    enum ruf_status status = RUF_OK;

    /* Addresses are made of names. */
    if ((wanted & (CONTACT_NAMES | CONTACT_EMAILS)) != 0)
        status = read_names(query, reader, head, (wanted & CONTACT_JOINED) != 0,
                            out, err);
    else
        for (unsigned i = 0; status == RUF_OK && i < names; i++)
            status = skip_reference(reader) ? RUF_OK : damaged(query, err);
    if (status == RUF_OK)
        status = read_or_skip(query, reader, (wanted & CONTACT_COMPANY) != 0,
                              &out->company, err);
    if (status == RUF_OK)
        status = read_or_skip(query, reader, (wanted & CONTACT_TITLE) != 0,
                              &out->title, err);
    if (status == RUF_OK)
        status = read_or_skip(query, reader, (wanted & CONTACT_DEPARTMENT) != 0,
                              &out->department, err);
    return status;
}

static enum ruf_status parse(struct ruf_query *query, struct ruf_reader reader,
                             unsigned wanted, struct ruf_contact *out,
                             struct ruf_error *err)
{
    const uint8_t *id = ruf_read_bytes(&reader, sizeof(out->id.bytes));
    uint8_t head = ruf_read_u8(&reader);
    enum ruf_status status = RUF_OK;

    query->texts_next = query->texts;
    if (id == NULL || reader.failed)
        return damaged(query, err);
    memcpy(out->id.bytes, id, sizeof(out->id.bytes));
    if ((wanted & CONTACT_SOURCES) != 0)
        status = read_sources(query, &reader, out, err);
    else if (!skip_reference(&reader))
        status = damaged(query, err);
    if (status == RUF_OK)
        status = read_texts(query, &reader, head, wanted, out, err);
    if (status == RUF_OK)
        status = (wanted & CONTACT_NUMBERS) != 0
                     ? read_numbers(query, &reader, (wanted & CONTACT_RAW) != 0,
                                    out, err)
                     : skip_numbers(query, &reader, err);
    if (status == RUF_OK && (wanted & CONTACT_EMAILS) != 0)
        status = read_emails(query, &reader, out, err);
    if (status != RUF_OK || wanted != CONTACT_ALL)
        return status;
    if (head & RUF_CONTACT_PROVENANCE)
        read_provenance(query, &reader, out);
    else
        assume_first_source(out);
    return reader.failed || ruf_reader_left(&reader) != 0 ? damaged(query, err)
                                                          : RUF_OK;
}

enum ruf_status ruf_contact_read(struct ruf_query *query, uint32_t contact,
                                 unsigned wanted, struct ruf_contact *out,
                                 struct ruf_error *err)
{
    const struct ruf_index *index = query->index;
    const uint8_t *bytes = NULL;
    size_t size = 0;
    enum ruf_status status;

    memset(out, 0, sizeof(*out));
    if (contact >= index->contact_count)
        return ruf_fail(err, RUF_E_NOT_FOUND, "D723",
                        ruf_image_path(index->image),
                        "no contact has this number");
    status = ruf_index_record(query, RUF_SECTION_CONTACTS,
                              RUF_SECTION_CONTACT_OFFSETS, index->contacts_size,
                              contact, &bytes, &size, err);
    return status == RUF_OK
               ? parse(query, ruf_reader(bytes, size), wanted, out, err)
               : status;
}

enum ruf_status ruf_query_contact(struct ruf_query *query, uint32_t contact,
                                  struct ruf_contact *out,
                                  struct ruf_error *err)
{
    return ruf_contact_read(query, contact, CONTACT_ALL, out, err);
}
