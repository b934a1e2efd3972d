/*
 * sync/import_input.c - a contact file as UTF-8 bytes with positions
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/import_input.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define RAW_SIZE 65536u

enum encoding { ENCODING_UTF8 = 0, ENCODING_UTF16LE, ENCODING_UTF16BE };

struct ruf_input {
    char *path;
    gzFile file; /* reads plain files as they are */
    enum encoding encoding;
    unsigned char raw[RAW_SIZE];
    size_t raw_size;
    size_t raw_at;
    char pending[4]; /* UTF-8 bytes of a UTF-16 character */
    size_t pending_size;
    size_t pending_at;
    uint32_t line;
    int last;
    bool failed;
};

static int raw_byte(struct ruf_input *input)
{
    if (input->raw_at == input->raw_size) {
        int got = input->failed ? 0 : gzread(input->file, input->raw, RAW_SIZE);

        input->failed = input->failed || got < 0;
        input->raw_at = 0;
        input->raw_size = got > 0 ? (size_t)got : 0;
        if (got <= 0)
            return -1;
    }
    return input->raw[input->raw_at++];
}

static void detect_encoding(struct ruf_input *input)
{
    int first = raw_byte(input);

    if (first < 0)
        return;
    input->raw_at--;
    if (input->raw_size >= 3 && memcmp(input->raw, "\xEF\xBB\xBF", 3) == 0) {
        input->raw_at = 3;
    } else if (input->raw_size >= 2 && memcmp(input->raw, "\xFF\xFE", 2) == 0) {
        input->encoding = ENCODING_UTF16LE;
        input->raw_at = 2;
    } else if (input->raw_size >= 2 && memcmp(input->raw, "\xFE\xFF", 2) == 0) {
        input->encoding = ENCODING_UTF16BE;
        input->raw_at = 2;
    }
}

enum ruf_status ruf_input_open(const char *path, struct ruf_input **out,
                               struct ruf_error *err)
{
    struct ruf_input *input;
    int fd;
    enum ruf_status status = ruf_file_open(path, RUF_FILE_ANY, &fd, NULL, err);

    *out = NULL;
    /* The user named this file: that it is missing is a failure, not an
     * empty answer. */
    if (status == RUF_E_NOT_FOUND) {
        status = RUF_E_IO;
        if (err != NULL)
            err->status = status;
    }
    if (status != RUF_OK)
        return status;
    input = calloc(1, sizeof(*input));
    if (input != NULL) {
        input->path = strdup(path);
        input->file = input->path == NULL ? NULL : gzdopen(fd, "rb");
    }
    if (input == NULL || input->file == NULL) {
        (void)close(fd);
        ruf_input_close(input);
        return ruf_fail_memory(err);
    }
    input->line = 1;
    detect_encoding(input);
    *out = input;
    return RUF_OK;
}

void ruf_input_close(struct ruf_input *input)
{
    if (input == NULL)
        return;
    if (input->file != NULL)
        (void)gzclose(input->file);
    free(input->path);
    free(input);
}

/* One UTF-16 unit, or -1. */
static int32_t unit16(struct ruf_input *input)
{
    int a = raw_byte(input);
    int b = a < 0 ? -1 : raw_byte(input);

    if (b < 0)
        return -1;
    return input->encoding == ENCODING_UTF16LE ? a | b << 8 : a << 8 | b;
}

static bool fill_pending(struct ruf_input *input)
{
    int32_t unit = unit16(input);
    uint32_t c = (uint32_t)unit;

    if (unit < 0)
        return false;
    if (c >= 0xD800 && c <= 0xDBFF) {
        int32_t low = unit16(input);

        c = low >= 0xDC00 && low <= 0xDFFF
                ? 0x10000 + ((c - 0xD800) << 10) + (uint32_t)low - 0xDC00
                : 0xFFFD;
    } else if (c >= 0xDC00 && c <= 0xDFFF) {
        c = 0xFFFD;
    }
    input->pending_size = ruf_utf8_encode(c, input->pending);
    input->pending_at = 0;
    return true;
}

int ruf_input_peek(struct ruf_input *input)
{
    int byte;

    if (input->encoding == ENCODING_UTF8) {
        byte = raw_byte(input);
        input->raw_at -= byte >= 0 ? 1 : 0;
        return byte;
    }
    if (input->pending_at == input->pending_size && !fill_pending(input))
        return -1;
    return (unsigned char)input->pending[input->pending_at];
}

int ruf_input_byte(struct ruf_input *input)
{
    int byte = ruf_input_peek(input);

    if (byte < 0)
        return -1;
    if (input->encoding == ENCODING_UTF8)
        input->raw_at++;
    else
        input->pending_at++;
    /* CR, LF and CRLF each end one line. */
    if (byte == '\r' || (byte == '\n' && input->last != '\r'))
        input->line++;
    input->last = byte;
    return byte;
}

uint32_t ruf_input_line(const struct ruf_input *input)
{
    return input->line;
}

enum ruf_status ruf_input_status(const struct ruf_input *input,
                                 struct ruf_error *err)
{
    int code = Z_OK;

    if (!input->failed)
        return RUF_OK;
    (void)gzerror(input->file, &code);
    if (code == Z_ERRNO)
        return ruf_fail(err, RUF_E_IO, "I805", input->path, "cannot read");
    return ruf_fail(err, RUF_E_CORRUPT, "D734", input->path,
                    "compressed data are damaged");
}

bool ruf_input_read_line(struct ruf_input *input, size_t limit,
                         struct ruf_writer *line, bool *cut)
{
    int byte = ruf_input_byte(input);
    bool any = byte >= 0;

    line->size = 0;
    *cut = false;
    while (byte >= 0 && byte != '\n' && byte != '\r') {
        if (line->size < limit)
            ruf_write_u8(line, (uint8_t)byte);
        else
            *cut = true;
        byte = ruf_input_byte(input);
    }
    if (byte == '\r' && ruf_input_peek(input) == '\n')
        (void)ruf_input_byte(input);
    ruf_write_u8(line, 0);
    if (line->size > 0)
        line->size--;
    return any;
}
