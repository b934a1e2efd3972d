/*
 * lookup/search_numbers.c - contacts by digits of their numbers
 *
 * Starts are ranges of the numbers sorted by digits. Fragments and ends go
 * through grams, four digits at even places but the first: wherever a fragment
 * stands behind the start, one of its first two grams is at an even place. Of
 * the second one a fragment of four digits knows three, and all lists of its
 * group are gone through. All lists are in rank order.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/number_program.h"
#include "base/scratch.h"
#include "base/text.h"
#include "lookup/search_private.h"
#include <string.h>

#define ANYWHERE_MIN 4
#define DIGITS_MIN 2 /* shorter numbers are not indexed */
#define END_GRAMS 3  /* places behind the last digit that grams reach */

/* --- one number as text
 * ------------------------------------------------------------ */

static bool starts_with(const char *digits, size_t size, const char *asked,
                        size_t asked_size)
{
    return size >= asked_size && memcmp(digits, asked, asked_size) == 0;
}

size_t ruf_search_code_size(const char *digits, size_t size)
{
    const struct ruf_plan_code *code =
        ruf_plan_leading_code((struct ruf_digits){ digits, size });

    return code == NULL ? 0 : code->width;
}

/* A beginning in one of the written forms; its tier by whether it is all. */
static unsigned match_start(const char *digits, size_t size, const char *asked,
                            size_t asked_size)
{
    if (!starts_with(digits, size, asked, asked_size))
        return SEARCH_TIER_NONE;
    return size == asked_size ? RUF_TIER_FULL_NUMBER : RUF_TIER_NUMBER_PART;
}

static unsigned better(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned match_forms(const struct search_digits *asked,
                            const char *digits, size_t size, size_t code_size)
{
    const char *text = asked->text;
    size_t count = asked->size;
    unsigned tier = match_start(digits, size, text, count);

    if (code_size == 0 || asked->plus)
        return tier;
    if (count > 2 && text[0] == '0' && text[1] == '0')
        tier = better(tier, match_start(digits, size, text + 2, count - 2));
    tier = better(
        tier, match_start(digits + code_size, size - code_size, text, count));
    if (text[0] == '0')
        tier = better(tier, match_start(digits + code_size, size - code_size,
                                        text + 1, count - 1));
    return tier;
}

unsigned ruf_search_match_digits(const struct search_digits *asked,
                                 const char *digits, size_t size,
                                 size_t code_size)
{
    unsigned tier;

    if (asked->ends_only) {
        if (size < asked->size ||
            memcmp(digits + size - asked->size, asked->text, asked->size) != 0)
            return SEARCH_TIER_NONE;
        return size == asked->size ? RUF_TIER_FULL_NUMBER
                                   : RUF_TIER_NUMBER_PART;
    }
    tier = match_forms(asked, digits, size, code_size);
    if (tier == SEARCH_TIER_NONE && !asked->plus &&
        asked->size >= ANYWHERE_MIN &&
        memmem(digits, size, asked->text, asked->size) != NULL)
        tier = RUF_TIER_NUMBER_PART;
    return tier;
}

size_t ruf_search_number_digits(const struct ruf_contact_number *number,
                                char out[SEARCH_DIGITS_MAX])
{
    size_t size = 0;

    if (number->e164 != 0) {
        char text[RUF_E164_TEXT_SIZE];

        size = ruf_e164_format(number->e164, text) - 1;
        memcpy(out, text + 1, size);
        return size;
    }
    for (size_t i = 0; i < number->raw.size && size < SEARCH_DIGITS_MAX; i++)
        if (number->raw.data[i] >= '0' && number->raw.data[i] <= '9')
            out[size++] = number->raw.data[i];
    return size;
}

unsigned ruf_search_match_number(const struct search_digits *asked,
                                 const struct ruf_contact_number *number)
{
    RUF_SCRATCH char digits[SEARCH_DIGITS_MAX];
    size_t size = ruf_search_number_digits(number, digits);

    if (size < DIGITS_MIN)
        return SEARCH_TIER_NONE;
    return ruf_search_match_digits(
        asked, digits, size,
        number->e164 == 0 ? 0 : ruf_search_code_size(digits, size));
}

unsigned ruf_search_number_tier(const struct search_digits *asked,
                                const struct ruf_contact *contact)
{
    unsigned best = SEARCH_TIER_NONE;

    for (size_t i = 0; i < contact->number_count; i++)
        best =
            better(best, ruf_search_match_number(asked, &contact->numbers[i]));
    return best;
}

/* --- owners
 * ------------------------------------------------------------------------ */

static uint64_t value_of(const struct search_numbers *numbers, uint32_t i)
{
    return ruf_search_load64(numbers->values + 8 * (size_t)i);
}

/* In byte i how many bits are set in bytes 0..i; the last one has them all. */
static uint64_t count_bits(uint64_t bits)
{
    bits -= bits >> 1 & RUF_EACH_BYTE(0x55);
    bits = (bits & RUF_EACH_BYTE(0x33)) + (bits >> 2 & RUF_EACH_BYTE(0x33));
    return ((bits + (bits >> 4)) & RUF_EACH_BYTE(0x0F)) * RUF_EACH_BYTE(1);
}

/* Where the bit is that has n others below it; counts are count_bits(bits). */
static unsigned select_bit(uint64_t bits, uint64_t counts, unsigned n)
{
    /* 0x80 in each byte whose count is not above n. */
    uint64_t below = (RUF_EACH_BYTE(0x80 | n) - counts) & RUF_EACH_BYTE(0x80);
    unsigned shift = 8 * (unsigned)((below >> 7) * RUF_EACH_BYTE(1) >> 56);

    n -= (unsigned)(counts << 8 >> shift & 0xFF);
    for (bits >>= shift; n > 0; n--)
        bits &= bits - 1;
    return shift + (unsigned)__builtin_ctzll(bits);
}

/* The best owner: zeros before the number's one. */
static uint32_t owner_of(const struct search_numbers *numbers, uint32_t number)
{
    uint32_t sample = number / RUF_SEARCH_NUMBERS_PER_SAMPLE;
    unsigned left = number % RUF_SEARCH_NUMBERS_PER_SAMPLE;
    uint64_t bit = ruf_search_item(&numbers->samples, sample);
    uint64_t bits = UINT64_MAX << bit % 64;

    for (uint64_t word = bit / 64; word < numbers->owner_words; word++) {
        uint64_t counts;

        bits &= ruf_search_load64(numbers->owner_bits + 8 * word);
        counts = count_bits(bits);
        if (counts >> 56 > left)
            return (uint32_t)(64 * word + select_bit(bits, counts, left)) -
                   number;
        left -= (unsigned)(counts >> 56);
        bits = UINT64_MAX;
    }
    return UINT32_MAX;
}

/* Offer all owners of a number. */
static bool offer_owners(struct search_scratch *s, uint32_t number,
                         unsigned tier)
{
    const struct search_numbers *numbers = &s->tables.numbers;
    uint32_t owner = owner_of(numbers, number);
    uint32_t i;
    uint32_t at;
    uint32_t end;

    if (owner >= s->tables.contacts)
        return ruf_search_spend(s, 1, tier);
    ruf_search_offer(s, tier, owner);
    if ((value_of(numbers, number) & RUF_NUMBER_SHARED) == 0)
        return ruf_search_spend(s, 1, tier);
    i = ruf_search_bound(&numbers->shared, 0, numbers->shared.count, number);
    if (i >= numbers->shared.count ||
        ruf_search_item(&numbers->shared, i) != number)
        return true;
    at = ruf_search_item(&numbers->shared_first, i);
    end = ruf_search_item(&numbers->shared_first, i + 1);
    for (; at < end && at < numbers->shared_owners.count; at++) {
        owner = ruf_search_item(&numbers->shared_owners, at);
        if (owner >= s->tables.contacts ||
            ruf_search_settled_at(s, tier, owner))
            break; /* the others have a worse rank still */
        ruf_search_offer(s, tier, owner);
        if (!ruf_search_spend(s, 1, tier))
            return false;
    }
    return ruf_search_spend(s, 1, tier);
}

/* --- numbers by their beginning
 * ---------------------------------------------------- */

/* A form a number may be typed in, and where it begins in the number: at its
 * first digit, at a calling code, behind one. */
enum start_at { AT_FIRST = 0, AT_CODE, BEHIND_CODE };
struct start {
    enum start_at at;
    const char *text;
    size_t size;
    uint64_t digits; /* the text, packed */
    uint64_t mask;
};
#define STARTS_MAX 4

static size_t add_start(struct start *out, size_t count, enum start_at at,
                        const char *text, size_t size)
{
    if (size > RUF_NUMBER_DIGITS_MAX)
        return count;
    out[count] = (struct start){ at, text, size, ruf_number_pack(text, size),
                                 ~(UINT64_MAX >> (4 * size)) };
    return count + 1;
}

/* All forms meant by what was typed. @return how many. */
static size_t read_starts(const struct search_digits *asked,
                          struct start out[STARTS_MAX])
{
    const char *text = asked->text;
    size_t size = asked->size;
    size_t count = add_start(out, 0, AT_FIRST, text, size);

    if (asked->plus || asked->ends_only)
        return count;
    if (size > 2 && text[0] == '0' && text[1] == '0')
        count = add_start(out, count, AT_CODE, text + 2, size - 2);
    count = add_start(out, count, BEHIND_CODE, text, size);
    if (text[0] == '0')
        count = add_start(out, count, BEHIND_CODE, text + 1, size - 1);
    return count;
}

static size_t add_prefix(struct search_prefix *out, size_t count,
                         const char *digits, size_t size, size_t code_size)
{
    if (size > RUF_NUMBER_DIGITS_MAX || count == SEARCH_PREFIXES_MAX)
        return count;
    out[count].low = ruf_number_pack(digits, size);
    out[count].high = out[count].low | UINT64_MAX >> (4 * size);
    out[count].code_size = code_size;
    return count + 1;
}

/* Behind one calling code. */
static size_t add_national(struct search_prefix *out, size_t count,
                           unsigned code, const char *digits, size_t size)
{
    RUF_SCRATCH char text[4 + SEARCH_QUERY_MAX];
    size_t code_size = 0;

    for (unsigned left = code; left > 0; left /= 10)
        code_size++;
    for (size_t i = code_size; i > 0; i--, code /= 10)
        text[i - 1] = (char)('0' + code % 10);
    memcpy(text + code_size, digits, size);
    return add_prefix(out, count, text, code_size + size, code_size);
}

/* The beginnings of numbers that these forms mean. @return how many. */
static size_t read_prefixes(struct search_scratch *s)
{
    struct search_prefix *out = s->prefixes;
    struct start starts[STARTS_MAX];
    size_t start_count = read_starts(&s->digits, starts);
    size_t count = 0;

    for (size_t k = 0; k < start_count; k++)
        if (starts[k].at != BEHIND_CODE)
            count = add_prefix(out, count, starts[k].text, starts[k].size,
                               starts[k].at == AT_CODE ? 4 : 0);
    for (uint32_t i = 0; i < s->tables.numbers.code_count; i++) {
        const uint8_t *at = s->tables.numbers.codes + 2 * (size_t)i;
        unsigned code = at[0] | (unsigned)at[1] << 8;

        for (size_t k = 0; k < start_count && code > 0 && code <= 999; k++)
            if (starts[k].at == BEHIND_CODE)
                count = add_national(out, count, code, starts[k].text,
                                     starts[k].size);
    }
    return count;
}

/* Is it this prefix that the number was stored with? */
static bool means(const struct search_prefix *prefix, uint64_t value)
{
    uint64_t code_size = value & RUF_NUMBER_CODE_SIZE;

    return prefix->code_size == 0 || prefix->code_size == code_size ||
           (prefix->code_size == 4 && code_size != 0);
}

/* First place in the order of digits, from 'low' on, with no smaller value. */
static uint32_t order_bound(const struct search_numbers *numbers, uint32_t low,
                            uint32_t high, uint64_t value)
{
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint32_t number = ruf_search_item(&numbers->order, middle);

        if (number >= numbers->count || value_of(numbers, number) < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The same for a place that is most often near. */
static uint32_t order_near(const struct search_numbers *numbers, uint32_t low,
                           uint64_t value)
{
    uint32_t step = 1;

    while (step < numbers->count - low) {
        uint32_t number = ruf_search_item(&numbers->order, low + step - 1);

        if (number < numbers->count && value_of(numbers, number) >= value)
            return order_bound(numbers, low, low + step, value);
        low += step;
        step *= 4;
    }
    return order_bound(numbers, low, numbers->count, value);
}

/* Numbers that are one of these beginnings and nothing more. */
static void offer_equal(struct search_scratch *s,
                        const struct search_prefix *prefix)
{
    const struct search_numbers *numbers = &s->tables.numbers;

    for (uint32_t i = prefix->first; i < numbers->count; i++) {
        uint32_t number = ruf_search_item(&numbers->order, i);
        uint64_t value;

        if (number >= numbers->count)
            return;
        value = value_of(numbers, number);
        if ((value & ~RUF_NUMBER_FLAGS) != prefix->low)
            return;
        if (means(prefix, value) &&
            !offer_owners(s, number, RUF_TIER_FULL_NUMBER))
            return;
    }
}

static bool begins(const struct start *starts, size_t count, uint64_t value)
{
    uint64_t code_size = value & RUF_NUMBER_CODE_SIZE;
    uint64_t digits = value & ~RUF_NUMBER_FLAGS;

    for (size_t i = 0; i < count; i++) {
        unsigned skipped =
            starts[i].at == BEHIND_CODE ? 4 * (unsigned)code_size : 0;

        if ((code_size != 0 || starts[i].at == AT_FIRST) &&
            ((digits << skipped ^ starts[i].digits) & starts[i].mask) == 0)
            return true;
    }
    return false;
}

/* Numbers come in the order of their owners: once one cannot enter, none
 * behind it can. */
static bool comes_too_late(const struct search_scratch *s, uint32_t number)
{
    return s->count == s->capacity &&
           ruf_search_settled_at(s, RUF_TIER_NUMBER_PART,
                                 owner_of(&s->tables.numbers, number));
}

/* Many numbers begin so: take contacts in rank order until it is enough. */
static void starts_by_rank(struct search_scratch *s)
{
    const struct search_numbers *numbers = &s->tables.numbers;
    struct start starts[STARTS_MAX];
    size_t count = read_starts(&s->digits, starts);

    for (uint32_t i = 0; i < numbers->count; i++) {
        if (i % 1024 == 1023 && !ruf_search_spend(s, 256, RUF_TIER_NUMBER_PART))
            return;
        if (!begins(starts, count, value_of(numbers, i)))
            continue;
        if (comes_too_late(s, i) || !offer_owners(s, i, RUF_TIER_NUMBER_PART))
            return;
    }
}

static bool cannot_enter(const struct search_scratch *s, uint32_t number,
                         uint32_t *limit)
{
    if (number >= *limit)
        return true;
    if (!comes_too_late(s, number))
        return false;
    *limit = number;
    return true;
}

static void starts_by_range(struct search_scratch *s,
                            const struct search_prefix *prefix, uint32_t *limit)
{
    const struct search_numbers *numbers = &s->tables.numbers;

    for (uint32_t i = prefix->first; i < prefix->end; i++) {
        uint32_t number = ruf_search_item(&numbers->order, i);

        if (cannot_enter(s, number, limit))
            continue;
        if (means(prefix, value_of(numbers, number)) &&
            !offer_owners(s, number, RUF_TIER_NUMBER_PART))
            return;
    }
}

/* Looking through a range costs its length, by rank it costs about
 * capacity * numbers / length: whichever is less. */
static void offer_starts(struct search_scratch *s)
{
    const struct search_numbers *numbers = &s->tables.numbers;
    uint32_t limit = numbers->count;
    uint64_t total = 0;
    size_t count = 0;

    for (size_t i = 0; i < s->prefix_count; i++) {
        struct search_prefix prefix = s->prefixes[i];

        prefix.end = order_near(numbers, prefix.first, prefix.high + 1);
        total += prefix.end - prefix.first;
        if (prefix.first < prefix.end)
            s->prefixes[count++] = prefix;
    }
    if (total * total > (uint64_t)s->capacity * numbers->count) {
        starts_by_rank(s);
        return;
    }
    if (!ruf_search_spend(s, total / 8, RUF_TIER_NUMBER_PART))
        return;
    for (size_t i = 0; i < count; i++)
        starts_by_range(s, &s->prefixes[i], &limit);
}

/* --- numbers by a fragment
 * -------------------------------------------------------- */

/* Digits, and behind the end two places where grams see it. */
struct pattern {
    uint64_t packed;
    size_t size;
    size_t reach; /* places grams may cover */
    bool ends;
};

static bool is_end(const struct pattern *pattern, uint64_t digits)
{
    size_t size = ruf_number_size(digits);

    return size >= pattern->size &&
           ((digits << 4 * (size - pattern->size)) ^ pattern->packed) == 0;
}

/* Does the pattern stand at a place of this parity, or at the end? */
static bool holds(const struct pattern *pattern, uint64_t value, size_t parity)
{
    uint64_t digits = value & ~RUF_NUMBER_FLAGS;
    uint64_t mask = ~(UINT64_MAX >> (4 * pattern->size));

    if (pattern->ends)
        return is_end(pattern, digits);
    for (digits <<= 4 * parity; digits != 0; digits <<= 8)
        if (((digits ^ pattern->packed) & mask) == 0)
            return true;
    return false;
}

/* A list of numbers that hold a gram. */
struct gram_list {
    const uint8_t *at;
    const uint8_t *end;
    uint32_t number; /* UINT32_MAX: at the end */
    uint8_t parity;  /* of the places where the pattern may stand in them */
};

static void next_number(const struct search_numbers *numbers,
                        struct gram_list *list)
{
    uint32_t step;

    if (list->at >= list->end) {
        list->number = UINT32_MAX;
        return;
    }
    list->at = ruf_search_varint(list->at, list->end, &step);
    list->number = step >= numbers->count - (list->number + 1)
                       ? UINT32_MAX
                       : list->number + 1 + step;
}

/* The lists of the group at place i of the pattern. */
static void open_group(const struct search_numbers *numbers,
                       const struct pattern *pattern, size_t i,
                       struct gram_list lists[RUF_GRAM_SYMBOLS])
{
    unsigned group = ruf_number_gram_group(pattern->packed, i);
    uint32_t first = ruf_search_item(&numbers->grams, group);
    uint32_t last = ruf_search_item(&numbers->grams, group + 1);
    const uint8_t *at = numbers->gram_stream;
    const uint8_t *end = numbers->gram_stream;
    uint32_t sizes[RUF_GRAM_SYMBOLS] = { 0 };

    if (first < last && last <= numbers->gram_size) {
        at += first;
        end += last;
    }
    for (size_t symbol = 0; at < end && symbol < RUF_GRAM_SYMBOLS; symbol++)
        at = ruf_search_varint(at, end, &sizes[symbol]);
    for (size_t symbol = 0; symbol < RUF_GRAM_SYMBOLS; symbol++) {
        uint32_t size = sizes[symbol] < (size_t)(end - at)
                            ? sizes[symbol]
                            : (uint32_t)(end - at);

        /* The number before the first is -1: steps count from it. */
        lists[symbol] = (struct gram_list){ at, at + size, UINT32_MAX, i & 1 };
        at += size;
    }
}

static size_t bytes_left(const struct gram_list *list)
{
    return (size_t)(list->end - list->at);
}

/* The shortest list for a pattern that stands at places of one parity, or all
 * of a group if it is too short to tell which. @return how many. */
static size_t open_lists(const struct search_numbers *numbers,
                         const struct pattern *pattern, size_t parity,
                         struct gram_list out[RUF_GRAM_SYMBOLS])
{
    struct gram_list group[RUF_GRAM_SYMBOLS];
    size_t count = 0;

    for (size_t i = parity; i + 4 <= pattern->reach; i += 2) {
        const struct gram_list *list =
            &group[ruf_number_nibble(pattern->packed, i + 3)];

        open_group(numbers, pattern, i, group);
        if (count == 0 || bytes_left(list) < bytes_left(&out[0]))
            out[0] = *list;
        count = 1;
    }
    if (count == 0 && parity + 3 <= pattern->reach) {
        open_group(numbers, pattern, parity, out);
        count = RUF_GRAM_SYMBOLS;
    }
    return count;
}

/* Numbers whose values are on their way from memory at once. */
#define BATCH 16

/* The next numbers of a list below 'end'. @return how many. */
static size_t next_batch(const struct search_numbers *numbers,
                         struct gram_list *list, uint64_t end,
                         uint32_t batch[BATCH])
{
    size_t count = 0;

    for (; count < BATCH && list->number < end; count++) {
        batch[count] = list->number;
        __builtin_prefetch(numbers->values + 8 * (size_t)list->number);
        next_number(numbers, list);
    }
    return count;
}

/* The numbers of a list below 'end' that the pattern stands in. From one on
 * that cannot enter any more none can, of any list: the limit. */
static bool offer_list(struct search_scratch *s, const struct pattern *pattern,
                       struct gram_list *list, uint64_t end, uint64_t *limit)
{
    const struct search_numbers *numbers = &s->tables.numbers;
    uint32_t batch[BATCH];
    size_t count;

    while (list->number < *limit &&
           (count = next_batch(numbers, list, end, batch)) > 0) {
        if (!ruf_search_spend(s, count / 4, RUF_TIER_NUMBER_PART))
            return false;
        for (size_t i = 0; i < count; i++) {
            if (!holds(pattern, value_of(numbers, batch[i]), list->parity))
                continue;
            if (comes_too_late(s, batch[i])) {
                *limit = batch[i];
                break;
            }
            if (!offer_owners(s, batch[i], RUF_TIER_NUMBER_PART))
                return false;
        }
    }
    return true;
}

/* The lists take turns in few long steps: the processor could not guess which
 * of them has the next number. */
#define TURNS 16

static void offer_fragments(struct search_scratch *s,
                            const struct pattern *pattern)
{
    const struct search_numbers *numbers = &s->tables.numbers;
    uint64_t turn = numbers->count / TURNS + 1;
    uint64_t limit = numbers->count;
    struct gram_list lists[2 * RUF_GRAM_SYMBOLS];
    size_t count;

    if (numbers->count == 0)
        return;
    count = open_lists(numbers, pattern, 0, lists);
    count += open_lists(numbers, pattern, 1, lists + count);
    for (size_t i = 0; i < count; i++)
        next_number(numbers, &lists[i]);
    for (uint64_t end = turn; end < limit + turn; end += turn)
        for (size_t i = 0; i < count; i++)
            if (!offer_list(s, pattern, &lists[i], end, &limit))
                return;
}

/* --- long numbers
 * ------------------------------------------------------------------- */

/* They are few: all of them are looked at. */
static void offer_longer(struct search_scratch *s, unsigned wanted)
{
    const struct search_numbers *numbers = &s->tables.numbers;
    const uint8_t *at = numbers->longer;
    const uint8_t *end = at + numbers->longer_size;

    while (at < end) {
        unsigned tier = SEARCH_TIER_NONE;
        uint32_t size;
        uint32_t owners;
        uint32_t owner = 0;

        at = ruf_search_varint(at, end, &size);
        if (size < 2 || size > (size_t)(end - at))
            return;
        if (at[0] < size)
            tier = ruf_search_match_digits(&s->digits, (const char *)at + 1,
                                           size - 1, at[0]);
        at = ruf_search_varint(at + size, end, &owners);
        for (uint32_t i = 0; i < owners && at < end; i++) {
            uint32_t step;

            at = ruf_search_varint(at, end, &step);
            owner += step;
            if (tier == wanted && owner < s->tables.contacts)
                ruf_search_offer(s, tier, owner);
        }
        if (!ruf_search_spend(s, 1 + owners, wanted))
            return;
    }
}

/* --- stages
 * ----------------------------------------------------------------------- */

/* Favourites are asked one by one: their rank may be a poor one. */
static void offer_boosted(struct search_scratch *s, struct ruf_query *query)
{
    for (size_t i = 0; i < ruf_search_boosted_count(s); i++) {
        uint32_t number = ruf_search_boosted(s, i);
        struct ruf_contact contact;

        if (ruf_contact_read(query, number, CONTACT_NUMBERS, &contact, NULL) ==
            RUF_OK)
            ruf_search_offer(s, ruf_search_number_tier(&s->digits, &contact),
                             number);
    }
}

void ruf_search_full_number_stage(struct search_scratch *s,
                                  struct ruf_query *query)
{
    const struct search_numbers *numbers = &s->tables.numbers;

    offer_boosted(s, query);
    s->prefix_count = read_prefixes(s);
    for (size_t i = 0; i < s->prefix_count; i++) {
        struct search_prefix *prefix = &s->prefixes[i];

        prefix->first = order_bound(numbers, 0, numbers->count, prefix->low);
        offer_equal(s, prefix);
    }
    offer_longer(s, RUF_TIER_FULL_NUMBER);
}

void ruf_search_number_part_stage(struct search_scratch *s)
{
    const struct search_digits *asked = &s->digits;
    struct pattern pattern = { 0, asked->size, asked->size, asked->ends_only };

    if (!asked->ends_only)
        offer_starts(s);
    if (asked->size <= RUF_NUMBER_DIGITS_MAX && !asked->plus &&
        (asked->ends_only || asked->size >= ANYWHERE_MIN)) {
        pattern.packed = ruf_number_pack(asked->text, asked->size);
        pattern.reach += asked->ends_only ? END_GRAMS : 0;
        offer_fragments(s, &pattern);
    }
    offer_longer(s, RUF_TIER_NUMBER_PART);
}
