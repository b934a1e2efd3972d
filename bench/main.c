/*
 * bench/main.c - rufname-bench: choose suites, print context and results
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/people.h"
#include <ftw.h>
#include <openssl/crypto.h>
#include <rufname/version.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct {
    const char *name;
    void (*run)(struct bench *bench, const struct bench_data *data);
} suites[] = {
    { "normalize", suite_normalize }, { "build", suite_build },
    { "open", suite_open },           { "lookup", suite_lookup },
    { "search", suite_search },       { "emit", suite_emit },
    { "sync", suite_sync },
};
#define SUITE_COUNT (sizeof(suites) / sizeof(suites[0]))

static int usage(void)
{
    (void)fputs("usage: rufname-bench [--json] [--filter F] [--contacts N] "
                "[--numbers N]\n       [--oracle DIR] [SUITE...]\nsuites:",
                stderr);
    for (size_t i = 0; i < SUITE_COUNT; i++)
        (void)fprintf(stderr, " %s", suites[i].name);
    (void)fputc('\n', stderr);
    return 2;
}

static void read_cpu(char out[128])
{
    FILE *file = fopen("/proc/cpuinfo", "r");
    char line[256];

    (void)snprintf(out, 128, "unknown");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, "model name", 10) != 0)
            continue;
        line[strcspn(line, "\n")] = '\0';
        (void)snprintf(out, 128, "%.120s", strchr(line, ':') + 2);
        break;
    }
    if (file != NULL)
        (void)fclose(file);
}

static void print_context(const struct bench *bench,
                          const struct bench_data *data)
{
    time_t now = time(NULL);
    struct tm parts;
    char date[32] = "";
    char cpu[128];

    if (gmtime_r(&now, &parts) != NULL)
        (void)strftime(date, sizeof(date), "%Y-%m-%d", &parts);
    read_cpu(cpu);
    if (bench->json)
        (void)printf("{\"context\":{\"cpu\":\"%s\",\"cores\":%ld,"
                     "\"compiler\":\"%s\",\"openssl\":\"%s\","
                     "\"sqlite\":\"%s\",\"rufname\":\"%s\",\"date\":\"%s\","
                     "\"contacts\":%u,\"entries\":%zu}}\n",
                     cpu, sysconf(_SC_NPROCESSORS_ONLN), __VERSION__,
                     OpenSSL_version(OPENSSL_VERSION), sqlite3_libversion(),
                     RUFNAME_VERSION, date, bench->contacts,
                     data->entries.count);
    else
        (void)printf("%s, %ld cores · compiler %s · %s · SQLite %s · rufname "
                     "%s · %s\n%u contacts, %zu entries; ratios are to the "
                     "first line of each group\n\n%-28s %-34s %9s %11s %11s "
                     "%11s %-8s %8s\n",
                     cpu, sysconf(_SC_NPROCESSORS_ONLN), __VERSION__,
                     OpenSSL_version(OPENSSL_VERSION), sqlite3_libversion(),
                     RUFNAME_VERSION, date, bench->contacts,
                     data->entries.count, "bench", "variant", "n", "median",
                     "min", "p99", "unit", "ratio");
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

static int parse_options(int argc, char **argv, struct bench *bench, int *first)
{
    int i = 1;

    for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        if (strcmp(argv[i], "--json") == 0)
            bench->json = true;
        else if (strcmp(argv[i], "--filter") == 0 && i + 1 < argc)
            bench->filter = argv[++i];
        else if (strcmp(argv[i], "--contacts") == 0 && i + 1 < argc)
            bench->contacts = (uint32_t)strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--numbers") == 0 && i + 1 < argc)
            bench->numbers = (uint32_t)strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--oracle") == 0 && i + 1 < argc)
            bench->oracle = argv[++i];
        else
            return usage();
    }
    *first = i;
    for (; i < argc; i++) {
        bool known = false;

        for (size_t k = 0; k < SUITE_COUNT; k++)
            known = known || strcmp(argv[i], suites[k].name) == 0;
        if (!known)
            return usage();
    }
    return bench->contacts == 0 || bench->numbers == 0 ? usage() : 0;
}

int main(int argc, char **argv)
{
    struct bench bench = { .contacts = 100000, .numbers = 200000 };
    struct bench_data data;
    int first = 1;
    int code = parse_options(argc, argv, &bench, &first);

    if (code != 0)
        return code;
    (void)snprintf(bench.directory, sizeof(bench.directory),
                   "/tmp/rufname-bench.XXXXXX");
    if (mkdtemp(bench.directory) == NULL) {
        (void)fputs("rufname-bench: cannot make a directory in /tmp\n", stderr);
        return 10;
    }
    bench_data_create(&bench, &data);
    print_context(&bench, &data);
    for (size_t i = 0; i < SUITE_COUNT; i++)
        if (is_chosen(argv + first, argc - first, suites[i].name))
            suites[i].run(&bench, &data);
    bench_data_destroy(&data);
    (void)nftw(bench.directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    return bench.failed ? 1 : 0;
}
