/*
 * bench/measure.c - lookups timed in four ways
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/measure.h"
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define SAMPLE_NS 1000000.0
#define BATCH_MIN 64u
#define BATCH_MAX 50000u
#define EACH_MIN 1000u
#define EACH_BLOCK 64u
#define WARM_BATCHES 20u
#define WARM_NS 500000000u
#define SWEEP_SIZE ((size_t)96 << 20)
#define PAGE_STRIDE 4096u
#define TLB_PAGES 8192u

/* --- queries
 * -------------------------------------------------------------------- */

static bool has(const struct bench_entries *entries, uint64_t number)
{
    size_t low = 0;
    size_t high = entries->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (entries->items[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < entries->count && entries->items[low].number == number;
}

void queries_create(const struct bench_entries *entries, bool hit, size_t count,
                    struct queries *out)
{
    uint64_t state = BENCH_SEED + 41;

    out->keys = bench_alloc(count, sizeof(*out->keys));
    out->count = count;
    for (size_t i = 0; i < count; i++) {
        uint64_t draw = bench_random(&state) % entries->count;

        out->keys[i] = entries->items[draw].number;
        while (!hit && has(entries, out->keys[i]))
            out->keys[i] += 1 + bench_random(&state) % 9;
    }
}

void queries_free(struct queries *queries)
{
    free(queries->keys);
    memset(queries, 0, sizeof(*queries));
}

/* --- one query
 * ------------------------------------------------------------------ */

/* Costs next to nothing and needs the answer: contact, and both ends of the
 * label. */
static inline uint64_t weigh(const struct peer_answer *answer)
{
    return answer->contact + answer->size + (unsigned char)answer->label[0] +
           (unsigned char)answer->label[answer->size - 1];
}

static inline uint64_t ask(const struct contestant *contestant, uint64_t key)
{
    struct peer_answer answer;

    if (!contestant->peer->find(contestant->self, key, &answer))
        return 0;
    if (contestant->peer->numbers_only)
        return 1;
    return weigh(&answer);
}

/* The compiler has to produce the value here and forget what it is. */
static inline uint64_t opaque(uint64_t value)
{
    __asm__ volatile("" : "+r"(value));
    return value;
}

static uint64_t fold(uint64_t key, const struct peer_answer *answer)
{
    uint64_t sum = 1;

    for (size_t i = 0; i < answer->size; i++)
        sum = sum * 31 + (unsigned char)answer->label[i];
    return bench_mix(key ^ bench_mix(sum + answer->contact));
}

uint64_t answer_checksum(const struct peer *peer, void *self, uint64_t key)
{
    struct peer_answer answer;

    if (!peer->find(self, key, &answer))
        return bench_mix(key + 1);
    if (peer->numbers_only)
        return bench_mix(key + 2);
    return fold(key, &answer);
}

uint64_t answers_checksum(const struct contestant *contestant,
                          const struct queries *queries, size_t count)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < count && i < queries->count; i++)
        sum += answer_checksum(contestant->peer, contestant->self,
                               queries->keys[i]);
    return sum;
}

static size_t batch_size(const struct queries *queries, size_t at, size_t left)
{
    size_t size = queries->count - at;

    if (size > left)
        size = left;
    return size < PEER_BATCH ? size : PEER_BATCH;
}

uint64_t batches_checksum(const struct contestant *contestant,
                          const struct queries *queries, size_t count)
{
    const struct peer *peer = contestant->peer;
    struct peer_answer answers[PEER_BATCH];
    uint64_t sum = 0;

    if (peer->find_batch == NULL)
        return answers_checksum(contestant, queries, count);
    for (size_t at = 0; at < count && at < queries->count;) {
        const uint64_t *keys = queries->keys + at;
        size_t done =
            peer->find_batch(contestant->self, keys,
                             batch_size(queries, at, count - at), answers);

        for (size_t i = 0; i < done; i++)
            sum += answers[i].size > 0 ? fold(keys[i], &answers[i])
                                       : bench_mix(keys[i] + 1);
        at += done;
    }
    return sum;
}

size_t answers_known(const struct contestant *contestant,
                     const struct queries *queries, size_t count)
{
    struct peer_answer answer;
    size_t known = 0;

    for (size_t i = 0; i < count && i < queries->count; i++)
        known +=
            contestant->peer->find(contestant->self, queries->keys[i], &answer)
                ? 1
                : 0;
    return known;
}

/* --- many queries
 * --------------------------------------------------------------- */

/* Keys in the order of the list; wraps around. */
static uint64_t run_independent(const struct contestant *contestant,
                                const struct queries *queries, size_t at,
                                size_t count)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < count; i++) {
        sum += ask(contestant, queries->keys[at]);
        at = at + 1 == queries->count ? 0 : at + 1;
    }
    return opaque(sum);
}

/* The mask is zero, which only we know. */
static uint64_t run_dependent(const struct contestant *contestant,
                              const struct queries *queries, size_t at,
                              size_t count)
{
    uint64_t mask = opaque(0);
    uint64_t last = 0;

    for (size_t i = 0; i < count; i++) {
        last = ask(contestant, queries->keys[at] + (last & mask));
        at = at + 1 == queries->count ? 0 : at + 1;
    }
    return opaque(last);
}

/* As many as one call takes; peers without such a call answer one by one. */
static uint64_t run_batched(const struct contestant *contestant,
                            const struct queries *queries, size_t at,
                            size_t count)
{
    const struct peer *peer = contestant->peer;
    struct peer_answer answers[PEER_BATCH];
    uint64_t sum = 0;

    if (peer->find_batch == NULL)
        return run_independent(contestant, queries, at, count);
    for (size_t left = count; left > 0;) {
        size_t done = peer->find_batch(contestant->self, queries->keys + at,
                                       batch_size(queries, at, left), answers);

        for (size_t i = 0; i < done; i++)
            sum += answers[i].size > 0 ? weigh(&answers[i]) : 0;
        at = at + done == queries->count ? 0 : at + done;
        left -= done;
    }
    return opaque(sum);
}

typedef uint64_t (*query_loop)(const struct contestant *contestant,
                               const struct queries *queries, size_t at,
                               size_t count);

static double time_batch(const struct contestant *contestant,
                         const struct queries *queries, size_t at,
                         query_loop loop)
{
    uint64_t begin = bench_cpu_ns();

    (void)loop(contestant, queries, at, contestant->batch);
    return (double)(bench_cpu_ns() - begin) / (double)contestant->batch;
}

void measure_batches(const struct contestant *contestant,
                     const struct queries *queries, size_t start,
                     enum query_chain chain, struct bench_samples *out)
{
    static const query_loop loops[] = {
        [QUERIES_INDEPENDENT] = run_independent,
        [QUERIES_BATCHED] = run_batched,
        [QUERIES_DEPENDENT] = run_dependent,
    };
    query_loop loop = loops[chain];
    size_t warm = WARM_BATCHES * contestant->batch;
    size_t at = start % queries->count;

    if (warm > queries->count)
        warm = queries->count;
    (void)loop(contestant, queries, at, warm);
    for (int i = 0; i < MEASURE_BATCHES; i++) {
        at = (at + contestant->batch) % queries->count;
        samples_add(out, time_batch(contestant, queries, at, loop));
    }
}

/* How often the scheduler took the CPU away from us. */
static long preemptions(void)
{
    struct rusage use;

    (void)getrusage(RUSAGE_THREAD, &use);
    return use.ru_nivcsw;
}

void measure_each(const struct contestant *contestant,
                  const struct queries *queries, uint64_t max_ns,
                  struct bench_samples *out)
{
    uint64_t begin = bench_wall_ns();
    uint64_t sum = 0;
    size_t at = 0;

    while (at + EACH_BLOCK <= queries->count &&
           (at < EACH_MIN || bench_wall_ns() - begin < max_ns)) {
        size_t kept = out->count;
        long before = preemptions();

        for (size_t i = 0; i < EACH_BLOCK; i++) {
            uint64_t start = bench_wall_ns();

            sum += ask(contestant, queries->keys[at++]);
            samples_add(out, (double)(bench_wall_ns() - start));
        }
        if (preemptions() != before)
            out->count = kept;
    }
    (void)opaque(sum);
}

/* --- cold
 * ----------------------------------------------------------------------- */

struct sweep {
    unsigned char *bytes;
};

struct sweep *sweep_create(void)
{
    struct sweep *sweep = bench_alloc(1, sizeof(*sweep));

    sweep->bytes = bench_alloc(SWEEP_SIZE, 1);
    return sweep;
}

void sweep_destroy(struct sweep *sweep)
{
    free(sweep->bytes);
    free(sweep);
}

/* Larger than the last cache, and more pages than a TLB has entries. */
static void run_sweep(struct sweep *sweep)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < SWEEP_SIZE; i += 64)
        sum += sweep->bytes[i]++;
    for (size_t i = 0; i < TLB_PAGES; i++)
        sum += sweep->bytes[i * PAGE_STRIDE % SWEEP_SIZE];
    (void)opaque(sum);
}

double measure_cold(const struct contestant *contestant, struct sweep *sweep,
                    uint64_t key)
{
    uint64_t begin;
    uint64_t sum;

    run_sweep(sweep);
    key = opaque(key);
    (void)bench_wall_ns(); /* the clock's own lines are not the question */
    begin = bench_wall_ns();
    sum = ask(contestant, key);
    (void)opaque(sum);
    return (double)(bench_wall_ns() - begin);
}

/* --- contestants
 * ---------------------------------------------------------------- */

static void touch(void *context, uint64_t number, const char *label,
                  size_t size)
{
    uint64_t *sum = context;

    (void)label;
    *sum += number + size;
}

/* All queries once, so that nothing timed later is a first touch: a page read
 * from the file, a block decrypted. For half a second at most, which those that
 * keep what they touched never need. */
static void warm_up(const struct contestant *contestant,
                    const struct queries *queries)
{
    uint64_t begin = bench_wall_ns();

    for (size_t at = 0;
         at < queries->count && bench_wall_ns() - begin < WARM_NS;
         at += BATCH_MIN)
        (void)run_independent(contestant, queries, at, BATCH_MIN);
}

void contestant_open(const struct peer *peer, const struct bench_place *place,
                     const struct queries *queries, struct contestant *out)
{
    uint64_t sum = 0;
    uint64_t begin;
    double ns;

    out->peer = peer;
    out->self = peer->open(place);
    if (peer->each != NULL)
        peer->each(out->self, touch, &sum); /* fills page caches */
    warm_up(out, queries);
    begin = bench_wall_ns();
    (void)run_independent(out, queries, 0, BATCH_MIN);
    ns = (double)(bench_wall_ns() - begin) / BATCH_MIN;
    out->batch = ns <= 0 ? BATCH_MAX : (size_t)(SAMPLE_NS / ns);
    if (out->batch < BATCH_MIN)
        out->batch = BATCH_MIN;
    if (out->batch > BATCH_MAX)
        out->batch = BATCH_MAX;
}

void contestant_close(struct contestant *contestant)
{
    contestant->peer->close(contestant->self);
    contestant->self = NULL;
}
