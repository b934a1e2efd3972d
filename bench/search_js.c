/*
 * bench/search_js.c - minisearch and flexsearch as peers of our search
 *
 * One Node.js process gets contacts and queries as files, builds both indexes,
 * asks, and prints its times; see bench/js-search/search.mjs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/child.h"
#include "bench/search_peers.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENGINES_MAX 4
#define CLASSES_MAX 32

struct engine {
    char name[96];
    double build_ms;
    struct bench_samples samples[CLASSES_MAX];
};

struct js_search {
    char program[512];
    char contacts[300];
    char queries[300];
    char times[300];
    FILE *out;
    struct engine engines[ENGINES_MAX];
    size_t count;
};

/* Tabs and line ends separate; names have none. */
static void write_contacts(const char *path, const struct ruf_people *people)
{
    FILE *out = fopen(path, "w");

    for (size_t i = 0; out != NULL && i < people->count; i++) {
        const struct ruf_person *person = &people->persons[i];

        (void)fprintf(out, "%.*s\t%.*s\t%.*s\n", (int)person->given.size,
                      person->given.data, (int)person->family.size,
                      person->family.data, (int)person->company.size,
                      person->company.data);
    }
    if (out == NULL || fclose(out) != 0)
        (void)fprintf(stderr, "rufname-bench: cannot write %s\n", path);
}

struct js_search *js_search_create(const struct bench *bench,
                                   const struct ruf_people *people)
{
    struct js_search *search = bench_alloc(1, sizeof(*search));
    char packages[512];

    child_program("js-search/search.mjs", search->program);
    child_program("js-search/node_modules", packages);
    if (access(packages, R_OK) != 0) {
        (void)fputs("rufname-bench: without minisearch and flexsearch; the "
                    "target bench-js-search fetches them\n",
                    stderr);
        free(search);
        return NULL;
    }
    (void)snprintf(search->contacts, sizeof(search->contacts), "%s/js.contacts",
                   bench->directory);
    (void)snprintf(search->queries, sizeof(search->queries), "%s/js.queries",
                   bench->directory);
    (void)snprintf(search->times, sizeof(search->times), "%s/js.times",
                   bench->directory);
    write_contacts(search->contacts, people);
    search->out = fopen(search->queries, "w");
    return search;
}

void js_search_add(struct js_search *search, int query_class,
                   search_words words)
{
    if (search->out != NULL)
        (void)fprintf(search->out, "%d\t%s%s%s\n", query_class, words[0],
                      words[1][0] == '\0' ? "" : " ", words[1]);
}

/* "engine NAME<TAB>MS", then "CLASS US". */
static void read_times(struct js_search *search)
{
    FILE *in = fopen(search->times, "r");
    struct engine *engine = NULL;
    char line[256];

    while (in != NULL && fgets(line, sizeof(line), in) != NULL) {
        char *rest;

        if (strncmp(line, "engine ", 7) == 0 && search->count < ENGINES_MAX) {
            engine = &search->engines[search->count++];
            line[strcspn(line, "\t")] = '\0';
            engine->build_ms = strtod(line + strlen(line) + 1, NULL);
            (void)snprintf(engine->name, sizeof(engine->name), "%.90s",
                           line + 7);
        } else if (engine != NULL) {
            long kind = strtol(line, &rest, 10);

            if (kind >= 0 && kind < CLASSES_MAX)
                samples_add(&engine->samples[kind], strtod(rest, NULL));
        }
    }
    if (in != NULL)
        (void)fclose(in);
}

void js_search_run(struct js_search *search, struct bench *bench)
{
    const char *arguments[] = { "/usr/bin/env",
                                "node",
                                search->program,
                                search->contacts,
                                search->queries,
                                search->times,
                                NULL };

    if (search->out != NULL)
        (void)fclose(search->out);
    search->out = NULL;
    if (child_run(arguments).code != 0)
        bench_wrong(bench, "search", "the Node.js process failed");
    read_times(search);
}

size_t js_search_engines(const struct js_search *search)
{
    return search->count;
}

const char *js_search_name(const struct js_search *search, size_t engine)
{
    return search->engines[engine].name;
}

double js_search_build_ms(const struct js_search *search, size_t engine)
{
    return search->engines[engine].build_ms;
}

struct bench_samples *js_search_samples(struct js_search *search, size_t engine,
                                        int query_class)
{
    return &search->engines[engine].samples[query_class];
}

void js_search_destroy(struct js_search *search)
{
    if (search == NULL)
        return;
    for (size_t i = 0; i < search->count; i++)
        for (int k = 0; k < CLASSES_MAX; k++)
            samples_free(&search->engines[i].samples[k]);
    free(search);
}
