/*
 * rufname/policy.h - try out and take over a new policy
 *
 * A new policy acts at once on what is stored, without the network: filtered
 * records and dropped numbers go, numbers and labels are made anew, a new index
 * is published. What an older policy kept out is not stored, so a looser one
 * shows more only after the next sync, which reads those sources whole.
 *
 * Taking over is one step: whatever fails or is cut short, the home is under
 * the old policy or under the new one, and ruf_home_open() finishes what was
 * begun. A refused document leaves the last valid one in force.
 *
 * Threads: one thread at a time per home. Processes: taking over is a writer
 * (RUF_E_BUSY otherwise); close other handles of the home first, they go on
 * with the old policy.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUFNAME_POLICY_H
#define RUFNAME_POLICY_H

#include <rufname/contact.h>
#include <rufname/home.h>
#include <rufname/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What becomes of one source. */
struct ruf_policy_source_effect {
    char id[17];
    uint64_t records; /**< stored now */
    uint64_t removed; /**< of these, the ones that go */
    uint64_t hidden;  /**< records that rules keep out today; not stored */
    bool gone;        /**< the new policy does not read it: all records go */
    bool read_anew;   /**< the next sync reads it whole; what of it would
                         appear is unknown until then */
};

/** What a filter rule of the new policy does. Borrowed for the call. */
struct ruf_policy_rule_effect {
    const char *id;
    const char *action; /**< "exclude" */
    uint64_t hits;      /**< stored records that match, and ... */
    uint64_t hidden;    /**< ... records that the same rule keeps out today */
    const char *source; /**< a source more than half of which the rule removes,
                           or NULL */
};

enum ruf_label_change {
    RUF_LABEL_APPEARS = 0,
    RUF_LABEL_VANISHES,
    RUF_LABEL_CHANGES
};

/** One entry of the call directory that differs. Borrowed for the call. */
struct ruf_policy_label_effect {
    enum ruf_label_change change;
    ruf_e164 number;
    struct ruf_text before; /**< absent where it appears */
    struct ruf_text after;  /**< absent where it vanishes */
};

/** Who is told what. Each may be NULL. */
struct ruf_policy_watch {
    size_t struct_size; /**< sizeof(struct ruf_policy_watch) */
    ruf_finding_callback *finding;
    void (*rule)(void *context, const struct ruf_policy_rule_effect *effect);
    void (*label)(void *context, const struct ruf_policy_label_effect *effect);
    void *context;
};

struct ruf_policy_effect {
    uint32_t version_before; /**< 0: no valid policy is in force */
    uint32_t version;
    struct ruf_policy_source_effect sources[RUF_SOURCES_MAX];
    size_t source_count;
    uint64_t records;
    uint64_t removed;
    uint64_t unused_rules; /**< rules that match nothing */
    bool needs_consent;    /**< a rule removes more than half of a source */
    /* Simulation only: the call directory. */
    uint64_t entries_before;
    uint64_t entries;
    uint64_t appearing;
    uint64_t vanishing;
    uint64_t changing;
    uint64_t dropped; /**< entries over caller_id.max_entries */
    /* Taking over only. */
    uint64_t generation; /**< of the new index; 0: nothing was synced yet */
};

/**
 * What would a policy change? Nothing is changed.
 * @param[in] host    as in ruf_home_open_with(); NULL: plain Linux.
 * @param[in] policy  of any form, UTF-8, size bytes, at most 256 KiB.
 * @param[in] watch   findings, then rules, then labels in ascending order of
 *                    their numbers; NULL: nobody.
 * @return RUF_OK; RUF_E_POLICY (the document, or P120: its version is lower
 *         than that in force); RUF_E_KEY; RUF_E_CORRUPT; RUF_E_IO;
 *         RUF_E_NOMEM.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_policy_simulate(const char *home, const struct ruf_host *host,
                    const char *policy, size_t size,
                    const struct ruf_policy_watch *watch,
                    struct ruf_policy_effect *out, struct ruf_error *err);

/**
 * Take over a policy. Also where none is in force (P100).
 * @param[in] consent  take it over even if a rule removes more than half of a
 *                     source.
 * @return as ruf_policy_simulate(); RUF_E_POLICY also with P121: without
 *         consent; RUF_E_BUSY. On failure the policy in force stays.
 */
RUF_API RUF_MUST_USE enum ruf_status
ruf_policy_import(const char *home, const struct ruf_host *host,
                  const char *policy, size_t size, bool consent,
                  const struct ruf_policy_watch *watch,
                  struct ruf_policy_effect *out, struct ruf_error *err);

#ifdef __cplusplus
}
#endif
#endif
