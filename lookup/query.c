/*
 * lookup/query.c - number to caller
 *
 * Resident, a number is found by the hash table NUMBERS: its bucket is one
 * cache line, and what that names, the entry in ENTRIES, has label and contact
 * side by side. On demand it is found by the fences, which a query keeps, so
 * that one block is decrypted for an answer.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/error.h"
#include "base/table.h"
#include "lookup/index_private.h"
#include <stdlib.h>
#include <string.h>

/* --- a query's room
 * ------------------------------------------------------------------ */

static size_t aligned(size_t size)
{
    return (size + 63) / 64 * 64;
}

/* All the room that answers may need, made once: nothing is allocated while
 * they are found. */
static enum ruf_status make_room(struct ruf_query *query, struct ruf_error *err)
{
    const struct index_limits *limits = &query->index->limits;
    const size_t sizes[] = {
        limits->record + INDEX_SLACK,
        limits->text + INDEX_SLACK,
        RUF_LOOKUP_BATCH * LABEL_ROOM,
        (RUF_LOOKUP_BATCH + (size_t)limits->owners) * sizeof(uint32_t),
        (limits->numbers + (size_t)1) * sizeof(*query->numbers),
        (limits->emails + (size_t)1) * sizeof(*query->emails),
        (limits->emails + (size_t)1) * sizeof(uint32_t),
        (limits->sources + (size_t)1) * sizeof(*query->sources),
        (limits->sources + (size_t)1) * sizeof(*query->source_ids),
    };
    void *parts[sizeof(sizes) / sizeof(sizes[0])];
    size_t total = 0;
    enum ruf_status status;

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        total += aligned(sizes[i]);
    status = ruf_secret_create_sparse(total, &query->room, err);
    if (status != RUF_OK)
        return status;
    total = 0;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        parts[i] = query->room.bytes + total;
        total += aligned(sizes[i]);
    }
    query->copy = parts[0];
    query->texts = parts[1];
    query->texts_end = query->texts + limits->text;
    query->labels = parts[2];
    query->owners = parts[3];
    query->owner_room = RUF_LOOKUP_BATCH + (size_t)limits->owners;
    query->numbers = parts[4];
    query->emails = parts[5];
    query->email_sources = parts[6];
    query->sources = parts[7];
    query->source_ids = parts[8];
    return RUF_OK;
}

enum ruf_status ruf_query_create(const struct ruf_index *index,
                                 struct ruf_query **out, struct ruf_error *err)
{
    struct ruf_query *query = calloc(1, sizeof(*query));
    enum ruf_status status;

    *out = NULL;
    if (query == NULL)
        return ruf_fail_memory(err);
    query->index = index;
    status = make_room(query, err);
    if (status == RUF_OK)
        status = ruf_blocks_create(query, err);
    if (status != RUF_OK) {
        ruf_query_destroy(query);
        return status;
    }
    *out = query;
    return RUF_OK;
}

void ruf_query_destroy(struct ruf_query *query)
{
    if (query == NULL)
        return;
    ruf_blocks_destroy(query);
    ruf_secret_destroy(&query->room);
    if (query->search != NULL)
        query->search_free(query->search);
    free(query);
}

/* --- owners
 * ---------------------------------------------------------------------------
 */

/* The contacts of a shared number: u32 count, then the numbers. */
static enum ruf_status read_list(struct ruf_query *query, uint64_t place,
                                 uint32_t *owners, size_t room,
                                 struct ruf_caller *out, struct ruf_error *err)
{
    const struct ruf_index *index = query->index;
    const uint8_t *bytes = NULL;
    uint64_t count = 0;
    enum ruf_status status = RUF_OK;

    if (place >= index->owner_words)
        return ruf_index_damaged(index, RUF_SECTION_OWNERS, err);
    status =
        ruf_index_bytes(query, RUF_SECTION_OWNERS, 4 * place, 4, &bytes, err);
    if (status != RUF_OK)
        return status;
    count = ruf_load32(bytes);
    if (count > index->owner_words - place - 1 || count > room)
        return ruf_index_damaged(index, RUF_SECTION_OWNERS, err);
    for (uint64_t i = 0; i < count && status == RUF_OK; i++) {
        status = ruf_index_bytes(query, RUF_SECTION_OWNERS, 4 * (place + 1 + i),
                                 4, &bytes, err);
        if (status == RUF_OK && ruf_load32(bytes) >= index->contact_count)
            return ruf_index_damaged(index, RUF_SECTION_OWNERS, err);
        if (status == RUF_OK)
            owners[i] = ruf_load32(bytes);
    }
    out->contacts = owners;
    out->contact_count = (size_t)count;
    return status;
}

/* owners has room for room contacts, the longest list at least. */
static inline enum ruf_status read_owners(struct ruf_query *query,
                                          const struct entry_row *row,
                                          uint32_t *owners, size_t room,
                                          struct ruf_caller *out,
                                          struct ruf_error *err)
{
    uint64_t contacts = query->index->contact_count;

    if (row->owner >= contacts)
        return read_list(query, row->owner - contacts, owners, room, out, err);
    owners[0] = row->owner;
    out->contacts = owners;
    out->contact_count = 1;
    return RUF_OK;
}

/* --- resident
 * ------------------------------------------------------------------------- */

/* The entry a slot refers to, if it is that of the number. A reference that
 * leads nowhere finds nothing; ruf_index_verify() tells. */
static inline bool entry_at(const struct ruf_index *index, uint32_t reference,
                            ruf_e164 number, struct entry_row *row)
{
    const struct index_section *entries = &index->sections[RUF_SECTION_ENTRIES];
    const uint8_t *bytes = entries->bytes;
    struct entry_block block;

    if (reference >= entries->size)
        return false;
    bytes += reference / RUF_IMAGE_BLOCK_SIZE * RUF_IMAGE_BLOCK_SIZE;
    if (!ruf_entry_block_open(index, bytes, &block))
        return false;
    block.next = bytes + reference % RUF_IMAGE_BLOCK_SIZE;
    return ruf_entry_block_next(&block, row) && row->number == number;
}

static inline const uint8_t *home_bucket(const struct ruf_index *index,
                                         uint64_t hash)
{
    return index->sections[RUF_SECTION_NUMBERS].bytes +
           (size_t)ruf_table_home(hash, index->number_buckets) *
               RUF_BUCKET_SIZE;
}

static inline bool find_resident(const struct ruf_index *index, uint64_t hash,
                                 ruf_e164 number, struct entry_row *row)
{
    const uint8_t *first = index->sections[RUF_SECTION_NUMBERS].bytes;
    const uint8_t *end =
        first + (size_t)index->number_buckets * RUF_BUCKET_SIZE;
    const uint8_t *bucket = home_bucket(index, hash);
    uint32_t fingerprint = ruf_table_fingerprint(hash);

    for (unsigned probe = 0; probe < RUF_TABLE_PROBES; probe++) {
        unsigned match = ruf_bucket_match(bucket, fingerprint);

        for (; match != 0; match &= match - 1)
            if (entry_at(index,
                         ruf_bucket_reference(bucket, ruf_bucket_first(match)),
                         number, row))
                return true;
        if (!ruf_bucket_ran_over(bucket))
            return false;
        bucket += RUF_BUCKET_SIZE;
        if (bucket == end)
            bucket = first;
    }
    return false;
}

/* label has LABEL_ROOM bytes. */
static inline enum ruf_status
answer_resident(struct ruf_query *query, uint64_t hash, ruf_e164 number,
                char *label, uint32_t *owners, size_t room,
                struct ruf_caller *out, struct ruf_error *err)
{
    const struct ruf_index *index = query->index;
    struct entry_row row;

    memset(out, 0, sizeof(*out));
    if (!find_resident(index, hash, number, &row))
        return RUF_OK;
    out->known = true;
    if (!ruf_label_of(index, &row, index->sections[RUF_SECTION_TAILS].bytes,
                      label, &out->label))
        return ruf_index_damaged(index, RUF_SECTION_ENTRIES, err);
    return read_owners(query, &row, owners, room, out, err);
}

/* --- on demand
 * ------------------------------------------------------------------------ */

/* How many of the first 'count' fences of a block are not above the number. */
static size_t fences_not_above(const uint8_t *block, size_t count,
                               ruf_e164 number)
{
    size_t low = 0;

    while (count > 0) {
        size_t half = count / 2;
        size_t take =
            ruf_load64(block + 8 * (low + half)) <= number ? half + 1 : 0;

        low += take;
        count = take > 0 ? count - half - 1 : half;
    }
    return low;
}

/* The last block whose first number is not above this one; entry_blocks if
 * the number lies before all of them. */
static enum ruf_status find_block(struct ruf_query *query, ruf_e164 number,
                                  uint64_t *out, struct ruf_error *err)
{
    const struct ruf_index *index = query->index;
    uint64_t at = 0; /* block of fences in its level */

    *out = index->entry_blocks;
    for (size_t i = 0; i < index->level_count; i++) {
        const struct fence_level *level = &index->levels[i];
        uint64_t left = level->count - at * RUF_FENCES_PER_BLOCK;
        const uint8_t *block;
        size_t below;
        enum ruf_status status = ruf_index_block(
            query, RUF_SECTION_FENCES, level->first_block + at, &block, err);

        if (status != RUF_OK)
            return status;
        if (left > RUF_FENCES_PER_BLOCK)
            left = RUF_FENCES_PER_BLOCK;
        below = fences_not_above(block, (size_t)left, number);
        if (below == 0)
            return i == 0 ? RUF_OK
                          : ruf_index_damaged(index, RUF_SECTION_FENCES, err);
        at = at * RUF_FENCES_PER_BLOCK + below - 1;
    }
    if (index->level_count > 0)
        *out = at;
    return RUF_OK;
}

static bool find_in_block(struct entry_block *block, ruf_e164 number,
                          struct entry_row *row, bool *known)
{
    *known = false;
    while (block->left > 0) {
        if (!ruf_entry_block_next(block, row))
            return false;
        if (row->number >= number) {
            *known = row->number == number;
            break;
        }
    }
    return true;
}

/* As ruf_label_of(), with the tail read by itself. */
static enum ruf_status label_on_demand(struct ruf_query *query,
                                       const struct entry_row *row, char *out,
                                       struct ruf_text *label,
                                       struct ruf_error *err)
{
    uint64_t at = (uint64_t)row->tail * RUF_TEXT_STEP;
    const uint8_t *tail;
    size_t size;
    enum ruf_status status =
        ruf_index_bytes(query, RUF_SECTION_TAILS, at, 1, &tail, err);

    if (status != RUF_OK)
        return status;
    size = tail[0];
    status =
        ruf_index_bytes(query, RUF_SECTION_TAILS, at + 1, size, &tail, err);
    if (status != RUF_OK)
        return status;
    if (row->head_size + size > RUF_LABEL_SIZE_MAX)
        return ruf_index_damaged(query->index, RUF_SECTION_ENTRIES, err);
    memcpy(out, row->head, row->head_size);
    memcpy(out + row->head_size, tail, size);
    *label = (struct ruf_text){ out, row->head_size + size };
    return RUF_OK;
}

static enum ruf_status find_on_demand(struct ruf_query *query, ruf_e164 number,
                                      struct entry_row *row, bool *known,
                                      struct ruf_error *err)
{
    const struct ruf_index *index = query->index;
    struct entry_block entries;
    const uint8_t *bytes;
    uint64_t block;
    enum ruf_status status = find_block(query, number, &block, err);

    *known = false;
    if (status != RUF_OK || block == index->entry_blocks)
        return status;
    status = ruf_index_block(query, RUF_SECTION_ENTRIES, block, &bytes, err);
    if (status != RUF_OK)
        return status;
    if (!ruf_entry_block_open(index, bytes, &entries) ||
        !find_in_block(&entries, number, row, known))
        return ruf_index_damaged(index, RUF_SECTION_ENTRIES, err);
    return RUF_OK;
}

static enum ruf_status answer_on_demand(struct ruf_query *query,
                                        ruf_e164 number, struct ruf_caller *out,
                                        struct ruf_error *err)
{
    struct entry_row row;
    bool known;
    enum ruf_status status = find_on_demand(query, number, &row, &known, err);

    memset(out, 0, sizeof(*out));
    if (status != RUF_OK || !known)
        return status;
    if (row.tail != 0)
        status = label_on_demand(query, &row, query->labels, &out->label, err);
    else if (row.head_size == 0 || row.head_size > RUF_LABEL_SIZE_MAX)
        status = ruf_index_damaged(query->index, RUF_SECTION_ENTRIES, err);
    else
        out->label = (struct ruf_text){ (const char *)row.head, row.head_size };
    out->known = status == RUF_OK;
    if (status == RUF_OK)
        status = read_owners(query, &row, query->owners, query->owner_room, out,
                             err);
    return status;
}

/* --- one number, many numbers
 * ------------------------------------------------------------------ */

enum ruf_status ruf_query_lookup(struct ruf_query *query, ruf_e164 number,
                                 struct ruf_caller *out, struct ruf_error *err)
{
    const struct ruf_index *index = query->index;

    if (index->plain.bytes == NULL)
        return answer_on_demand(query, number, out, err);
    return answer_resident(query, ruf_hash_number(index->hash_secret, number),
                           number, query->labels, query->owners,
                           query->owner_room, out, err);
}

/* Three rounds over the batch, so that its cache misses overlap: buckets, the
 * entries they name, answers. */
static enum ruf_status answer_batch(struct ruf_query *query,
                                    const ruf_e164 *numbers, size_t count,
                                    struct ruf_caller *out, size_t *done,
                                    struct ruf_error *err)
{
    const struct ruf_index *index = query->index;
    const struct index_section *entries = &index->sections[RUF_SECTION_ENTRIES];
    uint64_t hashes[RUF_LOOKUP_BATCH];
    size_t owners = 0;

    for (size_t i = 0; i < count; i++) {
        hashes[i] = ruf_hash_number(index->hash_secret, numbers[i]);
        __builtin_prefetch(home_bucket(index, hashes[i]));
    }
    for (size_t i = 0; i < count; i++) {
        const uint8_t *bucket = home_bucket(index, hashes[i]);
        unsigned match =
            ruf_bucket_match(bucket, ruf_table_fingerprint(hashes[i]));
        uint32_t reference =
            ruf_bucket_reference(bucket, ruf_bucket_first(match | 0x80));

        if (match == 0 || reference >= entries->size)
            continue;
        __builtin_prefetch(entries->bytes + reference);
        __builtin_prefetch(entries->bytes + reference / RUF_IMAGE_BLOCK_SIZE *
                                                RUF_IMAGE_BLOCK_SIZE);
    }
    for (*done = 0; *done < count; ++*done) {
        enum ruf_status status;
        size_t i = *done;

        if (i > 0 && query->owner_room - owners < index->limits.owners + 1)
            break;
        status = answer_resident(
            query, hashes[i], numbers[i], query->labels + i * LABEL_ROOM,
            query->owners + owners, query->owner_room - owners, &out[i], err);
        if (status != RUF_OK)
            return status;
        owners += out[i].contact_count;
    }
    return RUF_OK;
}

enum ruf_status ruf_query_lookup_many(struct ruf_query *query,
                                      const ruf_e164 *numbers, size_t count,
                                      struct ruf_caller *out, size_t *done,
                                      struct ruf_error *err)
{
    enum ruf_status status;

    *done = 0;
    if (count > RUF_LOOKUP_BATCH)
        count = RUF_LOOKUP_BATCH;
    if (query->index->plain.bytes != NULL)
        return answer_batch(query, numbers, count, out, done, err);
    if (count == 0)
        return RUF_OK;
    /* The block an answer stands in is read anew for the next. */
    status = answer_on_demand(query, numbers[0], out, err);
    *done = status == RUF_OK ? 1 : 0;
    return status;
}
