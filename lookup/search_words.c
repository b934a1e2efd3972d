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

/* A walk through the lists of a reading's driver. */
struct walk {
    const struct search_reading *reading;
    enum ruf_search_column last;
    unsigned tier; /* no contact still to come earns a better one */
    bool exact_only;
    bool is_certain; /* what passes has just this tier */
};

/* The driver's columns come in the order of their tiers: a contact found in
 * this one has it in no better one, or was offered before. */
static unsigned tier_in(const struct search_scratch *s, const struct walk *walk,
                        uint32_t contact)
{
    if (walk->is_certain)
        return walk->tier;
    if (walk->exact_only)
        return ruf_search_grade(s, contact, walk->last);
    return ruf_search_grade_others(s, walk->reading, contact, walk->last,
                                   walk->tier);
}

/* The contacts of one text, as far as one of this tier could enter. */
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
        if (passes(&s->filter, contact))
            ruf_search_offer(s, tier_in(s, walk, contact), contact);
        if (steps % 1024 == 1023 && !ruf_search_spend(s, 1024, walk->tier))
            return false;
    }
    return ruf_search_spend(s, steps % 1024 + 1, walk->tier);
}

/* The marked ones of some contacts. No step depends on whether one is: the
 * processor could not guess. @return how many. */
static size_t keep_marked(struct search_scratch *s,
                          const struct search_field *field,
                          struct search_places places)
{
    const uint64_t *marked = s->filter.marked;
    size_t count = 0;

    while (places.next < places.end) {
        uint32_t contact = ruf_search_next(field, &places);

        if (contact > s->tables.contacts)
            contact = s->tables.contacts; /* which is never marked */
        s->kept[count] = contact;
        count += marked[contact / 64] >> contact % 64 & 1;
    }
    return count;
}

/* Contacts of texts that follow one another, as their lists do: they are gone
 * through as one, since most are two to five long. */
static bool offer_marked(struct search_scratch *s,
                         const struct search_field *field,
                         struct search_places places, const struct walk *walk)
{
    while (places.next < places.end) {
        uint32_t left = places.end - places.next;
        struct search_places some = { places.next, 0 };
        size_t count;

        some.end = some.next + (left < SEARCH_STRIDE ? left : SEARCH_STRIDE);
        count = keep_marked(s, field, some);
        for (size_t i = 0; i < count; i++) {
            uint32_t contact = s->kept[i];

            if (!ruf_search_settled_at(s, walk->tier, contact))
                ruf_search_offer(s, tier_in(s, walk, contact), contact);
        }
        if (!ruf_search_spend(s, some.end - some.next, walk->tier))
            return false;
        places.next = some.end;
    }
    return true;
}

/* Texts of one word. */
HOT_INLINE bool offer_singles(struct search_scratch *s,
                              const struct search_field *field, uint32_t first,
                              uint32_t end, const struct walk *walk)
{
    if (s->filter.marked != NULL && end > first + 1 &&
        ruf_search_listed(field, first, end) <= FEW_CONTACTS)
        return offer_marked(s, field, ruf_search_places(field, first, end),
                            walk);
    for (uint32_t text = first; text < end; text++)
        if (!offer_text(s, field, text, walk))
            return false;
    return true;
}

/* Texts of several words. */
HOT_INLINE bool offer_pairs(struct search_scratch *s,
                            const struct search_field *field, uint32_t first,
                            uint32_t end, const struct walk *walk)
{
    for (uint32_t k = first; k < end; k++) {
        uint32_t text = ruf_search_item(&field->pair_texts, k);

        if (text < field->text_count && !offer_text(s, field, text, walk))
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
               ? ruf_search_bound_word(&field->pair_words, field->pair_ranks,
                                       form->span.first + 1)
               : range->pair_first;
}

/* The lists of the driver, in columns up to the walk's last. */
static bool offer_driver(struct search_scratch *s, struct walk walk)
{
    const struct search_word *word = &walk.reading->words[walk.reading->driver];
    unsigned best = walk.tier;

    for (unsigned column = 0; column <= walk.last; column++)
        for (size_t i = 0; i < word->form_count; i++) {
            const struct search_field *field = &s->tables.fields[column];
            const struct search_form *form = &word->forms[i];
            const struct search_range *range = &form->ranges[column];
            uint32_t end = walk.exact_only ? range->exact : range->end;
            uint32_t pair_end = walk.exact_only ? exact_end(field, form, range)
                                                : range->pair_end;
            unsigned tier =
                ruf_search_column_tier((enum ruf_search_column)column);

            walk.tier = tier > best && !walk.exact_only ? tier : best;
            if (!offer_singles(s, field, range->first, end, &walk) ||
                !offer_pairs(s, field, range->pair_first, pair_end, &walk))
                return false;
        }
    return true;
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

/* The contacts of a word, in columns up to this one. An earlier phase, with
 * fewer columns, may have marked some. */
static void mark_word(struct search_scratch *s, const struct search_word *word,
                      enum ruf_search_column last)
{
    if (s->marked_word != word) {
        memset(s->marks, 0, ((size_t)s->tables.contacts + 63) / 64 * 8);
        s->marked_word = word;
        s->marked_columns = 0;
    }
    for (unsigned column = s->marked_columns; column <= last; column++)
        for (size_t i = 0; i < word->form_count; i++) {
            const struct search_field *field = &s->tables.fields[column];
            const struct search_range *range = &word->forms[i].ranges[column];

            if (range->first < range->end)
                mark_texts(s, field, range->first, range->end);
            for (uint32_t k = range->pair_first; k < range->pair_end; k++) {
                uint32_t text = ruf_search_item(&field->pair_texts, k);

                if (text < field->text_count)
                    mark_texts(s, field, text, text + 1);
            }
        }
    s->marked_columns = last + 1u;
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
    struct walk walk = { reading, last, tier, exact_only, false };
    size_t marked = word_to_mark(reading, last);

    make_filter(s, reading, reading->driver, marked, last, &s->filter);
    if (marked != SIZE_MAX) {
        const struct search_word *word = &reading->words[marked];

        if (!ruf_search_spend(s, cost_of(word, last) / MARKS_WORTH, tier))
            return false;
        mark_word(s, word, last);
        s->filter.marked = s->marks;
        walk.is_certain = tier == RUF_TIER_TWO_WORDS &&
                          last == RUF_COLUMN_GIVEN && s->filter.count == 0;
    }
    return offer_driver(s, walk);
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

/* How many contacts have all words in their names, some in the given and some
 * in the family name, if these meet by chance. */
static double expected_names(const struct search_scratch *s,
                             const struct search_reading *reading)
{
    double contacts = s->tables.contacts;
    double names = 1;
    double family = 1;
    double given = 1;

    for (size_t i = 0; i < reading->count; i++) {
        const uint64_t *costs = reading->words[i].costs;

        names *=
            (double)cost_of(&reading->words[i], RUF_COLUMN_GIVEN) / contacts;
        family *= (double)costs[RUF_COLUMN_FAMILY] / contacts;
        given *= (double)costs[RUF_COLUMN_GIVEN] / contacts;
    }
    return (names - family - given) * contacts;
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

        /* Behind the names, or if these will not do, one walk does if it is
         * short. */
        if ((p > 0 || expected_names(s, reading) < (double)s->capacity) &&
            rarest(reading, RUF_COLUMN_DOMAIN) <= FEW_CONTACTS)
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
