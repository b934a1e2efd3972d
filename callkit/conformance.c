/*
 * callkit/conformance.c - would a phone accept this stream of calls?
 *
 * Shares no code with the emitter but text helpers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "callkit/conformance.h"
#include "base/text.h"
#include <string.h>

#define ADDITIONS_MAX UINT64_C(1999999)
#define LABEL_SIZE_MAX 65534u
#define NUMBER_DIGITS_MIN 5u
#define NUMBER_DIGITS_MAX 18u

static void violate(struct ruf_conformance *check, enum ruf_call_rule rule,
                    const char *text)
{
    check->violations++;
    if (check->report != NULL)
        check->report(check->report_context, rule, check->line, text);
}

/* --- rules on one value
 * ------------------------------------------------------------- */

static ruf_e164 read_number(struct ruf_conformance *check,
                            struct ruf_text digits)
{
    ruf_e164 number = 0;
    bool good = digits.size >= NUMBER_DIGITS_MIN &&
                digits.size <= NUMBER_DIGITS_MAX && digits.data[0] != '0';

    for (size_t i = 0; i < digits.size && i < NUMBER_DIGITS_MAX; i++) {
        good = good && digits.data[i] >= '0' && digits.data[i] <= '9';
        number = 10 * number + (ruf_e164)(digits.data[i] - '0');
    }
    if (!good) {
        violate(check, RUF_RULE_NUMBER, "a number has 5 to 18 digits");
        return 0;
    }
    return number;
}

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}

static bool is_blank(uint32_t c)
{
    return c == ' ' || c == 0xA0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200A);
}

static void check_label(struct ruf_conformance *check, struct ruf_text label)
{
    bool visible = false;

    if (label.size == 0 || label.size > LABEL_SIZE_MAX) {
        violate(check, RUF_RULE_LABEL, "a label has 1 to 65,534 bytes");
        return;
    }
    if (!ruf_utf8_valid(label)) {
        violate(check, RUF_RULE_LABEL, "the label is not valid UTF-8");
        return;
    }
    for (size_t i = 0; i < label.size;) {
        uint32_t c;

        i += ruf_utf8_decode(label.data + i, label.size - i, &c);
        if (is_control(c)) {
            violate(check, RUF_RULE_LABEL, "the label has a control character");
            return;
        }
        visible = visible || !is_blank(c);
    }
    if (!visible)
        violate(check, RUF_RULE_LABEL, "the label is only white space");
}

/* --- calls
 * ----------------------------------------------------------------------------
 */

static void check_order(struct ruf_conformance *check, ruf_e164 *last,
                        ruf_e164 number)
{
    if (number == 0)
        return; /* reported already */
    if (number <= *last)
        violate(check, RUF_RULE_ASCENDING,
                number == *last ? "the number was added before"
                                : "smaller than the number before");
    else
        *last = number;
}

static void count_addition(struct ruf_conformance *check)
{
    if (++check->additions == ADDITIONS_MAX + 1)
        violate(check, RUF_RULE_COUNT, "more than 1,999,999 additions");
}

/* Rule 8: both lists ascend, so they must agree call by call. */
static void check_expected(struct ruf_conformance *check, ruf_e164 number,
                           struct ruf_text label)
{
    ruf_e164 wanted = 0;
    struct ruf_text wanted_label = { NULL, 0 };

    if (check->expected == NULL || (check->asked > 0 && check->incremental))
        return;
    if (!check->expected(check->expected_context, &wanted, &wanted_label))
        violate(check, RUF_RULE_FULL, "the index has no more entries");
    else if (wanted != number)
        violate(check, RUF_RULE_FULL, "the index has another number here");
    else if (!ruf_text_equal(wanted_label, label))
        violate(check, RUF_RULE_FULL, "the index has another label");
}

static void add_identification(struct ruf_conformance *check,
                               struct ruf_text rest)
{
    const char *tab =
        rest.size == 0 ? NULL : memchr(rest.data, '\t', rest.size);
    size_t width = tab == NULL ? rest.size : (size_t)(tab - rest.data);
    struct ruf_text label = ruf_text_slice(rest, width + 1, rest.size);
    ruf_e164 number = read_number(check, ruf_text_slice(rest, 0, width));

    count_addition(check);
    check_label(check, label);
    check_order(check, &check->last_identification, number);
    check_expected(check, number, label);
}

static void add_blocking(struct ruf_conformance *check, struct ruf_text rest)
{
    count_addition(check);
    check_order(check, &check->last_blocking, read_number(check, rest));
}

static void check_removal(struct ruf_conformance *check)
{
    if (check->asked == 0)
        violate(check, RUF_RULE_NO_REMOVAL,
                "a removal without ASK asks by itself");
    else if (!check->incremental)
        violate(check, RUF_RULE_NO_REMOVAL,
                "a removal although the answer was no");
}

static void ask(struct ruf_conformance *check)
{
    if (check->calls > 0)
        violate(check, RUF_RULE_ASK_FIRST, "ASK after another call");
    check->asked++;
}

static void complete(struct ruf_conformance *check)
{
    if (++check->completed == 2)
        violate(check, RUF_RULE_COMPLETE, "a second COMPLETE");
}

static bool take(struct ruf_text line, const char *call, struct ruf_text *rest)
{
    if (!ruf_text_starts_with(line, call))
        return false;
    *rest = ruf_text_slice(line, strlen(call), line.size);
    return true;
}

void ruf_conformance_line(struct ruf_conformance *check, struct ruf_text line)
{
    struct ruf_text rest;

    check->line++;
    if (check->completed > 0 && !ruf_text_is(line, "COMPLETE"))
        violate(check, RUF_RULE_COMPLETE, "a call after COMPLETE");
    if (take(line, "ADD_ID ", &rest)) {
        add_identification(check, rest);
    } else if (take(line, "ADD_BL ", &rest)) {
        add_blocking(check, rest);
    } else if (take(line, "DEL_ID ", &rest) || take(line, "DEL_BL ", &rest)) {
        (void)read_number(check, rest);
        check_removal(check);
    } else if (ruf_text_is(line, "DELALL_ID") ||
               ruf_text_is(line, "DELALL_BL")) {
        check_removal(check);
    } else if (ruf_text_is(line, "ASK")) {
        ask(check);
    } else if (ruf_text_is(line, "COMPLETE")) {
        complete(check);
    } else {
        violate(check, RUF_RULE_SYNTAX, "no call");
    }
    check->calls++;
}

uint64_t ruf_conformance_end(struct ruf_conformance *check)
{
    ruf_e164 number;
    struct ruf_text label;

    check->line = 0;
    if (check->completed == 0)
        violate(check, RUF_RULE_COMPLETE, "no COMPLETE");
    if (check->expected != NULL && !(check->asked > 0 && check->incremental) &&
        check->expected(check->expected_context, &number, &label))
        violate(check, RUF_RULE_FULL, "entries of the index are missing");
    return check->violations;
}
