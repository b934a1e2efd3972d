/*
 * company.h - a seeded, invented company
 *
 * Everything about a person follows from (seed, key, variant), so the company
 * needs a few bytes per person and the same seed gives the same bytes. People
 * 60 k .. 60 k + 59 work at company k. Invariants that make merging exact:
 * mail addresses and personal numbers are unique per person; a switchboard is
 * shared by many different names; a couple's line by two different names.
 *
 * Threads: reading is pure; company_advance() needs exclusive access.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TENANT_COMPANY_H
#define TENANT_COMPANY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tenant_source {
    TENANT_USERS = 0,
    TENANT_CONTACTS,
    TENANT_MAILBOX,
    TENANT_CRM,  /**< rows of Dataverse; none unless asked for */
    TENANT_BLOBS /**< rows of files; likewise */
};
#define TENANT_SOURCES 5
#define TENANT_FOLDERS_MAX 8

/** One person, alive or gone. */
struct person {
    uint32_t key;
    uint32_t variant; /**< how often it changed */
    uint32_t created; /**< version it came with */
    uint32_t changed; /**< version of the last change */
    uint32_t removed; /**< version it left with, 0 = alive */
};

struct company {
    uint64_t seed;
    uint32_t people_wanted; /**< N: people visible after filtering */
    uint32_t next_key;
    uint32_t founding_keys; /**< people there at the start have lower keys */
    uint32_t version;
    uint32_t crm_rows;  /**< about so many people are in the CRM */
    uint32_t blob_rows; /**< or in files */
    uint32_t blobs;     /**< number of files */
    uint32_t folders;   /**< of the mailbox, beside the default one */
    struct person *people;
    size_t count;
    size_t capacity;
};

#define TEXT_MAX 128
#define NUMBERS_MAX 6

struct tenant_number {
    const char *kind; /**< "business", "mobile", "fax", "home" */
    char raw[48];
    char e164[24]; /**< "" for junk */
};

/** A record of one person in one source, as the generator knows it. */
struct tenant_record {
    enum tenant_source source;
    char id[64];
    uint32_t person;
    bool visible; /**< not a guest, not disabled */
    bool guest;
    bool enabled;
    const char *region;        /**< region of numbers without calling code */
    const char *country_field; /**< the record's own country, or NULL */
    char given[TEXT_MAX];
    char family[TEXT_MAX];
    char display[TEXT_MAX];
    char company[TEXT_MAX];
    const char *department; /**< NULL = none */
    const char *title;
    char upn[TEXT_MAX];
    char mail[TEXT_MAX];
    char second_mail[TEXT_MAX]; /**< "" = none */
    struct tenant_number numbers[NUMBERS_MAX];
    size_t number_count;
};

void company_create(struct company *company, uint32_t people, uint64_t seed);
void company_destroy(struct company *company);

/** Next version: about 'changes' people changed, added and removed. */
void company_advance(struct company *company, uint32_t changes);

/** Does this person have a record in that source? */
bool company_has_record(const struct company *company,
                        const struct person *person, enum tenant_source source);

/** The record itself; only if company_has_record(). */
void company_record(const struct company *company, const struct person *person,
                    enum tenant_source source, struct tenant_record *out);

/** Native id only (for removals). */
void company_record_id(const struct company *company,
                       const struct person *person, enum tenant_source source,
                       char out[64]);

/** Folder of a mailbox record, 0 = the default one; file of a file's row. */
uint32_t company_part(const struct company *company,
                      const struct person *person, enum tenant_source source);

/** "AAD", "GAL", "APC", "D365", "ABS". */
const char *tenant_source_name(enum tenant_source source);

#endif
