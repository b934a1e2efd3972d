/*
 * blobs.c - a container of contact files
 *
 * Files file-0.csv, file-1.jsonl, file-2.vcf, file-3.csv and so on, every
 * second one packed; people keep their file, and a file's etag is the version
 * of its last change.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tenant.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define ROOT "/" STORE_ACCOUNT "/contacts"
#define STORAGE "https://storage.azure.com"

bool tenant_is_blobs(const char *path)
{
    return strncmp(path, ROOT, strlen(ROOT)) == 0;
}

static void file_name(uint32_t file, char out[64])
{
    static const char *const endings[] = { "csv", "jsonl", "vcf" };

    (void)snprintf(out, 64, "file-%u.%s%s", file, endings[file % 3],
                   file % 2 == 0 ? "" : ".gz");
}

static bool in_file(const struct company *company, const struct person *person,
                    uint32_t file)
{
    return company_has_record(company, person, TENANT_BLOBS) &&
           company_part(company, person, TENANT_BLOBS) == file;
}

/* "0x", the file and its newest change. */
static void file_etag(const struct company *company, uint32_t file,
                      char out[64])
{
    uint32_t version = 0;

    for (size_t i = 0; i < company->count; i++)
        if (company->people[i].changed > version &&
            in_file(company, &company->people[i], file))
            version = company->people[i].changed;
    (void)snprintf(out, 64, "0x%X%08X", file + 1, version);
}

/* --- formats ----------------------------------------------------------------
 */

static void put_csv(const struct tenant_record *record, struct text_out *out)
{
    text_format(out, "%s;\"%s\";\"%s\";\"%s\";%s", record->id, record->given,
                record->family, record->company, record->mail);
    for (size_t i = 0; i < 2; i++)
        text_format(out, ";%s%s%s", i < record->number_count ? "\"=\"\"" : "",
                    i < record->number_count ? record->numbers[i].raw : "",
                    i < record->number_count ? "\"\"\"" : "");
    text_put(out, "\r\n");
}

static void put_jsonl(const struct tenant_record *record, struct text_out *out)
{
    text_format(out, "{\"id\":\"%s\",\"givenName\":", record->id);
    text_json(out, record->given);
    text_put(out, ",\"surname\":");
    text_json(out, record->family);
    text_put(out, ",\"company\":");
    text_json(out, record->company);
    text_format(out, ",\"emails\":[\"%s\"],\"phones\":[", record->mail);
    for (size_t i = 0; i < 2 && i < record->number_count; i++) {
        text_put(out, i == 0 ? "" : ",");
        text_json(out, record->numbers[i].raw);
    }
    text_put(out, "]}\n");
}

static void put_vcard(const struct tenant_record *record, struct text_out *out)
{
    text_format(out,
                "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:%s\r\nN:%s;%s;;;\r\n"
                "ORG:%s\r\nEMAIL:%s\r\n",
                record->id, record->family, record->given, record->company,
                record->mail);
    for (size_t i = 0; i < 2 && i < record->number_count; i++)
        text_format(out, "TEL;TYPE=work:%s\r\n", record->numbers[i].raw);
    text_put(out, "END:VCARD\r\n");
}

static void put_file(const struct company *company, uint32_t file,
                     struct text_out *out)
{
    if (file % 3 == 0)
        text_put(out, "id;givenName;surname;company;email;phoneBusiness1;"
                      "phoneBusiness2\r\n");
    for (size_t i = 0; i < company->count; i++) {
        const struct person *person = &company->people[i];
        struct tenant_record record;

        if (person->removed != 0 || !in_file(company, person, file))
            continue;
        company_record(company, person, TENANT_BLOBS, &record);
        if (file % 3 == 0)
            put_csv(&record, out);
        else if (file % 3 == 1)
            put_jsonl(&record, out);
        else
            put_vcard(&record, out);
    }
}

static void pack(struct text_out *out)
{
    z_stream stream;
    struct text_out packed = { NULL, 0, 0 };

    memset(&stream, 0, sizeof(stream));
    if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        return;
    packed.capacity = deflateBound(&stream, out->size) + 32;
    packed.bytes = malloc(packed.capacity);
    stream.next_in = (unsigned char *)out->bytes;
    stream.avail_in = (unsigned)out->size;
    stream.next_out = (unsigned char *)packed.bytes;
    stream.avail_out = (unsigned)packed.capacity;
    (void)deflate(&stream, Z_FINISH);
    packed.size = stream.total_out;
    (void)deflateEnd(&stream);
    text_free(out);
    *out = packed;
}

/* --- requests
 * ------------------------------------------------------------------ */

static void list(const struct tenant *tenant, struct exchange *exchange)
{
    const struct company *company = &tenant->company;

    exchange->content_type = "application/xml";
    text_put(&exchange->out,
             "\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\"?>"
             "<EnumerationResults><Blobs>");
    for (uint32_t i = 0; i < company->blobs; i++) {
        char name[64];
        char etag[64];

        file_name(i, name);
        file_etag(company, i, etag);
        text_format(&exchange->out,
                    "<Blob><Name>%s</Name><Properties><Etag>%s</Etag>"
                    "</Properties></Blob>",
                    name, etag);
    }
    text_put(&exchange->out, "</Blobs><NextMarker/></EnumerationResults>");
}

static void refuse(struct exchange *exchange, unsigned status)
{
    exchange->status = status;
    exchange->out.size = 0;
}

/* Cut the body to what was asked for. */
static void apply_range(struct exchange *exchange)
{
    struct text_out *out = &exchange->out;
    size_t total = out->size;
    uint64_t first = 0;
    uint64_t last = UINT64_MAX;

    if (exchange->range == NULL ||
        sscanf(exchange->range, "bytes=%" SCNu64 "-%" SCNu64, &first, &last) <
            1)
        return;
    if (first >= total) {
        refuse(exchange, 416);
        return;
    }
    if (last >= total)
        last = total - 1;
    out->size = (size_t)(last - first) + 1;
    memmove(out->bytes, out->bytes + first, out->size);
    exchange->status = 206;
    (void)snprintf(exchange->content_range, sizeof(exchange->content_range),
                   "bytes %" PRIu64 "-%" PRIu64 "/%zu", first, last, total);
}

static void get(const struct tenant *tenant, struct exchange *exchange,
                uint32_t file)
{
    char etag[64];

    file_etag(&tenant->company, file, etag);
    (void)snprintf(exchange->etag, sizeof(exchange->etag), "\"%.60s\"", etag);
    exchange->content_type = "application/octet-stream";
    if (exchange->no_match != NULL &&
        strcmp(exchange->no_match, exchange->etag) == 0) {
        refuse(exchange, 304);
        return;
    }
    if (exchange->match != NULL &&
        strcmp(exchange->match, exchange->etag) != 0) {
        refuse(exchange, 412);
        return;
    }
    put_file(&tenant->company, file, &exchange->out);
    if (file % 2 == 1)
        pack(&exchange->out);
    apply_range(exchange);
}

static void answer(const struct tenant *tenant, struct exchange *exchange)
{
    const char *name = exchange->path + strlen(ROOT);
    char candidate[64];

    exchange->file = true;
    if (*name == '\0' && strstr(exchange->query, "comp=list") != NULL) {
        list(tenant, exchange);
        return;
    }
    for (uint32_t i = 0; *name == '/' && i < tenant->company.blobs; i++) {
        file_name(i, candidate);
        if (strcmp(name + 1, candidate) == 0) {
            get(tenant, exchange, i);
            return;
        }
    }
    refuse(exchange, 404);
}

void tenant_blobs(struct tenant *tenant, struct exchange *exchange)
{
    bool delegated;

    if (!tenant_authorized(tenant, exchange, STORAGE, &delegated))
        return;
    (void)pthread_rwlock_rdlock(&tenant->lock);
    answer(tenant, exchange);
    (void)pthread_rwlock_unlock(&tenant->lock);
}
