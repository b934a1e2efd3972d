/*
 * policy/protection.h - what the host enforces around the data
 *
 * Values mirror Intune's app protection settings for iOS
 * (MicrosoftDocs/memdocs: app-protection-policy-settings-ios.md,
 * app-protection-framework.md). Enumerations run from loose to strict: of two
 * values the greater one is the stricter.
 *
 * Threads: plain values.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef POLICY_PROTECTION_H
#define POLICY_PROTECTION_H

#include <stdbool.h>
#include <stdint.h>

/** "level" of the document: the preset of this section. */
enum ruf_policy_level {
    RUF_LEVEL_BASIC = 0,
    RUF_LEVEL_ENHANCED,
    RUF_LEVEL_HIGH
};

enum ruf_allowance { RUF_ALLOW = 0, RUF_BLOCK };
enum ruf_send_to {
    RUF_SEND_ALL = 0,
    RUF_SEND_MANAGED_SHARE,
    RUF_SEND_MANAGED,
    RUF_SEND_NONE
};
enum ruf_receive_from {
    RUF_RECEIVE_ALL = 0,
    RUF_RECEIVE_MANAGED,
    RUF_RECEIVE_NONE
};
enum ruf_copy_paste {
    RUF_COPY_ANY = 0,
    RUF_COPY_MANAGED_PASTE_IN,
    RUF_COPY_MANAGED,
    RUF_COPY_BLOCK
};
enum ruf_links { RUF_LINKS_ANY = 0, RUF_LINKS_EDGE, RUF_LINKS_BLOCK };
enum ruf_keyboards { RUF_KEYBOARDS_ANY = 0, RUF_KEYBOARDS_SYSTEM };
enum ruf_notifications {
    RUF_NOTIFY_FULL = 0,
    RUF_NOTIFY_NO_ORG_DATA,
    RUF_NOTIFY_BLOCK
};
enum ruf_pin_type { RUF_PIN_NUMERIC = 0, RUF_PIN_PASSCODE };
enum ruf_attempts_action { RUF_ATTEMPTS_RESET_PIN = 0, RUF_ATTEMPTS_WIPE };
enum ruf_condition_action { RUF_CONDITION_BLOCK = 0, RUF_CONDITION_WIPE };
enum ruf_version_action {
    RUF_VERSION_WARN = 0,
    RUF_VERSION_BLOCK,
    RUF_VERSION_WIPE
};

/** A bound on a version; text NULL: none. */
struct ruf_policy_version {
    const char *text; /**< "17.5.1" */
    uint32_t action;  /**< enum ruf_version_action */
};

/** Words of the document are uint32_t here, so that one table can say where
 *  each field goes; the enumeration stands beside it. */
struct ruf_policy_protection {
    uint32_t send_to;         /**< enum ruf_send_to */
    uint32_t receive_from;    /**< enum ruf_receive_from */
    uint32_t save_copies;     /**< enum ruf_allowance: vCard and CSV export */
    uint32_t copy_paste;      /**< enum ruf_copy_paste */
    uint32_t copy_limit;      /**< characters allowed anyway, 0..65535 */
    uint32_t print;           /**< enum ruf_allowance */
    uint32_t links;           /**< enum ruf_links, unless links_scheme */
    const char *links_scheme; /**< open links as SCHEME:...; NULL: links */
    uint32_t keyboards;       /**< enum ruf_keyboards */
    uint32_t notifications;   /**< enum ruf_notifications */
    bool pin_required;
    uint32_t pin_type;              /**< enum ruf_pin_type */
    uint32_t pin_min_length;        /**< 4..16 */
    bool pin_simple;                /**< 1111 and 1234 are allowed */
    uint32_t pin_max_attempts;      /**< 1..20 */
    uint32_t pin_action;            /**< enum ruf_attempts_action */
    uint32_t pin_max_age_days;      /**< 0 (never)..730 */
    uint32_t biometric;             /**< enum ruf_allowance */
    uint32_t biometric_timeout_min; /**< 0..1440 */
    uint32_t recheck_min;           /**< idle minutes, 1..1440 */
    uint32_t offline_block_min;     /**< 30..43200 */
    uint32_t offline_wipe_days;     /**< 1..365 */
    uint32_t jailbreak;             /**< enum ruf_condition_action */
    uint32_t disabled_account;      /**< enum ruf_condition_action */
    struct ruf_policy_version min_os;
    struct ruf_policy_version max_os;
    struct ruf_policy_version min_app;
};

/** The values of a level. Backup and the phone's own contacts are blocked at
 *  every level and have no field. */
void ruf_protection_defaults(enum ruf_policy_level level,
                             struct ruf_policy_protection *out);

#endif
