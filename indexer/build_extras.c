/*
 * indexer/build_extras.c - TRUNKS, BLOCKED, PHOTOS
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/build_extras.h"
#include "base/error.h"
#include "base/image_sections.h"
#include "base/secret.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

/* --- TRUNKS
 * -----------------------------------------------------------------------------
 */

/* The prefix as if it had 18 digits. */
static uint64_t align_prefix(const struct ruf_trunk *trunk)
{
    uint64_t aligned = trunk->prefix;

    for (uint32_t i = trunk->digits; i < RUF_TRUNK_DIGITS; i++)
        aligned *= 10;
    return aligned;
}

static bool write_trunks(const struct ruf_trunks *trunks,
                         struct ruf_extra_sections *out)
{
    struct ruf_writer *writer = &out->trunks;
    uint64_t labels = 0;

    for (size_t i = 0; i < trunks->count; i++) {
        const struct ruf_trunk *trunk = &trunks->trunks[i];

        if (trunk->label.size == 0 || trunk->label.size > RUF_LABEL_SIZE_MAX)
            return false;
        ruf_write_u64(writer, align_prefix(trunk));
        ruf_write_u8(writer, (uint8_t)trunk->digits);
        ruf_write_u8(writer, (uint8_t)trunk->extension_max);
        ruf_write_u16(writer, (uint16_t)trunk->label.size);
        ruf_write_u32(writer, (uint32_t)labels);
        labels += trunk->label.size;
    }
    for (size_t i = 0; i < trunks->held_count; i++)
        ruf_write_u64(writer, trunks->held[i]);
    for (size_t i = 0; i < trunks->count; i++)
        ruf_write_bytes(writer, trunks->trunks[i].label.data,
                        trunks->trunks[i].label.size);
    out->trunk_count = (uint32_t)trunks->count;
    out->held_count = (uint32_t)trunks->held_count;
    out->trunk_labels = (uint32_t)labels;
    return !writer->failed && writer->size <= UINT32_MAX;
}

/* --- BLOCKED
 * ----------------------------------------------------------------------------
 */

static bool write_blocked(const ruf_e164 *numbers, size_t count,
                          struct ruf_extra_sections *out)
{
    if (count > RUF_BLOCKED_MAX)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (numbers[i] < RUF_BLOCKED_NUMBER_MIN || numbers[i] > RUF_E164_MAX ||
            (i > 0 && numbers[i] <= numbers[i - 1]))
            return false;
        ruf_write_u64(&out->blocked, numbers[i]);
    }
    out->blocked_count = (uint32_t)count;
    return !out->blocked.failed;
}

/* --- PHOTOS, PHOTO_ROWS
 * ---------------------------------------------------------------------- */

/* So much of all photos stays in memory. */
#define PHOTOS_IN_MEMORY ((size_t)8 << 20)

/* Which of the person's sources a member is of. */
static size_t source_of(const struct ruf_person *person,
                        const struct ruf_source_contact *member)
{
    size_t i = 0;

    while (i < person->source_count &&
           !ruf_text_is(person->sources[i], member->source->id))
        i++;
    return i < person->source_count ? i : 0;
}

static void add_photo(struct ruf_extra_sections *out, uint32_t contact,
                      size_t source, const uint8_t *bytes, size_t size)
{
    ruf_write_u32(&out->photo_rows, contact);
    ruf_write_u16(&out->photo_rows, (uint16_t)size);
    ruf_write_u8(&out->photo_rows, (uint8_t)source);
    ruf_write_u8(&out->photo_rows, 0);
    ruf_write_u64(&out->photo_rows, ruf_spool_size(&out->photos));
    ruf_write_bytes(&out->photos.tail, bytes, size);
    ruf_spool_trim(&out->photos);
    out->photo_count++;
}

static enum ruf_status load_photo(struct ruf_extra_sections *sections,
                                  const struct ruf_source_contact *member,
                                  size_t *size, struct ruf_error *err)
{
    if (sections->photo == NULL)
        sections->photo = malloc(RUF_PHOTO_SIZE_MAX);
    if (sections->photo == NULL)
        return ruf_fail_memory(err);
    return sections->source.load(sections->source.context, member,
                                 sections->photo, size, err);
}

/* --- all
 * --------------------------------------------------------------------------------
 */

void ruf_extra_sections_start(struct ruf_extra_sections *sections,
                              const struct ruf_photo_source *source,
                              struct ruf_spill *spill)
{
    memset(sections, 0, sizeof(*sections));
    sections->source = *source;
    ruf_spool_start(&sections->photos, spill, PHOTOS_IN_MEMORY);
}

/* That of the best source which has one. */
enum ruf_status ruf_extra_sections_add(struct ruf_extra_sections *sections,
                                       const struct ruf_person *person,
                                       uint32_t contact, struct ruf_error *err)
{
    for (size_t i = 0;
         i < person->member_count && sections->source.load != NULL; i++) {
        const struct ruf_source_contact *member = person->members[i];
        size_t size = 0;
        enum ruf_status status;

        if (member->photo == 0)
            continue;
        status = load_photo(sections, member, &size, err);
        if (status != RUF_OK)
            return status;
        if (size == 0 || size > RUF_PHOTO_SIZE_MAX)
            continue;
        add_photo(sections, contact, source_of(person, member), sections->photo,
                  size);
        return RUF_OK;
    }
    return RUF_OK;
}

enum ruf_status ruf_extra_sections_finish(struct ruf_extra_sections *sections,
                                          const struct ruf_trunks *trunks,
                                          const ruf_e164 *blocked,
                                          size_t blocked_count,
                                          struct ruf_error *err)
{
    bool in_order = (trunks == NULL || write_trunks(trunks, sections)) &&
                    write_blocked(blocked, blocked_count, sections);

    if (sections->trunks.failed || sections->blocked.failed ||
        sections->photo_rows.failed || sections->photos.tail.failed)
        return ruf_fail_memory(err);
    return in_order ? RUF_OK
                    : ruf_fail(err, RUF_E_INTERNAL, "E919", "",
                               "trunks or blocked numbers are out of order");
}

void ruf_extra_sections_free(struct ruf_extra_sections *sections)
{
    ruf_writer_wipe(&sections->trunks);
    ruf_writer_wipe(&sections->blocked);
    ruf_writer_wipe(&sections->photo_rows);
    ruf_spool_free(&sections->photos);
    if (sections->photo != NULL)
        ruf_wipe(sections->photo, RUF_PHOTO_SIZE_MAX);
    free(sections->photo);
}
