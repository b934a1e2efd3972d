/*
 * indexer/merge.c - which source contacts are one person?
 *
 * Evidence joins: the same native id (K), the same e-mail (S), the same number
 * (M), the latter two only between compatible names and only if the value is
 * not shared by many. Edges are taken in falling strength; a join happens only
 * if no pair across both groups has a veto. The order of the input plays no
 * part: contacts are numbered by (source id, native id) first.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/error.h"
#include "base/text.h"
#include "indexer/keyed.h"
#include "indexer/names.h"
#include "indexer/person.h"
#include <stdlib.h>
#include <string.h>

#define SHARED_RECORDS                                                         \
    20 /* carried by so many records: evidence of nothing                      \
        */
#define GROUP_MAX 12

enum strength { EDGE_ID = 0, EDGE_EMAIL, EDGE_NUMBER };

/* A value that a contact carries; equal values are evidence. */
struct carried {
    uint64_t key;         /* number, or hash of the text */
    struct ruf_text text; /* for texts: compared in full */
    uint32_t contact;
};

struct edge {
    uint32_t strength;
    uint32_t a;
    uint32_t b;
};

struct merge {
    const struct ruf_policy *policy;
    struct ruf_arena *arena;
    const struct ruf_source_contact **contacts; /* in canonical order */
    struct ruf_name *names;
    uint32_t *parent; /* union-find: smaller number is the root */
    uint32_t *next;   /* ring through a group's members */
    uint32_t *group_size;
    size_t count;
    struct edge *edges;
    size_t edge_count;
    size_t edge_room;
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

static enum ruf_status sort_contacts(const struct ruf_source_contact *contacts,
                                     size_t count,
                                     const struct ruf_source_contact **out)
{
    struct ruf_keyed *list = calloc(2 * count + 1, sizeof(*list));

    if (list == NULL)
        return RUF_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        list[i] =
            (struct ruf_keyed){ source_and_id_key(&contacts[i]), (uint32_t)i };
    ruf_keyed_sort(list, list + count, count);
    ruf_keyed_settle(list, count, by_source_and_id, &contacts);
    for (size_t i = 0; i < count; i++)
        out[i] = &contacts[list[i].item];
    free(list);
    return RUF_OK;
}

/* --- groups
 * ------------------------------------------------------------------------ */

static uint32_t root_of(struct merge *merge, uint32_t contact)
{
    while (merge->parent[contact] != contact) {
        merge->parent[contact] = merge->parent[merge->parent[contact]];
        contact = merge->parent[contact];
    }
    return contact;
}

/* In canonical order contacts lie all over the memory. What the loops below
 * need of the ones ahead is fetched in three steps: the contact, its lists and
 * names, its addresses. */
#define FETCH_CONTACTS 24
#define FETCH_LISTS 16
#define FETCH_TEXTS 8

static void fetch_ahead(const struct merge *merge, size_t at)
{
    const struct ruf_source_contact *next;

    if (at + FETCH_CONTACTS >= merge->count)
        return;
    next = merge->contacts[at + FETCH_CONTACTS];
    for (size_t i = 0; i < sizeof(*next); i += 64)
        __builtin_prefetch((const char *)next + i);
    next = merge->contacts[at + FETCH_LISTS];
    __builtin_prefetch(next->fields[RUF_RECORD_GIVEN].data);
    __builtin_prefetch(next->fields[RUF_RECORD_FAMILY].data);
    __builtin_prefetch(next->fields[RUF_RECORD_DISPLAY].data);
    __builtin_prefetch(next->emails);
    __builtin_prefetch(next->numbers);
    next = merge->contacts[at + FETCH_TEXTS];
    if (next->email_count > 0)
        __builtin_prefetch(next->emails[0].data);
}

static bool is_user(const struct ruf_source_contact *contact)
{
    return contact->source->kind == RUF_SOURCE_ENTRA_USERS;
}

/* May these two never be one person? */
static bool has_veto(const struct merge *merge, uint32_t a, uint32_t b)
{
    const struct ruf_source_contact *left = merge->contacts[a];
    const struct ruf_source_contact *right = merge->contacts[b];
    const struct ruf_name *x = &merge->names[a];
    const struct ruf_name *y = &merge->names[b];

    if (is_user(left) && is_user(right))
        return !ruf_text_equal(left->native_id, right->native_id) ||
               left->source == right->source;
    /* Two real names that do not go together. */
    return x->family.size > 0 && y->family.size > 0 &&
           !ruf_names_compatible(x, y);
}

static bool may_join(const struct merge *merge, uint32_t a, uint32_t b)
{
    uint32_t i = a;

    if (merge->group_size[a] + merge->group_size[b] > GROUP_MAX)
        return false;
    do {
        uint32_t k = b;

        do {
            if (has_veto(merge, i, k))
                return false;
            k = merge->next[k];
        } while (k != b);
        i = merge->next[i];
    } while (i != a);
    return true;
}

static void join(struct merge *merge, uint32_t a, uint32_t b)
{
    uint32_t next;

    if (b < a) {
        uint32_t swap = a;

        a = b;
        b = swap;
    }
    merge->parent[b] = a;
    merge->group_size[a] += merge->group_size[b];
    next = merge->next[a]; /* splice the two rings */
    merge->next[a] = merge->next[b];
    merge->next[b] = next;
}

/* --- evidence
 * ---------------------------------------------------------------------- */

static enum ruf_status add_edge(struct merge *merge, enum strength strength,
                                uint32_t a, uint32_t b)
{
    if (merge->edge_count == merge->edge_room) {
        size_t room = merge->edge_room == 0 ? 1024 : 2 * merge->edge_room;
        struct edge *edges = realloc(merge->edges, room * sizeof(*edges));

        if (edges == NULL)
            return RUF_E_NOMEM;
        merge->edges = edges;
        merge->edge_room = room;
    }
    merge->edges[merge->edge_count++] =
        (struct edge){ strength, a < b ? a : b, a < b ? b : a };
    return RUF_OK;
}

/* Only groups candidates; the text itself is compared after. */
static uint64_t text_key(struct ruf_text text)
{
    const uint8_t *bytes = (const uint8_t *)text.data;
    uint64_t hash = text.size;
    size_t i = 0;

    for (; i + 8 <= text.size; i += 8) {
        hash = (hash ^ ruf_load64(bytes + i)) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 29;
    }
    for (; i < text.size; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001B3);
    return hash;
}

/* How many names among these carriers are pairwise incompatible (greedily);
 * stops counting at the limit. */
static uint32_t distinct_names(const struct merge *merge,
                               const struct carried *run, size_t count,
                               uint32_t limit)
{
    uint32_t kept[SHARED_RECORDS];
    uint32_t distinct = 0;

    for (size_t i = 0; i < count && distinct < limit; i++) {
        bool known = false;

        for (uint32_t k = 0; k < distinct && !known; k++)
            known = ruf_names_compatible(&merge->names[run[i].contact],
                                         &merge->names[kept[k]]);
        if (!known)
            kept[distinct++] = run[i].contact;
    }
    return distinct;
}

static bool is_shared(const struct merge *merge, const struct carried *run,
                      size_t count, uint32_t people)
{
    if (count >= SHARED_RECORDS)
        return true;
    if (people > SHARED_RECORDS)
        people = SHARED_RECORDS;
    return distinct_names(merge, run, count, people) >= people;
}

/* Does a third carrier go with one of the two but not with the other? Then one
 * of them is an initial that fits two people: "S. Graf" is Sabine or Stefan. */
static bool is_ambiguous(const struct merge *merge, const struct carried *run,
                         size_t count, uint32_t a, uint32_t b)
{
    for (size_t i = 0; i < count; i++) {
        const struct ruf_name *third = &merge->names[run[i].contact];

        if (third->family.size > 0 &&
            ruf_names_compatible(third, &merge->names[a]) !=
                ruf_names_compatible(third, &merge->names[b]))
            return true;
    }
    return false;
}

static enum ruf_status connect_run(struct merge *merge, enum strength strength,
                                   const struct carried *run, size_t count)
{
    /* An address serves at most two records' worth of names as evidence. */
    uint32_t limit =
        strength == EDGE_EMAIL ? 2 : merge->policy->merge_shared_after;

    if (count < 2 ||
        (strength != EDGE_ID && is_shared(merge, run, count, limit)))
        return RUF_OK;
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count; k++) {
            uint32_t a = run[i].contact;
            uint32_t b = run[k].contact;

            if (strength != EDGE_ID &&
                (!ruf_names_compatible(&merge->names[a], &merge->names[b]) ||
                 is_ambiguous(merge, run, count, a, b)))
                continue;
            if (a != b && add_edge(merge, strength, a, b) != RUF_OK)
                return RUF_E_NOMEM;
        }
    return RUF_OK;
}

/* Order of carried values that sort alike: keys, texts, then contacts. */
static int by_value(const void *left, const void *right, void *context)
{
    const struct carried *values = context;
    const struct carried *a = &values[((const struct ruf_keyed *)left)->item];
    const struct carried *b = &values[((const struct ruf_keyed *)right)->item];
    int order = (a->key > b->key) - (a->key < b->key);

    if (order == 0)
        order = ruf_text_compare(a->text, b->text);
    return order != 0 ? order
                      : (a->contact > b->contact) - (a->contact < b->contact);
}

/* Half of a mixed key takes half the passes and rarely lets two values meet. */
static uint64_t sort_key(uint64_t key)
{
    return key * UINT64_C(0x9E3779B97F4A7C15) >> 32;
}

static enum ruf_status sort_values(struct carried *values, size_t count)
{
    struct ruf_keyed *list = calloc(2 * count + 1, sizeof(*list));
    struct carried *sorted = calloc(count + 1, sizeof(*sorted));

    if (list == NULL || sorted == NULL) {
        free(list);
        free(sorted);
        return RUF_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++)
        list[i] = (struct ruf_keyed){ sort_key(values[i].key), (uint32_t)i };
    ruf_keyed_sort(list, list + count, count);
    ruf_keyed_settle(list, count, by_value, values);
    for (size_t i = 0; i < count; i++)
        sorted[i] = values[list[i].item];
    memcpy(values, sorted, count * sizeof(*values));
    free(list);
    free(sorted);
    return RUF_OK;
}

/* Sorted values fall into runs of equal ones. */
static enum ruf_status connect(struct merge *merge, enum strength strength,
                               struct carried *values, size_t count)
{
    size_t start = 0;

    if (sort_values(values, count) != RUF_OK)
        return RUF_E_NOMEM;
    while (start < count) {
        size_t end = start + 1;

        while (end < count && values[end].key == values[start].key &&
               ruf_text_equal(values[end].text, values[start].text))
            end++;
        if (connect_run(merge, strength, values + start, end - start) != RUF_OK)
            return RUF_E_NOMEM;
        start = end;
    }
    return RUF_OK;
}

/* Addresses of functions, not of people; folded. */
static bool is_role_mailbox(struct ruf_text address)
{
    static const char *const locals[] = {
        "info@",     "office@",   "kontakt@", "contact@",     "mail@",
        "post@",     "service@",  "support@", "sales@",       "vertrieb@",
        "einkauf@",  "zentrale@", "empfang@", "sekretariat@", "noreply@",
        "no-reply@", "admin@",    "hotline@", "buchhaltung@",
    };

    for (size_t i = 0; i < sizeof(locals) / sizeof(locals[0]); i++)
        if (address.size > 0 && address.data[0] == locals[i][0] &&
            ruf_text_starts_with(address, locals[i]))
            return true;
    return false;
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* In lower case; most addresses are already. */
static enum ruf_status fold_email(struct merge *merge, struct ruf_text email,
                                  struct ruf_text *out)
{
    size_t first = 0;
    char *folded;

    *out = email;
    while (first < email.size && !is_upper(email.data[first]))
        first++;
    if (first == email.size)
        return RUF_OK;
    folded = ruf_arena_copy(merge->arena, email.data, email.size);
    if (folded == NULL)
        return RUF_E_NOMEM;
    for (size_t i = first; i < email.size; i++)
        if (is_upper(folded[i]))
            folded[i] = (char)(folded[i] | 0x20);
    out->data = folded;
    return RUF_OK;
}

/* Only Entra object ids are the same in different sources. */
static bool has_two_user_sources(const struct merge *merge)
{
    const struct ruf_policy_source *first = NULL;

    for (uint32_t i = 0; i < merge->count; i++) {
        const struct ruf_policy_source *source = merge->contacts[i]->source;

        if (!is_user(merge->contacts[i]) || source == first)
            continue;
        if (first != NULL)
            return true;
        first = source;
    }
    return false;
}

static enum ruf_status connect_ids(struct merge *merge, struct carried *values)
{
    size_t count = 0;

    if (!has_two_user_sources(merge))
        return RUF_OK;
    for (uint32_t i = 0; i < merge->count; i++)
        if (is_user(merge->contacts[i])) {
            struct ruf_text id = merge->contacts[i]->native_id;

            values[count++] = (struct carried){ text_key(id), id, i };
        }
    return connect(merge, EDGE_ID, values, count);
}

static enum ruf_status connect_emails(struct merge *merge,
                                      struct carried *values)
{
    size_t count = 0;

    for (uint32_t i = 0; i < merge->count; i++) {
        fetch_ahead(merge, i);
        for (size_t k = 0; k < merge->contacts[i]->email_count; k++) {
            struct ruf_text email;

            if (fold_email(merge, merge->contacts[i]->emails[k], &email) !=
                RUF_OK)
                return RUF_E_NOMEM;
            if (!is_role_mailbox(email))
                values[count++] = (struct carried){ text_key(email), email, i };
        }
    }
    return connect(merge, EDGE_EMAIL, values, count);
}

static bool repeats_number(const struct ruf_source_contact *contact,
                           size_t position)
{
    for (size_t i = 0; i < position; i++)
        if (contact->numbers[i].e164 == contact->numbers[position].e164)
            return true;
    return false;
}

static enum ruf_status connect_numbers(struct merge *merge,
                                       struct carried *values)
{
    size_t count = 0;

    for (uint32_t i = 0; i < merge->count; i++) {
        const struct ruf_source_contact *contact = merge->contacts[i];

        fetch_ahead(merge, i);
        for (size_t k = 0; k < contact->number_count; k++) {
            ruf_e164 number = contact->numbers[k].e164;

            if (number != 0 && !repeats_number(contact, k))
                values[count++] = (struct carried){ number, { NULL, 0 }, i };
        }
    }
    return connect(merge, EDGE_NUMBER, values, count);
}

static int by_strength(const void *left, const void *right)
{
    const struct edge *a = left;
    const struct edge *b = right;

    if (a->strength != b->strength)
        return a->strength < b->strength ? -1 : 1;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return (a->b > b->b) - (a->b < b->b);
}

/* In strict mode one shared number is not enough: two are. */
static bool is_strong_enough(const struct merge *merge, size_t position)
{
    const struct edge *edge = &merge->edges[position];

    if (merge->policy->merge_mode != RUF_MERGE_STRICT ||
        edge->strength != EDGE_NUMBER)
        return true;
    return position + 1 < merge->edge_count && by_strength(edge, edge + 1) == 0;
}

static void take_edges(struct merge *merge)
{
    if (merge->edge_count > 1)
        qsort(merge->edges, merge->edge_count, sizeof(*merge->edges),
              by_strength);
    for (size_t i = 0; i < merge->edge_count; i++) {
        uint32_t a = root_of(merge, merge->edges[i].a);
        uint32_t b = root_of(merge, merge->edges[i].b);

        if (a != b && is_strong_enough(merge, i) && may_join(merge, a, b))
            join(merge, a, b);
    }
}

static size_t most_values(const struct merge *merge)
{
    size_t emails = 0;
    size_t numbers = 0;
    size_t most = merge->count;

    for (size_t i = 0; i < merge->count; i++) {
        emails += merge->contacts[i]->email_count;
        numbers += merge->contacts[i]->number_count;
    }
    most = emails > most ? emails : most;
    return numbers > most ? numbers : most;
}

static enum ruf_status find_groups(struct merge *merge)
{
    size_t room = most_values(merge);
    struct carried *values = calloc(room + 1, sizeof(*values));
    enum ruf_status status = values == NULL ? RUF_E_NOMEM : RUF_OK;

    if (merge->policy->merge_mode != RUF_MERGE_OFF) {
        if (status == RUF_OK)
            status = connect_ids(merge, values);
        if (status == RUF_OK)
            status = connect_emails(merge, values);
        if (status == RUF_OK)
            status = connect_numbers(merge, values);
        if (status == RUF_OK)
            take_edges(merge);
    }
    free(values);
    free(merge->edges);
    merge->edges = NULL;
    return status;
}

/* --- preparation
 * ---------------------------------------------------------------------- */

static enum ruf_status prepare(struct merge *merge,
                               const struct ruf_source_contact *contacts,
                               size_t count)
{
    merge->count = count;
    merge->contacts =
        ruf_arena_alloc(merge->arena, count, sizeof(*merge->contacts));
    merge->names = ruf_arena_alloc(merge->arena, count, sizeof(*merge->names));
    merge->parent =
        ruf_arena_alloc(merge->arena, count, sizeof(*merge->parent));
    merge->next = ruf_arena_alloc(merge->arena, count, sizeof(*merge->next));
    merge->group_size =
        ruf_arena_alloc(merge->arena, count, sizeof(*merge->group_size));
    if (merge->contacts == NULL || merge->names == NULL ||
        merge->parent == NULL || merge->next == NULL ||
        merge->group_size == NULL)
        return RUF_E_NOMEM;
    if (sort_contacts(contacts, count, merge->contacts) != RUF_OK)
        return RUF_E_NOMEM;
    for (uint32_t i = 0; i < count; i++) {
        fetch_ahead(merge, i);
        merge->parent[i] = i;
        merge->next[i] = i;
        merge->group_size[i] = 1;
        if (ruf_name_of(merge->contacts[i], merge->arena, &merge->names[i]) !=
            RUF_OK)
            return RUF_E_NOMEM;
    }
    return RUF_OK;
}

/* One person for each ring of records, in the order of their first ones. */
static enum ruf_status make_persons(struct merge *merge,
                                    const struct ruf_source_contact **members,
                                    struct ruf_hasher *hasher,
                                    struct ruf_people *out)
{
    size_t used = 0;

    for (uint32_t i = 0; i < merge->count; i++) {
        size_t start = used;
        uint32_t member = i;

        if (root_of(merge, i) != i)
            continue;
        do {
            members[used++] = merge->contacts[member];
            member = merge->next[member];
        } while (member != i);
        if (ruf_person_make(members + start, used - start, merge->policy,
                            merge->arena, hasher,
                            &out->persons[out->count++]) != RUF_OK)
            return RUF_E_NOMEM;
    }
    return RUF_OK;
}

static enum ruf_status make_people(struct merge *merge, struct ruf_people *out)
{
    const struct ruf_source_contact **members =
        ruf_arena_alloc(merge->arena, merge->count, sizeof(*members));
    struct ruf_hasher *hasher = NULL;
    enum ruf_status status;

    out->count = 0;
    out->persons =
        ruf_arena_alloc(merge->arena, merge->count, sizeof(*out->persons));
    if (members == NULL || out->persons == NULL)
        return RUF_E_NOMEM;
    status = ruf_hasher_create(&hasher, NULL);
    if (status == RUF_OK)
        status = make_persons(merge, members, hasher, out);
    ruf_hasher_destroy(hasher);
    return status == RUF_OK ? ruf_people_rank(out, merge->arena) : status;
}

enum ruf_status ruf_merge(const struct ruf_source_contact *contacts,
                          size_t count, const struct ruf_policy *policy,
                          struct ruf_arena *arena, struct ruf_people *out,
                          struct ruf_error *err)
{
    struct merge merge = { .policy = policy, .arena = arena };
    enum ruf_status status;

    if (count >= UINT32_MAX)
        return ruf_fail(err, RUF_E_INTERNAL, "E917", "",
                        "more contacts than an index can number");
    status = prepare(&merge, contacts, count);
    if (status == RUF_OK)
        status = find_groups(&merge);
    if (status == RUF_OK)
        status = make_people(&merge, out);
    return status == RUF_OK ? RUF_OK : ruf_fail_memory(err);
}
