/*
 * count_index.c lookup-hit|lookup-miss|trunk-miss|emit - hot paths to count
 * instructions of
 *
 * Builds a small fixed image, then calls counted() once; callgrind collects
 * inside that function only (instructions.sh). Resident, so that what is
 * counted is our code and not the version of libcrypto. Exit 1 if an answer is
 * wrong.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/image.h"
#include "base/text.h"
#include "bench/people.h"
#include "indexer/build.h"
#include <rufname/directory.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONTACTS 2000u
#define LOOKUPS 10000u
#define TRUNKS 300u

struct run {
    struct ruf_index *index;
    struct ruf_query *query;
    uint64_t numbers[LOOKUPS];
    size_t known;
    size_t emitted;
};

typedef void (*path)(struct run *run);

/* The function whose callees are counted. */
__attribute__((noinline)) void counted(path hot, struct run *run);

void counted(path hot, struct run *run)
{
    hot(run);
}

static void look_up(struct run *run)
{
    struct ruf_error err; /* not cleared for each lookup */

    for (size_t i = 0; i < LOOKUPS; i++) {
        struct ruf_caller caller;

        bench_must(ruf_query_lookup(run->query, run->numbers[i], &caller, &err),
                   &err);
        run->known += caller.known ? 1 : 0;
    }
}

static enum ruf_status add(void *context, ruf_e164 number,
                           struct ruf_text label, struct ruf_error *err)
{
    struct run *run = context;

    (void)err;
    run->emitted += number > 0 && label.size > 0 ? 1 : 0;
    return RUF_OK;
}

static enum ruf_status complete(void *context, struct ruf_error *err)
{
    (void)context;
    (void)err;
    return RUF_OK;
}

static void emit(struct run *run)
{
    struct ruf_directory_host host = { .context = run,
                                       .add_identification = add,
                                       .complete = complete };
    struct ruf_error err;

    bench_must(ruf_directory_emit_full(run->index, &host, &err), &err);
}

/* A miss is the next number that is free. */
static void choose_numbers(const struct bench_data *data, bool hit,
                           struct run *run)
{
    const struct bench_entry *items = data->items.items;
    size_t count = data->items.count;
    uint64_t state = BENCH_SEED;

    for (size_t i = 0; i < LOOKUPS; i++) {
        size_t at = bench_random(&state) % count;

        while (!hit && at + 1 < count &&
               items[at + 1].number == items[at].number + 1)
            at++;
        run->numbers[i] = items[at].number + (hit ? 0 : 1);
    }
}

/* The same image with trunks that hold none of the numbers: what a miss costs
 * where there are some. */
static void add_trunks(const struct bench_data *data)
{
    static struct ruf_trunk list[TRUNKS];
    const struct ruf_trunks trunks = { .trunks = list, .count = TRUNKS };
    const struct ruf_image_extras extras = { .trunks = &trunks };
    const struct ruf_image_seed seed = { .generation = 2 };
    struct ruf_error err;

    for (size_t i = 0; i < TRUNKS; i++)
        list[i] = (struct ruf_trunk){ .prefix = 100000 + i * 2999,
                                      .digits = 6,
                                      .extension_max = 1,
                                      .label = ruf_text("~ Muster AG") };
    bench_must(ruf_build_with(data->image, data->key, &seed, &data->people,
                              &data->entries, &extras, &err),
               &err);
}

static bool is_right(const struct run *run, const char *what, size_t entries)
{
    if (strcmp(what, "emit") == 0)
        return run->emitted == entries;
    return run->known == (strcmp(what, "lookup-hit") == 0 ? LOOKUPS : 0);
}

int main(int argc, char **argv)
{
    static struct run run;
    struct bench bench = { .contacts = CONTACTS };
    struct bench_data data;
    struct ruf_error err;
    const char *what = argc == 2 ? argv[1] : "";
    path hot;
    bool right;

    if (strcmp(what, "emit") != 0 && strcmp(what, "lookup-hit") != 0 &&
        strcmp(what, "lookup-miss") != 0 && strcmp(what, "trunk-miss") != 0)
        return 2;
    (void)snprintf(bench.directory, sizeof(bench.directory),
                   "/tmp/rufname-count.XXXXXX");
    if (mkdtemp(bench.directory) == NULL)
        return 10;
    bench_data_create(&bench, &data);
    if (strcmp(what, "trunk-miss") == 0)
        add_trunks(&data);
    bench_must(ruf_index_open(data.image, data.key, RUF_INDEX_RESIDENT,
                              &run.index, &err),
               &err);
    bench_must(ruf_query_create(run.index, &run.query, &err), &err);
    choose_numbers(&data, strcmp(what, "lookup-hit") == 0, &run);
    hot = strcmp(what, "emit") == 0 ? emit : look_up;
    hot(&run); /* once before, so that all it needs is decrypted */
    run.known = run.emitted = 0;
    counted(hot, &run);
    right = is_right(&run, what, data.items.count);
    ruf_query_destroy(run.query);
    ruf_index_close(run.index);
    (void)remove(data.image);
    (void)remove(bench.directory);
    bench_data_destroy(&data);
    return right ? 0 : 1;
}
