/*
 * text_out.c - a growing buffer for JSON that is written front to back
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "text_out.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *reserve(struct text_out *out, size_t size)
{
    if (out->capacity - out->size < size + 1) {
        size_t capacity = out->capacity == 0 ? 65536 : out->capacity;

        while (capacity - out->size < size + 1)
            capacity *= 2;
        out->bytes = realloc(out->bytes, capacity);
        if (out->bytes == NULL) {
            (void)fputs("rufname-tenant: out of memory\n", stderr);
            exit(11);
        }
        out->capacity = capacity;
    }
    return out->bytes + out->size;
}

void text_free(struct text_out *out)
{
    free(out->bytes);
    memset(out, 0, sizeof(*out));
}

static void put_bytes(struct text_out *out, const char *bytes, size_t size)
{
    memcpy(reserve(out, size), bytes, size);
    out->size += size;
    out->bytes[out->size] = '\0';
}

void text_put(struct text_out *out, const char *string)
{
    put_bytes(out, string, strlen(string));
}

void text_format(struct text_out *out, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    int size;

    va_start(arguments, format);
    size = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (size > 0)
        put_bytes(out, text,
                  (size_t)size < sizeof(text) ? (size_t)size
                                              : sizeof(text) - 1);
}

void text_json(struct text_out *out, const char *string)
{
    if (string == NULL) {
        text_put(out, "null");
        return;
    }
    text_put(out, "\"");
    for (const char *c = string; *c != '\0'; c++) {
        char escaped[8];

        if (*c == '"' || *c == '\\')
            (void)snprintf(escaped, sizeof(escaped), "\\%c", *c);
        else if ((unsigned char)*c < 0x20)
            (void)snprintf(escaped, sizeof(escaped), "\\u%04x",
                           (unsigned)(unsigned char)*c);
        else
            (void)snprintf(escaped, sizeof(escaped), "%c", *c);
        text_put(out, escaped);
    }
    text_put(out, "\"");
}

void text_member(struct text_out *out, bool *first, const char *key)
{
    text_put(out, *first ? "\"" : ",\"");
    text_put(out, key);
    text_put(out, "\":");
    *first = false;
}
