/*
 * callkit/conformance_private.h - what the files of the checker share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CALLKIT_CONFORMANCE_PRIVATE_H
#define CALLKIT_CONFORMANCE_PRIVATE_H

#include "callkit/conformance.h"

void ruf_conformance_violate(struct ruf_conformance *check,
                             enum ruf_call_rule rule, const char *text);
/* The first time in a request only. */
void ruf_conformance_violate_once(struct ruf_conformance *check,
                                  enum ruf_call_rule rule, const char *text);

/* Entry of a number, or NULL. */
struct ruf_conformance_entry *
ruf_conformance_find(struct ruf_conformance_list *list, ruf_e164 number);
struct ruf_text
ruf_conformance_label(const struct ruf_conformance_list *list,
                      const struct ruf_conformance_entry *entry);
/* @return false: not above the last one, or no memory */
bool ruf_conformance_append(struct ruf_conformance_list *list, ruf_e164 number,
                            struct ruf_text label);
void ruf_conformance_empty(struct ruf_conformance_set *set);

/* Is this line a call or an observation? Observations are handled. */
bool ruf_conformance_observe(struct ruf_conformance *check,
                             struct ruf_text line);
/* What a request as a whole has to keep. */
void ruf_conformance_close_request(struct ruf_conformance *check);

static inline bool ruf_conformance_is_delta(const struct ruf_conformance *check)
{
    return check->asked > 0 && check->incremental;
}

#endif
