/*
 * files.c - what the tenant leaves in its state directory
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tenant.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void state_path(const struct tenant *tenant, const char *name,
                       char out[600])
{
    (void)snprintf(out, 600, "%s/%s", tenant->state, name);
}

/* Write beside and rename, so that a reader never sees half a file. */
static FILE *open_new(const struct tenant *tenant, const char *name,
                      char temporary[620])
{
    char path[600];
    int fd;

    state_path(tenant, name, path);
    (void)snprintf(temporary, 620, "%s.new", path);
    (void)unlink(temporary);
    fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    return fd < 0 ? NULL : fdopen(fd, "w");
}

static int publish(const struct tenant *tenant, const char *name, FILE *file,
                   const char *temporary)
{
    char path[600];

    state_path(tenant, name, path);
    if (file == NULL || fclose(file) != 0 || rename(temporary, path) != 0) {
        (void)fprintf(stderr, "rufname-tenant: cannot write %s\n", path);
        return -1;
    }
    return 0;
}

/* --- secret and log ---------------------------------------------------------
 */

static int client_secret(struct tenant *tenant)
{
    char path[600];
    char temporary[620];
    FILE *file;

    state_path(tenant, "client-secret", path);
    file = fopen(path, "r");
    if (file != NULL) {
        bool got = fgets(tenant->client_secret, sizeof(tenant->client_secret),
                         file) != NULL;

        (void)fclose(file);
        tenant->client_secret[strcspn(tenant->client_secret, "\n")] = '\0';
        if (got && tenant->client_secret[0] != '\0')
            return 0;
    }
    tenant_random_hex(tenant->client_secret, 40);
    file = open_new(tenant, "client-secret", temporary);
    if (file != NULL)
        (void)fprintf(file, "%s\n", tenant->client_secret);
    return publish(tenant, "client-secret", file, temporary);
}

int tenant_files_prepare(struct tenant *tenant)
{
    char path[600];

    if (mkdir(tenant->state, 0700) != 0 && errno != EEXIST) {
        (void)fprintf(stderr, "rufname-tenant: cannot create %s\n",
                      tenant->state);
        return -1;
    }
    /* Stale: with policy.json in place the tenant counts as ready. */
    state_path(tenant, "policy.json", path);
    (void)unlink(path);
    state_path(tenant, "requests.log", path);
    tenant->log = fopen(path, "w");
    if (tenant->log == NULL) {
        (void)fprintf(stderr, "rufname-tenant: cannot write %s\n", path);
        return -1;
    }
    return client_secret(tenant);
}

void tenant_log(struct tenant *tenant, const char *format, ...)
{
    va_list arguments;

    (void)pthread_mutex_lock(&tenant->state_lock);
    va_start(arguments, format);
    (void)vfprintf(tenant->log, format, arguments);
    va_end(arguments);
    (void)fputc('\n', tenant->log);
    (void)fflush(tenant->log);
    (void)pthread_mutex_unlock(&tenant->state_lock);
}

/* --- dump
 * ---------------------------------------------------------------------- */

static void dump_member(struct text_out *out, bool *first, const char *key,
                        const char *value)
{
    text_member(out, first, key);
    text_json(out, value);
}

static void dump_numbers(struct text_out *out,
                         const struct tenant_record *record)
{
    text_put(out, ",\"numbers\":[");
    for (size_t i = 0; i < record->number_count; i++) {
        const struct tenant_number *number = &record->numbers[i];

        text_format(out, "%s{\"kind\":\"%s\",\"raw\":", i == 0 ? "" : ",",
                    number->kind);
        text_json(out, number->raw);
        text_put(out, ",\"e164\":");
        text_json(out, number->e164[0] == '\0' ? NULL : number->e164);
        text_put(out, "}");
    }
    text_put(out, "]");
}

static void dump_record(struct text_out *out,
                        const struct tenant_record *record, uint32_t part,
                        const char *presence, const struct person *person)
{
    struct tenant_photo photo;
    bool first = true;

    text_put(out, "{");
    dump_member(out, &first, "source", tenant_source_name(record->source));
    dump_member(out, &first, "id", record->id);
    text_format(out, ",\"part\":%u", part);
    dump_member(out, &first, "presence", presence);
    if (tenant_photo_of(person, record->source, &photo)) {
        dump_member(out, &first, "photo", photo.etag);
        text_format(out, ",\"photo_bytes\":%zu",
                    photo.large || photo.broken ? 0 : photo.size);
    }
    text_format(out, ",\"person\":%u,\"visible\":%s", record->person,
                record->visible ? "true" : "false");
    dump_member(out, &first, "region", record->region);
    dump_member(out, &first, "given", record->given);
    dump_member(out, &first, "family", record->family);
    dump_member(out, &first, "display", record->display);
    dump_member(out, &first, "company", record->company);
    dump_member(out, &first, "department", record->department);
    dump_member(out, &first, "title", record->title);
    dump_member(out, &first, "upn",
                record->source == TENANT_USERS ? record->upn : NULL);
    text_format(out, ",\"emails\":[\"%s\"", record->mail);
    if (record->second_mail[0] != '\0' && record->source != TENANT_MAILBOX)
        text_format(out, ",\"%s\"", record->second_mail);
    text_put(out, "]");
    dump_numbers(out, record);
    text_put(out, "}\n");
}

int tenant_dump(const struct tenant *tenant)
{
    const struct company *company = &tenant->company;
    struct text_out out = { NULL, 0, 0 };
    char temporary[620];
    FILE *file = open_new(tenant, "dump.jsonl", temporary);

    for (size_t i = 0; file != NULL && i < company->count; i++) {
        const struct person *person = &company->people[i];

        for (int s = 0; s < TENANT_SOURCES; s++) {
            struct tenant_record record;

            if (person->removed != 0 ||
                !company_has_record(company, person, (enum tenant_source)s))
                continue;
            company_record(company, person, (enum tenant_source)s, &record);
            dump_record(&out, &record,
                        company_part(company, person, (enum tenant_source)s),
                        s == TENANT_USERS
                            ? tenant_presence_of(company, person->key)
                            : NULL,
                        person);
        }
        if (out.size > 60000) {
            (void)fwrite(out.bytes, 1, out.size, file);
            out.size = 0;
        }
    }
    if (file != NULL && out.size > 0)
        (void)fwrite(out.bytes, 1, out.size, file);
    text_free(&out);
    return publish(tenant, "dump.jsonl", file, temporary);
}

/* --- policy
 * ----------------------------------------------------------------------- */

static void put_sources(const struct tenant *tenant, FILE *file)
{
    const struct company *company = &tenant->company;

    (void)fputs("  \"sources\": [\n"
                "    { \"id\": \"AAD\", \"kind\": \"entra_users\", "
                "\"priority\": 90 },\n"
                "    { \"id\": \"APC\", \"kind\": \"outlook_personal\", "
                "\"priority\": 80,\n"
                "      \"mailboxes\": [\"" MAILBOX "\"] },\n"
                "    { \"id\": \"GAL\", \"kind\": \"entra_contacts\", "
                "\"priority\": 70 },\n",
                file);
    if (company->crm_rows > 0)
        (void)fprintf(
            file,
            "    { \"id\": \"D365\", \"kind\": \"dynamics365\", "
            "\"priority\": 60,\n      \"url\": \"%s\" },\n"
            "    { \"id\": \"DVRS\", \"kind\": \"dataverse\", "
            "\"priority\": 50, \"enabled\": false,\n"
            "      \"url\": \"%s\", \"table\": \"new_partners\",\n"
            "      \"columns\": { \"id\": \"new_partnerid\", "
            "\"givenName\": \"new_first\",\n"
            "        \"surname\": \"new_last\", \"phoneMobile\": "
            "\"new_mobile\",\n        \"phoneBusiness\": \"new_phone\", "
            "\"email\": \"new_mail\" } },\n",
            tenant->dataverse, tenant->dataverse);
    if (company->blob_rows > 0)
        (void)fprintf(file,
                      "    { \"id\": \"ABS\", \"kind\": \"blob\", "
                      "\"priority\": 40,\n      \"url\": \"%s/" STORE_ACCOUNT
                      "\", \"container\": \"contacts\" },\n",
                      tenant->origin);
    (void)fputs("    { \"id\": \"FILE\", \"kind\": \"file\", \"priority\": 20 "
                "} ] }\n",
                file);
}

int tenant_files_publish(struct tenant *tenant)
{
    char temporary[620];
    FILE *file;

    if (tenant_dump(tenant) != 0)
        return -1;
    file = open_new(tenant, "policy.json", temporary);
    if (file != NULL) {
        (void)fprintf(
            file,
            "{ \"schema\": \"rufname.policy/1\", \"version\": 1,\n"
            "  \"region\": { \"default\": \"DE\" },\n"
            "  \"protection\": { \"pin\": { \"required\": false } },\n"
            "  \"auth\": { \"tenant\": \"" TENANT_ID "\",\n"
            "    \"client_id\": \"" CLIENT_ID "\",\n"
            "    \"endpoints\": { \"login\": \"%s\", \"graph\": \"%s\"",
            tenant->origin, tenant->links);
        if (tenant->company.crm_rows > 0 || tenant->company.blob_rows > 0)
            (void)fprintf(file, ",\n      \"sources\": [\"%s\", \"%s\"]",
                          tenant->origin, tenant->dataverse);
        (void)fputs(" } },\n  \"presence\": { \"enabled\": true },\n", file);
        put_sources(tenant, file);
    }
    return publish(tenant, "policy.json", file, temporary);
}
