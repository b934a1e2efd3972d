/*
 * sync/blob_list.c - a page of a blob container's list (XML)
 *
 * EnumerationResults > Blobs > Blob > Name, Properties > Etag, Content-Length;
 * EnumerationResults > NextMarker. Read by expat; documents with a DTD are
 * refused, so there are no entities to expand.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/blob_list.h"
#include "base/error.h"
#include "base/text.h"
#include "sync/import.h"
#include <expat.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 16

struct reading {
    struct ruf_blob_list *list;
    uint64_t *others;
    XML_Parser parser;
    char path[256]; /* "/EnumerationResults/Blobs/Blob/Name" */
    unsigned depth;
    bool encoded;     /* <Name Encoded="true"> */
    char text[4096];  /* of the element at hand */
    size_t text_size; /* > sizeof: too long */
    char name[RUF_BLOB_NAME_MAX * 3 + 1];
    char etag[RUF_BLOB_ETAG_MAX];
    uint64_t size;
    bool rooted; /* it is a list */
    bool no_memory;
    bool too_many;
};

void ruf_blob_etag(const char *text, char out[RUF_BLOB_ETAG_MAX])
{
    struct ruf_text etag = ruf_text_trim(ruf_text(text));

    if (ruf_text_starts_with(etag, "W/"))
        etag = ruf_text_slice(etag, 2, etag.size);
    if (etag.size >= 2 && etag.data[0] == '"' &&
        etag.data[etag.size - 1] == '"')
        etag = ruf_text_slice(etag, 1, etag.size - 2);
    out[0] = '\0';
    if (etag.size >= RUF_BLOB_ETAG_MAX)
        return;
    for (size_t i = 0; i < etag.size; i++)
        if (etag.data[i] < 0x21 || etag.data[i] > 0x7e || etag.data[i] == '"')
            return; /* it goes back into a header */
    if (etag.size > 0)
        memcpy(out, etag.data, etag.size);
    out[etag.size] = '\0';
}

/* --- the list ---------------------------------------------------------------
 */

static struct ruf_blob_entry *append(struct ruf_blob_list *list,
                                     const char *name)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 64 : 2 * list->capacity;
        struct ruf_blob_entry *grown = /* bounded by RUF_BLOBS_MAX */
            realloc(list->entries, capacity * sizeof(*grown));

        if (grown == NULL)
            return NULL;
        list->entries = grown;
        list->capacity = capacity;
    }
    list->entries[list->count].name = strdup(name);
    list->entries[list->count].etag[0] = '\0';
    list->entries[list->count].size = UINT64_MAX;
    return list->entries[list->count].name == NULL
               ? NULL
               : &list->entries[list->count++];
}

enum ruf_status ruf_blob_list_add(struct ruf_blob_list *list, const char *name,
                                  struct ruf_error *err)
{
    return append(list, name) == NULL ? ruf_fail_memory(err) : RUF_OK;
}

void ruf_blob_list_free(struct ruf_blob_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->entries[i].name);
    free(list->entries);
    memset(list, 0, sizeof(*list));
}

/* --- elements
 * ------------------------------------------------------------------ */

static void stop(struct reading *reading)
{
    (void)XML_StopParser(reading->parser, XML_FALSE);
}

static void on_doctype(void *context, const XML_Char *name,
                       const XML_Char *system, const XML_Char *public,
                       int has_subset)
{
    (void)name;
    (void)system;
    (void)public;
    (void)has_subset;
    stop(context);
}

static void on_start(void *context, const XML_Char *name,
                     const XML_Char **attributes)
{
    struct reading *reading = context;
    size_t used = strlen(reading->path);
    size_t size = strlen(name);

    if (++reading->depth > DEPTH_MAX ||
        used + size + 2 > sizeof(reading->path)) {
        stop(reading);
        return;
    }
    reading->path[used] = '/';
    memcpy(reading->path + used + 1, name, size + 1);
    reading->text_size = 0;
    reading->encoded = false;
    for (size_t i = 0; attributes[i] != NULL; i += 2)
        if (strcmp(attributes[i], "Encoded") == 0)
            reading->encoded = strcmp(attributes[i + 1], "true") == 0;
    if (strcmp(reading->path, "/EnumerationResults") == 0)
        reading->rooted = true;
    if (strcmp(reading->path, "/EnumerationResults/Blobs/Blob") == 0) {
        reading->name[0] = '\0';
        reading->etag[0] = '\0';
        reading->size = UINT64_MAX;
    }
}

static void on_text(void *context, const XML_Char *text, int size)
{
    struct reading *reading = context;

    if (reading->text_size + (size_t)size < sizeof(reading->text))
        memcpy(reading->text + reading->text_size, text, (size_t)size);
    else
        reading->text_size = sizeof(reading->text);
    if (reading->text_size < sizeof(reading->text))
        reading->text_size += (size_t)size;
}

static void decode(char *text)
{
    char *out = text;

    for (; *text != '\0'; text++) {
        int high = *text == '%' ? ruf_hex_value(text[1]) : -1;
        int low = high >= 0 ? ruf_hex_value(text[2]) : -1;

        if (high >= 0 && low >= 0) {
            *out++ = (char)(high * 16 + low);
            text += 2;
        } else {
            *out++ = *text;
        }
    }
    *out = '\0';
}

static void end_blob(struct reading *reading)
{
    struct ruf_blob_entry *entry;

    if (reading->name[0] == '\0' || strlen(reading->name) > RUF_BLOB_NAME_MAX ||
        !ruf_utf8_valid(ruf_text(reading->name)) ||
        !ruf_import_knows(reading->name)) {
        (*reading->others)++;
        return;
    }
    if (reading->list->count >= RUF_BLOBS_MAX) {
        reading->too_many = true;
        stop(reading);
        return;
    }
    entry = append(reading->list, reading->name);
    if (entry == NULL) {
        reading->no_memory = true;
        stop(reading);
        return;
    }
    memcpy(entry->etag, reading->etag, sizeof(entry->etag));
    entry->size = reading->size;
}

static void on_end(void *context, const XML_Char *name)
{
    static const char blob[] = "/EnumerationResults/Blobs/Blob";
    struct reading *reading = context;
    const char *path = reading->path;
    bool fits = reading->text_size < sizeof(reading->text);

    (void)name;
    reading->text[fits ? reading->text_size : 0] = '\0';
    if (strcmp(path, "/EnumerationResults/NextMarker") == 0 &&
        reading->text_size < sizeof(reading->list->marker)) {
        memcpy(reading->list->marker, reading->text, reading->text_size + 1);
    } else if (strcmp(path, blob) == 0) {
        end_blob(reading);
    } else if (strncmp(path, blob, sizeof(blob) - 1) == 0) {
        path += sizeof(blob) - 1;
        if (strcmp(path, "/Name") == 0 &&
            reading->text_size < sizeof(reading->name)) {
            memcpy(reading->name, reading->text, reading->text_size + 1);
            if (reading->encoded)
                decode(reading->name);
        } else if (strcmp(path, "/Properties/Etag") == 0) {
            ruf_blob_etag(reading->text, reading->etag);
        } else if (strcmp(path, "/Properties/Content-Length") == 0) {
            reading->size = strtoull(reading->text, NULL, 10);
        }
    }
    reading->depth--;
    *strrchr(reading->path, '/') = '\0';
    reading->text_size = 0;
}

/* --- the page
 * ------------------------------------------------------------------ */

static enum ruf_status verdict(const struct reading *reading,
                               enum XML_Status parsed, const char *place,
                               struct ruf_error *err)
{
    if (reading->no_memory ||
        XML_GetErrorCode(reading->parser) == XML_ERROR_NO_MEMORY)
        return ruf_fail_memory(err);
    if (reading->too_many)
        return ruf_fail(err, RUF_E_SERVER, "S524", place,
                        "more than %u contact files", RUF_BLOBS_MAX);
    if (parsed != XML_STATUS_OK)
        return ruf_fail(err, RUF_E_SERVER, "S522", place,
                        "the list of blobs is not XML");
    if (!reading->rooted)
        return ruf_fail(err, RUF_E_SERVER, "S524", place,
                        "the answer is no list of blobs");
    return RUF_OK;
}

enum ruf_status ruf_blob_list_read(struct ruf_blob_list *list, const char *body,
                                   size_t size, const char *place,
                                   uint64_t *others, struct ruf_error *err)
{
    struct reading *reading = calloc(1, sizeof(*reading));
    enum ruf_status status;

    list->marker[0] = '\0';
    if (reading == NULL)
        return ruf_fail_memory(err);
    reading->list = list;
    reading->others = others;
    reading->parser = XML_ParserCreate("UTF-8");
    if (reading->parser == NULL) {
        free(reading);
        return ruf_fail_memory(err);
    }
    XML_SetUserData(reading->parser, reading);
    XML_SetElementHandler(reading->parser, on_start, on_end);
    XML_SetCharacterDataHandler(reading->parser, on_text);
    XML_SetStartDoctypeDeclHandler(reading->parser, on_doctype);
    status =
        verdict(reading, XML_Parse(reading->parser, body, (int)size, XML_TRUE),
                place, err);
    XML_ParserFree(reading->parser);
    free(reading);
    return status;
}
