/*
 * tests/faults/failing_memory.h - an allocator that fails when told to
 *
 * Linked into a program, or preloaded (preload.c), it stands before malloc(),
 * calloc(), realloc(), strdup(), strndup(), posix_memalign(), aligned_alloc()
 * and mmap() of everything in the process, system libraries included.
 *
 * Threads: any thread may allocate; one arms.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TESTS_FAULTS_FAILING_MEMORY_H
#define TESTS_FAULTS_FAILING_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/**
 * From here on count allocations.
 * @param[in] nth      the first that fails, from 1; 0: none does.
 * @param[in] forever  all after it fail as well.
 */
void failing_memory_arm(uint64_t nth, bool forever);

/** Nothing fails any more. @return allocations since failing_memory_arm(). */
uint64_t failing_memory_disarm(void);

/** Blocks that were allocated and not freed, mappings not counted. */
int64_t failing_memory_live(void);

#endif
