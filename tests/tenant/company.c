/*
 * company.c - a seeded, invented company
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "company.h"
#include "names.h"
#include "plans.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PEOPLE_PER_COMPANY 60u
#define GHOST_EVERY 25u /* one guest or disabled account per so many */
#define MAILBOX_SIZE_MAX 4000u
#define PERMUTATION 9999991u /* prime: k * 7919 mod it never repeats */

/* splitmix64: one independent number per (seed, key, purpose). */
static uint64_t mix(uint64_t value)
{
    value += UINT64_C(0x9E3779B97F4A7C15);
    value = (value ^ value >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ value >> 27) * UINT64_C(0x94D049BB133111EB);
    return value ^ value >> 31;
}

static uint32_t draw(const struct company *company, uint32_t key,
                     uint32_t purpose, uint32_t range)
{
    return (uint32_t)(mix(mix(company->seed ^ (uint64_t)key << 20) + purpose) %
                      range);
}

enum purpose {
    DRAW_GIVEN = 1,
    DRAW_FAMILY,
    DRAW_SOURCE,
    DRAW_PLAN,
    DRAW_STEM,
    DRAW_TRADE,
    DRAW_AREA,
    DRAW_MOBILE,
    DRAW_SECOND,
    DRAW_FAX,
    DRAW_JUNK,
    DRAW_DOCTOR,
    DRAW_DEPARTMENT,
    DRAW_TITLE,
    DRAW_TWIN,
    DRAW_COUNTRY,
    DRAW_BOARD,
    DRAW_DUPLICATE,
    DRAW_MAILBOX,
    DRAW_KIND,
    DRAW_MARRIED,
    DRAW_EVENT,
    DRAW_CRM,
    DRAW_BLOB,
    DRAW_FOLDER,
    DRAW_STYLE = 100 /* + number, + 10 * source */
};

const char *tenant_source_name(enum tenant_source source)
{
    static const char *const names[] = { "AAD", "GAL", "APC", "D365", "ABS" };

    return names[source];
}

/* --- people -----------------------------------------------------------------
 */

/* Ghosts are the guests and disabled accounts that a filter hides. */
static bool is_ghost(uint32_t key)
{
    return key % GHOST_EVERY == GHOST_EVERY - 1;
}

static void add_person(struct company *company)
{
    struct person *person;

    if (company->count == company->capacity) {
        company->capacity =
            company->capacity == 0 ? 1024 : 2 * company->capacity;
        company->people =
            realloc(company->people, company->capacity * sizeof(*person));
        if (company->people == NULL) {
            (void)fputs("rufname-tenant: out of memory\n", stderr);
            exit(11);
        }
    }
    person = &company->people[company->count++];
    memset(person, 0, sizeof(*person));
    person->key = company->next_key++;
    person->created = company->version;
    person->changed = company->version;
}

static void add_visible_people(struct company *company, uint32_t wanted)
{
    while (wanted > 0) {
        bool visible = !is_ghost(company->next_key);

        add_person(company);
        wanted -= visible ? 1 : 0;
    }
}

void company_create(struct company *company, uint32_t people, uint64_t seed)
{
    memset(company, 0, sizeof(*company));
    company->seed = mix(seed);
    company->people_wanted = people;
    add_visible_people(company, people);
    company->founding_keys = company->next_key;
}

void company_destroy(struct company *company)
{
    free(company->people);
    memset(company, 0, sizeof(*company));
}

void company_advance(struct company *company, uint32_t changes)
{
    uint32_t version = ++company->version;
    uint32_t leavers = 0;
    size_t alive_until = company->count;

    for (uint32_t i = 0; i < changes; i++) {
        uint32_t at = draw(company, version, DRAW_EVENT + 1000 + i,
                           (uint32_t)alive_until);
        struct person *person = &company->people[at];
        uint32_t event = draw(company, version, DRAW_EVENT + 500000 + i, 10);

        if (person->removed != 0 || person->changed == version ||
            is_ghost(person->key))
            continue;
        person->changed = version;
        if (event < 8) {
            person->variant++;
        } else {
            person->removed = version;
            leavers++;
        }
    }
    add_visible_people(company, leavers);
}

/* --- where people work
 * -------------------------------------------------------- */

static uint32_t company_of(uint32_t key)
{
    return key / PEOPLE_PER_COMPANY;
}

static const struct plan *plan_of(const struct company *company, uint32_t firm)
{
    uint32_t share = draw(company, firm, DRAW_PLAN, 100);

    if (share < 70)
        return &tenant_plans[0];
    if (share < 80)
        return &tenant_plans[1];
    if (share < 88)
        return &tenant_plans[2];
    return &tenant_plans[3 + draw(company, firm, DRAW_PLAN + 1000,
                                  (uint32_t)tenant_plan_count - 3)];
}

static const char *area_of(const struct company *company, uint32_t firm,
                           const struct plan *plan)
{
    uint32_t count = 0;

    while (plan->areas[count] != NULL)
        count++;
    return plan->areas[draw(company, firm, DRAW_AREA, count)];
}

static void firm_name(const struct company *company, uint32_t firm,
                      char out[TEXT_MAX])
{
    uint32_t stem =
        draw(company, firm, DRAW_STEM, (uint32_t)company_stem_count);
    uint32_t trade =
        draw(company, firm, DRAW_TRADE, (uint32_t)company_trade_count);

    (void)snprintf(out, TEXT_MAX, "%s %s", company_stems[stem],
                   company_trades[trade]);
}

/* Digits of the company's block: same for all its people, different from all
 * other companies of the plan. */
static void firm_block(const struct plan *plan, uint32_t firm, char out[16])
{
    uint32_t start = plan->company_digits == 5 ? 23000 : 2300;
    uint32_t range = plan->company_digits == 5 ? 60000 : 6000;

    (void)snprintf(out, 16, "%u", start + firm % range);
}

/* --- names
 * ------------------------------------------------------------------------ */

/* Of the twins 30 and 31 of a company the second carries the first's name. */
static uint32_t name_key(const struct company *company, uint32_t key)
{
    if (key % PEOPLE_PER_COMPANY == 31 &&
        draw(company, company_of(key), DRAW_TWIN, 2) == 0)
        return key - 1;
    return key;
}

static void person_name(const struct company *company,
                        const struct person *person,
                        struct tenant_record *record)
{
    const struct plan *plan = plan_of(company, company_of(person->key));
    struct name_list names = names_of(plan->region);
    uint32_t key = name_key(company, person->key);
    uint32_t family =
        draw(company, key, DRAW_FAMILY, (uint32_t)names.family_count);

    /* Every third change of a person is a wedding. */
    if (person->variant % 3 == 2)
        family = (family + 1 + person->variant) % (uint32_t)names.family_count;
    (void)snprintf(record->given, TEXT_MAX, "%s",
                   names.given[draw(company, key, DRAW_GIVEN,
                                    (uint32_t)names.given_count)]);
    (void)snprintf(record->family, TEXT_MAX, "%s", names.family[family]);
}

/* "Müller" -> "Mueller": the spelling of systems that know only ASCII. */
static void without_umlauts(const char *name, char out[TEXT_MAX])
{
    static const char *const pairs[][2] = {
        { "ä", "ae" }, { "ö", "oe" }, { "ü", "ue" }, { "ß", "ss" },
        { "Ä", "Ae" }, { "Ö", "Oe" }, { "Ü", "Ue" },
    };
    size_t size = 0;

    while (*name != '\0' && size + 3 < TEXT_MAX) {
        bool replaced = false;

        for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
            if (strncmp(name, pairs[i][0], 2) == 0) {
                memcpy(out + size, pairs[i][1], 2);
                size += 2;
                name += 2;
                replaced = true;
                break;
            }
        if (!replaced)
            out[size++] = *name++;
    }
    out[size] = '\0';
}

/* Letters for a mail address; what is not ASCII is left out. */
static void address_part(const char *name, char out[TEXT_MAX])
{
    char plain[TEXT_MAX];
    size_t size = 0;

    without_umlauts(name, plain);
    for (const char *c = plain; *c != '\0'; c++) {
        if (*c >= 'A' && *c <= 'Z')
            out[size++] = (char)(*c - 'A' + 'a');
        else if (*c >= 'a' && *c <= 'z')
            out[size++] = *c;
    }
    out[size] = '\0';
}

/* The key makes an address unique; the name in it is that of the first day,
 * so a wedding does not change it. */
static void person_mail(const struct company *company,
                        const struct person *person,
                        struct tenant_record *record)
{
    struct tenant_record *first = calloc(1, sizeof(*first));
    struct person newcomer = *person;
    char given[TEXT_MAX];
    char family[TEXT_MAX];

    if (first == NULL)
        exit(11);
    newcomer.variant = 0;
    person_name(company, &newcomer, first);
    address_part(first->given, given);
    address_part(first->family, family);
    free(first);
    (void)snprintf(record->mail, TEXT_MAX, "%.40s.%.40s.%u@firm%u.example",
                   given, family, person->key, company_of(person->key));
    (void)snprintf(record->upn, TEXT_MAX, "%.90s%s", record->mail,
                   record->guest ? "#EXT#@tenant.example" : "");
}

/* How the same person is written in another source. */
static void display_name(const struct company *company, uint32_t key,
                         struct tenant_record *record)
{
    uint32_t style = draw(company, key, DRAW_STYLE + 77 + record->source, 10);
    char plain[TEXT_MAX];

    if (record->source == TENANT_USERS) {
        const char *title = "";

        if (draw(company, key, DRAW_DOCTOR, 100) < 6)
            title = draw(company, key, DRAW_DOCTOR + 1000, 3) == 0
                        ? "Prof. Dr. "
                        : "Dr. ";
        (void)snprintf(record->display, TEXT_MAX, "%s%.50s %.50s", title,
                       record->given, record->family);
        return;
    }
    if (style < 4) { /* given name first, ASCII spelling */
        without_umlauts(record->given, plain);
        (void)snprintf(record->given, TEXT_MAX, "%s", plain);
        without_umlauts(record->family, plain);
        (void)snprintf(record->family, TEXT_MAX, "%s", plain);
    } else if (style < 5) {
        size_t first = (unsigned char)record->given[0] >= 0xC0 ? 2 : 1;

        (void)snprintf(record->given + first, TEXT_MAX - first, ".");
    }
    if (style % 2 == 0)
        (void)snprintf(record->display, TEXT_MAX, "%.60s, %.60s",
                       record->family, record->given);
    else
        (void)snprintf(record->display, TEXT_MAX, "%.60s %.60s", record->given,
                       record->family);
}

/* --- numbers
 * ---------------------------------------------------------------------- */

static void add_number(struct tenant_record *record, const char *kind,
                       const struct plan *plan, const char *area,
                       const char *subscriber, uint32_t style)
{
    struct tenant_number *number;

    if (record->number_count == NUMBERS_MAX)
        return;
    number = &record->numbers[record->number_count++];
    number->kind = kind;
    (void)snprintf(number->e164, sizeof(number->e164), "+%.3s%.5s%.12s",
                   plan->code, area, subscriber);
    spell_number(plan, area, subscriber, style, number->raw);
    /* Neither tables nor files of ours tell a country. */
    if (record->source >= TENANT_CRM && strcmp(plan->region, "DE") != 0)
        memcpy(number->raw, number->e164, sizeof(number->e164));
}

static void add_junk(struct tenant_record *record, const char *kind,
                     uint32_t which)
{
    static const char *const junk[] = {
        "siehe Notiz",           "n/a",   "?", "0", "12", "-", "+49", "4711",
        "123456789012345678901", "keine",
    };
    struct tenant_number *number;

    if (record->number_count == NUMBERS_MAX)
        return;
    number = &record->numbers[record->number_count++];
    number->kind = kind;
    number->e164[0] = '\0';
    (void)snprintf(number->raw, sizeof(number->raw), "%s",
                   junk[which % (sizeof(junk) / sizeof(junk[0]))]);
}

/* Seven digits that no other person has under the same prefix. The first one
 * stays clear of 0 and 9, which some plans do not assign. */
static void personal_digits(uint32_t key, char out[16])
{
    uint32_t spread = (uint32_t)((uint64_t)key * 7919 % (PERMUTATION / 10 * 7));

    (void)snprintf(out, 16, "%07u", 1500000 + spread);
}

static uint32_t style_of(const struct company *company, uint32_t key,
                         const struct tenant_record *record)
{
    return draw(company, key,
                DRAW_STYLE + 1000 + 10 * (uint32_t)record->source +
                    (uint32_t)record->number_count,
                1000000);
}

static void add_direct_line(const struct company *company, uint32_t key,
                            const struct plan *plan,
                            struct tenant_record *record)
{
    uint32_t firm = company_of(key);
    char block[16];
    char line[32];

    firm_block(plan, firm, block);
    (void)snprintf(line, sizeof(line), "%s%03u", block,
                   100 + key % PEOPLE_PER_COMPANY * 11);
    add_number(record, "business", plan, area_of(company, firm, plan), line,
               style_of(company, key, record));
}

/* The switchboard, carried by every third person of a company that was full at
 * the start, so that many different names share it and newcomers do not change
 * the records of others. */
static void add_switchboard(const struct company *company, uint32_t key,
                            const struct plan *plan,
                            struct tenant_record *record)
{
    uint32_t firm = company_of(key);
    char block[16];
    char line[32];

    if (key % 3 != 0 ||
        (firm + 1) * PEOPLE_PER_COMPANY > company->founding_keys)
        return;
    firm_block(plan, firm, block);
    (void)snprintf(line, sizeof(line), "%s000", block);
    add_number(record, "business", plan, area_of(company, firm, plan), line,
               style_of(company, key, record));
}

static void add_mobile(const struct company *company,
                       const struct person *person, const struct plan *plan,
                       const char *kind, uint32_t prefix,
                       struct tenant_record *record)
{
    char digits[16];

    personal_digits(person->key, digits);
    add_number(record, kind, plan, plan->mobiles[prefix], digits,
               style_of(company, person->key, record));
}

/* What each source knows. The mobile number stays for life; the second line
 * moves between two prefixes whenever the person changes. */
static void person_numbers(const struct company *company,
                           const struct person *person,
                           struct tenant_record *record)
{
    uint32_t key = person->key;
    const struct plan *plan = plan_of(company, company_of(key));
    bool junk = draw(company, key, DRAW_JUNK + record->source, 100) < 4;

    if (record->source != TENANT_MAILBOX &&
        draw(company, key, DRAW_KIND, 100) < 97)
        add_direct_line(company, key, plan, record);
    if (record->source == TENANT_USERS) {
        add_switchboard(company, key, plan, record);
        if (draw(company, key, DRAW_SECOND, 100) < 92)
            add_mobile(company, person, plan, "business",
                       2 + person->variant % 2, record);
    }
    if (draw(company, key, DRAW_MOBILE, 100) < 90 ||
        record->source == TENANT_MAILBOX)
        add_mobile(company, person, plan, "mobile", 0, record);
    if (record->source == TENANT_MAILBOX &&
        draw(company, key, DRAW_SECOND + 1, 100) < 40)
        add_mobile(company, person, plan, "home", 1, record);
    if (record->source >= TENANT_CRM)
        return;
    if (record->source == TENANT_USERS && junk)
        add_junk(record, "fax", draw(company, key, DRAW_JUNK + 10, 1000));
    else if (record->source == TENANT_USERS &&
             draw(company, key, DRAW_FAX, 100) < 20)
        add_mobile(company, person, plan, "fax", 1, record);
    if (record->source == TENANT_MAILBOX && junk)
        add_junk(record, "business", draw(company, key, DRAW_JUNK + 20, 1000));
}

/* --- records
 * ---------------------------------------------------------------------- */

bool company_has_record(const struct company *company,
                        const struct person *person, enum tenant_source source)
{
    uint32_t key = person->key;
    bool user = is_ghost(key) || key % PEOPLE_PER_COMPANY / 2 == 15 ||
                draw(company, key, DRAW_SOURCE, 100) < 83;

    switch (source) {
    case TENANT_USERS:
        return user;
    case TENANT_CONTACTS:
        return !is_ghost(key) &&
               (!user || draw(company, key, DRAW_DUPLICATE, 100) < 6);
    case TENANT_MAILBOX:
        return !is_ghost(key) &&
               draw(company, key, DRAW_MAILBOX, company->people_wanted) <
                   (company->people_wanted / 20 < MAILBOX_SIZE_MAX
                        ? company->people_wanted / 20 + 1
                        : MAILBOX_SIZE_MAX);
    case TENANT_CRM:
        return company->crm_rows > 0 &&
               draw(company, key, DRAW_CRM, company->people_wanted) <
                   company->crm_rows;
    case TENANT_BLOBS:
        return company->blob_rows > 0 && !is_ghost(key) &&
               draw(company, key, DRAW_BLOB, company->people_wanted) <
                   company->blob_rows;
    }
    return false;
}

uint32_t company_part(const struct company *company,
                      const struct person *person, enum tenant_source source)
{
    if (source == TENANT_BLOBS)
        return draw(company, person->key, DRAW_FOLDER + 1, company->blobs);
    return source == TENANT_MAILBOX && company->folders > 0
               ? draw(company, person->key, DRAW_FOLDER, company->folders + 1)
               : 0;
}

void company_record_id(const struct company *company,
                       const struct person *person, enum tenant_source source,
                       char out[64])
{
    uint64_t a = mix(company->seed + person->key * 3u + source);
    uint64_t b = mix(a);

    if (source == TENANT_MAILBOX)
        (void)snprintf(out, 64,
                       "AAkALg%016llX/%016llX+A=", (unsigned long long)a,
                       (unsigned long long)b);
    else
        (void)snprintf(out, 64, "%08x-%04x-4%03x-8%03x-%012llx",
                       (unsigned)(a >> 32), (unsigned)(a >> 16 & 0xFFFF),
                       (unsigned)(a & 0xFFF), (unsigned)(b >> 52),
                       (unsigned long long)(b & UINT64_C(0xFFFFFFFFFFFF)));
}

/* Records without a country field are German: their region is the policy's
 * default. */
static void set_region(const struct company *company,
                       const struct person *person, struct tenant_record *out)
{
    const struct plan *plan = plan_of(company, company_of(person->key));
    bool german = strcmp(plan->region, "DE") == 0;

    out->region = plan->region;
    if (!german ||
        draw(company, person->key, DRAW_COUNTRY + out->source, 10) < 6)
        out->country_field = plan->region;
}

void company_record(const struct company *company, const struct person *person,
                    enum tenant_source source, struct tenant_record *out)
{
    uint32_t key = person->key;
    uint32_t job = draw(company, key, DRAW_TITLE, (uint32_t)title_count + 2);
    uint32_t unit =
        draw(company, key, DRAW_DEPARTMENT, (uint32_t)department_count + 2);

    memset(out, 0, sizeof(*out));
    out->source = source;
    out->person = key;
    out->guest = is_ghost(key) && key / GHOST_EVERY % 2 == 0;
    out->enabled = !is_ghost(key) || out->guest;
    out->visible = !is_ghost(key);
    company_record_id(company, person, source, out->id);
    set_region(company, person, out);
    person_name(company, person, out);
    person_mail(company, person, out);
    display_name(company, key, out);
    firm_name(company, company_of(key), out->company);
    job = (job + person->variant) % ((uint32_t)title_count + 2);
    out->title = job < title_count ? titles[job] : NULL;
    out->department = unit < department_count ? departments[unit] : NULL;
    if (source == TENANT_USERS && draw(company, key, DRAW_STYLE + 55, 10) == 0)
        (void)snprintf(out->second_mail, TEXT_MAX, "p%u@firm%u.example", key,
                       company_of(key));
    person_numbers(company, person, out);
}
