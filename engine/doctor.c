/*
 * engine/doctor.c - which rights the sources of a home need and have
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/doctor.h"
#include "base/text.h"
#include "engine/home_private.h"
#include <stdlib.h>
#include <string.h>

/* So many users and not one number among them is no chance. */
#define USERS_WITHOUT_NUMBERS 20

const char *ruf_right_name(enum ruf_right right)
{
    static const char *const names[] = { "unknown", "granted", "missing",
                                         "basic", "surplus" };

    return (unsigned)right < sizeof(names) / sizeof(names[0]) ? names[right]
                                                              : "";
}

struct consultation {
    const struct ruf_home *home;
    struct ruf_store *store;
    struct ruf_store_stats *stats;
    struct ruf_report *report;
    ruf_doctor_callback *callback;
    void *context;
};

static enum ruf_status load_secret(void *context, const char *name,
                                   char **value, struct ruf_error *err)
{
    struct consultation *consultation = context;

    return ruf_store_secret_load(consultation->store, name, value, err);
}

/* Users without numbers, seen rather than told. */
static bool lacks_numbers(const struct consultation *consultation,
                          const char *source)
{
    const struct ruf_policy_source *policy =
        ruf_policy_source(consultation->home->policy, ruf_text(source));
    uint64_t records = 0;

    if (policy == NULL || policy->kind != RUF_SOURCE_ENTRA_USERS)
        return false;
    for (size_t i = 0; i < consultation->stats->source_count; i++)
        if (strcmp(consultation->stats->sources[i].id, source) == 0)
            records = consultation->stats->sources[i].records;
    for (size_t i = 0; i < consultation->report->source_count; i++)
        if (strcmp(consultation->report->sources[i].source, source) == 0 &&
            consultation->report->sources[i].numbers > 0)
            return false;
    return records >= USERS_WITHOUT_NUMBERS;
}

static void pass_on(void *context, const struct ruf_doctor_finding *finding)
{
    struct consultation *consultation = context;
    struct ruf_doctor_finding copy = *finding;

    if (copy.right != RUF_RIGHT_MISSING && copy.right != RUF_RIGHT_SURPLUS &&
        lacks_numbers(consultation, copy.source))
        copy.right = RUF_RIGHT_BASIC;
    consultation->callback(consultation->context, &copy);
}

enum ruf_status ruf_home_doctor(struct ruf_home *home,
                                ruf_doctor_callback *callback, void *context,
                                struct ruf_error *err)
{
    struct consultation consultation = { .home = home,
                                         .callback = callback,
                                         .context = context };
    struct ruf_sync_sink sink = { .context = &consultation,
                                  .secret_load = load_secret };
    enum ruf_status status =
        ruf_home_store_open(home, &consultation.store, err);

    if (status != RUF_OK)
        return status;
    consultation.stats = calloc(1, sizeof(*consultation.stats));
    consultation.report = calloc(1, sizeof(*consultation.report));
    status = consultation.stats == NULL || consultation.report == NULL
                 ? RUF_E_NOMEM
                 : ruf_store_stats(consultation.store, consultation.stats, err);
    if (status == RUF_OK)
        status = ruf_store_health(consultation.store, consultation.report, err);
    if (status == RUF_OK)
        status = ruf_sync_doctor(&home->effective, &sink, pass_on,
                                 &consultation, err);
    free(consultation.stats);
    free(consultation.report);
    ruf_store_close(consultation.store);
    return status;
}
