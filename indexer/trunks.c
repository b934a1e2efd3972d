/*
 * indexer/trunks.c - finding the prefixes that belong to one company
 *
 * The fixed-line numbers of all people are sorted digit by digit and walked as
 * a tree of prefixes, from short to long. The first prefix below which one
 * company has enough people, and others next to none, is a trunk; what lies
 * below it is not looked at again, so no trunk begins another one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/trunks.h"
#include "base/decimal.h"
#include "base/error.h"
#include "base/fold.h"
#include "base/hash.h"
#include "base/text.h"
#include "indexer/label_template.h"
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 18
#define SUBSCRIBER_DIGITS_MIN 3 /* of a prefix, behind the area code */

/* A number of a person. */
struct carrier {
    uint64_t aligned; /* its digits, as if it had 18 of them */
    uint32_t person;
    uint32_t company; /* 1.., equal for equal names; 0 = none */
    uint8_t digits;
    uint8_t written; /* digits behind the last hyphen as written, or 0 */
    bool emit;
};

struct finding {
    const struct ruf_people *people;
    const struct ruf_policy *policy;
    struct ruf_arena *arena;
    struct carrier *carriers;
    size_t count;
    uint64_t *seats; /* scratch: company and person of a range */
    struct ruf_trunks *out;
    size_t room;
    bool failed; /* memory was out */
};

static ruf_e164 number_of(const struct carrier *carrier)
{
    return carrier->aligned / ruf_powers_of_ten[DIGITS_MAX - carrier->digits];
}

static unsigned digit_at(const struct carrier *carrier, unsigned place)
{
    return (unsigned)(carrier->aligned /
                      ruf_powers_of_ten[DIGITS_MAX - 1 - place] % 10);
}

/* --- carriers
 * ---------------------------------------------------------------------------
 */

/* Digits behind the last hyphen of "089 1234-567", if all before are digits of
 * the number as well: an extension as its owner writes it. */
static unsigned written_extension(struct ruf_text raw, ruf_e164 number)
{
    unsigned digits = 0;
    size_t i = raw.size;

    while (i > 0 && raw.data[i - 1] >= '0' && raw.data[i - 1] <= '9' &&
           digits < DIGITS_MAX) {
        if ((ruf_e164)(raw.data[i - 1] - '0') != number % 10)
            return 0;
        number /= 10;
        digits++;
        i--;
    }
    while (i > 0 && raw.data[i - 1] == ' ')
        i--;
    return i > 0 && raw.data[i - 1] == '-' ? digits : 0;
}

/* Mobile, service and special numbers have no extensions. */
static bool may_have_extensions(ruf_e164 number)
{
    char text[RUF_E164_TEXT_SIZE];
    struct ruf_number parsed;
    size_t size = ruf_e164_format(number, text);

    ruf_number_parse(text, size, NULL, &parsed);
    return parsed.type == RUF_TYPE_FIXED_LINE;
}

static void add_carriers(struct finding *finding, uint32_t person)
{
    const struct ruf_person *from = &finding->people->persons[person];

    for (size_t i = 0; i < from->number_count; i++) {
        const struct ruf_person_number *number = &from->numbers[i];
        unsigned digits = ruf_count_digits(number->e164);

        if (number->e164 == 0 || !may_have_extensions(number->e164))
            continue;
        finding->carriers[finding->count++] = (struct carrier){
            .aligned = number->e164 * ruf_powers_of_ten[DIGITS_MAX - digits],
            .person = person,
            .digits = (uint8_t)digits,
            .written = (uint8_t)written_extension(number->raw, number->e164),
            .emit = number->emit,
        };
    }
}

static int by_digits(const void *left, const void *right)
{
    const struct carrier *a = left;
    const struct carrier *b = right;

    if (a->aligned != b->aligned)
        return a->aligned < b->aligned ? -1 : 1;
    if (a->digits != b->digits)
        return a->digits < b->digits ? -1 : 1;
    return (a->person > b->person) - (a->person < b->person);
}

static bool collect(struct finding *finding)
{
    const struct ruf_people *people = finding->people;
    size_t room = 1;

    for (size_t i = 0; i < people->count; i++)
        room += people->persons[i].number_count;
    finding->carriers = calloc(room, sizeof(*finding->carriers));
    finding->seats = calloc(room, sizeof(*finding->seats));
    if (finding->carriers == NULL || finding->seats == NULL)
        return false;
    for (size_t i = 0; i < people->count; i++)
        add_carriers(finding, (uint32_t)i);
    qsort(finding->carriers, finding->count, sizeof(*finding->carriers),
          by_digits);
    return true;
}

/* --- companies
 * ----------------------------------------------------------------------------
 */

/* A person with a company, by the name as it is compared. */
struct employee {
    struct ruf_text company;
    uint32_t person;
};

static int by_company(const void *left, const void *right)
{
    const struct employee *a = left;
    const struct employee *b = right;
    size_t size =
        a->company.size < b->company.size ? a->company.size : b->company.size;
    int order = memcmp(a->company.data, b->company.data, size);

    if (order == 0 && a->company.size != b->company.size)
        order = a->company.size < b->company.size ? -1 : 1;
    return order;
}

/* "MUSTER AG", "Muster GmbH" and "Muster" are one company here: its legal form
 * says little about who answers a telephone. */
static bool fold_company(const struct finding *finding, struct ruf_text company,
                         struct ruf_text *out)
{
    struct ruf_text cut = ruf_company_short(company);
    struct ruf_text name = cut.size > 0 ? cut : company;
    char *folded =
        ruf_arena_alloc(finding->arena, ruf_fold_bound(name.size) + 1, 1);

    if (folded == NULL)
        return false;
    out->size = ruf_fold(name, RUF_FOLD_BASE, folded);
    out->data = folded;
    return true;
}

/* Number the companies of all people. */
static bool number_companies(const struct finding *finding, uint32_t *companies)
{
    const struct ruf_people *people = finding->people;
    struct employee *list = calloc(people->count + 1, sizeof(*list));
    uint32_t company = 0;
    size_t count = 0;
    bool ok = list != NULL;

    for (size_t i = 0; i < people->count && ok; i++) {
        if (people->persons[i].company.size == 0)
            continue;
        list[count].person = (uint32_t)i;
        ok = fold_company(finding, people->persons[i].company,
                          &list[count++].company);
    }
    if (ok && count > 1)
        qsort(list, count, sizeof(*list), by_company);
    for (size_t i = 0; i < count && ok; i++) {
        if (i == 0 || by_company(&list[i - 1], &list[i]) != 0)
            company++;
        companies[list[i].person] = company;
    }
    free(list);
    return ok;
}

static bool set_companies(struct finding *finding)
{
    uint32_t *companies =
        calloc(finding->people->count + 1, sizeof(*companies));

    if (companies == NULL || !number_companies(finding, companies)) {
        free(companies);
        return false;
    }
    for (size_t i = 0; i < finding->count; i++)
        finding->carriers[i].company = companies[finding->carriers[i].person];
    free(companies);
    return true;
}

/* --- who is below a prefix
 * ------------------------------------------------------------------ */

/* Carriers [start, end), all of one prefix. */
struct range {
    size_t start;
    size_t end;
};

struct majority {
    uint32_t company; /* 0 = none */
    size_t people;    /* of it */
    size_t everybody;
};

static int by_value(const void *left, const void *right)
{
    const uint64_t *a = left;
    const uint64_t *b = right;

    return (*a > *b) - (*a < *b);
}

/* The company with most people in a range; who has several numbers counts
 * once, and numbers the phone may not show say nothing. */
static struct majority find_majority(const struct finding *finding,
                                     struct range range)
{
    struct majority best = { 0, 0, 0 };
    uint64_t *seats = finding->seats;
    size_t count = 0;
    size_t here = 0;

    for (size_t i = range.start; i < range.end; i++)
        if (finding->carriers[i].emit)
            seats[count++] = (uint64_t)finding->carriers[i].company << 32 |
                             finding->carriers[i].person;
    qsort(seats, count, sizeof(*seats), by_value);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && seats[i] == seats[i - 1])
            continue;
        best.everybody++;
        here = i > 0 && seats[i] >> 32 == seats[i - 1] >> 32 ? here + 1 : 1;
        if (seats[i] >> 32 != 0 && here > best.people) {
            best.people = here;
            best.company = (uint32_t)(seats[i] >> 32);
        }
    }
    return best;
}

/* Enough people, four fifths of all, and as many different numbers. */
static bool is_company(const struct finding *finding, struct range range,
                       const struct majority *majority)
{
    size_t least = finding->policy->trunk.min_members;
    size_t numbers = 0;
    uint64_t last = 0;

    if (majority->people < least ||
        majority->people * 5 < majority->everybody * 4)
        return false;
    for (size_t i = range.start; i < range.end; i++) {
        const struct carrier *carrier = &finding->carriers[i];

        if (!carrier->emit || carrier->company != majority->company)
            continue;
        numbers += number_of(carrier) != last ? 1 : 0;
        last = number_of(carrier);
    }
    return numbers >= least;
}

/* --- how long a prefix is
 * ------------------------------------------------------------------- */

/* Digits up to the end of the area code: the first group of the international
 * form. Plans without area codes have a first group, too; it is as good. */
static unsigned area_digits(ruf_e164 number)
{
    char text[RUF_NUMBER_TEXT_SIZE];
    unsigned groups = 0;
    unsigned digits = 0;

    (void)ruf_e164_format_as(number, RUF_STYLE_INTERNATIONAL, text);
    for (const char *c = text; *c != '\0' && groups < 2; c++) {
        if (*c >= '0' && *c <= '9')
            digits++;
        else
            groups += digits > 0 ? 1 : 0;
    }
    return digits;
}

static unsigned common_digits(const struct finding *finding, struct range range,
                              unsigned from, unsigned most)
{
    const struct carrier *first = &finding->carriers[range.start];
    const struct carrier *last = &finding->carriers[range.end - 1];

    while (from < most && digit_at(first, from) == digit_at(last, from))
        from++;
    return from;
}

/* Where the people themselves put the hyphen, if that is a prefix of all and
 * most of those who write one agree: a trunk whose known extensions happen to
 * begin alike is that much shorter. Else as long as the prefix of all is. */
static unsigned settle_length(const struct finding *finding, struct range range,
                              unsigned shortest, unsigned longest)
{
    unsigned votes[DIGITS_MAX + 1] = { 0 };
    unsigned all = 0;
    unsigned best = longest;

    for (size_t i = range.start; i < range.end; i++) {
        const struct carrier *carrier = &finding->carriers[i];

        if (carrier->written == 0 || carrier->written >= carrier->digits)
            continue;
        votes[carrier->digits - carrier->written]++;
        all++;
    }
    for (unsigned digits = shortest; digits <= longest; digits++)
        if (votes[digits] * 2 > all)
            best = digits;
    return best;
}

/* --- trunks
 * -----------------------------------------------------------------------------
 */

static struct ruf_text make_label(const struct finding *finding,
                                  struct range range, uint32_t company)
{
    struct ruf_label_values values = { 0 };
    char label[RUF_LABEL_SIZE_MAX];
    struct ruf_text out = { NULL, 0 };
    uint32_t best = UINT32_MAX;

    /* The spelling of the person of the best rank. */
    for (size_t i = range.start; i < range.end; i++)
        if (finding->carriers[i].company == company &&
            finding->carriers[i].person < best)
            best = finding->carriers[i].person;
    values.company = finding->people->persons[best].company;
    out.size = ruf_label_render("~ {company}", &values,
                                finding->policy->label_max_chars, label);
    out.data = ruf_arena_copy(finding->arena, label, out.size);
    return out;
}

/* How many digits most extensions have, and the lowest number of these. */
static void set_usual(const struct finding *finding, struct range range,
                      struct ruf_trunk *trunk)
{
    size_t counts[DIGITS_MAX + 1] = { 0 };

    for (size_t i = range.start; i < range.end; i++)
        counts[finding->carriers[i].digits]++;
    trunk->usual = 1;
    for (unsigned i = 1; i <= trunk->extension_max; i++)
        if (trunk->digits + i <= DIGITS_MAX &&
            counts[trunk->digits + i] > counts[trunk->digits + trunk->usual])
            trunk->usual = i;
    for (size_t i = range.end; i > range.start; i--)
        if (finding->carriers[i - 1].digits == trunk->digits + trunk->usual)
            trunk->lowest = number_of(&finding->carriers[i - 1]);
}

static bool grow(struct finding *finding)
{
    struct ruf_trunk *grown;

    if (finding->out->count < finding->room)
        return true;
    finding->room = finding->room * 2 + 64;
    grown = ruf_arena_alloc(finding->arena, finding->room, sizeof(*grown));
    if (grown == NULL)
        return false;
    if (finding->out->count > 0)
        memcpy(grown, finding->out->trunks,
               finding->out->count * sizeof(*grown));
    finding->out->trunks = grown;
    return true;
}

static void add_trunk(struct finding *finding, struct range range,
                      unsigned digits, uint32_t company)
{
    uint32_t most = finding->policy->trunk.max_extension_digits;
    struct ruf_trunk trunk = {
        .prefix = finding->carriers[range.start].aligned /
                  ruf_powers_of_ten[DIGITS_MAX - digits],
        .digits = digits,
        /* Nothing longer than a number can be. */
        .extension_max =
            most < DIGITS_MAX - digits ? most : DIGITS_MAX - digits,
        .label = make_label(finding, range, company),
    };

    set_usual(finding, range, &trunk);
    finding->failed =
        finding->failed || trunk.label.data == NULL || !grow(finding);
    if (!finding->failed && trunk.label.size > 0)
        finding->out->trunks[finding->out->count++] = trunk;
}

/* Is there a trunk with this range's prefix, of at least 'from' digits? All
 * its numbers share 'common' digits, so does every prefix in between. */
static bool try_range(struct finding *finding, struct range range,
                      unsigned from, unsigned common, unsigned longest)
{
    unsigned extension = finding->policy->trunk.max_extension_digits;
    unsigned shortest =
        area_digits(number_of(&finding->carriers[range.start])) +
        SUBSCRIBER_DIGITS_MIN;
    struct majority majority;

    if (shortest < from)
        shortest = from;
    if (longest > extension && shortest < longest - extension)
        shortest = longest - extension;
    if (shortest > common)
        return false;
    majority = find_majority(finding, range);
    if (!is_company(finding, range, &majority))
        return false;
    add_trunk(finding, range, settle_length(finding, range, shortest, common),
              majority.company);
    return true;
}

/* Carriers of a range share 'from' digits at least. */
static void search(struct finding *finding, struct range range, unsigned from)
{
    unsigned shortest = DIGITS_MAX;
    unsigned longest = 0;
    unsigned common;

    /* A number that is the prefix itself has no extension. */
    while (range.start < range.end &&
           finding->carriers[range.start].digits <= from)
        range.start++;
    if (range.end - range.start < finding->policy->trunk.min_members)
        return;
    for (size_t i = range.start; i < range.end; i++) {
        unsigned digits = finding->carriers[i].digits;

        shortest = digits < shortest ? digits : shortest;
        longest = digits > longest ? digits : longest;
    }
    common = common_digits(finding, range, from, shortest - 1);
    if (try_range(finding, range, from, common, longest))
        return;
    while (range.start < range.end) {
        struct range child = { range.start, range.start + 1 };
        unsigned digit = digit_at(&finding->carriers[range.start], common);

        while (child.end < range.end &&
               digit_at(&finding->carriers[child.end], common) == digit)
            child.end++;
        search(finding, child, common + 1);
        range.start = child.end;
    }
}

/* --- numbers that stay unknown
 * -------------------------------------------------------------- */

static bool is_below(const struct ruf_trunk *trunk,
                     const struct carrier *carrier)
{
    return carrier->digits > trunk->digits &&
           carrier->digits <= trunk->digits + trunk->extension_max &&
           carrier->aligned / ruf_powers_of_ten[DIGITS_MAX - trunk->digits] ==
               trunk->prefix;
}

static int by_e164(const void *left, const void *right)
{
    const ruf_e164 *a = left;
    const ruf_e164 *b = right;

    return (*a > *b) - (*a < *b);
}

/* Both lists go by digits. A number that anybody may show is not held. */
static bool collect_held(const struct finding *finding)
{
    struct ruf_trunks *out = finding->out;
    size_t trunk = 0;
    size_t i = 0;

    out->held =
        ruf_arena_alloc(finding->arena, finding->count, sizeof(*out->held));
    if (out->held == NULL)
        return false;
    while (i < finding->count && trunk < out->count) {
        const struct carrier *carrier = &finding->carriers[i];
        const struct ruf_trunk *here = &out->trunks[trunk];
        bool emit = false;

        if (carrier->aligned >=
            (here->prefix + 1) * ruf_powers_of_ten[DIGITS_MAX - here->digits]) {
            trunk++;
            continue;
        }
        for (; i < finding->count &&
               number_of(&finding->carriers[i]) == number_of(carrier);
             i++)
            emit = emit || finding->carriers[i].emit;
        if (!emit && is_below(here, carrier))
            out->held[out->held_count++] = number_of(carrier);
    }
    if (out->held_count > 1)
        qsort(out->held, out->held_count, sizeof(*out->held), by_e164);
    return true;
}

enum ruf_status ruf_trunks_find(const struct ruf_people *people,
                                const struct ruf_policy *policy,
                                struct ruf_arena *arena, struct ruf_trunks *out,
                                struct ruf_error *err)
{
    struct finding finding = {
        .people = people, .policy = policy, .arena = arena, .out = out
    };

    memset(out, 0, sizeof(*out));
    if (!policy->trunk.enabled)
        return RUF_OK;
    if (collect(&finding) && set_companies(&finding)) {
        search(&finding, (struct range){ 0, finding.count }, 0);
        finding.failed = finding.failed || !collect_held(&finding);
    } else {
        finding.failed = true;
    }
    free(finding.carriers);
    free(finding.seats);
    return finding.failed ? ruf_fail_memory(err) : RUF_OK;
}
