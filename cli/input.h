/*
 * cli/input.h - lines and whole files from the outside
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include "cli/cli.h"

/** Handles one line without its LF. @return 0 to go on, else an exit code. */
typedef int cli_line_handler(void *context, const char *line, size_t size);

/**
 * Read lines, split at LF only, from a file or "-" (stdin).
 * @return 0, the handler's code, or an exit code after a message.
 */
int cli_each_line(const struct cli *cli, const char *path,
                  cli_line_handler *handler, void *context);

/**
 * Read a whole file, at most limit bytes; NUL-terminated, the caller frees.
 * @return 0 or an exit code after a message.
 */
int cli_read_file(const struct cli *cli, const char *path, size_t limit,
                  char **bytes, size_t *size);

#endif
