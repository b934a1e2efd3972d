/*
 * indexer/raw_shape.c - how a raw number was written, apart from its digits
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/raw_shape.h"
#include "base/decimal.h"
#include "base/image_sections.h"
#include <stdbool.h>
#include <string.h>

#define CALLING_CODE_MAX 3

/* How the digits of a raw number come from those of its E.164: zeros before
 * them, digits left out at the start, a zero after the first digits. */
struct alignment {
    unsigned lead;
    unsigned skip;
    unsigned zero_after; /* 0: none */
};

/* Digits as a value and their count: leading zeros count. */
struct digits {
    uint64_t value;
    size_t size;
};

#define DIGITS_MAX 19 /* of any value that fits */

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

static bool collect_digits(struct ruf_text raw, struct digits *out)
{
    *out = (struct digits){ 0, 0 };
    if (raw.size == 0 || raw.size > RUF_SHAPE_SIZE_MAX)
        return false;
    for (size_t i = 0; i < raw.size; i++) {
        if ((unsigned char)raw.data[i] < 0x20)
            return false; /* would read as a step */
        if (!is_digit(raw.data[i]))
            continue;
        if (++out->size > DIGITS_MAX)
            return false;
        out->value = out->value * 10 + (uint64_t)(raw.data[i] - '0');
    }
    return out->size > 0;
}

static struct digits digits_of(ruf_e164 number)
{
    struct digits digits = { number, 1 };

    while (digits.size < DIGITS_MAX && ruf_powers_of_ten[digits.size] <= number)
        digits.size++;
    return digits;
}

/* All of the E.164, after 'lead' zeros: in one piece, or with a zero in front
 * of the national part. */
static bool align_international(const struct digits *raw,
                                const struct digits *e164, unsigned lead,
                                struct alignment *out)
{
    out->lead = lead;
    if (raw->size == e164->size + lead)
        return raw->value == e164->value;
    if (raw->size != e164->size + lead + 1)
        return false;
    for (unsigned code = 1; code <= CALLING_CODE_MAX && code < e164->size;
         code++) {
        uint64_t power = ruf_powers_of_ten[e164->size - code];

        if (raw->value ==
            e164->value / power * power * 10 + e164->value % power) {
            out->zero_after = code;
            return true;
        }
    }
    return false;
}

/* Only its national part, with a zero in front or without. */
static bool align_national(const struct digits *raw, const struct digits *e164,
                           unsigned lead, struct alignment *out)
{
    size_t code = e164->size + lead - raw->size;

    if (e164->size + lead < raw->size || code < 1 || code > CALLING_CODE_MAX ||
        code >= e164->size ||
        raw->value != e164->value % ruf_powers_of_ten[e164->size - code])
        return false;
    *out = (struct alignment){ .lead = lead, .skip = (unsigned)code };
    return true;
}

/* Whether the leading zeros are there is checked with the lengths: a value of
 * fewer digits than are written begins with zeros. */
static bool align(const struct digits *raw, const struct digits *e164,
                  struct alignment *out)
{
    for (unsigned lead = 0; lead <= 2; lead += 2) {
        *out = (struct alignment){ 0 };
        if (align_international(raw, e164, lead, out))
            return true;
    }
    return align_national(raw, e164, 1, out) ||
           align_national(raw, e164, 0, out);
}

struct shape {
    char *bytes;
    size_t size;
    unsigned run;    /* digits to be copied, not written yet */
    unsigned copied; /* all digits copied or left out so far */
};

static inline void end_run(struct shape *shape, size_t digits)
{
    if (shape->run == 0)
        return;
    shape->bytes[shape->size++] = shape->copied == digits
                                      ? RUF_SHAPE_REST
                                      : (char)(RUF_SHAPE_COPY + shape->run);
    shape->run = 0;
}

/* Copies at most 15 digits a step; E.164 has 18. */
static inline void add_digit(struct shape *shape, size_t digits)
{
    if (shape->run == 15)
        end_run(shape, digits);
    shape->run++;
    shape->copied++;
}

static void write_shape(struct ruf_text raw, struct alignment how,
                        size_t digits, struct shape *shape)
{
    for (size_t i = 0; i < raw.size; i++) {
        char c = raw.data[i];

        if (!is_digit(c)) {
            end_run(shape, digits);
            shape->bytes[shape->size++] = c;
        } else if (how.lead > 0) {
            how.lead--;
            shape->bytes[shape->size++] = '0';
        } else if (how.zero_after > 0 && shape->copied == how.zero_after) {
            end_run(shape, digits);
            how.zero_after = 0;
            shape->bytes[shape->size++] = '0';
        } else {
            if (how.skip > 0)
                shape->bytes[shape->size++] =
                    (char)(RUF_SHAPE_SKIP + how.skip - 1);
            shape->copied += how.skip;
            how.skip = 0;
            add_digit(shape, digits);
        }
    }
    end_run(shape, digits);
}

size_t ruf_raw_shape(ruf_e164 e164, struct ruf_text raw,
                     char out[2 * RUF_SHAPE_SIZE_MAX])
{
    struct shape shape = { .bytes = out };
    struct alignment how;
    struct digits digits;
    struct digits written;

    if (e164 == 0 || e164 > RUF_E164_MAX || !collect_digits(raw, &written))
        return 0;
    digits = digits_of(e164);
    if (!align(&written, &digits, &how))
        return 0;
    write_shape(raw, how, digits.size, &shape);
    return shape.size <= RUF_SHAPE_SIZE_MAX ? shape.size : 0;
}
