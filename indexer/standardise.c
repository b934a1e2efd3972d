/*
 * indexer/standardise.c - raw numbers of a record to E.164, by the region chain
 *
 * A number without a calling code gets its region from: the record's own
 * country, the region all international numbers of the record share, the
 * source's region, the default. The rule that was used is kept.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/text.h"
#include "indexer/contacts.h"
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

/* Raw texts longer than any number are cut before the parser sees them. */
static struct ruf_text capped(struct ruf_text text)
{
    return ruf_text_slice(text, 0, RUF_RAW_NUMBER_MAX);
}

static void parse_number(struct ruf_text raw, const char *region,
                         struct ruf_number *out)
{
    raw = capped(raw);
    ruf_number_parse(raw.data, raw.size, region, out);
}

/* The one region that all international numbers lie in, or "". */
static void sibling_region(const struct ruf_record *record, char out[4])
{
    out[0] = '\0';
    for (size_t i = 0; i < record->number_count; i++) {
        struct ruf_number number;

        parse_number(record->numbers[i].text, NULL, &number);
        if (number.key == 0 || !is_region(number.region))
            continue;
        if (out[0] == '\0') {
            memcpy(out, number.region, sizeof(number.region));
        } else if (strcmp(out, number.region) != 0) {
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

static void choose_region(const struct ruf_record *record,
                          const struct ruf_policy *policy,
                          const struct ruf_policy_source *source,
                          struct region_choice *out)
{
    memset(out, 0, sizeof(*out));
    record_region(record, policy, out->own);
    if (out->own[0] != '\0') {
        out->region = out->own;
        out->rule = RUF_REGION_RECORD;
        return;
    }
    sibling_region(record, out->own);
    if (out->own[0] != '\0') {
        out->region = out->own;
        out->rule = RUF_REGION_SIBLINGS;
    } else if (source->region != NULL) {
        out->region = source->region;
        out->rule = RUF_REGION_SOURCE;
    } else if (policy->region_default != NULL) {
        out->region = policy->region_default;
        out->rule = RUF_REGION_DEFAULT;
    } else {
        out->rule = RUF_REGION_UNRESOLVED;
    }
}

/* Does the text name its calling code by a plus sign? (An international
 * prefix such as 00 depends on the region it is dialled from.) */
static bool starts_international(struct ruf_text raw)
{
    raw = ruf_text_trim(raw);
    return ruf_text_starts_with(raw, "+") ||
           ruf_text_starts_with(raw, "\xEF\xBC\x8B");
}

static void standardise_number(const struct ruf_raw_number *raw,
                               const struct region_choice *choice,
                               struct ruf_standard_number *out)
{
    struct ruf_number number;

    parse_number(raw->text, choice->region, &number);
    out->raw = raw->text;
    out->kind = raw->kind;
    out->status = number.status;
    out->e164 = number.key;
    out->rule = starts_international(raw->text) ? RUF_REGION_INTERNATIONAL
                                                : choice->rule;
}

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
    struct ruf_standard_number *numbers =
        ruf_arena_alloc(arena, record->number_count, sizeof(*numbers));
    struct region_choice choice;

    memset(out, 0, sizeof(*out));
    if (numbers == NULL || collect_emails(record, arena, out) != RUF_OK)
        return ruf_fail_memory(err);
    choose_region(record, policy, source, &choice);
    for (size_t i = 0; i < record->number_count; i++)
        standardise_number(&record->numbers[i], &choice, &numbers[i]);
    out->source = source;
    out->native_id = record->native_id;
    memcpy(out->fields, record->fields, sizeof(out->fields));
    out->numbers = numbers;
    out->number_count = record->number_count;
    return RUF_OK;
}
