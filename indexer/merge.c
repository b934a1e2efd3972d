/*
 * indexer/merge.c - which source contacts are one person?
 *
 * Edges of evidence are taken in falling strength; a join happens only if no
 * pair across both groups has a veto. What a user decided comes before any
 * evidence. The order of the input plays no part: contacts are numbered by
 * (source id, native id) first.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/pages.h"
#include "base/text.h"
#include "indexer/evidence.h"
#include "indexer/keyed.h"
#include "indexer/person.h"
#include <stdlib.h>
#include <string.h>

#define GROUP_MAX 12

/* A contact's place in its group. */
struct place {
    uint32_t parent; /* union-find: smaller number is the root */
    uint32_t next;   /* ring through the group's members */
    uint32_t count;  /* of the group, at its root */
};

struct merge {
    struct ruf_evidence evidence;
    const struct ruf_edge *apart; /* by a, then b: never one person */
    size_t apart_count;
    struct place *places;
    struct ruf_joint *joints; /* room for them, or NULL: not wanted */
    size_t joint_count;
};

/* --- canonical order
 * -------------------------------------------------------------- */

/* Equal first bytes of source id and native id: compare them whole. */
static int by_source_and_id(const void *left, const void *right, void *context)
{
    const struct ruf_source_contact *contacts =
        *(const struct ruf_source_contact **)context;
    const struct ruf_source_contact *a =
        &contacts[((const struct ruf_keyed *)left)->item];
    const struct ruf_source_contact *b =
        &contacts[((const struct ruf_keyed *)right)->item];
    int order = strcmp(a->source->id, b->source->id);

    return order != 0 ? order : ruf_text_compare(a->native_id, b->native_id);
}

/* The first two bytes of the source's id, then six of the record's. */
static uint64_t source_and_id_key(const struct ruf_source_contact *contact)
{
    return ruf_keyed_text(ruf_text(contact->source->id)) >> 48 << 48 |
           ruf_keyed_text(contact->native_id) >> 16;
}

static enum ruf_status sort_contacts(struct ruf_evidence *evidence)
{
    const struct ruf_source_contact *input = evidence->input;
    size_t count = evidence->count;
    struct ruf_keyed *list = ruf_pages_alloc((2 * count + 1) * sizeof(*list));

    if (list == NULL)
        return RUF_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        list[i] =
            (struct ruf_keyed){ source_and_id_key(&input[i]), (uint32_t)i };
    ruf_keyed_sort(list, list + count, count);
    ruf_keyed_settle(list, count, by_source_and_id, &input);
    for (uint32_t i = 0; i < count; i++) {
        evidence->contacts[i] = &input[list[i].item];
        evidence->positions[list[i].item] = i;
    }
    free(list);
    return RUF_OK;
}

/* --- groups
 * ------------------------------------------------------------------------ */

static uint32_t root_of(struct merge *merge, uint32_t contact)
{
    struct place *places = merge->places;

    while (places[contact].parent != contact) {
        places[contact].parent = places[places[contact].parent].parent;
        contact = places[contact].parent;
    }
    return contact;
}

static int by_pair(const void *left, const void *right)
{
    const struct ruf_edge *a = left;
    const struct ruf_edge *b = right;

    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return (a->b > b->b) - (a->b < b->b);
}

static bool is_kept_apart(const struct merge *merge, uint32_t a, uint32_t b)
{
    struct ruf_edge pair = { .a = a < b ? a : b, .b = a < b ? b : a };

    return merge->apart_count > 0 &&
           bsearch(&pair, merge->apart, merge->apart_count, sizeof(pair),
                   by_pair) != NULL;
}

static bool are_two_users(const struct merge *merge, uint32_t a, uint32_t b)
{
    const struct ruf_source_contact *left = merge->evidence.contacts[a];
    const struct ruf_source_contact *right = merge->evidence.contacts[b];

    return ruf_is_directory_user(left) && ruf_is_directory_user(right) &&
           (left->source == right->source ||
            !ruf_text_equal(left->native_id, right->native_id));
}

/* May these two never be one person, if evidence of this kind says they are? */
static bool has_veto(const struct merge *merge, enum ruf_edge_kind kind,
                     uint32_t a, uint32_t b)
{
    const struct ruf_name *x = &merge->evidence.names[a];
    const struct ruf_name *y = &merge->evidence.names[b];

    if (is_kept_apart(merge, a, b))
        return true;
    if (kind == RUF_EDGE_TOGETHER)
        return false;
    if (ruf_is_directory_user(merge->evidence.contacts[a]) &&
        ruf_is_directory_user(merge->evidence.contacts[b]))
        return are_two_users(merge, a, b);
    /* Two real names that do not go together. */
    return x->family.size > 0 && y->family.size > 0 &&
           !ruf_names_compatible(x, y);
}

static bool may_join(const struct merge *merge, enum ruf_edge_kind kind,
                     uint32_t a, uint32_t b)
{
    uint32_t i = a;

    if (kind != RUF_EDGE_TOGETHER &&
        merge->places[a].count + merge->places[b].count > GROUP_MAX)
        return false;
    do {
        uint32_t k = b;

        do {
            if (has_veto(merge, kind, i, k))
                return false;
            k = merge->places[k].next;
        } while (k != b);
        i = merge->places[i].next;
    } while (i != a);
    return true;
}

static void join(struct merge *merge, uint32_t a, uint32_t b)
{
    struct place *places = merge->places;
    uint32_t next;

    if (b < a) {
        uint32_t swap = a;

        a = b;
        b = swap;
    }
    places[b].parent = a;
    places[a].count += places[b].count;
    next = places[a].next; /* splice the two rings */
    places[a].next = places[b].next;
    places[b].next = next;
}

/* In strict mode one shared number is not enough: two are. */
static bool is_strong_enough(const struct merge *merge, size_t position)
{
    const struct ruf_evidence *evidence = &merge->evidence;
    const struct ruf_edge *edge = &evidence->edges[position];

    if (evidence->policy->merge_mode != RUF_MERGE_STRICT ||
        edge->kind != RUF_EDGE_NUMBER)
        return true;
    return position + 1 < evidence->edge_count &&
           ruf_edge_order(edge, edge + 1) == 0;
}

static void note_joint(struct merge *merge, const struct ruf_edge *edge)
{
    static const enum ruf_joint_kind kinds[] = {
        [RUF_EDGE_TOGETHER] = RUF_JOINT_USER,
        [RUF_EDGE_ID] = RUF_JOINT_ID,
        [RUF_EDGE_EMAIL] = RUF_JOINT_EMAIL,
        [RUF_EDGE_NUMBER] = RUF_JOINT_NUMBER,
    };

    if (merge->joints != NULL)
        merge->joints[merge->joint_count++] =
            (struct ruf_joint){ kinds[edge->kind],
                                merge->evidence.contacts[edge->a],
                                merge->evidence.contacts[edge->b] };
}

static void take_edges(struct merge *merge)
{
    const struct ruf_evidence *evidence = &merge->evidence;

    for (size_t i = 0;
         i < evidence->edge_count && evidence->edges[i].kind <= RUF_EDGE_NUMBER;
         i++) {
        const struct ruf_edge *edge = &evidence->edges[i];
        uint32_t a = root_of(merge, edge->a);
        uint32_t b = root_of(merge, edge->b);

        if (a == b || !is_strong_enough(merge, i) ||
            !may_join(merge, edge->kind, a, b))
            continue;
        join(merge, a, b);
        note_joint(merge, edge);
    }
}

/* --- what users decided
 * ----------------------------------------------------------- */

/* Pairs to keep together become the first edges, the others vetoes. */
static enum ruf_status take_overrides(struct merge *merge,
                                      const struct ruf_overrides *overrides)
{
    struct ruf_evidence *evidence = &merge->evidence;
    struct ruf_edge *apart;

    if (overrides == NULL || overrides->count == 0)
        return RUF_OK;
    apart = ruf_arena_alloc(evidence->arena, overrides->count, sizeof(*apart));
    evidence->edges = calloc(overrides->count, sizeof(*evidence->edges));
    if (apart == NULL || evidence->edges == NULL)
        return RUF_E_NOMEM;
    evidence->edge_room = overrides->count;
    for (size_t i = 0; i < overrides->count; i++) {
        const struct ruf_override *override = &overrides->list[i];
        uint32_t a = evidence->positions[override->a];
        uint32_t b = evidence->positions[override->b];
        struct ruf_edge edge = { RUF_EDGE_TOGETHER, a < b ? a : b,
                                 a < b ? b : a };

        if (override->together)
            evidence->edges[evidence->edge_count++] = edge;
        else
            apart[merge->apart_count++] = edge;
    }
    qsort(apart, merge->apart_count, sizeof(*apart), by_pair);
    merge->apart = apart;
    return RUF_OK;
}

/* --- suggestions
 * ------------------------------------------------------------------ */

static enum ruf_suggestion_reason reason_of(enum ruf_edge_kind kind)
{
    switch (kind) {
    case RUF_HINT_EMAIL:
        return RUF_SUGGEST_EMAIL;
    case RUF_HINT_NAME:
        return RUF_SUGGEST_NAME;
    case RUF_HINT_SHORT_FORM:
        return RUF_SUGGEST_SHORT_FORM;
    case RUF_HINT_HYPHEN:
        return RUF_SUGGEST_HYPHEN;
    case RUF_EDGE_TOGETHER:
    case RUF_EDGE_ID:
    case RUF_EDGE_EMAIL:
    case RUF_EDGE_NUMBER:
        break;
    }
    return RUF_SUGGEST_CONFLICT;
}

/* Groups that an edge leads between: as a pair of roots, the edge's position
 * kept in 'kind' so that the strongest one stays. */
static size_t pairs_of_groups(struct merge *merge, struct ruf_edge *pairs)
{
    const struct ruf_evidence *evidence = &merge->evidence;
    size_t count = 0;

    for (size_t i = 0; i < evidence->edge_count; i++) {
        const struct ruf_edge *edge = &evidence->edges[i];
        uint32_t a = root_of(merge, edge->a);
        uint32_t b = root_of(merge, edge->b);

        if (a == b || is_kept_apart(merge, edge->a, edge->b) ||
            are_two_users(merge, edge->a, edge->b))
            continue;
        pairs[count++] =
            (struct ruf_edge){ edge->kind, a < b ? a : b, a < b ? b : a };
    }
    return count;
}

/* The groups themselves may be kept apart by members the edge does not name. */
static bool may_suggest(const struct merge *merge, const struct ruf_edge *pair)
{
    uint32_t i = pair->a;

    do {
        uint32_t k = pair->b;

        do {
            if (is_kept_apart(merge, i, k) || are_two_users(merge, i, k))
                return false;
            k = merge->places[k].next;
        } while (k != pair->b);
        i = merge->places[i].next;
    } while (i != pair->a);
    return true;
}

static int by_pair_and_kind(const void *left, const void *right)
{
    int order = by_pair(left, right);

    return order != 0 ? order : ruf_edge_order(left, right);
}

/* What connects two groups and did not join them, once for each pair. */
static enum ruf_status suggest(struct merge *merge, struct ruf_suggestions *out)
{
    const struct ruf_evidence *evidence = &merge->evidence;
    struct ruf_edge *pairs =
        ruf_arena_alloc(evidence->arena, evidence->edge_count, sizeof(*pairs));
    struct ruf_suggestion *list;
    size_t count;

    if (pairs == NULL)
        return RUF_E_NOMEM;
    count = pairs_of_groups(merge, pairs);
    qsort(pairs, count, sizeof(*pairs), by_pair_and_kind);
    list = ruf_arena_alloc(evidence->arena, count, sizeof(*list));
    if (list == NULL)
        return RUF_E_NOMEM;
    out->joints = merge->joints;
    out->joint_count = merge->joint_count;
    out->list = list;
    out->count = 0;
    for (size_t i = 0; i < count; i++)
        if ((i == 0 || by_pair(&pairs[i - 1], &pairs[i]) != 0) &&
            may_suggest(merge, &pairs[i]))
            list[out->count++] =
                (struct ruf_suggestion){ reason_of(pairs[i].kind),
                                         evidence->contacts[pairs[i].a],
                                         evidence->contacts[pairs[i].b] };
    return RUF_OK;
}

/* --- people
 * ------------------------------------------------------------------------ */

static enum ruf_status make_rings(struct merge *merge)
{
    struct ruf_evidence *evidence = &merge->evidence;
    size_t count = evidence->count;

    merge->places =
        ruf_arena_alloc(evidence->arena, count, sizeof(*merge->places));
    if (merge->places == NULL)
        return RUF_E_NOMEM;
    for (uint32_t i = 0; i < count; i++)
        merge->places[i] = (struct place){ i, i, 1 };
    return RUF_OK;
}

static enum ruf_status prepare(struct merge *merge)
{
    struct ruf_evidence *evidence = &merge->evidence;
    size_t count = evidence->count;

    evidence->contacts =
        ruf_arena_alloc(evidence->arena, count, sizeof(*evidence->contacts));
    evidence->positions =
        ruf_arena_alloc(evidence->arena, count, sizeof(*evidence->positions));
    evidence->names =
        ruf_arena_alloc(evidence->arena, count, sizeof(*evidence->names));
    if (evidence->contacts == NULL || evidence->positions == NULL ||
        evidence->names == NULL || make_rings(merge) != RUF_OK ||
        sort_contacts(evidence) != RUF_OK)
        return RUF_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        if (ruf_name_of(&evidence->input[i], evidence->arena,
                        &evidence->names[evidence->positions[i]]) != RUF_OK)
            return RUF_E_NOMEM;
    return RUF_OK;
}

/* One person for each ring of records, those of records that lie side by side
 * after one another. */
static enum ruf_status make_persons(struct merge *merge,
                                    const struct ruf_source_contact **members,
                                    struct ruf_hasher *hasher,
                                    struct ruf_people *out)
{
    size_t used = 0;

    for (size_t i = 0; i < merge->evidence.count; i++) {
        uint32_t first = merge->evidence.positions[i];
        uint32_t member = first;
        size_t start = used;

        if (merge->places[first].parent != first)
            continue;
        do {
            members[used++] = merge->evidence.contacts[member];
            member = merge->places[member].next;
        } while (member != first);
        if (ruf_person_make(members + start, used - start,
                            merge->evidence.policy, merge->evidence.arena,
                            hasher, &out->persons[out->count++]) != RUF_OK)
            return RUF_E_NOMEM;
    }
    return RUF_OK;
}

static enum ruf_status make_people(struct merge *merge, struct ruf_people *out)
{
    const struct ruf_source_contact **members = ruf_arena_alloc(
        merge->evidence.arena, merge->evidence.count, sizeof(*members));
    struct ruf_hasher *hasher = NULL;
    enum ruf_status status;

    out->count = 0;
    out->persons = ruf_arena_alloc(merge->evidence.arena, merge->evidence.count,
                                   sizeof(*out->persons));
    if (members == NULL || out->persons == NULL)
        return RUF_E_NOMEM;
    status = ruf_hasher_create(&hasher, NULL);
    if (status == RUF_OK)
        status = make_persons(merge, members, hasher, out);
    ruf_hasher_destroy(hasher);
    return status == RUF_OK ? ruf_people_rank(out, merge->evidence.arena)
                            : status;
}

/* With merging switched off, what users put together still is. */
static enum ruf_status find_groups(struct merge *merge,
                                   const struct ruf_overrides *overrides)
{
    enum ruf_status status = take_overrides(merge, overrides);

    if (status == RUF_OK && merge->evidence.policy->merge_mode != RUF_MERGE_OFF)
        status = ruf_evidence_find(&merge->evidence);
    if (status != RUF_OK)
        return status;
    if (merge->evidence.edge_count > 1)
        qsort(merge->evidence.edges, merge->evidence.edge_count,
              sizeof(*merge->evidence.edges), ruf_edge_order);
    take_edges(merge);
    return RUF_OK;
}

enum ruf_status ruf_merge(const struct ruf_source_contact *contacts,
                          size_t count, const struct ruf_overrides *overrides,
                          const struct ruf_policy *policy,
                          struct ruf_arena *arena, struct ruf_people *out,
                          struct ruf_suggestions *suggestions,
                          struct ruf_error *err)
{
    struct merge merge = { .evidence = { .policy = policy,
                                         .arena = arena,
                                         .input = contacts,
                                         .count = count,
                                         .hints = suggestions != NULL } };
    enum ruf_status status;

    if (count >= UINT32_MAX)
        return ruf_fail(err, RUF_E_INTERNAL, "E917", "",
                        "more contacts than an index can number");
    status = prepare(&merge);
    if (status == RUF_OK && suggestions != NULL) {
        merge.joints = ruf_arena_alloc(arena, count, sizeof(*merge.joints));
        status = merge.joints == NULL ? RUF_E_NOMEM : RUF_OK;
    }
    if (status == RUF_OK)
        status = find_groups(&merge, overrides);
    if (status == RUF_OK && suggestions != NULL)
        status = suggest(&merge, suggestions);
    free(merge.evidence.edges);
    if (status == RUF_OK)
        status = make_people(&merge, out);
    return status == RUF_OK ? RUF_OK : ruf_fail_memory(err);
}
