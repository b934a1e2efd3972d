/*
 * indexer/store_numbers.c - the numbers of the store: standardised anew, who
 * carries one, and how they fare
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/text.h"
#include "indexer/store_private.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The contact of the next row that the policy keeps; it lasts until the call
 * after this. */
static enum ruf_status next_contact(struct ruf_store *store, sqlite3_stmt *rows,
                                    const struct ruf_policy *policy,
                                    struct ruf_arena *arena,
                                    struct ruf_source_contact *contact,
                                    bool *found, struct ruf_error *err)
{
    enum ruf_status status;
    bool kept = false;

    do {
        status = ruf_store_step(store, rows, found, err);
        if (status != RUF_OK || !*found)
            return status;
        ruf_arena_reset(arena);
        status =
            ruf_store_read_contact(rows, policy, arena, contact, &kept, err);
    } while (status == RUF_OK && !kept);
    return status;
}

/* --- standardising anew
 * ------------------------------------------------------------- */

static enum ruf_status restandardise_rows(struct ruf_store *store,
                                          const struct ruf_policy *policy,
                                          struct ruf_arena *arena,
                                          struct ruf_error *err)
{
    struct store_records records;
    sqlite3_stmt *rows = NULL;
    struct ruf_source_contact contact;
    bool found;
    enum ruf_status status = ruf_store_records_open(store, &records, err);

    if (status == RUF_OK)
        status = ruf_store_prepare(store,
                                   "SELECT c.source, r.payload, r.id"
                                   " FROM records r CROSS JOIN collections c"
                                   " ON c.id = r.collection ORDER BY r.id",
                                   &rows, err);
    while (status == RUF_OK) {
        status =
            next_contact(store, rows, policy, arena, &contact, &found, err);
        if (status != RUF_OK || !found)
            break;
        status = ruf_store_record_renumber(
            &records, sqlite3_column_int64(rows, 2), &contact, err);
    }
    (void)sqlite3_finalize(rows);
    if (status == RUF_OK)
        status = ruf_store_records_flush(&records, err);
    ruf_store_records_close(&records);
    return status;
}

/* Grows when the cleaning layer reads a text otherwise than before. */
#define CLEANING_VERSION 1

/* The versions of plan tables and cleaning as one number: 9.0.40 with cleaning
 * 1 is 900004001. */
int64_t ruf_store_plan_number(void)
{
    unsigned part[3] = { 0, 0, 0 };

    (void)sscanf(ruf_number_metadata_version(), "%3u.%3u.%3u", &part[0],
                 &part[1], &part[2]);
    return ((int64_t)part[0] * 1000000 + part[1] * 1000 + part[2]) * 100 +
           CLEANING_VERSION;
}

enum ruf_status ruf_store_standardise(struct ruf_store *store,
                                      const struct ruf_policy *policy,
                                      bool always, struct ruf_error *err)
{
    struct ruf_arena *arena = NULL;
    int64_t plan = 0;
    enum ruf_status status =
        ruf_store_fact_load(store, STORE_FACT_PLAN, &plan, err);

    if (status != RUF_OK || (plan == ruf_store_plan_number() && !always))
        return status;
    status = ruf_arena_create(&arena, err);
    if (status != RUF_OK)
        return status;
    status = ruf_store_begin(store, err);
    if (status == RUF_OK) {
        status = restandardise_rows(store, policy, arena, err);
        if (status == RUF_OK)
            status = ruf_store_fact_save(store, STORE_FACT_PLAN,
                                         ruf_store_plan_number(), err);
        status = ruf_store_end(store, status, err);
    }
    ruf_arena_destroy(arena);
    return status;
}

/* --- carriers
 * ----------------------------------------------------------------------- */

enum ruf_status ruf_store_carriers(struct ruf_store *store,
                                   const struct ruf_policy *policy,
                                   ruf_e164 e164, ruf_store_contact *callback,
                                   void *context, struct ruf_error *err)
{
    struct ruf_arena *arena = NULL;
    sqlite3_stmt *rows = NULL;
    struct ruf_source_contact contact;
    bool found;
    enum ruf_status status = ruf_arena_create(&arena, err);

    if (status == RUF_OK)
        status = ruf_store_prepare(
            store,
            "SELECT c.source, r.payload FROM records r"
            " CROSS JOIN collections c ON c.id = r.collection"
            " WHERE r.id IN (SELECT n.record FROM collections o"
            " CROSS JOIN numbers n ON n.collection = o.id AND n.e164 = ?1)"
            " ORDER BY r.id",
            &rows, err);
    if (status == RUF_OK)
        (void)sqlite3_bind_int64(rows, 1, (int64_t)e164);
    while (status == RUF_OK) {
        status =
            next_contact(store, rows, policy, arena, &contact, &found, err);
        if (status != RUF_OK || !found)
            break;
        callback(context, &contact);
    }
    (void)sqlite3_finalize(rows);
    ruf_arena_destroy(arena);
    return status;
}

/* --- health
 * ------------------------------------------------------------------------- */

typedef void number_of(void *context, struct ruf_text source,
                       const struct store_number *number);

static enum ruf_status walk_numbers(const struct ruf_store *store,
                                    number_of *receive, void *context,
                                    struct ruf_error *err)
{
    sqlite3_stmt *rows;
    bool row = true;
    enum ruf_status status = ruf_store_prepare(
        store,
        "SELECT c.source, r.numbers FROM records r"
        " CROSS JOIN collections c ON c.id = r.collection ORDER BY r.id",
        &rows, err);

    while (status == RUF_OK) {
        struct store_number number;
        struct ruf_reader numbers;

        status = ruf_store_step(store, rows, &row, err);
        if (status != RUF_OK || !row)
            break;
        numbers = ruf_reader(sqlite3_column_blob(rows, 1),
                             (size_t)sqlite3_column_bytes(rows, 1));
        while (ruf_store_number_next(&numbers, &number))
            receive(context, ruf_store_column_text(rows, 0), &number);
    }
    (void)sqlite3_finalize(rows);
    return status;
}

/* The entry of a source. NULL: no room. */
static struct ruf_number_health *health_of(struct ruf_report *out,
                                           struct ruf_text source)
{
    struct ruf_number_health *health;

    for (size_t i = 0; i < out->source_count; i++)
        if (ruf_text_is(source, out->sources[i].source))
            return &out->sources[i];
    if (out->source_count == sizeof(out->sources) / sizeof(out->sources[0]))
        return NULL;
    health = &out->sources[out->source_count++];
    (void)snprintf(health->source, sizeof(health->source), "%.*s",
                   (int)source.size, source.data);
    return health;
}

static void count_number(void *context, struct ruf_text source,
                         const struct store_number *number)
{
    struct ruf_number_health *health = health_of(context, source);

    if (health == NULL)
        return;
    health->numbers++;
    if (number->reason < RUF_REASON_COUNT)
        health->reasons[number->reason]++;
    for (size_t bit = 0; bit < RUF_CORRECTION_COUNT; bit++)
        if ((number->corrections >> bit & 1) != 0)
            health->corrections[bit]++;
}

static int by_source(const void *left, const void *right)
{
    return strcmp(((const struct ruf_number_health *)left)->source,
                  ((const struct ruf_number_health *)right)->source);
}

enum ruf_status ruf_store_health(struct ruf_store *store,
                                 struct ruf_report *out, struct ruf_error *err)
{
    enum ruf_status status;

    memset(out, 0, sizeof(*out));
    status = walk_numbers(store, count_number, out, err);
    qsort(out->sources, out->source_count, sizeof(out->sources[0]), by_source);
    return status;
}

static void count_valid(void *context, struct ruf_text source,
                        const struct store_number *number)
{
    struct ruf_store_stats *out = context;

    (void)source;
    out->numbers_total++;
    if (number->e164 > 0)
        out->numbers_valid++;
    else
        out->numbers_unresolved++;
}

enum ruf_status ruf_store_count_numbers(const struct ruf_store *store,
                                        struct ruf_store_stats *out,
                                        struct ruf_error *err)
{
    return walk_numbers(store, count_valid, out, err);
}
