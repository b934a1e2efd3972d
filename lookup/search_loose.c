/*
 * lookup/search_loose.c - names by keypad; words with a typo or by their sound
 *
 * Run over the distinct words that begin with a letter, not over contacts: each
 * has its letters, keypad digits and sound in one integer each, and nearly all
 * words are passed over by looking at that.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "lookup/search_private.h"
#include <string.h>

#define KEYED 8 /* digits in an integer of the keypad and sound arrays */

/* --- one word against another
 * --------------------------------------------------------- */

static bool rest_begins(const uint32_t *asked, size_t asked_count,
                        const uint32_t *word, size_t word_count)
{
    return asked_count <= word_count &&
           memcmp(asked, word, asked_count * sizeof(*asked)) == 0;
}

/* Where they first differ one edit has to mend it: any earlier edit that would
 * do can be moved there. */
static bool one_edit(const uint32_t *asked, size_t asked_count,
                     const uint32_t *word, size_t word_count)
{
    size_t i = 0;

    while (i < asked_count && i < word_count && asked[i] == word[i])
        i++;
    if (i == asked_count)
        return true;
    asked += i;
    asked_count -= i;
    word += i;
    word_count -= i;
    if (rest_begins(asked + 1, asked_count - 1, word, word_count))
        return true; /* a letter too much */
    if (word_count == 0)
        return false;
    if (rest_begins(asked + 1, asked_count - 1, word + 1, word_count - 1) ||
        rest_begins(asked, asked_count, word + 1, word_count - 1))
        return true; /* another letter, or one left out */
    return asked_count >= 2 && word_count >= 2 && asked[0] == word[1] &&
           asked[1] == word[0] &&
           rest_begins(asked + 2, asked_count - 2, word + 2, word_count - 2);
}

bool ruf_search_is_typo(const struct search_form *form, const char *word,
                        size_t size)
{
    uint32_t letters[RUF_WORD_SIZE_MAX];
    size_t count = 0;
    size_t i = 0;

    while (i < size)
        i += ruf_utf8_decode(word + i, size - i, &letters[count++]);
    return one_edit(form->letters, form->letter_count, letters, count);
}

/* --- one word against all
 * ----------------------------------------------------------- */

/* How words are compared. */
enum looseness { BY_KEYPAD = 0, BY_TYPO, BY_SOUND };

/* What is looked for, in the form of the arrays. */
struct loose {
    enum looseness by;
    const struct search_form *form; /* of a word */
    const struct search_digits *digits;
    uint32_t key;
    uint32_t mask;
};

static bool at_most_one_bit(uint32_t bits)
{
    return (bits & (bits - 1)) == 0;
}

/* May this word be meant? Says yes too often, never no when it is. */
static bool may_match(const struct loose *loose,
                      const struct search_words *words, uint32_t i)
{
    switch (loose->by) {
    case BY_TYPO:
        return at_most_one_bit(loose->key &
                               ~ruf_search_item(&words->letters, i));
    case BY_SOUND:
        return ruf_search_item(&words->sound, i) == loose->key;
    case BY_KEYPAD:
        break;
    }
    return ((ruf_search_item(&words->keypad, i) ^ loose->key) & loose->mask) ==
           0;
}

static bool matches_word(const struct loose *loose,
                         const struct search_words *words, uint32_t word)
{
    char bytes[RUF_WORD_SIZE_MAX];
    char digits[2 * RUF_WORD_SIZE_MAX];
    size_t size;

    if (word < words->first_letter || word >= words->count ||
        !may_match(loose, words, word - words->first_letter))
        return false;
    if (loose->by == BY_KEYPAD && loose->digits->size <= KEYED)
        return true;
    size = ruf_search_word(words, word, bytes);
    if (loose->by == BY_TYPO)
        return ruf_search_is_typo(loose->form, bytes, size);
    if (loose->by == BY_SOUND) {
        size = ruf_word_sound(bytes, size, digits);
        return size == loose->form->sound_size &&
               memcmp(digits, loose->form->sound_digits, size) == 0;
    }
    size = ruf_word_keypad(bytes, size, digits);
    return size >= loose->digits->size &&
           memcmp(digits, loose->digits->text, loose->digits->size) == 0;
}

/* Columns a loose word is looked for in. Initials are matched whole. */
static bool is_loose_column(enum looseness by, enum ruf_search_column column)
{
    if (by == BY_TYPO)
        return column != RUF_COLUMN_INITIALS;
    return column == RUF_COLUMN_FAMILY || column == RUF_COLUMN_GIVEN;
}

/* Does the contact have such a word in this column? */
static bool matches_column(const struct search_scratch *s,
                           const struct loose *loose, unsigned column,
                           uint32_t contact)
{
    const struct search_field *field = &s->tables.fields[column];
    uint32_t text = ruf_search_text_of(field, contact);
    uint32_t first;
    uint32_t end;

    if (text == 0 ||
        !is_loose_column(loose->by, (enum ruf_search_column)column))
        return false;
    if (text <= field->single_count)
        return matches_word(loose, &s->tables.words,
                            ruf_search_item(&field->singles, text - 1));
    if (!ruf_search_text_words(field, text - 1, &first, &end))
        return false;
    for (uint32_t i = first; i < end; i++)
        if (matches_word(loose, &s->tables.words,
                         ruf_search_item(&field->words, i)))
            return true;
    return false;
}

/* The columns in which it has one, as bits. */
static unsigned matching_columns(const struct search_scratch *s,
                                 const struct loose *loose, uint32_t contact)
{
    unsigned columns = 0;

    for (unsigned column = 0; column < RUF_COLUMN_COUNT; column++)
        if (matches_column(s, loose, column, contact))
            columns |= 1u << column;
    return columns;
}

static bool matches_contact(const struct search_scratch *s,
                            const struct loose *loose, uint32_t contact)
{
    for (unsigned column = 0; column < RUF_COLUMN_COUNT; column++)
        if (matches_column(s, loose, column, contact))
            return true;
    return false;
}

/* What to do with a text that holds a loose word. */
struct visit {
    bool (*text)(struct search_scratch *s, const struct search_field *field,
                 uint32_t text, const struct visit *visit);
    struct search_reading *reading;
    const struct search_word *driver; /* it leads to all texts visited */
    enum looseness by;
    unsigned tier;
};

/* Visit the texts of one field that hold a word. */
static bool visit_column(struct search_scratch *s,
                         const struct search_field *field, uint32_t word,
                         const struct visit *visit)
{
    const struct search_array *singles = &field->singles;
    const struct search_array *pairs = &field->pair_words;
    uint32_t i = ruf_search_bound(singles, 0, singles->count, word);

    for (; i < singles->count && ruf_search_item(singles, i) == word; i++)
        if (!visit->text(s, field, i, visit))
            return false;
    i = ruf_search_bound(pairs, 0, pairs->count, word);
    for (; i < pairs->count && ruf_search_item(pairs, i) == word; i++)
        if (!visit->text(s, field, ruf_search_item(&field->pair_texts, i),
                         visit))
            return false;
    return true;
}

/* Visit the texts that hold a loose word. @return false if stopped. */
static bool visit_loose(struct search_scratch *s, const struct loose *loose,
                        const struct visit *visit)
{
    const struct search_words *words = &s->tables.words;
    uint32_t count = words->count - words->first_letter;

    for (uint32_t i = 0; i < count; i++) {
        if (i % 1024 == 0 && !ruf_search_spend(s, 64, visit->tier))
            return false;
        if (!may_match(loose, words, i) ||
            !matches_word(loose, words, words->first_letter + i))
            continue;
        if (!ruf_search_spend(s, 4, visit->tier))
            return false;
        for (unsigned column = 0; column < RUF_COLUMN_COUNT; column++)
            if (is_loose_column(loose->by, (enum ruf_search_column)column) &&
                !visit_column(s, &s->tables.fields[column],
                              words->first_letter + i, visit))
                return false;
    }
    return true;
}

static bool collect_text(struct search_scratch *s,
                         const struct search_field *field, uint32_t text,
                         const struct visit *visit)
{
    (void)visit;
    ruf_search_top_text(s, field, text);
    return true;
}

static void offer_top(struct search_scratch *s, unsigned tier)
{
    if (!ruf_search_spend(s, s->top_count, tier))
        return;
    for (size_t i = 0; i < s->top_count; i++)
        ruf_search_offer(s, tier, s->top[i]);
}

/* --- keypad
 * ------------------------------------------------------------------------ */

static struct loose loose_digits(const struct search_digits *digits)
{
    struct loose loose = { .by = BY_KEYPAD, .digits = digits };
    size_t keyed = digits->size < KEYED ? digits->size : KEYED;

    for (size_t i = 0; i < keyed; i++)
        loose.key |= (uint32_t)(digits->text[i] - '0') << (28 - 4 * i);
    loose.mask = keyed == KEYED ? UINT32_MAX : ~(UINT32_MAX >> 4 * keyed);
    return loose;
}

void ruf_search_keypad_stage(struct search_scratch *s)
{
    struct loose loose = loose_digits(&s->digits);
    struct visit visit = { .text = collect_text, .tier = RUF_TIER_KEYPAD };

    for (size_t i = 0; i < ruf_search_boosted_count(s); i++)
        if (matches_contact(s, &loose, ruf_search_boosted(s, i)))
            ruf_search_offer(s, RUF_TIER_KEYPAD, ruf_search_boosted(s, i));
    ruf_search_top_start(s);
    if (visit_loose(s, &loose, &visit))
        offer_top(s, RUF_TIER_KEYPAD);
}

/* --- typos and sounds
 * -------------------------------------------------------------- */

static struct loose loose_form(enum looseness by,
                               const struct search_form *form)
{
    return (struct loose){ .by = by,
                           .form = form,
                           .key =
                               by == BY_TYPO ? form->letter_set : form->sound };
}

static bool may_be_loose(enum looseness by, const struct search_word *word)
{
    return by == BY_TYPO ? word->may_be_typo : word->may_sound;
}

/* Exactly, as usual, or loosely. */
static bool word_matches(struct search_scratch *s, struct search_word *word,
                         enum looseness by, uint32_t contact)
{
    if (ruf_search_has_word(s, word, contact))
        return true;
    for (size_t i = 0; may_be_loose(by, word) && i < word->form_count; i++) {
        struct loose loose = loose_form(by, &word->forms[i]);

        if (matches_contact(s, &loose, contact))
            return true;
    }
    return false;
}

/* But for one word, if that is known to match. */
static bool all_match(struct search_scratch *s, struct search_reading *reading,
                      enum looseness by, uint32_t contact,
                      const struct search_word *but)
{
    for (size_t i = 0; i < reading->count; i++)
        if (&reading->words[i] != but &&
            !word_matches(s, &reading->words[i], by, contact))
            return false;
    return reading->count > 0;
}

bool ruf_search_loose_match(struct search_scratch *s,
                            struct search_reading *reading, unsigned tier,
                            uint32_t contact)
{
    return all_match(s, reading, tier == RUF_TIER_TYPO ? BY_TYPO : BY_SOUND,
                     contact, NULL);
}

unsigned ruf_search_loose_columns(struct search_scratch *s,
                                  const struct search_reading *reading,
                                  unsigned tier, uint32_t contact)
{
    enum looseness by = tier == RUF_TIER_TYPO ? BY_TYPO : BY_SOUND;
    struct loose loose = loose_digits(&s->digits);
    unsigned columns = 0;

    if (tier == RUF_TIER_KEYPAD)
        return matching_columns(s, &loose, contact);
    for (size_t i = 0; i < reading->count; i++) {
        const struct search_word *word = &reading->words[i];

        for (size_t k = 0; may_be_loose(by, word) && k < word->form_count;
             k++) {
            loose = loose_form(by, &word->forms[k]);
            columns |= matching_columns(s, &loose, contact);
        }
    }
    return columns;
}

static bool offer_contacts(struct search_scratch *s,
                           const struct search_field *field, uint32_t text,
                           const struct visit *visit)
{
    struct search_postings postings;

    if (text >= field->text_count)
        return true;
    ruf_search_postings_open(&s->tables, field, text, &postings);
    for (; !postings.done; ruf_search_postings_next(&s->tables, &postings)) {
        if (all_match(s, visit->reading, visit->by, postings.contact,
                      visit->driver))
            ruf_search_offer(s, visit->tier, postings.contact);
        if (!ruf_search_spend(s, 8, visit->tier))
            return false;
    }
    return true;
}

/* Texts that hold the word exactly, in all columns. */
static bool visit_exact(struct search_scratch *s, struct search_form *form,
                        const struct visit *visit)
{
    for (unsigned column = 0; column < RUF_COLUMN_COUNT; column++) {
        const struct search_field *field = &s->tables.fields[column];
        const struct search_range *range =
            ruf_search_range(&s->tables, form, (enum ruf_search_column)column);

        for (uint32_t text = range->first; text < range->end; text++)
            if (!visit->text(s, field, text, visit))
                return false;
        for (uint32_t k = range->pair_first; k < range->pair_end; k++)
            if (!visit->text(s, field, ruf_search_item(&field->pair_texts, k),
                             visit))
                return false;
    }
    return true;
}

/* The loose word that leads to the fewest words as it stands: most often the
 * one that is wrong. */
static struct search_word *driver(struct search_reading *reading,
                                  enum looseness by)
{
    struct search_word *best = NULL;
    uint32_t best_count = 0;

    for (size_t i = 0; i < reading->count; i++) {
        struct search_word *word = &reading->words[i];
        uint32_t count = 0;

        for (size_t k = 0; k < word->form_count; k++)
            count += word->forms[k].span.end - word->forms[k].span.first;
        if (may_be_loose(by, word) && (best == NULL || count < best_count)) {
            best = word;
            best_count = count;
        }
    }
    return best;
}

static void loose_reading(struct search_scratch *s,
                          struct search_reading *reading, enum looseness by,
                          unsigned tier)
{
    struct visit visit = { .text = reading->count == 1 ? collect_text
                                                       : offer_contacts,
                           .reading = reading,
                           .by = by,
                           .tier = tier };
    struct search_word *word = driver(reading, by);
    bool ok = true;

    if (word == NULL)
        return;
    visit.driver = word;
    for (size_t i = 0; i < ruf_search_boosted_count(s); i++)
        if (all_match(s, reading, by, ruf_search_boosted(s, i), NULL))
            ruf_search_offer(s, tier, ruf_search_boosted(s, i));
    ruf_search_top_start(s);
    for (size_t i = 0; i < word->form_count && ok; i++) {
        struct loose loose = loose_form(by, &word->forms[i]);

        ok = visit_loose(s, &loose, &visit) &&
             (reading->count == 1 || visit_exact(s, &word->forms[i], &visit));
    }
    if (ok && reading->count == 1)
        offer_top(s, tier);
}

static void loose_stage(struct search_scratch *s, enum looseness by,
                        unsigned tier)
{
    for (size_t i = 0; i < s->reading_count; i++) {
        ruf_search_prepare_loose(&s->readings[i]);
        loose_reading(s, &s->readings[i], by, tier);
    }
}

void ruf_search_typo_stage(struct search_scratch *s)
{
    loose_stage(s, BY_TYPO, RUF_TIER_TYPO);
}

void ruf_search_sound_stage(struct search_scratch *s)
{
    loose_stage(s, BY_SOUND, RUF_TIER_SOUND);
}
