/*
 * bench/search_queries.c - what is typed, made from the contacts
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/search_queries.h"
#include "base/fold.h"
#include <stdio.h>

const char *const query_class_names[QUERY_CLASSES] = {
    "1 letter",        "2 letters", "3 letters",      "4 letters",
    "6 letters",       "two words", "name + company", "4 digits inside",
    "6 digits inside", "extension", "keypad",         "one typo",
    "no hit",
};

/* First 'letters' characters of the folded text, letters and digits only. */
static size_t folded_prefix(struct ruf_text text, size_t letters, char *out)
{
    char folded[4 * RUF_RECORD_TEXT_MAX];
    size_t size = ruf_fold(text, RUF_FOLD_BASE, folded);
    size_t done = 0;

    for (size_t i = 0; i < size && done < letters; i++) {
        if (!((folded[i] >= 'a' && folded[i] <= 'z') ||
              (folded[i] >= '0' && folded[i] <= '9')))
            break;
        out[done++] = folded[i];
    }
    out[done] = '\0';
    return done;
}

/* 'count' digits of one of the person's numbers, somewhere or at its end. */
static bool digits_of(const struct ruf_person *person, size_t count, bool end,
                      char out[SEARCH_WORD_SIZE])
{
    static uint64_t state = 7;
    char text[RUF_E164_TEXT_SIZE];
    size_t size;
    size_t at;

    if (person->number_count == 0 || person->numbers[0].e164 == 0)
        return false;
    size = ruf_e164_format(person->numbers[0].e164, text) - 1;
    if (size < 10)
        return false;
    at = end ? size - count : bench_random(&state) % (size - count + 1);
    (void)snprintf(out, SEARCH_WORD_SIZE, "%s%.*s", end ? "-" : "", (int)count,
                   text + 1 + at);
    return true;
}

static bool keypad_of(const struct ruf_person *person,
                      char out[SEARCH_WORD_SIZE])
{
    static const char keys[] = "22233344455566677778889999";

    if (folded_prefix(person->family, 5, out) != 5)
        return false;
    for (size_t i = 0; i < 5; i++) {
        if (out[i] < 'a')
            return false;
        out[i] = keys[out[i] - 'a'];
    }
    return true;
}

/* One letter replaced by one that stands in no name here. */
static bool typo_of(const struct ruf_person *person, char out[SEARCH_WORD_SIZE])
{
    if (folded_prefix(person->family, 40, out) < 6)
        return false;
    out[3] = 'q';
    return true;
}

static bool make_query(const struct ruf_person *person, enum query_class kind,
                       search_words words)
{
    static const size_t letters[] = { 1, 2, 3, 4, 6 };

    words[1][0] = '\0';
    switch (kind) {
    case QUERY_PREFIX1:
    case QUERY_PREFIX2:
    case QUERY_PREFIX3:
    case QUERY_PREFIX4:
    case QUERY_PREFIX6:
        return folded_prefix(person->family, letters[kind], words[0]) ==
               letters[kind];
    case QUERY_INSIDE:
    case QUERY_FRAGMENT:
        return digits_of(person, kind == QUERY_INSIDE ? 4 : 6, false, words[0]);
    case QUERY_EXTENSION:
        return digits_of(person, 3, true, words[0]);
    case QUERY_KEYPAD:
        return keypad_of(person, words[0]);
    case QUERY_TYPO:
        return typo_of(person, words[0]);
    case QUERY_NO_HIT:
        (void)snprintf(words[0], SEARCH_WORD_SIZE, "xqj");
        return folded_prefix(person->family, 4, words[0] + 3) == 4;
    case QUERY_TWO_WORDS:
        return folded_prefix(person->given, 3, words[0]) == 3 &&
               folded_prefix(person->family, 3, words[1]) == 3;
    case QUERY_NAME_COMPANY:
        return folded_prefix(person->family, 4, words[0]) == 4 &&
               folded_prefix(person->company, 4, words[1]) == 4;
    case QUERY_CLASSES:
        break;
    }
    return false;
}

size_t search_queries_make(const struct ruf_people *people,
                           enum query_class kind, search_words *out,
                           size_t wanted)
{
    uint64_t state = BENCH_SEED + 98;
    size_t count = 0;

    for (size_t tries = 0; tries < 20 * wanted && count < wanted; tries++) {
        const struct ruf_person *person =
            &people->persons[bench_random(&state) % people->count];

        if (make_query(person, kind, out[count]))
            count++;
    }
    return count;
}

void search_words_join(search_words words, char out[2 * SEARCH_WORD_SIZE + 2])
{
    (void)snprintf(out, 2 * SEARCH_WORD_SIZE + 2, "%s%s%s", words[0],
                   words[1][0] == '\0' ? "" : " ", words[1]);
}
