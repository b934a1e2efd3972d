/*
 * test_blocked.c - numbers to block, as an image holds them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/image_sections.h"
#include "tests/support/image_edit.h"
#include "tests/support/image_fixture.h"
#include <criterion/criterion.h>
#include <rufname/index.h>
#include <stdlib.h>
#include <string.h>

#define META_BLOCKED 312 /* where META counts them */

static const enum ruf_index_mode modes[] = { RUF_INDEX_RESIDENT,
                                             RUF_INDEX_ON_DEMAND };
static ruf_e164 many[RUF_BLOCKED_MAX];
static ruf_e164 got[RUF_BLOCKED_MAX];

/* Unevenly apart, so that neighbours are often missing. */
static void fill_many(void)
{
    for (size_t i = 0; i < RUF_BLOCKED_MAX; i++)
        many[i] = RUF_BLOCKED_NUMBER_MIN + i * 5 + i % 3;
}

static bool scan_for(size_t count, ruf_e164 number)
{
    for (size_t i = 0; i < count; i++)
        if (many[i] == number)
            return true;
    return false;
}

Test(blocked, agree_with_a_linear_scan)
{
    static const size_t counts[] = { 0, 1, 2, 127, 128, 129, RUF_BLOCKED_MAX };

    fill_many();
    for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
        struct image_fixture *fixture = fixture_create(51, 2, 4);

        fixture->extras.blocked = many;
        fixture->extras.blocked_count = counts[c];
        fixture_write(fixture);
        for (size_t m = 0; m < 2; m++) {
            struct ruf_index *index = fixture_open(fixture, modes[m]);
            struct ruf_index_info info;
            struct ruf_query *query;
            size_t count = 99;
            bool blocked;

            ruf_index_describe(index, &info);
            cr_assert_eq(info.blocked_count, counts[c]);
            cr_assert_eq(ruf_index_blocked(index, got, &count, NULL), RUF_OK);
            cr_assert_eq(count, counts[c]);
            cr_assert_eq(memcmp(got, many, count * sizeof(got[0])), 0);
            cr_assert_eq(ruf_query_create(index, &query, NULL), RUF_OK);
            for (ruf_e164 n = many[0] - 2; n < many[0] + 700; n++) {
                cr_assert_eq(ruf_query_is_blocked(query, n, &blocked, NULL),
                             RUF_OK);
                cr_assert_eq(blocked, scan_for(counts[c], n));
            }
            ruf_query_destroy(query);
            ruf_index_close(index);
        }
        fixture_destroy(fixture);
    }
}

Test(blocked, may_have_a_caller_all_the_same)
{
    struct image_fixture *fixture = fixture_create(52, 3, 6);
    struct ruf_index *index;
    struct ruf_caller caller;
    struct ruf_query *query;
    bool blocked;

    fixture_write(fixture);
    index = fixture_open(fixture, RUF_INDEX_RESIDENT);
    cr_assert_eq(ruf_query_create(index, &query, NULL), RUF_OK);
    cr_assert_eq(ruf_query_is_blocked(query, fixture->entries.entries[0].number,
                                      &blocked, NULL),
                 RUF_OK);
    cr_assert(blocked);
    cr_assert_eq(ruf_query_is_blocked(query, fixture->entries.entries[1].number,
                                      &blocked, NULL),
                 RUF_OK);
    cr_assert_not(blocked);
    cr_assert_eq(ruf_query_lookup(query, fixture->entries.entries[0].number,
                                  &caller, NULL),
                 RUF_OK);
    cr_assert(caller.known);
    ruf_query_destroy(query);
    ruf_index_close(index);
    fixture_destroy(fixture);
}

static enum ruf_status list(const struct image_fixture *fixture,
                            struct ruf_error *err)
{
    struct ruf_index *index = NULL;
    size_t count = 0;
    enum ruf_status status = ruf_index_open(fixture->path, fixture->key,
                                            RUF_INDEX_ON_DEMAND, &index, err);

    if (status == RUF_OK)
        status = ruf_index_blocked(index, got, &count, err);
    cr_assert(status == RUF_OK || count == 0, "all of them or none");
    ruf_index_close(index);
    return status;
}

/* One malformed sample per rule of the section. */
Test(blocked, of_an_image_that_lies_are_refused)
{
    static const struct {
        const char *what;
        uint32_t section;
        size_t offset;
        uint8_t bytes[8];
        size_t size;
    } lies[] = {
        { "a number twice", RUF_SECTION_BLOCKED, 8, { 0 }, 0 },
        { "descending", RUF_SECTION_BLOCKED, 8, { 1 }, 8 },
        { "four digits", RUF_SECTION_BLOCKED, 0, { 0x0F, 0x27 }, 8 },
        { "nineteen digits", RUF_SECTION_BLOCKED, 24, { [7] = 0x7F }, 8 },
        { "more than there are", RUF_SECTION_META, META_BLOCKED, { 129 }, 4 },
        { "more than allowed",
          RUF_SECTION_META,
          META_BLOCKED,
          { 0x11, 0x27 },
          4 },
    };
    struct image_fixture *fixture = fixture_create(53, 3, 6);
    struct image_edit edit;
    struct ruf_error err;

    fixture_write(fixture);
    cr_assert_eq(list(fixture, &err), RUF_OK);
    image_edit_open(&edit, fixture->path, fixture->key);
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        const void *bytes =
            lies[i].size == 0 ? (const void *)fixture->blocked : lies[i].bytes;

        image_edit_write(&edit, &fixture->seed, lies[i].section, lies[i].offset,
                         bytes, lies[i].size == 0 ? 8 : lies[i].size);
        cr_expect_eq(list(fixture, &err), RUF_E_CORRUPT, "%s", lies[i].what);
        cr_expect_str_eq(err.id, "D706", "%s", lies[i].what);
        cr_expect_eq(ruf_index_verify(fixture->path, fixture->key, 0, &err),
                     RUF_E_CORRUPT, "%s", lies[i].what);
    }
    image_edit_remove(&edit, &fixture->seed, RUF_SECTION_BLOCKED);
    cr_expect_eq(list(fixture, &err), RUF_E_CORRUPT, "counted, but not there");
    image_edit_close(&edit);
    fixture_destroy(fixture);
}

Test(blocked, are_not_built_unless_they_ascend_and_fit)
{
    struct image_fixture *fixture = fixture_create(54, 1, 1);
    static ruf_e164 wrong[RUF_BLOCKED_MAX + 1];

    fixture_write(fixture);
    fixture->extras.blocked = wrong;
    fixture->extras.blocked_count = 2;
    wrong[0] = wrong[1] = UINT64_C(493023125001);
    cr_assert_neq(fixture_build(fixture, fixture->path, NULL), RUF_OK);
    wrong[1] = RUF_E164_MAX + 1;
    cr_assert_neq(fixture_build(fixture, fixture->path, NULL), RUF_OK);
    wrong[0] = RUF_BLOCKED_NUMBER_MIN - 1;
    wrong[1] = RUF_E164_MAX;
    cr_assert_neq(fixture_build(fixture, fixture->path, NULL), RUF_OK);
    fill_many();
    memcpy(wrong, many, sizeof(many));
    wrong[RUF_BLOCKED_MAX] = RUF_E164_MAX;
    fixture->extras.blocked_count = RUF_BLOCKED_MAX + 1;
    cr_assert_neq(fixture_build(fixture, fixture->path, NULL), RUF_OK);
    cr_assert_eq(ruf_index_verify(fixture->path, fixture->key, 0, NULL), RUF_OK,
                 "the old file is there");
    fixture_destroy(fixture);
}
