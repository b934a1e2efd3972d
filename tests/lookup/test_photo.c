/*
 * test_photo.c - thumbnails of contacts, as an image holds them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/image_sections.h"
#include "tests/support/image_edit.h"
#include "tests/support/image_fixture.h"
#include <criterion/criterion.h>
#include <rufname/index.h>
#include <string.h>

#define META_PHOTOS 316 /* where META counts them; then u64 bytes */

static const enum ruf_index_mode modes[] = { RUF_INDEX_RESIDENT,
                                             RUF_INDEX_ON_DEMAND };

/* --- what was built
 * ------------------------------------------------------------------------ */

/* Makes each photo another one: the first bytes stay, then comes its number. */
static enum ruf_status load_numbered(void *context,
                                     const struct ruf_source_contact *contact,
                                     uint8_t *bytes, size_t *size,
                                     struct ruf_error *err)
{
    static const uint8_t jpeg[] = { 0xFF, 0xD8, 0xFF, 0xDB };

    (void)context;
    (void)err;
    *size = (size_t)contact->photo;
    for (size_t i = 0; i < *size; i++)
        bytes[i] = (uint8_t)((size_t)contact->photo * 7 + i / 100);
    memcpy(bytes, jpeg, sizeof(jpeg));
    return RUF_OK;
}

static void set_photo(struct image_fixture *fixture, size_t n, int64_t size)
{
    const struct ruf_person *person = &fixture->people.persons[n];

    for (size_t i = 0; i < person->member_count; i++)
        ((struct ruf_source_contact *)(uintptr_t)person->members[i])->photo =
            i + 1 == person->member_count ? size : 0;
}

static void expect_photo(struct image_fixture *fixture, struct ruf_query *query,
                         uint32_t n)
{
    static uint8_t want[RUF_PHOTO_SIZE_MAX];
    const struct ruf_person *person = &fixture->people.persons[n];
    struct ruf_contact_photo got;
    uint32_t source = 0;
    size_t size = fixture_photo_size(person, &source);

    cr_assert_eq(ruf_query_photo(query, n, &got, NULL), RUF_OK);
    cr_assert_eq(got.size, size, "photo of %u", n);
    if (size == 0) {
        cr_assert(got.bytes == NULL);
        return;
    }
    cr_assert_eq(
        load_numbered(NULL, person->members[source], want, &size, NULL),
        RUF_OK);
    cr_assert_eq(memcmp(got.bytes, want, size), 0, "photo of %u", n);
    cr_assert_eq(got.type, RUF_PHOTO_JPEG);
    cr_assert_eq(got.source, source);
}

/* 700 photos of up to 16 KiB: more than stays in memory while they are built,
 * and most of them over the ends of blocks. */
Test(photo, comes_back_as_it_was_built)
{
    struct image_fixture *fixture = fixture_create(61, 1000, 5);
    struct ruf_index_info info;

    fixture->extras.photos.load = load_numbered;
    for (size_t i = 0; i < 1000; i++)
        set_photo(fixture, i,
                  i % 10 < 3 ? 0 : RUF_PHOTO_SIZE_MAX - (int64_t)(i % 10 * 9));
    set_photo(fixture, 500, RUF_PHOTO_SIZE_MAX);
    set_photo(fixture, 501, 4);
    fixture_write(fixture);
    for (size_t m = 0; m < 2; m++) {
        struct ruf_index *index = fixture_open(fixture, modes[m]);
        struct ruf_contact_photo photo;
        struct ruf_query *query;

        ruf_index_describe(index, &info);
        cr_assert_eq(info.photo_count, 702);
        cr_assert_eq(ruf_query_create(index, &query, NULL), RUF_OK);
        for (uint32_t i = 0; i < 1000; i++)
            expect_photo(fixture, query, i * 617 % 1000);
        cr_assert_eq(ruf_query_photo(query, 1000, &photo, NULL),
                     RUF_E_NOT_FOUND);
        ruf_query_destroy(query);
        ruf_index_close(index);
    }
    cr_assert_eq(ruf_index_verify(fixture->path, fixture->key, 0, NULL),
                 RUF_OK);
    fixture_destroy(fixture);
}

Test(photo, of_nobody_costs_nothing)
{
    struct image_fixture *fixture = fixture_create(62, 4, 4);
    struct ruf_contact_photo photo;
    struct ruf_image *image;
    struct ruf_index *index;
    struct ruf_query *query;

    fixture->extras.photos.load = NULL;
    fixture_write(fixture);
    cr_assert_eq(ruf_image_open(fixture->path, fixture->key, &image, NULL),
                 RUF_OK);
    cr_assert(ruf_image_section(image, RUF_SECTION_PHOTOS) == NULL);
    cr_assert(ruf_image_section(image, RUF_SECTION_PHOTO_ROWS) == NULL);
    ruf_image_close(image);
    index = fixture_open(fixture, RUF_INDEX_ON_DEMAND);
    cr_assert_eq(ruf_query_create(index, &query, NULL), RUF_OK);
    cr_assert_eq(ruf_query_photo(query, 0, &photo, NULL), RUF_OK);
    cr_assert(photo.bytes == NULL && photo.size == 0);
    ruf_query_destroy(query);
    ruf_index_close(index);
    fixture_destroy(fixture);
}

static enum ruf_status fail_to_load(void *context,
                                    const struct ruf_source_contact *contact,
                                    uint8_t *bytes, size_t *size,
                                    struct ruf_error *err)
{
    (void)context;
    (void)contact;
    (void)bytes;
    (void)size;
    (void)err;
    return RUF_E_IO;
}

Test(photo, that_cannot_be_read_leaves_the_old_image)
{
    struct image_fixture *fixture = fixture_create(63, 4, 4);

    fixture_write(fixture);
    fixture->extras.photos.load = fail_to_load;
    cr_assert_eq(fixture_build(fixture, fixture->path, NULL), RUF_E_IO);
    cr_assert_eq(ruf_index_verify(fixture->path, fixture->key, 0, NULL),
                 RUF_OK);
    fixture_destroy(fixture);
}

/* --- images that lie
 * ------------------------------------------------------------------------ */

static enum ruf_status ask(const struct image_fixture *fixture,
                           enum ruf_index_mode mode, struct ruf_error *err)
{
    struct ruf_index *index = NULL;
    struct ruf_query *query = NULL;
    struct ruf_contact_photo photo;
    enum ruf_status status =
        ruf_index_open(fixture->path, fixture->key, mode, &index, err);

    if (status == RUF_OK)
        status = ruf_query_create(index, &query, err);
    for (uint32_t i = 0; i < fixture->people.count && status == RUF_OK; i++)
        status = ruf_query_photo(query, i, &photo, err);
    ruf_query_destroy(query);
    ruf_index_close(index);
    return status;
}

/* One malformed sample per rule of the sections. */
static const struct {
    const char *what;
    uint32_t section;
    size_t offset;
    uint8_t bytes[8];
    size_t size;
    bool seen_by_asking; /* else by ruf_index_verify() alone */
} lies[] = {
    { "contacts out of order", RUF_SECTION_PHOTO_ROWS, 16, { 0 }, 4, false },
    { "of a contact that is not there",
      RUF_SECTION_PHOTO_ROWS,
      0,
      { 0xFF, 0xFF },
      4,
      false },
    { "no bytes", RUF_SECTION_PHOTO_ROWS, 4, { 0, 0 }, 2, true },
    { "over 16 KiB", RUF_SECTION_PHOTO_ROWS, 4, { 1, 0x40 }, 2, true },
    { "beyond the photos", RUF_SECTION_PHOTO_ROWS, 8, { 0xFF, 0xFF }, 4, true },
    { "far beyond", RUF_SECTION_PHOTO_ROWS, 8, { [7] = 0xFF }, 8, true },
    { "neither JPEG nor PNG",
      RUF_SECTION_PHOTOS,
      0,
      { 'G', 'I', 'F' },
      3,
      true },
    { "more rows than fit", RUF_SECTION_META, META_PHOTOS, { 65 }, 4, true },
    { "more bytes than fit",
      RUF_SECTION_META,
      META_PHOTOS + 4,
      { [3] = 1 },
      8,
      true },
};

Test(photo, of_an_image_that_lies_is_refused)
{
    struct image_fixture *fixture = fixture_create(64, 8, 8);
    struct image_edit edit;
    struct ruf_error err;

    fixture_write(fixture);
    image_edit_open(&edit, fixture->path, fixture->key);
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        image_edit_write(&edit, &fixture->seed, lies[i].section, lies[i].offset,
                         lies[i].bytes, lies[i].size);
        cr_expect_eq(ruf_index_verify(fixture->path, fixture->key, 0, &err),
                     RUF_E_CORRUPT, "%s", lies[i].what);
        cr_expect_str_eq(err.id, "D706", "%s", lies[i].what);
        for (size_t m = 0; m < 2; m++)
            cr_expect_eq(ask(fixture, modes[m], &err) == RUF_E_CORRUPT,
                         lies[i].seen_by_asking, "%s", lies[i].what);
    }
    image_edit_remove(&edit, &fixture->seed, RUF_SECTION_PHOTOS);
    cr_expect_eq(ask(fixture, RUF_INDEX_RESIDENT, &err), RUF_E_CORRUPT);
    image_edit_close(&edit);
    fixture_destroy(fixture);
}
