/*
 * test_key_set.c - a set of keys beside a plain list of them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "indexer/key_set.h"
#include <criterion/criterion.h>

#define KEYS 5000

/* All 63 bits are used, and one key in four differs from another only in its
 * upper ones, so that both want the same place. */
static uint64_t key_at(uint64_t n)
{
    uint64_t spread = n * UINT64_C(0x9E3779B97F4A7C15) >> 1;

    return n % 4 == 0 ? spread : spread % 64 | n << 40;
}

Test(key_set, has_what_was_added_and_nothing_else)
{
    struct ruf_key_set set = { 0 };

    cr_expect_not(ruf_key_set_has(&set, 0));
    for (uint64_t n = 0; n < KEYS; n++) {
        cr_assert_not(ruf_key_set_has(&set, key_at(n)), "%llu",
                      (unsigned long long)n);
        cr_assert(ruf_key_set_add(&set, key_at(n)));
        cr_assert(ruf_key_set_add(&set, key_at(n / 2)), "once more");
    }
    cr_expect_eq(set.count, KEYS);
    for (uint64_t n = 0; n < KEYS; n++) {
        cr_expect(ruf_key_set_has(&set, key_at(n)));
        cr_expect_not(ruf_key_set_has(&set, key_at(n + KEYS)));
    }
    ruf_key_set_free(&set);
    cr_expect_not(ruf_key_set_has(&set, key_at(1)));
}
