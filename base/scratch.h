/*
 * base/scratch.h - buffers that need not be cleared
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_SCRATCH_H
#define BASE_SCRATCH_H

/** Marks a local buffer of which only what was written is read. All others are
 * cleared first (-ftrivial-auto-var-init), which for a kilobyte takes longer
 * than to read a short text into it. */
#if defined(__has_attribute)
#if __has_attribute(uninitialized)
#define RUF_SCRATCH __attribute__((uninitialized))
#endif
#endif
#ifndef RUF_SCRATCH
#define RUF_SCRATCH
#endif

#endif
