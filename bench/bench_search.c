/*
 * bench/bench_search.c - search as you type beside FTS5
 *
 * FTS5 (unicode61, remove_diacritics 2, prefix indexes 1 to 4) in an SQLCipher
 * file with all pages cached, ranked by bm25, first 20 rows. It answers other
 * rows than our tiers do, so only times are compared, and that both find
 * something.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/fold.h"
#include "bench/people.h"
#include <rufname/search.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUERIES 500
#define TOP 20

enum query_class { PREFIX1 = 0, PREFIX3, PREFIX6, TWO_WORDS, NAME_COMPANY };

static const char *const class_names[] = { "1 letter", "3 letters", "6 letters",
                                           "two words", "name + company" };

static void must_sql(sqlite3 *db, int code)
{
    if (code == SQLITE_OK || code == SQLITE_DONE)
        return;
    (void)fprintf(stderr, "rufname-bench: SQLite: %s\n", sqlite3_errmsg(db));
    exit(9);
}

static void fill_fts(sqlite3 *db, const struct ruf_people *people)
{
    sqlite3_stmt *insert;

    must_sql(db, sqlite3_exec(
                     db,
                     "BEGIN; CREATE VIRTUAL TABLE IF NOT EXISTS contact USING "
                     "fts5(given, family, company, tokenize = 'unicode61 "
                     "remove_diacritics 2', prefix = '1 2 3 4')",
                     NULL, NULL, NULL));
    must_sql(db,
             sqlite3_prepare_v2(db, "INSERT INTO contact VALUES (?1, ?2, ?3)",
                                -1, &insert, NULL));
    for (size_t i = 0; i < people->count; i++) {
        const struct ruf_person *person = &people->persons[i];
        const struct ruf_text texts[] = { person->given, person->family,
                                          person->company };

        for (int k = 0; k < 3; k++)
            (void)sqlite3_bind_text(insert, k + 1,
                                    texts[k].data == NULL ? "" : texts[k].data,
                                    (int)texts[k].size, SQLITE_STATIC);
        must_sql(db, sqlite3_step(insert));
        (void)sqlite3_reset(insert);
    }
    (void)sqlite3_finalize(insert);
    must_sql(db, sqlite3_exec(db, "COMMIT", NULL, NULL, NULL));
}

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

static bool make_query(const struct ruf_person *person, enum query_class kind,
                       char words[2][64])
{
    words[1][0] = '\0';
    switch (kind) {
    case PREFIX1:
        return folded_prefix(person->family, 1, words[0]) == 1;
    case PREFIX3:
        return folded_prefix(person->family, 3, words[0]) == 3;
    case PREFIX6:
        return folded_prefix(person->family, 6, words[0]) == 6;
    case TWO_WORDS:
        return folded_prefix(person->given, 3, words[0]) == 3 &&
               folded_prefix(person->family, 3, words[1]) == 3;
    case NAME_COMPANY:
        return folded_prefix(person->family, 4, words[0]) == 4 &&
               folded_prefix(person->company, 4, words[1]) == 4;
    }
    return false;
}

struct contest {
    struct ruf_query *query;
    sqlite3_stmt *ranked;
    struct bench_samples ours;
    struct bench_samples peer;
    size_t ours_empty;
    size_t peer_empty;
};

static void ask_both(struct contest *contest, char words[2][64])
{
    struct ruf_hit hits[TOP];
    struct ruf_error err;
    char ours[160];
    char match[160];
    size_t count = 0;
    size_t rows = 0;
    uint64_t start;

    (void)snprintf(ours, sizeof(ours), "%s %s", words[0], words[1]);
    (void)snprintf(match, sizeof(match),
                   words[1][0] == '\0' ? "%s*%s" : "%s* %s*", words[0],
                   words[1]);
    start = bench_wall_ns();
    bench_must(ruf_query_search(contest->query, ours, strlen(ours), hits, TOP,
                                &count, &err),
               &err);
    samples_add(&contest->ours, (double)(bench_wall_ns() - start) / 1e3);
    contest->ours_empty += count == 0 ? 1 : 0;
    start = bench_wall_ns();
    (void)sqlite3_bind_text(contest->ranked, 1, match, -1, SQLITE_STATIC);
    while (sqlite3_step(contest->ranked) == SQLITE_ROW)
        rows++;
    (void)sqlite3_reset(contest->ranked);
    samples_add(&contest->peer, (double)(bench_wall_ns() - start) / 1e3);
    contest->peer_empty += rows == 0 ? 1 : 0;
}

static void run_class(struct bench *bench, const struct bench_data *data,
                      struct contest *contest, enum query_class kind)
{
    uint64_t state = 99;
    size_t asked = 0;
    char name[64];

    for (int tries = 0; tries < 20 * QUERIES && asked < QUERIES; tries++) {
        const struct ruf_person *person =
            &data->people.persons[bench_random(&state) % data->people.count];
        char words[2][64];

        if (!make_query(person, kind, words))
            continue;
        ask_both(contest, words);
        asked++;
    }
    (void)snprintf(name, sizeof(name), "search %s", class_names[kind]);
    if (contest->ours_empty > 0)
        bench_wrong(bench, name, "a query made from a contact found nothing");
    contest->ours_empty = 0;
    bench_group(bench);
    bench_report(bench, name, "fts5 ranked, top 20", bench->contacts, "us",
                 &contest->peer, 0);
    bench_report(bench, name, "rufname, top 20", bench->contacts, "us",
                 &contest->ours, 0);
}

void suite_search(struct bench *bench, const struct bench_data *data)
{
    struct contest contest;
    struct ruf_index *index;
    struct ruf_error err;
    sqlite3 *db;

    memset(&contest, 0, sizeof(contest));
    peers_ready(bench, data);
    db = peer_open(bench, PEER_SQLCIPHER, true);
    fill_fts(db, &data->people);
    must_sql(db, sqlite3_exec(db, "BEGIN", NULL, NULL, NULL));
    must_sql(db, sqlite3_prepare_v2(db,
                                    "SELECT rowid FROM contact WHERE contact "
                                    "MATCH ?1 ORDER BY rank LIMIT 20",
                                    -1, &contest.ranked, NULL));
    bench_must(ruf_index_open(data->image, data->key, RUF_INDEX_RESIDENT,
                              &index, &err),
               &err);
    bench_must(ruf_query_create(index, &contest.query, &err), &err);
    for (int kind = PREFIX1; kind <= NAME_COMPANY; kind++)
        run_class(bench, data, &contest, (enum query_class)kind);
    (void)sqlite3_finalize(contest.ranked);
    (void)sqlite3_close(db);
    ruf_query_destroy(contest.query);
    ruf_index_close(index);
}
