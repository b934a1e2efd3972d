/*
 * policy/policy_filters.c - filter rules and the label template
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/fold.h"
#include "base/json.h"
#include "base/text.h"
#include "policy/filter.h"
#include "policy/policy_private.h"
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RULES_MAX (RUF_POLICY_RULES_MAX - 1)
#define CONDITION_DEPTH_MAX 4
#define CONDITION_NODES_MAX 64
#define VALUES_MAX 256

/* Room for the built-in rule behind those of the document. */
#define BUILT_IN_ID "B1"

static const struct {
    const char *word;
    enum ruf_filter_field field;
    enum ruf_record_field record_field;
} field_words[] = {
    { "source.id", RUF_FILTER_SOURCE_ID, 0 },
    { "source.kind", RUF_FILTER_SOURCE_KIND, 0 },
    { "given", RUF_FILTER_RECORD, RUF_RECORD_GIVEN },
    { "family", RUF_FILTER_RECORD, RUF_RECORD_FAMILY },
    { "display", RUF_FILTER_RECORD, RUF_RECORD_DISPLAY },
    { "company", RUF_FILTER_RECORD, RUF_RECORD_COMPANY },
    { "department", RUF_FILTER_RECORD, RUF_RECORD_DEPARTMENT },
    { "title", RUF_FILTER_RECORD, RUF_RECORD_TITLE },
    { "email", RUF_FILTER_EMAIL, 0 },
    { "email.domain", RUF_FILTER_EMAIL_DOMAIN, 0 },
    { "upn", RUF_FILTER_RECORD, RUF_RECORD_UPN },
    { "user_type", RUF_FILTER_RECORD, RUF_RECORD_USER_TYPE },
    { "enabled", RUF_FILTER_RECORD, RUF_RECORD_ENABLED },
    { "country", RUF_FILTER_RECORD, RUF_RECORD_COUNTRY },
    { "number.kind", RUF_FILTER_NUMBER_KIND, 0 },
    { "number.e164", RUF_FILTER_NUMBER_E164, 0 },
};

static void *allocate(struct policy_parser *parser, size_t count, size_t size)
{
    void *bytes = ruf_arena_alloc(parser->arena, count, size);

    if (bytes == NULL)
        parser->out_of_memory = true;
    return bytes;
}

/* --- conditions
 * ----------------------------------------------------------------- */

struct condition_context {
    size_t nodes;
    size_t depth;
    bool asks_numbers;
    bool asks_e164;
    uint32_t asks_fields;
};

static bool read_condition(const struct policy_at *at,
                           struct condition_context *context,
                           struct ruf_condition *out);

static bool read_field(const struct policy_at *at, struct ruf_condition *out)
{
    struct policy_at here;
    struct ruf_text word;

    if (ruf_policy_member(at, "field", &here) == NULL ||
        !ruf_policy_text(&here, 64, &word)) {
        ruf_policy_error(at->parser, "P109", here.pointer,
                         "a field is required");
        return false;
    }
    for (size_t i = 0; i < sizeof(field_words) / sizeof(field_words[0]); i++)
        if (ruf_text_is(word, field_words[i].word)) {
            out->field = field_words[i].field;
            out->record_field = field_words[i].record_field;
            return true;
        }
    ruf_policy_error(at->parser, "P109", here.pointer, "unknown filter field");
    return false;
}

static bool is_word(struct ruf_text text, const struct ruf_condition *out)
{
    if (out->field == RUF_FILTER_NUMBER_KIND) {
        for (unsigned kind = 0; kind < RUF_KIND_COUNT; kind++)
            if (ruf_text_is(text,
                            ruf_number_kind_name((enum ruf_number_kind)kind)))
                return true;
        return false;
    }
    for (unsigned kind = 0; kind < RUF_SOURCE_KIND_COUNT; kind++)
        if (ruf_text_is(text, ruf_source_kind_name((enum ruf_source_kind)kind)))
            return true;
    return false;
}

/* "+49 30 23125-" as it is compared; 0: no part of a number. */
static size_t plain_number(struct ruf_text text, char *out)
{
    size_t size = 0;

    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];

        if (c == ' ' || c == '-' || c == '/' || c == '(' || c == ')' ||
            c == '.')
            continue;
        if ((c < '0' || c > '9') && !(c == '+' && size == 0))
            return 0;
        out[size++] = c;
    }
    return size;
}

/* How a value of this field is compared, into 'copy', which has room. */
static const char *take_value(const struct policy_at *at, struct ruf_text text,
                              char *copy, struct ruf_condition *out,
                              size_t *size)
{
    bool kind = out->field == RUF_FILTER_NUMBER_KIND ||
                out->field == RUF_FILTER_SOURCE_KIND;

    if (kind && out->op == RUF_CONDITION_EQUALS && !is_word(text, out)) {
        ruf_policy_error(at->parser, "P105", at->pointer,
                         "no such kind: the rule could never match");
        return NULL;
    }
    if (out->field == RUF_FILTER_NUMBER_E164) {
        out->exact = true;
        *size = plain_number(text, copy);
        if (*size > 0)
            return copy;
        ruf_policy_error(at->parser, "P109", at->pointer,
                         "must be a number such as +493023125, or a part");
        return NULL;
    }
    if (out->exact)
        memcpy(copy, text.data, text.size);
    *size = out->exact ? text.size : ruf_fold(text, RUF_FOLD_BASE, copy);
    return copy;
}

static bool add_value(const struct policy_at *at, const cJSON *item,
                      struct ruf_text *values, struct ruf_condition *out)
{
    struct ruf_text text = ruf_json_text(item);
    char *copy;

    if (cJSON_IsBool(item))
        text = ruf_text(cJSON_IsTrue(item) ? "true" : "false");
    if (text.data == NULL || text.size > RUF_RECORD_TEXT_MAX) {
        ruf_policy_error(at->parser, "P103", at->pointer, "must be text");
        return false;
    }
    copy = allocate(at->parser, ruf_fold_bound(text.size) + 1, 1);
    if (copy == NULL)
        return false;
    text.data = take_value(at, text, copy, out, &text.size);
    if (text.data == NULL)
        return false;
    values[out->value_count++] = text;
    return true;
}

static bool read_values(const struct policy_at *at, struct ruf_condition *out)
{
    struct policy_at here;
    const cJSON *item = ruf_policy_member(at, "value", &here);
    const cJSON *child;
    struct ruf_text *values = allocate(at->parser, VALUES_MAX, sizeof(*values));

    out->values = values;
    if (values == NULL)
        return false;
    if (!cJSON_IsArray(item))
        return add_value(&here, item, values, out);
    cJSON_ArrayForEach(child, item)
    {
        if (out->value_count == VALUES_MAX ||
            !add_value(&here, child, values, out))
            return false;
    }
    return true;
}

static bool read_leaf(const struct policy_at *at,
                      struct condition_context *context,
                      struct ruf_condition *out)
{
    static const char *const known[] = { "field", "op", "value", "exact",
                                         NULL };
    static const char *const words[] = { "equals",    "any_of",   "starts_with",
                                         "ends_with", "contains", "exists",
                                         "missing",   NULL };
    static const enum ruf_condition_op ops[] = {
        RUF_CONDITION_EQUALS,      RUF_CONDITION_EQUALS,
        RUF_CONDITION_STARTS_WITH, RUF_CONDITION_ENDS_WITH,
        RUF_CONDITION_CONTAINS,    RUF_CONDITION_EXISTS,
        RUF_CONDITION_MISSING,
    };
    struct policy_at here;
    int op = ruf_policy_word(at, "op", words, -1);

    ruf_policy_warn_unknown(at, known);
    ruf_policy_bool(at, "exact", &out->exact);
    if (op < 0) {
        if (ruf_policy_member(at, "op", &here) == NULL)
            ruf_policy_error(at->parser, "P109", here.pointer,
                             "an operator is required");
        return false;
    }
    out->op = ops[op];
    if (!read_field(at, out))
        return false;
    context->asks_e164 =
        context->asks_e164 || out->field == RUF_FILTER_NUMBER_E164;
    context->asks_numbers = context->asks_numbers || context->asks_e164 ||
                            out->field == RUF_FILTER_NUMBER_KIND;
    if (out->field == RUF_FILTER_RECORD)
        context->asks_fields |= UINT32_C(1) << out->record_field;
    if (out->op == RUF_CONDITION_EXISTS || out->op == RUF_CONDITION_MISSING)
        return true;
    return read_values(at, out);
}

static bool read_children(const struct policy_at *list,
                          struct condition_context *context,
                          struct ruf_condition *out)
{
    int count = cJSON_IsArray(list->item) ? cJSON_GetArraySize(list->item) : 0;
    struct ruf_condition *children;
    const cJSON *child;
    size_t i = 0;

    if (count == 0 || count > CONDITION_NODES_MAX) {
        ruf_policy_error(list->parser, "P109", list->pointer,
                         "must be a list of conditions");
        return false;
    }
    children = allocate(list->parser, (size_t)count, sizeof(*children));
    if (children == NULL)
        return false;
    cJSON_ArrayForEach(child, list->item)
    {
        struct policy_at here = *list;

        here.item = child;
        (void)snprintf(here.pointer, sizeof(here.pointer), "%.100s/%zu",
                       list->pointer, i);
        if (!read_condition(&here, context, &children[i]))
            return false;
        i++;
    }
    out->children = children;
    out->child_count = i;
    return true;
}

static bool read_condition(const struct policy_at *at,
                           struct condition_context *context,
                           struct ruf_condition *out)
{
    struct policy_at here;
    bool ok;

    if (!cJSON_IsObject(at->item) || ++context->nodes > CONDITION_NODES_MAX ||
        context->depth >= CONDITION_DEPTH_MAX) {
        ruf_policy_error(at->parser, "P109", at->pointer,
                         "must be a condition: at most 64 nodes, depth 4");
        return false;
    }
    context->depth++;
    if (ruf_policy_member(at, "all", &here) != NULL) {
        out->op = RUF_CONDITION_ALL;
        ok = read_children(&here, context, out);
    } else if (ruf_policy_member(at, "any", &here) != NULL) {
        out->op = RUF_CONDITION_ANY;
        ok = read_children(&here, context, out);
    } else if (ruf_policy_member(at, "not", &here) != NULL) {
        struct ruf_condition *child = allocate(at->parser, 1, sizeof(*child));

        out->op = RUF_CONDITION_NOT;
        out->children = child;
        out->child_count = 1;
        ok = child != NULL && read_condition(&here, context, child);
    } else {
        ok = read_leaf(at, context, out);
    }
    context->depth--;
    return ok;
}

/* --- rules
 * ---------------------------------------------------------------------------
 */

/* Guests and disabled accounts; see the product's rule B1. */
static void set_built_in(struct ruf_filter_rule *rule)
{
    static const struct ruf_text guest = { "#ext#@", 6 };
    static const struct ruf_text disabled = { "false", 5 };
    static const struct ruf_condition children[] = {
        { .op = RUF_CONDITION_CONTAINS,
          .field = RUF_FILTER_RECORD,
          .record_field = RUF_RECORD_UPN,
          .values = &guest,
          .value_count = 1 },
        { .op = RUF_CONDITION_EQUALS,
          .field = RUF_FILTER_RECORD,
          .record_field = RUF_RECORD_ENABLED,
          .values = &disabled,
          .value_count = 1 },
    };

    rule->id = BUILT_IN_ID;
    rule->text = "";
    rule->action = RUF_FILTER_EXCLUDE;
    rule->condition.op = RUF_CONDITION_ANY;
    rule->condition.children = children;
    rule->condition.child_count = 2;
}

static const char *rule_text(const struct policy_at *at)
{
    char *text = cJSON_PrintUnformatted(at->item);
    const char *copy =
        text == NULL ? NULL
                     : ruf_arena_copy(at->parser->arena, text, strlen(text));

    free(text);
    if (copy == NULL)
        at->parser->out_of_memory = true;
    return copy;
}

static bool read_when(const struct policy_at *when,
                      struct ruf_filter_rule *rule)
{
    struct condition_context context = { 0 };

    if (!read_condition(when, &context, &rule->condition))
        return false;
    rule->asks_numbers = context.asks_numbers;
    rule->asks_e164 = context.asks_e164;
    rule->asks_fields = context.asks_fields;
    if (rule->action == RUF_FILTER_DROP_NUMBERS && !rule->asks_numbers)
        ruf_policy_error(when->parser, "P109", when->pointer,
                         "drop_numbers needs a condition on number.kind or "
                         "number.e164");
    return true;
}

static bool read_rule(const struct policy_at *at, struct ruf_filter_rule *rule)
{
    static const char *const known[] = { "id", "when", "then", NULL };
    static const char *const actions[] = { "include", "exclude", "no_caller_id",
                                           "drop_numbers", NULL };
    struct policy_at here;

    ruf_policy_warn_unknown(at, known);
    if (ruf_policy_member(at, "id", &here) == NULL ||
        (rule->id = ruf_policy_string(&here, 64)) == NULL) {
        ruf_policy_error(at->parser, "P102", here.pointer, "is required");
        return false;
    }
    if (ruf_policy_member(at, "then", &here) == NULL)
        ruf_policy_error(at->parser, "P102", here.pointer, "is required");
    rule->action = (enum ruf_filter_action)ruf_policy_word(at, "then", actions,
                                                           RUF_FILTER_EXCLUDE);
    rule->text = rule_text(at);
    if (ruf_policy_member(at, "when", &here) == NULL) {
        /* {"id":"B1","then":"include"} switches the built-in rule off. */
        if (strcmp(rule->id, BUILT_IN_ID) != 0)
            ruf_policy_error(at->parser, "P102", here.pointer, "is required");
        return false;
    }
    return read_when(&here, rule);
}

void ruf_policy_read_filters(const struct policy_at *root,
                             struct ruf_policy *policy)
{
    struct ruf_filter_rule *rules =
        allocate(root->parser, RULES_MAX + 1, sizeof(*rules));
    struct policy_at list;
    const cJSON *item = ruf_policy_member(root, "filters", &list);
    const cJSON *child;
    bool built_in = true;
    size_t count = 0;
    size_t i = 0;

    if (rules == NULL)
        return;
    if (item != NULL &&
        (!cJSON_IsArray(item) || cJSON_GetArraySize(item) > RULES_MAX)) {
        ruf_policy_error(root->parser, "P103", list.pointer,
                         "must be a list of at most %d rules", RULES_MAX);
        item = NULL;
    }
    cJSON_ArrayForEach(child, item)
    {
        struct policy_at here = { root->parser, "", child };
        struct ruf_filter_rule *rule = &rules[count];

        (void)snprintf(here.pointer, sizeof(here.pointer), "/filters/%zu", i++);
        count += read_rule(&here, rule) ? 1 : 0;
        if (rule->id != NULL && strcmp(rule->id, BUILT_IN_ID) == 0 &&
            rule->action == RUF_FILTER_INCLUDE)
            built_in = false;
    }
    if (built_in) {
        set_built_in(&rules[count++]);
        policy->asked_fields |= UINT32_C(1) << RUF_RECORD_UPN;
    }
    policy->filters = rules;
    policy->filter_count = count;
}

/* --- label template
 * ------------------------------------------------------------------- */

static bool known_token(const char *name, size_t size)
{
    static const char *const tokens[] = {
        "given",      "family", "display", "company", "company_short",
        "department", "title",  "kind",    "source",  NULL
    };

    for (size_t i = 0; tokens[i] != NULL; i++)
        if (strlen(tokens[i]) == size && memcmp(tokens[i], name, size) == 0)
            return true;
    return false;
}

bool ruf_policy_check_label(const struct policy_at *at, const char *template)
{
    bool in_group = false;

    for (const char *c = template; *c != '\0'; c++) {
        if ((c[0] == '{' && c[1] == '{') || (c[0] == '}' && c[1] == '}')) {
            c++;
        } else if (*c == '{') {
            size_t size = strcspn(c + 1, "}");

            if (c[1 + size] == '\0' || !known_token(c + 1, size)) {
                ruf_policy_error(at->parser, "P110", at->pointer,
                                 "unknown token in the label template");
                return false;
            }
            c += size + 1;
        } else if (*c == '}' || (*c == '[' && in_group) ||
                   (*c == ']' && !in_group)) {
            ruf_policy_error(at->parser, "P110", at->pointer,
                             "unbalanced brackets in the label template");
            return false;
        } else if (*c == '[' || *c == ']') {
            in_group = *c == '[';
        }
    }
    if (in_group)
        ruf_policy_error(at->parser, "P110", at->pointer,
                         "a [ is never closed in the label template");
    return !in_group;
}
