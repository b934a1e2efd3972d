/*
 * policy/policy.c - parsing and checking the admin's document
 *
 * Everything of a policy lives in one arena. Checks never stop at the first
 * error: a missing or wrong value is reported and replaced by its default, and
 * the document is refused at the end.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "policy/policy.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "policy/filter.h"
#include "policy/policy_private.h"
#include <cjson/cJSON.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLICY_SCHEMA "rufname.policy/1"
#define LABEL_DEFAULT "{given} {family}[ ({company})]"

/* The public struct comes first, so that a pointer to it is one to this. */
struct policy {
    struct ruf_policy public;
    struct ruf_arena *arena;
};

/* --- findings --------------------------------------------------------------
 */

RUF_PRINTF(5, 0)
static void add_finding(struct policy_parser *parser, bool is_error,
                        const char *id, const char *pointer, const char *format,
                        va_list arguments)
{
    struct ruf_policy_findings *findings = parser->findings;
    struct ruf_policy_finding *item;

    if (is_error)
        parser->errors++;
    if (findings->count == RUF_POLICY_FINDINGS_MAX) {
        if (!is_error || parser->errors > 1)
            return;
        findings->count--; /* full of warnings; the first error is told */
    }
    item = &findings->items[findings->count++];
    item->is_error = is_error;
    (void)snprintf(item->id, sizeof(item->id), "%s", id);
    (void)snprintf(item->pointer, sizeof(item->pointer), "%s", pointer);
    (void)vsnprintf(item->detail, sizeof(item->detail), format, arguments);
    ruf_policy_form_position(&parser->form, pointer, &item->line,
                             &item->column);
}

void ruf_policy_error(struct policy_parser *parser, const char *id,
                      const char *pointer, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add_finding(parser, true, id, pointer, format, arguments);
    va_end(arguments);
}

void ruf_policy_warning(struct policy_parser *parser, const char *id,
                        const char *pointer, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add_finding(parser, false, id, pointer, format, arguments);
    va_end(arguments);
}

/* --- values
 * --------------------------------------------------------------------- */

const cJSON *ruf_policy_member(const struct policy_at *at, const char *key,
                               struct policy_at *out)
{
    out->parser = at->parser;
    (void)snprintf(out->pointer, sizeof(out->pointer), "%.100s/%s", at->pointer,
                   key);
    out->item =
        cJSON_IsObject(at->item) ? ruf_json_member(at->item, key) : NULL;
    return out->item;
}

void ruf_policy_element_at(const struct policy_at *at, size_t position,
                           const cJSON *item, struct policy_at *out)
{
    out->parser = at->parser;
    (void)snprintf(out->pointer, sizeof(out->pointer), "%.100s/%zu",
                   at->pointer, position);
    out->item = item;
}

void ruf_policy_element(const struct policy_at *at, size_t position,
                        struct policy_at *out)
{
    ruf_policy_element_at(at, position,
                          cJSON_GetArrayItem(at->item, (int)position), out);
}

bool ruf_policy_text(const struct policy_at *at, size_t max,
                     struct ruf_text *out)
{
    struct ruf_text text = ruf_json_text(at->item);

    if (text.data == NULL) {
        ruf_policy_error(at->parser, "P103", at->pointer, "must be text");
        return false;
    }
    if (text.size > max) {
        ruf_policy_error(at->parser, "P104", at->pointer,
                         "%zu bytes, at most %zu are allowed", text.size, max);
        return false;
    }
    *out = text;
    return true;
}

/* Keeps a copy in the arena; NULL after an error. */
const char *ruf_policy_string(const struct policy_at *at, size_t max)
{
    struct ruf_text text;
    const char *copy;

    if (!ruf_policy_text(at, max, &text))
        return NULL;
    copy = ruf_arena_copy(at->parser->arena, text.data, text.size);
    if (copy == NULL)
        at->parser->out_of_memory = true;
    return copy;
}

void ruf_policy_integer(const struct policy_at *at, const char *key,
                        uint32_t min, uint32_t max, uint32_t *value)
{
    struct policy_at here;
    const cJSON *item = ruf_policy_member(at, key, &here);

    if (item == NULL)
        return;
    if (!cJSON_IsNumber(item) || floor(item->valuedouble) != item->valuedouble)
        ruf_policy_error(at->parser, "P103", here.pointer,
                         "must be an integer");
    else if (item->valuedouble < min || item->valuedouble > max)
        ruf_policy_error(at->parser, "P104", here.pointer, "must be %u to %u",
                         min, max);
    else
        *value = (uint32_t)item->valuedouble;
}

void ruf_policy_bool(const struct policy_at *at, const char *key, bool *value)
{
    struct policy_at here;
    const cJSON *item = ruf_policy_member(at, key, &here);

    if (item == NULL)
        return;
    if (!cJSON_IsBool(item))
        ruf_policy_error(at->parser, "P103", here.pointer,
                         "must be true or false");
    else
        *value = cJSON_IsTrue(item);
}

int ruf_policy_word(const struct policy_at *at, const char *key,
                    const char *const *words, int value)
{
    struct policy_at here;
    const cJSON *item = ruf_policy_member(at, key, &here);
    struct ruf_text text = ruf_json_text(item);

    if (item == NULL)
        return value;
    for (int i = 0; words[i] != NULL; i++)
        if (text.data != NULL && ruf_text_is(text, words[i]))
            return i;
    ruf_policy_error(at->parser, "P105", here.pointer,
                     "not one of the known words");
    return value;
}

const char *ruf_policy_region(const struct policy_at *at)
{
    const char *region = ruf_policy_string(at, 2);

    if (region != NULL && !ruf_number_region_known(region)) {
        ruf_policy_error(at->parser, "P105", at->pointer,
                         "not an ISO 3166-1 alpha-2 region");
        return NULL;
    }
    return region;
}

static bool is_known(const char *key, const char *const *known)
{
    for (size_t i = 0; known[i] != NULL; i++)
        if (strcmp(key, known[i]) == 0)
            return true;
    return false;
}

void ruf_policy_warn_unknown(const struct policy_at *at,
                             const char *const *known)
{
    const cJSON *child;

    if (!cJSON_IsObject(at->item))
        return;
    cJSON_ArrayForEach(child, at->item)
    {
        struct policy_at here;

        if (is_known(child->string, known))
            continue;
        (void)ruf_policy_member(at, child->string, &here);
        ruf_policy_warning(at->parser, "P101", here.pointer,
                           "unknown field, ignored");
    }
}

const cJSON *ruf_policy_object(const struct policy_at *at, const char *key,
                               struct policy_at *out)
{
    const cJSON *item = ruf_policy_member(at, key, out);

    if (item != NULL && !cJSON_IsObject(item)) {
        ruf_policy_error(at->parser, "P103", out->pointer, "must be an object");
        out->item = NULL;
    }
    return out->item;
}

/* --- sections
 * ---------------------------------------------------------------------- */

static void read_region_section(const struct policy_at *root,
                                struct ruf_policy *policy)
{
    static const char *const known[] = { "default", "per_source", "from_record",
                                         NULL };
    struct policy_at region;
    struct policy_at here;
    const cJSON *item;

    if (ruf_policy_object(root, "region", &region) == NULL)
        return;
    ruf_policy_warn_unknown(&region, known);
    item = ruf_policy_member(&region, "default", &here);
    if (item != NULL && !cJSON_IsNull(item))
        policy->region_default = ruf_policy_region(&here);
    ruf_policy_bool(&region, "from_record", &policy->region_from_record);
}

const char *ruf_policy_region_of_source(const struct policy_at *root,
                                        const char *id)
{
    struct policy_at region;
    struct policy_at per_source;
    struct policy_at here;

    if (ruf_policy_member(root, "region", &region) == NULL ||
        ruf_policy_object(&region, "per_source", &per_source) == NULL ||
        ruf_policy_member(&per_source, id, &here) == NULL)
        return NULL;
    return ruf_policy_region(&here);
}

static void read_caller_id(const struct policy_at *root,
                           struct ruf_policy *policy)
{
    static const char *const known[] = { "enabled", "label",       "max_chars",
                                         "kinds",   "max_entries", "trunk",
                                         NULL };
    struct policy_at section;
    struct policy_at here;
    const cJSON *item;

    if (ruf_policy_object(root, "caller_id", &section) == NULL)
        return;
    ruf_policy_warn_unknown(&section, known);
    ruf_policy_bool(&section, "enabled", &policy->caller_id_enabled);
    ruf_policy_integer(&section, "max_chars", 16, 120,
                       &policy->label_max_chars);
    ruf_policy_integer(&section, "max_entries", 0, 1999999,
                       &policy->max_entries);
    if (ruf_policy_member(&section, "label", &here) != NULL) {
        const char *label = ruf_policy_string(&here, 200);

        if (label != NULL && ruf_policy_check_label(&here, label))
            policy->label_template = label;
    }
    ruf_policy_read_trunk(&section, &policy->trunk);
    item = ruf_policy_member(&section, "kinds", &here);
    if (item != NULL)
        ruf_policy_kinds(&here, &policy->caller_id_kinds);
}

void ruf_policy_kinds(const struct policy_at *at, uint32_t *kinds)
{
    if (!cJSON_IsArray(at->item)) {
        ruf_policy_error(at->parser, "P103", at->pointer, "must be a list");
        return;
    }
    *kinds = 0;
    for (int i = 0; i < cJSON_GetArraySize(at->item); i++) {
        struct policy_at here;
        struct ruf_text word;
        bool found = false;

        ruf_policy_element(at, (size_t)i, &here);
        word = ruf_json_text(here.item);

        for (unsigned kind = 0; kind < RUF_KIND_COUNT; kind++)
            if (word.data != NULL && kind != RUF_KIND_FAX &&
                kind != RUF_KIND_PAGER &&
                ruf_text_is(word,
                            ruf_number_kind_name((enum ruf_number_kind)kind))) {
                *kinds |= UINT32_C(1) << kind;
                found = true;
            }
        if (!found)
            ruf_policy_error(at->parser, "P105", here.pointer,
                             "a kind is business, mobile, home, main or other");
    }
}

static void read_merge(const struct policy_at *root, struct ruf_policy *policy)
{
    static const char *const known[] = { "mode", "shared_after", NULL };
    static const char *const modes[] = { "off", "strict", "balanced", NULL };
    struct policy_at section;

    if (ruf_policy_object(root, "merge", &section) == NULL)
        return;
    ruf_policy_warn_unknown(&section, known);
    policy->merge_mode = (enum ruf_merge_mode)ruf_policy_word(
        &section, "mode", modes, (int)policy->merge_mode);
    ruf_policy_integer(&section, "shared_after", 2, 200,
                       &policy->merge_shared_after);
}

/* Department and user principal name are stored only where something needs
 * them: a filter rule of the admin, which judges again what is stored; below
 * level high also the search and the actions. */
static void set_kept_fields(struct ruf_policy *policy)
{
    const uint32_t department = UINT32_C(1) << RUF_RECORD_DEPARTMENT;
    const uint32_t upn = UINT32_C(1) << RUF_RECORD_UPN;

    policy->kept_fields = ~(department | upn);
    for (size_t i = 0; i < policy->filter_count; i++)
        policy->kept_fields |= policy->filters[i].asks_fields;
    if (policy->level != RUF_LEVEL_HIGH) {
        policy->kept_fields |= department;
        if (ruf_policy_actions_ask_upn(policy))
            policy->kept_fields |= upn;
    }
    policy->asked_fields |= policy->kept_fields;
}

static void read_root(const struct policy_at *root, struct ruf_policy *policy)
{
    static const char *const known[] = {
        "schema",   "version",    "level",    "locale",  "region",    "auth",
        "network",  "sources",    "filters",  "merge",   "caller_id", "actions",
        "presence", "protection", "store",    "sync",    "branding",  "audit",
        "cleaning", "index",      "blocking", "recents", NULL
    };
    static const char *const locales[] = { "auto", "de", "en", NULL };
    struct policy_at here;

    ruf_policy_warn_unknown(root, known);
    if (ruf_policy_member(root, "schema", &here) == NULL ||
        !ruf_text_is(ruf_json_text(here.item), POLICY_SCHEMA))
        ruf_policy_error(root->parser, "P102", "/schema",
                         "must be \"" POLICY_SCHEMA "\"");
    if (ruf_policy_member(root, "version", &here) == NULL)
        ruf_policy_error(root->parser, "P102", "/version", "is required");
    ruf_policy_integer(root, "version", 1, 2147483647, &policy->version);
    policy->locale = (enum ruf_policy_locale)ruf_policy_word(
        root, "locale", locales, RUF_LOCALE_AUTO);
    read_region_section(root, policy);
    ruf_policy_read_cleaning(root, policy);
    ruf_policy_read_index(root, policy);
    ruf_policy_read_auth(root, policy);
    ruf_policy_read_network(root, policy);
    ruf_policy_read_sources(root, policy);
    ruf_policy_read_filters(root, policy);
    read_merge(root, policy);
    read_caller_id(root, policy);
    ruf_policy_read_blocking(root, policy);
    ruf_policy_read_sections(root, policy);
    ruf_policy_check_auth_needed(root, policy);
    set_kept_fields(policy);
}

static void set_defaults(struct ruf_policy *policy)
{
    policy->version = 1;
    policy->region_from_record = true;
    policy->corrections = RUF_CORRECT_ALL;
    policy->excluded_types = 1u << RUF_TYPE_PREMIUM_RATE;
    policy->merge_mode = RUF_MERGE_BALANCED;
    policy->merge_shared_after = 3;
    policy->caller_id_enabled = true;
    policy->label_template = LABEL_DEFAULT;
    policy->label_max_chars = 48;
    policy->caller_id_kinds = 1u << RUF_KIND_BUSINESS | 1u << RUF_KIND_MOBILE |
                              1u << RUF_KIND_MAIN | 1u << RUF_KIND_OTHER;
    policy->max_entries = 500000;
    policy->trunk.min_members = 4;
    policy->trunk.max_extension_digits = 4;
    ruf_policy_sections_default(policy);
}

/* --- entry
 * -----------------------------------------------------------------------------
 */

static enum ruf_status refuse(const struct ruf_policy_findings *findings,
                              struct ruf_error *err)
{
    enum ruf_status status = RUF_E_POLICY;

    for (size_t i = 0; i < findings->count; i++) {
        const struct ruf_policy_finding *item = &findings->items[i];

        if (!item->is_error)
            continue;
        status = ruf_fail(err, RUF_E_POLICY, item->id, item->pointer, "%s",
                          item->detail);
        if (err != NULL) {
            err->line = item->line;
            err->column = item->column;
        }
        break;
    }
    return status;
}

static int by_place(const void *left, const void *right)
{
    const struct ruf_policy_finding *a = left;
    const struct ruf_policy_finding *b = right;

    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    if (a->column != b->column)
        return a->column < b->column ? -1 : 1;
    return strcmp(a->id, b->id);
}

static void warn_given_up(void *context, const char *pointer)
{
    ruf_policy_warning(context, "P130", pointer,
                       "several values, none of them is the stricter one: "
                       "the default is used");
}

static enum ruf_status parse_document(const char *text, size_t size,
                                      struct policy_parser *parser,
                                      struct ruf_policy *policy,
                                      struct ruf_error *err)
{
    struct policy_at root = { parser, "", NULL };
    enum ruf_status status;

    if (size > RUF_POLICY_SIZE_MAX)
        return ruf_fail(err, RUF_E_POLICY, "P104", "",
                        "document is larger than 256 KiB");
    if (!ruf_utf8_valid((struct ruf_text){ text, size }))
        return ruf_fail(err, RUF_E_POLICY, "P106", "",
                        "document is not valid UTF-8");
    status = ruf_policy_form_read(&parser->form, text, size, warn_given_up,
                                  parser, err);
    if (status != RUF_OK)
        return status;
    root.item = parser->form.document;
    if (cJSON_IsObject(root.item)) {
        ruf_policy_check_tokens(&root);
        read_root(&root, policy);
    } else {
        ruf_policy_error(parser, "P103", "", "must be an object");
    }
    return RUF_OK;
}

enum ruf_status ruf_policy_parse(const char *text, size_t size,
                                 struct ruf_policy **out,
                                 struct ruf_policy_findings *findings,
                                 struct ruf_error *err)
{
    struct ruf_policy_findings *own = calloc(1, sizeof(*own));
    struct policy *policy = calloc(1, sizeof(*policy));
    struct policy_parser parser = { 0 };
    enum ruf_status status = RUF_E_NOMEM;

    *out = NULL;
    if (own == NULL || policy == NULL ||
        ruf_arena_create(&policy->arena, err) != RUF_OK) {
        (void)ruf_fail_memory(err);
        goto out;
    }
    parser.arena = policy->arena;
    parser.form.arena = policy->arena;
    parser.findings = own;
    set_defaults(&policy->public);
    status = parse_document(text, size, &parser, &policy->public, err);
    if (own->count > 1)
        qsort(own->items, own->count, sizeof(own->items[0]), by_place);
    if (status == RUF_OK && parser.out_of_memory)
        status = ruf_fail_memory(err);
    else if (status == RUF_OK && parser.errors > 0)
        status = refuse(own, err);
    if (findings != NULL)
        *findings = *own;
    ruf_policy_form_free(&parser.form);
out:
    free(own);
    if (status == RUF_OK)
        *out = &policy->public;
    else if (policy != NULL)
        ruf_policy_destroy(&policy->public);
    return status;
}

void ruf_policy_destroy(struct ruf_policy *policy)
{
    struct policy *whole = (struct policy *)policy;

    if (policy == NULL)
        return;
    ruf_arena_destroy(whole->arena);
    free(whole);
}

const struct ruf_policy_source *
ruf_policy_source(const struct ruf_policy *policy, struct ruf_text id)
{
    for (size_t i = 0; i < policy->source_count; i++)
        if (ruf_text_is(id, policy->sources[i].id))
            return &policy->sources[i];
    return NULL;
}

bool ruf_policy_keeps(const struct ruf_policy *policy,
                      const struct ruf_policy_source *source)
{
    return source != NULL && source->enabled &&
           (policy->store.mode == RUF_STORE_ON_DISK ||
            policy->store.is_in_memory);
}
