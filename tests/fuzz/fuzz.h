/*
 * tests/fuzz/fuzz.h - what the fuzz targets share
 *
 * A target is one function that libFuzzer calls with bytes. It hands them to
 * one parser, checks what must hold for any input, and aborts if it does not;
 * memory errors are the sanitizers' to find.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ruf_number;

/** libFuzzer's entry, one in each target. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** Print what is broken and abort unless it holds. */
void fuzz_require(bool holds, const char *what);

/** The bytes in a heap block of exactly their size, so that a byte read before
 * or after them is seen. Freed by the caller. */
char *fuzz_copy(const uint8_t *data, size_t size);

/**
 * A number and its default region: two letters, an option, then the text.
 * "DE 030 23125-001" has the option ' '. Any first two bytes name a region;
 * many of them one that does not exist.
 */
struct fuzz_number_input {
    char region[3];
    uint8_t option;
    char *text; /**< fuzz_copy() of the rest */
    size_t size;
};

/** @return false if there are too few bytes; there is nothing to free then. */
bool fuzz_number_input(const uint8_t *data, size_t size,
                       struct fuzz_number_input *out);

/** Do both hold the same answer? Padding may differ. */
bool fuzz_numbers_equal(const struct ruf_number *a, const struct ruf_number *b);

/** Everything that holds for any number the parser gives. */
void fuzz_check_number(const struct ruf_number *number);

#endif
