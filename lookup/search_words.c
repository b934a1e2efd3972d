/*
 * lookup/search_words.c - contacts by the beginnings of their words
 *
 * One word: field by field in the order of tiers, the contacts of best rank
 * from the lists of all texts that hold it; a list whose first contact is
 * worse than the worst kept is never opened. Several words: contacts that have
 * the two rarest of them, column by column in the same order (search_join.c).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "lookup/search_private.h"
#include <limits.h>
#include <string.h>

static const struct {
    enum ruf_search_tier tier;
    enum ruf_search_column first;
    enum ruf_search_column last;
} groups[] = {
    { RUF_TIER_FAMILY, RUF_COLUMN_FAMILY, RUF_COLUMN_FAMILY },
    { RUF_TIER_GIVEN, RUF_COLUMN_GIVEN, RUF_COLUMN_GIVEN },
    { RUF_TIER_INITIALS, RUF_COLUMN_INITIALS, RUF_COLUMN_INITIALS },
    { RUF_TIER_COMPANY, RUF_COLUMN_COMPANY, RUF_COLUMN_COMPANY },
    { RUF_TIER_POSITION, RUF_COLUMN_DEPARTMENT, RUF_COLUMN_TITLE },
    { RUF_TIER_EMAIL, RUF_COLUMN_LOCAL, RUF_COLUMN_DOMAIN },
};
#define GROUP_COUNT (sizeof(groups) / sizeof(groups[0]))

/* Phases of several words: names, then worse and worse, one tier each (full
 * names are done before). */
static const struct {
    enum ruf_search_tier tier;
    enum ruf_search_column last;
} phases[] = {
    { RUF_TIER_TWO_WORDS, RUF_COLUMN_GIVEN },
    { RUF_TIER_INITIALS, RUF_COLUMN_INITIALS },
    { RUF_TIER_COMPANY, RUF_COLUMN_COMPANY },
    { RUF_TIER_POSITION, RUF_COLUMN_TITLE },
    { RUF_TIER_EMAIL, RUF_COLUMN_DOMAIN },
};
#define PHASE_COUNT (sizeof(phases) / sizeof(phases[0]))

/* --- one word
 * ---------------------------------------------------------------------- */

static bool collect_column(struct search_scratch *s, struct search_word *word,
                           enum ruf_search_column column, unsigned tier)
{
    const struct search_field *field = &s->tables.fields[column];

    for (size_t i = 0; i < word->form_count; i++) {
        const struct search_range *range =
            ruf_search_range(&s->tables, &word->forms[i], column);

        if (!ruf_search_spend(s,
                              (range->end - range->first +
                               (range->pair_end - range->pair_first)) /
                                  8,
                              tier))
            return false;
        ruf_search_top_texts(s, field, range->first, range->end);
        for (uint32_t k = range->pair_first; k < range->pair_end; k++)
            ruf_search_top_text(s, field,
                                ruf_search_item(&field->pair_texts, k));
    }
    return true;
}

static void one_word(struct search_scratch *s, struct search_word *word)
{
    for (size_t g = 0; g < GROUP_COUNT; g++) {
        ruf_search_top_start(s);
        for (unsigned column = groups[g].first; column <= groups[g].last;
             column++)
            if (!collect_column(s, word, (enum ruf_search_column)column,
                                groups[g].tier))
                return;
        if (!ruf_search_spend(s, s->top_count, groups[g].tier))
            return;
        for (size_t i = 0; i < s->top_count; i++)
            ruf_search_offer(s, ruf_search_grade(s, s->top[i], groups[g].last),
                             s->top[i]);
        if (ruf_search_settled(s, groups[g].tier))
            return;
    }
}

/* --- several words
 * ----------------------------------------------------------------- */

/* Contacts that pairs lead to: so many average texts of several words. */
static uint64_t cost_of_pairs(const struct search_field *field,
                              const struct search_range *range)
{
    uint32_t pairs = range->pair_end - range->pair_first;

    if (pairs == 0)
        return 0;
    return (uint64_t)pairs *
           ruf_search_listed(field, field->single_count, field->text_count) /
           (field->text_count - field->single_count + 1);
}

/* About the contacts that each word leads to in each column. */
static void find_costs(struct search_scratch *s, struct search_reading *reading)
{
    for (size_t i = 0; i < reading->count; i++)
        for (unsigned column = 0; column < RUF_COLUMN_COUNT; column++) {
            const struct search_field *field = &s->tables.fields[column];
            struct search_word *word = &reading->words[i];

            word->costs[column] = 0;
            for (size_t k = 0; k < word->form_count; k++) {
                const struct search_range *range =
                    &word->forms[k].ranges[column];

                word->costs[column] +=
                    ruf_search_listed(field, range->first, range->end) +
                    cost_of_pairs(field, range);
            }
        }
}

static uint64_t cost_of(const struct search_word *word,
                        enum ruf_search_column last)
{
    uint64_t cost = 0;

    for (unsigned column = 0; column <= last; column++)
        cost += word->costs[column];
    return cost;
}

/* The least cost of a word. */
static uint64_t least_cost(const struct search_reading *reading,
                           enum ruf_search_column last)
{
    uint64_t least = UINT64_MAX;

    for (size_t i = 0; i < reading->count; i++) {
        uint64_t cost = cost_of(&reading->words[i], last);

        least = cost < least ? cost : least;
    }
    return least;
}

/* The two rarest words, the rarest first. */
static struct search_pair rarest(struct search_reading *reading)
{
    struct search_pair pair = { .reading = reading };
    uint64_t costs[2] = { UINT64_MAX, UINT64_MAX };

    for (size_t i = 0; i < reading->count; i++) {
        struct search_word *word = &reading->words[i];
        uint64_t cost = cost_of(word, RUF_COLUMN_DOMAIN);
        size_t place = cost < costs[0] ? 0 : 1;

        if (cost >= costs[1])
            continue;
        if (place == 0) {
            costs[1] = costs[0];
            pair.words[1] = pair.words[0];
        }
        costs[place] = cost;
        pair.words[place] = word;
    }
    return pair;
}

static void make_filter(struct search_scratch *s,
                        const struct search_reading *reading,
                        enum ruf_search_column last, struct search_filter *out)
{
    size_t count = 0;

    out->count = 0;
    for (size_t i = 0; i < reading->count; i++) {
        const struct search_word *word = &reading->words[i];

        for (unsigned column = 0; column <= last; column++)
            for (size_t k = 0; k < word->form_count; k++) {
                const struct search_field *field = &s->tables.fields[column];
                const struct search_range *range =
                    &word->forms[k].ranges[column];

                if ((word->columns >> column & 1) != 0)
                    out->probes[count++] = (struct search_probe){
                        &field->column, range->first, range->end - range->first,
                        field->single_count, word->sieves[column]
                    };
            }
        out->ends[out->count++] = count;
    }
}

static inline bool probe_hits(const struct search_probe *probe,
                              uint32_t contact)
{
    uint32_t text = ruf_search_item(probe->column, contact) - 1;
    uint32_t bit = text % SEARCH_SIEVE_BITS;

    return text - probe->first < probe->count ||
           (text >= probe->single_count && text != UINT32_MAX &&
            (probe->sieve[bit / 64] >> bit % 64 & 1) != 0);
}

/* May all words be there? Lets too many through, never too few. */
HOT_INLINE bool passes(const struct search_filter *filter, uint32_t contact)
{
    size_t at = 0;

    for (size_t i = 0; i < filter->count; i++) {
        bool hit = false;

        for (; at < filter->ends[i] && !hit; at++)
            hit = probe_hits(&filter->probes[at], contact);
        if (!hit)
            return false;
        at = filter->ends[i];
    }
    return true;
}

/* Whether every word of the reading is one as it is. */
static bool are_exact(const struct search_reading *reading)
{
    for (size_t i = 0; i < reading->count; i++) {
        const struct search_word *word = &reading->words[i];
        bool exact = false;

        for (size_t k = 0; k < word->form_count; k++)
            exact = exact || word->forms[k].span.exact;
        if (!exact)
            return false;
    }
    return true;
}

/* Contacts whose name is made up of these very words. @return false if the
 * work is spent. */
static bool offer_full_names(struct search_scratch *s, struct search_pair pair)
{
    pair.tier = RUF_TIER_FULL_NAME;
    pair.exact_only = true;
    return !are_exact(pair.reading) ||
           ruf_search_join(s, &pair, RUF_COLUMN_FAMILY, RUF_COLUMN_GIVEN);
}

/* Frequent words meet often: then the first contacts hold enough of them. */
struct scan {
    uint32_t probe; /* from here on it is given up if hits come too slowly */
    uint32_t limit;
};

/* Looking at a contact by rank costs as much as at one of the rarest word. */
static struct scan plan_scan(const struct search_scratch *s,
                             const struct search_reading *reading,
                             enum ruf_search_column last)
{
    uint64_t cost = least_cost(reading, last);
    double contacts = s->tables.contacts;
    double share = 1;
    double expected;

    for (size_t i = 0; i < reading->count; i++) {
        double of_word = (double)cost_of(&reading->words[i], last);

        share *= of_word < contacts ? of_word / contacts : 1;
    }
    expected = share <= 0 ? contacts : 2 * (double)s->capacity / share;
    if (cost > s->tables.contacts)
        cost = s->tables.contacts;
    if (expected * 2 > (double)cost)
        return (struct scan){ 0, 0 };
    return (struct scan){ (uint32_t)(2 * expected), (uint32_t)cost / 2 };
}

/* Contacts in the order of rank, until no better one can come.
 * @return true if the answer is settled. */
static bool scan_ranks(struct search_scratch *s,
                       const struct search_reading *reading,
                       enum ruf_search_column last, unsigned tier)
{
    struct scan scan = plan_scan(s, reading, last);
    size_t before = s->count;

    if (scan.limit == 0)
        return false;
    make_filter(s, reading, last, &s->filter);
    for (uint32_t contact = 0; contact < scan.limit; contact++) {
        if (passes(&s->filter, contact))
            ruf_search_offer(s, ruf_search_grade(s, contact, last), contact);
        if (contact % 64 != 63)
            continue;
        if (ruf_search_settled_at(s, tier, contact))
            return true;
        if (!ruf_search_spend(s, 64, tier) ||
            (contact > scan.probe &&
             (uint64_t)contact * (s->capacity - before) >
                 2 * (uint64_t)scan.limit * (s->count - before)))
            return false;
    }
    return false;
}

/* Does every word stand in one of these columns, somewhere? */
static bool may_hold(const struct search_reading *reading, unsigned columns)
{
    for (size_t i = 0; i < reading->count; i++)
        if ((reading->words[i].columns & columns) == 0)
            return false;
    return true;
}

/* Does any? */
static bool adds_any(const struct search_reading *reading, unsigned columns)
{
    for (size_t i = 0; i < reading->count; i++)
        if ((reading->words[i].columns & columns) != 0)
            return true;
    return false;
}

static void several_words(struct search_scratch *s,
                          struct search_reading *reading)
{
    enum ruf_search_column first = RUF_COLUMN_FAMILY; /* not joined yet */
    struct search_pair pair;

    if (!may_hold(reading, UINT_MAX))
        return;
    find_costs(s, reading);
    pair = rarest(reading);
    if (!offer_full_names(s, pair) || ruf_search_settled(s, RUF_TIER_FULL_NAME))
        return;
    for (size_t p = 0; p < PHASE_COUNT; p++) {
        enum ruf_search_column last = phases[p].last;
        unsigned columns = (2u << last) - 1;

        pair.tier = phases[p].tier;
        if (!may_hold(reading, columns) ||
            !adds_any(reading, columns & ~((1u << first) - 1)))
            continue;
        if (scan_ranks(s, reading, last, pair.tier) ||
            !ruf_search_join(s, &pair, first, last) ||
            ruf_search_settled(s, pair.tier))
            return;
        first = last + 1;
    }
}

void ruf_search_words_stage(struct search_scratch *s)
{
    for (size_t i = 0; i < s->reading_count; i++)
        for (size_t k = 0; k < s->readings[i].count; k++)
            ruf_search_ranges(&s->tables, &s->readings[i].words[k]);
    for (size_t i = 0; i < ruf_search_boosted_count(s); i++)
        ruf_search_offer(
            s, ruf_search_grade(s, ruf_search_boosted(s, i), RUF_COLUMN_DOMAIN),
            ruf_search_boosted(s, i));
    for (size_t i = 0; i < s->reading_count; i++) {
        struct search_reading *reading = &s->readings[i];

        if (reading->count == 1)
            one_word(s, &reading->words[0]);
        else if (reading->count > 1)
            several_words(s, reading);
    }
}
