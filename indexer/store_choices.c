/*
 * indexer/store_choices.c - what people decided about contacts
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/store_choices.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/seal.h"
#include "base/text.h"
#include "indexer/store_private.h"
#include <stdlib.h>
#include <string.h>

/* --- names of records
 * ------------------------------------------------------------- */

#define NAME_SIZE 16

struct name {
    uint8_t bytes[NAME_SIZE];
};

/* Names many records under the key for it. */
struct namer {
    struct ruf_mac *mac;
    struct ruf_writer text;
};

static enum ruf_status open_namer(const struct ruf_store *store,
                                  struct namer *out, struct ruf_error *err)
{
    uint8_t key[RUF_SEAL_KEY_SIZE];
    enum ruf_status status = ruf_derive_key(
        store->hash_key.bytes, NULL, 0, "rufname/1 record", NULL, 0, key, err);

    memset(out, 0, sizeof(*out));
    if (status == RUF_OK)
        status = ruf_mac_create(key, &out->mac, err);
    ruf_wipe(key, sizeof(key));
    return status;
}

static void close_namer(struct namer *namer)
{
    ruf_mac_destroy(namer->mac);
    ruf_writer_wipe(&namer->text);
}

static enum ruf_status name_record(struct namer *namer,
                                   const struct ruf_source_contact *record,
                                   struct name *out, struct ruf_error *err)
{
    uint8_t digest[RUF_DIGEST_SIZE];
    enum ruf_status status;

    namer->text.size = 0;
    ruf_write_text(&namer->text, ruf_text(record->source->id));
    ruf_write_text(&namer->text, record->native_id);
    if (namer->text.failed)
        return ruf_fail_memory(err);
    status = ruf_mac_digest(namer->mac, namer->text.bytes, namer->text.size,
                            digest, err);
    memcpy(out->bytes, digest, sizeof(out->bytes));
    return status;
}

static int by_bytes(const void *left, const void *right)
{
    return memcmp(left, right, NAME_SIZE);
}

/* --- writing overrides
 * ------------------------------------------------------------ */

struct choosing {
    const struct ruf_store *store;
    struct namer namer;
    sqlite3_stmt *put;
    sqlite3_stmt *erase;
};

static enum ruf_status choose(struct choosing *choosing,
                              const struct ruf_store_choice *choice,
                              int64_t made, struct ruf_error *err)
{
    sqlite3_stmt *statement =
        choice->choice == RUF_CHOICE_NONE ? choosing->erase : choosing->put;
    struct name names[2];
    enum ruf_status status =
        name_record(&choosing->namer, choice->a, &names[0], err);

    if (status == RUF_OK)
        status = name_record(&choosing->namer, choice->b, &names[1], err);
    if (status != RUF_OK)
        return status;
    qsort(names, 2, sizeof(names[0]), by_bytes);
    (void)sqlite3_bind_blob(statement, 1, names[0].bytes, NAME_SIZE,
                            SQLITE_STATIC);
    (void)sqlite3_bind_blob(statement, 2, names[1].bytes, NAME_SIZE,
                            SQLITE_STATIC);
    if (choice->choice != RUF_CHOICE_NONE) {
        (void)sqlite3_bind_int(statement, 3,
                               choice->choice == RUF_CHOICE_TOGETHER);
        (void)sqlite3_bind_int64(statement, 4, made);
    }
    return ruf_store_change(choosing->store, statement, err);
}

static enum ruf_status choose_all(struct choosing *choosing,
                                  const struct ruf_store_choice *choices,
                                  size_t count, int64_t made,
                                  struct ruf_error *err)
{
    enum ruf_status status = ruf_store_prepare(
        choosing->store,
        "INSERT OR REPLACE INTO overrides (a, b, together, made)"
        " VALUES (?1, ?2, ?3, ?4)",
        &choosing->put, err);

    if (status == RUF_OK)
        status = ruf_store_prepare(
            choosing->store, "DELETE FROM overrides WHERE a = ?1 AND b = ?2",
            &choosing->erase, err);
    for (size_t i = 0; i < count && status == RUF_OK; i++)
        status = choose(choosing, &choices[i], made, err);
    (void)sqlite3_finalize(choosing->put);
    (void)sqlite3_finalize(choosing->erase);
    return status;
}

enum ruf_status ruf_store_choose(struct ruf_store *store,
                                 const struct ruf_store_choice *choices,
                                 size_t count, int64_t made,
                                 struct ruf_error *err)
{
    struct choosing choosing = { .store = store };
    enum ruf_status status = open_namer(store, &choosing.namer, err);

    if (status == RUF_OK)
        status = ruf_store_begin(store, err);
    if (status == RUF_OK)
        status = ruf_store_end(
            store, choose_all(&choosing, choices, count, made, err), err);
    close_namer(&choosing.namer);
    return status;
}

/* --- reading overrides
 * ------------------------------------------------------------ */

/* A name that some pair holds, and where it stands in the contacts. */
struct wanted {
    struct name name;
    uint32_t position;
};

struct pair {
    struct name a;
    struct name b;
    bool together;
    int64_t made;
};

static bool read_name(sqlite3_stmt *rows, int column, struct name *out)
{
    const void *bytes = sqlite3_column_blob(rows, column);

    if (bytes == NULL || sqlite3_column_bytes(rows, column) != NAME_SIZE)
        return false;
    memcpy(out->bytes, bytes, NAME_SIZE);
    return true;
}

static enum ruf_status read_pairs(const struct ruf_store *store,
                                  struct ruf_writer *pairs,
                                  struct ruf_error *err)
{
    sqlite3_stmt *rows;
    bool row = true;
    enum ruf_status status = ruf_store_prepare(
        store, "SELECT a, b, together, made FROM overrides ORDER BY made, a, b",
        &rows, err);

    while (status == RUF_OK) {
        struct pair pair;

        memset(&pair, 0, sizeof(pair));
        status = ruf_store_step(store, rows, &row, err);
        if (status != RUF_OK || !row)
            break;
        if (!read_name(rows, 0, &pair.a) || !read_name(rows, 1, &pair.b))
            continue;
        pair.together = sqlite3_column_int(rows, 2) != 0;
        pair.made = sqlite3_column_int64(rows, 3);
        ruf_write_bytes(pairs, &pair, sizeof(pair));
        if (pairs->failed)
            status = ruf_fail_memory(err);
    }
    (void)sqlite3_finalize(rows);
    return status;
}

static struct wanted *find_wanted(struct wanted *wanted, size_t count,
                                  const struct name *name)
{
    return bsearch(name, wanted, count, sizeof(*wanted), by_bytes);
}

static uint32_t position_of(struct wanted *wanted, size_t count,
                            const struct name *name)
{
    const struct wanted *found = find_wanted(wanted, count, name);

    return found == NULL ? UINT32_MAX : found->position;
}

/* Where is each named record? Only the names are compared: every record is
 * named once, and only if there is a pair at all. */
static enum ruf_status place_wanted(const struct ruf_store *store,
                                    const struct ruf_source_contact *contacts,
                                    size_t count, struct wanted *wanted,
                                    size_t wanted_count, struct ruf_error *err)
{
    struct namer namer;
    enum ruf_status status = open_namer(store, &namer, err);

    for (size_t i = 0; i < count && status == RUF_OK; i++) {
        struct name name;
        struct wanted *found;

        status = name_record(&namer, &contacts[i], &name, err);
        if (status != RUF_OK)
            break;
        found = find_wanted(wanted, wanted_count, &name);
        if (found != NULL)
            found->position = (uint32_t)i;
    }
    close_namer(&namer);
    return status;
}

/* Each name once, sorted. */
static size_t list_wanted(const struct pair *pairs, size_t count,
                          struct wanted *out)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        out[2 * i] = (struct wanted){ pairs[i].a, UINT32_MAX };
        out[2 * i + 1] = (struct wanted){ pairs[i].b, UINT32_MAX };
    }
    qsort(out, 2 * count, sizeof(*out), by_bytes);
    for (size_t i = 0; i < 2 * count; i++)
        if (i == 0 || by_bytes(&out[i], &out[kept - 1]) != 0)
            out[kept++] = out[i];
    return kept;
}

static enum ruf_status place_pairs(const struct ruf_store *store,
                                   const struct ruf_source_contact *contacts,
                                   size_t count, const struct pair *pairs,
                                   size_t pair_count, struct ruf_arena *arena,
                                   struct ruf_store_override *out,
                                   struct ruf_error *err)
{
    struct wanted *wanted =
        ruf_arena_alloc(arena, 2 * pair_count, sizeof(*wanted));
    size_t wanted_count;
    enum ruf_status status;

    if (wanted == NULL)
        return ruf_fail_memory(err);
    wanted_count = list_wanted(pairs, pair_count, wanted);
    status = place_wanted(store, contacts, count, wanted, wanted_count, err);
    for (size_t i = 0; i < pair_count && status == RUF_OK; i++) {
        out[i].pair.a = position_of(wanted, wanted_count, &pairs[i].a);
        out[i].pair.b = position_of(wanted, wanted_count, &pairs[i].b);
        out[i].pair.together = pairs[i].together;
        out[i].made = pairs[i].made;
    }
    return status;
}

enum ruf_status ruf_store_overrides(struct ruf_store *store,
                                    const struct ruf_source_contact *contacts,
                                    size_t count, struct ruf_arena *arena,
                                    struct ruf_store_override **out,
                                    size_t *out_count, struct ruf_error *err)
{
    struct ruf_writer pairs = { 0 };
    enum ruf_status status = read_pairs(store, &pairs, err);
    size_t pair_count = pairs.size / sizeof(struct pair);

    *out_count = 0;
    *out = ruf_arena_alloc(arena, pair_count, sizeof(**out));
    if (status == RUF_OK && *out == NULL)
        status = ruf_fail_memory(err);
    if (status == RUF_OK && pair_count > 0)
        status = place_pairs(store, contacts, count,
                             (const struct pair *)(const void *)pairs.bytes,
                             pair_count, arena, *out, err);
    if (status == RUF_OK)
        *out_count = pair_count;
    ruf_writer_free(&pairs);
    return status;
}

/* --- marks
 * ------------------------------------------------------------------------ */

/* Run one statement over (kind, source, native id[, time]). */
static enum ruf_status change_mark(const struct ruf_store *store,
                                   const char *sql, enum ruf_mark mark,
                                   struct ruf_text source,
                                   struct ruf_text native_id, int64_t number,
                                   struct ruf_error *err)
{
    sqlite3_stmt *statement;
    enum ruf_status status = ruf_store_prepare(store, sql, &statement, err);

    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_int(statement, 1, (int)mark);
    ruf_store_bind_text(statement, 2, source);
    ruf_store_bind_text(statement, 3, native_id);
    (void)sqlite3_bind_int64(statement, 4, number);
    status = ruf_store_change(store, statement, err);
    (void)sqlite3_finalize(statement);
    return status;
}

static enum ruf_status put_mark(const struct ruf_store *store,
                                enum ruf_mark mark, struct ruf_text source,
                                struct ruf_text native_id, int64_t made,
                                struct ruf_error *err)
{
    const struct ruf_text none = { NULL, 0 };
    enum ruf_status status = change_mark(
        store,
        "INSERT OR REPLACE INTO marks (kind, source, native_id, made)"
        " VALUES (?1, ?2, ?3, ?4)",
        mark, source, native_id, made, err);

    if (status != RUF_OK || mark != RUF_MARK_RECENT)
        return status;
    return change_mark(store,
                       "DELETE FROM marks WHERE kind = ?1 AND"
                       " (source, native_id) NOT IN (SELECT source, native_id"
                       " FROM marks WHERE kind = ?1"
                       " ORDER BY made DESC, source, native_id LIMIT ?4)",
                       mark, none, none, RUF_STORE_RECENTS_MAX, err);
}

enum ruf_status ruf_store_mark(struct ruf_store *store, enum ruf_mark mark,
                               struct ruf_text source,
                               struct ruf_text native_id, int64_t made,
                               struct ruf_error *err)
{
    enum ruf_status status = ruf_store_begin(store, err);

    if (status != RUF_OK)
        return status;
    return ruf_store_end(
        store, put_mark(store, mark, source, native_id, made, err), err);
}

enum ruf_status ruf_store_unmark(struct ruf_store *store, enum ruf_mark mark,
                                 struct ruf_text source,
                                 struct ruf_text native_id,
                                 struct ruf_error *err)
{
    return change_mark(store,
                       "DELETE FROM marks WHERE kind = ?1 AND source = ?2"
                       " AND native_id = ?3",
                       mark, source, native_id, 0, err);
}

enum ruf_status ruf_store_marks(struct ruf_store *store, enum ruf_mark mark,
                                ruf_store_marked *callback, void *context,
                                struct ruf_error *err)
{
    sqlite3_stmt *rows;
    bool row = true;
    enum ruf_status status = ruf_store_prepare(
        store,
        "SELECT source, native_id, made FROM marks WHERE kind = ?1"
        " ORDER BY made DESC, source, native_id",
        &rows, err);

    if (status != RUF_OK)
        return status;
    (void)sqlite3_bind_int(rows, 1, (int)mark);
    while (status == RUF_OK) {
        status = ruf_store_step(store, rows, &row, err);
        if (status != RUF_OK || !row)
            break;
        callback(context, ruf_store_column_text(rows, 0),
                 ruf_store_column_text(rows, 1), sqlite3_column_int64(rows, 2));
    }
    (void)sqlite3_finalize(rows);
    return status;
}

enum ruf_status ruf_store_sweep_marks(struct ruf_store *store,
                                      const struct ruf_policy *policy,
                                      struct ruf_error *err)
{
    enum ruf_status status = ruf_store_run(
        store,
        "DELETE FROM marks WHERE NOT EXISTS (SELECT 1 FROM collections c"
        " CROSS JOIN ids i ON i.collection = c.id"
        " AND i.id = id_key(marks.native_id)"
        " CROSS JOIN records r ON r.id = i.record"
        " AND record_id(r.payload) = marks.native_id"
        " WHERE c.source = marks.source)",
        err);

    if (status == RUF_OK && !policy->recents_enabled)
        status = ruf_store_run(store, "DELETE FROM marks WHERE kind = 1", err);
    return status;
}
