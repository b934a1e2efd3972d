/*
 * test_mail_shape.c - addresses and the names they are made of
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/mail_name.h"
#include "base/text.h"
#include "indexer/mail_shape.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* The shape with its steps as digits in angle brackets, then the text. */
static const char *shape_of(const char *address, const char *given,
                            const char *family)
{
    static char out[1024];
    struct ruf_mail_shape shape;
    size_t used = 0;

    if (!ruf_mail_shape(ruf_text(address), ruf_text(given), ruf_text(family),
                        &shape))
        return "none";
    for (size_t i = 0; i < shape.size; i++)
        used += (size_t)snprintf(out + used, sizeof(out) - used,
                                 shape.bytes[i] < ' ' ? "<%d>" : "%c",
                                 shape.bytes[i]);
    (void)snprintf(out + used, sizeof(out) - used, " %.*s",
                   shape.has_text ? (int)shape.text.size : 0,
                   shape.has_text ? shape.text.data : "");
    return out;
}

static const struct {
    const char *address;
    const char *given;
    const char *family;
    const char *shape;
} cases[] = {
    { "anna.mueller@muster.example", "Anna", "Müller",
      "<1>.<2>@muster.example " },
    { "anna.muller@muster.example", "Anna", "Müller",
      "<1>.<5>@muster.example " },
    { "mueller.anna@muster.example", "Anna", "Müller",
      "<2>.<1>@muster.example " },
    { "a.mueller@muster.example", "Anna", "Müller", "<3>.<2>@muster.example " },
    { "amueller@muster.example", "Anna", "Müller", "<3><2>@muster.example " },
    { "j.gross@muster.example", "Jörg", "Groß", "<3>.<2>@muster.example " },
    { "joerg@muster.example", "Jörg", "Groß", "<1>@muster.example " },
    { "jorg.gross@muster.example", "Jörg", "Groß", "<4>.<2>@muster.example " },
    { "anna.mueller17@muster.example", "Anna", "Müller",
      "<1>.<2><6>@muster.example 17" },
    { "anna.mueller.17@muster.example", "Anna", "Müller",
      "<1>.<2>.<6>@muster.example 17" },
    { "info@muster.example", "Anna", "Müller", "<6>@muster.example info" },
    { "info@muster.example", "", "", "<6>@muster.example info" },
    /* A name counts once, an initial only before a border. */
    { "anna.anna@muster.example", "Anna", "Müller",
      "<1>.<6>@muster.example anna" },
    { "abc@muster.example", "Anna", "Müller", "<6>@muster.example abc" },
    { "ANNA@muster.example", "Anna", "Müller", "<6>@muster.example ANNA" },
    /* Nothing to be had from letters without a spelling. */
    { "x@muster.example", "Ω", "山田", "<6>@muster.example x" },
    { "a@b@muster.example", "A", "B", "<1><6>@muster.example @b" },
    { "no domain", "Anna", "Müller", "none" },
    { "@muster.example", "Anna", "Müller", "none" },
    { "a\001@muster.example", "Anna", "Müller", "none" },
};

Test(mail_shape, says_what_the_name_gives)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        cr_expect_str_eq(
            shape_of(cases[i].address, cases[i].given, cases[i].family),
            cases[i].shape, "%s", cases[i].address);
}

static const char *spelled(const char *name, enum ruf_mail_spelling spelling)
{
    static char out[256];
    size_t size = ruf_mail_spell(ruf_text(name), spelling, out);

    cr_assert_leq(size, strlen(name), "more than there is room for");
    out[size] = '\0';
    return out;
}

Test(mail_shape, spells_letters_and_digits)
{
    cr_expect_str_eq(spelled("ÄÖÜäöüß", RUF_MAIL_GERMAN), "aeoeueaeoeuess");
    cr_expect_str_eq(spelled("ÄÖÜäöüß", RUF_MAIL_PLAIN), "aouaouss");
    cr_expect_str_eq(spelled("Émile Ñandú-Ÿ Ÿ 2", RUF_MAIL_GERMAN),
                     "emilenandu2");
    cr_expect_str_eq(spelled("ÆæÞþØøÿÐ×÷", RUF_MAIL_PLAIN), "aeaeththooyd");
    cr_expect_str_eq(spelled("Łukasz \303", RUF_MAIL_PLAIN), "ukasz");
}

Test(mail_shape, is_not_tried_for_long_addresses)
{
    char address[RUF_MAIL_SIZE_MAX + 2];
    struct ruf_mail_shape shape;

    memset(address, 'a', sizeof(address));
    memcpy(address + 1, "@", 1);
    cr_assert(ruf_mail_shape((struct ruf_text){ address, RUF_MAIL_SIZE_MAX },
                             (struct ruf_text){ NULL, 0 },
                             (struct ruf_text){ NULL, 0 }, &shape));
    cr_assert_eq(shape.size, RUF_MAIL_SIZE_MAX);
    cr_assert(!ruf_mail_shape(
        (struct ruf_text){ address, RUF_MAIL_SIZE_MAX + 1 },
        (struct ruf_text){ NULL, 0 }, (struct ruf_text){ NULL, 0 }, &shape));
}

/* Any byte at any place among letters, garbage behind the name. */
Test(mail_name, is_spelled_alike_with_room_and_without)
{
    for (size_t size = 0; size <= 17; size++)
        for (size_t place = 0; place <= size; place++)
            for (unsigned c = 0; c < 256; c++) {
                char name[32];
                char want[32];
                char got[32];
                size_t want_size;

                memset(name, c % 2 == 0 ? 'Q' : '\xC3', sizeof(name));
                memset(name, 'm', size);
                name[place] = (char)c;
                want_size = ruf_mail_spell((struct ruf_text){ name, size },
                                           RUF_MAIL_GERMAN, want);
                cr_assert_eq(
                    ruf_mail_spell_roomy((struct ruf_text){ name, size },
                                         RUF_MAIL_GERMAN, got),
                    want_size, "%u at %zu of %zu", c, place, size);
                cr_assert_arr_eq(got, want, want_size);
            }
}
