/*
 * indexer/raw_shape.c - how a raw number was written, apart from its digits
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/raw_shape.h"
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

struct digits {
    char bytes[RUF_SHAPE_SIZE_MAX];
    size_t size;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_at(const struct digits *raw, size_t start, const char *digits,
                  size_t size)
{
    return raw->size - start == size &&
           memcmp(raw->bytes + start, digits, size) == 0;
}

/* All of the E.164, with or without a zero in front of the national part. */
static bool align_international(const struct digits *raw, size_t start,
                                const char *e164, size_t size,
                                struct alignment *out)
{
    if (raw->size < start)
        return false;
    if (is_at(raw, start, e164, size))
        return true;
    for (unsigned code = 1; code <= CALLING_CODE_MAX && code < size; code++)
        if (raw->size == start + size + 1 && raw->bytes[start + code] == '0' &&
            memcmp(raw->bytes + start, e164, code) == 0 &&
            memcmp(raw->bytes + start + code + 1, e164 + code, size - code) ==
                0) {
            out->zero_after = code;
            return true;
        }
    return false;
}

/* Only its national part, with or without a zero in front. */
static bool align_national(const struct digits *raw, const char *e164,
                           size_t size, struct alignment *out)
{
    unsigned lead = raw->size > 0 && raw->bytes[0] == '0' ? 1 : 0;

    for (unsigned code = 1; code <= CALLING_CODE_MAX && code < size; code++)
        if (is_at(raw, lead, e164 + code, size - code)) {
            out->lead = lead;
            out->skip = code;
            return true;
        }
    return false;
}

static bool align(const struct digits *raw, const char *e164, size_t size,
                  struct alignment *out)
{
    *out = (struct alignment){ 0 };
    if (align_international(raw, 0, e164, size, out) ||
        align_national(raw, e164, size, out))
        return true;
    *out = (struct alignment){ .lead = 2 };
    return raw->size > 2 && raw->bytes[0] == '0' && raw->bytes[1] == '0' &&
           align_international(raw, 2, e164, size, out);
}

static bool collect_digits(struct ruf_text raw, struct digits *out)
{
    out->size = 0;
    if (raw.size == 0 || raw.size > sizeof(out->bytes))
        return false;
    for (size_t i = 0; i < raw.size; i++) {
        if ((unsigned char)raw.data[i] < 0x20)
            return false; /* would read as a step */
        if (is_digit(raw.data[i]))
            out->bytes[out->size++] = raw.data[i];
    }
    return true;
}

struct shape {
    char *bytes;
    size_t size;
    unsigned run;    /* digits to be copied, not written yet */
    unsigned copied; /* all digits copied or left out so far */
};

static void end_run(struct shape *shape, size_t digits)
{
    if (shape->run == 0)
        return;
    shape->bytes[shape->size++] = shape->copied == digits
                                      ? RUF_SHAPE_REST
                                      : (char)(RUF_SHAPE_COPY + shape->run);
    shape->run = 0;
}

/* Copies at most 15 digits a step; E.164 has 18. */
static void add_digit(struct shape *shape, size_t digits)
{
    if (shape->run == 15)
        end_run(shape, digits);
    shape->run++;
    shape->copied++;
}

size_t ruf_raw_shape(ruf_e164 e164, struct ruf_text raw,
                     char out[RUF_SHAPE_SIZE_MAX])
{
    char text[RUF_E164_TEXT_SIZE];
    char bytes[2 * RUF_SHAPE_SIZE_MAX];
    struct shape shape = { .bytes = bytes };
    struct alignment how;
    struct digits digits;
    size_t size;

    if (e164 == 0 || !collect_digits(raw, &digits))
        return 0;
    size = ruf_e164_format(e164, text) - 1;
    if (!align(&digits, text + 1, size, &how))
        return 0;
    for (size_t i = 0; i < raw.size; i++) {
        if (!is_digit(raw.data[i])) {
            end_run(&shape, size);
            bytes[shape.size++] = raw.data[i];
        } else if (how.lead > 0) {
            how.lead--;
            bytes[shape.size++] = '0';
        } else if (how.zero_after > 0 && shape.copied == how.zero_after) {
            end_run(&shape, size);
            how.zero_after = 0;
            bytes[shape.size++] = '0';
        } else {
            if (how.skip > 0)
                bytes[shape.size++] = (char)(RUF_SHAPE_SKIP + how.skip - 1);
            shape.copied += how.skip;
            how.skip = 0;
            add_digit(&shape, size);
        }
    }
    end_run(&shape, size);
    if (shape.size > RUF_SHAPE_SIZE_MAX)
        return 0;
    memcpy(out, bytes, shape.size);
    return shape.size;
}
