/*
 * names.c - given, family and company names by region
 *
 * Common names of each language area, combined at random: nobody real.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "names.h"
#include <string.h>

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const char *const given_de[] = {
    "Thomas",     "Jörg",       "Änne",       "Günther",   "Björn",
    "Sören",      "Käthe",      "Ursula",     "Andreas",   "Sabine",
    "Michael",    "Petra",      "Stefan",     "Claudia",   "Jürgen",
    "Heike",      "Wolfgang",   "Birgit",     "Matthias",  "Silke",
    "Uwe",        "Anja",       "Frank",      "Katrin",    "Dirk",
    "Nicole",     "Ralf",       "Tanja",      "Holger",    "Simone",
    "Lukas",      "Lena",       "Felix",      "Hannah",    "Jonas",
    "Laura",      "Maximilian", "Sophie",     "Florian",   "Julia",
    "Sebastian",  "Franziska",  "Tobias",     "Christina", "Daniel",
    "Melanie",    "Marcel",     "Yvonne",     "Dörte",     "Götz",
    "Hans-Peter", "Anna-Lena",  "Karl-Heinz", "Eva-Maria", "Rüdiger",
    "Bärbel",     "Jan",        "Friederike", "Ole",       "Wiebke",
};
static const char *const family_de[] = {
    "Müller",
    "Schmidt",
    "Schneider",
    "Fischer",
    "Weber",
    "Meyer",
    "Wagner",
    "Becker",
    "Schulz",
    "Hoffmann",
    "Schäfer",
    "Koch",
    "Bauer",
    "Richter",
    "Klein",
    "Wolf",
    "Schröder",
    "Neumann",
    "Schwarz",
    "Zimmermann",
    "Braun",
    "Krüger",
    "Hofmann",
    "Hartmann",
    "Lange",
    "Werner",
    "Krause",
    "Lehmann",
    "Köhler",
    "Maier",
    "Größing",
    "Weiß",
    "Jäger",
    "Strauß",
    "Vogt",
    "Böhm",
    "Günter",
    "Döring",
    "Lüders",
    "Pöschl",
    "Voßkuhle",
    "Häußler",
    "Kühn",
    "Sauer",
    "Arnold",
    "Thoma",
    "Brandt",
    "Ziegler",
    "Kuhn",
    "Pohl",
    "Engel",
    "Horn",
    "Busch",
    "Bergmann",
    "Ebert",
    "Winkler",
    "Lorenz",
    "Roth",
    "Ludwig",
    "Krämer",
    "Müller-Lüdenscheidt",
    "von der Heide",
    "Groß",
    "Hübner",
    "Löffler",
    "Möller",
    "Nöth",
    "Öhlschläger",
    "Übelacker",
    "Quandt",
    "Reuß",
    "Süß",
    "Tönnies",
    "Wüst",
    "Zöllner",
    "Mayr",
    "Gruber",
    "Huber",
    "Steiner",
    "Moser",
    "Egger",
    "Brunner",
    "Aebischer",
    "Zürcher",
    "Rüegg",
    "Bühler",
    "Känel",
    "Gerber",
    "Frei",
    "Hess",
};
static const char *const given_fr[] = { "Chloé",  "François", "Amélie",
                                        "Benoît", "Hélène",   "Jérôme",
                                        "Zoé",    "Noël",     "Léa",
                                        "Théo" };
static const char *const family_fr[] = { "Lefèvre",  "Garçon",   "Dubois",
                                         "Béranger", "Lemaître", "Forêt",
                                         "Crépin",   "Gagné",    "Moreau",
                                         "d'Arcourt" };
static const char *const given_gb[] = { "Oliver",    "Siobhán", "Harry",
                                        "Charlotte", "George",  "Emily",
                                        "Ewan",      "Zoë",     "Rhys",
                                        "Fiona" };
static const char *const family_gb[] = {
    "Smith", "O'Connor", "Taylor", "Brown",   "MacLeod",
    "Evans", "Walker",   "Wright", "O'Brien", "Harrington-Smythe"
};
static const char *const given_it[] = { "Nicolò", "Giulia",  "Alessandro",
                                        "Chiara", "Matteo",  "Desirée",
                                        "Paolo",  "Niccolò", "Sara",
                                        "Luca" };
static const char *const family_it[] = { "Rossi",   "Lo Giudice", "D'Amico",
                                         "Ferrari", "Cantù",      "Russo",
                                         "Mondò",   "Greco",      "De Luca",
                                         "Bianchi" };
static const char *const given_nl[] = { "Daan",  "Sanne",  "Bram", "Anouk",
                                        "Joost", "Fleur",  "Zoë",  "Teun",
                                        "Loïs",  "Maarten" };
static const char *const family_nl[] = { "de Jong", "van der Berg", "Visser",
                                         "Smit",    "Mulder",       "van Dijk",
                                         "Bakker",  "Jansen",       "Kuipers",
                                         "de Wit" };
static const char *const given_pl[] = { "Małgorzata", "Paweł",     "Łukasz",
                                        "Agnieszka",  "Stanisław", "Żaneta",
                                        "Michał",     "Zofia",     "Rafał",
                                        "Ewa" };
static const char *const family_pl[] = { "Wójcik",    "Kowalski",  "Wiśniewska",
                                         "Dąbrowski", "Łęcki",     "Szymański",
                                         "Woźniak",   "Jabłoński", "Król",
                                         "Pawlak" };
static const char *const given_es[] = { "José",   "María",  "Íñigo",  "Lucía",
                                        "Raúl",   "Begoña", "Álvaro", "Sofía",
                                        "Andrés", "Inés" };
static const char *const family_es[] = { "García", "Núñez",   "Martínez",
                                         "Peña",   "López",   "Muñoz",
                                         "Ibáñez", "Sánchez", "Gómez",
                                         "Ordóñez" };
static const char *const given_tr[] = { "Çağla", "Mehmet", "İpek",  "Oğuz",
                                        "Şule",  "Emre",   "Gökçe", "Barış",
                                        "Ayşe",  "Uğur" };
static const char *const family_tr[] = { "Yılmaz",  "Çelik", "Öztürk", "Şahin",
                                         "Doğan",   "Kılıç", "Aydın",  "Güneş",
                                         "Özdemir", "Koç" };
static const char *const given_cz[] = { "Jiří",  "Kateřina", "Tomáš",
                                        "Věra",  "Ondřej",   "Zdeňka",
                                        "Lukáš", "Markéta",  "Luděk",
                                        "Šárka" };
static const char *const family_cz[] = { "Novák",     "Dvořák",  "Černý",
                                         "Procházka", "Kučera",  "Veselý",
                                         "Hájek",     "Růžička", "Říha",
                                         "Šimek" };

#define NAMES(region)                                                          \
    (struct name_list)                                                         \
    {                                                                          \
        given_##region, COUNT(given_##region), family_##region,                \
            COUNT(family_##region)                                             \
    }

struct name_list names_of(const char *region)
{
    if (strcmp(region, "FR") == 0)
        return NAMES(fr);
    if (strcmp(region, "GB") == 0)
        return NAMES(gb);
    if (strcmp(region, "IT") == 0)
        return NAMES(it);
    if (strcmp(region, "NL") == 0)
        return NAMES(nl);
    if (strcmp(region, "PL") == 0)
        return NAMES(pl);
    if (strcmp(region, "ES") == 0)
        return NAMES(es);
    if (strcmp(region, "TR") == 0)
        return NAMES(tr);
    if (strcmp(region, "CZ") == 0)
        return NAMES(cz);
    return NAMES(de);
}

const char *const company_stems[] = {
    "Alpenblick",   "Nordlicht",   "Rheintal",  "Hanse",      "Isartor",
    "Donau",        "Schwarzwald", "Lindenhof", "Kranich",    "Falken",
    "Brückner",     "Eiche",       "Morgenrot", "Silberbach", "Tannengrund",
    "Wellenreiter", "Löwenzahn",   "Grünwald",  "Möwe",       "Königsee",
    "Steinadler",   "Birkenau",    "Felsen",    "Sonnenfeld", "Weitblick",
    "Ostwind",      "Quellgrund",  "Ährengold", "Übersee",    "Waldkauz",
};
const size_t company_stem_count = COUNT(company_stems);
const char *const company_trades[] = {
    "Logistik GmbH",
    "Maschinenbau AG",
    "Software SE",
    "Energie GmbH & Co. KG",
    "Elektronik GmbH",
    "Pharma AG",
    "Bau KG",
    "Consulting Ltd.",
    "Lebensmittel GmbH",
    "Werkzeuge e. V.",
    "Medien S.A.",
    "Textil B.V.",
    "Optik Inc.",
    "Feinmechanik GmbH",
};
const size_t company_trade_count = COUNT(company_trades);
const char *const departments[] = {
    "Einkauf",     "Vertrieb Süd", "Vertrieb Nord", "Buchhaltung",
    "Entwicklung", "Qualität",     "Produktion",    "Personal",
    "Logistik",    "Marketing",    "Recht",         "Geschäftsführung",
};
const size_t department_count = COUNT(departments);
const char *const titles[] = {
    "Sachbearbeiter", "Teamleiterin",   "Ingenieur",    "Projektleiterin",
    "Außendienst",    "Einkäufer",      "Controllerin", "Techniker",
    "Assistentin",    "Bereichsleiter", "Entwicklerin", "Geschäftsführer",
};
const size_t title_count = COUNT(titles);
