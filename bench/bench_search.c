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
#include "base/fold.h"
#include "bench/search_peers.h"
#include <rufname/search.h>
#include <stdio.h>
#include <string.h>

#define QUERIES 500
#define FTS_NS_PER_CLASS 1500000000u /* slow ways ask fewer queries */
#define FTS_NS_HOT 300000000u

enum query_class {
    PREFIX1 = 0,
    PREFIX2,
    PREFIX3,
    PREFIX4,
    PREFIX6,
    TWO_WORDS,
    NAME_COMPANY,
    INSIDE,    /* four digits of a number */
    FRAGMENT,  /* six digits of a number */
    EXTENSION, /* its last three behind a hyphen */
    KEYPAD,
    TYPO,
    NO_HIT
};

static const char *const class_names[] = {
    "1 letter",        "2 letters", "3 letters",      "4 letters",
    "6 letters",       "two words", "name + company", "4 digits inside",
    "6 digits inside", "extension", "keypad",         "one typo",
    "no hit",
};

/* First 'letters' characters of the folded text, letters and digits only. */
static size_t folded_prefix(struct ruf_text text, size_t letters, char *out)
{
    char folded[4 * RUF_RECORD_TEXT_MAX];
    size_t size = ruf_fold(text, RUF_FOLD_BASE, folded);
    size_t done = 0;

    for (size_t i = 0; i < size && done < letters; i++) {
        if (!((folded[i] >= 'a' && folded[i] <= 'z') ||
              (folded[i] >= '0' && folded[i] <= '9')))
            break;
        out[done++] = folded[i];
    }
    out[done] = '\0';
    return done;
}

/* 'count' digits of one of the person's numbers, somewhere or at its end. */
static bool digits_of(const struct ruf_person *person, size_t count, bool end,
                      char out[64])
{
    static uint64_t state = 7;
    char text[RUF_E164_TEXT_SIZE];
    size_t size;
    size_t at;

    if (person->number_count == 0 || person->numbers[0].e164 == 0)
        return false;
    size = ruf_e164_format(person->numbers[0].e164, text) - 1;
    if (size < 10)
        return false;
    at = end ? size - count : bench_random(&state) % (size - count + 1);
    (void)snprintf(out, 64, "%s%.*s", end ? "-" : "", (int)count,
                   text + 1 + at);
    return true;
}

static bool keypad_of(const struct ruf_person *person, char out[64])
{
    static const char keys[] = "22233344455566677778889999";

    if (folded_prefix(person->family, 5, out) != 5)
        return false;
    for (size_t i = 0; i < 5; i++) {
        if (out[i] < 'a')
            return false;
        out[i] = keys[out[i] - 'a'];
    }
    return true;
}

/* One letter replaced by one that stands in no name here. */
static bool typo_of(const struct ruf_person *person, char out[64])
{
    if (folded_prefix(person->family, 40, out) < 6)
        return false;
    out[3] = 'q';
    return true;
}

static bool make_query(const struct ruf_person *person, enum query_class kind,
                       char words[2][64])
{
    static const size_t letters[] = { 1, 2, 3, 4, 6 };

    words[1][0] = '\0';
    switch (kind) {
    case PREFIX1:
    case PREFIX2:
    case PREFIX3:
    case PREFIX4:
    case PREFIX6:
        return folded_prefix(person->family, letters[kind], words[0]) ==
               letters[kind];
    case INSIDE:
    case FRAGMENT:
        return digits_of(person, kind == INSIDE ? 4 : 6, false, words[0]);
    case EXTENSION:
        return digits_of(person, 3, true, words[0]);
    case KEYPAD:
        return keypad_of(person, words[0]);
    case TYPO:
        return typo_of(person, words[0]);
    case NO_HIT:
        (void)snprintf(words[0], 64, "xqj");
        return folded_prefix(person->family, 4, words[0] + 3) == 4;
    case TWO_WORDS:
        return folded_prefix(person->given, 3, words[0]) == 3 &&
               folded_prefix(person->family, 3, words[1]) == 3;
    case NAME_COMPANY:
        return folded_prefix(person->family, 4, words[0]) == 4 &&
               folded_prefix(person->company, 4, words[1]) == 4;
    }
    return false;
}

/* --- the contest
 * ---------------------------------------------------------------- */

#define CLASSES ((int)(sizeof(class_names) / sizeof(class_names[0])))

struct timed {
    struct bench_samples ours[CLASSES];
    struct bench_samples fts[CLASSES][FTS_WAYS];
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

    (void)snprintf(text, sizeof(text), "%s%s%s", words[0],
                   words[1][0] == '\0' ? "" : " ", words[1]);
    begin = bench_cpu_ns();
    bench_must(ruf_query_search(contest->query, text, strlen(text), hits,
                                SEARCH_TOP, &count, &err),
               &err);
    samples_add(&times->ours[kind], (double)(bench_cpu_ns() - begin) / 1e3);
    if (count == 0 && kind != NO_HIT)
        bench_wrong(bench, class_names[kind],
                    "a query made from a contact found nothing");
}

static void ask_fts(struct contest *contest, enum query_class kind, int way,
                    search_words words, struct timed *times)
{
    bool digits = kind == INSIDE || kind == FRAGMENT;
    double us = 0;

    (void)fts_ask(contest->fts, (enum fts_way)way, digits, words, &us);
    contest->spent[way] += (uint64_t)(us * 1e3);
    if (us > 0)
        samples_add(&times->fts[kind][way], us);
}

static void choose_queries(struct bench *bench, const struct bench_data *data,
                           struct contest *contest, enum query_class kind)
{
    uint64_t state = BENCH_SEED + 98;
    size_t wanted = bench->quick ? QUERIES / 20 : QUERIES;

    contest->asked = 0;
    for (int tries = 0; tries < 20 * QUERIES && contest->asked < wanted;
         tries++) {
        const struct ruf_person *person =
            &data->people.persons[bench_random(&state) % data->people.count];

        if (make_query(person, kind, contest->queries[contest->asked]))
            contest->asked++;
    }
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
                   class_names[kind]);
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
    for (int kind = 0; kind < CLASSES; kind++) {
        choose_queries(bench, data, &contest, (enum query_class)kind);
        ask_in_turns(bench, &contest, (enum query_class)kind);
        ask_hot(bench, &contest, (enum query_class)kind);
    }
    if (contest.js != NULL)
        js_search_run(contest.js, bench);
    for (int hot = 0; hot < 2; hot++)
        for (int kind = 0; kind < CLASSES; kind++)
            report_class(bench, &contest, (enum query_class)kind, hot != 0);
    js_search_destroy(contest.js);
    fts_destroy(contest.fts);
    ruf_query_destroy(contest.query);
    ruf_index_close(index);
}
