/*
 * lookup/index_private.h - what the files of the reader share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef LOOKUP_INDEX_PRIVATE_H
#define LOOKUP_INDEX_PRIVATE_H

#include "base/image.h"
#include "base/image_sections.h"
#include "base/search_sections.h"
#include "base/secret.h"
#include <rufname/index.h>
#include <rufname/search.h>

#define INDEX_SECTIONS (RUF_SECTION_SEARCH_GRAMS + 1)
#define INDEX_CODES_MAX 256

/* A section: where it lies in the file, and, resident, its plain bytes. */
struct index_section {
    const struct ruf_image_section *place;
    const uint8_t *bytes; /* NULL on demand */
    uint64_t size;        /* padded to whole blocks */
};

struct ruf_index {
    struct ruf_image *image;
    struct ruf_secret plain; /* all sections, resident mode */
    struct index_section sections[INDEX_SECTIONS];
    uint64_t entry_count;
    uint64_t contact_count;
    uint64_t entry_blocks;
    uint64_t owner_count;
    uint64_t contacts_size;
    uint16_t codes[INDEX_CODES_MAX];
    size_t code_count;
};

/* One decrypted block of a section, kept until another is asked for. */
struct block_cache {
    uint64_t block;
    bool filled;
    struct ruf_secret plain;
};

/* Between the kinds of the base and those of search are none. */
static inline bool ruf_index_has(unsigned kind)
{
    return (kind >= RUF_SECTION_META && kind <= RUF_SECTION_CONTACT_OFFSETS) ||
           (kind >= RUF_SECTION_SEARCH_WORDS &&
            kind <= RUF_SECTION_SEARCH_GRAMS);
}

struct search_scratch;

struct ruf_query {
    const struct ruf_index *index;
    struct ruf_image_reader *reader; /* on demand only */
    struct block_cache cache[INDEX_SECTIONS];
    uint8_t *copy; /* what spans blocks is joined here */
    size_t copy_room;
    uint32_t *owners;
    size_t owner_room;
    struct ruf_contact_number *numbers;
    struct ruf_text *texts; /* e-mails, then sources */
    size_t number_room;
    size_t text_room;
    struct search_scratch *search; /* made by the first search */
    void (*search_free)(struct search_scratch *scratch);
};

/* Bytes [offset, offset + size) of a section: borrowed until the next call. */
RUF_MUST_USE enum ruf_status ruf_index_bytes(struct ruf_query *query,
                                             enum ruf_section_kind kind,
                                             uint64_t offset, size_t size,
                                             const uint8_t **out,
                                             struct ruf_error *err);

/* What the image says contradicts itself: D706. */
enum ruf_status ruf_index_damaged(const struct ruf_index *index,
                                  enum ruf_section_kind kind,
                                  struct ruf_error *err);

/* A block of ENTRIES, taken apart entry by entry. */
struct entry_block {
    const uint8_t *next;
    const uint8_t *end;
    size_t left;
    ruf_e164 number;  /* of the entry read last */
    uint64_t ordinal; /* of the next entry */
};

/* @return false if the header is impossible. */
bool ruf_entry_block_open(const uint8_t *bytes, struct entry_block *out);
/* @return false if the block is damaged; call only while left > 0. */
bool ruf_entry_block_next(struct entry_block *block, struct ruf_text *label);

/* Check all sections of a resident index. */
RUF_MUST_USE enum ruf_status ruf_index_check(const struct ruf_index *index,
                                             struct ruf_error *err);

/* Parse a contact record; lists go to the query's room. */
RUF_MUST_USE enum ruf_status
ruf_contact_parse(struct ruf_query *query, const uint8_t *bytes, size_t size,
                  struct ruf_contact *out, struct ruf_error *err);

#endif
