/*
 * policy/action.c - the URL of an action, or why there is none
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "policy/action.h"
#include "base/error.h"
#include "base/text.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Built-in actions are templates like those of the admin. {mobile}, and
 * {address}, a UPN whose '@' stays, are theirs alone. Teams takes a number
 * behind "4:" without a plus. */
static const char *const templates[RUF_POLICY_ACTION_COUNT] = {
    [RUF_POLICY_ACTION_TEL] = "tel:{e164}",
    [RUF_POLICY_ACTION_SMS] = "sms:{mobile}",
    [RUF_POLICY_ACTION_MAILTO] = "mailto:{email}",
    [RUF_POLICY_ACTION_TEAMS_CALL] =
        "https://teams.microsoft.com/l/call/0/0?users={upn}",
    [RUF_POLICY_ACTION_TEAMS_VIDEO] =
        "https://teams.microsoft.com/l/call/0/0?users={upn}&withVideo=true",
    [RUF_POLICY_ACTION_TEAMS_PSTN] =
        "https://teams.microsoft.com/l/call/0/0?users=4:{digits}",
    [RUF_POLICY_ACTION_TEAMS_CHAT] =
        "https://teams.microsoft.com/l/chat/0/0?users={upn}",
    [RUF_POLICY_ACTION_JABBER_CALL] = "ciscotel://{e164}",
    [RUF_POLICY_ACTION_JABBER_CHAT] = "xmpp://{address}",
    [RUF_POLICY_ACTION_SIP] = "sip:{address}",
    [RUF_POLICY_ACTION_WHATSAPP] = "https://wa.me/{digits}",
};

static const struct {
    const char *text;
    enum ruf_action_value value;
    const char *lacks;
} placeholders[] = {
    { "{e164}", RUF_ACTION_E164, "a number" },
    { "{digits}", RUF_ACTION_DIGITS, "a number" },
    { "{upn}", RUF_ACTION_UPN, "a user principal name" },
    { "{email}", RUF_ACTION_EMAIL, "an e-mail address" },
    { "{mobile}", RUF_ACTION_MOBILE, "a mobile number" },
    { "{address}", RUF_ACTION_ADDRESS, "a user principal name" },
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

size_t ruf_action_placeholder(struct ruf_text text,
                              enum ruf_action_value *value)
{
    for (size_t i = 0; i < COUNT(placeholders); i++) {
        if (!ruf_text_starts_with(text, placeholders[i].text) ||
            (value == NULL && placeholders[i].value >= RUF_ACTION_MOBILE))
            continue;
        if (value != NULL)
            *value = placeholders[i].value;
        return strlen(placeholders[i].text);
    }
    return 0;
}

/* --- building
 * --------------------------------------------------------------------- */

struct building {
    char *url;
    size_t size;
    bool too_long;
};

static void put(struct building *building, const char *bytes, size_t size)
{
    if (size >= RUF_ACTION_URL_SIZE - building->size) {
        building->too_long = true;
        return;
    }
    memcpy(building->url + building->size, bytes, size);
    building->size += size;
}

/* RFC 3986: unreserved characters stay, all else becomes %XX. */
static void put_encoded(struct building *building, struct ruf_text text,
                        char spared)
{
    static const char hex[] = "0123456789ABCDEF";

    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        char lower = ruf_ascii_lower((char)c);
        const char code[] = { '%', hex[c >> 4], hex[c & 15] };

        if ((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
            c == '-' || c == '.' || c == '_' || c == '~' ||
            (spared != '\0' && text.data[i] == spared))
            put(building, (const char *)&text.data[i], 1);
        else
            put(building, code, sizeof(code));
    }
}

static bool has_control(struct ruf_text text)
{
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7F)
            return true;
    return false;
}

/* A number is digits and a plus: nothing in it needs encoding. */
static bool put_number(struct building *building, ruf_e164 number,
                       bool with_plus)
{
    char text[24];
    int size = snprintf(text, sizeof(text), "%s%" PRIu64, with_plus ? "+" : "",
                        number);

    if (number == 0)
        return false;
    put(building, text, (size_t)size);
    return true;
}

static bool put_text(struct building *building, struct ruf_text text,
                     char spared)
{
    if (text.size == 0)
        return false;
    put_encoded(building, text, spared);
    return true;
}

/* @return false if the contact has no such value. */
static bool put_value(struct building *building, enum ruf_action_value value,
                      const struct ruf_action_values *values)
{
    switch (value) {
    case RUF_ACTION_E164:
        return put_number(building, values->number, true);
    case RUF_ACTION_DIGITS:
        return put_number(building, values->number, false);
    case RUF_ACTION_MOBILE:
        return put_number(building, values->mobile, true);
    case RUF_ACTION_UPN:
        return put_text(building, values->upn, '\0');
    case RUF_ACTION_ADDRESS:
        return put_text(building, values->upn, '@');
    case RUF_ACTION_EMAIL:
        break;
    }
    return put_text(building, values->email, '\0');
}

static enum ruf_status refuse_lack(const char *action,
                                   enum ruf_action_value value,
                                   struct ruf_error *err)
{
    const char *lacks = "";

    for (size_t i = 0; i < COUNT(placeholders); i++)
        if (placeholders[i].value == value)
            lacks = placeholders[i].lacks;
    return ruf_fail(err, RUF_E_NOT_FOUND, "U043", action,
                    "the contact does not have %s", lacks);
}

static enum ruf_status fill(const char *action, struct ruf_text template,
                            const struct ruf_action_values *values,
                            struct building *building, struct ruf_error *err)
{
    for (size_t i = 0; i < template.size; i++) {
        enum ruf_action_value value = RUF_ACTION_E164;
        size_t size = ruf_action_placeholder(
            ruf_text_slice(template, i, template.size), &value);

        if (size == 0) {
            put(building, template.data + i, 1);
            continue;
        }
        if (!put_value(building, value, values))
            return refuse_lack(action, value, err);
        i += size - 1;
    }
    return RUF_OK;
}

/* --- allowed?
 * ---------------------------------------------------------------------- */

static enum ruf_status forbid(const char *action, struct ruf_error *err)
{
    return ruf_fail(err, RUF_E_POLICY, "P160", action,
                    "the policy does not allow this action");
}

/* The template of a built-in action, as the dialer rule has it. 'room' holds
 * that of a dialer of the admin's choice. */
static enum ruf_status built_in(const struct ruf_policy *policy,
                                enum ruf_policy_action action, char *room,
                                size_t room_size, struct ruf_text *out,
                                struct ruf_error *err)
{
    const char *name = ruf_policy_action_name(action);
    bool dials = action == RUF_POLICY_ACTION_TEL;

    *out = ruf_text(templates[action]);
    if ((policy->actions >> action & 1) == 0 ||
        (dials && policy->dialer == RUF_DIALER_NONE))
        return forbid(name, err);
    if (dials && policy->dialer == RUF_DIALER_SPECIFIC) {
        (void)snprintf(room, room_size, "%s:{e164}", policy->dialer_scheme);
        *out = ruf_text(room);
    }
    return RUF_OK;
}

static enum ruf_status find_template(const struct ruf_policy *policy,
                                     const char *action, char *room,
                                     size_t room_size, struct ruf_text *out,
                                     struct ruf_error *err)
{
    for (unsigned i = 0; i < RUF_POLICY_ACTION_COUNT; i++)
        if (strcmp(action, ruf_policy_action_name((enum ruf_policy_action)i)) ==
            0)
            return built_in(policy, (enum ruf_policy_action)i, room, room_size,
                            out, err);
    for (size_t i = 0; i < policy->custom_action_count; i++)
        if (strcmp(action, policy->custom_actions[i].id) == 0) {
            *out = ruf_text(policy->custom_actions[i].template);
            return RUF_OK;
        }
    return ruf_fail(err, RUF_E_USAGE, "U042", "", "no such action");
}

enum ruf_status ruf_policy_action_url(const struct ruf_policy *policy,
                                      const char *action,
                                      const struct ruf_action_values *values,
                                      char url[RUF_ACTION_URL_SIZE],
                                      struct ruf_error *err)
{
    struct building building = { url, 0, false };
    struct ruf_text template;
    char room[64];
    enum ruf_status status =
        find_template(policy, action, room, sizeof(room), &template, err);

    url[0] = '\0';
    if (status != RUF_OK)
        return status;
    if (has_control(values->upn) || has_control(values->email))
        return ruf_fail(err, RUF_E_POLICY, "P161", action,
                        "a value has control characters");
    status = fill(action, template, values, &building, err);
    if (status == RUF_OK && building.too_long)
        status = ruf_fail(err, RUF_E_POLICY, "P161", action,
                          "the address would exceed 2000 bytes");
    url[status == RUF_OK ? building.size : 0] = '\0';
    return status;
}
