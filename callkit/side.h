/*
 * callkit/side.h - the set of entries that an index stands for on a phone
 *
 * Index and limits together: the numbers it blocks, and names in ascending
 * order without what no phone takes, without blocked numbers, without what is
 * over the limit. The same inputs give the same set, so two sides can be
 * compared.
 *
 * Threads: a walk is for one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CALLKIT_SIDE_H
#define CALLKIT_SIDE_H

#include <rufname/index.h>
#include <stdbool.h>
#include <stddef.h>

struct ruf_side {
    const struct ruf_index *index; /* borrowed */
    ruf_e164 *blocking;            /* owned, strictly ascending */
    size_t blocking_count;         /* at most entries_max */
    uint32_t entries_max;
    bool name_blocked;
};

/** Fill in the side of an index; the limits are set already. Closed as well
 *  after a failure. @return RUF_OK; RUF_E_CORRUPT; RUF_E_IO; RUF_E_NOMEM. */
RUF_MUST_USE enum ruf_status ruf_side_open(struct ruf_side *side,
                                           const struct ruf_index *index,
                                           struct ruf_error *err);
/** A zeroed side is fine. */
void ruf_side_close(struct ruf_side *side);

/** All names of a side, one by one. */
struct ruf_side_walk {
    const struct ruf_side *side;
    struct ruf_cursor *cursor;
    struct ruf_entry entry; /**< number 0: the end */
    bool trusted;           /* see ruf_side_walk_trust() */
    bool plain;             /* every entry of the index is a name of the side */
    size_t blocking_at;
    uint64_t left; /* names that still fit the limit */
    uint64_t count;
    uint64_t skipped;
    uint64_t dropped;
};

/** Before the first name. @return RUF_OK, RUF_E_NOMEM. */
RUF_MUST_USE enum ruf_status ruf_side_walk_open(struct ruf_side_walk *walk,
                                                const struct ruf_side *side,
                                                struct ruf_error *err);
/** A zeroed walk is fine. */
void ruf_side_walk_close(struct ruf_side_walk *walk);

/** All numbers and labels are known to fit: they are not looked at. Before the
 *  first step. */
void ruf_side_walk_trust(struct ruf_side_walk *walk);

/* The step where entries may have to be passed over. */
RUF_MUST_USE enum ruf_status ruf_side_walk_search(struct ruf_side_walk *walk,
                                                  struct ruf_error *err);

/** Step. @return RUF_OK; RUF_E_CORRUPT; RUF_E_IO. */
RUF_MUST_USE static inline enum ruf_status
ruf_side_walk_next(struct ruf_side_walk *walk, struct ruf_error *err)
{
    enum ruf_status status;

    if (!walk->plain)
        return ruf_side_walk_search(walk, err);
    status = ruf_cursor_next(walk->cursor, &walk->entry, err);
    walk->count += walk->entry.number != 0;
    return status;
}

/** Step to the end, for the counts. @return as ruf_side_walk_next(). */
RUF_MUST_USE enum ruf_status ruf_side_walk_to_end(struct ruf_side_walk *walk,
                                                  struct ruf_error *err);

/** Would a phone show this label: UTF-8, 1 to 65,534 bytes, something visible,
 *  no control character? Others it drops without a word. */
bool ruf_directory_label_fits(struct ruf_text label);

/** 5 to 18 digits? */
bool ruf_directory_number_fits(ruf_e164 number);

#endif
