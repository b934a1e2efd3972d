/*
 * cli/json_out.h - one JSON object per line to stdout
 *
 * Values are written as they come; the writer only keeps track of commas and
 * escapes text. Malformed UTF-8 cannot arrive here: the store keeps none.
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CLI_JSON_OUT_H
#define CLI_JSON_OUT_H

#include <rufname/contact.h>
#include <stdbool.h>
#include <stdint.h>

struct json_out {
    bool comma; /**< a value stands before the next one */
};

/** key NULL: an element of an array, or the outermost object. */
void json_begin_object(struct json_out *out, const char *key);
void json_end_object(struct json_out *out);
void json_begin_array(struct json_out *out, const char *key);
void json_end_array(struct json_out *out);
void json_text(struct json_out *out, const char *key, struct ruf_text value);
void json_string(struct json_out *out, const char *key, const char *value);
void json_number(struct json_out *out, const char *key, uint64_t value);
void json_bool(struct json_out *out, const char *key, bool value);
void json_null(struct json_out *out, const char *key);

/** "{ "schema": "rufname.NAME/1" ..." of a new line. */
void json_begin_line(struct json_out *out, const char *schema);
void json_end_line(struct json_out *out);

/** "+49..." or an empty string for 0. */
void json_e164(struct json_out *out, const char *key, ruf_e164 number);

#endif
