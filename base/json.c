/*
 * base/json.c - reading foreign JSON safely
 *
 * cJSON 1.7.15 fails a whole document for one lone surrogate escape, ends a
 * string at \u0000, and accepts bytes after the document; all three are dealt
 * with before or after its parse.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/json.h"
#include "base/error.h"
#include "base/json_text.h"
#include "base/secret.h"
#include "base/text.h"
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* --- duplicate keys
 * ----------------------------------------------------------- */

static bool has_duplicates(const cJSON *object)
{
    /* Objects of contacts have a few dozen members: comparing all pairs is
     * cheaper than any table. Wider ones are not ours and are cut off here. */
    size_t seen = 0;

    if (!cJSON_IsObject(object))
        return false;
    for (const cJSON *a = object->child; a != NULL; a = a->next) {
        if (++seen > 1024)
            return true;
        for (const cJSON *b = a->next; b != NULL; b = b->next)
            if (a->string[0] == b->string[0] &&
                strcmp(a->string, b->string) == 0)
                return true;
    }
    return false;
}

static bool any_duplicates(const cJSON *item)
{
    if (has_duplicates(item))
        return true;
    for (const cJSON *child = item->child; child != NULL; child = child->next)
        if (child->child != NULL && any_duplicates(child))
            return true;
    return false;
}

/* --- parsing
 * --------------------------------------------------------------------- */

/* cJSON answers a mistake and a lack of memory alike, and a good document must
 * not be called a bad one. A single allocation that failed does not fail again;
 * where memory is out, 64 KiB are not there either. */
static cJSON *parse_surely(const char *copy, size_t size, const char **end,
                           bool *no_memory)
{
    cJSON *document = cJSON_ParseWithLengthOpts(copy, size, end, 1);
    void *probe;

    *no_memory = false;
    if (document != NULL)
        return document;
    probe = malloc(65536);
    *no_memory = probe == NULL;
    free(probe);
    return *no_memory ? NULL : cJSON_ParseWithLengthOpts(copy, size, end, 1);
}

static enum ruf_status parse_copy(char *copy, size_t size, const char *place,
                                  struct cJSON **out, struct ruf_error *err)
{
    const char *end = NULL;
    cJSON *document;
    bool no_memory;

    ruf_json_repair(copy, size);
    /* The NUL at copy[size] is part of what cJSON may look at: it then checks
     * that nothing stands between the value and it. */
    document = parse_surely(copy, size + 1, &end, &no_memory);
    if (no_memory)
        return ruf_fail_memory(err);
    if (document == NULL)
        return ruf_json_refuse(err, place, copy,
                               end == NULL ? 0 : (size_t)(end - copy),
                               "not valid JSON");
    if (any_duplicates(document)) {
        cJSON_Delete(document);
        return ruf_json_refuse(err, place, copy, 0,
                               "an object has the same key twice");
    }
    *out = document;
    return RUF_OK;
}

enum ruf_status ruf_json_parse(const char *text, size_t size, const char *place,
                               size_t max_depth, struct cJSON **out,
                               struct ruf_error *err)
{
    enum ruf_status status;
    char *copy;

    *out = NULL;
    status = ruf_json_check(text, size, place, max_depth, err);
    if (status != RUF_OK)
        return status;
    copy = malloc(size + 1);
    if (copy == NULL)
        return ruf_fail_memory(err);
    memcpy(copy, text, size);
    copy[size] = '\0';
    status = parse_copy(copy, size, place, out, err);
    ruf_wipe(copy, size); /* it may have held a token */
    free(copy);
    return status;
}

const struct cJSON *ruf_json_member(const struct cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

struct ruf_text ruf_json_text(const struct cJSON *item)
{
    return ruf_text(cJSON_GetStringValue(item));
}
