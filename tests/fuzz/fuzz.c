/*
 * fuzz.c - what the fuzz targets share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/fuzz/fuzz.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fuzz_require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

char *fuzz_copy(const uint8_t *data, size_t size)
{
    char *copy = malloc(size);

    fuzz_require(copy != NULL || size == 0, "there is memory");
    if (size > 0)
        memcpy(copy, data, size);
    return copy;
}

bool fuzz_number_input(const uint8_t *data, size_t size,
                       struct fuzz_number_input *out)
{
    if (size < 3)
        return false;
    for (size_t i = 0; i < 2; i++) /* capital letters stay what they are */
        out->region[i] = (char)('A' + (data[i] + 26 * 3 - 'A') % 26);
    out->region[2] = '\0';
    out->option = data[2];
    out->size = size - 3;
    out->text = fuzz_copy(data + 3, size - 3);
    return true;
}
