/*
 * policy/policy_numbers.c - sections "cleaning" and "index": what is corrected
 * in raw numbers, and which of them the index leaves out
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/json.h"
#include "base/text.h"
#include "policy/policy_fields.h"
#include <cjson/cJSON.h>
#include <string.h>

#define AREA_CODES_MAX 32
#define AREA_CODE_DIGITS_MAX 6

struct correction_field {
    const char *name;
    enum ruf_correction correction;
};

static const struct correction_field correction_fields[] = {
    { "label", RUF_CORRECT_LABEL },
    { "direct_dial", RUF_CORRECT_DIRECT_DIAL },
    { "split", RUF_CORRECT_SPLIT },
    { "refuse", RUF_CORRECT_REFUSE },
    { "calling_code", RUF_CORRECT_CALLING_CODE },
};

/* --- cleaning
 * ------------------------------------------------------------------------- */

static void read_corrections(const struct policy_at *cleaning,
                             struct ruf_policy *policy)
{
    size_t count = sizeof(correction_fields) / sizeof(correction_fields[0]);

    for (size_t i = 0; i < count; i++) {
        bool wanted = true;

        ruf_policy_bool(cleaning, correction_fields[i].name, &wanted);
        if (!wanted)
            policy->corrections &= ~(unsigned)correction_fields[i].correction;
    }
}

void ruf_policy_show_corrections(const struct ruf_policy *policy, cJSON *out)
{
    size_t count = sizeof(correction_fields) / sizeof(correction_fields[0]);

    for (size_t i = 0; i < count; i++)
        (void)cJSON_AddBoolToObject(
            out, correction_fields[i].name,
            (policy->corrections & (unsigned)correction_fields[i].correction) !=
                0);
}

/* National digits as they follow the calling code: "30", never "030". */
static const char *read_area_code(const struct policy_at *at)
{
    const char *digits = ruf_policy_string(at, AREA_CODE_DIGITS_MAX);

    if (digits == NULL)
        return NULL;
    if (digits[0] < '1' || digits[0] > '9' ||
        strspn(digits, "0123456789") != strlen(digits)) {
        ruf_policy_error(at->parser, "P105", at->pointer,
                         "an area code is digits without the leading 0");
        return NULL;
    }
    return digits;
}

static bool read_area_region(const struct policy_at *at, const char *region)
{
    if (ruf_number_region_known(region))
        return true;
    ruf_policy_error(at->parser, "P105", at->pointer,
                     "not an ISO 3166-1 alpha-2 region");
    return false;
}

static void read_area_codes(const struct policy_at *cleaning,
                            struct ruf_policy *policy)
{
    struct policy_at codes;
    struct ruf_policy_area_code *list;
    const cJSON *child;
    size_t count = 0;

    if (ruf_policy_object(cleaning, "area_codes", &codes) == NULL)
        return;
    if (cJSON_GetArraySize(codes.item) > AREA_CODES_MAX) {
        ruf_policy_error(codes.parser, "P104", codes.pointer,
                         "at most %d area codes", AREA_CODES_MAX);
        return;
    }
    list = ruf_arena_alloc(codes.parser->arena, AREA_CODES_MAX, sizeof(*list));
    if (list == NULL) {
        codes.parser->out_of_memory = true;
        return;
    }
    cJSON_ArrayForEach(child, codes.item)
    {
        struct policy_at here;

        (void)ruf_policy_member(&codes, child->string, &here);
        if (!read_area_region(&here, child->string))
            continue;
        list[count].region = ruf_arena_copy(here.parser->arena, child->string,
                                            strlen(child->string));
        list[count].digits = read_area_code(&here);
        if (list[count].region == NULL)
            here.parser->out_of_memory = true;
        else if (list[count].digits != NULL)
            count++;
    }
    policy->area_codes = list;
    policy->area_code_count = count;
}

void ruf_policy_read_cleaning(const struct policy_at *root,
                              struct ruf_policy *policy)
{
    static const char *const known[] = { "label",  "direct_dial",  "split",
                                         "refuse", "calling_code", "area_codes",
                                         NULL };
    struct policy_at cleaning;

    if (ruf_policy_object(root, "cleaning", &cleaning) == NULL)
        return;
    ruf_policy_warn_unknown(&cleaning, known);
    read_corrections(&cleaning, policy);
    read_area_codes(&cleaning, policy);
}

struct ruf_clean_options ruf_policy_cleaning(const struct ruf_policy *policy,
                                             const char *region)
{
    struct ruf_clean_options options = { policy->corrections, NULL };

    for (size_t i = 0; region != NULL && i < policy->area_code_count; i++)
        if (strcmp(policy->area_codes[i].region, region) == 0)
            options.area_code = policy->area_codes[i].digits;
    return options;
}

/* --- index
 * ----------------------------------------------------------------------------
 */

/* The type of this name, or RUF_TYPE_UNKNOWN. */
static enum ruf_number_type type_of(struct ruf_text word)
{
    int type = RUF_TYPE_FIXED_LINE;

    while (
        type < RUF_TYPE_UNKNOWN &&
        (word.data == NULL ||
         !ruf_text_is(word, ruf_number_type_name((enum ruf_number_type)type))))
        type++;
    return (enum ruf_number_type)type;
}

static void read_types(const struct policy_at *at, uint32_t *types)
{
    if (!cJSON_IsArray(at->item)) {
        ruf_policy_error(at->parser, "P103", at->pointer, "must be a list");
        return;
    }
    *types = 0;
    for (int i = 0; i < cJSON_GetArraySize(at->item); i++) {
        struct policy_at here;
        enum ruf_number_type type;

        ruf_policy_element(at, (size_t)i, &here);
        type = type_of(ruf_json_text(here.item));
        if (type == RUF_TYPE_UNKNOWN)
            ruf_policy_error(at->parser, "P105", here.pointer,
                             "not a type of number such as premium_rate");
        else
            *types |= UINT32_C(1) << type;
    }
}

void ruf_policy_read_index(const struct policy_at *root,
                           struct ruf_policy *policy)
{
    static const char *const known[] = { "exclude_types", NULL };
    struct policy_at section;
    struct policy_at here;

    if (ruf_policy_object(root, "index", &section) == NULL)
        return;
    ruf_policy_warn_unknown(&section, known);
    if (ruf_policy_member(&section, "exclude_types", &here) != NULL)
        read_types(&here, &policy->excluded_types);
}
