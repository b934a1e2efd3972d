/*
 * engine/marks.c - favourites and recently opened contacts
 *
 * A mark is kept under a record's own id, which leads to its contact in any
 * later index, however that is merged then.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/home_private.h"
#include <rufname/identity.h>
#include <rufname/marks.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static enum ruf_mark stored_kind(enum ruf_mark_kind kind)
{
    return kind == RUF_RECENT ? RUF_MARK_RECENT : RUF_MARK_FAVOURITE;
}

static bool is_wanted(const struct ruf_home *home, enum ruf_mark_kind kind)
{
    return kind != RUF_RECENT || home->policy->recents_enabled;
}

/* --- marking
 * ---------------------------------------------------------------------- */

enum ruf_status ruf_home_mark(struct ruf_home *home, struct ruf_query *query,
                              uint32_t contact, enum ruf_mark_kind kind,
                              struct ruf_error *err)
{
    struct ruf_home_writer writer;
    struct ruf_identity identity;
    enum ruf_status status;

    if (!is_wanted(home, kind))
        return RUF_OK;
    status = ruf_query_identity(query, contact, &identity, err);
    if (status != RUF_OK || identity.id_count == 0)
        return status;
    status = ruf_home_writer_open(home, &writer, err);
    if (status != RUF_OK)
        return status;
    if (is_wanted(home, kind)) /* under the lock: still? */
        status = ruf_store_mark(writer.store, stored_kind(kind),
                                identity.ids[0].source, identity.ids[0].id,
                                (int64_t)time(NULL), err);
    ruf_home_writer_close(&writer);
    return status;
}

/* It may have been made for any record of the contact. */
enum ruf_status ruf_home_unmark(struct ruf_home *home, struct ruf_query *query,
                                uint32_t contact, enum ruf_mark_kind kind,
                                struct ruf_error *err)
{
    struct ruf_home_writer writer;
    struct ruf_identity identity;
    enum ruf_status status = ruf_query_identity(query, contact, &identity, err);

    if (status == RUF_OK)
        status = ruf_home_writer_open(home, &writer, err);
    if (status != RUF_OK)
        return status;
    for (size_t i = 0; i < identity.id_count && status == RUF_OK; i++)
        status =
            ruf_store_unmark(writer.store, stored_kind(kind),
                             identity.ids[i].source, identity.ids[i].id, err);
    ruf_home_writer_close(&writer);
    return status;
}

/* --- reading
 * ---------------------------------------------------------------------- */

struct reading {
    struct ruf_query *query;
    uint32_t *list;
    size_t count;
    enum ruf_status status;
    struct ruf_error *err;
};

static void take_mark(void *context, struct ruf_text source,
                      struct ruf_text native_id, int64_t made)
{
    struct reading *reading = context;
    uint32_t contact;

    (void)made;
    if (reading->status != RUF_OK || reading->count == RUF_SEARCH_BOOSTED_MAX)
        return;
    reading->status = ruf_query_find_id(reading->query, source, native_id,
                                        &contact, reading->err);
    if (reading->status == RUF_OK && contact != UINT32_MAX)
        reading->list[reading->count++] = contact;
}

static int by_number(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;

    return (a > b) - (a < b);
}

/* Ascending; two records of one contact count once. */
static enum ruf_status read_marks(struct ruf_store *store,
                                  struct ruf_query *query, enum ruf_mark mark,
                                  uint32_t *list, size_t *count,
                                  struct ruf_error *err)
{
    struct reading reading = { query, list, 0, RUF_OK, err };
    enum ruf_status status =
        ruf_store_marks(store, mark, take_mark, &reading, err);

    *count = 0;
    if (status == RUF_OK)
        status = reading.status;
    if (status != RUF_OK)
        return status;
    qsort(list, reading.count, sizeof(*list), by_number);
    for (size_t i = 0; i < reading.count; i++)
        if (i == 0 || list[i] != list[*count - 1])
            list[(*count)++] = list[i];
    return RUF_OK;
}

enum ruf_status ruf_home_marks(struct ruf_home *home, struct ruf_query *query,
                               struct ruf_marks *out, struct ruf_error *err)
{
    struct ruf_store *store = NULL;
    enum ruf_status status = ruf_home_store_open(home, &store, err);

    memset(out, 0, sizeof(*out));
    if (status == RUF_OK)
        status = read_marks(store, query, RUF_MARK_FAVOURITE, out->favourites,
                            &out->favourite_count, err);
    if (status == RUF_OK && home->policy->recents_enabled)
        status = read_marks(store, query, RUF_MARK_RECENT, out->recents,
                            &out->recent_count, err);
    ruf_store_close(store);
    return status;
}

void ruf_marks_prefer(const struct ruf_marks *marks,
                      struct ruf_search_options *options)
{
    options->favourites = marks->favourites;
    options->favourite_count = marks->favourite_count;
    options->recents = marks->recents;
    options->recent_count = marks->recent_count;
}
