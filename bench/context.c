/*
 * bench/context.c - what was measured on: machine, versions, commit, load
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/bench.h"
#include "bench/peers.h"
#include "bench_build_info.h"
#include <openssl/crypto.h>
#include <rufname/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define TEXT_SIZE 160

/* First line of a file that starts with 'key', or its first line at all; what
 * stands after ": " or the whole line. */
static void read_line(const char *path, const char *key, char out[TEXT_SIZE])
{
    FILE *file = fopen(path, "r");
    char line[4096];

    (void)snprintf(out, TEXT_SIZE, "unknown");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        const char *colon = strstr(line, ": ");

        if (key != NULL && strncmp(line, key, strlen(key)) != 0)
            continue;
        line[strcspn(line, "\n")] = '\0';
        (void)snprintf(out, TEXT_SIZE, "%.150s",
                       key != NULL && colon != NULL ? colon + 2 : line);
        break;
    }
    if (file != NULL)
        (void)fclose(file);
}

/* Instruction sets that could matter here. */
static void read_isa(char out[TEXT_SIZE])
{
    static const char *const wanted[] = { "sse4_2", "avx2",  "avx512f",
                                          "bmi2",   "aes",   "vaes",
                                          "sha_ni", "asimd", "sha2" };
    FILE *file = fopen("/proc/cpuinfo", "r");
    char line[4096];
    size_t used;

    used = (size_t)snprintf(out, TEXT_SIZE, "%s",
                            sizeof(void *) == 8 ? "64-bit" : "32-bit");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        char *rest = NULL;

        if (strncmp(line, "flags", 5) != 0 && strncmp(line, "Features", 8) != 0)
            continue;
        for (char *word = strtok_r(line, " \n", &rest); word != NULL;
             word = strtok_r(NULL, " \n", &rest))
            for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
                if (strcmp(word, wanted[i]) == 0 && used < TEXT_SIZE - 12)
                    used += (size_t)snprintf(out + used, TEXT_SIZE - used,
                                             " %s", word);
        break;
    }
    if (file != NULL)
        (void)fclose(file);
}

static void read_caches(char out[TEXT_SIZE])
{
    size_t used = 0;

    out[0] = '\0';
    for (int i = 0; i < 8; i++) {
        char path[96];
        char level[TEXT_SIZE];
        char size[TEXT_SIZE];
        char type[TEXT_SIZE];
        const char *base = "/sys/devices/system/cpu/cpu0/cache/index";

        (void)snprintf(path, sizeof(path), "%s%d/level", base, i);
        read_line(path, NULL, level);
        (void)snprintf(path, sizeof(path), "%s%d/size", base, i);
        read_line(path, NULL, size);
        (void)snprintf(path, sizeof(path), "%s%d/type", base, i);
        read_line(path, NULL, type);
        if (strcmp(size, "unknown") == 0 || strcmp(type, "Instruction") == 0 ||
            used > TEXT_SIZE - 24)
            continue;
        used += (size_t)snprintf(out + used, TEXT_SIZE - used, "%sL%.2s %.16s",
                                 used == 0 ? "" : ", ", level, size);
    }
}

/* "always [madvise] never" -> "madvise" */
static void keep_chosen(char text[TEXT_SIZE])
{
    char *open = strchr(text, '[');
    char *close = open == NULL ? NULL : strchr(open, ']');

    if (close == NULL)
        return;
    *close = '\0';
    memmove(text, open + 1, strlen(open));
}

/* What every answer from a file pays: a virtual machine may take ten times as
 * long for it as another. Least of some rounds. */
#define ROUNDS 20
#define CALLS 1000
#define PAGES 64

static double least(double (*round)(void))
{
    double best = round();

    for (int i = 1; i < ROUNDS; i++) {
        double one = round();

        best = one < best ? one : best;
    }
    return best;
}

static double time_calls(void)
{
    uint64_t begin = bench_wall_ns();

    for (int i = 0; i < CALLS; i++)
        (void)syscall(SYS_getppid);
    return (double)(bench_wall_ns() - begin) / CALLS;
}

static double time_faults(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint64_t begin = bench_wall_ns();
    void *room = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (room == MAP_FAILED)
        return 0;
    for (size_t i = 0; i < PAGES; i++)
        ((volatile char *)room)[i * page] = 1;
    (void)munmap(room, PAGES * page);
    return (double)(bench_wall_ns() - begin) / PAGES;
}

struct field {
    const char *name;
    char text[TEXT_SIZE];
    bool number;
};

enum {
    CPU = 0,
    CORES,
    ISA,
    CACHES,
    KERNEL,
    COMPILER,
    FLAGS,
    COMMIT,
    DATE,
    THP,
    GOVERNOR,
    LOAD1,
    SYSCALL,
    FAULT,
    SEED,
    CONTACTS,
    RUFNAME,
    OPENSSL,
    SQLITE,
    SQLCIPHER,
    LMDB,
    BOOST,
    CROARING,
    FIELD_COUNT
};

static void set(struct field *field, const char *name, const char *text)
{
    field->name = name;
    (void)snprintf(field->text, sizeof(field->text), "%s", text);
}

static void set_number(struct field *field, const char *name, double value)
{
    field->name = name;
    field->number = true;
    (void)snprintf(field->text, sizeof(field->text), "%.15g", value);
}

static void read_machine(struct field fields[FIELD_COUNT])
{
    char text[TEXT_SIZE];
    struct utsname system;
    double load = 0;

    read_line("/proc/cpuinfo", "model name", text);
    set(&fields[CPU], "cpu", text);
    set_number(&fields[CORES], "cores", (double)sysconf(_SC_NPROCESSORS_ONLN));
    read_isa(text);
    set(&fields[ISA], "isa", text);
    read_caches(text);
    set(&fields[CACHES], "caches", text);
    if (uname(&system) != 0)
        system.release[0] = '\0';
    set(&fields[KERNEL], "kernel", system.release);
    read_line("/sys/kernel/mm/transparent_hugepage/enabled", NULL, text);
    keep_chosen(text);
    set(&fields[THP], "thp", text);
    read_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", NULL,
              text);
    set(&fields[GOVERNOR], "governor", text);
    (void)getloadavg(&load, 1);
    set_number(&fields[LOAD1], "load1", load);
    set_number(&fields[SYSCALL], "syscall_ns", (double)(long)least(time_calls));
    set_number(&fields[FAULT], "fault_ns", (double)(long)least(time_faults));
}

static void read_fields(const struct bench *bench,
                        struct field fields[FIELD_COUNT])
{
    time_t now = time(NULL);
    struct tm parts;
    char text[TEXT_SIZE] = "";

    memset(fields, 0, FIELD_COUNT * sizeof(*fields));
    read_machine(fields);
    if (gmtime_r(&now, &parts) != NULL)
        (void)strftime(text, sizeof(text), "%Y-%m-%d", &parts);
    set(&fields[DATE], "date", text);
    set(&fields[COMPILER], "compiler", BENCH_COMPILER);
    set(&fields[FLAGS], "flags", BENCH_FLAGS);
    set(&fields[COMMIT], "commit", BENCH_COMMIT);
    set_number(&fields[SEED], "seed", BENCH_SEED);
    set_number(&fields[CONTACTS], "contacts", bench->contacts);
    set(&fields[RUFNAME], "rufname", RUFNAME_VERSION);
    set(&fields[OPENSSL], "openssl", OpenSSL_version(OPENSSL_VERSION));
    peer_sql_versions(fields[SQLITE].text, fields[SQLCIPHER].text);
    fields[SQLITE].name = "sqlite";
    fields[SQLCIPHER].name = "sqlcipher";
    set(&fields[LMDB], "lmdb", peer_lmdb_version());
    set(&fields[BOOST], "boost", peer_flat_version());
    set(&fields[CROARING], "croaring", peer_roaring_version());
}

static void print_json(const struct field fields[FIELD_COUNT])
{
    (void)fputs("{\"context\":{", stdout);
    for (int i = 0; i < FIELD_COUNT; i++) {
        const char *quote = fields[i].number ? "" : "\"";

        (void)printf("%s\"%s\":%s", i == 0 ? "" : ",", fields[i].name, quote);
        for (const char *p = fields[i].text; *p != '\0'; p++)
            if (*p == '"' || *p == '\\' || (unsigned char)*p < ' ')
                (void)putchar(' ');
            else
                (void)putchar(*p);
        (void)fputs(quote, stdout);
    }
    (void)fputs("}}\n", stdout);
}

void bench_context(const struct bench *bench)
{
    struct field fields[FIELD_COUNT];

    read_fields(bench, fields);
    if (bench->json) {
        print_json(fields);
        return;
    }
    for (int i = 0; i < FIELD_COUNT; i++)
        (void)printf("%-10s %s\n", fields[i].name, fields[i].text);
    (void)printf("\nRatios are to the first line of each group.\n%-24s %-42s "
                 "%9s %-7s %10s %10s %10s %10s %10s %7s %9s %7s\n",
                 "bench", "variant", "n", "unit", "median", "min", "p90", "p99",
                 "p99.9", "samples", "ratio", "B/key");
    (void)fflush(stdout);
}
