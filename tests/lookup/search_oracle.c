/*
 * search_oracle.c - search as a linear scan
 *
 * Slow and plain on purpose: every rule of rufname/search.h is written down
 * once, without any index.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/lookup/search_oracle.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LETTERS 64 /* bytes of a word */
#define NONE (RUF_TIER_SOUND + 1)

/* --- letters
 * ------------------------------------------------------------------------ */

/* Letter, base form and, if it is another, German form. */
static const char *const letters[] = {
    "ä a ae", "ö o oe", "ü u ue", "Ä a ae", "Ö o oe", "Ü u ue", "ß ss", "ẞ ss",
    "é e",    "É e",    "è e",    "ê e",    "ç c",    "Ç c",    "ł l",  "Ł l",
    "ø o",    "Ø o",    "ñ n",    "á a",    "í i",    "ó o",    "ú u",  "å a",
    "Å a",    "ě e",    "š s",    "Š s",    "č c",    "Č c",    "ř r",  "ž z",
    "ğ g",    "ş s",    "ı i",    "æ ae",   "œ oe",   "đ d",    "Đ d",  "ж ж",
    "а а",    "н н",    "И и",    "и и",    "в в",    "Ж ж",    "ę e",  "ć c",
    "ë e",    "ﬁ fi"
};

static const char *const joiners[] = { "'", "-", ".", "`", "’", "‘", "–", "‐" };

static size_t char_size(const char *text, size_t left)
{
    unsigned char c = (unsigned char)text[0];
    size_t size = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;

    return size <= left ? size : left;
}

static bool is(const char *text, size_t size, const char *other)
{
    return strlen(other) == size && memcmp(text, other, size) == 0;
}

enum kind { GAP, JOIN, LETTER, MARK };

/* One character: what it is, and what it reads as. */
static enum kind read_char(const char *text, size_t left, bool german,
                           size_t *size, char out[8])
{
    unsigned char c = (unsigned char)text[0];

    *size = char_size(text, left);
    out[0] = '\0';
    if (c >= 'A' && c <= 'Z')
        c = (unsigned char)(c + 32);
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
        bool umlaut = left >= 3 && memcmp(text + 1, "\xCC\x88", 2) == 0 &&
                      strchr("aou", c) != NULL;

        (void)snprintf(out, 8, "%c%s", c, umlaut && german ? "e" : "");
        return LETTER;
    }
    for (size_t i = 0; i < sizeof(joiners) / sizeof(joiners[0]); i++)
        if (is(text, *size, joiners[i]))
            return JOIN;
    if (*size == 2 && (c == 0xCC || (c == 0xCD && (text[1] & 0xFF) < 0xB0)))
        return MARK;
    for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
        char letter[8];
        char base[8];
        char other[8];
        int count = sscanf(letters[i], "%7s %7s %7s", letter, base, other);

        if (is(text, *size, letter)) {
            (void)snprintf(out, 8, "%s", german && count == 3 ? other : base);
            return LETTER;
        }
    }
    return GAP;
}

/* --- words
 * ------------------------------------------------------------------------- */

struct oword {
    char bytes[LETTERS];
    size_t size;
    uint16_t from[LETTERS]; /* bytes of the text each byte stands for */
    uint16_t to[LETTERS];
    bool part;   /* of several joined ones */
    bool joined; /* all of several */
};

struct owords {
    struct oword *list;
    size_t count;
};

static struct oword *new_word(struct owords *words)
{
    struct oword *list =
        realloc(words->list, (words->count + 1) * sizeof(*list));

    if (list == NULL)
        abort();
    words->list = list;
    memset(&list[words->count], 0, sizeof(*list));
    return &list[words->count++];
}

static void append(struct oword *word, const char *bytes, size_t from,
                   size_t to)
{
    for (size_t i = 0; i < strlen(bytes);) {
        size_t size = char_size(bytes + i, strlen(bytes) - i);

        if (word->size + size > LETTERS)
            return;
        for (size_t k = 0; k < size; k++) {
            word->bytes[word->size] = bytes[i + k];
            word->from[word->size] = (uint16_t)from;
            word->to[word->size++] = (uint16_t)to;
        }
        i += size;
    }
}

/* The words of a text in one reading; parts and, behind them, the joined. */
static void split(const char *text, size_t size, bool german,
                  struct owords *out)
{
    size_t i = 0;

    while (i < size) {
        size_t first = out->count;
        struct oword joined = { .joined = true };
        bool open = false;
        size_t at = i;

        for (;;) {
            size_t width = 1;
            char folded[8];
            enum kind kind = at < size ? read_char(text + at, size - at, german,
                                                   &width, folded)
                                       : GAP;
            size_t end = at + width;

            if (kind == GAP)
                break;
            while (kind == LETTER && end < size) {
                size_t more;
                char mark[8];

                if (read_char(text + end, size - end, german, &more, mark) !=
                    MARK)
                    break;
                end += more;
            }
            if (kind == LETTER) {
                if (!open)
                    (void)new_word(out);
                open = true;
                append(&out->list[out->count - 1], folded, at, end);
                append(&joined, folded, at, end);
                width = end - at;
            } else if (kind == JOIN) {
                open = false;
            }
            at += width;
        }
        if (out->count > first + 1) {
            for (size_t k = first; k < out->count; k++)
                out->list[k].part = true;
            *new_word(out) = joined;
        }
        i = at < size ? at + char_size(text + at, size - at) : size;
    }
}

/* --- contacts
 * ---------------------------------------------------------------------- */

enum { FAMILY, GIVEN, COMPANY, DEPARTMENT, TITLE, EMAIL, FIELD_COUNT };

static const enum ruf_search_tier field_tiers[] = {
    RUF_TIER_FAMILY,   RUF_TIER_GIVEN,    RUF_TIER_COMPANY,
    RUF_TIER_POSITION, RUF_TIER_POSITION, RUF_TIER_EMAIL,
};

struct otext {
    int field;
    enum ruf_search_field mark;
    size_t item;
    struct owords words;
    size_t base_count; /* words of the base reading, which come first */
};

struct ocontact {
    struct otext texts[24];
    size_t text_count;
    char initials[2][LETTERS]; /* short, of all words; "" for none */
    const struct ruf_person *person;
};

struct oracle {
    struct ocontact *contacts;
    size_t count;
    unsigned char *tiers;
};

static void add_text(struct ocontact *contact, int field,
                     enum ruf_search_field mark, size_t item,
                     struct ruf_text text)
{
    struct otext *out = &contact->texts[contact->text_count];
    size_t kept = 0;

    if (text.size == 0 || contact->text_count == 24)
        return;
    contact->text_count++;
    out->field = field;
    out->mark = mark;
    out->item = item;
    split(text.data, text.size, false, &out->words);
    out->base_count = out->words.count;
    split(text.data, text.size, true, &out->words);
    for (size_t i = 0; i < out->words.count; i++)
        if (field != EMAIL || !out->words.list[i].joined)
            out->words.list[kept++] = out->words.list[i];
    out->words.count = kept;
}

/* First letters in the base reading. */
static void initials_of(struct ruf_text text, bool all, char *out)
{
    struct owords words = { NULL, 0 };

    split(text.size == 0 ? "" : text.data, text.size, false, &words);
    for (size_t i = 0; i < words.count && (all || i == 0); i++)
        if (!words.list[i].joined)
            (void)strncat(out, words.list[i].bytes,
                          char_size(words.list[i].bytes, words.list[i].size));
    free(words.list);
}

static void add_initials(struct ocontact *contact,
                         const struct ruf_person *person)
{
    for (int all = 0; all < 2; all++) {
        char given[LETTERS] = "";
        char family[LETTERS] = "";

        initials_of(person->given, all == 1, given);
        initials_of(person->family, all == 1, family);
        if (given[0] != '\0' && family[0] != '\0')
            (void)snprintf(contact->initials[all], LETTERS, "%.30s%.30s", given,
                           family);
    }
}

static void read_contact(struct ocontact *out, const struct ruf_person *person)
{
    out->person = person;
    add_text(out, GIVEN, RUF_FIELD_GIVEN, 0, person->given);
    add_text(out, FAMILY, RUF_FIELD_FAMILY, 0, person->family);
    if (person->given.size == 0 && person->family.size == 0)
        add_text(out, FAMILY, RUF_FIELD_DISPLAY, 0, person->display);
    add_text(out, COMPANY, RUF_FIELD_COMPANY, 0, person->company);
    add_text(out, DEPARTMENT, RUF_FIELD_DEPARTMENT, 0, person->department);
    add_text(out, TITLE, RUF_FIELD_TITLE, 0, person->title);
    for (size_t i = 0; i < person->email_count; i++)
        add_text(out, EMAIL, RUF_FIELD_EMAIL, i, person->emails[i]);
    add_initials(out, person);
}

struct oracle *oracle_create(const struct ruf_people *people)
{
    struct oracle *oracle = calloc(1, sizeof(*oracle));

    if (oracle == NULL)
        abort();
    oracle->count = people->count;
    oracle->contacts = calloc(people->count + 1, sizeof(*oracle->contacts));
    oracle->tiers = calloc(people->count + 1, 1);
    if (oracle->contacts == NULL || oracle->tiers == NULL)
        abort();
    for (size_t i = 0; i < people->count; i++)
        read_contact(&oracle->contacts[i], &people->persons[i]);
    return oracle;
}

void oracle_destroy(struct oracle *oracle)
{
    for (size_t i = 0; i < oracle->count; i++)
        for (size_t k = 0; k < oracle->contacts[i].text_count; k++)
            free(oracle->contacts[i].texts[k].words.list);
    free(oracle->contacts);
    free(oracle->tiers);
    free(oracle);
}

/* --- the query
 * --------------------------------------------------------------------- */

struct asked {
    struct oword forms[2]; /* base, German */
};

struct reading {
    struct asked words[8];
    size_t count;
};

struct oquery {
    struct reading readings[2];
    size_t reading_count;
    char digits[300];
    bool number;
    bool plus;
    bool ends;
    bool keypad;
};

static void read_reading(const char *text, size_t size, bool joined,
                         struct reading *out)
{
    for (int german = 0; german < 2; german++) {
        struct owords words = { NULL, 0 };

        out->count = 0;
        split(text, size, german == 1, &words);
        for (size_t i = 0; i < words.count && out->count < 8; i++)
            if (joined ? !words.list[i].part : !words.list[i].joined)
                out->words[out->count++].forms[german] = words.list[i];
        free(words.list);
    }
}

static void read_query(const char *text, size_t size, struct oquery *out)
{
    size_t count = 0;

    memset(out, 0, sizeof(*out));
    while (size > 0 && strchr(" \t\r\n\v\f", text[0]) != NULL) {
        text++;
        size--;
    }
    size = size > 256 ? 256 : size;
    while (size > 0 && strchr(" \t\r\n\v\f", text[size - 1]) != NULL)
        size--;
    read_reading(text, size, true, &out->readings[0]);
    read_reading(text, size, false, &out->readings[1]);
    out->reading_count = 2;
    if (size == 0)
        return;
    out->number = true;
    out->keypad = size >= 2;
    for (size_t i = 0; i < size; i++) {
        if (text[i] >= '0' && text[i] <= '9')
            out->digits[count++] = text[i];
        else if (strchr("+()/-. ", text[i]) == NULL)
            out->number = false;
        out->keypad = out->keypad && text[i] >= '2' && text[i] <= '9';
    }
    out->plus = text[0] == '+';
    out->ends = text[0] == '-';
    out->number = out->number && count >= (out->ends ? 2 : 3);
}

/* --- one word with another
 * ---------------------------------------------------------- */

static bool has_digit(const struct oword *word)
{
    for (size_t i = 0; i < word->size; i++)
        if (word->bytes[i] >= '0' && word->bytes[i] <= '9')
            return true;
    return false;
}

static bool begins_with_digit(const struct oword *word)
{
    return word->bytes[0] >= '0' && word->bytes[0] <= '9';
}

static size_t characters(const struct oword *word, size_t starts[LETTERS + 1])
{
    size_t count = 0;

    for (size_t i = 0; i < word->size;
         i += char_size(word->bytes + i, word->size - i))
        starts[count++] = i;
    starts[count] = word->size;
    return count;
}

static bool same_char(const struct oword *a, const size_t *as, size_t i,
                      const struct oword *b, const size_t *bs, size_t k)
{
    size_t size = as[i + 1] - as[i];

    return size == bs[k + 1] - bs[k] &&
           memcmp(a->bytes + as[i], b->bytes + bs[k], size) == 0;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Least distance between a word and any beginning of another: insertion,
 * deletion, replacement, swap of neighbours cost one each. */
static int prefix_distance(const struct oword *asked, const struct oword *word)
{
    static int d[LETTERS + 1][LETTERS + 1];
    size_t as[LETTERS + 1];
    size_t ws[LETTERS + 1];
    size_t n = characters(asked, as);
    size_t m = characters(word, ws);
    int best;

    for (size_t i = 0; i <= n; i++)
        for (size_t k = 0; k <= m; k++) {
            if (i == 0 || k == 0) {
                d[i][k] = (int)(i + k);
                continue;
            }
            d[i][k] = least(d[i - 1][k], d[i][k - 1]) + 1;
            d[i][k] = least(
                d[i][k],
                d[i - 1][k - 1] +
                    (same_char(asked, as, i - 1, word, ws, k - 1) ? 0 : 1));
            if (i > 1 && k > 1 &&
                same_char(asked, as, i - 1, word, ws, k - 2) &&
                same_char(asked, as, i - 2, word, ws, k - 1))
                d[i][k] = least(d[i][k], d[i - 2][k - 2] + 1);
        }
    best = d[n][0];
    for (size_t k = 1; k <= m; k++)
        best = least(best, d[n][k]);
    return best;
}

/* Kölner Phonetik, rule by rule. */
static void sound_of(const struct oword *word, char out[3 * LETTERS])
{
    char raw[3 * LETTERS] = "";
    size_t raw_size = 0;
    size_t count = 0;
    char last = 'x';

    for (size_t i = 0; i < word->size; i++) {
        char c = word->bytes[i];
        char next = i + 1 < word->size ? word->bytes[i + 1] : ' ';
        char prev = i > 0 ? word->bytes[i - 1] : ' ';
        const char *code = "";

        if (strchr("aeijouy", c) != NULL)
            code = "0";
        else if (c == 'b' || (c == 'p' && next != 'h'))
            code = "1";
        else if (strchr("dt", c) != NULL && strchr("csz", next) == NULL)
            code = "2";
        else if (strchr("fvw", c) != NULL || c == 'p')
            code = "3";
        else if (strchr("gkq", c) != NULL)
            code = "4";
        else if (c == 'c' && i == 0)
            code = strchr("ahkloqrux", next) != NULL ? "4" : "8";
        else if (c == 'c')
            code = strchr("ahkoqux", next) != NULL && strchr("sz", prev) == NULL
                       ? "4"
                       : "8";
        else if (c == 'x')
            code = strchr("ckq", prev) != NULL ? "8" : "48";
        else if (c == 'l')
            code = "5";
        else if (strchr("mn", c) != NULL)
            code = "6";
        else if (c == 'r')
            code = "7";
        else if (strchr("szdt", c) != NULL)
            code = "8";
        for (; *code != '\0'; code++)
            raw[raw_size++] = *code;
    }
    for (size_t i = 0; raw[i] != '\0'; i++) {
        if (raw[i] != last && (raw[i] != '0' || i == 0))
            out[count++] = raw[i];
        last = raw[i];
    }
    out[count] = '\0';
}

static bool is_prefix(const struct oword *asked, const struct oword *word)
{
    return asked->size <= word->size &&
           memcmp(asked->bytes, word->bytes, asked->size) == 0;
}

static bool form_is_typo(const struct asked *asked, const struct oword *form,
                         const struct oword *word)
{
    size_t starts[LETTERS + 1];

    return characters(&asked->forms[0], starts) >= 5 &&
           !has_digit(&asked->forms[0]) && !has_digit(&asked->forms[1]) &&
           !begins_with_digit(word) && prefix_distance(form, word) <= 1;
}

static bool form_sounds(const struct asked *asked, const struct oword *form,
                        const struct oword *word)
{
    size_t starts[LETTERS + 1];
    char base[3 * LETTERS];
    char a[3 * LETTERS];
    char b[3 * LETTERS];

    if (characters(&asked->forms[0], starts) < 3 ||
        has_digit(&asked->forms[0]) || has_digit(&asked->forms[1]) ||
        begins_with_digit(word))
        return false;
    sound_of(&asked->forms[0], base);
    sound_of(form, a);
    sound_of(word, b);
    return base[0] != '\0' && strcmp(a, b) == 0;
}

static bool is_name(const struct otext *text)
{
    return text->field == FAMILY || text->field == GIVEN;
}

/* How one word of the query meets one of a text. 0 not, else the bytes of the
 * word to mark. */
static size_t meet(const struct asked *asked, const struct otext *text,
                   const struct oword *word, unsigned tier, bool *exact)
{
    size_t marked = 0;

    for (int i = 0; i < 2; i++) {
        const struct oword *form = &asked->forms[i];

        if (is_prefix(form, word)) {
            *exact = *exact || form->size == word->size;
            marked = form->size > marked ? form->size : marked;
        } else if ((tier == RUF_TIER_TYPO && form_is_typo(asked, form, word)) ||
                   (tier == RUF_TIER_SOUND && is_name(text) &&
                    form_sounds(asked, form, word))) {
            marked = word->size;
        }
    }
    return marked;
}

static bool asks_initials(const struct asked *asked, const char *initials)
{
    for (int i = 0; i < 2; i++)
        if (initials[0] != '\0' &&
            is(asked->forms[i].bytes, asked->forms[i].size, initials))
            return true;
    return false;
}

/* --- grading
 * ----------------------------------------------------------------------- */

struct word_grade {
    unsigned tier;
    unsigned names; /* bit per name field found in */
    unsigned exact; /* the same, in full */
};

static struct word_grade grade_word(const struct ocontact *contact,
                                    const struct asked *asked, unsigned tier)
{
    struct word_grade grade = { NONE, 0, 0 };

    for (size_t i = 0; i < contact->text_count; i++) {
        const struct otext *text = &contact->texts[i];

        for (size_t k = 0; k < text->words.count; k++) {
            bool exact = false;

            if (meet(asked, text, &text->words.list[k], tier, &exact) == 0)
                continue;
            if (field_tiers[text->field] < grade.tier)
                grade.tier = field_tiers[text->field];
            if (is_name(text)) {
                grade.names |= 1u << text->field;
                grade.exact |= exact ? 1u << text->field : 0;
            }
        }
    }
    for (int all = 0; all < 2; all++)
        if (grade.tier > RUF_TIER_INITIALS &&
            asks_initials(asked, contact->initials[all]))
            grade.tier = RUF_TIER_INITIALS;
    return grade;
}

static unsigned name_parts(const struct ocontact *contact)
{
    unsigned parts = 0;

    for (size_t i = 0; i < contact->text_count; i++)
        if (is_name(&contact->texts[i]) && contact->texts[i].words.count > 0)
            parts |= 1u << contact->texts[i].field;
    return parts;
}

static unsigned grade_reading(const struct ocontact *contact,
                              const struct reading *reading, unsigned loose)
{
    unsigned worst = 0;
    unsigned exact = 0;
    bool names = true;
    bool all_exact = true;

    if (reading->count == 0)
        return NONE;
    for (size_t i = 0; i < reading->count; i++) {
        struct word_grade grade =
            grade_word(contact, &reading->words[i], loose);

        worst = grade.tier > worst ? grade.tier : worst;
        names = names && grade.names != 0;
        all_exact = all_exact && grade.exact != 0;
        exact |= grade.exact;
    }
    if (worst == NONE)
        return NONE;
    if (loose >= RUF_TIER_TYPO)
        return loose;
    if (reading->count == 1 || !names)
        return worst;
    return all_exact && exact == name_parts(contact) ? RUF_TIER_FULL_NAME
                                                     : RUF_TIER_TWO_WORDS;
}

/* The first reading that gives the best tier. */
static unsigned grade_words(const struct ocontact *contact,
                            const struct oquery *query, unsigned loose,
                            size_t *which)
{
    unsigned best = NONE;

    for (size_t i = 0; i < query->reading_count; i++) {
        unsigned tier = grade_reading(contact, &query->readings[i], loose);

        if (tier < best) {
            best = tier;
            *which = i;
        }
    }
    return best;
}

/* --- keypad
 * ----------------------------------------------------------------------- */

static bool keypad_word(const struct oquery *query, const struct oword *word)
{
    static const char *const keys[] = { "",    "",    "abc",  "def", "ghi",
                                        "jkl", "mno", "pqrs", "tuv", "wxyz" };
    size_t count = strlen(query->digits);

    if (begins_with_digit(word) || word->size < count)
        return false;
    for (size_t i = 0; i < count; i++) {
        char c = word->bytes[i];

        if (c != query->digits[i] &&
            (c == '\0' || strchr(keys[query->digits[i] - '0'], c) == NULL))
            return false;
    }
    return true;
}

static bool keypad_contact(const struct ocontact *contact,
                           const struct oquery *query)
{
    for (size_t i = 0; i < contact->text_count; i++)
        for (size_t k = 0; k < contact->texts[i].words.count; k++)
            if (is_name(&contact->texts[i]) &&
                keypad_word(query, &contact->texts[i].words.list[k]))
                return true;
    return false;
}

/* --- numbers
 * ---------------------------------------------------------------------- */

static size_t code_size(const char *digits)
{
    static const char *const codes[] = { "1",  "44",  "49",  "43",  "41",
                                         "48", "353", "354", "420", "39" };

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (strncmp(digits, codes[i], strlen(codes[i])) == 0)
            return strlen(codes[i]);
    return 0;
}

static void digits_of(const struct ruf_person_number *number, char out[300])
{
    size_t count = 0;

    if (number->e164 != 0) {
        (void)snprintf(out, 300, "%llu", (unsigned long long)number->e164);
        return;
    }
    for (size_t i = 0; i < number->raw.size && count < 250; i++)
        if (number->raw.data[i] >= '0' && number->raw.data[i] <= '9')
            out[count++] = number->raw.data[i];
    out[count] = '\0';
}

static unsigned start_tier(const char *digits, const char *asked)
{
    if (strncmp(digits, asked, strlen(asked)) != 0)
        return NONE;
    return strcmp(digits, asked) == 0 ? RUF_TIER_FULL_NUMBER
                                      : RUF_TIER_NUMBER_PART;
}

static unsigned min_tier(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned number_tier(const struct oquery *query,
                            const struct ruf_person_number *number)
{
    const char *asked = query->digits;
    char digits[300];
    size_t code;
    unsigned tier = NONE;

    digits_of(number, digits);
    code = number->e164 == 0 ? 0 : code_size(digits);
    if (strlen(digits) < 2)
        return NONE;
    if (query->ends) {
        size_t size = strlen(digits);

        if (size < strlen(asked) ||
            strcmp(digits + size - strlen(asked), asked) != 0)
            return NONE;
        return start_tier(digits, asked) == RUF_TIER_FULL_NUMBER
                   ? RUF_TIER_FULL_NUMBER
                   : RUF_TIER_NUMBER_PART;
    }
    tier = start_tier(digits, asked);
    if (query->plus)
        return tier;
    if (code > 0) {
        tier = min_tier(tier, start_tier(digits + code, asked));
        if (asked[0] == '0')
            tier = min_tier(tier, start_tier(digits + code, asked + 1));
        if (asked[0] == '0' && asked[1] == '0' && asked[2] != '\0')
            tier = min_tier(tier, start_tier(digits, asked + 2));
    }
    if (strlen(asked) >= 4 && strstr(digits, asked) != NULL)
        tier = min_tier(tier, RUF_TIER_NUMBER_PART);
    return tier;
}

static unsigned grade_numbers(const struct ocontact *contact,
                              const struct oquery *query)
{
    unsigned best = NONE;

    for (size_t i = 0; query->number && i < contact->person->number_count; i++)
        best = min_tier(best, number_tier(query, &contact->person->numbers[i]));
    return best;
}

/* --- highlights
 * ------------------------------------------------------------------------ */

struct ranges {
    size_t from[200];
    size_t to[200];
    size_t count;
};

static void add_range(struct ranges *ranges, size_t from, size_t to)
{
    if (ranges->count < 200) {
        ranges->from[ranges->count] = from;
        ranges->to[ranges->count++] = to;
    }
}

/* Paint bytes, then read the painted runs; a run never ends inside because
 * touching ranges are one. */
static void paint(struct ruf_hit *hit, enum ruf_search_field field, size_t item,
                  const struct ranges *ranges)
{
    static char bytes[5000];

    memset(bytes, 0, sizeof(bytes));
    for (size_t i = 0; i < ranges->count; i++)
        memset(bytes + ranges->from[i], 1, ranges->to[i] - ranges->from[i]);
    for (size_t i = 0; i < sizeof(bytes) - 1; i++) {
        size_t end = i;

        while (bytes[end] == 1)
            end++;
        if (end == i)
            continue;
        if (hit->highlight_count < RUF_HIGHLIGHTS_MAX)
            hit->highlights[hit->highlight_count++] =
                (struct ruf_highlight){ field, (uint32_t)item, (uint32_t)i,
                                        (uint32_t)(end - i) };
        i = end;
    }
}

static void mark_initials(const struct ocontact *contact,
                          const struct otext *text,
                          const struct reading *reading, struct ranges *ranges)
{
    for (int all = 0; all < 2; all++)
        for (size_t i = 0; i < reading->count; i++) {
            bool first = true;

            if (!asks_initials(&reading->words[i], contact->initials[all]))
                continue;
            for (size_t k = 0; k < text->base_count; k++) {
                const struct oword *word = &text->words.list[k];

                if (!word->joined && (first || all == 1))
                    add_range(ranges, word->from[0], word->to[0]);
                first = first && word->joined;
            }
        }
}

static void mark_text(const struct ocontact *contact, const struct otext *text,
                      const struct oquery *query, const struct reading *reading,
                      struct ruf_hit *hit)
{
    struct ranges ranges = { .count = 0 };

    for (size_t i = 0; i < text->words.count; i++) {
        const struct oword *word = &text->words.list[i];

        if (hit->tier == RUF_TIER_KEYPAD) {
            if (is_name(text) && keypad_word(query, word))
                add_range(&ranges, word->from[0],
                          word->to[strlen(query->digits) - 1]);
            continue;
        }
        for (size_t k = 0; k < reading->count; k++) {
            bool exact = false;
            size_t marked =
                meet(&reading->words[k], text, word, hit->tier, &exact);

            if (marked > 0)
                add_range(&ranges, word->from[0], word->to[marked - 1]);
        }
    }
    if (is_name(text) && hit->tier >= RUF_TIER_INITIALS &&
        hit->tier <= RUF_TIER_EMAIL)
        mark_initials(contact, text, reading, &ranges);
    paint(hit, text->mark, text->item, &ranges);
}

static void mark_number(const struct oquery *query, size_t item,
                        const struct ruf_person_number *number,
                        struct ruf_hit *hit)
{
    struct ranges ranges = { .count = 0 };
    char digits[300];
    size_t places[300];
    size_t count = 0;
    size_t least_size = query->ends ? 2 : 3;

    for (size_t i = 0; i < number->raw.size && count < 250; i++)
        if (number->raw.data[i] >= '0' && number->raw.data[i] <= '9') {
            places[count] = i;
            digits[count++] = number->raw.data[i];
        }
    digits[count] = '\0';
    for (const char *asked = query->digits;
         strlen(asked) >= least_size && ranges.count == 0; asked++) {
        const char *found = NULL;

        for (const char *at = strstr(digits, asked); at != NULL;
             at = strstr(at + 1, asked))
            if (found == NULL || query->ends)
                found = at;
        if (found != NULL)
            add_range(&ranges, places[found - digits],
                      places[(size_t)(found - digits) + strlen(asked) - 1] + 1);
    }
    paint(hit, RUF_FIELD_NUMBER, item, &ranges);
}

static void mark(const struct ocontact *contact, const struct oquery *query,
                 struct ruf_hit *hit)
{
    size_t which = 0;

    hit->highlight_count = 0;
    if (hit->tier == RUF_TIER_FULL_NUMBER ||
        hit->tier == RUF_TIER_NUMBER_PART) {
        for (size_t i = 0; i < contact->person->number_count; i++)
            if (number_tier(query, &contact->person->numbers[i]) != NONE)
                mark_number(query, i, &contact->person->numbers[i], hit);
        return;
    }
    (void)grade_words(contact, query,
                      hit->tier >= RUF_TIER_TYPO ? hit->tier : 0, &which);
    for (size_t i = 0; i < contact->text_count; i++)
        mark_text(contact, &contact->texts[i], query, &query->readings[which],
                  hit);
}

/* --- all together
 * ----------------------------------------------------------------- */

static unsigned grade(const struct ocontact *contact,
                      const struct oquery *query, unsigned loose)
{
    size_t which;
    unsigned tier;

    if (loose > 0)
        return grade_words(contact, query, loose, &which);
    tier = min_tier(grade_words(contact, query, 0, &which),
                    grade_numbers(contact, query));
    if (query->keypad && tier > RUF_TIER_KEYPAD &&
        keypad_contact(contact, query))
        tier = RUF_TIER_KEYPAD;
    return tier;
}

static bool listed(const uint32_t *list, size_t count, size_t contact)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == contact)
            return true;
    return false;
}

static int boost_of(const struct ruf_search_options *options, size_t contact)
{
    if (options == NULL)
        return 2;
    if (listed(options->favourites, options->favourite_count, contact))
        return 0;
    return listed(options->recents, options->recent_count, contact) ? 1 : 2;
}

size_t oracle_search(struct oracle *oracle, const char *text, size_t size,
                     const struct ruf_search_options *options,
                     struct ruf_hit *hits, size_t capacity)
{
    static const unsigned stages[] = { 0, RUF_TIER_TYPO, RUF_TIER_SOUND };
    struct oquery query;
    size_t found = 0;
    size_t count = 0;

    read_query(text, size, &query);
    for (size_t stage = 0; stage < 3 && found == 0; stage++)
        for (size_t i = 0; i < oracle->count; i++) {
            oracle->tiers[i] = (unsigned char)grade(&oracle->contacts[i],
                                                    &query, stages[stage]);
            found += oracle->tiers[i] != NONE ? 1 : 0;
        }
    for (unsigned tier = 0; tier < NONE && count < capacity; tier++)
        for (int boost = 0; boost < 3; boost++)
            for (size_t i = 0; i < oracle->count && count < capacity; i++)
                if (oracle->tiers[i] == tier && boost_of(options, i) == boost) {
                    hits[count].contact = (uint32_t)i;
                    hits[count].tier = (enum ruf_search_tier)tier;
                    mark(&oracle->contacts[i], &query, &hits[count]);
                    count++;
                }
    return count;
}
