/*
 * base/record.h - one raw row of one source, as it came in
 *
 * Made by sync and by file import, judged by policy, kept by the store. All
 * text is borrowed from the page it came from, UTF-8-valid, trimmed, without
 * control characters.
 *
 * Threads: plain values.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_RECORD_H
#define BASE_RECORD_H

#include "base/arena.h"
#include "base/bytes.h"
#include <rufname/contact.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Single-valued text fields of a record. Stored: never renumber. */
enum ruf_record_field {
    RUF_RECORD_GIVEN = 0,
    RUF_RECORD_FAMILY,
    RUF_RECORD_DISPLAY,
    RUF_RECORD_COMPANY,
    RUF_RECORD_TITLE,
    RUF_RECORD_DEPARTMENT,
    RUF_RECORD_COUNTRY, /**< ISO 3166-1 alpha-2, upper case */
    RUF_RECORD_UPN,
    RUF_RECORD_USER_TYPE,
    RUF_RECORD_ENABLED, /**< "true", "false" or absent */
    RUF_RECORD_FIELD_COUNT
};

/** A number as the source wrote it. */
struct ruf_raw_number {
    struct ruf_text text;
    enum ruf_number_kind kind;
};

/** Where an e-mail address came from, so that a partial update knows what it
 *  replaces. */
enum ruf_email_slot {
    RUF_EMAIL_PRIMARY = 0, /**< mail; all addresses of other sources */
    RUF_EMAIL_PROXY,       /**< proxyAddresses */
    RUF_EMAIL_OTHER,       /**< otherMails */
    RUF_EMAIL_SLOT_COUNT
};

struct ruf_raw_email {
    struct ruf_text address;
    enum ruf_email_slot slot;
};

#define RUF_RECORD_NUMBERS_MAX 64
#define RUF_RECORD_EMAILS_MAX 64
#define RUF_RECORD_TEXT_MAX 1024 /**< bytes of one field */
#define RUF_RAW_NUMBER_MAX 250   /**< characters of one raw number */

/**
 * One record. In a delta an absent property keeps its stored value: the keep_
 * masks name what was absent. In a full round they are 0.
 */
struct ruf_record {
    struct ruf_text native_id; /**< the source's id; bytes, case matters */
    bool removed;              /**< gone at the source; all else is unset */
    struct ruf_text fields[RUF_RECORD_FIELD_COUNT]; /**< absent = no value */
    const struct ruf_raw_number *numbers;
    size_t number_count;
    const struct ruf_raw_email *emails;
    size_t email_count;
    uint32_t keep_fields;  /**< bit per enum ruf_record_field */
    uint32_t keep_numbers; /**< bit per enum ruf_number_kind */
    uint32_t keep_emails;  /**< bit per enum ruf_email_slot */
};

/** Append the byte form of a record (version 1) to a writer. */
void ruf_record_write(const struct ruf_record *record,
                      struct ruf_writer *writer);

/** The id in the byte form of a record, borrowed; absent if they are none. */
struct ruf_text ruf_record_id(const void *bytes, size_t size);

/**
 * Read a record back; its text points into bytes, its lists into the arena.
 * @return RUF_OK; RUF_E_CORRUPT (D720); RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_record_read(const void *bytes, size_t size,
                                             struct ruf_arena *arena,
                                             struct ruf_record *out,
                                             struct ruf_error *err);

/**
 * Lay an update over what is stored: kept parts come from older, all others
 * from newer. The result borrows from both and has no keep bits.
 * @return RUF_OK, RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_record_merge(const struct ruf_record *older,
                                              const struct ruf_record *newer,
                                              struct ruf_arena *arena,
                                              struct ruf_record *out,
                                              struct ruf_error *err);

#endif
