/*
 * base/number.c - what the digits mean: calling code, national number, verdict
 *
 * Follows libphonenumber's MaybeExtractCountryCode(),
 * MaybeStripNationalPrefixAndCarrierCode() and TestNumberLength().
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/number_plan.h"
#include "base/number_scan.h"
#include <rufname/number.h>
#include <stdio.h>
#include <string.h>

#define NATIONAL_DIGITS_MAX 17
#define NATIONAL_DIGITS_MIN 2
#define NO_REGION 0xFFFFu
#define NO_CODE 0xFFFFu

/* Borrowed digits; count may exceed what is there for absurdly long input. */
struct digits {
    const char *at;
    size_t count;
};

static struct digits without_first(struct digits digits, size_t count)
{
    return (struct digits){ digits.at + count, digits.count - count };
}

/* --- plan walks -------------------------------------------------------------
 */

static unsigned digit_at(struct digits digits, size_t position)
{
    return (unsigned)(digits.at[position] - '0');
}

/* Label of the state these digits lead to from a root; 0 = none. */
static unsigned walk(unsigned root, struct digits digits)
{
    unsigned state = root;

    if (digits.count > NATIONAL_DIGITS_MAX)
        return 0;
    for (size_t i = 0; i < digits.count && state != 0; i++)
        state = ruf_plan_next[10 * state + digit_at(digits, i)];
    return state == 0 ? 0 : ruf_plan_label[state];
}

static bool matches_general(const struct ruf_plan_region *region,
                            struct digits digits)
{
    return walk(region->general_root, digits) != 0;
}

static enum ruf_number_possibility
length_verdict(const struct ruf_plan_region *region, size_t count)
{
    uint32_t bit = count < 32 ? UINT32_C(1) << count : 0;
    uint32_t shorter = bit == 0 ? UINT32_MAX : bit - 1;

    if ((region->local_lengths & bit) != 0)
        return RUF_IS_POSSIBLE_LOCAL_ONLY;
    if ((region->lengths & bit) != 0)
        return RUF_IS_POSSIBLE;
    if ((region->lengths & shorter) == 0)
        return RUF_POSSIBLE_TOO_SHORT;
    if (bit == 0 || (region->lengths & ~(shorter | bit)) == 0)
        return RUF_POSSIBLE_TOO_LONG;
    return RUF_POSSIBLE_INVALID_LENGTH;
}

/* --- prefix programs
 * ----------------------------------------------------------- */

#define GROUPS_MAX 4

struct prefix_match {
    size_t end;
    size_t slots[2 * GROUPS_MAX]; /* start and end per group, SIZE_MAX unset */
};

/* Backtracking as libphonenumber's regex engines do it: of two ways the first
 * one that leads to a match. Programs have no loops, so depth is bounded. */
static bool run_program(unsigned at, struct digits digits, size_t position,
                        struct prefix_match *match)
{
    for (;;) {
        const struct ruf_plan_step *step = &ruf_plan_program[at];

        switch ((enum ruf_plan_op)step->op) {
        case RUF_PLAN_SET:
            if (position >= digits.count || position >= RUF_SCAN_DIGITS_MAX ||
                (step->argument >> digit_at(digits, position) & 1) == 0)
                return false;
            position++;
            at++;
            break;
        case RUF_PLAN_SPLIT: {
            struct prefix_match saved = *match;

            if (run_program(at + 1, digits, position, match))
                return true;
            *match = saved;
            at = step->argument;
            break;
        }
        case RUF_PLAN_JUMP:
            at = step->argument;
            break;
        case RUF_PLAN_SAVE:
            match->slots[step->argument] = position;
            at++;
            break;
        case RUF_PLAN_END:
            if (position != digits.count)
                return false;
            at++;
            break;
        case RUF_PLAN_MATCH:
            match->end = position;
            return true;
        }
    }
}

static bool match_prefix(unsigned program, struct digits digits,
                         struct prefix_match *match)
{
    for (size_t i = 0; i < 2 * GROUPS_MAX; i++)
        match->slots[i] = SIZE_MAX;
    return program != 0 && run_program(program, digits, 0, match);
}

static bool group_is_filled(const struct prefix_match *match, size_t group)
{
    return match->slots[2 * group] != SIZE_MAX &&
           match->slots[2 * group + 1] != SIZE_MAX &&
           match->slots[2 * group + 1] > match->slots[2 * group];
}

static bool group_exists(unsigned program, size_t group)
{
    for (unsigned at = program; ruf_plan_program[at].op != RUF_PLAN_MATCH; at++)
        if (ruf_plan_program[at].op == RUF_PLAN_SAVE &&
            ruf_plan_program[at].argument == 2 * group)
            return true;
    return false;
}

/* National digits after a transform: rule with the group put in, then the
 * rest. The rule is like "9$1" or "264$1". */
static struct digits transform(struct digits digits, const char *rule,
                               const struct prefix_match *match, size_t group,
                               char out[RUF_SCAN_DIGITS_MAX])
{
    size_t size = 0;
    size_t from = match->slots[2 * group];
    size_t until = match->slots[2 * group + 1];

    for (const char *c = rule; *c != '\0' && size < RUF_SCAN_DIGITS_MAX; c++) {
        if (*c != '$') {
            out[size++] = *c;
            continue;
        }
        c++; /* the group's number: always the one that was filled */
        for (size_t i = from; i < until && size < RUF_SCAN_DIGITS_MAX; i++)
            out[size++] = digits.at[i];
    }
    for (size_t i = match->end; i < digits.count && i < RUF_SCAN_DIGITS_MAX &&
                                size < RUF_SCAN_DIGITS_MAX;
         i++)
        out[size++] = digits.at[i];
    return (struct digits){ out, size };
}

/* The national number without national prefix and carrier code, as far as the
 * plan wants them gone. May write to 'room' and point there. */
static struct digits strip_national_prefix(const struct ruf_plan_region *region,
                                           struct digits digits,
                                           char room[RUF_SCAN_DIGITS_MAX])
{
    const char *rule = ruf_plan_transforms[region->transform];
    struct prefix_match match;
    struct digits stripped;
    bool was_viable;
    size_t group = 0;

    if (digits.count == 0 || !match_prefix(region->prefix, digits, &match))
        return digits;
    if (group_exists(region->prefix, 1))
        group = 1;
    if (rule[0] != '\0' && group_is_filled(&match, group))
        stripped = transform(digits, rule, &match, group, room);
    else
        stripped = without_first(digits, match.end);
    was_viable = matches_general(region, digits);
    if (was_viable && !matches_general(region, stripped))
        return digits;
    return stripped;
}

/* --- calling code
 * ----------------------------------------------------------------- */

/* Position of the calling code these digits begin with; NO_CODE if none. */
static unsigned leading_code(struct digits digits, size_t *width)
{
    unsigned three = 0;
    unsigned entry;
    unsigned code;

    if (digits.count == 0 || digits.at[0] == '0')
        return NO_CODE;
    for (size_t i = 0; i < 3; i++)
        three = 10 * three + (i < digits.count ? digit_at(digits, i) : 0);
    entry = ruf_plan_code_by_digits[three];
    if (entry == 0)
        return NO_CODE;
    code = ruf_plan_codes[entry - 1].code;
    *width = code >= 100 ? 3 : code >= 10 ? 2 : 1;
    return digits.count >= *width ? entry - 1 : NO_CODE;
}

static const struct ruf_plan_region *main_region(unsigned code)
{
    return &ruf_plan_regions[ruf_plan_codes[code].first_region];
}

static unsigned region_number(const char *region)
{
    unsigned entry;

    if (region == NULL || region[0] < 'A' || region[0] > 'Z' ||
        region[1] < 'A' || region[1] > 'Z' || region[2] != '\0')
        return NO_REGION;
    entry = ruf_plan_region_by_name[26 * (region[0] - 'A') + region[1] - 'A'];
    return entry == 0 ? NO_REGION : entry - 1;
}

struct reading {
    enum ruf_number_status status;
    unsigned code; /* NO_CODE: none in the text */
    struct digits national;
};

/* "49 89 ..." without a plus: is it the region's own code? Only if the number
 * fits the plan without it better than with it. */
static struct reading read_own_code(const struct ruf_plan_region *region,
                                    struct digits digits,
                                    char room[RUF_SCAN_DIGITS_MAX])
{
    struct reading reading = { RUF_NUMBER_OK, NO_CODE, digits };
    struct digits stripped;
    size_t width = 0;

    if (leading_code(digits, &width) != region->code)
        return reading;
    stripped =
        strip_national_prefix(region, without_first(digits, width), room);
    if ((!matches_general(region, digits) &&
         matches_general(region, stripped)) ||
        length_verdict(region, digits.count) == RUF_POSSIBLE_TOO_LONG) {
        reading.code = region->code;
        reading.national = stripped;
    }
    return reading;
}

/* Skip an international prefix such as 00; nothing is skipped before a 0. */
static bool strip_idd(const struct ruf_plan_region *region,
                      struct digits *digits)
{
    struct prefix_match match;

    if (!match_prefix(region->idd, *digits, &match))
        return false;
    if (match.end < digits->count && match.end < RUF_SCAN_DIGITS_MAX &&
        digits->at[match.end] == '0')
        return false;
    *digits = without_first(*digits, match.end);
    return true;
}

static struct reading read_code(unsigned region, bool international,
                                struct digits digits,
                                char room[RUF_SCAN_DIGITS_MAX])
{
    struct reading reading = { RUF_NUMBER_OK, NO_CODE, digits };
    size_t width = 0;

    if (!international && region != NO_REGION)
        international = strip_idd(&ruf_plan_regions[region], &digits);
    if (!international) {
        if (region != NO_REGION)
            return read_own_code(&ruf_plan_regions[region], digits, room);
        return reading;
    }
    if (digits.count <= 2) {
        reading.status = RUF_NUMBER_TOO_SHORT_AFTER_IDD;
        return reading;
    }
    reading.code = leading_code(digits, &width);
    if (reading.code == NO_CODE)
        reading.status = RUF_NUMBER_INVALID_COUNTRY_CODE;
    else
        reading.national = without_first(digits, width);
    return reading;
}

/* --- verdict
 * ------------------------------------------------------------------------ */

static void set_region_and_type(unsigned code, struct digits national,
                                struct ruf_number *out)
{
    const struct ruf_plan_code *plan = &ruf_plan_codes[code];
    unsigned label = walk(plan->root, national);
    const char *name = "ZZ";

    out->type = RUF_TYPE_UNKNOWN;
    if (label != 0) {
        unsigned place = plan->first_region + (label - 1) / RUF_PLAN_TYPES;

        name = ruf_plan_regions[place].name;
        out->type = (enum ruf_number_type)((label - 1) % RUF_PLAN_TYPES);
    } else if (plan->region_count == 1) {
        name = main_region(code)->name;
    }
    out->valid = out->type != RUF_TYPE_UNKNOWN;
    memcpy(out->region, name, strlen(name) + 1);
}

static void set_e164(unsigned code, struct digits national,
                     struct ruf_number *out)
{
    ruf_e164 key = 0;
    size_t size;

    out->calling_code = ruf_plan_codes[code].code;
    size =
        (size_t)snprintf(out->e164, sizeof(out->e164), "+%u%.*s",
                         out->calling_code, (int)national.count, national.at);
    if (!out->valid || size - 1 > 18)
        return;
    for (size_t i = 1; i < size; i++)
        key = 10 * key + (ruf_e164)(out->e164[i] - '0');
    out->key = key;
}

/* Without its national prefix, unless what is left has an impossible length. */
static struct digits national_number(const struct ruf_plan_region *region,
                                     struct digits digits,
                                     char room[RUF_SCAN_DIGITS_MAX])
{
    struct digits stripped = strip_national_prefix(region, digits, room);
    enum ruf_number_possibility verdict =
        length_verdict(region, stripped.count);

    if (verdict == RUF_POSSIBLE_TOO_SHORT ||
        verdict == RUF_IS_POSSIBLE_LOCAL_ONLY ||
        verdict == RUF_POSSIBLE_INVALID_LENGTH)
        return digits;
    return stripped;
}

static void judge(const struct reading *reading, unsigned region,
                  struct ruf_number *out)
{
    char room[RUF_SCAN_DIGITS_MAX];
    unsigned code = reading->code;
    const struct ruf_plan_region *plan;
    struct digits national;

    plan = code != NO_CODE ? main_region(code) : &ruf_plan_regions[region];
    if (code == NO_CODE)
        code = plan->code;
    if (reading->national.count < NATIONAL_DIGITS_MIN) {
        out->status = RUF_NUMBER_TOO_SHORT_NSN;
        return;
    }
    national = national_number(plan, reading->national, room);
    if (national.count < NATIONAL_DIGITS_MIN) {
        out->status = RUF_NUMBER_TOO_SHORT_NSN;
        return;
    }
    if (national.count > NATIONAL_DIGITS_MAX) {
        out->status = RUF_NUMBER_TOO_LONG_NSN;
        return;
    }
    out->status = RUF_NUMBER_OK;
    out->possibility = length_verdict(main_region(code), national.count);
    set_region_and_type(code, national, out);
    set_e164(code, national, out);
}

void ruf_number_parse(const char *text, size_t size, const char *region,
                      struct ruf_number *out)
{
    unsigned default_region = region_number(region);
    char room[RUF_SCAN_DIGITS_MAX]; /* for digits a plan rewrote */
    struct reading reading;
    struct ruf_scan scan;
    struct digits digits;

    memset(out, 0, sizeof(*out));
    ruf_number_scan((struct ruf_text){ text, size }, &scan);
    if (!scan.viable) {
        out->status = RUF_NUMBER_NOT_A_NUMBER;
        return;
    }
    if (default_region == NO_REGION && !scan.has_plus) {
        out->status = RUF_NUMBER_INVALID_COUNTRY_CODE;
        return;
    }
    digits = (struct digits){ scan.digits, scan.digit_count };
    reading = read_code(default_region, scan.has_plus, digits, room);
    /* "+0049...": once more as if there were no plus. */
    if (reading.status == RUF_NUMBER_INVALID_COUNTRY_CODE && scan.has_plus) {
        reading = read_code(default_region, false, digits, room);
        if (reading.status != RUF_NUMBER_OK || reading.code == NO_CODE)
            reading.status = RUF_NUMBER_INVALID_COUNTRY_CODE;
    }
    if (reading.status != RUF_NUMBER_OK) {
        out->status = reading.status;
        return;
    }
    judge(&reading, default_region, out);
    if (out->status == RUF_NUMBER_OK)
        memcpy(out->extension, scan.extension, sizeof(out->extension));
}

/* --- names
 * -------------------------------------------------------------------------- */

bool ruf_number_region_known(const char *region)
{
    return region_number(region) != NO_REGION;
}

const char *ruf_number_metadata_version(void)
{
    return ruf_plan_version;
}

const char *ruf_number_status_name(enum ruf_number_status status)
{
    static const char *const names[] = {
        "OK",
        "INVALID_COUNTRY_CODE",
        "NOT_A_NUMBER",
        "TOO_SHORT_AFTER_IDD",
        "TOO_SHORT_NSN",
        "TOO_LONG_NSN",
    };

    return names[status];
}

const char *ruf_number_possibility_name(enum ruf_number_possibility possibility)
{
    static const char *const names[] = {
        "IS_POSSIBLE", "IS_POSSIBLE_LOCAL_ONLY", "INVALID_COUNTRY_CODE",
        "TOO_SHORT",   "INVALID_LENGTH",         "TOO_LONG",
    };

    return names[possibility];
}

size_t ruf_e164_format(ruf_e164 number, char out[RUF_E164_TEXT_SIZE])
{
    char reversed[RUF_E164_TEXT_SIZE];
    size_t count = 0;
    size_t size = 0;

    do {
        reversed[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0 && count < RUF_E164_TEXT_SIZE - 2);
    out[size++] = '+';
    while (count > 0)
        out[size++] = reversed[--count];
    out[size] = '\0';
    return size;
}
