/*
 * policy/policy_calls.c - caller_id.trunk and the section "blocking"
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/json.h"
#include "policy/policy_fields.h"
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKED_DIGITS_MIN 5
#define BLOCKED_DIGITS_MAX 18

/* --- caller_id.trunk -------------------------------------------------------
 */

static const struct policy_field trunk_fields[] = {
    { "enabled", POLICY_FIELD_BOOL, offsetof(struct ruf_policy_trunk, enabled),
      0, 0, NULL },
    { "min_members", POLICY_FIELD_INTEGER,
      offsetof(struct ruf_policy_trunk, min_members), 3, 100, NULL },
    { "max_extension_digits", POLICY_FIELD_INTEGER,
      offsetof(struct ruf_policy_trunk, max_extension_digits), 1, 5, NULL },
    { "emit", POLICY_FIELD_INTEGER, offsetof(struct ruf_policy_trunk, emit), 0,
      1000, NULL },
};

#define TRUNK_FIELDS (sizeof(trunk_fields) / sizeof(trunk_fields[0]))

void ruf_policy_read_trunk(const struct policy_at *caller_id,
                           struct ruf_policy_trunk *out)
{
    struct policy_at at;

    if (ruf_policy_object(caller_id, "trunk", &at) == NULL)
        return;
    ruf_policy_warn_fields(&at, trunk_fields, TRUNK_FIELDS, NULL);
    ruf_policy_read_fields(&at, trunk_fields, TRUNK_FIELDS, out);
}

/* --- blocking ----------------------------------------------------------------
 */

struct blocked {
    ruf_e164 number;
    size_t position; /* in the document's list */
};

/* A plus and 5 to 18 digits: 0 if it is anything else. */
static ruf_e164 read_plain(struct ruf_text text)
{
    ruf_e164 number = 0;

    if (text.size < 1 + BLOCKED_DIGITS_MIN ||
        text.size > 1 + BLOCKED_DIGITS_MAX || text.data[0] != '+' ||
        text.data[1] == '0')
        return 0;
    for (size_t i = 1; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return 0;
        number = number * 10 + (ruf_e164)(text.data[i] - '0');
    }
    return number;
}

/* What no plan assigns may still call, with a faked number. */
static ruf_e164 read_blocked(const struct policy_at *at)
{
    struct ruf_text text;
    struct ruf_number parsed;
    ruf_e164 number;

    if (!ruf_policy_text(at, 64, &text))
        return 0;
    number = read_plain(text);
    if (number == 0) {
        ruf_policy_error(at->parser, "P107", at->pointer,
                         "a blocked number is + and 5 to 18 digits");
        return 0;
    }
    ruf_number_parse(text.data, text.size, NULL, &parsed);
    if (!parsed.valid)
        ruf_policy_warning(at->parser, "P152", at->pointer,
                           "no numbering plan assigns this number");
    return number;
}

static int by_number(const void *left, const void *right)
{
    const struct blocked *a = left;
    const struct blocked *b = right;

    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    return (a->position > b->position) - (a->position < b->position);
}

static void keep_distinct(const struct policy_at *list,
                          const struct blocked *numbers, size_t count,
                          ruf_e164 *out, size_t *kept)
{
    *kept = 0;
    for (size_t i = 0; i < count; i++) {
        struct policy_at here;

        if (i == 0 || numbers[i].number != numbers[i - 1].number) {
            out[(*kept)++] = numbers[i].number;
            continue;
        }
        ruf_policy_element(list, numbers[i].position, &here);
        ruf_policy_error(here.parser, "P107", here.pointer,
                         "the number is in the list already");
    }
}

static void read_list(const struct policy_at *list, size_t size,
                      struct ruf_policy *policy)
{
    struct ruf_arena *arena = list->parser->arena;
    struct blocked *numbers = ruf_arena_alloc(arena, size, sizeof(*numbers));
    ruf_e164 *sorted = ruf_arena_alloc(arena, size, sizeof(*sorted));
    struct policy_at here = *list;
    size_t count = 0;
    size_t position = 0;

    if (numbers == NULL || sorted == NULL) {
        list->parser->out_of_memory = true;
        return;
    }
    /* Along the list: finding each by its position would start anew. */
    cJSON_ArrayForEach(here.item, list->item)
    {
        struct policy_at element;

        ruf_policy_element_at(list, position, here.item, &element);
        numbers[count].number = read_blocked(&element);
        numbers[count].position = position++;
        count += numbers[count].number != 0 ? 1 : 0;
    }
    if (count > 1)
        qsort(numbers, count, sizeof(*numbers), by_number);
    keep_distinct(list, numbers, count, sorted, &policy->blocked_count);
    policy->blocked = sorted;
}

void ruf_policy_read_blocking(const struct policy_at *root,
                              struct ruf_policy *policy)
{
    static const char *const known[] = { "numbers", NULL };
    struct policy_at section;
    struct policy_at list;

    if (ruf_policy_object(root, "blocking", &section) == NULL)
        return;
    ruf_policy_warn_unknown(&section, known);
    if (ruf_policy_member(&section, "numbers", &list) == NULL)
        return;
    if (!cJSON_IsArray(list.item))
        ruf_policy_error(list.parser, "P103", list.pointer, "must be a list");
    else if (cJSON_GetArraySize(list.item) > RUF_BLOCKED_MAX)
        ruf_policy_error(list.parser, "P104", list.pointer,
                         "at most %d numbers", RUF_BLOCKED_MAX);
    else
        read_list(&list, (size_t)cJSON_GetArraySize(list.item), policy);
}

/* --- shown
 * ----------------------------------------------------------------------------
 */

void ruf_policy_show_trunk(const struct ruf_policy *policy, cJSON *caller_id)
{
    ruf_policy_show_fields(&policy->trunk, trunk_fields, TRUNK_FIELDS,
                           cJSON_AddObjectToObject(caller_id, "trunk"));
}

void ruf_policy_show_blocking(const struct ruf_policy *policy, cJSON *root)
{
    cJSON *blocking = cJSON_AddObjectToObject(root, "blocking");
    cJSON *numbers = cJSON_AddArrayToObject(blocking, "numbers");

    for (size_t i = 0; i < policy->blocked_count; i++) {
        char text[RUF_E164_TEXT_SIZE];

        (void)ruf_e164_format(policy->blocked[i], text);
        (void)cJSON_AddItemToArray(numbers, cJSON_CreateString(text));
    }
}
