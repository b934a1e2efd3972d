/*
 * test_words.c - folding, words, keypad and sound of words
 *
 * Oracles: Unicode's own decomposition for folding; the published examples of
 * Kölner Phonetik for sounds.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/fold.h"
#include "base/text.h"
#include "base/words.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

static void expect_fold(struct ruf_text from, struct ruf_text to, uint32_t c)
{
    char a[64];
    char b[64];
    size_t a_size = ruf_fold(from, RUF_FOLD_BASE, a);
    size_t b_size = ruf_fold(to, RUF_FOLD_BASE, b);

    cr_expect(a_size == b_size && memcmp(a, b, a_size) == 0, "U+%04X", c);
}

Test(fold, of_a_letter_is_that_of_its_decomposition)
{
    for (uint32_t c = 0xC0; c < 0x250; c++) {
        utf8proc_int32_t parts[16];
        char composed[4];
        char decomposed[64];
        size_t size = 0;
        int boundary = 0;
        utf8proc_ssize_t count = utf8proc_decompose_char(
            (utf8proc_int32_t)c, parts, 16, UTF8PROC_DECOMPOSE, &boundary);

        for (utf8proc_ssize_t i = 0; i < count; i++)
            size += ruf_utf8_encode((uint32_t)parts[i], decomposed + size);
        expect_fold((struct ruf_text){ composed, ruf_utf8_encode(c, composed) },
                    (struct ruf_text){ decomposed, size }, c);
    }
}

Test(fold, knows_letters_without_a_decomposition)
{
    static const char *const pairs[][2] = {
        { "ß", "ss" }, { "Æ", "ae" }, { "ð", "d" }, { "Ø", "o" }, { "Þ", "th" },
        { "đ", "d" },  { "ħ", "h" },  { "ı", "i" }, { "ĸ", "q" }, { "Ł", "l" },
        { "ŋ", "n" },  { "œ", "oe" }, { "ŧ", "t" }, { "ſ", "s" }, { "ĳ", "ij" },
    };

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        expect_fold(ruf_text(pairs[i][0]), ruf_text(pairs[i][1]), (uint32_t)i);
}

/* All words of a text, a bar between; joined ones in brackets. */
static void expect_words(const char *text, const char *want)
{
    struct ruf_words words = ruf_words(text, strlen(text));
    struct ruf_word word;
    char got[300] = "";
    int size = 0;

    while (ruf_words_next(&words, &word)) {
        bool joined = word.kind == RUF_WORD_JOINED;

        size += snprintf(got + size, sizeof(got) - (size_t)size, "%s%s%.*s%s",
                         size == 0 ? "" : "|", joined ? "(" : "",
                         (int)word.size, word.bytes, joined ? ")" : "");
    }
    cr_expect_str_eq(got, want, "\"%s\": %s", text, got);
    cr_expect(!ruf_words_next(&words, &word), "the end is the end");
}

Test(words, are_split_and_joined)
{
    expect_words("", "");
    expect_words(" - .", "");
    expect_words("anna", "anna");
    expect_words("o'connor", "o|connor|(oconnor)");
    expect_words("'t hooft-", "t|hooft");
    expect_words("st.-martin & co. kg", "st|martin|(stmartin)|co|kg");
    expect_words("a@b.c", "a|b|c|(bc)");
    expect_words("müller – weiß", "müller|weiß");
    expect_words("иван–ж", "иван|ж|(иванж)");
}

Test(words, are_cut_at_a_character)
{
    char text[100];
    struct ruf_words words;
    struct ruf_word word;

    memset(text, 'a', 63);
    memcpy(text + 63, "жж", 4);
    words = ruf_words(text, 67);
    cr_assert(ruf_words_next(&words, &word));
    cr_expect_eq(word.size, 63);
    cr_expect_eq(word.end, 67);
}

static void expect_sound(const char *word, const char *want)
{
    char got[128];
    size_t size = ruf_word_sound(word, strlen(word), got);

    cr_expect(size == strlen(want) && memcmp(got, want, size) == 0, "%s: %.*s",
              word, (int)size, got);
}

Test(sound, is_that_of_the_published_examples)
{
    expect_sound("mullerludenscheidt", "65752682");
    expect_sound("muller", "657");
    expect_sound("wikipedia", "3412");
    expect_sound("breschnew", "17863");
    expect_sound("heinrich", "0674");
    expect_sound("meier", "67");
    expect_sound("mayr", "67");
    expect_sound("xaver", "4837");
    expect_sound("h", "");
}

Test(keypad, maps_letters_and_digits)
{
    char digits[64];

    cr_expect_eq(ruf_word_keypad("muller", 6, digits), 6);
    cr_expect_arr_eq(digits, "685537", 6);
    cr_expect_eq(ruf_word_keypad("3f", 2, digits), 2);
    cr_expect_arr_eq(digits, "33", 2);
    cr_expect_eq(ruf_word_keypad("a1b", 3, digits), 1);
    cr_expect_eq(ruf_word_keypad("ж", 2, digits), 0);
}
