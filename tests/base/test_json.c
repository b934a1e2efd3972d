/*
 * test_json.c - foreign JSON and foreign text made safe
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/fold.h"
#include "base/json.h"
#include "base/json_doc.h"
#include "base/text.h"
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Both readers, for what they have in common. */
static enum ruf_status read_both(const char *text, size_t size,
                                 struct ruf_error *err)
{
    struct cJSON *tree;
    struct ruf_json_doc *doc;
    struct ruf_error second = { 0 };
    enum ruf_status status;

    memset(err, 0, sizeof(*err));
    status = ruf_json_parse(text, size, "test", 8, &tree, err);
    cr_expect_eq(ruf_json_doc_read(text, size, "test", 8, &doc, &second),
                 status, "%s", text);
    cr_expect((tree == NULL) == (status != RUF_OK));
    cr_expect((doc == NULL) == (status != RUF_OK));
    if (status != RUF_OK) {
        cr_expect_str_eq(second.id, err->id);
        cr_expect_str_eq(second.detail, err->detail);
        cr_expect_eq(second.line, err->line, "%s", text);
    }
    cJSON_Delete(tree);
    ruf_json_doc_free(doc);
    return status;
}

static enum ruf_status parse(const char *text, struct cJSON **out,
                             struct ruf_error *err)
{
    return ruf_json_parse(text, strlen(text), "test", 8, out, err);
}

static struct ruf_json_doc *read_doc(const char *text)
{
    struct ruf_json_doc *doc;
    struct ruf_error err = { 0 };

    cr_assert_eq(ruf_json_doc_read(text, strlen(text), "test", 8, &doc, &err),
                 RUF_OK, "%s: %s", text, err.detail);
    return doc;
}

Test(json, refuses_what_is_not_one_document)
{
    static const char *const bad[] = {
        "",    "{",    "{\"a\":1}x",          "{\"a\":1}{}",
        "nul", "[1,]", "[[[[[[[[[1]]]]]]]]]",
    };
    struct ruf_error err;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_expect(read_both(bad[i], strlen(bad[i]), &err) == RUF_E_CORRUPT,
                  "%s", bad[i]);
    cr_expect(read_both("{}\0", 3, &err) == RUF_E_CORRUPT);
    cr_expect(read_both("{}", 2, &err) == RUF_OK);
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
    struct ruf_error err;

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        cr_expect_eq(read_both(good[i], strlen(good[i]), &err), RUF_OK,
                     "%s: %s", good[i], err.detail);
    for (size_t i = 0; i < sizeof(deep) / sizeof(deep[0]); i++) {
        cr_expect_eq(read_both(deep[i], strlen(deep[i]), &err), RUF_E_CORRUPT,
                     "%s", deep[i]);
        cr_expect_not_null(strstr(err.detail, "deep"), "%s", err.detail);
    }
}

Test(json, tells_line_and_column_of_an_error)
{
    static const char bad[] = "{\n  \"a\": nope\n}";
    struct ruf_error err;

    cr_assert(read_both(bad, strlen(bad), &err) == RUF_E_CORRUPT);
    cr_assert_eq(err.line, 2);
    cr_assert_eq(err.column, 8);
}

Test(json, finds_a_key_that_stands_twice)
{
    static const char twice[] = "{\"a\":{\"b\":1,\"c\":0,\"b\":2}}";
    struct ruf_json_doc *doc = read_doc(twice);
    struct cJSON *document;
    struct ruf_error err;

    cr_assert(parse(twice, &document, &err) == RUF_E_CORRUPT);
    cr_assert(!ruf_json_repeats(ruf_json_doc_root(doc)));
    cr_assert(ruf_json_repeats(ruf_json_get(ruf_json_doc_root(doc), "a")));
    cr_assert(!ruf_json_repeats(NULL));
    ruf_json_doc_free(doc);
    doc = read_doc("{\"a\":1,\"A\":2,\"a \":3,\"\":4}");
    cr_assert(!ruf_json_repeats(ruf_json_doc_root(doc)));
    ruf_json_doc_free(doc);
}

/* A cut emoji in one name must not cost the page. */
Test(json, repairs_lone_surrogates_and_nul_escapes)
{
    static const char text[] = "{\"a\":\"x\\ud83d\",\"b\":\"\\ud83d\\ude00\","
                               "\"c\":\"y\\u0000z\",\"d\":\"\\\\ud83d\"}";
    static const char *const expected[] = { "x\xEF\xBF\xBD", "\xF0\x9F\x98\x80",
                                            "y\xEF\xBF\xBDz", "\\ud83d" };
    struct ruf_json_doc *doc = read_doc(text);
    struct cJSON *document;
    struct ruf_error err;

    cr_assert(parse(text, &document, &err) == RUF_OK);
    for (size_t i = 0; i < 4; i++) {
        const char key[] = { (char)('a' + i), '\0' };

        cr_expect(ruf_text_is(ruf_json_text(ruf_json_member(document, key)),
                              expected[i]),
                  "%s", key);
        cr_expect(ruf_text_is(ruf_json_string(
                                  ruf_json_get(ruf_json_doc_root(doc), key)),
                              expected[i]),
                  "%s", key);
    }
    cJSON_Delete(document);
    ruf_json_doc_free(doc);
}

Test(json, leaves_broken_utf8_to_be_cleaned)
{
    static const char text[] = "[\"a\xFFz\",\"\xC3\",\"\xED\xA0\xBD\"]";
    struct ruf_json_doc *doc = read_doc(text);
    struct ruf_json_walk items = ruf_json_walk(ruf_json_doc_root(doc));

    cr_assert(ruf_json_next(&items));
    cr_expect(ruf_text_is(ruf_json_string(items.value), "a\xFFz"));
    cr_assert(ruf_json_next(&items));
    cr_expect(ruf_text_is(ruf_json_string(items.value), "\xC3"));
    cr_assert(ruf_json_next(&items));
    cr_expect(ruf_text_is(ruf_json_string(items.value), "\xED\xA0\xBD"));
    cr_expect_not(ruf_json_next(&items));
    ruf_json_doc_free(doc);
}

Test(json, tells_types_and_numbers)
{
    static const struct {
        const char *text;
        unsigned type;
        double number;
    } values[] = {
        { "[null]", RUF_JSON_NULL, 0 },
        { "[false]", RUF_JSON_FALSE, 0 },
        { "[true]", RUF_JSON_TRUE, 0 },
        { "[-12]", RUF_JSON_NUMBER, -12 },
        { "[2.5e3]", RUF_JSON_NUMBER, 2500 },
        { "[18446744073709551615]", RUF_JSON_NUMBER, 18446744073709551615.0 },
        { "[1e999]", RUF_JSON_NUMBER, 0 }, /* no page fails for that */
        { "[123456789012345678901234567890]", RUF_JSON_NUMBER, 0 },
        { "[\"\"]", RUF_JSON_STRING, 0 },
        { "[[]]", RUF_JSON_ARRAY, 0 },
        { "[{}]", RUF_JSON_OBJECT, 0 },
    };

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct ruf_json_doc *doc = read_doc(values[i].text);
        struct ruf_json_walk items = ruf_json_walk(ruf_json_doc_root(doc));

        cr_assert(ruf_json_next(&items), "%s", values[i].text);
        cr_expect_eq(ruf_json_type(items.value), values[i].type, "%s",
                     values[i].text);
        cr_expect_eq(ruf_json_number(items.value), values[i].number, "%s",
                     values[i].text);
        cr_expect_eq(ruf_json_string(items.value).data != NULL,
                     values[i].type == RUF_JSON_STRING);
        cr_expect_eq(ruf_json_count(items.value), 0u);
        cr_expect_null(ruf_json_get(items.value, "a"));
        ruf_json_doc_free(doc);
    }
}

Test(json, walks_in_order_and_over_nothing)
{
    struct ruf_json_doc *doc =
        read_doc("{\"a\":[1,[2,{\"x\":3}],\"s\"],\"b\":{},\"c\":null}");
    struct ruf_json_walk members = ruf_json_walk(ruf_json_doc_root(doc));
    struct ruf_json_walk items;

    cr_assert_eq(ruf_json_count(ruf_json_doc_root(doc)), 3u);
    cr_assert(ruf_json_next(&members));
    cr_expect(ruf_text_is(members.key, "a"));
    items = ruf_json_walk(members.value);
    cr_expect(ruf_json_next(&items) && ruf_json_number(items.value) == 1);
    cr_expect(ruf_json_next(&items) && ruf_json_count(items.value) == 2);
    cr_expect(ruf_json_next(&items) &&
              ruf_text_is(ruf_json_string(items.value), "s"));
    cr_expect_not(ruf_json_next(&items));
    cr_expect_not(ruf_json_next(&items), "again");
    cr_assert(ruf_json_next(&members));
    cr_expect(ruf_text_is(members.key, "b"));
    items = ruf_json_walk(members.value);
    cr_expect_not(ruf_json_next(&items), "an empty object");
    cr_assert(ruf_json_next(&members));
    items = ruf_json_walk(members.value);
    cr_expect_not(ruf_json_next(&items), "null");
    items = ruf_json_walk(NULL);
    cr_expect_not(ruf_json_next(&items));
    cr_expect_not(ruf_json_next(&members));
    cr_expect_eq(ruf_json_type(NULL), 0u);
    cr_expect_null(ruf_json_get(NULL, "a"));
    cr_expect_null(ruf_json_string(NULL).data);
    cr_expect_eq(ruf_json_number(NULL), 0);
    ruf_json_doc_free(doc);
    ruf_json_doc_free(NULL);
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

/* The controls and blanks of Latin-1, and the soft hyphen; all else stays. */
Test(clean, keeps_each_visible_character_as_it_is)
{
    for (uint32_t c = 1; c < 0x300; c++) {
        bool blank =
            c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0;
        bool gone = c < ' ' || (c >= 0x7F && c <= 0x9F) || c == 0xAD;
        char encoded[5] = "";
        char text[16];
        char expected[16];

        encoded[ruf_utf8_encode(c, encoded)] = '\0';
        (void)snprintf(text, sizeof(text), "x%s%sy", encoded, encoded);
        if (blank || gone)
            (void)snprintf(expected, sizeof(expected), blank ? "x y" : "xy");
        else
            (void)memcpy(expected, text, sizeof(text));
        expect_clean(text, expected);
    }
    expect_clean("x\xC3", "x\xEF\xBF\xBD");
    expect_clean("\xC3\x28y", "\xEF\xBF\xBD(y");
    expect_clean("\xC3\xC3\xBC", "\xEF\xBF\xBD\xC3\xBC");
}

Test(clean, cuts_between_characters)
{
    static const char text[] = "a\xC3\xBC b\xC3\xB6";
    char out[16];

    for (size_t room = 0; room < sizeof(text); room++) {
        size_t size = ruf_clean_text(ruf_text(text), out, room);
        size_t expected = room - (room == 2 || room == 4 || room == 6);

        cr_expect(size == expected && memcmp(out, text, size) == 0, "%zu: %zu",
                  room, size);
    }
    /* What stands behind the text completes no character of it. */
    cr_expect(ruf_clean_text((struct ruf_text){ text, 2 }, out, 16) == 4 &&
              memcmp(out, "a\xEF\xBF\xBD", 4) == 0);
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
