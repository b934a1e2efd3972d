/*
 * test_challenge.c - claims challenges and base64, byte by byte
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/base64.h"
#include "sync/challenge.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *claims_of(const char *header)
{
    static char claims[128];

    return ruf_challenge_read(header, claims, sizeof(claims)) ? claims : NULL;
}

Test(challenge_header, is_read_parameter_by_parameter)
{
    cr_expect_str_eq(
        claims_of("Bearer realm=\"\", error=\"insufficient_claims\""
                  ", claims=\"e30=\""),
        "e30=");
    cr_expect_str_eq(claims_of("Bearer claims=\"a,b=c\",error="
                               "\"insufficient_claims\""),
                     "a,b=c");
    cr_expect_str_eq(claims_of("bearer Claims = x , ERROR = "
                               "insufficient_claims"),
                     "x");
    cr_expect_str_eq(claims_of("Basic realm=\"x\", Bearer claims=\"y\", "
                               "error=\"insufficient_claims\""),
                     "y");
    cr_expect_str_eq(claims_of("Bearer error=\"insufficient_claims\""), "");
}

Test(challenge_header, is_not_taken_from_elsewhere)
{
    cr_expect_null(
        claims_of("Bearer error=\"invalid_token\", claims=\"e30=\""));
    cr_expect_null(claims_of("Bearer realm=\"error=insufficient_claims\""));
    cr_expect_null(
        claims_of("Bearer realm=\"\\\", error=insufficient_claims\""));
    cr_expect_null(claims_of("Basic error=\"insufficient_claims\""));
    cr_expect_null(claims_of(""));
    cr_expect_null(claims_of(",,,"));
    cr_expect_null(claims_of("Bearer error=\"insufficient_claims"
                             "\\\\\\\\, claims=\\"));
}

Test(challenge_header, of_any_length_is_cut_whole)
{
    char header[600];
    char claims[64];

    memset(header, 0, sizeof(header));
    (void)snprintf(header, sizeof(header),
                   "Bearer error=\"insufficient_claims\", claims=\"");
    memset(header + strlen(header), 'x', 400);
    cr_expect(ruf_challenge_read(header, claims, sizeof(claims)));
    cr_expect_str_eq(claims, "", "nothing rather than a part");
}

static char *merged(const char *base64)
{
    char *json = NULL;

    cr_assert_eq(ruf_challenge_merge(base64, &json, NULL), RUF_OK);
    return json;
}

Test(challenge_merge, keeps_what_is_asked_and_adds_the_capability)
{
    /* {"access_token":{"nbf":{"essential":true,"value":"1"}}} */
    static const char *const forms[] = {
        "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIx"
        "In19fQ==",
        "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIx"
        "In19fQ"
    };

    for (size_t i = 0; i < 2; i++) {
        char *json = merged(forms[i]);

        cr_assert_not_null(json);
        cr_expect_str_eq(
            json, "{\"access_token\":{\"nbf\":{\"essential\":true,"
                  "\"value\":\"1\"},\"xms_cc\":{\"values\":[\"cp1\"]}}}");
        free(json);
    }
}

Test(challenge_merge, refuses_what_is_no_claims)
{
    /* [], {"access_token":1}, "x", not base64, half a JSON, same key twice */
    static const char *const bad[] = {
        "W10=",         "eyJhY2Nlc3NfdG9rZW4iOjF9", "Ingi", "%%%",
        "eyJhY2Nlc3M=", "eyJhIjoxLCJhIjoyfQ==",     ""
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_expect_null(merged(bad[i]), "%s", bad[i]);
}

Test(base64, is_that_of_rfc_4648)
{
    static const char *const pairs[][2] = { { "", "" },
                                            { "f", "Zg==" },
                                            { "fo", "Zm8=" },
                                            { "foo", "Zm9v" },
                                            { "foob", "Zm9vYg==" },
                                            { "fooba", "Zm9vYmE=" },
                                            { "foobar", "Zm9vYmFy" } };

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        char text[32];
        char bytes[32];
        size_t size = 99;

        ruf_base64(pairs[i][0], strlen(pairs[i][0]), text);
        cr_expect_str_eq(text, pairs[i][1]);
        cr_assert(ruf_base64_decode(text, bytes, &size));
        cr_expect_eq(size, strlen(pairs[i][0]));
        cr_expect_arr_eq(bytes, pairs[i][0], size);
    }
}

Test(base64, knows_both_alphabets)
{
    unsigned char bytes[8];
    char text[16];
    size_t size = 0;

    ruf_base64url("\xfb\xef\xff\xfe", 4, text);
    cr_expect_str_eq(text, "--___g");
    cr_assert(ruf_base64_decode("++///g==", bytes, &size));
    cr_expect_eq(size, 4u);
    cr_expect_arr_eq(bytes, "\xfb\xef\xff\xfe", 4);
    cr_expect_not(ruf_base64_decode("A", bytes, &size));
    cr_expect_not(ruf_base64_decode("AA=A", bytes, &size));
    cr_expect_not(ruf_base64_decode("AA A", bytes, &size));
}
