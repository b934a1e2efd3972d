/*
 * answer.c - our answers in the form of oracle.cc
 *
 * answer [-0] reads REGION<TAB>number lines (NUL-ended with -0) and prints
 * answer_line() for each; links nothing but the number standardiser.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _POSIX_C_SOURCE 200809L
#include "tests/oracle/answer_line.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct line {
    char region[4];
    const char *text;
    size_t size;
};

static void split(const char *line, size_t size, struct line *out)
{
    const char *tab = memchr(line, '\t', size);
    size_t width = tab == NULL ? size : (size_t)(tab - line);

    memset(out, 0, sizeof(*out));
    if (width < sizeof(out->region))
        memcpy(out->region, line, width);
    out->text = tab == NULL ? line + size : tab + 1;
    out->size = (size_t)(line + size - out->text);
}

/* All of standard input, in pieces that end at 'end'. */
int main(int argc, char **argv)
{
    int end = argc > 1 && strcmp(argv[1], "-0") == 0 ? '\0' : '\n';
    char shown[ANSWER_LINE_SIZE];
    char *piece = NULL;
    size_t room = 0;
    ssize_t size;

    while ((size = getdelim(&piece, &room, end, stdin)) > 0) {
        struct line line;

        if (piece[size - 1] == end)
            size--;
        split(piece, (size_t)size, &line);
        (void)answer_line(line.text, line.size, line.region, shown);
        puts(shown);
    }
    free(piece);
    return 0;
}
