/*
 * bench/scale_merge.c - how does merging grow?
 *
 * The sample company's records at growing sizes, each merged in a process of
 * its own. The exponent of a power fitted through the least times stands beside
 * that of n log n over the same sizes: a ratio above 1 grows faster. Third
 * comes an algorithm of n log n steps whose memory grows out of the caches,
 * too: qsort() over the same records, by name.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "bench/child.h"
#include "bench/records.h"
#include "bench/scale.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define SIZES_MAX 5
/* Peak memory, in bytes a contact, measured at a million. */
#define MERGED_BYTES 2500u

static struct ruf_source_contact *
standardise(const struct bench_records *records,
            const struct ruf_policy *policy, struct ruf_arena *arena)
{
    struct ruf_source_contact *contacts =
        bench_arena(arena, records->count, sizeof(*contacts));
    struct ruf_error err;

    for (size_t i = 0; i < records->count; i++)
        bench_must(ruf_standardise(&records->records[i], policy,
                                   records->sources[i], arena, &contacts[i],
                                   &err),
                   &err);
    return contacts;
}

/* @return CPU time. */
static double merge_once(const struct ruf_source_contact *contacts,
                         size_t count, const struct ruf_policy *policy,
                         uint64_t *people_count)
{
    struct ruf_people people;
    struct ruf_arena *arena;
    struct ruf_error err;
    uint64_t begin;
    double ns;

    bench_must(ruf_arena_create(&arena, &err), &err);
    begin = bench_cpu_ns();
    bench_must(
        ruf_merge(contacts, count, NULL, policy, arena, &people, NULL, &err),
        &err);
    ns = (double)(bench_cpu_ns() - begin);
    *people_count = people.count;
    ruf_arena_destroy(arena);
    return ns;
}

static int by_name(const void *left, const void *right)
{
    const struct ruf_text *a =
        (*(const struct ruf_source_contact *const *)left)->fields;
    const struct ruf_text *b =
        (*(const struct ruf_source_contact *const *)right)->fields;
    int order = ruf_text_compare(a[RUF_RECORD_FAMILY], b[RUF_RECORD_FAMILY]);

    return order != 0
               ? order
               : ruf_text_compare(a[RUF_RECORD_GIVEN], b[RUF_RECORD_GIVEN]);
}

/* @return CPU time. */
static double sort_once(const struct ruf_source_contact *contacts, size_t count)
{
    const struct ruf_source_contact **order =
        bench_alloc(count, sizeof(*order));
    uint64_t begin = bench_cpu_ns();
    double ns;

    for (size_t i = 0; i < count; i++)
        order[i] = &contacts[i];
    qsort(order, count, sizeof(*order), by_name);
    ns = (double)(bench_cpu_ns() - begin);
    free(order);
    return ns;
}

/* rufname-bench --child scale-merge CONTACTS RUNS */
int child_scale_merge(int argc, char **argv)
{
    struct scale_merged out = { 0 };
    struct bench_samples samples = { 0 };
    struct bench_samples sorts = { 0 };
    struct ruf_source_contact *contacts;
    struct bench_records records;
    struct ruf_policy *policy;
    struct ruf_arena *arena;

    if (argc != 2)
        return 2;
    policy = bench_policy();
    bench_must(ruf_arena_create(&arena, NULL), NULL);
    bench_records_create((uint32_t)strtoul(argv[0], NULL, 10), policy,
                         &records);
    contacts = standardise(&records, policy, arena);
    for (long runs = strtol(argv[1], NULL, 10); runs > 0; runs--) {
        samples_add(&samples,
                    merge_once(contacts, records.count, policy, &out.people) /
                        1e6);
        samples_add(&sorts, sort_once(contacts, records.count) / 1e6);
    }
    out.records = records.count;
    out.ms = samples_summarise(&samples);
    out.sort = samples_summarise(&sorts);
    samples_free(&samples);
    samples_free(&sorts);
    bench_records_destroy(&records);
    ruf_arena_destroy(arena);
    ruf_policy_destroy(policy);
    return child_answer(&out, sizeof(out));
}

static bool measure(struct bench *bench, uint64_t size,
                    struct scale_merged *out)
{
    char n[24];
    const char *arguments[] = { "scale-merge", n, bench->quick ? "1" : "5",
                                NULL };
    struct child_use use;

    (void)snprintf(n, sizeof(n), "%llu", (unsigned long long)size);
    (void)fprintf(stderr, "rufname-bench: scale, merge %s\n", n);
    if (child_ask(arguments, out, sizeof(*out), &use) && out->people > 0 &&
        out->people < out->records)
        return true;
    bench_wrong(bench, "scale, merge", "not measured, or nobody was merged");
    return false;
}

/* --- the exponent
 * --------------------------------------------------------------------- */

struct fit {
    double count, x, y, xx, xy;
};

static void fit_add(struct fit *fit, double n, double cost)
{
    double x = log(n);
    double y = log(cost);

    fit->count += 1;
    fit->x += x;
    fit->y += y;
    fit->xx += x * x;
    fit->xy += x * y;
}

/* Of cost = a power of n, by least squares of the logarithms. */
static double fit_exponent(const struct fit *fit)
{
    return (fit->count * fit->xy - fit->x * fit->y) /
           (fit->count * fit->xx - fit->x * fit->x);
}

static void print_exponent(struct bench *bench, struct bench_row *row,
                           const char *variant, const struct fit *fit)
{
    struct bench_summary summary = bench_single(fit_exponent(fit));

    row->variant = variant;
    bench_print(bench, row, &summary);
}

static void report(struct bench *bench, const struct scale_merged *merged,
                   size_t count)
{
    struct fit ideal = { 0 };
    struct fit sort = { 0 };
    struct fit real = { 0 };
    struct bench_row row = { "scale, merge", "merge records", 0, "ms", 0, 0 };

    bench_group(bench);
    for (size_t i = 0; i < count; i++) {
        double n = (double)merged[i].records;

        row.n = merged[i].records;
        bench_print(bench, &row, &merged[i].ms);
        fit_add(&ideal, n, n * log(n));
        fit_add(&sort, n, merged[i].sort.min);
        fit_add(&real, n, merged[i].ms.min);
    }
    bench_group(bench);
    row.variant = "qsort() by name, the same records";
    for (size_t i = 0; i < count; i++) {
        row.n = merged[i].records;
        bench_print(bench, &row, &merged[i].sort);
    }
    if (count < 2)
        return;
    bench_group(bench);
    row.name = "scale, merge exponent";
    row.unit = "";
    print_exponent(bench, &row, "n log n over these sizes", &ideal);
    print_exponent(bench, &row, "qsort() by name, least times", &sort);
    print_exponent(bench, &row, "merge records, least times", &real);
}

void scale_merge(struct bench *bench)
{
    static const uint64_t sizes[SIZES_MAX] = { 10000, 30000, 100000, 300000,
                                               1000000 };
    struct scale_merged merged[SIZES_MAX];
    uint64_t size = 0;
    size_t count = 0;

    while (count < SIZES_MAX && size < bench->scale_max) {
        size =
            sizes[count] < bench->scale_max ? sizes[count] : bench->scale_max;
        if (!scale_fits(size, size * MERGED_BYTES) ||
            !measure(bench, size, &merged[count]))
            break;
        count++;
    }
    report(bench, merged, count);
}
