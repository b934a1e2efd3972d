/*
 * indexer/search_fields.c - texts of each field, and the contacts of each text
 *
 * Texts of one word come first, sorted by it: the words between two bounds are
 * then the texts between two bounds, and only texts of several words need
 * lists. Counting sorts throughout.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/search_private.h"
#include <stdlib.h>
#include <string.h>

/* A field on its way out. */
struct field_out {
    uint32_t contacts;
    uint32_t word_count;
    uint32_t text_count; /* with words; one without is no text */
    uint32_t single_count;
    uint32_t *number;     /* per text that came in: its new number + 1, or 0 */
    uint32_t *first_word; /* per new text, where its words start */
    uint32_t *words;      /* ascending per text, distinct */
};

static void free_out(struct field_out *out)
{
    free(out->number);
    free(out->first_word);
    free(out->words);
}

static int by_value(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;

    return (a > b) - (a < b);
}

/* Sort a short list and drop doubles. @return what is left. */
static uint32_t sort_distinct(uint32_t *list, uint32_t count)
{
    uint32_t kept = 0;

    if (count > 1)
        qsort(list, count, sizeof(*list), by_value);
    for (uint32_t i = 0; i < count; i++)
        if (kept == 0 || list[kept - 1] != list[i])
            list[kept++] = list[i];
    return kept;
}

/* Ranks instead of arrival numbers; per text ascending and distinct.
 * @return words per text that came in. */
static uint32_t *rank_words(struct search_field *field, const uint32_t *rank)
{
    size_t texts = field->word_ends.count;
    uint32_t *counts = calloc(texts + 1, sizeof(*counts));
    uint32_t start = 0;

    for (size_t i = 0; counts != NULL && i < texts; i++) {
        uint32_t end = field->word_ends.items[i];

        for (uint32_t k = start; k < end; k++)
            field->words.items[k] = rank[field->words.items[k]];
        counts[i] = end == start ? 0
                                 : sort_distinct(field->words.items + start,
                                                 end - start);
        start = end;
    }
    return counts;
}

/* Where the words of a text that came in start. */
static uint32_t words_start(const struct search_field *field, size_t text)
{
    return text == 0 ? 0 : field->word_ends.items[text - 1];
}

/* New numbers: texts of one word by that word, then the others as they came. */
static bool number_texts(const struct search_field *field,
                         const uint32_t *counts, struct field_out *out)
{
    size_t texts = field->word_ends.count;
    uint32_t *starts = calloc((size_t)out->word_count + 1, sizeof(*starts));
    uint32_t next;

    out->number = calloc(texts + 1, sizeof(*out->number));
    if (starts == NULL || out->number == NULL) {
        free(starts);
        return false;
    }
    for (size_t i = 0; i < texts; i++)
        if (counts[i] == 1) {
            starts[field->words.items[words_start(field, i)] + 1]++;
            out->single_count++;
        }
    for (uint32_t i = 0; i < out->word_count; i++)
        starts[i + 1] += starts[i];
    next = out->single_count;
    for (size_t i = 0; i < texts; i++)
        if (counts[i] == 1)
            out->number[i] =
                1 + starts[field->words.items[words_start(field, i)]]++;
        else if (counts[i] > 1)
            out->number[i] = ++next;
    out->text_count = next;
    free(starts);
    return true;
}

/* The words of each text in its new place. */
static bool place_words(const struct search_field *field,
                        const uint32_t *counts, struct field_out *out)
{
    size_t texts = field->word_ends.count;
    uint32_t total = 0;

    out->first_word =
        calloc((size_t)out->text_count + 1, sizeof(*out->first_word));
    out->words = calloc(field->words.count + 1, sizeof(*out->words));
    if (out->first_word == NULL || out->words == NULL)
        return false;
    for (size_t i = 0; i < texts; i++)
        if (out->number[i] != 0)
            out->first_word[out->number[i]] = counts[i];
    for (uint32_t i = 0; i <= out->text_count; i++) {
        total += out->first_word[i];
        out->first_word[i] = total;
    }
    for (size_t i = 0; i < texts; i++)
        if (out->number[i] != 0)
            memcpy(out->words + out->first_word[out->number[i] - 1],
                   field->words.items + words_start(field, i),
                   counts[i] * sizeof(*out->words));
    return true;
}

/* --- writing
 * -------------------------------------------------------------------- */

/* (word, text) of texts with several words, by word; then by text, as texts
 * are walked in order. */
static bool write_pairs(const struct field_out *f, struct ruf_writer *out)
{
    uint32_t first = f->first_word[f->single_count];
    uint32_t count = f->first_word[f->text_count] - first;
    uint32_t *starts = calloc((size_t)f->word_count + 1, sizeof(*starts));
    uint32_t *words = calloc((size_t)count + 1, sizeof(*words));
    uint32_t *texts = calloc((size_t)count + 1, sizeof(*texts));
    bool ok = starts != NULL && words != NULL && texts != NULL;

    for (uint32_t i = 0; ok && i < count; i++)
        starts[f->words[first + i] + 1]++;
    for (uint32_t i = 0; ok && i < f->word_count; i++)
        starts[i + 1] += starts[i];
    for (uint32_t t = f->single_count; ok && t < f->text_count; t++)
        for (uint32_t i = f->first_word[t]; i < f->first_word[t + 1]; i++) {
            uint32_t at = starts[f->words[i]]++;

            words[at] = f->words[i];
            texts[at] = t;
        }
    if (ok) {
        ruf_search_write_array(out, words, count,
                               ruf_search_width(f->word_count));
        ruf_search_write_array(out, texts, count,
                               ruf_search_width(f->text_count));
    }
    free(starts);
    free(words);
    free(texts);
    return ok;
}

/* Contacts, text by text. */
struct postings {
    uint32_t *starts; /* per text, in contacts */
    uint32_t *contacts;
};

static bool invert(const struct search_list *column, const struct field_out *f,
                   struct postings *out)
{
    out->starts = calloc((size_t)f->text_count + 2, sizeof(*out->starts));
    out->contacts = calloc(column->count + 1, sizeof(*out->contacts));
    if (out->starts == NULL || out->contacts == NULL)
        return false;
    for (size_t i = 0; i < column->count; i++)
        if (column->items[i] != 0)
            out->starts[column->items[i] + 1]++;
    for (uint32_t t = 0; t <= f->text_count; t++)
        out->starts[t + 1] += out->starts[t];
    for (size_t i = 0; i < column->count; i++)
        if (column->items[i] != 0)
            out->contacts[out->starts[column->items[i]]++] = (uint32_t)i;
    return true;
}

static void write_postings(const struct field_out *f,
                           const struct postings *postings,
                           struct ruf_writer *out)
{
    static const uint32_t zero = 0;
    uint32_t count = postings->starts[f->text_count];
    unsigned width = ruf_search_width(count);

    /* invert() moved each start to the end of its texts. */
    ruf_search_write_array(out, &zero, 1, width);
    ruf_search_write_array(out, postings->starts + 1, f->text_count, width);
    ruf_search_write_array(out, postings->contacts, count,
                           ruf_search_width(f->contacts));
}

/* Its counts stand in the header, whose bytes are zero so far. */
static void write_counts(const struct field_out *f,
                         const struct postings *postings, uint8_t *header)
{
    ruf_store32(header, f->text_count);
    ruf_store32(header + 4, f->single_count);
    ruf_store32(header + 8,
                f->first_word[f->text_count] - f->first_word[f->single_count]);
    ruf_store32(header + 12, postings->starts[f->text_count]);
}

static bool write_field_arrays(const struct field_out *f,
                               const struct postings *postings,
                               struct ruf_writer *out)
{
    uint32_t first = f->first_word[f->single_count];
    uint32_t count = f->first_word[f->text_count] - first;
    unsigned width = ruf_search_width(f->word_count);

    write_postings(f, postings, out);
    ruf_search_write_array(out, f->words, f->single_count, width);
    for (uint32_t t = f->single_count; t <= f->text_count; t++)
        ruf_write_u32(out, f->first_word[t] - first);
    ruf_search_write_array(out, f->words + first, count, width);
    return write_pairs(f, out);
}

/* Texts get their new numbers, also in field->column. @param place of its
 * counts in the section. */
static bool write_field(struct search_field *field, const uint32_t *rank,
                        uint32_t contacts, uint32_t word_count, size_t place,
                        struct ruf_writer *out)
{
    struct field_out f = { .contacts = contacts, .word_count = word_count };
    struct postings postings = { NULL, NULL };
    uint32_t *counts = rank_words(field, rank);
    bool ok = counts != NULL && number_texts(field, counts, &f) &&
              place_words(field, counts, &f);

    for (size_t i = 0; ok && i < field->column.count; i++)
        if (field->column.items[i] != 0)
            field->column.items[i] = f.number[field->column.items[i] - 1];
    ok = ok && invert(&field->column, &f, &postings) &&
         write_field_arrays(&f, &postings, out) && !out->failed;
    if (ok)
        write_counts(&f, &postings, out->bytes + place);
    free(counts);
    free(postings.starts);
    free(postings.contacts);
    free_out(&f);
    return ok;
}

/* The texts of each contact, side by side; their counts stand in the header. */
static void write_rows(const struct ruf_search_builder *builder,
                       struct ruf_writer *out)
{
    size_t places[RUF_COLUMN_COUNT];
    size_t size = 0;
    uint8_t *row;

    for (size_t i = 0; i < RUF_COLUMN_COUNT; i++) {
        places[i] = size;
        size += ruf_search_width(
            ruf_load32(out->bytes + RUF_SEARCH_FIELD_COUNTS(i)));
    }
    /* All four bytes are stored; what comes next takes those too many. */
    row = ruf_write_room(out, builder->contacts * size + sizeof(uint32_t));
    if (row == NULL)
        return;
    for (uint32_t contact = 0; contact < builder->contacts; contact++) {
        for (size_t i = 0; i < RUF_COLUMN_COUNT; i++)
            ruf_store32(row + places[i],
                        builder->fields[i].column.items[contact]);
        row += size;
    }
    out->size += builder->contacts * size;
}

bool ruf_search_write_fields(struct ruf_search_builder *builder,
                             const uint32_t *rank, struct ruf_writer *out)
{
    uint32_t words = (uint32_t)builder->words.starts.count;
    uint8_t *header = ruf_write_space(out, RUF_SEARCH_FIELDS_HEADER);
    bool ok = true;

    if (header == NULL)
        return false;
    ruf_store32(header, builder->contacts);
    ruf_store32(header + 4, words);
    for (size_t i = 0; i < RUF_COLUMN_COUNT && ok; i++)
        ok = write_field(&builder->fields[i], rank, builder->contacts, words,
                         RUF_SEARCH_FIELD_COUNTS(i), out);
    if (ok)
        write_rows(builder, out);
    ruf_search_write_pad(out);
    return ok && !out->failed;
}
