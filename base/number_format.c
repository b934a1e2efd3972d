/*
 * base/number_format.c - numbers as people read and dial them
 *
 * Follows libphonenumber's Format(): the calling code's main region knows the
 * groups; the first format whose leading digits and length fit is taken, none
 * leaves the digits in one piece.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/decimal.h"
#include "base/number_chars.h"
#include "base/number_plan.h"
#include "base/number_program.h"
#include "base/text.h"
#include <rufname/number.h>
#include <string.h>

/* A writer that never passes its end; formats of the plan always fit. */
struct out {
    char *at;
    size_t size;
    size_t room; /* without the NUL */
};

static void put(struct out *out, const char *bytes, size_t size)
{
    if (size > out->room - out->size)
        size = out->room - out->size;
    memcpy(out->at + out->size, bytes, size);
    out->size += size;
    out->at[out->size] = '\0';
}

static void put_text(struct out *out, const char *text)
{
    put(out, text, strlen(text));
}

/* --- the format --- */

static const struct ruf_plan_format *
find_format(const struct ruf_plan_code *code, struct ruf_digits national,
            enum ruf_number_style style, struct ruf_match *match)
{
    for (unsigned i = 0; i < code->format_count; i++) {
        const struct ruf_plan_format *format =
            &ruf_plan_formats[code->first_format + i];

        if (style != RUF_STYLE_NATIONAL && format->international == 0)
            continue;
        if (format->leading != 0 &&
            !ruf_program_run(format->leading, national, match))
            continue;
        if (ruf_program_run(format->pattern, national, match))
            return format;
    }
    return NULL;
}

static void put_group(struct out *out, struct ruf_digits national,
                      const struct ruf_match *match, size_t group)
{
    size_t from = match->slots[2 * group];
    size_t until = match->slots[2 * group + 1];

    if (from < until && until <= national.count)
        put(out, national.at + from, until - from);
}

/* The template is like "0$1 $2-$3". */
static void put_groups(struct out *out, const char *template,
                       struct ruf_digits national,
                       const struct ruf_match *match)
{
    for (const char *c = template; *c != '\0'; c++) {
        if (c[0] == '$' && c[1] >= '1' && c[1] <= '8')
            put_group(out, national, match, (size_t)(*++c - '1'));
        else
            put(out, c, 1);
    }
}

/* RFC 3966 knows one separator: what stood there becomes a hyphen. Templates
 * are ASCII. */
static void use_hyphens(struct out *out, size_t from)
{
    size_t size = from;

    for (size_t i = from; i < out->size; i++) {
        if (!ruf_char_is_punctuation((unsigned char)out->at[i]))
            out->at[size++] = out->at[i];
        else if (size > from && out->at[size - 1] != '-')
            out->at[size++] = '-';
    }
    out->size = size;
    out->at[size] = '\0';
}

static void put_national(struct out *out, const struct ruf_plan_code *code,
                         struct ruf_digits national,
                         enum ruf_number_style style)
{
    size_t from = out->size;
    struct ruf_match match;
    const struct ruf_plan_format *format =
        find_format(code, national, style, &match);

    if (format == NULL)
        put(out, national.at, national.count);
    else
        put_groups(out,
                   &ruf_plan_texts[style == RUF_STYLE_NATIONAL
                                       ? format->national
                                       : format->international],
                   national, &match);
    if (style == RUF_STYLE_RFC3966)
        use_hyphens(out, from);
}

static void put_extension(struct out *out, const struct ruf_plan_code *code,
                          const char *extension, enum ruf_number_style style)
{
    if (extension[0] == '\0')
        return;
    if (style == RUF_STYLE_RFC3966)
        put_text(out, ";ext=");
    else if (code->extension_text != 0)
        put_text(out, &ruf_plan_texts[code->extension_text]);
    else
        put_text(out, " ext. ");
    put_text(out, extension);
}

/* --- numbers --- */

static size_t format(struct ruf_text e164, const char *extension,
                     enum ruf_number_style style, char *text)
{
    struct out out = { text, 0, RUF_NUMBER_TEXT_SIZE - 1 };
    struct ruf_digits digits = { e164.data + 1, e164.size - 1 };
    const struct ruf_plan_code *code = ruf_plan_leading_code(digits);

    if (code == NULL || style == RUF_STYLE_E164) {
        put(&out, e164.data, e164.size);
        return out.size;
    }
    if (style == RUF_STYLE_RFC3966)
        put_text(&out, "tel:");
    if (style != RUF_STYLE_NATIONAL) {
        put(&out, e164.data, code->width + 1u);
        put_text(&out, style == RUF_STYLE_RFC3966 ? "-" : " ");
    }
    put_national(&out, code, ruf_digits_from(digits, code->width), style);
    put_extension(&out, code, extension, style);
    return out.size;
}

size_t ruf_number_format(const struct ruf_number *number,
                         enum ruf_number_style style,
                         char out[RUF_NUMBER_TEXT_SIZE])
{
    if (number->status != RUF_NUMBER_OK) {
        out[0] = '\0';
        return 0;
    }
    return format(ruf_text(number->e164), number->extension, style, out);
}

/* 00 to 99: a division for two digits. */
static const char pairs[] =
    "00010203040506070809101112131415161718192021222324"
    "25262728293031323334353637383940414243444546474849"
    "50515253545556575859606162636465666768697071727374"
    "75767778798081828384858687888990919293949596979899";

size_t ruf_e164_format(ruf_e164 number, char out[RUF_E164_TEXT_SIZE])
{
    size_t size = 1 + ruf_count_digits(number);
    char *at = out + size;

    *at = '\0';
    for (; number >= 10; number /= 100) {
        at -= 2;
        memcpy(at, pairs + 2 * (number % 100), 2);
    }
    if (at > out + 1)
        *--at = (char)('0' + number);
    *--at = '+';
    return size;
}

size_t ruf_e164_format_as(ruf_e164 number, enum ruf_number_style style,
                          char out[RUF_NUMBER_TEXT_SIZE])
{
    char room[RUF_E164_TEXT_SIZE];
    size_t size = ruf_e164_format(number, room);

    return format((struct ruf_text){ room, size }, "", style, out);
}
