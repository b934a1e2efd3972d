/*
 * base/number.c - what the digits mean: calling code, national number, verdict
 *
 * Follows libphonenumber's MaybeExtractCountryCode(),
 * MaybeStripNationalPrefixAndCarrierCode() and TestNumberLength().
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/number_eight.h"
#include "base/number_program.h"
#include "base/number_scan.h"
#include <rufname/number.h>
#include <string.h>

#define NATIONAL_DIGITS_MIN 2
#define KEY_DIGITS_MAX 18

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

    if ((region->lengths & bit) != 0) /* no length is in both */
        return RUF_IS_POSSIBLE;
    if ((region->local_lengths & bit) != 0)
        return RUF_IS_POSSIBLE_LOCAL_ONLY;
    if ((region->lengths & shorter) == 0)
        return RUF_POSSIBLE_TOO_SHORT;
    if (bit == 0 || (region->lengths & ~(shorter | bit)) == 0)
        return RUF_POSSIBLE_TOO_LONG;
    return RUF_POSSIBLE_INVALID_LENGTH;
}

/* --- national prefix --- */

static bool group_is_filled(const struct ruf_match *match, size_t group)
{
    return match->slots[2 * group + 1] != RUF_MATCH_UNSET &&
           match->slots[2 * group + 1] > match->slots[2 * group];
}

/* National digits after a transform: rule with the group put in, then the
 * rest. The rule is like "9$1" or "264$1". */
static struct ruf_digits transform(struct ruf_digits digits, const char *rule,
                                   const struct ruf_match *match, size_t group,
                                   char out[RUF_SCAN_ROOM])
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
    ruf_scan_end_digits(out, size);
    return (struct ruf_digits){ out, size };
}

/* The national number without national prefix and carrier code, as far as the
 * plan wants them gone. May write to 'room' and point there. */
static struct ruf_digits
strip_national_prefix(const struct ruf_plan_region *region,
                      struct ruf_digits digits, char room[RUF_SCAN_ROOM])
{
    struct ruf_digits stripped;
    struct ruf_match match;
    bool was_viable;

    if (digits.count == 0 || !ruf_program_run(region->prefix, digits, &match))
        return digits;
    stripped = ruf_digits_from(digits, match.end);
    if (region->transform != 0) {
        size_t group = ruf_program_has_group(region->prefix, 1) ? 1 : 0;

        if (group_is_filled(&match, group))
            stripped = transform(digits, &ruf_plan_texts[region->transform],
                                 &match, group, room);
    }
    was_viable = matches_general(region, digits);
    if (was_viable && !matches_general(region, stripped))
        return digits;
    return stripped;
}

/* --- calling code --- */

static const struct ruf_plan_region *
main_region(const struct ruf_plan_code *code)
{
    return &ruf_plan_regions[code->first_region];
}

/* NULL if there is none of this name. */
static const struct ruf_plan_region *find_region(const char *name)
{
    unsigned entry;

    if (name == NULL || name[0] < 'A' || name[0] > 'Z' || name[1] < 'A' ||
        name[1] > 'Z' || name[2] != '\0')
        return NULL;
    entry = ruf_plan_region_by_name[26 * (name[0] - 'A') + name[1] - 'A'];
    return entry == 0 ? NULL : &ruf_plan_regions[entry - 1];
}

struct reading {
    enum ruf_number_status status;
    const struct ruf_plan_code *code; /* NULL: none in the text */
    struct ruf_digits national;
};

/* "49 89 ..." without a plus: is it the region's own code? Only if the number
 * fits the plan without it better than with it. */
static struct reading read_own_code(const struct ruf_plan_region *region,
                                    struct ruf_digits digits,
                                    char room[RUF_SCAN_ROOM])
{
    struct reading reading = { RUF_NUMBER_OK, NULL, digits };
    const struct ruf_plan_code *own = &ruf_plan_codes[region->code];
    struct ruf_digits stripped;

    if (ruf_plan_leading_code(digits) != own)
        return reading;
    stripped = strip_national_prefix(region,
                                     ruf_digits_from(digits, own->width), room);
    if ((!matches_general(region, digits) &&
         matches_general(region, stripped)) ||
        length_verdict(region, digits.count) == RUF_POSSIBLE_TOO_LONG) {
        reading.code = own;
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

static struct reading read_code(const struct ruf_plan_region *home,
                                bool international, struct ruf_digits digits,
                                char room[RUF_SCAN_ROOM])
{
    struct reading reading = { RUF_NUMBER_OK, NULL, digits };

    if (!international && home != NULL)
        international = strip_idd(home, &digits);
    if (!international)
        return home == NULL ? reading : read_own_code(home, digits, room);
    if (digits.count <= 2) {
        reading.status = RUF_NUMBER_TOO_SHORT_AFTER_IDD;
        return reading;
    }
    reading.code = ruf_plan_leading_code(digits);
    if (reading.code == NULL)
        reading.status = RUF_NUMBER_INVALID_COUNTRY_CODE;
    else
        reading.national = ruf_digits_from(digits, reading.code->width);
    return reading;
}

/* --- verdict --- */

static void set_region_and_type(const struct ruf_plan_code *code,
                                struct ruf_digits national,
                                struct ruf_number *out)
{
    unsigned label = ruf_plan_walk(code->root, national);
    const struct ruf_plan_label *meaning = &ruf_plan_labels[label];

    out->type = (enum ruf_number_type)meaning->type;
    out->valid = out->type != RUF_TYPE_UNKNOWN;
    if (label != 0 || code->region_count == 1)
        memcpy(out->region, main_region(code)[meaning->region].name,
               sizeof(out->region));
    else
        memcpy(out->region, "ZZ", sizeof("ZZ"));
}

/* A number with digits appended. RUF_SCAN_NATIONAL bytes may be read. */
static ruf_e164 append(ruf_e164 value, struct ruf_digits digits)
{
    static const uint32_t powers[] = { 1,     10,     100,     1000,
                                       10000, 100000, 1000000, 10000000 };

    for (; digits.count >= 8; digits = ruf_digits_from(digits, 8))
        value =
            value * 100000000 + ruf_eight_value(ruf_load_eight(digits.at), 8);
    if (digits.count == 0)
        return value;
    return value * powers[digits.count] +
           ruf_eight_value(ruf_load_eight(digits.at), digits.count);
}

/* Digits are followed by enough bytes to copy them in pieces of fixed size. */
static void set_e164(const struct ruf_plan_code *code,
                     struct ruf_digits national, struct ruf_number *out)
{
    size_t size = 1u + code->width + national.count;

    out->calling_code = code->code;
    out->e164[0] = '+';
    memcpy(out->e164 + 1, code->digits, sizeof(code->digits));
    memcpy(out->e164 + 1 + code->width, national.at, RUF_SCAN_NATIONAL);
    if (out->valid && size - 1 <= KEY_DIGITS_MAX)
        out->key = append(code->code, national);
}

/* Without its national prefix, unless what is left has an impossible length. */
static struct ruf_digits national_number(const struct ruf_plan_region *region,
                                         struct ruf_digits digits,
                                         char room[RUF_SCAN_ROOM])
{
    struct ruf_digits stripped = strip_national_prefix(region, digits, room);
    enum ruf_number_possibility verdict;

    if (stripped.at == digits.at)
        return digits;
    verdict = length_verdict(region, stripped.count);
    if (verdict == RUF_POSSIBLE_TOO_SHORT ||
        verdict == RUF_IS_POSSIBLE_LOCAL_ONLY ||
        verdict == RUF_POSSIBLE_INVALID_LENGTH)
        return digits;
    return stripped;
}

static void judge(const struct reading *reading,
                  const struct ruf_plan_region *home, struct ruf_number *out)
{
    char room[RUF_SCAN_ROOM];
    const struct ruf_plan_code *code = reading->code;
    const struct ruf_plan_region *plan =
        code == NULL ? home : main_region(code);
    struct ruf_digits national = reading->national;

    if (code == NULL)
        code = &ruf_plan_codes[home->code];
    if (national.count >= NATIONAL_DIGITS_MIN)
        national = national_number(plan, national, room);
    if (national.count < NATIONAL_DIGITS_MIN) {
        out->status = RUF_NUMBER_TOO_SHORT_NSN;
        return;
    }
    if (national.count > RUF_NATIONAL_DIGITS_MAX) {
        out->status = RUF_NUMBER_TOO_LONG_NSN;
        return;
    }
    out->possibility = length_verdict(main_region(code), national.count);
    set_region_and_type(code, national, out);
    set_e164(code, national, out);
}

/* In pieces: for more than 80 bytes gcc takes a string instruction that is
 * slower than all the rest of a plain number. */
static void clear(struct ruf_number *out)
{
    char *bytes = (char *)out;

    memset(bytes, 0, 64);
    memset(bytes + 64, 0, 64);
    memset(bytes + 128, 0, sizeof(*out) - 128);
}

static struct reading read_number(const struct ruf_scan *scan,
                                  const struct ruf_plan_region *home,
                                  char room[RUF_SCAN_ROOM])
{
    struct ruf_digits digits = { scan->digits, scan->digit_count };
    struct reading reading = { RUF_NUMBER_NOT_A_NUMBER, NULL, digits };

    if (!scan->viable)
        return reading;
    reading.status = RUF_NUMBER_INVALID_COUNTRY_CODE;
    if (home == NULL && !scan->has_plus)
        return reading;
    reading = read_code(home, scan->has_plus, digits, room);
    /* "+0049...": once more as if there were no plus. */
    if (reading.status == RUF_NUMBER_INVALID_COUNTRY_CODE && scan->has_plus) {
        reading = read_code(home, false, digits, room);
        if (reading.status != RUF_NUMBER_OK || reading.code == NULL)
            reading.status = RUF_NUMBER_INVALID_COUNTRY_CODE;
    }
    return reading;
}

void ruf_number_parse(const char *text, size_t size, const char *region,
                      struct ruf_number *out)
{
    const struct ruf_plan_region *home = find_region(region);
    char digits[RUF_SCAN_ROOM];
    char room[RUF_SCAN_ROOM]; /* for digits a plan rewrote */
    struct ruf_scan scan = { .digits = digits, .extension = out->extension };
    struct reading reading;

    clear(out);
    ruf_number_scan((struct ruf_text){ text, size }, &scan);
    reading = read_number(&scan, home, room);
    out->status = reading.status;
    if (out->status == RUF_NUMBER_OK)
        judge(&reading, home, out);
    if (out->status != RUF_NUMBER_OK && out->extension[0] != '\0')
        memset(out->extension, 0, sizeof(out->extension));
}

/* --- names --- */

bool ruf_number_region_known(const char *region)
{
    return find_region(region) != NULL;
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
    const struct ruf_plan_region *home = find_region(region);
    char digits[RUF_SCAN_ROOM];
    char extension[RUF_SCAN_EXTENSION];
    struct ruf_scan scan = { .digits = digits, .extension = extension };

    if (home == NULL)
        return RUF_SHORT_NONE;
    ruf_number_scan((struct ruf_text){ text, size }, &scan);
    if (!scan.viable || scan.has_plus || scan.extension[0] != '\0')
        return RUF_SHORT_NONE;
    switch (ruf_plan_walk(home->short_root,
                          (struct ruf_digits){ digits, scan.digit_count })) {
    case RUF_PLAN_EMERGENCY:
        return RUF_SHORT_EMERGENCY;
    case RUF_PLAN_SHORT:
        return RUF_SHORT_OTHER;
    default:
        return RUF_SHORT_NONE;
    }
}
