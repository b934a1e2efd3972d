/*
 * gold.c - makes the directory of gold.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gold.h"
#include "base/text.h"
#include "tests/tenant/names.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define OWN_STAFF 500 /* of company 0, all behind one switchboard */
#define BRANCH_STAFF 50

struct person {
    const char *given;
    const char *family;
    uint32_t company;
    uint32_t desk;       /* whose direct line it is */
    uint32_t household;  /* UINT32_MAX: lives alone */
    uint32_t boss;       /* UINT32_MAX: is nobody's assistant */
    enum gold_kind kind; /* GOLD_PLAIN, or what is special about the person */
};

struct maker {
    struct gold *gold;
    uint64_t state;
    struct name_list names;
    struct person *people;
    uint32_t count;
};

static uint32_t next(struct maker *maker, uint32_t limit)
{
    maker->state = maker->state * UINT64_C(6364136223846793005) +
                   UINT64_C(1442695040888963407);
    return (uint32_t)((maker->state >> 33) % limit);
}

static bool chance(struct maker *maker, uint32_t percent)
{
    return next(maker, 100) < percent;
}

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

/* --- people
 * ----------------------------------------------------------------------------
 */

static uint32_t company_of(const struct maker *maker, uint32_t person)
{
    uint32_t own =
        maker->count < 10 * OWN_STAFF ? maker->count / 10 : OWN_STAFF;

    if (person < own)
        return 0;
    if (person < own + own / 10)
        return 1;
    return 2 + (person - own) / 6;
}

static void make_people(struct maker *maker)
{
    for (uint32_t i = 0; i < maker->count; i++) {
        struct person *person = &maker->people[i];

        person->given =
            maker->names.given[next(maker, (uint32_t)maker->names.given_count)];
        person->family =
            maker->names
                .family[next(maker, (uint32_t)maker->names.family_count)];
        person->company = company_of(maker, i);
        person->desk = i;
        person->household = UINT32_MAX;
        person->boss = UINT32_MAX;
        person->kind = GOLD_PLAIN;
    }
}

/* Pairs and threes of people that are easily taken for one. */
static void make_lookalikes(struct maker *maker)
{
    for (uint32_t i = 3; i + 3 < maker->count; i += 3) {
        struct person *person = &maker->people[i];
        struct person *other = &maker->people[i + 1];
        uint32_t dice = next(maker, 100);

        if (other->company != person->company)
            continue;
        if (dice < 3) {
            other->given = person->given;
            other->family = person->family;
            person->kind = other->kind = GOLD_NAMESAKE;
        } else if (dice < 7) {
            person->boss = i + 1;
            person->kind = GOLD_ASSISTANT;
        } else if (dice < 11) {
            other->desk = i;
            person->kind = other->kind = GOLD_REUSED;
        } else if (dice < 17 && strcmp(other->given, person->given) != 0) {
            other->family = person->family;
            person->household = other->household = i;
            person->kind = other->kind = GOLD_LANDLINE;
        } else if (dice < 22) {
            person->kind = GOLD_MARRIED;
        }
    }
}

/* --- spelling
 * -------------------------------------------------------------------------- */

static const char *const umlauts[][3] = {
    { "ä", "ae", "a" },  { "ö", "oe", "o" }, { "ü", "ue", "u" },
    { "Ä", "Ae", "A" },  { "Ö", "Oe", "O" }, { "Ü", "Ue", "U" },
    { "ß", "ss", "ss" },
};

/* 'way' 1: ae; 2: a. */
static void without_umlauts(char *text, size_t room, size_t way)
{
    char out[128] = "";
    size_t used = 0;

    for (size_t i = 0; text[i] != '\0' && used + 4 < sizeof(out);) {
        size_t k = 0;

        while (k < 7 && strncmp(text + i, umlauts[k][0], 2) != 0)
            k++;
        if (k == 7) {
            out[used++] = text[i++];
            continue;
        }
        memcpy(out + used, umlauts[k][way], strlen(umlauts[k][way]));
        used += strlen(umlauts[k][way]);
        i += 2;
    }
    out[used] = '\0';
    (void)snprintf(text, room, "%s", out);
}

static void initial_only(char given[48])
{
    size_t size = (unsigned char)given[0] >= 0x80 ? 2 : 1;

    given[size] = '.';
    given[size + 1] = '\0';
}

static void company_name(uint32_t company, char out[64])
{
    (void)snprintf(out, 64, "%s %" PRIu32 " GmbH",
                   company_stems[company % company_stem_count], company);
}

static void own_address(const struct person *person, uint32_t number,
                        char out[128])
{
    char given[48];
    char family[64];

    (void)snprintf(given, sizeof(given), "%s", person->given);
    (void)snprintf(family, sizeof(family), "%s", person->family);
    without_umlauts(given, sizeof(given), 1);
    without_umlauts(family, sizeof(family), 1);
    (void)snprintf(out, 128, "%.40s.%.40s.%" PRIu32 "@firma%" PRIu32 ".example",
                   given, family, number, person->company);
}

/* --- records
 * -------------------------------------------------------------------------- */

static struct gold_record *add_record(struct maker *maker, uint32_t person,
                                      const char *source)
{
    struct gold *gold = maker->gold;
    const struct person *p = &maker->people[person];
    struct gold_record *record;

    if (gold->count == gold->room) {
        gold->room = gold->room == 0 ? 1024 : 2 * gold->room;
        gold->records =
            must(realloc(gold->records, gold->room * sizeof(*gold->records)));
    }
    record = &gold->records[gold->count];
    memset(record, 0, sizeof(*record));
    record->person = person;
    record->kind = p->kind;
    record->source = source;
    (void)snprintf(record->id, sizeof(record->id), "%s-%zu", source,
                   gold->count);
    (void)snprintf(record->given, sizeof(record->given), "%s", p->given);
    (void)snprintf(record->family, sizeof(record->family), "%s", p->family);
    company_name(p->company, record->company);
    gold->count++;
    return record;
}

static void add_number(struct maker *maker, struct gold_record *record,
                       enum gold_line line, uint32_t owner)
{
    struct gold_number *number = &record->numbers[record->number_count++];

    number->line = line;
    number->owner = owner;
    number->style = next(maker, 5);
}

/* Some of the person's numbers and, mostly, the address. */
static void add_values(struct maker *maker, struct gold_record *record,
                       bool whole)
{
    const struct person *p = &maker->people[record->person];

    if (whole || chance(maker, 65))
        own_address(p, record->person, record->mail);
    if (whole || chance(maker, 60))
        add_number(maker, record, GOLD_MOBILE, record->person);
    if (chance(maker, 50))
        add_number(maker, record, GOLD_DIRECT, p->desk);
    if (p->boss != UINT32_MAX)
        add_number(maker, record, GOLD_MOBILE, p->boss);
    if (p->household != UINT32_MAX)
        add_number(maker, record, GOLD_HOUSEHOLD, p->household);
    if (record->number_count == 0 && record->mail[0] == '\0')
        add_number(maker, record, GOLD_MOBILE, record->person);
    if (record->number_count < GOLD_NUMBERS_MAX && p->company < 2)
        add_number(maker, record, GOLD_MAIN, p->company);
}

static void swap_into_display(struct gold_record *record)
{
    (void)snprintf(record->display, sizeof(record->display), "%.60s, %.40s",
                   record->family, record->given);
    record->given[0] = '\0';
    record->family[0] = '\0';
}

static void use_role_mailbox(struct gold_record *record, uint32_t company)
{
    (void)snprintf(record->mail, sizeof(record->mail),
                   "info@firma%" PRIu32 ".example", company);
}

static void write_without_country(struct gold_record *record)
{
    for (size_t i = 0; i < record->number_count; i++)
        record->numbers[i].style = 1;
}

static void corrupt(struct maker *maker, struct gold_record *record)
{
    const struct person *p = &maker->people[record->person];

    if (p->kind == GOLD_MARRIED && strcmp(record->source, "AAD") != 0) {
        (void)snprintf(record->family, sizeof(record->family), "%s-Altmann",
                       "Geborene");
        own_address(p, record->person, record->mail);
        return;
    }
    switch (next(maker, 9)) {
    case 0:
        record->kind = GOLD_UMLAUT;
        without_umlauts(record->given, sizeof(record->given), 1);
        without_umlauts(record->family, sizeof(record->family), 1);
        break;
    case 1:
        record->kind = GOLD_UMLAUT;
        without_umlauts(record->given, sizeof(record->given), 2);
        without_umlauts(record->family, sizeof(record->family), 2);
        break;
    case 2:
        record->kind = GOLD_SWAPPED;
        swap_into_display(record);
        break;
    case 3:
        record->kind = GOLD_NO_COUNTRY;
        write_without_country(record);
        break;
    case 4:
        record->kind = GOLD_INITIAL;
        initial_only(record->given);
        break;
    case 5:
        record->kind = GOLD_ROLE_MAILBOX;
        use_role_mailbox(record, p->company);
        break;
    case 6:
        if (p->company < 2)
            record->kind = GOLD_SWITCHBOARD;
        break;
    default:
        break;
    }
}

static void add_person(struct maker *maker, uint32_t person)
{
    static const char *const others[] = { "APC", "CRM", "LIST" };
    bool is_staff = maker->people[person].company < 2;
    size_t made = 0;

    if (is_staff) {
        add_values(maker, add_record(maker, person, "AAD"), true);
        made++;
    }
    for (size_t i = 0; i < 3; i++) {
        struct gold_record *record;

        if (!chance(maker, is_staff ? 35 : 55) && (made > 0 || i < 2))
            continue;
        record = add_record(maker, person, others[i]);
        add_values(maker, record, made == 0);
        corrupt(maker, record);
        made++;
        if (strcmp(others[i], "CRM") == 0 && chance(maker, 5)) {
            struct gold_record first = *record;

            record = add_record(maker, person, "CRM");
            add_values(maker, record, false);
            (void)snprintf(record->mail, sizeof(record->mail), "%s",
                           first.mail);
            record->kind = GOLD_TWICE;
        }
    }
}

void gold_make(struct gold *gold, uint64_t seed, uint32_t people)
{
    struct maker maker = { .gold = gold, .state = seed, .count = people };

    memset(gold, 0, sizeof(*gold));
    maker.names = names_of("DE");
    maker.people = must(calloc(people, sizeof(*maker.people)));
    make_people(&maker);
    make_lookalikes(&maker);
    for (uint32_t i = 0; i < people; i++)
        add_person(&maker, i);
    free(maker.people);
}

void gold_free(struct gold *gold)
{
    free(gold->records);
    memset(gold, 0, sizeof(*gold));
}

/* --- output
 * -----------------------------------------------------------------------------
 */

const char *gold_kind_name(enum gold_kind kind)
{
    static const char *const names[GOLD_KIND_COUNT] = {
        "plain",     "umlaut",       "swapped",  "no-country",  "initial",
        "married",   "role-mailbox", "landline", "switchboard", "namesake",
        "assistant", "reused",       "twice",
    };

    return names[kind];
}

void gold_print(const struct gold *gold, FILE *out)
{
    for (size_t i = 0; i < gold->count; i++) {
        const struct gold_record *r = &gold->records[i];

        (void)fprintf(out, "%" PRIu32 "\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t",
                      r->person, gold_kind_name(r->kind), r->source, r->id,
                      r->given, r->family, r->display, r->company, r->mail);
        for (size_t k = 0; k < r->number_count; k++)
            (void)fprintf(out, "%s%c%" PRIu32 "/%u", k == 0 ? "" : " ",
                          (char)r->numbers[k].line, r->numbers[k].owner,
                          r->numbers[k].style);
        (void)fputc('\n', out);
    }
}

/* Calling code and area as people write them, by style. */
static const char *const openings[][2] = {
    { "+49 ", " " },    { "0", "/" },   { "0049 ", " " },
    { "+49 (0)", " " }, { "0", " - " },
};

void gold_spell(const struct gold_number *number, char out[32])
{
    const char *const *opening = openings[number->style % 5];
    uint32_t owner = number->owner % 1000000;

    switch (number->line) {
    case GOLD_MOBILE:
        (void)snprintf(out, 32, "%s151%s%08" PRIu32, opening[0], opening[1],
                       20000000 + owner * 7919 % 60000000);
        break;
    case GOLD_DIRECT:
        (void)snprintf(out, 32, "%s89%s5%06" PRIu32, opening[0], opening[1],
                       owner);
        break;
    case GOLD_MAIN:
        (void)snprintf(out, 32, "%s89%s7%05" PRIu32 "0", opening[0], opening[1],
                       owner % 100000);
        break;
    case GOLD_HOUSEHOLD:
        (void)snprintf(out, 32, "%s40%s6%06" PRIu32, opening[0], opening[1],
                       owner);
        break;
    }
}

/* --- as records
 * -------------------------------------------------------------------- */

const char gold_policy[] =
    "{\"schema\":\"rufname.policy/1\",\"version\":1,"
    "\"region\":{\"default\":\"DE\"},"
    "\"auth\":{\"tenant\":\"t\",\"client_id\":\"c\"},\"sources\":["
    "{\"id\":\"AAD\",\"kind\":\"entra_users\"},"
    "{\"id\":\"APC\",\"kind\":\"outlook_personal\"},"
    "{\"id\":\"CRM\",\"kind\":\"dynamics365\",\"url\":"
    "\"https://muster.crm4.dynamics.com\"},"
    "{\"id\":\"LIST\",\"kind\":\"file\"}]}";

enum ruf_status gold_standardise(const struct gold_record *from,
                                 const struct ruf_policy *policy,
                                 struct ruf_arena *arena,
                                 struct ruf_source_contact *to)
{
    struct ruf_raw_number numbers[GOLD_NUMBERS_MAX];
    struct ruf_raw_email email = { ruf_text(from->mail), RUF_EMAIL_PRIMARY };
    struct ruf_record record;

    memset(&record, 0, sizeof(record));
    record.native_id = ruf_text(from->id);
    record.fields[RUF_RECORD_GIVEN] = ruf_text(from->given);
    record.fields[RUF_RECORD_FAMILY] = ruf_text(from->family);
    record.fields[RUF_RECORD_DISPLAY] = ruf_text(from->display);
    record.fields[RUF_RECORD_COMPANY] = ruf_text(from->company);
    for (size_t i = 0; i < from->number_count; i++) {
        char text[32];

        gold_spell(&from->numbers[i], text);
        numbers[i].text.size = strlen(text);
        numbers[i].text.data = ruf_arena_copy(arena, text, strlen(text));
        numbers[i].kind = RUF_KIND_BUSINESS;
        if (numbers[i].text.data == NULL)
            return RUF_E_NOMEM;
    }
    record.numbers = numbers;
    record.number_count = from->number_count;
    record.emails = &email;
    record.email_count = from->mail[0] == '\0' ? 0 : 1;
    return ruf_standardise(&record, policy,
                           ruf_policy_source(policy, ruf_text(from->source)),
                           arena, to, NULL);
}
