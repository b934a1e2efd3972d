/*
 * cli/input.c - lines and whole files from the outside
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/input.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* No number and no query is longer; what has no line ends is no list. */
#define LINE_SIZE_MAX (1024u * 1024u)

static int file_error(const struct cli *cli, const char *path, int os_errno,
                      const char *id, const char *detail)
{
    struct ruf_error err;

    if (os_errno == ENOMEM)
        return cli_fail_memory(cli);
    if (os_errno == EINTR)
        return cli_exit_code(RUF_E_CANCELLED);
    memset(&err, 0, sizeof(err));
    err.status = RUF_E_IO;
    err.os_errno = os_errno;
    (void)snprintf(err.id, sizeof(err.id), "%s", id);
    (void)snprintf(err.place, sizeof(err.place), "%s", path);
    (void)snprintf(err.detail, sizeof(err.detail), "%s", detail);
    return cli_fail(cli, &err);
}

/* Waits for a writer if it is a FIFO, such as <(command) makes. */
static int open_input(const char *path)
{
    return strcmp(path, "-") == 0 ? STDIN_FILENO
                                  : open(path, O_RDONLY | O_CLOEXEC);
}

static void close_input(int fd)
{
    if (fd != STDIN_FILENO)
        (void)close(fd);
}

/* Bytes read, 0 at the end, -1 with errno; EINTR only for Ctrl+C. */
static ssize_t read_some(int fd, char *out, size_t size)
{
    ssize_t got;

    do
        got = read(fd, out, size);
    while (got < 0 && errno == EINTR && !cli_interrupted(NULL));
    return got;
}

/* --- lines ------------------------------------------------------------------
 */

struct lines {
    int fd;
    char *bytes;
    size_t capacity;
    size_t start; /* of what was not handed out */
    size_t end;
    bool ended;
};

/* @return false with errno */
static bool fill_lines(struct lines *lines)
{
    ssize_t got;

    if (lines->start > 0)
        memmove(lines->bytes, lines->bytes + lines->start,
                lines->end - lines->start);
    lines->end -= lines->start;
    lines->start = 0;
    if (lines->end == lines->capacity) {
        size_t capacity = lines->capacity == 0 ? 65536 : 2 * lines->capacity;
        char *grown =
            capacity > LINE_SIZE_MAX ? NULL : realloc(lines->bytes, capacity);

        if (grown == NULL) {
            errno = capacity > LINE_SIZE_MAX ? EFBIG : ENOMEM;
            return false;
        }
        lines->bytes = grown;
        lines->capacity = capacity;
    }
    got = read_some(lines->fd, lines->bytes + lines->end,
                    lines->capacity - lines->end);
    if (got < 0)
        return false;
    lines->ended = got == 0;
    lines->end += (size_t)got;
    return true;
}

/* @return 1 with a line, 0 at the end, -1 with errno */
static int next_line(struct lines *lines, const char **line, size_t *size)
{
    size_t searched = 0;

    for (;;) {
        size_t left = lines->end - lines->start - searched;
        const char *from =
            left == 0 ? NULL : lines->bytes + lines->start + searched;
        const char *lf = left == 0 ? NULL : memchr(from, '\n', left);

        if (lf == NULL && !lines->ended) {
            searched += left;
            if (!fill_lines(lines))
                return -1;
            continue;
        }
        if (lf == NULL && lines->start == lines->end)
            return 0;
        *line = lines->bytes + lines->start;
        *size = lf == NULL ? lines->end - lines->start : (size_t)(lf - *line);
        lines->start += *size + (lf == NULL ? 0 : 1);
        return 1;
    }
}

int cli_each_line(const struct cli *cli, const char *path,
                  cli_line_handler *handler, void *context)
{
    struct lines lines = { .fd = open_input(path) };
    const char *line;
    size_t size;
    int found = 0;
    int code = 0;

    if (lines.fd < 0)
        return file_error(cli, path, errno, "I802", "cannot open file");
    while (code == 0 && (found = next_line(&lines, &line, &size)) > 0) {
        code = handler(context, line, size);
        /* `yes | rufname lookup - | head` is to end. */
        if (code == 0 && ferror(stdout))
            code = cli_output_failed(cli, errno);
        if (code == 0 && cli_interrupted(NULL))
            code = cli_exit_code(RUF_E_CANCELLED);
    }
    if (code == 0 && found < 0 && errno == EFBIG)
        code = file_error(cli, path, 0, "I804", "a line of over 1 MiB");
    else if (code == 0 && found < 0)
        code = file_error(cli, path, errno, "I805", "cannot read");
    free(lines.bytes);
    close_input(lines.fd);
    return code;
}

/* --- whole files ------------------------------------------------------------
 */

int cli_read_file(const struct cli *cli, const char *path, size_t limit,
                  char **bytes, size_t *size)
{
    int fd = open_input(path);
    char *text;
    ssize_t got = 1;
    int code = 0;

    *bytes = NULL;
    *size = 0;
    if (fd < 0)
        return file_error(cli, path, errno, "I802", "cannot open file");
    text = malloc(limit + 2);
    if (text == NULL) {
        close_input(fd);
        return cli_fail_memory(cli);
    }
    while (*size <= limit && got > 0) {
        got = read_some(fd, text + *size, limit + 1 - *size);
        *size += got > 0 ? (size_t)got : 0;
    }
    if (got < 0) {
        code = file_error(cli, path, errno, "I805", "cannot read");
    } else if (*size > limit) {
        char detail[48];

        (void)snprintf(detail, sizeof(detail), "at most %zu bytes are taken",
                       limit);
        code = file_error(cli, path, 0, "I804", detail);
    }
    close_input(fd);
    if (code != 0) {
        free(text);
        return code;
    }
    text[*size] = '\0';
    *bytes = text;
    return 0;
}
