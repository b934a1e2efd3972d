/*
 * callkit/conformance.h - would a phone accept this stream of calls?
 *
 * Reads the calls of one Call Directory request, one a line, and reports every
 * violation of what the host demands (rule numbers in the enum). Any emitter
 * can be checked: the stream is text.
 *
 *   ASK               isIncremental was read
 *   ADD_ID n<TAB>label, ADD_BL n
 *   DEL_ID n, DEL_BL n, DELALL_ID, DELALL_BL
 *   COMPLETE
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
#include <stdint.h>

/** What a stream must keep. Sources: CXCallDirectoryExtensionContext.h and the
 *  observed behaviour of the system service. */
enum ruf_call_rule {
    RUF_RULE_SYNTAX = 0, /**< a line is no call */
    RUF_RULE_COMPLETE,   /**< 1: exactly one COMPLETE, and it is last */
    RUF_RULE_ASK_FIRST,  /**< 2: at most one ASK, before any other call */
    RUF_RULE_NO_REMOVAL, /**< 3: removals only after ASK answered yes */
    RUF_RULE_ASCENDING,  /**< 4: additions of a kind strictly ascend */
    RUF_RULE_NUMBER,     /**< 5: 5 to 18 digits, no leading zero */
    RUF_RULE_LABEL,      /**< 6: UTF-8, 1..65534 bytes, visible, no control */
    RUF_RULE_COUNT,      /**< 7: at most 1,999,999 additions */
    RUF_RULE_FULL        /**< 8: a full request holds exactly the index */
};

/** Called for each violation; line 0 = at the end of the stream. */
typedef void ruf_conformance_report(void *context, enum ruf_call_rule rule,
                                    uint64_t line, const char *text);

/**
 * Gives the entries of the index, ascending, one per call.
 * @return false when there are no more.
 */
typedef bool ruf_conformance_expected(void *context, ruf_e164 *number,
                                      struct ruf_text *label);

/** A check under way. Fill the first part, zero the rest. */
struct ruf_conformance {
    bool incremental; /**< the host's answer to ASK */
    ruf_conformance_report *report;
    void *report_context;
    ruf_conformance_expected *expected; /**< NULL: rule 8 is not checked */
    void *expected_context;
    /* private */
    uint64_t line;
    uint64_t asked;
    uint64_t calls;
    uint64_t completed;
    uint64_t additions;
    uint64_t violations;
    ruf_e164 last_identification;
    ruf_e164 last_blocking;
};

/** Check one line, without its line feed. */
void ruf_conformance_line(struct ruf_conformance *check, struct ruf_text line);

/** Check the end. @return number of violations. */
uint64_t ruf_conformance_end(struct ruf_conformance *check);

#endif
