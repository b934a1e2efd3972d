/*
 * indexer/evidence.c - what speaks for two records being one person
 *
 * Values that records carry are sorted; equal ones stand side by side, and each
 * such run gives its edges.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/evidence.h"
#include "base/bytes.h"
#include "base/fold.h"
#include "base/text.h"
#include "indexer/keyed.h"
#include <stdlib.h>
#include <string.h>

/* Carried by so many records: evidence of nothing. */
#define SHARED_RECORDS 20

/* So many namesakes of one company: nobody goes through their pairs. */
#define NAMESAKES_MAX 100

/* A value that a contact carries; equal values are evidence. */
struct carried {
    uint64_t key;         /* number, or hash of the text */
    struct ruf_text text; /* for texts: compared in full */
    uint32_t contact;
};

/* --- order
 * ------------------------------------------------------------------------ */

/* In canonical order contacts lie all over the memory. What the loops below
 * need of the ones ahead is fetched in three steps: the contact, its lists and
 * names, its addresses. */
#define FETCH_CONTACTS 24
#define FETCH_LISTS 16
#define FETCH_TEXTS 8

void ruf_evidence_fetch(const struct ruf_evidence *evidence, size_t at)
{
    const struct ruf_source_contact *next;

    if (at + FETCH_CONTACTS >= evidence->count)
        return;
    next = evidence->contacts[at + FETCH_CONTACTS];
    for (size_t i = 0; i < sizeof(*next); i += 64)
        __builtin_prefetch((const char *)next + i);
    next = evidence->contacts[at + FETCH_LISTS];
    __builtin_prefetch(next->fields[RUF_RECORD_GIVEN].data);
    __builtin_prefetch(next->fields[RUF_RECORD_FAMILY].data);
    __builtin_prefetch(next->fields[RUF_RECORD_DISPLAY].data);
    __builtin_prefetch(next->emails);
    __builtin_prefetch(next->numbers);
    next = evidence->contacts[at + FETCH_TEXTS];
    if (next->email_count > 0)
        __builtin_prefetch(next->emails[0].data);
}

bool ruf_is_directory_user(const struct ruf_source_contact *contact)
{
    return contact->source->kind == RUF_SOURCE_ENTRA_USERS;
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

/* --- edges
 * ------------------------------------------------------------------------ */

static enum ruf_status add_edge(struct ruf_evidence *evidence,
                                enum ruf_edge_kind kind, uint32_t a, uint32_t b)
{
    if (evidence->edge_count == evidence->edge_room) {
        size_t room = evidence->edge_room == 0 ? 1024 : 2 * evidence->edge_room;
        struct ruf_edge *edges =
            realloc(evidence->edges, room * sizeof(*edges));

        if (edges == NULL)
            return RUF_E_NOMEM;
        evidence->edges = edges;
        evidence->edge_room = room;
    }
    evidence->edges[evidence->edge_count++] =
        (struct ruf_edge){ kind, a < b ? a : b, a < b ? b : a };
    return RUF_OK;
}

/* A record that names nobody: neither a person nor a role. */
static bool is_nameless(const struct ruf_evidence *evidence, uint32_t contact)
{
    const struct ruf_text *fields = evidence->contacts[contact]->fields;

    return fields[RUF_RECORD_GIVEN].size == 0 &&
           fields[RUF_RECORD_FAMILY].size == 0 &&
           fields[RUF_RECORD_DISPLAY].size == 0;
}

/* How many names among these carriers are pairwise incompatible (greedily);
 * stops counting at the limit. By an address a record without any name goes
 * with every name. */
static uint32_t distinct_names(const struct ruf_evidence *evidence,
                               enum ruf_edge_kind kind,
                               const struct carried *run, size_t count,
                               uint32_t limit)
{
    uint32_t kept[SHARED_RECORDS];
    uint32_t distinct = 0;

    for (size_t i = 0; i < count && distinct < limit; i++) {
        bool known =
            kind == RUF_EDGE_EMAIL && is_nameless(evidence, run[i].contact);

        for (uint32_t k = 0; k < distinct && !known; k++)
            known = ruf_names_compatible(&evidence->names[run[i].contact],
                                         &evidence->names[kept[k]]);
        if (!known)
            kept[distinct++] = run[i].contact;
    }
    return distinct;
}

static bool is_shared(const struct ruf_evidence *evidence,
                      enum ruf_edge_kind kind, const struct carried *run,
                      size_t count, uint32_t people)
{
    if (count >= SHARED_RECORDS)
        return true;
    if (people > SHARED_RECORDS)
        people = SHARED_RECORDS;
    return distinct_names(evidence, kind, run, count, people) >= people;
}

/* Does a third carrier go with one of the two but not with the other? Then one
 * of them is an initial that fits two people: "S. Graf" is Sabine or Stefan. */
static bool is_ambiguous(const struct ruf_evidence *evidence,
                         const struct carried *run, size_t count, uint32_t a,
                         uint32_t b)
{
    for (size_t i = 0; i < count; i++) {
        const struct ruf_name *third = &evidence->names[run[i].contact];

        if (third->family.size > 0 &&
            ruf_names_compatible(third, &evidence->names[a]) !=
                ruf_names_compatible(third, &evidence->names[b]))
            return true;
    }
    return false;
}

/* All names at this address are one, and a record without any is of it, too. */
static bool by_address_alone(const struct ruf_evidence *evidence,
                             enum ruf_edge_kind kind, uint32_t a, uint32_t b)
{
    return kind == RUF_EDGE_EMAIL &&
           (is_nameless(evidence, a) || is_nameless(evidence, b));
}

/* Two names that do not go together: what they may still be worth a look for.
 */
static enum ruf_status add_hint(struct ruf_evidence *evidence,
                                enum ruf_edge_kind kind, uint32_t a, uint32_t b)
{
    const struct ruf_name *x = &evidence->names[a];
    const struct ruf_name *y = &evidence->names[b];

    if (!evidence->hints)
        return RUF_OK;
    if (ruf_names_share_hyphen(x, y))
        return add_edge(evidence, RUF_HINT_HYPHEN, a, b);
    if (kind != RUF_EDGE_EMAIL || x->family.size == 0 || y->family.size == 0)
        return RUF_OK;
    return add_edge(evidence, RUF_HINT_EMAIL, a, b);
}

static enum ruf_status connect_pair(struct ruf_evidence *evidence,
                                    enum ruf_edge_kind kind,
                                    const struct carried *run, size_t count,
                                    uint32_t a, uint32_t b)
{
    if (a == b)
        return RUF_OK;
    if (kind == RUF_EDGE_ID)
        return add_edge(evidence, kind, a, b);
    if (by_address_alone(evidence, kind, a, b))
        return add_edge(evidence, kind, a, b);
    if (!ruf_names_compatible(&evidence->names[a], &evidence->names[b]))
        return add_hint(evidence, kind, a, b);
    return is_ambiguous(evidence, run, count, a, b)
               ? RUF_OK
               : add_edge(evidence, kind, a, b);
}

static enum ruf_status connect_run(struct ruf_evidence *evidence,
                                   enum ruf_edge_kind kind,
                                   const struct carried *run, size_t count)
{
    /* An address serves at most two records' worth of names as evidence. */
    uint32_t limit =
        kind == RUF_EDGE_EMAIL ? 2 : evidence->policy->merge_shared_after;
    bool shared;

    if (count < 2)
        return RUF_OK;
    shared =
        kind != RUF_EDGE_ID && is_shared(evidence, kind, run, count, limit);
    if (shared && !(evidence->hints && kind == RUF_EDGE_EMAIL && count == 2))
        return RUF_OK;
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count; k++)
            if (connect_pair(evidence, kind, run, count, run[i].contact,
                             run[k].contact) != RUF_OK)
                return RUF_E_NOMEM;
    return RUF_OK;
}

/* Two namesakes of one company. */
static enum ruf_status connect_namesakes(struct ruf_evidence *evidence,
                                         const struct carried *run,
                                         size_t count)
{
    if (count > NAMESAKES_MAX)
        return RUF_OK;
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count; k++) {
            uint32_t a = run[i].contact;
            uint32_t b = run[k].contact;
            const struct ruf_name *x = &evidence->names[a];
            const struct ruf_name *y = &evidence->names[b];
            enum ruf_edge_kind kind = RUF_HINT_HYPHEN;

            if (a == b)
                continue;
            if (ruf_text_equal(x->family, y->family) &&
                ruf_text_equal(x->given, y->given) && x->given.size > 0)
                kind = RUF_HINT_NAME;
            else if (ruf_names_by_short_form(x, y))
                kind = RUF_HINT_SHORT_FORM;
            else if (!ruf_names_share_hyphen(x, y))
                continue;
            if (add_edge(evidence, kind, a, b) != RUF_OK)
                return RUF_E_NOMEM;
        }
    return RUF_OK;
}

/* Sorted values fall into runs of equal ones. */
static enum ruf_status connect(struct ruf_evidence *evidence,
                               enum ruf_edge_kind kind, struct carried *values,
                               size_t count)
{
    size_t start = 0;

    if (sort_values(values, count) != RUF_OK)
        return RUF_E_NOMEM;
    while (start < count) {
        size_t end = start + 1;
        enum ruf_status status;

        while (end < count && values[end].key == values[start].key &&
               ruf_text_equal(values[end].text, values[start].text))
            end++;
        status = kind == RUF_HINT_NAME
                     ? connect_namesakes(evidence, values + start, end - start)
                     : connect_run(evidence, kind, values + start, end - start);
        if (status != RUF_OK)
            return status;
        start = end;
    }
    return RUF_OK;
}

/* --- values
 * ----------------------------------------------------------------------- */

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
static enum ruf_status fold_email(struct ruf_evidence *evidence,
                                  struct ruf_text email, struct ruf_text *out)
{
    size_t first = 0;
    char *folded;

    *out = email;
    while (first < email.size && !is_upper(email.data[first]))
        first++;
    if (first == email.size)
        return RUF_OK;
    folded = ruf_arena_copy(evidence->arena, email.data, email.size);
    if (folded == NULL)
        return RUF_E_NOMEM;
    for (size_t i = first; i < email.size; i++)
        if (is_upper(folded[i]))
            folded[i] = (char)(folded[i] | 0x20);
    out->data = folded;
    return RUF_OK;
}

/* Only Entra object ids are the same in different sources. */
static bool has_two_user_sources(const struct ruf_evidence *evidence)
{
    const struct ruf_policy_source *first = NULL;

    for (uint32_t i = 0; i < evidence->count; i++) {
        const struct ruf_policy_source *source = evidence->contacts[i]->source;

        if (!ruf_is_directory_user(evidence->contacts[i]) || source == first)
            continue;
        if (first != NULL)
            return true;
        first = source;
    }
    return false;
}

static enum ruf_status connect_ids(struct ruf_evidence *evidence,
                                   struct carried *values)
{
    size_t count = 0;

    if (!has_two_user_sources(evidence))
        return RUF_OK;
    for (uint32_t i = 0; i < evidence->count; i++)
        if (ruf_is_directory_user(evidence->contacts[i])) {
            struct ruf_text id = evidence->contacts[i]->native_id;

            values[count++] = (struct carried){ text_key(id), id, i };
        }
    return connect(evidence, RUF_EDGE_ID, values, count);
}

static enum ruf_status connect_emails(struct ruf_evidence *evidence,
                                      struct carried *values)
{
    size_t count = 0;

    for (uint32_t i = 0; i < evidence->count; i++) {
        ruf_evidence_fetch(evidence, i);
        for (size_t k = 0; k < evidence->contacts[i]->email_count; k++) {
            struct ruf_text email;

            if (fold_email(evidence, evidence->contacts[i]->emails[k],
                           &email) != RUF_OK)
                return RUF_E_NOMEM;
            if (!is_role_mailbox(email))
                values[count++] = (struct carried){ text_key(email), email, i };
        }
    }
    return connect(evidence, RUF_EDGE_EMAIL, values, count);
}

static bool repeats_number(const struct ruf_source_contact *contact,
                           size_t position)
{
    for (size_t i = 0; i < position; i++)
        if (contact->numbers[i].e164 == contact->numbers[position].e164)
            return true;
    return false;
}

static enum ruf_status connect_numbers(struct ruf_evidence *evidence,
                                       struct carried *values)
{
    size_t count = 0;

    for (uint32_t i = 0; i < evidence->count; i++) {
        const struct ruf_source_contact *contact = evidence->contacts[i];

        ruf_evidence_fetch(evidence, i);
        for (size_t k = 0; k < contact->number_count; k++) {
            ruf_e164 number = contact->numbers[k].e164;

            if (number != 0 && !repeats_number(contact, k))
                values[count++] = (struct carried){ number, { NULL, 0 }, i };
        }
    }
    return connect(evidence, RUF_EDGE_NUMBER, values, count);
}

/* A word of the family name and the company, folded. */
static enum ruf_status company_word(struct ruf_evidence *evidence,
                                    uint32_t contact, struct ruf_text word,
                                    struct ruf_text *out)
{
    struct ruf_text company =
        evidence->contacts[contact]->fields[RUF_RECORD_COMPANY];
    char *text = ruf_arena_alloc(
        evidence->arena, ruf_fold_bound(company.size) + word.size + 1, 1);

    if (text == NULL)
        return RUF_E_NOMEM;
    memcpy(text, word.data, word.size);
    text[word.size] = '\1';
    out->data = text;
    out->size =
        word.size + 1 + ruf_fold(company, RUF_FOLD_BASE, text + word.size + 1);
    return RUF_OK;
}

/* One value per word of the family name, so that both parts of a hyphenated
 * one are found. */
static enum ruf_status add_namesake(struct ruf_evidence *evidence, uint32_t i,
                                    struct ruf_writer *values)
{
    struct ruf_text rest = evidence->names[i].family;

    if (evidence->contacts[i]->fields[RUF_RECORD_COMPANY].size == 0)
        return RUF_OK;
    while (rest.size > 0) {
        const char *blank = memchr(rest.data, ' ', rest.size);
        size_t size = blank == NULL ? rest.size : (size_t)(blank - rest.data);
        struct carried value = { .contact = i };

        if (company_word(evidence, i, ruf_text_slice(rest, 0, size),
                         &value.text) != RUF_OK)
            return RUF_E_NOMEM;
        value.key = text_key(value.text);
        ruf_write_bytes(values, &value, sizeof(value));
        rest = ruf_text_slice(rest, size + 1, rest.size);
    }
    return values->failed ? RUF_E_NOMEM : RUF_OK;
}

static enum ruf_status find_namesakes(struct ruf_evidence *evidence)
{
    struct ruf_writer values = { 0 };
    enum ruf_status status = RUF_OK;

    for (uint32_t i = 0; i < evidence->count && status == RUF_OK; i++)
        status = add_namesake(evidence, i, &values);
    if (status == RUF_OK && values.size > 0)
        status = connect(evidence, RUF_HINT_NAME,
                         (struct carried *)(void *)values.bytes,
                         values.size / sizeof(struct carried));
    ruf_writer_free(&values);
    return status;
}

static size_t most_values(const struct ruf_evidence *evidence)
{
    size_t emails = 0;
    size_t numbers = 0;
    size_t most = evidence->count;

    for (size_t i = 0; i < evidence->count; i++) {
        emails += evidence->contacts[i]->email_count;
        numbers += evidence->contacts[i]->number_count;
    }
    most = emails > most ? emails : most;
    return numbers > most ? numbers : most;
}

int ruf_edge_order(const void *left, const void *right)
{
    const struct ruf_edge *a = left;
    const struct ruf_edge *b = right;

    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return (a->b > b->b) - (a->b < b->b);
}

enum ruf_status ruf_evidence_find(struct ruf_evidence *evidence)
{
    size_t room = most_values(evidence);
    struct carried *values = calloc(room + 1, sizeof(*values));
    enum ruf_status status = values == NULL ? RUF_E_NOMEM : RUF_OK;

    if (status == RUF_OK)
        status = connect_ids(evidence, values);
    if (status == RUF_OK)
        status = connect_emails(evidence, values);
    if (status == RUF_OK)
        status = connect_numbers(evidence, values);
    free(values);
    if (status == RUF_OK && evidence->hints)
        status = find_namesakes(evidence);
    return status;
}
