/*
 * lookup/search_match.c - does a contact have the words, and where?
 *
 * The words of a text are numbers in dictionary order, so "starts with" is a
 * range. Texts of one word are in that order themselves; of the others a sieve
 * turns most away.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "lookup/search_private.h"
#include <string.h>

/* --- texts of a word
 * --------------------------------------------------------------- */

/* Initials count as a whole word only. */
static struct search_span span_in(const struct search_form *form,
                                  enum ruf_search_column column)
{
    struct search_span span = form->span;

    if (column == RUF_COLUMN_INITIALS)
        span.end = span.first + (span.exact ? 1 : 0);
    return span;
}

static void find_range(const struct search_field *field,
                       struct search_span span, struct search_range *out)
{
    const struct search_array *singles = &field->singles;
    const struct search_array *pairs = &field->pair_words;

    out->known = true;
    out->first =
        ruf_search_bound_word(singles, field->single_ranks, span.first);
    out->end = ruf_search_bound_word(singles, field->single_ranks, span.end);
    out->exact = out->first;
    if (span.exact)
        out->exact =
            ruf_search_bound_word(singles, field->single_ranks, span.first + 1);
    out->pair_first =
        ruf_search_bound_word(pairs, field->pair_ranks, span.first);
    out->pair_end = ruf_search_bound_word(pairs, field->pair_ranks, span.end);
}

const struct search_range *ruf_search_range(const struct search_tables *tables,
                                            struct search_form *form,
                                            enum ruf_search_column column)
{
    struct search_range *range = &form->ranges[column];

    if (!range->known)
        find_range(&tables->fields[column], span_in(form, column), range);
    return range;
}

static void fill_sieve(const struct search_field *field,
                       const struct search_range *range,
                       uint64_t sieve[SEARCH_SIEVE_BITS / 64])
{
    if (range->pair_end - range->pair_first > SEARCH_SIEVE_FULL) {
        memset(sieve, 0xFF, SEARCH_SIEVE_BITS / 8);
        return;
    }
    for (uint32_t k = range->pair_first; k < range->pair_end; k++) {
        uint32_t bit =
            ruf_search_item(&field->pair_texts, k) % SEARCH_SIEVE_BITS;

        sieve[bit / 64] |= UINT64_C(1) << bit % 64;
    }
}

void ruf_search_ranges(const struct search_tables *tables,
                       struct search_word *word)
{
    word->columns = 0;
    memset(word->sieves, 0, sizeof(word->sieves));
    for (unsigned column = 0; column < RUF_COLUMN_COUNT; column++)
        for (size_t i = 0; i < word->form_count; i++) {
            const struct search_range *range = ruf_search_range(
                tables, &word->forms[i], (enum ruf_search_column)column);

            if (range->first < range->end ||
                range->pair_first < range->pair_end)
                word->columns |= 1u << column;
            fill_sieve(&tables->fields[column], range, word->sieves[column]);
        }
}

static enum search_match match_list(const struct search_field *field,
                                    const struct search_form *form,
                                    enum ruf_search_column column,
                                    uint32_t text)
{
    struct search_span span = span_in(form, column);
    enum search_match match = SEARCH_NO;
    uint32_t first;
    uint32_t end;

    if (!ruf_search_text_words(field, text, &first, &end))
        return SEARCH_NO;
    for (uint32_t i = first; i < end; i++) {
        uint32_t word = ruf_search_item(&field->words, i);

        if (word >= span.end)
            break;
        if (word == span.first && span.exact)
            return SEARCH_EXACT;
        if (word >= span.first)
            match = SEARCH_PREFIX;
    }
    return match;
}

enum search_match ruf_search_match_text(const struct search_tables *tables,
                                        struct search_word *word,
                                        enum ruf_search_column column,
                                        uint32_t text_plus_one)
{
    const struct search_field *field = &tables->fields[column];
    enum search_match best = SEARCH_NO;
    uint32_t text = text_plus_one - 1;

    if (text_plus_one == 0)
        return SEARCH_NO;
    for (size_t i = 0; i < word->form_count && best != SEARCH_EXACT; i++) {
        struct search_form *form = &word->forms[i];
        enum search_match match = SEARCH_NO;

        if (text < field->single_count) {
            const struct search_range *range =
                ruf_search_range(tables, form, column);

            if (text >= range->first && text < range->end)
                match = text < range->exact ? SEARCH_EXACT : SEARCH_PREFIX;
        } else if (form->span.first < form->span.end) {
            match = match_list(field, form, column, text);
        }
        best = match > best ? match : best;
    }
    return best;
}

/* --- grades
 * ------------------------------------------------------------------------ */

#define NAME_COLUMNS (1u << RUF_COLUMN_FAMILY | 1u << RUF_COLUMN_GIVEN)

/* Of texts with several words: does the sieve let this one through? */
static inline bool is_sieved(const struct search_word *word, unsigned column,
                             uint32_t text)
{
    uint32_t bit = text % SEARCH_SIEVE_BITS;

    return word->sieves[column][bit / 64] >> bit % 64 & 1;
}

/* Only columns where the word has texts at all are looked at. */
static inline enum search_match match_contact(const struct search_scratch *s,
                                              const struct search_word *word,
                                              unsigned column, uint32_t contact)
{
    const struct search_field *field = &s->tables.fields[column];
    enum search_match best = SEARCH_NO;
    uint32_t text;

    if ((word->columns >> column & 1) == 0)
        return SEARCH_NO;
    text = ruf_search_text_of(field, contact) - 1; /* none: beyond all */
    if (text >= field->single_count &&
        (text == UINT32_MAX || !is_sieved(word, column, text)))
        return SEARCH_NO;
    for (size_t i = 0; i < word->form_count; i++) {
        const struct search_range *range = &word->forms[i].ranges[column];
        enum search_match match = SEARCH_NO;

        if (text - range->first < range->end - range->first)
            match = text < range->exact ? SEARCH_EXACT : SEARCH_PREFIX;
        else if (text >= field->single_count)
            match = match_list(field, &word->forms[i],
                               (enum ruf_search_column)column, text);
        best = match > best ? match : best;
    }
    return best;
}

bool ruf_search_has_in(const struct search_scratch *s,
                       const struct search_word *word,
                       enum ruf_search_column column, uint32_t contact)
{
    return match_contact(s, word, column, contact) != SEARCH_NO;
}

static unsigned column_tier(enum ruf_search_column column)
{
    static const enum ruf_search_tier tiers[] = {
        RUF_TIER_FAMILY,  RUF_TIER_GIVEN,    RUF_TIER_INITIALS,
        RUF_TIER_COMPANY, RUF_TIER_POSITION, RUF_TIER_POSITION,
        RUF_TIER_EMAIL,   RUF_TIER_EMAIL,
    };

    return tiers[column];
}

/* The tier one word alone finds a contact in; columns as a set of bits. */
static unsigned grade_word(const struct search_scratch *s,
                           const struct search_word *word, uint32_t contact,
                           unsigned columns)
{
    for (columns &= word->columns; columns != 0; columns &= columns - 1) {
        unsigned column = (unsigned)__builtin_ctz(columns);

        if (match_contact(s, word, column, contact) != SEARCH_NO)
            return column_tier((enum ruf_search_column)column);
    }
    return SEARCH_TIER_NONE;
}

unsigned ruf_search_columns(const struct search_scratch *s,
                            const struct search_reading *reading,
                            uint32_t contact)
{
    unsigned found = 0;

    for (size_t i = 0; i < reading->count; i++) {
        const struct search_word *word = &reading->words[i];
        unsigned columns = word->columns & ~found;

        for (; columns != 0; columns &= columns - 1) {
            unsigned column = (unsigned)__builtin_ctz(columns);

            if (match_contact(s, word, column, contact) != SEARCH_NO)
                found |= 1u << column;
        }
    }
    return found;
}

bool ruf_search_has_word(const struct search_scratch *s,
                         const struct search_word *word, uint32_t contact)
{
    return grade_word(s, word, contact, word->columns) != SEARCH_TIER_NONE;
}

/* All words stand in the names: did they make up the whole name? */
static bool is_full_name(const struct search_scratch *s, unsigned exact_parts,
                         uint32_t contact)
{
    unsigned parts = 0;

    for (unsigned column = RUF_COLUMN_FAMILY; column <= RUF_COLUMN_GIVEN;
         column++)
        if (ruf_search_text_of(&s->tables.fields[column], contact) != 0)
            parts |= 1u << column;
    return parts == exact_parts;
}

static unsigned grade_words(const struct search_scratch *s,
                            const struct search_reading *reading,
                            uint32_t contact, unsigned columns)
{
    unsigned worst = RUF_TIER_TWO_WORDS;
    unsigned exact_parts = 0;
    bool exact = true;

    for (size_t i = 0; i < reading->count; i++) {
        const struct search_word *word = &reading->words[i];
        enum search_match family =
            match_contact(s, word, RUF_COLUMN_FAMILY, contact);
        enum search_match given =
            match_contact(s, word, RUF_COLUMN_GIVEN, contact);
        unsigned tier = RUF_TIER_TWO_WORDS;

        if (family == SEARCH_NO && given == SEARCH_NO)
            tier = grade_word(s, word, contact, columns & ~NAME_COLUMNS);
        worst = tier > worst ? tier : worst;
        if (worst == SEARCH_TIER_NONE)
            return worst;
        exact = exact && (family == SEARCH_EXACT || given == SEARCH_EXACT);
        exact_parts |= family == SEARCH_EXACT ? 1u << RUF_COLUMN_FAMILY : 0;
        exact_parts |= given == SEARCH_EXACT ? 1u << RUF_COLUMN_GIVEN : 0;
    }
    if (worst == RUF_TIER_TWO_WORDS && exact &&
        is_full_name(s, exact_parts, contact))
        return RUF_TIER_FULL_NAME;
    return worst;
}

/* The tier a reading finds a contact in, looking at columns up to 'last'. */
static unsigned grade(const struct search_scratch *s,
                      const struct search_reading *reading, uint32_t contact,
                      enum ruf_search_column last)
{
    unsigned columns = (2u << last) - 1;

    if (reading->count == 0)
        return SEARCH_TIER_NONE;
    if (reading->count == 1)
        return grade_word(s, &reading->words[0], contact, columns);
    return grade_words(s, reading, contact, columns);
}

/* The better of the readings. */
unsigned ruf_search_grade(const struct search_scratch *s, uint32_t contact,
                          enum ruf_search_column last)
{
    unsigned best = SEARCH_TIER_NONE;

    for (size_t i = 0; i < s->reading_count; i++) {
        unsigned tier = grade(s, &s->readings[i], contact, last);

        best = tier < best ? tier : best;
    }
    return best;
}

unsigned ruf_search_reading_tier(struct search_scratch *s,
                                 struct search_reading *reading,
                                 uint32_t contact, unsigned tier)
{
    if (tier >= RUF_TIER_TYPO)
        return ruf_search_loose_match(s, reading, tier, contact)
                   ? tier
                   : SEARCH_TIER_NONE;
    return grade(s, reading, contact, RUF_COLUMN_DOMAIN);
}
