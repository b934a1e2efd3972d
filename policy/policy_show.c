/*
 * policy/policy_show.c - the policy in force, defaults filled in
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "policy/policy_fields.h"
#include <cjson/cJSON.h>
#include <string.h>

static void show_region(const struct ruf_policy *policy, cJSON *root)
{
    cJSON *region = cJSON_AddObjectToObject(root, "region");
    cJSON *sources = cJSON_AddObjectToObject(region, "per_source");

    ruf_policy_show_text(region, "default", policy->region_default);
    (void)cJSON_AddBoolToObject(region, "from_record",
                                policy->region_from_record);
    for (size_t i = 0; i < policy->source_count; i++)
        ruf_policy_show_text(sources, policy->sources[i].id,
                             policy->sources[i].region);
}

static void show_sources(const struct ruf_policy *policy, cJSON *root)
{
    cJSON *sources = cJSON_AddArrayToObject(root, "sources");

    for (size_t i = 0; i < policy->source_count; i++) {
        const struct ruf_policy_source *source = &policy->sources[i];
        cJSON *item = cJSON_CreateObject();

        ruf_policy_show_text(item, "id", source->id);
        ruf_policy_show_text(item, "kind", ruf_source_kind_name(source->kind));
        ruf_policy_show_text(item, "name", source->name);
        (void)cJSON_AddBoolToObject(item, "enabled", source->enabled);
        (void)cJSON_AddNumberToObject(item, "priority", source->priority);
        (void)cJSON_AddBoolToObject(item, "caller_id", source->caller_id);
        if (!cJSON_AddItemToArray(sources, item))
            cJSON_Delete(item);
    }
}

static void show_merge(const struct ruf_policy *policy, cJSON *root)
{
    static const char *const modes[] = { "off", "strict", "balanced" };
    cJSON *merge = cJSON_AddObjectToObject(root, "merge");

    ruf_policy_show_text(merge, "mode", modes[policy->merge_mode]);
    (void)cJSON_AddNumberToObject(merge, "shared_after",
                                  policy->merge_shared_after);
}

static void show_caller_id(const struct ruf_policy *policy, cJSON *root)
{
    cJSON *caller = cJSON_AddObjectToObject(root, "caller_id");
    cJSON *kinds = cJSON_AddArrayToObject(caller, "kinds");

    (void)cJSON_AddBoolToObject(caller, "enabled", policy->caller_id_enabled);
    ruf_policy_show_text(caller, "label", policy->label_template);
    (void)cJSON_AddNumberToObject(caller, "max_chars", policy->label_max_chars);
    (void)cJSON_AddNumberToObject(caller, "max_entries", policy->max_entries);
    for (unsigned kind = 0; kind < RUF_KIND_COUNT; kind++)
        if ((policy->caller_id_kinds >> kind & 1) != 0)
            ruf_policy_show_word(
                kinds, ruf_number_kind_name((enum ruf_number_kind)kind));
    ruf_policy_show_trunk(policy, caller);
}

static void show_numbers(const struct ruf_policy *policy, cJSON *root)
{
    cJSON *cleaning = cJSON_AddObjectToObject(root, "cleaning");
    cJSON *codes;
    cJSON *index = cJSON_AddObjectToObject(root, "index");
    cJSON *types = cJSON_AddArrayToObject(index, "exclude_types");

    ruf_policy_show_corrections(policy, cleaning);
    codes = cJSON_AddObjectToObject(cleaning, "area_codes");
    for (size_t i = 0; i < policy->area_code_count; i++)
        ruf_policy_show_text(codes, policy->area_codes[i].region,
                             policy->area_codes[i].digits);
    for (unsigned type = 0; type < RUF_TYPE_UNKNOWN; type++)
        if ((policy->excluded_types >> type & 1) != 0)
            ruf_policy_show_word(
                types, ruf_number_type_name((enum ruf_number_type)type));
}

static char *show_once(const struct ruf_policy *policy)
{
    static const char *const levels[] = { "basic", "enhanced", "high" };
    static const char *const locales[] = { "auto", "de", "en" };
    cJSON *root = cJSON_CreateObject();
    char *text;

    ruf_policy_show_text(root, "schema", "rufname.policy/1");
    (void)cJSON_AddNumberToObject(root, "version", policy->version);
    ruf_policy_show_text(root, "level", levels[policy->level]);
    ruf_policy_show_text(root, "locale", locales[policy->locale]);
    show_region(policy, root);
    show_sources(policy, root);
    show_merge(policy, root);
    show_caller_id(policy, root);
    show_numbers(policy, root);
    ruf_policy_show_blocking(policy, root);
    ruf_policy_show_sections(policy, root);
    text = root == NULL ? NULL : cJSON_Print(root);
    cJSON_Delete(root);
    return text;
}

/* cJSON leaves out what it has no memory for. A single allocation that failed
 * does not fail in the same place again, so two equal texts are whole. */
char *ruf_policy_show(const struct ruf_policy *policy)
{
    char *text = show_once(policy);
    char *again = text == NULL ? NULL : show_once(policy);

    if (again == NULL || strcmp(text, again) != 0) {
        cJSON_free(text);
        text = NULL;
    }
    cJSON_free(again);
    return text;
}
