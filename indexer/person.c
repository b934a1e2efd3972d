/*
 * indexer/person.c - what survives of the records of one person
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/person.h"
#include "base/fold.h"
#include "base/pages.h"
#include "base/scratch.h"
#include "base/seal.h"
#include "base/text.h"
#include "indexer/keyed.h"
#include "indexer/names.h"
#include <stdlib.h>
#include <string.h>

/* --- members
 * ------------------------------------------------------------------------ */

static int by_priority(const void *left, const void *right)
{
    const struct ruf_source_contact *a =
        *(const struct ruf_source_contact *const *)left;
    const struct ruf_source_contact *b =
        *(const struct ruf_source_contact *const *)right;
    int order = strcmp(a->source->id, b->source->id);

    if (a->source->priority != b->source->priority)
        return a->source->priority > b->source->priority ? -1 : 1;
    return order != 0 ? order : ruf_text_compare(a->native_id, b->native_id);
}

/* Position of a member's source in the person's list. */
static size_t source_position(const struct ruf_person *person,
                              const struct ruf_source_contact *member)
{
    size_t position = 0;

    while (position + 1 < person->source_count &&
           !ruf_text_is(person->sources[position], member->source->id))
        position++;
    return position;
}

/* The same as a bit; a bit set names the first 32 sources. */
static uint32_t source_bit(const struct ruf_person *person,
                           const struct ruf_source_contact *member)
{
    size_t position = source_position(person, member);

    return position < 32 ? UINT32_C(1) << position : 0;
}

/* Which sources have just this value? */
static uint32_t sources_with(const struct ruf_person *person,
                             const struct ruf_source_contact **members,
                             size_t count, enum ruf_record_field field,
                             struct ruf_text value)
{
    uint32_t bits = 0;

    if (value.size == 0)
        return 0;
    for (size_t i = 0; i < count; i++)
        if (ruf_text_equal(members[i]->fields[field], value))
            bits |= source_bit(person, members[i]);
    return bits;
}

static struct ruf_text best_field(const struct ruf_source_contact **members,
                                  size_t count, enum ruf_record_field field)
{
    for (size_t i = 0; i < count; i++)
        if (members[i]->fields[field].size > 0)
            return members[i]->fields[field];
    return (struct ruf_text){ NULL, 0 };
}

/* How good a record's name pair is: both parts, then an initial, then less. */
static int name_grade(const struct ruf_source_contact *contact)
{
    struct ruf_text given = contact->fields[RUF_RECORD_GIVEN];

    if (contact->fields[RUF_RECORD_FAMILY].size == 0)
        return given.size == 0 ? 3 : 2;
    return given.size == 0 || ruf_name_is_initial(given) ? 1 : 0;
}

/* "Given Family" for records that come without a display name. */
static enum ruf_status compose_display(struct ruf_arena *arena,
                                       struct ruf_person *out)
{
    size_t gap = out->given.size > 0 && out->family.size > 0 ? 1 : 0;
    size_t size = out->given.size + gap + out->family.size;
    char *text = ruf_arena_alloc(arena, size, 1);

    if (text == NULL)
        return RUF_E_NOMEM;
    if (out->given.size > 0)
        memcpy(text, out->given.data, out->given.size);
    if (gap > 0)
        text[out->given.size] = ' ';
    if (out->family.size > 0)
        memcpy(text + out->given.size + gap, out->family.data,
               out->family.size);
    out->display = (struct ruf_text){ text, size };
    return RUF_OK;
}

static enum ruf_status choose_name(const struct ruf_source_contact **members,
                                   size_t count, struct ruf_arena *arena,
                                   struct ruf_person *out)
{
    const struct ruf_source_contact *best = members[0];

    for (size_t i = 1; i < count; i++)
        if (name_grade(members[i]) < name_grade(best))
            best = members[i];
    out->given = best->fields[RUF_RECORD_GIVEN];
    out->family = best->fields[RUF_RECORD_FAMILY];
    out->display = best->fields[RUF_RECORD_DISPLAY];
    if (out->display.size == 0)
        out->display = best_field(members, count, RUF_RECORD_DISPLAY);
    return out->display.size > 0 ? RUF_OK : compose_display(arena, out);
}

/* --- lists
 * -------------------------------------------------------------------------- */

static struct ruf_person_number *
find_number(struct ruf_person_number *numbers, size_t count,
            const struct ruf_standard_number *number)
{
    for (size_t i = 0; i < count; i++) {
        if (number->e164 != 0 ? numbers[i].e164 == number->e164
                              : numbers[i].e164 == 0 &&
                                    ruf_text_equal(numbers[i].raw, number->raw))
            return &numbers[i];
    }
    return NULL;
}

static enum ruf_status unite_numbers(const struct ruf_source_contact **members,
                                     size_t count,
                                     const struct ruf_policy *policy,
                                     struct ruf_arena *arena,
                                     struct ruf_person *out)
{
    struct ruf_person_number *numbers;
    size_t room = 0;
    size_t done = 0;

    for (size_t i = 0; i < count; i++)
        room += members[i]->number_count;
    numbers = ruf_arena_alloc(arena, room, sizeof(*numbers));
    if (numbers == NULL)
        return RUF_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < members[i]->number_count; k++) {
            const struct ruf_standard_number *number = &members[i]->numbers[k];
            struct ruf_person_number *known =
                find_number(numbers, done, number);

            if (known == NULL) {
                known = &numbers[done++];
                known->e164 = number->e164;
                known->kind = number->kind;
                known->raw = number->raw;
                known->fixed_line = number->type == RUF_TYPE_FIXED_LINE;
            }
            known->emit =
                known->emit ||
                ruf_number_held(members[i], number, policy) == RUF_HELD_NOT;
            known->sources |= source_bit(out, members[i]);
        }
    out->numbers = numbers;
    out->number_count = done;
    return RUF_OK;
}

static enum ruf_status unite_sources(const struct ruf_source_contact **members,
                                     size_t count, struct ruf_arena *arena,
                                     struct ruf_person *out)
{
    struct ruf_text *sources = ruf_arena_alloc(arena, count, sizeof(*sources));

    if (sources == NULL)
        return RUF_E_NOMEM;
    for (size_t i = 0; i < count; i++) {
        struct ruf_text source = ruf_text(members[i]->source->id);
        bool known = false;

        for (size_t k = 0; k < out->source_count && !known; k++)
            known = ruf_text_equal(sources[k], source);
        if (!known)
            sources[out->source_count++] = source;
    }
    out->sources = sources;
    return RUF_OK;
}

static enum ruf_status unite_emails(const struct ruf_source_contact **members,
                                    size_t count, struct ruf_arena *arena,
                                    struct ruf_person *out)
{
    struct ruf_text *emails;
    uint32_t *bits;
    size_t room = 0;

    for (size_t i = 0; i < count; i++)
        room += members[i]->email_count;
    emails = ruf_arena_alloc(arena, room, sizeof(*emails));
    bits = ruf_arena_alloc(arena, room, sizeof(*bits));
    if (emails == NULL || bits == NULL)
        return RUF_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        for (size_t e = 0; e < members[i]->email_count; e++) {
            size_t at = 0;

            while (at < out->email_count &&
                   !ruf_text_equal_nocase(emails[at], members[i]->emails[e]))
                at++;
            if (at == out->email_count) {
                emails[out->email_count++] = members[i]->emails[e];
                bits[at] = 0;
            }
            bits[at] |= source_bit(out, members[i]);
        }
    out->emails = emails;
    out->email_sources = bits;
    return RUF_OK;
}

/* Who gave the values of the single-valued fields. A display name that was
 * put together here is credited to whoever gave the names. */
static void credit_fields(const struct ruf_source_contact **members,
                          size_t count, struct ruf_person *out)
{
    static const enum ruf_record_field fields[RUF_CONTACT_FIELD_COUNT] = {
        [RUF_CONTACT_GIVEN] = RUF_RECORD_GIVEN,
        [RUF_CONTACT_FAMILY] = RUF_RECORD_FAMILY,
        [RUF_CONTACT_DISPLAY_NAME] = RUF_RECORD_DISPLAY,
        [RUF_CONTACT_COMPANY] = RUF_RECORD_COMPANY,
        [RUF_CONTACT_TITLE] = RUF_RECORD_TITLE,
        [RUF_CONTACT_DEPARTMENT] = RUF_RECORD_DEPARTMENT,
    };
    const struct ruf_text values[RUF_CONTACT_FIELD_COUNT] = {
        [RUF_CONTACT_GIVEN] = out->given,
        [RUF_CONTACT_FAMILY] = out->family,
        [RUF_CONTACT_DISPLAY_NAME] = out->display,
        [RUF_CONTACT_COMPANY] = out->company,
        [RUF_CONTACT_TITLE] = out->title,
        [RUF_CONTACT_DEPARTMENT] = out->department,
    };

    for (size_t i = 0; i < RUF_CONTACT_FIELD_COUNT; i++)
        out->field_sources[i] =
            sources_with(out, members, count, fields[i], values[i]);
    if (out->display.size > 0 &&
        out->field_sources[RUF_CONTACT_DISPLAY_NAME] == 0)
        out->field_sources[RUF_CONTACT_DISPLAY_NAME] =
            out->field_sources[RUF_CONTACT_GIVEN] |
            out->field_sources[RUF_CONTACT_FAMILY];
}

/* --- identity
 * ------------------------------------------------------------------------- */

enum ruf_status ruf_record_contact_id(const struct ruf_source_contact *record,
                                      struct ruf_hasher *hasher,
                                      struct ruf_contact_id *out)
{
    uint8_t digest[RUF_DIGEST_SIZE];
    struct ruf_writer name = { 0 };
    enum ruf_status status;

    ruf_write_bytes(&name, record->source->id, strlen(record->source->id) + 1);
    ruf_write_bytes(&name, record->native_id.data, record->native_id.size);
    status = name.failed ? RUF_E_NOMEM
                         : ruf_hasher_digest(hasher, name.bytes, name.size,
                                             digest, NULL);
    ruf_writer_free(&name);
    if (status != RUF_OK)
        return RUF_E_NOMEM;
    memcpy(out->bytes, digest, sizeof(out->bytes));
    return RUF_OK;
}

/* The record with the smallest (source id, native id) founds the contact. */
static enum ruf_status set_id(const struct ruf_source_contact **members,
                              size_t count, struct ruf_hasher *hasher,
                              struct ruf_person *out)
{
    const struct ruf_source_contact *founder = members[0];

    for (size_t i = 1; i < count; i++) {
        int order = strcmp(members[i]->source->id, founder->source->id);

        if (order < 0 ||
            (order == 0 &&
             ruf_text_compare(members[i]->native_id, founder->native_id) < 0))
            founder = members[i];
    }
    return ruf_record_contact_id(founder, hasher, &out->id);
}

static int by_bytes(const void *left, const void *right)
{
    return memcmp(left, right, sizeof(((struct ruf_person *)NULL)->hash_id));
}

/* The Hash-ID of a single record is that of the person. Those of several are
 * keyed already, so a digest over them, in an order of their own, says no more
 * about them than they do. */
static enum ruf_status set_hash_id(const struct ruf_source_contact **members,
                                   size_t count, struct ruf_arena *arena,
                                   struct ruf_hasher *hasher,
                                   struct ruf_person *out)
{
    const size_t size = sizeof(out->hash_id);
    uint8_t digest[RUF_DIGEST_SIZE];
    uint8_t *all;

    for (size_t i = 0; i < count; i++)
        if (!members[i]->has_hash_id)
            return RUF_OK;
    out->has_hash_id = true;
    if (count == 1) {
        memcpy(out->hash_id, members[0]->hash_id, size);
        return RUF_OK;
    }
    all = ruf_arena_alloc(arena, count, size);
    if (all == NULL)
        return RUF_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        memcpy(all + i * size, members[i]->hash_id, size);
    qsort(all, count, size, by_bytes);
    if (ruf_hasher_digest(hasher, all, count * size, digest, NULL) != RUF_OK)
        return RUF_E_NOMEM;
    memcpy(out->hash_id, digest, size);
    return RUF_OK;
}

enum ruf_status ruf_person_make(const struct ruf_source_contact **members,
                                size_t count, const struct ruf_policy *policy,
                                struct ruf_arena *arena,
                                struct ruf_hasher *hasher,
                                struct ruf_person *out)
{
    memset(out, 0, sizeof(*out));
    if (count > 1)
        qsort(members, count, sizeof(*members), by_priority);
    out->members = members;
    out->member_count = count;
    out->priority = members[0]->source->priority;
    if (choose_name(members, count, arena, out) != RUF_OK)
        return RUF_E_NOMEM;
    out->company = best_field(members, count, RUF_RECORD_COMPANY);
    out->title = best_field(members, count, RUF_RECORD_TITLE);
    out->department = best_field(members, count, RUF_RECORD_DEPARTMENT);
    if (set_id(members, count, hasher, out) != RUF_OK ||
        set_hash_id(members, count, arena, hasher, out) != RUF_OK ||
        unite_sources(members, count, arena, out) != RUF_OK ||
        unite_numbers(members, count, policy, arena, out) != RUF_OK ||
        unite_emails(members, count, arena, out) != RUF_OK)
        return RUF_E_NOMEM;
    credit_fields(members, count, out);
    return RUF_OK;
}

/* --- rank
 * ------------------------------------------------------------------------------
 */

/* Equal starts: the whole key, then the id. */
struct ranking {
    const struct ruf_person *persons;
    const struct ruf_text *keys;
};

static int by_rank(const void *left, const void *right, void *context)
{
    const struct ranking *ranking = context;
    uint32_t a = ((const struct ruf_keyed *)left)->item;
    uint32_t b = ((const struct ruf_keyed *)right)->item;
    int order = ruf_text_compare(ranking->keys[a], ranking->keys[b]);

    return order != 0 ? order
                      : memcmp(ranking->persons[a].id.bytes,
                               ranking->persons[b].id.bytes,
                               sizeof(ranking->persons[a].id.bytes));
}

/* Family, given and company, folded and separated by a byte below any text. */
static enum ruf_status rank_key(const struct ruf_person *person,
                                struct ruf_arena *arena, struct ruf_text *out)
{
    const struct ruf_text parts[] = { person->family.size > 0 ? person->family
                                                              : person->display,
                                      person->given, person->company };
    RUF_SCRATCH char room[1024];
    size_t bound = 3;
    size_t size = 0;
    bool fits;
    char *key;

    for (size_t i = 0; i < 3; i++)
        bound += ruf_fold_bound(parts[i].size);
    fits = bound <= sizeof(room);
    key = fits ? room : ruf_arena_alloc(arena, bound, 1);
    if (key == NULL)
        return RUF_E_NOMEM;
    for (size_t i = 0; i < 3; i++) {
        size += ruf_fold(parts[i], RUF_FOLD_GERMAN, key + size);
        key[size++] = '\1';
    }
    out->size = size;
    out->data = fits ? ruf_arena_copy(arena, key, size) : key;
    return out->data == NULL ? RUF_E_NOMEM : RUF_OK;
}

/* A byte in five bits, in the same order: folded letters keep theirs. */
static uint64_t five_bits(uint8_t byte)
{
    if (byte >= 'a' && byte <= 'z')
        return 4u + byte - 'a';
    if (byte > 'z')
        return 30;
    return byte >= '0' ? 3 : byte >= ' ' ? 2 : byte > 0 ? 1 : 0;
}

/* Falling priority, then the first letters of the rank key. */
#define RANK_LETTERS 11

static uint64_t rank_start(const struct ruf_person *person, struct ruf_text key)
{
    uint64_t start = UINT8_MAX - person->priority;

    for (size_t i = 0; i < RANK_LETTERS; i++)
        start =
            start << 5 | (i < key.size ? five_bits((uint8_t)key.data[i]) : 0);
    return start;
}

static void sort_ranks(struct ranking *ranking, size_t count,
                       struct ruf_keyed *list)
{
    for (size_t i = 0; i < count; i++)
        list[i] = (struct ruf_keyed){
            rank_start(&ranking->persons[i], ranking->keys[i]), (uint32_t)i
        };
    ruf_keyed_sort(list, list + count, count);
    ruf_keyed_settle(list, count, by_rank, ranking);
}

/* Put what the list names at each place there, a cycle of moves after the
 * other: persons are large, and a sorted copy would be all of them again. */
static void move_persons(struct ruf_person *persons, struct ruf_keyed *list,
                         size_t count)
{
    for (uint32_t start = 0; start < count; start++) {
        struct ruf_person first = persons[start];
        uint32_t at = start;
        uint32_t from = list[start].item;

        while (from != start) {
            persons[at] = persons[from];
            list[at].item = at;
            at = from;
            from = list[at].item;
        }
        persons[at] = first;
        list[at].item = at;
    }
}

enum ruf_status ruf_people_rank(struct ruf_people *people,
                                struct ruf_arena *arena)
{
    size_t count = people->count;
    struct ruf_keyed *list = ruf_pages_alloc((2 * count + 1) * sizeof(*list));
    struct ruf_text *keys = ruf_pages_alloc((count + 1) * sizeof(*keys));
    enum ruf_status status =
        list == NULL || keys == NULL ? RUF_E_NOMEM : RUF_OK;

    for (size_t i = 0; i < count && status == RUF_OK; i++)
        status = rank_key(&people->persons[i], arena, &keys[i]);
    if (status == RUF_OK) {
        struct ranking ranking = { people->persons, keys };

        sort_ranks(&ranking, count, list);
        move_persons(people->persons, list, count);
    }
    free(keys);
    free(list);
    return status;
}
