/*
 * callkit/conformance_events.c - what an observer saw, and whole requests
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"
#include "callkit/conformance_private.h"
#include <string.h>

#define AFTER_FAILURE_MAX 1000u
#define MEMORY_SPREAD_MAX 1024u /* KiB */
#define LOG_DIGITS_MAX 4u
#define LOG_LABEL_MIN 4u

/* --- observations -----------------------------------------------------------
 */

static bool take(struct ruf_text line, const char *word, struct ruf_text *rest)
{
    size_t size = strlen(word);

    if (!ruf_text_starts_with(line, word) ||
        (line.size > size && line.data[size] != ' '))
        return false;
    *rest = line.size > size ? ruf_text_slice(line, size + 1, line.size)
                             : (struct ruf_text){ NULL, 0 };
    return true;
}

static uint64_t number_in(struct ruf_text text)
{
    uint64_t number = 0;

    for (size_t i = 0; i < text.size && i < 18; i++)
        if (text.data[i] >= '0' && text.data[i] <= '9')
            number = 10 * number + (uint64_t)(text.data[i] - '0');
    return number;
}

static void see_record(struct ruf_conformance *check, struct ruf_text rest)
{
    bool first = check->record == RUF_OBSERVED_UNSEEN;
    struct ruf_text generation;

    if (ruf_text_is(rest, "none")) {
        check->record = RUF_OBSERVED_NONE;
    } else if (ruf_text_is(rest, "pending")) {
        check->record = RUF_OBSERVED_PENDING;
    } else if (take(rest, "committed", &generation)) {
        check->record = RUF_OBSERVED_COMMITTED;
        check->record_generation = number_in(generation);
        if (!first && (!check->stored || check->failed))
            ruf_conformance_violate(check, RUF_RULE_RECORD,
                                    "committed before the host stored it");
        else if (!first && check->index_seen && !check->unreadable &&
                 check->record_generation != check->generation)
            ruf_conformance_violate(check, RUF_RULE_RECORD,
                                    "committed another generation");
    } else {
        ruf_conformance_violate(check, RUF_RULE_SYNTAX, "no such record");
    }
    if (first) {
        check->found = check->record;
        check->found_generation = check->record_generation;
    }
}

static void see_index(struct ruf_conformance *check, struct ruf_text rest)
{
    check->index_seen = true;
    check->unreadable = ruf_text_is(rest, "unreadable");
    check->generation = number_in(rest);
}

static void see_memory(struct ruf_conformance *check, uint64_t kib)
{
    if (check->memory_most == 0 || kib < check->memory_least)
        check->memory_least = kib;
    if (kib > check->memory_most)
        check->memory_most = kib;
    if (check->memory_most - check->memory_least > MEMORY_SPREAD_MAX)
        ruf_conformance_violate_once(check, RUF_RULE_MEMORY,
                                     "memory grows while it emits");
}

static void see_read(struct ruf_conformance *check, uint64_t offset)
{
    if (offset < check->read_last)
        ruf_conformance_violate_once(check, RUF_RULE_MEMORY,
                                     "the index is not read in order");
    check->read_last = offset;
}

static bool contains(struct ruf_text text, struct ruf_text part)
{
    for (size_t i = 0; i + part.size <= text.size; i++)
        if (memcmp(text.data + i, part.data, part.size) == 0)
            return true;
    return false;
}

static bool names_someone(const struct ruf_conformance_set *set,
                          struct ruf_text text)
{
    const struct ruf_conformance_list *list = &set->lists[RUF_CALL_NAME];

    for (size_t i = 0; i < list->count; i++) {
        struct ruf_text label = ruf_conformance_label(list, &list->entries[i]);

        if (label.size >= LOG_LABEL_MIN && contains(text, label))
            return true;
    }
    return false;
}

static void see_log(struct ruf_conformance *check, struct ruf_text text)
{
    size_t digits = 0;

    for (size_t i = 0; i < text.size; i++) {
        digits = text.data[i] >= '0' && text.data[i] <= '9' ? digits + 1 : 0;
        if (digits > LOG_DIGITS_MAX) {
            ruf_conformance_violate(check, RUF_RULE_PRIVATE,
                                    "a log holds a number");
            return;
        }
    }
    if (names_someone(&check->added, text) ||
        names_someone(&check->before, text) ||
        names_someone(&check->after, text))
        ruf_conformance_violate(check, RUF_RULE_PRIVATE, "a log holds a name");
}

static void see_cancel(struct ruf_conformance *check, struct ruf_text rest)
{
    check->cancelled = true;
    if (rest.size == 0 || ruf_text_is(rest, "nil"))
        ruf_conformance_violate(check, RUF_RULE_COMPLETE,
                                "cancelled without an error: a success");
    if (check->completed > 0)
        ruf_conformance_violate(check, RUF_RULE_COMPLETE,
                                "completed and cancelled");
}

/* What the one before left is what this one finds. */
static void begin_request(struct ruf_conformance *check, struct ruf_text rest)
{
    struct ruf_conformance next;

    if (check->line > 1)
        ruf_conformance_close_request(check);
    memset(&next, 0, sizeof(next));
    next.incremental = ruf_text_is(rest, "yes");
    next.name_blocked = check->name_blocked;
    next.report = check->report;
    next.report_context = check->report_context;
    next.line = check->line;
    next.violations = check->violations;
    next.record = next.found = check->record;
    next.record_generation = check->record_generation;
    next.found_generation = check->record_generation;
    next.lost = check->line > 1 && !(check->stored && !check->failed);
    /* With several requests only the last one's sets are known. */
    next.before = check->before;
    next.after = check->after;
    ruf_conformance_empty(&check->added);
    *check = next;
}

bool ruf_conformance_observe(struct ruf_conformance *check,
                             struct ruf_text line)
{
    struct ruf_text rest;

    if (take(line, "REQUEST", &rest))
        begin_request(check, rest);
    else if (take(line, "INDEX", &rest))
        see_index(check, rest);
    else if (take(line, "RECORD", &rest))
        see_record(check, rest);
    else if (ruf_text_is(line, "FAILED"))
        check->failed = true;
    else if (ruf_text_is(line, "STORED"))
        check->stored = true;
    else if (ruf_text_is(line, "EXPIRED"))
        check->expired = true;
    else if (ruf_text_is(line, "KILLED"))
        check->killed = true;
    else if (take(line, "CANCEL", &rest))
        see_cancel(check, rest);
    else if (take(line, "READ", &rest))
        see_read(check, number_in(rest));
    else if (take(line, "MEMORY", &rest))
        see_memory(check, number_in(rest));
    else if (take(line, "LOG", &rest))
        see_log(check, rest);
    else
        return false;
    return true;
}

/* --- the set a request leaves
 * -------------------------------------------------
 */

static const struct ruf_conformance_entry *
next_present(const struct ruf_conformance_list *list, size_t *at)
{
    while (*at < list->count && list->entries[*at].gone)
        (*at)++;
    return *at < list->count ? &list->entries[*at] : NULL;
}

/* The smaller of what stayed and what came. */
static const struct ruf_conformance_entry *
next_result(const struct ruf_conformance *check, enum ruf_call_kind kind,
            size_t at[2], struct ruf_text *label)
{
    const struct ruf_conformance_list *old = &check->before.lists[kind];
    const struct ruf_conformance_list *new = &check->added.lists[kind];
    const struct ruf_conformance_entry *a =
        ruf_conformance_is_delta(check) ? next_present(old, &at[0]) : NULL;
    const struct ruf_conformance_entry *b = next_present(new, &at[1]);

    if (a != NULL && (b == NULL || a->number < b->number)) {
        at[0]++;
        *label = ruf_conformance_label(old, a);
        return a;
    }
    if (b == NULL)
        return NULL;
    if (a != NULL && a->number == b->number)
        at[0]++; /* rule 10 has spoken */
    at[1]++;
    *label = ruf_conformance_label(new, b);
    return b;
}

static void compare_with_index(struct ruf_conformance *check,
                               enum ruf_call_kind kind)
{
    enum ruf_call_rule rule =
        ruf_conformance_is_delta(check) ? RUF_RULE_DELTA : RUF_RULE_FULL;
    const struct ruf_conformance_list *wanted = &check->after.lists[kind];
    size_t at[2] = { 0, 0 };

    for (size_t i = 0;; i++) {
        struct ruf_text label = { NULL, 0 };
        const struct ruf_conformance_entry *got =
            next_result(check, kind, at, &label);

        if (got == NULL && i >= wanted->count)
            return;
        if (got == NULL || i >= wanted->count ||
            got->number != wanted->entries[i].number ||
            !ruf_text_equal(
                label, ruf_conformance_label(wanted, &wanted->entries[i]))) {
            ruf_conformance_violate_once(
                check, rule, "the host does not end with what the index says");
            return;
        }
    }
}

/* Both lists of the result ascend. */
static void find_named_and_blocked(struct ruf_conformance *check)
{
    size_t names[2] = { 0, 0 };
    size_t blocks[2] = { 0, 0 };
    struct ruf_text label;
    const struct ruf_conformance_entry *name =
        next_result(check, RUF_CALL_NAME, names, &label);
    const struct ruf_conformance_entry *block =
        next_result(check, RUF_CALL_BLOCK, blocks, &label);

    while (name != NULL && block != NULL && name->number != block->number) {
        if (name->number < block->number)
            name = next_result(check, RUF_CALL_NAME, names, &label);
        else
            block = next_result(check, RUF_CALL_BLOCK, blocks, &label);
    }
    if (name != NULL && block != NULL && !check->name_blocked)
        ruf_conformance_violate(check, RUF_RULE_BOTH,
                                "a number is named and blocked");
}

static bool is_blind_keep(const struct ruf_conformance *check)
{
    return check->unreadable && check->additions + check->removals == 0;
}

static void check_proof(struct ruf_conformance *check)
{
    if (check->asked == 0 || is_blind_keep(check))
        return;
    if (check->lost)
        ruf_conformance_violate(check, RUF_RULE_AFTERWARDS,
                                "asks, although nothing was committed");
    else if (check->found == RUF_OBSERVED_NONE ||
             check->found == RUF_OBSERVED_PENDING)
        ruf_conformance_violate(check, RUF_RULE_PROOF,
                                "asks without a committed record");
}

static void check_record(struct ruf_conformance *check)
{
    bool changed = check->additions + check->removals > 0;
    bool committed = check->stored && !check->failed && !check->expired;

    if (check->record == RUF_OBSERVED_UNSEEN || committed)
        return;
    if (check->killed
            ? check->record == RUF_OBSERVED_COMMITTED &&
                  (changed || check->found != RUF_OBSERVED_COMMITTED ||
                   check->record_generation != check->found_generation)
            : check->record != RUF_OBSERVED_NONE)
        ruf_conformance_violate(check, RUF_RULE_RECORD,
                                "the record stays after a failure");
}

static void check_size(struct ruf_conformance *check)
{
    size_t full = check->after.lists[RUF_CALL_NAME].count +
                  check->after.lists[RUF_CALL_BLOCK].count;

    if (ruf_conformance_is_delta(check) && check->after.given &&
        check->additions + check->removals > full)
        ruf_conformance_violate(check, RUF_RULE_SURPLUS,
                                "the delta is larger than the full list");
}

static void check_end(struct ruf_conformance *check)
{
    if (check->completed == 0 && !check->cancelled && !check->killed)
        ruf_conformance_violate(check, RUF_RULE_COMPLETE, "no COMPLETE");
    if (check->after_failure > AFTER_FAILURE_MAX)
        ruf_conformance_violate(check, RUF_RULE_COMPLETE,
                                "goes on after a failure");
    if (check->unreadable && check->asked == 0 && check->completed > 0)
        ruf_conformance_violate(check, RUF_RULE_UNREAD,
                                "clears although the index could not be read");
}

void ruf_conformance_close_request(struct ruf_conformance *check)
{
    uint64_t line = check->line;
    bool delta = ruf_conformance_is_delta(check);

    check->line = 0;
    check_end(check);
    check_proof(check);
    check_record(check);
    check_size(check);
    if (check->completed > 0 && check->after.given &&
        (!delta || check->before.given))
        for (int kind = 0; kind < RUF_CALL_KINDS; kind++)
            compare_with_index(check, (enum ruf_call_kind)kind);
    find_named_and_blocked(check);
    check->line = line;
}
