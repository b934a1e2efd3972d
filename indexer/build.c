/*
 * indexer/build.c - people and entries to the sections of an image
 *
 * docs/index-format.md and base/image_sections.h say what each section holds.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/build.h"
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

static bool write_tables(struct sections *sections)
{
    sections->source_id_buckets = ruf_table_keys_write(
        &sections->contacts.source_ids, &sections->source_ids);
    sections->hash_id_buckets =
        ruf_table_keys_write(&sections->contacts.hash_ids, &sections->hash_ids);
    return sections->source_id_buckets > 0 && sections->hash_id_buckets > 0;
}

/* --- a build on its way
 * ---------------------------------------------------------------------- */

struct building {
    const char *path;
    const uint8_t *key;
    const struct ruf_image_seed *seed;
    bool contacts; /* not only numbers */
    struct sections *sections;
    struct ruf_search_builder *search;
    uint64_t people;
    struct labelling *labelling; /* NULL: entries were made elsewhere */
};

/* What people are to the phone, until it is written. */
struct labelling {
    const struct ruf_policy *policy;
    uint64_t memory;
    struct ruf_spill *runs;
    struct ruf_claims claims;
    struct ruf_trunk_finder *finder;
    struct ruf_arena *arena; /* of the rest */
    struct ruf_trunks trunks;
    ruf_e164 *known; /* numbers of the claims, if extensions are wanted */
    size_t known_count;
    struct ruf_extensions extensions;
    size_t extended; /* of them are written */
};

static enum ruf_status start(struct building *building,
                             const struct ruf_photo_source *photos,
                             struct ruf_error *err)
{
    enum ruf_status status = create_sections(building->path, building->seed,
                                             &building->sections, err);

    if (status != RUF_OK)
        return status;
    ruf_extra_sections_start(&building->sections->extras, photos,
                             building->sections->spill);
    return ruf_search_builder_create(&building->search, err);
}

/* persons[at]; search takes the last BATCH of them at a time. */
static enum ruf_status add_contact(struct building *building,
                                   const struct ruf_person *persons, size_t at,
                                   size_t count, struct ruf_error *err)
{
    struct sections *sections = building->sections;

    ruf_contact_sections_add(&sections->contacts, &persons[at]);
    if ((at + 1) % BATCH == 0 || at + 1 == count)
        ruf_search_builder_add(building->search, &persons[at / BATCH * BATCH],
                               at % BATCH + 1);
    return ruf_extra_sections_add(&sections->extras, &persons[at],
                                  (uint32_t)building->people, err);
}

static void label_person(const struct building *building,
                         const struct ruf_person *person)
{
    struct labelling *labelling = building->labelling;
    uint32_t number = (uint32_t)building->people;

    ruf_label_person(&labelling->claims, person, number, labelling->policy);
    if (building->contacts)
        ruf_trunk_finder_add(labelling->finder, person, number);
}

/* One walk for all sections: a person's texts are in the cache once. */
static enum ruf_status add_people(struct building *building,
                                  const struct ruf_person *persons,
                                  size_t count, struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;

    for (size_t i = 0; i < count && status == RUF_OK; i++) {
        if (i + FETCH_LISTS < count)
            fetch_lists(&persons[i + FETCH_LISTS]);
        if (i + FETCH_TEXTS < count)
            fetch_texts(&persons[i + FETCH_TEXTS]);
        if (building->labelling != NULL)
            label_person(building, &persons[i]);
        if (building->contacts)
            status = add_contact(building, persons, i, count, err);
        building->people++;
    }
    return status;
}

static enum ruf_status start_entries(struct building *building, uint64_t owners,
                                     uint64_t entries, uint64_t memory,
                                     struct ruf_error *err)
{
    struct sections *sections = building->sections;
    struct ruf_entry_plan plan = { building->contacts ? building->people : 0,
                                   building->contacts ? owners : 0, entries,
                                   memory };

    return ruf_entry_sections_start(
        &sections->entries, building->seed->hash_secret, sections->spill,
        sections->row_path, &plan, err);
}

static void add_entry(struct building *building,
                      const struct ruf_labelled_entry *entry)
{
    ruf_entry_sections_add(&building->sections->entries, entry->number,
                           entry->label, entry->owners,
                           building->contacts ? entry->owner_count : 0);
}

/* All people and entries are in. */
static enum ruf_status finish(struct building *building, struct ruf_error *err)
{
    struct sections *sections = building->sections;
    enum ruf_status status = ruf_entry_sections_finish(&sections->entries, err);

    if (status == RUF_OK)
        status =
            ruf_search_builder_finish(building->search, &sections->search, err);
    if (status != RUF_OK)
        return status;
    if (!ruf_contact_sections_finish(&sections->contacts) ||
        !write_tables(sections))
        return ruf_fail_memory(err);
    write_meta(building->seed, sections);
    return sections->meta.failed ? ruf_fail_memory(err)
                                 : publish(building->path, building->key,
                                           building->seed, sections, err);
}

static void end(struct building *building)
{
    ruf_search_builder_destroy(building->search);
    free_sections(building->sections);
}

/* --- from parts
 * ------------------------------------------------------------------------- */

static enum ruf_status add_entries(struct building *building,
                                   const struct ruf_labelled_entries *entries,
                                   struct ruf_error *err)
{
    uint64_t owners = 0;
    enum ruf_status status;

    for (size_t i = 0; i < entries->count; i++)
        owners += entries->entries[i].owner_count;
    status = start_entries(building, owners, entries->count, ALL_MEMORY, err);
    for (size_t i = 0; i < entries->count && status == RUF_OK; i++)
        add_entry(building, &entries->entries[i]);
    return status;
}

enum ruf_status ruf_build_with(const char *path, const uint8_t key[32],
                               const struct ruf_image_seed *seed,
                               const struct ruf_people *people,
                               const struct ruf_labelled_entries *entries,
                               const struct ruf_image_extras *extras,
                               struct ruf_error *err)
{
    static const struct ruf_image_extras none;
    const struct ruf_image_extras *more = extras == NULL ? &none : extras;
    struct building building = {
        .path = path, .key = key, .seed = seed, .contacts = true
    };
    enum ruf_status status = start(&building, &more->photos, err);

    if (status == RUF_OK)
        status = add_people(&building, people->persons, people->count, err);
    if (status == RUF_OK)
        status = add_entries(&building, entries, err);
    if (status == RUF_OK)
        status =
            ruf_extra_sections_finish(&building.sections->extras, more->trunks,
                                      more->blocked, more->blocked_count, err);
    if (status == RUF_OK)
        status = finish(&building, err);
    end(&building);
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

/* --- from people
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

static enum ruf_status start_labelling(struct building *building,
                                       struct ruf_error *err)
{
    struct labelling *labelling = building->labelling;
    char *path = beside(building->path, ".runs");
    enum ruf_status status =
        path == NULL ? ruf_fail_memory(err)
                     : ruf_spill_create(path, &labelling->runs, err);

    free(path);
    if (status == RUF_OK)
        status = ruf_arena_create(&labelling->arena, err);
    if (status == RUF_OK)
        status =
            ruf_trunk_finder_create(labelling->policy, &labelling->finder, err);
    ruf_claims_start(&labelling->claims, labelling->runs,
                     (size_t)(labelling->memory / 2));
    return status;
}

static void end_labelling(struct labelling *labelling)
{
    ruf_claims_free(&labelling->claims);
    ruf_trunk_finder_destroy(labelling->finder);
    ruf_arena_destroy(labelling->arena);
    ruf_spill_destroy(labelling->runs);
}

static enum ruf_status take_people(struct building *building,
                                   const struct ruf_people_source *source,
                                   struct ruf_error *err)
{
    const struct ruf_person *persons = NULL;
    size_t count = 0;
    enum ruf_status status;

    do {
        status = source->next(source->context, &persons, &count, err);
        if (status == RUF_OK)
            status = add_people(building, persons, count, err);
    } while (status == RUF_OK && count > 0);
    return status == RUF_OK ? ruf_claims_sort(&building->labelling->claims, err)
                            : status;
}

static enum ruf_status take_number(void *context,
                                   const struct ruf_labelled_entry *entry,
                                   struct ruf_error *err)
{
    struct labelling *labelling = context;

    (void)err;
    labelling->known[labelling->known_count++] = entry->number;
    return RUF_OK;
}

/* Numbers behind trunks that no claim names. */
static enum ruf_status find_extensions(struct labelling *labelling,
                                       struct ruf_error *err)
{
    const struct ruf_policy *policy = labelling->policy;
    uint64_t dropped;
    enum ruf_status status;

    if (labelling->trunks.count == 0 || policy->trunk.emit == 0)
        return RUF_OK;
    labelling->known =
        ruf_arena_alloc(labelling->arena, (size_t)labelling->claims.total,
                        sizeof(*labelling->known));
    if (labelling->known == NULL)
        return ruf_fail_memory(err);
    status = ruf_label_claims(&labelling->claims, policy, take_number,
                              labelling, &dropped, err);
    return status == RUF_OK
               ? ruf_trunks_extend(&labelling->trunks, policy, labelling->known,
                                   labelling->known_count, labelling->arena,
                                   &labelling->extensions, err)
               : status;
}

static enum ruf_status find_trunks(struct building *building,
                                   struct ruf_error *err)
{
    struct labelling *labelling = building->labelling;
    const struct ruf_policy *policy = labelling->policy;
    enum ruf_status status = ruf_trunk_finder_finish(
        labelling->finder, labelling->arena, &labelling->trunks, err);

    if (status == RUF_OK)
        status = find_extensions(labelling, err);
    if (status == RUF_OK)
        status = ruf_extra_sections_finish(&building->sections->extras,
                                           &labelling->trunks, policy->blocked,
                                           policy->blocked_count, err);
    return status;
}

static void write_extensions(struct building *building, ruf_e164 before)
{
    struct labelling *labelling = building->labelling;
    const struct ruf_extensions *more = &labelling->extensions;

    while (labelling->extended < more->count &&
           more->entries[labelling->extended].number < before)
        add_entry(building, &more->entries[labelling->extended++]);
}

static enum ruf_status take_entry(void *context,
                                  const struct ruf_labelled_entry *entry,
                                  struct ruf_error *err)
{
    struct building *building = context;

    (void)err;
    write_extensions(building, entry->number);
    add_entry(building, entry);
    return RUF_OK;
}

static enum ruf_status write_entries(struct building *building,
                                     uint64_t *over_limit,
                                     struct ruf_error *err)
{
    struct labelling *labelling = building->labelling;
    uint64_t total = labelling->claims.total;
    enum ruf_status status =
        start_entries(building, total, total + labelling->extensions.count,
                      labelling->memory, err);

    if (status == RUF_OK)
        status = ruf_label_claims(&labelling->claims, labelling->policy,
                                  take_entry, building, over_limit, err);
    if (status == RUF_OK)
        write_extensions(building, UINT64_MAX);
    return status;
}

enum ruf_status ruf_build_people(const char *path, const uint8_t key[32],
                                 const struct ruf_image_seed *seed,
                                 const struct ruf_people_source *source,
                                 const struct ruf_policy *policy,
                                 const struct ruf_build_options *options,
                                 uint64_t *over_limit, struct ruf_error *err)
{
    struct labelling labelling = {
        .policy = policy,
        .memory = options->memory == 0 || options->memory > ALL_MEMORY
                      ? ALL_MEMORY
                      : options->memory,
    };
    struct building building = { .path = path,
                                 .key = key,
                                 .seed = seed,
                                 .contacts = options->content == RUF_BUILD_ALL,
                                 .labelling = &labelling };
    enum ruf_status status = start(&building, &options->photos, err);

    *over_limit = 0;
    if (status == RUF_OK)
        status = start_labelling(&building, err);
    if (status == RUF_OK)
        status = take_people(&building, source, err);
    if (status == RUF_OK)
        status = find_trunks(&building, err);
    if (status == RUF_OK)
        status = write_entries(&building, over_limit, err);
    /* Not needed while the image is put together. */
    end_labelling(&labelling);
    if (status == RUF_OK)
        status = finish(&building, err);
    end(&building);
    return status;
}
