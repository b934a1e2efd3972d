/*
 * engine/report.c - how the numbers of each source fare, and why one does
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/text.h"
#include "engine/home_private.h"
#include <rufname/report.h>
#include <stdio.h>
#include <string.h>

/* --- words
 * ------------------------------------------------------------------------ */

const char *ruf_number_reason_name(enum ruf_number_reason reason)
{
    static const char *const names[RUF_REASON_COUNT] = {
        [RUF_REASON_IDENTIFIED] = "identified",
        [RUF_REASON_NO_REGION] = "no-region",
        [RUF_REASON_CALLING_CODE] = "calling-code",
        [RUF_REASON_NOT_A_NUMBER] = "not-a-number",
        [RUF_REASON_TOO_SHORT] = "too-short",
        [RUF_REASON_TOO_LONG] = "too-long",
        [RUF_REASON_LOCAL] = "local",
        [RUF_REASON_UNASSIGNED] = "unassigned",
        [RUF_REASON_EMERGENCY] = "emergency",
        [RUF_REASON_SHORT] = "short",
        [RUF_REASON_REFUSED] = "refused",
        [RUF_REASON_BEYOND_KEY] = "beyond-key",
    };

    return (unsigned)reason < RUF_REASON_COUNT ? names[reason] : "";
}

const char *ruf_number_reason_id(enum ruf_number_reason reason)
{
    static const char *const ids[RUF_REASON_COUNT] = {
        [RUF_REASON_IDENTIFIED] = "",       [RUF_REASON_NO_REGION] = "N301",
        [RUF_REASON_TOO_SHORT] = "N302",    [RUF_REASON_TOO_LONG] = "N302",
        [RUF_REASON_NOT_A_NUMBER] = "N303", [RUF_REASON_CALLING_CODE] = "N304",
        [RUF_REASON_LOCAL] = "N305",        [RUF_REASON_UNASSIGNED] = "N306",
        [RUF_REASON_EMERGENCY] = "N307",    [RUF_REASON_SHORT] = "N308",
        [RUF_REASON_REFUSED] = "N309",      [RUF_REASON_BEYOND_KEY] = "N310",
    };

    return (unsigned)reason < RUF_REASON_COUNT ? ids[reason] : "";
}

const char *ruf_region_rule_name(enum ruf_region_rule rule)
{
    static const char *const names[] = { "international", "record",
                                         "siblings",      "source",
                                         "default",       "unresolved" };

    return (unsigned)rule < sizeof(names) / sizeof(names[0]) ? names[rule] : "";
}

/* --- health
 * ------------------------------------------------------------------------- */

enum ruf_status ruf_home_report(struct ruf_home *home, struct ruf_report *out,
                                struct ruf_error *err)
{
    struct ruf_store *store = NULL;
    enum ruf_status status = ruf_home_store_open(home, &store, err);

    memset(out, 0, sizeof(*out));
    if (status == RUF_OK)
        status = ruf_store_health(store, out, err);
    ruf_store_close(store);
    return status;
}

/* --- one number
 * --------------------------------------------------------------------- */

struct explaining {
    const struct ruf_policy *policy;
    const struct ruf_explained_number *read; /* what was asked for */
    ruf_explained_callback *callback;
    void *context;
};

static void describe_number(const struct ruf_standard_number *number,
                            struct ruf_explained_number *out)
{
    memset(out, 0, sizeof(*out));
    out->raw = number->raw;
    out->kind = number->kind;
    out->reason = number->reason;
    out->rule = number->rule;
    out->corrections = number->corrections;
    out->type = number->type;
    out->e164 = number->e164;
}

struct ruf_text ruf_record_name(const struct ruf_source_contact *contact,
                                char room[RUF_RECORD_NAME_ROOM])
{
    struct ruf_text given = contact->fields[RUF_RECORD_GIVEN];
    struct ruf_text family = contact->fields[RUF_RECORD_FAMILY];
    int size;

    if (contact->fields[RUF_RECORD_DISPLAY].size > 0)
        return contact->fields[RUF_RECORD_DISPLAY];
    if (given.size == 0)
        return family;
    size = snprintf(room, RUF_RECORD_NAME_ROOM, "%.*s %.*s", (int)given.size,
                    given.data, (int)family.size,
                    family.size == 0 ? "" : family.data);
    return ruf_text_trim((struct ruf_text){ room, (size_t)size });
}

static void explain_one(const struct ruf_source_contact *contact,
                        const struct ruf_standard_number *number,
                        const struct ruf_policy *policy,
                        ruf_explained_callback *callback, void *context)
{
    char name[RUF_RECORD_NAME_ROOM];
    struct ruf_explained_number out;

    describe_number(number, &out);
    out.source = ruf_text(contact->source->id);
    out.name = ruf_record_name(contact, name);
    out.company = contact->fields[RUF_RECORD_COMPANY];
    out.held = ruf_number_held(contact, number, policy);
    if (out.held == RUF_HELD_FILTER)
        out.held_by = ruf_text(contact->held_by);
    callback(context, &out);
}

void ruf_explain_record(const struct ruf_source_contact *record,
                        const struct ruf_policy *policy,
                        ruf_explained_callback *callback, void *context)
{
    for (size_t i = 0; i < record->number_count; i++)
        explain_one(record, &record->numbers[i], policy, callback, context);
}

static void explain_contact(void *context,
                            const struct ruf_source_contact *contact)
{
    const struct explaining *explaining = context;
    const struct ruf_explained_number *read = explaining->read;

    for (size_t i = 0; i < contact->number_count; i++) {
        const struct ruf_standard_number *number = &contact->numbers[i];

        if (number->e164 == read->e164 &&
            (read->e164 != 0 || ruf_text_equal(number->raw, read->raw)))
            explain_one(contact, number, explaining->policy,
                        explaining->callback, explaining->context);
    }
}

enum ruf_status ruf_home_explain(struct ruf_home *home, struct ruf_text text,
                                 struct ruf_explained_number *read,
                                 ruf_explained_callback *callback,
                                 void *context, struct ruf_error *err)
{
    struct ruf_standard_number found[RUF_CLEANED_MAX];
    struct explaining explaining = { home->policy, read, callback, context };
    struct ruf_store *store = NULL;
    enum ruf_status status;

    (void)ruf_standardise_text(text, home->policy, NULL, found);
    describe_number(&found[0], read);
    status = ruf_home_check_age(home, err);
    if (status == RUF_OK)
        status = ruf_home_store_open(home, &store, err);
    if (status == RUF_OK)
        status = ruf_store_carriers(store, home->policy, read->e164,
                                    explain_contact, &explaining, err);
    ruf_store_close(store);
    return status;
}
