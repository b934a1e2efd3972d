/*
 * engine/audit.c - writing down what was done, without personal data
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/audit.h"
#include "base/text.h"
#include "engine/access.h"
#include "indexer/store_audit.h"
#include <rufname/audit.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY 86400

static const char *const words[RUF_AUDIT_EVENT_COUNT] = {
    [RUF_AUDIT_LOGIN] = "login",
    [RUF_AUDIT_LOGOUT] = "logout",
    [RUF_AUDIT_SYNC] = "sync",
    [RUF_AUDIT_IMPORT] = "import",
    [RUF_AUDIT_POLICY] = "policy",
    [RUF_AUDIT_MERGE] = "merge",
    [RUF_AUDIT_SEPARATE] = "separate",
    [RUF_AUDIT_EXPORT] = "export",
    [RUF_AUDIT_PROVE] = "prove",
    [RUF_AUDIT_REKEY] = "rekey",
    [RUF_AUDIT_PIN_WRONG] = "pin-wrong",
    [RUF_AUDIT_ACCESS_ALLOWED] = "access-allowed",
    [RUF_AUDIT_ACCESS_NO_PIN] = "access-no-pin",
    [RUF_AUDIT_ACCESS_LOCKED] = "access-locked",
    [RUF_AUDIT_ACCESS_PIN_OLD] = "access-pin-old",
    [RUF_AUDIT_ACCESS_ATTEMPTS] = "access-attempts",
    [RUF_AUDIT_ACCESS_OFFLINE] = "access-offline",
    [RUF_AUDIT_ACCESS_VERSION] = "access-version",
    [RUF_AUDIT_ACCESS_SUSPICIOUS] = "access-suspicious",
    [RUF_AUDIT_ACCESS_ACCOUNT] = "access-account",
    [RUF_AUDIT_ACCESS_JAILBREAK] = "access-jailbreak",
};

/* --- masks
 * ------------------------------------------------------------------------ */

struct ruf_audit_object ruf_audit_number(ruf_e164 number)
{
    struct ruf_audit_object out;
    struct ruf_number parsed;
    char text[RUF_E164_TEXT_SIZE];
    size_t size = ruf_e164_format(number, text);

    ruf_number_parse(text, size, NULL, &parsed);
    (void)snprintf(out.text, sizeof(out.text), "+%u…%s",
                   (unsigned)parsed.calling_code,
                   size > 3 ? text + size - 3 : "");
    return out;
}

enum ruf_status ruf_audit_id(const struct ruf_store *store, const void *id,
                             size_t size, struct ruf_audit_object *out,
                             struct ruf_error *err)
{
    memset(out, 0, sizeof(*out));
    return ruf_store_masked_id(store, id, size, out->text, err);
}

/* --- writing
 * ---------------------------------------------------------------------- */

static enum ruf_status append(const struct ruf_home *home,
                              struct ruf_store *store,
                              struct ruf_store_audit *entry,
                              struct ruf_error *err)
{
    const struct ruf_policy_audit *policy = &home->policy->audit;
    int64_t keep_since = (int64_t)time(NULL) - (int64_t)policy->days * DAY;

    return policy->enabled
               ? ruf_store_audit_append(store, entry, keep_since, err)
               : RUF_OK;
}

enum ruf_status ruf_audit_append(const struct ruf_home *home,
                                 struct ruf_store *store,
                                 enum ruf_audit_event event,
                                 const struct ruf_audit_object *object,
                                 enum ruf_status result, uint64_t count,
                                 struct ruf_error *err)
{
    struct ruf_store_audit entry = {
        .made = (int64_t)time(NULL),
        .event = ruf_text(words[event]),
        .object = ruf_text(object == NULL ? "" : object->text),
        .status = (int)result,
        .count = count,
    };
    enum ruf_status noted =
        append(home, store, &entry, result == RUF_OK ? err : NULL);

    return result == RUF_OK ? noted : result;
}

enum ruf_status ruf_audit_append_at(const struct ruf_home *home,
                                    struct ruf_store *store, int64_t made,
                                    enum ruf_audit_event event,
                                    enum ruf_status result, uint64_t count,
                                    struct ruf_error *err)
{
    struct ruf_store_audit entry = {
        .made = made,
        .event = ruf_text(words[event]),
        .object = ruf_text(""),
        .status = (int)result,
        .count = count,
    };

    return append(home, store, &entry, err);
}

/* --- reading
 * ---------------------------------------------------------------------- */

struct reading {
    ruf_audit_callback *callback;
    void *context;
};

static void hand_out(void *context, const struct ruf_store_audit *stored)
{
    const struct reading *reading = context;
    struct ruf_audit_entry entry = {
        .number = (uint64_t)stored->number,
        .time = stored->made,
        .event = stored->event,
        .object = stored->object,
        .status = (enum ruf_status)stored->status,
        .count = stored->count,
    };

    reading->callback(reading->context, &entry);
}

/* Whoever opens the store to write takes them in; a writer that is at it now
 * has done so. */
static void take_notes(struct ruf_home *home)
{
    struct ruf_home_writer writer;

    if (!home->access->has_notes)
        return;
    (void)!ruf_home_writer_open(home, &writer, NULL);
    ruf_home_writer_close(&writer);
}

enum ruf_status ruf_home_audit(struct ruf_home *home,
                               ruf_audit_callback *callback, void *context,
                               struct ruf_error *err)
{
    struct reading reading = { callback, context };
    struct ruf_store *store = NULL;
    enum ruf_status status = ruf_access_enter(home, RUF_ACCESS_USE, err);

    if (status == RUF_OK)
        take_notes(home);
    if (status == RUF_OK)
        status = ruf_home_store_open(home, &store, err);
    if (status == RUF_OK)
        status = ruf_store_audit_read(store, hand_out, &reading, err);
    ruf_store_close(store);
    return status;
}
