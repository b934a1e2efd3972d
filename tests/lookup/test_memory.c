/*
 * test_memory.c - what a reader keeps in memory, at its peak
 *
 *   test_memory                       build images, ask children, compare
 *   test_memory control|demand|resident [IMAGE]   a child: prints its peak
 *
 * An extension of a phone has a few megabytes. On demand a reader may take two
 * more than a process that has used libcrypto, whatever the size of the index;
 * resident, with every block touched and the tables of search there, it has to
 * stay below sixty at 100,000 contacts. Each measurement is a process of its
 * own, so that nothing of the build is in it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/seal.h"
#include "bench/people.h"
#include <rufname/directory.h>
#include <rufname/search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEMAND_KIB 2048u
#define RESIDENT_KIB (60u * 1024)

static const uint8_t key[RUF_KEY_SIZE] = { 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
                                           7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
                                           7, 7, 7, 7, 7, 7, 7, 7, 7, 7 };

static void must(enum ruf_status status)
{
    struct ruf_error err = { 0 };

    bench_must(status, &err);
}

/* --- children
 * ------------------------------------------------------------------------- */

/* All of libcrypto that a reader uses. */
static void use_libcrypto(void)
{
    struct ruf_sealer *sealer;
    uint8_t bytes[RUF_DIGEST_SIZE] = { 0 };
    uint8_t sealed[sizeof(bytes)];
    uint8_t tag[RUF_SEAL_TAG_SIZE];

    must(ruf_sha256(bytes, sizeof(bytes), bytes, NULL));
    must(ruf_hmac_sha256(key, bytes, sizeof(bytes), bytes, NULL));
    must(ruf_derive_key(key, NULL, 0, "label", NULL, 0, bytes, NULL));
    must(ruf_sealer_create(key, RUF_SEAL, &sealer, NULL));
    must(ruf_seal_block(sealer, 1, bytes, sizeof(bytes), bytes, sizeof(bytes),
                        sealed, tag, NULL));
    ruf_sealer_destroy(sealer);
}

/* Every entry, each looked up, and every contact. */
static void ask_everything(const struct ruf_index *index,
                           struct ruf_query *query)
{
    struct ruf_entry entry = { 1, { NULL, 0 } };
    struct ruf_index_info info;
    struct ruf_cursor *cursor;

    must(ruf_cursor_create(index, &cursor, NULL));
    while (entry.number != 0) {
        struct ruf_caller caller;

        must(ruf_cursor_next(cursor, &entry, NULL));
        must(ruf_query_lookup(query, entry.number, &caller, NULL));
        if (caller.known != (entry.number != 0))
            exit(3);
    }
    ruf_cursor_destroy(cursor);
    ruf_index_describe(index, &info);
    for (uint32_t i = 0; i < info.contact_count; i++) {
        struct ruf_contact contact;

        must(ruf_query_contact(query, i, &contact, NULL));
    }
}

static void read_image(const char *path, enum ruf_index_mode mode)
{
    struct ruf_index *index;
    struct ruf_query *query;
    struct ruf_hit hits[20];
    size_t count = 0;

    must(ruf_index_open(path, key, mode, &index, NULL));
    must(ruf_query_create(index, &query, NULL));
    ask_everything(index, query);
    if (mode == RUF_INDEX_RESIDENT)
        must(ruf_query_search(query, "an", 2, hits, 20, &count, NULL));
    ruf_query_destroy(query);
    ruf_index_close(index);
}

static unsigned peak_kib(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    unsigned kib = 0;

    while (file != NULL && fgets(line, sizeof(line), file) != NULL)
        if (sscanf(line, "VmHWM: %u", &kib) == 1)
            break;
    if (file != NULL)
        (void)fclose(file);
    return kib;
}

static int child(int argc, char **argv)
{
    use_libcrypto();
    if (argc == 3)
        read_image(argv[2], strcmp(argv[1], "resident") == 0
                                ? RUF_INDEX_RESIDENT
                                : RUF_INDEX_ON_DEMAND);
    (void)printf("%u\n", peak_kib());
    return 0;
}

/* --- comparing
 * -------------------------------------------------------------------------- */

static unsigned ask(const char *program, const char *what, const char *image)
{
    char command[1024];
    unsigned kib = 0;
    FILE *pipe;

    (void)snprintf(command, sizeof(command), "'%s' %s %s", program, what,
                   image);
    pipe = popen(command, "r"); /* NOLINT(cert-env33-c): our own program */
    if (pipe == NULL || fscanf(pipe, "%u", &kib) != 1)
        kib = 0;
    if (pipe == NULL || pclose(pipe) != 0 || kib == 0) {
        (void)fprintf(stderr, "%s: no answer\n", what);
        exit(1);
    }
    return kib;
}

static bool is_below(const char *what, unsigned kib, unsigned limit)
{
    (void)printf("%s: %u KiB of %u\n", what, kib, limit);
    return kib <= limit;
}

static bool compare(const char *program, unsigned contacts, unsigned control)
{
    struct bench bench = { .contacts = contacts };
    struct bench_data data;
    unsigned demand;
    unsigned resident;
    bool ok;

    (void)snprintf(bench.directory, sizeof(bench.directory),
                   "/tmp/rufname-memory.XXXXXX");
    if (mkdtemp(bench.directory) == NULL)
        return false;
    bench_data_create(&bench, &data);
    demand = ask(program, "demand", data.image);
    resident = ask(program, "resident", data.image);
    (void)remove(data.image);
    (void)remove(bench.directory);
    bench_data_destroy(&data);
    (void)printf("%u contacts\n", contacts);
    ok = is_below("on demand, above the control",
                  demand > control ? demand - control : 0, DEMAND_KIB);
    return is_below("resident, in all", resident, RESIDENT_KIB) && ok;
}

int main(int argc, char **argv)
{
    unsigned control;
    bool small;

    if (argc > 1)
        return child(argc, argv);
    control = ask(argv[0], "control", "");
    small = compare(argv[0], 5000, control);
    return compare(argv[0], 100000, control) && small ? 0 : 1;
}
