/*
 * bench/main.c - rufname-bench: choose suites, print context and results
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/child.h"
#include "bench/people.h"
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Suites that measure processes come first, while this one is small: a child's
 * peak memory begins with that of its parent. */
static const struct {
    const char *name;
    void (*run)(struct bench *bench, const struct bench_data *data);
    bool needs_data;
} suites[] = {
    { "normalize", suite_normalize, false },
    { "sync", suite_sync, false },
    { "scale", suite_scale, false },
    { "policy", suite_policy, false },
    { "build", suite_build, true },
    { "open", suite_open, true },
    { "lookup", suite_lookup, true },
    { "search", suite_search, true },
    { "emit", suite_emit, true },
    { "request", suite_request, true },
    { "store", suite_store, true },
};
#define SUITE_COUNT (sizeof(suites) / sizeof(suites[0]))

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} children[] = {
    { "open", child_open },
    { "scale-build", child_scale_build },
    { "scale-merge", child_scale_merge },
    { "scale-read", child_scale_read },
    { "sync", child_sync },
};
#define CHILD_COUNT (sizeof(children) / sizeof(children[0]))

static int usage(void)
{
    (void)fputs(
        "usage: rufname-bench [--json] [--filter F] [--contacts N] "
        "[--max N] [--numbers N]\n       [--oracle DIR] [--quick] [SUITE...]\n"
        "  --filter F    print only lines whose bench/variant has F\n"
        "  --contacts N  size of all suites but scale (100000)\n"
        "  --max N       largest size of scale (100000)\n"
        "  --numbers N   texts of each mix of normalize (200000)\n"
        "  --oracle DIR  peers of normalize, as scripts/oracle makes "
        "them\n"
        "  --quick       few repetitions: to see that it runs\n"
        "suites:",
        stderr);
    for (size_t i = 0; i < SUITE_COUNT; i++)
        (void)fprintf(stderr, " %s", suites[i].name);
    (void)fputc('\n', stderr);
    return 2;
}

static int run_child(int argc, char **argv)
{
    for (size_t i = 0; i < CHILD_COUNT && argc > 2; i++)
        if (strcmp(argv[2], children[i].name) == 0)
            return children[i].run(argc - 3, argv + 3);
    return usage();
}

static int remove_entry(const char *path, const struct stat *info, int kind,
                        struct FTW *place)
{
    (void)info;
    (void)kind;
    (void)place;
    return remove(path);
}

static bool is_chosen(char *const *names, int count, const char *suite)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], suite) == 0)
            return true;
    return count == 0;
}

static bool is_suite(const char *name)
{
    for (size_t i = 0; i < SUITE_COUNT; i++)
        if (strcmp(name, suites[i].name) == 0)
            return true;
    return false;
}

/* Names of suites are gathered at the start of argv. */
static int parse_options(int argc, char **argv, struct bench *bench, int *names)
{
    *names = 0;
    for (int i = 1; i < argc; i++) {
        if (is_suite(argv[i]))
            argv[(*names)++] = argv[i];
        else if (strcmp(argv[i], "--json") == 0)
            bench->json = true;
        else if (strcmp(argv[i], "--quick") == 0)
            bench->quick = true;
        else if (strcmp(argv[i], "--filter") == 0 && i + 1 < argc)
            bench->filter = argv[++i];
        else if (strcmp(argv[i], "--contacts") == 0 && i + 1 < argc)
            bench->contacts = (uint32_t)strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--max") == 0 && i + 1 < argc)
            bench->scale_max = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--numbers") == 0 && i + 1 < argc)
            bench->numbers = (uint32_t)strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--oracle") == 0 && i + 1 < argc)
            bench->oracle = argv[++i];
        else
            return usage();
    }
    return bench->contacts == 0 || bench->scale_max == 0 || bench->numbers == 0
               ? usage()
               : 0;
}

static void run_suites(struct bench *bench, char *const *names, int count)
{
    struct bench_data data;
    bool made = false;

    for (size_t i = 0; i < SUITE_COUNT; i++) {
        if (!is_chosen(names, count, suites[i].name))
            continue;
        if (suites[i].needs_data && !made)
            bench_data_create(bench, &data);
        made = made || suites[i].needs_data;
        suites[i].run(bench, suites[i].needs_data ? &data : NULL);
    }
    if (made)
        bench_data_destroy(&data);
}

int main(int argc, char **argv)
{
    struct bench bench = { .contacts = 100000,
                           .scale_max = 100000,
                           .numbers = 200000 };
    int names = 0;
    int code;

    if (argc > 1 && strcmp(argv[1], "--child") == 0)
        return run_child(argc, argv);
    code = parse_options(argc, argv, &bench, &names);
    if (code != 0)
        return code;
    (void)snprintf(bench.directory, sizeof(bench.directory),
                   "%.200s/rufname-bench.XXXXXX",
                   getenv("TMPDIR") == NULL ? "/tmp" : getenv("TMPDIR"));
    if (mkdtemp(bench.directory) == NULL) {
        (void)fprintf(stderr, "rufname-bench: cannot make %s\n",
                      bench.directory);
        return 10;
    }
    bench_context(&bench);
    run_suites(&bench, argv, names);
    (void)nftw(bench.directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    return bench.failed ? 1 : 0;
}
