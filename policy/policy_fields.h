/*
 * policy/policy_fields.h - fields of a section as a table
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef POLICY_POLICY_FIELDS_H
#define POLICY_POLICY_FIELDS_H

#include "policy/policy_private.h"

enum policy_field_kind {
    POLICY_FIELD_BOOL = 0, /**< bool */
    POLICY_FIELD_INTEGER,  /**< uint32_t, min..max */
    POLICY_FIELD_WORD      /**< uint32_t, position in words */
};

struct policy_field {
    const char *name;
    enum policy_field_kind kind;
    size_t offset; /**< in the struct of the section */
    uint32_t min;
    uint32_t max;
    const char *const *words; /**< NULL-ended */
};

/** Read what the object at 'at' has of these fields into 'section'. */
void ruf_policy_read_fields(const struct policy_at *at,
                            const struct policy_field *fields, size_t count,
                            void *section);

/** Warn of members that are neither in the table nor among 'more' (NULL-ended,
 *  or NULL). */
void ruf_policy_warn_fields(const struct policy_at *at,
                            const struct policy_field *fields, size_t count,
                            const char *const *more);

/** Write the values of these fields into 'out'; NULL (no memory) is ignored,
 *  the printed document then lacks it. */
void ruf_policy_show_fields(const void *section,
                            const struct policy_field *fields, size_t count,
                            struct cJSON *out);
/** At the end of a list; nothing without memory. */
void ruf_policy_show_word(struct cJSON *list, const char *word);

/** Add a text; NULL adds nothing. */
void ruf_policy_show_text(struct cJSON *out, const char *name,
                          const char *value);

void ruf_policy_show_corrections(const struct ruf_policy *policy,
                                 struct cJSON *out);
void ruf_policy_show_trunk(const struct ruf_policy *policy,
                           struct cJSON *caller_id);
void ruf_policy_show_blocking(const struct ruf_policy *policy,
                              struct cJSON *root);
void ruf_policy_show_actions(const struct ruf_policy *policy,
                             struct cJSON *root);
void ruf_policy_show_sections(const struct ruf_policy *policy,
                              struct cJSON *root);
void ruf_policy_show_protection(const struct ruf_policy *policy,
                                struct cJSON *root);

#endif
