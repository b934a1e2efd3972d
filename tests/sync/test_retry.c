/*
 * test_retry.c - pauses and tries
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/retry.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#define NOON 1795435200 /* Mon, 23 Nov 2026 12:00:00 GMT */
#define DAY_MS RUF_RETRY_THROTTLE_MAX_MS

struct header {
    char value[64];
    int64_t ms;
};

ParameterizedTestParameters(retry_after, is_read_in_every_form)
{
    static struct header headers[] = {
        { "120", 120000 },
        { " 7 ", 7000 },
        { "2.128", 2128 },
        { "0.0001", 1 }, /* rounded up, never down to "at once" */
        { "2.1280", 2128 },
        { "3600", 3600000 },
        { "3601", 3601000 },
        { "Mon, 23 Nov 2026 12:00:03 GMT", 3000 },
        { "Mon, 23 Nov 2026 13:00:00 GMT", 3600000 },
        { "Fri, 31 Dec 9999 23:59:59 GMT", DAY_MS },
        { "99999999999", DAY_MS },
        /* Not usable: the own back-off decides. */
        { "0", -1 },
        { "0.0", -1 },
        { "-5", -1 },
        { "+5", -1 },
        { "", -1 },
        { "soon", -1 },
        { "5 minutes", -1 },
        { "5s", -1 },
        { "1e3", -1 },
        { ".5", -1 },
        { "5.", -1 },
        { "1.5.5", -1 },
        { "0x10", -1 },
        { "99999999999999999999999999", -1 },
        { "Mon, 23 Nov 2026 11:59:59 GMT", -1 },
        { "Mon, 23 Nov 2026 12:00:00 GMT", -1 },
        { "Thu, 01 Jan 1970 00:00:00 GMT", -1 },
    };

    return cr_make_param_array(struct header, headers,
                               sizeof(headers) / sizeof(headers[0]));
}

ParameterizedTest(struct header *header, retry_after, is_read_in_every_form)
{
    cr_expect_eq(ruf_retry_after_parse(header->value, NOON), header->ms,
                 "'%s' gave %lld", header->value,
                 (long long)ruf_retry_after_parse(header->value, NOON));
}

Test(retry_next, gives_up_after_eight_tries)
{
    struct ruf_retry retry = { 0 };
    int64_t wait_ms;

    for (int i = 1; i < RUF_RETRY_TRIES; i++)
        cr_assert_eq(ruf_retry_next(&retry, RUF_RETRY_LOST, 1, -1, 0, &wait_ms),
                     RUF_RETRY_AGAIN, "try %d", i);
    cr_expect_eq(ruf_retry_next(&retry, RUF_RETRY_LOST, 1, -1, 0, &wait_ms),
                 RUF_RETRY_GIVE_UP);
}

Test(retry_next, gives_up_after_three_tries_if_nobody_answers)
{
    struct ruf_retry retry = { 0 };
    int64_t wait_ms;

    cr_expect_eq(
        ruf_retry_next(&retry, RUF_RETRY_UNREACHABLE, 1, -1, 0, &wait_ms),
        RUF_RETRY_AGAIN);
    cr_expect_eq(
        ruf_retry_next(&retry, RUF_RETRY_UNREACHABLE, 1, -1, 0, &wait_ms),
        RUF_RETRY_AGAIN);
    cr_expect_eq(
        ruf_retry_next(&retry, RUF_RETRY_UNREACHABLE, 1, -1, 0, &wait_ms),
        RUF_RETRY_GIVE_UP);
}

Test(retry_next, doubles_the_ceiling_of_the_pause_up_to_two_minutes)
{
    static const int64_t ceilings[] = { 1000,  2000,  4000, 8000,
                                        16000, 32000, 64000 };
    struct ruf_retry retry = { 0 };
    int64_t wait_ms;

    for (size_t i = 0; i < 7; i++) {
        (void)ruf_retry_next(&retry, RUF_RETRY_LOST, 0, -1, UINT32_MAX,
                             &wait_ms);
        cr_expect_eq(wait_ms, ceilings[i], "try %zu: %lld", i + 1,
                     (long long)wait_ms);
    }
}

Test(retry_next, spreads_the_pause_over_the_whole_range)
{
    struct ruf_retry low = { 0 };
    struct ruf_retry middle = { 0 };
    int64_t wait_ms;

    (void)ruf_retry_next(&low, RUF_RETRY_LOST, 0, -1, 0, &wait_ms);
    cr_expect_eq(wait_ms, 0);
    (void)ruf_retry_next(&middle, RUF_RETRY_LOST, 0, -1, 0x80000000u, &wait_ms);
    cr_expect_eq(wait_ms, 500);
}

Test(retry_next, obeys_the_server_to_the_letter)
{
    struct ruf_retry retry = { 0 };
    int64_t wait_ms;

    cr_expect_eq(ruf_retry_next(&retry, RUF_RETRY_THROTTLED, 5, 2128,
                                UINT32_MAX, &wait_ms),
                 RUF_RETRY_AGAIN);
    cr_expect_eq(wait_ms, 2128);
    cr_expect_eq(ruf_retry_next(&retry, RUF_RETRY_THROTTLED, 5,
                                RUF_RETRY_PAUSE_MAX_MS, 0, &wait_ms),
                 RUF_RETRY_AGAIN, "an hour is waited for");
    cr_expect_eq(wait_ms, RUF_RETRY_PAUSE_MAX_MS);
}

Test(retry_next, leaves_longer_pauses_to_another_run)
{
    struct ruf_retry retry = { 0 };
    int64_t wait_ms;

    cr_expect_eq(ruf_retry_next(&retry, RUF_RETRY_THROTTLED, 5,
                                RUF_RETRY_PAUSE_MAX_MS + 1, 0, &wait_ms),
                 RUF_RETRY_LATER);
    cr_expect_eq(wait_ms, RUF_RETRY_PAUSE_MAX_MS + 1);
}

Test(retry_next, gives_up_after_a_quarter_of_an_hour)
{
    struct ruf_retry retry = { 0 };
    int64_t wait_ms;

    cr_expect_eq(ruf_retry_next(&retry, RUF_RETRY_LOST, RUF_RETRY_BUDGET_MS, -1,
                                0, &wait_ms),
                 RUF_RETRY_GIVE_UP);
}

Test(retry_next, does_not_count_pauses_the_server_ordered)
{
    struct ruf_retry retry = { 0 };
    int64_t wait_ms;

    (void)ruf_retry_next(&retry, RUF_RETRY_THROTTLED, 10, 3000000, 0, &wait_ms);
    cr_expect_eq(retry.spent_ms, 10);
    cr_expect_eq(ruf_retry_left_ms(&retry), RUF_RETRY_BUDGET_MS - 10);
}
