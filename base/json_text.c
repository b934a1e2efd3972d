/*
 * base/json_text.c - what is seen to before foreign JSON is parsed
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/json_text.h"
#include "base/error.h"
#include "base/text.h"
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

/* An escape has six bytes either way. */
void ruf_json_repair(char *text, size_t size)
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

/* --- verdicts
 * ----------------------------------------------------------------------- */

enum ruf_status ruf_json_refuse(struct ruf_error *err, const char *place,
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

enum ruf_status ruf_json_check(const char *text, size_t size, const char *place,
                               size_t max_depth, struct ruf_error *err)
{
    if (size == 0)
        return ruf_json_refuse(err, place, text, 0, "empty document");
    if (memchr(text, '\0', size) != NULL)
        return ruf_json_refuse(err, place, text, 0, "NUL byte in the document");
    if (too_deep(text, size, max_depth))
        return ruf_json_refuse(err, place, text, 0, "nested too deeply");
    return RUF_OK;
}
