/*
 * base/json_doc.c - reading large foreign JSON fast
 *
 * yyjson is compiled in, so that the library exports none of its names and a
 * program may use another version of it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/json_doc.h"
#include "base/error.h"
#include "base/json_text.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>
#include <yyjson_static.h>

#define KEYS_MAX 1024u

struct ruf_json_doc {
    yyjson_doc *tree;
    size_t size;
    char text[]; /* holds the strings */
};

static const struct ruf_json *our(const yyjson_val *value)
{
    return (const struct ruf_json *)(const void *)value;
}

/* The readers of yyjson take values that might be changed. */
static yyjson_val *val(const struct ruf_json *value)
{
    union {
        const struct ruf_json *ours;
        yyjson_val *theirs;
    } view = { .ours = value };

    return view.theirs;
}

static enum ruf_status parse(struct ruf_json_doc *doc, const char *place,
                             struct ruf_error *err)
{
    /* Numbers beyond a double fail no page; none of them means anything. */
    const yyjson_read_flag flags = YYJSON_READ_INSITU |
                                   YYJSON_READ_BIGNUM_AS_RAW |
                                   YYJSON_READ_ALLOW_INVALID_UNICODE;
    yyjson_read_err error = { 0 };

    ruf_json_repair(doc->text, doc->size);
    doc->tree = yyjson_read_opts(doc->text, doc->size, flags, NULL, &error);
    if (doc->tree != NULL)
        return RUF_OK;
    if (error.code == YYJSON_READ_ERROR_MEMORY_ALLOCATION)
        return ruf_fail_memory(err);
    return ruf_json_refuse(err, place, doc->text,
                           error.pos < doc->size ? error.pos : doc->size,
                           "not valid JSON");
}

enum ruf_status ruf_json_doc_read(const char *text, size_t size,
                                  const char *place, size_t max_depth,
                                  struct ruf_json_doc **out,
                                  struct ruf_error *err)
{
    struct ruf_json_doc *doc;
    enum ruf_status status = ruf_json_check(text, size, place, max_depth, err);

    *out = NULL;
    if (status != RUF_OK)
        return status;
    doc = malloc(sizeof(*doc) + size + YYJSON_PADDING_SIZE);
    if (doc == NULL)
        return ruf_fail_memory(err);
    doc->size = size;
    memcpy(doc->text, text, size);
    memset(doc->text + size, 0, YYJSON_PADDING_SIZE);
    status = parse(doc, place, err);
    if (status == RUF_OK)
        *out = doc;
    else
        free(doc);
    return status;
}

void ruf_json_doc_free(struct ruf_json_doc *doc)
{
    if (doc == NULL)
        return;
    yyjson_doc_free(doc->tree);
    free(doc);
}

const struct ruf_json *ruf_json_doc_root(const struct ruf_json_doc *doc)
{
    return our(yyjson_doc_get_root(doc->tree));
}

unsigned ruf_json_type(const struct ruf_json *value)
{
    static const unsigned char types[] = {
        [YYJSON_TYPE_NULL] = RUF_JSON_NULL,
        [YYJSON_TYPE_BOOL] = RUF_JSON_FALSE,
        [YYJSON_TYPE_NUM] = RUF_JSON_NUMBER,
        [YYJSON_TYPE_RAW] = RUF_JSON_NUMBER,
        [YYJSON_TYPE_STR] = RUF_JSON_STRING,
        [YYJSON_TYPE_ARR] = RUF_JSON_ARRAY,
        [YYJSON_TYPE_OBJ] = RUF_JSON_OBJECT,
    };

    if (value == NULL)
        return 0;
    return yyjson_is_true(val(value)) ? RUF_JSON_TRUE
                                      : types[yyjson_get_type(val(value))];
}

static struct ruf_text text_of(yyjson_val *value)
{
    return (struct ruf_text){ unsafe_yyjson_get_str(value),
                              unsafe_yyjson_get_len(value) };
}

struct ruf_text ruf_json_string(const struct ruf_json *value)
{
    yyjson_val *inner = val(value);

    return yyjson_is_str(inner) ? text_of(inner) : (struct ruf_text){ NULL, 0 };
}

double ruf_json_number(const struct ruf_json *value)
{
    return yyjson_get_num(val(value));
}

size_t ruf_json_count(const struct ruf_json *value)
{
    return yyjson_is_ctn(val(value)) ? yyjson_get_len(val(value)) : 0;
}

const struct ruf_json *ruf_json_get(const struct ruf_json *object,
                                    const char *key)
{
    return our(yyjson_obj_get(val(object), key));
}

struct ruf_json_walk ruf_json_walk(const struct ruf_json *container)
{
    struct ruf_json_walk walk = { .left = ruf_json_count(container),
                                  .has_keys = yyjson_is_obj(val(container)) };

    if (walk.left > 0)
        walk.next = our(unsafe_yyjson_get_first(val(container)));
    return walk;
}

bool ruf_json_next(struct ruf_json_walk *walk)
{
    yyjson_val *at = val(walk->next);

    if (walk->left == 0)
        return false;
    walk->left--;
    if (walk->has_keys) {
        walk->key = text_of(at);
        at++; /* a member's value follows its key */
    }
    walk->value = our(at);
    walk->next = our(unsafe_yyjson_get_next(at));
    return true;
}

/* Objects of contacts have a few dozen members: comparing all pairs is cheaper
 * than any table. Wider ones are not ours. */
bool ruf_json_repeats(const struct ruf_json *object)
{
    struct ruf_json_walk a = ruf_json_walk(object);

    if (!ruf_json_is(object, RUF_JSON_OBJECT))
        return false;
    if (a.left > KEYS_MAX)
        return true;
    while (ruf_json_next(&a)) {
        struct ruf_json_walk b = a;

        while (ruf_json_next(&b))
            if (ruf_text_equal(a.key, b.key))
                return true;
    }
    return false;
}
