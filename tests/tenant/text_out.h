/*
 * text_out.h - a growing buffer for JSON that is written front to back
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TENANT_TEXT_OUT_H
#define TENANT_TEXT_OUT_H

#include <stdbool.h>
#include <stddef.h>

/** Zeroed = empty. A sample server that runs out of memory just ends. */
struct text_out {
    char *bytes;
    size_t size;
    size_t capacity;
};

void text_free(struct text_out *out);
void text_put(struct text_out *out, const char *string);
__attribute__((format(printf, 2, 3))) void text_format(struct text_out *out,
                                                       const char *format, ...);
/** A JSON string; NULL gives null. */
void text_json(struct text_out *out, const char *string);
/** ,"key": value - with the comma unless this is the first member. */
void text_member(struct text_out *out, bool *first, const char *key);

#endif
