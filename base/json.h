/*
 * base/json.h - reading foreign JSON safely
 *
 * cJSON behind one door: lone surrogates become U+FFFD, trailing bytes,
 * excessive depth and duplicate keys are refused. Large documents:
 * base/json_doc.h. cJSON keeps a global error pointer in every parse, so
 * documents are parsed on one thread.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <rufname/contact.h>
#include <rufname/status.h>
#include <stdbool.h>
#include <stddef.h>

struct cJSON;

/**
 * Parse a whole document. One with the same key twice in an object is refused.
 * @param[in]  place      for messages.
 * @param[in]  max_depth  1..64.
 * @param[out] out        freed with cJSON_Delete(); NULL on failure.
 * @return RUF_OK; RUF_E_CORRUPT (D731: err->offset, line, column); RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_json_parse(const char *text, size_t size,
                                            const char *place, size_t max_depth,
                                            struct cJSON **out,
                                            struct ruf_error *err);

/** Member by exact key, or NULL. */
const struct cJSON *ruf_json_member(const struct cJSON *object,
                                    const char *key);

/** Text of a string item; absent text for anything else. Borrowed. */
struct ruf_text ruf_json_text(const struct cJSON *item);

#endif
