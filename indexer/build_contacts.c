/*
 * indexer/build_contacts.c - persons to CONTACTS, IDENTITIES and their tables
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/build_contacts.h"
#include "base/hash.h"
#include "base/image.h"
#include "base/image_sections.h"
#include "base/secret.h"
#include "base/text.h"
#include "indexer/mail_shape.h"
#include "indexer/raw_shape.h"
#include <stdlib.h>
#include <string.h>

#define TEXTS_SIZE_MAX ((size_t)64 << 20)
#define SOURCE_SEPARATOR "\x1F"

/* --- tables
 * ---------------------------------------------------------------------------
 */

static bool grow_keys(struct ruf_table_keys *keys)
{
    size_t room = keys->room == 0 ? 1024 : 2 * keys->room;
    void *grown = realloc(keys->hashes, room * sizeof(*keys->hashes));

    if (grown == NULL)
        return false;
    keys->hashes = grown;
    grown = realloc(keys->references, room * sizeof(*keys->references));
    if (grown == NULL)
        return false;
    keys->references = grown;
    keys->room = room;
    return true;
}

void ruf_table_keys_add(struct ruf_table_keys *keys, uint64_t hash,
                        uint32_t reference)
{
    if (keys->count == keys->room && !grow_keys(keys)) {
        keys->failed = true;
        return;
    }
    keys->hashes[keys->count] = hash;
    keys->references[keys->count++] = reference;
}

/* Home buckets of the keys ahead are fetched while one is put. */
#define PUT_AHEAD 16

static bool put_all(const struct ruf_table_keys *keys, struct ruf_table *table)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (i + PUT_AHEAD < keys->count)
            __builtin_prefetch(table->bytes + (size_t)ruf_table_home(
                                                  keys->hashes[i + PUT_AHEAD],
                                                  table->buckets) *
                                                  RUF_BUCKET_SIZE,
                               1);
        if (!ruf_table_put(table, keys->hashes[i], keys->references[i]))
            return false;
    }
    return true;
}

uint32_t ruf_table_keys_write(const struct ruf_table_keys *keys,
                              struct ruf_writer *out)
{
    struct ruf_table table = { .buckets = ruf_table_buckets(keys->count) };

    /* Too many full buckets in a row are nearly impossible, unless a key
     * repeats by the hundred: then give it room. */
    for (int tries = 0; tries < 16; tries++) {
        size_t size = (size_t)table.buckets * RUF_BUCKET_SIZE;

        ruf_writer_wipe(out);
        table.bytes = ruf_write_space(out, size);
        if (table.bytes == NULL)
            return 0;
        if (put_all(keys, &table))
            return table.buckets;
        table.buckets += table.buckets / 4 + 1;
    }
    return 0;
}

void ruf_table_keys_free(struct ruf_table_keys *keys)
{
    free(keys->hashes);
    free(keys->references);
    memset(keys, 0, sizeof(*keys));
}

/* --- offsets
 * ------------------------------------------------------------------------ */

static void offsets_put(struct ruf_offsets *offsets, uint64_t at)
{
    if (at - offsets->base > UINT32_MAX)
        offsets->failed = true;
    ruf_write_u32(&offsets->bytes, (uint32_t)(at - offsets->base));
}

static void offsets_add(struct ruf_offsets *offsets, uint64_t at)
{
    if (offsets->count % RUF_OFFSETS_PER_BLOCK == 0) {
        if (offsets->count > 0)
            offsets_put(offsets, at); /* end of the block's last record */
        offsets->base = at;
        ruf_write_u64(&offsets->bytes, at);
    }
    offsets_put(offsets, at);
    offsets->count++;
}

static bool offsets_finish(struct ruf_offsets *offsets, uint64_t end)
{
    size_t used;

    if (offsets->count > 0)
        offsets_put(offsets, end);
    used = offsets->bytes.size % RUF_IMAGE_BLOCK_SIZE;
    if (used > 0)
        (void)ruf_write_space(&offsets->bytes, RUF_IMAGE_BLOCK_SIZE - used);
    return !offsets->failed && !offsets->bytes.failed;
}

/* --- texts
 * ---------------------------------------------------------------------------
 */

static void write_reference(struct ruf_contact_sections *sections,
                            struct ruf_text text, struct ruf_writer *out)
{
    uint32_t step;

    if (text.size == 0) {
        ruf_write_u8(out, RUF_TEXT_ABSENT);
        return;
    }
    step = ruf_shared_texts_find(&sections->texts, text);
    if (step != 0) {
        ruf_write_varint(out, step + RUF_TEXT_SHARED);
        return;
    }
    ruf_write_u8(out, RUF_TEXT_INLINE);
    ruf_write_text(out, text);
}

static enum ruf_contact_display display_form(const struct ruf_person *person)
{
    struct ruf_text given = person->given;
    struct ruf_text family = person->family;
    struct ruf_text display = person->display;
    size_t names = given.size + family.size;

    if (given.size == 0 || family.size == 0)
        return RUF_DISPLAY_STORED;
    if (display.size == names + 1 &&
        memcmp(display.data, given.data, given.size) == 0 &&
        display.data[given.size] == ' ' &&
        memcmp(display.data + given.size + 1, family.data, family.size) == 0)
        return RUF_DISPLAY_GIVEN_FAMILY;
    if (display.size == names + 2 &&
        memcmp(display.data, family.data, family.size) == 0 &&
        memcmp(display.data + family.size, ", ", 2) == 0 &&
        memcmp(display.data + family.size + 2, given.data, given.size) == 0)
        return RUF_DISPLAY_FAMILY_GIVEN;
    return RUF_DISPLAY_STORED;
}

/* Source ids as one text; most contacts of a company have the same few. */
static void write_sources(struct ruf_contact_sections *sections,
                          const struct ruf_person *person)
{
    struct ruf_writer list = { 0 };

    if (person->source_count <= 1) {
        write_reference(sections,
                        person->source_count == 1 ? person->sources[0]
                                                  : (struct ruf_text){ 0 },
                        &sections->contacts);
        return;
    }
    for (size_t i = 0; i < person->source_count; i++) {
        if (i > 0)
            ruf_write_bytes(&list, SOURCE_SEPARATOR, 1);
        ruf_write_bytes(&list, person->sources[i].data,
                        person->sources[i].size);
    }
    sections->failed = sections->failed || list.failed;
    if (!list.failed)
        write_reference(
            sections, (struct ruf_text){ (const char *)list.bytes, list.size },
            &sections->contacts);
    ruf_writer_free(&list);
}

/* --- numbers and e-mails
 * -----------------------------------------------------------------------------
 */

static void write_raw(struct ruf_contact_sections *sections,
                      const struct ruf_person_number *number)
{
    struct ruf_writer *out = &sections->contacts;
    char shape[2 * RUF_SHAPE_SIZE_MAX];
    size_t size = ruf_raw_shape(number->e164, number->raw, shape);
    uint32_t step = 0;

    if (size > 0)
        step = ruf_shared_texts_find(&sections->texts,
                                     (struct ruf_text){ shape, size });
    if (step != 0) {
        ruf_write_varint(out, step + RUF_TEXT_SHARED);
    } else if (number->raw.size == 0) {
        ruf_write_u8(out, RUF_TEXT_ABSENT);
    } else {
        ruf_write_u8(out, RUF_TEXT_INLINE);
        ruf_write_text(out, number->raw);
    }
}

static void write_number(struct ruf_contact_sections *sections,
                         const struct ruf_person_number *number)
{
    uint8_t bytes[9];
    size_t size = 1;

    bytes[0] = (uint8_t)number->kind;
    if (!number->emit)
        bytes[0] |= RUF_NUMBER_NOT_EMITTED;
    ruf_store64(bytes + 1, number->e164);
    if (number->e164 == 0) {
        bytes[0] |= RUF_NUMBER_UNKNOWN;
    } else if (number->e164 >> 48 != 0) {
        bytes[0] |= RUF_NUMBER_WIDE;
        size += 8;
    } else {
        size += 6;
    }
    ruf_write_bytes(&sections->contacts, bytes, size);
    write_raw(sections, number);
}

/* Step of a shape that others have, too; 0: there is none. */
static uint32_t find_mail_shape(struct ruf_contact_sections *sections,
                                const struct ruf_mail_shape *shape)
{
    return ruf_shared_texts_find(
        &sections->texts, (struct ruf_text){ shape->bytes, shape->size });
}

/* The shape from the owner's name, else that of the domain, else all of it. */
static void write_email(struct ruf_contact_sections *sections,
                        const struct ruf_person *person, struct ruf_text email)
{
    struct ruf_writer *out = &sections->contacts;
    struct ruf_mail_shape shape;
    uint32_t step = 0;

    if (ruf_mail_shape(email, person->given, person->family, &shape)) {
        step = find_mail_shape(sections, &shape);
        if (step == 0 && shape.named) {
            ruf_mail_shape_plain(email, &shape);
            step = find_mail_shape(sections, &shape);
        }
    }
    if (step == 0) {
        ruf_write_u8(out, RUF_TEXT_INLINE);
        ruf_write_text(out, email);
        return;
    }
    ruf_write_varint(out, step + RUF_TEXT_SHARED);
    if (shape.has_text)
        ruf_write_text(out, shape.text);
}

/* --- provenance
 * -----------------------------------------------------------------------------
 */

/* What nobody said came from the first source. */
static uint32_t bits_or_first(uint32_t bits)
{
    return bits == 0 ? 1 : bits;
}

static uint32_t email_bits(const struct ruf_person *person, size_t i)
{
    return bits_or_first(
        person->email_sources == NULL ? 0 : person->email_sources[i]);
}

static bool first_source_has_all(const struct ruf_person *person)
{
    for (size_t i = 0; i < RUF_CONTACT_FIELD_COUNT; i++)
        if (person->field_sources[i] > 1)
            return false;
    for (size_t i = 0; i < person->number_count; i++)
        if (person->numbers[i].sources > 1)
            return false;
    for (size_t i = 0; i < person->email_count; i++)
        if (email_bits(person, i) > 1)
            return false;
    return true;
}

static void write_provenance(const struct ruf_person *person,
                             struct ruf_writer *out)
{
    for (size_t i = 0; i < RUF_CONTACT_FIELD_COUNT; i++)
        ruf_write_varint(out, person->field_sources[i]);
    for (size_t i = 0; i < person->number_count; i++)
        ruf_write_varint(out, bits_or_first(person->numbers[i].sources));
    for (size_t i = 0; i < person->email_count; i++)
        ruf_write_varint(out, email_bits(person, i));
}

/* --- identities
 * -----------------------------------------------------------------------------
 */

/* Value of a lower-case hexadecimal digit; 16 or more: none. */
static unsigned hex_value(char c)
{
    unsigned digit = (unsigned char)c - (unsigned)'0';
    unsigned letter = (unsigned char)c - (unsigned)'a';

    return digit < 10 ? digit : letter < 6 ? letter + 10 : 16;
}

/* A GUID in the form the reader writes it. */
static bool parse_guid(struct ruf_text text, uint8_t out[16])
{
    static const uint8_t pairs[16] = { 0,  2,  4,  6,  9,  11, 14, 16,
                                       19, 21, 24, 26, 28, 30, 32, 34 };
    unsigned all = 0;

    if (text.size != 36 || text.data[8] != '-' || text.data[13] != '-' ||
        text.data[18] != '-' || text.data[23] != '-')
        return false;
    for (size_t i = 0; i < 16; i++) {
        unsigned high = hex_value(text.data[pairs[i]]);
        unsigned low = hex_value(text.data[pairs[i] + 1]);

        all |= high | low;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return all < 16;
}

static void write_source_id(struct ruf_contact_sections *sections,
                            struct ruf_text id)
{
    uint8_t guid[16];

    if (parse_guid(id, guid)) {
        ruf_write_u8(&sections->identities, RUF_SOURCE_ID_GUID);
        ruf_write_bytes(&sections->identities, guid, sizeof(guid));
    } else {
        ruf_write_u8(&sections->identities, RUF_SOURCE_ID_TEXT);
        ruf_write_text(&sections->identities, id);
    }
}

/* Presence is asked for by the object id of a user of the directory. */
static uint8_t presence_member(const struct ruf_person *person)
{
    for (size_t i = 0; i < person->member_count && i < UINT8_MAX; i++)
        if (person->members[i]->source->kind == RUF_SOURCE_ENTRA_USERS)
            return (uint8_t)(i + 1);
    return 0;
}

static void write_identity(struct ruf_contact_sections *sections,
                           const struct ruf_person *person)
{
    static const uint8_t none[sizeof(person->hash_id)];
    uint32_t reference = (uint32_t)sections->count + 1;

    offsets_add(&sections->identity_offsets, sections->identities.size);
    ruf_write_bytes(&sections->identities,
                    person->has_hash_id ? person->hash_id : none, sizeof(none));
    ruf_write_u8(&sections->identities, presence_member(person));
    ruf_write_varint(&sections->identities, person->member_count);
    for (size_t i = 0; i < person->member_count; i++) {
        struct ruf_text id = person->members[i]->native_id;

        write_reference(sections, ruf_text(person->members[i]->source->id),
                        &sections->identities);
        write_source_id(sections, id);
        ruf_table_keys_add(&sections->source_ids,
                           ruf_hash(sections->secret, id.data, id.size),
                           reference);
    }
    if (person->has_hash_id)
        ruf_table_keys_add(&sections->hash_ids,
                           ruf_hash(sections->secret, person->hash_id,
                                    sizeof(person->hash_id)),
                           reference);
}

/* --- limits
 * -----------------------------------------------------------------------------
 */

static void raise(uint32_t *limit, size_t value)
{
    if (value > *limit)
        *limit = value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

/* Room a reader needs to put the texts of this contact together; to spell the
 * names in an address takes their sizes once more. */
static size_t text_room(const struct ruf_person *person)
{
    size_t room = 2 * person->given.size + 2 * person->family.size +
                  person->display.size + person->company.size +
                  person->title.size + person->department.size;

    for (size_t i = 0; i < person->number_count; i++)
        room += person->numbers[i].raw.size + RUF_SHAPE_SIZE_MAX;
    for (size_t i = 0; i < person->email_count; i++)
        room += 2 * person->emails[i].size + 1;
    for (size_t i = 0; i < person->source_count; i++)
        room += person->sources[i].size + 1;
    return room;
}

static void raise_limits(struct ruf_contact_sections *sections,
                         const struct ruf_person *person, size_t record,
                         size_t identity)
{
    size_t ids = 0;

    for (size_t i = 0; i < person->member_count; i++)
        ids += strlen(person->members[i]->source->id) + 36;
    raise(&sections->limit_numbers, person->number_count);
    raise(&sections->limit_emails, person->email_count);
    raise(&sections->limit_sources, person->source_count);
    raise(&sections->limit_sources, person->member_count);
    raise(&sections->limit_record, record);
    raise(&sections->limit_record, identity);
    raise(&sections->limit_text, text_room(person));
    raise(&sections->limit_text, ids);
}

/* --- all
 * -----------------------------------------------------------------------------
 */

void ruf_contact_sections_start(struct ruf_contact_sections *sections,
                                const uint8_t *secret)
{
    memset(sections, 0, sizeof(*sections));
    sections->secret = secret;
    ruf_shared_texts_start(&sections->texts, secret, TEXTS_SIZE_MAX);
}

static void write_contact(struct ruf_contact_sections *sections,
                          const struct ruf_person *person)
{
    struct ruf_writer *out = &sections->contacts;
    enum ruf_contact_display display = display_form(person);
    bool plain = first_source_has_all(person);

    ruf_write_bytes(out, person->id.bytes, sizeof(person->id.bytes));
    ruf_write_u8(out,
                 (uint8_t)(display | (plain ? 0 : RUF_CONTACT_PROVENANCE)));
    write_sources(sections, person);
    write_reference(sections, person->given, out);
    write_reference(sections, person->family, out);
    if (display == RUF_DISPLAY_STORED)
        write_reference(sections, person->display, out);
    write_reference(sections, person->company, out);
    write_reference(sections, person->title, out);
    write_reference(sections, person->department, out);
    ruf_write_varint(out, person->number_count);
    for (size_t i = 0; i < person->number_count; i++)
        write_number(sections, &person->numbers[i]);
    ruf_write_varint(out, person->email_count);
    for (size_t i = 0; i < person->email_count; i++)
        write_email(sections, person, person->emails[i]);
    if (!plain)
        write_provenance(person, out);
}

void ruf_contact_sections_add(struct ruf_contact_sections *sections,
                              const struct ruf_person *person)
{
    size_t contact = sections->contacts.size;
    size_t identity = sections->identities.size;

    offsets_add(&sections->contact_offsets, contact);
    write_contact(sections, person);
    write_identity(sections, person);
    raise_limits(sections, person, sections->contacts.size - contact,
                 sections->identities.size - identity);
    sections->count++;
}

bool ruf_contact_sections_finish(struct ruf_contact_sections *sections)
{
    return offsets_finish(&sections->contact_offsets,
                          sections->contacts.size) &&
           offsets_finish(&sections->identity_offsets,
                          sections->identities.size) &&
           !sections->contacts.failed && !sections->identities.failed &&
           !sections->texts.failed && !sections->source_ids.failed &&
           !sections->hash_ids.failed && !sections->failed;
}

void ruf_contact_sections_free(struct ruf_contact_sections *sections)
{
    ruf_shared_texts_free(&sections->texts);
    ruf_writer_wipe(&sections->contacts);
    ruf_writer_wipe(&sections->contact_offsets.bytes);
    ruf_writer_wipe(&sections->identities);
    ruf_writer_wipe(&sections->identity_offsets.bytes);
    ruf_table_keys_free(&sections->source_ids);
    ruf_table_keys_free(&sections->hash_ids);
}
