/*
 * lookup/index.c - opening an image in either mode
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/error.h"
#include "base/number_page.h"
#include "lookup/index_private.h"
#include <stdlib.h>
#include <string.h>

#define META_SIZE_MAX (2 * RUF_IMAGE_BLOCK_SIZE)

enum ruf_status ruf_index_damaged(const struct ruf_index *index,
                                  enum ruf_section_kind kind,
                                  struct ruf_error *err)
{
    return ruf_fail(err, RUF_E_CORRUPT, "D706", ruf_image_path(index->image),
                    "section %u contradicts itself", (unsigned)kind);
}

/* --- sections
 * ---------------------------------------------------------------------- */

enum use {
    USE_UNKNOWN = 0,
    USE_ON_DEMAND, /* in both modes */
    USE_RESIDENT,  /* kept once decrypted in resident mode */
    USE_OPTIONAL,  /* the same; an image may do without */
    USE_EXTRA      /* on demand in both modes; an image may do without */
};

/* block_size: what the reader relies on; 0 = any. */
static const struct {
    uint8_t use; /* enum use */
    uint16_t block_size;
} known[INDEX_SECTIONS] = {
    [RUF_SECTION_META] = { USE_ON_DEMAND, RUF_IMAGE_BLOCK_SIZE },
    [RUF_SECTION_ENTRIES] = { USE_ON_DEMAND, RUF_ENTRY_BLOCK_SIZE },
    [RUF_SECTION_NUMBERS] = { USE_RESIDENT, RUF_IMAGE_BLOCK_SIZE },
    [RUF_SECTION_OWNERS] = { USE_RESIDENT, RUF_IMAGE_BLOCK_SIZE },
    [RUF_SECTION_CONTACTS] = { USE_RESIDENT, 0 },
    [RUF_SECTION_CONTACT_OFFSETS] = { USE_RESIDENT, RUF_IMAGE_BLOCK_SIZE },
    [RUF_SECTION_TAILS] = { USE_RESIDENT, RUF_IMAGE_BLOCK_SIZE },
    [RUF_SECTION_TEXTS] = { USE_RESIDENT, RUF_IMAGE_BLOCK_SIZE },
    [RUF_SECTION_LABELS] = { USE_RESIDENT, RUF_IMAGE_BLOCK_SIZE },
    [RUF_SECTION_IDENTITIES] = { USE_ON_DEMAND, RUF_IMAGE_BLOCK_SIZE },
    [RUF_SECTION_IDENTITY_OFFSETS] = { USE_ON_DEMAND, RUF_IMAGE_BLOCK_SIZE },
    [RUF_SECTION_SOURCE_IDS] = { USE_ON_DEMAND, RUF_IMAGE_BLOCK_SIZE },
    [RUF_SECTION_HASH_IDS] = { USE_ON_DEMAND, RUF_IMAGE_BLOCK_SIZE },
    [RUF_SECTION_TRUNKS] = { USE_OPTIONAL, RUF_IMAGE_BLOCK_SIZE },
    [RUF_SECTION_BLOCKED] = { USE_EXTRA, RUF_IMAGE_BLOCK_SIZE },
    [RUF_SECTION_PHOTOS] = { USE_EXTRA, RUF_PHOTO_BLOCK_SIZE },
    [RUF_SECTION_PHOTO_ROWS] = { USE_EXTRA, RUF_IMAGE_BLOCK_SIZE },
};

static enum use use_of(uint32_t kind)
{
    if (kind >= RUF_SECTION_SEARCH_FIRST && kind <= RUF_SECTION_SEARCH_LAST)
        return USE_OPTIONAL;
    return kind < INDEX_SECTIONS ? (enum use)known[kind].use : USE_UNKNOWN;
}

/* An unknown section is skipped if its writer said that a reader may. */
static enum ruf_status check_unknown(const struct ruf_index *index,
                                     struct ruf_error *err)
{
    const struct ruf_image_section *section;

    for (size_t i = 0;
         (section = ruf_image_section_at(index->image, i)) != NULL; i++)
        if (use_of(section->kind) == USE_UNKNOWN &&
            (section->flags & RUF_SECTION_OPTIONAL) == 0)
            return ruf_fail(err, RUF_E_CORRUPT, "D702",
                            ruf_image_path(index->image),
                            "section %u is not known", section->kind);
    return RUF_OK;
}

static enum ruf_status find_sections(struct ruf_index *index,
                                     struct ruf_error *err)
{
    for (uint32_t kind = 0; kind < INDEX_SECTIONS; kind++) {
        struct index_section *section = &index->sections[kind];
        enum use use = use_of(kind);

        section->place =
            use == USE_UNKNOWN ? NULL : ruf_image_section(index->image, kind);
        if (section->place == NULL) {
            if (use == USE_RESIDENT || use == USE_ON_DEMAND)
                return ruf_index_damaged(index, (enum ruf_section_kind)kind,
                                         err);
            continue;
        }
        if (known[kind].block_size != 0 &&
            section->place->block_size != known[kind].block_size)
            return ruf_index_damaged(index, (enum ruf_section_kind)kind, err);
        section->size =
            section->place->block_count * section->place->block_size;
    }
    return check_unknown(index, err);
}

/* Tails are part of nearly every label, and trunks are asked for every number
 * nobody has: they are decrypted now. */
static enum ruf_status make_resident(struct ruf_index *index,
                                     struct ruf_error *err)
{
    static const uint32_t now[] = { RUF_SECTION_TAILS, RUF_SECTION_TRUNKS };
    uint32_t kinds[INDEX_SECTIONS];
    size_t count = 0;
    enum ruf_status status;

    for (uint32_t kind = 0; kind < INDEX_SECTIONS; kind++) {
        enum use use = use_of(kind);

        if (index->sections[kind].place != NULL &&
            (use == USE_RESIDENT || use == USE_OPTIONAL))
            kinds[count++] = kind;
    }
    status = ruf_index_make_room(index, kinds, count, err);
    if (status != RUF_OK)
        return status;
    index->page_flags = index->resident->flags +
                        index->sections[RUF_SECTION_NUMBERS].first_flag;
    return ruf_index_load(index, now, sizeof(now) / sizeof(now[0]), err);
}

/* --- counts
 * -------------------------------------------------------------------------- */

static uint64_t offset_blocks(uint64_t records)
{
    return (records + RUF_OFFSETS_PER_BLOCK - 1) / RUF_OFFSETS_PER_BLOCK;
}

static bool table_fits(const struct index_section *section, uint32_t buckets)
{
    return buckets > 0 && section->place->block_size % RUF_BUCKET_SIZE == 0 &&
           (uint64_t)buckets * RUF_BUCKET_SIZE <= section->size;
}

static bool trunks_fit(const struct ruf_index *index)
{
    uint64_t size = (uint64_t)index->trunk_count * RUF_TRUNK_ROW_SIZE +
                    (uint64_t)index->held_count * sizeof(ruf_e164) +
                    index->trunk_labels_size;

    return size <= index->sections[RUF_SECTION_TRUNKS].size;
}

static bool photos_fit(const struct ruf_index *index)
{
    const struct index_section *s = index->sections;

    return index->photos_size <= s[RUF_SECTION_PHOTOS].size &&
           (uint64_t)index->photo_count * RUF_PHOTO_ROW_SIZE <=
               s[RUF_SECTION_PHOTO_ROWS].size;
}

/* Do the counts fit the sections? After this, offsets computed from them stay
 * inside. */
static bool counts_fit(const struct ruf_index *index)
{
    const struct index_section *s = index->sections;

    return index->entry_count <= s[RUF_SECTION_ENTRIES].size &&
           index->contact_count < UINT32_MAX && index->owner_width >= 1 &&
           index->owner_width <= 4 &&
           (index->upper_width == 2 || index->upper_width == 4) &&
           index->owner_words <= s[RUF_SECTION_OWNERS].size / 4 &&
           index->contact_count + index->owner_words <= UINT32_MAX &&
           index->contacts_size <= s[RUF_SECTION_CONTACTS].size &&
           index->identities_size <= s[RUF_SECTION_IDENTITIES].size &&
           index->tails_size <= s[RUF_SECTION_TAILS].size &&
           index->tails_size <= RUF_TAILS_SIZE_MAX &&
           index->texts_size <= s[RUF_SECTION_TEXTS].size &&
           index->labels_size <= s[RUF_SECTION_LABELS].size &&
           offset_blocks(index->contact_count) ==
               s[RUF_SECTION_CONTACT_OFFSETS].place->block_count &&
           offset_blocks(index->contact_count) ==
               s[RUF_SECTION_IDENTITY_OFFSETS].place->block_count &&
           index->page_count > 0 &&
           index->page_count % RUF_PAGES_PER_BLOCK == 0 &&
           index->page_count <= s[RUF_SECTION_NUMBERS].size / RUF_PAGE_SIZE &&
           table_fits(&s[RUF_SECTION_SOURCE_IDS], index->source_id_buckets) &&
           table_fits(&s[RUF_SECTION_HASH_IDS], index->hash_id_buckets) &&
           trunks_fit(index) && photos_fit(index) &&
           index->blocked_count <= RUF_BLOCKED_MAX &&
           index->blocked_count * sizeof(ruf_e164) <=
               s[RUF_SECTION_BLOCKED].size;
}

static bool limits_fit(const struct index_limits *limits)
{
    return limits->owners <= RUF_OWNERS_MAX &&
           limits->numbers <= RUF_RECORD_ITEMS_MAX &&
           limits->emails <= RUF_RECORD_ITEMS_MAX &&
           limits->sources <= RUF_RECORD_ITEMS_MAX &&
           limits->record <= RUF_RECORD_SIZE_MAX &&
           limits->text <= RUF_RECORD_SIZE_MAX;
}

static enum ruf_status read_meta(struct ruf_index *index, const uint8_t *bytes,
                                 uint64_t size, struct ruf_error *err)
{
    struct ruf_reader reader = ruf_reader(bytes, (size_t)size);
    const uint8_t *secret;

    index->entry_count = ruf_read_u64(&reader);
    index->contact_count = ruf_read_u64(&reader);
    index->owner_words = ruf_read_u64(&reader);
    index->contacts_size = ruf_read_u64(&reader);
    index->identities_size = ruf_read_u64(&reader);
    index->tails_size = ruf_read_u64(&reader);
    index->texts_size = ruf_read_u64(&reader);
    index->labels_size = ruf_read_u64(&reader);
    index->page_count = ruf_read_u32(&reader);
    index->source_id_buckets = ruf_read_u32(&reader);
    index->hash_id_buckets = ruf_read_u32(&reader);
    index->upper_width = ruf_read_u32(&reader);
    index->owner_width = ruf_read_u32(&reader);
    index->limits.owners = ruf_read_u32(&reader);
    index->limits.numbers = ruf_read_u32(&reader);
    index->limits.emails = ruf_read_u32(&reader);
    index->limits.sources = ruf_read_u32(&reader);
    index->limits.record = ruf_read_u32(&reader);
    index->limits.text = ruf_read_u32(&reader);
    secret = ruf_read_bytes(&reader, sizeof(index->hash_secret));
    if (secret != NULL)
        memcpy(index->hash_secret, secret, sizeof(index->hash_secret));
    index->number_secret = ruf_hash_number_secret(index->hash_secret);
    index->trunk_count = ruf_read_u32(&reader);
    index->held_count = ruf_read_u32(&reader);
    index->trunk_labels_size = ruf_read_u32(&reader);
    index->blocked_count = ruf_read_u32(&reader);
    index->photo_count = ruf_read_u32(&reader);
    index->photos_size = ruf_read_u64(&reader);
    if (reader.failed || !limits_fit(&index->limits) || !counts_fit(index))
        return ruf_index_damaged(index, RUF_SECTION_META, err);
    index->upper_mask = UINT32_MAX >> (32 - 8 * index->upper_width);
    index->owner_mask = UINT32_MAX >> (32 - 8 * index->owner_width);
    return RUF_OK;
}

static enum ruf_status read_meta_blocks(struct ruf_index *index,
                                        struct ruf_image_reader *reader,
                                        struct ruf_error *err)
{
    const struct index_section *meta = &index->sections[RUF_SECTION_META];
    uint8_t bytes[META_SIZE_MAX];
    enum ruf_status status;

    if (meta->size == 0 || meta->size > sizeof(bytes))
        return ruf_index_damaged(index, RUF_SECTION_META, err);
    status = ruf_image_read_blocks(reader, meta->place, 0,
                                   meta->place->block_count, bytes, err);
    if (status == RUF_OK)
        status = read_meta(index, bytes, meta->size, err);
    ruf_wipe(bytes, sizeof(bytes));
    return status;
}

/* --- open
 * ------------------------------------------------------------------------------
 */

static enum ruf_status check_generation(const struct ruf_index *index,
                                        uint64_t oldest, struct ruf_error *err)
{
    uint64_t generation = ruf_image_generation(index->image);

    if (generation >= oldest)
        return RUF_OK;
    return ruf_fail(err, RUF_E_CORRUPT, "D707", ruf_image_path(index->image),
                    "generation %llu, but %llu was published",
                    (unsigned long long)generation, (unsigned long long)oldest);
}

static enum ruf_status load(struct ruf_index *index, enum ruf_index_mode mode,
                            struct ruf_error *err)
{
    struct ruf_image_reader *reader = NULL;
    enum ruf_status status = find_sections(index, err);

    if (status == RUF_OK)
        status = ruf_image_reader_create(index->image, &reader, err);
    if (status == RUF_OK)
        status = read_meta_blocks(index, reader, err);
    if (status == RUF_OK && mode == RUF_INDEX_RESIDENT)
        status = make_resident(index, err);
    ruf_image_reader_destroy(reader);
    return status;
}

enum ruf_status ruf_index_open_since(const char *path,
                                     const uint8_t key[RUF_KEY_SIZE],
                                     enum ruf_index_mode mode, uint64_t oldest,
                                     struct ruf_index **out,
                                     struct ruf_error *err)
{
    struct ruf_index *index = calloc(1, sizeof(*index));
    enum ruf_status status;

    *out = NULL;
    if (index == NULL)
        return ruf_fail_memory(err);
    status = ruf_image_open(path, key, &index->image, err);
    if (status == RUF_OK)
        status = check_generation(index, oldest, err);
    if (status == RUF_OK)
        status = load(index, mode, err);
    if (status != RUF_OK) {
        ruf_index_close(index);
        return status;
    }
    *out = index;
    return RUF_OK;
}

enum ruf_status ruf_index_open(const char *path,
                               const uint8_t key[RUF_KEY_SIZE],
                               enum ruf_index_mode mode, struct ruf_index **out,
                               struct ruf_error *err)
{
    return ruf_index_open_since(path, key, mode, 0, out, err);
}

void ruf_index_close(struct ruf_index *index)
{
    if (index == NULL)
        return;
    ruf_index_free_room(index);
    ruf_image_close(index->image);
    ruf_wipe(index, sizeof(*index));
    free(index);
}

void ruf_index_describe(const struct ruf_index *index,
                        struct ruf_index_info *out)
{
    out->generation = ruf_image_generation(index->image);
    out->entry_count = index->entry_count;
    out->contact_count = index->contact_count;
    out->trunk_count = index->trunk_count;
    out->blocked_count = index->blocked_count;
    out->photo_count = index->photo_count;
    out->image_size = ruf_image_size(index->image);
}
