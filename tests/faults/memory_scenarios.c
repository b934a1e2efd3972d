/*
 * memory_scenarios.c - what is tried without memory
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "memory_scenarios.h"
#include "base/file.h"
#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define FILE_SIZE_MAX (256u * 1024u)

/* --- sums of answers ---------------------------------------------------------
 */

static void add_bytes(uint64_t *sum, const void *bytes, size_t size)
{
    const unsigned char *byte = bytes;

    for (size_t i = 0; i < size; i++)
        *sum = (*sum ^ byte[i]) * UINT64_C(0x100000001B3); /* FNV-1a */
}

static void add_text(uint64_t *sum, struct ruf_text text)
{
    add_bytes(sum, text.data, text.size);
    add_bytes(sum, "|", 1);
}

static void add_string(uint64_t *sum, const char *text)
{
    add_text(sum, ruf_text(text));
}

static void add_number(uint64_t *sum, uint64_t number)
{
    add_bytes(sum, &number, sizeof(number));
}

/* --- files -------------------------------------------------------------------
 */

static void die(const char *what, const struct ruf_error *err)
{
    (void)fprintf(stderr, "%s: %s %s %s\n", what, err->id, err->place,
                  err->detail);
    exit(2);
}

/* Read before anything fails. */
static struct text_file {
    char *bytes;
    size_t size;
} good_policy, wrong_policy, tenant_ca, tenant_secret;

static struct text_file text_file(const char *folder, const char *name)
{
    struct text_file file;
    struct ruf_error err;
    char path[512];

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (ruf_file_read(path, RUF_FILE_ANY, FILE_SIZE_MAX, &file.bytes,
                      &file.size, &err) != RUF_OK)
        die("test file", &err);
    return file;
}

/* --- number, policy, init ----------------------------------------------------
 */

/* Reading a number takes no memory at all. */
static enum ruf_status run_number(const struct place *place, uint64_t *answer,
                                  struct ruf_error *err)
{
    static const char *const texts[] = { "030 23125-001",
                                         "(030) 23125 002 oder 23125-003",
                                         "tel:+49-89-99998-001;ext=7", "",
                                         "\xC2\xA0+49 (0) 152 28817386" };
    struct ruf_clean_options options = { RUF_CORRECT_ALL, "30" };

    (void)place;
    (void)err;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct ruf_cleaned cleaned;
        char text[RUF_NUMBER_TEXT_SIZE];

        ruf_number_clean(texts[i], strlen(texts[i]), "DE", &options, &cleaned);
        for (size_t k = 0; k < cleaned.count; k++) {
            add_string(answer, cleaned.numbers[k].e164);
            if (cleaned.numbers[k].key == 0)
                continue;
            (void)ruf_e164_format_as(cleaned.numbers[k].key, RUF_STYLE_NATIONAL,
                                     text);
            add_string(answer, text);
        }
    }
    return RUF_OK;
}

static void add_finding(void *context, const struct ruf_finding *finding)
{
    add_string(context, finding->id);
    add_string(context, finding->pointer);
    add_number(context, finding->line);
}

static enum ruf_status run_policy(const struct place *place, uint64_t *answer,
                                  struct ruf_error *err)
{
    (void)place;
    return ruf_home_check_policy(good_policy.bytes, good_policy.size,
                                 add_finding, answer, err);
}

static enum ruf_status run_wrong_policy(const struct place *place,
                                        uint64_t *answer, struct ruf_error *err)
{
    (void)place;
    return ruf_home_check_policy(wrong_policy.bytes, wrong_policy.size,
                                 add_finding, answer, err);
}

static enum ruf_status make_home(const char *path,
                                 const struct text_file *policy,
                                 struct ruf_error *err)
{
    struct ruf_home_setup setup = { .struct_size = sizeof(setup),
                                    .policy = policy->bytes,
                                    .policy_size = policy->size,
                                    .ca_pem = tenant_ca.bytes,
                                    .ca_pem_size = tenant_ca.size };

    return ruf_home_init(path, &setup, NULL, NULL, err);
}

/* Nothing is left of a home that could not be made. */
static enum ruf_status run_init(const struct place *place, uint64_t *answer,
                                struct ruf_error *err)
{
    enum ruf_status status = make_home(place->empty, &good_policy, err);

    (void)answer;
    if (status != RUF_OK && access(place->empty, F_OK) == 0) {
        (void)fprintf(stderr, "init left something behind\n");
        exit(1);
    }
    return status;
}

static enum ruf_status run_open(const struct place *place, uint64_t *answer,
                                struct ruf_error *err)
{
    struct ruf_home *home;
    enum ruf_status status = ruf_home_open(place->home, &home, err);
    char *policy;

    if (status != RUF_OK)
        return status;
    policy = ruf_home_policy(home);
    if (policy == NULL) {
        err->status = status = RUF_E_NOMEM; /* its only failure */
        (void)snprintf(err->id, sizeof(err->id), "E911");
    } else {
        add_string(answer, policy);
    }
    free(policy);
    ruf_home_close(home);
    return status;
}

/* --- what changes a home -----------------------------------------------------
 */

static enum ruf_status import(const struct place *place, const char *name,
                              const char *source, uint64_t *answer,
                              struct ruf_error *err)
{
    struct ruf_import_report report = { 0 };
    struct ruf_home *home;
    char path[512];
    enum ruf_status status = ruf_home_open(place->home, &home, err);

    if (status != RUF_OK)
        return status;
    (void)snprintf(path, sizeof(path), "%s/%s",
                   name[0] == '/' ? "" : FAULT_FILES, name);
    status = ruf_home_import(home, path, source, &report, err);
    add_number(answer, report.records);
    add_number(answer, report.skipped);
    add_number(answer, report.added);
    add_number(answer, report.changed);
    add_number(answer, report.removed);
    ruf_home_close(home);
    return status;
}

static enum ruf_status run_import_csv(const struct place *place,
                                      uint64_t *answer, struct ruf_error *err)
{
    return import(place, "changed.csv", "TABLE", answer, err);
}

static enum ruf_status run_import_vcard(const struct place *place,
                                        uint64_t *answer, struct ruf_error *err)
{
    return import(place, "people.vcf", "CARDS", answer, err);
}

static enum ruf_status run_import_jsonl(const struct place *place,
                                        uint64_t *answer, struct ruf_error *err)
{
    return import(place, "people.jsonl", "CARDS", answer, err);
}

static enum ruf_status run_import_gzip(const struct place *place,
                                       uint64_t *answer, struct ruf_error *err)
{
    return import(place, place->compressed, "TABLE", answer, err);
}

static enum ruf_status run_publish(const struct place *place, uint64_t *answer,
                                   struct ruf_error *err)
{
    struct ruf_home *home;
    uint64_t generation = 0;
    enum ruf_status status = ruf_home_open(place->home, &home, err);

    if (status == RUF_OK)
        status = ruf_home_publish(home, &generation, err);
    add_number(answer, generation);
    ruf_home_close(home);
    return status;
}

static enum ruf_status run_secret(const struct place *place, uint64_t *answer,
                                  struct ruf_error *err)
{
    struct ruf_home *home;
    enum ruf_status status = ruf_home_open(place->home, &home, err);

    (void)answer;
    if (status == RUF_OK)
        status = ruf_home_source_secret(
            home, "BLOB", "sv=2024-01-01&sig=bm90IGEgc2VjcmV0&se=2099-01-01",
            err);
    if (status == RUF_OK)
        status = ruf_home_logout(home, err);
    ruf_home_close(home);
    return status;
}

/* --- the phone ---------------------------------------------------------------
 */

/* What a phone shows, which is the same after a delta and after a full list. */
struct phone {
    bool incremental;
    ruf_e164 numbers[64];
    uint64_t labels[64];
    size_t count;
};

static struct phone at_start; /* it has what make_start() committed */

static bool phone_ask(void *context)
{
    struct phone *phone = context;

    phone->incremental = true;
    return true;
}

static void phone_clear_once(struct phone *phone)
{
    if (!phone->incremental)
        phone->count = 0;
    phone->incremental = true;
}

static enum ruf_status phone_remove(void *context, ruf_e164 number,
                                    struct ruf_error *err)
{
    struct phone *phone = context;

    (void)err;
    for (size_t i = 0; i < phone->count; i++) {
        if (phone->numbers[i] != number)
            continue;
        phone->count--;
        phone->numbers[i] = phone->numbers[phone->count];
        phone->labels[i] = phone->labels[phone->count];
    }
    return RUF_OK;
}

static enum ruf_status phone_add(void *context, ruf_e164 number,
                                 struct ruf_text label, struct ruf_error *err)
{
    struct phone *phone = context;

    phone_clear_once(phone);
    (void)phone_remove(phone, number, err);
    phone->numbers[phone->count] = number;
    phone->labels[phone->count] = 0;
    add_text(&phone->labels[phone->count], label);
    phone->count++;
    return RUF_OK;
}

static enum ruf_status phone_complete(void *context, struct ruf_error *err)
{
    (void)err;
    phone_clear_once(context);
    return RUF_OK;
}

static uint64_t phone_sum(const struct phone *phone)
{
    uint64_t sum = phone->count;

    for (size_t i = 0; i < phone->count; i++)
        sum += phone->numbers[i] * (phone->labels[i] | 1); /* in any order */
    return sum;
}

static enum ruf_status emit_to(struct phone *phone, const char *path,
                               enum ruf_emit_record record,
                               struct ruf_error *err)
{
    struct ruf_directory_host host = {
        .context = phone,
        .ask = phone_ask,
        .add_identification = phone_add,
        .remove_identification = phone_remove,
        .complete = phone_complete,
    };
    struct ruf_directory_report report = { 0 };
    struct ruf_home *home;
    enum ruf_status status = ruf_home_open(path, &home, err);

    if (status == RUF_OK)
        status = ruf_home_emit(home, &host, record, &report, err);
    ruf_home_close(home);
    return status;
}

static enum ruf_status emit(const char *path, enum ruf_emit_record record,
                            uint64_t *answer, struct ruf_error *err)
{
    struct phone phone = at_start;
    enum ruf_status status;

    phone.incremental = false;
    status = emit_to(&phone, path, record, err);
    *answer = phone_sum(&phone);
    return status;
}

static enum ruf_status run_emit_look(const struct place *place,
                                     uint64_t *answer, struct ruf_error *err)
{
    return emit(place->home, RUF_EMIT_LOOK, answer, err);
}

static enum ruf_status run_emit_delta(const struct place *place,
                                      uint64_t *answer, struct ruf_error *err)
{
    return emit(place->home, RUF_EMIT_COMMIT, answer, err);
}

/* Without a committed list. */
static enum ruf_status run_emit_full(const struct place *place,
                                     uint64_t *answer, struct ruf_error *err)
{
    char path[512];

    (void)snprintf(path, sizeof(path), "%s/directory.commit", place->home);
    ruf_file_discard(path);
    return emit(place->home, RUF_EMIT_COMMIT, answer, err);
}

static enum ruf_status run_ring(const struct place *place, uint64_t *answer,
                                struct ruf_error *err)
{
    struct ruf_home *home;
    struct ruf_ring ring = { 0 };
    enum ruf_status status = ruf_home_open(place->home, &home, err);

    if (status == RUF_OK)
        status = ruf_home_ring(home, "+493023125001", FAULT_FILES "/people.vcf",
                               &ring, err);
    add_number(answer, ring.source);
    add_string(answer, ring.label);
    if (status == RUF_OK)
        status = ruf_home_ring(home, "+493023125002", NULL, &ring, err);
    add_number(answer, ring.source);
    add_string(answer, ring.label);
    ruf_home_close(home);
    return status;
}

static enum ruf_status run_export(const struct place *place, uint64_t *answer,
                                  struct ruf_error *err)
{
    struct ruf_pir_options options = { .struct_size = sizeof(options),
                                       .shards = 2 };
    struct ruf_pir_result result = { 0 };
    struct ruf_home *home;
    char path[512];
    enum ruf_status status = ruf_home_open(place->home, &home, err);

    (void)snprintf(path, sizeof(path), "%s/export.binpb", place->home);
    if (status == RUF_OK)
        status = ruf_home_export_pir(home, path, &options, &result, err);
    add_number(answer, result.rows);
    add_number(answer, result.bytes);
    ruf_home_close(home);
    return status;
}

/* --- questions ---------------------------------------------------------------
 */

static enum ruf_status look_up(struct ruf_query *query, uint64_t *answer,
                               struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;

    for (ruf_e164 number = 493023125000; number < 493023125012; number++) {
        struct ruf_caller caller = { 0 };
        struct ruf_contact contact = { 0 };

        if (status == RUF_OK)
            status = ruf_query_lookup(query, number, &caller, err);
        add_text(answer, caller.label);
        if (status == RUF_OK && caller.contact_count > 0)
            status =
                ruf_query_contact(query, caller.contacts[0], &contact, err);
        add_text(answer, contact.display);
    }
    return status;
}

static enum ruf_status search(struct ruf_query *query, uint64_t *answer,
                              struct ruf_error *err)
{
    static const char *const texts[] = { "a",     "anna är", "hansa",
                                         "grosz", "23125",   "xyz" };
    enum ruf_status status = RUF_OK;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct ruf_hit hits[20];
        size_t count = 0;

        if (status == RUF_OK)
            status = ruf_query_search(query, texts[i], strlen(texts[i]), hits,
                                      20, &count, err);
        add_number(answer, count);
        for (size_t k = 0; k < count; k++)
            add_number(answer, hits[k].contact * 64 + hits[k].tier);
    }
    return status;
}

static enum ruf_status walk(const struct ruf_index *index, uint64_t *answer,
                            struct ruf_error *err)
{
    struct ruf_cursor *cursor = NULL;
    struct ruf_entry entry = { 1, { NULL, 0 } };
    enum ruf_status status = ruf_cursor_create(index, &cursor, err);

    while (status == RUF_OK && entry.number != 0) {
        status = ruf_cursor_next(cursor, &entry, err);
        if (status == RUF_OK && entry.number != 0) {
            add_number(answer, entry.number);
            add_text(answer, entry.label);
        }
    }
    ruf_cursor_destroy(cursor);
    return status;
}

static enum ruf_status ask(const char *path, enum ruf_index_mode mode,
                           uint64_t *answer, struct ruf_error *err)
{
    struct ruf_home *home;
    struct ruf_index *index = NULL;
    struct ruf_query *query = NULL;
    enum ruf_status status = ruf_home_open(path, &home, err);

    if (status == RUF_OK)
        status = ruf_home_index(home, mode, &index, err);
    if (status == RUF_OK)
        status = ruf_query_create(index, &query, err);
    if (status == RUF_OK)
        status = look_up(query, answer, err);
    if (status == RUF_OK && mode == RUF_INDEX_RESIDENT)
        status = search(query, answer, err);
    if (status == RUF_OK)
        status = walk(index, answer, err);
    ruf_query_destroy(query);
    ruf_index_close(index);
    ruf_home_close(home);
    return status;
}

static enum ruf_status run_resident(const struct place *place, uint64_t *answer,
                                    struct ruf_error *err)
{
    return ask(place->home, RUF_INDEX_RESIDENT, answer, err);
}

static enum ruf_status run_on_demand(const struct place *place,
                                     uint64_t *answer, struct ruf_error *err)
{
    return ask(place->home, RUF_INDEX_ON_DEMAND, answer, err);
}

static enum ruf_status run_stats(const struct place *place, uint64_t *answer,
                                 struct ruf_error *err)
{
    struct ruf_home *home;
    struct ruf_home_stats stats = { 0 };
    enum ruf_status status = ruf_home_open(place->home, &home, err);

    if (status == RUF_OK)
        status = ruf_home_describe(home, &stats, err);
    add_number(answer, stats.contacts);
    add_number(answer, stats.records);
    add_number(answer, stats.numbers_valid);
    add_number(answer, stats.numbers_indexed);
    add_number(answer, stats.entries);
    ruf_home_close(home);
    return status;
}

static void add_explained(void *context,
                          const struct ruf_explained_number *number)
{
    add_text(context, number->name);
    add_text(context, number->raw);
    add_number(context, number->held);
}

static enum ruf_status run_report(const struct place *place, uint64_t *answer,
                                  struct ruf_error *err)
{
    struct ruf_home *home;
    struct ruf_report report = { 0 };
    struct ruf_explained_number read;
    enum ruf_status status = ruf_home_open(place->home, &home, err);

    if (status == RUF_OK)
        status = ruf_home_report(home, &report, err);
    for (size_t i = 0; i < report.source_count; i++)
        add_number(answer, report.sources[i].reasons[RUF_REASON_IDENTIFIED]);
    if (status == RUF_OK)
        status = ruf_home_explain(home, ruf_text("030 23125-001"), &read,
                                  add_explained, answer, err);
    ruf_home_close(home);
    return status;
}

static enum ruf_status run_verify(const struct place *place, uint64_t *answer,
                                  struct ruf_error *err)
{
    struct ruf_home *home;
    struct ruf_verify_report report = { 0 };
    enum ruf_status status = ruf_home_open(place->home, &home, err);

    if (status == RUF_OK)
        status = ruf_home_verify(home, &report, err);
    add_number(answer, report.store_ok);
    add_number(answer, report.image_ok);
    ruf_home_close(home);
    return status;
}

/* --- the network -------------------------------------------------------------
 */

static enum ruf_status run_login(const struct place *place, uint64_t *answer,
                                 struct ruf_error *err)
{
    struct ruf_login login = { .struct_size = sizeof(login),
                               .flow = RUF_SIGN_IN_APP,
                               .client_secret = tenant_secret.bytes };
    struct ruf_home *home;
    enum ruf_status status = ruf_home_open(place->home, &home, err);

    (void)answer;
    if (status == RUF_OK)
        status = ruf_home_login(home, &login, err);
    ruf_home_close(home);
    return status;
}

static enum ruf_status run_sync(const struct place *place, uint64_t *answer,
                                struct ruf_error *err)
{
    struct ruf_sync_request request = { .struct_size = sizeof(request),
                                        .full = true };
    static struct ruf_sync_report report;
    struct ruf_home *home;
    enum ruf_status status = ruf_home_open(place->home, &home, err);

    memset(&report, 0, sizeof(report));
    if (status == RUF_OK)
        status = ruf_home_sync(home, &request, &report, err);
    /* A source that had no memory fails alone. */
    if (status == RUF_E_PARTIAL)
        for (size_t i = 0; i < report.source_count; i++)
            if (report.sources[i].status == RUF_E_NOMEM)
                *err = report.sources[i].error;
    if (status == RUF_E_PARTIAL && err->status == RUF_E_NOMEM)
        status = RUF_E_NOMEM;
    (void)answer;
    ruf_home_close(home);
    return status;
}

/* --- all of them -------------------------------------------------------------
 */

const struct scenario scenarios[] = {
    { "number", run_number, READS, false },
    { "policy", run_policy, READS, false },
    { "wrong policy", run_wrong_policy, READS, false },
    { "init", run_init, READS, false },
    { "open", run_open, READS, false },
    { "import csv", run_import_csv, WRITES, false },
    { "import vcard", run_import_vcard, WRITES, false },
    { "import jsonl", run_import_jsonl, WRITES, false },
    { "import gzip", run_import_gzip, WRITES, false },
    { "publish", run_publish, WRITES, false },
    { "secret", run_secret, WRITES, false },
    { "emit look", run_emit_look, READS, false },
    { "emit full", run_emit_full, WRITES, false },
    { "emit delta", run_emit_delta, WRITES, false },
    { "ring", run_ring, READS, false },
    { "export", run_export, READS, false },
    { "resident", run_resident, READS, false },
    { "on demand", run_on_demand, READS, false },
    { "stats", run_stats, READS, false },
    { "report", run_report, READS, false },
    { "verify", run_verify, READS, true },
    { "login", run_login, NEEDS_TENANT, false },
    { "sync", run_sync, NEEDS_TENANT, false },
};
const size_t scenario_count = sizeof(scenarios) / sizeof(scenarios[0]);

static void compress_file(const struct text_file *file, const char *path)
{
    gzFile out = gzopen(path, "wb");

    if (out == NULL ||
        gzwrite(out, file->bytes, (unsigned)file->size) != (int)file->size ||
        gzclose(out) != Z_OK)
        exit(2);
}

void load_texts(const struct place *place)
{
    struct text_file changed = text_file(FAULT_FILES, "changed.csv");

    compress_file(&changed, place->compressed);
    free(changed.bytes);
    wrong_policy = text_file(FAULT_FILES, "wrong.json");
    if (place->tenant == NULL) {
        good_policy = text_file(FAULT_FILES, "policy.json");
        return;
    }
    good_policy = text_file(place->tenant, "policy.json");
    tenant_ca = text_file(place->tenant, "ca.pem");
    tenant_secret = text_file(place->tenant, "client-secret");
    tenant_secret.bytes[strcspn(tenant_secret.bytes, "\n")] = '\0';
}

void free_texts(void)
{
    free(good_policy.bytes);
    free(wrong_policy.bytes);
    free(tenant_ca.bytes);
    free(tenant_secret.bytes);
}

/* The list a phone has differs from the one it would get: a delta is due. */
void make_start(const struct place *place)
{
    struct ruf_error err = { 0 };
    uint64_t answer = 0;

    if (make_home(place->home, &good_policy, &err) != RUF_OK)
        die("init", &err);
    if (place->tenant != NULL) {
        if (run_login(place, &answer, &err) != RUF_OK ||
            run_sync(place, &answer, &err) != RUF_OK)
            die("sync", &err);
        return;
    }
    if (import(place, "changed.csv", "TABLE", &answer, &err) != RUF_OK ||
        run_publish(place, &answer, &err) != RUF_OK ||
        emit_to(&at_start, place->home, RUF_EMIT_COMMIT, &err) != RUF_OK ||
        import(place, "people.csv", "TABLE", &answer, &err) != RUF_OK ||
        run_publish(place, &answer, &err) != RUF_OK)
        die("start", &err);
}

uint64_t check_home(const char *home)
{
    struct place place = { .home = home };
    struct ruf_error err = { 0 };
    uint64_t emitted = 0;
    uint64_t sound = 0;
    uint64_t both_ok = 0;

    add_number(&both_ok, true);
    add_number(&both_ok, true);
    if (run_verify(&place, &sound, &err) != RUF_OK || sound != both_ok)
        die("the home is damaged", &err);
    if (ask(home, RUF_INDEX_RESIDENT, &emitted, &err) != RUF_OK)
        die("the index does not answer", &err);
    return emitted;
}
