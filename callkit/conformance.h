/*
 * callkit/conformance.h - would a phone accept this stream of calls?
 *
 * Reads the calls of Call Directory requests, one a line, and reports every
 * violation of what the host demands and of what a good emitter keeps (rule
 * numbers in the enum). Any emitter can be checked: the stream is text.
 *
 *   ASK                             isIncremental was read
 *   ADD_ID n<TAB>label, ADD_BL n
 *   DEL_ID n, DEL_BL n, DELALL_ID, DELALL_BL
 *   COMPLETE
 *
 * An observer may add what it saw; rules that need it are checked only then:
 *
 *   REQUEST yes|no                  the next request, and the host's answer
 *   INDEX n|missing|unreadable      what there is to publish
 *   RECORD none|pending|committed n the commit record from here on; the first
 *                                   one is that of before
 *   FAILED, STORED, EXPIRED         failure notice; what the completion said
 *   CANCEL code|nil, KILLED         how else a request ended
 *   READ n, MEMORY n                offset read from the index; KiB in use
 *   LOG text                        written where others can read it
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CALLKIT_CONFORMANCE_H
#define CALLKIT_CONFORMANCE_H

#include <rufname/contact.h>
#include <rufname/number.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What a stream must keep, 15 to 20: should keep. Sources:
 *  CXCallDirectoryExtensionContext.h and the observed behaviour of the system
 *  service. */
enum ruf_call_rule {
    RUF_RULE_SYNTAX = 0, /**< a line is no call */
    RUF_RULE_COMPLETE,   /**< 1: one COMPLETE, last; none after a failure; no
                              cancel with a nil error */
    RUF_RULE_ASK_FIRST,  /**< 2: at most one ASK, before any other call */
    RUF_RULE_NO_REMOVAL, /**< 3: removals only after ASK answered yes */
    RUF_RULE_ASCENDING,  /**< 4: additions of a kind strictly ascend */
    RUF_RULE_NUMBER,     /**< 5: 5 to 18 digits, no leading zero */
    RUF_RULE_LABEL,      /**< 6: UTF-8, 1..65534 bytes, visible, no control */
    RUF_RULE_COUNT,      /**< 7: at most 1,999,999 additions */
    RUF_RULE_FULL,       /**< 8: a full request holds exactly the index */
    RUF_RULE_DELTA,      /**< 9: a delta turns the old set into the index */
    RUF_RULE_STORED,     /**< 10: nothing is added that is stored */
    RUF_RULE_PROOF,      /**< 11: ASK only with a committed record, or for an
                              index that cannot be read */
    RUF_RULE_RECORD,     /**< 12: pending before a change, committed only
                              after STORED, none after a failure */
    RUF_RULE_AFTERWARDS, /**< 13: after what was not committed: full */
    RUF_RULE_UNREAD,     /**< 14: no clear for an index that cannot be read */
    RUF_RULE_SWITCH,     /**< 15: all removals of a kind before its additions */
    RUF_RULE_SAME,       /**< 16: removals ascend without repeats; the same
                              index gives the same stream */
    RUF_RULE_SURPLUS,    /**< 17: no unchanged entry in a delta, no delta
                              larger than the full list */
    RUF_RULE_MEMORY,     /**< 18: memory does not grow, reading is sequential */
    RUF_RULE_BOTH,       /**< 19: no number both named and blocked */
    RUF_RULE_PRIVATE,    /**< 20: no number and no label in a log */
    RUF_RULE_RULES
};

/** Called for each violation; line 0 = at the end of a request. */
typedef void ruf_conformance_report(void *context, enum ruf_call_rule rule,
                                    uint64_t line, const char *text);

struct ruf_conformance_entry {
    ruf_e164 number;
    size_t label; /**< offset into the texts of the set */
    size_t size;
    bool gone;
};

/** Entries of one kind, ascending. */
struct ruf_conformance_list {
    struct ruf_conformance_entry *entries;
    size_t count;
    size_t room;
    char *text;
    size_t text_size;
    size_t text_room;
};

enum ruf_call_kind { RUF_CALL_NAME = 0, RUF_CALL_BLOCK, RUF_CALL_KINDS };

/** What a phone holds. */
struct ruf_conformance_set {
    bool given;
    struct ruf_conformance_list lists[RUF_CALL_KINDS];
};

enum ruf_observed_record {
    RUF_OBSERVED_UNSEEN = 0,
    RUF_OBSERVED_NONE,
    RUF_OBSERVED_PENDING,
    RUF_OBSERVED_COMMITTED
};

/** A check under way. Fill the first part, zero the rest. */
struct ruf_conformance {
    bool incremental;  /**< the host's answer to ASK */
    bool name_blocked; /**< rule 19 does not hold here */
    ruf_conformance_report *report;
    void *report_context;
    /* private */
    struct ruf_conformance_set before; /* what the host stored */
    struct ruf_conformance_set after;  /* what the index says */
    struct ruf_conformance_set added;  /* by this request */
    uint64_t line;
    uint64_t violations;
    uint64_t additions; /* of this request, as all below */
    uint64_t removals;
    uint64_t calls;
    uint64_t asked;
    uint64_t completed;
    uint64_t after_failure; /* additions and removals */
    ruf_e164 last_added[RUF_CALL_KINDS];
    ruf_e164 last_removed[RUF_CALL_KINDS];
    bool reported[RUF_RULE_RULES]; /* where once is enough */
    bool failed;
    bool stored;
    bool expired;
    bool cancelled;
    bool killed;
    enum ruf_observed_record found; /* record when the request began */
    enum ruf_observed_record record;
    uint64_t found_generation;
    uint64_t record_generation;
    bool unreadable; /* the index */
    bool index_seen;
    uint64_t generation;
    bool lost; /* the request before this one was not committed */
    uint64_t read_last;
    uint64_t memory_least;
    uint64_t memory_most;
};

/**
 * Tell what the host stored, or what the index says: entries of a kind in
 * ascending order; absent label: a blocked number.
 * @return false: out of order, or no memory.
 */
bool ruf_conformance_before(struct ruf_conformance *check, ruf_e164 number,
                            struct ruf_text label);
bool ruf_conformance_after(struct ruf_conformance *check, ruf_e164 number,
                           struct ruf_text label);

/** Check one line, without its line feed. */
void ruf_conformance_line(struct ruf_conformance *check, struct ruf_text line);

/** Check the end. @return number of violations. */
uint64_t ruf_conformance_end(struct ruf_conformance *check);

/** Frees the sets. */
void ruf_conformance_free(struct ruf_conformance *check);

#endif
