/*
 * policy/policy_fields.c - reads and shows fields by their table
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "policy/policy_fields.h"
#include <cjson/cJSON.h>
#include <string.h>

#define NAMES_MAX 40

void ruf_policy_read_fields(const struct policy_at *at,
                            const struct policy_field *fields, size_t count,
                            void *section)
{
    for (size_t i = 0; i < count; i++) {
        const struct policy_field *field = &fields[i];
        void *value = (unsigned char *)section + field->offset;
        uint32_t number;

        if (field->kind == POLICY_FIELD_BOOL) {
            ruf_policy_bool(at, field->name, value);
            continue;
        }
        memcpy(&number, value, sizeof(number));
        if (field->kind == POLICY_FIELD_INTEGER)
            ruf_policy_integer(at, field->name, field->min, field->max,
                               &number);
        else
            number = (uint32_t)ruf_policy_word(at, field->name, field->words,
                                               (int)number);
        memcpy(value, &number, sizeof(number));
    }
}

void ruf_policy_warn_fields(const struct policy_at *at,
                            const struct policy_field *fields, size_t count,
                            const char *const *more)
{
    const char *names[NAMES_MAX];
    size_t used = 0;

    for (size_t i = 0; i < count && used + 1 < NAMES_MAX; i++)
        names[used++] = fields[i].name;
    for (; more != NULL && *more != NULL && used + 1 < NAMES_MAX; more++)
        names[used++] = *more;
    names[used] = NULL;
    ruf_policy_warn_unknown(at, names);
}

static cJSON *show_value(const struct policy_field *field, const void *value)
{
    uint32_t number;
    bool flag;

    if (field->kind == POLICY_FIELD_BOOL) {
        memcpy(&flag, value, sizeof(flag));
        return cJSON_CreateBool(flag);
    }
    memcpy(&number, value, sizeof(number));
    return field->kind == POLICY_FIELD_WORD
               ? cJSON_CreateString(field->words[number])
               : cJSON_CreateNumber(number);
}

void ruf_policy_show_fields(const void *section,
                            const struct policy_field *fields, size_t count,
                            cJSON *out)
{
    for (size_t i = 0; i < count; i++) {
        cJSON *item = show_value(&fields[i], (const unsigned char *)section +
                                                 fields[i].offset);

        if (!cJSON_AddItemToObject(out, fields[i].name, item))
            cJSON_Delete(item);
    }
}

void ruf_policy_show_word(cJSON *list, const char *word)
{
    cJSON *item = cJSON_CreateString(word);

    if (!cJSON_AddItemToArray(list, item))
        cJSON_Delete(item);
}

void ruf_policy_show_text(cJSON *out, const char *name, const char *value)
{
    if (value != NULL)
        (void)cJSON_AddStringToObject(out, name, value);
}
