/*
 * base/json.h - reading foreign JSON safely
 *
 * cJSON behind one door: lone surrogates become U+FFFD, trailing bytes and
 * excessive depth are refused, duplicate keys are found. cJSON keeps a global
 * error pointer in every parse, so documents are parsed on one thread.
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

/** What to do with an object that has the same key twice. */
enum ruf_json_duplicates {
    RUF_JSON_REFUSE_DOCUMENT = 0, /**< policy, token answers */
    RUF_JSON_MARK_OBJECT          /**< pages: see ruf_json_has_duplicates() */
};

/**
 * Parse a whole document.
 * @param[in]  place      for messages.
 * @param[in]  max_depth  1..64.
 * @param[out] out        freed with cJSON_Delete(); NULL on failure.
 * @return RUF_OK; RUF_E_CORRUPT (D731: err->offset, line, column); RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_json_parse(const char *text, size_t size,
                                            const char *place, size_t max_depth,
                                            enum ruf_json_duplicates duplicates,
                                            struct cJSON **out,
                                            struct ruf_error *err);

/** Has this object the same key twice? */
bool ruf_json_has_duplicates(const struct cJSON *object);

/** Member by exact key, or NULL. */
const struct cJSON *ruf_json_member(const struct cJSON *object,
                                    const char *key);

/** Text of a string item; absent text for anything else. Borrowed. */
struct ruf_text ruf_json_text(const struct cJSON *item);

#endif
