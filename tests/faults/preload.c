/*
 * preload.c - failing_memory.c for a program that knows nothing of it
 *
 * With LD_PRELOAD; RUFNAME_TEST_FAIL names the allocation that fails, counted
 * from the start of the process: "12" only that one, "12+" all from there on,
 * "0" none. At the end the number of allocations is written to descriptor
 * RUFNAME_TEST_COUNT_FD.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "failing_memory.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

__attribute__((constructor)) static void begin(void)
{
    const char *order = getenv("RUFNAME_TEST_FAIL");
    char *end = NULL;
    uint64_t nth = order == NULL ? 0 : strtoull(order, &end, 10);

    failing_memory_arm(nth, end != NULL && strcmp(end, "+") == 0);
}

__attribute__((destructor)) static void finish(void)
{
    unsigned long long count = failing_memory_disarm();
    const char *fd = getenv("RUFNAME_TEST_COUNT_FD");
    char text[24];
    int size = snprintf(text, sizeof(text), "%llu\n", count);

    if (fd != NULL && write((int)strtol(fd, NULL, 10), text, (size_t)size) < 0)
        _exit(99);
}
