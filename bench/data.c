/*
 * bench/data.c - people, entries and image that the suites share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench/people.h"
#include "indexer/build.h"
#include "indexer/person.h"
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
    if (err == NULL)
        (void)fputs("rufname-bench: out of memory\n", stderr);
    else
        (void)fprintf(stderr, "rufname-bench: %s: %s: %s\n", err->id,
                      err->place, err->detail);
    exit(9);
}

void *bench_arena(struct ruf_arena *arena, size_t count, size_t size)
{
    void *out = ruf_arena_alloc(arena, count, size);

    if (out == NULL) {
        (void)fputs("rufname-bench: out of memory\n", stderr);
        exit(11);
    }
    return out;
}

struct ruf_policy *bench_policy(void)
{
    struct ruf_policy *policy;
    struct ruf_error err;

    bench_must(
        ruf_policy_parse(policy_text, strlen(policy_text), &policy, NULL, &err),
        &err);
    policy->max_entries = UINT32_MAX;
    return policy;
}

void bench_people(uint64_t count, struct ruf_arena *arena,
                  struct ruf_people *out)
{
    out->persons = bench_arena(arena, count, sizeof(*out->persons));
    out->count = count;
    for (uint64_t i = 0; i < count; i++)
        people_make(i, arena, &out->persons[i]);
    bench_must(ruf_people_rank(out, arena), NULL);
}

void bench_items(const struct ruf_labelled_entries *entries,
                 struct bench_entries *out)
{
    out->items = bench_alloc(entries->count, sizeof(*out->items));
    out->count = entries->count;
    for (size_t i = 0; i < entries->count; i++) {
        const struct ruf_labelled_entry *entry = &entries->entries[i];

        out->items[i] = (struct bench_entry){
            entry->number, entry->label.data, (uint32_t)entry->label.size,
            entry->owner_count > 0 ? entry->owners[0] : UINT32_MAX
        };
    }
}

void bench_items_free(struct bench_entries *items)
{
    free(items->items);
    memset(items, 0, sizeof(*items));
}

void bench_data_create(struct bench *bench, struct bench_data *out)
{
    struct ruf_image_seed seed = { .generation = 1 };
    struct ruf_error err;

    memset(out, 0, sizeof(*out));
    memset(out->key, 7, sizeof(out->key));
    out->policy = bench_policy();
    bench_must(ruf_arena_create(&out->arena, &err), &err);
    bench_people(bench->contacts, out->arena, &out->people);
    bench_must(
        ruf_label(&out->people, out->policy, out->arena, &out->entries, &err),
        &err);
    bench_items(&out->entries, &out->items);
    (void)snprintf(out->image, sizeof(out->image), "%s/directory.ruf",
                   bench->directory);
    bench_must(ruf_build(out->image, out->key, &seed, &out->people,
                         &out->entries, &err),
               &err);
}

struct bench_place bench_place(const struct bench *bench,
                               const struct bench_data *data)
{
    struct bench_place place = { bench->directory, data->image, data->key,
                                 &data->items };

    return place;
}

void bench_data_destroy(struct bench_data *data)
{
    bench_items_free(&data->items);
    ruf_arena_destroy(data->arena);
    ruf_policy_destroy(data->policy);
}
