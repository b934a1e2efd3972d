/*
 * test_json.c - foreign JSON and foreign text made safe
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/fold.h"
#include "base/json.h"
#include "base/text.h"
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static enum ruf_status parse(const char *text,
                             enum ruf_json_duplicates duplicates,
                             struct cJSON **out, struct ruf_error *err)
{
    return ruf_json_parse(text, strlen(text), "test", 8, duplicates, out, err);
}

Test(json, refuses_what_is_not_one_document)
{
    static const char *const bad[] = {
        "",    "{",    "{\"a\":1}x",          "{\"a\":1}{}",
        "nul", "[1,]", "[[[[[[[[[1]]]]]]]]]",
    };
    struct cJSON *document;
    struct ruf_error err;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_expect(parse(bad[i], RUF_JSON_MARK_OBJECT, &document, &err) ==
                      RUF_E_CORRUPT,
                  "%s", bad[i]);
        cr_expect(document == NULL);
    }
    cr_assert(ruf_json_parse("{}\0", 3, "test", 8, RUF_JSON_MARK_OBJECT,
                             &document, &err) == RUF_E_CORRUPT);
}

Test(json, counts_depth_outside_of_strings_only)
{
    static const char *const good[] = {
        "[\"[[[[[[[[[[\"]",         "[\"\\\"[[[[[[[[[[\"]",
        "[\"\\\\\\\"[[[[[[[[[[\"]", "{\"]]]]]\\\"\":[[[[[[[1]]]]]]]}",
        "[\"\",\"\\\\\",\"\\\"\"]",
    };
    static const char *const deep[] = {
        "{\"\\\\\":[[[[[[[[1]]]]]]]]}",
        "{\"\\\"\":[[[[[[[[1]]]]]]]]}",
        "{\"\":[[[[[[[[1]]]]]]]]}",
        "[\"]]]]\\\\\",[[[[[[[[1]]]]]]]]]",
    };
    struct cJSON *document;
    struct ruf_error err;

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        cr_expect_eq(parse(good[i], RUF_JSON_MARK_OBJECT, &document, &err),
                     RUF_OK, "%s: %s", good[i], err.detail);
        cJSON_Delete(document);
    }
    for (size_t i = 0; i < sizeof(deep) / sizeof(deep[0]); i++) {
        cr_expect_eq(parse(deep[i], RUF_JSON_MARK_OBJECT, &document, &err),
                     RUF_E_CORRUPT, "%s", deep[i]);
        cr_expect_not_null(strstr(err.detail, "deep"), "%s", err.detail);
    }
}

Test(json, tells_line_and_column_of_an_error)
{
    struct cJSON *document;
    struct ruf_error err;

    cr_assert(parse("{\n  \"a\": nope\n}", RUF_JSON_REFUSE_DOCUMENT, &document,
                    &err) == RUF_E_CORRUPT);
    cr_assert_eq(err.line, 2);
    cr_assert_eq(err.column, 8);
}

Test(json, finds_a_key_that_stands_twice)
{
    struct cJSON *document;
    struct ruf_error err;

    cr_assert(parse("{\"a\":{\"b\":1,\"b\":2}}", RUF_JSON_REFUSE_DOCUMENT,
                    &document, &err) == RUF_E_CORRUPT);
    cr_assert(parse("{\"a\":{\"b\":1,\"b\":2}}", RUF_JSON_MARK_OBJECT,
                    &document, &err) == RUF_OK);
    cr_assert(!ruf_json_has_duplicates(document));
    cr_assert(ruf_json_has_duplicates(ruf_json_member(document, "a")));
    cJSON_Delete(document);
}

/* A cut emoji in one name must not cost the page. */
Test(json, repairs_lone_surrogates_and_nul_escapes)
{
    struct cJSON *document;
    struct ruf_error err;

    cr_assert(parse("{\"a\":\"x\\ud83d\",\"b\":\"\\ud83d\\ude00\","
                    "\"c\":\"y\\u0000z\",\"d\":\"\\\\ud83d\"}",
                    RUF_JSON_REFUSE_DOCUMENT, &document, &err) == RUF_OK);
    cr_assert(ruf_text_is(ruf_json_text(ruf_json_member(document, "a")),
                          "x\xEF\xBF\xBD"));
    cr_assert(ruf_text_is(ruf_json_text(ruf_json_member(document, "b")),
                          "\xF0\x9F\x98\x80"));
    cr_assert(ruf_text_is(ruf_json_text(ruf_json_member(document, "c")),
                          "y\xEF\xBF\xBDz"));
    cr_assert(
        ruf_text_is(ruf_json_text(ruf_json_member(document, "d")), "\\ud83d"));
    cJSON_Delete(document);
}

static void expect_fold(const char *text, const char *base, const char *german)
{
    char out[256];
    size_t size = ruf_fold(ruf_text(text), RUF_FOLD_BASE, out);

    cr_expect(size == strlen(base) && memcmp(out, base, size) == 0,
              "%s base: %.*s", text, (int)size, out);
    size = ruf_fold(ruf_text(text), RUF_FOLD_GERMAN, out);
    cr_expect(size == strlen(german) && memcmp(out, german, size) == 0,
              "%s German: %.*s", text, (int)size, out);
}

Test(fold, makes_spellings_of_one_name_equal)
{
    expect_fold("Müller", "muller", "mueller");
    expect_fold("MÜLLER", "muller", "mueller");
    expect_fold("Mu\xCC\x88ller", "muller", "mueller");
    expect_fold("Straße", "strasse", "strasse");
    expect_fold("Małgorzata", "malgorzata", "malgorzata");
    expect_fold("Ørsted", "orsted", "orsted");
    expect_fold("Yılmaz", "yilmaz", "yilmaz");
    expect_fold("İpek", "ipek", "ipek");
    expect_fold("Đorđe", "dorde", "dorde");
    expect_fold("Çelik", "celik", "celik");
    expect_fold("Michael Bauer", "michael bauer", "michael bauer");
    expect_fold("O'Connor", "o'connor", "o'connor");
}

Test(fold, stays_within_its_bound)
{
    /* U+FDFA stands for 18 letters. */
    char text[3 * 50];
    char *out = malloc(ruf_fold_bound(sizeof(text)));

    cr_assert(out != NULL);
    for (size_t i = 0; i < sizeof(text); i += 3)
        memcpy(text + i, "\xEF\xB7\xBA", 3);
    cr_assert(ruf_fold((struct ruf_text){ text, sizeof(text) }, RUF_FOLD_BASE,
                       out) <= ruf_fold_bound(sizeof(text)));
    free(out);
}

static void expect_clean(const char *text, const char *expected)
{
    char out[256];
    size_t size = ruf_clean_text(ruf_text(text), out, sizeof(out));

    cr_expect(size == strlen(expected) && memcmp(out, expected, size) == 0,
              "%s: %.*s", text, (int)size, out);
}

Test(clean, takes_out_what_could_deceive_or_break)
{
    expect_clean("  Anna \t Graf ", "Anna Graf");
    expect_clean("Anna\x1B[31m", "Anna[31m");
    expect_clean("A\xE2\x80\xAEnna", "Anna");
    expect_clean("A\xE2\x80\x8Bnna", "Anna");
    expect_clean("A\xFFnna", "A\xEF\xBF\xBDnna");
    expect_clean("Ju\xCC\x88rgen", "J\xC3\xBCrgen");
    expect_clean("   ", "");
}

static void expect_numbers(const char *text, const char *expected)
{
    char out[256];
    size_t size = ruf_clean_numbers(ruf_text(text), out, sizeof(out));

    cr_expect(size == strlen(expected) && memcmp(out, expected, size) == 0,
              "%s: %.*s", text, (int)size, out);
}

Test(clean, keeps_apart_what_stands_on_two_lines)
{
    char out[256];

    expect_numbers("030 23125-001\n089 99998-002",
                   "030 23125-001 / 089 99998-002");
    expect_numbers("030 23125-001 \r\n \t 089 99998-002\n",
                   "030 23125-001 / 089 99998-002");
    expect_numbers("\n030  23125-001\r\n", "030 23125-001");
    cr_expect(ruf_clean_text(ruf_text("Anna\nGraf"), out, 9) == 9 &&
              memcmp(out, "Anna Graf", 9) == 0);
    /* No room for the second line: its separator stays away, too. */
    cr_expect(ruf_clean_numbers(ruf_text("030\n089"), out, 6) == 3);
}

Test(grapheme, counts_what_people_see)
{
    cr_assert_eq(ruf_grapheme_count(ruf_text("")), 0);
    cr_assert_eq(ruf_grapheme_count(ruf_text("Jürgen")), 6);
    cr_assert_eq(ruf_grapheme_count(ruf_text("Ju\xCC\x88rgen")), 6);
    cr_assert_eq(ruf_grapheme_count(ruf_text("\xF0\x9F\x91\xA9\xE2\x80\x8D"
                                             "\xF0\x9F\x92\xBB")),
                 1, "woman technologist");
    cr_assert_eq(ruf_grapheme_prefix(ruf_text("Jürgen"), 2), 3);
}
