/*
 * rufname/report.h - why a number is identified, or why not
 *
 * ruf_home_report() counts, per source, how its numbers fare; an admin sees
 * what to correct first. ruf_home_explain() shows the records, rules and
 * corrections behind one number.
 *
 * Threads: as rufname/home.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_REPORT_H
#define RUFNAME_REPORT_H

#include <rufname/clean.h>
#include <rufname/home.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What became of a raw number. Stored: never renumber. */
enum ruf_number_reason {
    RUF_REASON_IDENTIFIED = 0, /**< it has an E.164 form */
    RUF_REASON_NO_REGION,      /**< no calling code, and no rule for a region */
    RUF_REASON_CALLING_CODE,   /**< its calling code is not assigned */
    RUF_REASON_NOT_A_NUMBER,   /**< text that is no phone number */
    RUF_REASON_TOO_SHORT,
    RUF_REASON_TOO_LONG,
    RUF_REASON_LOCAL,      /**< would be one with an area code in front */
    RUF_REASON_UNASSIGNED, /**< the region's plan assigns no such number */
    RUF_REASON_EMERGENCY,  /**< 112: never identified */
    RUF_REASON_SHORT,      /**< 116117, 11833: has no E.164 form */
    RUF_REASON_REFUSED,    /**< a date or an IP address */
    RUF_REASON_BEYOND_KEY, /**< valid, but over 18 digits */
    RUF_REASON_COUNT
};

/** "identified", "no-region", "calling-code", "not-a-number", "too-short",
 * "too-long", "local", "unassigned", "emergency", "short", "refused",
 * "beyond-key". */
RUF_API const char *ruf_number_reason_name(enum ruf_number_reason reason);

/** Id of the sentence for people ("N301"), see rufname/message.h; "" for an
 * identified number. */
RUF_API const char *ruf_number_reason_id(enum ruf_number_reason reason);

/** Which rule gave a number without calling code its region. Stored: never
 * renumber. */
enum ruf_region_rule {
    RUF_REGION_INTERNATIONAL = 0, /**< the text names its calling code */
    RUF_REGION_RECORD,            /**< the record's own country */
    RUF_REGION_SIBLINGS,          /**< shared by its international numbers */
    RUF_REGION_SOURCE,            /**< region.per_source */
    RUF_REGION_DEFAULT,           /**< region.default */
    RUF_REGION_UNRESOLVED
};

/** "international", "record", "siblings", "source", "default", "unresolved". */
RUF_API const char *ruf_region_rule_name(enum ruf_region_rule rule);

#define RUF_CORRECTION_COUNT 6 /**< bits of RUF_CORRECT_ALL */

/** Numbers of one source. */
struct ruf_number_health {
    char source[17]; /**< id */
    uint64_t numbers;
    uint64_t reasons[RUF_REASON_COUNT];
    uint64_t corrections[RUF_CORRECTION_COUNT]; /**< by bit of the correction;
                                                   a number may have several */
};

struct ruf_report {
    struct ruf_number_health sources[RUF_SOURCES_MAX]; /**< by id */
    size_t source_count;
};

/**
 * Count the numbers of all stored records.
 * @return RUF_OK; RUF_E_CORRUPT; RUF_E_BUSY; RUF_E_IO; RUF_E_NOMEM.
 */
RUF_API RUF_MUST_USE enum ruf_status ruf_home_report(struct ruf_home *home,
                                                     struct ruf_report *out,
                                                     struct ruf_error *err);

/** One number of one record. All text is borrowed for the call. */
struct ruf_explained_number {
    struct ruf_text source; /**< id */
    struct ruf_text name;   /**< of the record, as it is shown */
    struct ruf_text company;
    struct ruf_text raw; /**< as the source wrote it */
    enum ruf_number_kind kind;
    enum ruf_number_reason reason;
    enum ruf_region_rule rule;
    unsigned corrections; /**< enum ruf_correction that were made */
    enum ruf_number_type type;
    ruf_e164 e164; /**< 0 unless identified */
    /** Why it does not reach the phone's call directory; RUF_HELD_NOT: it
     * does. */
    enum ruf_number_held {
        RUF_HELD_NOT = 0,
        RUF_HELD_UNIDENTIFIED,
        RUF_HELD_POLICY, /**< caller_id.enabled is false */
        RUF_HELD_SOURCE, /**< the source may not feed caller ID */
        RUF_HELD_FILTER, /**< a filter rule says no_caller_id */
        RUF_HELD_KIND,   /**< not among caller_id.kinds */
        RUF_HELD_TYPE    /**< among index.exclude_types */
    } held;
    struct ruf_text held_by; /**< id of the filter rule; RUF_HELD_FILTER only */
};

typedef void ruf_explained_callback(void *context,
                                    const struct ruf_explained_number *number);

/**
 * Hand out every stored number that equals this one: the same E.164 form, or,
 * where the text has none, the same text.
 * @param[in]  text    as people write it; read with the default region and
 *                     the policy's corrections.
 * @param[out] read    what the text itself is; its source, name and company
 *                     are absent and held is not set.
 * @return RUF_OK also if no record has it; else as ruf_home_report().
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_explain(struct ruf_home *home, struct ruf_text text,
                 struct ruf_explained_number *read,
                 ruf_explained_callback *callback, void *context,
                 struct ruf_error *err);

#ifdef __cplusplus
}
#endif
#endif
