/*
 * engine/phone.c - what a phone gets from a home, and what it shows
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/text.h"
#include "callkit/host_model.h"
#include "engine/access.h"
#include "engine/audit.h"
#include "sync/import.h"
#include <rufname/phone.h>
#include <stdlib.h>
#include <string.h>

#define BUNDLE "rufname"

/* --- emission ---------------------------------------------------------------
 */

/* Plays the phone's answer to a request: taken. */
struct recorder {
    const struct ruf_directory_host *host;
    struct ruf_directory_request *request;
};

static bool recorder_ask(void *context)
{
    struct recorder *recorder = context;

    return recorder->host->ask(recorder->host->context);
}

static enum ruf_status recorder_add(void *context, ruf_e164 number,
                                    struct ruf_text label,
                                    struct ruf_error *err)
{
    struct recorder *recorder = context;

    return recorder->host->add_identification(recorder->host->context, number,
                                              label, err);
}

static enum ruf_status recorder_block(void *context, ruf_e164 number,
                                      struct ruf_error *err)
{
    struct recorder *recorder = context;

    return recorder->host->add_blocking(recorder->host->context, number, err);
}

static enum ruf_status recorder_remove(void *context, ruf_e164 number,
                                       struct ruf_error *err)
{
    struct recorder *recorder = context;

    return recorder->host->remove_identification(recorder->host->context,
                                                 number, err);
}

static enum ruf_status recorder_unblock(void *context, ruf_e164 number,
                                        struct ruf_error *err)
{
    struct recorder *recorder = context;

    return recorder->host->remove_blocking(recorder->host->context, number,
                                           err);
}

static enum ruf_status recorder_complete(void *context, struct ruf_error *err)
{
    struct recorder *recorder = context;
    enum ruf_status status =
        recorder->host->complete(recorder->host->context, err);

    if (status == RUF_OK)
        status = ruf_directory_request_finish(recorder->request,
                                              RUF_DIRECTORY_STORED, err);
    return status;
}

static bool recorder_stops(void *context)
{
    struct recorder *recorder = context;

    return recorder->host->should_stop != NULL &&
           recorder->host->should_stop(recorder->host->context);
}

static enum ruf_status emit_request(struct recorder *recorder,
                                    struct ruf_directory_report *report,
                                    struct ruf_error *err)
{
    struct ruf_directory_host host = {
        .context = recorder,
        .ask = recorder_ask,
        .add_identification = recorder_add,
        .add_blocking = recorder_block,
        .remove_identification = recorder_remove,
        .remove_blocking = recorder_unblock,
        .complete = recorder_complete,
        .should_stop = recorder_stops,
    };
    struct ruf_directory_request *request = recorder->request;
    enum ruf_status status = ruf_directory_request_emit(request, &host, err);

    ruf_directory_request_describe(request, report);
    if (status == RUF_OK && report->mode == RUF_DIRECTORY_KEEP)
        status = ruf_directory_request_reason(request, err);
    return status;
}

enum ruf_status ruf_folder_emit(const char *folder,
                                const struct ruf_directory_options *options,
                                const struct ruf_directory_host *host,
                                struct ruf_directory_report *report,
                                struct ruf_error *err)
{
    struct recorder recorder = { host, NULL };
    struct ruf_lock *lock = NULL;
    enum ruf_status status = RUF_OK;

    memset(report, 0, sizeof(*report));
    if (!options->dry_run) {
        char *path = ruf_path_join(folder, HOME_LOCK);

        status = path == NULL ? ruf_fail_memory(err)
                              : ruf_lock_acquire(path, &lock, err);
        free(path);
    }
    if (status == RUF_OK)
        status =
            ruf_directory_request_open(folder, options, &recorder.request, err);
    if (status == RUF_OK)
        status = emit_request(&recorder, report, err);
    ruf_directory_request_close(recorder.request);
    ruf_lock_release(lock);
    return status;
}

enum ruf_status ruf_home_emit(struct ruf_home *home,
                              const struct ruf_directory_host *host,
                              enum ruf_emit_record record,
                              struct ruf_directory_report *report,
                              struct ruf_error *err)
{
    const struct ruf_policy *policy = home->policy;
    struct ruf_directory_options options = {
        .struct_size = sizeof(options),
        .key = home->key.bytes,
        .disabled = !policy->caller_id_enabled || policy->max_entries == 0 ||
                    !ruf_home_may_store(home),
        .dry_run = record == RUF_EMIT_LOOK,
        .entries_max = policy->max_entries,
    };
    enum ruf_status status = ruf_access_enter(home, RUF_ACCESS_USE, err);

    if (status == RUF_OK)
        status = ruf_home_check_age(home, err);
    return status == RUF_OK
               ? ruf_folder_emit(home->path, &options, host, report, err)
               : status;
}

/* --- the phone's own contacts -----------------------------------------------
 */

struct device {
    const struct ruf_home *home;
    struct ruf_ring *ring;
};

static bool is_caller(const struct device *device, struct ruf_text raw)
{
    const struct ruf_ring *ring = device->ring;
    struct ruf_number number;
    ruf_e164 sent[2];
    char text[RUF_RAW_NUMBER_MAX * 4 + 1];

    ruf_home_read_number(device->home, raw.data, raw.size, &number);
    if (number.key != 0)
        return number.key == ring->international || number.key == ring->as_sent;
    if (raw.size >= sizeof(text))
        return false;
    memcpy(text, raw.data, raw.size);
    text[raw.size] = '\0';
    ruf_phone_variants(text, NULL, sent);
    return sent[0] != 0 && sent[0] == ring->as_sent;
}

/* As the screen puts it together: the name, else the company. */
static void take_name(struct ruf_ring *ring, const struct ruf_record *record)
{
    const struct ruf_text *fields = record->fields;
    const struct ruf_text parts[] = { fields[RUF_RECORD_GIVEN],
                                      fields[RUF_RECORD_FAMILY],
                                      fields[RUF_RECORD_DISPLAY],
                                      fields[RUF_RECORD_COMPANY] };
    size_t used = 0;

    for (size_t i = 0; i < 4; i++) {
        bool joins = i == 1 && used > 0;

        if (parts[i].size == 0 || (used > 0 && !joins) ||
            used + joins + parts[i].size >= sizeof(ring->label))
            continue;
        if (joins)
            ring->label[used++] = ' ';
        memcpy(ring->label + used, parts[i].data, parts[i].size);
        used += parts[i].size;
    }
    ring->label[used] = '\0';
    ring->source = RUF_RING_DEVICE;
}

static enum ruf_status device_page(void *context,
                                   const struct ruf_sync_page *page,
                                   struct ruf_round_result *result,
                                   struct ruf_error *err)
{
    struct device *device = context;

    (void)result;
    (void)err;
    for (size_t i = 0; i < page->record_count; i++) {
        const struct ruf_record *record = &page->records[i];

        device->ring->device_contacts++;
        for (size_t k = 0; k < record->number_count; k++)
            if (device->ring->source == RUF_RING_NOBODY &&
                is_caller(device, record->numbers[k].text))
                take_name(device->ring, record);
    }
    return RUF_OK;
}

static enum ruf_status ask_device(const struct ruf_home *home, const char *path,
                                  struct ruf_ring *ring, struct ruf_error *err)
{
    struct device device = { home, ring };
    const struct ruf_policy_source source = { .id = "DEVICE",
                                              .kind = RUF_SOURCE_FILE };
    const struct ruf_sync_sink sink = { .context = &device,
                                        .page = device_page };
    struct ruf_import_result result;

    memset(&result, 0, sizeof(result));
    return ruf_import_file(path, &source, &sink, &result, err);
}

/* --- the call directory -----------------------------------------------------
 */

/* The extension that gives the phone one index. */
struct loader {
    const struct ruf_index *index;
    enum ruf_status status;
    struct ruf_error *err;
};

static void load_index(void *context, struct ruf_phone_request *request)
{
    struct loader *loader = context;
    struct ruf_phone_bridge bridge = { request, NULL };
    struct ruf_directory_host host = ruf_phone_bridge(&bridge);

    loader->status = ruf_directory_emit_full(loader->index, &host, loader->err);
    if (loader->status != RUF_OK)
        ruf_phone_cancel(request, 1);
}

static enum ruf_status ring_index(const struct ruf_index *index,
                                  const char *text, const char *region,
                                  struct ruf_ring *ring, struct ruf_error *err)
{
    struct ruf_phone_options options = {
        .struct_size = sizeof(options),
        .only = { ring->as_sent, ring->international },
    };
    struct loader loader = { index, RUF_OK, err };
    struct ruf_phone_caller caller;
    struct ruf_phone *phone = NULL;
    enum ruf_status status = ruf_phone_create(&options, &phone, err);

    if (status != RUF_OK)
        return status;
    ruf_phone_install(phone, BUNDLE, 1);
    (void)ruf_phone_switch_on(phone, BUNDLE, load_index, &loader);
    ruf_phone_ring(phone, text, region, &caller);
    if (loader.status == RUF_OK && ruf_phone_lacks_memory(phone))
        loader.status = ruf_fail_memory(err);
    ruf_phone_destroy(phone);
    ring->blocked = loader.status == RUF_OK && caller.blocked;
    if (loader.status == RUF_OK && caller.known) {
        memcpy(ring->label, caller.label, sizeof(ring->label));
        ring->matched = caller.matched;
        ring->source = RUF_RING_DIRECTORY;
    }
    return loader.status;
}

/* What the app would say about a number the phone does not know. */
static enum ruf_status ring_trunk(const struct ruf_index *index,
                                  struct ruf_ring *ring, struct ruf_error *err)
{
    struct ruf_caller caller = { 0 };
    struct ruf_query *query = NULL;
    enum ruf_status status = ruf_query_create(index, &query, err);

    if (status == RUF_OK)
        status = ruf_query_lookup(query, ring->international, &caller, err);
    if (status == RUF_OK && caller.approximate &&
        caller.label.size < sizeof(ring->trunk))
        memcpy(ring->trunk, caller.label.data, caller.label.size);
    ruf_query_destroy(query);
    return status;
}

/* What the phone has; else what it would get now. */
static enum ruf_status open_list(const struct ruf_home *home,
                                 struct ruf_ring *ring, struct ruf_index **out,
                                 struct ruf_error *err)
{
    enum ruf_status status =
        ruf_directory_open_committed(home->path, home->key.bytes, out, err);

    ring->committed = status == RUF_OK;
    if (status == RUF_OK || status == RUF_E_NOMEM || status == RUF_E_INTERNAL)
        return status;
    return ruf_home_index(home, RUF_INDEX_ON_DEMAND, out, err);
}

enum ruf_status ruf_home_ring(struct ruf_home *home, const char *text,
                              const char *device, struct ruf_ring *out,
                              struct ruf_error *err)
{
    const char *region = home->policy->region_default;
    struct ruf_index *index = NULL;
    struct ruf_index_info info;
    ruf_e164 variants[2];
    enum ruf_status status = ruf_access_enter(home, RUF_ACCESS_USE, err);

    memset(out, 0, sizeof(*out));
    if (status != RUF_OK)
        return status;
    ruf_phone_variants(text, region, variants);
    out->as_sent = variants[0];
    out->international = variants[1];
    if (device != NULL)
        status = ask_device(home, device, out, err);
    if (status != RUF_OK || out->source != RUF_RING_NOBODY)
        return status;
    status = open_list(home, out, &index, err);
    if (status == RUF_OK) {
        ruf_index_describe(index, &info);
        out->generation = info.generation;
        if (out->as_sent != 0)
            status = ring_index(index, text, region, out, err);
        if (status == RUF_OK && out->source == RUF_RING_NOBODY)
            status = ring_trunk(index, out, err);
    }
    ruf_index_close(index);
    return status;
}

/* --- Live Caller ID Lookup --------------------------------------------------
 */

static enum ruf_status export_pir(const struct ruf_home *home, const char *path,
                                  const struct ruf_pir_options *options,
                                  struct ruf_pir_result *result,
                                  struct ruf_error *err)
{
    struct ruf_index *index = NULL;
    enum ruf_status status;

    if (!home->policy->caller_id_enabled)
        return ruf_fail(err, RUF_E_POLICY, "C412", "",
                        "the policy switches caller identification off");
    status = ruf_home_index(home, RUF_INDEX_ON_DEMAND, &index, err);
    if (status == RUF_OK)
        status = ruf_pir_export(path, index, options, result, err);
    ruf_index_close(index);
    return status;
}

/* Under the writer's lock: what cannot be noted is not handed out. */
enum ruf_status ruf_home_export_pir(struct ruf_home *home, const char *path,
                                    const struct ruf_pir_options *options,
                                    struct ruf_pir_result *result,
                                    struct ruf_error *err)
{
    struct ruf_home_writer writer;
    enum ruf_status status = ruf_home_writer_open(home, &writer, err);

    if (status != RUF_OK)
        return status;
    status = export_pir(home, path, options, result, err);
    status = ruf_audit_append(home, writer.store, RUF_AUDIT_EXPORT, NULL,
                              status, status == RUF_OK ? result->rows : 0, err);
    ruf_home_writer_close(&writer);
    return status;
}
