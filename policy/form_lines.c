/*
 * policy/form_lines.c - the document as lines of keys and values
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "policy/form.h"
#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#define KEY_MAX 200
#define REPEATS_MAX 16

struct line {
    uint32_t number;
    char key[KEY_MAX + 1];
    struct ruf_text value;
    uint32_t column; /* of the value */
};

/* Take the next line off the text. */
static struct ruf_text next_line(struct ruf_text *rest)
{
    const char *end = memchr(rest->data, '\n', rest->size);
    size_t size = end == NULL ? rest->size : (size_t)(end - rest->data);
    struct ruf_text line = { rest->data, size };

    *rest = ruf_text_slice(*rest, size + (end == NULL ? 0 : 1), rest->size);
    return line;
}

/* @return NULL, or what is wrong with the line. */
static const char *split(struct ruf_text text, struct line *out)
{
    const char *sign = memchr(text.data, '=', text.size);
    struct ruf_text key;

    if (sign == NULL)
        return "a line is KEY = VALUE";
    key = ruf_text_trim(
        (struct ruf_text){ text.data, (size_t)(sign - text.data) });
    if (key.size == 0 || key.size > KEY_MAX)
        return "a key is 1 to 200 bytes";
    memcpy(out->key, key.data, key.size);
    out->key[key.size] = '\0';
    out->value = ruf_text_trim(
        ruf_text_slice(text, (size_t)(sign - text.data) + 1, text.size));
    out->column =
        1 + (uint32_t)((out->value.size == 0 ? sign + 1 : out->value.data) -
                       text.data);
    return NULL;
}

/* The first object of the list that does not have the key yet. */
static cJSON *object_without(cJSON *list, const char *key, int *position)
{
    cJSON *object = list->child;

    for (*position = 0; object != NULL; (*position)++, object = object->next)
        if (ruf_json_member(object, key) == NULL)
            return object;
    object = cJSON_CreateObject();
    if (cJSON_AddItemToArray(list, object))
        return object;
    cJSON_Delete(object);
    return NULL;
}

static enum ruf_status add_line(struct policy_form *form, cJSON *list,
                                const struct line *line, struct ruf_error *err)
{
    char *value =
        ruf_arena_copy(form->arena, line->value.data, line->value.size);
    char pointer[KEY_MAX + 16];
    int position;
    cJSON *object = object_without(list, line->key, &position);

    if (position >= REPEATS_MAX)
        return ruf_policy_form_refuse(err, line->number, line->column,
                                      "a key has at most 16 values");
    (void)snprintf(pointer, sizeof(pointer), "/%d/%s", position, line->key);
    if (value == NULL || object == NULL ||
        cJSON_AddStringToObject(object, line->key, value) == NULL ||
        !ruf_policy_form_place(form, pointer, line->number, line->column))
        return ruf_fail_memory(err);
    return RUF_OK;
}

enum ruf_status ruf_policy_read_lines(struct policy_form *form,
                                      struct cJSON **out, struct ruf_error *err)
{
    struct ruf_text rest = { form->text, form->size };
    struct line line = { 0 };
    cJSON *list = cJSON_CreateArray();
    enum ruf_status status = list == NULL ? ruf_fail_memory(err) : RUF_OK;

    while (status == RUF_OK && rest.size > 0) {
        struct ruf_text text = next_line(&rest);
        struct ruf_text inner = ruf_text_trim(text);
        const char *wrong;

        line.number++;
        if (inner.size == 0 || inner.data[0] == '#')
            continue;
        wrong = split(text, &line);
        status = wrong != NULL
                     ? ruf_policy_form_refuse(err, line.number, 1, wrong)
                     : add_line(form, list, &line, err);
    }
    *out = list;
    if (status != RUF_OK) {
        cJSON_Delete(list);
        *out = NULL;
    }
    return status;
}
