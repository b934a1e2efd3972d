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
    struct store_numbers numbers = { NULL, NULL };
    sqlite3_stmt *rows = NULL;
    struct ruf_source_contact contact;
    bool found;
    enum ruf_status status = ruf_store_numbers_open(store, &numbers, err);

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
        status = ruf_store_numbers_write(store, &numbers,
                                         sqlite3_column_int64(rows, 2), false,
                                         &contact, err);
    }
    (void)sqlite3_finalize(rows);
    ruf_store_numbers_close(&numbers);
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
            e164 > 0 ? "SELECT c.source, r.payload FROM records r"
                       " CROSS JOIN collections c ON c.id = r.collection"
                       " WHERE r.id IN (SELECT record FROM numbers"
                       " WHERE e164 = ?1 AND e164 > 0) ORDER BY r.id"
                     : "SELECT c.source, r.payload FROM records r"
                       " CROSS JOIN collections c ON c.id = r.collection"
                       " WHERE r.id IN (SELECT record FROM numbers"
                       " WHERE e164 = 0) ORDER BY r.id",
            &rows, err);
    if (status == RUF_OK && e164 > 0)
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

/* The entry of a source; rows come sorted by source. NULL: no room. */
static struct ruf_number_health *health_of(struct ruf_report *out,
                                           struct ruf_text source)
{
    struct ruf_number_health *last =
        out->source_count == 0 ? NULL : &out->sources[out->source_count - 1];

    if (last != NULL && ruf_text_is(source, last->source))
        return last;
    if (out->source_count == sizeof(out->sources) / sizeof(out->sources[0]))
        return NULL;
    last = &out->sources[out->source_count++];
    (void)snprintf(last->source, sizeof(last->source), "%.*s", (int)source.size,
                   source.data);
    return last;
}

static void count_row(struct ruf_number_health *health, unsigned reason,
                      unsigned corrections, uint64_t count)
{
    health->numbers += count;
    if (reason < RUF_REASON_COUNT)
        health->reasons[reason] += count;
    for (size_t bit = 0; bit < RUF_CORRECTION_COUNT; bit++)
        if ((corrections >> bit & 1) != 0)
            health->corrections[bit] += count;
}

enum ruf_status ruf_store_health(struct ruf_store *store,
                                 struct ruf_report *out, struct ruf_error *err)
{
    sqlite3_stmt *rows;
    bool row = true;
    enum ruf_status status = ruf_store_prepare(
        store,
        "SELECT c.source, n.reason, n.corrections, count(*) FROM numbers n"
        " JOIN records r ON r.id = n.record"
        " JOIN collections c ON c.id = r.collection"
        " GROUP BY c.source, n.reason, n.corrections"
        " ORDER BY c.source",
        &rows, err);

    memset(out, 0, sizeof(*out));
    while (status == RUF_OK) {
        struct ruf_number_health *health;

        status = ruf_store_step(store, rows, &row, err);
        if (status != RUF_OK || !row)
            break;
        health = health_of(out, ruf_store_column_text(rows, 0));
        if (health != NULL)
            count_row(health, (unsigned)sqlite3_column_int(rows, 1),
                      (unsigned)sqlite3_column_int(rows, 2),
                      (uint64_t)sqlite3_column_int64(rows, 3));
    }
    (void)sqlite3_finalize(rows);
    return status;
}
