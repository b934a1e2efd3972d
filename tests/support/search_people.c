/*
 * search_people.c - invented people that are hard to search
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/support/search_people.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const char *const given_names[] = {
    "Anna",
    "Björn",
    "Thomas",
    "Jörg",
    "Joerg",
    "Hans-Peter",
    "Karl",
    "Anna Maria",
    "Jürgen",
    "Michaël",
    "Małgorzata",
    "Sébastien",
    "Zoe",
    "Q.",
    "T.",
    "Götz",
    "Änne",
    "Manuel",
    "Ayşe",
    "Ian",
    "Ida",
    "Иван",
    "Ju\xCC\x88rgen",
    "MAX",
    "Thomasina",
    "Hans",
    "Peter",
    "Maria",
    "Šárka",
    "Xaver",
};
static const char *const family_names[] = {
    "Müller",    "Mueller",       "Muller",
    "Meier",     "Maier",         "Mayr",
    "Meyer",     "Schmidt",       "Schmitt",
    "Straßer",   "O'Connor",      "O’Brien",
    "OConnor",   "von der Linde", "Weiß",
    "Yılmaz",    "Łęcki",         "Müller-Lüdenscheidt",
    "Ebert",     "Fuchs",         "Thomas",
    "Anna",      "Jäger",         "Jaeger",
    "d'Arcourt", "Ørsted",        "Đorđević",
    "Hofmann",   "Hoffmann",      "Phillips",
    "Xanthos",   "Czerny",        "Zschokke",
    "Smith",     "Smyth",         "de Jong",
    "St. Clair", "Küßner",        "Ж",
    "Großmann",  "Michel",        "Bauer",
    "3Fach",
};
static const char *const syllables[] = {
    "ba",  "ber", "dor", "el",  "fin", "gra", "hel", "in", "kar", "lo",
    "mar", "ne",  "ot",  "pel", "ri",  "sö",  "ta",  "u",  "ver", "wei",
};
static const char *const companies[] = {
    "Nordwind Logistik GmbH", "Hansa Büro AG", "Blaumeer & Söhne",
    "Müller Werke KG",        "3F Medien",     "4711 Parfum",
    "Anna-Apotheke",          "Kranich e.V.",  "Thomas & Thomas",
    "Übersee-Handel GmbH",    "Alpenblick AG", "",
};
static const char *const departments[] = {
    "Vertrieb Süd", "Technik", "Personal", "Einkauf", "", "Maier-Projekt",
};
static const char *const titles[] = {
    "Einkäufer", "Buchhaltung", "Leiterin Vertrieb", "IT-Support",
    "",          "Dr. Ing.",
};
static const char *const domains[] = {
    "nordwind.example",
    "firm12.example",
    "hansa-buero.test",
    "müller.example",
};

uint64_t search_random(uint64_t *state, uint64_t bound)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (z ^ (z >> 31)) % bound;
}

struct maker {
    struct ruf_arena *arena;
    uint64_t random;
    uint64_t number;
};

static void *checked(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

static uint64_t draw(struct maker *maker, uint64_t bound)
{
    return search_random(&maker->random, bound);
}

static struct ruf_text keep(struct maker *maker, const char *text)
{
    size_t size = strlen(text);

    if (size == 0)
        return (struct ruf_text){ NULL, 0 };
    return (struct ruf_text){ checked(ruf_arena_copy(maker->arena, text, size)),
                              size };
}

static void make_name(struct maker *maker, char out[100])
{
    size_t count = 2 + draw(maker, 3);
    size_t size = 0;

    out[0] = '\0';
    for (size_t i = 0; i < count; i++)
        size += (size_t)snprintf(out + size, 100 - size, "%s",
                                 syllables[draw(maker, COUNT(syllables))]);
    if (out[0] >= 'a' && out[0] <= 'z')
        out[0] = (char)(out[0] - 32);
}

static struct ruf_text pick_name(struct maker *maker, const char *const *list,
                                 size_t count)
{
    char name[100];

    if (draw(maker, 3) > 0)
        return keep(maker, list[draw(maker, count)]);
    make_name(maker, name);
    return keep(maker, name);
}

/* --- e-mail and numbers
 * -------------------------------------------------------------- */

static void add_emails(struct maker *maker, struct ruf_person *person, size_t n)
{
    size_t count = draw(maker, 3);
    struct ruf_text *emails =
        checked(ruf_arena_alloc(maker->arena, count + 1, sizeof(*emails)));

    for (size_t i = 0; i < count; i++) {
        const char *domain = domains[draw(maker, COUNT(domains))];
        int given = (int)person->given.size;
        int family = (int)person->family.size;
        char text[300];

        switch (draw(maker, 5)) {
        case 0:
            (void)snprintf(text, sizeof(text), "%.*s.%.*s@%s", given,
                           given > 0 ? person->given.data : "", family,
                           family > 0 ? person->family.data : "", domain);
            break;
        case 1:
            (void)snprintf(text, sizeof(text), "%.*s.%zu@%s", family,
                           family > 0 ? person->family.data : "", n, domain);
            break;
        case 2:
            (void)snprintf(text, sizeof(text), "info@%s", domain);
            break;
        case 3:
            (void)snprintf(text, sizeof(text), "k-%zu_a@%s", n, domain);
            break;
        default:
            (void)snprintf(text, sizeof(text), "nur%zu", n);
            break;
        }
        emails[i] = keep(maker, text);
    }
    person->emails = emails;
    person->email_count = count;
}

/* Prefixes of several plans; what follows is counted up, a few are shared. */
static void make_number(struct maker *maker, struct ruf_person_number *out)
{
    static const uint64_t prefixes[] = {
        UINT64_C(49302312500000), UINT64_C(4989999980000), UINT64_C(491522881),
        UINT64_C(4366000000),     UINT64_C(41445550000),   UINT64_C(353900000),
        UINT64_C(1202555000),     UINT64_C(48500000000),
    };
    uint64_t prefix = prefixes[draw(maker, COUNT(prefixes))];
    char text[64];

    maker->number += 1 + draw(maker, 5000);
    memset(out, 0, sizeof(*out));
    out->e164 = prefix + maker->number % 1000000;
    switch (draw(maker, 10)) {
    case 0: /* shared by many */
        out->e164 = UINT64_C(493023125000) + draw(maker, 3);
        break;
    case 1: /* longer than fifteen digits */
        out->e164 = UINT64_C(4930231250000000) + maker->number % 10000;
        break;
    case 2: /* not identifiable */
        out->e164 = 0;
        break;
    case 3: /* no calling code has this beginning */
        out->e164 = UINT64_C(99900000000) + maker->number;
        break;
    default:
        break;
    }
    if (out->e164 == 0)
        (void)snprintf(text, sizeof(text), "0%llu/%llu-%llu",
                       (unsigned long long)draw(maker, 100),
                       (unsigned long long)draw(maker, 10000),
                       (unsigned long long)draw(maker, 100));
    else if (draw(maker, 20) == 0)
        (void)snprintf(text, sizeof(text), "%s",
                       draw(maker, 2) == 0 ? "n/a" : "(0) 1");
    else if (out->e164 / 1000000000 == 49 * 1000 + 302 && draw(maker, 2) == 0)
        (void)snprintf(text, sizeof(text), "030 / %llu",
                       (unsigned long long)(out->e164 % 1000000000));
    else
        (void)snprintf(text, sizeof(text), "+%llu %llu",
                       (unsigned long long)(out->e164 / 10000),
                       (unsigned long long)(out->e164 % 10000));
    out->raw = keep(maker, text);
    out->kind = (enum ruf_number_kind)draw(maker, RUF_KIND_COUNT);
}

static void add_numbers(struct maker *maker, struct ruf_person *person)
{
    size_t count = draw(maker, 4);
    struct ruf_person_number *numbers =
        checked(ruf_arena_alloc(maker->arena, count + 1, sizeof(*numbers)));

    for (size_t i = 0; i < count; i++)
        make_number(maker, &numbers[i]);
    if (draw(maker, 300) == 0 && count > 0)
        numbers[0] =
            (struct ruf_person_number){ .raw = { "1234567890123456789012345",
                                                 25 } };
    person->numbers = numbers;
    person->number_count = count;
}

static void make_person(struct maker *maker, size_t n,
                        struct ruf_person *person)
{
    static const struct ruf_text source = { "AAD", 3 };

    memset(person, 0, sizeof(*person));
    for (size_t i = 0; i < sizeof(person->id.bytes); i++)
        person->id.bytes[i] = (uint8_t)draw(maker, 256);
    switch (draw(maker, 12)) {
    case 0:
        person->display = keep(maker, draw(maker, 2) == 0 ? "Zentrale Empfang"
                                                          : "IT-Hotline");
        break;
    case 1:
        person->family = pick_name(maker, family_names, COUNT(family_names));
        break;
    case 2:
        person->given = pick_name(maker, given_names, COUNT(given_names));
        break;
    default:
        person->given = pick_name(maker, given_names, COUNT(given_names));
        person->family = pick_name(maker, family_names, COUNT(family_names));
        break;
    }
    person->company = keep(maker, companies[draw(maker, COUNT(companies))]);
    person->department =
        keep(maker, departments[draw(maker, COUNT(departments))]);
    person->title = keep(maker, titles[draw(maker, COUNT(titles))]);
    person->sources = &source;
    person->source_count = 1;
    add_emails(maker, person, n);
    add_numbers(maker, person);
}

void search_people(struct ruf_arena *arena, uint64_t seed, size_t count,
                   struct ruf_people *out)
{
    struct maker maker = { arena, seed, 0 };

    out->count = count;
    out->persons =
        checked(ruf_arena_alloc(arena, count + 1, sizeof(*out->persons)));
    for (size_t i = 0; i < count; i++)
        make_person(&maker, i, &out->persons[i]);
}
