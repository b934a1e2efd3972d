/*
 * engine/wipe.c - remove an organisation's data from this device
 *
 * The marker is on disk before the key goes, so that "no key and a marker" is
 * a wipe and not damage. The receipt is on disk before the marker goes: its
 * directory sync also makes the removals last.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "engine/wipe.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "callkit/commit.h"
#include "engine/home_files.h"
#include "engine/home_key.h"
#include "engine/host.h"
#include "engine/session.h"
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MARKER_SCHEMA "rufname.wiping/1"
#define RECEIPT_SCHEMA "rufname.wipe/1"
#define NOTE_SIZE_MAX 4096u
#define WAIT_STEPS 500u /* of 20 ms: 10 s for another process to stop */

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const char *const reasons[] = {
    [RUF_WIPE_REQUESTED] = "requested",   [RUF_WIPE_ATTEMPTS] = "attempts",
    [RUF_WIPE_OFFLINE] = "offline",       [RUF_WIPE_JAILBREAK] = "jailbreak",
    [RUF_WIPE_ACCOUNT] = "account",       [RUF_WIPE_VERSION] = "version",
    [RUF_WIPE_SUSPICIOUS] = "suspicious",
};

/* What the marker remembers: the profile is one of the files that go. */
struct marker {
    struct ruf_profile profile;
    enum ruf_wipe_reason reason;
};

static enum ruf_wipe_reason reason_of(const cJSON *note)
{
    struct ruf_text text = ruf_json_text(ruf_json_member(note, "reason"));

    for (size_t i = 0; i < COUNT(reasons); i++)
        if (ruf_text_is(text, reasons[i]))
            return (enum ruf_wipe_reason)i;
    return RUF_WIPE_REQUESTED;
}

/* --- marker -----------------------------------------------------------------
 */

bool ruf_wipe_is_pending(const char *home)
{
    return ruf_folder_has(home, HOME_WIPE_MARKER);
}

static enum ruf_status write_marker(const char *home,
                                    const struct marker *marker,
                                    struct ruf_error *err)
{
    char text[NOTE_SIZE_MAX];
    int size = snprintf(text, sizeof(text),
                        "{ \"schema\": \"" MARKER_SCHEMA
                        "\", \"keystore\": \"%s\", \"id\": \"%s\","
                        " \"reason\": \"%s\" }\n",
                        marker->profile.keystore, marker->profile.id,
                        reasons[marker->reason]);

    return ruf_home_file_write(home, HOME_WIPE_MARKER, text, (size_t)size, err);
}

/* A member of a note, cut to the room there is. */
static void take_text(const cJSON *note, const char *name, char *out,
                      size_t size)
{
    struct ruf_text text = ruf_json_text(ruf_json_member(note, name));

    (void)snprintf(out, size, "%.*s", (int)text.size,
                   text.data == NULL ? "" : text.data);
}

static enum ruf_status parse_marker(const char *home, struct marker *out)
{
    char *text = NULL;
    cJSON *note = NULL;
    size_t size = 0;
    enum ruf_status status = ruf_home_file_read(
        home, HOME_WIPE_MARKER, NOTE_SIZE_MAX, &text, &size, NULL);

    if (status == RUF_OK)
        status = ruf_json_parse(text, size, HOME_WIPE_MARKER, 4, &note, NULL);
    if (status == RUF_OK) {
        take_text(note, "keystore", out->profile.keystore,
                  sizeof(out->profile.keystore));
        take_text(note, "id", out->profile.id, sizeof(out->profile.id));
        out->reason = reason_of(note);
    }
    cJSON_Delete(note);
    free(text);
    return status;
}

/* Where the key lies, by the profile; without one there is at most a file.
 * Whoever could not read it for now must not take that for an answer: a key
 * elsewhere would stay. */
static enum ruf_status find_key(const char *home, struct ruf_profile *out,
                                struct ruf_error *err)
{
    enum ruf_status status = ruf_profile_read(home, out, err);

    if (status == RUF_OK || status == RUF_E_NOMEM || status == RUF_E_IO)
        return status;
    memset(out, 0, sizeof(*out));
    (void)snprintf(out->keystore, sizeof(out->keystore), "file");
    return RUF_OK;
}

/* A marker that is damaged wipes all the same. */
static enum ruf_status read_marker(const char *home, struct marker *out,
                                   struct ruf_error *err)
{
    enum ruf_status status;

    memset(out, 0, sizeof(*out));
    status = parse_marker(home, out);
    if (status == RUF_E_NOMEM)
        return ruf_fail_memory(err);
    return out->profile.keystore[0] != '\0'
               ? RUF_OK
               : find_key(home, &out->profile, err);
}

/* --- receipt ----------------------------------------------------------------
 */

bool ruf_wipe_is_done(const char *home)
{
    return ruf_folder_has(home, HOME_WIPE_RECEIPT);
}

static enum ruf_status write_receipt(const char *home,
                                     const struct ruf_wipe_receipt *receipt,
                                     struct ruf_error *err)
{
    char text[NOTE_SIZE_MAX];
    int size = snprintf(
        text, sizeof(text),
        "{ \"schema\": \"" RECEIPT_SCHEMA "\", \"reason\": \"%s\",\n"
        "  \"at\": %" PRId64 ", \"files\": %" PRIu64 ", \"ms\": %" PRIu64 ",\n"
        "  \"not_reached\": \"entries in the phone's own call list\" }\n",
        reasons[receipt->reason], receipt->at, receipt->files, receipt->ms);

    return ruf_home_file_write(home, HOME_WIPE_RECEIPT, text, (size_t)size,
                               err);
}

static uint64_t number_of(const cJSON *note, const char *name)
{
    const cJSON *item = ruf_json_member(note, name);
    double value = cJSON_IsNumber(item) ? item->valuedouble : 0;

    return value > 0 && value < 9e15 ? (uint64_t)value : 0;
}

enum ruf_status ruf_wipe_receipt_read(const char *path,
                                      struct ruf_wipe_receipt *out,
                                      struct ruf_error *err)
{
    char *text = NULL;
    cJSON *note = NULL;
    size_t size = 0;
    enum ruf_status status = ruf_home_file_read(
        path, HOME_WIPE_RECEIPT, NOTE_SIZE_MAX, &text, &size, err);

    memset(out, 0, sizeof(*out));
    if (status != RUF_OK)
        return status;
    status = ruf_json_parse(text, size, HOME_WIPE_RECEIPT, 4, &note, err);
    if (status == RUF_OK &&
        !ruf_text_is(ruf_json_text(ruf_json_member(note, "schema")),
                     RECEIPT_SCHEMA))
        status = RUF_E_CORRUPT;
    if (status == RUF_OK) {
        out->reason = reason_of(note);
        out->at = (int64_t)number_of(note, "at");
        out->files = number_of(note, "files");
        out->ms = number_of(note, "ms");
    } else if (status == RUF_E_CORRUPT) {
        status = ruf_fail(err, status, "D742", path,
                          "wipe.receipt is not a " RECEIPT_SCHEMA);
    }
    cJSON_Delete(note);
    free(text);
    return status;
}

/* --- the wipe ---------------------------------------------------------------
 */

static uint64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Whoever had read the item when the marker came would store it again: under
 * the lock nobody has, and afterwards nobody begins. It is erased in any case;
 * without the lock that does not count yet. */
static enum ruf_status erase_key(const char *home,
                                 const struct ruf_profile *profile,
                                 const struct ruf_host *host, unsigned steps,
                                 struct ruf_error *err)
{
    struct ruf_keystore *keystore = NULL;
    struct ruf_lock *lock = NULL;
    enum ruf_status locked = ruf_item_lock(home, steps, &lock, err);
    enum ruf_status status =
        ruf_keystore_open(profile->keystore, home, profile->id, host, &keystore,
                          locked == RUF_OK ? err : NULL);

    if (status == RUF_OK)
        status = ruf_keystore_erase(keystore, locked == RUF_OK ? err : NULL);
    ruf_keystore_close(keystore);
    ruf_lock_release(lock);
    return locked == RUF_OK ? status : locked;
}

/* Under the lock. The first failure counts; the rest is done regardless. */
static enum ruf_status remove_data(const char *home, struct ruf_error *err)
{
    enum ruf_status status = ruf_directory_wipe(home, err);
    enum ruf_status removed =
        ruf_home_files_remove(home, status == RUF_OK ? err : NULL);

    return status == RUF_OK ? removed : status;
}

/* From the marker on; may be called again and again. */
static enum ruf_status finish(const char *home, const struct ruf_host *host,
                              unsigned steps, struct ruf_wipe_receipt *receipt,
                              struct ruf_error *err)
{
    uint64_t started = now_ms();
    struct ruf_lock *lock = NULL;
    struct marker marker;
    enum ruf_status erased = read_marker(home, &marker, err);
    enum ruf_status status;

    receipt->reason = marker.reason;
    receipt->files = ruf_home_files_count(home);
    ruf_session_forget(marker.profile.id);
    if (erased == RUF_OK)
        erased = erase_key(home, &marker.profile, host, steps, err);
    /* Whoever writes sees the marker and stops. */
    status = ruf_home_wait_for_lock(home, HOME_LOCK, steps, &lock,
                                    erased == RUF_OK ? err : NULL);
    if (status == RUF_OK)
        status = remove_data(home, erased == RUF_OK ? err : NULL);
    host->reload_directory(host->context); /* which is empty now */
    if (erased != RUF_OK)
        status = erased;
    receipt->at = host->clock(host->context);
    receipt->ms = now_ms() - started;
    if (status == RUF_OK)
        status = write_receipt(home, receipt, err);
    if (status == RUF_OK)
        status = ruf_home_file_remove(home, HOME_WIPE_MARKER, err);
    ruf_lock_release(lock);
    return status;
}

enum ruf_status ruf_home_wipe(const char *path, const struct ruf_host *host,
                              enum ruf_wipe_reason reason,
                              struct ruf_wipe_receipt *out,
                              struct ruf_error *err)
{
    struct marker marker = { .reason = reason };
    struct ruf_host filled;
    enum ruf_status status = RUF_OK;

    memset(out, 0, sizeof(*out));
    ruf_host_fill(host, &filled);
    if (!ruf_wipe_is_pending(path)) {
        if (ruf_home_files_count(path) == 0)
            return RUF_OK;
        status = find_key(path, &marker.profile, err);
        if (status == RUF_OK)
            status = write_marker(path, &marker, err);
    }
    return status == RUF_OK ? finish(path, &filled, WAIT_STEPS, out, err)
                            : status;
}

enum ruf_status ruf_wipe_resume(const char *home, const struct ruf_host *host,
                                struct ruf_error *err)
{
    struct ruf_wipe_receipt receipt;
    struct ruf_error reason;

    if (finish(home, host, 0, &receipt, &reason) == RUF_OK)
        return RUF_OK;
    return ruf_fail(err, RUF_E_WIPED, "W603", reason.place, "%s %s", reason.id,
                    reason.detail);
}

/* --- the phone --------------------------------------------------------------
 */

enum ruf_status ruf_wiped_emit(const char *path,
                               const struct ruf_directory_host *host,
                               enum ruf_emit_record record,
                               struct ruf_directory_report *report,
                               struct ruf_error *err)
{
    struct ruf_directory_options options = {
        .struct_size = sizeof(options),
        .disabled = true,
        .dry_run = record == RUF_EMIT_LOOK,
    };

    return ruf_folder_emit(path, &options, host, report, err);
}
