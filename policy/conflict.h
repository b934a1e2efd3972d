/*
 * policy/conflict.h - several values for one field of the document
 *
 * An app channel may deliver more than one value for a key. Each field has a
 * rule which of them holds: the stricter one, the lower one, what all name, or
 * the built-in default.
 *
 * Threads: pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef POLICY_CONFLICT_H
#define POLICY_CONFLICT_H

#include <stdbool.h>
#include <stddef.h>

struct cJSON;

/** Longest path, "caller_id.trunk.enabled"; deeper ones are unknown anyway. */
#define RUF_POLICY_PATH_MAX 200

/** What a value of this field looks like. */
enum policy_value {
    POLICY_VALUE_ANY = 0, /**< objects, lists of objects, unknown fields */
    POLICY_VALUE_TEXT,
    POLICY_VALUE_BOOL,
    POLICY_VALUE_INTEGER,
    POLICY_VALUE_LIST /**< of texts */
};

enum policy_value ruf_policy_value_at(const char *path);

/** Told of each field whose values were given up for its default. */
typedef void ruf_policy_given_up(void *context, const char *path);

/**
 * The value of the field at 'path' out of 'count' (at least 1) values. Objects
 * are resolved member by member.
 * @param[out] failed  set without memory.
 * @return freed with cJSON_Delete(); NULL: the default holds.
 */
struct cJSON *ruf_policy_resolve(const char *path,
                                 const struct cJSON *const *values,
                                 size_t count, ruf_policy_given_up *given_up,
                                 void *context, bool *failed);

#endif
