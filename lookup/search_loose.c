/*
 * lookup/search_loose.c - names by keypad; words with a typo or by their sound
 *
 * Run over distinct words, not over contacts. Names are there by keypad and by
 * sound. For a typo there are some twenty ways a word may begin: most of them
 * tell the first two letters, all of them one of the two, and of the words that
 * have it the first six are compared at once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/scratch.h"
#include "lookup/search_private.h"
#include <string.h>

#define KEYED 8 /* digits in an integer of the keypad and sound arrays */

/* --- one word against all
 * ----------------------------------------------------------- */

/* How words are compared. */
enum looseness { BY_KEYPAD = 0, BY_TYPO, BY_SOUND };

/* What is looked for. */
struct loose {
    enum looseness by;
    const struct search_form *form; /* of a word */
    const struct search_digits *digits;
    uint32_t first; /* names to visit, by keypad or sound */
    uint32_t end;
};

static bool begins_so(uint32_t beginning, const struct search_slip *slip)
{
    return ((beginning ^ slip->symbols) & slip->known) == 0;
}

/* The first slip a word may be explained by, or slip_count. */
static size_t first_slip(const struct search_form *form, uint32_t beginning)
{
    size_t i = 0;

    while (i < form->slip_count && !begins_so(beginning, &form->slips[i]))
        i++;
    return i;
}

static bool is_whole_typo(const struct search_form *form,
                          const struct search_words *words, uint32_t word,
                          struct search_speller *speller)
{
    ruf_search_spell(words, word, speller);
    return ruf_search_is_typo(form, speller->word, speller->size);
}

static bool is_typo(const struct loose *loose, const struct search_words *words,
                    uint32_t word)
{
    RUF_SCRATCH struct search_speller speller;

    ruf_search_speller_init(&speller);
    return first_slip(loose->form, ruf_search_beginning_of(words, word)) <
               loose->form->slip_count &&
           is_whole_typo(loose->form, words, word, &speller);
}

/* Keys hold the first digits only. */
static bool sounds_alike(const struct loose *loose,
                         const struct search_words *words, uint32_t word)
{
    const struct search_form *form = loose->form;
    RUF_SCRATCH char digits[2 * RUF_WORD_SIZE_MAX];
    RUF_SCRATCH struct search_speller speller;
    size_t size;

    if (form->sound_size < KEYED)
        return true;
    ruf_search_word(words, word, &speller);
    size = ruf_word_sound(speller.word, speller.size, digits);
    return size == form->sound_size &&
           memcmp(digits, form->sound_digits, size) == 0;
}

static bool is_keyed(const struct loose *loose,
                     const struct search_words *words, uint32_t word)
{
    const struct search_digits *asked = loose->digits;
    RUF_SCRATCH char digits[RUF_WORD_SIZE_MAX];
    RUF_SCRATCH struct search_speller speller;
    size_t size;

    ruf_search_word(words, word, &speller);
    size = ruf_word_keypad(speller.word, speller.size, digits);
    return size >= asked->size && memcmp(digits, asked->text, asked->size) == 0;
}

static bool matches_word(const struct loose *loose,
                         const struct search_words *words, uint32_t word)
{
    if (word < words->first_letter || word >= words->count)
        return false;
    if (loose->by == BY_TYPO)
        return is_typo(loose, words, word);
    if (loose->by == BY_KEYPAD)
        return is_keyed(loose, words, word);
    if (!ruf_search_holds(&words->sound_words, loose->first, loose->end, word))
        return false;
    return sounds_alike(loose, words, word);
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
    uint32_t i = ruf_search_bound_word(singles, field->single_ranks, word);

    for (; i < singles->count && ruf_search_item(singles, i) == word; i++)
        if (!visit->text(s, field, i, visit))
            return false;
    i = ruf_search_bound_word(pairs, field->pair_ranks, word);
    for (; i < pairs->count && ruf_search_item(pairs, i) == word; i++)
        if (!visit->text(s, field, ruf_search_item(&field->pair_texts, i),
                         visit))
            return false;
    return true;
}

/* Visit the texts that hold this word. */
static bool visit_word(struct search_scratch *s, const struct loose *loose,
                       uint32_t word, const struct visit *visit)
{
    if (!ruf_search_spend(s, 4, visit->tier))
        return false;
    for (unsigned column = 0; column < RUF_COLUMN_COUNT; column++)
        if (is_loose_column(loose->by, (enum ruf_search_column)column) &&
            !visit_column(s, &s->tables.fields[column], word, visit))
            return false;
    return true;
}

/* Names by keypad or sound: their keys lie together. */
static bool visit_names(struct search_scratch *s, const struct loose *loose,
                        const struct visit *visit)
{
    const struct search_words *words = &s->tables.words;
    const struct search_array *list =
        loose->by == BY_SOUND ? &words->sound_words : &words->keypad_words;

    for (uint32_t i = loose->first; i < loose->end; i++) {
        uint32_t word = ruf_search_item(list, i);

        if (word >= words->first_letter && word < words->count &&
            (loose->by == BY_SOUND ? sounds_alike(loose, words, word)
                                   : loose->digits->size <= KEYED ||
                                         is_keyed(loose, words, word)) &&
            !visit_word(s, loose, word, visit))
            return false;
    }
    return true;
}

#define GROUP 32u

/* Does any word of a group begin so? Written so that compilers make vectors of
 * it. */
static bool any_begins_so(const uint8_t *beginnings,
                          const struct search_slip *slip)
{
    uint32_t any = 0;

    for (size_t i = 0; i < GROUP; i++) {
        uint32_t word;

        memcpy(&word, beginnings + 4 * i, sizeof(word));
        any |= ((word ^ slip->symbols) & slip->known) == 0 ? 1u : 0u;
    }
    return any != 0;
}

/* What the machine holds an integer in the other way round is compared as such.
 */
static struct search_slip as_stored(const struct search_slip *slip)
{
    uint8_t bytes[2][4];
    struct search_slip stored;

    ruf_store32(bytes[0], slip->symbols);
    ruf_store32(bytes[1], slip->known);
    memcpy(&stored.symbols, bytes[0], 4);
    memcpy(&stored.known, bytes[1], 4);
    return stored;
}

/* A word may have been found by an earlier slip. */
static bool visit_if_typo(struct search_scratch *s, const struct loose *loose,
                          size_t slip, uint32_t word,
                          struct search_speller *speller,
                          const struct visit *visit)
{
    const struct search_words *words = &s->tables.words;

    return first_slip(loose->form, ruf_search_beginning_of(words, word)) !=
               slip ||
           !is_whole_typo(loose->form, words, word, speller) ||
           visit_word(s, loose, word, visit);
}

/* Of these words those that one slip explains. */
static bool visit_span(struct search_scratch *s, const struct loose *loose,
                       size_t slip, struct search_span span,
                       const struct visit *visit)
{
    const struct search_words *words = &s->tables.words;
    const struct search_slip *way = &loose->form->slips[slip];
    const struct search_slip stored = as_stored(way);
    RUF_SCRATCH struct search_speller speller;

    if (span.first >= span.end)
        return true;
    if (!ruf_search_spend(s, (span.end - span.first) / GROUP + 1, visit->tier))
        return false;
    ruf_search_speller_init(&speller);
    for (uint32_t i = span.first; i < span.end;) {
        const uint8_t *beginnings =
            words->beginnings.bytes + 4 * (size_t)(i - words->first_letter);
        uint32_t stop = span.end - i < GROUP ? span.end : i + GROUP;

        if (span.end - i >= GROUP && !any_begins_so(beginnings, &stored)) {
            i = stop;
            continue;
        }
        for (; i < stop; i++)
            if (begins_so(ruf_search_beginning_of(words, i), way) &&
                !visit_if_typo(s, loose, slip, i, &speller, visit))
                return false;
    }
    return true;
}

/* The words of some classes. */
static struct search_span words_of(const struct search_words *words,
                                   unsigned first_class, unsigned end_class)
{
    struct search_span span = { ruf_search_item(&words->starts, first_class),
                                ruf_search_item(&words->starts, end_class),
                                false };

    if (span.first < words->first_letter)
        span.first = words->first_letter;
    if (span.end > words->count)
        span.end = words->count;
    return span;
}

static bool is_known(const struct search_slip *way, size_t place)
{
    return (way->known >> ruf_search_symbol_shift(place) & 31) != 0;
}

static unsigned letter_at(const struct search_slip *way, size_t place)
{
    return ruf_search_symbol_letter(
        way->symbols >> ruf_search_symbol_shift(place) & 31);
}

/* How many letters a-z a word begins with that begins so. */
static size_t leading_letters(const struct search_slip *way)
{
    size_t count = 0;

    while (count < RUF_SEARCH_BEGINNING && is_known(way, count) &&
           letter_at(way, count) < RUF_SEARCH_LETTERS)
        count++;
    return count;
}

/* The words that begin so; the first character is known. What begins with none
 * of a-z is not told apart by its second one. */
static bool visit_way(struct search_scratch *s, const struct loose *loose,
                      size_t slip, const struct search_slip *way,
                      const struct visit *visit)
{
    const struct search_words *words = &s->tables.words;
    unsigned class = letter_at(way, 0) * RUF_SEARCH_SECONDS;
    struct search_span span;

    if (letter_at(way, 0) < RUF_SEARCH_LETTERS && is_known(way, 1)) {
        class += 2 + letter_at(way, 1);
        span = words_of(words, class, class + 1);
    } else {
        span = words_of(words, class, class + RUF_SEARCH_SECONDS);
    }
    return visit_span(
        s, loose, slip,
        ruf_search_narrow(words, span, way->symbols, leading_letters(way)),
        visit);
}

/* The words that have no letter a-z where one slip leaves open which character
 * stands: first, or second. */
static bool visit_others(struct search_scratch *s, const struct loose *loose,
                         size_t slip, size_t place, const struct visit *visit)
{
    const struct search_words *words = &s->tables.words;
    unsigned first = place == 0 ? RUF_SEARCH_LETTERS
                                : letter_at(&loose->form->slips[slip], 0);
    unsigned class = first * RUF_SEARCH_SECONDS;
    unsigned behind = class + RUF_SEARCH_SECONDS;

    if (place == 0)
        return visit_span(s, loose, slip, words_of(words, class, behind),
                          visit);
    return visit_span(s, loose, slip, words_of(words, class, class + 2),
                      visit) &&
           visit_span(s, loose, slip, words_of(words, behind - 1, behind),
                      visit);
}

/* The words that begin as one slip tells. Were the first or second character
 * left open, a fifteenth of all words would have to be gone through; with each
 * letter there, few have the ones behind it as well. */
static bool visit_slip(struct search_scratch *s, const struct loose *loose,
                       size_t slip, const struct visit *visit)
{
    const struct search_slip *way = &loose->form->slips[slip];
    size_t place = leading_letters(way);
    unsigned shift = ruf_search_symbol_shift(place);

    if (place > 1 || is_known(way, place))
        return visit_way(s, loose, slip, way, visit);
    for (uint32_t c = 'a'; c <= 'z'; c++) {
        struct search_slip filled = { way->symbols | ruf_search_symbol(c)
                                                         << shift,
                                      way->known | UINT32_C(31) << shift };

        if (!visit_way(s, loose, slip, &filled, visit))
            return false;
    }
    return visit_others(s, loose, slip, place, visit);
}

static bool visit_typos(struct search_scratch *s, const struct loose *loose,
                        const struct visit *visit)
{
    for (size_t i = 0; i < loose->form->slip_count; i++)
        if (!visit_slip(s, loose, i, visit))
            return false;
    return true;
}

/* Visit the texts that hold a loose word. @return false if stopped. */
static bool visit_loose(struct search_scratch *s, const struct loose *loose,
                        const struct visit *visit)
{
    return loose->by == BY_TYPO ? visit_typos(s, loose, visit)
                                : visit_names(s, loose, visit);
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

static struct loose loose_digits(const struct search_words *words,
                                 const struct search_digits *digits)
{
    struct loose loose = { .by = BY_KEYPAD, .digits = digits };
    size_t keyed = digits->size < KEYED ? digits->size : KEYED;
    uint32_t key = 0;
    uint32_t last;

    for (size_t i = 0; i < keyed; i++)
        key |= (uint32_t)(digits->text[i] - '0') << (28 - 4 * i);
    last = key | (keyed == KEYED ? 0 : UINT32_MAX >> 4 * keyed);
    loose.first = ruf_search_bound(&words->keypad, 0, words->keypad.count, key);
    loose.end = ruf_search_bound(&words->keypad, loose.first,
                                 words->keypad.count, last);
    while (loose.end < words->keypad.count &&
           ruf_search_item(&words->keypad, loose.end) == last)
        loose.end++;
    return loose;
}

void ruf_search_keypad_stage(struct search_scratch *s)
{
    struct loose loose = loose_digits(&s->tables.words, &s->digits);
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

static struct loose loose_form(const struct search_words *words,
                               enum looseness by,
                               const struct search_form *form)
{
    struct loose loose = { .by = by, .form = form };

    if (by == BY_TYPO)
        return loose;
    loose.first =
        ruf_search_bound(&words->sound, 0, words->sound.count, form->sound);
    loose.end = ruf_search_bound(&words->sound, loose.first, words->sound.count,
                                 form->sound + 1);
    return loose;
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
        struct loose loose = loose_form(&s->tables.words, by, &word->forms[i]);

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
    struct loose loose = { .by = BY_KEYPAD, .digits = &s->digits };
    unsigned columns = 0;

    if (tier == RUF_TIER_KEYPAD)
        return matching_columns(s, &loose, contact);
    for (size_t i = 0; i < reading->count; i++) {
        const struct search_word *word = &reading->words[i];

        for (size_t k = 0; may_be_loose(by, word) && k < word->form_count;
             k++) {
            loose = loose_form(&s->tables.words, by, &word->forms[k]);
            columns |= matching_columns(s, &loose, contact);
        }
    }
    return columns;
}

static bool offer_contacts(struct search_scratch *s,
                           const struct search_field *field, uint32_t text,
                           const struct visit *visit)
{
    struct search_places places;

    if (text >= field->text_count)
        return true;
    places = ruf_search_places(field, text, text + 1);
    while (places.next < places.end) {
        uint32_t contact = ruf_search_next(field, &places);

        if (contact < s->tables.contacts &&
            all_match(s, visit->reading, visit->by, contact, visit->driver))
            ruf_search_offer(s, visit->tier, contact);
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
        struct loose loose = loose_form(&s->tables.words, by, &word->forms[i]);

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
