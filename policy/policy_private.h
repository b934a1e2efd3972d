/*
 * policy/policy_private.h - what the parsers of the sections share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef POLICY_POLICY_PRIVATE_H
#define POLICY_POLICY_PRIVATE_H

#include "base/arena.h"
#include "policy/form.h"
#include "policy/policy.h"

struct cJSON;

struct policy_parser {
    struct policy_form form;
    struct ruf_arena *arena;
    struct ruf_policy_findings *findings;
    size_t errors;
    bool out_of_memory;
};

/* A value and where it stands. */
struct policy_at {
    struct policy_parser *parser;
    char pointer[128];
    const struct cJSON *item;
};

RUF_PRINTF(4, 5)
void ruf_policy_error(struct policy_parser *parser, const char *id,
                      const char *pointer, const char *format, ...);
RUF_PRINTF(4, 5)
void ruf_policy_warning(struct policy_parser *parser, const char *id,
                        const char *pointer, const char *format, ...);

/* Member of an object; NULL if absent. out is set either way. */
const struct cJSON *ruf_policy_member(const struct policy_at *at,
                                      const char *key, struct policy_at *out);
/* Element of a list. */
void ruf_policy_element(const struct policy_at *at, size_t position,
                        struct policy_at *out);
/* The same where the element is at hand. */
void ruf_policy_element_at(const struct policy_at *at, size_t position,
                           const struct cJSON *item, struct policy_at *out);
bool ruf_policy_text(const struct policy_at *at, size_t max,
                     struct ruf_text *out);
const char *ruf_policy_string(const struct policy_at *at, size_t max);
/* An object, or NULL if the member is absent; a wrong type is an error. */
const struct cJSON *ruf_policy_object(const struct policy_at *at,
                                      const char *key, struct policy_at *out);
/* A region with a numbering plan; NULL after an error. */
const char *ruf_policy_region(const struct policy_at *at);
void ruf_policy_bool(const struct policy_at *at, const char *key, bool *value);
/* Position of a word in a NULL-ended list; value if the member is absent. */
int ruf_policy_word(const struct policy_at *at, const char *key,
                    const char *const *words, int value);
void ruf_policy_warn_unknown(const struct policy_at *at,
                             const char *const *known);
void ruf_policy_kinds(const struct policy_at *at, uint32_t *kinds);
const char *ruf_policy_region_of_source(const struct policy_at *root,
                                        const char *id);

void ruf_policy_integer(const struct policy_at *at, const char *key,
                        uint32_t min, uint32_t max, uint32_t *value);
/* Is this the scheme of a URL ("ciscotel")? */
bool ruf_policy_is_scheme(struct ruf_text text);

/* Tokens such as {{mail}} that device management left in the texts. */
void ruf_policy_check_tokens(const struct policy_at *at);

/* Sections in files of their own. */
void ruf_policy_sections_default(struct ruf_policy *policy);
void ruf_policy_read_sections(const struct policy_at *root,
                              struct ruf_policy *policy);
/** Does an action that is allowed need a user principal name? */
bool ruf_policy_actions_ask_upn(const struct ruf_policy *policy);
void ruf_policy_read_actions(const struct policy_at *root,
                             struct ruf_policy *policy);
void ruf_policy_read_protection(const struct policy_at *root,
                                struct ruf_policy *policy);
void ruf_policy_read_auth(const struct policy_at *root,
                          struct ruf_policy *policy);
void ruf_policy_read_network(const struct policy_at *root,
                             struct ruf_policy *policy);
void ruf_policy_read_sources(const struct policy_at *root,
                             struct ruf_policy *policy);
/* What says where a source lies; after auth. */
void ruf_policy_read_reach(const struct policy_at *source,
                           const struct ruf_policy *policy,
                           struct ruf_policy_source *out);
void ruf_policy_check_auth_needed(const struct policy_at *root,
                                  const struct ruf_policy *policy);
void ruf_policy_read_cleaning(const struct policy_at *root,
                              struct ruf_policy *policy);
void ruf_policy_read_index(const struct policy_at *root,
                           struct ruf_policy *policy);
void ruf_policy_read_trunk(const struct policy_at *caller_id,
                           struct ruf_policy_trunk *out);
void ruf_policy_read_blocking(const struct policy_at *root,
                              struct ruf_policy *policy);
void ruf_policy_read_filters(const struct policy_at *root,
                             struct ruf_policy *policy);
/* Is the template well-formed? Reports what is not. */
bool ruf_policy_check_label(const struct policy_at *at, const char *template);

#endif
