/*
 * callkit/host_model.c - a phone, as far as call directories matter
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include "base/text.h"
#include "callkit/host_private.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 10000u
#define STUCK_AFTER 3600
#define PURGE_GONE_AFTER 7200

/* As in the phone's own CallDirectory.db, version 5. */
static const char schema[] =
    "CREATE TABLE Extension(id INTEGER PRIMARY KEY, bundle_id TEXT UNIQUE,"
    " priority INTEGER, state INTEGER, state_last_modified INTEGER);"
    "CREATE TABLE PhoneNumber(id INTEGER PRIMARY KEY, number INTEGER UNIQUE);"
    "CREATE TABLE Label(id INTEGER PRIMARY KEY, localized_label TEXT UNIQUE);"
    "CREATE TABLE PhoneNumberIdentificationEntry(extension_id INTEGER,"
    " phone_number_id INTEGER, label_id INTEGER,"
    " UNIQUE(extension_id, phone_number_id));"
    "CREATE TABLE PhoneNumberBlockingEntry(extension_id INTEGER,"
    " phone_number_id INTEGER, UNIQUE(extension_id, phone_number_id));"
    "CREATE TABLE SchemaVersion(version INTEGER);"
    "INSERT INTO SchemaVersion VALUES(5);";

static const char drop[] =
    "DROP TABLE IF EXISTS Extension; DROP TABLE IF EXISTS PhoneNumber;"
    "DROP TABLE IF EXISTS Label;"
    "DROP TABLE IF EXISTS PhoneNumberIdentificationEntry;"
    "DROP TABLE IF EXISTS PhoneNumberBlockingEntry;"
    "DROP TABLE IF EXISTS SchemaVersion;";

static const char *const statements[PHONE_STATEMENTS] = {
    [PHONE_ADD_NUMBER] = "INSERT OR IGNORE INTO PhoneNumber(number) VALUES(?)",
    [PHONE_FIND_NUMBER] = "SELECT id FROM PhoneNumber WHERE number = ?",
    [PHONE_ADD_LABEL] =
        "INSERT OR IGNORE INTO Label(localized_label) VALUES(?)",
    [PHONE_FIND_LABEL] = "SELECT id FROM Label WHERE localized_label = ?",
    [PHONE_ADD_NAME] =
        "INSERT INTO PhoneNumberIdentificationEntry VALUES(?, ?, ?)",
    [PHONE_ADD_BLOCKED] = "INSERT INTO PhoneNumberBlockingEntry VALUES(?, ?)",
    [PHONE_REMOVE_NAME] =
        "DELETE FROM PhoneNumberIdentificationEntry WHERE extension_id = ?1 "
        "AND phone_number_id = (SELECT id FROM PhoneNumber WHERE number = ?2)",
    [PHONE_REMOVE_BLOCKED] =
        "DELETE FROM PhoneNumberBlockingEntry WHERE extension_id = ?1 AND "
        "phone_number_id = (SELECT id FROM PhoneNumber WHERE number = ?2)",
    /* Of the extensions that are on and hold the number: the user's order. */
    [PHONE_LOOK_UP] =
        "SELECT e.bundle_id, l.localized_label, b.phone_number_id IS NOT NULL "
        "FROM PhoneNumber n JOIN Extension e "
        "LEFT JOIN PhoneNumberIdentificationEntry i "
        "ON i.extension_id = e.id AND i.phone_number_id = n.id "
        "LEFT JOIN Label l ON l.id = i.label_id "
        "LEFT JOIN PhoneNumberBlockingEntry b "
        "ON b.extension_id = e.id AND b.phone_number_id = n.id "
        "WHERE n.number = ? AND e.state = 4 "
        "AND (l.id IS NOT NULL OR b.extension_id IS NOT NULL) "
        "ORDER BY e.priority",
};

int ruf_phone_code(struct ruf_phone *phone, int code)
{
    phone->no_memory = phone->no_memory || (code & 0xFF) == SQLITE_NOMEM;
    return code;
}

bool ruf_phone_lacks_memory(const struct ruf_phone *phone)
{
    return phone->no_memory;
}

void ruf_phone_execute(struct ruf_phone *phone, const char *sql)
{
    (void)ruf_phone_code(phone, sqlite3_exec(phone->db, sql, NULL, NULL, NULL));
}

/* --- life -------------------------------------------------------------------
 */

static bool prepare(struct ruf_phone *phone)
{
    for (int i = 0; i < PHONE_STATEMENTS; i++)
        if (ruf_phone_code(phone, sqlite3_prepare_v2(phone->db, statements[i],
                                                     -1, &phone->statements[i],
                                                     NULL)) != SQLITE_OK)
            return false;
    return true;
}

static void finalize(struct ruf_phone *phone)
{
    for (int i = 0; i < PHONE_STATEMENTS; i++) {
        (void)sqlite3_finalize(phone->statements[i]);
        phone->statements[i] = NULL;
    }
}

enum ruf_status ruf_phone_create(const struct ruf_phone_options *options,
                                 struct ruf_phone **out, struct ruf_error *err)
{
    struct ruf_phone *phone = calloc(1, sizeof(*phone));

    *out = NULL;
    if (phone == NULL)
        return ruf_fail_memory(err);
    phone->batch = options->batch == 0 ? BATCH : options->batch;
    memcpy(phone->only, options->only, sizeof(phone->only));
    phone->trace = options->trace;
    phone->trace_context = options->trace_context;
    if (ruf_phone_code(phone, sqlite3_open(options->database == NULL
                                               ? ":memory:"
                                               : options->database,
                                           &phone->db)) != SQLITE_OK ||
        ruf_phone_code(phone, sqlite3_exec(phone->db, schema, NULL, NULL,
                                           NULL)) != SQLITE_OK ||
        !prepare(phone)) {
        bool no_memory = phone->no_memory;

        ruf_phone_destroy(phone);
        if (no_memory)
            return ruf_fail_memory(err);
        return ruf_fail(err, RUF_E_INTERNAL, "E918", "",
                        "cannot make the store of the modelled phone");
    }
    *out = phone;
    return RUF_OK;
}

void ruf_phone_destroy(struct ruf_phone *phone)
{
    if (phone == NULL)
        return;
    finalize(phone);
    (void)sqlite3_close(phone->db);
    free(phone);
}

/* --- extensions -------------------------------------------------------------
 */

struct extension {
    int64_t id; /* 0: none */
    enum ruf_phone_state state;
};

static struct extension find(struct ruf_phone *phone, const char *bundle)
{
    struct extension found = { 0, RUF_PHONE_ABSENT };
    sqlite3_stmt *query = NULL;

    (void)ruf_phone_code(
        phone,
        sqlite3_prepare_v2(
            phone->db, "SELECT id, state FROM Extension WHERE bundle_id = ?",
            -1, &query, NULL));
    (void)sqlite3_bind_text(query, 1, bundle, -1, SQLITE_STATIC);
    if (ruf_phone_code(phone, sqlite3_step(query)) == SQLITE_ROW) {
        found.id = sqlite3_column_int64(query, 0);
        found.state = (enum ruf_phone_state)sqlite3_column_int(query, 1);
    }
    (void)sqlite3_finalize(query);
    return found;
}

static void set_state(struct ruf_phone *phone, int64_t id,
                      enum ruf_phone_state state)
{
    char sql[160];

    (void)snprintf(sql, sizeof(sql),
                   "UPDATE Extension SET state = %d, state_last_modified = "
                   "%lld WHERE id = %lld",
                   (int)state, (long long)phone->now, (long long)id);
    ruf_phone_execute(phone, sql);
}

void ruf_phone_delete_rows(struct ruf_phone *phone, int64_t extension)
{
    char sql[200];

    (void)snprintf(sql, sizeof(sql),
                   "DELETE FROM PhoneNumberIdentificationEntry WHERE "
                   "extension_id = %lld; DELETE FROM PhoneNumberBlockingEntry "
                   "WHERE extension_id = %lld",
                   (long long)extension, (long long)extension);
    ruf_phone_execute(phone, sql);
}

void ruf_phone_install(struct ruf_phone *phone, const char *bundle,
                       int priority)
{
    struct extension extension = find(phone, bundle);
    sqlite3_stmt *add = NULL;

    if (extension.state == RUF_PHONE_GONE)
        set_state(phone, extension.id, RUF_PHONE_OFF_KEPT);
    if (extension.id != 0)
        return;
    (void)ruf_phone_code(
        phone, sqlite3_prepare_v2(
                   phone->db, "INSERT INTO Extension VALUES(NULL, ?, ?, 1, 0)",
                   -1, &add, NULL));
    (void)sqlite3_bind_text(add, 1, bundle, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int(add, 2, priority);
    (void)ruf_phone_code(phone, sqlite3_step(add));
    (void)sqlite3_finalize(add);
}

void ruf_phone_uninstall(struct ruf_phone *phone, const char *bundle)
{
    struct extension extension = find(phone, bundle);

    if (extension.id != 0)
        set_state(phone, extension.id, RUF_PHONE_GONE);
}

void ruf_phone_update(struct ruf_phone *phone, const char *bundle)
{
    struct extension extension = find(phone, bundle);

    if (extension.state == RUF_PHONE_GONE)
        set_state(phone, extension.id, RUF_PHONE_ON);
}

void ruf_phone_switch_off(struct ruf_phone *phone, const char *bundle)
{
    struct extension extension = find(phone, bundle);

    if (extension.state == RUF_PHONE_ON)
        set_state(phone, extension.id, RUF_PHONE_OFF_KEPT);
}

enum ruf_phone_state ruf_phone_state(struct ruf_phone *phone,
                                     const char *bundle)
{
    return find(phone, bundle).state;
}

void ruf_phone_maintain(struct ruf_phone *phone, int64_t seconds)
{
    char sql[512];

    phone->now += seconds;
    (void)snprintf(
        sql, sizeof(sql),
        "DELETE FROM PhoneNumberIdentificationEntry WHERE extension_id IN "
        "(SELECT id FROM Extension WHERE state = 2 OR (state = 5 AND "
        "state_last_modified <= %lld)); "
        "DELETE FROM PhoneNumberBlockingEntry WHERE extension_id IN "
        "(SELECT id FROM Extension WHERE state = 2 OR (state = 5 AND "
        "state_last_modified <= %lld));",
        (long long)(phone->now - PURGE_GONE_AFTER),
        (long long)(phone->now - PURGE_GONE_AFTER));
    ruf_phone_execute(phone, sql);
    (void)snprintf(
        sql, sizeof(sql),
        "UPDATE Extension SET state = 1 WHERE state = 2; "
        "UPDATE Extension SET state = 4 WHERE state = 3 AND "
        "state_last_modified < %lld; "
        "DELETE FROM Extension WHERE state = 5 AND state_last_modified <= %lld",
        (long long)(phone->now - STUCK_AFTER),
        (long long)(phone->now - PURGE_GONE_AFTER));
    ruf_phone_execute(phone, sql);
}

void ruf_phone_corrupt(struct ruf_phone *phone)
{
    phone->corrupt = true;
}

/* The apps stay, and the system finds their extensions again. */
void ruf_phone_rebuild(struct ruf_phone *phone)
{
    phone->corrupt = false;
    ruf_phone_execute(phone, "CREATE TEMP TABLE Kept AS SELECT bundle_id, "
                             "priority FROM Extension WHERE state <> 5");
    finalize(phone);
    ruf_phone_execute(phone, drop);
    ruf_phone_execute(phone, schema);
    (void)prepare(phone);
    ruf_phone_execute(phone, "INSERT INTO Extension SELECT NULL, bundle_id, "
                             "priority, 1, 0 FROM Kept; DROP TABLE Kept");
}

void ruf_phone_plan_trouble(struct ruf_phone *phone,
                            const struct ruf_phone_trouble *trouble)
{
    phone->trouble = *trouble;
}

void ruf_phone_last_load(const struct ruf_phone *phone,
                         struct ruf_phone_load *out)
{
    *out = phone->load;
}

/* --- loading ----------------------------------------------------------------
 */

static enum ruf_phone_error outcome(const struct ruf_phone_request *request)
{
    if (request->failed)
        return request->error;
    /* Killed, or returned without an answer, or too late. */
    if (request->dead || !request->completed || request->trouble.expires)
        return RUF_PHONE_INTERRUPTED;
    return RUF_PHONE_OK;
}

static enum ruf_phone_error load(struct ruf_phone *phone, int64_t id,
                                 bool enabling, ruf_phone_extension *extension,
                                 void *context)
{
    struct ruf_phone_request request = { .phone = phone,
                                         .extension = id,
                                         .enabling = enabling,
                                         .trouble = phone->trouble };
    enum ruf_phone_error error;

    memset(&phone->trouble, 0, sizeof(phone->trouble));
    memset(&phone->load, 0, sizeof(phone->load));
    set_state(phone, id, RUF_PHONE_BUSY);
    extension(context, &request);
    error = outcome(&request);
    if (error != RUF_PHONE_OK)
        ruf_phone_delete_rows(phone, id);
    set_state(phone, id,
              error != RUF_PHONE_OK && enabling ? RUF_PHONE_OFF : RUF_PHONE_ON);
    for (int kind = 0; kind < PHONE_KINDS; kind++)
        ruf_writer_wipe(&request.buffers[kind].bytes);
    for (int kind = 0; kind < PHONE_KINDS; kind++)
        ruf_writer_free(&request.buffers[kind].bytes);
    return error;
}

enum ruf_phone_error ruf_phone_switch_on(struct ruf_phone *phone,
                                         const char *bundle,
                                         ruf_phone_extension *extension,
                                         void *context)
{
    struct extension found = find(phone, bundle);

    if (phone->corrupt)
        return RUF_PHONE_SQLITE_CORRUPT;
    if (found.state == RUF_PHONE_OFF_KEPT) {
        set_state(phone, found.id, RUF_PHONE_ON);
        return RUF_PHONE_OK;
    }
    if (found.state == RUF_PHONE_OFF)
        return load(phone, found.id, true, extension, context);
    return found.id == 0 ? RUF_PHONE_NO_EXTENSION : RUF_PHONE_OK;
}

enum ruf_phone_error ruf_phone_reload(struct ruf_phone *phone,
                                      const char *bundle,
                                      ruf_phone_extension *extension,
                                      void *context)
{
    struct extension found = find(phone, bundle);

    if (phone->corrupt)
        return RUF_PHONE_SQLITE_CORRUPT;
    switch (found.state) {
    case RUF_PHONE_OFF:
    case RUF_PHONE_OFF_KEPT:
        return RUF_PHONE_DISABLED;
    case RUF_PHONE_BUSY:
        return RUF_PHONE_LOADING;
    case RUF_PHONE_GONE:
        return RUF_PHONE_UNAVAILABLE;
    case RUF_PHONE_ON:
        return load(phone, found.id, false, extension, context);
    case RUF_PHONE_ABSENT:
        break;
    }
    return RUF_PHONE_NO_EXTENSION;
}

/* --- an incoming call -------------------------------------------------------
 */

void ruf_phone_variants(const char *sent, const char *region, ruf_e164 out[2])
{
    struct ruf_number number;
    ruf_e164 digits = 0;

    /* A decimal parse: leading zeros vanish. */
    for (const char *c = sent; *c != '\0'; c++)
        if (*c >= '0' && *c <= '9' && digits < RUF_E164_MAX / 10)
            digits = 10 * digits + (ruf_e164)(*c - '0');
    ruf_number_parse(sent, strlen(sent), region, &number);
    out[0] = digits;
    out[1] = number.key;
}

/* No text is no memory: neither column is ever NULL here. */
static void copy_cut(struct ruf_phone *phone, const unsigned char *text,
                     char *out, size_t room)
{
    struct ruf_text whole = ruf_text(text == NULL ? "" : (const char *)text);
    size_t size = whole.size < room ? whole.size : room - 1;

    (void)ruf_phone_code(phone, text == NULL ? SQLITE_NOMEM : SQLITE_OK);
    while (size < whole.size && size > 0 &&
           ((unsigned char)whole.data[size] & 0xC0) == 0x80)
        size--;
    if (size > 0)
        memcpy(out, whole.data, size);
    out[size] = '\0';
}

static bool look_up(struct ruf_phone *phone, ruf_e164 number,
                    struct ruf_phone_caller *out)
{
    sqlite3_stmt *query = phone->statements[PHONE_LOOK_UP];

    (void)sqlite3_bind_int64(query, 1, (int64_t)number);
    while (ruf_phone_code(phone, sqlite3_step(query)) == SQLITE_ROW) {
        out->blocked = out->blocked || sqlite3_column_int(query, 2) != 0;
        if (out->known || sqlite3_column_type(query, 1) == SQLITE_NULL)
            continue;
        out->known = true;
        out->matched = number;
        copy_cut(phone, sqlite3_column_text(query, 0), out->bundle,
                 sizeof(out->bundle));
        copy_cut(phone, sqlite3_column_text(query, 1), out->label,
                 sizeof(out->label));
    }
    (void)sqlite3_reset(query);
    return out->known || out->blocked;
}

void ruf_phone_ring(struct ruf_phone *phone, const char *sent,
                    const char *region, struct ruf_phone_caller *out)
{
    ruf_e164 variants[2];

    memset(out, 0, sizeof(*out));
    ruf_phone_variants(sent, region, variants);
    if (phone->corrupt)
        return;
    for (int i = 0; i < 2; i++)
        if (variants[i] != 0 && look_up(phone, variants[i], out))
            return;
}

void ruf_phone_rows(struct ruf_phone *phone, const char *bundle,
                    void (*row)(void *context, ruf_e164 number,
                                struct ruf_text label),
                    void *context)
{
    struct extension found = find(phone, bundle);
    sqlite3_stmt *query = NULL;

    if (found.state != RUF_PHONE_ON || phone->corrupt)
        return;
    (void)sqlite3_prepare_v2(
        phone->db,
        "SELECT n.number, l.localized_label, 0 AS kind FROM "
        "PhoneNumberIdentificationEntry i JOIN PhoneNumber n ON n.id = "
        "i.phone_number_id JOIN Label l ON l.id = i.label_id WHERE "
        "i.extension_id = ?1 UNION ALL SELECT n.number, NULL, 1 FROM "
        "PhoneNumberBlockingEntry b JOIN PhoneNumber n ON n.id = "
        "b.phone_number_id WHERE b.extension_id = ?1 ORDER BY kind, number",
        -1, &query, NULL);
    (void)sqlite3_bind_int64(query, 1, found.id);
    while (sqlite3_step(query) == SQLITE_ROW) {
        struct ruf_text label = { (const char *)sqlite3_column_text(query, 1),
                                  (size_t)sqlite3_column_bytes(query, 1) };

        row(context, (ruf_e164)sqlite3_column_int64(query, 0), label);
    }
    (void)sqlite3_finalize(query);
}
