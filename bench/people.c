/*
 * bench/people.c - people of any number, made as they are asked for
 *
 * Family names follow Zipf's law as names in a phone book do: the most common
 * one has about one in a hundred, half of all names occur once. The common ones
 * are real names of the country, the long tail is put together from syllables
 * of German names.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/fold.h"
#include "base/text.h"
#include "bench/crowd.h"
#include "tests/tenant/names.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define FAMILY_NAMES 300000.0
#define ZIPF_SHIFT 10.0

static const char *const heads[] = {
    "Alt",   "Berg",  "Birn",  "Blum",  "Brand",  "Buch",  "Dorn",   "Eck",
    "Eich",  "Erl",   "Esch",  "Falk",  "Feld",   "Fisch", "Frei",   "Gold",
    "Grün",  "Hag",   "Hart",  "Hasel", "Heck",   "Hell",  "Hirsch", "Hoch",
    "Holz",  "Horn",  "Jung",  "Kalt",  "Kirch",  "Klee",  "König",  "Kraut",
    "Krumm", "Laub",  "Lech",  "Lind",  "Lös",    "Mai",   "Mühl",   "Nuss",
    "Ober",  "Ost",   "Pfeil", "Rab",   "Rau",    "Reh",   "Röß",    "Roth",
    "Sand",  "Schön", "Stein", "Tann",  "Trau",   "Ulm",   "Unter",  "Wald",
    "Weid",  "Wild",  "Wind",  "Wolf",  "Würzen", "Zeller"
};
static const char *const middles[] = { "", "en", "er", "el", "inger" };
static const char *const tails[] = {
    "bach",  "berg",    "brunn", "burg", "dorf",   "eck",   "egger", "feld",
    "furt",  "haus",    "heim",  "hof",  "hofer",  "holz",  "horn",  "huber",
    "kamp",  "lein",    "ling",  "mann", "maier",  "mayer", "meier", "müller",
    "reich", "rich",    "ring",  "rodt", "sack",   "see",   "stein", "stetter",
    "schuh", "schmied", "tal",   "thal", "wald",   "weg",   "weiß",  "weiler",
    "wies",  "wirth",   "zahn",  "zell", "zinger", "wasser"
};

/* --- words
 * ---------------------------------------------------------------------- */

/* Rank 0, 1, 2 ... with probability about 1 / (rank + shift). */
static uint64_t zipf(uint64_t draw, double names)
{
    double share = (double)(draw >> 11) / 9007199254740992.0;

    return (uint64_t)(ZIPF_SHIFT * exp(share * log(names / ZIPF_SHIFT + 1)) -
                      ZIPF_SHIFT);
}

static void coin_family(uint64_t rank, char *out, size_t room)
{
    uint64_t two = COUNT(heads) * COUNT(middles) * COUNT(tails);
    uint64_t head = rank % COUNT(heads);
    uint64_t rest = rank / COUNT(heads);

    if (rank < two)
        (void)snprintf(out, room, "%s%s%s", heads[head],
                       middles[rest % COUNT(middles)],
                       tails[rest / COUNT(middles) % COUNT(tails)]);
    else
        (void)snprintf(
            out, room, "%s%s%s%s", heads[head], tails[rest % COUNT(tails)],
            middles[rest / COUNT(tails) % COUNT(middles)],
            tails[rest / COUNT(tails) / COUNT(middles) % COUNT(tails)]);
}

static void family_name(const struct name_list *list, uint64_t draw, char *out,
                        size_t room)
{
    uint64_t rank = zipf(bench_mix(draw), FAMILY_NAMES);

    if (rank < list->family_count)
        (void)snprintf(out, room, "%s", list->family[rank]);
    else
        coin_family(rank - list->family_count, out, room);
}

static void given_name(const struct name_list *list, uint64_t draw, char *out,
                       size_t room)
{
    const char *first =
        list->given[zipf(bench_mix(draw + 1), (double)list->given_count) %
                    list->given_count];
    const char *second = list->given[draw / 64 % list->given_count];

    if (draw % 16 == 0)
        (void)snprintf(out, room, "%s-%s", first, second);
    else if (draw % 16 == 1)
        (void)snprintf(out, room, "%s %s", first, second);
    else
        (void)snprintf(out, room, "%s", first);
}

static void company_name(uint64_t company, char *out, size_t room)
{
    static const char *const forms[] = { "GmbH", "AG",   "KG",           "SE",
                                         "GbR",  "e.K.", "GmbH & Co. KG" };
    uint64_t draw = bench_mix(company + 77);
    char name[96];

    coin_family(company % 14000, name, sizeof(name));
    (void)snprintf(out, room, "%s %s", name, forms[draw % COUNT(forms)]);
}

/* --- the contact
 * ---------------------------------------------------------------- */

static struct ruf_text keep(struct ruf_arena *arena, const char *text)
{
    struct ruf_text out;

    bench_must(ruf_arena_text(arena, ruf_text(text), &out), NULL);
    return out;
}

static struct ruf_text make_email(const struct ruf_person *person,
                                  uint64_t company, uint64_t at,
                                  struct ruf_arena *arena)
{
    char names[600];
    char folded[4 * sizeof(names)];
    char address[sizeof(folded) + 64];
    size_t size;
    size_t used = 0;

    (void)snprintf(names, sizeof(names), "%.*s.%.*s", (int)person->given.size,
                   person->given.data, (int)person->family.size,
                   person->family.data);
    size = ruf_fold(ruf_text(names), RUF_FOLD_BASE, folded);
    for (size_t i = 0; i < size; i++)
        if (folded[i] == '.' || (folded[i] >= 'a' && folded[i] <= 'z'))
            address[used++] = folded[i];
    (void)snprintf(address + used, 64, "%u@company%u.example",
                   (unsigned)(at % 1000), (unsigned)company);
    return keep(arena, address);
}

static void make_numbers(uint64_t at, struct ruf_arena *arena,
                         struct ruf_person *out)
{
    struct ruf_person_number made[PEOPLE_NUMBERS_MAX];
    size_t count = people_numbers(at, made);
    struct ruf_person_number *numbers =
        bench_arena(arena, count, sizeof(*numbers));

    memcpy(numbers, made, count * sizeof(*numbers));
    out->number_count = count;
    for (size_t i = 0; i < out->number_count; i++) {
        char text[RUF_E164_TEXT_SIZE];

        (void)ruf_e164_format(numbers[i].e164, text);
        numbers[i].raw = keep(arena, text);
    }
    out->numbers = numbers;
}

size_t people_label(uint64_t at, char out[RUF_LABEL_SIZE_MAX])
{
    uint64_t draw = bench_mix(at * 4 + 1 + BENCH_SEED);
    struct crowd_seat seat;
    struct name_list list;
    char given[128];
    char family[128];
    char company[128];

    crowd_seat(at, &seat);
    list = names_of(crowd_region(&seat));
    given_name(&list, draw, given, sizeof(given));
    family_name(&list, draw, family, sizeof(family));
    company_name(seat.company, company, sizeof(company));
    return (size_t)snprintf(out, RUF_LABEL_SIZE_MAX, "%s %s (%s)", given,
                            family, company);
}

static void make_names(uint64_t at, const struct crowd_seat *seat,
                       struct ruf_arena *arena, struct ruf_person *out)
{
    struct name_list list = names_of(crowd_region(seat));
    uint64_t draw = bench_mix(at * 4 + 1 + BENCH_SEED);
    char text[128];
    char both[300];

    given_name(&list, draw, text, sizeof(text));
    out->given = keep(arena, text);
    family_name(&list, draw, text, sizeof(text));
    out->family = keep(arena, text);
    (void)snprintf(both, sizeof(both), "%s, %.*s", text, (int)out->given.size,
                   out->given.data);
    out->display = keep(arena, both);
    company_name(seat->company, text, sizeof(text));
    out->company = keep(arena, text);
    out->department = ruf_text(departments[draw % department_count]);
    out->title = ruf_text(titles[draw / 32 % title_count]);
}

void people_make(uint64_t at, struct ruf_arena *arena, struct ruf_person *out)
{
    uint64_t words[2] = { bench_mix(at * 4 + 2 + BENCH_SEED),
                          bench_mix(at * 4 + 3 + BENCH_SEED) };
    struct crowd_seat seat;
    struct ruf_text *lists = bench_arena(arena, 2, sizeof(*lists));

    memset(out, 0, sizeof(*out));
    crowd_seat(at, &seat);
    memcpy(out->id.bytes, words, sizeof(out->id.bytes));
    out->priority = words[0] % 10 < 7 ? 80 : words[0] % 10 < 9 ? 60 : 40;
    make_names(at, &seat, arena, out);
    make_numbers(at, arena, out);
    lists[0] = make_email(out, seat.company, at, arena);
    out->emails = &lists[0];
    out->email_count = 1;
    lists[1] = ruf_text(out->priority == 80   ? "AAD"
                        : out->priority == 60 ? "GAL"
                                              : "APC");
    out->sources = &lists[1];
    out->source_count = 1;
}
