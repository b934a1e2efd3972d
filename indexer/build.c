/*
 * indexer/build.c - people and entries to the sections of an image
 *
 * docs/index-format.md and base/image_sections.h say what each section holds.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/error.h"
#include "base/image.h"
#include "base/image_sections.h"
#include "base/secret.h"
#include "indexer/search_tables.h"
#include <stdlib.h>
#include <string.h>

struct sections {
    struct ruf_writer meta;
    struct ruf_writer entries;
    struct ruf_writer fences;
    struct ruf_writer owners;
    struct ruf_writer contacts;
    struct ruf_writer contact_offsets;
    struct ruf_search_tables search;
    uint64_t entry_blocks;
    uint64_t owner_count;
};

/* --- entries
 * -------------------------------------------------------------------- */

/* The block being filled: entries are put in until the next one would not fit,
 * then the header is written and the block padded. */
struct block {
    uint8_t bytes[RUF_IMAGE_BLOCK_SIZE];
    size_t used;
    uint16_t count;
    ruf_e164 first;
    ruf_e164 last;
    uint64_t ordinal;
};

static void finish_block(struct block *block, struct sections *out)
{
    if (block->count == 0)
        return;
    ruf_store16(block->bytes, block->count);
    ruf_store16(block->bytes + 2, (uint16_t)block->used);
    ruf_store32(block->bytes + 4, 0);
    ruf_store64(block->bytes + 8, block->first);
    ruf_store64(block->bytes + 16, block->ordinal);
    memset(block->bytes + block->used, 0, sizeof(block->bytes) - block->used);
    ruf_write_bytes(&out->entries, block->bytes, sizeof(block->bytes));
    ruf_write_u64(&out->fences, block->first);
    out->entry_blocks++;
    block->ordinal += block->count;
    block->count = 0;
}

static void put_entry(struct block *block,
                      const struct ruf_labelled_entry *entry,
                      struct sections *out)
{
    uint64_t step = block->count == 0 ? 0 : entry->number - block->last;
    size_t size = ruf_varint_size(step) + ruf_varint_size(entry->label.size) +
                  entry->label.size;

    if (block->count > 0 && block->used + size > sizeof(block->bytes)) {
        finish_block(block, out);
        step = 0;
    }
    if (block->count == 0) {
        block->first = entry->number;
        block->used = RUF_ENTRY_HEADER_SIZE;
    }
    block->used += ruf_varint_encode(step, block->bytes + block->used);
    block->used +=
        ruf_varint_encode(entry->label.size, block->bytes + block->used);
    memcpy(block->bytes + block->used, entry->label.data, entry->label.size);
    block->used += entry->label.size;
    block->last = entry->number;
    block->count++;
}

static void write_entries(const struct ruf_labelled_entries *entries,
                          struct sections *out)
{
    struct block block;

    memset(&block, 0, sizeof(block));
    for (size_t i = 0; i < entries->count; i++)
        put_entry(&block, &entries->entries[i], out);
    finish_block(&block, out);
    ruf_wipe(&block, sizeof(block));
}

static void write_owners(const struct ruf_labelled_entries *entries,
                         struct sections *out)
{
    for (size_t i = 0; i < entries->count; i++) {
        ruf_write_u32(&out->owners, (uint32_t)out->owner_count);
        out->owner_count += entries->entries[i].owner_count;
    }
    ruf_write_u32(&out->owners, (uint32_t)out->owner_count);
    for (size_t i = 0; i < entries->count; i++)
        for (size_t k = 0; k < entries->entries[i].owner_count; k++)
            ruf_write_u32(&out->owners, entries->entries[i].owners[k]);
}

/* --- contacts
 * ------------------------------------------------------------------- */

static void write_contact(const struct ruf_person *person,
                          struct ruf_writer *out)
{
    ruf_write_bytes(out, person->id.bytes, sizeof(person->id.bytes));
    ruf_write_u8(out, person->priority);
    ruf_write_text(out, person->given);
    ruf_write_text(out, person->family);
    ruf_write_text(out, person->display);
    ruf_write_text(out, person->company);
    ruf_write_text(out, person->title);
    ruf_write_text(out, person->department);
    ruf_write_varint(out, person->number_count);
    for (size_t i = 0; i < person->number_count; i++) {
        ruf_write_u8(out, (uint8_t)person->numbers[i].kind);
        ruf_write_varint(out, person->numbers[i].e164);
        ruf_write_text(out, person->numbers[i].raw);
    }
    ruf_write_varint(out, person->email_count);
    for (size_t i = 0; i < person->email_count; i++)
        ruf_write_text(out, person->emails[i]);
    ruf_write_varint(out, person->source_count);
    for (size_t i = 0; i < person->source_count; i++)
        ruf_write_text(out, person->sources[i]);
}

static void write_contacts(const struct ruf_people *people,
                           struct sections *out)
{
    for (size_t i = 0; i < people->count; i++) {
        ruf_write_u64(&out->contact_offsets, out->contacts.size);
        write_contact(&people->persons[i], &out->contacts);
    }
    ruf_write_u64(&out->contact_offsets, out->contacts.size);
}

/* --- meta
 * ------------------------------------------------------------------------- */

/* Calling codes of all numbers, so that a search in national form knows which
 * codes to try. */
static void write_codes(const struct ruf_people *people,
                        struct ruf_writer *meta)
{
    bool used[1000] = { false };
    uint64_t count = 0;
    size_t at = meta->size;

    for (size_t i = 0; i < people->count; i++)
        for (size_t k = 0; k < people->persons[i].number_count; k++) {
            char text[RUF_E164_TEXT_SIZE];
            struct ruf_number number;
            ruf_e164 e164 = people->persons[i].numbers[k].e164;

            if (e164 == 0)
                continue;
            ruf_number_parse(text, ruf_e164_format(e164, text), NULL, &number);
            used[number.calling_code % 1000] = true;
        }
    ruf_write_u64(meta, 0);
    for (uint16_t code = 1; code < 1000; code++)
        if (used[code]) {
            ruf_write_u16(meta, code);
            count++;
        }
    if (!meta->failed)
        ruf_store64(meta->bytes + at, count);
}

static void write_meta(const struct ruf_people *people,
                       const struct ruf_labelled_entries *entries,
                       struct sections *out)
{
    ruf_write_u64(&out->meta, entries->count);
    ruf_write_u64(&out->meta, people->count);
    ruf_write_u64(&out->meta, out->entry_blocks);
    ruf_write_u64(&out->meta, out->owner_count);
    ruf_write_u64(&out->meta, out->contacts.size);
    write_codes(people, &out->meta);
}

/* --- all together
 * ------------------------------------------------------------------ */

static bool any_failed(const struct sections *sections)
{
    return sections->meta.failed || sections->entries.failed ||
           sections->fences.failed || sections->owners.failed ||
           sections->contacts.failed || sections->contact_offsets.failed;
}

static void free_sections(struct sections *sections)
{
    ruf_writer_wipe(&sections->meta);
    ruf_writer_wipe(&sections->entries);
    ruf_writer_wipe(&sections->fences);
    ruf_writer_wipe(&sections->owners);
    ruf_writer_wipe(&sections->contacts);
    ruf_writer_wipe(&sections->contact_offsets);
    ruf_search_tables_free(&sections->search);
}

static enum ruf_status publish(const char *path, const uint8_t *key,
                               const struct ruf_image_seed *seed,
                               const struct sections *s, struct ruf_error *err)
{
    const struct ruf_writer *search = s->search.sections;
    const struct ruf_image_part parts[] = {
        { RUF_SECTION_META, 0, s->meta.bytes, s->meta.size },
        { RUF_SECTION_ENTRIES, 0, s->entries.bytes, s->entries.size },
        { RUF_SECTION_FENCES, 0, s->fences.bytes, s->fences.size },
        { RUF_SECTION_OWNERS, 0, s->owners.bytes, s->owners.size },
        { RUF_SECTION_CONTACTS, 0, s->contacts.bytes, s->contacts.size },
        { RUF_SECTION_CONTACT_OFFSETS, 0, s->contact_offsets.bytes,
          s->contact_offsets.size },
        { RUF_SECTION_SEARCH_WORDS, 0, search[0].bytes, search[0].size },
        { RUF_SECTION_SEARCH_FIELDS, 0, search[1].bytes, search[1].size },
        { RUF_SECTION_SEARCH_NUMBERS, 0, search[2].bytes, search[2].size },
        { RUF_SECTION_SEARCH_GRAMS, 0, search[3].bytes, search[3].size },
    };

    return ruf_image_write(path, key, seed, parts,
                           sizeof(parts) / sizeof(parts[0]), err);
}

enum ruf_status ruf_build(const char *path, const uint8_t key[32],
                          const struct ruf_image_seed *seed,
                          const struct ruf_people *people,
                          const struct ruf_labelled_entries *entries,
                          struct ruf_error *err)
{
    struct sections *sections = calloc(1, sizeof(*sections));
    enum ruf_status status;

    if (sections == NULL)
        return ruf_fail_memory(err);
    write_entries(entries, sections);
    write_owners(entries, sections);
    write_contacts(people, sections);
    status = ruf_search_tables_build(people, &sections->search, err);
    if (status == RUF_OK) {
        write_meta(people, entries, sections);
        status = any_failed(sections) ? ruf_fail_memory(err)
                                      : publish(path, key, seed, sections, err);
    }
    free_sections(sections);
    free(sections);
    return status;
}
