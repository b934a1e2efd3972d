/*
 * memory_sink.h - a sink that keeps everything in memory, as the store would
 *
 * Rounds are staged and become visible with their last page. It can be told to
 * fail, which stands for a process that dies between two pages.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TESTS_SYNC_MEMORY_SINK_H
#define TESTS_SYNC_MEMORY_SINK_H

#include "base/bytes.h"
#include "sync/sync.h"

struct memory_record {
    char *id;
    struct ruf_writer bytes; /* ruf_record_write(); empty: removed */
};

struct memory_records {
    struct memory_record *items;
    size_t count;
    size_t capacity;
};

struct memory_collection {
    char source[17];
    char name[300];
    char *link;
    char *select;
    enum ruf_link_kind link_kind;
    bool delta_round;
    struct memory_records staged;
    struct memory_records visible;
    unsigned pages;  /* since the sink was made */
    unsigned rounds; /* finished */
    unsigned starts; /* pages with starts_round */
    unsigned resets;
};

struct memory_secret {
    char name[300];
    char *value;
};

struct memory_sink {
    struct ruf_sync_sink sink; /* give this to sync */
    struct memory_collection collections[64];
    size_t collection_count;
    struct memory_secret secrets[24];
    size_t secret_count;
    char order[1024]; /* names of saved secrets, "-name" if erased */
    int64_t not_before;
    unsigned throttles;
    unsigned fail_at_page; /* 1-based over all collections; 0: never */
    unsigned pages;
};

void memory_sink_init(struct memory_sink *sink);
void memory_sink_free(struct memory_sink *sink);

struct memory_collection *memory_collection(struct memory_sink *sink,
                                            const char *source,
                                            const char *name);
/* Keep the first so many; forget the others. */
void memory_keep(struct memory_records *records, size_t count);
/* NULL if there is none. */
const char *memory_secret(const struct memory_sink *sink, const char *name);
const struct memory_record *memory_find(const struct memory_records *records,
                                        const char *id);

#endif
