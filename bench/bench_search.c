/*
 * bench/bench_search.c - search as you type beside FTS5, minisearch, flexsearch
 *
 * First 20 hits, every query timed: thread CPU time, but wall time in the
 * process of the JavaScript engines. First all take turns, query by query, so
 * that each finds the caches full of what the others needed; then each asks the
 * same queries in a row ("hot"). The peers answer by other rules than our
 * tiers, so only times are compared, and that ours finds something. FTS5 has no
 * keypad, no typos and no ends of numbers and finds nothing there.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/search_peers.h"
#include <rufname/search.h>
#include <stdio.h>
#include <string.h>

#define QUERIES 500
#define FTS_NS_PER_CLASS 1500000000u /* slow ways ask fewer queries */
#define FTS_NS_HOT 300000000u

/* --- the contest
 * ---------------------------------------------------------------- */

struct timed {
    struct bench_samples ours[QUERY_CLASSES];
    struct bench_samples fts[QUERY_CLASSES][FTS_WAYS];
};

struct contest {
    struct ruf_query *query;
    struct fts *fts;
    struct js_search *js;
    struct timed times[2];         /* in turns, hot */
    uint64_t spent[FTS_WAYS];      /* in the class being asked, ns */
    search_words queries[QUERIES]; /* of that class */
    size_t asked;
};

static void ask_ours(struct bench *bench, struct contest *contest,
                     enum query_class kind, search_words words,
                     struct timed *times)
{
    struct ruf_hit hits[SEARCH_TOP];
    struct ruf_error err;
    char text[2 * SEARCH_WORD_SIZE + 2];
    size_t count = 0;
    uint64_t begin;

    search_words_join(words, text);
    begin = bench_cpu_ns();
    bench_must(ruf_query_search(contest->query, text, strlen(text), hits,
                                SEARCH_TOP, &count, &err),
               &err);
    samples_add(&times->ours[kind], (double)(bench_cpu_ns() - begin) / 1e3);
    if (count == 0 && kind != QUERY_NO_HIT)
        bench_wrong(bench, query_class_names[kind],
                    "a query made from a contact found nothing");
}

static void ask_fts(struct contest *contest, enum query_class kind, int way,
                    search_words words, struct timed *times)
{
    bool digits = kind == QUERY_INSIDE || kind == QUERY_FRAGMENT;
    double us = 0;

    (void)fts_ask(contest->fts, (enum fts_way)way, digits, words, &us);
    contest->spent[way] += (uint64_t)(us * 1e3);
    if (us > 0)
        samples_add(&times->fts[kind][way], us);
}

static void ask_in_turns(struct bench *bench, struct contest *contest,
                         enum query_class kind)
{
    memset(contest->spent, 0, sizeof(contest->spent));
    for (size_t i = 0; i < contest->asked; i++) {
        char(*words)[64] = contest->queries[i];

        ask_ours(bench, contest, kind, words, &contest->times[0]);
        for (int way = 0; way < FTS_WAYS; way++)
            if (contest->spent[way] <= FTS_NS_PER_CLASS)
                ask_fts(contest, kind, way, words, &contest->times[0]);
        if (contest->js != NULL)
            js_search_add(contest->js, (int)kind, words);
    }
}

static void ask_hot(struct bench *bench, struct contest *contest,
                    enum query_class kind)
{
    struct timed unused; /* the first time is not counted */

    memset(&unused, 0, sizeof(unused));
    memset(contest->spent, 0, sizeof(contest->spent));
    for (size_t i = 0; i < contest->asked; i++)
        ask_ours(bench, contest, kind, contest->queries[i], &unused);
    samples_free(&unused.ours[kind]);
    for (size_t i = 0; i < contest->asked; i++)
        ask_ours(bench, contest, kind, contest->queries[i], &contest->times[1]);
    for (int way = 0; way < FTS_WAYS; way++)
        for (size_t i = 0;
             i < contest->asked && contest->spent[way] <= FTS_NS_HOT; i++)
            ask_fts(contest, kind, way, contest->queries[i],
                    &contest->times[1]);
}

static void report_class(struct bench *bench, struct contest *contest,
                         enum query_class kind, bool hot)
{
    struct timed *times = &contest->times[hot ? 1 : 0];
    char name[64];

    (void)snprintf(name, sizeof(name), "search%s, %s", hot ? " hot" : "",
                   query_class_names[kind]);
    bench_group(bench);
    bench_report(bench, name, "rufname, ranked, resident", bench->contacts,
                 "us", &times->ours[kind], 0);
    for (int way = 0; way < FTS_WAYS; way++)
        bench_report(bench, name, fts_names[way], bench->contacts, "us",
                     &times->fts[kind][way], 0);
    for (size_t i = 0;
         !hot && contest->js != NULL && i < js_search_engines(contest->js); i++)
        bench_report(bench, name, js_search_name(contest->js, i),
                     bench->contacts, "us",
                     js_search_samples(contest->js, i, (int)kind), 0);
}

void suite_search(struct bench *bench, const struct bench_data *data)
{
    static struct contest contest;
    struct ruf_index *index;
    struct ruf_error err;

    memset(&contest, 0, sizeof(contest));
    contest.fts = fts_create(bench, &data->people);
    contest.js = js_search_create(bench, &data->people);
    bench_must(ruf_index_open(data->image, data->key, RUF_INDEX_RESIDENT,
                              &index, &err),
               &err);
    bench_must(ruf_query_create(index, &contest.query, &err), &err);
    for (int kind = 0; kind < QUERY_CLASSES; kind++) {
        contest.asked = search_queries_make(
            &data->people, (enum query_class)kind, contest.queries,
            bench->quick ? QUERIES / 20 : QUERIES);
        ask_in_turns(bench, &contest, (enum query_class)kind);
        ask_hot(bench, &contest, (enum query_class)kind);
    }
    if (contest.js != NULL)
        js_search_run(contest.js, bench);
    for (int hot = 0; hot < 2; hot++)
        for (int kind = 0; kind < QUERY_CLASSES; kind++)
            report_class(bench, &contest, (enum query_class)kind, hot != 0);
    js_search_destroy(contest.js);
    fts_destroy(contest.fts);
    ruf_query_destroy(contest.query);
    ruf_index_close(index);
}
