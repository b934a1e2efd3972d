/*
 * lookup/search_query.c - what was typed: words in two readings, and digits
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/fold.h"
#include "base/scratch.h"
#include "base/text.h"
#include "lookup/search_private.h"
#include <string.h>

#define NUMBER_MIN 3
#define END_MIN 2
#define KEYPAD_MIN 2
#define TYPO_MIN 5
#define SOUND_MIN 3

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void read_digits(struct ruf_text text, struct search_digits *out)
{
    bool number = text.size > 0;
    bool keypad = text.size >= KEYPAD_MIN;

    out->size = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];

        if (is_digit(c))
            out->text[out->size++] = c;
        else if (c == '\0' || strchr("+()/-. ", c) == NULL)
            number = false;
        keypad = keypad && c >= '2' && c <= '9';
    }
    out->plus = text.size > 0 && text.data[0] == '+';
    out->ends_only = text.size > 0 && text.data[0] == '-';
    out->is_number =
        number && out->size >= (out->ends_only ? END_MIN : NUMBER_MIN);
    out->is_keypad = keypad;
}

/* --- words
 * ----------------------------------------------------------------------- */

static void set_form(struct search_form *form, const struct ruf_word *word)
{
    memcpy(form->bytes, word->bytes, word->size);
    form->size = word->size;
    for (size_t i = 0; i < RUF_COLUMN_COUNT; i++)
        form->ranges[i].known = false;
}

/* Joined parts make one word in the first reading, several in the second. */
static void read_words(const char *folded, size_t size, bool joined,
                       struct search_reading *out)
{
    struct ruf_words words = ruf_words(folded, size);
    struct ruf_word word;

    out->count = 0;
    while (out->count < SEARCH_WORDS_MAX && ruf_words_next(&words, &word))
        if (word.kind == RUF_WORD_ALONE ||
            (word.kind == RUF_WORD_JOINED) == joined) {
            set_form(&out->words[out->count].forms[0], &word);
            out->words[out->count++].form_count = 1;
        }
}

/* The German forms of words that have one; both foldings split alike. */
static void add_german(const char *folded, size_t size, bool joined,
                       struct search_reading *out)
{
    struct ruf_words words = ruf_words(folded, size);
    struct ruf_word word;
    size_t i = 0;

    while (i < out->count && ruf_words_next(&words, &word)) {
        struct search_word *to = &out->words[i];

        if (word.kind != RUF_WORD_ALONE &&
            (word.kind == RUF_WORD_JOINED) != joined)
            continue;
        i++;
        if (word.size == to->forms[0].size &&
            memcmp(word.bytes, to->forms[0].bytes, word.size) == 0)
            continue;
        set_form(&to->forms[1], &word);
        to->form_count = 2;
    }
}

static void find_spans(const struct search_words *words,
                       struct search_reading *reading)
{
    for (size_t i = 0; i < reading->count; i++)
        for (size_t k = 0; k < reading->words[i].form_count; k++) {
            struct search_form *form = &reading->words[i].forms[k];

            form->span = ruf_search_span(words, form->bytes, form->size);
        }
}

static bool has_joined(const char *folded, size_t size)
{
    struct ruf_words words = ruf_words(folded, size);
    struct ruf_word word;

    while (ruf_words_next(&words, &word))
        if (word.kind != RUF_WORD_ALONE)
            return true;
    return false;
}

void ruf_search_parse(struct search_scratch *s, struct ruf_text text)
{
    RUF_SCRATCH char base[4 * SEARCH_QUERY_MAX];
    RUF_SCRATCH char german[4 * SEARCH_QUERY_MAX];
    size_t base_size;
    size_t german_size;

    text = ruf_text_slice(ruf_text_trim(text), 0, SEARCH_QUERY_MAX);
    text = ruf_text_trim(text); /* where it was cut */
    read_digits(text, &s->digits);
    base_size = ruf_fold(text, RUF_FOLD_BASE, base);
    german_size = ruf_fold(text, RUF_FOLD_GERMAN, german);
    s->reading_count = has_joined(base, base_size) ? 2 : 1;
    for (size_t i = 0; i < s->reading_count; i++) {
        read_words(base, base_size, i == 0, &s->readings[i]);
        add_german(german, german_size, i == 0, &s->readings[i]);
        find_spans(&s->tables.words, &s->readings[i]);
    }
}

/* --- typos and sounds
 * ------------------------------------------------------------- */

static size_t code_points(const char *bytes, size_t size,
                          uint32_t out[RUF_WORD_SIZE_MAX])
{
    size_t count = 0;
    size_t i = 0;

    while (i < size)
        i += ruf_utf8_decode(bytes + i, size - i, &out[count++]);
    return count;
}

void ruf_search_prepare_loose(struct search_reading *reading)
{
    for (size_t i = 0; i < reading->count; i++) {
        struct search_word *word = &reading->words[i];
        bool has_digit = false;

        for (size_t k = 0; k < word->form_count; k++) {
            struct search_form *form = &word->forms[k];

            form->letter_count =
                code_points(form->bytes, form->size, form->letters);
            form->sound_size =
                ruf_word_sound(form->bytes, form->size, form->sound_digits);
            form->sound = ruf_search_sound(form->bytes, form->size);
            for (size_t b = 0; b < form->size; b++)
                has_digit = has_digit || is_digit(form->bytes[b]);
        }
        word->may_be_typo =
            !has_digit && word->forms[0].letter_count >= TYPO_MIN;
        for (size_t k = 0; word->may_be_typo && k < word->form_count; k++)
            ruf_search_make_slips(&word->forms[k]);
        word->may_sound = !has_digit &&
                          word->forms[0].letter_count >= SOUND_MIN &&
                          word->forms[0].sound_size > 0;
    }
}
