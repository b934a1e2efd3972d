/*
 * fuzz_image.c - images whose seals hold and whose content lies
 *
 * The input edits the plain sections of a small image, then all is sealed
 * again, so the reader believes the bytes and must bound every step by itself.
 * An edit: section, offset (3 bytes), length (1..8), bytes; a section with its
 * highest bit set is cut off at the offset instead.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/image.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/image_fixture.h"
#include <rufname/identity.h>
#include <rufname/search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HITS 20

static struct image_fixture *fixture;
static struct ruf_image_part originals[RUF_IMAGE_SECTIONS_MAX];
static size_t part_count;
static char path[64];

static void read_sections(void)
{
    const struct ruf_image_section *section;
    struct ruf_image_reader *reader;
    struct ruf_image *image;

    fuzz_require(ruf_image_open(path, fixture->key, &image, NULL) == RUF_OK &&
                     ruf_image_reader_create(image, &reader, NULL) == RUF_OK,
                 "the image opens");
    while ((section = ruf_image_section_at(image, part_count)) != NULL) {
        uint64_t size = section->block_count * section->block_size;
        uint8_t *bytes = malloc((size_t)size + 1);

        fuzz_require(bytes != NULL &&
                         ruf_image_read_blocks(reader, section, 0,
                                               section->block_count, bytes,
                                               NULL) == RUF_OK,
                     "the image reads");
        originals[part_count++] =
            (struct ruf_image_part){ section->kind, section->flags,      bytes,
                                     size,          section->block_size, NULL };
    }
    ruf_image_reader_destroy(reader);
    ruf_image_close(image);
}

static void remove_file(void)
{
    (void)unlink(path);
}

static void set_up(void)
{
    const char *folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

    (void)snprintf(path, sizeof(path), "%s/rufname-fuzz-image-%ld", folder,
                   (long)getpid());
    (void)atexit(remove_file);
    fixture = fixture_create(5, 12, 40);
    fuzz_require(fixture_build(fixture, path, NULL) == RUF_OK,
                 "the image is built");
    read_sections();
}

/* Copies of all sections, edited. */
static void edit(const uint8_t *data, size_t size,
                 struct ruf_image_part parts[RUF_IMAGE_SECTIONS_MAX])
{
    for (size_t i = 0; i < part_count; i++) {
        parts[i] = originals[i];
        parts[i].bytes = fuzz_copy(originals[i].bytes, originals[i].size);
    }
    while (size >= 6) {
        struct ruf_image_part *part = &parts[(data[0] & 0x7F) % part_count];
        size_t at = data[1] | (size_t)data[2] << 8 | (size_t)data[3] << 16;
        size_t length = 1 + data[4] % 8;
        uint8_t *bytes = (uint8_t *)(uintptr_t)part->bytes;

        at = part->size == 0 ? 0 : at % part->size;
        if (data[0] & 0x80)
            part->size = at;
        for (size_t i = 0; i < length && i < size - 5 && at + i < part->size;
             i++)
            bytes[at + i] = data[5 + i];
        length = length < size - 5 ? length : size - 5;
        data += 5 + length;
        size -= 5 + length;
    }
}

static void ask_numbers(const struct ruf_index *index, struct ruf_query *query)
{
    struct ruf_caller callers[RUF_LOOKUP_BATCH];
    ruf_e164 numbers[40];
    size_t done;
    size_t count = fixture->entries.count;
    bool blocked;

    for (size_t i = 0; i < count; i++) {
        numbers[i] = fixture->entries.entries[i].number;
        if (ruf_query_lookup(query, numbers[i], &callers[0], NULL) == RUF_OK &&
            callers[0].known) {
            fuzz_require(callers[0].label.size > 0 &&
                             callers[0].label.size <= 480,
                         "a label has 1 to 480 bytes");
            free(fuzz_copy((const uint8_t *)callers[0].label.data,
                           callers[0].label.size));
            for (size_t k = 0; k < callers[0].contact_count; k++) {
                struct ruf_contact contact;

                if (callers[0].contacts[k] < 64)
                    (void)!ruf_query_contact(query, callers[0].contacts[k],
                                             &contact, NULL);
                else
                    break; /* asking moved the answer away */
            }
        }
        (void)!ruf_query_lookup(query, numbers[i] + 1, &callers[0], NULL);
    }
    (void)!ruf_query_lookup_many(query, numbers, count, callers, &done, NULL);
    for (size_t i = 0; i < fixture->extras.blocked_count; i++)
        (void)!ruf_query_is_blocked(query, fixture->blocked[i], &blocked, NULL);
    for (size_t i = 0; i < fixture->trunks.count; i++)
        if (ruf_query_lookup(query, fixture->trunks.trunks[i].prefix * 100 + i,
                             &callers[0], NULL) == RUF_OK)
            free(fuzz_copy((const uint8_t *)callers[0].label.data,
                           callers[0].label.size));
    (void)index;
}

static void ask_contacts(struct ruf_query *query)
{
    for (uint32_t i = 0; i < 300; i++) {
        const struct ruf_person *person =
            &fixture->people.persons[i % fixture->people.count];
        struct ruf_contact contact;
        struct ruf_identity identity;
        struct ruf_contact_photo photo;
        uint32_t found;

        if (ruf_query_contact(query, i, &contact, NULL) == RUF_OK) {
            for (size_t k = 0; k < contact.number_count; k++)
                free(fuzz_copy((const uint8_t *)contact.numbers[k].raw.data,
                               contact.numbers[k].raw.size));
            for (size_t k = 0; k < contact.email_count; k++)
                free(fuzz_copy((const uint8_t *)contact.emails[k].data,
                               contact.emails[k].size));
            free(fuzz_copy((const uint8_t *)contact.display.data,
                           contact.display.size));
        }
        (void)!ruf_query_identity(query, i, &identity, NULL);
        if (ruf_query_photo(query, i, &photo, NULL) == RUF_OK)
            free(fuzz_copy(photo.bytes, photo.size));
        if (i >= fixture->people.count)
            continue;
        (void)!ruf_query_find_id(query, (struct ruf_text){ NULL, 0 },
                                 person->members[0]->native_id, &found, NULL);
        (void)!ruf_query_find_hash_id(query, person->hash_id, &found, NULL);
    }
}

static void list_blocked(const struct ruf_index *index)
{
    ruf_e164 *numbers = malloc(RUF_BLOCKED_MAX * sizeof(*numbers));
    struct ruf_index_info info;
    size_t count = 0;

    fuzz_require(numbers != NULL, "memory");
    ruf_index_describe(index, &info);
    if (ruf_index_blocked(index, numbers, &count, NULL) == RUF_OK)
        fuzz_require(count == info.blocked_count, "all or none");
    for (size_t i = 1; i < count; i++)
        fuzz_require(numbers[i] > numbers[i - 1], "blocked numbers ascend");
    free(numbers);
}

static void walk(const struct ruf_index *index)
{
    struct ruf_cursor *cursor;
    struct ruf_entry entry = { 1, { NULL, 0 } };
    ruf_e164 last = 0;

    if (ruf_cursor_create(index, &cursor, NULL) != RUF_OK)
        return;
    while (ruf_cursor_next(cursor, &entry, NULL) == RUF_OK &&
           entry.number != 0) {
        fuzz_require(entry.number > last, "numbers ascend");
        last = entry.number;
    }
    ruf_cursor_destroy(cursor);
}

static void search(struct ruf_query *query)
{
    static const char *const texts[] = { "a",    "anna", "muller", "nordw",
                                         "0302", "-500", "2662",   "mulelr" };
    struct ruf_hit hits[HITS];
    size_t count;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        (void)!ruf_query_search(query, texts[i], strlen(texts[i]), hits, HITS,
                                &count, NULL);
}

static void ask(enum ruf_index_mode mode)
{
    struct ruf_index *index;
    struct ruf_query *query;

    if (ruf_index_open(path, fixture->key, mode, &index, NULL) != RUF_OK)
        return;
    if (ruf_query_create(index, &query, NULL) == RUF_OK) {
        ask_numbers(index, query);
        ask_contacts(query);
        walk(index);
        list_blocked(index);
        if (mode == RUF_INDEX_RESIDENT)
            search(query);
        ruf_query_destroy(query);
    }
    ruf_index_close(index);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ruf_image_part parts[RUF_IMAGE_SECTIONS_MAX];

    if (fixture == NULL)
        set_up();
    edit(data, size, parts);
    fuzz_require(ruf_image_write(path, fixture->key, &fixture->seed, parts,
                                 part_count, NULL) == RUF_OK,
                 "the edited image is written");
    ask(RUF_INDEX_RESIDENT);
    ask(RUF_INDEX_ON_DEMAND);
    if (size < 6)
        fuzz_require(ruf_index_verify(path, fixture->key, 7, NULL) == RUF_OK,
                     "an image without edits is sound");
    else
        (void)!ruf_index_verify(path, fixture->key, 7, NULL);
    for (size_t i = 0; i < part_count; i++)
        free((void *)(uintptr_t)parts[i].bytes);
    return 0;
}
