/*
 * cli/json_out.c - one JSON object per line to stdout
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/json_out.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void put_string(struct ruf_text text)
{
    (void)putchar('"');
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];

        if (c == '"' || c == '\\')
            (void)printf("\\%c", c);
        else if (c < 0x20 || c == 0x7F)
            (void)printf("\\u%04x", c);
        else
            (void)putchar(c);
    }
    (void)putchar('"');
}

static void put_key(struct json_out *out, const char *key)
{
    if (out->comma)
        (void)putchar(',');
    out->comma = true;
    if (key != NULL)
        (void)printf("\"%s\":", key);
}

void json_begin_object(struct json_out *out, const char *key)
{
    put_key(out, key);
    (void)putchar('{');
    out->comma = false;
}

void json_end_object(struct json_out *out)
{
    (void)putchar('}');
    out->comma = true;
}

void json_begin_array(struct json_out *out, const char *key)
{
    put_key(out, key);
    (void)putchar('[');
    out->comma = false;
}

void json_end_array(struct json_out *out)
{
    (void)putchar(']');
    out->comma = true;
}

void json_text(struct json_out *out, const char *key, struct ruf_text value)
{
    put_key(out, key);
    put_string(value);
}

void json_string(struct json_out *out, const char *key, const char *value)
{
    json_text(out, key, (struct ruf_text){ value, strlen(value) });
}

void json_number(struct json_out *out, const char *key, uint64_t value)
{
    put_key(out, key);
    (void)printf("%" PRIu64, value);
}

void json_bool(struct json_out *out, const char *key, bool value)
{
    put_key(out, key);
    (void)fputs(value ? "true" : "false", stdout);
}

void json_null(struct json_out *out, const char *key)
{
    put_key(out, key);
    (void)fputs("null", stdout);
}

void json_begin_line(struct json_out *out, const char *schema)
{
    char name[64];

    out->comma = false;
    json_begin_object(out, NULL);
    (void)snprintf(name, sizeof(name), "rufname.%s/1", schema);
    json_string(out, "schema", name);
}

void json_end_line(struct json_out *out)
{
    json_end_object(out);
    (void)putchar('\n');
}

void json_e164(struct json_out *out, const char *key, ruf_e164 number)
{
    char text[RUF_E164_TEXT_SIZE] = "";

    if (number != 0)
        (void)ruf_e164_format(number, text);
    json_string(out, key, text);
}
