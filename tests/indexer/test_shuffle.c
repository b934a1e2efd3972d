/*
 * test_shuffle.c - the order in which records arrive changes no byte (M15)
 *
 *   test_shuffle [PEOPLE [SHUFFLES]]
 *
 * Merge, label and build the same records in other orders, each time with one
 * seed, and compare the images. 56,000 people have some 100,000 records.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/file.h"
#include "base/image.h"
#include "base/seal.h"
#include "gold.h"
#include "indexer/build.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define IMAGE_MAX ((size_t)1 << 30)

static void must(enum ruf_status status, const char *what)
{
    if (status == RUF_OK)
        return;
    (void)fprintf(stderr, "%s: status %d\n", what, (int)status);
    exit(1);
}

static void build(const char *path, const struct ruf_source_contact *contacts,
                  size_t count, const struct ruf_policy *policy,
                  uint8_t digest[RUF_DIGEST_SIZE], size_t *people_count)
{
    static const uint8_t key[32] = { 1 };
    const struct ruf_image_seed seed = { .generation = 1 };
    struct ruf_labelled_entries entries;
    struct ruf_people people;
    struct ruf_arena *arena;
    char *bytes;
    size_t size;

    must(ruf_arena_create(&arena, NULL), "arena");
    must(ruf_merge(contacts, count, NULL, policy, arena, &people, NULL, NULL),
         "merge");
    must(ruf_label(&people, policy, arena, &entries, NULL), "label");
    must(ruf_build(path, key, &seed, &people, &entries, NULL), "build");
    must(ruf_file_read(path, RUF_FILE_ANY, IMAGE_MAX, &bytes, &size, NULL),
         "read");
    must(ruf_sha256(bytes, size, digest, NULL), "digest");
    *people_count = people.count;
    free(bytes);
    ruf_arena_destroy(arena);
}

static void shuffle(struct ruf_source_contact *contacts, size_t count,
                    uint64_t *state)
{
    for (size_t i = count - 1; i > 0; i--) {
        struct ruf_source_contact swap = contacts[i];
        size_t other;

        *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
        other = (size_t)(*state >> 33) % (i + 1);
        contacts[i] = contacts[other];
        contacts[other] = swap;
    }
}

int main(int argc, char **argv)
{
    uint32_t wanted = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 2000;
    int rounds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 10;
    char path[] = "shuffle.XXXXXX";
    struct ruf_source_contact *contacts;
    struct ruf_policy *policy = NULL;
    struct ruf_arena *arena;
    struct gold gold = { 0 };
    uint8_t first[RUF_DIGEST_SIZE];
    uint64_t state = 1;
    size_t people;
    int fd = mkstemp(path);
    int different = 0;

    if (fd < 0 || close(fd) != 0)
        return 1;
    must(
        ruf_policy_parse(gold_policy, strlen(gold_policy), &policy, NULL, NULL),
        "policy");
    must(ruf_arena_create(&arena, NULL), "arena");
    gold_make(&gold, 15, wanted);
    contacts = calloc(gold.count, sizeof(*contacts));
    must(contacts == NULL ? RUF_E_NOMEM : RUF_OK, "contacts");
    for (size_t i = 0; i < gold.count; i++)
        must(gold_standardise(&gold.records[i], policy, arena, &contacts[i]),
             "standardise");
    build(path, contacts, gold.count, policy, first, &people);
    for (int i = 0; i < rounds; i++) {
        uint8_t digest[RUF_DIGEST_SIZE];

        shuffle(contacts, gold.count, &state);
        build(path, contacts, gold.count, policy, digest, &people);
        if (memcmp(first, digest, sizeof(first)) != 0)
            different++;
    }
    (void)printf("%zu records, %zu people, %d shuffles, %d different\n",
                 gold.count, people, rounds, different);
    if (people == gold.count)
        different = rounds; /* nothing was merged: nothing was tried */
    free(contacts);
    gold_free(&gold);
    ruf_arena_destroy(arena);
    ruf_policy_destroy(policy);
    (void)remove(path);
    return different == 0 ? 0 : 1;
}
