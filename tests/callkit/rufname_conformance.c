/*
 * rufname-conformance - checks a stream of Call Directory calls
 *
 *   rufname-conformance [--answer yes|no] [--before SET] [--again STREAM]
 *                       [--name-blocked] STREAM [SET]
 *
 * STREAM holds the calls (`rufname emit --format stream`) and, where somebody
 * watched, what was seen (callkit/conformance.h). SET is what the index says,
 * with --before what the phone held: `digits TAB label` a line, as
 * `rufname emit` writes it, then, without a label, blocked numbers. --again
 * gives a second stream of the same index, which must be the same.
 *
 * Prints each violation; exit 1 if there is one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
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

static int fail(const char *what, const char *name)
{
    (void)fprintf(stderr, "rufname-conformance: %s %s\n", what, name);
    exit(2);
}

static struct lines open_lines(const char *path)
{
    struct lines lines = { fopen(path, "re"), NULL, 0 };

    if (lines.file == NULL)
        (void)fail("cannot open", path);
    return lines;
}

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

static void close_lines(struct lines *lines)
{
    free(lines->line);
    (void)fclose(lines->file);
}

static void read_set(const char *path, struct ruf_conformance *check,
                     bool (*tell)(struct ruf_conformance *check,
                                  ruf_e164 number, struct ruf_text label))
{
    const struct ruf_text none = { NULL, 0 };
    struct lines lines = open_lines(path);
    struct ruf_text line;

    (void)tell(check, 0, none);
    while (next_line(&lines, &line)) {
        const char *tab =
            line.size == 0 ? NULL : memchr(line.data, '\t', line.size);
        struct ruf_text label = none;

        if (tab != NULL)
            label =
                (struct ruf_text){ tab + 1,
                                   line.size - (size_t)(tab + 1 - line.data) };
        if (!tell(check, strtoull(line.data, NULL, 10), label))
            (void)fail("not ascending:", path);
    }
    close_lines(&lines);
}

static void print_violation(void *context, enum ruf_call_rule rule,
                            uint64_t line, const char *text)
{
    (void)context;
    (void)printf("line %" PRIu64 ": rule %d: %s\n", line, (int)rule, text);
}

static uint64_t compare_streams(const char *path, const char *other)
{
    struct lines a = open_lines(path);
    struct lines b = open_lines(other);
    uint64_t line = 0;
    bool same = true;

    while (same) {
        struct ruf_text left = { NULL, 0 };
        struct ruf_text right = { NULL, 0 };
        bool has_left = next_line(&a, &left);
        bool has_right = next_line(&b, &right);

        line++;
        same = has_left == has_right && ruf_text_equal(left, right);
        if (!has_left || !has_right)
            break;
    }
    close_lines(&a);
    close_lines(&b);
    if (!same)
        print_violation(NULL, RUF_RULE_SAME, line, "the streams differ");
    return same ? 0 : 1;
}

static void check_stream(const char *path, struct ruf_conformance *check)
{
    struct lines lines = open_lines(path);
    struct ruf_text line;

    while (next_line(&lines, &line))
        ruf_conformance_line(check, line);
    close_lines(&lines);
}

static int usage(void)
{
    (void)fputs("usage: rufname-conformance [--answer yes|no] [--before SET] "
                "[--again STREAM] [--name-blocked] STREAM [SET]\n",
                stderr);
    return 2;
}

int main(int argc, char **argv)
{
    struct ruf_conformance check = { .report = print_violation };
    const char *again = NULL;
    uint64_t violations;
    int i = 1;

    for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        bool valued = i + 1 < argc;

        if (strcmp(argv[i], "--name-blocked") == 0)
            check.name_blocked = true;
        else if (strcmp(argv[i], "--answer") == 0 && valued)
            check.incremental = strcmp(argv[++i], "yes") == 0;
        else if (strcmp(argv[i], "--before") == 0 && valued)
            read_set(argv[++i], &check, ruf_conformance_before);
        else if (strcmp(argv[i], "--again") == 0 && valued)
            again = argv[++i];
        else
            return usage();
    }
    if (argc - i < 1 || argc - i > 2)
        return usage();
    if (argc - i == 2)
        read_set(argv[i + 1], &check, ruf_conformance_after);
    check_stream(argv[i], &check);
    violations = ruf_conformance_end(&check);
    if (again != NULL)
        violations += compare_streams(argv[i], again);
    if (violations == 0)
        (void)printf("%" PRIu64 " additions, conformant\n", check.additions);
    ruf_conformance_free(&check);
    return violations == 0 ? 0 : 1;
}
