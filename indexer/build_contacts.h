/*
 * indexer/build_contacts.h - persons to CONTACTS, IDENTITIES and their tables
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_BUILD_CONTACTS_H
#define INDEXER_BUILD_CONTACTS_H

#include "base/bytes.h"
#include "base/table.h"
#include "indexer/contacts.h"
#include "indexer/shared_texts.h"

/** Keys of a hash table, kept until their number is known. */
struct ruf_table_keys {
    uint64_t *hashes;
    uint32_t *references;
    size_t count;
    size_t room;
    bool failed;
};

/** reference is not 0. */
void ruf_table_keys_add(struct ruf_table_keys *keys, uint64_t hash,
                        uint32_t reference);

/** The table of all keys as bytes. @return buckets, 0 if memory was out. */
uint32_t ruf_table_keys_write(const struct ruf_table_keys *keys,
                              struct ruf_writer *out);
void ruf_table_keys_free(struct ruf_table_keys *keys);

/** Blocks of record offsets (docs/index-format.md). */
struct ruf_offsets {
    struct ruf_writer bytes;
    uint64_t base;
    uint64_t count;
    bool failed;
};

struct ruf_contact_sections {
    const uint8_t *secret; /**< of the image's hash; borrowed */
    struct ruf_shared_texts texts;
    struct ruf_writer contacts;
    struct ruf_offsets contact_offsets;
    struct ruf_writer identities;
    struct ruf_offsets identity_offsets;
    struct ruf_table_keys source_ids;
    struct ruf_table_keys hash_ids;
    uint64_t count;
    uint32_t limit_numbers; /**< most of one contact, so far */
    uint32_t limit_emails;
    uint32_t limit_sources;
    uint32_t limit_record;
    uint32_t limit_text;
    bool failed;
};

void ruf_contact_sections_start(struct ruf_contact_sections *sections,
                                const uint8_t *secret);

/** Append the next contact in rank order. */
void ruf_contact_sections_add(struct ruf_contact_sections *sections,
                              const struct ruf_person *person);

/** Complete the offsets. @return false if memory was out at any time. */
bool ruf_contact_sections_finish(struct ruf_contact_sections *sections);
void ruf_contact_sections_free(struct ruf_contact_sections *sections);

#endif
