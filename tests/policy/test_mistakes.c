/*
 * test_mistakes.c - one malformed document for every rule of the policy
 *
 * A line of mistakes.tsv: the id, the place (a JSON pointer; "." is the whole
 * document, "policy" what is none) and the words of a finding, and what brings
 * it: a document, or sections beside those that every document needs. A pilcrow
 * is a line end. That each rule in policy/ has a line is checked by
 * tests/checks/mistakes.sh.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "policy/policy.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_SIZE 65536

static struct ruf_policy_findings findings;

/* Pilcrows, two bytes each, become line ends. */
static void break_lines(char *text)
{
    char *to = text;

    for (const char *at = text; *at != '\0'; at++) {
        bool pilcrow = strncmp(at, "\xC2\xB6", 2) == 0;

        at += pilcrow ? 1 : 0;
        *to++ = *at;
        if (pilcrow)
            to[-1] = '\n';
    }
    *to = '\0';
}

static bool is_whole(const char *text)
{
    return text[0] == '\0' || strchr("{[<", text[0]) != NULL ||
           strncmp(text, "Rufname.", 8) == 0;
}

/* Is there such a finding, or, for what is no document, such an error? */
static bool is_found(const char *id, const char *place, const char *words,
                     const struct ruf_error *err)
{
    if (strcmp(place, "policy") == 0)
        return strcmp(err->id, id) == 0 && strcmp(err->place, place) == 0 &&
               strcmp(err->detail, words) == 0;
    for (size_t i = 0; i < findings.count; i++) {
        const struct ruf_policy_finding *one = &findings.items[i];

        if (strcmp(one->id, id) == 0 &&
            strcmp(one->pointer, strcmp(place, ".") == 0 ? "" : place) == 0 &&
            strcmp(one->detail, words) == 0)
            return true;
    }
    return false;
}

static bool check(char *line)
{
    static char document[2 * LINE_MAX_SIZE];
    char *rest = line;
    const char *id = strsep(&rest, "\t");
    const char *place = strsep(&rest, "\t");
    const char *words = strsep(&rest, "\t");
    struct ruf_policy *policy = NULL;
    struct ruf_error err = { 0 };
    bool found;

    if (rest == NULL)
        return false;
    break_lines(rest);
    (void)snprintf(
        document, sizeof(document),
        is_whole(rest)
            ? "%s"
            : "{\"schema\":\"rufname.policy/1\",\"version\":1,"
              "\"sources\":[{\"id\":\"FILE\",\"kind\":\"file\"}],%s}",
        rest);
    memset(&findings, 0, sizeof(findings));
    (void)!ruf_policy_parse(document, strlen(document), &policy, &findings,
                            &err);
    found = is_found(id, place, words, &err);
    if (!found)
        (void)fprintf(stderr, "not found: %s %s: %s: %s\n  %s %s: %s\n", id,
                      place, words, rest, err.id, err.place, err.detail);
    ruf_policy_destroy(policy);
    return found;
}

int main(int count, char **arguments)
{
    static char line[LINE_MAX_SIZE];
    FILE *table = count == 2 ? fopen(arguments[1], "rb") : NULL;
    size_t lines = 0;
    size_t wrong = 0;

    if (table == NULL)
        return 2;
    while (fgets(line, sizeof(line), table) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        lines++;
        wrong += check(line) ? 0 : 1;
    }
    (void)fclose(table);
    (void)printf("%zu mistakes, %zu not found as the table says\n", lines,
                 wrong);
    return lines > 0 && wrong == 0 ? 0 : 1;
}
