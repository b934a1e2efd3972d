/*
 * test_index.c - opening, looking up, walking an index
 *
 * The oracle is the list the image was built from, searched from end to end.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/image_sections.h"
#include "base/text.h"
#include "tests/support/image_fixture.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <rufname/identity.h>
#include <rufname/index.h>
#include <rufname/search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const enum ruf_index_mode modes[] = { RUF_INDEX_RESIDENT,
                                             RUF_INDEX_ON_DEMAND };
static const size_t sizes[] = { 0, 1, 2, 63, 64, 65, 4096 };

/* --- oracle -----------------------------------------------------------------
 */

static const struct ruf_labelled_entry *
scan_for(const struct image_fixture *fixture, ruf_e164 number)
{
    for (size_t i = 0; i < fixture->entries.count; i++)
        if (fixture->entries.entries[i].number == number)
            return &fixture->entries.entries[i];
    return NULL;
}

static void check_caller(const struct image_fixture *fixture,
                         const struct ruf_caller *caller, ruf_e164 number)
{
    const struct ruf_labelled_entry *entry = scan_for(fixture, number);

    cr_assert_eq(caller->known, entry != NULL, "%llu",
                 (unsigned long long)number);
    cr_assert(!caller->approximate);
    if (entry == NULL) {
        cr_assert_eq(caller->contact_count, 0);
        cr_assert_eq(caller->label.size, 0);
        return;
    }
    cr_assert(ruf_text_equal(caller->label, entry->label));
    cr_assert_eq(caller->contact_count, entry->owner_count);
    for (size_t i = 0; i < entry->owner_count; i++)
        cr_assert_eq(caller->contacts[i], entry->owners[i]);
}

static void expect_caller(const struct image_fixture *fixture,
                          struct ruf_query *query, ruf_e164 number)
{
    struct ruf_caller caller;

    cr_assert_eq(ruf_query_lookup(query, number, &caller, NULL), RUF_OK);
    check_caller(fixture, &caller, number);
}

static void expect_texts(const struct ruf_text *got, size_t got_count,
                         const struct ruf_text *want, size_t want_count)
{
    cr_assert_eq(got_count, want_count);
    for (size_t i = 0; i < got_count; i++)
        cr_assert(ruf_text_equal(got[i], want[i]));
}

static void expect_provenance(const struct ruf_person *want,
                              const struct ruf_contact *got)
{
    const size_t sizes_of[RUF_CONTACT_FIELD_COUNT] = {
        want->given.size,   want->family.size, want->display.size,
        want->company.size, want->title.size,  want->department.size,
    };

    for (size_t i = 0; i < want->email_count; i++)
        cr_assert_eq(got->email_sources[i],
                     want->email_sources == NULL ? 1 : want->email_sources[i]);
    for (size_t i = 0; i < RUF_CONTACT_FIELD_COUNT; i++)
        cr_assert(sizes_of[i] == 0 ||
                      got->field_sources[i] ==
                          (want->source_count < 2 ? 1 : want->field_sources[i]),
                  "field %zu", i);
}

static void expect_identity(const struct ruf_person *want,
                            struct ruf_query *query, uint32_t contact)
{
    struct ruf_identity got;
    uint32_t found;

    cr_assert_eq(ruf_query_identity(query, contact, &got, NULL), RUF_OK);
    cr_assert_eq(got.has_hash_id, want->has_hash_id);
    cr_assert_eq(got.id_count, want->member_count);
    for (size_t i = 0; i < got.id_count; i++) {
        cr_assert(ruf_text_is(got.ids[i].source, want->members[i]->source->id));
        cr_assert(ruf_text_equal(got.ids[i].id, want->members[i]->native_id));
    }
    cr_assert(ruf_text_equal(got.presence_id, want->members[0]->native_id));
    if (want->has_hash_id) {
        cr_assert_arr_eq(got.hash_id, want->hash_id, RUF_HASH_ID_SIZE);
        cr_assert_eq(ruf_query_find_hash_id(query, want->hash_id, &found, NULL),
                     RUF_OK);
        cr_assert_eq(found, contact);
    }
    for (size_t i = 0; i < want->member_count; i++) {
        cr_assert_eq(
            ruf_query_find_id(query, ruf_text(want->members[i]->source->id),
                              want->members[i]->native_id, &found, NULL),
            RUF_OK);
        cr_assert_eq(found, contact);
        cr_assert_eq(ruf_query_find_id(query, ruf_text("XYZ"),
                                       want->members[i]->native_id, &found,
                                       NULL),
                     RUF_OK);
        cr_assert_eq(found, UINT32_MAX, "no such source");
    }
}

static void expect_contact(const struct ruf_person *want,
                           struct ruf_query *query, uint32_t contact)
{
    struct ruf_contact got;

    cr_assert_eq(ruf_query_contact(query, contact, &got, NULL), RUF_OK);
    cr_assert_arr_eq(got.id.bytes, want->id.bytes, sizeof(got.id.bytes));
    cr_assert(ruf_text_equal(got.given, want->given));
    cr_assert(ruf_text_equal(got.family, want->family));
    cr_assert(ruf_text_equal(got.display, want->display));
    cr_assert(ruf_text_equal(got.company, want->company));
    cr_assert(ruf_text_equal(got.title, want->title));
    cr_assert(ruf_text_equal(got.department, want->department));
    cr_assert_eq(got.number_count, want->number_count);
    for (size_t i = 0; i < got.number_count; i++) {
        cr_assert_eq(got.numbers[i].e164, want->numbers[i].e164);
        cr_assert_eq(got.numbers[i].kind, want->numbers[i].kind);
        cr_assert(ruf_text_equal(got.numbers[i].raw, want->numbers[i].raw));
        cr_assert_eq(got.numbers[i].emitted, want->numbers[i].emit);
        cr_assert_eq(got.numbers[i].sources, want->numbers[i].sources);
    }
    expect_provenance(want, &got);
    expect_texts(got.emails, got.email_count, want->emails, want->email_count);
    expect_texts(got.sources, got.source_count, want->sources,
                 want->source_count);
}

/* --- every size, both modes
 * ---------------------------------------------------- */

struct one_case {
    size_t entries;
    enum ruf_index_mode mode;
};

static struct one_case cases[sizeof(sizes) / sizeof(sizes[0]) * 2];

static struct criterion_test_params every_case(void)
{
    size_t count = 0;

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        for (size_t m = 0; m < 2; m++)
            cases[count++] = (struct one_case){ sizes[i], modes[m] };
    return cr_make_param_array(struct one_case, cases, count);
}

ParameterizedTestParameters(lookup, agrees_with_a_linear_scan)
{
    return every_case();
}

ParameterizedTest(struct one_case *param, lookup, agrees_with_a_linear_scan)
{
    struct image_fixture *fixture =
        fixture_create(11, 1 + param->entries / 3, param->entries);
    struct ruf_index *index;
    struct ruf_query *query;

    fixture_write(fixture);
    index = fixture_open(fixture, param->mode);
    cr_assert_eq(ruf_query_create(index, &query, NULL), RUF_OK);
    for (size_t i = 0; i < fixture->entries.count; i++) {
        ruf_e164 number = fixture->entries.entries[i].number;

        expect_caller(fixture, query, number);
        expect_caller(fixture, query, number - 1);
        expect_caller(fixture, query, number + 1);
    }
    expect_caller(fixture, query, 0);
    expect_caller(fixture, query, 1);
    expect_caller(fixture, query, RUF_E164_MAX);
    expect_caller(fixture, query, UINT64_MAX);
    ruf_query_destroy(query);
    ruf_index_close(index);
    fixture_destroy(fixture);
}

ParameterizedTestParameters(lookup_many, answers_as_lookup_does)
{
    return every_case();
}

ParameterizedTest(struct one_case *param, lookup_many, answers_as_lookup_does)
{
    struct image_fixture *fixture =
        fixture_create(19, 1 + param->entries / 3, param->entries);
    struct ruf_index *index;
    struct ruf_query *query;
    ruf_e164 numbers[70];
    struct ruf_caller callers[RUF_LOOKUP_BATCH];

    fixture_write(fixture);
    index = fixture_open(fixture, param->mode);
    cr_assert_eq(ruf_query_create(index, &query, NULL), RUF_OK);
    for (size_t i = 0; i < fixture->entries.count; i += 64) {
        size_t count = 0;
        size_t done;

        while (count < 70 && i + count < fixture->entries.count) {
            numbers[count] = fixture->entries.entries[i + count].number +
                             fixture_random(fixture, 2);
            count++;
        }
        for (size_t at = 0; at < count; at += done) {
            cr_assert_eq(ruf_query_lookup_many(query, numbers + at, count - at,
                                               callers, &done, NULL),
                         RUF_OK);
            cr_assert(done > 0 && done <= count - at);
            for (size_t k = 0; k < done; k++)
                check_caller(fixture, &callers[k], numbers[at + k]);
        }
    }
    ruf_query_destroy(query);
    ruf_index_close(index);
    fixture_destroy(fixture);
}

ParameterizedTestParameters(contact, comes_back_as_it_was_built)
{
    return every_case();
}

ParameterizedTest(struct one_case *param, contact, comes_back_as_it_was_built)
{
    struct image_fixture *fixture =
        fixture_create(12, param->entries, param->entries);
    struct ruf_index *index;
    struct ruf_query *query;

    fixture_write(fixture);
    index = fixture_open(fixture, param->mode);
    cr_assert_eq(ruf_query_create(index, &query, NULL), RUF_OK);
    for (size_t i = 0; i < fixture->people.count; i++) {
        /* Far jumps, so that no block is just the one read before. */
        size_t n = i * 2654435761u % fixture->people.count;

        expect_contact(&fixture->people.persons[n], query, (uint32_t)n);
        expect_identity(&fixture->people.persons[n], query, (uint32_t)n);
    }
    ruf_query_destroy(query);
    ruf_index_close(index);
    fixture_destroy(fixture);
}

ParameterizedTestParameters(cursor, delivers_the_sorted_input)
{
    return every_case();
}

ParameterizedTest(struct one_case *param, cursor, delivers_the_sorted_input)
{
    struct image_fixture *fixture =
        fixture_create(13, 1 + param->entries / 2, param->entries);
    struct ruf_index *index;
    struct ruf_cursor *cursor;
    struct ruf_entry entry;

    fixture_write(fixture);
    index = fixture_open(fixture, param->mode);
    cr_assert_eq(ruf_cursor_create(index, &cursor, NULL), RUF_OK);
    for (size_t i = 0; i < fixture->entries.count; i++) {
        cr_assert_eq(ruf_cursor_next(cursor, &entry, NULL), RUF_OK);
        cr_assert_eq(entry.number, fixture->entries.entries[i].number);
        cr_assert(
            ruf_text_equal(entry.label, fixture->entries.entries[i].label));
    }
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(ruf_cursor_next(cursor, &entry, NULL), RUF_OK);
        cr_assert_eq(entry.number, 0, "the end is the end, twice");
    }
    ruf_cursor_destroy(cursor);
    ruf_index_close(index);
    fixture_destroy(fixture);
}

/* --- describe, bounds, long values
 * --------------------------------------------- */

Test(describe, counts_what_was_built)
{
    struct image_fixture *fixture = fixture_create(14, 40, 100);
    struct ruf_index_info info;
    struct ruf_index *index;
    uint8_t *bytes;
    size_t size;

    fixture_write(fixture);
    index = fixture_open(fixture, RUF_INDEX_ON_DEMAND);
    ruf_index_describe(index, &info);
    bytes = fixture_read_file(fixture->path, &size);
    cr_assert_eq(info.generation, 7);
    cr_assert_eq(info.entry_count, 100);
    cr_assert_eq(info.contact_count, 40);
    cr_assert_eq(info.image_size, size);
    free(bytes);
    ruf_index_close(index);
    fixture_destroy(fixture);
}

Test(contact, beyond_the_last_is_not_found)
{
    struct image_fixture *fixture = fixture_create(15, 3, 3);

    fixture_write(fixture);
    for (size_t m = 0; m < 2; m++) {
        struct ruf_index *index = fixture_open(fixture, modes[m]);
        struct ruf_contact contact;
        struct ruf_query *query;
        struct ruf_error err;

        cr_assert_eq(ruf_query_create(index, &query, NULL), RUF_OK);
        cr_assert_eq(ruf_query_contact(query, 3, &contact, &err),
                     RUF_E_NOT_FOUND);
        cr_assert_eq(ruf_query_contact(query, UINT32_MAX, &contact, &err),
                     RUF_E_NOT_FOUND);
        ruf_query_destroy(query);
        ruf_index_close(index);
    }
    fixture_destroy(fixture);
}

Test(lookup, takes_the_longest_label_and_numbers_of_18_digits)
{
    struct image_fixture *fixture = fixture_create(16, 5, 30);
    char longest[480];

    memset(longest, 'x', sizeof(longest));
    for (size_t i = 0; i < fixture->entries.count; i++)
        fixture->entries.entries[i].label =
            (struct ruf_text){ longest, i % 2 == 0 ? 480 : 1 };
    fixture->entries.entries[0].number = 1;
    fixture->entries.entries[29].number = RUF_E164_MAX;
    fixture_write(fixture);
    for (size_t m = 0; m < 2; m++) {
        struct ruf_index *index = fixture_open(fixture, modes[m]);
        struct ruf_query *query;

        cr_assert_eq(ruf_query_create(index, &query, NULL), RUF_OK);
        for (size_t i = 0; i < fixture->entries.count; i++)
            expect_caller(fixture, query, fixture->entries.entries[i].number);
        ruf_query_destroy(query);
        ruf_index_close(index);
    }
    fixture_destroy(fixture);
}

Test(contact, spans_many_blocks)
{
    struct image_fixture *fixture = fixture_create(17, 3, 3);
    char *text = malloc(5000);

    memset(text, 'y', 5000);
    fixture->people.persons[1].company = (struct ruf_text){ text, 5000 };
    fixture_write(fixture);
    for (size_t m = 0; m < 2; m++) {
        struct ruf_index *index = fixture_open(fixture, modes[m]);
        struct ruf_query *query;

        cr_assert_eq(ruf_query_create(index, &query, NULL), RUF_OK);
        for (uint32_t i = 0; i < 3; i++)
            expect_contact(&fixture->people.persons[i], query, i);
        ruf_query_destroy(query);
        ruf_index_close(index);
    }
    free(text);
    fixture_destroy(fixture);
}

#define SPANNING 640

/* Ascending, so that each block is read for the first time by a text that
 * begins in the one before: of 32 bytes, behind their length, some only with
 * the last one. */
Test(contact, has_texts_that_span_blocks)
{
    struct image_fixture *fixture = fixture_create(21, 2 * SPANNING, 3);
    static char texts[SPANNING][150];

    for (size_t i = 0; i < 2 * SPANNING; i++) {
        int width = i < 200 ? 149 : 32;

        (void)snprintf(texts[i / 2], sizeof(texts[0]), "%0*zu", width, i / 2);
        fixture->people.persons[i].company = ruf_text(texts[i / 2]);
    }
    fixture_write(fixture);
    for (size_t m = 0; m < 2; m++) {
        struct ruf_index *index = fixture_open(fixture, modes[m]);
        struct ruf_query *query;

        cr_assert_eq(ruf_query_create(index, &query, NULL), RUF_OK);
        for (uint32_t i = 0; i < 2 * SPANNING; i++)
            expect_contact(&fixture->people.persons[i], query, i);
        ruf_query_destroy(query);
        ruf_index_close(index);
    }
    fixture_destroy(fixture);
}

Test(lookup, of_many_owners_lists_all_of_them)
{
    struct image_fixture *fixture = fixture_create(18, 900, 3);
    uint32_t *owners = calloc(900, sizeof(*owners));

    for (uint32_t i = 0; i < 900; i++)
        owners[i] = 899 - i;
    fixture->entries.entries[1].owners = owners;
    fixture->entries.entries[1].owner_count = 900;
    fixture_write(fixture);
    for (size_t m = 0; m < 2; m++) {
        struct ruf_index *index = fixture_open(fixture, modes[m]);
        struct ruf_query *query;

        cr_assert_eq(ruf_query_create(index, &query, NULL), RUF_OK);
        for (size_t i = 0; i < 3; i++)
            expect_caller(fixture, query, fixture->entries.entries[i].number);
        ruf_query_destroy(query);
        ruf_index_close(index);
    }
    free(owners);
    fixture_destroy(fixture);
}

Test(close, and_destroy_take_null)
{
    ruf_index_close(NULL);
    ruf_query_destroy(NULL);
    ruf_cursor_destroy(NULL);
    cr_assert(1);
}

/* --- what must not open
 * ------------------------------------------------------------ */

static enum ruf_status try_open(const struct image_fixture *fixture,
                                const uint8_t *key, enum ruf_index_mode mode,
                                struct ruf_error *err)
{
    struct ruf_index *index;
    enum ruf_status status =
        ruf_index_open(fixture->path, key, mode, &index, err);

    cr_assert((status == RUF_OK) == (index != NULL));
    ruf_index_close(index);
    return status;
}

Test(open, with_another_key_says_so)
{
    struct image_fixture *fixture = fixture_create(20, 5, 10);
    uint8_t key[RUF_KEY_SIZE];

    fixture_write(fixture);
    for (size_t bit = 0; bit < 8 * sizeof(key); bit += 37) {
        struct ruf_error err;

        memcpy(key, fixture->key, sizeof(key));
        key[bit / 8] ^= (uint8_t)(1u << bit % 8);
        for (size_t m = 0; m < 2; m++) {
            cr_assert_eq(try_open(fixture, key, modes[m], &err), RUF_E_KEY);
            cr_assert_str_eq(err.id, "K202");
        }
    }
    fixture_destroy(fixture);
}

Test(open, of_a_missing_file_fails)
{
    struct image_fixture *fixture = fixture_create(21, 1, 1);
    struct ruf_error err;

    fixture_write(fixture);
    (void)unlink(fixture->path);
    for (size_t m = 0; m < 2; m++) {
        enum ruf_status status =
            try_open(fixture, fixture->key, modes[m], &err);

        cr_assert(status == RUF_E_IO || status == RUF_E_NOT_FOUND);
    }
    fixture_destroy(fixture);
}

Test(open, of_foreign_and_empty_files_is_refused)
{
    struct image_fixture *fixture = fixture_create(22, 1, 1);
    static const uint8_t foreign[4096] = "SQLite format 3";
    const size_t lengths[] = { 0, 1, 8, 79, 80, 200, sizeof(foreign) };

    fixture_write(fixture);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
        for (size_t m = 0; m < 2; m++) {
            struct ruf_error err;

            fixture_write_file(fixture->path, foreign, lengths[i]);
            cr_assert_eq(try_open(fixture, fixture->key, modes[m], &err),
                         RUF_E_CORRUPT);
            cr_assert_str_eq(err.id, "D701");
        }
    fixture_destroy(fixture);
}

static enum ruf_status search(struct ruf_query *query)
{
    struct ruf_hit hits[1];
    struct ruf_error err;
    size_t count;
    enum ruf_status status =
        ruf_query_search(query, "a", 1, hits, 1, &count, &err);

    cr_assert(status == RUF_OK || strcmp(err.id, "D705") == 0, "%s", err.id);
    return status;
}

/* Any answer but a wrong one: a status, or what the undamaged image says. */
static enum ruf_status ask_everything(const struct image_fixture *fixture,
                                      enum ruf_index_mode mode)
{
    enum ruf_status worst = RUF_OK;
    struct ruf_index *index;
    struct ruf_query *query;
    struct ruf_cursor *cursor;
    struct ruf_error err;
    struct ruf_entry entry = { 1, { NULL, 0 } };
    enum ruf_status status =
        ruf_index_open(fixture->path, fixture->key, mode, &index, &err);

    if (status != RUF_OK)
        return status;
    cr_assert_eq(ruf_query_create(index, &query, NULL), RUF_OK);
    for (size_t i = 0; i < fixture->entries.count; i++) {
        struct ruf_caller caller;

        status = ruf_query_lookup(query, fixture->entries.entries[i].number,
                                  &caller, &err);
        worst = status != RUF_OK ? status : worst;
        cr_assert(
            status != RUF_OK ||
            ruf_text_equal(caller.label, fixture->entries.entries[i].label));
    }
    status = mode == RUF_INDEX_RESIDENT ? search(query) : RUF_OK;
    worst = status != RUF_OK ? status : worst;
    for (uint32_t i = 0; i < fixture->people.count; i++) {
        struct ruf_contact contact;

        status = ruf_query_contact(query, i, &contact, &err);
        worst = status != RUF_OK ? status : worst;
        cr_assert(status != RUF_OK ||
                  ruf_text_equal(contact.company,
                                 fixture->people.persons[i].company));
    }
    for (uint32_t i = 0; i < fixture->people.count; i++) {
        const struct ruf_person *person = &fixture->people.persons[i];
        struct ruf_contact_photo photo;
        uint32_t found = i;
        uint32_t source;

        status = ruf_query_find_id(query, (struct ruf_text){ NULL, 0 },
                                   person->members[0]->native_id, &found, &err);
        worst = status != RUF_OK ? status : worst;
        cr_assert(status != RUF_OK || found == i);
        if (person->has_hash_id)
            status =
                ruf_query_find_hash_id(query, person->hash_id, &found, &err);
        worst = status != RUF_OK ? status : worst;
        cr_assert(status != RUF_OK || found == i);
        status = ruf_query_photo(query, i, &photo, &err);
        worst = status != RUF_OK ? status : worst;
        cr_assert(status != RUF_OK ||
                  photo.size == fixture_photo_size(person, &source));
    }
    for (size_t i = 0; i < fixture->trunks.count; i++) {
        const struct ruf_trunk *trunk = &fixture->trunks.trunks[i];
        struct ruf_caller caller;

        status = ruf_query_lookup(query, trunk->prefix * 10 + 1, &caller, &err);
        worst = status != RUF_OK ? status : worst;
        cr_assert(status != RUF_OK ||
                  ruf_text_equal(caller.label, trunk->label));
    }
    for (size_t i = 0; i < fixture->extras.blocked_count; i++) {
        bool blocked = false;

        status =
            ruf_query_is_blocked(query, fixture->blocked[i], &blocked, &err);
        worst = status != RUF_OK ? status : worst;
        cr_assert(status != RUF_OK || blocked);
    }
    status = ruf_cursor_create(index, &cursor, &err);
    for (; status == RUF_OK && entry.number != 0;)
        status = ruf_cursor_next(cursor, &entry, &err);
    worst = status != RUF_OK ? status : worst;
    ruf_cursor_destroy(cursor);
    ruf_query_destroy(query);
    ruf_index_close(index);
    return worst;
}

/* Where a byte of the image lies: the kind of section, 0 = header. */
static uint32_t section_at(const struct ruf_image *image, size_t offset)
{
    const struct ruf_image_section *section;
    uint32_t kind = 0;

    for (size_t i = 0; (section = ruf_image_section_at(image, i)) != NULL; i++)
        if (section->block_count > 0 && offset >= section->offset)
            kind = section->kind;
    return kind;
}

static bool is_read(uint32_t kind, enum ruf_index_mode mode)
{
    return mode == RUF_INDEX_RESIDENT || kind < RUF_SECTION_SEARCH_FIRST;
}

/* A byte of the header is told by the header, any other by its block. */
static void expect_damage(uint32_t kind, enum ruf_status status,
                          const struct ruf_error *err, size_t byte)
{
    cr_assert(status == RUF_E_CORRUPT || (kind == 0 && status == RUF_E_KEY),
              "byte %zu of section %u: %d", byte, kind, (int)status);
    if (kind != 0)
        cr_assert_str_eq(err->id, "D705");
    else
        cr_assert(
            strcmp(err->id, "D701") == 0 || strcmp(err->id, "D702") == 0 ||
                strcmp(err->id, "D703") == 0 || strcmp(err->id, "D704") == 0 ||
                strcmp(err->id, "K202") == 0,
            "%s", err->id);
}

Test(verify, sees_every_flipped_byte, .timeout = 300)
{
    struct image_fixture *fixture = fixture_create(23, 8, 40);
    struct ruf_image *image;
    struct ruf_error err;

    fixture_write(fixture);
    cr_assert_eq(ruf_image_open(fixture->path, fixture->key, &image, NULL),
                 RUF_OK);
    cr_assert_eq(ruf_index_verify(fixture->path, fixture->key, 7, &err), RUF_OK,
                 "%s", err.detail);
    for (size_t i = 0; i < ruf_image_size(image); i++) {
        uint8_t flip = (uint8_t)(1u << i % 8);

        fixture_poke(fixture->path, i, flip);
        expect_damage(section_at(image, i),
                      ruf_index_verify(fixture->path, fixture->key, 7, &err),
                      &err, i);
        fixture_poke(fixture->path, i, flip);
    }
    ruf_image_close(image);
    fixture_destroy(fixture);
}

Test(open, leaves_a_damaged_block_to_who_touches_it, .timeout = 120)
{
    struct image_fixture *fixture = fixture_create(24, 8, 40);
    struct ruf_image *image;

    fixture_write(fixture);
    cr_assert_eq(ruf_image_open(fixture->path, fixture->key, &image, NULL),
                 RUF_OK);
    for (size_t i = 0; i < 2 * ruf_image_size(image); i += 13) {
        size_t place = i / 2;
        enum ruf_index_mode mode = modes[i % 2];
        uint32_t kind = section_at(image, place);
        enum ruf_status status;

        fixture_poke(fixture->path, place, 0x40);
        status = ask_everything(fixture, mode);
        cr_assert(status == (is_read(kind, mode) ? RUF_E_CORRUPT : RUF_OK) ||
                      (kind == 0 && status == RUF_E_KEY),
                  "byte %zu of section %u: %d", place, kind, (int)status);
        fixture_poke(fixture->path, place, 0x40);
    }
    cr_assert_eq(ask_everything(fixture, RUF_INDEX_ON_DEMAND), RUF_OK);
    cr_assert_eq(ask_everything(fixture, RUF_INDEX_RESIDENT), RUF_OK);
    ruf_image_close(image);
    fixture_destroy(fixture);
}

/* Mended in place, which no writer does: a block that failed is not kept, one
 * that was sound is not read again. */
Test(resident, keeps_what_was_sound_and_nothing_else)
{
    struct image_fixture *fixture = fixture_create(34, 8, 40);
    struct ruf_image *image;
    const struct ruf_image_section *numbers;
    struct ruf_index *index;
    struct ruf_query *query;
    struct ruf_caller caller;
    struct ruf_error err;
    ruf_e164 number;

    fixture_write(fixture);
    number = fixture->entries.entries[0].number;
    cr_assert_eq(ruf_image_open(fixture->path, fixture->key, &image, NULL),
                 RUF_OK);
    numbers = ruf_image_section(image, RUF_SECTION_NUMBERS);
    index = fixture_open(fixture, RUF_INDEX_RESIDENT);
    cr_assert_eq(ruf_query_create(index, &query, NULL), RUF_OK);
    for (uint64_t i = 0; i < numbers->block_count; i++)
        fixture_poke(fixture->path, numbers->offset + i * (1024 + 16), 1);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(ruf_query_lookup(query, number, &caller, &err),
                     RUF_E_CORRUPT);
        cr_expect_str_eq(err.id, "D705");
    }
    for (uint64_t i = 0; i < numbers->block_count; i++)
        fixture_poke(fixture->path, numbers->offset + i * (1024 + 16), 1);
    cr_assert_eq(ruf_query_lookup(query, number, &caller, &err), RUF_OK);
    for (uint64_t i = 0; i < numbers->block_count; i++)
        fixture_poke(fixture->path, numbers->offset + i * (1024 + 16), 1);
    cr_assert_eq(ruf_query_lookup(query, number, &caller, &err), RUF_OK);
    cr_expect(caller.known);
    ruf_query_destroy(query);
    ruf_index_close(index);
    ruf_image_close(image);
    fixture_destroy(fixture);
}

Test(open, refuses_every_truncation, .timeout = 120)
{
    struct image_fixture *fixture = fixture_create(25, 4, 6);
    uint8_t *bytes;
    size_t size;

    fixture_write(fixture);
    bytes = fixture_read_file(fixture->path, &size);
    while (size > 0) {
        struct ruf_error err;

        cr_assert_eq(truncate(fixture->path, (off_t)--size), 0);
        cr_assert_eq(try_open(fixture, fixture->key, modes[size % 2], &err),
                     RUF_E_CORRUPT, "length %zu", size);
        cr_assert(strcmp(err.id, "D701") == 0 || strcmp(err.id, "D703") == 0,
                  "%s", err.id);
    }
    free(bytes);
    fixture_destroy(fixture);
}

Test(open, refuses_a_generation_older_than_the_known_one)
{
    struct image_fixture *fixture = fixture_create(28, 4, 6);

    fixture_write(fixture);
    for (size_t m = 0; m < 2; m++) {
        struct ruf_index *index;
        struct ruf_error err;

        cr_assert_eq(ruf_index_open_since(fixture->path, fixture->key, modes[m],
                                          7, &index, &err),
                     RUF_OK);
        ruf_index_close(index);
        cr_assert_eq(ruf_index_open_since(fixture->path, fixture->key, modes[m],
                                          8, &index, &err),
                     RUF_E_CORRUPT);
        cr_assert_str_eq(err.id, "D707");
        cr_assert(index == NULL);
    }
    fixture_destroy(fixture);
}

Test(build, gives_the_same_bytes_for_the_same_input)
{
    struct image_fixture *fixture = fixture_create(31, 300, 900);
    uint8_t *first;
    uint8_t *second;
    size_t first_size;
    size_t second_size;

    fixture_write(fixture);
    first = fixture_read_file(fixture->path, &first_size);
    cr_assert_eq(fixture_build(fixture, fixture->path, NULL), RUF_OK);
    second = fixture_read_file(fixture->path, &second_size);
    cr_assert_eq(first_size, second_size);
    cr_assert_arr_eq(first, second, first_size);
    free(second);
    fixture->seed.salt[0] ^= 1;
    cr_assert_eq(fixture_build(fixture, fixture->path, NULL), RUF_OK);
    second = fixture_read_file(fixture->path, &second_size);
    cr_assert_eq(first_size, second_size, "another salt, the same sizes");
    cr_assert(memcmp(first, second, first_size) != 0);
    free(first);
    free(second);
    fixture_destroy(fixture);
}

Test(open, refuses_an_unknown_section_unless_it_is_optional)
{
    struct image_fixture *fixture = fixture_create(32, 3, 6);
    struct ruf_image_part parts[RUF_IMAGE_SECTIONS_MAX];
    const struct ruf_image_section *section;
    struct ruf_image_reader *reader;
    struct ruf_image *image;
    struct ruf_error err;
    size_t count = 0;

    fixture_write(fixture);
    cr_assert_eq(ruf_image_open(fixture->path, fixture->key, &image, NULL),
                 RUF_OK);
    cr_assert_eq(ruf_image_reader_create(image, &reader, NULL), RUF_OK);
    while ((section = ruf_image_section_at(image, count)) != NULL) {
        size_t size = (size_t)section->block_count * section->block_size;
        uint8_t *bytes = malloc(size + 1);

        cr_assert_eq(ruf_image_read_blocks(reader, section, 0,
                                           section->block_count, bytes, NULL),
                     RUF_OK);
        parts[count++] =
            (struct ruf_image_part){ section->kind, section->flags,      bytes,
                                     size,          section->block_size, NULL };
    }
    ruf_image_reader_destroy(reader);
    ruf_image_close(image);
    parts[count] = (struct ruf_image_part){ 1000,  RUF_SECTION_OPTIONAL,
                                            "new", 3,
                                            64,    NULL };
    for (int optional = 1; optional >= 0; optional--) {
        parts[count].flags = optional ? RUF_SECTION_OPTIONAL : 0;
        cr_assert_eq(ruf_image_write(fixture->path, fixture->key,
                                     &fixture->seed, parts, count + 1, NULL),
                     RUF_OK);
        for (size_t m = 0; m < 2; m++)
            cr_assert_eq(try_open(fixture, fixture->key, modes[m], &err),
                         optional ? RUF_OK : RUF_E_CORRUPT);
        cr_assert_eq(ruf_index_verify(fixture->path, fixture->key, 0, &err),
                     optional ? RUF_OK : RUF_E_CORRUPT);
    }
    cr_assert_str_eq(err.id, "D702");
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)parts[i].bytes);
    fixture_destroy(fixture);
}

Test(open, refuses_bytes_after_the_end)
{
    struct image_fixture *fixture = fixture_create(26, 4, 6);
    uint8_t *bytes;
    size_t size;
    struct ruf_error err;

    fixture_write(fixture);
    bytes = fixture_read_file(fixture->path, &size);
    bytes[size] = 0;
    fixture_write_file(fixture->path, bytes, size + 1);
    for (size_t m = 0; m < 2; m++)
        cr_assert_eq(try_open(fixture, fixture->key, modes[m], &err),
                     RUF_E_CORRUPT);
    cr_assert_str_eq(err.id, "D703");
    free(bytes);
    fixture_destroy(fixture);
}

Test(cursor, stays_with_its_file_when_another_is_published)
{
    struct image_fixture *fixture = fixture_create(27, 500, 1500);
    struct ruf_index *index;
    struct ruf_cursor *cursor;
    struct ruf_entry entry;
    size_t count = 0;

    fixture_write(fixture);
    index = fixture_open(fixture, RUF_INDEX_ON_DEMAND);
    cr_assert_eq(ruf_cursor_create(index, &cursor, NULL), RUF_OK);
    cr_assert_eq(ruf_cursor_next(cursor, &entry, NULL), RUF_OK);
    cr_assert_eq(ruf_build(fixture->path, fixture->key, &fixture->seed,
                           &fixture->people,
                           &(struct ruf_labelled_entries){ NULL, 0, 0 }, NULL),
                 RUF_OK);
    for (; entry.number != 0; count++)
        cr_assert_eq(ruf_cursor_next(cursor, &entry, NULL), RUF_OK);
    cr_assert_eq(count, 1500);
    ruf_cursor_destroy(cursor);
    ruf_index_close(index);
    fixture_destroy(fixture);
}
