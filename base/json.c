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
#include "base/secret.h"
#include "base/text.h"
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* --- repair ----------------------------------------------------------------
 */

/* Value of "\uXXXX" at text, or -1. */
static int unicode_escape(const char *text, size_t size)
{
    int value = 0;

    if (size < 6 || text[0] != '\\' || text[1] != 'u')
        return -1;
    for (size_t i = 2; i < 6; i++) {
        int digit = ruf_hex_value(text[i]);

        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

static bool is_high_surrogate(int value)
{
    return value >= 0xD800 && value <= 0xDBFF;
}

static bool is_low_surrogate(int value)
{
    return value >= 0xDC00 && value <= 0xDFFF;
}

/* Lone surrogates and NUL become the replacement character, in place: an
 * escape has six bytes either way. */
static void repair_escapes(char *text, size_t size)
{
    char *at = memchr(text, '\\', size);

    while (at != NULL) {
        size_t i = (size_t)(at - text);
        int value = unicode_escape(at, size - i);
        size_t step = 2; /* any other escape, "\\" among them */

        if (value >= 0) {
            step = 6;
            if (is_high_surrogate(value) && size - i >= 12 &&
                is_low_surrogate(unicode_escape(at + 6, size - i - 6)))
                step = 12;
            else if (value == 0 || is_high_surrogate(value) ||
                     is_low_surrogate(value))
                memcpy(at + 2, "FFFD", 4);
        }
        if (size - i <= step)
            return;
        at = memchr(at + step, '\\', size - i - step);
    }
}

/* --- depth ------------------------------------------------------------------
 */

/* Position of the quote that ends the string whose first byte is at 'start';
 * size if none does. Strings are most of a page, so they are crossed in leaps.
 */
static size_t string_end(const char *text, size_t size, size_t start)
{
    size_t from = start;

    while (from < size) {
        const char *quote = memchr(text + from, '"', size - from);
        size_t end = quote == NULL ? size : (size_t)(quote - text);
        size_t slash = end;

        while (slash > start && text[slash - 1] == '\\')
            slash--;
        if (quote == NULL || (end - slash) % 2 == 0)
            return end;
        from = end + 1; /* escaped: part of the string */
    }
    return size;
}

static bool too_deep(const char *text, size_t size, size_t max_depth)
{
    size_t depth = 0;

    for (size_t i = 0; i < size; i++) {
        char c = text[i];

        if (c == '"') {
            i = string_end(text, size, i + 1);
        } else if (c == '{' || c == '[') {
            if (++depth > max_depth)
                return true;
        } else if (c == '}' || c == ']') {
            depth -= depth > 0 ? 1 : 0;
        }
    }
    return false;
}

/* --- duplicate keys
 * ----------------------------------------------------------- */

bool ruf_json_has_duplicates(const struct cJSON *object)
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
    if (ruf_json_has_duplicates(item))
        return true;
    for (const cJSON *child = item->child; child != NULL; child = child->next)
        if (child->child != NULL && any_duplicates(child))
            return true;
    return false;
}

/* --- parsing
 * --------------------------------------------------------------------- */

static enum ruf_status refuse(struct ruf_error *err, const char *place,
                              const char *text, size_t offset,
                              const char *reason)
{
    enum ruf_status status =
        ruf_fail(err, RUF_E_CORRUPT, "D731", place, "%s", reason);

    if (err == NULL)
        return status;
    err->offset = offset;
    err->line = 1;
    err->column = 1;
    for (size_t i = 0; i < offset; i++) {
        err->column++;
        if (text[i] == '\n') {
            err->line++;
            err->column = 1;
        }
    }
    return status;
}

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
                                  enum ruf_json_duplicates duplicates,
                                  struct cJSON **out, struct ruf_error *err)
{
    const char *end = NULL;
    cJSON *document;
    bool no_memory;

    repair_escapes(copy, size);
    /* The NUL at copy[size] is part of what cJSON may look at: it then checks
     * that nothing stands between the value and it. */
    document = parse_surely(copy, size + 1, &end, &no_memory);
    if (no_memory)
        return ruf_fail_memory(err);
    if (document == NULL)
        return refuse(err, place, copy, end == NULL ? 0 : (size_t)(end - copy),
                      "not valid JSON");
    if (duplicates == RUF_JSON_REFUSE_DOCUMENT && any_duplicates(document)) {
        cJSON_Delete(document);
        return refuse(err, place, copy, 0, "an object has the same key twice");
    }
    *out = document;
    return RUF_OK;
}

enum ruf_status ruf_json_parse(const char *text, size_t size, const char *place,
                               size_t max_depth,
                               enum ruf_json_duplicates duplicates,
                               struct cJSON **out, struct ruf_error *err)
{
    enum ruf_status status;
    char *copy;

    *out = NULL;
    if (size == 0)
        return refuse(err, place, text, 0, "empty document");
    if (memchr(text, '\0', size) != NULL)
        return refuse(err, place, text, 0, "NUL byte in the document");
    if (too_deep(text, size, max_depth))
        return refuse(err, place, text, 0, "nested too deeply");
    copy = malloc(size + 1);
    if (copy == NULL)
        return ruf_fail_memory(err);
    memcpy(copy, text, size);
    copy[size] = '\0';
    status = parse_copy(copy, size, place, duplicates, out, err);
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
