/*
 * sync/import.c - contact files: records, pages, formats by name
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/import.h"
#include "base/error.h"
#include "base/fold.h"
#include "base/seal.h"
#include "base/text.h"
#include "sync/import_record.h"
#include <stdlib.h>
#include <string.h>

#define PAGE_RECORDS 500u

/* --- values
 * ----------------------------------------------------------------------- */

void ruf_import_begin(struct ruf_import *import)
{
    memset(&import->current, 0, sizeof(import->current));
    import->bad = false;
}

void ruf_import_reject(struct ruf_import *import, uint32_t line,
                       uint32_t position, const char *reason)
{
    struct ruf_error *first = &import->result->first_skipped;

    import->bad = true;
    if (first->status != RUF_OK)
        return;
    (void)ruf_fail(first, RUF_E_CORRUPT, "D735", import->path, "%s", reason);
    first->line = line;
    first->column = position;
}

/* Spreadsheets write ="+49..." or '+49... to keep a number as text, and an
 * export disarms what they would take for a formula; the name 't Hooft is
 * neither. */
static struct ruf_text unwrap(struct ruf_text value)
{
    value = ruf_text_trim(value);
    if (value.size >= 3 && value.data[0] == '=' && value.data[1] == '"' &&
        value.data[value.size - 1] == '"')
        return ruf_text_slice(value, 2, value.size - 3);
    if (value.size > 1 && value.data[0] == '\'' &&
        memchr("=+-@'(\t\r0123456789", value.data[1], 18) != NULL)
        return ruf_text_slice(value, 1, value.size);
    return value;
}

/* The same behind a semicolon, where a spreadsheet may begin a cell.
 * @return value, or a copy of it without those apostrophes, in room. */
static struct ruf_text unwrap_inside(struct ruf_text value, char *room,
                                     size_t size)
{
    size_t length = 0;

    if (value.size > size || value.size < 3 ||
        memmem(value.data, value.size, ";'", 2) == NULL)
        return value;
    for (size_t i = 0; i < value.size; i++) {
        bool armed = i > 0 && i + 1 < value.size && value.data[i] == '\'' &&
                     value.data[i - 1] == ';' &&
                     memchr("=+-@'\t\r", value.data[i + 1], 7) != NULL;

        if (!armed)
            room[length++] = value.data[i];
    }
    return (struct ruf_text){ room, length };
}

/* "4,98E+10": a spreadsheet lost the digits; guessing would be wrong. */
static bool is_scientific(struct ruf_text value)
{
    const char *e =
        value.size == 0 ? NULL : memchr(value.data, 'E', value.size);

    return e != NULL && e > value.data && e + 1 < value.data + value.size &&
           (e[1] == '+' || e[1] == '-') && e[-1] >= '0' && e[-1] <= '9';
}

static enum ruf_status clean_copy(struct ruf_import *import,
                                  struct ruf_text value, bool is_phone,
                                  struct ruf_text *out, struct ruf_error *err)
{
    char clean[RUF_RECORD_TEXT_MAX];
    char whole[RUF_RECORD_TEXT_MAX];
    struct ruf_text text = { clean, 0 };

    value = unwrap_inside(value, whole, sizeof(whole));
    text.size = is_phone ? ruf_clean_numbers(value, clean, sizeof(clean))
                         : ruf_clean_text(value, clean, sizeof(clean));
    if (ruf_arena_text(import->arena, text, out) != RUF_OK)
        return ruf_fail_memory(err);
    return RUF_OK;
}

/* A country counts only as ISO 3166-1 alpha-2. */
static void set_field(struct ruf_record *record, enum ruf_record_field field,
                      struct ruf_text value)
{
    if (field == RUF_RECORD_COUNTRY && value.size != 2)
        return;
    record->fields[field] = value;
}

enum ruf_status ruf_import_value(struct ruf_import *import,
                                 struct ruf_column column,
                                 struct ruf_text value, uint32_t line,
                                 uint32_t position, struct ruf_error *err)
{
    struct ruf_record *record = &import->current;
    struct ruf_text text;
    enum ruf_status status;

    value = unwrap(value);
    if (value.size == 0 || column.key == RUF_COLUMN_UNKNOWN)
        return RUF_OK;
    if (!ruf_utf8_valid(value)) {
        ruf_import_reject(import, line, position, "not valid UTF-8");
        return RUF_OK;
    }
    if (column.key == RUF_COLUMN_PHONE && is_scientific(value)) {
        ruf_import_reject(import, line, position,
                          "a spreadsheet replaced this number by a rounded "
                          "one");
        return RUF_OK;
    }
    status =
        clean_copy(import, value, column.key == RUF_COLUMN_PHONE, &text, err);
    if (status != RUF_OK || text.size == 0)
        return status;
    if (column.key == RUF_COLUMN_ID)
        record->native_id = text;
    else if (column.key == RUF_COLUMN_FIELD)
        set_field(record, column.field, text);
    else if (column.key == RUF_COLUMN_EMAIL &&
             record->email_count < RUF_RECORD_EMAILS_MAX)
        import->emails[record->email_count++] =
            (struct ruf_raw_email){ text, RUF_EMAIL_PRIMARY };
    else if (column.key == RUF_COLUMN_PHONE &&
             record->number_count < RUF_RECORD_NUMBERS_MAX)
        import->numbers[record->number_count++] =
            (struct ruf_raw_number){ text, column.kind };
    return RUF_OK;
}

/* --- pages
 * -------------------------------------------------------------------------- */

static enum ruf_status hand_over(struct ruf_import *import, bool last,
                                 struct ruf_error *err)
{
    struct ruf_sync_page page = {
        .source = import->set->source->id,
        .collection = import->set->collection,
        .select = import->set->select,
        .starts_round = !import->started,
        .records = import->records,
        .record_count = import->record_count,
        .link_kind = last ? RUF_LINK_DELTA : RUF_LINK_NEXT,
        .link = *import->set->link,
    };
    const struct ruf_sync_sink *sink = import->set->sink;
    enum ruf_status status =
        sink->page(sink->context, &page, &import->result->round, err);

    import->started = true;
    import->record_count = 0;
    ruf_arena_reset(import->arena);
    import->records =
        ruf_arena_alloc(import->arena, PAGE_RECORDS, sizeof(*import->records));
    if (status == RUF_OK && import->records == NULL)
        return ruf_fail_memory(err);
    return status;
}

/* A row without an id is known by its content. */
static enum ruf_status set_content_id(struct ruf_import *import,
                                      struct ruf_record *record,
                                      struct ruf_error *err)
{
    static const char hex[] = "0123456789abcdef";
    uint8_t digest[RUF_DIGEST_SIZE] = { 0 };
    struct ruf_writer bytes = { 0 };
    char *id = ruf_arena_alloc(import->arena, 33, 1);
    enum ruf_status status;

    ruf_record_write(record, &bytes);
    if (id == NULL || bytes.failed)
        status = ruf_fail_memory(err);
    else
        status = ruf_sha256(bytes.bytes, bytes.size, digest, err);
    ruf_writer_wipe(&bytes);
    if (status != RUF_OK)
        return status;
    for (size_t i = 0; i < 16; i++) {
        id[2 * i] = hex[digest[i] >> 4];
        id[2 * i + 1] = hex[digest[i] & 15];
    }
    record->native_id = (struct ruf_text){ id, 32 };
    return RUF_OK;
}

static enum ruf_status keep_lists(struct ruf_import *import,
                                  struct ruf_record *record,
                                  struct ruf_error *err)
{
    struct ruf_raw_number *numbers =
        ruf_arena_alloc(import->arena, record->number_count, sizeof(*numbers));
    struct ruf_raw_email *emails =
        ruf_arena_alloc(import->arena, record->email_count, sizeof(*emails));

    if (numbers == NULL || emails == NULL)
        return ruf_fail_memory(err);
    memcpy(numbers, import->numbers, record->number_count * sizeof(*numbers));
    memcpy(emails, import->emails, record->email_count * sizeof(*emails));
    record->numbers = numbers;
    record->emails = emails;
    return RUF_OK;
}

enum ruf_status ruf_import_end(struct ruf_import *import, struct ruf_error *err)
{
    struct ruf_record *record = &import->current;
    enum ruf_status status;

    if (import->bad) {
        import->result->skipped++;
        return RUF_OK;
    }
    status = keep_lists(import, record, err);
    if (status == RUF_OK && record->native_id.size == 0)
        status = set_content_id(import, record, err);
    if (status != RUF_OK)
        return status;
    import->records[import->record_count++] = *record;
    import->result->records++;
    return import->record_count == PAGE_RECORDS ? hand_over(import, false, err)
                                                : RUF_OK;
}

enum ruf_status ruf_import_refuse(const struct ruf_import *import,
                                  uint32_t line, uint32_t column,
                                  const char *reason, struct ruf_error *err)
{
    enum ruf_status status =
        ruf_fail(err, RUF_E_CORRUPT, "D733", import->path, "%s", reason);

    if (err != NULL) {
        err->line = line;
        err->column = column;
    }
    return status;
}

/* --- files
 * -------------------------------------------------------------------------- */

typedef enum ruf_status import_format(struct ruf_import *import,
                                      struct ruf_input *input,
                                      struct ruf_error *err);

static bool has_suffix(struct ruf_text name, const char *suffix)
{
    size_t size = strlen(suffix);

    return name.size > size &&
           ruf_text_equal_nocase(ruf_text_slice(name, name.size - size, size),
                                 ruf_text(suffix));
}

static import_format *format_of(const char *path)
{
    struct ruf_text name = ruf_text(path);

    if (has_suffix(name, ".gz"))
        name.size -= 3;
    if (has_suffix(name, ".csv"))
        return ruf_import_csv;
    if (has_suffix(name, ".jsonl"))
        return ruf_import_jsonl;
    if (has_suffix(name, ".vcf"))
        return ruf_import_vcard;
    return NULL;
}

/* The last page is handed over only when the file was read to its end without
 * an error; until then nobody sees anything of it. */
static enum ruf_status read_file(struct ruf_import *import,
                                 import_format *format, struct ruf_input *input,
                                 struct ruf_error *err)
{
    enum ruf_status status = format(import, input, err);
    enum ruf_status input_status = ruf_input_status(input, NULL);

    /* What could not be read looks like a file that is cut off. */
    if (input_status != RUF_OK)
        status = ruf_input_status(input, err);
    if (status == RUF_OK && import->result->records == 0 &&
        import->result->skipped > 0)
        status = ruf_import_refuse(import, import->result->first_skipped.line,
                                   import->result->first_skipped.column,
                                   "every row has an error", err);
    return status == RUF_OK ? hand_over(import, true, err) : status;
}

bool ruf_import_knows(const char *name)
{
    return format_of(name) != NULL;
}

/* The input is closed here, whatever comes. */
static enum ruf_status read_set(const struct ruf_import_set *set,
                                struct ruf_input *input,
                                struct ruf_import_result *result,
                                struct ruf_error *err)
{
    struct ruf_import *import = calloc(1, sizeof(*import));
    enum ruf_status status = RUF_E_NOMEM;

    if (import != NULL) {
        import->set = set;
        import->path = set->name;
        import->result = result;
        status = ruf_arena_create(&import->arena, err);
    }
    if (status == RUF_OK)
        import->records = ruf_arena_alloc(import->arena, PAGE_RECORDS,
                                          sizeof(*import->records));
    if (status == RUF_OK && import->records != NULL)
        status = read_file(import, format_of(set->name), input, err);
    else
        status = ruf_fail_memory(err);
    if (import != NULL)
        ruf_arena_destroy(import->arena);
    ruf_input_close(input);
    free(import);
    return status;
}

static enum ruf_status check_name(const char *name, struct ruf_error *err)
{
    if (ruf_import_knows(name))
        return RUF_OK;
    return ruf_fail(err, RUF_E_USAGE, "D732", name,
                    "the name ends in none of .csv .jsonl .vcf");
}

enum ruf_status ruf_import_stream(const struct ruf_import_set *set,
                                  const struct ruf_input_reader *reader,
                                  struct ruf_import_result *result,
                                  struct ruf_error *err)
{
    struct ruf_input *input = NULL;
    enum ruf_status status = check_name(set->name, err);

    memset(result, 0, sizeof(*result));
    if (status == RUF_OK)
        status = ruf_input_create(set->name, reader, set->source->charset,
                                  &input, err);
    return status == RUF_OK ? read_set(set, input, result, err) : status;
}

enum ruf_status ruf_import_file(const char *path,
                                const struct ruf_policy_source *source,
                                const struct ruf_sync_sink *sink,
                                struct ruf_import_result *result,
                                struct ruf_error *err)
{
    static const char *const link = "file";
    const char *slash = strrchr(path, '/');
    struct ruf_import_set set = {
        .name = path,
        .collection = slash == NULL ? path : slash + 1,
        .select = "file",
        .link = &link,
        .source = source,
        .sink = sink,
    };
    struct ruf_input *input = NULL;
    enum ruf_status status = check_name(path, err);

    memset(result, 0, sizeof(*result));
    if (status == RUF_OK)
        status = ruf_input_open(path, source->charset, &input, err);
    return status == RUF_OK ? read_set(&set, input, result, err) : status;
}
