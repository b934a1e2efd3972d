/*
 * indexer/names.c - do two names belong to one person?
 *
 * Names are compared in German folding, so that Jörg, Joerg and JÖRG agree; a
 * second try in base folding lets Jorg agree as well.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/names.h"
#include "base/fold.h"
#include "base/text.h"
#include <string.h>

/* A word and its size, so that most are told apart without reading them. */
#define WORD(word)                                                             \
    {                                                                          \
        word, sizeof(word) - 1                                                 \
    }

static const struct ruf_text titles[] = {
    WORD("dr"),       WORD("prof"),  WORD("professor"), WORD("dipl-ing"),
    WORD("dipl"),     WORD("ing"),   WORD("mag"),       WORD("med"),
    WORD("jur"),      WORD("phil"),  WORD("rer"),       WORD("nat"),
    WORD("pol"),      WORD("habil"), WORD("hc"),        WORD("mba"),
    WORD("msc"),      WORD("bsc"),   WORD("herr"),      WORD("frau"),
    WORD("mr"),       WORD("mrs"),   WORD("ms"),        WORD("dipl-kfm"),
    WORD("dipl-inf"), WORD("lic"),   WORD("bakk")
};

/* All of them one word. */
static const struct ruf_text roles[] = {
    WORD("zentrale"),    WORD("empfang"),     WORD("it-support"),
    WORD("support"),     WORD("vertrieb"),    WORD("sekretariat"),
    WORD("hotline"),     WORD("pforte"),      WORD("fax"),
    WORD("info"),        WORD("headquarter"), WORD("headquarters"),
    WORD("sales"),       WORD("service"),     WORD("reception"),
    WORD("switchboard"), WORD("helpdesk"),    WORD("buchhaltung"),
    WORD("einkauf")
};

/* First letters of roles. */
#define ROLE_INITIALS "befhiprsvz"

/* Short forms share a line; folded. */
static const struct ruf_text short_forms[][4] = {
    { WORD("hans"), WORD("johannes"), WORD("johann"), WORD("hannes") },
    { WORD("sepp"), WORD("josef"), WORD("joseph") },
    { WORD("bob"), WORD("robert"), WORD("rob"), WORD("bobby") },
    { WORD("thomas"), WORD("tom"), WORD("tommy") },
    { WORD("michael"), WORD("michi"), WORD("mike"), WORD("michel") },
    { WORD("andreas"), WORD("andi"), WORD("andy") },
    { WORD("alexander"), WORD("alex"), WORD("sascha") },
    { WORD("christian"), WORD("chris") },
    { WORD("christoph"), WORD("chris") },
    { WORD("matthias"), WORD("matze"), WORD("hias") },
    { WORD("stefan"), WORD("stephan"), WORD("steffen"), WORD("steve") },
    { WORD("ulrich"), WORD("uli"), WORD("ueli") },
    { WORD("wolfgang"), WORD("wolf"), WORD("wolfi") },
    { WORD("juergen"), WORD("jorgen") },
    { WORD("maximilian"), WORD("max"), WORD("maxi") },
    { WORD("benjamin"), WORD("ben"), WORD("benny") },
    { WORD("daniel"), WORD("dani"), WORD("dan") },
    { WORD("katharina"), WORD("kathi"), WORD("kate"), WORD("kati") },
    { WORD("elisabeth"), WORD("lisa"), WORD("sissi"), WORD("liz") },
    { WORD("susanne"), WORD("susi"), WORD("sanne") },
    { WORD("barbara"), WORD("babsi") },
    { WORD("margarete"), WORD("grete"), WORD("gretel") },
    { WORD("william"), WORD("bill"), WORD("will") },
    { WORD("james"), WORD("jim"), WORD("jimmy") },
    { WORD("richard"), WORD("dick"), WORD("rick") },
    { WORD("edward"), WORD("ed"), WORD("eddie") },
    { WORD("friedrich"), WORD("fritz") },
    { WORD("heinrich"), WORD("heinz") },
    { WORD("georg"), WORD("schorsch") },
    { WORD("franziska"), WORD("franzi") }
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static bool is_listed(struct ruf_text word, const struct ruf_text *list,
                      size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (word.size == list[i].size && word.size > 0 &&
            word.data[0] == list[i].data[0] && ruf_text_equal(word, list[i]))
            return true;
    return false;
}

static bool is_word_end(char c)
{
    return c == ' ' || c == '.' || c == ',' || c == '\t';
}

static struct ruf_text next_word(struct ruf_text *rest)
{
    struct ruf_text word;
    size_t size = 0;

    while (rest->size > 0 && is_word_end(rest->data[0]))
        *rest = ruf_text_slice(*rest, 1, rest->size);
    while (size < rest->size && !is_word_end(rest->data[size]))
        size++;
    word = ruf_text_slice(*rest, 0, size);
    *rest = ruf_text_slice(*rest, size, rest->size);
    return word;
}

/* Of folded text in place: one blank between words, dots and titles gone;
 * apostrophes dropped and hyphens as blanks, so that O'Connor is oconnor. */
static size_t drop_titles(char *folded, size_t folded_size)
{
    struct ruf_text rest = { folded, folded_size };
    size_t size = 0;

    while (rest.size > 0) {
        struct ruf_text word = next_word(&rest);

        if (word.size == 0 || is_listed(word, titles, COUNT(titles)))
            continue;
        if (size > 0)
            folded[size++] = ' ';
        for (size_t i = 0; i < word.size; i++) {
            char c = word.data[i];

            if (c != '\'' && c != '`')
                folded[size++] = c == '-' ? ' ' : c;
        }
    }
    return size;
}

/* Folded in a room that any name fits, kept as short as it is. */
static enum ruf_status simplify(struct ruf_text text, struct ruf_arena *arena,
                                struct ruf_text *out)
{
    char room[512];
    bool fits = ruf_fold_bound(text.size) <= sizeof(room);
    char *folded =
        fits ? room : ruf_arena_alloc(arena, ruf_fold_bound(text.size), 1);

    if (folded == NULL)
        return RUF_E_NOMEM;
    out->size = drop_titles(folded, ruf_fold(text, RUF_FOLD_GERMAN, folded));
    out->data = fits ? ruf_arena_copy(arena, folded, out->size) : folded;
    return out->data == NULL ? RUF_E_NOMEM : RUF_OK;
}

static bool is_role(struct ruf_text display)
{
    char folded[256];
    struct ruf_text text = { folded, 0 };
    char first;

    if (display.size == 0 || display.size > sizeof(folded) / 4 ||
        memchr(display.data, ' ', display.size) != NULL)
        return false;
    first = ruf_ascii_lower(display.data[0]);
    if (first >= 'a' && first <= 'z' && strchr(ROLE_INITIALS, first) == NULL)
        return false;
    text.size = ruf_fold(display, RUF_FOLD_BASE, folded);
    return is_listed(text, roles, COUNT(roles));
}

/* "Family, Given", else the last word is the family name. */
static void split_display(struct ruf_text display, struct ruf_text *given,
                          struct ruf_text *family)
{
    const char *comma =
        display.size == 0 ? NULL : memchr(display.data, ',', display.size);
    size_t at;

    if (comma != NULL) {
        at = (size_t)(comma - display.data);
        *family = ruf_text_slice(display, 0, at);
        *given = ruf_text_slice(display, at + 1, display.size);
        return;
    }
    at = display.size;
    while (at > 0 && display.data[at - 1] != ' ')
        at--;
    *given = ruf_text_slice(display, 0, at);
    *family = ruf_text_slice(display, at, display.size);
}

/* "silke.mayr@" names the S. of an "S. Mayr". */
static enum ruf_status given_from_address(struct ruf_text address,
                                          struct ruf_arena *arena,
                                          struct ruf_name *name)
{
    const char *at = memchr(address.data, '@', address.size);
    struct ruf_text local = { address.data,
                              at == NULL ? 0 : (size_t)(at - address.data) };
    const char *dot =
        local.size == 0 ? NULL : memchr(local.data, '.', local.size);
    struct ruf_text given;
    struct ruf_text family;
    enum ruf_status status;

    if (dot == NULL || dot - local.data < 2)
        return RUF_OK;
    given = ruf_text_slice(local, 0, (size_t)(dot - local.data));
    status = simplify(given, arena, &given);
    if (status != RUF_OK || given.size == 0 || name->given.size == 0 ||
        given.data[0] != name->given.data[0])
        return status;
    family = ruf_text_slice(local, (size_t)(dot - local.data) + 1, local.size);
    family = ruf_text_slice(family, 0, name->family.size);
    status = simplify(family, arena, &family);
    if (status == RUF_OK && ruf_text_equal(family, name->family)) {
        name->given = given;
        name->initial = false;
    }
    return status;
}

enum ruf_status ruf_name_of(const struct ruf_source_contact *contact,
                            struct ruf_arena *arena, struct ruf_name *out)
{
    struct ruf_text given = contact->fields[RUF_RECORD_GIVEN];
    struct ruf_text family = contact->fields[RUF_RECORD_FAMILY];
    struct ruf_text display = contact->fields[RUF_RECORD_DISPLAY];
    enum ruf_status status;

    memset(out, 0, sizeof(*out));
    if (is_role(display) || is_role(family) || is_role(given))
        return RUF_OK;
    if (family.size == 0)
        split_display(ruf_text_trim(display), &given, &family);
    /* Before folding, which makes two letters of "Ä.". */
    out->initial = ruf_name_is_initial(ruf_text_trim(given));
    status = simplify(given, arena, &out->given);
    if (status == RUF_OK)
        status = simplify(family, arena, &out->family);
    for (size_t i = 0;
         i < contact->email_count && out->initial && status == RUF_OK; i++)
        status = given_from_address(contact->emails[i], arena, out);
    return status;
}

bool ruf_name_is_initial(struct ruf_text given)
{
    uint32_t c;
    size_t step;

    if (given.size == 0)
        return false;
    step = ruf_utf8_decode(given.data, given.size, &c);
    return step == given.size ||
           (step + 1 == given.size && given.data[step] == '.');
}

/* Folded German, then back to one letter: "joerg" and "jorg" agree. Only where
 * a name was written without its dots, so 'ae', 'oe', 'ue' count as one. */
static bool equal_without_dots(struct ruf_text a, struct ruf_text b)
{
    size_t i = 0;
    size_t k = 0;

    while (i < a.size && k < b.size) {
        if (a.data[i] != b.data[k])
            return false;
        if (memchr("aou", a.data[i], 3) != NULL) {
            bool a_e = i + 1 < a.size && a.data[i + 1] == 'e';
            bool b_e = k + 1 < b.size && b.data[k + 1] == 'e';

            i += a_e && !b_e ? 1 : 0;
            k += b_e && !a_e ? 1 : 0;
        }
        i++;
        k++;
    }
    return i == a.size && k == b.size;
}

static bool are_short_forms(struct ruf_text a, struct ruf_text b)
{
    for (size_t i = 0; i < COUNT(short_forms); i++)
        if (is_listed(a, short_forms[i], COUNT(short_forms[i])) &&
            is_listed(b, short_forms[i], COUNT(short_forms[i])))
            return true;
    return false;
}

static bool given_compatible(const struct ruf_name *a, const struct ruf_name *b)
{
    uint32_t first_a;
    uint32_t first_b;

    if (ruf_text_equal(a->given, b->given) ||
        equal_without_dots(a->given, b->given))
        return true;
    if (a->given.size == 0 || b->given.size == 0)
        return false;
    (void)ruf_utf8_decode(a->given.data, a->given.size, &first_a);
    (void)ruf_utf8_decode(b->given.data, b->given.size, &first_b);
    if (first_a == first_b && (a->initial || b->initial))
        return true;
    return are_short_forms(a->given, b->given);
}

bool ruf_names_compatible(const struct ruf_name *a, const struct ruf_name *b)
{
    if (a->family.size == 0 || b->family.size == 0)
        return false;
    if (!ruf_text_equal(a->family, b->family) &&
        !equal_without_dots(a->family, b->family))
        return false;
    return given_compatible(a, b);
}

bool ruf_names_by_short_form(const struct ruf_name *a, const struct ruf_name *b)
{
    return a->family.size > 0 && ruf_text_equal(a->family, b->family) &&
           are_short_forms(a->given, b->given);
}

/* Simplified names have a blank where the hyphen was. */
static bool is_hyphenated_part(struct ruf_text part, struct ruf_text whole)
{
    struct ruf_text start = ruf_text_slice(whole, 0, part.size);
    struct ruf_text end;

    if (part.size == 0 || whole.size <= part.size + 1)
        return false;
    end = ruf_text_slice(whole, whole.size - part.size, part.size);
    return (whole.data[part.size] == ' ' && ruf_text_equal(start, part)) ||
           (whole.data[whole.size - part.size - 1] == ' ' &&
            ruf_text_equal(end, part));
}

bool ruf_names_share_hyphen(const struct ruf_name *a, const struct ruf_name *b)
{
    return a->given.size > 0 && b->given.size > 0 && given_compatible(a, b) &&
           (is_hyphenated_part(a->family, b->family) ||
            is_hyphenated_part(b->family, a->family));
}
