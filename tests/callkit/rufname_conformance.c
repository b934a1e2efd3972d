/*
 * rufname-conformance - checks a stream of Call Directory calls
 *
 *   rufname-conformance [--answer yes|no] STREAM [EXPECTED]
 *
 * STREAM holds the calls (`rufname emit --format stream`), EXPECTED the entries
 * of the index (`rufname emit --format text`). Prints each violation; exit 1
 * if there is one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "callkit/conformance.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lines {
    FILE *file;
    char *line;
    size_t capacity;
};

static bool next_line(struct lines *lines, struct ruf_text *out)
{
    ssize_t size = getline(&lines->line, &lines->capacity, lines->file);

    if (size < 0)
        return false;
    if (size > 0 && lines->line[size - 1] == '\n')
        size--;
    *out = (struct ruf_text){ lines->line, (size_t)size };
    return true;
}

static bool next_entry(void *context, ruf_e164 *number, struct ruf_text *label)
{
    struct ruf_text line;
    const char *tab;

    if (!next_line(context, &line))
        return false;
    tab = memchr(line.data, '\t', line.size);
    *number = strtoull(line.data, NULL, 10);
    label->data = tab == NULL ? "" : tab + 1;
    label->size = tab == NULL ? 0 : line.size - (size_t)(tab + 1 - line.data);
    return true;
}

static void print_violation(void *context, enum ruf_call_rule rule,
                            uint64_t line, const char *text)
{
    (void)context;
    (void)printf("line %" PRIu64 ": rule %d: %s\n", line, (int)rule, text);
}

static FILE *must_open(const char *path)
{
    FILE *file = fopen(path, "re");

    if (file == NULL) {
        (void)fprintf(stderr, "rufname-conformance: cannot open %s\n", path);
        exit(2);
    }
    return file;
}

int main(int argc, char **argv)
{
    struct ruf_conformance check = { .report = print_violation };
    struct lines stream = { NULL, NULL, 0 };
    struct lines expected = { NULL, NULL, 0 };
    struct ruf_text line;
    int first = 1;

    if (argc > 2 && strcmp(argv[1], "--answer") == 0) {
        check.incremental = strcmp(argv[2], "yes") == 0;
        first = 3;
    }
    if (argc - first < 1 || argc - first > 2) {
        (void)fputs("usage: rufname-conformance [--answer yes|no] STREAM "
                    "[EXPECTED]\n",
                    stderr);
        return 2;
    }
    stream.file = must_open(argv[first]);
    if (argc - first == 2) {
        expected.file = must_open(argv[first + 1]);
        check.expected = next_entry;
        check.expected_context = &expected;
    }
    while (next_line(&stream, &line))
        ruf_conformance_line(&check, line);
    free(stream.line);
    (void)fclose(stream.file);
    if (ruf_conformance_end(&check) == 0)
        (void)printf("%" PRIu64 " additions, conformant\n", check.additions);
    free(expected.line);
    if (expected.file != NULL)
        (void)fclose(expected.file);
    return check.violations == 0 ? 0 : 1;
}
