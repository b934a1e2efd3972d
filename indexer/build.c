/*
 * indexer/build.c - people and entries to the sections of an image
 *
 * docs/index-format.md and base/image_sections.h say what each section holds.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/image.h"
#include "base/image_sections.h"
#include "base/secret.h"
#include "indexer/build_contacts.h"
#include "indexer/build_entries.h"
#include "indexer/build_extras.h"
#include "indexer/search_tables.h"
#include <stdlib.h>
#include <string.h>

/* Contact records are read one at a time on demand, all at once resident. */
#define CONTACT_BLOCK_SIZE 4096u

struct sections {
    struct ruf_contact_sections contacts;
    struct ruf_entry_sections entries;
    struct ruf_search_tables search;
    struct ruf_extra_sections extras;
    struct ruf_writer meta;
    struct ruf_writer source_ids;
    struct ruf_writer hash_ids;
    uint32_t source_id_buckets;
    uint32_t hash_id_buckets;
};

/* --- meta
 * ------------------------------------------------------------------------- */

static void write_meta(const struct ruf_image_seed *seed, struct sections *out)
{
    const struct ruf_contact_sections *contacts = &out->contacts;
    const struct ruf_entry_sections *entries = &out->entries;
    struct ruf_writer *meta = &out->meta;

    ruf_write_u64(meta, entries->count);
    ruf_write_u64(meta, contacts->count);
    ruf_write_u64(meta, entries->owners.size / 4);
    ruf_write_u64(meta, contacts->contacts.size);
    ruf_write_u64(meta, contacts->identities.size);
    ruf_write_u64(meta, entries->tails.section.size);
    ruf_write_u64(meta, contacts->texts.section.size);
    ruf_write_u64(meta, entries->labels.size);
    ruf_write_u32(meta, entries->page_count);
    ruf_write_u32(meta, out->source_id_buckets);
    ruf_write_u32(meta, out->hash_id_buckets);
    ruf_write_u32(meta, entries->upper_width);
    ruf_write_u32(meta, entries->owner_width);
    ruf_write_u32(meta, entries->limit_owners);
    ruf_write_u32(meta, contacts->limit_numbers);
    ruf_write_u32(meta, contacts->limit_emails);
    ruf_write_u32(meta, contacts->limit_sources);
    ruf_write_u32(meta, contacts->limit_record);
    ruf_write_u32(meta, contacts->limit_text);
    ruf_write_bytes(meta, seed->hash_secret, sizeof(seed->hash_secret));
    ruf_write_u32(meta, out->extras.trunk_count);
    ruf_write_u32(meta, out->extras.held_count);
    ruf_write_u32(meta, out->extras.trunk_labels);
}

/* --- all together
 * ------------------------------------------------------------------ */

static void free_sections(struct sections *sections)
{
    ruf_contact_sections_free(&sections->contacts);
    ruf_entry_sections_free(&sections->entries);
    ruf_search_tables_free(&sections->search);
    ruf_extra_sections_free(&sections->extras);
    ruf_writer_wipe(&sections->meta);
    ruf_writer_wipe(&sections->source_ids);
    ruf_writer_wipe(&sections->hash_ids);
}

/* Of a section that is only read as a whole: few large blocks cost least. */
static uint32_t whole_block_size(const struct ruf_writer *section)
{
    uint32_t size = RUF_IMAGE_BLOCK_SIZE;

    while (size < RUF_IMAGE_BLOCK_SIZE_MAX && size < section->size)
        size *= 2;
    return size;
}

static struct ruf_image_part
part(uint32_t kind, const struct ruf_writer *section, uint32_t block_size)
{
    return (struct ruf_image_part){ kind, 0, section->bytes, section->size,
                                    block_size };
}

static struct ruf_image_part whole(uint32_t kind,
                                   const struct ruf_writer *section)
{
    return part(kind, section, whole_block_size(section));
}

/* Of a section that readers can do without; empty ones are left out. */
static struct ruf_image_part optional(uint32_t kind,
                                      const struct ruf_writer *section)
{
    struct ruf_image_part out = part(kind, section, RUF_IMAGE_BLOCK_SIZE);

    out.flags = RUF_SECTION_OPTIONAL;
    return out;
}

static size_t drop_empty(struct ruf_image_part *parts, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++)
        if (parts[i].size > 0 || (parts[i].flags & RUF_SECTION_OPTIONAL) == 0)
            parts[kept++] = parts[i];
    return kept;
}

static enum ruf_status publish(const char *path, const uint8_t *key,
                               const struct ruf_image_seed *seed,
                               const struct sections *s, struct ruf_error *err)
{
    const struct ruf_contact_sections *c = &s->contacts;
    const struct ruf_entry_sections *e = &s->entries;
    const struct ruf_writer *search = s->search.sections;
    const uint32_t small = RUF_IMAGE_BLOCK_SIZE;
    struct ruf_image_part parts[] = {
        part(RUF_SECTION_META, &s->meta, small),
        part(RUF_SECTION_ENTRIES, &e->entries, RUF_ENTRY_BLOCK_SIZE),
        part(RUF_SECTION_NUMBERS, &e->pages, small),
        part(RUF_SECTION_OWNERS, &e->owners, small),
        part(RUF_SECTION_CONTACTS, &c->contacts, CONTACT_BLOCK_SIZE),
        part(RUF_SECTION_CONTACT_OFFSETS, &c->contact_offsets.bytes, small),
        part(RUF_SECTION_TAILS, &e->tails.section, small),
        part(RUF_SECTION_TEXTS, &c->texts.section, small),
        part(RUF_SECTION_LABELS, &e->labels, small),
        part(RUF_SECTION_IDENTITIES, &c->identities, small),
        part(RUF_SECTION_IDENTITY_OFFSETS, &c->identity_offsets.bytes, small),
        part(RUF_SECTION_SOURCE_IDS, &s->source_ids, small),
        part(RUF_SECTION_HASH_IDS, &s->hash_ids, small),
        optional(RUF_SECTION_TRUNKS, &s->extras.trunks),
        whole(RUF_SECTION_SEARCH_WORDS, &search[0]),
        whole(RUF_SECTION_SEARCH_FIELDS, &search[1]),
        whole(RUF_SECTION_SEARCH_NUMBERS, &search[2]),
        whole(RUF_SECTION_SEARCH_GRAMS, &search[3]),
    };

    return ruf_image_write(path, key, seed, parts,
                           drop_empty(parts, sizeof(parts) / sizeof(parts[0])),
                           err);
}

/* Persons are in rank order, their texts where they were read: all over the
 * memory. What is needed for the persons ahead is fetched in two steps, first
 * their lists, then what those point to. */
#define FETCH_LISTS 6
#define FETCH_TEXTS 3

static void fetch_lists(const struct ruf_person *person)
{
    __builtin_prefetch(person->given.data);
    __builtin_prefetch(person->family.data);
    __builtin_prefetch(person->display.data);
    __builtin_prefetch(person->company.data);
    __builtin_prefetch(person->title.data);
    __builtin_prefetch(person->numbers);
    __builtin_prefetch((const char *)person->numbers + 64);
    __builtin_prefetch(person->emails);
    __builtin_prefetch(person->members);
}

static void fetch_texts(const struct ruf_person *person)
{
    for (size_t i = 0; i < person->number_count && i < 4; i++)
        __builtin_prefetch(person->numbers[i].raw.data);
    if (person->email_count > 0)
        __builtin_prefetch(person->emails[0].data);
    if (person->member_count > 0) {
        __builtin_prefetch(person->members[0]);
        __builtin_prefetch(&person->members[0]->native_id);
    }
}

/* Persons given to the search sections at a time. */
#define BATCH 64

/* One walk for all sections: a person's texts are in the cache once. */
static void add_people(const struct ruf_people *people,
                       struct ruf_contact_sections *out,
                       struct ruf_search_builder *search)
{
    const struct ruf_person *persons = people->persons;

    for (size_t i = 0; i < people->count; i++) {
        if (i + FETCH_LISTS < people->count)
            fetch_lists(&persons[i + FETCH_LISTS]);
        if (i + FETCH_TEXTS < people->count)
            fetch_texts(&persons[i + FETCH_TEXTS]);
        ruf_contact_sections_add(out, &persons[i]);
        if ((i + 1) % BATCH == 0 || i + 1 == people->count)
            ruf_search_builder_add(search, &persons[i / BATCH * BATCH],
                                   i % BATCH + 1);
    }
}

static enum ruf_status build_people(const struct ruf_people *people,
                                    struct sections *out, struct ruf_error *err)
{
    struct ruf_search_builder *search;
    enum ruf_status status = ruf_search_builder_create(&search, err);

    if (status != RUF_OK)
        return status;
    add_people(people, &out->contacts, search);
    status = ruf_search_builder_finish(search, &out->search, err);
    ruf_search_builder_destroy(search);
    return status;
}

static void add_entries(const struct ruf_labelled_entries *entries,
                        uint64_t contact_count, const uint8_t *secret,
                        struct ruf_entry_sections *out)
{
    uint64_t owners = 0;

    for (size_t i = 0; i < entries->count; i++)
        owners += entries->entries[i].owner_count;
    ruf_entry_sections_start(out, secret, contact_count, owners,
                             entries->count);
    for (size_t i = 0; i < entries->count; i++)
        ruf_entry_sections_add(
            out, entries->entries[i].number, entries->entries[i].label,
            entries->entries[i].owners, entries->entries[i].owner_count);
}

static bool write_tables(struct sections *sections)
{
    sections->source_id_buckets = ruf_table_keys_write(
        &sections->contacts.source_ids, &sections->source_ids);
    sections->hash_id_buckets =
        ruf_table_keys_write(&sections->contacts.hash_ids, &sections->hash_ids);
    return sections->source_id_buckets > 0 && sections->hash_id_buckets > 0;
}

enum ruf_status ruf_build(const char *path, const uint8_t key[32],
                          const struct ruf_image_seed *seed,
                          const struct ruf_people *people,
                          const struct ruf_labelled_entries *entries,
                          struct ruf_error *err)
{
    return ruf_build_with(path, key, seed, people, entries, NULL, err);
}

enum ruf_status ruf_build_with(const char *path, const uint8_t key[32],
                               const struct ruf_image_seed *seed,
                               const struct ruf_people *people,
                               const struct ruf_labelled_entries *entries,
                               const struct ruf_image_extras *extras,
                               struct ruf_error *err)
{
    struct sections *sections = calloc(1, sizeof(*sections));
    bool ok;
    enum ruf_status status;

    if (sections == NULL)
        return ruf_fail_memory(err);
    ruf_contact_sections_start(&sections->contacts, seed->hash_secret);
    add_entries(entries, people->count, seed->hash_secret, &sections->entries);
    status = build_people(people, sections, err);
    if (status == RUF_OK) {
        ok = ruf_contact_sections_finish(&sections->contacts) &&
             ruf_entry_sections_finish(&sections->entries) &&
             ruf_extra_sections_write(extras, &sections->extras) &&
             write_tables(sections);
        write_meta(seed, sections);
        status = !ok || sections->meta.failed
                     ? ruf_fail_memory(err)
                     : publish(path, key, seed, sections, err);
    }
    free_sections(sections);
    free(sections);
    return status;
}
