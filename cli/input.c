/*
 * cli/input.c - lines and whole files from the outside
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/input.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int file_error(const struct cli *cli, const char *path, int os_errno,
                      const char *id, const char *detail)
{
    struct ruf_error err;

    if (os_errno == ENOMEM)
        return cli_fail_memory(cli);
    memset(&err, 0, sizeof(err));
    err.status = RUF_E_IO;
    err.os_errno = os_errno;
    (void)snprintf(err.id, sizeof(err.id), "%s", id);
    (void)snprintf(err.place, sizeof(err.place), "%s", path);
    (void)snprintf(err.detail, sizeof(err.detail), "%s", detail);
    return cli_fail(cli, &err);
}

static FILE *open_input(const char *path)
{
    return strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
}

static void close_input(FILE *file)
{
    if (file != stdin)
        (void)fclose(file);
}

int cli_each_line(const struct cli *cli, const char *path,
                  cli_line_handler *handler, void *context)
{
    FILE *file = open_input(path);
    char *line = NULL;
    size_t capacity = 0;
    ssize_t size;
    int code = 0;

    if (file == NULL)
        return file_error(cli, path, errno, "I802", "cannot open file");
    while (code == 0) {
        errno = 0;
        size = getline(&line, &capacity, file);
        if (size < 0)
            break;
        if (size > 0 && line[size - 1] == '\n')
            size--;
        code = handler(context, line, (size_t)size);
    }
    /* Without memory it stops as well, with no error on the stream. */
    if (code == 0 && (ferror(file) || errno == ENOMEM))
        code = file_error(cli, path, errno, "I805", "cannot read");
    free(line);
    close_input(file);
    return code;
}

int cli_read_file(const struct cli *cli, const char *path, size_t limit,
                  char **bytes, size_t *size)
{
    FILE *file = open_input(path);
    int code = 0;

    *bytes = NULL;
    *size = 0;
    if (file == NULL)
        return file_error(cli, path, errno, "I802", "cannot open file");
    *bytes = malloc(limit + 2);
    if (*bytes == NULL) {
        close_input(file);
        return cli_fail_memory(cli);
    }
    *size = fread(*bytes, 1, limit + 1, file);
    if (ferror(file))
        code = file_error(cli, path, errno, "I805", "cannot read");
    else if (*size > limit)
        code = file_error(cli, path, 0, "I804", "file is too large");
    close_input(file);
    if (code != 0) {
        free(*bytes);
        *bytes = NULL;
        return code;
    }
    (*bytes)[*size] = '\0';
    return 0;
}
