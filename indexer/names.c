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

static const char *const titles[] = {
    "dr",  "prof", "professor", "dipl-ing", "dipl", "ing",  "mag",
    "med", "jur",  "phil",      "rer",      "nat",  "pol",  "habil",
    "hc",  "mba",  "msc",       "bsc",      "herr", "frau", "mr",
    "mrs", "ms",   "dipl-kfm",  "dipl-inf", "lic",  "bakk", NULL
};

static const char *const roles[] = {
    "zentrale",    "empfang",      "it-support",  "support", "vertrieb",
    "sekretariat", "hotline",      "pforte",      "fax",     "info",
    "headquarter", "headquarters", "sales",       "service", "reception",
    "switchboard", "helpdesk",     "buchhaltung", "einkauf", NULL
};

/* Short forms share a line; folded. */
static const char *const short_forms[][6] = {
    { "hans", "johannes", "johann", "hannes", NULL },
    { "sepp", "josef", "joseph", NULL },
    { "bob", "robert", "rob", "bobby", NULL },
    { "thomas", "tom", "tommy", NULL },
    { "michael", "michi", "mike", "michel", NULL },
    { "andreas", "andi", "andy", NULL },
    { "alexander", "alex", "sascha", NULL },
    { "christian", "chris", NULL },
    { "christoph", "chris", NULL },
    { "matthias", "matze", "hias", NULL },
    { "stefan", "stephan", "steffen", "steve", NULL },
    { "ulrich", "uli", "ueli", NULL },
    { "wolfgang", "wolf", "wolfi", NULL },
    { "juergen", "jorgen", NULL },
    { "maximilian", "max", "maxi", NULL },
    { "benjamin", "ben", "benny", NULL },
    { "daniel", "dani", "dan", NULL },
    { "katharina", "kathi", "kate", "kati", NULL },
    { "elisabeth", "lisa", "sissi", "liz", NULL },
    { "susanne", "susi", "sanne", NULL },
    { "barbara", "babsi", NULL },
    { "margarete", "grete", "gretel", NULL },
    { "william", "bill", "will", NULL },
    { "james", "jim", "jimmy", NULL },
    { "richard", "dick", "rick", NULL },
    { "edward", "ed", "eddie", NULL },
    { "friedrich", "fritz", NULL },
    { "heinrich", "heinz", NULL },
    { "georg", "schorsch", NULL },
    { "franziska", "franzi", NULL },
};

static bool is_listed(struct ruf_text word, const char *const *list)
{
    for (size_t i = 0; list[i] != NULL; i++)
        if (ruf_text_is(word, list[i]))
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

/* Folded, one blank between words, dots and titles gone; apostrophes dropped
 * and hyphens as blanks, so that O'Connor is oconnor. */
static enum ruf_status simplify(struct ruf_text text, struct ruf_arena *arena,
                                struct ruf_text *out)
{
    char *folded = ruf_arena_alloc(arena, ruf_fold_bound(text.size) + 1, 1);
    struct ruf_text rest;
    size_t size = 0;

    if (folded == NULL)
        return RUF_E_NOMEM;
    rest.data = folded;
    rest.size = ruf_fold(text, RUF_FOLD_GERMAN, folded);
    while (rest.size > 0) {
        struct ruf_text word = next_word(&rest);

        if (word.size == 0 || is_listed(word, titles))
            continue;
        if (size > 0)
            folded[size++] = ' ';
        for (size_t i = 0; i < word.size; i++) {
            char c = word.data[i];

            if (c == '\'' || c == '`')
                continue;
            folded[size++] = c == '-' ? ' ' : c;
        }
    }
    out->data = folded;
    out->size = size;
    return RUF_OK;
}

static bool is_role(struct ruf_text display)
{
    char folded[256];
    struct ruf_text text = { folded, 0 };

    if (display.size == 0 || display.size > sizeof(folded) / 4)
        return false;
    text.size = ruf_fold(display, RUF_FOLD_BASE, folded);
    return is_listed(text, roles);
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
    for (size_t i = 0; i < sizeof(short_forms) / sizeof(short_forms[0]); i++)
        if (is_listed(a, short_forms[i]) && is_listed(b, short_forms[i]))
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
