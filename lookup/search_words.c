/*
 * lookup/search_words.c - contacts by the beginnings of their words
 *
 * One word: field by field in the order of tiers, the contacts of best rank
 * from the lists of all texts that hold it; a list whose first contact is
 * worse than the worst kept is never opened. Several words: the rarest one
 * proposes contacts, the columns tell whether the others are there.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "lookup/search_private.h"
#include <limits.h>
#include <string.h>

/* Contacts that are gone through without further thought. */
#define FEW_CONTACTS 4096

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
        for (uint32_t text = range->first; text < range->end; text++)
            ruf_search_top_text(s, field, text);
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

/* The word with the least cost proposes; the first one of equals. */
static uint64_t rarest(struct search_reading *reading,
                       enum ruf_search_column last)
{
    uint64_t least = UINT64_MAX;

    for (size_t i = 0; i < reading->count; i++) {
        uint64_t cost = cost_of(&reading->words[i], last);

        if (cost < least) {
            least = cost;
            reading->driver = i;
        }
    }
    return least;
}

/* All words but those two; SIZE_MAX: no such word. */
static void make_filter(struct search_scratch *s,
                        struct search_reading *reading, size_t but,
                        size_t but_too, enum ruf_search_column last,
                        struct search_filter *out)
{
    size_t count = 0;

    out->marked = NULL;
    out->count = 0;
    for (size_t i = 0; i < reading->count; i++) {
        /* From the rarest word on, as it turns most contacts away. */
        size_t which = (reading->driver + i) % reading->count;
        struct search_word *word = &reading->words[which];

        if (which == but || which == but_too)
            continue;
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

    if (filter->marked != NULL &&
        (filter->marked[contact / 64] >> contact % 64 & 1) == 0)
        return false;
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

/* A walk through the contacts of texts: they are marked, or graded and
 * offered. */
struct walk {
    bool marks;
    const struct search_filter *filter;
    enum ruf_search_column last;
    unsigned tier;
};

/* The contacts of one text, graded and offered, as far as one of this tier, the
 * best still to come, could enter. */
HOT_INLINE bool offer_text(struct search_scratch *s,
                           const struct search_field *field, uint32_t text,
                           const struct walk *walk)
{
    struct search_places places = ruf_search_places(field, text, text + 1);
    uint64_t steps = 0;

    for (; places.next < places.end; steps++) {
        uint32_t contact = ruf_search_next(field, &places);

        if (contact >= s->tables.contacts ||
            ruf_search_settled_at(s, walk->tier, contact))
            break; /* nor can what follows, of a worse rank */
        if (passes(walk->filter, contact))
            ruf_search_offer(s, ruf_search_grade(s, contact, walk->last),
                             contact);
        if (steps % 1024 == 1023 && !ruf_search_spend(s, 1024, walk->tier))
            return false;
    }
    return ruf_search_spend(s, steps % 1024 + 1, walk->tier);
}

static void mark_texts(struct search_scratch *s,
                       const struct search_field *field, uint32_t first,
                       uint32_t end)
{
    struct search_places places = ruf_search_places(field, first, end);

    while (places.next < places.end) {
        uint32_t contact = ruf_search_next(field, &places);

        if (contact < s->tables.contacts)
            s->marks[contact / 64] |= UINT64_C(1) << contact % 64;
    }
}

/* Texts of one word that follow one another, and so do their contacts. */
HOT_INLINE bool walk_singles(struct search_scratch *s,
                             const struct search_field *field, uint32_t first,
                             uint32_t end, const struct walk *walk)
{
    if (walk->marks) {
        if (first < end)
            mark_texts(s, field, first, end);
        return true;
    }
    for (uint32_t text = first; text < end; text++)
        if (!offer_text(s, field, text, walk))
            return false;
    return true;
}

/* Texts of several words. */
HOT_INLINE bool walk_pairs(struct search_scratch *s,
                           const struct search_field *field, uint32_t first,
                           uint32_t end, const struct walk *walk)
{
    for (uint32_t k = first; k < end; k++) {
        uint32_t text = ruf_search_item(&field->pair_texts, k);

        if (text < field->text_count &&
            !walk_singles(s, field, text, text + 1, walk))
            return false;
    }
    return true;
}

/* Pairs of the word itself, not of those it begins. */
static uint32_t exact_end(const struct search_field *field,
                          const struct search_form *form,
                          const struct search_range *range)
{
    return form->span.exact
               ? ruf_search_bound(&field->pair_words, range->pair_first,
                                  range->pair_end, form->span.first + 1)
               : range->pair_first;
}

/* The lists of a word, in columns up to the walk's last. */
HOT_INLINE bool walk_word(struct search_scratch *s,
                          const struct search_word *word, bool exact_only,
                          const struct walk *walk)
{
    for (unsigned column = 0; column <= walk->last; column++)
        for (size_t i = 0; i < word->form_count; i++) {
            const struct search_field *field = &s->tables.fields[column];
            const struct search_form *form = &word->forms[i];
            const struct search_range *range = &form->ranges[column];
            uint32_t end = exact_only ? range->exact : range->end;
            uint32_t pair_end =
                exact_only ? exact_end(field, form, range) : range->pair_end;

            if (!walk_singles(s, field, range->first, end, walk) ||
                !walk_pairs(s, field, range->pair_first, pair_end, walk))
                return false;
        }
    return true;
}

/* Looking a contact up in the columns costs this many times a step through a
 * list: if the next rare word has no more contacts, mark them all. */
#define MARKS_WORTH 10

/* The rarest word but the driver, if its contacts are worth marking. */
static size_t word_to_mark(const struct search_reading *reading,
                           enum ruf_search_column last)
{
    uint64_t limit =
        MARKS_WORTH * cost_of(&reading->words[reading->driver], last);
    size_t best = SIZE_MAX;

    for (size_t i = 0; i < reading->count; i++) {
        uint64_t cost = cost_of(&reading->words[i], last);

        if (i != reading->driver && cost <= limit) {
            limit = cost;
            best = i;
        }
    }
    return best;
}

/* Contacts of the driver that have the other words, too. */
static bool offer_word(struct search_scratch *s, struct search_reading *reading,
                       enum ruf_search_column last, bool exact_only,
                       unsigned tier)
{
    const struct walk offer = { false, &s->filter, last, tier };
    const struct walk mark = { true, NULL, last, tier };
    size_t marked = word_to_mark(reading, last);

    make_filter(s, reading, reading->driver, marked, last, &s->filter);
    if (marked != SIZE_MAX) {
        const struct search_word *word = &reading->words[marked];

        if (!ruf_search_spend(s, cost_of(word, last) / MARKS_WORTH, tier))
            return false;
        memset(s->marks, 0, ((size_t)s->tables.contacts + 63) / 64 * 8);
        (void)walk_word(s, word, false, &mark);
        s->filter.marked = s->marks;
    }
    return walk_word(s, &reading->words[reading->driver], exact_only, &offer);
}

/* Contacts whose name is made up of these very words. */
static bool offer_full_names(struct search_scratch *s,
                             struct search_reading *reading)
{
    for (size_t i = 0; i < reading->count; i++) {
        const struct search_word *word = &reading->words[i];
        bool exact = false;

        for (size_t k = 0; k < word->form_count; k++)
            exact = exact || word->forms[k].span.exact;
        if (!exact)
            return true;
    }
    (void)rarest(reading, RUF_COLUMN_GIVEN);
    return offer_word(s, reading, RUF_COLUMN_GIVEN, true, RUF_TIER_FULL_NAME);
}

/* Frequent words meet often: then the first contacts hold enough of them. */
struct scan {
    uint32_t probe; /* from here on it is given up if hits come too slowly */
    uint32_t limit;
};

/* Looking at a contact by rank costs as much as at one of the rarest word. */
static struct scan plan_scan(struct search_scratch *s,
                             struct search_reading *reading,
                             enum ruf_search_column last, uint64_t cost)
{
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
static bool scan_ranks(struct search_scratch *s, struct search_reading *reading,
                       struct scan scan, enum ruf_search_column last,
                       unsigned tier)
{
    size_t before = s->count;

    make_filter(s, reading, SIZE_MAX, SIZE_MAX, last, &s->filter);
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

/* @return true if the answer is settled, or the work spent. */
static bool run_phase(struct search_scratch *s, struct search_reading *reading,
                      enum ruf_search_column last, unsigned tier)
{
    uint64_t cost = rarest(reading, last);

    return scan_ranks(s, reading, plan_scan(s, reading, last, cost), last,
                      tier) ||
           !offer_word(s, reading, last, false, tier) ||
           ruf_search_settled(s, tier);
}

static void several_words(struct search_scratch *s,
                          struct search_reading *reading)
{
    unsigned done = 0; /* columns */

    if (!may_hold(reading, UINT_MAX))
        return;
    find_costs(s, reading);
    if (!offer_full_names(s, reading) ||
        ruf_search_settled(s, RUF_TIER_FULL_NAME))
        return;
    for (size_t p = 0; p < PHASE_COUNT; p++) {
        enum ruf_search_column last = phases[p].last;
        unsigned columns;

        /* Behind the names one walk will do if it is short. */
        if (p > 0 && rarest(reading, RUF_COLUMN_DOMAIN) <= FEW_CONTACTS)
            last = RUF_COLUMN_DOMAIN;
        columns = (2u << last) - 1;
        if (adds_any(reading, columns & ~done) && may_hold(reading, columns) &&
            run_phase(s, reading, last, phases[p].tier))
            return;
        done = columns;
        if (last == RUF_COLUMN_DOMAIN)
            return;
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
