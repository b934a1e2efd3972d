/*
 * policy/policy_protection.c - section "protection" and the presets of "level"
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/json.h"
#include "base/text.h"
#include "policy/policy_fields.h"
#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* --- presets
 * ------------------------------------------------------------------------- */

void ruf_protection_defaults(enum ruf_policy_level level,
                             struct ruf_policy_protection *out)
{
    memset(out, 0, sizeof(*out));
    out->pin_required = true;
    out->pin_type = RUF_PIN_NUMERIC;
    out->pin_min_length = 4;
    out->pin_simple = true;
    out->pin_max_attempts = 5;
    out->biometric_timeout_min = 720;
    out->recheck_min = 30;
    out->offline_block_min = 720;
    out->offline_wipe_days = 90;
    if (level == RUF_LEVEL_BASIC)
        return;
    out->send_to = RUF_SEND_MANAGED;
    out->save_copies = RUF_BLOCK;
    out->copy_paste = RUF_COPY_MANAGED_PASTE_IN;
    out->links = RUF_LINKS_EDGE;
    out->notifications = RUF_NOTIFY_NO_ORG_DATA;
    if (level == RUF_LEVEL_ENHANCED)
        return;
    out->receive_from = RUF_RECEIVE_MANAGED;
    out->copy_paste = RUF_COPY_MANAGED;
    out->print = RUF_BLOCK;
    out->keyboards = RUF_KEYBOARDS_SYSTEM;
    out->pin_min_length = 6;
    out->pin_simple = false;
    out->pin_action = RUF_ATTEMPTS_WIPE;
    out->pin_max_age_days = 365;
    out->jailbreak = RUF_CONDITION_WIPE;
    out->disabled_account = RUF_CONDITION_WIPE;
}

/* --- fields
 * -------------------------------------------------------------------------- */

static const char *const allowance[] = { "allow", "block", NULL };
static const char *const biometric[] = { "allow", "deny", NULL };
static const char *const send_to[] = { "all", "managed_share", "managed",
                                       "none", NULL };
static const char *const receive_from[] = { "all", "managed", "none", NULL };
static const char *const copy_paste[] = { "any", "managed_paste_in", "managed",
                                          "block", NULL };
static const char *const keyboards[] = { "any", "system", NULL };
static const char *const notifications[] = { "full", "no_org_data", "block",
                                             NULL };
static const char *const pin_types[] = { "numeric", "passcode", NULL };
static const char *const attempts[] = { "reset_pin", "wipe", NULL };
static const char *const conditions[] = { "block", "wipe", NULL };
static const char *const version_actions[] = { "warn", "block", "wipe", NULL };

#define AT(member) offsetof(struct ruf_policy_protection, member)

static const struct policy_field fields[] = {
    { "send_to", POLICY_FIELD_WORD, AT(send_to), 0, 0, send_to },
    { "receive_from", POLICY_FIELD_WORD, AT(receive_from), 0, 0, receive_from },
    { "save_copies", POLICY_FIELD_WORD, AT(save_copies), 0, 0, allowance },
    { "copy_paste", POLICY_FIELD_WORD, AT(copy_paste), 0, 0, copy_paste },
    { "copy_limit", POLICY_FIELD_INTEGER, AT(copy_limit), 0, 65535, NULL },
    { "print", POLICY_FIELD_WORD, AT(print), 0, 0, allowance },
    { "keyboards", POLICY_FIELD_WORD, AT(keyboards), 0, 0, keyboards },
    { "notifications", POLICY_FIELD_WORD, AT(notifications), 0, 0,
      notifications },
    { "biometric", POLICY_FIELD_WORD, AT(biometric), 0, 0, biometric },
    { "biometric_timeout_min", POLICY_FIELD_INTEGER, AT(biometric_timeout_min),
      0, 1440, NULL },
    { "recheck_min", POLICY_FIELD_INTEGER, AT(recheck_min), 1, 1440, NULL },
    { "jailbreak", POLICY_FIELD_WORD, AT(jailbreak), 0, 0, conditions },
    { "disabled_account", POLICY_FIELD_WORD, AT(disabled_account), 0, 0,
      conditions },
};

static const struct policy_field pin_fields[] = {
    { "required", POLICY_FIELD_BOOL, AT(pin_required), 0, 0, NULL },
    { "type", POLICY_FIELD_WORD, AT(pin_type), 0, 0, pin_types },
    { "min_length", POLICY_FIELD_INTEGER, AT(pin_min_length), 4, 16, NULL },
    { "simple", POLICY_FIELD_BOOL, AT(pin_simple), 0, 0, NULL },
    { "max_attempts", POLICY_FIELD_INTEGER, AT(pin_max_attempts), 1, 20, NULL },
    { "action", POLICY_FIELD_WORD, AT(pin_action), 0, 0, attempts },
    { "max_age_days", POLICY_FIELD_INTEGER, AT(pin_max_age_days), 0, 730,
      NULL },
};

static const struct policy_field offline_fields[] = {
    { "block_min", POLICY_FIELD_INTEGER, AT(offline_block_min), 30, 43200,
      NULL },
    { "wipe_days", POLICY_FIELD_INTEGER, AT(offline_wipe_days), 1, 365, NULL },
};

static void read_group(const struct policy_at *protection, const char *name,
                       const struct policy_field *group, size_t count,
                       struct ruf_policy_protection *out)
{
    struct policy_at at;

    if (ruf_policy_object(protection, name, &at) == NULL)
        return;
    ruf_policy_warn_fields(&at, group, count, NULL);
    ruf_policy_read_fields(&at, group, count, out);
}

/* What the product promises at every level cannot be loosened. */
static void read_fixed(const struct policy_at *protection, const char *name)
{
    struct policy_at here;

    if (ruf_policy_member(protection, name, &here) != NULL &&
        !ruf_text_is(ruf_json_text(here.item), "block"))
        ruf_policy_error(here.parser, "P105", here.pointer,
                         "only \"block\" is possible");
}

bool ruf_policy_is_scheme(struct ruf_text text)
{
    if (text.size < 2 || text.size > 31 || text.data[0] < 'a' ||
        text.data[0] > 'z')
        return false;
    for (size_t i = 1; i < text.size; i++)
        if (memchr("abcdefghijklmnopqrstuvwxyz0123456789+.-", text.data[i],
                   39) == NULL)
            return false;
    return true;
}

/* "any", "edge", "block" or "scheme:NAME". */
static void read_links(const struct policy_at *protection,
                       struct ruf_policy_protection *out)
{
    static const char *const words[] = { "any", "edge", "block", NULL };
    struct policy_at here;
    struct ruf_text text;

    if (ruf_policy_member(protection, "links", &here) == NULL)
        return;
    text = ruf_json_text(here.item);
    if (text.data == NULL || !ruf_text_starts_with(text, "scheme:")) {
        out->links = (uint32_t)ruf_policy_word(protection, "links", words,
                                               (int)out->links);
        return;
    }
    text = ruf_text_slice(text, 7, text.size);
    if (ruf_policy_is_scheme(text))
        out->links_scheme =
            ruf_arena_copy(here.parser->arena, text.data, text.size);
    else
        ruf_policy_error(here.parser, "P107", here.pointer,
                         "a scheme is 2 to 31 of a-z, 0-9, +, . and -");
}

static bool is_version(struct ruf_text text)
{
    size_t parts = 1;
    size_t digits = 0;

    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '.') {
            if (digits == 0)
                return false;
            digits = 0;
            parts++;
        } else if (text.data[i] < '0' || text.data[i] > '9' || ++digits > 5) {
            return false;
        }
    }
    return digits > 0 && parts <= 3;
}

static void read_version(const struct policy_at *protection, const char *name,
                         struct ruf_policy_version *out)
{
    static const char *const known[] = { "version", "action", NULL };
    struct policy_at at;
    struct policy_at here;
    struct ruf_text text;

    if (ruf_policy_object(protection, name, &at) == NULL)
        return;
    ruf_policy_warn_unknown(&at, known);
    out->action = (uint32_t)ruf_policy_word(&at, "action", version_actions,
                                            RUF_VERSION_BLOCK);
    if (ruf_policy_member(&at, "version", &here) == NULL)
        ruf_policy_error(at.parser, "P102", here.pointer, "is required");
    else if (ruf_policy_text(&here, 17, &text) && !is_version(text))
        ruf_policy_error(at.parser, "P107", here.pointer,
                         "a version is up to three numbers such as 17.5.1");
    else
        out->text = ruf_policy_string(&here, 17);
}

/* --- shown
 * ----------------------------------------------------------------------------
 */

static void show_version(cJSON *protection, const char *name,
                         const struct ruf_policy_version *version)
{
    cJSON *at;

    if (version->text == NULL)
        return;
    at = cJSON_AddObjectToObject(protection, name);
    ruf_policy_show_text(at, "version", version->text);
    ruf_policy_show_text(at, "action", version_actions[version->action]);
}

void ruf_policy_show_protection(const struct ruf_policy *policy, cJSON *root)
{
    static const char *const link_words[] = { "any", "edge", "block" };
    const struct ruf_policy_protection *from = &policy->protection;
    cJSON *at = cJSON_AddObjectToObject(root, "protection");
    char links[40];

    ruf_policy_show_text(at, "backup", "block");
    ruf_policy_show_text(at, "native_contacts", "block");
    ruf_policy_show_fields(from, fields, COUNT(fields), at);
    if (from->links_scheme != NULL)
        (void)snprintf(links, sizeof(links), "scheme:%s", from->links_scheme);
    else
        (void)snprintf(links, sizeof(links), "%s", link_words[from->links]);
    ruf_policy_show_text(at, "links", links);
    ruf_policy_show_fields(from, pin_fields, COUNT(pin_fields),
                           cJSON_AddObjectToObject(at, "pin"));
    ruf_policy_show_fields(from, offline_fields, COUNT(offline_fields),
                           cJSON_AddObjectToObject(at, "offline"));
    show_version(at, "min_os", &from->min_os);
    show_version(at, "max_os", &from->max_os);
    show_version(at, "min_app", &from->min_app);
}

void ruf_policy_read_protection(const struct policy_at *root,
                                struct ruf_policy *policy)
{
    static const char *const levels[] = { "basic", "enhanced", "high", NULL };
    static const char *const others[] = { "backup", "native_contacts", "links",
                                          "pin",    "offline",         "min_os",
                                          "max_os", "min_app",         NULL };
    struct ruf_policy_protection *out = &policy->protection;
    struct policy_at at;

    policy->level = (enum ruf_policy_level)ruf_policy_word(
        root, "level", levels, RUF_LEVEL_ENHANCED);
    ruf_protection_defaults(policy->level, out);
    if (ruf_policy_object(root, "protection", &at) == NULL)
        return;
    ruf_policy_warn_fields(&at, fields, COUNT(fields), others);
    ruf_policy_read_fields(&at, fields, COUNT(fields), out);
    read_fixed(&at, "backup");
    read_fixed(&at, "native_contacts");
    read_links(&at, out);
    read_group(&at, "pin", pin_fields, COUNT(pin_fields), out);
    read_group(&at, "offline", offline_fields, COUNT(offline_fields), out);
    read_version(&at, "min_os", &out->min_os);
    read_version(&at, "max_os", &out->max_os);
    read_version(&at, "min_app", &out->min_app);
}
