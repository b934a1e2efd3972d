/*
 * indexer/store_private.h - what the files of the store share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_STORE_PRIVATE_H
#define INDEXER_STORE_PRIVATE_H

#include "base/secret.h"
#include "base/spool.h"
#include "indexer/keyed.h"
#include "indexer/page_file.h"
#include "indexer/store.h"

#ifndef SQLITE_HAS_CODEC
#define SQLITE_HAS_CODEC                                                       \
    1 /* the header declares sqlite3_key_v2() only then                        \
       */
#endif
#include <sqlite3.h>

/* Statements kept for the next page of a round. */
#define STORE_IDLE 8

struct ruf_store {
    sqlite3 *db;
    sqlite3_stmt **idle; /* STORE_IDLE; ruf_store_take() */
    char *path;
    struct ruf_secret hash_key;  /* for Hash-IDs and markers */
    struct ruf_secret id_secret; /* of the hash over ids, made from it */
    struct ruf_page_file pages;  /* of rounds under way */
    char *keys_path; /* for keys that wait, without a name; NULL: in memory */
    bool trial;      /* within a transaction to be undone */
};

/* Turn a failed SQLite call into a status: full disk, damage, busy ... */
enum ruf_status ruf_store_failed(const struct ruf_store *store,
                                 struct ruf_error *err);

/* Run SQL text that returns nothing. */
RUF_MUST_USE enum ruf_status ruf_store_run(const struct ruf_store *store,
                                           const char *sql,
                                           struct ruf_error *err);

/* Prepare a statement; NULL after an error. */
RUF_MUST_USE enum ruf_status ruf_store_prepare(const struct ruf_store *store,
                                               const char *sql,
                                               sqlite3_stmt **out,
                                               struct ruf_error *err);

/* The same, of those put back if it is there: parsing takes longer than running
 * it. Put it back, or finalise it. */
RUF_MUST_USE enum ruf_status ruf_store_take(const struct ruf_store *store,
                                            const char *sql, sqlite3_stmt **out,
                                            struct ruf_error *err);
/* What it is bound to is forgotten; NULL is fine. */
void ruf_store_put_back(const struct ruf_store *store, sqlite3_stmt *statement);
/* Before the database is closed. */
void ruf_store_drop_idle(const struct ruf_store *store);

/* Step: *row tells whether there is a row. */
RUF_MUST_USE enum ruf_status ruf_store_step(const struct ruf_store *store,
                                            sqlite3_stmt *statement, bool *row,
                                            struct ruf_error *err);

/* Step a statement that changes rows, and reset it. */
RUF_MUST_USE enum ruf_status ruf_store_change(const struct ruf_store *store,
                                              sqlite3_stmt *statement,
                                              struct ruf_error *err);

/* The number that a question has for an answer; 0: no row, or NULL.
 * subject: for its ?1, if it has one. */
RUF_MUST_USE enum ruf_status ruf_store_number(const struct ruf_store *store,
                                              const char *sql, int64_t subject,
                                              int64_t *number,
                                              struct ruf_error *err);

void ruf_store_bind_text(sqlite3_stmt *statement, int position,
                         struct ruf_text text);
/* Borrowed until the next step or reset. */
struct ruf_text ruf_store_column_text(sqlite3_stmt *statement, int column);

/* The database's key as SQLCipher reads it, owned by the caller. */
RUF_MUST_USE enum ruf_status ruf_store_key_text(const uint8_t *key,
                                                struct ruf_secret *out,
                                                struct ruf_error *err);

/* The file beside the store that tells a wrong key from a damaged page. */
RUF_MUST_USE enum ruf_status ruf_store_write_key_check(const char *store_path,
                                                       const uint8_t *key,
                                                       struct ruf_error *err);
RUF_MUST_USE enum ruf_status ruf_store_remove_key_check(const char *store_path,
                                                        struct ruf_error *err);

/* Of the home's key, unless the store keeps that of a former one. */
RUF_MUST_USE enum ruf_status ruf_store_load_hash_key(struct ruf_store *store,
                                                     const uint8_t *key,
                                                     struct ruf_error *err);

/* The hash of a record's id, 63 bits of it, by which a record is found: table
 * "ids". Others may share it, so the id of the record found is compared. In SQL
 * it is id_key(). The secret follows from the key of hashes, which is there. */
RUF_MUST_USE enum ruf_status ruf_store_ids_start(struct ruf_store *store,
                                                 struct ruf_error *err);
uint64_t ruf_store_id_key(const struct ruf_store *store, struct ruf_text id);

/* Records of the source ?1 whose id is ?2, as "r". */
#define STORE_RECORD_OF                                                        \
    " FROM collections c"                                                      \
    " CROSS JOIN ids i ON i.collection = c.id AND i.id = id_key(?2)"           \
    " CROSS JOIN records r ON r.id = i.record AND record_id(r.payload) = ?2"   \
    " WHERE c.source = ?1"

/* Which plan tables standardised the numbers: see ruf_store_standardise(). */
#define STORE_FACT_PLAN "plan"
int64_t ruf_store_plan_number(void);

/* Create tables of a new file; check the version of an old one, which a writer
 * brings up to date: for that the store has its key of ids. */
RUF_MUST_USE enum ruf_status ruf_store_schema_create(struct ruf_store *store,
                                                     struct ruf_error *err);
RUF_MUST_USE enum ruf_status ruf_store_schema_check(struct ruf_store *store,
                                                    enum ruf_store_mode mode,
                                                    struct ruf_error *err);

/* Row of a collection, made if it is new. */
RUF_MUST_USE enum ruf_status
ruf_store_collection_id(const struct ruf_store *store, const char *source,
                        const char *collection, int64_t *id,
                        struct ruf_error *err);
/* A higher id than all others have, for one without records: its keys will then
 * stand behind theirs, where they are entered fastest. */
RUF_MUST_USE enum ruf_status
ruf_store_collection_move_last(const struct ruf_store *store, int64_t *id,
                               struct ruf_error *err);

/* Pages of a round under way: keep one, within the transaction of its link, and
 * forget those of a collection. */
RUF_MUST_USE enum ruf_status ruf_store_stage(struct ruf_store *store,
                                             int64_t collection,
                                             const struct ruf_store_page *page,
                                             struct ruf_error *err);
RUF_MUST_USE enum ruf_status
ruf_store_staged_forget(const struct ruf_store *store, int64_t collection,
                        struct ruf_error *err);

/* Can all pages of a collection be read? RUF_E_CORRUPT (D714): not all. */
RUF_MUST_USE enum ruf_status ruf_store_staged_check(struct ruf_store *store,
                                                    int64_t collection,
                                                    struct ruf_error *err);

/* A page: records, each with its length before it (LEB128). */
typedef enum ruf_status ruf_store_staged_page(void *context, const void *bytes,
                                              size_t size,
                                              struct ruf_error *err);

/* Hand out the pages of a collection, in order, each erased before. */
RUF_MUST_USE enum ruf_status
ruf_store_staged_take(struct ruf_store *store, int64_t collection,
                      ruf_store_staged_page *receive, void *context,
                      struct ruf_error *err);

/* Remove the page file if no round needs it; outside of a transaction. */
RUF_MUST_USE enum ruf_status ruf_store_staged_tidy(struct ruf_store *store,
                                                   struct ruf_error *err);

/* Fold what is staged for a collection into the visible records. */
RUF_MUST_USE enum ruf_status
ruf_store_fold(struct ruf_store *store, const struct ruf_policy *policy,
               const struct ruf_store_page *page, int64_t collection,
               struct ruf_store_round *out, struct ruf_error *err);

/* What is of a source, in SQL whose only parameter is its id. */
#define STORE_OF_SOURCE                                                        \
    "collection IN (SELECT id FROM collections WHERE source = ?1)"

RUF_MUST_USE enum ruf_status ruf_store_run_for(const struct ruf_store *store,
                                               const char *source,
                                               const char *sql,
                                               struct ruf_error *err);
/* All there is of a source, within a transaction; *removed: its records. */
RUF_MUST_USE enum ruf_status
ruf_store_source_erase(const struct ruf_store *store, const char *source,
                       uint64_t *removed, struct ruf_error *err);

/* A row of (source, payload) as a source contact, standardised. *kept is false
 * if the policy hides it by now. */
RUF_MUST_USE enum ruf_status
ruf_store_read_contact(sqlite3_stmt *rows, const struct ruf_policy *policy,
                       struct ruf_arena *arena, struct ruf_source_contact *out,
                       bool *kept, struct ruf_error *err);

/* Total, valid and unresolved numbers. */
RUF_MUST_USE enum ruf_status
ruf_store_count_numbers(const struct ruf_store *store,
                        struct ruf_store_stats *out, struct ruf_error *err);

/* --- records and the keys that lead to them
 * ------------------------------------------------------------------------ */

/* First bytes of HMAC-SHA-256: of a payload, and of an id in a marker. */
#define STORE_HASH_SIZE 16

/* All zero unless the column holds one. */
void ruf_store_column_hash(sqlite3_stmt *row, int column,
                           uint8_t out[STORE_HASH_SIZE]);

/* What became of a number of a record: column "numbers" of its row. */
struct store_number {
    ruf_e164 e164; /* 0: not identifiable */
    unsigned reason;
    unsigned corrections;
};

/* @return false: there is no more. */
bool ruf_store_number_next(struct ruf_reader *numbers,
                           struct store_number *out);

/* Runs of keys at most that wait at a time. */
#define STORE_KEYS_RUNS 32

/* A table from keys to records, in order of collections and keys. What is added
 * waits and is entered in that order, since a round brings keys in none: at
 * random places each would cost a page to read, to change and to write, where
 * behind all others it costs a comparison. Nothing may read the table before
 * ruf_store_keys_flush(). */
struct store_keys {
    const struct ruf_store *store;
    sqlite3_stmt *add;
    sqlite3_stmt *add_many; /* STORE_KEYS_MANY of them */
    sqlite3_stmt *drop;
    int64_t collection;        /* 0: none yet */
    struct ruf_writer waiting; /* struct ruf_keyed, of this collection */
    struct ruf_spill *spill;   /* of runs; NULL: none yet */
    struct ruf_spool runs[STORE_KEYS_RUNS]; /* the same, sorted */
    size_t run_count;
    int64_t first; /* record: items are distances from it */
};

/* To begin and end a statement takes longer than to enter a key in order. */
#define STORE_KEYS_MANY 16
#define STORE_KEYS_ROWS_4(row) row ", " row ", " row ", " row
#define STORE_KEYS_ROWS(row) STORE_KEYS_ROWS_4(STORE_KEYS_ROWS_4(row))

/* Statements over one table; their parameters are the collection, and each key
 * with its record. */
struct store_keys_sql {
    const char *add;
    const char *add_many;
    const char *drop;
};

/* Close it whether this failed or not. */
RUF_MUST_USE enum ruf_status
ruf_store_keys_open(struct ruf_store *store, const struct store_keys_sql *sql,
                    struct store_keys *out, struct ruf_error *err);
void ruf_store_keys_close(struct store_keys *keys);
/* Whose keys are added and dropped next. */
RUF_MUST_USE enum ruf_status ruf_store_keys_turn(struct store_keys *keys,
                                                 int64_t collection,
                                                 struct ruf_error *err);
RUF_MUST_USE enum ruf_status ruf_store_keys_add(struct store_keys *keys,
                                                uint64_t key, int64_t record,
                                                struct ruf_error *err);
RUF_MUST_USE enum ruf_status ruf_store_keys_drop(struct store_keys *keys,
                                                 uint64_t key, int64_t record,
                                                 struct ruf_error *err);
RUF_MUST_USE enum ruf_status ruf_store_keys_flush(struct store_keys *keys,
                                                  struct ruf_error *err);

/* Writes rows of records, and keeps the keys that lead to them in step. */
struct store_records {
    struct ruf_store *store;
    sqlite3_stmt *insert;
    sqlite3_stmt *update;
    sqlite3_stmt *renumber;
    sqlite3_stmt *erase;
    sqlite3_stmt *find;
    struct store_keys ids;
    struct store_keys hashes;
    struct store_keys numbers;
    struct ruf_writer packed; /* numbers of the record under way */
};

struct store_content {
    const uint8_t *hash; /* STORE_HASH_SIZE bytes */
    const struct ruf_writer *payload;
    const struct ruf_source_contact *contact; /* id and numbers */
};

/* Close it whether this failed or not; what is not flushed is lost. */
RUF_MUST_USE enum ruf_status ruf_store_records_open(struct ruf_store *store,
                                                    struct store_records *out,
                                                    struct ruf_error *err);
void ruf_store_records_close(struct store_records *records);
RUF_MUST_USE enum ruf_status
ruf_store_records_flush(struct store_records *records, struct ruf_error *err);

/* The collection has no record of this id. */
RUF_MUST_USE enum ruf_status
ruf_store_record_insert(struct store_records *records, int64_t collection,
                        const struct store_content *content, int64_t *id,
                        struct ruf_error *err);
RUF_MUST_USE enum ruf_status
ruf_store_record_update(struct store_records *records, int64_t id,
                        const struct store_content *content,
                        struct ruf_error *err);
/* Its numbers, standardised anew. */
RUF_MUST_USE enum ruf_status
ruf_store_record_renumber(struct store_records *records, int64_t id,
                          const struct ruf_source_contact *contact,
                          struct ruf_error *err);
RUF_MUST_USE enum ruf_status
ruf_store_record_erase(struct store_records *records, int64_t id,
                       struct ruf_error *err);

/* Enter the keys of all records into tables that have none. */
RUF_MUST_USE enum ruf_status ruf_store_keys_enter(struct ruf_store *store,
                                                  struct ruf_error *err);

#endif
