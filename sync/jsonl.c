/*
 * sync/jsonl.c - contacts as JSON lines, one object each
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "sync/import_record.h"
#include <cjson/cJSON.h>
#include <string.h>

static enum ruf_number_kind kind_of(const struct cJSON *item)
{
    struct ruf_text word = ruf_json_text(ruf_json_member(item, "kind"));

    for (unsigned kind = 0; kind < RUF_KIND_COUNT; kind++)
        if (word.data != NULL &&
            ruf_text_is(word, ruf_number_kind_name((enum ruf_number_kind)kind)))
            return (enum ruf_number_kind)kind;
    return RUF_KIND_OTHER;
}

/* "emails" and "phones": lists of texts or of {"kind", "value"}. */
static enum ruf_status take_list(struct ruf_import *import,
                                 const struct cJSON *list, bool phones,
                                 uint32_t line, struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;
    const cJSON *item;

    cJSON_ArrayForEach(item, list)
    {
        struct ruf_column column = { phones ? RUF_COLUMN_PHONE
                                            : RUF_COLUMN_EMAIL,
                                     0, RUF_KIND_BUSINESS };
        struct ruf_text value = ruf_json_text(item);

        if (cJSON_IsObject(item)) {
            value = ruf_json_text(ruf_json_member(item, "value"));
            column.kind = kind_of(item);
        }
        if (value.data != NULL && status == RUF_OK)
            status = ruf_import_value(import, column, value, line, 1, err);
    }
    return status;
}

static enum ruf_status take_object(struct ruf_import *import,
                                   const struct cJSON *object, uint32_t line,
                                   struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;
    const cJSON *item;

    cJSON_ArrayForEach(item, object)
    {
        struct ruf_column column = ruf_column_of(ruf_text(item->string));
        struct ruf_text value = ruf_json_text(item);

        if (status != RUF_OK)
            break;
        if (strcmp(item->string, "emails") == 0)
            status = take_list(import, item, false, line, err);
        else if (strcmp(item->string, "phones") == 0)
            status = take_list(import, item, true, line, err);
        else if (column.key == RUF_COLUMN_UNKNOWN)
            import->result->unknown_columns++;
        else if (value.data != NULL)
            status = ruf_import_value(import, column, value, line, 1, err);
    }
    return status;
}

static enum ruf_status take_line(struct ruf_import *import,
                                 const struct ruf_writer *line, uint32_t number,
                                 struct ruf_error *err)
{
    struct cJSON *object = NULL;
    enum ruf_status status;

    ruf_import_begin(import);
    status = ruf_json_parse((const char *)line->bytes, line->size, import->path,
                            8, &object, err);
    if (status == RUF_E_CORRUPT ||
        (status == RUF_OK && !cJSON_IsObject(object))) {
        ruf_import_reject(import, number, 1, "not one JSON object");
        status = RUF_OK;
    } else if (status == RUF_OK) {
        status = take_object(import, object, number, err);
    }
    cJSON_Delete(object);
    return status == RUF_OK ? ruf_import_end(import, err) : status;
}

enum ruf_status ruf_import_jsonl(struct ruf_import *import,
                                 struct ruf_input *input, struct ruf_error *err)
{
    struct ruf_writer line = { 0 };
    enum ruf_status status = RUF_OK;
    uint32_t number = ruf_input_line(input);
    bool cut;

    while (status == RUF_OK &&
           ruf_input_read_line(input, RUF_IMPORT_ROW_MAX, &line, &cut)) {
        struct ruf_text text = { (const char *)line.bytes, line.size };

        if (line.failed)
            status = ruf_fail_memory(err);
        else if (ruf_text_trim(text).size > 0)
            status = take_line(import, &line, number, err);
        number = ruf_input_line(input);
    }
    ruf_writer_wipe(&line);
    return status;
}
