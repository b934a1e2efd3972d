/*
 * bench/numbers.c - plan-valid numbers of a crowd, distinct by construction
 *
 * Contacts come in groups of 4,096: one company of 2,048 people, four of 256,
 * eight of 64 and 64 of eight. A company has a block of its area: the longer
 * the extensions, the shorter the block. First digits keep the blocks of the
 * three lengths apart. Area codes and mobile prefixes are public facts of the
 * national plans; everything behind them follows from the position.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/crowd.h"
#include <string.h>

#define GROUP 4096u
#define COMPANIES_PER_GROUP 77u

struct place {
    uint32_t code;
    uint32_t areas[12]; /* 0-ended */
    uint32_t subscriber_digits;
    uint32_t mobiles[30]; /* 0-ended */
    uint32_t mobile_digits;
};

/* Mobile prefixes with as many digits before the last seven. */
static const struct place places[] = {
    { 49,
      { 30, 40, 69, 89, 221, 211, 711, 341, 351, 511, 911, 0 },
      8,
      { 1511, 1512, 1514, 1515, 1516, 1517, 1520, 1522, 1523, 1525,
        1570, 1573, 1575, 1577, 1578, 1579, 1590, 160,  162,  163,
        170,  171,  172,  173,  174,  175,  177,  178,  179,  0 },
      7 },
    { 43, { 1, 316, 0 }, 7, { 664, 676, 699, 660, 0 }, 7 },
    { 41, { 44, 31, 22, 61, 0 }, 7, { 79, 78, 76, 77, 0 }, 7 },
    { 33, { 14, 47, 0 }, 7, { 61, 62, 66, 67, 0 }, 7 },
    { 44, { 207, 208, 0 }, 7, { 771, 772, 773, 774, 0 }, 7 },
    { 31, { 20, 10, 0 }, 7, { 61, 62, 64, 65, 0 }, 7 },
    { 48, { 22, 12, 0 }, 7, { 60, 69, 50, 51, 0 }, 7 },
    { 420, { 22, 23, 0 }, 7, { 602, 603, 605, 607, 0 }, 6 },
};

/* Second lines of people: areas with no company of ours. */
static const uint32_t home_areas[] = { 201, 203, 231, 251, 381, 421, 431, 451,
                                       521, 531, 541, 561, 611, 621, 631, 641,
                                       651, 661, 671, 681, 721, 731, 761, 821,
                                       831, 841, 851, 871, 921, 931, 941, 951 };

static uint64_t power(uint32_t exponent)
{
    uint64_t value = 1;

    while (exponent-- > 0)
        value *= 10;
    return value;
}

static size_t list_size(const uint32_t *list)
{
    size_t size = 0;

    while (list[size] != 0)
        size++;
    return size;
}

/* One to one on [0, range) for ranges whose only prime factors are 2, 3, 5. */
static uint64_t scatter(uint64_t value, uint64_t range)
{
    return (value % range * 48271u + 7907u) % range;
}

/* Four of five companies are German. Serial numbers tell the companies of one
 * size and country apart and leave few gaps. */
static void settle(uint64_t ordinal, struct crowd_seat *out)
{
    uint32_t draw = (uint32_t)(ordinal % 20);

    if (draw < 16) {
        out->place = 0;
        out->serial = ordinal;
        return;
    }
    out->place = draw < 18 ? draw - 15 : 3 + (uint32_t)(ordinal / 20 % 5);
    out->serial = ordinal / 20 * 2 + draw % 2;
}

const char *crowd_region(const struct crowd_seat *seat)
{
    static const char *const regions[] = { "DE", "AT", "CH", "FR",
                                           "GB", "NL", "PL", "CZ" };

    return regions[seat->place];
}

void crowd_seat(uint64_t at, struct crowd_seat *out)
{
    uint64_t group = at / GROUP;
    uint32_t in = (uint32_t)(at % GROUP);
    uint32_t nth; /* company of its size in the group */

    if (in < 2048) {
        out->staff = 2048;
        out->company = group * COMPANIES_PER_GROUP;
        settle(group, out);
    } else if (in < 3584) {
        out->staff = in < 3072 ? 256 : 64;
        nth = in < 3072 ? (in - 2048) / 256 : 4 + (in - 3072) / 64;
        out->company = group * COMPANIES_PER_GROUP + 1 + nth;
        settle(group * 12 + nth, out);
    } else {
        out->staff = 8;
        nth = (in - 3584) / 8;
        out->company = group * COMPANIES_PER_GROUP + 13 + nth;
        settle(group * 64 + nth, out);
    }
    out->desk = in % out->staff;
}

/* Block of the company with 'extension' behind it, without the area. */
static uint64_t line_of(const struct crowd_seat *seat, uint64_t area_share,
                        uint32_t subscriber_digits, uint64_t line)
{
    uint32_t extension_digits = seat->staff > 400 ? 4 : seat->staff > 8 ? 3 : 2;
    uint32_t first_digit = seat->staff > 400 ? 2 : seat->staff > 8 ? 4 : 7;
    uint32_t first_digits = seat->staff > 400 ? 2 : 3;
    uint64_t rest = power(subscriber_digits - extension_digits - 1);
    uint64_t block =
        first_digit * rest + scatter(area_share, first_digits * rest);

    return block * power(extension_digits) + line;
}

static ruf_e164 join(uint64_t code, uint64_t area, uint64_t subscriber,
                     uint32_t digits)
{
    uint64_t width = 1;

    while (width <= area)
        width *= 10;
    return (code * width + area) * power(digits) + subscriber;
}

/* First line of the company's block counted from 0 = switchboard. */
static ruf_e164 company_number(const struct crowd_seat *seat, uint64_t line)
{
    const struct place *place = &places[seat->place];
    size_t areas = list_size(place->areas);

    return join(
        place->code, place->areas[seat->serial % areas],
        line_of(seat, seat->serial / areas, place->subscriber_digits, line),
        place->subscriber_digits);
}

static ruf_e164 mobile_number(const struct crowd_seat *seat, uint64_t ordinal)
{
    const struct place *place = &places[seat->place];
    size_t prefixes = list_size(place->mobiles);
    uint64_t rest = power(place->mobile_digits);

    return join(place->code, place->mobiles[ordinal % prefixes],
                scatter(ordinal / prefixes, rest), place->mobile_digits);
}

static ruf_e164 home_number(uint64_t at)
{
    size_t areas = sizeof(home_areas) / sizeof(home_areas[0]);

    return join(49, home_areas[at % areas],
                2000000 + scatter(at / areas, 8000000), 7);
}

static void add(struct ruf_person_number *out, size_t *count, ruf_e164 number,
                enum ruf_number_kind kind)
{
    out[*count] = (struct ruf_person_number){ .e164 = number,
                                              .kind = kind,
                                              .emit = true };
    (*count)++;
}

size_t people_numbers(uint64_t at,
                      struct ruf_person_number out[PEOPLE_NUMBERS_MAX])
{
    uint64_t draw = bench_mix(at * 4 + BENCH_SEED);
    struct crowd_seat seat;
    uint64_t lines;
    size_t count = 0;

    crowd_seat(at, &seat);
    /* Extensions 1.. for desks, from the middle on for second lines. */
    lines = seat.staff > 400 ? 5000 : seat.staff > 8 ? 500 : 50;
    add(out, &count, company_number(&seat, seat.desk + 1), RUF_KIND_BUSINESS);
    if (draw % 100 < 90)
        add(out, &count, mobile_number(&seat, at * 2), RUF_KIND_MOBILE);
    if (draw / 100 % 100 < 55)
        add(out, &count, home_number(at), RUF_KIND_OTHER);
    if (draw / 10000 % 100 < 35)
        add(out, &count, company_number(&seat, lines + seat.desk),
            RUF_KIND_OTHER);
    if (draw / 1000000 % 100 < 20)
        add(out, &count, mobile_number(&seat, at * 2 + 1), RUF_KIND_MOBILE);
    if (draw / 100000000 % 100 < 30)
        add(out, &count, company_number(&seat, 0), RUF_KIND_MAIN);
    return count;
}
