/*
 * callkit/delta.h - the difference between two sides, in constant memory
 *
 * Two ascending walks are merged. A small difference is kept from the first
 * pass and costs no second one; a large one is walked again, once for the
 * removals and once for the additions. A changed label is a removal and an
 * addition.
 *
 * Every entry of the side `from` is known to fit a phone, since it was sent. So
 * only what differs has to be looked at; an entry that does not fit ends the
 * plan (`unfit`), because it shifts what is under the limit.
 *
 * Threads: one thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CALLKIT_DELTA_H
#define CALLKIT_DELTA_H

#include "base/secret.h"
#include "callkit/side.h"

/** Called for each removal or addition, ascending; label of an addition. */
typedef enum ruf_status ruf_delta_call(void *context, ruf_e164 number,
                                       struct ruf_text label,
                                       struct ruf_error *err);

/** Names of a difference. Zero it before ruf_delta_plan(). */
struct ruf_delta {
    const struct ruf_side *from;
    const struct ruf_side *to;
    uint64_t removals;
    uint64_t additions;
    uint64_t to_count; /**< names of the side `to` */
    uint64_t dropped;  /**< of the side `to` */
    bool unfit;        /**< no delta: an entry of `to` fits no phone */
    bool from_failed; /**< after a failure: the side `from` could not be read */
    /* private */
    struct ruf_secret kept; /* numbers to remove, then additions with labels */
    size_t kept_removals;
    size_t kept_additions; /* bytes */
    bool overflowed;
    struct ruf_side_walk walks[4]; /* of a large difference: ready to go */
};

/** Walk both sides. @return RUF_OK; RUF_E_CORRUPT, RUF_E_IO (from_failed says
 * which side); RUF_E_NOMEM. */
RUF_MUST_USE enum ruf_status ruf_delta_plan(struct ruf_delta *delta,
                                            const struct ruf_side *from,
                                            const struct ruf_side *to,
                                            struct ruf_error *err);

/** Hand out the removals, then the additions; each once. @return what the
 * callback returned, or that of a walk. */
RUF_MUST_USE enum ruf_status ruf_delta_removals(struct ruf_delta *delta,
                                                ruf_delta_call *call,
                                                void *context,
                                                struct ruf_error *err);
RUF_MUST_USE enum ruf_status ruf_delta_additions(struct ruf_delta *delta,
                                                 ruf_delta_call *call,
                                                 void *context,
                                                 struct ruf_error *err);

/** Wipes what was kept. A zeroed one is fine. */
void ruf_delta_free(struct ruf_delta *delta);

/** Numbers of list `a` that are not in `b`; both strictly ascending. */
RUF_MUST_USE enum ruf_status
ruf_delta_numbers(const ruf_e164 *a, size_t a_count, const ruf_e164 *b,
                  size_t b_count, ruf_delta_call *call, void *context,
                  struct ruf_error *err);

#endif
