/*
 * indexer/standardise.c - raw numbers of a record to E.164, by the region chain
 *
 * A number without a calling code gets its region from: the record's own
 * country, the region all international numbers of the record share, the
 * source's region, the default. The rule that was used is kept, and so are the
 * corrections that the policy allowed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/number_chars.h"
#include "base/scratch.h"
#include "base/text.h"
#include "indexer/contacts.h"
#include <rufname/clean.h>
#include <string.h>

static bool is_region(const char *text)
{
    return text[0] != '\0' && ruf_number_region_known(text);
}

/* The record's own country as a region, or "". */
static void record_region(const struct ruf_record *record,
                          const struct ruf_policy *policy, char out[3])
{
    struct ruf_text country = record->fields[RUF_RECORD_COUNTRY];

    out[0] = '\0';
    if (!policy->region_from_record || country.size != 2)
        return;
    memcpy(out, country.data, 2);
    out[2] = '\0';
    if (!is_region(out))
        out[0] = '\0';
}

/* Corrected and parsed. A raw text longer than any number is none: cut short it
 * would be another number. */
static void clean(struct ruf_text raw, const char *region,
                  const struct ruf_policy *policy, struct ruf_cleaned *out)
{
    struct ruf_clean_options options = ruf_policy_cleaning(policy, region);

    if (raw.size > RUF_RAW_NUMBER_MAX)
        raw.size = 0;
    ruf_number_clean(raw.data, raw.size, region, &options, out);
}

/* The one region that all international numbers lie in, or "". */
static void sibling_region(const struct ruf_record *record,
                           const struct ruf_policy *policy, char out[4])
{
    out[0] = '\0';
    for (size_t i = 0; i < record->number_count; i++) {
        RUF_SCRATCH struct ruf_cleaned cleaned;
        const struct ruf_number *number = &cleaned.numbers[0];

        if (!ruf_number_has_plus(record->numbers[i].text))
            continue;
        clean(record->numbers[i].text, NULL, policy, &cleaned);
        if (number->key == 0 || !is_region(number->region))
            continue;
        if (out[0] == '\0') {
            memcpy(out, number->region, sizeof(number->region));
        } else if (strcmp(out, number->region) != 0) {
            out[0] = '\0';
            return;
        }
    }
}

struct region_choice {
    const char *region;
    enum ruf_region_rule rule;
    char own[4];
};

static void choose_fallback(const struct ruf_policy *policy,
                            const struct ruf_policy_source *source,
                            struct region_choice *out)
{
    if (source != NULL && source->region != NULL) {
        out->region = source->region;
        out->rule = RUF_REGION_SOURCE;
    } else if (policy->region_default != NULL) {
        out->region = policy->region_default;
        out->rule = RUF_REGION_DEFAULT;
    } else {
        out->rule = RUF_REGION_UNRESOLVED;
    }
}

static void choose_region(const struct ruf_record *record,
                          const struct ruf_policy *policy,
                          const struct ruf_policy_source *source,
                          struct region_choice *out)
{
    record_region(record, policy, out->own);
    if (out->own[0] != '\0') {
        out->region = out->own;
        out->rule = RUF_REGION_RECORD;
        return;
    }
    sibling_region(record, policy, out->own);
    if (out->own[0] != '\0') {
        out->region = out->own;
        out->rule = RUF_REGION_SIBLINGS;
    } else {
        choose_fallback(policy, source, out);
    }
}

/* --- numbers
 * ----------------------------------------------------------------------------
 */

/* A parsed number that is not valid: what is wrong with it? */
static enum ruf_number_reason invalid_reason(const struct ruf_number *number)
{
    switch (number->possibility) {
    case RUF_IS_POSSIBLE_LOCAL_ONLY:
        return RUF_REASON_LOCAL;
    case RUF_POSSIBLE_TOO_SHORT:
        return RUF_REASON_TOO_SHORT;
    case RUF_POSSIBLE_TOO_LONG:
        return RUF_REASON_TOO_LONG;
    case RUF_POSSIBLE_INVALID_COUNTRY_CODE:
        return RUF_REASON_CALLING_CODE;
    case RUF_IS_POSSIBLE:
    case RUF_POSSIBLE_INVALID_LENGTH:
        break;
    }
    return RUF_REASON_UNASSIGNED;
}

static enum ruf_number_reason parse_reason(const struct ruf_number *number,
                                           struct ruf_text raw,
                                           const char *region)
{
    switch (number->status) {
    case RUF_NUMBER_INVALID_COUNTRY_CODE:
        return region == NULL && !ruf_number_has_plus(raw)
                   ? RUF_REASON_NO_REGION
                   : RUF_REASON_CALLING_CODE;
    case RUF_NUMBER_NOT_A_NUMBER:
        return RUF_REASON_NOT_A_NUMBER;
    case RUF_NUMBER_TOO_SHORT_AFTER_IDD:
    case RUF_NUMBER_TOO_SHORT_NSN:
        return RUF_REASON_TOO_SHORT;
    case RUF_NUMBER_TOO_LONG_NSN:
        return RUF_REASON_TOO_LONG;
    case RUF_NUMBER_OK:
        break;
    }
    return number->valid ? RUF_REASON_BEYOND_KEY : invalid_reason(number);
}

static enum ruf_number_reason reason_of(const struct ruf_number *number,
                                        unsigned corrections,
                                        struct ruf_text raw, const char *region)
{
    if (number->key != 0)
        return RUF_REASON_IDENTIFIED;
    if ((corrections & RUF_CORRECT_REFUSE) != 0)
        return RUF_REASON_REFUSED;
    switch (ruf_number_short(raw.data, raw.size, region)) {
    case RUF_SHORT_EMERGENCY:
        return RUF_REASON_EMERGENCY;
    case RUF_SHORT_OTHER:
        return RUF_REASON_SHORT;
    case RUF_SHORT_NONE:
        break;
    }
    return parse_reason(number, raw, region);
}

/* One raw text as one or, split, several numbers. */
static size_t standardise_number(const struct ruf_raw_number *raw,
                                 const struct region_choice *choice,
                                 const struct ruf_policy *policy,
                                 struct ruf_standard_number *out)
{
    RUF_SCRATCH struct ruf_cleaned cleaned;

    clean(raw->text, choice->region, policy, &cleaned);
    for (size_t i = 0; i < cleaned.count; i++) {
        const struct ruf_number *number = &cleaned.numbers[i];

        out[i].raw = raw->text;
        out[i].kind = raw->kind;
        out[i].reason =
            reason_of(number, cleaned.corrections, raw->text, choice->region);
        out[i].rule =
            cleaned.has_plus[i] ? RUF_REGION_INTERNATIONAL : choice->rule;
        out[i].corrections = cleaned.corrections;
        out[i].type = number->key != 0 ? number->type : RUF_TYPE_UNKNOWN;
        out[i].e164 = number->key;
        out[i].position = 0;
    }
    return cleaned.count;
}

size_t ruf_standardise_text(struct ruf_text raw,
                            const struct ruf_policy *policy,
                            const struct ruf_policy_source *source,
                            struct ruf_standard_number out[RUF_CLEANED_MAX])
{
    struct ruf_raw_number number = { raw, RUF_KIND_OTHER };
    struct region_choice choice = { 0 };

    choose_fallback(policy, source, &choice);
    return standardise_number(&number, &choice, policy, out);
}

static enum ruf_status collect_numbers(const struct ruf_record *record,
                                       const struct region_choice *choice,
                                       const struct ruf_policy *policy,
                                       struct ruf_arena *arena,
                                       struct ruf_source_contact *out)
{
    RUF_SCRATCH struct ruf_standard_number found[RUF_CLEANED_MAX];
    struct ruf_standard_number *numbers;
    size_t room = record->number_count;
    size_t count = 0;

    numbers = ruf_arena_alloc(arena, room, sizeof(*numbers));
    if (numbers == NULL)
        return RUF_E_NOMEM;
    for (size_t i = 0; i < record->number_count; i++) {
        size_t more =
            standardise_number(&record->numbers[i], choice, policy, found);

        if (count + more > room) {
            struct ruf_standard_number *old = numbers;

            room = count + more + record->number_count;
            numbers = ruf_arena_alloc(arena, room, sizeof(*numbers));
            if (numbers == NULL)
                return RUF_E_NOMEM;
            memcpy(numbers, old, count * sizeof(*numbers));
        }
        memcpy(numbers + count, found, more * sizeof(*numbers));
        for (size_t k = 0; k < more; k++)
            numbers[count + k].position = (uint32_t)i;
        count += more;
    }
    out->numbers = numbers;
    out->number_count = count;
    return RUF_OK;
}

enum ruf_number_held ruf_number_held(const struct ruf_source_contact *contact,
                                     const struct ruf_standard_number *number,
                                     const struct ruf_policy *policy)
{
    if (number->e164 == 0)
        return RUF_HELD_UNIDENTIFIED;
    if (!policy->caller_id_enabled)
        return RUF_HELD_POLICY;
    if (!contact->source->caller_id)
        return RUF_HELD_SOURCE;
    if (contact->held_by != NULL)
        return RUF_HELD_FILTER;
    if ((policy->caller_id_kinds >> number->kind & 1) == 0)
        return RUF_HELD_KIND;
    if ((policy->excluded_types >> number->type & 1) != 0)
        return RUF_HELD_TYPE;
    return RUF_HELD_NOT;
}

/* --- the record
 * ------------------------------------------------------------------------- */

static bool has_email(const struct ruf_text *emails, size_t count,
                      struct ruf_text address)
{
    for (size_t i = 0; i < count; i++)
        if (ruf_text_equal_nocase(emails[i], address))
            return true;
    return false;
}

static enum ruf_status collect_emails(const struct ruf_record *record,
                                      struct ruf_arena *arena,
                                      struct ruf_source_contact *out)
{
    struct ruf_text *emails =
        ruf_arena_alloc(arena, record->email_count, sizeof(*emails));
    size_t count = 0;

    if (emails == NULL)
        return RUF_E_NOMEM;
    for (size_t i = 0; i < record->email_count; i++)
        if (!has_email(emails, count, record->emails[i].address))
            emails[count++] = record->emails[i].address;
    out->emails = emails;
    out->email_count = count;
    return RUF_OK;
}

enum ruf_status ruf_standardise(const struct ruf_record *record,
                                const struct ruf_policy *policy,
                                const struct ruf_policy_source *source,
                                struct ruf_arena *arena,
                                struct ruf_source_contact *out,
                                struct ruf_error *err)
{
    struct region_choice choice = { 0 };

    memset(out, 0, sizeof(*out));
    choose_region(record, policy, source, &choice);
    if (collect_numbers(record, &choice, policy, arena, out) != RUF_OK ||
        collect_emails(record, arena, out) != RUF_OK)
        return ruf_fail_memory(err);
    out->source = source;
    out->native_id = record->native_id;
    memcpy(out->fields, record->fields, sizeof(out->fields));
    return RUF_OK;
}
