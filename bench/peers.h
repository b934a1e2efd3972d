/*
 * bench/peers.h - the same entries in Rufname and in what it is compared with
 *
 * Each peer is a table of functions; a suite runs over all that can do what it
 * measures. A peer hands out a number's label and contact, as we do.
 *
 * Threads: one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BENCH_PEERS_H
#define BENCH_PEERS_H

#include "bench/bench.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A number, its label, its best contact. */
struct bench_entry {
    uint64_t number;
    const char *label;
    uint32_t label_size;
    uint32_t contact; /**< UINT32_MAX: none */
};

/** Ascending, distinct numbers. */
struct bench_entries {
    struct bench_entry *items;
    size_t count;
};

/** What peers are opened on. */
struct bench_place {
    const char *directory; /**< files of the peers */
    const char *image;     /**< ours */
    const unsigned char *key;
    const struct bench_entries *entries;
};

struct peer_answer {
    const char *label; /**< borrowed until the next call */
    size_t size;
    uint32_t contact;
};

/** Most numbers in one call of find_batch(). */
#define PEER_BATCH 64u

typedef void (*peer_sink)(void *context, uint64_t number, const char *label,
                          size_t size);

struct peer {
    const char *name;  /**< with its configuration */
    bool numbers_only; /**< a set: no label, no contact */
    bool start_counts; /**< open() reads a file: has a place in suite open */
    void *(*open)(const struct bench_place *place);
    void (*close)(void *self);
    bool (*find)(void *self, uint64_t number, struct peer_answer *out);
    /** At most PEER_BATCH numbers in one call, unknown ones with a label of no
     *  bytes; how many were answered, from the front, until the next call.
     *  NULL: has no such call. */
    size_t (*find_batch)(void *self, const uint64_t *numbers, size_t count,
                         struct peer_answer *out);
    /** All entries, ascending; NULL: has no order. */
    void (*each)(void *self, peer_sink sink, void *context);
    /** Bytes it takes, in the file or in memory. */
    uint64_t (*bytes)(void *self);
};

/** Ours first: resident, then on demand. */
extern const struct peer *const peers[];
extern const size_t peer_count;

/** Position of the k-th peer in a list that begins with 'lead'. */
size_t peers_from(const struct peer *lead, size_t k);

extern const struct peer peer_resident;
extern const struct peer peer_on_demand;
extern const struct peer peer_sqlite;
extern const struct peer peer_sqlite_autocommit;
extern const struct peer peer_sqlcipher;
extern const struct peer peer_sqlcipher_autocommit;
extern const struct peer peer_lmdb;
extern const struct peer peer_flat;
extern const struct peer peer_sorted;
extern const struct peer peer_roaring;

/** Make the file of the peers that have one, in their fastest way. */
void peer_sqlite_fill(const struct bench_place *place);
void peer_sqlcipher_fill(const struct bench_place *place);
void peer_lmdb_fill(const struct bench_place *place);

/** Make all files unless they are there. */
void peers_ready(const struct bench_place *place);

struct sqlite3;

/** SQLCipher with a raw key and all pages cached: for other tables in it. */
struct sqlite3 *peer_sqlcipher_open(const char *directory);

/** Versions, for the context of a run. */
void peer_sql_versions(char sqlite[160], char sqlcipher[160]);
const char *peer_lmdb_version(void);
const char *peer_flat_version(void);
const char *peer_roaring_version(void);

#ifdef __cplusplus
}
#endif
#endif
