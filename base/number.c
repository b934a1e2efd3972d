/*
 * base/number.c - what the digits mean: calling code, national number, verdict
 *
 * Follows libphonenumber's MaybeExtractCountryCode(),
 * MaybeStripNationalPrefixAndCarrierCode() and TestNumberLength().
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/number_plan.h"
#include "base/number_program.h"
#include "base/number_scan.h"
#include <rufname/number.h>
#include <string.h>

#define NATIONAL_DIGITS_MIN 2
#define NO_REGION 0xFFFFu

static bool matches_general(const struct ruf_plan_region *region,
                            struct ruf_digits digits)
{
    return ruf_plan_walk(region->general_root, digits) != 0;
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

/* --- national prefix --- */

static bool group_is_filled(const struct ruf_match *match, size_t group)
{
    return match->slots[2 * group] != SIZE_MAX &&
           match->slots[2 * group + 1] != SIZE_MAX &&
           match->slots[2 * group + 1] > match->slots[2 * group];
}

/* National digits after a transform: rule with the group put in, then the
 * rest. The rule is like "9$1" or "264$1". */
static struct ruf_digits transform(struct ruf_digits digits, const char *rule,
                                   const struct ruf_match *match, size_t group,
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
    return (struct ruf_digits){ out, size };
}

/* The national number without national prefix and carrier code, as far as the
 * plan wants them gone. May write to 'room' and point there. */
static struct ruf_digits
strip_national_prefix(const struct ruf_plan_region *region,
                      struct ruf_digits digits, char room[RUF_SCAN_DIGITS_MAX])
{
    const char *rule = &ruf_plan_texts[region->transform];
    struct ruf_match match;
    struct ruf_digits stripped;
    bool was_viable;
    size_t group = 0;

    if (digits.count == 0 || !ruf_program_run(region->prefix, digits, &match))
        return digits;
    if (ruf_program_has_group(region->prefix, 1))
        group = 1;
    if (rule[0] != '\0' && group_is_filled(&match, group))
        stripped = transform(digits, rule, &match, group, room);
    else
        stripped = ruf_digits_from(digits, match.end);
    was_viable = matches_general(region, digits);
    if (was_viable && !matches_general(region, stripped))
        return digits;
    return stripped;
}

/* --- calling code --- */

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
    unsigned code; /* RUF_PLAN_NO_CODE: none in the text */
    struct ruf_digits national;
};

/* "49 89 ..." without a plus: is it the region's own code? Only if the number
 * fits the plan without it better than with it. */
static struct reading read_own_code(const struct ruf_plan_region *region,
                                    struct ruf_digits digits,
                                    char room[RUF_SCAN_DIGITS_MAX])
{
    struct reading reading = { RUF_NUMBER_OK, RUF_PLAN_NO_CODE, digits };
    struct ruf_digits stripped;
    size_t width = 0;

    if (ruf_plan_leading_code(digits, &width) != region->code)
        return reading;
    stripped =
        strip_national_prefix(region, ruf_digits_from(digits, width), room);
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
                      struct ruf_digits *digits)
{
    struct ruf_match match;

    if (!ruf_program_run(region->idd, *digits, &match))
        return false;
    if (match.end < digits->count && match.end < RUF_SCAN_DIGITS_MAX &&
        digits->at[match.end] == '0')
        return false;
    *digits = ruf_digits_from(*digits, match.end);
    return true;
}

static struct reading read_code(unsigned region, bool international,
                                struct ruf_digits digits,
                                char room[RUF_SCAN_DIGITS_MAX])
{
    struct reading reading = { RUF_NUMBER_OK, RUF_PLAN_NO_CODE, digits };
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
    reading.code = ruf_plan_leading_code(digits, &width);
    if (reading.code == RUF_PLAN_NO_CODE)
        reading.status = RUF_NUMBER_INVALID_COUNTRY_CODE;
    else
        reading.national = ruf_digits_from(digits, width);
    return reading;
}

/* --- verdict --- */

static void set_region_and_type(unsigned code, struct ruf_digits national,
                                struct ruf_number *out)
{
    const struct ruf_plan_code *plan = &ruf_plan_codes[code];
    unsigned label = ruf_plan_walk(plan->root, national);
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

static size_t put_code(unsigned code, char *out)
{
    size_t size = 0;

    if (code >= 100)
        out[size++] = (char)('0' + code / 100);
    if (code >= 10)
        out[size++] = (char)('0' + code / 10 % 10);
    out[size++] = (char)('0' + code % 10);
    return size;
}

static void set_e164(unsigned code, struct ruf_digits national,
                     struct ruf_number *out)
{
    ruf_e164 key = ruf_plan_codes[code].code;
    size_t size = 1;

    out->calling_code = ruf_plan_codes[code].code;
    out->e164[0] = '+';
    size += put_code(out->calling_code, out->e164 + size);
    memcpy(out->e164 + size, national.at, national.count);
    size += national.count;
    out->e164[size] = '\0';
    if (!out->valid || size - 1 > 18)
        return;
    for (size_t i = 0; i < national.count; i++)
        key = 10 * key + (ruf_e164)(national.at[i] - '0');
    out->key = key;
}

/* Without its national prefix, unless what is left has an impossible length. */
static struct ruf_digits national_number(const struct ruf_plan_region *region,
                                         struct ruf_digits digits,
                                         char room[RUF_SCAN_DIGITS_MAX])
{
    struct ruf_digits stripped = strip_national_prefix(region, digits, room);
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
    struct ruf_digits national;

    plan = code != RUF_PLAN_NO_CODE ? main_region(code)
                                    : &ruf_plan_regions[region];
    if (code == RUF_PLAN_NO_CODE)
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
    if (national.count > RUF_NATIONAL_DIGITS_MAX) {
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
    struct ruf_digits digits;

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
    digits = (struct ruf_digits){ scan.digits, scan.digit_count };
    reading = read_code(default_region, scan.has_plus, digits, room);
    /* "+0049...": once more as if there were no plus. */
    if (reading.status == RUF_NUMBER_INVALID_COUNTRY_CODE && scan.has_plus) {
        reading = read_code(default_region, false, digits, room);
        if (reading.status != RUF_NUMBER_OK || reading.code == RUF_PLAN_NO_CODE)
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

/* --- names --- */

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

const char *ruf_number_type_name(enum ruf_number_type type)
{
    static const char *const names[] = {
        "fixed_line", "mobile",          "fixed_line_or_mobile",
        "toll_free",  "premium_rate",    "shared_cost",
        "voip",       "personal_number", "pager",
        "uan",        "voicemail",       "unknown",
    };

    return names[type];
}

/* --- short numbers --- */

enum ruf_number_short ruf_number_short(const char *text, size_t size,
                                       const char *region)
{
    unsigned place = region_number(region);
    struct ruf_scan scan;

    if (place == NO_REGION)
        return RUF_SHORT_NONE;
    ruf_number_scan((struct ruf_text){ text, size }, &scan);
    if (!scan.viable || scan.has_plus || scan.extension[0] != '\0')
        return RUF_SHORT_NONE;
    switch (
        ruf_plan_walk(ruf_plan_regions[place].short_root,
                      (struct ruf_digits){ scan.digits, scan.digit_count })) {
    case RUF_PLAN_EMERGENCY:
        return RUF_SHORT_EMERGENCY;
    case RUF_PLAN_SHORT:
        return RUF_SHORT_OTHER;
    default:
        return RUF_SHORT_NONE;
    }
}
