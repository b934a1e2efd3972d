/*
 * sync/retry.c - when to ask again, and how long to wait
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sync/retry.h"
#include <curl/curl.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#define BASE_MS 1000
#define CAP_MS (120 * 1000)
#define TRY_MIN_MS 1000

/* Full jitter: anything from 0 to base * 2^(tries-1), so that many clients
 * that failed together do not come back together. */
static int64_t backoff_ms(unsigned tries, uint32_t random)
{
    int64_t ceiling = CAP_MS;

    if (tries >= 1 && tries <= 7)
        ceiling = (int64_t)BASE_MS << (tries - 1);
    if (ceiling > CAP_MS)
        ceiling = CAP_MS;
    return (int64_t)((uint64_t)random * (uint64_t)(ceiling + 1) >> 32);
}

enum ruf_retry_verdict ruf_retry_next(struct ruf_retry *retry,
                                      enum ruf_retry_cause cause,
                                      int64_t tried_ms, int64_t retry_after_ms,
                                      uint32_t random, int64_t *wait_ms)
{
    unsigned limit = cause == RUF_RETRY_UNREACHABLE
                         ? RUF_RETRY_TRIES_UNREACHABLE
                         : RUF_RETRY_TRIES;

    *wait_ms = 0;
    retry->tries++;
    retry->spent_ms += tried_ms;
    if (retry_after_ms > RUF_RETRY_PAUSE_MAX_MS) {
        *wait_ms = retry_after_ms;
        return RUF_RETRY_LATER;
    }
    if (retry->tries >= limit || retry->spent_ms >= RUF_RETRY_BUDGET_MS)
        return RUF_RETRY_GIVE_UP;
    if (retry_after_ms > 0) {
        *wait_ms = retry_after_ms;
        return RUF_RETRY_AGAIN;
    }
    *wait_ms = backoff_ms(retry->tries, random);
    retry->spent_ms += *wait_ms;
    return retry->spent_ms >= RUF_RETRY_BUDGET_MS ? RUF_RETRY_GIVE_UP
                                                  : RUF_RETRY_AGAIN;
}

int64_t ruf_retry_left_ms(const struct ruf_retry *retry)
{
    int64_t left = RUF_RETRY_BUDGET_MS - retry->spent_ms;

    return left < TRY_MIN_MS ? TRY_MIN_MS : left;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "120" or "2.128"; -1 if it is neither. */
static int64_t seconds_to_ms(const char *value)
{
    int64_t ms = 0;
    int64_t unit = 100;
    bool rest = false;

    if (!is_digit(*value))
        return -1;
    for (; is_digit(*value); value++) {
        if (ms > INT64_MAX / 100000)
            return -1; /* overflow: not a pause anyone meant */
        ms = ms * 10 + (*value - '0') * 1000;
    }
    if (*value == '.' && is_digit(value[1])) {
        for (value++; is_digit(*value); value++) {
            ms += (*value - '0') * unit;
            rest = rest || (unit == 0 && *value != '0');
            unit /= 10;
        }
    }
    return *value == '\0' ? ms + (rest ? 1 : 0) : -1;
}

/* "Mon, 23 Nov 2026 08:00:05 GMT"; curl_getdate() also takes bare numbers and
 * words, hence the look at the first letter. */
static int64_t date_to_ms(const char *value, int64_t now_s)
{
    time_t date;

    if (!((value[0] >= 'A' && value[0] <= 'Z') && strchr(value, ',') != NULL))
        return -1;
    date = curl_getdate(value, NULL);
    if (date == (time_t)-1 || (int64_t)date <= now_s)
        return -1;
    if ((int64_t)date - now_s > RUF_RETRY_THROTTLE_MAX_MS / 1000)
        return RUF_RETRY_THROTTLE_MAX_MS;
    return ((int64_t)date - now_s) * 1000;
}

int64_t ruf_retry_after_parse(const char *value, int64_t now_s)
{
    char trimmed[64];
    size_t size;
    int64_t ms;

    while (*value == ' ' || *value == '\t')
        value++;
    size = strlen(value);
    while (size > 0 && (value[size - 1] == ' ' || value[size - 1] == '\t'))
        size--;
    if (size == 0 || size >= sizeof(trimmed))
        return -1;
    memcpy(trimmed, value, size);
    trimmed[size] = '\0';
    ms = seconds_to_ms(trimmed);
    if (ms < 0)
        ms = date_to_ms(trimmed, now_s);
    if (ms == 0)
        return -1;
    return ms > RUF_RETRY_THROTTLE_MAX_MS ? RUF_RETRY_THROTTLE_MAX_MS : ms;
}

int64_t ruf_clock_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t ruf_clock_s(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec;
}
