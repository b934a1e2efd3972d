/*
 * count_index.c PATH - hot paths to count instructions of
 *
 * Builds a small fixed image, then calls counted() once; callgrind collects
 * inside that function only (instructions.sh). Resident, so that what is
 * counted is our code and not the version of libcrypto. Exit 1 if an answer is
 * wrong, 2 for an unknown path.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/image.h"
#include "base/text.h"
#include "bench/search_queries.h"
#include "indexer/build.h"
#include <rufname/directory.h>
#include <rufname/search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONTACTS 2000u
#define LOOKUPS 10000u
#define TRUNKS 300u
#define SEARCHES 500u
#define SEARCH_TOP 20

struct run {
    struct ruf_index *index;
    struct ruf_query *query;
    uint64_t numbers[LOOKUPS];
    search_words words[SEARCHES];
    size_t searches;
    size_t found; /* callers known, entries emitted, searches with hits */
};

/* What is done, and to what. */
struct path {
    const char *name;
    void (*walk)(struct run *run);
    void (*prepare)(const struct bench_data *data, const struct path *path,
                    struct run *run);
    enum query_class searched;
    size_t found; /* SIZE_MAX: as many as there are entries */
};

/* The function whose callees are counted. */
__attribute__((noinline)) void counted(const struct path *path,
                                       struct run *run);

void counted(const struct path *path, struct run *run)
{
    path->walk(run);
}

static void look_up(struct run *run)
{
    struct ruf_error err; /* not cleared for each lookup */

    for (size_t i = 0; i < LOOKUPS; i++) {
        struct ruf_caller caller;

        bench_must(ruf_query_lookup(run->query, run->numbers[i], &caller, &err),
                   &err);
        run->found += caller.known ? 1 : 0;
    }
}

static enum ruf_status add(void *context, ruf_e164 number,
                           struct ruf_text label, struct ruf_error *err)
{
    struct run *run = context;

    (void)err;
    run->found += number > 0 && label.size > 0 ? 1 : 0;
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

static void search(struct run *run)
{
    struct ruf_hit hits[SEARCH_TOP];
    struct ruf_error err;

    for (size_t i = 0; i < run->searches; i++) {
        char text[2 * SEARCH_WORD_SIZE + 2];
        size_t count;

        search_words_join(run->words[i], text);
        bench_must(ruf_query_search(run->query, text, strlen(text), hits,
                                    SEARCH_TOP, &count, &err),
                   &err);
        run->found += count > 0 ? 1 : 0;
    }
}

/* --- what is asked for
 * ------------------------------------------------------------------ */

/* Numbers of entries or, for a miss, the next ones that are free. */
static void choose_numbers(const struct bench_data *data,
                           const struct path *path, struct run *run)
{
    const struct bench_entry *items = data->items.items;
    size_t count = data->items.count;
    bool hit = path->found > 0;
    uint64_t state = BENCH_SEED;

    for (size_t i = 0; i < LOOKUPS; i++) {
        size_t at = bench_random(&state) % count;

        while (!hit && at + 1 < count &&
               items[at + 1].number == items[at].number + 1)
            at++;
        run->numbers[i] = items[at].number + (hit ? 0 : 1);
    }
}

static void choose_words(const struct bench_data *data, const struct path *path,
                         struct run *run)
{
    run->searches = search_queries_make(&data->people, path->searched,
                                        run->words, SEARCHES);
}

/* The same image with trunks that hold none of the numbers: what a miss costs
 * where there are some. */
static void add_trunks(const struct bench_data *data, const struct path *path,
                       struct run *run)
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
    choose_numbers(data, path, run);
}

static const struct path paths[] = {
    { "lookup-hit", look_up, choose_numbers, 0, LOOKUPS },
    { "lookup-miss", look_up, choose_numbers, 0, 0 },
    { "trunk-miss", look_up, add_trunks, 0, 0 },
    { "emit", emit, NULL, 0, SIZE_MAX },
    { "search-letters", search, choose_words, QUERY_PREFIX4, SEARCHES },
    { "search-names", search, choose_words, QUERY_TWO_WORDS, SEARCHES },
    { "search-company", search, choose_words, QUERY_NAME_COMPANY, SEARCHES },
    { "search-digits", search, choose_words, QUERY_FRAGMENT, SEARCHES },
    { "search-keypad", search, choose_words, QUERY_KEYPAD, SEARCHES },
    { "search-typo", search, choose_words, QUERY_TYPO, SEARCHES },
};

static const struct path *find_path(const char *name)
{
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        if (strcmp(paths[i].name, name) == 0)
            return &paths[i];
    return NULL;
}

int main(int argc, char **argv)
{
    static struct run run;
    const struct path *path = argc == 2 ? find_path(argv[1]) : NULL;
    struct bench bench = { .contacts = CONTACTS };
    struct bench_data data;
    struct ruf_error err;
    size_t expected;

    if (path == NULL)
        return 2;
    (void)snprintf(bench.directory, sizeof(bench.directory),
                   "/tmp/rufname-count.XXXXXX");
    if (mkdtemp(bench.directory) == NULL)
        return 10;
    bench_data_create(&bench, &data);
    if (path->prepare != NULL)
        path->prepare(&data, path, &run);
    bench_must(ruf_index_open(data.image, data.key, RUF_INDEX_RESIDENT,
                              &run.index, &err),
               &err);
    bench_must(ruf_query_create(run.index, &run.query, &err), &err);
    path->walk(&run); /* once before, so that all it needs is decrypted */
    run.found = 0;
    counted(path, &run);
    expected = path->found == SIZE_MAX ? data.items.count : path->found;
    ruf_query_destroy(run.query);
    ruf_index_close(run.index);
    (void)remove(data.image);
    (void)remove(bench.directory);
    bench_data_destroy(&data);
    return run.found == expected ? 0 : 1;
}
