/*
 * indexer/search_words.c - the dictionary: distinct words in byte order
 *
 * Sorted by their first eight bytes with a radix sort; only words that agree
 * in these are compared. Those of names come a second and a third time, by
 * keypad and by sound.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/pages.h"
#include "base/text.h"
#include "indexer/keyed.h"
#include "indexer/search_private.h"
#include <stdlib.h>
#include <string.h>

static int by_text(const void *left, const void *right, void *words)
{
    return ruf_text_compare(
        ruf_search_pool_text(words, ((const struct ruf_keyed *)left)->item),
        ruf_search_pool_text(words, ((const struct ruf_keyed *)right)->item));
}

static bool sort_words(struct search_pool *words, uint32_t *order)
{
    size_t count = words->starts.count;
    struct ruf_keyed *list = ruf_pages_alloc((2 * count + 1) * sizeof(*list));

    if (list == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        list[i] = (struct ruf_keyed){ ruf_keyed_text(ruf_search_pool_text(
                                          words, (uint32_t)i)),
                                      (uint32_t)i };
    ruf_keyed_sort(list, list + count, count);
    ruf_keyed_settle(list, count, by_text, words);
    for (size_t i = 0; i < count; i++)
        order[i] = list[i].item;
    free(list);
    return true;
}

/* --- writing
 * --------------------------------------------------------------------- */

static size_t shared_size(struct ruf_text a, struct ruf_text b)
{
    size_t size = 0;

    while (size < a.size && size < b.size && a.data[size] == b.data[size])
        size++;
    return size;
}

static void write_text(const struct search_pool *words, const uint32_t *order,
                       struct ruf_writer *offsets, struct ruf_writer *text)
{
    struct ruf_text before = { NULL, 0 };

    for (size_t i = 0; i < words->starts.count; i++) {
        struct ruf_text word = ruf_search_pool_text(words, order[i]);
        size_t shared = 0;

        if (i % RUF_SEARCH_WORDS_PER_BLOCK == 0)
            ruf_write_u32(offsets, (uint32_t)text->size);
        else
            shared = shared_size(before, word);
        ruf_write_u8(text, (uint8_t)shared);
        ruf_write_u8(text, (uint8_t)(word.size - shared));
        ruf_write_bytes(text, word.data + shared, word.size - shared);
        before = word;
    }
}

static void write_beginnings(const struct search_pool *words,
                             const uint32_t *order, size_t first_letter,
                             struct ruf_writer *out)
{
    for (size_t i = first_letter; i < words->starts.count; i++) {
        struct ruf_text word = ruf_search_pool_text(words, order[i]);

        ruf_write_u32(out, ruf_search_beginning(word.data, word.size));
    }
}

static unsigned class_of(struct ruf_text word)
{
    unsigned first = ruf_search_first_class((unsigned char)word.data[0]);

    return first * RUF_SEARCH_SECONDS +
           (word.size == 1
                ? 0
                : ruf_search_second_class((unsigned char)word.data[1]));
}

/* The first word of each class or behind it. */
static void write_starts(const struct search_pool *words, const uint32_t *order,
                         size_t first_letter, struct ruf_writer *out)
{
    size_t count = words->starts.count;
    unsigned done = 0;

    for (size_t i = first_letter; i < count; i++)
        for (unsigned class = class_of(ruf_search_pool_text(words, order[i]));
             done <= class; done++)
            ruf_write_u32(out, (uint32_t)i);
    for (; done <= RUF_SEARCH_CLASSES; done++)
        ruf_write_u32(out, (uint32_t)count);
}

/* --- words of names
 * ------------------------------------------------------------------------ */

/* Their places in the order, ascending, those that begin with a letter. */
struct names {
    uint32_t *words;
    size_t count;
};

static bool find_names(const struct ruf_search_builder *builder,
                       const uint32_t *rank, size_t first_letter,
                       struct names *out)
{
    size_t count = builder->words.starts.count;
    uint8_t *is_name = calloc(count + 1, 1);

    out->count = 0;
    out->words = calloc(count + 1, sizeof(*out->words));
    for (unsigned column = RUF_COLUMN_FAMILY;
         is_name != NULL && column <= RUF_COLUMN_GIVEN; column++) {
        const struct search_list *words = &builder->fields[column].words;

        for (size_t i = 0; i < words->count; i++)
            is_name[rank[words->items[i]]] = 1;
    }
    for (size_t i = first_letter;
         is_name != NULL && out->words != NULL && i < count; i++)
        if (is_name[i])
            out->words[out->count++] = (uint32_t)i;
    free(is_name);
    return is_name != NULL && out->words != NULL;
}

/* Names by a key: the keys ascending, then their words. */
static bool write_by_key(const struct search_pool *words, const uint32_t *order,
                         const struct names *names,
                         uint32_t (*key)(const char *word, size_t size),
                         struct ruf_writer *out)
{
    unsigned width = ruf_search_width((uint32_t)words->starts.count);
    struct ruf_keyed *list =
        ruf_pages_alloc((2 * names->count + 1) * sizeof(*list));

    if (list == NULL)
        return false;
    for (size_t i = 0; i < names->count; i++) {
        struct ruf_text word =
            ruf_search_pool_text(words, order[names->words[i]]);

        list[i] =
            (struct ruf_keyed){ key(word.data, word.size), names->words[i] };
    }
    ruf_keyed_sort(list, list + names->count, names->count);
    for (size_t i = 0; i < names->count; i++)
        ruf_write_u32(out, (uint32_t)list[i].key);
    for (size_t i = 0; i < names->count; i++)
        ruf_search_write_array(out, &list[i].item, 1, width);
    free(list);
    return true;
}

/* --- the section
 * ------------------------------------------------------------------------- */

static size_t find_first_letter(const struct search_pool *words,
                                const uint32_t *order)
{
    size_t first = 0;

    while (first < words->starts.count &&
           ruf_search_pool_text(words, order[first]).data[0] <= '9' &&
           ruf_search_pool_text(words, order[first]).data[0] >= '0')
        first++;
    return first;
}

static bool write_section(const struct search_pool *words,
                          const uint32_t *order, size_t first_letter,
                          const struct names *names, struct ruf_writer *out)
{
    struct ruf_writer offsets = { 0 };
    struct ruf_writer text = { 0 };
    bool ok;

    write_text(words, order, &offsets, &text);
    ruf_write_u32(out, (uint32_t)words->starts.count);
    ruf_write_u32(out, (uint32_t)first_letter);
    ruf_write_u32(out, (uint32_t)text.size);
    ruf_write_u32(out, (uint32_t)names->count);
    ruf_write_bytes(out, offsets.bytes, offsets.size);
    write_beginnings(words, order, first_letter, out);
    write_starts(words, order, first_letter, out);
    ok = write_by_key(words, order, names, ruf_search_keypad, out) &&
         write_by_key(words, order, names, ruf_search_sound, out);
    ruf_write_bytes(out, text.bytes, text.size);
    ruf_search_write_pad(out);
    ok = ok && !offsets.failed && !text.failed && !out->failed &&
         text.size <= UINT32_MAX;
    ruf_writer_wipe(&offsets);
    ruf_writer_wipe(&text);
    return ok;
}

bool ruf_search_write_words(struct ruf_search_builder *builder, uint32_t *order,
                            uint32_t *rank, struct ruf_writer *out)
{
    struct search_pool *words = &builder->words;
    struct names names = { NULL, 0 };
    size_t first_letter;
    bool ok;

    if (!sort_words(words, order))
        return false;
    for (size_t i = 0; i < words->starts.count; i++)
        rank[order[i]] = (uint32_t)i;
    first_letter = find_first_letter(words, order);
    ok = find_names(builder, rank, first_letter, &names) &&
         write_section(words, order, first_letter, &names, out);
    free(names.words);
    return ok;
}
