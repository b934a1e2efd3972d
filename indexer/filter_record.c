/*
 * indexer/filter_record.c - filter rules meet the numbers of a record
 *
 * Rules may ask for E.164 forms, which are known only after standardising, and
 * one raw text may hold two numbers of which a rule drops one: then the text
 * stays, and only the number goes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "indexer/contacts.h"
#include <string.h>

static struct ruf_filter_number seen(const struct ruf_standard_number *number)
{
    return (struct ruf_filter_number){ number->kind, number->e164 };
}

/* The numbers of a contact as rules see them; NULL without memory. */
static struct ruf_filter_number *
numbers_of(const struct ruf_source_contact *contact, struct ruf_arena *arena)
{
    struct ruf_filter_number *numbers =
        ruf_arena_alloc(arena, contact->number_count, sizeof(*numbers));

    for (size_t i = 0; numbers != NULL && i < contact->number_count; i++)
        numbers[i] = seen(&contact->numbers[i]);
    return numbers;
}

/* Copy the raw numbers of which any part stays. */
static enum ruf_status keep_numbers(const struct ruf_record *record,
                                    uint64_t staying, struct ruf_arena *arena,
                                    struct ruf_record *kept)
{
    struct ruf_raw_number *numbers =
        ruf_arena_alloc(arena, record->number_count, sizeof(*numbers));
    size_t count = 0;

    if (numbers == NULL)
        return RUF_E_NOMEM;
    for (size_t i = 0; i < record->number_count; i++)
        if (i >= 64 || (staying >> i & 1) != 0)
            numbers[count++] = record->numbers[i];
    kept->numbers = numbers;
    kept->number_count = count;
    return RUF_OK;
}

_Static_assert(RUF_RECORD_NUMBERS_MAX <= 64, "a bit per number of a record");

/* Bit per raw number of which any part stays. standard NULL: each is one. */
static uint64_t staying_numbers(const struct ruf_record *record,
                                const struct ruf_policy *policy,
                                const struct ruf_policy_source *source,
                                const struct ruf_filter_number *numbers,
                                const struct ruf_standard_number *standard,
                                size_t count,
                                const struct ruf_filter_verdict *verdict)
{
    uint64_t staying = 0;

    for (size_t i = 0; i < count; i++) {
        size_t position = standard == NULL ? i : standard[i].position;

        if (position < 64 &&
            !ruf_policy_drops(policy, source, record, &numbers[i], verdict))
            staying |= UINT64_C(1) << position;
    }
    return staying;
}

/* The numbers of a record by kind alone; NULL without memory. */
static struct ruf_filter_number *kinds_of(const struct ruf_record *record,
                                          struct ruf_arena *arena)
{
    struct ruf_filter_number *numbers =
        ruf_arena_alloc(arena, record->number_count, sizeof(*numbers));

    for (size_t i = 0; numbers != NULL && i < record->number_count; i++)
        numbers[i] = (struct ruf_filter_number){ record->numbers[i].kind, 0 };
    return numbers;
}

/* Rules judge the whole record; only what is needed of it is kept. */
static void keep_fields(const struct ruf_policy *policy,
                        struct ruf_record *kept)
{
    for (size_t i = 0; i < RUF_RECORD_FIELD_COUNT; i++)
        if ((policy->kept_fields >> i & 1) == 0)
            kept->fields[i] = (struct ruf_text){ NULL, 0 };
}

enum ruf_status ruf_filter_record(const struct ruf_record *record,
                                  const struct ruf_policy *policy,
                                  const struct ruf_policy_source *source,
                                  struct ruf_arena *arena,
                                  struct ruf_record *kept,
                                  struct ruf_filter_verdict *verdict,
                                  struct ruf_error *err)
{
    bool asks = ruf_policy_asks_e164(policy);
    struct ruf_source_contact contact = { 0 };
    struct ruf_filter_number *numbers;
    size_t count = record->number_count;
    enum ruf_status status = RUF_OK;

    *kept = *record;
    keep_fields(policy, kept);
    if (!asks && !ruf_policy_may_drop(policy)) {
        ruf_policy_judge(policy, source, record, NULL, 0, verdict);
        return RUF_OK;
    }
    if (asks)
        status = ruf_standardise(record, policy, source, arena, &contact, err);
    if (status != RUF_OK)
        return status;
    if (asks)
        count = contact.number_count;
    numbers = asks ? numbers_of(&contact, arena) : kinds_of(record, arena);
    if (numbers == NULL)
        return ruf_fail_memory(err);
    ruf_policy_judge(policy, source, record, numbers, count, verdict);
    if (verdict->exclude || !ruf_policy_may_drop(policy))
        return RUF_OK;
    return keep_numbers(record,
                        staying_numbers(record, policy, source, numbers,
                                        contact.numbers, count, verdict),
                        arena, kept) == RUF_OK
               ? RUF_OK
               : ruf_fail_memory(err);
}

enum ruf_status ruf_standardise_kept(const struct ruf_record *record,
                                     const struct ruf_policy *policy,
                                     const struct ruf_policy_source *source,
                                     const struct ruf_filter_verdict *verdict,
                                     struct ruf_arena *arena,
                                     struct ruf_source_contact *out,
                                     struct ruf_error *err)
{
    enum ruf_status status =
        ruf_standardise(record, policy, source, arena, out, err);
    struct ruf_standard_number *kept;
    size_t count = 0;

    if (status != RUF_OK || out->number_count == 0 ||
        !ruf_policy_may_drop(policy))
        return status;
    kept = ruf_arena_alloc(arena, out->number_count, sizeof(*kept));
    if (kept == NULL)
        return ruf_fail_memory(err);
    for (size_t i = 0; i < out->number_count; i++) {
        struct ruf_filter_number number = seen(&out->numbers[i]);

        if (!ruf_policy_drops(policy, source, record, &number, verdict))
            kept[count++] = out->numbers[i];
    }
    out->numbers = kept;
    out->number_count = count;
    return RUF_OK;
}
