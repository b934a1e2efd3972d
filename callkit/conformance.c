/*
 * callkit/conformance.c - would a phone accept this stream of calls?
 *
 * Shares no code with the emitter but text helpers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "callkit/conformance_private.h"
#include <string.h>

#define ADDITIONS_MAX UINT64_C(1999999)
#define LABEL_SIZE_MAX 65534u
#define NUMBER_DIGITS_MIN 5u
#define NUMBER_DIGITS_MAX 18u

void ruf_conformance_violate(struct ruf_conformance *check,
                             enum ruf_call_rule rule, const char *text)
{
    check->violations++;
    check->reported[rule] = true;
    if (check->report != NULL)
        check->report(check->report_context, rule, check->line, text);
}

void ruf_conformance_violate_once(struct ruf_conformance *check,
                                  enum ruf_call_rule rule, const char *text)
{
    if (!check->reported[rule])
        ruf_conformance_violate(check, rule, text);
}

/* --- rules on one value -----------------------------------------------------
 */

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
        ruf_conformance_violate(check, RUF_RULE_NUMBER,
                                "a number has 5 to 18 digits");
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
        ruf_conformance_violate(check, RUF_RULE_LABEL,
                                "a label has 1 to 65,534 bytes");
        return;
    }
    if (!ruf_utf8_valid(label)) {
        ruf_conformance_violate(check, RUF_RULE_LABEL,
                                "the label is not valid UTF-8");
        return;
    }
    for (size_t i = 0; i < label.size;) {
        uint32_t c;

        i += ruf_utf8_decode(label.data + i, label.size - i, &c);
        if (is_control(c)) {
            ruf_conformance_violate(check, RUF_RULE_LABEL,
                                    "the label has a control character");
            return;
        }
        visible = visible || !is_blank(c);
    }
    if (!visible)
        ruf_conformance_violate(check, RUF_RULE_LABEL,
                                "the label is only white space");
}

/* --- additions --------------------------------------------------------------
 */

static void check_order(struct ruf_conformance *check, enum ruf_call_kind kind,
                        ruf_e164 number)
{
    ruf_e164 *last = &check->last_added[kind];

    if (number == 0)
        return; /* reported already */
    if (number <= *last)
        ruf_conformance_violate(check, RUF_RULE_ASCENDING,
                                number == *last
                                    ? "the number was added before"
                                    : "smaller than the number before");
    else
        *last = number;
}

/* Rules 10 and 17: stored entries are removed first, and only to change. */
static void check_stored(struct ruf_conformance *check, enum ruf_call_kind kind,
                         ruf_e164 number, struct ruf_text label)
{
    struct ruf_conformance_list *list = &check->before.lists[kind];
    const struct ruf_conformance_entry *stored =
        ruf_conformance_find(list, number);

    if (stored == NULL || !ruf_conformance_is_delta(check))
        return;
    if (!stored->gone)
        ruf_conformance_violate(check, RUF_RULE_STORED,
                                "the number is stored already");
    else if (ruf_text_equal(ruf_conformance_label(list, stored), label))
        ruf_conformance_violate(check, RUF_RULE_SURPLUS,
                                "removed and added unchanged");
}

/* Rule 8, call by call, so that a violation has its line: both lists ascend.
 */
static void check_expected(struct ruf_conformance *check,
                           enum ruf_call_kind kind, ruf_e164 number,
                           struct ruf_text label)
{
    const struct ruf_conformance_list *wanted = &check->after.lists[kind];
    size_t at = check->added.lists[kind].count;

    if (!check->after.given || ruf_conformance_is_delta(check))
        return;
    if (at >= wanted->count)
        ruf_conformance_violate(check, RUF_RULE_FULL,
                                "the index has no more entries");
    else if (wanted->entries[at].number != number)
        ruf_conformance_violate(check, RUF_RULE_FULL,
                                "the index has another number here");
    else if (!ruf_text_equal(
                 ruf_conformance_label(wanted, &wanted->entries[at]), label))
        ruf_conformance_violate(check, RUF_RULE_FULL,
                                "the index has another label");
}

static void count_change(struct ruf_conformance *check)
{
    if (check->failed)
        check->after_failure++;
    if (check->record != RUF_OBSERVED_UNSEEN &&
        check->record != RUF_OBSERVED_PENDING)
        ruf_conformance_violate_once(check, RUF_RULE_RECORD,
                                     "the record is not pending");
}

static void add(struct ruf_conformance *check, enum ruf_call_kind kind,
                struct ruf_text digits, struct ruf_text label)
{
    ruf_e164 number = read_number(check, digits);

    count_change(check);
    if (++check->additions == ADDITIONS_MAX + 1)
        ruf_conformance_violate(check, RUF_RULE_COUNT,
                                "more than 1,999,999 additions");
    if (kind == RUF_CALL_NAME)
        check_label(check, label);
    check_order(check, kind, number);
    check_stored(check, kind, number, label);
    check_expected(check, kind, number, label);
    /* Out of order: reported; the set cannot hold it. */
    (void)ruf_conformance_append(&check->added.lists[kind], number, label);
}

static void add_name(struct ruf_conformance *check, struct ruf_text rest)
{
    const char *tab =
        rest.size == 0 ? NULL : memchr(rest.data, '\t', rest.size);
    size_t width = tab == NULL ? rest.size : (size_t)(tab - rest.data);

    add(check, RUF_CALL_NAME, ruf_text_slice(rest, 0, width),
        ruf_text_slice(rest, width + 1, rest.size));
}

/* --- removals ---------------------------------------------------------------
 */

static void check_removal(struct ruf_conformance *check)
{
    count_change(check);
    if (check->asked == 0)
        ruf_conformance_violate(check, RUF_RULE_NO_REMOVAL,
                                "a removal without ASK asks by itself");
    else if (!check->incremental)
        ruf_conformance_violate(check, RUF_RULE_NO_REMOVAL,
                                "a removal although the answer was no");
}

static void check_removal_order(struct ruf_conformance *check,
                                enum ruf_call_kind kind, ruf_e164 number)
{
    if (check->last_added[kind] != 0)
        ruf_conformance_violate_once(check, RUF_RULE_SWITCH,
                                     "a removal after an addition");
    if (number <= check->last_removed[kind])
        ruf_conformance_violate(check, RUF_RULE_SAME, "removals do not ascend");
    else
        check->last_removed[kind] = number;
}

static void take_away(struct ruf_conformance *check, enum ruf_call_kind kind,
                      struct ruf_text digits)
{
    ruf_e164 number = read_number(check, digits);
    struct ruf_conformance_entry *stored =
        ruf_conformance_find(&check->before.lists[kind], number);
    struct ruf_conformance_entry *added =
        ruf_conformance_find(&check->added.lists[kind], number);

    check->removals++;
    check_removal(check);
    if (number != 0)
        check_removal_order(check, kind, number);
    if (check->before.given && stored == NULL && added == NULL && number != 0)
        ruf_conformance_violate(check, RUF_RULE_SURPLUS,
                                "nothing is stored to remove");
    if (stored != NULL)
        stored->gone = true;
    if (added != NULL)
        added->gone = true;
}

static void take_all_away(struct ruf_conformance *check,
                          enum ruf_call_kind kind)
{
    struct ruf_conformance_list *lists[] = { &check->before.lists[kind],
                                             &check->added.lists[kind] };

    check->removals++;
    check_removal(check);
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < lists[i]->count; k++)
            lists[i]->entries[k].gone = true;
}

/* --- the other calls --------------------------------------------------------
 */

static void ask(struct ruf_conformance *check)
{
    if (check->calls > 0)
        ruf_conformance_violate(check, RUF_RULE_ASK_FIRST,
                                "ASK after another call");
    check->asked++;
}

static void complete(struct ruf_conformance *check)
{
    if (++check->completed == 2)
        ruf_conformance_violate(check, RUF_RULE_COMPLETE, "a second COMPLETE");
    if (check->failed)
        ruf_conformance_violate(check, RUF_RULE_COMPLETE,
                                "COMPLETE after a failure");
    if (check->cancelled)
        ruf_conformance_violate(check, RUF_RULE_COMPLETE,
                                "cancelled and completed");
}

static bool take(struct ruf_text line, const char *call, struct ruf_text *rest)
{
    if (!ruf_text_starts_with(line, call))
        return false;
    *rest = ruf_text_slice(line, strlen(call), line.size);
    return true;
}

static void take_call(struct ruf_conformance *check, struct ruf_text line)
{
    const struct ruf_text none = { NULL, 0 };
    struct ruf_text rest;

    if (check->completed > 0 && !ruf_text_is(line, "COMPLETE"))
        ruf_conformance_violate(check, RUF_RULE_COMPLETE,
                                "a call after COMPLETE");
    if (take(line, "ADD_ID ", &rest))
        add_name(check, rest);
    else if (take(line, "ADD_BL ", &rest))
        add(check, RUF_CALL_BLOCK, rest, none);
    else if (take(line, "DEL_ID ", &rest))
        take_away(check, RUF_CALL_NAME, rest);
    else if (take(line, "DEL_BL ", &rest))
        take_away(check, RUF_CALL_BLOCK, rest);
    else if (ruf_text_is(line, "DELALL_ID"))
        take_all_away(check, RUF_CALL_NAME);
    else if (ruf_text_is(line, "DELALL_BL"))
        take_all_away(check, RUF_CALL_BLOCK);
    else if (ruf_text_is(line, "ASK"))
        ask(check);
    else if (ruf_text_is(line, "COMPLETE"))
        complete(check);
    else
        ruf_conformance_violate(check, RUF_RULE_SYNTAX, "no call");
    check->calls++;
}

void ruf_conformance_line(struct ruf_conformance *check, struct ruf_text line)
{
    check->line++;
    if (!ruf_conformance_observe(check, line))
        take_call(check, line);
}

uint64_t ruf_conformance_end(struct ruf_conformance *check)
{
    ruf_conformance_close_request(check);
    return check->violations;
}
