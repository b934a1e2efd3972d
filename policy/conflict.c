/*
 * policy/conflict.c - several values for one field of the document
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "policy/conflict.h"
#include "base/json.h"
#include "base/text.h"
#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- fields and their rules
 * ---------------------------------------------------------- */

enum rule {
    RULE_DEFAULT = 0,
    RULE_MIN,
    RULE_MIN_NOT_ZERO, /* 0 means "never": the loosest */
    RULE_MAX,
    RULE_TRUE,  /* true is the stricter one */
    RULE_FALSE, /* false is */
    RULE_WORD,  /* the later one of the words */
    RULE_LINKS,
    RULE_VERSION_HIGH,
    RULE_VERSION_LOW,
    RULE_ALL,    /* what all of them name */
    RULE_EITHER, /* what any of them names */
    RULE_FILTERS
};

struct field {
    const char *path; /* '*' stands for one name */
    enum policy_value value;
    enum rule rule;
    const char *words; /* from loose to strict, a blank before each */
};

static const struct field fields[] = {
    { "schema", POLICY_VALUE_TEXT, RULE_DEFAULT, NULL },
    { "version", POLICY_VALUE_INTEGER, RULE_MAX, NULL },
    { "level", POLICY_VALUE_TEXT, RULE_WORD, " basic enhanced high" },
    { "locale", POLICY_VALUE_TEXT, RULE_DEFAULT, NULL },
    { "region.default", POLICY_VALUE_TEXT, RULE_DEFAULT, NULL },
    { "region.per_source.*", POLICY_VALUE_TEXT, RULE_DEFAULT, NULL },
    { "region.from_record", POLICY_VALUE_BOOL, RULE_DEFAULT, NULL },
    { "auth.*", POLICY_VALUE_TEXT, RULE_DEFAULT, NULL },
    { "auth.endpoints.*", POLICY_VALUE_TEXT, RULE_DEFAULT, NULL },
    { "network.*", POLICY_VALUE_TEXT, RULE_DEFAULT, NULL },
    { "cleaning.*", POLICY_VALUE_BOOL, RULE_DEFAULT, NULL },
    { "cleaning.area_codes.*", POLICY_VALUE_TEXT, RULE_DEFAULT, NULL },
    { "index.exclude_types", POLICY_VALUE_LIST, RULE_EITHER, NULL },
    { "blocking.numbers", POLICY_VALUE_LIST, RULE_EITHER, NULL },
    { "sources.*.id", POLICY_VALUE_TEXT, RULE_DEFAULT, NULL },
    { "sources.*.kind", POLICY_VALUE_TEXT, RULE_DEFAULT, NULL },
    { "sources.*.name", POLICY_VALUE_TEXT, RULE_DEFAULT, NULL },
    { "sources.*.enabled", POLICY_VALUE_BOOL, RULE_DEFAULT, NULL },
    { "sources.*.initially_on", POLICY_VALUE_BOOL, RULE_DEFAULT, NULL },
    { "sources.*.user_may_toggle", POLICY_VALUE_BOOL, RULE_DEFAULT, NULL },
    { "sources.*.caller_id", POLICY_VALUE_BOOL, RULE_DEFAULT, NULL },
    { "sources.*.priority", POLICY_VALUE_INTEGER, RULE_DEFAULT, NULL },
    { "sources.*.mailboxes", POLICY_VALUE_LIST, RULE_DEFAULT, NULL },
    { "filters", POLICY_VALUE_ANY, RULE_FILTERS, NULL },
    { "merge.mode", POLICY_VALUE_TEXT, RULE_WORD, " balanced strict off" },
    { "merge.shared_after", POLICY_VALUE_INTEGER, RULE_MIN, NULL },
    { "caller_id.enabled", POLICY_VALUE_BOOL, RULE_FALSE, NULL },
    { "caller_id.label", POLICY_VALUE_TEXT, RULE_DEFAULT, NULL },
    { "caller_id.max_chars", POLICY_VALUE_INTEGER, RULE_MIN, NULL },
    { "caller_id.kinds", POLICY_VALUE_LIST, RULE_ALL, NULL },
    { "caller_id.max_entries", POLICY_VALUE_INTEGER, RULE_MIN, NULL },
    { "caller_id.trunk.enabled", POLICY_VALUE_BOOL, RULE_FALSE, NULL },
    { "caller_id.trunk.emit", POLICY_VALUE_INTEGER, RULE_MIN, NULL },
    { "caller_id.trunk.min_members", POLICY_VALUE_INTEGER, RULE_MAX, NULL },
    { "caller_id.trunk.max_extension_digits", POLICY_VALUE_INTEGER, RULE_MIN,
      NULL },
    { "actions.allow", POLICY_VALUE_LIST, RULE_ALL, NULL },
    { "actions.dialer", POLICY_VALUE_TEXT, RULE_WORD, " any specific none" },
    { "actions.dialer_scheme", POLICY_VALUE_TEXT, RULE_DEFAULT, NULL },
    { "presence.enabled", POLICY_VALUE_BOOL, RULE_FALSE, NULL },
    { "presence.*", POLICY_VALUE_INTEGER, RULE_MAX, NULL },
    { "store.mode", POLICY_VALUE_TEXT, RULE_WORD, " disk memory" },
    { "store.photos", POLICY_VALUE_TEXT, RULE_WORD, " thumb none" },
    { "store.max_age_days", POLICY_VALUE_INTEGER, RULE_MIN, NULL },
    { "sync.*", POLICY_VALUE_INTEGER, RULE_MIN, NULL },
    { "recents.enabled", POLICY_VALUE_BOOL, RULE_FALSE, NULL },
    { "branding.*", POLICY_VALUE_TEXT, RULE_DEFAULT, NULL },
    { "audit.enabled", POLICY_VALUE_BOOL, RULE_TRUE, NULL },
    { "audit.days", POLICY_VALUE_INTEGER, RULE_MAX, NULL },
    { "protection.backup", POLICY_VALUE_TEXT, RULE_WORD, " allow block" },
    { "protection.native_contacts", POLICY_VALUE_TEXT, RULE_WORD,
      " allow block" },
    { "protection.send_to", POLICY_VALUE_TEXT, RULE_WORD,
      " all managed_share managed none" },
    { "protection.receive_from", POLICY_VALUE_TEXT, RULE_WORD,
      " all managed none" },
    { "protection.save_copies", POLICY_VALUE_TEXT, RULE_WORD, " allow block" },
    { "protection.copy_paste", POLICY_VALUE_TEXT, RULE_WORD,
      " any managed_paste_in managed block" },
    { "protection.copy_limit", POLICY_VALUE_INTEGER, RULE_MIN, NULL },
    { "protection.print", POLICY_VALUE_TEXT, RULE_WORD, " allow block" },
    { "protection.links", POLICY_VALUE_TEXT, RULE_LINKS, NULL },
    { "protection.keyboards", POLICY_VALUE_TEXT, RULE_WORD, " any system" },
    { "protection.notifications", POLICY_VALUE_TEXT, RULE_WORD,
      " full no_org_data block" },
    { "protection.pin.required", POLICY_VALUE_BOOL, RULE_TRUE, NULL },
    { "protection.pin.type", POLICY_VALUE_TEXT, RULE_WORD,
      " numeric passcode" },
    { "protection.pin.min_length", POLICY_VALUE_INTEGER, RULE_MAX, NULL },
    { "protection.pin.simple", POLICY_VALUE_BOOL, RULE_FALSE, NULL },
    { "protection.pin.max_attempts", POLICY_VALUE_INTEGER, RULE_MIN, NULL },
    { "protection.pin.action", POLICY_VALUE_TEXT, RULE_WORD,
      " reset_pin wipe" },
    { "protection.pin.max_age_days", POLICY_VALUE_INTEGER, RULE_MIN_NOT_ZERO,
      NULL },
    { "protection.biometric", POLICY_VALUE_TEXT, RULE_WORD, " allow deny" },
    { "protection.biometric_timeout_min", POLICY_VALUE_INTEGER, RULE_MIN,
      NULL },
    { "protection.recheck_min", POLICY_VALUE_INTEGER, RULE_MIN, NULL },
    { "protection.offline.*", POLICY_VALUE_INTEGER, RULE_MIN, NULL },
    { "protection.jailbreak", POLICY_VALUE_TEXT, RULE_WORD, " block wipe" },
    { "protection.disabled_account", POLICY_VALUE_TEXT, RULE_WORD,
      " block wipe" },
    { "protection.min_os.version", POLICY_VALUE_TEXT, RULE_VERSION_HIGH, NULL },
    { "protection.min_app.version", POLICY_VALUE_TEXT, RULE_VERSION_HIGH,
      NULL },
    { "protection.max_os.version", POLICY_VALUE_TEXT, RULE_VERSION_LOW, NULL },
    { "protection.*.action", POLICY_VALUE_TEXT, RULE_WORD, " warn block wipe" },
};

/* Does a path fit the pattern of a field? */
static bool fits(const char *pattern, const char *path)
{
    while (*pattern != '\0' && *path != '\0') {
        size_t size = strcspn(path, ".");

        if (*pattern == '*')
            pattern++;
        else if (strncmp(pattern, path, size) == 0)
            pattern += size;
        else
            return false;
        path += size;
        if (*pattern != *path)
            return false;
        pattern += *pattern == '.' ? 1 : 0;
        path += *path == '.' ? 1 : 0;
    }
    return *pattern == *path;
}

/* Lists and objects among those a '*' would give a plain type. */
static const struct field *find_field(const char *path)
{
    static const char *const containers[] = { "auth.endpoints", "auth.scopes",
                                              "cleaning.area_codes" };
    static const struct field any = { "", POLICY_VALUE_ANY, RULE_DEFAULT,
                                      NULL };

    for (size_t i = 0; i < sizeof(containers) / sizeof(containers[0]); i++)
        if (strcmp(containers[i], path) == 0)
            return &any;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (fits(fields[i].path, path))
            return &fields[i];
    return &any;
}

enum policy_value ruf_policy_value_at(const char *path)
{
    return find_field(path)->value;
}

/* --- strictness
 * ------------------------------------------------------------------------ */

#define UNFIT INT64_MAX /* the strictest of all: the check will name it */

/* Position of a word in a list such as " any none"; UNFIT if it is none. */
static int64_t word_position(const char *words, const char *word)
{
    size_t size = strlen(word);
    int64_t position = 0;

    for (const char *at = words; *at != '\0'; position++) {
        size_t width = strcspn(at + 1, " ");

        if (width == size && memcmp(at + 1, word, size) == 0)
            return position;
        at += 1 + width;
    }
    return UNFIT;
}

static int64_t link_strictness(const char *text)
{
    return strncmp(text, "scheme:", 7) == 0
               ? 2
               : word_position(" any edge scheme block", text);
}

/* "17.5" as one number. */
static int64_t version_number(const char *text)
{
    int64_t value = 0;

    for (int part = 0; part < 3; part++) {
        char *end;
        unsigned long number = strtoul(text, &end, 10);

        if (number > 99999 || (end == text && *text != '\0'))
            return UNFIT;
        value = value * 100000 + (int64_t)number;
        text = *end == '.' ? end + 1 : end;
    }
    return *text == '\0' ? value : UNFIT;
}

static int64_t text_strictness(const struct field *field, const char *text)
{
    int64_t version;

    if (field->rule == RULE_WORD)
        return word_position(field->words, text);
    if (field->rule == RULE_LINKS)
        return link_strictness(text);
    version = version_number(text);
    return version == UNFIT || field->rule == RULE_VERSION_HIGH ? version
                                                                : -version;
}

static int64_t number_strictness(const struct field *field, double number)
{
    if (!(number >= INT32_MIN && number <= INT32_MAX))
        return UNFIT;
    if (field->rule == RULE_MIN_NOT_ZERO && number == 0)
        return INT64_MIN;
    return field->rule == RULE_MAX ? (int64_t)number : -(int64_t)number;
}

static int64_t strictness(const struct field *field, const cJSON *value)
{
    if (field->value == POLICY_VALUE_BOOL && cJSON_IsBool(value))
        return cJSON_IsTrue(value) == (field->rule == RULE_TRUE) ? 1 : 0;
    if (field->value == POLICY_VALUE_INTEGER && cJSON_IsNumber(value))
        return number_strictness(field, value->valuedouble);
    if (field->value == POLICY_VALUE_TEXT && cJSON_IsString(value))
        return text_strictness(field, value->valuestring);
    return UNFIT;
}

static const cJSON *strictest(const struct field *field,
                              const cJSON *const *values, size_t count)
{
    const cJSON *best = values[0];

    for (size_t i = 1; i < count; i++)
        if (strictness(field, values[i]) > strictness(field, best))
            best = values[i];
    return best;
}

/* --- lists
 * ------------------------------------------------------------------------------
 */

static bool list_has(const cJSON *list, const cJSON *wanted)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, list)
    {
        if (cJSON_Compare(item, wanted, true))
            return true;
    }
    return false;
}

static bool all_have(const cJSON *const *lists, size_t count,
                     const cJSON *wanted)
{
    for (size_t i = 0; i < count; i++)
        if (!list_has(lists[i], wanted))
            return false;
    return true;
}

static bool add_copy(cJSON *list, const cJSON *item)
{
    cJSON *copy = cJSON_Duplicate(item, true);

    if (cJSON_AddItemToArray(list, copy))
        return true;
    cJSON_Delete(copy);
    return false;
}

/* Does a list get this item of one of the lists? */
typedef bool wanted_item(const cJSON *const *lists, size_t count,
                         const cJSON *item);

static bool is_any(const cJSON *const *lists, size_t count, const cJSON *item)
{
    (void)lists;
    (void)count;
    (void)item;
    return true;
}

static bool is_include(const cJSON *rule)
{
    const char *then = cJSON_GetStringValue(ruf_json_member(rule, "then"));

    return then != NULL && strcmp(then, "include") == 0;
}

static bool is_restriction(const cJSON *const *lists, size_t count,
                           const cJSON *item)
{
    (void)lists;
    (void)count;
    return !is_include(item);
}

static bool is_common_include(const cJSON *const *lists, size_t count,
                              const cJSON *item)
{
    return is_include(item) && all_have(lists, count, item);
}

static bool add_wanted(cJSON *out, const cJSON *const *lists, size_t count,
                       wanted_item *wanted)
{
    for (size_t i = 0; i < count; i++) {
        const cJSON *item;

        cJSON_ArrayForEach(item, lists[i])
        {
            if (wanted(lists, count, item) && !list_has(out, item) &&
                !add_copy(out, item))
                return false;
        }
    }
    return true;
}

static cJSON *join(const struct field *field, const cJSON *const *lists,
                   size_t count, bool *failed)
{
    cJSON *out = cJSON_CreateArray();
    bool done = out != NULL;

    if (field->rule == RULE_ALL)
        done = done && add_wanted(out, lists, count, all_have);
    else if (field->rule == RULE_EITHER)
        done = done && add_wanted(out, lists, count, is_any);
    else /* what one excludes, no other may include */
        done = done && add_wanted(out, lists, count, is_restriction) &&
               add_wanted(out, lists, count, is_common_include);
    if (done)
        return out;
    *failed = true;
    cJSON_Delete(out);
    return NULL;
}

/* --- values
 * ----------------------------------------------------------------------------
 */

static cJSON *duplicate(const cJSON *value, bool *failed)
{
    cJSON *copy = cJSON_Duplicate(value, true);

    *failed = *failed || copy == NULL;
    return copy;
}

static bool all_equal(const cJSON *const *values, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (!cJSON_Compare(values[0], values[i], true))
            return false;
    return true;
}

static bool all_of_type(const cJSON *const *values, size_t count, int type)
{
    for (size_t i = 0; i < count; i++)
        if ((values[i]->type & 0xFF) != type)
            return false;
    return true;
}

struct resolving {
    ruf_policy_given_up *given_up;
    void *context;
    bool *failed;
};

static cJSON *resolve(const struct resolving *how, const char *path,
                      const cJSON *const *values, size_t count);

/* The member of this name, out of all objects that have it. */
static bool add_member(const struct resolving *how, const char *path,
                       const char *name, const cJSON *const *objects,
                       size_t count, cJSON *out)
{
    const cJSON **values = calloc(count, sizeof(const cJSON *));
    char inner[RUF_POLICY_PATH_MAX];
    size_t found = 0;
    cJSON *value;

    if (values == NULL)
        return false;
    (void)snprintf(inner, sizeof(inner), "%s%s%s", path,
                   path[0] == '\0' ? "" : ".", name);
    for (size_t i = 0; i < count; i++) {
        const cJSON *member = ruf_json_member(objects[i], name);

        if (member != NULL)
            values[found++] = member;
    }
    value = resolve(how, inner, values, found);
    free(values);
    if (value == NULL || cJSON_AddItemToObject(out, name, value))
        return !*how->failed;
    cJSON_Delete(value);
    return false;
}

static cJSON *resolve_objects(const struct resolving *how, const char *path,
                              const cJSON *const *objects, size_t count)
{
    cJSON *out = cJSON_CreateObject();
    bool done = out != NULL;

    for (size_t i = 0; i < count && done; i++) {
        const cJSON *member;

        cJSON_ArrayForEach(member, objects[i])
        {
            bool earlier = false;

            for (size_t k = 0; k < i; k++)
                earlier = earlier ||
                          ruf_json_member(objects[k], member->string) != NULL;
            if (!earlier)
                done = done && add_member(how, path, member->string, objects,
                                          count, out);
        }
    }
    if (done)
        return out;
    *how->failed = true;
    cJSON_Delete(out);
    return NULL;
}

static cJSON *resolve(const struct resolving *how, const char *path,
                      const cJSON *const *values, size_t count)
{
    const struct field *field = find_field(path);

    if (all_equal(values, count))
        return duplicate(values[0], how->failed);
    if (all_of_type(values, count, cJSON_Object))
        return resolve_objects(how, path, values, count);
    if (field->rule >= RULE_ALL) {
        for (size_t i = 0; i < count; i++)
            if (!cJSON_IsArray(values[i]))
                return duplicate(values[i], how->failed);
        return join(field, values, count, how->failed);
    }
    if (field->rule != RULE_DEFAULT)
        return duplicate(strictest(field, values, count), how->failed);
    how->given_up(how->context, path);
    return NULL;
}

cJSON *ruf_policy_resolve(const char *path, const cJSON *const *values,
                          size_t count, ruf_policy_given_up *given_up,
                          void *context, bool *failed)
{
    struct resolving how = { given_up, context, failed };

    return resolve(&how, path, values, count);
}
