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
#include "base/pages.h"
#include "base/text.h"
#include "indexer/keyed.h"
#include <stdlib.h>
#include <string.h>

/* Carried by so many records: evidence of nothing. */
#define SHARED_RECORDS 20

/* So many namesakes of one company: nobody goes through their pairs. */
#define NAMESAKES_MAX 100

/* A text that a contact carries; equal ones are evidence, as equal numbers are.
 */
struct carried {
    struct ruf_text text;
    uint32_t contact;
};

/* Values of one kind: contacts by number, or by the hash of a text. */
struct values {
    struct ruf_keyed *list; /* room for twice as many, to sort them */
    struct carried *texts;  /* the items of the list until they are sorted */
    size_t count;
};

bool ruf_is_directory_user(const struct ruf_source_contact *contact)
{
    return contact->source->kind == RUF_SOURCE_ENTRA_USERS;
}

/* --- values
 * ----------------------------------------------------------------------- */

static void free_values(struct values *values)
{
    free(values->list);
    free(values->texts);
}

static enum ruf_status make_values(struct values *out, size_t texts,
                                   size_t numbers)
{
    size_t room = texts > numbers ? texts : numbers;

    out->count = 0;
    out->list = ruf_pages_alloc((2 * room + 1) * sizeof(*out->list));
    out->texts = ruf_pages_alloc((texts + 1) * sizeof(*out->texts));
    if (out->list != NULL && out->texts != NULL)
        return RUF_OK;
    free_values(out);
    return RUF_E_NOMEM;
}

static void add_number(struct values *values, ruf_e164 number, uint32_t contact)
{
    values->list[values->count++] = (struct ruf_keyed){ number, contact };
}

/* Only groups candidates; the text itself is compared after. Half of the hash
 * takes half the passes and rarely lets two texts meet. */
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
    return hash * UINT64_C(0x9E3779B97F4A7C15) >> 32;
}

static void add_text(struct values *values, struct ruf_text text,
                     uint32_t contact)
{
    values->list[values->count] =
        (struct ruf_keyed){ text_key(text), (uint32_t)values->count };
    values->texts[values->count++] = (struct carried){ text, contact };
}

static int by_contact(const void *left, const void *right, void *context)
{
    uint32_t a = ((const struct ruf_keyed *)left)->item;
    uint32_t b = ((const struct ruf_keyed *)right)->item;

    (void)context;
    return (a > b) - (a < b);
}

static void sort_numbers(struct values *values)
{
    ruf_keyed_sort(values->list, values->list + values->count, values->count);
    ruf_keyed_settle(values->list, values->count, by_contact, NULL);
}

/* Order of texts with one key: texts, then contacts. */
static int by_text(const void *left, const void *right, void *context)
{
    const struct carried *texts = context;
    const struct carried *a = &texts[((const struct ruf_keyed *)left)->item];
    const struct carried *b = &texts[((const struct ruf_keyed *)right)->item];
    int order = ruf_text_compare(a->text, b->text);

    return order != 0 ? order
                      : (a->contact > b->contact) - (a->contact < b->contact);
}

/* Equal texts get a key that no other has, and their contacts stand in the
 * list. */
static void sort_texts(struct values *values)
{
    struct ruf_keyed *list = values->list;
    struct ruf_text last = { NULL, 0 };
    uint64_t last_key = 0;
    uint64_t distinct = 0;

    ruf_keyed_sort(list, list + values->count, values->count);
    ruf_keyed_settle(list, values->count, by_text, values->texts);
    for (size_t i = 0; i < values->count; i++) {
        const struct carried *carried = &values->texts[list[i].item];

        if (list[i].key != last_key || !ruf_text_equal(carried->text, last))
            distinct++;
        last = carried->text;
        last_key = list[i].key;
        list[i] = (struct ruf_keyed){ distinct, carried->contact };
    }
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
                               const struct ruf_keyed *run, size_t count,
                               uint32_t limit)
{
    uint32_t kept[SHARED_RECORDS];
    uint32_t distinct = 0;

    for (size_t i = 0; i < count && distinct < limit; i++) {
        bool known =
            kind == RUF_EDGE_EMAIL && is_nameless(evidence, run[i].item);

        for (uint32_t k = 0; k < distinct && !known; k++)
            known = ruf_names_compatible(&evidence->names[run[i].item],
                                         &evidence->names[kept[k]]);
        if (!known)
            kept[distinct++] = run[i].item;
    }
    return distinct;
}

static bool is_shared(const struct ruf_evidence *evidence,
                      enum ruf_edge_kind kind, const struct ruf_keyed *run,
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
                         const struct ruf_keyed *run, size_t count, uint32_t a,
                         uint32_t b)
{
    for (size_t i = 0; i < count; i++) {
        const struct ruf_name *third = &evidence->names[run[i].item];

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
                                    const struct ruf_keyed *run, size_t count,
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
                                   const struct ruf_keyed *run, size_t count)
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
            if (connect_pair(evidence, kind, run, count, run[i].item,
                             run[k].item) != RUF_OK)
                return RUF_E_NOMEM;
    return RUF_OK;
}

/* Two namesakes of one company. */
static enum ruf_status connect_namesakes(struct ruf_evidence *evidence,
                                         const struct ruf_keyed *run,
                                         size_t count)
{
    if (count > NAMESAKES_MAX)
        return RUF_OK;
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count; k++) {
            uint32_t a = run[i].item;
            uint32_t b = run[k].item;
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

/* Sorted values fall into runs of equal ones; then there is room anew. */
static enum ruf_status connect(struct ruf_evidence *evidence,
                               enum ruf_edge_kind kind, struct values *values)
{
    const struct ruf_keyed *list = values->list;
    enum ruf_status status = RUF_OK;
    size_t end;

    for (size_t i = 0; i < values->count && status == RUF_OK; i = end) {
        for (end = i + 1; end < values->count && list[end].key == list[i].key;)
            end++;
        status = kind == RUF_HINT_NAME
                     ? connect_namesakes(evidence, list + i, end - i)
                     : connect_run(evidence, kind, list + i, end - i);
    }
    values->count = 0;
    return status;
}

/* --- what records carry
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

    for (size_t i = 0; i < evidence->count; i++) {
        const struct ruf_policy_source *source = evidence->input[i].source;

        if (source == first || !ruf_is_directory_user(&evidence->input[i]))
            continue;
        if (first != NULL)
            return true;
        first = source;
    }
    return false;
}

/* Values are collected in the order of memory: in canonical order, records lie
 * all over it. */
static enum ruf_status connect_ids(struct ruf_evidence *evidence,
                                   struct values *values)
{
    if (!has_two_user_sources(evidence))
        return RUF_OK;
    for (size_t i = 0; i < evidence->count; i++) {
        const struct ruf_source_contact *contact = &evidence->input[i];

        if (ruf_is_directory_user(contact))
            add_text(values, contact->native_id, evidence->positions[i]);
    }
    sort_texts(values);
    return connect(evidence, RUF_EDGE_ID, values);
}

static enum ruf_status connect_emails(struct ruf_evidence *evidence,
                                      struct values *values)
{
    for (size_t i = 0; i < evidence->count; i++) {
        const struct ruf_source_contact *contact = &evidence->input[i];

        for (size_t k = 0; k < contact->email_count; k++) {
            struct ruf_text email;

            if (fold_email(evidence, contact->emails[k], &email) != RUF_OK)
                return RUF_E_NOMEM;
            if (!is_role_mailbox(email))
                add_text(values, email, evidence->positions[i]);
        }
    }
    sort_texts(values);
    return connect(evidence, RUF_EDGE_EMAIL, values);
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
                                       struct values *values)
{
    for (size_t i = 0; i < evidence->count; i++) {
        const struct ruf_source_contact *contact = &evidence->input[i];

        for (size_t k = 0; k < contact->number_count; k++)
            if (contact->numbers[k].e164 != 0 && !repeats_number(contact, k))
                add_number(values, contact->numbers[k].e164,
                           evidence->positions[i]);
    }
    sort_numbers(values);
    return connect(evidence, RUF_EDGE_NUMBER, values);
}

/* Size of the part before the first blank. */
static size_t first_word(struct ruf_text text)
{
    const char *blank = memchr(text.data, ' ', text.size);

    return blank == NULL ? text.size : (size_t)(blank - text.data);
}

/* A word of the family name and the company, folded. */
static enum ruf_status company_word(struct ruf_evidence *evidence,
                                    struct ruf_text company,
                                    struct ruf_text word, struct ruf_text *out)
{
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
static enum ruf_status add_namesake(struct ruf_evidence *evidence, size_t i,
                                    struct values *values)
{
    struct ruf_text company = evidence->input[i].fields[RUF_RECORD_COMPANY];
    uint32_t contact = evidence->positions[i];
    struct ruf_text rest = evidence->names[contact].family;

    while (company.size > 0 && rest.size > 0) {
        struct ruf_text word = ruf_text_slice(rest, 0, first_word(rest));
        struct ruf_text text;

        if (company_word(evidence, company, word, &text) != RUF_OK)
            return RUF_E_NOMEM;
        add_text(values, text, contact);
        rest = ruf_text_slice(rest, word.size + 1, rest.size);
    }
    return RUF_OK;
}

static size_t count_words(const struct ruf_evidence *evidence)
{
    size_t count = 0;

    for (size_t i = 0; i < evidence->count; i++) {
        struct ruf_text rest = evidence->names[i].family;

        for (; rest.size > 0; count++)
            rest = ruf_text_slice(rest, first_word(rest) + 1, rest.size);
    }
    return count;
}

static enum ruf_status find_namesakes(struct ruf_evidence *evidence)
{
    struct values values;
    enum ruf_status status = make_values(&values, count_words(evidence), 0);

    if (status != RUF_OK)
        return status;
    for (size_t i = 0; i < evidence->count && status == RUF_OK; i++)
        status = add_namesake(evidence, i, &values);
    if (status == RUF_OK) {
        sort_texts(&values);
        status = connect(evidence, RUF_HINT_NAME, &values);
    }
    free_values(&values);
    return status;
}

static enum ruf_status make_all_values(const struct ruf_evidence *evidence,
                                       struct values *out)
{
    size_t texts = 0;
    size_t numbers = 0;

    for (size_t i = 0; i < evidence->count; i++) {
        texts += evidence->input[i].email_count;
        numbers += evidence->input[i].number_count;
    }
    if (texts < evidence->count)
        texts = evidence->count; /* an id each */
    return make_values(out, texts, numbers);
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
    struct values values;
    enum ruf_status status = make_all_values(evidence, &values);

    if (status != RUF_OK)
        return status;
    status = connect_ids(evidence, &values);
    if (status == RUF_OK)
        status = connect_emails(evidence, &values);
    if (status == RUF_OK)
        status = connect_numbers(evidence, &values);
    free_values(&values);
    if (status == RUF_OK && evidence->hints)
        status = find_namesakes(evidence);
    return status;
}
