/*
 * sync/import_input.c - a contact file as UTF-8 bytes with positions
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/import_input.h"
#include "base/error.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define BLOCK_SIZE 65536u

enum encoding {
    ENCODING_UTF8 = 0,
    ENCODING_WINDOWS_1252,
    ENCODING_UTF16LE,
    ENCODING_UTF16BE
};

struct ruf_input {
    char *name;
    struct ruf_input_reader reader;
    int fd; /* if it is a file of ours; else -1 */
    bool packed;
    bool ended;       /* the reader has no more */
    bool member_done; /* a gzip member came to its end */
    z_stream inflater;
    unsigned char block[BLOCK_SIZE]; /* as read, if packed */
    enum encoding encoding;
    unsigned char raw[BLOCK_SIZE]; /* unpacked */
    size_t raw_size;
    size_t raw_at;
    char pending[4]; /* UTF-8 bytes of one character */
    size_t pending_size;
    size_t pending_at;
    uint32_t line;
    int last;
    struct ruf_error error; /* RUF_OK: none */
};

/* --- blocks -----------------------------------------------------------------
 */

static size_t read_block(struct ruf_input *input, unsigned char *out)
{
    size_t got = 0;

    if (input->ended || input->error.status != RUF_OK)
        return 0;
    if (input->reader.read(input->reader.context, out, BLOCK_SIZE, &got,
                           &input->error) != RUF_OK)
        return 0;
    input->ended = got == 0;
    return got;
}

static size_t damaged(struct ruf_input *input)
{
    (void)ruf_fail(&input->error, RUF_E_CORRUPT, "D734", input->name,
                   "compressed data are damaged");
    return 0;
}

/* The next member of a file of several; what is no member ends it, as gzip
 * ignores padding. */
static bool next_member(struct ruf_input *input)
{
    z_stream *inflater = &input->inflater;

    if (inflater->avail_in == 0) {
        inflater->next_in = input->block;
        inflater->avail_in = (unsigned)read_block(input, input->block);
    }
    return inflater->avail_in > 0 && inflater->next_in[0] == 0x1F &&
           inflateReset(inflater) == Z_OK;
}

static size_t unpack_block(struct ruf_input *input)
{
    z_stream *inflater = &input->inflater;

    inflater->next_out = input->raw;
    inflater->avail_out = BLOCK_SIZE;
    while (inflater->avail_out == BLOCK_SIZE) {
        int code;

        if (input->member_done && !next_member(input)) {
            input->ended = true;
            return 0;
        }
        input->member_done = false;
        if (inflater->avail_in == 0) {
            inflater->next_in = input->block;
            inflater->avail_in = (unsigned)read_block(input, input->block);
            if (inflater->avail_in == 0)
                return input->error.status == RUF_OK ? damaged(input) : 0;
        }
        code = inflate(inflater, Z_NO_FLUSH);
        input->member_done = code == Z_STREAM_END;
        if (code == Z_MEM_ERROR)
            (void)ruf_fail_memory(&input->error);
        else if (code != Z_OK && code != Z_STREAM_END)
            return damaged(input);
        if (code == Z_MEM_ERROR)
            return 0;
    }
    return BLOCK_SIZE - inflater->avail_out;
}

static bool fill(struct ruf_input *input)
{
    input->raw_at = 0;
    input->raw_size =
        input->packed ? unpack_block(input) : read_block(input, input->raw);
    return input->raw_size > 0;
}

static int raw_byte(struct ruf_input *input)
{
    if (input->raw_at == input->raw_size && !fill(input))
        return -1;
    return input->raw[input->raw_at++];
}

/* --- beginning
 * ---------------------------------------------------------------- */

/* A block holds the first bytes as soon as there are any; a reader that hands
 * out single bytes does not exist here. */
static void detect_packing(struct ruf_input *input)
{
    size_t size = read_block(input, input->raw);

    input->raw_size = size;
    if (size < 2 || input->raw[0] != 0x1F || input->raw[1] != 0x8B)
        return;
    if (inflateInit2(&input->inflater, 15 + 16) != Z_OK) {
        (void)ruf_fail_memory(&input->error);
        return;
    }
    memcpy(input->block, input->raw, size);
    input->inflater.next_in = input->block;
    input->inflater.avail_in = (unsigned)size;
    input->packed = true;
    (void)fill(input);
}

static void detect_encoding(struct ruf_input *input, enum ruf_charset charset)
{
    if (charset == RUF_CHARSET_WINDOWS_1252)
        input->encoding = ENCODING_WINDOWS_1252;
    if (input->raw_size >= 3 && memcmp(input->raw, "\xEF\xBB\xBF", 3) == 0) {
        input->encoding = ENCODING_UTF8;
        input->raw_at = 3;
    } else if (input->raw_size >= 2 && memcmp(input->raw, "\xFF\xFE", 2) == 0) {
        input->encoding = ENCODING_UTF16LE;
        input->raw_at = 2;
    } else if (input->raw_size >= 2 && memcmp(input->raw, "\xFE\xFF", 2) == 0) {
        input->encoding = ENCODING_UTF16BE;
        input->raw_at = 2;
    }
}

static struct ruf_input *allocate(const char *name)
{
    struct ruf_input *input = calloc(1, sizeof(*input));

    if (input == NULL)
        return NULL;
    input->fd = -1;
    input->line = 1;
    input->name = strdup(name);
    if (input->name == NULL) {
        free(input);
        return NULL;
    }
    return input;
}

enum ruf_status ruf_input_create(const char *name,
                                 const struct ruf_input_reader *reader,
                                 enum ruf_charset charset,
                                 struct ruf_input **out, struct ruf_error *err)
{
    struct ruf_input *input = allocate(name);

    *out = NULL;
    if (input == NULL)
        return ruf_fail_memory(err);
    input->reader = *reader;
    detect_packing(input);
    detect_encoding(input, charset);
    *out = input;
    return RUF_OK;
}

static enum ruf_status read_file(void *context, void *bytes, size_t size,
                                 size_t *got, struct ruf_error *err)
{
    struct ruf_input *input = context;
    ssize_t count;

    do {
        count = read(input->fd, bytes, size);
    } while (count < 0 && errno == EINTR);
    if (count < 0)
        return ruf_fail_os(err, RUF_E_IO, "I805", input->name, errno,
                           "cannot read");
    *got = (size_t)count;
    return RUF_OK;
}

enum ruf_status ruf_input_open(const char *path, enum ruf_charset charset,
                               struct ruf_input **out, struct ruf_error *err)
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
    input = allocate(path);
    if (input == NULL) {
        (void)close(fd);
        return ruf_fail_memory(err);
    }
    input->fd = fd;
    input->reader.context = input;
    input->reader.read = read_file;
    detect_packing(input);
    detect_encoding(input, charset);
    *out = input;
    return RUF_OK;
}

void ruf_input_close(struct ruf_input *input)
{
    if (input == NULL)
        return;
    if (input->inflater.state != NULL)
        (void)inflateEnd(&input->inflater);
    if (input->fd >= 0)
        (void)close(input->fd);
    ruf_wipe(input->block, sizeof(input->block)); /* people's data */
    ruf_wipe(input->raw, sizeof(input->raw));
    free(input->name);
    free(input);
}

/* --- characters
 * --------------------------------------------------------------- */

/* One UTF-16 unit, or -1. */
static int32_t unit16(struct ruf_input *input)
{
    int a = raw_byte(input);
    int b = a < 0 ? -1 : raw_byte(input);

    if (b < 0)
        return -1;
    return input->encoding == ENCODING_UTF16LE ? a | b << 8 : a << 8 | b;
}

static int32_t character16(struct ruf_input *input)
{
    int32_t c = unit16(input);
    int32_t low;

    if (c < 0xD800 || c > 0xDFFF)
        return c;
    if (c > 0xDBFF)
        return 0xFFFD;
    low = unit16(input);
    return low >= 0xDC00 && low <= 0xDFFF
               ? 0x10000 + ((c - 0xD800) << 10) + low - 0xDC00
               : 0xFFFD;
}

/* Windows-1252 differs from ISO 8859-1 in 0x80..0x9F; five bytes there mean
 * nothing. Source: WHATWG Encoding, index windows-1252. */
static int32_t character1252(struct ruf_input *input)
{
    static const uint16_t high[32] = {
        0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
        0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD,
        0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
        0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178,
    };
    int byte = raw_byte(input);

    return byte >= 0x80 && byte <= 0x9F ? high[byte - 0x80] : byte;
}

static bool fill_pending(struct ruf_input *input)
{
    int32_t c = input->encoding == ENCODING_WINDOWS_1252 ? character1252(input)
                                                         : character16(input);

    if (c < 0)
        return false;
    input->pending_size = ruf_utf8_encode((uint32_t)c, input->pending);
    input->pending_at = 0;
    return true;
}

int ruf_input_peek(struct ruf_input *input)
{
    if (input->encoding == ENCODING_UTF8) {
        if (input->raw_at == input->raw_size && !fill(input))
            return -1;
        return input->raw[input->raw_at];
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
    if (input->error.status != RUF_OK && err != NULL)
        *err = input->error;
    return input->error.status;
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
