/*
 * indexer/search_words.c - the dictionary: distinct words in byte order
 *
 * Sorted by their first eight bytes with a radix sort; only words that agree
 * in these are compared.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "indexer/search_private.h"
#include <stdlib.h>
#include <string.h>

struct keyed {
    uint64_t head; /* first eight bytes, big-endian */
    uint32_t word;
};

static uint64_t head_of(struct ruf_text word)
{
    uint64_t head = 0;

    for (size_t i = 0; i < 8; i++)
        head = head << 8 | (i < word.size ? (unsigned char)word.data[i] : 0);
    return head;
}

/* One stable pass over byte 'shift' / 8; false if it changed nothing. */
static bool radix_pass(const struct keyed *from, struct keyed *to, size_t count,
                       unsigned shift)
{
    size_t starts[257] = { 0 };

    for (size_t i = 0; i < count; i++)
        starts[(from[i].head >> shift & 255) + 1]++;
    for (size_t i = 1; i < 257; i++) {
        if (starts[i] == count)
            return false;
        starts[i] += starts[i - 1];
    }
    for (size_t i = 0; i < count; i++)
        to[starts[from[i].head >> shift & 255]++] = from[i];
    return true;
}

static int by_text(const void *left, const void *right, void *words)
{
    return ruf_text_compare(
        ruf_search_pool_text(words, ((const struct keyed *)left)->word),
        ruf_search_pool_text(words, ((const struct keyed *)right)->word));
}

static void sort_equal_heads(struct keyed *list, size_t count,
                             struct search_pool *words)
{
    size_t end;

    for (size_t i = 0; i < count; i = end) {
        for (end = i + 1; end < count && list[end].head == list[i].head;)
            end++;
        if (end - i > 1)
            qsort_r(list + i, end - i, sizeof(*list), by_text, words);
    }
}

static bool sort_words(struct search_pool *words, uint32_t *order)
{
    size_t count = words->ends.count;
    struct keyed *list = calloc(count + 1, sizeof(*list));
    struct keyed *other = calloc(count + 1, sizeof(*other));
    bool ok = list != NULL && other != NULL;

    for (size_t i = 0; ok && i < count; i++)
        list[i] =
            (struct keyed){ head_of(ruf_search_pool_text(words, (uint32_t)i)),
                            (uint32_t)i };
    for (unsigned shift = 0; ok && shift < 64; shift += 8)
        if (radix_pass(list, other, count, shift)) {
            struct keyed *swap = list;

            list = other;
            other = swap;
        }
    if (ok)
        sort_equal_heads(list, count, words);
    for (size_t i = 0; ok && i < count; i++)
        order[i] = list[i].word;
    free(list);
    free(other);
    return ok;
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

    for (size_t i = 0; i < words->ends.count; i++) {
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
    for (size_t i = first_letter; i < words->ends.count; i++) {
        struct ruf_text word = ruf_search_pool_text(words, order[i]);

        ruf_write_u32(out, key(word.data, word.size));
    }
}

bool ruf_search_write_words(struct search_pool *words, uint32_t *order,
                            uint32_t *rank, struct ruf_writer *out)
{
    size_t count = words->ends.count;
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
