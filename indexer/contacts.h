/*
 * indexer/contacts.h - what a record becomes on its way to the image
 *
 *   struct ruf_record  --standardise-->  struct ruf_source_contact
 *                      --merge-->        struct ruf_person
 *                      --label, build--> directory.ruf
 *
 * Threads: plain values, borrowed from the arena of one build.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef INDEXER_CONTACTS_H
#define INDEXER_CONTACTS_H

#include "base/arena.h"
#include "base/record.h"
#include "policy/policy.h"
#include <rufname/contact.h>
#include <rufname/merges.h>
#include <rufname/report.h>
#include <rufname/status.h>

/** A number with its verdict. */
struct ruf_standard_number {
    struct ruf_text raw; /**< as the source wrote it, split or not */
    enum ruf_number_kind kind;
    enum ruf_number_reason reason;
    enum ruf_region_rule rule;
    enum ruf_number_type type;
    unsigned corrections; /**< enum ruf_correction that were made */
    uint32_t position;    /**< of the raw number in its record */
    ruf_e164 e164;        /**< 0: not identifiable */
};

/** One record with standardised numbers. */
struct ruf_source_contact {
    const struct ruf_policy_source *source;
    struct ruf_text native_id;
    struct ruf_text fields[RUF_RECORD_FIELD_COUNT];
    const struct ruf_standard_number *numbers;
    size_t number_count;
    const struct ruf_text *emails; /**< deduplicated ignoring ASCII case */
    size_t email_count;
    const char *held_by; /**< id of the filter rule that keeps it off the phone,
                              or NULL */
    bool has_hash_id;    /**< it comes from a store, which knows its Hash-ID */
    uint8_t hash_id[16];
    int64_t photo; /**< for ruf_store_photo_read(); 0: it has none */
};

/** A number of a person. */
struct ruf_person_number {
    ruf_e164 e164; /**< 0: not identifiable */
    enum ruf_number_kind kind;
    struct ruf_text raw;
    bool emit;        /**< may enter the call directory */
    bool fixed_line;  /**< its plan says so: it may have extensions */
    uint32_t sources; /**< bit i: sources[i] of the person has it */
};

/** One human (or one company entry): a merged view over source contacts. */
struct ruf_person {
    struct ruf_contact_id id;
    uint8_t priority; /**< of its best source */
    struct ruf_text given;
    struct ruf_text family;
    struct ruf_text display;
    struct ruf_text company;
    struct ruf_text title;
    struct ruf_text department;
    const struct ruf_person_number *numbers; /**< distinct */
    size_t number_count;
    const struct ruf_text *emails;
    const uint32_t *email_sources; /**< bit sets, or NULL: the first source */
    size_t email_count;
    const struct ruf_text *sources; /**< source ids, best first */
    size_t source_count;
    uint32_t field_sources[RUF_CONTACT_FIELD_COUNT]; /**< bit sets */
    bool has_hash_id;
    uint8_t hash_id[16]; /**< of its only record, or over those of all */
    const struct ruf_source_contact *const *members;
    size_t member_count;
};

/** A list of persons in rank order (see base/image_sections.h, CONTACTS). */
struct ruf_people {
    struct ruf_person *persons;
    size_t count;
};

/**
 * Standardise the numbers of one record by the region chain. Output and lists
 * live in the arena, text is borrowed from the record.
 * @return RUF_OK, RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_standardise(const struct ruf_record *record,
                const struct ruf_policy *policy,
                const struct ruf_policy_source *source, struct ruf_arena *arena,
                struct ruf_source_contact *out, struct ruf_error *err);

/**
 * Run the filter rules over a record, its numbers standardised if they ask.
 * @param[out] kept  the record without the numbers that rules drop; lists in
 *                   the arena, text borrowed.
 * @return RUF_OK, RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_filter_record(const struct ruf_record *record,
                  const struct ruf_policy *policy,
                  const struct ruf_policy_source *source,
                  struct ruf_arena *arena, struct ruf_record *kept,
                  struct ruf_filter_verdict *verdict, struct ruf_error *err);

/** As ruf_standardise(), without the numbers that the rules drop. */
RUF_MUST_USE enum ruf_status ruf_standardise_kept(
    const struct ruf_record *record, const struct ruf_policy *policy,
    const struct ruf_policy_source *source,
    const struct ruf_filter_verdict *verdict, struct ruf_arena *arena,
    struct ruf_source_contact *out, struct ruf_error *err);

/**
 * Standardise one text as a number of a source would be, by source and default
 * region alone; source may be NULL. @return numbers found, 1..RUF_CLEANED_MAX.
 */
size_t ruf_standardise_text(struct ruf_text raw,
                            const struct ruf_policy *policy,
                            const struct ruf_policy_source *source,
                            struct ruf_standard_number out[RUF_CLEANED_MAX]);

/** Why this number of a contact does not reach the call directory. */
enum ruf_number_held ruf_number_held(const struct ruf_source_contact *contact,
                                     const struct ruf_standard_number *number,
                                     const struct ruf_policy *policy);

/** What a user decided about two records; outranks every rule. */
struct ruf_override {
    uint32_t a; /**< positions in the list of contacts */
    uint32_t b;
    bool together; /**< false: never one person */
};

struct ruf_overrides {
    const struct ruf_override *list;
    size_t count;
};

/** Two records whose contacts may be one person, for people to decide. */
struct ruf_suggestion {
    enum ruf_suggestion_reason reason;
    const struct ruf_source_contact *a; /**< first record of each group */
    const struct ruf_source_contact *b;
};

/** What joined two records. */
struct ruf_joint {
    enum ruf_joint_kind kind;
    const struct ruf_source_contact *a;
    const struct ruf_source_contact *b;
};

struct ruf_suggestions {
    const struct ruf_suggestion *list; /**< by (source id, native id) */
    size_t count;
    const struct ruf_joint *joints; /**< each join once, strongest first */
    size_t joint_count;
};

/**
 * Merge contacts that are one person: those a user keeps together, then by the
 * evidence K, S and M (indexer/evidence.h). The order of the input does not
 * change the result.
 * @param[in]  overrides    NULL: none.
 * @param[out] suggestions  one for each two people that something connects and
 *                          nothing forbids to be one, and what joined the
 *                          others; NULL: not wanted, which is faster.
 * @return RUF_OK, RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_merge(const struct ruf_source_contact *contacts, size_t count,
          const struct ruf_overrides *overrides,
          const struct ruf_policy *policy, struct ruf_arena *arena,
          struct ruf_people *out, struct ruf_suggestions *suggestions,
          struct ruf_error *err);

/** One line of the call directory. */
struct ruf_labelled_entry {
    ruf_e164 number;
    struct ruf_text label;  /**< 1..RUF_LABEL_SIZE_MAX bytes */
    const uint32_t *owners; /**< positions in people, best first */
    size_t owner_count;
};

struct ruf_labelled_entries {
    struct ruf_labelled_entry *entries; /**< ascending, distinct numbers */
    size_t count;
    uint64_t dropped; /**< over caller_id.max_entries */
};

/**
 * Every emitted number once, ascending, with the label of its owner or, for a
 * shared number, the label its owners share.
 * @return RUF_OK, RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status ruf_label(const struct ruf_people *people,
                                       const struct ruf_policy *policy,
                                       struct ruf_arena *arena,
                                       struct ruf_labelled_entries *out,
                                       struct ruf_error *err);

#endif
