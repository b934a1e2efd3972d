/*
 * base/json_doc.h - reading large foreign JSON fast
 *
 * yyjson behind a door of ours: for pages of thousands of objects, where JSON
 * is on top of the profile. Small documents, and those that are written, go
 * through base/json.h. Both take and refuse the same (base/json_text.h). Broken
 * UTF-8 in a text is left in it, to be cleaned.
 *
 * A value that is not there is NULL, and every function takes it: the type of
 * nothing is 0, its text absent, its members none.
 *
 * Threads: a document is immutable once read.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_JSON_DOC_H
#define BASE_JSON_DOC_H

#include <rufname/contact.h>
#include <rufname/status.h>
#include <stdbool.h>
#include <stddef.h>

struct ruf_json_doc;
struct ruf_json; /* a value; borrowed from its document */

/** Bits, so that one may ask for several. */
enum ruf_json_type {
    RUF_JSON_NULL = 1,
    RUF_JSON_FALSE = 2,
    RUF_JSON_TRUE = 4,
    RUF_JSON_NUMBER = 8,
    RUF_JSON_STRING = 16,
    RUF_JSON_ARRAY = 32,
    RUF_JSON_OBJECT = 64
};
#define RUF_JSON_BOOL (RUF_JSON_FALSE | RUF_JSON_TRUE)

/**
 * Read a whole document. The text is copied.
 * @param[in]  place      for messages.
 * @param[in]  max_depth  1 or more.
 * @return RUF_OK; RUF_E_CORRUPT (D731: err->offset, line, column); RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_json_doc_read(const char *text, size_t size,
                                               const char *place,
                                               size_t max_depth,
                                               struct ruf_json_doc **out,
                                               struct ruf_error *err);

/** NULL is fine. */
void ruf_json_doc_free(struct ruf_json_doc *doc);

const struct ruf_json *ruf_json_doc_root(const struct ruf_json_doc *doc);

/** 0 for NULL. */
unsigned ruf_json_type(const struct ruf_json *value);

static inline bool ruf_json_is(const struct ruf_json *value, unsigned types)
{
    return (ruf_json_type(value) & types) != 0;
}

/** Text of a string; absent for anything else. */
struct ruf_text ruf_json_string(const struct ruf_json *value);

/** A number; 0 for anything else and for what a double cannot hold. */
double ruf_json_number(const struct ruf_json *value);

/** Elements of an array or members of an object; 0 for anything else. */
size_t ruf_json_count(const struct ruf_json *value);

/** Member of an object by its exact key, the first if there are several. */
const struct ruf_json *ruf_json_get(const struct ruf_json *object,
                                    const char *key);

/** Goes through an array or an object in the order of the text. */
struct ruf_json_walk {
    const struct ruf_json *value;
    struct ruf_text key;         /**< of an object's member */
    const struct ruf_json *next; /* from here on for ruf_json_next() */
    size_t left;
    bool has_keys;
};

struct ruf_json_walk ruf_json_walk(const struct ruf_json *container);
/** @return false behind the last one. */
bool ruf_json_next(struct ruf_json_walk *walk);

/** Has an object the same key twice, or more than 1024 of them? */
bool ruf_json_repeats(const struct ruf_json *object);

#endif
