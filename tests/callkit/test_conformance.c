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

/* The index the streams below should hold. */
static const struct {
    ruf_e164 number;
    const char *label;
} entries[] = { { 493023125000, "Anna Graf" }, { 493023125001, "Bernd" } };

static bool next_entry(void *context, ruf_e164 *number, struct ruf_text *label)
{
    size_t *at = context;

    if (*at == 2)
        return false;
    *number = entries[*at].number;
    *label = ruf_text(entries[(*at)++].label);
    return true;
}

static unsigned check(const char *stream, bool incremental, bool with_index)
{
    size_t at = 0;
    struct ruf_conformance state = { .incremental = incremental,
                                     .report = note_rule,
                                     .expected_context = &at };
    struct ruf_text rest = ruf_text(stream);

    if (with_index)
        state.expected = next_entry;
    found = 0;
    while (rest.size > 0) {
        const char *end = memchr(rest.data, '\n', rest.size);
        size_t size = end == NULL ? rest.size : (size_t)(end - rest.data);

        ruf_conformance_line(&state, ruf_text_slice(rest, 0, size));
        rest = ruf_text_slice(rest, size + 1, rest.size);
    }
    cr_assert((ruf_conformance_end(&state) == 0) == (found == 0));
    return found;
}

#define A "ADD_ID 493023125000\tAnna Graf\n"
#define B "ADD_ID 493023125001\tBernd\n"
#define RULE(name) (1u << RUF_RULE_##name)

Test(conformance, accepts_what_a_phone_accepts)
{
    cr_assert_eq(check(A B "COMPLETE\n", false, true), 0, "full");
    cr_assert_eq(check("COMPLETE\n", false, false), 0, "clear");
    cr_assert_eq(check("ASK\nCOMPLETE\n", true, true), 0, "keep");
    cr_assert_eq(check("ASK\nDEL_ID 493023125001\n" B "COMPLETE\n", true, true),
                 0, "delta");
    cr_assert_eq(check("ASK\n" A B "COMPLETE\n", false, true), 0,
                 "asked, told no, full");
    cr_assert_eq(check("ADD_BL 493023125005\n" A "COMPLETE\n", false, false), 0,
                 "kinds are counted apart");
}

Test(conformance, finds_each_violation)
{
    static const struct {
        const char *stream;
        bool incremental;
        bool with_index;
        unsigned rules;
    } cases[] = {
        { A B, false, true, RULE(COMPLETE) },
        { A B "COMPLETE\nCOMPLETE\n", false, true, RULE(COMPLETE) },
        { A "COMPLETE\n" B, false, true, RULE(COMPLETE) },
        { A "ASK\n" B "COMPLETE\n", false, true, RULE(ASK_FIRST) },
        { "ASK\nASK\nCOMPLETE\n", true, false, RULE(ASK_FIRST) },
        { "DEL_ID 493023125000\nCOMPLETE\n", true, false, RULE(NO_REMOVAL) },
        { "ASK\nDEL_BL 493023125000\nCOMPLETE\n", false, false,
          RULE(NO_REMOVAL) },
        { "DELALL_ID\nCOMPLETE\n", true, false, RULE(NO_REMOVAL) },
        { B A "COMPLETE\n", false, false, RULE(ASCENDING) },
        { A A "COMPLETE\n", false, false, RULE(ASCENDING) },
        { "ADD_BL 493023125001\nADD_BL 493023125001\nCOMPLETE\n", false, false,
          RULE(ASCENDING) },
        { "ADD_ID 0\tx\nCOMPLETE\n", false, false, RULE(NUMBER) },
        { "ADD_ID 1234\tx\nCOMPLETE\n", false, false, RULE(NUMBER) },
        { "ADD_ID 1234567890123456789\tx\nCOMPLETE\n", false, false,
          RULE(NUMBER) },
        { "ADD_ID -493023125000\tx\nCOMPLETE\n", false, false, RULE(NUMBER) },
        { "ADD_ID 0493023125000\tx\nCOMPLETE\n", false, false, RULE(NUMBER) },
        { "ADD_ID 493023125000\nCOMPLETE\n", false, false, RULE(LABEL) },
        { "ADD_ID 493023125000\t \nCOMPLETE\n", false, false, RULE(LABEL) },
        { "ADD_ID 493023125000\tA\x01\nCOMPLETE\n", false, false, RULE(LABEL) },
        { "ADD_ID 493023125000\tA\xC3\nCOMPLETE\n", false, false, RULE(LABEL) },
        { A "COMPLETE\n", false, true, RULE(FULL) },
        { A "ADD_ID 493023125001\tBernt\nCOMPLETE\n", false, true, RULE(FULL) },
        { A B "ADD_ID 493023125002\tC\nCOMPLETE\n", false, true, RULE(FULL) },
        { "ADD 5\nCOMPLETE\n", false, false, RULE(SYNTAX) },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        cr_expect_eq(
            check(cases[i].stream, cases[i].incremental, cases[i].with_index),
            cases[i].rules, "case %zu: found %x, not %x", i, found,
            cases[i].rules);
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
                       (unsigned long long)(100000 + i));
        ruf_conformance_line(&state, ruf_text(line));
    }
    cr_assert_eq(found, 0);
    ruf_conformance_line(&state, ruf_text("ADD_BL 99999999"));
    cr_assert_eq(found, RULE(COUNT));
}
