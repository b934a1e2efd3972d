/*
 * bench/bench_store.c - loading the sample company into the store
 *
 * Ours starts with raw records: pages are staged, and the last one filters,
 * standardises, names by HMAC and folds them in, all of it encrypted. The peer
 * is plain SQLite with the same tables, given the very rows that come out:
 * payloads written and numbers standardised beforehand, one transaction,
 * prepared statements, a cache larger than the file. Once with the keys of a
 * record entered along with it, once with all keys entered last and in order,
 * as ours enters them, and so once more through SQLCipher: what encryption
 * alone costs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "bench/records.h"
#include "indexer/store_private.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RUNS 3
#define PAGE_RECORDS 500u

/* Records of the company, those of one source in a row. */
struct load {
    const struct ruf_policy *policy;
    const struct ruf_policy_source *sources[RUF_POLICY_SOURCES_MAX];
    struct ruf_record *records[RUF_POLICY_SOURCES_MAX];
    size_t counts[RUF_POLICY_SOURCES_MAX];
    size_t source_count;
    uint64_t total;
};

static void load_create(const struct bench_records *all,
                        const struct ruf_policy *policy, struct load *out)
{
    memset(out, 0, sizeof(*out));
    out->policy = policy;
    out->total = all->count;
    for (size_t i = 0; i < all->count; i++) {
        size_t s = 0;

        while (s < out->source_count && out->sources[s] != all->sources[i])
            s++;
        if (s == out->source_count) {
            out->sources[s] = all->sources[i];
            out->records[s] =
                bench_alloc(all->count, sizeof(struct ruf_record));
            out->source_count++;
        }
        out->records[s][out->counts[s]++] = all->records[i];
    }
}

static void load_destroy(struct load *load)
{
    for (size_t s = 0; s < load->source_count; s++)
        free(load->records[s]);
}

/* --- ours
 * ------------------------------------------------------------------------- */

static void load_source(struct ruf_store *store, const struct load *load,
                        size_t s)
{
    struct ruf_store_page page = { .source = load->sources[s]->id,
                                   .collection = "all",
                                   .select = "",
                                   .starts_round = true };
    struct ruf_store_round round;
    struct ruf_error err;

    for (size_t at = 0; at < load->counts[s]; at += PAGE_RECORDS) {
        size_t left = load->counts[s] - at;

        page.records = load->records[s] + at;
        page.record_count = left < PAGE_RECORDS ? left : PAGE_RECORDS;
        page.completes_round = left <= PAGE_RECORDS;
        page.link = page.completes_round ? "delta" : "next";
        bench_must(ruf_store_page(store, load->policy, &page, &round, &err),
                   &err);
        page.starts_round = false;
    }
}

static double ours(const char *path, const struct load *load)
{
    static const uint8_t key[RUF_KEY_SIZE] = { 7 };
    struct ruf_store *store;
    struct ruf_error err;
    uint64_t begin;

    (void)unlink(path);
    begin = bench_cpu_ns();
    bench_must(ruf_store_open(path, key, RUF_STORE_CREATE, &store, &err), &err);
    for (size_t s = 0; s < load->source_count; s++)
        load_source(store, load, s);
    ruf_store_close(store);
    return (double)(bench_cpu_ns() - begin) / 1e6;
}

/* --- the peer
 * --------------------------------------------------------------------- */

struct record_row {
    int64_t id;
    int64_t collection;
    size_t hash; /* places in the pool */
    size_t payload;
    size_t numbers;
    int hash_size;
    int payload_size;
    int numbers_size;
};

struct key_row {
    int64_t key;
    int64_t record;
    int64_t collection;
};

/* In which order keys come. */
enum key_order { BY_RECORD, BY_KEY, KEY_ORDERS };

#define KEY_TABLES 3

static const struct {
    const char *insert;
    const char *select[KEY_ORDERS];
} key_tables[KEY_TABLES] = {
    { "INSERT INTO ids (id, record, collection) VALUES (?1, ?2, ?3)",
      { "SELECT id, record, collection FROM ids ORDER BY record",
        "SELECT id, record, collection FROM ids ORDER BY collection, id" } },
    { "INSERT INTO hashes (hash, record, collection) VALUES (?1, ?2, ?3)",
      { "SELECT hash, record, collection FROM hashes ORDER BY record",
        "SELECT hash, record, collection FROM hashes"
        " ORDER BY collection, hash" } },
    { "INSERT INTO numbers (e164, record, collection) VALUES (?1, ?2, ?3)",
      { "SELECT e164, record, collection FROM numbers ORDER BY record",
        "SELECT e164, record, collection FROM numbers"
        " ORDER BY collection, e164, record" } },
};

/* What a load left in the store. */
struct rows {
    struct ruf_writer schema; /* statements, each ended by NUL */
    struct ruf_writer pool;
    struct ruf_writer records;                      /* struct record_row */
    struct ruf_writer keys[KEY_TABLES][KEY_ORDERS]; /* struct key_row */
    uint64_t checksum;
};

static void must_sql(sqlite3 *db, int code)
{
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW)
        return;
    (void)fprintf(stderr, "rufname-bench: SQLite: %s\n", sqlite3_errmsg(db));
    exit(9);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *out = NULL;

    must_sql(db, sqlite3_prepare_v2(db, sql, -1, &out, NULL));
    return out;
}

static uint64_t number_of(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = prepare(db, sql);
    uint64_t number = 0;

    if (sqlite3_step(statement) == SQLITE_ROW)
        number = (uint64_t)sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    return number;
}

static uint64_t checksum_of(sqlite3 *db)
{
    return bench_mix(number_of(db, "SELECT sum(e164 % 1000003) FROM numbers")) ^
           bench_mix(number_of(db, "SELECT sum(hash % 1000003) FROM hashes")) ^
           bench_mix(number_of(db, "SELECT sum(length(payload)) FROM records"));
}

static size_t pool_column(struct ruf_writer *pool, sqlite3_stmt *row,
                          int column, int *size)
{
    size_t at = pool->size;
    const void *bytes = sqlite3_column_blob(row, column);

    *size = sqlite3_column_bytes(row, column);
    ruf_write_bytes(pool, bytes, (size_t)*size);
    return at;
}

static void read_records(sqlite3 *db, struct rows *out)
{
    sqlite3_stmt *row =
        prepare(db, "SELECT id, collection, hash, payload, numbers"
                    " FROM records ORDER BY id");

    while (sqlite3_step(row) == SQLITE_ROW) {
        struct record_row one = { .id = sqlite3_column_int64(row, 0),
                                  .collection = sqlite3_column_int64(row, 1) };

        one.hash = pool_column(&out->pool, row, 2, &one.hash_size);
        one.payload = pool_column(&out->pool, row, 3, &one.payload_size);
        one.numbers = pool_column(&out->pool, row, 4, &one.numbers_size);
        ruf_write_bytes(&out->records, &one, sizeof(one));
    }
    (void)sqlite3_finalize(row);
}

static void read_keys(sqlite3 *db, const char *sql, struct ruf_writer *out)
{
    sqlite3_stmt *row = prepare(db, sql);

    while (sqlite3_step(row) == SQLITE_ROW) {
        struct key_row one = { sqlite3_column_int64(row, 0),
                               sqlite3_column_int64(row, 1),
                               sqlite3_column_int64(row, 2) };

        ruf_write_bytes(out, &one, sizeof(one));
    }
    (void)sqlite3_finalize(row);
    if (out->failed)
        exit(11);
}

static void read_rows(const char *path, struct rows *out)
{
    static const uint8_t key[RUF_KEY_SIZE] = { 7 };
    struct ruf_store *store;
    struct ruf_error err;
    sqlite3_stmt *names;

    bench_must(ruf_store_open(path, key, RUF_STORE_READ, &store, &err), &err);
    names = prepare(store->db, "SELECT sql FROM sqlite_schema"
                               " WHERE sql IS NOT NULL ORDER BY rowid");
    while (sqlite3_step(names) == SQLITE_ROW)
        ruf_write_bytes(&out->schema, sqlite3_column_text(names, 0),
                        (size_t)sqlite3_column_bytes(names, 0) + 1);
    (void)sqlite3_finalize(names);
    read_records(store->db, out);
    for (int table = 0; table < KEY_TABLES; table++)
        for (int order = 0; order < KEY_ORDERS; order++)
            read_keys(store->db, key_tables[table].select[order],
                      &out->keys[table][order]);
    out->checksum = checksum_of(store->db);
    ruf_store_close(store);
    if (out->pool.failed || out->records.failed)
        exit(11);
}

static void free_rows(struct rows *rows)
{
    ruf_writer_free(&rows->schema);
    ruf_writer_free(&rows->pool);
    ruf_writer_free(&rows->records);
    for (int table = 0; table < KEY_TABLES; table++)
        for (int order = 0; order < KEY_ORDERS; order++)
            ruf_writer_free(&rows->keys[table][order]);
}

static void run_schema(sqlite3 *db, const struct rows *rows)
{
    const char *sql = (const char *)rows->schema.bytes;
    const char *end = sql + rows->schema.size;

    for (; sql < end; sql += strlen(sql) + 1)
        must_sql(db, sqlite3_exec(db, sql, NULL, NULL, NULL));
}

#define BYTES_16 "07070707070707070707070707070707"

enum cipher { PLAIN, ENCRYPTED };

static sqlite3 *open_peer(const char *path, enum cipher cipher)
{
    static const char key[] = "x'" BYTES_16 BYTES_16 BYTES_16 "'";
    sqlite3 *db = NULL;

    must_sql(db, sqlite3_open(path, &db));
    if (cipher == ENCRYPTED)
        must_sql(db, sqlite3_key_v2(db, "main", key, (int)sizeof(key) - 1));
    must_sql(db, sqlite3_exec(db,
                              "PRAGMA journal_mode = WAL;"
                              "PRAGMA synchronous = FULL;"
                              "PRAGMA temp_store = MEMORY;"
                              "PRAGMA cache_size = -4194304",
                              NULL, NULL, NULL));
    return db;
}

static void insert_record(sqlite3 *db, sqlite3_stmt *insert, const char *pool,
                          const struct record_row *row)
{
    (void)sqlite3_bind_int64(insert, 1, row->id);
    (void)sqlite3_bind_int64(insert, 2, row->collection);
    (void)sqlite3_bind_blob(insert, 3, pool + row->hash, row->hash_size,
                            SQLITE_STATIC);
    (void)sqlite3_bind_blob(insert, 4, pool + row->payload, row->payload_size,
                            SQLITE_STATIC);
    (void)sqlite3_bind_blob(insert, 5, pool + row->numbers, row->numbers_size,
                            SQLITE_STATIC);
    must_sql(db, sqlite3_step(insert));
    (void)sqlite3_reset(insert);
}

/* Rows of keys, one behind the other. */
struct keys {
    sqlite3_stmt *insert;
    const struct key_row *next;
    const struct key_row *end;
};

static struct keys keys_of(sqlite3 *db, const char *sql,
                           const struct ruf_writer *rows)
{
    const struct key_row *first = (const void *)rows->bytes;

    return (struct keys){ prepare(db, sql), first,
                          first + rows->size / sizeof(*first) };
}

/* Those of records up to this one. */
static void insert_keys(sqlite3 *db, struct keys *keys, int64_t record)
{
    for (; keys->next < keys->end && keys->next->record <= record;
         keys->next++) {
        (void)sqlite3_bind_int64(keys->insert, 1, keys->next->key);
        (void)sqlite3_bind_int64(keys->insert, 2, keys->next->record);
        (void)sqlite3_bind_int64(keys->insert, 3, keys->next->collection);
        must_sql(db, sqlite3_step(keys->insert));
        (void)sqlite3_reset(keys->insert);
    }
}

static void insert_all(sqlite3 *db, const struct rows *rows,
                       enum key_order order)
{
    sqlite3_stmt *insert =
        prepare(db, "INSERT INTO records (id, collection, hash, payload,"
                    " numbers) VALUES (?1, ?2, ?3, ?4, ?5)");
    const struct record_row *row = (const void *)rows->records.bytes;
    size_t count = rows->records.size / sizeof(*row);
    struct keys keys[KEY_TABLES];

    for (int table = 0; table < KEY_TABLES; table++)
        keys[table] =
            keys_of(db, key_tables[table].insert, &rows->keys[table][order]);
    for (size_t i = 0; i < count; i++, row++) {
        insert_record(db, insert, (const char *)rows->pool.bytes, row);
        for (int table = 0; order == BY_RECORD && table < KEY_TABLES; table++)
            insert_keys(db, &keys[table], row->id);
    }
    for (int table = 0; table < KEY_TABLES; table++) {
        insert_keys(db, &keys[table], INT64_MAX);
        (void)sqlite3_finalize(keys[table].insert);
    }
    (void)sqlite3_finalize(insert);
}

static double peer(const char *path, const struct rows *rows,
                   enum cipher cipher, enum key_order order, uint64_t *checksum)
{
    uint64_t begin;
    double ms;
    sqlite3 *db;

    (void)unlink(path);
    begin = bench_cpu_ns();
    db = open_peer(path, cipher);
    must_sql(db, sqlite3_exec(db, "BEGIN", NULL, NULL, NULL));
    run_schema(db, rows);
    insert_all(db, rows, order);
    must_sql(db, sqlite3_exec(db, "COMMIT", NULL, NULL, NULL));
    must_sql(db, sqlite3_close(db));
    ms = (double)(bench_cpu_ns() - begin) / 1e6;
    db = open_peer(path, cipher);
    *checksum = checksum_of(db);
    (void)sqlite3_close(db);
    return ms;
}

/* --- side by side
 * ----------------------------------------------------------------- */

void suite_store(struct bench *bench, const struct bench_data *data)
{
    static const char name[] = "store, bulk load";
    struct bench_samples samples[4] = { { 0 } };
    struct bench_records all;
    struct rows rows = { 0 };
    struct load load;
    char ours_path[300];
    char peer_path[300];
    uint64_t checksum = 0;

    (void)snprintf(ours_path, sizeof(ours_path), "%s/load.db",
                   bench->directory);
    (void)snprintf(peer_path, sizeof(peer_path), "%s/peer.db",
                   bench->directory);
    bench_records_create(bench->contacts, data->policy, &all);
    load_create(&all, data->policy, &load);
    (void)ours(ours_path, &load);
    read_rows(ours_path, &rows);
    for (int run = 0; run < (bench->quick ? 1 : RUNS); run++) {
        samples_add(&samples[0],
                    peer(peer_path, &rows, PLAIN, BY_RECORD, &checksum));
        samples_add(&samples[1],
                    peer(peer_path, &rows, PLAIN, BY_KEY, &checksum));
        samples_add(&samples[2],
                    peer(peer_path, &rows, ENCRYPTED, BY_KEY, &checksum));
        samples_add(&samples[3], ours(ours_path, &load));
    }
    bench_group(bench);
    bench_report(bench, name, "SQLite, plain, rows ready", bench->contacts,
                 "ms", &samples[0], checksum);
    bench_report(bench, name, "SQLite, plain, rows ready, keys sorted",
                 bench->contacts, "ms", &samples[1], checksum);
    bench_report(bench, name, "SQLCipher, rows ready, keys sorted",
                 bench->contacts, "ms", &samples[2], checksum);
    bench_report(bench, name, "Rufname, encrypted, from raw records",
                 bench->contacts, "ms", &samples[3], rows.checksum);
    free_rows(&rows);
    load_destroy(&load);
    bench_records_destroy(&all);
}
