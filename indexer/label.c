/*
 * indexer/label.c - one line of the call directory per number
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/label.h"
#include "base/error.h"
#include "base/fold.h"
#include "base/scratch.h"
#include "base/text.h"
#include "indexer/label_template.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static size_t fallback(const struct ruf_person *person,
                       const struct ruf_policy *policy, char *out)
{
    size_t size = copy_text(
        person->display.size > 0 ? person->display : person->company, out);

    return size > 0
               ? size
               : copy_text(ruf_text(speaks_german(policy) ? "Geschäftskontakt"
                                                          : "Business contact"),
                           out);
}

size_t ruf_label_of(const struct ruf_person *person, unsigned kind,
                    const struct ruf_policy *policy, char *out, unsigned *steps)
{
    struct ruf_label_values values;
    unsigned done = 0;
    size_t size = 0;

    values_of(person, kind, &values);
    if (values.company.size < person->company.size)
        done |= RUF_LABEL_COMPANY_ONCE;
    if (values.family.size > 0 || values.given.size > 0)
        size = ruf_label_render(policy->label_template, &values,
                                policy->label_max_chars, out,
                                steps == NULL ? NULL : &done);
    if (size == 0) {
        size = fallback(person, policy, out);
        done |= RUF_LABEL_FALLBACK;
        if (ruf_grapheme_prefix((struct ruf_text){ out, size },
                                policy->label_max_chars) < size)
            done |= RUF_LABEL_CUT;
    }
    if (steps != NULL)
        *steps = done;
    return ruf_label_cut(out, size, policy->label_max_chars);
}

/* --- claims
 * -------------------------------------------------------------------------- */

/* Numbers claimed with one copy of the texts. */
#define NUMBERS_AT_ONCE 16

struct claiming {
    struct ruf_claims *claims;
    const struct ruf_person *person;
    const struct ruf_policy *policy;
    struct ruf_claim claim;
    ruf_e164 numbers[NUMBERS_AT_ONCE];
    size_t count;
    char label[RUF_LABEL_SIZE_MAX + 1];
};

/* All numbers so far, which have the same label. */
static void claim_numbers(struct claiming *claiming, unsigned kind)
{
    if (claiming->count == 0)
        return;
    claiming->claim.label.data = claiming->label;
    claiming->claim.label.size = ruf_label_of(
        claiming->person, kind, claiming->policy, claiming->label, NULL);
    ruf_claims_add(claiming->claims, &claiming->claim, claiming->numbers,
                   claiming->count);
    claiming->count = 0;
}

void ruf_label_person(struct ruf_claims *claims,
                      const struct ruf_person *person, uint32_t owner,
                      const struct ruf_policy *policy)
{
    /* A label that names the kind differs from number to number. */
    bool by_kind = strstr(policy->label_template, "{kind}") != NULL;
    RUF_SCRATCH struct claiming claiming;
    unsigned kind = 0;

    claiming.claims = claims;
    claiming.person = person;
    claiming.policy = policy;
    claiming.claim.owner = owner;
    claiming.claim.priority = person->priority;
    claiming.claim.given = person->given;
    claiming.claim.family = person->family;
    claiming.claim.company = person->company;
    claiming.count = 0;
    for (size_t i = 0; i < person->number_count; i++) {
        const struct ruf_person_number *number = &person->numbers[i];

        if (!number->emit || number->e164 == 0)
            continue;
        if (claiming.count == NUMBERS_AT_ONCE ||
            (by_kind && number->kind != kind))
            claim_numbers(&claiming, kind);
        kind = number->kind;
        claiming.numbers[claiming.count++] = number->e164;
    }
    claim_numbers(&claiming, kind);
}

/* --- shared numbers
 * -------------------------------------------------------------------- */

/* The company most owners share, if it is that of at least 80 %. */
static struct ruf_text common_company(const struct ruf_claim_group *group)
{
    struct ruf_text none = { NULL, 0 };
    /* A company of four fifths is that of the middle one or of one before. */
    for (size_t candidate = 0; candidate <= group->count / 5; candidate++) {
        struct ruf_text company = group->claims[candidate].company;
        size_t same = 0;

        for (size_t i = 0; i < group->count && company.size > 0; i++)
            same += ruf_text_equal(group->claims[i].company, company) ? 1 : 0;
        if (company.size > 0 && same * 5 >= group->count * 4)
            return company;
    }
    return none;
}

static size_t format_label(const struct ruf_policy *policy, char *out, int size)
{
    size_t used = size < 0 ? 0 : (size_t)size;

    if (used >= RUF_LABEL_SIZE_MAX)
        used = RUF_LABEL_SIZE_MAX - 1;
    return ruf_label_cut(out, used, policy->label_max_chars);
}

#define TEXT(text) (int)(text).size, (text).size == 0 ? "" : (text).data

/* "Müller / Schmidt (Muster AG)", "Anna / Bernd Graf". */
static size_t label_pair(const struct ruf_policy *policy,
                         const struct ruf_claim *a, const struct ruf_claim *b,
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
    return format_label(policy, out, size);
}

static size_t label_switchboard(const struct ruf_policy *policy,
                                struct ruf_text company, char *out)
{
    return format_label(
        policy, out,
        snprintf(out, RUF_LABEL_SIZE_MAX, "%.*s (%s)", TEXT(company),
                 speaks_german(policy) ? "Zentrale" : "switchboard"));
}

/* Label of the best owner, and that there are others. */
static size_t label_mixed(const struct ruf_policy *policy,
                          const struct ruf_claim *best, char *out)
{
    const char *others = speaks_german(policy) ? " u. a." : " and others";
    size_t room = strlen(others);
    size_t max = policy->label_max_chars;
    size_t size = best->label.size;

    memcpy(out, best->label.data, size);
    size = ruf_label_cut(out, size, max > room + 1 ? max - room : 1);
    if (size + room > RUF_LABEL_SIZE_MAX)
        return size;
    memcpy(out + size, others, room);
    return size + room;
}

static size_t label_shared(const struct ruf_policy *policy,
                           const struct ruf_claim_group *group, char *out)
{
    const struct ruf_claim *claims = group->claims;
    struct ruf_text company = common_company(group);

    if (group->count >= policy->merge_shared_after)
        return company.size > 0 ? label_switchboard(policy, company, out)
                                : label_mixed(policy, &claims[0], out);
    if (group->count == 2 && claims[0].family.size > 0 &&
        claims[1].family.size > 0 &&
        ruf_text_equal(claims[0].company, claims[1].company))
        return label_pair(policy, &claims[0], &claims[1], out);
    return label_mixed(policy, &claims[0], out);
}

/* --- limit
 * ------------------------------------------------------------------------------
 */

/* What stays of more numbers than the policy allows: all of a better priority,
 * and of this one the lowest. */
struct cut {
    uint8_t priority;
    uint64_t left;
};

/* Numbers per priority of their best owner. */
static enum ruf_status count_priorities(const struct ruf_claims *claims,
                                        uint64_t counts[256],
                                        struct ruf_error *err)
{
    struct ruf_claim_walk *walk;
    struct ruf_claim_group group;
    enum ruf_status status = ruf_claim_walk_create(claims, &walk, err);

    while (status == RUF_OK) {
        status = ruf_claim_walk_next(walk, &group, err);
        if (status == RUF_OK)
            counts[group.claims[0].priority]++;
    }
    ruf_claim_walk_destroy(walk);
    return status == RUF_E_NOT_FOUND ? RUF_OK : status;
}

static enum ruf_status find_cut(const struct ruf_claims *claims, uint64_t limit,
                                struct cut *out, uint64_t *dropped,
                                struct ruf_error *err)
{
    uint64_t counts[256] = { 0 };
    uint64_t all = 0;
    enum ruf_status status;

    *out = (struct cut){ 0, UINT64_MAX };
    *dropped = 0;
    if (claims->total <= limit)
        return RUF_OK;
    status = count_priorities(claims, counts, err);
    for (unsigned i = 0; i < 256; i++)
        all += counts[i];
    if (status != RUF_OK || all <= limit)
        return status;
    *dropped = all - limit;
    out->priority = UINT8_MAX;
    for (; counts[out->priority] < limit; out->priority--)
        limit -= counts[out->priority];
    out->left = limit;
    return RUF_OK;
}

static bool is_kept(struct cut *cut, uint8_t priority)
{
    if (priority != cut->priority)
        return priority > cut->priority;
    if (cut->left == 0)
        return false;
    cut->left--;
    return true;
}

/* --- entries
 * ---------------------------------------------------------------------------
 */

/* Room for one entry. */
struct labelling {
    const struct ruf_policy *policy;
    char label[RUF_LABEL_SIZE_MAX + 1];
    uint32_t *owners;
    size_t room;
};

static enum ruf_status make_entry(struct labelling *labelling,
                                  const struct ruf_claim_group *group,
                                  struct ruf_labelled_entry *out,
                                  struct ruf_error *err)
{
    if (group->count > labelling->room) {
        uint32_t *owners =
            realloc(labelling->owners, 2 * group->count * sizeof(*owners));

        if (owners == NULL)
            return ruf_fail_memory(err);
        labelling->owners = owners;
        labelling->room = 2 * group->count;
    }
    for (size_t i = 0; i < group->count; i++)
        labelling->owners[i] = group->claims[i].owner;
    out->number = group->number;
    out->owners = labelling->owners;
    out->owner_count = group->count;
    out->label = group->claims[0].label;
    if (group->count > 1) {
        out->label.size =
            label_shared(labelling->policy, group, labelling->label);
        out->label.data = labelling->label;
    }
    return RUF_OK;
}

enum ruf_status ruf_label_claims(const struct ruf_claims *claims,
                                 const struct ruf_policy *policy,
                                 ruf_label_taker *take, void *context,
                                 uint64_t *dropped, struct ruf_error *err)
{
    struct labelling labelling = { .policy = policy };
    struct ruf_claim_walk *walk = NULL;
    struct ruf_claim_group group;
    struct ruf_labelled_entry entry;
    struct cut cut;
    enum ruf_status status =
        find_cut(claims, policy->max_entries, &cut, dropped, err);

    if (status == RUF_OK)
        status = ruf_claim_walk_create(claims, &walk, err);
    while (status == RUF_OK) {
        status = ruf_claim_walk_next(walk, &group, err);
        if (status != RUF_OK || !is_kept(&cut, group.claims[0].priority))
            continue;
        status = make_entry(&labelling, &group, &entry, err);
        if (status == RUF_OK)
            status = take(context, &entry, err);
    }
    ruf_claim_walk_destroy(walk);
    free(labelling.owners);
    return status == RUF_E_NOT_FOUND ? RUF_OK : status;
}

/* --- a list in memory
 * ---------------------------------------------------------------------- */

struct listing {
    struct ruf_arena *arena;
    struct ruf_labelled_entries *out;
};

static enum ruf_status list_entry(void *context,
                                  const struct ruf_labelled_entry *entry,
                                  struct ruf_error *err)
{
    struct listing *listing = context;
    uint32_t *owners =
        ruf_arena_alloc(listing->arena, entry->owner_count, sizeof(*owners));
    char *label =
        ruf_arena_copy(listing->arena, entry->label.data, entry->label.size);

    if (owners == NULL || label == NULL)
        return ruf_fail_memory(err);
    for (size_t i = 0; i < entry->owner_count; i++)
        owners[i] = entry->owners[i];
    listing->out->entries[listing->out->count++] = (struct ruf_labelled_entry){
        entry->number, { label, entry->label.size }, owners, entry->owner_count
    };
    return RUF_OK;
}

enum ruf_status ruf_label(const struct ruf_people *people,
                          const struct ruf_policy *policy,
                          struct ruf_arena *arena,
                          struct ruf_labelled_entries *out,
                          struct ruf_error *err)
{
    struct listing listing = { arena, out };
    struct ruf_spill *spill;
    struct ruf_claims claims;
    enum ruf_status status = ruf_spill_create("", &spill, err);

    if (status != RUF_OK)
        return status;
    ruf_claims_start(&claims, spill, SIZE_MAX);
    for (size_t i = 0; i < people->count; i++)
        ruf_label_person(&claims, &people->persons[i], (uint32_t)i, policy);
    status = ruf_claims_sort(&claims, err);
    out->count = 0;
    out->entries =
        ruf_arena_alloc(arena, (size_t)claims.total, sizeof(*out->entries));
    if (status == RUF_OK && out->entries == NULL)
        status = ruf_fail_memory(err);
    if (status == RUF_OK)
        status = ruf_label_claims(&claims, policy, list_entry, &listing,
                                  &out->dropped, err);
    ruf_claims_free(&claims);
    ruf_spill_destroy(spill);
    return status;
}
