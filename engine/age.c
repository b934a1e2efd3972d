/*
 * engine/age.c - whether contacts may be stored, and for how long shown
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "engine/home_private.h"
#include <inttypes.h>

#define DAY INT64_C(86400)

enum ruf_status ruf_home_check_age(const struct ruf_home *home,
                                   struct ruf_error *err)
{
    int64_t days = home->policy->store.max_age_days;
    struct ruf_store *store = NULL;
    int64_t finished = 0;
    int64_t age;
    enum ruf_status status = ruf_home_store_open(home, &store, NULL);

    /* A store that does not open keeps nobody from an index that does. */
    if (status == RUF_OK)
        status = ruf_store_last_round(store, &finished, NULL);
    ruf_store_close(store);
    if (status != RUF_OK || finished == 0)
        return RUF_OK;
    age = home->host.clock(home->host.context) - finished;
    if (age <= days * DAY)
        return RUF_OK;
    return ruf_fail(err, RUF_E_LOCKED, "P162", home->path,
                    "the last sync is %" PRId64 " days ago, %" PRId64
                    " are allowed",
                    age / DAY, days);
}

bool ruf_home_may_store(const struct ruf_home *home)
{
    return home->policy->store.mode == RUF_STORE_ON_DISK;
}

enum ruf_status ruf_home_check_storage(const struct ruf_home *home,
                                       struct ruf_error *err)
{
    if (ruf_home_may_store(home))
        return RUF_OK;
    return ruf_fail(err, RUF_E_POLICY, "P163", home->path,
                    "store.mode of the policy is \"memory\"");
}
