/*
 * lookup/search_marks.c - which bytes of a contact made it a hit
 *
 * The original text is folded with a map back to its bytes and split as the
 * builder did; whatever the query matched there becomes a range.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/fold.h"
#include "base/record.h"
#include "base/scratch.h"
#include "base/text.h"
#include "lookup/search_private.h"
#include <string.h>

/* Of one text: of each form of each word as many as a hit takes. */
#define RANGES_MAX (2 * SEARCH_WORDS_MAX * RUF_HIGHLIGHTS_MAX)
#define SUFFIX_MIN 3
#define END_MIN 2

/* The hit being marked. */
struct marking {
    struct search_scratch *s;
    struct ruf_hit *hit;
    const struct search_marks *plan;
    struct search_reading *reading;
    unsigned tier;
    uint32_t starts[RANGES_MAX]; /* of one text */
    uint32_t ends[RANGES_MAX];
    size_t count;
};

static void add_range(struct marking *m, size_t start, size_t end)
{
    if (m->count == RANGES_MAX || end <= start)
        return;
    m->starts[m->count] = (uint32_t)start;
    m->ends[m->count++] = (uint32_t)end;
}

static void sort_ranges(struct marking *m)
{
    for (size_t i = 1; i < m->count; i++)
        for (size_t k = i; k > 0 && m->starts[k] < m->starts[k - 1]; k--) {
            uint32_t start = m->starts[k];
            uint32_t end = m->ends[k];

            m->starts[k] = m->starts[k - 1];
            m->ends[k] = m->ends[k - 1];
            m->starts[k - 1] = start;
            m->ends[k - 1] = end;
        }
}

/* Ranges of one text, joined where they meet, go to the hit. */
static void flush_ranges(struct marking *m, enum ruf_search_field field,
                         size_t item)
{
    struct ruf_hit *hit = m->hit;

    sort_ranges(m);
    for (size_t i = 0; i < m->count;) {
        uint32_t start = m->starts[i];
        uint32_t end = m->ends[i];

        for (i++; i < m->count && m->starts[i] <= end; i++)
            end = m->ends[i] > end ? m->ends[i] : end;
        if (hit->highlight_count == RUF_HIGHLIGHTS_MAX)
            break;
        hit->highlights[hit->highlight_count++] =
            (struct ruf_highlight){ field, (uint32_t)item, start, end - start };
    }
    m->count = 0;
}

/* --- words of a text
 * --------------------------------------------------------------- */

/* A folded text and its way back; offsets NULL: byte for byte. */
struct folded {
    const char *bytes;
    size_t size;
    const uint32_t *offsets;
};

/* A character that folds to several bytes is marked as a whole. */
static void mark_bytes(struct marking *m, const struct folded *text,
                       size_t start, size_t end)
{
    if (text->offsets == NULL) {
        add_range(m, start, end);
        return;
    }
    while (end < text->size && text->offsets[end] == text->offsets[end - 1])
        end++;
    add_range(m, text->offsets[start], text->offsets[end]);
}

static void mark_word(struct marking *m, const struct folded *text,
                      const struct ruf_word *word, size_t size)
{
    mark_bytes(m, text, word->start,
               ruf_word_prefix_end(text->bytes, word, size));
}

static bool begins(const struct ruf_word *word, const char *bytes, size_t size)
{
    return word->size >= size && memcmp(word->bytes, bytes, size) == 0;
}

static bool is_name(enum ruf_search_field field)
{
    return field == RUF_FIELD_GIVEN || field == RUF_FIELD_FAMILY ||
           field == RUF_FIELD_DISPLAY;
}

static bool begins_with_letter(const struct ruf_word *word)
{
    return word->bytes[0] < '0' || word->bytes[0] > '9';
}

/* The whole word, for what is alike but not equal. */
static bool is_alike(const struct marking *m, const struct search_word *asked,
                     const struct search_form *form,
                     enum ruf_search_field field, const struct ruf_word *word)
{
    RUF_SCRATCH char digits[2 * RUF_WORD_SIZE_MAX];
    size_t size;

    if (!begins_with_letter(word))
        return false;
    if (m->tier == RUF_TIER_TYPO)
        return asked->may_be_typo &&
               ruf_search_is_typo(form, word->bytes, word->size);
    if (m->tier != RUF_TIER_SOUND || !asked->may_sound || !is_name(field))
        return false;
    size = ruf_word_sound(word->bytes, word->size, digits);
    return size == form->sound_size &&
           memcmp(digits, form->sound_digits, size) == 0;
}

static void mark_by_words(struct marking *m, const struct folded *text,
                          enum ruf_search_field field,
                          const struct ruf_word *word)
{
    for (size_t i = 0; i < m->reading->count; i++) {
        const struct search_word *asked = &m->reading->words[i];

        for (size_t k = 0; k < asked->form_count; k++) {
            const struct search_form *form = &asked->forms[k];

            if (begins(word, form->bytes, form->size))
                mark_word(m, text, word, form->size);
            else if (m->tier >= RUF_TIER_TYPO &&
                     is_alike(m, asked, form, field, word))
                mark_word(m, text, word, word->size);
        }
    }
}

static void mark_by_keypad(struct marking *m, const struct folded *text,
                           enum ruf_search_field field,
                           const struct ruf_word *word)
{
    const struct search_digits *asked = &m->s->digits;
    RUF_SCRATCH char digits[RUF_WORD_SIZE_MAX];

    if (is_name(field) && begins_with_letter(word) &&
        ruf_word_keypad(word->bytes, word->size, digits) >= asked->size &&
        memcmp(digits, asked->text, asked->size) == 0)
        mark_word(m, text, word, asked->size);
}

/* --- words of a text, quickly
 * -------------------------------------------------------- */

/* What base/words.c makes of ASCII: 0 separates, 1 joins, else the letter in
 * lower case; 2 for what is not ASCII. */
#define SEPARATOR 0
#define JOINER 1
#define OTHER 2

static unsigned char read_letter(char c)
{
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
        return (unsigned char)c;
    if (c >= 'A' && c <= 'Z')
        return (unsigned char)(c + ('a' - 'A'));
    if ((unsigned char)c >= 0x80)
        return OTHER;
    return c == '\'' || c == '-' || c == '.' || c == '`' ? JOINER : SEPARATOR;
}

void ruf_search_marks_init(struct search_scratch *s)
{
    for (unsigned c = 0; c < 256; c++)
        s->letters[c] = read_letter((char)c);
}

static inline unsigned char letter_of(const struct marking *m, char c)
{
    return m->s->letters[(unsigned char)c];
}

/* Where a form that begins at a word's start ends, 0 if it does not stand
 * there. From the start of a run on joiners may be passed over. */
static size_t form_end(const struct marking *m, const struct folded *text,
                       size_t start, const struct search_form *form,
                       bool may_join)
{
    size_t done = 0;
    size_t at = start;

    for (; at < text->size && done < form->size; at++) {
        unsigned char letter = letter_of(m, text->bytes[at]);

        if (letter == (unsigned char)form->bytes[done])
            done++;
        else if (!may_join || letter != JOINER)
            return 0;
    }
    return done == form->size ? at : 0;
}

/* The 0x80 of each of the bytes from 'at' on, at most eight. */
static uint64_t tops_from(const struct folded *text, size_t at)
{
    size_t left = text->size - at;

    return left < 8 ? RUF_EACH_BYTE(0x80) >> (64 - 8 * left)
                    : RUF_EACH_BYTE(0x80);
}

static uint64_t eight_bytes(const struct folded *text, size_t at)
{
    return ruf_load64((const uint8_t *)text->bytes + at);
}

static bool is_ascii(const struct folded *text)
{
    uint64_t others = 0;

    for (size_t at = 0; at < text->size; at += 8)
        others |= eight_bytes(text, at) & tops_from(text, at);
    return others == 0;
}

/* Has the run of joined words that this place is in begun before? */
static bool is_in_run(const struct marking *m, const struct folded *text,
                      size_t place)
{
    unsigned char letter = SEPARATOR;

    while (place > 0) {
        letter = letter_of(m, text->bytes[--place]);
        if (letter != JOINER)
            break;
    }
    return letter > OTHER;
}

/* The 0x80 of each byte of ASCII that is a letter or a digit. */
static uint64_t letters_and_digits(uint64_t eight)
{
    uint64_t lower = eight | RUF_EACH_BYTE(0x20);
    uint64_t letters = (lower + RUF_EACH_BYTE(0x80 - 'a')) &
                       ~(lower + RUF_EACH_BYTE(0x7F - 'z'));
    uint64_t digits = (eight + RUF_EACH_BYTE(0x80 - '0')) &
                      ~(eight + RUF_EACH_BYTE(0x7F - '9'));

    return (letters | digits) & RUF_EACH_BYTE(0x80);
}

/* Mark the form if the word that begins at this place begins so. */
static void mark_start(struct marking *m, const struct folded *text,
                       size_t start, const struct search_form *form,
                       enum ruf_search_field field)
{
    size_t end =
        form_end(m, text, start, form,
                 field != RUF_FIELD_EMAIL && !is_in_run(m, text, start));

    if (end > 0)
        mark_bytes(m, text, start, end);
}

/* Words are looked for that begin with the first letter of the form, eight
 * bytes at a time. */
static void mark_form(struct marking *m, const struct folded *text,
                      const struct search_form *form,
                      enum ruf_search_field field)
{
    uint64_t first = RUF_EACH_BYTE((unsigned char)form->bytes[0]);
    size_t enough = m->count + RUF_HIGHLIGHTS_MAX;
    uint64_t before = 0; /* whether the byte before is one of a word */

    for (size_t at = 0; at < text->size; at += 8) {
        uint64_t eight = eight_bytes(text, at);
        uint64_t lower = eight | RUF_EACH_BYTE(0x20);
        uint64_t of_words = letters_and_digits(eight);
        uint64_t found = tops_from(text, at) &
                         ~((lower ^ first) + RUF_EACH_BYTE(0x7F)) &
                         ~(of_words << 8 | before);

        before = of_words >> 56;
        for (; found != 0 && m->count < enough; found &= found - 1)
            mark_start(m, text, at + (size_t)__builtin_ctzll(found) / 8, form,
                       field);
    }
}

/* Words that begin as asked for, in text of ASCII only, folded or not; false
 * if there is more in it. */
static bool mark_ascii(struct marking *m, const struct folded *text,
                       enum ruf_search_field field)
{
    if (!is_ascii(text))
        return false;
    for (size_t i = 0; i < m->reading->count; i++)
        for (size_t k = 0; k < m->reading->words[i].form_count; k++) {
            const struct search_form *form = &m->reading->words[i].forms[k];

            if ((unsigned char)form->bytes[0] < 0x80)
                mark_form(m, text, form, field);
        }
    return true;
}

static void mark_folded(struct marking *m, const struct folded *text,
                        enum ruf_search_field field)
{
    struct ruf_words words = ruf_words(text->bytes, text->size);
    struct ruf_word word;

    while (ruf_words_next(&words, &word)) {
        if (word.kind == RUF_WORD_JOINED && field == RUF_FIELD_EMAIL)
            continue;
        if (m->tier == RUF_TIER_KEYPAD)
            mark_by_keypad(m, text, field, &word);
        else
            mark_by_words(m, text, field, &word);
    }
}

/* The columns that tell of a field's words. E-mail addresses may repeat words
 * of the names, which the index keeps with the names only. */
static const unsigned columns_of[] = {
    [RUF_FIELD_GIVEN] = 1u << RUF_COLUMN_GIVEN,
    [RUF_FIELD_FAMILY] = 1u << RUF_COLUMN_FAMILY,
    [RUF_FIELD_DISPLAY] = 1u << RUF_COLUMN_FAMILY,
    [RUF_FIELD_COMPANY] = 1u << RUF_COLUMN_COMPANY,
    [RUF_FIELD_DEPARTMENT] = 1u << RUF_COLUMN_DEPARTMENT,
    [RUF_FIELD_TITLE] = 1u << RUF_COLUMN_TITLE,
    [RUF_FIELD_EMAIL] = 1u << RUF_COLUMN_FAMILY | 1u << RUF_COLUMN_GIVEN |
                        1u << RUF_COLUMN_LOCAL | 1u << RUF_COLUMN_DOMAIN,
    [RUF_FIELD_NUMBER] = 0,
};

/* Do words have to be compared one by one? */
static bool may_be_loose(const struct marking *m, enum ruf_search_field field)
{
    return (m->plan->loose & columns_of[field]) != 0;
}

static void mark_folding(struct marking *m, enum ruf_search_field field,
                         struct ruf_text text, enum ruf_folding folding)
{
    struct folded folded = { m->s->folded, 0, m->s->offsets };

    folded.size = ruf_fold_map(text, folding, m->s->folded, m->s->offsets);
    if (!may_be_loose(m, field) && mark_ascii(m, &folded, field))
        return;
    mark_folded(m, &folded, field);
}

static void mark_text(struct marking *m, enum ruf_search_field field,
                      size_t item, struct ruf_text text)
{
    struct folded plain;

    text = ruf_text_slice(text, 0, RUF_RECORD_TEXT_MAX);
    if (text.size == 0 || m->hit->highlight_count == RUF_HIGHLIGHTS_MAX)
        return;
    if ((m->plan->columns & columns_of[field]) == 0) {
        flush_ranges(m, field, item); /* initials, if any */
        return;
    }
    plain = (struct folded){ text.data, text.size, NULL };
    if (may_be_loose(m, field) || !mark_ascii(m, &plain, field)) {
        mark_folding(m, field, text, RUF_FOLD_BASE);
        if (!is_ascii(&plain))
            mark_folding(m, field, text, RUF_FOLD_GERMAN);
    }
    flush_ranges(m, field, item);
}

/* --- initials
 * ------------------------------------------------------------------ */

/* The first letters of a text's words: all of them, or the first one. */
static size_t letters_of(const struct marking *m, struct ruf_text text,
                         bool all, char out[RUF_WORD_SIZE_MAX])
{
    char *folded = m->s->folded;
    struct ruf_words words;
    struct ruf_word word;
    size_t size = 0;

    text = ruf_text_slice(text, 0, RUF_RECORD_TEXT_MAX);
    words = ruf_words(folded, ruf_fold(text, RUF_FOLD_BASE, folded));
    while (ruf_words_next(&words, &word)) {
        uint32_t c;
        size_t step = ruf_utf8_decode(word.bytes, word.size, &c);

        if (word.kind == RUF_WORD_JOINED || size + step > RUF_WORD_SIZE_MAX / 2)
            continue;
        memcpy(out + size, word.bytes, step);
        size += step;
        if (!all)
            break;
    }
    return size;
}

static void mark_letters(struct marking *m, struct ruf_text text, bool all)
{
    char *bytes = m->s->folded;
    uint32_t *offsets = m->s->offsets;
    struct folded folded = { bytes, 0, offsets };
    struct ruf_words words;
    struct ruf_word word;

    text = ruf_text_slice(text, 0, RUF_RECORD_TEXT_MAX);
    folded.size = ruf_fold_map(text, RUF_FOLD_BASE, bytes, offsets);
    words = ruf_words(bytes, folded.size);
    while (ruf_words_next(&words, &word)) {
        if (word.kind == RUF_WORD_JOINED)
            continue;
        mark_word(m, &folded, &word, 1);
        if (!all)
            break;
    }
}

static bool is_asked(const struct marking *m, const char *letters, size_t size)
{
    for (size_t i = 0; i < m->reading->count; i++)
        for (size_t k = 0; k < m->reading->words[i].form_count; k++) {
            const struct search_form *form = &m->reading->words[i].forms[k];

            if (form->size == size && memcmp(form->bytes, letters, size) == 0)
                return true;
        }
    return false;
}

/* Were the initials of this contact, short or of all words, asked for? */
static bool asks_initials(const struct marking *m,
                          const struct ruf_contact *contact, bool all)
{
    RUF_SCRATCH char given[RUF_WORD_SIZE_MAX];
    RUF_SCRATCH char family[RUF_WORD_SIZE_MAX];
    size_t given_size = letters_of(m, contact->given, all, given);
    size_t family_size = letters_of(m, contact->family, all, family);

    if (given_size == 0 || family_size == 0)
        return false;
    memcpy(given + given_size, family, family_size);
    return is_asked(m, given, given_size + family_size);
}

/* Quickly, before their letters are looked at. */
static bool has_initials(const struct marking *m)
{
    const struct search_tables *tables = &m->s->tables;
    uint32_t text = ruf_search_text_of(&tables->fields[RUF_COLUMN_INITIALS],
                                       m->hit->contact);

    for (size_t i = 0; i < m->reading->count; i++)
        if (ruf_search_match_text(tables, &m->reading->words[i],
                                  RUF_COLUMN_INITIALS, text) != SEARCH_NO)
            return true;
    return false;
}

/* Adds to the ranges of a name, which mark_text() then joins. */
static void mark_initials(struct marking *m, struct ruf_text text,
                          const struct ruf_contact *contact)
{
    if (m->tier < RUF_TIER_INITIALS || m->tier > RUF_TIER_EMAIL ||
        !has_initials(m))
        return;
    if (asks_initials(m, contact, false))
        mark_letters(m, text, false);
    if (asks_initials(m, contact, true))
        mark_letters(m, text, true);
}

/* --- numbers
 * ---------------------------------------------------------------------- */

/* Where the digits begin at 'from' or, looking backwards, end; -1 if nowhere.
 */
static long find_digits(const char *digits, size_t size, const char *asked,
                        size_t asked_size, bool from_end)
{
    for (size_t i = 0; i + asked_size <= size; i++) {
        size_t at = from_end ? size - asked_size - i : i;

        if (memcmp(digits + at, asked, asked_size) == 0)
            return (long)at;
    }
    return -1;
}

/* The longest end of what was typed that stands in the text as written. */
static void mark_number(struct marking *m, size_t item,
                        const struct ruf_contact_number *number)
{
    const struct search_digits *asked = &m->s->digits;
    size_t least = asked->ends_only ? END_MIN : SUFFIX_MIN;
    RUF_SCRATCH char digits[SEARCH_DIGITS_MAX];
    RUF_SCRATCH uint32_t places[SEARCH_DIGITS_MAX];
    size_t size = 0;

    for (size_t i = 0; i < number->raw.size && size < sizeof(digits); i++)
        if (number->raw.data[i] >= '0' && number->raw.data[i] <= '9') {
            places[size] = (uint32_t)i;
            digits[size++] = number->raw.data[i];
        }
    for (size_t count = asked->size; count >= least; count--) {
        long at = find_digits(digits, size, asked->text + asked->size - count,
                              count, asked->ends_only);

        if (at >= 0) {
            add_range(m, places[at], places[(size_t)at + count - 1] + 1);
            break;
        }
    }
    flush_ranges(m, RUF_FIELD_NUMBER, item);
}

/* --- a hit
 * ----------------------------------------------------------------------- */

static struct search_reading *reading_of(struct search_scratch *s,
                                         const struct ruf_hit *hit)
{
    for (size_t i = 0; i + 1 < s->reading_count; i++)
        if (ruf_search_reading_tier(s, &s->readings[i], hit->contact,
                                    hit->tier) == hit->tier)
            return &s->readings[i];
    return &s->readings[s->reading_count - 1];
}

static void mark_texts(struct marking *m, const struct ruf_contact *contact)
{
    mark_initials(m, contact->given, contact);
    mark_text(m, RUF_FIELD_GIVEN, 0, contact->given);
    mark_initials(m, contact->family, contact);
    mark_text(m, RUF_FIELD_FAMILY, 0, contact->family);
    if (contact->given.size == 0 && contact->family.size == 0)
        mark_text(m, RUF_FIELD_DISPLAY, 0, contact->display);
    if (m->tier == RUF_TIER_KEYPAD)
        return;
    mark_text(m, RUF_FIELD_COMPANY, 0, contact->company);
    mark_text(m, RUF_FIELD_DEPARTMENT, 0, contact->department);
    mark_text(m, RUF_FIELD_TITLE, 0, contact->title);
    for (size_t i = 0; i < contact->email_count; i++)
        mark_text(m, RUF_FIELD_EMAIL, i, contact->emails[i]);
}

void ruf_search_plan_marks(struct search_scratch *s, const struct ruf_hit *hit,
                           struct search_marks *out)
{
    static const struct {
        enum ruf_search_field field;
        unsigned part;
    } parts[] = { { RUF_FIELD_COMPANY, CONTACT_COMPANY },
                  { RUF_FIELD_TITLE, CONTACT_TITLE },
                  { RUF_FIELD_DEPARTMENT, CONTACT_DEPARTMENT },
                  { RUF_FIELD_EMAIL, CONTACT_EMAILS } };

    *out = (struct search_marks){ .wanted = CONTACT_NUMBERS };
    if (hit->tier == RUF_TIER_FULL_NUMBER || hit->tier == RUF_TIER_NUMBER_PART)
        return;
    out->reading = reading_of(s, hit);
    if (hit->tier > RUF_TIER_NUMBER_PART)
        out->loose =
            ruf_search_loose_columns(s, out->reading, hit->tier, hit->contact);
    out->columns = out->loose;
    if (hit->tier != RUF_TIER_KEYPAD)
        out->columns |= ruf_search_columns(s, out->reading, hit->contact);
    out->wanted = CONTACT_NAMES;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if ((out->columns & columns_of[parts[i].field]) != 0)
            out->wanted |= parts[i].part;
}

/* Those that match. */
static enum ruf_status mark_numbers(struct marking *m, struct ruf_query *query,
                                    const struct ruf_contact *contact,
                                    struct ruf_error *err)
{
    for (size_t i = 0; i < contact->number_count; i++) {
        enum ruf_status status;

        if (ruf_search_match_number(&m->s->digits, &contact->numbers[i]) ==
            SEARCH_TIER_NONE)
            continue;
        status = ruf_contact_raw(query, i, err);
        if (status != RUF_OK)
            return status;
        mark_number(m, i, &contact->numbers[i]);
    }
    return RUF_OK;
}

enum ruf_status ruf_search_mark(struct ruf_query *query,
                                const struct search_marks *plan,
                                const struct ruf_contact *contact,
                                struct ruf_hit *hit, struct ruf_error *err)
{
    RUF_SCRATCH struct marking m;

    m.s = query->search;
    m.hit = hit;
    m.plan = plan;
    m.reading = plan->reading;
    m.tier = hit->tier;
    m.count = 0;
    hit->highlight_count = 0;
    if (plan->reading == NULL)
        return mark_numbers(&m, query, contact, err);
    mark_texts(&m, contact);
    return RUF_OK;
}
