/*
 * bench/scale_child.c - one size of the suite "scale", in its own process
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/child.h"
#include "bench/measure.h"
#include "bench/people.h"
#include "bench/scale.h"
#include "indexer/build.h"
#include <rufname/search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define QUERIES 50000u
#define CHECKED 5000u
#define TURNS 2
#define OPENS 15
#define EACH_NS 400000000u
#define SEARCHES 400u
#define SEARCH_NS 3000000000u

/* Of this program; what getrusage() tells begins with the parent's peak. */
static double peak_mib(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    unsigned long kib = 0;
    char line[128];

    while (file != NULL && fgets(line, sizeof(line), file) != NULL)
        if (sscanf(line, "VmHWM: %lu", &kib) == 1)
            break;
    if (file != NULL)
        (void)fclose(file);
    return (double)kib / 1024.0;
}

static uint64_t file_size(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 ? (uint64_t)info.st_size : 0;
}

/* --- build
 * ---------------------------------------------------------------------- */

/* The crowd as a stream, a batch at a time; how long making it took is known,
 * so that it can be left out. */
struct crowd {
    struct ruf_arena *arena; /* of the batch */
    struct ruf_person batch[256];
    uint64_t next;
    uint64_t count;
    uint64_t cpu_ns;
};

static enum ruf_status next_of_crowd(void *context,
                                     const struct ruf_person **persons,
                                     size_t *count, struct ruf_error *err)
{
    struct crowd *crowd = context;
    uint64_t begin = bench_cpu_ns();
    size_t made = 0;

    (void)err;
    ruf_arena_reset(crowd->arena);
    while (made < sizeof(crowd->batch) / sizeof(crowd->batch[0]) &&
           crowd->next < crowd->count)
        people_make(crowd->next++, crowd->arena, &crowd->batch[made++]);
    *persons = crowd->batch;
    *count = made;
    crowd->cpu_ns += bench_cpu_ns() - begin;
    return RUF_OK;
}

static uint64_t count_entries(const char *path, const uint8_t *key)
{
    struct ruf_index *index;
    struct ruf_index_info info;
    struct ruf_error err;

    bench_must(ruf_index_open(path, key, RUF_INDEX_ON_DEMAND, &index, &err),
               &err);
    ruf_index_describe(index, &info);
    ruf_index_close(index);
    return info.entry_count;
}

/* @return CPU time. */
static double build(const char *path, const uint8_t *key,
                    const struct ruf_people_source *source,
                    const struct ruf_build_options *options)
{
    struct ruf_image_seed seed = { .generation = 1 };
    struct ruf_policy *policy = bench_policy();
    struct ruf_error err;
    uint64_t over_limit;
    uint64_t begin = bench_cpu_ns();

    bench_must(ruf_build_people(path, key, &seed, source, policy, options,
                                &over_limit, &err),
               &err);
    ruf_policy_destroy(policy);
    return (double)(bench_cpu_ns() - begin);
}

/* What fits into memory is a list, as in the engine. */
static double build_list(const char *path, const uint8_t *key, uint64_t n,
                         struct scale_built *out)
{
    struct ruf_build_options options = { .content = RUF_BUILD_ALL };
    struct ruf_people people;
    struct ruf_people_cursor cursor = { &people, 0 };
    struct ruf_people_source source = ruf_people_source(&cursor);
    struct ruf_arena *arena;
    double ns;

    bench_must(ruf_arena_create(&arena, NULL), NULL);
    bench_people(n, arena, &people);
    out->input_mib = peak_mib();
    ns = build(path, key, &source, &options);
    ruf_arena_destroy(arena);
    return ns;
}

static double build_stream(const char *path, const uint8_t *key, uint64_t n)
{
    bool people = n <= SCALE_PEOPLE_MAX;
    struct ruf_build_options options = { .content = people ? RUF_BUILD_ALL
                                                           : RUF_BUILD_NUMBERS,
                                         .memory = SCALE_MEMORY };
    struct crowd *crowd = bench_alloc(1, sizeof(*crowd));
    struct ruf_people_source source = { crowd, next_of_crowd };
    double ns;

    crowd->count = people ? n : n / 20 * 7; /* some numbers are shared */
    bench_must(ruf_arena_create(&crowd->arena, NULL), NULL);
    ns = build(path, key, &source, &options) - (double)crowd->cpu_ns;
    ruf_arena_destroy(crowd->arena);
    free(crowd);
    return ns;
}

/* rufname-bench --child scale-build N IMAGE */
int child_scale_build(int argc, char **argv)
{
    struct scale_built out = { 0 };
    uint8_t key[RUF_KEY_SIZE];
    uint64_t n;

    if (argc != 2)
        return 2;
    n = strtoull(argv[0], NULL, 10);
    memset(key, 7, sizeof(key));
    out.build_ns = n > SCALE_LIST_MAX ? build_stream(argv[1], key, n)
                                      : build_list(argv[1], key, n, &out);
    out.entries = count_entries(argv[1], key);
    out.build_ns /= (double)out.entries;
    out.peak_mib = peak_mib();
    out.bytes = file_size(argv[1]);
    return child_answer(&out, sizeof(out));
}

/* --- what to ask
 * ---------------------------------------------------------------- */

/* Numbers of random contacts that the image knows. */
static void make_queries(const struct bench_place *place, uint64_t n,
                         struct queries *out)
{
    void *self = peer_on_demand.open(place);
    uint64_t state = BENCH_SEED + 5;
    struct peer_answer answer;

    out->keys = bench_alloc(QUERIES, sizeof(*out->keys));
    out->count = 0;
    while (out->count < QUERIES) {
        struct ruf_person_number numbers[PEOPLE_NUMBERS_MAX];
        uint64_t draw = bench_random(&state);
        size_t count =
            people_numbers(draw % (n > SCALE_PEOPLE_MAX ? n / 3 : n), numbers);
        uint64_t number = numbers[draw / 7 % count].e164;

        if (n > SCALE_PEOPLE_MAX && !peer_on_demand.find(self, number, &answer))
            continue;
        out->keys[out->count++] = number;
    }
    peer_on_demand.close(self);
}

/* --- the entries, for peers
 * ----------------------------------------------------- */

struct taking {
    struct bench_entries *out;
    struct ruf_arena *arena;
    void *ours;
    size_t room;
};

static void take(void *context, uint64_t number, const char *label, size_t size)
{
    struct taking *taking = context;
    struct bench_entries *out = taking->out;
    struct peer_answer answer = { NULL, 0, UINT32_MAX };
    char *copy = bench_arena(taking->arena, size, 1);

    if (out->count == taking->room) {
        taking->room = taking->room == 0 ? 65536 : 2 * taking->room;
        out->items = realloc(out->items, taking->room * sizeof(*out->items));
    }
    if (out->items == NULL)
        exit(11);
    memcpy(copy, label, size);
    (void)peer_resident.find(taking->ours, number, &answer);
    out->items[out->count++] =
        (struct bench_entry){ number, copy, (uint32_t)size, answer.contact };
}

/* Out of the image, so that a peer holds what we hold. */
static void read_entries(const struct bench_place *place,
                         struct ruf_arena *arena, struct bench_entries *out)
{
    void *walker = peer_on_demand.open(place);
    struct taking taking = { out, arena, peer_resident.open(place), 0 };

    peer_on_demand.each(walker, take, &taking);
    peer_resident.close(taking.ours);
    peer_on_demand.close(walker);
}

/* --- read
 * ----------------------------------------------------------------------- */

static void count_entry(void *context, uint64_t number, const char *label,
                        size_t size)
{
    uint64_t *sum = context;

    *sum = *sum * 31 + number + size + (unsigned char)label[0];
}

static struct bench_summary summary_of(struct bench_samples *samples)
{
    struct bench_summary summary = samples_summarise(samples);

    samples_free(samples);
    return summary;
}

static struct bench_summary time_opens(const struct peer *peer,
                                       const struct bench_place *place,
                                       uint64_t number)
{
    struct bench_samples samples = { 0 };

    for (int i = 0; i < OPENS; i++) {
        struct peer_answer answer;
        uint64_t begin = bench_wall_ns();
        void *self = peer->open(place);

        (void)peer->find(self, number, &answer);
        peer->close(self);
        samples_add(&samples, (double)(bench_wall_ns() - begin) / 1e3);
        if (i >= 2 && samples.values[i] > 200000)
            break;
    }
    return summary_of(&samples);
}

static struct bench_summary time_emission(const struct contestant *contestant,
                                          uint64_t entries)
{
    struct bench_samples samples = { 0 };

    if (contestant->peer->each == NULL)
        return samples_summarise(&samples);
    for (int i = 0; i < 5; i++) {
        uint64_t sum = 0;
        uint64_t begin = bench_cpu_ns();

        contestant->peer->each(contestant->self, count_entry, &sum);
        samples_add(&samples,
                    (double)(bench_cpu_ns() - begin) / (double)entries);
    }
    return summary_of(&samples);
}

static void time_lookups(struct contestant *contestant,
                         const struct queries *queries,
                         struct scale_readings *out)
{
    struct bench_samples throughput = { 0 };
    struct bench_samples dependent = { 0 };
    struct bench_samples each = { 0 };

    for (size_t turn = 0; turn < TURNS; turn++) {
        measure_batches(contestant, queries, turn * 7919, QUERIES_INDEPENDENT,
                        &throughput);
        measure_batches(contestant, queries, turn * 7919, QUERIES_DEPENDENT,
                        &dependent);
    }
    measure_each(contestant, queries, EACH_NS, &each);
    out->throughput_ns = summary_of(&throughput);
    out->dependent_ns = summary_of(&dependent);
    out->each_ns = summary_of(&each);
}

/* --- search
 * --------------------------------------------------------------------- */

/* The first so many characters. */
static size_t prefix(struct ruf_text text, size_t letters, char *out)
{
    size_t size = 0;

    while (size < text.size) {
        bool starts = ((unsigned char)text.data[size] & 0xC0) != 0x80;

        if (starts && letters == 0)
            break;
        letters -= starts ? 1 : 0;
        out[size] = text.data[size];
        size++;
    }
    return size;
}

static size_t make_search(const struct ruf_person *person,
                          enum scale_search kind, char *out)
{
    static const size_t letters[] = { 1, 3, 6, 3 };
    size_t size = prefix(person->family, letters[kind], out);

    if (kind == SCALE_TWO_WORDS) {
        out[size++] = ' ';
        size += prefix(person->given, 3, out + size);
    }
    return size;
}

static struct bench_summary time_searches(struct ruf_query *query, uint64_t n,
                                          enum scale_search kind)
{
    struct bench_samples samples = { 0 };
    uint64_t state = BENCH_SEED + 9;
    uint64_t start = bench_wall_ns();
    struct ruf_arena *arena;
    struct ruf_error err;

    bench_must(ruf_arena_create(&arena, &err), &err);
    for (size_t i = 0; i < SEARCHES; i++) {
        struct ruf_hit hits[20];
        struct ruf_person person;
        char text[300];
        size_t count = 0;
        size_t size;
        uint64_t begin;

        people_make(bench_random(&state) % n, arena, &person);
        size = make_search(&person, kind, text);
        begin = bench_wall_ns();
        bench_must(ruf_query_search(query, text, size, hits, 20, &count, &err),
                   &err);
        samples_add(&samples, (double)(bench_wall_ns() - begin) / 1e3);
        ruf_arena_reset(arena);
        if (i > 30 && bench_wall_ns() - start > SEARCH_NS)
            break;
    }
    ruf_arena_destroy(arena);
    return summary_of(&samples);
}

static void search_all(const struct bench_place *place, uint64_t n,
                       struct scale_readings *out)
{
    struct ruf_index *index;
    struct ruf_query *query;
    struct ruf_error err;

    bench_must(ruf_index_open(place->image, place->key, RUF_INDEX_RESIDENT,
                              &index, &err),
               &err);
    bench_must(ruf_query_create(index, &query, &err), &err);
    for (int kind = 0; kind < SCALE_SEARCHES; kind++)
        out->search_us[kind] = time_searches(query, n, (enum scale_search)kind);
    ruf_query_destroy(query);
    ruf_index_close(index);
}

/* --- the reader
 * ----------------------------------------------------------------- */

static bool is_ours(const struct peer *peer)
{
    return peer == &peer_resident || peer == &peer_on_demand;
}

/* Peers with a file make it; others build at open. */
static void prepare_peer(const struct peer *peer,
                         const struct bench_place *place)
{
    if (peer == &peer_lmdb)
        peer_lmdb_fill(place);
    if (peer == &peer_sqlcipher)
        peer_sqlcipher_fill(place);
}

/* rufname-bench --child scale-read N IMAGE DIRECTORY PEER ENTRIES */
int child_scale_read(int argc, char **argv)
{
    struct scale_readings out = { 0 };
    struct bench_entries entries = { NULL, 0 };
    struct contestant contestant;
    struct queries queries;
    struct ruf_arena *arena;
    uint8_t key[RUF_KEY_SIZE];
    struct bench_place place = { NULL, NULL, key, &entries };
    const struct peer *peer;
    uint64_t n;

    if (argc != 5 || strtoul(argv[3], NULL, 10) >= peer_count)
        return 2;
    memset(key, 7, sizeof(key));
    n = strtoull(argv[0], NULL, 10);
    place.image = argv[1];
    place.directory = argv[2];
    peer = peers[strtoul(argv[3], NULL, 10)];
    make_queries(&place, n, &queries);
    bench_must(ruf_arena_create(&arena, NULL), NULL);
    if (!is_ours(peer)) {
        read_entries(&place, arena, &entries);
        prepare_peer(peer, &place);
    }
    if (peer->start_counts)
        out.open_us = time_opens(peer, &place, queries.keys[0]);
    contestant_open(peer, &place, &queries, &contestant);
    out.bytes = peer->bytes(contestant.self);
    out.checksum = answers_checksum(&contestant, &queries, CHECKED);
    if (answers_known(&contestant, &queries, CHECKED) != CHECKED)
        return 1;
    time_lookups(&contestant, &queries, &out);
    out.emit_ns = time_emission(&contestant, strtoull(argv[4], NULL, 10));
    out.emit_mib = peak_mib();
    contestant_close(&contestant);
    if (peer == &peer_resident && n <= SCALE_PEOPLE_MAX)
        search_all(&place, n, &out);
    ruf_arena_destroy(arena);
    bench_items_free(&entries);
    queries_free(&queries);
    return child_answer(&out, sizeof(out));
}
