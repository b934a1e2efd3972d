/*
 * fuzz_json.c - any bytes through the JSON reader
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/json.h"
#include "tests/fuzz/fuzz.h"
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 8

static void check_item(const struct cJSON *item, bool may_repeat, size_t depth)
{
    struct ruf_text text = ruf_json_text(item);

    fuzz_require(depth <= DEPTH_MAX, "no deeper than was allowed");
    fuzz_require(text.data == NULL || strlen(text.data) == text.size,
                 "text has no NUL");
    fuzz_require(may_repeat || !ruf_json_has_duplicates(item),
                 "no key stands twice");
    for (const cJSON *child = item->child; child != NULL; child = child->next)
        check_item(child, may_repeat, depth + 1);
}

static void parse(const char *text, size_t size,
                  enum ruf_json_duplicates duplicates)
{
    struct cJSON *document;
    struct ruf_error err = { 0 };
    enum ruf_status status = ruf_json_parse(text, size, "fuzz", DEPTH_MAX,
                                            duplicates, &document, &err);

    fuzz_require(status == RUF_OK || status == RUF_E_CORRUPT,
                 "a document is read or refused");
    fuzz_require((status == RUF_OK) == (document != NULL),
                 "a document that was read is there");
    if (document == NULL)
        fuzz_require(err.status == status && err.line >= 1 && err.column >= 1 &&
                         err.offset <= size,
                     "the place of an error lies in the text");
    else
        check_item(document, duplicates == RUF_JSON_MARK_OBJECT, 0);
    cJSON_Delete(document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_copy(data, size);

    parse(text, size, RUF_JSON_REFUSE_DOCUMENT);
    parse(text, size, RUF_JSON_MARK_OBJECT);
    free(text);
    return 0;
}
