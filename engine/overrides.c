/*
 * engine/overrides.c - merged contacts, and what users decide about them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/image_sections.h"
#include "base/text.h"
#include "engine/audit.h"
#include "engine/home_private.h"
#include "indexer/label.h"
#include "indexer/person.h"
#include <rufname/merges.h>
#include <string.h>
#include <time.h>

const char *ruf_suggestion_reason_name(enum ruf_suggestion_reason reason)
{
    static const char *const names[RUF_SUGGEST_COUNT] = {
        [RUF_SUGGEST_CONFLICT] = "conflict",
        [RUF_SUGGEST_EMAIL] = "email",
        [RUF_SUGGEST_NAME] = "name",
        [RUF_SUGGEST_SHORT_FORM] = "short-form",
        [RUF_SUGGEST_HYPHEN] = "hyphen",
    };

    return (unsigned)reason < RUF_SUGGEST_COUNT ? names[reason] : "";
}

const char *ruf_joint_name(enum ruf_joint_kind kind)
{
    static const char *const names[] = { "user", "id", "email", "number" };

    return (unsigned)kind < sizeof(names) / sizeof(names[0]) ? names[kind] : "";
}

const char *ruf_label_step_name(enum ruf_label_step step)
{
    static const char *const names[RUF_LABEL_STEP_COUNT] = {
        "company-once", "fallback", "cleaned", "company-short",
        "initial",      "groups",   "cut",
    };

    for (size_t i = 0; i < RUF_LABEL_STEP_COUNT; i++)
        if ((unsigned)step == 1u << i)
            return names[i];
    return "";
}

/* --- store to people
 * -------------------------------------------------------------- */

static bool is_there(const struct ruf_override *pair)
{
    return pair->a != UINT32_MAX && pair->b != UINT32_MAX;
}

/* Pairs whose records are both there. */
static enum ruf_status present_overrides(const struct ruf_gathered *all,
                                         struct ruf_arena *arena,
                                         struct ruf_overrides *out,
                                         struct ruf_error *err)
{
    struct ruf_override *list =
        ruf_arena_alloc(arena, all->decided_count, sizeof(*list));

    if (list == NULL)
        return ruf_fail_memory(err);
    out->list = list;
    out->count = 0;
    for (size_t i = 0; i < all->decided_count; i++)
        if (is_there(&all->decided[i].pair))
            list[out->count++] = all->decided[i].pair;
    return RUF_OK;
}

enum ruf_status ruf_gather(struct ruf_store *store,
                           const struct ruf_policy *policy,
                           struct ruf_arena *arena, bool suggestions,
                           ruf_store_judged *judged, void *context,
                           struct ruf_gathered *out, struct ruf_error *err)
{
    struct ruf_overrides overrides = { NULL, 0 };
    enum ruf_status status =
        ruf_store_contacts_judged(store, policy, arena, judged, context,
                                  &out->contacts, &out->count, err);

    if (status == RUF_OK)
        status = ruf_store_overrides(store, out->contacts, out->count, arena,
                                     &out->decided, &out->decided_count, err);
    if (status == RUF_OK)
        status = present_overrides(out, arena, &overrides, err);
    if (status == RUF_OK)
        status = ruf_merge(out->contacts, out->count, &overrides, policy, arena,
                           &out->people, suggestions ? &out->suggestions : NULL,
                           err);
    return status;
}

/* --- telling
 * ---------------------------------------------------------------------- */

/* People of a home, and what is needed to tell about their records. */
struct telling {
    struct ruf_arena *arena;
    struct ruf_hasher *hasher;
    struct ruf_gathered all;
};

static void close_telling(struct telling *telling)
{
    ruf_hasher_destroy(telling->hasher);
    ruf_arena_destroy(telling->arena);
}

static enum ruf_status open_telling(const struct ruf_home *home,
                                    struct ruf_store *store, bool suggestions,
                                    struct telling *out, struct ruf_error *err)
{
    enum ruf_status status = ruf_arena_create(&out->arena, err);

    if (status == RUF_OK)
        status = ruf_hasher_create(&out->hasher, err);
    if (status == RUF_OK)
        status = ruf_gather(store, home->policy, out->arena, suggestions, NULL,
                            NULL, &out->all, err);
    return status;
}

/* The same over the home's own store, which is closed again. */
static enum ruf_status read_telling(const struct ruf_home *home,
                                    bool suggestions, struct telling *out,
                                    struct ruf_error *err)
{
    struct ruf_store *store = NULL;
    enum ruf_status status = ruf_home_check_age(home, err);

    memset(out, 0, sizeof(*out));
    if (status == RUF_OK)
        status = ruf_home_store_open(home, &store, err);
    if (status == RUF_OK)
        status = open_telling(home, store, suggestions, out, err);
    ruf_store_close(store);
    return status;
}

static enum ruf_status describe(struct telling *telling,
                                const struct ruf_source_contact *record,
                                struct ruf_merge_record *out,
                                struct ruf_error *err)
{
    char room[RUF_RECORD_NAME_ROOM];

    if (ruf_record_contact_id(record, telling->hasher, &out->id) != RUF_OK ||
        ruf_arena_text(telling->arena, ruf_record_name(record, room),
                       &out->name) != RUF_OK)
        return ruf_fail_memory(err);
    out->source = ruf_text(record->source->id);
    out->company = record->fields[RUF_RECORD_COMPANY];
    return RUF_OK;
}

/* Place of a record in its person's list, or the number of records. */
static size_t place_of(const struct ruf_person *person,
                       const struct ruf_source_contact *record)
{
    size_t place = 0;

    while (place < person->member_count && person->members[place] != record)
        place++;
    return place;
}

static enum ruf_status list_joints(struct telling *telling,
                                   const struct ruf_person *person,
                                   struct ruf_merged *out,
                                   struct ruf_error *err)
{
    const struct ruf_suggestions *all = &telling->all.suggestions;
    struct ruf_merge_joint *list =
        ruf_arena_alloc(telling->arena, person->member_count, sizeof(*list));

    if (list == NULL)
        return ruf_fail_memory(err);
    out->joints = list;
    for (size_t i = 0;
         i < all->joint_count && out->joint_count < person->member_count; i++) {
        size_t a = place_of(person, all->joints[i].a);
        size_t b = place_of(person, all->joints[i].b);

        if (a < person->member_count && b < person->member_count)
            list[out->joint_count++] =
                (struct ruf_merge_joint){ all->joints[i].kind, a, b };
    }
    return RUF_OK;
}

/* What the phone shows, by the kind of the first number. */
static enum ruf_status tell_label(struct telling *telling,
                                  const struct ruf_person *person,
                                  const struct ruf_policy *policy,
                                  struct ruf_merged *out, struct ruf_error *err)
{
    char label[RUF_LABEL_SIZE_MAX];
    unsigned kind = person->number_count == 0
                        ? (unsigned)RUF_KIND_OTHER
                        : (unsigned)person->numbers[0].kind;
    size_t size = ruf_label_of(person, kind, policy, label, &out->label_steps);

    out->label_template = ruf_text(policy->label_template);
    return ruf_arena_text(telling->arena, (struct ruf_text){ label, size },
                          &out->label) == RUF_OK
               ? RUF_OK
               : ruf_fail_memory(err);
}

/* Joints and label only where they were asked for, by giving the policy. */
static enum ruf_status tell_person(struct telling *telling,
                                   const struct ruf_person *person,
                                   const struct ruf_policy *policy,
                                   ruf_merged_callback *callback, void *context,
                                   struct ruf_error *err)
{
    struct ruf_merge_record *records =
        ruf_arena_alloc(telling->arena, person->member_count, sizeof(*records));
    struct ruf_merged merged = { .id = person->id,
                                 .records = records,
                                 .record_count = person->member_count };
    enum ruf_status status = RUF_OK;

    if (records == NULL)
        return ruf_fail_memory(err);
    for (size_t i = 0; i < person->member_count && status == RUF_OK; i++)
        status = describe(telling, person->members[i], &records[i], err);
    if (status == RUF_OK && policy != NULL)
        status = list_joints(telling, person, &merged, err);
    if (status == RUF_OK && policy != NULL)
        status = tell_label(telling, person, policy, &merged, err);
    if (status == RUF_OK)
        callback(context, &merged);
    return status;
}

enum ruf_status ruf_home_merges(struct ruf_home *home,
                                ruf_merged_callback *callback, void *context,
                                struct ruf_error *err)
{
    struct telling telling;
    enum ruf_status status = read_telling(home, false, &telling, err);
    const struct ruf_people *people = &telling.all.people;

    for (size_t i = 0; status == RUF_OK && i < people->count; i++)
        if (people->persons[i].member_count > 1)
            status = tell_person(&telling, &people->persons[i], NULL, callback,
                                 context, err);
    close_telling(&telling);
    return status;
}

enum ruf_status ruf_home_suggestions(struct ruf_home *home,
                                     ruf_merge_pair_callback *callback,
                                     void *context, struct ruf_error *err)
{
    struct telling telling;
    enum ruf_status status = read_telling(home, true, &telling, err);

    for (size_t i = 0; status == RUF_OK && i < telling.all.suggestions.count;
         i++) {
        const struct ruf_suggestion *one = &telling.all.suggestions.list[i];
        struct ruf_merge_pair pair = { .reason = one->reason };

        status = describe(&telling, one->a, &pair.a, err);
        if (status == RUF_OK)
            status = describe(&telling, one->b, &pair.b, err);
        if (status == RUF_OK)
            callback(context, &pair);
    }
    close_telling(&telling);
    return status;
}

enum ruf_status ruf_home_overrides(struct ruf_home *home,
                                   ruf_merge_pair_callback *callback,
                                   void *context, uint64_t *hidden,
                                   struct ruf_error *err)
{
    struct telling telling;
    enum ruf_status status = read_telling(home, false, &telling, err);
    const struct ruf_gathered *all = &telling.all;

    *hidden = 0;
    for (size_t i = 0; status == RUF_OK && i < all->decided_count; i++) {
        const struct ruf_store_override *one = &all->decided[i];
        struct ruf_merge_pair pair = { .together = one->pair.together,
                                       .made = one->made };

        if (!is_there(&one->pair)) {
            (*hidden)++;
            continue;
        }
        status = describe(&telling, &all->contacts[one->pair.a], &pair.a, err);
        if (status == RUF_OK)
            status =
                describe(&telling, &all->contacts[one->pair.b], &pair.b, err);
        if (status == RUF_OK)
            callback(context, &pair);
    }
    close_telling(&telling);
    return status;
}

/* --- deciding
 * --------------------------------------------------------------------- */

/* A record by its id, and the person it belongs to. */
struct party {
    const struct ruf_source_contact *record;
    const struct ruf_person *person;
};

static const struct ruf_person *
person_of(const struct ruf_people *people,
          const struct ruf_source_contact *record)
{
    for (size_t i = 0; i < people->count; i++)
        for (size_t k = 0; k < people->persons[i].member_count; k++)
            if (people->persons[i].members[k] == record)
                return &people->persons[i];
    return NULL;
}

static enum ruf_status find_party(struct telling *telling,
                                  const struct ruf_contact_id *id,
                                  struct party *out, struct ruf_error *err)
{
    const struct ruf_gathered *all = &telling->all;

    for (size_t i = 0; i < all->count; i++) {
        struct ruf_contact_id own;

        if (ruf_record_contact_id(&all->contacts[i], telling->hasher, &own) !=
            RUF_OK)
            return ruf_fail_memory(err);
        if (memcmp(own.bytes, id->bytes, sizeof(own.bytes)) != 0)
            continue;
        out->record = &all->contacts[i];
        out->person = person_of(&all->people, out->record);
        return RUF_OK;
    }
    return ruf_fail(err, RUF_E_NOT_FOUND, "U050", "",
                    "no contact and no record has this id");
}

/* All pairs between the two people, forgotten; then a with each record of b's
 * person, and b with each of a's. */
static size_t together(const struct party *a, const struct party *b,
                       struct ruf_store_choice *out)
{
    size_t count = 0;

    if (a->person == b->person) {
        out[0] = (struct ruf_store_choice){ a->record, b->record,
                                            RUF_CHOICE_TOGETHER };
        return 1;
    }
    for (size_t i = 0; i < a->person->member_count; i++)
        for (size_t k = 0; k < b->person->member_count; k++)
            out[count++] = (struct ruf_store_choice){
                a->person->members[i], b->person->members[k],
                a->person->members[i] == a->record ||
                        b->person->members[k] == b->record
                    ? RUF_CHOICE_TOGETHER
                    : RUF_CHOICE_NONE
            };
    return count;
}

/* The record leaves its contact; or each record of one contact is kept from
 * each of the other. */
static size_t apart(const struct party *a, const struct party *b,
                    struct ruf_store_choice *out)
{
    bool same = a->person == b->person;
    size_t leaving = same ? 1 : b->person->member_count;
    size_t count = 0;

    for (size_t i = 0; i < a->person->member_count; i++)
        for (size_t k = 0; k < leaving; k++) {
            const struct ruf_source_contact *other =
                same ? b->record : b->person->members[k];

            if (a->person->members[i] != other)
                out[count++] =
                    (struct ruf_store_choice){ a->person->members[i], other,
                                               RUF_CHOICE_APART };
        }
    return count;
}

static enum ruf_status find_parties(struct telling *telling,
                                    const struct ruf_contact_id *a,
                                    const struct ruf_contact_id *b,
                                    struct party *one, struct party *other,
                                    struct ruf_error *err)
{
    enum ruf_status status = find_party(telling, a, one, err);

    if (status == RUF_OK)
        status = find_party(telling, b, other, err);
    if (status == RUF_OK && one->record == other->record)
        return ruf_fail(err, RUF_E_USAGE, "U051", "",
                        "both ids are of one record");
    return status;
}

static enum ruf_status
note_choice(struct ruf_store *store, struct telling *telling,
            const struct ruf_contact_id *a, const struct ruf_contact_id *b,
            bool keep_together, size_t *count, struct ruf_error *err)
{
    struct ruf_store_choice *choices;
    struct party one;
    struct party other;
    enum ruf_status status = find_parties(telling, a, b, &one, &other, err);

    if (status != RUF_OK)
        return status;
    choices = ruf_arena_alloc(
        telling->arena, one.person->member_count * other.person->member_count,
        sizeof(*choices));
    if (choices == NULL)
        return ruf_fail_memory(err);
    *count = keep_together ? together(&one, &other, choices)
                           : apart(&one, &other, choices);
    return ruf_store_choose(store, choices, *count, (int64_t)time(NULL), err);
}

static enum ruf_status audit_choice(const struct ruf_home *home,
                                    struct ruf_store *store,
                                    const struct ruf_contact_id *id,
                                    bool keep_together, size_t count,
                                    struct ruf_error *err)
{
    struct ruf_audit_object object;
    enum ruf_status status =
        ruf_audit_id(store, id->bytes, sizeof(id->bytes), &object, err);

    if (status != RUF_OK)
        return status;
    return ruf_audit_append(
        home, store, keep_together ? RUF_AUDIT_MERGE : RUF_AUDIT_SEPARATE,
        &object, RUF_OK, count, err);
}

static enum ruf_status decide(struct ruf_home *home,
                              const struct ruf_contact_id *a,
                              const struct ruf_contact_id *b,
                              bool keep_together, uint64_t *generation,
                              struct ruf_error *err)
{
    struct telling telling = { 0 };
    struct ruf_home_writer writer;
    size_t count = 0;
    enum ruf_status status = ruf_home_writer_open(home, &writer, err);

    if (status != RUF_OK)
        return status;
    /* If the index cannot be written, the next try or sync has to. */
    status = ruf_store_fact_save(writer.store, FACT_UNPUBLISHED, 1, err);
    if (status == RUF_OK)
        status = open_telling(home, writer.store, false, &telling, err);
    if (status == RUF_OK)
        status = note_choice(writer.store, &telling, a, b, keep_together,
                             &count, err);
    close_telling(&telling);
    if (status == RUF_OK)
        status = audit_choice(home, writer.store, a, keep_together, count, err);
    if (status == RUF_OK)
        status = ruf_publish(home, writer.store, generation, err);
    ruf_home_writer_close(&writer);
    return status;
}

/* --- trying out
 * ------------------------------------------------------------------- */

/* The contacts that hold the two records now. */
static enum ruf_status tell_parties(const struct ruf_home *home,
                                    struct ruf_store *store,
                                    const struct ruf_contact_id *a,
                                    const struct ruf_contact_id *b,
                                    ruf_merged_callback *callback,
                                    void *context, struct ruf_error *err)
{
    struct telling telling = { 0 };
    struct party one = { 0 };
    struct party other = { 0 };
    enum ruf_status status = open_telling(home, store, false, &telling, err);

    if (status == RUF_OK)
        status = find_parties(&telling, a, b, &one, &other, err);
    if (status == RUF_OK)
        status =
            tell_person(&telling, one.person, NULL, callback, context, err);
    if (status == RUF_OK && other.person != one.person)
        status =
            tell_person(&telling, other.person, NULL, callback, context, err);
    close_telling(&telling);
    return status;
}

static enum ruf_status
try_choice(const struct ruf_home *home, struct ruf_store *store,
           const struct ruf_contact_id *a, const struct ruf_contact_id *b,
           bool keep_together, ruf_merged_callback *callback, void *context,
           struct ruf_error *err)
{
    struct telling telling = { 0 };
    size_t count;
    enum ruf_status ended;
    enum ruf_status status = ruf_store_trial_begin(store, err);

    if (status != RUF_OK)
        return status;
    status = open_telling(home, store, false, &telling, err);
    if (status == RUF_OK)
        status = note_choice(store, &telling, a, b, keep_together, &count, err);
    close_telling(&telling);
    if (status == RUF_OK)
        status = tell_parties(home, store, a, b, callback, context, err);
    ended = ruf_store_trial_end(store, status == RUF_OK ? err : NULL);
    return status == RUF_OK ? ended : status;
}

enum ruf_status ruf_home_try_keep(struct ruf_home *home,
                                  const struct ruf_contact_id *a,
                                  const struct ruf_contact_id *b, bool together,
                                  ruf_merged_callback *callback, void *context,
                                  struct ruf_error *err)
{
    struct ruf_home_writer writer = { 0 };
    enum ruf_status status = ruf_home_writer_open(home, &writer, err);

    if (status == RUF_OK)
        status = ruf_home_check_age(home, err);
    if (status == RUF_OK)
        status = try_choice(home, writer.store, a, b, together, callback,
                            context, err);
    ruf_home_writer_close(&writer);
    return status;
}

/* --- one contact
 * ------------------------------------------------------------------ */

enum ruf_status ruf_home_explain_contact(struct ruf_home *home,
                                         const struct ruf_contact_id *id,
                                         ruf_merged_callback *contact,
                                         ruf_explained_callback *number,
                                         void *context, struct ruf_error *err)
{
    struct telling telling;
    struct party party = { NULL, NULL };
    enum ruf_status status = read_telling(home, true, &telling, err);

    if (status == RUF_OK)
        status = find_party(&telling, id, &party, err);
    if (status == RUF_OK)
        status = tell_person(&telling, party.person, home->policy, contact,
                             context, err);
    for (size_t i = 0; status == RUF_OK && i < party.person->member_count; i++)
        ruf_explain_record(party.person->members[i], home->policy, number,
                           context);
    close_telling(&telling);
    return status;
}

/* --- deciding, by id
 * -------------------------------------------------------------- */

enum ruf_status ruf_home_keep_together(struct ruf_home *home,
                                       const struct ruf_contact_id *a,
                                       const struct ruf_contact_id *b,
                                       uint64_t *generation,
                                       struct ruf_error *err)
{
    return decide(home, a, b, true, generation, err);
}

enum ruf_status ruf_home_keep_apart(struct ruf_home *home,
                                    const struct ruf_contact_id *a,
                                    const struct ruf_contact_id *b,
                                    uint64_t *generation, struct ruf_error *err)
{
    return decide(home, a, b, false, generation, err);
}
