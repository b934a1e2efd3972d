/*
 * bench/records.c - the sample company's records, as the sources hand them over
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/records.h"
#include "base/text.h"
#include "tests/tenant/company.h"
#include <stdlib.h>
#include <string.h>

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
    struct ruf_raw_number *numbers =
        bench_arena(arena, from->number_count, sizeof(*numbers));
    struct ruf_raw_email *email = bench_arena(arena, 1, sizeof(*email));

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

void bench_records_create(uint32_t contacts, const struct ruf_policy *policy,
                          struct bench_records *out)
{
    struct company company;
    size_t room;

    memset(out, 0, sizeof(*out));
    bench_must(ruf_arena_create(&out->arena, NULL), NULL);
    company_create(&company, contacts, BENCH_SEED);
    room = company.count * TENANT_SOURCES;
    out->records = bench_alloc(room, sizeof(*out->records));
    out->sources = bench_alloc(room, sizeof(*out->sources));
    for (size_t i = 0; i < company.count; i++)
        for (int s = 0; s < TENANT_SOURCES; s++) {
            enum tenant_source source = (enum tenant_source)s;
            struct tenant_record record;

            if (!company_has_record(&company, &company.people[i], source))
                continue;
            company_record(&company, &company.people[i], source, &record);
            if (!record.visible)
                continue;
            make_record(out->arena, &record, &out->records[out->count]);
            out->sources[out->count++] =
                ruf_policy_source(policy, ruf_text(tenant_source_name(source)));
        }
    company_destroy(&company);
}

void bench_records_destroy(struct bench_records *records)
{
    ruf_arena_destroy(records->arena);
    free(records->records);
    free(records->sources);
}
