/*
 * test_raw_shape.c - a raw number comes back from its shape and its E.164
 *
 * The oracle is the raw number itself, through an image.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/image_sections.h"
#include "base/text.h"
#include "indexer/raw_shape.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* The reader's rule, straight from docs/index-format.md. */
static size_t expand(ruf_e164 e164, const char *shape, size_t size, char *out)
{
    char text[RUF_E164_TEXT_SIZE];
    const char *digits = text + 1;
    size_t left = ruf_e164_format(e164, text) - 1;
    size_t written = 0;

    for (size_t i = 0; i < size; i++) {
        unsigned char step = (unsigned char)shape[i];
        size_t take;

        if (step >= 0x20) {
            out[written++] = shape[i];
            continue;
        }
        take = step == 1 ? left : step <= 4 ? step - 1u : step - 0x10u;
        cr_assert_leq(take, left);
        if (step == 1 || step > 0x10) {
            memcpy(out + written, digits, take);
            written += take;
        }
        digits += take;
        left -= take;
    }
    return written;
}

static void expect_shape(ruf_e164 e164, const char *raw)
{
    char shape[2 * RUF_SHAPE_SIZE_MAX];
    char back[256];
    size_t size = ruf_raw_shape(e164, ruf_text(raw), shape);
    size_t written;

    cr_assert_gt(size, 0, "%s has no shape", raw);
    written = expand(e164, shape, size, back);
    cr_expect(ruf_text_equal((struct ruf_text){ back, written }, ruf_text(raw)),
              "%s, not %.*s", raw, (int)written, back);
}

Test(raw_shape, gives_the_written_form_back)
{
    const ruf_e164 berlin = UINT64_C(493023125001);

    expect_shape(berlin, "+493023125001");
    expect_shape(berlin, "+49 (030) 23125-001");
    expect_shape(berlin, "+49 (0) 30 / 23125001");
    expect_shape(berlin, "0049 30 23125 001");
    expect_shape(berlin, "0049 (0)30 23125-001");
    expect_shape(berlin, "030 23125-001");
    expect_shape(berlin, "30 23125-001");
    expect_shape(berlin, "(030) 23 12 50 01");
    expect_shape(berlin, "493023125001");
    expect_shape(berlin, "Tel.: 030 23125\xE2\x80\x93"
                         "001");
    expect_shape(UINT64_C(4900000000000), "000 000 000 00");
    expect_shape(UINT64_C(999999999999999999), "+999999999999999999");
    expect_shape(UINT64_C(12025550100), "202-555-0100");
}

Test(raw_shape, refuses_other_digits)
{
    static const char *const others[] = {
        "+49 30 23125-002",  "030 23125-001 ext. 12",
        "30 23125",          "23125-001",
        "Durchwahl",         "",
        "+49 30 23125\t001", "00049 30 23125-001",
    };
    char shape[2 * RUF_SHAPE_SIZE_MAX];
    char text[RUF_SHAPE_SIZE_MAX + 2];

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        cr_expect_eq(
            ruf_raw_shape(UINT64_C(493023125001), ruf_text(others[i]), shape),
            0, "%s", others[i]);
    cr_expect_eq(ruf_raw_shape(0, ruf_text("0"), shape), 0);
    memset(text, ' ', sizeof(text));
    memcpy(text, "493023125001", 12);
    cr_expect_eq(ruf_raw_shape(UINT64_C(493023125001),
                               (struct ruf_text){ text, sizeof(text) }, shape),
                 0, "too long");
}

/* Every way to write the digits in groups, for numbers of each length. */
Test(raw_shape, holds_for_random_groupings)
{
    uint64_t seed = 7;

    for (int round = 0; round < 20000; round++) {
        ruf_e164 e164 = UINT64_C(10000000);
        char digits[RUF_E164_TEXT_SIZE];
        char raw[RUF_SHAPE_SIZE_MAX] = "";
        size_t size;
        size_t used = 0;

        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
        for (unsigned i = (unsigned)(seed >> 60) % 9; i > 0; i--)
            e164 *= 10;
        e164 += (seed >> 8) % (e164 * 8);
        size = ruf_e164_format(e164, digits);
        if (seed >> 33 & 1)
            used = (size_t)snprintf(raw, sizeof(raw), "00");
        for (size_t i = 1; i < size; i++) {
            if ((seed >> i & 3) == 0)
                raw[used++] = "-/ ."[seed >> (i + 7) & 3];
            if (i == 3 && (seed >> 50 & 1))
                raw[used++] = '0';
            raw[used++] = digits[i];
        }
        raw[used] = '\0';
        expect_shape(e164, raw);
    }
}
