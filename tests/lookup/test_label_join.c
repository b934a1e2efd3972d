/*
 * test_label_join.c - a label is put together without touching what is behind
 *
 * Behind the page of a row there may be a block that another thread is just
 * decrypting: here it is memory that must not be touched.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "lookup/index_private.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define HEAD_MAX 100u

static const char head_text[] =
    "Anna-Katharina von Habermann-Schneider, Leitung "
    "Vertrieb und Kundendienst Nord, Standort Kiel ";
static const uint8_t tails[64] = "\x0a, Rot GmbH"; /* step 0 */

Test(label, nothing_behind_the_page_is_read)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct ruf_index index = { .tails_size = sizeof(tails) };
    char room[LABEL_FRONT + LABEL_ROOM];
    char *label = room + LABEL_FRONT;
    uint8_t *end;

    cr_assert_neq(memory, MAP_FAILED);
    cr_assert_eq(mprotect(memory + page, page, PROT_NONE), 0);
    end = memory + page;
    for (size_t behind = 0; behind <= HEAD_MAX; behind++) {
        for (size_t size = 0;
             size + behind <= HEAD_MAX && size < sizeof(head_text); size++) {
            uint8_t *head = end - behind - size;
            char want[2 * HEAD_MAX];
            int want_size = snprintf(want, sizeof(want), "%.*s, Rot GmbH",
                                     (int)size, head_text);

            memcpy(head, head_text, size);
            cr_assert_eq(
                ruf_label_join(&index, head, size, end, 0, tails, label),
                (size_t)want_size);
            cr_assert_arr_eq(label, want, (size_t)want_size);
        }
    }
    (void)munmap(memory, 2 * page);
}
