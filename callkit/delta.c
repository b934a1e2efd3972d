/*
 * callkit/delta.c - the difference between two sides, in constant memory
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "callkit/delta.h"
#include "base/bytes.h"
#include <string.h>

#define KEPT_REMOVALS_MAX 4096u
#define KEPT_REMOVALS_SIZE (KEPT_REMOVALS_MAX * sizeof(ruf_e164))
#define KEPT_SIZE (256u * 1024u)
#define KEPT_ENTRY_HEAD 10u /* number, size of the label */

/* --- merging ----------------------------------------------------------------
 */

struct merge {
    struct ruf_side_walk *from;
    struct ruf_side_walk *to;
    bool from_failed;
    ruf_delta_call *removal;
    ruf_delta_call *addition;
    void *context;
};

static enum ruf_status step_from(struct merge *merge, struct ruf_error *err)
{
    enum ruf_status status = ruf_side_walk_next(merge->from, err);

    merge->from_failed = status != RUF_OK;
    return status;
}

static enum ruf_status remove_first(struct merge *merge, struct ruf_error *err)
{
    return merge->removal == NULL
               ? RUF_OK
               : merge->removal(merge->context, merge->from->entry.number,
                                merge->from->entry.label, err);
}

static enum ruf_status add_first(struct merge *merge, struct ruf_error *err)
{
    return merge->addition == NULL
               ? RUF_OK
               : merge->addition(merge->context, merge->to->entry.number,
                                 merge->to->entry.label, err);
}

/* Two entries that differ. The smaller of both numbers is in one side only; of
 * equal ones the label has changed. */
static enum ruf_status merge_step(struct merge *merge, struct ruf_error *err)
{
    ruf_e164 old = merge->from->entry.number;
    ruf_e164 new = merge->to->entry.number;
    bool has_old = old != 0 && (new == 0 || old <= new);
    bool has_new = new != 0 && (old == 0 || new <= old);
    enum ruf_status status = RUF_OK;

    if (has_old)
        status = remove_first(merge, err);
    if (status == RUF_OK && has_new)
        status = add_first(merge, err);
    if (status == RUF_OK && has_old)
        status = step_from(merge, err);
    if (status == RUF_OK && has_new)
        status = ruf_side_walk_next(merge->to, err);
    return status;
}

static bool is_same(const struct ruf_entry *a, const struct ruf_entry *b)
{
    return a->number == b->number && a->number != 0 &&
           a->label.size == b->label.size &&
           memcmp(a->label.data, b->label.data, a->label.size) == 0;
}

/* Nearly all entries are in both sides as they were. */
static enum ruf_status pass_same(struct merge *merge, struct ruf_error *err)
{
    enum ruf_status status = RUF_OK;

    while (status == RUF_OK &&
           is_same(&merge->from->entry, &merge->to->entry)) {
        status = step_from(merge, err);
        if (status == RUF_OK)
            status = ruf_side_walk_next(merge->to, err);
    }
    return status;
}

static enum ruf_status run_merge(struct merge *merge, struct ruf_error *err)
{
    enum ruf_status status = step_from(merge, err);

    if (status == RUF_OK)
        status = ruf_side_walk_next(merge->to, err);
    if (status == RUF_OK)
        status = pass_same(merge, err);
    while (status == RUF_OK &&
           (merge->from->entry.number != 0 || merge->to->entry.number != 0)) {
        status = merge_step(merge, err);
        if (status == RUF_OK)
            status = pass_same(merge, err);
    }
    return status;
}

/* --- planning ----------------------------------------------------------------
 */

static enum ruf_status keep_removal(void *context, ruf_e164 number,
                                    struct ruf_text label,
                                    struct ruf_error *err)
{
    struct ruf_delta *delta = context;

    (void)label;
    (void)err;
    delta->removals++;
    if (delta->kept_removals == KEPT_REMOVALS_MAX)
        delta->overflowed = true;
    else
        ruf_store64(delta->kept.bytes + sizeof(number) * delta->kept_removals++,
                    number);
    return RUF_OK;
}

static enum ruf_status keep_addition(void *context, ruf_e164 number,
                                     struct ruf_text label,
                                     struct ruf_error *err)
{
    struct ruf_delta *delta = context;
    size_t size = KEPT_ENTRY_HEAD + label.size;
    uint8_t *at =
        delta->kept.bytes + KEPT_REMOVALS_SIZE + delta->kept_additions;

    (void)err;
    delta->additions++;
    delta->unfit = delta->unfit || !ruf_directory_number_fits(number) ||
                   !ruf_directory_label_fits(label);
    if (size > KEPT_SIZE - KEPT_REMOVALS_SIZE - delta->kept_additions) {
        delta->overflowed = true;
        return RUF_OK;
    }
    ruf_store64(at, number);
    ruf_store16(at + 8, (uint16_t)label.size);
    memcpy(at + KEPT_ENTRY_HEAD, label.data, label.size);
    delta->kept_additions += size;
    return RUF_OK;
}

static enum ruf_status open_walks(struct ruf_delta *delta, size_t first,
                                  struct ruf_error *err)
{
    enum ruf_status status =
        ruf_side_walk_open(&delta->walks[first], delta->from, err);

    if (status == RUF_OK)
        status = ruf_side_walk_open(&delta->walks[first + 1], delta->to, err);
    if (status != RUF_OK)
        return status;
    ruf_side_walk_trust(&delta->walks[first]);
    ruf_side_walk_trust(&delta->walks[first + 1]);
    return RUF_OK;
}

static void close_walks(struct ruf_delta *delta)
{
    for (size_t i = 0; i < 4; i++)
        ruf_side_walk_close(&delta->walks[i]);
}

/* Whatever the two later passes need is made now: once the phone was asked,
 * nothing may fail any more. */
static enum ruf_status prepare_passes(struct ruf_delta *delta,
                                      struct ruf_error *err)
{
    enum ruf_status status;

    close_walks(delta);
    if (!delta->overflowed)
        return RUF_OK;
    status = open_walks(delta, 0, err);
    return status == RUF_OK ? open_walks(delta, 2, err) : status;
}

enum ruf_status ruf_delta_plan(struct ruf_delta *delta,
                               const struct ruf_side *from,
                               const struct ruf_side *to, struct ruf_error *err)
{
    struct merge merge = { &delta->walks[0], &delta->walks[1], false,
                           keep_removal,     keep_addition,    delta };
    enum ruf_status status;

    delta->from = from;
    delta->to = to;
    status = ruf_secret_create(KEPT_SIZE, &delta->kept, err);
    if (status == RUF_OK)
        status = open_walks(delta, 0, err);
    if (status == RUF_OK)
        status = run_merge(&merge, err);
    delta->from_failed = merge.from_failed;
    delta->to_count = delta->walks[1].count;
    delta->dropped = delta->walks[1].dropped;
    return status == RUF_OK ? prepare_passes(delta, err) : status;
}

/* --- handing out
 * --------------------------------------------------------------
 */

enum ruf_status ruf_delta_removals(struct ruf_delta *delta,
                                   ruf_delta_call *call, void *context,
                                   struct ruf_error *err)
{
    struct merge merge = {
        &delta->walks[0], &delta->walks[1], false, call, NULL, context
    };
    enum ruf_status status = RUF_OK;

    if (delta->overflowed)
        return run_merge(&merge, err);
    for (size_t i = 0; i < delta->kept_removals && status == RUF_OK; i++)
        status =
            call(context, ruf_load64(delta->kept.bytes + i * sizeof(ruf_e164)),
                 (struct ruf_text){ NULL, 0 }, err);
    return status;
}

enum ruf_status ruf_delta_additions(struct ruf_delta *delta,
                                    ruf_delta_call *call, void *context,
                                    struct ruf_error *err)
{
    struct merge merge = {
        &delta->walks[2], &delta->walks[3], false, NULL, call, context
    };
    enum ruf_status status = RUF_OK;

    if (delta->overflowed)
        return run_merge(&merge, err);
    for (size_t at = 0; at < delta->kept_additions && status == RUF_OK;) {
        const uint8_t *entry = delta->kept.bytes + KEPT_REMOVALS_SIZE + at;
        struct ruf_text label = { (const char *)entry + KEPT_ENTRY_HEAD,
                                  ruf_load16(entry + 8) };

        status = call(context, ruf_load64(entry), label, err);
        at += KEPT_ENTRY_HEAD + label.size;
    }
    return status;
}

void ruf_delta_free(struct ruf_delta *delta)
{
    close_walks(delta);
    ruf_secret_destroy(&delta->kept);
}

enum ruf_status ruf_delta_numbers(const ruf_e164 *a, size_t a_count,
                                  const ruf_e164 *b, size_t b_count,
                                  ruf_delta_call *call, void *context,
                                  struct ruf_error *err)
{
    size_t k = 0;

    for (size_t i = 0; i < a_count; i++) {
        enum ruf_status status = RUF_OK;

        while (k < b_count && b[k] < a[i])
            k++;
        if (k == b_count || b[k] != a[i])
            status = call(context, a[i], (struct ruf_text){ NULL, 0 }, err);
        if (status != RUF_OK)
            return status;
    }
    return RUF_OK;
}
