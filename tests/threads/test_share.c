/*
 * test_share.c - one index, many threads
 *
 * A plain program, for ThreadSanitizer. Each thread has its own query and asks
 * for every number and contact and searches, while the index is still being
 * decrypted; all must get what one thread alone gets.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/support/image_fixture.h"
#include <pthread.h>
#include <rufname/identity.h>
#include <rufname/search.h>
#include <stdio.h>
#include <stdlib.h>

#define THREADS 4

struct worker {
    const struct image_fixture *fixture;
    const struct ruf_index *index;
    pthread_t thread;
    bool searches;
    uint64_t sum;
};

static void must(enum ruf_status status)
{
    if (status != RUF_OK)
        abort();
}

static void ask(struct worker *worker, struct ruf_query *query)
{
    const struct ruf_labelled_entries *entries = &worker->fixture->entries;

    for (size_t i = 0; i < entries->count; i++) {
        struct ruf_caller caller;

        must(
            ruf_query_lookup(query, entries->entries[i].number, &caller, NULL));
        worker->sum = worker->sum * 31 + caller.label.size +
                      (unsigned char)caller.label.data[0] + caller.contacts[0];
    }
    for (uint32_t i = 0; i < worker->fixture->people.count; i++) {
        struct ruf_contact contact;
        struct ruf_identity identity;

        must(ruf_query_contact(query, i, &contact, NULL));
        worker->sum = worker->sum * 31 + contact.display.size;
        must(ruf_query_identity(query, i, &identity, NULL));
        worker->sum = worker->sum * 31 + identity.id_count;
    }
}

static void search(struct worker *worker, struct ruf_query *query)
{
    struct ruf_hit hits[20];
    size_t count;

    for (const char *letter = "abcdefghijklmnopqrstuvwxyz"; *letter != '\0';
         letter++) {
        must(ruf_query_search(query, letter, 1, hits, 20, &count, NULL));
        for (size_t i = 0; i < count; i++)
            worker->sum = worker->sum * 31 + hits[i].contact;
    }
}

static void walk(struct worker *worker)
{
    struct ruf_cursor *cursor;
    struct ruf_entry entry = { 1, { NULL, 0 } };

    must(ruf_cursor_create(worker->index, &cursor, NULL));
    while (entry.number != 0) {
        must(ruf_cursor_next(cursor, &entry, NULL));
        worker->sum = worker->sum * 31 + entry.number;
    }
    ruf_cursor_destroy(cursor);
}

static void *run(void *context)
{
    struct worker *worker = context;
    struct ruf_query *query;

    must(ruf_query_create(worker->index, &query, NULL));
    if (worker->searches)
        search(worker, query);
    ask(worker, query);
    walk(worker);
    ruf_query_destroy(query);
    return NULL;
}

static int share(const struct image_fixture *fixture, enum ruf_index_mode mode)
{
    struct ruf_index *index = fixture_open(fixture, mode);
    struct worker workers[THREADS + 1] = { 0 };
    int failed = 0;

    for (size_t i = 0; i <= THREADS; i++) {
        workers[i].fixture = fixture;
        workers[i].index = index;
        workers[i].searches = mode == RUF_INDEX_RESIDENT;
    }
    for (size_t i = 0; i < THREADS; i++)
        if (pthread_create(&workers[i].thread, NULL, run, &workers[i]) != 0)
            abort();
    for (size_t i = 0; i < THREADS; i++)
        (void)pthread_join(workers[i].thread, NULL);
    (void)run(&workers[THREADS]);
    for (size_t i = 0; i < THREADS; i++)
        failed += workers[i].sum != workers[THREADS].sum ? 1 : 0;
    ruf_index_close(index);
    return failed;
}

int main(void)
{
    /* Large enough for the first search to use threads, too. */
    struct image_fixture *fixture = fixture_create(77, 12000, 30000);
    int failed;

    fixture_write(fixture);
    failed = share(fixture, RUF_INDEX_RESIDENT) +
             share(fixture, RUF_INDEX_ON_DEMAND);
    if (failed > 0)
        (void)fprintf(stderr, "%d threads got other answers\n", failed);
    fixture_destroy(fixture);
    return failed > 0 ? 1 : 0;
}
