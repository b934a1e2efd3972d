/*
 * policy/filter.c - filter rules over raw records
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "policy/filter.h"
#include "base/fold.h"
#include "base/scratch.h"
#include "base/text.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool contains(struct ruf_text text, struct ruf_text part)
{
    return part.size == 0 ||
           (text.size >= part.size &&
            memmem(text.data, text.size, part.data, part.size) != NULL);
}

static bool ends_with(struct ruf_text text, struct ruf_text end)
{
    return text.size >= end.size &&
           ruf_text_equal(ruf_text_slice(text, text.size - end.size, end.size),
                          end);
}

static bool starts_with(struct ruf_text text, struct ruf_text start)
{
    return ruf_text_equal(ruf_text_slice(text, 0, start.size), start);
}

static bool compare(const struct ruf_condition *condition, struct ruf_text text)
{
    for (size_t i = 0; i < condition->value_count; i++) {
        struct ruf_text value = condition->values[i];
        bool match = false;

        if (condition->op == RUF_CONDITION_EQUALS)
            match = ruf_text_equal(text, value);
        else if (condition->op == RUF_CONDITION_STARTS_WITH)
            match = starts_with(text, value);
        else if (condition->op == RUF_CONDITION_ENDS_WITH)
            match = ends_with(text, value);
        else if (condition->op == RUF_CONDITION_CONTAINS)
            match = contains(text, value);
        if (match)
            return true;
    }
    return false;
}

/* Compared after folding, so that "vertrieb" matches "VERTRIEB". */
static bool matches_text(const struct ruf_condition *condition,
                         struct ruf_text text)
{
    RUF_SCRATCH char folded[4 * RUF_RECORD_TEXT_MAX];

    if (condition->op == RUF_CONDITION_EXISTS)
        return text.size > 0;
    if (condition->op == RUF_CONDITION_MISSING)
        return text.size == 0;
    if (condition->exact)
        return compare(condition, text);
    text = ruf_text_slice(text, 0, RUF_RECORD_TEXT_MAX);
    text = (struct ruf_text){ folded, ruf_fold(text, RUF_FOLD_BASE, folded) };
    return compare(condition, text);
}

static bool matches_emails(const struct ruf_condition *condition,
                           const struct ruf_record *record)
{
    if (record->email_count == 0)
        return condition->op == RUF_CONDITION_MISSING;
    for (size_t i = 0; i < record->email_count; i++) {
        struct ruf_text address = record->emails[i].address;
        const char *at = memrchr(address.data, '@', address.size);

        if (condition->field == RUF_FILTER_EMAIL_DOMAIN)
            address =
                at == NULL
                    ? (struct ruf_text){ NULL, 0 }
                    : ruf_text_slice(address, (size_t)(at - address.data) + 1,
                                     address.size);
        if (matches_text(condition, address))
            return true;
    }
    return false;
}

static bool matches_e164(const struct ruf_condition *condition, ruf_e164 e164)
{
    char text[24];
    int size = snprintf(text, sizeof(text), "+%" PRIu64, e164);

    return matches_text(condition,
                        e164 == 0 ? (struct ruf_text){ NULL, 0 }
                                  : (struct ruf_text){ text, (size_t)size });
}

/* number: the one that the rule is tried on; NULL: the record has none. */
static bool matches_leaf(const struct ruf_condition *condition,
                         const struct ruf_policy_source *source,
                         const struct ruf_record *record,
                         const struct ruf_filter_number *number)
{
    switch (condition->field) {
    case RUF_FILTER_NUMBER_KIND:
        return matches_text(condition,
                            ruf_text(number == NULL
                                         ? NULL
                                         : ruf_number_kind_name(number->kind)));
    case RUF_FILTER_NUMBER_E164:
        return matches_e164(condition, number == NULL ? 0 : number->e164);
    case RUF_FILTER_SOURCE_ID:
        return matches_text(condition, ruf_text(source->id));
    case RUF_FILTER_SOURCE_KIND:
        return matches_text(condition,
                            ruf_text(ruf_source_kind_name(source->kind)));
    case RUF_FILTER_RECORD:
        return matches_text(condition, record->fields[condition->record_field]);
    case RUF_FILTER_EMAIL:
    case RUF_FILTER_EMAIL_DOMAIN:
        break;
    }
    return matches_emails(condition, record);
}

/* Depth is bounded by the parser. */
static bool matches(const struct ruf_condition *condition,
                    const struct ruf_policy_source *source,
                    const struct ruf_record *record,
                    const struct ruf_filter_number *number)
{
    bool any = condition->op == RUF_CONDITION_ANY;

    if (condition->op > RUF_CONDITION_NOT)
        return matches_leaf(condition, source, record, number);
    if (condition->op == RUF_CONDITION_NOT)
        return !matches(&condition->children[0], source, record, number);
    for (size_t i = 0; i < condition->child_count; i++)
        if (matches(&condition->children[i], source, record, number) == any)
            return any;
    return !any;
}

/* A record that could neither be shown nor called. */
static bool is_blank_record(const struct ruf_record *record)
{
    return record->number_count == 0 &&
           record->fields[RUF_RECORD_GIVEN].size == 0 &&
           record->fields[RUF_RECORD_FAMILY].size == 0 &&
           record->fields[RUF_RECORD_DISPLAY].size == 0 &&
           record->fields[RUF_RECORD_COMPANY].size == 0;
}

/* The numbers of the record itself, where nobody standardised them. */
static struct ruf_filter_number
number_at(const struct ruf_record *record,
          const struct ruf_filter_number *numbers, size_t position)
{
    if (numbers != NULL)
        return numbers[position];
    return (struct ruf_filter_number){ record->numbers[position].kind, 0 };
}

static bool matches_any_number(const struct ruf_condition *condition,
                               const struct ruf_policy_source *source,
                               const struct ruf_record *record,
                               const struct ruf_filter_number *numbers,
                               size_t count)
{
    if (count == 0)
        return matches(condition, source, record, NULL);
    for (size_t i = 0; i < count; i++) {
        struct ruf_filter_number number = number_at(record, numbers, i);

        if (matches(condition, source, record, &number))
            return true;
    }
    return false;
}

void ruf_policy_judge(const struct ruf_policy *policy,
                      const struct ruf_policy_source *source,
                      const struct ruf_record *record,
                      const struct ruf_filter_number *numbers, size_t count,
                      struct ruf_filter_verdict *out)
{
    memset(out, 0, sizeof(*out));
    if (is_blank_record(record)) {
        out->exclude = true;
        return;
    }
    if (numbers == NULL)
        count = record->number_count;
    while (out->reached < policy->filter_count) {
        const struct ruf_filter_rule *rule = &policy->filters[out->reached++];
        size_t bit = out->reached - 1;

        if (!(rule->asks_numbers
                  ? matches_any_number(&rule->condition, source, record,
                                       numbers, count)
                  : matches(&rule->condition, source, record, NULL)))
            continue;
        out->matched[bit / 32] |= UINT32_C(1) << bit % 32;
        if (rule->action == RUF_FILTER_DROP_NUMBERS)
            continue;
        out->rule = rule->id;
        if (rule->action == RUF_FILTER_NO_CALLER_ID) {
            out->held_by = out->no_caller_id ? out->held_by : rule->id;
            out->no_caller_id = true;
            continue;
        }
        out->exclude = rule->action == RUF_FILTER_EXCLUDE;
        return;
    }
}

bool ruf_policy_drops(const struct ruf_policy *policy,
                      const struct ruf_policy_source *source,
                      const struct ruf_record *record,
                      const struct ruf_filter_number *number,
                      const struct ruf_filter_verdict *verdict)
{
    for (size_t i = 0; i < verdict->reached; i++)
        if (policy->filters[i].action == RUF_FILTER_DROP_NUMBERS &&
            matches(&policy->filters[i].condition, source, record, number))
            return true;
    return false;
}

bool ruf_policy_asks_e164(const struct ruf_policy *policy)
{
    for (size_t i = 0; i < policy->filter_count; i++)
        if (policy->filters[i].asks_e164)
            return true;
    return false;
}

bool ruf_policy_may_drop(const struct ruf_policy *policy)
{
    for (size_t i = 0; i < policy->filter_count; i++)
        if (policy->filters[i].action == RUF_FILTER_DROP_NUMBERS)
            return true;
    return false;
}
