/*
 * test_token_answer.c - what token endpoints say
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/form.h"
#include "sync/token_answer.h"
#include <criterion/criterion.h>
#include <string.h>

static enum ruf_status read_answer(int status, const char *body,
                                   struct ruf_token_answer *out,
                                   struct ruf_error *err)
{
    struct ruf_http_answer http = { .status = status,
                                    .body = body,
                                    .size = strlen(body) };

    return ruf_token_answer_read(&http, "login.example:443", out, err);
}

#define GOOD                                                                   \
    "\"token_type\":\"bearer\",\"access_token\":\"AT1\",\"expires_in\":"

Test(token_answer, is_read_with_a_lifetime_of_either_type)
{
    struct ruf_token_answer answer;
    struct ruf_error err = { 0 };

    cr_assert_eq(read_answer(200, "{" GOOD "3599,\"refresh_token\":\"RT1\"}",
                             &answer, &err),
                 RUF_OK);
    cr_expect_str_eq((char *)answer.access.bytes, "AT1");
    cr_expect_str_eq((char *)answer.refresh.bytes, "RT1");
    cr_expect_eq(answer.expires_in, 3599);
    ruf_token_answer_wipe(&answer);
    cr_assert_eq(read_answer(200, "{" GOOD "\"1200\"}", &answer, &err), RUF_OK);
    cr_expect_eq(answer.expires_in, 1200);
    cr_expect_null(answer.refresh.bytes);
    ruf_token_answer_wipe(&answer);
    cr_assert_eq(read_answer(200, "{" GOOD "1e300}", &answer, &err), RUF_OK);
    cr_expect_eq(answer.expires_in, 48 * 3600, "bounded");
    ruf_token_answer_wipe(&answer);
    cr_assert_eq(read_answer(200, "{" GOOD "-5}", &answer, &err), RUF_OK);
    cr_expect_eq(answer.expires_in, 600, "nonsense counts as missing");
    ruf_token_answer_wipe(&answer);
}

Test(token_answer, is_refused_if_it_is_not_what_was_promised)
{
    static const char *const bodies[] = {
        "",
        "<html>proxy</html>",
        "[]",
        "{\"access_token\":\"AT1\"}",
        "{" GOOD "1} x",
        "{" GOOD "1,\"access_token\":\"AT2\"}",
        "{\"token_type\":\"mac\",\"access_token\":\"AT1\"}",
        "{\"token_type\":\"Bearer\",\"access_token\":7}",
        "{\"token_type\":\"Bearer\",\"access_token\":\"\"}",
        "{\"token_type\":\"Bearer\",\"access_token\":\"A\\r\\nX: 1\"}",
        "{\"token_type\":\"Bearer\",\"access_token\":\"A B\"}",
        "{" GOOD "1,\"refresh_token\":\"\\u0001\"}",
    };

    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct ruf_token_answer answer;
        struct ruf_error err = { 0 };

        cr_expect_eq(read_answer(200, bodies[i], &answer, &err), RUF_E_SERVER,
                     "%s", bodies[i]);
        cr_expect_null(answer.access.bytes);
        cr_expect_null(strstr(err.detail, "AT1"), "no token in a message");
    }
}

Test(token_answer, sorts_errors_by_what_has_to_be_done)
{
    static const struct {
        const char *body;
        enum ruf_token_error error;
    } cases[] = {
        { "{\"error\":\"authorization_pending\"}", RUF_TOKEN_PENDING },
        { "{\"error\":\"slow_down\"}", RUF_TOKEN_SLOW_DOWN },
        { "{\"error\":\"authorization_declined\"}", RUF_TOKEN_DECLINED },
        { "{\"error\":\"access_denied\"}", RUF_TOKEN_DECLINED },
        { "{\"error\":\"expired_token\"}", RUF_TOKEN_EXPIRED_CODE },
        { "{\"error\":\"invalid_grant\"}", RUF_TOKEN_ENDED },
        { "{\"error\":\"invalid_grant\",\"suberror\":\"basic_action\"}",
          RUF_TOKEN_INTERACTION },
        { "{\"error\":\"invalid_grant\",\"suberror\":\"bad_token\"}",
          RUF_TOKEN_ENDED },
        { "{\"error\":\"interaction_required\"}", RUF_TOKEN_INTERACTION },
        { "{\"error\":\"invalid_client\"}", RUF_TOKEN_BAD_CLIENT },
        { "{\"error\":\"invalid_scope\"}", RUF_TOKEN_BAD_SETUP },
        { "{\"error\":\"brand_new\"}", RUF_TOKEN_OTHER },
        { "{\"error\":7}", RUF_TOKEN_OTHER },
        { "{}", RUF_TOKEN_OTHER },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ruf_token_answer answer;
        struct ruf_error err = { 0 };

        cr_assert_eq(read_answer(400, cases[i].body, &answer, &err), RUF_OK,
                     "%s", cases[i].body);
        cr_expect_eq(answer.error, cases[i].error, "%s", cases[i].body);
        cr_expect_null(strstr(answer.error_word, "brand_new"),
                       "only known words are repeated");
    }
}

Test(device_answer, sends_people_to_web_pages_only)
{
    static const char *const bodies[] = {
        "{\"device_code\":\"D\",\"user_code\":\"U\","
        "\"verification_uri\":\"http://login.example/\"}",
        "{\"device_code\":\"D\",\"user_code\":\"U\","
        "\"verification_uri\":\"javascript:alert(1)\"}",
        "{\"device_code\":\"D\",\"user_code\":\"U\\u001b[2J\","
        "\"verification_uri\":\"https://login.example/\"}",
        "{\"user_code\":\"U\",\"verification_uri\":\"https://l.example/\"}",
    };

    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct ruf_http_answer http = { .status = 200,
                                        .body = bodies[i],
                                        .size = strlen(bodies[i]) };
        struct ruf_device_answer device;
        struct ruf_token_answer error;
        struct ruf_error err = { 0 };

        cr_expect_eq(ruf_device_answer_read(&http, "l", &device, &error, &err),
                     RUF_E_SERVER, "%s", bodies[i]);
        cr_expect_str_eq(err.id, "S524");
    }
}

Test(device_answer, polls_every_five_seconds_if_nothing_is_said)
{
    static const char body[] =
        "{\"device_code\":\"D\",\"user_code\":\"U\","
        "\"verification_uri\":\"https://login.example/device\"}";
    struct ruf_http_answer http = { .status = 200,
                                    .body = body,
                                    .size = sizeof(body) - 1 };
    struct ruf_device_answer device;
    struct ruf_token_answer error;
    struct ruf_error err = { 0 };

    cr_assert_eq(ruf_device_answer_read(&http, "l", &device, &error, &err),
                 RUF_OK);
    cr_expect_eq(device.interval, 5);
    ruf_device_answer_wipe(&device);
}

Test(form, encodes_all_but_unreserved_characters)
{
    struct ruf_form form;

    cr_assert_eq(ruf_form_create(&form, NULL), RUF_OK);
    ruf_form_add(&form, "a", "x y&z=1+2%/~._-");
    ruf_form_add(&form, "b", "\xc3\xa4");
    cr_expect_str_eq(ruf_form_text(&form),
                     "a=x%20y%26z%3D1%2B2%25%2F~._-&b=%C3%A4");
    ruf_form_destroy(&form);
}

Test(form, refuses_what_does_not_fit)
{
    static char large[70000];
    struct ruf_form form;

    memset(large, 'a', sizeof(large) - 1);
    cr_assert_eq(ruf_form_create(&form, NULL), RUF_OK);
    ruf_form_add(&form, "a", large);
    cr_expect_null(ruf_form_text(&form));
    ruf_form_destroy(&form);
}

Test(percent_encode, says_when_the_room_is_too_small)
{
    char out[8];

    cr_expect_eq(ruf_percent_encode("a@b", out, sizeof(out)), 5);
    cr_expect_str_eq(out, "a%40b");
    cr_expect_eq(ruf_percent_encode("@@@", out, sizeof(out)), sizeof(out));
    cr_expect_eq(ruf_percent_encode("abcdefgh", out, sizeof(out)), sizeof(out));
}
