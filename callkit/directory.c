/*
 * callkit/directory.c - the calls of one full Call Directory request
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "callkit/side.h"
#include <rufname/directory.h>

#define STOP_POLL_INTERVAL 1000u

static bool is_stopped(const struct ruf_directory_host *host, uint64_t count)
{
    return host->should_stop != NULL && count % STOP_POLL_INTERVAL == 0 &&
           host->should_stop(host->context);
}

static enum ruf_status stopped(struct ruf_error *err)
{
    return ruf_fail(err, RUF_E_CANCELLED, "C410", "", "stopped by the host");
}

static enum ruf_status emit_names(struct ruf_side_walk *walk,
                                  const struct ruf_directory_host *host,
                                  struct ruf_error *err)
{
    for (uint64_t count = 0;; count++) {
        enum ruf_status status;

        if (is_stopped(host, count))
            return stopped(err);
        status = ruf_side_walk_next(walk, err);
        if (status != RUF_OK || walk->entry.number == 0)
            return status;
        status = host->add_identification(host->context, walk->entry.number,
                                          walk->entry.label, err);
        if (status != RUF_OK)
            return status;
    }
}

static enum ruf_status emit_blocked(const struct ruf_side *side,
                                    const struct ruf_directory_host *host,
                                    struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;

    for (size_t i = 0; i < side->blocking_count && status == RUF_OK; i++)
        status =
            is_stopped(host, i)
                ? stopped(err)
                : host->add_blocking(host->context, side->blocking[i], err);
    return status;
}

static enum ruf_status emit_side(const struct ruf_side *side,
                                 const struct ruf_directory_host *host,
                                 struct ruf_error *err)
{
    struct ruf_side_walk walk = { 0 };
    enum ruf_status status = ruf_side_walk_open(&walk, side, err);

    if (status == RUF_OK) {
        ruf_side_walk_trust(&walk);
        status = emit_names(&walk, host, err);
    }
    ruf_side_walk_close(&walk);
    return status == RUF_OK ? emit_blocked(side, host, err) : status;
}

/* A blocked number that has a name counts once, so that near the limit only a
 * walk tells. */
static enum ruf_status check_limit(const struct ruf_side *side,
                                   struct ruf_error *err)
{
    struct ruf_side_walk walk = { 0 };
    struct ruf_index_info info;
    enum ruf_status status;

    ruf_index_describe(side->index, &info);
    if (info.entry_count + side->blocking_count <= side->entries_max)
        return RUF_OK;
    status = ruf_side_walk_open(&walk, side, err);
    if (status == RUF_OK) {
        ruf_side_walk_trust(&walk);
        status = ruf_side_walk_to_end(&walk, err);
    }
    if (status == RUF_OK && walk.dropped > 0)
        status = ruf_fail(
            err, RUF_E_POLICY, "C411", "", "%llu entries, a phone accepts %u",
            (unsigned long long)(side->entries_max + walk.dropped),
            side->entries_max);
    ruf_side_walk_close(&walk);
    return status;
}

enum ruf_status ruf_directory_emit_full(const struct ruf_index *index,
                                        const struct ruf_directory_host *host,
                                        struct ruf_error *err)
{
    struct ruf_side side = { .entries_max = RUF_DIRECTORY_ENTRIES_MAX };
    /* Whatever can fail comes before the first add: a request that breaks off
     * costs the phone all its entries. */
    enum ruf_status status = ruf_side_open(&side, index, err);

    if (status == RUF_OK)
        status = check_limit(&side, err);
    if (status == RUF_OK)
        status = emit_side(&side, host, err);
    ruf_side_close(&side);
    return status == RUF_OK ? host->complete(host->context, err) : status;
}
