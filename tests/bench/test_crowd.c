/*
 * test_crowd.c - the crowd the benches measure on, and their verdicts
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "bench/people.h"
#include <criterion/criterion.h>
#include <rufname/number.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_value(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;

    return (a > b) - (a < b);
}

/* The number parser is the oracle; far out in the crowd as well. */
Test(crowd, numbers_are_valid_under_the_plans)
{
    for (uint64_t at = 0; at < 30000000; at += at < 20000 ? 1 : 4999) {
        struct ruf_person_number numbers[PEOPLE_NUMBERS_MAX];
        size_t count = people_numbers(at, numbers);

        cr_assert(count >= 1 && count <= PEOPLE_NUMBERS_MAX);
        for (size_t i = 0; i < count; i++) {
            char text[RUF_E164_TEXT_SIZE];
            struct ruf_number number;
            size_t size = ruf_e164_format(numbers[i].e164, text);

            ruf_number_parse(text, size, NULL, &number);
            cr_assert(number.valid, "contact %llu: %s is not valid",
                      (unsigned long long)at, text);
            cr_assert_eq(number.key, numbers[i].e164);
        }
    }
}

/* Only switchboards are shared; three numbers a contact. */
Test(crowd, numbers_are_distinct)
{
    enum { PEOPLE = 200000 };
    uint64_t *all = calloc((size_t)PEOPLE * PEOPLE_NUMBERS_MAX, sizeof(*all));
    size_t count = 0;

    cr_assert_not_null(all);
    for (uint64_t at = 0; at < PEOPLE; at++) {
        struct ruf_person_number numbers[PEOPLE_NUMBERS_MAX];
        size_t got = people_numbers(at, numbers);

        for (size_t i = 0; i < got; i++)
            if (numbers[i].kind != RUF_KIND_MAIN)
                all[count++] = numbers[i].e164;
    }
    cr_assert(count > PEOPLE * 28 / 10 && count < PEOPLE * 32 / 10, "%zu",
              count);
    qsort(all, count, sizeof(*all), by_value);
    for (size_t i = 1; i < count; i++)
        cr_assert_neq(all[i], all[i - 1], "%llu twice",
                      (unsigned long long)all[i]);
    free(all);
}

static int by_text(const void *left, const void *right)
{
    return strcmp(left, right);
}

/* The most common family name has about one contact in a hundred; there are
 * tens of thousands of them. */
Test(crowd, family_names_have_a_long_tail)
{
    enum { PEOPLE = 100000, ROOM = 64 };
    char *names = calloc(PEOPLE, ROOM);
    struct ruf_arena *arena;
    size_t distinct = 0;
    size_t longest = 0;
    size_t run = 0;

    cr_assert_not_null(names);
    cr_assert_eq(ruf_arena_create(&arena, NULL), RUF_OK);
    for (size_t at = 0; at < PEOPLE; at++) {
        struct ruf_person person;

        people_make(at, arena, &person);
        (void)snprintf(names + at * ROOM, ROOM, "%.*s", (int)person.family.size,
                       person.family.data);
        ruf_arena_reset(arena);
    }
    qsort(names, PEOPLE, ROOM, by_text);
    for (size_t i = 0; i < PEOPLE; i++) {
        bool same =
            i > 0 && strcmp(names + i * ROOM, names + (i - 1) * ROOM) == 0;

        run = same ? run + 1 : 1;
        distinct += same ? 0 : 1;
        longest = run > longest ? run : longest;
    }
    cr_assert(distinct > 15000 && distinct < 60000, "%zu names", distinct);
    cr_assert(longest > PEOPLE / 200 && longest < PEOPLE / 50, "%zu times",
              longest);
    ruf_arena_destroy(arena);
    free(names);
}

Test(crowd, a_contact_can_be_made_again)
{
    struct ruf_arena *arena;
    struct ruf_person first;
    struct ruf_person again;
    struct ruf_person other;

    cr_assert_eq(ruf_arena_create(&arena, NULL), RUF_OK);
    people_make(12345, arena, &first);
    people_make(12346, arena, &other);
    people_make(12345, arena, &again);
    cr_assert(ruf_text_equal(first.display, again.display));
    cr_assert(ruf_text_equal(first.company, again.company));
    cr_assert_eq(first.number_count, again.number_count);
    cr_assert_eq(first.numbers[0].e164, again.numbers[0].e164);
    cr_assert_neq(first.numbers[0].e164, other.numbers[0].e164);
    ruf_arena_destroy(arena);
}

static void print(struct bench *bench, const char *variant, uint64_t checksum)
{
    struct bench_row row = { "test", variant, 1, "ns", 0, checksum };
    struct bench_summary summary = bench_single(1);

    bench_print(bench, &row, &summary);
}

Test(verdict, a_wrong_answer_fails_the_run_even_if_it_is_not_printed)
{
    struct bench bench = { .filter = "nothing" };

    bench_group(&bench);
    print(&bench, "one", 7);
    print(&bench, "not comparable", 0);
    print(&bench, "two", 7);
    cr_assert_not(bench.failed);
    print(&bench, "three", 8);
    cr_assert(bench.failed);
}

Test(verdict, percentiles_are_nearest_ranks)
{
    struct bench_samples samples = { 0 };
    struct bench_summary summary;

    for (int i = 1000; i >= 0; i--)
        samples_add(&samples, i);
    summary = samples_summarise(&samples);
    cr_assert_eq(summary.min, 0);
    cr_assert_eq(summary.median, 500);
    cr_assert_eq(summary.p90, 900);
    cr_assert_eq(summary.p99, 990);
    cr_assert_eq(summary.p999, 999);
    cr_assert_eq(summary.samples, 1001);
    cr_assert(summary.cv > 0.57 && summary.cv < 0.58);
    samples_free(&samples);
}
