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
#include "indexer/label.h"
#include "indexer/search_tables.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Contact records are read one at a time on demand, all at once resident. */
#define CONTACT_BLOCK_SIZE 4096u

/* Without a limit; so much that shares of it cannot overflow. */
#define ALL_MEMORY (UINT64_C(1) << 60)

struct sections {
    struct ruf_spill *spill;
    char *row_path;
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
    ruf_write_u64(meta, ruf_spool_size(&entries->owners) / 4);
    ruf_write_u64(meta, contacts->contacts.size);
    ruf_write_u64(meta, contacts->identities.size);
    ruf_write_u64(meta, entries->tails.section.size);
    ruf_write_u64(meta, contacts->texts.section.size);
    ruf_write_u64(meta, ruf_spool_size(&entries->labels));
    ruf_write_u32(meta, entries->numbers.page_count);
    ruf_write_u32(meta, out->source_id_buckets);
    ruf_write_u32(meta, out->hash_id_buckets);
    ruf_write_u32(meta, ruf_entry_upper_width(entries));
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
    ruf_write_u32(meta, out->extras.blocked_count);
    ruf_write_u32(meta, out->extras.photo_count);
    ruf_write_u64(meta, ruf_spool_size(&out->extras.photos));
}

/* --- all together
 * ------------------------------------------------------------------ */

static void free_sections(struct sections *sections)
{
    if (sections == NULL)
        return;
    ruf_contact_sections_free(&sections->contacts);
    ruf_entry_sections_free(&sections->entries);
    ruf_search_tables_free(&sections->search);
    ruf_extra_sections_free(&sections->extras);
    ruf_writer_wipe(&sections->meta);
    ruf_writer_wipe(&sections->source_ids);
    ruf_writer_wipe(&sections->hash_ids);
    ruf_spill_destroy(sections->spill);
    free(sections->row_path);
    free(sections);
}

static char *beside(const char *path, const char *suffix)
{
    size_t size = strlen(path) + strlen(suffix) + 1;
    char *out = malloc(size);

    if (out != NULL)
        (void)snprintf(out, size, "%s%s", path, suffix);
    return out;
}

static enum ruf_status create_sections(const char *path,
                                       const struct ruf_image_seed *seed,
                                       struct sections **out,
                                       struct ruf_error *err)
{
    struct sections *sections = calloc(1, sizeof(*sections));
    char *spill_path = beside(path, ".parts");
    enum ruf_status status = RUF_E_NOMEM;

    if (sections != NULL)
        sections->row_path = beside(path, ".rows");
    if (sections == NULL || sections->row_path == NULL || spill_path == NULL)
        (void)ruf_fail_memory(err);
    else
        status = ruf_spill_create(spill_path, &sections->spill, err);
    free(spill_path);
    if (status != RUF_OK) {
        free_sections(sections);
        return status;
    }
    ruf_contact_sections_start(&sections->contacts, seed->hash_secret);
    *out = sections;
    return RUF_OK;
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
    return (struct ruf_image_part){ kind,          0,          section->bytes,
                                    section->size, block_size, NULL };
}

/* What may lie in a file, and before it what does not. */
static struct ruf_image_part spooled(uint32_t kind,
                                     const struct ruf_writer *start,
                                     const struct ruf_spool *spool,
                                     uint32_t block_size)
{
    return (struct ruf_image_part){ kind,
                                    0,
                                    start == NULL ? NULL : start->bytes,
                                    start == NULL ? 0 : start->size,
                                    block_size,
                                    spool };
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

static struct ruf_image_part photos(const struct ruf_spool *bytes)
{
    struct ruf_image_part out =
        spooled(RUF_SECTION_PHOTOS, NULL, bytes, RUF_PHOTO_BLOCK_SIZE);

    out.flags = RUF_SECTION_OPTIONAL;
    return out;
}

static bool is_empty(const struct ruf_image_part *part)
{
    return part->size == 0 &&
           (part->spool == NULL || ruf_spool_size(part->spool) == 0);
}

static size_t drop_empty(struct ruf_image_part *parts, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++)
        if ((parts[i].flags & RUF_SECTION_OPTIONAL) == 0 ||
            !is_empty(&parts[i]))
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
        spooled(RUF_SECTION_ENTRIES, NULL, &e->entries, RUF_ENTRY_BLOCK_SIZE),
        spooled(RUF_SECTION_NUMBERS, &e->numbers.pages, &e->numbers.later,
                small),
        spooled(RUF_SECTION_OWNERS, NULL, &e->owners, small),
        part(RUF_SECTION_CONTACTS, &c->contacts, CONTACT_BLOCK_SIZE),
        part(RUF_SECTION_CONTACT_OFFSETS, &c->contact_offsets.bytes, small),
        part(RUF_SECTION_TAILS, &e->tails.section, small),
        part(RUF_SECTION_TEXTS, &c->texts.section, small),
        spooled(RUF_SECTION_LABELS, NULL, &e->labels, small),
        part(RUF_SECTION_IDENTITIES, &c->identities, small),
        part(RUF_SECTION_IDENTITY_OFFSETS, &c->identity_offsets.bytes, small),
        part(RUF_SECTION_SOURCE_IDS, &s->source_ids, small),
        part(RUF_SECTION_HASH_IDS, &s->hash_ids, small),
        optional(RUF_SECTION_TRUNKS, &s->extras.trunks),
        optional(RUF_SECTION_BLOCKED, &s->extras.blocked),
        photos(&s->extras.photos),
        optional(RUF_SECTION_PHOTO_ROWS, &s->extras.photo_rows),
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
static void add_people(const struct ruf_person *persons, size_t count,
                       struct ruf_contact_sections *out,
                       struct ruf_search_builder *search)
{
    for (size_t i = 0; i < count; i++) {
        if (i + FETCH_LISTS < count)
            fetch_lists(&persons[i + FETCH_LISTS]);
        if (i + FETCH_TEXTS < count)
            fetch_texts(&persons[i + FETCH_TEXTS]);
        ruf_contact_sections_add(out, &persons[i]);
        if ((i + 1) % BATCH == 0 || i + 1 == count)
            ruf_search_builder_add(search, &persons[i / BATCH * BATCH],
                                   i % BATCH + 1);
    }
}

static bool write_tables(struct sections *sections)
{
    sections->source_id_buckets = ruf_table_keys_write(
        &sections->contacts.source_ids, &sections->source_ids);
    sections->hash_id_buckets =
        ruf_table_keys_write(&sections->contacts.hash_ids, &sections->hash_ids);
    return sections->source_id_buckets > 0 && sections->hash_id_buckets > 0;
}

/* All people and entries are in. */
static enum ruf_status finish(struct sections *sections,
                              struct ruf_search_builder *search,
                              const char *path, const uint8_t *key,
                              const struct ruf_image_seed *seed,
                              struct ruf_error *err)
{
    enum ruf_status status = ruf_entry_sections_finish(&sections->entries, err);

    if (status == RUF_OK)
        status = ruf_search_builder_finish(search, &sections->search, err);
    if (status != RUF_OK)
        return status;
    if (!ruf_contact_sections_finish(&sections->contacts) ||
        !write_tables(sections))
        return ruf_fail_memory(err);
    write_meta(seed, sections);
    return sections->meta.failed ? ruf_fail_memory(err)
                                 : publish(path, key, seed, sections, err);
}

/* --- from lists
 * ------------------------------------------------------------------------- */

static enum ruf_status add_entries(const struct ruf_labelled_entries *entries,
                                   uint64_t contact_count,
                                   const struct ruf_image_seed *seed,
                                   struct sections *out, struct ruf_error *err)
{
    struct ruf_entry_plan plan = { contact_count, 0, entries->count,
                                   ALL_MEMORY };
    enum ruf_status status;

    for (size_t i = 0; i < entries->count; i++)
        plan.owners += entries->entries[i].owner_count;
    status = ruf_entry_sections_start(&out->entries, seed->hash_secret,
                                      out->spill, out->row_path, &plan, err);
    for (size_t i = 0; i < entries->count && status == RUF_OK; i++)
        ruf_entry_sections_add(&out->entries, entries->entries[i].number,
                               entries->entries[i].label,
                               entries->entries[i].owners,
                               entries->entries[i].owner_count);
    return status;
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
    struct ruf_search_builder *search = NULL;
    struct sections *sections;
    enum ruf_status status = create_sections(path, seed, &sections, err);

    if (status != RUF_OK)
        return status;
    status = ruf_extra_sections_write(extras, people, sections->spill,
                                      &sections->extras, err);
    if (status == RUF_OK)
        status = ruf_search_builder_create(&search, err);
    if (status == RUF_OK)
        add_people(people->persons, people->count, &sections->contacts, search);
    if (status == RUF_OK)
        status = add_entries(entries, people->count, seed, sections, err);
    if (status == RUF_OK)
        status = finish(sections, search, path, key, seed, err);
    ruf_search_builder_destroy(search);
    free_sections(sections);
    return status;
}

/* --- from a source
 * ---------------------------------------------------------------------- */

static enum ruf_status next_of_list(void *context,
                                    const struct ruf_person **persons,
                                    size_t *count, struct ruf_error *err)
{
    struct ruf_people_cursor *cursor = context;

    (void)err;
    *persons = cursor->people->persons + cursor->next;
    *count = cursor->people->count - cursor->next;
    cursor->next = cursor->people->count;
    return RUF_OK;
}

struct ruf_people_source ruf_people_source(struct ruf_people_cursor *cursor)
{
    return (struct ruf_people_source){ cursor, next_of_list };
}

/* A build on its way. */
struct building {
    struct sections *sections;
    struct ruf_search_builder *search;
    struct ruf_claims claims;
    struct ruf_spill *runs;
    const struct ruf_policy *policy;
    const struct ruf_build_options *options;
    uint64_t memory;
    uint64_t people;
};

static enum ruf_status take_people(struct building *building,
                                   const struct ruf_people_source *source,
                                   struct ruf_error *err)
{
    const struct ruf_person *persons = NULL;
    size_t count = 0;
    enum ruf_status status;

    do {
        status = source->next(source->context, &persons, &count, err);
        if (status != RUF_OK)
            return status;
        if (building->options->content == RUF_BUILD_ALL)
            add_people(persons, count, &building->sections->contacts,
                       building->search);
        for (size_t i = 0; i < count; i++)
            ruf_label_person(&building->claims, &persons[i],
                             (uint32_t)(building->people + i),
                             building->policy);
        building->people += count;
    } while (count > 0);
    return ruf_claims_sort(&building->claims, err);
}

static enum ruf_status take_entry(void *context,
                                  const struct ruf_labelled_entry *entry,
                                  struct ruf_error *err)
{
    struct building *building = context;

    (void)err;
    ruf_entry_sections_add(
        &building->sections->entries, entry->number, entry->label,
        entry->owners,
        building->options->content == RUF_BUILD_ALL ? entry->owner_count : 0);
    return RUF_OK;
}

static enum ruf_status take_claims(struct building *building,
                                   const struct ruf_image_seed *seed,
                                   struct ruf_error *err)
{
    bool all = building->options->content == RUF_BUILD_ALL;
    struct sections *sections = building->sections;
    struct ruf_claims *claims = &building->claims;
    struct ruf_entry_plan plan = { all ? building->people : 0,
                                   all ? claims->total : 0, claims->total,
                                   building->memory };
    uint64_t dropped;
    enum ruf_status status = ruf_entry_sections_start(
        &sections->entries, seed->hash_secret, sections->spill,
        sections->row_path, &plan, err);

    if (status == RUF_OK)
        status = ruf_label_claims(claims, building->policy, take_entry,
                                  building, &dropped, err);
    return status;
}

static enum ruf_status start_building(struct building *building,
                                      const char *path,
                                      const struct ruf_image_seed *seed,
                                      struct ruf_error *err)
{
    char *run_path = beside(path, ".runs");
    enum ruf_status status =
        run_path == NULL ? ruf_fail_memory(err)
                         : ruf_spill_create(run_path, &building->runs, err);

    free(run_path);
    if (status == RUF_OK)
        status = create_sections(path, seed, &building->sections, err);
    if (status == RUF_OK)
        status = ruf_search_builder_create(&building->search, err);
    ruf_claims_start(&building->claims, building->runs,
                     (size_t)(building->memory / 2));
    return status;
}

/* The claims are not needed while the image is put together. */
static void free_claims(struct building *building)
{
    ruf_claims_free(&building->claims);
    ruf_spill_destroy(building->runs);
    building->runs = NULL;
}

enum ruf_status ruf_build_people(const char *path, const uint8_t key[32],
                                 const struct ruf_image_seed *seed,
                                 const struct ruf_people_source *source,
                                 const struct ruf_policy *policy,
                                 const struct ruf_build_options *options,
                                 struct ruf_error *err)
{
    struct building building = {
        .policy = policy,
        .options = options,
        .memory = options->memory == 0 || options->memory > ALL_MEMORY
                      ? ALL_MEMORY
                      : options->memory,
    };
    enum ruf_status status = start_building(&building, path, seed, err);

    if (status == RUF_OK)
        status = take_people(&building, source, err);
    if (status == RUF_OK)
        status = take_claims(&building, seed, err);
    free_claims(&building);
    if (status == RUF_OK)
        status =
            finish(building.sections, building.search, path, key, seed, err);
    ruf_search_builder_destroy(building.search);
    free_sections(building.sections);
    return status;
}
