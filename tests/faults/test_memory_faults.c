/*
 * test_memory_faults.c - every scenario, with each of its allocations failing
 *
 * Once alone and once with all that follow. The work ends with RUF_E_NOMEM, or
 * as it ends undisturbed and with the same answer; where libcrypto had no
 * memory, SQLCipher and libcurl give other reasons, and so may the engine, and
 * where libcurl had none, headers may seem too large; every block is freed;
 * store and index of the home verify, and the index answers as before the work
 * or as after it. One line per scenario: allocations, tries, how many went
 * well.
 *
 *     test_memory_faults                    a sample of each, for every day
 *     test_memory_faults --all              every allocation
 *     test_memory_faults --tenant STATE     those that need a running tenant
 *     test_memory_faults --only NAME [N]    one scenario [one allocation]
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cli.h"
#include "failing_memory.h"
#include "memory_scenarios.h"
#include <curl/curl.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/err.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_TRIES 40  /* of a sample: all of the first, */
#define SPREAD_TRIES 40 /* and this many over the rest */

static char folder[256];
static char home[300];
static char start[300];
static char empty[300];
static char compressed[300];
static struct place place = { home, empty, compressed, NULL };
static bool every;
static uint64_t only_nth;

/* --- folders -----------------------------------------------------------------
 */

static void must(bool held, const char *what)
{
    if (held)
        return;
    perror(what);
    exit(2);
}

static void copy_file(const char *from, const char *to)
{
    char bytes[65536];
    ssize_t got;
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    must(in >= 0 && out >= 0, to);
    while ((got = read(in, bytes, sizeof(bytes))) > 0)
        must(write(out, bytes, (size_t)got) == got, to);
    must(got == 0 && close(in) == 0 && close(out) == 0, from);
}

/* Calls use() with the path of each file; a folder that is not there has none.
 */
static void each_file(const char *of,
                      void (*use)(const char *path, const char *name))
{
    DIR *list = opendir(of);
    struct dirent *entry;

    while (list != NULL && (entry = readdir(list)) != NULL) {
        char path[600];

        if (entry->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof(path), "%s/%s", of, entry->d_name);
        use(path, entry->d_name);
    }
    if (list != NULL)
        (void)closedir(list);
}

static void remove_file(const char *path, const char *name)
{
    (void)name;
    (void)unlink(path);
}

static void remove_folder(const char *path)
{
    each_file(path, remove_file);
    (void)rmdir(path);
}

static void copy_to_home(const char *path, const char *name)
{
    char to[600];

    (void)snprintf(to, sizeof(to), "%s/%s", home, name);
    copy_file(path, to);
}

static void restore_home(void)
{
    remove_folder(empty);
    remove_folder(home);
    must(mkdir(home, 0700) == 0, home);
    each_file(start, copy_to_home);
}

/* What a failed replacement leaves behind would be somebody's data. */
static void refuse_leftover(const char *path, const char *name)
{
    size_t size = strlen(name);

    if (size < 4 || strcmp(name + size - 4, ".new") != 0)
        return;
    (void)fprintf(stderr, "left behind: %s\n", path);
    exit(1);
}

/* --- one try -----------------------------------------------------------------
 */

static char trying[128]; /* for the last words of a crash */

static void say_where(int number)
{
    (void)!write(STDERR_FILENO, trying, strlen(trying));
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

struct outcome {
    enum ruf_status status;
    uint64_t answer;
    uint64_t emitted;
    uint64_t allocations;
    int64_t leaked;
    bool crypto_lacked; /* memory, as the command can tell */
    struct ruf_error error;
};

static struct outcome try(const struct scenario *scenario, uint64_t nth,
                          bool forever)
{
    struct outcome out = { 0 };
    int64_t before;

    restore_home();
    (void)snprintf(trying, sizeof(trying),
                   "\nin %s, allocation %" PRIu64 "%s\n", scenario->name, nth,
                   forever ? "+" : "");
    before = failing_memory_live();
    failing_memory_arm(nth, forever);
    out.status = scenario->run(&place, &out.answer, &out.error);
    out.allocations = failing_memory_disarm();
    out.crypto_lacked = cli_lacked_memory();
    ERR_clear_error();
    out.leaked = failing_memory_live() - before;
    each_file(home, refuse_leftover);
    if (scenario->kind != READS)
        out.emitted = check_home(home);
    return out;
}

static const char *judge(const struct scenario *scenario,
                         const struct outcome *calm, uint64_t emitted_before,
                         const struct outcome *out)
{
    bool done = out->status == calm->status && out->answer == calm->answer;
    bool hidden =
        (out->crypto_lacked &&
         (out->status == RUF_E_CORRUPT || out->status == RUF_E_INTERNAL ||
          out->status == RUF_E_NETWORK ||
          out->status == RUF_E_PARTIAL || /* that for one of the sources */
          scenario->reports_damage)) ||
        /* libcurl 7.88 calls headers that are too large by the same code. */
        strcmp(out->error.id, "S523") == 0;

    /* libcrypto 3.0 loses a block itself in a few places. */
    if (out->leaked > 0 && !out->crypto_lacked)
        return "leaks";
    if (!done && !hidden && out->status == calm->status)
        return "another answer";
    if (!done && !hidden && out->status != RUF_E_NOMEM)
        return "ended otherwise";
    if (!done && !hidden &&
        (out->error.status != RUF_E_NOMEM ||
         strcmp(out->error.id, "E911") != 0))
        return "no error text";
    if (scenario->kind != READS && out->emitted != calm->emitted &&
        (done || out->emitted != emitted_before))
        return "another index";
    return NULL;
}

/* --- one scenario ------------------------------------------------------------
 */

/* The place after this one, of all or of a sample. */
static uint64_t next_place(uint64_t nth, uint64_t all)
{
    if (every || nth < FIRST_TRIES || all < FIRST_TRIES + SPREAD_TRIES)
        return nth + 1;
    return nth + (all - FIRST_TRIES + SPREAD_TRIES - 1) / SPREAD_TRIES;
}

static unsigned run_scenario(const struct scenario *scenario)
{
    struct outcome calm = { 0 };
    uint64_t before;
    unsigned tries = 0;
    unsigned failures = 0;
    unsigned done = 0;

    restore_home();
    before = check_home(home);
    /* What libraries keep for ever they have after the first run. */
    for (int i = 0; i < 3; i++)
        calm = try(scenario, 0, false);
    for (uint64_t nth = only_nth > 0 ? only_nth : 1; nth <= calm.allocations;
         nth = next_place(nth, calm.allocations)) {
        for (int forever = 0; forever < 2; forever++) {
            struct outcome out = try(scenario, nth, forever == 1);
            const char *wrong = judge(scenario, &calm, before, &out);

            tries++;
            done += out.status == calm.status;
            if (wrong == NULL)
                continue;
            if (failures++ >= 12)
                continue;
            (void)printf("%s, allocation %" PRIu64 "%s: %s (status %d, not %d; "
                         "%s %s %s; %+" PRId64 " blocks)\n",
                         scenario->name, nth, forever == 1 ? "+" : "", wrong,
                         (int)out.status, (int)calm.status, out.error.id,
                         out.error.place, out.error.detail, out.leaked);
        }
        if (only_nth > 0)
            break;
    }
    (void)printf("%-14s %6" PRIu64 " allocations, %u tries, %u done all the "
                 "same, %u failures\n",
                 scenario->name, calm.allocations, tries, done, failures);
    return failures;
}

static const char *only;

static void take_arguments(int count, char **arguments)
{
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "--all") == 0)
            every = true;
        else if (strcmp(arguments[i], "--tenant") == 0 && i + 1 < count)
            place.tenant = arguments[++i];
        else if (strcmp(arguments[i], "--only") == 0 && i + 1 < count)
            only = arguments[++i];
        else
            only_nth = strtoull(arguments[i], NULL, 10);
    }
}

static void make_folders(void)
{
    const char *temporary = getenv("TMPDIR");

    /* In memory, where fsync() costs nothing. */
    if (temporary == NULL)
        temporary = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(folder, sizeof(folder), "%s/rufname-memory.XXXXXX",
                   temporary);
    must(mkdtemp(folder) != NULL, folder);
    (void)snprintf(home, sizeof(home), "%s/home", folder);
    (void)snprintf(start, sizeof(start), "%s/start", folder);
    (void)snprintf(empty, sizeof(empty), "%s/empty", folder);
    (void)snprintf(compressed, sizeof(compressed), "%s/people.csv.gz", folder);
}

static void remove_folders(void)
{
    remove_folder(empty);
    remove_folder(home);
    remove_folder(start);
    remove_folder(folder);
}

int main(int count, char **arguments)
{
    unsigned failures = 0;
    unsigned run = 0;

    take_arguments(count, arguments);
    (void)umask(077);
    (void)signal(SIGSEGV, say_where);
    (void)signal(SIGABRT, say_where);
    if (!cli_watch_memory() ||
        curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return 2;
    make_folders();
    load_texts(&place);
    make_start(&place);
    must(rename(home, start) == 0, start);
    for (size_t i = 0; i < scenario_count; i++) {
        if ((scenarios[i].kind == NEEDS_TENANT) != (place.tenant != NULL) ||
            (only != NULL && strcmp(only, scenarios[i].name) != 0))
            continue;
        run++;
        failures += run_scenario(&scenarios[i]);
        (void)fflush(stdout);
    }
    free_texts();
    remove_folders();
    curl_global_cleanup();
    return failures > 0 || run == 0 ? 1 : 0;
}
