/*
 * sync/retry.h - when to ask again, and how long to wait
 *
 * At most 8 tries and 15 minutes a request; 3 tries where no connection comes
 * about. A pause the server asks for is kept to the letter up to an hour;
 * beyond that the round ends and the time is remembered.
 *
 * Threads: pure but for the clocks.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYNC_RETRY_H
#define SYNC_RETRY_H

#include <stdint.h>

#define RUF_RETRY_TRIES 8
#define RUF_RETRY_TRIES_UNREACHABLE 3
#define RUF_RETRY_BUDGET_MS (15 * 60 * 1000)
#define RUF_RETRY_PAUSE_MAX_MS (3600 * 1000)
/** A longer pause is not believed: the source is asked again after a day. */
#define RUF_RETRY_THROTTLE_MAX_MS (24 * 3600 * 1000)

enum ruf_retry_cause {
    RUF_RETRY_UNREACHABLE = 0, /**< no connection */
    RUF_RETRY_LOST,            /**< connection broke, time-out, 5xx */
    RUF_RETRY_THROTTLED        /**< 429, 503, 509 */
};

enum ruf_retry_verdict {
    RUF_RETRY_AGAIN = 0, /**< after *wait_ms */
    RUF_RETRY_GIVE_UP,
    RUF_RETRY_LATER /**< another run, not before *wait_ms from now */
};

/** What a request has used up. Start zeroed. */
struct ruf_retry {
    unsigned tries;   /**< sent so far */
    int64_t spent_ms; /**< on the wire and in pauses of our own choice */
};

/**
 * Judge a failed try.
 * @param[in] tried_ms        how long it took.
 * @param[in] retry_after_ms  what the server asked for; <= 0: nothing.
 * @param[in] random          any 32 random bits.
 */
enum ruf_retry_verdict ruf_retry_next(struct ruf_retry *retry,
                                      enum ruf_retry_cause cause,
                                      int64_t tried_ms, int64_t retry_after_ms,
                                      uint32_t random, int64_t *wait_ms);

/** Milliseconds the next try may take. */
int64_t ruf_retry_left_ms(const struct ruf_retry *retry);

/**
 * Value of a Retry-After header in milliseconds: seconds (a fraction, as Graph
 * sends, is rounded up) or an HTTP date. Zero, negative, past and unreadable
 * values give -1. At most RUF_RETRY_THROTTLE_MAX_MS.
 */
int64_t ruf_retry_after_parse(const char *value, int64_t now_s);

/** Milliseconds of a clock that does not jump. */
int64_t ruf_clock_ms(void);
/** Unix seconds. */
int64_t ruf_clock_s(void);

#endif
