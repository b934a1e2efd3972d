/*
 * lookup/index_private.h - what the files of the reader share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef LOOKUP_INDEX_PRIVATE_H
#define LOOKUP_INDEX_PRIVATE_H

#include "base/bytes.h"
#include "base/hash.h"
#include "base/image.h"
#include "base/image_sections.h"
#include "base/secret.h"
#include <pthread.h>
#include <rufname/identity.h>
#include <rufname/index.h>
#include <rufname/search.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#define INDEX_SECTIONS RUF_SECTION_KINDS

/* Bytes that may be read, but mean nothing, behind every plain section. */
#define INDEX_SLACK 512u

/* A section: where it lies in the file, and, resident, where its plain bytes
 * are to be. */
struct index_section {
    const struct ruf_image_section *place; /* NULL: not in this image */
    const uint8_t *bytes;                  /* NULL: not resident */
    uint64_t size;                         /* padded to whole blocks */
    size_t first_flag; /* resident: flag of its first block */
};

/* What changes in an open resident index: a block is written once, by the
 * thread that holds the lock, and not read before its flag is set. */
struct index_resident {
    pthread_mutex_t loading;
    atomic_uchar flags[]; /* per resident block: verified and decrypted */
};

/* Most of what one answer holds: a query makes its room once. */
struct index_limits {
    uint32_t owners;  /* of one number */
    uint32_t numbers; /* of one contact */
    uint32_t emails;
    uint32_t sources; /* of one contact; ids of one identity */
    uint32_t record;  /* bytes of a contact or identity record */
    uint32_t text;    /* bytes of all texts of one contact or identity */
};

struct ruf_index {
    struct ruf_image *image;
    struct ruf_secret plain; /* room of resident sections, resident mode */
    struct index_resident *resident; /* NULL: on demand */
    const atomic_uchar *page_flags;  /* those of NUMBERS */
    struct index_section sections[INDEX_SECTIONS];
    uint64_t entry_count;
    uint64_t contact_count;
    uint64_t owner_words;
    uint64_t tails_size;
    uint64_t labels_size;
    uint64_t texts_size;
    uint64_t contacts_size;
    uint64_t identities_size;
    uint32_t page_count; /* of NUMBERS */
    uint32_t source_id_buckets;
    uint32_t hash_id_buckets;
    uint32_t trunk_count;
    uint32_t held_count; /* of TRUNKS: numbers that stay unknown */
    uint32_t trunk_labels_size;
    uint32_t blocked_count;
    uint32_t photo_count;
    uint64_t photos_size;
    uint32_t upper_width; /* bytes of a number's upper half in a row, 2 or 4 */
    uint32_t upper_mask;
    uint32_t owner_width; /* bytes of an owner in a row, 1..4 */
    uint32_t owner_mask;
    struct index_limits limits;
    uint8_t hash_secret[RUF_HASH_SECRET_SIZE];
    uint64_t number_secret; /* what a number's hash takes of it */
};

/* Decrypted blocks of one section: block b is kept in slot b % slots. */
struct block_cache {
    uint8_t *bytes;
    uint64_t *held; /* per slot: block + 1, 0 = none */
    uint32_t slots;
};

struct search_scratch;

struct ruf_query {
    const struct ruf_index *index;
    struct ruf_image_reader *reader; /* made when a block is to be read */
    uint64_t *held;                  /* of all caches */
    struct block_cache caches[INDEX_SECTIONS];
    struct ruf_secret room; /* bytes of the caches, and the parts below */
    uint8_t *copy;          /* what spans blocks is joined here */
    char *texts_next;       /* texts put together for the answer */
    char *texts;
    char *texts_end;
    char *labels; /* of RUF_LOOKUP_BATCH callers */
    uint32_t *owners;
    size_t owner_room;
    struct ruf_contact_number *numbers;
    uint64_t *shapes; /* of numbers without their raw text: step + 1; or 0 */
    struct ruf_text *emails;
    uint32_t *email_sources;
    struct ruf_text *sources;
    struct ruf_source_id *source_ids;
    uint8_t *photo;                /* of an index with photos */
    struct search_scratch *search; /* made by the first search */
    void (*search_free)(struct search_scratch *scratch);
};

/* --- sections, lookup/index.c ----------------------------------------------
 */

/* What the image says contradicts itself: D706. */
enum ruf_status ruf_index_damaged(const struct ruf_index *index,
                                  enum ruf_section_kind kind,
                                  struct ruf_error *err);

/* --- resident sections, lookup/load.c ---------------------------------------
 */

/* Room for the sections of these kinds, one behind the other; nothing of it is
 * written yet. */
RUF_MUST_USE enum ruf_status ruf_index_make_room(struct ruf_index *index,
                                                 const uint32_t *kinds,
                                                 size_t count,
                                                 struct ruf_error *err);

/* Wipes what is resident. */
void ruf_index_free_room(struct ruf_index *index);

/* Verify and decrypt all of these sections, unless that was done before. */
RUF_MUST_USE enum ruf_status ruf_index_load(const struct ruf_index *index,
                                            const uint32_t *kinds, size_t count,
                                            struct ruf_error *err);

/* One block. A failure is tried again by the next call. */
RUF_MUST_USE enum ruf_status
ruf_index_load_block(struct ruf_query *query,
                     const struct index_section *section, uint64_t block,
                     struct ruf_error *err);

/* May a block of a resident section be read? */
static inline bool ruf_index_is_ready(const struct ruf_index *index,
                                      const struct index_section *section,
                                      uint64_t block)
{
    return atomic_load_explicit(
               &index->resident->flags[section->first_flag + block],
               memory_order_acquire) != 0;
}

/* --- bytes of sections, lookup/blocks.c ------------------------------------
 */

/* Bytes that the caches of a query take. */
size_t ruf_blocks_size(const struct ruf_index *index);

/* Set up and free the parts of a query that read blocks; so many bytes are
 * borrowed. */
RUF_MUST_USE enum ruf_status ruf_blocks_create(struct ruf_query *query,
                                               uint8_t *bytes,
                                               struct ruf_error *err);
void ruf_blocks_destroy(struct ruf_query *query);

/* One block, INDEX_SLACK readable bytes behind it: borrowed until the next
 * call for the same section. */
RUF_MUST_USE enum ruf_status
ruf_index_block(struct ruf_query *query, enum ruf_section_kind kind,
                uint64_t block, const uint8_t **out, struct ruf_error *err);

/* Bytes [offset, offset + size) of a section: borrowed until the next call.
 * What spans blocks must not be longer than the longest record. */
RUF_MUST_USE enum ruf_status ruf_index_bytes(struct ruf_query *query,
                                             enum ruf_section_kind kind,
                                             uint64_t offset, size_t size,
                                             const uint8_t **out,
                                             struct ruf_error *err);

/* The same, copied to out. */
RUF_MUST_USE enum ruf_status ruf_index_copy(struct ruf_query *query,
                                            enum ruf_section_kind kind,
                                            uint64_t offset, size_t size,
                                            void *out, struct ruf_error *err);

/* Is the number among 'count' ascending u64 from this offset on? */
RUF_MUST_USE enum ruf_status
ruf_index_has_number(struct ruf_query *query, enum ruf_section_kind kind,
                     uint64_t offset, uint32_t count, ruf_e164 number,
                     bool *has, struct ruf_error *err);

/* Record 'number' of a section with offsets: its bytes, borrowed. */
RUF_MUST_USE enum ruf_status
ruf_index_record(struct ruf_query *query, enum ruf_section_kind records,
                 enum ruf_section_kind offsets, uint64_t used, uint32_t number,
                 const uint8_t **out, size_t *size, struct ruf_error *err);

/* Such a record will be read soon: where it is resident its first bytes are
 * fetched from memory meanwhile. */
void ruf_index_prefetch_record(const struct ruf_index *index,
                               enum ruf_section_kind records,
                               enum ruf_section_kind offsets, uint32_t number);

/* What an answer in resident mode is made of: calls would cost more than what
 * they do, and keep the processor from looking ahead to the next answer. */
#define HOT_INLINE static inline __attribute__((always_inline))

/* --- labels ----------------------------------------------------------------
 */

/* Bytes that may be written where a label is put together, and before it. */
#define LABEL_ROOM (RUF_LABEL_SIZE_MAX + 128)
#define LABEL_FRONT 128u

/* Bytes of a head and of a tail that are copied at once. So many hold nearly
 * every one: a copy of its exact size would branch on bytes that are still on
 * their way from memory. */
#define LABEL_STEP 64u
#define LABEL_TAIL_STEP 48u

/* Nothing at or behind 'end' may be touched: LABEL_STEP bytes start before the
 * head if they must, and so does what is written. */
HOT_INLINE void ruf_label_copy_head(char *out, const uint8_t *head, size_t size,
                                    const uint8_t *end)
{
    const uint8_t *last = end - LABEL_STEP;
    const uint8_t *start = head < last ? head : last;

    memcpy(out - (head - start), start, LABEL_STEP);
    if (size > LABEL_STEP)
        memcpy(out + LABEL_STEP, head + LABEL_STEP, size - LABEL_STEP);
}

/* As many bytes as LABEL_TAIL_STEP may be read. */
HOT_INLINE void ruf_label_copy_tail(char *out, const uint8_t *tail, size_t size)
{
    memcpy(out, tail, LABEL_TAIL_STEP);
    if (size > LABEL_TAIL_STEP)
        memcpy(out + LABEL_TAIL_STEP, tail + LABEL_TAIL_STEP,
               size - LABEL_TAIL_STEP);
}

/*
 * A label of head and tail, put together in out (LABEL_ROOM bytes, LABEL_FRONT
 * before them). LABEL_STEP bytes before 'end' may be read; the head starts at
 * most as many behind it. tail is a step in TAILS, all of which is at tails;
 * step 0 is an empty text.
 * @return its size; 0 if it is empty, too long or its tail is not there.
 */
HOT_INLINE size_t ruf_label_join(const struct ruf_index *index,
                                 const uint8_t *head, size_t head_size,
                                 const uint8_t *end, uint32_t tail,
                                 const uint8_t *tails, char *out)
{
    size_t at = (size_t)tail * RUF_TEXT_STEP;
    size_t size;

    if (at >= index->tails_size)
        return 0;
    size = head_size + tails[at];
    if (size > RUF_LABEL_SIZE_MAX)
        return 0;
    ruf_label_copy_head(out, head, head_size, end);
    ruf_label_copy_tail(out + head_size, tails + at + 1, tails[at]);
    return size;
}

/* --- trunks, lookup/trunks.c -----------------------------------------------
 */

/* The company below whose prefix an unknown number lies, if any; out is zero
 * and stays so if there is none. label: LABEL_ROOM bytes. */
RUF_MUST_USE enum ruf_status ruf_trunk_lookup(struct ruf_query *query,
                                              ruf_e164 number, char *label,
                                              struct ruf_caller *out,
                                              struct ruf_error *err);

/* Do the trunks ascend, and does each have a label? */
RUF_MUST_USE enum ruf_status ruf_trunks_check(struct ruf_query *query,
                                              struct ruf_error *err);

/* --- photos, lookup/photo.c ------------------------------------------------
 */

/* Do the photos ascend by contact, and can each be read? */
RUF_MUST_USE enum ruf_status ruf_photos_check(struct ruf_query *query,
                                              struct ruf_error *err);

/* --- the whole, lookup/check.c ---------------------------------------------
 */

/* Check all of a resident index, and read every block of the others. */
RUF_MUST_USE enum ruf_status ruf_index_check(const struct ruf_index *index,
                                             struct ruf_error *err);

/* --- contacts, lookup/contact.c --------------------------------------------
 */

/* What of a contact is read; of the rest only the length is looked at. */
#define CONTACT_SOURCES 1u
#define CONTACT_NAMES 2u
#define CONTACT_COMPANY 4u
#define CONTACT_TITLE 8u
#define CONTACT_DEPARTMENT 16u
#define CONTACT_NUMBERS 32u /* the raw text of most: ruf_contact_raw() */
#define CONTACT_EMAILS 64u
#define CONTACT_RAW 128u /* the raw text of all numbers */
#define CONTACT_JOINED                                                         \
    256u                 /* the display name, where it is the names joined     \
                          */
#define CONTACT_ALL 511u /* and which source has what */

/* As ruf_query_contact(), in part. */
RUF_MUST_USE enum ruf_status ruf_contact_read(struct ruf_query *query,
                                              uint32_t contact, unsigned wanted,
                                              struct ruf_contact *out,
                                              struct ruf_error *err);

/* Put the raw text of one number together, of the contact read last. */
RUF_MUST_USE enum ruf_status ruf_contact_raw(struct ruf_query *query, size_t i,
                                             struct ruf_error *err);

/* The text a record refers to; borrowed, or copied to the query's room. */
RUF_MUST_USE enum ruf_status ruf_text_reference(struct ruf_query *query,
                                                struct ruf_reader *reader,
                                                struct ruf_text *out,
                                                struct ruf_error *err);

#endif
