/*
 * policy/policy_sections.c - presence, store, sync, audit, recents and branding
 * of the document
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/json.h"
#include "base/text.h"
#include "policy/policy_fields.h"
#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define AT(member) offsetof(struct ruf_policy, member)

/* --- plain sections
 * ------------------------------------------------------------------ */

static const char *const store_modes[] = { "disk", "memory", NULL };
static const char *const photos[] = { "none", "thumb", NULL };

static const struct policy_field presence[] = {
    { "enabled", POLICY_FIELD_BOOL, AT(presence.enabled), 0, 0, NULL },
    { "list_seconds", POLICY_FIELD_INTEGER, AT(presence.list_seconds), 20, 600,
      NULL },
    { "contact_seconds", POLICY_FIELD_INTEGER, AT(presence.contact_seconds), 20,
      600, NULL },
};
static const struct policy_field store[] = {
    { "mode", POLICY_FIELD_WORD, AT(store.mode), 0, 0, store_modes },
    { "photos", POLICY_FIELD_WORD, AT(store.photos), 0, 0, photos },
    { "max_age_days", POLICY_FIELD_INTEGER, AT(store.max_age_days), 1, 365,
      NULL },
};
static const struct policy_field sync_fields[] = {
    { "stale_hours", POLICY_FIELD_INTEGER, AT(sync.stale_hours), 1, 720, NULL },
    { "forbidden_grace_hours", POLICY_FIELD_INTEGER,
      AT(sync.forbidden_grace_hours), 0, 168, NULL },
};
static const struct policy_field audit[] = {
    { "enabled", POLICY_FIELD_BOOL, AT(audit.enabled), 0, 0, NULL },
    { "days", POLICY_FIELD_INTEGER, AT(audit.days), 1, 400, NULL },
};
static const struct policy_field recents[] = {
    { "enabled", POLICY_FIELD_BOOL, AT(recents_enabled), 0, 0, NULL },
};

static void read_section(const struct policy_at *root, const char *name,
                         const struct policy_field *fields, size_t count,
                         struct ruf_policy *policy)
{
    struct policy_at at;

    if (ruf_policy_object(root, name, &at) == NULL)
        return;
    ruf_policy_warn_fields(&at, fields, count, NULL);
    ruf_policy_read_fields(&at, fields, count, policy);
}

/* --- branding
 * ------------------------------------------------------------------------ */

#define CONTRAST_MIN 4.5

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *at = strchr(digits, ruf_ascii_lower(c));

    return c == '\0' || at == NULL ? -1 : (int)(at - digits);
}

/* "#rrggbb" as 0xrrggbb; -1 if it is not. */
static long read_rgb(struct ruf_text text)
{
    long rgb = 0;

    if (text.size != 7 || text.data[0] != '#')
        return -1;
    for (size_t i = 1; i < 7; i++) {
        int digit = hex_digit(text.data[i]);

        if (digit < 0)
            return -1;
        rgb = rgb * 16 + digit;
    }
    return rgb;
}

/* Relative luminance, WCAG 2.2. */
static double luminance(long rgb)
{
    static const double weights[] = { 0.2126, 0.7152, 0.0722 };
    double sum = 0;

    for (int i = 0; i < 3; i++) {
        double c = (double)(rgb >> (16 - 8 * i) & 0xFF) / 255.0;

        sum += weights[i] *
               (c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static double contrast(long a, long b)
{
    double x = luminance(a);
    double y = luminance(b);

    return x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
}

/* A colour that is hard to read on its background gives way to the default. */
static void read_colour(const struct policy_at *branding, const char *name,
                        long background, const char **out)
{
    struct policy_at here;
    struct ruf_text text;
    long rgb;

    if (ruf_policy_member(branding, name, &here) == NULL ||
        !ruf_policy_text(&here, 7, &text))
        return;
    rgb = read_rgb(text);
    if (rgb < 0)
        ruf_policy_error(here.parser, "P107", here.pointer,
                         "a colour is #rrggbb");
    else if (contrast(rgb, background) < CONTRAST_MIN)
        ruf_policy_warning(here.parser, "P140", here.pointer,
                           "contrast to its background is under 4.5:1, the "
                           "default is used");
    else
        *out = ruf_policy_string(&here, 7);
}

static void read_line(const struct policy_at *branding, const char *name,
                      size_t max, const char **out)
{
    struct policy_at here;

    if (ruf_policy_member(branding, name, &here) != NULL) {
        const char *text = ruf_policy_string(&here, max);

        *out = text != NULL ? text : *out;
    }
}

/* --- logo
 * ----------------------------------------------------------------------------
 */

#define LOGO_BYTES_MAX 65536u
#define LOGO_PIXELS_MAX 512u
#define LOGO_HEAD 24u /* signature, size and name of IHDR, width, height */

/* Value of a base64 digit; -1 if it is none. */
static int base64_digit(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = strchr(digits, c);

    return c == '\0' || at == NULL ? -1 : (int)(at - digits);
}

/* Bytes of a text in base64; SIZE_MAX if it is not. */
static size_t base64_size(struct ruf_text text)
{
    size_t padding = 0;

    while (padding < 2 && text.size > padding &&
           text.data[text.size - 1 - padding] == '=')
        padding++;
    if (text.size % 4 != 0)
        return SIZE_MAX;
    for (size_t i = 0; i < text.size - padding; i++)
        if (base64_digit(text.data[i]) < 0)
            return SIZE_MAX;
    return text.size / 4 * 3 - padding;
}

/* The first bytes; the text has enough of them. */
static void base64_head(struct ruf_text text, uint8_t out[LOGO_HEAD])
{
    for (size_t i = 0; i < LOGO_HEAD / 3; i++) {
        uint32_t bits = 0;

        for (size_t k = 0; k < 4; k++)
            bits = bits << 6 | (uint32_t)base64_digit(text.data[4 * i + k]);
        out[3 * i] = (uint8_t)(bits >> 16);
        out[3 * i + 1] = (uint8_t)(bits >> 8);
        out[3 * i + 2] = (uint8_t)bits;
    }
}

static uint32_t big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
           (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool is_small_png(const uint8_t head[LOGO_HEAD])
{
    static const uint8_t start[] = { 0x89, 'P',  'N', 'G', '\r', '\n',
                                     0x1A, '\n', 0,   0,   0,    13,
                                     'I',  'H',  'D', 'R' };
    uint32_t width = big_endian(head + 16);
    uint32_t height = big_endian(head + 20);

    return memcmp(head, start, sizeof(start)) == 0 && width >= 1 &&
           width <= LOGO_PIXELS_MAX && height >= 1 && height <= LOGO_PIXELS_MAX;
}

static void read_logo(const struct policy_at *branding, const char **out)
{
    uint8_t head[LOGO_HEAD] = { 0 };
    struct policy_at here;
    struct ruf_text text;
    size_t size;

    if (ruf_policy_member(branding, "logo_png", &here) == NULL ||
        !ruf_policy_text(&here, LOGO_BYTES_MAX / 3 * 4 + 4, &text))
        return;
    size = base64_size(text);
    if (size >= LOGO_HEAD && size <= LOGO_BYTES_MAX)
        base64_head(text, head);
    if (is_small_png(head))
        *out = ruf_policy_string(&here, text.size);
    else
        ruf_policy_error(here.parser, "P107", here.pointer,
                         "must be a PNG in base64, of at most 64 KiB and 512 "
                         "by 512 pixels");
}

static void read_branding(const struct policy_at *root,
                          struct ruf_policy *policy)
{
    static const char *const known[] = { "name",        "accent",
                                         "accent_dark", "support",
                                         "privacy_url", "logo_png",
                                         NULL };
    struct ruf_policy_branding *out = &policy->branding;
    struct policy_at at;

    if (ruf_policy_object(root, "branding", &at) == NULL)
        return;
    ruf_policy_warn_unknown(&at, known);
    read_line(&at, "name", 30, &out->name);
    read_line(&at, "support", 120, &out->support);
    read_line(&at, "privacy_url", 200, &out->privacy_url);
    if (out->privacy_url != NULL &&
        strncmp(out->privacy_url, "https://", 8) != 0) {
        struct policy_at here;

        (void)ruf_policy_member(&at, "privacy_url", &here);
        ruf_policy_error(here.parser, "P107", here.pointer,
                         "must begin with https://");
    }
    read_colour(&at, "accent", 0xFFFFFF, &out->accent);
    read_colour(&at, "accent_dark", 0x101418, &out->accent_dark);
    read_logo(&at, &out->logo_png);
}

/* --- all of them
 * ----------------------------------------------------------------------- */

void ruf_policy_sections_default(struct ruf_policy *policy)
{
    policy->presence.list_seconds = 60;
    policy->presence.contact_seconds = 20;
    policy->store.max_age_days = 30;
    policy->sync.stale_hours = 24;
    policy->sync.forbidden_grace_hours = 24;
    policy->audit.enabled = true;
    policy->audit.days = 90;
    policy->recents_enabled = true;
    policy->actions = 1u << RUF_POLICY_ACTION_TEL |
                      1u << RUF_POLICY_ACTION_MAILTO |
                      1u << RUF_POLICY_ACTION_TEAMS_CALL |
                      1u << RUF_POLICY_ACTION_TEAMS_VIDEO |
                      1u << RUF_POLICY_ACTION_TEAMS_CHAT;
    policy->branding.name = "Rufname";
    policy->branding.accent = "#0b5cad";
    policy->branding.accent_dark = "#7ab8ff";
}

/* --- shown
 * ----------------------------------------------------------------------------
 */

static void show_section(const struct ruf_policy *policy, cJSON *root,
                         const char *name, const struct policy_field *fields,
                         size_t count)
{
    ruf_policy_show_fields(policy, fields, count,
                           cJSON_AddObjectToObject(root, name));
}

void ruf_policy_show_sections(const struct ruf_policy *policy, cJSON *root)
{
    cJSON *branding = cJSON_AddObjectToObject(root, "branding");

    show_section(policy, root, "presence", presence, COUNT(presence));
    show_section(policy, root, "store", store, COUNT(store));
    show_section(policy, root, "sync", sync_fields, COUNT(sync_fields));
    show_section(policy, root, "audit", audit, COUNT(audit));
    show_section(policy, root, "recents", recents, COUNT(recents));
    ruf_policy_show_actions(policy, root);
    ruf_policy_show_text(branding, "name", policy->branding.name);
    ruf_policy_show_text(branding, "accent", policy->branding.accent);
    ruf_policy_show_text(branding, "accent_dark", policy->branding.accent_dark);
    ruf_policy_show_text(branding, "support", policy->branding.support);
    ruf_policy_show_text(branding, "privacy_url", policy->branding.privacy_url);
    ruf_policy_show_text(branding, "logo_png", policy->branding.logo_png);
    ruf_policy_show_protection(policy, root);
}

void ruf_policy_read_sections(const struct policy_at *root,
                              struct ruf_policy *policy)
{
    read_section(root, "presence", presence, COUNT(presence), policy);
    read_section(root, "store", store, COUNT(store), policy);
    read_section(root, "sync", sync_fields, COUNT(sync_fields), policy);
    read_section(root, "audit", audit, COUNT(audit), policy);
    read_section(root, "recents", recents, COUNT(recents), policy);
    ruf_policy_read_actions(root, policy);
    read_branding(root, policy);
    ruf_policy_read_protection(root, policy);
}
