/*
 * base/number_labels.c - words beside a number that say what it is for
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/number_labels.h"
#include "base/text.h"
#include <rufname/clean.h>
#include <stdbool.h>
#include <string.h>

/* Octal, because an f behind it would belong to a hexadecimal escape. */
static const char *const labels[] = { "tel",
                                      "telefon",
                                      "telephone",
                                      "phone",
                                      "fon",
                                      "mobil",
                                      "mobile",
                                      "cell",
                                      "mobiltelefon",
                                      "handy",
                                      "fax",
                                      "telefax",
                                      "home",
                                      "privat",
                                      "private",
                                      "office",
                                      "b\xC3\xBCro",
                                      "buero",
                                      "work",
                                      "zentrale",
                                      "direkt",
                                      "direct",
                                      "gesch\303\244ft",
                                      "geschaeftlich",
                                      "dienstlich",
                                      "gesch\303\244ftlich",
                                      "sekretariat",
                                      NULL };
static const char *const direct_dial_words[] = {
    "dw",          "durchwahl", "app", "apparat", "nst",
    "nebenstelle", "klappe",    "kl",  NULL
};

size_t ruf_letter_size(struct ruf_text text, size_t at)
{
    char lower = ruf_ascii_lower(text.data[at]);

    if (lower >= 'a' && lower <= 'z')
        return 1;
    return text.data[at] == '\xC3' && at + 1 < text.size ? 2 : 0;
}

size_t ruf_word_size(struct ruf_text text, size_t at)
{
    size_t end = at;
    size_t step;

    while (end < text.size && (step = ruf_letter_size(text, end)) > 0)
        end += step;
    return end - at;
}

static char lower_byte(char c, char before)
{
    unsigned char u = (unsigned char)c;

    if (before == '\xC3' && u >= 0x80 && u <= 0x9E)
        return (char)(u + 0x20);
    return ruf_ascii_lower(c);
}

static bool is_one_of(struct ruf_text word, const char *const *words)
{
    for (; *words != NULL; words++) {
        size_t i = 0;

        if (strlen(*words) != word.size)
            continue;
        while (i < word.size &&
               lower_byte(word.data[i], i > 0 ? word.data[i - 1] : '\0') ==
                   (*words)[i])
            i++;
        if (i == word.size)
            return true;
    }
    return false;
}

unsigned ruf_label_word(struct ruf_text word)
{
    if (is_one_of(word, labels))
        return RUF_CORRECT_LABEL;
    return is_one_of(word, direct_dial_words) ? RUF_CORRECT_DIRECT_DIAL : 0;
}

size_t ruf_label_bracket(struct ruf_text text, size_t at)
{
    bool letters = false;

    if (text.data[at] != '(' && text.data[at] != '[')
        return 0;
    for (size_t i = at + 1; i < text.size; i++) {
        if ((text.data[i] >= '0' && text.data[i] <= '9') || text.data[i] == '+')
            return 0;
        if (text.data[i] == ')' || text.data[i] == ']')
            return letters ? i + 1 - at : 0;
        letters = letters || ruf_letter_size(text, i) > 0;
    }
    return 0;
}
