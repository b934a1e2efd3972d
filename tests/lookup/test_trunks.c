/*
 * test_trunks.c - unknown numbers below the prefix of a company
 *
 * The oracle compares digits as text, trunk by trunk.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/image_sections.h"
#include "base/text.h"
#include "tests/support/image_edit.h"
#include "tests/support/image_fixture.h"
#include <criterion/criterion.h>
#include <rufname/index.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const enum ruf_index_mode modes[] = { RUF_INDEX_RESIDENT,
                                             RUF_INDEX_ON_DEMAND };

/* --- oracle -----------------------------------------------------------------
 */

static bool is_held(const struct ruf_trunks *trunks, ruf_e164 number)
{
    for (size_t i = 0; i < trunks->held_count; i++)
        if (trunks->held[i] == number)
            return true;
    return false;
}

static const struct ruf_trunk *scan_for(const struct ruf_trunks *trunks,
                                        ruf_e164 number)
{
    char digits[24];
    char prefix[24];
    size_t size = (size_t)snprintf(digits, sizeof(digits), "%llu",
                                   (unsigned long long)number);

    for (size_t i = 0; i < trunks->count; i++) {
        const struct ruf_trunk *trunk = &trunks->trunks[i];
        size_t own = (size_t)snprintf(prefix, sizeof(prefix), "%llu",
                                      (unsigned long long)trunk->prefix);

        if (size > own && size - own <= trunk->extension_max &&
            memcmp(digits, prefix, own) == 0)
            return is_held(trunks, number) ? NULL : trunk;
    }
    return NULL;
}

static void expect(const struct ruf_trunks *trunks,
                   const struct ruf_caller *caller, ruf_e164 number)
{
    const struct ruf_trunk *trunk = scan_for(trunks, number);

    cr_assert_eq(caller->known, trunk != NULL, "%llu",
                 (unsigned long long)number);
    cr_assert_eq(caller->approximate, trunk != NULL);
    cr_assert_eq(caller->contact_count, 0);
    if (trunk != NULL)
        cr_assert(ruf_text_equal(caller->label, trunk->label));
    else
        cr_assert_eq(caller->label.size, 0);
}

static void ask(struct ruf_query *query, const struct ruf_trunks *trunks,
                ruf_e164 number)
{
    struct ruf_caller caller;

    cr_assert_eq(ruf_query_lookup(query, number, &caller, NULL), RUF_OK);
    expect(trunks, &caller, number);
}

/* --- answers
 * ------------------------------------------------------------------
 */

static void ask_around(struct ruf_query *query, const struct ruf_trunks *trunks,
                       const struct ruf_trunk *trunk)
{
    ruf_e164 number = trunk->prefix;

    for (unsigned i = 0; i <= trunk->extension_max + 1; i++) {
        ask(query, trunks, number);
        ask(query, trunks, number - 1);
        ask(query, trunks, number + 9);
        if (number > RUF_E164_MAX / 10)
            break;
        number *= 10;
    }
}

Test(trunk_lookup, names_the_company_in_both_modes)
{
    struct image_fixture *fixture = fixture_create(41, 5, 20);
    const struct ruf_trunks *trunks = &fixture->trunks;

    fixture_write(fixture);
    for (size_t m = 0; m < 2; m++) {
        struct ruf_index *index = fixture_open(fixture, modes[m]);
        struct ruf_index_info info;
        struct ruf_query *query;

        ruf_index_describe(index, &info);
        cr_assert_eq(info.trunk_count, 3);
        cr_assert_eq(ruf_query_create(index, &query, NULL), RUF_OK);
        for (size_t i = 0; i < trunks->count; i++)
            ask_around(query, trunks, &trunks->trunks[i]);
        for (size_t i = 0; i < trunks->held_count; i++) {
            ask(query, trunks, trunks->held[i]);
            ask(query, trunks, trunks->held[i] + 1);
        }
        ask(query, trunks, 0);
        ask(query, trunks, 1);
        ask(query, trunks, RUF_E164_MAX);
        ask(query, trunks, UINT64_MAX);
        ruf_query_destroy(query);
        ruf_index_close(index);
    }
    fixture_destroy(fixture);
}

Test(trunk_lookup, of_a_known_number_is_not_asked)
{
    struct image_fixture *fixture = fixture_create(42, 1, 1);
    ruf_e164 number = fixture->entries.entries[0].number;
    struct ruf_trunk trunk = { number / 1000,           9, 3,
                               ruf_text("~ Muster AG"), 3, 0 };

    fixture->trunks = (struct ruf_trunks){ &trunk, 1, NULL, 0 };
    fixture_write(fixture);
    for (size_t m = 0; m < 2; m++) {
        struct ruf_index *index = fixture_open(fixture, modes[m]);
        struct ruf_caller caller;
        struct ruf_query *query;

        cr_assert_eq(ruf_query_create(index, &query, NULL), RUF_OK);
        cr_assert_eq(ruf_query_lookup(query, number, &caller, NULL), RUF_OK);
        cr_assert(caller.known && !caller.approximate);
        cr_assert_eq(caller.contact_count, 1);
        ask(query, &fixture->trunks, number + 1);
        ruf_query_destroy(query);
        ruf_index_close(index);
    }
    fixture_destroy(fixture);
}

/* An unknown extension that is emitted: in the list, but nobody's. */
Test(trunk_lookup, tells_emitted_extensions_apart)
{
    struct image_fixture *fixture = fixture_create(43, 3, 6);
    struct ruf_labelled_entry *entry = &fixture->entries.entries[2];

    entry->owner_count = 0;
    entry->label = ruf_text("~ Muster AG");
    fixture_write(fixture);
    for (size_t m = 0; m < 2; m++) {
        struct ruf_index *index = fixture_open(fixture, modes[m]);
        struct ruf_caller callers[2];
        struct ruf_query *query;
        ruf_e164 both[] = { entry->number, fixture->entries.entries[3].number };
        size_t done;

        cr_assert_eq(ruf_query_create(index, &query, NULL), RUF_OK);
        for (size_t at = 0; at < 2; at++) {
            /* Both ways of asking have an answer of their own. */
            cr_assert_eq(ruf_query_lookup_many(query, &both[at], 1, &callers[0],
                                               &done, NULL),
                         RUF_OK);
            cr_assert_eq(callers[0].approximate, at == 0);
            cr_assert_eq(ruf_query_lookup(query, both[at], &callers[1], NULL),
                         RUF_OK);
            cr_assert_eq(callers[1].approximate, at == 0);
            cr_assert(callers[0].known && callers[1].known);
            cr_assert_eq(ruf_text_is(callers[1].label, "~ Muster AG"), at == 0);
        }
        ruf_query_destroy(query);
        ruf_index_close(index);
    }
    fixture_destroy(fixture);
}

/* Many trunks of all lengths, so that the search has to be right. */
static void fill_trunks(struct image_fixture *fixture, struct ruf_trunk *list,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        unsigned digits = 7 + (unsigned)fixture_random(fixture, 8);
        char label[32];
        int size = snprintf(label, sizeof(label), "~ Firma %zu", i);

        list[i] = (struct ruf_trunk){
            .prefix = 990000 + i,
            .digits = digits,
            .extension_max = 1 + (unsigned)fixture_random(fixture, 4),
        };
        for (unsigned k = 6; k < digits; k++)
            list[i].prefix = list[i].prefix * 10 + fixture_random(fixture, 10);
        list[i].label.data =
            ruf_arena_copy(fixture->arena, label, (size_t)size);
        list[i].label.size = (size_t)size;
    }
    fixture->trunks = (struct ruf_trunks){ list, count, NULL, 0 };
}

Test(trunk_lookup, agrees_with_a_linear_scan)
{
    static struct ruf_trunk list[1500];

    for (size_t count = 1; count <= 1500; count = count * 3 + 1) {
        struct image_fixture *fixture = fixture_create(44 + count, 2, 4);

        fill_trunks(fixture, list, count);
        fixture_write(fixture);
        cr_assert_eq(ruf_index_verify(fixture->path, fixture->key, 0, NULL),
                     RUF_OK);
        for (size_t m = 0; m < 2; m++) {
            struct ruf_index *index = fixture_open(fixture, modes[m]);
            struct ruf_query *query;

            cr_assert_eq(ruf_query_create(index, &query, NULL), RUF_OK);
            for (size_t i = 0; i < count; i += 1 + count / 40)
                ask_around(query, &fixture->trunks, &list[i]);
            ruf_query_destroy(query);
            ruf_index_close(index);
        }
        fixture_destroy(fixture);
    }
}

Test(trunk_lookup, answers_in_batches_as_one_by_one)
{
    struct image_fixture *fixture = fixture_create(45, 3, 6);
    ruf_e164 numbers[12];
    struct ruf_caller callers[12];
    size_t done;

    for (size_t i = 0; i < 12; i++)
        numbers[i] = fixture->trunks.trunks[i % 3].prefix * 10 + i / 3;
    fixture_write(fixture);
    for (size_t m = 0; m < 2; m++) {
        struct ruf_index *index = fixture_open(fixture, modes[m]);
        struct ruf_query *query;

        cr_assert_eq(ruf_query_create(index, &query, NULL), RUF_OK);
        for (size_t at = 0; at < 12; at += done) {
            cr_assert_eq(ruf_query_lookup_many(query, numbers + at, 12 - at,
                                               callers, &done, NULL),
                         RUF_OK);
            cr_assert(done > 0);
            for (size_t i = 0; i < done; i++)
                expect(&fixture->trunks, &callers[i], numbers[at + i]);
        }
        ruf_query_destroy(query);
        ruf_index_close(index);
    }
    fixture_destroy(fixture);
}

/* --- images that lie
 * ------------------------------------------------------------------------ */

struct lie {
    const char *what;
    size_t offset;
    uint8_t bytes[8];
    size_t size;
    bool seen_by_lookup;
};

/* One malformed sample per rule of the section. */
static const struct lie lies[] = {
    { "no digits", 8, { 0 }, 1, true },
    { "more digits than a number has", 8, { 19 }, 1, true },
    { "nothing may follow", 9, { 0 }, 1, false },
    { "more may follow than a number has", 9, { 10 }, 1, false },
    { "a label of no bytes", 10, { 0, 0 }, 2, true },
    { "a label of 481 bytes", 10, { 0xE1, 1 }, 2, true },
    { "a label beyond the labels", 12, { 40 }, 1, true },
    { "a label far beyond", 12, { 0xFF, 0xFF, 0xFF, 0xFF }, 4, true },
    { "a prefix longer than its digits", 0, { 1 }, 1, false },
    { "out of order", 16, { 0, 0, 0, 0, 0, 0, 0, 0 }, 8, false },
    { "a prefix within another", 16, { 0, 0, 0, 0, 0, 0, 0, 0x7F }, 8, false },
    { "held numbers out of order",
      48,
      { 0, 0, 0, 0, 0, 0, 0, 0x7F },
      8,
      false },
};

Test(trunk_lookup, tells_an_image_that_lies)
{
    struct image_fixture *fixture = fixture_create(46, 3, 6);
    struct image_edit edit;
    struct ruf_error err;

    fixture_write(fixture);
    image_edit_open(&edit, fixture->path, fixture->key);
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        const struct lie *lie = &lies[i];

        image_edit_write(&edit, &fixture->seed, RUF_SECTION_TRUNKS, lie->offset,
                         lie->bytes, lie->size);
        cr_expect_eq(ruf_index_verify(fixture->path, fixture->key, 0, &err),
                     RUF_E_CORRUPT, "%s", lie->what);
        cr_expect_str_eq(err.id, "D706", "%s", lie->what);
        for (size_t m = 0; m < 2; m++) {
            struct ruf_index *index = fixture_open(fixture, modes[m]);
            struct ruf_caller caller;
            struct ruf_query *query;
            enum ruf_status status;

            cr_assert_eq(ruf_query_create(index, &query, NULL), RUF_OK);
            status =
                ruf_query_lookup(query, UINT64_C(441134960123), &caller, &err);
            cr_expect_eq(status == RUF_E_CORRUPT, lie->seen_by_lookup, "%s",
                         lie->what);
            ruf_query_destroy(query);
            ruf_index_close(index);
        }
    }
    image_edit_close(&edit);
    fixture_destroy(fixture);
}

/* Counts in META that the section cannot hold, or a section that is gone. */
Test(trunk_lookup, refuses_counts_that_do_not_fit)
{
    static const uint8_t many[] = { 0xFF, 0xFF, 0xFF, 0xFF };
    struct image_fixture *fixture = fixture_create(47, 3, 6);
    struct image_edit edit;
    struct ruf_error err;

    fixture_write(fixture);
    image_edit_open(&edit, fixture->path, fixture->key);
    for (size_t i = 0; i < 3; i++) {
        image_edit_write(&edit, &fixture->seed, RUF_SECTION_META, 300 + 4 * i,
                         many, 4);
        cr_assert_eq(ruf_index_verify(fixture->path, fixture->key, 0, &err),
                     RUF_E_CORRUPT);
        cr_assert_str_eq(err.id, "D706");
    }
    image_edit_remove(&edit, &fixture->seed, RUF_SECTION_TRUNKS);
    cr_assert_eq(ruf_index_verify(fixture->path, fixture->key, 0, &err),
                 RUF_E_CORRUPT);
    cr_assert_str_eq(err.id, "D706");
    image_edit_close(&edit);
    fixture_destroy(fixture);
}
