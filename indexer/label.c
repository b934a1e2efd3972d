/*
 * indexer/label.c - one line of the call directory per number
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/text.h"
#include "indexer/keyed.h"
#include "indexer/label_template.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A number and the position of a person that has it. */
struct claim {
    ruf_e164 number;
    uint32_t person;
    uint8_t kind;
};

struct labelling {
    const struct ruf_people *people;
    const struct ruf_policy *policy;
    struct ruf_arena *arena;
    struct claim *claims;
    size_t count;
};

static bool speaks_german(const struct ruf_policy *policy)
{
    return policy->locale != RUF_LOCALE_EN;
}

/* --- one person
 * ---------------------------------------------------------------------- */

static bool contains(struct ruf_text text, struct ruf_text part)
{
    return part.size > 0 && text.size >= part.size &&
           memmem(text.data, text.size, part.data, part.size) != NULL;
}

static void values_of(const struct ruf_person *person, unsigned kind,
                      struct ruf_label_values *out)
{
    memset(out, 0, sizeof(*out));
    out->given = person->given;
    out->family = person->family;
    out->display = person->display;
    out->company = person->company;
    out->department = person->department;
    out->title = person->title;
    out->kind = ruf_text(ruf_number_kind_name((enum ruf_number_kind)kind));
    if (person->source_count > 0)
        out->source = person->sources[0];
    /* A record with only a display name is shown by that. */
    if (out->given.size == 0 && out->family.size == 0)
        out->family = out->display;
    /* "Empfang Muster AG" needs no second "Muster AG". */
    if (contains(out->family, out->company))
        out->company = (struct ruf_text){ NULL, 0 };
}

static size_t copy_text(struct ruf_text text, char *out)
{
    text = ruf_text_slice(text, 0, RUF_LABEL_SIZE_MAX - 8);
    if (text.size > 0)
        memcpy(out, text.data, text.size);
    return text.size;
}

static size_t label_person(const struct labelling *labelling,
                           const struct ruf_person *person, unsigned kind,
                           char *out)
{
    const struct ruf_policy *policy = labelling->policy;
    struct ruf_label_values values;
    size_t size = 0;

    values_of(person, kind, &values);
    if (values.family.size > 0 || values.given.size > 0)
        size = ruf_label_render(policy->label_template, &values,
                                policy->label_max_chars, out);
    if (size == 0)
        size = copy_text(
            person->display.size > 0 ? person->display : person->company, out);
    if (size == 0)
        size = copy_text(ruf_text(speaks_german(policy) ? "Geschäftskontakt"
                                                        : "Business contact"),
                         out);
    return ruf_label_cut(out, size, policy->label_max_chars);
}

/* --- shared numbers
 * -------------------------------------------------------------------- */

/* The company most owners share, if it is that of at least 80 %. */
static struct ruf_text common_company(const struct labelling *labelling,
                                      const struct claim *claims, size_t count)
{
    struct ruf_text none = { NULL, 0 };
    /* A company of four fifths is that of the middle one or of one before. */
    for (size_t candidate = 0; candidate <= count / 5; candidate++) {
        struct ruf_text company =
            labelling->people->persons[claims[candidate].person].company;
        size_t same = 0;

        for (size_t i = 0; i < count && company.size > 0; i++)
            same += ruf_text_equal(
                        labelling->people->persons[claims[i].person].company,
                        company)
                        ? 1
                        : 0;
        if (company.size > 0 && same * 5 >= count * 4)
            return company;
    }
    return none;
}

static size_t format_label(const struct labelling *labelling, char *out,
                           int size)
{
    size_t used = size < 0 ? 0 : (size_t)size;

    if (used >= RUF_LABEL_SIZE_MAX)
        used = RUF_LABEL_SIZE_MAX - 1;
    return ruf_label_cut(out, used, labelling->policy->label_max_chars);
}

#define TEXT(text) (int)(text).size, (text).size == 0 ? "" : (text).data

/* "Müller / Schmidt (Muster AG)", "Anna / Bernd Graf". */
static size_t label_pair(const struct labelling *labelling,
                         const struct ruf_person *a, const struct ruf_person *b,
                         char *out)
{
    int size;

    if (ruf_text_equal(a->family, b->family))
        size = snprintf(out, RUF_LABEL_SIZE_MAX, "%.*s / %.*s %.*s",
                        TEXT(a->given), TEXT(b->given), TEXT(a->family));
    else if (a->company.size > 0)
        size = snprintf(out, RUF_LABEL_SIZE_MAX, "%.*s / %.*s (%.*s)",
                        TEXT(a->family), TEXT(b->family), TEXT(a->company));
    else
        size = snprintf(out, RUF_LABEL_SIZE_MAX, "%.*s / %.*s", TEXT(a->family),
                        TEXT(b->family));
    return format_label(labelling, out, size);
}

static size_t label_switchboard(const struct labelling *labelling,
                                struct ruf_text company, char *out)
{
    return format_label(
        labelling, out,
        snprintf(out, RUF_LABEL_SIZE_MAX, "%.*s (%s)", TEXT(company),
                 speaks_german(labelling->policy) ? "Zentrale"
                                                  : "switchboard"));
}

/* Label of the best owner, and that there are others. */
static size_t label_mixed(const struct labelling *labelling,
                          const struct claim *claims, char *out)
{
    const char *others =
        speaks_german(labelling->policy) ? " u. a." : " and others";
    size_t room = strlen(others);
    size_t size =
        label_person(labelling, &labelling->people->persons[claims[0].person],
                     claims[0].kind, out);
    size_t max = labelling->policy->label_max_chars;

    size = ruf_label_cut(out, size, max > room + 1 ? max - room : 1);
    if (size + room > RUF_LABEL_SIZE_MAX)
        return size;
    memcpy(out + size, others, room);
    return size + room;
}

static size_t label_number(const struct labelling *labelling,
                           const struct claim *claims, size_t count, char *out)
{
    const struct ruf_person *persons = labelling->people->persons;
    const struct ruf_person *first = &persons[claims[0].person];
    struct ruf_text company;

    if (count == 1)
        return label_person(labelling, first, claims[0].kind, out);
    company = common_company(labelling, claims, count);
    if (count >= labelling->policy->merge_shared_after)
        return company.size > 0 ? label_switchboard(labelling, company, out)
                                : label_mixed(labelling, claims, out);
    if (count == 2 && first->family.size > 0 &&
        persons[claims[1].person].family.size > 0 &&
        ruf_text_equal(first->company, persons[claims[1].person].company))
        return label_pair(labelling, first, &persons[claims[1].person], out);
    return label_mixed(labelling, claims, out);
}

/* --- claims
 * ---------------------------------------------------------------------------
 */

/* Stable: claims of one number stay in the order of the people. */
static enum ruf_status sort_claims(struct labelling *labelling)
{
    size_t count = labelling->count;
    struct ruf_keyed *list = calloc(2 * count + 1, sizeof(*list));
    struct claim *sorted = calloc(count + 1, sizeof(*sorted));

    if (list == NULL || sorted == NULL) {
        free(list);
        free(sorted);
        return RUF_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++)
        list[i] =
            (struct ruf_keyed){ labelling->claims[i].number, (uint32_t)i };
    ruf_keyed_sort(list, list + count, count);
    for (size_t i = 0; i < count; i++)
        sorted[i] = labelling->claims[list[i].item];
    free(labelling->claims);
    labelling->claims = sorted;
    free(list);
    return RUF_OK;
}

static enum ruf_status collect_claims(struct labelling *labelling)
{
    const struct ruf_people *people = labelling->people;
    size_t count = 0;

    for (size_t i = 0; i < people->count; i++)
        count += people->persons[i].number_count;
    labelling->claims = calloc(count + 1, sizeof(*labelling->claims));
    if (labelling->claims == NULL)
        return RUF_E_NOMEM;
    for (size_t i = 0; i < people->count; i++)
        for (size_t k = 0; k < people->persons[i].number_count; k++) {
            const struct ruf_person_number *number =
                &people->persons[i].numbers[k];

            if (number->emit && number->e164 != 0)
                labelling->claims[labelling->count++] =
                    (struct claim){ number->e164, (uint32_t)i,
                                    (uint8_t)number->kind };
        }
    return sort_claims(labelling);
}

static size_t run_length(const struct labelling *labelling, size_t start)
{
    size_t end = start + 1;

    while (end < labelling->count &&
           labelling->claims[end].number == labelling->claims[start].number)
        end++;
    return end - start;
}

/* --- entries
 * ---------------------------------------------------------------------------
 */

static enum ruf_status make_entry(struct labelling *labelling, size_t start,
                                  size_t count, struct ruf_labelled_entry *out)
{
    char label[RUF_LABEL_SIZE_MAX + 1];
    size_t size =
        label_number(labelling, labelling->claims + start, count, label);
    uint32_t *owners =
        ruf_arena_alloc(labelling->arena, count, sizeof(*owners));

    out->number = labelling->claims[start].number;
    out->label.data = ruf_arena_copy(labelling->arena, label, size);
    out->label.size = size;
    if (owners == NULL || out->label.data == NULL)
        return RUF_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        owners[i] = labelling->claims[start + i].person;
    out->owners = owners;
    out->owner_count = count;
    return RUF_OK;
}

static enum ruf_status make_entries(struct labelling *labelling,
                                    struct ruf_labelled_entries *out)
{
    size_t numbers = 0;
    size_t start = 0;

    for (size_t i = 0; i < labelling->count; i += run_length(labelling, i))
        numbers++;
    out->count = 0;
    out->entries =
        ruf_arena_alloc(labelling->arena, numbers, sizeof(*out->entries));
    if (out->entries == NULL)
        return RUF_E_NOMEM;
    while (start < labelling->count) {
        size_t count = run_length(labelling, start);

        if (make_entry(labelling, start, count, &out->entries[out->count++]) !=
            RUF_OK)
            return RUF_E_NOMEM;
        start += count;
    }
    return RUF_OK;
}

/* --- limit
 * ------------------------------------------------------------------------------
 */

struct victim {
    uint8_t priority;
    size_t position;
};

/* Lowest priority first, then the highest number. */
static int by_dispensability(const void *left, const void *right)
{
    const struct victim *a = left;
    const struct victim *b = right;

    if (a->priority != b->priority)
        return a->priority < b->priority ? -1 : 1;
    return (a->position < b->position) - (a->position > b->position);
}

static enum ruf_status apply_limit(const struct labelling *labelling,
                                   struct ruf_labelled_entries *out)
{
    size_t limit = labelling->policy->max_entries;
    struct victim *victims;
    size_t kept = 0;

    out->dropped = 0;
    if (out->count <= limit)
        return RUF_OK;
    victims = calloc(out->count, sizeof(*victims));
    if (victims == NULL)
        return RUF_E_NOMEM;
    for (size_t i = 0; i < out->count; i++) {
        victims[i].position = i;
        victims[i].priority =
            labelling->people->persons[out->entries[i].owners[0]].priority;
    }
    qsort(victims, out->count, sizeof(*victims), by_dispensability);
    out->dropped = out->count - limit;
    for (size_t i = 0; i < out->dropped; i++)
        out->entries[victims[i].position].number = 0;
    for (size_t i = 0; i < out->count; i++)
        if (out->entries[i].number != 0)
            out->entries[kept++] = out->entries[i];
    out->count = kept;
    free(victims);
    return RUF_OK;
}

enum ruf_status ruf_label(const struct ruf_people *people,
                          const struct ruf_policy *policy,
                          struct ruf_arena *arena,
                          struct ruf_labelled_entries *out,
                          struct ruf_error *err)
{
    struct labelling labelling = { .people = people,
                                   .policy = policy,
                                   .arena = arena };
    enum ruf_status status = collect_claims(&labelling);

    if (status == RUF_OK)
        status = make_entries(&labelling, out);
    if (status == RUF_OK)
        status = apply_limit(&labelling, out);
    free(labelling.claims);
    return status == RUF_OK ? RUF_OK : ruf_fail_memory(err);
}
