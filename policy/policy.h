/*
 * policy/policy.h - the admin's document, parsed and checked
 *
 * One text (rufname.policy/1; policy/form.h knows its forms) becomes one
 * immutable struct ruf_policy. A document with any error is refused whole; all
 * its errors are reported in one run, each with JSON pointer, line and column
 * of the text as given.
 *
 * Threads: a policy is immutable after parsing, share freely.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include "base/record.h"
#include "policy/protection.h"
#include <rufname/clean.h>
#include <rufname/contact.h>
#include <rufname/index.h>
#include <rufname/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RUF_POLICY_SIZE_MAX (256u * 1024u)
#define RUF_POLICY_SOURCES_MAX 32
#define RUF_POLICY_FINDINGS_MAX 100

enum ruf_source_kind {
    RUF_SOURCE_ENTRA_USERS = 0,
    RUF_SOURCE_ENTRA_CONTACTS,
    RUF_SOURCE_OUTLOOK_PERSONAL,
    RUF_SOURCE_OUTLOOK_SHARED,
    RUF_SOURCE_DYNAMICS365,
    RUF_SOURCE_DATAVERSE,
    RUF_SOURCE_BLOB,
    RUF_SOURCE_FILE,
    RUF_SOURCE_KIND_COUNT
};

/** One column of a table: which of our fields it fills. */
struct ruf_policy_column {
    const char *field;  /**< a name that ruf_column_of() knows */
    const char *column; /**< "new_mobile" */
};

#define RUF_POLICY_COLUMNS_MAX 24

enum ruf_charset { RUF_CHARSET_UTF8 = 0, RUF_CHARSET_WINDOWS_1252 };

struct ruf_policy_source {
    const char *id; /**< ^[A-Z][A-Z0-9]{1,15}$ */
    enum ruf_source_kind kind;
    const char *name; /**< shown to people */
    bool enabled;
    bool initially_on;            /**< until the user says otherwise */
    bool user_may_toggle;         /**< may the user say otherwise? */
    bool caller_id;               /**< may feed the call directory */
    uint8_t priority;             /**< 0..100, higher wins */
    const char *region;           /**< region.per_source, or NULL */
    const char *const *mailboxes; /**< with app tokens; NULL if none */
    size_t mailbox_count;
    const char *url;       /**< https origin; blobs: may name the account */
    const char *container; /**< blob: "contacts" or "contacts/prefix" */
    const char *table;     /**< dataverse: entity set, "contacts" */
    const struct ruf_policy_column *columns; /**< of the table */
    size_t column_count;
    const char *server_filter; /**< OData, for the server to judge; or NULL */
    enum ruf_charset charset;  /**< of files and blobs without a mark */
    const char *reading;       /**< as JSON, without what only shows it */
};

struct ruf_cloud; /**< hosts are data in policy/clouds.c */

struct ruf_policy_auth {
    const struct ruf_cloud *cloud;
    const char *tenant;
    const char *client_id;
    const char *login_endpoint; /**< "https://login.microsoftonline.com" */
    const char *graph_endpoint; /**< "https://graph.microsoft.com" */
    const char *storage;        /**< resource of tokens for Blob Storage */
    bool presence;              /**< does this cloud know presence? */
    const char *const *scopes;  /**< delegated scopes asked for; may be NULL */
    size_t scope_count;
    const char *const *source_hosts; /**< origins sources may name as well */
    size_t source_host_count;
};

struct ruf_policy_network {
    const char *proxy;  /**< "http://host:port" or NULL: none, ever */
    const char *ca_pem; /**< extra trust anchors, PEM text, or NULL */
};

/** Area code put before local numbers of a region. */
struct ruf_policy_area_code {
    const char *region; /**< "DE" */
    const char *digits; /**< national digits without prefix, "30" */
};

enum ruf_merge_mode { RUF_MERGE_OFF = 0, RUF_MERGE_STRICT, RUF_MERGE_BALANCED };
enum ruf_policy_locale { RUF_LOCALE_AUTO = 0, RUF_LOCALE_DE, RUF_LOCALE_EN };

enum ruf_store_place { RUF_STORE_ON_DISK = 0, RUF_STORE_IN_MEMORY };
enum ruf_photos { RUF_PHOTOS_NONE = 0, RUF_PHOTOS_THUMB };

struct ruf_policy_presence {
    bool enabled;
    uint32_t list_seconds;    /**< 20..600 */
    uint32_t contact_seconds; /**< 20..600 */
};

struct ruf_policy_store {
    uint32_t mode;         /**< enum ruf_store_place */
    uint32_t photos;       /**< enum ruf_photos */
    uint32_t max_age_days; /**< 1..365 since the last good sync */
    /** Not of the document: the store at hand is no local storage. */
    bool is_in_memory;
};

struct ruf_policy_sync {
    uint32_t stale_hours;           /**< 1..720 */
    uint32_t forbidden_grace_hours; /**< 0..168 */
};

struct ruf_policy_audit {
    bool enabled;
    uint32_t days; /**< 1..400 */
};

/** What may be done with a contact; a set of bits. */
enum ruf_policy_action {
    RUF_POLICY_ACTION_TEL = 0,
    RUF_POLICY_ACTION_SMS,
    RUF_POLICY_ACTION_MAILTO,
    RUF_POLICY_ACTION_TEAMS_CALL,
    RUF_POLICY_ACTION_TEAMS_VIDEO,
    RUF_POLICY_ACTION_TEAMS_PSTN,
    RUF_POLICY_ACTION_TEAMS_CHAT,
    RUF_POLICY_ACTION_JABBER_CALL,
    RUF_POLICY_ACTION_JABBER_CHAT,
    RUF_POLICY_ACTION_SIP,
    RUF_POLICY_ACTION_WHATSAPP,
    RUF_POLICY_ACTION_COUNT
};

enum ruf_policy_custom_kind {
    RUF_CUSTOM_CALL = 0,
    RUF_CUSTOM_CHAT,
    RUF_CUSTOM_MAIL,
    RUF_CUSTOM_OTHER
};

/** An action of the admin's own. */
struct ruf_policy_custom_action {
    const char *id; /**< none of the built-in ids */
    enum ruf_policy_custom_kind kind;
    const char *name_de;  /**< shown to people; or NULL */
    const char *name_en;  /**< or NULL */
    const char *template; /**< checked: see policy/action.h */
};

/** From loose to strict. */
enum ruf_policy_dialer {
    RUF_DIALER_ANY = 0,
    RUF_DIALER_SPECIFIC,
    RUF_DIALER_NONE
};

struct ruf_policy_branding {
    const char *name;        /**< at most 30 bytes */
    const char *accent;      /**< "#rrggbb", at least 4.5:1 on white */
    const char *accent_dark; /**< the same on the dark background */
    const char *support;     /**< or NULL */
    const char *privacy_url; /**< https, or NULL */
    const char *logo_png;    /**< PNG in base64, at most 64 KiB decoded and 512
                                  pixels wide and high, or NULL */
};

/** Unknown numbers below a company's own prefix. */
struct ruf_policy_trunk {
    bool enabled;
    uint32_t min_members;          /**< 3..100 people that share the prefix */
    uint32_t max_extension_digits; /**< 1..5 behind it */
    uint32_t emit; /**< unknown extensions emitted per trunk, 0..1000 */
};

struct ruf_filter_rule; /**< policy/filter.h knows its inside */

struct ruf_policy {
    uint32_t version;
    enum ruf_policy_locale locale;
    const char *region_default; /**< "DE" or NULL */
    bool region_from_record;
    unsigned corrections; /**< enum ruf_correction that may be made */
    const struct ruf_policy_area_code *area_codes;
    size_t area_code_count;
    uint32_t excluded_types; /**< bit per enum ruf_number_type */
    uint32_t kept_fields;  /**< bit per enum ruf_record_field that is stored */
    uint32_t asked_fields; /**< those, and what only the built-in rule judges */
    const struct ruf_policy_source *sources;
    size_t source_count;
    struct ruf_policy_auth auth;
    struct ruf_policy_network network;
    const struct ruf_filter_rule *filters; /**< built-in B1 included */
    size_t filter_count;
    enum ruf_merge_mode merge_mode;
    uint32_t merge_shared_after;
    bool caller_id_enabled;
    bool recents_enabled;
    const char *label_template;
    uint32_t label_max_chars;
    uint32_t caller_id_kinds; /**< bit per enum ruf_number_kind */
    uint32_t max_entries;
    struct ruf_policy_trunk trunk;
    const ruf_e164 *blocked; /**< blocking.numbers, strictly ascending */
    size_t blocked_count;    /**< 0..RUF_BLOCKED_MAX */
    enum ruf_policy_level level;
    struct ruf_policy_protection protection;
    struct ruf_policy_presence presence;
    struct ruf_policy_store store;
    struct ruf_policy_sync sync;
    struct ruf_policy_audit audit;
    uint32_t actions; /**< bit per enum ruf_policy_action */
    const struct ruf_policy_custom_action *custom_actions;
    size_t custom_action_count;
    enum ruf_policy_dialer dialer;
    const char *dialer_scheme; /**< RUF_DIALER_SPECIFIC only */
    struct ruf_policy_branding branding;
};

/** One finding of the check. */
struct ruf_policy_finding {
    bool is_error;     /**< else a warning */
    char id[8];        /**< P101 .. */
    char pointer[128]; /**< RFC 6901 JSON pointer, "" = the document */
    uint32_t line;
    uint32_t column;
    char detail[256]; /**< English, one line */
};

struct ruf_policy_findings {
    struct ruf_policy_finding items[RUF_POLICY_FINDINGS_MAX];
    size_t count;
};

/**
 * Parse and check a document.
 * @param[in]  text      UTF-8, size bytes, of any form; not kept.
 * @param[out] out       owned by the caller; NULL on failure.
 * @param[out] findings  errors and warnings in document order; may be NULL.
 * @return RUF_OK (warnings possible); RUF_E_POLICY (err = first error);
 *         RUF_E_NOMEM.
 */
RUF_MUST_USE enum ruf_status
ruf_policy_parse(const char *text, size_t size, struct ruf_policy **out,
                 struct ruf_policy_findings *findings, struct ruf_error *err);

/**
 * The policy in force as a document, defaults filled in; filter rules and
 * sign-in are left out. malloc()ed; NULL without memory.
 */
char *ruf_policy_show(const struct ruf_policy *policy);

/** NULL is fine. */
void ruf_policy_destroy(struct ruf_policy *policy);

/** The source with this id, or NULL. */
const struct ruf_policy_source *
ruf_policy_source(const struct ruf_policy *policy, struct ruf_text id);

/** Are records of this source stored? Not if it is NULL, switched off, or the
 *  policy allows no local storage and the store at hand is one. */
bool ruf_policy_keeps(const struct ruf_policy *policy,
                      const struct ruf_policy_source *source);

/** What the policy corrects in numbers of a region (NULL: none is known). */
struct ruf_clean_options ruf_policy_cleaning(const struct ruf_policy *policy,
                                             const char *region);

/** Word of the document for a kind: "entra_users". */
const char *ruf_source_kind_name(enum ruf_source_kind kind);

/** Word of the document for an action: "teams_call". */
const char *ruf_policy_action_name(enum ruf_policy_action action);

#define RUF_POLICY_RULES_MAX 257 /**< with the built-in one */

/** A number of a record as rules see it. */
struct ruf_filter_number {
    enum ruf_number_kind kind;
    ruf_e164 e164; /**< 0: it has no E.164 form, or nobody asked */
};

/** What the filter rules say about one record. */
struct ruf_filter_verdict {
    bool exclude;      /**< leave no trace of it */
    bool no_caller_id; /**< keep, but never emit its numbers */
    const char *rule;  /**< id of the deciding rule, or NULL */
    const char
        *held_by;   /**< id of the first rule behind no_caller_id, or NULL */
    size_t reached; /**< rules that were tried: see ruf_policy_drops() */
    /** Bit per rule that matched. */
    uint32_t matched[(RUF_POLICY_RULES_MAX + 31) / 32];
};

/**
 * Run the rules over a raw record of a source. Pure. A condition on numbers
 * holds if it holds for any one of them, or, with none, for no number.
 * @param[in] numbers  count of them; NULL: those of the record, by kind alone.
 */
void ruf_policy_judge(const struct ruf_policy *policy,
                      const struct ruf_policy_source *source,
                      const struct ruf_record *record,
                      const struct ruf_filter_number *numbers, size_t count,
                      struct ruf_filter_verdict *out);

/** Does a rule that was reached drop this number of the record? Pure. */
bool ruf_policy_drops(const struct ruf_policy *policy,
                      const struct ruf_policy_source *source,
                      const struct ruf_record *record,
                      const struct ruf_filter_number *number,
                      const struct ruf_filter_verdict *verdict);

/** Do rules ask for E.164 forms? Then judging needs them. */
bool ruf_policy_asks_e164(const struct ruf_policy *policy);

/** May any rule drop numbers? */
bool ruf_policy_may_drop(const struct ruf_policy *policy);

#endif
