/*
 * sync/csv.c - comma-separated contacts (RFC 4180 and what spreadsheets write)
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/text.h"
#include "sync/import_record.h"
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX 256u

/* One row: cells back to back, each ended by NUL. */
struct csv_row {
    struct ruf_writer bytes;
    size_t starts[COLUMNS_MAX + 1];
    size_t count;
    uint32_t line;
    bool too_long;
};

struct csv {
    struct ruf_import *import;
    struct ruf_input *input;
    char delimiter;
    struct csv_row row;
    struct ruf_column columns[COLUMNS_MAX];
    size_t column_count;
};

static void put(struct csv_row *row, int byte)
{
    if (row->bytes.size < RUF_IMPORT_ROW_MAX)
        ruf_write_u8(&row->bytes, (uint8_t)byte);
    else
        row->too_long = true;
}

static void end_cell(struct csv_row *row)
{
    ruf_write_u8(&row->bytes, 0);
    if (row->count < COLUMNS_MAX)
        row->starts[++row->count] = row->bytes.size;
    else
        row->too_long = true;
}

static struct ruf_text cell(const struct csv_row *row, size_t i)
{
    size_t size = row->starts[i + 1] - row->starts[i] - 1;

    return (struct ruf_text){ (const char *)row->bytes.bytes + row->starts[i],
                              size };
}

/* What stands between quotes; a doubled quote is one. */
static enum ruf_status read_quoted(struct csv *csv, struct ruf_error *err)
{
    uint32_t line = ruf_input_line(csv->input);

    for (;;) {
        int byte = ruf_input_byte(csv->input);

        if (byte < 0)
            return ruf_import_refuse(
                csv->import, line, (uint32_t)csv->row.count + 1,
                "a quote that opens here is never closed", err);
        if (byte == '"') {
            if (ruf_input_peek(csv->input) != '"')
                return RUF_OK;
            (void)ruf_input_byte(csv->input);
        }
        put(&csv->row, byte);
    }
}

/* The delimiter is the one of , ; TAB that the header line has most of. */
static void guess_delimiter(struct csv *csv, const unsigned counts[128])
{
    csv->delimiter = ',';
    if (counts[';'] > counts[','])
        csv->delimiter = ';';
    if (counts['\t'] > counts[(unsigned char)csv->delimiter])
        csv->delimiter = '\t';
}

/* @return RUF_OK with count 0 at the end of the file. */
static enum ruf_status read_row(struct csv *csv, struct ruf_error *err)
{
    struct csv_row *row = &csv->row;
    bool any = false;
    int byte;

    row->bytes.size = 0;
    row->count = 0;
    row->starts[0] = 0;
    row->too_long = false;
    row->line = ruf_input_line(csv->input);
    while ((byte = ruf_input_byte(csv->input)) >= 0) {
        bool at_start = row->bytes.size == row->starts[row->count];

        any = true;
        if (byte == '"' && at_start) {
            enum ruf_status status = read_quoted(csv, err);

            if (status != RUF_OK)
                return status;
        } else if (byte == csv->delimiter) {
            end_cell(row);
        } else if (byte == '\n' || byte == '\r') {
            if (byte == '\r' && ruf_input_peek(csv->input) == '\n')
                (void)ruf_input_byte(csv->input);
            break;
        } else {
            put(row, byte);
        }
    }
    if (any)
        end_cell(row);
    return row->bytes.failed ? ruf_fail_memory(err) : RUF_OK;
}

/* --- header
 * -------------------------------------------------------------------------- */

/* The header is read once as plain text for the delimiter, then cut up. */
static enum ruf_status read_header(struct csv *csv, struct ruf_error *err)
{
    unsigned counts[128] = { 0 };
    struct ruf_writer line = { 0 };
    struct ruf_text rest;
    bool known = false;
    bool cut;

    if (!ruf_input_read_line(csv->input, 65536, &line, &cut) || line.failed) {
        bool no_memory = line.failed;

        ruf_writer_wipe(&line);
        if (no_memory)
            return ruf_fail_memory(err);
        return ruf_import_refuse(csv->import, 1, 1, "the file is empty", err);
    }
    for (size_t i = 0; i < line.size; i++)
        if (line.bytes[i] < 128)
            counts[line.bytes[i]]++;
    guess_delimiter(csv, counts);
    rest = (struct ruf_text){ (const char *)line.bytes, line.size };
    while (csv->column_count < COLUMNS_MAX) {
        const char *end = rest.size == 0
                              ? NULL
                              : memchr(rest.data, csv->delimiter, rest.size);
        size_t size = end == NULL ? rest.size : (size_t)(end - rest.data);
        struct ruf_text name = ruf_text_trim(ruf_text_slice(rest, 0, size));
        struct ruf_column column;

        if (name.size >= 2 && name.data[0] == '"')
            name = ruf_text_slice(name, 1, name.size - 2);
        column = ruf_column_of(name);
        known = known || column.key != RUF_COLUMN_UNKNOWN;
        csv->import->result->unknown_columns +=
            column.key == RUF_COLUMN_UNKNOWN ? 1 : 0;
        csv->columns[csv->column_count++] = column;
        if (end == NULL)
            break;
        rest = ruf_text_slice(rest, size + 1, rest.size);
    }
    ruf_writer_wipe(&line);
    return known ? RUF_OK
                 : ruf_import_refuse(csv->import, 1, 1,
                                     "the header names no known column, such "
                                     "as surname or phoneMobile",
                                     err);
}

/* --- rows
 * ------------------------------------------------------------------------------
 */

static bool is_blank_row(const struct csv_row *row)
{
    return row->count == 1 && ruf_text_trim(cell(row, 0)).size == 0;
}

static enum ruf_status take_row(struct csv *csv, struct ruf_error *err)
{
    const struct csv_row *row = &csv->row;
    enum ruf_status status = RUF_OK;

    ruf_import_begin(csv->import);
    if (row->too_long)
        ruf_import_reject(csv->import, row->line, 1, "the row is too long");
    for (size_t i = 0; i < row->count && status == RUF_OK; i++) {
        if (i >= csv->column_count) {
            if (ruf_text_trim(cell(row, i)).size > 0)
                ruf_import_reject(csv->import, row->line, (uint32_t)i + 1,
                                  "more cells than the header has columns");
            continue;
        }
        status = ruf_import_value(csv->import, csv->columns[i], cell(row, i),
                                  row->line, (uint32_t)i + 1, err);
    }
    return status == RUF_OK ? ruf_import_end(csv->import, err) : status;
}

enum ruf_status ruf_import_csv(struct ruf_import *import,
                               struct ruf_input *input, struct ruf_error *err)
{
    struct csv *csv = calloc(1, sizeof(*csv));
    enum ruf_status status;

    if (csv == NULL)
        return ruf_fail_memory(err);
    csv->import = import;
    csv->input = input;
    status = read_header(csv, err);
    while (status == RUF_OK) {
        status = read_row(csv, err);
        if (status != RUF_OK || csv->row.count == 0)
            break;
        if (!is_blank_row(&csv->row))
            status = take_row(csv, err);
    }
    ruf_writer_wipe(&csv->row.bytes);
    free(csv);
    return status;
}
