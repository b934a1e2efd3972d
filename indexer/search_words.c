/*
 * indexer/search_words.c - the dictionary: distinct words in byte order
 *
 * Sorted by their first eight bytes with a radix sort; only words that agree
 * in these are compared.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
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
    struct ruf_keyed *list = calloc(2 * count + 1, sizeof(*list));

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

static void write_keys(const struct search_pool *words, const uint32_t *order,
                       size_t first_letter, struct ruf_writer *out,
                       uint32_t (*key)(const char *word, size_t size))
{
    for (size_t i = first_letter; i < words->starts.count; i++) {
        struct ruf_text word = ruf_search_pool_text(words, order[i]);

        ruf_write_u32(out, key(word.data, word.size));
    }
}

bool ruf_search_write_words(struct search_pool *words, uint32_t *order,
                            uint32_t *rank, struct ruf_writer *out)
{
    size_t count = words->starts.count;
    size_t first_letter = 0;
    struct ruf_writer offsets = { 0 };
    struct ruf_writer text = { 0 };
    bool ok = sort_words(words, order);

    for (size_t i = 0; ok && i < count; i++)
        rank[order[i]] = (uint32_t)i;
    while (ok && first_letter < count &&
           ruf_search_pool_text(words, order[first_letter]).data[0] <= '9' &&
           ruf_search_pool_text(words, order[first_letter]).data[0] >= '0')
        first_letter++;
    if (ok) {
        write_text(words, order, &offsets, &text);
        ruf_write_u32(out, (uint32_t)count);
        ruf_write_u32(out, (uint32_t)first_letter);
        ruf_write_u32(out, (uint32_t)text.size);
        ruf_write_u32(out, 0);
        ruf_write_bytes(out, offsets.bytes, offsets.size);
        write_keys(words, order, first_letter, out, ruf_search_letters);
        write_keys(words, order, first_letter, out, ruf_search_keypad);
        write_keys(words, order, first_letter, out, ruf_search_sound);
        ruf_write_bytes(out, text.bytes, text.size);
        ruf_search_write_pad(out);
    }
    ok = ok && !offsets.failed && !text.failed && !out->failed &&
         text.size <= UINT32_MAX;
    ruf_writer_wipe(&offsets);
    ruf_writer_wipe(&text);
    return ok;
}
