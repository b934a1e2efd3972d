/*
 * answer.c - our answers in the form of oracle.cc
 *
 * answer [-0] reads REGION<TAB>number lines (NUL-ended with -0) and prints the
 * columns of `rufname normalize --with-region`, then the international,
 * national and RFC 3966 forms; links nothing but the number standardiser.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _POSIX_C_SOURCE 200809L
#include <rufname/number.h>
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

static void answer(const struct line *line)
{
    char shown[3][RUF_NUMBER_TEXT_SIZE];
    struct ruf_number number;

    ruf_number_parse(line->text, line->size, line->region, &number);
    (void)ruf_number_format(&number, RUF_STYLE_INTERNATIONAL, shown[0]);
    (void)ruf_number_format(&number, RUF_STYLE_NATIONAL, shown[1]);
    (void)ruf_number_format(&number, RUF_STYLE_RFC3966, shown[2]);
    if (number.status != RUF_NUMBER_OK) {
        printf("%s\t\t\t\t\t\t\t\t\t\n", ruf_number_status_name(number.status));
        return;
    }
    printf("OK\t%s\t%d\t%s\t%s\t%d\t%s\t%s\t%s\t%s\n", number.e164,
           number.valid, ruf_number_possibility_name(number.possibility),
           number.region, (int)number.type, number.extension, shown[0],
           shown[1], shown[2]);
}

/* All of standard input, in pieces that end at 'end'. */
int main(int argc, char **argv)
{
    int end = argc > 1 && strcmp(argv[1], "-0") == 0 ? '\0' : '\n';
    char *piece = NULL;
    size_t room = 0;
    ssize_t size;

    while ((size = getdelim(&piece, &room, end, stdin)) > 0) {
        struct line line;

        if (piece[size - 1] == end)
            size--;
        split(piece, (size_t)size, &line);
        answer(&line);
    }
    free(piece);
    return 0;
}
