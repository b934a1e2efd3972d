/*
 * bench/people.c - the sample company as the indexer sees it
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/people.h"
#include "base/text.h"
#include "tests/tenant/company.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char policy_text[] =
    "{\"schema\":\"rufname.policy/1\",\"version\":1,"
    "\"region\":{\"default\":\"DE\"},"
    "\"auth\":{\"tenant\":\"t\",\"client_id\":\"c\"},\"sources\":["
    "{\"id\":\"AAD\",\"kind\":\"entra_users\"},"
    "{\"id\":\"GAL\",\"kind\":\"entra_contacts\"},"
    "{\"id\":\"APC\",\"kind\":\"outlook_personal\"}]}";

void bench_must(enum ruf_status status, const struct ruf_error *err)
{
    if (status == RUF_OK)
        return;
    (void)fprintf(stderr, "rufname-bench: %s: %s: %s\n", err->id, err->place,
                  err->detail);
    exit(9);
}

static void *must_allocate(void *bytes)
{
    if (bytes == NULL) {
        (void)fputs("rufname-bench: out of memory\n", stderr);
        exit(11);
    }
    return bytes;
}

static struct ruf_text keep(struct ruf_arena *arena, const char *text)
{
    struct ruf_text out;

    if (text == NULL || text[0] == '\0')
        return (struct ruf_text){ NULL, 0 };
    bench_must(ruf_arena_text(arena, ruf_text(text), &out), NULL);
    return out;
}

static enum ruf_number_kind kind_of(const char *word)
{
    for (unsigned kind = 0; kind < RUF_KIND_COUNT; kind++)
        if (strcmp(word, ruf_number_kind_name((enum ruf_number_kind)kind)) == 0)
            return (enum ruf_number_kind)kind;
    return RUF_KIND_OTHER;
}

static void make_record(struct ruf_arena *arena,
                        const struct tenant_record *from,
                        struct ruf_record *out)
{
    struct ruf_raw_number *numbers = must_allocate(
        ruf_arena_alloc(arena, from->number_count, sizeof(*numbers)));
    struct ruf_raw_email *email =
        must_allocate(ruf_arena_alloc(arena, 1, sizeof(*email)));

    memset(out, 0, sizeof(*out));
    out->native_id = keep(arena, from->id);
    out->fields[RUF_RECORD_GIVEN] = keep(arena, from->given);
    out->fields[RUF_RECORD_FAMILY] = keep(arena, from->family);
    out->fields[RUF_RECORD_DISPLAY] = keep(arena, from->display);
    out->fields[RUF_RECORD_COMPANY] = keep(arena, from->company);
    out->fields[RUF_RECORD_DEPARTMENT] = keep(arena, from->department);
    out->fields[RUF_RECORD_TITLE] = keep(arena, from->title);
    out->fields[RUF_RECORD_COUNTRY] = keep(arena, from->country_field);
    for (size_t i = 0; i < from->number_count; i++) {
        numbers[i].kind = kind_of(from->numbers[i].kind);
        numbers[i].text = keep(arena, from->numbers[i].raw);
    }
    email->address = keep(arena, from->mail);
    out->numbers = numbers;
    out->number_count = from->number_count;
    out->emails = email;
    out->email_count = 1;
}

static void make_records(struct bench *bench, struct bench_data *out)
{
    struct company company;
    size_t room;

    company_create(&company, bench->contacts, 1);
    room = company.count * TENANT_SOURCES;
    out->records = must_allocate(calloc(room, sizeof(*out->records)));
    out->sources = must_allocate(calloc(room, sizeof(*out->sources)));
    for (size_t i = 0; i < company.count; i++)
        for (int s = 0; s < TENANT_SOURCES; s++) {
            enum tenant_source source = (enum tenant_source)s;
            struct tenant_record record;

            if (!company_has_record(&company, &company.people[i], source))
                continue;
            company_record(&company, &company.people[i], source, &record);
            if (!record.visible)
                continue;
            make_record(out->records_arena, &record,
                        &out->records[out->record_count]);
            out->sources[out->record_count++] = ruf_policy_source(
                out->policy, ruf_text(tenant_source_name(source)));
        }
    company_destroy(&company);
}

void bench_pipeline(const struct bench_data *data, struct ruf_arena *arena,
                    struct ruf_people *people,
                    struct ruf_labelled_entries *entries, uint64_t ns[3])
{
    struct ruf_error err;
    struct ruf_source_contact *contacts = must_allocate(
        ruf_arena_alloc(arena, data->record_count, sizeof(*contacts)));
    uint64_t start = bench_cpu_ns();

    for (size_t i = 0; i < data->record_count; i++)
        bench_must(ruf_standardise(&data->records[i], data->policy,
                                   data->sources[i], arena, &contacts[i], &err),
                   &err);
    ns[0] = bench_cpu_ns() - start;
    start = bench_cpu_ns();
    bench_must(ruf_merge(contacts, data->record_count, data->policy, arena,
                         people, &err),
               &err);
    ns[1] = bench_cpu_ns() - start;
    start = bench_cpu_ns();
    bench_must(ruf_label(people, data->policy, arena, entries, &err), &err);
    ns[2] = bench_cpu_ns() - start;
}

void bench_data_create(struct bench *bench, struct bench_data *out)
{
    struct ruf_image_seed seed = { .generation = 1 };
    struct ruf_error err;
    uint64_t ns[3];

    memset(out, 0, sizeof(*out));
    memset(out->key, 7, sizeof(out->key));
    bench_must(ruf_policy_parse(policy_text, strlen(policy_text), &out->policy,
                                NULL, &err),
               &err);
    bench_must(ruf_arena_create(&out->records_arena, &err), &err);
    bench_must(ruf_arena_create(&out->arena, &err), &err);
    make_records(bench, out);
    bench_pipeline(out, out->arena, &out->people, &out->entries, ns);
    (void)snprintf(out->image, sizeof(out->image), "%s/directory.ruf",
                   bench->directory);
    bench_must(ruf_build(out->image, out->key, &seed, &out->people,
                         &out->entries, &err),
               &err);
}

void bench_data_destroy(struct bench_data *data)
{
    ruf_arena_destroy(data->arena);
    ruf_arena_destroy(data->records_arena);
    ruf_policy_destroy(data->policy);
    free(data->records);
    free(data->sources);
}
