/*
 * test_gold.c - merging, judged by pairs whose truth is known
 *
 * Precision: of the pairs of records that were merged, the share that is one
 * person. Recall: of the pairs of one person that carry an address or a number
 * of their own and whose names agree, the share that was merged. Both over the
 * committed set (seed 1) and over others.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "gold.h"
#include "indexer/contacts.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define PEOPLE 5000
#define PRECISION_MIN 0.9995
#define RECALL_MIN 0.97
#define SHARED_AFTER 3
#define SHARED_RECORDS 20

static struct gold gold;
static struct ruf_policy *policy;
static struct ruf_arena *arena;
static struct ruf_source_contact *contacts;
static struct ruf_people people;

static void set_up(void)
{
    struct ruf_error err;

    cr_assert(ruf_policy_parse(gold_policy, strlen(gold_policy), &policy, NULL,
                               &err) == RUF_OK,
              "%s", err.detail);
    cr_assert(ruf_arena_create(&arena, NULL) == RUF_OK);
}

static void tear_down(void)
{
    ruf_arena_destroy(arena);
    ruf_policy_destroy(policy);
    free(contacts);
    gold_free(&gold);
}

TestSuite(gold, .init = set_up, .fini = tear_down, .timeout = 120);

static void standardise(const struct gold_record *from,
                        struct ruf_source_contact *to)
{
    cr_assert(gold_standardise(from, policy, arena, to) == RUF_OK);
    for (size_t i = 0; i < to->number_count; i++)
        cr_assert_neq(to->numbers[i].e164, 0, "%.*s is no number",
                      (int)to->numbers[i].raw.size, to->numbers[i].raw.data);
}

static void merge(uint64_t seed)
{
    gold_make(&gold, seed, PEOPLE);
    contacts = calloc(gold.count, sizeof(*contacts));
    cr_assert(contacts != NULL);
    for (size_t i = 0; i < gold.count; i++)
        standardise(&gold.records[i], &contacts[i]);
    cr_assert(ruf_merge(contacts, gold.count, NULL, policy, arena, &people,
                        NULL, NULL) == RUF_OK);
}

/* --- truth
 * ------------------------------------------------------------------------------
 */

/* People and records that carry a number. */
struct carriers {
    uint32_t people;
    uint32_t records;
};

static struct carriers carriers_of(const struct gold_number *number)
{
    struct carriers carriers = { 0, 0 };
    uint32_t last = UINT32_MAX;

    for (size_t i = 0; i < gold.count; i++)
        for (size_t k = 0; k < gold.records[i].number_count; k++) {
            const struct gold_number *other = &gold.records[i].numbers[k];

            if (other->line != number->line || other->owner != number->owner)
                continue;
            carriers.records++;
            carriers.people += gold.records[i].person != last ? 1 : 0;
            last = gold.records[i].person;
        }
    return carriers;
}

static bool is_own(const struct gold_number *number)
{
    struct carriers carriers;

    if (number->line == GOLD_MAIN)
        return false;
    carriers = carriers_of(number);
    return carriers.people < SHARED_AFTER && carriers.records < SHARED_RECORDS;
}

static bool share_number(const struct gold_record *a,
                         const struct gold_record *b)
{
    for (size_t i = 0; i < a->number_count; i++)
        for (size_t k = 0; k < b->number_count; k++)
            if (a->numbers[i].line == b->numbers[k].line &&
                a->numbers[i].owner == b->numbers[k].owner &&
                is_own(&a->numbers[i]))
                return true;
    return false;
}

static bool share_address(const struct gold_record *a,
                          const struct gold_record *b)
{
    return a->mail[0] != '\0' && strcmp(a->mail, b->mail) == 0 &&
           strncmp(a->mail, "info@", 5) != 0;
}

/* Only a married name is another name. */
static bool names_agree(const struct gold_record *a,
                        const struct gold_record *b)
{
    return strncmp(a->family, "Geborene", 8) == 0
               ? strcmp(a->family, b->family) == 0
               : strncmp(b->family, "Geborene", 8) != 0;
}

struct score {
    size_t right;    /* merged, and one person */
    size_t wrong;    /* merged, but two */
    size_t expected; /* one person, with evidence */
    size_t found;    /* of these, merged */
    size_t missed[GOLD_KIND_COUNT];
};

/* The first few are worth reading. */
static void report_wrong(struct score *score, size_t a, size_t b)
{
    const struct gold_record *x = &gold.records[a];
    const struct gold_record *y = &gold.records[b];

    if (score->wrong++ < 5)
        printf("two people merged: %s (%s), %s (%s)\n", x->id,
               gold_kind_name(x->kind), y->id, gold_kind_name(y->kind));
}

static void score_merged(struct score *score, uint32_t *group)
{
    for (uint32_t i = 0; i < people.count; i++) {
        const struct ruf_person *person = &people.persons[i];

        for (size_t k = 0; k < person->member_count; k++) {
            size_t record = (size_t)(person->members[k] - contacts);

            group[record] = i;
            for (size_t m = 0; m < k; m++) {
                size_t other = (size_t)(person->members[m] - contacts);

                if (gold.records[record].person == gold.records[other].person)
                    score->right++;
                else
                    report_wrong(score, record, other);
            }
        }
    }
}

/* Records of one person stand together in the set. */
static void score_expected(struct score *score, const uint32_t *group)
{
    for (size_t i = 0; i < gold.count; i++)
        for (size_t k = i + 1;
             k < gold.count && gold.records[k].person == gold.records[i].person;
             k++) {
            const struct gold_record *a = &gold.records[i];
            const struct gold_record *b = &gold.records[k];

            if (!names_agree(a, b) ||
                !(share_address(a, b) || share_number(a, b)))
                continue;
            score->expected++;
            if (group[i] == group[k])
                score->found++;
            else
                score->missed[b->kind]++;
        }
}

static void expect_gates(uint64_t seed)
{
    struct score score = { 0 };
    uint32_t *group;
    double precision;
    double recall;

    merge(seed);
    group = calloc(gold.count, sizeof(*group));
    cr_assert(group != NULL);
    score_merged(&score, group);
    score_expected(&score, group);
    free(group);
    precision = (double)score.right / (double)(score.right + score.wrong);
    recall = (double)score.found / (double)score.expected;
    printf("seed %llu: %zu records, %zu merged pairs, precision %.5f, "
           "%zu pairs with evidence, recall %.4f",
           (unsigned long long)seed, gold.count, score.right + score.wrong,
           precision, score.expected, recall);
    for (int kind = 0; kind < GOLD_KIND_COUNT; kind++)
        if (score.missed[kind] > 0)
            printf(", missed %s %zu", gold_kind_name((enum gold_kind)kind),
                   score.missed[kind]);
    printf("\n");
    (void)fflush(stdout);
    cr_expect_gt(score.expected, 4000, "too few pairs to judge by");
    cr_expect_geq(precision, PRECISION_MIN);
    cr_expect_geq(recall, RECALL_MIN);
}

Test(gold, meets_the_gates_on_the_committed_set)
{
    expect_gates(1);
}

Test(gold, meets_the_gates_on_another_seed)
{
    expect_gates(20261124);
}

Test(gold, meets_the_gates_on_a_third_seed)
{
    expect_gates(77);
}

Test(gold, holds_every_kind_of_corruption)
{
    size_t counts[GOLD_KIND_COUNT] = { 0 };

    gold_make(&gold, 1, PEOPLE);
    for (size_t i = 0; i < gold.count; i++)
        counts[gold.records[i].kind]++;
    for (int kind = 0; kind < GOLD_KIND_COUNT; kind++)
        cr_expect_geq(counts[kind], 40, "%s: %zu",
                      gold_kind_name((enum gold_kind)kind), counts[kind]);
}

/* The generator may not drift away from what was judged before. */
Test(gold, makes_the_committed_set)
{
    FILE *file = fopen(TEST_DATA "/merge-gold.tsv", "rb");
    char *made = NULL;
    char *committed;
    size_t size = 0;
    FILE *out = open_memstream(&made, &size);

    cr_assert(file != NULL && out != NULL);
    gold_make(&gold, 1, PEOPLE);
    gold_print(&gold, out);
    cr_assert(fclose(out) == 0);
    committed = malloc(size + 1);
    cr_assert(committed != NULL);
    cr_assert_eq(fread(committed, 1, size + 1, file), size);
    cr_assert(memcmp(committed, made, size) == 0);
    (void)fclose(file);
    free(committed);
    free(made);
}
