/*
 * lookup/search_join.c - contacts that have two words
 *
 * The contacts of one word in one column are gone through; whether they have
 * the other word in another column is told by the text they have there. Two
 * words in one column are two words of one text.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "lookup/search_private.h"
#include <string.h>

/* --- texts
 * ------------------------------------------------------------------------- */

/* Those with a word in a column, of one form. */
struct texts {
    const struct search_field *field;
    uint32_t first; /* of one word */
    uint32_t end;
    uint32_t pair_first; /* pairs of others */
    uint32_t pair_end;
};

/* Behind the pairs of the word itself, not of those it begins. */
static uint32_t exact_pairs(const struct search_field *field,
                            const struct search_form *form,
                            const struct search_range *range)
{
    return form->span.exact
               ? ruf_search_bound_word(&field->pair_words, field->pair_ranks,
                                       form->span.first + 1)
               : range->pair_first;
}

static struct texts texts_of(const struct search_scratch *s,
                             const struct search_form *form,
                             enum ruf_search_column column, bool exact_only)
{
    const struct search_field *field = &s->tables.fields[column];
    const struct search_range *range = &form->ranges[column];

    return (struct texts){
        field,
        range->first,
        exact_only ? range->exact : range->end,
        range->pair_first,
        exact_only ? exact_pairs(field, form, range) : range->pair_end,
    };
}

static void add_text(uint64_t *set, uint32_t text)
{
    uint32_t bit = (text + 1) % SEARCH_TEXT_BITS;

    set[bit / 64] |= UINT64_C(1) << bit % 64;
}

/* The texts that have a word in a column, and maybe some that have not. */
static void find_texts(struct search_scratch *s, const struct search_word *word,
                       enum ruf_search_column column)
{
    memset(s->texts, 0, sizeof(s->texts));
    for (size_t i = 0; i < word->form_count; i++) {
        struct texts texts = texts_of(s, &word->forms[i], column, false);
        uint32_t pairs = texts.pair_end - texts.pair_first;

        if (texts.end - texts.first + pairs > SEARCH_TEXT_BITS / 4) {
            memset(s->texts, 0xFF, sizeof(s->texts));
            return;
        }
        for (uint32_t text = texts.first; text < texts.end; text++)
            add_text(s->texts, text);
        for (uint32_t k = texts.pair_first; k < texts.pair_end; k++)
            add_text(s->texts, ruf_search_item(&texts.field->pair_texts, k));
    }
}

/* --- two columns
 * ------------------------------------------------------------------------ */

struct join {
    struct search_scratch *s;
    const struct search_pair *pair;
    const struct search_word *other; /* looked up */
    enum ruf_search_column column;   /* of the other */
};

/* A contact with both words. */
static void offer(struct search_scratch *s, const struct search_pair *pair,
                  uint32_t contact)
{
    unsigned tier = pair->tier;

    if (pair->exact_only || pair->reading->count > 2)
        tier = ruf_search_grade(s, contact, RUF_COLUMN_DOMAIN);
    ruf_search_offer(s, tier, contact);
}

/* Keep the contacts of a list whose text is in the set. No step depends on
 * what is found: the processor could not guess. @return how many. */
static size_t keep(const struct join *join, const struct search_array *from,
                   struct search_places places)
{
    struct search_scratch *s = join->s;
    const struct search_array listed = *from;
    const struct search_array column = s->tables.fields[join->column].column;
    const uint32_t contacts = s->tables.contacts;
    const uint64_t *set = s->texts;
    uint32_t *kept = s->kept;
    size_t count = 0;

    for (uint32_t at = places.next; at < places.end; at++) {
        uint32_t contact = ruf_search_item(&listed, at);
        uint32_t text = ruf_search_item(
            &column, contact < contacts ? contact : contacts - 1);
        uint32_t bit = text % SEARCH_TEXT_BITS;

        kept[count] = contact;
        count += set[bit / 64] >> bit % 64 & 1;
    }
    return count;
}

/* @return false if the work is spent. */
static bool join_list(const struct join *join, const struct search_field *field,
                      struct search_places places)
{
    struct search_scratch *s = join->s;
    unsigned tier = join->pair->tier;

    while (places.next < places.end) {
        uint32_t left = places.end - places.next;
        struct search_places some = { places.next, 0 };
        size_t count;

        some.end = some.next + (left < SEARCH_STRIDE ? left : SEARCH_STRIDE);
        count = keep(join, &field->listed, some);
        for (size_t i = 0; i < count; i++) {
            uint32_t contact = s->kept[i];

            if (contact < s->tables.contacts &&
                !ruf_search_settled_at(s, tier, contact) &&
                ruf_search_has_in(s, join->other, join->column, contact))
                offer(s, join->pair, contact);
        }
        if (!ruf_search_spend(s, (some.end - some.next) / 4 + 1, tier))
            return false;
        places.next = some.end;
    }
    return true;
}

/* The lists of texts that follow one another do so, too. */
static bool join_lists(const struct join *join, const struct texts *texts)
{
    if (!join_list(join, texts->field,
                   ruf_search_places(texts->field, texts->first, texts->end)))
        return false;
    for (uint32_t k = texts->pair_first; k < texts->pair_end; k++) {
        uint32_t text = ruf_search_item(&texts->field->pair_texts, k);

        if (text < texts->field->text_count &&
            !join_list(join, texts->field,
                       ruf_search_places(texts->field, text, text + 1)))
            return false;
    }
    return true;
}

/* Contacts stand in the order of family names, so that those of one beginning
 * are neighbours and looked up in half the time. */
static uint64_t cost_of(const struct search_word *word, unsigned column)
{
    return word->costs[column] * (column == RUF_COLUMN_FAMILY ? 1 : 2);
}

/* Contacts with a word in one column and another in another. */
static bool join_columns(struct search_scratch *s,
                         const struct search_pair *pair,
                         const enum ruf_search_column columns[2])
{
    bool less = cost_of(pair->words[1], columns[1]) <
                cost_of(pair->words[0], columns[0]);
    const struct search_word *word = pair->words[less];
    struct join join = { s, pair, pair->words[!less], columns[!less] };

    find_texts(s, join.other, join.column);
    for (size_t i = 0; i < word->form_count; i++) {
        struct texts texts =
            texts_of(s, &word->forms[i], columns[less], pair->exact_only);

        if (!join_lists(&join, &texts))
            return false;
    }
    return true;
}

/* --- one column
 * ------------------------------------------------------------------------- */

/* All contacts of a text. */
static bool offer_text(struct search_scratch *s, const struct search_pair *pair,
                       const struct search_field *field, uint32_t text)
{
    struct search_places places = ruf_search_places(field, text, text + 1);
    uint32_t steps = 1;

    for (; places.next < places.end; steps++) {
        uint32_t contact = ruf_search_next(field, &places);

        if (contact >= s->tables.contacts ||
            ruf_search_settled_at(s, pair->tier, contact))
            break; /* nor can what follows, of a worse rank */
        offer(s, pair, contact);
    }
    return ruf_search_spend(s, steps, pair->tier);
}

/* Texts of one word that begins as both say. */
static bool offer_singles(struct search_scratch *s,
                          const struct search_pair *pair,
                          const struct texts *some, const struct texts *others)
{
    uint32_t text = some->first > others->first ? some->first : others->first;
    uint32_t end = some->end < others->end ? some->end : others->end;

    for (; text < end; text++)
        if (!offer_text(s, pair, some->field, text))
            return false;
    return true;
}

/* Texts of several words. */
static bool offer_pairs(struct search_scratch *s,
                        const struct search_pair *pair,
                        enum ruf_search_column column,
                        const struct texts *texts)
{
    uint32_t pairs = texts->pair_end - texts->pair_first;

    if (!ruf_search_spend(s, pairs / 4, pair->tier))
        return false;
    for (uint32_t k = texts->pair_first; k < texts->pair_end; k++) {
        uint32_t text = ruf_search_item(&texts->field->pair_texts, k);

        if (text < texts->field->text_count &&
            ruf_search_match_text(&s->tables, pair->words[1], column,
                                  text + 1) != SEARCH_NO &&
            !offer_text(s, pair, texts->field, text))
            return false;
    }
    return true;
}

static bool join_column(struct search_scratch *s,
                        const struct search_pair *pair,
                        enum ruf_search_column column)
{
    for (size_t i = 0; i < pair->words[0]->form_count; i++) {
        struct texts texts =
            texts_of(s, &pair->words[0]->forms[i], column, pair->exact_only);

        for (size_t k = 0; k < pair->words[1]->form_count; k++) {
            struct texts others = texts_of(s, &pair->words[1]->forms[k], column,
                                           pair->exact_only);

            if (!offer_singles(s, pair, &texts, &others))
                return false;
        }
        if (!offer_pairs(s, pair, column, &texts))
            return false;
    }
    return true;
}

bool ruf_search_join(struct search_scratch *s, const struct search_pair *pair,
                     enum ruf_search_column first, enum ruf_search_column last)
{
    if (s->tables.contacts == 0)
        return true; /* whatever a damaged table lists */
    for (unsigned a = 0; a <= last; a++)
        for (unsigned b = 0; b <= last; b++) {
            const enum ruf_search_column columns[2] = {
                (enum ruf_search_column)a, (enum ruf_search_column)b
            };

            if ((a < first && b < first) ||
                (pair->words[0]->columns >> a & 1) == 0 ||
                (pair->words[1]->columns >> b & 1) == 0)
                continue;
            if (!(a == b ? join_column(s, pair, columns[0])
                         : join_columns(s, pair, columns)))
                return false;
        }
    return true;
}
