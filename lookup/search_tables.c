/*
 * lookup/search_tables.c - finding one's way in the search sections
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "lookup/search_tables.h"
#include "base/scratch.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

/* --- opening
 * ------------------------------------------------------------------- */

/* Takes one array after the other off a section. */
struct cursor {
    const uint8_t *at;
    uint64_t left;
    bool failed;
};

static struct cursor section_cursor(const struct ruf_index *index,
                                    enum ruf_search_section kind)
{
    const struct index_section *section = &index->sections[kind];
    struct cursor cursor = { section->bytes, section->size,
                             section->bytes == NULL };

    /* What is loaded wide near the end has to stay inside. */
    if (cursor.left < RUF_SEARCH_PAD)
        cursor.failed = true;
    else
        cursor.left -= RUF_SEARCH_PAD;
    return cursor;
}

static const uint8_t *take(struct cursor *cursor, uint64_t size)
{
    const uint8_t *at = cursor->at;

    if (cursor->failed || size > cursor->left) {
        cursor->failed = true;
        return NULL;
    }
    cursor->at += size;
    cursor->left -= size;
    return at;
}

static uint32_t take32(struct cursor *cursor)
{
    const uint8_t *at = take(cursor, 4);

    return at == NULL ? 0 : ruf_search_load32(at);
}

static uint32_t mask_of(unsigned width)
{
    return width == 4 ? UINT32_MAX : (UINT32_C(1) << 8 * width) - 1;
}

static struct search_array take_array(struct cursor *cursor, uint64_t count,
                                      unsigned width)
{
    return (struct search_array){ take(cursor, count * width), (uint32_t)count,
                                  mask_of(width), width };
}

/* Columns of a table of rows. */
static void take_columns(struct cursor *cursor, uint64_t rows,
                         struct search_field fields[RUF_COLUMN_COUNT])
{
    const uint8_t *first = cursor->at;
    unsigned size = 0;

    for (size_t i = 0; i < RUF_COLUMN_COUNT; i++)
        size += ruf_search_width(fields[i].text_count);
    (void)take(cursor, rows * size);
    for (size_t i = 0; i < RUF_COLUMN_COUNT; i++) {
        unsigned width = ruf_search_width(fields[i].text_count);

        fields[i].column = (struct search_array){ first, (uint32_t)rows,
                                                  mask_of(width), size };
        first += width;
    }
}

static bool open_words(const struct ruf_index *index, struct search_words *out)
{
    struct cursor cursor = section_cursor(index, RUF_SECTION_SEARCH_WORDS);
    unsigned width;
    uint32_t names;

    out->count = take32(&cursor);
    out->first_letter = take32(&cursor);
    out->text_size = take32(&cursor);
    names = take32(&cursor);
    if (cursor.failed || out->first_letter > out->count)
        return false;
    width = ruf_search_width(out->count);
    out->blocks =
        take_array(&cursor,
                   ((uint64_t)out->count + RUF_SEARCH_WORDS_PER_BLOCK - 1) /
                       RUF_SEARCH_WORDS_PER_BLOCK,
                   4);
    out->beginnings = take_array(&cursor, out->count - out->first_letter, 4);
    out->starts = take_array(&cursor, RUF_SEARCH_CLASSES + 1, 4);
    out->keypad = take_array(&cursor, names, 4);
    out->keypad_words = take_array(&cursor, names, width);
    out->sound = take_array(&cursor, names, 4);
    out->sound_words = take_array(&cursor, names, width);
    out->text = take(&cursor, out->text_size);
    return !cursor.failed;
}

static void open_field(struct cursor *cursor, uint32_t contacts, uint32_t words,
                       uint32_t list_count, uint32_t listed_count,
                       struct search_field *out)
{
    unsigned word_width = ruf_search_width(words);
    uint64_t several = out->text_count - out->single_count;

    out->starts = take_array(cursor, (uint64_t)out->text_count + 1,
                             ruf_search_width(listed_count));
    out->listed = take_array(cursor, listed_count, ruf_search_width(contacts));
    out->singles = take_array(cursor, out->single_count, word_width);
    out->first = take_array(cursor, several + 1, 4);
    out->words = take_array(cursor, list_count, word_width);
    out->pair_words = take_array(cursor, list_count, word_width);
    out->pair_texts =
        take_array(cursor, list_count, ruf_search_width(out->text_count));
}

static bool open_fields(const struct ruf_index *index,
                        struct search_tables *out)
{
    struct cursor cursor = section_cursor(index, RUF_SECTION_SEARCH_FIELDS);
    uint32_t list_counts[RUF_COLUMN_COUNT];
    uint32_t listed_counts[RUF_COLUMN_COUNT];

    out->contacts = take32(&cursor);
    if (take32(&cursor) != out->words.count ||
        out->contacts != index->contact_count)
        return false;
    for (size_t i = 0; i < RUF_COLUMN_COUNT; i++) {
        out->fields[i].text_count = take32(&cursor);
        out->fields[i].single_count = take32(&cursor);
        list_counts[i] = take32(&cursor);
        listed_counts[i] = take32(&cursor);
        if (out->fields[i].single_count > out->fields[i].text_count)
            return false;
    }
    for (size_t i = 0; i < RUF_COLUMN_COUNT; i++)
        open_field(&cursor, out->contacts, out->words.count, list_counts[i],
                   listed_counts[i], &out->fields[i]);
    take_columns(&cursor, out->contacts, out->fields);
    return !cursor.failed;
}

static bool open_grams(const struct ruf_index *index,
                       struct search_numbers *out)
{
    struct cursor cursor = section_cursor(index, RUF_SECTION_SEARCH_GRAMS);

    if (take32(&cursor) != out->count)
        return false;
    out->gram_size = take32(&cursor);
    out->grams = take_array(&cursor, RUF_GRAM_GROUPS + 1, 4);
    out->gram_stream = take(&cursor, out->gram_size);
    return !cursor.failed;
}

static bool open_numbers(const struct ruf_index *index,
                         struct search_tables *tables)
{
    struct search_numbers *out = &tables->numbers;
    struct cursor cursor = section_cursor(index, RUF_SECTION_SEARCH_NUMBERS);
    uint32_t shared;
    uint32_t shared_owners;

    if (take32(&cursor) != tables->contacts)
        return false;
    out->count = take32(&cursor);
    shared = take32(&cursor);
    shared_owners = take32(&cursor);
    out->code_count = take32(&cursor);
    out->longer_size = take32(&cursor);
    out->values = take(&cursor, 8 * (uint64_t)out->count);
    out->owner_words = ((uint64_t)out->count + tables->contacts + 63) / 64;
    out->owner_bits = take(&cursor, 8 * out->owner_words);
    out->order = take_array(&cursor, out->count, ruf_search_width(out->count));
    out->samples =
        take_array(&cursor,
                   ((uint64_t)out->count + RUF_SEARCH_NUMBERS_PER_SAMPLE - 1) /
                       RUF_SEARCH_NUMBERS_PER_SAMPLE,
                   4);
    out->shared = take_array(&cursor, shared, 4);
    out->shared_first = take_array(&cursor, (uint64_t)shared + 1, 4);
    out->shared_owners =
        take_array(&cursor, shared_owners, ruf_search_width(tables->contacts));
    out->codes = take(&cursor, 2 * (uint64_t)out->code_count);
    out->longer = take(&cursor, out->longer_size);
    return !cursor.failed && open_grams(index, out);
}

bool ruf_search_tables_open(const struct ruf_index *index,
                            struct search_tables *out)
{
    memset(out, 0, sizeof(*out));
    return open_words(index, &out->words) && open_fields(index, out) &&
           open_numbers(index, out);
}

/* --- searching
 * ------------------------------------------------------------------- */

uint32_t ruf_search_bound(const struct search_array *array, uint32_t low,
                          uint32_t high, uint32_t value)
{
    uint32_t count = low < high ? high - low : 0;

    while (count > 1) {
        uint32_t half = count / 2;
        uint32_t item = ruf_search_item(array, low + half - 1);

        low += half & -(uint32_t)(item < value);
        count -= half;
    }
    return low + (count == 1 && ruf_search_item(array, low) < value ? 1 : 0);
}

static void fill_ranks(const struct search_array *array, size_t count,
                       uint32_t *ranks)
{
    uint32_t place = 0;

    for (size_t i = 0; i < count; i++) {
        while (place < array->count &&
               ruf_search_item(array, place) / SEARCH_WORDS_PER_RANK < i)
            place++;
        ranks[i * SEARCH_RANKS] = place;
    }
}

bool ruf_search_rank_words(struct search_tables *tables)
{
    size_t count = tables->words.count / SEARCH_WORDS_PER_RANK + 2;
    size_t size = SEARCH_RANKS * sizeof(*tables->ranks);
    uint32_t *ranks = aligned_alloc(size, count * size);

    tables->ranks = ranks;
    for (size_t i = 0; ranks != NULL && i < RUF_COLUMN_COUNT; i++) {
        struct search_field *field = &tables->fields[i];

        field->single_ranks = ranks + 2 * i;
        field->pair_ranks = ranks + 2 * i + 1;
        fill_ranks(&field->singles, count, ranks + 2 * i);
        fill_ranks(&field->pair_words, count, ranks + 2 * i + 1);
    }
    return ranks != NULL;
}

bool ruf_search_holds(const struct search_array *array, uint32_t low,
                      uint32_t high, uint32_t value)
{
    low = ruf_search_bound(array, low, high, value);
    return low < high && ruf_search_item(array, low) == value;
}

static void open_block(const struct search_words *words, uint32_t block,
                       struct search_speller *out)
{
    uint32_t start = ruf_search_item(&words->blocks, block);

    out->next = block * RUF_SEARCH_WORDS_PER_BLOCK;
    out->end = words->text + words->text_size;
    out->at = start <= words->text_size ? words->text + start : out->end;
    out->size = 0;
}

static inline void next_word(struct search_speller *speller)
{
    size_t shared;
    size_t more;

    speller->next++;
    if (speller->end - speller->at < 2)
        return;
    shared = speller->at[0];
    more = speller->at[1];
    speller->at += 2;
    if (shared > speller->size || shared + more > RUF_WORD_SIZE_MAX ||
        more > (size_t)(speller->end - speller->at)) {
        speller->at = speller->end; /* damaged: stay at the word before */
        return;
    }
    if (more <= SEARCH_PIECE && speller->end - speller->at >= SEARCH_PIECE)
        memcpy(speller->word + shared, speller->at, SEARCH_PIECE);
    else
        memcpy(speller->word + shared, speller->at, more);
    speller->at += more;
    speller->size = shared + more;
}

void ruf_search_spell(const struct search_words *words, uint32_t i,
                      struct search_speller *speller)
{
    uint32_t block = i / RUF_SEARCH_WORDS_PER_BLOCK;

    if (speller->next > i ||
        speller->next <= block * RUF_SEARCH_WORDS_PER_BLOCK)
        open_block(words, block, speller);
    while (speller->next <= i)
        next_word(speller);
}

/* Is the word below these bytes or, asked for the place behind, does it start
 * with them, too? */
static bool is_below(const struct search_speller *speller, const char *bytes,
                     size_t size, bool behind)
{
    size_t both = speller->size < size ? speller->size : size;
    int order = memcmp(speller->word, bytes, both);

    if (order != 0)
        return order < 0;
    return speller->size < size || behind;
}

/* First word of [low, high) that is not below, or high. */
static uint32_t word_bound(const struct search_words *words, uint32_t low,
                           uint32_t high, const char *bytes, size_t size,
                           bool behind)
{
    uint32_t first = low / RUF_SEARCH_WORDS_PER_BLOCK;
    uint32_t end = (high - 1) / RUF_SEARCH_WORDS_PER_BLOCK + 1;
    RUF_SCRATCH struct search_speller speller;
    uint32_t i;

    if (low >= high)
        return high;
    /* The last block whose first word is below. */
    while (first + 1 < end) {
        uint32_t middle = first + (end - first) / 2;

        open_block(words, middle, &speller);
        next_word(&speller);
        if (is_below(&speller, bytes, size, behind))
            first = middle;
        else
            end = middle;
    }
    open_block(words, first, &speller);
    i = first * RUF_SEARCH_WORDS_PER_BLOCK;
    for (uint32_t k = 0; k < RUF_SEARCH_WORDS_PER_BLOCK && i < high; k++, i++) {
        next_word(&speller);
        if (!is_below(&speller, bytes, size, behind))
            break;
    }
    return i < low ? low : i;
}

/* The classes of words that may begin with these bytes: one of two letters, all
 * of a first letter, or of all. */
static struct search_span class_span(const struct search_words *words,
                                     const char *bytes, size_t size)
{
    struct search_span all = { 0, words->count, false };
    struct search_span span = all;
    unsigned first = ruf_search_first_class((unsigned char)bytes[0]);
    unsigned class = first * RUF_SEARCH_SECONDS;
    unsigned end = class + RUF_SEARCH_SECONDS;

    if (first == RUF_SEARCH_FIRSTS - 1)
        return all;
    if (size > 1) {
        class += ruf_search_second_class((unsigned char)bytes[1]);
        end = class + 1;
    }
    span.first = ruf_search_item(&words->starts, class);
    span.end = ruf_search_item(&words->starts, end);
    return span.first <= span.end && span.end <= words->count ? span : all;
}

struct search_span ruf_search_narrow(const struct search_words *words,
                                     struct search_span span, uint32_t symbols,
                                     size_t letters)
{
    const struct search_array *beginnings = &words->beginnings;
    uint32_t base = words->first_letter;
    unsigned shift;
    uint32_t low;

    if (letters == 0 || span.first >= span.end || span.first < base)
        return span;
    shift = ruf_search_symbol_shift(letters - 1);
    low = symbols >> shift;
    span.first = base + ruf_search_bound(beginnings, span.first - base,
                                         span.end - base, low << shift);
    if (span.first < span.end &&
        ruf_search_beginning_of(words, span.first) >> shift > low)
        span.end = span.first; /* as nearly always with typos */
    span.end = base + ruf_search_bound(beginnings, span.first - base,
                                       span.end - base, (low + 1) << shift);
    return span;
}

/* How many letters a-z, of those that beginnings tell. */
static size_t leading_letters(const char *bytes, size_t size)
{
    size_t count = 0;

    while (count < size && count < RUF_SEARCH_BEGINNING &&
           bytes[count] >= 'a' && bytes[count] <= 'z')
        count++;
    return count;
}

struct search_span ruf_search_span(const struct search_words *words,
                                   const char *bytes, size_t size)
{
    size_t letters = leading_letters(bytes, size);
    struct search_span span =
        ruf_search_narrow(words, class_span(words, bytes, size),
                          ruf_search_beginning(bytes, letters), letters);
    RUF_SCRATCH struct search_speller speller;

    if (size > letters) {
        uint32_t end = span.end;

        span.first = word_bound(words, span.first, end, bytes, size, false);
        span.end = word_bound(words, span.first, end, bytes, size, true);
    }
    if (span.first < span.end) {
        ruf_search_word(words, span.first, &speller);
        span.exact = speller.size == size;
    }
    return span;
}
