/*
 * policy/filter.h - filter rules over raw records
 *
 * Threads: rules are immutable after parsing; judging is pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef POLICY_FILTER_H
#define POLICY_FILTER_H

#include "policy/policy.h"

enum ruf_filter_action {
    RUF_FILTER_INCLUDE = 0,
    RUF_FILTER_EXCLUDE,
    RUF_FILTER_NO_CALLER_ID,
    RUF_FILTER_DROP_NUMBERS
};

enum ruf_condition_op {
    RUF_CONDITION_ALL = 0,
    RUF_CONDITION_ANY,
    RUF_CONDITION_NOT,
    RUF_CONDITION_EQUALS, /**< also any_of: one of the values */
    RUF_CONDITION_STARTS_WITH,
    RUF_CONDITION_ENDS_WITH,
    RUF_CONDITION_CONTAINS,
    RUF_CONDITION_EXISTS,
    RUF_CONDITION_MISSING
};

enum ruf_filter_field {
    RUF_FILTER_SOURCE_ID = 0,
    RUF_FILTER_SOURCE_KIND,
    RUF_FILTER_RECORD, /**< a field of the record, see record_field */
    RUF_FILTER_EMAIL,
    RUF_FILTER_EMAIL_DOMAIN,
    RUF_FILTER_NUMBER_KIND,
    RUF_FILTER_NUMBER_E164
};

/** A tree of at most 64 nodes, depth at most 4. */
struct ruf_condition {
    enum ruf_condition_op op;
    const struct ruf_condition *children; /**< ALL, ANY, NOT */
    size_t child_count;
    enum ruf_filter_field field;
    enum ruf_record_field record_field;
    const struct ruf_text *values; /**< folded, unless exact */
    size_t value_count;
    bool exact; /**< compare bytes */
};

struct ruf_filter_rule {
    const char *id;
    enum ruf_filter_action action;
    struct ruf_condition condition;
    bool asks_numbers;    /**< some node is about the numbers */
    bool asks_e164;       /**< even about their E.164 form */
    uint32_t asks_fields; /**< bit per enum ruf_record_field a node is about */
    const char *text;     /**< the rule as JSON: equal rules have equal texts */
};

#endif
