/*
 * base/json_text.h - what is seen to before foreign JSON is parsed
 *
 * Parsers differ in what they make of a lone surrogate, of NUL and of depth;
 * here it is the same for both that are used (base/json.h, base/json_doc.h).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_JSON_TEXT_H
#define BASE_JSON_TEXT_H

#include <rufname/status.h>
#include <stddef.h>

/** @return RUF_OK; RUF_E_CORRUPT (D731): empty, a NUL byte, nested deeper than
 *          max_depth. */
RUF_MUST_USE enum ruf_status ruf_json_check(const char *text, size_t size,
                                            const char *place, size_t max_depth,
                                            struct ruf_error *err);

/** Escapes of lone surrogates and of NUL become U+FFFD, in place. */
void ruf_json_repair(char *text, size_t size);

/** RUF_E_CORRUPT (D731) with offset, line and column. */
enum ruf_status ruf_json_refuse(struct ruf_error *err, const char *place,
                                const char *text, size_t offset,
                                const char *reason);

#endif
