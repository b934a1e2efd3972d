/*
 * indexer/search_numbers.c - distinct numbers, their owners and their grams
 *
 * Persons come in rank order, so numbers get their place in the order of their
 * best owner, and lists of numbers are lists by rank.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/number_plan.h"
#include "base/number_program.h"
#include "base/pages.h"
#include "base/scratch.h"
#include "indexer/keyed.h"
#include "indexer/search_private.h"
#include <stdlib.h>
#include <string.h>

#define LONGER_MAX (1 + RUF_RAW_NUMBER_MAX)
#define DIGITS_MIN 2
#define SHORT_END UINT64_C(1000000000000000) /* fifteen digits */

/* --- taking numbers in
 * ------------------------------------------------------------ */

static bool add_value(struct search_numbers *numbers, uint64_t value,
                      uint32_t contact)
{
    if (numbers->count == numbers->room) {
        size_t room = numbers->room == 0 ? 1024 : 2 * numbers->room;
        void *grown =
            room > UINT32_MAX
                ? NULL
                : ruf_pages_grow(numbers->arrivals,
                                 numbers->count * sizeof(*numbers->arrivals),
                                 room * sizeof(*numbers->arrivals));

        if (grown == NULL)
            return false;
        numbers->arrivals = grown;
        numbers->room = room;
    }
    numbers->arrivals[numbers->count++] =
        (struct search_number){ value, contact };
    return true;
}

static bool add_longer(struct search_numbers *numbers, const char *digits,
                       size_t size, size_t code_size, uint32_t contact)
{
    RUF_SCRATCH char text[LONGER_MAX];
    struct search_list *owners = &numbers->longer_owners;
    uint32_t number;

    text[0] = (char)code_size;
    memcpy(text + 1, digits, size);
    number = ruf_search_pool_add(&numbers->longer, text, size + 1);
    if (number == SEARCH_POOL_FULL)
        return false;
    if (owners->count > 0 && owners->items[owners->count - 1] == contact &&
        owners->items[owners->count - 2] == number)
        return true;
    return ruf_search_list_add(owners, number) &&
           ruf_search_list_add(owners, contact);
}

/* Digits of the calling code, 0 if none is assigned. */
static size_t code_size_of(const char *digits, size_t size,
                           struct search_numbers *numbers)
{
    const struct ruf_plan_code *code =
        ruf_plan_leading_code((struct ruf_digits){ digits, size });

    if (code == NULL)
        return 0;
    numbers->codes[code->code] = true;
    return code->width;
}

static size_t read_digits(const struct ruf_person_number *number,
                          char digits[RUF_RAW_NUMBER_MAX])
{
    size_t size = 0;

    if (number->e164 != 0) {
        char reversed[24];
        size_t count = 0;

        for (uint64_t left = number->e164; left > 0; left /= 10)
            reversed[count++] = (char)('0' + left % 10);
        while (count > 0)
            digits[size++] = reversed[--count];
        return size;
    }
    for (size_t i = 0; i < number->raw.size && size < RUF_RAW_NUMBER_MAX; i++)
        if (number->raw.data[i] >= '0' && number->raw.data[i] <= '9')
            digits[size++] = number->raw.data[i];
    return size;
}

/* A number of at most fifteen digits, taken apart from its end. */
static bool add_short(struct search_numbers *numbers, ruf_e164 e164,
                      uint32_t contact)
{
    RUF_SCRATCH char digits[RUF_NUMBER_DIGITS_MAX];
    size_t start = sizeof(digits);
    uint64_t packed = 0;

    for (; e164 > 0; e164 /= 10) {
        uint64_t digit = e164 % 10;

        digits[--start] = (char)('0' + digit);
        packed = packed >> 4 | (digit + 1) << 60;
    }
    if (sizeof(digits) - start < DIGITS_MIN)
        return true;
    return add_value(
        numbers,
        packed | code_size_of(digits + start, sizeof(digits) - start, numbers),
        contact);
}

static bool add_number(struct search_numbers *numbers,
                       const struct ruf_person_number *number, uint32_t contact)
{
    RUF_SCRATCH char digits[RUF_RAW_NUMBER_MAX];
    size_t size = read_digits(number, digits);

    if (size < DIGITS_MIN)
        return true;
    if (size <= RUF_NUMBER_DIGITS_MAX) /* not identified, so without a code */
        return add_value(numbers, ruf_number_pack(digits, size), contact);
    return add_longer(
        numbers, digits, size,
        number->e164 == 0 ? 0 : code_size_of(digits, size, numbers), contact);
}

bool ruf_search_numbers_add(struct search_numbers *numbers, uint32_t contact,
                            const struct ruf_person *person)
{
    bool ok = true;

    for (size_t i = 0; ok && i < person->number_count; i++) {
        const struct ruf_person_number *number = &person->numbers[i];

        ok = number->e164 != 0 && number->e164 < SHORT_END
                 ? add_short(numbers, number->e164, contact)
                 : add_number(numbers, number, contact);
    }
    return ok;
}

void ruf_search_numbers_free(struct search_numbers *numbers)
{
    free(numbers->arrivals);
    free(numbers->order);
    ruf_search_list_free(&numbers->shared);
    ruf_search_list_free(&numbers->longer_owners);
    ruf_search_pool_free(&numbers->longer);
}

/* --- lists of pairs
 * --------------------------------------------------------------- */

/* Pairs (item, owner), in order of owner, to owners per item. */
struct grouped {
    uint32_t *starts; /* item_count + 1 */
    uint32_t *owners;
};

static bool group(const struct search_list *pairs, size_t item_count,
                  struct grouped *out)
{
    out->starts = calloc(item_count + 2, sizeof(*out->starts));
    out->owners = calloc(pairs->count / 2 + 1, sizeof(*out->owners));
    if (out->starts == NULL || out->owners == NULL)
        return false;
    for (size_t i = 0; i < pairs->count; i += 2)
        out->starts[pairs->items[i] + 2]++;
    for (size_t i = 0; i < item_count; i++)
        out->starts[i + 2] += out->starts[i + 1];
    for (size_t i = 0; i < pairs->count; i += 2)
        out->owners[out->starts[pairs->items[i] + 1]++] = pairs->items[i + 1];
    return true;
}

static void free_grouped(struct grouped *grouped)
{
    free(grouped->starts);
    free(grouped->owners);
}

/* --- each number once
 * ------------------------------------------------------------- */

/* Walks arrivals by value: the first of each run is the number, the others
 * are further owners, noted under the first one's arrival. */
static bool find_doubles(struct search_numbers *numbers,
                         const struct ruf_keyed *sorted, uint32_t *is_first)
{
    uint32_t first = 0;
    uint32_t last_owner = 0;
    bool ok = true;

    for (size_t i = 0; ok && i < numbers->count; i++) {
        uint32_t arrival = sorted[i].item;
        uint32_t owner = numbers->arrivals[arrival].contact;

        if (i == 0 || sorted[i].key != sorted[i - 1].key) {
            first = arrival;
            is_first[arrival] = 1;
        } else if (owner != last_owner) {
            ok = ruf_search_list_add(&numbers->shared, first) &&
                 ruf_search_list_add(&numbers->shared, owner);
        }
        last_owner = owner;
    }
    return ok;
}

/* Numbers in the order of their first arrival, that is of their best owner;
 * 'place' says which arrivals are first and then where they went. */
static void keep_first(struct search_numbers *numbers,
                       const struct ruf_keyed *sorted, uint32_t *place)
{
    size_t count = numbers->count;
    size_t kept = 0;
    size_t ordered = 0;

    for (size_t i = 0; i < count; i++) {
        if (place[i] == 0)
            continue;
        numbers->arrivals[kept] = numbers->arrivals[i];
        place[i] = (uint32_t)kept++;
    }
    for (size_t i = 0; i < count; i++)
        if (i == 0 || sorted[i].key != sorted[i - 1].key)
            numbers->order[ordered++] = place[sorted[i].item];
    for (size_t i = 0; i < numbers->shared.count; i += 2)
        numbers->shared.items[i] = place[numbers->shared.items[i]];
    numbers->count = kept;
}

static bool settle(struct search_numbers *numbers)
{
    size_t count = numbers->count;
    struct ruf_keyed *sorted =
        ruf_pages_alloc((2 * count + 1) * sizeof(*sorted));
    uint32_t *place = calloc(count + 1, sizeof(*place));
    bool ok;

    numbers->order = calloc(count + 1, sizeof(*numbers->order));
    ok = sorted != NULL && place != NULL && numbers->order != NULL;
    for (size_t i = 0; ok && i < count; i++)
        sorted[i] =
            (struct ruf_keyed){ numbers->arrivals[i].value, (uint32_t)i };
    if (ok)
        ruf_keyed_sort(sorted, sorted + count, count);
    ok = ok && find_doubles(numbers, sorted, place);
    if (ok)
        keep_first(numbers, sorted, place);
    free(sorted);
    free(place);
    return ok;
}

/* --- writing
 * ---------------------------------------------------------------------- */

/* A one per number, a zero behind the numbers of each contact. */
static void write_owner_bits(const struct search_numbers *numbers,
                             uint32_t contacts, struct ruf_writer *out,
                             struct ruf_writer *samples)
{
    size_t bits = numbers->count + contacts;
    uint8_t *bytes = ruf_write_space(out, (bits + 63) / 64 * 8);

    for (size_t i = 0; bytes != NULL && i < numbers->count; i++) {
        size_t at = i + numbers->arrivals[i].contact;

        bytes[at / 8] |= (uint8_t)(1u << at % 8);
        if (i % RUF_SEARCH_NUMBERS_PER_SAMPLE == 0)
            ruf_write_u32(samples, (uint32_t)at);
    }
}

static uint32_t count_shared(const struct grouped *shared,
                             struct search_numbers *numbers)
{
    uint32_t count = 0;

    for (size_t i = 0; i < numbers->count; i++)
        if (shared->starts[i + 1] > shared->starts[i]) {
            numbers->arrivals[i].value |= RUF_NUMBER_SHARED;
            count++;
        }
    return count;
}

static void write_shared(const struct grouped *shared, size_t count,
                         uint32_t contacts, struct ruf_writer *out)
{
    for (size_t i = 0; i < count; i++)
        if (shared->starts[i + 1] > shared->starts[i])
            ruf_write_u32(out, (uint32_t)i);
    for (size_t i = 0; i < count; i++)
        if (shared->starts[i + 1] > shared->starts[i])
            ruf_write_u32(out, shared->starts[i]);
    ruf_write_u32(out, shared->starts[count]);
    ruf_search_write_array(out, shared->owners, shared->starts[count],
                           ruf_search_width(contacts));
}

static bool write_longer(const struct search_numbers *numbers,
                         struct ruf_writer *out)
{
    size_t count = numbers->longer.starts.count;
    struct grouped owners = { NULL, NULL };
    bool ok = group(&numbers->longer_owners, count, &owners);

    for (size_t i = 0; ok && i < count; i++) {
        uint32_t before = 0;

        ruf_write_text(out,
                       ruf_search_pool_text(&numbers->longer, (uint32_t)i));
        ruf_write_varint(out, owners.starts[i + 1] - owners.starts[i]);
        for (uint32_t k = owners.starts[i]; k < owners.starts[i + 1]; k++) {
            ruf_write_varint(out, owners.owners[k] - before);
            before = owners.owners[k];
        }
    }
    free_grouped(&owners);
    return ok && !out->failed && out->size <= UINT32_MAX;
}

static uint32_t write_codes(const struct search_numbers *numbers,
                            struct ruf_writer *out)
{
    uint32_t count = 0;

    for (uint16_t code = 1; code < 1000; code++)
        if (numbers->codes[code]) {
            ruf_write_u16(out, code);
            count++;
        }
    return count;
}

static bool write_numbers(struct search_numbers *numbers, uint32_t contacts,
                          struct ruf_writer *out)
{
    struct ruf_writer samples = { 0 };
    struct ruf_writer longer = { 0 };
    struct ruf_writer codes = { 0 };
    struct grouped shared = { NULL, NULL };
    bool ok = settle(numbers) &&
              group(&numbers->shared, numbers->count, &shared) &&
              write_longer(numbers, &longer);

    if (ok) {
        ruf_write_u32(out, contacts);
        ruf_write_u32(out, (uint32_t)numbers->count);
        ruf_write_u32(out, count_shared(&shared, numbers));
        ruf_write_u32(out, shared.starts[numbers->count]);
        ruf_write_u32(out, write_codes(numbers, &codes));
        ruf_write_u32(out, (uint32_t)longer.size);
        for (size_t i = 0; i < numbers->count; i++)
            ruf_write_u64(out, numbers->arrivals[i].value);
        write_owner_bits(numbers, contacts, out, &samples);
        ruf_search_write_array(out, numbers->order, numbers->count,
                               ruf_search_width((uint32_t)numbers->count));
        ruf_write_bytes(out, samples.bytes, samples.size);
        write_shared(&shared, numbers->count, contacts, out);
        ruf_write_bytes(out, codes.bytes, codes.size);
        ruf_write_bytes(out, longer.bytes, longer.size);
        ruf_search_write_pad(out);
    }
    ok = ok && !out->failed && !samples.failed && !codes.failed;
    ruf_writer_wipe(&samples);
    ruf_writer_wipe(&longer);
    ruf_writer_wipe(&codes);
    free_grouped(&shared);
    return ok;
}

/* --- grams
 * ----------------------------------------------------------------------- */

#define GRAMS (RUF_GRAM_GROUPS * RUF_GRAM_SYMBOLS)

static size_t grams_of(uint64_t value, unsigned out[RUF_NUMBER_DIGITS_MAX])
{
    size_t count = 0;

    for (size_t i = RUF_GRAM_FIRST; ruf_number_nibble(value, i) != 0; i += 2)
        out[count++] = ruf_number_gram_group(value, i) * RUF_GRAM_SYMBOLS +
                       ruf_number_nibble(value, i + 3);
    return count;
}

/* Numbers by their grams. */
struct gram_lists {
    uint32_t ends[GRAMS + 1]; /* that of list i at i + 1; 0 before the first */
    uint32_t *numbers;
};

static bool list_grams(const struct search_numbers *numbers,
                       struct gram_lists *out)
{
    unsigned grams[RUF_NUMBER_DIGITS_MAX];
    uint32_t *next = out->ends; /* until all are filled: their starts */

    for (size_t i = 0; i < numbers->count; i++) {
        size_t count = grams_of(numbers->arrivals[i].value, grams);

        for (size_t k = 0; k < count; k++)
            out->ends[grams[k] + 1]++;
    }
    for (size_t i = 0; i < GRAMS; i++)
        out->ends[i + 1] += out->ends[i];
    out->numbers =
        ruf_pages_alloc(((size_t)out->ends[GRAMS] + 1) * sizeof(*out->numbers));
    if (out->numbers == NULL)
        return false;
    for (size_t i = 0; i < numbers->count; i++) {
        size_t count = grams_of(numbers->arrivals[i].value, grams);

        for (size_t k = 0; k < count; k++)
            out->numbers[next[grams[k]]++] = (uint32_t)i;
    }
    memmove(out->ends + 1, out->ends, GRAMS * sizeof(*out->ends));
    out->ends[0] = 0;
    return true;
}

static void write_list(const uint32_t *numbers, size_t count,
                       struct ruf_writer *out)
{
    uint8_t *at = ruf_write_room(out, 5 * count + 1);
    uint32_t next = 0;

    for (size_t i = 0; at != NULL && i < count; i++) {
        if (i > 0 && numbers[i] + 1 == next)
            continue; /* a number may hold a gram twice */
        at = ruf_search_put_varint(at, numbers[i] - next);
        next = numbers[i] + 1;
    }
    if (at != NULL)
        out->size = (size_t)(at - out->bytes);
}

/* How long each list of a group is, then they; nothing if all are empty. */
static void write_group(const struct gram_lists *lists, size_t group,
                        struct ruf_writer *room, struct ruf_writer *stream)
{
    const uint32_t *ends = lists->ends + group * RUF_GRAM_SYMBOLS;

    if (ends[0] == ends[RUF_GRAM_SYMBOLS])
        return;
    room->size = 0;
    for (size_t i = 0; i < RUF_GRAM_SYMBOLS; i++) {
        size_t before = room->size;

        write_list(lists->numbers + ends[i], ends[i + 1] - ends[i], room);
        ruf_write_varint(stream, room->size - before);
    }
    ruf_write_bytes(stream, room->bytes, room->size);
}

static bool write_grams(const struct search_numbers *numbers,
                        struct ruf_writer *out)
{
    struct gram_lists *lists = calloc(1, sizeof(*lists));
    struct ruf_writer offsets = { 0 };
    struct ruf_writer stream = { 0 };
    struct ruf_writer room = { 0 };
    bool ok = lists != NULL && list_grams(numbers, lists);

    for (size_t group = 0; ok && group < RUF_GRAM_GROUPS; group++) {
        ruf_write_u32(&offsets, (uint32_t)stream.size);
        write_group(lists, group, &room, &stream);
    }
    ruf_write_u32(&offsets, (uint32_t)stream.size);
    ruf_write_u32(out, (uint32_t)numbers->count);
    ruf_write_u32(out, (uint32_t)stream.size);
    ruf_write_bytes(out, offsets.bytes, offsets.size);
    ruf_write_bytes(out, stream.bytes, stream.size);
    ruf_search_write_pad(out);
    ok = ok && !offsets.failed && !stream.failed && !room.failed &&
         !out->failed && stream.size <= UINT32_MAX;
    ruf_writer_wipe(&offsets);
    ruf_writer_wipe(&stream);
    ruf_writer_wipe(&room);
    if (lists != NULL)
        free(lists->numbers);
    free(lists);
    return ok;
}

bool ruf_search_write_numbers(struct search_numbers *numbers, uint32_t contacts,
                              struct ruf_writer *out, struct ruf_writer *grams)
{
    return write_numbers(numbers, contacts, out) && write_grams(numbers, grams);
}
