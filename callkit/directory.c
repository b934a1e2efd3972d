/*
 * callkit/directory.c - the calls of one full Call Directory request
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include <rufname/directory.h>

#define STOP_POLL_INTERVAL 1000u

static bool is_stopped(const struct ruf_directory_host *host, uint64_t count)
{
    return host->should_stop != NULL && count % STOP_POLL_INTERVAL == 0 &&
           host->should_stop(host->context);
}

static enum ruf_status emit_entries(struct ruf_cursor *cursor,
                                    const struct ruf_directory_host *host,
                                    struct ruf_error *err)
{
    for (uint64_t count = 0;; count++) {
        struct ruf_entry entry;
        enum ruf_status status;

        if (is_stopped(host, count))
            return ruf_fail(err, RUF_E_CANCELLED, "C410", "",
                            "stopped by the host");
        status = ruf_cursor_next(cursor, &entry, err);
        if (status != RUF_OK || entry.number == 0)
            return status;
        status = host->add_identification(host->context, entry.number,
                                          entry.label, err);
        if (status != RUF_OK)
            return status;
    }
}

enum ruf_status ruf_directory_emit_full(const struct ruf_index *index,
                                        const struct ruf_directory_host *host,
                                        struct ruf_error *err)
{
    struct ruf_index_info info;
    struct ruf_cursor *cursor;
    enum ruf_status status;

    /* Whatever can fail comes before the first add: a request that breaks off
     * costs the phone all its entries. */
    ruf_index_describe(index, &info);
    if (info.entry_count > RUF_DIRECTORY_ENTRIES_MAX)
        return ruf_fail(
            err, RUF_E_POLICY, "C411", "", "%llu entries, a phone accepts %d",
            (unsigned long long)info.entry_count, RUF_DIRECTORY_ENTRIES_MAX);
    status = ruf_cursor_create(index, &cursor, err);
    if (status != RUF_OK)
        return status;
    status = emit_entries(cursor, host, err);
    ruf_cursor_destroy(cursor);
    return status == RUF_OK ? host->complete(host->context, err) : status;
}
