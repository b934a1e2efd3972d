/*
 * rufname/merges.h - merged contacts, and what users decide about them
 *
 * A contact is a view over records; merging changes no record. Rufname joins
 * what evidence says is one person, suggests what may be, and does what a user
 * decides: that two contacts stay together or apart. Decisions are kept as
 * pairs of records, outrank every rule, and survive any sync.
 *
 * A record is named by the id its contact would have if it were alone; for the
 * record that founded a contact that is the contact's own id.
 *
 * Threads: as rufname/home.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_MERGES_H
#define RUFNAME_MERGES_H

#include <rufname/report.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Why two contacts may be one person. Printed by name, never stored. */
enum ruf_suggestion_reason {
    RUF_SUGGEST_CONFLICT = 0, /**< evidence joins two of their records, but
                                   others of them do not go together, the group
                                   would be too large, or one shared number is
                                   not enough (merge.mode strict) */
    RUF_SUGGEST_EMAIL,        /**< same e-mail, names that do not go together */
    RUF_SUGGEST_NAME,         /**< same name and company, nothing else */
    RUF_SUGGEST_SHORT_FORM,   /**< the same, but for a short form of a name */
    RUF_SUGGEST_HYPHEN,       /**< Müller and Müller-Lüdenscheidt */
    RUF_SUGGEST_COUNT
};

/** "conflict", "email", "name", "short-form", "hyphen". */
RUF_API const char *
ruf_suggestion_reason_name(enum ruf_suggestion_reason reason);

/** What joined two records of a contact. Printed by name, never stored. */
enum ruf_joint_kind {
    RUF_JOINT_USER = 0, /**< a user keeps them together */
    RUF_JOINT_ID,       /**< same object id of the directory */
    RUF_JOINT_EMAIL,    /**< same e-mail, names that go together */
    RUF_JOINT_NUMBER    /**< same number, names that go together */
};

/** "user", "id", "email", "number". */
RUF_API const char *ruf_joint_name(enum ruf_joint_kind kind);

/** A record of a contact. Text is borrowed for the call. */
struct ruf_merge_record {
    struct ruf_contact_id id; /**< that its contact would have alone */
    struct ruf_text source;   /**< id */
    struct ruf_text name;     /**< as it is shown */
    struct ruf_text company;
};

/** Two records of a contact, by their places in its list. */
struct ruf_merge_joint {
    enum ruf_joint_kind kind;
    size_t a;
    size_t b;
};

/** What was done to the label template of the policy, in this order. Printed by
 *  name, never stored. */
enum ruf_label_step {
    RUF_LABEL_COMPANY_ONCE = 1u << 0, /**< the name holds the company already */
    RUF_LABEL_FALLBACK = 1u << 1,     /**< no value for any token: the display
                                           name, the company or a neutral word */
    RUF_LABEL_CLEANED = 1u << 2, /**< control, bidi and invisible characters
                                      went, letters were composed */
    RUF_LABEL_COMPANY_SHORT = 1u << 3, /**< too long: no legal form */
    RUF_LABEL_INITIAL = 1u << 4, /**< too long: given name as an initial */
    RUF_LABEL_GROUPS = 1u << 5,  /**< too long: no optional groups */
    RUF_LABEL_CUT = 1u << 6      /**< too long: cut, with "…" */
};

#define RUF_LABEL_STEP_COUNT 7

/** "company-once", "fallback", "cleaned", "company-short", "initial", "groups",
 *  "cut". */
RUF_API const char *ruf_label_step_name(enum ruf_label_step step);

/** A contact of several records, best source first. */
struct ruf_merged {
    struct ruf_contact_id id;
    const struct ruf_merge_record *records;
    size_t record_count; /**< of ruf_home_merges(): at least 2 */
    /** Strongest first, one less than records; of ruf_home_merges(): none. */
    const struct ruf_merge_joint *joints;
    size_t joint_count;
    /* Of ruf_home_explain_contact() only. */
    struct ruf_text label_template; /**< caller_id.label of the policy */
    struct ruf_text label; /**< filled in; of a number that others have too
                                the call directory says more */
    unsigned label_steps;  /**< enum ruf_label_step */
};

typedef void ruf_merged_callback(void *context,
                                 const struct ruf_merged *merged);

/**
 * Hand out every contact that was merged of several records, in rank order.
 * @return RUF_OK; RUF_E_CORRUPT; RUF_E_BUSY; RUF_E_IO; RUF_E_NOMEM.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_merges(struct ruf_home *home, ruf_merged_callback *callback,
                void *context, struct ruf_error *err);

/**
 * Tell where one contact comes from: its records and what joined them, then
 * every number of each record.
 * @param[in] id       of a contact or of one of its records.
 * @param[in] contact  called once.
 * @param[in] number   as of ruf_home_explain().
 * @return as ruf_home_merges(); RUF_E_NOT_FOUND (U050).
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_explain_contact(struct ruf_home *home, const struct ruf_contact_id *id,
                         ruf_merged_callback *contact,
                         ruf_explained_callback *number, void *context,
                         struct ruf_error *err);

/** Two contacts that may be one person, or that a user decided about. */
struct ruf_merge_pair {
    enum ruf_suggestion_reason reason; /**< of a suggestion */
    bool together;                     /**< of a decision; false: apart */
    int64_t made;                      /**< of a decision, Unix seconds */
    struct ruf_merge_record a;
    struct ruf_merge_record b;
};

typedef void ruf_merge_pair_callback(void *context,
                                     const struct ruf_merge_pair *pair);

/** Hand out what may be one person; nothing a user already decided about.
 *  @return as ruf_home_merges(). */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_suggestions(struct ruf_home *home, ruf_merge_pair_callback *callback,
                     void *context, struct ruf_error *err);

/**
 * Hand out what users decided, oldest first.
 * @param[out] hidden  pairs not handed out, since a record of theirs is not
 *                     there at present.
 * @return as ruf_home_merges().
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_overrides(struct ruf_home *home, ruf_merge_pair_callback *callback,
                   void *context, uint64_t *hidden, struct ruf_error *err);

/**
 * Keep two contacts together as one, and publish. What was said before about
 * their records is forgotten.
 * @param[in] a,b  ids of contacts or records.
 * @return RUF_OK; RUF_E_NOT_FOUND (U050: no such contact); RUF_E_USAGE (U051:
 *         they are one record); RUF_E_BUSY; store and disk errors.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_keep_together(struct ruf_home *home, const struct ruf_contact_id *a,
                       const struct ruf_contact_id *b, uint64_t *generation,
                       struct ruf_error *err);

/**
 * Take record b out of the contact that holds both, or, where they are two
 * contacts, keep those apart; then publish.
 * @return as ruf_home_keep_together().
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_keep_apart(struct ruf_home *home, const struct ruf_contact_id *a,
                    const struct ruf_contact_id *b, uint64_t *generation,
                    struct ruf_error *err);

/**
 * What ruf_home_keep_together() or ruf_home_keep_apart() would make of two
 * contacts, and leave them as they are.
 * @param[in] callback  called for the contact that would hold a, then for that
 *                      of b if it is another; with one record it stands alone.
 * @return as ruf_home_keep_together(); RUF_E_LOCKED (P162: too long since the
 *         last sync).
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_home_try_keep(struct ruf_home *home, const struct ruf_contact_id *a,
                  const struct ruf_contact_id *b, bool together,
                  ruf_merged_callback *callback, void *context,
                  struct ruf_error *err);

#ifdef __cplusplus
}
#endif
#endif
