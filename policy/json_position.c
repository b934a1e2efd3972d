/*
 * policy/json_position.c - where a value stands in a JSON text
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "policy/json_position.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct scan {
    const char *text;
    size_t size;
    size_t at;
};

static void skip_space(struct scan *scan)
{
    while (scan->at < scan->size &&
           strchr(" \t\r\n", scan->text[scan->at]) != NULL)
        scan->at++;
}

static void skip_string(struct scan *scan)
{
    scan->at++;
    while (scan->at < scan->size && scan->text[scan->at] != '"')
        scan->at += scan->text[scan->at] == '\\' ? 2 : 1;
    scan->at++;
}

static void skip_value(struct scan *scan)
{
    size_t depth = 0;

    skip_space(scan);
    while (scan->at < scan->size) {
        char c = scan->text[scan->at];

        if (c == '"') {
            skip_string(scan);
            if (depth == 0)
                return;
            continue;
        }
        if (c == '{' || c == '[')
            depth++;
        else if (c == '}' || c == ']') {
            if (depth == 0)
                return;
            depth--;
            if (depth == 0) {
                scan->at++;
                return;
            }
        } else if (depth == 0 && c == ',') {
            return;
        }
        scan->at++;
    }
}

/* Move from the '{' of an object to the value of a key. */
static bool enter_member(struct scan *scan, const char *key, size_t key_size)
{
    scan->at++;
    for (;;) {
        size_t start;

        skip_space(scan);
        if (scan->at >= scan->size || scan->text[scan->at] != '"')
            return false;
        start = scan->at + 1;
        skip_string(scan);
        if (scan->at - 1 - start == key_size &&
            memcmp(scan->text + start, key, key_size) == 0) {
            skip_space(scan);
            scan->at++; /* ':' */
            skip_space(scan);
            return true;
        }
        skip_space(scan);
        scan->at++;
        skip_value(scan);
        skip_space(scan);
        if (scan->at >= scan->size || scan->text[scan->at] != ',')
            return false;
        scan->at++;
    }
}

static bool enter_element(struct scan *scan, size_t index)
{
    scan->at++;
    for (size_t i = 0; i < index; i++) {
        skip_value(scan);
        skip_space(scan);
        if (scan->at >= scan->size || scan->text[scan->at] != ',')
            return false;
        scan->at++;
    }
    skip_space(scan);
    return scan->at < scan->size && scan->text[scan->at] != ']';
}

static void follow(struct scan *scan, const char *pointer)
{
    while (*pointer == '/') {
        const char *token = pointer + 1;
        size_t size = strcspn(token, "/");
        size_t before = scan->at;
        bool found = false;

        if (scan->at < scan->size && scan->text[scan->at] == '{')
            found = enter_member(scan, token, size);
        else if (scan->at < scan->size && scan->text[scan->at] == '[')
            found = enter_element(scan, (size_t)strtoul(token, NULL, 10));
        if (!found) {
            scan->at = before;
            return;
        }
        pointer = token + size;
    }
}

void ruf_json_position(const char *text, size_t size, const char *pointer,
                       uint32_t *line, uint32_t *column)
{
    struct scan scan = { text, size, 0 };

    skip_space(&scan);
    follow(&scan, pointer);
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < scan.at && i < size; i++) {
        (*column)++;
        if (text[i] == '\n') {
            (*line)++;
            *column = 1;
        }
    }
}
