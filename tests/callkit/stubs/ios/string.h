/*
 * string.h - stand-in: iOS has it, a compiler without an SDK has not
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>

void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
