/*
 * test_action.c - URLs of all actions: what is built, encoded, refused
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "policy/action.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALL                                                                    \
    "\"allow\":[\"tel\",\"sms\",\"mailto\",\"teams_call\",\"teams_video\","    \
    "\"teams_pstn\",\"teams_chat\",\"jabber_call\",\"jabber_chat\",\"sip\","   \
    "\"whatsapp\"]"

static struct ruf_policy *policy_with(const char *actions,
                                      struct ruf_error *err)
{
    struct ruf_policy *policy = NULL;
    char json[4096];

    (void)snprintf(json, sizeof(json),
                   "{\"schema\":\"rufname.policy/1\",\"version\":1,"
                   "\"sources\":[{\"id\":\"FILE\",\"kind\":\"file\"}],"
                   "\"actions\":{%s}}",
                   actions);
    (void)!ruf_policy_parse(json, strlen(json), &policy, NULL, err);
    return policy;
}

static struct ruf_policy *must_have(const char *actions)
{
    struct ruf_error err = { 0 };
    struct ruf_policy *policy = policy_with(actions, &err);

    cr_assert(policy != NULL, "%s: %s %s", actions, err.place, err.detail);
    return policy;
}

static struct ruf_action_values everything(void)
{
    return (struct ruf_action_values){
        .number = 493023125001,
        .mobile = 4915228817386,
        .upn = ruf_text("anne.größing@muster.example"),
        .email = ruf_text("a+b c@muster.example"),
    };
}

#define UPN "anne.gr%C3%B6%C3%9Fing%40muster.example"
#define ADDRESS "anne.gr%C3%B6%C3%9Fing@muster.example"
#define TEAMS "https://teams.microsoft.com/l/"

static const struct {
    const char *action;
    const char *url;
    char needs; /* n number, m mobile, u UPN, e e-mail */
} actions[] = {
    { "tel", "tel:+493023125001", 'n' },
    { "sms", "sms:+4915228817386", 'm' },
    { "mailto", "mailto:a%2Bb%20c%40muster.example", 'e' },
    { "teams_call", TEAMS "call/0/0?users=" UPN, 'u' },
    { "teams_video", TEAMS "call/0/0?users=" UPN "&withVideo=true", 'u' },
    { "teams_pstn", TEAMS "call/0/0?users=4:493023125001", 'n' },
    { "teams_chat", TEAMS "chat/0/0?users=" UPN, 'u' },
    { "jabber_call", "ciscotel://+493023125001", 'n' },
    { "jabber_chat", "xmpp://" ADDRESS, 'u' },
    { "sip", "sip:" ADDRESS, 'u' },
    { "whatsapp", "https://wa.me/493023125001", 'n' },
};

#define COUNT (sizeof(actions) / sizeof(actions[0]))

static void expect_refused(const struct ruf_policy *policy, const char *action,
                           const struct ruf_action_values *values,
                           enum ruf_status status, const char *id)
{
    char url[RUF_ACTION_URL_SIZE] = "untouched";
    struct ruf_error err = { 0 };

    cr_expect_eq(ruf_policy_action_url(policy, action, values, url, &err),
                 status, "%s: %s", action, url);
    cr_expect_str_eq(err.id, id, "%s", action);
    cr_expect_str_eq(url, "", "%s", action);
}

Test(action, every_id_becomes_its_url)
{
    struct ruf_policy *policy = must_have(ALL);
    struct ruf_action_values values = everything();

    cr_assert_eq(COUNT, RUF_POLICY_ACTION_COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        char url[RUF_ACTION_URL_SIZE];

        cr_assert(ruf_policy_action_url(policy, actions[i].action, &values, url,
                                        NULL) == RUF_OK,
                  "%s", actions[i].action);
        cr_expect_str_eq(url, actions[i].url, "%s", actions[i].action);
    }
    expect_refused(policy, "im", &values, RUF_E_USAGE, "U042");
    expect_refused(policy, "", &values, RUF_E_USAGE, "U042");
    expect_refused(policy, "TEL", &values, RUF_E_USAGE, "U042");
    ruf_policy_destroy(policy);
}

Test(action, only_what_is_listed_is_built)
{
    struct ruf_action_values values = everything();

    for (size_t i = 0; i < COUNT; i++) {
        char list[64];
        struct ruf_policy *policy;

        (void)snprintf(list, sizeof(list), "\"allow\":[\"%s\"]",
                       actions[i].action);
        policy = must_have(list);
        for (size_t k = 0; k < COUNT; k++) {
            char url[RUF_ACTION_URL_SIZE];

            if (k == i)
                cr_expect(ruf_policy_action_url(policy, actions[k].action,
                                                &values, url, NULL) == RUF_OK);
            else
                expect_refused(policy, actions[k].action, &values, RUF_E_POLICY,
                               "P160");
        }
        ruf_policy_destroy(policy);
    }
}

Test(action, says_what_a_contact_lacks)
{
    struct ruf_policy *policy = must_have(ALL);

    for (size_t i = 0; i < COUNT; i++) {
        struct ruf_action_values values = everything();

        if (actions[i].needs == 'n')
            values.number = 0;
        else if (actions[i].needs == 'm')
            values.mobile = 0;
        else if (actions[i].needs == 'u')
            values.upn = ruf_text(NULL);
        else
            values.email = ruf_text("");
        expect_refused(policy, actions[i].action, &values, RUF_E_NOT_FOUND,
                       "U043");
    }
    ruf_policy_destroy(policy);
}

/* Nothing of a value may end the value, or the URL, or start another. */
Test(action, values_cannot_leave_their_place)
{
    static const char hostile[] =
        "a&users=evil?x#y/../z;q=1+2%41'\"<script>@m.example";
    static const char encoded[] =
        "a%26users%3Devil%3Fx%23y%2F..%2Fz%3Bq%3D1%2B2%2541%27%22%3Cscript%3E";
    struct ruf_policy *policy = must_have(ALL);
    struct ruf_action_values values = everything();
    char url[RUF_ACTION_URL_SIZE];

    values.upn = ruf_text(hostile);
    values.email = ruf_text(hostile);
    for (size_t i = 0; i < COUNT; i++) {
        cr_assert(ruf_policy_action_url(policy, actions[i].action, &values, url,
                                        NULL) == RUF_OK);
        if (actions[i].needs == 'u' || actions[i].needs == 'e')
            cr_expect(strstr(url, encoded) != NULL, "%s", url);
    }
    ruf_policy_destroy(policy);
}

Test(action, control_characters_and_long_values_are_refused)
{
    static const struct ruf_text bad[] = { { "a\r\nBcc: x@m.example", 18 },
                                           { "a\nb", 3 },
                                           { "a\0b", 3 },
                                           { "a\x7F", 2 } };
    struct ruf_policy *policy = must_have(ALL);
    struct ruf_action_values values = everything();
    char *longest = malloc(700);
    char url[RUF_ACTION_URL_SIZE];

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        values = everything();
        values.email = bad[i];
        expect_refused(policy, "mailto", &values, RUF_E_POLICY, "P161");
        values = everything();
        values.upn = bad[i];
        expect_refused(policy, "teams_chat", &values, RUF_E_POLICY, "P161");
    }
    values = everything();
    memset(longest, '%', 700);
    values.email = (struct ruf_text){ longest, 664 };
    cr_expect(ruf_policy_action_url(policy, "mailto", &values, url, NULL) ==
              RUF_OK);
    cr_expect_eq(strlen(url), 1999);
    values.email.size = 665;
    expect_refused(policy, "mailto", &values, RUF_E_POLICY, "P161");
    free(longest);
    ruf_policy_destroy(policy);
}

Test(action, the_dialer_rule_holds_for_calls)
{
    struct ruf_policy *policy = must_have("\"dialer\":\"none\"," ALL);
    struct ruf_action_values values = everything();
    char url[RUF_ACTION_URL_SIZE];

    expect_refused(policy, "tel", &values, RUF_E_POLICY, "P160");
    cr_expect(ruf_policy_action_url(policy, "mailto", &values, url, NULL) ==
              RUF_OK);
    ruf_policy_destroy(policy);
    policy = must_have(
        "\"dialer\":\"specific\",\"dialer_scheme\":\"muster-dial\"," ALL);
    cr_expect(ruf_policy_action_url(policy, "tel", &values, url, NULL) ==
              RUF_OK);
    cr_expect_str_eq(url, "muster-dial:+493023125001");
    ruf_policy_destroy(policy);
}

/* --- custom actions
 * ----------------------------------------------------------------------------
 */

#define CUSTOM(id, template)                                                   \
    "\"custom\":[{\"id\":\"" id "\",\"kind\":\"call\",\"names\":{\"de\":"      \
    "\"Anrufen\"},\"template\":\"" template "\"}]"

Test(action, templates_of_the_admin_are_filled_in)
{
    static const struct {
        const char *template;
        const char *url;
    } cases[] = {
        { "muster:{e164}", "muster:+493023125001" },
        { "https://tel.muster.example/call?to={digits}&as={upn}",
          "https://tel.muster.example/call?to=493023125001&as=" UPN },
        { "https://muster.example:8443/{email}#x",
          "https://muster.example:8443/a%2Bb%20c%40muster.example#x" },
        { "sip:{digits}@pbx.muster.example",
          "sip:493023125001@pbx.muster.example" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ruf_action_values values = everything();
        char section[512];
        char url[RUF_ACTION_URL_SIZE];
        struct ruf_policy *policy;

        (void)snprintf(section, sizeof(section),
                       "\"allow\":[],\"custom\":[{\"id\":\"own\","
                       "\"template\":\"%s\"}]",
                       cases[i].template);
        policy = must_have(section);
        cr_assert(ruf_policy_action_url(policy, "own", &values, url, NULL) ==
                  RUF_OK);
        cr_expect_str_eq(url, cases[i].url);
        expect_refused(policy, "tel", &values, RUF_E_POLICY, "P160");
        ruf_policy_destroy(policy);
    }
}

Test(action, custom_actions_are_shown)
{
    struct ruf_policy *policy = must_have(CUSTOM("own", "muster:{e164}"));
    char *shown = ruf_policy_show(policy);
    struct ruf_policy *again = NULL;

    cr_assert(ruf_policy_parse(shown, strlen(shown), &again, NULL, NULL) ==
              RUF_OK);
    cr_assert_eq(again->custom_action_count, 1);
    cr_expect_str_eq(again->custom_actions[0].id, "own");
    cr_expect_eq(again->custom_actions[0].kind, RUF_CUSTOM_CALL);
    cr_expect_str_eq(again->custom_actions[0].name_de, "Anrufen");
    cr_expect_str_eq(again->custom_actions[0].template, "muster:{e164}");
    free(shown);
    ruf_policy_destroy(policy);
    ruf_policy_destroy(again);
}
