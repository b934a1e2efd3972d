/*
 * lookup/query.c - number to caller
 *
 * A number is found by the hash table NUMBERS, whose pages hold labels and
 * owners beside the numbers. Resident, that is one access to memory; on
 * demand, one block to decrypt, whatever the size of the index.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/bytes.h"
#include "base/error.h"
#include "base/number_page.h"
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
 * they are found. What a number's answer takes comes first, so that it shares a
 * page. */
static enum ruf_status make_room(struct ruf_query *query, struct ruf_error *err)
{
    const struct index_limits *limits = &query->index->limits;
    const size_t sizes[] = {
        (RUF_LOOKUP_BATCH + (size_t)limits->owners) * sizeof(uint32_t),
        LABEL_FRONT + RUF_LOOKUP_BATCH * LABEL_ROOM,
        limits->record + INDEX_SLACK,
        limits->text + INDEX_SLACK,
        (limits->numbers + (size_t)1) * sizeof(*query->numbers),
        (limits->numbers + (size_t)1) * sizeof(*query->shapes),
        (limits->emails + (size_t)1) * sizeof(*query->emails),
        (limits->emails + (size_t)1) * sizeof(uint32_t),
        (limits->sources + (size_t)1) * sizeof(*query->sources),
        (limits->sources + (size_t)1) * sizeof(*query->source_ids),
        query->index->photo_count > 0 ? RUF_PHOTO_SIZE_MAX : 0,
        ruf_blocks_size(query->index),
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
    query->owners = parts[0];
    query->owner_room = RUF_LOOKUP_BATCH + (size_t)limits->owners;
    query->labels = (char *)parts[1] + LABEL_FRONT;
    query->copy = parts[2];
    query->texts = parts[3];
    query->texts_end = query->texts + limits->text;
    query->numbers = parts[4];
    query->shapes = parts[5];
    query->emails = parts[6];
    query->email_sources = parts[7];
    query->sources = parts[8];
    query->source_ids = parts[9];
    query->photo = parts[10];
    return ruf_blocks_create(query, parts[11], err);
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
__attribute__((noinline)) static enum ruf_status
read_list(struct ruf_query *query, uint64_t place, uint32_t *owners,
          size_t room, struct ruf_caller *out, struct ruf_error *err)
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
    /* Emitted, but nobody's: an unknown extension of a company. An image of
     * labels alone has nobody for anything. */
    out->approximate = count == 0 && index->contact_count > 0;
    return status;
}

/* --- rows
 * ---------------------------------------------------------------------------
 */

/* What stands in a row behind its number. */
struct row {
    const uint8_t *head;
    const uint8_t *end; /* of its page: another block may follow */
    uint32_t head_size;
    uint32_t tail;  /* step in TAILS */
    uint32_t owner; /* contact, or contact_count + place in OWNERS */
    bool is_long;   /* the head stands in LABELS; here is its offset */
};

/* The row of the number in this page; its bytes may go on for INDEX_SLACK.
 * @return false if it is not there. */
HOT_INLINE bool find_in_page(const struct ruf_index *index, const uint8_t *page,
                             ruf_e164 number, struct row *out)
{
    unsigned match = ruf_page_match(page, number);

    for (; match != 0; match &= match - 1) {
        const uint8_t *at = ruf_page_row(page, ruf_bucket_first(match));

        if ((ruf_load32(at) & index->upper_mask) != number >> 32)
            continue;
        at += index->upper_width;
        out->owner = ruf_load32(at) & index->owner_mask;
        at += index->owner_width;
        out->tail = ruf_load16(at);
        out->head_size = at[2];
        out->head = at + 3;
        out->end = page + RUF_PAGE_SIZE;
        out->is_long = out->head_size == RUF_PAGE_LONG;
        return true;
    }
    return false;
}

/* owners has room for room contacts, the longest list at least. */
HOT_INLINE enum ruf_status read_owners(struct ruf_query *query, uint32_t owner,
                                       uint32_t *owners, size_t room,
                                       struct ruf_caller *out,
                                       struct ruf_error *err)
{
    uint64_t contacts = query->index->contact_count;

    if (owner >= contacts)
        return read_list(query, owner - contacts, owners, room, out, err);
    owners[0] = owner;
    out->contacts = owners;
    out->contact_count = 1;
    return RUF_OK;
}

/* A label that is too long for a page, from its offset in LABELS. */
__attribute__((noinline)) static enum ruf_status
read_long_label(struct ruf_query *query, uint64_t at, char *out,
                struct ruf_text *label, struct ruf_error *err)
{
    const struct ruf_index *index = query->index;
    const uint8_t *bytes;
    enum ruf_status status;

    if (at + 2 > index->labels_size)
        return ruf_index_damaged(index, RUF_SECTION_LABELS, err);
    status = ruf_index_copy(query, RUF_SECTION_LABELS, at, 2, out, err);
    if (status != RUF_OK)
        return status;
    bytes = (const uint8_t *)out;
    label->size = ruf_load16(bytes);
    label->data = out;
    if (label->size == 0 || label->size > RUF_LABEL_SIZE_MAX ||
        label->size > index->labels_size - at - 2)
        return ruf_index_damaged(index, RUF_SECTION_LABELS, err);
    return ruf_index_copy(query, RUF_SECTION_LABELS, at + 2, label->size, out,
                          err);
}

/* --- resident
 * ------------------------------------------------------------------------- */

HOT_INLINE const uint8_t *page_at(const struct ruf_index *index, uint32_t at)
{
    return index->sections[RUF_SECTION_NUMBERS].bytes +
           (size_t)at * RUF_PAGE_SIZE;
}

/* Its block may have to be decrypted first. */
HOT_INLINE enum ruf_status need_page(struct ruf_query *query, uint32_t at,
                                     struct ruf_error *err)
{
    const struct ruf_index *index = query->index;
    uint32_t block = at / RUF_PAGES_PER_BLOCK;

    if (atomic_load_explicit(&index->page_flags[block], memory_order_acquire))
        return RUF_OK;
    return ruf_index_load_block(query, &index->sections[RUF_SECTION_NUMBERS],
                                block, err);
}

/* All of a page, so that the row is there when it is known which one it is. */
HOT_INLINE void prefetch_page(const uint8_t *page)
{
    __builtin_prefetch(page);
    __builtin_prefetch(page + 64);
    __builtin_prefetch(page + 128);
    __builtin_prefetch(page + 192);
}

/* The pages behind a home page that ran over. */
__attribute__((noinline)) static enum ruf_status
find_further(struct ruf_query *query, uint64_t hash, ruf_e164 number,
             struct row *out, bool *known, struct ruf_error *err)
{
    const struct ruf_index *index = query->index;

    *known = false;
    for (uint32_t n = 1; n < RUF_PAGE_PROBES; n++) {
        uint32_t at = ruf_page_at(hash, n, index->page_count);
        enum ruf_status status = need_page(query, at, err);

        if (status != RUF_OK)
            return status;
        *known = find_in_page(index, page_at(index, at), number, out);
        if (*known || !ruf_page_ran_over(page_at(index, at), hash))
            break;
    }
    return RUF_OK;
}

/* The answer from a row; label: LABEL_ROOM bytes, LABEL_FRONT before them. */
HOT_INLINE enum ruf_status answer_row(struct ruf_query *query, struct row row,
                                      char *label, uint32_t *owners,
                                      size_t room, struct ruf_caller *out,
                                      struct ruf_error *err)
{
    const struct ruf_index *index = query->index;

    out->known = true;
    out->approximate = false;
    if (row.is_long) {
        enum ruf_status status = read_long_label(query, ruf_load32(row.head),
                                                 label, &out->label, err);

        return status == RUF_OK
                   ? read_owners(query, row.owner, owners, room, out, err)
                   : status;
    }
    out->label.data = label;
    out->label.size =
        ruf_label_join(index, row.head, row.head_size, row.end, row.tail,
                       index->sections[RUF_SECTION_TAILS].bytes, label);
    if (out->label.size == 0)
        return ruf_index_damaged(index, RUF_SECTION_NUMBERS, err);
    return read_owners(query, row.owner, owners, room, out, err);
}

/* No row has the number. Apart from the test, this costs only images with
 * trunks anything. */
HOT_INLINE enum ruf_status answer_miss(struct ruf_query *query, ruf_e164 number,
                                       char *label, struct ruf_caller *out,
                                       struct ruf_error *err)
{
    *out = (struct ruf_caller){ 0 };
    return query->index->trunk_count == 0
               ? RUF_OK
               : ruf_trunk_lookup(query, number, label, out, err);
}

/* By itself, so that its row does not keep that of the usual case out of
 * registers. */
__attribute__((noinline)) static enum ruf_status
answer_further(struct ruf_query *query, uint64_t hash, ruf_e164 number,
               char *label, uint32_t *owners, size_t room,
               struct ruf_caller *out, struct ruf_error *err)
{
    struct row row = { 0 };
    bool known;
    enum ruf_status status =
        find_further(query, hash, number, &row, &known, err);

    if (status == RUF_OK && known)
        return answer_row(query, row, label, owners, room, out, err);
    *out = (struct ruf_caller){ 0 };
    return status == RUF_OK ? answer_miss(query, number, label, out, err)
                            : status;
}

HOT_INLINE enum ruf_status answer_resident(struct ruf_query *query, uint32_t at,
                                           uint64_t hash, ruf_e164 number,
                                           char *label, uint32_t *owners,
                                           size_t room, struct ruf_caller *out,
                                           struct ruf_error *err)
{
    const uint8_t *page = page_at(query->index, at);
    enum ruf_status status = need_page(query, at, err);
    struct row row;

    if (status != RUF_OK)
        return status;
    if (find_in_page(query->index, page, number, &row))
        return answer_row(query, row, label, owners, room, out, err);
    if (ruf_page_ran_over(page, hash))
        return answer_further(query, hash, number, label, owners, room, out,
                              err);
    return answer_miss(query, number, label, out, err);
}

/* --- on demand
 * ------------------------------------------------------------------------ */

static enum ruf_status find_on_demand(struct ruf_query *query, ruf_e164 number,
                                      struct row *row, bool *known,
                                      struct ruf_error *err)
{
    const struct ruf_index *index = query->index;
    uint64_t hash = ruf_hash_number(index->number_secret, number);

    *known = false;
    for (uint32_t n = 0; n < RUF_PAGE_PROBES; n++) {
        uint64_t at = ruf_page_at(hash, n, index->page_count);
        const uint8_t *page;
        enum ruf_status status =
            ruf_index_bytes(query, RUF_SECTION_NUMBERS, at * RUF_PAGE_SIZE,
                            RUF_PAGE_SIZE, &page, err);

        if (status != RUF_OK)
            return status;
        *known = find_in_page(index, page, number, row);
        if (*known || !ruf_page_ran_over(page, hash))
            return RUF_OK;
    }
    return RUF_OK;
}

/* As ruf_label_join(), with the tail read by itself. */
static enum ruf_status label_on_demand(struct ruf_query *query,
                                       const struct row *row, char *out,
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
    if (row->head_size + size == 0 ||
        row->head_size + size > RUF_LABEL_SIZE_MAX)
        return ruf_index_damaged(query->index, RUF_SECTION_NUMBERS, err);
    memcpy(out, row->head, row->head_size);
    *label = (struct ruf_text){ out, row->head_size + size };
    return ruf_index_copy(query, RUF_SECTION_TAILS, at + 1, size,
                          out + row->head_size, err);
}

__attribute__((noinline)) static enum ruf_status
answer_on_demand(struct ruf_query *query, ruf_e164 number,
                 struct ruf_caller *out, struct ruf_error *err)
{
    struct row row = { 0 };
    bool known;
    enum ruf_status status = find_on_demand(query, number, &row, &known, err);

    *out = (struct ruf_caller){ 0 };
    if (status != RUF_OK)
        return status;
    if (!known)
        return answer_miss(query, number, query->labels, out, err);
    status = row.is_long ? read_long_label(query, ruf_load32(row.head),
                                           query->labels, &out->label, err)
                         : label_on_demand(query, &row, query->labels,
                                           &out->label, err);
    if (status == RUF_OK)
        status = read_owners(query, row.owner, query->owners, query->owner_room,
                             out, err);
    out->known = status == RUF_OK;
    return status;
}

/* --- one number, many numbers
 * ------------------------------------------------------------------ */

enum ruf_status ruf_query_lookup(struct ruf_query *query, ruf_e164 number,
                                 struct ruf_caller *out, struct ruf_error *err)
{
    const struct ruf_index *index = query->index;
    uint64_t hash;
    uint32_t home;

    if (index->resident == NULL)
        return answer_on_demand(query, number, out, err);
    hash = ruf_hash_number(index->number_secret, number);
    home = ruf_table_home(hash, index->page_count);
    prefetch_page(page_at(index, home));
    return answer_resident(query, home, hash, number, query->labels,
                           query->owners, query->owner_room, out, err);
}

/* Two rounds over the batch, so that its cache misses overlap. */
static enum ruf_status answer_batch(struct ruf_query *query,
                                    const ruf_e164 *numbers, size_t count,
                                    struct ruf_caller *out, size_t *done,
                                    struct ruf_error *err)
{
    const struct ruf_index *index = query->index;
    uint64_t hashes[RUF_LOOKUP_BATCH];
    uint32_t homes[RUF_LOOKUP_BATCH];
    size_t owners = 0;

    for (size_t i = 0; i < count; i++) {
        hashes[i] = ruf_hash_number(index->number_secret, numbers[i]);
        homes[i] = ruf_table_home(hashes[i], index->page_count);
        prefetch_page(page_at(index, homes[i]));
    }
    for (*done = 0; *done < count; ++*done) {
        enum ruf_status status;
        size_t i = *done;

        if (i > 0 && query->owner_room - owners < index->limits.owners + 1)
            break;
        status = answer_resident(query, homes[i], hashes[i], numbers[i],
                                 query->labels + i * LABEL_ROOM,
                                 query->owners + owners,
                                 query->owner_room - owners, &out[i], err);
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
    if (query->index->resident != NULL)
        return answer_batch(query, numbers, count, out, done, err);
    if (count == 0)
        return RUF_OK;
    /* The block an answer stands in is read anew for the next. */
    status = answer_on_demand(query, numbers[0], out, err);
    *done = status == RUF_OK ? 1 : 0;
    return status;
}
