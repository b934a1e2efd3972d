/*
 * policy/policy_actions.c - section "actions" of the document
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/json.h"
#include "base/text.h"
#include "policy/action.h"
#include "policy/policy_fields.h"
#include <cjson/cJSON.h>
#include <string.h>

static const char *const custom_kinds[] = { "call", "chat", "mail", "other",
                                            NULL };

/* --- actions
 * ------------------------------------------------------------------------- */

static const char *const action_words[] = {
    "tel",         "sms",        "mailto",     "teams_call",
    "teams_video", "teams_pstn", "teams_chat", "jabber_call",
    "jabber_chat", "sip",        "whatsapp",   NULL,
};

const char *ruf_policy_action_name(enum ruf_policy_action action)
{
    return (unsigned)action < RUF_POLICY_ACTION_COUNT ? action_words[action]
                                                      : "";
}

/* Bit of an action; 0 if there is none of this name. */
static uint32_t action_bit(struct ruf_text word)
{
    for (unsigned i = 0; action_words[i] != NULL; i++)
        if (word.data != NULL && ruf_text_is(word, action_words[i]))
            return UINT32_C(1) << i;
    return 0;
}

static void read_allowed(const struct policy_at *at, uint32_t *actions)
{
    if (!cJSON_IsArray(at->item)) {
        ruf_policy_error(at->parser, "P103", at->pointer, "must be a list");
        return;
    }
    *actions = 0;
    for (int i = 0; i < cJSON_GetArraySize(at->item); i++) {
        struct policy_at here;
        uint32_t bit;

        ruf_policy_element(at, (size_t)i, &here);
        bit = action_bit(ruf_json_text(here.item));
        if (bit == 0)
            ruf_policy_error(at->parser, "P105", here.pointer,
                             "not the id of an action such as tel");
        if (bit == UINT32_C(1) << RUF_POLICY_ACTION_WHATSAPP)
            ruf_policy_warning(at->parser, "P150", here.pointer,
                               "hands the number to a third party");
        *actions |= bit;
    }
}

static void read_dialer(const struct policy_at *actions,
                        struct ruf_policy *policy)
{
    static const char *const dialers[] = { "any", "specific", "none", NULL };
    struct policy_at here;
    struct ruf_text scheme;

    policy->dialer = (enum ruf_policy_dialer)ruf_policy_word(
        actions, "dialer", dialers, RUF_DIALER_ANY);
    if (ruf_policy_member(actions, "dialer_scheme", &here) != NULL &&
        ruf_policy_text(&here, 31, &scheme)) {
        if (ruf_policy_is_scheme(scheme))
            policy->dialer_scheme = ruf_policy_string(&here, 31);
        else
            ruf_policy_error(here.parser, "P107", here.pointer,
                             "a scheme is 2 to 31 of a-z, 0-9, +, . and -");
    } else if (policy->dialer == RUF_DIALER_SPECIFIC) {
        ruf_policy_error(here.parser, "P102", here.pointer,
                         "is required with dialer \"specific\"");
    }
}

bool ruf_policy_actions_ask_upn(const struct ruf_policy *policy)
{
    const uint32_t ask = UINT32_C(1) << RUF_POLICY_ACTION_TEAMS_CALL |
                         UINT32_C(1) << RUF_POLICY_ACTION_TEAMS_VIDEO |
                         UINT32_C(1) << RUF_POLICY_ACTION_TEAMS_CHAT |
                         UINT32_C(1) << RUF_POLICY_ACTION_JABBER_CHAT |
                         UINT32_C(1) << RUF_POLICY_ACTION_SIP;
    bool found = (policy->actions & ask) != 0;

    for (size_t i = 0; i < policy->custom_action_count && !found; i++)
        found = strstr(policy->custom_actions[i].template, "{upn}") != NULL;
    return found;
}

/* --- custom actions
 * ------------------------------------------------------------------ */

#define CUSTOM_MAX 8
#define TEMPLATE_MAX 500

/* What a browser or a shell would run, or read from this device. */
static bool is_dangerous(struct ruf_text scheme)
{
    static const char *const words[] = { "javascript", "data",       "file",
                                         "http",       "blob",       "vbscript",
                                         "about",      "filesystem", NULL };

    for (size_t i = 0; words[i] != NULL; i++)
        if (ruf_text_is(scheme, words[i]))
            return true;
    return false;
}

/* Characters of a URL; braces stand around placeholders only. */
static bool is_url_text(struct ruf_text text)
{
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];

        if (c == '{') {
            size_t size = ruf_action_placeholder(
                ruf_text_slice(text, i, text.size), NULL);

            if (size == 0)
                return false;
            i += size - 1;
        } else if (c <= ' ' || c > '~' || strchr("\"<>\\^`|}", c) != NULL) {
            return false;
        }
    }
    return true;
}

/* "//host" or "//host:port", up to a path, query or fragment. */
static bool has_literal_host(struct ruf_text rest)
{
    size_t size = 2;

    if (!ruf_text_starts_with(rest, "//"))
        return false;
    while (size < rest.size && strchr("/?#", rest.data[size]) == NULL) {
        char c = ruf_ascii_lower(rest.data[size++]);

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
              c == '-' || c == ':'))
            return false;
    }
    return size > 2;
}

/* @return NULL, or what is wrong. */
static const char *check_template(struct ruf_text text)
{
    const char *colon = memchr(text.data, ':', text.size);
    size_t size = colon == NULL ? 0 : (size_t)(colon - text.data);
    struct ruf_text scheme = ruf_text_slice(text, 0, size);

    if (!ruf_policy_is_scheme(scheme))
        return "must begin with a scheme such as muster:";
    if (is_dangerous(scheme))
        return "this scheme is never allowed";
    if (!is_url_text(text))
        return "only characters of a URL, {e164}, {digits}, {upn} and {email}";
    if (ruf_text_is(scheme, "https") &&
        !has_literal_host(ruf_text_slice(text, size + 1, text.size)))
        return "https needs a host without placeholders";
    return NULL;
}

static const char *read_template(const struct policy_at *action)
{
    struct policy_at here;
    struct policy_at other;
    struct ruf_text text;
    struct ruf_text scheme;
    const char *wrong;

    if (ruf_policy_member(action, "template", &here) == NULL) {
        ruf_policy_error(here.parser, "P102", here.pointer, "is required");
        return NULL;
    }
    if (!ruf_policy_text(&here, TEMPLATE_MAX, &text))
        return NULL;
    wrong = check_template(text);
    if (wrong != NULL) {
        ruf_policy_error(here.parser, "P107", here.pointer, "%s", wrong);
        return NULL;
    }
    if (ruf_policy_member(action, "scheme", &other) != NULL &&
        ruf_policy_text(&other, 31, &scheme) &&
        (text.size <= scheme.size || text.data[scheme.size] != ':' ||
         !ruf_text_equal(ruf_text_slice(text, 0, scheme.size), scheme)))
        ruf_policy_error(other.parser, "P107", other.pointer,
                         "is not that of the template");
    return ruf_policy_string(&here, TEMPLATE_MAX);
}

static bool is_custom_id(struct ruf_text id)
{
    if (id.size < 2 || id.size > 31 || id.data[0] < 'a' || id.data[0] > 'z' ||
        action_bit(id) != 0)
        return false;
    for (size_t i = 1; i < id.size; i++)
        if (memchr("abcdefghijklmnopqrstuvwxyz0123456789_-", id.data[i], 38) ==
            NULL)
            return false;
    return true;
}

static void read_names(const struct policy_at *action,
                       struct ruf_policy_custom_action *out)
{
    static const char *const known[] = { "de", "en", NULL };
    struct policy_at names;
    struct policy_at here;

    if (ruf_policy_object(action, "names", &names) == NULL)
        return;
    ruf_policy_warn_unknown(&names, known);
    if (ruf_policy_member(&names, "de", &here) != NULL)
        out->name_de = ruf_policy_string(&here, 120);
    if (ruf_policy_member(&names, "en", &here) != NULL)
        out->name_en = ruf_policy_string(&here, 120);
}

static bool read_custom_action(const struct policy_at *action,
                               struct ruf_policy_custom_action *out)
{
    static const char *const known[] = { "id",       "kind",   "names",
                                         "template", "scheme", NULL };
    struct policy_at here;
    struct ruf_text id = { NULL, 0 };

    ruf_policy_warn_unknown(action, known);
    if (ruf_policy_member(action, "id", &here) == NULL)
        ruf_policy_error(here.parser, "P102", here.pointer, "is required");
    else if (ruf_policy_text(&here, 31, &id) && !is_custom_id(id))
        ruf_policy_error(here.parser, "P107", here.pointer,
                         "a small letter and 1 to 30 small letters, digits, "
                         "_ or -; not a built-in id");
    else
        out->id = ruf_policy_string(&here, 31);
    out->kind = (enum ruf_policy_custom_kind)ruf_policy_word(
        action, "kind", custom_kinds, RUF_CUSTOM_OTHER);
    read_names(action, out);
    out->template = read_template(action);
    return out->id != NULL && out->template != NULL;
}

static void read_custom(const struct policy_at *list, struct ruf_policy *policy)
{
    struct ruf_policy_custom_action *actions;
    size_t count = 0;
    size_t i = 0;
    const cJSON *child;

    if (!cJSON_IsArray(list->item) ||
        cJSON_GetArraySize(list->item) > CUSTOM_MAX) {
        ruf_policy_error(list->parser, "P103", list->pointer,
                         "must be a list of at most %d actions", CUSTOM_MAX);
        return;
    }
    actions =
        ruf_arena_alloc(list->parser->arena, CUSTOM_MAX, sizeof(*actions));
    if (actions == NULL) {
        list->parser->out_of_memory = true;
        return;
    }
    cJSON_ArrayForEach(child, list->item)
    {
        struct policy_at here;

        ruf_policy_element(list, i++, &here);
        if (!cJSON_IsObject(child))
            ruf_policy_error(here.parser, "P103", here.pointer,
                             "must be an object");
        else if (read_custom_action(&here, &actions[count]))
            count++;
    }
    for (size_t a = 0; a < count; a++)
        for (size_t b = a + 1; b < count; b++)
            if (strcmp(actions[a].id, actions[b].id) == 0)
                ruf_policy_error(list->parser, "P108", list->pointer,
                                 "two actions have the id %s", actions[a].id);
    policy->custom_actions = actions;
    policy->custom_action_count = count;
}

static void show_custom(const struct ruf_policy *policy, cJSON *actions)
{
    cJSON *list = cJSON_AddArrayToObject(actions, "custom");

    for (size_t i = 0; i < policy->custom_action_count; i++) {
        const struct ruf_policy_custom_action *action =
            &policy->custom_actions[i];
        cJSON *item = cJSON_CreateObject();
        cJSON *names = cJSON_AddObjectToObject(item, "names");

        ruf_policy_show_text(item, "id", action->id);
        ruf_policy_show_text(item, "kind", custom_kinds[action->kind]);
        ruf_policy_show_text(names, "de", action->name_de);
        ruf_policy_show_text(names, "en", action->name_en);
        ruf_policy_show_text(item, "template", action->template);
        if (!cJSON_AddItemToArray(list, item))
            cJSON_Delete(item);
    }
}

/* --- all
 */

void ruf_policy_read_actions(const struct policy_at *root,
                             struct ruf_policy *policy)
{
    static const char *const known[] = { "allow", "dialer", "dialer_scheme",
                                         "custom", NULL };
    struct policy_at at;
    struct policy_at here;

    if (ruf_policy_object(root, "actions", &at) == NULL)
        return;
    ruf_policy_warn_unknown(&at, known);
    if (ruf_policy_member(&at, "allow", &here) != NULL)
        read_allowed(&here, &policy->actions);
    if (ruf_policy_member(&at, "custom", &here) != NULL)
        read_custom(&here, policy);
    read_dialer(&at, policy);
}

void ruf_policy_show_actions(const struct ruf_policy *policy, cJSON *root)
{
    static const char *const dialers[] = { "any", "specific", "none" };
    cJSON *actions = cJSON_AddObjectToObject(root, "actions");
    cJSON *allow = cJSON_AddArrayToObject(actions, "allow");

    for (unsigned i = 0; i < RUF_POLICY_ACTION_COUNT; i++)
        if ((policy->actions >> i & 1) != 0)
            ruf_policy_show_word(allow, action_words[i]);
    (void)cJSON_AddStringToObject(actions, "dialer", dialers[policy->dialer]);
    ruf_policy_show_text(actions, "dialer_scheme", policy->dialer_scheme);
    show_custom(policy, actions);
}
