/*
 * bench/search_fts.c - FTS5 as a peer of our search
 *
 * unicode61 without diacritics and with prefix indexes of 1 to 4 letters, and
 * trigram; each ranked by bm25 and in the order of insertion, which is our
 * rank order. Numbers have a trigram table of their own, so that names do not
 * get slower by them. In an SQLCipher file with all pages cached, one
 * transaction.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/search_peers.h"
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *const fts_names[FTS_WAYS] = { "fts5 prefix='1 2 3 4', ranked",
                                          "fts5 prefix='1 2 3 4', rowid order",
                                          "fts5 trigram, ranked",
                                          "fts5 trigram, rowid order" };

struct fts {
    sqlite3 *db;
    sqlite3_stmt *ways[FTS_WAYS];
    sqlite3_stmt *digits[FTS_WAYS]; /* of the trigram ways */
};

static void must(sqlite3 *db, int code)
{
    if (code == SQLITE_OK || code == SQLITE_DONE)
        return;
    (void)fprintf(stderr, "rufname-bench: SQLite: %s\n", sqlite3_errmsg(db));
    exit(9);
}

/* All numbers of a person, international digits, blanks between. */
static void fill_digits(sqlite3 *db, const struct ruf_people *people)
{
    sqlite3_stmt *insert;

    must(db, sqlite3_exec(db,
                          "BEGIN; CREATE VIRTUAL TABLE digits USING "
                          "fts5(numbers, tokenize = 'trigram')",
                          NULL, NULL, NULL));
    must(db, sqlite3_prepare_v2(db, "INSERT INTO digits VALUES (?1)", -1,
                                &insert, NULL));
    for (size_t i = 0; i < people->count; i++) {
        const struct ruf_person *person = &people->persons[i];
        char all[64 * RUF_E164_TEXT_SIZE];
        size_t size = 0;

        for (size_t k = 0; k < person->number_count && k < 64; k++) {
            char text[RUF_E164_TEXT_SIZE];
            size_t digits = ruf_e164_format(person->numbers[k].e164, text) - 1;

            memcpy(all + size, text + 1, digits);
            size += digits;
            all[size++] = ' ';
        }
        (void)sqlite3_bind_text(insert, 1, all, (int)size, SQLITE_STATIC);
        must(db, sqlite3_step(insert));
        (void)sqlite3_reset(insert);
    }
    (void)sqlite3_finalize(insert);
    must(db, sqlite3_exec(db, "COMMIT", NULL, NULL, NULL));
}

static void fill(sqlite3 *db, const char *table, const char *options,
                 const struct ruf_people *people)
{
    char sql[300];
    sqlite3_stmt *insert;

    (void)snprintf(sql, sizeof(sql),
                   "BEGIN; CREATE VIRTUAL TABLE %s USING "
                   "fts5(given, family, company, %s)",
                   table, options);
    must(db, sqlite3_exec(db, sql, NULL, NULL, NULL));
    (void)snprintf(sql, sizeof(sql), "INSERT INTO %s VALUES (?1, ?2, ?3)",
                   table);
    must(db, sqlite3_prepare_v2(db, sql, -1, &insert, NULL));
    for (size_t i = 0; i < people->count; i++) {
        const struct ruf_person *person = &people->persons[i];
        const struct ruf_text texts[] = { person->given, person->family,
                                          person->company };

        for (int k = 0; k < 3; k++)
            (void)sqlite3_bind_text(insert, k + 1,
                                    texts[k].data == NULL ? "" : texts[k].data,
                                    (int)texts[k].size, SQLITE_STATIC);
        must(db, sqlite3_step(insert));
        (void)sqlite3_reset(insert);
    }
    (void)sqlite3_finalize(insert);
    must(db, sqlite3_exec(db, "COMMIT", NULL, NULL, NULL));
}

static void prepare(struct fts *fts, const char *table, const char *order,
                    sqlite3_stmt **out)
{
    char sql[160];

    (void)snprintf(sql, sizeof(sql),
                   "SELECT rowid FROM %s WHERE %s MATCH ?1 ORDER BY %s "
                   "LIMIT %d",
                   table, table, order, SEARCH_TOP);
    must(fts->db, sqlite3_prepare_v2(fts->db, sql, -1, out, NULL));
}

struct fts *fts_create(const struct bench *bench,
                       const struct ruf_people *people)
{
    struct fts *fts = bench_alloc(1, sizeof(*fts));
    char directory[300];

    (void)snprintf(directory, sizeof(directory), "%s/fts", bench->directory);
    (void)mkdir(directory, 0700);
    fts->db = peer_sqlcipher_open(directory);
    fill(fts->db, "prefixes",
         "tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3 4'",
         people);
    fill(fts->db, "trigrams", "tokenize = 'trigram'", people);
    fill_digits(fts->db, people);
    must(fts->db, sqlite3_exec(fts->db, "BEGIN", NULL, NULL, NULL));
    prepare(fts, "prefixes", "rank", &fts->ways[FTS_PREFIX_RANKED]);
    prepare(fts, "prefixes", "rowid", &fts->ways[FTS_PREFIX]);
    prepare(fts, "trigrams", "rank", &fts->ways[FTS_TRIGRAM_RANKED]);
    prepare(fts, "trigrams", "rowid", &fts->ways[FTS_TRIGRAM]);
    prepare(fts, "digits", "rank", &fts->digits[FTS_TRIGRAM_RANKED]);
    prepare(fts, "digits", "rowid", &fts->digits[FTS_TRIGRAM]);
    return fts;
}

void fts_destroy(struct fts *fts)
{
    for (int way = 0; way < FTS_WAYS; way++) {
        (void)sqlite3_finalize(fts->ways[way]);
        (void)sqlite3_finalize(fts->digits[way]);
    }
    (void)sqlite3_close(fts->db);
    free(fts);
}

static bool is_trigram(enum fts_way way)
{
    return way == FTS_TRIGRAM || way == FTS_TRIGRAM_RANKED;
}

size_t fts_ask(struct fts *fts, enum fts_way way, bool digits,
               search_words words, double *us)
{
    const char *star = is_trigram(way) ? "" : "*";
    sqlite3_stmt *rows = digits ? fts->digits[way] : fts->ways[way];
    char match[4 * SEARCH_WORD_SIZE];
    size_t count = 0;
    uint64_t begin;

    *us = 0;
    if (rows == NULL)
        return 0; /* words have no digits in the middle */
    if (is_trigram(way) &&
        (strlen(words[0]) < 3 || (words[1][0] != '\0' && strlen(words[1]) < 3)))
        return 0;
    if (words[1][0] == '\0')
        (void)snprintf(match, sizeof(match), "\"%s\"%s", words[0], star);
    else
        (void)snprintf(match, sizeof(match), "\"%s\"%s \"%s\"%s", words[0],
                       star, words[1], star);
    begin = bench_cpu_ns();
    (void)sqlite3_bind_text(rows, 1, match, -1, SQLITE_STATIC);
    while (sqlite3_step(rows) == SQLITE_ROW)
        count++;
    (void)sqlite3_reset(rows);
    *us = (double)(bench_cpu_ns() - begin) / 1e3;
    return count;
}
