/*
 * base/words.c - words of folded text, how they are keyed and how they sound
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/words.h"
#include "base/text.h"
#include <string.h>
#include <utf8proc.h>

enum letter { SEPARATOR = 0, JOINER, WORD };

/* SEPARATOR, JOINER or WORD of each ASCII character. */
static const char ascii_letters[] = "00000000000000000000000000000000"
                                    "00000001000001102222222222000000"
                                    "02222222222222222222222222200000"
                                    "12222222222222222222222222200000";

/* Apostrophes and hyphens as word processors write them. */
static bool is_wide_joiner(uint32_t c)
{
    return c == 0x2018 || c == 0x2019 || c == 0x2BC ||
           (c >= 0x2010 && c <= 0x2015);
}

static enum letter wide_letter(uint32_t c)
{
    utf8proc_category_t category;

    if (is_wide_joiner(c))
        return JOINER;
    category = utf8proc_category((utf8proc_int32_t)c);
    return (category >= UTF8PROC_CATEGORY_LU &&
            category <= UTF8PROC_CATEGORY_LO) ||
                   category == UTF8PROC_CATEGORY_MC ||
                   (category >= UTF8PROC_CATEGORY_ND &&
                    category <= UTF8PROC_CATEGORY_NO)
               ? WORD
               : SEPARATOR;
}

static inline enum letter letter_at(const char *text, size_t size, size_t at,
                                    size_t *step)
{
    uint32_t c;

    *step = 1;
    if ((unsigned char)text[at] < 0x80)
        return (enum letter)(ascii_letters[(unsigned char)text[at]] - '0');
    *step = ruf_utf8_decode(text + at, size - at, &c);
    return wide_letter(c);
}

struct ruf_words ruf_words(const char *folded, size_t size)
{
    return (struct ruf_words){ .text = folded, .size = size };
}

/* Find the next run of words and joiners, from word to word. */
static bool find_run(struct ruf_words *words)
{
    enum letter before = SEPARATOR;
    size_t step;
    size_t i = words->at;

    while (i < words->size &&
           letter_at(words->text, words->size, i, &step) != WORD)
        i += step;
    words->run_start = i;
    words->run_end = i;
    words->run_parts = 0;
    for (; i < words->size; i += step) {
        enum letter letter = letter_at(words->text, words->size, i, &step);

        if (letter == SEPARATOR)
            break;
        if (letter == WORD) {
            words->run_parts += before != WORD ? 1 : 0;
            words->run_end = i + step;
        }
        before = letter;
    }
    words->at = words->run_start;
    if (words->run_parts == 0)
        words->run_end = 0;
    return words->run_parts > 0;
}

/* The word from 'start' to the next joiner, or over all of them. */
static void read_word(const struct ruf_words *words, size_t start, bool joined,
                      struct ruf_word *out)
{
    bool full = false;
    size_t step;
    size_t i = start;

    out->start = start;
    out->size = 0;
    for (; i < words->run_end; i += step) {
        enum letter letter = letter_at(words->text, words->run_end, i, &step);

        if (letter == JOINER && !joined)
            break;
        full = full || out->size + step > sizeof(out->bytes);
        if (letter != WORD || full)
            continue;
        memcpy(out->bytes + out->size, words->text + i, step);
        out->size += step;
    }
    out->end = i;
}

bool ruf_words_next(struct ruf_words *words, struct ruf_word *out)
{
    size_t step;

    if (words->run_end == 0 && !find_run(words))
        return false;
    while (words->at < words->run_end &&
           letter_at(words->text, words->size, words->at, &step) != WORD)
        words->at += step;
    if (words->at < words->run_end) {
        out->kind = words->run_parts > 1 ? RUF_WORD_PART : RUF_WORD_ALONE;
        read_word(words, words->at, false, out);
        words->at = out->end;
        if (out->kind == RUF_WORD_ALONE)
            words->run_end = 0;
        return true;
    }
    out->kind = RUF_WORD_JOINED;
    read_word(words, words->run_start, true, out);
    words->run_end = 0;
    return true;
}

size_t ruf_word_prefix_end(const char *folded, const struct ruf_word *word,
                           size_t size)
{
    size_t done = 0;
    size_t at = word->start;

    while (at < word->end && done < size) {
        size_t step;

        if (letter_at(folded, word->end, at, &step) == WORD)
            done += step;
        at += step;
    }
    return at;
}

/* --- keypad and sound
 * ---------------------------------------------------------- */

size_t ruf_word_keypad(const char *word, size_t size, char *out)
{
    static const char keys[] = "22233344455566677778889999";
    size_t i;

    for (i = 0; i < size; i++) {
        char c = word[i];

        if (c >= 'a' && c <= 'z')
            out[i] = keys[c - 'a'];
        else if (c >= '2' && c <= '9')
            out[i] = c;
        else
            break;
    }
    return i;
}

#define LETTER(c) (1u << ((c) - 'a'))

/* Sets of letters that sounds depend on. */
enum letters {
    SHARP = LETTER('c') | LETTER('s') | LETTER('z'),
    HISSING = LETTER('s') | LETTER('z'),
    HARD = LETTER('c') | LETTER('k') | LETTER('q'),
    AFTER_HARD_C = LETTER('a') | LETTER('h') | LETTER('k') | LETTER('o') |
                   LETTER('q') | LETTER('u') | LETTER('x'),
    AFTER_FIRST_C = AFTER_HARD_C | LETTER('l') | LETTER('r'),
    VOWELS = LETTER('a') | LETTER('e') | LETTER('i') | LETTER('j') |
             LETTER('o') | LETTER('u') | LETTER('y')
};

static bool is_one_of(char c, enum letters letters)
{
    unsigned at = (unsigned char)c - (unsigned)'a';

    return at < 26 && ((unsigned)letters >> at & 1) != 0;
}

/* The code of one letter between its neighbours ('\0' at the ends); 'x' may
 * give two digits. */
static const char *letter_sound(char before, char c, char after)
{
    switch (c) {
    case 'b':
        return "1";
    case 'p':
        return after == 'h' ? "3" : "1";
    case 'd':
    case 't':
        return is_one_of(after, SHARP) ? "8" : "2";
    case 'f':
    case 'v':
    case 'w':
        return "3";
    case 'g':
    case 'k':
    case 'q':
        return "4";
    case 'c':
        if (before == '\0')
            return is_one_of(after, AFTER_FIRST_C) ? "4" : "8";
        return !is_one_of(before, HISSING) && is_one_of(after, AFTER_HARD_C)
                   ? "4"
                   : "8";
    case 'x':
        return is_one_of(before, HARD) ? "8" : "48";
    case 'l':
        return "5";
    case 'm':
    case 'n':
        return "6";
    case 'r':
        return "7";
    case 's':
    case 'z':
        return "8";
    default:
        return is_one_of(c, VOWELS) ? "0" : "";
    }
}

size_t ruf_word_sound(const char *word, size_t size, char *out)
{
    size_t count = 0;
    char last = '\0';

    for (size_t i = 0; i < size; i++) {
        const char *code = letter_sound(i > 0 ? word[i - 1] : '\0', word[i],
                                        i + 1 < size ? word[i + 1] : '\0');

        for (; *code != '\0'; code++) {
            if (*code != last && (*code != '0' || count == 0))
                out[count++] = *code;
            last = *code;
        }
    }
    return count;
}
