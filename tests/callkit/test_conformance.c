/*
 * test_conformance.c - each rule catches its violation, and only that
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "callkit/conformance.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static unsigned found; /* bit per rule that was violated */

static void note_rule(void *context, enum ruf_call_rule rule, uint64_t line,
                      const char *text)
{
    (void)context;
    (void)line;
    (void)text;
    found |= 1u << rule;
}

#define A "ADD_ID 493023125000\tAnna Graf\n"
#define B "ADD_ID 493023125001\tBernd\n"
/* Six more that never change. */
#define REST                                                                   \
    "ADD_ID 493023125010\tDora\nADD_ID 493023125011\tDora\n"                   \
    "ADD_ID 493023125012\tDora\nADD_ID 493023125013\tDora\n"                   \
    "ADD_ID 493023125014\tDora\nADD_ID 493023125015\tDora\n"
#define ALL A B REST
#define RULE(name) (1u << RUF_RULE_##name)

/* The index holds Anna, Bernd and the rest, and blocks nobody; before, Bernd
 * had another name and Carl was there; 493023125009 was blocked. */
static void tell_sets(struct ruf_conformance *check, bool before, bool after)
{
    bool (*const tell[])(struct ruf_conformance * check, ruf_e164 number,
                         struct ruf_text label) = { ruf_conformance_before,
                                                    ruf_conformance_after };
    const bool wanted[] = { before, after };
    const struct ruf_text none = { NULL, 0 };

    for (int i = 0; i < 2; i++) {
        if (!wanted[i])
            continue;
        cr_assert(tell[i](check, 493023125000, ruf_text("Anna Graf")));
        cr_assert(
            tell[i](check, 493023125001, ruf_text(i == 0 ? "Bert" : "Bernd")));
        if (i == 0)
            cr_assert(tell[i](check, 493023125002, ruf_text("Carl")));
        for (ruf_e164 n = 493023125010; n <= 493023125015; n++)
            cr_assert(tell[i](check, n, ruf_text("Dora")));
        if (i == 0)
            cr_assert(tell[i](check, 493023125009, none));
    }
}

#define SETS 1u  /* what was before, and what the index says */
#define INDEX 2u /* the latter only */
#define YES 4u   /* the host's answer */

static unsigned check(const char *stream, unsigned given)
{
    struct ruf_conformance state = { .incremental = (given & YES) != 0,
                                     .report = note_rule };
    struct ruf_text rest = ruf_text(stream);

    tell_sets(&state, (given & SETS) != 0, (given & (SETS | INDEX)) != 0);
    found = 0;
    while (rest.size > 0) {
        const char *end = memchr(rest.data, '\n', rest.size);
        size_t size = end == NULL ? rest.size : (size_t)(end - rest.data);

        ruf_conformance_line(&state, ruf_text_slice(rest, 0, size));
        rest = ruf_text_slice(rest, size + 1, rest.size);
    }
    cr_assert((ruf_conformance_end(&state) == 0) == (found == 0));
    ruf_conformance_free(&state);
    return found;
}

/* The delta between the two sets. */
#define DELTA                                                                  \
    "DEL_ID 493023125001\nDEL_ID 493023125002\nDEL_BL 493023125009\n" B

struct conformance_case {
    const char *stream;
    unsigned given;
    unsigned rules;
};

static void run_cases(const struct conformance_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cr_expect_eq(check(cases[i].stream, cases[i].given), cases[i].rules,
                     "case %zu: found %x, not %x: %s", i, found, cases[i].rules,
                     cases[i].stream);
}

#define RUN(cases) run_cases(cases, sizeof(cases) / sizeof((cases)[0]))

Test(conformance, accepts_what_a_phone_accepts)
{
    static const struct conformance_case cases[] = {
        { ALL "COMPLETE\n", INDEX, 0 },
        { ALL "COMPLETE\n", SETS | YES, 0 },
        { "COMPLETE\n", 0, 0 },
        { "ASK\nCOMPLETE\n", YES, 0 },
        { "ASK\n" DELTA "COMPLETE\n", SETS | YES, 0 },
        { "ASK\n" ALL "COMPLETE\n", INDEX, 0 },
        { "ADD_BL 493023125005\n" A "COMPLETE\n", 0, 0 },
        { "INDEX 7\nRECORD none\nRECORD pending\n" ALL
          "COMPLETE\nSTORED\nRECORD committed 7\n",
          INDEX, 0 },
        { "INDEX 7\nRECORD committed 6\nRECORD pending\nASK\n" DELTA
          "COMPLETE\nSTORED\nRECORD committed 7\n",
          SETS | YES, 0 },
        { "INDEX unreadable\nRECORD committed 6\nRECORD pending\nASK\n"
          "COMPLETE\nSTORED\nRECORD committed 6\n",
          YES, 0 },
        { "INDEX unreadable\nRECORD none\nRECORD pending\nASK\nCOMPLETE\n"
          "STORED\nRECORD none\n",
          YES, 0 },
        { "RECORD committed 6\nRECORD pending\nASK\nDEL_ID 493023125002\n"
          "FAILED\nCANCEL 1\nRECORD none\n",
          YES, 0 },
        { "RECORD committed 6\nRECORD pending\nASK\nKILLED\n", YES, 0 },
        { "RECORD committed 6\nKILLED\n", YES, 0 },
        { "RECORD none\nRECORD pending\n" A "COMPLETE\nFAILED\nSTORED\n"
          "RECORD none\n",
          0, 0 },
        { "RECORD none\nRECORD pending\n" A "COMPLETE\nEXPIRED\nRECORD none\n"
          "REQUEST yes\nRECORD pending\n" A B "COMPLETE\nSTORED\n"
          "RECORD committed 1\n",
          0, 0 },
        { "MEMORY 9000\nREAD 0\n" A "READ 4096\nMEMORY 9900\n" B REST
          "READ 8192\nLOG 2 entries sent\nCOMPLETE\n",
          INDEX, 0 },
    };

    RUN(cases);
}

Test(conformance, finds_each_violation_in_a_call)
{
    static const struct conformance_case cases[] = {
        { ALL, INDEX, RULE(COMPLETE) },
        { ALL "COMPLETE\nCOMPLETE\n", INDEX, RULE(COMPLETE) },
        { A "COMPLETE\n" B REST, INDEX, RULE(COMPLETE) },
        { A "ASK\n" B REST "COMPLETE\n", INDEX, RULE(ASK_FIRST) },
        { "ASK\nASK\nCOMPLETE\n", YES, RULE(ASK_FIRST) },
        { "DEL_ID 493023125000\nCOMPLETE\n", YES, RULE(NO_REMOVAL) },
        { "ASK\nDEL_BL 493023125000\nCOMPLETE\n", 0, RULE(NO_REMOVAL) },
        { "DELALL_ID\nCOMPLETE\n", YES, RULE(NO_REMOVAL) },
        { B A "COMPLETE\n", 0, RULE(ASCENDING) },
        { A A "COMPLETE\n", 0, RULE(ASCENDING) },
        { "ADD_BL 493023125001\nADD_BL 493023125001\nCOMPLETE\n", 0,
          RULE(ASCENDING) },
        { "ADD_ID 0\tx\nCOMPLETE\n", 0, RULE(NUMBER) },
        { "ADD_ID 1234\tx\nCOMPLETE\n", 0, RULE(NUMBER) },
        { "ADD_ID 1234567890123456789\tx\nCOMPLETE\n", 0, RULE(NUMBER) },
        { "ADD_ID -493023125000\tx\nCOMPLETE\n", 0, RULE(NUMBER) },
        { "ADD_ID 0493023125000\tx\nCOMPLETE\n", 0, RULE(NUMBER) },
        { "ADD_ID 493023125000\nCOMPLETE\n", 0, RULE(LABEL) },
        { "ADD_ID 493023125000\t \nCOMPLETE\n", 0, RULE(LABEL) },
        { "ADD_ID 493023125000\tA\x01\nCOMPLETE\n", 0, RULE(LABEL) },
        { "ADD_ID 493023125000\tA\xC3\nCOMPLETE\n", 0, RULE(LABEL) },
        { "ADD 5\nCOMPLETE\n", 0, RULE(SYNTAX) },
    };

    RUN(cases);
}

Test(conformance, finds_each_violation_in_a_set)
{
    static const struct conformance_case cases[] = {
        { A "COMPLETE\n", INDEX, RULE(FULL) },
        { A "ADD_ID 493023125001\tBernt\n" REST "COMPLETE\n", INDEX,
          RULE(FULL) },
        { A B "ADD_ID 493023125002\tC\n" REST "COMPLETE\n", INDEX, RULE(FULL) },
        { ALL "ADD_BL 493023125004\nCOMPLETE\n", INDEX, RULE(FULL) },
        { "ASK\nDEL_ID 493023125001\nDEL_BL 493023125009\n" B "COMPLETE\n",
          SETS | YES, RULE(DELTA) },
        { "ASK\nDEL_ID 493023125001\nDEL_ID 493023125002\n" B "COMPLETE\n",
          SETS | YES, RULE(DELTA) },
        { "ASK\nDEL_ID 493023125002\nDEL_BL 493023125009\n" B "COMPLETE\n",
          SETS | YES, RULE(STORED) },
        { "ASK\nDEL_ID 493023125001\n" B "DEL_ID 493023125002\n"
          "DEL_BL 493023125009\nCOMPLETE\n",
          SETS | YES, RULE(SWITCH) },
        { "ASK\nDEL_ID 493023125002\nDEL_ID 493023125001\n"
          "DEL_BL 493023125009\n" B "COMPLETE\n",
          SETS | YES, RULE(SAME) },
        { "ASK\nDEL_ID 493023125000\nDEL_ID 493023125001\n"
          "DEL_ID 493023125002\nDEL_BL 493023125009\n" A B "COMPLETE\n",
          SETS | YES, RULE(SURPLUS) },
        { "ASK\nDEL_ID 493023125001\nDEL_ID 493023125002\n"
          "DEL_ID 493023125003\nDEL_BL 493023125009\n" B "COMPLETE\n",
          SETS | YES, RULE(SURPLUS) },
        { "ASK\n" DELTA "ADD_ID 493023125020\tx\nADD_ID 493023125021\tx\n"
          "ADD_ID 493023125022\tx\nADD_ID 493023125023\tx\n"
          "ADD_ID 493023125024\tx\nCOMPLETE\n",
          SETS | YES, RULE(SURPLUS) | RULE(DELTA) },
        { A "ADD_BL 493023125000\nCOMPLETE\n", 0, RULE(BOTH) },
        { "ASK\nADD_BL 493023125002\nCOMPLETE\n", SETS | YES,
          RULE(BOTH) | RULE(DELTA) },
    };

    RUN(cases);
}

Test(conformance, finds_each_violation_around_the_calls)
{
    static const struct conformance_case cases[] = {
        { A "FAILED\nCOMPLETE\n", 0, RULE(COMPLETE) },
        { A "CANCEL nil\n", 0, RULE(COMPLETE) },
        { "COMPLETE\nCANCEL 1\n", 0, RULE(COMPLETE) },
        { "RECORD none\nRECORD pending\nASK\n" A "COMPLETE\nSTORED\n", 0,
          RULE(PROOF) },
        { "RECORD pending\nASK\nCOMPLETE\nSTORED\n", YES, RULE(PROOF) },
        { "RECORD none\n" A "COMPLETE\nSTORED\n", 0, RULE(RECORD) },
        { "RECORD none\nRECORD pending\n" A "RECORD committed 1\nCOMPLETE\n"
          "STORED\n",
          0, RULE(RECORD) },
        { "RECORD none\nRECORD pending\n" A "COMPLETE\nEXPIRED\n"
          "RECORD committed 1\n",
          0, RULE(RECORD) },
        { "RECORD none\nRECORD pending\n" A "COMPLETE\nFAILED\nSTORED\n"
          "RECORD committed 1\n",
          0, RULE(RECORD) },
        { "INDEX 7\nRECORD none\nRECORD pending\n" A "COMPLETE\nSTORED\n"
          "RECORD committed 6\n",
          0, RULE(RECORD) },
        { "RECORD none\nRECORD pending\n" A "FAILED\nCANCEL 1\n", 0,
          RULE(RECORD) },
        { "RECORD committed 6\n" A "KILLED\n", 0, RULE(RECORD) },
        { "RECORD none\nRECORD pending\n" A "COMPLETE\nEXPIRED\nRECORD none\n"
          "REQUEST yes\nRECORD pending\nASK\n" B "COMPLETE\nSTORED\n"
          "RECORD committed 1\n",
          0, RULE(AFTERWARDS) },
        { "INDEX unreadable\nRECORD committed 6\nRECORD pending\nCOMPLETE\n"
          "STORED\nRECORD none\n",
          0, RULE(UNREAD) },
        { "MEMORY 9000\n" A "MEMORY 10100\nCOMPLETE\n", 0, RULE(MEMORY) },
        { "READ 4096\nREAD 0\n" A "COMPLETE\n", 0, RULE(MEMORY) },
        { A "LOG sent 493023125000\nCOMPLETE\n", 0, RULE(PRIVATE) },
        { A "LOG cannot add Anna Graf\nCOMPLETE\n", 0, RULE(PRIVATE) },
        { "RECORD who\nCOMPLETE\n", 0, RULE(SYNTAX) },
    };

    RUN(cases);
}

Test(conformance, stops_counting_a_thousand_calls_after_a_failure)
{
    struct ruf_conformance state = { .report = note_rule };
    char line[64];

    for (uint64_t most = 1000; most <= 1001; most++) {
        memset(&state, 0, sizeof(state));
        state.report = note_rule;
        found = 0;
        ruf_conformance_line(&state, ruf_text("FAILED"));
        for (uint64_t i = 0; i < most; i++) {
            (void)snprintf(line, sizeof(line), "ADD_BL %llu",
                           (unsigned long long)(100000 + i));
            ruf_conformance_line(&state, ruf_text(line));
        }
        ruf_conformance_line(&state, ruf_text("CANCEL 1"));
        (void)ruf_conformance_end(&state);
        ruf_conformance_free(&state);
        cr_assert_eq(found, most == 1000 ? 0 : RULE(COMPLETE));
    }
}

Test(conformance, counts_additions_of_both_kinds)
{
    struct ruf_conformance state = { .report = note_rule };
    char line[64];

    found = 0;
    for (uint64_t i = 0; i < 1000000; i++) {
        (void)snprintf(line, sizeof(line), "ADD_ID %llu\tx",
                       (unsigned long long)(100000 + i));
        ruf_conformance_line(&state, ruf_text(line));
    }
    for (uint64_t i = 0; i < 999999; i++) {
        (void)snprintf(line, sizeof(line), "ADD_BL %llu",
                       (unsigned long long)(2000000 + i));
        ruf_conformance_line(&state, ruf_text(line));
    }
    cr_assert_eq(found, 0);
    ruf_conformance_line(&state, ruf_text("ADD_BL 99999999"));
    cr_assert_eq(found, RULE(COUNT));
    ruf_conformance_free(&state);
}
