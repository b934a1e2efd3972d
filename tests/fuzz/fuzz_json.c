/*
 * fuzz_json.c - any bytes through both JSON readers
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/json.h"
#include "base/json_doc.h"
#include "base/text.h"
#include "tests/fuzz/fuzz.h"
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 8

/* Whatever both readers take they must read alike. */
static void compare(const struct cJSON *item, const struct ruf_json *value,
                    size_t depth)
{
    struct ruf_text text = ruf_json_text(item);
    struct ruf_text same = ruf_json_string(value);
    struct ruf_json_walk walk = ruf_json_walk(value);
    bool more;

    fuzz_require(depth <= DEPTH_MAX, "no deeper than was allowed");
    fuzz_require((text.data == NULL) == (same.data == NULL) &&
                     ruf_text_equal(text, same),
                 "texts are the same");
    fuzz_require(
        cJSON_IsTrue(item) == ruf_json_is(value, RUF_JSON_TRUE) &&
            cJSON_IsNull(item) == ruf_json_is(value, RUF_JSON_NULL) &&
            cJSON_IsArray(item) == ruf_json_is(value, RUF_JSON_ARRAY) &&
            cJSON_IsObject(item) == ruf_json_is(value, RUF_JSON_OBJECT),
        "types are the same");
    fuzz_require(!ruf_json_repeats(value) || ruf_json_count(value) > 1024,
                 "no key stands twice");
    for (const cJSON *child = item->child; child != NULL; child = child->next) {
        more = ruf_json_next(&walk);
        fuzz_require(more, "as many children");
        fuzz_require(!cJSON_IsObject(item) ||
                         ruf_text_is(walk.key, child->string),
                     "keys are the same");
        compare(child, walk.value, depth + 1);
    }
    more = ruf_json_next(&walk);
    fuzz_require(!more, "no more children");
}

static void check_error(enum ruf_status status, const struct ruf_error *err,
                        bool read, size_t size)
{
    fuzz_require(status == RUF_OK || status == RUF_E_CORRUPT,
                 "a document is read or refused");
    fuzz_require((status == RUF_OK) == read,
                 "a document that was read is there");
    fuzz_require(read || (err->status == status && err->line >= 1 &&
                          err->column >= 1 && err->offset <= size),
                 "the place of an error lies in the text");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_copy(data, size);
    struct ruf_error err = { 0 };
    struct ruf_json_doc *doc;
    struct cJSON *tree;
    enum ruf_status status =
        ruf_json_parse(text, size, "fuzz", DEPTH_MAX, &tree, &err);

    check_error(status, &err, tree != NULL, size);
    memset(&err, 0, sizeof(err));
    status = ruf_json_doc_read(text, size, "fuzz", DEPTH_MAX, &doc, &err);
    check_error(status, &err, doc != NULL, size);
    if (tree != NULL && doc != NULL)
        compare(tree, ruf_json_doc_root(doc), 0);
    cJSON_Delete(tree);
    ruf_json_doc_free(doc);
    free(text);
    return 0;
}
