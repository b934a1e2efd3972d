/*
 * sync/form.c - bodies of token requests, in wiped memory
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/form.h"
#include <string.h>

#define FORM_SIZE (64u * 1024u)

enum ruf_status ruf_form_create(struct ruf_form *out, struct ruf_error *err)
{
    memset(out, 0, sizeof(*out));
    return ruf_secret_create(FORM_SIZE, &out->memory, err);
}

void ruf_form_destroy(struct ruf_form *form)
{
    ruf_secret_destroy(&form->memory);
}

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
           c == '~';
}

size_t ruf_percent_encode(const char *text, char *out, size_t capacity)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t size = 0;

    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (size + 4 > capacity)
            return capacity;
        if (is_unreserved(*text)) {
            out[size++] = *text;
            continue;
        }
        out[size++] = '%';
        out[size++] = digits[c >> 4];
        out[size++] = digits[c & 15];
    }
    if (size >= capacity)
        return capacity;
    out[size] = '\0';
    return size;
}

void ruf_form_add(struct ruf_form *form, const char *name, const char *value)
{
    size_t name_size = strlen(name);
    char *out = (char *)form->memory.bytes;
    size_t left = form->memory.size - form->size;
    size_t value_size;

    if (form->full || name_size + 3 > left) {
        form->full = true;
        return;
    }
    if (form->size > 0)
        out[form->size++] = '&';
    memcpy(out + form->size, name, name_size);
    form->size += name_size;
    out[form->size++] = '=';
    left = form->memory.size - form->size;
    value_size = ruf_percent_encode(value, out + form->size, left);
    if (value_size == left)
        form->full = true;
    else
        form->size += value_size;
}

const char *ruf_form_text(const struct ruf_form *form)
{
    return form->full ? NULL : (const char *)form->memory.bytes;
}
