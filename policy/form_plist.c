/*
 * policy/form_plist.c - the document as an XML property list
 *
 * With or without the plist element around it, as device management delivers
 * both. The usual document type line is passed over and never fetched; one
 * that declares anything itself is refused, so no entity can grow.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "policy/form.h"
#include <cjson/cJSON.h>
#include <expat.h>
#include <stdio.h>
#include <string.h>

#define DEPTH_MAX (RUF_POLICY_DEPTH_MAX + 2) /* a list of dicts in a plist */
#define KEY_MAX 200

/* An open element. */
struct level {
    cJSON *value; /* a dict or an array; NULL: plist or a value of text */
    bool has_key;
    char key[KEY_MAX + 1]; /* of a dict: that of the next value */
    int count;             /* of an array */
    size_t pointer_size;   /* of the pointer to this container */
    uint32_t line;
    uint32_t column;
};

struct reading {
    struct policy_form *form;
    XML_Parser parser;
    struct level levels[DEPTH_MAX + 2];
    size_t depth;
    struct ruf_writer text;
    cJSON *root; /* owned */
    char pointer[RUF_POLICY_POINTER_MAX];
    const char *wrong;
    uint32_t line; /* of what is wrong */
    uint32_t column;
    bool no_memory;
};

static void keep_position(struct reading *reading)
{
    reading->line = (uint32_t)XML_GetCurrentLineNumber(reading->parser);
    reading->column = (uint32_t)XML_GetCurrentColumnNumber(reading->parser) + 1;
}

static void stop(struct reading *reading, const char *wrong)
{
    if (reading->wrong == NULL) {
        reading->wrong = wrong;
        keep_position(reading); /* the parser still stands there */
    }
    (void)XML_StopParser(reading->parser, XML_FALSE);
}

static void stop_memory(struct reading *reading)
{
    reading->no_memory = true;
    stop(reading, "");
}

static void on_doctype(void *context, const XML_Char *name,
                       const XML_Char *system, const XML_Char *public,
                       int has_subset)
{
    (void)name;
    (void)system;
    (void)public;
    if (has_subset)
        stop(context, "a document type of its own is not allowed");
}

/* A document type from elsewhere would make unknown entities legal. */
static void on_skipped(void *context, const XML_Char *name, int is_parameter)
{
    (void)name;
    (void)is_parameter;
    stop(context, "unknown entity");
}

/* --- values
 * --------------------------------------------------------------------- */

/* The innermost dict or array around a new value; NULL: it is the root. */
static struct level *container(struct reading *reading)
{
    for (size_t i = reading->depth; i > 0; i--)
        if (reading->levels[i - 1].value != NULL)
            return &reading->levels[i - 1];
    return NULL;
}

/* Extend the pointer by the name of the value that comes next. */
static bool name_value(struct reading *reading, const struct level *around)
{
    size_t size = around == NULL ? 0 : around->pointer_size;
    size_t room = sizeof(reading->pointer) - size;
    int more = 0;

    reading->pointer[size] = '\0';
    if (around != NULL)
        more =
            cJSON_IsArray(around->value)
                ? snprintf(reading->pointer + size, room, "/%d", around->count)
                : snprintf(reading->pointer + size, room, "/%s", around->key);
    return more >= 0 && (size_t)more < room;
}

/* Put a new value in its place and remember where it stands. Takes it over. */
static void add_value(struct reading *reading, cJSON *value, uint32_t line,
                      uint32_t column)
{
    struct level *around = container(reading);
    bool added = false;

    if (value == NULL) {
        stop_memory(reading);
        return;
    }
    if (around == NULL) {
        added = reading->root == NULL;
        reading->root = added ? value : reading->root;
    } else if (cJSON_IsArray(around->value)) {
        added = cJSON_AddItemToArray(around->value, value);
        around->count++;
    } else {
        added = cJSON_AddItemToObject(around->value, around->key, value);
        around->has_key = false;
    }
    if (!added) {
        cJSON_Delete(value);
        if (around == NULL)
            stop(reading, "a property list holds one value");
        else
            stop_memory(reading);
    } else if (!ruf_policy_form_place(reading->form, reading->pointer, line,
                                      column)) {
        stop_memory(reading);
    }
}

/* Digits with an optional sign and fraction; no exponents. */
static bool read_number(const char *text, double *out)
{
    double sign = *text == '-' ? -1 : 1;
    double scale = 0;
    size_t digits = 0;

    *out = 0;
    text += *text == '-' || *text == '+' ? 1 : 0;
    for (; *text != '\0'; text++) {
        if (*text == '.' && scale == 0) {
            scale = 1;
            continue;
        }
        if (*text < '0' || *text > '9' || ++digits > 15)
            return false;
        *out = *out * 10 + (*text - '0');
        scale *= 10;
    }
    *out = sign * (scale > 1 ? *out / scale : *out);
    return digits > 0;
}

/* Base64 is wrapped into lines. */
static void strip_blanks(char *text)
{
    char *out = text;

    for (; *text != '\0'; text++)
        if (strchr(" \t\r\n", *text) == NULL)
            *out++ = *text;
    *out = '\0';
}

static void add_text(struct reading *reading, const char *name, char *text,
                     const struct level *at)
{
    bool is_string = strcmp(name, "string") == 0;
    double number;

    if (!is_string)
        strip_blanks(text);
    if (is_string || strcmp(name, "data") == 0)
        add_value(reading, cJSON_CreateString(text), at->line, at->column);
    else if (strcmp(name, "true") == 0 || strcmp(name, "false") == 0)
        add_value(reading, cJSON_CreateBool(name[0] == 't'), at->line,
                  at->column);
    else if (read_number(text, &number))
        add_value(reading, cJSON_CreateNumber(number), at->line, at->column);
    else
        stop(reading, "not a number");
}

/* --- elements
 * ------------------------------------------------------------------- */

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names != NULL; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

static bool is_blank(const struct ruf_writer *text)
{
    return ruf_text_trim(
               (struct ruf_text){ (const char *)text->bytes, text->size })
               .size == 0;
}

/* May this element stand here? Names the value it starts. */
static bool check_start(struct reading *reading, const char *name)
{
    static const char *const values[] = { "dict", "array",   "string",
                                          "data", "true",    "false",
                                          "real", "integer", NULL };
    const struct level *around = container(reading);
    const struct level *parent =
        reading->depth == 0 ? NULL : &reading->levels[reading->depth - 1];
    bool frame = (strcmp(name, "plist") == 0 && reading->depth == 0) ||
                 (strcmp(name, "key") == 0 && parent != NULL &&
                  cJSON_IsObject(parent->value) && !parent->has_key);

    if (!is_blank(&reading->text))
        stop(reading, "text outside of a value");
    else if (reading->depth > DEPTH_MAX)
        stop(reading, "nested too deeply");
    else if (parent != NULL && parent->value == NULL && around != NULL)
        stop(reading, "a value holds no elements");
    else if (!frame && !is_one_of(name, values))
        stop(reading, "unknown element, or a key where none may stand");
    else if (!frame && around != NULL && cJSON_IsObject(around->value) &&
             !around->has_key)
        stop(reading, "a value without a key");
    else if (!frame && !name_value(reading, around))
        stop(reading, "a key is too long");
    return reading->wrong == NULL;
}

static void on_start(void *context, const XML_Char *name,
                     const XML_Char **attributes)
{
    struct reading *reading = context;
    struct level *level;
    uint32_t line = (uint32_t)XML_GetCurrentLineNumber(reading->parser);
    uint32_t column = (uint32_t)XML_GetCurrentColumnNumber(reading->parser) + 1;
    cJSON *value = NULL;

    (void)attributes;
    if (reading->wrong != NULL || !check_start(reading, name))
        return;
    if (strcmp(name, "dict") == 0 || strcmp(name, "array") == 0) {
        value = name[0] == 'd' ? cJSON_CreateObject() : cJSON_CreateArray();
        add_value(reading, value, line, column);
        if (reading->wrong != NULL)
            return;
    }
    level = &reading->levels[reading->depth++];
    memset(level, 0, sizeof(*level));
    level->value = value;
    level->pointer_size = strlen(reading->pointer);
    level->line = line;
    level->column = column;
    reading->text.size = 0;
}

static void on_text(void *context, const XML_Char *text, int size)
{
    struct reading *reading = context;
    const struct level *level =
        reading->depth == 0 ? NULL : &reading->levels[reading->depth - 1];

    if (reading->wrong != NULL || level == NULL)
        return;
    ruf_write_bytes(&reading->text, text, (size_t)size);
}

static void take_key(struct reading *reading, const char *key)
{
    struct level *dict = container(reading);
    size_t size = strlen(key);

    if (size == 0 || size > KEY_MAX) {
        stop(reading, "a key is 1 to 200 bytes");
    } else if (ruf_json_member(dict->value, key) != NULL) {
        stop(reading, "a dict has the same key twice");
    } else {
        memcpy(dict->key, key, size + 1);
        dict->has_key = true;
    }
}

static void on_end(void *context, const XML_Char *name)
{
    struct reading *reading = context;
    struct level level;

    if (reading->wrong != NULL || reading->depth == 0)
        return;
    level = reading->levels[--reading->depth];
    if (level.value != NULL || strcmp(name, "plist") == 0) {
        if (!is_blank(&reading->text))
            stop(reading, "text outside of a value");
        else if (level.has_key)
            stop(reading, "a key without a value");
    } else {
        ruf_write_u8(&reading->text, 0);
        if (reading->text.failed)
            stop_memory(reading);
        else if (strcmp(name, "key") == 0)
            take_key(reading, (const char *)reading->text.bytes);
        else
            add_text(reading, name, (char *)reading->text.bytes, &level);
    }
    reading->text.size = 0;
}

/* --- the list
 * -------------------------------------------------------------------- */

static enum ruf_status verdict(struct reading *reading, enum XML_Status parsed,
                               struct ruf_error *err)
{
    XML_Parser parser = reading->parser;
    const char *wrong = reading->wrong;

    if (reading->no_memory || reading->text.failed ||
        XML_GetErrorCode(parser) == XML_ERROR_NO_MEMORY)
        return ruf_fail_memory(err);
    if (wrong == NULL && parsed == XML_STATUS_OK && reading->root != NULL)
        return RUF_OK;
    if (wrong == NULL) {
        wrong = parsed == XML_STATUS_OK ? "an empty property list"
                                        : "not well-formed XML";
        keep_position(reading);
    }
    return ruf_policy_form_refuse(err, reading->line, reading->column, wrong);
}

enum ruf_status ruf_policy_read_plist(struct policy_form *form,
                                      struct cJSON **out, struct ruf_error *err)
{
    struct reading *reading = ruf_arena_alloc(form->arena, 1, sizeof(*reading));
    enum ruf_status status;

    *out = NULL;
    if (reading == NULL)
        return ruf_fail_memory(err);
    reading->form = form;
    reading->parser = XML_ParserCreate("UTF-8");
    if (reading->parser == NULL)
        return ruf_fail_memory(err);
    XML_SetUserData(reading->parser, reading);
    XML_SetElementHandler(reading->parser, on_start, on_end);
    XML_SetCharacterDataHandler(reading->parser, on_text);
    XML_SetStartDoctypeDeclHandler(reading->parser, on_doctype);
    XML_SetSkippedEntityHandler(reading->parser, on_skipped);
    status = verdict(
        reading,
        XML_Parse(reading->parser, form->text, (int)form->size, XML_TRUE), err);
    XML_ParserFree(reading->parser);
    ruf_writer_free(&reading->text);
    if (status == RUF_OK)
        *out = reading->root;
    else
        cJSON_Delete(reading->root);
    return status;
}
