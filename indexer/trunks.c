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
#include "base/text.h"
#include "indexer/label_template.h"
#include "indexer/search_private.h"
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 18
#define SUBSCRIBER_DIGITS_MIN 3 /* of a prefix, behind the area code */

/* A fixed-line number of a person. */
struct carrier {
    uint64_t aligned; /* its digits, as if it had 18 of them */
    uint32_t person;
    uint32_t spelling; /* 1.., of the company's name; 0 = none */
    uint32_t company;  /* 1.., equal for equal names; 0 = none */
    uint8_t digits;
    uint8_t written; /* digits behind the last hyphen as written, or 0 */
    bool emit;
};

struct ruf_trunk_finder {
    const struct ruf_policy *policy;
    struct carrier *carriers;
    size_t count;
    size_t carrier_room;
    struct search_pool spellings; /* of companies, as written */
    struct search_pool names;     /* as they are compared */
    struct search_list companies; /* of each spelling its name */
    uint64_t *seats;              /* scratch: company and person of a range */
    struct ruf_arena *arena;      /* of what is found */
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

static struct carrier *next_carrier(struct ruf_trunk_finder *finder)
{
    if (finder->count == finder->carrier_room) {
        size_t room = 2 * finder->carrier_room + 256;
        struct carrier *grown =
            realloc(finder->carriers, room * sizeof(*grown));

        if (grown == NULL)
            return NULL;
        finder->carriers = grown;
        finder->carrier_room = room;
    }
    return &finder->carriers[finder->count++];
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

/* --- companies
 * ----------------------------------------------------------------------------
 */

/* "MUSTER AG", "Muster GmbH" and "Muster" are one company here: its legal form
 * says little about who answers a telephone. */
static bool name_spelling(struct ruf_trunk_finder *finder,
                          struct ruf_text company)
{
    struct ruf_text cut = ruf_company_short(company);
    struct ruf_text name = cut.size > 0 ? cut : company;
    char *folded = malloc(ruf_fold_bound(name.size) + 1);
    uint32_t number = SEARCH_POOL_FULL;

    if (folded != NULL)
        number = ruf_search_pool_add(&finder->names, folded,
                                     ruf_fold(name, RUF_FOLD_BASE, folded));
    free(folded);
    return number != SEARCH_POOL_FULL &&
           ruf_search_list_add(&finder->companies, number + 1);
}

/* Few companies employ many people: each spelling is folded once. */
static bool find_company(struct ruf_trunk_finder *finder,
                         struct ruf_text company, struct carrier *out)
{
    uint32_t spelling;

    if (company.size == 0)
        return true;
    spelling =
        ruf_search_pool_add(&finder->spellings, company.data, company.size);
    if (spelling == SEARCH_POOL_FULL || (spelling == finder->companies.count &&
                                         !name_spelling(finder, company)))
        return false;
    out->spelling = spelling + 1;
    out->company = finder->companies.items[spelling];
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
static struct majority find_majority(const struct ruf_trunk_finder *finder,
                                     struct range range)
{
    struct majority best = { 0, 0, 0 };
    uint64_t *seats = finder->seats;
    size_t count = 0;
    size_t here = 0;

    for (size_t i = range.start; i < range.end; i++)
        if (finder->carriers[i].emit)
            seats[count++] = (uint64_t)finder->carriers[i].company << 32 |
                             finder->carriers[i].person;
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
static bool is_company(const struct ruf_trunk_finder *finder,
                       struct range range, const struct majority *majority)
{
    size_t least = finder->policy->trunk.min_members;
    size_t numbers = 0;
    uint64_t last = 0;

    if (majority->people < least ||
        majority->people * 5 < majority->everybody * 4)
        return false;
    for (size_t i = range.start; i < range.end; i++) {
        const struct carrier *carrier = &finder->carriers[i];

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

static unsigned common_digits(const struct ruf_trunk_finder *finder,
                              struct range range, unsigned from, unsigned most)
{
    const struct carrier *first = &finder->carriers[range.start];
    const struct carrier *last = &finder->carriers[range.end - 1];

    while (from < most && digit_at(first, from) == digit_at(last, from))
        from++;
    return from;
}

/* Where the people themselves put the hyphen, if that is a prefix of all and
 * most of those who write one agree: a trunk whose known extensions happen to
 * begin alike is that much shorter. Else as long as the prefix of all is. */
static unsigned settle_length(const struct ruf_trunk_finder *finder,
                              struct range range, unsigned shortest,
                              unsigned longest)
{
    unsigned votes[DIGITS_MAX + 1] = { 0 };
    unsigned all = 0;
    unsigned best = longest;

    for (size_t i = range.start; i < range.end; i++) {
        const struct carrier *carrier = &finder->carriers[i];

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

static struct ruf_text make_label(const struct ruf_trunk_finder *finder,
                                  struct range range, uint32_t company)
{
    const struct carrier *best = NULL;
    struct ruf_label_values values = { 0 };
    char label[RUF_LABEL_SIZE_MAX];
    struct ruf_text out = { NULL, 0 };

    /* The spelling of the person of the best rank. */
    for (size_t i = range.start; i < range.end; i++) {
        const struct carrier *carrier = &finder->carriers[i];

        if (carrier->company == company &&
            (best == NULL || carrier->person < best->person))
            best = carrier;
    }
    if (best == NULL)
        return out;
    values.company =
        ruf_search_pool_text(&finder->spellings, best->spelling - 1);
    out.size = ruf_label_render("~ {company}", &values,
                                finder->policy->label_max_chars, label, NULL);
    out.data = ruf_arena_copy(finder->arena, label, out.size);
    return out;
}

/* How many digits most extensions have, and the lowest number of these. */
static void set_usual(const struct ruf_trunk_finder *finder, struct range range,
                      struct ruf_trunk *trunk)
{
    size_t counts[DIGITS_MAX + 1] = { 0 };

    for (size_t i = range.start; i < range.end; i++)
        counts[finder->carriers[i].digits]++;
    trunk->usual = 1;
    for (unsigned i = 1; i <= trunk->extension_max; i++)
        if (trunk->digits + i <= DIGITS_MAX &&
            counts[trunk->digits + i] > counts[trunk->digits + trunk->usual])
            trunk->usual = i;
    for (size_t i = range.end; i > range.start; i--)
        if (finder->carriers[i - 1].digits == trunk->digits + trunk->usual)
            trunk->lowest = number_of(&finder->carriers[i - 1]);
}

static bool grow(struct ruf_trunk_finder *finder)
{
    struct ruf_trunk *grown;

    if (finder->out->count < finder->room)
        return true;
    finder->room = finder->room * 2 + 64;
    grown = ruf_arena_alloc(finder->arena, finder->room, sizeof(*grown));
    if (grown == NULL)
        return false;
    if (finder->out->count > 0)
        memcpy(grown, finder->out->trunks, finder->out->count * sizeof(*grown));
    finder->out->trunks = grown;
    return true;
}

static void add_trunk(struct ruf_trunk_finder *finder, struct range range,
                      unsigned digits, uint32_t company)
{
    uint32_t most = finder->policy->trunk.max_extension_digits;
    struct ruf_trunk trunk = {
        .prefix = finder->carriers[range.start].aligned /
                  ruf_powers_of_ten[DIGITS_MAX - digits],
        .digits = digits,
        /* Nothing longer than a number can be. */
        .extension_max =
            most < DIGITS_MAX - digits ? most : DIGITS_MAX - digits,
        .label = make_label(finder, range, company),
    };

    set_usual(finder, range, &trunk);
    finder->failed =
        finder->failed || trunk.label.data == NULL || !grow(finder);
    if (!finder->failed && trunk.label.size > 0)
        finder->out->trunks[finder->out->count++] = trunk;
}

/* Is there a trunk with this range's prefix, of at least 'from' digits? All
 * its numbers share 'common' digits, so does every prefix in between. */
static bool try_range(struct ruf_trunk_finder *finder, struct range range,
                      unsigned from, unsigned common, unsigned longest)
{
    unsigned extension = finder->policy->trunk.max_extension_digits;
    unsigned shortest = area_digits(number_of(&finder->carriers[range.start])) +
                        SUBSCRIBER_DIGITS_MIN;
    struct majority majority;

    if (shortest < from)
        shortest = from;
    if (longest > extension && shortest < longest - extension)
        shortest = longest - extension;
    if (shortest > common)
        return false;
    majority = find_majority(finder, range);
    if (!is_company(finder, range, &majority))
        return false;
    add_trunk(finder, range, settle_length(finder, range, shortest, common),
              majority.company);
    return true;
}

/* Carriers of a range share 'from' digits at least. */
static void search(struct ruf_trunk_finder *finder, struct range range,
                   unsigned from)
{
    unsigned shortest = DIGITS_MAX;
    unsigned longest = 0;
    unsigned common;

    /* A number that is the prefix itself has no extension. */
    while (range.start < range.end &&
           finder->carriers[range.start].digits <= from)
        range.start++;
    if (range.end - range.start < finder->policy->trunk.min_members)
        return;
    for (size_t i = range.start; i < range.end; i++) {
        unsigned digits = finder->carriers[i].digits;

        shortest = digits < shortest ? digits : shortest;
        longest = digits > longest ? digits : longest;
    }
    common = common_digits(finder, range, from, shortest - 1);
    if (try_range(finder, range, from, common, longest))
        return;
    while (range.start < range.end) {
        struct range child = { range.start, range.start + 1 };
        unsigned digit = digit_at(&finder->carriers[range.start], common);

        while (child.end < range.end &&
               digit_at(&finder->carriers[child.end], common) == digit)
            child.end++;
        search(finder, child, common + 1);
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
static bool collect_held(const struct ruf_trunk_finder *finder)
{
    struct ruf_trunks *out = finder->out;
    size_t trunk = 0;
    size_t i = 0;

    out->held =
        ruf_arena_alloc(finder->arena, finder->count, sizeof(*out->held));
    if (out->held == NULL)
        return false;
    while (i < finder->count && trunk < out->count) {
        const struct carrier *carrier = &finder->carriers[i];
        const struct ruf_trunk *here = &out->trunks[trunk];
        bool emit = false;

        if (carrier->aligned >=
            (here->prefix + 1) * ruf_powers_of_ten[DIGITS_MAX - here->digits]) {
            trunk++;
            continue;
        }
        for (; i < finder->count &&
               number_of(&finder->carriers[i]) == number_of(carrier);
             i++)
            emit = emit || finder->carriers[i].emit;
        if (!emit && is_below(here, carrier))
            out->held[out->held_count++] = number_of(carrier);
    }
    if (out->held_count > 1)
        qsort(out->held, out->held_count, sizeof(*out->held), by_e164);
    return true;
}

/* --- all
 * ----------------------------------------------------------------------------
 */

enum ruf_status ruf_trunk_finder_create(const struct ruf_policy *policy,
                                        struct ruf_trunk_finder **out,
                                        struct ruf_error *err)
{
    *out = calloc(1, sizeof(**out));
    if (*out == NULL)
        return ruf_fail_memory(err);
    (*out)->policy = policy;
    return RUF_OK;
}

void ruf_trunk_finder_destroy(struct ruf_trunk_finder *finder)
{
    if (finder == NULL)
        return;
    free(finder->carriers);
    free(finder->seats);
    ruf_search_pool_free(&finder->spellings);
    ruf_search_pool_free(&finder->names);
    ruf_search_list_free(&finder->companies);
    free(finder);
}

void ruf_trunk_finder_add(struct ruf_trunk_finder *finder,
                          const struct ruf_person *person, uint32_t number)
{
    struct carrier common = { .person = number };
    bool named = false;

    if (!finder->policy->trunk.enabled)
        return;
    for (size_t i = 0; i < person->number_count && !finder->failed; i++) {
        const struct ruf_person_number *from = &person->numbers[i];
        unsigned digits = ruf_count_digits(from->e164);
        struct carrier *carrier;

        /* Mobile, service and special numbers have no extensions. */
        if (from->e164 == 0 || !from->fixed_line)
            continue;
        carrier = next_carrier(finder);
        if (carrier == NULL ||
            (!named && !find_company(finder, person->company, &common))) {
            finder->failed = true;
            return;
        }
        named = true;
        *carrier = common;
        carrier->aligned = from->e164 * ruf_powers_of_ten[DIGITS_MAX - digits];
        carrier->digits = (uint8_t)digits;
        carrier->written = (uint8_t)written_extension(from->raw, from->e164);
        carrier->emit = from->emit;
    }
}

enum ruf_status ruf_trunk_finder_finish(struct ruf_trunk_finder *finder,
                                        struct ruf_arena *arena,
                                        struct ruf_trunks *out,
                                        struct ruf_error *err)
{
    memset(out, 0, sizeof(*out));
    finder->arena = arena;
    finder->out = out;
    finder->seats = calloc(finder->count + 1, sizeof(*finder->seats));
    if (finder->seats == NULL || finder->failed)
        return ruf_fail_memory(err);
    if (finder->count == 0)
        return RUF_OK;
    qsort(finder->carriers, finder->count, sizeof(*finder->carriers),
          by_digits);
    search(finder, (struct range){ 0, finder->count }, 0);
    if (finder->failed || !collect_held(finder))
        return ruf_fail_memory(err);
    return RUF_OK;
}

enum ruf_status ruf_trunks_find(const struct ruf_people *people,
                                const struct ruf_policy *policy,
                                struct ruf_arena *arena, struct ruf_trunks *out,
                                struct ruf_error *err)
{
    struct ruf_trunk_finder *finder;
    enum ruf_status status = ruf_trunk_finder_create(policy, &finder, err);

    memset(out, 0, sizeof(*out));
    if (status != RUF_OK)
        return status;
    for (size_t i = 0; i < people->count; i++)
        ruf_trunk_finder_add(finder, &people->persons[i], (uint32_t)i);
    status = ruf_trunk_finder_finish(finder, arena, out, err);
    ruf_trunk_finder_destroy(finder);
    return status;
}
